"""The table of endpoints and follow-up."""

from crlm.display import formats
from crlm.display.cells import (
    ESTIMATE,
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    median,
    number,
    p_value,
    percent,
    text,
)
from crlm.display.measures import TIMES
from crlm.plan import phrases

CLARK = "Completeness: observed share of the person-time that was possible until the data lock (Clark's C)."


def tabulate_follow_up(summaries, endpoints, completeness):
    """Patients, events and follow-up per endpoint.

    summaries: {endpoint: kaplan_meier/{endpoint}_summary.csv}; completeness: {endpoint: follow_up/{endpoint}.csv} where known.
    """
    rows = []
    for name, summary in summaries.items():
        whole = summary[summary["grouping"] == "overall"].iloc[0]
        known = completeness.get(name)
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
                    Cell() if known is None else _share(_find_whole(known)),
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
        Column("Completeness, % (95% CI)", parts=ESTIMATE),
    )
    notes = ("Follow-up: reverse Kaplan-Meier method. Log-log confidence limits; NR, not reached.",)
    if completeness:
        notes = (*notes, CLARK)
    return DisplayTable(
        "follow_up", "Endpoints and follow-up", columns, tuple(rows), notes, "Follow-up"
    )


def tabulate_completeness(completeness, endpoints, groupings):
    """Completeness of follow-up by group; completeness: {endpoint: follow_up/{endpoint}.csv}."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Observed, person-months"),
        Column("Possible, person-months"),
        Column("Completeness, % (95% CI)", parts=ESTIMATE),
        Column("p"),
    )
    rows, footnotes = [], {}
    for name, table in completeness.items():
        for key, grouping in groupings.items():
            mine = table[table["grouping"] == key]
            if len(grouping["groups"]) < 2 or not mine["patients"].any():
                continue
            words = f"{endpoints[name]['label']}: {grouping['label']}"
            rows.append(head(words, len(columns), {5: p_value(mine["p_value"].iloc[0])}))
            rows += [_tabulate_group(row, grouping, footnotes) for _, row in mine.iterrows()]
    notes = (
        CLARK,
        "p: test of the same completeness in all groups, not adjusted for the number of groupings and endpoints.",
        *(f"{phrases.superscript(place)} {note}." for note, place in footnotes.items()),
    )
    title = "Completeness of follow-up by group"
    return DisplayTable("completeness", title, columns, tuple(rows), notes, "Completeness")


def _find_whole(table):
    return table[table["grouping"] == "overall"].iloc[0]


def _tabulate_group(row, grouping, footnotes):
    mark = ""
    if not formats.is_missing(row["note"]):
        note = phrases.capitalise(row["note"])
        mark = phrases.superscript(footnotes.setdefault(note, len(footnotes) + 1))
    cells = (
        text(grouping["group_labels"][row["group"]]),
        count(row["patients"]),
        number(row["observed_months"], 0),
        number(row["potential_months"], 0),
        _share(row, mark),
        Cell(),
    )
    return Row(cells, indent=1)


def _share(row, mark=""):
    if formats.is_missing(row["completeness"]):
        return text(f"not estimable{mark}")
    cell = percent(row["completeness"], row["lower"], row["upper"])
    return Cell(cell.text + mark, cell.values, cell.forms)
