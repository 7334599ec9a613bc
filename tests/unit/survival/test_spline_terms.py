"""Spline terms where the data allow little: words instead of numbers, and no traceback."""

import numpy as np
import pandas as pd
import pytest
from crlm.survival import cox, spline_basis
from crlm.survival.prediction import fit_prediction

DEFAULTS = {"knots": 4, "reference": None, "contrast": None}
NUMBER = {"kind": "continuous", "per": 10, "transform": "none", "spline": DEFAULTS}


def make(values, months=None, event=None):
    size = len(values)
    random = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "os_months": random.uniform(1, 60, size) if months is None else months,
            "os_event": random.integers(0, 2, size).astype(float) if event is None else event,
            "x": np.asarray(values, float),
        }
    )


def fit(cohort, spec=NUMBER, **options):
    return cox.fit_cox(cohort, "os", {"x": spec}, **options)


def hump(size=300):
    """Patients whose hazard is highest in the middle."""
    random = np.random.default_rng(2)
    x = random.uniform(0, 100, size)
    months = random.exponential(40 / np.exp(2 * np.exp(-(((x - 50) / 20) ** 2))))
    return make(x, months, (months < 60).astype(float))


def test_a_hump_is_found_and_a_straight_line_is_not_enough():
    found = fit(hump())
    row, line = found.spline_terms.iloc[0], found.coefficients.iloc[0]
    assert row["nonlinear_p_value"] < 1e-6 and row["p_value"] < 1e-6
    assert line["factor_p_value"] == pytest.approx(row["p_value"], rel=1e-9)
    curve = found.spline_curves[found.spline_curves["kind"] == "curve"]
    top = curve.loc[curve["hazard_ratio"].idxmax(), "value"]
    assert 40 < top < 60


def test_the_curve_is_one_without_width_at_the_reference_and_bins_hold_the_patients():
    cohort = hump()
    found = fit(cohort, NUMBER | {"spline": DEFAULTS | {"reference": 30}})
    curve = found.spline_curves[found.spline_curves["kind"] == "curve"]
    near = curve.iloc[(curve["value"] - 30).abs().argmin()]
    assert near["hazard_ratio"] == pytest.approx(1, abs=0.05)
    assert near["upper"] - near["lower"] < 0.1
    low, high = np.quantile(cohort["x"], [0.02, 0.98])
    bins = found.spline_curves[found.spline_curves["kind"] == "bin"]
    assert bins["patients"].sum() == cohort["x"].between(low, high).sum()


def test_knots_and_contrast_are_in_the_unit_of_the_variable():
    cohort = hump()
    row = fit(cohort).spline_terms.iloc[0]
    knots = [float(each) for each in row["knots"].split("; ")]
    assert knots == pytest.approx(np.quantile(cohort["x"], [0.05, 0.35, 0.65, 0.95]), rel=1e-5)
    assert row["low_value"] == pytest.approx(np.quantile(cohort["x"], 0.25))
    logarithm = NUMBER | {"transform": "log2", "per": 1}
    row = fit(cohort, logarithm).spline_terms.iloc[0]
    scaled = np.quantile(np.log2(cohort["x"]), [0.05, 0.35, 0.65, 0.95])
    knots = [float(each) for each in row["knots"].split("; ")]
    assert knots == pytest.approx(2**scaled, rel=1e-5)


@pytest.mark.parametrize(
    ("values", "event", "words"),
    [
        ([], [], "not estimable"),
        ([5.0], [1.0], "constant among the patients"),
        ([5.0] * 30, None, "constant among the patients"),
        (np.arange(30), np.zeros(30), "events for"),
        ([1, 2, 3], [1.0, 1.0, 0.0], "not estimable"),
    ],
    ids=["nobody", "one", "one value", "no event", "three patients"],
)
def test_nothing_to_show_is_said_in_words(values, event, words):
    found = fit(make(values, event=event))
    row, line = found.spline_terms.iloc[0], found.coefficients.iloc[0]
    assert words in row["note"]
    assert np.isnan(line["hazard_ratio"]) and found.spline_curves.empty
    assert len(found.coefficients) == len(found.spline_terms) == 1


def test_two_values_are_a_straight_line_and_say_so():
    random = np.random.default_rng(1)
    cohort = make(random.integers(0, 2, 80))
    found = fit(cohort).spline_terms.iloc[0]
    assert found["note"].startswith("fewer than three distinct values: a straight line; no test of")
    assert found["df"] == 1 and np.isnan(found["nonlinear_p_value"])
    plain = cox.fit_cox(cohort, "os", {"x": {k: v for k, v in NUMBER.items() if k != "spline"}})
    assert found["p_value"] == pytest.approx(plain.coefficients["factor_p_value"].iloc[0])


def test_a_contrast_of_one_value_with_itself_is_said():
    values = np.repeat([1, 2, 3, 50], [5, 60, 5, 5])
    found = fit(make(values))
    row = found.coefficients.iloc[0]
    assert row["level"] == "2 against 2" and found.spline_terms["p_value"].iloc[0] > 0
    assert np.isnan(row["hazard_ratio"])
    assert "pile up" in row["note"]


def test_knots_stay_when_the_model_predicts():
    """The spline of a prediction is that of the fit: the same C and the same likelihood."""
    cohort = hump()
    found, _ = fit_prediction(cohort, "os", {"x": NUMBER})
    row = fit(cohort).model.iloc[0]
    assert found.estimate.log_likelihood == pytest.approx(row["parameters"] - row["aic"] / 2)
    assert found.estimate.problem.x.shape[1] == 3


@pytest.mark.parametrize("count", spline_basis.QUANTILES)
def test_knots_stand_at_harrells_quantiles(count):
    values = np.random.default_rng(0).normal(size=500)
    knots, note = spline_basis.place_knots(values, count)
    outer = 0.1 if count == 3 else 0.05 if count < 7 else 0.025  # of rcspline.eval
    assert knots == pytest.approx(np.quantile(values, np.linspace(outer, 1 - outer, count)))
    assert note is None
