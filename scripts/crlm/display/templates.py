"""Templates of sentences and the parts of lists: what stands between their signs, and in their brackets."""

import re

HOLE = re.compile(r"\{\d+\}")
WORD = re.compile(r"[^\W_]+")
UNBROKEN = re.compile(r"[\w\0]+")  # words, and what they are joined to; \0 stands for a hole
ENDS = ".,;:"
HELD = "\0"  # stands for a sign within a label
CLOSING = {")": "(", "]": "["}


def index_words(templates):
    """{word: places of the templates that have it as their longest whole word}; those without one stand under the empty word."""
    index = {}
    for place, pieces in enumerate(templates):
        text = " {} ".join(pieces)
        alone = set(
            UNBROKEN.findall("\0".join(pieces))
        )  # a word that touches a hole may go on in it
        whole = [word for word in WORD.findall(text) if word in alone]
        index.setdefault(max(whole, key=len, default=""), []).append(place)
    return index


def find_values(pieces, words):
    """What stands in the holes of a template that says these words, or None; from the left, each as short as can be (or empty)."""
    return next(list_values(pieces, words), None)


def list_values(pieces, words):
    """Every way to fill the holes of a template so that it says these words; a sign of the template may stand in a value too."""
    first, *rest = pieces
    if words.startswith(first) and words[len(first) :].endswith(pieces[-1]):
        yield from _list_values(rest, words[len(first) :])


def _list_values(pieces, words):
    first, *rest = pieces
    if not rest:
        yield [words[: len(words) - len(first)]]
        return
    place = words.find(first)
    while place >= 0:
        after = words[place + len(first) :]
        if after.endswith(rest[-1]):
            yield from ([words[:place], *values] for values in _list_values(rest, after))
        place = words.find(first, place + 1)


def count_letters(template):
    """How many letters stand outside of the holes."""
    return sum(map(str.isalpha, HOLE.sub("", template)))


def is_balanced(words):
    """Whether every bracket that opens is closed, and none closes that was not opened."""
    depth = 0
    for sign in re.findall(r"[()\[\]]", words):
        depth += 1 if sign in "([" else -1
        if depth < 0:
            return False
    return depth == 0


def split_bracket(words):
    """What stands before the last bracket, its opening, what it holds, and its closing; None where words do not end with one."""
    body = words.rstrip(ENDS)
    if body[-1:] not in CLOSING:
        return None
    depth = 0
    for place in range(len(body) - 1, -1, -1):
        depth += (body[place] in CLOSING) - (body[place] in CLOSING.values())
        if depth == 0:
            before, end = body[:place].rstrip(), len(body) - 1
            return before, body[len(before) : place + 1], body[place + 1 : -1], words[end:]
    return None


def split_outside(words, sign, labels=()):
    """The parts between signs that stand in no bracket and in none of the labels."""
    for label in labels:
        words = words.replace(label, label.replace(sign, HELD))
    parts = [""]
    for place, piece in enumerate(words.split(sign)):
        if not place:
            parts[-1] = piece
        elif is_balanced(parts[-1]):
            parts.append(piece)
        else:
            parts[-1] += sign + piece
    return [part.replace(HELD, sign) for part in parts]


def split_label(words, labels):
    """(label, what stands beside it) for each of the labels that words begin or end with, such as a name and its level."""
    for label in labels:
        if words.startswith(f"{label} "):
            yield label, words[len(label) + 1 :]
        if words.endswith(f" {label}"):
            yield label, words[: -len(label) - 1]
