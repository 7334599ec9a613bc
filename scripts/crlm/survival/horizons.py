"""What can be said at a horizon, and of a measure over its resamples."""

import numpy as np

from crlm.plan.phrases import plural

# ASSUME with fewer events nothing of a cohort, and with fewer on a side nothing of a contrast, is more
# than noise; the same for the patients observed beyond a horizon
MINIMUM_EVENTS = 10
MINIMUM_ON_A_SIDE = 5
INTERVALS = 50  # of the integrated Brier score between 0 and its horizon
ROUNDING = 1e-9  # months; a grid point this near to an observed time is that time
COMPLETE = 0.95  # below this share of usable resamples a note says so


def space_times(usable, months):
    """Times of the Brier scores, rising: the usable horizons and INTERVALS steps from 0 to the last; empty without a horizon.

    A step that misses an observed time by rounding only (37.199999999999996, in steps of 60 / 50, and 37.2 months) is that
    time, or what happens then would count at it by one implementation and not by another.
    """
    if not len(usable):
        return np.array([])
    grid, observed = np.linspace(0, max(usable), INTERVALS + 1), np.unique(months)
    place = np.searchsorted(observed, grid - ROUNDING).clip(max=len(observed) - 1)
    near = observed[place]
    return np.union1d(usable, np.where(np.abs(near - grid) <= ROUNDING, near, grid))


def judge_horizon(months, event, horizon, minimum=MINIMUM_EVENTS):
    """Why nothing can be said of a horizon, or None."""
    if not len(months):
        return "no patients"
    if horizon >= months.max():
        return f"follow-up ends at {months.max():.1f} months"
    cases, beyond = int(event[months <= horizon].sum()), int((months > horizon).sum())
    if cases < minimum:
        return f"{plural(cases, 'event')} until {horizon:g} months, fewer than {minimum}"
    if beyond < minimum:
        return (
            f"{plural(beyond, 'patient')} observed beyond {horizon:g} months, fewer than {minimum}"
        )
    return None


def summarise_sample(sample):
    """Estimate, percentile limits and number of usable resamples."""
    if sample is None or not np.isfinite(sample[0]):
        return {"estimate": np.nan, "lower": np.nan, "upper": np.nan, "resamples": 0}
    drawn = sample[1:][np.isfinite(sample[1:])]
    lower, upper = np.quantile(drawn, [0.025, 0.975]) if len(drawn) > 1 else (np.nan, np.nan)
    return {"estimate": sample[0], "lower": lower, "upper": upper, "resamples": len(drawn)}
