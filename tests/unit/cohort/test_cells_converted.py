"""Columns with their type: numbers, limits, codes of levels, columns that are missing, and what is said of each."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.conversion import as_level_codes, convert_table, parse_number, read_limit, scale
from said_words import check_said

SPEC = {
    "column": "X",
    "values": {},
    "factor": 1,
    "missing": [],
    "date_format": None,
    "decimal": None,
    "censored": None,
    "label": "Marker",
    "kind": "continuous",
    "unit": None,
    "levels": [],
    "level_labels": {},
    "range": None,
}
YES_NO = {"kind": "binary", "levels": ["no", "yes"], "level_labels": {"no": "No", "yes": "Yes"}}
STAGE = {
    "kind": "ordinal",
    "levels": ["T1", "T2", "T3"],
    "level_labels": {"T1": "Early", "T2": "Late", "T3": "Late"},
}


def convert(cells, settings=None, **spec):
    rows = [3 * place + 2 for place in range(len(cells))]
    raw = pd.DataFrame({"ID": [f"P{row}" for row in rows], "X": cells}, rows, dtype=object)
    columns = {"patient_id": {"column": "ID"}, "x": {**SPEC, **spec}}
    table, found = convert_table(raw, columns, settings or {}, "cohort")
    assert list(table.index) == rows and table["patient_id"].tolist() == [f"P{r}" for r in rows]
    return table, found


def read(cells, settings=None, **spec):
    table, found = convert(cells, settings, **spec)
    assert not [item for item in found if item["severity"] == "error"], found
    return [None if pd.isna(value) else value for value in table["x"]]


# --- numbers --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "settings", "spec", "numbers"),
    [
        (["1.5", None, 7], {}, {}, [1.5, None, 7]),
        (["", " ", 7], {}, {}, [None, None, 7]),
        (["1,5", "2.5"][:1], {"decimal": ","}, {}, [1.5]),
        (["1,5"], {"decimal": "."}, {"decimal": ","}, [1.5]),
        (["9", "99", "1"], {"missing": [9]}, {"missing": ["99"]}, [None, None, 1]),
        (["9,0", "1"], {"missing": [9]}, {"decimal": ","}, [None, 1]),
        (["1.250", "7"], {"thousands": "."}, {"decimal": ","}, [1250, 7]),
        ([15, 29], {}, {"factor": 0.1}, [1.5, 2.9]),
        ([float(np.float32(6.6))], {}, {}, [6.6]),
        ([float(np.float32(6.6))], {}, {"factor": 0.1}, [0.66]),
        ([1e-12], {}, {"factor": 3}, [0]),
        ([1e-12], {}, {"factor": 3, "kind": "duration"}, [3e-12]),
        (["35 mm"], {}, {"unit": "cm", "unit_words": {"cm": 1, "mm": 0.1}}, [3.5]),
        ([None, None], {}, {}, [None, None]),
    ],
)
def test_numbers(cells, settings, spec, numbers):
    assert read(cells, settings, **spec) == numbers


def test_scales():
    assert scale(29, 1) == 29 and scale(0.29, 100) == 29 and scale(1, 2) == 2
    numbers = np.array([1.0, 2.0])
    assert scale(numbers, 1) is numbers
    assert scale(1.00000000004, 10) == 10.0000000004 and scale(1.000000000001, 10) == 10


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("<0.5", ("<", "0.5")),
        ("≤ 2", ("≤", "2")),
        (">=  7", (">=", "7")),
        ("10+", (">=", "10")),
        ("10 +", (">=", "10")),
        ("+10", None),
        ("7", None),
        ("<", None),
        ("<5+", ("<", "5+")),
        ("a+", None),
    ],
)
def test_limits_as_written(text, limit):
    assert read_limit(text) == limit


@pytest.mark.parametrize(
    ("text", "decimal", "number"),
    [
        ("1.5", ".", 1.5),
        ("1,5", ".", None),
        ("1,5", ",", 1.5),
        ("1.5", ",", None),
        ("15", ",", 15),
        ("1e999", ".", None),
        ("x", ".", None),
    ],
)
def test_numbers_as_written(text, decimal, number):
    assert parse_number(text, decimal) == number


@pytest.mark.parametrize(
    ("cell", "censored", "taken", "lower", "upper"),
    [
        ("<6", "half", 3, 0, np.nextafter(6, 0)),
        ("<6", "limit", 6, 0, np.nextafter(6, 0)),
        ("<=6", "half", 3, 0, 6),
        ("≤6", "limit", 6, 0, 6),
        (">6", "half", 6, np.nextafter(6, 7), 90),
        (">=6", "half", 6, 6, 90),
        ("≥6", "limit", 6, 6, 90),
        ("6+", "half", 6, 6, 90),
    ],
)
def test_limits(cell, censored, taken, lower, upper):
    table, found = convert([None, cell, "7"], censored=censored, range=[0, 90])
    assert table.iloc[1][["x", "x_lower", "x_upper"]].tolist() == [taken, lower, upper]
    assert table["x_lower"].isna().tolist() == table["x_upper"].isna().tolist() == [True, False, True]  # fmt: skip
    assert len(found) == 1
    table, _ = convert([cell], censored=censored, factor=10)
    infinite = (-np.inf, upper * 10) if "<" in cell or "≤" in cell else (lower * 10, np.inf)
    assert table.iloc[0][["x_lower", "x_upper"]].tolist() == pytest.approx(list(infinite))


NUMBERS = {
    "one limit": (["<0.5", 3], {"censored": "half"}),
    "two limits": (["<0.5", 3, ">7"], {"censored": "limit"}),
    "a limit that is not declared": (["<0.5", 3, "4"], {}),
    "no numbers": (["5 cm", pd.Timestamp(2012, 3, 4), "1,5", "1 234", "-1.2.3", 4, 5, 6, 7, 8, 9, 10], {}),
    "another decimal sign": (["1.5", 4, 5], {"decimal": ","}),
    "infinite": ([float("inf"), 4, 5], {}),
    "usual codes": ([-9, -9, -99, 4, -999, -9999, -99999, -8], {}),
    "usual codes outside": ([-9, 4, -99], {"range": [0, 5]}),
    "usual codes above the range": ([-9, 4, -99], {"range": [-200, -10]}),
    "a code at the lower end": ([-9, 4, -99], {"range": [-9, 5]}),
    "a code at the upper end": ([-9, -40, -99], {"range": [-50, -9]}),
    "codes of a column in another unit": ([-9, 4, -99], {"range": [-1, 5], "factor": 0.1}),
    "a word and a code": (["n.a.", 4, "k.A."], {}),
    "a unit, a text, an error": (["35 mm", "5 x", "#N/A", 5], {"unit": "cm", "unit_words": {"cm": 1, "mm": 0.1}}),
    "most of the entries": (["x", "y", "z", "u", "v", 1, 2, 3, 4, None, None, None], {}),
    "as many others": (["x", "y", "z", "u", "v", 1, 2, 3, 4, 5], {}),
}  # fmt: skip


@pytest.mark.parametrize("case", NUMBERS)
def test_words_on_numbers(case):
    cells, spec = NUMBERS[case]
    check_said("converted", case, convert(cells, **spec)[1])


# --- levels ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "codes"),
    [
        (YES_NO, {"0": "no", "1": "yes", "false": "no", "true": "yes", "n": "no", "y": "yes", "no": "no", "yes": "yes"}),
        (STAGE, {"t1": "T1", "t2": "T2", "t3": "T3", "early": "T1"}),
        ({**STAGE, "values": {"1.0": "T1", "True": "T2", "false": "T3"}}, {"1": "T1", "true": "T2", "false": "T3", "yes": "T2", "no": "T3"}),
        ({**YES_NO, "values": {"true": "no", "yes": "yes"}}, {"true": "no", "yes": "yes"}),
        ({**YES_NO, "level_labels": {"no": "No", "yes": "R1"}}, {"0": "no", "1": "yes", "false": "no", "true": "yes", "n": "no", "y": "yes", "no": "no", "yes": "yes", "r1": "yes"}),
        ({**STAGE, "levels": ["T1", "early"], "level_labels": {"T1": "early", "early": "x"}}, {"t1": "T1", "early": "early", "x": "early"}),
    ],
)  # fmt: skip
def test_codes_of_levels(spec, codes):
    assert as_level_codes({**SPEC, **spec}) == codes


@pytest.mark.parametrize(
    ("cells", "spec", "levels"),
    [
        (["t1", None, "Early", "T3"], STAGE, ["T1", None, "T1", "T3"]),
        ([1, 2.0, "3"], {**STAGE, "values": {"1": "T1", "2": "T2", "3": "T3"}}, ["T1", "T2", "T3"]),
        (["a", "b", None, "a"], {**STAGE, "values": {"a": "T1", "other": "T3"}}, ["T1", "T3", None, "T1"]),
        ([1, 2], {**YES_NO, "values": {"1": "yes", "2": "no"}}, ["yes", "no"]),
        ([2, 1], {**STAGE, "levels": ["1", "2"], "level_labels": {"1": "1", "2": "2"}}, ["2", "1"]),
        (["NA", "none"], {**STAGE, "levels": ["NA", "none"], "level_labels": {}}, ["NA", "none"]),
        (["NA", "1"], {**YES_NO, "values": {"NA": "no", "1": "yes"}}, ["no", "yes"]),
    ],
)  # fmt: skip
def test_levels(cells, spec, levels):
    assert read(cells, **spec) == levels
    column = convert(cells, **spec)[0]["x"]
    assert column.cat.categories.tolist() == spec["levels"]
    assert column.cat.ordered == (spec["kind"] == "ordinal")


def test_codes_of_several_levels_keep_them_beside():
    values = {"1": "T1", "5": ["T2", "T3"], "6": ["T1", "T2"], "other": ["T1", "T3"]}
    table, _ = convert(["5", 1, None, 5, "6", "x"], **STAGE, values=values)
    among = [None if pd.isna(each) else each for each in table["x_among"]]
    assert among == ["T2|T3", None, None, "T2|T3", "T1|T2", "T1|T3"]
    assert [None if pd.isna(each) else each for each in table["x"]] == [None, "T1", *[None] * 4]
    assert "x_among" not in convert(["T1"], **STAGE)[0]


LEVELS = {
    "an unknown level": (["T1", "T4", None, "tt", "Late"], STAGE),
    "an unknown answer": ([1, 0, "ja", 5, "2"], YES_NO),
    "a mark": (["x", None, "X"], YES_NO),
    "a mark that is quoted": (["*", None], YES_NO),
    "a mark of levels": (["x", None], STAGE),
    "one and two": ([1, 2, None, 2.0], YES_NO),
    "two only": (["2"], YES_NO),
    "an unknown code": (["1", "b", "c"], {**YES_NO, "values": {"1": "yes", "beta": "no"}}),
    "one and two with values": ([1, 2], {**YES_NO, "values": {"1": "yes"}}),
    "one, two and a level": ([1, 2, "no"], YES_NO),
    "other codes": (["a", "b", "b", "c", None], {**STAGE, "values": {"a": "T1", "other": "T3"}}),
    "other is a code": (["a", "b", "oter", "other"], {**STAGE, "values": {"a": "T1", "other": "T3"}}),
    "several levels": ([5, 5, 6, 1], {**STAGE, "values": {"1": "T1", "5": ["T2", "T3"], "6": ["T1", "T2"]}}),
    "a word that is no level": (["T1", "unknown", "NA"], STAGE),
}  # fmt: skip


@pytest.mark.parametrize("case", LEVELS)
def test_words_on_levels(case):
    cells, spec = LEVELS[case]
    check_said("converted", f"levels: {case}", convert(cells, **spec)[1])


# --- columns --------------------------------------------------------------------------------------------------------------------

WHOLE = {
    "a column written otherwise": (["Max. Size", "max size", "", "ID"], "max_size"),
    "a column misspelt": (["Maxsise", "Other", "ID"], "Max size"),
    "a column that is like no other": (["Age", "ID", None], "Max size"),
    "a column twice": (["Max size", "Max size", "ID"], "Max size"),
    "a column three times": (["Max size", "Max size", "Max size", "ID"], "Max size"),
}


@pytest.mark.parametrize("case", WHOLE)
def test_columns_that_are_missing_or_there_twice(case):
    names, column = WHOLE[case]
    raw = pd.DataFrame([list("12345")[: len(names)]] * 2, [3, 9], names, dtype=object)
    columns = {name: {**SPEC, "column": each} for name, each in (("x", column), ("patient_id", "ID"), ("x_mm", column))}  # fmt: skip
    table, found = convert_table(raw, columns, {})
    assert table[["x", "x_mm"]].isna().all().all() and list(table.index) == [3, 9]
    check_said("converted", case, found)


def test_a_file_without_the_identifier():
    raw = pd.DataFrame({"X": ["1", "x"]}, [3, 9], dtype=object)
    columns = {"patient_id": {**SPEC, "column": "Nr"}, "x": SPEC, "gone": {**SPEC, "column": "size mm", "unit": "cm", "unit_words": {"cm": 1, "mm": 0.1}}}  # fmt: skip
    table, found = convert_table(raw, columns, {})
    assert table["patient_id"].tolist() == ["", ""] and table["x"].isna().tolist() == [False, True]
    check_said("converted", "a file without the identifier", found)


def test_identifiers_that_are_errors_days_or_twice_are_told_before_other_columns():
    day = pd.Timestamp(2019, 5, 1)
    raw = pd.DataFrame(
        {"Nr": ["P1", "#REF!", day, "P1", "P2"], "size mm": ["1", "NA", "x", "NA", "7"]},
        [3, 9, 12, 15, 18],
        dtype=object,
    )
    size = {**SPEC, "column": "size mm", "label": "Size", "unit": "cm", "unit_words": {"cm": 1, "mm": 0.1}}  # fmt: skip
    found = convert_table(raw, {"x": size, "patient_id": {"column": "Nr"}}, {}, "sources[2]")[1]
    check_said("converted", "identifiers", found)
