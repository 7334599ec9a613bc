"""Spells from dates and a table of events: what counts, what contradicts itself, whose rows they are."""

import pandas as pd
import pytest
from crlm.cohort.findings import add_findings, build_finding, tabulate_findings
from crlm.cohort.histories import read_histories
from crlm.plan.event_tables import resolve_events

DAY = 1 / 30.4375
STATES = {
    "well": {"label": "Well", "after": [], "final": False},
    "ill": {"label": "Ill", "after": ["well", "again"], "final": False},
    "again": {"label": "Well again", "after": ["ill"], "final": False},
    "gone": {"label": "Gone", "after": ["well", "ill", "again"], "final": True},
}
KINDS = {"R": "ill", "T": "again", "D": "gone", "S": None}


def day(number):
    return pd.Timestamp("2010-01-01") + pd.Timedelta(days=number)


def follow(rows, contact=1000, dates=None, cohort=None, flags=None, **settings):
    """Spells and findings of the patients in `rows`: (patient, day or text, kind)."""
    written = {"patient_id": "Who", "date": "When", "event": "What"}
    block = {"file": "e.csv", "columns": written, "states": KINDS, "date_format": None}
    block |= {"missing": ["-9"], "decimal": "."}
    problems = []
    spec = resolve_events(block, list(STATES), "1950-01-01", "events", problems)
    assert problems == []
    cells = pd.DataFrame(
        [
            (who, f"{day(when):%Y-%m-%d}" if isinstance(when, int) else when, what)
            for who, when, what in rows
        ],
        columns=["Who", "When", "What"],
        index=range(2, 2 + len(rows)),
        dtype=object,
    )
    if cohort is None:
        people = list(dict.fromkeys(who for who, _, _ in rows if who))
        cohort = pd.DataFrame({"patient_id": people, "start": day(0), "seen": day(contact)})
        cohort["died"] = pd.Series(pd.NaT, cohort.index, dtype="datetime64[ns]")
    history = {"origin": "start", "last_contact": "seen", "states": STATES, "dates": dates or {}}
    history |= {"events": spec, "origin_label": "operation", "flags": flags or {}}
    known = {"zero_time": "half_day", "exclusions": {}, "data_lock": None} | settings
    spells, found = read_histories(
        cohort, cells, {"history": history, "cohort": known, "sources": []}
    )
    return spells, pd.DataFrame(found, columns=["severity", "row", "patient_id", "rule", "message"])


def path(spells, patient="a"):
    own = spells[spells["patient_id"] == patient]
    return [
        (row.state, round(row.start / DAY, 6), round(row.stop / DAY, 6), row.next)
        for row in own.itertuples()
    ]


def test_a_history_to_death():
    rows = [("a", 700, "D"), ("a", 100, "R"), ("a", 130, "T"), ("a", 110, "S"), ("a", 400, "R")]
    spells, found = follow(rows)
    assert path(spells) == [
        ("well", 0, 100, "ill"),
        ("ill", 100, 130, "again"),
        ("again", 130, 400, "ill"),
        ("ill", 400, 700, "gone"),
    ]
    assert spells["spell"].tolist() == [1, 2, 3, 4] and found.empty


def test_who_has_no_event_stays_until_the_last_contact():
    cohort = pd.DataFrame({"patient_id": ["a", "b"], "start": day(0), "seen": [day(50), pd.NaT]})
    spells, _ = follow([("b", 20, "R")], cohort=cohort)
    assert path(spells) == [("well", 0, 50, "")]
    # without a last contact a patient is known until the last event
    assert path(spells, "b") == [("well", 0, 20, "ill"), ("ill", 20, 20, "")]


def test_without_origin_or_any_end_there_is_no_history():
    cohort = pd.DataFrame(
        {"patient_id": ["a", "b", "c"], "start": [pd.NaT, day(0), day(0)]},
    ).assign(seen=[day(9), pd.NaT, day(9)])
    spells, _ = follow([("c", 5, "R")], cohort=cohort)
    assert set(spells["patient_id"]) == {"c"}


def test_the_same_death_in_a_column_and_in_the_table_is_one():
    cohort = pd.DataFrame({"patient_id": ["a"], "start": day(0), "seen": day(90), "died": day(90)})
    spells, found = follow([("a", 90, "D")], dates={"gone": ["died"]}, cohort=cohort)
    assert path(spells) == [("well", 0, 90, "gone")] and found.empty
    spells, found = follow([("a", 80, "D")], dates={"gone": ["died"]}, cohort=cohort)
    assert found["rule"].tolist() == ["after_final_state"]


def test_several_changes_of_one_day_follow_one_another():
    spells, found = follow([("a", 10, "D"), ("a", 10, "T"), ("a", 10, "R")])
    assert found.empty
    assert [step[0] for step in path(spells)] == ["well", "ill", "again"]
    stops = [step[2] for step in path(spells)]
    assert stops == sorted(stops) and stops[0] == 10 and 10 < stops[-1] < 11


def test_on_the_day_of_the_origin():
    assert path(follow([("a", 0, "D")])[0]) == [("well", 0, 0.5, "gone")]
    cohort = pd.DataFrame({"patient_id": ["a"], "start": day(0), "seen": day(0)})
    assert path(follow([], cohort=cohort)[0]) == [("well", 0, 0.5, "")]
    assert follow([], cohort=cohort, zero_time="exclude")[0].empty


@pytest.mark.parametrize(
    ("rows", "rule", "severity", "words"),
    [
        ([("a", 50, "D"), ("a", 60, "R")], "after_final_state", "error", "lies after gone"),
        ([("a", -3, "R")], "before_origin", "error", "before operation (2010-01-01)"),
        ([("a", 1001, "R")], "after_last_contact", "error", "after the last contact"),
        ([("a", 20, "T")], "impossible_order", "error", "follows on well"),
        ([("a", 20, "R"), ("a", 40, "R")], "repeated_state", "warning", "nothing between the two"),
        ([("a", "", "R")], "incomplete_event", "error", "has no date"),
        ([("a", 20, "")], "incomplete_event", "error", "has no kind of event"),
        ([("a", 20, "R"), ("", 30, "R")], "incomplete_event", "error", "no patient identifier"),
        ([("a", 20, "X")], "unknown_level", "error", "not declared what this entry means"),
        ([("a", "1930-01-01", "R")], "impossible_date", "error", "before 1950"),
    ],
)
def test_contradictions_are_told_with_the_row(rows, rule, severity, words):
    rows = [tuple(None if cell == "" else cell for cell in row) for row in rows]
    _, found = follow(rows)
    hit = found[found["rule"] == rule]
    assert len(hit) == 1, found.to_dict("records")
    item = hit.iloc[0]
    assert item["severity"] == severity and words in item["message"]
    assert item["row"] == 1 + len(rows)


def test_two_recurrences_without_treatment_between_are_one():
    spells, _ = follow([("a", 20, "R"), ("a", 40, "R"), ("a", 60, "T")])
    assert path(spells)[1] == ("ill", 20, 60, "again")


def test_a_kind_that_leads_nowhere_needs_no_date():
    spells, found = follow([("a", None, "S"), ("a", "-9", "S"), ("a", 20, "R")])
    assert found.empty and len(spells) == 2


def test_rows_of_strangers():
    cohort = pd.DataFrame({"patient_id": ["a"], "start": day(0), "seen": day(90)})
    rows = [("a", 20, "R"), ("secret", 30, "R")]
    spells, found = follow(rows, cohort=cohort)
    assert found["rule"].tolist() == ["unknown_patient"] and len(spells) == 2
    # somebody who is left out by the plan is not named, nor is anything said of the row
    rows += [("secret", "nonsense", "R")]
    spells, found = follow(rows, cohort=cohort, exclusions={"withdrawn": {}})
    assert found["rule"].tolist() == ["rows_of_others"]
    assert "2 of 3 rows" in found["message"][0] and "secret" not in str(found.to_dict())


def test_after_the_data_lock_nothing_happens():
    lock = {"data_lock": f"{day(100):%Y-%m-%d}", "after_data_lock": "censor"}
    spells, found = follow([("a", 50, "R"), ("a", 150, "D")], **lock)
    assert path(spells) == [("well", 0, 50, "ill"), ("ill", 50, 100, "")]
    assert found["severity"].tolist() == ["note"]


def test_a_table_without_its_columns():
    history = {"origin": "start", "last_contact": "seen", "states": STATES, "dates": {}}
    columns = {"patient_id": "Who", "date": "When", "event": "What"}
    block = {"file": "e.csv", "columns": columns, "states": KINDS, "date_format": None}
    history["events"] = resolve_events(block, list(STATES), "1950-01-01", "events", [])
    history |= {"origin_label": "operation", "flags": {}}
    cohort = pd.DataFrame({"patient_id": ["a"], "start": day(0), "seen": day(9)})
    plan = {
        "history": history,
        "cohort": {"zero_time": "half_day", "exclusions": {}},
        "sources": [],
    }
    for given in (["Wer", "When", "What"], ["Who", "Wann", "What"], ["Who", "When", "Was"]):
        cells = pd.DataFrame([["a", "2010-01-05", "R"]], columns=given, index=[2], dtype=object)
        _, found = read_histories(cohort, cells, plan)
        assert [item["rule"] for item in found] == ["missing_column"], found


def test_no_key_no_history():
    spells, found = read_histories(
        pd.DataFrame({"patient_id": ["a"]}), None, {"history": None, "cohort": {}}
    )
    assert spells.empty and found == []


def test_an_error_that_the_cohort_has_told_is_told_once():
    words = "It is wrong.", "Correct it."
    place = {"patient": "a", "column": "Death", "value": "x"}
    table = tabulate_findings([build_finding("error", "after_death", *words, **place)])
    again = build_finding("error", "after_final", *words, **place)
    other = build_finding("warning", "new", *words, **{**place, "patient": "b"})
    assert add_findings(table, [again, other])["rule"].tolist() == ["after_death", "new"]
    assert add_findings(table, []) is table


def test_a_death_without_its_date_is_nobody_alive():
    cohort = pd.DataFrame({"patient_id": list("abc"), "start": day(0), "seen": day(90)})
    cohort = cohort.assign(
        died=pd.to_datetime([pd.NaT, day(80), pd.NaT]), dead=["yes", "yes", "no"]
    )
    known = {"dates": {"gone": ["died"]}, "cohort": cohort, "flags": {"gone": ["dead"]}}
    assert set(follow([], **known)[0]["patient_id"]) == {"b", "c"}
    # the table of events may know it
    spells, _ = follow([("a", 60, "D")], **known)
    assert path(spells) == [("well", 0, 60, "gone")]
