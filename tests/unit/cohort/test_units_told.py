"""Units that a file says in the names of its columns, in formats, behind a number, or only by where the numbers lie."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.conversion import _read_units
from crlm.cohort.two_units import find_two_units
from crlm.cohort.written_units import check_formats, check_header
from said_words import check_said

LENGTH = {"cm": 1, "centimetres": 1, "mm": 0.1, "m": 100, "inch": 2.54, "in ch": 2.54}
CEA = {"ng ml": 1, "ug l": 1, "ng l": 0.001}


def describe(**more):
    spec = {"label": "Size", "column": "size", "kind": "continuous", "unit": "cm", "factor": 1, "decimal": "."}  # fmt: skip
    return {**spec, "unit_words": LENGTH, **more}


# --- the name of a column ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "spec", "told"),
    [
        ("size", {}, None),
        ("Size (mm)", {}, "mm"),
        ("Size [mm]", {}, "mm"),
        ("Größe\uff08mm\uff09", {}, "mm"),
        ("Size (largest) mm", {}, "mm"),
        ("Size (mm) in cm", {}, "mm"),  # brackets before words
        ("Size (mm, largest)", {}, "mm"),
        ("Size (M)", {}, "M"),
        ("size m", {}, None),  # one letter by itself
        ("size_mm", {}, "mm"),
        ("size inch", {}, "inch"),
        ("size in ch mm", {}, "in ch"),  # two words before one
        ("size mm or cm", {}, None),
        ("size cm (cm)", {}, None),
        ("size centimetres cm", {"factor": 0.1}, "centimetres"),
        ("Size (mm)", {"factor": 0.1}, None),
        ("Size (mm)", {"kind": "count"}, "mm"),
        ("Size (mm)", {"kind": "duration"}, "mm"),
        ("Size (mm)", {"kind": "binary"}, None),
        ("Size (mm)", {"unit": "%"}, None),
        ("Size (mm)", {"unit_words": None}, None),
        ("CEA ng/L", {"unit_words": CEA}, "ng l"),
    ],
)
def test_a_unit_in_a_name(name, spec, told):
    found = check_header(describe(column=name, **spec))
    assert [item["column"] for item in found] == [name] * (told is not None)
    assert told is None or f"says '{told}'" in found[0]["message"]
    assert [item["rule"] for item in check_header(describe(**spec), name)] == [item["rule"] for item in found]  # fmt: skip


def test_words_on_a_unit_in_a_name():
    check_said("units", "a name", check_header(describe(column="Size (mm)")))
    check_said("units", "a label", check_header(describe(factor=0.1), "Largest lesion, cm"))


# --- formats of a spreadsheet --------------------------------------------------------------------------------------------------

SHOWN = {
    "another unit": ({5: "mm", 6: "mm"}, {}),
    "the same unit": ({5: "cm"}, {}),
    "the same unit of a column in mm": ({5: "mm"}, {"factor": 0.1}),
    "two units": ({4: "cm", 5: "mm", 6: "cm"}, {}),
    "two names of one unit": ({4: "cm", 5: "centimetres"}, {}),
    "two names of another": ({4: "cm", 5: "centimetres"}, {"factor": 0.1}),
    "no unit": ({4: "a. u.", 7: "x"}, {}),
    "no unit beside one": ({4: "cm", 7: "x"}, {}),
    "no unit beside another": ({4: "mm", 7: "x"}, {}),
    "no unit where the plan says one": ({4: "a. u."}, {"unit_said": True}),
    "no unit of a column in mm": ({4: "x"}, {"factor": 0.1}),
    "of levels": ({4: "mm"}, {"kind": "ordinal"}),
    "of a variable without units": ({4: "mm"}, {"unit_words": None}),
    "of a duration": ({4: "mm"}, {"kind": "duration"}),
}


@pytest.mark.parametrize("case", SHOWN)
def test_units_that_a_spreadsheet_shows(case):
    texts, spec = SHOWN[case]
    columns = {"a": describe(column="a"), "none": {"label": "None"}, "x": describe(**spec)}
    check_said("units", case, check_formats({"size": texts}, columns))


# --- behind a number -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cells", "spec", "read"),
    [
        (["35 mm", "3.5 cm.", "1inch", "2", 3, None], {}, [3.5, 3.5, 2.54, "2", 3, None]),
        (["35 mm"], {"factor": 0.1}, [35]),
        (["3.5 cm"], {"factor": 0.1}, [35]),
        (["< 5 mm", ">=20 mm", "5 mm"], {}, ["<0.5", ">=2.0", 0.5]),
        (["<5 mm", "3,5 cm"], {"decimal": ","}, ["<0,5", 3.5]),
        (["3,5 cm", "1.2.3 cm", "5 m", "5 weeks", "5 x cm", "cm"], {}, None),
        (["7 mm"], {"unit": "%"}, None),
        (["7 mm"], {"kind": "binary"}, None),
        (["7 mm"], {"unit_words": None}, None),
        (["7 mm"], {"kind": "duration"}, [0.7]),
        (["29 mm", "0.1 inch"], {}, [2.9, 0.254]),
    ],
)
def test_numbers_with_a_unit(cells, spec, read):
    cells = pd.Series(cells, range(4, 4 + len(cells)), dtype=object)
    kept, found = _read_units(cells, describe(**spec))
    assert kept.tolist() == (read or cells.tolist()) and list(kept.index) == list(cells.index)
    assert kept.dtype == object
    assert [item["rule"] for item in found] == ["unit_in_cell"] * (read is not None)


@pytest.mark.parametrize("count", [1, 2])
def test_words_on_numbers_with_a_unit(count):
    found = _read_units(pd.Series(["35 mm"] * count + ["1"]), describe())[1]
    check_said("units", f"{count} behind a number", found)


# --- two humps -----------------------------------------------------------------------------------------------------------------

SMALL = np.linspace(-0.1, 0.1, 10)  # logarithms of ten sizes around 1


def hump(count, centre=0.0, width=0.1):
    return centre + np.linspace(-width, width, count)


HUMPS = {
    "ten of each": ([SMALL, SMALL + 1], True),
    "nine of each": ([hump(9), hump(9, 1)], False),
    "ten and nine": ([SMALL, hump(9, 1)], False),
    "nine and ten": ([hump(9), SMALL + 1], False),
    "none near": ([SMALL, SMALL + 3], False),
    "one at the edge": ([SMALL[:9], [-0.16], SMALL + 1], True),
    "one beyond the edge": ([SMALL[:9], [-0.19], SMALL + 1], False),
    "ten and one between": ([hump(10), hump(10, 1), [0.55]], False),
    "half of them between": ([hump(56), hump(56, 1), hump(28, 0.5)], True),
    "more than half between": ([hump(60), hump(60, 1), hump(31, 0.5)], False),
    "some between, nearer to one": ([hump(12), hump(12, 1), [0.6, 0.61, 0.62]], False),
    "some beside, not between": ([hump(12), hump(12, 1), [0.2, 0.21, 0.22, 1.2, 1.21]], True),
    "many of one": ([hump(60), SMALL + 1], True),
    "few of one": ([SMALL, hump(60, 1)], True),
    "a third is one number": ([SMALL[:8], [0.11] * 4, SMALL + 1], True),
    "more of the small than a third": ([SMALL[:8], [0.11] * 5, SMALL + 1], False),
    "more of the large than a third": ([SMALL, SMALL[:8] + 1, [1.11] * 5], False),
    "some far away": ([hump(30), hump(30, 1), [-1.2, -1.3, 2.2]], True),
    "more far away": ([hump(30), hump(30, 1), [-1.6, -1.6, 2.6]], False),
    "one hump": ([hump(40, 0.5, 0.6)], False),
}  # fmt: skip


@pytest.mark.parametrize("name", HUMPS)
def test_two_humps(name):
    parts, told = HUMPS[name]
    value = pd.Series(10 ** np.concatenate(parts))
    found = find_two_units(value, describe(unit_words={"cm": 1, "mm": 0.1}))
    assert [item["rule"] for item in found] == ["unit_mixed"] * told
    again = find_two_units(value * 7, describe(unit_words={"cm": 1, "mm": 0.1}))
    assert len(again) == told  # wherever they lie


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({}, False),  # two of cm, mm, m and inch lie a hundred apart at most
        ({"factor": 0.1}, True),  # of mm and m
        ({"unit_words": {"a": 1, "b": 0.1, "c": 0.001}}, True),
        ({"unit_words": {"a": 1, "b": 0.1, "c": 0.001}, "kind": "count"}, False),
        ({"unit_words": {"a": 1, "b": 0.1, "c": 0.001}, "unit": "%"}, False),
        ({"unit_words": None}, False),
    ],
)
def test_humps_a_thousand_apart(spec, told):
    value = pd.Series([0, np.nan, -4, *10 ** np.concatenate([SMALL + 3, SMALL])])
    value.index += 2
    found = find_two_units(value, describe(**spec))
    assert len(found) == told
    if told:
        check_said("units", "two humps", found)


def test_no_numbers_have_no_humps():
    assert find_two_units(pd.Series([0.0, np.nan]), describe()) == []
