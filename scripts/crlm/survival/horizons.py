"""What can be said at a horizon, and of a measure over its resamples."""

import numpy as np

# ASSUME with fewer events nothing of a cohort, and with fewer on a side nothing of a contrast, is more
# than noise; the same for the patients observed beyond a horizon
MINIMUM_EVENTS = 10
MINIMUM_ON_A_SIDE = 5
INTERVALS = 50  # of the integrated Brier score between 0 and its horizon
COMPLETE = 0.95  # below this share of usable resamples a note says so


def judge_horizon(months, event, horizon, minimum=MINIMUM_EVENTS):
    """Why nothing can be said of a horizon, or None."""
    if not len(months):
        return "no patients"
    if horizon >= months.max():
        return f"follow-up ends at {months.max():.1f} months"
    cases, beyond = int(event[months <= horizon].sum()), int((months > horizon).sum())
    if cases < minimum:
        return f"{cases} events until {horizon:g} months, fewer than {minimum}"
    if beyond < minimum:
        return f"{beyond} patients observed beyond {horizon:g} months, fewer than {minimum}"
    return None


def summarise_sample(sample):
    """Estimate, percentile limits and number of usable resamples."""
    if sample is None or not np.isfinite(sample[0]):
        return {"estimate": np.nan, "lower": np.nan, "upper": np.nan, "resamples": 0}
    drawn = sample[1:][np.isfinite(sample[1:])]
    lower, upper = np.quantile(drawn, [0.025, 0.975]) if len(drawn) > 1 else (np.nan, np.nan)
    return {"estimate": sample[0], "lower": lower, "upper": upper, "resamples": len(drawn)}
