"""Growth-pattern rules of the plan: which ones the mapped columns allow, and the variables that they make."""

from crlm.plan.schema import nearest
from crlm.plan.scores import SUPPORT, list_marks, mark_label


def declare_patterns(patterns):
    """The variables that the growth-pattern rules make: a group may be mapped to a column, as the pathologist recorded it."""
    return {
        name: {**build_pattern_variable(_mark_rule(rule)), "pattern_rule": True}
        for name, rule in patterns.items()
    }


def _mark_rule(rule):
    return {**rule, "label": mark_label(rule["label"], list_marks(rule["evidence"]))}


def resolve_patterns(wanted, patterns, analysis, problems, mapped=()):
    """The growth-pattern rules that the available shares allow, and those whose groups are mapped, marked `recorded`.

    `computable` says of these whether the shares are there, too.
    """
    for name in wanted:
        if name not in patterns:
            problems.append(f"growth_patterns.rules: no rule '{name}'.{nearest(name, patterns)}")
    rules = {}
    for name, rule in patterns.items():
        shares = [share for level in rule["levels"].values() for share in level.get("sum", [])]
        computable = all(share in analysis for share in shares)
        if wanted and name not in wanted:
            if name in mapped:
                problems.append(
                    f"columns.{name}: the rule is not among growth_patterns.rules; add it there, or take the column out."
                )
        elif name in mapped:
            rules[name] = {**_mark_rule(rule), "recorded": True, "computable": computable}
        elif computable:
            rules[name] = _mark_rule(rule)
    return rules


def build_pattern_variable(rule):
    """The variable of a rule as analyses see it."""
    return {
        "label": rule["label"],
        "kind": "categorical",
        "unit": None,
        "levels": list(rule["levels"]),
        "level_labels": {name: level["label"] for name, level in rule["levels"].items()},
        "timing": "pathology",
        "per": 1,
        "transform": "none",
        "evidence": rule["evidence"],
        "note": SUPPORT.get(rule["evidence"]),
        "marks": list_marks(rule["evidence"]),
    }
