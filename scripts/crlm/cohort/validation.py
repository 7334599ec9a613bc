"""Check a typed cohort against the dictionary and against itself; every finding names row, column, value and remedy."""

import re

import numpy as np
import pandas as pd

from crlm.cohort.conversion import NEGATIVE_CODES, scale
from crlm.cohort.dates import DAYS
from crlm.cohort.findings import build_finding, condense_findings
from crlm.cohort.highest import check_highest
from crlm.cohort.plausibility import (
    check_codes,
    check_days,
    check_decimals,
    check_fixed_days,
    check_unit,
    name_unit,
)
from crlm.cohort.two_units import find_two_units
from crlm.plan.phrases import plural

NUMBER_KINDS = ("continuous", "count", "duration")
LEVEL_KINDS = ("binary", "categorical", "ordinal")


def check_cohort(cohort, columns, settings):
    """Return the findings on recorded values: ranges, dates, constants and twins."""
    mapped = {name: spec for name, spec in columns.items() if name != "patient_id"}
    findings = _check_lock(mapped, settings.get("data_lock"))
    for name, spec in mapped.items():
        found = []
        if spec["kind"] in NUMBER_KINDS:
            found = _check_range(cohort, name, spec)
        elif spec["kind"] == "date":
            found = _check_date(cohort, name, spec, settings)
        findings += condense_findings(found, int(cohort[name].notna().sum()))
        findings += _check_variation(cohort, name, spec)
    return findings + _check_twins(cohort, list(mapped))


def check_events(cohort, endpoints, variables):
    """Return warnings for endpoints without or with nothing but events, and for levels known by pathology without event."""
    findings = []
    for name, endpoint in endpoints.items():
        event = cohort[f"{name}_event"]
        known = event.notna()
        if known.any() and event[known].nunique() == 1:
            word = "an event" if event[known].iloc[0] else "no event"
            findings.append(
                build_finding(
                    "warning",
                    "constant_event",
                    f"{endpoint['label']}: every patient has {word}.",
                    "Check how the event is coded (0 no, 1 yes) and which columns the endpoint uses.",
                    column=name,
                )
            )
            continue
        for variable, spec in variables.items():
            if variable in cohort and spec["levels"] and spec["timing"] != "follow_up":
                findings += _check_levels(cohort, variable, spec, endpoint, event)
    return findings


def _check_levels(cohort, variable, spec, endpoint, event):
    found = []
    for level in spec["levels"]:
        inside = cohort[variable].eq(level) & event.notna()
        if inside.any() and not event[inside].any():
            label, said = endpoint["label"], spec["level_labels"][level]
            message = (
                f"{label}: none of the {int(inside.sum())} patients with {spec['label']} '{said}' has an event; its hazard "
                "ratio cannot be estimated."
            )
            if inside.sum() == 1:
                message = (
                    f"{label}: the only patient with {spec['label']} '{said}' has no event; its hazard ratio cannot be "
                    "estimated."
                )
            found.append(
                build_finding(
                    "warning",
                    "level_without_event",
                    message,
                    "Merge it with a neighbouring level under `values:`, or accept that it is not estimable.",
                    column=variable,
                    value=level,
                )
            )
    return found


def _check_range(cohort, name, spec):
    value = cohort[name]
    found = []
    low, high = spec["range"] or (-np.inf, np.inf)
    unit = f" {spec['unit']}" if spec["unit"] else ""
    flagged = value.isin([float(scale(code, spec["factor"])) for code in NEGATIVE_CODES])
    whole = check_unit(value[~flagged], spec)
    outside = ((value < low) | (value > high)) & ~flagged
    found += whole + check_codes(value[~flagged & ~outside], spec)
    found += check_decimals(value[~flagged & ~outside], spec)
    found += [] if whole else find_two_units(value[~flagged & ~outside], spec)
    far = [] if whole or outside.any() else check_highest(value[~flagged], spec)
    found += [{**item, "patient_id": cohort["patient_id"].get(item["row"], "")} for item in far]

    def note(severity, rule, rows, message, remedy):
        for row in cohort.index[rows]:
            found.append(
                build_finding(
                    severity,
                    rule,
                    message,
                    remedy,
                    row=row,
                    patient=cohort["patient_id"][row],
                    column=spec["column"],
                    value=f"{value[row]:g}{unit}",
                )
            )

    remedy = "Correct it, or list the value under `missing:` if it is a code."
    if hint := name_unit(spec, bool((value[outside] > high).any())):
        remedy = f"Correct it; if the whole column is like that: {hint}."
    note(
        "error",
        "out_of_range",
        outside,
        f"{spec['label']} must lie within {low:g} to {high:g}{unit}.",
        remedy,
    )
    if spec["kind"] == "count":
        broken = value.notna() & (value != value.round()) & ~outside
        note(
            "error", "not_a_count", broken, f"{spec['label']} is a count.", "Enter a whole number."
        )
    if spec["transform_needs_positive"]:
        zero = value.le(0) & ~outside
        note(
            "error",
            "not_positive",
            zero,
            f"{spec['label']} is analysed per doubling (on a logarithmic scale) and must be above 0.",
            "Enter the detection limit, such as <0.5 (with `censored: half`), or set `transform: none` for the variable.",
        )
    if spec["plausible"] and not whole:
        low, high = spec["plausible"]
        hint = name_unit(spec, bool((value > high).any()))
        unlikely = ((value < low) | (value > high)) & ~outside & ~flagged
        note(
            "warning",
            "unlikely_value",
            unlikely,
            f"{spec['label']} is unusual (expected {low:g} to {high:g}{unit}).",
            "Check it; it is used as it is."
            + (f" If the whole column is like that: {hint}." if hint else ""),
        )
    return found


def _check_lock(mapped, lock):
    """A warning on a data lock that is still to come."""
    if not lock or pd.Timestamp(lock) <= pd.Timestamp.now():
        return []
    if all(spec["kind"] != "date" for spec in mapped.values()):
        return []
    text = f"the data lock {pd.Timestamp(lock):%Y-%m-%d} (cohort.data_lock) lies in the future."
    remedy = "Correct it: nothing is known after the day of the export."
    return [build_finding("warning", "future_data_lock", text, remedy)]


def _check_date(cohort, name, spec, settings):
    value, lock = cohort[name], settings.get("data_lock")
    today = pd.Timestamp.now().normalize()
    latest = min(pd.Timestamp(lock), today) if lock else today
    earliest = pd.Timestamp(spec["earliest"])
    found = check_days(value, spec)
    form = spec.get("date_format") or settings.get("date_format")
    if not form or form == "excel" or re.search(DAYS, form):
        found += check_fixed_days(value, spec)  # of others it is said already
    if settings.get("after_data_lock") == "censor" and spec["timing"] == "follow_up":
        found += _tell_cut(int(value.gt(latest).sum()), spec, latest)
        latest = max(latest, today)
    for row in cohort.index[(value < earliest) | (value > latest)]:
        after = value[row] > latest
        where = f"after {latest:%Y-%m-%d}" if lock and latest < today else "in the future"
        if not after:
            year = f"{earliest.year}" if earliest.dayofyear == 1 else f"{earliest:%Y-%m-%d}"
            where = f"before {year}"
        remedy = "Correct the date."
        if after and lock:
            remedy = (
                "Correct the date (or cohort.data_lock, or set cohort.after_data_lock to censor)."
                if spec["timing"] == "follow_up"
                else "Correct the date (or cohort.data_lock), or leave the patient out under cohort.exclusions."
            )
        elif not after:
            remedy = "Correct the date; if it is right, write `earliest:` for the variable."
        found.append(
            build_finding(
                "error",
                "impossible_date",
                f"{spec['label']} lies {where}.",
                remedy
                + (" Years of two digits may be read in the wrong century." if after else ""),
                row=row,
                patient=cohort["patient_id"][row],
                column=spec["column"],
                value=f"{value[row]:%Y-%m-%d}",
            )
        )
    return found


def _tell_cut(count, spec, lock):
    if not count:
        return []
    message = (
        f"{spec['label']}: {plural(count, 'date')} after the data lock {lock:%Y-%m-%d}; what happened after it is no event, "
        "and the patients are censored there."
    )
    remedy = "Nothing to do; cohort.after_data_lock declares it."
    return [build_finding("note", "after_data_lock", message, remedy, column=spec["column"])]


def _check_variation(cohort, name, spec):
    known = cohort[name].dropna()
    if known.empty:
        message, rule = "has no value at all.", "empty_column"
    elif len(known) > 1 and known.nunique() == 1 and spec["kind"] != "date":
        message, rule = f"has the same value in all {len(known)} patients.", "constant_covariate"
    else:
        return []
    return [
        build_finding(
            "warning",
            rule,
            f"{spec['label']} {message}",
            "Check the column and its codes; it cannot be a covariate.",
            column=spec["column"],
            value="" if known.empty else known.iloc[0],
        )
    ]


def _check_twins(cohort, names):
    """Patients whose recorded values are all the same."""
    known = cohort[names].notna().sum(axis=1) >= min(5, len(names))
    twins = cohort[known]
    if twins.empty:
        return []
    joined = twins[names].astype(str).agg("\x1f".join, axis=1)
    first = dict(zip(joined[::-1], twins["patient_id"][::-1], strict=True))
    found = [
        build_finding(
            "warning",
            "duplicate_patient",
            f"every value is the same as for patient {first[joined[row]]}.",
            "Check whether one patient was entered twice.",
            row=row,
            patient=twins["patient_id"][row],
        )
        for row in twins.index[joined.duplicated()]
    ]
    return condense_findings(found, len(twins))
