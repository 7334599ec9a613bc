"""The analysis plan: the user's config made complete with the dictionary, the scores and the growth-pattern rules.

`build_plan` is called while Snakemake reads the workflow: it refuses a plan that cannot be carried out, with all reasons at
once, and returns plain dictionaries that rules hand to their scripts as params.
"""

import math
import re

from crlm.plan.alike import check_labels
from crlm.plan.days import check_date_format, is_day
from crlm.plan.derived import build_declared_variable, check_derived, infer_derived, mark_early
from crlm.plan.endpoints import complete_endpoints
from crlm.plan.exclusions import drop_excluded_levels, list_order
from crlm.plan.files import check_file
from crlm.plan.groupings import resolve_groupings
from crlm.plan.labels import share_labels
from crlm.plan.models import list_used, resolve_models
from crlm.plan.patterns import build_pattern_variable, declare_patterns, resolve_patterns
from crlm.plan.phrases import capitalise, name_endpoint, to_words
from crlm.plan.reading import settle
from crlm.plan.schema import PlanError, cut_faults, fill_defaults
from crlm.plan.scores import (
    build_computed_variable,
    build_score_variables,
    check_scores,
    resolve_scores,
)
from crlm.plan.sources import merge_columns, resolve_sources
from crlm.plan.study import Study
from crlm.plan.unit_words import add_unit_words
from crlm.plan.variables import (
    LEVEL_KINDS,
    as_level,
    as_text,
    check_names,
    declare_variables,
    list_available,
    list_rules,
    resolve_blocks,
    resolve_columns,
)

MISSPELT = re.compile(r"(\S+): there is no key '.*'\. Did you mean '(.*)'\?")
LEAST = {"study": {"title": "?"}, "cohort": {"file": "?.csv"}}  # to go on where these are faulty


def build_plan(
    config,
    schema,
    dictionary,
    scores,
    patterns,
    analyses,
    cutoffs=None,
    curve_files=(),
    print_rules=None,
):
    """Return the complete plan of a study.

    Parameters
    ----------
    config : dict, the user's config.yaml; as `crlm.plan.reading` reads it, codes and identifiers stay as they are written
    schema : dict, config.schema.yaml
    dictionary : dict, dictionary.yaml (``units``, ``kinds``, ``consistency`` and ``variables``)
    scores : dict of name -> score file
    patterns : dict of name -> growth-pattern rule
    analyses : dict of name -> module with `resolve(settings, study)`: the plans of the analyses, in order
    cutoffs : dict of name -> what is published about the cut-offs of a number
    curve_files : names, without ending, of the files with published curves (config/published)
    print_rules : dict, print.yaml (``styles`` of the journals' numbers, ``abbreviations``)

    Raises
    ------
    PlanError, with every problem found
    """
    config = settle(config, schema)
    asked = _list_questions(config)
    config, form, lost = _check_form(config, schema, asked)
    problems = []
    plan = fill_defaults(config, schema)
    own = infer_derived(plan["variables"], dictionary["variables"], problems)
    variables = declare_variables(own, dictionary, problems)
    check_names(
        plan["variables"], dictionary["variables"], plan["endpoints"], scores, patterns, problems
    )
    variables |= declare_patterns(patterns)
    check_date_format(plan["cohort"]["date_format"], "cohort", problems)
    _check_day(plan["cohort"]["data_lock"], "cohort.data_lock", problems)
    columns = resolve_columns(plan["columns"], variables, dictionary["units"], problems)
    sources = resolve_sources(plan["cohort"], columns, variables, dictionary["units"], problems)
    columns = merge_columns(sources)
    add_unit_words([columns, *(source["columns"] for source in sources)], dictionary)
    blocks = resolve_blocks(plan["growth_patterns"], variables, dictionary["units"], problems)
    for name in plan["cohort"].get("redcap", {}).values():
        check_file({"file": name}, "cohort.redcap", problems)
    if blocks:
        check_file(blocks, "growth_patterns.blocks", problems)
    mapped = [name for name in columns if name != "patient_id"]
    mapped = [name for name in mapped if name in variables]
    share_labels(variables, mapped, columns, blocks, patterns)
    shares = [name for name in blocks["columns"] if name in variables] if blocks else []
    for name in set(mapped) & set(shares):
        problems.append(f"columns.{name}: it is mapped here and in the table of blocks; keep one.")
    early = mark_early(variables, dictionary["variables"], {*mapped, *shares})
    known = list_available([*mapped, *shares, *early], variables)
    scores = check_scores(scores, variables, problems)
    _check_derivations(variables, problems)

    analysis = {name: variables[name] for name in known}
    for name, spec in analysis.items():
        if spec.get("formula", {}).get("declared"):
            analysis[name] = build_declared_variable(spec, variables)
        elif "formula" in spec and name not in mapped:
            analysis[name] = build_computed_variable(spec, variables)
    recorded = dict(analysis)
    score_plan = resolve_scores(plan["scores"], scores, analysis, variables, problems)
    for name, score in score_plan.items():
        analysis.update(build_score_variables(name, score))
    rules = plan["growth_patterns"]["rules"]
    rules = resolve_patterns(rules, patterns, analysis, problems, mapped)
    analysis = {name: spec for name, spec in analysis.items() if name not in rules}
    analysis |= {name: build_pattern_variable(rule) for name, rule in rules.items()}

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
    check_derived(
        variables,
        {*mapped, *shares},
        study,
        lambda test, place: _check_condition(test, place, recorded, study),
    )
    _check_conditions(plan, recorded, study)
    study.endpoints = _resolve_endpoints(
        plan["endpoints"],
        study.require,
        problems,
        {name: spec["kind"] for name, spec in analysis.items()},
    )
    follow_up = dictionary["kinds"]["duration"]
    complete_endpoints(study.endpoints, analysis, columns, plan["cohort"], follow_up, problems)
    shown = drop_excluded_levels(analysis, plan["cohort"]["exclusions"])
    study.groupings = resolve_groupings(plan["groupings"], shown, problems, study.require)
    check_labels(study.endpoints, study.groupings, analysis, problems)
    study.used = list_used(study.groupings, plan["models"], plan["subgroups"])
    study.models = resolve_models(plan["models"], study)
    for name, module in analyses.items():
        settings = plan.get(getattr(module, "KEY", name))
        study.found[name] = module.resolve(settings, study)
    _refuse(form, problems, lost)
    used = {*study.used, *(each for model in study.models.values() for each in model["variables"])}
    return {
        "study": plan["study"],
        "cohort": plan["cohort"],
        "columns": columns,
        "sources": sources,
        "dictionary": list(plan["cohort"].get("redcap", {}).values()),
        "blocks": blocks,
        "variables": analysis,
        "labels": {name: spec["label"] for name, spec in {**variables, **analysis}.items()},
        "derivations": {
            name: found
            for name in known
            if (found := list_rules(variables[name], [*mapped, *shares, *early]))
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
        "manuscript": plan["manuscript"],
        "numbers": (print_rules or {}).get("styles", {}).get(plan["output"]["style"], {})
        | _list_words(config, schema, score_plan, plan["output"]),
        "abbreviations": (print_rules or {}).get("abbreviations", {}),
        **study.found,
    }


def _list_words(config, schema, scores, output):
    """What an other language than English needs to know of a plan: the words that are its author's; empty for English."""
    if output["language"] == "en":
        return {}
    texts = [text for text in list_texts(config) if " " in text or text[:1].isupper()]
    own = {part for text in texts for part in (text, *re.split(r"(?<=[.!?;]) ", text))}
    labels = [spec["label"] for spec in scores.values() if spec.get("label")]
    own |= {
        re.sub(r" \[[a-z ]+\]$", "", label) for label in labels
    }  # how sure its points are is no name
    own |= {group for spec in scores.values() for group in list_texts(spec.get("groups"))}
    named = {key: each for key, each in config.items() if key != "output"}  # whose names are files
    words = map(to_words, list_names(named, {*list_properties(schema)}))
    own |= {form for each in words for form in (each, capitalise(each))}
    small = output["privacy"]["small_cells"]
    return {"language": output["language"], "own": sorted(own), "small_cells": small}


def list_properties(schema):
    """Every key that a schema names."""
    if isinstance(schema, dict):
        named = schema.get("properties", {})
        return [*named, *(key for each in schema.values() for key in list_properties(each))]
    if isinstance(schema, list):
        return [key for each in schema for key in list_properties(each)]
    return []


def list_names(config, known):
    """What the author of a plan named: its keys that no schema knows, and the levels of its variables."""
    if isinstance(config, dict):
        levels = config.get("levels")
        mine = [key for key in config if isinstance(key, str) and key not in known]
        mine += (
            [each for each in levels if isinstance(each, str)] if isinstance(levels, list) else []
        )
        return [*mine, *(name for each in config.values() for name in list_names(each, known))]
    if isinstance(config, list):
        return [name for each in config for name in list_names(each, known)]
    return []


def list_texts(value):
    """Every text of a plan."""
    if isinstance(value, dict):
        return [text for each in value.values() for text in list_texts(each)]
    if isinstance(value, list):
        return [text for each in value for text in list_texts(each)]
    return [value] if isinstance(value, str) else []


def _list_questions(config):
    """The questions that `make study` left open: a plan with an event nobody explained is not carried out."""
    asked = config.get("questions") if isinstance(config, dict) else None
    return [
        f"questions: {text} (Write the answer into the plan, then take the line out from `questions`.)"
        for text in (asked if isinstance(asked, list) else [])
    ]


def _check_form(config, schema, asked):
    """Return a config whose form is right, the problems of form, and the names that were taken out for them.

    The rest is checked all the same, so that everything is said at once. Raises PlanError where no rest can be made.
    """
    form, rest, cut = cut_faults(config, schema)
    if rest is None and isinstance(config, dict):
        whole = {place[0] for place in cut if len(place) == 1} | (set(LEAST) - set(config))
        _, rest, more = cut_faults({**config, **{k: LEAST[k] for k in LEAST if k in whole}}, schema)
        cut += more
    if rest is None:
        raise PlanError([*asked, *form])
    return rest, [*asked, *form], {place[-1] for place in cut if place and not place[-1].isdigit()}


def _refuse(form, problems, lost):
    """Raise PlanError with every problem; what only follows from a part with a problem of form is not one."""
    words = re.compile(rf"\b({'|'.join(map(re.escape, lost))})\b")
    problems = [text for text in problems if not (lost and words.search(text))]
    for place, meant in (found.groups() for found in map(MISSPELT.match, form) if found):
        lacks = re.compile(rf"{re.escape(place)}[.:].*\b{re.escape(meant)}\b")
        problems = [text for text in problems if not lacks.match(text)]
    problems = [*form, *problems]
    if problems:
        raise PlanError(problems)


def _check_derivations(variables, problems):
    """A study that renames levels may take away one that a derived variable asks for."""
    for name, spec in variables.items():
        for rule in spec.get("derive", []):
            test = rule.get("when", {} if "share_of" in rule else rule)
            levels = variables[test["variable"]]["levels"] if "variable" in test else []
            if levels and test["value"] not in levels:
                problems.append(
                    f"variables.{test['variable']}.levels: {name} is derived from the level '{test['value']}'; keep it."
                )


def _check_day(text, place, problems):
    if text and not is_day(text):
        problems.append(f"{place}: '{text}' is not a day; write it as 2022-12-31.")


def _check_condition(condition, place, recorded, study):
    analysis, problems = study.variables, study.problems
    name, operator = condition["variable"], condition["operator"]
    value = condition.setdefault("value")
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
    elif operator in ("missing", "known"):
        if value is not None:
            problems.append(f"{place}: `{operator}` needs no value; take '{as_text(value)}' out.")
    elif value is None or value == []:
        problems.append(f"{place}: the operator `{operator}` needs a value.")
    elif isinstance(value, list) != (operator in ("in", "not in")):
        problems.append(
            f"{place}: a list of values goes with the operator `in` or `not in`, and only with these."
        )
    elif spec["kind"] in LEVEL_KINDS:
        values = [as_level(item, spec["levels"]) for item in values]
        for item in values:
            if item not in spec["levels"]:
                problems.append(
                    f"{place}: '{item}' is not a level of {name} ({', '.join(spec['levels'])})."
                )
        if operator in (">", ">=", "<", "<=") and spec["kind"] != "ordinal":
            problems.append(f"{place}: {name} is {spec['kind']}; its levels have no order.")
        condition["value"] = values if isinstance(value, list) else values[0]
        condition |= list_order(name, operator, analysis)
    elif spec["kind"] == "date":
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


def _resolve_endpoints(endpoints, require, problems, entries):
    """entries: {variable: kind}."""
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
        if "entry" in endpoint:
            require(endpoint["entry"], f"{place}.entry", ("date", "duration"))
            dated = dated or entries.get(endpoint["entry"]) == "date"
        if "origin" in endpoint:
            require(endpoint["origin"], f"{place}.origin", ("date",))
        elif dated:
            problems.append(f"{place}: give origin, the date variable from which time counts.")
        resolved[name] = {
            **endpoint,
            "origin": endpoint.get("origin"),
            "entry": endpoint.get("entry"),
            "abbreviation": endpoint.get("abbreviation", name.upper()),
            "published_as": endpoint["published_as"] or name_endpoint(endpoint["label"]),
        }
    return resolved
