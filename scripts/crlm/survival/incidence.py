"""Cumulative incidence of competing causes as tidy tables."""

import numpy as np
import pandas as pd
from statsmodels.duration.survfunc import CumIncidenceRight

from crlm.survival.gray import test_gray
from crlm.survival.kaplan_meier import (
    concatenate,
    count_times,
    iterate_groups,
    log_log_limits,
    select_patients,
)

COLUMNS = ["grouping", "group", "cause", "time", "incidence", "lower", "upper"]
TESTS = ["grouping", "cause", "patients", "events", "statistic", "df", "p_value", "note"]
NOTHING_TO_COMPARE = "no event, or patients in fewer than two groups"


def estimate_cumulative_incidence(months, cause, causes):
    """Aalen-Johansen incidence by statsmodels: cause, time, incidence, standard_error, lower, upper.

    months: times; cause: one of `causes`, or missing/"" when censored; the result has, per cause
    in the given order, a row at time 0 and one per distinct time. The variance is the delta
    method's over the multinomial increments (R's survfit for a multi-state endpoint), the 95%
    limits are log-log and missing while the incidence is 0, like those of survival.
    """
    months = np.asarray(months, float)
    tables = [
        pd.DataFrame(columns=["cause", "time", "incidence", "standard_error", "lower", "upper"])
    ]
    if not len(months):
        return tables[0]
    status = pd.Index(causes).get_indexer(np.asarray(cause, object)) + 1
    times, found, errors = fit_statsmodels(months, status, len(causes))
    for name, incidence, error in zip(causes, found, errors, strict=True):
        lower, upper = log_log_limits(incidence, error)
        table = {"time": times, "incidence": incidence, "standard_error": error}
        table = pd.DataFrame(table | {"lower": lower, "upper": upper})
        start = pd.DataFrame({"time": [0.0], "incidence": 0.0, "standard_error": 0.0})
        table = concatenate([start.reindex(columns=table.columns).astype(float), table])
        table.insert(0, "cause", name)
        tables.append(table)
    return concatenate(tables)


def fit_statsmodels(months, status, causes):
    """statsmodels' distinct times (t,), incidence and standard error (causes, t).

    status: 0 censored, 1 to `causes`. A cause after the last that happened is unknown to it: 0.
    Its error divides by 0 once everybody left has an event (R's does not), and is the root of a
    rounding error below 0 where nothing has happened: there stands ours, elsewhere equal to it.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        found = CumIncidenceRight(months, status)
    times, at_risk = count_times(months)
    incidence, errors, hazards = np.zeros((3, causes, len(times)))
    for place, values in enumerate(found.cinc):
        incidence[place], errors[place] = values, found.cinc_se[place]
    for place in range(causes):
        events = np.searchsorted(times, months[status == place + 1])
        hazards[place] = np.bincount(events, minlength=len(times)) / at_risk
    before = 1 - np.append(0, incidence.sum(axis=0)[:-1])
    common = before, hazards.sum(axis=0), at_risk
    for place in range(causes):
        own = np.sqrt(_variance(incidence[place], hazards[place], *common))
        errors[place] = np.where(np.isnan(errors[place]), own, errors[place])
    return times, incidence, errors


def _variance(incidence, own, before, hazard, at_risk):
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


def compare_incidences(cohort, endpoint, groupings, causes):
    """Gray's test of each cause between the groups of every grouping that has two or more.

    Returns grouping, cause, patients, events, statistic, df, p_value, note (why there is none); no rows unless the endpoint has
    more than one cause. The p-values are not adjusted.
    """
    rows = []
    for name, spec in groupings.items() if len(causes) > 1 else ():
        if len(spec["groups"]) < 2:
            continue
        patients = select_patients(cohort, endpoint, spec.get("landmark_months"))
        group = patients[f"grouping_{name}"]
        patients, group = patients[group.isin(spec["groups"])], group[group.isin(spec["groups"])]
        reason = patients[f"{endpoint}_reason"]
        for cause in causes:
            status = np.select([reason == cause, reason.isin(causes)], [1, 2], 0)
            found = test_gray(patients[f"{endpoint}_months"], status, group, spec["groups"])
            row = {"grouping": name, "cause": cause, "patients": len(patients)}
            row |= {"events": int((status == 1).sum())}
            row |= dict(zip(("statistic", "df", "p_value"), found, strict=True))
            rows.append(row | ({"note": NOTHING_TO_COMPARE} if np.isnan(found[2]) else {}))
    return pd.DataFrame(rows, columns=TESTS)
