"""Units that stand beside the numbers, in the header or in the number format of a spreadsheet, against the plan's."""

import itertools
import re
import unicodedata

from crlm.cohort.findings import build_finding
from crlm.plan.unit_words import plain_unit
from crlm.plan.variables import NUMBER_KINDS

BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
NUMBERS = (*NUMBER_KINDS, "duration")


def check_header(spec, label=None):
    """Return a warning where the name of a column, or its label in the file, says another unit than the one in which it is read.

    Not for shares: fractions are called per cent as well, and are told by their values.
    """
    factor, word = _find_unit(label or spec["column"], spec.get("unit_words") or {})
    if spec["kind"] not in NUMBERS or spec["unit"] == "%" or factor in (None, spec["factor"]):
        return []
    return [
        build_finding(
            "warning",
            "unit_contradicts",
            f"{spec['label']}: the {'label' if label else 'name'} of the column says '{word}', but the plan reads its numbers as "
            f"{_name_read(spec)}.",
            f"Write the right `unit:` for this column under `columns:`; if the {'label' if label else 'name'} is wrong, nothing is "
            "to be done.",
            column=spec["column"],
        )
    ]


def _find_unit(name, words):
    """The factor of the one unit in a name, in brackets or as its words, and how it is written there; or two None."""
    name = unicodedata.normalize("NFKC", name)  # brackets of full width
    texts = [text for text in BRACKETS.findall(name) if plain_unit(text) in words]
    if not texts:
        parts = plain_unit(name).split()
        pairs = [" ".join(pair) for pair in itertools.pairwise(parts)]
        texts = [text for text in pairs if text in words]
        texts = texts or [text for text in parts if text in words and len(text) > 1]
    factors = {words[plain_unit(text)] for text in texts}
    return (factors.pop(), texts[0]) if len(factors) == 1 else (None, None)


def _name_read(spec):
    """The unit in which the plan reads a column."""
    names = [word for word, factor in spec["unit_words"].items() if factor == spec["factor"]]
    return spec["unit"] if spec["factor"] == 1 else names[0]


def check_formats(shown, columns):
    """Return the findings on units that a spreadsheet shows beside its numbers and does not store.

    shown : {column: {row: text beside the number}}; a text that is no unit counts where the plan does not say one either.
    """
    found = []
    for spec in columns.values():
        texts = shown.get(spec.get("column"), {})
        words = spec.get("unit_words") or {}
        if not texts or not words or spec["kind"] not in NUMBERS:
            continue
        said = {text: words.get(plain_unit(text)) for text in texts.values()}
        known = {factor for factor in said.values() if factor is not None}
        first = {text: next(row for row in texts if texts[row] == text) for text in said}
        listed = " and ".join(f"'{text}' (first in row {first[text]})" for text in said)
        if len(known) > 1:
            severity, rule = "error", "unit_mixed"
            message = f"Excel shows numbers of this column with different units: {listed}."
            remedy = "Write all of them in one unit: the file has the plain numbers, and they are read as one."
        elif known and known != {spec["factor"]}:
            severity, rule = "warning", "unit_contradicts"
            message = f"Excel shows {listed} beside the numbers, but the plan reads them as {_name_read(spec)}."
            remedy = "Write the right `unit:` for this column under `columns:`; if the format in Excel is wrong, correct it there."
        elif None in said.values() and not spec.get("unit_said"):
            severity, rule = "warning", "unit_unsaid"
            message = f"Excel shows {listed} beside the numbers; the plan says no unit and reads them as {_name_read(spec)}."
            remedy = f"If that is right, write `unit: {_name_read(spec)}` for this column under `columns:`; else the right one."
        else:
            continue
        found.append(
            build_finding(
                severity, rule, f"{spec['label']}: {message}", remedy, column=spec["column"]
            )
        )
    return found
