"""Restricted means of the groups of one grouping as numbers, and their differences as a forest."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from crlm.display import formats, style
from crlm.display.complements import find_against
from crlm.display.grid import TALLEST
from crlm.display.privacy import NAME, PART, WITHHELD
from crlm.display.style import MARGIN, SMALL
from crlm.plan import phrases

SIZE = SMALL + 0.5
ROW = 0.165  # height of a row, inches
GUTTER = 0.14  # between two columns
FOREST, LABEL = (
    1.5,
    1.0,
)  # least width of the forest and of the labels, or numbers stand in two lines
AXIS = 2.6  # room of the words below it
SECOND = (2, 3, 4)  # columns that stand below the others on a narrow page
HEADS = ("", "Events/\npatients", "Mean (95% CI)", "", "Difference (95% CI)", "p")


@style.styled
def plot_restricted_means(means, grouping, endpoint, synthetic=False, small_cells=None):
    """Figure with a block of rows per horizon: group, events, restricted mean, difference from the reference group.

    means: the rows of one grouping in restricted_mean/{endpoint}.csv; grouping, endpoint: their specs in the plan. A group of
    fewer than `small_cells` patients has no estimate, and nothing is compared with it.
    """
    means = _withhold(means, small_cells or 0)
    title = style.wrap(
        f"{endpoint['label']}: restricted mean survival time by {grouping['label']}",
        style.page_width() - 2 * MARGIN,
        weight="bold",
    )
    top = style.first_line(synthetic)
    table = top + len(title) * style.line_height() + 2 * style.line_height(SIZE) + 0.1
    horizons = sorted(means["horizon"].unique())
    for first in range(len(horizons)):
        rows = [row for each in horizons[first:] for row in _list_rows(means, each, grouping)]
        left, widths, stacked = _place_columns(rows)
        body = sum(row["height"] for row in rows)
        notes = _list_notes(means, grouping, horizons[:first])
        lines = style.wrap_all(notes, style.page_width() - 2 * MARGIN, SMALL)
        height = table + body + 0.45 + len(lines) * style.line_height(SMALL) + MARGIN
        if height <= TALLEST:
            break
    figure, page = style.new_page(style.page_width(), height, synthetic)
    top += style.write(page, MARGIN, top, title, weight="bold") + 0.04
    for place, head in enumerate(HEADS):
        words = head.split("\n") if "\n" in head else ["", head]
        if stacked:
            head = head.replace("\n", "")
            words = ["", head] if place in SECOND else [head]
        _write_cell(page, left, widths, place, top, words, color=style.GREY)
    page.plot(
        [MARGIN, style.page_width() - MARGIN], [table - 0.02] * 2, color=style.RULE, linewidth=0.6
    )
    axes = style.add_axes(page, left[3], table, widths[3], body + 0.04)
    _set_axis(axes, means, body, 5 if widths[3] >= FOREST - 0.1 else 3)
    words = _name_axis(grouping["group_labels"][grouping["reference"]]) or "Difference, months"
    style.write_centred(page, left[3] + widths[3] / 2, table + body + 0.25, words, SIZE)
    _draw_rows(page, axes, rows, left, widths, table)
    style.write(page, MARGIN, table + body + 0.45, lines, SMALL, color=style.GREY)
    return figure


def _withhold(means, least):
    """The table without estimates of few patients, nor comparisons with them; `withheld`, `alone`: where these were taken out."""
    few = means["patients"].between(1, least - 1)
    alone = few | find_against(means, few)
    own = ["rmst", "lower", "upper"]
    compared = ["difference", "difference_lower", "difference_upper", "p_value"]
    means = means.assign(withheld=few, alone=alone)
    means[own] = means[own].mask(few)
    means[compared] = means[compared].mask(alone)
    return means


def _list_rows(means, horizon, grouping):
    """The rows of one horizon: dicts with indent, shade, `cells` = {place of the column: text} and limits or None."""
    landmark = " after the landmark" if grouping["landmark_months"] else ""
    yield {
        "cells": {0: f"Up to {horizon:g} months{landmark}"},
        "indent": 0,
        "shade": True,
        "limits": None,
    }
    for _, row in means[means["horizon"] == horizon].iterrows():
        cells = {0: grouping["group_labels"][row["group"]], 1: f"{row['events']}/{row['patients']}"}
        cells[2] = _state(row["rmst"], row["lower"], row["upper"], row["withheld"])
        limits = None
        if row["group"] == row["reference"]:
            cells[4] = "reference"
        else:
            limits = tuple(
                row[["difference", "difference_lower", "difference_upper"]].astype(float)
            )
            cells |= {4: _state(*limits, row["alone"]), 5: formats.format_p(row["p_value"], "")}
        place = {"indent": 0.1, "shade": False, "horizon": horizon}
        yield {"cells": cells, "limits": limits} | place


def _place_columns(rows):
    """Left edges and widths of the columns in inches, and whether there is no room for all of them in one line.

    Each row gets the lines of its label, how far the numbers of SECOND are below the first of these, and its height.
    """
    groups = [row for row in rows if not row["shade"]]
    texts = [
        [*head.split("\n"), *(row["cells"].get(place, "") for row in groups)]
        for place, head in enumerate(HEADS)
    ]
    widths = [max(style.measure(text, SIZE) for text in column) for column in texts]
    room = style.page_width() - 2 * MARGIN - sum(widths[1:]) - (len(HEADS) - 1) * GUTTER
    stacked = room - FOREST < min(LABEL, widths[0])
    widths[0] = min(widths[0] + 0.12, room - FOREST)
    widths[3] = room - widths[0]
    left = MARGIN + np.cumsum([0, *(width + GUTTER for width in widths[:-1])])
    if stacked:
        left, widths = _stack_columns(texts, widths)
    for row in rows:
        width = style.page_width() - 2 * MARGIN if row["shade"] else widths[0] - row["indent"]
        row["lines"] = style.wrap(row["cells"][0], width, SIZE)
        row["drop"] = len(row["lines"]) * style.line_height(SIZE) if stacked else 0
        below = 0 if row["shade"] or not stacked else style.line_height(SIZE)
        row["height"] = ROW + (len(row["lines"]) - 1) * style.line_height(SIZE) + below
    return left, widths, stacked


def _stack_columns(texts, widths):
    """Left edges and widths where mean, forest and difference stand below label, events and p."""
    widths = list(widths)
    widths[1] = max(style.measure(text, SIZE) for text in [HEADS[1].replace("\n", ""), *texts[1]])
    end, left = style.page_width() - MARGIN, [MARGIN] * len(widths)
    left[5] = end - widths[5]
    left[1] = left[5] - GUTTER - widths[1]
    widths[0] = left[1] - GUTTER - MARGIN
    left[2], left[4] = MARGIN + 0.1, end - widths[4]
    left[3] = left[2] + widths[2] + GUTTER
    widths[3] = left[4] - GUTTER - left[3]
    return left, widths


def _state(estimate, lower, upper, withheld):
    unknown = WITHHELD if withheld else "not estimable"
    return unknown if np.isnan(estimate) else formats.format_interval(estimate, lower, upper)


def _list_notes(means, grouping, lost=()):
    """Which horizons had no room; why numbers are missing; whose label did not fit below the axis."""
    reference = grouping["group_labels"][grouping["reference"]]
    notes = [] if _name_axis(reference) else [f"Difference from {reference}."]
    if lost:
        months = phrases.join_words(f"{horizon:g}" for horizon in lost)
        notes.append(f"Not shown for want of room: up to {months} months; the table has all.")
    for (group, note), rows in means[means["note"].notna()].groupby(["group", "note"], sort=False):
        months = phrases.join_words(f"{horizon:g}" for horizon in rows["horizon"])
        notes.append(f"{grouping['group_labels'][group]}, up to {months} months: {note}.")
    return notes


def _name_axis(reference):
    """What the axis shows, in one line; empty when the label of the reference group is too long."""
    words = f"Difference from {reference}, months"
    return words if style.measure(words, SIZE) < AXIS else ""


def _set_axis(axes, means, body, ticks):
    """An axis of months that holds every difference with its limits, and zero."""
    known = means[["difference", "difference_lower", "difference_upper"]].to_numpy(float)
    known = np.append(known[np.isfinite(known)], 0)
    low, high = known.min(), known.max()
    if low == high:
        low, high = -1, 1
    ticks = MaxNLocator(ticks, steps=[1, 2, 5, 10]).tick_values(low, high)
    axes.set(xlim=(ticks[0], ticks[-1]), ylim=(body + 0.04, 0), yticks=[])
    axes.set_xticks(
        ticks, [formats.format_number(tick, 0 if float(tick).is_integer() else 1) for tick in ticks]
    )
    axes.spines["left"].set_visible(False)


def _draw_rows(page, axes, rows, left, widths, top):
    y, stacked = top, any(row["drop"] for row in rows)
    if not stacked:
        axes.axvline(0, color=style.RULE, linewidth=0.6, zorder=1)
    for row in rows:
        if stacked and not row["shade"]:  # no line through a label
            ends = [y - top + row["drop"], y - top + row["height"]]
            axes.plot([0, 0], ends, color=style.RULE, linewidth=0.6, zorder=1)
        if row["shade"]:
            page.fill_between(
                [MARGIN, style.page_width() - MARGIN],
                y,
                y + row["height"],
                color=style.SHADE,
                linewidth=0,
            )
        baseline = y + (ROW - style.line_height(SIZE)) / 2
        style.write(page, MARGIN + row["indent"], baseline, row["lines"], SIZE, label=NAME)
        for place, text in row["cells"].items():
            if place:
                line = baseline + (row["drop"] if place in SECOND else 0)
                quiet = (
                    {"color": style.GREY}
                    if text in ("reference", "not estimable", WITHHELD)
                    else {}
                )
                # counts of the groups at one horizon: their sum may be known
                whole = {"label": f"{PART}{row['horizon']}"} if place == 1 else {}
                _write_cell(page, left, widths, place, line, text, **quiet, **whole)
        if row["limits"] and np.isfinite(row["limits"][0]):
            estimate, *ends = row["limits"]
            middle, colour = y - top + row["drop"] + ROW / 2, style.PALETTE[0]
            if np.isfinite(ends).all():
                axes.plot(ends, [middle] * 2, color=colour, linewidth=0.9, clip_on=False, zorder=2)
            axes.plot(
                [estimate],
                [middle],
                marker="s",
                markersize=3.6,
                color=colour,
                clip_on=False,
                zorder=3,
            )
        y += row["height"]


def _write_cell(page, left, widths, place, top, text, **look):
    """Counts and p-values end at the right edge of their column."""
    right = place in (1, 5)
    x = left[place] + (widths[place] if right else 0)
    style.write(page, x, top, text, SIZE, ha="right" if right else "left", **look)
