"""The history of each patient as spells in disease states: from dates and a table of events, with what contradicts itself."""

import pandas as pd

from crlm.cohort.derivation import DAYS_PER_MONTH
from crlm.cohort.event_rows import Event, type_events
from crlm.cohort.findings import build_finding, condense_findings
from crlm.plan.sources import merge_columns

SPELLS = ["patient_id", "spell", "state", "start", "stop", "next"]


def read_histories(cohort, cells, plan):
    """Return the spells (columns of SPELLS) and the findings.

    A spell lasts from `start` to `stop`, months since the origin; `next` is the state after it, an empty text where the patient
    was last seen in it. A patient without origin, without any end, or with a state that is recorded but has no date has no spell.

    Parameters
    ----------
    cohort : typed, one row per patient
    cells : cells of the table of events, or None
    plan : {"history": that of `disease_states`, with origin, last_contact, states, dates and events, or None; "cohort"; "sources"}
    """
    history, settings = plan["history"], plan["cohort"]
    if history is None or cohort.empty:
        return pd.DataFrame(columns=SPELLS), []
    columns = merge_columns(plan["sources"])
    events, findings = _list_dates(cohort, history["dates"], columns), []
    if cells is not None:
        rows, findings = type_events(cells, cohort, history["events"], settings)
        events = [*rows, *events]
    # the same state on the same day in both is one event
    events = {(event.patient_id, event.date, event.state): event for event in reversed(events)}
    undated, states = _list_undated(cohort, history), history["states"]
    own = {}
    for event in reversed(events.values()):
        own.setdefault(event.patient_id, []).append(event)
    lock = settings.get("data_lock") if settings.get("after_data_lock") == "censor" else None
    spells, found = [], []
    for patient, origin, contact in zip(
        cohort["patient_id"],
        cohort[history["origin"]],
        cohort[history["last_contact"]],
        strict=True,
    ):
        mine = own.get(patient, [])
        if lock:
            mine = [event for event in mine if event.date <= pd.Timestamp(lock)]
            contact = min(contact, pd.Timestamp(lock)) if pd.notna(contact) else contact
        dated = {(patient, event.state) for event in mine}
        if pd.isna(origin) or any((patient, state) in undated - dated for state in states):
            continue
        spells += _follow(patient, origin, contact, mine, plan, found)
    table = pd.DataFrame(spells, columns=SPELLS)
    return table, [*findings, *condense_findings(found, max(len(events), 1))]


def _list_undated(cohort, history):
    """(patient, state) where a flag says that the state began: when, a date or an event must tell."""
    return {
        (patient, state)
        for state, flags in history["flags"].items()
        for flag in flags
        for patient in cohort.loc[cohort[flag].eq("yes"), "patient_id"]
    }


def _list_dates(cohort, dates, columns):
    """The events that stand in columns of the cohort; a date that is made of others has no column of its own."""
    return [
        Event(patient, date, state, None, columns[name]["column"] if name in columns else name)
        for state, names in dates.items()
        for name in names
        for patient, date in zip(cohort["patient_id"], cohort[name], strict=True)
        if pd.notna(date)
    ]


def _follow(patient, origin, contact, events, plan, found):
    """The spells of one patient, as lists; what contradicts itself is added to `found`."""
    history = plan["history"]
    states = history["states"]
    first = next(iter(states))

    def tell(severity, rule, event, message, remedy):
        found.append(
            build_finding(
                severity,
                rule,
                f"{states[event.state]['label']} on {event.date:%Y-%m-%d} {message}",
                remedy,
                row=event.row,
                patient=patient,
                column=event.column,
                value=f"{event.date:%Y-%m-%d}",
            )
        )

    kept = []
    ends = [event for event in events if states[event.state]["final"]]
    died = min((event.date for event in ends), default=None)
    for event in events:
        if event.date < origin:
            words = f"lies before {history['origin_label']} ({origin:%Y-%m-%d})."
            tell("error", "before_origin", event, words, "Correct the date, or delete the event.")
        elif died is not None and event.date > died:
            end = states[ends[0].state]["label"].lower()
            words = f"lies after {end} ({died:%Y-%m-%d})."
            tell("error", "after_final_state", event, words, "Correct one of the two dates.")
        elif died is None and pd.notna(contact) and event.date > contact:
            words = f"lies after the last contact ({contact:%Y-%m-%d})."
            remedy = (
                "Correct one of the two dates: the patient was in contact on the day of the event."
            )
            tell("error", "after_last_contact", event, words, remedy)
        else:
            kept.append(event)
    changes = _order(kept, first, states, tell)
    final = {name: spec["final"] for name, spec in states.items()}
    return _cut(patient, origin, contact, changes, final, died, plan["cohort"]["zero_time"])


def _order(events, first, states, tell):
    """The events that change the state, in order; of one day the first that is allowed comes first, a final state last."""
    order, state, since, changes = list(states), first, None, []
    rest = sorted(events, key=lambda e: (e.date, states[e.state]["final"], order.index(e.state)))
    while rest:
        day = [event for event in rest if event.date == rest[0].date]
        fitting = [event for event in day if state in states[event.state]["after"]]
        event = (fitting or day)[0]
        rest.remove(event)
        if fitting:
            state, since = event.state, event.date
            changes.append(event)
        elif event.state != state:
            allowed = " or ".join(
                states[name]["label"].lower() for name in states[event.state]["after"]
            )
            words = f"follows on {states[state]['label'].lower()}; the plan lets it follow on {allowed or 'nothing'} only."
            remedy = "Enter the event between the two, correct the dates or the kind of event, or change `after:` of the state."
            tell("error", "impossible_order", event, words, remedy)
        elif since is not None:  # being in the first state from the origin on is no contradiction
            words = f"is recorded again (so since {since:%Y-%m-%d}), and nothing between the two; the second changes no state."
            remedy = "Enter what happened between the two, such as the treatment; nothing to do if it is the same course."
            tell("warning", "repeated_state", event, words, remedy)
    return changes


def _cut(patient, origin, contact, changes, final, died, zero_time):
    """Spells of one patient from the changes of state, in order; a final state has none. final: {state: whether it is}."""
    if died is None and pd.isna(contact) and not changes:
        return []
    days, times = [(event.date - origin).days for event in changes], []
    last = (contact - origin).days if pd.notna(contact) else -1
    end = days[-1] if died is not None and changes else max([last, *days])
    if end < 0 or (end == 0 and zero_time != "half_day"):
        return []
    for place, day in enumerate(days):
        # ASSUME several changes of one day follow one another within it; a change on the day of the origin comes half a day later
        same = [number for number, other in enumerate(days) if other == day]
        times.append(day + (same.index(place) + (0.5 if day == 0 else 0)) / len(same))
    end = max([float(end) or 0.5, *times])
    starts, names = [0.0, *times], [next(iter(final)), *(event.state for event in changes)]
    stops, following = [*times, end], [*names[1:], ""]
    return [
        [patient, number + 1, name, start / DAYS_PER_MONTH, stop / DAYS_PER_MONTH, after]
        for number, (name, start, stop, after) in enumerate(
            zip(names, starts, stops, following, strict=True)
        )
        if not final[name]
    ]
