"""The compiled loops against the expanded table, against brute force and against other libraries."""

import numpy as np
import pandas as pd
import pytest
from crlm.survival import discrimination, resampling
from crlm.survival.partial_likelihood import (
    build_risk_sets,
    concordance,
    evaluate,
    maximise,
    score_residuals,
    sum_information,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from lifelines import CoxPHFitter


def draw_cohort(n, parameters, seed, whole=True):
    """months (whole: heavily tied), event, x: centred and scaled, the first columns binary."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(n, parameters))
    x[:, : parameters // 2] = x[:, : parameters // 2] > 0.5
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    months = random.exponential(30 / np.exp(x @ np.full(parameters, 0.3)))
    months = np.ceil(months) if whole else months
    return months, (random.random(n) < 0.6).astype(float), x


def fit(months, event, x, counts, start=0.0):
    patients = discrimination.sort_patients(months, event)
    return discrimination.fit_counts(patients, x, counts, start)


@pytest.mark.parametrize("whole", [True, False])
def test_refits_equal_fits_of_the_expanded_table(whole):
    months, event, x = draw_cohort(150, 5, 1, whole)
    counts = discrimination.resample_counts(150, 20, 3)
    coef, found = fit(months, event, x, counts)
    for row, mine, measures in zip(counts, coef, found, strict=True):
        rows = np.repeat(np.arange(150), row)
        risk_sets = build_risk_sets(months[rows], event[rows])
        expected, *_, converged = maximise(risk_sets, x[rows])
        assert converged
        np.testing.assert_allclose(mine, expected, rtol=0, atol=1e-10)
        linear = x @ expected
        training = concordance(months[rows], event[rows], np.round(linear[rows], 10))
        everybody = build_risk_sets(months, event)
        test = concordance(months, event, np.round(linear, 10))
        slope = maximise(everybody, linear[:, None])[0][0]
        np.testing.assert_allclose(measures, [training, test, slope], rtol=0, atol=1e-9)


def test_refits_equal_lifelines():
    months, event, x = draw_cohort(120, 4, 2)
    counts = discrimination.resample_counts(120, 5, 4)
    coef, _ = fit(months, event, x, counts)
    table = pd.DataFrame(x).assign(months=months, event=event)
    for row, mine in zip(counts, coef, strict=True):
        expanded = table.loc[np.repeat(np.arange(120), row)]
        fitted = CoxPHFitter().fit(expanded, "months", "event", fit_options={"precision": 1e-10})
        np.testing.assert_allclose(mine, fitted.params_, rtol=0, atol=1e-6)


def test_where_newton_starts_does_not_matter():
    months, event, x = draw_cohort(100, 3, 5)
    counts = discrimination.resample_counts(100, 10, 6)
    first, second = fit(months, event, x, counts), fit(months, event, x, counts, [1.0, -1, 0.5])
    np.testing.assert_allclose(first[0], second[0], rtol=0, atol=1e-10)


@pytest.mark.parametrize("threads", [2, 64])
def test_threads_change_nothing(threads):
    months, event, x = draw_cohort(80, 3, 7)
    counts = discrimination.resample_counts(80, 250, 8)  # more than are looked at together
    patients = discrimination.sort_patients(months, event)
    survival = [np.exp(-np.outer(np.exp(x[:, 0]), [12, 24]) / 30)]
    options = {"tau": 24, "horizons": [12, 24], "survival": survival, "times": [12, 24]}
    one = discrimination.assess_counts(patients, counts, x.T, **options)
    many = discrimination.assess_counts(patients, counts, x.T, **options, threads=threads)
    for name, values in vars(one).items():
        assert len(values) == 250
        np.testing.assert_array_equal(values, getattr(many, name))
    one = discrimination.fit_counts(patients, x, counts)
    many = discrimination.fit_counts(patients, x, counts, threads=threads)
    np.testing.assert_array_equal(one[0], many[0])
    np.testing.assert_array_equal(one[1], many[1])


def test_a_start_far_beyond_the_maximum_is_missing_and_no_division_by_zero():
    # few patients: the risks of those who are left underflow to 0 beside that of an earlier one
    months, x = np.arange(1.0, 13), np.linspace(1, -1, 12)[:, None]
    counts = discrimination.resample_counts(12, 5, 1)
    coef, found = fit(months, np.ones(12), x, counts, [800.0])
    assert np.isnan(coef).all() and np.isnan(found).all()


def test_fits_without_a_maximum_are_missing():
    months, once = np.arange(1.0, 41), np.ones((1, 40), int)
    number = np.random.default_rng(1).normal(size=40)
    perfect = (months.mean() - months) / months.std()  # its likelihood rises for ever
    for event, x in (
        (np.ones(40), perfect[:, None]),
        (np.ones(40), np.column_stack([number, number])),
        (np.ones(40), np.zeros((40, 1))),
        (np.zeros(40), number[:, None]),
    ):
        coef, found = fit(months, event, x, once)
        assert np.isnan(coef).all()
        assert np.isnan(found).all()


def test_predictions_that_differ_by_rounding_are_tied():
    x = np.array([0.3, 0.1 + 0.2, 0.1, 5.0, -5.5])[:, None]
    months, event = np.array([1.0, 2, 5, 3, 4]), np.ones(5)
    _, found = fit(months, event, x, np.ones((1, 5), int))
    _, same = fit(months, event, np.round(x, 12), np.ones((1, 5), int))
    assert found[0, 0] == same[0, 0]


def test_one_compilation_serves_all():
    months, event, x = draw_cohort(40, 2, 1)
    patients, counts = (
        discrimination.sort_patients(months, event),
        discrimination.resample_counts(40, 3, 1),
    )
    discrimination.assess_counts(patients, counts, x.T, 12, [6, 12])
    discrimination.fit_counts(patients, x, counts)
    discrimination.measure_refits(patients, x, counts, 0.0, 12, [6.0, 12])
    for name in ("assess_all", "maximise_all", "validate_all", "cumulate_all", "average_all"):
        assert len(getattr(resampling, name).signatures) == 1


def test_resamples_are_reproducible():
    counts = discrimination.resample_counts(30, 20, 9)
    assert (counts.sum(axis=1) == 30).all()
    np.testing.assert_array_equal(counts, discrimination.resample_counts(30, 20, 9))
    np.testing.assert_array_equal(counts[:5], discrimination.resample_counts(30, 5, 9))
    assert not np.array_equal(counts, discrimination.resample_counts(30, 20, 10))


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10_000), st.integers(20, 60))
def test_counts_equal_copies(seed, n):
    months, event, x = draw_cohort(n, 2, seed)
    counts = discrimination.resample_counts(n, 1, seed)
    rows = np.repeat(np.arange(n), counts[0])
    coef, _ = fit(months, event, x, counts)
    expanded, _ = fit(months[rows], event[rows], x[rows], np.ones((1, n), int))
    np.testing.assert_allclose(coef, expanded, rtol=0, atol=1e-9)


@pytest.mark.parametrize("spread", [1, 40])
def test_delayed_entry_equals_a_recount_of_each_risk_set(spread):
    """Also where the hazards of those who wait are 1e60 times the others': no sum is a difference (random plans, seed 243)."""
    random = np.random.default_rng(11)
    entry = np.floor(random.uniform(0, 20, 60))
    months, event = entry + np.ceil(random.exponential(9, 60)), np.arange(60) % 3 > 0
    x = random.normal(size=(60, 2))
    risk_sets = build_risk_sets(months, event.astype(float), None, entry)
    with np.errstate(under="ignore"):
        at = evaluate(risk_sets, x, np.array([spread, -0.4 * spread]))
        information = sum_information(risk_sets, x, at)
        residuals = score_residuals(risk_sets, x, at)
    (stratum,), expected, fraction = risk_sets, np.zeros((2, 2)), 0
    for place, (dead, f) in enumerate(zip(stratum.deaths, stratum.fraction, strict=True)):
        tied = (months == months[dead]) & event
        here = (entry < months[dead]) & (months >= months[dead])
        weight = at.risk * (here - f * tied)
        assert at.totals[place] == pytest.approx(weight.sum(), rel=1e-12)
        mean = weight @ x / weight.sum()
        assert at.means[place] == pytest.approx(mean, rel=1e-9)
        expected += (weight[:, None] * (x - mean)).T @ (x - mean) / weight.sum()
        fraction += f
    assert fraction > 1  # ties are among them
    np.testing.assert_allclose(information, expected, rtol=0, atol=1e-9)
    np.testing.assert_allclose(residuals.sum(axis=0), at.score, rtol=0, atol=1e-8)


def test_a_likelihood_that_rises_for_ever_among_those_who_entered_ends_at_its_bound():
    """At each death one entered alone or with equals: the likelihood is 0 at most, whatever waits outside (seed 243)."""
    entry = np.array([0.0, 0, 0, 6, 6, 6])
    months = np.array([3.0, 5, 5, 9, 12, 12])
    event = np.array([1.0, 0, 0, 1, 0, 0])
    x = np.array([[1.0, 0], [0, 1], [0, 1], [0, 1], [1, 0], [1, 0]])
    found = maximise(build_risk_sets(months, event, None, entry), x[:, :1] - 0.5)
    assert found[1] <= 0
    # the first death says up, the second says down by as much: no difference, as by hand
    assert found[0] == pytest.approx([0.0], abs=1e-10)
    x[3, 0] = 2
    _, likelihood, null, converged = maximise(build_risk_sets(months, event, None, entry), x)
    assert not converged and -1e-6 < likelihood <= 0 and null == pytest.approx(2 * np.log(1 / 3))
