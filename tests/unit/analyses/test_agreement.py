"""Agreement of a recorded and a computed score, against a kappa written out in R."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.agreement.estimate import assess_agreement, cross_scores

GOLDEN = json.loads((Path(__file__).parents[2] / "golden/description.json").read_text())
PAIR = {"crs": {"recorded": "chart", "computed": "fong"}}


def cohort_of(values):
    square = np.array(GOLDEN["square"], int)
    pairs = [
        (values[i], values[j]) for i in range(4) for j in range(4) for _ in range(square[i, j])
    ]
    pairs += [(1, np.nan), (np.nan, 2), (np.nan, np.nan)]
    return pd.DataFrame(pairs, columns=["chart", "fong"], dtype=float)


@pytest.mark.parametrize(
    "values, weights, key",
    [
        ((0, 1, 2, 3), "linear", "kappa_linear"),
        ((0, 1, 2, 3), "quadratic", "kappa_quadratic"),
        ((0, 1, 2, 5), "linear", "kappa_linear_gap"),
    ],
)
def test_weighted_kappa(values, weights, key):
    row = assess_agreement(cohort_of(values), PAIR).iloc[0]
    got = [row[f"kappa_{weights}{end}"] for end in ("", "_lower", "_upper")]
    assert got == pytest.approx(GOLDEN[key], rel=1e-9)


def test_counts():
    row = assess_agreement(cohort_of((0, 1, 2, 3)), PAIR).iloc[0]
    square = np.array(GOLDEN["square"])
    assert (row["patients"], row["agree"], row["differ"]) == (
        square.sum(),
        np.trace(square),
        square.sum() - np.trace(square),
    )
    cross = cross_scores(cohort_of((0, 1, 2, 3)), PAIR)
    assert cross["patients"].sum() == square.sum()  # who lacks one of the two is not counted
    for item in cross.itertuples():
        assert item.patients == square[int(item.recorded_value), int(item.computed_value)]
    assert (cross["comparison"] == "crs").all()


def test_nothing_to_agree_on():
    same = pd.DataFrame({"chart": [1.0, 1.0], "fong": [1.0, 1.0]})
    row = assess_agreement(same, PAIR).iloc[0]
    assert (row["patients"], row["agree"]) == (2, 2) and pd.isna(row["kappa_linear"])
    empty = pd.DataFrame({"chart": [np.nan], "fong": [1.0]})
    row = assess_agreement(empty, PAIR).iloc[0]
    assert row["patients"] == 0 and pd.isna(row["kappa_linear"])
    assert cross_scores(empty, PAIR).empty
    assert cross_scores(empty, {}).empty and assess_agreement(empty, {}).empty


def test_one_value_each_has_no_agreement_and_no_variance():
    apart = pd.DataFrame({"chart": [1.0, 1.0, 1.0], "fong": [2.0, 2.0, 2.0]})
    row = assess_agreement(apart, PAIR).iloc[0]
    assert (row["patients"], row["agree"], row["kappa_linear"]) == (3, 0, 0)
