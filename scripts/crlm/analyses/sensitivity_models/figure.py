"""Discrimination of each method with and without the patients that it has seen, and the importance of each variable."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from crlm.analyses.sensitivity_models.learners import DRAWN_FROM, LABELS
from crlm.analyses.sensitivity_models.tables import state_drawn
from crlm.display import formats, style
from crlm.display.grid import TALLEST, count_fitting, is_stacked
from crlm.display.notes import tell_once
from crlm.display.style import MARGIN, SMALL

SIZE = SMALL + 0.5
ROW = 0.2  # height of a row, inches
GUTTER = 0.14
LABEL = 2.3  # room of a label at most
MARKS = (  # column, look, words of the key
    ("apparent", {"marker": "o", "markerfacecolor": "white"}, "apparent, in the same patients"),
    ("corrected", {"marker": "D", "markerfacecolor": "white"}, "corrected by the bootstrap"),
    (
        "left_out",
        {"marker": "s"},
        "in patients left out of the resample, with 95% of the resamples",
    ),
)


@style.styled
def plot_sensitivity(
    models, differences, importance, model, against, variables, endpoint, synthetic=False
):
    """Rows of the methods above, the fall of C without each variable below.

    models, differences, importance: the rows of one model in sensitivity_models/{endpoint}.csv, _differences.csv and
    _importance.csv; model: its settings; against: those of the score or None; variables, endpoint: specs of the plan.
    """
    rows = [_build_row(row, differences, against) for row in models.to_dict("records")]
    stacked, room = is_stacked(), style.page_width() - 2 * MARGIN
    label = min(max(style.measure(row["label"], SIZE) for row in rows) + 0.05, LABEL)
    widths = [max(style.measure(t, SIZE) for t in [h, *(r[k] for r in rows)]) for k, h in HEADS]
    panel = room - label - sum(widths) - 3 * GUTTER
    if stacked:  # names above, both numbers below one another
        label, panel = room, room - max(widths) - GUTTER - 0.1
    title = f"{endpoint['label']}: other methods beside {model['label']}"
    heading = style.wrap(title, room, weight="bold")
    for row in rows:
        row["lines"] = style.wrap(row["label"], label, SIZE)
        lines = len(row["lines"]) + (1.6 if stacked else -1)
        row["height"] = ROW + lines * style.line_height(SIZE)
        row["middle"] = (
            row["height"] - ROW / 2 - 0.6 * style.line_height(SIZE) if stacked else ROW / 2
        )
    body = sum(row["height"] for row in rows)
    kinds = [each for each in LABELS if each in set(importance["method"])]
    names = _order(importance, kinds)
    texts, heights = _wrap_variables(names, variables, room)
    notes = style.wrap_all(_list_notes(rows), room, SMALL)
    top = style.first_line(synthetic)
    table = top + len(heading) * style.line_height() + 3 * style.line_height(SMALL) + 0.3
    table += style.line_height(SIZE) * stacked
    free = TALLEST - table - body - 1.3 - (len(notes) + 2) * style.line_height(SMALL) - MARGIN
    most = count_fitting(heights, free) if names else 0
    if most < len(names):
        words = f"The {most} most important of {len(names)} variables are shown; the table has all."
        notes, names = [*style.wrap(words, room, SMALL), *notes], names[:most]
    fall = style.wrap(FALL, room, SIZE, "bold")
    lower = (
        (0.72 if stacked else 0.6) + len(fall) * style.line_height(SIZE) + sum(heights[:most])
        if kinds
        else 0
    )
    height = table + body + 0.45 + lower + len(notes) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(style.page_width(), height, synthetic)
    top += style.write(page, MARGIN, top, heading, weight="bold") + 0.03
    top = _draw_key(page, top)
    left = MARGIN + (0.1 if stacked else label + GUTTER)
    places = np.cumsum([left + panel + GUTTER, 0 if stacked else widths[0] + GUTTER])
    down = style.line_height(SIZE) * stacked  # of the second number
    for (_, head), x, y in zip(HEADS, places, (table - 0.17 - down, table - 0.17), strict=True):
        style.write(page, x, y, head, SIZE, color=style.GREY)
    axes = style.add_axes(page, left, table, panel, body)
    _draw_methods(axes, rows, body)
    style.write(page, left + panel / 2, table + body + 0.22, "Harrell's C", SIZE, ha="center")
    y = table
    for row in rows:
        base = y + row["middle"] - style.line_height(SIZE) / 2
        style.write(page, MARGIN, y + 0.02 if stacked else base, row["lines"], SIZE)
        for (key, _), x, lower in zip(HEADS, places, (-down / 2, down / 2), strict=True):
            style.write(page, x, base + lower, row[key], SIZE)
        y += row["height"]
    if kinds:
        kept = texts[:most], heights[:most]
        _draw_importance(page, importance, kinds, names, kept, fall, table + body + 0.45)
    end = height - MARGIN - len(notes) * style.line_height(SMALL)
    style.write(page, MARGIN, end, notes, SMALL, color=style.GREY)
    return figure


FALL = "Fall of C in the patients left out when a variable is shuffled among them"
HEADS = (("c", "C, left out"), ("gain", "Difference from the Cox model"))


def _build_row(row, differences, against):
    method = row["method"]
    pair = differences[(differences["method"] == method) & (differences["versus"] == "cox")]
    back = differences[(differences["method"] == "cox") & (differences["versus"] == method)]
    gain = "reference" if method == "cox" else ""
    if len(pair):
        gain = _state(*pair.iloc[0][["difference", "lower", "upper"]])
    elif len(back):
        gained = back.iloc[0][["difference", "upper", "lower"]].astype(float)
        gain = _state(*-gained)
    return {
        "label": LABELS.get(method) or against["label"],
        "c": _state(row["left_out"], row["lower"], row["upper"]),
        "gain": gain,
        "note": "" if formats.is_missing(row["note"]) else row["note"],
        "values": row,
    }


def _list_notes(rows):
    """Who was drawn; why numbers are missing, once where it is the same for all."""
    first, notes = rows[0]["values"], [row["note"] for row in rows]
    drawn = [] if formats.is_missing(first.get(DRAWN_FROM)) else [f"{state_drawn(first)}."]
    if notes[0] and len(set(notes)) == 1:
        return [*drawn, f"{notes[0][:1].upper()}{notes[0][1:]}."]
    return [*drawn, *tell_once((row["label"], row["note"]) for row in rows if row["note"])]


def _state(estimate, lower, upper):
    if formats.is_missing(estimate):
        return "not estimable"

    def form(value, empty):
        return formats.format_number(value, 3, empty)

    return formats.format_interval(estimate, lower, upper, form)


def _draw_key(page, top):
    for _, look, words in MARKS:
        middle = top + style.line_height(SMALL) / 2
        page.plot([MARGIN + 0.05], [middle], markersize=4, color=style.PALETTE[0], **look)
        style.write(page, MARGIN + 0.16, top, words, SMALL, color=style.GREY)
        top += style.line_height(SMALL)
    return top


def _draw_methods(axes, rows, body):
    keys = [key for key, *_ in MARKS]
    known = np.array([[r["values"][key] for key in (*keys, "lower", "upper")] for r in rows], float)
    known = np.append(known[np.isfinite(known)], 0.5)
    axes.set(ylim=(body, 0), yticks=[], xlim=(known.min() - 0.02, known.max() + 0.02))
    axes.xaxis.set_major_locator(MaxNLocator(6))
    axes.spines["left"].set_visible(False)
    y = 0
    for row in rows:
        middle, values = y + row["middle"], row["values"]
        above = len(row["lines"]) * style.line_height(SIZE) if is_stacked() else 0
        chance = [y + above, y + row["height"]]  # not through a name above
        axes.plot([0.5, 0.5], chance, color=style.RULE, linewidth=0.6, zorder=1)
        axes.plot([values["lower"], values["upper"]], [middle] * 2, color=style.PALETTE[0], lw=0.9)
        for key, look, _ in MARKS:
            axes.plot([values[key]], [middle], markersize=4, color=style.PALETTE[0], **look)
        y += row["height"]


def _order(importance, kinds):
    """The variables, the most important of the first method first."""
    if not kinds:
        return []
    first = importance[importance["method"] == kinds[0]].set_index("variable")["drop"]
    names = dict.fromkeys(importance["variable"])
    return sorted(names, key=lambda name: -first.get(name, 0))


def _wrap_variables(names, variables, room):
    """The lines of each label and the heights of their rows."""
    wide = min(LABEL, 0.45 * room)
    texts = [
        style.wrap(variables.get(name, {"label": name})["label"], wide, SIZE) for name in names
    ]
    return texts, [ROW + (len(lines) - 1) * style.line_height(SIZE) for lines in texts]


def _draw_importance(page, importance, kinds, names, rows, fall, top):
    """A panel per method; both have the variables in the same order. rows: lines of their labels, heights."""
    texts, heights = rows
    room = max(style.measure(line, SIZE) for lines in texts for line in lines) + 0.05
    wide = (style.page_width() - 2 * MARGIN - room - GUTTER * len(kinds) - 0.1) / len(kinds)
    top += style.write(page, MARGIN, top, fall, SIZE, weight="bold") + (
        0.4 if is_stacked() else 0.28
    )
    body, ends = sum(heights), np.cumsum(heights)
    for lines, end in zip(texts, ends, strict=True):
        start = (
            top + end - len(lines) * style.line_height(SIZE) - (ROW - style.line_height(SIZE)) / 2
        )
        style.write(page, MARGIN, start, lines, SIZE)
    limits = importance[["lower", "upper"]].to_numpy(float)
    low, high = min(limits.min(), 0), max(limits.max(), 0.01)
    for place, kind in enumerate(kinds):
        left = MARGIN + room + GUTTER + place * (wide + GUTTER)
        name = style.wrap(LABELS[kind], wide + GUTTER / 2, SIZE)
        above = top - 0.05 - len(name) * style.line_height(SIZE)
        style.write(page, left, above, name, SIZE, color=style.GREY)
        axes = style.add_axes(page, left, top, wide, body)
        axes.set(ylim=(body, 0), yticks=[], xlim=(low - 0.005, high + 0.005))
        axes.xaxis.set_major_locator(MaxNLocator(2 if is_stacked() else 4))
        axes.spines["left"].set_visible(False)
        axes.axvline(0, color=style.RULE, linewidth=0.6)
        mine = importance[importance["method"] == kind].set_index("variable")
        for number, name in enumerate(names):
            middle, row = ends[number] - heights[number] / 2, mine.loc[name]
            colour = style.PALETTE[place]
            axes.plot([row["lower"], row["upper"]], [middle] * 2, color=colour, lw=0.9)
            axes.plot([row["drop"]], [middle], "s", markersize=3.6, color=colour)
