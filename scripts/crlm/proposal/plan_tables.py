"""What a proposed plan says of further tables and of variables that the dictionary does not have."""

from crlm.plan.alike import as_compared
from crlm.proposal.plan_lines import comment, tag, write_code, write_entry, write_value
from crlm.proposal.repeats import write_rows
from crlm.proposal.taking import OF_A_TABLE

TABLE_KEYS = ("file", "sheet", "header_row", "delimiter", "encoding")


def write_joined(guesses, taken, source):
    """Further tables whose rows belong to the patients: their variables, joined by identifier."""
    lines = []
    for sheet, settings in source.get("joined", {}).items():
        own = {each.variable: each for each in taken if each.sheet == sheet and not each.blocks}
        columns = {name: each for name, each in own.items() if name not in OF_A_TABLE}
        if "patient_id" not in own or not columns:
            continue
        lines += [] if lines else ["  join:"]
        where = [f"{key}: {write_value(settings[key])}" for key in TABLE_KEYS if key in settings]
        lines.append(comment(f"    - {where[0]}", own["patient_id"].reason))
        lines += [f"      {each}" for each in where[1:]]
        if "date_format" in own:
            lines.append(f'      date_format: "{own["date_format"].settings["date_format"]}"')
        lines.append(f"      by: {write_code(own['patient_id'].column)}")
        if "rows" in own["patient_id"].settings:
            rows = write_rows(own["patient_id"].settings)
            lines.append(comment(f"      rows: {rows}", "answered: patients have several rows"))
        lines += ["      columns:", *_write_own(columns, sheet, guesses, "        ")]
    return lines


def write_blocks(guesses, taken, source):
    """The table with one row per block of a lesion."""
    sheet = next((each.sheet for each in taken if each.blocks), None)
    if sheet is None:
        return []
    settings = source["joined"][sheet]
    settings = {"file": source["file"], **settings}
    where = [f"    {key}: {write_value(settings[key])}" for key in TABLE_KEYS if key in settings]
    columns = {each.variable: each for each in taken if each.sheet == sheet and each.blocks}
    lines = _write_own(columns, sheet, guesses, "      ")
    return ["", "growth_patterns:", "  blocks:", *where, "    columns:", *lines]


def _write_own(columns, sheet, guesses, space):
    asked = {each.column for each in guesses if each.question and each.sheet == sheet}
    return [
        comment(f"{space}{name}: {write_entry(each, (), None)}", tag(each, each.column in asked))
        for name, each in columns.items()
    ]


def write_variables(taken, dictionary):
    """What the plan declares: places by the entries of the file, variables of the study's own, the age by the day of birth.

    The label of a variable that another has is followed by its name: no table tells the two apart otherwise.
    """
    lines, known = [], dictionary["variables"]
    used = {each.variable for each in taken} | {n for n, spec in known.items() if "formula" in spec}
    labels = {as_compared(known[name]["label"]) for name in used if name in known}
    for guess in taken:
        if guess.settings.get("places"):
            own = {"label": guess.settings["places"], "levels": list(guess.values.values())}
            own["level_labels"] = {level: code for code, level in guess.values.items()}
            lines.append(f"  {guess.variable}: {_write_spec(own)}")
        elif guess.own:
            label = guess.own["label"]
            if as_compared(label) in labels:
                label = f"{label} ({guess.variable})"
            labels.add(as_compared(label))
            lines.append(f"  {guess.variable}: {_write_spec({**guess.own, 'label': label})}")
    names = {each.variable for each in taken}
    for guess in taken:
        for name, spec in guess.settings.get("gives", {}).items():
            if name not in names and set(spec["between"]) <= names:
                reason = f"no column has it: made of '{guess.column}'"
                lines.append(comment(f"  {name}: {_write_spec(spec)}", reason))
    return ["", "variables:", *lines] if lines else []


def _write_spec(spec):
    """What a variable is, on one line."""
    parts = []
    for key, value in spec.items():
        if isinstance(value, dict):
            inner = ", ".join(f"{write_code(k)}: {write_code(v)}" for k, v in value.items())
            parts.append(f"{key}: {{{inner}}}")
        elif isinstance(value, list):
            parts.append(f"{key}: [{', '.join(map(write_code, value))}]")
        else:
            parts.append(
                f"{key}: {str(value).lower() if isinstance(value, bool) else write_code(value)}"
            )
    return "{" + ", ".join(parts) + "}"
