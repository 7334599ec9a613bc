"""How result tables are written and read, so that a text such as NA or None stays a text."""

import pandas as pd

# Names of groups and levels may look like numbers (ASA class 2); they are read as the text they are.
NAMES = ("patient_id", "group", "stratum", "versus", "level", "reference", "from_group", "to_group")


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


def read_results(files, endpoints):
    """Return every result table by its name in `files`; tables of one endpoint below ``endpoints``, by endpoint and name.

    `files` maps a name to a path, or to one path per endpoint in the order of `endpoints`; only CSV files are read.
    """
    single = {name: file for name, file in files.items() if isinstance(file, str)}
    several = {name: paths for name, paths in files.items() if name not in single}
    results = {name: read_table(file) for name, file in single.items() if file.endswith(".csv")}
    results["endpoints"] = {
        endpoint: {
            name: read_table(paths[place])
            for name, paths in several.items()
            if len(paths) == len(endpoints) and paths[place].endswith(".csv")
        }
        for place, endpoint in enumerate(endpoints)
    }
    return results
