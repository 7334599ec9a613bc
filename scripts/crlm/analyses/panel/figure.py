"""A panel of markers as volcano: hazard ratio against p, those of the smallest false-discovery rate with a number."""

import numpy as np
from matplotlib.ticker import MaxNLocator, NullLocator

from crlm.display import formats, grid, style
from crlm.display.privacy import NAME
from crlm.display.style import MARGIN, SINGLE, SMALL
from crlm.plan import phrases

TITLES = {"univariable": "Each marker alone", "adjusted": "Adjusted"}
LABELLED = 8  # markers with a number beside their point, per panel
HEIGHT = 2.6  # of the axes, inches
LEFT, GAP = 0.5, 0.5
TICKS = np.array([0.1, 0.2, 0.5, 1, 2, 5, 10])
LOWER, HIGHER, OTHER = style.PALETTE[0], style.PALETTE[1], "#a9a9a9"
LEAST_P = 1e-300  # the logarithm of 0 is nowhere


@style.styled
def plot_panel(panel, settings, variables, endpoint, synthetic=False):
    """Figure with a volcano per model: hazard ratio (logarithmic) and -log10 of the likelihood-ratio p of every marker.

    panel: panel/{endpoint}.csv; settings: the plan's; variables, endpoint: specs. A marker of several levels stands at the level
    whose hazard ratio is farthest from 1. Dashed: the largest p that is a discovery at the rate of the plan.
    """
    rate = settings["false_discovery_rate"]
    models = [model for model in TITLES if (panel["model"] == model).any()]
    points = {model: choose_points(panel[panel["model"] == model]) for model in models}
    page_width = style.page_width() if len(models) > 1 else SINGLE
    width = (page_width - MARGIN - len(models) * LEFT - (len(models) - 1) * (GAP - LEFT)) / max(
        len(models), 1
    )
    heading = style.wrap(
        f"{endpoint['label']}: panel of markers", page_width - 2 * MARGIN, weight="bold"
    )
    room = {model: width if table.empty else width + 0.3 for model, table in points.items()}
    keys = {
        model: _list_key(table, panel[panel["model"] == model], rate, variables, room[model])
        for model, table in points.items()
    }
    notes = style.wrap_all(_list_notes(panel, points, settings), page_width - 2 * MARGIN, SMALL)
    top = style.first_line(synthetic)
    axes_top = top + len(heading) * style.line_height() + bool(models) * style.line_height() + 0.12
    drawn = any(len(table) for table in points.values())
    bottom = axes_top + (HEIGHT + 0.42 if drawn else 0)
    below = max((len(lines) for lines in keys.values()), default=0) * style.line_height(SMALL)
    height = bottom + below + 0.08 + len(notes) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(page_width, height, synthetic)
    style.write(page, MARGIN, top, heading, weight="bold")
    limits = choose_limits(points)
    for place, model in enumerate(models):
        left = MARGIN + LEFT - 0.08 + place * (width + GAP)
        style.write(page, left, axes_top - style.line_height() - 0.06, TITLES[model])
        if points[model].empty:
            style.write(page, left, axes_top, keys[model], SMALL)
            continue
        axes = style.add_axes(page, left, axes_top, width, HEIGHT)
        _draw(axes, points[model], limits, rate, (width, HEIGHT))
        middle = left + width / 2
        style.write(page, middle, axes_top + HEIGHT + 0.2, "Hazard ratio", ha="center")
        if len(figure.axes) == 2:  # the page and the first panel
            x = left - LEFT + 0.08
            style.write_upright(page, x, axes_top + HEIGHT / 2, ["−log10 p"])
        style.write(page, left - 0.3, bottom, keys[model], SMALL)
    style.write(page, MARGIN, bottom + below + 0.08, notes, SMALL, color=style.GREY)
    return figure


def choose_points(table):
    """One row per marker that has an estimate and a test, the smallest p first."""
    known = table[table["hazard_ratio"].gt(0) & table["lr_p_value"].notna()]
    size = np.log(known["hazard_ratio"].astype(float)).abs()
    first = known.assign(size=size).sort_values("size", ascending=False, kind="stable")
    first = first.drop_duplicates("variable")
    # markers of one q are told apart by p, those of one p stand as in the plan
    return first.sort_index().sort_values(["lr_p_value"], kind="stable").drop(columns="size")


def choose_limits(points):
    """((lowest, highest hazard ratio), highest -log10 p) that hold all points; ratios beyond 0.1 to 10 stand at the edge."""
    ratios = np.concatenate([[1.0], *(table["hazard_ratio"] for table in points.values())])
    far = np.clip(np.abs(np.log(ratios.astype(float))).max(), np.log(1.5), np.log(10)) * 1.08
    heights = np.concatenate([[0.0], *(_height(table) for table in points.values())])
    return (np.exp(-far), np.exp(far)), max(heights.max() * 1.08, 2)


def _height(table):
    return -np.log10(np.maximum(table["lr_p_value"].astype(float), LEAST_P))


def _draw(axes, table, limits, rate, size):
    (low, high), top = limits
    axes.set_xscale("log")
    axes.set(xlim=(low, high), ylim=(0, top))
    ticks = TICKS[(low <= TICKS) & (high >= TICKS)]
    if len(ticks) < 3:
        fine = (0.7, 1, 1.5) if size[0] < 1.5 else (0.7, 0.8, 1, 1.25, 1.5)
        ticks = np.array([each for each in fine if low <= each <= high])
    ticks = grid.keep_apart(ticks, (low, high), size[0])
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(MaxNLocator(7, integer=True))
    axes.axvline(1, color=style.RULE, linewidth=0.6, zorder=1)
    found = table["q_value"] <= rate
    if found.any():
        line = _height(table[found]).min()
        axes.axhline(line, color=style.GREY, linewidth=0.7, linestyle=(0, (4, 2)), zorder=1)
    x = np.clip(table["hazard_ratio"].astype(float).to_numpy(), low, high)
    y = _height(table).to_numpy()
    several = table["lr_df"].to_numpy() > 1
    colours = np.where(~found, OTHER, np.where(x > 1, HIGHER, LOWER))
    for marker, mine in (("o", ~several), ("D", several)):
        look = {"s": 11 if marker == "o" else 9, "linewidths": 0, "clip_on": False, "zorder": 3}
        axes.scatter(x[mine], y[mine], c=list(colours[mine]), marker=marker, **look)
    across = (np.log(x) - np.log(low)) / (np.log(high) - np.log(low)) * size[0]
    spots = place_numbers(np.column_stack([across, y / top * size[1]]), _count_numbers(table, rate))
    for number, (place, spot) in enumerate(spots, 1):
        at = np.exp(np.log(low) + spot[0] / size[0] * (np.log(high) - np.log(low)))
        look = {"ha": "center", "va": "center", "size": SMALL, "color": style.INK, "zorder": 4}
        look["label"] = NAME  # its number in the list below
        axes.text(at, spot[1] / size[1] * top, str(number), **look)
        axes.plot(
            [x[place], at], [y[place], spot[1] / size[1] * top],
            color=style.GREY, linewidth=0.3, zorder=2, clip_on=False,
        )  # fmt: skip


def _count_numbers(table, rate):
    """How many points have a number: the discoveries, at most so many."""
    return min(int((table["q_value"] <= rate).sum()), LABELLED)


def place_numbers(points, count):
    """[(place of the point, (x, y) of its number)] of the first `count` points (n, 2), inches: it touches no other, nor a point.

    The nearest of the places around the point that is free; farther out where all are taken.
    """
    found = []
    half = np.array([0.075, 0.062])  # of a number of two digits
    for place in range(count):
        best = None
        for distance in (0.11, 0.17, 0.25, 0.35, 0.5, 0.7):
            for angle in np.radians([90, 45, 135, 0, 180, 315, 225, 270]):
                spot = points[place] + distance * np.array([np.cos(angle), np.sin(angle)])
                clear = (np.abs(points - spot) > half).any(axis=1).all()
                apart = all((np.abs(spot - other) > 2 * half).any() for _, other in found)
                if clear and apart and spot[1] > half[1]:
                    best = spot
                    break
            if best is not None:
                break
        found.append((place, points[place] if best is None else best))
    return found


def _list_key(table, rows, rate, variables, width):
    """Lines below a panel: the numbered markers with hazard ratio and q, or that none was found."""
    count = _count_numbers(table, rate)
    if not count:
        words = (
            f"No marker at a false-discovery rate of {100 * rate:g} %."
            if len(table)
            else "No marker could be estimated."
        )
        return style.wrap(words, width, SMALL)
    texts = []
    for number, row in enumerate(table.head(count).to_dict("records"), 1):
        spec = variables[row["variable"]]
        label = spec["label"]
        if isinstance(row["level"], str):
            label += f", {spec.get('level_labels', {}).get(row['level'], row['level'])}"
        limits = (row["hazard_ratio"], row["lower"], row["upper"])
        numbers = formats.format_interval(*limits, formats.format_ratio)
        q = formats.format_p(row["q_value"])
        q = f"{q[0]} {q[1:]}" if q[0] in "<>" else f"= {q}"
        texts.append(f"{number} {label}: {numbers}, q{style.NBSP}{q.replace(' ', style.NBSP)}")
    more = int((table["q_value"] <= rate).sum()) - count
    if more:
        texts.append(f"and {phrases.plural(more, 'more marker')} at or above the line.")
    return style.wrap_all(texts, width, SMALL)


def _list_notes(panel, points, settings):
    if panel.empty:
        return ["The plan does not ask for this endpoint."]
    rate = settings["false_discovery_rate"]
    notes = [
        "p: likelihood-ratio test of the marker. Coloured: discoveries at a false-discovery rate of "
        f"{100 * rate:g} % (Benjamini and Hochberg), above the dashed line."
    ]
    if settings["per"] == "sd":
        notes[0] += " Hazard ratio of a number per standard deviation."
    if any((table["lr_df"] > 1).any() for table in points.values()):
        notes.append("Diamonds: markers of several levels, at the level farthest from 1.")
    for model, table in points.items():
        lost = panel.loc[panel["model"] == model, "variable"].nunique() - len(table)
        if lost:
            notes.append(f"{TITLES[model]}: {phrases.plural(lost, 'marker')} not estimable.")
    return notes
