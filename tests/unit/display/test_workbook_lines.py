"""The workbook cell by cell: what each holds and in which form, widths and heights, merged headings, the sheet of contents."""

import io

import openpyxl
import pytest
from crlm.display import excel
from crlm.display.cells import Cell, Column, DisplayTable, Row, count, head, p_value, ratio, text

STUDY = {
    "title": "A study",
    "description": "What it is.",
    "citation": "Doe 2001",
    "synthetic": True,
}


def make_table():
    columns = (
        Column("", align="left"),
        Column("Patients", "All"),
        Column("HR\n(95% CI)", "All", ("estimate", "lower 95%", "upper 95%")),
        Column("p"),
        Column("Remark", align="left"),
    )
    rows = (
        head("Stage", 5, {3: p_value(0.0004)}),
        Row((text("Low"), count(40), ratio(1.2, 0.9, 1.6), Cell("–"), text("plain words", strong=True)), indent=1),
        Row((text("High", strong=True), count(20, strong=True), Cell("1 (reference)", (1, "reference"), ("0", "0"), reference=True), Cell(), text("–")), indent=2),
        Row((text("Rest"), Cell("x", ("not reached",), ("0",)), Cell("", (None, 0.5, float("inf")), ("0.00",) * 3), Cell("<0.001", (0.0001,), ("0.000",)), text("")), "foot"),
    )  # fmt: skip
    return DisplayTable("a", "First", columns, rows, ("A note.", "Second."), "Short", "1")


def read(tables, study=STUDY):
    target = io.BytesIO()
    excel.write_workbook(tables, study, target)
    return openpyxl.load_workbook(target)


def describe(cell):
    font, side, box = cell.font, cell.alignment, cell.border
    assert (font.name, font.size) == ("Arial", 9) or cell.value is None
    parts = [str(cell.value)]
    parts += [name for name in ("bold", "italic") if getattr(font, name[0])]
    parts += ["underlined"] if font.u else []
    parts += (
        [font.color.rgb[2:].lower()]
        if font.color is not None and font.color.type == "rgb" and font.color.rgb[2:] != "000000"
        else []
    )
    parts += [str(side.horizontal)] if side.horizontal not in (None, "general") else []
    parts += [f"indent {side.indent:g}"] if side.indent else []
    parts += ["wrapped"] if side.wrap_text else []
    parts += [str(side.vertical)] if side.vertical not in (None, "bottom") else []
    parts += [f"rule {box.bottom.style}"] if box.bottom is not None and box.bottom.style else []
    parts += [cell.number_format] if cell.number_format != "General" else []
    return " ".join(parts)


def list_cells(sheet):
    return [[describe(cell) for cell in row] for row in sheet.iter_rows()]


def list_widths(sheet):
    """{first column: width in characters}; Excel adds five pixels, and equal neighbours stand once."""
    return {
        name: round(found.width - 0.7109375, 1) for name, found in sheet.column_dimensions.items()
    }


def list_heights(sheet):
    return {place: found.height for place, found in sheet.row_dimensions.items() if found.height}


@pytest.fixture(scope="module")
def book():
    heads = (Column("Row"), Column("n"))
    row = Row((text("a" * 60), count(3)))
    return read([make_table(), DisplayTable("b", "Second (x)", heads, (row,), (), "", "S1")])


def none(count, look=""):
    return [f"None{look}"] * count


def test_every_cell_of_a_table(book):
    sheet = book["1 Short"]
    head_look = " bold wrapped"
    rule = " bold wrapped rule thin"
    p_form = '[<0.001]"<0.001";[>=0.9995]">0.999";0.000'
    assert list_cells(sheet) == [
        ["Table 1. First bold", *none(6)],
        none(7),
        [f"None{head_look}", "All bold center wrapped", *none(3), *none(2, head_look)],
        [
            *(" bold left wrapped", "Patients bold right wrapped", "HR (95% CI) bold center wrapped"),
            *(*none(2), "p bold right wrapped", "Remark bold left wrapped"),
        ],
        [
            *none(2, rule),
            *(f"{words} bold right wrapped rule thin" for words in ("estimate", "lower 95%", "upper 95%")),
            *none(2, rule),
        ],
        ["Stage bold", *none(4), f"0.0004 {p_form}", "None"],
        ["Low left indent 1", "40 0", "1.2 0.00", "0.9 0.00", "1.6 0.00", "None", "plain words bold left"],
        ["High (reference) bold left indent 2", "20 bold 0", "1 0", *none(4)],
        ["Rest", "not reached left", "None", "0.5 0.00", "None", "0.0001 0.000", "None"],
        none(7),
        ["A note. italic 555555 wrapped top", *none(6)],
        ["Second. italic 555555 wrapped top", *none(6)],
    ]  # fmt: skip
    assert list_widths(sheet) == {"A": 18, "B": 10, "D": 9, "G": 13}
    assert list_heights(sheet) == {1: 12.75, 3: 12.75, 4: 12.75, 5: 24.75, 11: 12.75, 12: 12.75}
    assert sorted(map(str, sheet.merged_cells.ranges)) == ["B3:E3", "C4:E4"]
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("B6", "$1:$5")
    assert sheet.oddFooter.center.text == "&A, &P of &N"


def test_a_long_name_and_a_heading_of_one_line(book):
    sheet = book["S1 Second (x)"]
    look = "bold right wrapped rule thin"
    assert list_cells(sheet) == [
        ["Table S1. Second (x) bold", "None"],
        none(2),
        [f"Row {look}", f"n {look}"],
        ["a" * 60, "3 0"],
    ]
    assert list_widths(sheet) == {"A": 46, "B": 9}
    assert (sheet.freeze_panes, sheet.print_title_rows) == ("B4", "$1:$3")


def test_the_sheet_of_contents(book):
    sheet = book["Contents"]
    look = "underlined 0b4f8a"
    assert list_cells(sheet) == [
        ["A study bold", *none(2)],
        ["Synthetic data bold 9c3d00", *none(2)],
        ["What it is.", *none(2)],
        ["Doe 2001", *none(2)],
        none(3),
        ["Table bold rule thin", "Sheet bold rule thin", "Title bold rule thin"],
        ["1 left", f"1 Short {look}", "First"],
        ["S1 left", f"S1 Second (x) {look}", "Second (x)"],
        none(3),
        ["Empty cell: missing or does not apply.", *none(2)],
    ]
    assert sheet["A7"].value == 1 and sheet["A8"].value == "S1"
    links = [cell.hyperlink for cell in sheet["B"] if cell.hyperlink]
    assert [(link.ref, link.location) for link in links] == [
        ("B7", "'1 Short'!A1"),
        ("B8", "'S1 Second (x)'!A1"),
    ]
    assert list_widths(sheet) == {"A": 7, "B": 34, "C": 90}
    page = sheet.page_setup
    assert (page.orientation, int(page.paperSize), int(page.fitToHeight)) == ("landscape", 9, 0)
    assert sheet.print_title_rows is None
    assert sheet.oddFooter.center.text == "&A, &P of &N"
    assert book.properties.title == "A study"
    assert book.properties.created.isoformat() == "2000-01-01T00:00:00"


def test_a_study_that_says_little():
    study = {"title": "A study", "description": "", "citation": "", "synthetic": False}
    cells = list_cells(read([make_table()], study)["Contents"])
    assert [line[0] for line in cells][:3] == ["A study bold", "None", "Table bold rule thin"]


@pytest.mark.parametrize(
    ("words", "merged", "height"),
    [
        ("x" * 16, None, 12.75),  # in the room of the first column
        ("x" * 17, "A5:B5", 12.75),
        ("w " * 40, "A5:I5", 12.75),
        ("w " * 50, "A5:K5", 24.75),  # a hundred characters are a line
        ("w " * 100, "A5:K5", 37.5),
    ],
)
def test_a_line_of_prose_has_the_room_it_needs(words, merged, height):
    """Over as many columns as it is long, beyond those of the table; the height that of its lines."""
    heads = (Column("Row"), Column("n"))
    rows = (Row((text("a" * 16), count(3))),)
    sheet = read([DisplayTable("b", "T", heads, rows, (words,), "", "1")])["1 T"]
    assert list_widths(sheet) == {"A": 18, "B": 9}
    ranges = [str(each) for each in sheet.merged_cells.ranges if str(each).startswith("A6")]
    assert ranges == ([merged.replace("5", "6")] if merged else [])
    assert sheet.row_dimensions[6].height == height


@pytest.mark.parametrize(
    ("columns", "levels"),
    [
        ((Column("a"), Column("b", align="left")), [[(0, 1, "a", "right"), (1, 1, "b", "left")]]),
        (
            (Column("a"), Column("b\nc", parts=("n", "%"))),
            [
                [(0, 1, "a", "right"), (1, 2, "b c", "center")],
                [(1, 1, "n", "right"), (2, 1, "%", "right")],
            ],
        ),
        (
            (Column("", "x"), Column("", "x"), Column("c"), Column("d", "x"), Column("d", "y")),
            [
                [(0, 2, "x", "center"), (3, 1, "x", "center"), (4, 1, "y", "center")],
                [
                    (0, 1, "", "right"),
                    (1, 1, "", "right"),
                    (2, 1, "c", "right"),
                    (3, 2, "d", "right"),
                ],
            ],
        ),
    ],
)
def test_headings_in_their_lines(columns, levels):
    """Neighbours of one heading share it; empty ones and those apart do not."""
    starts, place = [], 0
    for column in columns:
        starts.append(place)
        place += len(column.parts) or 1
    assert excel._list_heads(columns, starts) == levels


def test_the_longest_names_of_sheets():
    def name(words):
        (_, found) = excel.name_sheets(
            [DisplayTable("t", "Title", (), (), short=words, number="1")]
        )
        return found

    assert name("") == "1 Title"
    assert name("a [b]: c*d?e/f\\g 'h'") == "1 a b c d e f g h"
    assert name("x" * 29) == "1 " + "x" * 29 and name("x" * 30) == "1 " + "x" * 29
    assert name("seventeen letters, (and more words)") == "1 seventeen letters, (and more"
    assert name("nineteen characters (-longer words)") == "1 nineteen characters (-longer"
    assert name("seventeen letters - longwords") == "1 seventeen letters - longwords"
    assert name("seventeen letters, ( ; longwords)") == "1 seventeen letters"
    assert name("sixteen letters more_and_more") == "1 sixteen letters more_and_more"
    assert name("sixteen letters more_and_more_") == "1 sixteen letters more_and_more"
    assert name("sixteenth letters more_and_mores") == "1 sixteenth letters"[:19] + " more_and_mo"
    assert name("short a" + "y" * 40) == "1 short a" + "y" * 22
    shorts = ["Same words of a very long name"] * 3
    made = excel.name_sheets(
        [DisplayTable("t", "T", (), (), short=each, number="") for each in shorts]
    )
    assert made == [
        "Contents",
        "Same words of a very long name",
        "Same words of a very long (2)",
        "Same words of a very long (3)",
    ]
