"""The table of restricted means."""

from crlm.display import formats
from crlm.display.cells import (
    ESTIMATE,
    ONE,
    TWO,
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    p_value,
    text,
)
from crlm.plan import phrases


def tabulate_restricted_means(means, name, endpoint, settings):
    """Restricted means, differences and ratios: restricted_mean/{endpoint}.csv; settings: the plan's."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events until then"),
        Column("Restricted mean, months (95% CI)", parts=ESTIMATE),
        Column("Difference, months (95% CI)", parts=ESTIMATE),
        Column("p of the difference"),
        Column("Ratio (95% CI)", parts=ESTIMATE),
        Column("p of the ratio"),
    )
    rows, footnotes = [], {}
    for key, grouping in settings["groupings"].items():
        mine = means[means["grouping"] == key]
        for horizon in settings["horizons_months"][name]:
            words = f"{grouping['label']}: up to {horizon:g} months"
            if grouping["landmark_months"]:
                words += f" after the landmark at {grouping['landmark_months']:g}"
            rows.append(head(words, len(columns)))
            rows += [
                _tabulate_group(row, grouping, footnotes)
                for row in mine[mine["horizon"] == horizon].itertuples()
            ]
    notes = (
        "Restricted mean survival time: the mean time without the event within the months given, the area under the Kaplan-Meier "
        "curve until then. Difference and ratio against the reference group.",
        *(f"{phrases.superscript(place)} {note}." for note, place in footnotes.items()),
    )
    return DisplayTable(
        f"restricted_mean_{name}",
        f"{endpoint['label']}: restricted mean survival time",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} restricted mean",
    )


def _tabulate_group(row, grouping, footnotes):
    mark = ""
    if not formats.is_missing(row.note):
        note = phrases.capitalise(row.note)
        mark = phrases.superscript(footnotes.setdefault(note, len(footnotes) + 1))
    if row.group == row.reference:
        compared = [text("reference"), Cell(), text("reference"), Cell()]
    else:
        compared = [
            _interval(row.difference, row.difference_lower, row.difference_upper),
            p_value(row.p_value),
            _interval(row.ratio, row.ratio_lower, row.ratio_upper, 2),
            p_value(row.ratio_p_value),
        ]
    cells = (
        text(grouping["group_labels"][row.group]),
        count(row.patients),
        count(row.events),
        _interval(row.rmst, row.lower, row.upper, mark=mark),
        *compared,
    )
    return Row(cells, indent=1)


def _interval(estimate, lower, upper, digits=1, mark=""):
    if formats.is_missing(estimate):
        return text(f"not estimable{mark}")

    def form(value, empty):
        return formats.format_number(value, digits, empty)

    words = formats.format_interval(estimate, lower, upper, form)
    values = [None if formats.is_missing(value) else value for value in (estimate, lower, upper)]
    return Cell(words + mark, tuple(values), ({1: ONE, 2: TWO}[digits],) * 3)
