"""Groupings of the plan: from the plan's words to groups with labels, in order."""

import itertools

from crlm.plan.scores import mark_label
from crlm.plan.variables import LEVEL_KINDS, NUMBER_KINDS, as_text

SEPARATOR = "__"  # between the levels of crossed variables


def resolve_groupings(groupings, variables, problems, require):
    """Return each grouping with its groups in order, their labels and whether they are ordered.

    The grouping ``overall`` with the one group ``all`` comes first.
    """
    resolved = {
        "overall": {
            "label": "All patients",
            "variables": [],
            "cuts": None,
            "groups": ["all"],
            "group_labels": {"all": "All patients"},
            "strata": [],
            "strata_label": None,
            "ordered": False,
            "landmark_months": None,
            "note": None,
            "evidence": None,
        }
    }
    for name, entry in groupings.items():
        place = f"groupings.{name}"
        names = entry["variable"] if isinstance(entry["variable"], list) else [entry["variable"]]
        before = len(problems)
        for variable in names:
            require(variable, place, NUMBER_KINDS + LEVEL_KINDS)
        strata = entry.get("strata", [])
        for variable in strata:
            require(variable, f"{place}.strata", LEVEL_KINDS)
            if variable in names:
                problems.append(f"{place}: {variable} makes the groups and the strata; keep one.")
        if len(problems) > before:
            continue
        specs = [variables[variable] for variable in names]
        cuts = entry.get("cuts")
        labels = _labels(names, specs, cuts, place, problems)
        groups = [as_text(group) for group in entry.get("groups", labels)]
        for group in [*groups, *map(as_text, entry.get("group_labels", {}))]:
            if group not in labels:
                problems.append(f"{place}: no group '{group}'; there are {', '.join(labels)}.")
        labels.update({as_text(k): str(v) for k, v in entry.get("group_labels", {}).items()})
        within = [variables[variable] for variable in strata]
        used = zip([*names, *strata], [*specs, *within], strict=True)
        late = [variable for variable, spec in used if spec["timing"] == "follow_up"]
        if late and not entry.get("landmark_months"):
            problems.append(
                f"{place}: {', '.join(late)} becomes known in follow-up, so that groups cannot be made of it as if "
                "known at resection; give landmark_months."
            )
        notes = dict.fromkeys(spec["note"] for spec in specs if spec["note"])
        natural = len(specs) == 1 and (bool(cuts) or specs[0]["kind"] in ("ordinal", "count"))
        resolved[name] = {
            "label": label_specs(entry.get("label"), specs),
            "variables": names,
            "cuts": cuts,
            "groups": groups,
            "group_labels": {group: labels[group] for group in groups if group in labels},
            "strata": strata,
            "strata_label": " and ".join(spec["label"] for spec in within) or None,
            "ordered": entry.get("ordered", natural),
            "landmark_months": entry.get("landmark_months"),
            "note": "; ".join(notes) or None,
            "evidence": next((s["evidence"] for s in specs if s["evidence"]), None),
        }
    return resolved


def _labels(names, specs, cuts, place, problems):
    """Group -> label, in order, for one variable or the product of several."""
    parts = []
    for name, spec in zip(names, specs, strict=True):
        if spec["kind"] in NUMBER_KINDS and "values" not in spec and not cuts:
            problems.append(f"{place}: {name} is a number; give cuts.")
        elif cuts and len(names) == 1 and spec["kind"] in NUMBER_KINDS:
            parts.append(label_cuts(cuts, spec))
        elif cuts:
            problems.append(f"{place}: cuts go with one number, not with {name} ({spec['kind']}).")
        elif spec["levels"]:
            parts.append(dict(spec["level_labels"]))
        else:
            parts.append({str(value): str(value) for value in spec.get("values", [])})
    if len(parts) < len(names):
        return {}
    return {
        SEPARATOR.join(keys): ", ".join(part[key] for part, key in zip(parts, keys, strict=True))
        for keys in itertools.product(*parts)
    }


def label_specs(label, specs):
    """Return the user's label with the marks of the variables' evidence, or else the variables' own labels."""
    marks = dict.fromkeys(mark for spec in specs for mark in spec.get("marks", []))
    return (
        mark_label(label, list(marks)) if label else " and ".join(spec["label"] for spec in specs)
    )


def cut_names(cuts):
    """Return the names of the groups that cut points make, lowest first."""
    edges = [_number(cut) for cut in sorted(cuts)]
    inner = [f"{low}_to_{high}" for low, high in itertools.pairwise(edges)]
    return [f"below_{edges[0]}", *inner, f"from_{edges[-1]}"]


def label_cuts(cuts, spec):
    """Return what is printed for each group that cut points make, by name; `spec` has the number's unit and kind."""
    unit = f" {spec['unit']}" if spec["unit"] else ""
    edges = [_number(cut) for cut in sorted(cuts)]
    texts = [f"< {edges[0]}"]
    for low, high in itertools.pairwise(edges):
        whole = spec["kind"] == "count" and "." not in low + high
        last = int(high) - 1 if whole else None
        texts.append(
            (low if int(low) == last else f"{low}-{last}") if whole else f"{low} to < {high}"
        )
    texts.append(f"≥ {edges[-1]}")
    return {name: text + unit for name, text in zip(cut_names(cuts), texts, strict=True)}


def _number(value):
    return str(int(value)) if float(value).is_integer() else str(value)
