"""The calculator: what it asks of a patient, which scores it shows, and which model it offers."""

from crlm.plan.models import UNIVARIABLE, choose_specs
from crlm.plan.schema import nearest
from crlm.plan.scores import list_variables
from crlm.plan.variables import list_inputs

SHOWN = ("computable", "not computable")  # the second lacks a column here, not in another patient
KEYS = ("label", "unit", "kind", "levels", "level_labels", "range", "timing")


def resolve(settings, study):
    """Return {endpoints, scores, variables, model}.

    endpoints: names of those whose survival is shown; scores: {name: score} of those that can be computed for a patient;
    variables: {name: {label, unit, kind, levels, level_labels, range, timing, derive, formula, asked}} of all that they and the
    model take, asked: whether the page has a question for it; model: {name, label, specs} or None.
    """
    endpoints = settings["endpoints"] or list(study.endpoints)
    for name in endpoints:
        if name not in study.endpoints:
            near = nearest(name, study.endpoints)
            study.problems.append(f"calculator.endpoints: no endpoint '{name}'.{near}")
    scores = {name: score for name, score in study.scores.items() if score["status"] in SHOWN}
    model = _resolve_model(settings["model"], study)
    known = {**study.declared, **study.variables}
    needed = {name for score in scores.values() for name in list_needed(score)}
    if model:
        needed |= {name for name, spec in model["specs"].items() if "score" not in spec}
        needed |= set(model["strata"])
    needed = {name for name in needed if name in known}
    asked = _add_sources(needed, known)
    return {
        "endpoints": [name for name in endpoints if name in study.endpoints],
        "scores": list(scores),
        "variables": {
            name: _describe(spec, asked) for name, spec in known.items() if name in asked | needed
        },
        "model": model,
    }


def list_needed(score):
    """The variables that the components and overrides of a score test."""
    tests = [test for item in score["overrides"] for test in item["any"]]
    listed = [name for each in score["components"].values() for name in list_variables(each)]
    return dict.fromkeys([*listed, *(test["variable"] for test in tests)])


def _resolve_model(name, study):
    if name is None:
        return None
    several = {key: model for key, model in study.models.items() if key != UNIVARIABLE}
    if name not in several:
        near = nearest(name, several)
        study.problems.append(f"calculator.model: no multivariable model '{name}'.{near}")
        return None
    model = several[name]
    if model["landmark_months"]:
        study.problems.append(
            f"calculator.model: {name} has a landmark; only a model of all patients from the start of time "
            "foretells the survival of one."
        )
    named = [each for each in model["variables"] if each in study.variables]
    return {
        "name": name,
        "label": model["label"],
        "specs": choose_specs(model, named, study.variables),
        "strata": list(model["strata"]),
    }


def _add_sources(needed, known):
    """What the page asks for: the variables or, of a formula of numbers, its inputs; and what they follow from."""
    asked = set()
    for name in needed:
        formula = known[name].get("formula") or {}
        if not formula or formula.get("declared"):
            asked.add(name)
        else:
            asked |= set(formula["of"]) | ({name} if known[name]["levels"] else set())
    for name in list(asked):
        asked |= {each for rule in _list_rules(known[name]) for each in list_inputs(rule)}
    return {name for name in asked if name in known}


def _list_rules(spec):
    """Rules of derivation that a page can follow: those from one number or level."""
    return [
        rule
        for rule in spec.get("derive") or []
        if "months_between" not in rule and "share_of" not in rule
    ]


def _describe(spec, asked):
    formula = spec.get("formula") or {}
    return {
        **{key: spec.get(key) for key in KEYS},
        "levels": list(spec.get("levels") or []),
        "level_labels": spec.get("level_labels") or {},
        "derive": [rule for rule in _list_rules(spec) if set(list_inputs(rule)) <= asked],
        "formula": None
        if not formula or formula.get("declared")
        else {key: formula[key] for key in ("function", "of")},
    }
