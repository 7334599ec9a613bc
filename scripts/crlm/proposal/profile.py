"""What the cells of a column are: numbers, dates or codes, and which of them look like missing."""

import re
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from crlm.cohort.conversion import WITH_UNIT, read_limit
from crlm.cohort.written_dates import FORMATS, parse_date
from crlm.plan.unit_words import plain_unit
from crlm.plan.variables import NUMBER, as_code

ISO = "%Y-%m-%d"
MOST = 0.9  # share of the entries that must be of a kind for the column to be so
MORE_FORMATS = ("%m/%d/%y", "%d/%m/%y", "%d-%m-%y", "%Y.%m.%d", "%Y年%m月%d日")
EXAMPLES = 4
SHOWN = 12
SERIAL = (18_000, 60_000)  # days of a spreadsheet between 1949 and 2064


@dataclass
class Profile:
    """given: entries that are there; filled: those that are no word for missing.

    codes : entry as written -> count, the most frequent first
    numbers : the numbers (NaN elsewhere); share_numbers, share_dates : of the filled; decimal : `,` or `.` where a text has one
    formats : formats that fit every date written as text, empty where they are as 2014-05-31, None for true dates
    missing : words that mean missing
    """

    rows: int
    filled: int
    codes: dict
    numbers: np.ndarray
    share_numbers: float
    share_dates: float
    formats: list | None
    decimal: str | None
    limits: int
    serial: bool
    missing: list
    unique: bool
    dates: int = 0
    given: int = 0
    units: list = field(
        default_factory=list
    )  # written behind each number in its cell, None where there is none
    told_missing: list = field(default_factory=list)  # numbers that mean missing, as the file says


def describe(cells, vocabulary):
    """Return the Profile of the cells of one column (None, text, numbers, Timestamps)."""
    given = [cell for cell in cells if cell is not None]
    words = {str(cell).casefold() for cell in given if isinstance(cell, str)}
    known = vocabulary.missing_words - ({"-"} if "+" in words else set())
    missing = sorted({cell for cell in given if isinstance(cell, str) and cell.casefold() in known})
    kept = [cell for cell in given if not (isinstance(cell, str) and cell.casefold() in known)]
    codes, spelled = Counter(as_code(cell) for cell in kept), {}
    for cell in kept:
        spelled.setdefault(as_code(cell), _write_code(cell))
    parted = [_part_unit(cell, vocabulary) for cell in kept]
    plain_cells = [cell for cell, _ in parted]
    decimal = _find_decimal(plain_cells)
    limits = _find_limits(plain_cells, decimal)
    numbers = np.array(
        [_read_number(limits.get(cell, cell), decimal) for cell in plain_cells], float
    )
    true = sum(isinstance(cell, pd.Timestamp) for cell in kept)
    formats, written = _find_formats(kept)
    found = numbers[~np.isnan(numbers)]
    serial = bool(len(found)) and bool(
        np.mean((found > SERIAL[0]) & (found < SERIAL[1]) & (found == np.floor(found))) > MOST
    )
    return Profile(
        rows=len(cells),
        filled=len(kept),
        codes={spelled[code]: count for code, count in codes.most_common()},
        numbers=numbers,
        share_numbers=len(found) / len(kept) if kept else 0.0,
        share_dates=(true + written) / len(kept) if kept else 0.0,
        formats=formats,
        decimal=decimal,
        limits=sum(cell in limits for cell in plain_cells),
        serial=serial,
        missing=missing,
        unique=len(codes) == len(kept) > 0,
        dates=true + written,
        given=len(given),
        units=[unit for _, unit in parted],
    )


def show_examples(profile):
    """Return a few entries as they stand in the file, the most frequent first."""
    return list(profile.codes)[:EXAMPLES]


def show_codes(profile, counted=False):
    """Return the codes of a column in brackets where they are few, with their rows if counted; nothing of identifiers and dates."""
    if not 0 < len(profile.codes) <= SHOWN or profile.share_dates > 0 or profile.unique:
        return ""
    codes = [f"{code}: n={count}" for code, count in profile.codes.items()]
    return f" ({', '.join(codes if counted else profile.codes)})"


def _write_code(cell):
    return f"{cell:%Y-%m-%d}" if isinstance(cell, pd.Timestamp) else str(cell)


def _find_decimal(cells):
    """The decimal sign of most numbers written as text, `,` or `.`; None where none has one. A run names those with the other."""
    texts = [cell.strip("<>≤≥=% ") for cell in cells if isinstance(cell, str)]
    commas = sum(bool(re.fullmatch(r"[+-]?\d+,\d+", text)) for text in texts)
    points = sum(bool(re.fullmatch(r"[+-]?\d*\.\d+", text)) for text in texts)
    return None if not commas + points else "," if commas >= points else "."


def _read_number(cell, decimal):
    if isinstance(cell, int | float):
        return float(cell)
    if not isinstance(cell, str):
        return np.nan
    text = cell.strip().removesuffix("%").strip()
    text = text.replace(",", ".") if decimal else text
    return float(text) if NUMBER.fullmatch(text) else np.nan


def _part_unit(cell, vocabulary):
    """(the number, its unit) of a text such as 35 mm; the cell itself and None where it says no unit."""
    found = WITH_UNIT.fullmatch(cell) if isinstance(cell, str) else None
    word = plain_unit(found[3].strip(". ")) if found else ""
    unit = vocabulary.units.get(word) if len(word) > 1 else None
    return (f"{found[1] or ''}{found[2]}", unit) if unit and unit != "%" else (cell, None)


def _find_limits(cells, decimal):
    """{limit as written: its number as text}; 10+ where only the highest number has a plus: 1+, 2+ and 3+ are grades."""
    found = {cell: read_limit(cell) for cell in cells if isinstance(cell, str)}
    found = {cell: limit[1] for cell, limit in found.items() if limit}
    marked = {cell for cell in found if cell[0] not in "<>≤≥"}
    numbers = [_read_number(found.get(cell, cell), decimal) for cell in cells]
    top = max((number for number in numbers if not np.isnan(number)), default=np.nan)
    if len(marked) != 1 or _read_number(found[next(iter(marked))], decimal) < top:
        return {cell: text for cell, text in found.items() if cell not in marked}
    return found


def _find_formats(cells):
    """The formats that fit the dates written as text (None where none is), and how many entries they fit; ISO needs none."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    if not texts:
        return None, 0
    if sum(parse_date(text[:10], ISO) is not None for text in texts) >= MOST * len(texts):
        return [], sum(parse_date(text[:10], ISO) is not None for text in texts)
    counts = {
        form: sum(parse_date(text, form) is not None for text in texts)
        for form in (*FORMATS, *MORE_FORMATS)
        if any(sign.isdigit() for sign in texts[0])
    }
    best = max(counts.values(), default=0)
    if best < MOST * len(texts):
        return None, 0
    return [form for form, count in counts.items() if count == best], best
