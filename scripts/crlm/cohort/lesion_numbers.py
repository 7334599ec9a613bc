"""Lesions, and blocks of a lesion, of one patient that may be one number: 1, I, L1."""

import re

from crlm.cohort.findings import build_finding, condense_findings
from crlm.cohort.identifiers import strip_zeros

ROMAN = [
    "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x",
    "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii", "xviii", "xix", "xx",
]  # fmt: skip
BARE, WORD, NUMERAL, LETTER, OTHER = "bare", "word", "numeral", "letter", "other"


def check_numbers(table, keys):
    """Return warnings where a patient has a lesion, or a lesion a block, 1 and another I or L1: they count as two.

    table: typed, with patient_id and the keys; keys: {lesion, block: {column}}. A1 and B1 are two, and so are letters (I after H).
    """
    findings, within = [], ["patient_id"]
    for name, entry in keys.items():
        found = []
        for _, rows in table[table[name] != ""].groupby(within, sort=False):
            spelled = rows[name].drop_duplicates()
            for row, other in _find_alike(spelled):
                found.append(
                    build_finding(
                        "warning",
                        "similar_identifier",
                        f"the {name} '{spelled[row]}' may be '{other}' in another row of the patient; they count as two.",
                        "If they are one, write it in one way in all rows.",
                        row=row,
                        patient=rows["patient_id"][row],
                        column=entry["column"],
                        value=spelled[row],
                    )
                )
        findings += condense_findings(found, len(table))
        within.append(name)
    return findings


def _find_alike(spelled):
    """(row, the number alone) of each Roman number, or number behind a word, whose number stands there alone as well."""
    read = {row: _read_number(text) for row, text in spelled.items()}
    bare = {}
    for row, (kind, number) in read.items():
        if kind == BARE:
            bare.setdefault(number, spelled[row])
    letters = any(kind == LETTER for kind, _ in read.values())
    return [
        (row, bare[number])
        for row, (kind, number) in read.items()
        if number in bare and (kind == WORD or (kind == NUMERAL and not letters))
    ]


def _read_number(text):
    """How a lesion is numbered, and its number or None."""
    text = strip_zeros(text)
    if re.fullmatch(r"[0-9]+", text):
        return BARE, int(text)
    if text in ROMAN:
        return NUMERAL, ROMAN.index(text) + 1
    if found := re.fullmatch(r"[^0-9]+?([0-9]+)", text):
        return WORD, int(found[1])
    return (LETTER if len(text) == 1 else OTHER), None
