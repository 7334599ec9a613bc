"""Forest of one variable within subgroups: the test is that of the interaction, none stands beside a subgroup."""

import numpy as np

from crlm.analyses.cox.figure import label_level, show, withhold
from crlm.display import formats, style
from crlm.display.forest import draw_forest, make_row

FEW = 10  # ASSUME events of a subgroup below which its hazard ratio is marked: a convention, no property of the data
HEADS = {
    "counts": ("Events/", "patients"),
    "ratio": ("HR (95% CI)",),
    "p_value": ("p for", "interaction"),
}


@style.styled
def plot_subgroups(
    subgroups,
    analysis,
    variables,
    endpoint,
    synthetic=False,
    small_cells=0,
    what="within subgroups",
):
    """Forest of the hazard ratio of one variable within subgroups, with the p-value of each interaction.

    subgroups: the rows of one analysis in cox/{endpoint}_subgroups.csv; analysis: its spec in the plan. The area of a square
    is in proportion to the inverse variance of the logarithm of its ratio; a group of fewer than `small_cells` has no ratio.
    what: how the title names the ratios, which may also be of one model with products.
    """
    effect = variables[analysis["variable"]]
    levels = [level for level in formats.as_texts(subgroups["level"]).unique() if level]
    rows = build_subgroup_rows(withhold(subgroups, small_cells), effect, variables, levels)
    title = f"{endpoint['label']}: {analysis['label']}, {what}"
    lines = []
    if levels:
        reference = label_level(effect, formats.as_texts(subgroups["reference"]).max())
        first = label_level(effect, levels[0]) if len(levels) == 1 else "each level"
        lines.append(f"Hazard ratios: {first} vs {reference}.")
    elif formats.describe_step(effect):
        lines.append(f"Hazard ratios: {formats.describe_step(effect)}.")
    if analysis.get("adjust"):
        names = ", ".join(variables[name]["label"] for name in analysis["adjust"])
        lines.append(f"Adjusted for {names}.")
    notes = []
    if any(row["limits"] for row in rows):
        notes.append("Area of a square: inverse variance of the log hazard ratio.")
    if any(row["few"] for row in rows):
        notes.append(f"Grey: fewer than {FEW} events (a convention), to be read with caution.")
    notes.append("p: likelihood-ratio test of the interaction; within a subgroup none is tested.")
    return draw_forest(rows, title, lines, [" ".join(notes)], HEADS, synthetic)


def build_subgroup_rows(subgroups, effect, variables, levels):
    """The rows of a subgroup forest; the interaction's p-value stands with the name of the variable."""
    rows, before, block = [], None, -1
    texts = {name: formats.as_texts(subgroups[name]) for name in ("group", "level", "reference")}
    for row in subgroups.assign(**texts).to_dict("records"):
        within, group, level = row["within"], row["group"], row["level"]
        spec = variables.get(within, {"label": within})
        if within != before:
            block += 1
            if within != "overall":
                p_value = formats.format_p(row["interaction_p_value"], "")
                rows.append(make_row(spec["label"], block=block, p_value=p_value))
        before = within
        label = "All patients" if within == "overall" else label_level(spec, group)
        if len(levels) > 1:
            label = f"{label}: {label_level(effect, level)}"
        cells = {**show(row), "p_value": "", "weight": weigh(row)}
        cells |= {"few": row["events"] < FEW, "whole": f"{within} {level}"}
        rows.append(make_row(label, int(within != "overall"), block, **cells))
    return rows


def weigh(row):
    """Inverse variance of the logarithm of the ratio, from its 95% limits; None where there are none."""
    limits = np.array([row["lower"], row["upper"]], float)
    if not (np.isfinite(limits).all() and 0 < limits[0] < limits[1]):
        return None
    return float((2 * 1.959963984540054 / np.log(limits[1] / limits[0])) ** 2)
