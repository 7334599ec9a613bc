"""Standard errors of Harrell's C and of differences of it, as R's `survival::concordance`.

The infinitesimal jackknife: every patient's influence on C, whose squares sum to the variance.
Pairs and ties are those of `discrimination.py`.
"""

import numpy as np

CELLS = 4_000_000  # pairs looked at together


def concordance_influence(months, event, score):
    """Harrell's C and each patient's influence on it: (c, (n,)); the variance is sum(influence^2).

    months, event (1/0), score (higher = worse): arrays of length n, without missing values. Equal
    predictions must be equal numbers: round linear predictors first. NaN without a usable pair.
    """
    months, event = np.asarray(months, float), np.asarray(event) == 1
    order = np.lexsort((~event, months))
    times, died, ranked = months[order], event[order], np.asarray(score, float)[order]
    n = len(times)
    deaths = np.flatnonzero(died)
    # a death is compared with everybody from here on: censored at its time, or observed longer
    first = np.searchsorted(times, times[deaths], side="right")
    first -= np.searchsorted(times[~died], times[deaths], side="right")
    first += np.searchsorted(times[~died], times[deaths], side="left")
    usable = np.cumsum(np.bincount(first, minlength=n + 1))[:n].astype(float)
    usable[deaths] += n - first
    agree = np.zeros(n)
    step = max(CELLS // max(n, 1), 1)
    for start in range(0, len(deaths), step):
        rows = slice(start, start + step)
        mine = ranked[deaths[rows], None]
        won = np.where(mine > ranked, 1.0, 0.5 * (mine == ranked))
        won[np.arange(n) < first[rows, None]] = 0
        agree += won.sum(axis=0)
        agree[deaths[rows]] += won.sum(axis=1)
    influence = np.full(n, np.nan)
    pairs = usable.sum() / 2
    if not pairs:
        return np.nan, influence
    c = agree.sum() / 2 / pairs
    influence[order] = (agree - c * usable) / pairs
    return float(c), influence


def concordance_difference(months, event, first, second):
    """Difference of Harrell's C of two scores of the same patients, and its standard error.

    NaN without a usable pair.
    """
    one, influence = concordance_influence(months, event, first)
    other, compared = concordance_influence(months, event, second)
    if np.isnan(one):
        return np.nan, np.nan
    return one - other, float(np.sqrt(((influence - compared) ** 2).sum()))
