"""Net benefit of treating by predicted risk, in a cohort with censoring or in each of its resamples.

Decision curve analysis [@Vickers2006; @Vickers2008]: who is at or above a threshold t would be
treated, and one unneeded treatment weighs t / (1 - t) of a needed one:
    net benefit = P(risk >= t) (F - (1 - F) t / (1 - t)),
F = probability of an event until the horizon among those at or above t, 1 - Kaplan-Meier, as in the
R package dcurves. Treating nobody has the net benefit 0, and so has a threshold that nobody reaches.
ASSUME, as dcurves: where those at or above t are all observed for less than the horizon, their
curve stays at its last value.
"""

import numpy as np

from crlm.survival.discrimination import map_chunks, sort_patients, tally_times

TIE = 1e-9  # a risk that misses a threshold by less than this reaches it: 1 - 0.9 is not 0.1


def estimate_incidence(months, event, counts, horizon):
    """Probability of an event until the horizon, 1 - Kaplan-Meier, under every row of counts: shape (rows,).

    months, event (1/0): length n; counts: how often each patient is there (rows, n), or a mask of
    the patients of a set. 0 for a row without a patient.
    """
    patients = sort_patients(months, event)
    until = np.searchsorted(patients.times, horizon, side="right")

    def estimate(counts):
        deaths, _, at_risk = (each[:, :until] for each in tally_times(patients, counts))
        return (1 - np.prod(1 - deaths / np.where(deaths, at_risk, 1), axis=1),)

    return map_chunks(estimate, patients, counts, 1, len(months))[0]


def net_benefit(months, event, risk, horizon, thresholds):
    """Net benefit of "treat if the risk at the horizon is at or above the threshold": shape (thresholds,).

    months, event (1/0), risk (predicted probability of an event until the horizon): arrays of
    length n; horizon: months; thresholds: probabilities between 0 and 1. Raises ValueError for a
    missing risk, which is neither above nor below, and for a threshold outside 0 to 1.
    """
    thresholds, risk = np.asarray(thresholds, float), np.asarray(risk, float)
    if np.isnan(risk).any():
        raise ValueError("a risk is missing")
    if not ((thresholds > 0) & (thresholds < 1)).all():
        raise ValueError("thresholds lie between 0 and 1")
    above = risk >= thresholds[:, None] - TIE
    incidence = estimate_incidence(months, event, above, horizon)
    return _weigh(above.mean(axis=1), incidence, thresholds)


def _weigh(share, incidence, threshold):
    return share * (incidence - (1 - incidence) * threshold / (1 - threshold))


def resample_net_benefit(months, event, risk, horizon, threshold, counts):
    """Net benefit at one threshold under every row of counts (resamples, n): shape (resamples,)."""
    above = np.asarray(risk) >= threshold - TIE
    incidence = estimate_incidence(months, event, counts * above, horizon)
    return _weigh(counts @ above / counts.sum(axis=1), incidence, threshold)


def treat_all(months, event, horizon, thresholds):
    """Net benefit of treating everybody, (thresholds,)."""
    return net_benefit(months, event, np.ones(len(months)), horizon, thresholds)
