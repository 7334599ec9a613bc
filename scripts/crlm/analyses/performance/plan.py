"""Head to head: which scores, growth patterns and models are compared on the same patients."""

from crlm.plan.models import UNIVARIABLE, choose_specs

EVERY = "all"  # in the list of predictors: every score, score group and rule known at resection


def resolve(settings, study):
    """Return the predictors by name, each with label, kind (score, level or model) and what it is made of.

    Without a list, these are the scores, score groups and growth-pattern rules that groupings or models name; and every
    multivariable model without a landmark. The word `all` in the list stands for every score, score group and rule known at
    resection; a recorded score or any other variable may stand beside it. Groups that say the same as the points stand with them
    only when the plan names both.
    """
    analysis, models, problems = study.variables, study.models, study.problems
    every = _drop_doubled(_list_made(analysis), study.scores)
    listed = settings["predictors"] or _drop_doubled(
        _list_named(study.groupings, models, analysis), study.scores
    )
    named = [made for name in listed for made in (every if name == EVERY else [name])]
    recorded = {pair["recorded"] for pair in study.recorded.values()}
    for name in named:
        study.require(name, "performance.predictors")
    for name in settings["models"]:
        if name not in models or name == UNIVARIABLE:
            problems.append(f"performance.models: no multivariable model '{name}'.")
    predictors = {
        name: _describe(name, analysis[name], name in recorded)
        for name in named
        if name in analysis
    }
    for name, model in models.items():
        wanted = name in settings["models"] if settings["models"] else not model["landmark_months"]
        if name == UNIVARIABLE or not wanted or any(v not in analysis for v in model["variables"]):
            continue
        specs = choose_specs(model, model["variables"], analysis)
        predictors[f"model_{name}"] = {
            # it is fitted without them here, so that its C is not that of the stratified model
            "label": f"Model: {model['label']}{', without its strata' if model['strata'] else ''}",
            "kind": "model",
            "variables": specs,
        }
    return predictors


def _list_named(groupings, models, analysis):
    """Scores, score groups and growth patterns that the plan uses, in the order of use."""
    used = [variable for spec in groupings.values() for variable in spec["variables"]]
    used += [
        variable
        for name, spec in models.items()
        if name != UNIVARIABLE
        for variable in spec["variables"]
    ]
    made = [
        name
        for name in used
        if "marks" in analysis.get(name, {}) and "computed" not in analysis[name]
    ]
    return list(dict.fromkeys(made))


def _list_made(analysis):
    """Every computable score as points and as groups, and every growth-pattern rule."""
    return [
        name
        for name, spec in analysis.items()
        if "marks" in spec and "computed" not in spec and spec["timing"] != "follow_up"
    ]


def _drop_doubled(names, scores):
    """The names without the groups, or else the points, of a score whose groups hold one value each: they say the same.

    The groups stay where only for them survival was published.
    """
    dropped = set()
    for name, score in scores.items():
        groups = score.get("groups") or {}
        same = groups and all(
            each.get("from") is not None and each.get("from") == each.get("to")
            for each in groups.values()
        )
        if same and {name, f"{name}_group"} <= set(names):
            published = score.get("published") or []
            by_group = any("group" in entry for entry in published)
            by_value = any("value" in entry for entry in published)
            dropped.add(name if by_group and not by_value else f"{name}_group")
    return [name for name in names if name not in dropped]


def _describe(name, spec, recorded):
    """A score, computed or recorded, counts as it is; groups in their order; any other number or level by a Cox model."""
    if ("score" in spec or recorded) and not spec["levels"]:
        found = {"label": spec["label"], "kind": "score", "column": name}
        return found | ({"recorded": True} if recorded else {})
    if spec["levels"]:
        ordered = spec["kind"] == "ordinal"
        return {
            "label": spec["label"],
            "kind": "level",
            "column": name,
            "levels": spec["levels"],
            "ordered": ordered,
        }
    return {"label": spec["label"], "kind": "model", "variables": {name: spec}}


def list_parts(spec):
    """What a predictor is made of: the names of its variables, those of a score's groups being the score."""
    names = spec.get("variables") or [spec["column"]]
    return {name.removesuffix("_group") for name in names}
