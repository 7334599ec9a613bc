"""From tables to findings: what stands where, what is told once, and whose blocks these are."""

import pandas as pd
import pytest
from crlm.cohort.exclusions import leave_out
from crlm.cohort.ingest import in_file_words, ingest_cohort, type_cohort

PLAN = """
study: {title: Made up}
cohort: {COHORT}
variables: {x: {label: X, kind: count, timing: baseline, range: [0, 50]}, y: {label: Y, kind: count, timing: baseline}}
columns: {patient_id: id, overall_time: months, died: dead, COLUMNS}
endpoints:
  os: {label: OS, events: {death: {duration: overall_time, flag: died}}, censoring: {last: {duration: overall_time}}}
"""
TWO = "sources: [{file: a.csv}, {file: b.csv, columns: {patient_id: Nr, x: ex}}]"


@pytest.fixture
def make(plan_of):
    def build(cohort="file: c.csv", columns="x: x", more=""):
        return plan_of(PLAN.replace("COHORT", cohort).replace("COLUMNS", columns) + more)

    return build


def cells(**columns):
    size = len(next(iter(columns.values())))
    return pd.DataFrame(columns, range(2, size + 2), dtype=object)


def people(ids, start=10, **others):
    size = range(len(ids))
    base = {"id": list(ids), "months": [start + n for n in size], "dead": [n % 2 for n in size]}
    return cells(**{**base, "x": [n + 1 for n in size], **others})


def ingest(raw, plan, blocks=None, findings=()):
    return ingest_cohort(raw, blocks, plan, findings)


def told(findings):
    rows = findings.to_dict("records") if isinstance(findings, pd.DataFrame) else findings
    return [
        (item["rule"], None if pd.isna(item["row"]) else item["row"], item["column"])
        for item in rows
    ]


def test_a_file_that_could_not_be_read_stops_and_an_empty_one_does_not(make):
    plan, found = (
        make(TWO),
        [
            {
                "severity": "error",
                "rule": "no_rows",
                "row": None,
                "column": "",
                "message": "b.csv is empty.",
            }
        ],
    )
    a, b = people("abc"), people("de").rename(columns={"id": "Nr", "x": "ex"})
    cohort, typed, table = ingest([a, pd.DataFrame()], plan, findings=found)
    assert cohort.empty and typed.empty and told(table) == [("no_rows", None, "")]
    assert {"patient_id", "x", "os_months", "os_event", "os_reason"} <= set(cohort)
    assert ingest([a.iloc[:0], b.iloc[:0]], plan)[0].empty
    cohort, _, table = ingest([a, b.iloc[:0]], plan)  # everybody in it is left out
    assert cohort["patient_id"].tolist() == ["a", "b", "c"] and list(cohort.index) == [0, 1, 2]
    assert ingest(people("ab"), make())[0]["patient_id"].tolist() == ["a", "b"]


def test_what_reading_has_found_and_typing_finds_again_is_told_once(make):
    raw, plan = people("abcd", x=[1, 2, 99, 4]), make()
    said = {"message": "As told by reading.", "remedy": "Do.", "value": "99"}
    again = {
        "severity": "error",
        "rule": "out_of_range",
        "row": 4,
        "patient_id": "c",
        "column": "x",
    }
    others = {"row": 5, "severity": "warning", "patient_id": "z", "column": "z", "rule": "z"}
    given = [{**again, **said}, *({**again, **said, key: value} for key, value in others.items())]
    _, _, table = ingest(raw, plan, findings=given)
    assert len(table) == 6 and table["message"].str.startswith("As told").sum() == 5
    same = table[list(again)].eq(pd.Series(again)).all(axis=1)
    assert table.loc[same, "message"].tolist() == ["X must lie within 0 to 50."]


def test_a_column_that_could_not_be_read_is_not_empty_besides(make):
    plan = make(columns="x: x, y: y, age: age")
    _, _, table = ingest(people("abcd", y=[None] * 4), plan)
    assert told(table) == [("missing_column", None, "age"), ("empty_column", None, "y")]
    many = people("abcdefghij", x=["?"] * 10, y=[1, 2] * 5, age=range(50, 60))
    rules = told(ingest(many, plan)[2])
    assert ("empty_column", None, "x") not in rules and len(rules) == 1
    few = people("abcd", x=["many", None, None, None], y=[1, 2, 1, 2], age=[50, 51, 52, 53])
    assert ("empty_column", None, "x") in told(
        ingest(few, plan)[2]
    )  # one cell explains no empty column


def test_nothing_is_said_of_events_while_there_is_an_error(make):
    raw = people("abcd", x=[1, 2, 3, 99]).assign(dead=1)
    assert "constant_event" not in {rule for rule, *_ in told(ingest(raw, make())[2])}
    raw.loc[5, "x"] = 4
    (item,) = ingest(raw, make())[2].query("rule == 'constant_event'").to_dict("records")
    assert item["message"] == "OS: every patient has an event."


def test_a_folded_value_is_told_where_it_stood_and_in_the_words_of_its_file(make):
    plan = make("rows: fold, " + TWO, "x: {column: x, take: max}, y: y")
    plan_b = plan["sources"][1]
    plan_b["columns"]["x"] = {**plan_b["columns"]["x"], "take": "max"}
    a = people("abc", x=[1, 2, 60], y=[3, 4, 5])
    b = people(["a", "a", "d"], start=10, x=[5, 70, 3], y=[3, 3, 99999], dead=[0, 0, 1], months=[10, 10, 9]).rename(columns={"id": "Nr", "x": "ex"})  # fmt: skip
    _, _, table = ingest([a, b], plan)
    assert [each for each in told(table) if each[0] == "out_of_range"] == [("out_of_range", "4 of a.csv", "x"), ("out_of_range", "3 of b.csv", "ex")]  # fmt: skip


def test_an_event_and_its_time_of_two_rows(make):
    plan = make("file: c.csv, rows: fold", "x: x")
    columns = plan["sources"][0]["columns"]
    for name in ("overall_time", "died"):
        columns[name] = {**columns[name], "take": "last"}
    raw = people("aab", months=[10, None, 12], dead=[0, 1, 0], x=[1, 1, 2])
    _, _, found, _ = type_cohort([raw], None, plan)
    assert told(found) == [("parts_of_two_rows", 3, "months")]


def test_twins_are_told_by_one_rule(make):
    columns = "x: x, y: y, age: age, sex: {column: sex, values: {m: male, w: female}}, n_crlm: n, size_max_cm: s"
    same = {"y": [1, 2, 3, 1], "age": [61, 52, 70, 61], "sex": list("mwmm"), "n": [1, 2, 3, 1], "s": [2.5, 3, 4, 2.5], "x": [4, 5, 6, 4], "months": [10.5, 12, 30, 10.5], "dead": [1, 0, 1, 1]}  # fmt: skip
    found = type_cohort([people("abcd", **same)], None, make(columns=columns))[2]
    assert [each for each in told(found) if each[1] == 5] == [("duplicate_patient", 5, "")]


def test_shares_of_the_cohort_add_up(make):
    columns = "x: x, hgp_desmoplastic: D, hgp_replacement: R"
    found = type_cohort([people("ab", D=[40, 50], R=[60, 30])], None, make(columns=columns))[2]
    assert told(found) == [("shares_not_100", 3, "D, R")]


def test_each_file_is_checked_by_itself_and_together_what_only_all_show(make):
    sets = "sources: [{file: a.csv, set: {y: 3}}, {file: b.csv, columns: {patient_id: Nr, x: ex}}]"
    a = people("abc", x=[99, 2, 2])
    b = people("de", x=[5, 98]).rename(columns={"id": "Nr", "x": "ex"})
    found = type_cohort([a, b], None, make(sets))[2]
    assert ("out_of_range", "2 of a.csv", "x") in told(found) and (
        "out_of_range",
        "3 of b.csv",
        "ex",
    ) in told(found)
    assert len([each for each in told(found) if each[0] == "out_of_range"]) == 2
    assert not [
        each for each in told(found) if each[0] == "empty_column"
    ]  # y is unknown in b, as a note says
    a["x"] = b["ex"] = 7  # of the whole cohort
    found = type_cohort([a, b], None, make(sets))[2]
    constant = [item for item in found if item["rule"] == "constant_covariate"]
    assert ("constant_covariate", None, "x") in told(constant)
    assert ["all 5 patients" in item["message"] for item in constant if item["column"] == "x"] == [
        True
    ]
    b["ex"] = 8
    found = type_cohort([a, b], None, make(sets))[2]
    assert "x" not in [item["column"] for item in found if item["rule"] == "constant_covariate"]
    empty = a.assign(x=None), b.assign(ex=None)
    found = [
        item
        for item in type_cohort([*empty], None, make(sets))[2]
        if item["rule"] == "empty_column"
    ]
    assert [(item["column"], item["message"][:6]) for item in found] == [
        ("x", "a.csv:"),
        ("ex", "b.csv:"),
    ]


def test_a_patient_of_two_files_is_told_once(make):
    wide = "x: x, y: y, age: age, n_crlm: n"
    row = {"x": [4], "y": [5], "age": [61], "n": [3], "months": [10.5], "dead": [1]}
    a = pd.concat([people("a", **row), people("b", **{**row, "age": [55]}).set_axis([3])])
    b = people("c", **row).rename(columns={"id": "Nr", "x": "ex"})
    found = type_cohort([a, b], None, make(TWO, wide))[2]
    assert [each for each in told(found) if each[0] == "duplicate_patient"] == [
        ("duplicate_patient", "2 of b.csv", "")
    ]


def test_columns_are_named_as_in_the_file_of_the_row():
    columns = {"x": {"column": "ex"}, "y": {"column": "Y"}}
    parts = [
        (pd.DataFrame(index=["2 of a"]), {"x": {"column": "XA"}}, "a"),
        (pd.DataFrame(index=["2 of b"]), {"y": {"column": "YB"}}, "b"),
    ]
    rows = [("2 of a", "x, y"), ("2 of b", "x, y, z"), ("9", "x"), (None, "y")]
    found = [{"row": row, "column": names} for row, names in rows]
    assert [item["column"] for item in in_file_words(found, columns, parts)] == [
        "XA, Y",
        "ex, YB, z",
        "ex",
        "Y",
    ]
    found = [{"row": row, "column": names} for row, names in rows]
    assert [item["column"] for item in in_file_words(found, columns)] == [
        "ex, Y",
        "ex, Y, z",
        "ex",
        "Y",
    ]


@pytest.mark.parametrize(
    ("months", "dead", "rules"),
    [
        (["long", 5, 6, 7], [0, 1, 0, 1], ["not_a_number"]),
        ([None, 5, 6, 7], [0, 1, 0, 1], ["missing_time"]),
        ([4, 5, 6, 7], ["perhaps", 1, 0, 1], ["unknown_level"]),
        ([None, 5, 6, 7], ["perhaps", 1, 0, 1], ["unknown_level", "missing_time"]),
        (["long", None, 6, 7], [0, 1, 0, 1], ["not_a_number", "event_without_time"]),
    ],
)  # fmt: skip
def test_what_follows_from_an_error_that_is_told_is_not_told(months, dead, rules, make):
    found = ingest(people("abcd", months=months, dead=dead), make())[2]
    assert found.query("severity == 'error'")["rule"].tolist() == rules


@pytest.mark.parametrize(
    ("change", "rule", "column"),
    [
        ({"y": 99}, "out_of_range", "y"),
        ({"y": "?"}, "undeclared_missing_word", "y"),
        ({"z": 2.5}, "not_a_count", "z"),
        ({"dead": "x"}, "unknown_level", "dead"),
        ({"months": None}, "missing_time", "months"),
    ],
)
def test_a_column_with_the_name_of_another_variable_is_named_as_it_is(change, rule, column, make):
    """X is read from the column y, and Y from z."""
    rows = [{"id": n, "y": n % 7, "z": n % 5, "months": 9 + n, "dead": n % 2} for n in range(1, 13)]
    rows[3] |= change
    raw = pd.DataFrame(rows, range(2, 14), dtype=object)
    raw = raw.where(raw.notna(), None)
    found = ingest(raw.astype({"id": str}), make(columns="x: y, y: z"))[2]
    assert told(found[found["rule"] == rule])[0] == (rule, 5, column)


def test_an_exclusion_names_the_column_of_its_variable(plan_of):
    rule = "exclusions: {large: {label: Large, variable: x, operator: '>', value: 70}}"
    plan = plan_of(PLAN.replace("COHORT", f"file: c.csv, {rule}").replace("COLUMNS", "x: y, y: z"))
    raw = people("abcdefghij", y=list(range(1, 11)), z=[3, 4] * 5).drop(columns="x")
    raw, _, plan, _, found = leave_out(raw, None, plan)
    table = ingest(raw, plan, findings=found)[2]
    assert told(table) == [(table["rule"].iloc[0], None, "y")] and len(table) == 1
