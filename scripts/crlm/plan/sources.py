"""Where the cohort comes from: its files and sheets, further tables joined to it, and what several rows of a patient mean."""

import datetime
from collections import Counter

from crlm.plan.days import check_date_format
from crlm.plan.files import check_file
from crlm.plan.schema import nearest
from crlm.plan.variables import (
    LEVEL_KINDS,
    NUMBER_KINDS,
    as_text,
    resolve_columns,
)

STRUCTURE = ("exclusions", "sources", "join", "rows", "duplicates", "redcap")
SHARED = (
    "encoding",
    "decimal",
    "thousands",
    "missing",
    "date_format",
)  # what a joined table has in common
NUMBERS = (*NUMBER_KINDS, "duration")
TAKES = {
    "max": (*NUMBERS, "date", "ordinal", "binary"),
    "min": (*NUMBERS, "date", "ordinal", "binary"),
    "any": ("binary",),
    "count": NUMBER_KINDS,
}


def resolve_sources(cohort, columns, variables, units, problems):
    """Return every table that is read, complete: the sources of the cohort first, then the joined ones.

    Each has the settings of its reader, `columns` (resolved), `rows` ({keep, order_by}), `by` and `to` (joined tables), and
    `name`, the words for it in findings: empty where the cohort is one file.
    """
    base = {key: value for key, value in cohort.items() if key not in STRUCTURE}
    base["decoded"] = "redcap" in cohort
    rows = _resolve_rows(cohort, "cohort", problems)
    tables = []
    for number, source in enumerate(cohort.get("sources") or [{}]):
        place = f"cohort.sources.{number}" if source else "cohort"
        own = source.get("columns", {})
        given = {name: entry for name, entry in own.items() if entry is not None}
        given = resolve_columns(given, variables, units, problems, f"{place}.columns")
        kept = {**columns, **given}
        for name in own:
            if own[name] is None and kept.pop(name, None) is None:
                hint = nearest(name, columns)
                problems.append(f"{place}.columns.{name}: there is nothing to take away.{hint}")
        settings = {key: source[key] for key in source if key not in ("columns", "set")}
        tables.append({**base, **settings, "columns": kept, "set": source.get("set", {})})
        _check_file(tables[-1], place, problems)
    if "file" in cohort and not any(each.get("file") == cohort["file"] for each in tables):
        problems.append(f"cohort.file: no source reads {cohort['file']}; list it, or take it out.")
    _set_values(tables, variables, units, problems)
    _complete_columns(tables)
    own = set().union(*(table["columns"] for table in tables))
    for number, join in enumerate(cohort.get("join", [])):
        joined = _resolve_join(join, number, base, variables, units, problems)
        for name in own.intersection(joined["columns"]) - {"patient_id"}:
            problems.append(
                f"cohort.join.{number}.columns.{name}: it is mapped elsewhere as well; keep one."
            )
        own |= set(joined["columns"])
        tables.append(joined)
    for table in tables:
        table["rows"] = _check_folding(table, table.get("rows") or rows, variables, problems)
    sources = [table for table in tables if "by" not in table]
    if any(table["rows"]["keep"] == "fold" for table in sources):
        for table in sources:
            table["rows"] = {**rows, "keep": "fold"}
    _name_tables(tables)
    return tables


def merge_columns(tables):
    """Return how each variable of any table is read, by the first table that has it."""
    merged = {}
    for table in tables:
        for name, spec in table["columns"].items():
            if name not in merged or "fixed" in merged[name]:
                merged[name] = spec
    return merged


def _check_file(table, place, problems):
    check_date_format(table.get("date_format"), place, problems)
    if "file" not in table:
        problems.append(f"{place}: the key 'file' is missing (there is no cohort.file either).")
    else:
        check_file(table, place, problems)


def _resolve_rows(settings, place, problems):
    rows = settings.get("rows")
    if rows is not None and "duplicates" in settings:
        problems.append(f"{place}: give `rows` or `duplicates`, not both.")
    rows = rows or settings.get("duplicates", "error")
    rows = {"keep": rows} if isinstance(rows, str) else rows
    return {"order_by": None, **rows}


def _resolve_join(join, number, base, variables, units, problems):
    place = f"cohort.join.{number}"
    entries = {**join["columns"], "patient_id": join["by"]}
    if "patient_id" in join["columns"]:
        problems.append(f"{place}.columns.patient_id: the identifier stands under `by`.")
    table = {
        **dict.fromkeys(("sheet", "delimiter", "header_row", "comment", "connection")),
        "skip_rows": [],
        **{key: base[key] for key in ("file", *SHARED) if key in base},
        **join,
        "columns": resolve_columns(entries, variables, units, problems, f"{place}.columns"),
        "to": join.get("to"),
        "rows": _resolve_rows(join, place, problems),
    }
    _check_file(table, place, problems)
    return table


def _set_values(tables, variables, units, problems):
    """Variables with one value for all rows of a source become columns with this value."""
    for name in dict.fromkeys(name for table in tables for name in table["set"]):
        spec = variables.get(name)
        if spec and spec["kind"] in LEVEL_KINDS and not spec["levels"]:
            given = [as_text(table["set"][name]) for table in tables if name in table["set"]]
            spec["levels"] = list(dict.fromkeys(given))
            spec["level_labels"] = {
                level: spec["level_labels"].get(level, level) for level in spec["levels"]
            }
    for number, table in enumerate(tables):
        for name, value in table.pop("set").items():
            place = f"cohort.sources.{number}.set"
            entry = {name: {"column": f"set: {name}"}}
            spec = resolve_columns(entry, variables, units, problems, place).get(name)
            if name == "patient_id":
                problems.append(f"{place}.patient_id: patients cannot share an identifier.")
            elif spec:
                value = _check_value(value, spec, f"{place}.{name}", problems)
                table["columns"] = {**table["columns"], name: {**spec, "fixed": value}}


def _check_value(value, spec, place, problems):
    """A value as the cell that means it; levels, numbers and days are checked."""
    if spec["kind"] in LEVEL_KINDS:
        value = as_text(value)
        if value not in spec["levels"]:
            problems.append(
                f"{place}: '{value}' is not a level ({', '.join(spec['levels'])})."
                f"{nearest(value, spec['levels'])}"
            )
    elif spec["kind"] == "date":
        try:
            datetime.date.fromisoformat(str(value))
        except ValueError:
            problems.append(f"{place}: '{value}' is not a day; write it as 2022-12-31.")
    elif isinstance(value, bool) or not isinstance(value, int | float):
        problems.append(f"{place}: '{value}' is not a number.")
    return value


def _complete_columns(tables):
    """What one source has and another has not is unknown in the rows of the other."""
    every = merge_columns(tables)
    for table in tables:
        has = table["columns"]
        table["columns"] = {
            name: has.get(name) or {**spec, "column": f"{spec['column']} (not there)", **_NOWHERE}
            for name, spec in every.items()
        }


_NOWHERE = dict.fromkeys(("fixed", "where", "take", "if_no_row", "censored"))


def _check_folding(table, rows, variables, problems):
    """What is done with the rows of a patient; `where` and `take` say by themselves that they are folded."""
    asked = {}
    for name, spec in table["columns"].items():
        take, kind = spec.get("take"), variables.get(name, {}).get("kind")
        if spec.get("where") or take or spec.get("if_no_row") is not None:
            asked[name] = spec
        if spec.get("if_no_row") is not None and not spec.get("where") and "by" not in table:
            problems.append(
                f"columns.{name}.if_no_row: say by `where` which rows a patient may not have."
            )
        if take in TAKES and kind not in TAKES[take]:
            problems.append(f"columns.{name}.take: `{take}` is not for a variable that is {kind}.")
        if spec.get("if_no_row") is not None and kind == "date":
            problems.append(f"columns.{name}.if_no_row: a date cannot be made up.")
            continue
        if spec.get("none_ticked") is not None and kind not in LEVEL_KINDS:
            problems.append(
                f"columns.{name}.none_ticked: only a variable with levels can have one for an empty cell."
            )
            continue
        for key in ("if_no_row", "several", "none_ticked"):
            if spec.get(key) is not None:
                spec[key] = _check_value(spec[key], spec, f"columns.{name}.{key}", problems)
    if asked and rows["keep"] not in ("error", "fold"):
        problems.append(
            f"columns.{next(iter(asked))}: `where`, `take` and `if_no_row` go with `rows: fold`, not with "
            f"`{rows['keep']}`, which keeps a row as it is."
        )
    return {**rows, "keep": "fold"} if asked else rows


def _name_tables(tables):
    """The words by which findings tell the tables apart: the file, with the sheet where one file is read twice."""
    sources = [table for table in tables if "by" not in table]
    files = [str(table.get("file", "")) for table in tables]
    short = [file.replace("\\", "/").rsplit("/", 1)[-1] for file in files]
    several = Counter(short[files.index(file)] for file in set(files))
    for table, name, file in zip(tables, short, files, strict=True):
        name = file if several[name] > 1 else name
        if files.count(file) > 1 and table.get("sheet"):
            name = f"{name}, sheet {table['sheet']}"
        table["name"] = name if len(sources) > 1 or "by" in table else ""
    names = Counter(table["name"] for table in tables)
    for number, table in enumerate(tables):
        if names[table["name"]] > 1:
            table["name"] = f"{table['name']} (table {number + 1})"
