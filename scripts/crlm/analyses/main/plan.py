"""The question of the study: which comparison, endpoint and model the main text of the report is about."""

from crlm.plan.models import UNIVARIABLE
from crlm.plan.schema import nearest

MOST = 3  # endpoints of the main text, which is to be read in one go


def resolve(settings, study):
    """Return {grouping, endpoint, endpoints, model}; a grouping or a model is None where the plan has none.

    endpoints: those of the main text, three at most, the main one first.

    Without a word of the plan these are its first grouping of two or more groups, its first endpoint, and its first
    multivariable model that holds a variable of the grouping, or else the first.
    """
    several = [name for name, spec in study.groupings.items() if len(spec["groups"]) > 1]
    models = [name for name in study.models if name != UNIVARIABLE]
    kinds = {
        "grouping": (several, "a grouping of two or more groups"),
        "endpoint": (study.endpoints, "an endpoint"),
        "model": (models, "a multivariable model"),
    }
    for key, (known, words) in kinds.items():
        name = settings[key]
        if name is not None and name not in known:
            study.problems.append(
                f"main.{key}: {name} does not fit; needed is {words}.{nearest(name, known)}"
            )
    grouping = settings["grouping"] or next(iter(several), None)
    compared = set(study.groupings[grouping]["variables"]) if grouping in study.groupings else set()
    fitting = [name for name in models if compared & set(study.models[name]["variables"])]
    first = settings["endpoint"] or next(iter(study.endpoints), None)
    return {
        "grouping": grouping,
        "endpoint": first,
        "endpoints": sorted(study.endpoints, key=lambda name: name != first)[:MOST],
        "model": settings["model"] or next(iter([*fitting, *models]), None),
    }
