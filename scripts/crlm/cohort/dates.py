"""Days from the cells of an export: true dates, texts in a declared format, serial numbers."""

import re

import numpy as np
import pandas as pd

from crlm.cohort.cell_types import Number1904, Whole1904
from crlm.cohort.findings import build_finding
from crlm.cohort.written_dates import (
    CLOCK,
    QUARTER,
    advise,
    parse_date,
    propose_format,
    read_quarter,
)
from crlm.plan.variables import NUMBER

EXCEL_EPOCH = pd.Timestamp(1899, 12, 30)
EXCEL_EPOCH_1904 = pd.Timestamp(1904, 1, 1)
DAYS = "%[djxcDFU]"  # signs of a format that say the day
CERTAIN = 8  # dates from which months that are all 1 to 4 are no chance
# ASSUME midnight between Greenwich (summer) and Moscow; dates of hospitals have no time of their own
MIDNIGHT_EAST = re.compile(r"(2[123]:00)(:00([.,]0+)?)? ?(Z|UTC|GMT|[+-]00:?00)")


def convert_date(cells, spec, settings):
    """Return {variable: days} and the findings of one column of dates; the time of a day is left away."""
    form = spec["date_format"] or settings.get("date_format")
    if form == QUARTER:
        return _convert_quarters(cells, spec)
    dates, found = {}, []
    texts = [cell for cell in cells if isinstance(cell, str)]
    iso = {text for text in texts if _read_iso(text) is not None}
    if not form and not iso.issuperset(texts):
        others = {
            row: cell for row, cell in cells.items() if isinstance(cell, str) and cell not in iso
        }
        hint = propose_format(others, cells.notna().sum())
        example = next(iter(others.values()))
        found.append(
            build_finding(
                "error",
                "ambiguous_date",
                f"{spec['label']}: dates are written as text and no format is declared.",
                hint,
                column=spec["column"],
                value=example,
            )
        )
        kept = [None if isinstance(cell, str) and cell not in iso else cell for cell in cells]
        cells = pd.Series(kept, cells.index, dtype=object)
    if form and form != "excel" and not re.search(DAYS, form) and texts:
        found.append(
            build_finding(
                "warning",
                "day_unknown",
                f"{spec['label']}: the format {form} has no day; the first of the month is taken, on average two weeks too early.",
                "Enter the days where they are known; else say in the paper that only months were.",
                column=spec["column"],
            )
        )
    later = pd.Timedelta(days=1) if _are_midnights_elsewhere(texts) else pd.Timedelta(0)
    for row, cell in cells.items():
        dates[row] = None
        if cell is None:
            continue
        if not isinstance(cell, pd.Timestamp):
            dates[row] = _read_date(cell, form)
            if isinstance(cell, str) and dates[row] is not None:
                dates[row] += later
        elif 1800 < cell.year < 2200:
            dates[row] = cell.normalize()
        if dates[row] is None:
            found.append(
                build_finding(
                    "error",
                    "impossible_date",
                    f"{spec['label']} is not a date" + (f" in the format {form}." if form else "."),
                    advise(cell, form),
                    row=row,
                    column=spec["column"],
                    value=f"{cell:%Y-%m-%d}" if isinstance(cell, pd.Timestamp) else cell,
                )
            )
    column = pd.Series([dates[row] for row in cells.index], cells.index, dtype="datetime64[ns]")
    if form and form != "excel" and not re.search(DAYS, form):
        found += _find_quarters(column, spec)
    return {spec["name"]: column}, found


def _convert_quarters(cells, spec):
    """Quarters of a year as the middle of each; days stay days."""
    dates, found = {}, []
    for row, cell in cells.items():
        day = None if cell is None else read_quarter(str(cell)) if isinstance(cell, str) else cell
        day = _read_iso(cell) if day is None and isinstance(cell, str) else day
        dates[row] = day if isinstance(day, pd.Timestamp) else None
        if cell is not None and dates[row] is None:
            found.append(
                build_finding(
                    "error",
                    "impossible_date",
                    f"{spec['label']} is not a quarter of a year, such as 2019Q3, Q3/2019 or III/2019.",
                    "Correct it, or list it under `missing:`.",
                    row=row,
                    column=spec["column"],
                    value=cell,
                )
            )
    found.append(
        build_finding(
            "warning",
            "day_unknown",
            f"{spec['label']}: only quarters of a year are known; the middle of each is taken, up to six weeks from the day.",
            "Enter the days where they are known; else say in the paper that only quarters were.",
            column=spec["column"],
        )
    )
    column = pd.Series([dates[row] for row in cells.index], cells.index, dtype="datetime64[ns]")
    return {spec["name"]: column}, found


def _find_quarters(column, spec):
    """An error where all months of dates without a day are 1 to 4: 3/2019 is then the third quarter. By chance 0.33 ** 8."""
    months = column.dropna().dt.month
    if len(months) < CERTAIN or months.max() > 4 or months.nunique() < 2:
        return []
    return [
        build_finding(
            "error",
            "quarters_as_months",
            f"{spec['label']}: all {len(months)} dates lie in the months 1 to 4; these are probably quarters of a year.",
            f"If so, set date_format to `{QUARTER}` for this column; else enter the days.",
            column=spec["column"],
        )
    ]


def _read_date(cell, form):
    if form == "excel":
        text = str(cell)
        number = float(text) if NUMBER.fullmatch(text) else np.nan
        if not 1 <= number < 110_000:
            return None
        start = EXCEL_EPOCH_1904 if isinstance(cell, Whole1904 | Number1904) else EXCEL_EPOCH
        return start + np.timedelta64(int(number), "D")
    if not form:
        return _read_iso(str(cell))
    text = str(cell) if re.search("%[HIXcTR]", form) else CLOCK.sub("", str(cell))
    return parse_date(text, form)


def _read_iso(text):
    """A day written as 2014-05-31, with or without the time of the day; None for anything else behind it."""
    return parse_date(text[:10], "%Y-%m-%d") if CLOCK.sub("", text) == text[:10] else None


def _are_midnights_elsewhere(texts):
    """Whether all texts are midnights of a place east of Greenwich written in universal time, as programs for the web write days:
    2014-05-30T22:00:00Z is the 31st in Vienna."""
    clocks = {CLOCK.search(text)[0].strip(" T") if CLOCK.search(text) else "" for text in texts}
    return bool(clocks) and all(MIDNIGHT_EAST.fullmatch(clock) for clock in clocks)


def nearest_days(times):
    """Return times with a zone as days: midnights of another place, one or two clock times in a column, are the nearest day."""
    clocks = times.dropna().dt.strftime("%H:%M:%S")
    plain = times.dt.tz_localize(None)
    east = (
        len(clocks) and clocks.map(lambda clock: bool(MIDNIGHT_EAST.fullmatch(f"{clock}Z"))).all()
    )
    return plain.dt.ceil("D") if east and clocks.nunique() <= 2 else plain
