"""The analysis plan: the user's config made complete with the dictionary, the scores and the growth-pattern rules.

`build_plan` is called while Snakemake reads the workflow: it refuses a plan that cannot be carried out, with all reasons at
once, and returns plain dictionaries that rules hand to their scripts as params.
"""

import datetime
import math

from crlm.plan.endpoints import complete_endpoints
from crlm.plan.groupings import resolve_groupings
from crlm.plan.models import list_used, resolve_models
from crlm.plan.phrases import name_endpoint
from crlm.plan.schema import PlanError, check_schema, fill_defaults
from crlm.plan.scores import (
    build_computed_variable,
    build_pattern_variable,
    build_score_variables,
    check_scores,
    resolve_patterns,
    resolve_scores,
)
from crlm.plan.study import Study
from crlm.plan.variables import (
    LEVEL_KINDS,
    as_text,
    check_date_format,
    check_names,
    declare_variables,
    is_day,
    list_available,
    resolve_blocks,
    resolve_columns,
)

ENDINGS = ("csv", "tsv", "txt", "xlsx", "xls", "parquet", "sav", "dta")


def build_plan(
    config, schema, dictionary, scores, patterns, analyses, cutoffs=None, curve_files=()
):
    """Return the complete plan of a study.

    Parameters
    ----------
    config : dict, the user's config.yaml
    schema : dict, config.schema.yaml
    dictionary : dict, dictionary.yaml (``units``, ``kinds``, ``consistency`` and ``variables``)
    scores : dict of name -> score file
    patterns : dict of name -> growth-pattern rule
    analyses : dict of name -> module with `resolve(settings, study)`: the plans of the analyses, in order
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

    study = Study(
        variables=analysis,
        declared=variables,
        scores=score_plan,
        registry=scores,
        patterns=patterns,
        blocks=blocks,
        facts=cutoffs or {},
        recorded=plan["scores"]["agreement"],
        curve_files=list(curve_files),
        problems=problems,
    )
    _check_conditions(plan, recorded, study)
    study.endpoints = _resolve_endpoints(plan["endpoints"], study.require, problems)
    follow_up = dictionary["kinds"]["duration"]
    complete_endpoints(study.endpoints, analysis, columns, plan["cohort"], follow_up, problems)
    study.groupings = resolve_groupings(plan["groupings"], analysis, problems, study.require)
    study.used = list_used(study.groupings, plan["models"], plan["subgroups"])
    study.models = resolve_models(plan["models"], study)
    for name, module in analyses.items():
        settings = plan.get(getattr(module, "KEY", name))
        study.found[name] = module.resolve(settings, study)
    if problems:
        raise PlanError(problems)
    used = {*study.used, *(each for model in study.models.values() for each in model["variables"])}
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
        "endpoints": study.endpoints,
        "consistency": dictionary.get("consistency", []),
        "scores": score_plan,
        "scores_used": [name for name in score_plan if {name, f"{name}_group"} & used],
        "growth_patterns": rules,
        "groupings": study.groupings,
        "models": study.models,
        "resampling": plan["resampling"],
        "output": plan["output"],
        **study.found,
    }


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
    if text and not is_day(text):
        problems.append(f"{place}: '{text}' is not a day; write it as 2022-12-31.")


def _check_condition(condition, place, recorded, study):
    analysis, problems = study.variables, study.problems
    name, value = condition["variable"], condition["value"]
    before = len(problems)
    study.require(name, place)
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


def _check_conditions(plan, recorded, study):
    for name, item in plan["cohort"]["exclusions"].items():
        if "variable" in item:
            place = f"cohort.exclusions.{name}"
            _check_condition(item, place, recorded, study)
        else:
            item["patients"] = [as_text(patient) for patient in item["patients"]]
    for score, components in plan["scores"]["proxies"].items():
        for component, condition in components.items():
            place = f"scores.proxies.{score}.{component}"
            _check_condition(condition, place, recorded, study)
            if study.variables.get(condition["variable"], {}).get("timing") == "follow_up":
                study.problems.append(
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
                elif "duration" in spec:
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
            "published_as": endpoint["published_as"] or name_endpoint(endpoint["label"]),
        }
    return resolved
