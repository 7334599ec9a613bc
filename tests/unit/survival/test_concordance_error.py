"""The variance of C against its definition, pair by pair; against R in tests/golden."""

import tracemalloc

import numpy as np
import pytest
from crlm.survival.concordance import concordance_influence
from crlm.survival.discrimination import harrell_c
from hypothesis import given, settings
from hypothesis import strategies as st

PATIENTS = st.lists(st.tuples(st.integers(0, 6), st.booleans(), st.integers(0, 3)), max_size=9)


def weighted_c(months, event, score, weights):
    """C of patients who count `weights` times, pair by pair."""
    agree = usable = 0.0
    for i in range(len(months)):
        for j in range(len(months)):
            later = months[j] > months[i] or (months[j] == months[i] and not event[j])
            if event[i] and later:
                weight = weights[i] * weights[j]
                usable += weight
                agree += weight * ((score[i] > score[j]) + (score[i] == score[j]) / 2)
    return agree / usable if usable else np.nan


def differentiate(months, event, score):
    """The infinitesimal jackknife by its definition: the derivative of C in each patient's weight."""
    found, step = [], 1e-5
    for i in range(len(months)):
        values = []
        for sign in (1, -1):
            weights = np.ones(len(months))
            weights[i] += sign * step
            values.append(weighted_c(months, event, score, weights))
        found.append((values[0] - values[1]) / (2 * step))
    return np.array(found)


@settings(max_examples=100, deadline=None)
@given(PATIENTS)
def test_influence_is_the_derivative(patients):
    months, event, score = np.array(patients, float).reshape(-1, 3).T
    c, influence = concordance_influence(months, event, score)
    expected = weighted_c(months, event, score, np.ones(len(months)))
    assert c == pytest.approx(expected, nan_ok=True)
    assert influence.shape == months.shape
    if np.isnan(c):
        assert np.isnan(influence).all()
    else:
        np.testing.assert_allclose(influence, differentiate(months, event, score), atol=1e-8)


@settings(max_examples=50, deadline=None)
@given(PATIENTS, st.randoms(use_true_random=False))
def test_order_and_direction(patients, shuffle):
    months, event, first = np.array(patients, float).reshape(-1, 3).T
    c, influence = concordance_influence(months, event, first)
    order = list(range(len(months)))
    shuffle.shuffle(order)
    again, moved = concordance_influence(months[order], event[order], first[order])
    assert again == pytest.approx(c, nan_ok=True)
    np.testing.assert_allclose(moved, influence[order], atol=1e-12)
    reversed_c, reversed_influence = concordance_influence(months, event, -first)
    assert reversed_c == pytest.approx(1 - c, nan_ok=True)
    np.testing.assert_allclose(reversed_influence, -influence, atol=1e-12)


@pytest.mark.parametrize(
    ("months", "event"), [([], []), ([3.0], [1]), ([1.0, 2.0], [0, 0]), ([2.0, 2.0], [1, 1])]
)
def test_without_a_usable_pair(months, event):
    c, influence = concordance_influence(months, event, months)
    assert np.isnan(c) and np.isnan(influence).all() and len(influence) == len(months)


def test_ten_thousand_patients():
    random = np.random.default_rng(2)
    n = 10_000
    months, event = random.integers(1, 150, n), random.random(n) < 0.4
    score = random.integers(0, 12, n)
    tracemalloc.start()
    c, influence = concordance_influence(months, event, score)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20e6  # a table of all pairs of deaths and patients would need 320 MB
    assert c == pytest.approx(harrell_c(months, event, score), abs=1e-12)
    assert influence.sum() == pytest.approx(0, abs=1e-9)
