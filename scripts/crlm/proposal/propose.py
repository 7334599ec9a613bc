"""From the columns of a table to guesses: header and values together, one variable per column and one column per variable."""

import fnmatch

import pandas as pd

from crlm.proposal.evidence import weigh
from crlm.proposal.fit import Fit, fit_identifier, fit_values
from crlm.proposal.guess import LEAVE_OUT, Choice, Guess, Question
from crlm.proposal.header_words import find_variables, read_header
from crlm.proposal.own import ask_further_contacts, is_contact_date, propose_own, tell_apart
from crlm.proposal.profile import MOST, describe, show_codes, show_examples

OWN = "own"  # what a user names a column that is to be a variable of the study's own
FOLLOW_UP = ("date", "duration")
MOST_WAYS = 6  # ways of reading that are put to the user
RANKS = {"certain": 0, "likely": 1, "question": 2, "none": 3}


def propose(table, vocabulary, dictionary, labels=None, codes=None, named=None, told=None):
    """Return one Guess per column of a table of plain cells, in its order.

    Parameters
    ----------
    table : cells as `cohort.reading.read_table` gives them
    vocabulary : `vocabulary.build_vocabulary`
    dictionary : parsed dictionary.yaml
    labels : {column: label of the variable} of SPSS or Stata; a second header
    codes : {column: {code: what the file says it means}}
    named : {column: variable that the user has named for it, an empty text to leave it out, OWN for one of the study's own}
    told : {column: why it is not proposed}
    """
    labels, codes, named, reasons = labels or {}, codes or {}, named or {}, told or {}
    guesses, seen = [], set()
    for place, column in enumerate(table.columns):
        profile = describe(table.iloc[:, place], vocabulary)
        guess = Guess(str(column), examples=show_examples(profile))
        twice = (table.columns == column).sum() > 1
        if not str(column) or twice:
            guess.reason = "the column has no name" if not twice else "the name stands there twice"
        elif column in named:
            means = codes.get(column, {})
            guess = name_column(guess, profile, named[column], means, vocabulary, dictionary)
        elif column in reasons:
            guess.reason = reasons[column]
        elif any(fnmatch.fnmatch(str(column).casefold(), each) for each in vocabulary.ignore):
            guess.reason = "the program that made the export has added it"
        elif column not in seen:
            means = codes.get(column, {})
            label = labels.get(column)
            guess = propose_column(guess, profile, label, means, vocabulary, dictionary)
        seen.add(column)
        guesses.append(guess)
    dates = {name for name in dictionary["variables"] if is_contact_date(name, dictionary)}
    guesses = assign(guesses, named, dates)
    ask_further_contacts(guesses, vocabulary, dictionary)
    return tell_apart(weigh(guesses, table, vocabulary, dictionary))


def name_column(guess, profile, variable, codes, vocabulary, dictionary):
    """Return the guess about a column that the user has named: asked where its values leave several ways.

    Values that contradict are told in the reason; what a run says to them is found when the plan is tried.
    """
    if not variable:
        guess.reason = "left out by you"
        return guess
    if variable == OWN:
        return propose_own(guess, profile, None, codes, vocabulary)
    header = read_header(guess.column, vocabulary)
    if variable == "patient_id":
        fit = fit_identifier(profile)
    else:
        spec, units = complete(variable, dictionary), dictionary["units"]
        fit = fit_values(variable, spec, profile, header, codes, vocabulary, units)
    if not isinstance(fit, Fit):
        fit = Fit({}, why=f"but {fit}")
    guess.missing_words = profile.missing
    found = [(variable, False, header, fit)]
    guess = _build_guess(guess, profile, found, dictionary, vocabulary.rules["follow_up"])
    guess.certainty = "question" if guess.question else "certain"
    guess.reason = guess.reason.replace("header:", "named by you:", 1)
    return guess


def propose_column(guess, profile, label, codes, vocabulary, dictionary):
    """Return the guess about one column by its header (or the label that the file gives it) and its values."""
    headers = [read_header(text, vocabulary) for text in (guess.column, label) if text]
    each_finds, against = [], {}
    for header in headers:
        found, reasons = _find_fitting(header, profile, codes, vocabulary, dictionary)
        each_finds.append(found)
        against |= reasons
    found = _join(each_finds)
    if not found:
        guess.reason = _say_why_not(headers, against)
        concepts = frozenset().union(*(each for header in headers for each in header.concepts))
        if concepts & set(vocabulary.rules["identifying"]):
            guess.reason = "it names somebody, and no analysis needs it"
            return guess
        text = profile.share_numbers < MOST and not (codes or headers[0].codes)
        if text and concepts & set(vocabulary.rules["remarks"]):
            guess.reason = "remarks are not analysed"
            return guess
        return propose_own(guess, profile, label, codes, vocabulary)
    strong = [each for each in found if not each[1]] or found
    sure = [each for each in strong if each[3].sure]
    guess.missing_words = profile.missing
    return _build_guess(guess, profile, sure or strong, dictionary, vocabulary.rules["follow_up"])


def _find_fitting(header, profile, codes, vocabulary, dictionary):
    """([(variable, weak, header, Fit)] that a header names and the values do not contradict, {variable: why they do})."""
    found, against = [], {}
    for name, weak in find_variables(header, vocabulary):
        if name == "patient_id":
            fit = fit_identifier(profile, weak)
        else:
            spec = complete(name, dictionary)
            fit = fit_values(name, spec, profile, header, codes, vocabulary, dictionary["units"])
        if isinstance(fit, Fit):
            found.append((name, weak, header, fit))
        else:
            against[name] = fit
    return found, against


def _join(each_finds):
    """What the header and the label say together: both where both say enough, else the one that does; of one variable the surer."""
    strong = [found for found in each_finds if any(not weak for _, weak, _, _ in found)]
    every = [each for found in strong for each in found]
    if not strong:
        return next((found for found in each_finds if found), [])
    best = {}
    for each in sorted(every, key=lambda one: (one[1], not one[3].sure, one[2].unit is None)):
        best.setdefault(each[0], each)
    return [best[name] for name in dict.fromkeys(each[0] for each in every)]


def complete(name, dictionary):
    """Return a variable of the dictionary with what holds for all of its kind."""
    spec = dictionary["variables"][name]
    return {**dictionary["kinds"].get(spec["kind"], {}), **spec}


def _say_why_not(headers, against):
    if against:
        return "; ".join(f"looks like {name}, but {why}" for name, why in against.items())
    words = [word for header in headers for word in header.unknown]
    return f"the header is not known ({', '.join(words)})" if words else "the header is not known"


def _build_guess(guess, profile, found, dictionary, events):
    name, weak, header, fit = found[0]
    guess.variable, guess.weak = name, weak
    for key, value in fit.change.items():
        setattr(guess, key, value)
    _write_number_format(guess, profile, dictionary)
    guess.certainty = (
        "likely"
        if header.guessed or (header.unit is None and fit.change.get("unit"))
        else "certain"
    )
    guess.reason = _say_reason(name, header, fit, dictionary)
    doubts = list(fit.doubts)
    if weak:
        words = ", ".join(header.unknown)
        doubts.insert(0, f"'{words}' is not known" if words else "the header says little")
    if len(found) > 1:
        doubts.insert(
            0, f"the header may mean {' or '.join(_label(n, dictionary) for n, *_ in found)}"
        )
    if doubts:
        guess.certainty = "question"
        guess.question = _build_question(guess, found, doubts, dictionary, events, profile)
    return guess


def _write_number_format(guess, profile, dictionary):
    spec = dictionary["variables"].get(guess.variable, {"kind": "text"})
    if spec["kind"] in ("continuous", "count", "duration") and profile.decimal:
        guess.settings = {**guess.settings, "decimal": profile.decimal}
    if spec["kind"] == "date" and profile.formats is not None:
        guess.settings = {**guess.settings, "formats": profile.formats}


def _label(name, dictionary):
    if name == "patient_id":
        return "the patient's identifier"
    return dictionary["variables"][name]["label"]


def _say_reason(name, header, fit, dictionary):
    parts = [f"header: {_label(name, dictionary)}"]
    if header.guessed:
        parts[0] += f" ('{', '.join(header.guessed)}' resembles a known word)"
    return "; ".join([*parts, *([fit.why] if fit.why else [])])


def _build_question(guess, found, doubts, dictionary, events, profile):
    choices = []
    for name, _, _, fit in found:
        label = _label(name, dictionary)
        ways = [fit.change, *fit.others]
        first = fit.change.get("settings", {})
        common = {key: value for key, value in guess.settings.items() if key not in first}
        words = fit.labels or [""] * len(ways)
        for change, words_of in zip(ways, words, strict=False):
            said = f"{label}: {words_of}" if words_of else label
            settings = {**common, **change.get("settings", {})}
            settings = settings if name == guess.variable else change.get("settings", {})
            blank = {"unit": None, "values": {}, "missing": []}
            choices.append(
                Choice(said, {**blank, **change, "variable": name, "settings": settings})
            )
    choices = choices[:MOST_WAYS]
    blind = found[0][3].blind
    choices.insert(0 if blind else len(choices), Choice(LEAVE_OUT))
    counted = blind and bool(found[0][3].change.get("values"))
    labels = " or ".join(dict.fromkeys(_label(name, dictionary) for name, *_ in found))
    looks = f"Column '{guess.column}'{show_codes(profile, counted)} looks like: {labels}."
    text = " ".join([looks, f"It is not certain: {'; '.join(doubts)}.", "What is right?"])
    return Question(guess.column, text, choices, _is_needed(found, dictionary, events))


def _is_needed(found, dictionary, events):
    """Whether the endpoints hang on it: an event's code is never guessed, nor a time or a date of follow-up."""
    for name, weak, _, _ in found:
        spec = dictionary["variables"].get(name, {"kind": "", "timing": ""})
        follows = spec["kind"] in FOLLOW_UP and spec["timing"] == "follow_up"
        if name in events or follows or (name == "patient_id" and not weak):
            return True
    return False


def assign(guesses, named=(), apart=()):
    """Return the guesses with one column per variable: the surest and fullest; another of the same kind makes a question.

    A column that the user has named comes first, and nothing is asked, nor here of a variable in `apart`.
    """
    by_variable = {}
    for guess in guesses:
        if guess.variable and not guess.own:
            by_variable.setdefault(guess.variable, []).append(guess)
    for variable, rivals in by_variable.items():
        if len(rivals) < 2:
            continue
        rivals = sorted(
            rivals, key=lambda each: (each.column not in named, RANKS[each.certainty], each.weak)
        )
        first, others = rivals[0], rivals[1:]
        equal = [g for g in others if RANKS[g.certainty] < RANKS["question"]]
        if variable in ("patient_id", *apart) or first.column in named:
            equal = []
        if equal and first.question is None:
            _ask_which([first, *equal], first)
        for guess in others:
            guess.reason = f"{guess.reason}; but '{first.column}' is taken for {variable}"
            guess.variable, guess.certainty, guess.question = None, "none", None
    return guesses


def _ask_which(rivals, first):
    choices = [
        Choice(
            f"column '{each.column}'",
            {
                key: getattr(each, key)
                for key in (
                    "column",
                    "unit",
                    "values",
                    "missing",
                    "missing_words",
                    "settings",
                    "reason",
                    "examples",
                )
            },
        )
        for each in rivals
    ]
    names = " and ".join(f"'{each.column}'" for each in rivals)
    text = f"Columns {names} look like the same: {first.reason.split(';')[0].removeprefix('header: ')}. Which one counts?"
    first.question = Question(first.column, text, [*choices, Choice(LEAVE_OUT)])
    first.certainty = "question"


def make_table(columns):
    """Return a table of cells from {header: list of cells}, as reading gives it (for tests and for a page)."""
    return pd.DataFrame({name: pd.Series(cells, dtype=object) for name, cells in columns.items()})
