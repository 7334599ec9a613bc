import numpy as np
import pandas as pd
import pytest
from crlm.survival import incidence, kaplan_meier

CAUSES = ["recurrence", "death"]


def test_by_hand():
    """Four patients: recurrence 1/4, then death 3/4 * 1/3, one censored, then recurrence."""
    table = incidence.estimate_cumulative_incidence(
        [1, 2, 3, 4], ["recurrence", "death", None, "recurrence"], CAUSES
    )
    assert table["cause"].tolist() == ["recurrence"] * 5 + ["death"] * 5
    assert table["time"].tolist() == [0, 1, 2, 3, 4] * 2
    assert table["incidence"].tolist() == pytest.approx(
        [0, 0.25, 0.25, 0.25, 0.75, 0, 0, 0.25, 0.25, 0.25]
    )


def test_all_causes_together_are_the_complement_of_survival():
    random = np.random.default_rng(8)
    months = random.exponential(10, 200).round()
    cause = random.choice(["recurrence", "death", ""], 200)
    table = incidence.estimate_cumulative_incidence(months, cause, CAUSES)
    total = table.groupby("time")["incidence"].sum().to_numpy()
    curve = kaplan_meier.estimate_curve(months, cause != "")
    assert total[1:] == pytest.approx(1 - curve["survival"].to_numpy()[2:], abs=1e-12)


def test_one_cause_has_the_variance_of_greenwood():
    random = np.random.default_rng(9)
    months, event = random.exponential(10, 100), random.random(100) < 0.6
    table = incidence.estimate_cumulative_incidence(
        months, np.where(event, "death", None), ["death"]
    ).iloc[1:]
    _, at_risk = kaplan_meier.count_times(months)
    deaths = event[np.argsort(months)]
    hazard = np.where(at_risk > deaths, deaths / (at_risk * np.maximum(at_risk - deaths, 1)), 0)
    survival = np.cumprod(1 - deaths / at_risk)
    assert table["standard_error"].to_numpy() == pytest.approx(
        survival * np.sqrt(np.cumsum(hazard)), abs=1e-12
    )


@pytest.mark.parametrize("cause", [None, "", "death"])
def test_one_patient(cause):
    table = incidence.estimate_cumulative_incidence([3.0], [cause], CAUSES)
    last = table[table["cause"] == "death"].iloc[-1]
    assert last["incidence"] == float(cause == "death")
    assert np.isnan(last["lower"]) and np.isnan(last["upper"])


def test_limits_stay_inside_the_unit_interval():
    table = incidence.estimate_cumulative_incidence(
        [1, 1, 2, 2, 3], ["death", None, "recurrence", "death", "death"], CAUSES
    )
    limits = table[["lower", "upper"]].dropna()
    assert len(limits) and ((limits > 0) & (limits < 1)).all(axis=None)


def test_groups():
    cohort = pd.DataFrame(
        {
            "relapse_months": [1.0, 2, 3, 4],
            "relapse_event": [1.0, 1, 0, np.nan],
            "relapse_reason": ["death", "recurrence", "horizon", None],
            "grouping_side": ["left", "right", "right", "left"],
        }
    )
    grouping = {"side": {"groups": ["left", "nowhere", "right"]}}
    table = incidence.estimate_incidences(cohort, "relapse", grouping, CAUSES)
    assert list(table.columns) == incidence.COLUMNS
    assert table["group"].unique().tolist() == ["left", "right"]
    right = table[(table["group"] == "right") & (table["cause"] == "recurrence")]
    assert right["incidence"].tolist() == [0, 0.5, 0.5]
    single = incidence.estimate_incidences(cohort, "relapse", grouping, ["death"])
    assert not len(single) and list(single.columns) == incidence.COLUMNS


@pytest.mark.parametrize("number", [10, 22, 23, 24, 26])
def test_no_limits_where_incidence_is_1_but_for_rounding(number):
    """The sum of 23 parts of 1/23 is 1 - 3e-16 in floats; its interval was 0 to 1."""
    table = incidence.estimate_cumulative_incidence(
        np.arange(1.0, number + 1), ["death"] * number, ["death"]
    )
    last, before = table.iloc[-1], table.iloc[-2]
    assert last["incidence"] == pytest.approx(1) and last[["lower", "upper"]].isna().all()
    assert 0 < before["lower"] < before["incidence"] < before["upper"] < 1
