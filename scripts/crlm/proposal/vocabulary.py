"""The words of the field (`workflow/schemas/headers.yaml`) in the form in which headers and cells are compared with them."""

import re
import unicodedata
from dataclasses import dataclass

SMALL = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o"}
UMLAUTS = {"ä": "ae", "ö": "oe", "ü": "ue"}
RULES = (
    "one_is",
    "answers",
    "unclear",
    "inverse",
    "order",
    "too_few",
    "follow_up",
    "composite",
    "known",
    "identifying",
    "remarks",
    "joined",
    "begins",
    "blocks",
    "birth",
)
SIGNS = {"+": "plus", "-": "minus"}
SIGNED = re.compile(r"(?<=\w)[+-]$")  # N+ is not N
LONGEST = 5  # words of one phrase


@dataclass(frozen=True)
class Pattern:
    """What a header of a variable is made of: concepts that must be there, and those that may."""

    needed: tuple
    allowed: frozenset
    weak: bool  # too little to go by: always asked


@dataclass(frozen=True)
class Vocabulary:
    """words: plain phrase -> concepts; patterns: variable -> list of Pattern; levels: variable -> plain word -> level."""

    ignore: tuple
    words: dict
    units: dict
    neutral: frozenset
    negations: frozenset
    patterns: dict
    levels: dict
    several: dict
    yes_no: dict
    digits: dict
    rules: dict  # those of RULES, as listed
    missing_words: frozenset
    missing_numbers: tuple
    languages: dict  # code -> (name, plain words that only headers of this language have)
    reserved: frozenset  # names that no variable of the study's own may have


def plain(text):
    """Return a text in small letters without accents and signs, joined by single spaces; a `+` or `-` at its end stays."""
    text = unicodedata.normalize("NFKC", str(text)).casefold()
    if text.strip() in ("+", "-"):
        return text.strip()
    text = SIGNED.sub(lambda found: f" {SIGNS[found[0]]}", text.strip())
    text = "".join(SMALL.get(letter, letter) for letter in text)
    letters = unicodedata.normalize("NFD", text)
    text = "".join(each for each in letters if not "\u0300" <= each <= "\u036f")
    text = unicodedata.normalize("NFC", text)
    return " ".join(re.findall(r"[^\W_]+", text))


def spell(word):
    """Return the spellings under which a word of the list is known: without accents, and with ae, oe, ue for umlauts."""
    other = "".join(UMLAUTS.get(letter, letter) for letter in word.casefold())
    return {plain(word), plain(other)}


def build_vocabulary(listed, dictionary, reserved=()):
    """Return the Vocabulary of the parsed headers.yaml; levels also know the dictionary's names, labels and words.

    reserved : names that the workflow makes (scores, endpoints, growth patterns)
    """
    words = {}
    for concept, phrases in listed["words"].items():
        for phrase in phrases:
            for spelled in spell(phrase):
                words.setdefault(spelled, set()).add(concept)
    return Vocabulary(
        ignore=tuple(listed["ignore"]),
        words={phrase: frozenset(found) for phrase, found in words.items()},
        units={plain(text): unit for unit, texts in dictionary["unit_words"].items() for text in texts},
        neutral=frozenset(each for word in listed["neutral"] for each in spell(word)),
        negations=frozenset(each for word in listed["negations"] for each in spell(word)),
        patterns={
            name: [_read_pattern(text) for text in texts]
            for name, texts in listed["headers"].items()
        },
        levels={
            name: _list_levels(spec, listed["levels"].get(name, {}))
            for name, spec in dictionary["variables"].items()
            if spec.get("levels") or spec["kind"] == "binary"
        },
        several={
            name: {spelled: levels for word, levels in words.items() for spelled in spell(word)}
            for name, words in listed["several"].items()
        },
        yes_no={each: level for level in ("no", "yes") for word in listed["yes_no"][level] for each in spell(word)},
        digits=listed["digits"],
        rules={key: listed[key] for key in RULES},
        missing_words=frozenset(word.casefold() for word in listed["missing"]["words"]),
        missing_numbers=tuple(listed["missing"]["numbers"]),
        languages={
            code: (each["name"], frozenset(text for word in each["words"] for text in spell(word)))
            for code, each in listed["languages"].items()
        },
        reserved=frozenset([*dictionary["variables"], "patient_id", *reserved]),
    )  # fmt: skip


def _read_pattern(text):
    found = re.fullmatch(r"(~?)([^()]*)(?:\((.*)\))?", text)
    needed = tuple(found[2].split())
    return Pattern(needed, frozenset((found[3] or "").split()), bool(found[1]))


def _list_levels(spec, own):
    known = {}
    for level in map(str, spec.get("levels", [])):
        labels = [level, spec.get("level_labels", {}).get(level, level)]
        for word in [*labels, *spec.get("words", {}).get(level, [])]:
            known[plain(word)] = level
    for level in map(str, own):
        for word in own[level]:
            known |= dict.fromkeys(spell(word), level)
    for level, words in spec.get("words", {}).items():
        for word in words:
            for spelled in spell(word):
                known.setdefault(spelled, str(level))
    return known
