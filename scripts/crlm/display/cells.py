"""The one form of a table that all renderers (page, Word, Excel) take: texts to read beside the numbers behind them."""

import math
import re
from dataclasses import dataclass, replace

import pandas as pd

from crlm.display import formats

WHOLE, ONE, TWO, THREE = "0", "0.0", "0.00", "0.000"
P_VALUE = '[<0.001]"<0.001";[>=0.9995]">0.999";0.000'
SHARE = ("patients", "per cent", "lower 95%", "upper 95%")
ESTIMATE = ("estimate", "lower 95%", "upper 95%")


@dataclass(frozen=True)
class Cell:
    """One cell: the text that is read, and the numbers (with their Excel formats) that a spreadsheet gets instead.

    A value may be a text (`not reached`) or None; a number that is none (NaN, infinite) becomes None, since a spreadsheet
    has no cell for it. `strong` is set in bold. A `reference` says nothing when rows are sorted.
    `counted`: the first value counts patients, events or lesions.
    """

    text: str = ""
    values: tuple = ()
    forms: tuple = ()
    strong: bool = False
    reference: bool = False
    counted: bool = False

    def __post_init__(self):
        object.__setattr__(self, "values", tuple(map(_clean, self.values)))

    @property
    def key(self):
        """What the cell is sorted by: its first number, None for a text or an empty cell."""
        first = self.values[0] if self.values else None
        return None if isinstance(first, str) or formats.is_missing(first) else first


@dataclass(frozen=True)
class Column:
    """A column: heading (a line break is kept), the heading above several columns, names of its numbers in a spreadsheet."""

    label: str
    over: str = ""
    parts: tuple = ()
    align: str = "right"


@dataclass(frozen=True)
class Row:
    """A row of cells. kind: `body`; `head` (names a block, may hold numbers); `foot` (stays last when the table is sorted).

    A row with indent 0 begins a block that the indented rows after it belong to.
    """

    cells: tuple
    kind: str = "body"
    indent: int = 0

    @property
    def span(self):
        """How many columns the first cell takes: the name of a block has the room of the empty cells after it."""
        if self.kind != "head":
            return 1
        filled = (place for place, cell in enumerate(self.cells) if place and cell.text)
        return next(filled, len(self.cells))


@dataclass(frozen=True)
class DisplayTable:
    """A table as it is printed.

    `name` is unique; `short` names the sheet; `number` is given when tables are put in order;
    `published`: the numbers are not of this study.
    """

    name: str
    title: str
    columns: tuple
    rows: tuple
    notes: tuple = ()
    short: str = ""
    number: str = ""
    published: bool = False

    def blocks(self):
        """The rows in blocks, each beginning with a row that is not indented."""
        blocks = []
        for row in self.rows:
            if not blocks or row.indent == 0:
                blocks.append([])
            blocks[-1].append(row)
        return blocks

    def __bool__(self):
        return bool(self.rows)


def text(words, strong=False):
    """A cell of words."""
    return Cell("" if formats.is_missing(words) else str(words), strong=strong)


def count(number, strong=False):
    """A cell with a count of patients, events or lesions of the study, which may be too small to leave it."""
    return Cell(formats.format_count(number), (_clean(number),), (WHOLE,), strong, counted=True)


def whole(number, strong=False):
    """A cell with another whole number: degrees of freedom, parameters, what was published."""
    return Cell(formats.format_count(number), (_clean(number),), (WHOLE,), strong)


def share(number, total):
    """A cell `12 (34.3)`."""
    percent = 100 * number / total if total else None
    return Cell(formats.format_share(number, total), (number, percent), (WHOLE, ONE), counted=True)


def share_with_limits(number, total, lower, upper):
    """A cell `12 (34.3; 20.1–51.9)`: a count, its per cent of the total and the limits of the share, which are hidden together."""
    if not total:
        return Cell(
            formats.format_count(number),
            (number, None, None, None),
            (WHOLE, *(ONE,) * 3),
            counted=True,
        )
    percents = [100 * value for value in (number / total, lower, upper)]
    middle, *limits = (formats.format_number(value) for value in percents)
    words = f"{formats.format_count(number)} ({middle}; {formats.style().limits.join(limits)})"
    return Cell(words, (number, *percents), (WHOLE, *(ONE,) * 3), counted=True)


def number(value, digits=1, empty=formats.MISSING):
    """A cell with one number."""
    form = {0: WHOLE, 1: ONE, 2: TWO, 3: THREE}[digits]
    return Cell(formats.format_number(value, digits, empty), (_clean(value),), (form,))


def p_value(value, empty=formats.MISSING):
    """A cell with a p-value."""
    words = formats.format_p(value, empty)
    form = P_VALUE if formats.is_missing(value) else _form_p(words)
    return Cell(words, (_clean(value),), (form,))


def _form_p(words):
    """Excel format that shows a p-value as it is written; Excel itself puts the decimal sign of the reader's country."""
    if formats.style() == formats.PLAIN:
        return P_VALUE
    if words[0] in "<>":
        return f'"{words}"'
    return re.sub(r"\d", "0", words.replace(formats.style().decimal, ".", 1))


def ratio(estimate, lower, upper, mark=""):
    """A cell with a hazard ratio and its limits."""
    words = formats.format_interval(estimate, lower, upper, formats.format_ratio)
    return Cell(words + mark, tuple(map(_clean, (estimate, lower, upper))), (TWO,) * 3)


def median(middle, lower, upper, patients=None):
    """A cell with a median time and its limits; of 0 patients there is none."""
    if patients == 0:
        return Cell(formats.MISSING, (None,) * 3, (ONE,) * 3)
    end = None if formats.is_missing(lower) and formats.is_missing(upper) else "NR"
    values = tuple(
        empty if formats.is_missing(value) else value
        for value, empty in ((middle, formats.NOT_REACHED), (lower, end), (upper, end))
    )
    return Cell(formats.format_median(middle, lower, upper), values, (ONE,) * 3)


def percent(probability, lower, upper):
    """A cell with a probability in per cent and its limits."""
    values = [_clean(value) for value in (probability, lower, upper)]
    values = tuple(None if value is None else 100 * value for value in values)
    return Cell(formats.format_percent(probability, lower, upper), values, (ONE,) * 3)


def head(label, columns, cells=None, strong=True):
    """A row that names a block: the label in the first of `columns` columns; `cells` maps places to cells."""
    filled = [text(label, strong), *[Cell()] * (columns - 1)]
    for place, cell in (cells or {}).items():
        filled[place] = cell
    return Row(tuple(filled), "head")


def drop_empty(table):
    """The table without the columns, other than the first, that have no text in any row.

    A column of `–` stays: a time that nobody reached, or a group of which nothing is known, is a result.
    """
    kept = [
        place
        for place in range(len(table.columns))
        if not place or any(row.cells[place].text for row in table.rows)
    ]
    rows = [replace(row, cells=tuple(row.cells[place] for place in kept)) for row in table.rows]
    columns = tuple(table.columns[place] for place in kept)
    return replace(table, columns=columns, rows=tuple(rows))


def finish(table):
    """The table with its words in the style of numbers in use (`formats.use`)."""
    if formats.style() == formats.PLAIN:
        return table
    words, heads = formats.finish, formats.finish_heading
    rows = [
        replace(row, cells=tuple(replace(c, text=words(c.text)) for c in row.cells))
        for row in table.rows
    ]
    columns = [replace(c, label=heads(c.label), over=words(c.over)) for c in table.columns]
    notes = tuple(map(words, table.notes))
    return replace(
        table, title=words(table.title), columns=tuple(columns), rows=tuple(rows), notes=notes
    )


def tell_synthetic(table):
    """The table with the word in its title; one of published figures is not of these data."""
    if table.published:
        note = "These are published figures; the data of this study are synthetic."
        return replace(table, notes=(*table.notes, note))
    return replace(table, title=f"{table.title} (synthetic data)")


def _clean(value):
    """A text as it is, a plain number, or None for one that is missing or infinite."""
    if value is None or isinstance(value, str):
        return value
    if pd.isna(value) or math.isinf(value):
        return None
    return value.item() if hasattr(value, "item") else value


def flatten(table):
    """The table as records for a CSV file: full precision, one column per number, the title in every row.

    Returns (names, rows). A block's heading stands in the column `block` of the rows that belong to it.
    """
    names = ["table", "block"]
    for place, column in enumerate(table.columns):
        words = [part for part in (column.over, column.label.replace("\n", " ")) if part]
        label = ": ".join(words) or ("row" if place == 0 else f"column {place + 1}")
        names += [f"{label}, {part}" if part else label for part in column.parts or ("",)]
    rows, block = [], ""
    for row in table.rows:
        first = row.cells[0].text
        if row.kind == "head" or row.indent == 0:
            block = first if row.kind == "head" else ""
        cells = [first]
        for cell, column in zip(row.cells[1:], table.columns[1:], strict=True):
            width = len(column.parts) or 1
            values = list(cell.values) if cell.values else [cell.text]
            cells += (values + [None] * width)[:width]
        rows.append([table.title, block, *cells])
    return names, rows
