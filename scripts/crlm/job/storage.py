"""How result tables are written and read, so that a text such as NA or None stays a text, and none is a formula to Excel."""

import re

import pandas as pd

FORMULA = re.compile(r"'*[=+\-@\t\r\n].", re.DOTALL)

# Names of groups and levels may look like numbers (ASA class 2); they are read as the text they are.
NAMES = ("patient_id", "group", "stratum", "versus", "level", "reference", "from_group", "to_group")


def write_table(table, path):
    """Write a result table as CSV with full precision; a missing value is an empty cell. See `escape`."""
    texts = {name: table[name].map(escape) for name in table if table[name].dtype.kind in "OTU"}
    table.assign(**texts).to_csv(path, index=False, lineterminator="\n")


def read_table(path, text=()):
    """Return a result table; only the empty cell is missing. Columns named in `text` are never numbers."""
    table = pd.read_csv(
        path,
        keep_default_na=False,
        na_values=[""],
        dtype=dict.fromkeys((*NAMES, *text), str),
        float_precision="round_trip",
    )
    texts = {name: table[name].map(_unescape) for name in table if table[name].dtype.kind in "OTU"}
    return table.assign(**texts)


def escape(cell):
    """Return a text that Excel would take for a formula with an apostrophe before it; numbers, such as -0.5, as they are."""
    if not isinstance(cell, str) or not FORMULA.match(cell):
        return cell
    try:
        float(cell)
    except ValueError:
        return f"'{cell}"
    return cell


def _unescape(cell):
    return cell[1:] if isinstance(cell, str) and cell[:1] == "'" and FORMULA.match(cell) else cell


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
