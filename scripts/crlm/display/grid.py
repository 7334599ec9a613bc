"""Pages of panels: how many stand beside each other, how wide and tall they are and where each row begins."""

import math

import numpy as np

from crlm.display import style
from crlm.display.style import MARGIN, SMALL
from crlm.plan import phrases

TALLEST = 225 / 25.4  # of a page, inches: no figure of a journal is taller than 230 mm
LOWER = (1.7, 1.4, 1.2, 1.0)  # axes of panels that do not fit a page otherwise, inches
DEEP = 4  # rows that a narrow page holds
STACKED = (
    5.5  # a page below this width, inches, has names above and not beside what is drawn of them
)


def choose_columns(panels, most=3):
    """Panels beside each other: four stand two by two, and a narrow page holds fewer, unless they would fill it."""
    wanted = {0: 1, 1: 1, 2: 2, 4: 2}.get(panels, most)
    columns = max(min(wanted, int(most * style.page_width() / style.DOUBLE + 1e-9)), 1)
    return columns + (columns < wanted and panels > DEEP * columns)


def share_width(page_width, columns, left, gap, right=0.16):
    """Width of the axes of a panel, inches.

    left: room of the first axis; gap: between two panels; right: room of the last number of an axis.
    """
    return (page_width - left - MARGIN - right - gap * (columns - 1)) / columns


def is_stacked():
    """Whether the page has no room for names, a panel and numbers beside each other."""
    return style.page_width() < STACKED


def count_columns(panel, most):
    """How many panels of at least this width (inches, with their numbers) stand beside each other."""
    return max(1, min(most, int((style.page_width() - 2 * MARGIN) / panel + 1e-9)))


def crowd(columns, width):
    """How many times as wide axes would be on a page of their own, for `curves.list_ticks`; width: of a panel, inches."""
    return max((1 + columns) / 2, 3 / width)


def place_rows(heads, columns, top, below):
    """([(positions of the panels, top of the row, top of its axes)], where the panels end), inches.

    heads: height of what stands above the axes of each panel, the highest of a row makes room for all of it;
    below: from the top of the axes to the next row.
    """
    rows = []
    for first in range(0, len(heads), columns):
        numbers = range(first, min(first + columns, len(heads)))
        axes = top + max(heads[number] for number in numbers)
        rows.append((numbers, top, axes))
        top = axes + below
    return rows, top


def fit_rows(heads, columns, top, under, heights, notes=0):
    """(rows as of `place_rows`, where they end, height of the axes, numbers of the panels that have no room).

    under: room, or rooms that are summed, from the foot of the axes to the next row; heights: of the axes, the first with which
    all fit a page is taken. With the last and no room, the last rows are left out. notes: lines of small type below the panels.
    """
    small = style.line_height(SMALL)
    free = TALLEST - notes * small - MARGIN
    for height in heights:
        rows, bottom = place_rows(heads, columns, top, sum(np.atleast_1d(under), height))
        if bottom <= free:
            return rows, bottom, height, []
    lost = []
    while bottom > free - 3 * small and len(rows) > 1:  # three lines name them
        lost = [*rows[-1][0], *lost]
        rows, bottom = place_rows(heads[: lost[0]], columns, top, sum(np.atleast_1d(under), height))
    return rows, bottom, height, lost


def name_lost(lost, labels, room):
    """Lines on the panels without room; labels: of all panels."""
    names = phrases.join_words(labels[number] for number in lost)
    words = f"Not drawn for want of room: {names}; the table has all."
    return style.wrap(words, room, SMALL) if lost else []


def count_fitting(heights, free):
    """How many of the rows, from the first, fit into `free` inches; one at least."""
    return max(int(np.searchsorted(np.cumsum(heights), free + 1e-9, "right")), 1)


def keep_apart(ticks, limits, length, upright=False):
    """Of the ticks of a logarithmic axis those whose labels do not touch; 1 is kept, then those nearest to it.

    limits: of the axis; length: inches; upright: one label above the other.
    """
    low, high = limits
    place = {tick: length * math.log(tick / low) / math.log(high / low) for tick in ticks}
    size = style.SMALL + 0.5  # as `style.add_axes` sets them
    room = {
        tick: style.line_height(size) if upright else style.measure(f"{tick:g}", size) + 0.03
        for tick in ticks
    }
    kept = []
    for tick in sorted(ticks, key=lambda tick: abs(math.log(tick))):
        if all(abs(place[tick] - place[one]) >= (room[tick] + room[one]) / 2 for one in kept):
            kept.append(tick)
    return sorted(kept)
