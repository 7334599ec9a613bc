"""Recurrence: which events of which endpoints it is, what says where it was, by which groups, in which months."""

from crlm.plan.phrases import capitalise, to_words
from crlm.plan.schema import nearest
from crlm.plan.variables import LEVEL_KINDS, as_text

ENDED = "without_recurrence"  # the cause of those who die, or end otherwise, without recurrence
UNKNOWN = "unknown"
MOST_ORGANS = 30  # of a variable that counts them; more are a mistake, as in the dictionary
ROLES = {
    "site": {
        "liver_only": "Liver only",
        "extrahepatic_only": "Extrahepatic only",
        "both": "Liver and extrahepatic",
    },
    "organs": {"one": "One organ", "several": "Several organs"},
}
LABELS = {
    "any": "Any recurrence",
    "site": "Site of the recurrence",
    "organs": "Organs with recurrence",
}
NOT_KNOWN = {"site": "Site not known", "organs": "Number of organs not known"}


def resolve(settings, study):
    """Return {endpoints, groupings, timing_months, windows_months, ...}, or an empty dict without the key.

    endpoints: {name: {recurrence, ended (its other events), classifications, death, death_label, death_months,
    horizons_months}}; a classification is {label, variable, levels: {level: class}, causes: {class: label}, ended (what the end
    without recurrence is called)}. groupings: the grouping `overall` and those compared, {label, groups, group_labels,
    reference, published}.
    """
    if settings is None:
        return {}
    endpoints = {
        name: _resolve_endpoint(name, spec, settings, study)
        for name, spec in settings["endpoints"].items()
        if _check_endpoint(name, study)
    }
    early, late = settings["windows_months"]
    if early > late:
        study.problems.append("recurrence.windows_months: the first bound lies after the second.")
    chosen = _choose_groupings(settings["groupings"], study)
    keys = ("label", "groups", "group_labels")
    return {
        **{key: settings[key] for key in ("windows_months", "windows_note")},
        **{key: settings[key] for key in ("landmark_months", "bandwidth_months")},
        "timing_months": sorted(settings["timing_months"]),
        "endpoints": endpoints,
        "groupings": {
            name: {
                **{key: study.groupings[name][key] for key in keys},
                "reference": study.groupings[name]["groups"][0],
                "published": _list_published(study.groupings[name], study),
            }
            for name in ["overall", *chosen]
        },
    }


def _check_endpoint(name, study):
    if name not in study.endpoints:
        study.problems.append(
            f"recurrence.endpoints: no such endpoint '{name}'.{nearest(name, study.endpoints)}"
        )
    elif study.endpoints[name].get("entry"):
        study.problems.append(
            f"recurrence.endpoints: {name} has delayed entry (entry:), which competing risks here cannot count."
        )
    else:
        return True
    return False


def _resolve_endpoint(name, spec, settings, study):
    place, endpoint = f"recurrence.endpoints.{name}", study.endpoints[name]
    sources = {**endpoint["events"], **endpoint["competing"]}
    for event in spec["recurrence"]:
        if event not in endpoint["events"]:
            study.problems.append(
                f"{place}.recurrence: {name} has no event '{event}'.{nearest(event, endpoint['events'])}"
            )
        elif endpoint["events"][event]["terminal"]:
            study.problems.append(f"{place}.recurrence: {event} is a death.")
    ended = [source for source in sources if source not in spec["recurrence"]]
    if not ended:
        study.problems.append(
            f"{place}: all events of {name} are recurrences; death without recurrence must be an event of it, or a competing one."
        )
    classifications = {"any": {"label": LABELS["any"], "variable": None, "levels": {}}}
    one = len(spec["recurrence"]) == 1
    word = to_words(spec["recurrence"][0]) if one else "recurrence"
    classifications["any"]["causes"] = {"recurrence": capitalise(word) if one else "Any recurrence"}
    if "site" not in spec and len(spec["recurrence"]) > 1:
        classifications["site"] = {
            "label": LABELS["site"],
            "variable": f"{name}_reason",
            "levels": {source: source for source in spec["recurrence"]},
            "causes": {source: capitalise(to_words(source)) for source in spec["recurrence"]},
        }
    for kind in ROLES:
        if kind in spec:
            classifications[kind] = _resolve_roles(kind, spec[kind], f"{place}.{kind}", study)
    alive = any(sources[source]["terminal"] is False for source in ended)
    label = f"{'End' if alive else 'Death'} without {word}"
    classifications = {kind: {**each, "ended": label} for kind, each in classifications.items()}
    death = spec["death"] if _check_death(name, spec["death"], place, study) else None
    return {
        "recurrence": spec["recurrence"],
        "ended": ended,
        "classifications": classifications,
        "death": death,
        "death_label": study.endpoints[death]["label"] if death else None,
        "death_months": _list_months(study.endpoints[death], settings) if death else [],
        "horizons_months": sorted(settings["horizons_months"] or _list_months(endpoint, settings)),
    }


def _list_months(endpoint, settings):
    """The months at which something is printed: the landmarks of the endpoint, or where it has none the bounds of timing."""
    return sorted(endpoint["landmarks_months"] or settings["timing_months"])


def _resolve_roles(kind, spec, place, study):
    """A classification by the levels of a variable; every level must have exactly one role. A count of organs needs no roles."""
    variable = spec["variable"]
    study.require(variable, place, (*LEVEL_KINDS, "count") if kind == "organs" else LEVEL_KINDS)
    if study.variables.get(variable, {}).get("kind") == "count":
        levels = {str(n): "one" if n == 1 else "several" for n in range(1, MOST_ORGANS + 1)}
        return _classify(kind, variable, levels)
    known = study.variables.get(variable, {}).get("levels") or []
    levels = {}
    for role in ROLES[kind]:
        for level in map(as_text, spec[role]):
            if variable in study.variables and level not in known:
                study.problems.append(
                    f"{place}.{role}: {variable} has no level '{level}'.{nearest(level, known)}"
                )
            elif level in levels:
                study.problems.append(f"{place}.{role}: the level '{level}' stands in two roles.")
            levels[level] = role
    if missing := [level for level in known if level not in levels]:
        study.problems.append(
            f"{place}: say what {', '.join(missing)} of {variable} is ({', '.join(ROLES[kind])})."
        )
    return _classify(kind, variable, levels)


def _classify(kind, variable, levels):
    causes = {role: label for role, label in ROLES[kind].items() if role in levels.values()}
    return {
        "label": LABELS[kind],
        "variable": variable,
        "levels": levels,
        "causes": {**causes, UNKNOWN: NOT_KNOWN[kind]},
    }


def _check_death(name, death, place, study):
    if death is None:
        return False
    if death not in study.endpoints:
        study.problems.append(
            f"{place}.death: no such endpoint '{death}'.{nearest(death, study.endpoints)}"
        )
        return False
    spec = study.endpoints[death]
    if (
        spec["entry"]
        or spec["competing"]
        or any(s["terminal"] is False for s in spec["events"].values())
    ):
        study.problems.append(
            f"{place}.death: {death} must end with death of any cause only, without delayed entry."
        )
    if spec["origin"] != study.endpoints[name]["origin"]:
        study.problems.append(f"{place}.death: {death} counts from another day than {name}.")
    return True


def _choose_groupings(names, study):
    possible = [
        name
        for name, spec in study.groupings.items()
        if len(spec["groups"]) > 1 and not spec["landmark_months"]
    ]
    for name in names or []:
        if name not in possible:
            words = "is no grouping"
            if name in study.groupings:
                late = study.groupings[name]["landmark_months"]
                words = "becomes known in follow-up" if late else "has one group"
            study.problems.append(f"recurrence.groupings: {name} {words}.{nearest(name, possible)}")
    return possible if names is None else [name for name in names if name in possible]


def _list_published(grouping, study):
    """What was published of recurrence by the rule that makes the groups."""
    rule = grouping["variables"][0] if len(grouping["variables"]) == 1 else None
    return study.patterns.get(rule, {}).get("recurrence", [])
