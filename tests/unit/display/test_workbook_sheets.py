"""Sheets of the workbook: their names, how they print, and that a column of numbers holds numbers."""

import io

import openpyxl
from crlm.display.cells import Cell, Column, DisplayTable, Row, number, text
from crlm.display.excel import LINE, name_sheets, write_workbook

PLAIN = {"title": "t", "description": "", "citation": "", "synthetic": False}
COLUMNS = (
    Column("", align="left"),
    Column("HR (95% CI)", "Model", ("estimate", "lower 95%", "upper 95%")),
    Column("Difference"),
)


def make_table(short, place="1", notes=(), rows=()):
    return DisplayTable(f"t{place}", "Title " * 30, COLUMNS, tuple(rows), notes, short, place)


def read(tables):
    target = io.BytesIO()
    write_workbook(tables, PLAIN, target)
    return openpyxl.load_workbook(target)


def test_names_end_with_a_whole_word():
    shorts = {
        "RFS subgroups Pure desmoplastic against any": "1 RFS subgroups Pure",
        "Associations Growth pattern (pure desmoplastic)": "1 Associations Growth pattern",
        "Exactly thirty-one characters": "1 Exactly thirty-one characters",
        "x" * 40: "1 " + "x" * 29,
    }
    for short, name in shorts.items():
        assert name_sheets([make_table(short)])[1] == name
        assert len(name) <= 31


def test_names_are_different():
    tables = [make_table(short, "") for short in ("Same name", "same NAME", "Same name", "y" * 60)]
    names = name_sheets([*tables, make_table("y" * 70, "")])
    assert len({name.casefold() for name in names}) == len(names) == 6
    assert max(map(len, names)) <= 31
    assert read(tables).sheetnames == name_sheets(tables)


def test_sheets_print_on_one_width_with_their_headings():
    rows = [Row((text("a"), Cell("1", (1.0, 0.5, 2.0), ("0.00",) * 3), number(1.0)))] * 200
    sheet = read([make_table("A", notes=("A note. " * 60,), rows=rows)]).worksheets[1]
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.fitToWidth in (None, 1)  # 1 is what is not written
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.freeze_panes == "B6"
    assert sheet.print_title_rows == "$1:$5"
    assert "&P" in sheet.oddFooter.center.text
    assert sheet["A1"].value == "Table 1. " + "Title " * 30
    height = sheet.row_dimensions[sheet.max_row].height
    assert height > 4 * 12  # the note has the room of its lines


def test_the_reference_is_said_in_the_name_of_the_row():
    rows = [
        Row((text("Low"), Cell("1 (reference)", (1, "reference"), ("0",) * 2, reference=True), Cell())),
        Row((text("Middle"), Cell("reference"), text("reference"))),
        Row((text("High"), Cell("1.50", (1.5, 1.0, 2.0), ("0.00",) * 3), number(2.0))),
    ]  # fmt: skip
    sheet = read([make_table("A", rows=rows)]).worksheets[1]
    lines = [[cell.value for cell in row][:5] for row in sheet.iter_rows(min_row=6, max_row=8)]
    assert lines == [
        ["Low (reference)", 1, None, None, None],
        ["Middle (reference)", None, None, None, None],
        ["High", 1.5, 1, 2, 2],
    ]


def test_headings_have_room_and_stand_above_their_numbers():
    columns = (
        Column("", align="left"),
        Column("Median follow-up (95% CI)", parts=("estimate of the whole group", "lower 95%")),
        Column("Remark", align="left"),
    )
    row = Row((text("a"), Cell("1 (2)", (1, 2), ("0", "0")), text("Words")))
    sheet = read([DisplayTable("t", "T", columns, (row,), number="1")])["1 T"]
    last = sheet.row_dimensions[4]
    assert last.height > 2 * LINE  # `estimate of the whole group` over one narrow column
    heads = [sheet.cell(4, place).alignment.horizontal for place in (2, 3)]
    assert heads == ["right", "right"]
    assert sheet.cell(3, 2).alignment.horizontal == "center"
    assert sheet.cell(3, 4).alignment.horizontal == "left"


def test_a_dash_leaves_its_cell_empty():
    """As the sheet of contents says of empty cells; a column of numbers holds no text without a meaning."""
    columns = (Column("", align="left"), Column("n"))
    rows = (Row((text("a"), text("–"))), Row((text("b"), Cell("1", (1,), ("0",)))))
    sheet = read([DisplayTable("t", "T", columns, rows, number="1")])["1 T"]
    assert [sheet.cell(line, 2).value for line in (4, 5)] == [None, 1]
