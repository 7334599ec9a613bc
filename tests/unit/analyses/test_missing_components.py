"""Three analyses of a score with missing components, each against its definition."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.missing_components import estimate as missing_components
from crlm.analyses.missing_components.estimate import (
    assess_missing_components,
    find_edges,
)
from crlm.cohort.conditions import bounds
from crlm.scores.engine import compute_score
from crlm.survival.completion import complete_patients
from crlm.survival.concordance import concordance_influence
from crlm.survival.cox import fit_cox
from crlm.survival.discrimination import harrell_c
from crlm.survival.imputation import impute, replace_values
from crlm.survival.pooling import pool
from lifelines import CoxPHFitter
from scipy.stats import norm
from sksurv.metrics import concordance_index_censored

SIZE = {"label": "Size", "kind": "continuous", "levels": [], "transform": "none"}
NODE = {"label": "Node", "kind": "binary", "levels": ["no", "yes"]}
AGE = {"label": "Age", "kind": "continuous", "levels": []}
POINTS = {
    "label": "Points",
    "base": 0,
    "components": {
        "size": {
            "label": "Size",
            "variable": "size",
            "points": [
                {"operator": ">", "threshold": 8, "points": 3},
                {"operator": ">=", "threshold": 4, "points": 1},
            ],
        },
        "node": {
            "label": "Node",
            "variable": "node",
            "points": [{"operator": "==", "threshold": "yes", "points": 1}],
        },
    },
    "proxies": {},
    "overrides": [],
    "groups": {},
}
SETTINGS = {
    "scores": {"points": POINTS},
    "targets": {"size": SIZE, "node": NODE},
    "derived": {},
    "auxiliary": {"age": AGE},
    "imputations": 5,
    "iterations": 3,
}


def draw(n=120, missing=0.15, seed=1):
    random = np.random.default_rng(seed)
    size = random.uniform(1, 12, n).round(1)
    node = np.where(random.random(n) < 0.5, "yes", "no").astype(object)
    age = random.normal(60, 10, n).round()
    risk = 0.25 * (3 * (size > 8) + (size >= 4) * (size <= 8) + (node == "yes"))
    time = random.exponential(30 / np.exp(risk)).round(1) + 0.1
    end = random.uniform(5, 60, n).round(1)
    cohort = pd.DataFrame(
        {
            "patient_id": [f"p{place}" for place in range(n)],
            "size": np.where(random.random(n) < missing, np.nan, size),
            "node": pd.Categorical(np.where(random.random(n) < missing, None, node), ["no", "yes"]),
            "age": age,
            "e_months": np.minimum(time, end),
            "e_event": (time <= end).astype(float),
        }
    )
    cohort.loc[3, ["e_months", "e_event"]] = np.nan  # the endpoint is not defined
    return cohort


def assess(cohort, seed=1, **changes):
    return assess_missing_components(cohort, "e", SETTINGS | changes, seed)


def one(found, analysis, measure, score="points"):
    table = found.estimates
    rows = table[
        table["analysis"].eq(analysis) & table["measure"].eq(measure) & table["score"].eq(score)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.fixture(scope="module")
def cohort():
    return draw()


@pytest.fixture(scope="module")
def found(cohort):
    return assess(cohort)


def test_determinate_patients_are_the_univariable_model(cohort, found):
    patients = cohort[cohort["e_months"].notna()]
    known = patients.assign(points=compute_score(patients, POINTS)["value"])
    fit = fit_cox(known, "e", {"points": {"kind": "count"}})
    row, expected = one(found, "determinate", "hazard_ratio"), fit.coefficients.iloc[0]
    for name, other in (("estimate", "hazard_ratio"), ("lower", "lower"), ("upper", "upper")):
        assert row[name] == pytest.approx(expected[other], rel=1e-9)
    assert row["p_value"] == pytest.approx(expected["p_value"], rel=1e-9)
    assert [row["patients"], row["missing"]] == [expected["patients"], known["points"].isna().sum()]
    c = one(found, "determinate", "harrell_c")
    known = known[known["points"].notna()]
    assert c["estimate"] == pytest.approx(
        harrell_c(known["e_months"], known["e_event"], known["points"])
    )
    assert c["lower"] < c["estimate"] < c["upper"]


def test_limits_of_c_are_on_the_logit_scale(found, cohort):
    patients = cohort[cohort["e_months"].notna()]
    value = compute_score(patients, POINTS)["value"]
    known = patients[value.notna()]
    c, influence = concordance_influence(known["e_months"], known["e_event"], value.dropna())
    error = np.sqrt((influence**2).sum()) / (c * (1 - c))
    odds = c / (1 - c) * np.exp(np.array([-1, 1]) * 1.959963984540054 * error)
    row = one(found, "determinate", "harrell_c")
    np.testing.assert_allclose([row["lower"], row["upper"]], odds / (1 + odds))
    p_value = 2 * norm.sf(abs(np.log(c / (1 - c))) / error)
    assert row["p_value"] == pytest.approx(p_value, rel=1e-9)


@pytest.mark.parametrize("analysis, end", [("all_lowest", "lower"), ("all_highest", "upper")])
def test_a_completion_has_every_score_at_one_end_of_its_bounds(cohort, found, analysis, end):
    """Points by hand: a size not known is <4 or >8 cm, a node negative or positive. The fit by lifelines."""
    patients = cohort[cohort["e_months"].notna()]
    size = patients["size"].fillna(0 if end == "lower" else 99)
    node = patients["node"].astype(object).fillna("no" if end == "lower" else "yes")
    points = 3.0 * (size > 8) + ((size >= 4) & (size <= 8)) + (node == "yes")
    frame = pd.DataFrame(
        {"months": patients["e_months"], "event": patients["e_event"], "points": points}
    )
    precise = {"precision": 1e-18, "r_precision": 1e-16}
    fit = CoxPHFitter().fit(frame, "months", "event", fit_options=precise).summary.loc["points"]
    row = one(found, analysis, "hazard_ratio")
    assert row["estimate"] == pytest.approx(fit["exp(coef)"], rel=1e-9)
    assert row["lower"] == pytest.approx(fit["exp(coef) lower 95%"], rel=1e-8)
    assert row["upper"] == pytest.approx(fit["exp(coef) upper 95%"], rel=1e-8)
    assert row["patients"] == len(patients)
    c = one(found, analysis, "harrell_c")["estimate"]
    event = frame["event"] == 1
    expected = concordance_index_censored(event, frame["months"], frame["points"])[0]
    assert c == pytest.approx(expected, rel=1e-12)


def test_the_two_completions_are_not_the_extremes_of_all():
    """What the methods say: with few open patients all completions can be tried, and some lie outside."""
    cohort = draw(40, 0)
    cohort.loc[[2, 9, 20], "size"] = np.nan
    cohort.loc[[9, 30], "node"] = None
    found = assess(cohort)
    patients = cohort[cohort["e_months"].notna()]
    table = compute_score(patients, POINTS)
    ranges = [
        np.arange(low, high + 1) for low, high in table[["lower", "upper"]].itertuples(index=False)
    ]
    ends = [
        one(found, analysis, "harrell_c")["estimate"] for analysis in ("all_lowest", "all_highest")
    ]
    concordances = [
        harrell_c(patients["e_months"], patients["e_event"], values) for values in product(*ranges)
    ]
    assert len(concordances) == 4 * 5 * 4 * 2
    assert min(np.abs(np.array(concordances) - end).min() for end in ends) < 1e-12
    assert min(concordances) < min(ends) <= max(ends) < max(concordances)


def test_the_score_is_computed_anew_in_every_completed_table(cohort):
    """Determinate patients keep their points, the others get some within their bounds."""
    patients = cohort[cohort["e_months"].notna()]
    before = compute_score(patients, POINTS)
    imputed = impute(cohort, "e", SETTINGS["targets"], SETTINGS["auxiliary"], 3, 1, 2)
    for table in imputed.tables:
        after = compute_score(replace_values(patients, table), POINTS)["value"]
        assert after.notna().all()
        known = before["value"].notna()
        assert (after[known] == before["value"][known]).all()
        assert ((after >= before["lower"]) & (after <= before["upper"])).all()


def test_what_follows_from_imputed_variables_follows_anew():
    """A formula is computed again for all; a rule fills gaps and leaves what was recorded."""
    patients = pd.DataFrame(
        {
            "patient_id": ["a", "b", "c"],
            "size": [3.0, np.nan, 5.0],
            "number": [4.0, 5.0, np.nan],
            "burden": [5.0, np.nan, np.nan],
            "burden_lower": [5.0, 5.0, 5.0],
            "burden_upper": [5.0, np.inf, np.inf],
            "large": pd.Categorical(["yes", None, None], ["no", "yes"]),
        }
    )
    imputed = pd.DataFrame({"size": [3.0, 12.0, 5.0], "number": [4.0, 5.0, 12.0]})
    formula = {"function": "tumour_burden_score", "of": ["size", "number"]}
    number = {"label": "Burden", "kind": "continuous", "unit": None, "levels": []}
    rule = {"variable": "size", "operator": ">", "value": 5}
    level = {"label": "Large", "kind": "binary", "unit": None, "levels": ["no", "yes"]}
    derived = {
        "burden": number | {"formula": formula, "computed": True},
        "large": level | {"derive": [rule]},
    }
    found = complete_patients(patients, imputed, derived)
    for values in (found["burden"], *bounds(found, "burden")):
        np.testing.assert_allclose(np.asarray(values, float), [5, 13, 13])
    assert list(found["large"]) == ["yes", "yes", "no"]  # recorded although the size is 3


def test_a_declared_variable_follows_anew_from_what_was_not_imputed_too():
    patients = pd.DataFrame(
        {
            "patient_id": ["a", "b"],
            "size": [9.0, np.nan],
            "drug": pd.Categorical(["no", "yes"], ["no", "yes"]),
            "either": pd.Categorical(["yes", "yes"], ["no", "yes"]),
        }
    )
    tests = [
        {"variable": "size", "operator": ">", "value": 5},
        {"variable": "drug", "operator": "==", "value": "yes"},
    ]
    formula = {"function": "all_of", "of": ["size", "drug"], "tests": tests, "declared": True}
    level = {"label": "Both", "kind": "binary", "unit": None, "levels": ["no", "yes"]}
    spec = level | {"formula": formula, "computed": True, "level_labels": {}}
    found = complete_patients(patients, pd.DataFrame({"size": [9.0, 6.0]}), {"either": spec})
    assert list(found["either"]) == ["no", "yes"]


def test_imputed_is_pooled_by_rubins_rules(cohort, found):
    patients = cohort[cohort["e_months"].notna()]
    imputed = impute(cohort, "e", SETTINGS["targets"], SETTINGS["auxiliary"], 5, 1, 3)
    fits = []
    for table in imputed.tables:
        points = compute_score(replace_values(patients, table), POINTS)["value"]
        fit = fit_cox(patients.assign(points=points), "e", {"points": {"kind": "count"}})
        fits.append(fit.coefficients.iloc[0][["coef", "se"]].to_numpy(float))
    coef, error = np.array(fits).T
    within, between = (error**2).mean(), coef.var(ddof=1)
    row = one(found, "imputed", "hazard_ratio")
    assert row["estimate"] == pytest.approx(np.exp(coef.mean()), rel=1e-8)
    assert row["imputations"] == 5
    assert 0 < row["fmi"] < 1
    normal = 1.959963984540054 * np.sqrt(within + between * 6 / 5)
    width = np.log(row["upper"] / row["lower"]) / 2
    assert normal < width < 1.3 * normal  # Student's t is a little wider
    events = patients["e_event"].sum()  # of one coefficient `mice` takes events - 1 as complete
    t = pool(coef, error**2, events - 1)
    assert (np.log(row["lower"]), row["p_value"]) == pytest.approx((t["lower"], t["p_value"]))
    assert abs(t["lower"] - pool(coef, error**2, len(patients) - 1)["lower"]) > 1e-6
    assert row["patients"] == len(patients)


def test_imputation_corrects_what_the_determinate_patients_get_wrong():
    """Values missing mostly in early deaths: what all values give lies nearer to the imputed result."""
    gaps = []
    for seed in range(5):
        full = draw(500, 0, seed)
        early = full["e_event"].eq(1) & (full["e_months"] < full["e_months"].median())
        gone = np.random.default_rng(seed + 100).random(500) < np.where(early, 0.7, 0.1)
        truth, found = assess(full), assess(full.assign(size=full["size"].mask(gone)))
        for measure in ("hazard_ratio", "harrell_c"):
            goal = one(truth, "determinate", measure)["estimate"]
            gaps.append(
                [
                    abs(np.log(one(found, analysis, measure)["estimate"] / goal))
                    for analysis in ("determinate", "imputed")
                ]
            )
    determinate, imputed = np.mean(gaps, axis=0)
    assert imputed < 0.75 * determinate


def test_every_score_has_every_row_and_the_same_seed_the_same_numbers(cohort, found):
    keys = found.estimates[["analysis", "measure"]].value_counts()
    assert len(keys) == 8
    assert (keys == 1).all()
    pd.testing.assert_frame_equal(assess(cohort).estimates, found.estimates)
    other = one(assess(cohort, seed=2), "imputed", "hazard_ratio")["estimate"]
    assert other != one(found, "imputed", "hazard_ratio")["estimate"]
    assert list(found.estimates) == missing_components.ESTIMATES


def test_shares_of_observed_and_imputed_values(cohort, found):
    table = found.imputation
    assert list(table) == missing_components.IMPUTATION
    patients = cohort[cohort["e_months"].notna()]
    bins = table[table["statistic"].eq("bin") & table["variable"].eq("size")]
    assert bins["observed"].sum() == pytest.approx(1)
    assert bins["imputed"].sum() == pytest.approx(1)
    assert (bins["missing"] == patients["size"].isna().sum()).all()
    inner = bins.iloc[1]
    size = patients["size"].dropna()
    expected = ((size >= inner["from"]) & (size < inner["to"])).mean()
    assert inner["observed"] == pytest.approx(expected)
    shares = table[table["variable"].eq("node")]
    assert list(shares["level"]) == ["no", "yes"]
    assert shares["observed"].sum() == pytest.approx(1)


def test_an_entry_between_limits_is_not_compared(cohort):
    low = cohort["size"] < 3
    limits = {
        "size": cohort["size"].mask(low, 1.5),
        "size_lower": np.where(low, 0.0, np.nan),
        "size_upper": np.where(low, 3.0, np.nan),
    }
    table = assess(cohort.assign(**limits)).imputation
    rows = table[table["variable"].eq("size")]
    patients = cohort[cohort["e_months"].notna()]
    assert (rows["limits"] == (patients["size"] < 3).sum()).all()
    assert (rows["missing"] == patients["size"].isna().sum()).all()
    mean = rows.loc[rows["statistic"].eq("mean"), "observed"].iloc[0]
    assert mean == pytest.approx(patients.loc[patients["size"] >= 3, "size"].mean())
    assert "limits" in rows["note"].iloc[0]


def test_nothing_missing_is_said():
    found = assess(draw(60, 0))
    assert one(found, "determinate", "hazard_ratio")["estimate"] > 0
    for analysis in ("all_lowest", "all_highest", "imputed"):
        row = one(found, analysis, "harrell_c")
        assert np.isnan(row["estimate"])
        assert "nothing is missing" in row["note"]
    assert not len(found.imputation)
    assert list(found.imputation) == missing_components.IMPUTATION


def test_few_events_give_notes_and_no_numbers(cohort):
    few = cohort.assign(e_event=np.where(np.arange(len(cohort)) < 6, 1.0, 0.0)).head(30)
    found = assess(few)
    assert found.estimates["estimate"].isna().all()
    assert found.estimates["note"].str.contains("events, fewer than 10").all()
    nobody = assess(cohort.head(0))
    assert nobody.estimates["estimate"].isna().all()


def test_a_component_nobody_has_is_not_invented(cohort):
    found = assess(cohort.assign(node=pd.Categorical([None] * len(cohort), ["no", "yes"])))
    assert "0 events" in one(found, "determinate", "hazard_ratio")["note"]
    assert "known of nobody" in one(found, "imputed", "hazard_ratio")["note"]
    assert np.isnan(one(found, "imputed", "hazard_ratio")["estimate"])
    assert one(found, "all_lowest", "harrell_c")["estimate"] < 0.6


def test_a_score_without_limits_has_no_bounds_but_is_imputed(cohort):
    open_ = POINTS | {
        "components": {"size": {"label": "Size", "variable": "size", "per_unit": 0.5}},
    }
    found = assess(cohort, scores={"points": open_})
    row = one(found, "all_highest", "hazard_ratio")
    assert np.isnan(row["estimate"])
    assert "no bound" in row["note"]
    assert one(found, "imputed", "hazard_ratio")["estimate"] > 1


def test_two_scores_share_the_imputation(cohort):
    half = POINTS | {"components": {"node": POINTS["components"]["node"]}}
    found = assess(cohort, scores={"points": POINTS, "half": half})
    alone = assess(cohort, scores={"half": half})
    for measure in ("hazard_ratio", "harrell_c"):
        row, other = (one(each, "imputed", measure, "half") for each in (found, alone))
        assert row["estimate"] == other["estimate"]


@pytest.mark.parametrize(
    ("values", "spec", "expected"),
    [
        ([1, 2, 2, 3], SIZE, [0.5, 1.5, 2.5, 3.5]),
        (
            [0] * 50 + [100] * 50,
            SIZE,
            [-0.5, 10.5, 21.5, 32.5, 43.5, 54.5, 65.5, 76.5, 87.5, 98.5, 109.5],
        ),
        ([0.5, 0.5], SIZE, np.linspace(0, 1, 11)),
    ],
)
def test_bins(values, spec, expected):
    edges = find_edges(np.array(values, float), spec)
    np.testing.assert_allclose(edges[: len(expected)], expected)
    assert len(edges) <= 11
    assert edges[-1] >= np.percentile(values, 98)


def test_bins_of_a_logarithm_are_equal_factors():
    edges = find_edges(np.array([0.5, 1.5, 1000.5]), SIZE | {"transform": "log2"})
    np.testing.assert_allclose(edges[1:] / edges[:-1], edges[1] / edges[0])
