"""Flow of the patients: from the rows of the file to the patients, events and models of each endpoint."""

import numpy as np

from crlm.display import formats, style
from crlm.display.grid import TALLEST
from crlm.display.style import MARGIN, SMALL
from crlm.plan import phrases

PAD = 0.07  # between a frame and its text
BULLET = 0.1  # from a bullet to its text
GAP = 0.2  # between two boxes: the length of an arrow
MAIN = 1.45  # width of the boxes of the cohort
SPINE = 0.1  # place of the line that the endpoints hang on
MOST = 12  # reasons, or covariates, of a box


@style.styled
def plot_flow(
    attrition,
    endpoints,
    synthetic=False,
    small_cells=None,
    events=None,
    fits=None,
    models=None,
    missing=None,
):
    """Flow diagram in the width of one column: cohort, exclusions beside it, then one box per endpoint below the other.

    The first and the last row of attrition.csv without an endpoint are the file and the patients analysed, the rows between them
    are exclusions; the last row of an endpoint is its patients and those before it are the reasons for being left out.
    endpoints: specs of the plan, for labels and order. small_cells: an exclusion of fewer patients hides the rows of the file,
    or it would follow from them. events: {endpoint: events}; fits: {endpoint: cox/{endpoint}_models.csv}, of which the models of
    `models` ({name: {label}}) are named; missing: {label of a covariate: patients without it}.
    """
    owner = formats.as_texts(attrition["endpoint"])
    steps = attrition[owner == ""]
    analysed = int(steps["remaining"].iloc[-1])
    few = steps["excluded"].between(1, (small_cells or 1) - 1).any()
    rows = "withheld" if few else steps["remaining"].iloc[0]
    first = _box([_head(steps["label"].iloc[0]), f"n = {rows}"], MAIN, True)
    cohort = _box([_head(steps["label"].iloc[-1]), f"n = {analysed}"], MAIN, True)
    reasons = _list_reasons(steps.iloc[1:-1])
    side = None
    if reasons:
        lines = [_head("Excluded"), f"n = {rows if few else rows - analysed}"]
        width = style.SINGLE - 2 * MARGIN - MAIN / 2 - GAP
        side = _box([*lines, *_tell_reasons(reasons)], width)
    shown = [name for name in endpoints if (owner == name).any()]
    fits = {name: _choose(table, models or {}) for name, table in (fits or {}).items()}
    for told in ("all", "patients"):  # without the models where the page would be too tall
        boxes = [
            _box_of_endpoint(
                *(endpoints[name]["label"], attrition[owner == name], analysed),
                (events or {}).get(name),
                fits.get(name, []) if told == "all" else [],
                small_cells or 0,
            )
            for name in shown
        ]
        if missing and told == "all" and any(fits.values()):
            boxes.append(_box_of_missing(missing))
        height = _find_height(first, side, cohort, boxes, synthetic)
        if height <= TALLEST:
            break
    while height > TALLEST and len(boxes) > 1:
        boxes = [
            *boxes[:-2],
            _box([f"{len(shown) - len(boxes) + 2} other endpoints: see the table"], _wide()),
        ]
        height = _find_height(first, side, cohort, boxes, synthetic)
    return _draw_flow(first, side, cohort, boxes, height, synthetic)


def _wide():
    """Width of the box of an endpoint, to the right of the line that it hangs on."""
    return style.SINGLE - 2 * MARGIN - SPINE - GAP


def _choose(fits, models):
    """(label, patients, events, left out) of every multivariable model."""
    rows = fits[fits["variable"].isna() & fits["model"].isin(list(models))]
    numbers = ("patients", "events", "missing")
    return [
        (models[row["model"]]["label"], *(int(row[key]) for key in numbers))
        for row in rows.to_dict("records")
    ]


def _list_reasons(rows, total=None):
    """(reason, patients, not known and kept) of each step; a rest that no step explains is named too."""
    reasons = [(row.label, int(row.excluded), int(row.unknown)) for row in rows.itertuples()]
    rest = (total or 0) - sum(count for _, count, _ in reasons)
    return [*reasons, ("Endpoint not defined", rest, 0)] if rest > 0 else reasons


def _tell_reasons(reasons):
    told = [
        (f"{reason} (n = {count}{f'; not known: {unknown}, kept' if unknown else ''})", "bullet")
        for reason, count, unknown in reasons[:MOST]
    ]
    if len(reasons) > MOST:
        rest = sum(count for _, count, _ in reasons[MOST:])
        told.append((f"{len(reasons) - MOST} other reasons (n = {rest})", "bullet"))
    return told


def _box_of_endpoint(label, rows, analysed, events, fits, small_cells):
    """Patients and events of an endpoint, why others lack it, and whom its models are of."""
    remaining = int(rows["remaining"].iloc[-1])
    reasons = _list_reasons(rows.iloc[:-1], analysed - remaining)
    lines = [
        _head(label),
        f"n = {remaining}" + (f", {phrases.plural(events, 'event')}" if events is not None else ""),
    ]
    if reasons:
        total = sum(count for _, count, _ in reasons)
        lines += [(f"Not analysed: n = {total}", "part"), *_tell_reasons(reasons)]
    if fits:
        lines.append(("Multivariable models", "part"))
    for name, patients, seen, missing in fits:
        words = f"{name}: n = {patients}, {seen} events; {missing} left out"
        if seen == 1:
            words = f"{name}: n = {patients}, 1 event; {missing} left out"
        if 0 < missing < small_cells:  # or it would follow from the patients
            words = f"{name}: n withheld; fewer than {small_cells} left out"
        lines.append((words, "bullet"))
    return _box(lines, _wide())


def _box_of_missing(missing):
    """Which covariates patients lack, most often first."""
    counts = sorted(((name, n) for name, n in missing.items() if n), key=lambda each: -each[1])
    told = [(f"{name} (n = {count})", "bullet") for name, count in counts[:MOST]]
    if len(counts) > MOST:
        told.append(
            (f"{phrases.plural(len(counts) - MOST, 'other covariate')}: see the table", "bullet")
        )
    words = (
        "Left out of a model: one of its covariates is missing"
        if counts
        else "No covariate of a model is missing"
    )
    return _box([(words, "part"), *told], _wide())


def _head(text):
    return (text, "head")


def _box(texts, width, centred=False):
    """The lines of a box and its size. texts: text, or (text, "head", "part" or "bullet").

    A line is (text, size, weight, space above, place).
    """
    inside, lines = width - 2 * PAD, []
    place = "centre" if centred else "left"
    for text in texts:
        text, kind = text if isinstance(text, tuple) else (text, "")
        if kind == "head":
            wrapped = style.wrap(text, inside, weight="bold")
            lines += [(line, style.SIZE, "bold", 0, place) for line in wrapped]
        elif kind == "bullet":
            first, *others = style.wrap(text, inside - BULLET, SMALL)
            lines.append((first, SMALL, "normal", 0.015, "bullet"))
            lines += [(line, SMALL, "normal", 0, "indent") for line in others]
        else:
            size, space = (SMALL, 0.04) if kind == "part" else (style.SIZE, 0)
            first, *others = style.wrap(text, inside, size)
            lines.append((first, size, "normal", space, place))
            lines += [(line, size, "normal", 0, place) for line in others]
    height = sum(style.line_height(size) + gap for _, size, _, gap, _ in lines) + 2 * PAD
    return {"lines": lines, "width": width, "height": height}


def _find_between(side):
    """From the box of the file to that of the patients analysed."""
    return max(GAP, side["height"] + 0.2 if side else 0)


def _find_height(first, side, cohort, boxes, synthetic):
    above = style.first_line(synthetic) + first["height"] + _find_between(side) + cohort["height"]
    return above + sum(box["height"] + GAP / 2 for box in boxes) + MARGIN


def _draw_flow(first, side, cohort, boxes, height, synthetic):
    figure, page = style.new_page(style.SINGLE, height, synthetic)
    top, between = style.first_line(synthetic), _find_between(side)
    middle, centre = top + first["height"] + between, MARGIN + MAIN / 2
    _draw_box(page, MARGIN, top, first)
    _draw_arrow(page, centre, top + first["height"], centre, middle)
    if side:
        level = middle - between / 2
        _draw_arrow(page, centre, level, centre + GAP, level)
        _draw_box(page, centre + GAP, level - side["height"] / 2, side)
    _draw_box(page, MARGIN, middle, cohort)
    top, x = middle + cohort["height"], MARGIN + SPINE
    start, last = top, top
    for box in boxes:
        top += GAP / 2
        last = top + PAD + style.line_height() / 2
        _draw_arrow(page, x, last, x + GAP, last)
        _draw_box(page, x + GAP, top, box)
        top += box["height"]
    page.plot([x, x], [start, last], **_line())
    return figure


def _draw_box(page, left, top, box):
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)]) * [box["width"], box["height"]]
    page.plot(left + corners[:, 0], top + corners[:, 1], **_line())
    centre, left, top = left + box["width"] / 2, left + PAD, top + PAD
    starts = {"centre": centre, "left": left, "bullet": left + BULLET, "indent": left + BULLET}
    for text, size, weight, gap, place in box["lines"]:
        top += gap
        if place == "bullet":
            style.write(page, left, top, "•", size, color=style.GREY)
        align = "center" if place == "centre" else "left"
        top += style.write(page, starts[place], top, text, size, weight=weight, ha=align)


def _draw_arrow(page, x, y, to_x, to_y):
    arrow = {"arrowstyle": "-|>", "mutation_scale": 6, "shrinkA": 0, "shrinkB": 0}
    arrow |= {"linewidth": 0.7, "color": style.RULE}
    page.annotate("", (to_x, to_y), (x, y), arrowprops=arrow)


def _line():
    return {"color": style.RULE, "linewidth": 0.7, "solid_joinstyle": "miter"}
