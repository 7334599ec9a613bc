"""Numbers in a Word document that are filled by key, and filled again by a later run, with no word of the author touched.

A number stands in a content control whose tag is its key: Word shows the key when it is clicked, an update of fields (F9) leaves it
alone, and LibreOffice keeps it. Where an author wrote `{key}`, the control takes its place; Word may have cut `{key}` into several
runs. docxtpl was no help here: it reads whatever stands between braces as a program, also what is no key.
"""

import copy
import difflib
import re

from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import qn
from lxml import etree

TAG = "number:"
BRACES = re.compile(r"\{([A-Za-z][A-Za-z0-9_]*)\}")
NEAR, MOST = 0.6, 3
NOTES = re.compile(r"/word/(footnotes|endnotes)\.xml")
SKIPPED = (qn("w:del"), qn("w:moveFrom"))  # what the author took out while changes are recorded


def make_control(key, text, properties=None):
    """Return the element of a content control with the number; properties: those of the run around it (w:rPr)."""
    control, settings = OxmlElement("w:sdt"), OxmlElement("w:sdtPr")
    for name, value in (("w:alias", key), ("w:tag", f"{TAG}{key}")):
        element = OxmlElement(name)
        element.set(qn("w:val"), value)
        settings.append(element)
    content, run, words = (OxmlElement(name) for name in ("w:sdtContent", "w:r", "w:t"))
    settings.append(OxmlElement("w:text"))
    if properties is not None:
        run.append(copy.deepcopy(properties))
    words.text = text
    words.set(qn("xml:space"), "preserve")
    run.append(words)
    content.append(run)
    control.append(settings)
    control.append(content)
    return control


def fill(document, texts):
    """Fill every number of a python-docx Document in place; return [(key, text or None, where)] in the order of the parts.

    texts: {key: text}. None: there is no such number. Such a control shows its key in braces again, and braces that hold no key
    are left as they are. where: the first words of the paragraph.
    """
    found = []
    for part in document.part.package.iter_parts():
        if NOTES.fullmatch(str(part.partname)):  # python-docx keeps them as they are
            root = parse_xml(part.blob)
            found += _fill_part(root, texts)
            part._blob = etree.tostring(
                root, xml_declaration=True, encoding="UTF-8", standalone=True
            )
        elif hasattr(part, "element"):
            found += _fill_part(part.element, texts)
    return found


def _fill_part(root, texts):
    found = []
    for control in list(root.iter(qn("w:sdt"))):
        if key := _read_key(control):
            text = texts.get(key)
            _set_text(control, f"{{{key}}}" if text is None else text)
            found.append((key, text, _begin(control)))
    for paragraph in list(root.iter(qn("w:p"))):
        found += _fill_paragraph(paragraph, texts)
    return found


def name_near(key, texts):
    """Return the known keys nearest to one that is unknown, at most three."""
    return difflib.get_close_matches(key.lower(), list(texts), MOST, NEAR)


def _fill_paragraph(paragraph, texts):
    """Put controls in place of `{key}`, the last first, so that places before it stay right."""
    words = "".join(map(_read, _list_texts(paragraph)))
    found = []
    for match in reversed(list(BRACES.finditer(words))):
        key = match[1].lower()
        text = texts.get(key)
        found.append((match[1] if text is None else key, text, words[:60]))
        if text is not None:
            _replace(_list_texts(paragraph), match.start(), match.end(), key, text)
    return found[::-1]


def _list_texts(paragraph):
    """The w:t of a paragraph: not those of a text box in it, of a number, or of what was taken out; a tab or break parts words."""
    nodes = []
    for node in paragraph.iter(qn("w:t"), qn("w:tab"), qn("w:br")):
        above = list(node.iterancestors())
        inside = above[: next(n for n, each in enumerate(above) if each.tag == qn("w:p"))]
        own = above[len(inside)] is paragraph
        gone = any(each.tag in SKIPPED or _read_key(each) for each in inside)
        if own and not gone and node.getparent().tag == qn("w:r"):
            nodes.append(node)
    return nodes


def _read(node):
    """The text of a w:t; a tab or a line break is a character that no key reaches over."""
    return (node.text or "") if node.tag == qn("w:t") else "\t"


def _replace(nodes, start, end, key, text):
    """Cut the characters from start to end out of the texts and put the number where the first of them was."""
    place, first, rest = 0, None, ""
    for node in nodes:
        words = _read(node)
        low, high = max(start - place, 0), min(end - place, len(words))
        place += len(words)
        if low >= high:
            continue
        if first is None:
            first, rest, node.text = node, words[high:], words[:low]
        else:
            node.text = words[:low] + words[high:]
        node.set(qn("xml:space"), "preserve")
    run = first.getparent()
    if any(each.tag == qn("w:sdt") for each in run.iterancestors()):  # no control within another
        first.text += text + rest
        return
    control, tail = make_control(key, text, run.find(qn("w:rPr"))), _split_after(run, first, rest)
    run.addnext(control)
    if tail is not None:
        control.addnext(tail)


def _split_after(run, node, rest):
    """A run like this one with the rest of a text and whatever stands behind it in the run; None when that is nothing."""
    behind = list(node.itersiblings())
    if not rest and not behind:
        return None
    tail = OxmlElement("w:r")
    properties = run.find(qn("w:rPr"))
    if properties is not None:
        tail.append(copy.deepcopy(properties))
    if rest:
        words = OxmlElement("w:t")
        words.text = rest
        words.set(qn("xml:space"), "preserve")
        tail.append(words)
    for each in behind:
        tail.append(each)
    return tail


def _read_key(element):
    """The key of a control that holds a number, else an empty text."""
    if element.tag != qn("w:sdt"):
        return ""
    tag = element.find(f"{qn('w:sdtPr')}/{qn('w:tag')}")
    name = tag.get(qn("w:val"), "") if tag is not None else ""
    return name.removeprefix(TAG) if name.startswith(TAG) else ""


def _set_text(control, text):
    """Show a text in the form of the first run of a control."""
    nodes = list(control.iter(qn("w:t")))
    if not nodes:
        return
    nodes[0].text = text
    nodes[0].set(qn("xml:space"), "preserve")
    for node in nodes[1:]:
        node.text = ""


def _begin(control):
    """The first words of the paragraph around a control."""
    paragraph = next((each for each in control.iterancestors() if each.tag == qn("w:p")), control)
    return "".join(node.text or "" for node in paragraph.iter(qn("w:t")))[:60]
