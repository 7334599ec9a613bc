"""Values at the very edge of a rule, where an error of one sign or one step prints another number."""

import numpy as np
import pandas as pd
import pytest
from crlm.survival import cox, net_benefit, tests
from crlm.survival.horizons import judge_horizon, space_times

LEVELS = ["low", "middle", "high"]


def draw_groups(seed=3):
    random = np.random.default_rng(seed)
    group = np.repeat(["low", "high"], 30)
    months = np.ceil(random.exponential(np.where(group == "low", 40, 12)))
    return pd.DataFrame(
        {
            "end_months": months,
            "end_event": (random.random(60) < 0.8).astype(float),
            "grouping_risk": group,
        }
    )


def test_groups_at_a_landmark_are_tested_among_the_survivors():
    """Immortal time: the deaths before the landmark must not add to the p-value."""
    cohort = draw_groups()
    spec = {"groups": ["low", "high"], "ordered": False, "landmark_months": 6}
    found = tests.compare_groups(cohort, "end", {"risk": spec}).iloc[0]
    left = cohort[cohort["end_months"] > 6]
    outcome = left["end_months"] - 6, left["end_event"], left["grouping_risk"]
    expected = tests.test_log_rank(*outcome, ["low", "high"])
    everybody = tests.test_log_rank(
        cohort["end_months"], cohort["end_event"], cohort["grouping_risk"], ["low", "high"]
    )
    assert (found["statistic"], found["p_value"]) == pytest.approx((expected[0], expected[2]))
    assert abs(found["statistic"] - everybody[0]) > 0.05


def test_trend_scores_keep_the_gap_of_an_empty_group():
    """Of low, middle (empty), high, very high the scores are 1, 3, 4: by the sums of Tarone's formula."""
    random = np.random.default_rng(9)
    groups = ["low", "middle", "high", "very high"]
    group = random.choice(["low", "high", "very high"], 90)
    months = np.ceil(random.exponential(20, 90) / (1 + (group == "very high")))
    event = (random.random(90) < 0.7).astype(float)
    score = np.array([groups.index(name) for name in group], float)
    difference = variance = 0.0
    for time in np.unique(months[event == 1]):
        risk, dying = months >= time, (months == time) & (event == 1)
        n, d = risk.sum(), dying.sum()
        difference += score[dying].sum() - d * score[risk].mean()
        if n > 1:
            variance += d * (n - d) / (n - 1) * score[risk].var()
    statistic, df, _ = tests.test_trend(months, event, group, groups)
    assert (statistic, df) == (pytest.approx(difference**2 / variance), 1)
    closed_up = tests.test_trend(months, event, group, ["low", "high", "very high"])[0]
    assert abs(closed_up - statistic) > 0.01  # or the test could not tell the two
    cohort = pd.DataFrame({"end_months": months, "end_event": event, "grouping_risk": group})
    spec = {"risk": {"groups": groups, "ordered": True}}
    table = tests.compare_groups(cohort, "end", spec).set_index("test")
    assert table.loc["trend", "statistic"] == pytest.approx(statistic)


@pytest.mark.parametrize("threshold, risk", [(0.1, 1 - 0.9), (0.2, 1 - 0.8)])
def test_a_risk_at_the_threshold_is_treated(threshold, risk):
    """1 - 0.9 is 0.1 to a reader; in floats it is less."""
    assert risk < threshold  # or floats would not put it below
    months, event = np.array([1.0, 2, 9, 9]), np.array([1.0, 1, 0, 0])
    risks = np.array([risk, risk, risk, 0.01])
    found = net_benefit.net_benefit(months, event, risks, 5, [threshold])[0]
    expected = 2 / 4 - 1 / 4 * threshold / (1 - threshold)
    assert found == pytest.approx(expected)
    everybody = np.ones((1, 4), int)
    drawn = net_benefit.resample_net_benefit(months, event, risks, 5, threshold, everybody)
    assert drawn == pytest.approx([expected])


@pytest.mark.parametrize("count, told", [(29, True), (30, False)])
def test_fewer_than_thirty_clusters_are_few(count, told):
    random = np.random.default_rng(1)
    cohort = draw_groups().assign(
        clinic=[f"c{i % count}" for i in range(60)], age=random.normal(60, 9, 60)
    )
    fit = cox.fit_cox(cohort, "end", {"age": {"kind": "continuous"}}, cluster="clinic")
    assert (f"only {count} clusters" in fit.model["note"].iloc[0]) == told


@pytest.mark.parametrize("events, estimated", [(2, True), (1, False)])
def test_as_many_events_as_parameters_are_enough(events, estimated):
    random = np.random.default_rng(2)
    cohort = pd.DataFrame(
        {
            "end_months": np.arange(1.0, 21),
            "end_event": np.isin(np.arange(20), [7, 12][:events]).astype(float),
            "age": random.normal(60, 9, 20),
            "size": random.normal(4, 1, 20),
        }
    )
    number = {"kind": "continuous"}
    fit = cox.fit_cox(cohort, "end", {"age": number, "size": number})
    notes = " ".join(fit.coefficients["note"].fillna(""))
    assert ("events for 2 parameters" in notes) != estimated


def test_an_event_at_the_horizon_is_before_it():
    months, event = np.array([5.0] * 3 + [12.0] * 2 + [20.0] * 5), np.array([1.0] * 5 + [0.0] * 5)
    assert judge_horizon(months, event, 12, 5) is None
    assert judge_horizon(months, event, 11.9, 5) == "3 events until 11.9 months, fewer than 5"
    # beyond means later: five patients at 20 months are not observed beyond 20
    assert judge_horizon(np.append(months, 30.0), np.append(event, 0.0), 20, 5) == (
        "1 patient observed beyond 20 months, fewer than 5"
    )


def test_the_grid_of_the_brier_score_holds_every_horizon():
    grid = space_times([12, 36], np.array([1.0, 40]))
    assert {0.0, 12.0, 36.0} <= set(grid)
    assert (np.diff(grid) > 0).all()
