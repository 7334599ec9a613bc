"""Random plans, drawn from the schema."""

import copy
import pickle

from crlm.analyses import order
from crlm.plan.build import build_plan
from crlm.plan.schema import PlanError, follow
from crlm.plan.scores import lay_own
from fuzz_exports import draw_own_scores
from fuzz_files import draw_column, draw_files
from fuzz_world import COUNTED, LEVELS, OWN, SkipError, read_facts

TEXTS = (
    *("label", "title", "description", "citation", "abbreviation", "source"),
    *("published_endpoint", "origin_label", "survival_label"),
)
WORDS = (
    *(
        "Arm",
        "Overall survival",
        "A {brace} and {{two}}",
        "<b>bold</b> & $x^2$",
        "50 % of {endpoint}",
    ),
    *("Über_länge", "=1+1", "-", "x" * 90, "two\nlines", "{", "}", "NA", "</script>", "1"),
)
NUMBERS = (0.5, 1, 3, 12, 36, 60, 400)
NAMES = ("a", "b", "os", "css_a", "overall_a", "summary", "count", "index", "total", "x_group")
ENDPOINTS = ("os", "rfs", "os_css", "cohort", "endpoint", "os_models")
# Keys of the cohort that say where its rows stand and how they are read
FILES = (
    "file",
    "sources",
    "join",
    "rows",
    "duplicates",
    "redcap",
    "connection",
    "sheet",
    "header_row",
    "skip_rows",
)
FILES += ("comment", "delimiter", "encoding", "decimal", "thousands", "missing", "date_format")


def draw(rule, path, world):
    """A random value that the rule of the schema allows; what a text must name is looked up by its place. Raises SkipError."""
    rule = follow(rule["$ref"], world.schema) | rule if "$ref" in rule else rule
    for pattern, function in PLACES.items():
        if len(pattern) == len(path) and all(
            each in ("*", key) for each, key in zip(pattern, path, strict=True)
        ):
            return function(world)
    kinds = rule.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if "enum" in rule:
        return world.pick(rule["enum"])
    if "null" in kinds and world.chance(0.2):
        return None
    if "object" in kinds:
        return draw_object(rule, path, world)
    if "array" in kinds:
        least = rule.get("minItems", 0)
        number = world.random.randint(least, min(rule.get("maxItems", least + 2), least + 2))
        values = [draw(rule["items"], (*path, "*"), world) for _ in range(number)]
        return sorted(set(values)) if all(isinstance(v, int | float) for v in values) else values
    if "boolean" in kinds:
        return world.chance(0.5)
    if "integer" in kinds:
        return max(rule.get("minimum", 0), world.pick([0, 1, 2]))
    if "number" in kinds:
        return world.pick(n for n in NUMBERS if n < rule.get("exclusiveMaximum", 1e9))
    if path[-1] in TEXTS:
        return world.pick(WORDS)
    raise SkipError


def draw_object(rule, path, world):
    properties, others = rule.get("properties", {}), rule.get("additionalProperties")
    drawn = {}
    for key, inner in properties.items():
        needed = key in rule.get("required", [])
        if needed or world.chance(0.5):
            try:
                drawn[key] = draw(inner, (*path, key), world)
            except SkipError:
                if needed:
                    raise
    if isinstance(others, dict) and not properties:
        for name in world.some(NAMES, 0, 2):
            try:
                drawn[name] = draw(others, (*path, name), world)
            except SkipError:
                continue
    return drawn


def draw_columns(world):
    columns = {"patient_id": "id"}
    if world.chance(0.1):
        columns["patient_id"] = {"column": "id", "split": "_", "part": 1}
    names = [name for name in world.mapped if name not in world.joined]
    return columns | {name: draw_column(name, world) for name in names}


def draw_variables(world):
    own = {}
    for name in [*world.mapped, *world.times]:
        if name in OWN:
            kind, levels, timing = OWN[name]
            own[name] = {"label": world.pick(WORDS), "kind": kind, "timing": timing}
            own[name] |= {"levels": levels} if levels else {}
            if kind in COUNTED and world.chance(0.3):
                own[name] |= world.pick(
                    [{"per": 10}, {"transform": "log2"}, {"plausible": [1, 90]}]
                )
        elif world.chance(0.1):
            own[name] = {"label": world.pick(WORDS)}
    return own | {
        name: {"label": world.pick(WORDS), **entry} for name, entry in world.derived.items()
    }


def draw_endpoints(world):
    made = {}
    for name in world.some(ENDPOINTS, 1, 2 if world.chance(0.2) else 1):
        recurrence = world.chance(0.4)
        if world.by_dates:
            events = {"death": {"date": "death_date"}}
            events |= {"recurrence": {"date": "recurrence_date"}} if recurrence else {}
            rest = {
                "origin": "resection_date",
                "censoring": {"last": {"date": "last_contact_date"}},
            }
            if world.data_lock and world.chance(0.4):
                rest["censoring"]["lock"] = {"data_lock": True}
        else:
            events = {"death": {"duration": "overall_time", "flag": "died"}}
            if recurrence:
                events["recurrence"] = {"duration": "recurrence_time", "flag": "recurred"}
            rest = {"censoring": {"last": {"duration": "overall_time"}}}
        if recurrence and world.chance(0.4):
            rest["competing"] = {"death": events.pop("death")}
        rule = world.schema["properties"]["endpoints"]["additionalProperties"]
        free = {
            k: v
            for k, v in rule["properties"].items()
            if k not in ("origin", "events", "competing", "censoring")
        }
        drawn = draw_object(
            {**rule, "properties": free, "required": ["label"]}, ("endpoints", name), world
        )
        made[name] = drawn | {"events": events} | rest
    world.endpoints = list(made)
    known = {name: spec for name, spec in made.items() if not spec.get("entry")}
    world.recurring = [name for name, spec in known.items() if "recurrence" in spec["events"]]
    world.deaths = [n for n, spec in known.items() if list(spec["events"]) == ["death"]]
    return made


def draw_grouping(world):
    late = world.chance(0.15)
    if world.chance(0.25):
        names = [world.pick(world.of(*COUNTED, late=late))]
        spec = {"variable": names[0], "cuts": sorted(set(world.some([0, 1, 2.5, 5, 50, 1000])))}
    elif world.chance(0.15):
        spec = {"variable": world.some(world.of(*LEVELS, late=late), 2, 2)}
    else:
        spec = {"variable": world.pick(world.of(*LEVELS, late=late))}
        levels = world.specs.get(spec["variable"], {}).get("levels")
        if levels and world.chance(0.2):
            spec["groups"] = world.some(levels)
    if late or world.chance(0.15):
        spec["landmark_months"] = world.pick(NUMBERS)
    if world.chance(0.2):
        spec["strata"] = world.some(world.of(*LEVELS, late=False), 1, 2)
    if world.chance(0.3):
        spec["ordered"] = world.chance(0.5)
    if world.chance(0.5):
        spec["label"] = world.pick(WORDS)
    return spec


def draw_groupings(world):
    made = {name: draw_grouping(world) for name in world.some(NAMES, 0, 2)}
    world.groupings = list(made)
    return made


def draw_model(world):
    late = world.chance(0.15)
    rule = world.schema["properties"]["models"]["additionalProperties"]
    drawn = draw_object(rule, ("models", "*"), world)
    drawn["variables"] = world.some(world.of(*LEVELS, *COUNTED, late=late or None))
    drawn["splines"] = draw_splines(drawn["variables"], world)
    if not late:
        drawn.pop("landmark_months", None)
    return drawn


def draw_splines(variables, world):
    """Some of a model's numbers as splines."""
    numbers = [name for name in world.of(*COUNTED) if name in variables]
    drawn = {}
    for name in numbers if world.chance(0.4) else []:
        spline = {"knots": world.pick([3, 4, 5, 7, [1, 2, 3], [20, 50, 60, 70], [-5, 0.5, 900]])}
        spline |= {"reference": world.pick([None, 50])} if world.chance(0.5) else {}
        spline |= {"contrast": world.pick([None, [1, 2], [40, 60]])} if world.chance(0.5) else {}
        drawn[name] = world.pick([{}, spline])
    return drawn


def draw_models(world):
    names = world.some((*NAMES, "univariable", "clinical"), 0, 2)
    made = {name: draw_model(world) for name in names}
    world.models = [name for name in made if name != "univariable"]
    return made


def draw_cohort(world):
    rule = world.schema["properties"]["cohort"]
    free = {key: value for key, value in rule["properties"].items() if key not in FILES}
    drawn = draw_object({**rule, "properties": free, "required": []}, ("cohort",), world)
    cut_off = world.by_dates and world.data_lock and world.data_lock < "2020"
    drawn |= {"data_lock": world.data_lock} if world.data_lock else {}
    drawn |= {"after_data_lock": "censor"} if cut_off else {}
    return drawn | draw_files(world)


def draw_exclusion(world):
    drawn = {"label": world.pick(WORDS)}
    drawn |= {"withdrawn": True} if world.chance(0.2) else {}
    if world.chance(0.3):
        return drawn | {"patients": world.some(["p1", "p2", "p3", "p4"])}
    return drawn | world.draw_condition()


def draw_blocks(world):
    """The table of blocks, with shares or with labels."""
    if not world.blocks:
        raise SkipError
    columns = {"patient_id": "id", "lesion": "lesion"}
    columns |= {"block": "block"} if world.chance(0.6) else {}
    if world.chance(0.3):
        words = {
            "dHGP": "desmoplastic",
            "rHGP": "replacement",
            "mixed": ["desmoplastic", "replacement"],
        }
        columns["hgp_label"] = {"column": "label", "values": words}
    else:
        columns |= {"hgp_desmoplastic": "d"}
        columns |= {"hgp_replacement": "r"} if world.chance(0.5) else {}
    return {"file": "data/blocks.csv", "columns": columns}


def draw_states(world):
    """Disease states from dates, from a table of events or from both; a study by durations has none."""
    if not world.by_dates:
        raise SkipError
    # in the order of the alphabet, in which the plan is written to its file
    states = {"at_rest": {"free": True}, "back": {}, "cleared": {"after": ["back"], "free": True}}
    states["dead"] = {"final": True}
    for spec in states.values():
        spec |= {"label": world.pick(WORDS)} if world.chance(0.5) else {}
    made = {"origin": "resection_date", "last_contact": "last_contact_date", "states": states}
    made["dates"] = {"dead": ["death_date"]}
    if world.chance(0.3):
        states.pop("cleared")
        made["dates"]["back"] = ["recurrence_date"]
    else:
        columns = {"patient_id": "id", "date": "day", "event": "what"}
        kinds = {"R": "back", "T": "cleared", "S": None}
        made["events"] = {"file": "data/events.csv", "columns": columns, "states": kinds}
    rule = world.schema["properties"]["disease_states"]
    free = {k: v for k, v in rule["properties"].items() if k in ("horizon_months", "times_months")}
    return made | draw_object({"properties": free}, ("disease_states",), world)


def draw_treatment(world):
    """Treatment of a recurrence, counted from its day, in all or in those with a flag."""
    if not world.deaths:
        raise SkipError
    recurrence = {"duration": "recurrence_time", "flag": "recurred"}
    recurrence = {"date": "recurrence_date"} if world.by_dates else recurrence
    flags = world.of("binary", made=False)
    flag = {"flag": world.pick(flags)} if flags and world.chance(0.8) else {}
    made = {"endpoint": world.pick(world.deaths), "recurrence": recurrence}
    made["treatment"] = recurrence | flag
    if world.chance(0.5):
        made["adjust"] = world.some(world.of(*LEVELS, *COUNTED))
    rule = world.schema["properties"]["repeat_resection"]
    free = {k: v for k, v in rule["properties"].items() if k in ("landmark_months", "times_months")}
    return made | draw_object({"properties": free}, ("repeat_resection",), world)


def any_name(*kinds, **which):
    return lambda world: world.pick(world.of(*kinds, **which))


# What stands at a place of the plan, where the schema alone does not say it
PLACES = {
    ("cohort",): draw_cohort,
    ("cohort", "data_lock"): lambda world: None,
    ("cohort", "after_data_lock"): lambda world: "error",
    ("cohort", "exclusions", "*"): draw_exclusion,
    ("columns",): draw_columns,
    ("variables",): draw_variables,
    ("endpoints",): draw_endpoints,
    ("endpoints", "*", "entry"): lambda world: world.pick(
        name for name in world.times if name.startswith("referral")
    ),
    ("scores",): lambda world: draw_scores(world),
    ("scores", "compute"): lambda world: world.some(["fong", "malik", "ecs", *world.own_scores]),
    ("scores", "allow_unverified"): lambda world: world.some(["ecs", "basingstoke_preoperative"]),
    ("scores", "proxies"): lambda world: {"fong": {"node": world.draw_condition()}},
    ("scores", "agreement", "*"): lambda world: {
        "recorded": world.pick(world.of("count", "continuous")),
        "computed": world.pick(["fong", "malik"]),
    },
    ("growth_patterns", "rules"): lambda world: world.some(
        ["hgp_pure", "hgp_vascular", "hgp_predominant"]
    ),
    ("growth_patterns", "blocks"): draw_blocks,
    ("groupings",): draw_groupings,
    ("associations", "*", "variable"): any_name(*LEVELS, *COUNTED),
    ("associations", "*", "with"): lambda world: world.some(world.of(*LEVELS, *COUNTED)),
    ("output", "widths"): lambda world: {
        "missingness_cohort": world.pick(["single", "one_and_half"])
    },
    ("output", "panels"): lambda world: {"page": ["flow_cohort", "missingness_cohort"]},
    ("interactions", "*", "variable"): any_name(*LEVELS, *COUNTED, late=False),
    ("interactions", "*", "by"): lambda world: world.some(
        world.of(*LEVELS, *COUNTED, late=False), 1, 2
    ),
    ("interactions", "*", "adjust"): lambda world: world.some(
        world.of(*LEVELS, *COUNTED, late=False), 1, 1
    ),
    ("interactions", "*", "landmark_months"): lambda world: world.pick(NUMBERS),
    ("panel", "markers"): lambda world: world.some(world.of(*LEVELS, *COUNTED, late=False)),
    ("panel", "adjust"): lambda world: world.some(world.of(*LEVELS, *COUNTED, late=False), 1, 2),
    ("panel", "per"): lambda world: world.pick(["sd", "declared"]),
    ("panel", "false_discovery_rate"): lambda world: world.pick([0.05, 0.5]),
    ("panel", "landmark_months"): lambda world: world.pick(NUMBERS),
    ("restricted_mean", "groupings"): lambda world: world.some(world.groupings),
    ("restricted_mean", "against"): lambda world: {},
    ("recurrence", "endpoints"): lambda world: draw_recurrence(world),
    ("recurrence", "groupings"): lambda world: world.some(world.groupings),
    ("recurrence", "windows_months"): lambda world: world.pick([[24, 36], [6, 6]]),
    ("conditional_survival", "endpoints"): lambda world: world.some(world.endpoints),
    ("conditional_survival", "groupings"): lambda world: world.some(world.groupings),
    ("conditional_survival", "given"): lambda world: world.pick([None, *world.endpoints]),
    ("cure", "endpoints"): lambda world: world.some(world.endpoints),
    ("cure", "groupings"): lambda world: world.some(["overall", *world.groupings], 1, 2),
    ("imputed_models", "models"): lambda world: world.some(world.models),
    ("imputed_models", "imputations"): lambda world: 2,
    ("imputed_models", "iterations"): lambda world: world.pick([1, 2]),
    ("imputed_models", "auxiliary"): lambda world: world.some(
        world.of(*LEVELS, *COUNTED, late=False)
    ),
    ("sensitivity_models", "models"): lambda world: world.some(world.models),
    ("sensitivity_models", "endpoints"): lambda world: world.some(world.endpoints),
    ("sensitivity_models", "against"): lambda world: world.pick(world.of(*COUNTED, late=False)),
    ("sensitivity_models", "resamples"): lambda world: 10,
    ("sensitivity_models", "trees"): lambda world: 10,
    ("disease_states",): draw_states,
    ("repeat_resection",): draw_treatment,
    ("models",): draw_models,
    ("models", "*", "splines"): lambda world: {},
    ("models", "*", "variables"): lambda world: [],
    ("models", "*", "strata"): lambda world: world.some(world.of(*LEVELS), 1, 1),
    ("models", "*", "cluster"): lambda world: world.pick(world.of(*LEVELS)),
    ("models", "*", "landmark_months"): lambda world: world.pick(NUMBERS),
    ("adjusted_curves",): lambda world: draw_comparisons(world),
    ("adjusted_curves", "*", "comparison"): lambda world: world.pick(world.of("binary")),
    ("adjusted_curves", "*", "covariates"): lambda world: world.some(
        world.of(*LEVELS, *COUNTED, late=False)
    ),
    ("panel", "endpoints"): lambda world: world.pick([None, world.some(world.endpoints)]),
    ("adjusted_curves", "*", "endpoints"): lambda world: world.pick(
        [None, world.some(world.endpoints)]
    ),
    ("adjusted_curves", "*", "against"): lambda world: world.pick([None, "yes", "no"]),
    ("adjusted_curves", "*", "truncate_percent"): lambda world: world.pick(
        [None, [1, 99], [0, 50]]
    ),
    ("adjusted_curves", "*", "landmark_months"): lambda world: world.pick([None, *NUMBERS]),
    ("nonproportional", "level"): lambda world: world.pick([0.05, 0.5, 1]),
    ("nonproportional", "weights"): lambda world: world.some([[0, 0], [1, 0], [0, 1], [0.5, 2]]),
    ("subgroups", "*", "variable"): any_name(*LEVELS, *COUNTED, late=False),
    ("subgroups", "*", "within"): lambda world: world.some(world.of(*LEVELS, late=False), 1, 2),
    ("subgroups", "*", "adjust"): lambda world: world.some(
        world.of(*LEVELS, *COUNTED, late=False), 1, 1
    ),
    ("published",): lambda world: draw_published(world),
    ("performance", "predictors"): lambda world: world.pick(
        [["all"], ["fong"], ["fong_group"], world.some(world.of(*LEVELS, *COUNTED))]
    ),
    ("performance", "models"): lambda world: world.some(world.models),
    ("performance", "reclassification", "*"): lambda world: world.some(
        [*world.of(*LEVELS, late=False), *world.groupings], 2, 3
    ),
    ("added_value", "base"): lambda world: world.some(
        world.of(*LEVELS, *COUNTED, late=False), 1, 2
    ),
    ("added_value", "adds"): lambda world: world.some(
        world.of(*LEVELS, *COUNTED, late=False), 1, 2
    ),
    ("cutoffs",): lambda world: draw_cutoffs(world),
    ("cutoffs", "*", "by"): lambda world: world.pick([None, *world.of(*LEVELS, late=False)]),
    ("cutoffs", "*", "search_percent"): lambda world: world.pick([[10, 90], [40, 60], [1, 99]]),
    ("missing_components", "scores"): lambda world: world.some(["fong", "malik"]),
    ("missing_components", "imputations"): lambda world: 2,
    ("missing_components", "iterations"): lambda world: world.pick([1, 2]),
    ("missing_components", "auxiliary"): lambda world: world.some(
        world.of(*LEVELS, *COUNTED, late=False)
    ),
    ("description", "variables"): lambda world: world.some(world.of(*LEVELS, *COUNTED)),
    ("description", "by"): lambda world: world.some(world.groupings),
    ("resampling",): lambda world: {"resamples": 100, "seed": 1},
    ("output", "privacy", "small_cells"): lambda world: world.pick([None, 2, 5, 11]),
    ("output", "incidence_groupings"): lambda world: world.pick(
        [None, [], world.some(world.groupings)]
    ),
    ("output", "formats"): lambda world: world.pick([["svg"], ["svg"], ["png", "pdf"]]),
}


def draw_scores(world):
    """The registry's, with some of the study's own beside them or in their place."""
    if world.chance(0.3):
        world.own_scores = draw_own_scores(world)
    rule = world.schema["properties"]["scores"]
    drawn = {}
    for key, inner in rule["properties"].items():
        if world.chance(0.5):
            try:
                drawn[key] = draw(inner, ("scores", key), world)
            except SkipError:
                continue
    return drawn


def draw_cutoffs(world):
    rule = world.schema["properties"]["cutoffs"]["additionalProperties"]
    names = world.some(world.of(*COUNTED, late=False), 0, 2)
    return {name: draw_object(rule, ("cutoffs", name), world) for name in names}


def draw_recurrence(world):
    """One endpoint, mostly one that can be; every level of the variable of the site has a role."""
    name = world.pick(world.endpoints if world.chance(0.05) else world.recurring)
    rule = {"recurrence": ["recurrence"]}
    names = [each for each in world.of("categorical") if world.specs.get(each, {}).get("levels")]
    if names and world.chance(0.7):
        variable = world.pick(names)
        levels = world.specs[variable]["levels"]
        roles = {"liver_only": levels[:1], "extrahepatic_only": levels[1:2], "both": levels[2:]}
        rule["site"] = {"variable": variable, **roles}
    if world.deaths and world.chance(0.6):
        rule["death"] = world.pick(world.deaths)
    return {name: rule}


def draw_comparisons(world):
    if not world.chance(0.3):
        return {}
    rule = world.schema["properties"]["adjusted_curves"]["additionalProperties"]
    return {"one": draw_object(rule, ("adjusted_curves", "one"), world)}


def draw_published(world):
    if not world.chance(0.3):
        return {}
    return {
        "trial": {
            "label": world.pick(WORDS),
            "source": world.pick(WORDS),
            "published_endpoint": "survival",
            "endpoint": world.pick(world.endpoints),
            "strata": {"Everybody": "all"},
        }
    }


OFTEN = ("resampling", "groupings", "models")


def draw_plan(world):
    """A plan as a user may write it: the needed keys, and any of the others."""
    properties = world.schema["properties"]
    plan = {}
    for key, rule in properties.items():
        if key in world.schema["required"] or key in OFTEN or world.chance(0.35):
            try:
                plan[key] = draw(rule, (key,), world)
            except SkipError:
                continue
    plan["variables"] = draw_variables(world)
    plan["columns"] |= {name: name for name in world.times}
    plan.setdefault("missing_components", {"imputations": 2, "iterations": 1})
    for key, value in (("imputations", 2), ("iterations", 1)):
        plan["missing_components"].setdefault(key, value)
    return plan


def repair_plan(plan, world):
    """Take out what the checks of the plan refuse, entry by entry. Returns the plan, or None if nothing is left to take."""
    files = ["trial", "trial_at_risk"]
    for _ in range(12):
        try:
            facts = pickle.loads(pickle.dumps(read_facts()))  # building fills in what is not there
            own = copy.deepcopy(world.own_scores)
            facts["scores"] = lay_own(facts["scores"], own) if own else facts["scores"]
            analyses = order.load("plan")
            build_plan(copy.deepcopy(plan), **facts, analyses=analyses, curve_files=files)
            return plan
        except PlanError as error:
            for problem in error.problems:
                place = problem.split(":")[0].split(".")
                inner = plan.get(place[0])
                if place[0] in ("endpoints", "columns", "study", "variables") or inner is None:
                    return None
                if len(place) > 1 and isinstance(inner, dict) and place[1] in inner:
                    if (
                        place[0] in ("groupings", "models", "cutoffs", "subgroups")
                        or len(place) == 2
                    ):
                        inner.pop(place[1])
                        continue
                    inner.pop(place[1])
                else:
                    plan.pop(place[0], None) if place[0] != "cohort" else inner.pop(
                        "exclusions", None
                    )
    return None
