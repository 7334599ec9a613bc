"""The table of cured shares and of the follow-up they rest on."""

from crlm.display import formats
from crlm.display.cells import (
    ESTIMATE,
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    number,
    p_value,
    percent,
    share,
    text,
)
from crlm.plan import phrases


def tabulate_cure(cured, name, endpoint, settings):
    """One row per group; cured: the rows of the endpoint `name` in cure/cured.csv; settings: the plan's."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        Column("Cured, % (95% CI)", parts=ESTIMATE),
        Column("p, nobody cured"),
        Column("Followed beyond\nlast event, n (%)", over="Follow-up", parts=("n", "%")),
        Column("Maller-Zhou p", over="Follow-up"),
        Column("Not cured among those\nfree of it at the end, %", over="Follow-up"),
        Column("Judged", over="Follow-up", align="left"),
    )
    rows, footnotes = [], {}
    for key, grouping in settings["groupings"].items():
        several = len(grouping["groups"]) > 1
        if several:
            rows.append(head(grouping["label"], len(columns)))
        for row in cured[cured["grouping"] == key].itertuples():
            label = grouping["group_labels"][row.group]
            rows.append(_tabulate_group(row, label, int(several), footnotes))
    notes = (
        f"Mixture cure model ({phrases.to_words(settings['distribution'])} times of those not cured). Cured means that the event "
        "never comes in the model, which extends the curve beyond the follow-up.",
        "Follow-up is judged as perhaps too short when p of Maller and Zhou is 0.05 or more (1 where nobody was followed "
        "beyond the last event), or when 5 % or more of those free of the event at the end of follow-up are not cured by the "
        "model; both are conventions.",
        *(f"{phrases.superscript(place)} {note}." for note, place in footnotes.items()),
    )
    return DisplayTable(
        f"cure_{name}",
        f"{endpoint['label']}: cured share",
        columns,
        tuple(rows),
        notes,
        f"{endpoint['abbreviation']} cure",
    )


def _tabulate_group(row, label, indent, footnotes):
    mark = ""
    if not formats.is_missing(row.note):
        note = phrases.capitalise(row.note)
        mark = phrases.superscript(footnotes.setdefault(note, len(footnotes) + 1))
    cured = text(f"not estimable{mark}")
    if not formats.is_missing(row.cured):
        cell = percent(row.cured, row.lower, row.upper)
        cured = Cell(cell.text + mark, cell.values, cell.forms)
    at_end = row.not_cured_at_end
    cells = (
        text(label),
        count(row.patients),
        count(row.events),
        cured,
        p_value(row.p_value),
        Cell() if formats.is_missing(row.followed_beyond) else _share(row),
        p_value(row.maller_zhou_p),
        number(at_end if formats.is_missing(at_end) else 100 * at_end),
        text(row.follow_up, strong=row.follow_up == "may be too short"),
    )
    return Row(cells, indent=indent)


def _share(row):
    return share(int(row.followed_beyond), int(row.patients))
