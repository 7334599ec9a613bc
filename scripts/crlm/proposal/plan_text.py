"""The proposed plan as YAML, with the reason of every line behind it."""

import re
from dataclasses import replace

from crlm.plan.text import write_yaml
from crlm.proposal.analyses import choose_analyses, choose_endpoints
from crlm.proposal.guess import pick, settle
from crlm.proposal.own import BIRTH

WIDTH = 46  # column at which short lines have their reason
BARE = re.compile(r"[^\W\d]\w*|\d+|-\d+|\d+\.\d+")
WORDS = {"yes", "no", "true", "false", "null", "on", "off", "none", "y", "n"}
FILE_KEYS = ("sheet", "header_row", "skip_rows", "delimiter", "encoding")
AT = "resection_date"  # the age is that at the resection
LEFT_OPEN = (
    "no run is made while a line stands here: set the codes right above, and take the line out"
)
TABLE_KEYS = ("file", "sheet", "header_row", "delimiter", "encoding")
WHOLE_FILE = ("date_format", "sheets")
OF_A_TABLE = (*WHOLE_FILE, "patient_id")  # each sheet has its own


def write_plan(guesses, answers, source, dictionary, facts, known=None):
    """Return the plan of a study as YAML text.

    Parameters
    ----------
    guesses : list of Guess, as `propose` returns them
    answers : {key of a question: number of the choice, or its words}
    source : dict with title, file (as the plan names it), name (of the export), settings and reasons (as `open_export` gives them)
    dictionary, facts : parsed dictionary.yaml and proposal.yaml
    known : what a first reading of this plan has shown: names and kinds of the variables, events of each endpoint, and scores
        ({name: {status, label, reason}}); None when nothing was read

    Raises ValueError, in words, for an answer that no question has.
    """
    taken, open_ones = take(guesses, answers)
    taken = [*taken, *suppose(taken, open_ones)]
    endpoints = choose_endpoints({each.variable for each in taken}, facts)
    lines = [
        f"# Proposed by `make study` from {source['name']}: read it before you run it. Every line says why it stands there;",
        "# [certain] and [likely] were found, [answered] and [question] were asked. config/README.md explains every key.",
        "",
        "study:",
        f"  title: {write_yaml(source['title'])}",
        "",
        *_write_cohort([each for each in taken if not each.sheet], source),
        *_write_joined(guesses, taken, source),
        "",
        *_write_columns(guesses, taken, open_ones),
        *_write_variables(taken),
        *_write_blocks(guesses, taken, source),
        "",
        *_write_endpoints(endpoints),
        *_write_analyses(known, facts),
        *_write_open(open_ones, endpoints, facts),
        "",
        "output:",
        "  privacy: {small_cells: 5}".ljust(WIDTH)
        + "  # counts below 5 are hidden in all that may leave the hospital",
    ]
    return "\n".join(lines) + "\n"


def take(guesses, answers):
    """Return (guesses that count, answers in them; guesses whose question has no answer). Raises ValueError for a wrong answer."""
    keys = {each.question.key: each.question for each in guesses if each.question}
    for key, answer in answers.items():
        if key not in keys:
            raise ValueError(
                f"there is no question '{key}'. Questions: {', '.join(keys) or 'none'}."
            )
        pick(keys[key], answer)
    taken, unanswered = [], []
    for guess in guesses:
        settled, counts = settle(guess, answers)
        if counts and settled.variable:
            taken.append(settled)
        elif guess.question and guess.question.key not in answers:
            unanswered.append(guess)
            if guess.own:  # it stands in the plan, for description only
                taken.append(replace(guess, question=None))
    keyed = {each.sheet for each in taken if each.variable == "patient_id"}
    taken = [each for each in taken if not each.sheet or each.sheet in keyed]
    folded = {each.sheet for each in taken if each.settings.get("rows") == "fold"}
    taken = [
        replace(each, settings={**each.settings, "take": each.take})
        if each.take and each.sheet in folded
        else each
        for each in taken
    ]
    first = {}
    for guess in taken:  # two answers may name one variable: the first column counts
        own = guess.sheet if guess.variable in OF_A_TABLE or guess.blocks else ""
        first.setdefault((own, guess.variable), guess)
    return list(first.values()), unanswered


def suppose(taken, open_ones):
    """Return what the plan cannot do without, as proposed: it stands there for the user to confirm, and no run is made before."""
    known = {each.variable for each in taken}
    supposed = []
    for guess in open_ones:
        if guess.question.needed and guess.variable not in known:
            change = guess.question.choices[0].change
            supposed.append(replace(guess, **change, question=None, certainty="question"))
            known.add(guess.variable)
    return supposed


def _comment(text, reason):
    return f"{text.ljust(WIDTH)}  # {reason}" if reason else text


def _tag(guess, asked):
    """How sure a line is; an open question is told as such even where the plan has the line."""
    sure = "answered" if asked and guess.certainty == "certain" else guess.certainty
    sure = "QUESTION, not confirmed" if sure == "question" else sure
    return f"[{sure}] {' '.join(guess.reason.split())}"


def _list_common(guesses):
    """Codes that mean missing in two columns or more and are no number that counts: said once for the file."""
    codes = [
        code for guess in guesses for code in {*guess.missing_words, *_negative(guess.missing)}
    ]
    return sorted({code for code in codes if codes.count(code) > 1 or not _is_number(code)})


def _negative(codes):
    return [code for code in codes if code.startswith("-") and _is_number(code)]


def _is_number(code):
    return re.fullmatch(r"-?\d+", code) is not None


def _write_cohort(taken, source):
    whole = {each.variable: each for each in taken if each.variable in WHOLE_FILE}
    own = {each.variable: each for each in taken}
    sheets = whole["sheets"].settings["sheets"] if "sheets" in whole else []
    lines = ["cohort:"]
    if not sheets:
        lines.append(f"  file: {write_yaml(source['file'])}")
    reasons = source["reasons"]
    for key in FILE_KEYS:
        if key in source["settings"] and not (sheets and key in ("sheet", "header_row")):
            value = source["settings"][key]
            lines.append(_comment(f"  {key}: {_write_value(value)}", reasons.get(key)))
    if _uses_comma(taken):
        lines.append(_comment('  decimal: ","', "numbers are written with a comma"))
    if "date_format" in whole:
        form = whole["date_format"].settings["date_format"]
        lines.append(_comment(f'  date_format: "{form}"', whole["date_format"].reason))
    common = _list_common(taken)
    if common:
        reason = "likely: they stand where other patients have a value"
        lines.append(_comment(f"  missing: [{', '.join(map(_write_code, common))}]", reason))
    rows = own["patient_id"].settings.get("rows") if "patient_id" in own else None
    if rows:
        lines.append(_comment(f"  rows: {rows}", "answered: patients have several rows"))
    if sheets:
        lines.append("  sources:")
        for each in sheets:
            settings = "".join(f", {k}: {_write_value(v)}" for k, v in each.items() if k != "sheet")
            lines.append(
                f"    - {{file: {write_yaml(source['file'])}, sheet: {write_yaml(each['sheet'])}{settings}}}"
            )
    return lines


def _uses_comma(taken):
    return any(each.settings.get("decimal") == "," for each in taken)


def _write_joined(guesses, taken, source):
    """Further tables whose rows belong to the patients: their variables, joined by identifier."""
    lines = []
    for sheet, settings in source.get("joined", {}).items():
        own = {each.variable: each for each in taken if each.sheet == sheet and not each.blocks}
        columns = {name: each for name, each in own.items() if name not in OF_A_TABLE}
        if "patient_id" not in own or not columns:
            continue
        lines += [] if lines else ["  join:"]
        where = [f"{key}: {_write_value(settings[key])}" for key in TABLE_KEYS if key in settings]
        lines.append(_comment(f"    - {where[0]}", own["patient_id"].reason))
        lines += [f"      {each}" for each in where[1:]]
        if "date_format" in own:
            lines.append(f'      date_format: "{own["date_format"].settings["date_format"]}"')
        lines.append(f"      by: {_write_code(own['patient_id'].column)}")
        if rows := own["patient_id"].settings.get("rows"):
            lines.append(_comment(f"      rows: {rows}", "answered: patients have several rows"))
        lines += ["      columns:", *_write_own(columns, sheet, guesses, "        ")]
    return lines


def _write_blocks(guesses, taken, source):
    """The table with one row per block of a lesion."""
    sheet = next((each.sheet for each in taken if each.blocks), None)
    if sheet is None:
        return []
    settings = source["joined"][sheet]
    settings = {"file": source["file"], **settings}
    where = [f"    {key}: {_write_value(settings[key])}" for key in TABLE_KEYS if key in settings]
    columns = {each.variable: each for each in taken if each.sheet == sheet and each.blocks}
    lines = _write_own(columns, sheet, guesses, "      ")
    return ["", "growth_patterns:", "  blocks:", *where, "    columns:", *lines]


def _write_own(columns, sheet, guesses, space):
    asked = {each.column for each in guesses if each.question and each.sheet == sheet}
    return [
        _comment(f"{space}{name}: {write_entry(each, (), None)}", _tag(each, each.column in asked))
        for name, each in columns.items()
    ]


def _write_columns(guesses, taken, open_ones):
    joined = {(each.sheet, each.column) for each in taken if each.sheet}
    taken = [each for each in taken if not each.sheet]
    common = set(_list_common(taken))
    mine = {each.column: each for each in taken if each.variable not in WHOLE_FILE}
    asked = {each.column for each in guesses if each.question and not each.sheet}
    lines = ["columns:"]
    first = sorted(mine.values(), key=lambda each: each.variable != "patient_id")
    for guess in first:
        text = f"  {guess.variable}: {write_entry(guess, common, _uses_comma(taken))}"
        lines.append(_comment(text, _tag(guess, guess.column in asked)))
    opened = [
        each
        for each in open_ones
        if each.column
        and (each.sheet, each.column) not in {*joined, *(("", name) for name in mine)}
    ]
    if opened:
        lines += ["  # Not answered, and so left out (config/questions.md):"]
        lines += [
            _comment(f"  # {each.variable}: {write_entry(each, common)}", _tag(each, True))
            for each in opened
        ]
    known = {
        *joined,
        *(("", name) for name in mine),
        *((each.sheet, each.column) for each in opened),
    }
    others = [each for each in guesses if each.column and (each.sheet, each.column) not in known]
    if others:
        lines += ["  # Columns of the file that are not used:"]
        lines += [
            f"  #   {f'{each.sheet}, ' if each.sheet else ''}{each.column}: {' '.join(each.reason.split())}"
            for each in others
        ]
    unused = [each for each in guesses if each.sheet and not each.column]
    if unused:
        lines += ["  # Tables that are not used:"]
        lines += [f"  #   {each.sheet}: {each.reason}" for each in unused]
    return lines


def write_entry(guess, common=(), comma=None):
    """Return how a column is written in the plan: its name, or a block with what must be known to read it.

    common : codes for missing that are said for the whole file; comma : whether the file's decimal sign is said to be one, None
    where nothing is said of it
    """
    parts = {}
    if guess.unit:
        parts["unit"] = write_yaml(guess.unit)
    if any(str(code) != level for code, level in guess.values.items()):
        parts["values"] = (
            "{"
            + ", ".join(f"{_write_code(c)}: {_write_level(v)}" for c, v in guess.values.items())
            + "}"
        )
    missing = [code for code in (*guess.missing, *guess.missing_words) if code not in common]
    if missing:
        parts["missing"] = f"[{', '.join(map(_write_code, missing))}]"
    for key, value in guess.settings.items():
        if key not in ("decimal", "rows", "places", "formats"):
            parts[key] = f'"{value}"' if "%" in value else value
    decimal = guess.settings.get("decimal")
    if (comma and decimal == ".") or (comma is None and decimal == ","):
        parts["decimal"] = f'"{decimal}"'
    column = _write_code(guess.column)
    if not parts:
        return column
    return "{" + ", ".join(f"{k}: {v}" for k, v in {"column": column, **parts}.items()) + "}"


def _write_code(text):
    text = str(text)
    plainly = BARE.fullmatch(text) and text.casefold() not in WORDS and text.isascii()
    return (
        text
        if plainly
        else write_yaml(text)
        if write_yaml(text) != text or not _is_risky(text)
        else f'"{text}"'
    )


def _is_risky(text):
    return any(sign in text for sign in "{}[],:#&*!|>'\"%@`")


def _write_level(level):
    return f"[{', '.join(level)}]" if isinstance(level, list) else str(level)


def _write_value(value):
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return (
        str(value)
        if isinstance(value, int)
        else write_yaml(value)
        if value not in (",", "|")
        else f'"{value}"'
    )


def _write_variables(taken):
    """What the plan declares: places by the entries of the file, variables of the study's own, the age by the day of birth."""
    lines = []
    for guess in taken:
        if guess.settings.get("places"):
            own = {"label": guess.settings["places"], "levels": list(guess.values.values())}
            own["level_labels"] = {level: code for code, level in guess.values.items()}
            lines.append(f"  {guess.variable}: {_write_spec(own)}")
        elif guess.own:
            lines.append(f"  {guess.variable}: {_write_spec(guess.own)}")
    names = {each.variable for each in taken}
    if BIRTH in names and "age" not in names and AT in names:
        text = f"  age: {{between: [{BIRTH}, {AT}], unit: years}}"
        lines.append(_comment(text, "no column has it: from the day of birth"))
    return ["", "variables:", *lines] if lines else []


def _write_spec(spec):
    """What a variable is, on one line."""
    parts = []
    for key, value in spec.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{_write_code(k)}: {_write_code(v)}" for k, v in value.items())
            parts.append(f"{key}: {{{inner}}}")
        elif isinstance(value, list):
            parts.append(f"{key}: [{', '.join(map(_write_code, value))}]")
        else:
            parts.append(f"{key}: {_write_code(value)}")
    return "{" + ", ".join(parts) + "}"


def _write_endpoints(endpoints):
    lines = ["endpoints:"] if endpoints else []
    for name, block in endpoints.items():
        lines.append(f"  {name}:")
        for key, value in block.items():
            if isinstance(value, dict):
                lines.append(f"    {key}:")
                lines += [f"      {k}: {_flow(v)}" for k, v in value.items()]
            else:
                lines.append(f"    {key}: {value}")
    return lines


def _flow(value):
    return "{" + ", ".join(f"{k}: {v}" for k, v in value.items()) + "}"


def _write_analyses(known, facts):
    if known is None:
        return []
    events = next(iter(known["events"].values()), None)
    blocks = choose_analyses(known["kinds"], known["kinds"], events, facts)
    lines = []
    can = [each["label"] for each in known["scores"].values() if each["status"] == "computable"]
    if can:
        lines += ["", f"# Scores that can be computed from these columns: {'; '.join(can)}."]
    for name, spec in blocks.get("groupings", {}).items():
        lines += ["", "groupings:"] if "groupings:" not in lines else []
        lines.append(f"  {name}: {_flow(spec)}")
    if "main" in blocks:
        lines += [
            "",
            "main:",
            _comment(
                f"  grouping: {blocks['main']['grouping']}", "the comparison of the main text"
            ),
        ]
    if "models" in blocks:
        lines += ["", "models:"]
    for name, spec in blocks.get("models", {}).items():
        lines.append(f"  {name}:")
        if "label" in spec:
            lines.append(f"    label: {spec['label']}")
            words = (
                f"one covariate for {facts['events_each']} events (a convention); {events} events"
            )
            lines.append(_comment(f"    variables: [{', '.join(spec['variables'])}]", words))
        else:
            lines.append(f"    variables: [{', '.join(spec['variables'])}]")
    return lines


def _write_open(open_ones, endpoints, facts):
    texts = [question_in_words(each.question) for each in open_ones if each.question.needed]
    if not texts:
        texts = [words for name, words in facts["ask"].items() if name not in endpoints]
    if not texts:
        return []
    lines = ["", f"questions:  # {LEFT_OPEN}"]
    return [*lines, *(f"  - {write_yaml(text)}" for text in texts)]


def question_in_words(question):
    """Return a question with its answers, on one line."""
    return f"{question.text} Answers: {'; or '.join(choice.label for choice in question.choices)}."
