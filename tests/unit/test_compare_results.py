"""The comparison of two results folders finds what differs, where, and says whether it was expected."""

import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from compare_results import compare_folders, compare_tables, find_reason, read_expected, report

CURVE = """grouping,group,time,survival,note
overall,all,0.0,1.0,
overall,all,3.5,0.75,
stage,early,3.5,0.8,few
stage,late,3.5,0.25,
"""


@pytest.fixture
def folders(tmp_path):
    """Write both folders from name -> text and compare them."""

    def build(before, after, tolerance=1e-6):
        for side, files in (("before", before), ("after", after)):
            for name, content in files.items():
                path = tmp_path / side / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(content)
        return list(compare_folders(tmp_path / "before", tmp_path / "after", tolerance))

    return build


def differ(folders, after, before=CURVE):
    [(name, cells, differences)] = folders({"a/curve.csv": before}, {"a/curve.csv": after})
    assert name == "a/curve.csv"
    return cells, differences


def test_every_cell_of_the_same_table_is_counted(folders):
    assert differ(folders, CURVE) == (20, [])


def test_a_changed_number_is_told_with_its_row_and_relative_size(folders):
    cells, [found] = differ(folders, CURVE.replace("0.8", "0.82"))
    assert cells == 20
    assert (found["column"], found["before"], found["after"]) == ("survival", "0.8", "0.82")
    assert found["row"]["group"] == "early"
    assert found["difference"] == pytest.approx(0.02 / 0.82)


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        ("0.25", "0.2500002", 0),  # 8e-7
        ("0.25", "0.2500003", 1),  # 1.2e-6
        ("0.25", "0.25000", 0),
        ("25", "25.0", 0),
        ("3e-16", "0", 0),  # rounding error of a zero
        ("3e-13", "0", 1),
        ("3e-13", "4e-13", 1),
        ("0.25", "-0.25", 1),
        ("0.25", "", 1),
        ("", "0.25", 1),
        ("0.25", "inf", 1),
        ("inf", "inf", 0),
        ("inf", "-inf", 1),
        ("0.25", "0.25 (0.20-0.30)", 1),
        ("early", "Early", 1),
    ],
)
def test_cells(before, after, count):
    tables = [pd.DataFrame({"group": ["x", "y"], "lower": ["1", cell]}) for cell in (before, after)]
    cells, found = compare_tables(*tables, 1e-6)
    assert cells == 4
    assert len(found) == count


def test_rows_of_another_number_are_matched_by_what_names_them(folders):
    """The note changes too, and a time by rounding error: neither is taken for another row."""
    after = """grouping,group,time,survival,note
overall,all,0.0,1.0,
stage,early,3.5000000000004,0.8,few
stage,late,3.5,0.125,many
stage,late,9.5,0.1,
stage,none,3.5,0.25,
"""
    cells, found = differ(folders, after)
    assert cells == 15
    told = [(d["column"], d["row"]["group"], d["row"]["time"], d["after"]) for d in found]
    assert told == [
        ("survival", "late", "3.5", "0.125"),
        ("note", "late", "3.5", "many"),
        ("(row)", "all", "3.5", ""),
        ("(row)", "late", "9.5", "a row"),
        ("(row)", "none", "3.5", "a row"),
    ]


def test_another_order_is_one_difference_and_the_cells_are_matched(folders):
    lines = CURVE.splitlines()
    _, [found] = differ(folders, "\n".join([lines[0], *reversed(lines[1:])]))
    assert found["column"] == "(order)"


def test_a_renamed_group_is_a_changed_cell_where_nothing_else_changes(folders):
    _, [found] = differ(folders, CURVE.replace("early", "first"))
    assert (found["column"], found["before"], found["after"]) == ("group", "early", "first")


def test_rows_with_one_name_are_matched_in_their_order():
    before = pd.DataFrame({"term": list("aab"), "residual": ["0.1", "0.2", "0.3"]})
    after = pd.DataFrame({"term": list("baa"), "residual": ["0.3", "0.1", "0.5"]})
    _, found = compare_tables(before, after, 1e-6)
    assert [(d["column"], d["before"], d["after"]) for d in found[:1]] == [
        ("residual", "0.2", "0.5")
    ]
    assert [d["column"] for d in found[1:]] == ["(order)"]


def test_columns_and_files_on_one_side_are_named(folders):
    results = folders(
        {"a.csv": "group,old\nx,1\n", "b.svg": "<svg/>", "d.csv": "group\nx\n"},
        {"a.csv": "group,new\nx,1\n", "c.png": "", "d.csv": "group\nx\n"},
    )
    told = [
        (name, cells, [(d["column"], d["before"]) for d in found]) for name, cells, found in results
    ]
    assert told == [
        ("a.csv", 1, [("old", "a column"), ("new", "")]),
        ("b.svg", 0, [("(file)", "a file")]),
        ("c.png", 0, [("(file)", "")]),
        ("d.csv", 1, []),
    ]


def test_a_cohort_is_compared_at_full_precision(tmp_path):
    table = pd.DataFrame(
        {
            "patient_id": ["P1", "P2", "P3"],
            "size": [1 / 3, np.nan, 2.0],
            "sex": pd.Categorical(["male", "female", None]),
            "dead": pd.array([True, None, False], dtype="boolean"),
            "seen": pd.to_datetime(["2012-03-01", None, "2013-01-01"]),
        }
    )
    other = table.assign(
        size=[1 / 3 * (1 + 1e-5), np.nan, 2.0], dead=pd.array([True, False, False])
    )
    for side, content in (("before", table), ("after", other)):
        (tmp_path / side).mkdir()
        content.to_parquet(tmp_path / side / "cohort.parquet")
    [(_, cells, found)] = compare_folders(tmp_path / "before", tmp_path / "after", 1e-6)
    assert cells == 15
    told = [(d["column"], d["row"]["patient_id"], d["before"], d["after"]) for d in found]
    assert told == [("size", "P1", str(1 / 3), str(other["size"][0])), ("dead", "P2", "", "False")]


EXPECTED = """
- {file: "a/*.csv", column: survival, where: {group: early, time: 3.50}, reason: near ties}
- {file: "b.csv", reason: gone}
"""


def test_an_expected_difference_is_that_of_its_file_column_and_row(tmp_path):
    (tmp_path / "expected.yaml").write_text(EXPECTED)
    first, second = expected = read_expected(tmp_path / "expected.yaml")
    cell = {"column": "survival", "row": {"group": "early", "time": "3.5"}}
    assert find_reason("a/curve.csv", cell, expected) is first
    assert find_reason("c/curve.csv", cell, expected) is None
    assert find_reason("a/curve.csv", {**cell, "column": "lower"}, expected) is None
    for row in (
        {},
        {"group": "early"},
        {"group": "early", "time": "3.6"},
        {"group": "late", "time": "3.5"},
    ):
        assert find_reason("a/curve.csv", {**cell, "row": row}, expected) is None
    assert find_reason("b.csv", {"column": "(file)", "row": {}}, expected) is second


def test_a_filter_takes_words_as_words(tmp_path):
    (tmp_path / "expected.yaml").write_text("[{file: a.csv, where: {level: no}, reason: x}]")
    expected = read_expected(tmp_path / "expected.yaml")
    assert find_reason("a.csv", {"column": "se", "row": {"level": "no"}}, expected)
    assert not find_reason("a.csv", {"column": "se", "row": {"level": "False"}}, expected)


@pytest.mark.parametrize(
    "entry", ["file: a.csv", "reason: x", "{file: a.csv, reason: x, colum: y}"]
)
def test_an_expectation_without_reason_or_with_a_slip_is_refused(tmp_path, entry):
    (tmp_path / "expected.yaml").write_text(f"- {entry}")
    with pytest.raises(ValueError, match="needs file and reason"):
        read_expected(tmp_path / "expected.yaml")


def test_the_summary_names_the_worst_and_what_was_not_expected(folders, capsys):
    after = CURVE.replace("0.8", "0.82").replace("0.25", "0.5").replace("few", "fewer")
    results = folders({"a/curve.csv": CURVE}, {"a/curve.csv": after})
    entries = [
        {"file": "a/*", "column": "survival", "where": {"group": "late"}, "reason": "near ties"},
        {"file": "z", "reason": "not met"},
    ]
    assert report(results, entries) == 2
    assert capsys.readouterr().out.splitlines() == [
        "a/curve.csv: 20 cells compared, 3 differences, 1 of them expected",
        "    survival: 2, 1 not expected; the worst: 0.8 -> 0.82 (relative 2.4e-02) at grouping=stage, group=early, time=3.5, note=few",
        "    note: 1, 1 not expected; the worst: few -> fewer at grouping=stage, group=early, time=3.5, survival=0.8",
        "",
        "20 cells compared; 2 differences that were not expected",
        "expected      1  a/* survival {'group': 'late'}: near ties",
        "expected      0  z *: not met",
    ]


def test_the_command_ends_with_1_only_for_what_was_not_expected(root, folders, tmp_path):
    folders({"curve.csv": CURVE}, {"curve.csv": CURVE.replace("0.8", "0.82")})
    (tmp_path / "expected.yaml").write_text("[{file: curve.csv, reason: x}]")

    def run(*arguments):
        command = [sys.executable, root / "tests/compare_results.py", *arguments]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode

    assert run("before", "after") == 1
    assert run("before", "after", "--tolerance", "0.1") == 0
    assert run("before", "after", "--expected", "expected.yaml") == 0
    assert run("before", "before") == 0
    assert run("before", "nowhere") == 2
