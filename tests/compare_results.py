"""Compare every cell of two results folders: `python tests/compare_results.py BEFORE AFTER [--expected FILE]`.

A number differs when the relative difference |a - b| / max(|a|, |b|) is above the tolerance, a text when it is not the same. FILE is a YAML
list of what was meant to change: `file` (a pattern), `column` (a pattern; all when absent), `where` (column: value of the row), `reason`.
"(file)", "(row)" and "(order)" are the columns of a file or row on one side only and of rows in another order. Ends with 1 if anything else differs.
"""

import argparse
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

TABLES = (".csv", ".parquet")
ZERO = 1e-14  # a smaller difference is rounding error of a value that is zero
POSITIONS = (
    "time",
    "horizon",
    "threshold",
    "cut",
    "value",
    "from",
    "to",
)  # say where, not how much
KEYS = {"file", "column", "where", "reason"}


def read_cells(path):
    """Return a table of results as text, blank where there is no value."""
    if path.suffix == ".csv":
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    table = pd.read_parquet(path)
    return table.astype(object).where(table.notna(), "").map(str)


def name_rows(before, after):
    """Return the names of the rows of both tables, a tuple each: the fewest leading columns that tell most rows apart, and a running number."""
    named = [pd.DataFrame(index=table.index) for table in (before, after)]
    best, chosen = -1, None
    for column in before.columns.intersection(after.columns, sort=False):
        texts = [before[column], after[column]]
        numbers = [pd.to_numeric(text, errors="coerce") for text in texts]
        pairs = list(zip(texts, numbers, strict=True))
        if all((number.notna() | text.eq("")).all() for text, number in pairs):
            whole = all((number.dropna() % 1 == 0).all() for number in numbers)
            if not whole and column not in POSITIONS:
                continue  # a measured value, which may change
            texts = [number.map("{:.8g}".format).where(number.notna(), "") for number in numbers]
        named = [part.assign(**{column: text}) for part, text in zip(named, texts, strict=True)]
        distinct = sum(len(part.drop_duplicates()) for part in named)
        if distinct > best:
            best, chosen = distinct, named
    names = []
    for part in chosen or named:
        running = part.groupby(list(part)).cumcount() if len(part.columns) else part.index
        names.append([*part.assign(running=running).itertuples(index=False, name=None)])
    return names


def find_changes(before, after, tolerance):
    """Return the changed cells of two aligned tables: place, column, before, after, difference (infinite where it is no number)."""
    changes = []
    for column in before.columns.intersection(after.columns, sort=False):
        old, new = before[column].to_numpy(), after[column].to_numpy()
        places = np.flatnonzero(old != new)
        a, b = (pd.to_numeric(pd.Series(x[places]), errors="coerce") for x in (old, new))
        difference, size = (a - b).abs(), np.maximum(a.abs(), b.abs())
        relative = (difference / size).where(difference > ZERO, 0).where(a.notna() & b.notna())
        relative = relative.fillna(np.inf).to_numpy()
        changes += [
            (place, column, old[place], new[place], value)
            for place, value in zip(places, relative, strict=True)
            if value > tolerance
        ]
    return changes


def compare_tables(before, after, tolerance):
    """Return the number of cells compared and the differences, one dict each (column, row, before, after, difference).

    Rows are compared in their order or by their names, whichever leaves fewer differences."""
    found = [
        describe(column, {}, *sides)
        for column, *sides in [
            *((name, "a column", "") for name in before.columns.difference(after.columns)),
            *((name, "", "a column") for name in after.columns.difference(before.columns)),
        ]
    ]
    pairs, moved = (before, after), False
    gone = come = before.iloc[:0]
    changes = find_changes(before, after, tolerance) if len(before) == len(after) else None
    if changes or changes is None:
        names = [pd.Index(part, tupleize_cols=False) for part in name_rows(before, after)]
        shared = names[0][names[0].isin(names[1])]
        left, right = (part.get_indexer(shared) for part in names)
        rest = [
            np.setdiff1d(np.arange(len(part)), at)
            for part, at in zip(names, (left, right), strict=True)
        ]
        named = find_changes(before.iloc[left], after.iloc[right], tolerance)
        if changes is None or len(named) + sum(map(len, rest)) < len(changes):
            pairs, changes = (before.iloc[left], after.iloc[right]), named
            gone, come = before.iloc[rest[0]], after.iloc[rest[1]]
            moved = bool((np.diff(right) < 0).any())
    rows = pairs[0]
    found += [
        describe(c, rows.iloc[i].to_dict(), old, new, value) for i, c, old, new, value in changes
    ]
    found += [describe("(row)", row, "a row", "") for row in gone.to_dict("records")]
    found += [describe("(row)", row, "", "a row") for row in come.to_dict("records")]
    found += [describe("(order)", {}, "", "another order of the rows")] * moved
    columns = before.columns.intersection(after.columns)
    return len(rows) * len(columns), found


def describe(column, row, before, after, difference=np.inf):
    return {
        "column": column,
        "row": row,
        "before": before,
        "after": after,
        "difference": difference,
    }


def compare_folders(before, after, tolerance):
    """Yield (file, cells compared, differences) of every file in either folder; only the tables are read."""
    files = [
        {p.relative_to(f).as_posix() for p in f.rglob("*") if p.is_file()} for f in (before, after)
    ]
    for name in sorted(files[0] | files[1]):
        if name not in files[0] & files[1]:
            sides = ("a file", "") if name in files[0] else ("", "a file")
            yield name, 0, [describe("(file)", {}, *sides)]
        elif Path(name).suffix in TABLES:
            tables = [read_cells(folder / name) for folder in (before, after)]
            yield name, *compare_tables(*tables, tolerance)


def read_expected(path):
    """Return the entries of a list of expected changes; raises ValueError for one that says too little or something unknown."""
    entries = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader) or []  # `no` stays text
    for entry in entries:
        if not {"file", "reason"} <= set(entry) <= KEYS:
            raise ValueError(
                f"{path}: an entry needs file and reason, and may have column and where: {entry}"
            )
    return entries


def is_same(cell, value):
    """Whether a cell is the value of a filter: the same text or the same number."""
    numbers = pd.to_numeric(pd.Series([cell, value]), errors="coerce")
    return cell == value or numbers[0] == numbers[1]


def find_reason(name, difference, expected):
    """Return the first entry that expects a difference, or None."""
    for entry in expected:
        row = difference["row"]
        where = entry.get("where", {}).items()
        if (
            fnmatchcase(name, entry["file"])
            and fnmatchcase(difference["column"], entry.get("column", "*"))
            and all(is_same(row.get(column), value) for column, value in where)
        ):
            return entry
    return None


def tell(difference):
    """Say a difference in one line, with the row it stands in as far as the first six filled cells tell."""
    cells = [f"{k}={v}" for k, v in difference["row"].items() if v and k != difference["column"]]
    size = (
        "" if np.isinf(difference["difference"]) else f" (relative {difference['difference']:.1e})"
    )
    where = f" at {', '.join(cells[:6])}" if cells else ""
    return f"{difference['before'] or 'nothing'} -> {difference['after'] or 'nothing'}{size}{where}"


def report(results, expected):
    """Print a summary per file and per changed column; return how many differences nobody expected."""
    total, surprises, counts = 0, 0, [0] * len(expected)
    for name, cells, differences in results:
        total += cells
        reasons = [find_reason(name, item, expected) for item in differences]
        for entry in filter(None, reasons):
            counts[expected.index(entry)] += 1
        known = sum(entry is not None for entry in reasons)
        surprises += len(differences) - known
        print(
            f"{name}: {cells} cells compared, {len(differences)} differences, {known} of them expected"
        )
        for column in dict.fromkeys(item["column"] for item in differences):
            here = [
                (e is None, d["difference"], i)
                for i, (e, d) in enumerate(zip(reasons, differences, strict=True))
                if d["column"] == column
            ]
            worst = differences[max(here)[2]]
            print(
                f"    {column}: {len(here)}, {sum(item[0] for item in here)} not expected; the worst: {tell(worst)}"
            )
    print(f"\n{total} cells compared; {surprises} differences that were not expected")
    for entry, count in zip(expected, counts, strict=True):
        place = f"{entry['file']} {entry.get('column', '*')} {entry.get('where', '')}".strip()
        print(f"expected {count:6d}  {place}: {entry['reason']}")
    return surprises


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="compare every cell of two results folders")
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--tolerance", type=float, default=1e-6)
    parser.add_argument("--expected", type=Path, help="YAML list of what was meant to change")
    given = parser.parse_args()
    for folder in (given.before, given.after):
        if not any(folder.glob("*")):
            parser.error(f"{folder} is not a folder with results")
    expected = read_expected(given.expected) if given.expected else []
    found = compare_folders(given.before, given.after, given.tolerance)
    sys.exit(1 if report(found, expected) else 0)
