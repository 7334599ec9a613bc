"""Cumulative incidence by group: one panel per cause, one curve per group, with Gray's test."""

from crlm.analyses.kaplan_meier.figure import find_end, hide_below
from crlm.analyses.kaplan_meier.figure_incidence import ESTIMATOR
from crlm.analyses.kaplan_meier.tables import name_cause
from crlm.analyses.kaplan_meier.words import MOST_BANDS
from crlm.display import curves as steps
from crlm.display import direct, formats, grid, style
from crlm.display.curves import AXIS_ROOM
from crlm.display.privacy import NAME
from crlm.display.style import MARGIN, SMALL

AXES_HEIGHT, PAGE = (
    2.1,
    5.9,
)  # of a panel, and of panels below one another with their titles, inches
LEFT, GAP = 0.62, 0.5  # room for the name of the axis, and between panels


@style.styled
def plot_incidence_groups(incidence, curves, tests, grouping, endpoint, settings, synthetic=False):
    """Figure of one grouping: the incidence of each cause (Aalen-Johansen) in its groups, Gray's test, the number at risk.

    incidence, curves, tests: the rows of this grouping in cumulative_incidence/{endpoint}.csv, kaplan_meier/{endpoint}.csv and
    cumulative_incidence/{endpoint}_tests.csv; grouping, endpoint: specs of the plan; settings: the plan's `output`. More than
    four groups are named where their lines end, and their panels stand below one another.
    """
    causes = list(dict.fromkeys(incidence["cause"]))
    few, least = steps.choose_few(settings)
    groups = list_groups(curves, grouping, least)
    shown = [group for group in groups if group["patients"] >= (hide_below(settings) or 1)]
    limit = settings["limit_months"] or steps.choose_limit([group["curve"] for group in shown])
    named = len(shown) > direct.MOST_IN_KEY
    columns = 1 if named else grid.choose_columns(min(2, len(causes)))
    for group, letter in zip(shown, direct.choose_letters(len(shown)), strict=True):
        group["letter"] = letter
    lettered = any(group["letter"] for group in groups)
    tall = AXES_HEIGHT if not named else min(AXES_HEIGHT, PAGE / max(1, len(causes)) - 0.85)
    lines, taken = [], 0.16
    if named:
        lines, taken = direct.fit_labels([each["letter"] or each["label"] for each in shown], tall)
    width = grid.share_width(style.page_width(), columns, LEFT, GAP, taken)
    if columns == 1 and not named:
        width = min(width, style.SINGLE)
    tall = max(tall, direct.stack_height(lines))
    ticks = steps.list_ticks(limit, max(columns, grid.crowd(columns, width)))
    room = style.page_width() - 2 * MARGIN

    words = f"{endpoint['label']}: cumulative incidence by {grouping['label']} ({ESTIMATOR})"
    heading = style.wrap(words, room, weight="bold")
    key = [
        (group, style.wrap(_name(group), room - 0.36))
        for group in (groups if lettered or not named else ())
    ]
    titles = [
        [
            *style.wrap(name_cause(cause), width + 0.3, weight="bold"),
            *style.wrap(state_test(tests, cause), width + 0.3),
        ]
        for cause in causes
    ]
    notes = [*steps.list_notes(grouping), *steps.note_ends(shown, limit, few, least)]
    absent = [group["label"] for group in groups if group not in shown]
    notes += [f"Not drawn, too few patients: {name}." for name in absent]
    if not shown:
        notes.append("No patient of these groups has a known time.")
    band = settings["confidence_band"] and len(shown) <= MOST_BANDS
    notes += [steps.BAND] * (band and bool(shown))
    notes = style.wrap_all(notes, room, SMALL)

    small = style.line_height(SMALL)
    # also of those that are not drawn: where small counts are hidden, the others must not tell them
    counted = [group for group in groups if group["patients"]]
    names = [
        [] if group["letter"] else style.wrap(group["label"], width, SMALL) for group in counted
    ]
    counts = small + sum((len(each) + 1) * small for each in names) + 0.12
    top = style.first_line(synthetic)
    key_top = top + len(heading) * style.line_height() + 0.05
    first = key_top + sum(len(each) for _, each in key) * style.line_height() + 0.08
    heads = [len(each) * style.line_height() + 0.08 for each in titles] if shown else []
    under = AXIS_ROOM, 0.04 if columns == 1 else counts
    heights = [tall, *(h for h in grid.LOWER if direct.stack_height(lines) <= h < tall)]
    below = len(notes) + (counts / small if columns == 1 else 0)
    rows, bottom, tall, lost = grid.fit_rows(heads, columns, first, under, heights, below)
    notes = grid.name_lost(lost, [name_cause(cause) for cause in causes], room) + notes
    bottom += counts if columns == 1 and rows else 0
    figure, page = style.new_page(
        style.page_width(), bottom + len(notes) * small + MARGIN, synthetic
    )
    style.write(page, MARGIN, top, heading, weight="bold")
    for group, each in key:
        if group in shown:
            middle = key_top + 0.5 * style.line_height()
            steps.draw_sample(page, MARGIN, middle, group["colour"], group["dash"])
        ink = style.text_colour(group["colour"]) if group in shown else style.GREY
        key_top += style.write(page, MARGIN + 0.36, key_top, each, color=ink, label=NAME)
    for row, y, axes_top in rows:
        for column, number in enumerate(row):
            x = LEFT + column * (width + GAP)
            split = len(style.wrap(name_cause(causes[number]), width + 0.3, weight="bold"))
            below = style.write(page, x - 0.2, y, titles[number][:split], weight="bold")
            style.write(page, x - 0.2, y + below, titles[number][split:])
            axes = steps.add_time_axes(page, x, axes_top, width, tall, limit, ticks)
            drawn = []
            for group in shown:
                mine = incidence[
                    (incidence["cause"] == causes[number])
                    & (formats.as_texts(incidence["group"]) == group["name"])
                ]
                line = {**group, "curve": mine.sort_values("time", kind="stable")}
                steps.draw_curve(axes, line, limit, band, "incidence", few)
                drawn.append(line)
            if named:
                ends = [find_end(line, limit, few, "incidence") for line in drawn]
                direct.draw_labels(page, axes, ends, lines, [line["colour"] for line in drawn])
            place = axes_top + tall
            landmark = grouping["landmark_months"]
            steps.name_time(page, x + width / 2, place, endpoint, landmark)
            if column == 0:
                title = ["Cumulative incidence (%)"]
                style.write_upright(page, MARGIN, axes_top + tall / 2, title)
            if columns > 1 or number == rows[-1][0][-1]:
                box = x, place + AXIS_ROOM, width / limit
                _draw_at_risk(page, counted, names, ticks, box, f"at_risk of panel {number}")
    style.write(page, MARGIN, bottom, notes, SMALL, color=style.GREY)
    return figure


def list_groups(curves, grouping, least):
    """The groups in declared order: name, label, look, patients, curve of those at risk and the month after which few are."""
    of_curve, groups = formats.as_texts(curves["group"]), []
    for position, name in enumerate(grouping["groups"]):
        curve = curves[of_curve == name].sort_values("time", kind="stable")
        colour, dash = style.group_style(position, len(grouping["groups"]))
        groups.append(
            {
                "name": name,
                "label": grouping["group_labels"].get(name, name),
                "letter": None,  # that stands for the label on a narrow page
                "colour": colour,
                "dash": dash,
                "curve": curve,
                "patients": int(steps.count_at_risk(curve, [0])[0]) if len(curve) else 0,
                "few": steps.find_few(curve, least),
            }
        )
    return groups


def _name(group):
    return f"{group['letter']}: {group['label']}" if group["letter"] else group["label"]


def state_test(tests, cause):
    """The sentence on Gray's test of one cause, or why there is none."""
    for row in tests[tests["cause"] == cause].itertuples():
        if formats.is_missing(row.p_value):
            return f"Gray's test: {row.note}"
        return f"Gray's test {style.state_p(row.p_value)}"
    return ""


def _draw_at_risk(page, groups, names, ticks, box, part):
    """Below a panel the numbers at risk of each group, under its name; part: what they add up to the same whole by."""
    left, top, scale = box
    if not groups:
        return
    top += style.write(page, left - 0.2, top, "Number at risk", SMALL, weight="bold")
    for group, lines in zip(groups, names, strict=True):
        ink = style.text_colour(group["colour"])
        if group["letter"]:
            style.write(page, MARGIN, top, group["letter"], SMALL, color=ink, label=NAME)
        top += style.write(page, left - 0.2, top, lines, SMALL, color=ink, label=NAME)
        counts = steps.count_at_risk(group["curve"], ticks)
        steps.write_counts(page, counts, ticks, left, top, scale, part)
        top += style.line_height(SMALL)
