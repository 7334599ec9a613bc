"""Recorded values that contradict each other, by the rules of the dictionary (`consistency` and `flag_of`)."""

import pandas as pd

from crlm.cohort.conditions import assess
from crlm.cohort.findings import build_finding, condense_findings

SHARED = " A date of death or last contact is mapped to last_contact_date only, and told apart by a flag in the endpoint."
ROUNDING = 0.1  # months: durations are often exported with one decimal


def check_consistency(cohort, columns, rules, endpoints, settings):
    """Return the findings on contradictions between recorded variables; a rule counts where its variables are mapped."""
    mapped = {name: spec for name, spec in columns.items() if name != "patient_id"}
    found = _check_flags(cohort, mapped, endpoints, settings)
    for rule in rules:
        found += _check_order(cohort, mapped, rule) if "order" in rule else []
        found += _check_rule(cohort, mapped, rule) if "if" in rule else []
    return condense_findings(found + _check_shared_columns(mapped), len(cohort))


def _holds(cohort, mapped, test):
    """A nullable boolean per patient, or None where the variable is not mapped or has not the level."""
    name, operator, value = test["variable"], test["operator"], test.get("value")
    if name not in mapped:
        return None
    if operator == "known":
        return cohort[name].notna().astype("boolean")
    levels = mapped[name]["levels"]
    if levels and isinstance(value, list):
        value = [each for each in value if each in levels]
        return assess(cohort, name, operator, value) if value else None
    return assess(cohort, name, operator, value) if not levels or value in levels else None


def _check_rule(cohort, mapped, rule):
    """Patients for whom the test under `if` holds and of those under `then` none does, at least one surely not."""
    holds = _holds(cohort, mapped, rule["if"])
    answers = {test["variable"]: _holds(cohort, mapped, test) for test in rule["then"]}
    answers = {name: each for name, each in answers.items() if each is not None}
    if holds is None or not answers:
        return []
    table = pd.DataFrame(answers)
    against = holds.fillna(False) & ~table.fillna(False).any(axis=1)
    against &= (~table.fillna(True)).any(axis=1)
    names = [rule["if"]["variable"], *answers]
    return _tell(cohort, mapped, names, against, rule)


def _check_order(cohort, mapped, rule):
    """Patients in whom the second date or duration comes before the first."""
    first, second = rule["order"]
    if first not in mapped or second not in mapped:
        return []
    dated = mapped[first]["kind"] == "date"
    gap = pd.Timedelta(0) if dated else ROUNDING
    return _tell(cohort, mapped, rule["order"], cohort[second] < cohort[first] - gap, rule)


def _tell(cohort, mapped, names, rows, rule):
    label = mapped[names[0]]["label"]
    return [
        build_finding(
            rule["severity"],
            "values_contradict",
            f"{label}: {rule['message']}.",
            "Correct the entry that is wrong.",
            row=row,
            patient=cohort["patient_id"][row],
            column=", ".join(mapped[name]["column"] for name in names),
            value=", ".join(_show(cohort[name][row]) for name in names),
        )
        for row in cohort.index[rows.to_numpy(bool)]
    ]


def _show(value):
    if pd.isna(value):
        return "empty"
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def _check_flags(cohort, mapped, endpoints, settings):
    """A flag that says yes without its date, or no with it; where an endpoint names both, the endpoint checks them."""
    sources = [
        source
        for endpoint in endpoints.values()
        for part in ("events", "competing")
        for source in endpoint[part].values()
    ]
    pairs = {
        (source["date"], source["flag"]) for source in sources if {"date", "flag"} <= {*source}
    }
    used = {
        source["date"]
        for endpoint in endpoints.values()
        for part in ("events", "competing")
        for source in endpoint[part].values()
        if "date" in source
    }
    found = []
    for flag, spec in mapped.items():
        date = spec.get("flag_of")
        if date not in mapped or (date, flag) in pairs:
            continue
        said, dated = cohort[flag], cohort[date].notna()
        told, denied = (
            said.notna().any(),
            said.eq("no").any(),
        )  # beside a no the endpoint has its status missing
        stops = date in used and settings.get("missing_time", "error") == "error"
        cases = (
            (
                "error" if stops else "warning",
                "event_without_time",
                said.eq("yes") & ~dated,
                f"{spec['label']} is recorded as yes, but the date ({mapped[date]['column']}) is missing.",
                "Enter the date, leave the patient out under cohort.exclusions, or set cohort.missing_time to exclude."
                if stops
                else "Enter the date; an endpoint that needs it leaves the patient out.",
            ),
            (
                "error",
                "date_without_event",
                said.eq("no") & dated,
                f"{spec['label']} is recorded as no, but there is a date ({mapped[date]['column']}).",
                "Correct one of the two.",
            ),
            (
                "note",
                "event_unknown",
                said.isna() & ~dated if date in used and told and not denied else dated & False,
                f"{spec['label']} is empty, and so is the date ({mapped[date]['column']}): whether it happened is not known. "
                "Nobody has a no in this column, so that the endpoint reads empty as no and counts it as not happened.",
                "Nothing to do if empty means no; else enter yes or no in every row: a status that is missing beside a no is not "
                "counted as one.",
            ),
        )
        for severity, rule, rows, message, remedy in cases:
            for row in cohort.index[rows]:
                found.append(
                    build_finding(
                        severity,
                        rule,
                        message,
                        remedy,
                        row=row,
                        patient=cohort["patient_id"][row],
                        column=f"{spec['column']}, {mapped[date]['column']}",
                        value=f"{_show(said[row])}, {_show(cohort[date][row])}",
                    )
                )
    return found


def _check_shared_columns(mapped):
    """One column read in the same way as two variables."""
    first, found = {}, []
    for name, spec in mapped.items():
        key = (spec["column"], repr(spec["values"]), repr(spec.get("where")), spec["factor"])
        other = first.setdefault(key, name)
        if other == name:
            continue
        found.append(
            build_finding(
                "warning",
                "column_mapped_twice",
                f"the column is mapped to {other} ({mapped[other]['label']}) and to {name} ({spec['label']}), "
                "read in the same way.",
                f"Check both lines under `columns:`.{SHARED if spec['kind'] == 'date' else ''} If one column truly says both, "
                "nothing is to be done.",
                column=spec["column"],
            )
        )
    return found
