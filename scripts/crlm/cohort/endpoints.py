"""Endpoints: from declared sources of events and censoring to months, event and reason."""

import numpy as np
import pandas as pd

from crlm.cohort.conditions import assess
from crlm.cohort.derivation import DAYS_PER_MONTH
from crlm.cohort.entry import add_entry
from crlm.cohort.findings import build_finding

ZERO_TIME = "excluded: no follow-up after the origin"
MISSING_TIME = "excluded: follow-up time missing"
HORIZON = "horizon"
DAY = 1 / DAYS_PER_MONTH
TOLERANCE = np.sqrt(np.finfo(float).eps)  # R's, below which two times are one


def merge_near_ties(months):
    """The times with those made equal that differ by rounding only, as R's `aeqSurv` (`timefix`) does; missing stay missing.

    Neighbours among the distinct times are tied when they differ by at most 1.5e-8 months, or by 1.5e-8 of the mean distinct
    time; a chain of them becomes its first.
    """
    times = np.unique(months[~np.isnan(months)])
    if not len(times):
        return months
    steps = np.diff(times)
    tied = (steps <= TOLERANCE) | (steps / np.abs(times).mean() <= TOLERANCE)
    firsts = times[np.append(True, ~tied)]
    merged = firsts[np.searchsorted(firsts, months, side="right") - 1]
    return np.where(np.isnan(months), months, merged)


def derive_endpoint(cohort, endpoint, settings):
    """Return months (float), event (1, 0 or missing) and reason per patient, and the findings.

    The earliest event or competing event ends the time (at the same time an event comes before a competing one, and the first
    declared before the next); without one the latest censoring does. After `horizon_months` a patient is censored with the
    reason ``horizon``. A follow-up of 0 is half a day or left out, as ``settings["zero_time"]`` says; a negative or missing
    time is an error, the latter unless ``settings["missing_time"]`` is ``exclude``. A patient left out has a missing event.
    Times of all patients and sources that differ by rounding only (a date, and a duration in days) are one time.
    """
    findings = []
    events = _times(cohort, endpoint, "events", findings)
    ends = pd.concat([events, _times(cohort, endpoint, "competing", findings)], axis=1)
    censoring = _times(cohort, endpoint, "censoring", findings)
    fixed = [DAY / 2, endpoint["horizon_months"] or np.nan]
    ends, censoring, (half_day, horizon) = _merge_times(ends, censoring, fixed)
    time, reason, event = _first_end(ends, list(endpoint["events"]), censoring)
    findings += _check_times(cohort, endpoint, time, settings) + _check_flags(cohort, endpoint)

    unusable = np.isnan(time) | (time < 0) | _unknown_flag(cohort, endpoint)
    zero = ~unusable & (time == 0)
    event = np.where(unusable, np.nan, event)
    reason = np.where(unusable, MISSING_TIME, reason)
    if settings["zero_time"] == "half_day":
        # ASSUME half a day: the event happened on the day, not before it
        time = np.where(zero, half_day, time)
    else:
        event, reason = np.where(zero, np.nan, event), np.where(zero, ZERO_TIME, reason)
    late = time > horizon
    event, reason = np.where(late & ~np.isnan(event), 0, event), np.where(late, HORIZON, reason)
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
    findings = _distinct(findings) + _check_nesting(result, endpoints)
    return result, findings


def _times(cohort, endpoint, part, findings):
    """Months to each source of a part, missing where it did not happen."""
    return pd.DataFrame(
        {
            name: _source_time(cohort, endpoint, name, source, part, findings)
            for name, source in endpoint[part].items()
        },
        index=cohort.index,
        dtype=float,
    )


def _source_time(cohort, endpoint, name, source, part, findings):
    if "date" in source:
        time = (cohort[source["date"]] - cohort[endpoint["origin"]]).dt.days / DAYS_PER_MONTH
    else:
        time = cohort[source["duration"]]
    if "flag" not in source:
        return time
    happened = assess(cohort, source["flag"], "==", "yes").fillna(False).to_numpy(bool)
    where = source.get("date") or source["duration"]
    for row in cohort.index[happened & time.isna().to_numpy()]:
        findings.append(
            build_finding(
                "error",
                "event_without_time",
                f"{name.replace('_', ' ')} is recorded, but its time ({where}) is missing.",
                "Enter it, or leave the patient out under cohort.exclusions.",
                row=row,
                patient=cohort["patient_id"][row],
                column=f"{source['flag']}, {where}",
                value="yes",
            )
        )
    return time.where(happened)


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
                    "Correct one of the two.",
                    row=row,
                    patient=cohort["patient_id"][row],
                    column=source["date"],
                    value=f"{cohort[source['date']][row]:%Y-%m-%d}",
                )
            )
    return found


def _unknown_flag(cohort, endpoint):
    """Patients for whom it is not known whether an event happened.

    A missing flag leaves that open, unless its date is missing too and the same date without a flag ends the time in another
    source: then the plan says that no date means no event (the cause of death of somebody alive).
    """
    sources = [*endpoint["events"].values(), *endpoint["competing"].values()]
    plain = {source["date"] for source in sources if "date" in source and "flag" not in source}
    unknown = np.zeros(len(cohort), dtype=bool)
    for source in sources:
        if "flag" in source:
            open_flag = cohort[source["flag"]].isna()
            if source.get("date") in plain:
                open_flag &= cohort[source["date"]].notna()
            unknown |= open_flag.to_numpy()
    return unknown


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


def _check_times(cohort, endpoint, time, settings):
    label, findings = endpoint["label"], []
    columns = ", ".join(
        dict.fromkeys(
            name
            for part in ("events", "competing", "censoring")
            for source in endpoint[part].values()
            for name in (
                [endpoint["origin"], source["date"]] if "date" in source else [source["duration"]]
            )
        )
    )

    def note(severity, rule, rows, message, remedy):
        for row in cohort.index[rows]:
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
                    column=columns,
                    value=value,
                )
            )

    missing = np.isnan(time) | _unknown_flag(cohort, endpoint)
    note(
        "error" if settings["missing_time"] == "error" else "warning",
        "missing_time",
        missing,
        "the follow-up time or whether the event happened is missing.",
        "Enter it, leave the patient out under cohort.exclusions, or set cohort.missing_time to exclude.",
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


def _distinct(findings):
    """One finding per patient and fault, also when several endpoints share the source."""
    seen = {}
    for item in findings:
        seen.setdefault((item["rule"], item["row"], item["column"], item["message"]), item)
    return list(seen.values())


def _check_nesting(cohort, endpoints):
    """An endpoint whose events include all events of another cannot end later (RFS is never longer than OS)."""
    findings = []
    for name, wide in endpoints.items():
        for other, narrow in endpoints.items():
            nested = set(narrow["events"]) < set(wide["events"])
            inside = set(narrow["competing"]) <= set(wide["events"]) | set(wide["competing"])
            if not (nested and inside and wide["origin"] == narrow["origin"]):
                continue
            excess = cohort[f"{name}_months"] - cohort[f"{other}_months"]
            cut = excess.gt(DAY) & ~cohort[f"{other}_reason"].eq(HORIZON)
            missed = (
                cohort[f"{other}_event"].eq(1)
                & cohort[f"{name}_event"].eq(0)
                & ~cohort[f"{name}_reason"].eq(HORIZON)
            )
            findings += _check_late_events(cohort, name, wide, other, narrow)
            for row in cohort.index[cut | missed]:
                findings.append(
                    build_finding(
                        "error",
                        "endpoints_contradict",
                        f"{wide['label']} ({cohort[f'{name}_months'][row]:.1f} months, {cohort[f'{name}_reason'][row]}) does not "
                        f"fit {narrow['label']} ({cohort[f'{other}_months'][row]:.1f} months, {cohort[f'{other}_reason'][row]}): "
                        f"{', '.join(narrow['events'])} ends both.",
                        "Correct the times or the states of this patient.",
                        row=row,
                        patient=cohort["patient_id"][row],
                        column=f"{name}, {other}",
                        value=f"{cohort[f'{name}_months'][row]:.1f} > {cohort[f'{other}_months'][row]:.1f}",
                    )
                )
    return findings


def _check_late_events(cohort, name, wide, other, narrow):
    """Durations of an event after the event that ends both endpoints (recurrence after death); dates are checked by date."""
    ended = cohort[f"{other}_months"].where(cohort[f"{other}_event"].eq(1))
    findings = []
    for source, spec in wide["events"].items():
        if source in narrow["events"] or "duration" not in spec:
            continue
        time = _source_time(cohort, wide, source, spec, "events", [])
        for row in cohort.index[(time - ended).gt(DAY)]:
            findings.append(
                build_finding(
                    "error",
                    "event_after_end",
                    f"{wide['label']}: {source.replace('_', ' ')} at {time[row]:.1f} months lies after "
                    f"{' or '.join(narrow['events']).replace('_', ' ')} at {ended[row]:.1f} months.",
                    "Correct one of the two times.",
                    row=row,
                    patient=cohort["patient_id"][row],
                    column=spec["duration"],
                    value=f"{time[row]:g}",
                )
            )
    return findings
