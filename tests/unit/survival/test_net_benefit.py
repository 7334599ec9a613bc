"""Net benefit against its definition, threshold by threshold, with the library's Kaplan-Meier."""

import numpy as np
import pytest
from crlm.survival import net_benefit
from crlm.survival.kaplan_meier import estimate_curve
from hypothesis import given, settings
from hypothesis import strategies as st

THRESHOLDS = [0.05, 0.1, 0.3, 0.37, 0.6, 0.95]


def incidence(months, event, horizon):
    """1 - Kaplan-Meier at the horizon, at its last value beyond the last time."""
    curve = estimate_curve(months, event)
    return 1 - curve["survival"][curve["time"] <= horizon].iloc[-1]


def brute_force(months, event, risk, horizon, threshold, known):
    """known: {who is at or above a threshold: incidence}, kept for further thresholds of the same cohort."""
    above = risk >= threshold
    if not above.any():
        return 0.0
    if tuple(above) not in known:
        known[tuple(above)] = incidence(months[above], event[above], horizon)
    happens = known[tuple(above)]
    return above.mean() * (happens - (1 - happens) * threshold / (1 - threshold))


@st.composite
def cohorts(draw):
    """months, event, risk, multiplicity of a few patients, with ties of all kinds."""
    n = draw(st.integers(1, 20))

    def column(values):
        return np.array(draw(st.lists(values, min_size=n, max_size=n)))

    risk = column(st.sampled_from([0, 0.05, 0.2, 0.3, 1 - 0.9, 0.5, 0.95, 1]))
    counts = column(st.integers(0, 3))
    counts[0] = 1
    return column(st.integers(1, 8)), column(st.integers(0, 1)), risk, counts


@settings(deadline=None, max_examples=100)
@given(cohorts(), st.sampled_from([1, 4, 4.5, 8, 9]))
def test_net_benefit_of_every_threshold_is_that_of_its_definition(cohort, horizon):
    months, event, risk, counts = cohort
    found = [net_benefit.net_benefit(months, event, risk, horizon, THRESHOLDS)]
    drawn = [
        net_benefit.resample_net_benefit(months, event, risk, horizon, threshold, counts[None])
        for threshold in THRESHOLDS
    ]
    found.append(np.concatenate(drawn))
    risk = np.round(risk, 12)  # 1 - 0.9 is meant to be 0.1
    for row, copies in zip(found, (np.ones(len(months), int), counts), strict=True):
        expanded = [np.repeat(each, copies) for each in (months, event, risk)]
        known = {}
        expected = [brute_force(*expanded, horizon, each, known) for each in THRESHOLDS]
        assert row == pytest.approx(expected, abs=1e-12)


def test_without_censoring_it_is_true_minus_weighted_false_positives():
    """Vickers and Elkin's binary formula: of 10, 4 are treated at 0.25, 3 of them rightly."""
    months = np.array([1, 2, 3, 9, 9, 9, 9, 9, 4, 9])
    risk = np.array([0.9, 0.5, 0.25, 0.7, 0.1, 0.1, 0.1, 0.1, 0.2, 0.2])
    event = (months < 9).astype(int)
    found = net_benefit.net_benefit(months, event, risk, 5, [0.25])
    assert found == pytest.approx(np.array([3 / 10 - 1 / 10 * 0.25 / 0.75]))
    everybody = net_benefit.treat_all(months, event, 5, [0.25])
    assert everybody == pytest.approx(np.array([4 / 10 - 6 / 10 * 0.25 / 0.75]))


def test_a_threshold_that_nobody_reaches_has_no_net_benefit_and_one_below_all_is_treat_all():
    months, event, risk = np.array([1.0, 2, 3]), np.array([1, 0, 1]), np.array([0.2, 0.3, 0.4])
    found = net_benefit.net_benefit(months, event, risk, 2.5, [0.1, 0.5])
    assert found[1] == 0
    assert found[0] == net_benefit.treat_all(months, event, 2.5, [0.1])[0] != 0


@pytest.mark.parametrize("threshold", [0, 1, -0.1, np.nan])
def test_a_threshold_outside_of_0_to_1_is_refused(threshold):
    with pytest.raises(ValueError, match="thresholds"):
        net_benefit.net_benefit([1, 2], [1, 0], [0.1, 0.2], 1, [threshold])


def test_a_missing_risk_is_neither_above_nor_below():
    with pytest.raises(ValueError, match="missing"):
        net_benefit.net_benefit([1, 2], [1, 0], [0.1, np.nan], 1, [0.5])
