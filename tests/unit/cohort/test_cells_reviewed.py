"""Cells that are not what they seem, each kind at the edge of what betrays it."""

import pandas as pd
import pytest
from crlm.cohort.cell_types import Percent
from crlm.cohort.cells import report_missing_words, review_cells, take_missing_words
from said_words import check_said

SPEC = {
    "label": "CEA",
    "column": "cea",
    "kind": "continuous",
    "unit": "ng/mL",
    "factor": 1,
    "range": None,
    "decimal": ".",
    "decimal_declared": None,
}
DAY = {"kind": "date", "unit": None}
SHARE = {"unit": "%", "range": [0, 100]}


def review(cells, settings=None, **spec):
    cells = pd.Series(cells, range(2, 2 + len(cells)), dtype=object)
    kept, found = review_cells(cells, {**SPEC, **spec}, settings or {})
    return kept.tolist(), found


def check(case, found):
    check_said("cells", case, found)


# --- errors and formulas ----------------------------------------------------------------------------------------------------


def test_errors_and_formulas_are_told_and_taken_out_and_other_texts_stay():
    kept, found = review([None, 5, "a", "#N/A", "#", "=", "=A", "#REF!", "= B2*2"])
    check("an error, a formula", found)
    assert kept == [None, 5, "a", None, "#", "=", None, None, None]
    assert [item["row"] for item in found] == [5, 8, 9, 10]


@pytest.mark.parametrize("count", [10, 11])
def test_more_than_ten_errors_are_one_finding_with_the_rows_of_ten(count):
    cells = [1, *(f"=A{place}" for place in range(count - 1)), "#N/A"]
    kept, found = review(cells)
    assert len(found) == (10 if count == 10 else 1) and kept == [1, *[None] * count]
    if count == 11:
        check("eleven formulas", found)


def test_an_error_and_a_number_that_is_too_large_are_both_told():
    kept, found = review(["#N/A", 1e15, 999_999_999_999_999, -1e15, float("inf"), "1e15"])
    assert [(item["rule"], item["row"], item["value"]) for item in found] == [
        ("excel_error", 2, "#N/A"),
        ("number_as_text", None, "1e15"),
        ("huge_number", 3, "1e+15"),
        ("huge_number", 5, "-1e+15"),
    ]
    assert kept == [None, None, 999_999_999_999_999, None, float("inf"), "1e15"]
    check("a huge number", [found[2]])


# --- per cent ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "spec", "read"),
    [
        (["60 %", "62.5%", "7", "%", "x%", "62,5%", None], SHARE, [60, 62.5, "7", "%", "x%", "62,5%", None]),
        (["62,5 %", "6.5%"], {**SHARE, "decimal": ","}, [62.5, "6.5%"]),
        (["60%", "0.2"], {**SHARE, "factor": 100}, [0.6, "0.2"]),
        ([Percent(60), None, 0, "35 %"], SHARE, [60, None, 0, 35]),
        ([Percent(60), "0"], {**SHARE, "factor": 100}, [0.6, "0"]),
        (["60%"], {}, ["60%"]),  # of what is no share
        ([Percent(100), 0, Percent(0), Percent(200), "x", None], {"kind": "binary", "unit": None}, [1, 0, 0, 2, "x", None]),
        ([Percent(4_100_000)], DAY, [Percent(4_100_000)]),
    ],
)  # fmt: skip
def test_shares(cells, spec, read):
    kept, found = review(cells, **spec)
    assert kept == read and not [item for item in found if item["severity"] == "error"]
    assert not any(isinstance(cell, Percent) for cell in kept) or spec is DAY


@pytest.mark.parametrize(
    ("case", "cells", "spec"),
    [
        ("per cent beside plain numbers", [None, Percent(60), 0, 35, Percent(70.5), "20"], SHARE),
        ("per cent of a concentration", [7, Percent(60)][1:], {}),
        ("per cent without a unit", [None, 0, Percent(12.5)], {"unit": None}),
    ],
)
def test_per_cent_that_nobody_can_read(case, cells, spec):
    kept, found = review(cells, **spec)
    assert kept == [None] * len(cells)
    check(case, found)


def test_per_cent_cells_are_told():
    check("per cent cells", review([Percent(60), Percent(7)], **SHARE)[1])


# --- thousands --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sign", "decimal", "cells", "read"),
    [
        (".", ",", ["1.250", "1.250.000,5", "<1.000", "-2.500", "12.50", "12,5", 7], ["1250", "1250000,5", "<1000", "-2500", "12.50", "12,5", 7]),
        (",", ".", ["1,250.75", "1250", "12,50"], ["1250.75", "1250", "12,50"]),
        ("'", ".", ["1'250", "1\u2019250"], ["1250", "1250"]),
        (" ", ",", ["1 250", "125 0"], ["1250", "125 0"]),
    ],
)  # fmt: skip
def test_declared_signs_between_thousands(sign, decimal, cells, read):
    for settings, spec in (({"thousands": sign}, {}), ({"thousands": "x"}, {"thousands": sign})):
        if decimal == "," or not spec:
            kept, _ = review(cells, settings, decimal=decimal, **spec)
            assert kept == read


@pytest.mark.parametrize(
    ("cells", "spec", "told"),
    [
        (["1.250", 7, None], {}, True),
        (["1.250", 999], {}, True),
        (["1.250", 1000], {}, False),
        (["1.250", 7.5], {}, False),
        (["1.250", "7.5", 7], {}, False),
        (["1.250", "2.500"], {}, False),  # three decimals in all, as programs write them
        (["1.000", "2.000"], {}, True),
        (["1.000", "2.500"], {}, False),
        (["1.250", 7], {"decimal_declared": "."}, False),
        (["1.250", 7], {"range": [0, 1250]}, True),
        (["1.250", 7], {"range": [0, 1249]}, False),
        (["1.250", "1.300", 7], {"range": [0, 1250]}, False),
        (["1.250", 7], {"range": [0, 125], "factor": 0.1}, True),
        (["1.250", 7], {"range": [0, 124], "factor": 0.1}, False),
        (["1,250", 7], {}, False),
        ([5, 7], {}, False),
    ],
)
def test_what_may_be_thousands(cells, spec, told):
    kept, found = review(cells, **spec)
    assert [item["rule"] for item in found if item["severity"] == "error"] == ["thousands"] * told
    assert (kept == [None] * len(cells)) == told


@pytest.mark.parametrize("decimal", [".", ","])
def test_words_on_thousands(decimal):
    cells = [None, 7, f"1{decimal}250", "30", f"<12{decimal}800"]
    check(f"thousands or decimals by {decimal}", review(cells, decimal=decimal)[1])


# --- numbers as text --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "decimal", "texts"),
    [
        ([3, "4"], ".", 1),
        ([3.5, "4.5", "x", "5", None], ".", 2),
        ([3, "4,5"], ".", 0),
        ([3, "4,5"], ",", 1),
        ([3, "4.5"], ",", 0),
        ([3, "1.250,5"], ",", 0),
        ([3, "1e999"], ".", 0),
        (["3", "4"], ".", 0),
        ([3, 4], ".", 0),
    ],
)
def test_numbers_stored_as_text(cells, decimal, texts):
    _, found = review(cells, decimal=decimal, decimal_declared=decimal)
    assert [item["rule"] for item in found] == ["number_as_text"] * bool(texts)
    if texts:
        check(f"{texts} as text, {decimal}", found)


# --- days and months swapped --------------------------------------------------------------------------------------------------


def days(*numbers):
    return [pd.Timestamp(2018, 3, number) for number in numbers]


SWAPPED = [
    (days(3, 12), ["13/03/2018"], "warning"),
    (days(3, 5, 12), ["13/03/2018"], "error"),
    (days(3, 5, 13), ["13/03/2018"], None),
    (days(3, 5, 12), ["12/12/2018"], None),
    (days(3, 5, 12), ["12.13.18"], "error"),
    (days(3, 5, 12), ["13/03/2018", "03/04/2018"], None),
    (days(*range(1, 8)), ["13/03/2018", "03/04/2018"], None),
    (days(*range(1, 9)), ["13/03/2018", "03/04/2018"], "error"),
    (days(3, 5, 12), ["in March"], None),
    ([], ["13/03/2018", "14/03/2018"], None),
    # saved from Excel: those that it swapped without leading zeros
    ([], ["13/03/2018", "14/03/2018", "15/09/2018", "9/4/2018", "3/2/2018"], "error"),
    ([], ["13/03/2018", "14/03/2018", "15/10/2018", "9/4/2018", "3/2/2018"], None),  # two zeros
    ([], ["13/03/2018", "14/03/2018", "15/09/2018", "16/10/2018", "9/4/2018", "3/10/2018"], "error"),
    ([], ["13/03/2018", "14/03/2018", "15/09/2018", "9/4/2018", "3/02/2018"], None),
    ([], ["13/3/2018", "14/3/2018", "15/9/2018", "09/04/2018", "03/02/2018"], None),
    ([], ["13/03/2018", "14/03/2018", "15/09/2018", "9/11/2018", "10/2/2018"], None),  # two without
]  # fmt: skip


@pytest.mark.parametrize(("true", "texts", "severity"), SWAPPED)
def test_swapped_days_and_months(true, texts, severity):
    cells = [None, *true, *texts]
    kept, found = review(cells, **DAY)
    assert kept == cells
    assert [item["severity"] for item in found] == ([severity] if severity else [])
    if severity:
        check(f"swapped: {len(true)} days, {', '.join(texts)}", found)


# --- words for missing --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "known", "taken"),
    [
        (["NA", "n.a.", 3, None, "Unbekannt", "seven"], (), {2: "NA", 3: "n.a.", 6: "Unbekannt"}),
        (["NA", "none", "nan"], ("na", "none"), {4: "nan"}),
        (["-", "?"], (), {2: "-", 3: "?"}),
        (["-", "+", "?"], (), {4: "?"}),
        (["yes", 1], (), {}),
    ],
)
def test_words_that_mean_missing(cells, known, taken):
    cells = pd.Series(cells, range(2, 2 + len(cells)), dtype=object)
    kept, words = take_missing_words(cells, set(known))
    assert words == taken
    assert kept.tolist() == [None if row in taken else cell for row, cell in cells.items()]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("a word once", {"A": {5: "NA"}, "B": {}}),
        ("a word in two rows", {"A": {5: "n.a.", 9: "N.A."}}),
        ("a word in two columns", {"A": {5: "?"}, "B": {4: "?"}}),
        ("two words", {"A": {5: "NA", 6: "-"}, "B": {7: "na"}, "C": {8: "-"}, "D": {9: "na"}}),
    ],
)
def test_a_word_is_told_once(case, words):
    check(case, report_missing_words(words, "cohort"))
