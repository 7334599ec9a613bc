"""Hazard ratios of growth patterns as a forest: the cohort's own above each published one."""

import numpy as np

from crlm.analyses.pattern_hazards.tables import name_groups, show
from crlm.display import style
from crlm.display.style import DOUBLE, MARGIN, SMALL
from crlm.plan.phrases import tell_evidence

SIZE = SMALL + 0.5
ROW = 0.175  # height of a row, inches
LABEL, NUMBERS = 2.7, 1.25  # width of the columns beside the forest
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10)
OWN, PUBLISHED = style.PALETTE[0], style.INK


@style.styled
def plot_hazards(hazards, contrasts, endpoint, synthetic=False):
    """Figure with three rows per contrast: the two groups, the cohort's ratio, the published one. Log axis, double width.

    hazards: pattern_hazards/{endpoint}.csv; contrasts: of the plan, in the order of its rows; endpoint: its spec.
    """
    rows = [
        row
        for pair in zip(hazards.itertuples(), contrasts, strict=True)
        for row in _list_rows(*pair)
    ]
    room = DOUBLE - 2 * MARGIN
    title = style.wrap(
        f"{endpoint['label']}: growth patterns, hazard ratios of this cohort and published ones",
        room,
        weight="bold",
    )
    words = "Squares: this cohort, unadjusted; diamonds: published. Bars: 95% limits. Left of the line the hazard is lower."
    lines = style.wrap(words, room, SMALL)
    top = style.first_line(synthetic)
    first = top + len(title) * style.line_height() + 0.1
    for row in rows:
        row["lines"] = style.wrap(row["text"], room if row["is_head"] else LABEL - 0.1, SIZE)
        row["height"] = ROW + (len(row["lines"]) - 1) * style.line_height(SIZE)
    body = sum(row["height"] for row in rows)
    height = first + body + 0.45 + len(lines) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(DOUBLE, height, synthetic)
    style.write(page, MARGIN, top, title, weight="bold")
    left = MARGIN + LABEL + NUMBERS
    axes = style.add_axes(page, left, first, DOUBLE - MARGIN - 0.1 - left, body + 0.04)
    _set_axis(axes, rows, body)
    y = first
    for row in rows:
        _draw_row(page, axes, row, y, first)
        y += row["height"]
    middle = left + (DOUBLE - MARGIN - 0.1 - left) / 2
    style.write(page, middle, first + body + 0.25, "Hazard ratio (log scale)", SIZE, ha="center")
    style.write(page, MARGIN, first + body + 0.45, lines, SMALL, color=style.GREY)
    return figure


def _list_rows(row, contrast):
    """The heading and the two ratios of a contrast: text, is_head, limits (ratio, lower, upper), marker, colour."""
    yield {"text": f"{contrast['label']}: {name_groups(contrast)}", "is_head": True}
    own = (row.hazard_ratio, row.lower, row.upper)
    published = (row.published, row.published_lower, row.published_upper)
    sizes = f"This cohort, {row.events} events in {row.patients} patients"
    yield {"text": sizes, "is_head": False, "limits": own, "marker": "s", "colour": OWN}
    source = f"{row.source} ({tell_evidence(row.evidence)})"
    yield {
        "text": source,
        "is_head": False,
        "limits": published,
        "marker": "D",
        "colour": PUBLISHED,
    }


def _set_axis(axes, rows, body):
    """A log axis that holds every ratio with its limits, and 1."""
    known = np.array([row["limits"] for row in rows if not row["is_head"]], float)
    known = np.append(known[np.isfinite(known) & (known > 0)], 1)
    low = max([tick for tick in TICKS if tick <= known.min()], default=TICKS[0])
    high = min([tick for tick in TICKS if tick >= known.max()], default=TICKS[-1])
    low, high = (low, high) if low < high else (0.5, 2)
    ticks = [tick for tick in TICKS if low <= tick <= high]
    axes.set(xscale="log", xlim=(low, high), ylim=(body + 0.04, 0), yticks=[])
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xticks([], minor=True)
    axes.spines["left"].set_visible(False)
    axes.axvline(1, color=style.RULE, linewidth=0.6, zorder=1)


def _draw_row(page, axes, row, y, top):
    if row["is_head"]:
        page.fill_between(
            [MARGIN, DOUBLE - MARGIN], y, y + row["height"], color=style.SHADE, linewidth=0
        )
    baseline = y + (ROW - style.line_height(SIZE)) / 2
    indent = 0 if row["is_head"] else 0.1
    style.write(page, MARGIN + indent, baseline, row["lines"], SIZE)
    if row["is_head"]:
        return
    style.write(page, MARGIN + LABEL, baseline, show(*row["limits"]).text, SIZE)
    estimate, *ends = row["limits"]
    middle = y - top + ROW / 2
    low, high = axes.get_xlim()
    if np.isfinite(ends).all():
        shown = np.clip(ends, low, high)  # a limit beyond the axis is told in figures beside it
        axes.plot(shown, [middle] * 2, color=row["colour"], linewidth=0.9, zorder=2)
    if np.isfinite(estimate) and low <= estimate <= high:
        look = {"marker": row["marker"], "markersize": 3.8, "color": row["colour"], "zorder": 3}
        axes.plot([estimate], [middle], clip_on=False, **look)
