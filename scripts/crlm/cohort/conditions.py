"""Tests of one variable that know three answers: yes, no, and not known."""

import numpy as np
import pandas as pd

from crlm.plan.variables import BETWEEN

OPERATORS = ("==", "!=", ">", ">=", "<", "<=", "in", "not in")


def bounds(cohort, variable):
    """Return the lowest and highest value that each patient's number may have.

    A recorded number bounds itself; a missing one lies anywhere; an entry such as ``<0.5`` has its bounds in the
    columns ``<variable>_lower`` and ``<variable>_upper``.
    """
    value = _numbers(cohort[variable])
    lower = np.where(np.isnan(value), -np.inf, value)
    upper = np.where(np.isnan(value), np.inf, value)
    if f"{variable}_lower" in cohort:
        known = cohort[[f"{variable}_lower", f"{variable}_upper"]].to_numpy(float)
        censored = ~np.isnan(known).all(axis=1)
        lower = np.where(censored, known[:, 0], lower)
        upper = np.where(censored, known[:, 1], upper)
    return lower, upper


def cut_levels(cohort, variable, cuts, names):
    """Return the name of the group that cut points give each patient's number, None where its bounds lie in several.

    A value at a cut belongs to the higher group; `names`, lowest first, are one more than the cuts.
    """
    edges = sorted(cuts)
    lower, upper = bounds(cohort, variable)
    low = np.searchsorted(edges, lower, side="right")
    high = np.searchsorted(edges, upper, side="right")
    level = pd.Series([names[place] for place in low], cohort.index, dtype=object)
    return level.where(low == high, None)


def assess(cohort, variable, operator, value=None, levels=None):
    """Return a nullable boolean per patient: does the test hold? NA where the data do not decide it.

    `missing` and `known` ask whether there is a value, and are always decided. levels: the declared ones, lowest first, without
    which no order is known to a level that left the cohort with those who are excluded.
    """
    column = cohort[variable]
    if operator in ("missing", "known"):
        answer = column.isna() if operator == "missing" else column.notna()
        return answer.astype("boolean")
    if operator == "not in":
        return ~assess(cohort, variable, "in", value)
    if isinstance(column.dtype, pd.CategoricalDtype):
        return _assess_level(column, operator, value, cohort.get(f"{variable}_among"), levels)
    values = value if isinstance(value, list) else [value]
    dated = pd.api.types.is_datetime64_any_dtype(column.dtype)
    if not dated and any(isinstance(each, str) for each in values) and column.isna().all():
        # levels of which nobody has one come back from a file without their type
        return pd.Series(pd.NA, cohort.index, dtype="boolean")
    lower, upper = bounds(cohort, variable)
    if dated:
        value = _days(pd.Series(pd.to_datetime(value if operator == "in" else [value])))
        value = value if operator == "in" else value[0]
    holds, fails = _INTERVAL[operator](lower, upper, value)
    return _nullable(holds, fails, cohort.index)


def list_levels(column, declared):
    """Return the levels of a column in their order, without those that only excluded patients have (no category of it)."""
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return list(declared)
    return [level for level in declared if level in column.cat.categories] or list(declared)


def _numbers(column):
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return _days(column)
    return column.to_numpy(float)


def _days(dates):
    return ((dates - pd.Timestamp(0)) / pd.Timedelta(days=1)).to_numpy(float)


def _in(lower, upper, values):
    exact = lower == upper
    inside = np.isin(lower, values)
    return exact & inside, ~np.any([(lower <= v) & (upper >= v) for v in values], axis=0)


_INTERVAL = {
    ">": lambda low, high, v: (low > v, high <= v),
    ">=": lambda low, high, v: (low >= v, high < v),
    "<": lambda low, high, v: (high < v, low >= v),
    "<=": lambda low, high, v: (high <= v, low > v),
    "==": lambda low, high, v: ((low == v) & (high == v), (v < low) | (v > high)),
    "!=": lambda low, high, v: ((v < low) | (v > high), (low == v) & (high == v)),
    "in": _in,
}


def _assess_level(column, operator, value, among=None, declared=None):
    """The test of every level, then of each patient's: decided where the levels that one code covers agree."""
    levels = list(column.cat.categories)
    if operator in ("in", "==", "!="):
        named = value if operator == "in" else [value]
        holds = np.isin(levels, [str(item) for item in named]) ^ (operator == "!=")
    else:
        ranks = list(declared or levels)
        code, place = np.array([ranks.index(level) for level in levels]), ranks.index(str(value))
        holds = {
            ">": code > place,
            ">=": code >= place,
            "<": code < place,
            "<=": code <= place,
        }[operator]
    known = column.cat.codes.to_numpy()
    yes, no = (
        (known >= 0) & np.append(holds, False)[known],
        (known >= 0) & ~np.append(holds, True)[known],
    )
    for text in () if among is None else among.dropna().unique():
        answers = {
            holds[levels.index(level)] if level in levels else None for level in text.split(BETWEEN)
        }
        rows = (known < 0) & among.eq(text).to_numpy(bool)
        yes, no = yes | (rows & (answers == {True})), no | (rows & (answers == {False}))
    return _nullable(yes, no, column.index)


def _nullable(holds, fails, index):
    result = pd.array(holds, dtype="boolean")
    result[~holds & ~fails] = pd.NA
    return pd.Series(result, index=index)
