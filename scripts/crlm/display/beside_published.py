"""Curves of a cohort beside what was published of the same strata."""

import math

import numpy as np

from crlm.display import style
from crlm.display.curves import AXIS_ROOM, choose_limit, count_at_risk, draw_curve
from crlm.display.style import MARGIN, SMALL
from crlm.plan import phrases
from crlm.scores.published_strata import LEAST

HERE = ("here", "This cohort: Kaplan-Meier estimate with 95% limits")


def name_few(labels, patients):
    """The sentence on groups that are too small to be drawn."""
    names = (f"{label} ({n})" for label, n in zip(labels, patients, strict=True))
    return f"Not drawn, fewer than {LEAST} patients: {phrases.join_words(names)}."


@style.styled
def draw_figure(panels, heading, statements, key, notes, endpoint, settings, time_label, synthetic):
    """The page: heading, statements, key, panels, notes.

    panels: as `list_panels` makes them; key: rows (what is drawn, its text); the other texts are lists of sentences.
    """
    limit = settings["limit_months"] or _choose_limit(panels)
    columns = {0: 1, 1: 1, 2: 2, 4: 2}.get(len(panels), 3)
    page_width = style.DOUBLE if columns > 1 else 1.35 * style.SINGLE
    room = page_width - 2 * MARGIN
    name = style.wrap(f"{endpoint['label']} (%)", AXES_HEIGHT + 0.2)
    left = LEFT + (len(name) - 1) * style.line_height()
    width = (page_width - left - MARGIN - 0.16 - GAP * (columns - 1)) / columns
    ticks = np.arange(0, limit * (1 + 1e-9), style.choose_step(limit * (1 + 0.5 * (columns - 1))))

    heading = style.wrap(heading, room, weight="bold")
    statements = [line for text in statements for line in style.wrap(text, room)]
    key = [(mark, style.wrap(text, room - 0.36, SMALL)) for mark, text in key]
    notes = [line for text in notes for line in style.wrap(text, room, SMALL)]
    titles = [style.wrap(panel["label"], width + 0.3, weight="bold") for panel in panels]
    texts = [
        [line for text in panel["lines"] for line in style.wrap(text, width + 0.3, SMALL)]
        for panel in panels
    ]
    rows = [range(i, min(i + columns, len(panels))) for i in range(0, len(panels), columns)]
    line, small = style.line_height(), style.line_height(SMALL)
    heads = [max(len(titles[i]) * line + len(texts[i]) * small for i in row) + 0.1 for row in rows]
    below = AXES_HEIGHT + AXIS_ROOM + 2 * small + 0.16

    top = style.first_line(synthetic)
    key_top = top + (len(heading) + len(statements)) * line + 0.07
    y = key_top + sum(len(lines) for _, lines in key) * small + 0.12
    height = y + sum(heads) + below * len(rows) + len(notes) * small + MARGIN
    figure, page = style.new_page(page_width, height, synthetic)
    top += style.write(page, MARGIN, top, heading, weight="bold")
    style.write(page, MARGIN, top, statements)
    _draw_key(page, key_top, key)
    for row, head in zip(rows, heads, strict=True):
        for column, number in enumerate(row):
            panel, x = panels[number], left + column * (width + GAP)
            colour = style.text_colour(panel["colour"])
            taken = style.write(page, x - 0.2, y, titles[number], weight="bold", color=colour)
            style.write(page, x - 0.2, y + taken, texts[number], SMALL)
            axes = style.add_axes(page, x, y + head, width, AXES_HEIGHT)
            axes.set(xlim=(0, limit), ylim=(0, 100), yticks=range(0, 101, 20))
            axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
            axes.spines["left"].set_position(("outward", 3))
            _draw_panel(axes, panel, limit, settings["confidence_band"])
            counts = y + head + AXES_HEIGHT + AXIS_ROOM
            _draw_at_risk(page, panel["here"], ticks, x, counts, width / limit)
        _name_axes(page, left, y + head, width, len(row), name, time_label)
        y += head + below
    style.write(page, MARGIN, y, notes, SMALL, color=style.GREY)
    return figure


LEFT, GAP = 0.62, 0.5  # room for the names of the axis, and between panels
AXES_HEIGHT = 1.7


def _choose_limit(panels):
    """As for any Kaplan-Meier figure, but no shorter than the published points and medians of the panels."""
    limit = choose_limit([panel["here"] for panel in panels])
    return 12 * math.ceil(max([limit, *(panel["last"] for panel in panels)]) / 12)


def _draw_panel(axes, panel, limit, band):
    here = panel["here"].sort_values("time", kind="stable")
    draw_curve(axes, {"curve": here, "colour": panel["colour"], "dash": "-"}, limit, band)
    colour = style.text_colour(panel["colour"])
    if panel["other"]:
        times, shares = (np.asarray(values, float) for values in panel["other"])
        shown = times <= limit
        look = {"color": colour, "linestyle": DASHED, "linewidth": 1.1, "zorder": 4}
        axes.plot(times[shown], 100 * shares[shown], **look)
    for time, share, mark in panel["marks"]:
        if time <= limit:
            _mark(axes, time, 100 * share, mark, colour)


def _draw_key(page, top, key):
    for mark, lines in key:
        middle = top + 0.5 * style.line_height(SMALL)
        if mark in ("here", "dashed"):
            dash = "-" if mark == "here" else DASHED
            look = {"color": style.INK, "linestyle": dash, "linewidth": 1.2}
            page.plot([MARGIN, MARGIN + 0.28], [middle, middle], **look)
        else:
            _mark(page, MARGIN + 0.14, middle, mark, style.INK)
        top += style.write(page, MARGIN + 0.36, top, lines, SMALL)


def _draw_at_risk(page, curve, ticks, left, top, scale):
    top += style.write(page, left - 0.2, top, "Number at risk", SMALL, weight="bold")
    for tick, count in zip(ticks, count_at_risk(curve, ticks), strict=True):
        style.write(page, left + tick * scale, top, str(count), SMALL, ha="center")


def _name_axes(page, left, top, width, panels, name, time_label):
    centre = left + (panels * width + (panels - 1) * GAP) / 2
    style.write(page, centre, top + AXES_HEIGHT + 0.2, time_label, ha="center")
    for number, line in enumerate(name):
        place = (MARGIN + number * style.line_height(), top + AXES_HEIGHT / 2)
        look = {"rotation": 90, "ha": "left", "va": "center", "size": style.SIZE}
        page.text(*place, line, color=style.INK, parse_math=False, **look)


MARKERS = ("o", "s", "^", "v", "P", "X")


DASHED = (0, (5, 1.6))


def _mark(axes, x, y, mark, colour):
    """A published value: filled, with a light edge that sets it off from the curve; a median is open."""
    is_median = mark == "median"
    look = {"marker": "D" if is_median else mark, "markersize": 4.2 if is_median else 5.2}
    look |= {"markerfacecolor": "white" if is_median else colour, "markeredgewidth": 0.9}
    look |= {"markeredgecolor": colour if is_median else "white"}
    axes.plot([x], [y], linestyle="none", clip_on=False, zorder=5, **look)
