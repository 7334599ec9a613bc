"""A column that is no variable of the dictionary: proposed as one of the study's own, with what its values are.

When a value becomes known decides whether it may be a covariate. No file says so: it is asked, and without an answer the variable
counts as known in follow-up only, so that it is described and explains nothing.
"""

import re

import numpy as np

from crlm.plan.alike import as_compared
from crlm.plan.variables import as_code
from crlm.proposal.fit import make_level_names
from crlm.proposal.guess import Choice, Question
from crlm.proposal.header_words import BRACKETS, read_header
from crlm.proposal.profile import MOST
from crlm.proposal.vocabulary import plain

LEVELS = 8  # different texts up to which a column has levels
RANKS = 7  # different whole numbers up to which they may be codes
REPEATED = 3  # entries for each level on average, below which the texts are remarks or names
TIMES = {
    "follow_up": "in follow-up, or I do not know: it is described and is no covariate",
    "baseline": "before the operation",
    "operation": "at the operation",
    "pathology": "from the pathology of the specimen",
}
ENDINGS = re.compile(r"_(lower|upper|among|group)$")
LEAVE_OUT = "leave the column out"
NOT_SEEN = "no day on which the patient was seen or heard of: leave the column out"
RIVAL = re.compile(
    r"but '(.+)' is taken for (\w+)$"
)  # the reason of a column whose variable another column has


def propose_own(guess, profile, label, codes, vocabulary):
    """Return the guess about a column that nothing of the dictionary fits: a variable of the study's own, or why it is none.

    label : of the variable in the file, or None; codes : {code: what the file says it means}
    """
    header = read_header(label or guess.column, vocabulary)
    spec, values, why = _describe(profile, header, codes or header.codes, vocabulary)
    if spec is None:
        guess.reason = f"{guess.reason}; {why}"
        return guess
    guess.variable = name_own(guess.column, vocabulary)
    guess.values, guess.missing_words = values, profile.missing
    if profile.decimal and spec["kind"] in ("continuous", "count"):
        guess.settings = {"decimal": profile.decimal}
    if spec["kind"] == "date" and profile.formats is not None:
        guess.settings = {"formats": profile.formats}
    guess.settings |= (
        {"censored": "half"} if profile.limits and spec["kind"] == "continuous" else {}
    )
    contradicted = f"{guess.reason}; " if guess.reason.startswith("looks like") else ""
    guess.reason = f"{contradicted}a variable of your own: {why}"
    if spec["kind"] == "date" and any("birth" in each for each in header.concepts):
        return _take_birth(guess, vocabulary.rules["birth"])
    guess.own = {"label": _name_without_unit(label or guess.column, header), **spec}
    return _ask_time(guess, header, vocabulary, why)


def _name_without_unit(text, header):
    """The header as a label; a unit in brackets stands with the variable instead."""
    text = " ".join(str(text).split())
    return (BRACKETS.sub("", text).strip() or text) if header.unit else text


def _take_birth(guess, rule):
    """The day of birth gives the age where no column has it; nothing else is made of it."""
    guess.variable, guess.certainty = rule["variable"], "certain"
    guess.settings["gives"] = rule["gives"]
    guess.own = {"label": "Date of birth", "kind": "date", "timing": "baseline"}
    guess.reason = "the day of birth; the age is made of it where no column has it"
    return guess


def name_own(column, vocabulary):
    """Return a name for the plan made of a header: small letters, digits and _; never one that the workflow makes or knows."""
    name = re.sub(r"[^a-z0-9]+", "_", plain(BRACKETS.sub(" ", column))).strip("_")
    name = name if re.match(r"[a-z]", name) else f"own_{name}".rstrip("_")
    taken = name in vocabulary.reserved or ENDINGS.search(name)
    return f"{name}_own" if taken else name


def is_contact_date(name, dictionary):
    spec = dictionary["variables"].get(name, {})
    return spec.get("kind") == "date" and bool(spec.get("contact"))


def ask_further_contacts(guesses, vocabulary, dictionary):
    """Ask of a second date of the last contact (lost to follow-up) whether the later of both counts; changes the guesses."""
    for guess in guesses:
        found = RIVAL.search(guess.reason)
        if guess.variable or not found or not is_contact_date(found[2], dictionary):
            continue
        guess.variable, guess.certainty = name_own(guess.column, vocabulary), "question"
        own = {"label": guess.column, "kind": "date", "timing": "follow_up", "contact": True}
        words = "a further last contact: of a patient with both the later counts"
        text = f"Column '{guess.column}' looks like a last contact too, beside '{found[1]}'. What is it?"
        ways = [Choice(NOT_SEEN), Choice(words, {"own": own})]
        guess.question = Question(guess.column, text, ways, True)


def tell_apart(guesses):
    """Give the second of two variables of one's own that have one name a number."""
    seen = {}
    for guess in guesses:
        if guess.own:
            seen[guess.variable] = seen.get(guess.variable, 0) + 1
            if seen[guess.variable] > 1:
                guess.variable = f"{guess.variable}_{seen[guess.variable]}"
    return guesses


def _describe(profile, header, told, vocabulary):
    """(spec, {code: level}, words): what the values are; spec is None where they make no variable, and the words say why."""
    count, different = profile.filled, len(profile.codes)
    if not count:
        words = ", ".join(profile.missing)
        why = f"only {words} stands there, which usually means missing"
        return None, {}, why if words else "nothing stands in it"
    if different == 1:
        return None, {}, "the same stands in every row"
    if profile.share_dates >= MOST:
        return {"kind": "date"}, {}, "dates"
    told = {as_code(code): str(meaning) for code, meaning in told.items()}
    labels = {code: told[as_code(code)] for code in profile.codes if as_code(code) in told}
    if labels and set(profile.codes) <= set(labels) and different <= LEVELS + RANKS:
        return _list_levels(profile.codes, labels, "categorical", "the file explains its codes")
    answers = {code: vocabulary.yes_no.get(plain(code)) for code in profile.codes}
    if different == 2 and set(answers.values()) == {"no", "yes"}:
        return {"kind": "binary"}, answers, "yes and no"
    numbers = profile.numbers[~np.isnan(profile.numbers)]
    written = {unit for unit in profile.units if unit}
    unit = next(iter(written), None)
    alone = len(written) == 1 and (header.unit == unit or None not in profile.units)
    if alone and profile.share_numbers >= MOST:
        return {"kind": "continuous", "unit": unit}, {}, f"numbers in {unit}"
    if profile.share_numbers >= MOST and not written:
        return _describe_numbers(profile, header, numbers, different)
    if different <= LEVELS and count >= REPEATED * different:
        return _list_levels(profile.codes, {}, "categorical", f"{different} different words")
    return None, {}, "it holds different texts in most rows"


def _describe_numbers(profile, header, numbers, different):
    whole = (numbers == np.floor(numbers)).all() and profile.share_numbers == 1
    whole = whole and not profile.limits  # <12 beside 0 and >12
    if whole and set(numbers) == {0, 1}:
        values = {code: "yes" if float(code) else "no" for code in profile.codes}
        return {"kind": "binary"}, values, "0 and 1, taken as no and yes"
    counted = any("number" in each for each in header.concepts)
    few = different <= RANKS and profile.filled >= REPEATED * different
    if whole and few and not counted and header.unit is None and numbers.max() <= 2 * RANKS:
        codes = sorted(profile.codes, key=float)
        kind = "categorical" if different == 2 else "ordinal"
        words = f"the codes {', '.join(codes)}, of which the file does not say what they mean; name them under `level_labels`"
        return _list_levels(codes, {}, kind, words)
    if profile.unique and whole and numbers.max() - numbers.min() < 2 * len(numbers):
        return None, {}, "it numbers the rows"
    spec = {"kind": "count"} if whole and counted else {"kind": "continuous"}
    if header.unit:
        return {**spec, "unit": header.unit}, {}, f"numbers in {header.unit}"
    said = "numbers" if counted else "numbers; the header names no unit: add it, as in `unit: mg/L`"
    return spec, {}, said


def _list_levels(codes, labels, kind, words):
    codes = sorted(codes, key=lambda code: (len(code), code) if code.isdigit() else (99, code))
    # Codes of one label are one level
    said = {code: as_compared(labels.get(code, code)) for code in codes}
    shown = {said[code]: labels.get(code, code) for code in reversed(codes)}
    shown = {label: shown[label] for label in dict.fromkeys(said.values())}
    if len(shown) == 1:
        return None, {}, "the same stands in every row"
    names = dict(zip(shown, make_level_names(list(shown.values())), strict=True))
    level_labels = {names[label]: text for label, text in shown.items()}
    spec = {"kind": kind, "levels": list(names.values()), "level_labels": level_labels}
    return spec, {code: names[label] for code, label in said.items()}, words


def _ask_time(guess, header, vocabulary, why):
    concepts = set().union(*header.concepts)
    stage = next(
        (stage for stage, said in vocabulary.rules["known"].items() if concepts & set(said)), None
    )
    order = [stage] if stage else []
    order += [each for each in TIMES if each != stage]
    choices = [Choice(TIMES[each], {"own": {**guess.own, "timing": each}}) for each in order]
    text = (
        f"Column '{guess.column}' is no variable that the software knows ({why}) and is kept as one of your own. "
        "When is its value known?"
    )
    guess.question = Question(guess.column, text, [*choices, Choice(LEAVE_OUT)])
    guess.own = {**guess.own, "timing": "follow_up"}
    guess.certainty = "question"
    return guess
