"""Survival by group: which groupings have their cumulative incidence drawn by group."""

from crlm.plan.schema import nearest

KEY = "output"


def resolve(settings, study):
    """Return {incidence}: names of groupings, those of the plan's `output: incidence_groupings`, without it that of `main`."""
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
    return {"incidence": [name for name in names if name in several]}
