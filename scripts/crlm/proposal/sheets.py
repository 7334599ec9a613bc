"""Several sheets of one layout: whether they are one cohort is asked, never assumed."""

from crlm.proposal.guess import Choice, Guess, Question

ALIKE = 0.8  # share of the columns that two sheets of one layout have in common


def ask_sheets(table, settings, others):
    """Return the guess with the question, as a list; empty where no other sheet has the same columns."""
    names = {str(name) for name in table.columns if str(name)}
    alike = [
        name
        for name, other in others.items()
        if len(names & set(map(str, other.columns))) >= ALIKE * len(names)
    ]
    if not alike:
        return []
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
    return [made]
