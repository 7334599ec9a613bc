"""How far the libraries of the field are from R: worst relative differences over the golden values."""

import json
from pathlib import Path

import libraries
import numpy as np
import pandas as pd
from reference_data import VARIABLES, build_cohorts

HERE = Path(__file__).parent
COHORTS = build_cohorts()
GOLDEN, CONVENTIONS, CUTOFFS, PERFORMANCE = (
    json.loads((HERE / f"{name}.json").read_text())
    for name in ("golden", "conventions", "cutoffs", "performance")
)
WHOLE = COHORTS["breast"].assign(death_months=np.ceil(COHORTS["breast"]["death_months"]))
CURVES = {
    "lung": COHORTS["lung"],
    "flies": COHORTS["flies"],
    "breast": COHORTS["breast"],
    "breast_grade_1": COHORTS["breast"].query("grade == 'I'"),
}


def differ(found, expected):
    """Worst relative difference; infinite where one is missing and the other is not."""
    found, expected = np.ravel(np.asarray(found, float)), np.ravel(np.asarray(expected, float))
    if not np.array_equal(np.isnan(found), np.isnan(expected)):
        return np.inf
    kept = ~np.isnan(expected)
    found, expected = found[kept], expected[kept]
    size = np.where(expected == 0, 1, np.abs(expected))
    return float(np.max(np.abs(found - expected) / size, initial=0))


def times_events(cohort):
    return cohort["death_months"].to_numpy(), cohort["death_event"].to_numpy()


def codes(cohort, name):
    return cohort[name].astype(object).map(VARIABLES[name]["levels"].index).to_numpy()


def dummies(cohort, name):
    levels = VARIABLES[name]["levels"]
    return {level: (cohort[name] == level).astype(float) for level in levels[1:]}


# Curves ----------------------------------------------------------------------------------------
def measure_curves(column):
    worst = 0
    for name, cohort in CURVES.items():
        table, expected = libraries.curve(*times_events(cohort)), GOLDEN["kaplan_meier"][name]
        worst = max(worst, differ(table[column].iloc[1:], expected[column]))
    return worst


def measure_curves_again():
    worst = 0
    for name, cohort in CURVES.items():
        _, survival, _ = libraries.curve_again(*times_events(cohort))
        worst = max(worst, differ(survival, GOLDEN["kaplan_meier"][name]["survival"]))
    return worst


def measure_medians():
    worst = 0
    for name, cohort in CURVES.items():
        months, event = times_events(cohort)
        worst = max(
            worst, differ(libraries.medians(months, event), GOLDEN["kaplan_meier"][name]["median"])
        )
        worst = max(
            worst,
            differ(libraries.medians(months, 1 - event), GOLDEN["kaplan_meier"][name]["follow_up"]),
        )
    for case in CONVENTIONS["flat_medians"].values():
        months, event = np.array(case["time"], float), np.array(case["event"], float)
        worst = max(worst, differ(libraries.medians(months, event), case["median"]["printed"]))
        worst = max(
            worst, differ(libraries.medians(months, 1 - event), case["follow_up"]["printed"])
        )
    return worst


def measure_own_medians():
    """lifelines' `median_survival_time_`, which knows no flat and no tolerance."""
    worst = 0
    for case in CONVENTIONS["flat_medians"].values():
        with np.errstate():
            fitter = libraries.KaplanMeierFitter().fit(case["time"], case["event"])
        found = fitter.median_survival_time_
        worst = max(
            worst, differ(np.nan if np.isinf(found) else found, case["median"]["printed"][0])
        )
    return worst


def measure_hazard(again):
    worst = 0
    for name, cohort in CURVES.items():
        expected = GOLDEN["kaplan_meier"][name]
        hazard = np.cumsum(np.array(expected["events"]) / np.array(expected["at_risk"]))
        months, event = times_events(cohort)
        if again:
            found = libraries.nonparametric.nelson_aalen_estimator(event == 1, months)[1]
        else:
            found = libraries.cumulative_hazard(months, event).iloc[1:]
        worst = max(worst, differ(found, hazard))
    return worst


# Tests -----------------------------------------------------------------------------------------
TESTS = {
    "lung_sex": ("lung", "sex"),
    "breast_grade": ("breast", "grade"),
    "veterans_cell": ("veterans", "cell"),
    "recidivism_aid": ("recidivism", "aid"),
}
STRATIFIED = {
    "whole": (WHOLE, "grade", "menopause", "nodes"),
    "veterans": (COHORTS["veterans"], "treatment", "cell", "score"),
    "recidivism": (COHORTS["recidivism"], "aid", "race", "prior"),
}


def measure_log_rank(function):
    return max(
        differ(
            function(*times_events(COHORTS[cohort]), codes(COHORTS[cohort], group)),
            GOLDEN["log_rank"][name]["statistic"],
        )
        for name, (cohort, group) in TESTS.items()
    )


def measure_trend():
    return max(
        differ(
            libraries.trend(*times_events(COHORTS[cohort]), codes(COHORTS[cohort], group)),
            GOLDEN["trend"][name]["statistic"],
        )
        for name, cohort, group in [
            ("breast_grade", "breast", "grade"),
            ("veterans_cell", "veterans", "cell"),
        ]
    )


def measure_stratified_log_rank():
    return max(
        differ(
            libraries.stratified_log_rank(
                *times_events(cohort), codes(cohort, group), codes(cohort, stratum)
            ),
            [CONVENTIONS["strata"][name]["log_rank"][key] for key in ("statistic", "p")],
        )
        for name, (cohort, group, stratum, _) in STRATIFIED.items()
    )


def measure_stratified_c():
    """scikit-survival's counts of pairs added over the strata."""
    worst = 0
    for name, (cohort, _, stratum, predictor) in STRATIFIED.items():
        counts = np.zeros(3)
        for _, part in cohort.groupby(stratum, observed=True):
            observed = libraries.outcome(*times_events(part))
            counts += libraries.metrics.concordance_index_censored(
                *(observed["event"], observed["time"], part[predictor].to_numpy(float))
            )[1:4]
        found = (counts[0] + counts[2] / 2) / counts.sum()
        worst = max(worst, differ(found, CONVENTIONS["strata"][name]["concordance"]))
    return worst


# Competing causes --------------------------------------------------------------------------------
def causes():
    graft, cases = COHORTS["graft"], CONVENTIONS["incidence"]
    yield graft["death_months"].to_numpy(), graft["cause"], GOLDEN["incidence"]["graft"]
    for case in cases.values():
        yield np.array(case["months"], float), pd.Series(case["cause"]), case


def measure_incidence(what, ended=True):
    """ended: also where everybody who was left has an event at the last time."""
    worst = 0
    for months, cause, expected in list(causes())[: None if ended else -1]:
        status = cause.map({"disease": 1, "death": 2}).fillna(0).astype(int).to_numpy()
        _, found, error = libraries.incidence(months, status)
        if what == "se":
            worst = max(worst, differ(error.T, expected["se"]))
        elif what == "limits":
            lower, upper = libraries.log_log_limits(found, error)
            worst = max(
                worst, differ(lower.T, expected["lower"]), differ(upper.T, expected["upper"])
            )
        else:
            worst = max(worst, differ(found.T, expected[what]))
    return worst


def measure_incidence_again(what):
    worst = 0
    for months, cause, expected in causes():
        status = cause.map({"disease": 1, "death": 2}).fillna(0).astype(int).to_numpy()
        found, limits = libraries.incidence_again(months, status)
        wanted = np.array(expected["incidence" if what == "incidence" else "lower"], float)
        found = (
            found.T if what == "incidence" else np.where(np.isnan(wanted), np.nan, limits[:, 0].T)
        )
        worst = max(worst, differ(found, wanted))
    return worst


# Cox -----------------------------------------------------------------------------------------------
def models():
    breast, lung = COHORTS["breast"], COHORTS["lung"].dropna(subset=["age", "sex", "ecog"])
    recidivism, veterans = COHORTS["recidivism"], COHORTS["veterans"]
    nodes = {"age": breast["age"] / 10, "nodes": np.log2(breast["nodes"])}
    size = {"age": breast["age"] / 10, "size": breast["size"]}
    grade, hormone = dummies(breast, "grade"), dummies(breast, "hormone")
    yield "breast", breast, nodes | grade | hormone, None
    yield "breast_strata", breast, size | grade, breast["menopause"]
    first = {"age": recidivism["age"] / 10, "prior": recidivism["prior"]}
    yield (
        "recidivism",
        recidivism,
        first | dummies(recidivism, "aid") | dummies(recidivism, "race"),
        None,
    )
    yield (
        "lung",
        lung,
        {"age": lung["age"] / 10} | dummies(lung, "sex") | dummies(lung, "ecog"),
        None,
    )
    score = {"score": veterans["score"] / 10} | dummies(veterans, "treatment")
    yield "veterans", veterans, score | dummies(veterans, "cell"), None
    yield "veterans_strata", veterans, score | dummies(veterans, "fit"), veterans["cell"]


def measure_cox(what, options=libraries.PRECISE):
    worst = 0
    for name, cohort, columns, strata in models():
        fit, expected = (
            libraries.cox(pd.DataFrame(columns), *times_events(cohort), strata, options=options),
            GOLDEN["cox"][name],
        )
        found = {
            "coef": fit.params_,
            "se": fit.standard_errors_,
            "lr": fit.log_likelihood_ratio_test().test_statistic,
            "aic": fit.AIC_partial_,
            "concordance": fit.concordance_index_,
        }
        worst = max(worst, differ(found[what], expected[what]))
    return worst


def measure_model_c():
    """scikit-survival's C of lifelines' linear predictor, which counts predictions within 1e-8 as equal."""
    worst = 0
    for name, cohort, columns, strata in models():
        if strata is None:
            x = pd.DataFrame(columns)
            linear = x.to_numpy() @ libraries.cox(x, *times_events(cohort)).params_.to_numpy()
            found = libraries.harrell_c(libraries.outcome(*times_events(cohort)), linear)
            worst = max(worst, differ(found, GOLDEN["cox"][name]["concordance"]))
    return worst


def measure_cox_again(what):
    worst = 0
    for name, cohort, columns, strata in models():
        strata = None if strata is None else strata.astype(str).to_numpy()
        fit = libraries.cox_again(pd.DataFrame(columns), *times_events(cohort), strata)
        worst = max(
            worst, differ({"coef": fit.params, "se": fit.bse}[what], GOLDEN["cox"][name][what])
        )
    return worst


def measure_breslow():
    """Coefficients by statsmodels with Breslow's ties."""
    first = COHORTS["recidivism"]
    columns = {"age": first["age"], "prior": first["prior"]}
    cases = {
        "whole": (WHOLE, {"nodes": WHOLE["nodes"]} | dummies(WHOLE, "hormone")),
        "recidivism": (first, columns | dummies(first, "aid") | dummies(first, "race")),
    }
    worst = 0
    for name, (cohort, x) in cases.items():
        fit = libraries.cox_again(pd.DataFrame(x), *times_events(cohort), ties="breslow")
        worst = max(worst, differ(fit.params, CONVENTIONS["ties"][name]["breslow"]["coef"]))
    return worst


def separated():
    """Cohorts with levels without events and a separating number: golden name, covariates, months, event."""
    eventless = pd.DataFrame(CONVENTIONS["inputs"]["eventless"])
    group = {each: (eventless["group"] == each) * 1.0 for each in ("x", "y", "z")}
    side = {each: (eventless["side"] == each) * 1.0 for each in ("right", "both")}
    age = {"age": eventless["age"] * 1.0}
    months = eventless["months"].to_numpy(float)
    yield "factor", group, months, eventless["event_of_group"].to_numpy()
    yield "factor_and_number", group | age, months, eventless["event_of_group"].to_numpy()
    yield "two_factors", group | side | age, months, eventless["event"].to_numpy()
    separating = pd.DataFrame(CONVENTIONS["inputs"]["separating"])
    number = {"marker": separating["marker"] * 1.0}
    yield (
        "separating_number",
        number,
        separating["months"].to_numpy(float),
        separating["event"].to_numpy(),
    )


def measure_levels_without_events():
    """Likelihood ratio, finite coefficients and their errors of lifelines without the patients of those levels.

    Their hazard is infinitely low, so they weigh nothing in any risk set; the null likelihood is of all patients.
    """
    worst = 0
    for name, columns, months, event in separated():
        x, expected = pd.DataFrame(columns), CONVENTIONS["levels_without_events"][name]
        empty = [each for each in x if x[each].isin([0, 1]).all() and not event[x[each] == 1].any()]
        if not empty:
            continue
        kept = ~x[empty].any(axis=1).to_numpy()
        fit = libraries.cox(x.loc[kept].drop(columns=empty), months[kept], event[kept])
        null = libraries.cox(x[[]], months, event).log_likelihood_
        finite = ~x.columns.isin(empty)
        worst = max(
            worst,
            differ(2 * (fit.log_likelihood_ - null), expected["lr"]),
            differ(fit.params_, np.array(expected["coef"])[finite]),
            differ(fit.standard_errors_, np.array(expected["se"])[finite]),
        )
    return worst


def measure_separated(again):
    """The likelihood ratio of a separating number; again: by statsmodels, and also with levels without events."""
    worst = 0
    for name, columns, months, event in separated():
        if again or name == "separating_number":
            x, expected = pd.DataFrame(columns), CONVENTIONS["levels_without_events"][name]
            null = libraries.cox(x[[]], months, event).log_likelihood_
            fit = (
                libraries.cox_again(x, months, event) if again else libraries.cox(x, months, event)
            )
            found = fit.llf if again else fit.log_likelihood_
            worst = max(worst, differ(2 * (found - null), expected["lr"]))
    return worst


def measure_prediction():
    """lifelines' predicted survival: its baseline hazard is Breslow's, R's with Efron's ties is Efron's."""
    worst = 0
    for name, columns in {"breast": ["nodes"], "recidivism": ["age", "prior"]}.items():
        x, expected = COHORTS[name][columns], PERFORMANCE["survival"][name]
        fit = libraries.cox(x, *times_events(COHORTS[name]))
        found = fit.predict_survival_function(x.iloc[:5], times=expected["times"]).to_numpy().T
        worst = max(worst, differ(found, expected["survival"]))
    return worst


def measure_cluster():
    lung = COHORTS["lung"].dropna(subset=["age", "sex", "ecog", "institution"])
    x = pd.DataFrame({"age": lung["age"] / 10} | dummies(lung, "sex") | dummies(lung, "ecog"))
    fit = libraries.cox(x, *times_events(lung), cluster=lung["institution"])
    return differ(fit.standard_errors_, GOLDEN["cox"]["lung_cluster"]["robust"]["se"])


def measure_proportional_hazards():
    """Terms of one column of a model with ties."""
    _, cohort, columns, _ = next(each for each in models() if each[0] == "recidivism")
    x, expected = pd.DataFrame(columns), GOLDEN["cox"]["recidivism"]
    fit = libraries.cox(x, *times_events(cohort))
    found = libraries.proportional_hazards(fit, x, *times_events(cohort))
    return differ([found[name] for name in x], expected["chisq"][:-1])


def measure_spline(what):
    """The likelihood ratio, or the log hazard ratio along the number, with patsy's columns in place of Harrell's."""
    breast, worst = COHORTS["breast"], 0
    for name, expected in CUTOFFS["spline"].items():
        x, _ = libraries.natural_spline(breast[name], expected["knots"])
        fit = libraries.cox(x, *times_events(breast))
        at, _ = libraries.natural_spline(
            [*expected["at"], expected["reference"]], expected["knots"]
        )
        along = at.to_numpy() @ fit.params_.to_numpy()
        ratio = fit.log_likelihood_ratio_test().test_statistic
        found = {"likelihood_ratio": ratio, "curve": along[:-1] - along[-1]}
        worst = max(worst, differ(found[what], expected[what]))
    return worst
