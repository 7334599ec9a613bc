"""Multiple imputation against R's mice, Rubin's rules against mice::pool, C's variance against survival."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crlm.survival.concordance import concordance_influence
from crlm.survival.imputation import impute
from crlm.survival.imputation_models import augment, fit_multinomial, select_columns
from crlm.survival.kaplan_meier import estimate_cumulative_hazard
from crlm.survival.partial_likelihood import build_risk_sets, evaluate, maximise, sum_information
from crlm.survival.pooling import pool, pool_logit
from test_performance_against_r import PAIRS, outcome

GOLDEN = json.loads((Path(__file__).parent / "imputation.json").read_text())
PERFORMANCE = json.loads((Path(__file__).parent / "performance.json").read_text())
SPECS = {
    "age": {"kind": "continuous"},
    "marker": {"kind": "continuous", "transform": "log2"},
    "grade": {"kind": "ordinal", "levels": ["1", "2", "3"]},
    "node": {"kind": "binary", "levels": ["no", "yes"]},
    "site": {"kind": "categorical", "levels": ["right", "left", "rectum"]},
}
IMPUTATIONS = 120


def build_cohort():
    cohort = pd.DataFrame(GOLDEN["data"]).rename(
        columns={"months": "death_months", "event": "death_event"}
    )
    for name, spec in SPECS.items():
        if "levels" in spec:
            cohort[name] = pd.Categorical(cohort[name], categories=spec["levels"])
        else:
            cohort[name] = cohort[name].astype(float)
    return cohort


COHORT = build_cohort()


@pytest.fixture(scope="module")
def imputed():
    return impute(COHORT, "death", SPECS, {}, IMPUTATIONS, 1)


def fit_cox(table):
    """Coefficients and variances of the R script's model."""
    columns = [
        table["age"],
        np.log2(table["marker"]),
        table["grade"].cat.codes + 1.0,
        table["node"] == "yes",
        table["site"] == "left",
        table["site"] == "rectum",
    ]
    x = np.column_stack(columns).astype(float)
    mean, spread = x.mean(axis=0), x.std(axis=0)
    x = (x - mean) / spread
    risk_sets = build_risk_sets(
        *(COHORT[f"death_{part}"].to_numpy() for part in ("months", "event"))
    )
    coef, _, _, converged = maximise(risk_sets, x)
    assert converged
    information = sum_information(risk_sets, x, evaluate(risk_sets, x, coef))
    return coef / spread, np.diag(np.linalg.inv(information)) / spread**2


def test_hazard():
    found = estimate_cumulative_hazard(COHORT["death_months"], COHORT["death_event"])
    np.testing.assert_allclose(found, GOLDEN["hazard"], rtol=0, atol=1e-12)


def test_pooled_cox_model(imputed):
    """Within the error of a finite number of imputations: estimates 4, variances about 3 standard errors of it."""
    expected = {key: np.array(value) for key, value in GOLDEN["imputed"].items() if key != "terms"}
    found = pool(*np.array([fit_cox(table) for table in imputed.tables]).swapaxes(0, 1))
    error = np.sqrt(expected["between"] * (1 / expected["m"] + 1 / IMPUTATIONS))
    assert (np.abs(found["estimate"] - expected["estimate"]) < 4 * error).all()
    ratio = found["between"] / expected["between"]
    assert (np.abs(np.log(ratio)) < 3.2 * np.sqrt(2 / IMPUTATIONS + 2 / expected["m"])).all()
    np.testing.assert_allclose(found["se"], expected["se"], rtol=0.05)
    assert (expected["lambda"] > 0.2).all()  # the missing values matter: this test could fail


def test_distribution_of_imputed_values(imputed):
    def average(summarise):
        values = [summarise(table) for table in imputed.tables]
        return np.mean(values), np.std(values) * np.sqrt(
            1 / IMPUTATIONS + 1 / GOLDEN["imputed"]["m"]
        )

    missing = imputed.missing
    for key, summarise in {
        "marker": lambda table: np.log2(table["marker"][missing["marker"]]).mean(),
        "grade": lambda table: table["grade"][missing["grade"]].cat.codes.mean() + 1,
        "yes": lambda table: (table["node"][missing["node"]] == "yes").mean(),
        "left": lambda table: (table["site"][missing["site"]] == "left").mean(),
        "rectum": lambda table: (table["site"][missing["site"]] == "rectum").mean(),
    }.items():
        found, error = average(summarise)
        assert abs(found - GOLDEN["imputed"][key]) < 4 * error, key


def test_pseudo_patients_against_perfect_prediction():
    """The augmented logistic regression of mice, by the linear predictor of every patient."""
    golden = GOLDEN["separated"]
    x, recorded = np.column_stack([golden["first"], golden["second"]]), np.array(golden["recorded"])
    observed = np.equal.outer(golden["class"], [0, 1]).astype(float)
    z = select_columns(x, observed - observed.mean(axis=0), recorded, 2)
    augmented = augment(z, recorded, observed, np.ones(len(recorded)), [0.5, 0.5])
    coef = fit_multinomial(*augmented, np.zeros((3, 1)))
    linear = np.column_stack([np.ones(len(z)), z]) @ coef
    np.testing.assert_allclose(linear[:, 0], golden["linear"], rtol=1e-7)


@pytest.mark.parametrize("case", GOLDEN["pooled"]["cases"], ids=lambda case: str(case["dfcom"]))
def test_rubins_rules(case):
    golden = GOLDEN["pooled"]
    complete_df = np.inf if case["dfcom"] == "infinite" else case["dfcom"]
    found = pool(golden["estimates"], golden["variances"], complete_df)
    names = {"std.error": "se", "2.5 %": "lower", "97.5 %": "upper", "p.value": "p_value"}
    names |= {"b": "between", "ubar": "within", "t": "total", "lambda": "lambda_"}
    assert len(golden["keys"]) == len(found)
    for key, expected in zip(golden["keys"], np.transpose(case["rows"]), strict=True):
        np.testing.assert_allclose(found[names.get(key, key)], expected, rtol=1e-9, err_msg=key)


def test_default_degrees_of_freedom_of_mice():
    """Events minus coefficients, as `pool` says."""
    events = int(COHORT["death_event"].sum())
    assert GOLDEN["pooled"]["cases"][0]["dfcom"] == events - len(GOLDEN["imputed"]["terms"])


def test_pooled_concordance():
    golden = GOLDEN["c_index"]
    found = pool_logit(golden["estimates"], golden["variances"])
    for key in ("estimate", "lower", "upper", "df", "fmi"):
        assert found[key] == pytest.approx(golden[key], rel=1e-9), key


@pytest.mark.parametrize("score", ["first", "second"])
def test_influence_on_concordance(score):
    golden = GOLDEN["tied"]
    c, influence = concordance_influence(golden["months"], golden["event"], golden[score])
    expected = golden["fits"][score]
    assert c == pytest.approx(expected["c"], abs=1e-12)
    np.testing.assert_allclose(influence, expected["influence"], rtol=0, atol=1e-12)
    assert (influence**2).sum() == pytest.approx(expected["variance"], abs=1e-12)


def test_joint_variance_with_ties():
    golden = GOLDEN["tied"]
    found = [
        concordance_influence(golden["months"], golden["event"], golden[key])[1]
        for key in ("first", "second")
    ]
    np.testing.assert_allclose(np.array(found) @ np.transpose(found), golden["joint"], atol=1e-12)


@pytest.mark.parametrize("name", PERFORMANCE["pairs"])
def test_joint_variance_in_real_cohorts(name):
    cohort, expected = PAIRS[name][0], PERFORMANCE["pairs"][name]["harrell"]
    found = [concordance_influence(*outcome(cohort), cohort[key]) for key in ("first", "second")]
    np.testing.assert_allclose([c for c, _ in found], expected["c"], rtol=0, atol=1e-12)
    influence = np.array([each for _, each in found])
    np.testing.assert_allclose(influence @ influence.T, expected["variance"], rtol=1e-8)
