"""The pathways of the patients through the states: a box per step and state, bands as wide as the patients are many."""

from string import ascii_uppercase

import numpy as np

from crlm.analyses.disease_states.estimate import LAST_SEEN, LATER
from crlm.analyses.disease_states.figure import colour_states
from crlm.display import language, style
from crlm.display.style import MARGIN, SMALL

HEIGHT = 3.0  # of the first box, inches
BOX, GAP = 0.11, 0.34  # width of a box; room between two boxes of a column
LEAST_BAND = 0.012  # inches
ENDS = {LAST_SEEN: "Seen last", LATER: "Later changes"}
END_COLOUR = "#d9d9d9"
LEVEL, MOST_LEVEL = (
    0.6,
    0.86,
)  # of the way between boxes: labels stand there, bands run level and cross none but their own


@style.styled
def plot_pathways(pathways, states, synthetic=False):
    """Flow figure of disease_states/pathways.csv (masked where small counts are hidden: a text in place of a count).

    states: of the plan, for labels, order and colours. From left to right the steps; a band of a hidden count has the least width.
    """
    heading = style.wrap(
        "Pathways through the disease states", style.page_width() - 2 * MARGIN, weight="bold"
    )
    top = style.first_line(synthetic)
    start = top + len(heading) * style.line_height() + 0.1
    if pathways.empty:
        figure, page = style.new_page(style.page_width(), start + 0.4, synthetic)
        style.write(page, MARGIN, top, heading, weight="bold")
        style.write(page, MARGIN, start, "No patient with a known history.", color=style.GREY)
        return figure
    steps = list(dict.fromkeys(pathways["step"]))
    columns = _fill_columns(pathways, steps, states)
    width = (style.page_width() - 2 * MARGIN) / len(columns)
    names = [_label(states, name) for column in columns for name in column]
    words = [word for name in names for word in language.say(name).split()]
    longest = max(style.measure(word, SMALL) for word in words)
    letters, key = {}, []
    if longest + 0.08 > MOST_LEVEL * (width - BOX):  # words would be broken: letters, and a key
        used = [name for name in [*states, *ENDS] if any(name in column for column in columns)]
        letters = dict(zip(used, ascii_uppercase, strict=False))
        room = style.page_width() - 2 * MARGIN - 0.2
        key = [
            (name, style.wrap(f"{letter}: {_label(states, name)}", room, SMALL))
            for name, letter in letters.items()
        ]
        key.append((None, ["Below each letter: patients."]))
        longest = style.measure("withheld", SMALL)
    level = min(max(LEVEL * (width - BOX), longest + 0.08), MOST_LEVEL * (width - BOX))
    labels = {
        (number, name): style.wrap(letters.get(name) or _label(states, name), level - 0.06, SMALL)
        for number, column in enumerate(columns)
        for name, node in column.items()
    }
    biggest = max(sum(node["size"] for node in column.values()) for column in columns)
    scale = HEIGHT / max(biggest, 1)
    key_top, start = start, start + sum(len(lines) for _, lines in key) * style.line_height(SMALL)
    start += 0.06 * bool(key)
    bottom = start
    for number, column in enumerate(columns):
        y = start
        for name, node in column.items():
            lines = labels[number, name]
            node["height"] = max(node["size"] * scale, LEAST_BAND)
            node["x"], node["top"] = MARGIN + number * width, y
            room = (len(lines) + 1) * style.line_height(SMALL)
            y += max(node["height"], room) + 0.1
        bottom = max(bottom, y)
    figure, page = style.new_page(style.page_width(), bottom + MARGIN, synthetic)
    style.write(page, MARGIN, top, heading, weight="bold")
    _draw_bands(page, pathways, steps, columns, states, (scale, level))
    for name, lines in key:
        upper = key_top + 0.02
        if name:
            box, look = [MARGIN, MARGIN + 0.14], {"color": _colour(states, name), "linewidth": 0}
            page.fill_between(box, upper, upper + 0.08, **look)
        key_top += style.write(page, MARGIN + 0.2, key_top, lines, SMALL)
    for number, column in enumerate(columns):
        for name, node in column.items():
            x, y = node["x"], node["top"]
            colour = _colour(states, name)
            page.fill_between([x, x + BOX], y, y + node["height"], color=colour, linewidth=0)
            taken = style.write(page, x + BOX + 0.04, y, labels[number, name], SMALL)
            count = f"{node['shown']}" if letters else f"n = {node['shown']}"
            style.write(page, x + BOX + 0.04, y + taken, count, SMALL)
    return figure


def _colour(states, name):
    return END_COLOUR if name in ENDS else colour_states(states)[name]


def _label(states, name):
    return ENDS.get(name) or states[name]["label"]


def _size(count):
    """A hidden count has no size."""
    return 0 if isinstance(count, str) else int(count)


def _fill_columns(pathways, steps, states):
    """Per step the boxes {state: {size, shown}} in the declared order, and after the last step those that it leads to."""
    order = [*states, LATER, LAST_SEEN]
    columns = []
    for number in range(len(steps) + 1):
        column = {}
        before = pathways[pathways["step"] == steps[number - 1]] if number else None
        for name in order:
            rows = (
                before[before["to_group"] == name]
                if number
                else pathways[(pathways["step"] == steps[0]) & (pathways["from_group"] == name)]
            )
            if len(rows):
                hidden = [count for count in rows["patients"] if isinstance(count, str)]
                total = sum(map(_size, rows["patients"]))
                shown = "withheld" if hidden and total else (hidden[0] if hidden else total)
                column[name] = {"size": total, "shown": shown, "in": 0.0, "out": 0.0}
        columns.append(column)
    return columns


def _draw_bands(page, pathways, steps, columns, states, measures):
    """From each box to those of the next step: in the colour of where they lead, from above in the declared order."""
    order, (scale, level) = [*states, LATER, LAST_SEEN], measures
    for number, step in enumerate(steps):
        rows = pathways[pathways["step"] == step]
        for source in order:
            for target in order:
                band = rows[(rows["from_group"] == source) & (rows["to_group"] == target)]
                if band.empty or source not in columns[number]:
                    continue
                one, other = columns[number][source], columns[number + 1][target]
                size = max(_size(band["patients"].iloc[0]) * scale, LEAST_BAND)
                colour = END_COLOUR if target in ENDS else colour_states(states)[target]
                _draw_band(page, one, other, size, colour, level)


def _draw_band(page, one, other, size, colour, level):
    """A band that runs level as far as the labels do, and then bends to the other box."""
    start = one["x"] + BOX
    bend = start + level
    share = np.linspace(0, 1, 30)
    ease = np.append(0, share**2 * (3 - 2 * share))
    x = np.append(start, bend + share * (other["x"] - bend))
    above = one["top"] + one["out"] + ease * (other["top"] + other["in"] - one["top"] - one["out"])
    page.fill_between(x, above, above + size, color=colour, alpha=0.35, linewidth=0)
    one["out"] += size
    other["in"] += size
