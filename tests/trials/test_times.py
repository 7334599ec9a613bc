"""Times that are equal but for rounding, and events on the day of a landmark."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.endpoints import merge_near_ties
from crlm.survival import kaplan_meier, tests
from making import make_cohort

PLAN = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: id, overall_time: {column: time, unit: UNIT}, died: dead, arm: arm}
variables: {arm: {label: Arm, kind: categorical, levels: [a, b], timing: follow_up}}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
groupings: {arm: {variable: arm, landmark_months: LANDMARK}}
"""
DATED = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns:
  patient_id: id
  resection_date: op
  death_date: death
  overall_time: {column: days, unit: days}
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: death_date}}
    censoring: {last_contact: {duration: overall_time}}
"""


def plan_of(unit="months", landmark=1):
    return PLAN.replace("UNIT", unit).replace("LANDMARK", str(landmark))


def list_rows(months, dead, arm):
    ids = [f"P{place}" for place in range(len(months))]
    times = [repr(float(each)) for each in months]
    return pd.DataFrame({"id": ids, "time": times, "dead": dead, "arm": arm})


def test_a_death_by_date_and_a_censoring_in_days_on_the_same_day_are_tied(tmp_path):
    """Four die on day 365 by their dates, four are lost on day 365 by days, four live on: S = 8/12."""
    rows = [
        *({"op": "2015-01-01", "death": "2016-01-01"} for _ in range(4)),
        *({"op": "2015-01-01", "days": 365} for _ in range(4)),
        *({"op": "2015-01-01", "days": 700 + day} for day in range(4)),
    ]
    rows = pd.DataFrame(rows).assign(id=[f"P{place}" for place in range(12)])
    cohort = make_cohort(DATED, rows, tmp_path)[0]
    assert cohort["os_months"].nunique() == 5
    found = kaplan_meier.survival_at(cohort["os_months"], cohort["os_event"], [12])
    assert found["survival"][0] == pytest.approx(8 / 12, rel=1e-12)


def test_days_and_dates_are_one_time_whatever_the_day(tmp_path):
    days = np.arange(1, 2000, 7)
    start = pd.Timestamp(2010, 1, 1)
    dated = [{"op": start, "death": start + pd.Timedelta(day, "D")} for day in days.tolist()]
    rows = pd.DataFrame([*dated, *({"op": start, "days": day} for day in days)])
    rows = rows.assign(id=[f"P{place}" for place in range(len(rows))])
    cohort = make_cohort(DATED, rows, tmp_path)[0]
    first, second = np.split(cohort["os_months"].to_numpy(), 2)
    assert (first == second).all()
    assert first == pytest.approx(days / 30.4375, abs=1e-9)


def test_two_exports_with_other_digits_give_the_survival_of_one(tmp_path):
    random = np.random.default_rng(3)
    days = random.choice([471, 500, 620, 800, 900], 40)
    dead, arm = random.integers(0, 2, 40), np.repeat(["a", "b"], 20)
    exact = days / 30.4375
    shortened = np.where(np.arange(40) % 2, exact, [float(f"{each:.15g}") for each in exact])
    assert len(np.unique(shortened)) > 5
    cohort = make_cohort(plan_of(), list_rows(shortened, dead, arm), tmp_path)[0]
    assert cohort["os_months"].nunique() == 5
    one = tests.test_log_rank(cohort["os_months"], dead, arm, ["a", "b"])
    assert one == pytest.approx(tests.test_log_rank(days, dead, arm, ["a", "b"]), rel=1e-12)


def test_of_a_patients_own_near_ties_the_event_comes_first(tmp_path):
    """Death by date on the day of a competing end, which another export gave in months with 15 digits."""
    days = np.arange(1, 200)
    short = [f"{day / 30.4375:.15g}" for day in days]
    assert (np.array(short, float) < days / 30.4375).any()
    start = pd.Timestamp(2015, 1, 1)
    rows = pd.DataFrame({"id": days, "op": start, "days": short})
    rows["death"] = start + pd.to_timedelta(days, "D")
    competing = "    competing: {lost: {duration: overall_time}}\n    censoring"
    plan = DATED.replace("unit: days", "unit: months").replace("    censoring", competing)
    cohort = make_cohort(plan, rows, tmp_path)[0]
    assert set(cohort["os_reason"]) == {"death"}


def test_a_time_at_the_horizon_but_for_rounding_is_at_it(tmp_path):
    plan = plan_of().replace("    censoring", "    horizon_months: 60\n    censoring")
    rows = list_rows([60, 60 + 1e-14, 60 - 1e-14, 60.1], [1, 1, 1, 1], list("abab"))
    cohort = make_cohort(plan, rows, tmp_path)[0]
    assert cohort["os_months"].nunique() == 1
    assert cohort["os_event"].tolist() == [1, 1, 1, 0]


def test_an_event_on_the_day_of_the_landmark_is_not_one_after_it(tmp_path):
    """Nobody dies at time 0 of a landmark curve, and whoever died or was lost that day is not in it."""
    months, dead = [6, 12, 6, 6 + 1e-14, 14, 20, 3], [1, 1, 0, 1, 0, 1, 1]
    rows = list_rows(months, dead, list("ababaab"))
    cohort, plan, _ = make_cohort(plan_of(landmark=6), rows, tmp_path)
    tables = kaplan_meier.estimate_groups(cohort, "os", plan["groupings"], [0])
    assert tables["summary"].set_index(["grouping", "group"]).loc["arm", "patients"].to_dict() == {
        "a": 2,
        "b": 1,
    }
    curves = tables["curves"][tables["curves"]["grouping"] == "arm"]
    assert curves.loc[curves["group"] == "a", "time"].tolist() == [0, 8, 14]
    assert (curves.groupby("group")["time"].value_counts() == 1).all()
    assert (curves.loc[curves["time"] == 0, "survival"] == 1).all()


@pytest.mark.parametrize("months", [[], [np.nan, np.nan]])
def test_no_times_to_merge(months):
    np.testing.assert_array_equal(merge_near_ties(np.array(months, float)), months)


def test_missing_times_stay_missing_among_others():
    found = merge_near_ties(np.array([np.nan, 1, 1 + 1e-9, 2]))
    np.testing.assert_array_equal(found, [np.nan, 1, 1, 2])
