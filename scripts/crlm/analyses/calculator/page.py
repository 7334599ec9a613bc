"""The page of the calculator: one file with the engine, the scores and the numbers, which needs no network."""

import json

from jinja2 import Environment, StrictUndefined

from crlm.display import language
from crlm.display.script_words import say_script
from crlm.plan.scores import mark_label
from crlm.scores import registry

NOT_IN_SCRIPTS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
SIGNS = {"decimal": ".", "group": ","}  # of numbers in English
SAID = (
    "label",
    "unit",
    "rules",
    "sum",
    "conflicts",
    "proxies",
    "note",
)  # texts of the data; citations stay


def build_page(study, plan, scores, endpoints, strata, models, sources):
    """Return the page as text: script and data in the language in use, what stands between the tags as in the template.

    study: {title, synthetic}; plan: of the calculator; scores: {name: score}; endpoints: {name: spec}; strata: of
    `estimate_strata`; models: {endpoint: `describe_model`}; sources: {template, engine, script}, texts.
    """
    variables = plan["variables"]
    data = {
        "endpoints": {
            name: {"label": endpoints[name]["label"], "months": endpoints[name]["landmarks_months"]}
            for name in plan["endpoints"]
        },
        "variables": {name: _describe(spec) for name, spec in variables.items()},
        "tags": {name: name for name in registry.EVIDENCE},
        "evidence": registry.EVIDENCE,
        "timing": registry.TIMING,
        "scores": [_show_score(name, scores[name], variables, strata) for name in plan["scores"]],
        "model": plan["model"] and {"label": plan["model"]["label"], "endpoints": models},
    }
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(sources["template"]).render(
        title=study["title"],
        synthetic=study["synthetic"],
        engine=say_script(sources["engine"]),
        script=say_script(sources["script"]),
        data=json.dumps(say_data(data), ensure_ascii=False, allow_nan=False).translate(
            NOT_IN_SCRIPTS
        ),
    )


def say_data(data):
    """The data of the page in the language in use, with its signs of numbers; numbers and names of variables and levels stay."""
    found = language.catalogue()
    signs = {"decimal": found.decimal, "group": found.group} if found else SIGNS
    said = _say_within(data) if found else data
    words = {part: dict(_say_all(data[part])) for part in ("tags", "evidence", "timing")}
    return {**said, **words, **signs}


def _say_all(words):
    return ((name, language.say(text)) for name, text in words.items())


def _say_within(value, key=""):
    if isinstance(value, list):
        return [_say_within(each, key) for each in value]
    if isinstance(value, str):
        return language.say(value) if key in SAID else value
    if not isinstance(value, dict):
        return value
    said = {name: _say_within(each, name) for name, each in value.items()}
    if value.get("levels") and "level_labels" in value:  # a level without a label is its own
        labels = {name: value["level_labels"].get(name, name) for name in value["levels"]}
        said["level_labels"] = dict(_say_all(labels))
    if "source" in value:  # a published stratum
        said["endpoint"] = language.say(value["endpoint"])
    return said


def _describe(spec):
    keys = ("label", "unit", "kind", "levels", "level_labels", "range", "timing")
    return {key: spec[key] for key in (*keys, "derive", "formula")}


def _show_score(name, score, variables, strata):
    facts = registry.show_score(name, score, variables)
    mine = strata[strata["score"] == name]
    return {
        **{key: facts[key] for key in ("name", "evidence", "timing", "citation", "sum")},
        # the support stands beside it, and a stand-in is of this cohort only
        "label": score["label"].removesuffix(mark_label("", score["marks"])),
        "range": score["range"],
        "base": score["base"],
        "rounding": bool(score.get("rounding")),
        "components": [
            _show_component(component, variables) for component in score["components"].values()
        ],
        "overrides": [
            {
                "label": item["label"],
                "value": item["value"],
                "tests": [_pick(test) for test in item["any"]],
            }
            for item in score["overrides"]
        ],
        "groups": {
            key: {
                **{end: group[end] for end in ("from", "to") if end in group},
                "label": group["label"],
                "evidence": group["evidence"],
            }
            for key, group in score["groups"].items()
        },
        "published": [_show_published(entry, score) for entry in score["published"]],
        "conflicts": score.get("conflicts", []),
        "proxies": score["note"] if score["proxies"] else None,
        "cohort": [_show_stratum(*key, rows) for key, rows in _split(mine)],
    }


def _split(table):
    return table.groupby(["kind", "stratum", "endpoint"], sort=False)


def _show_component(component, variables):
    rules = [
        f"{row['test']}: {plural_points(row['points'])}"
        for row in registry.show_component(component, variables)
    ]
    tags = [tag for row in registry.show_component(component, variables) for tag in row["evidence"]]
    common = {
        "label": component["label"],
        "rules": rules,
        "evidence": list(dict.fromkeys(tags)),
    }
    if "per_unit" in component:
        return {**common, "variable": component["variable"], "per_unit": component["per_unit"]}
    points = [
        {
            "points": entry["points"],
            "tests": [
                _pick(test)
                for test in entry.get("any") or [{**entry, "variable": component["variable"]}]
            ],
        }
        for entry in component["points"]
    ]
    return {**common, "points": points, "otherwise": component.get("otherwise", 0)}


def plural_points(text):
    """`1 point`, `2.5 points`."""
    return f"{text} {'point' if text in ('1', '−1') else 'points'}"


def _pick(test):
    variable = test["variable"]
    variable = variable[0] if isinstance(variable, list) else variable
    return {"variable": variable, "operator": test["operator"], "threshold": test["threshold"]}


def _show_published(entry, score):
    """One published stratum: which, of what endpoint and source, and the survival in per cent with the support of each."""
    kind = "group" if "group" in entry else "value" if "value" in entry else "all"
    label = {
        "group": lambda: score["groups"][entry["group"]]["label"],
        "value": lambda: plural_points(registry.show_number(entry["value"])),
        "all": lambda: "All patients",
    }[kind]()
    tags = entry.get("survival_evidence", {})
    tags = {int(month): tag for month, tag in tags.items()}
    return {
        "kind": kind,
        "key": entry.get(kind),
        "label": label,
        "endpoint": entry["endpoint"],
        "source": entry["source"],
        "patients": entry.get("patients"),
        "median": entry.get("median_months"),
        "evidence": entry["evidence"],
        "survival": [
            [int(month), percent, tags.get(int(month), entry["evidence"])]
            for month, percent in sorted(
                entry.get("survival", {}).items(), key=lambda item: int(item[0])
            )
        ],
    }


def _show_stratum(kind, stratum, endpoint, rows):
    numbers = rows[["time", "survival", "lower", "upper", "at_risk"]].astype(object)
    numbers = numbers.where(numbers.notna(), None).to_numpy().tolist()
    return {
        "kind": kind,
        "key": float(stratum) if kind == "value" else stratum,
        "endpoint": endpoint,
        "patients": int(rows["patients"].iloc[0]),
        "events": int(rows["events"].iloc[0]),
        "survival": numbers,
    }
