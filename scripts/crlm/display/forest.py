"""A forest: rows with a label, counts, square and whisker on a logarithmic axis, ratio and p-value."""

import numpy as np
from matplotlib.ticker import NullLocator

from crlm.display import formats, style
from crlm.display.grid import TALLEST, count_fitting
from crlm.display.privacy import NAME, PART
from crlm.display.style import MARGIN, SMALL

ROW, TIGHT = 0.165, 0.135  # height of a row, and where there are many, inches
GUTTER, CLOSE = 0.14, 0.08  # between two columns, and on a narrow page
NARROW = 4.6  # a page below this width has counts below the label and p below the ratio, inches
INDENT = 0.1
TYPE = SMALL + 0.5
SIDE, SMALLEST = 6.0, 1.8  # side of the heaviest square and the least one, points
PLAIN = 3.8  # side of every square where none is weighed
TICKS = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100])
ENDS = np.sort([*TICKS, 0.3, 3])
BELOW = 0.56  # from the last row to the notes: numbers, directions and title of the axis
BLUE = style.PALETTE[0]
DIRECTIONS = ("lower hazard", "higher hazard")


def make_row(label, indent=0, block=0, **cells):
    """A row of a forest.

    block: number of the variable it belongs to, every other one is shaded; counts, reference: texts such as `12/40`;
    whole: name of the partition that the counts are parts of; ratio: (estimate, limits) as texts, or words alone; p_value: text;
    limits: (hazard ratio, lower, upper) or None; weight: of the square; few: drawn in grey; marker, colour: of the estimate.
    """
    empty = {"counts": "", "reference": "", "whole": None, "ratio": "", "p_value": ""}
    row = {"label": label, "indent": indent, "block": block, "limits": None}
    look = {"weight": None, "few": False, "marker": "s", "colour": BLUE}
    return {**row, **empty, **look, "below": [], "below_ratio": "", **cells}


def choose_axis(limits):
    """First and last tick of the axis: what the intervals need, at most 0.1 to 10 unless an estimate lies outside.

    limits: array (n, 3) of hazard ratio, lower, upper; missing for what could not be estimated.
    """
    limits = limits[np.isfinite(limits).all(axis=1) & (limits > 0).all(axis=1)]
    if not len(limits):
        return 0.5, 2.0
    low = max(min(limits[:, 1].min(), 0.5), min(0.1, limits[:, 0].min()), TICKS[0])
    high = min(max(limits[:, 2].max(), 2.0), max(10.0, limits[:, 0].max()), TICKS[-1])
    return ENDS[np.searchsorted(ENDS, low, "right") - 1], ENDS[np.searchsorted(ENDS, high)]


def draw_forest(rows, title, lines, notes, heads, synthetic=False):
    """The figure, at most 230 mm tall.

    rows: of `make_row`; title: bold; lines: below it; notes: below the axis; heads: the one or two lines above
    each column ("counts", "reference", "ratio", "p_value"). A column without a text is left out. On a narrow page
    (`style.page_width()` below NARROW) counts stand below the label and p below the ratio.
    """
    width = style.page_width()
    if width < NARROW:
        words = [" ".join(heads["p_value"])] if any(row["p_value"] for row in rows) else []
        rows, heads = [_stack(row) for row in rows], {"ratio": (*heads["ratio"], *words)}
    places, room = _place_columns(rows, heads, width)
    heading = style.wrap(title, width - 2 * MARGIN, weight="bold")
    lines = style.wrap_all(lines, width - 2 * MARGIN, TYPE)
    top = style.first_line(synthetic)
    table = top + len(heading) * style.line_height() + (len(lines) + 2) * style.line_height(TYPE)
    table += 0.12
    rows, said = _fit_rows(rows, room, TALLEST - table - BELOW - MARGIN, notes, width)
    notes = style.wrap_all([*said, *notes], width - 2 * MARGIN, SMALL)
    body = sum(row["height"] for row in rows)
    height = table + body + BELOW + len(notes) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(width, height, synthetic)
    top += style.write(page, MARGIN, top, heading, weight="bold") + 0.02
    top += style.write(page, MARGIN, top, lines, TYPE) + 0.02
    _draw_heads(page, top, heads, places)
    if any(row["below"] for row in rows):
        look = {"color": style.GREY}
        style.write(page, MARGIN, top + style.line_height(TYPE), "Events/patients", TYPE, **look)
    page.plot([MARGIN, width - MARGIN], [table - 0.02] * 2, color=style.RULE, linewidth=0.6)
    axes = _draw_axis(page, rows, places["axis"], table, body)
    heaviest = max((row["weight"] or 0 for row in rows), default=0)
    y = table
    for row in rows:
        _draw_row(page, row, y, places, width)
        if row["limits"]:
            _draw_estimate(axes, row, y - table + row["line"] / 2, heaviest)
        y += row["height"]
    style.write(page, MARGIN, table + body + BELOW, notes, SMALL, color=style.GREY)
    return figure


def _stack(row):
    """The row of a narrow page: what stands below its label and below its ratio."""
    counts = [row[key] for key in ("counts", "reference") if row[key]]
    p_value = formats.name_p(row["p_value"]) if row["p_value"] else ""
    empty = {"counts": "", "reference": "", "p_value": ""}
    return {**row, **empty, "below": counts, "below_ratio": p_value}


def _place_columns(rows, heads, width):
    """{column: its right edge, (left, right) of the axis, the first left edge of the limits}, and the room of the labels."""

    def widest(texts, key):
        texts = [*texts, *heads.get(key, ())]
        return max((style.measure(text, TYPE) for text in texts if text), default=0)

    shown = {key: [row[key] for row in rows] for key in ("counts", "reference", "p_value")}
    columns = {key: widest(texts, key) for key, texts in shown.items() if any(texts)}
    numbers = [row["ratio"] for row in rows if isinstance(row["ratio"], tuple)]
    estimate = max((style.measure(each[0], TYPE) for each in numbers), default=0)
    limits = max((style.measure(each[1], TYPE) for each in numbers), default=0)
    gap = style.measure(" ", TYPE)
    words = [row["ratio"] for row in rows if isinstance(row["ratio"], str)]
    ratio = max(estimate + gap + limits, widest(words, "ratio"))
    ratio = max(ratio, widest([row["below_ratio"] for row in rows], ""))
    between = GUTTER if width >= NARROW else CLOSE
    taken = ratio + between + sum(each + between for each in columns.values()) + between
    free = width - 2 * MARGIN - taken
    labels = [
        style.measure(row["label"], TYPE) + INDENT * row["indent"]
        for row in rows
        if not _is_heading(row)
    ]
    room = min(max(labels, default=0) + 0.02, (0.46 if width >= NARROW else 0.52) * free)
    places, x = {}, MARGIN + room
    for key in ("counts", "reference"):
        if key in columns:
            x += between + columns[key]
            places[key] = x
    right = width - MARGIN
    if "p_value" in columns:
        places["p_value"] = right
        right -= columns["p_value"] + between
    places["ratio"] = right - ratio
    places["limits"] = places["ratio"] + estimate + gap
    places["axis"] = (x + between, places["ratio"] - between)
    return places, room


def _fit_rows(rows, room, free, notes, width):
    """The rows that the page has room for, closer where there are many, with their lines and heights; and what was left out."""

    def find_room(row):
        """A heading with nothing beside it may run on."""
        return (width - 2 * MARGIN if _is_heading(row) else room) - INDENT * row["indent"]

    def lay_out(line):
        return [
            {
                **row,
                "lines": (lines := style.wrap(row["label"], find_room(row), TYPE)),
                "line": line,
                "height": line + (_count_lines(row, lines) - 1) * style.line_height(TYPE),
            }
            for row in rows
        ]

    free -= len(style.wrap_all(notes, width - 2 * MARGIN, SMALL)) * style.line_height(SMALL)
    for line in (ROW, TIGHT):
        placed = lay_out(line)
        if sum(row["height"] for row in placed) <= free:
            return placed, []
    free -= style.line_height(SMALL)  # for the words
    last = count_fitting([row["height"] for row in placed], free)
    whole = next((n for n in range(last, 0, -1) if rows[n]["block"] != rows[n - 1]["block"]), last)
    blocks, shown = (len({row["block"] for row in part}) for part in (rows, rows[:whole]))
    words = f"Not all fit on the page: the first {shown} of {blocks} variables are shown; the table has all."
    return placed[:whole], [words]


def _count_lines(row, lines):
    return max(len(lines) + bool(row["below"]), bool(row["ratio"]) + bool(row["below_ratio"]))


def _is_heading(row):
    texts = ("counts", "ratio", "p_value", "below", "below_ratio")
    return not any(row[key] for key in texts)


def _draw_heads(page, top, heads, places):
    for key, words in heads.items():
        if key in places:
            start = top + (2 - len(words)) * style.line_height(TYPE)
            align = "left" if key == "ratio" else "right"
            style.write(page, places[key], start, list(words), TYPE, ha=align, color=style.GREY)


def _draw_axis(page, rows, ends, table, body):
    left, right = ends
    axes = style.add_axes(page, left, table, right - left, body + 0.04)
    limits = [row["limits"] for row in rows if row["limits"]]
    low, high = choose_axis(np.array(limits, float).reshape(-1, 3))
    ticks = sorted({low, high, *(tick for tick in TICKS if low <= tick <= high)})
    if len(ticks) > 7:  # tenfold steps and the ends
        ticks = [tick for tick in ticks if tick in (low, high, 0.01, 0.1, 1, 10, 100)]
    axes.set_xscale("log")
    axes.set(xlim=(low, high), ylim=(body + 0.04, 0), yticks=[])
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.spines["left"].set_visible(False)
    y = 0
    for row in rows:  # the line of 1 stops at a heading that runs across it
        long = max(style.measure(line, TYPE) for line in row["lines"]) + INDENT * row["indent"]
        if MARGIN + long < left:
            axes.plot([1, 1], [y, y + row["height"]], color=style.RULE, linewidth=0.6, zorder=1)
        y += row["height"]
    one = left + (right - left) * np.log(low) / (np.log(low) - np.log(high))
    top = table + body + 0.24
    _draw_directions(page, one, top)
    style.write(page, (left + right) / 2, top + 0.14, "Hazard ratio", TYPE, ha="center")
    return axes


def _draw_directions(page, one, top):
    """`lower hazard` and `higher hazard` to either side of 1, each before its arrow, which is drawn: not every font has one."""
    look = {"arrowstyle": "->", "mutation_scale": 5, "shrinkA": 0, "shrinkB": 0}
    look |= {"linewidth": 0.6, "color": style.GREY}
    level = top + style.line_height(SMALL) / 2
    for side, words in zip((-1, 1), DIRECTIONS, strict=True):
        align = "right" if side < 0 else "left"
        style.write(page, one + 0.06 * side, top, words, SMALL, ha=align, color=style.GREY)
        start = one + side * (0.1 + style.measure(words, SMALL))
        page.annotate("", (start + 0.22 * side, level), (start, level), arrowprops=look)


def _draw_row(page, row, y, places, width):
    if row["block"] % 2 == 0:
        ends = [MARGIN, width - MARGIN]
        page.fill_between(ends, y, y + row["height"], color=style.SHADE, linewidth=0)
    y += (row["line"] - style.line_height(TYPE)) / 2
    look = {"color": style.GREY} if row["few"] else {}
    style.write(page, MARGIN + INDENT * row["indent"], y, row["lines"], TYPE, label=NAME, **look)
    part = {"label": PART + row["whole"]} if row["whole"] else {}
    x, under = MARGIN + INDENT * row["indent"], y + len(row["lines"]) * style.line_height(TYPE)
    for number, text in enumerate(row["below"]):
        if number:
            style.write(page, x, under, "vs", TYPE, color=style.GREY)
            x += style.measure("vs ", TYPE)
        style.write(page, x, under, text, TYPE, color=style.GREY, **part)
        x += style.measure(f"{text} ", TYPE)
    if row["below_ratio"]:
        down = style.line_height(TYPE) * bool(row["ratio"])
        style.write(page, places["ratio"], y + down, row["below_ratio"], TYPE, **look)
    for key in ("counts", "reference", "p_value"):
        if row[key]:
            part = part if key != "p_value" else {}
            style.write(page, places[key], y, row[key], TYPE, ha="right", **look, **part)
    if isinstance(row["ratio"], tuple):
        estimate, limits = row["ratio"]
        gap = style.measure(" ", TYPE)
        style.write(page, places["limits"] - gap, y, estimate, TYPE, ha="right", **look)
        style.write(page, places["limits"], y, limits, TYPE, **look)
    elif row["ratio"]:
        style.write(page, places["ratio"], y, row["ratio"], TYPE, color=style.GREY)


def _draw_estimate(axes, row, y, heaviest):
    """Square and whisker; what lies beyond the axis ends in an arrow."""
    ratio, lower, upper = row["limits"]
    low, high = axes.get_xlim()
    colour = "#9a9a9a" if row["few"] else row["colour"]
    known = np.isfinite([lower, upper]).all()
    ends = np.array([lower, upper] if known else [ratio, ratio], float)
    look = {"color": colour, "clip_on": False}
    if known:
        axes.plot(np.clip(ends, low, high), [y, y], linewidth=0.9, zorder=2, **look)
    for outside, end, marker in ((ends[0] < low, low, "<"), (ends[1] > high, high, ">")):
        if outside:
            axes.plot([end], [y], marker=marker, markersize=3.4, zorder=3, **look)
    if low <= ratio <= high:
        share = row["weight"] / heaviest if row["weight"] is not None and heaviest else None
        side = PLAIN if share is None else max(SIDE * np.sqrt(share), SMALLEST)
        square = {"marker": row["marker"], "markersize": side, "markeredgewidth": 0, "zorder": 4}
        axes.plot([ratio], [y], **square, **look)
