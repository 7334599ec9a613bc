import numpy as np
import pandas as pd
import pytest
from crlm.survival import tests


def build(groups, months, event, **spec):
    cohort = pd.DataFrame(
        {"death_months": months, "death_event": event, "grouping_risk": groups},
        dtype=object,
    ).astype({"death_months": float, "death_event": float})
    spec = {
        "label": "Risk",
        "groups": ["low", "middle", "high"],
        "ordered": True,
    } | spec
    return tests.compare_groups(cohort, "death", {"risk": spec})


@pytest.fixture
def three_groups():
    random = np.random.default_rng(4)
    groups = np.repeat(["low", "middle", "high"], 20)
    months = random.exponential(np.repeat([30, 20, 10], 20)).round(1)
    return groups, months, random.random(60) < 0.8


def test_two_by_two_by_hand():
    """One death among two at risk, then one among one: O - E = 1 - 1/2, V = 1/4."""
    found = tests.test_log_rank([1, 2], [1, 1], ["a", "b"], ["a", "b"])
    assert found == pytest.approx((1, 1, 0.31731050786291415))


def test_rows_of_an_ordered_grouping(three_groups):
    found = build(*three_groups)
    assert list(found.columns) == tests.COLUMNS
    assert found["test"].tolist() == ["log-rank", "trend", *["pairwise"] * 3]
    assert list(zip(found["group"][2:], found["versus"][2:], strict=True)) == [
        ("low", "middle"),
        ("low", "high"),
        ("middle", "high"),
    ]
    assert found["df"].tolist() == [2, 1, 1, 1, 1]
    assert found["p_adjusted"].notna().tolist() == [False, False, True, True, True]
    assert (found["p_adjusted"][2:] >= found["p_value"][2:]).all()


def test_a_pair_ignores_the_other_groups(three_groups):
    groups, months, event = three_groups
    pair = groups != "middle"
    alone = tests.test_log_rank(months[pair], event[pair], groups[pair], ["low", "high"])
    table = build(*three_groups)
    row = table[(table["group"] == "low") & (table["versus"] == "high")].iloc[0]
    assert tuple(row[["statistic", "df", "p_value"]]) == pytest.approx(alone)


def test_patients_without_a_group_change_nothing(three_groups):
    groups, months, event = three_groups
    more = build([*groups, None], [*months, 0.1], [*event, 1])
    pd.testing.assert_frame_equal(more, build(*three_groups))


def test_unordered_grouping_has_no_trend(three_groups):
    assert "trend" not in set(build(*three_groups, ordered=False)["test"])


def test_two_groups_have_one_row(three_groups):
    groups, months, event = three_groups
    found = build(np.where(groups == "middle", "low", groups), months, event)
    assert found["test"].tolist() == ["log-rank"]
    assert found["df"].tolist() == [1]


def test_one_group_has_no_rows():
    found = build(["low"] * 3, [1, 2, 3], [1, 0, 1])
    assert not len(found) and list(found.columns) == tests.COLUMNS


def test_no_events_is_not_computable():
    found = build(["low", "middle", "high"], [1, 2, 3], [0, 0, 0])
    assert len(found) == 5
    assert found[["statistic", "df", "p_value", "p_adjusted"]].isna().all(axis=None)


def test_all_deaths_at_one_time_of_everybody_is_not_computable():
    statistic, df, p = tests.test_log_rank([3, 3], [1, 1], ["a", "b"], ["a", "b"])
    assert np.isnan([statistic, df, p]).all()


def test_a_group_censored_before_the_first_event_costs_no_degree_of_freedom(
    three_groups,
):
    groups, months, event = three_groups
    months, event = np.maximum(months, 1), event.copy()
    months[groups == "middle"], event[groups == "middle"] = 0.5, 0
    found = tests.test_log_rank(months, event, groups, ["low", "middle", "high"])
    others = groups != "middle"
    expected = tests.test_log_rank(months[others], event[others], groups[others], ["low", "high"])
    assert found == pytest.approx(expected)


def test_stratum_with_one_group_adds_nothing():
    months, event, group = [1, 2, 3, 4], [1, 1, 0, 1], ["a", "b", "a", "b"]
    plain = tests.test_log_rank(months, event, group, ["a", "b"])
    found = tests.test_log_rank(
        [*months, 1, 2],
        [*event, 1, 1],
        [*group, "a", "a"],
        ["a", "b"],
        ["x"] * 4 + ["y"] * 2,
    )
    assert found == pytest.approx(plain)


def test_holm_by_hand():
    assert tests.adjust_holm([0.04, 0.01, np.nan, 0.03]).tolist() == pytest.approx(
        [0.06, 0.03, np.nan, 0.06], nan_ok=True
    )


def test_strata_that_do_not_link_the_groups_compare_nothing():
    """Left and middle in one stratum, right and far in another: no test of all four."""
    groups, strata = [*"aabb", *"ccdd"], [1] * 4 + [2] * 4
    months, event = [1, 2, 3, 4, 1, 2, 3, 4], [1] * 8
    assert np.isnan(tests.test_log_rank(months, event, groups, list("abcd"), strata)).all()
    assert tests.test_log_rank(months, event, groups, list("ab"), strata)[1] == 1
    linked = [*groups, "b", "c", "c"], [*strata, 3, 3, 3]
    found = tests.test_log_rank([*months, 1, 2, 3], [*event, 1, 1, 1], linked[0], "abcd", linked[1])
    assert found[1] == 3


def test_patients_never_at_risk_at_an_event_of_their_stratum_change_nothing(three_groups):
    groups, months, event = three_groups
    strata = np.tile([1, 2], 30)
    lost = np.append(months, [0.01, 0.01]), np.append(event, [0, 0])
    more = np.append(groups, ["low", "high"]), np.append(strata, [1, 2])
    for test in (tests.test_log_rank, tests.test_trend):
        plain = test(months, event, groups, ["low", "middle", "high"], strata)
        found = test(*lost, more[0], ["low", "middle", "high"], more[1])
        assert found == pytest.approx(plain)


def build_stratified(three_groups, strata):
    groups, months, event = three_groups
    cohort = pd.DataFrame({"death_months": months, "death_event": event.astype(float)})
    cohort = cohort.assign(grouping_risk=groups, **strata)
    spec = {"groups": ["low", "middle", "high"], "ordered": False, "strata": list(strata)}
    return tests.compare_groups(cohort, "death", {"risk": spec})


def test_declared_strata_add_a_row(three_groups):
    groups, months, event = three_groups
    sex, age = np.tile(["f", "m"], 30), np.repeat([1.0, 2, 1, 2], 15)
    found = build_stratified(three_groups, {"sex": sex, "age": age})
    assert found["test"].tolist() == ["log-rank", "log-rank-stratified", *["pairwise"] * 3]
    both = [f"{one} {other}" for one, other in zip(sex, age, strict=True)]
    expected = tests.test_log_rank(months, event, groups, ["low", "middle", "high"], both)
    assert tuple(found.loc[1, ["statistic", "df", "p_value"]]) == pytest.approx(expected)
    assert found.loc[1, "statistic"] != pytest.approx(found.loc[0, "statistic"])


def test_a_patient_whose_stratum_is_unknown_leaves_the_stratified_test_only(three_groups):
    groups, months, event = three_groups
    sex = np.tile(["f", "m"], 30).astype(object)
    sex[::7] = None
    found = build_stratified(three_groups, {"sex": pd.Categorical(sex)})
    known = pd.notna(sex)
    expected = tests.test_log_rank(
        *(each[known] for each in (months, event, groups)), ["low", "middle", "high"], sex[known]
    )
    assert tuple(found.loc[1, ["statistic", "df", "p_value"]]) == pytest.approx(expected)
    whole = tests.test_log_rank(months, event, groups, ["low", "middle", "high"])
    assert tuple(found.loc[0, ["statistic", "df", "p_value"]]) == pytest.approx(whole)
