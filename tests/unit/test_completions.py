"""Bounds over the completions of a score, against all completions of small cohorts."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.missing_components import completions
from crlm.survival.cox import fit_cox
from crlm.survival.discrimination import harrell_c
from crlm.survival.partial_likelihood import build_risk_sets, maximise


def find_bounds(months, event, lower, upper, whole, seed):
    """With every whole number between two limits, or eleven values evenly between them."""
    values = [
        np.arange(low, high + 0.5) if whole else np.unique(np.linspace(low, high, 11))
        for low, high in zip(lower, upper, strict=True)
    ]
    return completions.find_bounds(months, event, values, seed)


def fit(months, event, score):
    """Coefficient per point; infinite without a maximum; None when all are the same."""
    spread = score.std()
    if not spread:
        return None
    x = (score - score.mean()) / spread
    coef, _, _, converged = maximise(build_risk_sets(months, event), x[:, None])
    if not converged or abs(coef[0]) > 15:
        return np.sign(coef[0]) * np.inf
    return coef[0] / spread


def draw(seed, open_patients=4):
    random = np.random.default_rng(seed)
    n = int(random.integers(12, 30))
    months = random.integers(1, 12, n).astype(float)  # many ties
    event = (random.random(n) < 0.6).astype(float)
    lower = random.integers(0, 4, n).astype(float)
    upper = lower.copy()
    chosen = random.choice(n, open_patients, replace=False)
    upper[chosen] += random.integers(1, 4, open_patients)
    return months, event, lower, upper


def try_all(months, event, lower, upper, values):
    rows = np.flatnonzero(lower < upper)
    coefficients, concordances = [], []
    for filled in product(*(values(lower[row], upper[row]) for row in rows)):
        score = lower.copy()
        score[rows] = filled
        coefficients.append(fit(months, event, score))
        concordances.append(harrell_c(months, event, score))
    known = [each for each in coefficients if each is not None]
    return (min(known), max(known)), (min(concordances), max(concordances))


def compare(found, hazard, concordance):
    with np.errstate(divide="ignore"):
        np.testing.assert_allclose(np.log(found.hazard_ratio), hazard, atol=1e-7)
    np.testing.assert_allclose(found.harrell_c, concordance, atol=1e-12)


@pytest.mark.parametrize("seed", range(25))
def test_equals_the_extremes_of_all_completions(seed):
    data = draw(seed)
    found = find_bounds(*data, True, seed=1)
    compare(found, *try_all(*data, lambda low, high: np.arange(low, high + 1)))


def test_equals_the_extremes_with_eight_open_patients():
    months, event, lower, upper = draw(3, 8)
    upper = np.minimum(upper, lower + 1)
    found = find_bounds(months, event, lower, upper, True, seed=1)
    compare(found, *try_all(months, event, lower, upper, lambda low, high: (low, high)))


def test_values_between_whole_numbers_are_tried_for_a_score_that_is_not_whole():
    data = draw(5, 2)
    found = find_bounds(*data, False, seed=1)
    compare(found, *try_all(*data, lambda low, high: np.linspace(low, high, 11)))


def test_without_an_open_patient_the_bounds_are_the_fit_of_the_table():
    months, event, lower, _ = draw(7)
    found = find_bounds(months, event, lower, lower, True, seed=1)
    frame = pd.DataFrame({"e_months": months, "e_event": event, "points": lower})
    expected = fit_cox(frame, "e", {"points": {"kind": "count"}}).coefficients["hazard_ratio"][0]
    np.testing.assert_allclose(found.hazard_ratio, [expected] * 2, rtol=1e-8)
    np.testing.assert_allclose(found.harrell_c, [harrell_c(months, event, lower)] * 2)


def test_wide_bounds_and_other_units_do_not_matter():
    """Scores far from 0 and in other steps have the same bounds, per step."""
    months, event, lower, upper = draw(9)
    plain = find_bounds(months, event, lower, upper, True, seed=1)
    moved = find_bounds(months, event, lower + 500, upper + 500, True, seed=1)
    np.testing.assert_allclose(moved.hazard_ratio, plain.hazard_ratio, rtol=1e-7)
    np.testing.assert_allclose(moved.harrell_c, plain.harrell_c)
    doubled = find_bounds(months, event, -upper, -lower, True, seed=1)
    np.testing.assert_allclose(doubled.hazard_ratio, 1 / np.array(plain.hazard_ratio[::-1]))


def test_a_separated_completion_has_an_infinite_hazard_ratio():
    months, event = np.array([1.0, 2, 3, 4, 5, 6]), np.array([1.0, 1, 1, 0, 0, 0])
    lower, upper = np.array([0.0, 1, 1, 0, 0, 0]), np.array([1.0, 1, 1, 0, 0, 0])
    found = find_bounds(months, event, lower, upper, True, seed=1)
    assert np.isinf(found.hazard_ratio[1])
    # 12 pairs; those of deaths among themselves are ties if all three have one point
    assert found.harrell_c[1] == (9 + 3 / 2) / 12


def test_nothing_can_be_said_without_a_death_or_a_difference():
    months, event = np.arange(1.0, 7), np.zeros(6)
    found = find_bounds(months, event, np.zeros(6), np.ones(6), True, seed=1)
    assert np.isnan([*found.hazard_ratio, *found.harrell_c]).all()
    found = find_bounds(months, event + 1, np.ones(6), np.ones(6), True, seed=1)
    assert np.isnan([*found.hazard_ratio, *found.harrell_c]).all()


def test_the_seed_moves_only_the_random_starts():
    data = draw(11, 8)
    assert find_bounds(*data, True, seed=1) == find_bounds(*data, True, seed=2)
