"""Joined tables against all that stand before, the table of events, the variables that a plan uses."""

import pytest
from crlm.plan.models import list_used
from crlm.plan.schema import PlanError


def test_a_joined_column_is_compared_with_all_before_it(plan_of, base):
    """Of the cohort and of every table joined before, not only of the last."""
    base["variables"] = {
        name: {"label": name, "kind": "continuous", "timing": "baseline"} for name in "mn"
    }
    base["cohort"]["join"] = [
        {"file": "a.csv", "by": "P", "columns": {"m": "M"}},
        {"file": "b.csv", "by": "P", "columns": {"n": "N"}},
        {"file": "c.csv", "by": "P", "columns": {"age": "A", "m": "M"}},
    ]
    with pytest.raises(PlanError) as error:
        plan_of(base)
    words = "it is mapped elsewhere as well; keep one."
    wanted = [f"cohort.join.2.columns.{name}: {words}" for name in ("age", "m")]
    assert sorted(error.value.problems) == wanted


def test_time_ends_at_a_day_that_is_given(plan_of, base):
    base["cohort"]["after_data_lock"] = "censor"
    plan_of(base)
    base["cohort"]["data_lock"] = None
    with pytest.raises(PlanError) as error:
        plan_of(base)
    words = "cohort.after_data_lock: give data_lock, the day at which time ends."
    assert words in error.value.problems


def test_a_variable_is_used_by_any_of_three():
    models = {"one": {"variables": ["b", "c"]}, "two": {"variables": ["d"]}}
    groupings = {"g": {"variables": ["a", "b"]}, "h": {"variables": ["e"]}}
    subgroups = {"s": {"variable": "f", "within": ["x"]}}
    assert list_used(groupings, models, subgroups) == set("abcdef")


def test_two_rules_for_several_rows_are_told(plan_of, base):
    base["cohort"] |= {"rows": "first", "duplicates": "last"}
    with pytest.raises(PlanError) as error:
        plan_of(base)
    assert error.value.problems == ["cohort: give `rows` or `duplicates`, not both."]
