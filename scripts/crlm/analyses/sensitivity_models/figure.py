"""Discrimination of each method with and without the patients that it has seen, and the importance of each variable."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from crlm.analyses.sensitivity_models.learners import LABELS
from crlm.display import formats, style
from crlm.display.grid import TALLEST, count_fitting
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
    label = min(max(style.measure(row["label"], SIZE) for row in rows) + 0.05, LABEL)
    widths = [max(style.measure(t, SIZE) for t in [h, *(r[k] for r in rows)]) for k, h in HEADS]
    panel = style.page_width() - 2 * MARGIN - label - sum(widths) - 3 * GUTTER
    title = f"{endpoint['label']}: other methods beside {model['label']}"
    heading = style.wrap(title, style.page_width() - 2 * MARGIN, weight="bold")
    for row in rows:
        row["lines"] = style.wrap(row["label"], label, SIZE)
        row["height"] = ROW + (len(row["lines"]) - 1) * style.line_height(SIZE)
    body = sum(row["height"] for row in rows)
    kinds = [each for each in LABELS if each in set(importance["method"])]
    names = _order(importance, kinds)
    notes = style.wrap_all(_list_notes(rows), style.page_width() - 2 * MARGIN, SMALL)
    top = style.first_line(synthetic)
    table = top + len(heading) * style.line_height() + 3 * style.line_height(SMALL) + 0.3
    free = TALLEST - table - body - 1.2 - (len(notes) + 1) * style.line_height(SMALL) - MARGIN
    most = count_fitting([ROW] * len(names), free)
    if most < len(names):
        words = f"The {most} most important of {len(names)} variables are shown; the table has all."
        notes, names = [words, *notes], names[:most]
    lower = 0.72 + len(names) * ROW if kinds else 0
    height = table + body + 0.45 + lower + len(notes) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(style.page_width(), height, synthetic)
    top += style.write(page, MARGIN, top, heading, weight="bold") + 0.03
    top = _draw_key(page, top)
    left = MARGIN + label + GUTTER
    places = np.cumsum([left + panel + GUTTER, widths[0] + GUTTER])
    for (_, head), x in zip(HEADS, places, strict=True):
        style.write(page, x, table - 0.17, head, SIZE, color=style.GREY)
    axes = style.add_axes(page, left, table, panel, body)
    _draw_methods(axes, rows, body)
    style.write(page, left + panel / 2, table + body + 0.22, "Harrell's C", SIZE, ha="center")
    y = table
    for row in rows:
        base = y + (ROW - style.line_height(SIZE)) / 2
        style.write(page, MARGIN, base, row["lines"], SIZE)
        for (key, _), x in zip(HEADS, places, strict=True):
            style.write(page, x, base, row[key], SIZE)
        y += row["height"]
    if kinds:
        _draw_importance(page, importance, kinds, names, variables, table + body + 0.45)
    end = height - MARGIN - len(notes) * style.line_height(SMALL)
    style.write(page, MARGIN, end, notes, SMALL, color=style.GREY)
    return figure


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
    """Why numbers are missing; once where it is the same for all."""
    notes = [row["note"] for row in rows]
    if notes[0] and len(set(notes)) == 1:
        return [f"{notes[0][:1].upper()}{notes[0][1:]}."]
    return tell_once((row["label"], row["note"]) for row in rows if row["note"])


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
    axes.axvline(0.5, color=style.RULE, linewidth=0.6)
    y = 0
    for row in rows:
        middle, values = y + ROW / 2, row["values"]
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


def _draw_importance(page, importance, kinds, names, variables, top):
    """A panel per method; both have the variables in the same order."""
    labels = [variables.get(name, {"label": name})["label"] for name in names]
    texts = [_shorten(label) for label in labels]
    room = max(style.measure(text, SIZE) for text in texts) + 0.05
    wide = (style.page_width() - 2 * MARGIN - room - GUTTER * len(kinds) - 0.1) / len(kinds)
    head = "Fall of C in the patients left out when a variable is shuffled among them"
    style.write(page, MARGIN, top, head, SIZE, weight="bold")
    body, top = len(names) * ROW, top + 0.4
    for place, text in enumerate(texts):
        middle = top + place * ROW + (ROW - style.line_height(SIZE)) / 2
        style.write(page, MARGIN, middle, text, SIZE)
    limits = importance[["lower", "upper"]].to_numpy(float)
    low, high = min(limits.min(), 0), max(limits.max(), 0.01)
    for place, kind in enumerate(kinds):
        left = MARGIN + room + GUTTER + place * (wide + GUTTER)
        style.write(page, left, top - 0.18, LABELS[kind], SIZE, color=style.GREY)
        axes = style.add_axes(page, left, top, wide, body)
        axes.set(ylim=(body, 0), yticks=[], xlim=(low - 0.005, high + 0.005))
        axes.xaxis.set_major_locator(MaxNLocator(4))
        axes.spines["left"].set_visible(False)
        axes.axvline(0, color=style.RULE, linewidth=0.6)
        mine = importance[importance["method"] == kind].set_index("variable")
        for number, name in enumerate(names):
            middle, row = number * ROW + ROW / 2, mine.loc[name]
            colour = style.PALETTE[place]
            axes.plot([row["lower"], row["upper"]], [middle] * 2, color=colour, lw=0.9)
            axes.plot([row["drop"]], [middle], "s", markersize=3.6, color=colour)


def _shorten(label):
    """The first line of a label that is too long for its room."""
    lines = style.wrap(label, LABEL, SIZE)
    return lines[0] if len(lines) == 1 else f"{lines[0]} …"
