"""What the report prints about the data names no patient and no value of one, however many share a fault."""

import datetime

import pandas as pd
import pytest
from crlm.analyses.data_quality.tables import tabulate_findings
from making import read_sources

PLAN = """
study: {title: Made up}
cohort: {file: cohort.csv, ROWS}
columns: {patient_id: Nr, age: Alter, resection_date: OP, death_date: Tod, last_contact_date: gesehen}
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: death_date}}
    censoring: {last: {date: last_contact_date}}
"""


def list_rows(count=12):
    start = datetime.date(2013, 5, 17)
    rows = []
    for place in range(count):
        end = start + datetime.timedelta(700 + 37 * place)
        row = {"Nr": f"KX{7100 + 13 * place}", "Alter": 41 + place, "OP": start}
        rows.append(row | {"Tod": end, "gesehen": end})
        start += datetime.timedelta(23)
    return rows


def print_remarks(plan, folder, files):
    findings = read_sources(plan, folder, files)[2]
    stored = findings.assign(patient_id=findings["patient_id"].replace("", None))
    table = tabulate_findings(stored)
    return findings, " ".join(cell.text for row in table.rows for cell in row.cells)


def assert_nobody(words, rows):
    values = {str(row[key]) for row in rows for key in ("Nr", "OP", "Tod", "gesehen") if row[key]}
    assert not [each for each in values if each in words]


@pytest.mark.parametrize("keep", ["first", "last", "complete"])
def test_rows_that_differ(keep, tmp_path):
    rows = list_rows()
    rows += [{**row, "Alter": None, "Tod": row["Tod"] + datetime.timedelta(3)} for row in rows[:3]]
    found, words = print_remarks(
        PLAN.replace("ROWS", f"rows: {keep}"), tmp_path, {"cohort.csv": rows}
    )
    assert {"several_rows", "rows_differ"} <= set(found["rule"])
    assert found["message"].str.contains("KX7100").any() and "Rows differ" in words
    assert_nobody(words, rows)


def test_a_fault_in_most_rows(tmp_path):
    rows = [{**row, "gesehen": row["Tod"] + datetime.timedelta(40)} for row in list_rows()]
    found, words = print_remarks(PLAN.replace(", ROWS", ""), tmp_path, {"cohort.csv": rows})
    assert found["message"].str.contains(str(rows[0]["Tod"])).any()
    assert "The same holds for 12 of 12 entries of the column." in words
    assert_nobody(words, rows)


def test_most_patients_twice(tmp_path):
    rows = list_rows()
    rows += [{**row, "Nr": row["Nr"] + "b"} for row in rows]
    found, words = print_remarks(PLAN.replace(", ROWS", ""), tmp_path, {"cohort.csv": rows})
    assert set(found["rule"]) & {"twin_patient", "duplicate_patient"}
    assert_nobody(words, rows)


def test_patients_who_are_in_one_table_only(tmp_path):
    rows, join = (
        list_rows(),
        "join: [{file: m.csv, by: id, columns: {kras: {column: k, values: {w: wild_type, m: mutated}}}}]",
    )
    there = pd.DataFrame(
        {
            "id": [row["Nr"] for row in rows[:9]] + ["KX9999"] * 1 + ["KX8888"],
            "k": list("wmwmwmwmwmw"),
        }
    )
    found, words = print_remarks(
        PLAN.replace("ROWS", join), tmp_path, {"cohort.csv": rows, "m.csv": there}
    )
    assert {"unknown_patient", "not_in_joined_table"} <= set(found["rule"])
    assert_nobody(words, rows)
    assert "KX9999" not in words and "KX8888" not in words
