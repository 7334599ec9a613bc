"""Growth patterns: means over blocks then lesions by brute force, and the rules of the field."""

import math

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.blocks import average_blocks, check_shares
from crlm.cohort.growth_patterns import classify_patterns

SHARES = ["hgp_desmoplastic", "hgp_replacement", "hgp_pushing"]


def test_mean_over_blocks_then_over_lesions():
    rng = np.random.default_rng(2)
    rows = []
    for patient in range(40):
        for lesion in range(rng.integers(1, 5)):
            for _ in range(rng.integers(1, 4)):
                shares = rng.dirichlet([1, 1, 0.5]) * 100
                kind = rng.random()
                if kind < 0.1:
                    shares[:] = np.nan  # not assessable
                elif kind < 0.2:
                    shares[rng.integers(3)] = np.nan
                rows.append((f"P{patient}", str(lesion), *shares))
    table = pd.DataFrame(rows, columns=["patient_id", "lesion", *SHARES])
    result = average_blocks(table, SHARES)
    for patient in {row[0] for row in rows}:
        mine = [row for row in rows if row[0] == patient and not all(map(math.isnan, row[2:]))]
        if not mine:
            assert patient not in result.index
            continue
        lesions = sorted({row[1] for row in mine})
        assert result.loc[patient, "hgp_lesions"] == len(lesions)
        assert result.loc[patient, "hgp_blocks"] == len(mine)
        for place, share in enumerate(SHARES, 2):
            means = []
            for lesion in lesions:
                blocks = [row[place] for row in mine if row[1] == lesion]
                means.append(sum(blocks) / len(blocks))  # nan as soon as one is
            wanted = sum(means) / len(means)
            got = result.loc[patient, share]
            assert math.isnan(got) if math.isnan(wanted) else got == pytest.approx(wanted, abs=1e-9)


def test_lesions_count_alike_whatever_their_blocks():
    table = pd.DataFrame(
        [("P", 1, 100.0), ("P", 1, 100.0), ("P", 1, 100.0), ("P", 2, 0.0)],
        columns=["patient_id", "lesion", "hgp_desmoplastic"],
    )
    assert average_blocks(table, ["hgp_desmoplastic"]).loc["P", "hgp_desmoplastic"] == 50


def test_half_of_the_interface_is_not_more_than_half(shipped):
    """Thirds of blocks that add up to 50 % exactly: in plain floating point to 50.00000000000001."""
    lesions = [[(30, 0)], [(85, 5), (5, 30), (70, 15)]]
    rows = [
        ("P", place, desmoplastic, 100 - desmoplastic - pushing, pushing)
        for place, blocks in enumerate(lesions)
        for desmoplastic, pushing in blocks
    ]
    shares = average_blocks(pd.DataFrame(rows, columns=["patient_id", "lesion", *SHARES]), SHARES)
    assert classify_patterns(shares, shipped["patterns"])["hgp_vascular"].tolist() == ["mixed"]


def test_equal_means_are_one_number():
    """Two thirds of the interface by different blocks are a tie, for ranks and for cuts; in plain floating point they are not."""
    patients = {"P": [[65], [70, 95, 40]], "Q": [[60, 90, 55], [90, 65, 90], [50]]}
    rows = [
        (patient, lesion, share)
        for patient, lesions in patients.items()
        for lesion, blocks in enumerate(lesions)
        for share in blocks
    ]
    table = pd.DataFrame(rows, columns=["patient_id", "lesion", "hgp_pushing"])
    assert average_blocks(table, ["hgp_pushing"])["hgp_pushing"].nunique() == 1


def test_a_partly_scored_block_does_not_make_a_patient_purely_desmoplastic(shipped):
    """80 % was seen in one block: leaving that block out would give 100 %, the best prognosis."""
    table = pd.DataFrame(
        [
            ("P", 1, 100.0, 0, 0),
            ("P", 2, 80.0, np.nan, np.nan),
            ("Q", 1, 100, 0, 0),
            ("Q", 2, np.nan, np.nan, np.nan),
        ],
        columns=["patient_id", "lesion", *SHARES],
    )
    shares = average_blocks(table, SHARES)
    assert shares["hgp_desmoplastic"].tolist() == [90, 100]
    assert shares["hgp_replacement"].isna().tolist() == [True, False]
    groups = classify_patterns(shares, shipped["patterns"])
    assert groups["hgp_pure"].tolist() == ["non_desmoplastic", "desmoplastic"]
    assert groups["hgp_any_replacement"].isna().tolist() == [True, False]


N = np.nan
PURE, PREDOMINANT, ANY, VASCULAR = (
    "hgp_pure",
    "hgp_predominant",
    "hgp_any_replacement",
    "hgp_vascular",
)
# desmoplastic, replacement, pushing -> groups (None: the shares do not decide)
PATIENTS = [
    ((100, 0, 0), "desmoplastic", "desmoplastic", "none", "angiogenic"),
    ((99.99, 0.01, 0), "non_desmoplastic", "desmoplastic", "any", "angiogenic"),
    ((99.5, 0, 0), "non_desmoplastic", "desmoplastic", "none", "angiogenic"),
    ((50, 50, 0), "non_desmoplastic", "mixed", "any", "mixed"),
    ((50.01, 49.99, 0), "non_desmoplastic", "desmoplastic", "any", "angiogenic"),
    ((0, 100, 0), "non_desmoplastic", "replacement", "any", "co_opting"),
    ((30, 30, 40), "non_desmoplastic", "mixed", "any", "angiogenic"),
    ((20, 20, 60), "non_desmoplastic", "pushing", "any", "angiogenic"),
    ((N, N, N), None, None, None, None),
    ((60, N, N), "non_desmoplastic", "desmoplastic", None, "angiogenic"),
    ((100, N, N), "desmoplastic", "desmoplastic", None, "angiogenic"),
    ((N, 60, N), None, None, "any", None),
    ((N, 0, 0), None, None, "none", None),
    ((10, 30, N), "non_desmoplastic", None, "any", None),
]


@pytest.mark.parametrize("shares, pure, predominant, any_replacement, vascular", PATIENTS)
def test_rules(shares, pure, predominant, any_replacement, vascular, shipped):
    cohort = pd.DataFrame([shares], columns=SHARES, dtype=float)
    groups = classify_patterns(cohort, shipped["patterns"])
    got = [
        None if pd.isna(groups[name].iloc[0]) else groups[name].iloc[0]
        for name in (PURE, PREDOMINANT, ANY, VASCULAR)
    ]
    if shares == (N, 60, N):
        # 60 % replacement leaves at most 40 % to the others; that is not made use of, and nothing is guessed
        assert got[0] is None and got[2] == "any"
        return
    assert got == [pure, predominant, any_replacement, vascular]


@pytest.mark.parametrize(
    ("share", "group"),
    [(0, "none"), (0.01, "minor"), (49.99, "minor"), (50, "major"), (100, "major"), (N, None)],
)
def test_three_classes_of_replacement(share, group, shipped):
    cohort = pd.DataFrame([[100 - share, share, 0]], columns=SHARES, dtype=float)
    found = classify_patterns(cohort, shipped["patterns"])["hgp_replacement_classes"].iloc[0]
    assert (None if pd.isna(found) else found) == group


# What a meta-analysis and one series published: rule, endpoint, level, reference, hazard ratio, limits
RATIOS = {
    (PURE, "overall survival", "desmoplastic", "non_desmoplastic", 0.59, 0.54, 0.64),
    (PURE, "disease-free survival", "desmoplastic", "non_desmoplastic", 0.58, 0.52, 0.65),
    (PREDOMINANT, "overall survival", "desmoplastic", "replacement", 0.60, 0.49, 0.74),
    (PREDOMINANT, "overall survival", "desmoplastic", "pushing", 0.63, 0.43, 0.92),
    (PREDOMINANT, "disease-free survival", "desmoplastic", "replacement", 0.61, 0.49, 0.77),
    (PREDOMINANT, "disease-free survival", "desmoplastic", "pushing", 0.51, 0.31, 0.83),
    (PREDOMINANT, "recurrence-free survival", "replacement", "desmoplastic", 2.16, 1.29, 3.62),
    (PREDOMINANT, "recurrence-free survival", "pushing", "desmoplastic", 1.37, 0.93, 2.02),
    (PREDOMINANT, "recurrence-free survival", "mixed", "desmoplastic", 1.70, 1.12, 2.59),
}


def test_published_hazard_ratios(shipped):
    found = set()
    for name, rule in shipped["patterns"].items():
        for entry in rule.get("published", []):
            assert entry["evidence"] == "read" and entry["citation"]["doi"]
            for item in entry["ratios"]:
                assert {item["level"], item["reference"]} <= set(rule["levels"])
                low, high = item["limits"]
                assert low < item["hazard_ratio"] < high
                # limits of a ratio are symmetric on the log scale, within the rounding of two decimals
                assert (low * high) ** 0.5 == pytest.approx(item["hazard_ratio"], rel=0.03)
                row = (item["endpoint"], item["level"], item["reference"])
                found.add((name, *row, item["hazard_ratio"], low, high))
    assert found == RATIOS


def test_a_given_group_is_that_of_every_completion(shipped):
    """Fill what is missing with anything that adds up to 100; a group that was given must not change."""
    rng = np.random.default_rng(8)
    complete = (rng.dirichlet([0.5, 0.5, 0.3], 4000) * 20).round() * 5
    complete = complete[complete.sum(axis=1) == 100]
    assert len(complete) > 1000
    holes = np.where(rng.random(complete.shape) < 0.4, np.nan, complete)
    truth = classify_patterns(pd.DataFrame(complete, columns=SHARES), shipped["patterns"])
    seen = classify_patterns(pd.DataFrame(holes, columns=SHARES), shipped["patterns"])
    for name in truth:
        known = seen[name].notna()
        assert known.mean() > 0.2 and not truth[name].isna().any()
        assert (seen[name][known].astype(str) == truth[name][known].astype(str)).all()


def test_levels_are_in_the_order_of_the_rule(shipped):
    groups = classify_patterns(
        pd.DataFrame([[100, 0, 0]], columns=SHARES, dtype=float), shipped["patterns"]
    )
    for name, rule in shipped["patterns"].items():
        assert groups[name].cat.categories.tolist() == list(rule["levels"])


def test_check_shares_tells_fractions():
    table = pd.DataFrame({"patient_id": ["P"], "a": [0.3], "b": [0.7]}, index=[9])
    found = check_shares(table, ["a", "b"], ["A", "B"])
    assert (
        len(found) == 1
        and "unit: fraction" in found[0]["remedy"]
        and found[0]["value"] == "0.3 + 0.7"
    )


def test_a_whole_beside_a_rest_is_an_error():
    """100 and 1 add up to 101, within the tolerance, and would count as purely desmoplastic."""
    table = pd.DataFrame({"patient_id": list("PQ"), "a": [100.0, 100], "b": [1.0, 0]}, index=[2, 3])
    found = check_shares(table, ["a", "b"], ["A", "B"])
    assert [(item["severity"], item["row"]) for item in found] == [("error", 2)]
