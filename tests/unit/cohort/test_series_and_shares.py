"""Columns that were filled down or sorted alone, and shares of growth patterns: at each threshold, on both sides."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.blocks import average_blocks, check_shares, drop_empty_blocks, share_of
from crlm.cohort.filled_columns import check_filled

RANDOM = np.random.default_rng(4)
NOISE = np.cumsum(RANDOM.uniform(2, 9, 60)) * np.where(np.arange(60) % 2, 1, -1)


def told(found):
    return [(item["severity"], item["rule"], item["column"], item["row"]) for item in found]


def spec(column, kind="continuous", timing="baseline"):
    return {"column": column, "label": f"The {column}", "kind": kind, "timing": timing}


def series(*runs, rows=30, step=1.5, steps=0):
    """Numbers without order, with runs (first row, length) of one step, and single steps of the same size from the last row up."""
    made = NOISE[:rows].copy()
    for start, length in runs:
        made[start : start + length] = made[start] + step * np.arange(length)
    for place in range(steps):
        made[rows - 1 - 2 * place] = made[rows - 2 - 2 * place] + step
    return made


def check(values, kind="continuous", gaps=0):
    values = [*values, *[None] * gaps]
    column = pd.to_datetime(values) if kind == "date" else np.array(values, float)
    table = pd.DataFrame({"patient_id": range(len(values)), "a": column}, range(2, len(values) + 2))
    return check_filled(table, {"patient_id": {"column": "ID"}, "a": spec("A", kind)})


@pytest.mark.parametrize(
    ("made", "length", "row"),
    [
        (series(), 0, None),
        (series((5, 7)), 0, None),
        (series((5, 8)), 8, 7),
        (series((0, 8)), 8, 2),
        (series((22, 8)), 8, 24),
        (series((5, 8), (18, 7), rows=60), 8, 7),  # one of seven is a chance
        (series((5, 8), (18, 8), rows=60), 0, None),  # two are a habit
        (series((5, 9), step=-1.5), 9, 7),
        (series((5, 9), step=0), 0, None),
        (series((5, 9), step=0.1), 9, 7),
        (series((5, 9), step=1), 9, 7),
        (series((3, 10), rows=20), 10, 5),  # half of twenty
        (series((3, 11), rows=20), 0, None),
        (series((3, 8), rows=19), 0, None),
        (series((2, 10), rows=30, steps=4), 10, 4),  # a fifth of the other twenty
        (series((2, 10), rows=30, steps=5), 0, None),
    ],
)
def test_a_series_that_is_no_chance(made, length, row):
    found = check(made)
    assert told(found) == ([("warning", "filled_series", "A", None)] if length else [])
    if length:
        assert found[0]["message"] == (
            f"The A: {length} rows from row {row} on go on by the same step, as when a cell was filled down in a spreadsheet."
        )
        assert found[0]["remedy"] == "Compare these rows with the records."


def test_of_which_columns_a_series_is_told():
    for kind, hit in (("count", 1), ("duration", 1), ("continuous", 1), ("ordinal", 0)):
        assert len(check(series((5, 9)), kind)) == hit
    days = pd.Timestamp("2012-01-01") + pd.to_timedelta(
        (np.abs(series((5, 9), step=2))).round(), "D"
    )
    assert len(check(days, "date")) == 1
    assert len(check(series((3, 8), rows=19), gaps=9)) == 0  # of nineteen known ones
    assert len(check(series((3, 8), rows=20), gaps=9)) == 1


def sort_check(one, other, kinds=("duration", "duration"), timings=("follow_up", "follow_up")):
    rows = range(2, len(one) + 2)
    table = pd.DataFrame({"patient_id": rows, "a": one, "b": other, "c": np.arange(len(one)) ** 1.7}, rows)  # fmt: skip
    specs = {name: spec(name.upper(), kind, timing) for name, kind, timing in zip("ab", kinds, timings, strict=True)}  # fmt: skip
    every = {"patient_id": {"column": "ID"}, **specs}
    return [item for item in check_filled(table, every) if item["rule"] == "sorted_alone"]


UP = np.sort(RANDOM.uniform(0, 60, 40))
DOWN = np.sort(RANDOM.uniform(0, 60, 40))[::-1]


def distinct(rows, different):
    return np.sort(np.r_[np.arange(different), np.zeros(rows - different)]).astype(float) ** 1.3


@pytest.mark.parametrize(
    ("one", "other", "hit"),
    [
        (UP, DOWN, True),
        (UP, UP + 3, False),  # the same, counted from another day
        (UP, 61.0 - UP, True),
        (UP, RANDOM.permutation(UP), False),
        (UP[:20], DOWN[:20], True),
        (UP[:19], DOWN[:19], False),
        (np.r_[UP[:20], np.nan], np.r_[np.nan, DOWN[:20]], True),
        (np.r_[UP[:19], np.nan], DOWN[:20], False),
        (distinct(30, 15), DOWN[:30], True),
        (distinct(30, 14), DOWN[:30], False),
        (np.arange(40.0), np.floor(np.arange(40) / 2.7) + np.arange(40), True),  # apart by fifteen steps
        (np.arange(40.0), np.floor(np.arange(40) / 2.8) + np.arange(40), False),  # by fourteen
    ],
)  # fmt: skip
def test_two_times_in_order(one, other, hit):
    found = sort_check(one, other)
    assert told(found) == [("warning", "sorted_alone", "A, B", None)] * hit
    if hit:
        assert found[0]["message"] == (
            "The A and the b are both in ascending or descending order from the first row to the last; each may have been sorted "
            "without the rest of the table."
        )
        assert found[0]["remedy"] == "Compare some rows with the records; export the table again."
    for timings in (("follow_up", "baseline"), ("baseline", "follow_up")):
        assert sort_check(one, other, timings=timings) == []


def test_of_three_times_every_pair_is_looked_at():
    rows = range(2, 42)
    table = pd.DataFrame({"patient_id": rows, "a": UP, "b": UP + 1, "c": DOWN}, rows)
    specs = {name: spec(name.upper(), "duration", "follow_up") for name in "abc"}
    found = check_filled(table, {"patient_id": {"column": "ID"}, **specs})
    assert [item["column"] for item in found] == ["A, C", "B, C"]


def shares(*rows, patients=None):
    patients = patients or [f"P{n}" for n in range(len(rows))]
    table = pd.DataFrame(rows, range(2, len(rows) + 2), ["d", "r", "p"], dtype=float)
    return table.assign(patient_id=patients)


NOT, SOME = "shares_not_100", "shares_incomplete"


@pytest.mark.parametrize(
    ("row", "severity", "rule", "total"),
    [
        ((50, 30, 20), None, None, None),
        ((50, 30, 21), None, None, None),
        ((50, 30, 21.5), "error", NOT, "101.5"),
        ((50, 30, 19), None, None, None),
        ((50, 30, 18.5), "error", NOT, "98.5"),
        ((100, 0.5, 0), "error", NOT, "100.5"),  # would be purely desmoplastic
        ((100, 1, 0), "error", NOT, "101"),
        ((100, 0, 0), None, None, None),
        ((99, 2, 0), None, None, None),
        ((101, 0, 0), None, None, None),
        ((100, 0.5, np.nan), "warning", SOME, None),
        ((100, 1, np.nan), "warning", SOME, None),
        ((100, 1.5, np.nan), "error", SOME, None),
        ((np.nan, np.nan, 0), "warning", SOME, None),
        ((np.nan, np.nan, np.nan), None, None, None),
        ((0.5, 0.3, 0.2), "error", NOT, "1"),
        ((0.5, 0.3, 0.219), "error", NOT, "1.019"),
        ((0.5, 0.3, 0.23), "error", NOT, "1.03"),
        ((0.5, 0.3, 0.181), "error", NOT, "0.981"),
        ((0.5, 0.3, 0.17), "error", NOT, "0.97"),
    ],
)
def test_shares_of_one_interface(row, severity, rule, total):
    found = check_shares(shares((100, 0, 0), row), ["d", "r", "p"], ["D", "R", "P"])
    assert told(found) == ([(severity, rule, "D, R, P", 3)] if rule else [])
    for item in found:
        assert item["patient_id"] == "P1"
        assert item["value"] == " + ".join(f"{each:g}" for each in row if each == each)
        if rule == SOME:
            assert item["message"] == "only some of the growth-pattern shares are filled in."
            assert item["remedy"] == (
                "Enter 0 for a pattern that was looked for and not seen; leave all blank when not assessable."
            )
        else:
            hint = " They look like fractions: write `unit: fraction`." * (
                0.98 < float(total) < 1.02
            )
            assert item["message"] == f"the growth-pattern shares add up to {total}, not 100."
            assert (
                item["remedy"]
                == f"Correct the percentages; map every pattern that was scored.{hint}"
            )


def test_one_pattern_has_no_sum_and_two_have_one():
    table = shares((40, 30, 0))
    assert check_shares(table, ["d"], ["D"]) == []
    assert len(check_shares(table, ["d", "r"], ["D", "R"])) == 1


def test_most_of_the_interfaces_that_were_looked_at_are_one_finding():
    rows = [(50, 20, 10)] * 5 + [(100, 0, 0)] * 4 + [(np.nan,) * 3] * 9
    (item,) = check_shares(shares(*rows), ["d", "r", "p"], ["D", "R", "P"])
    assert item["row"] is None and " 5 of 9 entries" in item["message"]


def test_the_mean_of_blocks_and_then_of_lesions_by_hand():
    table = pd.DataFrame(
        [("b", "1", 100, 0), ("b", "2", 0, 100), ("b", "2", 50, 50), ("a", "1", 20, 80), ("a", "2", np.nan, np.nan), ("c", "1", 60, np.nan),
         ("c", "1", 20, 80), ("d", "1", np.nan, np.nan)], columns=["patient_id", "lesion", "d", "r"],
    )  # fmt: skip
    found = average_blocks(table, ["d", "r"])
    assert found.index.tolist() == ["b", "a", "c"]  # in the order of the table
    assert found["d"].tolist() == [62.5, 20, 40] and found["r"].tolist()[:2] == [37.5, 80]
    assert np.isnan(found["r"]["c"])
    assert found["hgp_lesions"].tolist() == [2, 1, 1] and found["hgp_blocks"].tolist() == [3, 1, 2]


def test_a_label_of_the_whole_interface_as_shares():
    labels = pd.DataFrame({"label": pd.Categorical(["d", "r", None, "d"], ["d", "r"])}, range(2, 6))
    found = share_of(labels, "label", "d")
    np.testing.assert_array_equal(found, [100, 0, np.nan, 100])
    assert found.index.tolist() == [2, 3, 4, 5]


def test_rows_without_a_lesion_or_without_an_interface():
    table = shares((np.nan,) * 3, (50, 50, 0), (np.nan,) * 3, (np.nan,) * 3, (1, np.nan, 2))
    cells = pd.DataFrame({"L": ["1", "1", None, None, None]}, table.index, dtype=object)
    kept, typed, notes = drop_empty_blocks(cells, table, ["d", "r", "p"], {"lesion": "L"})
    assert kept.index.tolist() == typed.index.tolist() == [2, 3, 6]
    assert [(item["severity"], item["rule"], item["column"], item["message"]) for item in notes] == [
        ("note", "no_lesion", "L", "rows with neither a lesion nor a growth pattern are left out: 2 of 5 rows (first in row 4)."),
        ("note", "no_interface", "L", "rows with a lesion but no growth pattern, in which no interface was assessed, are not counted: 1 of 5 rows "
         "(first in row 2)."),
    ]  # fmt: skip
    assert {item["remedy"] for item in notes} == {"Nothing to do, unless a pattern was seen that is missing here."}  # fmt: skip
    assert drop_empty_blocks(cells.iloc[1:2], table.iloc[1:2], ["d", "r", "p"], {"lesion": "L"})[2] == []  # fmt: skip
