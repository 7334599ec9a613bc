"""Numbers of the cohort by key: patients, and the characteristics of all of them."""

from crlm.display import formats
from crlm.display.keys import OVERALL, Number, make_key

BY = ("grouping", "variable", "level")


def list_numbers(plan, results):
    """Patients in the export and analysed, then medians and shares of Table 1 in the whole cohort."""
    flow = results["attrition"]
    steps = flow[flow["endpoint"].isna()]
    for key, row in (("patients_export", steps.iloc[0]), ("patients", steps.iloc[-1])):
        text = formats.format_count(row["remaining"])
        values, place = (row["remaining"],), int(row.name)
        yield Number(key, values, (text,), "attrition", "", place, ("remaining",), ("step",))
    table = results["table1"]
    for place, row in table[table["grouping"] == OVERALL].to_dict("index").items():
        level = row["level"] if isinstance(row["level"], str) else None
        key = make_key("cohort", row["variable"], level)
        if level is None and not formats.is_missing(row["median"]):
            columns = ("median", "q1", "q3")
            values = tuple(row[name] for name in columns)
            digits = formats.choose_spread_digits(*values)
            parts = (formats.format_number(value, digits) for value in values)
            texts = (formats.format_spread(*values), *parts)
        elif not formats.is_missing(row["count"]):
            known = row["patients"] - row["missing"]
            columns, values = ("count",), (row["count"],)
            texts = (formats.format_share(row["count"], known),)
        else:
            continue
        yield Number(key, values, texts, "table1", "", place, columns, BY)
