"""Further sheets and files: of one layout they are asked about, never assumed to be one cohort; blocks of lesions are told from
tables that are joined by identifier; what is not used is said, with its reason."""

from dataclasses import replace

from crlm.cohort.identifiers import identify, strip_zeros
from crlm.proposal.fit import ROWS
from crlm.proposal.guess import Choice, Guess, Question
from crlm.proposal.propose import propose
from crlm.proposal.repeats import choose_takes
from crlm.proposal.vocabulary import plain

ALIKE = 0.8  # share of the columns that two sheets of one layout have in common
MET = 0.8  # share of a sheet's identifiers that must be those of patients
OTHERWISE = (
    "its identifiers are those of patients only when case, spaces, signs and zeros in front are ignored: write "
    "them alike in both"
)
TAKEN_OUT = "you have taken it out"
OF_ALL = ("patient_id", "date_format")  # each table has its own


def ask_sheets(table, settings, others):
    """Return the guess with the question, as a list, and the other sheets that have the same columns; none of both without any."""
    names = {str(name) for name in table.columns if str(name)}
    alike = [
        name
        for name, other in others.items()
        if len(names & set(map(str, other.columns))) >= ALIKE * len(names)
    ]
    if not alike or "sheet" not in settings:
        return [], []
    first = {"sheet": settings["sheet"]}
    first |= {"header_row": settings["header_row"]} if "header_row" in settings else {}
    every = [first, *({**first, "sheet": name} for name in alike)]
    listed = ", ".join(f"'{each['sheet']}'" for each in every)
    choices = [
        Choice("they are one cohort: all their rows are patients", {"settings": {"sheets": every}}),
        Choice(f"only the sheet '{first['sheet']}' counts", {"settings": {"sheets": []}}),
    ]
    text = f"The sheets {listed} have the same columns. Are they parts of one cohort?"
    made = Guess("", "sheets", certainty="question", reason="the sheets have the same columns")
    made.question = Question("sheets", text, choices, True)
    return [made], alike


def propose_joined(table, guesses, others, vocabulary, dictionary, left=(), named=None):
    """Return the guesses about every column of the other tables, each with its sheet.

    Parameters
    ----------
    others : {sheet, or name of a further file: table}
    left : sheets that the user has taken out; named : {`sheet: column`: variable}, as `propose` takes it

    A table of blocks of lesions brings the shares of its growth patterns; one with the identifiers of the patients brings further
    variables, several rows per patient are asked about. A sheet that brings nothing is one guess without a column, with the reason.
    """
    mine = next((each for each in guesses if each.variable == "patient_id"), None)
    known = {each.variable for each in guesses if each.variable}
    ids = set(identify(table[mine.column])) - {""} if mine else set()
    found = []
    for name, other in others.items():
        own = {
            k.removeprefix(f"{name}: "): v
            for k, v in (named or {}).items()
            if k.startswith(f"{name}: ")
        }
        theirs = propose(other, vocabulary, dictionary, named=own)
        key = _find_key(theirs, mine)
        why = TAKEN_OUT if name in left else _say_why_not(other, key, ids)
        if not why:
            blocks = _find_blocks(theirs, key, vocabulary)
            bring = blocks or _find_fresh(theirs, key, known)
            _give_way(guesses, {each.variable for each in blocks}, name)
            why = "" if bring else "it has no further variables"
        if why:
            found.append(Guess("", reason=why, sheet=name))
            continue
        _settle_key(key, other[key.column], name, bool(blocks))
        if not blocks:
            choose_takes(theirs, other, dictionary)
        for guess in theirs:
            if guess not in bring:
                guess = _leave(guess, known)
            elif not guess.blocks and guess.variable not in OF_ALL:
                guess.variable = _name_apart(guess, known)
                known.add(guess.variable)
            found.append(_of_sheet(guess, name))
    return found


def _find_key(theirs, mine):
    """The column of the identifier: called so, or called as the patients' own."""
    found = next((each for each in theirs if each.variable == "patient_id"), None)
    if found is None and mine:
        found = next((each for each in theirs if each.column == mine.column), None)
    if found is not None:
        found.variable, found.own, found.values = "patient_id", None, {}
    return found


def _say_why_not(other, key, ids):
    if key is None:
        return "no column of it is an identifier"
    theirs = [each for each in identify(other[key.column]) if each]
    met = sum(each in ids for each in theirs)
    loose = {strip_zeros(each) for each in ids}
    if met < MET * len(theirs) <= sum(strip_zeros(each) in loose for each in theirs):
        return OTHERWISE
    if not theirs or met < MET * len(theirs):
        return f"of its {len(theirs)} identifiers {met} are those of patients"
    return ""


def _find_blocks(theirs, key, vocabulary):
    """The columns of a table of blocks: identifier, lesion, block where there is one, and growth patterns; else empty."""
    words = vocabulary.rules["blocks"]
    patterns = [each for each in theirs if each.variable in words["patterns"]]
    places = {part: _find_part(theirs, words[part], key) for part in ("lesion", "block")}
    if not patterns or places["lesion"] is None:
        return []
    found = [key, *patterns]
    for part, guess in places.items():
        if guess is not None:
            guess.variable, guess.own, guess.question = part, None, None
            guess.values, guess.settings, guess.unit, guess.missing = {}, {}, None, []
            guess.certainty = "certain"
            guess.reason = f"the {part} that the row is of, in a table of growth patterns"
            found.append(guess)
    for guess in found:
        guess.blocks = True
        guess.settings = {k: v for k, v in guess.settings.items() if k in ("rows", "decimal")}
    return found


def _give_way(guesses, variables, name):
    """The patients' own table may have a pattern too: the blocks say more."""
    for guess in guesses:
        if guess.variable in variables - {"patient_id"} and not guess.sheet:
            guess.reason = f"looks like {guess.variable}, but '{name}' has it block by block"
            guess.variable, guess.certainty, guess.question = None, "none", None


def _find_part(theirs, words, key):
    known = {plain(word) for word in words}
    numbers = ("nr", "no", "number", "nummer", "num", "id", "n")
    for guess in theirs:
        parts = plain(guess.column).split()
        fits = {" ".join(parts), " ".join(part for part in parts if part not in numbers)}
        if guess is not key and fits & known:
            return guess
    return None


def _find_fresh(theirs, key, known):
    """The columns that bring a variable which the patients' own table does not have."""
    found = [
        each
        for each in theirs
        if each.variable
        and each is not key
        and (each.own or each.variable not in known - set(OF_ALL))
    ]
    return [key, *found] if any(each.variable not in OF_ALL for each in found) else []


def _name_apart(guess, known):
    name, number = guess.variable, 1
    while guess.own and guess.variable in known:
        number += 1
        guess.variable = f"{name}_{number}"
    return guess.variable


def _settle_key(key, cells, name, blocks):
    """Several rows per patient are asked about, but not of blocks."""
    ids = [each for each in identify(cells) if each]
    key.certainty, key.question, key.settings = "certain", None, {}
    key.reason = "its identifiers are those of the patients"
    twice = len(ids) - len(set(ids))
    if twice and not blocks:
        text = f"In '{name}' {twice} rows are of patients who have one there already. What counts?"
        if twice == 1:
            text = f"In '{name}' 1 row is of a patient who has one there already. What counts?"
        ways = [Choice(words, {"settings": {"rows": way}}) for way, words in ROWS.items()]
        key.question = Question(key.column, text, [*ways, Choice("nothing: leave the table out")])
        key.certainty = "question"


def _leave(guess, known):
    """A column of a joined table that is not taken, with its reason."""
    why = guess.reason
    if guess.variable in known:
        why = f"{guess.variable} is known from another table"
    return Guess(guess.column, reason=why, examples=guess.examples)


def _of_sheet(guess, sheet):
    if guess.question is None:
        return replace(guess, sheet=sheet)
    question = replace(guess.question, key=f"{sheet}: {guess.question.key}")
    return replace(guess, sheet=sheet, question=question)
