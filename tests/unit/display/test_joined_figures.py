"""Figures embedded and joined, what is placed in a document, fields and templates taken apart, each by a small case."""

import io

import docx
import numpy as np
import pytest
from crlm.display import combine, placing, refill, templates, word_fields
from crlm.display.cells import Column, DisplayTable, Row, count, text
from crlm.display.svg import embed_svg, is_tall
from docx.oxml.ns import qn
from docx.shared import Cm
from matplotlib.figure import Figure
from word_inputs import describe, describe_paragraph

# --- svg -------------------------------------------------------------------------------------------

SVG = """<svg xmlns:xlink="http://www.w3.org/1999/xlink" width="300.5pt" viewBox="0 0 300.125 200.5" xmlns="http://www.w3.org/2000/svg">
 <defs><clipPath id="b"><rect x="1.005" y="2" width="3.14159" height="0.996"/></clipPath></defs>
 <g id="gone"><g/><text x="12.345" style="font: 7px a; fill: #000">A &lt; "b" &amp; c</text></g>
 <g clip-path="url(#b)"><path d="M 1 2 L 3 4 L 5.555 6 C 1 2 3 4 5 6 L 7 8 z" id="z"/></g>
 <g transform="translate(1.2345 2) scale(2)"><use xlink:href="#z" transform="translate(0 7.999)"/><use href="#z" x="-0.001"/></g>
 <a href="https://x.org"/>
</svg>"""


def test_an_embedded_figure_sign_by_sign():
    style_text = "stroke-linejoin:round;stroke-linecap:butt"
    assert embed_svg(SVG, "f1", "A <t>", "It's & more") == (
        '<svg viewBox="0 0 300.12 200.5" role="img" aria-labelledby="f1-title f1-finding" '
        f'style="--width:401px;{style_text}"><title id="f1-title">A &lt;t&gt;</title>'
        '<desc id="f1-finding">It\'s &amp; more</desc>'
        '<defs><clipPath id="f1-0"><rect x="1" y="2" width="3.14" height="1"/></clipPath></defs>'
        '<text x="12.35" style="font:7px a;fill:#000">A &lt; &quot;b&quot; &amp; c</text>'
        '<g clip-path="url(#f1-0)"><path d="M1 2 3 4 5.55 6C1 2 3 4 5 6L7 8z" id="f1-1"/></g>'
        '<g transform="translate(1.23 2)scale(2)"><use href="#f1-1" y="8"/><use href="#f1-1" x="0"/></g>'
        '<a href="https://x.org"/></svg>'
    )
    assert (
        '<svg viewBox="0 0 300.12 200.5" role="img" aria-labelledby="f2-title" style'
        in embed_svg(SVG, "f2", "t")
    )
    assert "<desc" not in embed_svg(SVG, "f2", "t")
    plain = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 2"><path d="M 0 0"/></svg>'
    assert "--width:0px" in embed_svg(plain, "f", "t")
    assert not is_tall('<svg viewBox="0 0 2 2">') and is_tall('<svg viewBox="9 9 2 2.1">')


# --- one page of several figures -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sizes", "columns", "scale", "places", "page"),
    [
        ([(3, 2)], 1, 1, [(0, 0.2)], (3, 2.2)),
        ([(3, 2), (3, 1)], 2, 1, [(0, 0.2), (3.12, 0.2)], (6.12, 2.2)),
        ([(3, 2), (2, 1), (3, 1)], 2, 1, [(0, 0.2), (3.12, 0.2), (0, 2.4)], (5.12, 3.4)),
        ([(174 / 25.4, 4)] * 2, 1, 1, [(0, 0.2), (0, 4.4)], (174 / 25.4, 8.4)),
        ([(3, 10)], 1, (230 / 25.4 - 0.2) / 10, [(0, 0.2)], (3 * (230 / 25.4 - 0.2) / 10, 230 / 25.4)),
        ([(4, 8), (4, 8)], 2, (174 / 25.4 - 0.12) / 8, [(0, 0.2), ((174 / 25.4 - 0.12) / 2 + 0.12, 0.2)], (174 / 25.4, 0.2 + (174 / 25.4 - 0.12))),
    ],
)  # fmt: skip
def test_layout_of_a_page(sizes, columns, scale, places, page):
    layout = combine.choose_layout(sizes)
    assert layout["columns"] == columns and layout["scale"] == pytest.approx(scale)
    np.testing.assert_allclose(layout["places"], places)
    assert (layout["width"], layout["height"]) == pytest.approx(page)
    letters = combine.draw_letters(layout)
    texts = letters.axes[0].texts
    assert [each.get_text() for each in texts] == list("ABCDEF"[: len(sizes)])
    for letter, (left, top) in zip(texts, places, strict=True):
        assert letter.get_position() == pytest.approx((left + 0.08, top - 0.18 + 1.05 * 10 / 72))
        assert (letter.get_size(), letter.get_weight()) == (10, "bold")
    assert letters.get_size_inches() == pytest.approx(page)


def test_size_of_an_svg():
    assert combine.read_size('<svg viewBox="0 0 144 36">') == (2, 0.5)


# --- templates -------------------------------------------------------------------------------------


def test_templates_taken_apart():
    assert templates.index_words([("", "of", ""), ("a ", " bb ", " cc"), ("x",), ("é ", "s")]) == {
        "": [0],
        "bb": [1],
        "x": [2],
        "é": [3],
    }
    assert templates.count_letters("{0} of {11}, p = 3") == 3
    checks = {"": True, "(a) [b]": True, "(a": False, "a)": False, ")(": False, "([)]": True}
    assert {words: templates.is_balanced(words) for words in checks} == checks


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("a (b)", ("a", " (", "b", ")")),
        ("a [b (c)];", ("a", " [", "b (c)", "];")),
        ("a(b).", ("a", "(", "b", ").")),
        ("(b)", ("", "(", "b", ")")),
        ("a (b) c", None),
        ("", None),
        ("a b)", None),
    ],
)
def test_the_last_bracket(words, parts):
    assert templates.split_bracket(words) == parts


def test_signs_outside_of_brackets_and_labels():
    split = templates.split_outside
    assert split("a, b (c, d, e), f", ", ") == ["a", "b (c, d, e)", "f"]
    assert split("a, b, c", ", ", ["a, b"]) == ["a, b", "c"]
    assert split("alone", ", ") == ["alone"] and split("(a, b", ", ") == ["(a, b"]
    labels = list(templates.split_label("Score high Score", ["Score", "high", "other"]))
    assert labels == [("Score", "high Score"), ("Score", "Score high")]
    assert list(templates.split_label("Scores", ["Score"])) == []


# --- placed in a document --------------------------------------------------------------------------


def draw(width, height):
    buffer = io.BytesIO()
    Figure((width, height)).savefig(buffer, format="png", dpi=20)
    return buffer.getvalue()


def make_table(name="t"):
    return DisplayTable(name, "A table", (Column("Row", align="left"), Column("n")), (Row((text("a"), count(3))),), ("Note.",), number="1")  # fmt: skip


def make_document(*texts):
    document = docx.Document()
    for words in texts:
        document.add_paragraph(words)
    return document


def test_what_is_placed_and_what_is_not():
    document = make_document(
        "{table: t}",
        "{ FIGURE :wide.v-1 }",
        "{table: u}",
        "x {table: t}",
        "{figure: none}",
        "{figure: curve_2}",
    )
    pictures = {
        "wide.v-1": io.BytesIO(),
        "none": None,
        "curve_1": "x",
        "curve_3": "y",
        "curve_4": "z",
        "curve_5": "z",
    }
    pictures |= dict.fromkeys(("curve_2",))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            placing,
            "_add_picture",
            lambda document, *given: [document.add_paragraph(str(given[0]))._p],
        )
        found = placing.place(document, {"t": make_table()}, pictures)
    near = found.pop()
    assert found == [
        ("table", "t", True, []),
        ("figure", "wide.v-1", True, []),
        ("table", "u", False, []),
        ("figure", "none", False, []),
    ]
    assert near[:3] == ("figure", "curve_2", False) and len(near[3]) == 3
    tags = [tag.get(qn("w:val")) for tag in document.element.body.iter(qn("w:tag"))]
    names = [tag.get(qn("w:val")) for tag in document.element.body.iter(qn("w:alias"))]
    assert tags == ["placed:{table: t}", "placed:{figure: wide.v-1}"]
    assert names == ["table: t", "figure: wide.v-1"]
    again = placing.place(document, {"t": make_table()}, {})
    assert again[:2] == [("table", "t", True, []), ("figure", "wide.v-1", False, [])]


def test_a_placed_table_has_its_own_type_and_room():
    document = make_document("{table: t}")
    placing.place(document, {"t": make_table()}, {}, {"n": "number"})
    control = document.element.body[0]
    content = control.find(qn("w:sdtContent"))
    kinds = [child.tag.rpartition("}")[2] for child in content]
    assert kinds == ["p", "tbl", "p", "p"]
    paragraphs = [docx.text.paragraph.Paragraph(p, document) for p in content.iter(qn("w:p"))]
    for paragraph in paragraphs:
        form = paragraph.paragraph_format
        assert form.space_before.pt in (0.75, 0.8) and form.space_after.pt in (0.75, 0.8)
        for run in paragraph.runs:
            assert (run.font.name, run.font.size.pt) == ("Arial", 8)
    texts = [paragraph.text for paragraph in paragraphs]
    assert texts == ["Table 1. A table", "Row", "n", "a", "3", "n, number.", "Note."]


@pytest.mark.parametrize(
    ("size", "wanted"),
    [((2, 1), (2, 1)), ((20, 1), (6, 0.3)), ((1, 20), (22 / 2.54 / 20, 22 / 2.54))],
)
def test_a_placed_picture_fits_the_page(size, wanted, tmp_path):
    path = tmp_path / "a.png"
    Figure(size).savefig(path, dpi=20)
    document = make_document("{figure: a_b}")
    placing.place(document, {}, {"a_b": path})
    (shape,) = (each for each in document.element.body.iter("{*}extent"))
    inches = [int(shape.get(side)) / Cm(2.54) for side in ("cx", "cy")]
    assert inches == pytest.approx(wanted, rel=0.01)
    (named,) = document.element.body.iter("{*}docPr")
    assert named.get("descr") == "a b"


def test_a_number_in_its_control():
    document = make_document("")
    control = refill.make_control("os_5y", "45 %")
    document.paragraphs[0]._p.append(control)
    kinds = [child.tag.rpartition("}")[2] for child in control.iter()]
    assert kinds == ["sdt", "sdtPr", "alias", "tag", "text", "sdtContent", "r", "t"]
    names = [child.get(qn("w:val")) for child in control.find(qn("w:sdtPr"))]
    assert names == ["os_5y", "number:os_5y", None]
    words = next(control.iter(qn("w:t")))
    assert words.text == "45 %" and words.get(qn("xml:space")) == "preserve"
    assert refill.fill(document, {"os_5y": "50 %"}) == [("os_5y", "50 %", "50 %")]
    near = refill.name_near("os_6y", dict.fromkeys(("os_5y", "os_7y", "os_8y", "os_9y", "x"), ""))
    assert len(near) == 3 and "x" not in near


def test_where_a_number_stands_is_told_by_the_first_words():
    words = "Of {n} " + "many words " * 9
    document = make_document(words)
    assert refill.fill(document, {"n": "5"}) == [("n", "5", words[:60])]
    assert refill.fill(document, {}) == [("n", None, words.replace("{n}", "{n}")[:60])]


# --- fields ----------------------------------------------------------------------------------------


def test_fields_of_a_paragraph():
    paragraph = make_document("").paragraphs[0]
    word_fields.number_table(paragraph, "S3", 7, 3)
    word_fields.number_table(paragraph, "4", 8, 2)
    word_fields.number_table(paragraph, "", 9, 1)
    word_fields.add_text(paragraph, " see Table 4, Table S3 and Table 9.", {"4", "S3"})
    assert describe_paragraph(paragraph) == (
        r"Normal: #table_S3#*Table S*{SEQ Table_S \* ARABIC}(*3*)#table_4#*Table *{SEQ Table \* ARABIC \r 4}(*4*)"
        r"#table_#*Table * see {REF table_4 \h}(Table 4), {REF table_S3 \h}(Table S3) and Table 9."
    )
    ids = [
        mark.get(qn("w:id"))
        for mark in paragraph._p.iter(qn("w:bookmarkStart"), qn("w:bookmarkEnd"))
    ]
    assert ids == ["7", "7", "8", "8", "9", "9"]


@pytest.mark.parametrize(
    ("number", "parts"),
    [("3", ("", "3")), ("S12", ("S", "12")), ("S", ("S", "")), ("3a", ("3a", "")), ("", ("", ""))],
)
def test_numbers_taken_apart(number, parts):
    assert word_fields.split_number(number) == parts
    assert word_fields.name_series(parts[0]) == f"Table{'_' * bool(parts[0])}{parts[0]}"


def test_pages_become_fields_and_the_rest_of_their_run_stays():
    document = make_document("")
    paragraph = document.paragraphs[0]
    run = paragraph.add_run(f"See {word_fields.mark_page('a')} and {word_fields.mark_page('b')}")
    run.bold = True
    run.add_tab()
    run.add_text("end")
    paragraph.add_run("other")
    word_fields.add_bookmark(paragraph, "here", 5)
    word_fields.fill_pages(document)
    assert describe(document) == [
        "Normal: #here#*See *!{PAGEREF a \\h}(*…*)* and *!{PAGEREF b \\h}(*…*)*\tend*other"
    ]
    assert word_fields.list_bookmarks(document) == {"here"}
    dirty = [mark.get(qn("w:dirty")) for mark in paragraph._p.iter(qn("w:fldChar"))]
    assert dirty == ["true", None, None] * 2
