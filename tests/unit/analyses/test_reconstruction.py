"""Individual times from digitised curves: known data come back, the algorithm's steps by hand, bad tables are refused."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.published_curves.estimate import (
    assess_fit,
    compare_samples,
    reconstruct_individuals,
    reconstruct_published,
    reconstruct_strata,
)
from crlm.survival.kaplan_meier import estimate_curve, summarise_curve, survival_at
from lifelines import CoxPHFitter
from lifelines.datasets import load_gbsg2, load_rossi, load_waltons

MONTH = 30.4375


def load(name):
    """months, event and the group of each patient of a bundled study."""
    if name == "waltons":
        table = load_waltons()
        return table["T"], table["E"], table["group"] == "control"
    if name == "rossi":
        table = load_rossi()
        return table["week"], table["arrest"], table["fin"] == 1
    table = load_gbsg2()
    return table["time"] / MONTH, table["cens"], table["horTh"] == "yes"


def digitise(months, event, step=12, places=3):
    """What a reader clicks: the foot of every step and the end, and the printed numbers at risk."""
    curve = estimate_curve(months, event).drop_duplicates("survival")
    times = np.append(curve["time"], months.max()).round(2)
    survival = np.append(curve["survival"], curve["survival"].iloc[-1]).round(places)
    keep = np.append(np.diff(times) > 0, True)
    risk_times = np.arange(0, months.max(), step)
    return times[keep], survival[keep], risk_times, [(months >= t).sum() for t in risk_times]


def rebuild(months, event, total=True, **reading):
    read = digitise(months, event, **reading)
    table = reconstruct_individuals(*read, total_events=int(event.sum()) if total else None)
    return table["time"].to_numpy(), table["event"].to_numpy(float)


def hazard_ratio(first, second):
    """By lifelines, an implementation that the library does not use here."""
    tables = [pd.DataFrame({"t": s[0], "e": s[1], "x": x}) for x, s in ((1, first), (0, second))]
    fit = CoxPHFitter().fit(pd.concat(tables), "t", "e")
    return np.exp(fit.params_["x"])


@pytest.mark.parametrize("total", [True, False])
@pytest.mark.parametrize("places", [4, 3])
@pytest.mark.parametrize("name", ["waltons", "rossi", "gbsg2"])
def test_known_data_come_back(name, places, total):
    months, event, group = (np.asarray(column) for column in load(name))
    months, event, samples, rebuilt = months.astype(float), event.astype(float), [], []
    for member in (True, False):
        samples.append((months[group == member], event[group == member]))
        rebuilt.append(rebuild(*samples[-1], total, places=places))
        true, found = (summarise_curve(*pair) for pair in (samples[-1], rebuilt[-1]))
        assert found["patients"] == true["patients"]
        assert abs(found["events"] - true["events"]) <= max(2, 0.03 * true["events"])
        if np.isnan(true["median"]):
            assert np.isnan(found["median"])
        else:
            assert found["median"] == pytest.approx(true["median"], rel=0.02)
        at = [survival_at(*pair, [36])["survival"][0] for pair in (samples[-1], rebuilt[-1])]
        assert at[1] == pytest.approx(at[0], abs=0.02)
    assert hazard_ratio(*rebuilt) == pytest.approx(hazard_ratio(*samples), rel=0.05)


@pytest.mark.parametrize("seed", range(5))
def test_known_data_come_back_from_readings_at_regular_times(seed):
    """Clicks every second month, to the nearest half per cent, as from a small print."""
    random = np.random.default_rng(seed)
    samples, rebuilt = [], []
    for hazard in (0.012, 0.025):
        death, last = random.exponential(1 / hazard, 300), random.uniform(12, 100, 300)
        months, event = np.minimum(death, last), (death <= last).astype(float)
        clicks = np.arange(0, months.max(), 2.0)
        read = survival_at(months, event, clicks)["survival"].to_numpy()
        rows = np.arange(0, months.max(), 12)
        at_risk = [(months >= t).sum() for t in rows]
        table = reconstruct_individuals(clicks, (200 * read).round() / 200, rows, at_risk)
        samples.append((months, event))
        rebuilt.append((table["time"].to_numpy(), table["event"].to_numpy(float)))
        at = [survival_at(*pair, [36])["survival"][0] for pair in (samples[-1], rebuilt[-1])]
        assert at[1] == pytest.approx(at[0], abs=0.02)
    assert hazard_ratio(*rebuilt) == pytest.approx(hazard_ratio(*samples), rel=0.05)


def test_without_censoring_every_time_is_exact():
    months = np.arange(1.0, 11.0)
    table = reconstruct_individuals(months, 1 - months / 10, [0, 5], [10, 6])
    assert table["time"].tolist() == months.tolist()
    assert table["event"].tolist() == [1] * 10


def test_the_censored_stand_evenly_between_the_risk_times():
    # 10 patients, 2 die at month 4, 8 at risk would be left at 12; 5 are: 3 censored on a flat curve
    table = reconstruct_individuals([0, 4, 12], [1, 0.8, 0.8], [0, 12], [10, 5])
    deaths, censored = (table.loc[table["event"] == e, "time"].tolist() for e in (1, 0))
    assert deaths == [4, 4]
    # at months 3, 6 and 9: one before the first death, midway between the readings 0 and 4, two after, midway to 12
    assert censored == [2, 8, 8, 12, 12, 12, 12, 12]
    assert len(table) == 10


def test_the_numbers_at_risk_are_met():
    months, event, group = (np.asarray(column) for column in load("gbsg2"))
    read = digitise(months[group].astype(float), event[group])
    found = reconstruct_individuals(*read)["time"].to_numpy()
    assert [(found >= t).sum() for t in read[2]] == pytest.approx(read[3], abs=1)


def test_a_total_of_events_is_met_when_the_curve_leaves_it_open():
    # after the last risk time only the drop is known: 4 of 10 at risk die with nobody censored before, 2 of 5 otherwise
    times, survival = [0, 6, 12, 18, 24], [1, 1, 1, 1, 0.6]
    free = reconstruct_individuals(times, survival, [0], [10])
    bound = reconstruct_individuals(times, survival, [0], [10], total_events=2)
    assert (len(free), free["event"].sum()) == (10, 4)
    assert (len(bound), bound["event"].sum()) == (10, 2)


def test_a_total_reached_before_the_last_interval_ends_the_events():
    table = reconstruct_individuals([0, 3, 9], [1, 0.5, 0.25], [0, 6], [4, 2], total_events=2)
    assert table["event"].sum() == 2
    assert table["time"].tolist() == [3, 3, 9, 9]


def test_a_total_below_the_reading_is_borne_when_a_risk_time_is_the_last_click():
    table = reconstruct_individuals([0, 4, 8], [1, 0.5, 0.25], [0, 8], [4, 2], total_events=1)
    assert (len(table), table["event"].sum()) == (4, 2)


def test_rows_at_risk_beyond_the_last_click_and_of_nobody_are_borne():
    table = reconstruct_individuals([0, 4], [1, 0.5], [0, 12, 24], [4, 2, 0])
    assert table["time"].tolist() == [4, 4, 12, 12]
    assert table["event"].tolist() == [1, 1, 0, 0]


def test_compare_samples_agrees_with_lifelines():
    months, event, group = (np.asarray(column, float) for column in load("gbsg2"))
    samples = [(months[group == g], event[group == g]) for g in (1, 0)]
    found = compare_samples(*samples)
    table = pd.DataFrame({"t": months, "e": event, "x": group})
    fit = CoxPHFitter().fit(table, "t", "e").summary.loc["x"]
    wanted = fit[["exp(coef)", "exp(coef) lower 95%", "exp(coef) upper 95%"]]
    assert [found[key] for key in ("hazard_ratio", "lower", "upper")] == pytest.approx(
        wanted.tolist(), rel=1e-5
    )
    assert np.isnan(list(compare_samples(([1.0], np.array([0.0])), samples[1]).values())).all()


# --- tables of the user ---------------------------------------------------------------------------


def tables():
    points = pd.DataFrame(
        [("low", 6, 0.9), ("low", 18, 0.7), ("high", 4, 0.5), ("high", 12, 0.25)],
        columns=["stratum", "time_months", "survival"],
    )
    at_risk = pd.DataFrame(
        [("low", 0, 20), ("low", 12, 17), ("high", 0, 8), ("high", 12, 3)],
        columns=["stratum", "time_months", "at_risk"],
    )
    return points, at_risk


def test_strata_come_in_their_order():
    points, at_risk = tables()
    people = reconstruct_strata(points.iloc[[1, 0, 3, 2]], at_risk, {"high": 6})
    assert people["stratum"].unique().tolist() == ["low", "high"]
    assert people.groupby("stratum", sort=False)["event"].agg(
        ["size", "sum"]
    ).to_numpy().tolist() == [
        [20, 6],
        [8, 6],
    ]


def test_a_jitter_of_the_hand_is_levelled():
    points, at_risk = tables()
    shaky = pd.concat([points, pd.DataFrame([("low", 8, 0.905)], columns=points.columns)])
    assert len(reconstruct_strata(shaky.reset_index(drop=True), at_risk)) == 28


def test_the_fit_is_a_recount():
    # 4 patients: one dies at month 2, one is censored at 3, one dies at 5, one is left at 8
    months, event = np.array([2.0, 3, 5, 8]), np.array([1.0, 0, 1, 0])
    points = pd.DataFrame({"time_months": [2, 2, 5, 8], "survival": [1, 0.7, 0.4, 0.375]})
    at_risk = pd.DataFrame({"time_months": [0, 4], "at_risk": [4, 1]})
    found = assess_fit(points, at_risk, months, event)
    # survival is 3/4, then 3/4 * 1/2; the head of the step at 2 is no reading of its foot
    assert found["largest_distance"] == pytest.approx(0.05)
    assert (found["readings"], found["largest_at_risk"], found["coarse"]) == (4, 1, False)
    assert assess_fit(points.head(3), at_risk, months, event)["coarse"]


CURVE = {
    "label": "Jones",
    "source": "Jones 2010",
    "grouping": "g",
    "endpoint": "x",
    "published_endpoint": "overall survival",
    "strata": {"low": "a", "high": "b", "other": None},
    "total_events": {},
    "evidence": "secondary",
}


def compare(patients, landmark=None, **more):
    """One curve against the groups a, b and c; the readings of `high` stand for `other` too."""
    points, at_risk = tables()
    read = [
        pd.concat([t, t[t["stratum"] == "high"].assign(stratum="other")]).assign(curve="jones")
        for t in (points, at_risk)
    ]
    grouping = {"groups": ["a", "b", "c"], "group_labels": {"a": "A", "b": "B"}}
    endpoints = {
        "x": {
            "label": "Overall survival",
            "published_as": "overall_survival",
            "landmarks_months": [6, 12],
        }
    }
    return reconstruct_published(
        patients,
        *read,
        {"jones": {**CURVE, **more}},
        endpoints,
        {"g": {**grouping, "landmark_months": landmark}},
    )


def cohort(size=4):
    return pd.DataFrame(
        {
            "x_months": [5.0, 10, 20, 30, 3, 9, 40, 2] * size,
            "x_event": [1.0, 0, 1, 0, 1, 1, 0, 1] * size,
            "grouping_g": pd.Categorical((["a"] * 4 + ["b"] * 4) * size, categories=list("abc")),
        }
    )


def test_a_grouping_is_compared_with_the_strata_that_belong_to_it():
    found = compare(cohort())
    groups = found["groups"].set_index("stratum")
    assert groups.loc["low", ["group", "patients", "published_patients"]].tolist() == ["a", 16, 20]
    for name in ("source", "grouping", "published_endpoint"):
        assert set(groups[name]) == {CURVE[name]}
    row = found["points"].set_index(["stratum", "time"]).loc[("low", 6)]
    assert row["survival"] == pytest.approx(0.75, rel=1e-12)
    assert row["published_survival"] == pytest.approx(0.9, abs=0.01)
    assert row["difference"] == pytest.approx(0.75 - row["published_survival"])
    counts = found["curves"].groupby(["stratum", "sample"]).size()
    assert set(counts.index) == {
        ("low", "here"),
        ("low", "reconstructed"),
        ("high", "here"),
        ("high", "reconstructed"),
        ("other", "reconstructed"),
    }
    for table in found.values():
        assert set(table["evidence"]) == {"secondary"} and set(table["curve"]) == {"jones"}
    # the hazard ratio, by lifelines, of what the two samples are
    people = found["individuals"].query("stratum == 'low'")
    mine = cohort().query("grouping_g == 'a'")
    samples = (mine["x_months"], mine["x_event"]), (people["time"], people["event"])
    assert groups.loc["low", "hazard_ratio"] == pytest.approx(hazard_ratio(*samples), rel=1e-3)


def test_what_cannot_be_compared_is_told_and_not_estimated():
    groups = compare(cohort())["groups"].set_index("stratum")
    assert groups.loc["other", "note"].startswith("no counterpart in this cohort")
    assert groups.loc["other", ["hazard_ratio", "median", "p_value"]].isna().all()
    assert groups.loc["other", ["patients", "published_patients"]].tolist() == [0, 8]
    few = compare(cohort(2))["groups"].set_index("stratum")
    assert few.loc["low", "note"].startswith("fewer than 10 patients here")
    assert np.isnan(few.loc["low", "hazard_ratio"])
    # a published stratum of 8 patients is no ground for a ratio either
    assert np.isnan(groups.loc["high", "hazard_ratio"])
    nobody = compare(cohort(), strata={"low": "c", "high": None, "other": None})["groups"]
    assert nobody.loc[0, "patients"] == 0 and np.isnan(nobody.loc[0, "hazard_ratio"])


def test_endpoint_landmark_and_coarse_readings_are_told():
    groups = compare(cohort(), 4, published_endpoint="cancer survival")["groups"]
    assert groups.loc[0, "note"] == (
        "published is cancer survival, here it is overall survival; here time counts from 4 months; readings of two decimals, by "
        "which a median can be missed where the curve is flat near 50%"
    )
    assert groups.loc[1, "patients"] == 8  # of the group b, those at risk at 4 months
