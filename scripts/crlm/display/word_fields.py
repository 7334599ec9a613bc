"""What a Word document counts and looks up itself, for which python-docx has no calls: fields, bookmarks, lists of tables.

A field holds its code and the text that it last gave, so that a reader sees the text before anything is updated.
"""

import copy
import re

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from crlm.display import language

TABLE = r"\b{} (S?\d+)\b"
PAGE = re.compile("\ue010(\\w+)\ue011")  # in a text, the page of a bookmark
UNKNOWN = "…"  # a page before the document is set


def number_table(paragraph, number, place, expected):
    """Add `Table 3` or `Table S3` with a counted number, as a bookmark that is referred to.

    place: number of the bookmark in the document. expected: what counting gives here; another number is set by the field.
    """
    series, digits = split_number(number)
    start = OxmlElement("w:bookmarkStart")
    start.set(qn("w:id"), str(place))
    start.set(qn("w:name"), name_bookmark(number))
    paragraph._p.append(start)
    paragraph.add_run(f"{language.say('Table')} {series}").bold = True
    if digits:
        fixed = "" if int(digits) == expected else rf" \r {digits}"
        add_field(paragraph, rf"SEQ {name_series(series)} \* ARABIC{fixed}", digits, bold=True)
    end = OxmlElement("w:bookmarkEnd")
    end.set(qn("w:id"), str(place))
    paragraph._p.append(end)


def split_number(number):
    """(`S`, `3`) of `S3`, (``, `3`) of `3`."""
    found = re.fullmatch(r"(\D*)(\d*)", number)
    return found.groups() if found else (number, "")


def name_series(series):
    """The name that Word counts by: `Table`, or `Table_S` in the supplement."""
    return "_".join(filter(None, ("Table", series)))


def name_bookmark(number, kind="table"):
    return f"{kind}_{number}"


def mark_page(bookmark):
    """The mark in a text that `fill_pages` makes the page of a bookmark."""
    return f"\ue010{bookmark}\ue011"


def add_bookmark(paragraph, name, place):
    """Make a whole paragraph a bookmark; place: number of the bookmark in the document."""
    start, end = OxmlElement("w:bookmarkStart"), OxmlElement("w:bookmarkEnd")
    for mark in (start, end):
        mark.set(qn("w:id"), str(place))
    start.set(qn("w:name"), name)
    properties = paragraph._p.pPr
    paragraph._p.insert(0 if properties is None else 1, start)
    paragraph._p.append(end)


def list_bookmarks(document):
    """The names of the bookmarks of a document."""
    return {each.get(qn("w:name")) for each in document.element.body.iter(qn("w:bookmarkStart"))}


def fill_pages(document):
    """Make every mark of a page in the tables of a document a field: Word asks for no number that it does not know itself.

    Until the document is set the field shows an ellipsis; Word sets it when it is opened or its fields are updated.
    """
    for run in list(document.element.body.iter(qn("w:r"))):
        if any(PAGE.search(text.text or "") for text in run.findall(qn("w:t"))):
            paragraph = Paragraph(run.getparent(), document)
            for child in run:
                if child.tag != qn("w:rPr"):
                    for made in _split_text(paragraph, child):
                        if run.rPr is not None:
                            made.insert(0, copy.deepcopy(run.rPr))
                        run.addprevious(made)
            run.getparent().remove(run)


def _split_text(paragraph, child):
    """The runs for a piece of a run: the words of a text and the pages between them, or what else it is."""
    if child.tag != qn("w:t") or not PAGE.search(child.text or ""):
        made = OxmlElement("w:r")
        made.append(copy.deepcopy(child))
        return [made]
    runs = []
    for place, piece in enumerate(PAGE.split(child.text)):
        if place % 2:
            field = _make_runs(paragraph, rf"PAGEREF {piece} \h", UNKNOWN, None)
            field[0].find(qn("w:fldChar")).set(qn("w:dirty"), "true")
            runs += field
        elif piece:
            runs.append(OxmlElement("w:r"))
            runs[-1].text = piece
    for run in runs:
        if run.rPr is not None:  # the run's own stands instead
            run.remove(run.rPr)
    return runs


def add_field(paragraph, code, shown, bold=None):
    """Add a field to the end of a paragraph: its code, and the text that it shows until it is updated."""
    for run in _make_runs(paragraph, code, shown, bold):
        paragraph._p.append(run)


def _make_runs(paragraph, code, shown, bold):
    """The five runs of a field."""
    runs = []
    for kind in ("begin", code, "separate", shown, "end"):
        run = paragraph.add_run()
        run.bold = bold
        if kind in ("begin", "separate", "end"):
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        elif kind is code:
            run._r.append(_write_code(code))
        else:
            run.text = shown
        runs.append(run._r)
    return runs


def _write_code(code):
    element = OxmlElement("w:instrText")
    element.set(qn("xml:space"), "preserve")
    element.text = f" {code} "
    return element


def add_text(paragraph, words, numbers):
    """Add running text; `Table S3` is a link to that table where the document has it. numbers: those of its tables."""
    place = 0
    for found in re.finditer(TABLE.format(language.say("Table")), words):
        if found[1] in numbers:
            paragraph.add_run(words[place : found.start()])
            add_field(paragraph, rf"REF {name_bookmark(found[1])} \h", found[0])
            place = found.end()
    paragraph.add_run(words[place:])


def list_tables(document, series, tables, style):
    """Add the list of the tables of a series: a field with a line for each, which leads to the table.

    The pages are not known before Word sets them; an update of the field (F9) adds them.
    """
    code = rf"TOC \h \z \c {name_series(series)}"
    for place, table in enumerate(tables):
        paragraph = document.add_paragraph(style=style)
        if place == 0:
            before = _make_runs(paragraph, code, "", None)[:3]
            for run in list(paragraph._p.r_lst):
                if run not in before:
                    paragraph._p.remove(run)
        link = OxmlElement("w:hyperlink")
        link.set(qn("w:anchor"), name_bookmark(table.number))
        link.set(qn("w:history"), "1")
        link.append(paragraph.add_run(f"{language.say('Table')} {table.number}. {table.title}")._r)
        paragraph._p.append(link)
    mark = OxmlElement("w:fldChar")
    mark.set(qn("w:fldCharType"), "end")
    paragraph.add_run()._r.append(mark)
