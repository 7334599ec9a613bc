"""The words of the page, of documents and of figures in another language, found by the English ones.

The source says everything in English. Where a text leaves the program, its sentences are looked up in a catalogue (gettext, one
file per language): word by word, or as a sentence of the source with what the run has put into it. What no catalogue says stays
English and is counted. English itself reads no catalogue, and every text stays as it is.
"""

import re
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from crlm.display import privacy
from crlm.display.keys import MARKED, OPEN, mark
from crlm.display.templates import (
    ENDS,
    HOLE,
    WORD,
    count_letters,
    index_words,
    is_balanced,
    list_values,
    split_bracket,
    split_label,
    split_outside,
)
from crlm.plan.phrases import capitalise, lower_first

ABBREVIATED = "".join(
    rf"(?<!\b{each}\.)" for each in ("e\\.g", "i\\.e", "vs", "al", "no", "cf", "Dr", "St")
)
SENTENCE = re.compile(rf"(?<=[.!?]){ABBREVIATED}[ \n]+(?=[A-Z0-9“\"({{<≥≤{OPEN}])")
LETTER = re.compile(r"[^\W\d_A-Z]{2}|\bNo\b")  # NR, T1 and II are the same in every language
SIGNS = (
    "\n",
    "; ",
    ": ",
    ", ",
    " – ",
    " → ",
    " vs ",
    " and ",
    " or ",
    " + ",
    "/",
)  # of a list or a heading
FRAME = re.compile(
    r"([⁰¹²³⁴-⁹]+ )?(.*?)([⁰¹²³⁴-⁹]*[.,;:]*)", re.DOTALL
)  # the marks of footnotes around words
MORE = (", without its strata", ", group")  # what a label may get, and is one with it
PARTED = re.compile(r"[,;:] | – | and | or |/")
COUNT = rf"(?:[-−<>≥≤]*\d[\d.,]*(?: ?%)?(?: \([^()]*\))?|{MARKED.pattern.replace('(', '(?:')})"
TAIL = re.compile(rf"(.*\S) ({COUNT})", re.DOTALL)  # label, number
HEAD = re.compile(rf"({COUNT}) (\S.*)", re.DOTALL)
QUOTED = re.compile(r"'[^']*'")  # of a file
NAME = re.compile(  # Fong 1999, os_5y, results/report.html, cohort.csv
    r"\S+\.(?:csv|tsv|txt|xlsx?|ods|sav|dta|rds|parquet|docx)\b|"
    r"\b[A-ZÄÖÜ][\w'’-]+(?: et al\.)? (?:19|20)\d\d\b|\S*_\S*|\b[a-z]+/\S+"
)
NBSP = "\N{NO-BREAK SPACE}"
JOINED, JOIN = re.compile(r"\b([pP]) ([<=>]) "), f"\\1{NBSP}\\2{NBSP}"
PER_CENT = re.compile(r"(?<=\d)%(?![-\w])")  # has its space but in English
WEAK, SHORT = (
    12,
    70,
)  # letters of a template that says little, and of the longest value that such a one may hold
DEEP = 6  # values within values
WAYS = 12  # to fill a template that are tried
NUMBER = re.compile(
    r"(?<![\w.·,])(?<![a-z]/)(?<!arXiv:)(?!10\.\d{4})(\d{1,3}(?:,\d{3})+|\d+)(?:[.·](\d+))?(?!\w|[.·,]\d)"
)


@dataclass
class Catalogue:
    """The messages of one language, and what was said with them.

    exact: {words: words}; templates: [(pieces between the holes, words with holes)], those with most letters first; index: their
    places by a word; decimal, group: signs of numbers; own: words of the plan, which are its author's; small_cells: counts below
    it are hidden, or None; known: {sentence: words or None}; said: texts that are in the language; asked, missed: sentences;
    unknown: what no catalogue knows of the sentence that is looked up; broken: {sentence: what of it stays English};
    tried: {part of a sentence: its words, what of it is unknown, how deep it stood}.
    """

    code: str
    decimal: str
    group: str
    exact: dict
    templates: list
    index: dict
    own: frozenset = frozenset()
    small_cells: int | None = None
    known: dict = field(default_factory=dict)
    said: set = field(default_factory=set)
    asked: set = field(default_factory=set)
    missed: set = field(default_factory=set)
    unknown: list = field(default_factory=list)
    broken: dict = field(default_factory=dict)
    tried: dict = field(default_factory=dict)


_used = {"catalogue": None}


def use(rules=None, sources=()):
    """From now on texts are in the language of these rules: language, own, small_cells, verbatim (numbers stay as they are, such
    as those quoted from a file); none for English.

    sources: paths, among them the catalogue <language>.po. It is no rule itself: where it lies differs from run to run.
    """
    rules = rules or {}
    code = rules.get("language", "en")
    if code == "en":
        _used["catalogue"] = None
        return
    found = read_catalogue(code, next(p for p in sources if Path(p).name == f"{code}.po"))
    found.own, found.small_cells = frozenset(rules.get("own", ())), rules.get("small_cells")
    if rules.get("verbatim"):
        found.decimal, found.group = ".", ","
    _used["catalogue"] = found


def resume(found):
    """Use a Catalogue again, or None for English."""
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
    templates.sort(key=lambda each: (-sum(map(len, each[0])), each[0]))
    signs = get_decimal_symbol(code), get_group_symbol(code)
    return Catalogue(code, *signs, exact, templates, index_words([t[0] for t in templates]))


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


def has_words(words):
    """Whether a text holds words of a language, and not only numbers, signs, citations and names of files or keys."""
    return bool(LETTER.search(NAME.sub("", MARKED.sub(lambda found: found[2], words))))


def _say(catalogue, words):
    parts, end = [], 0
    for gap in [*SENTENCE.finditer(words), None]:
        sentence = words[end : gap.start() if gap else None]
        parts += [_say_sentence(catalogue, sentence), gap[0] if gap else ""]
        end = gap.end() if gap else end
    return PER_CENT.sub(f"{NBSP}%", "".join(parts))


def _say_sentence(catalogue, words):
    """A sentence in the other language; where there is none it stays English, its numbers are those of the language."""
    body = words.strip()
    if body not in catalogue.known:
        catalogue.unknown.clear()
        found = _find(catalogue, body.replace(NBSP, " "))
        if found and (unknown := list(filter(has_words, catalogue.unknown))):
            catalogue.broken[body] = unknown
        if found and body[:1].isupper() and body.endswith("."):
            found = capitalise(found)  # German may begin a sentence with another word
        catalogue.known[body] = JOINED.sub(JOIN, found) if found and NBSP in body else found
    found = catalogue.known[body]
    if has_words(body):
        catalogue.asked.add(body)
    if found is None or body in catalogue.broken:
        catalogue.missed.add(body)
    if found is None:
        return _number(catalogue, words)
    return words.replace(body, found, 1) if body else words


def _find(catalogue, words, depth=0):
    """The words in the other language; None where the catalogue says nothing of them."""
    if words in catalogue.exact:
        return catalogue.exact[words]
    if not has_words(words):
        return _number(catalogue, words)
    if QUOTED.fullmatch(words):
        return words
    if marked := MARKED.fullmatch(words):
        inner = _find(catalogue, marked[2], depth)
        return None if inner is None else mark(inner, marked[1])
    before, body, after = (part or "" for part in FRAME.fullmatch(words).groups())
    for form, back in ((body, str), (lower_first(body), capitalise), (capitalise(body), str)):
        if form in catalogue.exact:
            return before + back(catalogue.exact[form]) + after
    for form in (words, words.rstrip(ENDS), capitalise(words)):  # in a sentence it may begin small
        if form in catalogue.own or form in catalogue.said:
            return form + words[len(form) :]
    if depth > DEEP:
        return None
    found, unknown, tried = catalogue.tried.get(body, (None, [], DEEP + 1))
    if tried <= depth or (found is not None and not unknown):
        catalogue.unknown += unknown
    else:  # with more depth more may be found
        start = len(catalogue.unknown)
        found = _find_composed(catalogue, body, depth)
        catalogue.tried[body] = found, catalogue.unknown[start:], depth
    return None if found is None else before + found + after


def _find_composed(catalogue, words, depth):
    """The words of a template or of parts of which all is known; else of the template that says most of them."""
    for find in (_fill_strong, _find_parts, _fill_weak, _find_beside, _fill_partly):
        found = find(catalogue, words, depth)
        if found is not None:
            return found
    return None


def _fill_strong(catalogue, words, depth):
    """The words of the first template of many letters of which every hole is known."""
    for said, values in _match(catalogue, words):
        if count_letters(said[0]) >= WEAK and (found := _find_all(catalogue, values, depth)):
            return _write(catalogue, said, values, found)
    return None


def _find_beside(catalogue, words, depth):
    """The words of a number and what it counts, or of a label of the plan and its level or unit."""
    head = HEAD.fullmatch(words)
    if head and (found := _find_all(catalogue, head.groups(), depth)):
        return " ".join(found)
    for label, rest in split_label(words, catalogue.own):
        if found := _find_all(catalogue, [rest], depth):
            return f"{label} {found[0]}" if words.startswith(label) else f"{found[0]} {label}"
    return None


def _fill_partly(catalogue, words, depth):
    """The words of the template of most letters; what no catalogue knows of its holes, such as a name, stays as it is."""
    for said, values in _match(catalogue, words):
        if count_letters(said[0]) >= WEAK:
            found = [_find(catalogue, value.strip(), depth + 1) for value in values]
            catalogue.unknown += [v for v, new in zip(values, found, strict=True) if new is None]
            return _write(catalogue, said, values, found)
    return None


def _fill_weak(catalogue, words, depth):
    """The same of templates of few letters: they may say anything, so every value must be short and known."""
    for said, values in _match(catalogue, words):
        short = all(len(each) <= SHORT or each in catalogue.own for each in values)
        if not short or count_letters(said[0]) >= WEAK:
            continue
        before = len(catalogue.unknown)
        found = _find_all(catalogue, values, depth)
        if found and len(catalogue.unknown) == before:
            return _write(catalogue, said, values, found)
        del catalogue.unknown[
            before:
        ]  # a value of which a part is unknown says that the template is another one
    return None


def _find_all(catalogue, values, depth):
    """The words of every value in the other language; None where one has none, and then nothing is held to be unknown of them."""
    before, found = len(catalogue.unknown), []
    for value in map(str.strip, values):
        found.append(_find(catalogue, value, depth + 1) if value else "")
        if found[-1] is None:
            del catalogue.unknown[before:]
            return None
    return found


def _match(catalogue, words):
    """((English, translated) template, values) of those that say the words, also with another first letter."""
    for form in dict.fromkeys((words, lower_first(words))):
        seen = {"", *WORD.findall(form)}
        for place in sorted({place for word in seen for place in catalogue.index.get(word, ())}):
            pieces, said = catalogue.templates[place]
            for values in islice(list_values(pieces, form), WAYS):
                if all(map(is_balanced, values)):
                    yield ("{0}".join(pieces), said if form == words else capitalise(said)), values


def _write(catalogue, said, values, found):
    """A translated template with its holes filled."""
    filled = [
        value.replace(value.strip(), _number(catalogue, value.strip()) if new is None else new, 1)
        if value.strip()
        else value
        for value, new in zip(values, found, strict=True)
    ]
    return HOLE.sub(lambda hole: filled[int(hole[0][1:-1])], said[1])


def _find_parts(catalogue, words, depth):
    """The parts of a list, of a label and its number, or of words with a bracket one by one; None unless all are found."""
    labels = [label for label in catalogue.own if PARTED.search(label) and label in words]
    for sign in SIGNS:
        parts = split_outside(words, sign, [*MORE, *labels]) if sign in words else []
        found = _find_all(catalogue, parts, depth) if len(parts) > 1 else None
        if found is None and sign == ": " and len(parts) > 2:  # a label, and a note with the sign
            found = _find_all(catalogue, [parts[0], sign.join(parts[1:])], depth)
        if found:
            word = sign.strip()
            return sign.replace(word, catalogue.exact.get(word, word)).join(found)
    tail = TAIL.fullmatch(words)
    if tail and not has_words(tail[2]) and (found := _find_all(catalogue, tail.groups(), depth)):
        return " ".join(found)
    if bracket := split_bracket(words):
        before, opening, inner, closing = bracket
        if found := _find_all(catalogue, (before, inner), depth):
            return f"{found[0]}{opening}{found[1]}{closing}"
    return None


def _number(catalogue, words):
    return write_numbers(words, catalogue.decimal, catalogue.group)
