"""Write the reference part of config/README.md and workflow/scores/README.md from the schemas, the dictionary and the registry."""

import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))
from crlm.plan.schema import follow  # noqa: E402
from crlm.scores.registry import build_registry  # noqa: E402

MARK = "<!-- reference: written by `make docs`, do not edit below -->\n"


def read(path):
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))


def describe_keys(rule, root, path=""):
    """Yield (key, what it is, default) for every key below a rule of the schema.

    What is written as another key of the plan (`#/properties/...`) is described there.
    """
    if rule.get("$ref", "").startswith("#/properties/"):
        return
    rule = resolve(rule, root)
    for name, item in rule.get("properties", {}).items():
        full = resolve(item, root)
        place = f"{path}{name}"
        needed = "required" if name in rule.get("required", []) else ""
        simple = "default" in item and item["default"] not in ({}, [], "", None)
        yield (
            place,
            full.get("description", ""),
            needed or (f"`{item['default']}`" if simple else ""),
        )
        yield from describe_keys(item, root, f"{place}.")
        if full.get("type") == "array" and isinstance(full.get("items"), dict):
            yield from describe_keys(full["items"], root, f"{place}[].")
    others = rule.get("additionalProperties")
    if isinstance(others, dict):
        for item in [others, *others.get("oneOf", [])]:
            yield from describe_keys(item, root, f"{path}*.")


def resolve(rule, root):
    if "$ref" not in rule:
        return rule
    return {
        **follow(rule["$ref"], root),
        **{k: v for k, v in rule.items() if k != "$ref"},
    }


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    lines += [
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in row) + " |" for row in rows
    ]
    return "\n".join(lines) + "\n"


def name_inputs(component):
    """The variable of a component, or all of them where any may give the points."""
    variables = component["variable"]
    return variables if isinstance(variables, str) else " or ".join(variables)


def build_reference():
    """Return the text below the mark."""
    schema, dictionary = (
        read("workflow/schemas/config.schema.yaml"),
        read("workflow/schemas/dictionary.yaml"),
    )
    parts = ["\n## Keys\n\n`*` stands for a name of your choice.\n\n"]
    seen = dict.fromkeys(
        (f"`{key}`", text, default) for key, text, default in describe_keys(schema, schema)
    )
    parts.append(table(["key", "what it is", "default"], seen))
    parts.append(
        "\n## Variables\n\nKinds and units of the dictionary; other accepted units in brackets.\n\n"
    )
    rows = []
    for name, spec in dictionary["variables"].items():
        others = [
            str(u) for u in dictionary["units"].get(spec.get("unit"), {}) if u != spec.get("unit")
        ]
        unit = f"{spec.get('unit', '')} ({', '.join(others)})" if others else spec.get("unit", "")
        levels = ", ".join(map(str, spec.get("levels", []))) or (
            "no, yes" if spec["kind"] == "binary" else ""
        )
        rows.append(
            (
                f"`{name}`",
                spec["label"],
                spec["kind"],
                unit or levels,
                spec["timing"].replace("_", "-"),
            )
        )
    parts.append(table(["variable", "meaning", "kind", "unit or levels", "known"], rows))
    parts.append(
        "\n## Scores\n\nComputed when every input is mapped; `proxies` lets another variable stand in for a component.\n\n"
    )
    rows = []
    for path in sorted((ROOT / "workflow/scores").glob("*.yaml")):
        score = yaml.safe_load(path.read_text(encoding="utf-8"))
        inputs = ", ".join(
            f"`{key}` ({name_inputs(item)})" for key, item in score["components"].items()
        )
        overrides = [
            test["variable"] for item in score.get("overrides", []) for test in item["any"]
        ]
        inputs += f"; overridden by {', '.join(overrides)}" if overrides else ""
        rows.append((f"`{path.stem}`", score["label"], inputs, score["timing"], score["evidence"]))
    parts.append(
        table(["score", "name", "components (input)", "timing", "evidence of the points"], rows)
    )
    parts.append("\n## Growth-pattern rules\n\n")
    rules = read("workflow/schemas/growth_patterns.yaml")
    rows = [
        (f"`{k}`", r["label"], ", ".join(r["levels"]), r["source"], r["evidence"])
        for k, r in rules.items()
    ]
    parts.append(table(["rule", "name", "groups", "source", "evidence"], rows))
    return "".join(parts)


def build_page(text):
    """Return config/README.md with the reference part made anew."""
    return text.split(MARK)[0] + MARK + build_reference()


def build_scores_page():
    """Return workflow/scores/README.md, the registry to read where its files are."""
    files = sorted((ROOT / "workflow/scores").glob("*.yaml"))
    scores = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in files}
    variables = read("workflow/schemas/dictionary.yaml")["variables"]
    template = (ROOT / "workflow/report/registry.md.j2").read_text(encoding="utf-8")
    return build_registry(scores, variables, template, markdown=True)


if __name__ == "__main__":
    page = ROOT / "config/README.md"
    page.write_text(build_page(page.read_text(encoding="utf-8")), encoding="utf-8")
    (ROOT / "workflow/scores/README.md").write_text(build_scores_page(), encoding="utf-8")
