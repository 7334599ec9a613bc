"""Flow of patients between the groups of two scores, with the survival observed in every group and flow."""

from itertools import compress, pairwise

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex, to_rgb
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from crlm.display import formats, style
from crlm.display.grid import TALLEST, is_stacked
from crlm.display.style import MARGIN, SMALL
from crlm.plan import phrases

LABELS = 1.75  # room of the labels beside the bars, inches
SHARE = 0.22  # of a narrow page that these labels may have
BAR, GAP = 0.3, 0.06  # width of a bar, space between its groups
TALL, TALLER = (
    2.3,
    3.9,
)  # least height of the groups of a bar together, and most for the sake of a thin flow's numbers
LEGIBLE = 0.9  # of a line's height: a flow that holds its numbers
FLOW = 0.45  # opacity of a flow


@style.styled
def plot_reclassification(flows, comparisons, endpoint, synthetic=False, small_cells=None):
    """Figure with one panel per pair of neighbouring scores: bars of their groups, flows in the colour of their origin.

    flows: performance/{endpoint}_reclassification.csv; comparisons: the plan's {name: [{name, label, levels,
    level_labels}, ..]}; endpoint: its spec. Numbers of patients stand in the bars, the survival observed at the horizon
    beside the groups and in the flows, which run level as far as their numbers do and cross behind them. A flow of few patients
    is outlined with dashes and has no survival. On a narrow page flows have no limits. Two scores with a flow of fewer than
    `small_cells` patients are not drawn: its height would tell them.
    """
    pairs = [
        (rows, here, there)
        for name, sides in comparisons.items()
        for step, (here, there) in enumerate(pairwise(sides), 1)
        if len(rows := _choose(flows, name, step))
    ]
    few = [rows["patients"].between(1, (small_cells or 0) - 1).any() for rows, *_ in pairs]
    hidden = [f"{here['label']} and {there['label']}" for _, here, there in compress(pairs, few)]
    pairs = [pair for pair, is_few in zip(pairs, few, strict=True) if not is_few]
    heading = style.first_line(synthetic)
    title = f"{endpoint['label']}: groups compared"
    title = style.wrap(title, style.page_width() - 2 * MARGIN, weight="bold")
    top = heading + len(title) * style.line_height() + 0.12
    for tall in (TALLER, TALL, TALL / 2):  # several panels share the page
        panels = [_lay_out(*pair, tall) for pair in pairs]
        notes = _list_notes(flows, comparisons, panels) if panels else []
        notes += [
            f"Not drawn, a flow of fewer than {small_cells} patients: {each}; see the table."
            for each in hidden
        ]
        lines = style.wrap_all(notes, style.page_width() - 2 * MARGIN, SMALL)
        height = top + sum(panel["height"] for panel in panels)
        if height + len(lines) * style.line_height(SMALL) + MARGIN <= TALLEST:
            break
    figure, page = style.new_page(
        style.page_width(), height + len(lines) * style.line_height(SMALL) + MARGIN, synthetic
    )
    style.write(page, MARGIN, heading, title, weight="bold")
    for panel in panels:
        _draw(page, panel, top)
        top += panel["height"]
    style.write(page, MARGIN, top, lines, SMALL, color=style.GREY)
    return figure


def _choose(flows, comparison, step):
    rows = flows[flows["comparison"].eq(comparison) & flows["step"].eq(step)]
    return rows.assign(
        from_group=formats.as_texts(rows["from_group"]), to_group=formats.as_texts(rows["to_group"])
    )


def _lay_out(rows, here, there, tall):
    """What a panel shows, with tops and heights in inches below the top of its bars.

    As tall as the numbers in its thin flows need, at most `tall`.
    """
    cells = rows[rows["from_group"].ne("") & rows["to_group"].ne("")]
    total = cells["patients"].sum()
    sides = []
    for side, key, other in ((here, "from_group", "to_group"), (there, "to_group", "from_group")):
        wholes = rows[rows[other].eq("")].set_index(key)
        groups = [level for level in side["levels"] if wholes.loc[level, "patients"] > 0]
        labels = {
            level: [
                *style.wrap(side["level_labels"][level], _find_room(), SMALL),
                *_tell_group(wholes.loc[level]),
            ]
            for level in groups
        }
        sides.append(
            {
                "title": style.wrap(side["label"], _find_title_room(), weight="bold"),
                "wholes": wholes,
                "groups": groups,
                "labels": labels,
            }
        )
    needed = [sum(map(_room, side["labels"].values())) for side in sides]
    most = max((len(side["groups"]) for side in sides), default=0)
    flows = cells.loc[cells["patients"] > 0, "patients"]
    wanted = LEGIBLE * style.line_height(SMALL) * total / flows.min() if total else 0
    inches = max(min(TALL, tall), min(wanted + GAP * max(most - 1, 0), tall), *needed)
    scale = (inches - GAP * max(most - 1, 0)) / total if total else 0
    for side in sides:
        sizes = [side["wholes"].loc[level, "patients"] * scale for level in side["groups"]]
        tops = np.cumsum([0, *(size + GAP for size in sizes)])[:-1]
        side["bars"] = dict(zip(side["groups"], zip(tops, sizes, strict=True), strict=True))
    head = max(len(side["title"]) for side in sides) * style.line_height() + 0.08
    told = cells["patients"] * scale >= LEGIBLE * style.line_height(SMALL) - 1e-9
    words = [_tell_flow(row) for _, row in cells[told].iterrows()]
    return {
        "rows": cells.assign(told=told),
        "level": max((style.measure(each, SMALL) for each in words), default=0) + 0.12,
        "sides": sides,
        "scale": scale,
        "head": head,
        "height": head + inches + 0.25,
        "inches": inches,
    }


def _find_room():
    """Inches of the labels beside a bar."""
    return SHARE * (style.page_width() - 2 * MARGIN) if is_stacked() else LABELS


def _find_title_room():
    return (style.page_width() - 2 * MARGIN) / 2 - 0.1 if is_stacked() else LABELS + BAR


def _room(lines):
    return len(lines) * style.line_height(SMALL) + 0.06


def _tell_group(row):
    """Lines with the survival of a group in per cent, or its size where there is none."""
    if np.isnan(row["survival"]):
        return [f"n = {row['patients']}"]
    words = f"{formats.format_percent(row['survival'], row['lower'], row['upper'])} %"
    return (
        style.wrap(words.replace(" %", f"{style.NBSP}%"), _find_room(), SMALL)
        if is_stacked()
        else [words]
    )


def _tell_flow(row):
    """Patients and survival of a flow, in whole per cent for want of room."""
    if np.isnan(row["survival"]):
        return f"n = {row['patients']}"
    values = (formats.format_number(100 * row[key], 0) for key in ("survival", "lower", "upper"))
    middle, lower, upper = values
    words = f"n = {row['patients']}: {middle} %"
    return words if is_stacked() else f"{words} ({lower}{formats.style().limits}{upper})"


def _draw(page, panel, top):
    left, right = panel["sides"]
    edge = MARGIN + _find_room() + 0.08
    x = edge, style.page_width() - edge - BAR
    if is_stacked():
        style.write(page, MARGIN, top, left["title"], weight="bold")
        end = style.page_width() - MARGIN
        style.write(page, end, top, right["title"], weight="bold", ha="right")
    else:
        style.write(page, x[0] + BAR, top, left["title"], weight="bold", ha="right")
        style.write(page, x[1], top, right["title"], weight="bold")
    top += panel["head"]
    colours = {
        level: style.group_style(place, len(left["groups"]))[0]
        for place, level in enumerate(left["groups"])
    }
    _draw_flows(page, panel, (x[0] + BAR, x[1]), top, colours)
    for place, (side, at) in enumerate(zip(panel["sides"], x, strict=True)):
        centres = [start + size / 2 for start, size in side["bars"].values()]
        middles = _spread(
            centres, [_room(side["labels"][each]) for each in side["groups"]], panel["inches"]
        )
        for level, centre, middle in zip(side["groups"], centres, middles, strict=True):
            start, size = side["bars"][level]
            colour = style.GREY if place else colours[level]
            page.add_patch(Rectangle((at, top + start), BAR, size, facecolor=colour, linewidth=0))
            if size >= style.line_height(SMALL):
                words = str(side["wholes"].loc[level, "patients"])
                y = top + centre - style.line_height(SMALL) / 2
                look = {"color": _choose_ink(colour), "weight": "bold", "ha": "center"}
                style.write(page, at + BAR / 2, y, words, SMALL, **look)
            lines = side["labels"][level]
            edge, text = (at + BAR, at + BAR + 0.08) if place else (at, at - 0.08)
            y = top + middle - len(lines) * style.line_height(SMALL) / 2
            style.write(page, text, y, lines, SMALL, ha="left" if place else "right")
            if abs(middle - centre) > 0.03:
                page.plot(
                    [edge, text - 0.03 if place else text + 0.03],
                    [top + centre, top + middle],
                    color=style.RULE,
                    linewidth=0.4,
                )


def _choose_ink(colour):
    """White, or dark where white could not be read on the colour."""
    return "white" if style.text_colour(colour) == to_hex(colour) else style.INK


def _spread(centres, rooms, height):
    """Middles of the labels: at their bars, moved apart where they would overlap, within the height."""
    middles, ends = list(centres), 0.0
    for place, room in enumerate(rooms):
        middles[place] = max(middles[place], ends + room / 2)
        ends = middles[place] + room / 2
    limit = max(height + 0.1, sum(rooms))
    for place in reversed(range(len(rooms))):
        middles[place] = min(middles[place], limit - rooms[place] / 2)
        limit = middles[place] - rooms[place] / 2
    return middles


def _draw_flows(page, panel, x, top, colours):
    """Ribbons in the order of the bars, those of one group one below the other at either end."""
    left, right = panel["sides"]
    used = [{level: start for level, (start, _) in side["bars"].items()} for side in panel["sides"]]
    rows = panel["rows"]
    place = {level: number for number, level in enumerate(right["groups"])}
    rows = rows[rows["patients"] > 0]
    flows = [
        row for level in left["groups"] for _, row in rows[rows["from_group"].eq(level)].iterrows()
    ]
    for row in sorted(
        flows, key=lambda row: (left["groups"].index(row["from_group"]), place[row["to_group"]])
    ):
        size = row["patients"] * panel["scale"]
        begin, end = used[0][row["from_group"]] + top, used[1][row["to_group"]] + top
        used[0][row["from_group"]] += size
        used[1][row["to_group"]] += size
        few = pd.isna(row["survival"])
        page.add_patch(
            PathPatch(
                _bend((x[0], x[0] + panel["level"], x[1]), begin, end, size),
                facecolor=(*to_rgb(colours[row["from_group"]]), FLOW / 3 if few else FLOW),
                edgecolor=style.INK if few else "white",
                linestyle=(0, (2, 1.5)) if few else "-",
                linewidth=0.5 if few else 0.4,
            )
        )
        if row["told"]:
            y = begin + size / 2 - style.line_height(SMALL) / 2
            style.write(page, x[0] + 0.06, y, _tell_flow(row), SMALL)


def _bend(x, begin, end, size):
    """Outline of a ribbon that is level as far as its numbers stand, then bends and arrives level. x: start, bend, end."""
    left, bend, right = x
    middle = (bend + right) / 2
    points = [
        *((left, begin), (bend, begin), (middle, begin), (middle, end), (right, end)),
        *((right, end + size), (middle, end + size), (middle, begin + size), (bend, begin + size)),
        *((left, begin + size), (left, begin)),
    ]
    there = [Path.LINETO, *[Path.CURVE4] * 3]
    codes = [Path.MOVETO, *there, *there, Path.LINETO, Path.CLOSEPOLY]
    return Path(points, codes)


def _list_notes(flows, comparisons, panels):
    """Who is shown, and what the numbers are."""
    notes = []
    for name, sides in comparisons.items():
        mine = flows[flows["comparison"].eq(name) & flows["step"].eq(1)]
        cells = mine.dropna(subset=["from_group", "to_group"])
        if cells.empty:
            continue
        words = f"{cells['patients'].sum()} patients with a group in each"
        words += f" ({cells['missing'].iloc[0]} left out)"
        horizon = cells["horizon"].iloc[0]
        if pd.notna(horizon):
            words += f", {cells['events'].sum()} events until {horizon:g} months"
        titles = "; ".join(side["label"] for side in sides)
        notes.append(f"{titles}: {words}." if len(comparisons) > 1 else f"{words}.")
    horizons = sorted(flows["horizon"].dropna().unique())
    if horizons:
        months = phrases.join_words((f"{each:g}" for each in horizons), "or")
        words = f"%: Kaplan-Meier survival at {months} months (95% CI)."
        untold = flows[flows["survival"].isna() & flows["patients"].gt(0)]["note"].dropna()
        if len(untold):
            words += (
                f" Without a survival: {phrases.join_words(untold.unique(), 'or')} (flows dashed)."
            )
        notes.append(words)
        rows = [panel["rows"] for panel in panels]
        if any((each["patients"].gt(0) & ~each["told"]).any() for each in rows):
            words = "Flows too thin for their numbers: see the table."
            notes.append(words)
    else:
        notes.append("No horizon with enough patients: no survival is given.")
    return notes
