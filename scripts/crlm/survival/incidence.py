"""Cumulative incidence of competing causes as tidy tables."""

import numpy as np
import pandas as pd

from crlm.survival.kaplan_meier import concatenate, count_times, iterate_groups, log_log_limits

COLUMNS = ["grouping", "group", "cause", "time", "incidence", "lower", "upper"]


def estimate_cumulative_incidence(months, cause, causes):
    """Aalen-Johansen cumulative incidence: cause, time, incidence, standard_error, lower, upper.

    months: times; cause: one of `causes`, or missing/"" when censored; the result has, per cause
    in the given order, a row at time 0 and one per distinct time. The variance is the delta
    method's over the multinomial increments (R's survfit for a multi-state endpoint), the 95%
    limits are log-log and missing while the incidence is 0, like those of survival.
    """
    months, cause = np.asarray(months, float), np.asarray(cause, object)
    times, at_risk = count_times(months)
    place = np.searchsorted(times, months)
    counts = np.array([np.bincount(place[cause == name], minlength=len(times)) for name in causes])
    hazards = counts / at_risk
    hazard = hazards.sum(axis=0)
    before = np.concatenate([[1.0], np.cumprod(1 - hazard)])[:-1] if len(times) else hazard
    tables = [
        pd.DataFrame(columns=["cause", "time", "incidence", "standard_error", "lower", "upper"])
    ]
    for name, own in zip(causes, hazards, strict=True):
        incidence = np.cumsum(before * own)
        error = np.sqrt(_variance(incidence, before, own, hazard, at_risk))
        lower, upper = log_log_limits(incidence, error)
        table = {"time": times, "incidence": incidence, "standard_error": error}
        table = pd.DataFrame(table | {"lower": lower, "upper": upper})
        start = pd.DataFrame({"time": [0.0], "incidence": 0.0, "standard_error": 0.0})
        start = start.reindex(columns=table.columns)
        if len(times):
            table = concatenate([start.astype(float), table])
        table.insert(0, "cause", name)
        tables.append(table)
    return concatenate(tables)


def _variance(incidence, before, own, hazard, at_risk):
    """Sum over earlier times i of the variance of one time's increments, carried to time t.

    With D = incidence(t) - incidence(i) and S = survival just before i:
    D^2 h / (n (1 - h)) + S^2 h_own (1 - h_own) / n - 2 D S h_own / n.
    """
    alive = np.where(hazard < 1, at_risk * (1 - hazard), np.inf)  # incidence stays put after it
    square, cross = hazard / alive, before * own / at_risk
    fixed = before**2 * own * (1 - own) / at_risk
    constant = np.cumsum(square * incidence**2 + fixed + 2 * cross * incidence)
    linear = np.cumsum(square * incidence + cross)
    return np.maximum(incidence**2 * np.cumsum(square) - 2 * incidence * linear + constant, 0)


def estimate_incidences(cohort, endpoint, groupings, causes):
    """Incidence of each cause in every group: `<endpoint>_reason` where it is one of `causes`.

    Returns grouping, group, cause, time, incidence, lower, upper; no rows unless the endpoint has
    more than one cause, because the incidence then is one minus survival.
    """
    tables = [pd.DataFrame(columns=COLUMNS)]
    for name, group, patients in iterate_groups(cohort, endpoint, groupings):
        if len(causes) < 2:
            continue
        cause = patients[f"{endpoint}_reason"]
        cause = cause.where(cause.isin(causes))
        table = estimate_cumulative_incidence(patients[f"{endpoint}_months"], cause, causes)
        tables.append(table.assign(grouping=name, group=group)[COLUMNS])
    return concatenate(tables)
