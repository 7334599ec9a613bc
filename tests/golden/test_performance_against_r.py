"""Concordance, refits, optimism and predicted survival against R; AUC and Brier against scikit-survival."""

import json
from pathlib import Path

import numpy as np
import pytest
from crlm.analyses.performance import estimate as performance
from crlm.analyses.performance import optimism
from crlm.survival import discrimination, prediction
from reference_data import VARIABLES, build_cohorts
from sksurv import metrics
from sksurv.util import Surv

GOLDEN = json.loads((Path(__file__).parent / "performance.json").read_text())
COHORTS = build_cohorts()
# R's bootstrap and ours draw differently: 5 standard errors of the difference of two such means
MONTE_CARLO = {"harrell_c": 0.002, "calibration_slope": 0.016}


def code(cohort, name):
    return cohort[name].astype(object).map(VARIABLES[name]["levels"].index) + 1


def prepare(name):
    """Cohort with the scores `first` and `second` of the R script's pair."""
    if name == "lung":
        cohort = COHORTS["lung"].dropna(subset=["age", "ecog"])
        return cohort.assign(first=code(cohort, "ecog"), second=cohort["age"])
    if name == "recidivism":
        return COHORTS[name].assign(first=lambda x: x["prior"], second=lambda x: x["age"])
    cohort = COHORTS["breast"]
    if name == "whole":
        cohort = cohort.assign(death_months=np.ceil(cohort["death_months"]))
    return cohort.assign(first=cohort["nodes"], second=code(cohort, "grade"))


PAIRS = {
    name: (prepare(name), tau) for name, tau in zip(GOLDEN["pairs"], (60, 60, 365, 40), strict=True)
}


def outcome(cohort):
    return cohort["death_months"].to_numpy(), cohort["death_event"].to_numpy()


@pytest.mark.parametrize("name", PAIRS)
def test_concordance(name):
    (cohort, tau), expected = PAIRS[name], GOLDEN["pairs"][name]
    for place, column in enumerate(["first", "second"]):
        data = (*outcome(cohort), cohort[column].to_numpy())
        found = discrimination.harrell_c(*data)
        assert found == pytest.approx(expected["harrell"]["c"][place], abs=1e-12)
        found = discrimination.uno_c(*data)
        assert found == pytest.approx(expected["uno"]["c"][place], abs=1e-12)
        found = discrimination.uno_c(*data, tau)
        assert found == pytest.approx(expected["uno_until"]["c"][place], abs=1e-12)


def test_concordance_under_counts():
    cohort, expected = PAIRS["whole"][0], GOLDEN["weighted"]
    data, counts = (*outcome(cohort), cohort["first"].to_numpy()), expected["counts"]
    patients = discrimination.sort_patients(*data[:2])
    found = discrimination.assess_counts(patients, np.array([counts]), [data[2]])
    assert found.harrell_c.item() == pytest.approx(expected["harrell"], abs=1e-12)
    assert found.uno_c.item() == pytest.approx(expected["uno"], abs=1e-12)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize(("metric", "key"), [("harrell_c", "harrell"), ("uno_c", "uno_until")])
def test_standard_errors(name, metric, key):
    """The bootstrap's against R's infinitesimal jackknife, of both scores and their difference.

    The standard error of 4,000 resamples is itself known to 1.1 %. For Uno's C R takes the
    censoring weights as known, which the bootstrap does not.
    """
    cohort, tau = PAIRS[name]
    variance = np.array(GOLDEN["pairs"][name][key]["variance"])
    found = discrimination.assess_counts(
        discrimination.sort_patients(*outcome(cohort)),
        discrimination.resample_counts(len(cohort), 4000, 1),
        cohort[["first", "second"]].to_numpy(float).T,
        tau,
        threads=2,
    )
    sample = getattr(found, metric)
    contrast = np.array([1, -1])
    expected = [*np.diag(variance), contrast @ variance @ contrast]
    drawn = [*sample.var(axis=0, ddof=1), (sample @ contrast).var(ddof=1)]
    np.testing.assert_allclose(np.sqrt(drawn), np.sqrt(expected), rtol=0.06)


REFITS = {
    "breast": ("age", "nodes", "size", "grade", "hormone"),
    "recidivism": ("age", "prior", "aid", "race"),
    "veterans": ("score", "treatment", "cell"),
}
UNITS = {
    name: {key: value for key, value in spec.items() if key not in ("per", "transform")}
    for name, spec in VARIABLES.items()
}


@pytest.mark.parametrize("name", REFITS)
def test_refits(name):
    """Coefficients, C in the resample and in the cohort, slope: R fits the expanded table."""
    cohort, expected = COHORTS[name], GOLDEN["refits"][name]
    fit, _ = prediction.fit_prediction(
        cohort, "death", {each: UNITS[each] for each in REFITS[name]}
    )
    problem = fit.estimate.problem
    coef, found = discrimination.fit_counts(
        discrimination.sort_patients(problem.months, problem.event),
        problem.x,
        np.array([each["counts"] for each in expected]),
        fit.estimate.coef,
    )
    np.testing.assert_allclose(
        coef / problem.scale, [each["coef"] for each in expected], rtol=0, atol=1e-8
    )
    keys = ("training", "test", "slope")
    np.testing.assert_allclose(
        found, [[each[key] for key in keys] for each in expected], rtol=0, atol=1e-8
    )


@pytest.mark.parametrize(
    ("name", "variables"),
    [("breast", REFITS["breast"]), ("veterans", ("age", "score", "treatment", "cell"))],
)
def test_optimism(name, variables):
    """Against rms::validate with 2,000 resamples of its own."""
    expected = GOLDEN["optimism"][name]
    found = optimism.assess_optimism(COHORTS[name], "death", variables, UNITS, 2000, 3, threads=2)
    found = found.set_index("metric")[["apparent", "training", "test", "optimism", "corrected"]]
    c = np.array(expected["dxy"]) / 2 + [0.5, 0.5, 0.5, 0, 0.5]
    # rms stops Newton's method early (eps 1e-4), which reorders a few of its predictions
    assert found.loc["harrell_c", "apparent"] == pytest.approx(c[0], abs=5e-5)
    for metric, values in (("harrell_c", c), ("calibration_slope", expected["slope"])):
        np.testing.assert_allclose(found.loc[metric], values, rtol=0, atol=MONTE_CARLO[metric])


@pytest.mark.parametrize("name", ["breast", "recidivism"])
def test_predicted_survival(name):
    names = {"breast": ["nodes"], "recidivism": ["age", "prior"]}[name]
    expected = GOLDEN["survival"][name]
    fit, _ = prediction.fit_prediction(
        COHORTS[name], "death", {each: UNITS[each] for each in names}
    )
    np.testing.assert_allclose(fit.survive(expected["times"])[:5], expected["survival"], rtol=1e-9)


@pytest.fixture(scope="module")
def untied():
    """The breast cohort with distinct times: deaths and censorings never coincide."""
    cohort = COHORTS["breast"]
    months = cohort["death_months"] + np.random.default_rng(1).uniform(0, 0.01, len(cohort))
    assert months.is_unique
    return months.to_numpy(), cohort["death_event"].to_numpy(), cohort["nodes"].to_numpy(float)


TIMES = np.array([6.0, 12, 36, 60, 72])


def test_concordance_against_scikit_survival(untied):
    months, event, score = untied
    expected = metrics.concordance_index_censored(event == 1, months, score)[0]
    assert discrimination.harrell_c(*untied) == pytest.approx(expected, abs=1e-12)
    y = Surv.from_arrays(event == 1, months)
    for tau in (None, 36, 72.5):
        expected = metrics.concordance_index_ipcw(y, y, score, tau)[0]
        found = discrimination.uno_c(*untied, np.inf if tau is None else tau)
        assert found == pytest.approx(expected, abs=1e-12)


def test_auc_against_scikit_survival(untied):
    months, event, score = untied
    y = Surv.from_arrays(event == 1, months)
    expected = metrics.cumulative_dynamic_auc(y, y, score, TIMES)[0]
    np.testing.assert_allclose(discrimination.auc_at(*untied, TIMES), expected, rtol=0, atol=1e-12)


def test_brier_against_scikit_survival(untied):
    months, event, score = untied
    y = Surv.from_arrays(event == 1, months)
    survival = np.exp(-np.outer(np.exp(0.05 * score), TIMES) / 150)
    found = discrimination.brier_score(months, event, survival, TIMES)
    expected = metrics.brier_score(y, y, survival, TIMES)[1]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    expected = metrics.integrated_brier_score(y, y, survival, TIMES)
    assert discrimination.integrate_brier(found, TIMES) == pytest.approx(expected, abs=1e-12)


def test_differences_agree_with_r():
    """The table's difference and its interval; p from R's normal approximation."""
    cohort = PAIRS["breast"][0]
    predictors = {each: {"kind": "score", "column": each} for each in ("first", "second")}
    found = performance.assess_performance(cohort, "death", predictors, [60], 4000, 2, threads=2)
    line = found.differences.set_index("metric").loc["harrell_c"]
    expected = GOLDEN["pairs"]["breast"]["harrell"]
    estimate, variance = expected["c"][0] - expected["c"][1], np.array(expected["variance"])
    error = np.sqrt(variance[0, 0] + variance[1, 1] - 2 * variance[0, 1])
    assert line["estimate"] == pytest.approx(estimate, abs=1e-12)
    limits = estimate + np.array([-1.96, 1.96]) * error
    np.testing.assert_allclose([line["lower"], line["upper"]], limits, rtol=0, atol=0.004)
    assert line["p_value"] < 0.01
    assert line["p_adjusted"] == line["p_value"]  # one pair only
