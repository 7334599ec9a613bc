"""Days from the cells of an export: true dates, texts in a declared format, serial numbers."""

import datetime
import functools
import re

import numpy as np
import pandas as pd

from crlm.cohort.cell_types import Number1904, Whole1904
from crlm.cohort.findings import build_finding
from crlm.plan.variables import NUMBER

EXCEL_EPOCH = pd.Timestamp(1899, 12, 30)
EXCEL_EPOCH_1904 = pd.Timestamp(1904, 1, 1)
FORMATS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d", "%d.%m.%y")
FORMATS += ("%d %b %Y", "%d-%b-%Y", "%d%b%Y")
CLOCK = re.compile(r"[T ]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)? ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$")
# ASSUME midnight between Greenwich (summer) and Moscow; dates of hospitals have no time of their own
MIDNIGHT_EAST = re.compile(r"(2[123]:00)(:00([.,]0+)?)? ?(Z|UTC|GMT|[+-]00:?00)")


def convert_date(cells, spec, settings):
    """Return {variable: days} and the findings of one column of dates; the time of a day is left away."""
    form = spec["date_format"] or settings.get("date_format")
    dates, found = {}, []
    texts = [cell for cell in cells if isinstance(cell, str)]
    iso = {text for text in texts if _read_iso(text) is not None}
    if not form and not iso.issuperset(texts):
        fitting = [
            f
            for f in FORMATS
            if all(parse_date(CLOCK.sub("", text), f) is not None for text in texts)
        ]
        hint = (
            f"These fit every entry: {', '.join(fitting)}."
            if fitting
            else "No common format fits every entry."
        )
        example = next(text for text in texts if text not in iso)
        found.append(
            build_finding(
                "error",
                "ambiguous_date",
                f"{spec['label']}: dates are written as text and no format is declared.",
                f"Set date_format. {hint}",
                column=spec["column"],
                value=example,
            )
        )
        kept = [None if isinstance(cell, str) and cell not in iso else cell for cell in cells]
        cells = pd.Series(kept, cells.index, dtype=object)
    if form and form != "excel" and not re.search("%[djxcDFU]", form) and texts:
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
            number = isinstance(cell, int | float) or NUMBER.fullmatch(str(cell))
            found.append(
                build_finding(
                    "error",
                    "impossible_date",
                    f"{spec['label']} is not a date" + (f" in the format {form}." if form else "."),
                    "If these are serial numbers of a spreadsheet, set `date_format: excel`."
                    if number and form != "excel"
                    else "Correct the date, or list it under `missing:`.",
                    row=row,
                    column=spec["column"],
                    value=cell,
                )
            )
    column = pd.Series([dates[row] for row in cells.index], cells.index, dtype="datetime64[ns]")
    return {spec["name"]: column}, found


def _read_date(cell, form):
    if form == "excel":
        text = str(cell)
        number = float(text) if NUMBER.fullmatch(text) else np.nan
        if not 1 <= number < 110_000:
            return None
        start = EXCEL_EPOCH_1904 if isinstance(cell, Whole1904 | Number1904) else EXCEL_EPOCH
        return (start + pd.Timedelta(days=float(number))).normalize()
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


@functools.lru_cache(100_000)  # the dates of a column repeat
def parse_date(text, form):
    try:
        parsed = datetime.datetime.strptime(text, form)
    except ValueError:
        return None
    return pd.Timestamp(parsed).normalize() if 1800 < parsed.year < 2200 else None
