"""Shares of the growth patterns by key."""

from crlm.display import formats
from crlm.display.keys import Number, make_key

TABLE = "growth_patterns"


def count_levels(plan, results, name):
    """Patients per level of a rule, and of how many it is known; None where a share would tell few patients."""
    table, rule = results[TABLE], plan["growth_patterns"][name]
    known = table[name].dropna() if name in table else []
    counts = {level: int((known == level).sum()) for level in rule["levels"]} if len(known) else {}
    least = plan["output"]["privacy"]["small_cells"] or 0
    if not counts or any(0 < count < least for count in counts.values()):
        return None, 0
    return counts, len(known)


def tell_share(count, known):
    """`22.5%`."""
    return f"{formats.format_number(100 * count / known)}%"


def list_numbers(plan, results):
    """Patients whose pattern is known, and the share of each level, rule by rule."""
    for name, rule in plan["growth_patterns"].items():
        counts, known = count_levels(plan, results, name)
        if not counts:
            continue
        where = {"table": TABLE, "endpoint": "", "place": None, "columns": (name,)}
        yield Number(make_key(name, "known"), (known,), (str(known),), **where)
        for level in rule["levels"]:
            key, count = make_key(name, level), counts[level]
            yield Number(key, (count / known,), (tell_share(count, known),), by=(level,), **where)
