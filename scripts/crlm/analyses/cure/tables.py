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


def tabulate_cure(cured, tests, name, endpoint, settings):
    """One row per group; cured, tests: the rows of the endpoint `name` in cure/cured.csv and tests.csv; settings: the plan's."""
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Events"),
        Column("Cured, % (95% CI)", parts=ESTIMATE),
        Column("p, nobody cured"),
        Column("p, the same\nin all groups"),
        Column("Followed beyond\nlast event, n (%)", over="Follow-up", parts=("n", "%")),
        Column("Maller-Zhou p", over="Follow-up"),
        Column("Not cured among those\nfree of it at the end, %", over="Follow-up"),
        Column("Judged", over="Follow-up", align="left"),
    )
    rows, footnotes = [], {}
    for key, grouping in settings["groupings"].items():
        several = len(grouping["groups"]) > 1
        if several:
            test = tests[tests["grouping"] == key].iloc[0]
            compared = {5: _show_test(test, footnotes)}
            rows.append(head(grouping["label"], len(columns), compared))
        for row in cured[cured["grouping"] == key].itertuples():
            label = grouping["group_labels"][row.group]
            rows.append(_tabulate_group(row, label, int(several), footnotes))
    notes = (
        f"Mixture cure model ({phrases.to_words(settings['distribution'])} times of those not cured). Cured means that the event "
        "never comes in the model, which extends the curve beyond the follow-up.",
        "p, the same in all groups: likelihood-ratio test of one cured share for all groups, each with times of its own. Where "
        "follow-up may be too short in a group it compares extrapolations, and says nothing about cure.",
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


def _show_test(test, footnotes):
    """The p-value of equal shares in the head of a grouping."""
    mark = ""
    if not formats.is_missing(test["note"]):
        note = f"The same in all groups: {test['note']}"
        mark = phrases.superscript(footnotes.setdefault(note, len(footnotes) + 1))
    if formats.is_missing(test["p_value"]):
        return text(f"not tested{mark}")
    cell = p_value(test["p_value"])
    return Cell(cell.text + mark, cell.values, cell.forms)


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
        Cell(),
        Cell() if formats.is_missing(row.followed_beyond) else _share(row),
        p_value(row.maller_zhou_p),
        number(at_end if formats.is_missing(at_end) else 100 * at_end),
        text(row.follow_up, strong=row.follow_up == "may be too short"),
    )
    return Row(cells, indent=indent)


def _share(row):
    return share(int(row.followed_beyond), int(row.patients))
