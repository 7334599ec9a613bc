"""Sensitivity models: which models of the plan are set against which other methods, and against which score."""

from crlm.plan.models import choose_specs, list_from_start
from crlm.plan.schema import nearest
from crlm.plan.variables import NUMBER_KINDS

PLACE = "sensitivity_models"


def resolve(settings, study):
    """Return models, endpoints, against, methods, resamples, trees and patients_at_most; an empty dict without the key.

    models: {name: {label, variables: {name: spec}}}, the first multivariable one without a landmark unless the plan names them;
    endpoints: names; against: {column, label, levels} of the score that all are compared with, or None.
    """
    if settings is None:
        return {}
    usable = list_from_start(settings["models"], study, PLACE, "compared")
    names = settings["models"] or list(usable)[:1]
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
        "patients_at_most": settings["patients_at_most"],
    }
