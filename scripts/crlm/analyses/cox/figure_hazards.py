"""Scaled Schoenfeld residuals over time: is a hazard ratio the same early and late?"""

import math

import numpy as np

from crlm.display import curves, formats, grid, privacy, style
from crlm.display.style import MARGIN, SMALL
from crlm.survival.splines import smooth_residuals

PANEL_HEIGHT = 1.25
LOWER = (1.0, 0.8)  # where many panels have to fit a page, inches


@style.styled
def plot_proportional_hazards(
    residuals,
    tests,
    coefficients,
    variables,
    model,
    endpoint,
    synthetic=False,
    small_cells=0,
):
    """Panels of the scaled Schoenfeld residuals, one per coefficient of a multivariable model.

    residuals, tests, coefficients: the rows of this model in cox/{endpoint}_schoenfeld.csv, _ph.csv and {endpoint}.csv;
    model, endpoint, variables: specs of the plan. Each panel has the natural spline (4 degrees of freedom) of the residuals
    with its 95% band, a line at no effect and a dashed one at the coefficient of the model. Each residual is one patient's at the
    time of his event: with `small_cells` none is drawn, and the curve is of whole weeks.
    """
    residuals = privacy.round_weeks(residuals, small_cells)
    panels = _list_panels(residuals, tests, coefficients, variables)
    splines = [variables[name]["label"] for name in model.get("splines") or {}]
    if not panels:
        return _say_nothing_to_test(endpoint, model, splines, synthetic)
    columns = grid.choose_columns(len(panels), 3 if len(panels) <= 9 else 4)
    page_width = style.SINGLE if columns == 1 else style.page_width()
    left, gap = 0.62, 0.42
    width = grid.share_width(page_width, columns, left, gap, 0.08)
    for panel in panels:
        panel["lines"] = style.wrap(panel["title"], width + gap * 0.7, SMALL + 0.5)
        panel["said"] = style.wrap(panel["test"], width + gap * 0.7, SMALL + 0.5)
    panel_height = PANEL_HEIGHT if columns > 1 else 1.9
    small = style.line_height(SMALL + 0.5)
    heads = [(len(panel["lines"]) + len(panel["said"])) * small + 0.04 for panel in panels]
    words = _state_global(tests)
    words += " Residuals of single patients are not drawn." * bool(small_cells)
    words += f" As splines, tested as a whole and not drawn: {'; '.join(splines)}." * bool(splines)
    footer = style.wrap(words, page_width - 2 * MARGIN, SMALL)
    heading = style.wrap(
        f"{endpoint['label']}: {model['label']}", page_width - 2 * MARGIN, weight="bold"
    )

    top = style.first_line(synthetic)
    first = top + len(heading) * style.line_height() + 0.06
    lower = panel_height, *(each for each in LOWER if each < panel_height)
    rows, bottom, panel_height, lost = grid.fit_rows(
        heads, columns, first, 0.28, lower, len(footer) + 2
    )
    if lost:
        words = f"The first {lost[0]} of {len(panels)} are drawn; the table has all tests."
        footer = [*style.wrap(words, page_width - 2 * MARGIN, SMALL), *footer]
    height = bottom + 0.16 + len(footer) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(page_width, height, synthetic)
    style.write(page, MARGIN, top, heading, weight="bold")
    limit = residuals["time"].max()
    for row, _, axes_top in rows:
        for column, number in enumerate(row):
            panel, x = panels[number], left + column * (width + gap)
            title = axes_top - heads[number]
            title += style.write(page, x - 0.2, title, panel["lines"], SMALL + 0.5)
            style.write(page, x - 0.2, title, panel["said"], SMALL + 0.5, color=style.GREY)
            axes = style.add_axes(page, x, axes_top, width, panel_height)
            _draw_panel(axes, panel, limit, not small_cells)
    middle = (rows[0][2] + bottom - 0.28) / 2
    style.write_upright(page, MARGIN, middle, ["Log hazard ratio, β(t)"])
    name = curves.name_axis(endpoint)
    style.write(page, (left + page_width - MARGIN) / 2, bottom - 0.08, name, ha="center")
    style.write(page, MARGIN, bottom + 0.1, footer, SMALL, color=style.GREY)
    return figure


def _say_nothing_to_test(endpoint, model, splines, synthetic):
    """A page with words in the place of the panels."""
    width = style.SINGLE - 2 * MARGIN
    heading = style.wrap(f"{endpoint['label']}: {model['label']}", width, weight="bold")
    words = "No coefficient was estimated, so there is nothing to test."
    if splines:
        words = "Splines are tested as a whole; no coefficient of the model can be drawn by itself."
    words = style.wrap(words, width, SMALL)
    top = style.first_line(synthetic)
    body = top + len(heading) * style.line_height() + 0.06
    height = body + len(words) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(style.SINGLE, height, synthetic)
    style.write(page, MARGIN, top, heading, weight="bold")
    style.write(page, MARGIN, body, words, SMALL, color=style.GREY)
    return figure


def _list_panels(residuals, tests, coefficients, variables):
    levels, owned = formats.as_texts(residuals["level"]), formats.as_texts(coefficients["level"])
    p_values = dict(zip(tests["term"], tests["p_value"], strict=True))
    panels = []
    for (name, level), rows in residuals.groupby([residuals["variable"], levels], sort=False):
        spec = variables.get(name, {"label": name})
        fitted = coefficients[(coefficients["variable"] == name) & (owned == level)]
        p_value = p_values.get(name, np.nan)  # the test is of the whole variable
        test = "not tested" if np.isnan(p_value) else style.state_p(p_value)
        shared = level and levels[residuals["variable"] == name].nunique() > 1
        panels.append(
            {
                "title": f"{spec['label']}: {spec.get('level_labels', {}).get(level, level)}"
                if level
                else spec["label"],
                "test": f"{test} (all levels)" if shared else test,
                "rows": rows[rows["residual"].notna()],
                "coef": fitted["coef"].iloc[0] if len(fitted) else np.nan,
            }
        )
    return panels


def _state_global(tests):
    text = "Test of proportional hazards (Grambsch and Therneau)"
    for p_value in tests.loc[tests["term"] == "GLOBAL", "p_value"].dropna():
        text += f": global {style.state_p(p_value)}"
    return f"{text}. Curve: natural spline with 95% band; dashed: coefficient of the model."


def _draw_panel(axes, panel, limit, with_points):
    time, residual = panel["rows"]["time"].to_numpy(), panel["rows"]["residual"].to_numpy()
    step = style.choose_step(limit * 1.6)  # panels are narrow
    axes.set_xlim(0, limit * 1.02)
    axes.set_xticks(np.arange(0, limit * 1.02, step))
    axes.axhline(0, color=style.RULE, linewidth=0.5, zorder=1)
    if with_points:
        look = {"color": "#9a9a9a", "markeredgewidth": 0, "zorder": 2}
        style.plot_points(axes, time, residual, "o", 1.6, **look)
    at = np.linspace(time.min(), time.max(), 60) if len(time) else time
    smooth = smooth_residuals(time, residual, at)
    if smooth is not None:
        fit, error = smooth
        look = {"color": style.PALETTE[0], "zorder": 3}
        axes.fill_between(
            at, fit - 1.96 * error, fit + 1.96 * error, alpha=0.18, linewidth=0, **look
        )
        axes.plot(at, fit, linewidth=1.2, **look)
    if np.isfinite(panel["coef"]):
        axes.axhline(
            panel["coef"], color=style.PALETTE[1], linewidth=0.9, linestyle=(0, (4, 2)), zorder=2
        )
    axes.set_yticks(_choose_ticks(*axes.get_ylim()))


def _choose_ticks(low, high):
    """Three to six round ticks between two numbers."""
    raw = (high - low) / 5
    unit = 10 ** math.floor(math.log10(raw))
    step = next(factor * unit for factor in (1, 2, 2.5, 5, 10) if factor * unit >= raw)
    return np.arange(math.ceil(low / step), math.floor(high / step) + 1) * step
