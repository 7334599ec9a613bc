"""From the export to the cohort: columns, dates, endpoints, who is left out, the table of blocks."""

import numpy as np
import pandas as pd
import pytest
import yaml


def test_a_clean_export_has_no_finding(base, rows, ingest):
    cohort, found = ingest(base, rows)
    assert found.empty, found.to_dict("records")
    assert len(cohort) == 12
    assert cohort["pn_primary"].tolist() == ["N0", "N1", "N2"] * 4
    assert cohort["sex"].cat.categories.tolist() == ["female", "male"]
    assert cohort["os_event"].tolist() == [1, 1, 0, 0] * 3
    assert cohort["node_positive"].tolist() == ["no", "yes", "yes"] * 4  # derived from pN


def only(found, rule):
    hit = found[found["rule"] == rule]
    assert len(hit) == 1, found.to_dict("records")
    return hit.iloc[0]


def test_missing_column_offers_the_nearest(base, rows, ingest):
    base["columns"]["age"] = "Age "  # a blank at the end is nobody's intention
    assert ingest(base, rows)[1].empty
    base["columns"]["age"] = "AGE"
    item = only(ingest(base, rows)[1], "missing_column")
    assert item["column"] == "AGE" and "Did you mean 'Age'?" in item["remedy"]


def test_impossible_date_in_a_declared_format(base, rows, ingest):
    base["cohort"]["date_format"] = "%d.%m.%Y"
    for row in rows:
        for name in ("Surgery", "Recurrence", "Death", "Contact"):
            row[name] = ".".join(reversed(row[name].split("-")))
    assert ingest(base, rows)[1].empty
    rows[2]["Surgery"] = "30.02.2012"
    item = only(ingest(base, rows)[1], "impossible_date")
    assert (item["row"], item["patient_id"], item["value"]) == (4, "P02", "30.02.2012")
    assert len(ingest(base, rows)[1]) == 1  # no missing time as a consequence


def test_ambiguous_dates_name_every_format_that_fits(base, rows, ingest):
    for row in rows:
        row["Surgery"] = "03/04/2012"
    item = only(ingest(base, rows)[1], "ambiguous_date")
    assert "%d/%m/%Y" in item["remedy"] and "%m/%d/%Y" in item["remedy"]


def test_recurrence_after_death_is_an_error_and_contact_a_warning(base, rows, ingest):
    rows[0]["Recurrence"] = "2016-01-01"  # died 2014-05-01
    rows[4]["Contact"] = "2016-01-01"
    _, found = ingest(base, rows)
    hit = found[found["rule"] == "after_death"]
    assert hit["severity"].tolist() == ["error", "warning"]
    assert hit["row"].tolist() == [2, 6]
    assert "2016-01-01" in hit["message"].iloc[0] and "2014-05-01" in hit["message"].iloc[0]


DURATIONS = """
study: {title: T}
cohort: {file: a.csv}
columns: {patient_id: ID, age: Age, overall_time: T, died: D, recurrence_time: RT, recurred: R}
endpoints:
  rfs:
    label: RFS
    events: {recurrence: {duration: recurrence_time, flag: recurred}, death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}, last_scan: {duration: recurrence_time}}
  os:
    label: OS
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""


@pytest.fixture
def timed():
    return [
        {"ID": f"P{i}", "Age": 40 + i, "T": 10.0 + i, "D": i % 2, "RT": 5.0 + i, "R": (i // 2) % 2}
        for i in range(8)
    ]


def test_rfs_longer_than_os(timed, ingest):
    assert ingest(yaml.safe_load(DURATIONS), timed)[1].empty
    timed[0] |= {"RT": 30.0}  # censored in RFS long after the end of OS
    item = only(ingest(yaml.safe_load(DURATIONS), timed)[1], "endpoints_contradict")
    assert (item["severity"], item["row"], item["patient_id"]) == ("error", 2, "P0")
    assert "30.0 months" in item["message"] and "10.0 months" in item["message"]


@pytest.mark.parametrize(
    "codes, rule", [("12", "coded_1_2"), ("22", "coded_1_2"), ("02", "unknown_level")]
)
def test_event_codes_other_than_0_and_1(codes, rule, timed, ingest):
    for i, row in enumerate(timed):
        row["D"] = codes[i % 2]
    cohort, found = ingest(yaml.safe_load(DURATIONS), timed)
    item = found[found["rule"] == rule].iloc[0]
    assert item["severity"] == "error" and item["column"] == "D" and "values" in item["remedy"]
    dead = cohort["died"].eq("yes")
    assert not dead.any()  # nothing is guessed


def test_everybody_has_the_event(timed, ingest):
    for row in timed:
        row["D"] = 1
    _, found = ingest(yaml.safe_load(DURATIONS), timed)
    assert set(found["rule"]) == {"constant_covariate", "constant_event"}
    assert set(found["severity"]) == {"warning"}


@pytest.mark.parametrize("policy", ["half_day", "exclude"])
def test_zero_time_under_each_policy(policy, timed, ingest):
    plan = yaml.safe_load(DURATIONS)
    plan["cohort"]["zero_time"] = policy
    timed[1] |= {"T": 0.0, "RT": 0.0}  # died on the day of operation
    cohort, found = ingest(plan, timed)
    assert set(found["rule"]) == {"zero_time"} and set(found["severity"]) == {"warning"}
    assert found["row"].tolist() == [3, 3]
    if policy == "half_day":
        assert cohort["os_months"][1] == pytest.approx(0.5 / 30.4375)
        assert cohort["os_event"][1] == 1
    else:
        assert np.isnan(cohort["os_months"][1]) and np.isnan(cohort["os_event"][1])


@pytest.mark.parametrize("policy, severity", [("error", "error"), ("exclude", "warning")])
def test_missing_time_under_each_policy(policy, severity, timed, ingest):
    plan = yaml.safe_load(DURATIONS)
    plan["cohort"]["missing_time"] = policy
    timed[0] |= {"T": "", "RT": ""}
    cohort, found = ingest(plan, timed)
    assert found["rule"].tolist() == ["missing_time", "missing_time"]
    assert set(found["severity"]) == {severity} and set(found["row"]) == {2}
    assert np.isnan(cohort["os_event"][0])


def test_negative_time_is_always_an_error(timed, ingest):
    timed[0] |= {"T": -3.0}
    _, found = ingest(yaml.safe_load(DURATIONS), timed)
    assert ("out_of_range", "error", 2) in zip(
        found["rule"], found["severity"], found["row"], strict=True
    )


def test_event_without_its_time(base, rows, ingest):
    base["columns"]["recurred"] = "Rec"
    base["endpoints"]["rfs"]["events"]["recurrence"]["flag"] = "recurred"
    for i, row in enumerate(rows):
        row["Rec"] = int(i % 3 == 0)
    assert ingest(base, rows)[1].empty
    rows[1]["Rec"] = 1
    item = only(ingest(base, rows)[1], "event_without_time")
    assert (item["row"], item["severity"], item["column"]) == (3, "error", "Rec, Recurrence")


def test_date_of_an_event_that_did_not_happen(base, rows, ingest):
    """A flag of 0 beside a date would silently lose the event."""
    base["columns"]["recurred"] = "Rec"
    base["endpoints"]["rfs"]["events"]["recurrence"]["flag"] = "recurred"
    for i, row in enumerate(rows):
        row["Rec"] = int(i % 3 == 0 and i > 0)
    item = only(ingest(base, rows)[1], "date_without_event")
    assert (item["row"], item["severity"], item["column"]) == (2, "error", "Recurrence")


def test_a_wrong_date_format_is_one_finding_per_column(base, rows, ingest):
    base["cohort"]["date_format"] = "%d/%m/%Y"
    rows[3]["Age"] = "old"
    _, found = ingest(base, rows)
    hit = found[found["rule"] == "impossible_date"].set_index("column")
    assert hit.loc["Surgery", "row"] is pd.NA
    assert (
        "12 of 12" in hit.loc["Surgery", "message"]
        and "row 2, '2012-03-01'" in hit.loc["Surgery", "message"]
    )
    assert "6 of 6" in hit.loc["Death", "message"]
    assert "not_a_number" in set(found["rule"]) and len(found[found["severity"] == "error"]) <= 9
    assert not found["rule"].isin(["missing_time", "event_without_time"]).any()


def test_who_is_left_out_does_not_stop_the_run(base, rows, ingest):
    rows[3] |= {"Contact": "", "Recurrence": "", "Death": ""}
    _, found = ingest(base, rows)
    assert set(found["rule"]) == {"missing_time"} and set(found["severity"]) == {"error"}
    base["cohort"]["exclusions"] = {"no_follow_up": {"label": "No follow-up", "patients": ["P03"]}}
    cohort, found = ingest(base, rows)
    assert found.empty and len(cohort) == 11  # whoever is excluded counts nowhere


def test_an_error_that_decides_who_is_left_out_stops_the_run(base, rows, ingest):
    rows[3]["Age"] = 512
    base["cohort"]["exclusions"] = {
        "old": {"label": "Old", "variable": "age", "operator": ">", "value": 90}
    }
    assert only(ingest(base, rows)[1], "out_of_range")["severity"] == "error"


def test_a_mistyped_exclusion_is_an_error(base, rows, ingest):
    """Somebody who withdrew consent would be analysed."""
    base["cohort"]["exclusions"] = {
        "withdrawn": {"label": "Consent withdrawn", "patients": ["P33"]}
    }
    item = only(ingest(base, rows)[1], "unknown_patient")
    assert item["severity"] == "error" and item["value"] == "P33"
    base["cohort"]["exclusions"]["withdrawn"]["patients"] = ["p3"]
    cohort, found = ingest(base, rows)
    assert "P03" not in set(cohort["patient_id"]) and len(cohort) == 11
    assert only(found, "similar_identifier")["severity"] == "note"


def test_an_unreadable_file_gives_an_empty_cohort_and_its_finding(plan_of, base, tmp_path):
    from crlm.cohort.ingest import ingest_cohort
    from crlm.cohort.reading import read_table

    (tmp_path / "a.csv").write_text("ID;Age\n")
    raw, found = read_table(tmp_path / "a.csv", {})
    cohort, _, table = ingest_cohort(raw, None, plan_of(base), found)
    assert cohort.empty and table["rule"].tolist() == ["no_rows"]
    assert {"os_months", "os_event", "os_reason", "age"} <= set(cohort)


# --- the table of blocks ---------------------------------------------------------------------------------------------


@pytest.fixture
def with_blocks(base):
    for name in ("hgp_desmoplastic", "hgp_replacement", "hgp_pushing"):
        del base["columns"][name]
    base["growth_patterns"] = {
        "blocks": {
            "file": "b.csv",
            "columns": {
                "patient_id": "ID",
                "lesion": "L",
                "block": "B",
                "hgp_desmoplastic": "D",
                "hgp_replacement": "R",
            },
        }
    }
    return base


def blocks_of(*entries):
    names = ("ID", "L", "B", "D", "R")
    return [dict(zip(names, entry, strict=True)) for entry in entries]


def test_findings_on_blocks(with_blocks, rows, ingest):
    good = [(f"P{i:02}", 1, 1, 20 + i, 80 - i) for i in range(12)]
    cohort, found = ingest(with_blocks, rows, blocks_of(*good))
    assert found.empty and cohort["hgp_desmoplastic"].tolist() == [20 + i for i in range(12)]
    bad = blocks_of(
        *good,
        ("P00", 1, 1, 50, 50),
        ("X9", 1, 1, 50, 50),
        ("P01", 1, 2, 50, 20),
        ("", 1, 3, 50, 50),
        ("P01", "", 4, 50, 50),
    )
    _, found = ingest(with_blocks, rows, bad)
    assert dict(zip(found["rule"], found["row"], strict=True)) | {"missing_identifier": 0} == {
        "duplicate_block": 14,
        "unknown_patient": 15,
        "shares_not_100": 16,
        "missing_identifier": 0,
    }
    assert found[found["rule"] == "missing_identifier"]["row"].tolist() == [17, 18]
    assert all(text.startswith("Table of blocks: ") for text in found["message"])
    assert "first in row 2." in found.set_index("rule").loc["duplicate_block", "message"]
    assert found.set_index("rule").loc["shares_not_100", "patient_id"] == "P01"


def test_a_missing_column_of_the_blocks(with_blocks, rows, ingest):
    with_blocks["growth_patterns"]["blocks"]["columns"]["lesion"] = "Lesion"
    cohort, found = ingest(with_blocks, rows, blocks_of(("P00", 1, 1, 50, 50)))
    assert found["rule"].iloc[0] == "missing_column" and found["column"].iloc[0] == "Lesion"
    assert cohort["hgp_desmoplastic"].isna().all()


def test_recurrence_after_death_with_variables_of_the_study(base, rows, ingest):
    base["variables"] = {
        "gone_on": {"label": "Gone", "kind": "date", "timing": "follow_up", "terminal": True},
        "seen_on": {"label": "Seen", "kind": "date", "timing": "follow_up", "contact": True},
    }
    base["columns"] |= {"gone_on": "Death", "seen_on": "Contact"}
    del base["columns"]["death_date"], base["columns"]["last_contact_date"]
    for endpoint in base["endpoints"].values():
        endpoint["events"]["death"] = {"date": "gone_on"}
        endpoint["censoring"]["last_contact"] = {"date": "seen_on"}
    assert ingest(base, rows)[1].empty
    rows[0]["Recurrence"] = "2016-01-01"
    rows[4]["Contact"] = "2016-01-01"
    _, found = ingest(base, rows)
    assert found["rule"].tolist() == ["after_death"] * 2
    assert found["severity"].tolist() == ["error", "warning"]
