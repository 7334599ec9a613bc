"""Which groupings and which pairs of predictors are compared, one condition at a time."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from crlm.analyses.kaplan_meier.plan import compares_levels, is_cut_in_two
from crlm.analyses.performance import estimate as performance
from crlm.analyses.repeat_resection import figure as remnants

PLAIN = {
    "groups": ["no", "yes"],
    "variables": ["flag"],
    "cuts": None,
    "landmark_months": None,
    "strata": [],
}
MODELS = {"univariable": {"variables": ["flag", "weight"]}}


@pytest.mark.parametrize(
    ("change", "models", "wanted"),
    [
        ({}, MODELS, True),
        ({"groups": ["a", "b", "c"]}, MODELS, False),
        ({"cuts": [5]}, MODELS, False),
        ({"landmark_months": 3}, MODELS, False),
        ({"variables": ["other"]}, MODELS, False),
        ({"variables": ["flag", "other"]}, MODELS, False),
        ({}, {}, False),
        ({}, {"other": MODELS["univariable"]}, False),
    ],
)
def test_two_levels_of_a_variable_of_the_univariable_model_are_compared(change, models, wanted):
    assert compares_levels(PLAIN | change, models) is wanted


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({}, True),
        ({"cuts": None}, False),
        ({"cuts": [3, 5], "groups": ["a", "b", "c"]}, False),
        ({"landmark_months": 3}, False),
        ({"strata": ["flag"]}, False),
    ],
)
def test_a_number_cut_in_two_is_compared(change, wanted):
    assert is_cut_in_two(PLAIN | {"cuts": [5]} | change) is wanted


def test_a_pair_without_a_number_ends_no_other():
    """Of the first predictor nothing is published: the pair of the other two is compared all the same."""
    names = ("a", "b", "c")
    predictors = {name: {"kind": "score", "column": name} for name in names}
    rows, values = {}, {}
    for metric, known in (("harrell_c", names), ("brier_published", names[1:])):
        draw = np.random.default_rng(3)
        for place, name in enumerate(known):
            about = {"predictor": name, "metric": metric, "horizon": 12, "patients": 90}
            about |= {"events": 40, "note": None, "calibrated_in_cohort": False}
            rows[metric, 12, name] = about
            values.setdefault((metric, 12), {})[name] = 0.5 + 0.1 * place + draw.normal(0, 0.01, 50)
    found = performance._compare(rows, values, predictors)
    pairs = found.groupby("metric")[["predictor", "versus"]].agg(list)
    assert len(found) == 4
    assert list(zip(*pairs.loc["harrell_c"], strict=True)) == list(itertools.combinations(names, 2))
    assert list(zip(*pairs.loc["brier_published"], strict=True)) == [("b", "c")]


@pytest.mark.parametrize("most", [2.2, 3, 4, 10, 37, 90])
def test_the_axis_of_a_burden_begins_at_zero(most):
    patients = pd.DataFrame({"burden": [1, most], "percent": [20.0, 50.0], "liver": None})
    _, axes = plt.subplots()
    remnants._draw_points(axes, patients, [], {}, 100)
    ticks = axes.get_xticks()
    assert axes.get_xlim()[0] == 0 == ticks[0] and ticks[-1] <= axes.get_xlim()[1]
    assert np.diff(ticks) == pytest.approx(ticks[1]) and 3 <= len(ticks) <= 7
    plt.close("all")
