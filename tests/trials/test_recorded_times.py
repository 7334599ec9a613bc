"""Times and ages of the table beside the dates from which they follow: a time that contradicts its dates is told."""

import numpy as np
import pandas as pd
import pytest
from making import make_cohort

PLAN = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns:
  patient_id: id
  age: age
  birth: born
  primary_date: found
  resection_date: op
  recurrence_date: back
  death_date: died
  last_contact_date: seen
  overall_time: OS
  recurrence_time: RFS
variables: {birth: {label: Birth, kind: date, timing: baseline}}
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
"""


def list_rows(count=30):
    random = np.random.default_rng(6)
    rows = []
    for place in range(count):
        op = pd.Timestamp(2012, 1, 1) + pd.Timedelta(days=int(random.integers(0, 1200)))
        end = op + pd.Timedelta(days=int(random.integers(200, 2500)))
        back = op + pd.Timedelta(days=int(random.integers(60, 190))) if place % 3 else None
        age = int(random.integers(40, 80))
        born = op - pd.Timedelta(days=int(365.25 * age + random.integers(1, 364)))
        rows.append(
            {"id": f"P{place}", "age": age, "born": born.date(), "found": (op - pd.Timedelta(days=90)).date(), "op": op.date(),
             "back": back and back.date(), "died": end.date() if place % 2 else None, "seen": end.date(),
             "OS": round((end - op).days / 30.4375, 1), "RFS": round(((back or end) - op).days / 30.4375)}
        )  # fmt: skip
    return rows


def shift(rows):
    times = [row["OS"] for row in rows]
    for row, other in zip(rows, [times[-1], *times[:-1]], strict=True):
        row["OS"] = other


def change(row, **values):
    return lambda rows: rows[row].update(values)


def differing(rows, folder):
    findings = make_cohort(PLAN, rows, folder)[2]
    return findings[findings["rule"].str.startswith("recorded_time")]


@pytest.mark.parametrize(
    "fault, row, column, value",
    [
        (lambda rows: rows[4].update(OS=rows[4]["OS"] + 24), 6, "OS, op, died, seen", None),
        (change(5, OS=0.5), 7, "OS, op, died, seen", "0.5"),
        (change(7, RFS=60), 9, "RFS, op, back, died, seen", "60"),
        (change(7, RFS=None, OS=99.9), 9, "OS, op, died, seen", "99.9"),
        (change(2, age=19), 4, "age, born, op", "19"),
        (change(2, born="1999-05-04"), 4, "age, born, op", None),
    ],
)
def test_a_time_that_contradicts_its_dates_is_told_with_its_row(
    fault, row, column, value, tmp_path
):
    rows = list_rows()
    fault(rows)
    told = differing(rows, tmp_path)
    assert [(item["row"], item["column"]) for _, item in told.iterrows()] == [(row, column)]
    item = told.iloc[0]
    assert item["severity"] == "warning" and "in 29 of 30 rows" in item["message"]
    assert value in (None, item["value"])


@pytest.mark.parametrize(
    "rounded",
    [
        lambda row: row,
        lambda row: row | {"OS": int(row["OS"])},
        lambda row: row | {"OS": round(row["OS"] * 30.4375 / 30, 1)},
        lambda row: row | {"RFS": row["RFS"] if row["back"] else None},
        lambda row: row | {"age": row["age"] + 1},
        lambda row: row | {"OS": None, "RFS": None},
    ],
)
def test_rounding_and_other_months_are_no_contradiction(rounded, tmp_path):
    assert differing([rounded(row) for row in list_rows()], tmp_path).empty


def test_rows_that_were_shifted_are_one_finding(tmp_path):
    rows = list_rows()
    shift(rows)
    told = differing(rows, tmp_path)
    assert len(told) == 1 and told.iloc[0]["severity"] == "warning"
    assert told.iloc[0]["column"] == "OS, op, died, seen" and pd.isna(told.iloc[0]["row"])


def test_a_time_from_another_day_is_a_note(tmp_path):
    rows = list_rows()
    for row in rows:
        row["OS"] = round(
            (pd.Timestamp(row["seen"]) - pd.Timestamp(row["found"])).days / 30.4375, 1
        )
    told = differing(rows, tmp_path)
    assert told["severity"].tolist() == ["note"] and told.iloc[0]["column"].startswith("OS, found")


def test_few_rows_say_nothing(tmp_path):
    rows = list_rows(9)
    rows[3]["OS"] = 99.9
    assert differing(rows, tmp_path).empty


def test_dates_that_cannot_be_read_are_no_further_finding(tmp_path):
    rows = [row | {"op": row["op"].strftime("%d.%m.%Y")} for row in list_rows()]
    assert differing(rows, tmp_path).empty
