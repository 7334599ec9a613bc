"""Tests with three answers."""

import itertools

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.conditions import OPERATORS, assess

COMPARE = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    "in": lambda a, b: a in b,
    "not in": lambda a, b: a not in b,
}


def answers(cohort, operator, value):
    got = assess(cohort, "x", operator, value)
    assert got.dtype == "boolean" and list(got.index) == list(cohort.index)
    return [None if pd.isna(item) else bool(item) for item in got]


@pytest.mark.parametrize("operator", OPERATORS)
def test_numbers_with_bounds_against_all_values_between(operator):
    grid = [0, 0.5, 1, 1.5, 2, 2.5, 3]
    spans = [(low, high) for low in grid for high in grid if low <= high]
    value = [1, 2] if operator in ("in", "not in") else 2
    cohort = pd.DataFrame(
        {
            "x": [low if low == high else np.nan for low, high in spans],
            "x_lower": [np.nan if low == high else low for low, high in spans],
            "x_upper": [np.nan if low == high else high for low, high in spans],
        },
        index=range(7, 7 + len(spans)),
    )
    for (low, high), got in zip(spans, answers(cohort, operator, value), strict=True):
        possible = {COMPARE[operator](item, value) for item in grid if low <= item <= high}
        assert got == (possible.pop() if len(possible) == 1 else None), (low, high)


@pytest.mark.parametrize("operator", OPERATORS)
def test_levels(operator):
    levels = ["T1", "T2", "T3", "T4"]
    cohort = pd.DataFrame({"x": pd.Categorical([*levels, None], levels, ordered=True)})
    value = ["T1", "T3"] if operator in ("in", "not in") else "T3"
    wanted = [COMPARE[operator](level, value) for level in levels]
    assert answers(cohort, operator, value) == [*wanted, None]


def test_dates():
    cohort = pd.DataFrame({"x": pd.to_datetime(["2012-01-01", "2012-06-01", None])})
    assert answers(cohort, "<", "2012-03-01") == [True, False, None]
    assert answers(cohort, "==", "2012-06-01") == [False, True, None]
    assert answers(cohort, "in", ["2012-06-01", "2013-01-01"]) == [False, True, None]


def test_a_missing_number_decides_nothing():
    cohort = pd.DataFrame({"x": [np.nan]})
    for operator, value in itertools.product(OPERATORS, (0, -5, 1e9)):
        assert answers(cohort, operator, [value] if operator in ("in", "not in") else value) == [
            None
        ]


def test_missing_and_known_are_always_decided():
    cohort = pd.DataFrame({"x": [np.nan, 1], "x_lower": [0.0, np.nan], "x_upper": [2.0, np.nan]})
    assert answers(cohort, "missing", None) == [True, False]
    assert answers(cohort, "known", None) == [False, True]
    for column in (pd.Categorical([None, "a"]), pd.to_datetime([None, "2020-01-01"])):
        assert answers(pd.DataFrame({"x": column}), "missing", None) == [True, False]


def test_a_level_that_nobody_has_is_undecided_without_its_type():
    """A column of levels without a value comes back from parquet as numbers."""
    cohort = pd.DataFrame({"node": [None, None]}, dtype=float)
    for operator, value in (("==", "yes"), ("!=", "yes"), ("in", ["yes", "no"])):
        assert assess(cohort, "node", operator, value).isna().all()
