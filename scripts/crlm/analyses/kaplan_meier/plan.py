"""Survival by group: which groupings have a hazard ratio beside their curves, and their cumulative incidence drawn by group."""

from crlm.plan.models import UNIVARIABLE
from crlm.plan.schema import nearest

KEY = "output"


def resolve(settings, study):
    """Return {incidence, cut_in_two, hazard_ratios}: names of groupings.

    incidence: those of the plan's `output: incidence_groupings`, without it that of `main`; cut_in_two: those of two groups that
    are cuts of a number, for which a Cox model is fitted; hazard_ratios: these and those of two groups that are the levels of one
    variable of the univariable model, unless the plan's `output: curve_numbers` is off.
    """
    several = [name for name, spec in study.groupings.items() if len(spec["groups"]) > 1]
    names = settings["incidence_groupings"]
    if names is None:
        names = [name for name in several if name == study.found["main"]["grouping"]]
    for name in names:
        if name not in several:
            words = "has one group" if name in study.groupings else "is no grouping"
            study.problems.append(
                f"output.incidence_groupings: {name} {words}.{nearest(name, several)}"
            )
    cut = [name for name in several if is_cut_in_two(study.groupings[name])]
    compared = [
        name
        for name in several
        if name in cut or compares_levels(study.groupings[name], study.models)
    ]
    return {
        "incidence": [name for name in names if name in several],
        "cut_in_two": cut,
        "hazard_ratios": compared if settings["curve_numbers"] else [],
    }


def compares_levels(grouping, models):
    """Whether the univariable model compares the two groups of a grouping."""
    plain = not grouping["cuts"] and not grouping["landmark_months"]
    known = models[UNIVARIABLE]["variables"] if UNIVARIABLE in models else ()
    return len(grouping["groups"]) == 2 and plain and {*grouping["variables"]} <= {*known}


def is_cut_in_two(grouping):
    """Whether the two groups are cuts of a number, known from the start and compared without strata."""
    plain = not grouping["landmark_months"] and not grouping["strata"]
    return len(grouping["groups"]) == 2 and bool(grouping["cuts"]) and plain
