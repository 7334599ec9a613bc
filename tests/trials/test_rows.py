"""Several rows per patient: one is kept, or each variable is taken from the rows that have it."""

import pandas as pd
import pytest
from crlm.plan.schema import PlanError
from making import make_plan, read_sources

TWICE = """
study: {title: Made up}
cohort: {file: cohort.csv, ROWS}
variables: {x: {label: X, kind: count, timing: baseline}}
columns: {patient_id: id, overall_time: months, died: dead, x: x}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""
LONG = """
study: {title: One row per patient and kind of event}
cohort: {file: cohort.csv}
columns:
  patient_id: id
  age: age
  recurrence_time: {column: time, where: {etype: 1}}
  recurred: {column: status, where: {etype: 1}}
  overall_time: {column: time, where: {etype: 2}}
  died: {column: status, where: {etype: 2}}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
  ttr:
    label: Time to recurrence
    events: {recurrence: {duration: recurrence_time, flag: recurred}}
    censoring: {last_contact: {duration: overall_time}}
"""


def twice(rows="rows: error"):
    return TWICE.replace("ROWS", rows)


def list_patients():
    rows = [
        {"id": f"P{each:02}", "months": 10.5 + each, "dead": each % 2, "x": each % 4}
        for each in range(12)
    ]
    return [*rows, {**rows[2]}]


def only(findings, rule):
    hits = findings[findings["rule"] == rule]
    assert len(hits) == 1, findings.to_dict("records")
    return hits.iloc[0]


def test_a_long_layout_without_a_word_on_rows_is_one_finding(tmp_path):
    plan = LONG.replace(", where: {etype: 1}", "").replace(", where: {etype: 2}", "")
    item = only(
        read_sources(plan, tmp_path, {"cohort.csv": list_events()})[2], "duplicate_identifier"
    )
    assert item["patient_id"] == "" and "rows" in item["remedy"]


def no_error(findings):
    return "error" not in set(findings["severity"])


def test_a_patient_twice_is_an_error_that_names_the_way_out(tmp_path):
    item = only(
        read_sources(twice(), tmp_path, {"cohort.csv": list_patients()})[2], "duplicate_identifier"
    )
    assert (item["row"], item["patient_id"]) == (14, "P02")
    assert "row 4" in item["message"] and "rows" in item["remedy"]


@pytest.mark.parametrize("said", ["rows: first", "duplicates: last", "rows: {keep: complete}"])
def test_equal_rows_are_one_patient(said, tmp_path):
    cohort, _, findings = read_sources(twice(said), tmp_path, {"cohort.csv": list_patients()})
    assert cohort["patient_id"].tolist().count("P02") == 1 and len(cohort) == 12
    assert findings["rule"].tolist().count("rows_differ") == 0 and no_error(findings)
    assert "P02" in only(findings, "several_rows")["message"]


@pytest.mark.parametrize(
    "said, months, x", [("first", 12.5, 2), ("last", 50, 3), ("complete", 12.5, 2)]
)
def test_what_differs_between_the_rows_is_told_by_column(said, months, x, tmp_path):
    rows = list_patients()
    rows[-1] |= {"months": 50, "x": 3}
    cohort, _, findings = read_sources(twice(f"rows: {said}"), tmp_path, {"cohort.csv": rows})
    patient = cohort.set_index("patient_id").loc["P02"]
    assert (patient["overall_time"], patient["x"]) == (months, x)
    differ = findings[findings["rule"] == "rows_differ"].set_index("column")["message"]
    assert set(differ.index) == {"months", "x"}
    assert "12.5 in row 4" in differ["months"] and "50 in row 14" in differ["months"]
    assert no_error(findings)


def test_the_complete_row_is_the_one_with_most_known_values(tmp_path):
    rows = list_patients()
    rows[2] |= {"x": None}
    cohort, _, _ = read_sources(twice("rows: complete"), tmp_path, {"cohort.csv": rows})
    assert cohort.set_index("patient_id").loc["P02", "x"] == 2
    assert cohort["patient_id"].is_unique


def test_a_fault_in_a_row_that_is_not_kept_does_not_count(tmp_path):
    rows = list_patients()
    rows[-1] |= {"months": "unknown", "x": 1.5}
    assert no_error(read_sources(twice("rows: first"), tmp_path, {"cohort.csv": rows})[2])
    assert not no_error(read_sources(twice("rows: last"), tmp_path, {"cohort.csv": rows})[2])


@pytest.mark.parametrize("form", ["%Y-%m-%d", "%d.%m.%Y", None])
def test_first_and_last_by_a_column(form, tmp_path):
    days = [30, 4, 500, ""]
    if form:
        days = ["2015-03-01", "2014-06-01", "2016-01-01", ""]
        days = [day and pd.Timestamp(day).strftime(form) for day in days]
    rows = [
        {"id": "a", "months": n + 1, "dead": 0, "x": n, "day": day} for n, day in enumerate(days)
    ]
    rows += [{"id": "b", "months": 9, "dead": 1, "x": 1, "day": days[0]}]
    shape = f", date_format: '{form}'" if form else ""
    for keep, kept in (("first", 1), ("last", 2)):
        said = f"rows: {{keep: {keep}, order_by: day}}{shape}"
        cohort = read_sources(twice(said), tmp_path, {"cohort.csv": rows})[0]
        assert cohort.set_index("patient_id")["x"].to_dict() == {"a": kept, "b": 1}


def test_rows_that_cannot_be_ordered_are_an_error(tmp_path):
    rows = [{**row, "day": "spring"} for row in list_patients()]
    said = "rows: {keep: last, order_by: day}"
    assert (
        only(read_sources(twice(said), tmp_path, {"cohort.csv": rows})[2], "no_order")["column"]
        == "day"
    )


def list_events():
    """Five patients of R's layout: etype 1 recurrence, 2 death."""
    times = [(5, 1, 10, 1), (8, 0, 8, 0), (12, 1, 30, 0), (20, 0, 20, 1), (7, 1, 15, 1)]
    rows = []
    for place, (recurrence, recurred, time, dead) in enumerate(times, 1):
        both = {"id": place, "age": 50 + place}
        rows.append({**both, "etype": 1, "time": recurrence, "status": recurred})
        rows.append({**both, "etype": 2, "time": time, "status": dead})
    return rows


@pytest.mark.parametrize("turned", [False, True])
def test_one_row_per_kind_of_event_is_folded(turned, tmp_path):
    rows = list_events()[::-1] if turned else list_events()
    cohort, _, findings = read_sources(LONG, tmp_path, {"cohort.csv": rows})
    cohort = cohort.set_index("patient_id").sort_index()
    assert cohort["os_months"].tolist() == [10, 8, 30, 20, 15]
    assert cohort["os_event"].tolist() == [1, 0, 0, 1, 1]
    assert cohort["ttr_months"].tolist() == [5, 8, 12, 20, 7]
    assert cohort["ttr_event"].tolist() == [1, 0, 1, 0, 1]
    assert cohort["age"].tolist() == [51, 52, 53, 54, 55]
    assert no_error(findings)


def test_an_impossible_value_stands_with_its_own_row(tmp_path):
    rows = list_events()
    rows[0] |= {"age": ""}
    rows[1] |= {"age": 200}
    rows[4] |= {"status": "?"}
    findings = read_sources(LONG, tmp_path, {"cohort.csv": rows})[2]
    assert only(findings, "out_of_range")["row"] == 3
    item = only(findings, "undeclared_missing_word")
    assert (item["row"], item["column"], item["patient_id"]) == (6, "status (etype 1)", "3")


def test_kinds_written_as_words_and_further_kinds(tmp_path):
    rows = [{**row, "etype": {1: "Rezidiv", 2: "Tod"}[row["etype"]]} for row in list_events()]
    rows += [
        {"id": n, "age": 50 + n, "etype": "Kontrolle", "time": 99, "status": "?"}
        for n in range(1, 6)
    ]
    plan = LONG.replace("etype: 1", "etype: rezidiv").replace("etype: 2", "etype: [Tod]")
    cohort, _, findings = read_sources(plan, tmp_path, {"cohort.csv": rows})
    assert cohort["os_months"].tolist() == [10, 8, 30, 20, 15] and no_error(findings)


def test_rows_that_contradict_one_another_name_column_and_values(tmp_path):
    rows = list_events()
    rows[3] |= {"age": 71}
    item = only(read_sources(LONG, tmp_path, {"cohort.csv": rows})[2], "rows_differ")
    assert (item["severity"], item["column"], item["patient_id"]) == ("error", "age", "2")
    assert "52 in row 4" in item["message"] and "71 in row 5" in item["message"]


def test_two_rows_of_one_kind_contradict_one_another(tmp_path):
    rows = [*list_events(), {**list_events()[1], "time": 11}]
    item = only(read_sources(LONG, tmp_path, {"cohort.csv": rows})[2], "rows_differ")
    assert item["column"] == "time (etype 2)"


def test_an_entry_that_no_row_has_is_an_error(tmp_path):
    plan = LONG.replace("etype: 2", "etype: death")
    findings = read_sources(plan, tmp_path, {"cohort.csv": list_events()})[2]
    hits = findings[findings["rule"] == "no_such_row"]
    assert set(hits["value"]) == {"death"} and "'1', '2'" in hits["remedy"].iloc[0]


TAKEN = """
study: {title: Visits}
cohort: {file: cohort.csv, ROWS}
variables:
  cycles: {label: Cycles, kind: count, timing: follow_up}
  worst: {label: Worst grade, kind: ordinal, levels: [mild, severe], timing: follow_up}
  cea_last: {label: Last CEA, kind: continuous, timing: follow_up}
  cea_peak: {label: Highest CEA, kind: continuous, timing: follow_up}
  chemo: {label: Chemotherapy ever, kind: binary, timing: follow_up}
columns:
  patient_id: id
  overall_time: {column: months, take: max}
  died: {column: dead, take: any}
  cycles: {column: drug, take: count, missing: [none], if_no_row: 0, where: {kind: drug}}
  worst: {column: grade, take: max}
  cea_last: {column: cea, take: last}
  cea_peak: {column: cea, take: max}
  chemo: {column: chemo, take: any}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""
VISITS = [
    {"id": "a", "months": 3, "dead": 0, "kind": "drug", "drug": "FOLFOX", "grade": "severe", "cea": 7, "chemo": 1, "visit": 1},
    {"id": "a", "months": 9, "dead": 0, "kind": "drug", "drug": "FOLFIRI", "grade": "mild", "cea": 5, "chemo": 0, "visit": 3},
    {"id": "a", "months": 6, "dead": "", "kind": "drug", "drug": "none", "grade": "", "cea": "", "chemo": "", "visit": 2},
    {"id": "b", "months": 12, "dead": 1, "kind": "visit", "drug": "", "grade": "mild", "cea": 2, "chemo": 0, "visit": 1},
    {"id": "c", "months": 20, "dead": 0, "kind": "drug", "drug": "FOLFOX", "grade": "", "cea": 3, "chemo": "", "visit": 2},
    {"id": "c", "months": 2, "dead": 0, "kind": "visit", "drug": "", "grade": "", "cea": 4, "chemo": "", "visit": 5},
]  # fmt: skip


def test_first_last_highest_any_and_number(tmp_path):
    plan = TAKEN.replace("ROWS", "rows: {keep: fold, order_by: visit}")
    cohort, _, findings = read_sources(plan, tmp_path, {"cohort.csv": VISITS})
    cohort = cohort.set_index("patient_id")
    assert no_error(findings), findings.to_dict("records")
    assert cohort["overall_time"].tolist() == [9, 12, 20]
    assert cohort["died"].tolist() == ["no", "yes", "no"]
    assert cohort["cycles"].tolist() == [2, 0, 1]
    assert cohort["worst"].astype(object).fillna("?").tolist() == ["severe", "mild", "?"]
    assert cohort["cea_last"].tolist() == [5, 2, 4]
    assert cohort["cea_peak"].tolist() == [7, 2, 4]
    assert cohort["chemo"].astype(object).fillna("?").tolist() == ["yes", "no", "?"]


def test_without_if_no_row_nobody_is_counted_as_none(tmp_path):
    plan = TAKEN.replace("ROWS", "rows: fold").replace("if_no_row: 0, ", "")
    cohort = read_sources(plan, tmp_path, {"cohort.csv": VISITS})[0].set_index("patient_id")
    assert cohort["cycles"].isna().tolist() == [False, True, False]


SPLIT = twice("rows: first").replace(
    "patient_id: id", 'patient_id: {column: id, split: "_", part: 1}'
)


def test_the_identifier_is_a_part_of_the_entry(tmp_path):
    rows = [{**row, "id": f"{row['id']}_{n % 3}"} for n, row in enumerate(list_patients())]
    cohort, _, findings = read_sources(SPLIT, tmp_path, {"cohort.csv": rows})
    assert cohort["patient_id"].tolist() == [f"P{n:02}" for n in range(12)] and no_error(findings)
    rows[3]["id"] = "P03"
    assert no_error(read_sources(SPLIT, tmp_path, {"cohort.csv": rows})[2])
    findings = read_sources(SPLIT.replace("part: 1", "part: 2"), tmp_path, {"cohort.csv": rows})[2]
    item = only(findings, "no_such_part")
    assert (item["value"], item["row"]) == ("P03", 5) and "1 identifier without" in item["message"]
    rows[7]["id"] = "P07"
    findings = read_sources(SPLIT.replace("part: 1", "part: 2"), tmp_path, {"cohort.csv": rows})[2]
    assert "2 identifiers without a part 2" in only(findings, "no_such_part")["message"]


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("rows: fold", "rows: first", "`take` and `if_no_row` go with `rows: fold`"),
        ("rows: fold", "rows: fold, duplicates: first", "`rows` or `duplicates`, not both"),
        (
            "take: max}\n  died",
            "take: any}\n  died",
            "`any` is not for a variable that is duration",
        ),
        (", where: {kind: drug}", "", "say by `where` which rows"),
        ("if_no_row: 0", "if_no_row: many", "columns.cycles.if_no_row: 'many' is not a number"),
        (
            "patient_id: id",
            "patient_id: {column: id, split: '_'}",
            "`split` and `part` go together",
        ),
        ("chemo, take", "chemo, part: 2, take", "for the identifier"),
        ("take: last", "take: latest", "'latest' is not one of first, last"),
    ],
)
def test_what_a_plan_cannot_say(old, new, words):
    plan = TAKEN.replace("ROWS", "rows: fold")
    assert old in plan
    with pytest.raises(PlanError, match=words):
        make_plan(plan.replace(old, new))


def test_an_event_that_never_happened_is_told_and_stops_nothing(tmp_path):
    """Nobody has a row of the kind `Tod`: everybody is censored. A word that is nearly one of the file's is an error."""
    rows = [{**row, "etype": "Rezidiv"} for row in list_events() if row["etype"] == 1]
    rows += [
        {**row, "etype": "Kontrolle", "status": 0} for row in list_events() if row["etype"] == 2
    ]
    plan = LONG.replace("etype: 1", "etype: Rezidiv").replace("etype: 2", "etype: Tod")
    findings = read_sources(plan, tmp_path, {"cohort.csv": rows})[2]
    hits = findings[findings["rule"] == "no_such_row"]
    assert set(hits["severity"]) == {"warning"} and set(hits["value"]) == {"Tod"}
    assert "If it never happened, nothing is to be done" in hits["remedy"].iloc[0]
    plan = plan.replace("Tod", "Kontrole")
    findings = read_sources(plan, tmp_path, {"cohort.csv": rows})[2]
    assert set(findings.loc[findings["rule"] == "no_such_row", "severity"]) == {"error"}


@pytest.mark.parametrize("keep, lost", [("first", 1), ("last", 1), ("complete", 0)])
def test_a_value_that_only_another_row_has_is_told(keep, lost, tmp_path):
    """Patient 1 stands twice; the first row has no age, the last no later time."""
    text = (
        LONG.split("columns:")[0].split("cohort:")[0]
        + f"""cohort: {{file: cohort.csv, rows: {keep}}}
columns: {{patient_id: id, age: age, sex: {{column: sex, values: {{m: male, f: female}}}}, overall_time: time, died: dead}}
endpoints:
  os:
    label: Overall survival
    events: {{death: {{duration: overall_time, flag: died}}}}
    censoring: {{last: {{duration: overall_time}}}}
"""
    )
    rows = [
        {"id": n, "age": 50 + n, "sex": "mf"[n % 2], "time": 10 + n, "dead": n % 2}
        for n in range(1, 7)
    ]
    rows[0]["age"] = None
    rows.append({**rows[0], "age": 51, "sex": "f" if keep == "complete" else None})
    findings = read_sources(text, tmp_path, {"cohort.csv": rows})[2]
    told = findings[findings["rule"] == "rows_lost"]
    assert len(told) == lost and told["severity"].eq("warning").all()
    if lost:
        assert told["column"].tolist() == [{"first": "age", "last": "sex"}[keep]]
        assert (
            "of 1 patient has nothing here" in told["message"].iloc[0]
            and "`rows: fold`" in told["remedy"].iloc[0]
        )
