"""Numbers as text: the one place, besides the figures, where a result is rounded.

A journal has rules of its own (`output: style`, workflow/schemas/print.yaml). A script says once which apply, by `use`, before
it makes texts; results on disk are never rounded.
"""

import math
import re
from dataclasses import dataclass, fields
from functools import partial

from crlm.plan.phrases import MISSING

LEVEL = 0.05  # below it a p-value is told as low
NOT_REACHED = "not reached"
JOINT = "\0"  # stands for a space at which no line is broken, until the lines are made
# not broken: a sign and its number ("p = 0.012" whole), a number and its unit or what it counts, "3 of 40"
SMALL_WORDS = "of|or|and|to|in|for|the|at|by|per|on|is|was|are|had|has|not|no|as|vs|if|but|who|may"
TOGETHER = re.compile(
    r"(?<=\b[pnN]) (?=[<>=≤≥] )|(?<=[<>=≤≥±]) (?=[-−]?\d)"
    rf"|(?<=\d) (?=%|(?!(?:{SMALL_WORDS})\b)[A-Za-zµμ]{{1,3}}(?:/[A-Za-z0-9]+)?(?![A-Za-z]))"
    r"|(?<=\d) (?=(?:(?:day|week|month|year|patient|event|death)s?|censored)\b)"
    r"|(?<=\d) (?=(?:Tage?n?|Wochen?|Monate?n?|Jahre?n?|Patient(?:en)?|Ereigniss?e?n?|Todesfälle?n?)\b)"
    rf"|(?<=\)) (?=%)|(?<=\bp[er][ro]) (?=\d|(?!(?:{SMALL_WORDS})\b)[A-Za-zµμ]{{1,3}}(?:/[A-Za-z0-9]+)?(?![A-Za-z]))"
    r"|(?<=\d) (?=of \d)|(?<=\d of) (?=\d)"
)


@dataclass(frozen=True)
class Style:
    """How numbers are printed; as it stands, the style of this software."""

    decimal: str = "."  # sign before the decimals
    limits: str = "–"  # between two limits
    range: str = "–"  # between two quartiles
    percent: str = " "  # between a number and its per cent sign
    p_letter: str = "p"
    p_space: str = " "  # around the sign after the letter
    p_zero: bool = True  # 0 before the decimals of a p-value
    p_heading: str = "p"  # of a column
    p_least: float = 0.001  # smaller ones are said to be below it
    p_decimals: tuple = ((0, 3),)  # (from this p-value on, decimals), the largest first
    p_below_level: bool = True  # more decimals where rounding would make 0.05 of what is below it


PLAIN = Style()
_used = {"style": PLAIN}


def use(rules=None, sources=()):
    """From now on texts follow these rules: {field of Style: value} of a journal, and those of a language (`language.use`), whose
    catalogue is among the sources (paths); none for those of this software, in English."""
    from crlm.display import language  # which imports this module

    given, known = rules or {}, {field.name for field in fields(Style)}
    rules = {name: value for name, value in given.items() if name in known}
    rules |= {n: tuple(map(_freeze, v)) for n, v in rules.items() if isinstance(v, list)}
    _used["style"] = Style(**rules)
    language.use(given, sources)


def _freeze(value):
    return tuple(value) if isinstance(value, list) else value


def style():
    """The Style in use."""
    return _used["style"]


def finish(words):
    """Text with its decimals, per cent signs and p in the style in use, also where they were not made by this module.

    Numbers with two points or after a letter, and those that begin a DOI, stay as they are.
    """
    if style() == PLAIN:
        return words
    if style().decimal != ".":
        number = r"(?<![\w.·])(?<![a-z]/)(?!10\.\d{4})(\d+)\.(\d+)(?!\w|\.\d)"
        words = re.sub(number, rf"\1{style().decimal}\2", words)
    words = re.sub(r"(?<=[\d)])[ \u00a0\u202f]%", f"{style().percent}%", words)
    letter = style().p_letter
    return re.sub(r"(?<![\w'’])p(?=-value|[ \u00a0][a-z=<>]|[:,;.)]|$)", letter, words)


def finish_heading(words):
    """The heading of a column in the style in use: `p` may become `P value`."""
    return finish(re.sub(r"^p\b(?!-value)", style().p_heading, words))


def is_missing(value):
    """Whether a cell of a result table is empty (None or NaN)."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def as_texts(column):
    """A column as text, missing as the empty text (a reader may have made numbers of group names)."""
    return column.astype(object).where(column.notna(), "").map(str)


def split_words(text):
    """The pieces between which a line may be broken: `(> 50 %)`, `p = 0.012` and `12 months` are one each."""
    text = re.sub(r"[ \t\r\n]+", " ", str(text).strip())
    return [piece.replace(JOINT, " ") for piece in TOGETHER.sub(JOINT, text).split(" ")]


def format_number(value, digits=1, empty=MISSING):
    """A number with fixed decimals; what rounds to zero has no minus sign."""
    if is_missing(value):
        return empty
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{value:.{digits}f}"
    text = text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")
    return text.replace(".", style().decimal)


def format_count(value, empty=MISSING):
    """A whole number."""
    return empty if is_missing(value) else str(round(value))


def format_share(count, total):
    """`12 (34.3)`: a count and its per cent of the total; the count alone when the total is 0."""
    return f"{format_count(count)} ({format_number(100 * count / total)})" if total else "0"


def format_p(p_value, empty=MISSING):
    """A p-value: to three digits, `<0.001` below and `>0.999` above; journals have other digits.

    What is below 0.05 is not rounded to 0.05, since sentences and counts go by the value: it has as many digits as show that.
    """
    if is_missing(p_value):
        return empty
    rules = style()
    digits = next(number for least, number in rules.p_decimals if p_value >= least)
    while rules.p_below_level and p_value < LEVEL <= float(f"{p_value:.{digits}f}"):
        digits += 1
    sign, shown = "", f"{p_value:.{digits}f}"
    if p_value < rules.p_least:
        sign, shown = "<", f"{rules.p_least:f}".rstrip("0")
    elif float(shown) >= 1:
        sign, shown = ">", f"{1 - 10**-digits:.{digits}f}"
    return sign + (shown if rules.p_zero else shown.removeprefix("0")).replace(".", rules.decimal)


def state_p(p_value):
    """`p = 0.012` or `p < 0.001` for running text; `p not estimable` when missing."""
    rules = style()
    if is_missing(p_value):
        return f"{rules.p_letter} not estimable"
    return name_p(format_p(p_value))


def name_p(text):
    """`p = 0.012` or `p < 0.001` of the text that `format_p` made."""
    rules = style()
    sign, number = (text[0], text[1:]) if text[0] in "<>" else ("=", text)
    return f"{rules.p_letter}{rules.p_space}{sign}{rules.p_space}{number}"


def format_ratio(value, empty=MISSING, digits=None):
    """A hazard ratio to two decimals, without them when it is large; with `digits` decimals where they are given."""
    if is_missing(value):
        return empty
    if value >= 1000:
        return ">1000"
    if value < 0.005:
        return f"<0{style().decimal}01"
    return format_number(value, digits if digits is not None else 2 if value < 99.5 else 0)


def format_interval(estimate, lower, upper, form=format_number, empty=MISSING, open_end=MISSING):
    """`1.41 (1.13–1.75)`; limits that are both missing are left out, a single missing one is `open_end`.

    Beside a minus sign the limits are joined by "to". Estimate and limits have the same decimals.
    """
    known = [value for value in (estimate, lower, upper) if not is_missing(value)]
    if form is format_ratio and min(known, default=0) < 99.5:
        form = partial(format_ratio, digits=2)
    text = form(estimate, empty=empty)
    if is_missing(lower) and is_missing(upper):
        return text
    limits = [form(value, empty=open_end) for value in (lower, upper)]
    join = " to " if any(limit.startswith("−") for limit in limits) else style().limits
    return f"{text} ({join.join(limits)})"


def format_median(median, lower, upper, patients=None):
    """A median time in months with its limits; NR stands for a limit that is not reached. Of 0 patients there is none."""
    if patients == 0:
        return MISSING
    return format_interval(median, lower, upper, empty=NOT_REACHED, open_end="NR")


def format_percent(share, lower=None, upper=None):
    """A probability with its limits in per cent, one decimal."""
    values = [None if is_missing(value) else 100 * value for value in (share, lower, upper)]
    return format_interval(*values)


def format_spread(middle, low, high, digits=None):
    """`64 [57–71]`: median and quartiles, with `digits` decimals; without them, as few as the three need."""
    digits = choose_spread_digits(middle, low, high) if digits is None else digits
    texts = [format_number(value, digits) for value in (middle, low, high)]
    return f"{texts[0]} [{texts[1]}{style().range}{texts[2]}]"


def choose_spread_digits(*values):
    """Decimals of medians and quartiles, one number for all of a row: none when all are whole."""
    whole = all(is_missing(value) or float(value).is_integer() for value in values)
    return 0 if whole else choose_digits(*values)


def choose_digits(*values):
    """Decimals that show three figures of the largest value, at least one and at most two."""
    known = [abs(value) for value in values if not is_missing(value)]
    return 2 if known and max(known) < 1 else 1


def describe_step(spec):
    """What one step of a number's hazard ratio is: `per 10 years`, `per cm`, `per doubling`; empty for levels."""
    if spec.get("kind") not in ("continuous", "count"):
        return ""
    if spec.get("transform") == "log2":
        return "per doubling"
    per, unit = spec.get("per") or 1, spec.get("unit") or ""
    if per == 1:
        return f"per {unit.removesuffix('s')}" if unit and unit != "%" else f"per 1{unit}"
    return f"per {per:g}{unit if unit == '%' else ' ' + unit}".rstrip()
