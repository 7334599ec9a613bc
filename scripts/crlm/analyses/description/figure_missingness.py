"""What is missing: per variable, and which values are missing together."""

import numpy as np
from matplotlib.collections import PolyCollection

from crlm.display import style
from crlm.display.complements import complete
from crlm.display.grid import TALLEST, is_stacked
from crlm.display.privacy import GONE
from crlm.display.style import MARGIN, SMALL
from crlm.plan import phrases

ROW = 0.175
PATTERNS = 12  # the most frequent ones are shown
CELL, CLOSE = 0.22, 0.15  # width of one, and on a narrow page, inches
BARS, SHORT = 1.35, 0.6  # of the bars
LABEL = 1.1  # room of the labels that a narrow page keeps
TOGETHER = "Missing together, patients"


@style.styled
def plot_missingness(missingness, patterns, variables, synthetic=False, small_cells=None):
    """Bars of the share missing per variable beside the most frequent patterns of missing values, row by row.

    missingness: description/missingness.csv; patterns: description/missing_patterns.csv, 1 = missing; variables: specs of
    the plan, in the order of display. Only variables with a missing value have a row. Of fewer than `small_cells` patients
    there are neither bar nor numbers.
    """
    known = missingness.set_index("variable")
    order = [name for name in variables if name in known.index]
    order += [name for name in known.index if name not in order]
    shown = [name for name in order if known.loc[name, "missing"] > 0]
    patients = int(known["patients"].max()) if len(known) else 0
    if not shown:
        return _say_complete(len(order), patients, synthetic)

    often = sorted(shown, key=lambda name: -known.loc[name, "missing"])
    for most in range(len(shown), 0, -1):
        chosen = [name for name in shown if name in often[:most]]
        sizes = len(shown), len(order)
        made = _lay_out(known, patterns, variables, chosen, sizes, synthetic, small_cells or 0)
        if made["height"] <= TALLEST:
            break
    return _draw(made, known, chosen, synthetic)


def _lay_out(known, patterns, variables, shown, sizes, synthetic, least):
    """Lines and measures of the figure with these variables; sizes: of variables with a missing value, and of all."""
    stacked = is_stacked()
    numbers = max(style.measure(_share(known.loc[name], least), SMALL) for name in shown) + 0.08
    bars, cell = (SHORT, CLOSE) if stacked else (BARS, CELL)
    free = style.page_width() - 2 * MARGIN - bars - numbers - 0.3
    most = min(PATTERNS, int((free - LABEL) / cell)) if stacked else PATTERNS
    patterns = select_patterns(patterns, shown, most)
    counts, patterns["left"] = _hide_counts(patterns, known.loc[shown, "missing"], least)
    patterns["counts"] = counts
    patients = int(known["patients"].max())
    note = f"{patients} patients. Complete for all of them: {sizes[1] - sizes[0]} of {sizes[1]} variables."
    if len(shown) < sizes[0]:
        note += f" Shown are the {len(shown)} of {sizes[0]} others that are missing most often."
    note += _describe_patterns(patterns, least)
    cell = cell if len(patterns["counts"]) else 0
    matrix = cell * len(patterns["counts"])
    room = free - matrix
    # short labels leave their room to the bars
    widest = max(style.measure(_label(variables, name), SMALL + 0.5) for name in shown)
    bars, room = bars + max(room - widest, 0), min(room, widest)
    labels = [style.wrap(_label(variables, name), room, SMALL + 0.5) for name in shown]
    heights = [ROW + (len(lines) - 1) * style.line_height(SMALL + 0.5) for lines in labels]
    digits = max((style.measure(count, SMALL) for count in patterns["counts"]), default=0)
    notes = style.wrap(note, style.page_width() - 2 * MARGIN, SMALL)
    start = style.first_line(synthetic)
    # the counts stand upright when they are wider than a column
    upright = digits > cell - 0.04
    top = start + style.line_height() + (digits if upright else style.line_height(SMALL)) + 0.08
    left = MARGIN + room + 0.1
    return {
        "patterns": patterns,
        "least": least,
        "labels": labels,
        "heights": heights,
        "notes": notes,
        "start": start,
        "top": top,
        "left": left,
        "grid": left + bars + numbers + 0.2,
        "bars": bars,
        "cell": cell,
        "matrix": matrix,
        "upright": upright,
        "height": top + sum(heights) + 0.5 + len(notes) * style.line_height(SMALL) + MARGIN,
    }


def _draw(made, known, shown, synthetic):
    figure, page = style.new_page(style.page_width(), made["height"], synthetic)
    labels, heights, bars = made["labels"], made["heights"], made["bars"]
    start, top, left, grid = (made[key] for key in ("start", "top", "left", "grid"))
    body, matrix = sum(heights), made["matrix"]
    axes = style.add_axes(page, left, top, bars, body)
    _draw_bars(page, axes, known.loc[shown], labels, heights, left, top, bars, made["least"])
    style.write(page, left, start, "Missing", weight="bold")
    share = top - style.line_height(SMALL) - 0.02
    style.write(page, left + bars + 0.06, share, "% (n)", SMALL, color=style.GREY)
    style.write(page, left + bars / 2, top + body + 0.2, "Patients (%)", SMALL + 0.5, ha="center")
    if matrix:
        used = left + style.measure("Missing", weight="bold") + 0.1
        fits = used + style.measure(TOGETHER, weight="bold") <= grid + matrix
        words = TOGETHER if fits else "Together"
        style.write(page, grid + matrix, start, words, weight="bold", ha="right")
        _draw_patterns(page, made["patterns"], heights, grid, top, made["cell"], made["upright"])
    style.write(page, MARGIN, top + body + 0.46, made["notes"], SMALL, color=style.GREY)
    return figure


def select_patterns(patterns, shown, most=PATTERNS):
    """The most frequent patterns over the variables shown, the complete one included.

    Returns counts (patients per pattern, falling), cells (one list of booleans per pattern, in the order of `shown`),
    others (number of further patterns) and left (their patients).
    """
    columns = [name for name in shown if name in patterns.columns]
    if not columns or not len(patterns):
        return {"counts": [], "cells": [], "others": 0, "left": 0}
    table = patterns.groupby(columns, sort=False)["patients"].sum().reset_index()
    table = table.sort_values("patients", ascending=False, kind="stable")
    first, rest = table.iloc[:most], table.iloc[most:]
    cells = [[name in columns and row[name] == 1 for name in shown] for _, row in first.iterrows()]
    counts = [int(count) for count in first["patients"]]
    return {
        "counts": counts,
        "cells": cells,
        "others": len(rest),
        "left": int(rest["patients"].sum()),
    }


def _label(variables, name):
    return variables.get(name, {"label": name})["label"]


def _share(row, least):
    if 0 < row["missing"] < least:
        return f"<{least}"
    return f"{row['percent']:.1f} ({row['missing']:.0f})"


def _hide_counts(patterns, missing, least):
    """The patients of the patterns shown and those of the others, as texts: small ones hidden, with what they would follow from.

    All patterns together are all patients, those with a variable missing are whoever lacks it (`missing`, in their order).
    """
    counts = np.array([*patterns["counts"], patterns["left"]], float)
    hidden = (counts > 0) & (counts < least)
    wholes = [np.arange(len(counts))]
    if not patterns["others"]:
        cells = np.array(patterns["cells"], bool).reshape(len(counts) - 1, -1)
        known = zip(cells.T, missing, strict=True)
        wholes += [np.flatnonzero(mine) for mine, number in known if number >= least]
    before = -1
    while hidden.any() and hidden.sum() > before:
        before = hidden.sum()
        for whole in wholes:
            hidden[whole] = complete(counts[whole], hidden[whole], least)
    texts = [
        f"<{least}" if 0 < n < least else GONE if h else f"{n:.0f}"
        for n, h in zip(counts, hidden, strict=True)
    ]
    return texts[:-1], texts[-1]


def _describe_patterns(patterns, least):
    """What the columns are; with small counts hidden not how many sets have none, since 8 sets of 8 patients have one each."""
    if not patterns["counts"]:
        return ""
    text = " Each column on the right is a set of variables missing together (filled), with its number of patients"
    if patterns["others"]:
        sets = "rarer sets" if least else phrases.plural(patterns["others"], "rarer set")
        whom = "1 patient" if patterns["left"] == "1" else f"{patterns['left']} patients"
        text += f"; not shown: {sets} ({whom})"
    return text + "."


def _say_complete(variables, patients, synthetic):
    """A figure that says in words that nothing is missing."""
    text = f"No value is missing: {variables} variables of {patients} patients are complete."
    lines = style.wrap(text, style.SINGLE - 2 * MARGIN)
    top = style.first_line(synthetic) + 0.15
    figure, page = style.new_page(
        style.SINGLE, top + len(lines) * style.line_height() + 0.25, synthetic
    )
    style.write(page, style.SINGLE / 2, top, lines, ha="center")
    return figure


def _draw_bars(page, axes, rows, labels, heights, left, top, width, least):
    limit = next(edge for edge in (5, 10, 20, 50, 100) if edge >= rows["percent"].max() - 1e-9)
    axes.set(xlim=(0, limit), ylim=(sum(heights), 0), yticks=[])
    axes.set_xticks([0, limit / 2, limit], [f"{tick:g}" for tick in (0, limit / 2, limit)])
    y = 0
    for (_, row), lines, height in zip(rows.iterrows(), labels, heights, strict=True):
        middle = y + height / 2
        thick = ROW / 2 - 0.03
        bar = {"color": style.PALETTE[0], "linewidth": 0}
        if not 0 < row["missing"] < least:
            axes.fill_between([0, row["percent"]], middle - thick, middle + thick, **bar)
        text = top + y + (height - len(lines) * style.line_height(SMALL + 0.5)) / 2
        style.write(page, MARGIN, text, lines, SMALL + 0.5)
        number = top + middle - style.line_height(SMALL) / 2
        style.write(page, left + width + 0.06, number, _share(row, least), SMALL, color=style.GREY)
        y += height


def _draw_patterns(page, patterns, heights, left, top, cell, upright):
    tiles, colours = [], []
    for column, (count, cells) in enumerate(
        zip(patterns["counts"], patterns["cells"], strict=True)
    ):
        x = left + column * cell
        if upright:
            look = {
                "rotation": 90,
                "ha": "center",
                "va": "bottom",
                "size": SMALL,
                "color": style.INK,
            }
            page.text(x + cell / 2, top - 0.03, count, parse_math=False, **look)
        else:
            style.write(
                page,
                x + cell / 2,
                top - style.line_height(SMALL) - 0.02,
                count,
                SMALL,
                ha="center",
            )
        y = top
        for missing, height in zip(cells, heights, strict=True):
            right, bottom = x + cell - 0.012, y + height - 0.012
            start = (x + 0.012, y + 0.012)
            tiles.append([start, (right, start[1]), (right, bottom), (start[0], bottom)])
            colours.append(style.PALETTE[0] if missing else "#ececec")
            y += height
    page.add_collection(PolyCollection(tiles, facecolors=colours, linewidths=0))
