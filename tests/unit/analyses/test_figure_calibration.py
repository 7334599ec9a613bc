"""Calibration panels and decision curves: what is drawn, what is told instead, nothing outside the page."""

import io

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.performance import calibration, decision, figure_calibration, figure_decision
from crlm.analyses.performance import estimate as performance
from crlm.display import style
from test_calibration import draw_cohort, publish

HOSTILE = "A <b>score</b> that costs $5 and has a label so long that it needs three or four lines"
SHARES = {value: dict.fromkeys((6, 12), 0.95 - 0.1 * value) for value in range(6)}
PREDICTORS = {
    "points": publish(SHARES),
    "age": {"kind": "model", "variables": {"age": {"kind": "continuous"}}},
    "type": {"kind": "level", "column": "type", "levels": ["a", "b", "c"], "ordered": True},
    "flat": {"kind": "score", "column": "flat"},
}
LABELS = {"points": HOSTILE, "age": "Age", "type": "Type", "flat": "Always the same"}
ENDPOINT = {"label": "Survival", "abbreviation": "OS"}
OPTIMISM = pd.DataFrame(
    {"predictor": ["age"], "metric": ["calibration_slope"], "corrected": [0.876]}
)


@pytest.fixture(scope="module")
def tables():
    cohort = draw_cohort().assign(flat=1.0)
    cohort.loc[cohort["points"] == 5, "points"] = 4
    cohort.loc[:2, "points"] = 5
    common = performance.predict_common(cohort, "os", PREDICTORS, [6, 12])
    found = calibration.assess_calibration(common, 20, 1)
    return found.calibration, found.curves, decision.assess_decisions(common, 20, 1)


def draw(tables, **options):
    arguments = (tables[0], tables[1], OPTIMISM, LABELS, ENDPOINT)
    return figure_calibration.plot_calibration(*arguments, **options)


def words(figure):
    return " ".join(item.get_text() for item in figure.axes[0].texts)


def assert_inside(figure):
    style.save(figure, io.BytesIO(), "png")
    width, height = figure.get_size_inches() * figure.dpi
    for text in figure.axes[0].texts:
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.y0 >= 0 and box.x1 <= width and box.y1 <= height, text


def test_published_panels_come_first_at_every_horizon_then_fitted_at_the_last(tables):
    panels = figure_calibration.choose_panels(tables[0], LABELS)
    assert [(row["predictor"], row["horizon"], row["source"]) for row in panels] == [
        ("points", 6, "published"),
        ("points", 12, "published"),
        ("points", 12, "fitted"),
        ("age", 12, "fitted"),
        ("type", 12, "fitted"),
    ]
    assert len(draw(tables).axes) == 1 + 2 * 5  # the page, and panel and histogram of each


def test_published_is_filled_and_fitted_hollow(tables):
    figure = draw(tables)
    faces = []
    for axes in figure.axes[1::2]:
        squares = [line for line in axes.lines if line.get_marker() == "s"]
        faces.append({line.get_markerfacecolor() for line in squares})
    assert faces == [{style.INK}] * 2 + [{"white"}] * 3


def test_numbers_and_what_is_not_drawn_are_told(tables):
    text = words(draw(tables))
    row = tables[0].iloc[0]
    assert f"O:E {row['ratio']:.2f} ({row['ratio_lower']:.2f}–{row['ratio_upper']:.2f})" in text
    assert f"slope {row['slope']:.2f}" in text
    assert "slope 1, corrected 0.88" in text and "slope 1 by construction" in text
    assert text.count("Not drawn, fewer than 10 patients: ") == 1
    assert f"{HOSTILE} (published), predicted risk 55% at 6 months (3 patients)" in text
    assert "Always the same: the same for all patients." in text
    points = list(draw(tables).axes[1::2])
    drawn = sum(line.get_marker() == "s" for line in points[0].lines)
    groups = tables[1][(tables[1]["kind"] == "group") & (tables[1]["horizon"] == 6)]
    groups = groups[(groups["source"] == "published")]
    assert drawn == groups["observed"].notna().sum() == len(groups) - 1


@pytest.mark.parametrize("synthetic", [True, False])
def test_nothing_lies_outside_of_the_page(tables, synthetic):
    for figure in (
        draw(tables, synthetic=synthetic),
        figure_decision.plot_decision(tables[2], LABELS, ENDPOINT, synthetic=synthetic),
    ):
        assert_inside(figure)
        assert ("synthetic data" in words(figure)) is synthetic


def test_empty_results_make_a_page_of_words(tables):
    empty = tables[0].assign(expected=np.nan, note="no patients")
    figure = figure_calibration.plot_calibration(
        empty, tables[1].head(0), OPTIMISM.head(0), LABELS, ENDPOINT, synthetic=True
    )
    assert len(figure.axes) == 1
    assert f"{HOSTILE}, Age, Type and Always the same: no patients." in words(figure)
    assert_inside(figure)
    figure = figure_decision.plot_decision(tables[2].head(0), LABELS, ENDPOINT)
    assert "No horizon has enough patients" in words(figure)
    assert_inside(figure)


def test_a_reason_is_told_once_with_its_horizons_and_predictors():
    rows = [
        ("points", 6, "published", "no survival published at 6 months (Doe)"),
        ("points", 12, "published", "no survival published at 12 months (Doe)"),
        ("points", 12, "published", "published is death, here it is recurrence"),
        ("type", 6, "published", "published is death, here it is recurrence"),
        ("type", 12, "published", "published is death, here it is recurrence"),
        ("age", 12, "fitted", "no event at 12 months"),
    ]
    names = ["predictor", "horizon", "source", "note"]
    missing = pd.DataFrame(rows, columns=names).assign(expected=np.nan)
    curves = pd.DataFrame(columns=["kind", "observed", "predictor", "horizon", "source"])
    notes = figure_calibration._list_notes(missing, curves, [], LABELS)[1:]
    assert sorted(notes) == [
        "A <b>score</b> that costs $5 and has a label so long that it needs three or four lines and Type: "
        "published is death, here it is recurrence.",
        f"{HOSTILE}: no survival published at 6 and 12 months (Doe).",
        "Age: no event at 12 months.",
    ]


def test_a_decision_curve_is_drawn_where_the_risks_lie(tables):
    mine = tables[2]
    curve = mine[(mine["predictor"] == "points") & (mine["source"] == "published")]
    curve = curve[curve["horizon"] == 6]
    drawn = figure_decision.find_range(curve)
    # risks 5%, 15%, ... 45% and of 3 patients 55%
    assert drawn["threshold"].min() == pytest.approx(0.05)
    assert drawn["threshold"].max() == pytest.approx(0.45)


def test_lines_of_the_decision_figure(tables):
    figure = figure_decision.plot_decision(tables[2], LABELS, ENDPOINT)
    titles = [axes.get_xlabel() for axes in figure.axes[1:]]
    assert titles == ["Risk threshold (%)"] * 2
    looks = {line.get_linestyle() for line in figure.axes[1].lines}
    assert looks == {"-", "--"}
    text = words(figure)
    assert "(published)" in text and "Treat all" in text and "Broken lines" in text
    everybody = figure.axes[1].lines[0]
    expected = tables[2][(tables[2]["source"] == "treat_all") & (tables[2]["horizon"] == 6)]
    np.testing.assert_array_equal(everybody.get_ydata(), expected["net_benefit"])


def repeat(tables, copies):
    """The tables of many predictors: those of `age` under other names, and of `points`."""
    names = [f"number{place}" for place in range(copies)]
    many = []
    for table in tables[:2]:
        own = table[table["predictor"].isin(["points"])]
        others = [table[table["predictor"] == "age"].assign(predictor=name) for name in names]
        many.append(pd.concat([own, *others], ignore_index=True))
    labels = {"points": HOSTILE, **dict.fromkeys(names, HOSTILE)}
    optimism = pd.concat([OPTIMISM.assign(predictor=name) for name in names[-3:]])
    return [*many, optimism, labels]


def test_of_many_panels_the_telling_ones_are_drawn(tables):
    calibration, curves, optimism, labels = repeat(tables, 20)
    panels = figure_calibration.choose_panels(calibration, labels)
    assert len(panels) == 23
    kept = figure_calibration.keep_readable(panels, optimism)
    found = [(row["predictor"], row["horizon"], row["source"]) for row in kept]
    wanted = [("points", 12, "published"), ("points", 12, "fitted")]
    wanted += [(f"number{place}", 12, "fitted") for place in (*range(7), 17, 18, 19)]
    assert found == wanted  # of the models of several variables (17 to 19) none is left out
    figure = figure_calibration.plot_calibration(
        calibration, curves, optimism, labels, ENDPOINT, synthetic=True
    )
    assert len(figure.axes) == 1 + 2 * 12
    assert "Drawn are 12 of 23" in words(figure)
    assert figure.get_size_inches()[1] * 25.4 <= 230
    assert_inside(figure)


def test_many_groups_that_are_not_drawn_are_told_at_once(tables):
    calibration, curves, optimism, labels = repeat(tables, 4)
    groups = curves["kind"] == "group"
    curves.loc[groups, "observed"] = np.nan
    curves.loc[groups, "note"] = "fewer than 10 patients"
    figure = figure_calibration.plot_calibration(calibration, curves, optimism, labels, ENDPOINT)
    shown = curves[groups & ((curves["horizon"] == 12) | (curves["source"] == "published"))]
    assert f"Not drawn: {len(shown)} groups by predicted risk (fewer than 10 patients)." in words(
        figure
    )
