"""Published probabilities as forecasts: only those of the same endpoint, never an invented one."""

import numpy as np
import pytest
from crlm.scores import forecast
from crlm.scores.published_strata import survive

OVERALL = {"label": "Overall survival", "published_as": "overall_survival"}
SCORE = {"kind": "score", "column": "sum"}
GROUP = {"kind": "level", "column": "sum_group", "levels": ["low", "high"]}
CURVE = {
    "endpoint": "overall survival",
    "source": "a curve",
    "form": "log_normal",
    "intercept": 1.99,
    "slope": -0.08,
    "scale": 1.0,
    "unit": "years",
    "until": 60,
    "evidence": "derived",
}


def entry(percent, endpoint="overall survival", source="Doe", **more):
    return {"endpoint": endpoint, "source": source, "survival": percent, "evidence": "read", **more}


def attach(predictor, *entries, endpoint=OVERALL, derived=None):
    groups = {"low": {"label": "Low (0-1)"}, "high": {"label": "High (2)"}}
    scores = {"sum": {"groups": groups, "published": list(entries)}}
    return forecast.attach_published({"it": predictor}, scores, endpoint, derived)["it"]


def test_every_patient_gets_the_share_of_his_value_and_its_evidence():
    spec = attach(
        SCORE,
        entry({12: 90, 36: 50}, value=0),
        entry({12: 80}, value=1, survival_evidence={12: "recalled"}),
        entry({12: 7}, group="low"),
    )
    found = forecast.forecast_survival(spec["published"], [1.0, 0.0, 1.0], [12, 36])
    assert found.survival[12].tolist() == [0.8, 0.9, 0.8]
    assert found.describe(12) == "published: read, recalled (Doe)"
    assert list(found.survival) == [12]
    assert found.notes == {36: "no survival published at 36 months for 1 point (Doe)"}


def test_groups_take_those_of_groups_and_a_value_nobody_has_may_lack():
    spec = attach(GROUP, entry({12: 90}, group="low"), entry({12: 5}, value=0))
    found = forecast.forecast_survival(spec["published"], ["low", "low"], [12, 24])
    assert found.survival[12].tolist() == [0.9, 0.9]
    assert found.notes[24] == "no survival published at 24 months (Doe)"
    lacking = forecast.forecast_survival(spec["published"], ["low", "high"], [12])
    assert lacking.notes[12] == "no survival published at 12 months for High (2) (Doe)"
    assert not lacking.survival


def test_another_endpoint_is_stated_and_not_used():
    spec = attach(
        SCORE,
        entry({12: 90}, value=0),
        endpoint={"label": "Recurrence-free survival", "published_as": "recurrence_free_survival"},
    )
    found = forecast.forecast_survival(spec["published"], [0.0], [12])
    assert not found.survival
    assert found.notes[12] == "published is overall survival, here it is recurrence-free survival"


def test_sources_are_not_mixed_and_the_first_complete_one_counts():
    spec = attach(
        SCORE,
        entry({12: 90}, value=0),
        entry({12: 85}, value=0, source="Roe"),
        entry({12: 75}, value=1, source="Roe"),
    )
    found = forecast.forecast_survival(spec["published"], [0.0, 1.0], [12])
    assert found.survival[12].tolist() == [0.85, 0.75]
    assert found.describe(12) == "published: read (Roe)"
    alone = forecast.forecast_survival(spec["published"], [0.0], [12])
    assert alone.describe(12) == "published: read (Doe)"


def test_a_derived_curve_serves_where_the_printed_figures_do_not_reach():
    spec = attach(SCORE, entry({60: 40}, value=0), derived={"sum": CURVE})
    found = forecast.forecast_survival(spec["published"], [0.0, 3.0], [12, 60, 72])
    assert found.source == {12: "derived", 60: "derived"}
    np.testing.assert_allclose(found.survival[12], survive(CURVE, [0, 3], [12])[:, 0])
    assert "72" not in str(found.survival) and 72 in found.notes
    printed = forecast.forecast_survival(spec["published"], [0.0], [60])
    assert printed.source == {60: "published"}


@pytest.mark.parametrize(
    "predictor", [{"kind": "model", "variables": {}}, SCORE | {"column": "other"}, GROUP]
)
def test_what_nobody_published_is_left_as_it_is(predictor):
    assert attach(predictor, entry({12: 90}, value=0), entry({}, group="low")) == predictor
