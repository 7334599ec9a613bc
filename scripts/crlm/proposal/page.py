"""The page of a proposal: the questions, what every column was taken for and why, and what is not used."""

from crlm.proposal.taking import take

INTRODUCTION = """# What `make study` found in {name}

Read this beside `{plan}`. Codes stand here, but no identifier, date or measurement of a patient.
"""


def write_page(guesses, answers, name, plan, said):
    """Return the page as Markdown.

    guesses, answers : as `write_plan` takes them; name : of the export; plan : name of the file of the plan; said : what a run
    with it would say
    """
    taken, unanswered = take(guesses, answers)
    lines = [INTRODUCTION.format(name=name, plan=plan)]
    asked = [each for each in guesses if each.question]
    lines.append(f"## Questions ({len(unanswered)} of {len(asked)} open)\n")
    if not asked:
        lines.append("None.\n")
    for number, guess in enumerate(asked, 1):
        lines += _write_question(number, guess, answers)
    lines.append("## Columns\n")
    lines.append("| column | taken for | how sure | why |\n|---|---|---|---|")
    used = {(each.sheet, each.column): each for each in taken}
    for guess in guesses:
        if guess.sheet and not guess.column:
            lines.append(
                f"| the table {_cell(guess.sheet)} | no variable | | {_cell(guess.reason)} |"
            )
        if not guess.column:
            continue
        mine = used.get((guess.sheet, guess.column))
        name = f"{guess.sheet}: {guess.column}" if guess.sheet else guess.column
        still = guess in unanswered
        word = f"{guess.variable}?" if still else mine.variable if mine else "not used"
        sure = "open question" if still else mine.certainty if mine else ""
        lines.append(f"| {_cell(name)} | {word} | {sure} | {_cell(guess.reason)} |")
    lines.append(f"\n## What a run would say\n\n```\n{said}\n```")
    return "\n".join(lines) + "\n"


def _write_question(number, guess, answers):
    question = guess.question
    given = answers.get(question.key)
    state = f"answered: {given}" if given is not None else "open"
    needed = " **No run without an answer.**" if question.needed and given is None else ""
    lines = [f"{number}. {question.text} ({state}){needed}\n"]
    lines += [
        f"   {n}. {choice.label}{' (proposed)' if n == 1 else ''}"
        for n, choice in enumerate(question.choices, 1)
    ]
    lines.append(f"\n   In a file of answers: `{question.key}: 1` (its number)\n")
    return lines


def _cell(text):
    return " ".join(str(text).replace("|", "\\|").split())
