"""The score registry as one page to review: what every score is made of, and how well each fact is supported."""

import re

from jinja2 import Environment, StrictUndefined

from crlm.plan import phrases
from crlm.plan.scores import list_variables
from crlm.plan.variables import as_text

EVIDENCE = {
    "read": "read in the original's own text or abstract",
    "secondary": "seen only in a source that cites it or in public code, named with the entry",
    "recalled": "recalled from the original, not read again",
    "derived": "derived from published numbers, not published",
    "unverified": "unverified; computed only when the plan allows it",
}
KINDS = {
    "score": "Scores",
    "stage": "Stages and classes",
    "factor": "Single prognostic factors, as ready-made groupings",
}
INTRODUCTIONS = {
    "score": "Computed for every study that has the inputs.",
    "stage": "Computed like the scores. The points only encode the rule of the classes; they were not published.",
    "factor": "Made when a plan names them under scores: compute: (the scores stay as they are); <name>_group then is a grouping.",
}
TIMING = {
    "preoperative": "Preoperative",
    "postoperative": "Postoperative: known with the pathology of the liver specimen, not for a decision before the operation",
    "follow-up": "Follow-up: known only after the first resection, not at it",
}
SIGNS = {">=": "≥", "<=": "≤", ">": ">", "<": "<", "==": "", "!=": "not", "in": ""}


def build_registry(scores, variables, template, markdown=False):
    """Return the page as the text of one HTML file that needs no other file and no network.

    scores: name -> score file. variables: the dictionary's. template: the text of registry.html.j2, or of registry.md.j2 for
    the same in Markdown, which browsers of repositories show.
    """
    entries = [show_score(name, score, variables) for name, score in scores.items()]
    chapters = [
        {
            "title": title,
            "introduction": INTRODUCTIONS[kind],
            "scores": [entry for entry in entries if entry["kind"] == kind],
        }
        for kind, title in KINDS.items()
    ]
    environment = Environment(autoescape=not markdown, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["cell"] = lambda text: text.replace("|", "\\|")
    page = environment.from_string(template).render(
        chapters=[chapter for chapter in chapters if chapter["scores"]],
        evidence=EVIDENCE,
        number=len(entries),
    )
    return re.sub("\n{3,}", "\n\n", page).strip() + "\n" if markdown else page


def show_score(name, score, variables):
    return {
        "name": name,
        "label": score["label"],
        "kind": score.get("kind", "score"),
        "evidence": score["evidence"],
        "timing": score["timing"],
        "not_implementable": score.get("not_implementable", ""),
        "citation": score["citation"]["text"],
        "links": phrases.list_links(score["citation"]),
        "facts": _list_facts(score),
        "components": [
            row
            for component in score["components"].values()
            for row in show_component(component, variables)
        ],
        "overrides": [
            {
                "label": item["label"],
                "test": _join_tests(item["any"], variables),
                "value": show_number(item["value"]),
                "evidence": list(dict.fromkeys(test["evidence"] for test in item["any"])),
            }
            for item in score.get("overrides", [])
        ],
        "notes": [
            f"{component['label']}: {component['note']}"
            for component in score["components"].values()
            if component.get("note")
        ],
        "sum": _tell_sum(score),
        "groups": [
            {"label": group["label"], "span": _tell_span(group), "evidence": group["evidence"]}
            for group in score["groups"].values()
        ],
        "published": _show_published(score),
        "remarks": score.get("remarks", []),
        "secondary_sources": score.get("secondary_sources", []),
        "conflicts": score.get("conflicts", []),
    }


def _list_facts(score):
    derivation = score.get("derivation", {})
    cohort = [
        phrases.plural(derivation["patients"], "patient") if "patients" in derivation else "",
        derivation.get("centre", ""),
        derivation.get("period", ""),
    ]
    words = ", ".join(filter(None, cohort)) or "not stated in the reference"
    facts = [
        (
            "Built on",
            phrases.capitalise(words) if derivation else "",
            derivation.get("evidence"),
        ),
        ("Endpoint", phrases.capitalise(score["endpoint"]), ""),
        ("Timing", TIMING[score["timing"]], ""),
        ("Population", score.get("population", ""), ""),
        ("Variant", phrases.capitalise(score.get("variant", "")), ""),
    ]
    return [
        {"name": name, "text": text, "evidence": evidence} for name, text, evidence in facts if text
    ]


def show_component(component, variables):
    """One row per entry of the points, the label in the first; a row for the rest where it is not 0."""
    label = component["label"]
    if "per_unit" in component:
        test = f"{_name(component['variable'], variables)}, per unit"
        points = show_number(component["per_unit"])
        return [
            {"label": label, "test": test, "points": points, "evidence": [component["evidence"]]}
        ]
    rows = []
    for place, entry in enumerate(component["points"]):
        tests = entry.get("any") or [{**entry, "variable": list_variables(component)[0]}]
        tags = dict.fromkeys([*(test["evidence"] for test in tests), entry["evidence"]])
        rows.append(
            {
                "label": "" if place else label,
                "test": _join_tests(tests, variables),
                "points": show_number(entry["points"]),
                "evidence": list(tags),
            }
        )
    if component.get("otherwise"):
        rest = show_number(component["otherwise"])
        rows.append({"label": "", "test": "otherwise", "points": rest, "evidence": []})
    return rows


def _join_tests(tests, variables):
    return " or ".join(_tell_test(test, variables) for test in tests)


def _tell_test(test, variables):
    """`Largest metastasis > 5 cm`; levels in the words of the dictionary."""
    spec = variables.get(test["variable"], {})
    levels = {as_text(key): text for key, text in spec.get("level_labels", {}).items()}
    threshold = test["threshold"]
    values = threshold if isinstance(threshold, list) else [threshold]
    words = [
        show_number(v)
        if isinstance(v, int | float) and not isinstance(v, bool)
        else levels.get(as_text(v), as_text(v))
        for v in values
    ]
    unit = spec.get("unit") or ""
    unit = unit if unit and not spec.get("levels") and spec.get("kind") != "binary" else ""
    sign = SIGNS[test["operator"]]
    separator = " " if sign else ": "
    parts = [sign, " or ".join(words), unit]
    return f"{_name(test['variable'], variables)}{separator}{' '.join(filter(None, parts))}"


def _name(variable, variables):
    return variables.get(variable, {}).get("label", variable)


def _tell_sum(score):
    """How the value comes about: what is added, rounding, range."""
    low, high = score["range"]
    words = []
    if score.get("base"):
        words.append(f"{show_number(score['base'])} is added to the points.")
    if score.get("rounding"):
        words.append("The sum is rounded to a whole number.")
    if low is not None and high is not None:
        words.append(f"Range {show_number(low)}–{show_number(high)}.")
    return " ".join(words)


def _tell_span(group):
    least, most = group.get("from"), group.get("to")
    if least is None:
        return f"≤ {show_number(most)}"
    if most is None:
        return f"≥ {show_number(least)}"
    span = (show_number(least), show_number(most))
    return span[0] if span[0] == span[1] else "–".join(span)


def _show_published(score):
    """The published figures in one table: its months, and whether it has medians, hazard ratios and numbers of patients."""
    entries = score.get("published", [])
    months = sorted({int(month) for entry in entries for month in entry.get("survival", {})})
    rows = []
    for entry in entries:
        survival = {int(month): value for month, value in entry.get("survival", {}).items()}
        if "group" in entry:
            stratum = score["groups"][entry["group"]]["label"]
        else:
            points = "point" if entry.get("value") == 1 else "points"
            stratum = f"{show_number(entry['value'])} {points}" if "value" in entry else "All"
        tags = [entry.get("patients_evidence", entry["evidence"]) if "patients" in entry else None]
        tags += [*entry.get("survival_evidence", {}).values(), entry["evidence"]]
        rows.append(
            {
                "of": f"{phrases.capitalise(entry['endpoint'])} ({entry['source']})",
                "stratum": stratum,
                "patients": entry.get("patients", ""),
                "survival": [show_number(survival.get(month)) for month in months],
                "median": show_number(entry.get("median_months")),
                "ratio": show_number(entry.get("hazard_ratio")),
                "evidence": list(dict.fromkeys(filter(None, tags))),
            }
        )
    has = {key: any(row[key] != "" for row in rows) for key in ("patients", "median", "ratio")}
    return {"months": months, "rows": rows, **{f"has_{key}": value for key, value in has.items()}}


def show_number(value):
    """A published number with the decimals it was published with."""
    return "" if value is None else f"{value:.10g}".replace("-", "−")
