"""Scores and growth patterns of the plan: what the mapped columns allow, and the variables that it adds."""

from crlm.schema import nearest

# What every output says of a fact that was not read in its source.
SUPPORT = {
    "unverified": "unverified points",
    "recalled": "definition recalled, not read again",
    "secondary": "definition from secondary sources",
    "derived": "derived, not published",
}


def mark_evidence(label, evidence, proxies=()):
    """Return a label with its evidence, so that no table or figure can show the name without it."""
    marks = (
        ["unverified points" if evidence == "unverified" else evidence]
        if evidence in SUPPORT
        else []
    )
    marks += ["proxy"] if proxies else []
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
            "label": mark_evidence(score["label"], score["evidence"], proxies),
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
        "score": name,
    }
    low, high = score["range"]
    made = {
        name: {
            "label": score["label"],
            "kind": "count",
            "levels": [],
            "level_labels": {},
            "values": list(range(int(low), int(high) + 1)),
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
        name: rule
        for name, rule in patterns.items()
        if (not wanted or name in wanted)
        and all(
            share in analysis for level in rule["levels"].values() for share in level.get("sum", [])
        )
    }


def build_pattern_variable(rule):
    return {
        "label": mark_evidence(rule["label"], rule["evidence"]),
        "kind": "categorical",
        "unit": None,
        "levels": list(rule["levels"]),
        "level_labels": {name: level["label"] for name, level in rule["levels"].items()},
        "timing": "pathology",
        "per": 1,
        "transform": "none",
        "evidence": rule["evidence"],
        "note": SUPPORT.get(rule["evidence"]),
    }
