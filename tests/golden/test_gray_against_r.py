"""Gray's test equals R's `cuminc` also where the pooled incidence reaches 1 before the last event: make_gray.R."""

import json
from pathlib import Path

import numpy as np
import pytest
from crlm.survival.gray import test_gray as compare

GOLDEN = json.loads((Path(__file__).parent / "gray.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("expected", GOLDEN, ids=lambda each: each["groups"])
def test_groups_that_die_out_one_after_another(expected):
    groups = list(expected["groups"])
    statistic, df, p_value = compare(
        np.arange(len(groups)) + 1.0, [1] * len(groups), groups, sorted(set(groups))
    )
    if expected["statistic"] is None:  # R ends with an error
        assert np.isnan([statistic, df, p_value]).all()
    else:
        assert statistic == pytest.approx(expected["statistic"], rel=1e-9)
        assert (df, p_value) == (expected["df"], pytest.approx(expected["p"], rel=1e-9))
