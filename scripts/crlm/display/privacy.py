"""What may leave the hospital: small counts hidden, with what they could be worked out from; times to the week."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from crlm.display.cells import Cell

WEEK = 7 / 30.4375  # months
WITHHELD = "withheld"
# counts of patients, events, lesions; the numbers of a plan or a model (thresholds, degrees of freedom) are none
COUNTS = re.compile(
    r"(patients|events|at_risk|censored|missing|count|excluded|remaining|observed|treated|determinate(_group)?"
    r"|undetermined|units|(dis)?concordant(_units)?|pairs|agree|differ|lesions|blocks)(_below|_above)?"
)
WHO = re.compile(r"(patients|units|count|determinate|pairs)(_below|_above)?")  # a group by its size
GROUPS = ("group", "level", "stratum", "computed_value", "extended_group", "to_group", "moved")
KEPT = re.compile(
    r"time|horizon|threshold|cut|value|from|to|until|limits|per|df|knots|parameters|resamples|imputations|seed"
    r"|(base|extended)_(from|to)|published.*|median_published"
)
WORDS = re.compile(
    r"(?<![\w.,;=#<-])\d+(?= (?:of \d+ )?(?:patients?|events?|deaths?|censored|left out|excluded)\b)|(?<=n = )\d+\b"
)


def mask(table, least):
    """Return a result table with every count from 1 to `least` - 1 as the text `<least`; 0 stays.

    A group of so few patients keeps no estimate. Where one count of a partition is hidden, the next smallest is hidden too,
    or it would follow from the total. Times of curves and medians are rounded to the week, a row per week.
    """
    if table.empty:
        return table
    table = table.reset_index(drop=True)
    is_curve = {"time", "at_risk", "censored"} <= set(table)
    if is_curve or {"cause", "time"} <= set(table):
        table = _join_weeks(table)
    elif "median" in table and "mean" not in table:
        table = _round_medians(table)
    counts = [name for name in table if COUNTS.fullmatch(name) and _is_whole(table[name])]
    small = {name: table[name].between(1, least - 1) for name in counts}
    who = ["at_risk"] if is_curve else [name for name in counts if WHO.fullmatch(name)]
    few = pd.DataFrame({name: small[name] for name in who if name in small}).any(axis=1)
    few = few.reindex(table.index, fill_value=False)
    hidden = {
        name: small[name] if is_curve else small[name] | _find_partners(table, name, small[name])
        for name in counts
    }
    if "excluded" in hidden and hidden["excluded"].any():  # or a step follows from its neighbours
        hidden["remaining"] = table["endpoint"].isna() & (table["step"] != "analysed")
    masked = table.astype(object)
    for name in table:
        if name in hidden:
            masked.loc[hidden[name], name] = f"<{least}" if name != "remaining" else None
            masked.loc[small[name], name] = f"<{least}"
        elif _is_number(table[name]) and not KEPT.fullmatch(name):
            masked.loc[few, name] = None
    if "percent" in table and "count" in hidden:
        masked.loc[hidden["count"], "percent"] = None
    return masked


def hide(table, least):
    """Return a DisplayTable with counts from 1 to `least` - 1 as `<least`, as `mask` does with result tables.

    A row whose count of patients is hidden, and a column of so few, keep no other number.
    """
    few = {place for place, column in enumerate(table.columns) if _size(column) in range(1, least)}
    columns = tuple(
        replace(c, label=re.sub(r"n = \d+", f"n < {least}", c.label)) if place in few else c
        for place, c in enumerate(table.columns)
    )
    rows = [list(row.cells) for row in table.rows]
    small = np.array([[_is_small(cell, least) for cell in row] for row in rows], bool)
    small = small.reshape(len(rows), len(columns))
    hidden = small.copy()
    for start, end in _find_blocks(table.rows):
        for place in range(len(columns)):
            _add_partner([row[place] for row in rows[start:end]], hidden[start:end, place])
    is_matrix = any(row.kind == "foot" for row in table.rows)
    if is_matrix:
        for number, row in enumerate(rows):
            _add_partner(row[:-1], hidden[number, :-1])
    of_patients = [p for p, c in enumerate(columns) if c.label.startswith(("Patients", "At risk"))]
    for number, row in enumerate(rows):
        alone = any(small[number, place] for place in of_patients)
        for place, cell in enumerate(row):
            if hidden[number, place]:
                row[place] = replace(
                    cell, text=f"<{least}", values=(f"<{least}",), forms=cell.forms[:1]
                )
            elif place and cell.values and (place in few or (alone and not cell.counted)):
                row[place] = Cell(WITHHELD)
    made = tuple(replace(row, cells=tuple(new)) for row, new in zip(table.rows, rows, strict=True))
    notes = table.notes
    if hidden.any() or few:
        notes = (
            *notes,
            f"<{least}: fewer than {least}, or hidden because such a count would follow from it.",
        )
    return replace(table, columns=columns, rows=made, notes=notes)


def hide_words(text, least, sign="<"):
    """Return running text with such counts of patients or events as `<least`: `3 patients`, `n = 3`, `2 of 40 patients`."""

    def conceal(found):
        return f"{sign}{least}" if 0 < int(found[0]) < least else found[0]

    return WORDS.sub(conceal, text)


def hide_figure(figure, least):
    """Hide such counts in the texts of a figure, in place: below curves, in keys, `3/12`, `n = 3`; ticks stay."""
    from matplotlib.text import Text

    ticks = {
        id(label)
        for axes in figure.axes
        for axis in (axes.xaxis, axes.yaxis)
        for which in ("major", "minor")
        for label in (t for tick in axis.get_ticklabels(which=which) for t in [tick])
    }
    for item in figure.findobj(Text):
        words = item.get_text()
        if id(item) not in ticks and words:
            if re.fullmatch(r"\d+(/\d+)?", words):
                parts = [f"<{least}" if 0 < int(n) < least else n for n in words.split("/")]
                item.set_text("/".join(parts))
            else:
                item.set_text(hide_words(words, least))


def join_weeks(table, least):
    """Return a curve with its times in whole weeks where small counts are hidden, else as it is."""
    return _join_weeks(table) if least and len(table) else table


def _join_weeks(table):
    """A curve with its times in whole weeks: per group and week the last row, with all its events and the first number at risk."""
    keys = [k for k in table if table[k].dtype == object and k not in ("evidence", "note")]
    weeks = (table["time"] / WEEK).round()
    joined = table.assign(time=weeks * WEEK)
    by = joined.groupby([*keys, weeks.rename("week")], dropna=False, sort=False)
    for name in {"events", "censored"} & set(joined):
        joined[name] = by[name].transform("sum", min_count=1)
    if "at_risk" in joined:
        joined["at_risk"] = by["at_risk"].transform("first")
    return joined[by.cumcount(ascending=False) == 0].reset_index(drop=True)


def _round_medians(table):
    times = [name for name in table if "median" in name or name.startswith("follow_up")]
    whole = {n: (table[n] / WEEK).round() * WEEK for n in times if _is_number(table[n])}
    return table.assign(**whole)


def _find_partners(table, name, small):
    """Where one count of a partition is hidden: the smallest of the others."""
    group = next((g for g in GROUPS if g in table), None)
    partners = pd.Series(False, index=table.index)
    if group is None or not small.any():
        return partners
    keys = [
        k
        for k in table
        if table[k].dtype == object and k not in (group, "note", "evidence", "label")
    ]
    keys += [k for k in ("time", "horizon", "cut") if k in table and k not in keys]
    frames = (
        table.groupby(keys, dropna=False, sort=False).groups.values() if keys else [table.index]
    )
    for rows in frames:
        of = small.loc[rows]
        others = table.loc[rows, name][~of & (table.loc[rows, name] > 0)]
        if of.sum() == 1 and len(others):
            partners[others.astype(float).idxmin()] = True
    return partners


def _add_partner(cells, hidden):
    if hidden.sum() != 1:
        return
    others = {p: c.values[0] for p, c in enumerate(cells) if c.counted and not hidden[p]}
    others = {p: value for p, value in others.items() if value}
    if others:
        hidden[min(others, key=others.get)] = True


def _find_blocks(rows):
    """(start, end) of the rows that may add up: those indented below one heading, or all where nothing is indented."""
    starts = [n for n, row in enumerate(rows) if n and row.indent and not rows[n - 1].indent]
    if not any(row.indent for row in rows):
        body = [n for n, row in enumerate(rows) if row.kind != "foot"]
        return [(0, len(body))] if body else []
    ends = [
        next((n for n in range(start, len(rows)) if not rows[n].indent), len(rows))
        for start in starts
    ]
    return list(zip(starts, ends, strict=True))


def _is_small(cell, least):
    value = cell.values[0] if cell.counted and cell.values else None
    return isinstance(value, int | float) and 0 < value < least


def _size(column):
    found = re.search(r"n = (\d+)", column.label)
    return int(found[1]) if found else 0


def _is_number(column):
    return column.dtype.kind in "iuf"


def _is_whole(column):
    return _is_number(column) and bool((column.dropna() % 1 == 0).all())
