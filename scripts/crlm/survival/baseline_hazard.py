"""Cumulative baseline hazard of Cox models in the resamples of a cohort."""

import numpy as np

from crlm.survival.compiled import njit


@njit(cache=True, nogil=True, no_cfunc_wrapper=True)
def _accumulate(event, group, counts, risk, limits, hazard):
    """Efron's cumulative hazard, into hazard (resamples, limits); risk: (resamples, n) of the patients.

    Patients stand in rising time, deaths first among equal times; limits: places up to which the
    deaths count, rising.
    """
    for resample in range(len(counts)):
        at_risk = 0.0
        for row in range(len(group)):
            at_risk += counts[resample, row] * risk[resample, row]
        total, first, place = 0.0, 0, 0
        while first < len(group):
            while place < len(limits) and limits[place] <= first:
                hazard[resample, place] = total
                place += 1
            last, deaths, dying, leaving = first, 0, 0.0, 0.0
            while last < len(group) and group[last] == group[first]:
                weight = counts[resample, last] * risk[resample, last]
                leaving += weight
                if event[last]:
                    deaths += counts[resample, last]
                    dying += weight
                last += 1
            for each in range(deaths):
                total += 1 / (at_risk - each / deaths * dying)
            at_risk -= leaving
            first = last
        while place < len(limits):
            hazard[resample, place] = total
            place += 1


def estimate_cumulative_hazard(patients, counts, linear, horizons):
    """Cumulative baseline hazard (resamples, horizons) of a patient whose linear predictor is 0.

    patients: `discrimination.Sorted`; counts: multiplicities (resamples, n), linear: predictors of
    the model of each resample (resamples, n), both in the order of the data; horizons: months,
    rising. Efron's estimate, as R's `survfit.coxph` of a fit with Efron ties.
    """
    hazard = np.empty((len(counts), len(horizons)))
    rows = patients.rows
    _accumulate(
        patients.event,
        patients.group,
        np.ascontiguousarray(np.asarray(counts, np.int32)[:, rows]),
        np.exp(np.asarray(linear, float)[:, rows]),
        patients.count_until(np.asarray(horizons, float)).astype(np.int64),
        hazard,
    )
    return hazard
