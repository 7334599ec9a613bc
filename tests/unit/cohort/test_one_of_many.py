"""Findings on one row read as well as those on many, and where counts are hidden do not tell that it is one."""

import re

import pandas as pd
import pytest
from crlm.cohort.blocks import drop_empty_blocks
from crlm.cohort.identifiers import compare_tables, identify
from crlm.display.few_words import hide_words


@pytest.fixture
def said():
    """The notes on a table of six rows of which `count` have neither a lesion nor a share, and a stranger each."""

    def make(count):
        lesions = pd.DataFrame({"L": [None] * count + ["1"] * (6 - count)})
        shares = pd.DataFrame({"d": [None] * count + [5.0] * (6 - count)})
        items = drop_empty_blocks(lesions, shares, ["d"], {"lesion": "L"})[2]
        ids = pd.Series([f"P{n}" for n in range(6)])
        known = [f"p{n}" if n < count else f"P{n}" for n in range(6)]
        return [item["message"] for item in [*items, *compare_tables(ids, known, "ID")]]

    return make


def test_one_is_no_plural_and_a_hidden_one_reads_as_two(said):
    one, two = said(1), said(2)
    assert len(one) == len(two) == 2
    for single, double in zip(one, two, strict=True):
        assert not re.search(r"\b1 of \d+ \w+ (are|have|lie|belong)\b", single)
        assert single != double
        assert hide_words(single, 5) == hide_words(double, 5)


def test_an_identifier_that_is_a_date_is_its_day():
    cells = pd.Series([pd.Timestamp(2019, 3, 1), pd.Timestamp(2019, 3, 1, 7, 30), None, 7])
    assert identify(cells).tolist() == ["2019-03-01", "2019-03-01 07:30:00", "", "7"]
