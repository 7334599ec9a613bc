"""Missing components of scores: which scores are analysed three ways, and what their gaps are imputed from."""

from crlm.plan.imputed import describe_score, list_components, trace_sources
from crlm.plan.models import UNIVARIABLE
from crlm.plan.schema import nearest
from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS

PLACE = "missing_components"


def resolve(settings, study):
    """Return scores, targets (the scores' inputs), derived, auxiliary variables, imputations, iterations; empty without a score.

    Without a list, the scores are those that groupings, models or the head-to-head comparison name. Auxiliary variables are
    those listed and the covariates of the multivariable models that are known by pathology and are neither inputs nor scores.
    """
    scores, analysis, problems = study.scores, study.variables, study.problems
    groupings, models, performance = study.groupings, study.models, study.found["performance"]
    used = {variable for spec in groupings.values() for variable in spec["variables"]}
    used |= {variable for model in models.values() for variable in model["variables"]}
    used |= set(performance)
    wanted = settings["scores"] or [name for name in scores if {name, f"{name}_group"} & used]
    chosen = {}
    for name in wanted:
        if name not in scores:
            problems.append(f"{PLACE}.scores: no score '{name}'.{nearest(name, scores)}")
        elif scores[name]["status"] != "computable":
            reason = f"{scores[name]['status']} ({scores[name]['reason']})"
            problems.append(f"{PLACE}.scores: {name} is {reason}.")
        elif analysis[name]["timing"] != "follow_up":
            is_factor = scores[name].get("kind") == "factor"
            if settings["scores"] or not is_factor:
                chosen[name] = describe_score(scores[name], analysis[name])
        elif settings["scores"]:
            problems.append(
                f"{PLACE}.scores: {name} becomes known in follow-up; its hazard ratio from resection has no meaning."
            )
    inputs = dict.fromkeys(
        variable for name in chosen for variable in list_components(scores[name], analysis)
    )
    targets, derived = trace_sources(inputs, analysis)
    auxiliary = [
        *settings["auxiliary"],
        *(
            variable
            for name, model in models.items()
            if name != UNIVARIABLE
            for variable in model["variables"]
            if _is_usable(analysis.get(variable))
        ),
    ]
    for name in settings["auxiliary"]:
        study.require(name, f"{PLACE}.auxiliary", NUMBER_KINDS + LEVEL_KINDS)
        spec = analysis.get(name, {})
        if spec.get("timing") == "follow_up":
            problems.append(
                f"{PLACE}.auxiliary: {name} becomes known in follow-up; the outcome enters the imputation by itself."
            )
        elif "score" in spec or "computed" in spec:
            problems.append(
                f"{PLACE}.auxiliary: {name} is made of the components that are imputed; name variables that are recorded."
            )
    if not chosen:
        return {}
    return {
        "scores": chosen,
        "targets": {name: analysis[name] for name in targets},
        "derived": derived,
        "auxiliary": {
            name: analysis[name]
            for name in dict.fromkeys(auxiliary)
            if name in analysis and name not in targets and name not in derived
        },
        "imputations": settings["imputations"],
        "iterations": settings["iterations"],
    }


def _is_usable(spec):
    """Whether a covariate may help to impute: known by pathology, and not made of what is imputed."""
    return (
        bool(spec)
        and spec["kind"] in NUMBER_KINDS + LEVEL_KINDS
        and spec["timing"] != "follow_up"
        and "score" not in spec
        and "computed" not in spec
    )
