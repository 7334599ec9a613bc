"""A forest read back from the page: every text at its place, squares and whiskers at their numbers, on any width."""

import numpy as np
import pytest
from crlm.display import forest, style
from crlm.display.privacy import PART
from matplotlib.colors import to_hex

MARGIN, INDENT, TYPE = 0.08, 0.1, 7
LINE, SMALL = 1.32 * TYPE / 72, 1.32 * 6.5 / 72  # height of a line of the rows, of a note
ROW, TIGHT = 0.165, 0.135
GREY, INK, RULE, SHADE, BLUE = "#6e6e6e", "#1a1a1a", "#4d4d4d", "#f3f3f3", "#004488"
HEADS = {"counts": ("Events/", "patients"), "ratio": ("HR", "(95% CI)"), "p_value": ("p",)}
NAN = float("nan")


def make_rows():
    """A variable with a reference, one of few patients beyond the axis, one without limits, with another marker."""
    return [
        forest.make_row("Age of all", 0, 0),
        forest.make_row("Low", 1, 0, counts="12/40", whole="age", ratio="reference"),
        forest.make_row("High", 1, 0, counts="22/40", whole="age", ratio=("1.41", "(1.13–1.75)"), p_value="0.012", limits=(1.41, 1.13, 1.75), weight=4),
        forest.make_row("Stage", 0, 1, counts="3/9", ratio=("0.04", "(0.001–70.3)"), p_value="0.4", limits=(0.04, 0.001, 70.3), weight=1, few=True),
        forest.make_row("Marker", 0, 2, counts="30/90", ratio=("2.00", "(–)"), p_value="<0.001", limits=(2.0, NAN, NAN), marker="D", colour="#00ff00"),
    ]  # fmt: skip


@style.styled
def draw(rows=None, synthetic=True, notes=("A note.",), heads=HEADS, lines=("A line.",)):
    return forest.draw_forest(rows or make_rows(), "A title", lines, notes, heads, synthetic)


def read(page):
    """{text: (x, top of its line, side, colour, points)}; of several the last."""
    found = {}
    for text in page.texts:
        x, y = text.get_position()
        size = text.get_size()
        look = text.get_ha(), text.get_color(), size
        found[text.get_text()] = (round(x, 3), round(y - 1.05 * size / 72, 3), *look)
    return found


def near(found, *wanted):
    assert found[2:] == wanted[2:]
    assert found[:2] == pytest.approx(wanted[:2], abs=0.0021), (found, wanted)


def widest(*texts):
    return max(style.measure(text, TYPE) for text in texts)


def test_every_text_has_its_place():
    figure = draw()
    page = figure.axes[0]
    width, height = figure.get_size_inches()
    assert width == pytest.approx(174 / 25.4)
    texts = read(page)
    top = MARGIN + SMALL + 0.04  # below the word `synthetic data`
    near(texts["A title"], MARGIN, top, "left", INK, 7.5)
    top += 1.32 * 7.5 / 72 + 0.02
    near(texts["A line."], MARGIN, top, "left", INK, TYPE)
    table = MARGIN + SMALL + 0.04 + 1.32 * 7.5 / 72 + 3 * LINE + 0.12
    heads = top + LINE + 0.02
    counts = (
        MARGIN + widest("Marker", "Age of all"[:0]) + 0.02 + 0.14 + widest("patients", "Events/")
    )
    p_value = width - MARGIN
    limits, estimate, gap = widest("(0.001–70.3)"), widest("0.04"), widest(" ")
    ratio = p_value - widest("<0.001") - 0.14 - (estimate + gap + limits)
    near(texts["Events/"], counts, heads, "right", GREY, TYPE)
    near(texts["patients"], counts, heads + LINE, "right", GREY, TYPE)
    near(texts["HR"], ratio, heads, "left", GREY, TYPE)
    near(texts["(95% CI)"], ratio, heads + LINE, "left", GREY, TYPE)
    near(texts["p"], p_value, heads + LINE, "right", GREY, TYPE)  # of one line: the lower
    for place, row in enumerate(make_rows()):
        y = table + place * ROW + (ROW - LINE) / 2
        ink = GREY if row["few"] else INK
        near(texts[row["label"]], MARGIN + INDENT * row["indent"], y, "left", ink, TYPE)
        if row["counts"]:
            near(texts[row["counts"]], counts, y, "right", ink, TYPE)
        if row["p_value"]:
            near(texts[row["p_value"]], p_value, y, "right", ink, TYPE)
        if isinstance(row["ratio"], tuple):
            near(texts[row["ratio"][0]], ratio + estimate, y, "right", ink, TYPE)
            near(texts[row["ratio"][1]], ratio + estimate + gap, y, "left", ink, TYPE)
    near(texts["reference"], ratio, table + ROW + (ROW - LINE) / 2, "left", GREY, TYPE)
    wholes = {text.get_text() for text in page.texts if text.get_label() == f"{PART}age"}
    assert wholes == {"12/40", "22/40"}
    assert [text.get_text() for text in page.texts if text.get_weight() == "bold"] == ["A title"]
    end = table + 5 * ROW
    near(texts["A note."], MARGIN, end + 0.56, "left", GREY, 6.5)
    assert height == pytest.approx(end + 0.56 + SMALL + MARGIN)
    (rule,) = page.lines
    assert (rule.get_color(), rule.get_linewidth()) == (RULE, 0.6)
    np.testing.assert_allclose(
        rule.get_xydata(), [[MARGIN, table - 0.02], [width - MARGIN, table - 0.02]]
    )
    left, right = counts + 0.14, ratio - 0.14
    x, y, wide, high = figure.axes[1].get_position().bounds
    np.testing.assert_allclose([x * width, wide * width], [left, right - left], atol=1e-6)
    np.testing.assert_allclose([(1 - y - high) * height, high * height], [table, 5 * ROW + 0.04])
    one = left + (right - left) * np.log(1 / 0.02) / np.log(10 / 0.02)
    near(texts["lower hazard"], one - 0.06, end + 0.24, "right", GREY, 6.5)
    near(texts["higher hazard"], one + 0.06, end + 0.24, "left", GREY, 6.5)
    near(texts["Hazard ratio"], (left + right) / 2, end + 0.24 + 0.14, "center", INK, TYPE)
    arrows = [text for text in page.texts if hasattr(text, "arrow_patch")]
    for arrow, side, words in zip(arrows, (-1, 1), ("lower hazard", "higher hazard"), strict=True):
        start = one + side * (0.1 + style.measure(words, 6.5))
        level = end + 0.24 + SMALL / 2
        assert arrow.xy == pytest.approx((start + side * 0.22, level))
        assert arrow.xyann == pytest.approx((start, level))
        patch = arrow.arrow_patch
        assert to_hex(patch.get_edgecolor()) == GREY and patch.get_linewidth() == 0.6
        assert (patch.get_mutation_scale(), patch.shrinkA, patch.shrinkB) == (5, 0, 0)
        assert type(patch.get_arrowstyle()).__name__ == "CurveB"


def test_every_other_variable_is_shaded():
    page = draw().axes[0]
    table = page.lines[0].get_ydata()[0] + 0.02
    boxes = [each.get_paths()[0].get_extents() for each in page.collections]
    tops = [(box.y0 - table) / ROW for box in boxes]
    assert tops == pytest.approx([0, 1, 2, 4])
    for each, box in zip(page.collections, boxes, strict=True):
        assert to_hex(each.get_facecolor()[0]) == SHADE and each.get_linewidth()[0] == 0
        assert box.height == pytest.approx(ROW) and box.x0 == MARGIN
        assert box.x1 == pytest.approx(174 / 25.4 - MARGIN)


def test_squares_and_whiskers_stand_at_their_numbers():
    """By weight, beyond the axis an arrow at its end, without limits no whisker."""
    axes = draw().axes[1]
    assert axes.get_xlim() == (0.02, 10) and axes.get_ylim() == (5 * ROW + 0.04, 0)
    ones = [line for line in axes.lines if line.get_color() == RULE]
    for place, line in enumerate(ones):
        np.testing.assert_allclose(line.get_xydata(), [[1, place * ROW], [1, (place + 1) * ROW]])
        assert (line.get_linewidth(), line.get_zorder()) == (0.6, 1)
    assert len(ones) == 5
    drawn = [line for line in axes.lines if line.get_color() != RULE]
    assert not any(line.get_clip_on() for line in drawn)
    found = []
    for line in drawn:
        points = line.get_xydata()
        assert np.ptp(points[:, 1]) == 0
        height = points[0, 1] / ROW
        x = tuple(points[:, 0])
        marker = line.get_marker()
        form = (
            (marker, line.get_markersize())
            if marker != "None"
            else ("whisker", line.get_linewidth())
        )
        found.append((height, x, *form, line.get_color(), line.get_zorder()))
    few = "#9a9a9a"
    assert [each[1:] for each in found] == [
        ((1.13, 1.75), "whisker", 0.9, BLUE, 2),
        ((1.41,), "s", 6.0, BLUE, 4),
        ((0.02, 10), "whisker", 0.9, few, 2),
        ((0.02,), "<", 3.4, few, 3),
        ((10,), ">", 3.4, few, 3),
        ((0.04,), "s", 3.0, few, 4),
        ((2.0,), "D", 3.8, "#00ff00", 4),
    ]
    assert [each[0] for each in found] == pytest.approx([2.5] * 2 + [3.5] * 4 + [4.5])
    squares = [line for line in drawn if line.get_marker() in ("s", "D")]
    assert {line.get_markeredgewidth() for line in squares} == {0}


def test_the_least_square_can_be_seen_and_a_ratio_beyond_the_axis_has_none():
    rows = [
        forest.make_row("a", ratio="x", limits=(1.0, 0.9, 1.1), weight=1),
        forest.make_row("b", ratio="x", limits=(1.0, 0.9, 1.1), weight=10000),
        forest.make_row("c", ratio="x", limits=(200.0, 150.0, 300.0), weight=0),
    ]
    drawn = draw(rows).axes[1].lines[3:]
    squares = [
        (line.get_xdata()[0], line.get_markersize()) for line in drawn if line.get_marker() == "s"
    ]
    assert squares == [(1.0, 1.8), (1.0, 6.0)]
    ends = [(line.get_xdata()[0], line.get_marker()) for line in drawn if line.get_marker() in "<>"]
    assert ends == [(100, ">")]


@pytest.mark.parametrize(
    ("limits", "ends", "ticks"),
    [
        ([(1.2, 0.9, 1.6)], (0.5, 2), ["0.5", "1", "2"]),
        ([(1.2, 0.45, 2.5)], (0.3, 3), ["0.3", "0.5", "1", "2", "3"]),
        ([(1.2, 0.01, 90)], (0.1, 10), ["0.1", "0.2", "0.5", "1", "2", "5", "10"]),
        ([(0.05, 0.01, 30)], (0.05, 10), ["0.05", "0.1", "1", "10"]),
        ([(0.001, 0.0001, 3000), (60, 1, 500)], (0.01, 100), ["0.01", "0.1", "1", "10", "100"]),
        ([(1.0, 0.1, 10.0)], (0.1, 10), ["0.1", "0.2", "0.5", "1", "2", "5", "10"]),
        ([(1.0, 0.0, 50.0), (1.0, 0.9, float("inf"))], (0.5, 2), ["0.5", "1", "2"]),
    ],
)
def test_ends_and_ticks_of_the_axis(limits, ends, ticks):
    """What the intervals need, at most 0.1 to 10 unless an estimate lies outside; with many steps the tenfold ones."""
    assert forest.choose_axis(np.array(limits)) == ends
    rows = [forest.make_row("a", ratio="x", limits=each) for each in limits]
    axes = draw(rows).axes[1]
    if np.isfinite(limits).all():
        assert axes.get_xlim() == ends
        assert [label.get_text() for label in axes.get_xticklabels()] == ticks
    assert axes.get_xscale() == "log" and list(axes.get_yticks()) == []
    assert len(axes.xaxis.get_minorticklocs()) == 0
    assert not axes.spines["left"].get_visible() and axes.spines["bottom"].get_visible()


def test_without_estimates_there_is_an_axis():
    assert forest.choose_axis(np.empty((0, 3))) == (0.5, 2)
    axes = draw([forest.make_row("a", counts="1/2", ratio="not estimable")]).axes[1]
    assert axes.get_xlim() == (0.5, 2) and len(axes.lines) == 1


def test_a_long_label_is_wrapped_and_a_heading_runs_across():
    long = "A label of so many words that the room beside the axis is too narrow for all of them in one line"
    rows = [
        forest.make_row(long, 0, 0),
        forest.make_row(long, 1, 0, counts="1/2", ratio=("1.00", "(0.90–1.10)"), limits=(1, 0.9, 1.1)),
        forest.make_row("Short", 0, 1, counts="3/4", ratio="x"),
    ]  # fmt: skip
    figure = draw(rows, synthetic=False)
    page, axes = figure.axes
    texts = [(text.get_text(), *text.get_position()) for text in page.texts]
    whole = [each for each in texts if each[0] == long]
    assert len(whole) == 1 and whole[0][1] == MARGIN  # the heading in one line
    width = figure.get_size_inches()[0]
    beside = [t for t in texts if t[1] == pytest.approx(MARGIN + INDENT)]
    assert " ".join(t[0] for t in beside) == long and len(beside) > 1
    assert np.diff([t[2] for t in beside]) == pytest.approx([LINE] * (len(beside) - 1))
    taken = (
        widest("1.00") + widest(" ") + widest("(0.90–1.10)") + 2 * 0.14 + widest("patients") + 0.14
    )
    room = 0.46 * (width - 2 * MARGIN - taken)
    assert max(style.measure(t[0], TYPE) for t in beside) <= room - INDENT
    (counts,) = (t for t in texts if t[0] == "1/2")
    assert counts[1] == pytest.approx(MARGIN + room + 0.14 + widest("patients"))
    ones = [line.get_ydata() for line in axes.lines if line.get_color() == RULE]
    high = ROW + (len(beside) - 1) * LINE
    assert [list(np.round(each, 6)) for each in ones] == [
        list(np.round([ROW, ROW + high], 6)),  # not through the heading
        list(np.round([ROW + high, 2 * ROW + high], 6)),
    ]
    square = next(line for line in axes.lines if line.get_marker() == "s")
    assert square.get_ydata()[0] == pytest.approx(ROW + ROW / 2)


def make_many(count, blocks=2):
    return [
        forest.make_row(f"Row {n}", 0, n // blocks, counts="1/2", ratio="x") for n in range(count)
    ]


@pytest.mark.parametrize(("count", "line"), [(30, ROW), (47, TIGHT)])
def test_many_rows_stand_closer(count, line):
    figure = draw(make_many(count))
    tops = [
        text.get_position()[1]
        for text in figure.axes[0].texts
        if text.get_text().startswith("Row ")
    ]
    assert np.diff(tops) == pytest.approx([line] * (count - 1))
    assert figure.get_size_inches()[1] <= 230 / 25.4


@pytest.mark.parametrize("blocks", [1, 2, 7])
def test_rows_without_room_are_left_out_by_whole_variables_and_it_is_said(blocks):
    figure = draw(make_many(100, blocks))
    page = figure.axes[0]
    labels = [text.get_text() for text in page.texts if text.get_text().startswith("Row ")]
    assert len(labels) % blocks == 0 and 40 < len(labels) < 60
    said = next(text.get_text() for text in page.texts if "Not all fit" in text.get_text())
    total = -(-100 // blocks)
    assert said == (
        f"Not all fit on the page: the first {len(labels) // blocks} of {total} variables are shown; the table has all."
    )
    height = figure.get_size_inches()[1]
    assert 225 / 25.4 - (blocks + 1) * TIGHT - SMALL < height <= 225 / 25.4
    notes = [text.get_text() for text in page.texts]
    assert notes.index(said) < notes.index("A note.")


def test_one_variable_of_too_many_rows_is_cut_where_the_page_ends():
    page = draw(make_many(100, 1000)).axes[0]
    labels = [text.get_text() for text in page.texts if text.get_text().startswith("Row ")]
    assert 40 < len(labels) < 60


# --- a narrow page ---------------------------------------------------------------------------------


@pytest.fixture
def narrow(monkeypatch):
    monkeypatch.setitem(style._page, "width", 85 / 25.4)


def test_on_a_narrow_page_counts_stand_below_the_label_and_p_below_the_ratio(narrow):
    rows = [
        forest.make_row("High", 1, 0, counts="22/40", reference="9/30", whole="age", ratio=("1.41", "(1.13–1.75)"), p_value="0.012", limits=(1.41, 1.13, 1.75)),
        forest.make_row("Low", 0, 1, counts="3/9", ratio="x", p_value="<0.001", few=True),
        forest.make_row("None", 0, 2, counts="5/9", ratio="", p_value="0.5"),
    ]  # fmt: skip
    heads = {**HEADS, "reference": ("Events/", "others"), "ratio": ("HR (95% CI)",)}
    figure = draw(rows, False, heads=heads)
    page, axes = figure.axes
    texts = read(page)
    table = page.lines[0].get_ydata()[0] + 0.02
    inset = (ROW - LINE) / 2
    width = 85 / 25.4
    assert figure.get_size_inches()[0] == pytest.approx(width)
    limits = widest("(1.13–1.75)")
    ratio = width - MARGIN - max(widest("1.41") + widest(" ") + limits, widest("p < 0.001"))
    left = MARGIN + INDENT
    near(texts["High"], left, table + inset, "left", INK, TYPE)
    near(texts["22/40"], left, table + inset + LINE, "left", GREY, TYPE)
    near(
        texts["vs"], left + style.measure("22/40 ", TYPE), table + inset + LINE, "left", GREY, TYPE
    )
    after = left + style.measure("22/40 ", TYPE) + style.measure("vs ", TYPE)
    near(texts["9/30"], after, table + inset + LINE, "left", GREY, TYPE)
    near(texts["p = 0.012"], ratio, table + inset + LINE, "left", INK, TYPE)
    second = table + ROW + LINE
    near(texts["Low"], MARGIN, second + inset, "left", GREY, TYPE)
    near(texts["3/9"], MARGIN, second + inset + LINE, "left", GREY, TYPE)
    near(texts["p < 0.001"], ratio, second + inset + LINE, "left", GREY, TYPE)
    third = second + ROW + LINE
    near(texts["p = 0.5"], ratio, third + inset, "left", INK, TYPE)  # nothing stands above it
    wholes = {text.get_text() for text in page.texts if text.get_label() == f"{PART}age"}
    assert wholes == {"22/40", "9/30"}
    heads = table - 0.12 - 2 * LINE + 0.04  # the first of two lines
    near(texts["HR (95% CI)"], ratio, heads, "left", GREY, TYPE)
    near(texts["p"], ratio, heads + LINE, "left", GREY, TYPE)
    near(texts["Events/patients"], MARGIN, heads + LINE, "left", GREY, TYPE)
    box = axes.get_position()
    assert box.x1 * width == pytest.approx(ratio - 0.08)


def test_a_narrow_page_without_counts_or_p_names_neither(narrow):
    rows = [forest.make_row("High", ratio=("1.41", "(1.13–1.75)"), limits=(1.41, 1.13, 1.75))]
    texts = read(draw(rows, False).axes[0])
    assert "Events/patients" not in texts and "p" not in texts
    assert {"HR", "(95% CI)"} <= set(texts)
