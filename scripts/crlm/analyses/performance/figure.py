"""Ranking of scores, growth patterns and models by their discrimination, with bootstrap intervals."""

from functools import partial

import numpy as np

from crlm.display import formats, style
from crlm.display.grid import TALLEST, count_fitting, is_stacked
from crlm.display.style import MARGIN, SMALL

METRICS = (("harrell_c", "Harrell's C"), ("uno_c", "Uno's C"))
NAMES = 2.3  # at most this wide are the names, inches
NUMBERS, NARROW = (
    1.15,
    1.02,
)  # width of a column of numbers, and in small type on a page of one column
ROW = 0.22
BELOW = 0.5  # from the last row to the end of the axis


@style.styled
def plot_ranking(performance, labels, endpoint, synthetic=False):
    """Figure of Harrell's and Uno's C of every predictor, best first, with 95% bootstrap intervals.

    performance: performance/{endpoint}.csv; labels: {predictor: label}; endpoint: its spec. A predictor without an estimate
    says why. The line at 0.5 is chance. On a narrow page names stand above what is drawn.
    """
    stacked, narrow = is_stacked(), style.is_narrow()
    room = style.page_width() - 2 * MARGIN
    numbers, size = (NARROW, SMALL) if narrow else (NUMBERS, style.SIZE)
    left = MARGIN + (0.12 if stacked else NAMES + 0.15)
    right = style.page_width() - MARGIN - len(METRICS) * numbers
    metrics = {
        name: performance[performance["metric"] == name].set_index("predictor")
        for name, _ in METRICS
    }
    first = metrics["harrell_c"]
    order = first["estimate"].sort_values(ascending=False, na_position="last", kind="stable").index
    names = {name: style.wrap(labels[name], room if stacked else NAMES) for name in order}
    unknown = first.index[first["estimate"].isna()]
    words = {
        name: style.wrap(str(first.loc[name, "note"]), MARGIN + room - left) for name in unknown
    }
    heights = [_find_height(names[name], words.get(name, []), stacked) for name in order]
    notes = style.wrap_all(_list_notes(performance), room, SMALL)

    top = style.first_line(synthetic) + style.line_height() + 0.06
    body = top + style.line_height() + 0.12
    room = TALLEST - body - BELOW - (len(notes) + 1) * style.line_height(SMALL) - MARGIN
    shown = count_fitting(heights, room)
    if shown < len(order):
        notes = [f"The best {shown} of {len(order)} are shown; the table has all.", *notes]
        order, heights = order[:shown], heights[:shown]
    bottom = body + sum(heights)
    figure, page = style.new_page(
        style.page_width(),
        bottom + BELOW + len(notes) * style.line_height(SMALL) + MARGIN,
        synthetic,
    )
    style.write(page, MARGIN, style.first_line(synthetic), endpoint["label"], weight="bold")
    axes = style.add_axes(page, left, body, right - left - 0.1, sum(heights))
    ends = np.cumsum(heights)
    middles = ends - (ROW / 2 if stacked else np.array(heights) / 2)
    low, high = _find_limits(first.loc[order])
    axes.set(xlim=(low, high), ylim=(sum(heights), 0), yticks=[])
    if first.loc[order, "estimate"].notna().any():
        middle = left + (right - left - 0.1) / 2
        style.write(page, middle, bottom + 0.22, "Harrell's C (95% CI)", ha="center")
    axes.spines["left"].set_visible(False)
    # those without an estimate come last, and their words stand where the line would be
    end = sum(heights[: first.loc[order, "estimate"].notna().sum()])
    for start, stop in zip(ends - ROW, ends, strict=True) if stacked else [(0, end)]:
        if stop <= end:  # not through the names above
            axes.plot([0.5, 0.5], [start, stop], color=style.RULE, linewidth=0.6)
    axes.set_visible(end > 0)
    for name, middle, end, height in zip(order, middles, ends, heights, strict=True):
        row = first.loc[name]
        taken = len(names[name]) * style.line_height()
        y = body + (end - height + 0.03 if stacked else middle - taken / 2)
        style.write(page, MARGIN, y, names[name])
        if np.isnan(row["estimate"]):
            y = y + taken if stacked else body + middle - len(words[name]) * style.line_height() / 2
            style.write(page, left, y, words[name], color=style.GREY)
            continue
        filled = style.PALETTE[0] if not row["calibrated_in_cohort"] else "white"
        axes.plot([row["lower"], row["upper"]], [middle] * 2, color=style.PALETTE[0], linewidth=1)
        axes.plot(
            row["estimate"],
            middle,
            "s",
            markersize=4,
            color=style.PALETTE[0],
            markerfacecolor=filled,
        )
        for column, (metric, _) in enumerate(METRICS):
            text = _state(metrics[metric], name)
            line = body + middle - style.line_height() / 2
            style.write(page, right + (column + 1) * numbers, line, text, size, ha="right")
    for column, (_, title) in enumerate(METRICS):
        style.write(page, right + (column + 1) * numbers, top, title, ha="right", weight="bold")
    style.write(page, MARGIN, bottom + 0.46, notes, SMALL, color=style.GREY)
    return figure


def _find_height(name, words, stacked):
    """Inches of a row: name and words beside each other, or the words, or the estimate, below the name."""
    lines = len(name) + len(words) if stacked else max(len(name), len(words))
    height = lines * style.line_height() + 0.06
    return height + ROW if stacked and not words else max(ROW, height)


def _state(table, name):
    if name not in table.index or np.isnan(table.loc[name, "estimate"]):
        return "–"
    row = table.loc[name]
    form = partial(formats.format_number, digits=3)
    return formats.format_interval(row["estimate"], row["lower"], row["upper"], form)


def _find_limits(table):
    """Axis limits that hold every interval and 0.5."""
    values = np.append(table[["lower", "upper"]].to_numpy(float).ravel(), 0.5)
    values = values[np.isfinite(values)]
    room = max(0.02, 0.05 * (values.max() - values.min()))
    return values.min() - room, values.max() + room


def _list_notes(performance):
    sizes = performance[["patients", "events", "resamples"]].max()
    taus = performance.loc[performance["metric"] == "uno_c", "horizon"].dropna()
    notes = [
        f"The same {int(sizes['patients'])} patients ({int(sizes['events'])} events) for every predictor; 95% percentile "
        f"intervals of {int(sizes['resamples'])} bootstrap resamples."
    ]
    if len(taus):
        notes.append(f"Uno's C up to {taus.max():g} months.")
    if performance["calibrated_in_cohort"].astype(bool).any():
        notes.append("Hollow: fitted in these patients, which flatters it.")
    return notes
