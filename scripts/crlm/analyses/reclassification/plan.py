"""Groups set against each other: which scores, growth patterns and groupings."""

from crlm.plan.schema import nearest
from crlm.plan.variables import LEVEL_KINDS

KEY = "performance"


def resolve(settings, study):
    """Return the comparisons of groups: {name: [{name, label, column, levels, level_labels}, ..]}.

    settings: those of `performance`; their `reclassification` holds lists of variables with levels or groupings (a variable
    comes first where both have the name), or None for the groups of the first two different scores, among the predictors that
    are compared and then the groupings. An empty list asks for none.
    """
    analysis, groupings, problems = study.variables, study.groupings, study.problems
    predictors, listed = study.found["performance"], settings["reclassification"]
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
            study.require(name, place, LEVEL_KINDS)
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
