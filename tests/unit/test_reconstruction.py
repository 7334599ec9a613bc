"""Individual times from digitised curves: known data come back, the algorithm's steps by hand, bad tables are refused."""

import numpy as np
import pandas as pd
import pytest
from crlm.kaplan_meier import estimate_curve, summarise_curve, survival_at
from crlm.reconstruction import (
    check_digitised,
    compare_reconstructed,
    compare_samples,
    reconstruct_individuals,
    reconstruct_strata,
)
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


def test_clean_tables_are_clean_and_strata_come_in_their_order():
    points, at_risk = tables()
    assert check_digitised(points, at_risk) == []
    people = reconstruct_strata(points.iloc[[1, 0, 3, 2]], at_risk, {"high": 6})
    assert people["stratum"].unique().tolist() == ["low", "high"]
    assert people.groupby("stratum", sort=False)["event"].agg(
        ["size", "sum"]
    ).to_numpy().tolist() == [
        [20, 6],
        [8, 6],
    ]


def test_strata_may_be_named_by_numbers():
    number = {"low": 1, "high": 2}
    points, at_risk = (t.assign(stratum=t["stratum"].map(number)) for t in tables())
    people = reconstruct_strata(points, at_risk)
    assert people["stratum"].unique().tolist() == ["1", "2"]


@pytest.mark.parametrize(
    ("table", "row", "column", "value", "words"),
    [
        (0, 1, "survival", 0.95, "points, row 3: survival rises to 0.95 in stratum 'low'"),
        (0, 0, "survival", 90, "stratum 'low': survival above 1; divide per cent by 100"),
        (0, 0, "survival", "x", "points, row 2: survival is 'x'"),
        (0, 0, "time_months", -1, "points, row 2: time_months is '-1'"),
        (0, 3, "stratum", "other", "stratum 'other' stands in one of the two tables only"),
        (
            1,
            0,
            "time_months",
            1,
            "stratum 'low': the row at risk must begin with the patients at 0",
        ),
        (1, 1, "at_risk", 21, "stratum 'low': the number at risk rises"),
        (1, 1, "time_months", 0, "stratum 'low': a time stands twice"),
    ],
)
def test_bad_tables_are_refused_in_words(table, row, column, value, words):
    both = [each.astype(object) for each in tables()]
    both[table].loc[row, column] = value
    assert any(words in problem for problem in check_digitised(*both))
    with pytest.raises(ValueError, match=words.split(":")[0]):
        reconstruct_strata(*both)


def test_a_missing_column_is_named():
    points, at_risk = tables()
    problems = check_digitised(points.drop(columns="survival"), at_risk)
    assert problems == ["points: no column survival; needed: stratum, time_months, survival."]


def test_a_jitter_of_the_hand_is_smoothed():
    points, at_risk = tables()
    shaky = pd.concat([points, pd.DataFrame([("low", 8, 0.905)], columns=points.columns)])
    assert check_digitised(shaky.reset_index(drop=True), at_risk) == []
    assert len(reconstruct_strata(shaky.reset_index(drop=True), at_risk)) == 28


def test_a_grouping_is_compared_with_the_strata_that_belong_to_it():
    points, at_risk = tables()
    people = reconstruct_strata(points, at_risk)
    patients = pd.DataFrame(
        {
            "x_months": [5.0, 10, 20, 30, 3, 9, 40, 2],
            "x_event": [1.0, 0, 1, 0, 1, 1, 0, 1],
            "grouping_g": pd.Categorical(["a"] * 4 + ["b"] * 4, categories=["a", "b", "c"]),
        }
    )
    grouping = {"group_labels": {"a": "A", "b": "B"}}
    strata = {"low": "a", "high": "b"}
    found = compare_reconstructed(patients, "x", "g", grouping, people, [6, 12], strata)
    groups = found["groups"].set_index("group")
    assert groups.loc["a", ["stratum", "patients", "published_patients"]].tolist() == ["low", 4, 20]
    low = found["points"].set_index(["group", "time"]).loc[("a", 6)]
    assert low["survival"] == 0.75 and low["published"] == pytest.approx(0.9, abs=0.01)
    assert low["difference"] == pytest.approx(0.75 - low["published"])
    counts = found["curves"].groupby(["group", "curve"]).size()
    assert set(counts.index) == {(g, c) for g in "ab" for c in ("here", "reconstructed")}
    # a group without patients is told, not estimated
    empty = compare_reconstructed(patients, "x", "g", grouping, people, [6], {"low": "c"})
    assert empty["groups"].loc[0, "patients"] == 0 and np.isnan(
        empty["groups"].loc[0, "hazard_ratio"]
    )
