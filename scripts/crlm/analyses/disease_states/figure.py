"""The share of the patients in each state over time, stacked: one panel per group, with the numbers in each state below."""

import numpy as np
from matplotlib.patches import Polygon

from crlm.display import curves as steps
from crlm.display import formats, grid, style
from crlm.display.curves import AXIS_ROOM
from crlm.display.privacy import NAME
from crlm.display.style import MARGIN, SMALL

AXES_HEIGHT = 2.0
LEFT, GAP = 0.62, 0.5
TINTS = (  # neighbours differ in lightness, for a print in grey
    *("#BFE0F5", "#E0922B", "#006B4E", "#CC79A7", "#0072B2", "#F0E442", "#D55E00"),
)
FINAL = "#7d7d7d"


@style.styled
def plot_states(curves, grouping, plan, synthetic=False, small_cells=None):
    """Stacked probabilities of the states of one grouping, and below each panel the patients in each state at the ticks.

    curves: the rows of the grouping in disease_states/curves.csv; grouping: its spec; plan: that of disease_states. The states
    lie in the declared order from below, so that the upper edge of the last one is at 100 %. Areas end where fewer than
    `small_cells` patients are observed; a group that never has as many has none.
    """
    states, horizon = plan["history"]["states"], plan["horizon_months"]
    owner = formats.as_texts(curves["group"])
    shown = [name for name in grouping["groups"] if (owner == name).any()]
    ends = [_find_end(curves[owner == name], states, small_cells or 0) for name in shown]
    columns = grid.choose_columns(max(len(shown), 1))
    page_width = style.page_width() if columns > 1 else style.page_width(1.35 * style.SINGLE)
    left = LEFT
    width = grid.share_width(page_width, columns, left, GAP)
    ticks = steps.list_ticks(horizon, grid.crowd(columns, width))
    heading = style.wrap(_name(grouping), page_width - 2 * MARGIN, weight="bold")
    titles = [
        style.wrap(grouping["group_labels"].get(name, name), width + 0.2, weight="bold")
        for name in shown
    ]
    titles = titles if len(grouping["groups"]) > 1 else [[]] * len(shown)
    heads = [len(lines) * style.line_height() + 0.08 for lines in titles]
    key = place_key(states, page_width)
    staying = [name for name, spec in states.items() if not spec["final"]]
    labels = {name: style.wrap(states[name]["label"], width + 0.2, SMALL) for name in staying}
    below = [style.line_height(SMALL) * (1 + len(labels[name])) for name in staying]
    under = AXIS_ROOM, style.line_height(SMALL), sum(below), 0.16
    top = style.first_line(synthetic)
    start = top + len(heading) * style.line_height() + 0.05
    first = start + key[-1][1] + style.line_height() + 0.04
    absent = [grouping["group_labels"][name] for name in grouping["groups"] if name not in shown]
    notes = [f"No patient with a known history: {name}." for name in absent]
    last = [curves.loc[owner == name, "time"].max() for name in shown]
    if any(min(horizon, time) > end for time, end in zip(last, ends, strict=True)):
        notes.append(f"Curves end where fewer than {small_cells} are at risk.")
    notes = style.wrap_all(notes, page_width - 2 * MARGIN, SMALL)
    heights = AXES_HEIGHT, *grid.LOWER
    rows, bottom, tall, lost = grid.fit_rows(heads, columns, first, under, heights, len(notes))
    names = [grouping["group_labels"].get(name, name) for name in shown]
    notes = grid.name_lost(lost, names, page_width - 2 * MARGIN) + notes
    height = bottom + len(notes) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(page_width, height, synthetic)
    style.write(page, MARGIN, top, heading, weight="bold")
    draw_key(page, start, states, key)
    for row, y, axes_top in rows:
        for column, number in enumerate(row):
            x = left + column * (width + GAP)
            style.write(page, x - 0.2, y, titles[number], weight="bold", label=NAME)
            axes = steps.add_time_axes(page, x, axes_top, width, tall, horizon, ticks)
            mine = curves[owner == shown[number]]
            if ends[number] or not small_cells:
                _stack(axes, mine, states, min(horizon, ends[number]))
            else:
                steps.say_few(axes, small_cells)
            line = axes_top + tall + AXIS_ROOM
            head = "Patients observed in each state"
            line += style.write(page, x - 0.2, line, head, SMALL, weight="bold")
            for name in staying:
                colour = style.text_colour(colour_states(states)[name])
                line += style.write(page, x - 0.2, line, labels[name], SMALL, color=colour)
                own = mine[mine["state"] == name].sort_values("time", kind="stable")
                counts = steps.count_at_risk(own, ticks)
                steps.write_counts(page, counts, ticks, x, line, width / horizon)
                line += style.line_height(SMALL)
        centre = left + (len(row) * (width + GAP) - GAP) / 2
        words = f"Months since {plan['history']['origin_label']}"
        style.write_centred(page, centre, axes_top + tall + 0.2, words)
        name = ["Patients in the state (%)"]
        style.write_upright(page, MARGIN, axes_top + tall / 2, name)
    style.write(page, MARGIN, bottom, notes, SMALL, color=style.GREY)
    return figure


def _find_end(curves, states, least):
    """The last time of a group with `least` patients observed in a state that is not final; 0 if there never are as many."""
    staying = [name for name, spec in states.items() if not spec["final"]]
    observed = curves[curves["state"].isin(staying)].groupby("time")["at_risk"].sum()
    enough = observed.index[observed >= least]
    return float(enough.max()) if len(enough) else 0.0


def _name(grouping):
    if len(grouping["groups"]) < 2:
        return "Disease states"
    return f"Disease states by {grouping['label']}"


def _stack(axes, curves, states, horizon):
    """Areas in the declared order from below, up to the last time known; drawn from above, each with its own steps only."""
    known = curves.sort_values("time", kind="stable")
    shares = known.pivot_table("probability", "time", "state", sort=False)[list(states)]
    tops = 100 * shares.cumsum(axis=1)
    for name in reversed(states):
        top = tops[name].to_numpy()
        moved = np.append(True, np.abs(np.diff(top)) > 1e-9)
        time, share = steps.build_steps(tops.index[moved], top[moved], horizon)
        end = min(horizon, tops.index[-1])
        corners = np.column_stack([time, share])
        corners = np.vstack([[0, 0], corners, [end, share[-1]], [end, 0]])
        look = {"facecolor": colour_states(states)[name], "edgecolor": "white", "linewidth": 0.4}
        axes.add_patch(Polygon(corners, closed=True, **look))


def colour_states(states):
    """{state: colour}: a final state is grey, the others in the declared order."""
    others = [name for name, spec in states.items() if not spec["final"]]
    colours = {name: TINTS[place % len(TINTS)] for place, name in enumerate(others)}
    return {name: colours.get(name, FINAL) for name in states}


def place_key(states, page_width):
    """(x, y, label) of each state in the key, in further lines when the page is full."""
    places, x, y = [], MARGIN, 0.0
    for spec in states.values():
        (label, *more) = style.wrap(spec["label"], page_width - 2 * MARGIN - 0.3, SMALL + 0.5)
        label = label if not more else f"{label} ..."
        needed = 0.2 + style.measure(label, SMALL + 0.5) + 0.22
        if x > MARGIN and x + needed > page_width:
            x, y = MARGIN, y + style.line_height()
        places.append((x, y, label))
        x += needed
    return places


def draw_key(page, top, states, places):
    for name, (x, y, label) in zip(states, places, strict=True):
        upper = top + y + 0.02
        page.fill_between(
            [x, x + 0.14], upper, upper + 0.09, color=colour_states(states)[name], linewidth=0
        )
        style.write(page, x + 0.2, top + y, label, SMALL + 0.5)
