"""Pages of panels: how many stand beside each other, how wide they are and where each row begins."""

import numpy as np

from crlm.display.style import MARGIN

TALLEST = 225 / 25.4  # of a page, inches: no figure of a journal is taller than 230 mm


def choose_columns(panels, most=3):
    """Panels beside each other: four stand two by two."""
    return {0: 1, 1: 1, 2: 2, 4: 2}.get(panels, most)


def share_width(page_width, columns, left, gap, right=0.16):
    """Width of the axes of a panel, inches.

    left: room of the first axis; gap: between two panels; right: room of the last number of an axis.
    """
    return (page_width - left - MARGIN - right - gap * (columns - 1)) / columns


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


def count_fitting(heights, free):
    """How many of the rows, from the first, fit into `free` inches; one at least."""
    return max(int(np.searchsorted(np.cumsum(heights), free + 1e-9, "right")), 1)
