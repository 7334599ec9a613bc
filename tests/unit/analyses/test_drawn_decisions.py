"""Many decision curves: which are drawn, where each ends and is named, read back from the figure and recounted."""

import numpy as np
import pandas as pd
import pytest
import test_figures as inputs
from crlm.analyses.performance.figure_decision import MOST_LINES, find_range, plot_decision
from crlm.display import privacy, style
from crlm.display.measures import end_below

HORIZONS = (12, 36, 60)


def make_decision(predictors, horizons=HORIZONS, seed=1):
    """A jagged line for each predictor, fitted and for every second also published, that ends below nothing gained."""
    random = np.random.default_rng(seed)
    thresholds, rows = np.arange(1, 100) / 100, []
    for horizon in horizons:
        share = 0.1 + horizon / 150
        everybody = share - (1 - share) * thresholds / (1 - thresholds)
        rows.append(pd.DataFrame({"threshold": thresholds, "net_benefit": everybody}).assign(
            predictor=None, source="treat_all", treated=400, horizon=horizon))  # fmt: skip
        for number in range(predictors):
            for source in ("published", "fitted")[number % 2 :]:
                gain = share * (1 - 0.04 * number) - 1.3 * thresholds * share
                gain += random.uniform(-0.04, 0.04, 99) * share
                treated = np.clip(400 - 450 * (thresholds - 0.02), 0, 400)
                rows.append(pd.DataFrame({"threshold": thresholds, "net_benefit": gain}).assign(
                    predictor=f"p{number}", source=source, treated=treated, horizon=horizon))  # fmt: skip
    return pd.concat(rows, ignore_index=True).assign(patients=400, resamples=200)


def make_labels(predictors, long=False):
    names = {f"p{n}": inputs.LONG.format(n) if long else f"Score {n}" for n in range(predictors)}
    return names


def draw(predictors, long=False, **more):
    decision = make_decision(predictors, **more)
    figure = plot_decision(decision, make_labels(predictors, long), {"label": "Survival"}, True)
    return decision, figure


CASES = [(2, False), (3, True), (4, True), (21, False), (21, True)]


@pytest.mark.parametrize(("predictors", "long"), CASES)
def test_nothing_overlaps_or_leaves_the_page(predictors, long):
    figure = draw(predictors, long)[1]
    texts = inputs.list_texts(figure)
    assert inputs.find_overlaps(texts) == []
    assert figure.get_size_inches()[1] * 25.4 <= 230
    page = figure.bbox
    for text, box in texts:
        inside = box.x0 >= page.x0 and box.x1 <= page.x1 and box.y0 >= page.y0 and box.y1 <= page.y1
        assert inside, text


@pytest.mark.parametrize(("predictors", "long"), CASES)
def test_no_line_is_cut_by_the_axis(predictors, long):
    decision, figure = draw(predictors, long)
    assert figure.axes[1].get_ylabel() == "Net benefit"
    ended = 0
    for axes, horizon in zip(figure.axes[1:], HORIZONS, strict=True):
        assert axes.get_xlabel() == "Risk threshold (%)"
        floor = axes.get_ylim()[0]
        drawn = [line.get_xdata() for line in axes.lines[2:] if len(line.get_xdata())]
        last = min(1, max(x.max() for x in drawn) + 0.03)
        assert axes.get_xlim() == pytest.approx((0, last))
        own = {}
        for (name, source), part in decision[decision["horizon"] == horizon].groupby(
            ["predictor", "source"]
        ):
            part = find_range(part)
            own[tuple(part["net_benefit"])] = (name, source)
        for line in axes.lines[2:]:
            y = line.get_ydata()
            assert (y >= floor).all()
            whole = next(each for each in own if each[0] == y[0])
            below = next((n for n, value in enumerate(whole) if value < floor), None)
            if below is None:
                assert tuple(y) == whole
            else:
                assert tuple(y[:-1]) == whole[:below] and y[-1] == floor
                ended += 1
    assert ended


def test_of_many_lines_the_best_are_drawn_and_it_is_said():
    decision, figure = draw(21)
    means, every = {}, decision[decision["predictor"].notna()]
    for source in ("published", "fitted"):
        mine = every[every["source"] == source]
        ranks = {}
        for horizon in HORIZONS:
            at = mine[mine["horizon"] == horizon]
            gains = {
                name: at.loc[at["predictor"] == name, "net_benefit"].mean()
                for name in at["predictor"].unique()
            }
            for place, name in enumerate(sorted(gains, key=gains.get, reverse=True)):
                ranks.setdefault(name, []).append(place)
        means[source] = sorted(ranks, key=lambda name: sum(ranks[name]))
    best = {(name, source) for source in means for name in means[source][: MOST_LINES // 2]}
    text = inputs.all_text(figure)
    lines = every[["predictor", "source"]].drop_duplicates()
    assert len(lines) == 32 and f"Drawn are {MOST_LINES} of 32 lines" in text
    labels = [x.get_text() for x in figure.axes[0].texts if x.get_label() == privacy.NAME]
    for name, source in lines.itertuples(index=False):
        label = f"Score {name[1:]}" + (" (published)" if source == "published" else "")
        assert labels.count(label) == (len(HORIZONS) if (name, source) in best else 0), label
    for axes in figure.axes[1:]:
        assert len(axes.lines) == MOST_LINES + 2
        looks = {(line.get_color(), line.get_linestyle() == "-") for line in axes.lines[2:]}
        assert len(looks) == MOST_LINES


def test_few_lines_have_a_key_and_stand_beside_each_other():
    _, figure = draw(2)
    tops = {round(axes.get_position().y0, 6) for axes in figure.axes[1:]}
    assert len(tops) == 1
    assert "Drawn are" not in inputs.all_text(figure)
    assert not any(x.get_label() == privacy.NAME for x in figure.axes[0].texts)


def test_a_line_is_named_in_its_colour():
    _, figure = draw(6)
    labels = [x for x in figure.axes[0].texts if x.get_label() == privacy.NAME]
    for axes in figure.axes[1:]:
        colours = {style.text_colour(line.get_color()) for line in axes.lines[2:]}
        assert colours <= {x.get_color() for x in labels}


def test_a_line_ends_where_it_falls_below():
    x, y = end_below([0.1, 0.2, 0.3, 0.4], [0.3, 0.1, -0.1, 0.2], 0)
    np.testing.assert_allclose(x, [0.1, 0.2, 0.25])
    np.testing.assert_allclose(y, [0.3, 0.1, 0])
    assert len(end_below([0.1, 0.2], [-1, 1], 0)[0]) == 0
    np.testing.assert_array_equal(end_below([0.1, 0.2], [1, 2], 0)[1], [1, 2])
