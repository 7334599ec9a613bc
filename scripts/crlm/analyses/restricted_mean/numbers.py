"""Restricted mean survival times by key, and their differences from the reference group."""

from crlm.display import formats
from crlm.display.keys import Number, name_group, name_time

KINDS = {
    "rmst": ("rmst", "lower", "upper"),
    "rmst_difference": ("difference", "difference_lower", "difference_upper"),
}
BY = ("grouping", "group", "horizon")


def list_numbers(plan, results):
    """Every group at every horizon, endpoint by endpoint."""
    for name in plan["endpoints"] if plan["restricted_mean"] else ():
        table = results["endpoints"][name]["restricted_mean"]
        for place, row in table.to_dict("index").items():
            for what, columns in KINDS.items():
                values = tuple(row[column] for column in columns)
                if formats.is_missing(values[0]):
                    continue
                time = name_time(row["horizon"])
                key = name_group(name, f"{what}_{time}", row["grouping"], row["group"])
                whole = formats.format_interval(*values)
                texts = (whole, *map(formats.format_number, values))
                yield Number(key, values, texts, "restricted_mean", name, place, columns, BY)
