"""Numbers of discrimination by key: Harrell's C of every score, and the differences between two of them."""

from functools import partial

from crlm.display import formats
from crlm.display.keys import Number, make_key, tell_ratio

METRIC = "harrell_c"
COLUMNS = ("estimate", "lower", "upper")


def list_numbers(plan, results):
    """C of every predictor and every difference in both directions, endpoint by endpoint."""
    for name in plan["endpoints"]:
        result = results["endpoints"][name]
        if "performance" in result:
            yield from _list_scores(result["performance"], name)
            yield from _list_differences(result["differences"], name)


def _list_scores(table, name):
    for place, row in (
        table[(table["metric"] == METRIC) & table["estimate"].notna()].to_dict("index").items()
    ):
        values = tuple(row[column] for column in COLUMNS)
        texts = tell_ratio(values)
        by = ("predictor", "metric")
        key = make_key(name, "c", row["predictor"])
        yield Number(key, values, texts, "performance", name, place, COLUMNS, by)


def _list_differences(table, name):
    form = partial(formats.format_number, digits=3)
    table = table[(table["metric"] == METRIC) & table["estimate"].notna()]
    by = ("predictor", "versus", "metric")
    for place, row in table.to_dict("index").items():
        pair = row["predictor"], row["versus"]
        for sign, (one, other) in ((1, pair), (-1, pair[::-1])):
            limits = sorted(sign * row[key] for key in ("lower", "upper"))
            values = (sign * row["estimate"], *limits)
            key = make_key(name, "c", one, "vs", other)
            texts = (formats.format_interval(*values, form), *map(form, values))
            yield Number(key, values, texts, "differences", name, place, COLUMNS, by)
            if not formats.is_missing(row["p_adjusted"]):
                key, p = make_key(name, "c_p", one, "vs", other), row["p_adjusted"]
                texts, columns = (formats.state_p(p),), ("p_adjusted",)
                yield Number(key, (p,), texts, "differences", name, place, columns, by)
