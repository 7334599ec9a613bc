"""Restricted mean survival time of one group, and its difference and ratio between two."""

import numpy as np
from scipy.special import ndtr

from crlm.survival.kaplan_meier import Z, estimate_curve


def describe_group(months, event, horizon):
    """Restricted mean with standard error and 95% limits of one group, as a dict.

    It is known up to the last time of the group, and beyond where everybody had the event: the
    rule of survRM2, which for two groups is that of the horizon both of them allow.
    """
    months, event = np.asarray(months, float), np.asarray(event, float)
    row = {
        "horizon": horizon,
        "patients": len(months),
        "events": int(event[months <= horizon].sum()),
    }
    curve = estimate_curve(months, event)
    if not len(months):
        return row | {"note": "no patients"}
    if horizon > months.max() and curve["survival"].iloc[-1] > 0:
        return row | {"note": f"follow-up ends at {months.max():.2f} months"}
    mean, variance = integrate_curve(curve, horizon)
    se = np.sqrt(variance)
    row |= {"rmst": mean, "se": se}
    if se > 0:
        return row | {"lower": mean - Z * se, "upper": mean + Z * se}
    # ASSUME as for survival of 1 or 0: an error of 0 is not known to be 0, so there are no limits
    happened = event[months < horizon].any()
    return row | {"note": "all events at one time" if happened else "no event before the horizon"}


def integrate_curve(curve, horizon):
    """Area under a Kaplan-Meier curve from 0 to the horizon, and the variance of the area.

    curve: as `estimate_curve` returns it. Variance: the sum over the deaths of
    (area to the right)² d / (n (n - d)), as in R's survRM2 and the `rmean` of its survfit
    [@Uno2014]; where all at risk die the area to the right is 0.
    """
    until = curve[curve["time"] <= horizon]
    deaths, at_risk = until["events"].to_numpy(float), until["at_risk"].to_numpy(float)
    areas = np.diff(until["time"], append=horizon) * until["survival"].to_numpy()
    right = np.cumsum(areas[::-1])[::-1]
    left = np.where(deaths < at_risk, at_risk * (at_risk - deaths), np.inf)
    return areas.sum(), (right**2 * deaths / left).sum()


def compare_means(mine, reference):
    """Difference and ratio of two results of `describe_group` with 95% limits and p-values, as a dict.

    The ratio's limits and p-value are those of its logarithm (delta method). survRM2 takes an error
    of 0 at its word, and finds p < 0.001 against four patients without an event; here there are
    neither limits nor p-values then.
    """
    if "rmst" not in mine:
        return {}
    row = {}
    if "note" in reference:
        notes = [mine.get("note"), f"reference group: {reference['note']}"]
        row["note"] = "; ".join(filter(None, notes))
    if "rmst" not in reference:
        return row
    mean, other = mine["rmst"], reference["rmst"]
    row |= {"difference": mean - other} | ({"ratio": mean / other} if other > 0 else {})
    if mine["se"] > 0 and reference["se"] > 0:  # so both means are above 0 as well
        se = np.hypot(mine["se"], reference["se"])
        log_ratio, log_se = (
            np.log(mean / other),
            np.hypot(mine["se"] / mean, reference["se"] / other),
        )
        row |= {
            "difference_lower": mean - other - Z * se,
            "difference_upper": mean - other + Z * se,
            "p_value": 2 * ndtr(-abs(mean - other) / se),
            "ratio_lower": np.exp(log_ratio - Z * log_se),
            "ratio_upper": np.exp(log_ratio + Z * log_se),
            "ratio_p_value": 2 * ndtr(-abs(log_ratio) / log_se),
        }
    return row
