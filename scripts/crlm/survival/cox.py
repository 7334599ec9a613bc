"""Cox proportional hazards models as tidy tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from crlm.plan.models import UNIVARIABLE
from crlm.survival.cox_design import build_term, find_set_aside, select_complete
from crlm.survival.cox_estimate import estimate_dropping, estimate_firth
from crlm.survival.hazards import scale_schoenfeld, test_proportional_hazards
from crlm.survival.kaplan_meier import concatenate, select_patients
from crlm.survival.partial_likelihood import concordance

FEW_CLUSTERS = (
    30  # ASSUME below this the sandwich variance is biased downwards, as simulations show
)

COEFFICIENTS = [
    *("model", "variable", "level", "reference", "patients", "events", "coef", "se"),
    *(
        "hazard_ratio",
        "lower",
        "upper",
        "p_value",
        "factor_p_value",
        "per",
        "method",
        "note",
    ),
]
MODELS = [
    *(
        "model",
        "variable",
        "patients",
        "events",
        "missing",
        "parameters",
        "events_per_parameter",
    ),
    *("lr_statistic", "lr_df", "lr_p_value", "concordance", "aic"),
    *("strata", "cluster", "landmark_months", "method", "note"),
]
PROPORTIONAL_HAZARDS = ["model", "term", "statistic", "df", "p_value"]
SCHOENFELD = ["model", "term", "variable", "level", "time", "residual"]


@dataclass(frozen=True)
class CoxFit:
    """The tables of one fit: the columns of the result files without `model`."""

    coefficients: pd.DataFrame
    model: pd.DataFrame
    proportional_hazards: pd.DataFrame
    schoenfeld: pd.DataFrame


TABLES = {
    "coefficients": COEFFICIENTS,
    "model": MODELS,
    "proportional_hazards": PROPORTIONAL_HAZARDS,
    "schoenfeld": SCHOENFELD,
}


def fit_cox(
    cohort,
    endpoint,
    variables,
    strata=None,
    cluster=None,
    separated="drop",
    landmark_months=None,
):
    """Cox model (Efron ties) of the complete cases: a CoxFit.

    variables: {name: spec}; strata: column names; cluster: a column name, for the robust variance
    of Lin and Wei (the p-value of a whole variable then is the robust Wald test). Numbers are
    transformed and divided by `per`. Nothing raises because of the data: a level or variable
    without an estimate keeps its row, empty, with a note.

    A level without an event has no finite hazard ratio. separated="drop": it gets a note and its
    patients are set aside, which is the limit of the likelihood as that hazard falls to 0; the
    first level with an event is the reference. separated="firth": if, and only if, something is
    separated the whole model is fitted with Firth's penalty (profile limits and p-values, Breslow
    ties); it knows neither strata nor clusters, so with those declared the rule is "drop".
    A variable whose likelihood rises for ever in another way is found by the fit and left out.
    """
    patients = select_patients(cohort, endpoint, landmark_months)
    others = [*(strata or []), *([cluster] if cluster else [])]
    complete = select_complete(patients, variables, others)
    patients = patients[complete]
    notes = []

    terms, aside = _build_terms(patients, endpoint, variables)
    estimate, left_out = estimate_dropping(terms, patients[~aside], endpoint, strata, cluster)
    if separated == "firth" and (aside.any() or left_out):
        if others:
            notes.append("no Firth penalty with strata or clusters: separated levels are left out")
        else:
            all_terms, nobody = _build_terms(patients, endpoint, variables, finite=True)
            if penalised := estimate_firth(all_terms, patients, endpoint):
                terms, aside, estimate = all_terms, nobody, penalised
            else:
                notes.append("Firth's fit did not converge: separated levels are left out")
    if aside.any():
        notes.append(f"{aside.sum()} patients at levels without an event set aside")
    if cluster:
        notes.append("the likelihood-ratio test ignores the clusters")
        count = patients[cluster].nunique()
        if count < FEW_CLUSTERS:
            notes.append(f"only {count} clusters: robust limits are too narrow with so few")

    analysed = patients[~aside]
    model = {
        "variable": None,
        "patients": len(analysed),
        "events": int(analysed[f"{endpoint}_event"].sum()),
        "missing": int((~complete).sum()),
        **_summarise(estimate, notes),
        "strata": ", ".join(strata) if strata else None,
        "cluster": cluster,
        "landmark_months": landmark_months,
    }
    return CoxFit(
        coefficients=_tabulate_coefficients(terms, estimate, model),
        model=pd.DataFrame([model], columns=MODELS[1:]),
        proportional_hazards=_tabulate_tests(estimate),
        schoenfeld=_tabulate_residuals(estimate),
    )


def _build_terms(patients, endpoint, variables, finite=False):
    """Terms over the patients who are not set aside, and the mask of those who are."""
    event = patients[f"{endpoint}_event"]
    terms = [build_term(patients, event, *each, finite) for each in variables.items()]
    aside = find_set_aside(terms)
    for term in terms:
        term.values = term.values[~aside]
    return terms, aside


def _summarise(estimate, notes):
    """The part of the model row that comes from the likelihood."""
    row = dict.fromkeys(MODELS[MODELS.index("parameters") : MODELS.index("strata")], np.nan)
    row |= {"parameters": 0, "method": None, "note": "; ".join(notes) or None}
    if estimate is None:
        return row | {"note": "; ".join([*notes, "nothing is estimable"])}
    problem, count = estimate.problem, len(estimate.coef)
    statistic = 2 * (estimate.log_likelihood - estimate.null)
    linear = problem.x @ estimate.coef
    return row | {
        "parameters": count,
        "events_per_parameter": problem.event.sum() / count,
        "lr_statistic": statistic,
        "lr_df": count,
        "lr_p_value": chdtrc(count, max(statistic, 0)),
        "concordance": concordance(problem.risk_sets, problem.months, problem.event, linear),
        # a penalised likelihood has no such criterion
        "aic": np.nan if estimate.method == "firth" else 2 * (count - estimate.log_likelihood),
        "method": estimate.method,
    }


def _tabulate_coefficients(terms, estimate, model):
    rows = []
    for term in terms:
        tests = {} if estimate is None else estimate.factor_p_values
        places = {} if estimate is None else _place(estimate.problem, term)
        for level in term.patients:
            row = {
                "variable": term.name,
                "level": level,
                "reference": term.reference,
                "patients": model["patients"] if level is None else term.patients[level],
                "events": model["events"] if level is None else term.events[level],
                "factor_p_value": tests.get(term.name, np.nan),
                "per": (term.spec.get("per") or 1) if level is None else np.nan,
                "method": model["method"],
                "note": term.notes.get(level),
            }
            if level in places:
                row |= _describe(estimate, places[level])
            elif places and level == term.reference:
                row |= {"coef": 0.0, "hazard_ratio": 1.0}
            rows.append(row)
    return pd.DataFrame(rows, columns=COEFFICIENTS[1:])


def _place(problem, term):
    """The column of each level of the term."""
    return {problem.owners[column][1]: column for column in problem.columns_of(term)}


def _describe(estimate, column):
    scale = estimate.problem.scale[column]
    values = [each[column] / scale for each in (estimate.coef, estimate.lower, estimate.upper)]
    with np.errstate(over="ignore"):  # an infinite limit is the honest end of a flat profile
        hazard_ratio, lower, upper = np.exp(values)
    return {
        "coef": values[0],
        "se": estimate.error[column] / scale,
        "hazard_ratio": hazard_ratio,
        "lower": lower,
        "upper": upper,
        "p_value": estimate.p_values[column],
    }


def _tabulate_tests(estimate):
    """Proportional-hazards tests; none for a penalised fit, whose score is not 0."""
    rows = []
    if estimate is not None and estimate.method == "efron":
        problem = estimate.problem
        terms = {term.name: problem.columns_of(term) for term, _ in problem.owners}
        tests = test_proportional_hazards(
            problem.risk_sets, problem.months, problem.event, problem.x, estimate.coef, terms
        )
        rows = [(name, *test) for name, test in tests.items()]
    return pd.DataFrame(rows, columns=PROPORTIONAL_HAZARDS[1:])


def _tabulate_residuals(estimate):
    tables = [pd.DataFrame(columns=SCHOENFELD[1:])]
    if estimate is not None and estimate.method == "efron":
        problem = estimate.problem
        times, residuals = scale_schoenfeld(
            problem.risk_sets, problem.months, problem.x, estimate.coef
        )
        order = np.argsort(times, kind="stable")
        for column, ((term, level), scale) in enumerate(problem.pairs()):
            table = pd.DataFrame(
                {"time": times[order], "residual": residuals[order, column] / scale}
            )
            name = term.name if level is None else f"{term.name}: {level}"
            table = table.assign(term=name, variable=term.name, level=level)
            tables.append(table[SCHOENFELD[1:]])
    return concatenate(tables)


def fit_models(cohort, endpoint, models, variables):
    """All declared models: the four tables of CoxFit, each with `model` as first column.

    models: {name: {variables: [names], strata, cluster, separated, landmark_months}}; variables:
    {name: spec}. The model `univariable` is one fit per variable; its rows carry the variable in
    the models table, one test per variable and no residuals.
    """
    found = {key: [pd.DataFrame(columns=columns)] for key, columns in TABLES.items()}
    for name, spec in models.items():
        options = {key: spec.get(key) for key in ("strata", "cluster", "landmark_months")}
        options["separated"] = spec.get("separated") or "drop"
        chosen = spec["variables"]
        for names in [[each] for each in chosen] if name == UNIVARIABLE else [chosen]:
            fit = fit_cox(cohort, endpoint, {each: variables[each] for each in names}, **options)
            tables = vars(fit)
            if name == UNIVARIABLE:
                tests = fit.proportional_hazards
                tables = tables | {
                    "model": fit.model.assign(variable=names[0]),
                    "proportional_hazards": tests[tests["term"] != "GLOBAL"],
                    "schoenfeld": fit.schoenfeld.head(0),
                }
            for key, table in tables.items():
                found[key].append(table.assign(model=name)[TABLES[key]])
    return CoxFit(**{key: concatenate(tables) for key, tables in found.items()})
