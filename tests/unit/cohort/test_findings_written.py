"""Findings as tables, on the screen, in the report and in the workbook: each part as it is written."""

import datetime

import openpyxl
import pandas as pd
import pytest
from crlm.cohort.attrition import COLUMNS as STEPS
from crlm.cohort.attrition import count_endpoints, tell_nobody
from crlm.cohort.findings import (  # fmt: skip
    COLUMNS,
    add_findings,
    build_finding,
    condense_findings,
    describe_errors,
    refuse,
    say_in_report,
    tabulate_findings,
    write_workbook,
)
from crlm.job.storage import write_table


@pytest.fixture(autouse=True)
def findings_are_sentences():
    """Those of this file are made up."""


def make(row=None, severity="error", rule="r", column="A", value="v", patient="P"):
    return build_finding(severity, rule, "It is wrong.", "Correct it.", row=row, patient=patient, column=column, value=value)  # fmt: skip


def test_the_parts_of_a_finding():
    item = build_finding("note", "r", "m", "x")
    assert item == {
        "severity": "note", "row": None, "patient_id": "", "column": "", "value": "", "rule": "r", "message": "m", "remedy": "x",
    }  # fmt: skip
    assert [build_finding("note", "r", "m", "x", value=each)["value"] for each in (None, 0, 1.5)] == ["", "0", "1.5"]  # fmt: skip


# --- one finding for a column -------------------------------------------------------------------------------------------------


def test_a_condensed_finding_word_by_word():
    found = condense_findings([make(row, value="v7") for row in range(7, 12)], 9)
    assert found == [
        make(None, value="v7", patient="") | {
            "message": "It is wrong. The same holds for 5 of 9 entries of the column (first in row 7, 'v7').",
            "remedy": "Correct it. With so many entries, look first at how the column is declared in the plan.",
        }
    ]  # fmt: skip
    (item,) = condense_findings([make(row, value="") for row in range(7, 12)], 9, entries=40)
    assert item["message"] == "It is wrong. The same holds for 5 of 40 entries of the column (first in row 7)."  # fmt: skip


@pytest.mark.parametrize(
    ("count", "total", "least", "left"), [(2, 2, 2, 1), (1, 1, 2, 1), (3, 4, 3, 1), (2, 3, 3, 2), (2, 4, 2, 2), (3, 4, 5, 3)]
)  # fmt: skip
def test_how_many_make_a_column(count, total, least, left):
    found = condense_findings([make(row) for row in range(count)], total, least)
    assert len(found) == left and (found[0]["row"] is None) == (count >= least and left == 1)


def test_two_kinds_each_at_its_first_place():
    one = [make(row) for row in range(5)]
    other = [make(row, rule="s") for row in range(5)]
    single = make(3, rule="t")
    mixed = [single, *(each for pair in zip(one, other, strict=True) for each in pair)]
    found = condense_findings(mixed, 5)
    assert [(item["rule"], item["row"]) for item in found] == [("t", 3), ("r", None), ("s", None)]
    assert condense_findings([], 0) == []


# --- in the report ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "message", "said"),
    [
        ("r", "The age is 12.", "The age is 12."),
        ("twin_patient", "As patient P7.", ""),
        ("rows_differ", "As patient P7.", ""),
        ("similar_identifier", "As patient P7.", ""),
        ("r", "P7 is wrong. The same holds for 5 of 9 entries of the column (first in row 7).", "The same holds for 5 of 9 entries of the column."),
        ("unknown_patient", "P7. The same holds for 12 of 19 entries of the column (first in", "The same holds for 12 of 19 entries of the column."),
    ],
)  # fmt: skip
def test_no_patient_leaves_the_hospital(rule, message, said):
    assert say_in_report(rule, message) == said


# --- the table -------------------------------------------------------------------------------------------------------------------


def test_the_table_of_findings():
    table = tabulate_findings([make(3, "note"), make(2, "warning"), make(9), make(), make(1)])
    assert list(table.columns) == COLUMNS and str(table["row"].dtype) == "Int64"
    assert table["severity"].tolist() == ["error"] * 3 + ["warning", "note"]
    assert table["row"].fillna(-1).tolist() == [9, -1, 1, 2, 3] and table.index.tolist() == [0, 1, 2, 3, 4]  # fmt: skip
    table = tabulate_findings([make("3 of a"), make(), make("1 of a")])
    assert str(table["row"].dtype) == "string" and table["row"].fillna("").tolist() == ["3 of a", "", "1 of a"]  # fmt: skip
    many = [make(row, ("error", "note")[row % 2]) for row in range(200)]
    assert tabulate_findings(many)["row"].tolist() == [*range(0, 200, 2), *range(1, 200, 2)]


def test_an_error_of_a_value_is_told_once():
    table = tabulate_findings([make(2), make(3, "warning", column="W")])
    same = make(2, rule="other")
    others = [
        make(2, rule="w", severity="warning"),  # the same value, with another severity
        make(2, rule="a", column="B"),
        make(2, rule="b", value="w"),
        make(2, rule="c", patient="Q"),
        make(2, rule="d", value=""),
        make(3, rule="e", column="W"),  # of which there was a warning only
    ]
    got = add_findings(table, [same, *others])
    assert sorted(got["rule"]) == ["a", "b", "c", "d", "e", "r", "r"]
    assert got["severity"].tolist() == ["error"] * 6 + ["warning"]
    empty = tabulate_findings([make(2, value="")])
    assert len(add_findings(empty, [make(2, value="")])) == 2
    assert add_findings(table, []) is table


# --- the screen --------------------------------------------------------------------------------------------------------------------


def test_each_part_of_the_place_may_be_missing():
    items = [
        make(3, column="", value="", patient=""),
        make(None, rule="s", column="", value="", patient="P1"),
        make(None, rule="t", column="B", value="", patient=""),
        make(None, rule="u", column="", value="x", patient=""),
        make(None, rule="v", column="", value="", patient=""),
    ]
    lines = describe_errors(tabulate_findings([*items, make(9, "warning")])).splitlines()
    assert lines[0] == "The data have 5 errors; nothing was analysed."
    assert lines[1::2] == [
        "  1. row 3: It is wrong.",
        "  2. patient P1: It is wrong.",
        "  3. column B: It is wrong.",
        "  4. value 'x': It is wrong.",
        "  5. It is wrong.",
    ]
    assert lines[2::2] == ["     -> Correct it."] * 5


@pytest.mark.parametrize(("count", "first", "more"), [(10, 10, None), (11, 10, 1), (3, 2, 1), (2, 2, None)])  # fmt: skip
def test_how_many_are_shown(count, first, more):
    table = tabulate_findings([make(row) for row in range(2, count + 2)])
    text = describe_errors(table, first) if first != 10 else describe_errors(table)
    lines = text.splitlines()
    assert sum("->" in line for line in lines) == first
    assert lines[-1] == (f"     ... and {more} more." if more else "     -> Correct it.")
    if first == 10:
        assert lines[19].startswith(" 10. row 11, patient P, column A, value 'v':")


def test_the_first_of_each_rule_and_column_comes_before_further_ones():
    items = [make(2), make(3), make(4, column="B"), make(5, rule="s"), make(6, column="B")]
    text = describe_errors(tabulate_findings(items))
    assert [line.split(",")[0][5:] for line in text.splitlines()[1::2]] == ["row 2", "row 4", "row 5", "row 3", "row 6"]  # fmt: skip


def test_what_is_said_when_a_run_is_refused(tmp_path):
    files = [str(tmp_path / f"{name}.csv") for name in "abc"]
    write_table(tabulate_findings([make(2, "warning")]), files[0])
    write_table(tabulate_findings([make(None, column="", value="", patient="")]), files[1])
    write_table(tabulate_findings([make("3 of x", value="007", column="012")]), files[2])
    assert refuse(files[:1]) is None
    assert refuse(files) == (
        "\nThe data have 2 errors; nothing was analysed.\n  1. It is wrong.\n     -> Correct it.\n"
        "  2. row 3 of x, patient P, column 012, value '007': It is wrong.\n     -> Correct it.\n"
        f"All findings: {files[0]} and .xlsx, {files[1]}, {files[2]}\n"
    )
    said = refuse(files[1:2], say=lambda words: f"<{words}>")
    assert said == (
        "\n<The data have 1 error; nothing was analysed.>\n  1. <It is wrong.>\n     -> <Correct it.>\n"
        f"<All findings>: {files[1]} <and> .xlsx\n"
    )
    said = refuse(files[2:], say=lambda words: f"<{words}>")
    assert "<row> 3 of x, <patient> P, <column> 012, <value> '007': <It is wrong.>" in said


def test_the_workbook(tmp_path):
    items = [make(7), make(None, column="", value="", patient=""), make("8 of b", value="12")]
    for number, found in enumerate((items[:2], items[2:], [])):
        write_workbook(tabulate_findings(found), tmp_path / f"{number}.xlsx", lambda words: f"<{words}>")  # fmt: skip
    book = openpyxl.load_workbook(tmp_path / "0.xlsx")
    sheet = book.active
    assert sheet.title == "<Findings>" and book.properties.created == datetime.datetime(2000, 1, 1)
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows == [
        [f"<{name.replace('_', ' ')}>" for name in COLUMNS],
        ["<error>", 7, "P", "A", "v", "r", "<It is wrong.>", "<Correct it.>"],
        ["<error>", None, "", "", "", "r", "<It is wrong.>", "<Correct it.>"],
    ]
    assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref == "A1:H3"
    head, cell = sheet["A1"], sheet["B2"]
    assert head.font.bold and head.border.bottom.style == "thin" and not cell.font.bold
    assert cell.alignment.wrap_text and cell.alignment.vertical == "top"
    groups = sheet.column_dimensions.values()
    widths = {n: round(each.width) for each in groups for n in range(each.min, each.max + 1)}
    assert [widths[n] for n in range(1, 9)] == [13, 13, 13, 25, 17, 25, 71, 71]
    cell = openpyxl.load_workbook(tmp_path / "1.xlsx").active["B2"]
    assert cell.value == "8 of b"
    assert openpyxl.load_workbook(tmp_path / "1.xlsx").active["E2"].value == "12"
    assert openpyxl.load_workbook(tmp_path / "2.xlsx").active.auto_filter.ref == "A1:H2"


# --- who was left out ------------------------------------------------------------------------------------------------------------


def test_when_nobody_is_left():
    steps = [("file", "Rows", "", 0, 10, 0), ("a", "Young", "", 7, 3, 0), ("b", "None", "", 0, 3, 1), ("c", "No liver", "", 3, 0, 0), ("analysed", "Patients analysed", "", 0, 0, 0)]  # fmt: skip
    table = pd.DataFrame(steps, columns=STEPS)
    assert tell_nobody(table) == (
        "Nobody is left to be analysed: Young (cohort.exclusions.a) took 7 of 10; No liver (cohort.exclusions.c) took 3 of 3. "
        "Correct these exclusions in config/config.yaml."
    )
    assert tell_nobody(table.iloc[:3]) is None
    one = pd.DataFrame([("a", "Young", "", 1, 0, 0)], columns=STEPS)
    assert "Young (cohort.exclusions.a) took 1 of 1. Correct" in tell_nobody(one)


def test_steps_to_each_endpoint():
    """Reasons in the order of the patients, each from those who were left by the one before."""
    cohort = pd.DataFrame({"a_event": [1.0, None, 0, None, None], "b_event": [1.0, 1, 0, 0, None]})
    cohort["a_reason"] = ["x", "excluded: no time", "y", "excluded: left early", "excluded: no time"]  # fmt: skip
    cohort["b_reason"] = ["x", "x", "y", "y", "excluded: status missing"]
    steps = count_endpoints(cohort, {"a": {"label": "OS"}, "b": {"label": "RFS"}})
    assert list(steps.columns) == STEPS
    assert steps.to_numpy().tolist() == [
        ["a_left_out", "No time", "a", 2, 3, 0],
        ["a_left_out", "Left early", "a", 1, 2, 0],
        ["a", "OS", "a", 0, 2, 0],
        ["b_left_out", "Status missing", "b", 1, 4, 0],
        ["b", "RFS", "b", 0, 4, 0],
    ]
