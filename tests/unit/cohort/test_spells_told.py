"""Spells from the dates of the cohort and a table of events: each number, and each contradiction word by word."""

import pandas as pd
import pytest
from crlm.cohort.histories import SPELLS, read_histories
from crlm.plan.event_tables import resolve_events

MONTH = 30.4375
STATES = {
    "well": {"label": "Well", "after": [], "final": False},
    "ill": {"label": "Ill", "after": ["well", "again"], "final": False},
    "again": {"label": "Treated", "after": ["ill"], "final": False},
    "gone": {"label": "Dead", "after": ["well", "ill", "again"], "final": True},
    "lost": {"label": "Gone Away", "after": ["well", "ill"], "final": True},
}
DATES = {
    "ill": ["back", "back2"],
    "again": ["treated"],
    "gone": ["died"],
    "lost": ["left"],
    "well": ["cured"],
}
COLUMNS = {"back": {"column": "Relapse"}, "died": {"column": "Tod"}}


def day(number):
    return None if number is None else pd.Timestamp("2010-01-01") + pd.Timedelta(days=number)


def text(number):
    return f"{day(number):%Y-%m-%d}"


def read(patients, rows=None, flags=None, **settings):
    """patients: dicts of days after the operation; rows of the table of events: (patient, day, kind)."""
    cohort = pd.DataFrame({"patient_id": list("abcdefghij"[: len(patients)])}, index=range(2, len(patients) + 2))  # fmt: skip
    for name in ("start", "seen", "back", "back2", "treated", "died", "left", "cured"):
        default = 0 if name == "start" else 1000 if name == "seen" else None
        cohort[name] = pd.to_datetime([day(each.get(name, default)) for each in patients])
    for name in ("dead", "relapsed"):
        cohort[name] = [each.get(name) for each in patients]
    spec, cells = None, None
    if rows is not None:
        written = {"patient_id": "Who", "date": "When", "event": "What"}
        kinds = {"R": "ill", "T": "again", "D": "gone"}
        block = {"file": "e.csv", "columns": written, "states": kinds, "date_format": None}
        block |= {"missing": [], "decimal": "."}
        spec = resolve_events(block, list(STATES), "1950-01-01", "events", [])
        cells = pd.DataFrame(
            [(who, text(when) if isinstance(when, int) else when, what) for who, when, what in rows],
            columns=list(written.values()), index=range(2, 2 + len(rows)), dtype=object,
        )  # fmt: skip
    history = {"origin": "start", "last_contact": "seen", "states": STATES, "dates": DATES}
    history |= {"events": spec, "origin_label": "the operation", "flags": flags or {}}
    known = {"zero_time": "half_day", "exclusions": {}, "data_lock": None} | settings
    source = {"columns": COLUMNS, "name": ""}
    plan = {"history": history, "cohort": known, "sources": [source]}
    return read_histories(cohort, cells, plan)


def spells_of(*patients, **more):
    """(patient, spell, state, days from, days to, next state), and nothing told."""
    table, found = read(patients, **more)
    assert list(table.columns) == SPELLS and not found
    return list_spells(table)


def list_spells(table):
    days = {name: (table[name].astype(float) * MONTH).round(6) for name in ("start", "stop")}
    days = table.assign(**days)
    return [tuple(row) for row in days.itertuples(index=False)]


def tell(found):
    return [
        (item["severity"], item["rule"], item["row"], item["patient_id"], item["column"], item["value"], item["message"])
        for item in found
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("patient", "spells"),
    [
        ({}, [("well", 0, 1000, "")]),
        ({"back": 100}, [("well", 0, 100, "ill"), ("ill", 100, 1000, "")]),
        (
            {"back": 100, "treated": 150, "back2": 300, "died": 900, "seen": 900},
            [("well", 0, 100, "ill"), ("ill", 100, 150, "again"), ("again", 150, 300, "ill"), ("ill", 300, 900, "gone")],
        ),
        ({"died": 900}, [("well", 0, 900, "gone")]),  # seen later, which is told elsewhere
        ({"died": 900, "seen": 800}, [("well", 0, 900, "gone")]),
        ({"died": 900, "seen": None}, [("well", 0, 900, "gone")]),
        ({"back": 100, "seen": None}, [("well", 0, 100, "ill"), ("ill", 100, 100, "")]),
        ({"back": 0, "seen": None}, [("well", 0, 0.5, "ill"), ("ill", 0.5, 0.5, "")]),
        ({"seen": None}, []),
        ({"start": None}, []),
        ({"seen": 0}, [("well", 0, 0.5, "")]),
        ({"seen": 1}, [("well", 0, 1, "")]),
        ({"seen": -1}, []),
        ({"died": 0, "seen": 0}, [("well", 0, 0.5, "gone")]),
        ({"back": 0}, [("well", 0, 0.5, "ill"), ("ill", 0.5, 1000, "")]),
        ({"back": 0, "seen": 0}, [("well", 0, 0.5, "ill"), ("ill", 0.5, 0.5, "")]),
        # changes of one day follow one another within it: halves for two, thirds for three
        ({"back": 100, "treated": 100}, [("well", 0, 100, "ill"), ("ill", 100, 100.5, "again"), ("again", 100.5, 1000, "")]),
        (
            {"back": 100, "treated": 100, "died": 100, "seen": 100},
            [("well", 0, 100, "ill"), ("ill", 100, 100.333333, "again"), ("again", 100.333333, 100.666667, "gone")],
        ),
        ({"back": 0, "treated": 0}, [("well", 0, 0.25, "ill"), ("ill", 0.25, 0.75, "again"), ("again", 0.75, 1000, "")]),
        ({"left": 500}, [("well", 0, 500, "lost")]),
    ],
)  # fmt: skip
def test_the_spells_of_one_patient(patient, spells):
    """Also beside others."""
    alone = [("a", place + 1, *each) for place, each in enumerate(spells)]
    assert spells_of(patient) == alone
    beside = [("b", *each[1:]) for each in alone]
    assert spells_of({}, patient, {}) == [
        ("a", 1, "well", 0, 1000, ""), *beside, ("c", 1, "well", 0, 1000, "")
    ]  # fmt: skip


def test_a_follow_up_of_nothing_that_is_left_out():
    out = {"zero_time": "exclude"}
    assert not spells_of({"seen": 0}, {"died": 0, "seen": 0}, {"back": 0, "seen": 0}, **out)
    assert not spells_of({"died": 0, "seen": 5}, **out)
    assert spells_of({"seen": 1}, **out) == [("a", 1, "well", 0, 1, "")]


def test_what_lies_after_the_data_lock():
    lock = {"data_lock": text(500), "after_data_lock": "censor"}
    patients = [{"back": 500}, {"back": 501}, {"died": 600}, {"seen": 400}, {"back": 100, "seen": None}]  # fmt: skip
    assert spells_of(*patients, **lock) == [
        ("a", 1, "well", 0, 500, "ill"), ("a", 2, "ill", 500, 500, ""), ("b", 1, "well", 0, 500, ""),
        ("c", 1, "well", 0, 500, ""), ("d", 1, "well", 0, 400, ""), ("e", 1, "well", 0, 100, "ill"), ("e", 2, "ill", 100, 100, ""),
    ]  # fmt: skip
    assert spells_of({"back": 501}, data_lock=text(500), after_data_lock="keep")[0][4] == 501


def test_a_state_that_is_recorded_without_its_date():
    flags = {"gone": ["dead"], "ill": ["relapsed"]}
    patients = [{"dead": "yes"}, {"dead": "yes", "died": 90}, {"dead": "no"}, {"relapsed": "yes"}, {"relapsed": "yes", "back2": 5}, {"dead": "yes", "back": 5}]  # fmt: skip
    table, _ = read(patients, flags=flags)
    assert list(dict.fromkeys(table["patient_id"])) == ["b", "c", "e"]


# --- contradictions ----------------------------------------------------------------------------------------------------------

BOTH = "Correct one of the two dates."
CONTACT = "Correct one of the two dates: the patient was in contact on the day of the event."
ORDER = "Enter the event between the two, correct the dates or the kind of event, or change `after:` of the state."
AGAIN = "Enter what happened between the two, such as the treatment; nothing to do if it is the same course."
FAULTS = [
    ({"back": -1}, ("error", "before_origin", "Relapse", -1, "Ill on {} lies before the operation (2010-01-01)."), "Correct the date, or delete the event."),
    ({"died": 90, "back": 91}, ("error", "after_final_state", "Relapse", 91, "Ill on {} lies after dead (2010-04-01)."), BOTH),
    ({"left": 90, "back2": 91}, ("error", "after_final_state", "back2", 91, "Ill on {} lies after gone away (2010-04-01)."), BOTH),
    ({"back": 1001}, ("error", "after_last_contact", "Relapse", 1001, "Ill on {} lies after the last contact (2012-09-27)."), CONTACT),
    ({"treated": 50}, ("error", "impossible_order", "treated", 50, "Treated on {} follows on well; the plan lets it follow on ill only."), ORDER),
    ({"back": 40, "cured": 50}, ("error", "impossible_order", "cured", 50, "Well on {} follows on ill; the plan lets it follow on nothing only."), ORDER),
    ({"back": 40, "treated": 50, "left": 60}, ("error", "impossible_order", "left", 60, "Gone Away on {} follows on treated; the plan lets it follow on well or ill only."), ORDER),
    ({"back": 40, "back2": 50}, ("warning", "repeated_state", "back2", 50, "Ill on {} is recorded again (so since 2010-02-10), and nothing between the two; the second changes no state."), AGAIN),
]  # fmt: skip


@pytest.mark.parametrize(("patient", "fault", "remedy"), FAULTS)
def test_what_contradicts_itself(patient, fault, remedy):
    severity, rule, column, when, message = fault
    _, found = read([{}, patient])
    value = text(when)
    assert tell(found) == [(severity, rule, None, "b", column, value, message.format(value))]
    assert found[0]["remedy"] == remedy


@pytest.mark.parametrize(
    "patient",
    [{"back": 0}, {"died": 90, "back": 90}, {"back": 1000}, {"died": 1001}, {"seen": None, "back": 1}, {"left": 90, "back": 90}],
)  # fmt: skip
def test_what_does_not_contradict_itself(patient):
    assert not read([patient])[1]


def test_the_first_of_two_final_states_ends_the_history():
    table, found = read([{"died": 90, "left": 80}])
    assert list_spells(table) == [("a", 1, "well", 0, 80, "lost")]
    assert [(item["rule"], item["value"]) for item in found] == [("after_final_state", text(90))]


def test_what_is_told_changes_no_state():
    table, found = read([{"back": 40, "back2": 50, "treated": 60, "died": 30}])
    assert list_spells(table) == [("a", 1, "well", 0, 30, "gone")] and len(found) == 3
    table, _ = read([{"back": 40, "back2": 50, "treated": 60}])
    assert [each[2:] for each in list_spells(table)] == [
        ("well", 0, 40, "ill"), ("ill", 40, 60, "again"), ("again", 60, 1000, "")
    ]  # fmt: skip
    table, _ = read([{"treated": 50, "back": 70}])
    assert [each[2:] for each in list_spells(table)] == [("well", 0, 70, "ill"), ("ill", 70, 1000, "")]  # fmt: skip


# --- with a table of events ----------------------------------------------------------------------------------------------------


def test_rows_of_the_table_come_first_and_are_named():
    """The same event in both is one; its row is that of the table."""
    table, found = read(
        [{"back": -1, "treated": 5}], [("a", -1, "R"), ("a", 2, "T"), ("a", 3, "R")]
    )
    assert [(item["rule"], item["row"], item["column"]) for item in found] == [
        ("before_origin", 2, "When"),
        ("impossible_order", 3, "When"),
    ]
    assert [each[2:] for each in list_spells(table)] == [
        ("well", 0, 3, "ill"), ("ill", 3, 5, "again"), ("again", 5, 1000, "")
    ]  # fmt: skip
    table, found = read([{}, {}], [("b", 5, "R"), ("a", "nonsense", "R"), ("a", 9, "T")])
    assert [(item["rule"], item["row"]) for item in found] == [("ambiguous_date", None), ("impossible_order", 4)]  # fmt: skip


def test_no_event_in_either():
    table, found = read([{}], [])
    assert list_spells(table) == [("a", 1, "well", 0, 1000, "")] and not found
    assert read([])[0].columns.tolist() == SPELLS and read([])[0].empty


@pytest.mark.parametrize(("wrong", "right", "told"), [(6, 5, 1), (5, 5, 5), (5, 4, 1), (4, 0, 4)])
def test_many_contradictions_are_one_finding(wrong, right, told):
    """More than half of the events, five at least; those that are dates of the cohort count as well."""
    patients = [{"back": 10 if place < right else None} for place in range(10)]
    rows = [("abcdefghij"[place], -5, "R") for place in range(wrong)]
    _, found = read(patients, rows)
    assert [item["rule"] for item in found] == ["before_origin"] * told
    if told == 1:
        assert f"{wrong} of {wrong + right} entries" in found[0]["message"]
