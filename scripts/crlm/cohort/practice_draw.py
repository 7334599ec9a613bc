"""Cells of made-up patients, drawn from what is kept of the columns of a study."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from crlm.cohort.practice_layout import Layout, close_table

BLUR = 5  # frequencies are told in steps of it, and what is rarer is made as frequent
DAY = pd.Timedelta(days=1)


@dataclass
class Column:
    """What is kept of one column. gaps and codes: {cell: frequency}; numbers: rising, or days from the first day."""

    kind: str  # "codes", "numbers" or "dates"
    gaps: dict
    known: int  # entries that are no gap, in steps of BLUR
    codes: dict
    numbers: np.ndarray
    decimals: int = 0
    comma: bool = False  # numbers are texts with a decimal comma
    form: str | None = None  # of dates that are texts
    share: float = 0  # what it makes with others of the row, 100 or 1
    running: bool = False  # 1, 2, 3 ... within a patient


@dataclass
class Table:
    """What is kept of one table: the column of the identifier, {rows per patient: frequency}, and the columns.

    patients : of a file beside others in which each patient stands once, else None
    fixed : cells of all its rows; kinds : further Tables, one for each other kind of row of the same file; layout : of the file
    """

    key: str
    rows: dict
    columns: dict
    fixed: dict = field(default_factory=dict)
    kinds: list = field(default_factory=list)
    layout: Layout | None = None
    patients: int | None = None


RUNNING = Column("numbers", {}, 1, {}, np.zeros(0), running=True)


def draw_numbers(kept, size, random):
    """Numbers between the kept ones; nothing where nothing was kept."""
    if not len(kept):
        return np.full(size, np.nan)
    return np.interp(random.random(size), np.linspace(0, 1, len(kept)), kept)


def _draw_keys(weights, size, random):
    keys = np.empty(len(weights), object)
    for place, key in enumerate(weights):  # a tuple is one key
        keys[place] = key
    share = np.array(list(weights.values()), float)
    return keys[random.choice(len(keys), size, p=share / share.sum())]


def deal_patients(tables, days, random):
    """Return for every table the first days of the patients who may stand in it: each in one of the files that are stacked."""
    weights = {place: each.patients for place, each in enumerate(tables) if each.patients}
    if not weights:
        return [days for _ in tables]
    chosen = dict(zip(days, _draw_keys(weights, len(days), random), strict=True))
    return [
        days if each.patients is None else {n: day for n, day in days.items() if chosen[n] == place}
        for place, each in enumerate(tables)
    ]


def draw_table(table, days, random):
    """Cells of the patients whose first days are given, with the identifier in its column; every kind of row of the file."""
    drawn = [_draw_kind(each, days, random) for each in (table, *table.kinds)]
    if len(drawn) == 1:
        return drawn[0]
    place = {name: number for number, name in enumerate(days)}
    cells = pd.concat(drawn, ignore_index=True)
    cells = cells.astype(object).where(cells.notna(), None)
    order = np.argsort(cells[table.key].map(place).to_numpy(), kind="stable")
    return cells.iloc[order].reset_index(drop=True)


def _draw_kind(table, days, random):
    names = list(days)
    repeats = _draw_keys(table.rows, len(names), random).astype(int)
    owners = np.repeat(np.array(names, object), repeats)
    first = np.repeat(np.array(list(days.values()), float), repeats)
    drawn = {table.key: owners, **table.fixed}
    shares = [name for name, column in table.columns.items() if column.share]
    whole = _draw_shares([table.columns[name] for name in shares], len(owners), random)
    for name, column in table.columns.items():
        if column.running:
            drawn[name] = (
                pd.Series(owners).groupby(owners).cumcount().add(1).astype(object).to_numpy()
            )
        else:
            numbers = whole[shares.index(name)] if column.share else None
            drawn[name] = _draw_column(column, owners, first, random, numbers)
    return pd.DataFrame(drawn, index=range(len(owners)), dtype=object)


def _draw_shares(columns, size, random):
    """Numbers of each of the columns that make a whole: drawn one by one, then brought to it, in steps of `BLUR` per cent."""
    if not columns:
        return []
    drawn = np.nan_to_num([draw_numbers(each.numbers, size, random) for each in columns])
    drawn[0] += (drawn.sum(axis=0) == 0) * 100
    parts = np.floor(100 * drawn / drawn.sum(axis=0) / BLUR) * BLUR
    parts[np.argmax(parts, axis=0), np.arange(size)] += 100 - parts.sum(axis=0)
    return [part * each.share / 100 for part, each in zip(parts, columns, strict=True)]


def _draw_column(column, owners, first, random, numbers=None):
    size = len(first)
    gap = np.full(size, None, object)
    known = random.random(size) < column.known / max(column.known + sum(column.gaps.values()), 1)
    if column.gaps:
        gap = _draw_keys(column.gaps, size, random)
    if column.kind == "codes":
        cells = _draw_keys(column.codes, size, random) if column.codes else gap
        return np.where(known, cells, gap)
    if numbers is None:
        numbers = draw_numbers(column.numbers, size, random)
    if (
        column.kind == "dates"
    ):  # of several rows of a patient from the first to the last, as such tables have them
        numbers = numbers + np.where(np.isnan(first), 0, first)
        numbers = numbers[np.lexsort((numbers, pd.factorize(owners)[0]))]
    known = (known | bool(column.share)) & ~np.isnan(numbers)
    show = _show_day if column.kind == "dates" else _show_number
    drawn = zip(numbers, known, gap, strict=True)
    return np.array(
        [show(number, column) if told else empty for number, told, empty in drawn], object
    )


def _show_number(number, column):
    rounded = round(float(number), column.decimals)
    rounded = rounded if column.decimals else int(rounded)
    return str(rounded).replace(".", ",") if column.comma else rounded


def _show_day(number, column):
    day = pd.Timestamp(0) + round(float(number)) * DAY
    return day.strftime(column.form) if column.form else day


def gather(tables, table, new):
    """The rows of those who are kept, under their new names, in their order."""
    cells = pd.concat(tables, ignore_index=True)
    cells = cells[cells[table.key].isin(new)]
    cells = cells.assign(**{table.key: cells[table.key].map(new)})
    cells = cells.sort_values(table.key, kind="stable").reset_index(drop=True)
    return close_table(cells, table.layout)
