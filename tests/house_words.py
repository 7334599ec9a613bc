"""How printed words are written: in sentence case, abbreviations of the field apart; no word of five letters in capitals, no heading that begins small."""

import re

from crlm.display.cells import DisplayTable

CAPITALS = re.compile(r"\b[A-Z]{5,}\b")
NAMES = {  # written so by those who made them
    "ANOVA", "CRASS", "STROBE", "REMARK", "TRIPOD", "REDCap", "SPSS", "LASSO", "ORCID", "TOGA",
}  # fmt: skip
# below a heading that several columns share
SMALL = {"p", "q", "n", "df", "χ²", "patients", "events", "linear", "spline", "first", "second"}
SMALL |= {"z", "no", "yes"}  # a statistic; levels


def find_shouting(text):
    """The words in capitals of a text that is printed, and what a mutation tool adds to one."""
    return [word for word in CAPITALS.findall(text) if word not in NAMES] + re.findall("XX.*", text)


def check_table(table):
    """The faults of a DisplayTable's heads, notes and title."""
    heads = [text for column in table.columns for text in (column.label, column.over) if text]
    faults = [word for text in (*heads, *table.notes, table.title) for word in find_shouting(text)]
    faults += [
        text for text in heads if text[0].islower() and re.split(r"\W", text)[0] not in SMALL
    ]
    if table.columns and table.columns[0].align != "left":
        faults.append("the names of rows are not at the left")
    return faults


def watch(found):
    """Let every DisplayTable that is made add its faults to `found`; returns what undoes it."""
    begin = DisplayTable.__init__

    def make(table, *parts, **named):
        begin(table, *parts, **named)
        found.extend((table.name, fault) for fault in check_table(table))

    DisplayTable.__init__ = make
    return lambda: setattr(DisplayTable, "__init__", begin)
