"""Models of the plan, and what is shown when the plan names nothing."""

from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS

UNIVARIABLE = "univariable"  # the reserved model name: one fit per variable


def resolve_models(models, study):
    """The models with their labels; without `univariable` every variable known by pathology is fitted."""
    analysis, problems, require = study.variables, study.problems, study.require
    declared = dict(models)
    if UNIVARIABLE not in declared:
        declared = {UNIVARIABLE: {"variables": list_shown(analysis, study.used)}, **declared}
    resolved = {}
    for name, model in declared.items():
        place = f"models.{name}"
        used = [*model["variables"], *model.get("strata", [])]
        for variable in model["variables"]:
            require(variable, f"{place}.variables", NUMBER_KINDS + LEVEL_KINDS)
        for variable in model.get("strata", []):
            require(variable, f"{place}.strata", LEVEL_KINDS)
            if variable in model["variables"]:
                problems.append(f"{place}: {variable} is a covariate and a stratum; keep one.")
        if model.get("cluster"):
            require(model["cluster"], f"{place}.cluster")
        late = [v for v in used if analysis.get(v, {}).get("timing") == "follow_up"]
        if late and not model.get("landmark_months"):
            problems.append(
                f"{place}: {', '.join(late)} becomes known in follow-up, so that it cannot be used as if known at "
                "resection; give landmark_months."
            )
        resolved[name] = {
            "label": model.get("label", name.replace("_", " ").capitalize()),
            "variables": model["variables"],
            "strata": model.get("strata", []),
            "cluster": model.get("cluster"),
            "separated": model.get("separated", "drop"),
            "landmark_months": model.get("landmark_months"),
        }
    return resolved


def list_shown(analysis, used):
    """What is shown when the plan names nothing: recorded, derived and declared variables known by pathology, scores in use.

    The registry has many scores, and the dictionary formulas for them; one that no grouping or model names would only lengthen
    the tables.
    """
    return [
        name
        for name, spec in analysis.items()
        if spec["kind"] in NUMBER_KINDS + LEVEL_KINDS
        and spec["timing"] != "follow_up"
        and (not ("score" in spec or "computed" in spec) or "declared" in spec or name in used)
    ]


def list_used(groupings, models, subgroups):
    """Names of the variables that groupings, models and subgroups of the plan use."""
    used = {variable for spec in groupings.values() for variable in spec["variables"]}
    used |= {variable for model in models.values() for variable in model["variables"]}
    return used | {analysis["variable"] for analysis in subgroups.values()}
