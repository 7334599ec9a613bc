"""Figures on one page: where they stand, how small they become, and that each format holds them whole."""

import io
import itertools
import re
import shutil
from pathlib import Path

import inside
import numpy as np
import pypdf
import pytest
from crlm.analyses.combined import words
from crlm.display import combine, style
from crlm.display.svg import embed_svg
from crlm.report.page import Page
from display_inputs import make_plan
from PIL import Image

MINIATURE = Path(__file__).parents[2] / "study"
FORMS = ["svg", "editable.svg", "pdf", "png", "tiff", "eps"]
WIDE, NARROW = (style.DOUBLE, 4.9), (style.SINGLE, 3.0)


@pytest.mark.parametrize("count", range(2, 7))
@pytest.mark.parametrize("size", [WIDE, NARROW, (5.0, 12.0), (0.5, 0.5)])
def test_a_page_of_a_journal_holds_the_parts(count, size):
    layout = combine.choose_layout([size] * count)
    assert layout["width"] <= style.DOUBLE + 1e-9 and layout["height"] <= 230 / 25.4 + 1e-9
    assert layout["scale"] <= 1
    width, height = (layout["scale"] * length for length in size)
    assert len(layout["places"]) == count
    for (x, y), (left, top) in itertools.combinations(layout["places"], 2):
        beside = abs(x - left) >= width - 1e-9
        assert beside or abs(y - top) >= height + combine.LETTER - 1e-9
    for left, top in layout["places"]:
        assert left + width <= layout["width"] + 1e-9 and top + height <= layout["height"] + 1e-9


def test_the_layout_is_the_one_with_the_largest_parts():
    assert combine.choose_layout([WIDE, WIDE])["columns"] == 1
    tall = combine.choose_layout([(3.0, 7.0)] * 2)
    assert (tall["columns"], tall["scale"]) == (2, 1)


@style.styled
def draw(colour, width=3, height=2):
    figure, page = style.new_page(width, height)
    style.write(page, 0.2, 0.2, f"Part in {colour}")
    page.fill_between([0, width], 1, height, color=colour, linewidth=0)
    return figure


def write(form, colours=("#ff0000", "#0000ff"), size=(3, 2)):
    parts = []
    for colour in colours:
        buffer = io.BytesIO()
        style.save(draw(colour, *size), buffer, form)
        parts.append(buffer.getvalue())
    return combine.combine(parts, [size] * len(colours), form)


@pytest.mark.parametrize("form", FORMS)
def test_same_bytes_twice_and_no_date(form, monkeypatch):
    first = write(form)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert write(form) == first
    assert b"1970" not in first and b"CreationDate" not in first


@pytest.mark.parametrize("size", [(3, 2), (3, 8)])
def test_both_parts_are_seen_whole_in_pixels(size):
    """Recount of the coloured pixels: 3 by (height - 1) inches of each colour, made smaller as the layout says."""
    scale = combine.choose_layout([size, size])["scale"]
    pixels = np.asarray(Image.open(io.BytesIO(write("png", size=size)))).astype(int)
    area = 3 * (size[1] - 1) * (300 * scale) ** 2
    for keep in (0, 2):
        others = pixels[:, :, [c for c in range(3) if c != keep]].max(axis=2)
        assert ((pixels[:, :, keep] > 200) & (others < 60)).sum() == pytest.approx(area, rel=0.01)


def test_a_pdf_has_the_words_of_its_parts_in_truetype():
    page = pypdf.PdfReader(io.BytesIO(write("pdf"))).pages[0]
    text = page.extract_text()
    assert all(word in text for word in ("A", "B", "Part in #ff0000", "Part in #0000ff"))
    kinds = {font.get_object()["/Subtype"] for font in page["/Resources"]["/Font"].values()}
    assert kinds == {"/Type0"}
    assert float(page.mediabox.width) <= 72 * style.DOUBLE + 0.01


def test_ids_of_an_svg_are_its_own_and_the_report_takes_it():
    text = write("svg").decode()
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'(?:href="|url\()#([^")]+)', text)) <= set(ids)
    inside_page = embed_svg(text, "f1", "Title")
    assert inside_page.count("<svg") == 3 and "viewBox" in inside_page


def test_an_eps_holds_three_documents_and_shows_one_page():
    text = write("eps").decode("latin-1")
    assert text.count("%%BeginDocument") == text.count("%%EndDocument") == 3
    assert text.rstrip().endswith("showpage\n%%EOF")


def test_a_caption_is_made_of_those_of_the_parts():
    plan = make_plan(synthetic=False)
    plan["output"]["panels"] = {"figure_2": ["one", "two"]}
    text = {name: write("svg").decode() for name in ("one", "two", "combined_figure_2")}
    page = Page(plan, {}, text, [], {"forest": "Hazard ratios.\n", "combined": "On one page.\n"})
    page.figure("one", "First", "forest", "Adjusted.")
    page.figure("two", "Second", "forest")
    (section,) = words.show_last(page)
    (block,) = section.blocks
    assert block["title"] == "Figures on one page: figure 2"
    said = "On one page. (A) First. Hazard ratios. Adjusted. (B) Second. Hazard ratios."
    assert block["caption"] == said
    page.check()
    plan["output"]["panels"] = {}
    assert words.show_last(page) == []


def test_small_type_is_said():
    assert list(words.warn_of_small_type([NARROW, NARROW])) == []
    scale = combine.choose_layout([WIDE] * 3)["scale"]
    (said,) = words.warn_of_small_type([WIDE] * 3)
    assert f"{style.SMALL * scale:.1f} points" in said


def test_pixels_of_a_part_are_those_of_its_file():
    buffer = io.BytesIO()
    style.save(draw("#00ff00"), buffer, "png")
    whole = Image.open(io.BytesIO(write("png", ("#00ff00", "#00ff00"))))
    layout = combine.choose_layout([(3, 2), (3, 2)])
    assert layout["scale"] == 1
    left, top = (round(300 * inch) for inch in layout["places"][0])
    part = whole.crop((left, top, left + 900, top + 600))
    assert (np.asarray(part) == np.asarray(Image.open(buffer))).all()


def test_an_unknown_figure_is_a_problem_of_the_plan(tmp_path):
    shutil.copytree(MINIATURE / "config", tmp_path / "config")
    shutil.copytree(MINIATURE / "data", tmp_path / "data")
    plan = tmp_path / "config/config.yaml"
    text = plan.read_text("utf-8").replace(
        "[flow_cohort, missingness_cohort]", "[flow_cohrt, flow_cohort]"
    )
    plan.write_text(text, "utf-8")
    with pytest.raises(
        inside.RefusedError,
        match=r"output.panels.both: there is no figure flow_cohrt. Did you mean 'flow_cohort'",
    ):
        inside.read_workflow(tmp_path)
