"""Interactions against R: anova of coxph with and without the products, effects by changing the reference."""

import json
from pathlib import Path

import numpy as np
import pytest
from crlm.analyses.interactions.estimate import estimate_interactions
from reference_data import VARIABLES, build_cohorts

GOLDEN = json.loads((Path(__file__).parent / "interactions.json").read_text())
COHORT = build_cohorts()["breast"]
CASES = {
    "hormone_menopause": ("hormone", "menopause", ["age"]),
    "grade_hormone": ("grade", "hormone", []),
    "hormone_nodes": ("hormone", "nodes", []),
    "age_menopause": ("age", "menopause", []),
}


def close(found, expected):
    np.testing.assert_allclose(np.array(found, float), np.array(expected, float), rtol=1e-6)


def run(*names):
    plan = {
        name: dict(zip(("variable", "by", "adjust"), (v, [by], adjust), strict=True))
        for name in names
        for v, by, adjust in [CASES[name]]
    }
    return estimate_interactions(COHORT, "death", plan, VARIABLES)


@pytest.mark.parametrize("name", CASES)
def test_effects_ratios_and_test(name):
    expected, table = GOLDEN[name], run(name)
    rows = table[table["within"] != "overall"]
    numbers = rows[["hazard_ratio", "lower", "upper", "p_value"]]
    if "at" in expected:
        effects = [each for place in expected["effects"] for each in place]
        assert rows["group"].tolist() == [f"at {place:g}" for place in expected["at"]]
        assert rows["patients"].eq(len(COHORT)).all()
    else:
        effects = [each for place in expected["effects"].values() for each in place]
        assert list(rows["group"].unique()) == list(expected["effects"])
        assert rows.drop_duplicates("group")["patients"].sum() == len(COHORT)
    close(numbers, effects)
    ratios = rows[["ratio", "ratio_lower", "ratio_upper", "ratio_p_value"]].dropna()
    close(ratios, expected["ratio"])
    test = rows[["interaction_statistic", "df", "interaction_p_value"]].drop_duplicates()
    close(test, [expected["test"]])


def test_holm_over_the_tests_of_an_endpoint():
    table = run("hormone_menopause", "hormone_nodes").dropna(subset="interaction_p_value")
    found = table.drop_duplicates("analysis")["interaction_p_adjusted"]
    close(found, GOLDEN["holm"])
