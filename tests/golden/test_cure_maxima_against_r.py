"""Cured shares where the likelihood has two maxima, against R's optim from many starts: the higher one is told."""

import json
from pathlib import Path

import numpy as np
import pytest
from crlm.analyses.cure.estimate import describe_group

EXPECTED = json.loads((Path(__file__).parent / "cure_maxima.json").read_text())


@pytest.mark.parametrize("distribution", EXPECTED["models"])
def test_equals_r(distribution):
    months, event = np.array(EXPECTED["months"]), np.array(EXPECTED["event"], float)
    row, _ = describe_group(months, event, distribution)
    expected = EXPECTED["models"][distribution]
    assert row["log_likelihood"] == pytest.approx(expected["log_likelihood"], rel=1e-9)
    assert row["cured"] == pytest.approx(expected["cured"], rel=2e-5)  # as well as R's search ends
    for name in ("lower", "upper", "p_value"):
        assert row[name] == pytest.approx(expected[name], rel=2e-4)
