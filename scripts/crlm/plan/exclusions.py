"""What the exclusions of the plan say about levels, before any data."""

from crlm.plan.variables import LEVEL_KINDS


def list_excluded_levels(rule, levels):
    """Return the levels (in rising order where they have one) that a rule of exclusion leaves out: nobody analysed has them."""
    operator, value = rule["operator"], rule["value"]
    if operator in ("missing", "known"):
        return []
    if operator in ("in", "not in"):
        return [level for level in levels if (level in value) == (operator == "in")]
    if value not in levels:
        return []
    place = levels.index(value)
    holds = {
        "==": lambda other: other == place,
        "!=": lambda other: other != place,
        ">": lambda other: other > place,
        ">=": lambda other: other >= place,
        "<": lambda other: other < place,
        "<=": lambda other: other <= place,
    }[operator]
    return [level for other, level in enumerate(levels) if holds(other)]


def drop_excluded_levels(variables, exclusions):
    """Return the variables without the levels that exclusions leave out, where two or more stay: groups are made of the others."""
    kept = dict(variables)
    for rule in exclusions.values():
        name = rule.get("variable")
        spec = kept.get(name)
        if spec and spec["kind"] in LEVEL_KINDS:
            out = list_excluded_levels(rule, spec["levels"])
            stay = [level for level in spec["levels"] if level not in out]
            if len(stay) > 1:
                labels = {level: spec["level_labels"][level] for level in stay}
                kept[name] = {**spec, "levels": stay, "level_labels": labels}
    return kept


def list_order(variable, operator, variables):
    """The levels of an ordered variable for a test that goes by their order, `{}` for another: exclusions may take some away."""
    spec = variables.get(variable, {})
    ordered = operator in (">", ">=", "<", "<=") and spec.get("kind") == "ordinal"
    return {"levels": spec["levels"]} if ordered else {}
