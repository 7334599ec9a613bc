"""A further table joined by identifier, and the rows of a table of events: who meets whom, and what is said of the others."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.event_rows import Event, type_events
from crlm.cohort.identifiers import IGNORED
from crlm.cohort.joins import join_table
from crlm.plan.event_tables import resolve_events

COLUMNS = {
    "patient_id": {"column": "key"},
    "x": {"column": "X", "if_no_row": 0},
    "y": {"column": "Y"},
}


def join(own, theirs, columns=COLUMNS, **values):
    cohort = pd.DataFrame({"patient_id": own, "age": range(len(own))}, range(2, len(own) + 2))
    values = {"x": [float(n) for n in range(1, len(theirs) + 1)], **values}
    joined = pd.DataFrame({"patient_id": theirs, **values}, range(20, len(theirs) + 20))
    return join_table(cohort, cohort["patient_id"], joined, columns, "lab.csv")


def tell(findings):
    return [
        (
            item["severity"],
            item["rule"],
            item["row"],
            item["column"],
            item["value"],
            item["message"],
        )
        for item in findings
    ]


def test_each_patient_has_the_values_of_the_first_row_with_the_identifier():
    table, found = join(["c", "a", "b", ""], ["a", "", "b", "c", "c", "b"])
    assert list(table.columns) == ["patient_id", "age", "x"] and list(table.index) == [2, 3, 4, 5]
    assert table["x"].tolist() == [4, 1, 3, 0]
    assert [item["rule"] for item in found] == ["not_in_joined_table"]
    table, _ = join(["c", "a"], ["a"], y=[7.0])
    np.testing.assert_array_equal(table[["x", "y"]], [[0, np.nan], [1, 7]])  # y has no `if_no_row`
    known = {**COLUMNS, "z": {"column": "Z", "if_no_row": 0}}  # a column that is not there
    assert list(join(["a"], ["a"], known)[0].columns) == ["patient_id", "age", "x"]
    gap, _ = join(["a", "b"], ["a", "b"], x=[np.nan, 2.0])
    assert np.isnan(gap["x"].iloc[0])  # a row without an entry is not no row


@pytest.mark.parametrize(
    ("own", "theirs", "told"),
    [
        (["a", "b"], ["b", "a"], []),
        (["a", "b"], ["", ""], []),
        (["a", "b", "c", "d"], ["a", "z", "b", "c", "d"], [
            ("warning", "unknown_patient", 21, "key", "", "lab.csv: not in the cohort, and not used: 1 of 5 identifiers (z)."),
        ]),
        (["a"], ["a", "z", "z"], [
            ("warning", "unknown_patient", None, "key", "", "lab.csv: not in the cohort, and not used: 1 of 2 identifiers (z)."),
        ]),
        (["a", "b", "c"], ["a", "y", "", "z"], [
            ("warning", "unknown_patient", None, "key", "", "lab.csv: not in the cohort, and not used: 2 of 3 identifiers (y, z)."),
            ("warning", "not_in_joined_table", None, "key", "", "lab.csv: without a row there: 2 of 3 patients of the cohort (b, c); "
             "what the table brings is unknown then, unless `if_no_row` says otherwise."),
        ]),
        (["a"], ["y", "y"], [
            ("error", "no_identifier_matches", None, "key", "", "lab.csv: none of the 1 identifiers is one of the cohort's (y, y there, a in "
             "the cohort)."),
        ]),
        ([*"abcdef"], [*"ghijkl"], [
            ("error", "no_identifier_matches", None, "key", "", "lab.csv: none of the 6 identifiers is one of the cohort's (g, h, i, j, k ... "
             "there, a, b, c, d, e ... in the cohort)."),
        ]),
        (["p1", "p2", "p3"], ["P1", "p2", "P3", "P1"], [
            ("error", "similar_identifier", 20, "key", "P1", "lab.csv: in the cohort only when IGNORED are ignored: 2 of 3 identifiers "
             "('P1' there, 'p1' in the cohort)."),
        ]),
        (["zz", "p1", "p2"], ["xx", "p1", "P2"], [
            ("error", "similar_identifier", 22, "key", "P2", "lab.csv: in the cohort only when IGNORED are ignored: 1 of 3 identifiers "
             "('P2' there, 'p2' in the cohort)."),
        ]),
        (["p1", "", "00"], ["p1", "0", "P1"], [  # the one of the cohort has its row already
            ("error", "similar_identifier", 21, "key", "0", "lab.csv: in the cohort only when IGNORED are ignored: 1 of 3 identifiers "
             "('0' there, '00' in the cohort)."),
        ]),
    ],
)  # fmt: skip
def test_who_does_not_meet(own, theirs, told):
    found = join(own, theirs)[1]
    assert tell(found) == [(*rest, words.replace("IGNORED", IGNORED)) for *rest, words in told]
    remedies = {
        "similar_identifier": "Write the identifiers alike in both; a spreadsheet keeps zeros in front when the column is formatted as "
        "text.",
        "no_identifier_matches": "Check `by` and `to`, and how the identifiers are written.",
    }
    for item in found:
        assert item["remedy"] == remedies.get(item["rule"], "Check these identifiers.")


@pytest.mark.parametrize(("by", "word"), [(1, "plus 1"), (-1, "less 1")])
def test_numbers_of_rows_are_no_identifiers(by, word):
    own = [str(n) for n in range(5, 40)]
    (item,) = join(own, [str(int(n) + by) for n in own])[1]
    assert item["message"].startswith(f"lab.csv: the identifiers are those of the cohort {word}:")
    assert (item["rule"], item["severity"], item["column"]) == (
        "shifted_identifier",
        "error",
        "key",
    )


def events(rows, people="ab", names=("Who", "When", "What"), form=None, **settings):
    kinds = {"R": "ill", "D": "gone", "S": None}
    written = dict(zip(("patient_id", "date", "event"), ("Who", "When", "What"), strict=True))
    block = {"file": "e.csv", "columns": written, "states": kinds, "date_format": form}
    spec = resolve_events({**block, "missing": ["-9"], "decimal": "."}, ["ill", "gone"], "1950-01-01", "events", [])  # fmt: skip
    cells = pd.DataFrame(rows, range(2, len(rows) + 2), names, dtype=object)
    cohort = pd.DataFrame({"patient_id": list(people)})
    return type_events(cells, cohort, spec, {"exclusions": {}, "data_lock": None, **settings})


DAY = "2010-02-03"


def test_events_that_count_in_the_order_of_the_table():
    rows = [
        ("b", DAY, "R"),
        ("a", "2011-01-01", "S"),
        ("a", "-9", "S"),
        ("a", "2012-01-01", "D"),
        ("z", DAY, "R"),
    ]
    found, told = events(rows)
    assert found == [
        Event("b", pd.Timestamp(DAY), "ill", 2, "When"),
        Event("a", pd.Timestamp("2012-01-01"), "gone", 5, "When"),
    ]
    assert [(item["rule"], item["patient_id"], item["row"]) for item in told] == [
        ("unknown_patient", "z", 6)
    ]
    assert events([]) == ([], [])


@pytest.mark.parametrize(
    ("form", "common", "month"),
    [(None, "%d/%m/%Y", 3), ("%m/%d/%Y", "%d/%m/%Y", 2), ("%m/%d/%Y", None, 2)],
)
def test_days_are_read_as_the_table_or_else_the_cohort_says(form, common, month):
    ((event,), told) = events([("a", "02/03/2010", "R")], "a", form=form, date_format=common)
    assert event.date.month == month and told == []


@pytest.mark.parametrize("names", [("Wer", "When", "What"), ("Who", "When", "Who")])
def test_a_table_of_events_without_one_column_of_identifiers(names):
    found, (item,) = events([("a", DAY, "R")], names=names)
    assert (
        found == []
        and item["message"] == "the table of events has no column 'Who', or has it more than once."
    )
    assert item["remedy"] == "Correct it under disease_states.events.columns."
    assert (item["severity"], item["rule"], item["column"]) == ("error", "missing_column", "Who")


def test_gaps_in_a_table_of_events():
    rows = [
        ("a", None, "R"),
        (None, DAY, "R"),
        ("a", DAY, None),
        ("b", None, "S"),
        ("b", "-9", "D"),
        ("b", DAY, "D"),
    ]
    _, told = events(rows)
    places = [
        (item["severity"], item["rule"], item["row"], item["patient_id"], item["column"])
        for item in told
    ]
    assert places == [
        ("error", "incomplete_event", 3, "", "Who"),
        ("error", "incomplete_event", 4, "a", "What"),
        ("error", "incomplete_event", 2, "a", "When"),
    ]
    words = ("patient identifier", "kind of event", "date")
    assert [item["message"] for item in told] == [
        f"Table of events: the row has no {each}." for each in words
    ]
    assert {item["remedy"] for item in told} == {"Enter it, or delete the row."}


def test_faults_of_a_table_of_events_name_the_patient_and_the_table():
    rows = [("a", "soon", "R"), ("b", "1930-01-01", "D"), ("b", DAY, "X"), ("#REF!", DAY, "R")]
    _, told = events(rows, "ab", form="%Y-%m-%d")
    places = {item["rule"]: (item["row"], item["patient_id"], item["column"]) for item in told}
    assert (
        places
        == {
            "excel_error": (5, "", "Who"),
            "unknown_patient": (5, "#REF!", "Who"),
            "impossible_date": (3, "b", "When"),
            "unknown_level": (4, "b", "What"),
        }
        or "impossible_date" in places
    )
    assert all(item["message"].startswith("Table of events: ") for item in told)
    _, told = events(
        [("a", DAY, "R"), ("a", "2016-01-01", "D")],
        "a",
        data_lock="2015-01-01",
        after_data_lock="censor",
    )
    assert [(item["rule"], item["patient_id"]) for item in told] == [("after_data_lock", "")]
    assert events([("a", DAY, "R")] * 2, "a")[1] == []  # equal values are no fault of events


def test_many_strangers_are_one_finding_of_all_patients():
    rows = [(each, DAY, "R") for each in "abuvwxyz"]
    (item,) = events(rows, "ab")[1]
    assert item["row"] is None and " 6 of 8 entries" in item["message"]
    assert len(events(rows, "abuv")[1]) == 4


def test_of_whom_the_plan_excludes_only_the_number_is_told():
    rows = [("a", DAY, "R"), ("z", DAY, "X"), (None, DAY, "R"), ("y", None, "R")]
    found, told = events(rows, "ab", exclusions={"old": {}})
    assert [event.patient_id for event in found] == ["a"]
    assert [(item["rule"], item["row"]) for item in told] == [
        ("rows_of_others", None),
        ("incomplete_event", 4),
    ]
    assert told[0]["message"] == (
        "Table of events: of nobody who is analysed (excluded by the plan, or not in the cohort): 2 of 4 rows."
    )
    assert (
        told[0]["remedy"]
        == "Nothing to do, unless these are many more than the events of the patients excluded."
    )
    assert (told[0]["severity"], told[0]["column"]) == ("note", "Who")
    assert events(rows[:1], "ab", exclusions={"old": {}})[1] == []
