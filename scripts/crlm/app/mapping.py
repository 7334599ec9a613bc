"""The table of the columns on the page: what stands in each row, and what the user has changed in it."""

import re
from dataclasses import replace

from crlm.display import language
from crlm.plan.variables import LEVEL_KINDS, list_levels
from crlm.proposal.guess import name_guess, settle
from crlm.proposal.propose import OWN
from crlm.proposal.wording import say

TIMES = {
    "baseline": "Before the resection",
    "operation": "At the resection",
    "pathology": "Pathology",
    "follow_up": "Follow-up",
}
NOT_USED = "not used"
OPEN = "not answered"
NO_CODE = "is no code: write them as 0 = no, 1 = yes."


def list_variables(dictionary):
    """Return {group: {variable: label}} for a list to choose from; an empty name leaves a column out."""
    groups = {
        "": {
            "": say(NOT_USED),
            "patient_id": say("The patient's identifier"),
            OWN: say("A variable of your own"),
        }
    }
    labels = [spec["label"] for spec in dictionary["variables"].values()]
    for timing, words in TIMES.items():
        own = {
            name: say(spec["label"])
            + (f" ({say(spec['kind'])})" if labels.count(spec["label"]) > 1 else "")
            for name, spec in dictionary["variables"].items()
            if spec["timing"] == timing
        }
        groups[say(words)] = dict(sorted(own.items(), key=lambda each: each[1].casefold()))
    return groups


def list_units(variable, dictionary):
    """Return the units in which a variable may be written, its own first; empty where it has none."""
    own = dictionary["variables"].get(variable, {}).get("unit")
    return list(dictionary["units"].get(own, {own: 1})) if own else []


def name_variable(guess):
    """Return what stands in the list for what a guess is taken for."""
    return OWN if guess.own else guess.variable or ""


def has_levels(variable, dictionary):
    """Whether the codes of a variable mean levels that the dictionary has."""
    spec = dictionary["variables"].get(variable, {})
    return spec.get("kind") in LEVEL_KINDS and bool(spec.get("levels") or spec["kind"] == "binary")


def write_codes(values):
    """Return {code: level} as it is shown and edited: ``0 = no, 1 = yes``."""
    parts = [f"{code} = {' or '.join(list_levels(level))}" for code, level in values.items()]
    return ", ".join(parts)


def read_codes(text):
    """Return {code: level} of an edited text. Raises ValueError, in words, for a part that is none."""
    values = {}
    for part in filter(str.strip, re.split(r"[,;\n]", text)):
        code, sign, level = part.rpartition("=")
        if not sign or not code.strip() or not level.strip():
            raise ValueError(f"'{part.strip()}' {language.say(NO_CODE)}")
        levels = level.strip().split(" or ")
        values[code.strip()] = levels[0] if len(levels) == 1 else levels
    return values


def edit_guesses(guesses, edits):
    """Return the guesses with units and codes as the user has set them; what was asked of such a column is settled.

    edits : {column, as `name_guess` names it: {unit, values}}, each where it was changed
    """
    made = []
    for guess in guesses:
        change = edits.get(name_guess(guess), {})
        if change and guess.variable:
            reason = f"{guess.reason.split(';')[0]}; set by you"
            question = None if "values" in change else guess.question
            sure = guess.certainty if question else "certain"
            guess = replace(guess, **change, reason=reason, question=question, certainty=sure)
        made.append(guess)
    return made


def read_changes(guesses, form, state, dictionary):
    """Return (named, edits, answers) after what stands in the form of the page.

    Parameters
    ----------
    guesses : as the form was drawn from
    form : {place of the guess: {variable, unit, codes, answer}}, each where the row has that field; texts
    state : dict with `named`, `edits` and `answers` so far

    Raises ValueError, in words, for codes that cannot be read.
    """
    named, edits, answers = (dict(state[key]) for key in ("named", "edits", "answers"))
    for place, row in form.items():
        guess = guesses[place]
        shown, _ = settle(guess, answers)
        name = name_guess(guess)
        if row.get("variable", name_variable(shown)) != name_variable(shown):
            named[name] = row["variable"]
            edits.pop(name, None)
            answers.pop(name, None)
            continue
        change = {}
        if row.get("unit") and row["unit"] != shown.unit:
            change["unit"] = row["unit"]
        if row.get("codes", "").strip() and row["codes"] != write_codes(shown.values):
            change["values"] = read_codes(row["codes"])
            _refuse_unknown(change["values"], shown.variable, dictionary, guess.column)
        if change:
            edits[name] = {**edits.get(name, {}), **change}
            if "values" in change and guess.question:
                answers.pop(guess.question.key, None)
        elif guess.question and "answer" in row:
            key = guess.question.key
            answers = {k: v for k, v in answers.items() if k != key}
            answers |= {key: row["answer"]} if row["answer"] else {}
    return named, edits, answers


def read_left(guesses, form, left):
    """Return the further tables that the user leaves out; form as `read_changes` takes it, with `table` in the row of a table."""
    answers = {guesses[place].sheet: row["table"] for place, row in form.items() if "table" in row}
    kept = [name for name in left if name not in answers]
    return sorted([*kept, *(name for name, used in answers.items() if not used)])


def _refuse_unknown(values, variable, dictionary, column):
    spec = dictionary["variables"].get(variable, {})
    known = spec.get("levels") or ["no", "yes"]
    for level in (each for entry in values.values() for each in list_levels(entry)):
        if level not in known:
            text = f"Column '{column}': '{level}' is no level of {spec['label']}. Levels: {', '.join(known)}."
            raise ValueError(text)


def find_words(findings, column):
    """Return what the run says of a column, as texts, the worst first; a few, then how many more there are."""
    if findings is None or not column:
        return []
    own = [column in str(names).split(", ") for names in findings["column"]]
    table = findings[own].fillna({"row": 0})
    said = [
        f"{say(row.severity)}: {language.say(row.message)} {language.say(row.remedy)}"
        + (f" ({say('row')} {row.row}: {row.value})" if row.value else "")
        for row in table.head(2).itertuples()
    ]
    return said + ([say(f"and {len(table) - 2} more")] if len(table) > 2 else [])
