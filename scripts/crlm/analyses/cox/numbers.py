"""Numbers of the Cox models by key: hazard ratios with their p-values, patients and events of each model."""

from crlm.display import formats
from crlm.display.keys import Number, make_key, name_term, tell_ratio
from crlm.plan.models import UNIVARIABLE

COLUMNS = ("hazard_ratio", "lower", "upper")
BY = ("model", "variable", "level")


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
        table = result["cox"]
        for place, row in table[table["hazard_ratio"].notna()].to_dict("index").items():
            level = row["level"]
            if isinstance(level, str) and level == row["reference"]:
                continue
            terms = row["model"], row["variable"], level
            where = {"table": "cox", "endpoint": name, "place": place, "by": BY}
            values = tuple(row[column] for column in COLUMNS)
            texts = tell_ratio(values)
            yield Number(name_term(name, "hr", *terms), values, texts, columns=COLUMNS, **where)
            p = row["p_value"]
            key, texts = name_term(name, "hr_p", *terms), (formats.state_p(p),)
            yield Number(key, (p,), texts, columns=("p_value",), **where)
