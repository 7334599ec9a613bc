"""An export of REDCap with its data dictionary: the names, labels and choices of its fields, and boxes read as one question."""

import csv

import pandas as pd

from crlm.cohort import reading, redcap
from crlm.proposal.guess import Choice

EVENTS = ("redcap_event_name", "redcap_repeat_instrument")
SEVERAL = (
    "several of its boxes are ticked together: config/README.md, REDCap, says how they are read"
)
LEFT = "no box of it is ticked anywhere"


def is_dictionary(path):
    """Whether a file is a data dictionary of REDCap: a csv with its headings in the first line."""
    if path.suffix.lower() != ".csv":
        return False
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        names = next(csv.reader(file), [])
    return not redcap.read_dictionary(pd.DataFrame(columns=names))[1]


def read_export(table, dictionary):
    """Return (table, labels, codes, reasons) of an export: headings and boxes as in the plan, and what the dictionary says of them.

    dictionary : path of it; reasons : {column: why it is not proposed}
    """
    fields, _ = redcap.read_dictionary(reading.read_table(dictionary, {})[0])
    table = table.set_axis(redcap.name_columns(table, fields), axis=1)
    reasons = {}
    for question, boxes in redcap.list_boxes(table).items():
        ticks = pd.DataFrame(
            {code: table[column].map(redcap.is_ticked) for code, column in boxes.items()}
        )
        reasons |= dict.fromkeys(boxes.values(), f"a box of '{question}', which is read as one")
        together = ticks.sum(axis=1)
        cells = ticks.idxmax(axis=1).where(together == 1).astype(object)
        table = pd.concat(
            [table, pd.DataFrame({question: cells.where(cells.notna(), None)})], axis=1
        )
        if together.max() != 1:
            reasons[question] = SEVERAL if together.max() > 1 else LEFT
    labels = {name: field["label"] for name, field in fields.items() if field["label"]}
    codes = {name: field["choices"] for name, field in fields.items() if field["choices"]}
    return table, labels, codes, reasons


def settle_rows(guesses, table):
    """Events and repeats are rows of one patient: they are folded, and nobody need be asked. Returns the guesses."""
    key = next((each for each in guesses if each.variable == "patient_id"), None)
    if key is not None and key.question and set(EVENTS) & set(table.columns):
        ways = [each.change for each in key.question.choices if isinstance(each, Choice)]
        fold = next((each for each in ways if each and _folds(each)), None)
        if fold:
            key.settings, key.question, key.certainty = {"rows": "fold"}, None, "likely"
            key.reason += "; REDCap keeps events and repeats as rows"
    return guesses


def _folds(change):
    return change.get("settings", {}).get("rows") == "fold"
