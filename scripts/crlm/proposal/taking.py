"""Which guesses count after the answers, and what the plan cannot do without."""

from dataclasses import replace

from crlm.proposal.guess import pick, settle

WHOLE_FILE = ("date_format", "sheets", "language")
OF_A_TABLE = (*WHOLE_FILE, "patient_id")  # each sheet has its own


def take(guesses, answers):
    """Return (guesses that count, answers in them; guesses whose question has no answer). Raises ValueError for a wrong answer."""
    keys = {each.question.key: each.question for each in guesses if each.question}
    for key, answer in answers.items():
        if key not in keys:
            raise ValueError(
                f"there is no question '{key}'. Questions: {', '.join(keys) or 'none'}."
            )
        pick(keys[key], answer)
    taken, unanswered = [], []
    for guess in guesses:
        settled, counts = settle(guess, answers)
        if counts and settled.variable:
            taken.append(settled)
        elif guess.question and guess.question.key not in answers:
            unanswered.append(guess)
            if guess.own:  # it stands in the plan, for description only
                taken.append(replace(guess, question=None))
    keyed = {each.sheet for each in taken if each.variable == "patient_id"}
    taken = [each for each in taken if not each.sheet or each.sheet in keyed]
    taken = fold(taken)
    first = {}
    for guess in taken:  # two answers may name one variable: the first column counts
        own = guess.sheet if guess.variable in OF_A_TABLE or guess.blocks else ""
        first.setdefault((own, guess.variable), guess)
    return list(first.values()), unanswered


def fold(taken):
    """Return the guesses with the value that counts of several, where the rows of a patient are folded."""
    folded = {each.sheet for each in taken if each.settings.get("rows") == "fold"}
    return [
        replace(each, settings={**each.settings, "take": each.take})
        if each.take and each.sheet in folded
        else each
        for each in taken
    ]


def suppose(taken, open_ones):
    """Return what the plan cannot do without, as proposed: it stands there for the user to confirm, and no run is made before."""
    known = {each.variable for each in taken}
    supposed = []
    for guess in open_ones:
        if guess.question.needed and guess.variable not in known:
            change = next(each.change for each in guess.question.choices if each.change is not None)
            supposed.append(replace(guess, **change, question=None, certainty="question"))
            known.add(guess.variable)
    return supposed
