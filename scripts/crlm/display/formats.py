"""Numbers as text: the one place, besides the figures, where a result is rounded."""

import math
import re

from crlm.plan.phrases import MISSING

NOT_REACHED = "not reached"
JOINT = "\0"  # stands for a space at which no line is broken, until the lines are made
# not broken: a sign and its number ("p = 0.012" whole), a number and its unit or what it counts, "3 of 40"
SMALL_WORDS = "of|or|and|to|in|for|the|at|by|per|on|is|was|are|had|has|not|no|as|vs|if|but|who|may"
TOGETHER = re.compile(
    r"(?<=\b[pnN]) (?=[<>=≤≥] )|(?<=[<>=≤≥±]) (?=[-−]?\d)"
    rf"|(?<=\d) (?=%|(?!(?:{SMALL_WORDS})\b)[A-Za-zµμ]{{1,3}}(?:/[A-Za-z0-9]+)?(?![A-Za-z]))"
    r"|(?<=\d) (?=(?:(?:day|week|month|year|patient|event|death)s?|censored)\b)"
    r"|(?<=\d) (?=of \d)|(?<=\d of) (?=\d)"
)


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
    return text.removeprefix("-") if float(text) == 0 else text.replace("-", "−")


def format_count(value, empty=MISSING):
    """A whole number."""
    return empty if is_missing(value) else str(round(value))


def format_share(count, total):
    """`12 (34.3)`: a count and its per cent of the total; the count alone when the total is 0."""
    return f"{format_count(count)} ({format_number(100 * count / total)})" if total else "0"


def format_p(p_value, empty=MISSING):
    """A p-value to three digits, `<0.001` below and `>0.999` above."""
    if is_missing(p_value):
        return empty
    if p_value < 0.001:
        return "<0.001"
    return f"{p_value:.3f}" if p_value < 0.9995 else ">0.999"


def state_p(p_value):
    """`p = 0.012` or `p < 0.001` for running text; `p not estimable` when missing."""
    if is_missing(p_value):
        return "p not estimable"
    text = format_p(p_value)
    return f"p {text[0]} {text[1:]}" if text[0] in "<>" else f"p = {text}"


def format_ratio(value, empty=MISSING):
    """A hazard ratio to two decimals, without them when it is large."""
    if is_missing(value):
        return empty
    if value >= 1000:
        return ">1000"
    if value < 0.005:
        return "<0.01"
    return f"{value:.2f}" if value < 99.5 else f"{value:.0f}"


def format_interval(estimate, lower, upper, form=format_number, empty=MISSING, open_end=MISSING):
    """`1.41 (1.13–1.75)`; limits that are both missing are left out, a single missing one is `open_end`.

    Beside a minus sign the limits are joined by "to".
    """
    text = form(estimate, empty=empty)
    if is_missing(lower) and is_missing(upper):
        return text
    limits = [form(value, empty=open_end) for value in (lower, upper)]
    join = " to " if any(limit.startswith("−") for limit in limits) else "–"
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


def format_spread(middle, low, high):
    """`64 [57–71]`: median and quartiles, without decimals when all three are whole."""
    values = (middle, low, high)
    whole = all(is_missing(value) or float(value).is_integer() for value in values)
    texts = [format_number(value, choose_digits(*values) if not whole else 0) for value in values]
    return f"{texts[0]} [{texts[1]}–{texts[2]}]"


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
