"""Competing risks against R's cmprsk and survival, rates and odds against its poisson.test, glm and fisher.test."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.recurrence import after, estimate, incidence, timing
from crlm.survival.fine_gray import fit_fine_gray
from crlm.survival.gray import test_gray as compare_by_gray

GOLDEN = json.loads((Path(__file__).parent / "recurrence.json").read_text())
COHORTS = GOLDEN["cohorts"]
Z = 1.959963984540054
BOTH = pytest.mark.parametrize("name", ["untied", "tied"])
ALL = pytest.mark.parametrize("name", COHORTS)


def read(name):
    inputs = COHORTS[name]["inputs"]
    return (np.array(inputs["months"], float), *(np.array(inputs[k]) for k in ("status", "group")))


def of_cause(status, cause):
    return np.where(status == cause, 1, np.where(status > 0, 2, 0))


def columns_of(group):
    return np.equal.outer(group, np.unique(group)[1:]).astype(float)


@ALL
@pytest.mark.parametrize("cause", [1, 2])
def test_gray(name, cause):
    months, status, group = read(name)
    found = compare_by_gray(months, of_cause(status, cause), group, np.unique(group))
    statistic, p_value, df = COHORTS[name]["gray"][cause - 1]
    assert found == pytest.approx((statistic, df, p_value), rel=1e-9)


@BOTH
@pytest.mark.parametrize(("cause", "key"), [(1, "cause"), (2, "other")])
def test_fine_gray(name, cause, key):
    months, status, group = read(name)
    fit, golden = (
        fit_fine_gray(months, of_cause(status, cause), columns_of(group)),
        COHORTS[name][key],
    )
    assert fit.coef == pytest.approx(np.atleast_1d(golden["coef"]), rel=1e-6)
    assert fit.variance == pytest.approx(np.atleast_2d(golden["variance"]), rel=1e-6)


def test_fine_gray_where_a_group_has_no_event():
    """R's coefficient of that group is at -33 and still falling; the others have reached their limit."""
    months, status, group = read("without")
    golden = COHORTS["without"]["limit"]
    table = incidence.fit_incidence(months, of_cause(status, 1), group, ["a", "b", "c"])
    table = table.set_index("group")
    assert np.log(table["hazard_ratio"]["b"]) == pytest.approx(golden["coef"], rel=1e-6)
    assert (np.log(table["upper"]["b"]) - golden["coef"]) / Z == pytest.approx(
        np.sqrt(golden["variance"]), rel=1e-6
    )
    assert np.isnan(table["hazard_ratio"]["c"]) and table["note"]["c"] == incidence.NO_EVENT


@BOTH
def test_cause_specific(name):
    months, status, group = read(name)
    table = incidence.fit_cause(months, of_cause(status, 1), group, list(np.unique(group)))
    golden = COHORTS[name]["cox"]
    coef = np.log(table["hazard_ratio"].to_numpy(float)[1:])
    assert coef == pytest.approx(np.atleast_1d(golden["coef"]), rel=1e-6)
    error = (np.log(table["upper"].to_numpy(float)[1:]) - coef) / Z
    assert error == pytest.approx(np.atleast_1d(golden["se"]), rel=1e-6)


@ALL
def test_incidence_and_by_how_much_the_naive_one_is_too_high(name):
    months, status, _ = read(name)
    cause = np.array([None, "recurrence", "without_recurrence"], object)[status]
    patients = pd.DataFrame({"months": months, "cause_any": cause, "grouping_overall": "all"})
    spec = {"classifications": {"any": {"causes": {"recurrence": "Recurrence"}, "ended": "Death"}}}
    groupings = {"overall": {"groups": ["all"]}}
    curves = incidence.estimate_incidence(patients, spec, groupings)
    golden = COHORTS[name]
    table = incidence.read_incidence(curves, patients, spec, groupings, golden["times"])
    assert table["incidence"].to_numpy(float) == pytest.approx(
        np.ravel(golden["incidence"]), rel=1e-9
    )
    assert table["naive"].to_numpy(float) == pytest.approx(np.ravel(golden["naive"]), rel=1e-9)
    excess = np.ravel(golden["naive"]) - np.ravel(golden["incidence"])
    assert table["excess"].to_numpy(float) == pytest.approx(excess, abs=1e-12)


@pytest.mark.parametrize("golden", GOLDEN["rates"])
def test_poisson_limits(golden):
    row = timing.estimate_rate(golden["events"], golden["years"])
    assert [row["lower"] / 100, row["upper"] / 100] == pytest.approx(golden["limits"], rel=1e-9)


@pytest.mark.parametrize("golden", GOLDEN["odds"])
def test_odds_ratio(golden):
    reference, of_reference, group, of_group = golden["counts"]
    row = estimate._compare_odds([group, reference], [of_group, of_reference])
    assert np.log(row["odds_ratio"]) == pytest.approx(golden["log"], rel=1e-9)
    assert np.log(row["upper"]) - golden["log"] == pytest.approx(Z * golden["se"], rel=1e-6)
    assert row["p_value"] == pytest.approx(golden["p"], rel=1e-9)


def test_survival_after_recurrence_ties_what_was_one_day():
    """R counts days from the recurrence; here months are subtracted, and equal days must stay one time."""
    golden = GOLDEN["after"]
    inputs = pd.DataFrame(golden["inputs"])
    patients = pd.DataFrame(
        {
            "months": inputs["recurrence"] / 30.4375,
            "status": 1,
            "os_months": (inputs["recurrence"] + inputs["since"]) / 30.4375,
            "os_event": inputs["died"],
            "grouping_arm": inputs["group"],
            "grouping_overall": "all",
        }
    )
    spec = {"death": "os", "death_months": golden["times"], "classifications": {}}
    groupings = {"overall": {"groups": ["all"]}, "arm": {"groups": ["a", "b"]}}
    rows, tests = after.estimate_after(patients, spec, groupings, [6], 12)
    rows = rows[(rows["analysis"] == "after_group") & (rows["grouping"] == "overall")]
    for column in ("survival", "lower", "upper"):
        assert rows[column].to_numpy() == pytest.approx(np.array(golden[column]), rel=1e-9)
    assert rows["median"].iloc[0] * 30.4375 == pytest.approx(golden["median_days"], rel=1e-9)
    arm = tests[(tests["analysis"] == "after_group") & (tests["grouping"] == "arm")]
    assert arm["statistic"].iloc[0] == pytest.approx(golden["statistic"], rel=1e-9)


def test_a_death_at_the_month_that_is_read_counts_at_it():
    """36.7 - 24.7 is 12.000000000000004, and 22.9 - 10.9 is 11.999999999999998: both are 12 months."""
    patients = pd.DataFrame(
        {
            "months": [24.7, 10.9, 1.0],
            "status": 1,
            "os_months": [36.7, 22.9, 41.0],
            "os_event": [1, 0, 0],
            "grouping_overall": "all",
        }
    )
    spec = {"death": "os", "death_months": [12], "classifications": {}}
    rows, _ = after.estimate_after(patients, spec, {"overall": {"groups": ["all"]}}, [6], 60)
    row = rows[rows["analysis"] == "after_group"].iloc[0]
    assert (row["at_risk"], row["survival"]) == (3, pytest.approx(2 / 3))
