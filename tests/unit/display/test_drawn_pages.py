"""Pages of panels, labels at the ends of lines and lines of text, each by itself."""

import numpy as np
import pytest
from crlm.display import direct, grid, style

GREY, INK = "#6e6e6e", "#1a1a1a"
SMALL = 1.32 * 6.5 / 72


def read(line):
    return [list(map(float, np.round(part, 6))) for part in line.get_data()]


# --- pages of panels -------------------------------------------------------------------------------


@pytest.fixture
def page_of(monkeypatch):
    def use(name):
        monkeypatch.setitem(style._page, "width", style.WIDTHS[name])

    return use


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("double", [1, 1, 2, 3, 2, 3, 3, 3, 3, 3, 3, 3, 3, 3]),
        ("one_and_half", [1, 1, 2, 2, 2, 2, 2, 2, 2, 3, 3, 3, 3, 3]),
        ("single", [1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2]),
    ],
)
def test_panels_beside_each_other(page_of, name, columns):
    page_of(name)
    assert [grid.choose_columns(panels) for panels in range(14)] == columns
    assert grid.choose_columns(9, 1) == 1


def test_room_of_panels(page_of):
    width = 174 / 25.4
    assert grid.share_width(7, 3, 0.5, 0.3) == pytest.approx((7 - 0.5 - 0.08 - 0.16 - 0.6) / 3)
    assert grid.share_width(7, 1, 0.5, 0.3, 0) == pytest.approx(7 - 0.58)
    assert grid.count_columns((width - 0.16) / 2, 5) == 2 and grid.count_columns(99, 5) == 1
    assert grid.count_columns(0.5, 5) == 5
    assert [grid.crowd(2, 3), grid.crowd(1, 2), grid.crowd(3, 1)] == [1.5, 1.5, 3]
    assert not grid.is_stacked()
    page_of("one_and_half")
    assert grid.is_stacked()


def test_rows_of_panels_make_room_for_the_highest_head():
    rows, end = grid.place_rows([0.3, 0.5, 0.2], 2, 1, 2)
    assert rows == [(range(2), 1, 1.5), (range(2, 3), 3.5, 3.7)] and end == pytest.approx(5.7)


def test_rows_fit_the_page_by_lower_axes_or_are_left_out():
    free = 225 / 25.4 - 0.08
    rows, bottom, height, lost = grid.fit_rows([0.2] * 4, 2, 1, (0.5, 0.1), (2, 1))
    assert (len(rows), height, lost) == (2, 2, []) and bottom == pytest.approx(1 + 2 * 2.8)
    rows, bottom, height, lost = grid.fit_rows([0.2] * 4, 1, 1, 0.6, (2, 1))
    assert (len(rows), height, lost) == (4, 1, []) and bottom == pytest.approx(1 + 4 * 1.8)
    rows, bottom, height, lost = grid.fit_rows([0.2] * 6, 1, 1, 0.6, (2, 1.5))
    assert (len(rows), height, lost) == (3, 1.5, [3, 4, 5]) and bottom == pytest.approx(1 + 3 * 2.3)
    assert bottom <= free - 3 * SMALL < bottom + 2.3
    # where the axes and nothing else just fit, a note more takes their room
    exact = free - 1 - 0.8
    assert grid.fit_rows([0.2], 1, 1, 0.6, (exact - 1e-9, 1))[2] == pytest.approx(exact)
    assert grid.fit_rows([0.2], 1, 1, 0.6, (exact - 1e-9, 1), 1)[2] == 1
    assert grid.fit_rows([0.2], 1, 1, 0.6, (exact - SMALL - 1e-9, 1), 1)[2] < exact
    assert len(grid.fit_rows([0.2] * 2, 2, 1, 9, (9,))[0]) == 1  # one row stays


def test_panels_without_room_are_named():
    assert grid.name_lost([], ["a", "b"], 9) == []
    said = " ".join(grid.name_lost([1, 2], ["a", "b", "c"], 2))
    assert said == "Not drawn for want of room: b and c; the table has all."
    assert grid.count_fitting([1, 2, 3], 3) == 2 and grid.count_fitting([1, 2, 3], 2.9) == 1
    assert grid.count_fitting([5], 1) == 1 and grid.count_fitting([1, 2, 3], 9) == 3


# --- labels at the ends of lines -------------------------------------------------------------------


def test_letters_at_the_ends_of_many_lines_on_a_narrow_page(page_of):
    assert direct.choose_letters(5) == [None] * 5
    page_of("single")
    assert direct.choose_letters(4) == [None] * 4
    assert direct.choose_letters(5) == ["A", "B", "C", "D", "E"]


def test_room_of_labels():
    lines, room = direct.wrap_labels(["Short", "A label of several words that are many"])
    assert lines[0] == ["Short"] and len(lines[1]) > 1
    widest = max(style.measure(line, 6.5) for each in lines for line in each)
    assert room == pytest.approx(0.16 + widest + 0.04) and widest <= 1.3
    assert direct.wrap_labels([]) == ([], 0.2)
    height = direct.stack_height(lines)
    assert height == pytest.approx((1 + len(lines[1])) * SMALL + 2 * 0.03)
    long = [
        "A label of several words that are really many, so that it has four lines or more " * 3
    ] * 3
    needs = {
        room: direct.stack_height(direct.wrap_labels(long, room)[0])
        for room in (1.6, 2.0, 2.4, 2.8)
    }
    assert len(set(needs.values())) > 2
    for room, needed in needs.items():
        first = next(each for each in needs if needs[each] <= needed)
        assert direct.fit_labels(long, needed) == direct.wrap_labels(long, first), room
    assert direct.fit_labels(long, 0.1) == direct.wrap_labels(long, 2.8)


@pytest.mark.parametrize(
    ("wanted", "heights", "placed"),
    [
        ([], [], []),
        ([3, 1], [1, 1], [3, 1]),
        ([2, 2], [1, 1], [1.5, 2.5]),
        ([2, 2.5], [1, 0.5], [1.875, 2.625]),
        ([0, 9.9], [1, 1], [0.5, 9.5]),
        ([9.9, 9.8], [1, 2], [9.5, 8]),
        ([5, 5], [8, 8], [4, 12]),
        ([2, 2, 7], [1, 1, 1], [1.5, 2.5, 7]),
    ],
)
def test_labels_stand_as_near_as_may_be_and_none_upon_another(wanted, heights, placed):
    assert list(direct.place(wanted, heights, 0, 10)) == pytest.approx(placed)


def test_labels_are_drawn_with_a_line_from_the_end_of_theirs():
    _, page = style.new_page(6, 3)
    axes = style.add_axes(page, 1, 0.5, 3, 2)
    axes.set(xlim=(0, 10), ylim=(0, 100))
    lines, _ = direct.wrap_labels(["Low", "High"])
    direct.draw_labels(page, axes, [(10, 75), (5, 50)], lines, ["#004488", "#DDAA33"])
    ends = [read(line) for line in page.lines]
    assert ends == [
        [[4, 4.14], [1, 1]],
        [[2.5, 4.14], [1.5, 1.5]],
    ]
    for line, colour in zip(page.lines, ("#004488", "#DDAA33"), strict=True):
        assert (line.get_color(), line.get_linewidth(), line.get_zorder()) == (colour, 0.4, 1)
        assert line.get_linestyle() == "--"
    first, second = page.texts
    assert (first.get_text(), second.get_text()) == ("Low", "High")
    for text, middle in zip(page.texts, (1, 1.5), strict=True):
        assert text.get_position() == pytest.approx((4.16, middle - SMALL / 2 + 1.05 * 6.5 / 72))
        assert text.get_label() == "name of a group" and text.get_size() == 6.5
    assert first.get_color() == "#004488" and second.get_color() == style.text_colour("#DDAA33")


# --- lines of text ---------------------------------------------------------------------------------


def test_a_line_in_the_middle_stays_on_the_page_and_gets_smaller_or_is_cut():
    _, page = style.new_page(3, 2)
    style.write_centred(page, 1.5, 1, "Short")
    style.write_centred(page, 0, 1, "Short", color=GREY)
    style.write_centred(page, 3, 1, "Short")
    half = style.measure("Short") / 2
    assert [t.get_position()[0] for t in page.texts] == pytest.approx(
        [1.5, 0.08 + half, 2.92 - half]
    )
    assert {t.get_ha() for t in page.texts} == {"center"} and page.texts[1].get_color() == GREY
    assert page.texts[0].get_position()[1] == pytest.approx(1 + 1.05 * 7.5 / 72)
    words = next(
        w for n in range(10, 99) if style.measure(w := "n" * n, 7.5) > 2.84 >= style.measure(w, 7)
    )
    style.write_centred(page, 1.5, 1, words)
    assert (page.texts[3].get_text(), page.texts[3].get_size()) == (words, 7)
    style.write_centred(page, 1.5, 1, "many words " * 30)
    cut = page.texts[4].get_text()
    assert cut.endswith(" ...") and "many words many" in cut and page.texts[4].get_size() == 6
    assert 2.5 < style.measure(cut, 6) <= 2.84


def test_lines_that_read_upwards():
    _, page = style.new_page(3, 2)
    style.write_upright(page, 1, 0.7, ["First", "Second"])
    style.write_upright(page, 2, 0.7, ["First", "Second"], side="right")
    step = 1.32 * 7.5 / 72
    places = [t.get_position() for t in page.texts]
    np.testing.assert_allclose(places, [(1, 0.7), (1 + step, 0.7), (2 - step, 0.7), (2, 0.7)])
    assert [t.get_ha() for t in page.texts] == ["left", "left", "right", "right"]
    for text in page.texts:
        assert (text.get_rotation(), text.get_va(), text.get_color(), text.get_size()) == (
            90,
            "center",
            INK,
            7.5,
        )
        assert not text.get_parse_math()


def test_lines_are_as_long_as_there_is_room_and_long_words_are_broken():
    width = style.measure("three words of")
    assert style.wrap("three words of it", width + 1e-9) == ["three words of", "it"]
    assert style.wrap("three words of it", width - 0.01) == ["three words", "of it"]
    assert style.wrap("", 1) == [""]
    letters = style.wrap("n" * 20 + " x", style.measure("nnnnn") + 0.001)
    assert letters == ["nnnnn"] * 4 + ["x"]
    assert style.wrap("ab", 0.001) == ["a", "b"]
    assert style.wrap_all(["a b", "c"], 9) == ["a b", "c"]
    bold = style.measure("Hazard ratio", weight="bold")
    assert style.wrap("Hazard ratio", bold - 0.001, weight="bold") == ["Hazard", "ratio"]
    assert style.wrap("Hazard ratio", bold - 0.001) == ["Hazard ratio"]


def test_colours_that_can_be_read_and_dashes_of_groups():
    assert style.text_colour("#004488") == "#004488"
    assert style.text_colour("#ffffff") == "#767676"
    for colour in style.PALETTE:
        red, green, blue = (int(style.text_colour(colour)[n : n + 2], 16) / 255 for n in (1, 3, 5))
        linear = [
            c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)
        ]
        light = np.dot(linear, [0.2126, 0.7152, 0.0722])
        assert 1.05 / (light + 0.05) > 4.45
    assert style.group_style(0, 1) == ("#004488", "-")
    assert style.group_style(1, 2) == ("#DDAA33", (0, (5, 1.6)))
    assert style.group_style(8, 9) == ("#DDAA33", (0, (1.2, 1.2)))


def test_words_on_made_up_data():
    _, page = style.new_page(3, 2, True)
    (text,) = page.texts
    assert text.get_text() == "synthetic data" and text.get_style() == "italic"
    assert (text.get_ha(), text.get_color(), text.get_size()) == ("right", GREY, 6.5)
    assert text.get_position() == pytest.approx((2.92, 0.08 + 1.05 * 6.5 / 72))
    assert (
        style.first_line(True) == pytest.approx(0.08 + SMALL + 0.04)
        and style.first_line(False) == 0.08
    )


def test_width_of_the_page_by_the_name_of_the_file():
    widths = {"": "one_and_half", "forest_os": "single"}
    try:
        for paths, given, wanted in (
            (["a/forest_os.svg", "a/b.svg"], widths, 85),
            (["a/forest_os.editable.svg"], widths, 85),
            (["a/forest_rfs.svg"], widths, 118),
            (["a/forest_rfs.svg"], None, 174),
            ((), {"": "single"}, 85),
            ((), {}, 174),
        ):
            style.set_page(paths, given)
            assert style.page_width() == pytest.approx(wanted / 25.4)
            assert style.is_narrow() == (wanted == 85)
            assert style.page_width(2) == 2
            with style.page_of("single"):
                assert style.page_width() == pytest.approx(85 / 25.4)
            assert style.page_width() == pytest.approx(wanted / 25.4)
    finally:
        style.set_page()


def test_a_p_value_is_not_broken():
    assert style.state_p(0.0123) == "p\N{NO-BREAK SPACE}=\N{NO-BREAK SPACE}0.012"
