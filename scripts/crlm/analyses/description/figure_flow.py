"""Flow of the patients: from the rows of the file to the patients of each endpoint."""

import numpy as np

from crlm.display import formats, style
from crlm.display.style import MARGIN, SMALL

PAD = 0.08  # between a frame and its text
BULLET = 0.12  # from a bullet to its text
GAP = 0.28  # between two boxes: the length of an arrow


@style.styled
def plot_flow(attrition, endpoints, synthetic=False, small_cells=None):
    """Flow diagram of attrition.csv: cohort, exclusions beside it, then one box per endpoint.

    The first and the last row without an endpoint are the file and the patients analysed, the rows between them are
    exclusions; the last row of an endpoint is its patients and those before it are the reasons for being left out.
    endpoints: specs of the plan, for labels and order. small_cells: an exclusion of fewer patients hides the rows of the file,
    or it would follow from them.
    """
    owner = formats.as_texts(attrition["endpoint"])
    steps = attrition[owner == ""]
    analysed = int(steps["remaining"].iloc[-1])
    room = style.DOUBLE - 2 * MARGIN
    main = 2.3
    side = room - main / 2 - room / 2 - GAP
    few = steps["excluded"].between(1, (small_cells or 1) - 1).any()
    rows = "withheld" if few else steps["remaining"].iloc[0]
    file_box = _box(steps["label"].iloc[0], rows, [], main)
    cohort_box = _box(steps["label"].iloc[-1], analysed, [], main)
    reasons = _list_reasons(steps.iloc[1:-1])
    excluded = rows if few else rows - analysed
    side_box = _box("Excluded", excluded, reasons, side) if reasons else None

    shown = [name for name in endpoints if (owner == name).any()]
    width = min(2.4, (room - 0.14 * (len(shown) - 1)) / max(len(shown), 1))
    boxes = []
    for name in shown:
        rows = attrition[owner == name]
        remaining = int(rows["remaining"].iloc[-1])
        reasons = _list_reasons(rows.iloc[:-1], analysed - remaining)
        boxes.append(_box(endpoints[name]["label"], remaining, reasons, width, "Not analysed"))

    between = max(GAP, side_box["height"] + 0.24 if side_box else 0)
    top = style.first_line(synthetic)
    middle = top + file_box["height"] + between
    bottom = middle + cohort_box["height"] + 2 * GAP * 0.8
    tallest = max((box["height"] for box in boxes), default=0)
    height = (bottom + tallest if boxes else middle + cohort_box["height"]) + MARGIN
    figure, page = style.new_page(style.DOUBLE, height, synthetic)
    centre = style.DOUBLE / 2

    _draw_box(page, centre, top, file_box)
    _draw_arrow(page, centre, top + file_box["height"], centre, middle)
    if side_box:
        level = top + file_box["height"] + between / 2
        left = centre + main / 2 + GAP
        _draw_arrow(page, centre, level, left, level)
        _draw_box(page, left + side / 2, level - side_box["height"] / 2, side_box)
    _draw_box(page, centre, middle, cohort_box)
    if boxes:
        fork = middle + cohort_box["height"] + GAP * 0.8
        centres = centre + (np.arange(len(boxes)) - (len(boxes) - 1) / 2) * (width + 0.14)
        page.plot([centre, centre], [middle + cohort_box["height"], fork], **_line())
        page.plot([centres[0], centres[-1]], [fork, fork], **_line())
        for x, box in zip(centres, boxes, strict=True):
            box["height"] = tallest
            _draw_arrow(page, x, fork, x, bottom)
            _draw_box(page, x, bottom, box)
    return figure


def _list_reasons(rows, total=None):
    """(reason, patients, not known and kept) of each step; a rest that no step explains is named too."""
    reasons = [(row.label, int(row.excluded), int(row.unknown)) for row in rows.itertuples()]
    rest = (total or 0) - sum(count for _, count, _ in reasons)
    return [*reasons, ("Endpoint not defined", rest, 0)] if rest > 0 else reasons


def _box(label, patients, reasons, width, heading=None):
    """The lines of a box and its height: label and number, then the reasons one below the other.

    A line is (text, size, weight, space above, place). With a heading of its own the list stands below a centred label.
    """
    inside = width - 2 * PAD
    place = "left" if reasons and not heading else "centre"
    lines = [
        (line, style.SIZE, "bold", 0, place) for line in style.wrap(label, inside, weight="bold")
    ]
    lines.append((f"n = {patients}", style.SIZE, "normal", 0, place))
    if reasons and heading:
        total = sum(count for _, count, _ in reasons)
        lines.append((f"{heading}: n = {total}", SMALL, "normal", 0.05, "left"))
    for reason, count, unknown in reasons:
        kept = f"; not known: {unknown}, kept" if unknown else ""
        first, *others = style.wrap(f"{reason} (n = {count}{kept})", inside - BULLET, SMALL)
        lines.append((first, SMALL, "normal", 0.02, "bullet"))
        lines += [(line, SMALL, "normal", 0, "indent") for line in others]
    height = sum(style.line_height(size) + gap for _, size, _, gap, _ in lines) + 2 * PAD
    return {"lines": lines, "width": width, "height": height}


def _draw_box(page, centre, top, box):
    left = centre - box["width"] / 2
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]) * [box["width"], box["height"]]
    page.plot(left + corners[:, 0], top + corners[:, 1], **_line())
    left, top = left + PAD, top + PAD
    starts = {"centre": centre, "left": left, "bullet": left + BULLET, "indent": left + BULLET}
    for text, size, weight, gap, place in box["lines"]:
        top += gap
        if place == "bullet":
            style.write(page, left, top, "•", size, color=style.GREY)
        align = "center" if place == "centre" else "left"
        top += style.write(page, starts[place], top, text, size, weight=weight, ha=align)


def _draw_arrow(page, x, y, to_x, to_y):
    arrow = {"arrowstyle": "-|>", "mutation_scale": 7, "shrinkA": 0, "shrinkB": 0}
    arrow |= {"linewidth": 0.7, "color": style.RULE}
    page.annotate("", (to_x, to_y), (x, y), arrowprops=arrow)


def _line():
    return {"color": style.RULE, "linewidth": 0.7, "solid_joinstyle": "miter"}
