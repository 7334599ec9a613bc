"""Which counts are hidden with a small one, because it would follow from the total of its whole."""

import numpy as np


def complete(counts, hidden, least):
    """Return which counts of a whole are hidden: so many more, the smallest first, that no small one follows from their sum.

    counts: numbers, NaN where there is none; hidden: whether each is; least: counts from 1 to `least` - 1 are shown as `<least`.
    """
    counts, hidden = np.asarray(counts, float), np.array(hidden, bool)
    while follows(counts[hidden], least):
        others = np.flatnonzero(~hidden & (counts > 0))
        if not len(others):
            break
        hidden[others[np.argmin(counts[others])]] = True
    return hidden


def follows(parts, least):
    """Whether one of the hidden counts follows from their sum: it is alone, or as `<least` it can have one value only.

    Two hidden as `<5` that are 2 together are 1 each; one beside a withheld number, which is 5 at least, is 1 where they are 6.
    """
    if len(parts) == 1:
        return True
    small = parts < least
    total, highest = parts.sum(), np.where(small, least - 1, np.inf).sum()
    first = max(1, total - (highest - (least - 1)))
    last = min(least - 1, total - (np.where(small, 1, least).sum() - 1))
    return bool(small.any()) and first == last and least > 2  # `<2` is 1 by itself
