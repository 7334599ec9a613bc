"""Maximally selected log-rank statistics: the p-value of the best of many cuts, corrected for the search."""

import numpy as np
from scipy.special import ndtr

CHUNK = 2_000_000  # permuted scores held at once


def score_log_rank(months, event, strata):
    """Log-rank scores: event minus the cumulative hazard (Nelson-Aalen) at the patient's time, within each stratum.

    The sum over a group is its observed minus expected events.
    """
    scores = np.asarray(event, float).copy()
    for label in np.unique(strata):
        mine = strata == label
        times, place = np.unique(months[mine], return_inverse=True)
        deaths = np.bincount(place, event[mine], len(times))
        at_risk = np.cumsum(np.bincount(place)[::-1])[::-1]
        scores[mine] -= np.cumsum(deaths / at_risk)[place]
    return scores


def standardise_sums(scores, strata, below):
    """Standardised sums of the scores below each cut, given the scores: shape (cuts,).

    below: mask (n, cuts). Mean and variance are those over all permutations of the scores within strata (Hothorn and Lausen
    2003). NaN for a cut that separates nobody within any stratum.
    """
    variance = np.zeros(below.shape[1])
    mean = np.zeros(below.shape[1])
    for label in np.unique(strata):
        mine = strata == label
        number, count = mine.sum(), below[mine].sum(axis=0)
        if number < 2:
            continue
        mean += count * scores[mine].mean()
        spread = ((scores[mine] - scores[mine].mean()) ** 2).sum()
        variance += count * (number - count) / (number * (number - 1)) * spread
    # zero but for rounding
    error = np.sqrt(np.where(variance > 1e-10, variance, np.nan))
    return (scores @ below - mean) / error, mean, error


def permute_maximum(scores, strata, below, mean, error, permutations, seed):
    """The largest absolute statistic over the cuts in each permutation within strata, shape (permutations,)."""
    random = np.random.default_rng(seed)
    found, size = [], max(1, CHUNK // max(len(scores), 1))
    labels = [np.flatnonzero(strata == label) for label in np.unique(strata)]
    weights = below.astype(float)
    for first in range(0, permutations, size):
        drawn = np.empty((min(size, permutations - first), len(scores)))
        for rows in labels:
            drawn[:, rows] = random.permuted(np.tile(scores[rows], (len(drawn), 1)), axis=1)
        found.append(np.abs((drawn @ weights - mean) / error).max(axis=1))
    return np.concatenate(found)


def correct_p_values(statistics, maxima):
    """Share of permutations whose maximum is at least each statistic, which counts as one of them."""
    reached = (maxima >= np.abs(statistics)[:, None] - 1e-9).sum(axis=1)
    return np.where(np.isnan(statistics), np.nan, (1 + reached) / (1 + len(maxima)))


def p_uncorrected(statistic):
    """Two-sided p-value of a cut that nobody had searched for."""
    return 2 * ndtr(-abs(statistic))
