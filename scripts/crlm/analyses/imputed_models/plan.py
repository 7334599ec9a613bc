"""Imputed models: which models of the plan, and what their gaps are imputed from."""

from crlm.plan.imputed import describe_score, list_components, trace_sources
from crlm.plan.models import choose_specs, list_from_start
from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS

PLACE = "imputed_models"


def resolve(settings, study):
    """Return models, scores, targets, derived, auxiliary, imputations and iterations; an empty dict without the key.

    models: {name: {label, variables: {name: spec}, strata, cluster}}, every multivariable one without a landmark unless the plan
    names them; scores: {name: score} that are covariates and are computed anew; targets, auxiliary: {variable: spec} that are
    imputed; derived: {variable: spec} that follow from imputed ones.
    """
    if settings is None:
        return {}
    usable = list_from_start(settings["models"], study, PLACE, "imputed")
    names = settings["models"] or list(usable)
    analysis = study.variables
    chosen = {
        name: usable[name]
        for name in names
        if name in usable and all(each in analysis for each in _list_used(usable[name]))
    }
    used = dict.fromkeys(each for model in chosen.values() for each in _list_used(model))
    scores = {
        stem: study.scores[stem]
        for stem in dict.fromkeys(analysis[name].get("score") for name in used)
        if stem in study.scores
    }
    inputs = {}
    for name in used:
        stem = analysis[name].get("score")
        made = list_components(scores[stem], analysis) if stem in scores else [name]
        inputs |= dict.fromkeys(made)
    targets, derived = trace_sources(inputs, analysis)
    for name in settings["auxiliary"]:
        study.require(name, f"{PLACE}.auxiliary", NUMBER_KINDS + LEVEL_KINDS)
        spec = analysis.get(name, {})
        if spec.get("timing") == "follow_up":
            study.problems.append(
                f"{PLACE}.auxiliary: {name} becomes known in follow-up; the outcome enters the imputation by itself."
            )
        elif "score" in spec or "computed" in spec:
            study.problems.append(
                f"{PLACE}.auxiliary: {name} is computed from other variables; name variables that are recorded."
            )
    return {
        "models": {
            name: {
                "label": model["label"],
                "variables": choose_specs(model, model["variables"], analysis),
                "strata": model["strata"],
                "cluster": model["cluster"],
            }
            for name, model in chosen.items()
        },
        "scores": {name: describe_score(score, analysis[name]) for name, score in scores.items()},
        "targets": {name: analysis[name] for name in targets},
        "derived": derived,
        "auxiliary": {
            name: analysis[name]
            for name in settings["auxiliary"]
            if name in analysis and name not in targets and name not in derived
        },
        "imputations": settings["imputations"],
        "iterations": settings["iterations"],
    }


def _list_used(model):
    return [*model["variables"], *model["strata"]]
