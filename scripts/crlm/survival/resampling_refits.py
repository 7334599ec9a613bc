"""Compiled loop over models that were fitted again in each resample: what each is worth there and in the whole cohort.

Counts, rows, `starts` and `group` are those of `kernel`.
"""

import numpy as np

from crlm.survival.compiled import njit
from crlm.survival.resampling import (
    average_losses,
    count_pairs,
    inner,
    rank_sorted,
    weigh_censoring,
)


@inner
def cumulate_hazard(event, starts, counts, risk, hazard):
    """Efron's cumulative baseline hazard at each distinct time, into hazard; copies of a patient are tied deaths."""
    times, total = len(starts) - 1, 0.0
    for time in range(times - 1, -1, -1):
        dying, deaths = 0.0, 0
        for row in range(starts[time], starts[time + 1]):
            total += counts[row] * risk[row]
            if event[row]:
                dying += counts[row] * risk[row]
                deaths += counts[row]
        hazard[time] = 0.0
        for place in range(deaths):
            hazard[time] += 1 / (total - place / deaths * dying)
    for time in range(1, times):
        hazard[time] += hazard[time - 1]


@inner
def weigh_pairs(before, last, weights):
    """Uno's weights 1 / G(t-)^2 of the first `last` distinct times, 0 beyond."""
    for time in range(len(before)):
        known = time < last and before[time] > 0
        weights[time] = 1 / before[time] ** 2 if known else 0.0


@njit(cache=True, nogil=True, no_cfunc_wrapper=True)
def measure_all(
    event, starts, group, last, due, ends, known, everybody, counts, linear, order, found
):
    """Into found (resamples, 2, 2 + times): Harrell's C, Uno's C and Brier scores of each resample's model.

    Along the second axis in the resample itself and among everybody (n ones). linear: linear
    predictors of all patients (resamples, n), NaN without a model; order: their rising order;
    last: distinct times up to tau; due, ends: as `kernel.average_losses` takes them; known:
    distinct times up to each evaluation time.
    """
    rows, distinct, times = len(event), len(starts) - 1, len(ends)
    ranks, risk, hazard = np.empty(rows, np.int64), np.empty(rows), np.empty(distinct)
    weights, weights_all = np.empty(distinct), np.empty(distinct)
    losses = np.empty((rows, times))
    before_all, after_all = weigh_censoring(event, starts, everybody)
    weigh_pairs(before_all, last, weights_all)
    for resample in range(len(counts)):
        if np.isnan(linear[resample, 0]):
            continue
        mine, into = counts[resample], found[resample]
        before, after = weigh_censoring(event, starts, mine)
        weigh_pairs(before, last, weights)
        levels = rank_sorted(linear[resample], order[resample], ranks)
        into[0, 0], into[0, 1] = count_pairs(event, starts, ranks, levels, mine, weights)
        into[1, 0], into[1, 1] = count_pairs(event, starts, ranks, levels, everybody, weights_all)
        for row in range(rows):
            risk[row] = np.exp(linear[resample, row])
        cumulate_hazard(event, starts, mine, risk, hazard)
        for row in range(rows):
            for time in range(times):
                met = hazard[known[time] - 1] if known[time] else 0.0
                survival = np.exp(-risk[row] * met)
                alive = time < due[group[row]]
                losses[row, time] = (1 - survival) ** 2 if alive else survival**2
        average_losses(losses, event, group, due, ends, mine, before, after, into[0, 2:])
        average_losses(
            losses, event, group, due, ends, everybody, before_all, after_all, into[1, 2:]
        )
