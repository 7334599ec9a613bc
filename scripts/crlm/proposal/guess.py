"""A guess about one column, and the question that it leaves."""

from dataclasses import dataclass, field

from crlm.proposal.wording import say

LEAVE_OUT = "none of these: leave the column out"
CERTAINTIES = ("certain", "likely", "question", "none")


@dataclass
class Choice:
    """One answer: its words, and what it changes in the guess (None leaves the column out)."""

    label: str
    change: dict | None = None


@dataclass
class Question:
    """key: by which it is answered; choices: the first is proposed; needed: no run without an answer."""

    key: str
    text: str
    choices: list
    needed: bool = False


@dataclass
class Guess:
    """What one column of the file is taken for.

    variable : of the dictionary, or None when the column is not recognised
    values : code as written -> level, or list of the levels that it may be; missing : numbers that mean missing in it,
        and the words that do
    settings : further keys of the column in the plan (date_format, decimal, censored)
    certainty : certain, likely, question (asked) or none (nothing is proposed)
    """

    column: str
    variable: str | None = None
    unit: str | None = None
    values: dict = field(default_factory=dict)
    missing: list = field(default_factory=list)
    missing_words: list = field(default_factory=list)
    settings: dict = field(default_factory=dict)
    certainty: str = "none"
    reason: str = ""
    examples: list = field(default_factory=list)
    question: Question | None = None
    weak: bool = False  # the header says little
    sheet: str = ""  # of a further sheet, joined by identifier; empty for the table of the patients
    own: dict | None = None  # what the plan declares of a variable that is not of the dictionary
    take: str = ""  # which value counts where a patient has several rows that differ
    blocks: bool = False  # of the table with one row per block of a lesion


def name_guess(guess):
    """Return by what a column is named among those of all tables."""
    return f"{guess.sheet}: {guess.column}" if guess.sheet else guess.column


def list_tables(guesses):
    """Return the guesses that say why a further table brings no variable."""
    return [each for each in guesses if each.sheet and not each.column]


def list_left_out(guesses):
    """Return those of tables that are used for nothing: no legend of codes."""
    return [each for each in list_tables(guesses) if each.certainty == "none"]


def settle(guess, answers):
    """Return the guess as it stands after the answers: (guess, taken).

    answers : {key of a question: number of the choice from 1, or its label}. A question without an answer is not taken. Raises
    ValueError, in words, for an answer that is none of the choices.
    """
    if guess.question is None:
        return guess, guess.certainty in ("certain", "likely")
    answer = answers.get(guess.question.key)
    if answer is None:
        return guess, False
    change = pick(guess.question, answer).change
    if change is None:
        return guess, False
    return Guess(**{**vars(guess), "question": None, "certainty": "certain", **change}), True


def pick(question, answer):
    """Return the choice that an answer names by its number (from 1) or its words; ValueError when none."""
    text = str(answer).strip()
    for number, choice in enumerate(question.choices, 1):
        if text in (str(number), choice.label, say(choice.label)):
            return choice
    known = "; ".join(f"{n}: {say(choice.label)}" for n, choice in enumerate(question.choices, 1))
    raise ValueError(
        f"'{answer}' {say('is no answer to')} '{question.key}' ({say(question.text)}) {say('Answers')}: {known}."
    )
