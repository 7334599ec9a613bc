"""The resamples of adjusted curves: in each of them propensity, weights, fifths and Cox model are found anew."""

import numpy as np

from crlm.survival import adjusted, propensity
from crlm.survival.discrimination import sort_patients

# resamples at a time, fewer where that is more than so many patients: the curves of all of them are never there at once
BLOCK, CELLS = 100, 2_000_000


def refit_measures(compared, spec, prediction, counts, horizons):
    """Survival and restricted mean of every resample, (resamples, methods, reference and other, measures, horizons).

    compared: estimate.Comparison; prediction: its Cox model or None; counts: (resamples, n), how often each patient was drawn. The
    order is that of estimate.METHODS and MEASURES. Missing where a method has no answer. Beyond the last follow-up of a resample
    its survival is carried on.
    """
    found = np.full((len(counts), 4, 2, 2, len(horizons)), np.nan)
    patients = sort_patients(compared.months, compared.event)
    kept = None
    if prediction is not None:
        kept = sort_patients(
            *(each[~prediction.aside] for each in (compared.months, compared.event))
        )
    step = int(np.clip(CELLS // counts.shape[1], 1, BLOCK))
    for first in range(0, len(counts), step):
        rows = slice(first, first + step)
        found[rows] = _measure(compared, spec, prediction, counts[rows], horizons, patients, kept)
    return found


def _measure(compared, spec, prediction, counts, horizons, patients, kept):
    second, estimand = compared.second, spec["estimand"]
    times = np.append(0.0, patients.times)
    score = propensity.refit_propensity(second, compared.x, counts)
    weights = propensity.weigh_patients(second, score, counts, estimand, spec["truncate_percent"])
    strata = propensity.cut_strata(score, counts)
    whom = counts * second if estimand == "ATT" else counts
    sizes = np.array([(whom * (strata == s)).sum(axis=1) for s in range(propensity.STRATA)])
    settled = np.isfinite(score).all(axis=1)
    found = np.full((len(counts), 4, 2, 2, len(horizons)), np.nan)
    for place, mask in enumerate(compared.masks):
        mine = counts * mask
        curves = np.array(
            [
                adjusted.follow_weighted(patients, mine * (strata == s))
                for s in range(propensity.STRATA)
            ]
        )
        three = (
            adjusted.follow_weighted(patients, mine.astype(float)),
            np.where(
                settled[:, None], adjusted.average_strata(curves, sizes.astype(float)), np.nan
            ),
            adjusted.follow_weighted(patients, mine * np.where(settled[:, None], weights, np.nan)),
        )
        for method, curve in enumerate(three):
            found[:, method, place] = np.stack(adjusted.read_steps(times, curve, horizons), axis=1)
    if prediction is not None:
        deaths = np.unique(compared.months[compared.event == 1])  # it changes at no other time
        until = np.append(0.0, deaths[deaths <= max(horizons)])
        both = adjusted.restandardise(
            kept, prediction, spec["column"], until, counts, whom.astype(float)
        )
        found[:, 3] = np.stack(adjusted.read_steps(until, both, horizons), axis=2)
    return found
