"""Single lines of a proposed plan: a text with its reason behind it, and a column with what must be known to read it."""

import re

from crlm.plan.text import write_yaml
from crlm.proposal.wording import keep, say

WIDTH = 46  # column at which short lines have their reason
BARE = re.compile(r"[^\W\d]\w*|\d+|-\d+|\d+\.\d+")
WORDS = {"yes", "no", "true", "false", "null", "on", "off", "none", "y", "n"}


def comment(text, reason):
    return f"{text.ljust(WIDTH)}  # {say(reason)}" if reason else text


def tag(guess, asked):
    """How sure a line is; an open question is told as such even where the plan has the line."""
    sure = "answered" if asked and guess.certainty == "certain" else guess.certainty
    sure = "QUESTION, not confirmed" if sure == "question" else sure
    return keep(f"[{say(sure)}] {say(' '.join(guess.reason.split()))}")


def write_entry(guess, common=(), comma=None):
    """Return how a column is written in the plan: its name, or a block with what must be known to read it.

    common : codes for missing that are said for the whole file; comma : whether the file's decimal sign is said to be one, None
    where nothing is said of it
    """
    parts = {}
    if guess.unit:
        parts["unit"] = write_yaml(guess.unit)
    if any(str(code) != level for code, level in guess.values.items()):
        parts["values"] = (
            "{"
            + ", ".join(f"{write_code(c)}: {_write_level(v)}" for c, v in guess.values.items())
            + "}"
        )
    missing = [code for code in (*guess.missing, *guess.missing_words) if code not in common]
    if missing:
        parts["missing"] = f"[{', '.join(map(write_code, missing))}]"
    for key, value in guess.settings.items():
        if key not in ("decimal", "rows", "order_by", "places", "formats", "gives"):
            parts[key] = f'"{value}"' if "%" in value else value
    decimal = guess.settings.get("decimal")
    if (comma and decimal == ".") or (comma is None and decimal == ","):
        parts["decimal"] = f'"{decimal}"'
    column = write_code(guess.column)
    if not parts:
        return column
    return "{" + ", ".join(f"{k}: {v}" for k, v in {"column": column, **parts}.items()) + "}"


def write_code(text):
    text = str(text)
    plainly = BARE.fullmatch(text) and text.casefold() not in WORDS and text.isascii()
    return (
        text
        if plainly
        else write_yaml(text)
        if write_yaml(text) != text or not _is_risky(text)
        else f'"{text}"'
    )


def _is_risky(text):
    return any(sign in text for sign in "{}[],:#&*!|>'\"%@`")


def _write_level(level):
    return f"[{', '.join(level)}]" if isinstance(level, list) else str(level)


def write_value(value):
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return (
        str(value)
        if isinstance(value, int)
        else write_yaml(value)
        if value not in (",", "|")
        else f'"{value}"'
    )
