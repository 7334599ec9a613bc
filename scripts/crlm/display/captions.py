"""Figures that Word counts, and text that refers to figures and tables."""

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from crlm.display import language
from crlm.display.word_fields import add_field


def number_figure(paragraph, number, place):
    """Add `Figure 2` in bold, counted by Word, as a bookmark; place: number of the bookmark in the document."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(place))
    start.set(qn("w:name"), f"figure_{number}")
    paragraph._p.append(start)
    paragraph.add_run(f"{language.say('Figure')} ").bold = True
    add_field(paragraph, r"SEQ Figure \* ARABIC", number, bold=True)
    paragraph._p.append(end)


def refer(paragraph, kind, number):
    """Add `Figure 2` or `Table 2` as a link to that caption."""
    add_field(paragraph, rf"REF {kind.lower()}_{number} \h", f"{language.say(kind)} {number}")
