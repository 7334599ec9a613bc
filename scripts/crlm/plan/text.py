"""Texts as they are compared: what looks the same is the same."""

import re
import unicodedata

import yaml

SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
MINUS = "\u2212"
UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff]")


def fold_text(text):
    """Return a text with composed letters (NFC), plain single spaces, the keyboard's minus and without signs that nobody sees."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", UNSEEN.sub("", SPACES.sub(" ", text)))
        text = text.replace(MINUS, "-")  # as word processors write -999 and -0.5
    return (re.sub(" {2,}", " ", text) if "  " in text else text).strip()


NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code).isalnum()}


def fold_name(text):
    """Return the name of a column as it is compared: as `fold_text`, spaces for line breaks and narrow letters for wide ones."""
    return " ".join(fold_text(str(text)).translate(NARROW).split())


def write_yaml(value):
    """Return a text or a list of texts as it must be written in the plan, in quotes where it needs them."""
    text = yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=10_000)
    return text.strip()[1:-1]
