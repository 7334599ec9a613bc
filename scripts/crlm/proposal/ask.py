"""Put the open questions to the user, one by one; Enter takes what is proposed."""

from crlm.proposal.wording import say

LATER = "I do not know now (the question stays open)"


def ask_all(guesses, answers, put=None):
    """Return the answers with those given on the terminal. `put(text, labels)` returns a label, or None to stop asking."""
    put = put or put_question
    answers = dict(answers)
    open_ones = [g.question for g in guesses if g.question and g.question.key not in answers]
    for number, question in enumerate(open_ones, 1):
        labels = {say(each): each for each in (*(c.label for c in question.choices), LATER)}
        place = say(f"{number} of {len(open_ones)}")
        given = put(f"({place}) {say(question.text)}", list(labels))
        if given is None:
            break
        if labels[given] != LATER:
            answers[question.key] = labels[given]
    return answers


def put_question(text, labels):
    """Show one question with its answers; None when the user stops it with Ctrl-C."""
    import questionary

    return questionary.select(text, choices=labels, default=labels[0]).ask()
