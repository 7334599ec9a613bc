"""The table of endpoints and follow-up."""

from crlm.display.cells import (
    Column,
    DisplayTable,
    Row,
    count,
    median,
    text,
)
from crlm.display.measures import TIMES


def tabulate_follow_up(summaries, endpoints):
    """Patients, events and median follow-up per endpoint: {endpoint: kaplan_meier/{endpoint}_summary.csv}."""
    rows = []
    for name, summary in summaries.items():
        whole = summary[summary["grouping"] == "overall"].iloc[0]
        rows.append(
            Row(
                (
                    text(endpoints[name]["label"]),
                    count(whole["patients"]),
                    count(whole["events"]),
                    count(whole["patients"] - whole["events"]),
                    median(
                        *(whole[f"median{end}"] for end in ("", "_lower", "_upper")),
                        whole["patients"],
                    ),
                    median(
                        *(whole[f"follow_up_{key}"] for key in ("median", "lower", "upper")),
                        whole["patients"],
                    ),
                )
            )
        )
    columns = (
        Column("Endpoint", align="left"),
        Column("Patients"),
        Column("Events"),
        Column("Censored"),
        Column("Median survival, months (95% CI)", parts=TIMES),
        Column("Median follow-up, months (95% CI)", parts=TIMES),
    )
    notes = ("Follow-up: reverse Kaplan-Meier method. Log-log confidence limits; NR, not reached.",)
    return DisplayTable(
        "follow_up", "Endpoints and follow-up", columns, tuple(rows), notes, "Follow-up"
    )
