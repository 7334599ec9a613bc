"""Rubin's rules by hand; against R in tests/golden/test_imputation_against_r.py."""

import numpy as np
import pytest
from crlm.survival.pooling import COLUMNS, count_freedom, pool, pool_logit
from scipy import stats

ESTIMATES, VARIANCES = [0.2, 0.5, 0.3, 0.6], [0.04, 0.05, 0.03, 0.04]


def test_by_hand():
    found = pool(ESTIMATES, VARIANCES)
    between = (0.2**2 + 0.1**2 + 0.1**2 + 0.2**2) / 3
    total = 0.04 + 1.25 * between
    df = 3 * (1 + 0.04 / (1.25 * between)) ** 2  # Rubin 1987
    assert found["estimate"] == pytest.approx(0.4)
    assert found["within"] == pytest.approx(0.04)
    assert found["between"] == pytest.approx(between)
    assert found["total"] == pytest.approx(total)
    assert found["se"] == pytest.approx(np.sqrt(total))
    assert found["df"] == pytest.approx(df)
    width = stats.t.ppf(0.975, df) * np.sqrt(total)
    assert found["lower"] == pytest.approx(0.4 - width)
    assert found["upper"] == pytest.approx(0.4 + width)
    assert found["p_value"] == pytest.approx(2 * stats.t.sf(0.4 / np.sqrt(total), df))
    assert found["riv"] == pytest.approx(1.25 * between / 0.04)
    assert found["lambda_"] == pytest.approx(1.25 * between / total)
    assert list(found) == COLUMNS and all(type(value) is float for value in found.values())


def test_small_samples_have_fewer_degrees_of_freedom():
    infinite = pool(ESTIMATES, VARIANCES)["df"]
    share = pool(ESTIMATES, VARIANCES)["lambda_"]
    observed = 21 / 23 * 20 * (1 - share)  # Barnard and Rubin 1999
    assert pool(ESTIMATES, VARIANCES, 20)["df"] == pytest.approx(1 / (1 / infinite + 1 / observed))
    assert count_freedom(4, share, 1e12) == pytest.approx(infinite)


def test_terms_are_pooled_one_by_one():
    random = np.random.default_rng(1)
    estimates, variances = random.normal(size=(6, 3)), random.uniform(0.1, 1, (6, 3))
    found = pool(estimates, variances, 40)
    for term in range(3):
        alone = pool(estimates[:, term], variances[:, term], 40)
        assert {key: value[term] for key, value in found.items()} == pytest.approx(alone)


def test_no_missing_information():
    """All imputations agree, so it is the analysis of one table."""
    found = pool([0.3] * 5, [0.04] * 5)
    assert found["se"] == pytest.approx(0.2)
    assert found["riv"] == found["lambda_"] == 0
    assert found["lower"] == pytest.approx(0.3 - stats.norm.ppf(0.975) * 0.2, abs=1e-7)
    assert found["p_value"] == pytest.approx(2 * stats.norm.sf(1.5), abs=1e-7)
    assert pool([0.3] * 5, [0.04] * 5, 10)["df"] == pytest.approx(11 / 13 * 10, rel=1e-3)


def test_only_missing_information():
    found = pool(ESTIMATES, [0.0] * 4)
    assert found["lambda_"] == found["fmi"] == 1
    assert found["riv"] == np.inf
    assert found["df"] == 3


@pytest.mark.parametrize(
    ("estimates", "variances"),
    [([0.3], [0.04]), ([], []), ([0.3, np.nan], [0.1, 0.1]), ([0.3, 0.2], [np.nan, 0.1])],
)
def test_nothing_to_pool(estimates, variances):
    found = pool(estimates, variances)
    assert np.isnan([found[key] for key in ("se", "lower", "upper", "p_value", "df")]).all()
    assert np.isnan([*pool_logit(estimates, variances).values()][1:4]).all()


def test_one_failed_term_leaves_the_others():
    found = pool([[0.1, np.nan], [0.2, 0.3]], np.full((2, 2), 0.1))
    assert np.isnan(found["se"]).tolist() == [False, True]


def test_logit_scale():
    c, variance = np.array([0.62, 0.66, 0.64]), np.array([0.0004, 0.0005, 0.0004])
    found = pool_logit(c, variance)
    odds = np.log(c / (1 - c))
    by_hand = pool(odds, variance / (c * (1 - c)) ** 2)
    assert found["estimate"] == pytest.approx(1 / (1 + np.exp(-odds.mean())))
    for key in ("lower", "upper"):
        assert np.log(found[key] / (1 - found[key])) == pytest.approx(by_hand[key])
    # the standard error on the scale of C: close to pooling C itself
    assert found["se"] == pytest.approx(pool(c, variance)["se"], rel=0.01)
    assert found["p_value"] == pytest.approx(by_hand["p_value"])
    assert pool_logit([0.5, 0.5], [0.01, 0.01])["p_value"] == 1


def test_limits_stay_within_zero_and_one():
    found = pool_logit([0.97, 0.99, 0.98], [0.002, 0.001, 0.002])
    assert 0 < found["lower"] < found["estimate"] < found["upper"] < 1


@pytest.mark.parametrize("c", [0.0, 1.0])
def test_a_perfect_c_has_no_logit(c):
    found = pool_logit([c, 0.7], [0.0, 0.01])
    assert np.isnan([found["estimate"], found["lower"], found["upper"]]).all()
