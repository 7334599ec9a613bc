"""Names of measures of prediction, as tables and figures print them."""

import numpy as np

from crlm.display import formats
from crlm.display.cells import (
    Cell,
    percent,
)
from crlm.plan import phrases

NAMES = {
    "harrell_c": "Harrell's C",
    "uno_c": "Uno's C",
    "auc": "AUC",
    "brier": "Brier score",
    "integrated_brier": "Integrated Brier score",
    "brier_published": "Brier score, published",
    "calibration_slope": "Calibration slope",
}


LIMITS = ("estimate", "lower 95%", "upper 95%")


def show_observed(row, value):
    if formats.is_missing(value):
        return Cell(formats.MISSING)
    return percent(value, row.lower, row.upper)


def explain_few(table):
    """Why cells with patients are empty."""
    reasons = table.loc[table["patients"].gt(0), "note"].dropna().unique()
    return [f"{formats.MISSING}: {phrases.join_words(reasons, 'or')}."] if len(reasons) else []


TIMES = ("months", "lower 95%", "upper 95%")

# decision curves
THRESHOLD_AXIS, BENEFIT_AXIS = "Risk threshold (%)", "Net benefit"
TREAT_ALL, TREAT_NONE = "Treat all", "Treat nobody"


def end_below(threshold, benefit, floor):
    """A decision curve up to where it first falls below `floor`, that point included, so that no axis cuts it into teeth."""
    x, y = np.asarray(threshold, float), np.asarray(benefit, float)
    below = np.flatnonzero(y < floor)
    if not len(below):
        return x, y
    first = below[0]
    if not first:
        return x[:0], y[:0]
    share = (y[first - 1] - floor) / (y[first - 1] - y[first])
    crossing = x[first - 1] + share * (x[first] - x[first - 1])
    return np.append(x[:first], crossing), np.append(y[:first], floor)
