"""How the units that a column may be in are written beside its numbers."""

import re
import unicodedata


def plain_unit(text):
    """Return a unit as it is compared: small letters without accents, words and % only; µg/L is ug l."""
    letters = unicodedata.normalize("NFKD", text.replace("µ", "u").replace("\u03bc", "u"))
    letters = "".join(each for each in letters if not unicodedata.combining(each))
    return " ".join(re.findall(r"[^\W_]+|%", letters.casefold()))


def add_unit_words(tables, dictionary):
    """Give every column with a unit `unit_words`: {how a unit is written: factor to the unit of the analysis}."""
    for columns in tables:
        for spec in columns.values():
            unit = spec.get("unit")
            accepted = dictionary["units"].get(unit, {unit: 1}) if unit else {}
            spec["unit_words"] = {
                plain_unit(word): factor
                for name, factor in accepted.items()
                for word in (name, *dictionary["unit_words"].get(name, ()))
            }
