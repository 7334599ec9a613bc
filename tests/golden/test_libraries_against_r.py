"""The libraries that compute our numbers equal R, and those that were found not to still do not (docs/numbers.md)."""

import json
from pathlib import Path

import libraries
import numpy as np
import pytest
from measure_libraries import build_rows

ROWS = build_rows()
CONVENTIONS = json.loads((Path(__file__).parent / "conventions.json").read_text())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.library}: {row.estimate}")
def test_library(row):
    """Where this fails for a library that was wrong, it was mended: our own code can go."""
    if row.equal:
        assert row.measure() < 1e-10
    else:
        assert row.measure() > 1e-6


@pytest.mark.parametrize("name", CONVENTIONS["timefix"])
def test_near_ties_are_merged_as_by_r(name):
    times, merged = (
        np.array(CONVENTIONS["timefix"][name][key], float) for key in ("times", "merged")
    )
    np.testing.assert_array_equal(libraries.merge_near_ties(times), merged)


@pytest.mark.parametrize("name", ["near", "dated"])
def test_estimates_with_near_ties(name):
    data, expected = CONVENTIONS["inputs"][name], CONVENTIONS["near_ties"][name]
    months, event = np.array(data["months"], float), np.array(data["event"])
    assert len(np.unique(months)) > expected["times"]
    months = libraries.merge_near_ties(months)
    assert len(np.unique(months)) == expected["times"]
    table = libraries.curve(months, event)
    row = np.searchsorted(table["time"], np.array(expected["landmarks"]) + 1e-9, side="right") - 1
    np.testing.assert_allclose(table["survival"].iloc[row], expected["survival"], rtol=1e-12)
    np.testing.assert_allclose(
        libraries.medians(months, event), np.array(expected["median"], float), rtol=1e-12
    )
    found = libraries.log_rank(months, event, data["arm"])
    np.testing.assert_allclose(found, expected["log_rank"]["statistic"], rtol=1e-12)
