"""Times and ages that stand in the table beside the dates from which they follow: where most agree, the others are wrong."""

import itertools

import numpy as np
import pandas as pd

from crlm.cohort.derivation import months_between
from crlm.cohort.findings import build_finding, condense_findings
from crlm.cohort.interval_units import check_interval

ENOUGH = 10  # rows with both, from which agreement is no chance
MOST = 0.8  # share of rows that agree from which a recorded time is that between the two dates
APART = (
    1  # months (years for ages) by which the two may differ: whole numbers, days that were rounded
)
STRETCH = 0.02  # or this part of the time: months of 30 days, years of 365
CHILDHOOD = 18  # years that a date lies before the others, half of them, when it is a date of birth


def check_recorded_times(cohort, columns, endpoints):
    """Return warnings where a recorded time to an event or the last contact, or an age, is not that between the dates.

    Between which dates a time was counted is told by the rows in which it agrees, most of them; a last contact that agrees with no
    dates is one finding. Where every time is right for another origin than that of the endpoints it is a note.
    """
    mapped = {name: spec for name, spec in columns.items() if name != "patient_id"}
    dates = {name: spec for name, spec in mapped.items() if spec["kind"] == "date"}
    origins = [each.get("origin") for each in endpoints.values() if each.get("origin") in dates]
    if any(cohort[name].isna().all() for name in origins):
        return []  # it could not be read
    starts = [name for name, spec in dates.items() if spec["timing"] != "follow_up"]
    starts = list(dict.fromkeys([*origins, *starts]))
    ends = _list_ends(cohort, {n: spec for n, spec in dates.items() if n not in starts})
    spans = {
        (start, *names): months_between(cohort[start], day)
        for start, (names, day) in itertools.product(starts, ends.items())
    }
    found = []
    early = {
        (a, b): months_between(cohort[a], cohort[b]) for a, b in itertools.permutations(starts, 2)
    }
    for name, spec in mapped.items():
        told = check_interval(cohort[name], spec, {**spans, **early}, dates)
        if told:
            found += told
        elif spec["kind"] == "duration" and spec["timing"] == "follow_up":
            found += _compare(cohort, name, spec, spans, dates, origins)
        if spec["kind"] == "continuous" and spec["unit"] == "years":
            found += _compare(cohort, name, spec, _list_ages(cohort, starts), dates, starts)
    return condense_findings(found, len(cohort))


def _list_ends(cohort, dates):
    """Days on which a time may end: each date, death or else the last contact, and an event or else these; names -> days."""
    deaths = [name for name, spec in dates.items() if spec.get("terminal")]
    contacts = [name for name, spec in dates.items() if spec.get("contact")]
    last, ends = (*deaths, *contacts), {}
    if last:
        died = cohort[deaths].min(axis=1) if deaths else pd.Series(pd.NaT, cohort.index)
        ends[last] = died.fillna(cohort[contacts].max(axis=1)) if contacts else died
        events = [name for name in dates if name not in last]
        ends |= {(name, *last): cohort[name].fillna(ends[last]) for name in events}
    return ends | {(name,): cohort[name] for name in dates if (name,) != last}


def _list_ages(cohort, starts):
    """Years from a date of birth to every other date that is known at the start."""
    pairs = itertools.permutations(starts, 2)
    years = {(a, b): months_between(cohort[a], cohort[b]) / 12 for a, b in pairs}
    return {pair: each for pair, each in years.items() if each.dropna().gt(CHILDHOOD).mean() > 0.5}


def _compare(cohort, name, spec, spans, dates, origins):
    """Findings on one recorded number against the span with which most of its rows agree."""
    number, first, best = cohort[name].astype(float), None, None
    for names, span in spans.items():
        room = np.maximum(APART + 1e-9, STRETCH * span.abs())
        both = number.notna() & span.notna()
        agree = both & (number - span).abs().le(room)
        if both.sum() < ENOUGH:
            continue
        first = first or (names, both, agree, span)
        if best is None or agree.sum() > best[2].sum():
            best = names, both, agree, span
    if best is None:
        return []
    sure = best[2].sum() >= MOST * best[1].sum()
    (start, *end), both, agree, span = best if sure else first
    words = " or ".join(dates[each]["label"] for each in end)
    words = f"from {dates[start]['label']} to {words}"
    where = ", ".join([spec["column"], *(dates[each]["column"] for each in (start, *end))])
    if not sure:
        return _tell_none(spec, words, where, both, agree) if spec.get("contact") else []
    unit = spec["unit"]
    found = [
        build_finding(
            "warning",
            "recorded_time_differs",
            f"{spec['label']} is recorded as {number[row]:.4g} {unit}, but the dates ({words}) give {span[row]:.4g}; in "
            f"{int(agree.sum())} of {int(both.sum())} rows the two agree.",
            "Correct the time or one of the dates.",
            row=row,
            patient=cohort["patient_id"][row],
            column=where,
            value=f"{number[row]:g}",
        )
        for row in cohort.index[both & ~agree]
    ]
    if start not in origins:
        found.append(
            build_finding(
                "note",
                "recorded_time_origin",
                f"{spec['label']} is the time {words} (in {int(agree.sum())} of {int(both.sum())} rows); endpoints with dates "
                f"count from {' or '.join(dates[each]['label'] for each in dict.fromkeys(origins))}."
                if origins
                else f"{spec['label']} is the time {words} (in {int(agree.sum())} of {int(both.sum())} rows).",
                "Nothing to do if that is meant; else choose the times or the dates for all endpoints.",
                column=where,
            )
        )
    return found


def _tell_none(spec, words, where, both, agree):
    return [
        build_finding(
            "warning",
            "recorded_time_differs",
            f"{spec['label']} is the time between no two dates of the table: {words} in {int(agree.sum())} of "
            f"{int(both.sum())} rows only.",
            "Look whether rows or columns were shifted, in which unit the time is, and from which day it counts.",
            column=where,
        )
    ]
