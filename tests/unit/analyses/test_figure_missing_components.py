"""The figures of the missing components: numbers at their place, words for what is not there, nothing outside."""

import io

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.missing_components.figure import plot_comparison
from crlm.analyses.missing_components.figure_imputation import plot_imputation
from crlm.display import style
from display_inputs import HOSTILE, IMPUTATION, MISSING_COMPONENTS, make_plan, table

ENDPOINT = {"label": HOSTILE}
LABELS = {"sum": "Sum score", "stage": HOSTILE}
VARIABLES = make_plan()["missing_components"]["targets"]


def compare(**options):
    return plot_comparison(table(MISSING_COMPONENTS), LABELS, ENDPOINT, **options)


def impute(frame=None, variables=None, **options):
    frame = table(IMPUTATION) if frame is None else frame
    return plot_imputation(frame, variables or VARIABLES, ENDPOINT, **options)


def words(figure):
    return [item.get_text() for item in figure.axes[0].texts]


def list_ticks(axes):
    """Labels of the ticks that are drawn; a locator also has some beyond the limits."""
    for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        low, high = sorted(limits)
        labels = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=True)
        yield from (label for place, label in labels if low <= place <= high)


def check_inside(figure):
    figure.canvas.draw()
    for axes in figure.axes:
        shown = [*axes.texts, *list_ticks(axes), axes.xaxis.label] if axes.axison else axes.texts
        for item in shown:
            if item.get_text():
                window = item.get_window_extent()
                assert window.x0 >= figure.bbox.x0 - 0.5, item
                assert window.x1 <= figure.bbox.x1 + 0.5, item
                assert window.y0 >= figure.bbox.y0 - 0.5, item
                assert window.y1 <= figure.bbox.y1 + 0.5, item


def test_bounds_and_both_intervals_of_every_score():
    ratio, concordance = compare().axes[1:]
    for axes, bar, marks in (
        (ratio, (1.05, 1.61), {1.25, 1.23, 1.1}),
        (concordance, (0.51, 0.682), {0.6, 0.5912, 0.52}),
    ):
        assert len(axes.collections) == 1  # the other score has no bound
        points = axes.collections[0].get_paths()[0].vertices[:, 0]
        assert (points.min(), points.max()) == bar
        found = {line.get_xdata()[0] for line in axes.lines if line.get_marker() in ("s", "o")}
        assert found == marks
    intervals = {tuple(line.get_xdata()) for line in ratio.lines if len(line.get_xdata()) == 2}
    assert {(1.1, 1.42), (1.09, 1.38)} <= intervals


def test_the_reason_and_the_determinate_patients_are_printed():
    found = words(compare())
    assert "80 of 100 determinate" in found
    assert "3 of 100 determinate" in found
    text = " ".join(found)
    assert "few_events." in text
    assert "no_bound." in text


def test_a_hazard_ratio_out_of_all_proportion_does_not_stretch_the_axis():
    frame = table(MISSING_COMPONENTS)
    frame.loc[frame["score"].eq("stage"), "upper"] = 1e9
    axes = plot_comparison(frame, LABELS, ENDPOINT).axes[1]
    assert axes.get_xlim()[1] < 12


def test_without_any_estimate_that_and_the_reasons_are_said():
    frame = table(MISSING_COMPONENTS).assign(
        estimate=np.nan, lower=np.nan, upper=np.nan, note="too few"
    )
    figure = plot_comparison(frame, LABELS, ENDPOINT, synthetic=True)
    check_inside(figure)
    assert "too few." in " ".join(words(figure))
    said = [[text.get_text() for text in axes.texts] for axes in figure.axes[1:]]
    assert said == [["not estimable"] * len(LABELS)] * 2


def test_observed_and_imputed_shares():
    bins, levels = impute().axes[1:]
    heights = [patch.get_height() for patch in bins.patches]
    np.testing.assert_allclose(heights, [60, 40, 70, 30])
    heights = [patch.get_height() for patch in levels.patches]
    np.testing.assert_allclose(heights, [40, 35, 25, 50, 30, 20])
    assert [item.get_text() for item in levels.get_xticklabels()] == ["Low", "Mid", "High"]
    assert "12 of 100 missing" in words(impute())


def test_bins_of_whole_numbers_are_named_by_their_first_number():
    """Halves lie between whole numbers; other bins are named by their edges."""
    bins = table(IMPUTATION).query("statistic == 'bin'").head(1)
    edges = np.array([0.5, 2.5, 4.5, 6.5])
    frame = pd.concat([bins] * 3).assign(**{"from": edges[:-1], "to": edges[1:]})
    ticks = impute(frame).axes[1].get_xticklabels()
    assert [item.get_text() for item in ticks] == ["1", "3", "5"]
    ticks = impute(frame.assign(**{"from": edges[:-1] - 0.1, "to": edges[1:] - 0.1}))
    assert [item.get_text() for item in ticks.axes[1].get_xticklabels()] == [
        *("0.4", "2.4", "4.4", "6.4")
    ]


def test_nothing_imputed_is_said():
    assert "No component was imputed." in words(impute(table(IMPUTATION).head(0)))


def test_eight_levels_with_long_names_and_ten_panels():
    names = [f"A level with a name that is very long, number {place}" for place in range(8)]
    rows = pd.DataFrame({"level": [str(place) for place in range(8)]}).assign(
        statistic="share", observed=0.125, imputed=0.125, imputed_lower=0.0, imputed_upper=1.0
    )
    rows = rows.assign(missing=3, patients=10)
    spec = {"label": HOSTILE * 3, "unit": "an odd unit", "level_labels": dict(enumerate(names))}
    spec["level_labels"] = {str(place): name for place, name in enumerate(names)}
    frames = [rows.assign(variable=f"v{place}") for place in range(10)]
    figure = impute(pd.concat(frames), {f"v{place}": spec for place in range(10)}, synthetic=True)
    assert len(figure.axes) == 11
    check_inside(figure)
    lines = [text for text in words(figure) if text.endswith("…")]
    assert len(lines) == 10


@pytest.mark.parametrize("draw", [compare, impute])
def test_synthetic_is_said_nothing_is_outside_and_twice_the_same(draw):
    files = []
    for _ in range(2):
        figure, buffer = draw(synthetic=True), io.BytesIO()
        style.save(figure, buffer, "svg")
        files.append(buffer.getvalue())
    assert "synthetic data" in words(figure)
    check_inside(figure)
    assert files[0] == files[1]
