"""Near ties, landmarks, strata and the end of an incidence against R's defaults."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.endpoints import merge_near_ties
from crlm.survival import incidence, kaplan_meier, tests

GOLDEN = json.loads((Path(__file__).parent / "conventions.json").read_text())


def close(found, expected, relative=1e-8):
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    np.testing.assert_allclose(found, expected, rtol=relative, atol=1e-12)


def read(name):
    table = pd.DataFrame(GOLDEN["inputs"][name])
    return table.assign(months=table["months"].astype(float))


@pytest.mark.parametrize("name", GOLDEN["timefix"])
def test_near_ties_are_merged_as_by_timefix(name):
    vector = GOLDEN["timefix"][name]
    found = merge_near_ties(np.array(vector["times"], float))
    np.testing.assert_array_equal(found, np.array(vector["merged"], float))


@pytest.mark.parametrize("name", ["near", "dated"])
def test_estimates_on_near_ties(name):
    table, expected = read(name), GOLDEN["near_ties"][name]
    assert table["months"].nunique() > expected["times"]
    months, event = merge_near_ties(table["months"].to_numpy()), table["event"]
    assert len(np.unique(months)) == expected["times"]
    found = kaplan_meier.survival_at(months, event, expected["landmarks"])
    close(found["survival"], expected["survival"])
    inside = found["survival"] < 1  # R's summary says 1 for the limits of 1
    close(found["lower"][inside], np.array(expected["lower"])[inside])
    close(found["at_risk"], expected["at_risk"])
    medians = kaplan_meier.summarise_curve(months, event)
    close([medians[f"median{part}"] for part in ("", "_lower", "_upper")], expected["median"])
    wanted = [expected["log_rank"][key] for key in ("statistic", "df", "p")]
    close(tests.test_log_rank(months, event, table["arm"], ["a", "b"]), wanted)


def test_patients_at_the_landmark_do_not_enter():
    expected = GOLDEN["landmarks"]["exact"]
    cohort = read("exact").rename(columns={"months": "os_months", "event": "os_event"})
    patients = kaplan_meier.select_patients(cohort, "os", expected["landmark"])
    assert len(patients) == expected["patients"]
    assert patients["os_event"].sum() == expected["events"]
    found = kaplan_meier.survival_at(
        *(patients["os_months"], patients["os_event"], expected["curve"]["time"])
    )
    for column in kaplan_meier.LANDMARK:
        close(found[column], expected["curve"][column])
    wanted = [expected["log_rank"][key] for key in ("statistic", "df", "p")]
    found = tests.test_log_rank(
        *(patients["os_months"], patients["os_event"], patients["adjuvant"], ["no", "yes"])
    )
    close(found, wanted)


@pytest.mark.parametrize(("column", "cause"), [(0, "disease"), (1, "death")])
@pytest.mark.parametrize("name", ["ended", "tied_graft"])
def test_incidence_of_ties_and_of_a_cohort_that_ends(name, column, cause):
    expected = GOLDEN["incidence"][name]
    table = incidence.estimate_cumulative_incidence(
        expected["months"], expected["cause"], ["disease", "death"]
    )
    table = table[table["cause"] == cause].iloc[1:]
    close(table["time"], expected["time"])
    for name_, key in [("incidence", "incidence"), ("standard_error", "se")]:
        close(table[name_], np.array(expected[key], float)[:, column])
    for limit in ("lower", "upper"):
        close(table[limit], np.array(expected[limit], float)[:, column])
