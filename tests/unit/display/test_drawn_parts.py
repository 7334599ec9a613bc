"""Parts that several figures share, by themselves: curves and their ticks, numbers at risk, pages of panels, labels at ends, lines of text."""

import numpy as np
import pandas as pd
import pytest
from crlm.display import curves, direct, grid, style
from crlm.display.privacy import PART
from matplotlib.colors import to_hex

GREY, INK, RULE = "#6e6e6e", "#1a1a1a", "#4d4d4d"
SMALL = 1.32 * 6.5 / 72


def make_curve(times=(0, 10, 20, 30, 40), at_risk=(20, 15, 9, 5, 2)):
    count = len(times)
    survival = np.linspace(1, 0.2, count)
    return pd.DataFrame(
        {
            "time": np.array(times, float),
            "survival": survival,
            "lower": survival - 0.1,
            "upper": survival + 0.05,
            "at_risk": at_risk,
            "censored": [0, 1, 0, 2, 1][:count],
        }
    )


def make_group(few=30.0, **others):
    return {"curve": make_curve(), "colour": "#004488", "dash": (0, (5, 1.6)), "few": few, **others}


@pytest.fixture
def axes():
    _, page = style.new_page(4, 3)
    return curves.add_time_axes(page, 0.6, 0.4, 3, 2, 48, [0, 24, 48])


STEPS = [0, 10, 10, 20, 20, 30, 30, 40, 40]
VALUES = [100, 100, 80, 80, 60, 60, 40, 40, 20]


def read(line):
    return [list(map(float, np.round(part, 6))) for part in line.get_data()]


def test_a_curve_is_drawn_in_steps_with_ticks_where_somebody_was_censored(axes):
    curves.draw_curve(axes, make_group(), 48, False)
    line, ticks = axes.lines
    assert read(line) == [[*STEPS, 40], [*VALUES, 20]]
    assert (to_hex(line.get_color()), line.get_linewidth(), line.get_zorder()) == (
        "#004488",
        1.2,
        3,
    )
    assert line.get_linestyle() == "--" and not line.get_clip_on()
    assert read(ticks) == [[10, 30, 40], [80, 40, 20]]
    assert (ticks.get_marker(), ticks.get_markersize(), ticks.get_markeredgewidth()) == (
        "|",
        4,
        0.6,
    )
    assert (ticks.get_linestyle(), ticks.get_color(), ticks.get_zorder()) == ("None", "#004488", 3)
    assert not ticks.get_clip_on() and not axes.collections


def test_where_few_are_at_risk_a_curve_goes_on_thin_and_grey(axes):
    curves.draw_curve(axes, make_group(), 48, True, few="grey")
    line, tail, ticks = axes.lines
    assert read(line) == [[*STEPS[:7], 30], [*VALUES[:7], 40]]
    assert read(tail) == [[30, 40, 40, 40], [40, 40, 20, 20]]
    assert (tail.get_color(), tail.get_linewidth(), tail.get_linestyle()) == (GREY, 0.6, "-")
    assert tail.get_zorder() == 2 and not tail.get_clip_on()
    assert read(ticks) == [[10, 30, 40], [80, 40, 20]]
    (band,) = axes.collections
    corners = band.get_paths()[0].vertices
    assert {tuple(map(float, each)) for each in np.round(corners, 6)} >= {
        (0, 105),
        (40, 10),
        (40, 25),
        (10, 90),
    }
    assert to_hex(band.get_facecolor()[0]) == "#004488" and band.get_alpha() == 0.13
    assert band.get_linewidth()[0] == 0 and band.get_zorder() == 1


def test_where_few_are_at_risk_a_curve_ends(axes):
    curves.draw_curve(axes, make_group(), 48, True, few="end")
    line, ticks = axes.lines
    assert read(line) == [[*STEPS[:7], 30], [*VALUES[:7], 40]]
    assert read(ticks) == [[10, 30], [80, 40]]
    (band,) = axes.collections
    assert band.get_paths()[0].vertices[:, 0].max() == 30


def test_a_curve_ends_with_the_axis_and_may_have_no_censoring(axes):
    curve = make_curve().drop(columns="censored").rename(columns={"survival": "risk"})
    curves.draw_curve(axes, make_group(curve=curve), 25, False, "risk", "grey")
    (line,) = axes.lines
    assert read(line) == [[*STEPS[:5], 25], [*VALUES[:5], 60]]


def test_axes_of_time():
    figure, page = style.new_page(4, 3)
    axes = curves.add_time_axes(page, 0.6, 0.4, 3, 2, 48, [0, 12.5, 48])
    assert axes.get_position().bounds == pytest.approx((0.15, 1 - 2.4 / 3, 0.75, 2 / 3))
    assert (axes.get_xlim(), axes.get_ylim()) == ((0, 48), (0, 100))
    assert list(axes.get_yticks()) == [0, 20, 40, 60, 80, 100]
    assert list(axes.get_xticks()) == [0, 12.5, 48]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "12.5", "48"]
    spines = axes.spines
    assert spines["left"].get_position() == ("outward", 3)
    shown = {name: spine.get_visible() for name, spine in spines.items()}
    assert shown == {"left": True, "bottom": True, "top": False, "right": False}
    assert {to_hex(spines[name].get_edgecolor()) for name in ("left", "bottom")} == {RULE}
    tick = axes.xaxis.get_major_ticks()[0]
    assert (tick.tick1line.get_markersize(), tick.tick1line.get_markeredgewidth()) == (2.5, 0.6)
    assert (to_hex(tick.tick1line.get_color()), tick.label1.get_color()) == (RULE, INK)
    assert (tick.label1.get_size(), tick.get_pad()) == (7, 2)
    assert axes.get_facecolor()[3] == 0
    assert figure.get_facecolor() == (1, 1, 1, 1) and figure.dpi == 300


@pytest.mark.parametrize(
    ("groups", "limit"),
    [
        ([], 12),
        ([(100, [3, 6], [100, 10])], 6),
        ([(100, [3, 6.5], [100, 10])], 12),
        ([(100, [12, 24, 36], [100, 10, 9])], 24),
        ([(100, [12, 25, 36], [100, 10, 9])], 36),
        ([(16, [12, 24, 36], [16, 4, 3])], 24),
        ([(40, [12, 24, 36], [40, 5, 4])], 24),
        ([(50, [12, 24, 36], [50, 3, 2]), (50, [12, 24, 36], [50, 7, 2])], 24),
        ([(50, [2, 4], [50, 50])], 6),
    ],
)
def test_the_last_month_shown(groups, limit):
    """While a tenth, or five, or a quarter of very few are at risk in all groups together; whole years, or half of one."""
    made = [
        pd.DataFrame({"time": [0.0, *times], "at_risk": [count, *at_risk]})
        for count, times, at_risk in groups
    ]
    assert curves.choose_limit(made) == limit


def test_numbers_at_risk_between_the_times_of_a_curve():
    assert list(curves.count_at_risk(make_curve(), [0, 0.5, 10, 10.5, 40, 41])) == [
        20,
        15,
        15,
        9,
        2,
        0,
    ]
    assert curves.find_few(make_curve()) == 30 and curves.find_few(make_curve(), 9) == 20
    assert curves.find_few(make_curve(), 21) == 0 and curves.find_few(make_curve(), 2) == 40


@pytest.mark.parametrize(
    ("settings", "few"),
    [
        ({"few_at_risk": "grey"}, ("grey", 5)),
        ({"few_at_risk": None, "privacy": {"small_cells": None}}, (None, 5)),
        ({"few_at_risk": "grey", "privacy": {"small_cells": 3}}, ("end", 5)),
        ({"few_at_risk": None, "privacy": {"small_cells": 8}}, ("end", 8)),
    ],
)
def test_how_a_curve_is_drawn_where_few_are_at_risk(settings, few):
    assert curves.choose_few(settings) == few


def test_words_of_the_axes():
    assert curves.name_axis({}) == "Months since resection"
    assert curves.name_axis({"time_label": "Months since diagnosis"}) == "Months since diagnosis"
    assert curves.name_survival({"label": "Overall survival"}) == "Overall survival (%)"
    endpoint = {"label": "Time to recurrence", "survival_label": "Free of recurrence"}
    assert curves.name_survival(endpoint) == "Free of recurrence (%)"
    _, page = style.new_page(6, 3)
    curves.name_time(page, 3, 2, {})
    curves.name_time(page, 3, 2, {}, 6.0)
    first, second = page.texts
    assert [first.get_text(), second.get_text()] == [
        "Months since resection",
        "Months after the landmark at 6 months",
    ]
    assert first.get_position() == pytest.approx((3, 2.2 + 1.05 * 7.5 / 72))
    assert first.get_ha() == "center"


@pytest.mark.parametrize(
    ("limit", "narrow", "ticks"),
    [
        (6, 1, [0, 1, 2, 3, 4, 5, 6]),
        (12, 1, [0, 2, 4, 6, 8, 10, 12]),
        (18, 1, [0, 3, 6, 9, 12, 15, 18]),
        (30, 1, [0, 6, 12, 18, 24, 30]),
        (60, 1, [0, 12, 24, 36, 48, 60]),
        (120, 1, list(range(0, 121, 12))),
        (132, 1, list(range(0, 133, 24))),
        (252, 1, list(range(0, 241, 60))),
        (700, 1, list(range(0, 601, 120))),
        (60, 2.5, [0, 24, 48]),
    ],
)
def test_ticks_of_time(limit, narrow, ticks):
    assert list(curves.list_ticks(limit, narrow)) == ticks


def test_numbers_below_an_axis():
    _, page = style.new_page(4, 3)
    curves.write_counts(page, [7, 3], [0, 12.5], 0.5, 1, 0.1, "events")
    curves.draw_at_risk(page, make_curve(), [0, 20], 0.5, 2, 0.1)
    baseline = 1.05 * 6.5 / 72
    found = [(t.get_text(), t.get_label(), t.get_ha(), t.get_weight()) for t in page.texts]
    assert found == [
        ("7", f"{PART}events at 0", "center", "normal"),
        ("3", f"{PART}events at 12.5", "center", "normal"),
        ("Number at risk", "", "left", "bold"),
        ("20", f"{PART}at_risk at 0", "center", "normal"),
        ("9", f"{PART}at_risk at 20", "center", "normal"),
    ]
    places = [t.get_position() for t in page.texts]
    np.testing.assert_allclose(
        places,
        [
            (0.5, 1 + baseline),
            (1.75, 1 + baseline),
            (0.3, 2 + baseline),
            (0.5, 2 + SMALL + baseline),
            (2.5, 2 + SMALL + baseline),
        ],
    )
    assert {t.get_size() for t in page.texts} == {6.5}


def test_a_sample_of_a_line():
    _, page = style.new_page(4, 3)
    curves.draw_sample(page, 1, 2, "#bb5566")
    curves.draw_sample(page, 1, 2, "#bb5566", "--", 0.6, 0.5)
    first, second = page.lines
    assert read(first) == [[1, 1.28], [2, 2]] and read(second) == [[1, 1.5], [2, 2]]
    looks = [(each.get_color(), each.get_linestyle(), each.get_linewidth()) for each in page.lines]
    assert looks == [("#bb5566", "-", 1.4), ("#bb5566", "--", 0.6)]
    assert {each.get_solid_capstyle() for each in page.lines} == {"butt"}


def test_notes_on_the_ends_of_curves():
    groups = [make_group(), make_group(few=40.0)]
    grey, end = (
        "Thin and grey where fewer than 5 are at risk.",
        "Curves end where fewer than 8 are at risk.",
    )
    assert curves.note_ends(groups, 48, "grey") == [grey]
    assert curves.note_ends(groups, 48, "end", 8) == [end]
    assert curves.note_ends(groups, 48, None) == curves.note_ends(groups[1:], 48, "grey") == []
    assert curves.note_ends(groups, 30, "grey") == [
        "The axis ends at 30 months, before the last follow-up at 40 months."
    ]
    assert curves.note_ends(groups, 31.5, "grey") == [
        grey,
        "The axis ends at 31.5 months, before the last follow-up at 40 months.",
    ]
    assert curves.note_ends([], 12, "grey") == []


@pytest.mark.parametrize(
    ("grouping", "missing", "notes"),
    [
        ({}, 0, []),
        (
            {"note": " a proxy of it. "},
            1,
            ["A proxy of it.", "Not shown: 1 patient in none of the groups."],
        ),
        ({"note": None}, 2, ["Not shown: 2 patients in none of the groups."]),
    ],
)
def test_notes_of_a_grouping(grouping, missing, notes):
    assert curves.list_notes(grouping, missing) == notes
    assert curves.list_notes(grouping) == notes[: len(notes) - bool(missing)]


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
