"""A column in which only a mark stands, and nothing in the other rows: what an empty cell means is asked, and never assumed."""

from crlm.plan.variables import as_code
from crlm.proposal.header_words import find_named_levels, names_opposite
from crlm.proposal.vocabulary import plain

MARKS = {"x", "×", "✓", "✔", "√", "•", "●", "☒", "☑"}
LEAST = 3  # marks; one x among empty cells is a word for missing


def read_ticks(variable, spec, profile, header, told, vocabulary):
    """Return (changes of the guess, their words, the reason) of a column of marks, or None where it is none.

    A mark, or a word for yes, stands in some rows and all others are empty, under a yes/no or under the name of one of two levels
    (KRAS mutated). told: {code: what the file says}
    """
    codes = list(profile.codes) if profile.filled else profile.missing
    alike = {code.strip().casefold() for code in codes}
    if len(alike) != 1 or profile.given == profile.rows or told:
        return None
    level, other = _find_levels(variable, spec, header, vocabulary)
    if level is None or profile.given < LEAST or not _is_mark(variable, alike.pop(), vocabulary):
        return None
    change = {"values": dict.fromkeys(codes, level), "missing": [], "missing_words": []}
    said = ", ".join(f"{code} = {level}" for code in codes)
    ways = [{**change, "settings": {"none_ticked": other}}, {**change, "settings": {}}]
    words = [f"{said}, an empty cell = {other}", f"{said}, an empty cell is not known"]
    return (
        ways,
        words,
        f"only {', '.join(codes)} stands there, in {profile.given} of {profile.rows} rows",
    )


def _find_levels(variable, spec, header, vocabulary):
    """(the level that a mark means, the other one), both None where the header does not say it."""
    if spec["kind"] == "binary":
        return ("no", "yes") if names_opposite(header, vocabulary.rules) else ("yes", "no")
    named, levels = find_named_levels(variable, header, vocabulary), spec.get("levels", [])
    if len(levels) != 2 or len(named) != 1:
        return None, None
    first = named.pop()
    return first, next(each for each in levels if each != first)


def _is_mark(variable, code, vocabulary):
    level = vocabulary.levels.get(variable, {}).get(plain(code))
    yes = vocabulary.yes_no.get(plain(code)) == "yes" or as_code(code) == "1"
    return code in MARKS or level == "yes" or (level is None and yes)
