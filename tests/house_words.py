"""How printed words are written: in sentence case, abbreviations of the field apart; no word of five letters in capitals, no heading that begins small."""

import functools
import os
import re
import sys
from pathlib import Path

import pytest
from crlm.cohort import findings
from crlm.display.cells import DisplayTable

PLACES = Path(__file__).with_name("findings.txt")
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


def check_finding(item):
    """The faults of a finding about the data: what is wrong and what to do are a sentence each, and it says where as approved."""
    faults = []
    for part in ("message", "remedy"):
        words = item[part]
        if not isinstance(words, str) or not words.strip():
            faults.append(f"no {part}")
        elif not (words.endswith((".", "?", "!")) or "=" in words.split()[-1]):  # or a command
            faults.append(f"{part}: {words}")
        elif part == "remedy" and words[0].islower():
            faults.append(f"a remedy that begins small: {words}")
    if any(re.search("XX.*XX", str(item[part])) for part in ("message", "remedy", "value")):
        faults.append("what a mutation tool adds")
    loud = re.findall(r"(?:\b[A-Z]+\b\W+){4,}", f"{item['message']} {item['remedy']} ")
    faults += [f"in capitals: {words}" for words in loud if len(words) > 20]
    if tell_place(item) not in read_places():
        if os.environ.get("CRLM_APPROVE"):
            with open(PLACES, "a", encoding="utf-8") as file:
                file.write(f"{tell_place(item)}\n")
        faults.append(f"not in {PLACES.name}: {tell_place(item)}")
    return [(item["rule"], fault) for fault in faults]


def tell_place(item):
    """A line of `PLACES`: rule, severity, and which of row, patient, column and value a finding has."""
    given = [
        part for part in ("row", "patient_id", "column", "value") if item[part] not in (None, "")
    ]
    return " ".join([item["rule"], item["severity"] + ":", *given])


@functools.cache
def read_places():
    """What the findings of every rule say about their place, a line each. With CRLM_APPROVE=1 tests add theirs: look at them."""
    return frozenset(PLACES.read_text(encoding="utf-8").splitlines())


def watch_findings(found):
    """Let every finding that is built add its faults to `found`; returns what undoes it."""
    begin = findings.build_finding

    def build(*parts, **named):
        item = begin(*parts, **named)
        found.extend(check_finding(item))
        return item

    build.__wrapped__ = begin

    def put(old, new):
        for module in list(sys.modules.values()):
            if getattr(module, "build_finding", None) is old:
                module.build_finding = new

    put(begin, build)
    return lambda: put(build, begin)


@pytest.fixture(autouse=True)
def findings_are_sentences(request):
    """Every finding that a test makes is read; those of random studies may stand anywhere."""
    found = []
    undo = watch_findings(found)
    yield
    undo()
    if "fuzz" in request.node.nodeid:
        found = [fault for fault in found if PLACES.name not in fault[1]]
    assert not found
