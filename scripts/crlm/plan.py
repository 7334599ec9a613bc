"""The analysis plan: the user's config made complete with the dictionary, the scores and the growth-pattern rules.

`build_plan` is called while Snakemake reads the workflow: it refuses a plan that cannot be carried out, with all reasons at
once, and returns plain dictionaries that rules hand to their scripts as params.
"""

from crlm.plan_groupings import resolve_groupings
from crlm.schema import PlanError, check_schema, fill_defaults, nearest

LEVEL_KINDS = ("binary", "categorical", "ordinal")
NUMBER_KINDS = ("continuous", "count")
YES_NO = {"no": "No", "yes": "Yes"}
ENDINGS = ("csv", "tsv", "txt", "xlsx", "xls", "parquet", "sav", "dta")


def build_plan(config, schema, dictionary, scores, patterns):
    """Return the complete plan of a study.

    Parameters
    ----------
    config : dict, the user's config.yaml
    schema : dict, config.schema.yaml
    dictionary : dict, dictionary.yaml (``units`` and ``variables``)
    scores : dict of name -> score file
    patterns : dict of name -> growth-pattern rule

    Raises
    ------
    PlanError, with every problem found
    """
    problems = check_schema(config, schema)
    if problems:
        raise PlanError(problems)
    plan = fill_defaults(config, schema)
    for key, rule in schema["properties"].items():
        if key not in plan and "default" in rule:
            plan[key] = fill_defaults(rule["default"], rule, schema)

    variables = _declare_variables(plan["variables"], dictionary, problems)
    columns = _resolve_columns(plan["columns"], variables, dictionary["units"], problems)
    blocks = _resolve_blocks(plan["growth_patterns"], variables, dictionary["units"], problems)
    for item in (plan["cohort"], plan["growth_patterns"].get("blocks")):
        if item and item["file"].rsplit(".", 1)[-1].lower() not in ENDINGS:
            problems.append(f"{item['file']}: the ending is none of {', '.join(ENDINGS)}.")
    mapped = [name for name in columns if name != "patient_id"]
    shares = [name for name in blocks["columns"] if name in variables] if blocks else []
    known = _available([*mapped, *shares], variables)
    if problems:
        raise PlanError(problems)

    analysis = {name: variables[name] for name in known}
    score_plan = _resolve_scores(plan["scores"], scores, analysis, variables, problems)
    for name, score in score_plan.items():
        analysis.update(_score_variables(name, score))
    rules = _resolve_patterns(plan["growth_patterns"]["rules"], patterns, analysis, problems)
    analysis.update({name: _pattern_variable(rule) for name, rule in rules.items()})

    def require(name, place, kinds=None):
        _require(name, place, analysis, variables, score_plan, problems, kinds)

    _check_conditions(plan, analysis, require, problems)
    endpoints = _resolve_endpoints(plan["endpoints"], require)
    groupings = resolve_groupings(plan["groupings"], analysis, problems, require)
    models = _resolve_models(plan["models"], analysis, plan["endpoints"], problems, require)
    for name, item in plan["subgroups"].items():
        place = f"subgroups.{name}"
        require(item["variable"], f"{place}.variable", NUMBER_KINDS + LEVEL_KINDS)
        for other in item["within"]:
            require(other, f"{place}.within", LEVEL_KINDS)
        for other in item["adjust"]:
            require(other, f"{place}.adjust", NUMBER_KINDS + LEVEL_KINDS)
        for other in [item["variable"], *item["within"], *item["adjust"]]:
            if analysis.get(other, {}).get("timing") == "follow_up":
                problems.append(
                    f"{place}: {other} becomes known in follow-up; use a model with landmark_months."
                )
        item.setdefault("label", analysis.get(item["variable"], {}).get("label", name))
    _check_agreement(plan["scores"]["agreement"], analysis, score_plan, require, problems)
    described = _resolve_description(plan["description"], analysis, groupings, problems, require)
    if problems:
        raise PlanError(problems)
    return {
        "study": plan["study"],
        "cohort": plan["cohort"],
        "columns": columns,
        "blocks": blocks,
        "variables": analysis,
        "labels": {name: spec["label"] for name, spec in {**variables, **analysis}.items()},
        "derivations": {
            name: variables[name]["derive"] for name in known if variables[name].get("derive")
        },
        "endpoints": endpoints,
        "scores": score_plan,
        "agreement": plan["scores"]["agreement"],
        "growth_patterns": rules,
        "groupings": groupings,
        "models": models,
        "models_of": {
            endpoint: {k: v for k, v in models.items() if endpoint in (v["endpoints"] or endpoints)}
            for endpoint in endpoints
        },
        "subgroups": plan["subgroups"],
        "description": described,
        "output": plan["output"],
    }


def as_text(value):
    """Return a YAML scalar as the text the user meant: YAML reads a bare no and yes as false and true."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _declare_variables(own, dictionary, problems):
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


def _resolve_columns(columns, variables, units, problems):
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


def _resolve_blocks(growth, variables, units, problems):
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


def _inputs(rule):
    """The variables that one rule of derivation needs."""
    if "when" in rule:
        return [rule["when"]["variable"]]
    return rule.get("months_between") or [rule["variable"]]


def _available(mapped, variables):
    """Mapped variables and those that follow from them, in the order of the dictionary.

    A rule with `when` speaks of some patients only: it fills gaps, but does not make a variable that is not recorded.
    """
    return [
        name
        for name, spec in variables.items()
        if name in mapped
        or any(
            "when" not in rule and all(source in mapped for source in _inputs(rule))
            for rule in spec.get("derive", [])
        )
    ]


def _require(name, place, analysis, variables, scores, problems, kinds):
    """Note a problem unless the variable is there and of one of the kinds."""
    if name in analysis:
        kind = analysis[name]["kind"]
        if kinds and kind not in kinds:
            problems.append(f"{place}: {name} is {kind}; needed is {' or '.join(kinds)}.")
        return
    stem = name.removesuffix("_group")
    if stem in scores and scores[stem]["status"] != "computable":
        problems.append(f"{place}: {name} is {scores[stem]['status']} ({scores[stem]['reason']}).")
    elif name in variables:
        problems.append(f"{place}: {name} is not mapped to a column under `columns:`.")
    else:
        problems.append(f"{place}: no such variable '{name}'.{nearest(name, analysis)}")


def _check_condition(condition, place, analysis, require, problems):
    name, value = condition["variable"], condition["value"]
    before = len(problems)
    require(name, place)
    if len(problems) > before:
        return
    spec = analysis[name]
    values = value if isinstance(value, list) else [value]
    if isinstance(value, list) != (condition["operator"] == "in"):
        problems.append(f"{place}: a list of values goes with the operator `in`, and only with it.")
    elif spec["kind"] in LEVEL_KINDS:
        for item in map(as_text, values):
            if item not in spec["levels"]:
                problems.append(
                    f"{place}: '{item}' is not a level of {name} ({', '.join(spec['levels'])})."
                )
        if condition["operator"] in (">", ">=", "<", "<=") and spec["kind"] != "ordinal":
            problems.append(f"{place}: {name} is {spec['kind']}; its levels have no order.")
        condition["value"] = (
            [as_text(v) for v in values] if isinstance(value, list) else as_text(value)
        )
    elif spec["kind"] == "date":
        condition["value"] = [str(v) for v in values] if isinstance(value, list) else str(value)
    elif not all(isinstance(item, int | float) and not isinstance(item, bool) for item in values):
        problems.append(f"{place}: {name} is a number; '{value}' is not.")


def _check_conditions(plan, analysis, require, problems):
    for name, item in plan["cohort"]["exclusions"].items():
        if "variable" in item:
            _check_condition(item, f"cohort.exclusions.{name}", analysis, require, problems)
        else:
            item["patients"] = [as_text(patient) for patient in item["patients"]]
    for score, components in plan["scores"]["proxies"].items():
        for component, condition in components.items():
            place = f"scores.proxies.{score}.{component}"
            _check_condition(condition, place, analysis, require, problems)


def _resolve_scores(settings, scores, analysis, variables, problems):
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
    notes = []
    if score["evidence"] == "unverified":
        notes.append("unverified points")
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


def _score_variables(name, score):
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


def _resolve_patterns(wanted, patterns, analysis, problems):
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


def _pattern_variable(rule):
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
        "note": None,
    }


def _resolve_endpoints(endpoints, require):
    resolved = {}
    for name, endpoint in endpoints.items():
        place = f"endpoints.{name}"
        dated = False
        for part in ("events", "competing", "censoring"):
            for source, spec in endpoint[part].items():
                where = f"{place}.{part}.{source}"
                if "date" in spec:
                    dated = True
                    require(spec["date"], where, ("date",))
                else:
                    require(spec["duration"], where, ("duration",))
                if "flag" in spec:
                    require(spec["flag"], where, ("binary",))
        if dated:
            require(
                endpoint.get("origin", "origin (the date from which time counts)"),
                f"{place}.origin",
                ("date",),
            )
        resolved[name] = {
            **endpoint,
            "origin": endpoint.get("origin"),
            "abbreviation": endpoint.get("abbreviation", name.upper()),
        }
    return resolved


def _resolve_models(models, analysis, endpoints, problems, require):
    """The models with their labels; without `univariable` every variable known by pathology is fitted."""
    declared = dict(models)
    if "univariable" not in declared:
        declared = {"univariable": {"variables": _known_by_pathology(analysis)}, **declared}
    resolved = {}
    for name, model in declared.items():
        place = f"models.{name}"
        used = [*model["variables"], *model.get("strata", [])]
        for variable in model["variables"]:
            require(variable, f"{place}.variables", NUMBER_KINDS + LEVEL_KINDS)
        for variable in model.get("strata", []):
            require(variable, f"{place}.strata", LEVEL_KINDS)
            if variable in model["variables"]:
                problems.append(f"{place}: {variable} is a covariate and a stratum; keep one.")
        if model.get("cluster"):
            require(model["cluster"], f"{place}.cluster")
        for endpoint in model.get("endpoints", []):
            if endpoint not in endpoints:
                problems.append(
                    f"{place}.endpoints: no endpoint '{endpoint}'.{nearest(endpoint, endpoints)}"
                )
        late = [v for v in used if analysis.get(v, {}).get("timing") == "follow_up"]
        if late and not model.get("landmark_months"):
            problems.append(
                f"{place}: {', '.join(late)} becomes known in follow-up, so that it cannot be used as if known at "
                "resection; give landmark_months."
            )
        resolved[name] = {
            "label": model.get("label", name.replace("_", " ").capitalize()),
            "variables": model["variables"],
            "strata": model.get("strata", []),
            "cluster": model.get("cluster"),
            "separated": model.get("separated", "drop"),
            "landmark_months": model.get("landmark_months"),
            "endpoints": model.get("endpoints", []),
        }
    return resolved


def _known_by_pathology(analysis):
    return [
        name
        for name, spec in analysis.items()
        if spec["kind"] in NUMBER_KINDS + LEVEL_KINDS and spec["timing"] != "follow_up"
    ]


def _check_agreement(agreement, analysis, scores, require, problems):
    for name, item in agreement.items():
        require(item["recorded"], f"scores.agreement.{name}.recorded", ("count", "continuous"))
        if item["computed"] not in scores:
            problems.append(
                f"scores.agreement.{name}.computed: no score '{item['computed']}'.{nearest(item['computed'], scores)}"
            )
        else:
            require(item["computed"], f"scores.agreement.{name}.computed")


def _resolve_description(description, analysis, groupings, problems, require):
    for name in description["variables"]:
        require(name, "description.variables", NUMBER_KINDS + LEVEL_KINDS)
    for name in description["by"]:
        if name not in groupings:
            problems.append(f"description.by: no grouping '{name}'.{nearest(name, groupings)}")
    shown = [
        name
        for name in _known_by_pathology(analysis)
        if "score" not in analysis[name] or not name.endswith("_group")
    ]
    return {
        "variables": description["variables"] or shown,
        "by": description["by"] or [name for name in groupings if name != "overall"],
    }
