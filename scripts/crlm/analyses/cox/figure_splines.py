"""Curves of the numbers that a model takes as splines: the hazard ratio against a reference value."""

import numpy as np
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullLocator

from crlm.display import formats, grid, privacy, style
from crlm.display.style import MARGIN, SMALL
from crlm.plan import phrases
from crlm.plan.models import UNIVARIABLE

SIZE = SMALL + 0.5
PANEL_HEIGHT = 1.7
BARS = 0.17  # share of the panel's height that the histogram takes
TICKS = (  # the first row that has four of them inside is shown
    (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20),
    (0.3, 0.5, 0.7, 1, 1.5, 2, 3),
    (0.4, 0.5, 0.6, 0.8, 1, 1.25, 1.6, 2, 2.5),
    (0.8, 0.9, 1, 1.1, 1.2),
)


@style.styled
def plot_splines(tests, curves, variables, model, endpoint, synthetic=False, small_cells=0):
    """Panels of hazard ratios with pointwise 95% bands, one per spline of a model; below each where the patients are.

    tests, curves: the rows of this model in cox/{endpoint}_spline_terms.csv and _spline_curves.csv; variables, model, endpoint:
    specs of the plan. Bars of fewer than `small_cells` patients are not drawn.
    """
    curves = privacy.hide_bars(curves, small_cells, ["variable", "kind"])
    panels = [_build_panel(row, curves, variables) for row in tests.to_dict("records")]
    columns = grid.choose_columns(len(panels))
    page_width = style.SINGLE if columns == 1 else style.page_width()
    left, gap = 0.5, 0.5
    width = grid.share_width(page_width, columns, left, gap, 0.08)
    for panel in panels:
        panel["lines"] = style.wrap(panel["title"], width + gap * 0.6, SIZE)
        panel["words"] = style.wrap_all(panel["notes"], width + gap * 0.6, SMALL)
        panel["name"] = style.wrap(panel["axis"], width, SIZE)
    small, tiny = style.line_height(SIZE), style.line_height(SMALL)
    heads = [len(p["lines"]) * small + len(p["words"]) * tiny + 0.06 for p in panels]
    room = page_width - 2 * MARGIN
    heading = style.wrap(f"{endpoint['label']}: {model['label']}", room, weight="bold")
    alone = tests["model"].eq(UNIVARIABLE).any()
    adjusted = "Each variable alone." if alone else "Adjusted for the other covariates."
    footer = style.wrap(
        f"Hazard ratio against the reference value (dot), restricted cubic spline with pointwise 95% band, between the 2nd and the "
        f"98th centile of the patients. {adjusted} Grey: where the patients are. Ticks above: knots.",
        room,
        SMALL,
    )
    top = style.first_line(synthetic)
    first = top + len(heading) * style.line_height() + 0.06
    below = 0.34 + max(len(panel["name"]) for panel in panels) * small
    tall = PANEL_HEIGHT, *(each for each in grid.LOWER if each < PANEL_HEIGHT)
    rows, bottom, tall, lost = grid.fit_rows(heads, columns, first, below, tall, len(footer))
    footer = grid.name_lost(lost, [panel["title"] for panel in panels], room) + footer
    height = bottom + len(footer) * tiny + MARGIN
    figure, page = style.new_page(page_width, height, synthetic)
    style.write(page, MARGIN, top, heading, weight="bold")
    for row, _, axes_top in rows:
        for column, number in enumerate(row):
            panel, x = panels[number], left + column * (width + gap)
            y = axes_top - heads[number]
            y += style.write(page, x - 0.3, y, panel["lines"], SIZE)
            style.write(page, x - 0.3, y, panel["words"], SMALL, color=style.GREY)
            axes = style.add_axes(page, x, axes_top, width, tall)
            _draw_panel(axes, panel)
            name = axes_top + tall + 0.19
            for line in panel["name"]:
                name += style.write(page, x + width / 2, name, line, SIZE, ha="center")
        middle = axes_top + tall / 2
        style.write_upright(page, MARGIN, middle, ["Hazard ratio"])
    style.write(page, MARGIN, bottom, footer, SMALL, color=style.GREY)
    return figure


def _build_panel(row, curves, variables):
    """What one panel shows, as a dict."""
    spec = variables[row["variable"]]
    mine = curves[curves["variable"] == row["variable"]]
    unit = spec.get("unit") or ""
    notes = [
        f"{style.state_p(row['p_value'])}; non-linearity {style.state_p(row['nonlinear_p_value'])}"
    ]
    if not formats.is_missing(row["note"]):
        notes.append(phrases.as_sentence(row["note"]))
    if not formats.is_missing(row["reference_value"]):
        notes.append(f"Reference {row['reference_value']:.4g} {unit}".rstrip())
    knots = row["knots"] if isinstance(row["knots"], str) else ""
    return {
        "title": spec["label"],
        "axis": f"{spec['label']}{f' ({unit})' if unit else ''}",
        "notes": notes,
        "reference": row["reference_value"],
        "knots": [float(each) for each in knots.split("; ") if each],
        "logarithmic": spec.get("transform") == "log2",
        "curve": mine[mine["kind"] == "curve"],
        "bins": mine[mine["kind"] == "bin"],
    }


def _draw_panel(axes, panel):
    curve = panel["curve"]
    if curve.empty:
        axes.set(xticks=[], yticks=[])
        place = {"ha": "center", "va": "center", "color": style.GREY, "size": SMALL}
        axes.text(0.5, 0.5, "not estimable", transform=axes.transAxes, **place)
        return
    value = curve["value"].to_numpy(float)
    ratio = curve[["hazard_ratio", "lower", "upper"]].to_numpy(float)
    low, high = _find_span(ratio)
    bottom = low / (high / low) ** (BARS / (1 - BARS))  # the bars stand below the curve
    axes.set_yscale("log")
    axes.yaxis.set_minor_locator(NullLocator())
    inside = [[tick for tick in row if low <= tick <= high] for row in TICKS]
    ticks = next((row for row in inside if len(row) > 3), inside[-1])
    high_of = axes.get_position().height * axes.figure.get_size_inches()[1]
    ticks = _keep_apart(ticks, high_of / np.log(high / bottom))
    axes.set_yticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_ylim(bottom, high)
    if panel["logarithmic"] and value.min() > 0:
        axes.set_xscale("log")
        axes.xaxis.set_major_formatter(FuncFormatter(lambda each, _: f"{each:g}"))
        axes.xaxis.set_minor_locator(NullLocator())
    else:
        axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_xlim(value.min(), value.max())
    axes.axhline(1, color=style.RULE, linewidth=0.6, zorder=1)
    colour = style.PALETTE[0]
    axes.fill_between(value, ratio[:, 1], ratio[:, 2], color=colour, alpha=0.15, linewidth=0)
    axes.plot(value, ratio[:, 0], color=colour, linewidth=1.3, zorder=3)
    if value.min() <= panel["reference"] <= value.max():
        axes.plot([panel["reference"]], [1], "o", color=colour, markersize=3.5, zorder=4)
    for knot in panel["knots"]:
        if value.min() <= knot <= value.max():
            axes.axvline(knot, 0.965, 1, color=style.GREY, linewidth=0.8)
    _draw_bars(axes, panel["bins"])


def _keep_apart(ticks, scale):
    """The ticks without those whose numbers would touch, counted from 1; scale: inches of a natural logarithm."""
    kept = [tick for tick in ticks if tick == 1]
    for tick in sorted(ticks, key=lambda each: abs(np.log(each))):
        if all(abs(np.log(tick / other)) * scale > 0.13 for other in kept):
            kept.append(tick)
    return sorted(kept)


def _draw_bars(axes, bins):
    """A histogram without an axis of its own at the foot of the panel."""
    counts = bins["patients"].to_numpy(float)
    if not counts.sum():
        return
    edges = np.append(bins["from"].to_numpy(float), bins["to"].to_numpy(float)[-1])
    low, high = axes.get_ylim()
    heights = low * (high / low) ** (counts / counts.max() * BARS * 0.85)
    axes.stairs(heights, edges, baseline=low, fill=True, color="#c9c9c9", linewidth=0, zorder=0)


def _find_span(ratio):
    """Limits of the axis: the curve and most of its band, at least 0.8 to 1.25."""
    known = ratio[np.isfinite(ratio) & (ratio > 0)]
    low, high = np.quantile(known, [0.02, 0.98])
    middle = ratio[:, 0][np.isfinite(ratio[:, 0])]
    low, high = min(low, middle.min(), 0.8), max(high, middle.max(), 1.25)
    return max(low, 0.01) / 1.05, min(high, 100) * 1.05
