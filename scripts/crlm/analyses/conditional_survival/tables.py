"""The table of conditional survival."""

from crlm.display import formats
from crlm.display.cells import (
    ESTIMATE,
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    percent,
    text,
)
from crlm.plan import phrases


def tabulate_conditional_survival(found, name, settings, endpoints):
    """One row per group, condition and given months.

    found: the rows of the endpoint `name` in conditional_survival/survival.csv; settings: the plan's; endpoints: {name: spec}.
    """
    endpoint = endpoints[name]
    columns = (
        Column("", align="left"),
        Column("Patients at risk then"),
        *(
            Column(f"{months:g} further months,\n% (95% CI)", parts=ESTIMATE)
            for months in settings["further_months"]
        ),
    )
    rows, footnotes = [], {}
    for key, grouping in settings["groupings"].items():
        for group in grouping["groups"]:
            mine = found[(found["grouping"] == key) & (found["group"] == group)]
            label = grouping["group_labels"][group]
            words = f"{grouping['label']}: {label}" if len(grouping["groups"]) > 1 else label
            rows.append(head(words, len(columns)))
            for (given, months), part in mine.groupby(["given", "given_months"], sort=False):
                cells = [_tabulate_survival(row, footnotes) for row in part.itertuples()]
                condition = name_condition(months, given, name, endpoints, grouping)
                first = text(condition), count(part["patients"].iloc[0])
                rows.append(Row((*first, *cells), indent=1))
    notes = (
        "Kaplan-Meier survival of those who are still at risk after the months given, from there on; log-log limits. "
        "Rows of one group share patients.",
        *(f"{phrases.superscript(place)} {note}." for note, place in footnotes.items()),
    )
    return DisplayTable(
        f"conditional_survival_{name}",
        f"{endpoint['label']}: conditional survival",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} conditional",
    )


def name_condition(months, given, name, endpoints, grouping):
    """What is known of the patients of a row, in words."""
    since = "the landmark" if grouping["landmark_months"] else endpoints[name]["origin_label"]
    if not months:
        return f"From {since}"
    words = f"Without event after {months:g} months"
    return words if given == name else f"{words}, {also_free(given, endpoints)}"


def also_free(given, endpoints):
    """The second condition, in words."""
    return f"also without event of {endpoints[given]['abbreviation']}"


def _tabulate_survival(row, footnotes):
    mark = ""
    if not formats.is_missing(row.note):
        note = phrases.capitalise(row.note)
        mark = phrases.superscript(footnotes.setdefault(note, len(footnotes) + 1))
    if formats.is_missing(row.survival):
        return text(f"not estimable{mark}")
    cell = percent(row.survival, row.lower, row.upper)
    return Cell(cell.text + mark, cell.values, cell.forms)
