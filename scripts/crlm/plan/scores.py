"""Scores of the plan: what the mapped columns allow, and the variables that they add."""

import math

from crlm.plan import phrases
from crlm.plan.exclusions import list_order
from crlm.plan.published import check_published
from crlm.plan.schema import nearest
from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS, as_text

# What every output says of a fact that was not read in its source.
SUPPORT = {
    "unverified": "unverified points",
    "recalled": "definition recalled, not read again",
    "secondary": "definition from secondary sources",
    "derived": "derived, not published",
}
KNOWN = (
    "baseline",
    "operation",
    "pathology",
    "follow_up",
)  # when a variable becomes known, in order
TIMING = {"preoperative": "baseline", "postoperative": "pathology", "follow-up": "follow_up"}


def list_marks(evidence, proxies=()):
    """Return the words that go with a name whose definition was not read in its source or uses a stand-in."""
    marks = ["unverified points" if evidence == "unverified" else evidence]
    return [*(marks if evidence in SUPPORT else []), *(["proxy"] if proxies else [])]


def mark_label(label, marks):
    """Return a label with its marks, so that no table or figure can show the name without them."""
    return f"{label} [{', '.join(marks)}]" if marks else label


def lay_own(registry, own):
    """Return the scores of the registry with those of the study; one that takes the place of another says so."""
    said = "The study's own file replaces the score of this name in the registry."
    marked = {
        n: {**score, "replaced": said} if n in registry else score for n, score in own.items()
    }
    return {**registry, **marked}


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
            elif len(known[component].get("points", [])) != 1:
                problems.append(
                    f"scores.proxies.{name}.{component}: the component has several levels of points; "
                    "a yes/no proxy cannot stand in for it."
                )
    resolved, wanted = {}, _choose(settings["compute"], scores)
    for name, score in scores.items():
        if name not in wanted:
            continue
        proxies = settings["proxies"].get(name, {})
        needed = [
            variable
            for key, component in score["components"].items()
            if key not in proxies
            for variable in list_variables(component)
        ]
        needed += [test["variable"] for item in score.get("overrides", []) for test in item["any"]]
        missing = [n for n in dict.fromkeys(needed) if n not in analysis]
        status, reason = "computable", None
        if score.get("not_implementable"):
            status, reason = "not implementable", score["not_implementable"]
        elif missing:
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
            "timing": _find_timing(score, proxies, variables),
            "status": status,
            "reason": reason,
            "missing_inputs": missing,
            "note": _score_note(score, proxies, variables),
        }
    return resolved


def _choose(named, scores):
    """The scores that the plan names, or else all; single factors only when it names them."""
    factors = {name for name, score in scores.items() if score.get("kind") == "factor"}
    chosen = [name for name in named if name not in factors]
    return {*(chosen or set(scores) - factors), *(factors & set(named))}


def list_variables(component):
    """The variables that a component tests."""
    variable = component["variable"]
    return variable if isinstance(variable, list) else [variable]


def _find_timing(score, proxies, variables):
    """The timing of the score, later where a proxy becomes known later."""
    stages = [
        variables[p["variable"]]["timing"] for p in proxies.values() if p["variable"] in variables
    ]
    latest = max(map(KNOWN.index, [TIMING[score["timing"]], *stages]))
    return next(word for word, stage in TIMING.items() if KNOWN.index(stage) >= latest)


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
            key: _check_component(f"score {name}: components.{key}", component, variables, problems)
            for key, component in score["components"].items()
        }
        overrides = [
            {
                **item,
                "any": _check_tests(f"score {name}: overrides", item["any"], variables, problems),
            }
            for item in score.get("overrides", [])
        ]
        parts = {"components": components, "overrides": overrides}
        checked[name] = {"published": [], **score, **parts}
        if len(problems) == before:
            _check_timing(name, checked[name], variables, problems)
            _check_values(name, checked[name], problems)
        check_published(name, checked[name], problems)
    return checked


def _check_component(place, component, variables, problems):
    entries = component.get("points")
    if entries is None:
        _check_number(place, component, variables, problems)
        return component
    listed, tested = list_variables(component), []
    checked = []
    for entry in entries:
        if "any" in entry:
            tests = _check_tests(place, entry["any"], variables, problems)
            checked.append({**entry, "any": tests})
            tested += [test["variable"] for test in tests]
        elif isinstance(component["variable"], list):
            problems.append(f"{place}: several variables need `any` in every entry of the points.")
        else:
            threshold = _check_threshold(place, component, entry, variables, problems)
            order = list_order(component["variable"], entry["operator"], variables)
            checked.append({**entry, "threshold": threshold, **order})
            tested += listed
    if tested and set(tested) != set(listed):
        problems.append(
            f"{place}: `variable` lists {', '.join(listed)}, but the points test {', '.join(dict.fromkeys(tested))}."
        )
    return {**component, "points": checked}


def _check_tests(place, tests, variables, problems):
    return [
        {
            **test,
            "threshold": _check_threshold(place, test, test, variables, problems),
            **list_order(test["variable"], test["operator"], variables),
        }
        for test in tests
    ]


def _check_number(place, component, variables, problems):
    """Points per unit need one number, in the unit of the dictionary."""
    if isinstance(component["variable"], list):
        problems.append(f"{place}: points per unit go with one variable.")
    else:
        _check_threshold(place, component, {"operator": ">", "threshold": 0}, variables, problems)


def _check_timing(name, score, variables, problems):
    """A score may not be called preoperative, nor known with pathology, when an input becomes known later."""
    used = [v for component in score["components"].values() for v in list_variables(component)]
    used += [test["variable"] for item in score["overrides"] for test in item["any"]]
    latest = KNOWN.index(TIMING[score["timing"]])
    for variable in dict.fromkeys(used):
        if KNOWN.index(variables[variable]["timing"]) > latest:
            problems.append(
                f"score {name}: it is {score['timing']}, but {variable} becomes known later ({variables[variable]['timing']})."
            )


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
    base, components = score.get("base", 0), score["components"].values()
    for group in score["groups"].values():
        if group.get("from", -math.inf) > group.get("to", math.inf):
            problems.append(f"score {name}: the group '{group['label']}' ends before it begins.")
    if score.get("not_implementable"):
        return
    fixed = [item["value"] for item in score["overrides"]]
    spans = [
        [-math.inf, math.inf]
        if "per_unit" in component
        else [component.get("otherwise", 0), *(entry["points"] for entry in component["points"])]
        for component in components
    ]
    low = min([base + sum(map(min, spans)), *fixed])
    high = max([base + sum(map(max, spans)), *fixed])
    least, most = score["range"]
    least, most = -math.inf if least is None else least, math.inf if most is None else most
    if [low, high] != [least, most]:
        problems.append(
            f"score {name}: the points give {low:g} to {high:g}, the range is {least:g} to {most:g}."
        )
    if not _is_whole(score) or not score["groups"]:
        return
    edges = [
        span[key] for span in score["groups"].values() for key in ("from", "to") if key in span
    ]
    first = int(low if math.isfinite(low) else min(edges) - 1)
    last = int(high if math.isfinite(high) else max(edges) + 1)
    for value in range(first, last + 1):
        inside = [
            key
            for key, span in score["groups"].items()
            if span.get("from", -math.inf) <= value <= span.get("to", math.inf)
        ]
        if len(inside) != 1:
            problems.append(
                f"score {name}: the value {value} lies in {len(inside)} groups ({', '.join(inside) or 'none'}); it must lie in one."
            )


def _is_whole(score):
    if score.get("rounding"):
        return True
    numbers = [score.get("base", 0), *(item["value"] for item in score["overrides"])]
    for component in score["components"].values():
        if "per_unit" in component:
            return False
        numbers += [component.get("otherwise", 0), *(e["points"] for e in component["points"])]
    return all(float(number).is_integer() for number in numbers)


def build_score_variables(name, score):
    """The variables that a computable score adds: its value and its group."""
    if score["status"] != "computable":
        return {}
    common = {
        "unit": None,
        "timing": TIMING[score["timing"]],
        "per": 1,
        "transform": "none",
        "evidence": score["evidence"],
        "note": score["note"],
        "marks": score["marks"],
        "score": name,
    }
    low, high = score["range"]
    whole = _is_whole(score) and low is not None and high is not None
    values = {"values": list(range(int(low), int(high) + 1))} if whole else {}
    made = {
        name: {
            "label": score["label"],
            "kind": "count" if whole else "continuous",
            "levels": [],
            "level_labels": {},
            **values,
            **common,
        },
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


def build_computed_variable(spec, variables):
    """A variable that a formula of the dictionary makes of recorded ones, with how well the formula is supported."""
    sources = phrases.join_words(variables[name]["label"] for name in spec["formula"]["of"])
    note = f"computed from {sources}"
    support = SUPPORT.get(spec["evidence"])
    marks = list_marks(spec["evidence"])
    return {
        **spec,
        "label": mark_label(spec["label"], marks),
        "note": f"{note}; {support}" if support else note,
        "marks": marks,
        "computed": True,
    }
