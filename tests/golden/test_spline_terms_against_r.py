"""Spline terms of Cox models against R: coxph with rcs, rms::anova, cox.zph, and robust Wald tests."""

import json
from pathlib import Path

import numpy as np
import pytest
from crlm.survival import cox, spline_terms
from crlm.survival.cox_estimate import build_problem, estimate_terms
from reference_data import VARIABLES, build_cohorts

GOLDEN = json.loads((Path(__file__).parent / "spline_terms.json").read_text())
COHORTS = build_cohorts()
DEFAULTS = {"knots": 4, "reference": None, "contrast": None}
NAMES = ("age", "nodes", "size", "hormone")
SPLINES = {
    "age": DEFAULTS | {"contrast": [45, 60], "reference": 45},
    "nodes": DEFAULTS | {"knots": 5, "contrast": [3, 20]},
    "size": DEFAULTS | {"knots": [15, 25, 50], "contrast": [25, 60]},
}
VALUES = {"age": (45, [60, 75]), "nodes": (3, [8, 20]), "size": (25, [30, 60])}


def choose(names, splines):
    return {n: VARIABLES[n] | ({"spline": splines[n]} if n in splines else {}) for n in names}


@pytest.fixture(scope="module")
def breast():
    return cox.fit_cox(COHORTS["breast"], "death", choose(NAMES, SPLINES), strata=["menopause"])


def near(value):
    return pytest.approx(value, rel=1e-6)


@pytest.mark.parametrize("name", SPLINES)
def test_tests_and_knots_equal_coxph_and_anova(breast, name):
    row = breast.spline_terms.set_index("variable").loc[name]
    expected = GOLDEN["plain"][name]
    assert [float(each) for each in row["knots"].split("; ")] == near(expected["knots"])
    assert row["statistic"] == near(expected["statistic"])
    assert row["nonlinear_statistic"] == near(expected["nonlinear"])
    place = 2 * list(SPLINES).index(name)
    wald = GOLDEN["plain"]["wald"]
    assert row["wald_statistic"] == near(wald[place])
    assert row["nonlinear_wald_statistic"] == near(wald[place + 1])
    assert (row["df"], row["nonlinear_df"]) == (
        len(expected["knots"]) - 1,
        len(expected["knots"]) - 2,
    )


@pytest.mark.parametrize("name", SPLINES)
def test_hazard_ratios_between_two_values_equal_r(name):
    reference, values = VALUES[name]
    expected = GOLDEN["plain"][name]
    for value, log_ratio, error in zip(
        values, expected["log_ratio"], expected["error"], strict=True
    ):
        splines = SPLINES | {name: SPLINES[name] | {"contrast": [reference, value]}}
        fit = cox.fit_cox(COHORTS["breast"], "death", choose(NAMES, splines), strata=["menopause"])
        row = fit.coefficients.set_index("variable").loc[name]
        assert row["level"] == f"{value} against {reference}"
        assert row["coef"] == near(log_ratio) and row["se"] == near(error)
        assert row["hazard_ratio"] == near(np.exp(log_ratio))
        assert row["upper"] == near(np.exp(log_ratio + 1.959963984540054 * error))


def test_proportional_hazards_equal_cox_zph_by_term(breast):
    tests = breast.proportional_hazards
    assert list(tests["term"]) == [*NAMES, "GLOBAL"]
    assert tests["statistic"].to_numpy() == near(GOLDEN["plain"]["zph"])
    assert tests["df"].tolist() == GOLDEN["plain"]["zph_df"]
    assert set(breast.schoenfeld["variable"]) == {"hormone"}


def test_likelihood_equals_coxph(breast):
    row = breast.model.iloc[0]
    assert row["parameters"] == 10
    assert row["parameters"] - row["aic"] / 2 == near(GOLDEN["plain"]["log_likelihood"])


def test_robust_wald_tests_equal_r():
    lung = COHORTS["lung"].dropna(subset=["age", "score", "sex", "institution"])
    specs = choose(("age", "sex"), {"age": DEFAULTS})
    fit = cox.fit_cox(lung, "death", specs, cluster="institution")
    row = fit.spline_terms.iloc[0]
    assert row["wald_statistic"] == near(GOLDEN["clustered"]["whole"])
    assert row["nonlinear_wald_statistic"] == near(GOLDEN["clustered"]["nonlinear"])
    assert row["nonlinear_p_value"] == row["nonlinear_wald_p_value"]
    assert np.isnan(row["nonlinear_statistic"])  # the likelihood knows nothing of clusters


def test_curve_is_the_contrast_at_every_value(breast):
    """The curve's points are those of R's contrast where a point meets its value."""
    curve = breast.spline_curves
    age = curve[(curve["variable"] == "age") & (curve["kind"] == "curve")]
    terms = cox.build_terms(COHORTS["breast"], "death", choose(NAMES, SPLINES))
    problem = build_problem(terms, COHORTS["breast"], "death", ["menopause"])
    estimate = estimate_terms(problem)
    fitted = spline_terms._read(terms[0], estimate)
    found, error = spline_terms._contrast(terms[0], *fitted, [60, 75], 45)
    assert found == near(GOLDEN["plain"]["age"]["log_ratio"])
    assert error == near(GOLDEN["plain"]["age"]["error"])
    between = np.interp(60, age["value"], np.log(age["hazard_ratio"]))
    assert between == pytest.approx(GOLDEN["plain"]["age"]["log_ratio"][0], abs=1e-3)
