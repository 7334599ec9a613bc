"""Numbers of survival by key: patients, events, medians, follow-up, survival at the landmarks, tests, hazard ratios of cuts."""

from crlm.display import formats
from crlm.display.keys import Number, list_ratios, make_key, name_group, name_time

BY = ("grouping", "group")
TESTS = {"log-rank": "p", "trend": "p_trend", "log-rank-stratified": "p_stratified"}


def list_numbers(plan, results):
    """Every group of every grouping, endpoint by endpoint."""
    for name in plan["endpoints"]:
        result = results["endpoints"][name]
        yield from _list_summary(result["summary"], name)
        sizes = result["summary"].set_index(list(BY))["patients"].to_dict()
        yield from _list_landmarks(result["landmarks"], name, sizes)
        yield from _list_tests(result["tests"], name)
        yield from list_ratios(result["ratios"], "ratios", name)


def _list_summary(table, name):
    for place, row in table.to_dict("index").items():

        def key(what, row=row):
            return name_group(name, what, row["grouping"], row["group"])

        where = {"table": "summary", "endpoint": name, "place": place, "by": BY}
        for what in ("patients", "events"):
            text = formats.format_count(row[what])
            yield Number(key(what), (row[what],), (text,), columns=(what,), **where)
        for what, columns in (
            ("median", ("median", "median_lower", "median_upper")),
            ("follow_up", ("follow_up_median", "follow_up_lower", "follow_up_upper")),
        ):
            values = tuple(row[column] for column in columns)
            ends = (
                formats.format_number(value, empty=empty)
                for value, empty in zip(values, (formats.NOT_REACHED, "NR", "NR"), strict=True)
            )
            texts = (formats.format_median(*values, row["patients"]), *ends)
            patients = row["patients"]
            yield Number(key(what), values, texts, columns=columns, patients=patients, **where)


def _list_landmarks(table, name, sizes):
    columns = ("survival", "lower", "upper")
    for place, row in table[table["survival"].notna()].to_dict("index").items():
        key = name_group(name, name_time(row["time"]), row["grouping"], row["group"])
        values = tuple(row[column] for column in columns)
        size = sizes.get((row["grouping"], row["group"]))
        by = (*BY, "time")
        texts = (format_survival(*values), *split_percent(values))
        yield Number(key, values, texts, "landmarks", name, place, columns, by, size)


def format_survival(survival, lower, upper):
    """`45.0% (41.3–48.6)`."""
    first, _, rest = formats.format_percent(survival, lower, upper).partition(" ")
    return f"{first}% {rest}".strip()


def split_percent(values):
    """Estimate with its sign, and the limits without."""
    texts = [formats.format_percent(value) for value in values]
    return f"{texts[0]}%", *texts[1:]


def _list_tests(table, name):
    for place, row in table.to_dict("index").items():
        pair = row["test"] == "pairwise"
        column = "p_adjusted" if pair and not formats.is_missing(row["p_adjusted"]) else "p_value"
        if pair:
            key = make_key(name, "p", row["grouping"], row["group"], "vs", row["versus"])
        elif row["test"] in TESTS:
            key = make_key(name, TESTS[row["test"]], row["grouping"])
        else:
            key = make_key(name, "p", row["test"], row["grouping"])
        by = ("grouping", "test", "group", "versus")
        texts = (formats.state_p(row[column]),)
        yield Number(key, (row[column],), texts, "tests", name, place, (column,), by)
