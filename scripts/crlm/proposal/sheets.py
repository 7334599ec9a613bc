"""Further sheets: of one layout they are asked about, never assumed to be one cohort; others are joined by identifier."""

from dataclasses import replace

from crlm.cohort.identifiers import identify
from crlm.proposal.guess import Choice, Guess, Question
from crlm.proposal.propose import propose

ALIKE = 0.8  # share of the columns that two sheets of one layout have in common
MET = 0.8  # share of a sheet's identifiers that must be those of patients


def ask_sheets(table, settings, others):
    """Return the guess with the question, as a list, and the other sheets that have the same columns; none of both without any."""
    names = {str(name) for name in table.columns if str(name)}
    alike = [
        name
        for name, other in others.items()
        if len(names & set(map(str, other.columns))) >= ALIKE * len(names)
    ]
    if not alike:
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


def propose_joined(table, guesses, others, vocabulary, dictionary):
    """Return the guesses about columns of other sheets that bring further variables, one row per patient, each with its sheet.

    others : {sheet: table}. A sheet whose identifiers are not those of the patients, or stand there twice, brings nothing.
    """
    mine = next((each for each in guesses if each.variable == "patient_id"), None)
    known = {each.variable for each in guesses if each.variable}
    ids = set(identify(table[mine.column])) - {""} if mine else set()
    found = []
    for name, other in others.items():
        theirs = propose(other, vocabulary, dictionary)
        key = next((each for each in theirs if each.variable == "patient_id"), None)
        if key is None or not _is_of_patients(other[key.column], ids):
            continue
        fresh = [
            each
            for each in theirs
            if each is key or (each.variable and each.variable not in known - {"date_format"})
        ]
        if {each.variable for each in fresh} <= {"patient_id", "date_format"}:
            continue
        key.certainty, key.question = "certain", None
        for guess in fresh:
            known.add(guess.variable)
            found.append(_of_sheet(guess, name))
    return found


def _is_of_patients(cells, ids):
    theirs = [each for each in identify(cells) if each]
    met = sum(each in ids for each in theirs)
    return bool(theirs) and len(set(theirs)) == len(theirs) and met >= MET * len(theirs)


def _of_sheet(guess, sheet):
    if guess.question is None:
        return replace(guess, sheet=sheet)
    question = replace(guess.question, key=f"{sheet}: {guess.question.key}")
    return replace(guess, sheet=sheet, question=question)
