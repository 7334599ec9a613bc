"""Cox models pooled over imputations against R: mice::pool, D1 of mitml, and pool.scalar for a spline's contrast."""

import json
from pathlib import Path

import numpy as np
import pytest
from crlm.analyses.imputed_models import estimate as imputed_models
from crlm.survival.pooling import pool_test
from reference_data import VARIABLES, build_cohorts

GOLDEN = json.loads((Path(__file__).parent / "imputed_models.json").read_text())
BREAST = build_cohorts()["breast"]
GAPS = {"age": (7, 3), "hormone": (11, 5), "grade": (3, 2)}
SPLINE = {"knots": [15, 25, 50], "reference": None, "contrast": [25, 60]}
MODEL = {
    "variables": {name: VARIABLES[name] for name in GAPS}
    | {"size": VARIABLES["size"] | {"spline": SPLINE}},
    "strata": ["menopause"],
    "cluster": None,
}
ROWS = {("age", None): 0, ("hormone", "yes"): 1, ("grade", "II"): 2, ("grade", "III"): 3}


def complete_by(number):
    """Gaps by the number of the row, filled by the value of the patient 17 times as many rows on, as in the R script."""
    table, place = BREAST.copy(), np.arange(len(BREAST))
    for name, (every, rest) in GAPS.items():
        gap = place % every == rest
        donors = BREAST[name].to_numpy()[(place[gap] + 17 * number) % len(BREAST)]
        table.loc[gap, name] = donors
    return table


@pytest.fixture(scope="module")
def fits():
    tables = [complete_by(number) for number in range(1, 6)]
    return [imputed_models.fit_completed(each, "death", MODEL) for each in tables]


def near(value):
    return pytest.approx(value, rel=1e-6)


EVENTS = int(BREAST["death_event"].sum())


@pytest.mark.parametrize(("variable", "level"), ROWS)
def test_pooled_terms_equal_mice(fits, variable, level):
    reference = {"hormone": "no", "grade": "I"}.get(variable)
    row = imputed_models.pool_term(fits, variable, level, reference, EVENTS)
    estimate, se, lower, upper, df, p_value, fmi = GOLDEN["rows"][ROWS[variable, level]]
    assert row["coef"] == near(estimate) and row["se"] == near(se)
    assert row["hazard_ratio"] == near(np.exp(estimate))
    assert [row["lower"], row["upper"]] == near(np.exp([lower, upper]))
    assert row["df"] == near(df) and row["p_value"] == near(p_value) and row["fmi"] == near(fmi)


def test_contrast_of_a_spline_equals_pool_scalar(fits):
    row = imputed_models.pool_term(fits, "size", "60 against 25", "25", EVENTS)
    expected = GOLDEN["contrast"]
    assert row["coef"] == near(expected["estimate"]) and row["se"] == near(expected["se"])
    assert row["df"] == near(expected["df"]) and row["fmi"] == near(expected["fmi"])


@pytest.mark.parametrize("name", ["grade", "size"])
def test_several_coefficients_together_equal_d1(fits, name):
    found = pool_test(*map(np.array, zip(*(whole[name] for _, _, whole, _ in fits), strict=True)))
    assert found == near(GOLDEN[name])
    level, reference = {"grade": ("III", "I"), "size": ("60 against 25", "25")}[name]
    row = imputed_models.pool_term(fits, name, level, reference, EVENTS)
    assert row["factor_p_value"] == near(GOLDEN[name][3])
