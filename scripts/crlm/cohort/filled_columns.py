"""Columns that a spreadsheet filled down or sorted by themselves, so that the values stand with other patients."""

import itertools

import pandas as pd

from crlm.cohort.findings import build_finding

RUN = 8  # rows in a series of equal steps, as filling down makes it, that are no chance
MOST = 0.5  # share of a column that such a series may be; one that is all of it was meant
CHANCE = 0.2  # share of the other rows that may go on by the same step; where more do, the series was meant
ENOUGH = 20  # rows in order that are no chance
DISTINCT = 15  # different values among them
KINDS = ("continuous", "count", "duration", "date")


def check_filled(cohort, columns):
    """Return warnings on columns with a series such as 5, 6, 7, 8 in neighbouring rows, and on times of follow-up that are each in
    order: a table has one order."""
    mapped = {name: spec for name, spec in columns.items() if name != "patient_id"}
    numbers = {name: _count(cohort[name]) for name, spec in mapped.items() if spec["kind"] in KINDS}
    found = []
    for name, number in numbers.items():
        length, row = _find_series(number)
        if length >= RUN:
            found.append(
                build_finding(
                    "warning",
                    "filled_series",
                    f"{mapped[name]['label']}: {length} rows from row {row} on go on by the same step, as when a cell was filled "
                    "down in a spreadsheet.",
                    "Compare these rows with the records.",
                    column=mapped[name]["column"],
                )
            )
    times = [n for n in numbers if mapped[n]["timing"] == "follow_up" and _is_sorted(numbers[n])]
    for one, other in itertools.combinations(times, 2):
        if (numbers[one] - numbers[other]).nunique() < DISTINCT:
            continue
        found.append(
            build_finding(
                "warning",
                "sorted_alone",
                f"{mapped[one]['label']} and {mapped[other]['label'].lower()} are both in ascending or descending order from the "
                "first row to the last; each may have been sorted without the rest of the table.",
                "Compare some rows with the records; export the table again.",
                column=f"{mapped[one]['column']}, {mapped[other]['column']}",
            )
        )
    return found


def _count(column):
    """Dates as days, numbers as they are; missing stays missing."""
    if column.dtype.kind == "M":
        return (column - pd.Timestamp(0)).dt.days
    return column.astype(float)


def _find_series(number):
    """The length of the one run of neighbouring rows with one step other than zero, and its first row; nothing where there are
    several runs, or one is most of the column: a series that was meant."""
    step = number.diff().round(6)
    same = step.eq(step.shift()) & step.ne(0)
    lengths = same.groupby((~same).cumsum()).sum()
    long = lengths[lengths + 2 >= RUN]
    length = int(long.max()) + 2 if len(long) else 0
    known = number.notna().sum()
    if len(long) != 1 or known < ENOUGH or length > MOST * known:
        return 0, None
    start = (~same).cumsum().to_numpy().searchsorted(long.index[0]) - 1
    rest = step.drop(step.index[start : start + length])
    if rest.eq(step.iloc[start + 1]).mean() > CHANCE:
        return 0, None
    return length, number.index[start]


def _is_sorted(number):
    known = number.dropna()
    if len(known) < ENOUGH or known.nunique() < DISTINCT:
        return False
    return known.is_monotonic_increasing or known.is_monotonic_decreasing
