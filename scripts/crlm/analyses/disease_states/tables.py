"""The tables of disease states: changes, share in each state, mean time in each."""

from crlm.analyses.disease_states.estimate import FREE, LAST_SEEN
from crlm.display import formats
from crlm.display.cells import (
    ESTIMATE,
    ONE,
    Cell,
    Column,
    DisplayTable,
    Row,
    count,
    head,
    number,
    percent,
    text,
)
from crlm.plan import phrases


def name_state(name, states):
    """The label of a state, of those free of disease together, or of being seen last."""
    if name == FREE:
        return "Free of disease, all together"
    return "Seen last in it" if name == LAST_SEEN else states[name]["label"]


def tabulate_transitions(transitions, plan):
    """Who left each state for which: disease_states/transitions.csv."""
    states = plan["history"]["states"]
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Spells"),
        Column("Ended so"),
        Column("Per 100 person-years"),
    )
    rows, notes = [], {}
    for key, grouping in plan["groupings"].items():
        for group in grouping["groups"]:
            mine = transitions[(transitions["grouping"] == key) & (transitions["group"] == group)]
            for state, own in mine.groupby("from_group", sort=False):
                first = own.iloc[0]
                cells = {1: count(first["patients"]), 2: count(first["count"])}
                words = f"{_name_group(grouping, group)}{states[state]['label']}"
                if not formats.is_missing(first["note"]):
                    words += _mark(first["note"], notes)
                rows.append(head(words, len(columns), cells))
                rows += [
                    Row(
                        (
                            text(name_state(row.to_group, states)),
                            Cell(),
                            Cell(),
                            count(row.events),
                            number(row.rate, empty=""),
                        ),
                        indent=1,
                    )
                    for row in own.itertuples()
                    if len(own)
                ]
    words = (
        "Patients: who were ever in the state; spells: how often that was; below, how the spells ended. Person-years are those "
        "spent in the state.",
    )
    return _finish("transitions", "Changes between disease states", columns, rows, words, notes)


def tabulate_means(means, plan):
    """Mean months in each state up to the horizon, and differences: disease_states/means.csv."""
    states, horizon = plan["history"]["states"], plan["horizon_months"]
    columns = (
        Column("", align="left"),
        Column("Patients"),
        Column("Came into it"),
        Column("Mean months in it (95% CI)", parts=ESTIMATE),
        Column("Difference (95% CI)", parts=ESTIMATE),
    )
    rows, notes = [], {}
    for key, grouping in plan["groupings"].items():
        mine = means[means["grouping"] == key]
        for state, own in mine.groupby("state", sort=False):
            words = name_state(state, states)
            words += f", by {grouping['label']}" if len(grouping["groups"]) > 1 else ""
            rows.append(head(words, len(columns)))
            for row in own.itertuples():
                mark = "" if formats.is_missing(row.note) else _mark(row.note, notes)
                compared = _interval(row.difference, row.difference_lower, row.difference_upper)
                cells = (
                    text(grouping["group_labels"].get(row.group, row.group)),
                    count(row.patients),
                    count(row.events),
                    _interval(row.months, row.lower, row.upper, mark),
                    _compare(row, grouping, compared),
                )
                rows.append(Row(cells, indent=1))
    words = (
        f"Mean time in each state within the first {horizon:g} months: the area under its probability; the states of a group add "
        f"up to {horizon:g}. Came into it: how often, by then, the beginning included. Difference from the reference group.",
    )
    title = f"Mean time in each disease state within {horizon:g} months"
    return _finish("means", title, columns, rows, words, notes)


def tabulate_shares(shares, plan):
    """Share in each state at the months of the plan: disease_states/shares.csv."""
    states, times = plan["history"]["states"], plan["times_months"]
    columns = (
        Column("", align="left"),
        Column("Patients"),
        *(Column(f"{time:g} months, % (95% CI)", parts=ESTIMATE) for time in times),
    )
    rows, notes = [], {}
    for key, grouping in plan["groupings"].items():
        for group in grouping["groups"]:
            mine = shares[(shares["grouping"] == key) & (shares["group"] == group)]
            rows.append(head(_name_group(grouping, group) or "All patients", len(columns)))
            for state, own in mine.groupby("state", sort=False):
                cells = [text(name_state(state, states)), count(own["patients"].iloc[0])]
                for row in own.itertuples():
                    mark = "" if formats.is_missing(row.note) else _mark(row.note, notes)
                    cells.append(_share(row, mark))
                rows.append(Row(tuple(cells), indent=1))
    words = ("Patients: of the group. Share of the patients in each state (Aalen-Johansen).",)
    return _finish("shares", "Share in each disease state", columns, rows, words, notes)


def _finish(name, title, columns, rows, words, notes):
    notes = (*words, *(f"{phrases.superscript(place)} {note}." for note, place in notes.items()))
    short = f"States {name}"
    return DisplayTable(f"disease_states_{name}", title, columns, tuple(rows), notes, short)


def _name_group(grouping, group):
    """What stands before the state in the head of a block; nothing for everybody."""
    if len(grouping["groups"]) < 2:
        return ""
    return f"{grouping['label']}, {grouping['group_labels'].get(group, group)}: "


def _mark(note, notes):
    return phrases.superscript(notes.setdefault(phrases.capitalise(note), len(notes) + 1))


def _compare(row, grouping, compared):
    if len(grouping["groups"]) < 2:
        return Cell()
    if row.group == row.reference:
        return text("reference")
    return compared


def _interval(estimate, lower, upper, mark=""):
    if formats.is_missing(estimate):
        return text(f"not estimable{mark}")
    words = formats.format_interval(estimate, lower, upper)
    return Cell(words + mark, (estimate, lower, upper), (ONE,) * 3)


def _share(row, mark):
    if formats.is_missing(row.probability):
        return text(f"not estimable{mark}")
    shown = percent(row.probability, row.lower, row.upper)
    return Cell(shown.text + mark, shown.values, shown.forms)
