"""The test of equal cured shares: its likelihood against lifelines' and by differences, its level, what cannot be tested."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.cure.check import check_results
from crlm.analyses.cure.equality import TESTS, compare_shares
from crlm.analyses.cure.estimate import FITTERS, estimate_cure
from crlm.analyses.cure.likelihood import _evaluate, _start, maximise
from known_truth import simulate_cured
from scipy.stats import binom

PLAN = {"distribution": "weibull", "endpoints": ["x"]}


def make_groups(*seeds, size=150, cured=0.3, longest=180):
    """Groups of one cured share with times of their own, as a cohort."""
    parts = []
    for place, seed in enumerate(seeds):
        drawn = simulate_cured(seed, 2 * size, cured, scale=15 + 15 * place, longest=longest)
        drawn = drawn[drawn["group"] == 0].head(size)
        parts.append(drawn.assign(grouping_g=f"g{place}"))
    cohort = pd.concat(parts, ignore_index=True)
    return cohort.assign(x_months=cohort["months"], x_event=cohort["event"].astype(float))


def run(cohort, groups=("g0", "g1"), distribution="weibull"):
    spec = {"groups": list(groups), "landmark_months": None}
    settings = PLAN | {"groupings": {"g": spec}, "distribution": distribution}
    cured = estimate_cure(cohort, settings)["cured"]
    return compare_shares(cohort, settings, cured), cured, settings


def read(cohort, group):
    mine = cohort[cohort["grouping_g"] == group]
    return mine["x_months"].to_numpy(float), mine["x_event"].to_numpy(float)


@pytest.mark.parametrize("distribution", FITTERS)
def test_one_group_alone_is_lifelines_model(distribution):
    cohort = make_groups(1)
    _, cured, settings = run(cohort, ["g0"], distribution)
    height, share = maximise([read(cohort, "g0")], distribution)
    row = cured.iloc[0]
    assert height == pytest.approx(row["log_likelihood"], rel=1e-9)
    assert share == pytest.approx(row["cured"], abs=1e-5)
    plan = {"cure": settings}
    (found,) = check_results(cohort, plan, {"cure": cured})
    assert found[3] == pytest.approx(found[5], rel=1e-9)


@pytest.mark.parametrize("distribution", FITTERS)
def test_the_gradient_is_that_of_differences(distribution):
    cohort = make_groups(1, 2)
    data = [read(cohort, "g0"), read(cohort, "g1")], distribution
    at = _start(*data, 0.5) + 0.1
    steps = 1e-5 * np.eye(len(at))
    expected = [
        (_evaluate(at + step, *data)[0] - _evaluate(at - step, *data)[0]) / 2e-5 for step in steps
    ]
    np.testing.assert_allclose(_evaluate(at, *data)[1], expected, rtol=1e-6, atol=1e-5)


def test_a_true_difference_is_found_and_equal_shares_are_not_told_apart():
    """The level over 40 cohorts of equal shares: more than 8 rejections at 5 % come in 1 of 4,500 tries of a right test."""
    differ = pd.concat(
        [make_groups(3, cured=0.15), make_groups(4, cured=0.5).assign(grouping_g="g1")]
    )
    found, _, _ = run(differ.reset_index(drop=True))
    assert found["p_value"].iloc[0] < 1e-4 and found["df"].iloc[0] == 1
    rejected = 0
    for seed in range(40):
        cohort = make_groups(100 + seed, 200 + seed, size=100)
        parts = [read(cohort, group) for group in ("g0", "g1")]
        alone = sum(maximise([part], "weibull")[0] for part in parts)
        rejected += 2 * (alone - maximise(parts, "weibull")[0]) > 3.841459
    assert rejected <= binom.isf(1 / 4000, 40, 0.05)


def test_three_groups_have_two_degrees_of_freedom():
    found, cured, _ = run(make_groups(5, 6, 7), ["g0", "g1", "g2"])
    row = found.iloc[0]
    assert list(found) == TESTS and row["groups"] == 3 and row["df"] == 2
    assert cured["cured"].min() < row["cured"] < cured["cured"].max()


@pytest.mark.parametrize(
    ("cohort", "why"),
    [
        (make_groups(1), "fewer than two groups"),
        (make_groups(1).head(0), "fewer than two groups"),
        (make_groups(1, 2).assign(x_event=0.0), "fewer than two groups"),
        (make_groups(1, 2, size=6), "fewer than two groups"),
    ],
)
def test_nothing_to_compare_is_said_in_words(cohort, why):
    row = run(cohort)[0].iloc[0]
    assert why in row["note"] and np.isnan(row["p_value"])


def test_nobody_cured_is_said_with_the_test():
    cohort = make_groups(8, 9, size=300, cured=0.0, longest=400)
    row = run(cohort)[0].iloc[0]
    assert row["note"] and 0 <= row["p_value"] <= 1 and row["cured"] < 0.05
