"""Treatment of a recurrence: which endpoint, dates, landmark, score and remnants."""

from crlm.plan.phrases import name_endpoint
from crlm.plan.schema import nearest
from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS

PLACE = "repeat_resection"
TREATMENT, SCORE = "treatment", "score"  # the two groupings of the results
LANDMARK, TIME_DEPENDENT, NAIVE = "landmark", "time_dependent", "naive"


def resolve(settings, study):
    """Return the settings with labels and specs, or an empty dict without the key.

    recurrence, treatment: {date or duration, flag, told_by}, `told_by` being the flags that say whether its date must be there;
    label: of the treatment; adjust: {variable: spec}; groupings: {name: {label, groups, group_labels}}; score: None, or {name,
    label, groups: {group: label}, variable, published: {group: {months: percent}}, sources: {source: evidence}, why: None or
    the reason for which it cannot be had}; remnant: None, or {occasion: {role: variable, labels, levels}}; thresholds:
    {level: {percent, source, evidence}}.
    """
    if settings is None:
        return {}
    _check_endpoint(settings["endpoint"], study)
    sources = {
        name: _resolve_source(settings[name], f"{PLACE}.{name}", settings["endpoint"], study)
        for name in ("recurrence", "treatment")
    }
    treatment = sources["treatment"]
    names = [treatment.get("flag"), *treatment["told_by"], treatment.get("date")]
    labels = [study.variables[each]["label"] for each in names if each in study.variables]
    for name in settings["adjust"]:
        study.require(name, f"{PLACE}.adjust", NUMBER_KINDS + LEVEL_KINDS)
        if name in names:
            study.problems.append(f"{PLACE}.adjust: {name} is the treatment itself.")
    remnant = settings["remnant"] or {}
    return {
        **sources,
        "endpoint": settings["endpoint"],
        "label": settings["label"] or (labels or ["Treatment of the recurrence"])[0],
        "landmark_months": settings["landmark_months"],
        "times_months": sorted(settings["times_months"]),
        "adjust": {
            name: study.variables[name] for name in settings["adjust"] if name in study.variables
        },
        "groupings": _resolve_groupings(settings["groupings"], study),
        "score": _resolve_score(settings["score"], settings["endpoint"], study),
        "remnant": _resolve_remnant(settings["remnant"], study),
        "thresholds": remnant.get("thresholds", {}),
    }


def _check_endpoint(name, study):
    place = f"{PLACE}.endpoint"
    endpoint = study.endpoints.get(name)
    if endpoint is None:
        study.problems.append(f"{place}: no endpoint '{name}'.{nearest(name, study.endpoints)}")
        return
    others = [key for key, spec in endpoint["events"].items() if spec["terminal"] is False]
    if others:
        study.problems.append(
            f"{place}: {name} also ends with {', '.join(others)}; survival after a recurrence ends with death."
        )
    if endpoint["competing"]:
        study.problems.append(
            f"{place}: {name} has competing events; take an endpoint of death from any cause."
        )
    if endpoint["entry"]:
        study.problems.append(
            f"{place}: {name} has delayed entry, which this analysis does not know."
        )


def _resolve_source(source, place, endpoint, study):
    """The source of the plan, checked, with the flags that tell of its date."""
    study.require(source.get("date") or source["duration"], place, ("date", "duration"))
    if "flag" in source:
        study.require(source["flag"], f"{place}.flag", ("binary",))
    elif "duration" in source:
        study.problems.append(
            f"{place}: a duration is there for everybody; give the flag that says whether it happened."
        )
    if "date" in source and not study.endpoints.get(endpoint, {"origin": True})["origin"]:
        study.problems.append(
            f"{place}: {endpoint} has no origin, the date from which its time counts; give a duration and a flag."
        )
    told_by = [
        name
        for name, spec in study.variables.items()
        if "date" in source and "flag" not in source and spec.get("flag_of") == source["date"]
    ]
    return {**source, "told_by": told_by}


def _resolve_groupings(names, study):
    several = {
        name: spec
        for name, spec in study.groupings.items()
        if len(spec["groups"]) > 1 and not spec["landmark_months"]
    }
    place = f"{PLACE}.groupings"
    for name in names or []:
        if name in several:
            continue
        words = "is no grouping"
        if name in study.groupings:
            late = study.groupings[name]["landmark_months"]
            words = "has a landmark" if late else "has one group"
        study.problems.append(f"{place}: {name} {words}.{nearest(name, several)}")
    keys = ("label", "groups", "group_labels")
    return {
        name: {key: several[name][key] for key in keys}
        for name in (several if names is None else names)
        if name in several
    }


def _resolve_score(name, endpoint, study):
    """What is shown of a score, or why it is not."""
    if name is None:
        return None
    if name not in study.registry:
        study.problems.append(f"{PLACE}.score: no score '{name}'.{nearest(name, study.registry)}")
        return None
    found = {"name": name, "label": study.registry[name]["label"], "groups": {}}
    score = study.scores.get(name)
    if score is None:
        return {**found, "why": "it is not among the scores that the plan computes"}
    found["label"] = score["label"]
    if score["status"] != "computable":
        return {**found, "why": f"{score['status']} ({score['reason']})"}
    by_group = bool(score["groups"])
    spec = study.variables[f"{name}_group" if by_group else name]
    groups = spec["level_labels"] or {str(value): str(value) for value in spec.get("values", [])}
    key = "group" if by_group else "value"
    meant = study.endpoints.get(endpoint, {}).get("published_as")
    facts = [
        fact
        for fact in score.get("published", [])
        if key in fact and "survival" in fact and name_endpoint(fact["endpoint"]) == meant
    ]
    return {
        **found,
        "groups": groups,
        "variable": f"{name}_group" if by_group else name,
        "published": {str(fact[key]): dict(fact["survival"]) for fact in reversed(facts)},
        "sources": {fact["source"]: fact["evidence"] for fact in facts},
        "why": None if groups else "it has neither groups nor a range of whole points",
    }


def _resolve_remnant(settings, study):
    if settings is None:
        return None
    occasions = {key: settings[key] for key in ("first", "repeat") if settings[key]}
    if not occasions:
        study.problems.append(f"{PLACE}.remnant: give the columns of `first`, of `repeat` or both.")
    for occasion, roles in occasions.items():
        place = f"{PLACE}.remnant.{occasion}"
        for role, name in roles.items():
            if name:
                kinds = LEVEL_KINDS if role == "liver" else NUMBER_KINDS
                study.require(name, f"{place}.{role}", kinds)
        for role, unit in (("percent", "%"), ("size", "cm")):
            spec = study.variables.get(roles[role] or "")
            if spec and spec["unit"] != unit:
                study.problems.append(
                    f"{place}.{role}: {roles[role]} is in {spec['unit'] or 'no unit'}; needed is {unit}."
                )
        _check_levels(roles["liver"], settings["thresholds"], place, study)
    return {
        occasion: {
            **roles,
            "labels": {
                role: study.variables[name]["label"]
                for role, name in roles.items()
                if name in study.variables
            },
            "levels": study.variables.get(roles["liver"] or "", {}).get("level_labels", {}),
        }
        for occasion, roles in occasions.items()
    }


def _check_levels(liver, thresholds, place, study):
    levels = study.variables.get(liver or "", {}).get("levels")
    if levels and not set(levels) & set(thresholds):
        study.problems.append(
            f"{place}.liver: none of the levels of {liver} ({', '.join(levels)}) has a threshold; name them under "
            f"{PLACE}.remnant.thresholds."
        )
