"""Hazard ratios in tables."""

from crlm.display import formats
from crlm.display.cells import (
    Cell,
    p_value,
    ratio,
    text,
)
from crlm.plan import phrases
from crlm.plan.variables import NUMBER_KINDS

HAZARD_RATIO = "HR (95% CI)"


def show_estimate(row, footnotes):
    """Hazard ratio and p-value, with the mark of a footnote if the row has a note."""
    mark = ""
    if isinstance(row["note"], str):
        mark = phrases.superscript(footnotes.setdefault(row["note"], len(footnotes) + 1))
    is_level = isinstance(row["level"], str)
    if is_level and row["level"] == row["reference"]:
        return [Cell(f"1 (reference){mark}", (1, "reference"), ("0", "0"), reference=True), Cell()]
    if formats.is_missing(row["hazard_ratio"]):
        return [text(f"not estimable{mark}"), text(formats.MISSING)]
    return [ratio(row["hazard_ratio"], row["lower"], row["upper"], mark), p_value(row["p_value"])]


def label_variable(variable, variables):
    return (
        variables[variable]["label"]
        if variable in variables
        else phrases.capitalise(phrases.to_words(variable))
    )


def find_contrasts(table, spec):
    """Values that a spline of the variable is read at, as `68 against 54`: the levels of a number; an empty list otherwise."""
    if spec.get("kind") not in NUMBER_KINDS:
        return []
    return list(
        dict.fromkeys(level for level in table["level"] if isinstance(level, str) and level)
    )


def label_contrast(contrast, spec):
    """`68 against 54 years, spline`."""
    return f"{contrast} {spec.get('unit') or ''}".rstrip() + ", spline"
