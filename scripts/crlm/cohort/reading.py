"""Read an export of any accepted format into a table of plain cells.

The one module that sees a path: the ending chooses the reader, and the first bytes must agree with the ending.
"""

import codecs
import csv
import datetime
import io
from pathlib import Path

import pandas as pd

from crlm.cohort.findings import build_finding

MAGIC = {
    "xlsx": [b"PK\x03\x04"],
    "xls": [b"\xd0\xcf\x11\xe0"],
    "parquet": [b"PAR1"],
    "sav": [b"$FL2", b"$FL3"],
    "dta": [b"<stata_dta>", *(bytes([v, order]) for v in range(0x67, 0x74) for order in (1, 2))],
}
NAMES = {
    "xlsx": "an Excel workbook (xlsx)",
    "xls": "an old Excel workbook (xls)",
    "parquet": "a Parquet file",
    "sav": "an SPSS file",
    "dta": "a Stata file",
}
DELIMITERS = ";,\t|"
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


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
    _check_ending(path.name, ending, content, settings.get("encoding") or "")
    if ending in ("csv", "tsv", "txt"):
        table, findings = _read_text(path.name, content, settings)
    else:
        table, findings = _read_binary(path, ending, settings), []
    table.columns = [str(column).strip() for column in table.columns]
    # Cell by cell into objects: pandas would turn a column of whole numbers with a gap into floats with NaN.
    cells = [
        pd.Series(map(_cell, column), table.index, dtype=object) for _, column in table.items()
    ]
    table = pd.concat(cells, axis=1, keys=table.columns) if cells else pd.DataFrame()
    empty = table.isna().all(axis=1)
    table = table[~empty]
    if table.empty:
        raise UnreadableError(
            "no_rows", f"{path.name} has no rows.", "Export the cohort again; one row per patient."
        )
    return table, findings


def _check_ending(name, ending, content, encoding):
    wide = content.startswith(WIDE_MARKS)
    content = content.removeprefix(codecs.BOM_UTF8)
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
    elif wide and not encoding.casefold().startswith("utf-16"):
        raise UnreadableError(
            "encoding",
            f'{name} is written in UTF-16 ("Unicode text").',
            "Set cohort.encoding to utf-16, or save the file as CSV UTF-8.",
        )
    elif found or html or (b"\x00" in content[:4096] and not wide):
        wrong = NAMES.get(found) or ("a web page (HTML)" if html else "a binary file")
    if wrong:
        raise UnreadableError(
            "wrong_ending",
            f"{name} ends in .{ending} but is {wrong}.",
            "Save the table from its program as the format that the ending says, or rename the file.",
        )


def _read_text(name, content, settings):
    encoding = settings.get("encoding") or "utf-8-sig"
    try:
        text = content.decode(encoding).lstrip("\ufeff")
    except LookupError:
        raise UnreadableError(
            "encoding",
            f"there is no character encoding '{encoding}'.",
            "Set cohort.encoding to utf-8 or cp1252.",
        ) from None
    except UnicodeError as error:
        line = content[: getattr(error, "start", 0)].count(b"\n") + 1
        raise UnreadableError(
            "encoding",
            f"{name} is not written in {encoding} (line {line}).",
            "Set cohort.encoding; exports of Windows programs are often cp1252.",
        ) from None
    first = text.splitlines()[0]
    delimiter = settings.get("delimiter") or max(DELIMITERS, key=first.count)
    delimiter = "\t" if delimiter == "tab" else delimiter
    # Strict: a quotation mark that is opened and not closed would swallow the patients that follow.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error as error:
        raise UnreadableError(
            "quotes",
            f"{name} cannot be split into cells near line {reader.line_num} ({error}).",
            'Look for a quotation mark (") or a line break inside a text; every opening quotation mark needs a closing one.',
        ) from None
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
            with pd.ExcelFile(path) as book:
                sheet = settings.get("sheet") or book.sheet_names[0]
                if sheet not in book.sheet_names:
                    raise UnreadableError(
                        "sheet",
                        f"{path.name} has no sheet '{sheet}'.",
                        f"Set cohort.sheet to one of: {', '.join(map(str, book.sheet_names))}.",
                    )
                cells = book.parse(sheet, dtype=object, na_filter=False, header=None)
            # Read without a header: pandas would rename a column that stands there twice.
            table = cells.iloc[1:].set_axis(list(cells.iloc[0]) if len(cells) else [], axis=1)
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
    if (
        value is None
        or value is pd.NaT
        or value is pd.NA
        or (isinstance(value, float) and value != value)
    ):
        return None
    if isinstance(value, str):
        return value.replace("\u00a0", " ").strip() or None
    if isinstance(value, bool) or type(value).__name__ == "bool_":
        return "yes" if value else "no"
    if isinstance(value, datetime.date | datetime.datetime):
        return pd.Timestamp(value).tz_localize(None)
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int | float) else str(value)
