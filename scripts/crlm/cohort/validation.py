"""Check a typed cohort against the dictionary and against itself; every finding names row, column, value and remedy."""

import numpy as np
import pandas as pd

from crlm.cohort.conversion import NEGATIVE_CODES, scale
from crlm.cohort.findings import build_finding, condense_findings

NUMBER_KINDS = ("continuous", "count", "duration")
LEVEL_KINDS = ("binary", "categorical", "ordinal")
EARLIEST = pd.Timestamp(1950, 1, 1)


def check_cohort(cohort, columns, settings):
    """Return the findings on recorded values: ranges, dates, constants and twins."""
    mapped = {name: spec for name, spec in columns.items() if name != "patient_id"}
    findings = []
    for name, spec in mapped.items():
        found = []
        if spec["kind"] in NUMBER_KINDS:
            found = _check_range(cohort, name, spec)
        elif spec["kind"] == "date":
            found = _check_date(cohort, name, spec, settings.get("data_lock"))
        findings += condense_findings(found, int(cohort[name].notna().sum()))
        findings += _check_variation(cohort, name, spec)
    findings += condense_findings(_check_after_terminal(cohort, mapped), len(cohort))
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
            found.append(
                build_finding(
                    "warning",
                    "level_without_event",
                    f"{endpoint['label']}: none of the {int(inside.sum())} patients with {spec['label']} "
                    f"'{spec['level_labels'][level]}' has an event; its hazard ratio cannot be estimated.",
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
    whole = None
    if spec["unit"] == "%" and spec["factor"] == 1 and 0 < value[~flagged].max() <= 1:
        whole = build_finding(
            "error",
            "unit_suspect",
            f"{spec['label']}: no value is above 1, so that these look like fractions and not per cent.",
            "Write `unit: fraction` for this column under `columns:`; if they are per cent, correct them.",
            column=spec["column"],
            value=f"{value[~flagged].max():g}",
        )
        found.append(whole)
    if spec["plausible_median"]:
        middle = value[~flagged].dropna().median()
        least, most = spec["plausible_median"]
        if middle < least or middle > most:
            hint = spec["hint"] or "check the unit of the column"
            whole = build_finding(
                "error",
                "unit_suspect",
                f"{spec['label']}: half of the values lie {'above' if middle > most else 'below'} {middle:g}{unit}; "
                f"a median of {least:g} to {most:g}{unit} is expected.",
                f"{hint[0].upper()}{hint[1:]}.",
                column=spec["column"],
                value=f"{middle:g}",
            )
            found.append(whole)

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

    outside = ((value < low) | (value > high)) & ~flagged
    remedy = "Correct it, or list the value under `missing:` if it is a code."
    if spec["hint"]:
        remedy = f"Correct it; if the whole column is like that: {spec['hint']}."
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
    if spec["plausible"] and whole is None:
        low, high = spec["plausible"]
        unlikely = ((value < low) | (value > high)) & ~outside & ~flagged
        note(
            "warning",
            "unlikely_value",
            unlikely,
            f"{spec['label']} is unusual (expected {low:g} to {high:g}{unit}).",
            "Check it; it is used as it is."
            + (f" If the whole column is like that: {spec['hint']}." if spec["hint"] else ""),
        )
    return found


def _check_date(cohort, name, spec, lock):
    value = cohort[name]
    latest = pd.Timestamp(lock) if lock else pd.Timestamp.now().normalize()
    found = []
    for row in cohort.index[(value < EARLIEST) | (value > latest)]:
        after = value[row] > latest
        found.append(
            build_finding(
                "error",
                "impossible_date",
                f"{spec['label']} lies "
                + (
                    (f"after {latest:%Y-%m-%d}" if lock else "in the future")
                    if after
                    else "before 1950"
                )
                + ".",
                "Correct the date"
                + (" (or cohort.data_lock)." if after and lock else ".")
                + (" Years of two digits may be read in the wrong century." if after else ""),
                row=row,
                patient=cohort["patient_id"][row],
                column=spec["column"],
                value=f"{value[row]:%Y-%m-%d}",
            )
        )
    return found


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


def _check_after_terminal(cohort, mapped):
    """Dates of follow-up after death: an event is an error, a contact is a warning."""
    found = []
    dates = {n: spec for n, spec in mapped.items() if spec["kind"] == "date"}
    for end, end_spec in dates.items():
        if not end_spec["terminal"]:
            continue
        for name, spec in dates.items():
            late = (cohort[name] > cohort[end]) if name != end else pd.Series(False, cohort.index)
            for row in cohort.index[late]:
                found.append(
                    build_finding(
                        "warning" if spec["contact"] else "error",
                        "after_death",
                        f"{spec['label']} ({cohort[name][row]:%Y-%m-%d}) lies after {end_spec['label'].lower()} "
                        f"({cohort[end][row]:%Y-%m-%d}).",
                        "Correct one of the two dates.",
                        row=row,
                        patient=cohort["patient_id"][row],
                        column=spec["column"],
                        value=f"{cohort[name][row]:%Y-%m-%d}",
                    )
                )
    return found


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
