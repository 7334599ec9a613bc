"""Siblings of known faults: a row far from all others, rows that contradict in their order, letters that look alike, labels of files."""

import datetime

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from crlm.cohort.identifiers import check_identifiers, simplify
from crlm.cohort.reading_excel import Sheet
from crlm.cohort.sheet_layout import check_layout
from making import check_file, ingest_file, make_cohort, make_plan

DATES = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: Nr, age: Alter, size_max_cm: cm, hgp_desmoplastic: d, resection_date: OP, recurrence_date: Rez, death_date: Tod, last_contact_date: gesehen}
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
"""
MONTHS = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: Nr, overall_time: OS, died: tot}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last: {duration: overall_time}}
"""
VISITS = """
study: {title: Made up}
cohort: {file: cohort.csv, rows: fold}
columns:
  patient_id: Nr
  resection_date: OP
  last_contact_date: {column: gesehen, where: {Visite: fu1}, take: last}
  died: {column: tot, where: {Visite: fu1}, take: last}
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: last_contact_date, flag: died}}
    censoring: {last_contact: {date: last_contact_date}}
"""


def day(number):
    return datetime.date(2012, 1, 1) + datetime.timedelta(int(number))


def list_rows(count=40):
    random = np.random.default_rng(3)
    rows = []
    for place in range(count):
        start = random.integers(0, 1500)
        back, end = start + random.integers(60, 290), start + random.integers(300, 2000)
        rows.append(
            {"Nr": f"K{place + 101}", "Alter": int(random.integers(40, 85)), "cm": round(float(random.lognormal(0.9, 0.5)), 1),
             "d": int(random.integers(2, 100)), "OP": day(start), "Rez": day(back) if place % 3 else None,
             "Tod": day(end) if place % 2 else None, "gesehen": day(end)}
        )  # fmt: skip
    return rows


def list_months(count=40):
    random = np.random.default_rng(4)
    return [
        {"Nr": place, "OS": round(float(random.uniform(10, 80)), 1), "tot": place % 2}
        for place in range(count)
    ]


def pick(findings, rule):
    return findings[findings["rule"] == rule]


# --- one row far from all others -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values, rows", [([350], [2]), ([350, 420], [3, 2]), ([130], []), ([150], [])]
)
def test_days_of_one_patient_among_months(values, rows, tmp_path):
    patients = list_months()
    for patient, value in zip(patients, values, strict=False):
        patient["OS"] = value
    said = pick(make_cohort(MONTHS, patients, tmp_path)[2], "unlikely_follow_up")
    assert sorted(said["row"]) == sorted(rows) and set(said["severity"]) <= {"warning"}


def test_the_longest_time_that_is_plausible_is_told_when_far(tmp_path):
    patients, longest = list_months(), make_plan(MONTHS)["endpoints"]["os"]["longest_months"]
    patients[7]["OS"] = longest
    said = pick(make_cohort(MONTHS, patients, tmp_path)[2], "unlikely_follow_up")
    assert said["row"].tolist() == [9] and "at most 79" in said.iloc[0]["message"], said["message"]


def test_a_last_contact_with_a_wrong_year_is_far_from_all_others(tmp_path):
    rows = list_rows()
    rows[4]["gesehen"] = day(1500 + 20 * 365 - 1000)
    rows[4]["OP"] = day(10)
    said = pick(make_cohort(DATES, rows, tmp_path)[2], "unlikely_follow_up")
    assert said["row"].tolist() == [6] and "OP" in said.iloc[0]["column"]


def test_whom_an_unlikely_number_leaves_out_is_told(tmp_path):
    rule = '{file: cohort.csv, exclusions: {large: {label: Large, variable: size_max_cm, operator: ">", value: 20}}}'
    plan, rows = DATES.replace("{file: cohort.csv}", rule), list_rows()
    rows[6]["cm"] = 35
    cohort, _, findings = make_cohort(plan, rows, tmp_path)
    assert len(cohort) == 39
    said = pick(findings, "unlikely_value")
    assert said["row"].tolist() == [8] and said["column"].tolist() == ["cm"]
    withdrawn = plan.replace("{label: Large,", "{label: Large, withdrawn: true,")
    assert pick(make_cohort(withdrawn, rows, tmp_path)[2], "unlikely_value").empty


def test_everything_as_1_beside_100(tmp_path):
    rows = [row | {"d": (0, 100, 100)[place % 3]} for place, row in enumerate(list_rows())]
    assert pick(make_cohort(DATES, rows, tmp_path)[2], "mixed_percent").empty
    rows[5]["d"] = 1
    said = pick(make_cohort(DATES, rows, tmp_path)[2], "mixed_percent")
    assert (
        len(said) == 1
        and "1 in 1 of 40 values, 0 or 100 in all others" in said.iloc[0]["message"]
        and "row 7" in said.iloc[0]["message"]
    )
    rows[6]["d"] = 5  # who estimates 5 % may estimate 1 %
    assert pick(make_cohort(DATES, rows, tmp_path)[2], "mixed_percent").empty


def test_recurrences_dated_by_the_death(tmp_path):
    rows = list_rows()
    assert pick(make_cohort(DATES, rows, tmp_path)[2], "same_day").empty
    for row in rows:
        row["Rez"] = row["Tod"] if row["Rez"] else None
    said = pick(make_cohort(DATES, rows, tmp_path)[2], "same_day")
    assert said["column"].tolist() == ["Rez, Tod"] and said["severity"].tolist() == ["warning"]


def test_the_time_until_the_entry_is_no_follow_up(tmp_path):
    plan = MONTHS.replace("died: tot}", "died: tot, waiting: wait}")
    plan += "variables: {waiting: {label: Waiting, kind: duration, timing: TIMING}}\n"
    rows = [row | {"wait": round(row["OS"] / 50, 2)} for row in list_months()]
    for timing, told in (("baseline", 0), ("follow_up", 1)):
        findings = make_cohort(plan.replace("TIMING", timing), rows, tmp_path)[2]
        assert len(pick(findings, "unit_suspect")) == told


# --- several rows of a patient ---------------------------------------------------------------------------------------------


def list_visits():
    rows = []
    for row in list_rows(20):
        middle = row["OP"] + (row["gesehen"] - row["OP"]) / 2
        rows.append(
            {"Nr": row["Nr"], "OP": row["OP"], "Visite": "base", "gesehen": None, "tot": None}
        )
        rows.append({"Nr": row["Nr"], "OP": None, "Visite": "fu1", "gesehen": middle, "tot": 0})
        rows.append({**rows[-1], "gesehen": row["gesehen"], "tot": int(row["Tod"] is not None)})
    return rows


@pytest.mark.parametrize(
    "changes, rule, row",
    [
        ({}, None, None),
        ({4: {"tot": 1}, 5: {"tot": 0}}, "rows_differ", 6),
        ({5: {"gesehen": None}}, "parts_of_two_rows", 7),
        ({2: {"gesehen": None}}, None, None),  # alive: the earlier contact is right
        ({5: {"Visite": "fu2"}}, "rows_unread", None),
    ],
)
def test_visits_that_do_not_fit_are_told(changes, rule, row, tmp_path):
    rows = list_visits()
    for place, change in changes.items():
        rows[place].update(change)
    findings = make_cohort(VISITS, rows, tmp_path)[2]
    said = findings[findings["severity"].isin(["error", "warning"])]
    assert said["rule"].tolist() == ([rule] if rule else []), said.to_dict("records")
    if row:
        assert said["row"].tolist() == [row] and said["patient_id"].tolist() == ["K102"]


def test_a_row_without_its_place_in_the_order_is_told(tmp_path):
    plan = DATES.replace(
        "{file: cohort.csv}", "{file: cohort.csv, rows: {keep: last, order_by: Visite}}"
    )
    rows = [row | {"Visite": 1} for row in list_rows()]
    rows += [row | {"Visite": 2} for row in rows[:8]]
    rows[20]["Visite"] = None  # the only row of the patient
    assert pick(make_cohort(plan, rows, tmp_path)[2], "no_order").empty
    rows[3]["Visite"] = None
    said = pick(make_cohort(plan, rows, tmp_path)[2], "no_order")
    assert len(said) == 1 and "first in row 5" in said.iloc[0]["message"]


@pytest.mark.parametrize("slip, told", [("K104-1", 1), ("K_104_1", 1), ("K104_2", 0)])
def test_an_identifier_that_falls_into_other_parts(slip, told, tmp_path):
    plan = DATES.replace("patient_id: Nr", 'patient_id: {column: Nr, split: "_", part: 1}')
    rows = [row | {"Nr": f"{row['Nr']}_1"} for row in list_rows()]
    rows[3]["Nr"] = slip
    said = pick(make_cohort(plan, rows, tmp_path)[2], "other_parts")
    assert said["row"].tolist() == [5] * told


# --- identifiers -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "one, other", [("K103", "\u041a103"), ("AB-7", "\u0391\u0392-7"), ("HM2", "\u041d\u041c2")]
)
def test_letters_that_look_alike_are_alike(one, other):
    assert one != other and simplify(one) == simplify(other)
    found = check_identifiers(pd.Series([one, other], [2, 3]), "Nr")
    assert [(item["severity"], item["rule"], item["row"]) for item in found] == [
        ("error", "similar_identifier", 3)
    ]


@pytest.mark.parametrize(
    "one, other", [("\u0416103", "K103"), ("\u0411 1", "B1"), ("\u041f7", "N7")]
)
def test_letters_that_look_different_are_two(one, other):
    assert simplify(one) != simplify(other)


@pytest.mark.parametrize(
    "ids, told",
    [
        (["1.23E+11", "4.56E+11", "7"], 1),
        (["1,2E+05", "1,3E+05"], 1),
        (["12E3", "1E4"], 0),
        (["1.5E+02", "K2"], 0),
    ],
)
def test_numbers_that_a_spreadsheet_shortened(ids, told):
    found = check_identifiers(pd.Series(ids, range(2, 2 + len(ids))), "Nr")
    assert [item["rule"] for item in found] == ["identifier_rounded"] * told


# --- what a file says of its columns ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "label, told", [("Largest lesion (mm)", 1), ("Largest lesion (cm)", 0), ("Size", 0)]
)
@pytest.mark.parametrize("ending", ["sav", "dta"])
def test_a_label_with_another_unit(ending, label, told, tmp_path):
    table = pd.DataFrame(list_rows()).assign(
        **{name: lambda t, n=name: pd.to_datetime(t[n]) for name in ("OP", "Rez", "Tod", "gesehen")}
    )
    path = tmp_path / f"cohort.{ending}"
    if ending == "sav":
        pyreadstat.write_sav(table, str(path), column_labels={"cm": label})
    else:
        table.to_stata(path, write_index=False, variable_labels={"cm": label})
    findings = check_file(make_plan(DATES.replace("csv", ending)), path)[1]
    assert pick(findings, "unit_contradicts")["column"].tolist() == ["cm"] * told


def test_texts_without_letters_in_an_old_workbook():
    table = pd.DataFrame(
        {"Nr": ["1", "2"], "Tod": [None, None], "x": [None, None]}, index=[2, 3], dtype=object
    )
    sheet = Sheet("a", True, {}, blank={(3, 2), (2, 3), (9, 2)})
    found = check_layout(sheet, table, {"columns": {"death_date": {"column": "Tod"}}})
    assert [(item["rule"], item["column"], item["severity"]) for item in found] == [
        ("blank_text", "Tod", "warning")
    ]
    assert "1 cell of" in found[0]["message"] and "row 3" in found[0]["message"]


def test_a_file_in_another_encoding_is_answered_with_the_key_beside_it(tmp_path):
    (tmp_path / "cohort.csv").write_bytes("Nr,Größe\n1,2\n".encode("cp1252"))
    item = ingest_file(DATES, tmp_path / "cohort.csv")[1].iloc[0]
    assert (
        item["rule"] == "encoding"
        and "`encoding: cp1252` in the plan, beside `file:`" in item["remedy"]
    )


@pytest.mark.parametrize(
    "variable, labels, severity",
    [
        ("margin_positive", {0: "R1", 1: "R0"}, "error"),
        ("margin_positive", {0: "R0", 1: "R1"}, None),
        ("synchronous", {0: "synchronous", 1: "metachronous"}, "error"),
        ("synchronous", {0: "metachron", 1: "synchron"}, None),
        ("bilobar", {0: "bilateral", 1: "unilateral"}, "error"),
        ("bilobar", {0: "unilobar", 1: "bilobar"}, None),
    ],
)
def test_labels_that_are_the_names_of_levels(variable, labels, severity, tmp_path):
    table = pd.DataFrame(list_months()).assign(x=[place % 2 for place in range(40)])
    pyreadstat.write_sav(table, str(tmp_path / "cohort.sav"), variable_value_labels={"x": labels})
    plan = MONTHS.replace("csv", "sav").replace("died: tot", f"died: tot, {variable}: x")
    said = check_file(make_plan(plan), tmp_path / "cohort.sav")[1]
    said = said[said["rule"].str.startswith("value_labels")]
    assert said["severity"].tolist() == ([severity] if severity else [])


@pytest.mark.parametrize(
    "variable, values, words",
    [
        ("sex", "{m: female, w: male}", "m as female and w as male"),
        ("sex", "{mann: female, frau: male}", "mann as female"),
        ("sex", "{m: female, h: male}", None),  # mujer, hombre
        ("sex", "{m: male, f: female}", None),
        ("margin_positive", "{R0: yes, R1: no}", "R0 as yes"),
        ("margin_positive", "{R0: no, R1: yes, R2: yes}", None),
        ("margin_positive", "{ja: no, nein: yes}", None),  # a column may ask: R0?
        ("kras", "{wt: mutated, mut: wild_type}", "wt as mutated"),
        ("died", "{alive: yes, dead: no}", "alive as yes"),
        ("died", "{1: no, 2: yes}", None),
        ("synchronous", "{metachron: yes, synchron: no}", "metachron as yes"),
    ],
)
def test_words_that_the_plan_turns_round(variable, values, words, tmp_path):
    codes = [code.split(":")[0].strip() for code in values.strip("{}").split(",")]
    rows = [row | {"x": codes[place % len(codes)]} for place, row in enumerate(list_months())]
    if variable == "died":
        plan = MONTHS.replace("died: tot", f"died: {{column: x, values: {values}}}")
    else:
        plan = MONTHS.replace(
            "died: tot", f"died: tot, {variable}: {{column: x, values: {values}}}"
        )
    pd.DataFrame(rows).to_csv(tmp_path / "cohort.csv", index=False)
    said = pick(check_file(make_plan(plan), tmp_path / "cohort.csv")[1], "codes_contradict")
    assert len(said) == bool(words) and (not words or words in said.iloc[0]["message"])


@pytest.mark.parametrize("lock, told", [("2108-12-31", 1), ("2020-12-31", 0)])
def test_a_data_lock_to_come_lets_no_future_date_pass(lock, told, tmp_path):
    plan = DATES.replace("{file: cohort.csv}", f"{{file: cohort.csv, data_lock: {lock}}}")
    rows = list_rows()
    findings = make_cohort(plan, rows, tmp_path)[2]
    assert (
        len(pick(findings, "future_data_lock")) == told and pick(findings, "impossible_date").empty
    )
    rows[2]["gesehen"] = "2099-01-01"
    said = pick(make_cohort(plan, rows, tmp_path)[2], "impossible_date")
    assert said["row"].tolist() == [4] and (not told or "in the future" in said.iloc[0]["message"])


@pytest.mark.parametrize("copied, told", [(40, 1), (30, 0)])
def test_a_time_that_was_filled_from_another(copied, told, tmp_path):
    plan = MONTHS.replace("overall_time: OS,", "overall_time: OS, recurrence_time: RFS,")
    rows = [
        row | {"RFS": row["OS"] - 5 * (place >= copied)} for place, row in enumerate(list_months())
    ]
    said = pick(make_cohort(plan, rows, tmp_path)[2], "same_times")
    assert said["column"].tolist() == ["OS, RFS"] * told
