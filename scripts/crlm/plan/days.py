"""How a plan writes days, and how it says that the export writes them."""

import datetime
import re


def is_date_format(text):
    """Whether a date written in this format can be read again; `excel` and `quarter` are words for what is no format."""
    if text in ("excel", "quarter"):
        return True
    if not any(year in text for year in ("%Y", "%y", "%G", "%x", "%c")):
        return False  # Python 3.13 warns when it parses a day without a year
    day = datetime.datetime(2013, 11, 1)
    try:
        return datetime.datetime.strptime(day.strftime(text), text) == day
    except (ValueError, re.error):  # the second: a sign stands there twice
        return False


def is_day(text):
    """Whether a text is a day as 2022-12-31."""
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def check_date_format(text, place, problems):
    if text is not None and not is_date_format(text):
        problems.append(
            f"{place}.date_format: '{text}' is not a date format. Write %d for the day, %m for the month, %Y for the year "
            "(%y for two digits), such as %d.%m.%Y; or `excel` for serial numbers, `quarter` for quarters of a year."
        )
