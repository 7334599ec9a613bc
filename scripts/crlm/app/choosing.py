"""What may be chosen for the plan: endpoints, comparisons, scores and covariates, from what the columns allow."""

from crlm.plan.variables import LEVEL_KINDS
from crlm.proposal.analyses import choose_analyses, choose_endpoints
from crlm.proposal.taking import take


def list_choices(guesses, answers, known, workflow):
    """Return the lists of the page and what is proposed in each.

    Returns a dict: endpoints, groupings, scores, covariates, each {name: label}; chosen: the same keys, and main, univariable and
    clinical (names); cannot: {label of a score: why not}; most: covariates that the events of the first endpoint allow, by the
    convention of proposal.yaml.
    """
    facts, dictionary = workflow["proposal"], workflow["dictionary"]
    taken = {each.variable for each in take(guesses, answers)[0]}
    endpoints = choose_endpoints(taken, facts)
    kinds = known["kinds"] if known else {}
    events = next(iter(known["events"].values()), None) if known else None
    blocks = choose_analyses(kinds, kinds, events, facts)
    scores = known["scores"] if known else {}
    ready = {name: each["label"] for name, each in scores.items() if each["status"] == "computable"}
    patterns = workflow["growth_patterns"]
    labels = {name: label_variable(name, dictionary, scores, patterns) for name in kinds}
    groupings = {
        name: spec.get("label") or labels[spec["variable"]]
        for name, spec in blocks.get("groupings", {}).items()
    }
    used = {spec["variable"] for spec in blocks.get("groupings", {}).values()}
    others = [name for name, kind in kinds.items() if kind in LEVEL_KINDS and name not in used]
    groupings |= {f"by_{name}": labels[name] for name in others}
    models = blocks.get("models", {})
    return {
        "endpoints": {name: block["label"] for name, block in endpoints.items()},
        "groupings": groupings,
        "scores": ready,
        "covariates": labels,
        "cannot": {s["label"]: s["reason"] for s in scores.values() if s["status"] != "computable"},
        "most": None if events is None else events // facts["events_each"],
        "chosen": {
            "endpoints": list(endpoints),
            "groupings": list(blocks.get("groupings", {})),
            "main": blocks.get("main", {}).get("grouping", ""),
            "scores": list(ready),
            "univariable": models.get("univariable", {}).get("variables", []),
            "clinical": models.get("clinical", {}).get("variables", []),
        },
    }


def label_variable(name, dictionary, scores, patterns):
    """Return the label of a variable of the plan: of the dictionary, a rule of growth patterns, a score, or its groups."""
    for listed in (dictionary["variables"], patterns):
        if name in listed:
            return listed[name]["label"]
    if name.removesuffix("_group") in scores:
        label = scores[name.removesuffix("_group")]["label"]
        return f"{label}, groups" if name.endswith("_group") else label
    return name.replace("_", " ").capitalize()


def narrow(workflow, chosen, possible):
    """Return the workflow's lists with `proposal` reduced to what was chosen, so that `write_plan` writes that.

    possible: names of the endpoints that can be made; one of them that was not chosen is not asked for.
    """
    facts = workflow["proposal"]
    asked = {name: words for name, words in facts["ask"].items() if name not in possible}
    endpoints = {
        name: {key: value for key, value in spec.items() if key != "unless"}
        for name, spec in facts["endpoints"].items()
        if name in chosen["endpoints"] or name in asked
    }
    groupings = {
        name: facts["groupings"].get(name) or {"variable": name.removeprefix("by_")}
        for name in dict.fromkeys([*chosen["groupings"], *filter(None, [chosen["main"]])])
    }
    models = {
        "univariable": chosen["univariable"],
        "clinical": {**facts["models"]["clinical"], "variables": chosen["clinical"]},
    }
    mains = [chosen["main"]] if chosen["main"] else []
    narrowed = {"endpoints": endpoints, "groupings": groupings, "models": models, "ask": asked}
    return {**workflow, "proposal": {**facts, **narrowed, "main_groupings": mains}}


def write_scores(chosen, ready):
    """Return the lines of the plan that keep to some of the scores; nothing where all are wanted, or none is ticked."""
    if not chosen or set(chosen) == set(ready):
        return ""
    return f"\nscores:\n  compute: [{', '.join(chosen)}]\n"
