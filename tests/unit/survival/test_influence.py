"""Influence: leaving the patient out, and covariates that say the same."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.cox import tables_influence
from crlm.survival.cox import fit_cox, fit_models
from crlm.survival.influence import measure_influence

NUMBER = {"label": "X", "kind": "continuous", "per": 1, "transform": "none"}
SPLINE = NUMBER | {"spline": {"knots": 3, "reference": None, "contrast": [-1, 1]}}


def make(size=120, twin=0.0):
    random = np.random.default_rng(4)
    x, y = random.normal(size=(2, size))
    y = twin * x + np.sqrt(1 - twin**2) * y
    months, lost = random.exponential(20 / np.exp(0.5 * x)), random.uniform(5, 60, size)
    return pd.DataFrame(
        {
            "patient_id": [f"P{place}" for place in range(size)],
            "os_months": np.minimum(months, lost),
            "os_event": (months <= lost).astype(float),
            "x": x,
            "y": y,
        }
    )


@pytest.mark.parametrize("spec", [NUMBER, SPLINE], ids=["number", "spline"])
def test_leaving_the_patient_out_moves_the_ratio_about_so_far(spec):
    cohort = make()
    variables = {"x": spec, "y": NUMBER}
    fit = fit_cox(cohort, "os", variables)
    row = fit.influence.iloc[0]
    people = fit.influential[fit.influential["variable"] == "x"]
    top = people["dfbetas"].abs().idxmax()
    assert people.loc[top, "dfbetas"] == row["largest_dfbetas"]
    # the splines of the smaller cohort keep their knots
    if "spline" in spec:
        knots = [float(each) for each in fit.spline_terms["knots"].iloc[0].split("; ")]
        variables["x"] = spec | {"spline": spec["spline"] | {"knots": knots}}
    without = fit_cox(
        cohort[cohort["patient_id"] != people.loc[top, "patient_id"]], "os", variables
    ).coefficients.iloc[0]
    moved = row["hazard_ratio"] - without["hazard_ratio"]
    said = row["hazard_ratio"] - row["hazard_ratio_without"]
    assert np.sign(said) == np.sign(moved) and said == pytest.approx(moved, rel=0.4)


def test_twins_are_collinear_and_strangers_are_not():
    fits = {
        twin: fit_cox(make(500, twin), "os", {"x": NUMBER, "y": NUMBER}).influence
        for twin in (0, 0.98)
    }
    assert fits[0]["inflation"].max() < 1.2
    assert fits[0.98]["inflation"].min() > 8 and fits[0.98]["condition"].iloc[0] > 5
    models, variables = {"m": {"label": "Main"}}, {"x": NUMBER, "y": NUMBER | {"label": "Y"}}
    alone, twins = (
        next(tables_influence.tell_influence(each.assign(model="m"), models, variables))
        for each in fits.values()
    )
    assert "No sign of collinearity" in alone and "Collinear" in twins
    assert "X (" in twins and "Y (" in twins


def test_nothing_without_a_fit_and_nothing_of_single_variables():
    for cohort in (make().head(0), make().assign(os_event=0.0), make(3)):
        fit = fit_cox(cohort, "os", {"x": NUMBER, "y": NUMBER})
        assert fit.influence.empty and fit.influential.empty
    assert [len(each) for each in measure_influence(None, make())] == [0, 0]
    models = {"univariable": {"variables": ["x", "y"]}}
    fits = fit_models(make(), "os", models, {"x": NUMBER, "y": NUMBER})
    assert fits.influence.empty and fits.influential.empty
