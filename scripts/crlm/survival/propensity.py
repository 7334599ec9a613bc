"""Propensity scores: the probability of the second group given covariates, weights of it, and how well they balance.

All functions take the resamples as rows of counts, how often each patient was drawn; one row of ones is the cohort itself.
"""

import warnings

import numpy as np
import pandas as pd

from crlm.survival.cox_design import find_redundant

STRATA = 5  # ASSUME fifths of the propensity, which remove nine tenths of a confounder's bias [@RosenbaumRubin1984]
ITERATIONS = 30
SETTLED = 1e-10  # of a probability, between two steps
CERTAIN = 1e-6  # a probability as near to 0 or 1 says that the groups are separated
BLOCK = 200  # resamples at a time
WARM = 4  # Newton's steps from 0 on the cohort itself, to where every resample begins
FAR = 3  # a coefficient beyond it is of groups nearly separated, and no good start
BALANCE = [
    *("covariate", "level", "patients", "mean", "reference_mean", "difference"),
    *("weighted_mean", "weighted_reference_mean", "weighted_difference"),
]


def build_columns(terms):
    """Model matrix (n, 1 + p) of terms, standardised, a constant first; columns that others give are left out."""
    columns = np.hstack([term.columns() for term in terms]) if terms else np.empty((0, 0))
    redundant = find_redundant(columns)
    columns = columns[:, [each for each in range(columns.shape[1]) if each not in redundant]]
    scaled = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    return np.column_stack([np.ones(len(columns)), scaled])


def fit_propensity(second, x):
    """Propensity (n,) by logistic regression of statsmodels, or None where it has no maximum.

    second: mask of the second group; x (n, p) with a constant.
    """
    # not statsmodels.api, which takes another second; adjusted curves alone pay for it
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.generalized_linear_model import GLM

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of groups that are separated, which the caller looks for
        try:
            model = GLM(second.astype(float), x, family=Binomial())
            fit = model.fit(tol=1e-12, maxiter=100)
            return fit.fittedvalues if fit.converged else None
        except (np.linalg.LinAlgError, ValueError):
            return None


def refit_propensity(second, x, counts):
    """Propensity (resamples, n) of everybody by the model of every row of counts (resamples, n), by Newton's method.

    Equal to `fit_propensity` of the expanded table, and fast. A column that is constant in a resample gets no coefficient; where
    a resample separates the groups the probabilities go to 0 and 1. NaN where it has one group only or does not settle.
    """
    found, start = np.empty(counts.shape), np.zeros(x.shape[1])
    once = np.ones((1, len(x)))
    for _ in range(WARM):  # towards the cohort's own coefficients, where every resample begins
        start = start + _step(second, x, once, _predict(start[None], x))[0]
    start = start if np.abs(start).max(initial=0) < FAR else np.zeros(x.shape[1])
    for first in range(0, len(counts), BLOCK):
        rows = slice(first, first + BLOCK)
        found[rows] = _refit(second.astype(float), x, counts[rows].astype(float), start)
    both = (counts @ second > 0) & (counts @ ~second > 0)
    found[~both] = np.nan
    return found


def _refit(second, x, counts, start):
    coef = np.zeros((len(counts), x.shape[1])) + start
    before = _predict(coef, x)
    for _ in range(ITERATIONS):
        coef += _step(second, x, counts, before)
        propensity = _predict(coef, x)
        change = np.abs(propensity - before).max(axis=1)
        before = propensity
        if (change < SETTLED).all():
            break
    return np.where((change < 1e-6)[:, None], before, np.nan)


def _predict(coef, x):
    return 1 / (1 + np.exp(-np.clip(coef @ x.T, -35, 35)))


def _step(second, x, counts, before):
    """Newton's step (resamples, p) at the propensities `before` (resamples, n)."""
    products = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    score = (counts * (second - before)) @ x
    information = ((counts * before * (1 - before)) @ products).reshape(
        len(counts), *2 * x.shape[1:]
    )
    inverse = np.linalg.pinv(information, rcond=1e-12, hermitian=True)
    return np.einsum("rij,rj->ri", inverse, score)


def is_separated(propensity):
    """Whether somebody has a propensity of 0 or 1, so that there is nobody to compare them with."""
    return bool((np.minimum(propensity, 1 - propensity) < CERTAIN).any())


def weigh_patients(second, propensity, counts, estimand, truncate_percent=None):
    """Stabilised inverse-probability weights (resamples, n); propensity and counts: (resamples, n).

    estimand ATE: share of the own group / probability of it; ATT: 1 in the second group, in the other the odds of the second
    divided by the groups' ratio. truncate_percent: (low, high), the percentiles of the weights that none may be beyond.
    """
    counts = np.asarray(counts, float)
    share = (counts @ second / counts.sum(axis=1))[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        control = (1 - share) / (1 - propensity)
        if estimand == "ATT":
            control = control * propensity / share
        weights = np.where(second, share / propensity if estimand == "ATE" else 1.0, control)
    if truncate_percent:
        for place, row in enumerate(weights):
            if np.isfinite(row).all():
                drawn = np.repeat(row, counts[place].astype(int))
                weights[place] = row.clip(*np.percentile(drawn, truncate_percent))
    return weights


def cut_strata(propensity, counts):
    """Fifths of the propensity (resamples, n), 0 to 4: as many drawn patients in each as its ties allow."""
    order = np.argsort(propensity, axis=1, kind="stable")
    total = np.cumsum(np.take_along_axis(np.asarray(counts), order, axis=1), axis=1)
    ranked = np.take_along_axis(propensity, order, axis=1)
    strata = np.zeros(propensity.shape, int)
    for part in range(1, STRATA):
        # the least value with a fifth (two fifths, ..) of the patients at or below it, as R's quantile(type = 1)
        place = (total * STRATA < part * total[:, -1:]).sum(axis=1, keepdims=True)
        strata += propensity > np.take_along_axis(ranked, place, axis=1)
    return strata


def find_effective_size(weights):
    """Kish's effective sample size: (sum of weights)² / sum of their squares."""
    return weights.sum() ** 2 / (weights**2).sum() if len(weights) else 0.0


def measure_balance(terms, second, weights, estimand):
    """One row per number, and per level other than the reference, with the columns of BALANCE.

    terms: of the covariates, all levels; weights (n,). difference: of the means (shares, of a level), second group minus
    reference, in standard deviations: of both groups, the root of the mean variance, and for ATT of the second; those of the
    patients without weights, so that it changes by the weights only [@Austin2009].
    """
    rows = []
    for term in terms:
        columns = term.columns()
        for place, level in enumerate(term.levels):
            values = columns[:, place]
            means, variances = zip(
                *(
                    (values[mask].mean(), _find_variance(values[mask], level))
                    for mask in (second, ~second)
                ),
                strict=True,
            )
            weighted = [
                np.average(values[mask], weights=weights[mask]) if weights is not None else np.nan
                for mask in (second, ~second)
            ]
            spread = np.sqrt(variances[0] if estimand == "ATT" else np.mean(variances))
            rows.append(
                {
                    "covariate": term.name,
                    "level": level,
                    "patients": len(values) if level is None else int(values.sum()),
                    "mean": means[0],
                    "reference_mean": means[1],
                    "difference": _divide(means[0] - means[1], spread),
                    "weighted_mean": weighted[0],
                    "weighted_reference_mean": weighted[1],
                    "weighted_difference": _divide(weighted[0] - weighted[1], spread),
                }
            )
    return pd.DataFrame(rows, columns=BALANCE)


def _find_variance(values, level):
    """Of a share p (1 - p), of a number with n - 1; 0 of one patient."""
    if level is not None:
        return values.mean() * (1 - values.mean())
    return values.var(ddof=1) if len(values) > 1 else 0.0


def _divide(difference, spread):
    return difference / spread if spread > 0 else (0.0 if difference == 0 else np.nan)
