"""Added value: which variables are tried on top of which base model."""

from crlm.plan_variables import LEVEL_KINDS, NUMBER_KINDS
from crlm.schema import nearest

TOGETHER = "together"  # a variable of that name would be taken for all additions


def resolve_added_value(settings, analysis, problems, require):
    """Return {base, additions, risk_thresholds}, or an empty dict without the key.

    base: {label, variables: {name: spec}}; additions: the same by name, each variable of `adds` and,
    if there are several, all of them `together`; risk_thresholds: per cent, or None for tertiles.
    """
    if not settings:
        return {}
    names = {key: _as_list(settings[key]) for key in ("base", "adds")}
    for key, listed in names.items():
        place = f"added_value.{key}"
        for name in listed:
            require(name, place, NUMBER_KINDS + LEVEL_KINDS)
            if analysis.get(name, {}).get("timing") == "follow_up":
                problems.append(
                    f"{place}: {name} becomes known in follow-up, so that it cannot be added as if known at resection."
                )
    for name in names["base"]:
        if name in names["adds"]:
            problems.append(f"added_value: {name} is in the base and added to it; keep one.")
    if TOGETHER in names["adds"] and len(names["adds"]) > 1:
        problems.append(
            f"added_value.adds: the name '{TOGETHER}' is that of all additions; rename the variable."
        )
    bounds = settings["risk_thresholds"] and sorted(settings["risk_thresholds"])
    if bounds and bounds[-1] < 1:
        problems.append(
            f"added_value.risk_thresholds: {', '.join(f'{each:g}' for each in bounds)} look like fractions; "
            f"write per cent, such as {100 * bounds[0]:g}."
        )
    if any(name not in analysis for listed in names.values() for name in listed):
        return {}
    additions = {name: _describe([name], analysis) for name in names["adds"]}
    if len(additions) > 1:
        additions[TOGETHER] = _describe(names["adds"], analysis)
    return {
        "base": _describe(names["base"], analysis),
        "additions": additions,
        "risk_thresholds": bounds,
    }


def resolve_reclassification(listed, predictors, groupings, analysis, problems, require):
    """Return the comparisons of groups: {name: [{name, label, column, levels, level_labels}, ..]}.

    listed: lists of variables with levels or groupings (a variable comes first where both have the
    name), or None for the groups of the first two different scores, among the predictors that are
    compared and then the groupings. An empty list asks for none.
    """
    if listed is None:
        found = _choose_scores(predictors, groupings, analysis)
        return {"_".join(side["name"] for side in found): found} if found else {}
    resolved = {}
    for names in listed:
        place, sides = "performance.reclassification", []
        for name in names:
            if name in groupings and name not in analysis:
                if name == "overall" or groupings[name]["landmark_months"]:
                    problems.append(
                        f"{place}: the grouping {name} has one group or a landmark; use groups known at resection."
                    )
                sides.append(_take_grouping(name, groupings[name]))
                continue
            if name not in analysis and (hint := nearest(name, groupings)):
                problems.append(f"{place}: no such variable or grouping '{name}'.{hint}")
                continue
            require(name, place, LEVEL_KINDS)
            spec = analysis.get(name)
            if spec and spec["timing"] == "follow_up":
                problems.append(
                    f"{place}: {name} becomes known in follow-up; use groups known at resection."
                )
            elif spec:
                sides.append(_take_variable(name, spec))
        key = "_".join(names)
        if key in resolved:
            problems.append(f"{place}: {' and '.join(names)} stand there twice.")
        resolved[key] = sides
    return resolved


def _as_list(names):
    return [names] if isinstance(names, str) else list(names)


def _describe(names, analysis):
    return {
        "label": " + ".join(analysis[name]["label"] for name in names),
        "variables": {name: analysis[name] for name in names},
    }


def _choose_scores(predictors, groupings, analysis):
    """Groups of the first two different scores, or nothing."""
    found = {}
    for spec in predictors.values():
        name = spec.get("column")
        if spec["kind"] == "level" and "score" in analysis[name]:
            found.setdefault(analysis[name]["score"], _take_variable(name, analysis[name]))
    for name, spec in groupings.items():
        score = analysis.get(next(iter(spec["variables"]), None), {}).get("score")
        if score and len(spec["variables"]) == 1 and not spec["landmark_months"]:
            found.setdefault(score, _take_grouping(name, spec))
    return list(found.values())[:2] if len(found) > 1 else []


def _take_variable(name, spec):
    return {
        "name": name,
        "label": spec["label"],
        "column": name,
        "levels": spec["levels"],
        "level_labels": spec["level_labels"],
    }


def _take_grouping(name, spec):
    return {
        "name": name,
        "label": spec["label"],
        "column": f"grouping_{name}",
        "levels": spec["groups"],
        "level_labels": spec["group_labels"],
    }
