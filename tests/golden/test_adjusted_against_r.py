"""Adjusted curves, hazard ratios per window of time and weighted log-rank tests against R (make_adjusted.R)."""

import json
from pathlib import Path

import numpy as np
import pytest
from crlm.analyses.adjusted_curves.estimate import estimate_adjusted, select_compared
from crlm.survival.adjusted import estimate_weighted
from crlm.survival.propensity import fit_propensity, refit_propensity
from crlm.survival.time_windows import estimate_windows
from crlm.survival.weighted_log_rank import test_largest as compare_largest
from crlm.survival.weighted_log_rank import test_weighted as compare_weighted
from crlm.survival.weighted_log_rank import weigh_events
from reference_data import VARIABLES, build_cohorts

GOLDEN = json.loads((Path(__file__).parent / "adjusted.json").read_text())
ADJUSTED, WINDOWS, TESTS = (GOLDEN[key] for key in ("adjusted", "windows", "tests"))
COHORTS = build_cohorts()
COVARIATES = {name: VARIABLES[name] for name in ("age", "size", "nodes", "grade", "menopause")}
SPLINE = {"knots": 4, "reference": None, "contrast": None}
CASES = {"ATE": ("ATE", None), "ATT": ("ATT", None), "truncated": ("ATE", [1, 99])}


def make_spec(estimand="ATE", truncate=None):
    return {
        "column": "hormone",
        "groups": ["no", "yes"],
        "group_labels": {"no": "No", "yes": "Yes"},
        "landmark_months": None,
        "covariates": COVARIATES,
        "estimand": estimand,
        "truncate_percent": truncate,
    }


@pytest.fixture(scope="module")
def tables():
    """Every case without limits: one resample."""
    horizons = {"c": ADJUSTED["horizons"]}
    return {
        name: estimate_adjusted(COHORTS["breast"], "death", {"c": make_spec(*case)}, horizons, 1, 1)
        for name, case in CASES.items()
    }


@pytest.mark.parametrize("case", GOLDEN["ending"])
def test_a_weighted_curve_ends_with_its_last_event(case):
    """lifelines' sum of the weights at risk is less than theirs by rounding in some of them, and its curve then stays where it was."""
    months, event, weights, times = (np.array(case[key], float) for key in ("months", "event", "weights", "times"))  # fmt: skip
    found = estimate_weighted(months, event, weights, np.append(times, 20.0))
    np.testing.assert_allclose(found, [*case["survival"], 0], atol=1e-12)


def test_the_propensity_equals_r():
    compared = select_compared(COHORTS["breast"], "death", make_spec())
    found = fit_propensity(compared.second, compared.x)
    np.testing.assert_allclose(found, ADJUSTED["propensity"], rtol=1e-7)
    ones = np.ones((1, len(found)), int)
    again = refit_propensity(compared.second, compared.x, ones)[0]
    np.testing.assert_allclose(again, ADJUSTED["propensity"], rtol=1e-7)


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("method", ["unadjusted", "stratified", "weighted", "standardised"])
def test_curves_equal_r(tables, case, method):
    table = tables[case]["adjusted"]
    for measure, of_r in (("survival", "survival"), ("rmst", "restricted_mean")):
        rows = table[(table["method"] == method) & (table["measure"] == measure)]
        expected = {group: ADJUSTED[case][method][group][of_r] for group in ("no", "yes")}
        np.testing.assert_allclose(rows["reference_estimate"], expected["no"], rtol=1e-6)
        np.testing.assert_allclose(rows["estimate"], expected["yes"], rtol=1e-6)
        difference = np.subtract(expected["yes"], expected["no"])
        np.testing.assert_allclose(rows["difference"], difference, rtol=1e-5)


def test_the_standardised_survival_is_that_of_riskregression(tables):
    table = tables["ATE"]["adjusted"]
    rows = table[(table["method"] == "standardised") & (table["measure"] == "survival")]
    expected = np.array(ADJUSTED["ate"])
    np.testing.assert_allclose(rows[["reference_estimate", "estimate"]], expected, rtol=1e-6)


@pytest.mark.parametrize("case", CASES)
def test_balance_weights_and_effective_sizes_equal_r(tables, case):
    expected, balance = ADJUSTED[case], tables[case]["balance"]
    assert balance["covariate"].to_list() == ["age", "size", "nodes", "grade", "grade", "menopause"]
    np.testing.assert_allclose(balance["difference"], expected["balance"]["before"], rtol=1e-8)
    after = balance["weighted_difference"]
    np.testing.assert_allclose(after, expected["balance"]["after"], rtol=1e-5, atol=1e-8)
    overlap = tables[case]["overlap"].set_index("group")
    for column, key in {"effective_size": "effective", "largest_weight": "largest"}.items():
        np.testing.assert_allclose(overlap.loc[["no", "yes"], column], expected[key], rtol=1e-6)


@pytest.mark.parametrize(
    ("case", "cohort", "names", "cuts", "options"),
    [
        ("number", "veterans", ["score", "age", "cell"], [30, 90], {}),
        ("levels", "veterans", ["cell", "score"], [60], {"strata": ["treatment"]}),
        ("binary", "breast", ["hormone", "age", "grade"], [12, 36], {}),
        ("spline", "breast", ["hormone", "age"], [12, 36], {"strata": ["menopause"]}),
    ],
)
def test_hazard_ratios_per_window_equal_those_of_survsplit(case, cohort, names, cuts, options):
    expected = WINDOWS[case]
    variables = {name: VARIABLES[name] for name in names}
    if case == "spline":
        variables["age"] = variables["age"] | {"spline": SPLINE}
    table, test = estimate_windows(COHORTS[cohort], "death", variables, names[0], cuts, options)
    columns = {"hazard_ratio": "ratio", "lower": "lower", "upper": "upper", "p_value": "p"}
    for column, key in columns.items():
        np.testing.assert_allclose(table[column], expected[key], rtol=1e-6)
    assert test[1] == expected["df"]
    np.testing.assert_allclose(
        [test[0], test[2]], [expected["statistic"], expected["p_change"]], rtol=1e-6
    )


@pytest.mark.parametrize(
    ("name", "group"), [("lung", "sex"), ("breast", "hormone"), ("tied", "menopause")]
)
def test_weighted_log_rank_tests_equal_r(name, group):
    cohort, expected = COHORTS["breast" if name == "tied" else name], TESTS[name]
    months = cohort["death_months"].to_numpy()
    data = (
        np.ceil(months) if name == "tied" else months,
        cohort["death_event"].to_numpy(),
        (cohort[group] == VARIABLES[group]["levels"][1]).to_numpy(),
    )
    weights = expected["weights"]
    difference, covariance = weigh_events(*data, weights)
    np.testing.assert_allclose(difference, expected["difference"], rtol=1e-9)
    np.testing.assert_allclose(covariance, expected["covariance"], rtol=1e-9)
    z = np.array([each for each, _ in compare_weighted(*data, weights)])
    np.testing.assert_allclose(z, expected["z"], rtol=1e-9)  # lifelines' beside R's
    np.testing.assert_allclose(z[:2] ** 2, expected["survdiff"], rtol=1e-9)
    largest, p_value = compare_largest(*data, weights[:4], 1)
    assert largest == pytest.approx(expected["largest"], rel=1e-9)
    assert p_value == pytest.approx(
        expected["p"], abs=5e-5
    )  # R integrates over random points, and all within
