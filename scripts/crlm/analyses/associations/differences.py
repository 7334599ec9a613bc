"""The differences between two patients of two groups in their order, of more pairs than memory holds."""

import numpy as np

HELD = 2_000_000  # differences looked at one by one


def select_differences(first, second, places, held=HELD):
    """The differences second - first of all pairs that stand at these places (from 0) in rising order; a list.

    Both are sorted, so that the candidates of a patient of the first group are neighbours in the second. Each round halves about
    a half of them or more: those below or above the weighted median of the patients' middle candidates are left out, until the
    differences that remain can be held (Johnson and Mizoguchi 1978). Memory and time grow as n log n; every comparison is of
    differences as computed, so that the result is that of sorting them all.
    """
    first, second = np.sort(first), np.sort(second)
    return [_select(first, second, place, held) for place in places]


def _select(first, second, place, held):
    low, high = np.zeros(len(first), int), np.full(len(first), len(second))
    while (high - low).sum() > held:
        rows = np.flatnonzero(high > low)
        middle = second[(low[rows] + high[rows]) // 2] - first[rows]
        order = np.argsort(middle)
        weights = np.cumsum((high - low)[rows][order])
        pivot = middle[order][np.searchsorted(weights, weights[-1] / 2)]
        below, until = (_count(first, second, pivot, less) for less in (np.less, np.less_equal))
        if place < below.sum():
            high = np.minimum(high, below)
        elif place >= until.sum():
            low = np.maximum(low, until)
        else:
            return float(pivot)
    left = [second[a:b] - x for a, b, x in zip(low, high, first, strict=True) if b > a]
    rank = place - int(low.sum())
    return float(np.partition(np.concatenate(left), rank)[rank])


def _count(first, second, pivot, less):
    """How many of the second have a difference less than the pivot, for each of the first."""
    low, high = np.zeros(len(first), int), np.full(len(first), len(second))
    while (open_ := low < high).any():
        middle = (low + high) // 2
        goes = open_ & less(second[np.minimum(middle, len(second) - 1)] - first, pivot)
        low, high = np.where(goes, middle + 1, low), np.where(open_ & ~goes, middle, high)
    return low
