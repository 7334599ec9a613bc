"""Curves beside published ones, read back from the page: texts in their places, points and dashed curves at their numbers."""

import numpy as np
import pytest
from crlm.display import beside_published, style
from test_drawn_parts import make_curve

INK, GREY, YELLOW, DARK = "#1a1a1a", "#6e6e6e", "#DDAA33", style.text_colour("#DDAA33")
LINE, SMALL, MARGIN, WIDTH = 1.32 * 7.5 / 72, 1.32 * 6.5 / 72, 0.08, 174 / 25.4
SETTINGS = {"limit_months": None, "confidence_band": True, "few_at_risk": "grey"}
KEY = [("here", "Own"), ("dashed", "Published"), ("o", "Point"), ("median", "Median")]


def make_panel(label, **others):
    panel = {
        "label": label,
        "lines": ["A line of it."],
        "here": make_curve(),
    }
    panel |= {"colour": YELLOW, "other": ([0, 12, 60, 70], [1, 0.8, 0.3, 0.2]), "last": 55}
    return {**panel, "marks": [(12, 0.7, "o"), (20, 0.5, "median"), (99, 0.1, "s")], **others}


def draw(panels=None, settings=SETTINGS, synthetic=True):
    panels = panels or [make_panel("First"), make_panel("Second", other=None, marks=[])]
    endpoint = {"label": "Overall survival"}
    return beside_published.draw_figure(
        panels, "Heading", ["A statement."], KEY, ["A note."], endpoint, settings, synthetic
    )


def read(page):
    found = {}
    for text in page.texts:
        x, y = text.get_position()
        top = y if text.get_rotation() else y - 1.05 * text.get_size() / 72
        look = text.get_ha(), text.get_color(), text.get_size(), text.get_weight()
        found.setdefault(text.get_text(), []).append(((x, top), look))
    return found


def test_every_text_has_its_place():
    figure = draw()
    page, first, second = figure.axes
    texts = read(page)

    def check(words, x, top, *look, place=0):
        where, seen = texts[words][place]
        assert where == pytest.approx((x, top), abs=1e-4), words
        assert seen == look, words

    plain, small = ("left", INK, 7.5, "normal"), ("left", INK, 6.5, "normal")
    top = MARGIN + SMALL + 0.04
    check("Heading", MARGIN, top, "left", INK, 7.5, "bold")
    check("A statement.", MARGIN, top + LINE, *plain)
    key = top + 2 * LINE + 0.07
    for place, (_, words) in enumerate(KEY):
        check(words, MARGIN + 0.36, key + place * SMALL, *small)
    row = key + 4 * SMALL + 0.12
    wide = (WIDTH - 0.62 - MARGIN - 0.16 - 0.5) / 2
    axes_top, high = row + LINE + SMALL + 0.1, 1.7
    end = axes_top + high
    for axes, x, name in ((first, 0.62, "First"), (second, 0.62 + wide + 0.5, "Second")):
        check(name, x - 0.2, row, "left", DARK, 7.5, "bold")
        place = name == "Second"
        check("A line of it.", x - 0.2, row + LINE, *small, place=place)
        check("Number at risk", x - 0.2, end + 0.44, "left", INK, 6.5, "bold", place=place)
        check("20", x, end + 0.44 + SMALL, "center", INK, 6.5, "normal", place=place)
        check("9", x + wide / 5, end + 0.44 + SMALL, "center", INK, 6.5, "normal", place=place)
        left, low, width, height = axes.get_position().bounds
        page_width, page_height = figure.get_size_inches()
        assert (left * page_width, width * page_width) == pytest.approx((x, wide))
        assert ((1 - low - height) * page_height, height * page_height) == pytest.approx(
            (axes_top, high)
        )
        assert (axes.get_xlim(), axes.get_ylim()) == ((0, 60), (0, 100))
        assert list(axes.get_xticks()) == [0, 12, 24, 36, 48, 60]
    check("Months since resection", 0.62 + wide + 0.25, end + 0.2, "center", INK, 7.5, "normal")
    check("Overall survival (%)", MARGIN, axes_top + high / 2, *plain)
    below = end + 0.44 + 2 * SMALL + 0.16
    check("A note.", MARGIN, below, "left", GREY, 6.5, "normal")
    check(
        "Thin and grey where fewer than 5 are at risk.",
        MARGIN,
        below + SMALL,
        "left",
        GREY,
        6.5,
        "normal",
    )
    assert figure.get_size_inches() == pytest.approx((WIDTH, below + 2 * SMALL + MARGIN))


def test_the_key_shows_what_is_drawn():
    page = draw().axes[0]
    key = MARGIN + SMALL + 0.04 + 2 * LINE + 0.07
    looks = []
    for place, line in enumerate(page.lines):
        points = line.get_xydata()
        assert points[:, 1] == pytest.approx(key + (place + 0.5) * SMALL)
        looks.append(
            (*(round(float(x), 6) for x in points[:, 0]), line.get_linestyle(), line.get_marker())
        )
    assert looks == [
        (MARGIN, 0.36, "-", "None"),
        (MARGIN, 0.36, "--", "None"),
        (0.22, "None", "o"),
        (0.22, "None", "D"),
    ]
    assert [line.get_linewidth() for line in page.lines[:2]] == [1.2, 1.2]
    assert {line.get_color() for line in page.lines[:2]} == {INK}
    marks = [
        (
            m.get_markersize(),
            m.get_markerfacecolor(),
            m.get_markeredgecolor(),
            m.get_markeredgewidth(),
        )
        for m in page.lines[2:]
    ]
    assert marks == [(5.2, INK, "white", 0.9), (4.2, "white", INK, 0.9)]


def test_curves_and_points_stand_at_their_numbers():
    """The cohort's own, thin where few are at risk; the published ones dashed, as far as the axis goes."""
    _, first, second = draw().axes
    own, tail, ticks, dashed, point, median = first.lines
    assert (
        list(own.get_xdata())[-1] == 30 and own.get_color() == YELLOW and own.get_linestyle() == "-"
    )
    assert tail.get_color() == GREY and list(ticks.get_xdata()) == [10, 30, 40]
    np.testing.assert_allclose(dashed.get_xydata(), [[0, 100], [12, 80], [60, 30]])
    assert (
        dashed.get_color(),
        dashed.get_linestyle(),
        dashed.get_linewidth(),
        dashed.get_zorder(),
    ) == (DARK, "--", 1.1, 4)
    np.testing.assert_allclose([*point.get_xydata(), *median.get_xydata()], [[12, 70], [20, 50]])
    for mark, look in ((point, ("o", 5.2, DARK, "white")), (median, ("D", 4.2, "white", DARK))):
        assert (
            mark.get_marker(),
            mark.get_markersize(),
            mark.get_markerfacecolor(),
            mark.get_markeredgecolor(),
        ) == look
        assert (mark.get_zorder(), mark.get_clip_on(), mark.get_linestyle()) == (5, False, "None")
    assert len(second.lines) == 3 and len(first.collections) == 1


@pytest.mark.parametrize(
    ("last", "wanted", "limit"), [(10, None, 36), (36, None, 36), (36.5, None, 48), (99, 24, 24)]
)
def test_the_axis_reaches_what_was_published_unless_the_plan_says_where_it_ends(
    last, wanted, limit
):
    figure = draw(
        [make_panel("First", last=last)],
        {**SETTINGS, "limit_months": wanted, "confidence_band": False},
    )
    axes = figure.axes[1]
    assert axes.get_xlim() == (0, limit) and not axes.collections
    shown = next(line for line in axes.lines if line.get_linestyle() == "--").get_xdata()
    assert max(shown) <= limit
    assert figure.get_size_inches()[0] == pytest.approx(1.35 * 85 / 25.4)  # one panel needs no more


def test_small_groups_are_named():
    said = beside_published.name_few(["Low", "High"], [3, 4])
    assert said == f"Not drawn, fewer than {beside_published.LEAST} patients: Low (3) and High (4)."


def test_panels_without_room_are_named():
    figure = draw([make_panel(f"Panel {n}") for n in range(30)])
    page, *panels = figure.axes
    texts = [text.get_text() for text in page.texts]
    assert any(text.startswith("Not drawn for want of room: Panel ") for text in texts)
    assert f"Panel {len(panels) - 1}" in texts and f"Panel {len(panels)}" not in texts
    assert figure.get_size_inches()[1] <= 225 / 25.4 + 1e-9
