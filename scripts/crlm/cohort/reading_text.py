"""Text files: their signs, their delimiter, and the lines as lists of cells."""

import csv
import io
import re

from crlm.cohort.findings import build_finding
from crlm.cohort.header import LOOKED_AT, list_columns, list_comments, list_header_lines
from crlm.cohort.unreadable import UnreadableError
from crlm.plan.text import fold_name, write_yaml

DELIMITERS = ";,\t|"
SEPARATOR = re.compile(r'"?sep=(.|tab)"?\s*', re.IGNORECASE)  # a first line by which Excel is told


def read_lines(name, content, settings):
    """Return the cells of each line (number of the line, as a spreadsheet counts -> list of texts) and the delimiter.

    Raises UnreadableError for an encoding, a delimiter or a quotation mark that does not fit.
    """
    text = _decode(name, content, settings.get("encoding") or "utf-8-sig")
    comments = list_comments(settings)
    lines = text.splitlines()
    told = SEPARATOR.fullmatch(lines[0])
    delimiter = settings.get("delimiter") or (told and told[1].lower())
    delimiter = delimiter or _find_delimiter(lines, settings, comments)
    delimiter = "\t" if delimiter == "tab" else delimiter
    rows = _split(name, text, delimiter, comments)
    if told:
        rows.pop(1)
    if rows and max(map(len, rows.values())) < 2:
        raise UnreadableError(
            "delimiter",
            f"{name} has one column only when split at '{delimiter}'.",
            _propose_delimiter(lines, settings),
        )
    return rows, delimiter


def _decode(name, content, encoding):
    try:
        return content.decode(encoding).lstrip("\ufeff")
    except LookupError:
        raise UnreadableError(
            "encoding",
            f"there is no character encoding '{encoding}'.",
            "Write `encoding: utf-8` or `encoding: cp1252` in the plan, beside `file:`.",
        ) from None
    except UnicodeError as error:
        line = content[: getattr(error, "start", 0)].count(b"\n") + 1
        raise UnreadableError(
            "encoding",
            f"{name} is not written in {encoding} (line {line}).",
            "Write `encoding: cp1252` in the plan, beside `file:`; exports of Windows programs are often in it.",
        ) from None


def _find_delimiter(lines, settings, comments):
    """The sign that splits a line into most of the plan's columns; else the most frequent one of the first line that has any."""
    start = min(list_header_lines(settings), default=1) - 1
    lines = [line for line in lines[start:] or lines if not line.lstrip(' "').startswith(comments)]
    lines = [line for line in lines if line.strip()][:LOOKED_AT]
    wanted = list_columns(settings)
    shared = {
        sign: max(len(wanted & {fold_name(part.strip(' "')) for part in line.split(sign)}) for line in lines)
        for sign in DELIMITERS if lines
    }  # fmt: skip
    if shared and max(shared.values()) > 1:
        return max(shared, key=shared.get)
    for line in lines:
        best = max(DELIMITERS, key=line.count)
        if best in line:
            return best
    return DELIMITERS[0]


def _propose_delimiter(lines, settings):
    """What to write where none of the usual signs splits the lines: a sign that gives the plan's columns."""
    wanted = list_columns(settings)
    for line in lines[:LOOKED_AT]:
        for sign in sorted(set(re.findall(r"[^\w.\"'-]", line))):
            names = {fold_name(part.strip("\"' ")) for part in line.split(sign)}
            if len(wanted & names) > 1 and not (sign == " " and "  " in line.strip()):
                return f"Write `delimiter: {write_yaml(sign)}` in the plan, beside `file:`."
        if len(wanted & set(re.split(r" {2,}|\t", line.strip()))) > 1:
            return "The columns are parted by runs of blanks: open the file in a spreadsheet and save it as CSV."
    return "Set cohort.delimiter to the sign between the columns."


def _split(name, text, delimiter, comments):
    """The cells of each line that is no comment. A comment is left out before its quotation marks can be misread."""
    fresh = [True]

    def feed():
        for line in io.StringIO(text, newline=""):
            comment = fresh[0] and line.lstrip(' "').startswith(comments)
            fresh[0] = False
            yield "\n" if comment else line

    # Strict: a quotation mark that is opened and not closed would swallow the patients that follow.
    reader = csv.reader(feed(), delimiter=delimiter, strict=True)
    rows = {}
    try:
        for number, row in enumerate(reader, 1):
            rows[number] = row
            fresh[0] = True
    except csv.Error as error:
        raise UnreadableError(
            "quotes",
            f"{name} cannot be split into cells near line {reader.line_num} ({error}).",
            'Look for a quotation mark (") or a line break inside a text; every opening quotation mark needs a closing one.',
        ) from None
    return rows


def fit_rows(rows, header_line, delimiter):
    """Return the rows with as many cells as the header, and the findings: rows that have more or fewer.

    A delimiter at the end of every row is dropped. A header that is one name short of every row is R's `write.table`: the first
    column then holds row names, unless a comma that splits the columns may also be a decimal sign.
    """
    header = rows[header_line]
    body = {n: row for n, row in rows.items() if n > header_line and any(map(str.strip, row))}
    rows, wide = {header_line: header, **body}, len(header) + 1
    if body and all(len(row) == wide for row in body.values()):
        if not any(row[-1].strip() for row in body.values()):
            return {n: row[: len(header)] for n, row in rows.items()}, []
        names = [row[0].strip() for row in body.values()]
        if delimiter != "," and all(names) and len(set(names)) == len(names):
            note = build_finding(
                "note",
                "row_names",
                "every row has one cell more than the header: the first column is taken for R's row names.",
                "If it is not so, complete the header; in R, write.table(..., row.names = FALSE) leaves them out.",
                row=header_line,
            )
            return {**body, header_line: ["row names", *header]}, [note]
    odd = {n: len(row) for n, row in body.items() if len(row) != len(header)}
    lengths = set(odd.values())
    if len(odd) == len(body) > 1 and len(lengths) == 1:
        count = lengths.pop()
        causes = "Look for a decimal comma (write the file with ';' between the columns) or a name missing in the header"
        if count == wide:
            causes += "; in R, write.table(..., row.names = FALSE) leaves out the row names"
        found = [
            build_finding(
                "error",
                "ragged_row",
                f"every row has 1 cell, the header {len(header)}."
                if count == 1
                else f"every row has {count} cells, the header {len(header)}.",
                f"{causes}.",
                row=header_line,
            )
        ]
    else:
        found = [
            build_finding(
                "error",
                "ragged_row",
                f"the row has 1 cell, the header {len(header)}."
                if count == 1
                else f"the row has {count} cells, the header {len(header)}.",
                f"Look for a '{delimiter}' or a line break inside a text of this row and put the text in quotes.",
                row=number,
            )
            for number, count in odd.items()
        ]
    short = {n: (row + [""] * len(header))[: len(header)] for n, row in body.items()}
    return {header_line: header, **short}, found
