"""Several rows per patient: which of the values that differ counts, where the rows of a patient are folded into one."""

from crlm.cohort.identifiers import identify
from crlm.proposal.plan_lines import write_code

ORDERED_BY = ("resection_date", "recurrence_date", "last_contact_date")  # the first that differs
SAID = {
    "max": "the latest counts",
    "min": "the first one counts",
    "any": "yes in any row is yes",
    "first": "the first known one counts",
}


def choose_takes(guesses, table, dictionary):
    """Set `take` of the guesses whose column has several values in one patient, and say so in the reason; returns the guesses.

    The last contact is the latest, an event of follow-up the first, a flag is yes where any row says so; else the first known. Of
    growth-pattern groups that differ none is: that of one metastasis is not the patient's, and a run names the rows.
    """
    key = next((each for each in guesses if each.variable == "patient_id"), None)
    if key is None or list(table.columns).count(key.column) != 1:
        return guesses
    ids = identify(table[key.column])
    if not ids[ids != ""].duplicated().any():
        return guesses
    for guess in guesses:
        if not guess.variable or guess is key or list(table.columns).count(guess.column) != 1:
            continue
        cells = table[guess.column].map(str).where(table[guess.column].notna())
        differ = int((cells[ids != ""].groupby(ids).nunique() > 1).sum())
        if _is_ticked(guess):
            guess.take = "any"  # an empty cell of another row is no answer of its own
        elif differ and dictionary["variables"].get(guess.variable, {}).get("pattern_rule"):
            guess.reason += (
                f"; {differ} patients have rows that differ: none is taken for the patient, who has one group"
                if differ > 1
                else "; 1 patient has rows that differ: none is taken for the patient, who has one group"
            )
        elif differ:
            spec = guess.own or dictionary["variables"].get(guess.variable, {})
            guess.take = _choose(spec)
            guess.reason += (
                f"; {differ} patients have rows that differ: where rows are folded, {SAID[guess.take]}"
                if differ > 1
                else f"; 1 patient has rows that differ: where rows are folded, {SAID[guess.take]}"
            )
    _order_rows(key, guesses)
    return guesses


def _is_ticked(guess):
    """Whether an empty cell of a column of marks may be a level."""
    changes = [each.change or {} for each in guess.question.choices] if guess.question else []
    return any("none_ticked" in change.get("settings", {}) for change in changes)


def _order_rows(key, guesses):
    """Where the rows of a patient have different days, first and last are meant by the day and not by the place in the file."""
    differ = {each.variable: each.column for each in guesses if each.take}
    days = [each.column for each in guesses if each.take and (each.own or {}).get("kind") == "date"]
    column = next((differ[name] for name in ORDERED_BY if name in differ), next(iter(days), None))
    if column is None or key.question is None:
        return
    for choice in key.question.choices:
        settings = (choice.change or {}).get("settings", {})
        if "rows" in settings:
            choice.change["settings"] = {**settings, "order_by": column}
    key.question.text += f" First is the row with the earliest '{column}'."


def write_rows(settings):
    """Return the key `rows` of a table as the plan has it: what is kept, and by which column rows are first and last."""
    if "order_by" not in settings:
        return settings["rows"]
    parts = {"keep": settings["rows"], "order_by": write_code(settings["order_by"])}
    return "{" + ", ".join(f"{key}: {value}" for key, value in parts.items()) + "}"


def _choose(spec):
    if spec.get("contact"):
        return "max"
    if spec.get("timing") != "follow_up":
        return "first"
    return {"binary": "any", "date": "min", "duration": "min"}.get(spec.get("kind"), "first")
