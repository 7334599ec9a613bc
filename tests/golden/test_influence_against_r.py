"""Influence of single patients and collinearity against R: residuals(type = "dfbeta"), dfbetas, rms::vif."""

import json
from pathlib import Path

import numpy as np
import pytest
from crlm.survival import cox, influence
from crlm.survival.cox_estimate import build_problem, estimate_terms
from reference_data import VARIABLES, build_cohorts

GOLDEN = json.loads((Path(__file__).parent / "influence.json").read_text())
BREAST = build_cohorts()["breast"].assign(patient_id=lambda table: [f"P{n}" for n in table.index])
SPECS = {name: VARIABLES[name] for name in ("age", "hormone", "grade", "size")}


def near(value):
    return pytest.approx(value, rel=1e-6, abs=1e-12)


@pytest.fixture(scope="module")
def estimate():
    terms = cox.build_terms(BREAST, "death", SPECS)
    return estimate_terms(build_problem(terms, BREAST, "death", ["menopause"]), tested=False)


def test_dfbeta_and_dfbetas_of_single_patients(estimate):
    found = list(influence._list_coefficients(estimate))
    dfbeta = np.array([each[2] for each in found]).T
    error = np.array([each[4] for each in found])
    assert dfbeta[GOLDEN["shown"]] == near(np.array(GOLDEN["dfbeta"]))
    assert (dfbeta / error)[GOLDEN["shown"]] == near(np.array(GOLDEN["dfbetas"]))


def test_the_largest_and_how_many_are_worth_a_look(estimate):
    table, people = influence.measure_influence(estimate, BREAST)
    assert table["largest_dfbetas"].to_numpy() == near(GOLDEN["largest"])
    counts = people.groupby(["variable", people["level"].fillna("")], sort=False).size()
    assert counts.tolist() == GOLDEN["beyond"]
    assert people["patient_id"].str.startswith("P").all()


def test_inflation_and_condition(estimate):
    table, _ = influence.measure_influence(estimate, BREAST)
    single = table[table["variable"] != "grade"]["inflation"]
    vif = GOLDEN["vif"]
    assert single.to_numpy() == near([vif[0], vif[1], vif[4]])
    grade = table[table["variable"] == "grade"]
    assert grade["inflation"].to_numpy() == near([GOLDEN["grade"]] * 2)
    assert set(grade["inflation_df"]) == {2}
    assert table["condition"].to_numpy() == near([GOLDEN["condition"]] * 5)
