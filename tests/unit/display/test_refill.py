"""Numbers in a Word document: filled by key wherever Word cut the text, filled again later, and no word of the author touched."""

import copy
import io

import pytest
from crlm.display.refill import BRACES, fill, name_near
from docx import Document
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from hypothesis import given, settings
from hypothesis import strategies as st

TEXTS = {"os_5y_low": "45.0% (41.3–48.6)", "patients": "800", "os_p_risk": "p < 0.001"}


def read(paragraph):
    """The text of a paragraph with that of its controls, as Word shows it."""
    return "".join(node.text or "" for node in paragraph._p.iter(qn("w:t")))


def write(*pieces):
    """A document of one paragraph whose runs are the pieces."""
    document = Document()
    paragraph = document.add_paragraph()
    for piece in pieces:
        paragraph.add_run(piece)
    return document, paragraph


def list_controls(document):
    tags = document.element.body.iter(qn("w:tag"))
    return [tag.get(qn("w:val")).removeprefix("number:") for tag in tags]


def test_a_key_in_one_run():
    document, paragraph = write("Survival was {os_5y_low} at five years.")
    assert fill(document, TEXTS) == [
        ("os_5y_low", TEXTS["os_5y_low"], "Survival was {os_5y_low} at five years.")
    ]
    assert read(paragraph) == "Survival was 45.0% (41.3–48.6) at five years."
    assert list_controls(document) == ["os_5y_low"]


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_however_word_cuts_the_text(data):
    text = "a {patients} b {os_5y_low}{os_p_risk} {1,2} {nothing_known} { patients } c{patients}"
    cuts = sorted(data.draw(st.sets(st.integers(1, len(text) - 1), max_size=12)))
    pieces = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    document, paragraph = write(*pieces)
    found = fill(document, TEXTS)
    expected = BRACES.sub(lambda key: TEXTS.get(key[1], key[0]), text)
    assert read(paragraph) == expected
    assert [key for key, _, _ in found] == [
        "patients",
        "os_5y_low",
        "os_p_risk",
        "nothing_known",
        "patients",
    ]
    assert [key for key, value, _ in found if value is None] == ["nothing_known"]
    again = fill(document, {**TEXTS, "patients": "913"})
    assert read(paragraph) == expected.replace("800", "913")
    assert len([key for key, value, _ in again if value]) == 4


def test_the_form_around_a_key_is_kept():
    document, paragraph = write("before {pat", "ients} after")
    paragraph.runs[0].bold, paragraph.runs[1].italic = True, True
    fill(document, TEXTS)
    runs = list(paragraph._p.iter(qn("w:r")))
    assert ["".join(node.text or "" for node in run.iter(qn("w:t"))) for run in runs] == [
        "before ",
        "800",
        " after",
    ]
    bold = [run.find(f"{qn('w:rPr')}/{qn('w:b')}") is not None for run in runs]
    assert bold == [True, True, False]


def test_a_key_does_not_reach_over_a_tab_or_a_break():
    document, paragraph = write("{pat", "ients}")
    paragraph.runs[0].add_tab()
    assert fill(document, TEXTS) == []
    assert read(paragraph) == "{patients}"


def test_what_stands_behind_a_key_in_its_run_stays_behind_it():
    document, paragraph = write("n = {patients}")
    paragraph.runs[0].add_break()
    paragraph.runs[0].add_text("next line")
    fill(document, TEXTS)
    kinds = [node.tag for node in paragraph._p.iter(qn("w:t"), qn("w:br"))]
    assert kinds == [qn("w:t"), qn("w:t"), qn("w:br"), qn("w:t")]
    assert read(paragraph) == "n = 800next line"


def test_tables_headers_footers_and_text_boxes():
    document, _ = write("body {patients}")
    document.add_table(1, 1).cell(0, 0).text = "cell {patients}"
    document.sections[0].header.paragraphs[0].text = "head {patients}"
    document.sections[0].footer.paragraphs[0].text = "foot {patients}"
    box = f"<w:r {nsdecls('w')}><w:pict><w:txbxContent><w:p><w:r><w:t>box {{patients}}</w:t></w:r></w:p></w:txbxContent></w:pict></w:r>"
    document.add_paragraph("around {patients} ")._p.append(parse_xml(box))
    assert len(fill(document, TEXTS)) == 6
    stream = io.BytesIO()
    document.save(stream)
    again = Document(stream)
    words = "".join(node.text or "" for node in again.element.body.iter(qn("w:t")))
    assert "{" not in words and words.count("800") == 4
    assert read(again.sections[0].header.paragraphs[0]) == "head 800"
    assert read(again.sections[0].footer.paragraphs[0]) == "foot 800"


def test_deleted_text_is_left_alone():
    document, paragraph = write("kept")
    gone = OxmlElement("w:del")
    run = copy.deepcopy(paragraph.runs[0]._r)
    run.find(qn("w:t")).text = "{patients}"
    gone.append(run)
    paragraph._p.append(gone)
    assert fill(document, TEXTS) == []


def test_a_number_that_is_no_more_shows_its_key_again():
    document, paragraph = write("n = {patients}")
    fill(document, TEXTS)
    assert fill(document, {"os_5y_low": "1"}) == [("patients", None, "n = {patients}")]
    assert read(paragraph) == "n = {patients}"
    assert fill(document, TEXTS)[0][:2] == ("patients", "800")
    assert read(paragraph) == "n = 800"


def test_a_capital_that_word_made_is_no_other_key():
    document, paragraph = write("{Patients} were analysed")
    fill(document, TEXTS)
    assert read(paragraph) == "800 were analysed"


def test_no_control_stands_in_a_control_of_the_author():
    document, paragraph = write("")
    control = parse_xml(
        f"<w:sdt {nsdecls('w')}><w:sdtPr><w:tag w:val='title'/><w:text/></w:sdtPr><w:sdtContent><w:r><w:t>x {{patients}} y</w:t></w:r></w:sdtContent></w:sdt>"
    )
    paragraph._p.append(control)
    fill(document, TEXTS)
    assert read(paragraph) == "x 800 y"
    assert list_controls(document) == ["title"]


@pytest.mark.parametrize(
    ("key", "near"),
    [("os_5y_lo", "os_5y_low"), ("patient", "patients"), ("OS_P_Risk", "os_p_risk")],
)
def test_the_nearest_keys_are_named(key, near):
    assert name_near(key, TEXTS)[0] == near
