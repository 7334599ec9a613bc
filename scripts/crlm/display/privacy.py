"""What may leave the hospital: small counts hidden, with what they could be worked out from; times to the week."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from crlm.display.cells import Cell

WEEK = 7 / 30.4375  # months
WITHHELD = "withheld"
PART = "part of a whole: "  # texts of a figure with one such label are counts of groups; their sum may be known elsewhere
NAME = "name of a group"  # texts of a figure with this label are no counts, whatever they look like
# counts of patients, events, lesions; the numbers of a plan or a model (thresholds, degrees of freedom) are none
COUNTS = re.compile(
    r"(patients|events|at_risk|censored|missing(_variable|_other)?|count|excluded|remaining|observed|treated"
    r"|determinate(_group)?|undetermined|units|only|computed_higher|computed_lower|followed_beyond|late_events"
    r"|(dis)?concordant(_units)?|pairs|agree|differ|lesions|blocks)(_below|_above)?"
)
WHO = re.compile(r"(patients|units|count|determinate|pairs)(_below|_above)?")  # a group by its size
PARTS = ("treated", "patients_below")  # of the patients, with their share beside them
GROUPS = (
    *("group", "level", "stratum", "computed_value", "extended_group", "to_group", "moved"),
    "cause",
)
KEPT = re.compile(
    r"time|horizon|threshold|cut|value|from|to|until|limits|per|df|knots|parameters|resamples|imputations|seed"
    r"|(base|extended)_(from|to)|(given|further)_months|published.*|median_published"
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
        name: small[name] if is_curve else _hide_partners(table, name, small[name])
        for name in counts
    }
    if "excluded" in hidden and hidden["excluded"].any():  # or a step follows from its neighbours
        hidden["remaining"] = table["endpoint"].isna() & (table["step"] != "analysed")
    parts = [name for name in PARTS if name in hidden and "share" in table]
    for name in parts:  # whoever is not among them may be few as well
        hidden[name] |= (table["patients"] - table[name]).between(1, least - 1)
    masked = table.astype(object)
    for name in table:
        if name in hidden:
            masked.loc[hidden[name], name] = WITHHELD if name != "remaining" else None
            masked.loc[small[name], name] = f"<{least}"
        elif _is_number(table[name]) and not KEPT.fullmatch(name):
            masked.loc[few, name] = None
    if "percent" in table and "count" in hidden:
        masked.loc[hidden["count"], "percent"] = None
    for name in parts:
        masked.loc[hidden[name], ["share", "lower", "upper"]] = None
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
    hidden = small | _find_complements(table.rows, columns, least)
    groups = [place for place, column in enumerate(columns) if _size(column)]
    # the last column counts everybody
    is_matrix = table.columns[-1].label == "All" or any(row.kind == "foot" for row in table.rows)
    before = -1
    while hidden.sum() > before:  # a partner in a column may need one in its row, and so on
        before = hidden.sum()
        for start, end in _find_blocks(table.rows):
            for place in range(len(columns)):
                _add_partner([row[place] for row in rows[start:end]], hidden[start:end, place])
        for number, row in enumerate(rows):
            if is_matrix:
                _add_partner(row[:-1], hidden[number, :-1])
            elif len(groups) > 1:  # the first counts everybody, the others are groups of them
                _add_row_partner(row, hidden[number], groups)
    of_patients = [p for p, c in enumerate(columns) if c.label.startswith(("Patients", "At risk"))]
    for number, row in enumerate(rows):
        alone = any(small[number, place] for place in of_patients)
        for place, cell in enumerate(row):
            if hidden[number, place]:
                shown = f"<{least}" if small[number, place] else WITHHELD
                row[place] = replace(cell, text=shown, values=(shown,), forms=cell.forms[:1])
            elif place and cell.values and (place in few or (alone and not cell.counted)):
                row[place] = Cell(WITHHELD)
    made = tuple(replace(row, cells=tuple(new)) for row, new in zip(table.rows, rows, strict=True))
    notes = tuple(hide_words(note, least) for note in table.notes)
    if hidden.any() or few:
        notes = (
            *notes,
            f"<{least}: fewer than {least}; {WITHHELD}: such a count would follow from it.",
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
        if id(item) not in ticks and words and item.get_label() != NAME:
            if re.fullmatch(r"\d+(/\d+)?", words):
                parts = [f"<{least}" if 0 < int(n) < least else n for n in words.split("/")]
                item.set_text("/".join(parts))
            else:
                item.set_text(hide_words(words, least))
    _hide_parts(figure.findobj(lambda item: str(item.get_label()).startswith(PART)), least)


def _hide_parts(texts, least):
    """Where one count of a whole is hidden, the smallest other goes with it, or another figure's total would tell.

    Of counts as `3/12` the first ones are one whole and the second ones another.
    """
    wholes = {}
    for text in texts:
        for place in range(text.get_text().count("/") + 1):
            wholes.setdefault((id(text.axes), text.get_label(), place), []).append(text)
    for (*_, place), parts in wholes.items():
        counts = [text.get_text().split("/")[place] for text in parts]
        shown = [n for n, count in enumerate(counts) if count.isdigit() and count != "0"]
        if len(parts) - len(shown) - counts.count("0") == 1 and shown:
            chosen = min(shown, key=lambda n: int(counts[n]))
            words = parts[chosen].get_text().split("/")
            words[place] = "\u2013"
            parts[chosen].set_text("/".join(words))


def drop_few(table, least, names):
    """Return a result table without the estimates `names` of fewer than `least` patients, as a figure shows it."""
    few = table["patients"].between(1, (least or 0) - 1)
    return table.assign(**{name: table[name].mask(few) for name in names})


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


def _hide_partners(table, name, small):
    """Where a count is small, or would follow from those of its partition: by every column that parts the patients, in turn."""
    hidden, before = small.copy(), -1
    frames = [rows for group in GROUPS if group in table for rows in _list_parts(table, group)]
    while small.any() and hidden.sum() > before:
        before = hidden.sum()
        for rows in frames:
            others = table.loc[rows, name][~hidden.loc[rows] & (table.loc[rows, name] > 0)]
            if hidden.loc[rows].sum() == 1 and len(others):
                hidden[others.astype(float).idxmin()] = True
    return hidden


def _list_parts(table, group):
    """The rows of each partition by `group`: alike in everything else that is a text, and at one time or cut."""
    keys = [
        key
        for key in table
        if table[key].dtype == object and key not in (group, "note", "evidence", "label")
    ]
    numbers = ("time", "horizon", "cut", "given_months", "further_months")
    keys += [key for key in numbers if key in table and key not in keys]
    return table.groupby(keys, dropna=False, sort=False).groups.values() if keys else [table.index]


def _add_partner(cells, hidden):
    if hidden.sum() != 1:
        return
    others = {p: c.values[0] for p, c in enumerate(cells) if c.counted and not hidden[p]}
    others = {p: value for p, value in others.items() if value}
    if others:
        hidden[min(others, key=others.get)] = True


def _add_row_partner(cells, hidden, groups):
    """Of a row with everybody and the groups of them: no group alone is hidden, or it is everybody but the others."""
    everybody, *parts = groups
    if sum(hidden[place] for place in parts) != 1:
        return
    others = [p for p in parts if not hidden[p] and cells[p].counted and cells[p].values[0]]
    hidden[min(others, key=lambda p: cells[p].values[0]) if others else everybody] = True


def _find_complements(rows, columns, least):
    """Where a share printed for one level alone (yes, or any with limits) tells that the other (no) has few patients."""
    found = np.zeros((len(rows), len(columns)), bool)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row.cells):
            alone = len(cell.values) == 4 or (not row.indent and len(cell.values) == 2)
            if cell.counted and alone and cell.values[1]:
                count, percent = cell.values[:2]
                found[number, place] = 0 < round(count * 100 / percent) - count < least
    return found


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
