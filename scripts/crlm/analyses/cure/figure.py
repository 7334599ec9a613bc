"""Kaplan-Meier curves with the curves of the cure model and their plateaus: a panel per group."""

from crlm.display import curves as steps
from crlm.display import formats, grid, style
from crlm.display.curves import AXIS_ROOM
from crlm.display.privacy import NAME
from crlm.display.style import MARGIN, SMALL

AXES_HEIGHT = 2.0
LEFT, GAP = 0.62, 0.5  # room for the name of the axis, and between panels
FITTED, PLATEAU = "#D55E00", "#6e6e6e"


@style.styled
def plot_cure(cured, fitted, curves, grouping, endpoint, settings, synthetic=False):
    """Figure of one grouping: the curve of each group, the model's as a dashed line, the cured share as a dotted one.

    cured, fitted, curves: the rows of the endpoint and grouping in cure/cured.csv, cure/curves.csv and
    kaplan_meier/{endpoint}.csv; grouping, endpoint: specs of the plan; settings: the plan's `output`. Groups without patients
    are left out; one without a model says why.
    """
    owner, of_model, of_curve = (
        formats.as_texts(table["group"]) for table in (cured, fitted, curves)
    )
    shown = [name for name in grouping["groups"] if (of_curve == name).any()]
    at_risk = [curves[of_curve == name].sort_values("time", kind="stable") for name in shown]
    rows_of = [cured[owner == name].iloc[0] for name in shown]
    limit = settings["limit_months"] or steps.choose_limit(at_risk)
    columns = grid.choose_columns(len(shown))
    page_width = style.page_width() if columns > 1 else style.page_width(1.35 * style.SINGLE)
    room = page_width - 2 * MARGIN
    width = grid.share_width(page_width, columns, LEFT, GAP)
    ticks = steps.list_ticks(limit, grid.crowd(columns, width))
    heads = [_head_panel(row, grouping, width + 0.3) for row in rows_of]
    heading = style.wrap(f"{endpoint['label']}: cured share", room, weight="bold")
    few, least = steps.choose_few(settings)
    ends = [{"curve": curve, "few": steps.find_few(curve, least)} for curve in at_risk]
    notes = ["Dashed: mixture cure model. Dotted: its cured share."] if shown else ["No patients."]
    notes += steps.list_notes(grouping) + steps.note_ends(ends, limit, few, least)
    notes += [steps.BAND] * (settings["confidence_band"] and bool(shown))
    notes = style.wrap_all(notes, room, SMALL)
    top = style.first_line(synthetic)
    first = top + len(heading) * style.line_height() + 0.08
    under = AXIS_ROOM, 2 * style.line_height(SMALL), 0.16
    heights = [
        len(title) * style.line_height() + len(words) * style.line_height(SMALL) + 0.08
        for title, words in heads
    ]
    lower = AXES_HEIGHT, *grid.LOWER
    rows, bottom, tall, lost = grid.fit_rows(heights, columns, first, under, lower, len(notes))
    notes = grid.name_lost(lost, [grouping["group_labels"][name] for name in shown], room) + notes
    height = bottom + len(notes) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(page_width, height, synthetic)
    style.write(page, MARGIN, top, heading, weight="bold")
    for row, y, axes_top in rows:
        below = axes_top + tall
        for column, number in enumerate(row):
            x = LEFT + column * (width + GAP)
            title, words = heads[number]
            taken = style.write(page, x - 0.2, y, title, weight="bold", label=NAME)
            style.write(page, x - 0.2, y + taken, words, SMALL, color=style.GREY)
            axes = steps.add_time_axes(page, x, axes_top, width, tall, limit, ticks)
            model = fitted[of_model == shown[number]]
            _draw_panel(axes, at_risk[number], model, rows_of[number]["cured"], limit, settings)
            steps.draw_at_risk(page, at_risk[number], ticks, x, below + AXIS_ROOM, width / limit)
        centre = LEFT + (len(row) * (width + GAP) - GAP) / 2
        steps.name_time(page, centre, below, endpoint, grouping["landmark_months"])
        name = style.wrap(steps.name_survival(endpoint), tall + 0.2)
        style.write_upright(page, 0.26, axes_top + tall / 2, name, "right")
    style.write(page, MARGIN, bottom, notes, SMALL, color=style.GREY)
    return figure


def _head_panel(row, grouping, width):
    """The lines above a panel: the group's label where there are several, and its cured share or why there is none."""
    label = grouping["group_labels"][row["group"]]
    title = style.wrap(label, width, weight="bold") if len(grouping["groups"]) > 1 else []
    if formats.is_missing(row["cured"]):
        return title, style.wrap(f"No cured share: {row['note']}.", width, SMALL)
    percent = formats.format_percent(row["cured"], row["lower"], row["upper"])
    words = f"Cured {percent} %"
    if row["follow_up"] == "may be too short":
        words += "; follow-up may be too short to tell"
    elif not formats.is_missing(row["note"]):
        words += f": {row['note']}"
    return title, style.wrap(words, width, SMALL)


def _draw_panel(axes, curve, model, cured, limit, settings):
    few, least = steps.choose_few(settings)
    group = {"curve": curve, "colour": style.PALETTE[0], "dash": "-"}
    group["few"] = steps.find_few(curve, least)
    steps.draw_curve(axes, group, limit, settings["confidence_band"], few=few)
    kept = model[model["time"] <= limit]
    look = {"clip_on": False, "zorder": 4}
    axes.plot(
        kept["time"],
        100 * kept["fitted"],
        color=FITTED,
        linestyle=(0, (4, 2)),
        linewidth=1.1,
        **look,
    )
    if not formats.is_missing(cured):
        axes.axhline(100 * cured, color=PLATEAU, linestyle=(0, (1, 1.5)), linewidth=1, zorder=2)
