"""The ranking figure: order, numbers, words for what could not be estimated, nothing outside the page."""

import io

import numpy as np
import pandas as pd
from crlm.analyses.performance import figure as figure_performance
from crlm.display import style

LABELS = {
    "good": "A good score with a label that is so long that it needs two lines of the column of names",
    "poor": "Poor",
    "none": "No value",
}


def table():
    rows = []
    for metric, horizon in (("harrell_c", np.nan), ("uno_c", 60.0)):
        for name, estimate, fitted in (
            ("poor", 0.52, False),
            ("good", 0.66, True),
            ("none", np.nan, False),
        ):
            rows.append(
                {
                    "predictor": name,
                    "metric": metric,
                    "horizon": horizon,
                    "patients": 120,
                    "events": 60,
                    "estimate": estimate,
                    "lower": estimate - 0.05,
                    "upper": estimate + 0.04,
                    "calibrated_in_cohort": fitted,
                    "resamples": 500,
                    "note": "no patient has a value" if name == "none" else None,
                }
            )
    return pd.DataFrame(rows)


def texts(figure):
    return [item for item in figure.axes[0].texts if item.get_text()]


def draw(**options):
    return figure_performance.plot_ranking(table(), LABELS, {"label": "Survival"}, **options)


def test_best_first_with_numbers():
    found = {item.get_text(): item.get_position()[1] for item in texts(draw())}
    assert found["0.660 (0.610–0.700)"] < found["0.520 (0.470–0.560)"]
    assert "no patient has a value" in found
    assert any("The same 120 patients (60 events)" in text for text in found)


def test_the_line_of_chance_ends_above_the_words_of_those_without_an_estimate():
    axes = draw().axes[1]
    line = next(line for line in axes.lines if list(line.get_xdata()) == [0.5, 0.5])
    assert 0 < line.get_ydata()[1] < axes.get_ylim()[0]
    empty = table().assign(estimate=np.nan, lower=np.nan, upper=np.nan, note="6 events")
    figure = figure_performance.plot_ranking(
        empty, LABELS, {"label": "Overall survival", "published_as": "overall_survival"}
    )
    assert not figure.axes[1].get_visible()


def test_fitted_in_the_cohort_is_hollow():
    axes = draw().axes[1]
    faces = {
        line.get_xdata()[0]: line.get_markerfacecolor()
        for line in axes.lines
        if line.get_marker() == "s"
    }
    assert faces[0.66] == "white"
    assert faces[0.52] != "white"


def test_synthetic_is_said_and_nothing_is_outside():
    figure = draw(synthetic=True)
    figure.canvas.draw()
    box = figure.bbox
    for item in texts(figure):
        window = item.get_window_extent()
        assert window.x0 >= box.x0
        assert window.x1 <= box.x1
        assert window.y0 >= box.y0
        assert window.y1 <= box.y1
    assert "synthetic data" in [item.get_text() for item in texts(figure)]


def test_same_bytes_twice():
    files = []
    for _ in range(2):
        buffer = io.BytesIO()
        style.save(draw(), buffer, "svg")
        files.append(buffer.getvalue())
    assert files[0] == files[1]
