"""A Word document read back: every paragraph with its form in one line of text."""

import io
import re

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Length
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run


def open_document(content):
    return Document(io.BytesIO(content))


def write_document(*texts):
    """The file of a document of these paragraphs, as an author's own."""
    document, buffer = Document(), io.BytesIO()
    for text in texts:
        document.add_paragraph(text)
    document.save(buffer)
    buffer.seek(0)
    return buffer


def describe(document):
    """Every paragraph outside of tables as `Style, what differs from it: words`, and `[table]` where one stands.

    Bold words stand between `*`, marked ones between `=`, raised ones after `^`, a field as `{code}(what it shows)`, with `!`
    before it where Word is to update it, a number by key as `<key>(text)`, a bookmark as `#name#`.
    """
    lines = []
    for element in document.element.body:
        if element.tag == qn("w:tbl"):
            lines.append("[table]")
        elif element.tag == qn("w:p"):
            lines.append(describe_paragraph(Paragraph(element, document)))
    return lines


def describe_paragraph(paragraph):
    form, parts = paragraph.paragraph_format, [paragraph.style.name]
    for name in ("space_before", "space_after", "left_indent"):
        value = getattr(form, name)
        if value is not None:
            parts.append(f"{name} {Length(value).pt:g}")
    parts += ["keep"] if form.keep_with_next else []
    parts += [str(paragraph.alignment).split(" ")[0].lower()] if paragraph.alignment else []
    parts += (
        ["page"]
        if paragraph._p.pPr is not None and paragraph._p.pPr.find(qn("w:sectPr")) is not None
        else []
    )
    return f"{', '.join(parts)}: {_words(paragraph._p)}"


def _words(element):
    words = "".join(_each(child) for child in element)
    words = re.sub(r"(!?)<<\{([^{}]*)\}\|(.*?)>>", r"\1{\2}(\3)", words)  # fields
    return words.replace("**", "").replace("==", "")


def _each(child):
    kind = child.tag.rpartition("}")[2]
    if kind == "r":
        return _run(child)
    if kind == "bookmarkStart":
        return f"#{child.get(qn('w:name'))}#"
    if kind == "sdt":
        key = child.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val"))
        return f"<{key.removeprefix('number:')}>({_words(child.find(qn('w:sdtContent')))})"
    if kind == "hyperlink":
        return f"[{child.get(qn('w:anchor'))}]({_words(child)})"
    return ""


def _run(element):
    field = element.find(qn("w:fldChar"))
    if field is not None:
        dirty = "!" if field.get(qn("w:dirty")) else ""
        return {"begin": f"{dirty}<<", "separate": "|", "end": ">>"}[field.get(qn("w:fldCharType"))]
    code = element.find(qn("w:instrText"))
    if code is not None:
        return f"{{{code.text.strip()}}}"
    run = Run(element, None)
    words = run.text + "[picture]" * len(list(element.iter(qn("w:drawing"))))
    words = f"*{words}*" if run.bold and words else words
    words = f"={words}=" if run.font.highlight_color is not None else words
    return f"^{words}" if run.font.superscript else words


def describe_table(table):
    """The grid as `widths; rules`, then every row as `marks | cell | cell`, a cell as `its form: words`."""
    properties = table._tbl.tblPr
    widths = " ".join(f"{column.width.cm:.2f}" for column in table.columns)
    order = " ".join(child.tag.rpartition("}")[2] for child in properties)
    lines = [f"{widths}; {_rules(properties.find(qn('w:tblBorders')))}; {order}"]
    for row in table.rows:
        marks = [child.tag.rpartition("}")[2] for child in row._tr.trPr]
        cells = [_cell(_Cell(element, table)) for element in row._tr.tc_lst]
        lines.append(" | ".join([" ".join(marks), *cells]))
    return lines


def _cell(cell):
    (paragraph,) = cell.paragraphs
    form, runs = paragraph.paragraph_format, paragraph.runs
    parts = [str(paragraph.alignment).split(" ")[0].lower()]
    parts += [f"span {cell.grid_span}"] if cell.grid_span > 1 else []
    borders = cell._tc.tcPr.find(qn("w:tcBorders")) if cell._tc.tcPr is not None else None
    parts += [_rules(borders)] if borders is not None else []
    parts += (
        [str(cell.vertical_alignment).split(" ")[0].lower()]
        if cell.vertical_alignment is not None
        else []
    )
    parts += ["keep"] if form.keep_with_next else []
    parts += [f"left {form.left_indent.cm:.2f}"] if form.left_indent is not None else []
    parts += [f"before {form.space_before.pt:g}"] if form.space_before is not None else []
    parts += [f"{runs[0].font.size.pt:g} pt"] if runs and runs[0].font.size is not None else []
    return f"{' '.join(parts)}: {_words(paragraph._p)}".replace("\N{NO-BREAK SPACE}", "_")


def _rules(borders):
    """`top 10 bottom 10` of black single lines."""
    assert all(
        each.get(qn("w:val")) == "single" and each.get(qn("w:color")) == "000000"
        for each in borders
    )
    assert {each.get(qn("w:space")) for each in borders} == {"0"}
    return " ".join(f"{each.tag.rpartition('}')[2]} {each.get(qn('w:sz'))}" for each in borders)


def describe_section(section):
    """Page as `width x height cm`, its margins, and what stands above and below it."""
    margins = {
        f"{getattr(section, f'{side}_margin').cm:.1f}"
        for side in ("left", "right", "top", "bottom")
    }
    kind = str(section.orientation).split(" ")[0].lower()
    start = str(section.start_type).split(" ")[0].lower()
    first = ", another first page" if section.different_first_page_header_footer else ""
    head, foot = (part.paragraphs[0] for part in (section.header, section.footer))
    return (
        f"{section.page_width.cm:.1f} x {section.page_height.cm:.1f} {kind} {start}, {' '.join(sorted(margins))}{first}; "
        f"{describe_paragraph(head)}; {describe_paragraph(foot)}"
    )
