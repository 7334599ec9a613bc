"""Cox proportional hazards models as tidy tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from crlm.plan.models import UNIVARIABLE, choose_specs, name_alone
from crlm.survival.cox_design import SplineTerm, build_term, select_complete
from crlm.survival.cox_estimate import build_problem, estimate_firth, estimate_terms
from crlm.survival.cox_maximum import ROWS, lifelines_can
from crlm.survival.hazards import scale_schoenfeld, test_proportional_hazards
from crlm.survival.influence import INFLUENCE, INFLUENTIAL, measure_influence
from crlm.survival.kaplan_meier import concatenate, select_patients
from crlm.survival.partial_likelihood import concordance
from crlm.survival.spline_terms import CURVES, TESTS, describe_contrast, tabulate_splines

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
    spline_terms: pd.DataFrame
    spline_curves: pd.DataFrame
    influence: pd.DataFrame
    influential: pd.DataFrame  # one row per patient and coefficient: private


TABLES = {
    "coefficients": COEFFICIENTS,
    "model": MODELS,
    "proportional_hazards": PROPORTIONAL_HAZARDS,
    "schoenfeld": SCHOENFELD,
    "spline_terms": TESTS,
    "spline_curves": CURVES,
    "influence": INFLUENCE,
    "influential": INFLUENTIAL,
}


def fit_cox(
    cohort,
    endpoint,
    variables,
    strata=None,
    cluster=None,
    separated="drop",
    landmark_months=None,
    by_lifelines=True,
):
    """Cox model (Efron ties) of the complete cases: a CoxFit.

    variables: {name: spec}; strata: column names; cluster: a column name, for the robust variance
    of Lin and Wei (the p-value of a whole variable then is the robust Wald test). Numbers are
    transformed and divided by `per`; one whose spec has `spline` enters as restricted cubic spline, and
    its row is the hazard ratio between two of its values. Nothing raises because of the data: a level
    or variable without an estimate keeps its row, empty, with a note.

    A level without an event, or a number that separates, has no finite hazard ratio: the likelihood
    rises for ever. It stays in the likelihood, at its limit, so that the tests, C and the other
    hazard ratios are those of all patients (as R's `coxph`); its own ratio is missing, with a note.
    The first level with an event is the reference. separated="firth": if, and only if, something is
    separated the whole model is fitted with Firth's penalty (profile limits and p-values, Breslow
    ties); it knows neither strata nor clusters, so with those declared the rule is "drop". by_lifelines: as `find_maximum`.
    """
    patients, missing = select_analysed(
        cohort, endpoint, variables, strata, cluster, landmark_months, delayed=True
    )
    others = [*(strata or []), *([cluster] if cluster else [])]
    notes = []

    terms = build_terms(patients, endpoint, variables)
    problem = build_problem(terms, patients, endpoint, strata, cluster)
    estimate = problem and estimate_terms(problem, by_lifelines=by_lifelines)
    if separated == "firth" and problem and (estimate is None or not estimate.finite.all()):
        if others:
            notes.append("no Firth penalty with strata or clusters: separated levels have no ratio")
        elif problem.entry is not None:
            notes.append("no Firth penalty with delayed entry: separated levels have no ratio")
        else:
            all_terms = build_terms(patients, endpoint, variables, finite=True)
            problem = build_problem(all_terms, patients, endpoint)
            if penalised := problem and estimate_firth(problem):
                terms, estimate = all_terms, penalised
            else:
                notes.append("Firth's fit did not converge: separated levels have no ratio")
    if estimate and not estimate.finite.all():
        notes.append(_tell_infinite(estimate))
    if problem and problem.entry is not None:
        notes.append("no concordance with delayed entry")
        if not lifelines_can(len(patients), True):
            notes.append(f"not by lifelines: more than {ROWS} rows with delayed entry")
    if cluster:
        notes.append("the likelihood-ratio test ignores the clusters")
        count = patients[cluster].nunique()
        if count < FEW_CLUSTERS:
            notes.append(f"only {count} clusters: robust limits are too narrow with so few")

    model = {
        "variable": None,
        "patients": len(patients),
        "events": int(patients[f"{endpoint}_event"].sum()),
        "missing": missing,
        **_summarise(estimate, notes),
        "strata": ", ".join(strata) if strata else None,
        "cluster": cluster,
        "landmark_months": landmark_months,
    }
    influence, influential = measure_influence(estimate, patients)
    spline_terms, spline_curves = tabulate_splines(terms, estimate, model)
    return CoxFit(
        coefficients=_tabulate_coefficients(terms, estimate, model),
        model=pd.DataFrame([model], columns=MODELS[1:]),
        proportional_hazards=_tabulate_tests(estimate),
        schoenfeld=_tabulate_residuals(estimate),
        spline_terms=spline_terms,
        spline_curves=spline_curves,
        influence=influence,
        influential=influential,
    )


def fit_quickly(patients, endpoint, variables, by_lifelines=False):
    """Coefficients (as those of `fit_cox`) and the Estimate, or None, of complete patients, with Wald's tests and no others.

    By our own Newton for models that are many: a tenth of the time of lifelines, equal to 1e-10.
    """
    terms = build_terms(patients, endpoint, variables)
    problem = build_problem(terms, patients, endpoint)
    estimate = problem and estimate_terms(problem, tested=False, by_lifelines=by_lifelines)
    model = {
        "patients": len(patients),
        "events": int(patients[f"{endpoint}_event"].sum()),
        "method": estimate.method if estimate else None,
    }
    return _tabulate_coefficients(terms, estimate, model), estimate


def select_analysed(
    cohort, endpoint, variables, strata=None, cluster=None, landmark_months=None, delayed=False
):
    """Complete patients at risk, and how many had a value missing; `delayed` as `select_patients`."""
    patients = select_patients(cohort, endpoint, landmark_months, delayed)
    others = [*(strata or []), *([cluster] if cluster else [])]
    complete = select_complete(patients, variables, others)
    return patients[complete], int((~complete).sum())


def build_terms(patients, endpoint, variables, finite=False):
    event = patients[f"{endpoint}_event"]
    return [build_term(patients, event, *each, finite) for each in variables.items()]


def _tell_infinite(estimate):
    """Which hazard ratios have no finite value although their columns are in the likelihood."""
    names = [
        f"{term.name} ({level})" if isinstance(level, str) else term.name
        for (term, level), finite in zip(estimate.problem.owners, estimate.finite, strict=True)
        if not finite
    ]
    return f"in the likelihood without a finite hazard ratio: {', '.join(dict.fromkeys(names))}"


def _summarise(estimate, notes):
    """The part of the model row that comes from the likelihood."""
    row = dict.fromkeys(MODELS[MODELS.index("parameters") : MODELS.index("strata")], np.nan)
    row |= {"parameters": 0, "method": None, "note": "; ".join(notes) or None}
    if estimate is None:
        return row | {"note": "; ".join([*notes, "nothing is estimable"])}
    problem, count = estimate.problem, len(estimate.coef)
    statistic = 2 * (estimate.log_likelihood - estimate.null)
    return row | {
        "parameters": count,
        "events_per_parameter": problem.event.sum() / count,
        "lr_statistic": statistic,
        "lr_df": count,
        "lr_p_value": chdtrc(count, max(statistic, 0)),
        "concordance": np.nan
        if problem.entry is not None
        else concordance(problem.months, problem.event, estimate.ranks, problem.strata),
        # a penalised likelihood has no such criterion
        "aic": np.nan if estimate.method == "firth" else 2 * (count - estimate.log_likelihood),
        "method": estimate.method,
    }


def _tabulate_coefficients(terms, estimate, model):
    rows = []
    for term in terms:
        tests = {} if estimate is None else estimate.factor_p_values
        places = {} if estimate is None else _place(estimate, term)
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
            if isinstance(term, SplineTerm):
                row |= describe_contrast(term, estimate) | {"per": np.nan}
            elif level in places:
                row |= _describe(estimate, places[level])
            elif places and level == term.reference:
                row |= {"coef": 0.0, "hazard_ratio": 1.0}
            rows.append(row)
    return pd.DataFrame(rows, columns=COEFFICIENTS[1:])


def _place(estimate, term):
    """The column of each level of the term that has a finite coefficient."""
    columns = [each for each in estimate.problem.columns_of(term) if estimate.finite[each]]
    return {estimate.problem.owners[column][1]: column for column in columns}


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
    """Proportional-hazards tests; none for a penalised fit, whose score is not 0.

    An infinite coefficient cannot change over time as far as data tell, so that it does not count as a degree of freedom (it
    does in R); a variable with no other is not tested.
    """
    rows = []
    if estimate is not None and estimate.maximum:
        problem, kept = estimate.problem, estimate.maximum.kept
        owned = {term.name: problem.columns_of(term) for term, _ in problem.owners}
        terms = {
            name: [int(np.searchsorted(kept, each)) for each in columns if estimate.finite[each]]
            for name, columns in owned.items()
        }
        arguments = problem.months, problem.event, problem.x[:, kept], estimate.maximum.coef[kept]
        tests = dict.fromkeys([*terms, "GLOBAL"], (np.nan, 0, np.nan))
        if testable := {name: columns for name, columns in terms.items() if columns}:
            tests |= test_proportional_hazards(
                estimate.maximum.risk_sets, *arguments, testable, problem.entry
            )
        rows = [(name, *test) for name, test in tests.items()]
    return pd.DataFrame(rows, columns=PROPORTIONAL_HAZARDS[1:])


def _tabulate_residuals(estimate):
    tables = [pd.DataFrame(columns=SCHOENFELD[1:])]
    if estimate is not None and estimate.maximum and estimate.finite.any():
        problem, kept = estimate.problem, estimate.maximum.kept
        times, residuals = scale_schoenfeld(
            estimate.maximum.risk_sets,
            problem.months,
            problem.x[:, kept],
            estimate.maximum.coef[kept],
        )
        order = np.argsort(times, kind="stable")
        for place, column in enumerate(kept):
            (term, level), scale = problem.owners[column], problem.scale[column]
            # a column of a spline means nothing by itself; the term is tested as a whole
            if not estimate.finite[column] or isinstance(term, SplineTerm):
                continue
            table = pd.DataFrame(
                {"time": times[order], "residual": residuals[order, place] / scale}
            )
            name = term.name if level is None else f"{term.name}: {level}"
            table = table.assign(term=name, variable=term.name, level=level)
            tables.append(table[SCHOENFELD[1:]])
    return concatenate(tables)


def fit_models(cohort, endpoint, models, variables):
    """All declared models: the tables of CoxFit, each with `model` as first column.

    models: {name: {variables: [names], splines, strata, cluster, separated, landmark_months}}; variables:
    {name: spec}. The model `univariable` is one fit per variable; its rows carry the variable in
    models table, one test per variable, no residuals and no influence. The coefficients of a model from a landmark are followed by
    those of its variables, each alone in the patients of the model, under the name of `name_alone`.
    """
    found = {key: [pd.DataFrame(columns=columns)] for key, columns in TABLES.items()}
    for name, names, options in list_fits(models):
        options["separated"] = models[name].get("separated") or "drop"
        chosen = choose_specs(models[name], names, variables)
        fit = fit_cox(cohort, endpoint, chosen, **options)
        tables = vars(fit)
        if name == UNIVARIABLE:
            tests = fit.proportional_hazards
            tables = tables | {
                "model": fit.model.assign(variable=names[0]),
                "proportional_hazards": tests[tests["term"] != "GLOBAL"],
                "schoenfeld": fit.schoenfeld.head(0),
                "influence": fit.influence.head(0),
                "influential": fit.influential.head(0),
            }
        for key, table in tables.items():
            found[key].append(table.assign(model=name)[TABLES[key]])
        if name != UNIVARIABLE and options["landmark_months"]:
            alone = _fit_alone(cohort, endpoint, chosen, options)
            found["coefficients"].append(alone.assign(model=name_alone(name))[COEFFICIENTS])
    return CoxFit(**{key: concatenate(tables) for key, tables in found.items()})


def _fit_alone(cohort, endpoint, variables, options):
    """Coefficients of each variable alone, from the landmark, in the patients of the model with all of them."""
    month, grouped = options["landmark_months"], (options["strata"], options["cluster"])
    patients, _ = select_analysed(cohort, endpoint, variables, *grouped, month, delayed=True)
    same = cohort.loc[patients.index]
    fits = [
        fit_cox(
            same,
            endpoint,
            {
                name: {key: value for key, value in spec.items() if key != "spline"}
            },  # a straight line
            separated=options["separated"],
            landmark_months=month,
        )
        for name, spec in variables.items()
    ]
    return concatenate([fit.coefficients for fit in fits])


def list_fits(models):
    """(model, names of its variables, strata, cluster and landmark as a dict) of every fit."""
    for name, spec in models.items():
        chosen = spec["variables"]
        for names in [[each] for each in chosen] if name == UNIVARIABLE else [chosen]:
            yield (
                name,
                names,
                {key: spec.get(key) for key in ("strata", "cluster", "landmark_months")},
            )
