"""Where the lines of figures are broken."""

import pytest
from crlm.display import formats, style


@pytest.mark.parametrize("width", [0.3, 0.5, 0.8, 1.2, 2])
def test_no_line_breaks_a_number_from_its_sign_or_unit(width):
    parts = [
        "(> 50 %)",
        "≥ 200 ng/mL",
        "p = 0.012",
        "12 months",
        "1 mm",
        "n = 3 of 40",
        "7 patients",
        "per cm",
        "per 10 years",
        "pro 12 Monate",
        "3 Patienten",
        "(1.2–3.4) %",
    ]
    lines = style.wrap(" or less, ".join(parts), width)
    whole = [part for part in parts if style.measure(part) <= width]
    assert width < 0.6 or len(whole) > 4
    for part in whole:
        assert any(part in line for line in lines), part


def test_words_are_broken_where_no_number_is():
    text = "5 or 6 of the 12 at hand"
    assert formats.split_words(text) == text.split()
    assert formats.split_words("") == [""]
