"""Columns that a spreadsheet filled down or sorted alone, and numbers of which the highest betrays the unit."""

import numpy as np
import pytest
from making import make_cohort

PLAN = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: Nr, age: Alter, cea_ng_ml: CEA, margin_mm: mm, marker: mk, resection_date: OP, overall_time: OS, died: tot, recurrence_time: RFS, recurred_or_died: ev}
variables: {marker: {label: Marker, kind: continuous, timing: baseline}}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last: {duration: overall_time}}
  rfs:
    label: Recurrence-free survival
    events: {event: {duration: recurrence_time, flag: recurred_or_died}}
    censoring: {last: {duration: recurrence_time}}
"""


def list_rows(count=40):
    random = np.random.default_rng(9)
    rows = []
    for place in range(count):
        back, end = round(float(random.uniform(3, 20)), 1), round(float(random.uniform(20, 90)), 1)
        start = np.datetime64("2012-01-01") + int(random.integers(0, 1500))
        rows.append(
            {"Nr": place, "Alter": int(random.integers(40, 85)), "CEA": round(float(random.lognormal(2.5, 1)), 1),
             "mm": int(random.integers(0, 12)), "mk": round(float(random.lognormal(1, 1)), 2), "OP": start, "OS": end,
             "tot": place % 2, "RFS": back if place % 3 else end, "ev": int(place % 3 > 0 or place % 2)}
        )  # fmt: skip
    return rows


def told(rows, folder, *rules):
    findings = make_cohort(PLAN, rows, folder)[2]
    return findings[findings["rule"].isin(rules)]


def fill(rows, column, start, length, step):
    for place in range(start, start + length):
        rows[place][column] = rows[start][column] + step * (place - start)


@pytest.mark.parametrize(
    "column, length, step, row",
    [("Alter", 9, 1, 12), ("CEA", 8, 1, 12), ("OP", 12, 1, 12), ("mk", 10, 0.1, 12), ("OS", 10, 2, 12),
     ("Alter", 6, 1, None), ("CEA", 12, 0, None)],
)  # fmt: skip
def test_a_series_in_neighbouring_rows(column, length, step, row, tmp_path):
    rows = list_rows()
    assert told(rows, tmp_path, "filled_series").empty
    fill(rows, column, 10, length, step)
    said = told(rows, tmp_path, "filled_series")
    assert said["column"].tolist() == [column] * (row is not None)
    if row:
        assert f"{length} rows from row {row} on" in said.iloc[0]["message"]


@pytest.mark.parametrize("series", [lambda n: 40 + n, lambda n: 50 + n % 12])
def test_a_series_that_was_meant_is_none(series, tmp_path):
    rows = [row | {"Alter": series(place)} for place, row in enumerate(list_rows())]
    assert told(rows, tmp_path, "filled_series").empty


def order(rows, column):
    for row, value in zip(rows, sorted(row[column] for row in rows), strict=True):
        row[column] = value


def test_two_times_that_were_sorted_alone(tmp_path):
    rows = sorted(list_rows(), key=lambda row: row["OS"])  # a table may be in the order of one
    assert told(rows, tmp_path, "sorted_alone").empty
    order(rows, "RFS")
    said = told(rows, tmp_path, "sorted_alone")
    assert said["column"].tolist() == ["OS, RFS"] and said["severity"].tolist() == ["warning"]


@pytest.mark.parametrize(
    "column, change, words",
    [
        ("mm", lambda value: value / 10, "centimetres"),
        ("mm", lambda value: value, None),
        ("CEA", lambda value: round(float(np.log10(value + 1)), 2), "logarithms"),
        ("CEA", lambda value: value, None),
    ],
)
def test_not_even_the_highest_is_high_enough(column, change, words, tmp_path):
    rows = [row | {column: change(row[column])} for row in list_rows()]
    said = told(rows, tmp_path, "unit_suspect")
    assert said["column"].tolist() == [column] * bool(words)
    assert not words or words in said.iloc[0]["remedy"]
    assert told(rows[:19], tmp_path, "unit_suspect").empty


@pytest.mark.parametrize("factor, row", [(1000, 7), (1, None), (3, None)])
def test_one_number_of_an_own_variable_far_above_all_others(factor, row, tmp_path):
    rows = list_rows()
    rows[5]["mk"] = factor * max(row["mk"] for row in rows)
    said = told(rows, tmp_path, "unlikely_value")
    assert said["row"].tolist() == [row] * bool(row) and said["column"].tolist() == ["mk"] * bool(
        row
    )
    assert not row or said.iloc[0]["patient_id"] == "5"
