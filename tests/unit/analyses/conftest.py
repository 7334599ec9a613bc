"""Every table that a test of an analysis makes is read for how its words are written, and nothing that an estimate says is dropped."""

import sys
from pathlib import Path

import house_words
import pandas as pd
import pytest

ANALYSES = Path("crlm", "analyses").as_posix()
# one row serves two tables, or has a column only where it is needed
ELSEWHERE = {
    ("cutoffs", "log_likelihood"),
    ("repeat_resection", "threshold"),
    ("sensitivity_models", "drawn_from"),
    *(
        ("nonproportional", name)
        for name in ("se", "ratio", "ratio_lower", "ratio_upper", "ratio_p_value")
    ),
}


@pytest.fixture(scope="module", autouse=True)
def faults_of_words():
    found = []
    undo = house_words.watch(found)
    yield found
    undo()


@pytest.fixture(autouse=True)
def words_are_written_as_in_a_paper(faults_of_words):
    yield
    found = [*faults_of_words]
    faults_of_words.clear()
    assert not found


@pytest.fixture(autouse=True)
def what_an_estimate_says_has_a_column(monkeypatch):
    """pandas drops in silence what a row says under a name that is no column of its table."""
    found, begin = [], pd.DataFrame.__init__

    def make(table, data=None, index=None, columns=None, *others, **named):
        if columns is not None and isinstance(data, list) and data and type(data[0]) is dict:
            caller = Path(sys._getframe(1).f_code.co_filename)
            if ANALYSES in caller.as_posix():
                said = {name for row in data for name in row} - set(columns)
                found.extend({(caller.parent.name, name) for name in said} - ELSEWHERE)
        begin(table, data, index, columns, *others, **named)

    monkeypatch.setattr(pd.DataFrame, "__init__", make)
    yield
    assert not found
