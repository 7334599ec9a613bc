"""Multiple imputation by chained equations as R's `mice` (van Buuren, Groothuis-Oudshoorn 2011).

- A variable with missing entries is predicted from all others, from the event and from the
  Nelson-Aalen cumulative hazard at the patient's own time (White and Royston 2009). The outcome
  is never imputed.
- Numbers, and ordinal levels by their codes, by predictive mean matching (`pmm`, type 1: Bayesian
  draw of the regression for those who miss the value, least squares for the donors, one of the 5
  nearest donors). Numbers with `transform: log2` are modelled on that scale, as variable and as
  predictor; a value <= 0 then counts as half the smallest positive one.
- Binary and categorical levels by (multinomial) logistic regression of a bootstrap sample of the
  recorded, as `mice`'s `logreg.boot`, augmented against perfect prediction. A draw from the
  normal approximation (`logreg`) would make rare levels too common.
- Columns that are constant or given by the others (1 - R^2 < 1e-4) are left out of that
  regression; so are the most weakly correlated when there are fewer than three recorded values
  (of levels: outside the commonest) per column.
- An entry known to lie between limits (`<0.5`: columns `<name>_lower` and `<name>_upper`) is
  imputed within them, whatever number stands for it in the cohort. Its donors are the recorded
  values within; without one it takes the number in the cohort, or else the limit nearest to its
  prediction. With its current value it counts for the regression and as a donor of those who miss
  the value altogether: leaving all high values out would bias these.
- Where a code covers several levels (column `<name>_among`), one of them is drawn, by their chances
  among these; ordered levels are limits of the code.
Variables are visited from the fewest missing entries to the most.
"""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from crlm.plan.variables import BETWEEN
from crlm.survival.cox_design import LEVEL_KINDS
from crlm.survival.imputation_models import (
    OUTCOME,
    draw_classes,
    limit_columns,
    match_donors,
    predict_means,
)
from crlm.survival.kaplan_meier import estimate_cumulative_hazard, select_patients


@dataclass(frozen=True)
class Imputed:
    """What `impute` returns."""

    tables: list  # one DataFrame per imputation: index of the patients, a column per variable
    methods: dict  # variable -> pmm | logistic | multinomial | none (nothing to impute)
    roles: dict  # variable -> target | auxiliary
    missing: pd.DataFrame  # bool: the entries that were imputed, limits included
    specs: dict  # variable -> spec
    notes: dict  # variable -> what the reader must know


@dataclass
class _Variable:
    name: str
    spec: dict
    values: np.ndarray  # (n,) numbers, or codes of the levels; NaN where to be imputed
    levels: int  # 0 for a number
    kind: str  # number or categorical; ordinal codes are numbers
    lower: np.ndarray  # (n,) limits of the entries that have any, NaN for all others
    upper: np.ndarray
    instead: np.ndarray  # (n,) the number that stands in the cohort for such an entry
    allowed: np.ndarray = None  # (n, levels) the levels that a code covers, where any does
    floor: float = 0.0  # what a value <= 0 counts as under log2
    columns: slice = field(default_factory=lambda: slice(0))
    rest: np.ndarray = None  # mask of the other variables' columns

    def __post_init__(self):
        self.recorded = np.flatnonzero(~np.isnan(self.values))
        self.missing = np.flatnonzero(np.isnan(self.values))
        limited = ~np.isnan(self.lower)
        self.limited = np.flatnonzero(limited)
        self.open = np.flatnonzero(np.isnan(self.values) & ~limited)
        self.known = np.flatnonzero(~np.isnan(self.values) | limited)
        if self.spec.get("transform") == "log2":
            positive = self.values[self.values > 0]
            self.floor = positive.min() / 2 if len(positive) else 1.0

    def scale(self, values):
        """The values on the scale of the regression."""
        return np.log2(np.maximum(values, self.floor)) if self.floor else values

    def encode(self, values):
        """Columns (n, k) by which the variable predicts others."""
        if self.kind == "categorical":
            return np.equal.outer(values, np.arange(1, self.levels)).astype(float)
        return self.scale(values)[:, None]


def impute(cohort, endpoint, targets, predictors, imputations, seed, iterations=10):
    """Impute the missing entries of targets and predictors `imputations` times: `Imputed`.

    cohort: patients for whom the endpoint is defined are taken out of it (`select_patients`).
    targets, predictors: {variable: spec}, the latter auxiliary; spec: kind, levels, transform.
    The tables have the variables' columns in this order with the dtypes of the cohort, without
    those nobody has a value of. Imputation i is the same however many follow it.
    """
    patients = select_patients(cohort, endpoint)
    specs = {**predictors, **targets}
    specs = {name: specs[name] for name in dict.fromkeys([*targets, *predictors])}
    notes, variables = {}, []
    for name, spec in specs.items():
        variable = _read_variable(patients, name, spec)
        if len(variable.recorded):
            variables.append(variable)
        else:
            notes[name] = "nobody has a value; left out of the imputation"
    outcome = np.column_stack(
        [
            patients[f"{endpoint}_event"].to_numpy(float),
            estimate_cumulative_hazard(
                patients[f"{endpoint}_months"], patients[f"{endpoint}_event"]
            ),
        ]
    )
    columns = OUTCOME
    for variable in variables:
        width = variable.levels - 1 if variable.kind == "categorical" else 1
        variable.columns = slice(columns, columns + width)
        columns += width
    for variable in variables:
        variable.rest = np.ones(columns, bool)
        variable.rest[variable.columns] = False
    order = sorted(
        (variable for variable in variables if len(variable.missing)),
        key=lambda variable: len(variable.missing),
    )
    notes |= {each.name: note for each in variables if (note := _describe(each, columns))}
    completed = []
    for number in range(imputations):
        random = np.random.default_rng([seed, number])
        values = _run_chain(random, variables, order, outcome, columns, iterations)
        completed.append(_complete(patients, variables, values))
    methods = {each.name: _name_method(each) for each in variables}
    return Imputed(
        tables=completed,
        methods=methods,
        roles={name: "target" if name in targets else "auxiliary" for name in methods},
        missing=pd.DataFrame(
            {each.name: np.isnan(each.values) for each in variables}, index=patients.index
        ),
        specs={name: specs[name] for name in methods},
        notes=notes,
    )


def replace_values(patients, table):
    """The patients with the variables of an imputed table; limits of the imputed numbers go."""
    limits = [f"{name}_{end}" for name in table for end in ("lower", "upper", "among")]
    patients = patients.drop(columns=[name for name in limits if name in patients])
    return patients.assign(**{name: table[name] for name in table})


def _read_variable(patients, name, spec):
    column, n = patients[name], len(patients)
    lower, upper, instead = np.full((3, n), np.nan)
    if spec["kind"] in LEVEL_KINDS:
        codes = pd.Categorical(column, categories=_find_levels(column, spec)).codes
        values, levels = np.where(codes < 0, np.nan, codes), len(_find_levels(column, spec))
        kind = "number" if spec["kind"] == "ordinal" else "categorical"
        among = _read_among(patients, name, _find_levels(column, spec))
        if kind == "number":  # neighbours, as the plan checks
            lower, upper = np.where(among.any(axis=1), _find_ends(among), np.nan)
    else:
        values, levels, kind = column.to_numpy(float, copy=True), 0, "number"
        if f"{name}_lower" in patients:
            low, high = patients[[f"{name}_lower", f"{name}_upper"]].to_numpy(float).T
            limited = (low < high) & (np.isfinite(low) | np.isfinite(high))
            lower[limited], upper[limited] = low[limited], high[limited]
            instead[limited] = values[limited]
            values[limited] = np.nan
    allowed = among if kind == "categorical" and among.any() else None
    return _Variable(name, spec, values, levels, kind, lower, upper, instead, allowed)


def _read_among(patients, name, levels):
    """Mask (n, levels) of the levels that a code covers; no level for everybody else."""
    among = np.zeros((len(patients), len(levels)), bool)
    if f"{name}_among" in patients:
        texts = patients[f"{name}_among"].where(patients[name].isna())
        for text in texts.dropna().unique():
            chosen = np.isin(levels, text.split(BETWEEN))
            among[texts.eq(text).to_numpy(bool)] = chosen
    return among


def _find_ends(among):
    """The lowest and the highest code of each row's levels."""
    return among.argmax(axis=1), among.shape[1] - 1 - among[:, ::-1].argmax(axis=1)


def _find_levels(column, spec):
    if isinstance(column.dtype, pd.CategoricalDtype):
        return list(column.cat.categories)
    return list(spec["levels"])


def _name_method(variable):
    if not len(variable.missing):
        return "none"
    if variable.kind == "number":
        return "pmm"
    return "logistic" if variable.levels == 2 else "multinomial"


def _describe(variable, columns):
    """What to tell the reader of one variable, or an empty text."""
    notes = []
    if not len(variable.missing):
        return ""
    values = variable.values[variable.recorded]
    if len(np.unique(values)) == 1 and not len(variable.limited):
        return "all recorded values are the same, and so are the imputed ones"
    informative = len(variable.known)
    if variable.kind == "categorical":
        informative -= np.bincount(values.astype(int)).max()
    most = limit_columns(informative)
    if most < columns - (variable.columns.stop - variable.columns.start):
        others = f" and the {most - OUTCOME} most strongly correlated predictors"
        notes.append(
            f"few recorded values: imputed from the outcome{others * (most > OUTCOME)} only"
        )
    if len(variable.limited):
        notes.append(f"{len(variable.limited)} limits such as <0.5 are imputed within them")
        within = [
            ((values >= low) & (values <= high)).any()
            for low, high in zip(
                variable.lower[variable.limited], variable.upper[variable.limited], strict=True
            )
        ]
        if not all(within):
            notes.append(f"{within.count(False)} of them have no recorded value within")
    return "; ".join(notes)


def _run_chain(random, variables, order, outcome, columns, iterations):
    """One imputation: the completed values of every variable."""
    x = np.empty((len(outcome), columns))
    x[:, :OUTCOME] = outcome
    values, starts = {}, {}
    for variable in variables:
        values[variable.name] = _start(random, variable)
        x[:, variable.columns] = variable.encode(values[variable.name])
    for _ in range(iterations):
        for variable in order:
            mine, others = values[variable.name], x[:, variable.rest]
            if variable.kind == "number":
                _draw_numbers(random, variable, mine, others)
            else:
                _draw_levels(random, variable, mine, others, starts)
            x[:, variable.columns] = variable.encode(mine)
    return values


def _start(random, variable):
    """Recorded values, and random ones of them for all others."""
    values = variable.values.copy()
    recorded = values[variable.recorded]
    values[variable.open] = random.choice(recorded, len(variable.open))
    for low, high, rows in _group_limits(variable):
        within = recorded[(recorded >= low) & (recorded <= high)]
        if len(within):
            values[rows] = random.choice(within, len(rows))
        else:
            values[rows] = _stand_in(variable, rows, np.median(recorded))
    return values


def _group_limits(variable):
    """Rows of the entries with the same limits: (lower, upper, rows)."""
    limits = np.column_stack([variable.lower, variable.upper])[variable.limited]
    pairs, place = np.unique(limits, axis=0, return_inverse=True)
    place = place.reshape(-1)
    return [(*pair, variable.limited[place == k]) for k, pair in enumerate(pairs)]


def _stand_in(variable, rows, prediction):
    """For entries without a donor: the number in the cohort, or the limit near the prediction."""
    low, high = variable.lower[rows], variable.upper[rows]
    nearest = np.where(np.abs(prediction - low) <= np.abs(prediction - high), low, high)
    return np.where(np.isnan(variable.instead[rows]), nearest, variable.instead[rows])


def _draw_numbers(random, variable, values, x):
    """Predictive mean matching; replaces the missing entries of `values`."""
    fit, current = variable.known, values.copy()
    expected, predicted = predict_means(random, x, variable.scale(values[fit]), fit)
    for low, high, rows in _group_limits(variable):
        recorded = current[variable.recorded]
        donors = variable.recorded[(recorded >= low) & (recorded <= high)]
        if len(donors):
            chosen = match_donors(random, expected[donors], predicted[rows])
            values[rows] = current[donors[chosen]]
        else:
            number = 2 ** predicted[rows] if variable.floor else predicted[rows]
            values[rows] = _stand_in(variable, rows, number)
    if len(variable.open):
        chosen = match_donors(random, expected[fit], predicted[variable.open])
        values[variable.open] = current[fit[chosen]]


def _draw_levels(random, variable, values, x, starts):
    """Multinomial logistic regression; replaces the missing codes of `values`.

    starts: coefficients of the last iteration, from which Newton's method begins.
    """
    name, fit = variable.name, variable.recorded
    present, classes = np.unique(values[fit], return_inverse=True)
    allowed = None
    if variable.allowed is not None:
        allowed = variable.allowed[variable.missing][:, present.astype(int)]
    drawn, starts[name] = draw_classes(
        random, x, classes, fit, variable.missing, starts.get(name), allowed
    )
    values[variable.missing] = present[drawn]


def _complete(patients, variables, values):
    """The completed columns, with the dtypes of the cohort."""
    table = {}
    for variable in variables:
        column = patients[variable.name]
        if not len(variable.missing):
            table[variable.name] = column
        elif isinstance(column.dtype, pd.CategoricalDtype):
            codes = values[variable.name].astype(int)
            table[variable.name] = pd.Categorical.from_codes(codes, dtype=column.dtype)
        elif variable.levels:
            levels = np.array(_find_levels(column, variable.spec), object)
            table[variable.name] = levels[values[variable.name].astype(int)]
        else:
            table[variable.name] = values[variable.name]
    return pd.DataFrame(table, index=patients.index)
