"""The words of the page, of documents and of figures in another language, found by the English ones.

The source says everything in English. Where a text leaves the program, its sentences are looked up in a catalogue (gettext, one
file per language): word by word, or as a sentence of the source with what the run has put into it. What no catalogue says stays
English and is counted. English itself reads no catalogue, and every text stays as it is.
"""

import re
from dataclasses import dataclass, field

from crlm.display import privacy
from crlm.display.keys import MARKED, OPEN, mark
from crlm.plan.phrases import capitalise, lower_first

ABBREVIATED = "".join(rf"(?<!\b{each}\.)" for each in ("e\\.g", "vs", "al", "no", "cf", "i\\.e"))
SENTENCE = re.compile(rf"(?<=[.!?]){ABBREVIATED}[ \n]+(?=[A-Z0-9“\"({{<≥≤{OPEN}])")
HOLE = re.compile(r"\{\d+\}")
LETTER = re.compile(r"[^\W\d_]{2}")
ENDS = ".,;:"
SIGNS = ("\n", "; ", ": ", ", ", " – ", " vs. ", " vs ", "/", " and ", " or ")  # of a list or a heading
WEAK, SHORT = 12, 70  # letters of a template that says little, and of the longest value that such a one may hold
DEEP = 6  # values within values
NUMBER = re.compile(r"(?<![\w.·,])(?<![a-z]/)(?<!arXiv:)(?!10\.\d{4})(\d{1,3}(?:,\d{3})+|\d+)(?:[.·](\d+))?(?!\w|[.·,]\d)")


@dataclass
class Catalogue:
    """The messages of one language, and what was said with them.

    exact: {words: words}; templates: [(longest piece, pieces between the holes, words with holes)], those with most letters first; decimal, group:
    signs of numbers; own: words of the plan, which are its author's; small_cells: counts below it are hidden, or None.
    """

    code: str
    decimal: str
    group: str
    exact: dict
    templates: list
    own: frozenset = frozenset()
    small_cells: int | None = None
    known: dict = field(default_factory=dict)
    said: set = field(default_factory=set)
    asked: set = field(default_factory=set)
    missed: set = field(default_factory=set)


_used = {"catalogue": None}


def use(rules=None):
    """From now on texts are in the language of these rules: language, catalogue (path), own, small_cells; none for English."""
    rules = rules or {}
    if not rules.get("catalogue"):
        _used["catalogue"] = None
        return
    found = read_catalogue(rules["language"], rules["catalogue"])
    found.own, found.small_cells = frozenset(rules.get("own", ())), rules.get("small_cells")
    _used["catalogue"] = found


def catalogue():
    """The Catalogue in use; None for English."""
    return _used["catalogue"]


def read_catalogue(code, path):
    """Return the Catalogue of a gettext file (.po)."""
    from babel.messages.pofile import read_po
    from babel.numbers import get_decimal_symbol, get_group_symbol

    with open(path, "rb") as file:
        messages = [each for each in read_po(file, locale=code) if each.id and each.string]
    pairs = [(strip_end(each.id), strip_end(each.string)) for each in messages]
    exact = {english: words for english, words in pairs if not HOLE.search(english)}
    templates = [(tuple(HOLE.split(english)), w) for english, w in pairs if HOLE.search(english)]
    templates = [(max(pieces, key=len), pieces, words) for pieces, words in templates]
    templates.sort(key=lambda each: (-sum(map(len, each[1])), each[1]))
    return Catalogue(code, get_decimal_symbol(code), get_group_symbol(code), exact, templates)


def say(words):
    """Words in the language in use, numbers with its signs; in English as they are. What was said once is not said again."""
    found = _used["catalogue"]
    if found is None or not words or words in found.said:
        return words
    if found.small_cells:
        words = privacy.hide_words(words, found.small_cells)
    said = _say(found, words)
    if said != words:
        found.said.add(said)
    return said


def keep(lines):
    """Lines of a text that was said, as they are: none of them is looked up again."""
    if found := _used["catalogue"]:
        found.said.update(lines)
    return lines


def write_numbers(words, decimal, group):
    """A text with the signs of a language in its numbers; versions, DOIs and names with digits stay as they are."""

    def change(found):
        whole = found[1].replace(",", group)
        return whole if found[2] is None else f"{whole}{decimal}{found[2]}"

    return NUMBER.sub(change, words)


def strip_end(words):
    """Words without the sign that ends them: a sentence of the source may stand within another."""
    return words.strip().rstrip(ENDS) or words.strip()


def find_values(pieces, words):
    """What stands in the holes of a template that says these words, or None; from the left, each as short as can be (or empty)."""
    first, *middle, last = pieces
    if not words.startswith(first) or not words.endswith(last):
        return None
    place, end, values = len(first), len(words) - len(last), []
    for piece in middle:
        found = words.find(piece, place, end)
        if found < 0:
            return None
        values.append(words[place:found])
        place = found + len(piece)
    return [*values, words[place:end]] if place <= end else None


def _say(catalogue, words):
    parts, end = [], 0
    for gap in [*SENTENCE.finditer(words), None]:
        sentence = words[end : gap.start() if gap else None]
        parts += [_say_sentence(catalogue, sentence), gap[0] if gap else ""]
        end = gap.end() if gap else end
    return "".join(parts)


def _say_sentence(catalogue, words):
    """A sentence in the other language; where there is none it stays English, its numbers are those of the language."""
    body = words.strip()
    if body not in catalogue.known:
        catalogue.known[body] = _find(catalogue, body)
    found = catalogue.known[body]
    if LETTER.search(body):
        catalogue.asked.add(body)
    if found is None:
        catalogue.missed.add(body)
        return _number(catalogue, words)
    return words.replace(body, found, 1) if body else words


def _find(catalogue, words, depth=0):
    """The words in the other language; None where the catalogue says nothing of them."""
    if not LETTER.search(MARKED.sub(lambda found: found[2], words)) or words in catalogue.said:
        return _number(catalogue, words)
    if marked := MARKED.fullmatch(words):
        inner = _find(catalogue, marked[2], depth)
        return None if inner is None else mark(inner, marked[1])
    body = strip_end(words)
    end = words[len(words.rstrip(ENDS)) :] if body != words else ""
    for form, back in ((body, str), (lower_first(body), capitalise), (capitalise(body), str)):
        if form in catalogue.exact:
            return back(catalogue.exact[form]) + end
    for form in (words, body, capitalise(words)):  # of a label within a sentence the first letter may be small
        if form in catalogue.own:
            return form + (end if form == body else "")
    if depth > DEEP:
        return None
    found = _fill(catalogue, body, depth)
    if found is None and lower_first(body) != body:
        found = _fill(catalogue, lower_first(body), depth)
        found = found and capitalise(found)
    return _find_parts(catalogue, words, depth) if found is None else found + end


def _fill(catalogue, words, depth):
    """The words of the template that says them, its holes filled; None without one."""
    for longest, pieces, said in catalogue.templates:
        values = find_values(pieces, words) if longest in words else None
        if values is None or (sum(map(len, pieces)) < WEAK and max(map(len, values)) > SHORT):
            continue
        filled = [_say_value(catalogue, value, depth + 1) for value in values]
        return HOLE.sub(lambda hole: filled[int(hole[0][1:-1])], said)
    return None


def _say_value(catalogue, words, depth):
    """What stands in a hole in the other language, or as it is."""
    found = _find(catalogue, words.strip(), depth)
    if found is None:
        return _number(catalogue, words)
    return words.replace(words.strip(), found, 1)


def _find_parts(catalogue, words, depth):
    """The parts of a list, of a heading or of words with a bracket one by one; None unless all are found."""
    splits = [(sign, words.split(sign)) for sign in SIGNS if sign in words]
    if bracket := re.fullmatch(r"(.+?) [(\[](.+)[)\]]([.,;:]?)", words, re.DOTALL):
        before, inner = bracket[1], bracket[2]
        found = [_find(catalogue, each, depth + 1) for each in (before, inner)]
        if None not in found:
            opening = words[len(before) : len(before) + 2]
            closing = words[len(before) + 2 + len(inner) :]
            return f"{found[0]}{opening}{found[1]}{closing}"
    for sign, parts in splits:
        if depth > DEEP:
            break
        found = [_find(catalogue, part.strip(), depth + 1) if part.strip() else "" for part in parts]
        if None not in found:
            return catalogue.exact.get(sign, sign).join(found)
    return None


def _number(catalogue, words):
    return write_numbers(words, catalogue.decimal, catalogue.group)
