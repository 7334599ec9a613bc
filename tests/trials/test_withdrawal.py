"""Who withdrew consent is in nothing that is stored; only the number stays."""

import pandas as pd
import pytest
from crlm.cohort.exclusions import leave_out
from crlm.cohort.ingest import ingest_cohort
from making import make_cohort, make_plan

PLAN = """
study: {title: Made up}
cohort:
  file: cohort.csv
  exclusions:
    old: {label: Older than 80, variable: age, operator: ">", value: 80}
    withdrawn: {label: Consent withdrawn, withdrawn: true, %s}
columns:
  patient_id: ID
  age: Age
  sex: {column: Sex, values: {m: male, f: female}}
  overall_time: Months
  died: Dead
  consent: Consent
variables: {consent: {label: Consent, kind: binary, timing: baseline}}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""
WAYS = {
    "patients: [Zz7, Zz9]": "by identifier",
    'variable: consent, operator: "==", value: no': "by a variable",
}


def make_rows():
    rows = [
        {"ID": f"P{i:02d}", "Age": 50 + i, "Sex": "mf"[i % 2], "Months": i + 1.5, "Dead": i % 2}
        for i in range(12)
    ]
    rows[3] |= {"ID": "Zz7", "Age": 512, "Months": -4}  # errors of somebody who is not to be named
    rows[8] |= {"ID": "Zz9", "Sex": "unknown to the plan"}
    rows[9]["Age"] = 85
    return [{**row, "Consent": int(not row["ID"].startswith("Zz"))} for row in rows]


@pytest.mark.parametrize("way", WAYS, ids=WAYS.values())
def test_nothing_but_the_number_stays(way, tmp_path):
    cohort, plan, findings = make_cohort(PLAN % way, make_rows(), tmp_path)
    everything = cohort.to_csv() + findings.to_csv()
    for trace in ("Zz", "512", "-4", "unknown to the plan"):
        assert trace not in everything
    assert len(cohort) == 9
    raw = pd.DataFrame(make_rows()).astype(str)
    raw, _, plan, steps, left = leave_out(raw, None, make_plan(PLAN % way))
    stored, _, _ = ingest_cohort(raw, None, plan, left)
    stored.to_parquet(tmp_path / "stored.parquet")
    assert b"Zz" not in (tmp_path / "stored.parquet").read_bytes()
    assert list(steps["excluded"]) == [0, 1, 2, 0]
    assert list(steps["remaining"]) == [12, 11, 9, 9]
    assert len(stored) == 9


def test_without_the_mark_findings_name_the_patient(tmp_path):
    text = PLAN.replace("withdrawn: true, ", "") % "patients: [Zz7, Zz9]"
    _, _, findings = make_cohort(text, make_rows(), tmp_path)
    assert "Zz7" in set(findings["patient_id"])


def test_an_identifier_that_the_export_does_not_have_stops_the_run(tmp_path):
    _, _, findings = make_cohort(PLAN % "patients: [Zz7, Zz9, ZZ99]", make_rows(), tmp_path)
    assert list(findings.query("severity == 'error'")["value"]) == ["ZZ99"]


def test_blocks_of_the_patient_go_too():
    text = PLAN % "patients: [Zz7, Zz9]"
    text += "growth_patterns: {blocks: {file: b.csv, columns: {patient_id: Who, lesion: L, block: B, hgp_desmoplastic: D}}}"
    plan = make_plan(text)
    blocks = pd.DataFrame(
        [("P01", "1", "1", "40"), ("Zz7", "1", "1", "913"), (" Zz9", "1", "1", "50")],
        columns=["Who", "L", "B", "D"],
    )
    raw, blocks, plan, _, left = leave_out(pd.DataFrame(make_rows()).astype(str), blocks, plan)
    _, typed, findings = ingest_cohort(raw, blocks, plan, left)
    assert list(typed["patient_id"]) == ["P01"]
    assert "913" not in findings.to_csv() and "Zz" not in findings.to_csv()
