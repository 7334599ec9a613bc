"""What a variable is made of: its differences from its own parts mean nothing."""

from crlm.plan.scores import list_variables
from crlm.plan.variables import list_inputs


def list_copies(study):
    """{variable: set of what it is made of} of a study: what `find_makings` need not list anew for each of several names."""
    return {name: set(_list_sources(name, study)) for name in study.variables}


def find_makings(names, study, copies=None):
    """The variables that `names` follow from, directly or not, and all that follows from these alone: a set."""
    copies = copies or list_copies(study)
    found, waiting = set(), list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += _list_sources(name, study)
    while more := {name for name, of in copies.items() if of and of <= found} - found:
        found |= more
    return found


def find_patterns(names, study):
    """The growth patterns and the shares that they go by, where one of `names` is such a pattern: a set, else empty.

    All of them describe the same metastases: what is of one pattern is not of another.
    """
    if not {*names} & {*study.patterns}:
        return set()
    levels = [level for rule in study.patterns.values() for level in rule["levels"].values()]
    return {*study.patterns} | {share for level in levels for share in level.get("sum", [])}


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
    # a score in the chart was made of what the computed one is made of
    pairs = study.recorded.values()
    return sources + [pair["computed"] for pair in pairs if pair["recorded"] == name]


def _list_components(score):
    """The variables that a score is computed from, those of proxies included."""
    found = [proxy["variable"] for proxy in score["proxies"].values()]
    for component in score["components"].values():
        found += list_variables(component)
    return found + [test["variable"] for item in score["overrides"] for test in item["any"]]
