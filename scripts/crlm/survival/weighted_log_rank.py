"""Log-rank tests with the weights of Fleming and Harrington, and the largest of several (max-combo).

A weight S(t-)^rho (1 - S(t-))^gamma, S the Kaplan-Meier estimate of both groups together, looks at early differences (1, 0), late
ones (0, 1) or those in the middle (1, 1); (0, 0) is the log-rank test [@FlemingHarrington1991].
"""

import numpy as np
from scipy.special import chdtrc
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

    p: the probability that the largest of correlated normal variables is as large or larger, by scipy's integration over random
    points, good to about 1e-4 [@Lin2020]; seed: of these points.
    """
    difference, covariance = weigh_events(months, event, second, weights)
    variance = np.diag(covariance)
    known = variance > SAME * np.asarray(event, float).sum()
    if not known.any():
        return np.nan, np.nan
    error = np.sqrt(variance[known])
    largest = float(np.abs(difference[known] / error).max())
    correlation = covariance[np.ix_(known, known)] / np.outer(error, error)
    inside = multivariate_normal.cdf(
        np.full(len(error), largest),
        mean=np.zeros(len(error)),
        cov=correlation,
        allow_singular=True,  # the weights (1, 0) and (0, 1) add up to (0, 0)
        maxpts=200_000,
        lower_limit=np.full(len(error), -largest),
        rng=np.random.default_rng(seed),
    )
    return largest, float(np.clip(1 - inside, 0, 1))
