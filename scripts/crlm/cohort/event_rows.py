"""A table with one row per event: typed, and whose rows they are."""

from typing import NamedTuple

import pandas as pd

from crlm.cohort.cells import find_broken_cells
from crlm.cohort.conversion import convert_table
from crlm.cohort.findings import build_finding, condense_findings
from crlm.cohort.identifiers import compare_tables, identify
from crlm.cohort.validation import check_cohort


class Event(NamedTuple):
    """The beginning of a state; `row` is the line in the table of events, None for a date of the cohort."""

    patient_id: str
    date: pd.Timestamp
    state: str
    row: int | None
    column: str


def type_events(cells, cohort, spec, settings):
    """Return the events that lead to a state, a list in the order of the table, and the findings.

    cells: the table as it was read; spec: `disease_states: events`, resolved; settings: the plan's `cohort`. Rows of patients
    who are not in the cohort are left out; where the plan excludes patients these are not named.
    """
    if cells.empty:
        return [], []
    columns = {name: each for name, each in spec["columns"].items() if name != "patient_id"}
    column = spec["columns"]["patient_id"]["column"]
    reading = {**spec, "date_format": spec["date_format"] or settings.get("date_format")}
    if list(cells.columns).count(column) != 1:
        message = f"the table of events has no column '{column}', or has it more than once."
        remedy = "Correct it under disease_states.events.columns."
        finding = build_finding("error", "missing_column", message, remedy, column=column)
        return [], [finding]
    ids = identify(cells[column])
    findings = find_broken_cells(cells[column], column)
    if settings["exclusions"]:
        ours = ids.isin(cohort["patient_id"]) | (ids == "")
        findings += _tell_others(int((~ours).sum()), len(ids), column)
        cells, ids = cells[ours], ids[ours]
    else:
        findings += condense_findings(
            compare_tables(ids, cohort["patient_id"], column), ids.nunique()
        )
    table, found = convert_table(cells, columns, reading, "disease_states: events")
    table["patient_id"] = ids
    for item in found:
        item["patient_id"] = "" if item["row"] is None else ids.get(item["row"], "")
    checks = {"date": columns["date"]}
    checked = check_cohort(table[["patient_id", "date"]], checks, settings)
    found += [item for item in checked if item["rule"] in ("impossible_date", "after_data_lock")]
    found += _check_gaps(cells, table, spec)
    for item in [*findings, *found]:
        item["message"] = f"Table of events: {item['message']}"
    state = table["event"].astype(object)
    used = table["date"].notna() & state.isin(spec["into"]) & ids.isin(cohort["patient_id"])
    where = columns["date"]["column"]
    events = [
        Event(ids[row], table["date"][row], state[row], row, where) for row in table.index[used]
    ]
    return events, [*findings, *found]


def _tell_others(count, total, column):
    """Who is excluded is not named; whether somebody else is among them cannot be said then."""
    if not count:
        return []
    return [
        build_finding(
            "note",
            "rows_of_others",
            f"of nobody who is analysed (excluded by the plan, or not in the cohort): {count} of {total} rows.",
            "Nothing to do, unless these are many more than the events of the patients excluded.",
            column=column,
        )
    ]


def _check_gaps(cells, table, spec):
    """Errors for rows without patient, kind or date; a date is needed only where the kind leads to a state."""
    names = {"patient_id": "patient identifier", "event": "kind of event", "date": "date"}
    found = []
    for name, words in names.items():
        column = spec["columns"][name]["column"]
        if list(cells.columns).count(column) != 1:
            continue
        gaps = cells[column].isna()
        if name == "date":
            gaps &= table["event"].astype(object).isin(spec["into"])
        for row in table.index[gaps]:
            found.append(
                build_finding(
                    "error",
                    "incomplete_event",
                    f"the row has no {words}.",
                    "Enter it, or delete the row.",
                    row=row,
                    patient=table["patient_id"][row],
                    column=column,
                )
            )
    return found
