"""The p-value of the largest weighted log-rank test against nested integrals in R (make_max_combo.R)."""

import json
from pathlib import Path

import numpy as np
import pytest
from crlm.survival.weighted_log_rank import exceed

GOLDEN = json.loads(Path(__file__).with_name("max_combo.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("name", GOLDEN)
def test_the_chance_of_one_so_far_out(name, seed):
    """As near where it is small: one less the chance of all within was 13 % off at 0.0014."""
    expected = GOLDEN[name]
    correlation = np.array(expected["correlation"])
    for largest, chance in zip(expected["largest"], expected["p"], strict=True):
        found = exceed(correlation, largest, np.random.default_rng(seed))
        assert found == pytest.approx(chance, rel=3e-4)


def test_tests_that_are_one_are_counted_once():
    alone = exceed(np.ones((1, 1)), 2.0, np.random.default_rng(1))
    assert exceed(np.ones((3, 3)), 2.0, np.random.default_rng(1)) == pytest.approx(alone, rel=1e-9)
