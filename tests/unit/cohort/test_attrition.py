"""Who is left out: counted by the code that leaves out."""

import numpy as np
import pandas as pd
from crlm.cohort.attrition import count_endpoints, exclude_patients


def test_exclusions_in_order():
    cohort = pd.DataFrame(
        {
            "patient_id": list("ABCDEF"),
            "age": [90.0, np.nan, 50, 91, 40, 30],
            "extra": pd.Categorical(["yes", "yes", None, "no", "yes", "no"], ["no", "yes"]),
        }
    )
    rules = {
        "old": {"label": "Old", "variable": "age", "operator": ">", "value": 85},
        "extra": {"label": "Extrahepatic", "variable": "extra", "operator": "==", "value": "yes"},
        "consent": {"label": "No consent", "patients": ["F", "A"]},
    }
    kept, steps = exclude_patients(cohort, rules)
    assert kept["patient_id"].tolist() == ["C"]  # missing values exclude nobody
    assert steps[["step", "excluded", "remaining"]].to_numpy().tolist() == [
        ["file", 0, 6], ["old", 2, 4], ["extra", 2, 2], ["consent", 1, 1], ["analysed", 0, 1],
    ]  # fmt: skip
    assert len(exclude_patients(cohort, {})[0]) == 6


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
