"""Which score discriminates best, in a sentence, and whether it is better than the recorded one or the first of the plan."""

from functools import partial

from crlm.analyses.performance.ranking import METRIC, find_reference, rank
from crlm.display import formats
from crlm.display.keys import make_key, mark
from crlm.display.sections import Answer
from crlm.plan import phrases

LEVEL = 0.05


def answer(plan, results):
    """The predictor with the highest C on the same patients, for the main endpoint, beside the reference (see `ranking`)."""
    name = plan["main"]["endpoint"]
    result = results["endpoints"][name]
    if not plan["performance"] or "performance" not in result:
        return
    table = rank(result["performance"])
    if len(table) < 2:
        return
    labels = {key: spec["label"] for key, spec in plan["performance"].items()}
    reference, best = find_reference(table, plan["performance"]), table.index[0]
    patients, events = (int(table[key].iloc[0]) for key in ("patients", "events"))
    common = f"the same {phrases.plural(patients, 'patient')} ({phrases.plural(events, 'event')})"
    label = plan["endpoints"][name]["label"]
    words = f"{label}: of {len(table)} scores on {common} {labels[best]} discriminated best (C {_tell(table.loc[best], name)})"
    if best == reference:
        rest = table.index[1]
        words += f", before {labels[rest]} ({_tell(table.loc[rest], name)})"
        words += _tell_difference(result["differences"], best, rest, name)
    else:
        words += f"; {labels[reference]} had {_tell(table.loc[reference], name)}"
        words += _tell_difference(result["differences"], best, reference, name)
    yield Answer(f"{words}.", f"performance_{name}_ranking", f"main_performance_{name}")


def _tell(row, endpoint):
    text = formats.format_interval(*row[["estimate", "lower", "upper"]], formats.format_ratio)
    return mark(text, make_key(endpoint, "c", row.name))


def _tell_difference(differences, best, other, endpoint):
    """What the paired difference allows to say; its p-value is adjusted for all pairs."""
    pairs = differences[differences["metric"] == METRIC]
    for pair, sign in (((best, other), 1), ((other, best), -1)):
        found = pairs[(pairs["predictor"] == pair[0]) & (pairs["versus"] == pair[1])]
        found = found[found["p_adjusted"].notna()]
        if len(found):
            row = found.iloc[0]
            limits = sorted(sign * row[key] for key in ("lower", "upper"))
            form = partial(formats.format_number, digits=3)
            estimate = formats.format_interval(sign * row["estimate"], *limits, form)
            estimate = mark(estimate, make_key(endpoint, "c", best, "vs", other))
            p = formats.state_p(row["p_adjusted"])
            p = mark(p, make_key(endpoint, "c_p", best, "vs", other))
            shown = "" if row["p_adjusted"] < LEVEL else ", not shown to be better"
            return f" (difference {estimate}, {p} adjusted for all pairs{shown})"
    return ""


def describe_figures(plan, results):
    """What is found in the same figure of every endpoint."""
    for name in plan["endpoints"]:
        yield from answer({**plan, "main": {**plan["main"], "endpoint": name}}, results)
