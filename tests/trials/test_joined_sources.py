"""The cohort comes from several files or sheets, and further tables are joined by identifier."""

import re

import pandas as pd
import pytest
import yaml
from crlm.cohort.findings import describe_errors, write_workbook
from crlm.plan.schema import PlanError, check_schema
from crlm.report.methods import _tell_sources
from making import ROOT, make_plan, read_sources, read_yaml

STACKED = """
study: {title: Two centres}
cohort:
  date_format: "%d.%m.%Y"
  exclusions: {old: {label: Above 80, variable: age, operator: ">", value: 80}}
  sources:
    - {file: a.csv, set: {centre: beijing}}
    - file: b.csv
      delimiter: ","
      date_format: "%Y/%m/%d"
      missing: [-1]
      columns:
        patient_id: Nr
        sex: {column: Geschlecht, values: {1: male, 2: female}}
        size_max_cm: {column: Groesse, unit: mm}
        overall_time: {column: days, unit: days}
      set: {centre: berlin}
columns:
  patient_id: id
  age: age
  sex: {column: sex, values: {m: male, f: female}}
  size_max_cm: size
  resection_date: op
  overall_time: months
  died: dead
variables: {centre: {label: Centre, kind: categorical, timing: baseline}}
groupings: {centre: {variable: centre}}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""


def list_beijing():
    return [
        {"id": f"A{n}", "age": 60 + n, "sex": "mf"[n % 2], "size": 2.5 + n / 2, "op": f"{n + 1:02}.03.2012",
         "months": 10 + n, "dead": n % 2}
        for n in range(6)
    ]  # fmt: skip


def list_berlin():
    return [
        {"Nr": f"B{n}", "age": 50 + n, "Geschlecht": 1 + n % 2, "Groesse": 20 + 5 * n, "op": f"2014/05/{n + 1:02}",
         "days": 365 + 30 * n, "dead": (n + 1) % 2}
        for n in range(5)
    ]  # fmt: skip


def read_both(folder, plan=STACKED, a=None, b=None):
    return read_sources(plan, folder, {"a.csv": a or list_beijing(), "b.csv": b or list_berlin()})


def only(findings, rule):
    hits = findings[findings["rule"] == rule]
    assert len(hits) == 1, findings.to_dict("records")
    return hits.iloc[0]


def list_errors(findings):
    return findings[findings["severity"] == "error"].to_dict("records")


def test_two_files_with_other_columns_codes_and_units_are_one_cohort(tmp_path):
    cohort, plan, findings = read_both(tmp_path)
    assert not list_errors(findings) and len(cohort) == 11
    assert cohort["centre"].tolist() == ["beijing"] * 6 + ["berlin"] * 5
    assert plan["variables"]["centre"]["levels"] == ["beijing", "berlin"]
    assert cohort["sex"].tolist() == ["male", "female"] * 3 + ["male", "female"] * 2 + ["male"]
    assert cohort["size_max_cm"].tolist() == [2.5, 3, 3.5, 4, 4.5, 5, 2, 2.5, 3, 3.5, 4]
    assert cohort["os_months"].tolist()[6:] == pytest.approx(
        [(365 + 30 * n) / 30.4375 for n in range(5)]
    )
    assert cohort["resection_date"].dt.year.tolist() == [2012] * 6 + [2014] * 5
    assert "constant_covariate" not in set(findings["rule"])


def test_findings_name_the_file_and_the_column_of_the_file(tmp_path):
    a, b = list_beijing(), list_berlin()
    a[1]["age"], b[2]["Geschlecht"], b[3]["days"] = 999, 3, ""
    findings = read_both(tmp_path, a=a, b=b)[2]
    item = only(findings, "unknown_level")
    assert (item["row"], item["column"], item["patient_id"]) == ("4 of b.csv", "Geschlecht", "B2")
    assert only(findings, "out_of_range")["row"] == "3 of a.csv"
    item = only(findings, "missing_time")
    assert item["row"] == "5 of b.csv" and item["column"] == "days"
    assert "row 4 of b.csv" in describe_errors(findings)
    write_workbook(findings, tmp_path / "f.xlsx")
    assert "4 of b.csv" in set(pd.read_excel(tmp_path / "f.xlsx")["row"])


def test_one_file_keeps_its_row_numbers(tmp_path):
    plan = (
        STACKED.split("  sources:")[0] + "  file: a.csv\ncolumns:" + STACKED.split("\ncolumns:")[1]
    )
    rows = list_beijing()
    rows[1]["age"] = 999
    plan = plan.replace("groupings: {centre: {variable: centre}}\n", "")
    item = only(read_sources(plan, tmp_path, {"a.csv": rows})[2], "out_of_range")
    assert item["row"] == 3


def test_a_wrong_unit_in_one_file_is_not_hidden_by_the_other(tmp_path):
    plan = STACKED.replace("column: Groesse, unit: mm", "column: Groesse")
    hits = read_both(tmp_path, plan)[2]
    hits = hits[(hits["column"] == "Groesse") & (hits["severity"] == "error")]
    assert len(hits) and all("b.csv" in f"{item.row} {item.message}" for item in hits.itertuples())


def test_an_identifier_in_both_files_is_an_error_with_both(tmp_path):
    b = list_berlin()
    b[2]["Nr"] = "A3"
    item = only(read_both(tmp_path, b=b)[2], "duplicate_identifier")
    assert item["row"] == "4 of b.csv" and "row 5 of a.csv" in item["message"]


def test_a_file_that_is_listed_twice_is_one_finding(tmp_path):
    plan = STACKED.replace(
        "    - file: b.csv", "    - {file: a.csv, set: {centre: shanghai}}\n    - file: b.csv"
    )
    item = only(read_both(tmp_path, plan)[2], "duplicate_identifier")
    assert "6 of 6" in item["message"] and "a.csv" in item["message"]


def test_rows_of_a_patient_in_two_files_may_be_kept_or_folded(tmp_path):
    b = list_berlin()
    b[2]["Nr"] = "A3"
    plan = STACKED.replace("cohort:\n", "cohort:\n  rows: first\n")
    cohort, _, findings = read_both(tmp_path, plan, b=b)
    assert len(cohort) == 10 and not list_errors(findings)
    assert cohort.set_index("patient_id").loc["A3", "centre"] == "beijing"
    assert "age" in set(findings.loc[findings["rule"] == "rows_differ", "column"])


def test_what_one_file_does_not_have_is_unknown_in_its_rows(tmp_path):
    plan = STACKED.replace(
        "        patient_id: Nr\n", "        patient_id: Nr\n        age: null\n"
    )
    plan = plan.replace("      columns:\n", "      columns:\n        cea_ng_ml: CEA\n")
    b = [{**row, "CEA": 24 + n} for n, row in enumerate(list_berlin())]
    cohort, _, findings = read_both(tmp_path, plan, b=b)
    assert cohort["age"].isna().tolist() == [False] * 6 + [True] * 5
    assert cohort["cea_ng_ml"].isna().tolist() == [True] * 6 + [False] * 5
    assert not list_errors(findings)
    notes = findings.loc[findings["rule"] == "not_in_source", "message"].tolist()
    assert [note[:6] for note in notes] == ["a.csv:", "b.csv:"]
    assert "all its rows (6)" in notes[0] and "all its rows (5)" in notes[1]


def test_sheets_of_one_workbook(tmp_path):
    plan = STACKED.replace("file: a.csv", "sheet: A").replace("file: b.csv", "sheet: B")
    plan = plan.replace("cohort:\n", "cohort:\n  file: book.xlsx\n")
    b = list_berlin()
    b[0]["Geschlecht"] = 7
    files = {"book.xlsx": {"A": list_beijing(), "B": b}}
    cohort, _, findings = read_sources(plan, tmp_path, files)
    assert len(cohort) == 11
    assert only(findings, "unknown_level")["row"] == "2 of book.xlsx, sheet B"


def test_a_source_that_cannot_be_read_is_named(tmp_path):
    (tmp_path / "b.csv").write_text("")
    plan = make_plan(STACKED)
    assert [spec["name"] for spec in plan["sources"]] == ["a.csv", "b.csv"]
    findings = read_sources(
        STACKED.replace("a.csv", "a.xlsx"), tmp_path, {"a.xlsx": {"S": list_beijing()}}
    )[2]
    assert only(findings, "no_rows")["message"] == "b.csv is empty."


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("{centre: beijing}", "{centre: beijing, sex: man}", "'man' is not a level"),
        ("{centre: beijing}", "{centre: beijing, age: old}", "'old' is not a number"),
        ("{centre: beijing}", "{center: beijing}", "no such variable. Did you mean 'centre'?"),
        ("file: b.csv", "sheet: B", "the key 'file' is missing"),
        ("file: b.csv", "file: b.docx", "the ending is none of"),
        ("cohort:\n", "cohort:\n  file: c.csv\n", "no source reads c.csv"),
        (
            "        patient_id: Nr",
            "        patient_id: Nr\n        cea_ng_ml: null",
            "nothing to take away",
        ),
        ("unit: mm", "unit: mn", "'mn' is none of"),
        ("set: {centre: berlin}", "sets: {centre: berlin}", "no key 'sets'. Did you mean 'set'?"),
        ("sources:", "source:", "no key 'source'. Did you mean 'sources'?"),
    ],
)
def test_what_a_plan_of_sources_cannot_say(old, new, words):
    assert old in STACKED
    with pytest.raises(PlanError) as error:
        make_plan(STACKED.replace(old, new))
    assert words in str(error.value)


JOINED = """
study: {title: The marker stands elsewhere}
cohort:
  file: x.xlsx
  join:
    - {sheet: lab, by: PatNr, columns: {marker: marker}}
columns: {patient_id: PatNr, age: Age, overall_time: time, died: dead}
variables: {marker: {label: Marker, kind: binary, timing: baseline}}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
groupings: {marker: {variable: marker}}
"""
MARKED = JOINED.replace(
    "  join:",
    """  exclusions: {marked: {label: Marked, variable: marker, operator: "==", value: "yes"}}
  join:""",
)


def list_patients():
    times = [5, 8.5, 12, 14.2, 20, 22.1, 30, 41, 50, 63]
    return [
        {"PatNr": n, "Age": 50 + n, "time": time, "dead": n % 2} for n, time in enumerate(times, 1)
    ]


def list_markers():
    return [{"PatNr": n, "marker": int(n in (1, 3, 4, 9))} for n in range(10, 0, -1)]


def read_joined(folder, plan=JOINED, patients=None, markers=None):
    sheets = {"Patients": patients or list_patients(), "lab": markers or list_markers()}
    return read_sources(plan, folder, {"x.xlsx": sheets})


def test_a_marker_in_a_second_sheet(tmp_path):
    cohort, _, findings = read_joined(tmp_path)
    assert not list_errors(findings)
    marked = cohort.loc[cohort["marker"] == "yes", "patient_id"].tolist()
    assert marked == ["1", "3", "4", "9"] and cohort["marker"].notna().all()


def test_whom_a_joined_marker_leaves_out_counts_in_neither_table(tmp_path):
    markers = list_markers()
    markers[7] |= {
        "PatNr": 3,
        "size": "large",
    }  # a number in everybody else, a fault in one who is left out
    plan = MARKED.replace(
        "columns: {marker: marker}}", "columns: {marker: marker, size_max_cm: size}}"
    )
    rows = [{"size": 2 + row["PatNr"] % 3, **row} for row in markers]
    cohort, _, findings = read_joined(tmp_path, plan, markers=rows)
    assert cohort["patient_id"].tolist() == ["2", "5", "6", "7", "8", "10"]
    assert (
        not findings["rule"].isin(["unknown_patient", "not_in_joined_table", "not_a_number"]).any()
    )


def test_who_is_not_in_the_other_table_is_named_and_unknown(tmp_path):
    markers = [row for row in list_markers() if row["PatNr"] not in (2, 5)]
    markers += [{"PatNr": 77, "marker": 1}, {"PatNr": 78, "marker": 1}]
    cohort, _, findings = read_joined(tmp_path, markers=markers)
    assert not list_errors(findings)
    assert cohort.loc[cohort["marker"].isna(), "patient_id"].tolist() == ["2", "5"]
    message = only(findings, "unknown_patient")["message"]
    assert "2 of 10" in message and "77, 78" in message
    message = only(findings, "not_in_joined_table")["message"]
    assert "2 of 10 patients" in message and "2, 5" in message
    assert set(
        findings["severity"][findings["rule"].isin(["unknown_patient", "not_in_joined_table"])]
    ) == {"warning"}


@pytest.mark.parametrize("plan", [JOINED, MARKED], ids=["all", "without the marked"])
def test_a_doubled_identifier_of_the_other_table_is_an_error_with_its_row(plan, tmp_path):
    """Also where the first of its rows leaves the patient out: the other one would not."""
    markers = [*list_markers(), {"PatNr": 3, "marker": 0}]
    item = only(read_joined(tmp_path, plan, markers=markers)[2], "doubled_in_table")
    assert item["severity"] == "error" and item["row"] == "12 of x.xlsx, sheet lab"
    assert item["patient_id"] == "3"


def test_tables_that_do_not_meet_are_an_error(tmp_path):
    markers = [{**row, "PatNr": f"K-{row['PatNr']}"} for row in list_markers()]
    item = only(read_joined(tmp_path, markers=markers)[2], "no_identifier_matches")
    assert item["severity"] == "error" and "K-10" in item["message"]


@pytest.mark.parametrize(
    ("own", "theirs"),
    [("P{:03}", "P{}"), ("P{}", "p{}"), ("P-{}", "P\u2013{}"), ("0{}", "{}"), ("{}", "{}.0")],
)
@pytest.mark.parametrize("spelled", [range(1, 11), [4]], ids=["all", "one"])
def test_identifiers_spelled_otherwise_in_the_other_table_are_an_error(
    own, theirs, spelled, tmp_path
):
    """Not a patient who is silently without a value."""
    patients = [{**row, "PatNr": own.format(row["PatNr"])} for row in list_patients()]
    markers = [
        {**row, "PatNr": (theirs if row["PatNr"] in spelled else own).format(row["PatNr"])}
        for row in list_markers()
    ]
    item = only(read_joined(tmp_path, patients=patients, markers=markers)[2], "similar_identifier")
    assert item["severity"] == "error" and f"{len(spelled)} of 10" in item["message"]
    assert item["row"].endswith("of x.xlsx, sheet lab")


def test_a_fault_in_the_joined_table_stands_with_its_row(tmp_path):
    markers = list_markers()
    markers[4]["marker"] = "maybe"
    item = only(read_joined(tmp_path, markers=markers)[2], "unknown_level")
    assert (item["row"], item["patient_id"]) == ("6 of x.xlsx, sheet lab", "6")


def test_a_table_joined_by_another_number_and_a_second_endpoint(tmp_path):
    plan = JOINED.replace(
        "{sheet: lab, by: PatNr,",
        "{file: lab.csv, decimal: ',', delimiter: ';', by: LabNr, to: Lab,",
    )
    plan = plan.replace("columns: {marker: marker}}", "columns: {marker: marker, size_max_cm: cm}}")
    patients = [{**row, "Lab": f"L{row['PatNr']}"} for row in list_patients()]
    with pd.ExcelWriter(tmp_path / "x.xlsx") as book:
        pd.DataFrame(patients).to_excel(book, sheet_name="Patients", index=False)
    cells = [
        {"LabNr": f"L{row['PatNr']}", "marker": row["marker"], "cm": f"{row['PatNr']},5"}
        for row in list_markers()
    ]
    pd.DataFrame(cells).to_csv(tmp_path / "lab.csv", sep=";", index=False)
    cohort, _, findings = read_sources(plan, tmp_path, {})
    assert not list_errors(findings)
    assert cohort["size_max_cm"].tolist() == [n + 0.5 for n in range(1, 11)]
    findings = read_sources(plan.replace("to: Lab", "to: Labor"), tmp_path, {})[2]
    assert "missing_column" in set(findings["rule"])


def test_treatments_with_one_row_each_are_counted(tmp_path):
    plan = JOINED.replace(
        "{sheet: lab, by: PatNr, columns: {marker: marker}}",
        "{sheet: lab, by: {column: Key, split: '/', part: 2}, columns: {marker: {column: kind, take: any, if_no_row: no, "
        "values: {adjuvant: yes, palliative: no}}, cycles: {column: drug, take: count, if_no_row: 0}}}",
    )
    plan = plan.replace(
        "variables: {", "variables: {cycles: {label: Cycles, kind: count, timing: follow_up}, "
    )
    rows = [
        ("HH/1", "adjuvant", "A"),
        ("HH/1", "palliative", "B"),
        ("HH/2", "palliative", "A"),
        ("HH/4", "adjuvant", ""),
    ]
    treatments = [dict(zip(("Key", "kind", "drug"), row, strict=True)) for row in rows]
    cohort, _, findings = read_joined(tmp_path, plan, markers=treatments)
    assert not list_errors(findings), list_errors(findings)
    assert cohort["marker"].tolist() == ["yes", "no", "no", "yes"] + ["no"] * 6
    assert cohort["cycles"].isna().tolist() == [False] * 3 + [True] + [False] * 6
    assert cohort["cycles"].dropna().tolist() == [2, 1] + [0] * 7


def test_dates_of_two_tables_are_checked_against_each_other(tmp_path):
    plan = """
study: {title: Deaths elsewhere}
cohort: {file: a.csv, join: [{file: b.csv, by: id, columns: {death_date: died}}]}
columns: {patient_id: id, resection_date: op, recurrence_date: rec, last_contact_date: seen}
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
"""
    a = [
        {"id": f"p{n}", "op": "2012-01-01", "rec": "2013-05-01", "seen": "2013-06-01"}
        for n in range(4)
    ]
    b = [{"id": f"p{n}", "died": f"201{n + 3}-03-01"} for n in range(3)]
    cohort, _, findings = read_sources(plan, tmp_path, {"a.csv": a, "b.csv": b})
    errors = list_errors(findings)
    assert [item["rule"] for item in errors] == ["after_death"] and errors[0]["patient_id"] == "p0"
    assert cohort["os_event"].tolist() == [1, 1, 1, 0]


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("columns: {marker: marker}", "columns: {marker: marker, age: Age}", "it is mapped elsewhere as well"),
        ("columns: {marker: marker}", "columns: {market: marker}", "no such variable. Did you mean 'marker'?"),
        ("by: PatNr, ", "", "the key 'by' is missing"),
        ("columns: {marker: marker}", "columns: {patient_id: PatNr, marker: marker}", "the identifier stands under `by`"),
    ],
)  # fmt: skip
def test_what_a_plan_of_a_join_cannot_say(old, new, words):
    assert old in JOINED
    with pytest.raises(PlanError) as error:
        make_plan(JOINED.replace(old, new))
    assert words in str(error.value)


@pytest.mark.parametrize(
    "old, new, words",
    [
        ("", "", " (from 2 files or sheets)"),
        ("cohort:\n", "cohort:\n  rows: complete\n", "sheets, the most complete one where a patient had several)"),
        ("cohort:\n", "cohort:\n  rows: fold\n", "sheets, after the rows of a patient had been brought together"),
    ],
)  # fmt: skip
def test_the_methods_tell_where_one_row_per_patient_came_from(old, new, words):
    assert words in _tell_sources(make_plan(STACKED.replace(old, new, 1))["sources"])


def test_the_methods_tell_of_a_joined_table_and_say_nothing_of_one_file():
    assert (
        _tell_sources(make_plan(JOINED)["sources"])
        == " (with 1 further table joined by identifier)"
    )
    plan = JOINED.split("  join:")[0] + "columns:" + JOINED.split("\ncolumns:")[1]
    plan = plan.replace("groupings: {marker: {variable: marker}}", "")
    assert _tell_sources(make_plan(plan)["sources"]) == ""


def test_the_examples_of_the_guide_are_plans_of_the_schema():
    guide = (ROOT / "config/README.md").read_text(encoding="utf-8")
    guide = guide[
        guide.index("### Several files or sheets") : guide.index("### What is checked beside")
    ]
    blocks = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.+?)```", guide, re.S)]
    assert sum("cohort" in block for block in blocks) == 4
    rest = {
        "study": {"title": "T"},
        "cohort": {"file": "t.csv"},
        "columns": {"patient_id": "id"},
        "endpoints": yaml.safe_load(JOINED)["endpoints"],
    }
    for block in blocks:
        assert (
            check_schema({**rest, **block}, read_yaml("workflow/schemas/config.schema.yaml")) == []
        )


def test_a_file_of_which_everybody_is_left_out_takes_nobody_else_along(tmp_path):
    plan = """
study: {title: T}
cohort:
  sources: [{file: a.csv}, {file: b.csv, columns: {age: null}}]
  exclusions: {unknown: {label: Age unknown, variable: age, operator: missing}}
columns: {patient_id: id, age: age, overall_time: months, died: dead}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last: {duration: overall_time}}
"""
    rows = [{"id": n, "age": 50 + n, "months": 10 + n, "dead": n % 2} for n in range(8)]
    others = [{"id": 20 + n, "months": 12 + n, "dead": n % 2} for n in range(4)]
    cohort, _, _ = read_sources(plan, tmp_path, {"a.csv": rows, "b.csv": others})
    assert cohort["patient_id"].tolist() == [str(n) for n in range(8)]
    assert cohort["os_event"].sum() == 4
