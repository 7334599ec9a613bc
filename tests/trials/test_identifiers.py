"""One patient under two identifiers, and tables and lists whose identifiers are spelled differently."""

import numpy as np
import pandas as pd
import pytest
import yaml
from crlm.cohort.exclusions import leave_out
from crlm.cohort.identifiers import find_shift, simplify, strip_zeros
from crlm.cohort.ingest import ingest_cohort
from crlm.cohort.reading import read_table
from crlm.cohort.sources import split_keys
from crlm.plan.reading import as_read, read_written
from crlm.plan.text import fold_text
from making import ROOT, make_plan

PLAN = """
study: {title: Made up}
cohort: {file: cohort.csv, exclusions: {}}
columns:
  patient_id: Fall
  age: Alter
  sex: {column: sex, values: {m: male, w: female}}
  resection_date: op
  death_date: tod
  last_contact_date: zuletzt
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
"""
BLOCKS = "growth_patterns: {blocks: {file: b.csv, columns: {patient_id: Nr, lesion: l, block: b, hgp_desmoplastic: d}}}\n"


def list_rows(ids, seed=1):
    """Patients with random days; about half have died."""
    random = np.random.default_rng(seed)
    count = len(ids)
    start = pd.Timestamp(2012, 1, 1) + pd.to_timedelta(random.integers(0, 2000, count), "D")
    last = start + pd.to_timedelta(random.integers(100, 2000, count), "D")
    dead = random.integers(0, 2, count).astype(bool)
    table = pd.DataFrame({"Fall": ids, "Alter": random.integers(40, 80, count)})
    table["sex"] = random.choice(["m", "w"], count)
    table["op"], table["zuletzt"] = start.strftime("%Y-%m-%d"), last.strftime("%Y-%m-%d")
    return table.assign(tod=table["zuletzt"].where(dead, ""))


def study(rows, tmp_path, text=PLAN, blocks=None):
    """The cohort and the findings."""
    plan = make_plan(text + (BLOCKS if blocks is not None else ""))
    rows.to_csv(tmp_path / "cohort.csv", index=False)
    raw, found = read_table(tmp_path / "cohort.csv", plan["cohort"])
    if blocks is not None:
        blocks.to_csv(tmp_path / "b.csv", index=False)
        blocks, _ = read_table(tmp_path / "b.csv", plan["blocks"])
    raw, blocks, plan, _, left = leave_out(raw, blocks, plan)
    cohort, _, findings = ingest_cohort(raw, blocks, plan, [*found, *left])
    return cohort, findings


def ids_of(count, form="P{:04}"):
    return [form.format(number) for number in range(1, count + 1)]


def pick(findings, rule):
    return findings[findings["rule"] == rule]


@pytest.mark.parametrize(
    "first, second, severity",
    [
        ("P0001", "p0001", "error"),
        ("P0001", "P 0001", "error"),
        ("P0001", " P0001", "error"),
        ("P-01", "P–01", "error"),
        ("Ａ１２", "A12", "error"),
        ("12.0", "12", "error"),
        ("P\u200b1", "P1", "error"),
        ("Ä1", "A\u03081", "error"),
        ("0012", "12", "warning"),
        ("P0001", "P1", "warning"),
        ("A-01-002", "a-1-2", "warning"),
    ],
)
def test_two_spellings_are_a_finding_with_both_rows(first, second, severity, tmp_path):
    rows = list_rows([first, *ids_of(20, "X{:03}"), second])
    item = pick(study(rows, tmp_path)[1], "similar_identifier")
    if fold_text(first) == fold_text(second):  # what nobody sees goes when the file is read
        item = pick(study(rows, tmp_path)[1], "duplicate_identifier")
    assert len(item) == 1 and item["severity"].iloc[0] == severity
    assert item["row"].iloc[0] == 23 and "row 2" in item["message"].iloc[0]
    assert item["patient_id"].iloc[0] == fold_text(second)


@pytest.mark.parametrize(
    "ids",
    [
        ["1 12", "11 2", "1 1 2", "112"],
        ["1.01", "1.1", "1.10", "1.001"],
        ["A1B", "A1C", "B1A", "1AB"],
        ["P-1-11", "P-11-1", "P111"],
        ["10", "100", "1000", "1"],
        ["2020-01-02", "2020-10-02", "2002-01-20"],
    ],
)
def test_different_patients_stay_different(ids, tmp_path):
    assert len(set(map(strip_zeros, ids))) == len(ids) == len(set(map(simplify, ids)))
    assert pick(study(list_rows(ids), tmp_path)[1], "similar_identifier").empty


def test_a_second_count_from_1_is_one_finding(tmp_path):
    rows = list_rows([*map(str, range(1, 31)), *(f"{n:03}" for n in range(1, 31))])
    found = pick(study(rows, tmp_path)[1], "similar_identifier")
    assert len(found) <= 1 or found["severity"].eq("warning").all()


# --- twins ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [24, 100, 600])
def test_one_patient_under_two_identifiers_is_told_with_both_rows(count, tmp_path):
    rows = list_rows(ids_of(count))
    twin = rows.iloc[[4]].assign(Fall="Z77")
    found = study(pd.concat([rows, twin]), tmp_path)[1]
    item = found[found["rule"].isin(["twin_patient", "duplicate_patient"])]
    assert len(item) == 1 and item["severity"].iloc[0] == "warning"
    assert item["row"].iloc[0] == count + 2 and "P0005" in item["message"].iloc[0]


def test_a_twin_is_seen_although_other_columns_differ(tmp_path):
    rows = list_rows(ids_of(60)).assign(cea=range(60))
    twin = rows.iloc[[4]].assign(Fall="Z77", cea=999)
    text = PLAN.replace("  age: Alter", "  age: Alter\n  cea_ng_ml: cea")
    found = study(pd.concat([rows, twin]), tmp_path, text)[1]
    item = pick(found, "twin_patient")
    assert item["row"].tolist() == [62] and "row 6 (patient P0005)" in item["message"].iloc[0]


def test_a_twin_with_a_later_follow_up_is_seen_by_what_was_known_at_resection(tmp_path):
    rows = list_rows(ids_of(60)).assign(cea=[place * 1.5 for place in range(60)])
    alive = rows.index[rows["tod"] == ""][3]
    twin = rows.loc[[alive]].assign(Fall="Z77", zuletzt="2020-12-30")
    text = PLAN.replace("  age: Alter", "  age: Alter\n  cea_ng_ml: cea")
    item = pick(study(pd.concat([rows, twin]), tmp_path, text)[1], "twin_patient")
    assert item["row"].tolist() == [62] and f"row {alive + 2} " in item["message"].iloc[0]
    assert "CEA" in item["message"].iloc[0] and "Last contact" not in item["message"].iloc[0]


@pytest.mark.parametrize("seed", range(5))
def test_no_alarm_in_a_normal_cohort(seed, tmp_path):
    """800 patients of ten years, all living ones last seen on the day of the data lock, as registries have them."""
    rows = list_rows(ids_of(800), seed)
    rows["zuletzt"] = rows["zuletzt"].where(rows["tod"] != "", "2020-12-31")
    assert pick(study(rows, tmp_path)[1], "twin_patient").empty


def test_no_alarm_where_little_is_recorded(tmp_path):
    """Follow-up in whole years and sex: many are alike."""
    text = """
study: {title: Made up}
cohort: {file: cohort.csv, exclusions: {}}
columns: {patient_id: Fall, age: Alter, overall_time: {column: years, unit: years}, died: dead}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""
    random = np.random.default_rng(4)
    rows = pd.DataFrame({"Fall": ids_of(200), "Alter": random.integers(50, 70, 200)})
    rows = rows.assign(years=random.integers(1, 9, 200), dead=random.integers(0, 2, 200))
    assert pick(study(rows, tmp_path, text)[1], "twin_patient").empty


@pytest.mark.parametrize("path", [".", "tests/study"])
def test_the_studies_of_the_repository_have_no_alarm(path):
    folder = ROOT / path
    plan = read_written((folder / "config/config.yaml").read_text("utf-8"))
    read = ("study", "cohort", "columns", "variables", "endpoints", "growth_patterns")
    text = yaml.safe_dump({key: item for key, item in as_read(plan).items() if key in read})
    plan = make_plan(text)
    raw, _ = read_table(folder / plan["cohort"]["file"], plan["cohort"])
    raw, _, plan, _, left = leave_out(raw, None, {**plan, "blocks": None})
    cohort, _, found = ingest_cohort(raw, None, plan, left)
    assert len(cohort) > 50 and not found["rule"].isin(["similar_identifier", "twin_patient"]).any()


# --- between tables -------------------------------------------------------------------------------------------------------


def make_blocks(ids):
    return pd.DataFrame({"Nr": ids, "l": 1, "b": 1, "d": [100, 40] * (len(ids) // 2)})


@pytest.mark.parametrize(
    "there, here",
    [
        ("{:03}", "{}"),
        ("P{:02}", "p{:02}"),
        ("P{:02}", "P {:02}"),
        ("{}", "{}.0"),
        ("P{:04}", "P{}"),
    ],
)
@pytest.mark.parametrize("some", [1, 20])
def test_blocks_that_meet_only_when_spelled_alike_are_an_error(there, here, some, tmp_path):
    ids = ids_of(20, there)
    blocks = make_blocks([*ids_of(20, here)[:some], *ids[some:]])
    if here == "{}.0":
        some = 20  # a column with one 1.0 is read cell by cell
        blocks = make_blocks(ids_of(20, here))
    found = pick(study(list_rows(ids), tmp_path, blocks=blocks)[1], "similar_identifier")
    found = found[found["severity"] == "error"]
    assert len(found) == 1 and f"{some} of 20 patients" in found["message"].iloc[0]
    assert "Write the identifiers alike" in found["remedy"].iloc[0]


def test_blocks_of_other_patients_are_an_error(tmp_path):
    blocks = make_blocks(ids_of(20, "H/{:02}"))
    found = study(list_rows(ids_of(20)), tmp_path, blocks=blocks)[1]
    found = found[found["severity"] == "error"]
    assert (
        found["rule"].tolist() == ["no_patient_meets"]
        and "none of the 20" in found["message"].iloc[0]
    )


def test_a_stranger_among_the_blocks_is_a_warning_with_its_row(tmp_path):
    blocks = make_blocks([*ids_of(19), "Q7"])
    found = pick(study(list_rows(ids_of(20)), tmp_path, blocks=blocks)[1], "unknown_patient")
    assert found["severity"].tolist() == ["warning"] and found["row"].tolist() == [21]


def test_blocks_of_patients_left_out_are_no_strangers(tmp_path):
    text = PLAN.replace("exclusions: {}", "exclusions: {no: {label: No, patients: [P0003]}}")
    cohort, found = study(list_rows(ids_of(20)), tmp_path, text, make_blocks(ids_of(20)))
    assert len(cohort) == 19 and pick(found, "unknown_patient").empty


# --- lists of the plan ----------------------------------------------------------------------------------------------------


def exclude(listed, ids, tmp_path):
    text = PLAN.replace(
        "exclusions: {}", f"exclusions: {{consent: {{label: No consent, patients: [{listed}]}}}}"
    )
    cohort, found = study(list_rows(ids), tmp_path, text)
    return set(ids) - set(cohort["patient_id"]), found[found["severity"] == "error"]


@pytest.mark.parametrize(
    "listed, ids, gone",
    [
        ("0012", ids_of(20, "{}"), "12"),
        ("012", ids_of(20, "{:03}"), "012"),
        ("12", ids_of(20, "{:04}"), "0012"),
        ("010", ids_of(20, "{}"), "10"),  # eight to YAML
        ("0x10", ["0x10", *ids_of(20, "{}")], "0x10"),
        ("1_2", ["1_2", *ids_of(20, "{}")], "1_2"),
        ("12:30", ["12:30", *ids_of(20, "{}")], "12:30"),
        ("2020-01-02", ["2020-01-02", *ids_of(20, "{}")], "2020-01-02"),
        ("1.10", ["1.10", "1.1", *ids_of(20, "{}")], "1.10"),
        ("no", ["no", "on", *ids_of(20, "{}")], "no"),
        ("p0003", ids_of(20), "P0003"),
        ("' P0003'", ids_of(20), "P0003"),
    ],
)
def test_a_listed_patient_is_the_one_that_is_meant(listed, ids, gone, tmp_path):
    out, errors = exclude(listed, ids, tmp_path)
    assert out == {gone} and errors.empty


@pytest.mark.parametrize(
    "listed, ids, part",
    [
        ("P99", ids_of(20), "who is not in the export"),
        ("1", ["01", "001", *ids_of(20, "X{}")], "may be '01', '001'"),
        ("P0001", [*ids_of(20), "p0001"], "looks like the same patient and would stay"),
    ],
)
def test_a_listed_patient_who_is_not_clear_stops_the_run(listed, ids, part, tmp_path):
    """Somebody who withdrew consent would be analysed."""
    _, errors = exclude(listed, ids, tmp_path)
    assert any(part in text for text in errors["message"]), errors.to_dict("records")


# --- numbers of rows, and identifiers inside others -------------------------------------------------------------------------


@pytest.mark.parametrize("start, shift", [(0, "less 1"), (2, "plus 1")])
def test_rows_counted_from_another_number_meet_the_wrong_patients(start, shift, tmp_path):
    blocks = make_blocks([str(start + place) for place in range(20)])
    found = study(list_rows([str(1 + place) for place in range(20)]), tmp_path, blocks=blocks)[1]
    found = found[found["severity"] == "error"]
    assert found["rule"].tolist() == ["shifted_identifier"] and shift in found["message"].iloc[0]


@pytest.mark.parametrize(
    "ids, known",
    [
        (range(1, 21), range(1, 21)),
        (range(2, 21), range(1, 21)),  # one patient without a row
        (range(1, 5), range(2, 6)),  # too few to say
        ([*range(1, 20), 30], range(1, 21)),
        ([f"P{each}" for each in range(20)], [f"P{each}" for each in range(1, 21)]),
    ],
)
def test_other_lists_are_not_taken_for_shifted(ids, known):
    assert find_shift(map(str, ids), map(str, known)) is None


def test_the_slide_names_patient_lesion_and_block(tmp_path):
    """`P0003_L2_B1` in one column, as the laboratory writes it."""
    spec = {"column": "Nr", "split": "_"}
    columns = {
        name: {**spec, "part": part}
        for part, name in enumerate(("patient_id", "lesion", "block"), 1)
    }
    keys = yaml.safe_dump(columns | {"hgp_desmoplastic": "d"}, default_flow_style=True)
    text = PLAN + f"growth_patterns: {{blocks: {{file: b.csv, columns: {keys.strip()}}}}}\n"
    plan, ids = make_plan(text), ids_of(20)
    slides = [f"{each}_L{lesion}_B{block}" for each in ids for lesion in (1, 2) for block in (1, 2)]
    shares = [100, 40, 60, 80] * 20
    pd.DataFrame({"Nr": slides, "d": shares}).to_csv(tmp_path / "b.csv", index=False)
    cells, _ = read_table(tmp_path / "b.csv", plan["blocks"])
    cells, plan["blocks"], found = split_keys(cells, plan["blocks"])
    list_rows(ids).to_csv(tmp_path / "cohort.csv", index=False)
    raw, _ = read_table(tmp_path / "cohort.csv", plan["cohort"])
    raw, cells, plan, _, left = leave_out(raw, cells, plan)
    cohort, typed, findings = ingest_cohort(raw, cells, plan, [*found, *left])
    assert not (findings["severity"] == "error").any() and len(typed) == 80
    assert cohort["hgp_desmoplastic"].tolist() == [70] * 20  # the mean of 70 and 70
    assert set(typed["lesion"]) == {"L1", "L2"} and set(typed["block"]) == {"B1", "B2"}
    cells.loc[cells.index[0], "Nr"] = "P0001-L1"
    found = split_keys(cells, make_plan(text)["blocks"])[2]
    assert {item["rule"] for item in found} == {"no_such_part"}
