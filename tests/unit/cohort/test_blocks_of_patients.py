"""A table of blocks beside the cohort: whose they are, what is wrong with them, and the words on it."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.ingest import convert_blocks, type_cohort

PLAN = """
study: {title: Made up}
cohort: {file: c.csv}
variables: {x: {label: X, kind: count, timing: baseline, range: [0, 50]}}
columns: {patient_id: id, overall_time: months, died: dead, x: x}
endpoints:
  os: {label: OS, events: {death: {duration: overall_time, flag: died}}, censoring: {last: {duration: overall_time}}}
"""


@pytest.fixture
def make(plan_of):
    return lambda more: plan_of(PLAN + more)


def people(ids):
    size = range(len(ids))
    base = {"id": list(ids), "months": [10 + n for n in size], "dead": [n % 2 for n in size]}
    return pd.DataFrame({**base, "x": [n + 1 for n in size]}, [2 + n for n in size], dtype=object)


BLOCKS = """
growth_patterns:
  blocks:
    file: b.csv
    columns: {patient_id: Who, lesion: L, block: B, hgp_desmoplastic: D, hgp_replacement: R}
"""
LABELS = BLOCKS.replace(
    "hgp_desmoplastic: D, hgp_replacement: R",
    "hgp_label: {column: W, values: {d: desmoplastic, r: replacement}}",
)


def slides(*rows):
    return pd.DataFrame(rows, range(2, len(rows) + 2), ["Who", "L", "B", "D", "R"], dtype=object)


GOOD = [("a", "1", "1", 40, 60), ("b", "1", "1", 100, 0), ("c", "2", "1", 0, 100)]


def add(make, *rows, people_of="abc", text=BLOCKS, blocks=None, **others):
    table = slides(*rows) if blocks is None else blocks
    plan = make(text)
    plan["blocks"] = {**plan["blocks"], **others}
    cohort, typed, found, _ = type_cohort([people(people_of)], table, plan)
    blocks = [
        item
        for item in found
        if item["message"].startswith("Table of blocks: ") or item["rule"] == "missing_column"
    ]
    assert blocks == [item for item in found if item["rule"] != "constant_covariate"]
    return cohort, typed, blocks


def place(items):
    return [
        (
            item["severity"],
            item["rule"],
            item["row"],
            item["patient_id"],
            item["column"],
            item["value"],
        )
        for item in items
    ]


def test_blocks_beside_their_patients(make):
    cohort, typed, found = add(make, *GOOD[::-1], ("a", "1", "2", 0, 100), people_of="abcd")
    np.testing.assert_array_equal(
        cohort[["hgp_desmoplastic", "hgp_replacement"]],
        [[20, 80], [100, 0], [0, 100], [np.nan] * 2],
    )
    assert found == [] and cohort["hgp_blocks"].tolist()[:3] == [2, 1, 1]
    assert typed["lesion"].tolist() == ["2", "1", "1", "1"] and cohort.columns.is_unique
    for nothing in (None, slides()):
        plan = make(BLOCKS)
        cohort, typed, found, _ = type_cohort([people("ab")], nothing, plan)
        assert (
            cohort["hgp_desmoplastic"].isna().all()
            and cohort["hgp_replacement"].isna().all()
            and typed.empty
        )


def test_gaps_and_doubles_among_blocks(make):
    rows = [
        *GOOD,
        (None, "1", "2", 50, 50),
        ("a", None, "3", 50, 50),
        ("a", "1", None, 50, 50),
        ("b", "1", "1", 10, 90),
    ]
    _, _, found = add(make, *rows)
    assert place(found) == [
        ("error", "missing_identifier", 5, "", "Who", ""),
        ("error", "missing_identifier", 6, "a", "L", ""),
        ("error", "missing_identifier", 7, "a", "B", ""),
        ("error", "duplicate_block", 8, "b", "B", "1"),
    ]
    said = [item["message"].removeprefix("Table of blocks: ") for item in found]
    assert said[:3] == [f"the row has no {name}." for name in ("patient", "lesion", "block")]
    assert said[3].startswith("the block stands in the table more than once")
    assert [item["remedy"] for item in found] == ["Enter it or delete the row."] * 3 + [
        "Keep one row per block."
    ]


def test_values_of_blocks_that_cannot_be(make):
    rows = [
        *GOOD,
        ("a", "2", "1", 140, 0),
        ("a", "3", "1", 50, 20),
        ("b", "#REF!", "1", 50, 50),
        ("z", "1", "1", 50, 50),
        ("b", "2", "2", "some", 50),
    ]
    _, _, found = add(make, *rows)
    wanted = {
        ("error", "out_of_range", 5, "a", "D", "140 %"),
        ("error", "shares_not_100", 5, "a", "D, R", "140 + 0"),
        ("error", "shares_not_100", 6, "a", "D, R", "50 + 20"),
        ("error", "excel_error", 7, "b", "L", "#REF!"),
        ("warning", "unknown_patient", 8, "z", "Who", "z"),
        ("warning", "shares_incomplete", 9, "b", "D, R", "50"),
    }
    assert wanted <= set(place(found)) and len(found) == 7
    assert [item["rule"] for item in found if tuple(place([item])[0]) not in wanted] == [
        "not_a_number"
    ]
    assert (
        add(make, *[("a", "1", "1", 40, 60), ("b", "1", "1", 40, 60), ("c", "1", "1", 40, 60)])[2]
        == []
    )  # of slides no fault
    assert add(make, *GOOD, ("z", "1", "1", 50, 50), left_out=["z"])[2] == []


def test_many_slides_of_nobody_are_one_finding(make):
    _, _, (item,) = add(make, *GOOD[:2], *[(each, "1", "1", 50, 50) for each in "uvwxyz"])
    assert item["row"] is None and item["patient_id"] == "" and " 6 of 8 entries" in item["message"]


@pytest.mark.parametrize("gone", [["Who"], ["L"], ["L", "B"]])
def test_columns_of_blocks_that_are_not_there(gone, make):
    cohort, _, found = add(make, blocks=slides(*GOOD).drop(columns=gone))
    named = [item for item in found if "the table of blocks has no column" in item["message"]]
    assert [(item["severity"], item["column"], item["message"]) for item in named] == [
        ("error", name, f"the table of blocks has no column '{name}'.") for name in gone
    ]
    assert {item["remedy"] for item in named} == {
        "Correct it under growth_patterns.blocks.columns."
    }
    assert cohort["hgp_desmoplastic"].isna().all()


def test_notes_on_slides_without_a_metastasis(make):
    _, typed, found = add(make, *GOOD, ("a", None, "9", None, None), ("b", "2", "9", None, None))
    assert [(item["rule"], item["row"], item["patient_id"]) for item in found] == [
        ("no_lesion", None, ""),
        ("no_interface", None, ""),
    ]
    assert typed.index.tolist() == [2, 3, 4, 6]


def test_slides_with_one_label(make):
    words = (
        slides(*GOOD, ("a", "1", "1", 0, 0))
        .rename(columns={"D": "W"})
        .assign(W=["d", "r", None, "r"])
    )
    cohort, typed, found = add(make, blocks=words, text=LABELS)
    np.testing.assert_array_equal(cohort["hgp_desmoplastic"], [50, 0, np.nan])
    assert [item["rule"] for item in found] == ["no_interface", "duplicate_block"]
    assert typed["patient_id"].tolist() == ["a", "b", "c", "a"]
    plan = make(LABELS)
    table, found = convert_blocks(
        words.assign(L="#REF!", Who=["#REF!", "b", "c", None]), plan["blocks"]
    )
    assert [(item["rule"], item["column"]) for item in found].count(("excel_error", "L")) == 4
    assert table["patient_id"].tolist() == ["#REF!", "b", "c", ""] and table[
        "hgp_replacement"
    ].tolist()[:2] == [0, 100]
    assert "B" not in convert_blocks(words.drop(columns="B"), plan["blocks"])[0]


def test_without_blocks_of_a_lesion_none_is_doubled(make):
    text = BLOCKS.replace("block: B, ", "")
    _, _, found = add(make, *GOOD, ("a", "1", "1", 20, 80), text=text)
    assert found == []
