"""Which pairs of predictors are compared, and where the axis of a burden begins."""

import itertools

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from crlm.analyses.performance import estimate as performance
from crlm.analyses.repeat_resection import figure as remnants


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
