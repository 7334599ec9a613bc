"""A treatment that is recorded in one column and denied by another."""

import pytest
from making import make_cohort

PLAN = """
study: {{title: T}}
cohort: {{file: cohort.csv}}
columns:
  patient_id: id
  overall_time: months
  died: dead
  {columns}
endpoints:
  os:
    label: Overall survival
    events: {{death: {{duration: overall_time, flag: died}}}}
    censoring: {{last_contact: {{duration: overall_time}}}}
"""
CODES = "{column: b, values: {n: none, f: folfiri, c: capeox}}"
TREATED = "{column: b, values: {n: none, s: systemic, l: local, r: repeat_resection}}"
# the variables of the columns a and b: pairs that contradict each other, and pairs that do not
RULES = [
    ("preoperative_chemotherapy", "preoperative_cycles: b", [(1, 0)], [(1, 4), (0, 0), (1, "")]),
    ("preoperative_chemotherapy", f"preoperative_regimen: {CODES}", [(1, "n")], [(1, "f"), (0, "n")]),
    ("adjuvant_chemotherapy", "adjuvant_cycles: b", [(1, 0)], [(1, 4), (0, 0)]),
    ("adjuvant_chemotherapy", f"adjuvant_regimen: {CODES}", [(1, "n")], [(1, "c"), (0, "n")]),
    ("preoperative_chemotherapy", "bevacizumab: b", [(0, 1)], [(1, 1), (1, 0), ("", 1)]),
    ("preoperative_chemotherapy", "anti_egfr: b", [(0, 1)], [(1, 1), (0, 0)]),
    ("recurred", f"recurrence_treatment: {TREATED}", [(0, "s"), (0, "l"), (0, "r")], [(1, "l"), (0, "n")]),
    ("repeat_resection", f"recurrence_treatment: {TREATED}", [(0, "r")], [(1, "r"), (0, "s"), ("", "r")]),
]  # fmt: skip


@pytest.mark.parametrize(("variable", "other", "wrong", "right"), RULES)
def test_a_treatment_that_another_column_denies(variable, other, wrong, right, tmp_path):
    pairs = [*wrong, *right * 8]
    rows = [
        {"id": f"P{place}", "months": 20 + place, "dead": place % 2, "a": a, "b": b}
        for place, (a, b) in enumerate(pairs)
    ]
    text = PLAN.format(columns=f"{variable}: a\n  {other}")
    found = make_cohort(text, rows, tmp_path)[2]
    said = found[found["rule"] == "values_contradict"]
    assert set(said["severity"]) == {"warning"}
    expected = {f"P{place}" for place, pair in enumerate(pairs) if pair in wrong}
    assert set(said["patient_id"]) == expected
