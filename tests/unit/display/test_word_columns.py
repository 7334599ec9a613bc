"""Widths and heights of Word's tables, recounted from the widths of their words."""

import pytest
from crlm.display import word_columns
from crlm.display.cells import Cell, Column, DisplayTable, Row, head, text
from crlm.display.word_columns import NBSP, Layout, fit_columns, measure

POINT, PADDING = 2.54 / 72, 0.23


def make_table(columns, *rows, title="T", notes=()):
    made = [row if isinstance(row, Row) else Row(tuple(map(text, row))) for row in rows]
    return DisplayTable("t", title, columns, tuple(made), notes, number="1")


@pytest.mark.parametrize(
    ("wanted", "least", "room", "widths"),
    [
        ([3, 3], [1, 2], 9, (3, 3)),
        ([3, 3], [1, 2], 6, (3, 3)),
        ([3, 3], [1, 2], 4.5, (2, 2.5)),
        ([3, 3], [1, 2], 3, (1, 2)),
        ([3, 3], [1, 2], 1.5, (0.5, 1)),
        ([2, 2], [2, 2], 2, (1, 1)),
        ([2, 2], [2, 2], 5, (2, 2)),
    ],
)
def test_words_wrap_first_and_only_then_everything_shrinks(wanted, least, room, widths):
    assert fit_columns(wanted, least, room) == pytest.approx(widths)


def test_texts_that_stay_in_one_line():
    bound = {
        "n = 3": f"n{NBSP}={NBSP}3",
        "p < 0.5": f"p <{NBSP}0.5",
        "50 % of 12 months": f"50{NBSP}% of 12{NBSP}months",
        "5 years, 1 day": f"5{NBSP}years, 1{NBSP}day",
        "5 patients": "5 patients",
        "HR (95% CI)": f"HR (95%{NBSP}CI)",
    }
    assert {words: word_columns.bind(words) for words in bound} == bound
    assert word_columns.bind_brackets("a b (c d) [e f] g") == f"a b (c{NBSP}d) [e{NBSP}f] g"
    halves = {
        "1.2 (0.9 to 1.6)": ["1.2", "(0.9 to 1.6)"],
        "6 [5–7]": ["6", "[5–7]"],
        "1.2": ["1.2"],
        "(a) b": ["(a) b"],
    }
    assert {words: word_columns._halve(words) for words in halves} == halves


def test_room_beside_a_text():
    left, right = Column("a", align="left"), Column("a")
    found = [
        word_columns.inset(*each)
        for each in ((0, left), (0, left, 2), (0, right, 1), (1, left, 3), (1, right, 3))
    ]
    assert found == pytest.approx([0, 0.6, 0.3, 0.15, 0])


def test_what_a_column_wants_and_needs():
    """Words of the first column and of text may wrap, numbers may not; limits may go below; a bold cell is wider."""
    columns = (
        Column("Name", align="left"),
        Column("HR"),
        Column("Some words as a label"),
        Column("Remark", align="left"),
    )
    bold = Row(
        (
            text("Two words", strong=True),
            text("1.2 (0.9–1.6)"),
            text("1"),
            text("many words beside numbers"),
        ),
        indent=1,
    )
    block = head("A heading that is longer than all", 4)
    wanted, least, split = word_columns.measure_columns(make_table(columns, block, bold), 8)
    numbers, half = measure("1.2 (0.9–1.6)", 8), measure("(0.9–1.6)", 8)
    label = max(measure(word, 8, True) for word in ("Some", "words", "label"))
    name = measure("Two words", 8, True) + 0.3
    assert wanted[0] == pytest.approx(name + PADDING)
    assert (
        least[0]
        == split[0]
        == pytest.approx(max(measure("words", 8, True) + 0.3, measure("Name", 8, True)) + PADDING)
    )
    assert (wanted[1], least[1], split[1]) == pytest.approx(
        (numbers + PADDING, numbers + PADDING, half + PADDING)
    )
    two_lines = measure("Some words as a label", 8, True) * 0.55
    assert (wanted[2], least[2]) == pytest.approx(
        (max(two_lines, label) + PADDING, label + PADDING)
    )
    remark = measure("many words beside numbers", 8) + 0.15
    assert wanted[3] == pytest.approx(remark + PADDING)
    longest = max(measure("numbers", 8), measure("Remark", 8, True)) + 0.15
    assert least[3] == split[3] == pytest.approx(longest + PADDING)


@pytest.mark.parametrize(("place", "room"), [(0, 7.5), (1, 6.0)])
def test_a_long_text_wraps_at_a_width(place, room):
    words = ["a", "a"]
    words[place] = "word " * 40
    columns = (Column("x", align="left"), Column("y", align="left"))
    wanted, _, _ = word_columns.measure_columns(make_table(columns, words), 8)
    assert wanted[place] == pytest.approx(room + PADDING)


def test_a_heading_above_several_columns_has_the_room_of_all():
    over = "Aheadingthatisonelongword"
    columns = (Column("x"), Column("a", over), Column("b", over))
    row = ("1", "2", "3")
    wanted, least, split = word_columns.measure_columns(make_table(columns, row), 8)
    need = measure(over, 8, True) + PADDING
    for widths in (wanted, least, split):
        assert widths[1] + widths[2] == pytest.approx(need) and widths[0] < 1
    first, second = (measure(each, 8, True) for each in "ab")
    lack = need - 2 * PADDING - max(first, measure("2", 8)) - max(second, measure("3", 8))
    assert least[1] == pytest.approx(max(first, measure("2", 8)) + PADDING + lack / 2)
    short = word_columns.measure_columns(
        make_table((Column("a", "x"), Column("b", "x")), ("1", "2")), 8
    )
    assert short[0] == pytest.approx(
        [
            max(measure("a", 8, True), measure("1", 8)) + PADDING,
            max(measure("b", 8, True), measure("2", 8)) + PADDING,
        ]
    )


def test_lines_of_a_text():
    count = word_columns._count_lines
    room = measure("two words", 8) + PADDING
    assert count("two words", room + 1e-9, 8) == 1 and count("two words", room - 0.01, 8) == 2
    assert count("two words two words", room + 1e-9, 8) == 2
    assert count("a\nb", 9, 8) == 2 and count("", 9, 8) == 1
    assert count("longerthanthelinehasroom", 0.5, 8) == 1  # no word is broken


def test_height_of_a_table():
    """Title and a line of space at 9 points, headings and rows with room around them, notes at 8."""
    layout = Layout(False, 17.0, 8, (3.0, 3.0))
    columns = (Column("a"), Column("b"))
    row, title = 8 * 1.17 + 1.5, 9 * 1.17

    def height(*rows, columns=columns, notes=(), title="T"):
        return (
            word_columns.measure_height(make_table(columns, *rows, title=title), layout, notes)
            / POINT
        )

    assert height(("1", "2")) == pytest.approx(2 * title + 2 * row)
    assert height(("1", "2"), ("1", "2")) == pytest.approx(2 * title + 3 * row)
    assert height(("1", "2"), notes=("a", "b")) == pytest.approx(2 * title + 2 * row + 2 * 8 * 1.17)
    assert height(("1", "2"), columns=(Column("a", "x"), Column("b", "x"))) == pytest.approx(
        2 * title + 3 * row
    )
    assert height(("1\n2", "2")) == pytest.approx(2 * title + 2 * row + 8 * 1.17)
    assert height(("1", "2"), columns=(Column("a\nb"), Column("c"))) == pytest.approx(
        2 * title + 2 * row + 8 * 1.17
    )
    assert height(("1", "2"), title="word " * 40) == pytest.approx(3 * title + 2 * row)
    wide = "words that need more than one column"
    assert 3 < measure(wide, 8) + PADDING < 6
    assert height((wide, "2")) == pytest.approx(2 * title + 2 * row + 8 * 1.17)
    assert height(head(wide, 2)) == pytest.approx(
        2 * title + 2 * row
    )  # a block's name has the room of both
    assert height(Row((Cell(wide), Cell("2")), "head")) == pytest.approx(
        2 * title + 2 * row + 8 * 1.17
    )


@pytest.mark.parametrize(("wide", "height"), [(False, 25.7), (True, 17.0)])
def test_room_of_a_page(wide, height):
    assert Layout(wide, 1, 8, ()).height == height


def test_widths_of_letters_that_the_face_lacks():
    point = 10 / 1000 * POINT
    assert measure("\u4e2d", 10) == pytest.approx(600 * point)
    assert measure("ü", 10) == measure("u", 10) and measure("−", 10) == measure("+", 10)
    assert measure("²", 10) == pytest.approx(333 * point)
    assert measure("—", 10) == pytest.approx(1000 * point)
    assert measure("a", 10) == pytest.approx(556 * point)
    assert measure("ab", 5, True) == pytest.approx((556 + 611) * point / 2)
