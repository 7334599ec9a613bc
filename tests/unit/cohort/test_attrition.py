"""Who is left out: counted by the code that leaves out."""

import numpy as np
import pandas as pd
from crlm.cohort.attrition import count_endpoints
from crlm.cohort.exclusions import leave_out


def test_exclusions_in_order(base, rows, plan_of):
    """Of twelve: rows 2-5 by age, one more by consent; a missing value excludes nobody and is counted."""
    rows[11]["Age"] = ""
    rows[9]["EHD"] = ""
    base["cohort"]["exclusions"] = {
        "young": {"label": "Young", "variable": "age", "operator": "<", "value": 54},
        "extra": {
            "label": "E",
            "variable": "extrahepatic_disease",
            "operator": "==",
            "value": "no",
        },
        "consent": {"label": "No consent", "patients": ["P05", "P02"]},
    }
    raw = pd.DataFrame(rows, index=range(2, 14)).astype(str).replace("", None).astype(object)
    kept, _, _, steps, findings = leave_out(raw, None, plan_of(base))
    assert kept["ID"].tolist() == ["P04", "P09", "P10", "P11"]
    assert steps[["step", "excluded", "remaining", "unknown"]].to_numpy().tolist() == [
        ["file", 0, 12, 0], ["young", 4, 8, 1], ["extra", 3, 5, 1], ["consent", 1, 4, 0],
        ["analysed", 0, 4, 0],
    ]  # fmt: skip
    labels = steps["label"].tolist()
    assert labels[0] == "Rows in the export" and labels[-1] == "Patients analysed"
    assert [item["rule"] for item in findings] == ["exclusion_unknown"] * 2


def test_endpoints_have_their_own_losses():
    cohort = pd.DataFrame(
        {
            "a_event": [1.0, 0, np.nan, np.nan, np.nan],
            "a_reason": ["x", "y", "excluded: too early", "excluded: no time", "excluded: no time"],
            "b_event": [1.0] * 5,
            "b_reason": ["x"] * 5,
        }
    )
    steps = count_endpoints(cohort, {"a": {"label": "Aaa"}, "b": {"label": "Bbb"}})
    assert set(map(tuple, steps[["label", "endpoint", "excluded"]].to_numpy())) == {
        ("Too early", "a", 1), ("No time", "a", 2), ("Aaa", "a", 0), ("Bbb", "b", 0),
    }  # fmt: skip
    last = steps.groupby("endpoint")["remaining"].last()
    assert last.to_dict() == {"a": 2, "b": 5}
