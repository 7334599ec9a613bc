"""Second computations that several analyses share: the same number by another implementation, for `results/cross_check.csv`."""

import warnings

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtri

from crlm.survival.cox import fit_quickly, select_analysed
from crlm.survival.cox_maximum import lifelines_can
from crlm.survival.kaplan_meier import TOLERANCE

RECOUNT, OWN, LIFELINES = "recount", "own partial likelihood", "lifelines"

MEANS = {  # column of a table of restricted means: what it is
    "rmst": "restricted mean within {0} months",
    "lower": "lower limit of the restricted mean within {0} months",
    "upper": "upper limit of the restricted mean within {0} months",
    "difference": "difference of restricted means within {0} months",
    "difference_lower": "lower limit of the difference of restricted means within {0} months",
    "difference_upper": "upper limit of the difference of restricted means within {0} months",
    "p_value": "p (difference of restricted means within {0} months)",
    "ratio": "ratio of restricted means within {0} months",
    "ratio_lower": "lower limit of the ratio of restricted means within {0} months",
    "ratio_upper": "upper limit of the ratio of restricted means within {0} months",
    "ratio_p_value": "p (ratio of restricted means within {0} months)",
}


def estimate_again(months, event):
    """scikit-survival's times and survival, lower, upper (3, times); limits missing at 0 and 1."""
    # Here and below, because the report reads a constant of this analysis and computes nothing
    from sksurv.nonparametric import kaplan_meier_estimator

    times, survival, limits = kaplan_meier_estimator(event, months, conf_type="log-log")
    inside = (survival > 0) & (survival < 1)
    return times, np.vstack([survival, np.where(inside, limits, np.nan)])


def read_at(times, curve, time, before):
    """The value of a step function at a time, `before` its first one."""
    place = np.searchsorted(times, time, side="right") - 1
    return curve[place] if place >= 0 else before


def limit_again(value, error):
    """Lower and upper 95% limit and p of Wald's test: scipy's quantile, and chi-squared of the square in place of a normal tail."""
    width = ndtri(0.975) * error
    return value - width, value + width, chdtrc(1, (value / error) ** 2)


def integrate_again(months, event, horizon):
    """Area under scikit-survival's Kaplan-Meier curve until the horizon, and its standard error.

    Error: the covariance of S(s) and S(t) is S(s) S(t) v(min(s, t)), summed here over all pairs of steps of the curve; v is
    Greenwood's sum, read back from scikit-survival's lower limit. The first computation sums over the deaths.
    """
    times, (survival, lower, _) = estimate_again(months, event == 1)
    edges = np.concatenate([[0.0], times[times < horizon], [horizon]])
    steps = len(edges) - 1
    areas = np.diff(edges) * np.append(1.0, survival)[:steps]
    inside, spread = ~np.isnan(lower), np.zeros(len(times))  # at 0 and 1 the curve has none
    log, log_lower = np.log(survival[inside]), np.log(lower[inside])
    spread[inside] = (np.log(log_lower / log) * log / ndtri(0.975)) ** 2
    later = areas.sum() - areas.cumsum()
    variance = (areas * np.append(0.0, spread)[:steps] * (areas + 2 * later)).sum()
    return float(areas.sum()), float(np.sqrt(variance))


def compare_means_again(mine, reference=None):
    """A mean of `integrate_again`, and its difference and ratio to that of the reference: {column of MEANS: value}."""
    (mean, se), found = mine, {"rmst": mine[0]}
    if se > 0:
        found["lower"], found["upper"], _ = limit_again(mean, se)
    if reference is None:
        return found
    other, other_se = reference
    found["difference"] = mean - other
    found |= {"ratio": mean / other} if other > 0 else {}
    if se > 0 and other_se > 0:
        limits = limit_again(mean - other, (se**2 + other_se**2) ** 0.5)
        found |= zip(("difference_lower", "difference_upper", "p_value"), limits, strict=True)
        relative = ((se / mean) ** 2 + (other_se / other) ** 2) ** 0.5
        lower, upper, p_value = limit_again(np.log(mean) - np.log(other), relative)
        found |= {"ratio_lower": np.exp(lower), "ratio_upper": np.exp(upper)}
        found["ratio_p_value"] = p_value
    return found


def list_means_again(row, found):
    """(what, value, by, second value, by) of a row of a table of restricted means; found: of `compare_means_again`."""
    for column, words in MEANS.items():
        value, again = getattr(row, column, np.nan), found.get(column, np.nan)
        if column in row._fields and not np.isnan([value, again]).all():
            yield words.format(f"{row.horizon:g}"), value, "own", again, "scikit-survival"


def recount_survival(months, event, until, after=0.0):
    """Kaplan-Meier survival at `until` of those at risk after `after`: the shares that survive each time, multiplied."""
    within = (event == 1) & (months - after > TOLERANCE) & (months - until <= TOLERANCE)
    times, deaths = np.unique(months[within], return_counts=True)
    at_risk = len(months) - np.searchsorted(np.sort(months), times, side="left")
    return float(np.prod(1 - deaths / at_risk))


def estimate_incidence_again(months, status, code):
    """lifelines' times and incidence of one cause; it wants untied times."""
    from lifelines import AalenJohansenFitter

    with np.errstate(), warnings.catch_warnings():
        warnings.simplefilter("error")
        fitter = AalenJohansenFitter(calculate_variance=False).fit(months, status, code)
    found = fitter.cumulative_density_
    return found.index.to_numpy(), found.iloc[:, 0].to_numpy()


def recount_incidence(months, status, code):
    """Times and incidence of one cause: the survivors of all causes, share by share."""
    times, places, counts = np.unique(months, return_inverse=True, return_counts=True)
    at_risk = counts[::-1].cumsum()[::-1]
    own, every = (np.bincount(places, status == code), np.bincount(places, status > 0))
    alive, total, found = 1.0, 0.0, []
    for risk, of_cause, of_all in zip(at_risk, own, every, strict=True):
        total += alive * of_cause / risk
        alive *= 1 - of_all / risk
        found.append(total)
    return times, np.array(found)


def compare_again(months, event, place):
    """scikit-survival's p of the log-rank test; missing where nothing can be compared."""
    from sksurv.compare import compare_survival
    from sksurv.util import Surv

    first = months[event].min(initial=np.inf)
    seen = pd.Series(months).groupby(place).transform("max").to_numpy() >= first
    at_risk = months >= first
    all_die = (event & (months == first))[at_risk].all()
    if not event.any() or all_die or len(np.unique(place[seen])) < 2:
        return np.nan
    return compare_survival(Surv.from_arrays(event[seen], months[seen]), place[seen])[1]


def fit_again(cohort, endpoint, variables, by_lifelines=False, landmark_months=None):
    """Hazard ratios of a Cox model by (variable, level or ""): by our own Newton, or by lifelines where that came first.

    None where our own came first and would come second: of many rows with delayed entry.
    """
    patients, _ = select_analysed(
        cohort, endpoint, variables, landmark_months=landmark_months, delayed=True
    )
    if not lifelines_can(len(patients), f"{endpoint}_entry" in patients):
        return None
    rows, _ = fit_quickly(patients, endpoint, variables, by_lifelines=by_lifelines)
    return {
        (row["variable"], row["level"] if isinstance(row["level"], str) else ""): row[
            "hazard_ratio"
        ]
        for row in rows.to_dict("records")
    }
