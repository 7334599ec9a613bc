"""Open an export as it lies there: which sheet, which line is the header, which signs."""

import csv
import io
import itertools
from collections import Counter
from pathlib import Path

from crlm.cohort import reading, reading_excel, value_labels
from crlm.cohort.cell_types import plain_cell
from crlm.cohort.header import LOOKED_AT
from crlm.cohort.unreadable import UnreadableError
from crlm.proposal.header_words import find_variables, read_header

ENCODINGS = ("utf-8-sig", "gb18030", "cp932", "cp1252")
BOMS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
DELIMITERS = ";\t,|"
TEXTS = ("csv", "tsv", "txt")
BOOKS = ("xlsx", "xls")
LEAST = 2  # names that a header must have


def open_export(path, vocabulary):
    """Return (table, settings, reasons, others, headers) of a file.

    table : cells as the run reads them; settings : keys of `cohort:` (sheet, header_row, delimiter, encoding) that make it so;
    reasons : {key: words}; others : {sheet: table} of a workbook's other visible sheets; headers : {sheet: settings} of these.
    Raises UnreadableError, in words, for a file of which no table can be made.
    """
    path = Path(path)
    ending = path.suffix.lower().lstrip(".")
    if ending in TEXTS:
        settings, reasons = _look_at_text(path, vocabulary)
        return _read(path, settings), settings, reasons, {}, {}
    if ending not in BOOKS:
        return _read(path, {}), {}, {}, {}, {}
    return _open_book(path, ending, vocabulary)


def read_labels(path):
    """Return ({column: label of the variable}, {column: {code: meaning}}) of an SPSS or Stata file; empty for others."""
    codes = value_labels.read_value_labels(path)
    return value_labels.read_column_labels(path), codes


def _read(path, settings):
    table, findings = reading.read_table(path, settings)
    broken = [item for item in findings if item["severity"] == "error" and table.empty]
    if broken:
        raise UnreadableError(broken[0]["rule"], broken[0]["message"], broken[0]["remedy"])
    return table


def _open_book(path, ending, vocabulary):
    try:
        sheets = reading_excel.read_workbook(path, ending)
    except Exception:
        _read(path, {})  # says what is wrong with the file
        raise
    shown = [sheet for sheet in sheets if sheet.visible and len(sheet.rows) > 1] or sheets
    found = {sheet.name: find_header(sheet.rows, vocabulary) for sheet in shown}
    tables = {}
    for sheet in shown:
        lines = found[sheet.name][0]
        settings = {"sheet": sheet.name} if len(sheets) > 1 else {}
        if lines and lines != (min(sheet.rows),):
            settings["header_row"] = lines[0] if len(lines) == 1 else list(lines)
        try:
            tables[sheet.name] = (_read(path, settings), settings)
        except UnreadableError:
            if len(shown) == 1:
                raise
    if not tables:
        _read(path, {})
        raise UnreadableError(
            "no_rows",
            f"{path.name} has no sheet with a table.",
            "Export the cohort again; one row per patient.",
        )
    best = max(tables, key=lambda name: (found[name][1], len(tables[name][0])))
    table, settings = tables.pop(best)
    reasons = {}
    if "sheet" in settings:
        reasons["sheet"] = f"{found[best][1]} of its names are known, more than in any other sheet"
    if "header_row" in settings:
        reasons["header_row"] = "the names of the columns stand there, and a title above"
    others = {name: each[0] for name, each in tables.items()}
    return table, settings, reasons, others, {name: each[1] for name, each in tables.items()}


def find_header(rows, vocabulary):
    """Return the number(s) of the header's line(s) and how many of its names are known; ((), 0) without any.

    The line with most known names counts; two lines where both together have more; with no known name the first with two names.
    """
    kept = {}
    for number, row in rows.items():
        cells = ["" if plain_cell(cell) is None else str(plain_cell(cell)) for cell in row]
        if any(cells):
            kept[number] = cells
    first = list(kept.items())[:LOOKED_AT]
    counts = {(number,): count_known(row, vocabulary) for number, row in first}
    best = max(counts, key=counts.get, default=())
    if not best or counts[best] < LEAST:
        line = next((number for number, row in first if sum(map(bool, row)) >= LEAST), None)
        return ((line,) if line else ()), 0
    for (above, upper), (below, lower) in itertools.pairwise(first):
        if best[0] in (above, below) and sum(map(bool, upper)) > 1:
            counts[above, below] = count_known(_fill_empty(upper, lower), vocabulary)
    best = max(counts, key=lambda lines: (counts[lines], -len(lines)))
    return best, counts[best]


def _fill_empty(upper, lower):
    width = max(len(upper), len(lower))
    upper, lower = (row + [""] * (width - len(row)) for row in (upper, lower))
    return [low or up for up, low in zip(upper, lower, strict=True)]


def count_known(names, vocabulary):
    """Return how many different names of a line say something that the vocabulary knows, and are no numbers."""
    known = set()
    for name in set(names) - {""}:
        lettered = any(letter.isalpha() for letter in name)
        if lettered and find_variables(read_header(name, vocabulary), vocabulary):
            known.add(name)
    return len(known)


def _look_at_text(path, vocabulary):
    content = path.read_bytes()
    settings, reasons = {}, {}
    encoding = next((name for mark, name in BOMS.items() if content.startswith(mark)), None)
    encoding = encoding or _find_encoding(content, vocabulary)
    if encoding != "utf-8-sig":
        settings["encoding"], reasons["encoding"] = encoding, "the letters of the header are known in it"  # fmt: skip
    text = content.decode(encoding, errors="replace").lstrip("\ufeff")
    delimiter = _find_delimiter(text)
    if delimiter:
        settings["delimiter"] = "tab" if delimiter == "\t" else delimiter
        reasons["delimiter"] = "most lines have the same number of cells with it"
    rows = _split(text, delimiter or ";")
    lines, _ = find_header(rows, vocabulary)
    filled = [number for number, row in rows.items() if any(map(str.strip, row))]
    if lines and filled and lines != (filled[0],):
        settings["header_row"] = lines[0] if len(lines) == 1 else list(lines)
        reasons["header_row"] = "the names of the columns stand there"
    return settings, reasons


def _split(text, delimiter):
    """The cells of each line; a file that cannot be split is refused, with the reason, when it is read."""
    try:
        return dict(enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), 1))
    except csv.Error:
        return {}


def _find_encoding(content, vocabulary):
    """UTF-8 where the bytes are; else the encoding in which most names of the first lines are known, Western first."""
    fitting = {}
    for encoding in ENCODINGS:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding == "utf-8-sig":
            return encoding
        rows = _split(text, _find_delimiter(text) or ";")
        fitting[encoding] = find_header(rows, vocabulary)[1]
    order = ["cp1252", "gb18030", "cp932"]
    return max(sorted(fitting, key=order.index), key=fitting.get, default="cp1252")


def _find_delimiter(text):
    """The sign with which most of the first lines have the same number of cells, at least two."""
    scores = {}
    for sign in DELIMITERS:
        lengths = Counter(len(row) for row in list(_split(text, sign).values())[:LOOKED_AT] if row)
        cells, lines = max(
            ((n, count) for n, count in lengths.items() if n > 1),
            key=lambda each: (each[1], each[0]),
            default=(0, 0),
        )
        scores[sign] = (lines, cells)
    best = max(scores, key=scores.get)
    return best if scores[best][0] else None
