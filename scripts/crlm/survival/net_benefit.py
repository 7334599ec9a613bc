"""Net benefit of treating by predicted risk, in a cohort with censoring or in each of its resamples.

Decision curve analysis [@Vickers2006; @Vickers2008]: who is at or above a threshold t would be
treated, and one unneeded treatment weighs t / (1 - t) of a needed one:
    net benefit = P(risk >= t) (F - (1 - F) t / (1 - t)),
F = probability of an event until the horizon among those at or above t, 1 - Kaplan-Meier, as in the
R package dcurves. Treating nobody has the net benefit 0, and so has a threshold that nobody reaches.
ASSUME, as dcurves: where those at or above t are all observed for less than the horizon, their
curve stays at its last value.
"""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from crlm.survival.compiled import njit

TIE = 1e-9  # a risk that misses a threshold by less than this reaches it: 1 - 0.63 is not 0.37


@njit(cache=True, nogil=True, no_cfunc_wrapper=True)
def _fill(event, starts, limit, members, counts, share, incidence):
    """Share of the patients in each set, and their 1 - Kaplan-Meier after `limit` distinct times.

    Patients stand in rising time, starts: first place of each distinct time, then n; members
    (sets, n); counts, how often each is there (resamples, n). Into share and incidence
    (resamples, sets); an empty set has 0 and 0.
    """
    for resample in range(len(counts)):
        drawn, total = counts[resample], 0
        for row in range(len(drawn)):
            total += drawn[row]
        for each in range(len(members)):
            member, at_risk = members[each], 0
            for row in range(len(drawn)):
                if member[row]:
                    at_risk += drawn[row]
            share[resample, each] = at_risk / total if total else 0.0
            survival = 1.0
            for time in range(limit):
                deaths = leaving = 0
                for row in range(starts[time], starts[time + 1]):
                    if member[row]:
                        leaving += drawn[row]
                        if event[row]:
                            deaths += drawn[row]
                if deaths:
                    survival *= 1 - deaths / at_risk
                at_risk -= leaving
            incidence[resample, each] = 1 - survival


def estimate_incidence(months, event, members, horizon, counts=None, threads=1):
    """Share and probability of an event until the horizon of each set, under every row of counts.

    months, event (1/0): length n; members: bool (sets, n); counts: multiplicities (resamples, n),
    default everybody once. Returns two arrays (resamples, sets). The result does not depend on
    `threads`.
    """
    months, event = np.asarray(months, float), np.asarray(event) == 1
    rows = np.argsort(months, kind="stable")
    times, starts = np.unique(months[rows], return_index=True)
    counts = np.ones((1, len(months)), np.int32) if counts is None else np.asarray(counts, np.int32)
    counts = np.ascontiguousarray(counts[:, rows])
    members = np.ascontiguousarray(np.asarray(members, bool)[:, rows])
    share, incidence = np.empty((2, len(counts), len(members)))
    shared = event[rows], np.append(starts, len(rows))
    limit = int(np.searchsorted(times, horizon, side="right"))
    ends = np.linspace(0, len(counts), max(1, threads) + 1).astype(int)
    with ThreadPoolExecutor(max(1, threads)) as pool:
        jobs = [
            pool.submit(
                _fill,
                *(*shared, limit, members),
                *(each[first:last] for each in (counts, share, incidence)),
            )
            for first, last in pairwise(ends)
        ]
    for job in jobs:
        job.result()
    return share, incidence


def net_benefit(months, event, risk, horizon, thresholds, counts=None, threads=1):
    """Net benefit of "treat if the risk at the horizon is at or above the threshold".

    months, event (1/0), risk (predicted probability of an event until the horizon): arrays of
    length n; horizon: months; thresholds: probabilities between 0 and 1. counts (resamples, n):
    how often each patient is there, default everybody once. Returns (resamples, thresholds), one
    row without counts. For several horizons give a list of them and risk (n, horizons): the result
    is then (resamples, horizons, thresholds). Raises ValueError for a missing risk, which is
    neither above nor below, and for a threshold outside 0 to 1.
    """
    thresholds, risk = np.asarray(thresholds, float), np.asarray(risk, float)
    if np.isnan(risk).any():
        raise ValueError("a risk is missing")
    if not ((thresholds > 0) & (thresholds < 1)).all():
        raise ValueError("thresholds lie between 0 and 1")
    if np.ndim(horizon):
        each = [
            net_benefit(months, event, column, time, thresholds, counts, threads)
            for column, time in zip(risk.T, horizon, strict=True)
        ]
        return np.stack(each, axis=1)
    # thresholds with the same patients above them share one curve
    ranked = np.sort(risk)
    above = len(risk) - np.searchsorted(ranked, thresholds - TIE, side="left")
    sizes, place = np.unique(above, return_inverse=True)
    least = np.append(ranked, np.inf)[len(risk) - sizes]
    members = risk >= least[:, None]
    share, incidence = estimate_incidence(months, event, members, horizon, counts, threads)
    share, incidence = share[:, place], incidence[:, place]
    return share * (incidence - (1 - incidence) * thresholds / (1 - thresholds))


def treat_all(months, event, horizon, thresholds, counts=None, threads=1):
    """Net benefit of treating everybody, in the shapes of `net_benefit`."""
    risk = np.ones((len(months), *np.shape(horizon)))
    return net_benefit(months, event, risk, horizon, thresholds, counts, threads)
