"""What a sheet shows or hides and its cells do not hold: which rows and columns are told, and in which words."""

import pandas as pd
import pytest
from crlm.cohort.reading_excel import Sheet
from crlm.cohort.sheet_layout import check_layout
from said_words import check_said

NAMES = ["Nr", "Age", "R", "", "Note"]
UNITS = {"unit": "cm", "factor": 1, "unit_words": {"cm": 1, "mm": 0.1}}
COLUMNS = {
    "patient_id": {"column": "Nr"},
    "age": {"column": "Age", "label": "Age", "kind": "continuous", **UNITS},
    "margin": {
        "column": "R",
        "label": "Margin",
        "kind": "binary",
        "levels": ["no", "yes"],
        "level_labels": {"no": "No", "yes": "Yes"},
        "values": {},
    },
}
PLAN = {"columns": COLUMNS}
ROWS = range(3, 9)


def look(names=None, settings=PLAN, cells=None, **hidden):
    """Findings on a sheet of six patients in rows 3 to 8."""
    names = NAMES if names is None else names
    rows = cells or [[f"P{row}", row * 1000, row % 2, None, "x"] for row in ROWS]
    table = pd.DataFrame(rows, ROWS, dtype=object).iloc[:, : len(names)]
    table.columns = names
    return check_layout(Sheet("S", True, {}, **hidden), table, settings)


CASES = {
    "nothing": {},
    "a hidden row": {"hidden_rows": {4}},
    "hidden rows, some of no patient": {"hidden_rows": {1, 2, 5, 8, 9}},
    "hidden columns": {"hidden_columns": {2, 3, 4, 5, 9}},
    "merged down": {"merged": [(4, 5, 2, 2)]},
    "merged across": {"merged": [(4, 4, 2, 3)]},
    "merged across with one in use": {"merged": [(4, 4, 3, 5)]},
    "merged across with none in use": {"merged": [(4, 5, 4, 5)]},
    "merged from the title on": {"merged": [(1, 3, 2, 2), (1, 2, 1, 5)]},
    "merged beyond the last": {"merged": [(8, 10, 1, 2)]},
    "merged at the first and twice": {"merged": [(3, 4, 1, 1), (6, 8, 3, 3)]},
    "a row struck through": {"struck": {(4, 1)}, "cells": "filled once"},
    "rows struck through": {"struck": {(r, c) for r in (4, 7) for c in (1, 2, 3)}},
    "a cell struck through": {"struck": {(5, 2)}},
    "cells struck through": {"struck": {(8, 2), (5, 2), (5, 1), (1, 2), (5, 5), (12, 2)}},
    "a row and a cell struck through": {"struck": {(4, 1), (4, 2), (4, 3), (6, 3)}},
    "a comment": {"commented": {(5, 3), (1, 3), (5, 5), (2, 2)}},
    "comments": {"commented": {(7, 2), (5, 3), (6, 1)}},
    "a comment and a cell struck through": {"commented": {(5, 3)}, "struck": {(5, 2)}},
    "an unseen value": {"unseen": {(5, 2), (5, 5), (5, 4), (1, 2)}},
    "unseen values": {"unseen": {(5, 2), (3, 2), (4, 1)}},
    "all unseen": {"unseen": {(row, 2) for row in ROWS}},
    "blank texts": {"blank": {(5, 2), (3, 2), (4, 3), (4, 5)}},
    "units beside the numbers": {"shown": {(4, 2): "mm", (2, 2): "cm", (5, 5): "cm", (5, 9): "cm"}},
    "words for codes": {"instead": {(3, 3): "no", (4, 3): "yes", (5, 3): "no", (2, 3): "x"}},
    "words for some codes": {"instead": {(4, 3): "no"}},
    "all scaled": {"scaled": {(row, 2): 1000 for row in ROWS}},
    "some scaled": {"scaled": {(4, 2): 1000, (6, 2): 1000, (6, 3): 1000}},
    "scaled in two ways": {"scaled": {(row, 2): 1000 if row % 2 else 10**6 for row in ROWS}},
    "everything": {
        "hidden_rows": {4},
        "hidden_columns": {2},
        "merged": [(4, 5, 2, 2)],
        "struck": {(5, 2)},
        "commented": {(5, 3)},
        "unseen": {(5, 2)},
        "blank": {(5, 2)},
        "shown": {(4, 2): "mm"},
        "instead": {(4, 3): "yes"},
        "scaled": {(4, 2): 1000},
    },
}  # fmt: skip
ONCE = [["P3", 3, 1, None, "x"], ["P4", None, None, None, "x"], *[[f"P{r}", r, 0, None, "x"] for r in range(5, 9)]]  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_words_on_a_sheet(case):
    hidden = dict(CASES[case])
    hidden["cells"] = ONCE if "cells" in hidden else None
    check_said("sheets", case, look(**hidden))


def test_ten_rows_are_named():
    rows = range(3, 14)
    for count, end in ((10, "11, 12)"), (11, "11, 12, ...)")):
        table = pd.DataFrame({"Age": list(rows)}, rows, dtype=object)
        sheet = Sheet("S", True, {}, unseen={(row, 1) for row in rows[:count]})
        message = check_layout(sheet, table, PLAN)[0]["message"]
        assert f"{count} cells of the column" in message and end in message


@pytest.mark.parametrize(
    "hidden",
    [
        {"hidden_columns": {5}},
        {"merged": [(4, 5, 5, 5)]},
        {"struck": {(4, 5)}},
        {"commented": {(4, 5)}},
        {"unseen": {(4, 5)}},
        {"blank": {(4, 5)}},
        {"struck": {(4, 4)}},
        {"commented": {(4, 4)}},
        {"unseen": {(4, 4)}},
        {"blank": {(4, 4)}},
    ],
)
def test_columns_in_use_are_all_where_no_plan_says_which(hidden):
    """A column without a name is in use nowhere."""
    named = 5 in hidden.get("hidden_columns", ()) or "merged" in hidden or (4, 5) in next(iter(hidden.values()))  # fmt: skip
    assert look(**hidden) == []
    assert len(look(settings={}, **hidden)) == (named and "hidden_columns" not in hidden)


def scale(cells, **more):
    rows = [[f"P{row}", cell, 0, None, "x"] for row, cell in zip(ROWS, cells, strict=True)]
    found = look(cells=rows, **more)
    return [item["rule"] for item in found]


@pytest.mark.parametrize(
    ("cells", "scaled", "rules"),
    [
        ([1, 2.5, 3, 4, 5, 6], ROWS, ["scaled_numbers"]),
        ([1, 2.5, 3, 4, 5, 6], [3, 4, 5, 6, 7], ["scale_mixed"]),
        ([1, 2.5, 3, None, 0, "6"], [3, 4, 5], ["scaled_numbers"]),  # zero is zero on every scale
        ([1, 2.5, None, None, 0, "6"], [5, 6, 7, 8], []),
        ([1, 2.5, 3, 4, 5, 6], [1, 2, 12], []),
    ],
)
def test_numbers_on_a_scale(cells, scaled, rules):
    assert scale(cells, scaled={(row, 2): 1000 for row in scaled}) == rules
    assert scale(cells, scaled={(row, 1): 1000 for row in scaled}) == []


def test_a_column_that_stands_there_twice_is_told_elsewhere():
    names = ["Nr", "Age", "R", "R", "Age"]
    assert look(names, scaled={(row, 2): 1000 for row in ROWS}) == []
    assert look(names, instead={(4, 3): "no"}) == []
    assert look(["Nr"], scaled={(4, 1): 1000}) == look(["Nr"], instead={(4, 1): "no"}) == []
    for kind, told in (("count", 1), ("duration", 1), ("binary", 0), (None, 0)):
        plan = {"columns": {"age": {**COLUMNS["age"], "kind": kind}}}
        assert len(look(settings=plan, scaled={(4, 2): 1000})) == told


def test_columns_beside_the_one_that_is_told_do_not_matter():
    """The first column of the plan says nothing of the others."""
    first = {"x": {"column": "Note", "kind": "continuous", "levels": None}, **COLUMNS}
    found = look(settings={"columns": first}, scaled={(4, 2): 1000}, instead={(4, 3): "no", (4, 5): "no"})  # fmt: skip
    assert [item["rule"] for item in found] == ["scale_mixed"]


def test_words_of_two_columns_are_both_told():
    other = {**COLUMNS["margin"], "column": "Age"}
    found = look(
        settings={"columns": {"a": other, **COLUMNS}},
        cells=[[f"P{row}", row % 2, row % 2, None, "x"] for row in ROWS],
        instead={(4, 2): "yes", (5, 3): "no"},
    )
    assert [(item["rule"], item["column"]) for item in found] == [
        ("value_labels_contradict", "Age"),
        ("value_labels_contradict", "R"),
    ]
