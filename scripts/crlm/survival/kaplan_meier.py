"""Kaplan-Meier estimates as tidy tables."""

import numpy as np
import pandas as pd
from scipy.special import ndtri

Z = ndtri(0.975)  # normal quantile of every 95% interval

# A product of fractions that should be one half may end a rounding error above it; R's tolerance.
TOLERANCE = np.sqrt(np.finfo(float).eps)

CURVE = ["time", "survival", "lower", "upper", "at_risk", "events", "censored"]
SUMMARY = ["patients", "events", "median", "median_lower", "median_upper"]
SUMMARY += ["follow_up_median", "follow_up_lower", "follow_up_upper"]
LANDMARK = ["time", "survival", "lower", "upper", "at_risk"]


def select_patients(cohort, endpoint, landmark_months=None):
    """Rows for which the endpoint is defined, with time counted from the landmark if there is one.

    With a landmark only patients still at risk then (months >= landmark) enter, and the months
    column of the result is months since the landmark.
    """
    months, event = cohort[f"{endpoint}_months"], cohort[f"{endpoint}_event"]
    patients = cohort[months.notna() & event.notna()]
    if landmark_months is None:
        return patients
    patients = patients[patients[f"{endpoint}_months"] >= landmark_months]
    return patients.assign(
        **{f"{endpoint}_months": patients[f"{endpoint}_months"] - landmark_months}
    )


def iterate_groups(cohort, endpoint, groupings):
    """Yield (grouping, group, patients) for every declared group, in declared order."""
    for name, spec in groupings.items():
        patients = select_patients(cohort, endpoint, spec.get("landmark_months"))
        for group in spec["groups"]:
            yield name, group, patients[patients[f"grouping_{name}"] == group]


def count_times(months):
    """Distinct times, rising, and the number of patients with time >= each of them."""
    times = np.unique(months)
    return times, len(months) - np.searchsorted(np.sort(months), times, side="left")


def log_log_limits(probability, standard_error):
    """95% limits on the log(-log) scale; missing where the probability is 0 or 1, as in R.

    `standard_error` is that of the probability itself. Survival and incidence share the formula:
    p ** exp(+-z se / (p log p)).
    """
    inside = (probability > 0) & (probability < 1)
    p = np.where(inside, probability, np.nan)
    half_width = Z * standard_error / (p * -np.log(p))
    return p ** np.exp(half_width), p ** np.exp(-half_width)


def estimate_curve(months, event):
    """Kaplan-Meier curve, one row per distinct time after a row at time 0.

    months: times; event: 1/0. Returns time, survival, lower, upper (95%, log-log as R's
    `conf.type = "log-log"`: missing where survival is 0 or 1), at_risk (patients with
    time >= time, so just before it), events and censored at that time. Variance: Greenwood.
    No rows at all without patients. Somebody observed for 0 months adds a second row at time 0.
    """
    months, event = np.asarray(months, float), np.asarray(event, float)
    times, at_risk = count_times(months)
    total = np.bincount(np.searchsorted(times, months), minlength=len(times))
    deaths = np.bincount(np.searchsorted(times, months), event, len(times)).astype(int)
    survival = np.cumprod(1 - deaths / at_risk)
    ends = deaths == at_risk  # the variance is infinite there, and so are no limits
    greenwood = np.cumsum(deaths / np.where(ends, np.inf, at_risk * (at_risk - deaths)))
    lower, upper = log_log_limits(survival, survival * np.sqrt(greenwood))
    columns = (times, survival, lower, upper, at_risk, deaths, total - deaths)
    curve = pd.DataFrame(dict(zip(CURVE, columns, strict=True)))
    start = pd.DataFrame(
        {"time": 0.0, "survival": 1.0, "lower": np.nan, "upper": np.nan}, index=range(1)
    ).assign(at_risk=len(months), events=0, censored=0)
    return pd.concat([start, curve], ignore_index=True) if len(months) else curve


def first_time(curve, column):
    """First time the column is at or below one half; missing when it is not reached."""
    reached = curve["time"][curve[column] <= 0.5 + TOLERANCE]
    return reached.iloc[0] if len(reached) else np.nan


def summarise_curve(months, event):
    """Patients, events, median and follow-up of one group, as a dict of numbers.

    The median is the first time survival is <= 0.5 and its limits the first times the log-log
    limits are (R differs only when survival is exactly 0.5 over an interval: it then takes the
    middle). Follow-up is the median of the reverse Kaplan-Meier curve, where censoring is the
    event, with its limits. Missing = not reached.
    """
    event = np.asarray(event, float)
    curve, follow_up = estimate_curve(months, event), estimate_curve(months, 1 - event)
    columns = ("survival", "lower", "upper")
    medians = (first_time(each, column) for each in (curve, follow_up) for column in columns)
    return dict(zip(SUMMARY, (len(event), int(event.sum()), *medians), strict=True))


def survival_at(months, event, times):
    """Survival with limits and the number at risk at the given times, one row per time.

    Beyond the last observed time survival is unknown, hence missing, unless it already was 0.
    """
    curve = estimate_curve(months, event)
    times = np.asarray(times, float)
    at_risk = len(months) - np.searchsorted(np.sort(months), times, side="left")
    if not len(curve):
        return pd.DataFrame({"time": times}, columns=LANDMARK).assign(at_risk=at_risk)
    row = np.searchsorted(curve["time"], times, side="right") - 1
    found = curve[["survival", "lower", "upper"]].iloc[row].reset_index(drop=True)
    found[(times > curve["time"].iloc[-1]) & (found["survival"] > 0)] = np.nan
    return found.assign(time=times, at_risk=at_risk)[LANDMARK]


def estimate_curves(cohort, endpoint, groupings):
    """Curves of every group of every grouping; a group without patients has no rows."""
    return _stack(
        cohort,
        endpoint,
        groupings,
        CURVE,
        lambda months, event: estimate_curve(months, event),
    )


def estimate_landmarks(cohort, endpoint, groupings, times):
    """Survival at the given times (months) in every group of every grouping."""

    def estimate(months, event):
        return survival_at(months, event, times)

    return _stack(cohort, endpoint, groupings, LANDMARK, estimate)


def summarise_groups(cohort, endpoint, groupings):
    """One row per group, with `missing`: patients of the endpoint who are in no group."""

    def estimate(months, event):
        return pd.DataFrame([summarise_curve(months, event)])

    summaries = _stack(cohort, endpoint, groupings, SUMMARY, estimate)
    missing = {
        name: select_patients(cohort, endpoint, spec.get("landmark_months"))[
            f"grouping_{name}"
        ].isna()
        for name, spec in groupings.items()
    }
    return summaries.assign(missing=[int(missing[name].sum()) for name in summaries["grouping"]])


def _stack(cohort, endpoint, groupings, columns, estimate):
    tables = [pd.DataFrame(columns=["grouping", "group", *columns])]
    for name, group, patients in iterate_groups(cohort, endpoint, groupings):
        table = estimate(patients[f"{endpoint}_months"], patients[f"{endpoint}_event"])
        table.insert(0, "grouping", name)
        table.insert(1, "group", group)
        tables.append(table)
    return concatenate(tables)


def concatenate(tables):
    """Tables one below the other; the first names the columns, empty ones add nothing.

    By way of objects, because pandas warns when a column is all missing in one table only.
    """
    filled = [table.astype(object) for table in tables if len(table)]
    if not filled:
        return tables[0]
    return pd.concat(filled, ignore_index=True).infer_objects()
