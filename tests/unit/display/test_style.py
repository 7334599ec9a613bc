"""What saving a figure may leave out."""

import io
import itertools
import re
import warnings

import numpy as np
import pypdf
import pytest
from crlm.display import fonts, saving, style
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from PIL import Image


def draw(title="", factor=1):
    figure, page = style.new_page(3, 2)
    axes = style.add_axes(page, 0.6, 0.2, 2, 1.2)
    axes.plot([0, 1, 2], [0, factor, 2 * factor])
    axes.set_xlabel(title)
    return figure, axes


def write(figure, form):
    buffer = io.BytesIO()
    style.save(figure, buffer, form)
    return buffer.getvalue()


@pytest.mark.parametrize("title", ["", "Months"])
@pytest.mark.parametrize("factor", [1, 1e9])
@pytest.mark.parametrize("form", ["svg", "pdf", "png"])
def test_a_figure_is_the_same_when_tick_labels_are_not_measured(title, factor, form):
    measured, (figure, _) = draw(title, factor)[0], draw(title, factor)
    style.skip_measuring(figure)
    assert write(figure, form) == write(measured, form)


def test_labels_are_measured_where_they_push_something_aside():
    figure, axes = draw("Months", 1e9)
    style.skip_measuring(figure)
    kept = [axis.get_ticklabels()[0].get_in_layout() for axis in (axes.xaxis, axes.yaxis)]
    assert kept == [True, True]
    figure, axes = draw()
    style.skip_measuring(figure)
    assert not any(label.get_in_layout() for label in axes.get_xticklabels())


# Machado, Oliveira and Fernandes 2009, severity 1, for linear RGB
WITHOUT_GREEN = [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
]
WITHOUT_RED = [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
]
TO_XYZ = [
    [0.4124564, 0.3575761, 0.1804375],
    [0.2126729, 0.7151522, 0.072175],
    [0.0193339, 0.119192, 0.9503041],
]


def to_lab(colour, eye):
    """CIELAB (D65) of a colour as an eye sees it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    x, y, z = np.array(TO_XYZ) @ np.clip(np.array(eye) @ linear, 0, 1) / [0.95047, 1, 1.08883]
    x, y, z = (t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def test_lab_is_that_of_known_colours():
    assert to_lab("#ff0000", np.eye(3)) == pytest.approx([53.24, 80.09, 67.20], abs=0.02)
    assert to_lab("#808080", np.eye(3)) == pytest.approx([53.59, 0, 0], abs=0.02)


@pytest.mark.parametrize("total", range(2, 7))
def test_groups_are_told_apart_in_grey_and_without_red_or_green_cones(total):
    looks = [style.group_style(position, total) for position in range(total)]
    assert len({dash for _, dash in looks}) == total
    for (first, _), (second, _) in itertools.combinations(looks, 2):
        lightness = [to_lab(colour, np.eye(3))[0] for colour in (first, second)]
        assert abs(np.subtract(*lightness)) > 8
        for eye in (np.eye(3), WITHOUT_GREEN, WITHOUT_RED):
            assert np.linalg.norm(to_lab(first, eye) - to_lab(second, eye)) > 25


# --- the face --------------------------------------------------------------------------------------

WORDS = "Überleben é ß ≥ 5 ≤ 6 ± 3 × 10 µ α – − (n = 12)"


@style.styled
def write_words(*lines, width=4):
    figure, page = style.new_page(width, 1)
    for number, line in enumerate(lines):
        style.write(page, 0.2, 0.2 + 0.3 * number, line)
    return figure


def list_fonts(data):
    """[(name, kind of the font file)] of every font of a PDF."""
    found = []
    for font in pypdf.PdfReader(io.BytesIO(data)).pages[0]["/Resources"]["/Font"].values():
        font = font.get_object()
        below = font["/DescendantFonts"][0].get_object() if "/DescendantFonts" in font else font
        found.append(
            (font["/BaseFont"].split("+")[1], below["/Subtype"], below.get("/FontDescriptor"))
        )
    return [(name, kind, "/FontFile2" in at.get_object()) for name, kind, at in found]


def test_text_of_a_pdf_is_of_one_truetype_face():
    data = write(write_words(WORDS), "pdf")
    assert list_fonts(data) == [("Roboto-Regular", "/CIDFontType2", True)]
    assert WORDS in pypdf.PdfReader(io.BytesIO(data)).pages[0].extract_text()


def test_what_the_face_lacks_comes_from_another_without_a_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = write_words("lower → higher", "中文 label")
        data = {form: write(figure, form) for form in ("svg", "pdf", "png")}
        assert style.measure("中文 label") > style.measure("label")
    names = [name for name, _, _ in list_fonts(data["pdf"])]
    assert {"Roboto-Regular", "DejaVuSans"} <= set(names)


@pytest.mark.parametrize("text", [WORDS, "lower → higher", "AVATAR To"])
def test_a_measured_text_is_as_wide_as_the_drawn_one(text):
    picture = saving.paint(write_words(text))
    dark = np.flatnonzero((np.asarray(picture).min(axis=2) < 128).any(axis=0))
    assert fonts.find_width(text, style.SIZE, "normal") == pytest.approx(
        np.ptp(dark) / 300, abs=0.03
    )


def test_a_text_is_as_wide_outside_of_a_figure_as_inside():
    """Widths are kept: one measured first outside would lay out the figure drawn next."""
    widths = []
    for ask in (fonts.find_width, style.styled(fonts.find_width)):
        fonts.find_width.cache_clear()
        widths.append(ask(WORDS, style.SIZE, "normal"))
    assert widths[0] == widths[1]
    fonts.find_width.cache_clear()


def test_a_font_cut_once_is_drawn_as_that_of_matplotlib(monkeypatch, tmp_path):
    """The words in the PDF, their places and widths are those of matplotlib's own way."""
    quick = write(write_words(WORDS), "pdf")
    monkeypatch.setattr(fonts, "_find_subset", fonts._find_embedder().get_glyphs_subset)
    own = write(write_words(WORDS), "pdf")
    drawn = []
    for data in (quick, own):
        page = pypdf.PdfReader(io.BytesIO(data)).pages[0]
        font = next(iter(page["/Resources"]["/Font"].values())).get_object()
        widths = font["/DescendantFonts"][0].get_object()["/W"]
        drawn.append((page.extract_text(), str(widths), page.get_contents().get_data()))
    assert drawn[0] == drawn[1]


# --- the formats -----------------------------------------------------------------------------------


@style.styled
def draw_shade():
    figure, page = style.new_page(2, 1)
    style.write(page, 0.2, 0.2, WORDS[:9])
    axes = style.add_axes(page, 0.5, 0.5, 1, 0.4)
    axes.fill_between([0, 1], [0, 0], [1, 1], color="#0000ff", alpha=0.25, linewidth=0)
    axes.plot([0, 1], [0, 1], color="#ff0000", alpha=0.5)
    axes.add_patch(Rectangle((0.2, 0.2), 0.3, 0.3, facecolor=(0, 1, 0, 0.4), linewidth=0))
    return figure


@pytest.mark.parametrize("form", ["svg", "editable.svg", "pdf", "png", "tiff", "eps"])
def test_every_format_has_the_same_bytes_twice_and_no_date(form, monkeypatch):
    first = write(draw_shade(), form)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")  # matplotlib believes in another day
    assert write(draw_shade(), form) == first
    assert b"1970" not in first and b"CreationDate" not in first


@pytest.mark.parametrize(("form", "dots"), [("png", 300), ("tiff", 600)])
def test_pixels_are_rgb_in_the_size_of_the_page(form, dots):
    with Image.open(io.BytesIO(write(draw_shade(), form))) as picture:
        assert picture.mode == "RGB" and picture.size == (2 * dots, dots)
        assert [float(number) for number in picture.info["dpi"]] == pytest.approx(
            [dots, dots], abs=0.1
        )
        assert form == "png" or picture.info["compression"] == "tiff_lzw"


def test_words_of_an_editable_svg_are_words():
    assert WORDS[:9] in write(draw_shade(), "editable.svg").decode()
    assert "<text" in write(draw_shade(), "editable.svg").decode()
    assert "<text" not in write(draw_shade(), "svg").decode()


def test_eps_has_truetype_fonts_and_shades_as_on_white_paper():
    figure = draw_shade()
    before = write(figure, "png")
    text = write(figure, "eps").decode("latin-1")
    assert "/FontType 42 def" in text and "/FontType 3 def" not in text
    assert "0.75 0.75 1 setrgbcolor" in text and "1 0.5 0.5 setrgbcolor" in text
    assert "0.6 1 0.6 setrgbcolor" in text  # transparent by its own colour
    assert write(figure, "png") == before
    # a glyph that is called by another name than it has would not be seen
    called = set(re.findall(r"/(\S+) glyphshow", text))
    assert len(called) >= len(set(WORDS[:9]))
    assert called <= set(re.findall(r"^/(\S+) \d+ def$", text, re.MULTILINE))
