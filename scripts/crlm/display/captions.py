"""Captions that Word counts and text that refers to them, for which python-docx has no calls."""

from docx.oxml import OxmlElement
from docx.oxml.ns import qn


def add_number(paragraph, kind, number, place):
    """Add `Figure 2` or `Table 2` in bold, counted by Word, as a bookmark; place: number of the bookmark in the document."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(place))
    start.set(qn("w:name"), name_bookmark(kind, number))
    paragraph._p.append(start)
    paragraph.add_run(f"{kind} ").bold = True
    add_field(paragraph, rf"SEQ {kind} \* ARABIC", number, bold=True)
    paragraph._p.append(end)


def name_bookmark(kind, number):
    return f"{kind.lower()}_{number}"


def add_reference(paragraph, kind, number):
    """Add `Figure 2` as a link to that caption."""
    add_field(paragraph, rf"REF {name_bookmark(kind, number)} \h", f"{kind} {number}")


def add_field(paragraph, code, shown, bold=None):
    """Add a field: its code, and the text that it shows until it is updated."""
    for kind in ("begin", None, "separate", shown, "end"):
        run = paragraph.add_run()
        run.bold = bold
        if kind is None:
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = f" {code} "
            run._r.append(element)
        elif kind is shown:
            run.text = shown
        else:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
