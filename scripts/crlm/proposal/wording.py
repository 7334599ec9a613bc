"""What a proposal says, in the language of the user: English sentences are looked up where they are shown or written.

What stands in single quotes is of the file (a header, a sheet, a code) and stays as it is, as do numbers.
"""

import re
from pathlib import Path

from crlm.display import language

QUOTED = re.compile(r"(?<!\w)'(.+?)'(?!\w)")  # and no patient's
LISTED = re.compile(r"(?<=' \()(.+)(?=\) looks like)")  # the codes of a column
MEANT = re.compile(r"(?<![^:,] )(?<![^:, ])([^=:,' ][^=:,']*?)(?= = )")  # a code of an answer
KEYS = (  # of a plan, as its problems name them
    re.compile(r"^[\w.]+(?=: )"),
    re.compile(r"(?<=Known keys: )(.+)(?=\.$)"),
    re.compile(r"(?<=' is not one of )(.+?)(?=\.(?: |$))"),
)
HELD = re.compile(r"'(\d+)'")


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


def say_problem(words):
    """Return what is wrong with a plan in the language of the user, or in English where the catalogue has not all of it."""
    found = language.catalogue()
    if not found:
        return words
    found.missed.clear()
    said = say(words, KEYS)
    return keep(words) if found.missed else said


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
