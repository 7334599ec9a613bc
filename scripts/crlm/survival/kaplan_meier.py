"""Kaplan-Meier and Nelson-Aalen estimates, by lifelines, as tidy tables."""

from functools import partial

import numpy as np
import pandas as pd

# normal quantile of every 95% interval, `ndtri(0.975)` of scipy.special, which takes longer to import than a table to write
Z = np.float64(1.959963984540054)

# A product of fractions that should be one half may end a rounding error above it; R's tolerance.
TOLERANCE = np.sqrt(np.finfo(float).eps)
ROUNDING = 1e-10  # of a probability that is a sum of many: one within it of 0 or 1 is that

COUNTS = ["at_risk", "events", "censored"]
CURVE = ["time", "survival", "lower", "upper", *COUNTS]
SUMMARY = ["patients", "events", "median", "median_lower", "median_upper"]
SUMMARY += ["follow_up_median", "follow_up_lower", "follow_up_upper"]
LANDMARK = ["time", "survival", "lower", "upper", "at_risk"]


def select_patients(cohort, endpoint, landmark_months=None, delayed=False):
    """Rows for which the endpoint is defined, with time counted from the landmark if there is one.

    With a landmark only patients observed beyond it (months > landmark) enter: whoever has the
    event or is lost on that day has no time after it. The months column of the result is months
    since the landmark.

    An endpoint with delayed entry (column ``<endpoint>_entry``) is nobody's unless the caller says by `delayed` that it counts
    everybody only from their entry on: no analysis ignores it unawares.
    """
    if f"{endpoint}_entry" in cohort and not delayed:
        return cohort.head(0)
    months, event = cohort[f"{endpoint}_months"], cohort[f"{endpoint}_event"]
    patients = cohort[months.notna() & event.notna()]
    if landmark_months is None:
        return patients
    # ASSUME as in landmark analyses by R's `subset(time > landmark)`; rounding is not beyond it
    patients = patients[patients[f"{endpoint}_months"] - landmark_months > TOLERANCE]
    shifted = {f"{endpoint}_months": patients[f"{endpoint}_months"] - landmark_months}
    entry = read_entry(patients, endpoint)
    if entry is not None:
        shifted[f"{endpoint}_entry"] = np.maximum(entry - landmark_months, 0)
    return patients.assign(**shifted)


def read_entry(patients, endpoint):
    """Months from which on each patient is observed, (n,), or None for an endpoint without delayed entry."""
    name = f"{endpoint}_entry"
    return patients[name].to_numpy(float) if name in patients else None


def iterate_groups(cohort, endpoint, groupings, delayed=False):
    """Yield (grouping, group, patients) for every declared group, in declared order."""
    for name, spec in groupings.items():
        patients = select_patients(cohort, endpoint, spec.get("landmark_months"), delayed)
        for group in spec["groups"]:
            yield name, group, patients[patients[f"grouping_{name}"] == group]


def count_times(months, entry=None):
    """Distinct times, rising, and the number of patients at risk just before each of them.

    These have time >= it, and with delayed entry have entered before it (as R's interval from start, open, to stop); entries
    after 0 are times as well.
    """
    if entry is None:
        times = np.unique(months)
        return times, len(months) - np.searchsorted(np.sort(months), times, side="left")
    times = np.unique(np.append(months, entry[entry > 0]))
    entered = np.searchsorted(np.sort(entry), times, side="left")
    return times, entered - np.searchsorted(np.sort(months), times, side="left")


def log_log_limits(probability, standard_error):
    """95% limits on the log(-log) scale; missing where the probability is 0 or 1 (but for rounding), as in R.

    `standard_error` is that of the probability itself. Survival and incidence share the formula:
    p ** exp(+-z se / (p log p)).
    """
    inside = (probability > ROUNDING) & (probability < 1 - ROUNDING)
    p = np.where(inside, probability, np.nan)
    half_width = Z * standard_error / (p * -np.log(p))
    return p ** np.exp(half_width), p ** np.exp(-half_width)


def estimate_curve(months, event, fit=None, entry=None):
    """Kaplan-Meier curve by lifelines (or by another `fit`), one row per distinct time after a row at time 0.

    months: times; event: 1/0. Returns time, survival, lower, upper (95%, log-log as R's
    `conf.type = "log-log"`: missing where survival is 0 or 1), at_risk (patients with
    time >= time, so just before it), events and censored at that time. Variance: Greenwood.
    No rows at all without patients. Somebody observed for 0 months adds a second row at time 0.

    entry: months from which on each patient is at risk, for left-truncated data; the entries then have rows of their own, and
    at time 0 those are at risk who entered then.
    """
    months, event = np.asarray(months, float), np.asarray(event, float)
    times, at_risk = count_times(months, entry)
    if not len(times):
        return pd.DataFrame(columns=CURVE, dtype=float).astype(dict.fromkeys(COUNTS, int))
    if entry is not None:  # lifelines gives up where nobody is at risk for a while
        fit = partial(fit_scikit_survival, entry=entry)
    fitted = (fit or fit_lifelines)(months, event, times)
    # ASSUME no limits where survival is 0 or 1, as in R; lifelines gives 0 or 1 there
    limits = fitted[["lower", "upper"]].where(fitted["survival"].between(0, 1, "neither"))
    place = np.searchsorted(times, months)
    deaths = np.bincount(place, event, len(times)).astype(int)
    counts = (at_risk, deaths, np.bincount(place, minlength=len(times)) - deaths)
    columns = [fitted["survival"], limits["lower"], limits["upper"], *counts]
    first = len(months) if entry is None else int((entry <= 0).sum())
    start = (0.0, 1.0, np.nan, np.nan, first, 0, 0)
    columns = [np.append(first, rest) for first, rest in zip(start, [times, *columns], strict=True)]
    return pd.DataFrame(dict(zip(CURVE, columns, strict=True)))


def fit_lifelines(months, event, times):
    """lifelines' survival, lower and upper (log-log) at `times`, which are the distinct months."""
    # Here, because a job that only selects patients need not wait for it (1.5 s)
    from lifelines import KaplanMeierFitter

    with np.errstate():  # the fit switches numpy's warnings off for the whole process
        fitter = KaplanMeierFitter().fit(
            months, event, label="survival", ci_labels=("lower", "upper")
        )
    return fitter.survival_function_.join(fitter.confidence_interval_).loc[times]


def fit_scikit_survival(months, event, times, entry=None):
    """The same by scikit-survival, in a twelfth of the time: for the many groups of which one point is read, and with entry."""
    from sksurv.nonparametric import kaplan_meier_estimator

    with np.errstate(divide="ignore", invalid="ignore"):  # of limits where survival is 0 or 1
        known, survival, limits = kaplan_meier_estimator(
            event == 1, months, time_enter=entry, conf_type="log-log"
        )
    table = {"survival": survival, "lower": limits[0], "upper": limits[1]}
    return pd.DataFrame(table, index=known).loc[times]


def estimate_cumulative_hazard(months, event):
    """Nelson-Aalen estimate by lifelines at every patient's own time, (n,): the sum of deaths / at risk."""
    from lifelines import NelsonAalenFitter

    if not len(months):
        return np.zeros(0)
    with np.errstate():
        # Without smoothing: by default lifelines takes tied deaths as if one came after the other
        fitter = NelsonAalenFitter(nelson_aalen_smoothing=False).fit(months, event)
    return fitter.cumulative_hazard_.iloc[:, 0].loc[np.asarray(months, float)].to_numpy()


def find_median(curve, column="survival"):
    """First time the column is at or below one half; missing when it is not reached.

    Of a curve that is exactly one half over an interval this is the beginning of the interval, as
    in lifelines; R and SAS take its middle. The one convention of every median here: of survival,
    of follow-up and after a landmark.
    """
    reached = curve["time"][curve[column] <= 0.5 + TOLERANCE]
    return reached.iloc[0] if len(reached) else np.nan


def summarise_curve(months, event, entry=None, competing=0):
    """Patients, events, median and follow-up of one group, as a dict of numbers.

    The median and its limits are those of `find_median`. Follow-up is the median of the reverse
    Kaplan-Meier curve, where censoring is the event, with its limits; whoever ended in another way
    (competing, (n,) true or false) was not lost, and counts there as whoever had the event, as in
    R's prodlim. Missing = not reached.
    """
    return _summarise(estimate_curve(months, event, entry=entry), months, event, entry, competing)


def _summarise(curve, months, event, entry, competing):
    event = np.asarray(event, float)
    columns = ("survival", "lower", "upper")
    lost = 1 - np.maximum(event, np.asarray(competing, float))
    curves = (curve, estimate_curve(months, lost, entry=entry))
    medians = (find_median(each, column) for each in curves for column in columns)
    return dict(zip(SUMMARY, (len(event), int(event.sum()), *medians), strict=True))


def survival_at(months, event, times, entry=None):
    """Survival with limits and the number at risk at the given times, one row per time; entry: see `estimate_curve`.

    Beyond the last observed time survival is unknown, hence missing, unless it already was 0. By
    scikit-survival, whose curve and limits are lifelines' to 1e-14: risk groups and cells of tables
    are many, and a fit takes 1 ms in place of 12.
    """
    return _read_curve(estimate_curve(months, event, fit_scikit_survival, entry), times)


def _read_curve(curve, times):
    times = np.asarray(times, float)
    if not len(curve):
        return pd.DataFrame({"time": times}, columns=LANDMARK).assign(at_risk=0)
    row = np.searchsorted(curve["time"], times, side="right") - 1
    found = curve[["survival", "lower", "upper"]].iloc[row].reset_index(drop=True)
    found[(times > curve["time"].iloc[-1]) & (found["survival"] > 0)] = np.nan
    next_row = np.searchsorted(curve["time"], times, side="left")
    return found.assign(time=times, at_risk=np.append(curve["at_risk"], 0)[next_row])[LANDMARK]


def estimate_groups(cohort, endpoint, groupings, times, competing=()):
    """Curves, summaries and survival at `times` (months) of every group of every grouping.

    competing: values of `<endpoint>_reason` that end the time without the event, which length of follow-up asks for.
    Returns {"curves", "summary", "landmarks"}, from one fit a group. A group without patients has
    no rows among the curves. The summary has `missing`: patients of the endpoint in no group.
    """
    parts = {"curves": CURVE, "summary": [*SUMMARY, "missing"], "landmarks": LANDMARK}
    tables = {key: [pd.DataFrame(columns=["grouping", "group", *parts[key]])] for key in parts}
    for name, group, patients in iterate_groups(cohort, endpoint, groupings, delayed=True):
        people = patients[f"{endpoint}_months"], patients[f"{endpoint}_event"]
        entry = read_entry(patients, endpoint)
        curve = estimate_curve(*people, entry=entry)
        other = patients[f"{endpoint}_reason"].isin(competing) if len(competing) else 0
        selected = select_patients(
            cohort, endpoint, groupings[name].get("landmark_months"), delayed=True
        )
        missing = int(selected[f"grouping_{name}"].isna().sum())
        found = {
            "curves": curve,
            "summary": pd.DataFrame(
                [_summarise(curve, *people, entry, other) | {"missing": missing}]
            ),
            "landmarks": _read_curve(curve, times),
        }
        for key, table in found.items():
            table.insert(0, "grouping", name)
            table.insert(1, "group", group)
            tables[key].append(table)
    return {key: concatenate(found) for key, found in tables.items()}


def concatenate(tables):
    """Tables one below the other; the first names the columns, empty ones add nothing.

    By way of objects, because pandas warns when a column is all missing in one table only.
    """
    filled = [table.astype(object) for table in tables if len(table)]
    if not filled:
        return tables[0]
    return pd.concat(filled, ignore_index=True).infer_objects()
