"""The order of what happened to a patient: nothing after death, no event after the last contact, no endpoint longer than another.

What is a death and what a contact, the variables say (`terminal` and `contact` in the dictionary or the plan), not the names of
events.
"""

import itertools

import numpy as np
import pandas as pd

from crlm.cohort.derivation import DAYS_PER_MONTH
from crlm.cohort.endpoints import HORIZON
from crlm.cohort.event_times import list_dated, source_months
from crlm.cohort.findings import build_finding, condense_findings
from crlm.cohort.plausibility import LEAST

DAY = 1 / DAYS_PER_MONTH
MANY = 20  # patients from which two times that are always the same are no chance
ALL = 0.98  # share of patients in whom they are the same
ROUNDING = 0.1  # months: durations are often exported with one decimal


def check_chronology(cohort, columns, endpoints):
    """Return the findings on the order of dates, of durations, and of the endpoints (`<endpoint>_months` and so on).

    They name variables of the plan; `ingest.in_file_words` gives them the columns of the file.
    """
    mapped = {name: spec for name, spec in columns.items() if name != "patient_id"}
    dates = {name: spec for name, spec in mapped.items() if spec["kind"] == "date"}
    contacts = _list_contacts(cohort, mapped, endpoints)
    findings = _check_after_death(cohort, dates, contacts)
    findings += _check_same_day(cohort, dates, contacts)
    findings += _check_after_contact(cohort, dates, [name for name in contacts if name in dates])
    findings += _check_same_times(cohort, mapped)
    findings += _check_durations(cohort, mapped, endpoints, contacts)
    findings += _check_death_times(cohort, mapped, endpoints)
    return findings + check_nesting(cohort, endpoints)


def _is_death(endpoint):
    """Whether every event of an endpoint is a death, so that its censoring is the last contact."""
    return all(source.get("terminal") for source in endpoint["events"].values())


def _list_contacts(cohort, mapped, endpoints):
    """The last contacts: variable -> (origin, whether it is a date, months, missing for a date without an endpoint)."""
    contacts = {}
    for endpoint in filter(_is_death, endpoints.values()):
        for source in endpoint["censoring"].values():
            name = list_dated(source)
            if name in mapped and "flag" not in source and not mapped[name].get("terminal"):
                months = source_months(cohort, endpoint, source)
                contacts.setdefault(name, (endpoint["origin"], "date" in source, months))
    for name, spec in mapped.items():
        if spec.get("contact"):
            dated = spec["kind"] == "date"
            months = pd.Series(np.nan, cohort.index) if dated else cohort[name]
            contacts.setdefault(name, (None, dated, months))
    return contacts


def _check_after_death(cohort, dates, contacts):
    """Dates after death: an event is an error, a contact is a warning."""
    found = []
    for end, end_spec in dates.items():
        if not end_spec["terminal"]:
            continue
        for name, spec in dates.items():
            if name == end:
                continue
            for row in cohort.index[cohort[name] > cohort[end]]:
                found.append(
                    build_finding(
                        "warning" if name in contacts else "error",
                        "after_death",
                        f"{spec['label']} ({cohort[name][row]:%Y-%m-%d}) lies after {end_spec['label'].lower()} "
                        f"({cohort[end][row]:%Y-%m-%d}).",
                        "Correct one of the two dates.",
                        row=row,
                        patient=cohort["patient_id"][row],
                        column=name,
                        value=f"{cohort[name][row]:%Y-%m-%d}",
                    )
                )
    return found


def _check_same_day(cohort, dates, contacts):
    """Warnings where most dates of an event are the day of death: the date of one may stand in place of the other."""
    found = []
    ends = [name for name, spec in dates.items() if spec["terminal"]]
    for name, spec in dates.items():
        if spec["timing"] != "follow_up" or name in (*ends, *contacts):
            continue
        for end in ends:
            both = cohort[name].notna() & cohort[end].notna()
            same = both & cohort[name].eq(cohort[end])
            if both.sum() < LEAST or 2 * same.sum() <= both.sum():
                continue
            message = (
                f"{spec['label']} and {dates[end]['label'].lower()} have the same date in {int(same.sum())} of the "
                f"{int(both.sum())} patients with both; one date may stand in place of the other."
            )
            remedy = f"Enter the day of {spec['label'].lower()}, or leave it empty where nothing but the death is known."
            found.append(
                build_finding("warning", "same_day", message, remedy, column=f"{name}, {end}")
            )
    return found


def _check_same_times(cohort, mapped):
    """Warnings where two times of follow-up are one number in nearly every patient, as when one column was filled from another."""
    times = [n for n, s in mapped.items() if s["kind"] == "duration" and s["timing"] == "follow_up"]
    found = []
    for one, other in itertools.combinations(times, 2):
        both = cohort[one].notna() & cohort[other].notna()
        same = both & cohort[one].eq(cohort[other])
        apart = mapped[one]["column"] != mapped[other]["column"]  # one column is told elsewhere
        if not apart or both.sum() < MANY or same.sum() < ALL * both.sum():
            continue
        message = (
            f"{mapped[one]['label']} and {mapped[other]['label'].lower()} are the same in {int(same.sum())} of {int(both.sum())} "
            "patients; then nobody was followed after a recurrence."
        )
        remedy = "Look whether one column was filled from the other."
        found.append(
            build_finding("warning", "same_times", message, remedy, column=f"{one}, {other}")
        )
    return found


def _check_after_contact(cohort, dates, contacts):
    """Dates of events in follow-up after the last contact of somebody who is not dead by then."""
    if not contacts:
        return []
    deaths = [name for name, spec in dates.items() if spec["terminal"]]
    last, died = cohort[contacts].max(axis=1), cohort[deaths].max(axis=1)
    found = []
    for name, spec in dates.items():
        if spec["timing"] != "follow_up" or name in (*contacts, *deaths):
            continue
        late = (cohort[name] > last) & died.isna()  # whose death is dated is checked against that
        for row in cohort.index[late]:
            found.append(
                build_finding(
                    "error",
                    "after_last_contact",
                    f"{spec['label']} ({cohort[name][row]:%Y-%m-%d}) lies after the last contact ({last[row]:%Y-%m-%d}).",
                    "Correct one of the two dates: the patient was in contact on the day of the event.",
                    row=row,
                    patient=cohort["patient_id"][row],
                    column=name,
                    value=f"{cohort[name][row]:%Y-%m-%d}",
                )
            )
    return found


def _check_durations(cohort, mapped, endpoints, contacts):
    """Events against death and last contact in months, where one of the two is a duration."""
    deaths, events = _list_events(cohort, endpoints)
    found = []
    for (where, flag), (origin, dated, months) in events.items():
        died = _gather(deaths.values(), origin, dated, months).max(axis=1)
        seen = _gather(contacts.values(), origin, dated, months).max(axis=1)
        if dated and any(is_date for _, is_date, _ in contacts.values()):
            seen = seen * np.nan  # compared by their dates
        late_after = {
            "after_death": months.gt(died + ROUNDING),
            "after_last_contact": months.gt(seen + ROUNDING) & died.isna(),
        }
        label = mapped.get(flag or where, {"label": where})["label"]
        for rule, late in late_after.items():
            word, end = ("death", died) if rule == "after_death" else ("the last contact", seen)
            for row in cohort.index[late]:
                found.append(
                    build_finding(
                        "error",
                        rule,
                        f"{label}: {months[row]:.1f} months lie after {word} at {end[row]:.1f} months.",
                        "Correct one of the two times, or what says that it happened.",
                        row=row,
                        patient=cohort["patient_id"][row],
                        column=where,
                        value=f"{months[row]:g}",
                    )
                )
    return found


def _check_death_times(cohort, mapped, endpoints):
    """Endpoints of death whose deaths come later elsewhere, or whose living are censored before the time that they are seen."""
    found = []
    for name, endpoint in endpoints.items():
        months, title = cohort[f"{name}_months"], endpoint["label"]
        alive = cohort[f"{name}_event"].eq(0) & cohort[f"{name}_reason"].ne(HORIZON)
        for source in endpoint["events"].values() if _is_death(endpoint) else ():
            mine, flag = list_dated(source), source.get("flag")
            label = mapped.get(mine, {"label": mine})["label"]
            if "duration" in source and flag:
                seen = cohort[mine]
                early = {
                    row: f"{title}: the patient is censored at {months[row]:.1f} months, but {label} is {seen[row]:.1f}."
                    for row in cohort.index[alive & seen.gt(months + ROUNDING)]
                }
                remedy = (
                    f"Check `censoring:` of the endpoint: is {label} the time of the last contact?"
                )
                found += _tell(cohort, early, "warning", "censored_early", mine, remedy)
            time = source_months(cohort, endpoint, source)
            for other, later in _list_others(cohort, endpoints, name, source):
                differ = {
                    row: f"{title} has the death at {time[row]:.1f} months, {other} at {later[row]:.1f}."
                    for row in cohort.index[later.gt(time + ROUNDING)]
                }
                remedy = "Give the death the same time in both endpoints."
                found += _tell(cohort, differ, "error", "death_times_differ", mine, remedy)
    return found


def _tell(cohort, messages, severity, rule, column, remedy):
    """Findings from {row: message}."""
    where = [{"row": row, "patient": cohort["patient_id"][row]} for row in messages]
    items = [
        build_finding(severity, rule, messages[each["row"]], remedy, column=column, **each)
        for each in where
    ]
    return condense_findings(items, len(cohort))


def _list_others(cohort, endpoints, name, source):
    """(label of the endpoint, months) where another endpoint times the same flag, from the same day, by another variable.

    Not by a time that also ends with a recurrence: that is no time of death.
    """
    flag, origin = source.get("flag"), endpoints[name]["origin"]
    shared = {where for where, _ in _list_events(cohort, endpoints)[1]}
    return [
        (endpoint["label"], source_months(cohort, endpoint, each))
        for other, endpoint in endpoints.items()
        for each in [*endpoint["events"].values(), *endpoint["competing"].values()]
        if flag and other != name and endpoint["origin"] == origin
        if each.get("flag") == flag and list_dated(each) not in (list_dated(source), *shared)
    ]


def _gather(marks, origin, dated, months):
    """The months of those marks that count from the same day, as durations without an origin do; dates meet dates elsewhere."""
    columns = [
        time
        for start, is_date, time in marks
        if not (dated and is_date) and (start is None or origin is None or start == origin)
    ]
    return pd.concat(columns, axis=1) if columns else pd.DataFrame(index=months.index, dtype=float)


def _list_events(cohort, endpoints):
    """Deaths and other events of all endpoints: (variable, flag) -> (origin, whether it is a date, months)."""
    deaths, events = {}, {}
    for endpoint in endpoints.values():
        for source in [*endpoint["events"].values(), *endpoint["competing"].values()]:
            kind = deaths if source.get("terminal") else events
            key = list_dated(source), source.get("flag")
            months = source_months(cohort, endpoint, source)
            kind.setdefault(key, (endpoint["origin"], "date" in source, months))
    # A time to recurrence or death has a flag of death as well, but is not the time of death
    shared = {where for where, _ in events}
    return {key: mark for key, mark in deaths.items() if key[0] not in shared}, events


def check_nesting(cohort, endpoints):
    """Return errors where an endpoint whose events include all events of another does not fit it (RFS is never longer than OS)."""
    findings = []
    for name, wide in endpoints.items():
        for other, narrow in endpoints.items():
            nested = set(narrow["events"]) < set(wide["events"])
            inside = set(narrow["competing"]) <= set(wide["events"]) | set(wide["competing"])
            if not (nested and inside and wide["origin"] == narrow["origin"]):
                continue
            excess = cohort[f"{name}_months"] - cohort[f"{other}_months"]
            # A narrow endpoint that was censored may end before another event of the wide one (a death after the last visit)
            told = cohort[f"{name}_event"].eq(0) | cohort[f"{other}_event"].eq(1)
            cut = excess.gt(DAY) & ~cohort[f"{other}_reason"].eq(HORIZON) & told
            missed = (
                cohort[f"{other}_event"].eq(1)
                & cohort[f"{name}_event"].eq(0)
                & ~cohort[f"{name}_reason"].eq(HORIZON)
            )
            findings += _check_late_events(cohort, wide, other, narrow)
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


def _check_late_events(cohort, wide, other, narrow):
    """Events of the wide endpoint after the end of the narrow one, where the plan does not say what is a death.

    Where most of them come after it (a death after a recurrence) the narrow endpoint does not end with death.
    """
    if any(source.get("terminal") is not None for source in narrow["events"].values()):
        return []
    ended = cohort[f"{other}_months"].where(~cohort[f"{other}_reason"].eq(HORIZON))
    findings = []
    for source, spec in wide["events"].items():
        if source in narrow["events"] or spec.get("terminal"):
            continue
        time = source_months(cohort, wide, spec)
        late, both = (time - ended).gt(ROUNDING), time.notna() & ended.notna()
        if 2 * late.sum() > both.sum():
            continue
        end = " or ".join(narrow["events"]).replace("_", " ")
        for row in cohort.index[late]:
            word = end if cohort[f"{other}_event"][row] == 1 else "the last contact"
            findings.append(
                build_finding(
                    "warning",
                    "event_after_end",
                    f"{wide['label']}: {source.replace('_', ' ')} at {time[row]:.1f} months lies after "
                    f"{word} at {ended[row]:.1f} months.",
                    f"Correct one of the two times. The plan does not say whether {end} is death: write `terminal: true` or "
                    "`terminal: false` for its variable under `variables:`.",
                    row=row,
                    patient=cohort["patient_id"][row],
                    column=list_dated(spec),
                    value=f"{time[row]:g}",
                )
            )
    return findings
