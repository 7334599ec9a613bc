"""Scores and growth patterns of the plan: what the mapped columns allow, and the variables that it adds."""

from crlm.plan_variables import LEVEL_KINDS, NUMBER_KINDS, as_text
from crlm.schema import nearest

# What every output says of a fact that was not read in its source.
SUPPORT = {
    "unverified": "unverified points",
    "recalled": "definition recalled, not read again",
    "secondary": "definition from secondary sources",
    "derived": "derived, not published",
}


def list_marks(evidence, proxies=()):
    """Return the words that go with a name whose definition was not read in its source or uses a stand-in."""
    marks = ["unverified points" if evidence == "unverified" else evidence]
    return [*(marks if evidence in SUPPORT else []), *(["proxy"] if proxies else [])]


def mark_label(label, marks):
    """Return a label with its marks, so that no table or figure can show the name without them."""
    return f"{label} [{', '.join(marks)}]" if marks else label


def resolve_scores(settings, scores, analysis, variables, problems):
    """Every score of the registry with its status; an input that is not mapped makes it not computable."""
    for key in ("compute", "allow_unverified"):
        for name in settings[key]:
            if name not in scores:
                problems.append(f"scores.{key}: no score '{name}'.{nearest(name, scores)}")
    for name, components in settings["proxies"].items():
        if name not in scores:
            problems.append(f"scores.proxies: no score '{name}'.{nearest(name, scores)}")
            continue
        known = scores[name]["components"]
        for component in components:
            if component not in known:
                problems.append(
                    f"scores.proxies.{name}: no component '{component}'.{nearest(component, known)}"
                )
            elif len(known[component]["points"]) > 1:
                problems.append(
                    f"scores.proxies.{name}.{component}: the component has several levels of points; "
                    "a yes/no proxy cannot stand in for it."
                )
    resolved = {}
    for name, score in scores.items():
        if settings["compute"] and name not in settings["compute"]:
            continue
        proxies = settings["proxies"].get(name, {})
        needed = [
            component["variable"]
            for key, component in score["components"].items()
            if key not in proxies
        ]
        needed += [test["variable"] for item in score.get("overrides", []) for test in item["any"]]
        missing = [n for n in dict.fromkeys(needed) if n not in analysis]
        status, reason = "computable", None
        if missing:
            status = "not computable"
            labels = [variables[n]["label"] if n in variables else n for n in missing]
            reason = "missing: " + ", ".join(labels)
        elif score["evidence"] == "unverified" and name not in settings["allow_unverified"]:
            status, reason = (
                "not allowed",
                "unverified points; list it under scores.allow_unverified",
            )
        resolved[name] = {
            **score,
            "label": mark_label(score["label"], list_marks(score["evidence"], proxies)),
            "marks": list_marks(score["evidence"], proxies),
            "overrides": score.get("overrides", []),
            "base": score.get("base", 0),
            "proxies": proxies,
            "status": status,
            "reason": reason,
            "missing_inputs": missing,
            "note": _score_note(score, proxies, variables),
        }
    return resolved


def _score_note(score, proxies, variables):
    notes = [SUPPORT[score["evidence"]]] if score["evidence"] in SUPPORT else []
    for key, proxy in proxies.items():
        stand_in = (
            variables[proxy["variable"]]["label"]
            if proxy["variable"] in variables
            else proxy["variable"]
        )
        notes.append(
            f"proxy: {stand_in} for {score['components'][key]['label'] if key in score['components'] else key}"
        )
    return "; ".join(notes) or None


def check_scores(scores, variables, problems):
    """Return the registry with thresholds as texts where they are levels; note what a score file cannot mean.

    A wrong unit, level or operator would give wrong points without a word.
    """
    checked = {}
    for name, score in scores.items():
        before = len(problems)
        components = {
            key: {
                **component,
                "points": [
                    {
                        **entry,
                        "threshold": _check_threshold(place, component, entry, variables, problems),
                    }
                    for entry in component["points"]
                ],
            }
            for key, component in score["components"].items()
            for place in [f"score {name}: components.{key}"]
        }
        overrides = [
            {
                **item,
                "any": [
                    {**test, "threshold": _check_threshold(place, test, test, variables, problems)}
                    for test in item["any"]
                ],
            }
            for item in score.get("overrides", [])
            for place in [f"score {name}: overrides"]
        ]
        checked[name] = {**score, "components": components, "overrides": overrides}
        if len(problems) == before:
            _check_values(name, checked[name], problems)
    return checked


def _check_threshold(place, holder, entry, variables, problems):
    variable, operator, threshold = holder["variable"], entry["operator"], entry["threshold"]
    if variable not in variables:
        problems.append(f"{place}: no such variable '{variable}'.{nearest(variable, variables)}")
        return threshold
    spec = variables[variable]
    values = threshold if isinstance(threshold, list) else [threshold]
    if isinstance(threshold, list) != (operator == "in"):
        problems.append(f"{place}: a list of values goes with the operator `in`, and only with it.")
    elif spec["kind"] in LEVEL_KINDS:
        values = [as_text(value) for value in values]
        for value in values:
            if value not in spec["levels"]:
                problems.append(
                    f"{place}: '{value}' is not a level of {variable} ({', '.join(spec['levels'])})."
                )
        if operator in (">", ">=", "<", "<=") and spec["kind"] != "ordinal":
            problems.append(f"{place}: {variable} is {spec['kind']}; its levels have no order.")
        return values if operator == "in" else values[0]
    elif spec["kind"] not in NUMBER_KINDS:
        problems.append(
            f"{place}: {variable} is a {spec['kind']}; a score needs numbers or levels."
        )
    elif not all(
        isinstance(value, int | float) and not isinstance(value, bool) for value in values
    ):
        problems.append(f"{place}: {variable} is a number; '{threshold}' is not.")
    elif holder.get("unit") and holder["unit"] != spec["unit"]:
        problems.append(
            f"{place}: the threshold is in {holder['unit']}, but {variable} is analysed in {spec['unit'] or 'no unit'}."
        )
    return threshold


def _check_values(name, score, problems):
    """The declared range must hold every sum of points, and the groups every value once."""
    points = [
        [component.get("otherwise", 0), *(entry["points"] for entry in component["points"])]
        for component in score["components"].values()
    ]
    fixed = [item["value"] for item in score["overrides"]]
    base = score.get("base", 0)
    low = min([base + sum(map(min, points)), *fixed])
    high = max([base + sum(map(max, points)), *fixed])
    if [low, high] != list(score["range"]):
        problems.append(
            f"score {name}: the points give {low:g} to {high:g}, the range is {score['range'][0]:g} to {score['range'][1]:g}."
        )
    if not _is_whole(score):
        return
    for value in range(int(low), int(high) + 1):
        inside = [
            key for key, span in score["groups"].items() if span["from"] <= value <= span["to"]
        ]
        if score["groups"] and len(inside) != 1:
            problems.append(
                f"score {name}: the value {value} lies in {len(inside)} groups ({', '.join(inside) or 'none'}); it must lie in one."
            )


def _is_whole(score):
    numbers = [score.get("base", 0), *(item["value"] for item in score["overrides"])]
    for component in score["components"].values():
        numbers += [component.get("otherwise", 0), *(e["points"] for e in component["points"])]
    return all(float(number).is_integer() for number in numbers)


def build_score_variables(name, score):
    """The variables that a computable score adds: its value and its group."""
    if score["status"] != "computable":
        return {}
    common = {
        "unit": None,
        "timing": "baseline" if score["timing"] == "preoperative" else "pathology",
        "per": 1,
        "transform": "none",
        "evidence": score["evidence"],
        "note": score["note"],
        "marks": score["marks"],
        "score": name,
    }
    low, high = score["range"]
    whole = _is_whole(score)
    values = {"values": list(range(int(low), int(high) + 1))} if whole else {}
    made = {
        name: {
            "label": score["label"],
            "kind": "count" if whole else "continuous",
            "levels": [],
            "level_labels": {},
            **values,
            **common,
        }
    }
    if score["groups"]:
        made[f"{name}_group"] = {
            "label": f"{score['label']}, group",
            "kind": "ordinal",
            "levels": list(score["groups"]),
            "level_labels": {key: group["label"] for key, group in score["groups"].items()},
            **common,
        }
    return made


def resolve_patterns(wanted, patterns, analysis, problems):
    """The growth-pattern rules that the available shares allow."""
    for name in wanted:
        if name not in patterns:
            problems.append(f"growth_patterns.rules: no rule '{name}'.{nearest(name, patterns)}")
    return {
        name: {**rule, "label": mark_label(rule["label"], list_marks(rule["evidence"]))}
        for name, rule in patterns.items()
        if (not wanted or name in wanted)
        and all(
            share in analysis for level in rule["levels"].values() for share in level.get("sum", [])
        )
    }


def build_pattern_variable(rule):
    return {
        "label": rule["label"],
        "kind": "categorical",
        "unit": None,
        "levels": list(rule["levels"]),
        "level_labels": {name: level["label"] for name, level in rule["levels"].items()},
        "timing": "pathology",
        "per": 1,
        "transform": "none",
        "evidence": rule["evidence"],
        "note": SUPPORT.get(rule["evidence"]),
        "marks": list_marks(rule["evidence"]),
    }
