"""A Word document read back: every paragraph with its form in one line of text."""

import io
import re

from docx import Document
from docx.oxml.ns import qn
from docx.shared import Length
from docx.text.paragraph import Paragraph
from docx.text.run import Run


def open_document(content):
    return Document(io.BytesIO(content))


def describe(document):
    """Every paragraph outside of tables as `Style, what differs from it: words`, and `[table]` where one stands.

    Bold words stand between `*`, marked ones between `=`, raised ones after `^`, a field as `{code}(what it shows)`, with `!` before it where Word is to
    update it, a number by key
    as `<key>(text)`, a bookmark as `#name#`.
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
