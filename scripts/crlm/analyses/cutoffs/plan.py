"""Numbers whose cut-offs are examined: the plan's own, or those that the field asks about."""

from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS

TWO_VALUES = "two values only, so that there is one way to cut it"
SPEC = ("label", "unit", "kind", "per", "transform")


def resolve(settings, study):
    """Return the numbers by name, with all that `cutoffs.assess_cutoffs`, the figures and the tables need.

    settings: the key `cutoffs` of the plan, None when it is not there: then every number of the study's `facts` (cutoffs.yaml)
    that the cohort has is examined. A level of a growth-pattern rule that rests on one share alone is a published cut of it.
    """
    analysis, facts, problems = study.variables, study.facts, study.problems
    wanted = {name: {} for name in facts if name in analysis} if settings is None else settings
    resolved = {}
    for name, entry in wanted.items():
        place = f"cutoffs.{name}"
        before = len(problems)
        study.require(name, place, NUMBER_KINDS)
        known = facts.get(name, {})
        by = entry["by"] if "by" in entry else known.get("by")
        if by and ("by" in entry or by in analysis):
            study.require(by, f"{place}.by", LEVEL_KINDS)
            _check_late(by, f"{place}.by", analysis, problems)
        elif by:
            by = None  # the field's own stratifier is not in this cohort
        _check_late(name, place, analysis, problems)
        low, high = entry.get("search_percent", (10, 90))
        if low >= high:
            problems.append(f"{place}.search_percent: {low:g} is not below {high:g}.")
        reference, span = entry.get("reference"), analysis.get(name, {}).get("range")
        if reference is not None and span and not span[0] <= reference <= span[1]:
            problems.append(
                f"{place}.reference: {reference:g} is outside {span[0]:g} to {span[1]:g}, the range of {name}."
            )
        if len(problems) > before:
            continue
        spec = analysis[by] if by else {"label": None, "levels": [], "level_labels": {}}
        resolved[name] = {
            "label": analysis[name]["label"],
            "spec": {key: analysis[name][key] for key in SPEC},
            "by": by,
            "by_label": spec["label"],
            "by_levels": spec["levels"],
            "by_level_labels": spec["level_labels"],
            "search_percent": [low, high],
            "minimum_events": entry.get("minimum_events", 5),
            "reference": entry.get("reference", known.get("reference")),
            "cuts": list_published(name, known, study.patterns),
            "asked": settings is not None,
            "means": known.get("means", []) if by and by == known.get("by") else [],
        }
    return resolved


def _check_late(name, place, analysis, problems):
    if analysis.get(name, {}).get("timing") == "follow_up":
        problems.append(
            f"{place}: {name} becomes known in follow-up; it cannot be cut as if known at resection."
        )


def list_published(name, known, patterns):
    """The published cuts of a number: dicts with operator, value, source and evidence, lowest first."""
    found = {
        (level["value"], level["operator"]): {
            "operator": level["operator"],
            "value": level["value"],
            "source": rule["source"],
            "evidence": rule["evidence"],
        }
        for rule in patterns.values()
        for level in rule["levels"].values()
        if level.get("sum") == [name]
    }
    for cut in known.get("cuts", []):
        found.setdefault((cut["value"], cut["operator"]), dict(cut))
    return [found[key] for key in sorted(found)]
