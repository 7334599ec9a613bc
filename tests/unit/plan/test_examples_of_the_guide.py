"""Every key of the plan stands in an example of config/README.md, and the examples are plans of the schema."""

import re

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


def test_the_plan_of_the_other_keys_has_the_form_of_the_schema(guide, root):
    schema = yaml.safe_load((root / "workflow/schemas/config.schema.yaml").read_text("utf-8"))
    text = re.search(r"```yaml\n(.+?)```", guide[guide.index(HEADING) :], re.S)[1]
    assert check_schema(yaml.safe_load(text), schema) == []
