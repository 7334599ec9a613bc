"""Times at which the Brier scores are taken."""

import numpy as np
from crlm.survival.horizons import INTERVALS, space_times


def test_a_step_that_misses_an_observed_time_by_rounding_is_that_time():
    months = np.array([7.2, 20.0, 37.2, 61.0])
    steps = np.linspace(0, 60, INTERVALS + 1)
    assert 37.2 not in steps and 7.2 not in steps  # 37.199999999999996 and 7.199999999999999
    times = space_times([12, 60], months)
    assert {7.2, 37.2, 12, 60} <= set(times)
    np.testing.assert_allclose(times, steps, atol=1e-12)


def test_a_time_that_is_near_but_another_stays_another():
    months = np.array([37.2001, 61.0])
    assert 37.2001 not in space_times([60], months)


def test_without_a_horizon_there_are_no_times():
    assert len(space_times([], np.array([1.0]))) == 0
