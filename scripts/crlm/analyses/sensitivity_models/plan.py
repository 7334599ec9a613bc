"""Sensitivity models: which models of the plan are set against which other methods, and against which score."""

from crlm.plan.models import UNIVARIABLE, choose_specs
from crlm.plan.schema import nearest
from crlm.plan.variables import NUMBER_KINDS

PLACE = "sensitivity_models"


def resolve(settings, study):
    """Return models, endpoints, against, methods, resamples and trees; an empty dict without the key.

    models: {name: {label, variables: {name: spec}}}, the first multivariable one without a landmark unless the plan names them;
    endpoints: names; against: {column, label, levels} of the score that all are compared with, or None.
    """
    if settings is None:
        return {}
    several = {name: model for name, model in study.models.items() if name != UNIVARIABLE}
    usable = {name: model for name, model in several.items() if not model["landmark_months"]}
    for name in settings["models"] or []:
        if name not in several:
            study.problems.append(
                f"{PLACE}.models: no multivariable model '{name}'.{nearest(name, several)}"
            )
        elif name not in usable:
            study.problems.append(
                f"{PLACE}.models: {name} has a landmark; only models from the start of time are compared."
            )
    names = settings["models"] or list(usable)[:1]
    if not names:
        study.problems.append(
            f"{PLACE}: no multivariable model of the plan starts without a landmark."
        )
    for name in settings["endpoints"] or []:
        if name not in study.endpoints:
            study.problems.append(
                f"{PLACE}.endpoints: no endpoint '{name}'.{nearest(name, study.endpoints)}"
            )
    against = settings["against"]
    if against:
        study.require(against, f"{PLACE}.against", (*NUMBER_KINDS, "ordinal"))
        if study.variables.get(against, {}).get("timing") == "follow_up":
            study.problems.append(f"{PLACE}.against: {against} becomes known in follow-up.")
    spec = study.variables.get(against)
    return {
        "models": {
            name: {
                "label": usable[name]["label"],
                "variables": choose_specs(usable[name], usable[name]["variables"], study.variables),
            }
            for name in names
            if name in usable and all(v in study.variables for v in usable[name]["variables"])
        },
        "endpoints": settings["endpoints"] or list(study.endpoints),
        "against": {"column": against, "label": spec["label"], "levels": spec["levels"]}
        if spec
        else None,
        "methods": settings["methods"],
        "resamples": settings["resamples"],
        "trees": settings["trees"],
    }
