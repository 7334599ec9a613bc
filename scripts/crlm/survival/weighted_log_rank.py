"""Log-rank tests with the weights of Fleming and Harrington, and the largest of several (max-combo).

A weight S(t-)^rho (1 - S(t-))^gamma, S the Kaplan-Meier estimate of both groups together, looks at early differences (1, 0), late
ones (0, 1) or those in the middle (1, 1); (0, 0) is the log-rank test [@FlemingHarrington1991].
"""

import numpy as np
from scipy.special import chdtrc, ndtr
from scipy.stats import multivariate_normal

LOG_RANK = (0, 0)
SAME = 1e-9  # a statistic whose variance is below it, per event, has nothing to compare


def weigh_events(months, event, second, weights):
    """Observed minus expected events of the second group under every weight, and their covariance.

    months, event (1/0), second (mask of the group), arrays of n patients; weights: pairs (rho, gamma). Returns the arrays (k,) and
    (k, k): sums over the times t of an event of w (d1 - d n1 / n) and of w w' d (n1 / n) (1 - n1 / n) (n - d) / (n - 1).
    """
    months, event = np.asarray(months, float), np.asarray(event, float) == 1
    second = np.asarray(second, bool)
    times = np.unique(months[event])
    at_risk = _count_from(months, times)
    mine = _count_from(months[second], times)
    deaths = np.bincount(np.searchsorted(times, months[event]), minlength=len(times))
    own = np.bincount(np.searchsorted(times, months[event & second]), minlength=len(times))
    before = np.concatenate([[1.0], np.cumprod(1 - deaths / at_risk)[:-1]])[: len(times)]
    # no power of a rounding error below 0; 0 to the power of 0 is 1
    before = before.clip(0, 1)
    each = np.array([before**rho * (1 - before) ** gamma for rho, gamma in weights])
    share = mine / at_risk
    spread = deaths * share * (1 - share) * (at_risk - deaths) / np.maximum(at_risk - 1, 1)
    return each @ (own - deaths * share), (each * spread) @ each.T


def _count_from(months, times):
    return len(months) - np.searchsorted(np.sort(months), times, side="left")


def test_weighted(months, event, second, weights):
    """Every weighted log-rank test of two groups: [(z, p)], missing where nothing can be compared.

    As `weigh_events`. The statistic is lifelines', its sign ours: above 0 the second group has more events than expected.
    """
    from lifelines.statistics import logrank_test  # half a second that only these tests pay for

    months, event = np.asarray(months, float), np.asarray(event, float)
    second = np.asarray(second, bool)
    difference, covariance = weigh_events(months, event, second, weights)
    found = []
    for place, (rho, gamma) in enumerate(weights):
        if not covariance[place, place] > SAME * event.sum():
            found.append((np.nan, np.nan))
            continue
        with np.errstate():  # lifelines switches numpy's warnings off for the whole process
            statistic = logrank_test(
                *(months[second], months[~second], event[second], event[~second]),
                weightings="fleming-harrington",
                p=rho,
                q=gamma,
            ).test_statistic
        z = np.sign(difference[place]) * np.sqrt(statistic)
        found.append((float(z), float(chdtrc(1, statistic))))
    return found


def test_largest(months, event, second, weights, seed):
    """The largest of the weighted statistics: (|z|, p of the max-combo test), missing without one.

    p: as `exceed`; seed: of its points.
    """
    difference, covariance = weigh_events(months, event, second, weights)
    variance = np.diag(covariance)
    known = variance > SAME * np.asarray(event, float).sum()
    if not known.any():
        return np.nan, np.nan
    error = np.sqrt(variance[known])
    largest = float(np.abs(difference[known] / error).max())
    correlation = covariance[np.ix_(known, known)] / np.outer(error, error)
    return largest, exceed(correlation, largest, np.random.default_rng(seed))


def exceed(correlation, largest, random):
    """The probability that one of the standard normal variables is as far from 0 as `largest` or farther [@Lin2020].

    correlation (k, k), may be singular: the weights (1, 0) and (0, 1) add up to (0, 0). The sum over the variables of the
    probability that this one is the first so far out, by scipy's integration over random points. So the error is about a
    thousandth of the probability, however small; one less the probability of all within was a tenth off at 0.001.
    """
    total = 2 * ndtr(-largest)
    for first in range(1, len(correlation)):
        order = [first, *range(first)]
        bounds = np.full(first + 1, largest)
        total += (
            2
            * multivariate_normal.cdf(  # above, and as often below
                np.append(np.inf, bounds[1:]),
                mean=np.zeros(first + 1),
                cov=correlation[np.ix_(order, order)],
                allow_singular=True,
                maxpts=200_000,
                abseps=0.0,
                releps=1e-5,
                lower_limit=np.append(largest, -bounds[1:]),
                rng=random,
            )
        )
    return float(min(total, 1))
