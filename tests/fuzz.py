"""Random small studies, drawn from the schema: whatever passes validation must end with a report.

`python tests/fuzz.py 20000 1` (or `make fuzz`) tries that many from that seed on; a failure is told with its seed and a plan
from which nothing more can be taken away. The suite tries 500 (tests/trials/test_fuzz.py).
"""

import copy
import datetime
import functools
import pickle
import random
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "scripts"), str(ROOT / "tests")]

import pandas as pd  # noqa: E402
import yaml  # noqa: E402
from crlm.analyses import order  # noqa: E402
from crlm.plan.build import build_plan  # noqa: E402
from crlm.plan.schema import PlanError  # noqa: E402
from inside import Failed, Refused, run_study  # noqa: E402

FIGURES = ["none"] * 12 + ["made"] * 7 + ["written"]  # most of the time is theirs
TEXTS = ("label", "title", "description", "citation", "abbreviation", "source", "published_endpoint")
WORDS = (
    *("Arm", "Overall survival", "A {brace} and {{two}}", "<b>bold</b> & $x^2$", "50 % of {endpoint}"),
    *("Über_länge", "=1+1", "-", "x" * 90, "two\nlines", "{", "}", "NA", "</script>", "1"),
)
NUMBERS = (0.5, 1, 3, 12, 36, 60, 400)
NAMES = ("a", "b", "os", "css_a", "overall_a", "summary", "count", "index", "total", "x_group")
ENDPOINTS = ("os", "rfs", "os_css", "cohort", "endpoint", "os_models")
# Variables of the study's own: kind, levels, when known
OWN = {
    "arm": ("categorical", ["A", "B", "C"], "baseline"),
    "marker": ("binary", None, "baseline"),
    "grade": ("ordinal", [1, 2, 3, 4], "pathology"),
    "titre": ("continuous", None, "baseline"),
    "lesions_before": ("count", None, "baseline"),
    "aftercare": ("binary", None, "follow_up"),
    "nadir": ("continuous", None, "follow_up"),
}
TIMES = ("overall_time", "died", "recurrence_time", "recurred", "cancer_death")
DATES = ("resection_date", "death_date", "last_contact_date", "recurrence_date")
FILES = ("file", "sheet", "delimiter", "encoding", "decimal", "missing", "date_format")


class Skip(Exception):
    """Nothing fits here: the key is left out."""


def read_yaml(path):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


@functools.cache
def read_facts():
    """What a plan is completed from: the arguments of `build_plan`."""
    return {
        "schema": read_yaml("workflow/schemas/config.schema.yaml"),
        "dictionary": read_yaml("workflow/schemas/dictionary.yaml"),
        "scores": {
            path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
            for path in sorted((ROOT / "workflow/scores").glob("*.yaml"))
        },
        "patterns": read_yaml("workflow/schemas/growth_patterns.yaml"),
        "cutoffs": read_yaml("workflow/schemas/cutoffs.yaml"),
    }


class World:
    """What one study may speak of: its variables by kind, and the random numbers."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        facts = read_facts()
        self.schema, self.dictionary = facts["schema"], facts["dictionary"]["variables"]
        self.specs = dict(self.dictionary)
        for name, (kind, levels, timing) in OWN.items():
            self.specs[name] = {"kind": kind, "timing": timing, "levels": levels}
        self.by_dates = self.chance(0.3)
        self.blocks = self.chance(0.12)
        self.mapped = self._choose_columns()
        self.endpoints, self.groupings, self.models = [], [], []

    def chance(self, share):
        return self.random.random() < share

    def pick(self, options):
        options = list(options)
        if not options:
            raise Skip
        return self.random.choice(options)

    def some(self, options, least=1, most=3):
        options = list(options)
        if len(options) < least:
            raise Skip
        number = self.random.randint(least, max(least, min(most, len(options))))
        return self.random.sample(options, number)

    def _choose_columns(self):
        free = [
            name
            for name, spec in self.specs.items()
            if spec["kind"] not in ("date", "duration")
            and name not in (*TIMES, "recurred_or_died", "recurred_in_liver", "recurrence_site")
            and name not in ("recurred_in_liver_or_died", "centre", "n_crlm_repeat")
            and not (self.blocks and spec.get("pattern"))
        ]
        fong = ["node_positive", "disease_free_interval", "n_crlm", "size_max_cm", "cea_ng_ml"]
        chosen = self.some(free, 0, 4) + (fong if self.chance(0.25) else [])
        chosen += ["hgp_desmoplastic"] if self.chance(0.3) and not self.blocks else []
        return list(dict.fromkeys(chosen))

    def of(self, *kinds, late=None):
        """Mapped variables and scores' groups of some kinds; late: only those known in follow-up (True) or before (False)."""
        names = [
            name
            for name in self.mapped
            if self.specs[name]["kind"] in kinds
            and late in (None, self.specs[name]["timing"] == "follow_up")
        ]
        made = {"fong": "count", "fong_group": "ordinal", "tumour_burden_score": "continuous"}
        made |= {"hgp_pure": "categorical", "hgp_vascular": "categorical", "node_positive": "binary"}
        return names + [name for name, kind in made.items() if kind in kinds and self.chance(0.25)]


LEVELS, COUNTED = ("binary", "categorical", "ordinal"), ("continuous", "count")


def draw(rule, path, world):
    """A random value that the rule of the schema allows; what a text must name is looked up by its place. Raises Skip."""
    rule = world.schema["$defs"][rule["$ref"].rsplit("/", 1)[1]] | rule if "$ref" in rule else rule
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
    raise Skip


def draw_object(rule, path, world):
    properties, others = rule.get("properties", {}), rule.get("additionalProperties")
    drawn = {}
    for key, inner in properties.items():
        needed = key in rule.get("required", [])
        if needed or world.chance(0.5):
            try:
                drawn[key] = draw(inner, (*path, key), world)
            except Skip:
                if needed:
                    raise
    if isinstance(others, dict) and not properties:
        for name in world.some(NAMES, 0, 2):
            try:
                drawn[name] = draw(others, (*path, name), world)
            except Skip:
                continue
    return drawn


def draw_columns(world):
    return {"patient_id": "id"} | {name: name for name in world.mapped}


def draw_variables(world):
    own = {}
    for name in world.mapped:
        if name in OWN:
            kind, levels, timing = OWN[name]
            own[name] = {"label": world.pick(WORDS), "kind": kind, "timing": timing}
            own[name] |= {"levels": levels} if levels else {}
    return own


def draw_endpoints(world):
    made = {}
    for name in world.some(ENDPOINTS, 1, 2 if world.chance(0.2) else 1):
        recurrence = world.chance(0.4)
        if world.by_dates:
            events = {"death": {"date": "death_date"}}
            events |= {"recurrence": {"date": "recurrence_date"}} if recurrence else {}
            rest = {"origin": "resection_date", "censoring": {"last": {"date": "last_contact_date"}}}
        else:
            events = {"death": {"duration": "overall_time", "flag": "died"}}
            if recurrence:
                events["recurrence"] = {"duration": "recurrence_time", "flag": "recurred"}
            rest = {"censoring": {"last": {"duration": "overall_time"}}}
        if recurrence and world.chance(0.4):
            rest["competing"] = {"death": events.pop("death")}
        rule = world.schema["properties"]["endpoints"]["additionalProperties"]
        free = {k: v for k, v in rule["properties"].items() if k not in ("origin", "events", "competing", "censoring")}
        drawn = draw_object({**rule, "properties": free, "required": ["label"]}, ("endpoints", name), world)
        made[name] = drawn | {"events": events} | rest
    world.endpoints = list(made)
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
    if not late:
        drawn.pop("landmark_months", None)
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
    return drawn | {"file": "data/cohort.csv"}


def draw_condition(world):
    name = world.pick(world.of(*LEVELS, *COUNTED))
    levels = world.specs.get(name, {}).get("levels") or ["no", "yes"]
    number = name in world.specs and world.specs[name]["kind"] in COUNTED
    value = world.pick([0, 3, 60] if number else levels)
    operator = world.pick(["==", "!=", ">", "<"] if number else ["==", "!=", "in"])
    return {"variable": name, "operator": operator, "value": [value] if operator == "in" else value}


def draw_exclusion(world):
    label = {"label": world.pick(WORDS)}
    if world.chance(0.3):
        return label | {"patients": world.some(["p1", "p2", "p3", "p4"])}
    return label | draw_condition(world)


def draw_blocks(world):
    if not world.blocks:
        raise Skip
    columns = {"patient_id": "id", "lesion": "lesion", "hgp_desmoplastic": "d"}
    columns |= {"block": "block"} if world.chance(0.6) else {}
    columns |= {"hgp_replacement": "r"} if world.chance(0.5) else {}
    return {"file": "data/blocks.csv", "columns": columns}


def any_name(*kinds, **which):
    return lambda world: world.pick(world.of(*kinds, **which))


# What stands at a place of the plan, where the schema alone does not say it
PLACES = {
    ("cohort",): draw_cohort,
    ("cohort", "data_lock"): lambda world: world.pick([None, "2030-12-31"]),
    ("cohort", "exclusions", "*"): draw_exclusion,
    ("columns",): draw_columns,
    ("variables",): draw_variables,
    ("endpoints",): draw_endpoints,
    ("scores", "compute"): lambda world: world.some(["fong", "malik", "ecs"]),
    ("scores", "allow_unverified"): lambda world: world.some(["ecs", "basingstoke_preoperative"]),
    ("scores", "proxies"): lambda world: {"fong": {"node_positive": draw_condition(world)}},
    ("scores", "agreement", "*"): lambda world: {
        "recorded": world.pick(world.of("count", "continuous")),
        "computed": world.pick(["fong", "malik"]),
    },
    ("growth_patterns", "rules"): lambda world: world.some(["hgp_pure", "hgp_vascular", "hgp_predominant"]),
    ("growth_patterns", "blocks"): draw_blocks,
    ("groupings",): draw_groupings,
    ("restricted_mean", "groupings"): lambda world: world.some(world.groupings),
    ("restricted_mean", "against"): lambda world: {},
    ("models",): draw_models,
    ("models", "*", "variables"): lambda world: [],
    ("models", "*", "strata"): lambda world: world.some(world.of(*LEVELS), 1, 1),
    ("models", "*", "cluster"): lambda world: world.pick(world.of(*LEVELS)),
    ("models", "*", "landmark_months"): lambda world: world.pick(NUMBERS),
    ("subgroups", "*", "variable"): any_name(*LEVELS, *COUNTED, late=False),
    ("subgroups", "*", "within"): lambda world: world.some(world.of(*LEVELS, late=False), 1, 2),
    ("subgroups", "*", "adjust"): lambda world: world.some(world.of(*LEVELS, *COUNTED, late=False), 1, 1),
    ("published",): lambda world: draw_published(world),
    ("performance", "predictors"): lambda world: world.pick(
        [["all"], ["fong"], ["fong_group"], world.some(world.of(*LEVELS, *COUNTED))]
    ),
    ("performance", "models"): lambda world: world.some(world.models),
    ("performance", "reclassification", "*"): lambda world: world.some(
        [*world.of(*LEVELS, late=False), *world.groupings], 2, 3
    ),
    ("added_value", "base"): lambda world: world.some(world.of(*LEVELS, *COUNTED, late=False), 1, 2),
    ("added_value", "adds"): lambda world: world.some(world.of(*LEVELS, *COUNTED, late=False), 1, 2),
    ("cutoffs",): lambda world: draw_cutoffs(world),
    ("cutoffs", "*", "by"): lambda world: world.pick([None, *world.of(*LEVELS, late=False)]),
    ("cutoffs", "*", "search_percent"): lambda world: world.pick([[10, 90], [40, 60], [1, 99]]),
    ("missing_components", "scores"): lambda world: world.some(["fong", "malik"]),
    ("missing_components", "imputations"): lambda world: 2,
    ("missing_components", "iterations"): lambda world: world.pick([1, 2]),
    ("missing_components", "auxiliary"): lambda world: world.some(world.of(*LEVELS, *COUNTED, late=False)),
    ("description", "variables"): lambda world: world.some(world.of(*LEVELS, *COUNTED)),
    ("description", "by"): lambda world: world.some(world.groupings),
    ("resampling",): lambda world: {"resamples": 100, "seed": 1},
    ("output", "formats"): lambda world: world.pick([["svg"], ["svg"], ["png", "pdf"]]),
}


def draw_cutoffs(world):
    rule = world.schema["properties"]["cutoffs"]["additionalProperties"]
    names = world.some(world.of(*COUNTED, late=False), 0, 2)
    return {name: draw_object(rule, ("cutoffs", name), world) for name in names}


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


def draw_plan(world):
    """A plan as a user may write it: the needed keys, and any of the others."""
    properties = world.schema["properties"]
    plan = {}
    for key, rule in properties.items():
        if key in world.schema["required"] or key == "resampling" or world.chance(0.35):
            try:
                plan[key] = draw(rule, (key,), world)
            except Skip:
                continue
    plan["variables"] = draw_variables(world)
    for names in (DATES,) if world.by_dates else (TIMES,):
        plan["columns"] |= {name: name for name in names}
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
                    if place[0] in ("groupings", "models", "cutoffs", "subgroups") or len(place) == 2:
                        inner.pop(place[1])
                        continue
                    inner.pop(place[1])
                else:
                    plan.pop(place[0], None) if place[0] != "cohort" else inner.pop("exclusions", None)
    return None


def draw_values(name, number, groups, world):
    """The column of one variable: full, with holes, constant, empty, or empty in one group."""
    spec, chance = world.specs[name], world.random
    low, high = spec.get("plausible") or spec.get("range") or [0, 100]
    if spec.get("plausible_median"):
        low, high = spec["plausible_median"]
    if spec["kind"] in LEVELS:
        levels = spec.get("levels") or ["no", "yes"]
        values = [chance.choice(levels) for _ in range(number)]
    elif spec["kind"] == "count":
        values = [chance.randint(int(low), int(min(high, low + 8))) for _ in range(number)]
    else:
        values = [round(chance.uniform(low, min(high, low + 100)), 1) for _ in range(number)]
    if spec.get("pattern") and chance.random() < 0.4:
        values = [chance.choice([0, 50, 100]) for _ in range(number)]
    shape = chance.choice(["full"] * 4 + ["holes"] * 3 + ["constant", "empty", "one", "group"])
    if shape == "constant" and values:
        values = values[:1] * number
    if shape == "empty":
        values = [""] * number
    if shape == "one":
        values = [value if not place else "" for place, value in enumerate(values)]
    if shape == "holes":
        values = ["" if chance.random() < 0.3 else value for value in values]
    if shape == "group":
        values = [value if group else "" for value, group in zip(values, groups, strict=True)]
    return values


def draw_rows(plan, world):
    """The cohort of a plan as a table: 0 to 30 patients, all, some or no events."""
    chance = world.random
    number = world.pick([0, 1, 2, 3, 4, 6, 10, 16, 24, 30, 30])
    share = world.pick([0, 0.2, 0.5, 0.8, 1])
    same = world.chance(0.1)
    groups = [chance.random() < 0.5 for _ in range(number)]
    table = {"id": [f"p{place + 1}" for place in range(number)]}
    shares = [name for name in plan["columns"] if world.specs.get(name, {}).get("pattern")]
    for name in plan["columns"]:
        if name in world.mapped:
            table[name] = draw_values(name, number, groups, world)
    for name in shares:
        if len(shares) > 1:  # they share one hundred
            table[name] = [round(float(v) / len(shares), 1) if v != "" else "" for v in table[name]]
    months = [24 if same else round(chance.expovariate(1 / 30) + 0.1, 1) for _ in range(number)]
    died = [chance.random() < share for _ in range(number)]
    relapsed = [chance.random() < share for _ in range(number)]
    early = [round(time * chance.random() + 0.05, 2) if r else time for time, r in zip(months, relapsed, strict=True)]
    early = [min(each, time) for each, time in zip(early, months, strict=True)]
    if world.by_dates:
        start = [datetime.date(2010, 1, 1) + datetime.timedelta(chance.randint(0, 900)) for _ in range(number)]
        after = [
            [s + datetime.timedelta(round(30.4375 * time)) for s, time in zip(start, times, strict=True)]
            for times in (months, early)
        ]
        table["resection_date"] = start
        table["last_contact_date"] = after[0]
        table["death_date"] = [day if d else "" for day, d in zip(after[0], died, strict=True)]
        table["recurrence_date"] = [day if r else "" for day, r in zip(after[1], relapsed, strict=True)]
    else:
        table |= {"overall_time": months, "died": [int(d) for d in died]}
        table |= {"recurrence_time": early, "recurred": [int(r) for r in relapsed]}
        table["cancer_death"] = [int(d and chance.random() < 0.7) for d in died]
    return pd.DataFrame({name: table[name] for name in ["id", *[c for c in table if c != "id"]]})


def draw_lesions(plan, patients, world):
    columns = plan["growth_patterns"]["blocks"]["columns"]
    rows = []
    for patient in patients:
        for lesion in range(world.random.randint(0, 3)):
            for block in range(world.random.randint(1, 2) if "block" in columns else 1):
                share = world.pick([0, 30, 50, 100, ""])
                row = {"id": patient, "lesion": lesion + 1, "block": block + 1, "d": share}
                rows.append(row | {"r": "" if share == "" else 100 - share})
    names = ["id", "lesion", "block", "d", "r"]
    return pd.DataFrame(rows, columns=names)[list(dict.fromkeys(columns.values()))]


def draw_study(seed):
    """(plan, {file: text}) of a seed."""
    for attempt in range(50):
        world = World(f"{seed} {attempt}")
        try:
            plan = repair_plan(draw_plan(world), world)
        except Skip:
            continue
        if plan:
            break
    else:
        raise RuntimeError(f"seed {seed}: no plan was accepted")
    rows = draw_rows(plan, world)
    files = {"data/cohort.csv": rows.to_csv(index=False)}
    if plan.get("growth_patterns", {}).get("blocks"):
        files["data/blocks.csv"] = draw_lesions(plan, rows["id"], world).to_csv(index=False)
    if plan.get("published"):
        lines = [f"Everybody,{month},{1 - month / 100}" for month in range(0, 61, 3)]
        files["config/published/trial.csv"] = "\n".join(["stratum,time_months,survival", *lines])
        lines = [f"Everybody,{month},{100 - month}" for month in range(0, 61, 12)]
        files["config/published/trial_at_risk.csv"] = "\n".join(["stratum,time_months,at_risk", *lines])
    return plan, files


def write_study(plan, files, folder):
    for name, text in {"config/config.yaml": yaml.safe_dump(plan, allow_unicode=True), **files}.items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def try_study(plan, files, figures="made"):
    """How a study ended: "report", or "refused" and the words. Raises Failed with its job. figures: see `inside.keep_drawing`."""
    with tempfile.TemporaryDirectory(prefix="crlm_fuzz_") as folder:
        write_study(plan, files, folder)
        try:
            run_study(folder, figures)
        except Refused as refused:
            return "refused", str(refused)
        return "report", ""


def try_seed(seed, figures=None):
    """As `try_study`, of a seed; the figures of some studies only, unless it is said."""
    return try_study(*draw_study(seed), figures or random.Random(seed).choice(FIGURES))


def shrink(plan, files, job):
    """The plan with every key taken out without which the same job still fails."""
    smaller = True
    while smaller:
        smaller = False
        for place in list(_list_places(plan)):
            tried = copy.deepcopy(plan)
            inner = tried
            for key in place[:-1]:
                inner = inner[key]
            inner.pop(place[-1])
            try:
                try_study(tried, files)
            except Failed as failed:
                if failed.job == job:
                    plan, smaller = tried, True
                    break
            except Exception:  # another fault, or no study any more
                continue
    return plan


def _list_places(value, place=()):
    """Every place of a plan from which something can be taken, the biggest parts first."""
    if isinstance(value, dict):
        items = list(value)
    elif isinstance(value, list) and len(value) > 1:
        items = range(len(value))
    else:
        return
    yield from ((*place, key) for key in items)
    for key in items:
        yield from _list_places(value[key], (*place, key))


def tell_failure(seed, error, smallest=True):
    """The seed, the traceback and the shrunken plan with its data, to be tried again."""
    plan, files = draw_study(seed)
    if smallest:
        plan = shrink(plan, files, error.job)
    lines = traceback.format_exception(error.error)
    text = yaml.safe_dump(plan, allow_unicode=True, sort_keys=False)
    return "\n".join([f"seed {seed}, job {error.job}", "".join(lines), text, files["data/cohort.csv"]])


def main(number, first):
    """Try seeds and print what failed; returns the number of failures."""
    ends, failures = Counter(), 0
    for seed in range(first, first + number):
        try:
            ends[try_seed(seed)[0]] += 1
        except Failed as error:
            failures += 1
            print(tell_failure(seed, error), flush=True)
        if (seed - first + 1) % 500 == 0:
            print(f"{seed - first + 1} tried: {dict(ends)}, {failures} failed", flush=True)
    print(f"{number} plans tried from seed {first}: {dict(ends)}, {failures} failed")
    return failures


if __name__ == "__main__":
    sys.exit(bool(main(*map(int, sys.argv[1:3]))))
