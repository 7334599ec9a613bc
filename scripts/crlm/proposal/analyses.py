"""What can be analysed with the variables found: endpoints, groupings and models, as `proposal.yaml` lists them."""

import math


def choose_endpoints(names, facts):
    """Return {endpoint: block of the plan} of those whose variables are among `names`, each in its first way that can be gone."""
    origin = next((each for each in facts["origins"] if each in names), None)
    chosen = {}
    for endpoint, spec in facts["endpoints"].items():
        if any(each in chosen for each in spec.get("unless", [])):
            continue
        way = next((each for each in spec["ways"] if _can_go(each, names, origin)), None)
        if way:
            block = {"label": spec["label"], "abbreviation": spec["abbreviation"]}
            block |= {"origin": origin} if _has_dates(way) else {}
            chosen[endpoint] = {**block, **way}
    return chosen


def add_contacts(endpoints, further):
    """Further dates of a last contact end the follow-up of every endpoint by dates: of several the latest counts."""
    for block in endpoints.values():
        if _has_dates({"censoring": block["censoring"]}):
            block["censoring"] = {
                **block["censoring"],
                **{name: {"date": name} for name in further},
            }


def _list_sources(way):
    return [source for part in way.values() for source in part.values()]


def _has_dates(way):
    return any("date" in source for source in _list_sources(way))


def _can_go(way, names, origin):
    if _has_dates(way) and origin is None:
        return False
    return all(name in names for source in _list_sources(way) for name in source.values())


def choose_analyses(names, kinds, events, facts):
    """Return the blocks groupings, main and models.

    names : variables that the plan can analyse, scores and growth patterns among them; kinds : {name: kind}; events : of the first
    endpoint, or None where they are not known
    """
    groupings = {
        name: spec
        for name, spec in facts["groupings"].items()
        if spec["variable"] in names and kinds[spec["variable"]] not in ("continuous", "count")
    }
    leading = [name for name in facts["main_groupings"] if name in groupings]
    blocks = {"groupings": groupings} if groupings else {}
    if leading:
        blocks["main"] = {"grouping": leading[0]}
    models = {}
    alone = [name for name in facts["models"]["univariable"] if name in names]
    if alone:
        models["univariable"] = {"variables": alone}
    clinical = facts["models"]["clinical"]
    wanted = [each if isinstance(each, list) else [each] for each in clinical["variables"]]
    found = [next((name for name in each if name in names), None) for each in wanted]
    most = math.inf if events is None else events // facts["events_each"]
    found = [name for name in found if name][: int(min(most, len(found)))]
    if len(found) > 1:
        models["clinical"] = {"label": clinical["label"], "variables": found}
    return {**blocks, **({"models": models} if models else {})}
