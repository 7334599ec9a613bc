"""Discrimination computed twice: a row for each measure, equal, and unequal where a number is changed."""

import numpy as np
import pytest
from crlm.analyses.cross_check.concordance import METRICS, check_performance
from crlm.analyses.performance.estimate import assess_performance
from crlm.survival import discrimination
from test_performance import HORIZONS, PREDICTORS, draw_cohort

PLAN = {"performance": PREDICTORS, "endpoints": {"os": {"landmarks_months": [*HORIZONS, 500]}}}


@pytest.fixture
def tables():
    found = assess_performance(draw_cohort(3), "os", PREDICTORS, [*HORIZONS, 500], 2, 1)
    return {"performance": found.performance}


def test_every_measure_twice(tables):
    rows = list(check_performance(draw_cohort(3), "os", PLAN, tables))
    estimated = tables["performance"]["estimate"].notna().sum()
    assert len(rows) == estimated == len(PREDICTORS) * (1 + 1 + 2 + 2 + 1)
    for _, what, value, by, second, second_by in rows:
        assert value == pytest.approx(second, rel=1e-12)
        assert by != second_by
        assert any(what.startswith(words) for words in METRICS.values())


def test_a_changed_number_is_seen(tables):
    tables["performance"].loc[tables["performance"]["metric"] == "auc", "estimate"] *= 1.001
    rows = list(check_performance(draw_cohort(3), "os", PLAN, tables))
    off = [abs(second / value - 1) > 1e-4 for _, _, value, _, second, _ in rows]
    assert sum(off) == len(PREDICTORS) * 2


def test_nothing_to_check(tables, monkeypatch):
    assert not list(check_performance(draw_cohort(3), "os", PLAN | {"performance": {}}, tables))
    few = draw_cohort(3).assign(os_event=0.0)
    assert not list(check_performance(few, "os", PLAN, tables))
    monkeypatch.setattr("crlm.analyses.cross_check.concordance.PAIRS", 10)
    rows = list(check_performance(draw_cohort(3), "os", PLAN, tables))
    assert len(rows) == len(PREDICTORS) * 5
    assert discrimination.PAIRS > 1000 and np.isfinite(rows[0][4])
