"""Curves of a cohort beside what was published of the same strata."""

import math

import numpy as np

from crlm.display import curves, grid, style
from crlm.display.curves import AXIS_ROOM
from crlm.display.style import MARGIN, SMALL
from crlm.plan import phrases
from crlm.scores.published_strata import LEAST

LEFT, GAP = 0.62, 0.5  # room for the names of the axis, and between panels
MARKERS = ("o", "s", "^", "v", "P", "X")
DASHED = (0, (5, 1.6))
HERE = ("here", "This cohort: Kaplan-Meier estimate with 95% limits")


def name_few(labels, patients, settings=None):
    """The sentence on groups that are too small to be drawn; where small counts are hidden (settings: the plan's `output`), so is
    how many they are."""
    names = labels
    if not (settings or {}).get("privacy", {}).get("small_cells"):
        names = (f"{label} ({n})" for label, n in zip(labels, patients, strict=True))
    return f"Not drawn, fewer than {LEAST} patients: {phrases.join_words(names)}."


@style.styled
def draw_figure(panels, heading, statements, key, notes, endpoint, settings, synthetic):
    """The page: heading, statements, key, panels, notes.

    panels: as `list_panels` makes them; key: rows (what is drawn, its text); the other texts are lists of sentences.
    """
    limit = settings["limit_months"] or _choose_limit(panels)
    columns = grid.choose_columns(len(panels))
    page_width = style.page_width() if columns > 1 else style.page_width(1.35 * style.SINGLE)
    room = page_width - 2 * MARGIN
    name = style.wrap(curves.name_survival(endpoint), grid.LOWER[0] + 0.2)
    left = LEFT + (len(name) - 1) * style.line_height()
    width = grid.share_width(page_width, columns, left, GAP)
    ticks = curves.list_ticks(limit, grid.crowd(columns, width))

    heading = style.wrap(heading, room, weight="bold")
    statements = style.wrap_all(statements, room)
    key = [(mark, style.wrap(text, room - 0.36, SMALL)) for mark, text in key]
    few, least = curves.choose_few(settings)
    groups = [
        {**panel, "curve": curve, "few": curves.find_few(curve, least), "dash": "-"}
        for panel in panels
        for curve in [panel["here"]]  # in the order of time
    ]
    notes = style.wrap_all([*notes, *curves.note_ends(groups, limit, few, least)], room, SMALL)
    titles = [style.wrap(panel["label"], width + 0.3, weight="bold") for panel in panels]
    texts = [style.wrap_all(panel["lines"], width + 0.3, SMALL) for panel in panels]
    line, small = style.line_height(), style.line_height(SMALL)
    heads = [
        len(title) * line + len(text) * small + 0.1
        for title, text in zip(titles, texts, strict=True)
    ]

    top = style.first_line(synthetic)
    key_top = top + (len(heading) + len(statements)) * line + 0.07
    first = key_top + sum(len(lines) for _, lines in key) * small + 0.12
    under = AXIS_ROOM, 2 * small, 0.16
    rows, bottom, axes_height, lost = grid.fit_rows(
        heads, columns, first, under, grid.LOWER, len(notes)
    )
    notes = grid.name_lost(lost, [panel["label"] for panel in panels], room) + notes
    height = bottom + len(notes) * small + MARGIN
    figure, page = style.new_page(page_width, height, synthetic)
    top += style.write(page, MARGIN, top, heading, weight="bold")
    style.write(page, MARGIN, top, statements)
    _draw_key(page, key_top, key)
    for row, y, axes_top in rows:
        end = axes_top + axes_height
        for column, number in enumerate(row):
            panel, x = panels[number], left + column * (width + GAP)
            colour = style.text_colour(panel["colour"])
            taken = style.write(page, x - 0.2, y, titles[number], weight="bold", color=colour)
            style.write(page, x - 0.2, y + taken, texts[number], SMALL)
            axes = curves.add_time_axes(page, x, axes_top, width, axes_height, limit, ticks)
            curves.draw_curve(axes, groups[number], limit, settings["confidence_band"], few=few)
            _draw_published(axes, panel, limit)
            curves.draw_at_risk(page, panel["here"], ticks, x, end + AXIS_ROOM, width / limit)
        curves.name_time(page, left + (len(row) * (width + GAP) - GAP) / 2, end, endpoint)
        style.write_upright(page, MARGIN, axes_top + axes_height / 2, name)
    style.write(page, MARGIN, bottom, notes, SMALL, color=style.GREY)
    return figure


def _choose_limit(panels):
    """As for any Kaplan-Meier figure, but no shorter than the published points and medians of the panels."""
    limit = curves.choose_limit([panel["here"] for panel in panels])
    return 12 * math.ceil(max([limit, *(panel["last"] for panel in panels)]) / 12)


def _draw_published(axes, panel, limit):
    """The dashed curve and the points of a panel."""
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
            curves.draw_sample(page, MARGIN, middle, style.INK, dash, 1.2)
        else:
            _mark(page, MARGIN + 0.14, middle, mark, style.INK)
        top += style.write(page, MARGIN + 0.36, top, lines, SMALL)


def _mark(axes, x, y, mark, colour):
    """A published value: filled, with a light edge that sets it off from the curve; a median is open."""
    is_median = mark == "median"
    look = {"marker": "D" if is_median else mark, "markersize": 4.2 if is_median else 5.2}
    look |= {"markerfacecolor": "white" if is_median else colour, "markeredgewidth": 0.9}
    look |= {"markeredgecolor": colour if is_median else "white"}
    axes.plot([x], [y], linestyle="none", clip_on=False, zorder=5, **look)
