"""What one random study may speak of: its variables, how its files lie, and the random numbers."""

import functools
import random
from pathlib import Path

import yaml
from crlm.plan.groupings import cut_names
from crlm.plan.scores import KNOWN

ROOT = Path(__file__).resolve().parent.parent
LEVELS, COUNTED = ("binary", "categorical", "ordinal"), ("continuous", "count")
# Variables of the study's own: kind, levels, when known
OWN = {
    "arm": ("categorical", ["A", "B", "C"], "baseline"),
    "marker": ("binary", None, "baseline"),
    "grade": ("ordinal", [1, 2, 3, 4], "pathology"),
    "titre": ("continuous", None, "baseline"),
    "lesions_before": ("count", None, "baseline"),
    "aftercare": ("binary", None, "follow_up"),
    "nadir": ("continuous", None, "follow_up"),
    "referral_date": ("date", None, "baseline"),
    "referral_time": ("duration", None, "baseline"),
}
TIMES = ("overall_time", "died", "recurrence_time", "recurred", "cancer_death")
DATES = ("resection_date", "death_date", "last_contact_date", "recurrence_date")
FONG = ["node_positive", "disease_free_interval", "n_crlm", "size_max_cm", "cea_ng_ml"]
# Other names of what is recorded by a time, or cannot stand alone
SPECIAL = ("recurred_or_died", "recurred_in_liver", "recurred_in_liver_or_died")
SPECIAL += ("recurrence_site", "centre", "n_crlm_repeat")


class SkipError(Exception):
    """Nothing fits here: the key is left out."""


def read_yaml(path):
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load((ROOT / path).read_text(encoding="utf-8"), Loader=loader)


@functools.cache
def read_facts():
    """What a plan is completed from: the arguments of `build_plan`."""
    return {
        "schema": read_yaml("workflow/schemas/config.schema.yaml"),
        "dictionary": read_yaml("workflow/schemas/dictionary.yaml"),
        "scores": {
            path.stem: read_yaml(path) for path in sorted((ROOT / "workflow/scores").glob("*.yaml"))
        },
        "patterns": read_yaml("workflow/schemas/growth_patterns.yaml"),
        "cutoffs": read_yaml("workflow/schemas/cutoffs.yaml"),
        "print_rules": read_yaml("workflow/schemas/print.yaml"),
    }


class World:
    """What one study may speak of: its variables by kind, and the random numbers."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        facts = read_facts()
        self.schema, self.units = facts["schema"], facts["dictionary"]["units"]
        self.specs = dict(facts["dictionary"]["variables"])
        for name, (kind, levels, timing) in OWN.items():
            self.specs[name] = {"kind": kind, "timing": timing, "levels": levels}
        self.by_dates = self.chance(0.3)
        self.blocks = self.chance(0.12)
        self.layout = self.pick(["one"] * 7 + ["two", "two", "join"])
        self.rows = self.pick([None] * 7 + ["first", "last", "complete", "fold"])
        lock = ["2014-06-30"] if self.by_dates else []
        plain = self.layout == "one" and not self.rows
        self.redcap = self.pick([None] * 4 + ["raw", "labels"]) if plain else None
        self.data_lock = self.pick([None, None, "2026-01-31", *lock])
        self.times = list(DATES if self.by_dates else TIMES)
        if self.chance(0.15):
            self.times.append("referral_date" if self.by_dates else "referral_time")
        self.mapped = self._choose_columns()
        self.joined = self.some(self.mapped, 0, 3) if self.layout == "join" else []
        self.fixed = ["centre"] if self.layout == "two" and self.chance(0.5) else []
        if self.fixed:
            self.specs["centre"] = {**self.specs["centre"], "levels": ["a", "b"]}
        self.derived = {}
        for name in self.some(["derived", "derived_b", "derived_c"], 0, 3 * self.chance(0.5)):
            self._derive(name)
        self.endpoints, self.groupings, self.models, self.own_scores = [], [], [], {}

    def chance(self, share):
        return self.random.random() < share

    def pick(self, options):
        options = list(options)
        if not options:
            raise SkipError
        return self.random.choice(options)

    def some(self, options, least=1, most=3):
        options = list(options)
        if len(options) < least:
            raise SkipError
        number = self.random.randint(least, max(least, min(most, len(options))))
        return self.random.sample(options, number)

    def _choose_columns(self):
        free = [
            name
            for name, spec in self.specs.items()
            if spec["kind"] not in ("date", "duration")
            and name not in (*TIMES, *SPECIAL)
            and not (self.blocks and (spec.get("pattern") or spec.get("pattern_label")))
        ]
        chosen = self.some(free, 0, 4) + (FONG if self.chance(0.25) else [])
        if not self.blocks:
            chosen += self.pick([[]] * 6 + [["hgp_desmoplastic"]] * 3 + [["hgp_label"]])
        return list(dict.fromkeys(chosen))

    def _derive(self, name):
        """Declare a variable made of others, if some fit."""
        way = self.pick([self._cut, self._compare, self._take_first, self._subtract, self._join])
        try:
            entry, kind, sources, levels = way()
        except SkipError:
            return
        stages = [KNOWN.index(self.specs[source]["timing"]) for source in sources]
        timing = KNOWN[max(stages)]
        self.derived[name] = entry
        self.specs[name] = {"kind": kind, "timing": timing, "levels": levels}

    def _cut(self):
        source = self.pick(self.of(*COUNTED, made=False))
        cuts = sorted(self.some([1, 2, 5, 30, 50, 1000]))
        kind = self.pick(["ordinal", "categorical"])
        return {"from": source, "cuts": cuts, "kind": kind}, kind, [source], cut_names(cuts)

    def _compare(self):
        test = self.draw_condition(made=False)
        sources = [test["variable"]]
        return {"from": test.pop("variable"), **test}, "binary", sources, None

    def _take_first(self):
        kind = self.pick(["binary", "continuous"])
        names = [name for name in self.of(kind, made=False) if not self.specs[name].get("unit")]
        return {"first_of": (sources := self.some(names, 2, 3))}, kind, sources, None

    def _subtract(self):
        ends = [name for name in self.times if self.specs[name]["kind"] == "date"]
        other = self.pick(name for name in ends if name != "resection_date")
        sources = ["resection_date", other][:: -1 if other == "referral_date" else 1]
        unit = self.pick(["days", "weeks", "months", "years"])
        return {"between": sources, "unit": unit}, "continuous", sources, None

    def _join(self):
        names = self.of("binary", made=False)
        parts = [*self.some(names, 0, 2), self.draw_condition(made=False)]
        sources = [part if isinstance(part, str) else part["variable"] for part in parts]
        return {self.pick(["any_of", "all_of"]): parts}, "binary", sources, None

    def draw_condition(self, made=True):
        name = self.pick(self.of(*LEVELS, *COUNTED, made=made))
        spec = self.specs.get(name, {})
        operator = self.pick(["==", "!=", "in", "not in", "missing", "known", ">", "<="])
        if operator in ("missing", "known"):
            return {"variable": name, "operator": operator}
        number = spec.get("kind") in COUNTED
        options = [0, 3, 60] if number else spec.get("levels") or ["no", "yes"]
        if operator in ("in", "not in"):
            return {"variable": name, "operator": operator, "value": self.some(options, 1, 2)}
        if operator in (">", "<=") and not number and spec.get("kind") != "ordinal":
            operator = "=="
        return {"variable": name, "operator": operator, "value": self.pick(options)}

    def of(self, *kinds, late=None, made=True):
        """Variables of some kinds that the study has; late: only those known in follow-up (True) or before (False); made: with
        the groups of scores and patterns."""
        names = [
            name
            for name in [*self.mapped, *self.fixed, *self.derived]
            if self.specs[name]["kind"] in kinds
            and late in (None, self.specs[name]["timing"] == "follow_up")
        ]
        others = {}
        if made and set(FONG) <= {*self.mapped}:
            others = {"fong": "count", "fong_group": "ordinal"}
            others |= {"tumour_burden_score": "continuous", "node_positive": "binary"}
        if made and (self.blocks or any(name.startswith("hgp_") for name in self.mapped)):
            others |= {"hgp_pure": "categorical", "hgp_vascular": "categorical"}
        others = [name for name, kind in others.items() if kind in kinds and name not in names]
        return names + [name for name in others if self.chance(0.5)]
