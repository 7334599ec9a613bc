"""Workbooks, new and old: which sheet is read, and all that a sheet says of its cells."""

import datetime
import re
import zipfile
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest
import xlrd
import xlsxwriter
from crlm.cohort import reading_excel
from crlm.cohort.cell_types import Number1904, Percent, Whole1904
from crlm.cohort.reading_excel import Sheet, choose_sheet, read_workbook
from crlm.cohort.unreadable import UnreadableError
from openpyxl.comments import Comment
from openpyxl.styles import Color, Font, GradientFill, PatternFill
from said_words import check_said

PLAN = {"columns": {name: {"column": name} for name in ("Nr", "Age", "CEA")}}

# --- which sheet ------------------------------------------------------------------------------------------------------------------


def build(*sheets):
    """(name, columns) of each sheet; a name in brackets is hidden."""
    return [
        Sheet(name.strip("()"), "(" not in name, {1: list(columns)}) for name, columns in sheets
    ]


SHEETS = {
    "one sheet": ([("A", ["Nr", "Age"])], {}, "A"),
    "a hidden sheet alone": ([("(A)", ["Nr"])], {}, None),
    "hidden sheets": ([("(A)", ["Nr"]), ("(B)", ["Nr"])], {}, None),
    "a declared sheet": ([("A", ["Nr", "Age"]), ("Sheet  2", ["x"])], {"sheet": " Sheet 2"}, "Sheet  2"),
    "a declared sheet that is hidden": ([("A", ["Nr"]), ("(B)", ["x"])], {"sheet": "B"}, "B"),
    "a declared sheet that is not there": ([("A", ["Nr"]), ("(B)", ["x"])], {"sheet": "b"}, None),
    "the first visible": ([("(A)", ["Nr"]), ("B", ["Nr", "Age"]), ("C", ["x"])], {}, "B"),
    "the first of two alike": ([("A", ["Nr", "Age"]), ("B", ["Nr", "CEA"]), ("C", ["Nr"])], {}, "A"),
    "the second has more": ([("A", ["Nr", "Age"]), ("B", ["Nr", "Age", "CEA"])], {}, None),
    "the second has two, the first one": ([("A", ["Nr"]), ("B", ["Nr", "Age"])], {}, None),
    "the second has one, the first none": ([("A", ["x"]), ("B", ["Nr"])], {}, "A"),
    "a hidden one has more": ([("A", ["x"]), ("(B)", ["Nr", "Age"])], {}, None),
    "a hidden and a visible one have more": ([("A", ["x"]), ("(B)", ["Nr", "Age"]), ("C d:", ["Nr", "CEA"]), ("E", ["Nr"])], {}, None),
    "two have more": ([("A", ["x"]), ("B", ["Nr", "Age"]), ("C", ["Nr", "Age", "CEA"])], {}, None),
    "a hidden one alike": ([("A", ["Nr", "Age"]), ("(B)", ["Nr", "Age"])], {}, "A"),
    "three alike": ([("A", ["Nr", "Age"]), ("B", ["Nr", "Age"]), ("C", ["Nr", "CEA"])], {}, "A"),
}  # fmt: skip


@pytest.mark.parametrize("case", SHEETS)
def test_which_sheet_is_read(case):
    sheets, settings, name = SHEETS[case]
    sheets = build(*sheets)
    if name is None:
        with pytest.raises(UnreadableError) as told:
            choose_sheet("a.xlsx", sheets, {**PLAN, **settings})
        found = [told.value.finding]
    else:
        chosen, found = choose_sheet("a.xlsx", sheets, {**PLAN, **settings})
        assert chosen.name == name
    check_said("workbooks", case, found)


# --- a new workbook ---------------------------------------------------------------------------------------------------------------


def open_book(folder, change, epoch=None):
    book = openpyxl.Workbook()
    book.epoch = epoch or book.epoch
    change(book.active)
    book.save(folder / "a.xlsx")
    return read_workbook(folder / "a.xlsx", "xlsx")[0]


def fill(sheet, form="General", font=None, value=5):
    sheet["B2"] = value
    sheet["B2"].number_format = form
    if font:
        sheet["B2"].font = font


WHITE = {
    "white": (Color(rgb="FFFFFFFF"), True),
    "white in small letters": (Color(rgb="00ffffff"), True),
    "nearly white": (Color(rgb="FFFFFFFE"), False),
    "red": (Color(rgb="FFFF0000"), False),
    "the white of the theme": (Color(theme=0), True),
    "the white of the theme, darker": (Color(theme=0, tint=-0.5), False),
    "the black of the theme": (Color(theme=1), False),
    "another colour of the theme": (Color(theme=9), False),
    "an old white": (Color(indexed=1), True),
    "another old white": (Color(indexed=9), True),
    "an old black": (Color(indexed=0), False),
    "automatic": (None, False),
}


@pytest.mark.parametrize("name", WHITE)
def test_white_letters(name, tmp_path):
    color, unseen = WHITE[name]
    sheet = open_book(tmp_path, lambda made: fill(made, font=Font(color=color)))
    assert sheet.unseen == ({(2, 2)} if unseen else set())


GROUNDS = {
    "none": (PatternFill(), True),
    "said to be none": (PatternFill("none"), True),
    "white": (PatternFill("solid", fgColor="FFFFFFFF"), True),
    "blue": (PatternFill("solid", fgColor="FF003366"), False),
    "striped": (PatternFill("lightUp", fgColor="FFFFFFFF"), False),
    "shaded": (GradientFill(stop=("FFFFFFFF", "FFFFFFFF")), False),
}


@pytest.mark.parametrize("name", GROUNDS)
def test_grounds_below_white_letters(name, tmp_path):
    ground, unseen = GROUNDS[name]

    def change(sheet):
        fill(sheet, font=Font(color="FFFFFFFF"))
        sheet["B2"].fill = ground
        sheet["C2"] = "black"
        sheet["C2"].fill = ground

    assert open_book(tmp_path, change).unseen == ({(2, 2)} if unseen else set())


FORMS = {
    "General": {},
    "0.0": {},
    ";;;": {"unseen": {(2, 2)}},
    "0;-0;0": {},
    '0" mm"': {"shown": {(2, 2): "mm"}},
    "0\\ \\m": {"shown": {(2, 2): "m"}},
    '"yes"': {"instead": {(2, 2): "yes"}},
    "0.0,": {"scaled": {(2, 2): 1000}},
    '0.0,," Mio"': {"scaled": {(2, 2): 10**6}, "shown": {(2, 2): "Mio"}},
    '0"!"': {},
}


@pytest.mark.parametrize("form", FORMS)
def test_what_formats_show(form, tmp_path):
    sheet = open_book(tmp_path, lambda made: fill(made, form))
    nothing = {"unseen": set(), "shown": {}, "instead": {}, "scaled": {}}
    assert {name: getattr(sheet, name) for name in nothing} == nothing | FORMS[form]
    for value in ("text", True):  # what formats of numbers do with a text or a truth value
        sheet = open_book(tmp_path, lambda made, value=value: fill(made, form, value=value))
        hidden = {(2, 2)} if form == ";;;" and value == "text" else set()
        assert {name: getattr(sheet, name) for name in nothing} == nothing | {"unseen": hidden}


def test_all_that_a_sheet_says(tmp_path):
    def change(sheet):
        sheet.title = "Cohort"
        for row in (["Nr", "Age", None], [], ["P1", 61, True], ["P2", 0.295, "x"]):
            sheet.append(row)
        sheet["F9"].font = Font(strike=True)  # an empty cell
        sheet["F9"].comment = Comment("a", "b")
        sheet["A3"].font = sheet["C4"].font = Font(strike=True)
        sheet["B3"].comment = Comment("a", "b")
        sheet["B4"].number_format = "0.0%"
        sheet.row_dimensions[3].hidden = sheet.row_dimensions[7].hidden = True
        sheet.row_dimensions[4].height = 30
        sheet.column_dimensions["A"].width = 30
        sheet.column_dimensions.group("B", "D", hidden=True)
        sheet.column_dimensions["F"].hidden = True
        sheet.merge_cells("A6:B7")
        sheet.merge_cells("A2:A3")
        sheet.merge_cells("C2:D2")

    sheet = open_book(tmp_path, change)
    assert sheet == Sheet(
        "Cohort",
        True,
        {1: ["Nr", "Age", None], 4: ["P2", Percent(29.5), "x"], 3: ["P1", 61, True]}
        | {3: [None, 61, True]},
        {3, 7},
        [(2, 2, 3, 4), (2, 3, 1, 1), (6, 7, 1, 2)],
        struck={(4, 3)},
        commented={(3, 2)},
        hidden_columns={2, 3, 4, 6},
    )
    assert isinstance(sheet.rows[4][1], Percent) and list(sheet.rows) == [1, 3, 4]


@pytest.mark.parametrize(
    ("value", "form", "late", "read"),
    [
        (0.6, "0%", False, Percent(60)),
        (0.123456789012345, "0%", False, Percent(12.3456789012)),
        (0.6, '0"%"', False, 0.6),
        (0.6, "0\\%", True, Number1904(0.6)),
        (60, "0%", True, Percent(6000)),
        (39510, "General", True, Whole1904(39510)),
        (39510.5, "0.0", True, Number1904(39510.5)),
        (39510, "General", False, 39510),
        (True, "0%", True, True),
        ("x", "0%", True, "x"),
        (datetime.datetime(2012, 3, 4), "yyyy-mm-dd", True, datetime.datetime(2012, 3, 4)),
    ],
)
def test_numbers_as_they_are_meant(value, form, late, read, tmp_path):
    epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904 if late else None
    sheet = open_book(tmp_path, lambda made: fill(made, form, value=value), epoch)
    cell = sheet.rows[2][1]
    assert sheet.rows == {2: [None, read]} and type(cell) is type(read)
    assert float(cell) == float(read) if isinstance(read, Percent) else True


def test_an_empty_sheet_and_hidden_ones(tmp_path):
    book = openpyxl.Workbook()
    book.create_sheet("b").sheet_state = "hidden"
    book.create_sheet("c").sheet_state = "veryHidden"
    book["b"]["B2"] = 5
    book["b"]["B2"].number_format = '0" mm"'
    book.save(tmp_path / "a.xlsx")
    first, second, third = read_workbook(tmp_path / "a.xlsx", "xlsx")
    assert [each.visible for each in (first, second, third)] == [True, False, False]
    assert first.rows == third.rows == {} and second.shown == {(2, 2): "mm"} and not first.shown


FORMULAS = [
    ([7, 0, ""], [7, 0, ""]),
    ([0, 0, 0], ["=A1", "=A2", "=A3"]),
    ([0, "", 0], ["=A1", "", "=A3"]),
    ([0, "x", 0], [0, "x", 0]),
]


@pytest.mark.parametrize(("values", "read"), FORMULAS)
def test_formulas_of_a_program_that_asks_for_calculation(values, read, tmp_path):
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    for row, value in enumerate(values):
        sheet.write(row, 0, "x")
        sheet.write_formula(row, 1, f"=A{row + 1}", None, value)
    book.close()
    with zipfile.ZipFile(tmp_path / "a.xlsx") as book:
        parts = {name: book.read(name) for name in book.namelist()}
    with zipfile.ZipFile(tmp_path / "b.xlsx", "w") as book:
        for name, part in parts.items():  # as Excel stores a text of no length
            book.writestr(
                name, re.sub(rb'(<c r="B\d")(><f>A\d</f><v></v>)', rb'\1 t="str"\2', part)
            )
    rows = read_workbook(tmp_path / "b.xlsx", "xlsx")[0].rows
    assert [row[1] or "" if row[1] != 0 else 0 for row in rows.values()] == read


def test_formulas_that_were_never_calculated(tmp_path):
    def change(sheet):
        sheet["A1"], sheet["B1"] = "=C1*2", 7
        sheet["A2"], sheet["B2"] = "text", None
        sheet["A3"] = openpyxl.worksheet.formula.ArrayFormula("A3", "=SUM(B1:B2)")

    assert open_book(tmp_path, change).rows == {
        1: ["=C1*2", 7],
        2: ["text", None],
        3: ["=SUM(B1:B2)", None],
    }


# --- an old workbook: what its reader says of it -------------------------------------------------------------------------------------

STYLES = {  # font, format, pattern of the ground
    "plain": (0, 0, 0),
    "share": (0, 1, 0),
    "struck": (1, 0, 0),
    "white": (2, 0, 0),
    "other white": (3, 0, 0),
    "white on blue": (2, 0, 1),
    "unit": (0, 2, 0),
    "hidden": (0, 3, 0),
}
FONTS = [(False, 8), (True, 8), (False, 9), (False, 1)]
TYPES = {str: xlrd.XL_CELL_TEXT, float: xlrd.XL_CELL_NUMBER, int: xlrd.XL_CELL_NUMBER, type(None): xlrd.XL_CELL_EMPTY}  # fmt: skip


def cell(value, style="plain", kind=None):
    kind = TYPES[type(value)] if kind is None else kind
    return SimpleNamespace(value=value, ctype=kind, xf_index=list(STYLES).index(style))


def open_old(monkeypatch, rows, datemode=0, **more):
    said = {"rowinfo_map": {}, "merged_cells": [], "colinfo_map": {}, "cell_note_map": {}}
    sheet = SimpleNamespace(name="Old", visibility=0, nrows=len(rows), row=lambda n: rows[n], **{**said, **more})  # fmt: skip
    styles = [
        SimpleNamespace(font_index=f, format_key=k, background=SimpleNamespace(fill_pattern=p))
        for f, k, p in STYLES.values()
    ]
    forms = ["General", "0%", '0" mm"', ";;;"]
    second = SimpleNamespace(name="Two", visibility=1, nrows=0, row=None, **said)
    third = SimpleNamespace(name="Three", visibility=2, nrows=0, row=None, **said)
    book = SimpleNamespace(
        datemode=datemode,
        xf_list=styles,
        font_list=[SimpleNamespace(struck_out=s, colour_index=c) for s, c in FONTS],
        format_map=dict(enumerate(SimpleNamespace(format_str=form) for form in forms)),
        sheets=lambda: [sheet, second, third],
    )

    def read(path, formatting_info):
        assert formatting_info and path == "a.xls"
        return book

    monkeypatch.setattr(xlrd, "open_workbook", read)
    found = read_workbook("a.xls", "xls")
    assert [each.visible for each in found] == [True, False, False] and found[1].rows == {}
    return found[0]


def test_cells_of_an_old_workbook(monkeypatch):
    date, error, truth, blank = xlrd.XL_CELL_DATE, xlrd.XL_CELL_ERROR, xlrd.XL_CELL_BOOLEAN, xlrd.XL_CELL_BLANK  # fmt: skip
    row = [cell("a"), cell(3.5), cell(0.6, "share"), cell(40972.25, kind=date), cell(1e9, kind=date), cell(1, kind=truth), cell(0, kind=truth), cell(42, kind=error), cell(99, kind=error), cell("", kind=blank), cell(None)]  # fmt: skip
    read = ["a", 3.5, Percent(60), pd.Timestamp(2012, 3, 4, 6), "#VALUE!", True, False, "#N/A", "#VALUE!", None, None]  # fmt: skip
    cells = open_old(monkeypatch, [row]).rows[1]
    assert cells == read and type(cells[2]) is Percent and type(cells[5]) is bool
    cells = open_old(monkeypatch, [row], datemode=1).rows[1]
    assert type(cells[1]) is Number1904 and cells[3] == pd.Timestamp(2016, 3, 5, 6)
    cells = open_old(monkeypatch, [[cell(5.0)]], datemode=1).rows[1]
    assert type(cells[0]) is Whole1904
    assert type(open_old(monkeypatch, [[cell(5.0)]]).rows[1][0]) is float


def test_what_an_old_workbook_says_of_its_cells(monkeypatch):
    hidden, shown = SimpleNamespace(hidden=1), SimpleNamespace(hidden=0)
    rows = [
        [cell("Nr"), cell("Age"), cell("x")],
        [cell("P1", "struck"), cell(5.0, "unit"), cell("", "struck", xlrd.XL_CELL_BLANK)],
        [cell("P2", "white"), cell(5.0, "hidden"), cell(5.0, "other white")],
        [cell("", "plain"), cell("text", "unit"), cell(5.0, "white on blue")],
        [cell(0.0, "struck"), cell("text", "hidden"), cell(1, "white", xlrd.XL_CELL_BOOLEAN)],
    ]
    sheet = open_old(
        monkeypatch,
        rows,
        rowinfo_map={1: hidden, 2: shown, 7: hidden},
        colinfo_map={0: shown, 2: hidden},
        merged_cells=[(3, 5, 0, 2), (1, 2, 1, 3)],
        cell_note_map={(1, 1): "note", (4, 0): "note"},
    )
    assert sheet == Sheet(
        "Old",
        True,
        sheet.rows,
        {2, 8},
        [(2, 2, 2, 3), (4, 5, 1, 2)],
        struck={(2, 1), (5, 1)},
        commented={(2, 2), (5, 1)},
        shown={(2, 2): "mm"},
        hidden_columns={3},
        unseen={(3, 1), (3, 2), (3, 3), (5, 2)},
        blank={(4, 1)},
    )
    assert list(sheet.rows) == [1, 2, 3, 4, 5] and sheet.rows[2] == ["P1", 5, None]


def test_the_ending_says_which_reader(monkeypatch):
    monkeypatch.setattr(reading_excel, "_open_xls", lambda path: ["old", path])
    monkeypatch.setattr(reading_excel, "_open_xlsx", lambda path: ["new", path])
    assert read_workbook("b", "xls") == ["old", "b"] and read_workbook("b", "xlsx") == ["new", "b"]
