"""Numbers as text."""

import math

import pytest
from crlm.display import formats
from crlm.plan import phrases

NAN = math.nan


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0499, "0.0499"),  # below 0.05 in every count and sentence, so in print as well
        (0.049996, "0.049996"),
        (0.0494, "0.049"),
        (0.05, "0.050"),
        (0.0501, "0.050"),
        (0.0009999, "<0.001"),
        (0.001, "0.001"),
        (0.9996, ">0.999"),
        (1.0, ">0.999"),
        (0.0, "<0.001"),
        (NAN, "–"),
        (None, "–"),
    ],
)
def test_p_values(value, text):
    assert formats.format_p(value) == text


def test_p_values_in_running_text():
    assert formats.state_p(0.034) == "p = 0.034"
    assert formats.state_p(1e-9) == "p < 0.001"
    assert formats.state_p(NAN) == "p not estimable"


def test_there_is_no_negative_zero():
    assert formats.format_number(-0.004, 2) == "0.00"
    assert formats.format_number(-0.006, 2) == "−0.01"
    assert formats.format_number(-0.0, 0) == "0"


def test_hazard_ratios_with_limits():
    ratio = formats.format_ratio
    assert formats.format_interval(1.406, 1.1251, 1.754, ratio) == "1.41 (1.13–1.75)"
    assert formats.format_interval(2e-4, 0, 4321.0, ratio) == "<0.01 (<0.01–>1000)"
    assert formats.format_interval(1.0, NAN, NAN, ratio) == "1.00"
    assert formats.format_interval(2.0, 1.0, math.inf, ratio) == "2.00 (1.00–>1000)"


def test_limits_with_a_minus_sign_are_joined_by_a_word():
    assert formats.format_interval(-0.1, -0.2, 0.1) == "−0.1 (−0.2 to 0.1)"


def test_medians_that_are_not_reached():
    assert formats.format_median(19.25, 16.16, 21.42) == "19.2 (16.2–21.4)"
    assert formats.format_median(53.45, 17.3, NAN) == "53.5 (17.3–NR)"
    assert formats.format_median(NAN, 40.0, NAN) == "not reached (40.0–NR)"
    assert formats.format_median(NAN, NAN, NAN) == "not reached"


def test_percentages():
    assert formats.format_percent(0.60522, 0.57024, 0.63830) == "60.5 (57.0–63.8)"
    assert formats.format_percent(0.0, NAN, NAN) == "0.0"
    assert formats.format_percent(NAN, NAN, NAN) == "–"
    assert formats.format_share(1, 3) == "1 (33.3)"
    assert formats.format_share(0, 0) == "0"


def test_quartiles_have_decimals_only_when_needed():
    assert formats.format_spread(64.0, 57.0, 71.0) == "64 [57–71]"
    assert formats.format_spread(2.55, 1.7, 3.9) == "2.5 [1.7–3.9]"
    assert formats.format_spread(0.25, 0.1, 0.333) == "0.25 [0.10–0.33]"


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ({"kind": "continuous", "unit": "years", "per": 10}, "per 10 years"),
        ({"kind": "continuous", "unit": "cm", "per": 1}, "per cm"),
        ({"kind": "count", "unit": None, "per": 1}, "per 1"),
        ({"kind": "continuous", "unit": "%", "per": 10}, "per 10%"),
        ({"kind": "continuous", "unit": "g", "per": 1, "transform": "log2"}, "per doubling"),
        ({"kind": "binary"}, ""),
    ],
)
def test_steps(spec, text):
    assert formats.describe_step(spec) == text


def test_words():
    assert phrases.join_words(["a"]) == "a"
    assert phrases.join_words(["a", "b", "c"]) == "a, b and c"
    assert phrases.as_sentence("one; two;") == "One; two."
    assert phrases.plural(1, "patient") == "1 patient"
    assert phrases.plural(0, "patient") == "0 patients"
    assert [phrases.letter(n) for n in (0, 25, 26, 52)] == ["a", "z", "aa", "ba"]
    assert phrases.superscript(12) == "¹²"
