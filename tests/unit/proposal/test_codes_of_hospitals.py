"""Codes as exports of hospitals have them: Roman numbers of a stage."""

import pytest


def repeat(*cells):
    return (list(cells) * 30)[:30]


@pytest.mark.parametrize("form", ["{}", "pT {}", "pT{}", "Stadium {}"])
def test_roman_numbers_of_a_stage_are_four_levels(guess, form):
    codes = [form.format(each) for each in ("I", "II", "III", "IV")]
    found = guess({"pT": repeat(*codes)})["pT"]
    assert found.variable == "pt_primary"
    assert found.values == dict(zip(codes, ["T1", "T2", "T3", "T4"], strict=True))


@pytest.mark.parametrize(
    ("header", "form", "levels"),
    [("ASA", "ASA {}", ["1", "2", "3"]), ("Grading", "G {}", ["well", "moderate", "poor"])],
)
def test_roman_numbers_behind_a_word(guess, header, form, levels):
    found = guess({header: repeat(*(form.format(each) for each in ("I", "II", "III")))})[header]
    assert list(found.values.values()) == levels


def test_a_letter_behind_a_roman_number_is_a_part_of_its_level(guess):
    found = guess({"pN": repeat("0", "Ia", "Ib", "IIb")})["pN"]
    assert found.values == {"0": "N0", "Ia": "N1", "Ib": "N1", "IIb": "N2"}
