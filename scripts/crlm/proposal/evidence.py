"""What several columns say together: event codes beside dates, events beside deaths, the format of all dates, the identifier."""

from crlm.plan.variables import as_code
from crlm.proposal.guess import LEAVE_OUT, Choice, Guess, Question
from crlm.proposal.header_words import read_header
from crlm.proposal.level_codes import ZERO_ONE
from crlm.proposal.profile import describe
from crlm.proposal.vocabulary import plain

SURE = 0.95  # share of the dates that must stand beside one code, and of the code's rows that must have one
LEAST = 5  # dates, or deaths, from which they are evidence
FORMAT_WORDS = {"%d": "day", "%m": "month", "%b": "month", "%Y": "year", "%y": "year"}


def weigh(guesses, table, vocabulary, dictionary):
    """Return the guesses after what columns say together."""
    taken = {each.variable: each for each in guesses if each.variable}
    for name, spec in dictionary["variables"].items():
        if name in taken and spec.get("flag_of") in taken:
            _compare_dates(taken[name], taken[spec["flag_of"]], table, vocabulary)
    for name, parts in vocabulary.rules["composite"].items():
        if name in taken:
            _compare_deaths(name, parts, taken, table, dictionary)
    for name, rule in vocabulary.rules["answers"].items():
        if name in taken:
            _doubt_answers(taken[name], rule["rivals"], guesses, vocabulary)
    guesses = ensure_identifier(guesses, table, vocabulary)
    return settle_dates(guesses, dictionary)


def _doubt_answers(guess, rivals, guesses, vocabulary):
    """Yes and no to each of several patterns are marks of what was seen, and no group of two."""
    answered = all(plain(code) in {*ZERO_ONE, *vocabulary.yes_no} for code in guess.values)
    marks = [
        each.column
        for each in guesses
        if (each.own or {}).get("kind") == "binary"
        and any(each_of & set(rivals) for each_of in read_header(each.column, vocabulary).concepts)
    ]
    if answered and marks:
        text = (
            f"Column '{guess.column}' says yes or no, and so does '{marks[0]}'. Is it pure desmoplastic growth, or a mark of each "
            "pattern that was seen?"
        )
        ways = [
            Choice("a mark of each pattern: leave the column out"),
            Choice("pure desmoplastic growth, or not", {"values": guess.values}),
        ]
        guess.certainty, guess.question = "question", Question(guess.column, text, ways)


def _cells(table, column):
    return table.loc[:, column].to_list()


def _compare_dates(flag, date, table, vocabulary):
    """The code beside which the dates of the event stand is yes."""
    if flag.question is None:
        return
    dated = [
        cell is not None and str(cell).casefold() not in vocabulary.missing_words
        for cell in _cells(table, date.column)
    ]
    codes = [None if cell is None else as_code(cell) for cell in _cells(table, flag.column)]
    if sum(dated) < LEAST:
        return
    for choice in flag.question.choices:
        if choice.change is None or choice.change.get("variable") not in (None, flag.variable):
            continue
        yes = {as_code(c) for c, level in choice.change["values"].items() if level == "yes"}
        no = {as_code(c) for c, level in choice.change["values"].items() if level == "no"}
        empty = choice.change.get("settings", {}).get("none_ticked")
        no |= {None} if empty == "no" else set()
        both = sum(has and code in yes for has, code in zip(dated, codes, strict=True))
        wrong = sum(has and code in no for has, code in zip(dated, codes, strict=True))
        marked = sum(code in yes for code in codes)
        free = sum(code in no for code in codes)
        if marked and free and both >= SURE * marked and wrong <= (1 - SURE) * max(free, 1):
            for key, value in choice.change.items():
                setattr(flag, key, value)
            said = ", ".join(sorted(yes))
            flag.reason = (
                flag.reason.split(";")[0]
                + f"; '{date.column}' has a date where this is {said}, and none elsewhere"
            )
            if flag.missing:
                flag.reason += f"; {', '.join(flag.missing)} taken as missing"
            flag.certainty, flag.question = "certain", None
            return


def _compare_deaths(name, parts, taken, table, dictionary):
    """Whether an event of recurrence-free survival is also a death: all who died have one, or it is recurrence only."""
    flag, died, alone = taken[name], taken.get(parts["with"]), parts["without"]
    label, other = (dictionary["variables"][each]["label"] for each in (name, alone))
    if died and not died.question and not flag.question:
        dead = {as_code(c) for c, level in died.values.items() if level == "yes"}
        no = {as_code(c) for c, level in flag.values.items() if level == "no"}
        pairs = zip(_cells(table, died.column), _cells(table, flag.column), strict=True)
        codes = [
            as_code(b) for a, b in pairs if a is not None and b is not None and as_code(a) in dead
        ]
        if len(codes) >= LEAST:
            without = sum(code in no for code in codes)
            if not without:
                flag.reason += (
                    f"; all {len(codes)} who died have an event here, so deaths are events"
                )
                return
            if alone not in taken:
                flag.variable = alone
                flag.reason += f"; {without} of {len(codes)} who died have none here, so that it is recurrence only"
                return
    blind = bool(flag.question) and flag.question.choices[0].change is None
    ways = [each for each in flag.question.choices if each.change is not None] if flag.question else [
        Choice("", {"values": flag.values, "missing": flag.missing})
    ]  # fmt: skip
    ways = [each for each in ways if (each.change or {}).get("variable") in (None, name)]
    choices = []
    for way in ways:
        said = way.label.split(": ", 1)[-1] or ", ".join(
            f"{c} = {v}" for c, v in flag.values.items()
        )
        choices.append(Choice(f"{label}: {said}", {**way.change, "variable": name}))
        if alone not in taken:
            choices.append(
                Choice(f"{other}, deaths are no events: {said}", {**way.change, "variable": alone})
            )
    text = f"Column '{flag.column}': which code is an event, and is a death without recurrence one?"
    choices.insert(0 if blind else len(choices), Choice(LEAVE_OUT))
    flag.question = Question(flag.column, text, choices, True)
    flag.certainty = "question"


def ensure_identifier(guesses, table, vocabulary):
    """Return the guesses with an identifier: a weak header that stands alone, or else the first column without repeats, asked."""
    mine = [each for each in guesses if each.variable == "patient_id"]
    if any(each.question is None for each in mine):
        return guesses
    if mine:
        first = mine[0]
        profile = describe(_cells(table, first.column), vocabulary)
        if profile.unique:
            first.certainty, first.question = "likely", None
            first.reason += ", and no other column is called an identifier"
        else:
            first.question.needed = True
        return guesses
    for guess in guesses:
        known = guess.variable and not guess.own
        if known or not guess.column or list(table.columns).count(guess.column) > 1:
            continue
        profile = describe(_cells(table, guess.column), vocabulary)
        if profile.unique and profile.filled == len(table) and not profile.share_dates:
            guess.variable, guess.certainty, guess.own = "patient_id", "question", None
            guess.reason = "every entry is there once"
            text = (
                f"No column is called an identifier; in '{guess.column}' every entry is there once. "
                "Is it the patient's identifier?"
            )
            choices = [
                Choice("yes", {"variable": "patient_id"}),
                Choice(LEAVE_OUT),
            ]
            guess.question = Question(guess.column, text, choices, True)
            break
    return guesses


def settle_dates(guesses, dictionary):
    """Return the guesses with one about the format of the dates written as text: the one that fits all columns, else asked."""
    written = [each for each in guesses if "formats" in each.settings]
    lists = {each.column: each.settings.pop("formats") for each in written}
    for guess in written:
        for choice in guess.question.choices if guess.question else []:
            (choice.change or {}).get("settings", {}).pop("formats", None)
    whole = [column for column, forms in lists.items() if not forms]  # as 2014-05-31, in no format
    lists = {column: forms for column, forms in lists.items() if forms}
    written = [each for each in written if each.column in lists]
    if not lists:
        return guesses
    common = [
        form for form in next(iter(lists.values())) if all(form in each for each in lists.values())
    ]
    made = Guess("", "date_format", reason="it fits every date of every column")
    if len(common) == 1 and not whole:
        made.settings, made.certainty = {"date_format": common[0]}, "certain"
    elif common and not whole:
        choices = [
            Choice(f"{say_format(form)} ({form})", {"settings": {"date_format": form}})
            for form in common
        ]
        text = f"The dates may be read in {len(common)} ways, and no entry decides. How are they written?"
        made.question, made.certainty = Question("date_format", text, choices, True), "question"
    else:
        for guess in written:
            guess.settings["date_format"] = lists[guess.column][0]
            guess.reason += "; columns write dates differently"
            if len(lists[guess.column]) > 1:
                guess.certainty = "question"
                ways = [
                    Choice(f"{say_format(form)} ({form})", {"settings": {"date_format": form}})
                    for form in lists[guess.column]
                ]
                text = f"The dates of '{guess.column}' may be read in several ways. How are they written?"
                guess.question = Question(guess.column, text, ways, True)
        return guesses
    return [*guesses, made]


def say_format(form):
    """Return a format of dates in words: ``day.month.year``."""
    for sign, word in FORMAT_WORDS.items():
        form = form.replace(sign, word)
    return form
