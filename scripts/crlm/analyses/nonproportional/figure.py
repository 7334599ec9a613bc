"""Hazard ratios over time: scaled Schoenfeld residuals, their smooth curve, and the ratio of each window."""

import numpy as np

from crlm.analyses.nonproportional.tables import name_model
from crlm.display import curves, formats, grid, privacy, style
from crlm.display.hazard_ratios import label_variable
from crlm.display.style import MARGIN, SMALL
from crlm.survival.splines import smooth_residuals

MOST = 9  # panels
HEIGHT = 1.6
POINTS, STEPS = "#9a9a9a", style.PALETTE[1]
RATIOS = (  # ticks, at most four on either side of 1
    (0.125, 0.25, 0.5, 1, 2, 4, 8),
    (0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 100),
    (0.001, 0.01, 0.1, 1, 10, 100, 1000),
)


@style.styled
def plot_windows(
    violations, windows, residuals, models, variables, endpoint, synthetic=False, small_cells=None
):
    """Panels of the variables shown, one per coefficient, at most MOST; words when no test was small.

    violations, windows: nonproportional/{endpoint}_violations.csv and _windows.csv; residuals: {(model, variable): table with
    level, time and residual}; models, variables, endpoint: of the plan. Of a variable in several models the one with the smallest
    p. Each residual is one patient's at the time of his event: with `small_cells` none is drawn, and the curve is of whole weeks.
    """
    residuals = {key: privacy.round_weeks(table, small_cells) for key, table in residuals.items()}
    panels = _list_panels(violations, windows, residuals, models, variables)
    hidden = len(panels) - MOST
    panels = panels[:MOST]
    heading = f"{endpoint['label']}: hazard ratios over time"
    if not panels:
        return _say_nothing(heading, synthetic)
    columns = grid.choose_columns(len(panels), 3)
    width_of_page = style.SINGLE if columns == 1 else style.page_width()
    left, gap = 0.62, 0.42
    width = grid.share_width(width_of_page, columns, left, gap, 0.08)
    small = style.line_height(SMALL + 0.5)
    for panel in panels:
        panel["lines"] = style.wrap(panel["title"], width + gap * 0.7, SMALL + 0.5)
    heads = [len(panel["lines"]) * small + 0.08 for panel in panels]
    words = (
        "Curve: natural spline with 95% band; the residuals at the events are of single patients and not drawn. "
        if small_cells
        else "Points: coefficient and scaled Schoenfeld residual at each event. Curve: natural spline with 95% band. "
    )
    words += "Steps: the ratio of each window with 95% limits (bars)."
    if hidden > 0:
        words += f" Not drawn: {hidden} more levels, which stand in the table."
    room = width_of_page - 2 * MARGIN
    footer = style.wrap(words, room, SMALL)
    title = style.wrap(heading, room, weight="bold")
    top = style.first_line(synthetic)
    first = top + len(title) * style.line_height() + 0.06
    rows, bottom, tall, lost = grid.fit_rows(
        heads, columns, first, 0.28, (HEIGHT, *grid.LOWER[1:]), len(footer) + 2
    )
    footer = grid.name_lost(lost, [panel["name"] for panel in panels], room) + footer
    height = bottom + 0.16 + len(footer) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(width_of_page, height, synthetic)
    style.write(page, MARGIN, top, title, weight="bold")
    for row, _, axes_top in rows:
        for column, number in enumerate(row):
            panel, x = panels[number], left + column * (width + gap)
            style.write(page, x - 0.2, axes_top - heads[number], panel["lines"], SMALL + 0.5)
            _draw_panel(style.add_axes(page, x, axes_top, width, tall), panel, not small_cells)
    middle = (rows[0][2] + bottom - 0.28) / 2
    style.write_upright(page, MARGIN, middle, ["Hazard ratio (log scale)"])
    name = curves.name_axis(endpoint)
    style.write(page, (left + width_of_page - MARGIN) / 2, bottom - 0.08, name, ha="center")
    style.write(page, MARGIN, bottom + 0.1, footer, SMALL, color=style.GREY)
    return figure


def _say_nothing(heading, synthetic):
    """A page with words in the place of panels."""
    room = style.SINGLE - 2 * MARGIN
    title = style.wrap(heading, room, weight="bold")
    lines = style.wrap(
        "No test of proportional hazards is small, so there is nothing to show.", room, SMALL
    )
    top = style.first_line(synthetic)
    body = top + len(title) * style.line_height() + 0.06
    height = body + len(lines) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(style.SINGLE, height, synthetic)
    style.write(page, MARGIN, top, title, weight="bold")
    style.write(page, MARGIN, body, lines, SMALL, color=style.GREY)
    return figure


def _list_panels(violations, windows, residuals, models, variables):
    panels, seen = [], set()
    for found in violations[violations["note"].isna()].itertuples():
        if found.variable in seen:
            continue
        seen.add(found.variable)
        spec = variables[found.variable]
        label = label_variable(found.variable, variables)
        mine = windows[(windows["model"] == found.model) & (windows["variable"] == found.variable)]
        table = residuals[found.model, found.variable]
        of_window, of_point = formats.as_texts(mine["level"]), formats.as_texts(table["level"])
        for level in dict.fromkeys(of_point):
            rows = table[of_point == level].dropna(subset="residual")
            if rows.empty:
                continue
            name = f"{label}: {spec.get('level_labels', {}).get(level, level)}" if level else label
            test = style.state_p(found.p_value)
            panels.append(
                {
                    "name": name,
                    "title": f"{name} ({name_model(found.model, models)}), {test}",
                    "time": rows["time"].to_numpy(float),
                    "residual": rows["residual"].to_numpy(float),
                    "windows": mine[of_window == level],
                }
            )
    return panels


def _draw_panel(axes, panel, points_too):
    """On the scale of the log hazard ratio, with ratios at the ticks; far points are cut off at the edge."""
    time, residual, windows = panel["time"], panel["residual"], panel["windows"]
    limit = time.max() * 1.02
    axes.set_xlim(0, limit)
    axes.set_xticks(np.arange(0, limit, style.choose_step(limit * 1.6)))
    axes.axhline(0, color=style.RULE, linewidth=0.5, zorder=1)
    at = np.linspace(time.min(), time.max(), 60)
    smooth = smooth_residuals(time, residual, at)
    shown = [0.0, *np.quantile(residual, [0.05, 0.95])]
    if smooth is not None:
        fit, error = smooth
        look = {"color": style.PALETTE[0], "zorder": 3}
        band = fit - 1.96 * error, fit + 1.96 * error
        axes.fill_between(at, *band, alpha=0.18, linewidth=0, **look)
        axes.plot(at, fit, linewidth=1.2, **look)
        shown += [*fit]
    for row in windows.itertuples():
        end = min(limit, row.to_months) if np.isfinite(row.to_months) else limit
        if not np.isfinite(row.hazard_ratio) or row.from_months >= limit:
            continue
        level = np.log(row.hazard_ratio)
        axes.plot([row.from_months, end], [level] * 2, color=STEPS, linewidth=1.3, zorder=4)
        ends = np.log([row.lower, row.upper])
        if np.isfinite(ends).all():
            middle = (row.from_months + end) / 2
            axes.plot([middle] * 2, ends, color=STEPS, linewidth=0.8, zorder=4)
            shown += [*ends]
    reach = np.clip(1.15 * np.abs(shown).max(), np.log(2), np.log(1000))
    axes.set_ylim(-reach, reach)
    if points_too:
        points = residual.clip(-reach, reach)
        style.plot_points(axes, time, points, "o", 1.6, color=POINTS, markeredgewidth=0, zorder=2)
    ticks = choose_ratios(reach)
    axes.set_yticks(np.log(ticks), [f"{tick:g}" for tick in ticks])


def choose_ratios(reach):
    """The round ratios within a logarithmic axis from -reach to reach (at most the logarithm of 1000)."""
    series = next(each for each in RATIOS if reach < np.log(2 * each[-1]))
    return [each for each in series if abs(np.log(each)) <= reach + 1e-9]
