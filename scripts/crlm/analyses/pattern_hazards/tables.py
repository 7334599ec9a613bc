"""Table of hazard ratios of growth patterns, the cohort's own beside published ones."""

from crlm.display import formats
from crlm.display.cells import Cell, Column, DisplayTable, Row, count, head, ratio, text
from crlm.display.hazard_ratios import HAZARD_RATIO
from crlm.display.measures import LIMITS
from crlm.plan.phrases import tell_evidence

SCOPE = (
    "The cohort's ratios are unadjusted (a Cox model of all groups of the rule); patients and events are those of the two "
    "groups. A published ratio may be adjusted, of another cut or of other patients: beside, not against."
)


def tabulate_hazards(hazards, contrasts, name, endpoint):
    """Own and published hazard ratios: pattern_hazards/{endpoint}.csv; contrasts: of the plan, in the order of the rows."""
    columns = (
        Column("", align="left"),
        Column("Patients", "This cohort"),
        Column("Events", "This cohort"),
        Column(HAZARD_RATIO, "This cohort", parts=LIMITS),
        Column(HAZARD_RATIO, "Published", parts=LIMITS),
        Column("Source", "Published", align="left"),
    )
    rows, notes, before = [], [SCOPE], None
    for row, contrast in zip(hazards.itertuples(), contrasts, strict=True):
        if contrast["label"] != before:
            before = contrast["label"]
            rows.append(head(before, len(columns)))
        rows.append(
            Row(
                (
                    text(name_groups(contrast)),
                    count(row.patients),
                    count(row.events),
                    show(row.hazard_ratio, row.lower, row.upper),
                    show(row.published, row.published_lower, row.published_upper),
                    text(f"{row.source} ({tell_evidence(row.evidence)})"),
                ),
                indent=1,
            )
        )
        notes.append(f"{row.source}: {contrast['note']}.")
        if not formats.is_missing(row.note):
            notes.append(f"{name_groups(contrast)}: {row.note}.")
    return DisplayTable(
        f"pattern_hazards_{name}",
        f"{endpoint['label']}: hazard ratios of growth patterns beside published ones",
        columns,
        tuple(rows),
        tuple(dict.fromkeys(notes)),
        f"{endpoint['abbreviation']} pattern hazards",
    )


def name_groups(contrast):
    """The two groups of a contrast in words."""
    labels = contrast["level_labels"]
    return f"{labels[contrast['level']]} against {labels[contrast['reference']].lower()}"


def show(estimate, lower, upper):
    """A hazard ratio with its limits, or that there is none."""
    return Cell("not estimable") if formats.is_missing(estimate) else ratio(estimate, lower, upper)
