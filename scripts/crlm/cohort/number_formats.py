"""What the number format of a spreadsheet shows beside a number, instead of it, or not at all."""

import re

from crlm.plan.text import fold_name

LITERAL = re.compile(
    r'"[^"]*"|\\.|_.|\*.'
)  # parts of a number format that are printed as they stand
BRACKETS = re.compile(r"\[[^\]]*\]")  # colours and conditions
SCALED = re.compile(r"[0#?](,+)(?![0#?,])")  # each comma behind the last digit divides by 1000


def read_instead(form, value):
    """Return the words that a number format shows instead of a number: yes for 1 in ``"yes";;"no"``; empty where it shows it."""
    part = _choose_part(form, value)
    if re.search(r"[0#?@]|[A-Za-z]", LITERAL.sub("", BRACKETS.sub("", part))):
        return ""
    return read_beside(part)


def is_unseen(form, value):
    """Whether a number format shows nothing where there is a value: ``;;;``, or ``0;-0;`` for a zero."""
    form = form or "General"
    if ";" not in form or re.search(r"\[[<>=]", form):
        return False
    parts = form.split(";")
    text = parts[3] if len(parts) > 3 else "@"
    part = text if isinstance(value, str) else _choose_part(form, value)
    return not BRACKETS.sub("", part).strip()


def find_divisor(form):
    """Return by what a number format divides the numbers that it shows: 1000 in ``0.0,``; else 1."""
    commas = SCALED.search(LITERAL.sub("", BRACKETS.sub("", (form or "").split(";")[0])))
    return 1000 ** len(commas[1]) if commas else 1


def _choose_part(form, value):
    """The part of a format for a number: above, below and at zero."""
    parts = (form or "").split(";")
    zero = min(2, len(parts)) % len(parts)
    return parts[0 if value > 0 or len(parts) < 2 else 1 if value < 0 else zero]


def read_beside(form):
    """Return the text that a number format puts beside the number: mm of ``0.0" mm"``; empty without letters."""
    form = BRACKETS.sub("", (form or "").split(";")[0])
    parts = [part.strip('"').lstrip("\\") for part in LITERAL.findall(form) if part[0] in '"\\']
    text = fold_name("".join(parts))
    return text if re.search(r"[^\W\d_]", text) else ""
