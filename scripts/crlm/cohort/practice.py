"""A cohort for practice: the columns, codes and gaps of a study, each column drawn at random by itself.

Nothing of a row survives. What is kept of a column is how often its codes and gaps occur, in steps of `BLUR`, and twentieths of
its numbers, rounded to two digits; of dates the days from the patient's first day. No two columns go together but by chance, and
by what the checks of the cohort forbid: a patient who contradicts himself is drawn again.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crlm.cohort import exclusions, histories, ingest
from crlm.cohort.conversion import DEFAULT_CODES, convert_table
from crlm.cohort.identifiers import identify
from crlm.plan.variables import LEVEL_KINDS, as_code

BLUR = 5  # frequencies are told in steps of it, and what is rarer is made as frequent
SHARES = np.arange(1, 20) / 20  # what is kept of a number: never the lowest nor the highest
LEAST = 20  # numbers of a column below which its quarters are kept only
ROUNDS = 15  # draws, each of the patients who are still missing
MONTH = 30  # days to which first days are rounded
DAY = pd.Timedelta(days=1)


@dataclass
class Column:
    """What is kept of one column. gaps and codes: {cell: frequency}; numbers: rising, or days from the first day."""

    kind: str  # "codes", "numbers" or "dates"
    gaps: dict
    known: int  # entries that are no gap, in steps of BLUR
    codes: dict
    numbers: np.ndarray
    decimals: int = 0
    comma: bool = False  # numbers are texts with a decimal comma
    form: str | None = None  # of dates that are texts
    share: float = 0  # what it makes with others of the row, 100 or 1
    running: bool = False  # 1, 2, 3 ... within a patient


@dataclass
class Table:
    """What is kept of one table: the column of the identifier, {rows per patient: frequency}, and the columns."""

    key: str
    rows: dict
    columns: dict


def make_tables(tables, plan, rules, origin, seed):
    """Return the made-up tables of a plan, in the order of `list_specs`, in which `tables` (cells) are too.

    rules: exclusions of the plan with their patients; who is left out, or is in the events alone, is described by nothing.
    """
    specs, count = list_specs(plan), len(plan["sources"])
    sources, rest = tables[:count], list(tables[count:])
    blocks = rest.pop(0) if plan["blocks"] else None
    asked = {**plan, "cohort": {**plan["cohort"], "exclusions": rules}}
    sources, blocks, *_ = exclusions.leave_out(sources, blocks, asked, None, [])
    known = set().union(*map(list_patients, sources, specs))
    rest = [
        keep_patients(cells, specs[-1], known) for cells in rest
    ]  # the events, if there are any
    kept = [*sources, *([] if blocks is None else [blocks]), *rest]
    described, first_days = describe_tables(kept, specs, origin)
    size = max(LEAST, round(len(kept[0]), -1))
    return draw_cohort(described, first_days, size, seed, lambda drawn: find_wrong(drawn, plan))


def describe_tables(tables, specs, origin):
    """Return ([Table], first days) of the cells of the tables.

    specs: the plan of each: the sources, then blocks and events where there are any. origin: the variable with the first day, or
    None. First days: what is kept of them, in days since 1970.
    """
    typed = [_type_table(cells, spec) for cells, spec in zip(tables, specs, strict=True)]
    first = {}
    for table in typed:
        if origin in table:
            first |= table.dropna(subset=[origin]).set_index("patient_id")[origin].to_dict()
    days = np.array([day / DAY for day in (value - pd.Timestamp(0) for value in first.values())])
    patients = len(set().union(*(table["patient_id"] for table in typed)))
    described = [
        _describe_table(cells, spec, table, first, patients, place == 0)
        for place, (cells, spec, table) in enumerate(zip(tables, specs, typed, strict=True))
    ]
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
        names = [f"{number}-{place}" for place in range(3 * missing + BLUR)]
        days = dict(zip(names, _draw_numbers(first_days, len(names), random), strict=True))
        drawn = [_draw_table(each, days, random) for each in described]
        wrong, without = find_wrong(drawn)
        if without:
            key = described[-1].key
            drawn[-1] = drawn[-1][~drawn[-1][key].isin(without)]
        good.append(([name for name in names if name not in wrong][:missing], drawn))
    new = {
        name: f"P{place:04d}"
        for place, name in enumerate((name for names, _ in good for name in names), 1)
    }
    return [
        _gather([drawn[place] for _, drawn in good], table, new)
        for place, table in enumerate(described)
    ]


def find_wrong(tables, plan):
    """Identifiers of those who have an error, and of those whose events have. tables: in the order of `list_specs`."""
    tables = [table.set_axis(range(2, len(table) + 2)) for table in tables]
    rest = tables[len(plan["sources"]) :]
    blocks = rest.pop(0) if plan["blocks"] else None
    cohort, _, found = ingest.ingest_cohort(tables[: len(plan["sources"])], blocks, plan)
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


def list_patients(cells, spec):
    """The identifiers of a table."""
    return set(identify(cells[spec["columns"]["patient_id"]["column"]]))


def keep_patients(cells, spec, known):
    """The rows of the patients who are known."""
    return cells[identify(cells[spec["columns"]["patient_id"]["column"]]).isin(known)]


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
    every = {"patient_id": spec["columns"]["patient_id"], **columns}
    return convert_table(cells, every, spec)[0]


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


def _draw_numbers(kept, size, random):
    """Numbers between the kept ones; nothing where nothing was kept."""
    if not len(kept):
        return np.full(size, np.nan)
    return np.interp(random.random(size), np.linspace(0, 1, len(kept)), kept)


def _draw_keys(weights, size, random):
    keys = np.empty(len(weights), object)
    keys[:] = list(weights)
    share = np.array(list(weights.values()), float)
    return keys[random.choice(len(keys), size, p=share / share.sum())]


def _draw_table(table, days, random):
    """Cells of the patients whose first days are given, with the identifier in its column."""
    names = list(days)
    repeats = _draw_keys(table.rows, len(names), random).astype(int)
    owners = np.repeat(np.array(names, object), repeats)
    first = np.repeat(np.array(list(days.values()), float), repeats)
    drawn = {table.key: owners}
    shares = [name for name, column in table.columns.items() if column.share]
    whole = _draw_shares([table.columns[name] for name in shares], len(owners), random)
    for name, column in table.columns.items():
        if column.running:
            drawn[name] = (
                pd.Series(owners).groupby(owners).cumcount().add(1).astype(object).to_numpy()
            )
        else:
            numbers = whole[shares.index(name)] if column.share else None
            drawn[name] = _draw_column(column, owners, first, random, numbers)
    return pd.DataFrame(drawn, dtype=object)


def _draw_shares(columns, size, random):
    """Numbers of each of the columns that make a whole: drawn one by one, then brought to it, in steps of `BLUR` per cent."""
    if not columns:
        return []
    drawn = np.nan_to_num([_draw_numbers(each.numbers, size, random) for each in columns])
    drawn[0] += (drawn.sum(axis=0) == 0) * 100
    parts = np.floor(100 * drawn / drawn.sum(axis=0) / BLUR) * BLUR
    parts[np.argmax(parts, axis=0), np.arange(size)] += 100 - parts.sum(axis=0)
    return [part * each.share / 100 for part, each in zip(parts, columns, strict=True)]


def _draw_column(column, owners, first, random, numbers=None):
    size = len(first)
    gap = np.full(size, None, object)
    known = random.random(size) < column.known / max(column.known + sum(column.gaps.values()), 1)
    if column.gaps:
        gap = _draw_keys(column.gaps, size, random)
    if column.kind == "codes":
        cells = _draw_keys(column.codes, size, random) if column.codes else gap
        return np.where(known, cells, gap)
    if numbers is None:
        numbers = _draw_numbers(column.numbers, size, random)
    if (
        column.kind == "dates"
    ):  # of several rows of a patient from the first to the last, as such tables have them
        numbers = numbers + np.where(np.isnan(first), 0, first)
        numbers = numbers[np.lexsort((numbers, pd.factorize(owners)[0]))]
    known = (known | bool(column.share)) & ~np.isnan(numbers)
    show = _show_day if column.kind == "dates" else _show_number
    drawn = zip(numbers, known, gap, strict=True)
    return np.array(
        [show(number, column) if told else empty for number, told, empty in drawn], object
    )


def _show_number(number, column):
    rounded = round(float(number), column.decimals)
    rounded = rounded if column.decimals else int(rounded)
    return str(rounded).replace(".", ",") if column.comma else rounded


def _show_day(number, column):
    day = pd.Timestamp(0) + round(float(number)) * DAY
    return day.strftime(column.form) if column.form else day


def _gather(tables, table, new):
    """The rows of those who are kept, under their new names, in their order."""
    cells = pd.concat(tables, ignore_index=True)
    cells = cells[cells[table.key].isin(new)]
    cells = cells.assign(**{table.key: cells[table.key].map(new)})
    return cells.sort_values(table.key, kind="stable").reset_index(drop=True)
