"""Excel workbooks: sheets, cells as Excel shows them, and what a sheet hides."""

import re
import warnings
import zipfile
from dataclasses import dataclass, field

import pandas as pd

from crlm.cohort.cell_types import Number1904, Percent, Whole1904
from crlm.cohort.findings import build_finding
from crlm.cohort.header import list_columns, match_header, prepare_rows
from crlm.cohort.unreadable import UnreadableError
from crlm.cohort.value_labels import compare_labels
from crlm.cohort.written_units import check_formats
from crlm.plan.text import fold_name, write_yaml

FORMULA = re.compile(rb"<(\w+:)?f[\s/>]")
LITERAL = re.compile(
    r'"[^"]*"|\\.|_.|\*.'
)  # parts of a number format that are printed as they stand


@dataclass
class Sheet:
    """One sheet: rows (number -> cells), numbers of the hidden rows, merged areas (first row, last row, first and last column).

    struck: places (row, column) struck through; commented: places with a comment; shown: {place: text that the format puts beside
    the number}; instead: {place: text that it shows instead of the number}.
    """

    name: str
    visible: bool
    rows: dict
    hidden_rows: set = field(default_factory=set)
    merged: list = field(default_factory=list)
    struck: set = field(default_factory=set)
    commented: set = field(default_factory=set)
    shown: dict = field(default_factory=dict)
    instead: dict = field(default_factory=dict)
    hidden_columns: set = field(default_factory=set)


def read_workbook(path, ending):
    """Return the sheets of a workbook in its order; whatever the reader raises on a damaged file is passed on.

    A cell is None, text, a number, a date or a truth value. An error is its text (``#N/A``), a formula without a stored value the
    formula (``=A2*2``), a number shown as per cent a Percent, a number of a workbook that counts from 1904 knows it.
    """
    return _open_xlsx(path) if ending == "xlsx" else _open_xls(path)


def choose_sheet(name, sheets, settings):
    """Return the sheet to read and the findings: the declared one, or the first that is visible; the others are named."""
    names = [sheet.name for sheet in sheets]
    shown = [sheet for sheet in sheets if sheet.visible]
    wanted = settings.get("sheet")
    if wanted is not None:
        chosen = next((s for s in sheets if fold_name(s.name) == fold_name(wanted)), None)
        if chosen is None:
            raise UnreadableError(
                "sheet",
                f"{name} has no sheet '{wanted}'.",
                f"Set cohort.sheet to one of: {', '.join(names)}.",
            )
        hidden = [] if chosen.visible else [_note("note", f"the sheet '{wanted}' is hidden.")]
        return chosen, hidden
    if not shown:
        raise UnreadableError(
            "sheet",
            f"every sheet of {name} is hidden.",
            f"Set cohort.sheet to one of: {', '.join(names)}.",
        )
    counts = {s.name: match_header(prepare_rows(s.rows, settings), settings)[0] for s in sheets}
    chosen = shown[0]
    better = [s for s in sheets if counts[s.name] > max(1, counts[chosen.name])]
    if better:
        best = max(better, key=lambda sheet: (counts[sheet.name], sheet.visible))
        raise UnreadableError(
            "sheet",
            f"{name}: the first visible sheet, '{chosen.name}', has {counts[chosen.name]} of the "
            f"{len(list_columns(settings))} columns of the plan; "
            f"the {'' if best.visible else 'hidden '}sheet '{best.name}' has {counts[best.name]}.",
            f"Write `sheet: {write_yaml(best.name)}` in the plan, beside `file:`.",
        )
    if len(sheets) == 1:
        return chosen, []
    alike = [
        s.name for s in shown[1:] if counts[s.name] > 1 and counts[s.name] >= counts[chosen.name]
    ]
    text = f"{name} has several sheets; '{chosen.name}', the first that is visible, was read. Others: " + ", ".join(
        f"'{s.name}'{'' if s.visible else ' (hidden)'}" for s in sheets if s is not chosen
    )  # fmt: skip
    if alike:
        text += f". The columns of the plan also stand in {', '.join(map(repr, alike))}"
    return chosen, [_note("warning" if alike else "note", f"{text}.")]


def _note(severity, text):
    remedy = "If another sheet is meant, write `sheet:` and its name in the plan, beside `file:`."
    return build_finding(severity, "sheets", text, remedy)


def check_layout(sheet, table, settings):
    """Return findings about what a sheet shows and its cells do not hold, among the rows and mapped columns of the table.

    Rows that a filter hides, merged cells, rows and cells struck through, units of number formats.
    """
    findings = _check_struck(sheet, table, settings)
    shown = {}
    for (row, place), text in sheet.shown.items():
        if row in table.index and place <= len(table.columns):
            shown.setdefault(table.columns[place - 1], {})[row] = text
    findings += check_formats(shown, settings.get("columns") or {})
    findings += _check_words(sheet, table, settings.get("columns") or {})
    hidden = [row for row in table.index if row in sheet.hidden_rows]
    if hidden:
        findings.append(
            build_finding(
                "warning",
                "hidden_rows",
                f"{len(hidden)} of {len(table)} rows are hidden in the sheet (by a filter or by hand; first row {hidden[0]}); "
                "they are read like all others.",
                "If they are not meant to be analysed, leave these patients out by an exclusion of the plan.",
            )
        )
    wanted = list_columns(settings)
    for place, name in enumerate(table.columns, 1):
        if place in sheet.hidden_columns and name in wanted:
            text = "the column is hidden in the sheet; it is read like all others."
            remedy = "Look whether another column was meant to take its place."
            findings.append(build_finding("note", "hidden_column", text, remedy, column=name))
    for top, bottom, left, right in sheet.merged:
        rows = [row for row in table.index if top <= row <= bottom]
        names = [name for name in table.columns[left - 1 : right] if name in wanted or not wanted]
        # Cells merged over several columns of which one is mapped hide a value as well
        if rows and names and (len(rows) > 1 or right > left):
            findings.append(
                build_finding(
                    "error",
                    "merged_cells",
                    f"cells of rows {top} to {bottom} are merged: Excel keeps one value for all of them, and the others are empty.",
                    "Unmerge the cells and enter the value in each of them.",
                    row=rows[0],
                    column=", ".join(names),
                )
            )
    return findings


def _check_struck(sheet, table, settings):
    """Rows whose mapped cells are all struck through, and columns with further such cells: they are read like all others."""
    wanted = list_columns(settings)
    places = {
        place: name
        for place, name in enumerate(table.columns, 1)
        if name and (name in wanted or not wanted)
    }
    found = []
    struck = {(row, place) for row, place in sheet.struck if row in table.index and place in places}
    notes = sorted(
        place for place in sheet.commented if place[0] in table.index and place[1] in places
    )
    if notes:
        row, place = notes[0]
        text = f"{len(notes)} cells have comments in the sheet, which are not read (first in row {row}, {places[place]})."
        remedy = "Look whether one says that a value is wrong."
        found.append(build_finding("note", "comments", text, remedy))
    if not struck:
        return found
    filled = {
        row: {place for place in places if table.loc[row].iloc[place - 1] is not None}
        for row in {row for row, _ in struck}
    }
    whole = sorted(row for row in filled if all((row, place) in struck for place in filled[row]))
    if whole:
        found.append(
            _struck(
                f"{len(whole)} of {len(table)} rows are struck through in the sheet ({_list_places(whole)}); they are read like "
                "all others.",
                "If they are not meant to be analysed, delete the rows or leave these patients out by an exclusion of the plan.",
            )
        )
    for place, name in places.items():
        rows = sorted(row for row, each in struck if each == place and row not in whole)
        if rows:
            found.append(
                _struck(
                    f"{len(rows)} cells of the column are struck through ({_list_places(rows)}); they are read like all others.",
                    "Enter what is right, or empty the cells.",
                    column=name,
                )
            )
    return found


def _check_words(sheet, table, columns):
    """Words that formats show instead of codes, 1 as yes, against what the plan says that the codes mean."""
    found = []
    for spec in columns.values():
        if spec.get("levels") and list(table.columns).count(spec["column"]) == 1:
            place = list(table.columns).index(spec["column"])
            rows = [row for row in table.index if (row, place + 1) in sheet.instead]
            labels = {table.loc[row].iloc[place]: sheet.instead[row, place + 1] for row in rows}
            found += compare_labels(labels, spec) if labels else []
    return found


def read_instead(form, value):
    """Return the words that a number format shows instead of a number: yes for 1 in ``"yes";;"no"``; empty where it shows it."""
    parts = (form or "").split(";")
    number = (
        0 if value > 0 or len(parts) < 2 else 1 if value < 0 else min(2, len(parts)) % len(parts)
    )
    part = parts[number]
    if re.search(r"[0#?@]|[A-Za-z]", LITERAL.sub("", re.sub(r"\[[^\]]*\]", "", part))):
        return ""
    return read_beside(part)


def _struck(message, remedy, column=""):
    return build_finding("warning", "struck_through", message, remedy, column=column)


def _list_places(rows, shown=10):
    more = ", ..." if len(rows) > shown else ""
    return f"row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows[:shown]))}{more}"


def read_beside(form):
    """Return the text that a number format puts beside the number: mm of ``0.0" mm"``; empty without letters."""
    form = re.sub(r"\[[^\]]*\]", "", (form or "").split(";")[0])
    parts = [part.strip('"').lstrip("\\") for part in LITERAL.findall(form) if part[0] in '"\\']
    text = fold_name("".join(parts))
    return text if re.search(r"[^\W\d_]", text) else ""


def _open_xlsx(path):
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter(
            "ignore"
        )  # of parts that are not cells: validation, drawings, printers
        book = openpyxl.load_workbook(path, data_only=True)
        formulas = openpyxl.load_workbook(path) if _has_formulas(path) else None
    late = book.epoch == openpyxl.utils.datetime.CALENDAR_MAC_1904
    sheets = []
    for each in book.worksheets:
        found = _list_formulas(each, formulas, book.calculation) if formulas else {}
        rows = _list_rows(each, found, late)
        hidden = {number for number, row in each.row_dimensions.items() if row.hidden}
        merged = [(m.min_row, m.max_row, m.min_col, m.max_col) for m in each.merged_cells.ranges]
        made = each.title, each.sheet_state == "visible", rows, hidden, sorted(merged)
        columns = {
            number
            for spec in each.column_dimensions.values()
            if spec.hidden and spec.min
            for number in range(spec.min, min(spec.max, each.max_column) + 1)
        }
        sheets.append(Sheet(*made, *_look_at_formats(each, book), columns))
    return sheets


def _look_at_formats(sheet, book):
    """The last four of a Sheet; a workbook has few fonts and formats and many cells."""
    lines = {number for number, font in enumerate(book._fonts) if font.strike}
    struck, commented, shown, instead, texts = set(), set(), {}, {}, {}
    for place, cell in sheet._cells.items():
        if cell.value is None:
            continue
        if lines and cell.has_style and cell._style.fontId in lines:
            struck.add(place)
        if cell._comment is not None:
            commented.add(place)
        if isinstance(cell.value, int | float) and not isinstance(cell.value, bool):
            form = cell.number_format
            text = texts[form] = texts[form] if form in texts else read_beside(form)
            if '"' not in form and not text:
                continue
            if words := read_instead(form, cell.value):
                instead[place] = words
            elif text:
                shown[place] = text
    return struck, commented, shown, instead


def _list_rows(sheet, formulas, late):
    """The cells of each row from the first column to the last that has a value; formatted empty cells can reach far."""
    cells = {
        place: _read_cell(cell, formulas.get(place), late) for place, cell in sheet._cells.items()
    }
    cells = {place: value for place, value in cells.items() if value is not None}
    width = max((column for _, column in cells), default=0)
    return {
        row: [cells.get((row, column)) for column in range(1, width + 1)]
        for row in sorted({row for row, _ in cells})
    }


def _list_formulas(sheet, formulas, calculation):
    """The formulas (row, column -> text) without a stored value.

    An empty text is a value. Programs that cannot calculate store nothing, or 0 for every formula and ask for calculation.
    """
    cells = {
        place: str(getattr(cell.value, "text", cell.value))
        for place, cell in formulas[sheet.title]._cells.items()
        if cell.data_type == "f"
    }
    stored = {place: sheet.cell(*place) for place in cells}
    if calculation.fullCalcOnLoad and all(not cell.value for cell in stored.values()):
        return {place: text for place, text in cells.items() if stored[place].data_type != "str"}
    empty = {p for p, cell in stored.items() if cell.value is None and cell.data_type != "str"}
    return {place: text for place, text in cells.items() if place in empty}


def _has_formulas(path):
    with zipfile.ZipFile(path) as parts:
        sheets = [name for name in parts.namelist() if name.startswith("xl/worksheets/")]
        return any(FORMULA.search(parts.read(name)) for name in sheets)


def _read_cell(cell, formula, late):
    if formula is not None:
        return formula
    if isinstance(cell.value, bool) or not isinstance(cell.value, int | float):
        return cell.value
    return _mean_number(cell.value, cell.number_format, late)


def _mean_number(value, form, late):
    """The number as the sheet shows it: per cent, or of a workbook whose days are counted from 1904."""
    if "%" in LITERAL.sub("", form or ""):
        return Percent(round(value * 100, 10))
    if late:
        return Whole1904(value) if float(value).is_integer() else Number1904(value)
    return value


def _open_xls(path):
    import xlrd

    book = xlrd.open_workbook(path, formatting_info=True)
    sheets = []
    for each in book.sheets():
        rows = {
            number + 1: [_read_old_cell(book, cell) for cell in each.row(number)]
            for number in range(each.nrows)
        }
        hidden = {number + 1 for number, row in each.rowinfo_map.items() if row.hidden}
        merged = [(top + 1, end, left + 1, right) for top, end, left, right in each.merged_cells]
        made = Sheet(each.name, each.visibility == 0, rows, hidden, sorted(merged))
        made.hidden_columns = {n + 1 for n, spec in each.colinfo_map.items() if spec.hidden}
        made.commented = {(row + 1, place + 1) for row, place in each.cell_note_map}
        for line in range(each.nrows):
            for place, cell in enumerate(each.row(line), 1):
                form = book.xf_list[cell.xf_index]
                if book.font_list[form.font_index].struck_out and cell.ctype != xlrd.XL_CELL_BLANK:
                    made.struck.add((line + 1, place))
                if cell.ctype == xlrd.XL_CELL_NUMBER:
                    text = book.format_map[form.format_key].format_str
                    if words := read_instead(text, cell.value):
                        made.instead[line + 1, place] = words
                    elif words := read_beside(text):
                        made.shown[line + 1, place] = words
        sheets.append(made)
    return sheets


def _read_old_cell(book, cell):
    import xlrd

    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#VALUE!")
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return pd.Timestamp(xlrd.xldate_as_datetime(cell.value, book.datemode))
        except (ValueError, OverflowError):
            return "#VALUE!"
    if cell.ctype == xlrd.XL_CELL_NUMBER:
        form = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
        return _mean_number(cell.value, form, book.datemode == 1)
    return cell.value
