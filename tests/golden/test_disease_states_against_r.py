"""Probabilities of states and the time in them, equal to R's multi-state survfit and etm (make_disease_states.R)."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crlm.survival import occupation

GOLDEN = json.loads((Path(__file__).parent / "disease_states.json").read_text(encoding="utf-8"))
NAMES = list(GOLDEN["spells"])


def estimate(name, weights=None):
    spells = pd.DataFrame(GOLDEN["spells"][name])
    ordered = occupation.order_spells(spells, GOLDEN["states"])
    return ordered, *occupation.estimate_probabilities(ordered, weights=weights)


@pytest.mark.parametrize("name", NAMES)
def test_probabilities(name):
    _, times, found = estimate(name)
    at = occupation.read_probabilities(times, found, GOLDEN["times"])[0]
    expected = GOLDEN["found"][name]
    assert at == pytest.approx(np.array(expected["probability"], float), rel=1e-9, abs=1e-12)
    assert at == pytest.approx(np.array(expected["etm"], float), rel=1e-9, abs=1e-12)
    assert np.ptp(at, axis=0).max() > 0.2  # they change with time


@pytest.mark.parametrize("name", NAMES)
def test_restricted_mean_time_in_each_state(name):
    _, times, found = estimate(name)
    mine = occupation.integrate_probabilities(times, found, GOLDEN["horizon"])[0]
    assert mine == pytest.approx(GOLDEN["found"][name]["restricted_mean"], rel=1e-9)
    assert mine.sum() == pytest.approx(GOLDEN["horizon"], rel=1e-12)


def test_the_spread_of_the_resamples_is_the_error_of_r():
    """R's is the infinitesimal jackknife; 4000 resamples know a standard deviation to 1 %, and both agree in large samples only."""
    ordered, *_ = estimate("many")
    weights = occupation.draw_weights(ordered["patients"], 4000, 5)
    _, times, found = estimate("many", weights)
    expected = GOLDEN["found"]["many"]
    areas = occupation.integrate_probabilities(times, found, GOLDEN["horizon"])
    assert areas.std(axis=0) == pytest.approx(np.array(expected["restricted_error"]), rel=0.06)
    shares = occupation.read_probabilities(times, found, [24])[:, 0]
    place = GOLDEN["times"].index(24)
    assert shares.std(axis=0) == pytest.approx(
        np.array(expected["standard_error"][place]), rel=0.06
    )
