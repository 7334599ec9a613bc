"""The analysis plan: the user's config made complete with the dictionary, the scores and the growth-pattern rules.

`build_plan` is called while Snakemake reads the workflow: it refuses a plan that cannot be carried out, with all reasons at
once, and returns plain dictionaries that rules hand to their scripts as params.
"""

import datetime
import math

from crlm.plan_added_value import resolve_added_value, resolve_reclassification
from crlm.plan_cutoffs import resolve_cutoffs, resolve_discordance
from crlm.plan_groupings import label_specs, resolve_groupings
from crlm.plan_missing import resolve_missing
from crlm.plan_performance import resolve_performance
from crlm.plan_published import resolve_published
from crlm.plan_scores import (
    build_computed_variable,
    build_pattern_variable,
    build_score_variables,
    check_scores,
    resolve_patterns,
    resolve_scores,
)
from crlm.plan_variables import (
    LEVEL_KINDS,
    NUMBER_KINDS,
    as_text,
    check_date_format,
    check_names,
    declare_variables,
    list_available,
    resolve_blocks,
    resolve_columns,
)
from crlm.schema import PlanError, check_schema, fill_defaults, nearest

ENDINGS = ("csv", "tsv", "txt", "xlsx", "xls", "parquet", "sav", "dta")


def build_plan(config, schema, dictionary, scores, patterns, cutoffs=None, curve_files=()):
    """Return the complete plan of a study.

    Parameters
    ----------
    config : dict, the user's config.yaml
    schema : dict, config.schema.yaml
    dictionary : dict, dictionary.yaml (``units`` and ``variables``)
    scores : dict of name -> score file
    patterns : dict of name -> growth-pattern rule
    cutoffs : dict of name -> what is published about the cut-offs of a number
    curve_files : names, without ending, of the files with published curves (config/published)

    Raises
    ------
    PlanError, with every problem found
    """
    config = _write_dates(config)
    problems = check_schema(config, schema)
    if problems:
        raise PlanError(problems)
    plan = fill_defaults(config, schema)
    for key, rule in schema["properties"].items():
        if key not in plan and "default" in rule:
            plan[key] = fill_defaults(rule["default"], rule, schema)

    variables = declare_variables(plan["variables"], dictionary, problems)
    check_names(
        plan["variables"], dictionary["variables"], plan["endpoints"], scores, patterns, problems
    )
    check_date_format(plan["cohort"]["date_format"], "cohort", problems)
    _check_day(plan["cohort"]["data_lock"], "cohort.data_lock", problems)
    columns = resolve_columns(plan["columns"], variables, dictionary["units"], problems)
    blocks = resolve_blocks(plan["growth_patterns"], variables, dictionary["units"], problems)
    for item in (plan["cohort"], plan["growth_patterns"].get("blocks")):
        if item and item["file"].rsplit(".", 1)[-1].lower() not in ENDINGS:
            problems.append(f"{item['file']}: the ending is none of {', '.join(ENDINGS)}.")
    mapped = [name for name in columns if name != "patient_id"]
    shares = [name for name in blocks["columns"] if name in variables] if blocks else []
    for name in set(mapped) & set(shares):
        problems.append(f"columns.{name}: it is mapped here and in the table of blocks; keep one.")
    known = list_available([*mapped, *shares], variables)
    scores = check_scores(scores, variables, problems)
    _check_derivations(variables, problems)
    if problems:
        raise PlanError(problems)

    analysis = {name: variables[name] for name in known}
    for name, spec in analysis.items():
        if "formula" in spec and name not in mapped:
            analysis[name] = build_computed_variable(spec, variables)
    recorded = dict(analysis)
    score_plan = resolve_scores(plan["scores"], scores, analysis, variables, problems)
    for name, score in score_plan.items():
        analysis.update(build_score_variables(name, score))
    rules = resolve_patterns(plan["growth_patterns"]["rules"], patterns, analysis, problems)
    analysis.update({name: build_pattern_variable(rule) for name, rule in rules.items()})

    def require(name, place, kinds=None):
        _require(name, place, analysis, variables, score_plan, scores, problems, kinds)

    _check_conditions(plan, recorded, analysis, require, problems)
    endpoints = _resolve_endpoints(plan["endpoints"], require, problems)
    groupings = resolve_groupings(plan["groupings"], analysis, problems, require)
    used = _list_used(groupings, plan["models"], plan["subgroups"])
    models = _resolve_models(plan["models"], analysis, used, problems, require)
    for name, item in plan["subgroups"].items():
        place = f"subgroups.{name}"
        require(item["variable"], f"{place}.variable", NUMBER_KINDS + LEVEL_KINDS)
        for other in item["within"]:
            require(other, f"{place}.within", LEVEL_KINDS)
        for other in item["adjust"]:
            require(other, f"{place}.adjust", NUMBER_KINDS + LEVEL_KINDS)
        if item["variable"] in [*item["within"], *item["adjust"]]:
            problems.append(f"{place}: {item['variable']} stands there twice.")
        for other in [item["variable"], *item["within"], *item["adjust"]]:
            if analysis.get(other, {}).get("timing") == "follow_up":
                problems.append(
                    f"{place}: {other} becomes known in follow-up; use a model with landmark_months."
                )
        item["label"] = label_specs(
            item.get("label"), [analysis.get(item["variable"], {"label": name})]
        )
    _check_agreement(plan["scores"]["agreement"], analysis, score_plan, require, problems)
    performance = resolve_performance(
        plan["performance"], groupings, models, analysis, problems, require
    )
    examined = resolve_cutoffs(
        plan["cutoffs"], cutoffs or {}, patterns, analysis, problems, require
    )
    missing = resolve_missing(
        plan["missing_components"],
        *(score_plan, analysis, groupings, models, performance, problems, require),
    )
    reclassification = resolve_reclassification(
        plan["performance"]["reclassification"],
        *(performance, groupings, analysis, problems, require),
    )
    added_value = resolve_added_value(plan.get("added_value"), analysis, problems, require)
    published = resolve_published(plan["published"], curve_files, groupings, endpoints, problems)
    described = _resolve_description(
        plan["description"], analysis, groupings, used, problems, require
    )
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
        "scores_used": [n for n in score_plan if {n, f"{n}_group"} & {*used, *_name_all(models)}],
        "agreement": plan["scores"]["agreement"],
        "growth_patterns": rules,
        "groupings": groupings,
        "models": models,
        "subgroups": plan["subgroups"],
        "performance": performance,
        "cutoffs": examined,
        "discordance": resolve_discordance(blocks, cutoffs or {}, examined, analysis),
        "missing_components": missing,
        "reclassification": reclassification,
        "added_value": added_value,
        "published": published,
        "resampling": plan["resampling"],
        "description": described,
        "output": plan["output"],
    }


def _require(name, place, analysis, variables, scores, registry, problems, kinds):
    """Note a problem unless the variable is there and of one of the kinds."""
    if name in analysis:
        kind = analysis[name]["kind"]
        if kinds and kind not in kinds:
            problems.append(f"{place}: {name} is {kind}; needed is {' or '.join(kinds)}.")
        return
    stem = name.removesuffix("_group")
    if stem in scores and scores[stem]["status"] != "computable":
        problems.append(f"{place}: {name} is {scores[stem]['status']} ({scores[stem]['reason']}).")
    elif stem in registry and stem not in scores:
        word = "single factor" if registry[stem].get("kind") == "factor" else "score"
        problems.append(
            f"{place}: {name} belongs to the {word} {stem}, which is not computed; add {stem} under scores.compute."
        )
    elif name in variables:
        problems.append(f"{place}: {name} is not mapped to a column under `columns:`.")
    else:
        problems.append(f"{place}: no such variable '{name}'.{nearest(name, analysis)}")


def _check_derivations(variables, problems):
    """A study that renames levels may take away one that a derived variable asks for."""
    for name, spec in variables.items():
        for rule in spec.get("derive", []):
            test = rule.get("when", rule)
            levels = variables[test["variable"]]["levels"] if "variable" in test else []
            if levels and test["value"] not in levels:
                problems.append(
                    f"variables.{test['variable']}.levels: {name} is derived from the level '{test['value']}'; keep it."
                )


def _write_dates(value):
    """YAML reads a bare 2022-12-31 as a date; the plan wants the text."""
    if isinstance(value, dict):
        return {key: _write_dates(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_write_dates(item) for item in value]
    return value.isoformat() if isinstance(value, datetime.date) else value


def _check_day(text, place, problems):
    try:
        datetime.date.fromisoformat(text or "2000-01-01")
    except ValueError:
        problems.append(f"{place}: '{text}' is not a day; write it as 2022-12-31.")


def _check_condition(condition, place, recorded, analysis, require, problems):
    name, value = condition["variable"], condition["value"]
    before = len(problems)
    require(name, place)
    if len(problems) > before:
        return
    spec = analysis[name]
    values = value if isinstance(value, list) else [value]
    if name not in recorded:
        problems.append(
            f"{place}: {name} is computed from the cohort later on; use recorded variables."
        )
    elif isinstance(value, list) != (condition["operator"] == "in"):
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
        for item in values:
            _check_day(str(item), place, problems)
    elif not all(map(_is_number, values)):
        problems.append(f"{place}: {name} is a number; '{value}' is not.")


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _check_conditions(plan, recorded, analysis, require, problems):
    for name, item in plan["cohort"]["exclusions"].items():
        if "variable" in item:
            place = f"cohort.exclusions.{name}"
            _check_condition(item, place, recorded, analysis, require, problems)
        else:
            item["patients"] = [as_text(patient) for patient in item["patients"]]
    for score, components in plan["scores"]["proxies"].items():
        for component, condition in components.items():
            place = f"scores.proxies.{score}.{component}"
            _check_condition(condition, place, recorded, analysis, require, problems)
            if analysis.get(condition["variable"], {}).get("timing") == "follow_up":
                problems.append(
                    f"{place}: {condition['variable']} becomes known in follow-up; a score cannot use it."
                )


def _resolve_endpoints(endpoints, require, problems):
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
        if "origin" in endpoint:
            require(endpoint["origin"], f"{place}.origin", ("date",))
        elif dated:
            problems.append(f"{place}: give origin, the date variable from which time counts.")
        resolved[name] = {
            **endpoint,
            "origin": endpoint.get("origin"),
            "abbreviation": endpoint.get("abbreviation", name.upper()),
        }
    return resolved


def _list_used(groupings, models, subgroups):
    """Names of the variables that the plan uses."""
    used = {variable for spec in groupings.values() for variable in spec["variables"]}
    used |= {variable for model in models.values() for variable in model["variables"]}
    return used | {analysis["variable"] for analysis in subgroups.values()}


def _name_all(models):
    return [variable for model in models.values() for variable in model["variables"]]


def _resolve_models(models, analysis, used, problems, require):
    """The models with their labels; without `univariable` every variable known by pathology is fitted."""
    declared = dict(models)
    if "univariable" not in declared:
        declared = {"univariable": {"variables": list_shown(analysis, used)}, **declared}
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
        }
    return resolved


def list_shown(analysis, used):
    """What is shown when the plan names nothing: what is recorded or derived and known by pathology, and the scores in use.

    The registry has many scores, and the dictionary formulas for them; one that no grouping or model names would only lengthen
    the tables.
    """
    return [
        name
        for name, spec in analysis.items()
        if spec["kind"] in NUMBER_KINDS + LEVEL_KINDS
        and spec["timing"] != "follow_up"
        and (not ("score" in spec or "computed" in spec) or name in used)
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


def _resolve_description(description, analysis, groupings, used, problems, require):
    for name in description["variables"]:
        require(name, "description.variables", NUMBER_KINDS + LEVEL_KINDS)
    for name in description["by"]:
        if name not in groupings:
            problems.append(f"description.by: no grouping '{name}'.{nearest(name, groupings)}")
    return {
        "variables": description["variables"] or list_shown(analysis, used),
        "by": description["by"] or [name for name in groupings if name != "overall"],
    }
