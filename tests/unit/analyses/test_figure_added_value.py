"""Difference matrix, flows between groups and decision curves: numbers, words for what is not there, nothing outside."""

import re
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.added_value import figure as figure_added_value
from crlm.analyses.performance import figure_differences
from crlm.analyses.reclassification import figure as figure_reclassification
from crlm.display import style
from display_inputs import ADDED_VALUE, GROUPS, HOSTILE, make_plan, table

LONG = "A label with $x$ and <b> that is some sixty characters long, yes"
ENDPOINT = {"label": "Survival"}


def texts(figure):
    return [item.get_text() for item in figure.axes[0].texts if item.get_text()]


def assert_inside(figure):
    figure.canvas.draw()
    box = figure.bbox
    for axes in figure.axes:
        ticks = [*axes.get_xticklabels(), *axes.get_yticklabels()] if axes.axison else []
        for item in [*axes.texts, *ticks]:
            if item.get_text():
                window = item.get_window_extent()
                assert window.x0 >= box.x0 - 1, item.get_text()
                assert window.x1 <= box.x1 + 1, item.get_text()
                assert window.y0 >= box.y0 - 1, item.get_text()
                assert window.y1 <= box.y1 + 1, item.get_text()


def draw_table(size, unknown=()):
    rows = []
    for first, second in combinations(range(size), 2):
        known = not {first, second} & set(unknown)
        estimate = 0.01 * (second - 2 * first) if known else np.nan
        rows.append(
            {
                "predictor": f"p{first}",
                "versus": f"p{second}",
                "metric": "harrell_c",
                "patients": 100,
                "events": 50,
                "resamples": 500,
                "estimate": estimate,
                "lower": estimate - 0.012,
                "upper": estimate + 0.034,
                "p_adjusted": 0.0312 if known else np.nan,
                "calibrated_in_cohort": first == 1,
                "note": None if known else f"p{unknown[0]}: no patient has a value",
            }
        )
    return pd.DataFrame(rows)


def draw_differences(size, unknown=()):
    labels = {f"p{place}": f"{LONG} {place}" for place in range(size)}
    return figure_differences.plot_differences(
        draw_table(size, unknown), labels, ENDPOINT, synthetic=size > 5
    )


def test_row_minus_column_above_and_adjusted_p_below():
    found = texts(draw_differences(3))
    assert "+0.010" in found
    assert "\u22120.002 to +0.044" in found
    assert "0.000°" in found  # p1 minus p2, fitted in these patients
    assert found.count("0.031") == 3


@pytest.mark.parametrize("size", [2, 7, 14, 22])
def test_matrices_of_any_size_stay_on_the_page(size):
    figure = draw_differences(size, unknown=(1,) if size > 2 else ())
    assert_inside(figure)
    assert ("synthetic data" in texts(figure)) == (size > 5)
    if size > 2:
        # the one that nobody has is among the first twelve only where all are shown
        assert ("–" in texts(figure)) == (size <= 12)
        assert any("no patient has a value" in text for text in texts(figure))


def test_of_many_predictors_those_are_shown_that_do_best_against_all_others():
    size = 22
    found = texts(draw_differences(size))
    made = draw_table(size)
    mirrored = pd.concat(
        [
            made,
            made.assign(
                predictor=made["versus"], versus=made["predictor"], estimate=-made["estimate"]
            ),
        ]
    )
    best = mirrored.groupby("predictor")["estimate"].mean().nlargest(12).index
    assert {f"p{place}" for place in re.findall(r"yes (\d+)", " ".join(found))} == set(best)
    assert (
        "Shown are the 12 of 22 predictors with the best mean difference from the others." in found
    )
    shown = made[made["predictor"].isin(best) & made["versus"].isin(best)]
    assert len([text for text in found if text == "0.031"]) == len(shown)
    assert not any("Shown are" in text for text in texts(draw_differences(12)))


def draw_flows(flows, **options):
    comparisons = make_plan()["reclassification"]
    return figure_reclassification.plot_reclassification(flows, comparisons, ENDPOINT, **options)


def test_flows_print_patients_and_survival_and_few_patients_have_none():
    figure = draw_flows(table(GROUPS), synthetic=True)
    found = texts(figure)
    assert "n = 30: 80 % (60–90)" in found
    assert "81.0 (60.0–90.0) %" in found
    assert not any(text.startswith("n = 5:") for text in found)
    assert any("Without a survival: too_few (flows dashed)." in text for text in found)
    assert {"35", "50", "20", "synthetic data", "Low", "Mid"} <= set(found)
    assert "High" not in found  # nobody is there
    dashed = [p for p in figure.axes[0].patches if p.get_linestyle() not in ("-", "solid")]
    assert len(dashed) == 1
    assert_inside(figure)


@pytest.mark.parametrize("many", [1, 12])
def test_the_numbers_of_a_flow_stand_in_it_and_no_other_flow_crosses_them(many):
    flows = table(GROUPS).assign(survival=0.5, lower=0.333, upper=0.777)
    flows["patients"] *= many
    figure = draw_flows(flows)
    page = figure.axes[0]
    ribbons = [p for p in page.patches if not hasattr(p, "get_height")]
    told = [text for text in page.texts if text.get_text().startswith("n = ")]
    known = flows[flows["from_group"].notna() & flows["to_group"].notna() & flows["patients"].gt(0)]
    assert len(ribbons) == len(told) == len(known) == 4
    for text in told:
        x, y = text.get_position()
        width = style.measure(text.get_text(), style.SMALL)
        top = y - 0.6 * style.SMALL / 72  # a letter above its baseline
        points = [(x + share * width, each) for share in (0, 0.5, 1) for each in (y, top)]
        holding = [[path.get_path().contains_point(point) for path in ribbons] for point in points]
        assert all(sum(each) == 1 for each in holding)  # in its own flow and in no other
        assert len({each.index(True) for each in holding}) == 1


def test_bars_are_as_high_as_their_patients():
    figure = draw_flows(table(GROUPS))
    bars = [p.get_height() for p in figure.axes[0].patches if hasattr(p, "get_height")]
    np.testing.assert_allclose(np.array(bars) / bars[0] * 35, [35, 35, 50, 20])


def test_nobody_in_any_group_is_said():
    flows = table(GROUPS).assign(patients=0, events=0, survival=np.nan, horizon=np.nan)
    found = texts(draw_flows(flows))
    assert any("No horizon with enough patients" in text for text in found)


CURVES = pd.DataFrame(
    [
        ("flag", horizon, threshold, strategy, value * (0.5 - threshold))
        for horizon in (12, 24, 36, 60)
        for strategy, value in (("base", 0.3), ("extended", 0.4), ("all", 0.5), ("none", 0))
        for threshold in (0.01, 0.2, 0.4)
    ],
    columns=["addition", "horizon", "threshold", "strategy", "net_benefit"],
)


def draw_value(name, base="Base", label=HOSTILE, curves=CURVES):
    measures = table(ADDED_VALUE)
    return figure_added_value.plot_added_value(measures, curves, name, base, label, ENDPOINT)


def test_the_test_the_differences_and_a_panel_per_horizon():
    figure = draw_value("flag")
    found = texts(figure)
    assert "Likelihood-ratio test: χ² = 5.00, 1 df, p\xa0=\xa00.025" in found
    assert "+0.050 (\u22120.010 to 0.100)" in found
    assert "Brier score at 12 months" in found
    assert "Brier score at 60 months" not in found
    assert "Too_short." in found
    assert len(figure.axes) == 1 + 4
    assert [len(axes.lines) for axes in figure.axes[1:]] == [4] * 4
    extended = figure.axes[1].lines[1]
    np.testing.assert_allclose(extended.get_ydata(), [0.196, 0.12, 0.04])


def test_each_curve_is_named_beside_a_line_of_its_look():
    figure = draw_value("flag", label="Flag")
    page, panel = figure.axes[:2]

    def look(line):
        return line.get_color(), line.get_linestyle(), line.get_linewidth()

    keys = {}  # top of a line of the legend: its look
    for line in page.lines:
        if len(set(line.get_ydata())) == 1 and max(line.get_xdata()) < 0.6:
            keys[line.get_ydata()[0]] = look(line)
    assert [keys[top] for top in sorted(keys)] == [look(line) for line in panel.lines]
    words = [text for text in texts(figure) if text.startswith(("Base:", "Extended:", "Treat"))]
    assert words == ["Base: Base", "Extended: with Flag", "Treat all", "Treat nobody"]


def test_long_labels_stay_on_the_page():
    assert_inside(draw_value("flag", LONG, LONG + LONG))


def test_without_an_estimate_the_reason():
    figure = draw_value("weight")
    assert len(figure.axes) == 1
    assert "Few_events." in texts(figure)
    assert "Base" not in texts(figure)
