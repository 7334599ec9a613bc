"""Intervals that are those between two dates of the row in another unit than the one in which the plan reads them."""

import numpy as np

from crlm.cohort.findings import build_finding

ENOUGH = 10  # rows that tell two units apart, from which agreement is no chance
MOST = 0.8  # share of them that agree
STRETCH = 0.02  # part of a time by which the two may differ: months of 30 days, years of 365
MONTH = 1  # by which a time may differ in the unit of the plan, for whole numbers


def check_interval(number, spec, spans, dates):
    """Return a warning where a number in months is the time between two dates of the file in another unit, and not as it is read.

    number: in months, per row; spec: of its column, with factor and unit_words; spans: {names of dates, the first one the start:
    months}; dates: {name: spec}. Rows in which both units give nearly the same (0 months) are not counted.
    """
    if spec["kind"] not in ("duration", "continuous") or spec.get("unit") != "months":
        return []
    number = number.astype(float)
    units = {factor: word for word, factor in reversed(list(spec.get("unit_words", {}).items()))}
    for factor, word in units.items():
        other = number * factor / spec["factor"]
        apart = (other - number).abs() > MONTH + STRETCH * np.maximum(other, number)
        as_read = max((_count(number, span, MONTH, apart)[0] for span in spans.values()), default=0)
        for names, span in spans.items():
            agree, rows = _count(other, span, min(factor, MONTH), apart)
            if rows >= ENOUGH and agree >= MOST * rows and agree > as_read:
                return [_tell(spec, word, names, dates, agree, rows)]
    return []


def _count(number, span, room, rows):
    """In how many of the rows that have both a number is the span, and how many these are."""
    rows = rows & number.notna() & span.notna()
    close = (number - span).abs() <= np.maximum(room + 1e-9, STRETCH * span.abs())
    return int((close & rows).sum()), int(rows.sum())


def _tell(spec, word, names, dates, agree, rows):
    start, *end = names
    ends = " or ".join(dates[each]["label"] for each in end)
    read = next(w for w, factor in spec["unit_words"].items() if factor == spec["factor"])
    return build_finding(
        "warning",
        "unit_contradicts",
        f"{spec['label']}: the dates (from {dates[start]['label']} to {ends}) say that the numbers are {word}, in {agree} of "
        f"{rows} rows with both; the plan reads {read}.",
        f"Write `unit: {word}` for this column under `columns:`, or correct the dates.",
        column=", ".join(
            dict.fromkeys([spec["column"], *(dates[each]["column"] for each in names)])
        ),
    )
