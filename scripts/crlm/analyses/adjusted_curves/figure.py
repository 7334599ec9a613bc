"""Adjusted curves beside the unadjusted ones with their differences, and the balance of the covariates (love plot)."""

import numpy as np
from matplotlib.ticker import MaxNLocator

from crlm.analyses.adjusted_curves.tables import BALANCED, METHODS, name_covariate
from crlm.display import curves as steps
from crlm.display import formats, style
from crlm.display.grid import TALLEST, count_fitting
from crlm.display.privacy import NAME
from crlm.display.style import MARGIN, SMALL
from crlm.plan import phrases

SIZE = SMALL + 0.5
ROW = 0.155  # height of a row of a forest, inches
HEIGHTS = (2.5, 2.0, 1.6)  # of the axes of the curves, the first with which all fits a page
PALE = 0.35  # opacity of a line where few are at risk
LABEL, NUMBERS = 1.75, 1.45  # columns beside the forest
LOOKS = {  # width of the line and its marker; colour and dashes tell the groups apart
    "unadjusted": (0.6, ""),
    "weighted": (1.5, ""),
    "standardised": (0.9, "o"),
}
MARKED = {
    "linestyle": "none",
    "markersize": 3.2,
    "markerfacecolor": "white",
    "markeredgewidth": 0.8,
    "clip_on": False,
    "zorder": 4,
}


@style.styled
def plot_adjusted(curves, table, spec, endpoint, synthetic=False):
    """Figure of one comparison: curves of both groups by three methods, numbers at risk, differences of survival by all methods.

    curves, table: its rows in adjusted_curves/{endpoint}_curves.csv and {endpoint}.csv; spec, endpoint: of the plan.
    """
    room = style.page_width() - 2 * MARGIN
    title = style.wrap(f"{endpoint['label']}: {spec['label']}", room, weight="bold")
    if table.empty:
        return _say_nothing(title, "The plan does not ask for this endpoint.", synthetic)
    if curves.empty:
        note = table["note"].dropna().iloc[0] if table["note"].notna().any() else "no patients"
        return _say_nothing(title, f"Nothing can be compared: {note}.", synthetic)
    keys = [
        (
            group,
            *style.group_style(place, len(spec["groups"])),
            style.wrap(spec["group_labels"][group], room - 0.4),
        )
        for place, group in enumerate(spec["groups"])
    ]
    drawn = [each for each in LOOKS if (curves["method"] == each).any()]
    plain = {
        group: curves[(curves["method"] == "unadjusted") & (curves["group"] == group)]
        for group in spec["groups"]
    }
    limit = steps.choose_limit(list(plain.values()))
    few = {group: steps.find_few(curve) for group, curve in plain.items()}
    widest = max(style.measure(label, SMALL) for label in spec["group_labels"].values())
    compact = style.is_narrow() and widest > 0.45  # the lines of the key stand for names
    names = [
        [] if compact else style.wrap(spec["group_labels"][group], LABEL - 0.2, SMALL)
        for group in plain
    ]
    left = 0.68 if style.is_narrow() else LABEL
    width = style.page_width() - left - MARGIN - 0.14
    ticks = steps.list_ticks(limit, max(1, 2.3 / width))
    methods = _place_methods(drawn)
    lines = style.line_height()
    top = style.first_line(synthetic)
    key_top = top + len(title) * lines + 0.04
    axes_top = key_top + sum(len(words) for *_, words in keys) * lines + lines + 0.12
    axes_top += methods[-1][1]
    small = style.line_height(SMALL)
    counts = sum(max(len(each), 1) for each in names) * small
    said = _list_notes(table, spec)
    if any(month < limit for month in few.values()):
        said.append(f"Pale where fewer than {steps.FEW} of the group are at risk.")
    differences = table[table["measure"] == "survival"]
    horizons = list(dict.fromkeys(differences["horizon"]))
    for tall, first in _list_layouts(len(horizons)):
        rows = _list_rows(differences[differences["horizon"].isin(horizons[first:])])
        risk_top = axes_top + tall + steps.AXIS_ROOM
        forest_top = risk_top + small + counts + 0.12
        body = _measure_rows(rows)
        after = forest_top + 2 * style.line_height(SIZE) + body + 0.45
        notes = style.wrap_all([*_name_lost(horizons[:first]), *said], room, SMALL)
        height = after + len(notes) * small + MARGIN
        if height <= TALLEST:
            break
    figure, page = style.new_page(style.page_width(), height, synthetic)
    style.write(page, MARGIN, top, title, weight="bold")
    for _, colour, dash, words in keys:
        steps.draw_sample(page, MARGIN, key_top + lines / 2, colour, dash)
        key_top += style.write(page, MARGIN + 0.36, key_top, words)
    _draw_methods(page, drawn, key_top, methods)
    axes = steps.add_time_axes(page, left, axes_top, width, tall, limit, ticks)
    for group, colour, dash, _ in keys:
        for method in drawn:
            mine = curves[(curves["method"] == method) & (curves["group"] == group)]
            _draw_curve(axes, mine, method, (colour, dash), min(limit, few[group]), ticks)
    landmark = spec["landmark_months"]
    steps.name_time(page, left + width / 2, axes_top + tall, endpoint, landmark)
    name = style.wrap(steps.name_survival(endpoint), tall)
    style.write_upright(page, left - 0.36, axes_top + tall / 2, name, "right")
    style.write(page, MARGIN, risk_top, "Number at risk", SMALL, weight="bold")
    risk_top += small
    for (group, colour, dash, _), words in zip(keys, names, strict=True):
        style.write(page, MARGIN, risk_top, words, SMALL, label=NAME)
        if compact:
            steps.draw_sample(page, MARGIN, risk_top + small / 2, colour, dash)
        counts = steps.count_at_risk(plain[group], ticks)
        steps.write_counts(page, counts, ticks, left, risk_top, width / limit)
        risk_top += max(len(words), 1) * small
    _draw_forest(page, rows, spec, forest_top)
    style.write(page, MARGIN, after, notes, SMALL, color=style.GREY)
    return figure


def _draw_curve(axes, curve, method, group, full, ticks):
    """One curve, pale after the month `full`, with its marker at the ticks until then; group: colour and dashes."""
    thick, marker = LOOKS[method]
    limit = axes.get_xlim()[1]
    look = {"color": group[0], "linestyle": group[1], "linewidth": thick, "clip_on": False}
    time, value = steps.build_steps(curve["time"], 100 * curve["survival"], full)
    axes.plot(time, value, **look)
    places = ticks[(ticks > 0) & (ticks <= time[-1])] if marker else []
    if len(places):
        values = value[np.searchsorted(time, places, "right") - 1]
        axes.plot(places, values, **{**MARKED, "marker": marker, "markeredgecolor": group[0]})
    if full < limit:
        rest, later = steps.build_steps(curve["time"], 100 * curve["survival"], limit)
        beyond = rest > full
        tail = np.append(full, rest[beyond]), np.append(value[-1], later[beyond])
        axes.plot(*tail, alpha=PALE, **look)


def _list_layouts(horizons):
    """Height of the axes and the first horizon with room in the forest, from the roomiest to the smallest."""
    yield from ((height, 0) for height in HEIGHTS)
    yield from ((HEIGHTS[-1], first) for first in range(1, horizons))


def _name_lost(horizons):
    months = phrases.join_words(f"{each:g}" for each in horizons)
    return [f"Not shown for want of room: {months} months; the table has all."] if horizons else []


def _say_nothing(title, words, synthetic):
    """A page with words in the place of curves."""
    lines = style.wrap(words, style.page_width() - 2 * MARGIN, SMALL)
    top = style.first_line(synthetic)
    body = top + len(title) * style.line_height() + 0.06
    height = body + len(lines) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(style.page_width(), height, synthetic)
    style.write(page, MARGIN, top, title, weight="bold")
    style.write(page, MARGIN, body, lines, SMALL, color=style.GREY)
    return figure


def _place_methods(drawn):
    """(x, y) of each line in the key: one row, more where the page is full."""
    places, x, y = [], MARGIN, 0.0
    for method in drawn:
        needed = 0.34 + style.measure(METHODS[method], SIZE)
        if x > MARGIN and x + needed > style.page_width() - MARGIN:
            x, y = MARGIN, y + style.line_height()
        places.append((x, y))
        x += needed + 0.2
    return places


def _draw_methods(page, drawn, top, places):
    for method, (x, y) in zip(drawn, places, strict=True):
        thick, marker = LOOKS[method]
        middle = top + y + style.line_height(SIZE) / 2
        steps.draw_sample(page, x, middle, style.INK, linewidth=thick)
        if marker:
            look = {**MARKED, "marker": marker, "markeredgecolor": style.INK}
            page.plot([x + 0.14], [middle], **look)
        style.write(page, x + 0.34, top + y, METHODS[method], SIZE)


def _list_rows(table):
    """Rows of the forest: (label, limits or None); a heading has no limits."""
    rows = []
    for horizon, part in table.groupby("horizon", sort=False):
        rows.append((f"At {horizon:g} months", None))
        for row in part.itertuples():
            limits = np.array([row.difference, row.difference_lower, row.difference_upper], float)
            rows.append((METHODS[row.method], 100 * limits))
    return rows


def _draw_forest(page, rows, spec, top):
    """Differences of survival in percentage points, by method."""
    head = "Difference of survival, percentage points (95% CI)"
    top += style.write(page, MARGIN, top, head, SIZE, weight="bold") + style.line_height(SIZE) / 2
    indent = 0.1 if style.is_narrow() else LABEL
    left = MARGIN + indent + NUMBERS
    body = _measure_rows(rows)
    axes = style.add_axes(page, left, top, style.page_width() - MARGIN - 0.1 - left, body)
    known = np.array([limits for _, limits in rows if limits is not None])
    known = np.append(known[np.isfinite(known)], 0)
    low, high = (known.min(), known.max()) if np.ptp(known) else (-1, 1)
    ends = MaxNLocator(5, steps=[1, 2, 5, 10]).tick_values(low, high)
    axes.set(xlim=(ends[0], ends[-1]), ylim=(body, 0), yticks=[])
    axes.set_xticks(
        ends, [formats.format_number(each, 0 if float(each).is_integer() else 1) for each in ends]
    )
    axes.spines["left"].set_visible(False)
    axes.axvline(0, color=style.RULE, linewidth=0.6, zorder=1)
    for place, (label, limits) in enumerate(rows):
        y = _measure_rows(rows[:place])
        if limits is None:
            page.fill_between(
                [MARGIN, style.page_width() - MARGIN],
                top + y,
                top + y + ROW,
                color=style.SHADE,
                linewidth=0,
            )
        style.write(page, MARGIN + (0.1 if limits is not None else 0), top + y + 0.02, label, SIZE)
        if limits is None:
            continue
        y = _measure_rows(rows[: place + 1]) - ROW if style.is_narrow() else y
        known = np.isfinite(limits)
        words = formats.format_interval(*limits) if known[0] else "not estimable"
        style.write(page, MARGIN + indent, top + y + 0.02, words, SIZE)
        look = {"color": style.GREY if label == METHODS["unadjusted"] else style.PALETTE[0]}
        if known.all():
            axes.plot(limits[1:], [y + ROW / 2] * 2, linewidth=0.9, clip_on=False, **look)
        if known[0]:
            axes.plot(limits[0], y + ROW / 2, marker="s", markersize=3.4, clip_on=False, **look)


def _measure_rows(rows):
    """Height of rows of the forest; on a narrow page numbers stand below their label."""
    below = sum(limits is not None for _, limits in rows) if style.is_narrow() else 0
    return len(rows) * ROW + below * style.line_height(SIZE)


def _list_notes(table, spec):
    """Who is compared, who is left out, and what could not be done."""
    first, second = (spec["group_labels"][group] for group in spec["groups"])
    row = table.iloc[0]
    covariates = ", ".join(each["label"] for each in spec["covariates"].values())
    whom = "all patients" if spec["estimand"] == "ATE" else f"the patients with {second}"
    notes = [
        f"Difference: {second} minus {first}; mean over {whom}. Alike in: {covariates}.",
        f"{row['patients']} patients with {row['events']} events; {row['missing']} left out with a value not known.",
    ]
    for note, part in table[table["note"].notna()].groupby("note", sort=False):
        names = ", ".join(dict.fromkeys(METHODS[each] for each in part["method"]))
        notes.append(f"{names}: {note}.")
    return notes


@style.styled
def plot_balance(balance, overlap, spec, endpoint, synthetic=False):
    """Love plot of one comparison, with the propensity of both groups as boxes.

    balance, overlap: its rows in adjusted_curves/{endpoint}_balance.csv and _overlap.csv.
    """
    room = style.page_width() - 2 * MARGIN
    title = style.wrap(f"{endpoint['label']}: {spec['label']}, balance", room, weight="bold")
    if overlap.empty:
        return _say_nothing(title, "The plan does not ask for this endpoint.", synthetic)
    if balance.empty:
        note = overlap["note"].dropna().iloc[0] if overlap["note"].notna().any() else "no patients"
        return _say_nothing(title, f"Nothing can be compared: {note}.", synthetic)
    wide = min(2.9, 0.46 * style.page_width())
    labels = [
        style.wrap(name_covariate(row, spec["covariates"]), wide - 0.2, SIZE)
        for row in balance.itertuples()
    ]
    heights = [ROW + (len(lines) - 1) * style.line_height(SIZE) for lines in labels]
    boxes = [
        style.wrap(spec["group_labels"][group], wide - 0.2, SIZE) for group in overlap["group"]
    ]
    tall = [max(0.26, len(lines) * style.line_height(SIZE) + 0.06) for lines in boxes]
    top = style.first_line(synthetic)
    first = top + len(title) * style.line_height() + 0.08
    words = [
        "Open circles: before, filled: after weighting. Shaded: below 0.1 standard deviations.",
        "Boxes: propensity from its 25th to its 75th percentile, line to the 5th and 95th.",
        *(
            f"{spec['group_labels'][row.group]}: {row.note}."
            for row in overlap.itertuples()
            if isinstance(row.note, str)
        ),
    ]
    lines = style.wrap_all(words, room, SMALL)
    free = TALLEST - first - 0.55 - sum(tall) - 0.45 - MARGIN
    size = np.nan_to_num(balance["difference"].abs().to_numpy(float), nan=-1)
    order = np.argsort(-size, kind="stable")
    free -= (len(lines) + 1) * style.line_height(SMALL)
    kept = sorted(order[: count_fitting([heights[n] for n in order], free)])
    if len(kept) < len(balance):
        words = f"Shown are the {len(kept)} of {len(balance)} rows that differed most before weighting; the table has all."
        lines = [*style.wrap(words, room, SMALL), *lines]
        balance = balance.iloc[kept]
        labels, heights = ([each[n] for n in kept] for each in (labels, heights))
    second = first + sum(heights) + 0.55
    after = second + sum(tall) + 0.45
    height = after + len(lines) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(style.page_width(), height, synthetic)
    style.write(page, MARGIN, top, title, weight="bold")
    axes = style.add_axes(page, wide, first, style.page_width() - wide - 0.2, sum(heights))
    shown = balance[["difference", "weighted_difference"]].to_numpy(float)
    reach = max(0.2, 1.1 * np.abs(shown[np.isfinite(shown)]).max(initial=0))
    ticks = MaxNLocator(3 if style.is_narrow() else 6, steps=[1, 2, 5, 10]).tick_values(
        -reach, reach
    )
    ticks = ticks[np.abs(ticks) <= reach]
    axes.set(xlim=(-reach, reach), ylim=(sum(heights), 0), yticks=[])
    axes.set_xticks(ticks, [formats.format_number(each, 1 + (reach < 0.3)) for each in ticks])
    axes.spines["left"].set_visible(False)
    axes.axvspan(-BALANCED, BALANCED, color=style.SHADE, linewidth=0, zorder=0)
    axes.axvline(0, color=style.RULE, linewidth=0.6, zorder=1)
    y = 0.0
    for label, (before, weighted), step in zip(labels, shown, heights, strict=True):
        style.write(page, MARGIN, first + y + 0.02, label, SIZE)
        look = {"marker": "o", "markersize": 4, "color": style.PALETTE[0], "linestyle": "none"}
        axes.plot(before, y + step / 2, **look, markerfacecolor="white", zorder=2)
        axes.plot(weighted, y + step / 2, **look, zorder=3)
        y += step
    name = "Standardised difference, compared minus reference"
    centre = wide + (style.page_width() - wide - 0.2) / 2
    style.write_centred(page, centre, first + y + 0.22, name, SIZE)
    _draw_boxes(page, overlap, boxes, tall, (wide, second))
    words = "Propensity of the compared group"
    style.write_centred(page, centre, second + sum(tall) + 0.22, words, SIZE)
    style.write(page, MARGIN, after, lines, SMALL, color=style.GREY)
    return figure


def _draw_boxes(page, overlap, labels, heights, corner):
    """A box per group from 0 to 1."""
    left, top = corner
    axes = style.add_axes(page, left, top, style.page_width() - left - 0.2, sum(heights))
    axes.set(xlim=(0, 1), ylim=(sum(heights), 0), yticks=[])
    axes.spines["left"].set_visible(False)
    y = 0.0
    for row, label, height, colour in zip(
        overlap.itertuples(), labels, heights, style.PALETTE, strict=False
    ):
        style.write(page, MARGIN, top + y + 0.04, label, SIZE)
        middle = y + height / 2
        whisker = [row.propensity_5, row.propensity_95]
        if np.isfinite(whisker).all():
            axes.plot(whisker, [middle] * 2, color=colour, linewidth=0.9, zorder=2)
            axes.fill_betweenx(
                [middle - 0.07, middle + 0.07],
                row.propensity_25,
                row.propensity_75,
                color=colour,
                alpha=0.35,
                linewidth=0,
                zorder=2,
            )
            axes.plot(
                [row.propensity_50] * 2,
                [middle - 0.07, middle + 0.07],
                color=colour,
                linewidth=1.4,
                zorder=3,
            )
        y += height
