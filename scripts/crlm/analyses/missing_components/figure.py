"""Every score in determinate patients, in its two completions and after multiple imputation."""

import numpy as np
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from crlm.display import language, style
from crlm.display.grid import TALLEST, count_fitting, is_stacked
from crlm.display.notes import tell_once
from crlm.display.style import MARGIN, SMALL

PANELS = (
    ("hazard_ratio", "Hazard ratio per point", 1.0, True),
    ("harrell_c", "Harrell's C", 0.5, False),
)
NAMES = 1.9  # width of the names, inches
GAP = 0.25  # between the panels
END = 0.12  # room of the last number of an axis
ROW, TIGHT = 0.5, 0.4  # least height of a score, and where there are many, inches
MARKS = {"determinate": (-0.11, "s", style.PALETTE[0]), "imputed": (0.11, "o", style.PALETTE[1])}
ENTRIES = (  # of the key
    ("Determinate patients (95% CI)", "determinate"),
    ("Imputed (95% CI)", "imputed"),
    ("Every score lowest to every score highest", None),
)
BAR = "#d4d4d4"
RATIOS = (*(0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95), 1)
RATIOS += (*(1.05, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6, 1.8, 2), *(2.5, 3, 4, 5, 7, 10))


@style.styled
def plot_comparison(estimates, labels, endpoint, synthetic=False):
    """Figure of hazard ratio and C per score: grey from one completion to the other, two intervals.

    estimates: missing_components/{endpoint}.csv; labels: {score: label}; endpoint: its spec. What
    has no estimate says so below the panels. On a narrow page names stand above their rows.
    """
    stacked = is_stacked()
    wide = style.page_width() - 2 * MARGIN if stacked else NAMES
    names = {name: style.wrap(label, wide) for name, label in labels.items()}
    sizes = {name: _state_size(estimates, name) for name in labels}
    # where a name leaves no room beside it, its patients stand behind it
    full = {name: style.measure(names[name][-1] + sizes[name]) + 0.2 >= wide for name in labels}
    behind = {name for name in labels if stacked and full[name]}
    for name in behind:
        said = f"{language.say(labels[name])} ({language.say(sizes[name])})"
        names[name] = style.wrap(*language.keep([said]), wide)
    notes = _list_notes(estimates, labels)
    notes = style.wrap_all(notes, style.page_width() - 2 * MARGIN, SMALL)
    top = style.first_line(synthetic)
    legend = top + style.line_height() + 0.06
    body = legend + (len(ENTRIES) if stacked else 1) * style.line_height() + 0.14
    free = TALLEST - body - 0.48 - (len(notes) + 1) * style.line_height(SMALL) - MARGIN
    for row in (ROW, TIGHT):
        heights = [
            row + len(each) * style.line_height()
            if stacked
            else max(row, len(each) * style.line_height() + style.line_height(SMALL) + 0.06)
            for each in names.values()
        ]
        if sum(heights) <= free:
            break
    else:
        shown = count_fitting(heights, free)
        words = f"The first {shown} of {len(labels)} scores are shown; the table has all."
        notes, heights = [words, *notes], heights[:shown]
        labels = dict(list(labels.items())[:shown])
    bottom = body + sum(heights)
    below = bottom + 0.48
    figure, page = style.new_page(
        style.page_width(), below + len(notes) * style.line_height(SMALL) + MARGIN, synthetic
    )
    style.write(page, MARGIN, top, endpoint["label"], weight="bold")
    _draw_legend(page, legend)
    ends = np.cumsum(heights)
    middles = ends - (row / 2 - 0.02 if stacked else np.array(heights) / 2)
    for name, middle, end, height in zip(labels, middles, ends, heights, strict=True):
        room = len(names[name]) * style.line_height() + style.line_height(SMALL)
        y = body + (end - height if stacked else middle - room / 2)
        taken = style.write(page, MARGIN, y, names[name])
        if stacked and name not in behind:
            x, y = MARGIN + wide, y + taken - style.line_height()
            style.write(page, x, y, sizes[name], SMALL, ha="right", color=style.GREY)
        elif not stacked:
            style.write(page, MARGIN, y + taken, sizes[name], SMALL, color=style.GREY)
    left = MARGIN + (0.1 if stacked else NAMES + 0.15)
    width = (style.page_width() - MARGIN - END - left - GAP) / 2
    for place, (measure, title, nothing, is_ratio) in enumerate(PANELS):
        axes = style.add_axes(page, left + place * (width + GAP), body, width, sum(heights))
        mine = estimates[estimates["measure"].eq(measure) & estimates["score"].isin(list(labels))]
        mine = mine.set_index(["score", "analysis"])
        # the line of no effect is not drawn through names above
        marks = zip(2 * middles - ends, ends, strict=True)
        parts = marks if stacked else [(0, sum(heights))]
        for part in parts:
            axes.plot([nothing] * 2, part, color=style.RULE, linewidth=0.6, zorder=1)
        _draw_panel(axes, mine, labels, middles, nothing, is_ratio)
        axes.set(ylim=(sum(heights), 0), yticks=[], xlabel=title)
    style.write(page, MARGIN, below, notes, SMALL, color=style.GREY)
    return figure


def _draw_legend(page, top):
    """Marks and their names in one line, or below one another."""
    x = MARGIN
    for label, analysis in ENTRIES:
        middle = top + style.line_height() / 2
        if analysis:
            _, marker, colour = MARKS[analysis]
            page.plot([x, x + 0.24], [middle] * 2, color=colour, linewidth=1)
            page.plot(x + 0.12, middle, marker, color=colour, markersize=4)
        else:
            page.fill_between([x, x + 0.24], middle - 0.05, middle + 0.05, color=BAR, linewidth=0)
        style.write(page, x + 0.3, top, label)
        if is_stacked():
            top += style.line_height()
        else:
            x += 0.3 + style.measure(label) + 0.25


def _draw_panel(axes, table, labels, middles, nothing, is_ratio):
    axes.spines["left"].set_visible(False)
    low, high = _find_limits(table, nothing, is_ratio)
    if is_ratio:
        axes.set_xscale("log")
        ticks = _choose_ticks(low, high)
        axes.xaxis.set_major_locator(FixedLocator(ticks))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlim(low, high)
    estimated = table[table["estimate"].notna()].index.get_level_values("score")
    for name, middle in zip(labels, middles, strict=True):
        ends = [_find(table, name, end, "estimate") for end in ("all_lowest", "all_highest")]
        if np.isfinite(ends).all():
            axes.fill_between(ends, middle - 0.19, middle + 0.19, color=BAR, linewidth=0)
        for analysis, (shift, marker, colour) in MARKS.items():
            value, *limits = (
                _find(table, name, analysis, key) for key in ("estimate", "lower", "upper")
            )
            if np.isfinite(limits).all():
                axes.plot(
                    np.clip(limits, low, high), [middle + shift] * 2, color=colour, linewidth=1
                )
            if low <= value <= high:
                axes.plot(value, middle + shift, marker, color=colour, markersize=4)
        if name not in estimated:
            place = {"transform": axes.get_yaxis_transform(), "ha": "center", "va": "center"}
            words = axes.text(0.5, middle, "not estimable", color=style.GREY, size=SMALL, **place)
            words.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 1})


def _find(table, name, analysis, key):
    return float(table.loc[(name, analysis), key]) if (name, analysis) in table.index else np.nan


def _find_limits(table, nothing, is_ratio):
    """Axis limits that hold every bound and interval, hazard ratios from 0.1 to 10 only."""
    values = table[["estimate", "lower", "upper"]].to_numpy(float).ravel()
    values = np.append(values[np.isfinite(values)], nothing)
    if is_ratio:
        values = np.log(np.clip(values, 0.1, 10))
    room = max(0.02, 0.06 * (values.max() - values.min()))
    limits = values.min() - room, values.max() + room
    return np.exp(limits) if is_ratio else limits


def _choose_ticks(low, high):
    """At most five round ratios within the limits, on a narrow page four, 1 among them."""
    inside = [value for value in RATIOS if low <= value <= high]
    step = -(-len(inside) // (4 if is_stacked() else 5))
    start = inside.index(1) % step
    return inside[start::step]


def _state_size(estimates, name):
    """How many patients of the endpoint are determinate."""
    mine = estimates[estimates["score"].eq(name) & estimates["analysis"].eq("determinate")]
    row = mine.iloc[0]
    return f"{row['patients']} of {row['patients'] + row['missing']} determinate"


def _list_notes(estimates, labels):
    notes = [
        "Grey: from the estimate with every indeterminate score at its lowest to that with every one at its highest possible "
        "value; another completion may lie outside."
    ]
    reasons = {
        name: estimates.loc[estimates["score"] == name, "note"].dropna().unique() for name in labels
    }
    return [*notes, *tell_once((labels[n], each) for n, found in reasons.items() for each in found)]
