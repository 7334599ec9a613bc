"""Mean months in the disease states by key."""

from crlm.analyses.disease_states.estimate import FREE
from crlm.display import formats
from crlm.display.keys import Number, name_group

COLUMNS = ("months", "lower", "upper")


def name_months(grouping, group, state):
    """The key of the mean months of a group in a state: `months_in_recurrence`, `months_free_of_disease`."""
    what = "free_of_disease" if state == FREE else f"in_{state}"
    return name_group("months", what, grouping, group)


def list_numbers(plan, results):
    """Every group in every state."""
    if not plan["disease_states"]:
        return
    table, by = results["states_means"], ("grouping", "group", "state")
    for place, row in table[table["months"].notna()].to_dict("index").items():
        values = tuple(row[column] for column in COLUMNS)
        texts = (formats.format_interval(*values), *map(formats.format_number, values))
        key = name_months(row["grouping"], row["group"], row["state"])
        yield Number(key, values, texts, "states_means", "", place, COLUMNS, by)
