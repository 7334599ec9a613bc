"""Delayed entry (left truncation): from when on each patient is under observation."""

import numpy as np

from crlm.cohort.derivation import months_between
from crlm.cohort.findings import build_finding, condense_findings

MISSING_ENTRY = "excluded: entry missing"
LATE_ENTRY = "excluded: entered after the end"


def add_entry(cohort, endpoint, table, settings, tolerance):
    """Return the months, event and reason of an endpoint with a column ``entry``, and the findings.

    Entry is in months from the time origin, 0 for whoever was there before it. A patient who enters at or after the end was never
    at risk and is left out, as is one whose entry is not known (an error unless ``settings["missing_time"]`` is ``exclude``).
    Entries that miss a time of the cohort by rounding (`tolerance`, months) are that time.
    """
    source = endpoint["entry"]
    dated = np.issubdtype(cohort[source].dtype, np.datetime64)
    entry = months_between(cohort[endpoint["origin"]], cohort[source]) if dated else cohort[source]
    entry = _snap(np.maximum(entry.to_numpy(float), 0), table["months"].to_numpy(float), tolerance)
    inside = table["event"].notna().to_numpy()
    missing = inside & np.isnan(entry)
    late = inside & (entry >= table["months"].to_numpy(float))
    table = table.assign(entry=np.where(inside & ~missing & ~late, entry, np.nan))
    for rows, reason in ((missing, MISSING_ENTRY), (late, LATE_ENTRY)):
        table.loc[rows, ["months", "event"]] = np.nan
        table.loc[rows, "reason"] = reason
    strict = settings["missing_time"] == "error"
    findings = [
        *_note(cohort, endpoint, missing, "error" if strict else "warning", "missing_entry", entry),
        *_note(cohort, endpoint, late, "warning", "late_entry", entry),
    ]
    return table, condense_findings(findings, int(inside.sum()))


def _snap(entry, months, tolerance):
    """Entries with those made equal to a time of the cohort that differ from it by rounding only."""
    times = np.unique(months[~np.isnan(months)])
    if not len(times):
        return entry
    near = times[np.minimum(np.searchsorted(times, entry - tolerance), len(times) - 1)]
    return np.where(np.abs(entry - near) <= tolerance, near, entry)


SENTENCES = {
    "missing_entry": (
        "it is not known from when on the patient was under observation (entry).",
        "Enter it, leave the patient out under cohort.exclusions, or set cohort.missing_time to exclude.",
    ),
    "late_entry": (
        "the patient entered at or after the end of the follow-up (month {:.1f}) and is left out of the endpoint.",
        "Check the two dates; nobody is at risk before the entry.",
    ),
}


def _note(cohort, endpoint, rows, severity, rule, entry):
    message, remedy = SENTENCES[rule]
    for place in np.flatnonzero(rows):
        row = cohort.index[place]
        yield build_finding(
            severity,
            rule,
            f"{endpoint['label']}: {message.format(entry[place])}",
            remedy,
            row=row,
            patient=cohort["patient_id"][row],
            column=endpoint["entry"],
            value="" if np.isnan(entry[place]) else f"{entry[place]:.1f}",
        )
