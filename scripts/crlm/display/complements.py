"""Which counts are hidden with a small one, because it would follow from the total of its whole."""

import numpy as np
import pandas as pd

from crlm.display.cells import Cell

WITHHELD = "withheld"
ALL = "all"  # the name of everybody beside groups
WITHOUT = "missing, n"  # the row of those without a value, below a variable of Table 1
# columns by which the patients of a result table are parted
GROUPS = (
    *("group", "level", "stratum", "computed_value", "extended_group", "base_group"),
    *("to_group", "from_group", "moved"),
    *("cause", "from", "predicted"),
)


def complete(counts, hidden, least):
    """Return which counts of a whole are hidden: so many more, the smallest first, that no small one follows from their sum.

    counts: numbers, NaN where there is none; hidden: whether each is; least: counts from 1 to `least` - 1 are shown as `<least`.
    """
    counts, hidden = np.asarray(counts, float), np.array(hidden, bool)
    while follows(counts[hidden], least):
        others = np.flatnonzero(~hidden & (counts > 0))
        if not len(others):
            break
        hidden[others[np.argmin(counts[others])]] = True
    return hidden


def follows(parts, least):
    """Whether one of the hidden counts follows from their sum: it is alone, or as `<least` it can have one value only.

    Two hidden as `<5` that are 2 together are 1 each; one beside a withheld number, which is 5 at least, is 1 where they are 6.
    """
    if len(parts) == 1:
        return True
    small = parts < least
    total, highest = parts.sum(), np.where(small, least - 1, np.inf).sum()
    first = max(1, total - (highest - (least - 1)))
    last = min(least - 1, total - (np.where(small, 1, least).sum() - 1))
    return bool(small.any()) and first == last and least > 2  # `<2` is 1 by itself


def show_parts(counts, least, digits="d"):
    """Return the counts of a whole as texts, where `least` is given small ones as `<least` and what they follow from withheld."""
    shown = [format(n, digits) for n in counts]
    if not least:
        return shown
    small = [0 < n < least for n in counts]
    hidden = complete(counts, small, least)
    texts = [f"<{least}" if few else WITHHELD for few in small]
    return [text if gone else n for text, gone, n in zip(texts, hidden, shown, strict=True)]


def hide_shares(table, least):
    """Return the table of imputed values (missing_components/{endpoint}_imputation.csv) without what tells few patients.

    An observed share is of the patients with a value: of a few, with what they would follow from, there is none. The imputed
    values of a few who lack it are so many points, and their shares so many parts of one.
    """
    if not least or table.empty:
        return table
    table, known = table.copy(), table["patients"] - table["missing"] - table["limits"]
    parts = table["statistic"].isin(["share", "bin"])
    counts = (table["observed"] * known).round().where(parts)
    for rows in (r.index for _, r in table[parts].groupby(["variable", "statistic"])):
        hidden = complete(counts[rows], counts[rows].between(1, least - 1), least)
        table.loc[rows[hidden], "observed"] = np.nan
    few = (table["missing"] + table["limits"]).between(1, least - 1)
    few |= table["missing"].between(1, least - 1)
    names = [name for name in table if name.startswith("imputed") or name == "smd"]
    table.loc[few, names] = np.nan
    return table


def hide_partners(table, name, small, least):
    """Where a count is small, or would follow from those of its partition: by every column that parts the patients, in turn."""
    hidden, before = small.copy(), -1
    again = _is_told_again(table)
    frames = [rows for group in GROUPS if group in table for rows in _list_parts(table, group)]
    if again.any():  # the kinds of an event, whose sum another classification tells
        kinds = [rows[~again[rows]] for rows in frames]
        frames = [mine if len(mine) > 1 else rows for mine, rows in zip(kinds, frames, strict=True)]
    while small.any() and hidden.sum() > before:
        before = hidden.sum()
        for rows in frames:
            hidden[rows] = complete(table.loc[rows, name], hidden[rows], least)
        if again.any():
            for rows in kinds:
                if len(rows) > 1 and follows(table.loc[rows, name][hidden[rows]].to_numpy(), least):
                    hidden |= _find_event(table, rows[0]) & (table[name] > 0)
            told = table[again].assign(hidden=hidden)
            keys = [key for key in told if key not in ("classification", "hidden", "note")]
            alike = told.groupby(keys, dropna=False)["hidden"].transform("any")
            hidden[alike.index] = alike
    return hidden


def _find_event(table, row):
    """The rows of the event of which `row` is a kind: in a classification that has no other kind, of the same patients and time."""
    again = _is_told_again(table)
    single = table["cause"].mask(again).groupby(table["classification"]).transform("nunique") == 1
    keys = [k for k in ("endpoint", "grouping", "group", "time", "horizon") if k in table]
    same = table[keys].eq(table.loc[row, keys]) | (table[keys].isna() & table.loc[row, keys].isna())
    return single & ~again & same.all(axis=1)


def _is_told_again(table):
    """Rows of a cause that several classifications of the events have."""
    if not {"classification", "cause"} <= set(table):
        return pd.Series(False, table.index)
    return table.groupby("cause")["classification"].transform("nunique") > 1


def hide_numbers_at_risk(table, least):
    """Where the number at risk of a curve is hidden: a small one, the one of another group from which it would follow, and each
    from which fewer than `least` have left (or come) since the last one shown: they would be the events that are hidden.
    """
    hidden = pd.Series(False, table.index)
    group = next((name for name in GROUPS if name in table), "time")
    for rows in map(table.loc.__getitem__, _list_parts(table, group, ())):
        curves = [curve for _, curve in rows.groupby(group, sort=False)]
        times = np.unique(rows["time"])
        # the next row says who is there until then
        nexts = [np.searchsorted(curve["time"], times) for curve in curves]
        numbers = [np.append(curve["at_risk"], 0) for curve in curves]
        counts = np.array([each[after] for each, after in zip(numbers, nexts, strict=True)], float)
        whole = [complete(n, (n > 0) & (n < least), least) for n in counts.T]
        for curve, mine in zip(curves, np.transpose(whole), strict=True):
            last = np.inf
            for row, place in zip(curve.index, np.searchsorted(times, curve["time"]), strict=True):
                number = curve.loc[row, "at_risk"]
                hidden[row] = mine[place] or abs(last - number) < least
                last = last if hidden[row] else number
    return hidden


def _list_parts(table, group, numbers=("time", "horizon", "cut", "given_months", "further_months")):
    """The rows of each partition by `group`: alike in everything else that is a text, and at one time or cut (`numbers`)."""
    keys = [
        key
        for key in table
        if table[key].dtype == object
        and key not in (group, "note", "evidence")
        and not key.endswith("label")
    ]
    keys += [key for key in numbers if key in table and key not in keys]
    if not keys:
        return [table.index]
    return [rows.index for _, rows in table.groupby(keys, dropna=False, sort=False)]


def list_counts(cells):
    """The counts of cells as numbers, NaN where a cell has none."""
    found = [cell.values[0] if cell.counted and cell.values else None for cell in cells]
    return np.array([np.nan if isinstance(each, str) else each for each in found], float)


def find_complements(rows, columns, least):
    """Where a share printed for one level alone (yes, or any with limits) tells that the other (no) has few patients."""
    found = np.zeros((len(rows), len(columns)), bool)
    for number, row in enumerate(rows):
        for place, cell in enumerate(row.cells):
            alone = len(cell.values) == 4 or (not row.indent and len(cell.values) == 2)
            if cell.counted and alone and cell.values[1]:
                count, percent = cell.values[:2]
                found[number, place] = 0 < round(count * 100 / percent) - count < least
    return found


def find_wholes(rows, columns):
    """The places (row, column) of a count and of its parts below one heading: recurrences, and those of each span of time."""
    for number, row in enumerate(rows):
        counts = list_counts(row)
        for over in {column.over for column in columns[: len(row)]} - {""}:
            parts = [n for n in np.flatnonzero(~np.isnan(counts)) if columns[n].over == over]
            wholes = [n for n in np.flatnonzero(counts == counts[parts].sum()) if n not in parts]
            if len(parts) > 1 and counts[parts].sum() and wholes:
                yield [(number, place) for place in (wholes[0], *parts)]


def find_crossed(rows, columns):
    """The places of a count and of its parts where two columns name groups, and `all` of either side has a row of its own."""
    if len(columns) < 3 or columns[1].align != "left":
        return
    for start, end in find_blocks(rows):
        names = {n: [cell.text for cell in rows[n].cells[:2]] for n in range(start, end)}
        for side, other in ((0, 1), (1, 0)):
            for name in {words[side] for words in names.values()}:
                mine = [n for n, words in names.items() if words[side] == name]
                wholes = [n for n in mine if names[n][other] == ALL]
                parts = [n for n in mine if n not in wholes]
                for place in range(2, len(columns)) if wholes and parts else ():
                    yield [(number, place) for number in (wholes[0], *parts)]


def find_sums(rows, width):
    """The places of a count and of the rows after it that are it together: an event, and its kinds."""
    for place in range(width):
        counts = list_counts([row[place] if place < len(row) else Cell() for row in rows])
        for first in np.flatnonzero(counts > 0):
            for number in np.flatnonzero(np.cumsum(counts[first + 1 :]) == counts[first]):
                if number > 0:
                    yield [(line, place) for line in range(first, first + 2 + number)]


def find_blocks(rows):
    """(start, end) of the rows that may add up: those indented below one heading, or all where nothing is indented.

    The foot says how a table was made (patients and events of a model): no whole.
    """
    starts = [
        n
        for n, row in enumerate(rows)
        if n and row.indent and row.kind != "foot" and not rows[n - 1].indent
    ]
    if not any(row.indent for row in rows):
        body = [n for n, row in enumerate(rows) if row.kind != "foot"]
        return [(0, len(body))] if body else []
    ends = [
        next((n for n in range(start, len(rows)) if not rows[n].indent), len(rows))
        for start in starts
    ]
    return list(zip(starts, ends, strict=True))


def find_bare(rows, small):
    """Cells that show no per cent: it is of those known, who are everybody but the few without a value, and tells their number."""
    found = np.zeros(small.shape, bool)
    for start, end in find_blocks(rows):
        for line in (n for n in range(start, end) if rows[n].cells[0].text == WITHOUT):
            found[start - 1 : end] |= small[line]
    return found


def hide_levels(table, hidden, least):
    """Hide in place the smallest level of a variable of which few lack a value, or they follow from everybody and the levels."""
    if not {"level", "count", "missing"} <= set(table):
        return
    few = table["missing"].between(1, least - 1) & table["level"].notna()
    keys = [name for name in ("grouping", "group", "variable") if name in table]
    for rows in table[few].groupby(keys, dropna=False).groups.values():
        counts = table.loc[rows, "count"]
        if not hidden["count"][rows].any() and counts.gt(0).any():
            hidden["count"][counts[counts > 0].idxmin()] = True


def find_compared(rows, few):
    """Where a cell of a DisplayTable compares its row with a reference group of few; few: whether each row is of so few."""
    found = np.zeros((len(rows), max((len(row.cells) for row in rows), default=0)), bool)
    for start, end in find_blocks(rows):
        for number in range(start, end):
            places = [n for n, cell in enumerate(rows[number].cells) if cell.text == "reference"]
            if places and few[number]:
                found[start:end, places[0] :] = True
    return found


def find_against(table, few):
    """The rows of a result table whose reference group is of few in the same grouping and horizon."""
    keys = [name for name in ("grouping", "variable", "horizon") if name in table]
    table = table.astype(str)
    small = set(table.loc[few, [*keys, "group"]].itertuples(index=False, name=None))
    rows = table[[*keys, "reference"]].itertuples(index=False, name=None)
    return pd.Series([row in small for row in rows], table.index, dtype=bool)
