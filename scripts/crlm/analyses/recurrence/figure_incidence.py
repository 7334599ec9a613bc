"""Stacked cumulative incidence of the kinds of recurrence and of death without it: one panel per group."""

import numpy as np

from crlm.analyses.recurrence.patients import choose_classification, list_causes
from crlm.analyses.recurrence.plan import ENDED, UNKNOWN
from crlm.display import curves as steps
from crlm.display import formats, grid, style
from crlm.display.curves import AXIS_ROOM
from crlm.display.privacy import NAME
from crlm.display.style import MARGIN, SMALL

AXES_HEIGHT = 2.1
LEFT, GAP = 0.62, 0.5  # room for the name of the axis, and between panels
# neighbours differ in lightness, for a print in grey; light where the dashed line runs
TINTS = ("#2F6DA8", "#E8C35A", "#C4606F", "#A9D2EE", "#3F8F4E", "#E6B8CF", "#7A4FA3")
GREYS = {ENDED: "#EDEDED", UNKNOWN: "#A0A0A0"}
DASHED = (0, (4, 1.6))
ESTIMATOR = "Aalen-Johansen"
NAIVE = "deaths censored (1 − Kaplan-Meier): too high"


@style.styled
def plot_patterns(
    incidence, endpoint, grouping, settings, spec, output, synthetic=False, gray=None
):
    """Figure of one grouping: areas of the causes on top of each other, the naive curve dashed, the number at risk.

    incidence: recurrence/incidence.csv; endpoint, grouping: names; settings: the plan's `recurrence`; spec: the endpoint's label
    and time_label; output: the plan's `output`; gray: recurrence/gray.csv.
    """
    groups = settings["groupings"][grouping]
    which = settings["endpoints"][endpoint]
    kind = choose_classification(which)
    mine = incidence[(incidence["endpoint"] == endpoint) & (incidence["grouping"] == grouping)]
    drawn = mine[mine["classification"] == kind]
    causes = list_causes(which["classifications"][kind])
    if not (drawn["incidence"][drawn["cause"] == UNKNOWN] > 0).any():
        causes.pop(UNKNOWN, None)
    few, least = steps.choose_few(output)
    few = few if few == "end" else None  # areas cannot be thin and grey
    shown = [name for name in groups["groups"] if (drawn["group"] == name).any()]
    panels = [_arrange(mine[mine["group"] == name], kind, causes) for name in shown]
    ends = [{"curve": panel, "few": steps.find_few(panel, least)} for panel in panels]
    title = (
        f"{spec['label']}: recurrence by {groups['label']}"
        if len(groups["groups"]) > 1
        else f"{spec['label']}: recurrence"
    )
    if not shown:
        return draw_words(title, "No patient of these groups has a known time.", synthetic)
    if few and not any(end["few"] for end in ends):
        words = f"Not drawn: fewer than {least} patients at risk in every group."
        return draw_words(title, words, synthetic)
    limit = output["limit_months"] or steps.choose_limit(panels)

    columns = grid.choose_columns(len(shown))
    page_width = style.page_width() if columns > 1 else style.page_width(1.35 * style.SINGLE)
    room = page_width - 2 * MARGIN
    width = grid.share_width(page_width, columns, LEFT, GAP)
    ticks = steps.list_ticks(limit, grid.crowd(columns, width))
    labels = [
        style.wrap(groups["group_labels"][name], width + 0.3, weight="bold") for name in shown
    ]
    labels = labels if len(groups["groups"]) > 1 else [[]] * len(shown)
    heads = [len(lines) * style.line_height() + 0.08 for lines in labels]
    key = [
        (choose_colour(cause, causes), style.wrap(label, room - 0.36))
        for cause, label in causes.items()
    ]
    whole = which["classifications"]["any"]["causes"]["recurrence"]
    key.append((None, style.wrap(f"{whole}, {NAIVE}", room - 0.36)))
    heading = style.wrap(title, room, weight="bold")

    top = style.first_line(synthetic)
    key_top = top + len(heading) * style.line_height() + 0.05
    first = key_top + sum(len(lines) for _, lines in key) * style.line_height() + 0.1
    notes = [f"{ESTIMATOR} estimates, no patient counts twice."]
    if gray is not None:
        mine = gray[(gray["endpoint"] == endpoint) & (gray["grouping"] == grouping)]
        notes += state_tests(mine[mine["classification"].isin([kind, "any"])], which)
    notes += steps.note_ends(ends, limit, few, least)
    notes = style.wrap_all(notes, room, SMALL)
    under, heights = (AXIS_ROOM, 2 * style.line_height(SMALL), 0.16), (AXES_HEIGHT, *grid.LOWER)
    rows, bottom, tall, lost = grid.fit_rows(heads, columns, first, under, heights, len(notes))
    notes = grid.name_lost(lost, [groups["group_labels"][name] for name in shown], room) + notes
    height = bottom + len(notes) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(page_width, height, synthetic)
    style.write(page, MARGIN, top, heading, weight="bold")
    style.write(page, MARGIN, bottom, notes, SMALL, color=style.GREY)
    _draw_key(page, key_top, key)
    for row, y, axes_top in rows:
        below = axes_top + tall
        for column, number in enumerate(row):
            x = LEFT + column * (width + GAP)
            style.write(page, x - 0.2, y, labels[number], weight="bold", label=NAME)
            axes = steps.add_time_axes(page, x, axes_top, width, tall, limit, ticks)
            end = min(limit, ends[number]["few"]) if few else limit
            if end:
                _draw_panel(axes, panels[number], causes, end)
            else:
                steps.say_few(axes, least)
            steps.draw_at_risk(page, panels[number], ticks, x, below + AXIS_ROOM, width / limit)
        centre = LEFT + (len(row) * (width + GAP) - GAP) / 2
        steps.name_time(page, centre, below, spec)
        style.write_upright(page, MARGIN, axes_top + tall / 2, ["Cumulative incidence (%)"])
    return figure


def state_tests(gray, which):
    """Gray's tests between the groups in a sentence; gray: their rows; which: the plan of the endpoint."""
    parts = []
    for row in gray.itertuples():
        label = list_causes(which["classifications"][row.classification])[row.cause]
        if not formats.is_missing(row.p_value):
            parts.append(f"{label[:1].lower()}{label[1:]} {style.state_p(row.p_value)}")
    return [f"Gray's test: {'; '.join(dict.fromkeys(parts))} (not adjusted)."] if parts else []


def draw_words(title, words, synthetic):
    """A figure with nothing to show says so."""
    wide = style.page_width(1.35 * style.SINGLE)
    room = wide - 2 * MARGIN
    heading, lines = style.wrap(title, room, weight="bold"), style.wrap(words, room)
    top = style.first_line(synthetic)
    height = top + (len(heading) + len(lines)) * style.line_height() + 0.1 + MARGIN
    figure, page = style.new_page(wide, height, synthetic)
    top += style.write(page, MARGIN, top, heading, weight="bold")
    style.write(page, MARGIN, top + 0.05, lines)
    return figure


def choose_colour(cause, causes):
    """Light grey for the end without recurrence, grey for recurrences of unknown class."""
    return GREYS.get(cause) or TINTS[list(causes).index(cause) % len(TINTS)]


def _arrange(table, kind, causes):
    """One group's times, number at risk, incidence per cause and the naive curve, as a frame in order of time."""
    table = table.sort_values("time", kind="stable")
    own = table[table["classification"] == kind]
    found = own[own["cause"] == ENDED].reset_index(drop=True)[["time", "at_risk"]]
    for cause in causes:
        found[cause] = own.loc[own["cause"] == cause, "incidence"].to_numpy(float)
    whole = table[(table["classification"] == "any") & (table["cause"] == "recurrence")]
    return found.assign(naive=whole["naive"].to_numpy(float))


def _draw_panel(axes, panel, causes, limit):
    under = np.zeros(len(panel))
    for cause in causes:
        over = under + panel[cause].to_numpy()
        time, low = steps.build_steps(panel["time"], 100 * under, limit)
        _, high = steps.build_steps(panel["time"], 100 * over, limit)
        colour = choose_colour(cause, causes)
        axes.fill_between(time, low, high, color=colour, linewidth=0, zorder=1)
        edge = style.GREY if cause == list(causes)[-1] else "white"
        axes.plot(time, high, color=edge, linewidth=0.5, zorder=2)
        under = over
    time, naive = steps.build_steps(panel["time"], 100 * panel["naive"], limit)
    axes.plot(
        time, naive, color=style.INK, linestyle=DASHED, linewidth=0.9, clip_on=False, zorder=3
    )


def _draw_key(page, top, key):
    for colour, lines in key:
        middle = top + 0.5 * style.line_height()
        if colour:
            page.fill_between(
                [MARGIN, MARGIN + 0.28],
                middle - 0.04,
                middle + 0.04,
                color=colour,
                linewidth=0,
            )
        else:
            steps.draw_sample(page, MARGIN, middle, style.INK, DASHED, 0.9)
        top += style.write(page, MARGIN + 0.36, top, lines)
