"""Every key of the plan stands in an example of config/README.md, and the examples are plans of the schema."""

import contextlib
import re
import textwrap

import pytest
import yaml
from crlm.plan.schema import check_schema

HEADING = "## Every other key by example"


@pytest.fixture(scope="module")
def guide(root):
    text = (root / "config/README.md").read_text("utf-8")
    return text[: text.index("\n## Keys\n")]


def list_keys(schema, definitions, place=()):
    """The paths of all keys that the schema names; * for a name of one's own."""
    if "$ref" in schema:
        if "/$defs/" not in schema["$ref"]:
            return  # of a key that stands elsewhere
        schema = definitions[schema["$ref"].rsplit("/", 1)[1]]
    for name, inner in schema.get("properties", {}).items():
        yield (*place, name)
        yield from list_keys(inner, definitions, (*place, name))
    for each in (schema.get("additionalProperties"), schema.get("items")):
        if isinstance(each, dict):
            yield from list_keys(each, definitions, place)
    for kind in ("oneOf", "anyOf", "allOf"):
        for each in schema.get(kind, []):
            yield from list_keys(each, definitions, place)


def test_every_key_stands_in_an_example(guide, root):
    schema = yaml.safe_load((root / "workflow/schemas/config.schema.yaml").read_text("utf-8"))
    examples = "".join(re.findall(r"```yaml\n(.+?)```", guide, re.S))
    shown = set(re.findall(r"(?<![\w.])(\w+):", examples))
    keys = {path[-1] for path in list_keys(schema, schema["$defs"])}
    assert len(keys) > 150 and keys - shown == set()


def find_rules(rule, schema):
    """A rule of the schema and its alternatives, references followed."""
    while "$ref" in rule:
        target = schema
        for part in rule["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        rule = target
    yield rule
    for kind in ("oneOf", "anyOf", "allOf"):
        for each in rule.get(kind, []):
            yield from find_rules(each, schema)


def find_pairs(rule, schema, within=""):
    """(key, key within it) of the whole schema; * for a name of one's own."""
    for each in find_rules(rule, schema):
        for name, inner in each.get("properties", {}).items():
            yield within, name
            yield from find_pairs(inner, schema, name)
        if isinstance(each.get("additionalProperties"), dict):
            yield from find_pairs(each["additionalProperties"], schema, f"{within}.*")
        if isinstance(each.get("items"), dict):
            yield from find_pairs(each["items"], schema, within)


def find_shown(value, rule, schema, within=""):
    """The pairs that a part of an example shows."""
    rules = list(find_rules(rule, schema))
    for item in value if isinstance(value, list) else []:
        for each in rules:
            yield from find_shown(item, each.get("items", {}), schema, within)
    for key, item in value.items() if isinstance(value, dict) else []:
        inner = [each["properties"][key] for each in rules if key in each.get("properties", {})]
        others = [each.get("additionalProperties") for each in rules]
        if inner:
            yield within, key
            yield from find_shown(item, inner[0], schema, key)
        else:
            for other in filter(lambda each: isinstance(each, dict), others):
                yield from find_shown(item, other, schema, f"{within}.*")


def test_every_key_is_shown_where_it_belongs(guide, root):
    """How a file is read (`cohort`) and a column (`columns`) is the same everywhere, and shown once."""
    schema = yaml.safe_load((root / "workflow/schemas/config.schema.yaml").read_text("utf-8"))
    texts = [textwrap.dedent(text) for text in re.findall(r"```yaml\n(.+?)```", guide, re.S)]
    texts += re.findall(r"`(\w+: [^`\n]+)`", guide)
    shown = set()
    for text in texts:
        with contextlib.suppress(yaml.YAMLError):
            shown |= set(find_shown(yaml.safe_load(text), schema, schema))
    pairs = set(find_pairs(schema, schema))
    once = {key for place, key in shown if place in ("cohort", "columns.*", "patient_id")}
    missing = {(place, key) for place, key in pairs - shown if key not in once}
    assert len(pairs) > 250 and missing == set()


# What the plan of the other keys speaks of and maps nowhere: columns, variables of the study's own, an endpoint
MAPPED = """overall_time died cancer_death liver_transplantation age sex adjuvant_chemotherapy preoperative_chemotherapy pt_primary
node_positive disease_free_interval n_crlm cea_ng_ml neutrophil_lymphocyte_ratio crp_mg_l kras extrahepatic_disease differentiation
recurrence_time recurred synchronous resection_date last_contact_date death_date n_crlm_repeat size_max_repeat_cm liver_health
future_liver_remnant_percent future_liver_remnant_ml future_liver_remnant_repeat_percent future_liver_remnant_repeat_ml
recorded_crs treatment_time treated spread centre"""
OWN = """
recorded_crs: {label: Recorded, kind: count, timing: baseline}
treatment_time: {label: Time to treatment, kind: duration, timing: follow_up}
treated: {label: Treated, kind: binary, timing: follow_up}
spread: {label: Spread, levels: [one, two, more], kind: categorical, timing: follow_up}
centre: {label: Centre, levels: [a, b]}
"""
RFS = """
label: Recurrence-free survival
events: {recurrence: {duration: recurrence_time, flag: recurred}, death: {duration: overall_time, flag: died}}
censoring: {last_contact: {duration: overall_time}}
"""


def test_the_plan_of_the_other_keys_is_accepted(guide, shipped, plan_of):
    text = re.search(r"```yaml\n(.+?)```", guide[guide.index(HEADING) :], re.S)[1]
    plan = yaml.safe_load(text)
    assert check_schema(plan, shipped["schema"]) == []
    plan["columns"] |= {name: name for name in MAPPED.split()}
    plan["variables"] |= yaml.safe_load(OWN)
    plan["endpoints"]["rfs"] = yaml.safe_load(RFS)
    assert set(plan_of(plan)["endpoints"]) == {"os", "css", "rfs"}
