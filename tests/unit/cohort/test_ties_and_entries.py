"""Times that differ by rounding only, and entries in months: who is in from when, exactly at the limits."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.endpoints import merge_near_ties
from crlm.cohort.entry import add_entry

ENTER = "Enter it, leave the patient out under cohort.exclusions, or set cohort.missing_time to exclude."
EDGE = np.sqrt(np.finfo(float).eps)  # 1.49e-8


@pytest.mark.parametrize(
    ("times", "merged"),
    [
        ([1, 1 + EDGE * 0.99, 5], [1, 1, 5]),
        ([0, EDGE * 1.01, 1e-3], [0, EDGE * 1.01, 1e-3]),
        ([0, EDGE, 1e-3], [0, 0, 1e-3]),
        ([100, 100 + EDGE * 90, 110], [100, 100, 110]),  # relative to the mean of 103
        ([100, 100 + EDGE * 110, 110], [100, 100 + EDGE * 110, 110]),
        ([-100, -100 + EDGE * 90, -110], [-100, -100, -110]),
        ([-1, -1 + EDGE * 1.05, 1.2], [-1, -1, 1.2]),  # the mean of their sizes
        ([2, 1, 1 + 3 * EDGE / 2, 1 + EDGE * 0.8], [2, 1, 1, 1]),  # a chain becomes its first
        ([np.nan, 7], [np.nan, 7]),
    ],
)
def test_which_times_are_one(times, merged):
    np.testing.assert_array_equal(merge_near_ties(np.array(times, float)), merged)


# --- delayed entry ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("missing", "severity"), [("error", "error"), ("exclude", "warning")])
def test_entries_in_months(missing, severity):
    """Before the origin is at the origin; whoever is out for another reason stays out for it."""
    entry = [-3.0, 0, 4, 5, np.nan, np.nan, 9]
    cohort = pd.DataFrame({"patient_id": list("ABCDEFG"), "came": entry}, index=range(2, 9))
    months = [5.0, 5, 5, 5, 5, np.nan, np.nan]
    table = pd.DataFrame({"months": months, "event": [1.0, 0, 1, 1, 1, np.nan, np.nan]}, cohort.index)  # fmt: skip
    table["reason"] = ["x"] * 5 + ["excluded: y"] * 2
    plan = {"label": "OS", "entry": "came", "origin": None}
    got, found = add_entry(cohort, plan, table, {"missing_time": missing}, 1e-8)
    np.testing.assert_array_equal(got["entry"], [0, 0, 4] + [np.nan] * 4)
    assert got["reason"].tolist() == ["x"] * 3 + ["excluded: entered after the end", "excluded: entry missing"] + ["excluded: y"] * 2  # fmt: skip
    np.testing.assert_array_equal(got["months"], [5.0] * 3 + [np.nan] * 4)
    np.testing.assert_array_equal(got["event"], [1, 0, 1] + [np.nan] * 4)
    assert [(item["severity"], item["rule"], item["row"], item["value"]) for item in found] == [
        (severity, "missing_entry", 6, ""),
        ("warning", "late_entry", 5, "5.0"),
    ]
    assert found[0]["remedy"] == ENTER
    assert found[1]["remedy"] == "Check the two dates; nobody is at risk before the entry."


def test_an_entry_without_any_time_of_the_cohort():
    cohort = pd.DataFrame({"patient_id": ["A"], "came": [3.0]})
    table = pd.DataFrame({"months": [np.nan], "event": [np.nan], "reason": ["excluded: y"]})
    plan = {"label": "OS", "entry": "came", "origin": None}
    got, found = add_entry(cohort, plan, table, {"missing_time": "error"}, 1e-8)
    assert got["entry"].isna().all() and not found


def test_most_entries_missing_are_one_finding():
    cohort = pd.DataFrame({"patient_id": list("ABCDEFGHIJ"), "came": [np.nan] * 5 + [1.0] * 5})
    table = pd.DataFrame({"months": 9.0, "event": [1.0] * 9 + [np.nan], "reason": "x"}, range(10))
    plan = {"label": "OS", "entry": "came", "origin": None}
    _, found = add_entry(cohort, plan, table, {"missing_time": "error"}, 1e-8)
    assert len(found) == 1 and "5 of 9 entries" in found[0]["message"]
