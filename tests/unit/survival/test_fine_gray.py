import numpy as np
import pytest
from crlm.survival import fine_gray
from statsmodels.duration.hazard_regression import PHReg


def draw(patients=90, seed=5):
    random = np.random.default_rng(seed)
    x = np.column_stack([random.random(patients) < 0.4, random.normal(size=patients)]).astype(float)
    months = np.ceil(random.exponential(15 * np.exp(-0.5 * x[:, 0]), patients))
    return months, random.integers(0, 3, patients), x


def test_without_competing_events_it_is_the_model_of_cox():
    months, status, x = draw()
    fit = fine_gray.fit_fine_gray(months, np.where(status == 1, 1, 0), x)
    model = PHReg(months, x, status=(status == 1).astype(int), ties="breslow").fit()
    assert fit.coef == pytest.approx(model.params, rel=1e-6)
    assert fit.information == pytest.approx(np.linalg.inv(model.cov_params()), rel=1e-6)


def recount(months, status, x, coef):
    """Log likelihood patient by patient, as the paper writes it."""
    times = np.unique(months)
    free, last = {}, 1.0
    for time in times:
        free[time] = last
        last *= 1 - ((status == 0) & (months == time)).sum() / (months >= time).sum()
    total = 0.0
    for own in np.flatnonzero(status == 1):
        weight = np.zeros(len(months))
        for each in range(len(months)):
            if months[each] >= months[own]:
                weight[each] = 1
            elif status[each] == 2:
                weight[each] = free[months[own]] / free[months[each]]
        total += x[own] @ coef - np.log(weight @ np.exp(x @ coef))
    return total


def test_the_solution_is_the_maximum_of_a_brute_force_likelihood():
    months, status, x = draw(60)
    fit = fine_gray.fit_fine_gray(months, status, x)
    best = recount(months, status, x, fit.coef)
    step = 1e-4
    for column in range(2):
        move = np.zeros(2)
        move[column] = step
        ends = [recount(months, status, x, fit.coef + sign * move) for sign in (-1, 1)]
        assert max(ends) < best
        assert (ends[1] - ends[0]) / (2 * step) == pytest.approx(0, abs=1e-5)
        curvature = -(ends[0] + ends[1] - 2 * best) / step**2
        assert curvature == pytest.approx(fit.information[column, column], rel=1e-3)


def test_the_order_of_patients_does_not_matter():
    months, status, x = draw()
    fit = fine_gray.fit_fine_gray(months, status, x)
    back = fine_gray.fit_fine_gray(months[::-1], status[::-1], x[::-1])
    assert back.coef == pytest.approx(fit.coef, rel=1e-9)
    assert back.variance == pytest.approx(fit.variance, rel=1e-9)


def test_the_residuals_add_up_to_the_score():
    months, status, x = draw()
    order = np.argsort(months, kind="stable")
    data = fine_gray._prepare(months[order], status[order], x[order], np.ones(len(months)))
    coef = np.array([0.3, -0.2])
    residuals = fine_gray.score_residuals(data, coef)
    assert residuals.sum(axis=0) == pytest.approx(fine_gray._evaluate(data, coef)[1], abs=1e-9)


@pytest.mark.parametrize(
    ("months", "status", "x"),
    [
        ([1.0, 2.0], [0, 2], [[0.0], [1.0]]),  # no event
        ([1.0, 2.0, 3.0], [1, 0, 1], [[1.0], [1.0], [1.0]]),  # a constant
        ([1.0, 2.0, 3.0, 4.0], [1, 1, 0, 0], [[1.0], [1.0], [0.0], [0.0]]),  # separated
        ([5.0], [1], [[0.0]]),
    ],
)
def test_no_solution(months, status, x):
    assert fine_gray.fit_fine_gray(months, status, x) is None
