"""The hazard over time: the increments of the Nelson-Aalen estimate, smoothed by a kernel."""

import numpy as np
import pandas as pd

from crlm.survival.kaplan_meier import Z, count_times

COLUMNS = ["time", "hazard", "lower", "upper", "at_risk"]


def smooth_hazard(months, event, at, bandwidth, last=None):
    """Hazard per month with pointwise 95% limits at the times `at`: time, hazard, lower, upper, at_risk.

    The sum over event times u of K((t - u) / bandwidth) d / n, divided by the bandwidth, with the kernel of Epanechnikov and
    within one bandwidth of 0 and of `last` (the last time observed when not given) the boundary kernels of Müller and Wang, as
    in R's muhaz [@MullerWang1994]. Variance: the sum of K² d / n² over bandwidth²; limits on the scale of the logarithm. They say
    how uncertain the smooth is, not what smoothing hides. Where the estimate is 0 or below (which a boundary kernel can give) it
    is 0 without limits; beyond `last` it is missing.
    """
    months, event, at = (np.asarray(each, float) for each in (months, event, at))
    table = pd.DataFrame({"time": at}, columns=COLUMNS).assign(at_risk=0)
    if not len(months):
        return table
    times, at_risk = count_times(months)
    last = times[-1] if last is None else last
    deaths = np.bincount(np.searchsorted(times, months), event, len(times))
    weights = weigh(at, times, bandwidth, last) / bandwidth
    hazard = weights @ (deaths / at_risk)
    error = np.sqrt(weights**2 @ (deaths / at_risk**2))
    rising = hazard > 0
    width = np.exp(Z * error / np.where(rising, hazard, 1))
    known = at <= last
    return table.assign(
        hazard=np.where(known, np.maximum(hazard, 0), np.nan),
        lower=np.where(known & rising, hazard / width, np.nan),
        upper=np.where(known & rising, hazard * width, np.nan),
        at_risk=np.append(at_risk, 0)[np.searchsorted(times, at)],
    )


def weigh(at, times, bandwidth, last):
    """Kernel weights (at, times): at a time t within one bandwidth of an end the boundary kernel of q = distance / bandwidth."""
    near_start = np.minimum(at / bandwidth, 1)[:, None]
    near_end = np.clip((last - at) / bandwidth, 0, 1)[:, None]
    distance = (at[:, None] - times) / bandwidth
    mirrored = near_end < near_start  # the nearer end counts
    return np.where(
        mirrored, evaluate_kernel(-distance, near_end), evaluate_kernel(distance, near_start)
    )


def evaluate_kernel(z, q):
    """The boundary kernel on [-1, q], of integral 1 and mean 0 for every q; Epanechnikov's, 3/4 (1 - z²), for q = 1."""
    inside = (z >= -1) & (z <= q)
    value = 12 / (1 + q) ** 4 * (z + 1) * (z * (1 - 2 * q) + (3 * q**2 - 2 * q + 1) / 2)
    return np.where(inside, value, 0)
