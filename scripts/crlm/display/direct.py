"""Labels beside the ends of lines, where a key would have to be searched: moved apart until none touches another."""

from string import ascii_uppercase

import numpy as np

from crlm.display import style
from crlm.display.privacy import NAME
from crlm.display.style import SMALL

MOST_IN_KEY = 4  # lines that a key tells apart; more are named where they end
LEADER = 0.16  # from the axes to the labels, inches
ROOM = 1.3  # of the labels
ROOMS = (1.6, 2.0, 2.4, 2.8)  # of long ones beside low panels
GAP = 0.03  # between two of them


def choose_letters(lines):
    """Letters for the ends of so many lines on a narrow page, which the key puts before its labels; else None for each."""
    lettered = style.is_narrow() and lines > MOST_IN_KEY
    return list(ascii_uppercase[:lines]) if lettered else [None] * lines


def wrap_labels(labels, room=ROOM):
    """The lines of each label and the room they take with their leader, inches."""
    lines = [style.wrap(label, room, SMALL) for label in labels]
    widest = max((style.measure(line, SMALL) for each in lines for line in each), default=0)
    return lines, LEADER + widest + 0.04


def fit_labels(labels, height):
    """As `wrap_labels`, in the narrowest of ROOMS in which the labels are together not higher than `height`, or the widest."""
    for room in ROOMS:
        lines, taken = wrap_labels(labels, room)
        if stack_height(lines) <= height:
            break
    return lines, taken


def stack_height(lines):
    """Height that the labels need at least, inches."""
    return sum(len(each) * style.line_height(SMALL) + GAP for each in lines)


def place(wanted, heights, low, high):
    """Middles of labels of these heights, as near as may be to `wanted` and none upon another, between two ends.

    The least squares under the order of `wanted`: an isotonic regression of what is left when the heights before each are taken
    away. Where the labels need more room than there is, they begin at `low`.
    """
    wanted, heights = np.asarray(wanted, float), np.asarray(heights, float)
    if not len(wanted):
        return wanted
    from scipy.optimize import (
        isotonic_regression,
    )  # half a second, and few figures name their lines so

    order = np.argsort(wanted, kind="stable")
    high_of = heights[order]
    before = np.concatenate([[0], np.cumsum((high_of[1:] + high_of[:-1]) / 2)])
    moved = isotonic_regression(wanted[order] - before).x
    ends = low + high_of[0] / 2, high - high_of[-1] / 2 - before[-1]
    moved = np.clip(moved, ends[0], max(ends)) + before
    placed = np.empty(len(wanted))
    placed[order] = moved
    return placed


def draw_labels(page, axes, ends, lines, colours):
    """Name each line at the right side of the axes, with a thin line from where it ends.

    ends: (x, y) of each in the units of the axes; lines: as `wrap_labels` gives them; colours: of the lines.
    """
    points = [page.transData.inverted().transform(axes.transData.transform(end)) for end in ends]
    box = axes.get_position()
    wide, high = page.figure.get_size_inches()
    left, top, bottom = box.x1 * wide, (1 - box.y1) * high, (1 - box.y0) * high
    heights = [len(each) * style.line_height(SMALL) + GAP for each in lines]
    wanted = [y for _, y in points]
    middles = place(wanted, heights, top - 0.06, bottom + 0.06)
    for (x, y), middle, height, words, colour in zip(
        points, middles, heights, lines, colours, strict=True
    ):
        look = {"color": colour, "linewidth": 0.4, "linestyle": (0, (1, 1)), "zorder": 1}
        page.plot([x, left + LEADER - 0.02], [y, middle], **look)
        ink = style.text_colour(colour)
        begin = middle - (height - GAP) / 2
        style.write(page, left + LEADER, begin, words, SMALL, color=ink, label=NAME)
