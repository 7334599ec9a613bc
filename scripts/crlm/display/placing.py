"""Tables and figures of a run in an author's own Word document, where a paragraph says `{table: name}` or `{figure: name}`.

What is placed stands in a content control that knows its key, so that a later run takes it out and places it anew; no other
paragraph is touched. The page stays as it is: to turn it for a wide table is the author's.
"""

import difflib
import re

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt
from docx.text.parfmt import ParagraphFormat

from crlm.display import word

KEY = re.compile(r"\{\s*(table|figure)\s*:\s*([A-Za-z0-9_.-]+)\s*\}", re.IGNORECASE)
TAG = "placed:"
HIGHEST = 22  # cm of a picture
NEAR, MOST = 0.5, 3


def place(document, tables, pictures, known=None):
    """Place what the paragraphs ask for; return [(kind, name, whether it is known, the nearest names)].

    tables : {name: DisplayTable}; pictures : {name: path of a PNG, or None}; known : abbreviations, as `word.add_tables` takes
    them. A key in a sentence, in a cell or of nothing known is left as it is.
    """
    found = []
    for holder, key in _list_places(document):
        match = KEY.fullmatch(key)
        kind, name = match[1].lower(), match[2]
        choice = tables if kind == "table" else {n: path for n, path in pictures.items() if path}
        if name not in choice:
            near = difflib.get_close_matches(name, list(choice), MOST, NEAR)
            found.append((kind, name, False, near))
            continue
        add = _add_table if kind == "table" else _add_picture
        made = add(document, name, choice[name], known)
        holder.getparent().replace(holder, _wrap(f"{{{kind}: {name}}}", made))
        found.append((kind, name, True, []))
    return found


def _list_places(document):
    """(element, key) of every paragraph of the body that is a key alone, and of every control that was placed before."""
    places = []
    for element in document.element.body:
        if element.tag == qn("w:p"):
            text = "".join(node.text or "" for node in element.iter(qn("w:t"))).strip()
            places += [(element, text)] if KEY.fullmatch(text) else []
        elif element.tag == qn("w:sdt"):
            tag = element.find(f"{qn('w:sdtPr')}/{qn('w:tag')}")
            value = tag.get(qn("w:val"), "") if tag is not None else ""
            key = value.removeprefix(TAG)
            places += [(element, key)] if value.startswith(TAG) and KEY.fullmatch(key) else []
    return places


def _wrap(key, elements):
    control, settings = OxmlElement("w:sdt"), OxmlElement("w:sdtPr")
    for name, value in (("w:alias", key.strip("{}")), ("w:tag", f"{TAG}{key}")):
        element = OxmlElement(name)
        element.set(qn("w:val"), value)
        settings.append(element)
    content = OxmlElement("w:sdtContent")
    content.extend(elements)
    control.extend([settings, content])
    return control


def _add_table(document, _, table, known):
    before = set(document.element.body)
    word.add_table_alone(document, table, known)
    made = [each for each in document.element.body if each not in before]
    for element in made:
        for paragraph in element.iter(qn("w:p")):
            form = ParagraphFormat(paragraph)
            form.space_before = form.space_after = Pt(0.75)
        for run in element.iter(
            qn("w:r")
        ):  # as in the tables' own document, whatever the author's style is
            shape = word.Run(run, None).font
            shape.name, shape.size = word.FONT, shape.size or Pt(word.SMALL)
    return made


def _add_picture(document, name, path, _):
    section = document.sections[-1]
    room = section.page_width - section.left_margin - section.right_margin
    paragraph = document.add_paragraph()
    shape = paragraph.add_run().add_picture(str(path))
    scale = min(1, room / shape.width, Cm(HIGHEST) / shape.height)
    shape.width, shape.height = Emu(int(shape.width * scale)), Emu(int(shape.height * scale))
    shape._inline.docPr.set("descr", name.replace("_", " "))
    return [paragraph._p]
