"""A cohort for practice: the columns, codes and gaps of a study, each column drawn at random by itself.

Nothing of a row survives. What is kept of a column is how often its codes and gaps occur, in steps of `BLUR`, and twentieths of
its numbers, rounded to two digits; of dates the days from the patient's first day. No two columns go together but by chance, and
by what the checks of the cohort forbid: a patient who contradicts himself is drawn again.
"""

import numpy as np
import pandas as pd

from crlm.cohort import exclusions, histories, ingest, redcap, sources
from crlm.cohort.conversion import DEFAULT_CODES, convert_table
from crlm.cohort.identifiers import identify
from crlm.cohort.practice_draw import (
    BLUR,
    DAY,
    RUNNING,
    Column,
    Table,
    deal_patients,
    draw_numbers,
    draw_table,
    gather,
)
from crlm.cohort.practice_layout import BOXES, close_table, open_table, split_kinds
from crlm.plan.variables import LEVEL_KINDS, as_code

SHARES = np.arange(1, 20) / 20  # what is kept of a number: never the lowest nor the highest
LEAST = 20  # numbers of a column below which its quarters are kept only
ROUNDS = 15  # draws, each of the patients who are still missing
MONTH = 30  # days to which first days are rounded


def make_tables(tables, plan, rules, origin, seed, dictionary=None):
    """Return the made-up tables of a plan, in the order of `list_specs`, in which `tables` (cells) are too.

    rules: exclusions of the plan with their patients; who is left out, or is in the events alone, is described by nothing.
    dictionary: cells of the data dictionary of REDCap, or None
    """
    specs, count = list_specs(plan), len(plan["sources"])
    cohort, rest = tables[:count], list(tables[count:])
    blocks = rest.pop(0) if plan["blocks"] else None
    asked = {**plan, "cohort": {**plan["cohort"], "exclusions": rules}}
    split, asked["blocks"] = _split_blocks(blocks, plan)
    cohort, split, *_ = exclusions.leave_out(cohort, split, asked, dictionary, [])
    fields = {} if dictionary is None else redcap.read_dictionary(dictionary)[0]
    known = set().union(
        *(_list_patients(each, spec, fields) for each, spec in zip(cohort, specs, strict=False))
    )
    rest = [
        cells[_identify(cells, specs[-1], {}).isin(known)] for cells in rest
    ]  # the events, if there are any
    kept = [*cohort, *([] if blocks is None else [split[list(blocks.columns)]]), *rest]
    stacked = sum("by" not in each for each in plan["sources"])
    described, first_days = describe_tables(kept, specs, origin, fields, stacked)
    size = max(LEAST, round(len(known), -1))
    return draw_cohort(
        described, first_days, size, seed, lambda drawn: find_wrong(drawn, plan, dictionary)
    )


def _split_blocks(blocks, plan):
    """The table of blocks with the parts of its entries as columns, and how it is read; None without one."""
    if not plan["blocks"]:
        return blocks, plan["blocks"]
    return sources.split_keys(blocks, plan["blocks"])[:2]


def describe_tables(tables, specs, origin, fields=(), stacked=1):
    """Return ([Table], first days) of the cells of the tables.

    specs: the plan of each: the sources, then blocks and events where there are any. origin: the variable with the first day, or
    None. fields: of REDCap's data dictionary. stacked: how many of the first tables make up the
    cohort. First days: what is kept of them, in days since 1970.
    """
    opened = [
        open_table(cells, spec, dict(fields)) for cells, spec in zip(tables, specs, strict=True)
    ]
    typed = [_type_table(cells, spec) for cells, spec, _ in opened]
    first = {}
    for table in typed:
        if origin in table:
            first |= table.dropna(subset=[origin]).set_index("patient_id")[origin].to_dict()
    days = np.array([day / DAY for day in (value - pd.Timestamp(0) for value in first.values())])
    patients = len(set().union(*(table["patient_id"] for table in typed)))
    described = [
        _describe_file(*each, table, first, patients, place < stacked)
        for place, (each, table) in enumerate(zip(opened, typed, strict=True))
    ]
    for each, table in zip(described[: stacked if stacked > 1 else 0], typed, strict=False):
        each.patients = _blur(table["patient_id"].nunique())
    return described, _keep_numbers(days, MONTH)


def draw_cohort(described, first_days, count, seed, find_wrong):
    """Return the cells of every table, of `count` made-up patients or of as many as were found.

    find_wrong: function of the tables that returns the identifiers of those whom the checks call wrong, and of those of whom only
    the events are: they have none.
    """
    random, good = np.random.default_rng(seed), []
    for number in range(ROUNDS):
        missing = count - sum(len(names) for names, _ in good)
        if missing <= 0:
            break
        # no sign stands in them at which a plan splits
        names = [f"T{number}x{place}" for place in range(3 * missing + BLUR)]
        days = dict(zip(names, draw_numbers(first_days, len(names), random), strict=True))
        dealt = deal_patients(described, days, random)
        drawn = [draw_table(each, own, random) for each, own in zip(described, dealt, strict=True)]
        wrong, without = find_wrong(
            [close_table(*each) for each in zip(drawn, _list_layouts(described), strict=True)]
        )
        if without:
            key = described[-1].key
            drawn[-1] = drawn[-1][~drawn[-1][key].isin(without)]
        good.append(([name for name in names if name not in wrong][:missing], drawn))
    new = {
        name: f"P{place:04d}"
        for place, name in enumerate((name for names, _ in good for name in names), 1)
    }
    return [
        gather([drawn[place] for _, drawn in good], table, new)
        for place, table in enumerate(described)
    ]


def _list_layouts(described):
    return [table.layout for table in described]


def find_wrong(tables, plan, dictionary=None):
    """Identifiers of those who have an error, and of those whose events have. tables: in the order of `list_specs`."""
    tables = [table.set_axis(range(2, len(table) + 2)) for table in tables]
    rest = tables[len(plan["sources"]) :]
    blocks, spec = _split_blocks(rest.pop(0) if plan["blocks"] else None, plan)
    read = {**plan, "blocks": spec}
    cohort, _, found = ingest.ingest_cohort(
        tables[: len(plan["sources"])], blocks, read, dictionary=dictionary
    )
    wrong = set(found.loc[found["severity"] == "error", "patient_id"])
    stay = cohort[~cohort["patient_id"].isin(wrong)].reset_index(drop=True)
    _, told = histories.read_histories(stay, rest[0] if rest else None, plan)
    return wrong, {each["patient_id"] for each in told if each["severity"] == "error"}


def list_specs(plan):
    """How the tables of a plan are read: sources, then blocks and events."""
    events = plan["history"]["events"] if plan["history"] else None
    if events and not events["date_format"]:
        events = {**events, "date_format": plan["cohort"]["date_format"]}
    return [
        *plan["sources"],
        *([plan["blocks"]] if plan["blocks"] else []),
        *([events] if events else []),
    ]


def _identify(cells, spec, fields):
    cells, read, _ = open_table(cells, spec, fields)
    return identify(cells[read["columns"]["patient_id"]["column"]])


def _list_patients(cells, spec, fields):
    return set(_identify(cells, spec, fields))


def _list_columns(cells, spec):
    """{variable: how it is read} of the columns that are in the file once and are read as they stand."""
    columns = dict(spec["columns"])
    if spec.get("label"):
        columns["label"] = spec["label"]
    return {
        name: each
        for name, each in columns.items()
        if name != "patient_id"
        and "fixed" not in each
        and list(cells.columns).count(each["column"]) == 1
    }


def _type_table(cells, spec):
    """The typed table of the variables that have a kind; patient_id."""
    columns = {k: each for k, each in _list_columns(cells, spec).items() if "kind" in each}
    boxed = {k for k, each in columns.items() if each["column"].endswith(BOXES)}
    columns = {k: each for k, each in columns.items() if k not in boxed}
    every = {"patient_id": spec["columns"]["patient_id"], **columns}
    return convert_table(cells, every, spec)[0]


def _describe_file(cells, spec, layout, typed, first, patients, is_first):
    """The Table of a file: of one kind of row, or of the first kind with the others as its `kinds`."""
    found = []
    for fixed, rows in split_kinds(cells, layout):
        if len(rows) >= BLUR or not found:
            own = typed.loc[rows.index]
            one = is_first and not fixed
            table = _describe_table(rows, spec, own, first, patients, one)
            hidden = [*layout.kinds, *layout.counted]
            table.columns = {k: each for k, each in table.columns.items() if k not in hidden}
            for name in layout.counted:
                if rows[name].notna().any():
                    table.columns[name] = RUNNING
            table.fixed = fixed
            found.append(table)
    found[0].kinds, found[0].layout = found[1:], layout
    return found[0]


def _describe_table(cells, spec, typed, first, patients, is_first):
    key = spec["columns"]["patient_id"]["column"]
    rows = identify(cells[key]).value_counts()
    counts = rows.value_counts().to_dict()
    if not is_first and patients > len(rows):
        counts[0] = patients - len(rows)
    days = typed["patient_id"].map(first)
    columns = {}
    for name, each in _list_columns(cells, spec).items():
        if each["column"] not in columns:
            columns[each["column"]] = _describe(
                cells[each["column"]], each, spec, typed.get(name), days
            )
    return Table(key, {value: _blur(count) for value, count in counts.items()}, columns)


def _describe(cells, each, spec, values, days):
    if any(isinstance(cell, tuple) for cell in cells):  # what is ticked of the boxes of a question
        together = {cell: _blur(n) for cell, n in _count(cells).items() if n >= BLUR}
        return Column("codes", {}, len(cells), together, np.zeros(0))
    if "kind" not in each:
        return Column("numbers", {}, len(cells), {}, np.zeros(0), running=True)
    codes = {as_code(code) for code in (*spec.get("missing", []), *each["missing"])}
    known = values.notna() if values is not None else pd.Series(False, cells.index)
    gaps = [None if as_code(cell) not in codes or cell is None else cell for cell in cells[~known]]
    gaps = {cell: _blur(count) for cell, count in _count(gaps).items()}
    common = {"gaps": gaps, "known": _blur(int(known.sum())), "codes": {}, "numbers": np.zeros(0)}
    if each["kind"] in LEVEL_KINDS:
        return Column("codes", **{**common, "codes": _keep_codes(cells[known], each)})
    if each["kind"] == "date":
        days = days if days.notna().any() else pd.Series(pd.Timestamp(0), cells.index)
        numbers = ((values - days) / DAY).dropna().to_numpy(float)
        step = 1 if days.nunique() > 1 else MONTH
        form = each["date_format"] or spec.get("date_format") or "%Y-%m-%d"
        texts = any(isinstance(cell, str) for cell in cells[known])
        return Column(
            "dates",
            **{**common, "numbers": _keep_numbers(numbers, step)},
            form=form if texts else None,
        )
    numbers = values[known].to_numpy(float) / each["factor"]
    decimal = each["decimal"] or spec.get("decimal", ".")
    texts = [str(cell) for cell in cells[known]]
    return Column(
        "numbers",
        **{**common, "numbers": _keep_numbers(numbers)},
        decimals=2 if each["pattern"] and each["factor"] > 1 else _count_decimals(texts, decimal),
        comma=decimal == "," and any(isinstance(cell, str) for cell in cells[known]),
        share=100 / each["factor"] if each["pattern"] else 0,
    )


def _count(cells):
    counts = {}
    for cell in cells:
        counts[cell] = counts.get(cell, 0) + 1
    return counts


def _blur(count):
    return max(BLUR, BLUR * int(count / BLUR + 0.5)) if count else 0


def _keep_codes(cells, each):
    """Codes that the plan or the dictionary names; a word of the file only where `BLUR` have it: it may name somebody."""
    named = {as_code(code) for code in (*each["values"], *DEFAULT_CODES)}
    named |= {as_code(level) for level in (*each["levels"], *each["level_labels"].values())}
    counts = _count(cells)
    declared = bool(each["values"]) or each["kind"] == "binary"
    return {
        cell: _blur(count)
        for cell, count in counts.items()
        if count >= BLUR or (declared and as_code(cell) in named)
    }


def _keep_numbers(values, step=None):
    """Twentieths of the numbers (quarters of few), rounded to the step or to two digits; empty below `BLUR` numbers."""
    if len(values) < BLUR:
        return np.zeros(0)
    kept = np.quantile(values, SHARES if len(values) >= LEAST else [0.25, 0.5, 0.75])
    with np.errstate(divide="ignore"):
        size = step or 10.0 ** (np.floor(np.log10(np.where(kept == 0, 1, np.abs(kept)))) - 1)
    return np.maximum.accumulate(np.round(np.round(kept / size) * size, 10))


def _count_decimals(texts, decimal):
    """Decimals of most entries."""
    found = _count(len(text.partition(decimal)[2]) for text in texts)
    return min(max(found, key=found.get), 3) if found else 0
