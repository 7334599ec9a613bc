"""Cells as every format gives them, and the numbers of a spreadsheet that must not lose how they were meant."""

import datetime

import pandas as pd

from crlm.plan.text import fold_text

LARGEST = 2**63  # numpy has no whole number above it


class Percent(float):
    """A number that a spreadsheet shows as per cent: 60 where it stores 0.6."""

    def __str__(self):
        return f"{float(self):.10g}%"


class Whole1904(int):
    """A whole number of a workbook whose days are counted from 1904."""


class Number1904(float):
    """A number of a workbook whose days are counted from 1904."""


def plain_cell(value):
    """Return a cell as None, text, int, float, Timestamp or one of the numbers above."""
    if isinstance(value, Percent | Whole1904 | Number1904):
        return value
    if hasattr(value, "item"):  # of numpy
        value = value.item()
    if value is None or value is pd.NaT or value is pd.NA or value != value:
        return None
    if isinstance(value, str):
        return fold_text(value) or None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.date | datetime.datetime):
        return pd.Timestamp(value).tz_localize(None)
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST:
        return int(value)
    if isinstance(value, int) and abs(value) >= LARGEST:
        return float(value) if abs(value) < 10**300 else str(value)
    return value if isinstance(value, int | float) else fold_text(str(value)) or None
