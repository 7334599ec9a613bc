"""Days, months and quarters as they are written in a file, and what to say of those that cannot be read."""

import calendar
import datetime
import functools
import re
import unicodedata

import numpy as np
import pandas as pd

from crlm.plan import phrases
from crlm.plan.variables import NUMBER

FORMATS = ("%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y%m%d", "%d.%m.%y")
FORMATS += ("%d %b %Y", "%d-%b-%Y", "%d%b%Y", "%d. %b %Y", "%d/%b/%Y")
MONTH_FORMATS = (
    "%m/%Y",
    "%m.%Y",
    "%m-%Y",
    "%Y-%m",
    "%Y/%m",
    "%b %Y",
    "%b-%y",
    "%b/%Y",
    "%b/%y",
    "%b %y",
    "%m/%y",
    "%Y%m",
)
# Names of the months as exports have them; each word is known from its third letter on, where it is one month in all of them
MONTHS = """
    january januar januari janvier gennaio enero janeiro ocak jänner
    february februar februari février febbraio febrero fevereiro şubat feber
    march märz maart mars marzo março mart maerz mrz mrt
    april avril aprile abril nisan
    may mai mei maggio mayo maio maj mayıs
    june juni juin giugno junio junho haziran
    july juli juillet luglio julio julho temmuz
    august augustus août agosto augusti ağustos
    september septembre settembre septiembre setembro eylül
    october oktober octobre ottobre octubre outubro ekim
    november novembre noviembre novembro kasım
    december dezember december décembre dicembre diciembre dezembro desember aralık
"""
ERAS = {
    "S": 1925,
    "昭和": 1925,
    "H": 1988,
    "平成": 1988,
    "R": 2018,
    "令和": 2018,
}  # of Japan: the year before the first
ERA = re.compile(rf"({'|'.join(ERAS)})\s?(\d{{1,2}}|元)(?=[.年/-])")
QUARTER = "quarter"  # in place of a format
ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
WORD = r"(?:q|qu|qtr|quartal|quarter|trimestre|trim|t|kwartaal|季度|季)?\.?"
QUARTERS = [
    re.compile(
        rf"(?P<year>\d{{4}})\s*[-/. ]?\s*{WORD}\s*(?P<number>[1-4]|i{{1,3}}|iv)\.?\s*{WORD}"
    ),
    re.compile(
        rf"{WORD}\s*(?P<number>[1-4]|i{{1,3}}|iv)\.?\s*{WORD}\s*[-/. ]?\s*(?P<year>\d{{4}})"
    ),
]
CLOCK = re.compile(
    r"[T ]+\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)? ?([AaPp]\.?[Mm]\.?)? ?(Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)
LIKELY = (pd.Timestamp(1975, 1, 1), pd.Timestamp(2040, 1, 1))  # days of patients of today
STARTS = {
    "a spreadsheet": "1899-12-30",
    "R": "1970-01-01",
    "SAS or Stata": "1960-01-01",
}  # days are counted from here
SECONDS = {"R": "1970-01-01", "SAS": "1960-01-01", "SPSS": "1582-10-14"}


def propose_format(texts, total):
    """Return what to do about dates written as text in no declared format. texts: {row: text} of those not as 2014-05-31; total: of
    all entries, true dates too."""
    far = {
        row: text
        for row, text in texts.items()
        if re.match(r"(0000|1[0-7]|2[2-9]|[3-9])\d{2,3}-\d\d-\d\d", text)
    }
    if len(far) == len(texts):
        return f"{_name_rows(far)} stand far from any year of a patient; if they mean missing, list them under `missing:`."
    if all(NUMBER.fullmatch(text) for text in texts.values()) and (said := _name_count(texts)):
        return said
    counts = {form: [row for row, text in texts.items() if _fits(text, form)] for form in FORMATS}
    fitting = [form for form, rows in counts.items() if len(rows) == len(texts)]
    if fitting and len(texts) < total:
        return (
            f"No common format fits every entry: {total - len(texts)} are written as 2014-05-31, the others as "
            f"{' or '.join(fitting)} ({_name_rows(texts)}). Write all of them in one way."
        )
    if len(texts) < total:
        odd = _name_rows(texts)
        return f"All others are dates as they stand and need no date_format: correct {odd}, or list them under `missing:`."
    if fitting:
        return f"Set date_format. These fit every entry: {', '.join(fitting)}."
    months = [form for form in MONTH_FORMATS if all(_fits(text, form) for text in texts.values())]
    quarters = all(read_quarter(text) is not None for text in texts.values())
    marked = quarters and any(re.search(r"[^\d\s./-]", text) for text in texts.values())
    if months and not marked:
        also = f" If they are quarters and not months, `{QUARTER}`." if quarters else ""
        return (
            f"These are months without a day: {', '.join(months)} fit every entry, and the first of the month is taken. Enter days "
            f"where they are known, else set date_format.{also}"
        )
    if quarters:
        return f"These are quarters of a year: set date_format to `{QUARTER}`, and the middle of each is taken; or enter the days."
    best = max(counts, key=lambda form: len(counts[form]))
    if 2 * len(counts[best]) >= len(texts):
        odd = {row: text for row, text in texts.items() if row not in counts[best]}
        return f"Set date_format. {best} fits all but {_name_rows(odd)}: correct these, or list them under `missing:`."
    return (
        "No format fits most of the entries: write all days in one way, such as 2014-05-31. Where only the year is known, no "
        "months can be counted."
    )


def _fits(text, form):
    return parse_date(CLOCK.sub("", text), form) is not None


def _name_rows(texts, shown=5):
    """Some of {row: text} in words."""
    named = [f"'{text}' (row {row})" for row, text in list(texts.items())[:shown]]
    more = len(texts) - shown
    return ", ".join(named) + (f" and {phrases.plural(more, 'other')}" if more > 0 else "")


def _name_count(texts):
    """What numbers are that count days or seconds from a day; empty where they are years, months or days written as one number."""
    middle = float(np.median([float(text) for text in texts.values()]))
    if any(
        all(_fits(text, form) for text in texts.values()) for form in (*FORMATS, *MONTH_FORMATS)
    ):
        return ""
    if middle < 3000:
        return ""  # years
    likely = []
    for unit, length, starts in (("days", 1, STARTS), ("seconds", 86_400, SECONDS)):
        for name, start in starts.items():
            days = np.timedelta64(int(min(middle / length, 10**6)), "D")
            if LIKELY[0] < np.datetime64(start) + days < LIKELY[1]:
                likely.append(f"{unit} as {name} counts them, from {start}")
    if not likely:
        return ""
    if "spreadsheet" in likely[0]:
        return "If these are serial numbers of a spreadsheet, set `date_format: excel`."
    return f"These may be {' or '.join(likely)}: export the column as dates, such as 2014-05-31."


def advise(cell, form):
    """Return what to do about one cell that is no date, of a column that is read with a format or without."""
    if isinstance(cell, pd.Timestamp):
        return "No patient lived in that year: correct it, or list the day under `missing:` if it means missing."
    text = str(cell)
    if NUMBER.fullmatch(text) and form != "excel":
        fitting = [each for each in FORMATS if _fits(text, each)]
        if fitting:
            return f"Set date_format; {fitting[0]} reads it."
        return _name_count({0: text}) or "Correct the date, or list it under `missing:`."
    return "Correct the date, or list it under `missing:`."


def read_quarter(text):
    """Return the middle of a quarter written as 2019Q3, Q3/2019, 3/2019, III/2019 or 3. Quartal 2019; None for anything else."""
    for pattern in QUARTERS:
        if found := pattern.fullmatch(text.strip().casefold()):
            number = ROMAN.get(found["number"]) or int(found["number"])
            year = int(found["year"])
            return pd.Timestamp(year, 3 * number - 1, 15) if 1800 < year < 2200 else None
    return None


@functools.cache
def _list_months():
    """{word in small letters without accents: number of the month}, words of three letters and more that mean one month only."""
    found = {}
    for number, names in enumerate(MONTHS.strip().splitlines(), 1):
        for name in map(_plain, names.split()):
            for end in range(3, len(name) + 1):
                found.setdefault(name[:end], set()).add(number)
    return {word: months.pop() for word, months in found.items() if len(months) == 1}


def _plain(word):
    word = unicodedata.normalize("NFKD", word.casefold().replace("ı", "i"))
    return "".join(sign for sign in word if not unicodedata.combining(sign))


def _translate_months(text, form):
    """The text with the names of months in English, as %b reads them, without `de` (14 de marzo de 2015)."""
    names = calendar.month_name if "%B" in form else calendar.month_abbr

    def translate(found):
        number = _list_months().get(_plain(found[1]))
        return found[0] if number is None else names[number]

    return re.sub(r"([^\W\d_]{3,})\.?", translate, re.sub(r"\bde ", "", text))


@functools.lru_cache(100_000)  # the dates of a column repeat
def parse_date(text, form):
    """Return the day that a text means in a format, None for none: months may be named in the languages of `MONTHS`, and years
    counted in an era of Japan (H26.8.5 in %Y.%m.%d)."""
    if "%b" in form or "%B" in form:
        text = _translate_months(text, form)
    if form.startswith("%Y") and (era := ERA.match(text)):
        year = ERAS[era[1]] + (1 if era[2] == "元" else int(era[2]))
        text = f"{year}{text[era.end() :]}"
    try:
        parsed = datetime.datetime.strptime(text, form)
    except ValueError:
        return None
    if (
        "%y" in form and parsed > datetime.datetime.now()
    ):  # nobody was born, seen or treated in the future: 12.5.46 is 1946
        parsed = parsed.replace(year=parsed.year - 100)
    return pd.Timestamp(parsed).normalize() if 1800 < parsed.year < 2200 else None
