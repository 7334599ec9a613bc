"""Variance of Harrell's C, as R's `survival::concordance`.

The infinitesimal jackknife: every patient's influence on C, whose squares sum to the variance.
Pairs and ties are those of `discrimination.py`; scikit-survival has no variance of C.
"""

import numpy as np


def concordance_influence(months, event, score):
    """Harrell's C and each patient's influence on it: (c, (n,)); the variance is sum(influence^2).

    months, event (1/0), score (higher = worse): arrays of length n, without missing values. Equal
    predictions must be equal numbers: round linear predictors first. NaN without a usable pair.
    """
    event = np.asarray(event) == 1
    # of two, one who died and another of a later step are a pair; deaths of one time share a step,
    # and the censored of that time come after them
    step = 2 * np.unique(months, return_inverse=True)[1] + ~event
    rank = np.unique(score, return_inverse=True)[1]
    usable, agree = count_pairs(step, event, rank)
    pairs = usable.sum() / 2
    if not pairs:
        return np.nan, np.full(len(step), np.nan)
    c = agree.sum() / 2 / pairs
    return float(c), (agree - c * usable) / pairs


def count_pairs(step, event, rank):
    """Usable pairs that each patient is part of, and those in which the worse rank died first (ties one half).

    step, rank: whole numbers from 0; arrays of length n. Two steps first differ in one binary digit:
    one patient is then in the lower and one in the upper half of the same block. For each digit all
    pairs across the halves are counted at once from running sums over the ranks, in O(n log n).
    """
    usable, agree = np.zeros(len(step)), np.zeros(len(step))
    for digit in range(int(step.max(initial=0)).bit_length()):
        block, upper = step >> (digit + 1), (step >> digit & 1).astype(bool)
        order = np.lexsort((rank, block))
        dying, later = (event & ~upper)[order], upper[order]
        starts = _find_runs(block[order])
        ties = _find_runs(block[order], rank[order])
        below, tied, total = _sum_runs(later, starts, ties)
        usable[order] += dying * total
        agree[order] += dying * (below + tied / 2)
        below, tied, total = _sum_runs(dying, starts, ties)
        usable[order] += later * total
        agree[order] += later * (total - below - tied / 2)
    return usable, agree


def _find_runs(*keys):
    """First place and the place after the last of each place's run of equal keys."""
    new = np.ones(len(keys[0]), bool)
    new[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    first = np.flatnonzero(new)
    run = np.cumsum(new) - 1
    return first[run], np.append(first[1:], len(new))[run]


def _sum_runs(mask, block, tie):
    """How many of the mask stand in each place's block below its rank, at its rank, and in all."""
    sums = np.append(0, np.cumsum(mask))
    below = sums[tie[0]] - sums[block[0]]
    return below, sums[tie[1]] - sums[tie[0]], sums[block[1]] - sums[block[0]]
