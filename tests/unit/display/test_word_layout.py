"""The Word document: what is numbered, looked up, kept together and written out, read back from its XML."""

import io
import re

import docx
import pytest
from crlm.display import abbreviations, word_columns
from crlm.display.cells import Cell, Column, DisplayTable, Row, drop_empty, head, ratio, text
from crlm.display.word import write_document
from docx.oxml.ns import qn

PLAIN = {"title": "t", "description": "", "citation": "", "synthetic": False}


def make_table(number="1", rows=3, label="Age", notes=(), columns=3, first="Row"):
    made = [
        Row((text(f"{first} {place}"), *[ratio(1.2, 0.9, 1.6)] * (columns - 1)))
        for place in range(rows)
    ]
    heads = (Column("", align="left"), *[Column("HR (95% CI)")] * (columns - 1))
    return DisplayTable(f"t{number}", label, heads, tuple(made), tuple(notes), number=number)


def write(tables, methods=(), known=None):
    target = io.BytesIO()
    write_document(tables, PLAIN, target, methods, known)
    return docx.Document(target)


def read_fields(element):
    """[(code, shown text)] of the fields of an element, in order; each must be begun, separated and ended."""
    found, place = [], None
    for mark in element.iter(qn("w:fldChar"), qn("w:instrText"), qn("w:t")):
        kind = mark.get(qn("w:fldCharType"))
        if kind == "begin":
            assert place is None
            found.append(["", ""])
            place = 0
        elif kind == "separate":
            assert place == 0
            place = 1
        elif kind == "end":
            assert place == 1
            place = None
        elif place is not None:
            found[-1][place] += mark.text
    assert place is None
    return [(code.strip(), shown) for code, shown in found]


def update(codes):
    """Numbers that Word gives when it updates the SEQ fields: each series counted from 1, \\r sets it."""
    counts, numbers = {}, []
    for code in codes:
        series = code.split()[1]
        reset = re.search(r"\\r (\d+)", code)
        counts[series] = int(reset[1]) if reset else counts.get(series, 0) + 1
        numbers.append(str(counts[series]))
    return numbers


@pytest.mark.parametrize("numbers", [["1", "2", "S1", "S2"], ["2", "4", "S3", "S4", "S7"], ["S9"]])
def test_captions_count_themselves_to_the_number_they_show(numbers):
    document = write([make_table(number) for number in numbers])
    captions = [p for p in document.paragraphs if p.style.name == "Caption"]
    fields = [read_fields(p._p) for p in captions]
    assert [len(each) for each in fields] == [1] * len(numbers)
    shown = [each[0][1] for each in fields]
    assert shown == [number.removeprefix("S") for number in numbers]
    assert update(each[0][0] for each in fields) == shown
    assert [p.text for p in captions] == [f"Table {number}. Age" for number in numbers]
    marks = [p._p.find(qn("w:bookmarkStart")) for p in captions]
    assert [mark.get(qn("w:name")) for mark in marks] == [f"table_{number}" for number in numbers]
    assert len({mark.get(qn("w:id")) for mark in marks}) == len(numbers)


def test_bookmark_holds_label_and_number_only():
    caption = next(p for p in write([make_table("S3")]).paragraphs if p.style.name == "Caption")
    inside, told = False, ""
    for element in caption._p.iter():
        inside = element.tag == qn("w:bookmarkStart") or (
            inside and element.tag != qn("w:bookmarkEnd")
        )
        told += element.text if inside and element.tag == qn("w:t") else ""
    assert told == "Table S3"


def test_text_that_names_a_table_refers_to_it():
    tables = [make_table("1", notes=["See Table S2, and Table S1 or Table 7."]), make_table("S2")]
    document = write(tables, [("Heading", ["As in Table 1 (Table S2)."])])
    note = next(p for p in document.paragraphs if p.text.startswith("See"))
    assert note.text == "See Table S2, and Table S1 or Table 7."
    assert read_fields(note._p) == [(r"REF table_S2 \h", "Table S2")]  # the others are not here
    method = next(p for p in document.paragraphs if p.text.startswith("As in"))
    assert read_fields(method._p) == [
        (r"REF table_1 \h", "Table 1"),
        (r"REF table_S2 \h", "Table S2"),
    ]


def test_lists_of_tables_in_front_lead_to_them():
    document = write([make_table("1"), make_table("2", label="Sex"), make_table("S1")])
    entries = [p for p in document.paragraphs if p.style.name == "table of figures"]
    assert [p.text for p in entries] == ["Table 1. Age", "Table 2. Sex", "Table S1. Age"]
    codes = [code for p in entries for code, _ in _join_fields(p)]
    assert codes == [r"TOC \h \z \c Table", r"TOC \h \z \c Table_S"]
    links = [link.get(qn("w:anchor")) for p in entries for link in p._p.iter(qn("w:hyperlink"))]
    marks = [m.get(qn("w:name")) for m in document.element.body.iter(qn("w:bookmarkStart"))]
    assert links == marks == ["table_1", "table_2", "table_S1"]
    kinds = [mark.get(qn("w:fldCharType")) for p in entries for mark in p._p.iter(qn("w:fldChar"))]
    assert kinds == ["begin", "separate", "end"] * 2


def _join_fields(paragraph):
    return [(code.text.strip(), "") for code in paragraph._p.iter(qn("w:instrText"))]


def test_one_table_needs_no_list():
    document = write([make_table("1")])
    assert not [p for p in document.paragraphs if p.style.name == "table of figures"]
    assert len(document.sections) == 1


def test_nothing_to_show_is_a_document():
    assert write([]).paragraphs[0].text == "t"


def test_every_page_has_its_number_and_the_language_is_set():
    document = write([make_table("1", rows=120), make_table("2", columns=9), make_table("3")])
    for section in document.sections:
        footers = [section.footer]
        if section.different_first_page_header_footer:
            footers.append(section.first_page_footer)
        for footer in footers:
            assert read_fields(footer._element) == [("PAGE", "1")]
    languages = {each.get(qn("w:val")) for each in document.styles.element.iter(qn("w:lang"))}
    assert languages == {"en-GB"}
    assert document.core_properties.language == "en-GB"


def test_a_table_longer_than_a_page_goes_on_and_says_so():
    document = write([make_table("1"), make_table("2", rows=120), make_table("3")])
    told = [section.header.paragraphs[0].text for section in document.sections]
    assert told == ["", "", "Table 2 (continued)", ""]
    first = [section.different_first_page_header_footer for section in document.sections]
    assert first == [False, False, True, False]
    assert not document.sections[2].first_page_header.paragraphs[0].text
    rows = document.tables[1].rows
    assert rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    assert rows[1]._tr.trPr.find(qn("w:tblHeader")) is None


def _kept(row):
    return [bool(p.paragraph_format.keep_with_next) for cell in row.cells for p in cell.paragraphs]


def test_rows_of_one_variable_stay_together():
    def block(name, levels):
        return [head(name, 2), *(Row((text(f"{n}"), text("x")), indent=1) for n in range(levels))]

    rows = [row for n in range(30) for row in block(f"Variable {n}", 3)]
    columns = (Column("", align="left"), Column("n"))
    long = DisplayTable("l", "Long", columns, tuple(rows), ("Note.",), number="1")
    printed = write([long]).tables[0].rows
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in printed)
    kept = [all(_kept(row)) for row in printed]
    assert kept[:9] == [True, True, True, True, False, True, True, True, False]
    assert kept[-3:] == [True, True, True]  # with the note
    short = DisplayTable("s", "Short", columns, tuple(rows[:8]), number="1")
    kept = [all(_kept(row)) for row in write([short]).tables[0].rows]
    assert kept == [True] * 8 + [False]  # the whole table; nothing follows that it belongs to


def test_many_levels_may_be_parted():
    rows = [head("Many", 2), *(Row((text(f"{n}"), text("x")), indent=1) for n in range(90))]
    columns = (Column("", align="left"), Column("n"))
    table = DisplayTable("l", "Long", columns, tuple(rows), number="1")
    kept = [all(_kept(row)) for row in write([table]).tables[0].rows]
    assert kept[1] is True  # the name of the block is not left alone
    assert not any(kept[10:80])


def test_footnotes_are_raised_letters():
    cells = (text("Size, cm²"), Cell("not estimable¹"), Cell("1.20²"))
    more = (text("Other"), Cell("3.1 m²"), Cell("x¹²"))
    notes = ("¹ No events.", "² Few events.", "χ² test.")
    columns = (Column("", align="left"), Column("a"), Column("b"))
    table = DisplayTable("t", "T", columns, (Row(cells), Row(more)), notes, number="1")
    document = write([table])
    grid = document.tables[0]

    def parts(cell):
        return [(run.text, run.font.superscript) for run in cell.paragraphs[0].runs]

    assert parts(grid.cell(1, 1)) == [("not estimable", None), ("a", True)]
    assert parts(grid.cell(1, 2)) == [("1.20", None), ("b", True)]
    assert parts(grid.cell(1, 0)) == [("Size, cm²", None)]  # a unit
    assert parts(grid.cell(2, 1)) == [("3.1 m²", None)]
    assert parts(grid.cell(2, 2)) == [("x¹²", None)]  # no such note
    told = [[(run.text, run.font.superscript) for run in p.runs] for p in document.paragraphs[-3:]]
    assert told == [
        [("a", True), ("No events.", None)],
        [("b", True), ("Few events.", None)],
        [("χ² test.", None)],
    ]


KNOWN = {
    "CI": "confidence interval",
    "HR": "hazard ratio",
    "OR": "odds ratio",
    "OS": "overall survival",
    "NR": "not reached",
}


def test_abbreviations_that_occur_are_written_out_below():
    table = make_table("1", notes=["NR: not reached.", "HRs are adjusted."], label="OS, ORAL, FOR")
    assert abbreviations.write_out(table, KNOWN) == (
        "CI, confidence interval; HR, hazard ratio; OS, overall survival."
    )
    document = write([table], known=KNOWN)
    texts = [p.text for p in document.paragraphs]
    assert "CI, confidence interval; HR, hazard ratio; OS, overall survival." in texts
    assert abbreviations.write_out(make_table("1"), {}) == ""


def test_the_list_of_abbreviations_knows_those_of_the_plan(plan_of):
    plan = {
        "abbreviations": {"CI": "confidence interval", "OS": "other"},
        "endpoints": {"a": {"abbreviation": "OS", "label": "Overall survival"}},
    }
    assert abbreviations.list_known(plan) == {"CI": "confidence interval", "OS": "overall survival"}


@pytest.mark.parametrize("columns", [2, 5, 8, 12, 20])
@pytest.mark.parametrize("word", ["Short", "Gastroenteropancreatic" * 2])
def test_no_word_is_broken_at_any_width(columns, word):
    table = make_table("1", columns=columns, first=word)
    layout = word_columns.choose_layout(table)
    assert sum(layout.widths) <= layout.room + 1e-9
    assert layout.size >= 6
    for place, (column, width) in enumerate(zip(table.columns, layout.widths, strict=True)):
        label = column.label.replace("% CI", "%\N{NO-BREAK SPACE}CI")
        pieces = [(piece, True) for piece in label.split(" ")]
        for row in table.rows:
            pieces += [(piece, False) for piece in row.cells[place].text.split()]
        for piece, bold in pieces:
            room = width - word_columns.PADDING + 1e-9
            assert word_columns.measure(piece, layout.size, bold) <= room
    assert layout.wide == (columns > 5) or columns == 8


def test_widths_are_those_of_arial():
    """Published widths of Helvetica (thousandths of the size), which Arial shares."""
    assert word_columns.measure("0", 10) == pytest.approx(5.56 * 2.54 / 72)
    assert word_columns.measure("mi. ", 10) == pytest.approx((8.33 + 2.22 + 2 * 2.78) * 2.54 / 72)
    assert word_columns.measure("b", 10, bold=True) == pytest.approx(6.11 * 2.54 / 72)
    assert word_columns.measure("é", 10) == word_columns.measure("e", 10)
    assert word_columns.measure("a\N{NO-BREAK SPACE}b", 9) == word_columns.measure("a b", 9)
    assert word_columns.measure("·", 10) == pytest.approx(3.33 * 2.54 / 72)  # Arial's own
    assert word_columns.measure("–", 10) == pytest.approx(5.56 * 2.54 / 72)


def test_numbers_stay_beside_their_units_in_headings():
    table = make_table("1", notes=["In > 50 % of 12 months."])
    document = write([table])
    assert document.tables[0].cell(0, 1).text == "HR (95%\N{NO-BREAK SPACE}CI)"
    words = "In >\N{NO-BREAK SPACE}50\N{NO-BREAK SPACE}% of 12\N{NO-BREAK SPACE}months."
    assert document.paragraphs[-1].text == words


def test_limits_stand_below_their_estimates_in_one_piece():
    columns = (Column("", align="left"), *[Column("C")] * 16)
    row = Row((text("A"), *[Cell("0.539 (0.515 to 0.563)")] * 16))
    table = DisplayTable("t", "T", columns, (row,), number="1")
    layout = word_columns.choose_layout(table)
    assert layout.parted
    piece = word_columns.measure("(0.515 to 0.563)", layout.size)
    assert all(piece + word_columns.PADDING <= width + 1e-9 for width in layout.widths[1:])
    shown = write([table]).tables[0].cell(1, 1).text
    assert shown == "0.539 (0.515\N{NO-BREAK SPACE}to\N{NO-BREAK SPACE}0.563)"


def test_columns_without_a_text_are_left_out():
    columns = tuple(Column(name, align="left") for name in "abcd")
    rows = [Row((text(""), text("–"), text(""), text(each))) for each in ("", "0")]
    table = drop_empty(DisplayTable("t", "T", columns, tuple(rows), number="1"))
    assert [column.label for column in table.columns] == ["a", "b", "d"]


def test_a_hyphen_within_a_word_ends_no_line():
    row = Row((text("Low (0-2)"), text("log-rank p - 3")))
    table = DisplayTable(
        "t", "T", (Column("", align="left"), Column("p (log-rank)")), (row,), number="1"
    )
    document = write([table])
    cells = [cell for row in document.tables[0].rows for cell in row.cells]
    assert [cell.text for cell in cells[1:]] == ["p (log-rank)", "Low (0-2)", "log-rank p - 3"]
    raw = [[t.text for t in cell._tc.iter(qn("w:t"))] for cell in cells[1:]]
    assert raw == [["p (log", "rank)"], ["Low (0", "2)"], ["log", "rank p - 3"]]
    assert len(list(document.element.body.iter(qn("w:noBreakHyphen")))) == 3


def test_the_notes_of_a_table_stay_together():
    document = write([make_table(notes=("First note.", "Last note."))])
    texts = [p.text for p in document.paragraphs]
    first, last = texts.index("First note."), texts.index("Last note.")
    kept = [
        bool(document.paragraphs[place].paragraph_format.keep_with_next) for place in (first, last)
    ]
    assert kept == [True, False]


def test_a_table_that_its_notes_or_wrapping_headings_make_too_long_goes_on_and_says_so():
    """Both were left out of the height: the second page had no heading of its own, or the notes stood alone on it."""

    def continued(table, known=None):
        sections = write([make_table("1"), table], known=known).sections
        return any(each.header.paragraphs[0].text for each in sections)

    columns = (Column("", align="left"), Column("n"))
    words = " ".join(["Words of a heading that is longer than its table is wide"] * 3)

    def make(count, label="Block"):
        block = (head(label, 2), Row((text("A level with a name"), text("1")), indent=1))
        return DisplayTable("t", "T", columns, block * count, ("Note.",), number="2")

    most = max(count for count in range(1, 40) if not continued(make(count)))
    known = {f"A{place}": "of which there are so many that they fill lines " * 4 for place in "XYZ"}
    table = make(most, "AX AY AZ")
    assert not continued(table) and continued(table, known)
    assert continued(make(most, words))


def test_the_number_of_patients_is_not_parted():
    table = DisplayTable(
        "t", "T", (Column(""), Column("Low (0-2)\n(n = 521)")), (Row((text("a"),) * 2),), number="1"
    )
    shown = write([table]).tables[0].cell(0, 1).text
    assert shown.endswith("(n\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}521)")


def test_words_keep_away_from_the_numbers_before_them():
    columns = (Column("", align="left"), Column("n"), Column("Remark", align="left"))
    rows = [Row((text("a"), text("1"), text("Words"))), Row((text("b"), text("2"), text("More")))]
    grid = write([DisplayTable("t", "T", columns, tuple(rows), number="1")]).tables[0]
    lefts = [
        [cell.paragraphs[0].paragraph_format.left_indent for cell in row.cells] for row in grid.rows
    ]
    assert all(row[:2] == [None, None] and row[2].cm > 0.1 for row in lefts)
    above = [row.cells[0].paragraphs[0].paragraph_format.space_before for row in grid.rows]
    assert above[0] is above[2] is None and above[1].pt > 2  # away from the rule
