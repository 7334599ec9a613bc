"""Disease states: which there are, where their beginnings are recorded, which groupings are compared."""

from crlm.plan.event_tables import resolve_events
from crlm.plan.schema import nearest
from crlm.plan.variables import as_text

PLACE = "disease_states"
EVERYBODY = "overall"  # the grouping of one group that every plan has


def resolve(settings, study):
    """Return {history, groupings, horizon_months, times_months, free}, or an empty dict without the key.

    history: {origin, last_contact, states, dates, flags, events, origin_label}, how the histories are made; states: {name: {label,
    after, final, free}}; groupings: {name: {label, groups, group_labels, reference}}; free: the states without disease.
    """
    if settings is None:
        return {}
    for name in ("origin", "last_contact"):
        study.require(settings[name], f"{PLACE}.{name}", ("date",))
    states = _resolve_states(settings["states"], study.problems)
    for state, names in settings["dates"].items():
        if state not in states:
            study.problems.append(f"{PLACE}.dates: {state} is no state.{nearest(state, states)}")
        for name in names:
            study.require(name, f"{PLACE}.dates.{state}", ("date",))
    origin = study.variables.get(settings["origin"], {})
    events = resolve_events(
        settings.get("events"),
        states,
        origin.get("earliest", "1950-01-01"),
        f"{PLACE}.events",
        study.problems,
    )
    into = {*settings["dates"], *(events["into"] if events else [])}
    unreached = [name for name in list(states)[1:] if name not in into]
    if unreached:
        study.problems.append(
            f"{PLACE}: nothing says when {' or '.join(unreached)} begins; name a date under `dates:` "
            "or a kind of event under `events: states:`."
        )
    free = [name for name, spec in states.items() if spec["free"]]
    return {
        "history": {
            "origin": settings["origin"],
            "last_contact": settings["last_contact"],
            "states": states,
            "dates": settings["dates"],
            "flags": _list_flags(settings["dates"], study.variables),
            "events": events,
            "origin_label": origin.get("origin_label", origin.get("label", "").lower()),
        },
        "groupings": _resolve_groupings(settings, study),
        "horizon_months": settings["horizon_months"],
        "times_months": [
            month
            for month in sorted(settings["times_months"])
            if month <= settings["horizon_months"]
        ],
        "free": free if len(free) > 1 else [],
    }


def _list_flags(dates, variables):
    """{state: flags that say that one of its dates is to be known}: a recorded death without its date is no patient alive."""
    return {
        state: [name for name, spec in variables.items() if spec.get("flag_of") in names]
        for state, names in dates.items()
    }


def _resolve_states(states, problems):
    """The states with label, after, final and free; `after` of the first state is empty unless the plan says otherwise."""
    first = next(iter(states))
    resolved = {}
    for name, spec in states.items():
        place = f"{PLACE}.states.{name}.after"
        for other in spec.get("after", []):
            if other not in states:
                problems.append(f"{place}: {other} is no state.{nearest(other, states)}")
            elif states[other]["final"]:
                problems.append(f"{place}: {other} is final; nobody leaves it.")
            elif other == name:
                problems.append(f"{place}: {name} cannot follow on itself.")
        others = [each for each in states if each != name and not states[each]["final"]]
        after = spec.get("after", [] if name == first else others)
        resolved[name] = {
            "label": spec.get("label", name.replace("_", " ").capitalize()),
            "after": after,
            "final": spec["final"],
            "free": spec["free"],
        }
    if states[first]["final"]:
        problems.append(
            f"{PLACE}.states: {first} is final, but everybody begins in the first state."
        )
    return resolved


def _resolve_groupings(settings, study):
    """The groupings compared, each with the group that the others are set against."""
    several = {name: spec for name, spec in study.groupings.items() if len(spec["groups"]) > 1}
    names = settings["groupings"]
    if names is None:
        names = [name for name, spec in several.items() if not spec["landmark_months"]]
    for name in names:
        if name not in several:
            words = "has one group" if name in study.groupings else "is no grouping"
            study.problems.append(f"{PLACE}.groupings: {name} {words}.{nearest(name, several)}")
        elif several[name]["landmark_months"]:
            study.problems.append(
                f"{PLACE}.groupings: {name} has a landmark; states count from the origin, where its groups are not yet known."
            )
    against = {name: as_text(group) for name, group in settings["against"].items()}
    for name, group in against.items():
        if name not in names:
            study.problems.append(f"{PLACE}.against: {name} is not among the groupings compared.")
        elif name in several and group not in several[name]["groups"]:
            groups = ", ".join(several[name]["groups"])
            study.problems.append(
                f"{PLACE}.against: {name} has no group '{group}'; there are {groups}."
            )
    keys = ("label", "groups", "group_labels")
    compared = {name: several[name] for name in names if name in several}
    return {
        name: {
            **{key: spec[key] for key in keys},
            "reference": against.get(name, spec["groups"][0]),
        }
        for name, spec in {EVERYBODY: study.groupings[EVERYBODY], **compared}.items()
    }
