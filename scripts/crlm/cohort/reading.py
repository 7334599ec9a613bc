"""Read an export of any accepted format into a table of plain cells.

The one module that sees a path: the ending chooses the reader, and the first bytes must agree with the ending.
"""

import codecs
from pathlib import Path

import pandas as pd

from crlm.cohort import header, reading_excel, reading_frames, reading_text, sheet_layout
from crlm.cohort.cell_types import plain_cell
from crlm.cohort.unreadable import UnreadableError
from crlm.plan.text import fold_name

MAGIC = {
    "xlsx": [b"PK\x03\x04"],
    "xls": [b"\xd0\xcf\x11\xe0"],
    "parquet": [b"PAR1"],
    "sav": [b"$FL2", b"$FL3"],
    "dta": [b"<stata_dta>", *(bytes([v, order]) for v in range(0x67, 0x74) for order in (1, 2))],
}
PACKED = [b"\x1f\x8b", b"BZh", b"\xfd7zXZ"]
MAGIC["rds"] = [*PACKED, b"X\n", b"A\n"]
MAGIC["rda"] = MAGIC["rdata"] = [*PACKED, b"RDX", b"RDA"]
NAMES = {
    "xlsx": "an Excel workbook (xlsx)",
    "xls": "an old Excel workbook (xls)",
    "parquet": "a Parquet file",
    "sav": "an SPSS file",
    "dta": "a Stata file",
    "rds": "a file of R or a packed file",
}
TEXTS = ("csv", "tsv", "txt", "sql")
WIDE_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_table(path, settings):
    """Return the table of cells (None, text, int, float or Timestamp) and its findings.

    `settings` may have sheet, delimiter, encoding, header_row, comment, skip_rows, connection, missing, and `columns`, the plan's,
    by which the header is recognised. The table has the file's columns, the index is the line in the file; a file that cannot be
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
        try:
            table, findings = _read_binary(path, ending, settings)
        except UnreadableError:
            raise
        # Whatever a reader raises on a damaged file, the user needs one sentence
        except Exception as error:
            raise UnreadableError(
                "damaged",
                f"{path.name} cannot be read ({error}).",
                "Save the table again from its program.",
            ) from error
    table = table[~table.isna().all(axis=1)]
    if table.empty:
        raise UnreadableError(
            "no_rows", f"{path.name} has no rows.", "Export the cohort again; one row per patient."
        )
    return table, findings


def _read_text(name, content, settings):
    rows, delimiter = reading_text.read_lines(name, content, settings)
    rows = header.prepare_rows(rows, settings)
    line = header.find_header(name, rows, settings)
    rows, findings = reading_text.fit_rows(rows, line, delimiter)
    table, found = header.drop_strange_rows(header.build_table(rows, line), settings)
    return table, findings + found


def _read_binary(path, ending, settings):
    if ending in ("xlsx", "xls"):
        sheets = reading_excel.read_workbook(path, ending)
        sheet, findings = reading_excel.choose_sheet(path.name, sheets, settings)
        rows = header.prepare_rows(sheet.rows, settings)
        line = header.find_header(path.name, rows, settings)
        table, found = header.drop_strange_rows(header.build_table(rows, line), settings)
        return table, findings + found + sheet_layout.check_layout(sheet, table, settings)
    if ending == "sql":
        table, findings = reading_frames.read_query(path, settings)
    else:
        table, findings = reading_frames.read_frame(path, ending, settings), []
    table = table.reset_index(drop=True).astype(object)
    table.index = table.index + 2  # the line, were it a spreadsheet with a header
    names = [fold_name(column) for column in table.columns]
    # Cell by cell into objects: pandas would turn a column of whole numbers with a gap into floats with NaN.
    cells = [
        pd.Series(map(plain_cell, column), table.index, dtype=object) for _, column in table.items()
    ]
    return (pd.concat(cells, axis=1, keys=names) if cells else pd.DataFrame()), findings


def _check_ending(name, ending, content, encoding):
    wide = content.startswith(WIDE_MARKS)
    content = content.removeprefix(codecs.BOM_UTF8)
    if not content.strip():
        raise UnreadableError(
            "no_rows", f"{name} is empty.", "Export the cohort again; one row per patient."
        )
    if ending not in MAGIC and ending not in TEXTS:
        raise UnreadableError(
            "wrong_ending",
            f"files that end in .{ending} are not read ({name}).",
            f"Export the table as one of: {', '.join([*TEXTS, *MAGIC])}.",
        )
    found = next(
        (
            kind
            for kind, marks in MAGIC.items()
            if kind in NAMES and kind != "dta" and content.startswith(tuple(marks[:3]))
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
            "Write `encoding: utf-16` in the plan, beside `file:`, or save the file as CSV UTF-8.",
        )
    elif found or html or (b"\x00" in content[:4096] and not wide):
        wrong = NAMES.get(found) or ("a web page (HTML)" if html else "a binary file")
    if wrong:
        raise UnreadableError(
            "wrong_ending",
            f"{name} ends in .{ending} but is {wrong}.",
            "Save the table from its program as the format that the ending says, or rename the file.",
        )
