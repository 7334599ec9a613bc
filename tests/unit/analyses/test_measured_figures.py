"""No figure has type below 6 points, texts over one another or beyond the page, or a page that a journal cannot print, at any width."""

import importlib
import io
import re
from pathlib import Path

import pypdf
import pytest
from crlm.display import style
from figure_cases import KINDS
from measured import find_faults

PACKAGE = Path(style.__file__).parents[1]
CASES = [(plot, case) for plot, cases in KINDS.items() for case in cases]
NAMES = [f"{plot.__name__} {case}" for plot, case in CASES]


def list_kinds():
    """Every plotting function of the analyses."""
    for path in sorted(PACKAGE.glob("analyses/*/*.py")):
        for name in re.findall(r"^def (plot_\w+)", path.read_text("utf-8"), re.MULTILINE):
            module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
            yield getattr(importlib.import_module(module), name)


def test_no_kind_of_figure_is_forgotten():
    kinds = list(list_kinds())
    assert len(kinds) > 30 and set(KINDS) == set(kinds)
    assert all(KINDS.values())


@pytest.mark.parametrize("width", style.WIDTHS)
@pytest.mark.parametrize(("plot", "case"), CASES, ids=NAMES)
def test_an_editor_finds_no_fault(plot, case, width):
    with style.page_of(width):
        figure = KINDS[plot][case]()
    assert figure.get_size_inches()[0] <= style.WIDTHS[width] + 1e-9
    assert find_faults(figure) == []


@pytest.mark.parametrize("plot", KINDS, ids=lambda plot: plot.__name__)
def test_fonts_of_a_pdf_are_truetype(plot):
    """Systems for submission refuse Type 3."""
    file = io.BytesIO()
    style.save(next(iter(KINDS[plot].values()))(), file, "pdf")
    fonts = pypdf.PdfReader(file).pages[0]["/Resources"]["/Font"].values()
    kinds = {font.get_object()["/Subtype"] for font in fonts}
    assert kinds and "/Type3" not in kinds


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
    figure, page = draw()
    page.plot([0, 1], [1, 1], color=style.RULE, linewidth=0.8)
    style.write(page, 0.2, 1.2, "HAZARD ratio, BRAF")
    assert find_faults(figure) == ["'HAZARD' in capitals", "a rule of 0.8 points"]
    assert find_faults(draw(175 / 25.4, 231 / 25.4)[0]) == ["231 mm tall", "175 mm wide"]
