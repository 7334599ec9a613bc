"""The Word document of a few tables, line by line: styles, pages, captions, every cell in its form, notes and methods."""

import datetime
import io

import docx
import pytest
from crlm.display import word
from crlm.display.cells import Cell, Column, DisplayTable, Row, count, head, ratio, text
from crlm.display.word_columns import choose_layout, measure
from docx.oxml.ns import qn
from word_inputs import describe, describe_section, describe_table

STUDY = {
    "title": "A study",
    "description": "What it is.",
    "citation": "Doe 2001",
    "synthetic": True,
}


def make_first():
    """Headings over two, indented rows, a foot, a footnote and a word beside a number."""
    columns = (
        Column("", align="left"),
        Column("Patients", "All"),
        Column("HR (95% CI)", "All"),
        Column("Remark", align="left"),
    )
    rows = (
        head("Stage of all", 4),
        Row((text("Low"), count(40), ratio(1.2, 0.9, 1.6, "¹"), text("log-rank")), indent=1),
        Row((text("High", strong=True), count(20), Cell("–"), text("")), indent=2),
        head("Sex", 4, {2: count(7)}),
        Row((text("Sum"), count(60), Cell(""), text("a\x07b")), "foot"),
        Row((text("Rest"), count(0), Cell(""), text("")), "foot"),
    )
    notes = ("¹ No event in 12 months (Table S1).", "", "Second note of Table 9.")
    return DisplayTable("a", "First of OS", columns, rows, notes, number="1")


def make_plain(number, columns=2, rows=1, notes=()):
    heads = (
        Column("Row", align="left"),
        *[Column(f"Estimate {place}") for place in range(columns - 1)],
    )
    row = Row((text("x"), *[ratio(1.2, 0.9, 1.6)] * (columns - 1)))
    return DisplayTable("p", f"Plain {number}", heads, (row,) * rows, tuple(notes), number=number)


def write(tables, methods=(), known=None, study=STUDY):
    target = io.BytesIO()
    word.write_document(tables, study, target, methods, known)
    return docx.Document(target)


@pytest.fixture(scope="module")
def document():
    tables = [
        make_first(),
        make_plain("2", notes=["One."]),
        make_plain("S1", 12),
        make_plain("S2", 2, 120),
        make_plain("S5"),
    ]
    methods = [("Endpoints", ["As in Table S1, > 5 months.", "More."])]
    return write(tables, methods, {"OS": "overall survival", "HR": "hazard ratio"})


LINES = r"""
Title: A study
Body Text: *Synthetic data*
Body Text, space_after 6: What it is.
Body Text, space_after 6: Doe 2001
Heading 1: Tables
table of figures: <<{TOC \h \z \c Table}|[table_1](Table 1. First of OS)
table of figures: [table_2](Table 2. Plain 2)>>
Heading 1: Tables of the supplement
table of figures: <<{TOC \h \z \c Table_S}|[table_S1](Table S1. Plain S1)
table of figures: [table_S2](Table S2. Plain S2)
table of figures: [table_S5](Table S5. Plain S5)>>
Normal, page:
Caption: #table_1#*Table *{SEQ Table \* ARABIC}(*1*)*. *First of OS
[table]
Normal, keep: HR, hazard ratio; OS, overall survival.
Normal, keep: ^aNo event in 12_months ({REF table_S1 \h}(Table S1)).
Normal: Second note of Table 9.
Normal, space_after 8:
Caption: #table_2#*Table *{SEQ Table \* ARABIC}(*2*)*. *Plain 2
[table]
Normal: One.
Normal, page:
Caption: #table_S1#*Table S*{SEQ Table_S \* ARABIC}(*1*)*. *Plain S1
[table]
Normal, page:
Caption: #table_S2#*Table S*{SEQ Table_S \* ARABIC}(*2*)*. *Plain S2
[table]
Normal, page:
Caption: #table_S5#*Table S*{SEQ Table_S \* ARABIC \r 5}(*5*)*. *Plain S5
[table]
Normal, page:
Heading 1: Methods
Heading 2: Endpoints
Body Text, space_after 3: As in {REF table_S1 \h}(Table S1), >_5_months.
Body Text, space_after 3: More.
"""
PORTRAIT, FOOT = "21.0 x 29.7 portrait new_page, 2.0", "Footer, center: {PAGE}(1)"


def test_every_line(document):
    lines = [line.rstrip().replace("\N{NO-BREAK SPACE}", "_") for line in describe(document)]
    assert lines == LINES.strip().splitlines()


def test_every_page(document):
    """Upright, across for a wide table, with a heading on the further pages of a long one; numbers below."""
    assert list(map(describe_section, document.sections)) == [
        f"{PORTRAIT}; Header: ; {FOOT}",
        f"{PORTRAIT}; Header: ; {FOOT}",
        f"29.7 x 21.0 landscape new_page, 2.0; Header: ; {FOOT}",
        f"{PORTRAIT}, another first page; Header: Table S2 (continued); {FOOT}",
        f"{PORTRAIT}; Header: ; {FOOT}",
        f"{PORTRAIT}; Header: ; {FOOT}",
    ]


SETTINGS = "top 10 bottom 10; tblW tblBorders tblLayout tblCellMar tblLook"


def test_every_cell(document):
    """Its words in their place and weight, its rules, what it is kept with, how far it stands from its side."""
    first, second, third, long, last = document.tables
    assert describe_table(first) == [
        f"1.46 1.33 2.40 1.41; {SETTINGS}",
        "cantSplit tblHeader | center bottom keep:  | center span 2 bottom 4 bottom keep: *All* | center bottom keep: ",
        "cantSplit tblHeader | left bottom 4 bottom keep:  | right bottom 4 bottom keep: *Patients* | "
        "right bottom 4 bottom keep: *HR (95%_CI)* | left bottom 4 bottom keep left 0.15: *Remark*",
        "cantSplit | left span 4 keep before 2.5: *Stage of all*",
        "cantSplit | left keep left 0.30: Low | right keep: 40 | right keep: 1.20 (0.90–1.60)^a | left keep left 0.15: log-rank",
        "cantSplit | left keep left 0.60: *High* | right keep: 20 | right keep: – | left keep left 0.15: ",
        "cantSplit | left span 2 keep: *Sex* | right keep: 7 | left keep left 0.15: ",
        "cantSplit | left top 4 keep: Sum | right top 4 keep: 60 | right top 4 keep:  | left top 4 keep left 0.15: ab",
        "cantSplit | left keep: Rest | right keep: 0 | right keep:  | left keep left 0.15: ",
    ]
    heads = "left bottom 4 bottom keep: *Row* | right bottom 4 bottom keep: *Estimate 0*"
    assert describe_table(second) == [
        f"0.83 2.30; {SETTINGS}",
        f"cantSplit tblHeader | {heads}",
        "cantSplit | left keep before 2.5: x | right keep before 2.5: 1.20 (0.90–1.60)",
    ]
    assert describe_table(third)[0] == f"0.83{' 2.26' * 11}; {SETTINGS}"
    lines = describe_table(long)
    assert len(lines) == 122 and lines[:2] == [
        f"0.83 2.30; {SETTINGS}",
        f"cantSplit tblHeader | {heads}",
    ]
    free, kept = (
        f"cantSplit | left{keep}: x | right{keep}: 1.20 (0.90–1.60)" for keep in ("", " keep")
    )
    assert lines[3:-3] == [free] * 116 and lines[-3:] == [kept, kept, free]
    assert (
        describe_table(last)[2]
        == "cantSplit | left before 2.5: x | right before 2.5: 1.20 (0.90–1.60)"
    )
    margins = list(first._tbl.tblPr.find(qn("w:tblCellMar")))
    assert [(child.tag.rpartition("}")[2], child.get(qn("w:w"))) for child in margins] == [
        ("left", "45"),
        ("right", "45"),
    ]
    assert not first.autofit


def test_styles_and_properties(document):
    core = document.core_properties
    assert (core.title, core.author, core.comments, core.revision) == ("A study", "", "", 1)
    assert core.created == core.modified == datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)
    looks = {}
    for name in (
        "Normal",
        "Body Text",
        "Caption",
        "table of figures",
        "Title",
        "Heading 1",
        "Heading 2",
    ):
        style = document.styles[name]
        form = style.paragraph_format
        spaces = [
            space.pt if space is not None else None
            for space in (form.space_before, form.space_after)
        ]
        looks[name] = (
            style.font.name,
            style.font.size.pt,
            style.font.bold,
            *spaces,
            form.keep_with_next,
        )
    assert looks == {
        "Normal": ("Arial", 8, None, 0.75, 0.75, None),
        "Body Text": (None, 9, None, 0, 0, None),
        "Caption": (None, 9, False, 0, 3, True),
        "table of figures": (None, 9, None, None, None, None),
        "Title": ("Arial", 16, None, looks["Title"][3], looks["Title"][4], looks["Title"][5]),
        "Heading 1": ("Arial", 13, True, *looks["Heading 1"][3:]),
        "Heading 2": ("Arial", 10, True, *looks["Heading 2"][3:]),
    }
    for name in ("Title", "Heading 1", "Heading 2", "Caption"):
        assert document.styles[name].font.color.rgb is None
        assert document.styles[name].font.color.type is None
    for name in ("Title", "Heading 1", "Heading 2"):
        fonts = document.styles[name].element.rPr.rFonts
        assert dict(fonts.attrib) == {qn("w:ascii"): "Arial", qn("w:hAnsi"): "Arial"}
    normal = document.styles["Normal"].element.rPr.rFonts
    assert normal.get(qn("w:eastAsia")) == "Arial"
    assert document.styles["table of figures"].base_style.name == "Normal"


def test_a_study_without_further_words_and_a_table_alone():
    study = {"title": "A study", "description": "", "citation": "", "synthetic": False}
    document = write([make_plain("1")], study=study)
    assert describe(document)[:2] == [
        "Title: A study",
        r"Caption: #table_1#*Table *{SEQ Table \* ARABIC}(*1*)*. *Plain 1",
    ]
    word.add_table_alone(document, make_first(), {"OS": "overall survival"})
    lines = [line.replace("\N{NO-BREAK SPACE}", "_") for line in describe(document)]
    assert lines[-5:] == [
        "Normal, keep: *Table 1. *First of OS",
        "[table]",
        "Normal: OS, overall survival.",
        "Normal: ¹ No event in 12 months (Table S1).",
        "Normal: Second note of Table 9.",
    ]
    word.add_table_alone(document, make_plain("2"))
    assert describe(document)[-2:] == ["Normal, keep: *Table 2. *Plain 2", "[table]"]


@pytest.mark.parametrize(("mark", "letter"), [("¹", "a"), ("⁹", "i"), ("²⁶", "z"), ("²⁷", "aa")])
def test_letters_of_footnotes(mark, letter):
    assert word._as_letter(mark) == letter


@pytest.mark.parametrize(
    ("columns", "wide", "room", "size", "parted"),
    [
        (2, False, 17, 8, False),
        (7, False, 17, 8, False),
        (8, False, 17, 8, False),
        (9, True, 25.7, 8, False),
        (11, True, 25.7, 8, False),
        (12, True, 25.7, 8, True),
        (13, True, 25.7, 8, True),
        (16, True, 25.7, 7.5, True),
        (18, True, 25.7, 6.5, True),
        (24, True, 30.86, 6, True),
    ],
)
def test_page_and_type_by_the_number_of_columns(columns, wide, room, size, parted):
    """Each as wide as its text and the room beside it; then limits go below, then the type gets smaller, then the page wider."""
    table = make_plain("1", columns)
    layout = choose_layout(table)
    assert (layout.wide, layout.size, layout.parted) == (wide, size, parted)
    assert layout.room == pytest.approx(room, abs=0.01)
    assert layout.height == (17 if wide else 25.7)
    whole = measure("1.20 (0.90–1.60)", size) + 0.23
    name = measure("Row", size, bold=True) + 0.23
    label = measure("Estimate", size, bold=True) + 0.23
    if not parted:
        assert layout.widths == pytest.approx([name, *[whole] * (columns - 1)])
    else:
        limits = measure("(0.90–1.60)", size) + 0.23
        least = max(limits, label)
        assert layout.widths[0] <= name + 1e-9
        assert all(least - 1e-9 <= width <= whole + 1e-9 for width in layout.widths[1:])
        assert sum(layout.widths) == pytest.approx(layout.room, abs=0.01) or layout.widths[
            -1
        ] == pytest.approx(whole)
    document = write([table])
    (section,) = document.sections
    assert (section.page_width.cm, section.page_height.cm) == pytest.approx(
        (room + 4, 21 if wide else 29.7), abs=0.02
    )
    printed = describe_table(document.tables[0])
    sizes = {f"{size:g} pt"} if size != 8 else set()
    for line in printed[1:]:
        for cell in line.split(" | ")[1:]:
            assert {part for part in (f"{size:g} pt",) if part in cell.split(":")[0]} == sizes
