"""Cox models of the plan in imputed data sets, pooled by Rubin's rules, beside their complete cases."""

import numpy as np
import pandas as pd

from crlm.plan.phrases import plural
from crlm.survival.completion import complete_patients, compute_scores_again
from crlm.survival.cox import build_terms, select_analysed
from crlm.survival.cox_design import SplineTerm, prepare_values
from crlm.survival.cox_estimate import build_problem, estimate_terms
from crlm.survival.horizons import MINIMUM_EVENTS
from crlm.survival.imputation import impute
from crlm.survival.kaplan_meier import select_patients
from crlm.survival.pooling import pool, pool_test
from crlm.survival.spline_terms import describe_contrast, settle_spline

COLUMNS = [
    *("model", "variable", "level", "reference", "analysis", "patients", "events", "missing"),
    *("coef", "se", "hazard_ratio", "lower", "upper", "p_value", "factor_p_value"),
    *("df", "fmi", "imputations", "note"),
]
KEPT = ("coef", "se", "hazard_ratio", "lower", "upper", "p_value", "factor_p_value", "note")


def assess_imputed_models(cohort, endpoint, settings, cox, seed):
    """Every model in its complete cases and after imputation, with the columns of COLUMNS.

    settings: as the plan completes them; cox: cox/{endpoint}.csv, which has the complete cases. Everybody with the endpoint is
    imputed, once for all models, from their covariates and strata, the auxiliary variables, the event and the Nelson-Aalen
    hazard. Two rows per term or level: analysis `complete` and `imputed`; `missing`: how many of all patients lack the variable;
    `fmi`: the fraction of missing information. p_value: Wald by Student's t; factor_p_value: all levels together, by the
    likelihood ratio in the complete cases and by Li, Raghunathan and Rubin's D1 in the imputed. Nothing raises because of the
    data: where there is no number `note` says why.
    """
    patients = select_patients(cohort, endpoint)
    events = int(patients[f"{endpoint}_event"].sum())
    note, tables = None, []
    if f"{endpoint}_entry" in cohort:
        note = "patients under observation only from a later time: not imputed"
    elif events < MINIMUM_EVENTS:
        note = f"{plural(events, 'event')}, fewer than {MINIMUM_EVENTS}"
    elif not any(_select(patients, endpoint, m)[1] for m in settings["models"].values()):
        note = "nothing is missing: as the complete cases"
    else:
        tables = impute_patients(cohort, endpoint, settings, seed)
    fits, rows = {name: [] for name in settings["models"]}, []
    settled = {
        name: _settle(_select(patients, endpoint, model)[0], endpoint, model)
        for name, model in (settings["models"].items() if not note else ())
    }
    for table in tables:  # one after the other, since all of them at once are too much for memory
        for name, model in settled.items():
            fits[name].append(fit_completed(table, endpoint, model))
    for name, model in settings["models"].items():
        rows += _assess_model(patients, endpoint, name, model, fits[name], note, cox)
    return pd.DataFrame(rows, columns=COLUMNS)


def impute_patients(cohort, endpoint, settings, seed):
    """Yields the completed patients of the endpoint, a table per imputation, with what follows from the imputed values."""
    patients = select_patients(cohort, endpoint)
    imputed = impute(
        *(cohort, endpoint, settings["targets"], settings["auxiliary"]),
        *(settings["imputations"], seed, settings["iterations"]),
    )
    for each in imputed.tables:
        completed = complete_patients(patients, each, settings["derived"])
        yield compute_scores_again(completed, settings["scores"], cohort)


def fit_completed(patients, endpoint, model):
    """What one completed table says of a model.

    Returns its size {patients, events}, {(variable, level): (coef, se)}, {variable: (coef, variance)} and {variable: reference}.
    """
    chosen, _ = _select(patients, endpoint, model)
    terms = build_terms(chosen, endpoint, model["variables"])
    problem = build_problem(terms, chosen, endpoint, model["strata"], model["cluster"])
    estimate = problem and estimate_terms(problem, tested=False, by_lifelines=False)
    single, whole = {}, {}
    for term in terms if estimate else []:
        places = estimate.problem.columns_of(term)
        scale = estimate.problem.scale[places]
        levels = [estimate.problem.owners[place][1] for place in places]
        coef, error = estimate.coef[places] / scale, estimate.error[places] / scale
        if np.isfinite(error).all() and len(places):
            variance = estimate.variance[np.ix_(places, places)] / np.outer(scale, scale)
            whole[term.name] = coef, variance
        if isinstance(term, SplineTerm):
            found = describe_contrast(term, estimate)
            single[term.name, found["level"]] = found.get("coef", np.nan), found.get("se", np.nan)
            continue
        for level, *numbers in zip(levels, coef, error, strict=True):
            single[term.name, level] = tuple(numbers)
    size = {"patients": len(chosen), "events": int(chosen[f"{endpoint}_event"].sum())}
    return size, single, whole, {term.name: term.reference for term in terms}


def _assess_model(patients, endpoint, name, model, fits, note, cox):
    """The rows of one model: complete cases, and imputed."""
    printed = cox[cox["model"] == name].to_dict("records")
    complete, _ = _select(patients, endpoint, model)
    missing = _count_missing(patients, model)
    size = {"patients": len(complete), "events": int(complete[f"{endpoint}_event"].sum())}
    everybody = {"patients": len(patients), "events": int(patients[f"{endpoint}_event"].sum())}
    whole = fits[0][0] if fits else everybody
    rows = []
    for row in printed:
        level = row["level"] if isinstance(row["level"], str) else None
        about = {key: row[key] for key in ("model", "variable", "reference")}
        about |= {"level": level, "missing": int(missing[row["variable"]])}
        before = {key: row[key] for key in KEPT}
        rows.append(about | size | before | {"analysis": "complete"})
        after = about | whole | {"analysis": "imputed", "imputations": len(fits), "note": note}
        if fits and level is not None and level == row["reference"]:
            after |= {"coef": 0.0, "hazard_ratio": 1.0}
        elif fits:
            after |= pool_term(fits, row["variable"], level, row["reference"], whole["events"])
        rows.append(after)
    return rows


def pool_term(fits, variable, level, reference, events):
    """One coefficient pooled over the fits of `fit_completed`, as a dict; a note where it is not estimable in all of them."""
    same = reference if isinstance(reference, str) else None
    pairs = [single.get((variable, level), (np.nan, np.nan)) for _, single, _, _ in fits]
    known = [
        np.isfinite(pair).all() and (found[variable] in (same, None))
        for pair, (_, _, _, found) in zip(pairs, fits, strict=True)
    ]
    if not all(known):
        return {"note": f"not estimable in {known.count(False)} of {len(fits)} imputed data sets"}
    coef, error = np.array(pairs).T
    parameters = sum(len(each[0]) for each in fits[0][2].values())
    pooled = pool(coef, error**2, max(events - parameters, 1))
    estimate, lower, upper = (pooled[key] for key in ("estimate", "lower", "upper"))
    row = {"coef": estimate, "se": pooled["se"], "df": pooled["df"], "fmi": pooled["fmi"]}
    with np.errstate(over="ignore"):
        ratios = np.exp([estimate, lower, upper])
    row |= dict(zip(("hazard_ratio", "lower", "upper"), ratios, strict=True))
    row["p_value"] = pooled["p_value"]
    together = [whole.get(variable) for _, _, whole, _ in fits]
    sizes = {None if each is None else len(each[0]) for each in together}
    if len(sizes) == 1 and None not in sizes:
        row["factor_p_value"] = pool_test(*map(np.array, zip(*together, strict=True)))[-1]
    return row


def _select(patients, endpoint, model):
    """The complete patients of a model, and how many are left out."""
    return select_analysed(
        patients, endpoint, model["variables"], model["strata"], model["cluster"]
    )


def _settle(complete, endpoint, model):
    """The model with the knots and values compared of its splines as the complete cases gave them."""
    terms = build_terms(complete, endpoint, model["variables"]) if len(complete) else []
    settled = {each.name: settle_spline(each) for each in terms if isinstance(each, SplineTerm)}
    return model | {"variables": model["variables"] | settled}


def _count_missing(patients, model):
    """How many patients lack each covariate, by its name."""
    return pd.Series(
        {
            name: prepare_values(patients[name], spec).isna().sum()
            for name, spec in model["variables"].items()
        }
    )
