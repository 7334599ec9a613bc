"""What the codes of a column mean: levels where it is certain, and otherwise the ways in which they may be read."""

import itertools
import re
from dataclasses import dataclass, field

from crlm.plan.variables import as_code
from crlm.proposal.header_words import find_named_levels, names_opposite
from crlm.proposal.vocabulary import plain

FEW = 12  # codes of a column with levels
READ = 0.5  # of the entries that must have a known code
MOST = 6  # ways that are put to the user
SHORT = 3  # letters of a code that may be a sign for anything
PERMUTED = 3  # codes that are put to the user in every order
UNTOLD = "nothing in the file says what its codes mean, so that it is left out unless you know"
OPPOSITE = "the header names the opposite"
ZERO_ONE = {"0": "no", "1": "yes"}
ARABIC = {"i": "1", "ii": "2", "iii": "3", "iv": "4"}
JOINT = re.compile(r"\s*[+&/,;、]\s*|\s(?:and|und|en|et|e|y)\s")
NUMBERED = re.compile(r"\d{1,3}\s*[=:.)-]\s*(\D.*)")
MAYBE = re.compile(
    r"\b(?:ob|if|whether|oder|or|of|ou|o|unknown|unbekannt|unklar|unclear|onbekend|inconnu)\b"
)
# what stands before does not end in a sign of the number itself: III is no I behind II
ROMAN = re.compile(r"(?:[a-z]*[a-hj-uw-z] ?)?(iv|i{1,3}|[0-9])[a-e]?")


@dataclass
class Reading:
    """values : code -> level(s); missing : codes taken for missing; sure : nobody need be asked; why : words.

    blind : nothing tells this order of the levels from another, so that the column is left out unless the user knows
    """

    values: dict
    missing: list = field(default_factory=list)
    sure: bool = True
    why: str = ""
    blind: bool = False


def read_levels(variable, spec, profile, header, labels, vocabulary):
    """Return the ways (Reading) to take the codes of a column as levels, the likeliest first; none: they contradict the variable.

    labels : {code: what the file itself says that it means}, of SPSS, Stata or the header
    """
    codes = sorted(profile.codes, key=_place_code)
    constant = len(codes) == 1 and profile.filled == profile.rows
    if not codes or len(codes) > FEW or constant:
        return []
    rules = vocabulary.rules
    if any(set(map(as_code, codes)) <= set(few) for few in rules["too_few"].get(variable, [])):
        return []
    known = {as_code(code): meaning for code, meaning in {**header.codes, **labels}.items()}
    answers = _find_answers(variable, header, rules)
    found, said, begun, rest = _decode(variable, spec, codes, known, vocabulary, answers)
    levels = rules["order"].get(variable) or spec.get("levels") or ["no", "yes"]
    rest = sorted(
        rest, key=lambda code: vocabulary.yes_no.get(plain(known.get(as_code(code), code))) == "yes"
    )
    missing = [code for code in rest if _is_missing(code, known, vocabulary)]
    if set(map(as_code, codes)) == {"-1", "0"}:
        missing = [code for code in missing if as_code(code) != "-1"]  # Access writes -1 for yes
    rest = [code for code in rest if code not in missing]
    if variable in rules["answers"] and (rest or set(found.values()) != set(levels)):
        return []  # another word is another pattern: not a group of two
    letters = len(found) > 1 and all(len(str(known.get(as_code(c), c)).strip()) == 1 for c in codes)
    if letters and not rest and len(set(map(str, found.values()))) == 1:
        # two codes and one level: M beside H is the woman, not a second man
        codes = sorted(codes, key=lambda code: str(known.get(as_code(code), code)))
        return _permute(variable, spec, codes, missing, levels, header, None)[:MOST]
    if found and not rest:
        if said and names_opposite(header, rules):
            return _turn(found, missing)
        if begun:
            return _turn(found, missing, f"of '{begun[0]}' only a part is known")[::-1]
        if labels and _is_contradicted(variable, spec, header, found, rules):
            return _turn(
                found, missing, "the header says what 1 is, and the file explains it otherwise"
            )[::-1]
        unsaid = said and not says_what_one_is(variable, header, rules)
        return _judge(found, missing, known, unsaid)
    if not rest:
        return []
    words = any(re.search(r"[^\W\d]|[+-]", code) for code in rest)
    if not found and len(levels) > 2 and words and not known:
        return []  # letters or words that are not known for one of many levels: no order of them is likelier than another
    if not found and len(rest) <= min(PERMUTED, len(levels)):
        ways = _permute(variable, spec, rest, missing, levels, header, rules)
        said = {*ZERO_ONE, *vocabulary.yes_no}
        # Only yes and no, and 0 and 1, under a header that names the level they are of, say what they mean
        answered = all(plain(c) in said and as_code(c) != "-1" for c in rest)
        if (
            spec["kind"] == "binary"
            or not answered
            or len(find_named_levels(variable, header, vocabulary)) != 1
        ):
            return _mark_blind(ways)
        return _put_named_first(variable, spec, header, ways, vocabulary)
    short = all(len(code) <= SHORT for code in rest)  # three words are no yes, no and missing
    if not found and short and len(rest) == len(levels) + 1 <= PERMUTED:
        *least, last = rest
        ways = _permute(variable, spec, least, missing, levels, header, None)
        return _mark_blind(_add_last(ways, last, spec))
    if spec["kind"] == "binary" and known and len(found) == len(rest) == 1:
        why = f"nothing says what '{rest[0]}' is"  # 1 = yes, and no word of 0
        other = "no" if "yes" in found.values() else "yes"
        ways = ({**found, rest[0]: other}, missing), (found, [*missing, *rest])
        return [Reading(values, list(codes), False, why) for values, codes in ways]
    left = [level for level in levels if level not in found.values()]
    if all(as_code(code) in known for code in rest) and len(rest) <= min(PERMUTED, len(left)):
        why = "the words that explain its codes are not known"
        ways = _permute(variable, spec, rest, missing, left, header, None)[:MOST]
        blind = len(left) > 1  # the last level has no rival
        return [Reading({**found, **each.values}, each.missing, False, why, blind) for each in ways]
    if sum(profile.codes[code] for code in found) / profile.filled < READ:
        return []
    count = sum(profile.codes[code] for code in rest)
    words = ", ".join(f"'{code}'" for code in rest)
    why = f"{words} ({count} entries) are no known codes"
    if len(rest) == 1:
        why = f"{words} ({count} {'entry' if count == 1 else 'entries'}) is no known code"
    ways = [Reading(found, [*missing, *rest], False, why)]
    if len(rest) == 1:
        ways += [Reading({**found, rest[0]: level}, missing, False, why) for level in levels]
    likely = left == ["yes"] and variable not in rules["follow_up"]
    if len(levels) == 2 and len(left) == 1 and (likely or spec["kind"] == "categorical"):
        # of two levels one has no code yet: that is likelier than that all others are missing; none, lung, peritoneum
        other = Reading({**found, **dict.fromkeys(rest, left[0])}, missing, False, why)
        ways = [other, *(each for each in ways if each.values != other.values)]
    return ways[:MOST]


def _place_code(code):
    """The order of codes: 0: censored before 1: event, 9 before 10, and letters by the alphabet."""
    text = as_code(code)
    number = re.match(r"\d{1,3}(?=\s*[=:.)-]\s*\D)", text)
    return (int(number[0]), 0, text) if number else (0, len(text), text)


def _find_answers(variable, header, rules):
    """{"no", "yes": level} of a group of two whose header names what is there when it is yes (`dHGP`); else empty."""
    answers = rules["answers"].get(variable, {})
    named = says_what_one_is(variable, header, rules) and not names_opposite(header, rules)
    return answers if named else {}


def _decode(variable, spec, codes, known, vocabulary, answers):
    """(code -> level, the codes that only say yes or no, the texts known by their beginning only, the codes that are not known)."""
    found, said, begun, rest = {}, [], [], []
    for code in codes:
        word = known.get(as_code(code), code)
        level = _find_level(variable, word, vocabulary)
        if level is None and (said_too := NUMBERED.fullmatch(str(word))):
            word = said_too[1]  # 1=alive, 2: dead
            level = _find_level(variable, word, vocabulary)
        if level is None and spec["kind"] == "binary" and not plain(word).isdigit():
            level = vocabulary.yes_no.get(plain(word))
            said += [code] if level else []
        if level is None and answers:
            level = answers.get(vocabulary.yes_no.get(plain(word), ZERO_ONE.get(as_code(word))))
        if level is None and variable in vocabulary.rules["begins"]:
            level = _find_part(plain(word), vocabulary.levels[variable], vocabulary.negations)
            begun += [str(word)] if level else []
        if level is None:
            rest.append(code)
        else:
            found[code] = level
    return found, said, begun, rest


def _find_level(variable, word, vocabulary):
    text = plain(word)
    own = vocabulary.levels.get(variable, {})
    for each in (text, text.replace(" ", "")):
        if each in own:
            return own[each]
    if text in vocabulary.several.get(variable, {}):
        return vocabulary.several[variable][text]
    if variable in vocabulary.rules["joined"] and (
        level := _find_joined(variable, word, vocabulary)
    ):
        return level
    digits = vocabulary.digits.get(variable)
    found = ROMAN.fullmatch(text.replace(" ", "")) if digits else None
    if found:
        return digits.get(ARABIC.get(found[1], found[1]), digits.get(found[1]))
    return _find_named(text, own) if digits else None


def _find_joined(variable, word, vocabulary):
    """The level of words that are joined (`lung and bone`, `liver + lung`); None where one of them is not known."""
    parts = [plain(part) for part in JOINT.split(str(word))]
    found = {vocabulary.levels[variable].get(part) for part in parts}
    if len(parts) < 2 or None in found:
        return None
    return found.pop() if len(found) == 1 else vocabulary.rules["joined"][variable]


def _find_part(text, own, negations):
    """The level of a longer text that begins with its word (`dead of disease`) or ends with one for yes (`krebsbedingt tot`).

    None where the text has a word of another level, one that is denied (`not dead`), or says that it may be (`unknown or dead`).
    """
    inside = [word for word in own if len(word) > 2 and f" {word} " in f" {text} "]
    begins = any(text.startswith(f"{word} ") for word in inside)
    ends = any(text.endswith(f" {word}") and own[word] == "yes" for word in inside)
    denied = any(f" {no} {word} " in f" {text} " for no in negations for word in inside)
    known = {own[word] for word in inside}
    told = begins or (ends and not MAYBE.search(text))
    return known.pop() if told and not denied and len(known) == 1 else None


def _find_named(text, own):
    """The level of a scale that a longer text names (`grade 2 or moderately differentiated`); None where it names two."""
    known = {level for word, level in own.items() if len(word) > 3 and f" {word} " in f" {text} "}
    return known.pop() if len(known) == 1 else None


def _is_missing(code, known, vocabulary):
    if as_code(code) in known:
        return plain(known[as_code(code)]) in {plain(word) for word in vocabulary.missing_words}
    number = as_code(code)
    return number.lstrip("-").isdigit() and int(number) in vocabulary.missing_numbers


def _turn(found, missing, why=OPPOSITE):
    """Yes and no of a header that names the opposite (alive, R0): no is then the event, and it is asked."""
    other = {"yes": "no", "no": "yes"}
    turned = {code: other[level] for code, level in found.items()}
    return [Reading(turned, list(missing), False, why), Reading(found, list(missing), False, why)]


def _judge(found, missing, known, unsaid):
    """The reading of codes that are all known, with words for it; two where nobody says what yes is yes to."""
    several = [code for code, level in found.items() if isinstance(level, list)]
    if several:
        why = f"'{several[0]}' may be {' or '.join(found[several[0]])}"
        return [Reading(found, missing, False, why)]
    if unsaid:
        ways = _turn(found, missing, "the header does not say what yes means")[::-1]
        ways[0].blind = True
        return ways
    said = ["the file explains its codes"] if known else []
    said += [f"{', '.join(missing)} taken as missing"] if missing else []
    return [Reading(found, missing, True, "; ".join(said) or "its codes are known")]


def _add_last(readings, last, spec):
    """Of one code more than levels the last is missing, or a yes of another kind."""
    added = []
    for each in readings:
        added.append(Reading(each.values, [*each.missing, last], False, each.why))
        if spec["kind"] == "binary":
            added.append(Reading({**each.values, last: "yes"}, each.missing, False, each.why))
    return added


def _permute(variable, spec, codes, missing, levels, header, rules):
    """Every order of the levels over codes that say nothing by themselves; 0 and 1 where the header says what 1 is."""
    given = [as_code(code) for code in codes]
    chosen = [levels, *(p for p in itertools.permutations(levels, len(codes)))]
    chosen = list(dict.fromkeys(tuple(each)[: len(codes)] for each in chosen))
    readings = [
        Reading(
            dict(zip(codes, each, strict=True)),
            list(missing),
            False,
            "its codes do not say what they mean",
        )
        for each in chosen
    ]
    binary = spec["kind"] == "binary"
    if binary and rules and names_opposite(header, rules):
        for reading in readings:
            reading.why = OPPOSITE
        return readings[::-1]
    zero_one = set(given) <= {"0", "1"} and binary
    if zero_one and len(given) == 1:
        readings = [Reading({codes[0]: "yes" if given[0] == "1" else "no"}, list(missing), False)]
    if zero_one and rules and says_what_one_is(variable, header, rules):
        readings[0].sure = True
        readings[0].why = "0 and 1, and the header says what 1 is"
        return readings[:1]
    return readings


def _mark_blind(readings):
    """Codes that say nothing, under a header that says nothing of them: any order of the levels would be made up."""
    for each in readings:
        each.blind = not each.sure and each.why != OPPOSITE
        each.why = UNTOLD if each.blind else each.why
    return readings


def _is_contradicted(variable, spec, header, found, rules):
    """Whether the labels of a file say that 1 is no and 0 yes, of a column whose name says what is there when it is 1."""
    levels = {as_code(code): level for code, level in found.items()}
    named = spec["kind"] == "binary" and says_what_one_is(variable, header, rules)
    return (
        named
        and not names_opposite(header, rules)
        and (levels.get("0"), levels.get("1")) == ("yes", "no")
    )


def _put_named_first(variable, spec, header, readings, vocabulary):
    """Where the header names one of two levels (MSS, KRAS wild type), yes and 1 are rather that level; it is asked all the same."""
    named = find_named_levels(variable, header, vocabulary)
    if spec["kind"] == "binary" or len(named) != 1:
        return readings
    says = {**ZERO_ONE, **vocabulary.yes_no}

    def fits(reading):
        said = {says.get(plain(code)): level for code, level in reading.values.items()}
        return set(said) == {"no", "yes"} and said["yes"] in named

    return sorted(readings, key=lambda each: not fits(each))


def says_what_one_is(variable, header, rules):
    """Whether the header names what is there when the code is 1 (`synchronous`), and not a status that may be coded either way."""
    concepts = set().union(*header.concepts)
    wanted = rules["one_is"].get(variable)
    return not concepts & set(rules["unclear"]) and (wanted is None or bool(concepts & set(wanted)))
