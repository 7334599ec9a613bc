"""Probabilities of states: recounted patient by patient, equal to Kaplan-Meier where that applies, resampled as if expanded."""

import numpy as np
import pandas as pd
import pytest
from crlm.survival import occupation
from lifelines import KaplanMeierFitter

STATES = ["free", "back", "dead"]


def draw_spells(seed, patients=40):
    """Spells in whole months, so that times are tied."""
    rng, rows = np.random.default_rng(seed), []
    for patient in range(patients):
        state, month, end = "free", 0, rng.integers(5, 40)
        while True:
            other = {"free": ["back", "dead"], "back": ["free", "dead"]}[state]
            stop = month + rng.integers(1, 15)
            target = other[int(rng.random() < 0.4)]
            if stop > end:
                rows.append((patient, state, month, end, ""))
                break
            rows.append((patient, state, month, stop, target))
            if target == "dead":
                break
            state, month = target, stop
    return pd.DataFrame(rows, columns=["patient_id", "state", "start", "stop", "next"])


def recount(spells, at):
    """Product over the distinct times of (1 + dA), by matrices and loops over patients."""
    now = np.array([1.0, 0, 0])
    for time in sorted(set(spells.loc[spells["next"] != "", "stop"])):
        if time > at:
            break
        step = np.eye(3)
        for h, state in enumerate(STATES):
            risk = [r for r in spells.itertuples() if r.state == state and r.start < time <= r.stop]
            for j, other in enumerate(STATES):
                moved = sum(r.stop == time and r.next == other for r in risk)
                if moved:
                    step[h, j] += moved / len(risk)
                    step[h, h] -= moved / len(risk)
        now = now @ step
    return now


@pytest.mark.parametrize("seed", range(4))
def test_the_product_of_matrices(seed):
    spells = draw_spells(seed)
    times, found = occupation.estimate_probabilities(occupation.order_spells(spells, STATES))
    for at in (0, 3, 7.5, 12, 30, 100):
        mine = occupation.read_probabilities(times, found, [at])[0, 0]
        assert mine == pytest.approx(recount(spells, at), abs=1e-12)
    assert np.abs(found.sum(axis=2) - 1).max() < 1e-12


def test_without_way_back_the_first_state_is_kaplan_meier():
    spells = draw_spells(9)
    first = spells.groupby("patient_id").first().reset_index()
    times, found = occupation.estimate_probabilities(occupation.order_spells(first, STATES))
    curve = KaplanMeierFitter().fit(first["stop"], first["next"] != "")
    expected = curve.survival_function_at_times(times).to_numpy()
    assert found[0, :, 0] == pytest.approx(expected, abs=1e-12)


def test_a_resample_is_the_expanded_table():
    spells = draw_spells(3, 12)
    ordered = occupation.order_spells(spells, STATES)
    weights = occupation.draw_weights(12, 250, 4)
    assert (weights.sum(axis=1) == 12).all() and weights.max() > 2
    times, found = occupation.estimate_probabilities(ordered, weights=weights)
    for number in (0, 1, 249):
        copies = [
            spells[spells["patient_id"] == patient].assign(patient_id=f"{patient} {copy}")
            for patient in range(12)
            for copy in range(int(weights[number, patient]))
        ]
        expected = recount(pd.concat(copies), 20)
        mine = occupation.read_probabilities(times, found, [20])[number, 0]
        assert mine == pytest.approx(expected, abs=1e-12)


def test_counts_in_a_state():
    spells = draw_spells(5)
    ordered = occupation.order_spells(spells, STATES)
    times = np.arange(0.5, 40, 0.5)
    for place, state in enumerate(STATES):
        own = spells[spells["state"] == state]
        expected = [((own["start"] < t) & (own["stop"] >= t)).sum() for t in times]
        assert occupation.count_in_state(ordered, place, times).tolist() == expected


def test_time_in_each_state_is_the_area():
    spells = draw_spells(6)
    times, found = occupation.estimate_probabilities(occupation.order_spells(spells, STATES), 25)
    middles = (np.arange(50_000) + 0.5) * 24.5 / 50_000
    strips = occupation.read_probabilities(times, found, middles)[0].mean(axis=0) * 24.5
    areas = occupation.integrate_probabilities(times, found, 24.5)[0]
    assert areas == pytest.approx(strips, abs=1e-3) and areas.sum() == pytest.approx(24.5)


def test_nobody_moves():
    spells = draw_spells(6).groupby("patient_id").first().reset_index().assign(next="")
    times, found = occupation.estimate_probabilities(occupation.order_spells(spells, STATES))
    assert times.tolist() == [0] and found[0].tolist() == [[1, 0, 0]]
    assert occupation.integrate_probabilities(times, found, 10)[0].tolist() == [10, 0, 0]
