"""The models of one incomplete variable against their definitions; against mice in tests/golden."""

import numpy as np
from crlm.survival.imputation_models import (
    ROUGHLY,
    draw_classes,
    fit_multinomial,
    match_donors,
    predict_means,
    select_columns,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats
from statsmodels.discrete.discrete_model import MNLogit


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-20, 20), min_size=1, max_size=30),
    st.lists(st.integers(-25, 25), min_size=1, max_size=10),
    st.integers(0, 1000),
)
def test_donors_are_the_nearest(expected, predicted, seed):
    expected, predicted = np.array(expected, float), np.array(predicted, float)
    found = match_donors(np.random.default_rng(seed), expected, predicted)
    for place, value in zip(found, predicted, strict=True):
        distance = np.abs(expected - value)
        assert (distance < distance[place]).sum() < 5


def test_each_donor_is_drawn_equally_often():
    expected = np.array([0.0, 1, 2, 3, 3, 4, 9, 10])
    found = match_donors(np.random.default_rng(1), expected, np.full(20_000, 2.6))
    share = np.bincount(found, minlength=8) / 20_000
    np.testing.assert_allclose(share, [0, 0.2, 0.2, 0.2, 0.2, 0.2, 0, 0], atol=0.015)
    tied = np.concatenate(
        [match_donors(np.random.default_rng(k), np.zeros(12), np.zeros(3)) for k in range(2000)]
    )
    np.testing.assert_allclose(np.bincount(tied, minlength=12) / 6000, 1 / 12, atol=0.02)


def test_regression_of_the_donors_and_draw_of_the_others():
    """Least squares, and its posterior: normal-inverse-chi-squared, so a t distribution per row."""
    random = np.random.default_rng(3)
    x = random.normal(size=(40, 4)) * [1, 5, 0.1, 2] + [0, 3, 100, 0]
    fit = np.arange(30)
    y = x[fit] @ [1, 0.3, 4, 0] + 50 + random.normal(size=30)
    design = np.column_stack([np.ones(40), x])
    inverse = np.linalg.inv(design[fit].T @ design[fit])
    coef = inverse @ design[fit].T @ y
    sigma = np.sqrt(((y - design[fit] @ coef) ** 2).sum() / 25)
    found = [predict_means(random, x, y, fit) for _ in range(4000)]
    np.testing.assert_allclose(found[0][0], design @ coef, rtol=1e-7)
    drawn = np.array([predicted for _, predicted in found])
    spread = sigma * np.sqrt(np.einsum("ij,jk,ik->i", design, inverse, design))
    for row in (0, 31, 39):
        quantile = stats.kstest((drawn[:, row] - design[row] @ coef) / spread[row], stats.t(25).cdf)
        assert quantile.pvalue > 0.001
    covariance = sigma**2 * 25 / 23 * design @ inverse @ design.T
    sample = np.cov(drawn[:, 30:35].T)
    np.testing.assert_allclose(
        sample, covariance[30:35, 30:35], atol=0.15 * sample.diagonal().max()
    )


def test_columns_of_a_regression():
    random = np.random.default_rng(4)
    x = random.normal(size=(100, 6))
    x[:, 3] = 0.1
    x[:, 4] = x[:, 0] - 3 * x[:, 1]
    y = random.normal(size=(100, 1))
    chosen = select_columns(x, y, np.arange(100), 20)
    assert chosen.shape == (100, 4)
    assert np.linalg.matrix_rank(chosen) == 4
    np.testing.assert_allclose(chosen.std(axis=0), 1)


def test_the_outcome_and_the_strongest_columns_stay():
    random = np.random.default_rng(5)
    x = random.normal(size=(15, 30))
    y = x[:, [17]] + x[:, [20]]
    chosen = select_columns(x, y, np.arange(15), 5)
    assert chosen.shape == (15, 5)
    standardised = (x - x.mean(axis=0)) / x.std(axis=0)
    for column in (0, 1, 17, 20):
        assert np.isclose(chosen.T @ standardised[:, column] / 15, 1).any()


def test_multinomial_regression():
    """Against the maximum of its likelihood by a general optimiser; rows in part of each class."""
    random = np.random.default_rng(6)
    design = np.column_stack([np.ones(120), random.normal(size=(120, 2))])
    observed, weights = random.dirichlet([0.3, 0.2, 0.4], 120), random.uniform(0.2, 2, 120)

    def loss(flat):
        linear = np.column_stack([np.zeros(120), design @ flat.reshape(2, 3).T])
        log_share = linear - np.log(np.exp(linear).sum(axis=1))[:, None]
        return -(weights[:, None] * observed * log_share).sum()

    best = optimize.minimize(loss, np.zeros(6), method="BFGS", options={"gtol": 1e-8}).x
    coef = fit_multinomial(design, observed, weights, np.zeros((3, 2)))
    np.testing.assert_allclose(coef.T.ravel(), best, atol=1e-5)
    certain = np.array([[1e4, 0], [0, 0], [0, 0]])  # one class for all: no information
    for start in (coef + random.normal(size=(3, 2)), certain):
        elsewhere = fit_multinomial(design, observed, weights, start)
        np.testing.assert_allclose(elsewhere, coef, atol=1e-9)
    roughly = fit_multinomial(design, observed, weights, np.zeros((3, 2)), ROUGHLY)
    np.testing.assert_allclose(roughly, coef, atol=0.01)


def test_perfect_prediction_leaves_a_doubt():
    """All women have it and no man: a woman who misses it has it nearly always, not infallibly."""
    x = np.column_stack([np.repeat([0.0, 1.0], 50), np.tile(np.linspace(-1, 1, 50), 2)])
    x = np.vstack([x, np.column_stack([np.repeat([0.0, 1.0], 500), np.zeros(1000)])])
    fit, missing = np.arange(100), np.arange(100, 1100)
    random, shares = np.random.default_rng(7), []
    for _ in range(50):
        codes, _ = draw_classes(random, x, np.repeat([0, 1], 50), fit, missing)
        shares.append([codes[:500].mean(), codes[500:].mean()])
    low, high = np.mean(shares, axis=0)
    assert 0 < low < 0.1 and 0.9 < high < 1


def test_drawn_levels_follow_their_probabilities():
    """Without useful predictors: the shares of the recorded levels."""
    random = np.random.default_rng(8)
    classes = np.repeat([0, 1, 2], [60, 120, 220])
    x = random.normal(size=(2400, 2))
    drawn = [
        draw_classes(random, x, classes, np.arange(400), np.arange(400, 2400))[0] for _ in range(30)
    ]
    share = np.mean([np.bincount(each, minlength=3) / 2000 for each in drawn], axis=0)
    np.testing.assert_allclose(share, [0.15, 0.3, 0.55], atol=0.02)


def test_starting_value_only_saves_time():
    random = np.random.default_rng(9)
    x, classes = random.normal(size=(90, 3)), random.integers(0, 3, 70)
    fit, missing = np.arange(70), np.arange(70, 90)
    first, coef = draw_classes(np.random.default_rng(1), x, classes, fit, missing)
    again, near = draw_classes(np.random.default_rng(1), x, classes, fit, missing, coef + 1)
    other, _ = draw_classes(np.random.default_rng(1), x, classes, fit, missing, np.zeros((9, 1)))
    assert (first == again).all() and (first == other).all()
    np.testing.assert_allclose(near, coef, atol=0.01)


def test_a_rare_level_stays_rare():
    """Six patients of 546 and many columns that say nothing: drawn as often as it is recorded."""
    random = np.random.default_rng(12)
    classes = np.repeat([0, 1, 2], [519, 21, 6])
    shares = []
    for _ in range(40):
        x = random.normal(size=(800, 40))
        drawn, _ = draw_classes(random, x, classes, np.arange(546), np.arange(546, 800))
        shares.append(np.bincount(drawn, minlength=3) / 254)
    np.testing.assert_allclose(np.mean(shares, axis=0), [0.9505, 0.0385, 0.011], atol=0.012)


def test_coefficients_of_levels_are_drawn():
    """Over many draws the log odds of a patient scatter as their asymptotic variance says."""
    random = np.random.default_rng(11)
    copies, fit = 4000, np.arange(600)
    x = random.normal(size=(600, 2))
    classes = np.digitize(x[:, 0] + random.normal(size=600), [-0.5, 0.5])
    kinds = np.array([[0.5, -1.0], [-0.5, 0.8]])
    x = np.vstack([x, np.repeat(kinds, copies, axis=0)])
    logits = []
    for _ in range(400):
        codes, _ = draw_classes(random, x, classes, fit, np.arange(600, len(x)))
        share = [np.bincount(each, minlength=3) / copies for each in codes.reshape(2, copies)]
        logits.append([np.log(each[k] / each[0]) for each in share for k in (1, 2)])
    model = MNLogit(classes, np.column_stack([np.ones(600), x[:600]])).fit(disp=False)
    rows = [np.kron(np.eye(2)[k], [1, *kind]) for kind in kinds for k in (0, 1)]
    linear = np.array(rows) @ model.params.T.ravel()
    np.testing.assert_allclose(np.mean(logits, axis=0), linear, atol=0.06)
    expected = np.array(rows) @ model.cov_params() @ np.transpose(rows)
    sampling = 3 / copies  # of shares near one third: each log odds adds 1 / (copies p) twice
    spread = np.sqrt(np.diag(np.cov(np.transpose(logits))) - 2 * sampling)
    np.testing.assert_allclose(spread, np.sqrt(np.diag(expected)), rtol=0.15)
