"""Figures of matplotlib made fit to stand, many of them, inside one page."""

import functools
import re
from xml.etree import ElementTree

SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
USE = SVG + "use"
NUMBER = re.compile(r"-?\d+\.\d+(?:[eE][-+]?\d+)?")
MOVE = re.compile(r"translate\((\S+) (\S+)\)")
USED = re.compile(r"url\(#([^)]+)\)")
SHARED = (
    "stroke-linejoin:round;stroke-linecap:butt"  # matplotlib says it for every element of the page
)


def embed_svg(text, prefix, title, finding=""):
    """Return a figure as markup for a page: responsive, small, with ids of its own; for screen readers a title and what it shows.

    text: a file that matplotlib wrote; prefix: unique in the page; finding: a sentence. Coordinates are rounded to two decimals
    of a point (they have at most 500), comments, metadata and ids that nothing refers to are left out. Raises ValueError without
    a viewBox.
    """
    root = ElementTree.fromstring(text)
    if "viewBox" not in root.attrib:
        raise ValueError("the figure has no viewBox")
    parents = {child: parent for parent in root.iter() for child in parent}
    for element in [*root.iter(SVG + "style"), *root.iter(SVG + "metadata")]:
        parents[element].remove(element)
    names = _rename(root, prefix)
    width = float(root.get("width", "0").removesuffix("pt")) * 4 / 3
    content = "".join(_write(child, names) for child in root)
    box = _round(root.get("viewBox"))
    named = f"{prefix}-title" + (f" {prefix}-finding" if finding else "")
    said = f'<desc id="{prefix}-finding">{_escape(finding)}</desc>' if finding else ""
    return (
        f'<svg viewBox="{box}" role="img" aria-labelledby="{named}" style="--width:{width:.0f}px;{SHARED}">'
        f'<title id="{prefix}-title">{_escape(title)}</title>{said}{content}</svg>'
    )


def is_tall(markup):
    """Whether an embedded figure is higher than wide."""
    *_, width, height = map(float, re.search(r'viewBox="([^"]*)"', markup)[1].split())
    return height > width


def _rename(root, prefix):
    """New short names of the ids that something refers to."""
    used = set()
    for element in root.iter():
        for key, value in element.items():
            if key in (XLINK + "href", "href") and value.startswith("#"):
                used.add(value[1:])
            elif "url(" in value:
                used.update(USED.findall(value))
    return {name: f"{prefix}-{number}" for number, name in enumerate(sorted(used))}


def _write(element, names):
    tag = element.tag.removeprefix(SVG)
    attributes = _attributes(element, names)
    content = "".join(_write(child, names) for child in element)
    if tag in ("g", "defs") and not content:
        return ""
    if tag == "g" and not attributes:
        return content
    inside = (element.text or "").strip()
    opening = f"<{tag}{attributes}"
    return f"{opening}>{_escape(inside)}{content}</{tag}>" if content or inside else f"{opening}/>"


def _attributes(element, names):
    written = []
    for key, value in element.items():
        if key == "id":
            written += [f' id="{names[value]}"'] if value in names else []
        elif key in (XLINK + "href", "href"):
            value = f"#{names[value[1:]]}" if value.startswith("#") else value
            written.append(f' href="{_escape(value)}"')
        else:
            if "url(" in value:
                value = USED.sub(lambda match: f"url(#{names[match[1]]})", value)
            written.append(_shorten_attribute(key, value, element.tag == USE))
    return "".join(written)


@functools.lru_cache(
    maxsize=20_000
)  # outlines of letters, colours and dashes stand in every figure
def _shorten_attribute(key, value, is_use):
    """An attribute as it is written: numbers rounded, blanks gone, the place of a letter (`use`) as x and y."""
    if key == "transform" and is_use and (moved := MOVE.fullmatch(value)):
        places = zip("xy", map(_round_number, moved.groups()), strict=True)
        return "".join(f' {axis}="{place}"' for axis, place in places if place != "0")
    if key == "d":
        value = _shorten(value)
    elif key in ("x", "y", "width", "height"):
        value = _round(value)
    elif key == "transform":
        value = re.sub(r"translate\([^)]*\)", lambda match: _round(match[0]), value)
        value = value.replace(") ", ")")
    else:
        value = value.replace(": ", ":").replace("; ", ";")
    return f' {key}="{_escape(value)}"'


def _shorten(path):
    """Path data with rounded numbers and without the blanks and commands that go without saying."""
    words, last = [], ""
    for word in path.split():
        if word.isalpha():
            last, before = word, last
            if word == "L" and before in ("M", "L"):  # a pair of numbers after them is a line
                continue
        words.append(word)
    return re.sub(r" ?([A-Za-z]) ?", r"\1", _round(" ".join(words)))


def _round(text):
    return NUMBER.sub(lambda match: _round_number(match[0]), text)


@functools.cache  # glyphs stand on the same few hundred heights
def _round_number(text):
    return f"{round(float(text), 2) + 0:.12g}"


def _escape(text):
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )
