"""Read an export of any accepted format into a table of plain cells.

The one module that sees a path: the ending chooses the reader, and the first bytes must agree with the ending.
"""

import csv
import datetime
import io
from pathlib import Path

import pandas as pd

from crlm.findings import build_finding

MAGIC = {
    "xlsx": [b"PK\x03\x04"],
    "xls": [b"\xd0\xcf\x11\xe0"],
    "parquet": [b"PAR1"],
    "sav": [b"$FL2", b"$FL3"],
    "dta": [b"<stata_dta>", b"\x71", b"\x72", b"\x73", b"\x6c", b"\x6d", b"\x6e", b"\x6f"],
}
NAMES = {
    "xlsx": "an Excel workbook (xlsx)",
    "xls": "an old Excel workbook (xls)",
    "parquet": "a Parquet file",
    "sav": "an SPSS file",
    "dta": "a Stata file",
}
DELIMITERS = ";,\t|"


class UnreadableError(ValueError):
    """The file cannot be read; `finding` says why and what to do."""

    def __init__(self, rule, message, remedy):
        super().__init__(message)
        self.finding = build_finding("error", rule, message, remedy)


def read_table(path, settings):
    """Return the table of cells (None, text, int, float or Timestamp) and its findings.

    `settings` has sheet, delimiter, encoding and may be empty. The table has the file's columns; a file that cannot be
    read gives an empty table and one error.
    """
    try:
        return _read(Path(path), settings)
    except UnreadableError as error:
        return pd.DataFrame(), [error.finding]


def _read(path, settings):
    ending = path.suffix.lower().lstrip(".")
    content = path.read_bytes()
    _check_ending(path.name, ending, content)
    if ending in ("csv", "tsv", "txt"):
        table, findings = _read_text(path.name, content, settings)
    else:
        table, findings = _read_binary(path, ending, settings), []
    table.columns = [str(column).strip() for column in table.columns]
    table = table.map(_cell).astype(object)
    table = table.where(table.notna(), None)
    empty = table.isna().all(axis=1)
    table = table[~empty]
    if table.empty:
        raise UnreadableError(
            "no_rows", f"{path.name} has no rows.", "Export the cohort again; one row per patient."
        )
    return table, findings


def _check_ending(name, ending, content):
    if not content.strip():
        raise UnreadableError(
            "no_rows", f"{name} is empty.", "Export the cohort again; one row per patient."
        )
    found = next(
        (
            kind
            for kind, marks in MAGIC.items()
            if kind != "dta" and content.startswith(tuple(marks))
        ),
        None,
    )
    html = content[:200].lstrip().lower().startswith((b"<html", b"<!doctype", b"<table"))
    wrong = None
    if ending in MAGIC:
        if not content.startswith(tuple(MAGIC[ending])):
            wrong = NAMES.get(found) or (
                "a web page (HTML)" if html else "a text file or something else"
            )
    elif found or html or b"\x00" in content[:4096]:
        wrong = NAMES.get(found) or (
            "a web page (HTML)" if html else "a binary file or UTF-16 text"
        )
    if wrong:
        raise UnreadableError(
            "wrong_ending",
            f"{name} ends in .{ending} but is {wrong}.",
            "Save the table from its program as the format that the ending says, or rename the file.",
        )


def _read_text(name, content, settings):
    encoding = settings.get("encoding") or "utf-8-sig"
    try:
        text = content.decode(encoding)
    except (UnicodeDecodeError, LookupError) as error:
        line = content[: getattr(error, "start", 0)].count(b"\n") + 1
        raise UnreadableError(
            "encoding",
            f"{name} is not written in {encoding} (line {line}).",
            "Set cohort.encoding; exports of Windows programs are often cp1252.",
        ) from None
    first = text.splitlines()[0]
    delimiter = settings.get("delimiter") or max(DELIMITERS, key=first.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    header, findings = rows[0], []
    if len(header) < 2:
        raise UnreadableError(
            "delimiter",
            f"{name} has one column only when split at '{delimiter}'.",
            "Set cohort.delimiter to the sign between the columns.",
        )
    body = {}
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            findings.append(
                build_finding(
                    "error",
                    "ragged_row",
                    f"the row has {len(row)} cells, the header {len(header)}.",
                    f"Look for a '{delimiter}' or a line break inside a text of this row and put the text in quotes.",
                    row=number,
                )
            )
        body[number] = (row + [""] * len(header))[: len(header)]
    table = pd.DataFrame.from_dict(body, orient="index", columns=header, dtype=object)
    return table, findings


def _read_binary(path, ending, settings):
    try:
        if ending in ("xlsx", "xls"):
            book = pd.ExcelFile(path)
            sheet = settings.get("sheet") or book.sheet_names[0]
            if sheet not in book.sheet_names:
                raise UnreadableError(
                    "sheet",
                    f"{path.name} has no sheet '{sheet}'.",
                    f"Set cohort.sheet to one of: {', '.join(map(str, book.sheet_names))}.",
                )
            table = book.parse(sheet, dtype=object, na_filter=False)
        elif ending == "parquet":
            table = pd.read_parquet(path)
        elif ending == "dta":
            table = pd.read_stata(path, convert_categoricals=False)
        else:
            import pyreadstat

            table, _ = pyreadstat.read_sav(str(path))
    except UnreadableError:
        raise
    except (
        Exception
    ) as error:  # whatever a reader raises on a damaged file, the user needs one sentence
        raise UnreadableError(
            "damaged",
            f"{path.name} cannot be read ({error}).",
            "Save the table again from its program.",
        ) from error
    table = table.reset_index(drop=True).astype(object)
    table.index = table.index + 2  # the line in the file, below the header
    return table


def _cell(value):
    """Return a cell as None, text, a number or a Timestamp."""
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, str):
        return value.replace("\u00a0", " ").strip() or None
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "yes" if value else "no"
    if isinstance(value, datetime.date | datetime.datetime):
        return pd.Timestamp(value)
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int | float) else str(value)
