"""Names of measures of prediction, as tables print them."""

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
