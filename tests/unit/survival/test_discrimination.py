"""Every measure against its definition written out pair by pair, ties included."""

import numpy as np
import pytest
from crlm.survival import discrimination
from hypothesis import given, settings
from hypothesis import strategies as st

TIMES = np.array([2.0, 4, 6])


@st.composite
def cohorts(draw):
    """months, event, score of a few patients, with ties of all kinds and at least one pair."""
    n = draw(st.integers(4, 25))
    months = draw(st.lists(st.integers(1, 8), min_size=n, max_size=n))
    event = draw(st.lists(st.integers(0, 1), min_size=n, max_size=n))
    score = draw(st.lists(st.integers(-2, 3), min_size=n, max_size=n))
    cohort = np.array([[0.5, 1, 2], [9, 0, 1], *zip(months, event, score, strict=True)], float)
    return tuple(cohort.T)


def estimate(months, event, score):
    """All measures by scikit-survival; the survival is any function of the score."""
    survival = np.exp(-np.outer(np.exp(score / 2), TIMES) / 10)
    return np.concatenate(
        [
            [discrimination.harrell_c(months, event, score)],
            [discrimination.uno_c(months, event, score)],
            [discrimination.uno_c(months, event, score, 4)],
            discrimination.auc_at(months, event, score, TIMES),
            discrimination.brier_score(months, event, survival, TIMES),
        ]
    )


def count(months, event, score, counts=None):
    """The same by the kernel, under counts."""
    survival = np.exp(-np.outer(np.exp(score / 2), TIMES) / 10)
    counts = np.ones((1, len(months)), int) if counts is None else np.asarray(counts)[None]
    patients = discrimination.sort_patients(months, event)
    early = discrimination.assess_counts(patients, counts, [score], 4)
    found = discrimination.assess_counts(
        patients, counts, [score], horizons=TIMES, survival=[survival], times=TIMES
    )
    values = found.harrell_c, found.uno_c, early.uno_c, found.auc[:, 0], found.brier[:, 0]
    return np.concatenate([each[0] for each in values])


def uncensored(months, event, time, before):
    """Kaplan-Meier estimate of staying uncensored; deaths leave before the censored."""
    probability = 1.0
    for each in np.unique(months):
        if each < time or (each == time and not before):
            at_risk = (months > each).sum() + ((months == each) & (event == 0)).sum()
            if at_risk:
                probability *= 1 - ((months == each) & (event == 0)).sum() / at_risk
    return probability


def brute_force_c(months, event, score, tau=np.inf, weighted=False):
    agree = usable = 0.0
    for mine in np.flatnonzero((event == 1) & (months <= tau)):
        weight = uncensored(months, event, months[mine], True) ** -2 if weighted else 1
        for other in range(len(months)):
            later = months[other] > months[mine]
            if later or (months[other] == months[mine] and event[other] == 0):
                usable += weight
                agree += weight * (
                    (score[mine] > score[other]) + 0.5 * (score[mine] == score[other])
                )
    return agree / usable


def brute_force_auc(months, event, score, time):
    agree = usable = 0.0
    for case in np.flatnonzero((event == 1) & (months <= time)):
        weight = 1 / uncensored(months, event, months[case], True)
        for control in np.flatnonzero(months > time):
            usable += weight
            agree += weight * (
                (score[case] > score[control]) + 0.5 * (score[case] == score[control])
            )
    return agree / usable


def brute_force_brier(months, event, survival, time):
    losses = []
    for month, died, predicted in zip(months, event, survival, strict=True):
        if month > time:
            losses.append((1 - predicted) ** 2 / uncensored(months, event, time, False))
        else:
            losses.append(died * predicted**2 / uncensored(months, event, month, True))
    return np.mean(losses)


@settings(deadline=None, max_examples=60)
@given(cohorts())
def test_definitions(cohort):
    months, event, score = cohort
    survival = np.exp(-np.outer(np.exp(score / 2), TIMES) / 10)
    expected = [
        brute_force_c(*cohort),
        brute_force_c(*cohort, weighted=True),
        brute_force_c(*cohort, tau=4, weighted=True),
        *(brute_force_auc(*cohort, time) for time in TIMES),
        *(brute_force_brier(months, event, survival[:, i], time) for i, time in enumerate(TIMES)),
    ]
    for measure in (estimate, count):
        np.testing.assert_allclose(measure(*cohort), expected, rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(cohorts(), st.randoms(use_true_random=False))
def test_the_order_of_the_patients_changes_nothing(cohort, random):
    order = list(range(len(cohort[0])))
    random.shuffle(order)
    shuffled = [column[order] for column in cohort]
    for measure in (estimate, count):
        np.testing.assert_allclose(measure(*shuffled), measure(*cohort), rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=40)
@given(cohorts())
def test_a_cohort_taken_twice_has_the_same_values(cohort):
    twice = [np.tile(column, 2) for column in cohort]
    for measure in (estimate, count):
        np.testing.assert_allclose(measure(*twice), measure(*cohort), rtol=0, atol=1e-12)
    counts = np.full(len(cohort[0]), 2)
    np.testing.assert_allclose(count(*cohort, counts), count(*cohort), rtol=0, atol=1e-12)


@settings(deadline=None, max_examples=60)
@given(cohorts(), st.integers(0, 1000))
def test_counts_equal_copies(cohort, seed):
    counts = discrimination.resample_counts(len(cohort[0]), 1, seed)[0]
    rows = np.repeat(np.arange(len(counts)), counts)
    expanded = [column[rows] for column in cohort]
    np.testing.assert_allclose(
        count(*cohort, counts), count(*expanded), rtol=0, atol=1e-12, equal_nan=True
    )


@settings(deadline=None, max_examples=20)
@given(cohorts())
def test_turning_the_score_round_turns_the_c(cohort):
    months, event, score = cohort
    discriminating = slice(0, 3 + len(TIMES))
    for measure in (estimate, count):
        total = measure(months, event, -score)[discriminating] + measure(*cohort)[discriminating]
        np.testing.assert_allclose(total, 1, rtol=0, atol=1e-12)


def test_a_death_before_a_censoring_of_the_same_time_is_a_pair():
    assert discrimination.harrell_c([5, 5], [1, 0], [2, 1]) == 1
    assert discrimination.harrell_c([5, 5], [0, 1], [2, 1]) == 0
    assert np.isnan(discrimination.harrell_c([5, 5], [1, 1], [2, 1]))


def test_nothing_to_compare_is_missing():
    months, event, score = [1.0, 2, 3], [0, 0, 0], [1.0, 2, 3]
    assert np.isnan(discrimination.harrell_c(months, event, score))
    assert np.isnan(discrimination.uno_c(months, event, score))
    assert np.isnan(discrimination.auc_at(months, [1, 0, 0], score, [0.5, 3])).all()


def test_brier_is_unknown_where_the_last_are_censored_before():
    data, times = ([1, 2, 3], [1, 0, 0]), [0.5, 1.0, 2.5, 3]
    patients = discrimination.sort_patients(*data)
    survival = np.full((3, 4), 0.5)
    counted = discrimination.assess_counts(
        patients, np.ones((1, 3), int), [], survival=[survival], times=times
    )
    for found in (discrimination.brier_score(*data, survival, times), counted.brier[0, 0]):
        assert found[:2] == pytest.approx(0.25)
        assert np.isfinite(found[2])
        assert np.isnan(found[3])


def test_beyond_so_many_patients_c_is_counted_by_the_kernel(monkeypatch):
    random = np.random.default_rng(4)
    data = (
        np.ceil(random.exponential(20, 90)),
        random.integers(0, 2, 90),
        random.integers(0, 9, 90),
    )
    expected = discrimination.harrell_c(*data), discrimination.uno_c(*data, 24)
    monkeypatch.setattr(discrimination, "PAIRS", 89)
    monkeypatch.setattr("sksurv.metrics.concordance_index_censored", None)
    monkeypatch.setattr("sksurv.metrics.concordance_index_ipcw", None)
    found = discrimination.harrell_c(*data), discrimination.uno_c(*data, 24)
    assert found == pytest.approx(expected, abs=1e-14)


def test_an_infinitely_low_risk_is_the_lowest():
    found = discrimination.harrell_c([1, 2, 3], [1, 1, 1], [1.0, 0.5, -np.inf])
    assert found == 1


def test_integrated_brier_is_the_mean_over_time():
    assert discrimination.integrate_brier(np.array([0.1, 0.1, 0.3]), [0, 6, 12]) == pytest.approx(
        0.15
    )
