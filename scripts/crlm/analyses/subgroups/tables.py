"""The table of effects within subgroups."""

from crlm.display import formats
from crlm.display.cells import (
    ESTIMATE,
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    p_value,
    text,
)
from crlm.display.hazard_ratios import HAZARD_RATIO, label_variable, show_estimate
from crlm.plan import phrases


def tabulate_subgroups(subgroups, name, endpoint, key, analysis, variables):
    """Effect of one variable within subgroups, with the test for interaction: cox/{endpoint}_subgroups.csv."""
    mine = subgroups[subgroups["analysis"] == key]
    effect = variables[analysis["variable"]]
    labels = effect.get("level_labels", {})
    several = mine["level"].nunique() > 1
    footnotes, rows = {}, []
    for within, block in mine.groupby("within", sort=False):
        spec = variables.get(within)
        if spec:
            rows.append(head(spec["label"], 6, {5: p_value(block["interaction_p_value"].iloc[0])}))
        for row in block.to_dict("records"):
            group = row["group"]
            label = spec["level_labels"].get(group, group) if spec else "All patients"
            if several:
                label = f"{label}: {labels.get(row['level'], row['level'])}"
            estimate = show_estimate(row, footnotes)
            cells = (text(label), count(row["patients"]), count(row["events"]), *estimate, Cell())
            rows.append(Row(cells, indent=int(spec is not None)))
    columns = (
        Column("Subgroup", align="left"),
        Column("Patients"),
        Column("Events"),
        Column(HAZARD_RATIO, parts=ESTIMATE),
        Column("p"),
        Column("p (interaction)"),
    )
    notes = [_tell_contrast(mine, effect)]
    if analysis.get("adjust"):
        names = phrases.join_words(label_variable(each, variables) for each in analysis["adjust"])
        notes.append(f"Adjusted for {names}.")
    notes.append("Interaction: likelihood-ratio test; not adjusted for the number of subgroups.")
    notes += [
        f"{phrases.superscript(mark)} {phrases.as_sentence(n)}" for n, mark in footnotes.items()
    ]
    return DisplayTable(
        f"subgroups_{name}_{key}",
        f"{endpoint['label']}: {analysis['label']}, within subgroups",
        columns,
        tuple(rows),
        tuple(notes),
        f"{endpoint['abbreviation']} subgroups {analysis['label']}",
    )


def _tell_contrast(rows, effect):
    """What the hazard ratio compares."""
    levels = rows["level"].dropna().unique()
    if not len(levels):
        step = formats.describe_step(effect)
        return f"HR of {effect['label']}{', ' + step if step else ''}."
    labels = effect.get("level_labels", {})
    reference = rows["reference"].dropna().unique()
    versus = phrases.join_words((labels.get(each, each) for each in reference), "or")
    compared = labels.get(levels[0], levels[0]) if len(levels) == 1 else "each level"
    return f"HR of {effect['label']}: {compared} versus {versus}."
