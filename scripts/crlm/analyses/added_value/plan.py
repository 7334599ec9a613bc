"""Added value: which variables are tried on top of which base model."""

from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS

TOGETHER = "together"  # a variable of that name would be taken for all additions


def resolve(settings, study):
    """Return {base, additions, risk_thresholds}, or an empty dict without the key.

    base: {label, variables: {name: spec}}; additions: the same by name, each variable of `adds` and,
    if there are several, all of them `together`; risk_thresholds: per cent, or None for tertiles.
    """
    if not settings:
        return {}
    analysis, problems = study.variables, study.problems
    names = {key: _as_list(settings[key]) for key in ("base", "adds")}
    for key, listed in names.items():
        place = f"added_value.{key}"
        for name in listed:
            study.require(name, place, NUMBER_KINDS + LEVEL_KINDS)
            if analysis.get(name, {}).get("timing") == "follow_up":
                problems.append(
                    f"{place}: {name} becomes known in follow-up, so that it cannot be added as if known at resection."
                )
    for name in names["base"]:
        if name in names["adds"]:
            problems.append(f"added_value: {name} is in the base and added to it; keep one.")
    if TOGETHER in names["adds"] and len(names["adds"]) > 1:
        problems.append(
            f"added_value.adds: the name '{TOGETHER}' is that of all additions; rename the variable."
        )
    bounds = settings["risk_thresholds"] and sorted(settings["risk_thresholds"])
    if bounds and bounds[-1] < 1:
        problems.append(
            f"added_value.risk_thresholds: {', '.join(f'{each:g}' for each in bounds)} look like fractions; "
            f"write per cent, such as {100 * bounds[0]:g}."
        )
    if any(name not in analysis for listed in names.values() for name in listed):
        return {}
    additions = {name: _describe([name], analysis) for name in names["adds"]}
    if len(additions) > 1:
        additions[TOGETHER] = _describe(names["adds"], analysis)
    return {
        "base": _describe(names["base"], analysis),
        "additions": additions,
        "risk_thresholds": bounds,
    }


def _as_list(names):
    return [names] if isinstance(names, str) else list(names)


def _describe(names, analysis):
    return {
        "label": " + ".join(analysis[name]["label"] for name in names),
        "variables": {name: analysis[name] for name in names},
    }
