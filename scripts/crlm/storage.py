"""How result tables are written and read, so that a text such as NA or None stays a text."""

import pandas as pd

# Names of groups and levels may look like numbers (ASA class 2); they are read as the text they are.
NAMES = ("patient_id", "group", "versus", "level", "reference")


def write_table(table, path):
    """Write a result table as CSV with full precision; a missing value is an empty cell."""
    table.to_csv(path, index=False, lineterminator="\n")


def read_table(path, text=()):
    """Return a result table; only the empty cell is missing. Columns named in `text` are never numbers."""
    return pd.read_csv(
        path,
        keep_default_na=False,
        na_values=[""],
        dtype=dict.fromkeys((*NAMES, *text), str),
        float_precision="round_trip",
    )
