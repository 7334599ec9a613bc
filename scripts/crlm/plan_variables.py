"""Variables of the plan: the dictionary with the study's own on top, and how each column of the export is read."""

from crlm.schema import nearest

LEVEL_KINDS = ("binary", "categorical", "ordinal")
NUMBER_KINDS = ("continuous", "count")
YES_NO = {"no": "No", "yes": "Yes"}


def as_text(value):
    """Return a YAML scalar as the text the user meant: YAML reads a bare no and yes as false and true."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def declare_variables(own, dictionary, problems):
    """The dictionary's variables with those of the study on top, every optional key filled in."""
    variables = {}
    for name in [*dictionary["variables"], *(n for n in own if n not in dictionary["variables"])]:
        spec = {**dictionary["variables"].get(name, {}), **own.get(name, {})}
        if name in own and name not in dictionary["variables"]:
            for key in ("label", "kind", "timing"):
                if key not in spec:
                    problems.append(
                        f"variables.{name}: the key '{key}' is missing (it is not a dictionary variable)."
                    )
            spec.setdefault("label", name)
            spec.setdefault("kind", "continuous")
            spec.setdefault("timing", "baseline")
        spec.setdefault("unit", None)
        spec.setdefault("per", 1)
        spec.setdefault("transform", "none")
        spec.setdefault("evidence", None)
        spec.setdefault("note", None)
        spec["levels"] = [as_text(level) for level in spec.get("levels", [])]
        if spec["kind"] == "binary":
            spec["levels"] = ["no", "yes"]
        labels = {as_text(key): as_text(text) for key, text in spec.get("level_labels", {}).items()}
        if spec["kind"] == "binary":
            labels = {**YES_NO, **labels}
        unknown = [level for level in labels if level not in spec["levels"]]
        if unknown and spec["levels"]:
            problems.append(
                f"variables.{name}.level_labels: no level '{unknown[0]}'.{nearest(unknown[0], spec['levels'])}"
            )
        spec["level_labels"] = {level: labels.get(level, level) for level in spec["levels"]}
        variables[name] = spec
    return variables


def resolve_columns(columns, variables, units, problems):
    """How each mapped column is read: the user's entry with the variable's kind, levels, range and unit factor."""
    resolved = {}
    for name, entry in columns.items():
        entry = dict(entry) if isinstance(entry, dict) else {"column": entry}
        if name == "patient_id":
            resolved[name] = {"column": str(entry["column"])}
            continue
        if name not in variables:
            problems.append(
                f"columns.{name}: no such variable.{nearest(name, variables)} "
                "Declare your own under `variables:` with label, kind and timing."
            )
            continue
        resolved[name] = _resolve_column(f"columns.{name}", name, entry, variables, units, problems)
    return resolved


def _resolve_column(place, name, entry, variables, units, problems):
    spec = variables[name]
    values = {as_text(code): as_text(level) for code, level in entry.get("values", {}).items()}
    if spec["kind"] in LEVEL_KINDS and not spec["levels"]:
        spec["levels"] = list(dict.fromkeys(values.values()))
        spec["level_labels"] = {
            level: spec["level_labels"].get(level, level) for level in spec["levels"]
        }
        if len(spec["levels"]) < 2:
            problems.append(
                f"{place}: give the levels of {name}, under `variables: {name}: levels:`."
            )
    for level in values.values():
        if level not in spec["levels"] and spec["kind"] in LEVEL_KINDS:
            problems.append(
                f"{place}.values: '{level}' is not a level of {name} "
                f"({', '.join(spec['levels'])}).{nearest(level, spec['levels'])}"
            )
    if values and spec["kind"] not in LEVEL_KINDS:
        problems.append(f"{place}.values: {name} is {spec['kind']}; only levels have codes.")
    factor = 1
    if "unit" in entry:
        accepted = units.get(spec["unit"], {spec["unit"]: 1})
        if entry["unit"] in accepted:
            factor = accepted[entry["unit"]]
        else:
            problems.append(
                f"{place}.unit: '{entry['unit']}' is none of {', '.join(map(str, accepted))}."
                f"{nearest(entry['unit'], accepted)}"
            )
    return {
        "column": str(entry["column"]),
        "values": values,
        "factor": factor,
        "missing": [as_text(code) for code in entry.get("missing", [])],
        "date_format": entry.get("date_format"),
        "decimal": entry.get("decimal"),
        "censored": entry.get("censored"),
        **{
            key: spec.get(key)
            for key in ("label", "kind", "unit", "levels", "level_labels", "range", "plausible")
        },
        **{key: spec.get(key) for key in ("plausible_median", "hint", "terminal", "contact")},
        "pattern": spec.get("pattern", False),
        "transform_needs_positive": spec["transform"] == "log2",
    }


def resolve_blocks(growth, variables, units, problems):
    """How the table of blocks is read, or None."""
    blocks = growth.get("blocks")
    if not blocks:
        return None
    columns = {}
    for name, entry in blocks["columns"].items():
        entry = entry if isinstance(entry, dict) else {"column": entry}
        place = f"growth_patterns.blocks.columns.{name}"
        if name in ("patient_id", "lesion", "block"):
            columns[name] = {"column": str(entry["column"])}
        elif variables.get(name, {}).get("pattern"):
            columns[name] = _resolve_column(place, name, entry, variables, units, problems)
        else:
            known = [
                "patient_id",
                "lesion",
                "block",
                *(n for n, v in variables.items() if v.get("pattern")),
            ]
            problems.append(f"{place}: not one of {', '.join(known)}.{nearest(name, known)}")
    return {**blocks, "columns": columns}


def list_inputs(rule):
    """The variables that one rule of derivation needs."""
    if "when" in rule:
        return [rule["when"]["variable"]]
    return rule.get("months_between") or [rule["variable"]]


def list_available(mapped, variables):
    """Mapped variables and those that follow from them, in the order of the dictionary.

    A rule with `when` speaks of some patients only: it fills gaps, but does not make a variable that is not recorded.
    """
    return [
        name
        for name, spec in variables.items()
        if name in mapped
        or any(
            "when" not in rule and all(source in mapped for source in list_inputs(rule))
            for rule in spec.get("derive", [])
        )
    ]
