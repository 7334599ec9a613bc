"""Models of the plan, and what is shown when the plan names nothing."""

from itertools import chain, pairwise

from crlm.plan.schema import nearest
from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS

UNIVARIABLE = "univariable"  # the reserved model name: one fit per variable


def name_alone(model):
    """The name of a landmark model's variables, each alone in the patients of the model; no plan can give it to a model."""
    return f"{model}: {UNIVARIABLE}"


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
        _check_splines(model, place, study)
        resolved[name] = {
            "label": model.get("label", name.replace("_", " ").capitalize()),
            "variables": model["variables"],
            "splines": model.get("splines", {}),
            "strata": model.get("strata", []),
            "cluster": model.get("cluster"),
            "separated": model.get("separated", "drop"),
            "landmark_months": model.get("landmark_months"),
        }
    return resolved


def _check_splines(model, place, study):
    """Splines are of the model's own numbers; knots and the values compared rise and have a logarithm where it is taken."""
    for name, spline in model.get("splines", {}).items():
        where = f"{place}.splines.{name}"
        if name not in model["variables"]:
            near = nearest(name, model["variables"])
            study.problems.append(f"{where}: {name} is not among the variables of the model.{near}")
            continue
        study.require(name, where, NUMBER_KINDS)
        lists = {key: spline[key] for key in ("knots", "contrast") if isinstance(spline[key], list)}
        for key, values in lists.items():
            if any(low >= high for low, high in pairwise(values)):
                study.problems.append(f"{where}.{key}: give rising numbers.")
        numbers = [*chain(*lists.values()), spline["reference"]]
        logarithmic = study.variables.get(name, {}).get("transform") == "log2"
        if logarithmic and any(each is not None and each <= 0 for each in numbers):
            study.problems.append(
                f"{where}: {name} enters as a logarithm, which a number of 0 or less does not have."
            )


def choose_specs(model, names, variables):
    """{name: spec} of covariates of a model; a number that it takes as spline has the settings under `spline`."""
    splines = model.get("splines") or {}
    return {
        name: variables[name] | ({"spline": splines[name]} if name in splines else {})
        for name in names
    }


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


def list_from_start(named, study, place, what):
    """The multivariable models that begin at the start of time, {name: model}; what is wrong with those `named` is a problem.

    place: the key of the plan; what: what is done to them, for the words.
    """
    several = {name: model for name, model in study.models.items() if name != UNIVARIABLE}
    usable = {name: model for name, model in several.items() if not model["landmark_months"]}
    for name in named or []:
        if name not in several:
            study.problems.append(
                f"{place}.models: no multivariable model '{name}'.{nearest(name, several)}"
            )
        elif name not in usable:
            study.problems.append(
                f"{place}.models: {name} has a landmark; only models from the start of time are {what}."
            )
    if not named and not usable:
        study.problems.append(
            f"{place}: no multivariable model of the plan starts without a landmark."
        )
    return usable
