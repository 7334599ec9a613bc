"""What number formats show, numbers of single precision, plain cells, and words on codes: a table of answers for each."""

import datetime

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.cell_types import Number1904, Percent, Whole1904, plain_cell
from crlm.cohort.codes import tell_codes, tell_word
from crlm.cohort.floats import shorten_floats
from crlm.cohort.number_formats import find_divisor, is_unseen, read_beside, read_instead
from said_words import check_said


@pytest.mark.parametrize(
    ("form", "above", "zero", "below"),
    [
        ('"yes"', "yes", "yes", "yes"),
        ('"yes";"no"', "yes", "yes", "no"),
        ('"yes";"less";"no"', "yes", "no", "less"),
        ('"yes";"less";"no";@', "yes", "no", "less"),
        ('"yes";0;"no"', "yes", "no", ""),
        ('[Red]"R1";[Blue]"R2";\\R\\0', "R1", "R0", "R2"),
        ('"yes"0', "", "", ""),
        ('"in" yyyy', "", "", ""),
        ('"in" YYYY', "", "", ""),
        ('"is "@', "", "", ""),
        ('"is "?', "", "", ""),
        ('_x"yes"*x', "yes", "yes", "yes"),
        ('"-";"-";"."', "", "", ""),
        ("", "", "", ""),
        (None, "", "", ""),
    ],
)
def test_words_in_place_of_numbers(form, above, zero, below):
    assert [read_instead(form, value) for value in (1, 0.5, 0, -1, -0.5)] == [above, above, zero, below, below]  # fmt: skip


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ('0.0" mm"', "mm"),
        ("0.0\\ \\m\\m", "mm"),
        ('0" kg"\\/"m²"', "kg/m²"),
        ('[$-407]0" Tage";[Red]0" days"', "Tage"),
        ('[Red]"x"0', "x"),
        ('0" (!)"', ""),
        ('0" 1_"', ""),
        ("0_m*x", ""),
        ('0";"', ""),
        ("0.00", ""),
        ("", ""),
        (None, ""),
    ],
)
def test_words_beside_numbers(form, words):
    assert read_beside(form) == words


@pytest.mark.parametrize(
    ("form", "above", "zero", "below", "text"),
    [
        (None, False, False, False, False),
        ("General", False, False, False, False),
        ("", False, False, False, False),
        ("0;", False, False, True, False),
        ("0;;", False, True, True, False),
        (";0", True, True, False, False),
        (";-0;0", True, False, False, False),
        (";;;", True, True, True, True),
        (";;;@", True, True, True, False),
        ("0;0;0;", False, False, False, True),
        ("[Red];[Blue]0", True, True, False, False),
        (" ;0", True, True, False, False),
        ("[>9];0", False, False, False, False),
        ("[<9];0", False, False, False, False),
        ("[=9];0", False, False, False, False),
    ],
)
def test_what_is_not_shown(form, above, zero, below, text):
    found = [is_unseen(form, value) for value in (1, 0.5, 0, -1, "a")]
    assert found == [above, above, zero, below, text] and all(type(each) is bool for each in found)


@pytest.mark.parametrize(
    ("form", "divisor"),
    [
        (None, 1),
        ("", 1),
        ("0,", 1000),
        ("?,", 1000),
        ("#,,,", 10**9),
        ("0;0,", 1),
        ("0,;0", 1000),
        ("#,##0", 1),
        ('0"a,"', 1),
        ('0[$a],"b"', 1000),
        ('0"x",', 1000),
    ],
)
def test_by_what_a_format_divides(form, divisor):
    assert find_divisor(form) == divisor


# --- single precision ---------------------------------------------------------------------------------------------------------

F32 = np.float32


@pytest.mark.parametrize(
    ("number", "answer"),
    [
        (float(F32(6.6)), 6.6),
        (float(F32(-6.6)), -6.6),
        (float(F32(0.1)), 0.1),
        (float(F32(1.5e-7)), 1.5e-7),
        (float(F32(123456.7)), 123456.7),
        (float(F32(1.234567)), 1.234567),  # seven digits
        (float(F32(-1.234567)), -1.234567),
        (float(F32(1.0234567)), float(F32(1.0234567))),  # eight
        (float(f"{float(F32(6.6)):.15g}"), 6.6),  # written with 15 digits on the way
        (float(F32(6.6)) * (1 + 1e-13), float(F32(6.6)) * (1 + 1e-13)),
        (float(F32(0.0066)) + 1e-12, float(F32(0.0066)) + 1e-12),
        (6.6, 6.6),
        (6.65123456789, 6.65123456789),
        (0.5, 0.5),
        (16777216.0, 16777216.0),
        (123456789.0, 123456789.0),
        (1e40, 1e40),
        (1e-50, 1e-50),
        (0.0, 0.0),
    ],
)
def test_numbers_of_single_precision(number, answer):
    given = np.array([number, 1.25])
    assert shorten_floats(given).tolist() == [answer, 1.25] and given[0] == number
    assert shorten_floats([number]).tolist() == [answer]


def test_numbers_that_are_missing_stay_so():
    found = shorten_floats([np.nan, float(F32(6.6))])
    assert np.isnan(found[0]) and found[1] == 6.6
    assert shorten_floats([61, 62]).dtype == float and shorten_floats([]).tolist() == []
    assert shorten_floats(np.array([61, None, float(F32(6.6))], dtype=object))[2] == 6.6


# --- cells --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, None),
        (pd.NA, None),
        (pd.NaT, None),
        (float("nan"), None),
        ("  a  b ", "a b"),
        (" ", None),
        (np.float32("nan"), None),
        (True, "yes"),
        (np.bool_(False), "no"),
        (np.bool_(True), "yes"),
        (np.str_(" a "), "a"),
        (datetime.date(2012, 3, 4), pd.Timestamp(2012, 3, 4)),
        (pd.Timestamp("2012-03-04 10:00", tz="Europe/Oslo"), pd.Timestamp(2012, 3, 4, 10)),
        (61.0, 61),
        (np.float64(61.5), 61.5),
        (np.int16(61), 61),
        (2.0**63, 2.0**63),
        (-(2.0**62), -(2**62)),
        (2**63, 2.0**63),
        (2**63 - 1, 2**63 - 1),
        (-(10**25), -1e25),
        (10**300, str(10**300)),
        (10**300 - 1, 1e300),
        (float("inf"), float("inf")),
        (datetime.time(8, 15), "08:15:00"),
        (b"", "b''"),
        (Percent(60), Percent(60)),
        (Whole1904(39510), Whole1904(39510)),
        (Number1904(39510.5), Number1904(39510.5)),
    ],
)
def test_plain_cells(value, cell):
    found = plain_cell(value)
    assert found == cell and type(found) is type(cell)


def test_what_has_no_words_is_no_cell():
    class Blank:
        def __str__(self):
            return " "

    assert plain_cell(Blank()) is None and str(Percent(12.5)) == "12.5%" and str(Percent(60)) == "60%"  # fmt: skip


# --- codes --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "rest", "told"),
    [({"other": "b"}, None, True), ({"other": "b"}, "b", False), ({"x": "b"}, None, False)],
)
def test_why_other_was_not_taken(values, rest, told):
    words = " `other` stands for every other code only where the column has no entry 'other'."
    assert tell_word({"values": values}, rest) == (words if told else "")


@pytest.mark.parametrize(
    ("case", "several", "others", "rest"),
    [
        ("codes of several levels", {"5": (["T3", "T4"], [2, 9]), "x": (["T1", "T9"], [4])}, {}, None),
        ("other codes", {}, {"a": 1, "b": 2}, ["T3", "T9"]),
        ("ten codes", {}, {f"c{n}": 1 for n in range(10)}, "T4"),
        ("twelve codes", {}, {f"c{n}": 1 for n in range(12)}, "T9"),
        ("both", {"5": (["T3", "T4"], [2])}, {"a": 1}, "T3"),
        ("neither", {}, {}, None),
    ],
)  # fmt: skip
def test_words_on_codes(case, several, others, rest):
    labels = {"T1": "pT1", "T3": "pT3", "T4": "pT4"}
    spec = {"label": "Depth", "column": "pT", "level_labels": labels}
    check_said("codes", case, tell_codes(spec, several, others, rest))
