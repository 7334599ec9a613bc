"""Means over strata, in many resamples at once."""

import numpy as np
from crlm.survival import adjusted


def test_a_resample_without_weight_has_no_mean_of_strata():
    curves = np.array([[[0.9, 0.8], [0.9, 0.8]], [[0.7, 0.6], [np.nan, np.nan]]])
    weights = np.array([[1.0, 0.0], [3.0, 0.0]])
    found = adjusted.average_strata(curves, weights)
    assert np.allclose(found[0], [0.25 * 0.9 + 0.75 * 0.7, 0.25 * 0.8 + 0.75 * 0.6])
    assert np.isnan(found[1]).all()
