"""A legend: a sheet or a further file that says what the columns of the patients' table are and what their codes mean."""

from pathlib import Path

from crlm.cohort import reading_excel
from crlm.cohort.cell_types import plain_cell
from crlm.plan.variables import as_code
from crlm.proposal.header_words import BRACKETS, read_codes
from crlm.proposal.vocabulary import plain

LEAST = 2  # names of columns, one below the other, that make a sheet a legend
SHORT = 2  # letters of a code
BOOKS = (".xlsx", ".xls")


def read_sheets(path):
    """Return {sheet: its rows as lists of cells} of a workbook, hidden sheets too; empty for other files."""
    path = Path(path)
    if path.suffix.lower() not in BOOKS:
        return {}
    sheets = reading_excel.read_workbook(path, path.suffix.lower().lstrip("."))
    return {sheet.name: list(sheet.rows.values()) for sheet in sheets}


def list_rows(table):
    """Return a table as rows of cells, its header first."""
    return [list(table.columns), *table.to_numpy().tolist()]


def find_legend(sheets, columns, vocabulary):
    """Return ({column: {code: meaning}}, {column: description}, {sheet: its columns}) of the sheets that explain the columns.

    sheets : {name: rows}, without that of the patients; columns : headers of the patients' table. A sheet explains them where at
    least two of their names stand one below the other, with codes (``1 = yes; 2 = no`` in one cell or in several, or a code and its
    meaning in two cells beside each other), or side by side with ``1 = yes`` below them. One code counts where its meaning is a
    word for missing.
    """
    names = {}
    for column in columns:
        for text in (column, BRACKETS.sub(" ", str(column))):
            names.setdefault(plain(text), column)
    names.pop("", None)
    codes, described, found = {}, {}, {}
    for sheet, rows in sheets.items():
        cells = [["" if plain_cell(c) is None else plain_cell(c) for c in row] for row in rows]
        told, words = _read_down(cells, names)
        if not told:
            told, words = _read_down(_turn(cells), names, False)
        told = {column: _keep(each, vocabulary) for column, each in told.items()}
        told = {column: each for column, each in told.items() if each}
        if told:
            codes |= {column: each for column, each in told.items() if column not in codes}
            described |= {column: each for column, each in words.items() if column not in described}
            found[sheet] = list(told)
    return codes, described, found


def _turn(rows):
    width = max(map(len, rows), default=0)
    return [[row[place] if place < len(row) else "" for row in rows] for place in range(width)]


def _keep(codes, vocabulary):
    missing = {plain(word) for word in vocabulary.missing_words} - {""}
    several = len(codes) > 1 or plain(next(iter(codes.values()), "")) in missing
    return codes if several else {}


def _read_down(rows, names, beside=True):
    """({column: {code: meaning}}, {column: description}) of rows with the names of columns one below the other; empty without.

    beside : a code and its meaning may stand in two cells beside each other
    """
    place = _find_names(rows, names)
    if place is None:
        return {}, {}
    below = _find_codes(rows, place) if beside else None
    codes, described, column = {}, {}, None
    for row in rows:
        name = row[place] if place < len(row) else ""
        column = names.get(plain(name)) if name != "" else column
        if column is None:
            continue
        rest = row[place + 1 :]
        told = codes.setdefault(column, {})
        written = {k: v for cell in rest if isinstance(cell, str) for k, v in read_codes(cell).items()}  # fmt: skip
        if written:
            told |= written
        elif below is not None and _is_pair(row, below):
            told[as_code(row[below])] = str(row[below + 1]).strip()
        if name != "" and (text := _find_description(row, place, below)):
            described.setdefault(column, text)
    return {column: each for column, each in codes.items() if each}, described


def _find_names(rows, names):
    """The place in which most names of columns stand one below the other."""
    width = max(map(len, rows), default=0)
    counts = {
        place: len({plain(row[place]) for row in rows if place < len(row)} & set(names))
        for place in range(width)
    }
    best = max(counts, key=counts.get, default=None)
    return best if best is not None and counts[best] >= LEAST else None


def _find_codes(rows, place):
    """The place behind that of the names in which most rows have a code, with its meaning beside it."""
    width = max(map(len, rows), default=0)
    counts = {each: sum(_is_pair(row, each) for row in rows) for each in range(place + 1, width)}
    best = max(counts, key=counts.get, default=None)
    return best if best is not None and counts[best] else None


def _is_pair(row, place):
    if place + 1 >= len(row) or row[place] == "" or not isinstance(row[place + 1], str):
        return False
    code = as_code(row[place])
    return (code.lstrip("-").isdigit() or len(code) <= SHORT) and any(map(str.isalpha, row[place + 1]))  # fmt: skip


def _find_description(row, place, below):
    pair = () if below is None else (below, below + 1)
    rest = [cell for where, cell in enumerate(row) if where > place and where not in pair]
    texts = [cell for cell in rest if isinstance(cell, str) and any(map(str.isalpha, cell))]
    return next((" ".join(text.split()) for text in texts if not read_codes(text)), None)
