"""Model matrices of the Cox model: what of a variable can enter the likelihood, and why not."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from crlm.cohort.conditions import list_levels
from crlm.plan.phrases import plural
from crlm.survival.spline_basis import place_knots, spline_basis

LEVEL_KINDS = ("binary", "categorical", "ordinal")
TRANSFORMS = {
    "none": lambda values: values,
    "log2": lambda values: np.log2(values.where(values > 0)),
}

EMPTY_LEVEL = "no patient at this level"


@dataclass(eq=False)  # a term is itself: a key, and not a comparison of its values
class Term:
    """One variable in one model; a note per level says why that level has no estimate."""

    name: str
    spec: dict
    values: pd.Series  # scaled numbers, or the level of each patient
    patients: dict  # per level (None for a number)
    events: dict
    reference: str | None
    levels: list  # levels with a column, [None] for a number
    notes: dict = field(default_factory=dict)

    def columns(self):
        """Model columns (n, len(levels)): the number, or an indicator per level."""
        if self.reference is None:
            return self.values.to_numpy(float)[:, None][:, : len(self.levels)]
        return np.equal.outer(self.values.to_numpy(object), self.levels).astype(float)

    def list_eventless(self):
        """Levels with a column but without an event."""
        return [level for level in self.levels if level is not None and not self.events[level]]

    def drop(self, note, levels=None):
        """Take levels (default all) out of the model and say why, unless that is said already."""
        dropped = list(self.levels if levels is None else levels)
        self.levels = [level for level in self.levels if level not in dropped]
        self.explain(note, dropped)

    def explain(self, note, levels):
        self.notes |= {level: note for level in levels if level not in self.notes}


@dataclass(eq=False)
class SplineTerm(Term):
    """A number as a restricted cubic spline: one term of several columns, which say nothing one by one.

    Its `levels` are the numbers of the columns, from 1. Notes are of the whole variable.
    """

    knots: np.ndarray = None  # rising, on the scale of the values; none: a straight line

    def columns(self):
        """Columns (n, len(levels)) of the basis."""
        basis = spline_basis(self.values.to_numpy(float), self.knots)
        return basis[:, [level - 1 for level in self.levels]]

    def list_eventless(self):
        return []

    def drop(self, note, levels=None):
        """As of any term; what is left of the columns still is the variable."""
        whole = levels is None or set(self.levels) <= set(levels)
        super().drop(note if whole else "a column of the spline adds nothing", levels)

    def explain(self, note, levels):
        before = self.notes.get(None, "")
        if levels and note not in before:
            self.notes[None] = "; ".join(filter(None, [before, note]))


def is_numeric(spec):
    return spec["kind"] not in LEVEL_KINDS


def prepare_values(column, spec):
    """The variable as it enters: transformed and divided by `per`, or its level as a string.

    A number without a logarithm (zero or below under `log2`) becomes missing.
    """
    if not is_numeric(spec):
        return column.astype(object).where(column.isin(spec["levels"]))
    transform = TRANSFORMS[spec.get("transform") or "none"]
    return transform(column.astype(float)) / (spec.get("per") or 1)


def select_complete(patients, variables, others=()):
    """Rows without a missing value in the variables and the other columns, as a mask."""
    values = [prepare_values(patients[name], spec) for name, spec in variables.items()]
    values += [patients[name] for name in others]
    return np.logical_and.reduce([column.notna() for column in values], initial=True)


def build_term(patients, event, name, spec, finite=False):
    """Term of complete patients; levels without a patient never enter.

    A level without an event has no finite maximum-likelihood hazard ratio (the likelihood rises
    for ever as it falls to 0). Unless all are `finite` (Firth's penalty) it gets a note beside its
    column, and the first level with an event is the reference: against the declared one all ratios
    would be infinite.
    """
    values = prepare_values(patients[name], spec)
    if "spline" in spec:
        return _build_spline(values, event, name, spec)
    if is_numeric(spec):
        count = {None: len(values)}, {None: int(event.sum())}
        return Term(name, spec, values, *count, reference=None, levels=[None])
    levels = list_levels(patients[name], spec["levels"])
    counts = {level: int((values == level).sum()) for level in levels}
    events = {level: int(event[values == level].sum()) for level in levels}
    notes = {level: EMPTY_LEVEL for level in counts if not counts[level]}
    present = [level for level in levels if counts[level]]
    usable = present if finite else [each for each in present if events[each]]
    reference = (usable or present or levels)[0]
    for level in present:
        if level not in usable:
            notes[level] = f"not estimable: no event among {plural(counts[level], 'patient')}"
    if present and reference != present[0]:
        notes[present[0]] += f"; the reference is {reference}"
    levels = [level for level in present if level != reference]
    return Term(name, spec, values, counts, events, reference, levels, notes)


def scale_numbers(numbers, spec):
    """Numbers as they enter a model, in an array: transformed and divided by `per`."""
    return prepare_values(pd.Series(numbers, dtype=float), spec).to_numpy()


def restore_numbers(values, spec):
    """The numbers that enter a model as these values."""
    numbers = np.asarray(values, float) * (spec.get("per") or 1)
    return 2**numbers if spec.get("transform") == "log2" else numbers


def _build_spline(values, event, name, spec):
    """The knots are those of the plan, or Harrell's quantiles of these patients."""
    declared, note = spec["spline"]["knots"], None
    if isinstance(declared, int):
        knots, note = place_knots(values, declared)
    else:
        knots = scale_numbers(declared, spec)
    if not len(knots):
        note = f"{note or 'no knots'}: a straight line"
    count = {None: len(values)}, {None: int(event.sum())}
    columns = list(range(1, max(len(knots), 2)))
    notes = {None: note} if note else {}
    return SplineTerm(name, spec, values, *count, None, columns, notes, knots)


def find_set_aside(terms):
    """Mask of the patients at a level that has no event, for whom a prediction has no finite place.

    In the limit where that level's hazard is 0 they drop out of every risk set.
    """
    aside = np.zeros(len(terms[0].values), bool)
    for term in terms:
        aside |= term.values.isin(term.list_eventless()).to_numpy()
    return aside


def stack_columns(terms):
    """Model matrix (n, p) and the (term, level) each column belongs to."""
    owners = [(term, level) for term in terms for level in term.levels]
    return np.hstack([term.columns() for term in terms]), owners


def find_redundant(x, strata=None, tolerance=1e-8):
    """Columns that add nothing: {column: earlier columns that give it}, an empty list if constant.

    Within strata, because a stratum has its own baseline. Columns are taken in order, as R does.
    """
    frame = pd.DataFrame(x)
    keys = np.zeros(len(frame)) if strata is None else np.asarray(strata)
    centred = (frame - frame.groupby(keys).transform("mean")).to_numpy()
    size = np.abs(x).max(axis=0, initial=0) * np.sqrt(max(len(x), 1))
    redundant, kept = {}, []
    for column in range(x.shape[1]):
        mine = centred[:, column]
        if np.linalg.norm(mine) <= tolerance * size[column]:
            redundant[column] = []
            continue
        earlier = centred[:, kept] / np.linalg.norm(centred[:, kept], axis=0)
        weights = np.linalg.lstsq(earlier, mine, rcond=None)[0]
        if np.linalg.norm(mine - earlier @ weights) <= tolerance * np.linalg.norm(mine):
            large = np.abs(weights) > tolerance * np.abs(weights).max()
            redundant[column] = [kept[index] for index in np.flatnonzero(large)]
        else:
            kept.append(column)
    return redundant


def drop_redundant(terms, rows, strata=None):
    """Take columns that are constant or collinear among the rows out of the terms; a note names the cause."""
    x, owners = stack_columns(terms)
    for column, earlier in find_redundant(
        x[rows], None if strata is None else strata[rows]
    ).items():
        term, level = owners[column]
        names = ", ".join(dict.fromkeys(owners[each][0].name for each in earlier))
        cause = f"collinear with {names}" if names else "constant among the patients analysed"
        term.drop(f"not estimable: {cause}", [level])
