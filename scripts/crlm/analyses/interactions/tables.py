"""The table of declared interactions."""

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
    ratio,
    text,
)
from crlm.display.hazard_ratios import HAZARD_RATIO, label_variable, show_estimate
from crlm.plan import phrases


def tabulate_interactions(interactions, name, endpoint, settings, variables):
    """Effects of one variable at the levels of another, with the test: interactions/{endpoint}.csv; settings: the plan's."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        Column(HAZARD_RATIO, parts=ESTIMATE),
        Column("p"),
        Column("Ratio of HRs (95% CI)", parts=ESTIMATE),
        Column("p (interaction)"),
        Column("p (Holm)"),
    )
    rows, footnotes, notes = [], {}, []
    for key, item in settings.items():
        mine = interactions[interactions["analysis"] == key]
        if mine.empty:
            continue
        effect = variables[item["variable"]]
        for within, block in mine.groupby("within", sort=False):
            first = block.iloc[0]
            if within == "overall":
                rows.append(head(item["label"], len(columns)))
            else:
                tests = {
                    6: p_value(first["interaction_p_value"]),
                    7: p_value(first["interaction_p_adjusted"]),
                }
                words = f"{item['label']}, by {label_variable(within, variables)}"
                rows.append(head(words, len(columns), tests))
            rows += [
                _show_row(row, effect, variables.get(within), block, footnotes)
                for row in block.to_dict("records")
            ]
        notes.append(_tell_model(mine, item, effect, variables))
    tests = interactions.drop_duplicates(["analysis", "within"])["interaction_p_value"].notna()
    notes.append(
        "Ratio of HRs: hazard ratio there over that at the first level (of a number, per step of it); 1 without interaction. "
        f"p (interaction): likelihood-ratio test of all products; {phrases.plural(int(tests.sum()), 'interaction')} tested, Holm "
        "adjusts for that number. An interaction found among many, or not declared before, is a hypothesis."
    )
    notes += [
        f"{phrases.superscript(mark)} {phrases.as_sentence(note)}"
        for note, mark in footnotes.items()
    ]
    return DisplayTable(
        f"interactions_{name}",
        f"{endpoint['label']}: interactions",
        columns,
        tuple(rows),
        tuple(notes),
        f"{endpoint['abbreviation']} interactions",
    )


def _show_row(row, effect, spec, block, footnotes):
    labels = (spec or {}).get("level_labels", {})
    label = labels.get(row["group"], row["group"]) if spec else "All patients"
    if spec and not spec.get("levels") and spec.get("unit"):
        label = f"{label} {spec['unit']}"
    if block["level"].nunique() > 1:
        names = effect.get("level_labels", {})
        label = f"{label}: {names.get(row['level'], row['level'])}"
    beside = Cell()
    if not formats.is_missing(row["ratio"]):
        beside = ratio(row["ratio"], row["ratio_lower"], row["ratio_upper"])
    cells = (
        text(label),
        count(row["patients"]),
        count(row["events"]),
        *show_estimate(row, footnotes),
        beside,
        Cell(),
        Cell(),
    )
    return Row(cells, indent=1)


def _tell_model(rows, item, effect, variables):
    """What the hazard ratios of one variable compare, what they are adjusted for, and from when."""
    reference = rows["reference"].dropna().unique()
    labels = effect.get("level_labels", {})
    words = f"{item['label']}: "
    if len(reference):
        words += (
            f"against {phrases.join_words((labels.get(each, each) for each in reference), 'or')}"
        )
    else:
        words += f"hazard ratio {formats.describe_step(effect)}"
    if item["adjust"]:
        names = phrases.join_words(label_variable(each, variables) for each in item["adjust"])
        words += f"; adjusted for {names}"
    if item["landmark_months"]:
        words += f"; of those observed beyond the landmark at {item['landmark_months']:g} months, time from there"
    return f"{words}."
