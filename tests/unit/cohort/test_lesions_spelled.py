"""Lesions, and blocks of a lesion, that are spelled in two ways would count twice."""

import pandas as pd
import pytest
from crlm.cohort.ingest import _check_spelling

KEYS = {"lesion": {"column": "Lesion"}, "block": {"column": "Block"}}


def check(*rows):
    table = pd.DataFrame(
        rows, columns=["patient_id", "lesion", "block"], index=range(2, 2 + len(rows))
    )
    return [
        (item["severity"], item["row"], item["column"], item["value"])
        for item in _check_spelling(table, KEYS)
    ]


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([("a", "L1", "1"), ("a", "l1", "2")], [("error", 3, "Lesion", "l1")]),
        ([("a", "L1", "1"), ("a", "L01", "2")], [("error", 3, "Lesion", "L01")]),
        ([("a", "L1", "A"), ("a", "L1", "a")], [("error", 3, "Block", "a")]),
        ([("a", "L1", "A"), ("a", "L2", "a")], []),
        ([("a", "L1", "A"), ("b", "l1", "A")], []),
        ([("a", "L1", "A"), ("a", "L1", "B"), ("a", "L2", "A")], []),
        ([("a", "", "A"), ("a", "", "B")], []),
    ],
)  # fmt: skip
def test_one_lesion_in_two_spellings_is_an_error(rows, found):
    assert check(*rows) == found
