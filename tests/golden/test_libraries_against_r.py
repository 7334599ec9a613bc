"""The libraries that compute our numbers equal R, and those that were found not to still do not (docs/numbers.md)."""

import json
from pathlib import Path

import libraries
import numpy as np
import pandas as pd
import pytest
from library_errors import COHORTS, WHOLE, times_events
from measure_libraries import build_rows

ROWS = build_rows()
CONVENTIONS = json.loads((Path(__file__).parent / "conventions.json").read_text())
EXACT = {key: np.array(values) for key, values in CONVENTIONS["inputs"]["exact"].items()}
LANDMARKS = {
    "exact": (EXACT["months"], EXACT["event"], EXACT["adjuvant"]),
    "whole": (*times_events(WHOLE), WHOLE["hormone"].to_numpy()),
    "recidivism": (*times_events(COHORTS["recidivism"]), COHORTS["recidivism"]["aid"].to_numpy()),
}


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


@pytest.mark.parametrize("name", ["exact", "whole", "recidivism"])
def test_landmark_takes_only_times_beyond_it(name):
    months, event, group = LANDMARKS[name]
    expected = CONVENTIONS["landmarks"][name]
    later = months > expected["landmark"]
    months, event, group = months[later] - expected["landmark"], event[later], group[later]
    assert (len(months), event.sum()) == (expected["patients"], expected["events"])
    table, at = libraries.curve(months, event), expected["curve"]
    row = np.searchsorted(table["time"], at["time"], side="right") - 1
    for column in ("survival", "lower", "upper"):
        np.testing.assert_allclose(table[column].iloc[row], at[column], rtol=1e-12)
    expected_medians = np.array(expected["medians"]["printed"], float)
    np.testing.assert_allclose(libraries.medians(months, event), expected_medians, rtol=1e-12)
    found = libraries.log_rank(months, event, group)
    np.testing.assert_allclose(found, expected["log_rank"]["statistic"], rtol=1e-10)
    fit = libraries.cox(pd.DataFrame({"group": group == "yes"}).astype(float), months, event)
    np.testing.assert_allclose(fit.params_, expected["cox"]["coef"], rtol=1e-8)


def weigh_by_censoring(months, event):
    """Uncensored just before t, and at t, by the definition: deaths before the censored of the same time."""

    def uncensored(t, with_t):
        product = 1.0
        for time in np.unique(months):
            if time < t or (with_t and time == t):
                lost = ((months == time) & (event == 0)).sum()
                left = (months > time).sum() + lost
                product *= 1 - lost / left if left else 1
        return product

    return [uncensored(t, False) for t in months], [uncensored(t, True) for t in months]


@pytest.mark.parametrize("seed", range(20))
def test_censored_a_moment_later_is_the_definition(seed):
    """Uno's C until tau, AUC and the Brier score counted pair by pair, with ties of everything."""
    random = np.random.default_rng(seed)
    months, event = random.integers(0, 8, 40) * 1.0, random.random(40) < 0.5
    score, survival, horizon = random.integers(0, 5, 40) * 1.0, random.random((40, 1)), 4.0
    before, at = weigh_by_censoring(months, event)
    beyond = months > horizon
    at_horizon = at[np.flatnonzero(months == horizon)[0]]
    concordant = pairs = right = cases = brier = 0
    for i in range(40):
        if event[i] and months[i] <= horizon:
            comparable = (months > months[i]) | ((months == months[i]) & ~event)
            higher = (score[i] > score) + (score[i] == score) / 2
            concordant += higher[comparable].sum() / before[i] ** 2
            pairs += comparable.sum() / before[i] ** 2
            right += higher[beyond].sum() / before[i]
            cases += beyond.sum() / before[i]
            brier += survival[i, 0] ** 2 / before[i]
        if beyond[i]:
            brier += (1 - survival[i, 0]) ** 2 / at_horizon
    observed, until = libraries.moved_outcome(months, event), libraries.beyond(horizon)
    found = [
        libraries.uno_c(observed, score, until),
        libraries.auc(observed, score, [until])[0],
        libraries.brier(observed, survival, [until])[0],
    ]
    np.testing.assert_allclose(found, [concordant / pairs, right / cases, brier / 40], rtol=1e-12)
