import numpy as np
import pytest
from crlm.survival import hazards
from crlm.survival.partial_likelihood import build_risk_sets, evaluate, maximise, score_residuals


@pytest.fixture
def data():
    random = np.random.default_rng(5)
    months = np.ceil(random.exponential(10, 150))
    event = (random.random(150) < 0.8).astype(float)
    x = random.normal(size=(150, 2))
    strata = random.choice(["a", "b"], 150)
    return months, event, x, strata


def test_time_is_the_survival_just_before(data):
    time = hazards.transform_times(np.array([1.0, 2, 2, 3]), np.array([1.0, 1, 0, 1]))
    assert time.tolist() == pytest.approx([0, 0.25, 0.25, 0.5])


def test_terms_and_global(data):
    months, event, x, strata = data
    risk_sets = build_risk_sets(months, event, strata)
    coef = maximise(risk_sets, x)[0]
    tests = hazards.test_proportional_hazards(
        *(risk_sets, months, event, x, coef, {"first": [0], "second": [1]})
    )
    assert list(tests) == ["first", "second", "GLOBAL"]
    assert [df for _, df, _ in tests.values()] == [1, 1, 2]
    together = hazards.test_proportional_hazards(
        *(risk_sets, months, event, x, coef, {"both": [0, 1]})
    )
    assert together["both"] == together["GLOBAL"] == tests["GLOBAL"]


def test_a_hazard_that_crosses_is_found():
    random = np.random.default_rng(6)
    group = np.repeat([0.0, 1.0], 300)
    months = np.where(group == 1, random.weibull(3, 600), random.weibull(0.6, 600))
    x = ((group - 0.5) * 2)[:, None]
    event = np.ones(600)
    risk_sets = build_risk_sets(months, event)
    tests = hazards.test_proportional_hazards(
        *(risk_sets, months, event, x, maximise(risk_sets, x)[0], {"group": [0]})
    )
    assert tests["group"][2] < 1e-10


@pytest.mark.parametrize("times", [[1.0, 1, 1, 2], [3.0, 3, 3, 3]])
def test_events_at_one_time_cannot_tell(times):
    months, event = np.array(times), np.array([1.0, 1, 1, 0])
    x = np.array([[-1.0], [0.5], [1], [-0.5]])
    risk_sets = build_risk_sets(months, event)
    tests = hazards.test_proportional_hazards(
        *(risk_sets, months, event, x, maximise(risk_sets, x)[0], {"x": [0]})
    )
    assert np.isnan(tests["x"][0]) and np.isnan(tests["x"][2])


def test_residuals_sum_to_nothing_around_the_coefficient(data):
    months, event, x, strata = data
    risk_sets = build_risk_sets(months, event, strata)
    coef = maximise(risk_sets, x)[0]
    times, residuals = hazards.scale_schoenfeld(risk_sets, months, x, coef)
    assert len(times) == event.sum() and residuals.shape == (event.sum(), 2)
    assert residuals.mean(axis=0) == pytest.approx(coef, abs=1e-8)


def test_score_residuals_sum_to_the_score(data):
    months, event, x, strata = data
    risk_sets = build_risk_sets(months, event, strata)
    at = evaluate(risk_sets, x, np.array([0.3, -0.2]))
    assert score_residuals(risk_sets, x, at).sum(axis=0) == pytest.approx(at.score, abs=1e-10)
