"""Whether the patients fare as published: events observed over expected, a sentence for the main endpoint."""

from crlm.analyses.published.numbers import choose_rows, name_ratio
from crlm.display import formats
from crlm.display.keys import mark
from crlm.display.sections import Answer
from crlm.plan import phrases

READ = "read"


def answer(plan, results):
    """Observed over expected events by the scores in use that were published for the same endpoint."""
    name = plan["main"]["endpoint"]
    result = results["endpoints"][name]
    if "published_expected" not in result:
        return
    table = choose_rows(plan, result)
    parts = [
        _tell(row, plan["scores"][key]["label"], name_ratio(name, key))
        for key in plan["scores"]
        for row in table[table["score"] == key].itertuples()
    ]
    if parts:
        first = next(key for key in plan["scores"] if key in set(table["score"]))
        words = f"{plan['endpoints'][name]['label']}, events observed over those expected by the published strata: "
        words += f"{'; '.join(parts)}. Other patients, other years, other treatment."
        yield Answer(words, f"published_{name}_{first}", f"main_published_{name}")


def _tell(row, label, key):
    """`0.86 (0.78–0.95) by Fong score (Fong 1999, up to month 60; seen only in a source that cites it)`."""
    ratio = formats.format_interval(row.ratio, row.lower, row.upper, formats.format_ratio)
    support = [phrases.tell_evidence(tag) for tag in row.evidence.split("; ") if tag != READ]
    note = [] if formats.is_missing(row.note) else [row.note]
    said = "; ".join([f"{row.source}, up to month {row.until:g}", *support, *note])
    return f"{mark(ratio, key)} by {label} ({said})"


def describe_figures(plan, results):
    """What is found in the same figure of every endpoint."""
    for name in plan["endpoints"]:
        yield from answer({**plan, "main": {**plan["main"], "endpoint": name}}, results)
