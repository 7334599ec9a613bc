"""Keys of numbers: stable names made of the plan's, and numbers of running text that know theirs."""

import re
import unicodedata
from dataclasses import dataclass

from crlm.display import formats

OPEN, MIDDLE, CLOSE = "\ue000", "\ue001", "\ue002"  # private characters: no text of a plan has them
MARKED = re.compile(f"{OPEN}([^{MIDDLE}]*){MIDDLE}([^{CLOSE}]*){CLOSE}")
OVERALL = "overall"
PARTS = ("estimate", "lower", "upper")


@dataclass(frozen=True)
class Number:
    """A number of the run as it is printed, and where it stands.

    key: identifier; values: one, or estimate, lower and upper limit (None or NaN where missing); texts: of the whole, and where
    there are limits of its three parts too. table: name of the result table; endpoint: its endpoint, empty for a table of the
    study; place: position of its row; columns: where the values stand; by: the columns that say which row it is; patients: of how
    many the number is, where the table does not say so in that row.
    """

    key: str
    values: tuple
    texts: tuple
    table: str
    endpoint: str
    place: int
    columns: tuple
    by: tuple = ()
    patients: float | None = None


def tell_ratio(values):
    """Texts of a ratio with limits: the whole, estimate, lower and upper limit, all with the decimals that they have together."""
    known = [value for value in values if not formats.is_missing(value)]
    digits = 2 if min(known, default=0) < 99.5 else None
    whole = formats.format_interval(*values, formats.format_ratio)
    return whole, *(formats.format_ratio(value, digits=digits) for value in values)


def list_ratios(table, name, endpoint):
    """Numbers of Cox models: hazard ratio and p of every term that has them; a reference level has none.

    table: of the columns of cox/{endpoint}.csv; name: what results call it.
    """
    columns = ("hazard_ratio", "lower", "upper")
    for place, row in table[table["hazard_ratio"].notna()].to_dict("index").items():
        level = row["level"]
        if isinstance(level, str) and level == row["reference"]:
            continue
        terms = row["model"], row["variable"], level
        where = {
            "table": name,
            "endpoint": endpoint,
            "place": place,
            "by": ("model", "variable", "level"),
        }
        values = tuple(row[column] for column in columns)
        texts = tell_ratio(values)
        yield Number(name_term(endpoint, "hr", *terms), values, texts, columns=columns, **where)
        p = row["p_value"]
        key, texts = name_term(endpoint, "hr_p", *terms), (formats.state_p(p),)
        yield Number(key, (p,), texts, columns=("p_value",), **where)


def make_key(*parts):
    """Return the parts as one identifier in lower case without accents; what begins with a digit gets `n` before it."""
    text = "_".join(str(part) for part in parts if part not in (None, ""))
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    key = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return f"n{key}" if key[:1].isdigit() else key


def name_group(endpoint, what, grouping, group):
    """The key of a number of a group: `os_median_overall`, `os_5y_fong_risk_low`."""
    return make_key(endpoint, what, grouping, group if grouping != OVERALL else None)


def name_time(months):
    """`5y` for 60 months, `18m` for 18."""
    return f"{months / 12:g}y" if months and months % 12 == 0 else f"{months:g}m"


def name_term(endpoint, what, model, variable, level=None):
    """The key of a term of a model: `os_hr_clinical_age`, `os_hr_clinical_sex_male`."""
    return make_key(endpoint, what, model, variable, level if isinstance(level, str) else None)


def mark(text, key):
    """Return a text that knows the key of the number it is; `split` and `strip` take it apart."""
    return f"{OPEN}{key}{MIDDLE}{text}{CLOSE}"


def split(text):
    """Return a marked text as [(text, key or None)] in order."""
    pieces, end = [], 0
    for found in MARKED.finditer(text):
        pieces += [(text[end : found.start()], None), (found[2], found[1])]
        end = found.end()
    return [piece for piece in [*pieces, (text[end:], None)] if piece[0]]


def strip(text):
    """Return a marked text as it is read."""
    return MARKED.sub(lambda found: found[2], text)
