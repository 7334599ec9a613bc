"""Which lines are the header and which are no patients: every answer at the edge of its rule."""

import pandas as pd
import pytest
from crlm.cohort.header import (
    build_table,
    drop_strange_rows,
    find_header,
    list_columns,
    list_header_lines,
    match_header,
    prepare_rows,
)
from crlm.cohort.unreadable import UnreadableError
from said_words import check_said

NAMES = ["Nr", "Age", "CEA", "Seen"]
KINDS = {"patient_id": None, "age": "count", "cea_ng_ml": "continuous", "seen": "date"}
COLUMNS = {
    name: {"column": column, "kind": kind}
    for (name, kind), column in zip(KINDS.items(), NAMES, strict=True)
}
PLAN = {"columns": COLUMNS}


def number(*lines, start=1):
    return dict(enumerate(map(list, lines), start))


# --- lines --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "kept"),
    [
        ({}, [1, 3, 4, 5, 6]),
        ({"comment": "#"}, [3, 4, 6]),
        ({"comment": ["#", "Tot"]}, [3, 4]),
        ({"comment": ["7", 5]}, [1, 3, 5, 6]),
        ({"comment": "a"}, [1, 4, 5, 6]),
        ({"skip_rows": [1, 4]}, [3, 5, 6]),
        ({"skip_rows": [6], "comment": "#"}, [3, 4]),
        ({"comment": None, "skip_rows": None}, [1, 3, 4, 5, 6]),
    ],
)
def test_lines_that_are_left_out(settings, kept):
    rows = number(["#x", "y"], ["", None], [" ", "a"], [7.5, 1], [" # z"], ["Total"])
    assert list(prepare_rows(rows, settings)) == kept


@pytest.mark.parametrize(
    ("upper", "lower", "names"),
    [
        (["", "Left", "", "Right", None], ["ID", "n", "size", "n", "x"], ["ID", "Left n", "size", "Right n", "x"]),
        (["G", ""], ["n", "n"], ["G n", "G n"]),
        (["", "", "G"], ["n", "n", "n"], ["n", "n", "G n"]),
        (["G", "", "", ""], ["n", "a", "b", "n"], ["G n", "a", "b", "G n"]),
        (["Nr", "Age", "CEA"], ["x"], ["x", "Age", "CEA"]),
        (["Nr"], ["", "Age", "CEA\n(ng)"], ["Nr", "Age", "CEA (ng)"]),
        (["Nr", "Follow-up", ""], [None, "time", ""], ["Nr", "time", ""]),
        ([1], [2012], ["2012"]),
    ],
)  # fmt: skip
def test_names_in_two_lines(upper, lower, names):
    rows = prepare_rows(number(upper, lower), {"header_row": [1, 2]})
    assert rows == {2: names}


def test_two_lines_are_joined_where_both_are_there():
    rows = number(["a"], ["b"], ["c"])
    assert prepare_rows(rows, {"header_row": [1, 4]}) == rows
    assert prepare_rows(rows, {"header_row": 2}) == rows
    assert prepare_rows(rows, {"header_row": [2]}) == rows
    assert list_header_lines({"header_row": 3}) == [3] and list_header_lines({}) == []
    assert list_header_lines({"header_row": (2, 3)}) == [2, 3]


def test_the_columns_of_the_plan():
    columns = {"a": {"column": "Size\n (mm)"}, "b": {"from": "a"}}
    assert list_columns({"columns": columns}) == {"Size (mm)"}
    assert list_columns({"columns": columns, "decoded": True}) == set()
    assert list_columns({"columns": None}) == list_columns({}) == set()


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([NAMES], (4, (1,))),
        ([["x"], NAMES, NAMES], (4, (2,))),
        ([["Nr", "Age", ""], ["", "", "CEA"]], (3, (1, 2))),
        ([["x"], ["Nr", "Age"], ["", "", "CEA", "Seen"]], (4, (2, 3))),
        ([["x"], [None, "y"]], (0, ())),
        ([["Nr", "Nr"]], (1, (1,))),
        ([], (0, ())),
        ([*[["x"]] * 29, NAMES], (4, (30,))),
        ([*[["x"]] * 30, NAMES], (0, ())),
    ],
)
def test_the_line_with_most_columns(lines, found):
    assert match_header(number(*lines), PLAN) == found
    assert match_header(number(*lines), {}) == (0, ())


@pytest.mark.parametrize(
    ("lines", "settings", "line"),
    [
        ([NAMES, [1, 2, 3, 4]], PLAN, 1),
        ([["Title"], NAMES], {**PLAN, "header_row": 2}, 2),
        ([["Title"], NAMES], {**PLAN, "header_row": [1, 2]}, 2),
        ([["x", "y"], [1, 2]], {}, 1),
        ([["x", "Age"], [1, 2]], PLAN, 1),  # one of four, and no line has more
        ([["x", "y"], [1, 2]], {"columns": {"a": {"column": "gone"}}}, 1),  # one column only
        ([NAMES, NAMES], PLAN, 1),
    ],
)
def test_the_header(lines, settings, line):
    assert find_header("a.csv", number(*lines), settings) == line


LONG = "x" * 24
LINES = [["a", f"l{n}"] for n in range(2, 10)]
WRONG = {
    "no rows": ([], {}),
    "nothing in the declared line": ([["Title"], NAMES], {**PLAN, "header_row": 7}),
    "a title above": ([["Title"], NAMES], PLAN),
    "a comment above": ([["# a"], [" # b", "c"], NAMES], PLAN),
    "a comment and a title above": ([["# a"], ["Title"], NAMES], PLAN),
    "another sign of a comment": ([["%a"], NAMES], PLAN),
    "two lines": ([["Title"], ["Nr", "Age"], ["", "", "CEA", "Seen"]], PLAN),
    "two lines below a comment": ([["# a"], ["Nr", "Age"], ["", "", "CEA", "Seen"]], PLAN),
    "an empty cell above": ([[], NAMES], PLAN),
    "one column in the line above": ([["Nr", "x"], NAMES], PLAN),
    "in the fifth line": ([*LINES[:4], NAMES, *LINES], PLAN),
    "in the sixth line": ([*LINES[:5], NAMES, *LINES], PLAN),
    "in the eighth line": ([*LINES[:7], NAMES, *LINES], PLAN),
    "no column of four": ([["a", LONG, f"{LONG}y", None, "b\nc", 7, 8, "eight"], ["", " ", "z", "", ""], list("123456789")], PLAN),
    "no column of two": ([["a"], ["b"]], {"columns": {"x": {"column": "A"}, "y": {"column": "B"}}}),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_words_on_headers(case):
    lines, settings = WRONG[case]
    with pytest.raises(UnreadableError) as told:
        find_header("a.csv", number(*lines), settings)
    check_said("headers", case, [told.value.finding])


def test_the_table_below_the_header():
    rows = number(["Title"], ["Nr", None, "Size\n(mm)"], ["P1", " ", 3.0, "more"], ["P2"], start=4)
    table = build_table(rows, 5)
    assert list(table.columns) == ["Nr", "", "Size (mm)", ""] and list(table.index) == [6, 7]
    assert table.to_numpy().tolist() == [["P1", None, 3, "more"], ["P2", None, None, None]]
    assert table.dtypes.eq(object).all()
    assert build_table(number(["Nr", "Age"]), 1).shape == (0, 2)


# --- rows that are no patients --------------------------------------------------------------------------------------------------


def drop(rows, settings=PLAN, names=NAMES):
    cells = [[None if cell == "" else cell for cell in row] for row in rows]
    table = pd.DataFrame(cells, range(2, 2 + len(rows)), names, dtype=object)
    kept, found = drop_strange_rows(table, settings)
    rows = [item["row"] for item in found]
    assert list(kept.index) == [row for row in table.index if row not in rows]
    return found


FIRST = ["P1", 61, 3.5, "2012-03-04"]
SECOND = ["P2", "70", "<0.5", "3/2012"]
UNITS = {
    "three words": ([["", "years", "ng/ml", "days"], FIRST], True),
    "two of three": ([["", "years", "ng/ml", "2012"], FIRST], True),
    "two of two": ([["", "years", "ng/ml", ""], FIRST, SECOND], True),
    "one of one": ([["", "years", "", ""], FIRST], False),
    "one of three": ([["P0", "years", 7, "2012-03-04"], FIRST], False),
    "words in the second row too": ([["", "years", "ng/ml", "days"], ["P1", 61, "see", "2012"]], False),
    "one row": ([["", "years", "ng/ml", "days"]], False),
    "words for missing": ([["P1", "NA", "n/a", "nan"], FIRST], False),
    "values as text": ([["P1", "61", "< 3,5 %", "4. 3. 2012"], FIRST], False),
    "codes for missing": ([["P1", "Unk", "UNK", "days"], FIRST], False),
    "words for missing in the second row": ([["", "years", "ng/ml", "days"], ["P1", 61, "unk", "NA"]], True),
}  # fmt: skip


@pytest.mark.parametrize("case", UNITS)
def test_rows_of_units(case):
    rows, told = UNITS[case]
    found = drop(rows, {**PLAN, "missing": ["unk"]})
    assert [(item["rule"], item["row"]) for item in found] == [("unit_row", 2)] * told


def test_units_need_two_columns_of_numbers_or_days():
    rows = [["", "years", "ng/ml", "days"], FIRST]
    two = {name: COLUMNS[name] for name in ("patient_id", "age", "seen")}
    for columns, told in ((two, True), ({"age": COLUMNS["age"]}, False), (None, False)):
        assert len(drop(rows, {"columns": columns})) == told
    time = {"age": COLUMNS["age"], "t": {"column": "Seen", "kind": "duration"}}
    assert len(drop(rows, {"columns": time})) == 1
    words = {"age": COLUMNS["age"], "t": {"column": "Seen", "kind": "ordinal"}}
    assert drop(rows, {"columns": words}) == []
    assert drop(rows, {"columns": two}, ["Nr", "Age", "Seen", "Seen"]) == []  # a column twice


def test_words_on_a_row_of_units():
    names = [*NAMES, "b", "c", "d"]
    columns = {name: {"column": name, "kind": "continuous"} for name in names[1:]}
    rows = [["", "years", "ng/ml", "days", "mm", "cm", "m"], ["P1", *range(6)]]
    check_said("headers", "a row of units", drop(rows, {"columns": columns}, names))


PATIENTS = [[f"P{n}", 60 + n, n / 2, "2012-03-04"] for n in range(1, 4)]
TOTALS = {
    "a total": (["Total", 230, 5, ""], True),
    "a sum with a sign": (["Summe:", "", "", ""], True),
    "a mean with its deviation": (["Mittelwert (SD)", 61.5, "", ""], True),
    "n alone": (["N =", 3, 3, 3], True),
    "n of a patient": (["n 5", 61, 3, "2012-03-04"], False),
    "the first entry of a row without identifier": (["", "Mean", 57.5, ""], True),
    "the third entry": (["", "", "max", ""], True),
    "a number first": (["", 57.5, "max", ""], False),
    "an empty row": (["", "", "", ""], False),
    "a word later": (["P9 total", 57, 3, "2012-03-04"], False),
    "the name of a patient": (["Maxim", 57, 3, "2012-03-04"], False),
}


@pytest.mark.parametrize("case", TOTALS)
def test_rows_of_totals(case):
    row, told = TOTALS[case]
    found = drop([PATIENTS[0], row, *PATIENTS[1:]])
    assert [(item["rule"], item["row"]) for item in found] == [("total_row", 3)] * told
    if told:
        check_said("headers", case, found)


def test_names_as_identifiers_are_no_totals():
    rows = [["Max", 61, 3, "2012"], ["Sum", 62, 3, "2012"], *PATIENTS[:2]]
    assert drop(rows) == []  # half of them have a number
    assert [item["row"] for item in drop([*rows, PATIENTS[2]])] == [2, 3]
    assert drop([["Max", 61, 3, "2012"], ["", "", "", ""]]) == []
    assert drop([["", "Max", 3, "2012"]] * 2) == []
    assert drop([*PATIENTS, ["Total", 1, 1, 1]], {"columns": {"age": COLUMNS["age"]}}) == []
    assert drop([*PATIENTS, ["Total", 1, 1, 1]], PLAN, ["Nr", "Nr", "CEA", "Seen"]) == []


MANY = [[f"P{n}", n, n, "2012-03-04"] for n in range(1, 11)]
NOTES = {
    "the header again": (["Nr", "Age", "CEA", "Seen"], 10, "repeated_header"),
    "three names of four": (["Nr", "Age", "CEA", "x"], 10, "repeated_header"),
    "two names of four": (["Nr", "Age", "x", "x"], 10, None),
    "a sentence": (["Legend of codes", "", "", ""], 10, "note_row"),
    "a sentence with a number": (["1 = dead", "", "", ""], 10, "note_row"),
    "two words among numbers": (["Group B", "", "", ""], 10, "note_row"),
    "a sentence and an entry": (["Legend of codes", "x", "", ""], 10, None),
    "two words among few numbers": (["Group B", "", "", ""], 9, None),
    "written otherwise": (["12/2015", "", "", ""], 10, "note_row"),
    "written otherwise among few": (["12/2015", "", "", ""], 9, None),
    "an identifier only": (["P99", "", "", ""], 10, None),
    "a number only": ([7, "", "", ""], 10, None),
    "no identifier": (["", "a sentence of words", "", ""], 10, None),
}


@pytest.mark.parametrize("case", NOTES)
def test_rows_of_notes(case):
    row, count, rule = NOTES[case]
    found = drop([MANY[0], row, *MANY[1:count]])
    assert [(item["rule"], item["row"]) for item in found] == ([(rule, 3)] if rule else [])
    if rule:
        check_said("headers", case, found)


def test_two_lines_written_alike_are_identifiers():
    assert drop([*MANY, ["12/2015", "", "", ""], ["11/2014", "", "", ""]]) == []


def test_notes_need_an_identifier_and_another_column():
    rows = [*MANY, ["Legend of codes", "", "", ""]]
    for columns, told in (
        ({name: COLUMNS[name] for name in ("patient_id", "age")}, 1),
        ({"patient_id": COLUMNS["patient_id"]}, 0),
        ({"patient_id": COLUMNS["patient_id"], "x": COLUMNS["patient_id"]}, 0),
        ({name: COLUMNS[name] for name in ("age", "seen")}, 0),
    ):
        assert len(drop(rows, {"columns": columns})) == told
    assert drop(rows, PLAN, ["Nr", "Nr", "CEA", "Seen"]) == []


def test_units_totals_and_notes_are_told_in_this_order():
    rows = [["Unit", "years", "ng/ml", "days"], *MANY, ["Legend of codes", "", "", ""], ["Total", 9, 9, ""], ["Nr", "Age", "CEA", "Seen"]]  # fmt: skip
    found = drop(rows)
    assert [(item["rule"], item["row"]) for item in found] == [("unit_row", 2), ("total_row", 14), ("note_row", 13), ("repeated_header", 15)]  # fmt: skip
