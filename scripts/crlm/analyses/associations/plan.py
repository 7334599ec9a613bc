"""Associations: which variable is set against which others."""

from crlm.plan.groupings import label_specs
from crlm.plan.makings import find_makings, list_copies
from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS


def resolve(settings, study):
    """Return {name: {label, variable, with, made_of, late}}, empty without the key.

    made_of: those of `with` of which the variable is made, or that are made of it: their association is so by construction and
    is not tested. late: those of all that become known in follow-up.
    """
    copies = list_copies(study) if settings else {}
    for name, item in (settings or {}).items():
        place = f"associations.{name}"
        study.require(item["variable"], f"{place}.variable", NUMBER_KINDS + LEVEL_KINDS)
        for other in item["with"]:
            study.require(other, f"{place}.with", NUMBER_KINDS + LEVEL_KINDS)
        if item["variable"] in item["with"]:
            study.problems.append(f"{place}: {item['variable']} stands there twice.")
        first = study.variables.get(item["variable"], {"label": name})
        item["label"] = label_specs(item.get("label"), [first])
        makings = find_makings([item["variable"]], study, copies)
        item["made_of"] = [
            other
            for other in item["with"]
            if other in makings or item["variable"] in find_makings([other], study, copies)
        ]
        item["late"] = [
            each
            for each in [item["variable"], *item["with"]]
            if study.variables.get(each, {}).get("timing") == "follow_up"
        ]
    return settings or {}
