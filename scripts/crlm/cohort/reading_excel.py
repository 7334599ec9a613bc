"""Excel workbooks: sheets, cells as Excel shows them, and what a sheet hides."""

import re
import warnings
import zipfile
from dataclasses import dataclass, field

import pandas as pd

from crlm.cohort.cell_types import Number1904, Percent, Whole1904
from crlm.cohort.findings import build_finding
from crlm.cohort.header import list_columns, match_header, prepare_rows
from crlm.cohort.number_formats import LITERAL, find_divisor, is_unseen, read_beside, read_instead
from crlm.cohort.unreadable import UnreadableError
from crlm.plan.text import fold_name, write_yaml

FORMULA = re.compile(rb"<(\w+:)?f[\s/>]")
WHITE = (1, 9)  # colours of an old workbook's palette


@dataclass
class Sheet:
    """One sheet: rows (number -> cells), numbers of the hidden rows, merged areas (first row, last row, first and last column).

    struck: places (row, column) struck through; commented: places with a comment; shown: {place: text that the format puts beside
    the number}; instead: {place: text that it shows instead of the number}; unseen: places whose value the sheet does not show
    (white on white, or by the format); scaled: {place: by what the format divides the number};
    blank: places with a text of no length, of an old workbook, which does not say whether a formula stands behind it.
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
    unseen: set = field(default_factory=set)
    scaled: dict = field(default_factory=dict)
    blank: set = field(default_factory=set)


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
        sheets.append(Sheet(*made, hidden_columns=columns))
        _look_at_formats(sheets[-1], each, book)
    return sheets


def _look_at_formats(made, sheet, book):
    """Fill in what formats, fonts and comments say; a workbook has few fonts and formats and many cells."""
    lines = {number for number, font in enumerate(book._fonts) if font.strike}
    white = {number for number, font in enumerate(book._fonts) if _is_white(font.color)}
    bare = {number for number, fill in enumerate(book._fills) if _is_bare(fill)}
    kinds = {}
    for place, cell in sheet._cells.items():
        if cell.value is None:
            continue
        if cell.has_style and cell._style.fontId in lines:
            made.struck.add(place)
        if cell.has_style and cell._style.fontId in white and cell._style.fillId in bare:
            made.unseen.add(place)
        if cell._comment is not None:
            made.commented.add(place)
        number = isinstance(cell.value, int | float) and not isinstance(cell.value, bool)
        if cell.has_style and (number or isinstance(cell.value, str)):
            form = cell.number_format
            if form not in kinds:
                kinds[form] = _look_at_format(form)
            _note_format(made, place, form, cell.value, kinds[form])


def _look_at_format(form):
    """The text that a format puts beside a number and by what it divides, or None where it shows every number as it is."""
    found = read_beside(form), find_divisor(form)
    return found if found != ("", 1) or '"' in form or ";" in form else None


def _note_format(made, place, form, value, kind):
    """Fill in what a format shows beside, instead of, or not of a number or a text."""
    if kind is None:
        return
    if is_unseen(form, value):
        made.unseen.add(place)
    if isinstance(value, str):
        return
    text, divisor = kind
    if words := read_instead(form, value):
        made.instead[place] = words
    elif text:
        made.shown[place] = text
    if divisor != 1:
        made.scaled[place] = divisor


def _is_white(color):
    return color is not None and (
        (color.type == "rgb" and str(color.rgb)[-6:].upper() == "FFFFFF")
        or (color.type == "theme" and color.theme == 0 and not color.tint)
        or (color.type == "indexed" and color.indexed in WHITE)
    )


def _is_bare(fill):
    """Whether the ground of a cell is white: without a fill, or filled with white."""
    pattern = getattr(fill, "fill_type", None) if hasattr(fill, "fill_type") else "gradient"
    return pattern in (None, "none") or (pattern == "solid" and _is_white(fill.fgColor))


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
                if cell.ctype == xlrd.XL_CELL_TEXT and not cell.value:
                    made.blank.add((line + 1, place))
                if book.font_list[form.font_index].struck_out and cell.ctype != xlrd.XL_CELL_BLANK:
                    made.struck.add((line + 1, place))
                if cell.ctype in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_TEXT):
                    text = book.format_map[form.format_key].format_str
                    _note_format(made, (line + 1, place), text, cell.value, _look_at_format(text))
                    white = book.font_list[form.font_index].colour_index in WHITE
                    if white and not form.background.fill_pattern:
                        made.unseen.add((line + 1, place))
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
