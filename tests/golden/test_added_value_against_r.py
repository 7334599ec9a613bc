"""Likelihood-ratio test, AIC, concordance and predicted risk of a base and an extended model against R."""

import json
from pathlib import Path

import numpy as np
import pytest
from crlm.analyses.added_value import estimate as added_value
from reference_data import VARIABLES, build_cohorts

GOLDEN = json.loads((Path(__file__).parent / "added_value.json").read_text())
COHORTS = build_cohorts()
PARTS = {
    "breast": (("nodes", "age"), ("grade",)),
    "lung": (("age",), ("ecog", "sex")),
    "recidivism": (("prior",), ("race",)),
}


def pick(names):
    units = ("per", "transform")
    return {
        name: {key: value for key, value in VARIABLES[name].items() if key not in units}
        for name in names
    }


@pytest.fixture(scope="module", params=PARTS)
def compared(request):
    expected = GOLDEN[request.param]
    pair = added_value.fit_pair(COHORTS[request.param], "death", *map(pick, PARTS[request.param]))
    horizon = expected["horizon"]
    rows = added_value.assess_measures(pair, {horizon: None}, 100, 1, threads=2)
    return expected, pair, rows.set_index("measure")


def close(found, expected):
    np.testing.assert_allclose(np.asarray(found, float), expected, rtol=1e-9)


def test_likelihood_ratio_test_equals_anova(compared):
    expected, _, rows = compared
    row = rows.loc["lr_test"]
    close(row[["base", "extended"]], expected["log_likelihood"])
    close(
        row[["statistic", "df", "p_value"]],
        [expected[key] for key in ("statistic", "df", "p_value")],
    )
    assert (rows["patients"] == expected["patients"]).all()
    assert (rows["events"] == expected["events"]).all()
    close(rows.loc["aic", ["base", "extended"]], expected["aic"])


def test_a_level_without_an_event_stays_in_both_likelihoods():
    expected, cohort = GOLDEN["eventless"], COHORTS["breast"].copy()
    first = cohort["grade"] == "I"
    cohort.loc[first, "death_event"] = 0.0
    pair = added_value.fit_pair(cohort, "death", *map(pick, PARTS["breast"]))
    rows = added_value.assess_measures(pair, {60: None}, 100, 1, threads=2).set_index("measure")
    row = rows.loc["lr_test"]
    close(row[["base", "extended"]], expected["log_likelihood"])
    close(
        row[["statistic", "df", "p_value"]], [expected[k] for k in ("statistic", "df", "p_value")]
    )
    close(rows.loc["aic", ["base", "extended"]], expected["aic"])
    assert (rows.loc[["lr_test", "aic"], "patients"] == expected["patients"]).all()
    others = rows.drop(["lr_test", "aic"])
    assert (others["patients"] == expected["patients"] - first.sum()).all()
    assert (rows["events"] == expected["events"]).all()


@pytest.mark.parametrize(("measure", "key"), [("harrell_c", "concordance"), ("uno_c", "uno")])
def test_concordance_of_both_models(compared, measure, key):
    expected, _, rows = compared
    row = rows.loc[measure]
    close(row[["base", "extended"]], expected[key])
    assert row["difference"] == pytest.approx(expected[key][1] - expected[key][0], abs=1e-12)


def test_predicted_risk_of_both_models(compared):
    expected, pair, _ = compared
    for name in ("base", "extended"):
        found = 1 - getattr(pair, name).survive([expected["horizon"]])[:5, 0]
        close(found, expected["risk"][name])
