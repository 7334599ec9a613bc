"""What a header says: its concepts, the words that are not known, a unit and the meaning of codes."""

import functools
import re
import unicodedata
from dataclasses import dataclass, field

from crlm.proposal.vocabulary import LONGEST, plain

BRACKETS = re.compile(r"[(\[（【<]([^()\[\]（）【】<>]*)[)\]）】>]")
PAIR = r"[\w+-]+\s*[=:]"
# a meaning goes up to the next pair or to the end: `2 = R0/R1` is neither R0 nor R1
CODED = re.compile(rf"([\w+-]+)\s*[=:]\s*([^=:]+?)(?=\s*[,;/|\n]\s*{PAIR}|\s+{PAIR}|[\s,;.]*$)")
LISTED = re.compile(r"(\d{1,3})\s*[-–.)]?\s*([^\W\d][^\d,;/|\n]*?)\s*(?:[,;/|\n]|(?=\d)|$)")
IN_ORDER = re.compile(r"([^=:]+/[^=:]+)[=:]([^=:]+/[^=:]+)")
EITHER = re.compile(r"(?<![\w/])([^\W_]+)/([^\W_]+)(?![\w/])")
PLUS = re.compile(r"(?<!\w)([A-Za-z]{1,3}) ?\+(?![\w+])")  # N+ is not N
CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])")
# Units of the laboratory and of lengths that no list has, in brackets or at the end: the numbers are then in something else
ODD_UNIT = re.compile(
    r"(?:[a-zµ]{1,4}|\d+\^?\d*) ?/ ?[µmdc]?l|[npµm]?mol ?/ ?[mdcµ]?l|inch(?:es)?|zoll|dm|µm|um",
    re.IGNORECASE,
)
OR_NOT = re.compile(
    r"(?:/|\b(?:or|oder|ou|of|o|eller)\b)\s*(?:not|non|nicht|niet|no|kein|keine)\b", re.IGNORECASE
)
NO_FIRST = re.compile(r"\s*no[\s_]+(?!of\b)[^\W\d_]{3}", re.IGNORECASE)
NEGATION = "negation"  # beside the number that `no` is too
TIMES = ("months", "days", "weeks")
FIRST = ("0", "1")  # other numbers say something: the second recurrence, CEA after 3 months
LONG = 5  # letters from which a word may be misspelt, or a part of a compound
BEGUN = 5  # letters from which a word may be the beginning of a longer one
ALIKE = 88  # rapidfuzz's ratio from which two words are one


@dataclass(frozen=True)
class Header:
    """concepts: one frozenset per known word; unknown: other words; guessed: known words taken for one like them; odd: a unit that
    no list has; negated: a word says that the opposite is named (without recurrence); text: its plain words."""

    concepts: tuple
    unknown: tuple = ()
    unit: str | None = None
    codes: dict = field(default_factory=dict)
    guessed: tuple = ()
    odd: str = ""
    negated: bool = False
    text: str = ""


def read_codes(text):
    """Return {code: meaning} that a text explains, empty when it explains none.

    ``1 = yes, 2 = no``, ``yes=1/no=0``, ``no/yes = 0/1``, ``0 no 1 yes``, ``1男2女``.
    """
    text = unicodedata.normalize("NFKC", str(text)).replace("、", ",").strip()
    if both := IN_ORDER.fullmatch(text):
        pairs = list(zip(both[1].split("/"), both[2].split("/"), strict=False))
        alike = both[1].count("/") == both[2].count("/")
        found = {code.strip(): meaning.strip() for code, meaning in pairs} if alike else {}
    else:
        found = {code: meaning.strip() for code, meaning in CODED.findall(text)}
    if not found and re.fullmatch(rf"(?:{LISTED.pattern}\s*)+", text):
        listed = LISTED.findall(text)
        found = {code: meaning.strip() for code, meaning in listed} if len(listed) > 1 else {}
    if found and not any(map(str.isdigit, found)) and all(map(str.isdigit, found.values())):
        turned = {meaning: code for code, meaning in found.items()}
        found = turned if len(turned) == len(found) else {}
    return found if len(found) > 1 or any(map(str.isdigit, found)) else {}


def read_header(text, vocabulary):
    """Return what a header says as a Header.

    A unit in brackets or at the end, and codes explained in brackets (``1=yes, 0=no``), are taken out of the words first.
    """
    text = unicodedata.normalize("NFKC", str(text)).replace("μ", "µ").replace("#", " number ")
    text = PLUS.sub(r"\1 plus ", text)
    text = EITHER.sub(lambda found: _drop_answers(found, vocabulary), text)
    unit, codes, words = None, {}, text
    for inner in BRACKETS.findall(text):
        found = read_codes(inner)
        if _as_unit(inner, vocabulary):
            unit, words = _as_unit(inner, vocabulary), words.replace(inner, " ")
        elif found:
            codes |= found
            words = words.replace(inner, " ")
        elif "/" in inner or "," in inner or inner.count(" ") > 3:
            words = words.replace(inner, " ")  # the levels, or a remark
    if not codes and len(CODED.findall(words)) > 1:  # without brackets
        codes = read_codes(words)
        words = CODED.sub(" ", words)
    if unit is None:
        unit, words = _cut_unit(words, vocabulary)
    last = text.split()[-1:] if unit is None else []
    odd = next(
        (
            each.strip()
            for each in (*BRACKETS.findall(text), *last)
            if ODD_UNIT.fullmatch(each.strip())
        ),
        "",
    )
    odd = "" if unit else odd
    concepts, unknown, guessed = _list_concepts(OR_NOT.sub(" ", words), vocabulary)
    negations = [word for word in unknown if word in vocabulary.negations]
    unknown = [word for word in unknown if word not in negations]
    if NO_FIRST.match(words) and concepts:
        concepts[0] = concepts[0] | {NEGATION}
    if unit in TIMES and not any("time" in each for each in concepts):
        concepts.append(frozenset({"time"}))  # months since something, days to something
    return Header(
        tuple(concepts),
        tuple(unknown),
        unit,
        codes,
        tuple(guessed),
        odd,
        bool(negations),
        plain(words),
    )


def _drop_answers(found, vocabulary):
    """`j/n` behind a header says that it is answered by yes and no, and nothing else."""
    answers = {vocabulary.yes_no.get(plain(word)) for word in found.groups()}
    return " " if answers == {"no", "yes"} else found[0]


def _as_unit(text, vocabulary):
    text = text.strip().strip(".")
    if text == "%":
        return "%"
    return vocabulary.units.get(plain(text))


def _cut_unit(text, vocabulary):
    """A unit that ends a header without brackets: `size_mm`, `CEA_ug_L`; `% replacement` begins with one."""
    if "%" in text:
        return "%", text.replace("%", " ")
    parts = re.findall(r"[^\W_]+", text)
    for length in (2, 1):
        tail = plain(" ".join(parts[-length:]))
        lone = len(tail) == 1 and tail.isascii()
        if len(parts) > length and tail in vocabulary.units and not lone:
            return vocabulary.units[tail], " ".join(parts[:-length])
    for place, part in enumerate(parts[:-1]):  # days_to_death, Monate bis Rezidiv
        if len(part) > 2 and vocabulary.units.get(plain(part)) in TIMES:
            return vocabulary.units[plain(part)], " ".join(parts[:place] + parts[place + 1 :])
    return None, text


def _list_concepts(text, vocabulary):
    tokens = []
    for token in re.findall(r"[^\W_]+", text):
        known = _is_known(plain(token), vocabulary)
        parts = [token] if known or token.isupper() else CAMEL.split(token)
        tokens += [plain(part) for part in parts]
    tokens = [each for token in tokens for each in token.split()]
    concepts, unknown, guessed, place = [], [], [], 0
    while place < len(tokens):
        for length in range(min(LONGEST, len(tokens) - place), 0, -1):
            phrase = " ".join(tokens[place : place + length])
            if phrase in vocabulary.words:
                concepts.append(vocabulary.words[phrase])
                break
        else:
            length, token = 1, tokens[place]
            found = [] if _says_nothing(token, vocabulary) else _cut_compound(token, vocabulary)
            if found is None:
                near = _find_begun(token, vocabulary) or _find_near(token, vocabulary)
                found = [vocabulary.words[near]] if near else []
                (guessed if near else unknown).append(token)
            concepts += found
        place += length
    return concepts, unknown, guessed


def _is_known(word, vocabulary):
    return word in vocabulary.words or word in vocabulary.neutral


def _says_nothing(token, vocabulary):
    lone = len(token) == 1 and token.isascii() and token.isalpha()  # D. op., F. recidiva
    return token in vocabulary.neutral or token in FIRST or lone


def _cut_compound(token, vocabulary):
    """The concepts of a word that is made of known words (Rezidivdatum, 肿瘤大小), or None; the fewest parts that fill it."""
    wide = not token.isascii() and any(ord(letter) > 0x2E80 for letter in token)
    shortest = 1 if wide else 3
    best = {0: []}
    for end in range(1, len(token) + 1):
        for start in range(max(0, end - 24), end):
            part = token[start:end]
            if start not in best or len(part) < shortest or not _is_known(part, vocabulary):
                continue
            if end not in best or len(best[start]) + 1 < len(best[end]):
                best[end] = [*best[start], part]
        # German joins with s or n: Behandlungsdatum, Metastasenzahl
        if not wide and end - 1 in best and token[end - 1] in "sn" and end not in best and end > 4:
            best[end] = best[end - 1]
    parts = best.get(len(token))
    if not parts:
        return None
    return [vocabulary.words[part] for part in parts if part in vocabulary.words]


@functools.lru_cache(10_000)
def _find_near_cached(token, words):
    from rapidfuzz import fuzz, process

    found = process.extractOne(token, words, scorer=fuzz.ratio, score_cutoff=ALIKE)
    return found[0] if found else None


def _find_near(token, vocabulary):
    if len(token) < LONG:
        return None
    return _find_near_cached(token, _list_long(tuple(vocabulary.words)))


def _find_begun(token, vocabulary):
    """The known word that an abbreviation begins (`neoady.`); None where it begins words of different concepts."""
    if not len(token) >= BEGUN or not token.isascii():
        return None
    words = [word for word in _list_long(tuple(vocabulary.words)) if word.startswith(token)]
    alike = len({vocabulary.words[word] for word in words}) == 1
    return words[0] if alike else None


@functools.lru_cache(8)
def _list_long(words):
    return tuple(word for word in words if len(word) >= LONG and " " not in word)


def match_pattern(header, pattern):
    """Return whether the header's concepts are those of a pattern: every needed one, each by a word of its own, and no other."""
    rest = list(header.concepts)
    for concept in pattern.needed:
        fitting = [each for each in rest if concept in each]
        if not fitting:
            return False
        rest.remove(min(fitting, key=len))
    known = pattern.allowed | set(pattern.needed) | {NEGATION}
    return all(each & known for each in rest)


def names_opposite(header, rules):
    """Whether a header names the opposite of its variable (alive, R0, without recurrence); twice the opposite is the thing."""
    concepts = set().union(*header.concepts)
    return bool(concepts & set(rules["inverse"])) != (header.negated or NEGATION in concepts)


def find_named_levels(variable, header, vocabulary):
    """Return the levels of a variable whose words stand in a header: of MSS the stable one."""
    words = vocabulary.levels.get(variable, {})
    return {level for word, level in words.items() if f" {word} " in f" {header.text} "}


def find_variables(header, vocabulary):
    """Return [(variable, weak)] of the patterns that a header matches, in the order of the list; weak where it says little.

    Unknown words beside few known ones are another thing.
    """
    found = {}
    for name, patterns in vocabulary.patterns.items():
        kinds = [each.weak for each in patterns if match_pattern(header, each)]
        if kinds and not (
            header.unknown and (all(kinds) or len(header.unknown) > len(header.concepts))
        ):
            found[name] = all(kinds) or bool(header.unknown)
    return list(found.items())
