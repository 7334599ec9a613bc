"""What is called 1, 2, 3 (levels, clinics, numbered markers) keeps its name where small counts are hidden."""

import numpy as np
import test_figure_added_value as predictors
import test_figures as inputs
import test_panel as markers
from crlm.analyses.cox.figure import plot_forest
from crlm.analyses.restricted_mean import estimate
from crlm.analyses.restricted_mean.figure import plot_restricted_means
from crlm.display import privacy
from test_restricted_mean import ENDPOINT, make_cohort, make_settings

LEAST = 5


def list_names(figure, place=0, room=0.5):
    """The texts of these axes at the left edge, before and after small counts are hidden."""
    found = [item for item in figure.axes[place].texts if item.get_text() in list("1234")]
    at_left = [item for item in found if item.get_position()[0] < room]
    before = [item.get_text() for item in at_left]
    privacy.hide_figure(figure, LEAST)
    return before, [item.get_text() for item in at_left]


def test_levels_of_a_forest():
    case = inputs.make_forest(1)
    numbered = dict(zip(("left", "right", "rectum"), "123", strict=True))
    case["variables"]["site0"]["level_labels"] = numbered
    before, after = list_names(plot_forest(**case | {"small_cells": LEAST}))
    assert before == after == ["1", "2", "3"]


def test_groups_of_restricted_means():
    months = np.arange(10.0, 50.0)
    cohort = make_cohort(**{name: (months, np.ones(40, int)) for name in "1234"})
    settings = make_settings("1234") | {"group_labels": {name: name for name in "1234"}}
    found = estimate.estimate_restricted_means(cohort, "x", {"g": settings}, [12])
    before, after = list_names(plot_restricted_means(found, settings, ENDPOINT))
    assert before == after == ["1", "2", "3", "4"]


def test_numbers_of_the_markers_of_a_panel():
    panel, variables = markers.draw_many()
    figure = markers.plot_panel(panel, markers.BASE | {"adjust": []}, variables, ENDPOINT)
    figure.canvas.draw()
    before, after = list_names(figure, 1, np.inf)
    assert before == after and set(before) == set("1234")


def test_numbers_of_the_predictors_that_are_compared():
    figure = predictors.draw_differences(6)
    before, after = list_names(figure, 0, np.inf)
    assert before == after == list("11223344")
