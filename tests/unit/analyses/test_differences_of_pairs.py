"""Differences of more pairs than memory holds: the same as of all of them sorted, without holding them."""

import tracemalloc

import numpy as np
import pytest
from crlm.analyses.associations import estimate
from crlm.analyses.associations.differences import select_differences


@pytest.mark.parametrize("digits", [0, 1, 17])
def test_they_are_those_of_all_pairs_sorted_to_the_last_bit(digits):
    random = np.random.default_rng(digits)
    for _ in range(60):
        first, second = (np.round(random.normal(size=random.integers(1, 30)), digits) for _ in "ab")
        everything = np.sort(np.subtract.outer(second, first).ravel())
        places = [0, len(everything) - 1, *random.integers(0, len(everything), 6)]
        for held in (0, 3, 10**6):
            found = select_differences(first, second, places, held)
            assert found == everything[places].tolist()


def test_the_shift_of_many_patients_takes_little_memory():
    """All 36 million differences would take 288 MB; 6 + x is a shift of 6 whatever x."""
    x = np.random.default_rng(1).normal(size=6000)
    tracemalloc.start()
    row = estimate.shift(x, x + 6)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert row["estimate"] == pytest.approx(6, abs=1e-9)
    assert row["lower"] < 6 < row["upper"] and row["upper"] - row["lower"] < 0.1
    assert peak < 100e6
