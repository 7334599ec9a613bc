"""Tests with three answers, of every kind of column, and the levels and groups that follow: one patient at a time."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.conditions import assess, bounds, cut_levels, list_levels
from crlm.cohort.groupings import assign_groups

YES, NO, OPEN = True, False, None


def answers(series):
    return [None if pd.isna(each) else bool(each) for each in series]


def of(values, **more):
    size = len(values)
    return pd.DataFrame({"x": values, **more}, index=range(5, 5 + size))


# --- numbers ---------------------------------------------------------------------------------------------------------------


def test_bounds_of_numbers():
    cohort = of([1.0, np.nan, np.nan, np.nan, 4], x_lower=[np.nan, 2, np.nan, 0, np.nan], x_upper=[np.nan, 3, 7, np.nan, np.nan])  # fmt: skip
    low, high = bounds(cohort, "x")
    np.testing.assert_array_equal(low, [1, 2, np.nan, 0, 4])
    np.testing.assert_array_equal(high, [1, 3, 7, np.nan, 4])
    low, high = bounds(cohort.drop(columns=["x_lower", "x_upper"]), "x")
    np.testing.assert_array_equal(low, [1, -np.inf, -np.inf, -np.inf, 4])
    np.testing.assert_array_equal(high, [1, np.inf, np.inf, np.inf, 4])


def test_bounds_of_dates_are_days():
    low, high = bounds(of(pd.to_datetime(["1970-01-03", None])), "x")
    assert low.tolist() == [2, -np.inf] and high.tolist() == [2, np.inf]


def test_an_interval_holds_only_when_all_of_it_does():
    cohort = of([np.nan] * 2, x_lower=[2.0, 3], x_upper=[3.0, 3])
    wanted = {
        (">", 2): [OPEN, YES], (">", 3): [NO, NO], (">", 1): [YES, YES],
        (">=", 2): [YES, YES], (">=", 3): [OPEN, YES], (">=", 4): [NO, NO],
        ("<", 3): [OPEN, NO], ("<", 4): [YES, YES], ("<", 2): [NO, NO],
        ("<=", 3): [YES, YES], ("<=", 2): [OPEN, NO], ("<=", 1): [NO, NO],
        ("==", 3): [OPEN, YES], ("==", 2): [OPEN, NO], ("==", 1): [NO, NO], ("==", 4): [NO, NO],
        ("!=", 3): [OPEN, NO], ("!=", 2): [OPEN, YES], ("!=", 1): [YES, YES], ("!=", 4): [YES, YES],
    }  # fmt: skip
    for (operator, value), want in wanted.items():
        assert answers(assess(cohort, "x", operator, value)) == want, (operator, value)
    lists = {(2, 9): [OPEN, NO], (3,): [OPEN, YES], (1, 9): [NO, NO], (2.5, 9): [OPEN, NO]}
    for values, want in lists.items():
        assert answers(assess(cohort, "x", "in", list(values))) == want
        assert answers(assess(cohort, "x", "not in", list(values))) == [None if each is None else not each for each in want]  # fmt: skip


def test_an_answer_keeps_the_rows_of_the_cohort():
    for operator, value in ((">", 1), ("in", [1]), ("known", None), ("missing", None)):
        answer = assess(of([1.0, 2]), "x", operator, value)
        assert answer.index.tolist() == [5, 6] and str(answer.dtype) == "boolean"


# --- dates -----------------------------------------------------------------------------------------------------------------


def test_dates_on_the_day_itself():
    cohort = of(pd.to_datetime(["2012-03-01", "2012-03-02", None]))
    wanted = {">": [NO, YES, OPEN], ">=": [YES, YES, OPEN], "<": [NO, NO, OPEN], "<=": [YES, NO, OPEN], "==": [YES, NO, OPEN], "!=": [NO, YES, OPEN]}  # fmt: skip
    for operator, want in wanted.items():
        assert answers(assess(cohort, "x", operator, "2012-03-01")) == want
    assert answers(assess(cohort, "x", "in", ["2012-03-02", "2013-01-01"])) == [NO, YES, OPEN]
    assert answers(assess(cohort, "x", "not in", ["2012-03-02"])) == [YES, NO, OPEN]
    none = of(pd.to_datetime([None, None]))
    assert answers(assess(none, "x", ">", "2012-03-01")) == [OPEN, OPEN]


# --- levels ----------------------------------------------------------------------------------------------------------------

LEVELS = ["low", "middle", "high"]


def level(*values, levels=LEVELS, **more):
    return of(pd.Categorical(values, levels), **more)


@pytest.mark.parametrize(
    ("operator", "value", "wanted"),
    [
        ("==", "middle", [NO, YES, NO, OPEN]),
        ("!=", "middle", [YES, NO, YES, OPEN]),
        (">", "middle", [NO, NO, YES, OPEN]),
        (">=", "middle", [NO, YES, YES, OPEN]),
        ("<", "middle", [YES, NO, NO, OPEN]),
        ("<=", "middle", [YES, YES, NO, OPEN]),
        ("in", ["low", "high"], [YES, NO, YES, OPEN]),
        ("not in", ["low", "high"], [NO, YES, NO, OPEN]),
        ("known", None, [YES, YES, YES, NO]),
        ("missing", None, [NO, NO, NO, YES]),
    ],
)
def test_levels_in_their_order(operator, value, wanted):
    cohort = level("low", "middle", "high", None)
    assert answers(assess(cohort, "x", operator, value)) == wanted


def test_levels_that_are_numbers():
    cohort = level("1", "2", None, levels=["1", "2"])
    assert answers(assess(cohort, "x", "==", 2)) == [NO, YES, OPEN]
    assert answers(assess(cohort, "x", "in", [1])) == [YES, NO, OPEN]
    assert answers(assess(cohort, "x", ">=", 2)) == [NO, YES, OPEN]


def test_a_level_that_left_with_the_excluded():
    """The order is the declared one, whatever order the column has."""
    cohort = level("high", "low", None, levels=["high", "low"])
    assert answers(assess(cohort, "x", ">", "middle", levels=LEVELS)) == [YES, NO, OPEN]
    assert answers(assess(cohort, "x", "<=", "middle", levels=LEVELS)) == [NO, YES, OPEN]
    assert answers(assess(cohort, "x", "==", "middle", levels=LEVELS)) == [NO, NO, OPEN]
    assert answers(assess(cohort, "x", "!=", "middle")) == [YES, YES, OPEN]


def test_one_code_for_several_levels():
    """Decided where all of them agree; a level that the column no longer has leaves it open."""
    from crlm.plan.variables import BETWEEN

    among = [f"low{BETWEEN}middle", f"middle{BETWEEN}high", f"high{BETWEEN}gone", None, None]
    cohort = level(None, None, None, None, "high", x_among=among)
    wanted = {
        ("==", "low"): [OPEN, NO, OPEN, OPEN, NO],
        (">=", "middle"): [OPEN, YES, OPEN, OPEN, YES],
        ("<", "high"): [YES, OPEN, OPEN, OPEN, NO],
        ("!=", "high"): [YES, OPEN, OPEN, OPEN, NO],
        ("<", "low"): [NO, NO, OPEN, OPEN, NO],
    }
    for (operator, value), want in wanted.items():
        assert answers(assess(cohort, "x", operator, value)) == want, (operator, value)
    assert answers(assess(cohort, "x", "in", ["low", "middle"])) == [YES, OPEN, OPEN, OPEN, NO]
    # who has a level is not asked for a code
    cohort = level("low", "high", x_among=[f"middle{BETWEEN}high", None])
    assert answers(assess(cohort, "x", "==", "low")) == [YES, NO]
    assert answers(assess(cohort, "x", ">=", "middle")) == [NO, YES]


def test_levels_of_which_nobody_has_one():
    empty = of([np.nan, np.nan])
    assert answers(assess(empty, "x", "in", ["no", "yes"])) == [OPEN, OPEN]
    assert answers(assess(empty, "x", "in", [1, "yes"])) == [OPEN, OPEN]
    assert answers(assess(empty, "x", "==", "yes")) == [OPEN, OPEN]
    answer = assess(empty, "x", "==", "yes")
    assert answer.index.tolist() == [5, 6] and str(answer.dtype) == "boolean"


def test_the_levels_of_a_column():
    column = level("high", "low", levels=["high", "low"])["x"]
    assert list_levels(column, LEVELS) == ["low", "high"]
    assert list_levels(column, ["other"]) == ["other"]
    assert list_levels(pd.Series([np.nan]), LEVELS) == LEVELS
    assert list_levels(column, ("low", "high")) == ["low", "high"]


# --- groups ----------------------------------------------------------------------------------------------------------------


def test_cuts():
    cohort = of([1.0, 5, 9, 10, np.nan])
    got = cut_levels(cohort, "x", [10, 5], ["a", "b", "c"])
    assert got.tolist()[:4] == ["a", "b", "b", "c"] and got[9] is None
    assert got.index.tolist() == [5, 6, 7, 8, 9] and got.dtype == object
    cohort = of([np.nan] * 3, x_lower=[5.0, 4.9, 6], x_upper=[9.9, 9.9, 10])
    assert cut_levels(cohort, "x", [5, 10], ["a", "b", "c"]).tolist() == ["b", None, None]


def test_groups_of_numbers_levels_and_several():
    cohort = of(
        [1.0, 6, np.nan, 6],
        part=pd.Categorical(["p", "q", "p", None]),
        third=[0.0, 1, 2, np.nan],
    )
    groupings = {
        "overall": {"variables": [], "groups": ["all"], "cuts": None},
        "cut": {"variables": ["x"], "groups": ["from_5", "below_5"], "cuts": [5]},
        "level": {"variables": ["part"], "groups": ["q", "p"], "cuts": None},
        "points": {"variables": ["third"], "groups": ["0", "1"], "cuts": None},
        "three": {"variables": ["part", "part", "third"], "groups": ["p__p__0", "q__q__1"], "cuts": None},
    }  # fmt: skip
    got = assign_groups(cohort, groupings)
    assert list(got) == [f"grouping_{name}" for name in groupings] and got.index.tolist() == [5, 6, 7, 8]  # fmt: skip
    texts = {name: [None if pd.isna(each) else each for each in got[f"grouping_{name}"]] for name in groupings}  # fmt: skip
    assert texts == {
        "overall": ["all"] * 4,
        "cut": ["below_5", "from_5", None, "from_5"],
        "level": ["p", "q", "p", None],
        "points": ["0", "1", None, None],
        "three": ["p__p__0", "q__q__1", None, None],
    }
    for name, each in groupings.items():
        assert got[f"grouping_{name}"].cat.categories.tolist() == each["groups"]
