"""The proposed plan as YAML, with the reason of every line behind it."""

import re

from crlm.plan.text import write_yaml
from crlm.proposal.analyses import add_contacts, choose_analyses, choose_endpoints
from crlm.proposal.guess import list_left_out, list_tables, name_guess
from crlm.proposal.plan_lines import comment, tag, write_code, write_entry, write_value
from crlm.proposal.plan_tables import write_blocks, write_joined, write_variables
from crlm.proposal.repeats import write_rows
from crlm.proposal.taking import WHOLE_FILE, fold, suppose, take
from crlm.proposal.wording import keep, say

FILE_KEYS = ("sheet", "header_row", "skip_rows", "delimiter", "encoding")
NEAR = re.compile(r"\blooks like (\w+), but")
WHY = "Every line says why it stands there"
LEFT_OPEN = (
    "no run is made while a line stands here: set the codes right above, and take the line out"
)


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
    taken = fold([*taken, *suppose(taken, open_ones)])
    endpoints = choose_endpoints({each.variable for each in taken}, facts)
    add_contacts(endpoints, [each.variable for each in taken if (each.own or {}).get("contact")])
    lines = [
        *_write_head(source["name"]),
        "",
        "study:",
        f"  title: {write_yaml(source['title'])}",
        "",
        *_write_cohort([each for each in taken if not each.sheet], source),
        *write_joined(guesses, taken, source),
        "",
        *_write_columns(guesses, taken, open_ones),
        *write_variables(taken, dictionary),
        *write_blocks(guesses, taken, source),
        "",
        *_write_endpoints(endpoints),
        *_write_analyses(known, facts, dictionary["variables"]),
        *_write_open(guesses, open_ones, endpoints, facts),
        "",
        "output:",
        *_write_language(taken),
        comment(
            "  privacy: {small_cells: 5}",
            "counts below 5 are hidden in all that may leave the hospital",
        ),
    ]
    return "\n".join(lines) + "\n"


def _write_head(name):
    found = say("[certain] and [likely] were found, [answered] and [question] were asked.")
    return [
        f"# {say('Proposed by `make study` from')} {name}: {say('read it before you run it')}. {say(WHY)};",
        f"# {found} {say('config/README.md explains every key.')}",
    ]


def _write_language(taken):
    """The language of the report, where it was named or answered and is not English."""
    mine = next((each for each in taken if each.variable == "language"), None)
    if mine is None or mine.settings["language"] == "en":
        return []
    return [comment(f"  language: {mine.settings['language']}", mine.reason)]


def _list_common(guesses):
    """Codes that mean missing in two columns or more, are no number that counts and no level: said once for the file."""
    codes = [
        code for guess in guesses for code in {*guess.missing_words, *_negative(guess.missing)}
    ]
    levels = {code.casefold() for guess in guesses for code in guess.values}
    common = {code for code in codes if codes.count(code) > 1 or not _is_number(code)}
    return sorted(code for code in common if code.casefold() not in levels)


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
            lines.append(comment(f"  {key}: {write_value(value)}", reasons.get(key)))
    if _uses_comma(taken):
        lines.append(comment('  decimal: ","', "numbers are written with a comma"))
    if "date_format" in whole:
        form = whole["date_format"].settings["date_format"]
        lines.append(comment(f'  date_format: "{form}"', whole["date_format"].reason))
    common = _list_common(taken)
    if common:
        reason = "likely: they stand where other patients have a value"
        lines.append(comment(f"  missing: [{', '.join(map(write_code, common))}]", reason))
    if "patient_id" in own and "rows" in own["patient_id"].settings:
        lines.append(
            comment(
                f"  rows: {write_rows(own['patient_id'].settings)}",
                keep(f"[{say(own['patient_id'].certainty)}] {say('patients have several rows')}"),
            )
        )
    if source.get("dictionary"):
        lines.append(f"  redcap: {{dictionary: {write_yaml(source['dictionary'])}}}")
    if sheets:
        lines.append("  sources:")
        for each in sheets:
            settings = "".join(f", {k}: {write_value(v)}" for k, v in each.items() if k != "sheet")
            lines.append(
                f"    - {{file: {write_yaml(source['file'])}, sheet: {write_yaml(each['sheet'])}{settings}}}"
            )
    return lines


def _uses_comma(taken):
    return any(each.settings.get("decimal") == "," for each in taken)


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
        lines.append(comment(text, tag(guess, guess.column in asked)))
    opened = [
        each
        for each in open_ones
        if each.column
        and (each.sheet, each.column) not in {*joined, *(("", name) for name in mine)}
    ]
    if opened:
        lines += [f"  # {say('Not answered, and so left out (config/questions.md)')}:"]
        lines += [
            comment(
                f"  # {f'{each.sheet}, ' if each.sheet else ''}{each.variable}: {write_entry(each, common)}",
                tag(each, True),
            )
            for each in opened
        ]
    known = {
        *joined,
        *(("", name) for name in mine),
        *((each.sheet, each.column) for each in opened),
    }
    others = [each for each in guesses if each.column and (each.sheet, each.column) not in known]
    if others:
        lines += [f"  # {say('Columns of the file that are not used')}:"]
        lines += [
            f"  #   {f'{each.sheet}, ' if each.sheet else ''}{each.column}: {say(' '.join(each.reason.split()))}"
            for each in others
        ]
    unused = list_tables(guesses)
    if unused:
        lines += [f"  # {say('Tables without a variable')}:"]
        lines += [f"  #   {each.sheet}: {say(each.reason)}" for each in unused]
    return lines


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


def _list_one_short(scores, variables):
    """{label of a variable: labels of the scores that lack it and nothing else}."""
    found = {}
    for score in scores.values():
        if score["status"] != "not computable" or len(score["missing_inputs"]) != 1:
            continue
        spec = variables.get(score["missing_inputs"][0], {"formula": None})
        if "formula" not in spec:  # a column can hold it
            found.setdefault(spec["label"], []).append(score["label"])
    return found


def _write_analyses(known, facts, variables):
    if known is None:
        return []
    events = next(iter(known["events"].values()), None)
    blocks = choose_analyses(known["kinds"], known["kinds"], events, facts)
    lines = []
    can = [each["label"] for each in known["scores"].values() if each["status"] == "computable"]
    if can:
        lines += [
            "",
            f"# {say('Scores that can be computed from these columns')}: {'; '.join(can)}.",
        ]
    if short := _list_one_short(known["scores"], variables):
        said = [f"{say(name)} ({', '.join(labels)})" for name, labels in short.items()]
        lines += [
            *([] if can else [""]),
            f"# {say('One column more would give others')}: {'; '.join(said)}.",
        ]
    for name, spec in blocks.get("groupings", {}).items():
        lines += ["", "groupings:"] if "groupings:" not in lines else []
        lines.append(f"  {name}: {_flow(spec)}")
    if "main" in blocks:
        lines += [
            "",
            "main:",
            comment(f"  grouping: {blocks['main']['grouping']}", "the comparison of the main text"),
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
            lines.append(comment(f"    variables: [{', '.join(spec['variables'])}]", words))
        else:
            lines.append(f"    variables: [{', '.join(spec['variables'])}]")
    return lines


def _write_open(guesses, open_ones, endpoints, facts):
    texts = [question_in_words(each.question) for each in open_ones if each.question.needed]
    if not texts:
        missing = {name: words for name, words in facts["ask"].items() if name not in endpoints}
        texts = [
            f"{say(words)}{_say_near(guesses, name, facts)}" for name, words in missing.items()
        ]
    if not texts:
        return []
    lines = ["", f"questions:  # {say(LEFT_OPEN)}"]
    return [*lines, *(f"  - {write_yaml(text)}" for text in texts)]


def _say_near(guesses, endpoint, facts):
    """The columns that look like what an endpoint needs and were not taken, and the tables that were left out, with the reasons."""
    needed = set(facts["origins"])
    for way in facts["endpoints"][endpoint]["ways"]:
        needed |= {
            name for part in way.values() for each in part.values() for name in each.values()
        }
    near = [
        f"'{name_guess(each)}': {say(' '.join(each.reason.split()))}"
        for each in guesses
        if each.column and needed & set(NEAR.findall(each.reason))
    ]
    near += [f"'{each.sheet}': {say(each.reason)}" for each in list_left_out(guesses)]
    return f" {say('Not taken')}: {'; '.join(near)}." if near else ""


def question_in_words(question):
    """Return a question with its answers, on one line."""
    labels = f"; {say('or')} ".join(say(choice.label) for choice in question.choices)
    return keep(f"{say(question.text)} {say('Answers')}: {labels}.")
