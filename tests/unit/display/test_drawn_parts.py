"""Parts that several figures share, by themselves: curves, their axes and ticks, numbers at risk."""

import numpy as np
import pandas as pd
import pytest
from crlm.display import curves, style
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
