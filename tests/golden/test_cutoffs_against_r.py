"""Cuts, the search for the best of them and splines against R (survival, maxstat, rms)."""

import json
from pathlib import Path

import numpy as np
import pytest
from crlm.analyses.cutoffs import estimate as cutoffs
from crlm.analyses.cutoffs import levels as cutoff_levels
from crlm.survival import spline_basis, splines
from reference_data import build_cohorts
from scipy.special import chdtrc

GOLDEN = json.loads((Path(__file__).parent / "cutoffs.json").read_text())
BREAST = build_cohorts()["breast"]
UNTIED = BREAST.assign(death_months=BREAST["death_months"] + np.arange(1, len(BREAST) + 1) * 1e-6)


def number(per=1, shares=(10, 90), reference=None, by="hormone"):
    return {
        "spec": {"kind": "continuous", "per": per, "transform": "none"},
        "by": by,
        "by_levels": ["no", "yes"],
        "search_percent": list(shares),
        "minimum_events": 1,
        "reference": reference,
        "cuts": [],
    }


def assess(cohort, permutations=200, **numbers):
    return cutoffs.assess_cutoffs(cohort, "death", numbers, permutations, 1)


@pytest.mark.parametrize(
    ("name", "shares"), [("age", (10, 90)), ("nodes", (10, 90)), ("size", (20, 70))]
)
def test_best_cut_equals_maxstat(name, shares):
    expected = GOLDEN["search"][name]
    row = assess(UNTIED, 9999, **{name: number(shares=shares, by=None)})["maxstat"].iloc[0]
    assert row["statistic"] == pytest.approx(expected["statistic"], rel=1e-9)
    assert row["cuts"] == expected["cuts"]
    values = np.unique(UNTIED[name])
    assert row["cut"] == values[np.searchsorted(values, expected["at_most"], side="right")]
    p_value = expected["permuted"]
    error = np.sqrt(2 * max(p_value, 1e-4) * (1 - p_value) / 9999)
    assert row["p_corrected"] == pytest.approx(p_value, abs=5 * error)
    assert row["p_uncorrected"] < row["p_corrected"]


def select(table, **wanted):
    for key, value in wanted.items():
        table = table[table[key] == value]
    return table


@pytest.mark.parametrize(("name", "analysis"), [("nodes", "unstratified"), ("age", "stratified")])
def test_every_cut_equals_coxph_and_concordance(name, analysis):
    table = assess(BREAST, **{name: number()})["cutoffs"]
    for expected in GOLDEN["cuts"][name]:
        row = select(table, analysis=analysis, cut=expected["cut"]).iloc[0]
        assert row["coef"] == pytest.approx(expected["coef"], rel=1e-7)
        assert row["se"] == pytest.approx(expected["se"], rel=1e-7)
        assert row["harrell_c"] == pytest.approx(expected["c"], rel=1e-9)
        half = (row["harrell_c_upper"] - row["harrell_c_lower"]) / 2
        assert half == pytest.approx(1.959963985 * expected["c_error"], rel=1e-7)


def test_interaction_of_a_cut_with_the_strata_equals_anova():
    row = select(assess(BREAST, nodes=number())["cutoffs"], analysis="stratified", cut=4).iloc[0]
    assert row["interaction_p_value"] == pytest.approx(GOLDEN["cuts"]["interaction"], rel=1e-6)


@pytest.mark.parametrize("name", ["age", "nodes"])
def test_spline_equals_r(name):
    expected = GOLDEN["spline"][name]
    knots, note = spline_basis.place_knots(BREAST[name].to_numpy(float))
    np.testing.assert_allclose(knots, expected["knots"])
    assert (note is None) == (len(knots) == 4)
    found = assess(BREAST, **{name: number(reference=expected["reference"])})
    tests = found["tests"].set_index("analysis")
    row = tests.loc["unstratified"]
    assert row["statistic"] == pytest.approx(expected["likelihood_ratio"], rel=1e-7)
    assert row["nonlinear_statistic"] == pytest.approx(expected["nonlinear"], rel=1e-7)
    assert row["p_overall"] == pytest.approx(
        chdtrc(len(knots) - 1, expected["likelihood_ratio"]), rel=1e-5
    )
    row = tests.loc["stratified"]
    assert row["statistic"] == pytest.approx(expected["stratified_ratio"], rel=1e-7)
    p_value = chdtrc(len(knots) - 1, expected["interaction"])
    assert row["interaction_spline_p"] == pytest.approx(p_value, rel=1e-5)
    values = BREAST[name].to_numpy(float)
    for strata, key in ((np.zeros(len(BREAST)), "curve"), (BREAST["hormone"], "stratified")):
        strata = np.unique(strata, return_inverse=True)[1]
        fit = splines.fit_columns(
            spline_basis.spline_basis(values, knots),
            BREAST["death_months"].to_numpy(),
            BREAST["death_event"].to_numpy(),
            strata,
        )
        curve, lower, _ = splines.trace_curve(fit, knots, expected["at"], expected["reference"])
        np.testing.assert_allclose(curve, expected[key], rtol=1e-6)
        if key == "curve":
            np.testing.assert_allclose((curve - lower) / 1.959963985, expected["error"], rtol=1e-6)


def harrell_columns(values, knots):
    """Columns of the restricted cubic spline as `rms::rcs` has them (Harrell 2015, formula 2.25)."""
    last, before = knots[-1], knots[-2]
    columns = [values]
    for knot in knots[:-2]:
        column = np.maximum(values - knot, 0) ** 3
        column -= np.maximum(values - before, 0) ** 3 * (last - knot) / (last - before)
        column += np.maximum(values - last, 0) ** 3 * (before - knot) / (last - before)
        columns.append(column / (last - knots[0]) ** 2)
    return np.column_stack(columns)


def test_the_basis_spans_that_of_rms():
    """Inside and beyond the outer knots, where it is straight."""
    values, knots = np.linspace(-5, 15, 81), np.array([0.0, 2, 5, 9])
    wanted = harrell_columns(values, knots)
    found = np.column_stack([np.ones(81), spline_basis.spline_basis(values, knots)])
    coef, *_ = np.linalg.lstsq(found, wanted, rcond=None)
    np.testing.assert_allclose(found @ coef, wanted, atol=1e-9)
    assert np.abs(np.diff(found[values > 9], 2, axis=0)).max() < 1e-12


def test_spline_equals_rms():
    expected = GOLDEN["rms"]
    values = BREAST["age"].to_numpy(float)
    knots, _ = spline_basis.place_knots(values)
    np.testing.assert_allclose(knots, expected["knots"])
    fit = splines.fit_columns(
        spline_basis.spline_basis(values, knots),
        BREAST["death_months"].to_numpy(),
        BREAST["death_event"].to_numpy(),
        np.zeros(len(values)),
    )
    # the same curve in the columns of rms, which stops its iteration earlier
    columns = harrell_columns(values, knots)
    linear = spline_basis.spline_basis(values, knots) @ fit.coef
    coef, *_ = np.linalg.lstsq(columns - columns.mean(axis=0), linear - linear.mean(), rcond=None)
    np.testing.assert_allclose(coef, expected["coef"], rtol=1e-3)
    curve, lower, _ = splines.trace_curve(fit, knots, [30, 45, 60, 75], 50)
    np.testing.assert_allclose(curve, expected["contrast"], rtol=5e-3)
    np.testing.assert_allclose((curve - lower) / 1.959963985, expected["error"], rtol=1e-3)


def test_difference_of_means_is_welchs():
    found = (
        cutoff_levels.describe_cutoffs(BREAST, {"age": number()})[0].set_index("level").loc["yes"]
    )
    assert found["difference"] == pytest.approx(GOLDEN["welch"]["difference"])
    np.testing.assert_allclose(found[["lower", "upper"]].astype(float), GOLDEN["welch"]["limits"])
    assert found["p_value"] == pytest.approx(GOLDEN["welch"]["p"], rel=1e-6)
