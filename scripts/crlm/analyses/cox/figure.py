"""Forest plots: hazard ratios as a table with squares and whiskers on a logarithmic axis."""

import numpy as np
from matplotlib.ticker import NullLocator

from crlm.display import formats, style
from crlm.display.hazard_ratios import find_contrasts, label_contrast
from crlm.display.style import DOUBLE, MARGIN, SMALL

ROW = 0.165  # height of a row, inches
GUTTER = 0.14  # between two columns
TICKS = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100])
ESTIMATES = {  # look of the squares and the place of a row's marker when there are two, in inches
    "univariable": {"color": "#8a8a8a", "markerfacecolor": "white"},
    "multivariable": {"color": style.PALETTE[0], "markerfacecolor": style.PALETTE[0]},
}
OFFSET = 0.034


@style.styled
def plot_forest(
    cox, variables, endpoint, model=None, models=None, statistics=None, synthetic=False
):
    """Forest of the univariable fits and of one multivariable model side by side.

    cox: cox/{endpoint}.csv; variables, endpoint, models: the plan's specs; model: name of the multivariable model, None or
    `univariable` for the univariable fits alone; statistics: cox/{endpoint}_models.csv for the line on the model below the plot.
    Without rows of the model `univariable` only the multivariable model is shown. Raises ValueError without any row.
    """
    tables = {"univariable": cox[cox["model"] == "univariable"]}
    if model not in (None, "univariable"):
        tables["multivariable"] = cox[cox["model"] == model]
    tables = {kind: table for kind, table in tables.items() if len(table)}
    if not tables:
        raise ValueError("no hazard ratio to plot")
    notes = _list_notes(cox, tables, model, models, statistics)
    return _draw_forest(
        build_rows(tables, variables), list(tables), endpoint["label"], notes, synthetic
    )


@style.styled
def plot_subgroups(subgroups, analysis, variables, endpoint, synthetic=False):
    """Forest of the effect of one variable within subgroups, with the p-value of each interaction.

    subgroups: the rows of one analysis in cox/{endpoint}_subgroups.csv; analysis: its spec in the plan.
    """
    effect = variables[analysis["variable"]]
    levels = [level for level in formats.as_texts(subgroups["level"]).unique() if level]
    rows = build_subgroup_rows(subgroups, effect, variables, levels)
    title = f"{endpoint['label']}: {analysis['label']}, within subgroups"
    notes = []
    if levels:
        labels = [_level_label(effect, level) for level in levels]
        reference = _level_label(effect, formats.as_texts(subgroups["reference"]).max())
        versus = f"{labels[0]} versus" if len(labels) == 1 else "each level versus"
        notes.append(f"Hazard ratios: {versus} {reference}.")
    elif formats.describe_step(effect):
        notes.append(f"Hazard ratios: {formats.describe_step(effect)}.")
    if analysis.get("adjust"):
        notes.append(
            "Adjusted for "
            + ", ".join(variables[name]["label"] for name in analysis["adjust"])
            + "."
        )
    return _draw_forest(rows, ["subgroup"], title, notes, synthetic)


def build_rows(tables, variables):
    """The rows of the forest, top to bottom.

    tables: {"univariable": rows, "multivariable": rows} (one may be absent). Each result is a dict: label, indent, shade,
    counts, and `cells` = {kind: (ratio text, p text, (hazard ratio, lower, upper) or None)}.
    """
    order = list(dict.fromkeys(name for table in tables.values() for name in table["variable"]))
    found = {}
    for kind, table in tables.items():
        texts = {name: formats.as_texts(table[name]) for name in ("level", "reference")}
        records = table.assign(**texts).to_dict("records")
        for row, name, level in zip(records, table["variable"], texts["level"], strict=True):
            found.setdefault(name, {}).setdefault(level, {})[kind] = row
    rows = []
    for position, name in enumerate(order):
        spec = variables.get(name, {"label": name})
        levels = found[name]
        shade = position % 2 == 0
        curved = [t for t in tables.values() if find_contrasts(t[t["variable"] == name], spec)]
        if curved or list(levels) == [""]:
            rows += _number_rows(spec, levels, shade)
            continue
        rows.append(
            {"label": spec["label"], "indent": 0, "shade": shade, "counts": "", "cells": {}}
        )
        if len(levels) > 2:  # with two levels it is the p-value of the level
            for kind in tables:
                known = [
                    level[kind]["factor_p_value"] for level in levels.values() if kind in level
                ]
                p_value = next((value for value in known if not np.isnan(value)), np.nan)
                rows[-1]["cells"][kind] = ("", formats.format_p(p_value, ""), None)
        declared = [level for level in spec.get("levels", []) if level in levels]
        for level in [*declared, *(level for level in levels if level not in declared)]:
            rows.append(_estimate_row(_level_label(spec, level), 1, shade, levels[level]))
    return rows


def _number_rows(spec, levels, shade):
    """A number per step; where it is a spline its test, and in a row below the hazard ratio between two of its values."""
    label, step = spec["label"], formats.describe_step(spec)
    row = {"label": label, "indent": 0, "shade": shade, "counts": "", "cells": {}}
    if "" in levels:
        row = _estimate_row(f"{label}, {step}" if step else label, 0, shade, levels[""])
    contrasts = {level: cells for level, cells in levels.items() if level}
    for cells in contrasts.values():
        for kind, cell in cells.items():
            p_value = formats.format_p(cell["factor_p_value"], "")
            row["cells"][kind] = ("spline", p_value, None)
    below = [
        _estimate_row(label_contrast(level, spec), 1, shade, cells)
        for level, cells in contrasts.items()
    ]
    return [row, *below]


def build_subgroup_rows(subgroups, effect, variables, levels):
    """The rows of a subgroup forest, in the form of `build_rows`; the interaction's p-value stands with the name."""
    rows, before, shade = [], None, False
    texts = {name: formats.as_texts(subgroups[name]) for name in ("group", "level", "reference")}
    for row in subgroups.assign(**texts).to_dict("records"):
        within, group, level = row["within"], row["group"], row["level"]
        spec = variables.get(within, {"label": within})
        if within != before:
            shade = not shade
            if within != "overall":
                p_value = formats.format_p(row["interaction_p_value"], "")
                heading = {"label": spec["label"], "indent": 0, "shade": shade, "counts": ""}
                rows.append(
                    {
                        **heading,
                        "cells": {
                            "subgroup": ("p for interaction" if p_value else "", p_value, None)
                        },
                    }
                )
        before = within
        label = "All patients" if within == "overall" else _level_label(spec, group)
        if len(levels) > 1:
            label = f"{label}: {_level_label(effect, level)}"
        rows.append(_estimate_row(label, int(within != "overall"), shade, {"subgroup": row}))
    return rows


def choose_axis(limits):
    """First and last tick of the axis: what the intervals need, at most 0.1 to 10 unless an estimate lies outside.

    limits: array (n, 3) of hazard ratio, lower, upper; missing for what could not be estimated.
    """
    limits = limits[np.isfinite(limits).all(axis=1) & (limits > 0).all(axis=1)]
    if not len(limits):
        return 0.5, 2.0
    low = max(min(limits[:, 1].min(), 0.5), min(0.1, limits[:, 0].min()), TICKS[0])
    high = min(max(limits[:, 2].max(), 2.0), max(10.0, limits[:, 0].max()), TICKS[-1])
    return TICKS[np.searchsorted(TICKS, low, "right") - 1], TICKS[np.searchsorted(TICKS, high)]


def _level_label(spec, level):
    return spec.get("level_labels", {}).get(level, level)


def _estimate_row(label, indent, shade, cells):
    first = next(iter(cells.values()))
    row = {"label": label, "indent": indent, "shade": shade, "cells": {}}
    row["counts"] = f"{_count(first['events'])}/{_count(first['patients'])}"
    for kind, cell in cells.items():
        if cell["level"] and cell["level"] == cell["reference"]:
            row["cells"][kind] = ("1.00 (reference)", "", None)
        elif np.isnan(cell["hazard_ratio"]):
            row["cells"][kind] = ("not estimable", "", None)
        else:
            limits = tuple(float(cell[name]) for name in ("hazard_ratio", "lower", "upper"))
            text = formats.format_interval(*limits, formats.format_ratio)
            row["cells"][kind] = (text, formats.format_p(cell["p_value"], ""), limits)
    return row


def _count(value):
    return "" if np.isnan(value) else f"{value:.0f}"


def _list_notes(cox, tables, model, models, statistics):
    """Lines below the plot: the multivariable model and how its p-values are meant."""
    notes = []
    if "multivariable" in tables:
        label = (models or {}).get(model, {}).get("label", model)
        notes.append(_describe_model(label, model, statistics))
    shown = cox[cox["model"].isin(["univariable", model])]
    if (shown["method"] == "firth").any():
        names = sorted(set(shown.loc[shown["method"] == "firth", "model"]))
        notes.append(
            f"Firth's penalised likelihood: {', '.join((models or {}).get(n, {}).get('label', n) for n in names)}."
        )
    if any(len(rows) > 2 for table in tables.values() for _, rows in table.groupby("variable")):
        notes.append(
            "p: Wald test; in the row of a variable with more than two levels, likelihood-ratio test of all its levels."
        )
    if models and any(models.get(kind, {}).get("splines") for kind in ("univariable", model)):
        notes.append(
            "spline: the number enters as restricted cubic spline, tested as a whole by the likelihood ratio; its hazard ratio is "
            "between the two values below it."
        )
    return notes


def _describe_model(label, model, statistics):
    text = f"Multivariable model: {label}"
    rows = statistics[statistics["model"] == model] if statistics is not None else ()
    if not len(rows):
        return text + "."
    row = rows.iloc[0]
    parts = [f"{row['patients']:.0f} patients, {row['events']:.0f} events"]
    if row["missing"] > 0:
        parts.append(f"{row['missing']:.0f} left out for missing values")
    if np.isfinite(row["events_per_parameter"]):
        parts.append(f"{row['events_per_parameter']:.1f} events per parameter")
    if np.isfinite(row["concordance"]):
        parts.append(f"concordance {row['concordance']:.2f}")
    return f"{text} ({'; '.join(parts)})."


def _column_width(texts, heading):
    return max(
        [style.measure(text, SMALL + 0.5) for text in texts if text]
        + [style.measure(heading, SMALL + 0.5)]
    )


def _draw_forest(rows, kinds, title, notes, synthetic):
    """Lay out and draw: label, counts, univariable numbers, forest, multivariable numbers (a lone kind: on the right)."""
    small = SMALL + 0.5
    blocks = {}
    for kind in kinds:
        cells = [row["cells"][kind] for row in rows if kind in row["cells"]]
        ratio = _column_width([cell[0] for cell in cells], "HR (95% CI)")
        blocks[kind] = (ratio, _column_width([cell[1] for cell in cells], "<0.001"))
    counts = _column_width([row["counts"] for row in rows], "Events/")
    numbers = sum(ratio + p_value + 2 * GUTTER for ratio, p_value in blocks.values())
    free = DOUBLE - 2 * MARGIN - counts - GUTTER - numbers - GUTTER
    widest = max(style.measure(row["label"], small) + 0.1 * row["indent"] for row in rows) + 0.02
    panel = min(max(free - widest, free * 0.42), 2.6)
    room = free - panel
    for row in rows:
        row["lines"] = style.wrap(row["label"], room - 0.1 * row["indent"], small)
        row["height"] = ROW + (len(row["lines"]) - 1) * style.line_height(small)
    body = sum(row["height"] for row in rows)

    x = MARGIN + room + GUTTER + counts  # right edge of the counts
    places = {}
    for kind in kinds[:-1]:
        places[kind] = (x + GUTTER, x + 2 * GUTTER + sum(blocks[kind]))
        x = places[kind][1]
    forest = x + GUTTER
    last = forest + panel + GUTTER
    places[kinds[-1]] = (last, last + sum(blocks[kinds[-1]]) + GUTTER)

    heading = style.wrap(title, DOUBLE - 2 * MARGIN, weight="bold")
    note_lines = style.wrap_all(notes, DOUBLE - 2 * MARGIN, SMALL)
    top = style.first_line(synthetic)
    table = top + len(heading) * style.line_height() + 2 * style.line_height(small) + 0.1
    height = table + body + 0.45 + len(note_lines) * style.line_height(SMALL) + MARGIN
    figure, page = style.new_page(DOUBLE, height, synthetic)
    top += style.write(page, MARGIN, top, heading, weight="bold") + 0.04
    _draw_header(page, top, kinds, places, MARGIN + room + GUTTER + counts)
    page.plot([MARGIN, DOUBLE - MARGIN], [table - 0.02] * 2, color=style.RULE, linewidth=0.6)

    axes = style.add_axes(page, forest, table, panel, body + 0.04)
    _set_axis(page, axes, rows, body, table + body + 0.25, forest + panel / 2)
    y = table
    for row in rows:
        if row["shade"]:
            page.fill_between(
                [MARGIN, DOUBLE - MARGIN], y, y + row["height"], color=style.SHADE, linewidth=0
            )
        baseline = y + (ROW - style.line_height(small)) / 2
        style.write(page, MARGIN + 0.1 * row["indent"], baseline, row["lines"], small)
        style.write(
            page, MARGIN + room + GUTTER + counts, baseline, row["counts"], small, ha="right"
        )
        for kind, (ratio, p_value, limits) in row["cells"].items():
            left, right = places[kind]
            quiet = {} if limits else {"color": style.GREY}
            style.write(page, left, baseline, ratio, small, **quiet)
            style.write(page, right, baseline, p_value, small, ha="right")
            if limits:
                paired = sum(cell[2] is not None for cell in row["cells"].values()) > 1
                shift = OFFSET * (2 * kinds.index(kind) - 1) * paired
                _draw_estimate(axes, limits, y - table + ROW / 2 + shift, kind)
        y += row["height"]
    style.write(page, MARGIN, table + body + 0.45, note_lines, SMALL, color=style.GREY)
    return figure


def _draw_header(page, top, kinds, places, counts):
    small = SMALL + 0.5
    below = top + style.line_height(small)
    grey = {"color": style.GREY}
    style.write(page, counts, top, "Events/", small, ha="right", **grey)
    style.write(page, counts, below, "patients", small, ha="right", **grey)
    for kind, (left, right) in places.items():
        if kind in ESTIMATES:
            middle = top + 0.5 * style.line_height(small) + 0.005
            page.plot(
                [left + 0.04],
                [middle],
                marker="s",
                markersize=4,
                linestyle="none",
                **ESTIMATES[kind],
            )
            style.write(page, left + 0.13, top, kind.capitalize(), small, weight="bold")
        style.write(page, left, below, "HR (95% CI)", small, **grey)
        style.write(page, right, below, "p", small, ha="right", **grey)


def _set_axis(page, axes, rows, body, title_top, centre):
    limits = [cell[2] for row in rows for cell in row["cells"].values() if cell[2]]
    low, high = choose_axis(np.array(limits, float).reshape(-1, 3))
    ticks = [tick for tick in TICKS if low <= tick <= high]
    if len(ticks) > 7:  # tenfold steps and the ends
        ticks = [tick for tick in ticks if tick in (low, high, 0.01, 0.1, 1, 10, 100)]
    axes.set_xscale("log")
    axes.set(xlim=(low, high), ylim=(body + 0.04, 0), yticks=[])
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.spines["left"].set_visible(False)
    axes.axvline(1, color=style.RULE, linewidth=0.6, zorder=1)
    style.write(page, centre, title_top, "Hazard ratio", SMALL + 0.5, ha="center")


def _draw_estimate(axes, limits, y, kind):
    """Square and whisker; an end beyond the axis is an arrow."""
    ratio, lower, upper = limits
    low, high = axes.get_xlim()
    look = ESTIMATES.get(kind, ESTIMATES["multivariable"])
    colour = look["color"]
    if np.isfinite(lower):
        ends = np.clip([lower, upper], low, high)
        axes.plot(ends, [y, y], color=colour, linewidth=0.9, clip_on=False, zorder=2)
        for outside, end, marker in ((lower < low, low, "<"), (upper > high, high, ">")):
            if outside:
                axes.plot(
                    [end], [y], marker=marker, markersize=3, color=colour, clip_on=False, zorder=3
                )
    if low <= ratio <= high:
        axes.plot(
            [ratio],
            [y],
            marker="s",
            markersize=3.6,
            markeredgewidth=0.8,
            clip_on=False,
            zorder=4,
            **look,
        )
