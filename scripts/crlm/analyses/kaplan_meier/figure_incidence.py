"""Cumulative incidence of competing causes: one panel per group, one curve per cause."""

import numpy as np

from crlm.display import style
from crlm.display.curves import AXIS_ROOM, choose_limit, count_at_risk, draw_curve, list_notes
from crlm.display.style import MARGIN, SMALL

AXES_HEIGHT = 2.1


@style.styled
def plot_incidence(
    incidence,
    curves,
    grouping,
    endpoint,
    settings,
    time_label="Months since resection",
    synthetic=False,
):
    """Figure of the cumulative incidence by cause (Aalen-Johansen) of one grouping, with the number at risk.

    incidence, curves: the rows of this grouping in cumulative_incidence/{endpoint}.csv and kaplan_meier/{endpoint}.csv;
    grouping, endpoint: specs of the plan; settings: the plan's `output`. Causes keep the order of the table. Raises
    ValueError when the table has no row (an endpoint with a single cause).
    """
    if not len(incidence):
        raise ValueError("no cumulative incidence to plot: the endpoint has a single cause")
    owner, of_curve = style.as_text(incidence["group"]), style.as_text(curves["group"])
    shown = [
        name for name in grouping["groups"] if (owner == name).any() and (of_curve == name).any()
    ]
    at_risk = [curves[of_curve == name].sort_values("time", kind="stable") for name in shown]
    causes = list(dict.fromkeys(incidence["cause"]))
    limit = settings["limit_months"] or choose_limit(at_risk)

    columns = 2 if len(shown) == 4 else min(len(shown), 3)
    page_width = style.DOUBLE if columns > 1 else 1.35 * style.SINGLE
    left, gap = 0.62, 0.5
    width = (page_width - left - MARGIN - 0.16 - gap * (columns - 1)) / columns
    step = style.choose_step(limit * (1 if columns == 1 else 1.5 if columns == 2 else 2))
    ticks = np.arange(0, limit * (1 + 1e-9), step)
    titles = [
        style.wrap(grouping["group_labels"].get(name, name), width + 0.3, weight="bold")
        for name in shown
    ]
    titles = titles if len(grouping["groups"]) > 1 else [[]] * len(shown)
    rows = [
        range(first, min(first + columns, len(shown))) for first in range(0, len(shown), columns)
    ]
    heads = [
        max(len(titles[number]) for number in row) * style.line_height() + 0.08 for row in rows
    ]
    key = _place_key(causes, page_width)
    notes = [
        line
        for text in list_notes(grouping)
        for line in style.wrap(text, page_width - 2 * MARGIN, SMALL)
    ]

    top = style.first_line(synthetic)
    panel = AXES_HEIGHT + AXIS_ROOM + 2 * style.line_height(SMALL) + 0.16
    heading = style.wrap(endpoint["label"], page_width - 2 * MARGIN, weight="bold")
    below = len(heading) * style.line_height() + 0.05
    first = top + below + key[-1][1] + style.line_height() + 0.04
    height = first + sum(heads) + panel * len(rows) + len(notes) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(page_width, height, synthetic)
    style.write(page, MARGIN, top, heading, weight="bold")
    _draw_key(page, top + below, causes, key)
    y = first
    for row, head in zip(rows, heads, strict=True):
        for column, number in enumerate(row):
            x = left + column * (width + gap)
            style.write(page, x - 0.2, y, titles[number], weight="bold")
            axes = style.add_axes(page, x, y + head, width, AXES_HEIGHT)
            axes.set(xlim=(0, limit), ylim=(0, 100), yticks=range(0, 101, 20))
            axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
            axes.spines["left"].set_position(("outward", 3))
            for position, cause in enumerate(causes):
                colour, dash = style.group_style(position, len(causes))
                table = incidence[(owner == shown[number]) & (incidence["cause"] == cause)]
                group = {
                    "curve": table.sort_values("time", kind="stable"),
                    "colour": colour,
                    "dash": dash,
                }
                draw_curve(axes, group, limit, settings["confidence_band"], "incidence")
            _draw_at_risk(
                page, at_risk[number], ticks, x, y + head + AXES_HEIGHT + AXIS_ROOM, width / limit
            )
        _name_axes(page, left, y + head, width, len(row), gap, grouping, time_label)
        y += head + panel
    style.write(page, MARGIN, y, notes, SMALL, color=style.GREY)
    return figure


def _name_axes(page, left, top, width, panels, gap, grouping, time_label):
    landmark = grouping.get("landmark_months")
    if landmark:
        time_label = f"Months after the landmark at {landmark:g} months"
    centre = left + (panels * width + (panels - 1) * gap) / 2
    style.write(page, centre, top + AXES_HEIGHT + 0.2, time_label, ha="center")
    look = {"rotation": 90, "ha": "left", "va": "center", "size": style.SIZE, "color": style.INK}
    page.text(MARGIN, top + AXES_HEIGHT / 2, "Cumulative incidence (%)", parse_math=False, **look)


def _place_key(causes, page_width):
    """(x, y) of each cause in the key, from left to right, in further lines when the page is full."""
    places, x, y = [], MARGIN, 0.0
    for cause in causes:
        needed = 0.36 + style.measure(_name(cause)) + 0.3
        if x > MARGIN and x + needed > page_width:
            x, y = MARGIN, y + style.line_height()
        places.append((x, y))
        x += needed
    return places


def _draw_key(page, top, causes, places):
    for position, (cause, (x, y)) in enumerate(zip(causes, places, strict=True)):
        colour, dash = style.group_style(position, len(causes))
        middle = top + y + 0.5 * style.line_height()
        page.plot([x, x + 0.28], [middle, middle], color=colour, linestyle=dash, linewidth=1.4)
        style.write(page, x + 0.36, top + y, _name(cause), color=style.text_colour(colour))


def _name(cause):
    return cause.replace("_", " ").capitalize()


def _draw_at_risk(page, curve, ticks, left, top, scale):
    top += style.write(page, left - 0.2, top, "Number at risk", SMALL, weight="bold")
    for tick, count in zip(ticks, count_at_risk(curve, ticks), strict=True):
        style.write(page, left + tick * scale, top, str(count), SMALL, ha="center")
