"""Numbers of the Cox models by key: hazard ratios with their p-values, patients and events of each model."""

from crlm.display import formats
from crlm.display.keys import Number, list_ratios, make_key
from crlm.plan.models import UNIVARIABLE


def list_numbers(plan, results):
    """Every term of every model, endpoint by endpoint; a reference level has none."""
    for name in plan["endpoints"]:
        result = results["endpoints"][name]
        for place, row in result["models"].to_dict("index").items():
            alone = row["variable"] if row["model"] == UNIVARIABLE else None
            for what in ("patients", "events"):
                key = make_key(name, "hr", what, row["model"], alone)
                texts = (formats.format_count(row[what]),)
                by = ("model", "variable")
                yield Number(key, (row[what],), texts, "models", name, place, (what,), by)
        yield from list_ratios(result["cox"], "cox", name)
