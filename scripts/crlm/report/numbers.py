"""Every headline number of the run by key: results/numbers.csv, from which an author's own text is filled."""

from itertools import count

import pandas as pd

from crlm.analyses import order
from crlm.display import formats, privacy
from crlm.display.keys import PARTS

COLUMNS = ("key", "value", "text", "file", "row", "column")


def build_numbers(plan, results, files):
    """Return a table of numbers: key, value (full precision), text (as printed), file, row, column.

    plan, results: as `tables.build_tables` takes them; files: {name of the result table: path, or one path per endpoint}. An
    estimate with limits has four keys: that of the whole and, with `_estimate`, `_lower` and `_upper` behind it, of its parts.
    Where small counts are hidden, so are they here, with what would tell them.
    """
    least = plan["output"]["privacy"]["small_cells"]
    masked, rows, lines, used = {}, {}, [], {}
    for module in order.load("numbers").values():
        for number in module.list_numbers(plan, results):
            values, texts = number.values, number.texts
            if least:
                values, texts = _hide(number, results, least, masked)
            where = _locate(number, plan, results, files, rows)
            keys = [number.key]
            if len(texts) > 1:
                keys += [f"{number.key}_{part}" for part in PARTS]
                values = (values[0], *values)
            shown = (
                [*number.columns]
                if len(keys) == 1
                else ["; ".join(number.columns), *number.columns]
            )
            for key, value, text, column in zip(keys, values, texts, shown, strict=True):
                lines.append((_make_unique(key, used), value, formats.finish(text), *where, column))
    table = pd.DataFrame(lines, columns=COLUMNS)
    return table.assign(value=table["value"].astype(float))


def read_texts(table):
    """Return {key: text} of numbers.csv."""
    return dict(zip(table["key"], table["text"], strict=True))


def _make_unique(key, used):
    """The key, with a number behind it where another fact has it already."""
    if key in used:
        key = next(f"{key}_{n}" for n in count(2) if f"{key}_{n}" not in used)
    used[key] = True
    return key


def _table_of(number, results):
    return (results["endpoints"][number.endpoint] if number.endpoint else results)[number.table]


def _hide(number, results, least, masked):
    """Values and texts of a number as they may leave the hospital."""
    place = number.table, number.endpoint
    if number.place is None:
        return number.values, number.texts
    if place not in masked:
        masked[place] = privacy.mask(_table_of(number, results), least).to_dict("index")
    row = masked[place][number.place]
    cells = [row[column] for column in number.columns]
    words = next((cell for cell in cells if isinstance(cell, str)), None)
    few = number.patients is not None and 0 < number.patients < least
    lost = [
        formats.is_missing(cell) and not formats.is_missing(value)
        for cell, value in zip(cells, number.values, strict=True)
    ]
    if few or words or any(lost):
        shown = words if words and not few else privacy.WITHHELD
        return (None,) * len(number.values), (shown,) * len(number.texts)
    if number.columns == ("count",) and formats.is_missing(row.get("percent", 0)):
        alone = number.texts[0].split(" ")[0]  # the per cent would tell how few are not known
        return number.values, (alone,)
    rounded = "median" in number.columns[0]
    return tuple(cells) if rounded else number.values, number.texts


def _locate(number, plan, results, files, rows):
    """File and row of a number, in words that a reader finds it by."""
    path = files[number.table]
    if number.endpoint:
        path = path[list(plan["endpoints"]).index(number.endpoint)]
    if number.place is None:
        return str(path), f"counted: {number.by[0]}" if number.by else "counted: known"
    place = number.table, number.endpoint
    if place not in rows:
        rows[place] = _table_of(number, results).to_dict("index")
    row = rows[place][number.place]
    parts = [
        f"{name}={_tell(row[name])}" for name in number.by if not formats.is_missing(row[name])
    ]
    return str(path), "; ".join(parts)


def _tell(value):
    return f"{value:g}" if isinstance(value, float) else str(value)
