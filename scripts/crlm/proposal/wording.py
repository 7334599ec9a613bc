"""What a proposal says, in the language of the user: English sentences are looked up where they are shown or written.

What stands in single quotes is of the file (a header, a sheet, a code) and stays as it is, as do numbers.
"""

import re
from pathlib import Path

from crlm.display import language

QUOTED = re.compile(r"(?<!\w)'(.+?)'(?!\w)")  # and no patient's
LISTED = re.compile(r"(?<=' \()(.+)(?=\) looks like)")  # the codes of a column
MEANT = re.compile(r"(?<![^:,] )(?<![^:, ])([^=:,' ][^=:,']*?)(?= = )")  # a code of an answer
PARTS = ("endpoint", "grouping", "model", "variable", "score", "group")  # of a plan, in sentences
KINDS = "continuous|count|binary|ordinal|categorical|date|duration"
KEYS = (  # of a plan, as its problems name them
    re.compile(r"^[\w.]+(?=: )"),
    re.compile(r"(?<=Known keys: )(.+)(?=\.$)"),
    re.compile(r"(?<=' is not one of )(.+?)(?=\.(?: |$))"),
    re.compile(r"(?<=there are )(.+?)(?=\.(?: |$))"),
    re.compile(r"(?<= \()([^()]+, [^()]+)(?=\))"),  # levels
    re.compile(r"(?<= \()(baseline|operation|pathology|follow_up)(?=\))"),
    re.compile(rf"(?<= \()({KINDS})(?=\))"),
    re.compile(r"(?<= none of )([\w, ]+)(?=\.(?: |$))"),
    re.compile(rf"(?<= is )({KINDS})\b"),
    re.compile(rf"(?<= or )({KINDS})\b"),
)
HELD = re.compile(r"'(\d+)'")
MARK = "\ue000"  # of private use, before a name that stands without quotes
NAMED = re.compile(f"'{MARK}(.*?)'")
CODE = re.compile(r"`[^`]*`")


def list_languages(root):
    """Return the codes of the languages that have a catalogue below `root`/workflow, English first."""
    return ["en", *sorted(path.stem for path in (Path(root) / "workflow/languages").glob("*.po"))]


def speak(code, root, own=()):
    """From now on `say` is in this language; own: words of the file, which stay. Raises ValueError for one without a catalogue."""
    code = code or "en"
    if code not in list_languages(root):
        known = ", ".join(list_languages(root))
        raise ValueError(f"There is no language '{code}'. Languages: {known}.")
    rules = {"language": code, "own": own, "verbatim": True}
    language.use(rules, [Path(root) / f"workflow/languages/{code}.po"])


def keep_own(guesses, dictionary, more=()):
    """Words of the file (headers, sheets, codes), names of variables, and `more` are not looked up any more."""
    if found := language.catalogue():
        listed = [text for guess in guesses for text in _list_own(guess)]
        found.own |= {*map(str, listed), *dictionary["variables"], *more}
        found.known.clear()
        found.tried.clear()


def _list_own(guess):
    yield from (guess.column, guess.sheet, *guess.values, *guess.missing, *guess.missing_words)
    yield from guess.examples


def list_names(plan):
    """Return the words of a plan as it is written, its keys and values, which a problem may name without quotes."""
    found = {n for n in _list_scalars(plan) if len(n) > 1 and re.search(r"[^\W\d]", n)}
    return found - set(PARTS)


def _list_scalars(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from (str(key), *_list_scalars(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _list_scalars(inner)
    else:
        yield str(getattr(value, "text", value))


def say_problem(words, names=()):
    """Return what is wrong with a plan in the language of the user, or in English where the catalogue has not all of it.

    names: words of the plan, which stay. One that may be a word of the sentence too (a level `death`) stays wherever the
    sentence is known without it.
    """
    found = language.catalogue()
    if not found:
        return words
    spans, doubtful = _find_names(words, names), _list_words(found)
    held = [(start, end) for start, end in spans if words[start:end] not in doubtful]
    said = _say_holding(found, words, held)
    for span in spans if said else ():
        again = span not in held and _say_holding(found, words, sorted([*held, span]))
        if again and _differs_in(said, again, words[slice(*span)]):
            said, held = again, sorted([*held, span])
    return keep(said or words)


def _say_holding(found, words, held):
    """The sentence in the other language with the names at these places as they are; None where it is not known."""
    for start, end in reversed(held):
        words = f"{words[:start]}'{MARK}{words[start:end]}'{words[end:]}"
    found.missed.clear()
    said = say(words, KEYS)
    return None if found.missed or said == words else NAMED.sub(r"\1", said)


def _differs_in(said, again, name):
    """Whether a sentence is the other one but for a name: that was no word of the sentence itself."""
    before, after = (re.findall(r"\w+|\W", each) for each in (said, again))
    short = min(len(before), len(after))
    first = next((n for n in range(short) if before[n] != after[n]), short)
    last = next((n for n in range(short - first) if before[-1 - n] != after[-1 - n]), short - first)
    return "".join(after[first : len(after) - last]) in name


def _list_words(found):
    """The words of the sentences that say what is wrong at a place."""
    pieces = [each for each, _ in found.templates if not each[0] and each[1].startswith(": ")]
    return {word for each in pieces for word in re.findall(r"\w+", " ".join(each))}


def _find_names(words, names):
    """Where names stand in words, (start, end): neither in quotes nor in what stays anyhow."""
    held = [each.span() for pattern in (QUOTED, CODE, *KEYS) for each in pattern.finditer(words)]
    longest = sorted((each for each in names if "'" not in each), key=lambda n: (-len(n), n))
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, longest))})(?!\w)")
    found = [each.span() for each in pattern.finditer(words)] if longest else []
    return [(a, b) for a, b in found if not any(a < end and start < b for start, end in held)]


def say(words, more=()):
    """Return words in the language of the user; in English as they are. more : further patterns of what stays as it is."""
    if not language.catalogue() or not words:
        return words
    held = []

    def hold(found):
        held.append(found[0])
        return f"'{len(held) - 1}'"

    for pattern in (QUOTED, LISTED, MEANT, *more):
        words = pattern.sub(hold, words)
    said = language.say(words).replace(language.NBSP, " ")
    return keep(HELD.sub(lambda found: held[int(found[1])], said))


def keep(words):
    """Return words that were said, which are not looked up again."""
    return language.keep([words])[0]


def say_lines(text):
    """Return a text of several lines, each said."""
    return "\n".join(map(say, text.split("\n")))
