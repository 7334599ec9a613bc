"""Cumulative incidence of competing causes: one panel per group, one curve per cause."""

from crlm.display import curves as steps
from crlm.display import formats, grid, style
from crlm.display.curves import AXIS_ROOM
from crlm.display.privacy import NAME
from crlm.display.style import MARGIN, SMALL

ESTIMATOR = "Aalen-Johansen"
AXES_HEIGHT = 2.1
LEFT, GAP = 0.62, 0.5  # room for the name of the axis, and between panels


@style.styled
def plot_incidence(
    incidence,
    curves,
    grouping,
    endpoint,
    settings,
    synthetic=False,
):
    """Figure of the cumulative incidence by cause (Aalen-Johansen) of one grouping, with the number at risk.

    incidence, curves: the rows of this grouping in cumulative_incidence/{endpoint}.csv and kaplan_meier/{endpoint}.csv;
    grouping, endpoint: specs of the plan; settings: the plan's `output`. Causes keep the order of the table. Raises
    ValueError when the table has no row (an endpoint with a single cause).
    """
    if not len(incidence):
        raise ValueError("no cumulative incidence to plot: the endpoint has a single cause")
    owner, of_curve = formats.as_texts(incidence["group"]), formats.as_texts(curves["group"])
    shown = [
        name for name in grouping["groups"] if (owner == name).any() and (of_curve == name).any()
    ]
    at_risk = [curves[of_curve == name].sort_values("time", kind="stable") for name in shown]
    causes = list(dict.fromkeys(incidence["cause"]))
    limit = settings["limit_months"] or steps.choose_limit(at_risk)

    columns = grid.choose_columns(len(shown))
    page_width = style.page_width() if columns > 1 else style.page_width(1.35 * style.SINGLE)
    room = page_width - 2 * MARGIN
    width = grid.share_width(page_width, columns, LEFT, GAP)
    ticks = steps.list_ticks(limit, grid.crowd(columns, width))
    titles = [
        style.wrap(grouping["group_labels"].get(name, name), width + 0.3, weight="bold")
        for name in shown
    ]
    titles = titles if len(grouping["groups"]) > 1 else [[]] * len(shown)
    heads = [len(lines) * style.line_height() + 0.08 for lines in titles]
    key = _place_key(causes, page_width)
    few, least = steps.choose_few(settings)
    ends = [{"curve": curve, "few": steps.find_few(curve, least)} for curve in at_risk]
    notes = steps.list_notes(grouping) + steps.note_ends(ends, limit, few, least)
    notes += [steps.BAND] * settings["confidence_band"]
    notes = style.wrap_all(notes, room, SMALL)

    top = style.first_line(synthetic)
    under = AXIS_ROOM, 2 * style.line_height(SMALL), 0.16
    words = f"{endpoint['label']}: cumulative incidence ({ESTIMATOR})"
    heading = style.wrap(words, room, weight="bold")
    below = len(heading) * style.line_height() + 0.05
    first = top + below + key[-1][1] + style.line_height() + 0.04
    heights = AXES_HEIGHT, *grid.LOWER
    rows, bottom, tall, lost = grid.fit_rows(heads, columns, first, under, heights, len(notes))
    labels = [grouping["group_labels"].get(name, name) for name in shown]
    notes = grid.name_lost(lost, labels, room) + notes
    height = bottom + len(notes) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(page_width, height, synthetic)
    style.write(page, MARGIN, top, heading, weight="bold")
    _draw_key(page, top + below, causes, key)
    for row, y, axes_top in rows:
        below = axes_top + tall
        for column, number in enumerate(row):
            x = LEFT + column * (width + GAP)
            style.write(page, x - 0.2, y, titles[number], weight="bold", label=NAME)
            axes = steps.add_time_axes(page, x, axes_top, width, tall, limit, ticks)
            for position, cause in enumerate(causes):
                colour, dash = style.group_style(position, len(causes))
                table = incidence[(owner == shown[number]) & (incidence["cause"] == cause)]
                group = {
                    "curve": table.sort_values("time", kind="stable"),
                    "colour": colour,
                    "dash": dash,
                    "few": ends[number]["few"],
                }
                band = settings["confidence_band"]
                steps.draw_curve(axes, group, limit, band, "incidence", few)
            steps.draw_at_risk(page, at_risk[number], ticks, x, below + AXIS_ROOM, width / limit)
        centre = LEFT + (len(row) * (width + GAP) - GAP) / 2
        steps.name_time(page, centre, below, endpoint, grouping["landmark_months"])
        name = ["Cumulative incidence (%)"]
        style.write_upright(page, MARGIN, axes_top + tall / 2, name)
    style.write(page, MARGIN, bottom, notes, SMALL, color=style.GREY)
    return figure


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
        steps.draw_sample(page, x, middle, colour, dash)
        style.write(page, x + 0.36, top + y, _name(cause), color=style.text_colour(colour))


def _name(cause):
    return cause.replace("_", " ").capitalize()
