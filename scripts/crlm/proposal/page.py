"""The page of a proposal: the questions, what every column was taken for and why, and what is not used."""

from crlm.proposal.taking import take
from crlm.proposal.wording import say


def write_page(guesses, answers, name, plan, said):
    """Return the page as Markdown.

    guesses, answers : as `write_plan` takes them; name : of the export; plan : name of the file of the plan; said : what a run
    with it would say
    """
    taken, unanswered = take(guesses, answers)
    lines = [
        f"# {say('What `make study` found in')} {name}\n\n{say('Read this beside')} `{plan}`. "
        f"{say('Codes stand here, but no identifier, date or measurement of a patient.')}\n"
    ]
    asked = [each for each in guesses if each.question]
    count = say(f"{len(unanswered)} of {len(asked)} open")
    lines.append(f"## {say('Questions')} ({count})\n")
    if not asked:
        lines.append(f"{say('None')}.\n")
    for number, guess in enumerate(asked, 1):
        lines += _write_question(number, guess, answers)
    heads = " | ".join(map(say, ("column", "taken for", "how sure", "why")))
    lines.append(f"## {say('Columns')}\n")
    lines.append(f"| {heads} |\n|---|---|---|---|")
    used = {(each.sheet, each.column): each for each in taken}
    for guess in guesses:
        if guess.sheet and not guess.column:
            lines.append(
                f"| {say('the table')} {_cell(guess.sheet)} | {say('no variable')} | | {_cell(say(guess.reason))} |"
            )
        if not guess.column:
            continue
        mine = used.get((guess.sheet, guess.column))
        name = f"{guess.sheet}: {guess.column}" if guess.sheet else guess.column
        still = guess in unanswered
        word = f"{guess.variable}?" if still else mine.variable if mine else say("not used")
        sure = say("open question") if still else say(mine.certainty) if mine else ""
        lines.append(f"| {_cell(name)} | {word} | {sure} | {_cell(say(guess.reason))} |")
    lines.append(f"\n## {say('What a run would say')}\n\n```\n{said}\n```")
    return "\n".join(lines) + "\n"


def _write_question(number, guess, answers):
    question, proposed = guess.question, say("proposed")
    given = answers.get(question.key)
    state = f"{say('answered')}: {say(str(given))}" if given is not None else say("open")
    needed = f" **{say('No run without an answer.')}**" if question.needed and given is None else ""
    lines = [f"{number}. {say(question.text)} ({state}){needed}\n"]
    lines += [
        f"   {n}. {say(choice.label)}{f' ({proposed})' if n == 1 else ''}"
        for n, choice in enumerate(question.choices, 1)
    ]
    where, its = say("In a file of answers"), say("its number")
    lines.append(f"\n   {where}: `{question.key}: 1` ({its})\n")
    return lines


def _cell(text):
    return " ".join(str(text).replace("|", "\\|").split())
