"""The table of groups by growth pattern."""

from crlm.display.cells import (
    Column,
    DisplayTable,
    Row,
    count,
    head,
    share,
    text,
)
from crlm.plan.phrases import tell_evidence


def tabulate_growth_patterns(growth_patterns, rules):
    """Group sizes of every growth-pattern rule: growth_patterns.csv and the rules of the plan."""
    rows, notes = [], []
    for name, rule in rules.items():
        if name not in growth_patterns:
            continue
        column = growth_patterns[name]
        known = int(column.notna().sum())
        rows.append(head(rule["label"], 2))
        for level, spec in rule["levels"].items():
            cell = share(int((column == level).sum()), known)
            rows.append(Row((text(spec["label"]), cell), indent=1))
        if known < len(column):
            rows.append(Row((text("not determined, n"), count(len(column) - known)), indent=1))
        notes.append(f"{rule['label']}: {rule['source']} ({tell_evidence(rule['evidence'])}).")
        if rule.get("recorded"):
            notes.append(
                f"{rule['label']}: as recorded; where nothing was recorded, the shares decide."
                if rule["computable"]
                else f"{rule['label']}: as recorded, not computed from shares."
            )
        notes += [
            f"{remark['text'].rstrip('.')} ({tell_evidence(remark['evidence'])})."
            for remark in rule.get("remarks", [])
        ]
    columns = (Column("", align="left"), Column("Patients, n (%)", parts=("n", "%")))
    notes = ("Per cent of the patients in whom the pattern is determined.", *notes)
    return DisplayTable(
        "growth_patterns",
        "Histopathological growth patterns",
        columns,
        tuple(rows),
        notes,
        "Growth patterns",
    )
