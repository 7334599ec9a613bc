"""What each predictor costs the common set, recounted patient by patient, and C in its own patients, pair by pair."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.performance.own_patients import OWN, assess_own_patients
from crlm.analyses.performance.tables_own_patients import tell_costs

PREDICTORS = {
    "fong": {"label": "Fong", "kind": "score", "column": "fong"},
    "gene": {"label": "Gene", "kind": "score", "column": "gene"},
    "gene_group": {
        "label": "Gene, group",
        "kind": "level",
        "column": "gene_group",
        "levels": ["low", "high"],
        "ordered": True,
    },
    "never": {"label": "Never", "kind": "score", "column": "never"},
    "model_both": {
        "label": "Model: Both",
        "kind": "model",
        "variables": {
            "fong": {"kind": "continuous", "levels": [], "per": 1, "transform": "none"},
            "size": {"kind": "continuous", "levels": [], "per": 1, "transform": "none"},
        },
    },
}
PARTS = {
    "fong": {"fong"},
    "gene": {"gene"},
    "gene_group": {"gene"},
    "never": {"never"},
    "model_both": {"fong", "size"},
}


@pytest.fixture(scope="module")
def cohort():
    random = np.random.default_rng(7)
    n = 180
    fong, gene = random.integers(0, 6, n), random.integers(0, 4, n)
    months = random.exponential(60 / (1 + 0.3 * fong)).round(1)
    table = pd.DataFrame(
        {
            "patient_id": [f"P{i}" for i in range(n)],
            "os_months": months,
            "os_event": (random.random(n) < 0.7).astype(float),
            "os_reason": "x",
            "fong": fong.astype(float),
            "gene": gene.astype(float),
            "gene_group": np.where(gene > 1, "high", "low").astype(object),
            "never": np.nan,
            "size": random.normal(4, 1, n),
        }
    )
    table.loc[random.random(n) < 0.1, "fong"] = np.nan
    lacking = random.random(n) < 0.5
    table.loc[lacking, "gene"] = np.nan
    table.loc[lacking & (random.random(n) < 0.9), "gene_group"] = None  # bounds decide some groups
    table.loc[random.random(n) < 0.07, "size"] = np.nan
    table.loc[:2, "os_months"] = np.nan  # not patients of the endpoint
    table.loc[:2, "os_event"] = np.nan
    return table


@pytest.fixture(scope="module")
def own(cohort):
    return assess_own_patients(cohort, "os", PREDICTORS, 60, 1).set_index("predictor")


def is_known(row, name):
    if name == "model_both":
        return row["fong"] == row["fong"] and row["size"] == row["size"]
    return row[name] == row[name] and row[name] is not None


def recount(cohort, names):
    rows = [row for _, row in cohort.iterrows() if row["os_months"] == row["os_months"]]
    asked = [name for name in names if name != "never"]  # nobody has a value: it is left out
    return sum(all(is_known(row, name) for name in asked) for row in rows)


def test_sizes_by_recount(cohort, own):
    assert list(own.reset_index().columns) == OWN
    inside = cohort[cohort["os_months"].notna()]
    assert (own["of"] == len(inside)).all()
    numbers = {}
    for name in PREDICTORS:
        mine = [row for _, row in inside.iterrows() if is_known(row, name)]
        numbers[name] = len(mine)
        assert own.loc[name, "patients"] == len(mine)
        assert own.loc[name, "events"] == sum(row["os_event"] for row in mine)
    for name in PREDICTORS:
        left = [n for n in PREDICTORS if n != "never" and not PARTS[name] <= PARTS[n]]
        less = [n for n in PREDICTORS if n != "never" and numbers[n] <= numbers[name]]
        fuller = [other for other in left if not any(PARTS[n] <= PARTS[other] for n in less)]
        fuller = left if len(fuller) < 2 else fuller
        assert own.loc[name, "common"] == recount(cohort, PREDICTORS)
        assert own.loc[name, "without"] == recount(cohort, left)
        assert own.loc[name, "without_less_complete"] == recount(cohort, fuller)


def test_left_out_together_each_score_goes_with_its_groups_too():
    """Points of a are known in 40, its groups in 70, b in 60, c and d in 90: without a and b the 90 of c and d remain, not 70."""
    known = {"a": 40, "a_group": 70, "b": 60, "c": 90, "d": 90}
    place = np.arange(100)
    columns = {name: np.where(place < n, place % 3, np.nan) for name, n in known.items()}
    columns["a_group"] = np.where(place < 70, np.where(place % 2, "low", "high"), None)
    table = pd.DataFrame({"os_months": place + 1.0, "os_event": 1.0, **columns})
    predictors = {name: {"label": name, "kind": "score", "column": name} for name in known}
    predictors["a_group"] |= {"kind": "level", "levels": ["low", "high"], "ordered": True}
    found = assess_own_patients(table, "os", predictors, 0, 1).set_index("predictor")
    assert found.loc[["a", "b"], "without"].tolist() == [60, 40]
    assert found.loc["b", "without_less_complete"] == 90


def test_a_score_goes_with_its_groups(own):
    """Points and groups lack the same patients: left out singly, neither would seem to cost anything."""
    assert own.loc["gene", "without"] == own.loc["gene_group", "without"]
    assert own.loc["gene", "without"] - own.loc["gene", "common"] > 50


@pytest.mark.parametrize("name", ["fong", "gene", "gene_group"])
def test_concordance_in_its_own_patients_pair_by_pair(name, cohort, own):
    score = {"low": 0.0, "high": 1.0}
    mine = [
        (row["os_months"], row["os_event"], score.get(row[name], row[name]))
        for _, row in cohort.iterrows()
        if row["os_months"] == row["os_months"] and is_known(row, name)
    ]
    usable = right = 0
    for one, other in combinations(mine, 2):
        first, second = sorted((one, other), key=lambda each: (each[0], -each[1]))
        if not first[1] or (first[0] == second[0] and second[1]):
            continue
        usable += 1
        right += 0.5 if first[2] == second[2] else first[2] > second[2]
    assert own.loc[name, "harrell_c"] == pytest.approx(right / usable, abs=1e-12)
    assert own.loc[name, "lower"] < own.loc[name, "harrell_c"] < own.loc[name, "upper"]
    assert own.loc[name, "resamples"] == 60


def test_nobody_has_a_value(own):
    assert own.loc["never", "patients"] == 0 and own.loc["never", "events"] == 0
    assert np.isnan(own.loc["never", "harrell_c"])
    assert own.loc["never", "note"] == "no patient has a value"


def test_the_sentence_names_a_costly_score_once_whatever_is_made_of_it(own):
    (sentence,) = tell_costs(own.reset_index(), PREDICTORS)
    common = own["common"].iloc[0]
    gene, fong = own.loc["gene", "without"], own.loc["fong", "without"]
    assert sentence.startswith(
        f"Compared are {common} of 177 patients, those known to every predictor. Gene costs {gene - common} (without it {gene} "
        f"would be compared) and Fong costs {fong - common} (without it {fong} would be compared)."
    )
    assert "group" not in sentence and "Never" not in sentence


def test_a_single_predictor_costs_nothing(cohort):
    """Without it nothing would be compared."""
    own = assess_own_patients(cohort, "os", {"gene": PREDICTORS["gene"]}, 2, 1).iloc[0]
    assert own["common"] == own["without"] == own["without_less_complete"] == own["patients"]


def spec(name):
    return {"label": name.capitalize(), "kind": "score", "column": name}


def numbers(**rows):
    """of, patients, common, without, without_less_complete."""
    keys = ["of", "patients", "common", "without", "without_less_complete"]
    table = pd.DataFrame.from_dict(rows, orient="index", columns=keys)
    return table.rename_axis("predictor").reset_index()


def test_two_scores_that_lack_the_same_patients_are_named_together():
    own = numbers(
        full=(300, 300, 150, 150, 300),
        ras=(300, 150, 150, 150, 151),
        raf=(300, 151, 150, 151, 300),
    )
    assert tell_costs(own, {name: spec(name) for name in own["predictor"]}) == [
        "Compared are 150 of 300 patients, those known to every predictor. Ras and Raf together cost 150 (without them 300 would "
        "be compared); they lack some of the same patients."
    ]


def test_nothing_is_said_where_nothing_costs_a_tenth():
    own = numbers(full=(300, 300, 271, 271, 300), ras=(300, 271, 271, 300, 300))
    assert tell_costs(own, {name: spec(name) for name in own["predictor"]}) == []
    own = numbers(full=(300, 300, 270, 270, 300), ras=(300, 270, 270, 300, 300))
    assert (
        "Ras costs 30 (without it 300" in tell_costs(own, {n: spec(n) for n in ("full", "ras")})[0]
    )
    assert tell_costs(own.head(0), {}) == []
