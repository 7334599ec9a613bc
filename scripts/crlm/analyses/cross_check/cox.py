"""Cox models computed a second time: by our own likelihood, and C by scikit-survival."""

import numpy as np

from crlm.plan.models import UNIVARIABLE, choose_specs
from crlm.survival.cox import build_terms, list_fits, select_analysed
from crlm.survival.cox_design import SplineTerm
from crlm.survival.cox_estimate import build_problem, list_comparable
from crlm.survival.discrimination import PAIRS, harrell_c
from crlm.survival.partial_likelihood import build_risk_sets, evaluate, maximise, sum_information
from crlm.survival.second import limit_again
from crlm.survival.spline_terms import list_splines, weigh_contrast

FIRST, OWN = "lifelines", "own partial likelihood"
SECOND_C, OWN_C = "scikit-survival", "own kernel"
LIMITS = {
    "lower": "lower limit of the hazard ratio",
    "upper": "upper limit of the hazard ratio",
}


def check_cox(cohort, endpoint, plan, results):
    """Hazard ratio, limits, p and standard error of each term, log-likelihood and C of each fit, as rows of `estimate.CHECKS`.

    results: cox/{endpoint}.csv as `cox` and its `_models.csv` as `models`. The second value is where our own score
    vanishes, with our own information there; of C scikit-survival's, of fits without strata and infinite ratios. Penalised fits
    have no second computation, robust errors neither.
    """
    variables, coefficients = plan["variables"], results["cox"]
    for name, names, options in list_fits(plan["models"]):
        fits = results["models"]
        fits = fits[fits["model"] == name]
        if name == UNIVARIABLE:
            fits = fits[fits["variable"] == names[0]]
        fit = fits.iloc[0]
        if fit["method"] != "efron":
            continue
        chosen = choose_specs(plan["models"][name], names, variables)
        patients, _ = select_analysed(cohort, endpoint, chosen, **options)
        terms = build_terms(patients, endpoint, chosen)
        problem = build_problem(terms, patients, endpoint, options["strata"])
        mine = coefficients[coefficients["model"] == name]
        where = f"{name}: {names[0]}" if name == UNIVARIABLE else name
        found = _compute_again(problem, mine[mine["variable"].isin(names)], fit)
        for at, *each in found:
            yield f"{name}: {at}" if at else where, *each


def check_ratios(cohort, endpoint, plan, results):
    """The same of the groups of each grouping alone, without likelihood and C: kaplan_meier/{endpoint}_ratios.csv as `ratios`."""
    for name, published in results["ratios"].groupby("grouping", sort=False):
        column, spec = published["variable"].iloc[0], plan["groupings"][name]
        chosen = {column: {"kind": "categorical", "levels": spec["groups"]}}
        month = spec.get("landmark_months")
        patients, _ = select_analysed(cohort, endpoint, chosen, landmark_months=month)
        problem = build_problem(build_terms(patients, endpoint, chosen), patients, endpoint)
        if problem:
            yield from _compute_again(problem, published)


def _compute_again(problem, published, fit=None):
    """(term or "", what, value, by, second value, by) of one fit; without its row of `_models.csv` only of its terms."""
    labels, kept = list_comparable(problem)
    risk_sets = build_risk_sets(problem.months, problem.event, labels)
    x = problem.x[:, kept]
    coef, log_likelihood, _, converged = maximise(risk_sets, x)
    if not kept or not converged:
        return
    at = evaluate(risk_sets, x, coef)
    variance = np.linalg.inv(sum_information(risk_sets, x, at))
    error = np.sqrt(np.diag(variance))
    lines = {(row["variable"], _text(row["level"])): row for row in published.to_dict("records")}
    for place, column in enumerate(kept):
        (term, level), scale = problem.owners[column], problem.scale[column]
        if isinstance(term, SplineTerm):  # its columns are not printed
            continue
        line = lines[term.name, _text(level)]
        if np.isnan(line["coef"]):
            continue
        at_term = term.name if level is None else f"{term.name} ({level})"
        robust = fit is not None and isinstance(fit["cluster"], str)
        values = coef[place] / scale, None if robust else error[place] / scale
        yield from _name_numbers(at_term, line, *values)
    if fit is None:
        return
    for term in list_splines(dict.fromkeys(term for term, _ in problem.owners)):
        yield from _contrast_again(problem, term, kept, coef, variance, published, fit)
    published_likelihood = fit["parameters"] - fit["aic"] / 2
    yield "", "log-likelihood", published_likelihood, FIRST, log_likelihood, OWN
    if len(kept) == problem.x.shape[1] and not isinstance(fit["strata"], str):
        linear = np.round(x @ coef, 10)  # as in the first computation
        yield (
            "",
            "C",
            fit["concordance"],
            FIRST,
            *_count_pairs(problem.months, problem.event, linear),
        )


def _count_pairs(months, event, linear):
    """C and who computed it; scikit-survival goes from pair to pair, 30 s and more of 80,000 patients."""
    if len(months) > PAIRS:
        return harrell_c(months, event, linear), OWN_C
    from sksurv.metrics import concordance_index_censored

    with np.errstate(invalid="ignore"):  # 0 of 0 pairs where all events are on one day
        return concordance_index_censored(event == 1, months, linear)[0], SECOND_C


def _contrast_again(problem, term, kept, coef, variance, published, fit):
    """The printed ratio of a spline and its error, from the coefficients of the second computation."""
    line = published[published["variable"] == term.name].iloc[0]
    columns = problem.columns_of(term)
    if np.isnan(line["coef"]) or not set(columns) <= set(kept):
        return
    places = [kept.index(column) for column in columns]
    weights = weigh_contrast(term) / problem.scale[columns]
    at_term = f"{term.name} ({line['level']})"
    error = np.sqrt(weights @ variance[np.ix_(places, places)] @ weights)
    robust = isinstance(fit["cluster"], str)
    yield from _name_numbers(at_term, line, weights @ coef[places], None if robust else error)


def _name_numbers(at_term, line, coef, error):
    """The rows of one hazard ratio, from the coefficient and the error (None: robust, no second one) of the second computation."""
    yield at_term, "hazard ratio", line["hazard_ratio"], FIRST, np.exp(coef), OWN
    if error is None:
        return
    yield at_term, "standard error", line["se"], FIRST, error, OWN
    lower, upper, p_value = limit_again(coef, error)
    with np.errstate(over="ignore"):  # as in the first computation
        limits = np.exp([lower, upper])
    for (side, words), limit in zip(LIMITS.items(), limits, strict=True):
        yield at_term, words, line[side], FIRST, limit, OWN
    yield at_term, "p (hazard ratio)", line["p_value"], FIRST, p_value, OWN


def _text(level):
    return level if isinstance(level, str) else ""
