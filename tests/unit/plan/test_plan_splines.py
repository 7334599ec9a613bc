"""Splines of a model: what of knots, contrast and reference is refused, and for which variable."""

import pytest
from crlm.plan.schema import PlanError

LOGARITHM = "cea_ng_ml enters as a logarithm, which a number of 0 or less does not have."
RISING = "give rising numbers."


def find_problems(plan_of, base, name, **spline):
    base["models"] = {"m": {"variables": ["age", "cea_ng_ml"], "splines": {name: spline}}}
    try:
        plan_of(base)
    except PlanError as error:
        return error.problems
    return []


@pytest.mark.parametrize(
    "spline",
    [
        {"contrast": [0, 200]},
        {"knots": [-1, 5, 50]},
        {"reference": 0},
        {"contrast": [5, 200], "reference": -3},
    ],
)
def test_a_logarithm_is_of_numbers_above_zero(plan_of, base, spline):
    """Which a number that enters as it is need not be."""
    wanted = f"models.m.splines.cea_ng_ml: {LOGARITHM}"
    assert find_problems(plan_of, base, "cea_ng_ml", **spline) == [wanted]
    assert find_problems(plan_of, base, "age", **spline) == []


@pytest.mark.parametrize("spline", [{}, {"contrast": [5, 200]}, {"knots": [1, 5, 50]}])
def test_rising_numbers_above_zero_are_taken(plan_of, base, spline):
    assert find_problems(plan_of, base, "cea_ng_ml", **spline) == []


@pytest.mark.parametrize(("key", "values"), [("knots", [5, 5, 9]), ("contrast", [9, 5])])
def test_knots_and_contrast_rise(plan_of, base, key, values):
    found = find_problems(plan_of, base, "age", **{key: values})
    assert found == [f"models.m.splines.age.{key}: {RISING}"]


def test_a_spline_is_of_a_variable_of_its_model(plan_of, base):
    (found,) = find_problems(plan_of, base, "n_crlm")
    assert found.startswith("models.m.splines.n_crlm: n_crlm is not among the variables")
