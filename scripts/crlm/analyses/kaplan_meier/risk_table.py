"""The table below Kaplan-Meier curves: a block for each count, or for each group with its counts below one another (KMunicate)."""

import numpy as np

from crlm.display import curves as steps
from crlm.display import style
from crlm.display.curves import count_at_risk
from crlm.display.privacy import NAME
from crlm.display.style import MARGIN, SMALL
from crlm.plan import phrases

SPACE = 0.08  # after a block
ROW = 0.15
NAMES = 1.65  # at most this wide are the names of rows
SHORT = {"at_risk": "At risk", "events": "Events", "censored": "Censored"}  # on a narrow page
COUNTS = {
    "at_risk": "Number at risk",
    "events": "Cumulative events",
    "censored": "Cumulative censored",
}


def count_before(curve, column, times):
    """Events or censorings before each of `times`, so that with those at risk they add up to the patients."""
    counts = np.concatenate([[0], np.cumsum(curve[column].to_numpy(int))])
    return counts[np.searchsorted(curve["time"], times)]


def build_blocks(groups, parts, by, compact=False):
    """The blocks: [(heading lines, its colour or None, [(name lines, group, part)])].

    groups: dicts with label, colour, dash, curve and the letter that may stand for the label; parts: which of COUNTS; by:
    `count` or `group`; compact: blocks by count whose rows have the lines of the key, or the letters, in place of names.
    """
    if not groups or not parts:
        return []
    if by == "group" and len(groups) > 1 and not compact:
        counts = SHORT if style.is_narrow() else COUNTS
        room = style.page_width() - 2 * MARGIN - 0.36
        return [
            (
                style.wrap(group["label"], room, SMALL, "bold"),
                group,
                [([counts[part]], group, part) for part in parts],
            )
            for group in groups
        ]
    names = [style.wrap(group["label"], NAMES, SMALL) for group in groups]
    if compact:
        names = [[group["letter"]] if group["letter"] else [] for group in groups]
    # names of several lines stand in the first block only; the others have the lines of the key
    short = all(len(lines) <= 1 for lines in names)
    return [
        (
            [COUNTS[part]],
            None,
            [
                (lines if short or not number else [], group, part)
                for lines, group in zip(names, groups, strict=True)
            ],
        )
        for number, part in enumerate(parts)
    ]


def note_left_out(wanted, kept):
    """The sentence on counts that a full page has no room for."""
    names = phrases.join_words(COUNTS[part].lower() for part in wanted if part not in kept)
    return [f"Not shown for want of room: {names}; the result files have all."] if names else []


def measure_names(blocks):
    """Room left of the numbers that names and headings need, inches."""
    names = [
        style.measure(line, SMALL) for *_, rows in blocks for lines, *_ in rows for line in lines
    ]
    heads = [
        style.measure(line, SMALL, "bold") for lines, of, _ in blocks if not of for line in lines
    ]
    heads = [] if style.is_narrow() else heads  # numbers stand below them
    return max([*names, *heads], default=0)


def measure_height(blocks):
    """Height of all blocks, inches."""
    return sum(
        len(heading) * style.line_height(SMALL) + sum(_row_height(row) for row in rows) + SPACE
        for heading, _, rows in blocks
    )


def _row_height(row):
    return max(len(row[0]) * style.line_height(SMALL), ROW)


def draw_blocks(page, blocks, top, ticks, left, scale):
    """Draw the blocks below `top`; left, scale: place of month 0 and inches of a month. Returns where they end."""
    for heading, owner, rows in blocks:
        x, colour = MARGIN, style.INK
        if owner:
            x, colour = MARGIN + 0.36, style.text_colour(owner["colour"])
            _draw_sample(page, owner, top)
        look = {"weight": "bold", "color": colour, "label": NAME}
        top += style.write(page, x, top, heading, SMALL, **look)
        for row in rows:
            names, group, part = row
            curve = group["curve"]
            counts = (
                count_at_risk(curve, ticks)
                if part == "at_risk"
                else count_before(curve, part, ticks)
            )
            # counts of one kind add up over the groups, wherever they stand
            steps.write_counts(page, counts, ticks, left, top, scale, part)
            if names:
                colour = style.INK if owner else style.text_colour(group["colour"])
                style.write(page, MARGIN, top, names, SMALL, color=colour, label=NAME)
            else:
                _draw_sample(page, group, top)
            top += _row_height(row)
        top += SPACE
    return top


def _draw_sample(page, group, top):
    middle = top + 0.5 * style.line_height(SMALL)
    steps.draw_sample(page, MARGIN, middle, group["colour"], group["dash"])
