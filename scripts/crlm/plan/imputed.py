"""What is imputed so that a score or a variable becomes known: its sources, and what follows from these anew."""

from crlm.plan.scores import list_variables
from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS, list_inputs

# What the engine of the scores reads.
ENGINE = ("base", "components", "proxies", "overrides", "groups", "rounding")


def describe_score(score, spec):
    """What is needed to compute a score again, and its label."""
    return {"label": spec["label"], **{key: score[key] for key in ENGINE if key in score}}


def trace_sources(names, analysis):
    """(targets, derived) of variables: the names of those that are imputed, and {name: spec} of those that follow from them."""
    computed, sources, waiting = {}, {}, list(names)
    while waiting:
        name = waiting.pop(0)
        if "computed" in analysis[name]:
            computed[name] = analysis[name]
            waiting = [*analysis[name]["formula"]["of"], *waiting]
        else:
            sources[name] = None
    again = {name: analysis[name] for name in sources if _follows(analysis[name], sources)}
    return [name for name in sources if name not in again], {**computed, **again}


def list_components(score, analysis):
    """The variables that the score is computed from, that of a proxy in place of the component's."""
    tested = []
    for key, component in score["components"].items():
        proxy = score["proxies"].get(key)
        tested += [proxy["variable"]] if proxy else list_variables(component)
    tested += [test["variable"] for item in score["overrides"] for test in item["any"]]
    for name in dict.fromkeys(tested):
        if name in analysis and analysis[name]["kind"] in NUMBER_KINDS + LEVEL_KINDS:
            yield name


def _follows(spec, sources):
    """Whether a variable follows from others that are imputed: drawn by itself it would contradict them."""
    return any(
        "when" not in rule and all(source in sources for source in list_inputs(rule))
        for rule in spec.get("derive") or []
    )
