"""Table 1: which variables, by which groupings, and what it does not test."""

from crlm.plan.models import list_shown
from crlm.plan.schema import nearest
from crlm.plan.scores import list_variables
from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS, list_inputs


def resolve(settings, study):
    """Return {variables, by, made_of}: without names, what is recorded or in use, by every grouping.

    made_of: per grouping the variables that its groups follow from, whose differences between them mean nothing.
    """
    for name in settings["variables"]:
        study.require(name, "description.variables", NUMBER_KINDS + LEVEL_KINDS)
    for name in settings["by"]:
        if name not in study.groupings:
            study.problems.append(
                f"description.by: no grouping '{name}'.{nearest(name, study.groupings)}"
            )
    by = settings["by"] or [name for name in study.groupings if name != "overall"]
    made = {name: study.groupings[name]["variables"] for name in by if name in study.groupings}
    return {
        "variables": settings["variables"] or list_shown(study.variables, study.used),
        "by": by,
        "made_of": {name: sorted(find_makings(names, study)) for name, names in made.items()},
    }


def find_makings(names, study):
    """The variables that `names` follow from, directly or not, and all that follows from these alone: a set."""
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _list_sources(name, study)
    copies = {name: set(_list_sources(name, study)) for name in study.variables}
    while more := {name for name, of in copies.items() if of and of <= found} - found:
        found |= more
    return found


def _list_sources(name, study):
    """What a variable is made of: components of a score, terms of a formula, sources of a derivation, shares of a pattern."""
    spec = study.declared.get(name, {}) | study.variables.get(name, {})
    sources = list(spec["formula"]["of"]) if "formula" in spec else []
    sources += [each for rule in spec.get("derive") or [] for each in list_inputs(rule)]
    if name in study.patterns:
        for level in study.patterns[name]["levels"].values():
            sources += level.get("sum", [])
    if spec.get("score") in study.scores:
        sources += _list_components(study.scores[spec["score"]])
        sources += [
            pair["recorded"]
            for pair in study.recorded.values()
            if pair["computed"] == spec["score"]
        ]
    return sources


def _list_components(score):
    """The variables that a score is computed from, those of proxies included."""
    found = [proxy["variable"] for proxy in score["proxies"].values()]
    for component in score["components"].values():
        found += list_variables(component)
    return found + [test["variable"] for item in score["overrides"] for test in item["any"]]
