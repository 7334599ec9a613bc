"""Cells from plain values: what each says, its numbers and their forms, and what is missing."""

import math

import numpy as np
import pytest
from crlm.display import cells, formats
from crlm.display.cells import Cell, Column, DisplayTable, Row

NAN = math.nan


@pytest.mark.parametrize(
    ("made", "cell"),
    [
        (cells.text("a"), Cell("a")),
        (cells.text(None, strong=True), Cell("", strong=True)),
        (cells.text(NAN), Cell("")),
        (cells.text(3), Cell("3")),
        (cells.count(12.0, True), Cell("12", (12.0,), ("0",), True, False, True)),
        (cells.count(NAN), Cell("–", (None,), ("0",), counted=True)),
        (cells.whole(12), Cell("12", (12,), ("0",))),
        (cells.whole(None, True), Cell("–", (None,), ("0",), True)),
        (cells.share(1, 8), Cell("1 (12.5)", (1, 12.5), ("0", "0.0"), counted=True)),
        (cells.share(0, 0), Cell("0", (0, None), ("0", "0.0"), counted=True)),
        (
            cells.share_with_limits(3, 8, 0.1, 0.75),
            Cell(
                "3 (37.5; 10.0–75.0)",
                (3, 37.5, 10.0, 75.0),
                ("0", "0.0", "0.0", "0.0"),
                counted=True,
            ),
        ),
        (
            cells.share_with_limits(0, 0, NAN, NAN),
            Cell("0", (0, None, None, None), ("0", "0.0", "0.0", "0.0"), counted=True),
        ),
        (cells.number(1.25), Cell("1.2", (1.25,), ("0.0",))),
        (cells.number(1.256, 2), Cell("1.26", (1.256,), ("0.00",))),
        (cells.number(1.2564, 3), Cell("1.256", (1.2564,), ("0.000",))),
        (cells.number(1.6, 0), Cell("2", (1.6,), ("0",))),
        (cells.number(None, 0, "none"), Cell("none", (None,), ("0",))),
        (
            cells.p_value(0.0123),
            Cell("0.012", (0.0123,), ('[<0.001]"<0.001";[>=0.9995]">0.999";0.000',)),
        ),
        (
            cells.p_value(NAN, "x"),
            Cell("x", (None,), ('[<0.001]"<0.001";[>=0.9995]">0.999";0.000',)),
        ),
        (cells.ratio(1.5, 1, 2.25, "¹"), Cell("1.50 (1.00–2.25)¹", (1.5, 1, 2.25), ("0.00",) * 3)),
        (cells.ratio(1.5, NAN, math.inf), Cell("1.50 (––>1000)", (1.5, None, None), ("0.00",) * 3)),
        (cells.median(20, 10, 30), Cell("20.0 (10.0–30.0)", (20, 10, 30), ("0.0",) * 3)),
        (cells.median(20, 10, NAN), Cell("20.0 (10.0–NR)", (20, 10, "NR"), ("0.0",) * 3)),
        (cells.median(20, NAN, 30), Cell("20.0 (NR–30.0)", (20, "NR", 30), ("0.0",) * 3)),
        (
            cells.median(NAN, NAN, NAN, 5),
            Cell("not reached", ("not reached", None, None), ("0.0",) * 3),
        ),
        (cells.median(20, 10, 30, 0), Cell("–", (None,) * 3, ("0.0",) * 3)),
        (cells.percent(0.5, 0.25, 0.75), Cell("50.0 (25.0–75.0)", (50, 25, 75), ("0.0",) * 3)),
        (cells.percent(NAN, None, 0.75), Cell("– (––75.0)", (None, None, 75), ("0.0",) * 3)),
    ],
)
def test_cells(made, cell):
    assert made == cell


def test_values_of_a_cell_are_plain_numbers_or_texts():
    values = Cell("x", (np.float64(1.5), np.int64(2), "NR", None, NAN, -math.inf, True)).values
    assert values == (1.5, 2, "NR", None, None, None, True)
    assert [type(each) for each in values[:2]] == [float, int]
    keys_of = [Cell("x", values).key for values in ((3, 4), ("NR", 4), (None,), ())]
    assert keys_of == [3, None, None, None]


@pytest.mark.parametrize(
    ("value", "rules", "form"),
    [
        (0.0123, {"decimal": "·"}, "0.000"),
        (0.0123, {"p_zero": False, "p_decimals": [[0.01, 2], [0, 3]]}, ".00"),
        (0.00001, {"decimal": "·"}, '"<0·001"'),
        (1.0, {"decimal": "·"}, '">0·999"'),
    ],
)
def test_form_of_a_p_value_in_the_style_of_a_journal(value, rules, form):
    try:
        formats.use(rules)
        assert cells.p_value(value).forms == (form,)
    finally:
        formats.use()


def test_a_row_that_names_a_block():
    row = cells.head("Stage", 4, {2: cells.whole(5)})
    assert row == Row((Cell("Stage", strong=True), Cell(), cells.whole(5), Cell()), "head")
    assert cells.head("Stage", 2, strong=False) == Row((Cell("Stage"), Cell()), "head")
    assert (row.span, cells.head("Stage", 3).span, Row((Cell("a"), Cell(), Cell("b"))).span) == (
        2,
        3,
        1,
    )


def make_table(**others):
    columns = (Column("p", "0.5 over"), Column("p-value"), Column("n"))
    rows = (
        Row((Cell("p = 0.5"), Cell(), Cell("3", (3,), ("0",)))),
        Row((Cell("b"), Cell(), Cell("–"))),
    )
    return DisplayTable("t", "T 0.5", columns, rows, ("Note 0.5.",), "Short 0.5", "1", **others)


def test_columns_without_a_text_go_and_words_take_the_style_in_use():
    made = cells.drop_empty(make_table())
    assert [column.label for column in made.columns] == ["p", "n"]
    assert [[cell.text for cell in row.cells] for row in made.rows] == [
        ["p = 0.5", "3"],
        ["b", "–"],
    ]
    first = DisplayTable("t", "T", (Column("a"), Column("b")), (Row((Cell(), Cell("x"))),))
    assert cells.drop_empty(first) == first  # the first column stays
    assert cells.finish(make_table()) == make_table()
    try:
        formats.use({"decimal": "·", "p_heading": "P value", "p_letter": "P"})
        made = cells.finish(make_table())
    finally:
        formats.use()
    assert [(column.label, column.over) for column in made.columns] == [
        ("P value", "0·5 over"),
        ("P-value", ""),
        ("n", ""),
    ]
    assert made.rows[0].cells[0].text == "P = 0·5" and made.rows[0].cells[2] == Cell(
        "3", (3,), ("0",)
    )
    assert (made.title, made.notes, made.short) == ("T 0·5", ("Note 0·5.",), "Short 0.5")


def test_made_up_data_are_said_to_be_so_and_published_ones_not():
    assert cells.tell_synthetic(make_table()).title == "T 0.5 (synthetic data)"
    assert cells.tell_synthetic(make_table()).notes == ("Note 0.5.",)
    made = cells.tell_synthetic(make_table(published=True))
    assert made.title == "T 0.5"
    assert made.notes[1:] == ("These are published figures; the data of this study are synthetic.",)


def test_a_table_as_records():
    """A block's heading in the column of the rows below it; a column per number, and nothing of a number that is not there."""
    columns = (
        Column("", align="left"),
        Column("HR\n(95% CI)", "All", ("estimate", "lower", "upper")),
        Column("n"),
        Column(""),
    )
    rows = (
        cells.head("Stage", 4),
        Row((Cell("Low"), Cell("1.5", (1.5, 1, 2, 9)), Cell("3", (3,)), Cell("x")), indent=1),
        Row((Cell("High"), Cell("reference"), Cell("4", (4,)), Cell("")), indent=1),
        Row((Cell("Alone"), Cell("x", (2.5,)), Cell(""), Cell(""))),
        Row((Cell("Below"), Cell(""), Cell(""), Cell("")), indent=1),
    )
    names, lines = cells.flatten(DisplayTable("t", "T", columns, rows))
    assert names == ["table", "block", "row", "All: HR (95% CI), estimate", "All: HR (95% CI), lower", "All: HR (95% CI), upper", "n", "column 4"]  # fmt: skip
    assert lines == [
        ["T", "Stage", "Stage", "", None, None, "", ""],
        ["T", "Stage", "Low", 1.5, 1, 2, 3, "x"],
        ["T", "Stage", "High", "reference", None, None, 4, ""],
        ["T", "", "Alone", 2.5, None, None, "", ""],
        ["T", "", "Below", "", None, None, "", ""],
    ]
    blocks = DisplayTable("t", "T", columns, rows).blocks()
    assert [len(block) for block in blocks] == [3, 2]
