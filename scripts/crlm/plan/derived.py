"""Variables that a study derives from others by declaration: what they are made of, and what follows about them.

Each becomes a `formula` like those of the dictionary, with the mark `declared`; nothing that the user writes is evaluated.
"""

from graphlib import CycleError, TopologicalSorter

from crlm.plan import phrases
from crlm.plan.groupings import cut_names, label_cuts
from crlm.plan.schema import nearest
from crlm.plan.scores import KNOWN, list_marks, mark_label
from crlm.plan.variables import NUMBER_KINDS, as_text

UNITS = ("days", "weeks", "months", "years")
WAYS = ("from", "first_of", "between", "any_of", "all_of")
KEYS = (*WAYS, "cuts", "operator", "value")
TIMES = (*NUMBER_KINDS, "duration")
FORMS = "`from` with `cuts`, or with `operator` and `value`; `first_of`; `between` with `unit`; `any_of`; `all_of`"


def infer_derived(own, known, problems):
    """Return the study's variables; of those derived from others with kind, timing, levels and formula filled in.

    own, known: {name: entry} of the plan and of the dictionary. What an entry says itself stands, but it cannot make a value
    known before its sources are.
    """
    derived = {name: entry for name, entry in own.items() if set(KEYS) & set(entry)}
    filled = {name: entry for name, entry in own.items() if name not in derived}
    for name in _order(derived, problems):
        entry, before = derived[name], len(problems)
        place = f"variables.{name}"
        if _check_form(entry, place, problems):
            sources = {}
            for source in list_sources(entry):
                if source in known or source in filled:
                    sources[source] = {**known.get(source, {}), **filled.get(source, {})}
                elif source not in derived or len(problems) == before:
                    problems.append(
                        f"{place}: no such variable '{source}'.{nearest(source, [*known, *own])} It must be one that is mapped "
                        "or derived; scores and groups of growth patterns are computed later on."
                    )
            if len(problems) == before:
                spec = _describe(entry, known.get(name, {}), sources, place, problems)
                rest = {key: value for key, value in entry.items() if key not in KEYS}
                filled[name] = {**rest, **spec, "derive": []}
    return {name: filled.get(name, _without_form(entry)) for name, entry in own.items()}


def list_sources(entry):
    """The variables that a declaration names, in its order."""
    if "from" in entry:
        return [entry["from"]]
    for way in WAYS[1:]:
        if way in entry:
            return [each if isinstance(each, str) else each["variable"] for each in entry[way]]
    return []


def check_derived(variables, mapped, study, check_condition):
    """Note what a declared variable asks for and the cohort does not have, and tests that do not fit their variable."""
    for name, spec in variables.items():
        formula = spec.get("formula", {})
        if not formula.get("declared"):
            continue
        place = f"variables.{name}"
        if name in mapped:
            study.problems.append(
                f"{place}: it is derived here and mapped under `columns:`; keep one, or give the column another name "
                f"and write first_of."
            )
        tested = [test["variable"] for test in formula.get("tests", [])]
        for source in formula["of"]:
            if source not in tested:
                study.require(source, place)
        for test in formula.get("tests", []):
            check_condition(test, place)


def mark_early(variables, known, mapped):
    """Mark the declared dictionary variables that come before the rules of the dictionary, and return their names.

    These are made of recorded columns only, so that rules may start from them as from recorded ones.
    """
    early = set()
    while more := {
        name
        for name, spec in variables.items()
        if name in known
        and name not in early
        and spec.get("formula", {}).get("declared")
        and all(s in early or s in mapped for s in spec["formula"]["of"])
        and not any(variables[source].get("derive") for source in spec["formula"]["of"])
    }:
        early |= more
    for name in early:
        variables[name]["formula"]["early"] = True
    return early


def build_declared_variable(spec, variables):
    """A declared variable as analyses see it: with its words for the methods and the marks of what it builds on.

    What needs a date, and the first of several columns, is looked upon as if it were recorded.
    """
    marks = list(dict.fromkeys(_list_support(spec, variables)))
    whole = spec["formula"]["function"] in ("between", "first_of")
    dated = any(variables[name]["kind"] == "date" for name in spec["formula"]["of"])
    return {
        **spec,
        "label": mark_label(spec["label"], marks),
        "note": _tell_formula(spec["formula"], variables),
        "declared": True,
        **({} if whole or dated else {"marks": marks, "computed": True}),
    }


def _tell_formula(formula, variables):
    labels = [variables[name]["label"] for name in formula["of"]]
    if formula["function"] == "cut":
        cuts = phrases.join_words(f"{cut:g}" for cut in formula["cuts"])
        unit = f" {variables[formula['of'][0]]['unit'] or ''}".rstrip()
        return f"{labels[0]} cut at {cuts}{unit}, a value at a cut in the higher group"
    if formula["function"] == "first_of":
        return f"the first known of {phrases.join_words(labels)}"
    if formula["function"] == "between":
        return f"{formula['unit']} from {labels[0]} to {labels[1]}"
    tests = [
        f"{variables[test['variable']]['label']} {test['operator']} {_show_value(test.get('value'))}".strip()
        for test in formula["tests"]
    ]
    joined = (" or " if formula["function"] == "any_of" else " and ").join(tests)
    return f"yes where {joined}"


def _show_value(value):
    values = value if isinstance(value, list) else [value]
    return ", ".join(as_text(each) for each in values if each is not None)


def _list_support(spec, variables):
    """The marks of the formulas of the dictionary that a declared variable builds on, directly or not."""
    for source in map(variables.get, spec["formula"]["of"]):
        if source.get("formula", {}).get("declared"):
            yield from _list_support(source, variables)
        elif "formula" in source:
            yield from list_marks(source["evidence"])


def _order(derived, problems):
    """The names so that each comes after those it is made of; none where one is made of itself."""
    graph = {name: set(list_sources(entry)) & set(derived) for name, entry in derived.items()}
    try:
        return list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " from ".join(reversed(error.args[1]))
        problems.append(f"variables: {circle}: a variable cannot be derived from itself.")
        return []


def _without_form(entry):
    """An entry that could not be understood, so that no further problem follows from it."""
    rest = {key: value for key, value in entry.items() if key not in KEYS}
    return {"kind": "continuous", "timing": "baseline", **rest} if len(rest) < len(entry) else rest


def _check_form(entry, place, problems):
    ways = [way for way in WAYS if way in entry]
    kinds = [key for key in ("cuts", "operator") if key in entry]
    if len(ways) != 1:
        problems.append(f"{place}: a derived variable is declared in one of these forms: {FORMS}.")
    elif ways == ["from"] and len(kinds) != 1:
        problems.append(f"{place}: `from` goes with `cuts` or with `operator` and `value`.")
    elif ways != ["from"] and (kinds or "value" in entry):
        problems.append(f"{place}: `cuts`, `operator` and `value` go with `from` only.")
    else:
        return True
    return False


def _describe(entry, known, sources, place, problems):
    """Kind, levels, unit, timing and formula of one declaration."""
    if "cuts" in entry:
        made = _describe_cut(entry, known, sources, place, problems)
    elif "first_of" in entry:
        made = _describe_first(entry, known, sources, place, problems)
    elif "between" in entry:
        made = _describe_between(entry, known, sources, place, problems)
    else:
        made = _describe_tests(entry, sources, place, problems)
    kind = entry.get("kind", known.get("kind", made["kinds"][0]))
    if kind not in made["kinds"]:
        problems.append(
            f"{place}: it is {kind}, but what is declared makes it {' or '.join(made['kinds'])}."
        )
    stages = [KNOWN.index(spec.get("timing", "baseline")) for spec in sources.values()]
    timing = entry.get("timing", known.get("timing", KNOWN[max(stages)]))
    # A difference of two days may belong to the earlier stage (the age at resection), unless follow-up tells it
    least = [stage for stage in stages if "between" not in entry or stage == len(KNOWN) - 1]
    if max(least, default=0) > KNOWN.index(timing):
        late = next(n for n, s in zip(sources, stages, strict=True) if s == max(least))
        problems.append(
            f"{place}: it is declared to be known at {timing}, but {late} becomes known later "
            f"({KNOWN[max(least)].replace('_', '-')}); leave `timing` out or give the later one."
        )
    formula = {**made["formula"], "of": list(sources), "declared": True}
    return {**made["spec"], "kind": kind, "timing": timing, "formula": formula}


def _describe_cut(entry, known, sources, place, problems):
    (name, source), cuts = next(iter(sources.items())), sorted(entry["cuts"])
    kinds = ("ordinal", "categorical", *(("binary",) if len(cuts) == 1 else ()))
    if source.get("kind") not in TIMES:
        problems.append(f"{place}: cuts go with a number; {name} is {source.get('kind')}.")
        formula = {"function": "cut", "cuts": cuts, "names": cut_names(cuts)}
        return {"kinds": kinds, "spec": {}, "formula": formula}
    spec = {}
    if entry.get("kind", known.get("kind")) == "binary":
        levels = ["no", "yes"]
    elif "levels" in entry or known.get("levels"):
        levels = [as_text(level) for level in entry.get("levels") or known["levels"]]
    else:
        levels = cut_names(cuts)
        labels = label_cuts(cuts, {"unit": None, **source})
        spec = {"levels": levels, "level_labels": {**labels, **entry.get("level_labels", {})}}
    if len(levels) != len(cuts) + 1:
        problems.append(
            f"{place}: {phrases.plural(len(cuts), 'cut')}, so {len(cuts) + 1} levels; given: {', '.join(levels)}."
        )
    formula = {"function": "cut", "cuts": cuts, "names": levels}
    return {"kinds": kinds, "spec": spec, "formula": formula}


def _describe_first(entry, known, sources, place, problems):
    kinds = list(dict.fromkeys(spec.get("kind") for spec in sources.values()))
    levels = [[as_text(x) for x in spec.get("levels", [])] for spec in sources.values()]
    spec = {}
    if len(sources) < 2:
        problems.append(f"{place}: first_of needs two variables or more.")
    if set(kinds) <= set(NUMBER_KINDS):
        kinds = kinds if len(kinds) == 1 else ["continuous"]
        units = {spec.get("unit") for spec in sources.values()} | {known.get("unit", _ANY)}
        if len(units - {_ANY}) > 1:
            words = ", ".join(sorted(str(unit or "none") for unit in units - {_ANY}))
            problems.append(f"{place}: the units differ ({words}); first_of needs one unit.")
        spec = {} if known else {"unit": next(iter(sources.values())).get("unit")}
        kinds = [*kinds, *(kind for kind in NUMBER_KINDS if kind not in kinds)]
    elif len(kinds) > 1 and not set(kinds) <= {"categorical", "ordinal"}:
        problems.append(
            f"{place}: first_of needs variables of one kind; here are {' and '.join(kinds)}."
        )
    elif set(kinds) <= {"categorical", "ordinal"}:
        wanted = [as_text(x) for x in entry.get("levels") or known.get("levels") or levels[0]]
        strange = [level for each in levels for level in each if level not in wanted]
        if strange or not all(levels):
            problems.append(
                f"{place}: first_of needs variables with the same levels; "
                + (f"'{strange[0]}' is not one of {', '.join(wanted)}." if strange else _GIVE)
            )
        labels = next(iter(sources.values())).get("level_labels", {})
        spec = (
            {} if known else {"levels": wanted, "level_labels": entry.get("level_labels", labels)}
        )
        kinds = [*kinds, *(kind for kind in ("categorical", "ordinal") if kind not in kinds)]
    return {"kinds": kinds, "spec": spec, "formula": {"function": "first_of"}}


_ANY = object()  # an own variable takes the unit of its sources
_GIVE = "give the levels of each under `variables:`."


def _describe_between(entry, known, sources, place, problems):
    unit = entry.get("unit", known.get("unit"))
    if unit is None and "duration" in (entry.get("kind"), known.get("kind")):
        unit = "months"
    for name, spec in sources.items():
        if spec.get("kind") != "date":
            problems.append(f"{place}: between needs two dates; {name} is {spec.get('kind')}.")
    if len(sources) != 2:
        problems.append(f"{place}: between needs two different dates, the earlier one first.")
    if unit not in UNITS:
        problems.append(f"{place}.unit: between needs one of {', '.join(UNITS)}.")
    formula = {"function": "between", "unit": unit}
    return {"kinds": ("continuous", "duration"), "spec": {"unit": unit}, "formula": formula}


def _describe_tests(entry, sources, place, problems):
    if "from" in entry:
        function, items = "any_of", [{"variable": entry["from"], **_test_of(entry)}]
    else:
        function = "any_of" if "any_of" in entry else "all_of"
        items = entry[function]
    for item in items:
        if isinstance(item, str) and sources[item].get("kind") != "binary":
            problems.append(
                f"{place}.{function}: {item} is {sources[item].get('kind')}, not binary; write "
                f"{{variable: {item}, operator: ..., value: ...}}."
            )
    tests = [
        {"variable": item, "operator": "==", "value": "yes"}
        if isinstance(item, str)
        else dict(item)
        for item in items
    ]
    return {
        "kinds": ("binary",),
        "spec": {},
        "formula": {"function": function, "tests": tests},
    }


def _test_of(entry):
    return {key: entry[key] for key in ("operator", "value") if key in entry}
