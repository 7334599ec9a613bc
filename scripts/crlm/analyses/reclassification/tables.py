"""The table of groups of one score in those of another."""

from crlm.display import formats
from crlm.display.cells import (
    Column,
    DisplayTable,
    Row,
    count,
    head,
    share,
    text,
)
from crlm.display.measures import LIMITS, explain_few, show_observed


def tabulate_groups(flows, name, endpoint, comparisons):
    """Patients by their groups in two scores: performance/{endpoint}_reclassification.csv; comparisons: the plan's."""
    columns = (
        Column("From", align="left"),
        Column("To", align="left"),
        Column("Patients (%)", parts=("patients", "per cent")),
        Column("Events until then"),
        Column("Survival, % (95% CI)", parts=LIMITS),
    )
    rows = []
    labels = {
        side["name"]: {**side["level_labels"], "": "all"}
        for sides in comparisons.values()
        for side in sides
    }
    titles = {side["name"]: side["label"] for sides in comparisons.values() for side in sides}
    for (_, _, here, there), mine in flows.groupby(
        ["comparison", "step", "from", "to"], sort=False
    ):
        rows.append(head(_title_flows(mine, titles[here], titles[there]), len(columns)))
        total = mine.loc[mine["from_group"].notna() & mine["to_group"].isna(), "patients"].sum()
        for row in mine[mine["patients"] > 0].itertuples():
            ends = [
                "" if formats.is_missing(each) else each for each in (row.from_group, row.to_group)
            ]
            rows.append(
                Row(
                    (
                        text(labels[here][ends[0]]),
                        text(labels[there][ends[1]]),
                        share(row.patients, total),
                        count(row.events),
                        show_observed(row, row.survival),
                    ),
                    indent=1,
                )
            )
    notes = ("Patients who have a group in each. Survival by Kaplan-Meier.", *explain_few(flows))
    return DisplayTable(
        f"groups_{name}",
        f"{endpoint['label']}: patients by their groups in two scores",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} groups",
    )


def _title_flows(rows, here, there):
    words = f"{here} to {there}, {rows['missing'].iloc[0]} left out"
    horizon = rows["horizon"].iloc[0]
    return words if formats.is_missing(horizon) else f"{words}; at {horizon:g} months"
