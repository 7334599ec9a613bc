"""Table 1: which variables, by which groupings, and what it does not test."""

from crlm.plan.makings import find_makings, find_patterns, list_copies
from crlm.plan.models import list_shown
from crlm.plan.schema import nearest
from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS


def resolve(settings, study):
    """Return {variables, by, made_of, left_out}: without names, what is recorded or in use, by every grouping.

    made_of: per grouping the variables that its groups follow from, whose differences between them mean nothing;
    left_out: those that say the same as its groups, so that there is nothing to describe either.
    """
    for name in settings["variables"]:
        study.require(name, "description.variables", NUMBER_KINDS + LEVEL_KINDS)
    for name in settings["by"]:
        if name not in study.groupings:
            study.problems.append(
                f"description.by: no grouping '{name}'.{nearest(name, study.groupings)}"
            )
    by = settings["by"] or [name for name in study.groupings if name != "overall"]
    copies = list_copies(study)
    made = {name: study.groupings[name]["variables"] for name in by if name in study.groupings}
    return {
        "variables": settings["variables"] or list_shown(study.variables, study.used),
        "by": by,
        "made_of": {
            name: sorted(find_makings(names, study, copies)) for name, names in made.items()
        },
        "left_out": {name: sorted(find_patterns(names, study)) for name, names in made.items()},
    }
