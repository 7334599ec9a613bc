"""In which language the report is to be: named by the user, or asked where the headers are certainly in one that it can have."""

from crlm.proposal.guess import Choice, Guess, Question, settle
from crlm.proposal.vocabulary import plain

LEAST = 3  # headers of a language from which it is certain
SHARE = 0.25  # of all headers


def propose_language(headers, vocabulary, chosen=""):
    """Return the guesses about the language of the report, as a list: one that was chosen, a question, or none for English.

    headers : texts; chosen : code of the language that the user has named, empty where none was
    """
    made = Guess("", "language")
    if chosen:
        made.settings, made.certainty, made.reason = {"language": chosen}, "certain", "named by you"
        return [] if chosen == "en" else [made]
    for code, (name, words) in vocabulary.languages.items():
        count = sum(bool(set(plain(header).split()) & words) for header in headers)
        if count >= max(LEAST, SHARE * len(headers)):
            made.reason = f"{count} of {len(headers)} names of columns are {name}"
            text = f"{made.reason}. In which language should the report be?"
            ways = [
                Choice(f"in {name}", {"settings": {"language": code}}),
                Choice("in English", {"settings": {"language": "en"}}),
            ]
            made.question, made.certainty = Question("language", text, ways), "question"
            return [made]
    return []


def find_language(guesses, answers):
    """Return the code of the language that was chosen or answered; English without one."""
    settled = [settle(each, answers) for each in guesses if each.variable == "language"]
    return next((each.settings["language"] for each, counts in settled if counts), "en")
