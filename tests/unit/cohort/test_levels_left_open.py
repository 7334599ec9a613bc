"""Codes that cover several levels, in rows that are folded: what they leave open must reach the scores."""

import pandas as pd
import pytest
from crlm.cohort.conditions import assess
from crlm.cohort.rows import fold_rows

IDS = ["a", "a", "b", "b", "c", "c", "d", "d", "e", "e"]
LEVELS = [None, None, None, "T3", None, None, None, None, "T2", "T1"]
AMONG = [None, "T1|T2", "T1|T2", None, "T1|T2", "T2|T3", "T3|T4", "T3|T4", None, None]


@pytest.mark.parametrize(
    ("take", "levels", "among"),
    [
        ("first", [None, "T3", None, None, "T2"], ["T1|T2", None, "T1|T2", "T3|T4", None]),
        ("last", [None, "T3", None, None, "T1"], ["T1|T2", None, "T2|T3", "T3|T4", None]),
        ("max", [None, "T3", None, None, "T2"], ["T1|T2", None, None, "T3|T4", None]),
    ],
)
def test_levels_that_a_code_leaves_open_stay_open(take, levels, among):
    table = pd.DataFrame({"patient_id": IDS, "pt_primary_among": AMONG}, range(2, 12))
    table["pt_primary"] = pd.Categorical(LEVELS, ["T1", "T2", "T3", "T4"], ordered=True)
    spec = {"column": "pT", "label": "pT", "kind": "ordinal", "take": take}
    columns = {"patient_id": {"column": "id"}, "pt_primary": spec}
    rank = pd.Series(range(10), table.index, dtype=float)
    folded, origins, _ = fold_rows(table, rank, pd.DataFrame({}, table.index), columns)
    given = folded[["pt_primary", "pt_primary_among"]].astype(object)
    assert given.where(given.notna(), None).T.to_numpy().tolist() == [levels, among]
    assert origins[2, "pT"] == 3  # where the code stands, not the empty row above it
    below = assess(folded, "pt_primary", "<", "T3")
    assert below.eq(True).fillna(False).tolist() == [True, False, take == "first", False, True]


def test_rows_without_a_level_in_common_contradict_one_another():
    """T3 beside a code of T1 and T2 (b), T2 beside T1 (e); a code of T2 and T3 beside one of T1 and T2 leaves T2 (c)."""
    table = pd.DataFrame({"patient_id": IDS, "pt_primary_among": AMONG}, range(2, 12))
    table["pt_primary"] = pd.Categorical(LEVELS, ["T1", "T2", "T3", "T4"], ordered=True)
    columns = {
        "patient_id": {"column": "id"},
        "pt_primary": {"column": "pT", "label": "pT", "kind": "ordinal"},
    }
    rank = pd.Series(range(10), table.index, dtype=float)
    found = fold_rows(table, rank, pd.DataFrame({}, table.index), columns)[2]
    said = [item["message"] for item in found if item["rule"] == "rows_differ"]
    example = "patient b: T1 or T2 in row 4, T3 in row 5"
    assert said == [f"the rows of 2 patients contradict one another in pT ({example})."]
    table.loc[[10, 11], "pt_primary"] = "T1"  # e agrees
    found = fold_rows(table, rank, pd.DataFrame({}, table.index), columns)[2]
    item = next(item for item in found if item["rule"] == "rows_differ")
    assert (item["severity"], item["row"], item["patient_id"]) == ("error", 4, "b")
    alone = table.drop(columns="pt_primary_among")  # no code of several levels in the column
    found = fold_rows(alone, rank, pd.DataFrame({}, table.index), columns)[2]
    assert not [item for item in found if item["rule"] == "rows_differ"]


def test_a_contradiction_is_told_in_the_order_of_the_file_whatever_its_rows_are_called():
    """Rows of several files have numbers and words for labels, which cannot be sorted."""
    rows = [12, "b.csv, 3", 4]
    table = pd.DataFrame({"patient_id": "p", "t_among": ["T1|T2", None, None]}, rows)
    table["t"] = pd.Categorical([None, "T3", "T3"], ["T1", "T2", "T3"], ordered=True)
    columns = {
        "patient_id": {"column": "id"},
        "t": {"column": "pT", "label": "pT", "kind": "ordinal"},
    }
    rank = pd.Series([0.0, 1.0, 2.0], table.index)
    found = fold_rows(table, rank, pd.DataFrame({}, table.index), columns)[2]
    said = [item["message"] for item in found if item["rule"] == "rows_differ"]
    assert len(said) == 1 and "T1 or T2 in row 12, T3 in row b.csv, 3" in said[0]
