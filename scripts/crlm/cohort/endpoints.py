"""Endpoints: from declared sources of events and censoring to months, event and reason."""

import numpy as np
import pandas as pd

from crlm.cohort.conditions import assess
from crlm.cohort.derivation import DAYS_PER_MONTH
from crlm.cohort.entry import add_entry
from crlm.cohort.event_times import has_happened, list_dated, lock_months, source_months
from crlm.cohort.findings import build_finding

ZERO_TIME = "excluded: no follow-up after the origin"
MISSING_TIME = "excluded: follow-up time missing"
MISSING_STATUS = "excluded: status missing"
MISSING_EVENT_TIME = "excluded: event without its time"
HORIZON = "horizon"
LOCK = "data_lock"
DAY = 1 / DAYS_PER_MONTH
TOLERANCE = np.sqrt(np.finfo(float).eps)  # R's, below which two times are one


def merge_near_ties(months, fixed=()):
    """The times with those made equal that differ by rounding only, as R's `aeqSurv` (`timefix`) does; missing stay missing.

    Neighbours among the distinct times are tied when they differ by at most 1.5e-8 months, or by 1.5e-8 of the mean distinct
    time; a chain of them becomes its first. A time as near to one of `fixed` (months that a curve is read at) becomes that one.
    """
    times = np.unique(months[~np.isnan(months)])
    if not len(times):
        return months
    steps = np.diff(times)
    tied = (steps <= TOLERANCE) | (steps / np.abs(times).mean() <= TOLERANCE)
    firsts = times[np.append(True, ~tied)]
    merged = firsts[np.searchsorted(firsts, months, side="right") - 1]
    for each in fixed:
        merged[np.abs(merged - each) <= TOLERANCE] = each
    return np.where(np.isnan(months), months, merged)


def derive_endpoint(cohort, endpoint, settings):
    """Return months (float), event (1, 0 or missing) and reason per patient, and the findings.

    The earliest event or competing event ends the time (at the same time an event comes before a competing one, and the first
    declared before the next); without one the latest censoring does. After `horizon_months` a patient is censored with the
    reason ``horizon``. A follow-up of 0 is half a day or left out, as ``settings["zero_time"]`` says; a negative or missing
    time is an error, the latter unless ``settings["missing_time"]`` is ``exclude``; the same holds for a missing status and
    for an event without its time. A patient left out has a missing event. With ``settings["after_data_lock"] == "censor"``
    what lies after ``settings["data_lock"]`` did not happen, and the patient is censored there.
    Times of all patients and sources that differ by rounding only (a date, and a duration in days) are one time.
    """
    findings = []
    lock = settings.get("data_lock")
    parts = ("events", "competing", "censoring")
    events, competing, censoring = (_times(cohort, endpoint, part, lock) for part in parts)
    ends = pd.concat([events, competing], axis=1)
    lost, locked = _find_lost(cohort, endpoint, ends, settings, findings), None
    if settings.get("after_data_lock") == "censor":
        locked = lock_months(cohort, endpoint, lock)
        ends, censoring = _cut_at_lock(ends, censoring, locked)
    fixed = [DAY / 2, endpoint["horizon_months"] or np.nan]
    ends, censoring, (half_day, horizon) = _merge_times(ends, censoring, fixed)
    time, reason, event = _first_end(ends, list(endpoint["events"]), censoring)
    open_flags = _find_open_flags(cohort, endpoint, ends, locked)
    unknown = open_flags.any(axis=1).to_numpy(bool)
    findings += _check_times(cohort, endpoint, time, open_flags, lost, settings)
    findings += _check_flags(cohort, endpoint)

    unusable = np.isnan(time) | (time < 0) | unknown | lost
    zero = ~unusable & (time == 0)
    event = np.where(unusable, np.nan, event)
    reason = np.where(unusable, MISSING_STATUS, reason)
    reason = np.where(np.isnan(time) | (time < 0), MISSING_TIME, reason)
    reason = np.where(lost, MISSING_EVENT_TIME, reason)
    if settings["zero_time"] == "half_day":
        # ASSUME half a day: the event happened on the day, not before it
        time = np.where(zero, half_day, time)
    else:
        event, reason = np.where(zero, np.nan, event), np.where(zero, ZERO_TIME, reason)
    late = (time > horizon) & ~np.isnan(event)
    event, reason = np.where(late, 0, event), np.where(late, HORIZON, reason)
    time = np.where(late, horizon, time)
    time = np.where(np.isnan(event), np.nan, time)
    return pd.DataFrame({"months": time, "event": event, "reason": reason}, cohort.index), findings


def derive_endpoints(cohort, endpoints, settings):
    """Return the cohort with ``<endpoint>_months``, ``_event`` and ``_reason`` for every endpoint, and the findings.

    An endpoint with delayed entry has a column ``<endpoint>_entry`` as well.
    """
    tables, findings = [cohort], []
    for name, endpoint in endpoints.items():
        table, found = derive_endpoint(cohort, endpoint, settings)
        if endpoint.get("entry"):
            table, more = add_entry(cohort, endpoint, table, settings, TOLERANCE)
            found = [*found, *more]
        tables.append(table.add_prefix(f"{name}_"))
        findings += found
    result = pd.concat(tables, axis=1)
    return result, _distinct(findings)


def _times(cohort, endpoint, part, lock):
    """Months to each source of a part, missing where it did not happen."""
    sources = endpoint[part]
    times = {name: source_months(cohort, endpoint, each, lock) for name, each in sources.items()}
    table = pd.DataFrame(times, index=cohort.index, dtype=float)
    locks = [name for name, source in sources.items() if "data_lock" in source]
    # ASSUME, as the plan declares: whoever has no other censoring was alive and free of the event at the data lock
    without = table.drop(columns=locks).isna().all(axis=1)
    for name in locks:
        table[name] = table[name].where(without)
    return table


def _find_lost(cohort, endpoint, ends, settings, findings):
    """Patients with an event that is recorded without its time, so that their own time is not known.

    A death without its date takes nothing from a patient who had another event before.
    """
    lost = np.zeros(len(cohort), dtype=bool)
    known = ends.notna().any(axis=1).to_numpy()
    stops = settings["missing_time"] == "error"
    for name, source in {**endpoint["events"], **endpoint["competing"]}.items():
        without = has_happened(cohort, source) & cohort[list_dated(source)].isna().to_numpy()
        lost |= without & ~known if source.get("terminal") else without
        if "flag" not in source:
            continue  # a flag that tells of the date is checked with the consistency of the record
        where = list_dated(source)
        for row in cohort.index[without]:
            findings.append(
                build_finding(
                    "error" if stops else "warning",
                    "event_without_time",
                    f"{name.replace('_', ' ')} is recorded, but its time ({where}) is missing.",
                    "Enter it, leave the patient out under cohort.exclusions, or set cohort.missing_time to exclude."
                    if stops
                    else "Enter it; until then endpoints that need it leave the patient out (cohort.missing_time).",
                    row=row,
                    patient=cohort["patient_id"][row],
                    column=f"{source['flag']}, {where}",
                    value="yes",
                )
            )
    return lost


def _cut_at_lock(ends, censoring, lock):
    """The two tables of months without what lies after the data lock, at which those patients are censored."""
    late_ends, late_censoring = (table.gt(lock + DAY / 2, axis=0) for table in (ends, censoring))
    cut = late_ends.any(axis=1) | late_censoring.any(axis=1)
    censoring = censoring.mask(late_censoring)
    earlier = censoring.get(LOCK, np.nan)
    return ends.mask(late_ends), censoring.assign(**{LOCK: lock.where(cut, earlier)})


def _check_flags(cohort, endpoint):
    """Dates whose flag says that nothing happened; a date that another source shares says when something else happened."""
    sources = [s for part in ("events", "competing", "censoring") for s in endpoint[part].values()]
    dates = [source.get("date") for source in sources]
    found = []
    for source in sources:
        if "flag" not in source or "date" not in source or dates.count(source["date"]) > 1:
            continue
        denied = assess(cohort, source["flag"], "==", "no").fillna(False).to_numpy(bool)
        for row in cohort.index[denied & cohort[source["date"]].notna().to_numpy()]:
            found.append(
                build_finding(
                    "error",
                    "date_without_event",
                    f"a date stands in {source['date']}, but {source['flag']} says that it did not happen.",
                    "Correct one of the two. If the column has the date of something else for these patients, such as their last "
                    "contact, map it to that variable only and use that one with the flag.",
                    row=row,
                    patient=cohort["patient_id"][row],
                    column=source["date"],
                    value=f"{cohort[source['date']][row]:%Y-%m-%d}",
                )
            )
    return found


def _find_open_flags(cohort, endpoint, ends, locked):
    """Per patient and flag whether it leaves open if an event happened, so that the endpoint is not known.

    A missing flag leaves that open, unless its date is missing too and the same date without a flag ends the time in another
    source: then the plan says that no date means no event (the cause of death of somebody alive). A date without a flag is open
    where it is missing and the flags that tell of it (`told_by`) are too; one that nobody has as no may be empty for no. A death
    that may have happened takes nothing from a patient who had another event; the same death in another source, which has no
    flag, is none: of what the patient died is then the question. locked: months to the data lock, after which nothing happened,
    whatever it was, or None.
    """
    named = {**endpoint["events"], **endpoint["competing"]}
    sources = [*named.values()]
    plain = {source["date"] for source in sources if "date" in source and "flag" not in source}
    found = {}
    for source in sources:
        if "flag" in source:
            flags, unknown = [source["flag"]], cohort[source["flag"]].isna()
            if source.get("date") in plain:
                unknown &= cohort[source["date"]].notna()
            if locked is not None:
                bare = {key: value for key, value in source.items() if key != "flag"}
                unknown &= ~source_months(cohort, endpoint, bare).gt(locked + DAY / 2)
        else:
            flags = [flag for flag in source.get("told_by", []) if cohort[flag].eq("no").any()]
            dated = cohort[list_dated(source)].notna()
            unknown = ~dated & cohort[flags].isna().all(axis=1) & bool(flags)
        if source.get("terminal"):
            same = [name for name, each in named.items() if _repeats(each, source)]
            unknown &= ends.drop(columns=same).isna().all(axis=1)
        for flag in flags:
            found[flag] = found.get(flag, False) | unknown
    return pd.DataFrame(found, index=cohort.index, dtype=bool)


def _repeats(other, source):
    """Whether a source without a flag stands for the time that a source with one tells of."""
    return "flag" not in other and "flag" in source and list_dated(other) == list_dated(source)


def _merge_times(ends, censoring, fixed):
    """The two tables of months and the fixed times, near ties among all of them merged."""
    tables, start = [], 0
    merged = merge_near_ties(
        np.concatenate([ends.to_numpy().ravel(), censoring.to_numpy().ravel(), fixed])
    )
    for table in (ends, censoring):
        values = merged[start : start + table.size].reshape(table.shape)
        tables.append(pd.DataFrame(values, table.index, table.columns))
        start += table.size
    return *tables, merged[start:]


def _first_end(ends, events, censoring):
    """Time, reason and event of each patient: the earliest end, or else the latest censoring."""
    time = ends.min(axis=1)
    ended = time.notna().to_numpy()
    names = np.array([*ends.columns, *censoring.columns, ""], dtype=object)
    first = np.argmax(ends.eq(time, axis=0).to_numpy(), axis=1)
    last = censoring.max(axis=1)
    latest = len(ends.columns) + np.argmax(censoring.eq(last, axis=0).to_numpy(), axis=1)
    time = time.where(ended, last).to_numpy(float)
    place = np.where(ended, first, latest)
    return time, names[place], (ended & (first < len(events))).astype(float)


def _check_times(cohort, endpoint, time, open_flags, lost, settings):
    label, findings = endpoint["label"], []
    columns = ", ".join(
        dict.fromkeys(
            name
            for part in ("events", "competing", "censoring")
            for source in endpoint[part].values()
            for name in _name_columns(endpoint, source)
        )
    )

    def note(severity, rule, rows, message, remedy, flags=None):
        for row in cohort.index[rows]:
            where = columns if flags is None else ", ".join(flags.columns[flags.loc[row]])
            value = (
                ""
                if np.isnan(time[cohort.index.get_loc(row)])
                else f"{time[cohort.index.get_loc(row)]:g}"
            )
            findings.append(
                build_finding(
                    severity,
                    rule,
                    f"{label}: {message}",
                    remedy,
                    row=row,
                    patient=cohort["patient_id"][row],
                    column=where,
                    value=value,
                )
            )

    severity = "error" if settings["missing_time"] == "error" else "warning"
    left_out = (
        "leave the patient out under cohort.exclusions, or set cohort.missing_time to exclude"
    )
    locked = ""
    if endpoint["origin"]:
        locked = (
            " If those without a date were known to be alive at the data lock, say so: "
            "`censoring: {..., data_lock: {data_lock: true}}` and cohort.data_lock."
        )
    note(
        severity,
        "missing_time",
        np.isnan(time) & ~lost,
        "follow-up time missing.",
        f"Enter it, {left_out}.{locked}",
    )
    note(
        severity,
        "missing_status",
        open_flags.any(axis=1).to_numpy(bool) & ~np.isnan(time) & ~lost,
        "status missing: the time is known (months shown), but not whether the event happened.",
        f"Enter it, {left_out}; if an empty cell means no, write `none_ticked: no` for the column.",
        open_flags,
    )
    note(
        "error",
        "negative_time",
        time < 0,
        "the end lies before the time origin (months shown).",
        "Correct the dates: nothing that is counted can happen before the origin.",
    )
    done = (
        "counted as half a day"
        if settings["zero_time"] == "half_day"
        else "left out of the endpoint"
    )
    note(
        "warning",
        "zero_time",
        time == 0,
        f"the follow-up is 0; the patient is {done}.",
        "Check the dates; cohort.zero_time declares what is done.",
    )
    return findings


def _name_columns(endpoint, source):
    if "date" in source:
        return [endpoint["origin"], source["date"]]
    return [source["duration"]] if "duration" in source else [endpoint["origin"]]


def _distinct(findings):
    """One finding per patient and fault, also when several endpoints share the source."""
    seen = {}
    for item in findings:
        seen.setdefault((item["rule"], item["row"], item["column"], item["message"]), item)
    return list(seen.values())
