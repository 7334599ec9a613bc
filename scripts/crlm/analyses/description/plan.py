"""Table 1: which variables, by which groupings."""

from crlm.plan.models import list_shown
from crlm.plan.schema import nearest
from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS


def resolve(settings, study):
    """Return {variables, by}: without names, what is recorded or in use, by every grouping."""
    for name in settings["variables"]:
        study.require(name, "description.variables", NUMBER_KINDS + LEVEL_KINDS)
    for name in settings["by"]:
        if name not in study.groupings:
            study.problems.append(
                f"description.by: no grouping '{name}'.{nearest(name, study.groupings)}"
            )
    return {
        "variables": settings["variables"] or list_shown(study.variables, study.used),
        "by": settings["by"] or [name for name in study.groupings if name != "overall"],
    }
