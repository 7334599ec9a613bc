"""What the ends, keys and risk tables of curves say, read back from the figures and recounted from the patients."""

import itertools
import re

import numpy as np
import pandas as pd
import pytest
import test_figures as inputs
from crlm.analyses.kaplan_meier.figure import plot_kaplan_meier
from crlm.display import direct, privacy, style

GROUPS = {"one": inputs.simulate(160, 0.02), "two": inputs.simulate(60, 0.06, 2)}
END = {**inputs.SETTINGS, "few_at_risk": "end"}
MASKED = {**inputs.SETTINGS, "privacy": {"small_cells": 6}}


def draw(groups=None, settings=inputs.SETTINGS, **more):
    return plot_kaplan_meier(
        **{**inputs.make_km(groups or GROUPS), "settings": settings, "synthetic": True, **more}
    )


def list_curves(figure):
    return [line for line in figure.axes[1].lines if line.get_linestyle() != "None"]


def find_fifth_last(months, least=5):
    """The time after which fewer than `least` patients are left: brute force."""
    return sorted(months)[-least]


def multiply(months, event, until):
    """Survival by the product of the shares that outlive each event among `until`."""
    deaths = np.unique(months[until & (event == 1)])
    return np.prod(
        [1 - ((months == each) & (event == 1)).sum() / (months >= each).sum() for each in deaths]
    )


@pytest.mark.parametrize("settings", [END, MASKED])
def test_a_curve_ends_where_few_are_at_risk(settings):
    least = 6 if settings is MASKED else 5
    figure = draw(settings={**settings, "limit_months": 108})
    lines = list_curves(figure)
    assert len(lines) == 2
    for line, (months, _) in zip(lines, GROUPS.values(), strict=True):
        end = line.get_xdata()[-1]
        assert end == find_fifth_last(months, least)
        assert sum(months >= end) >= least > sum(months > end)
    assert f"Curves end where fewer than {least} are at risk." in inputs.all_text(figure)
    marks = [x for x in figure.axes[1].lines if x.get_linestyle() == "None" and len(x.get_xdata())]
    ends = [line.get_xdata()[-1] for line in lines]
    assert [max(mark.get_xdata()) <= end for mark, end in zip(marks, ends, strict=True)] == [
        True,
        True,
    ]


def test_a_curve_is_grey_where_few_are_at_risk():
    figure = draw(settings={**inputs.SETTINGS, "limit_months": 108})
    solid = [line for line in list_curves(figure) if line.get_color() != style.GREY]
    grey = [line for line in list_curves(figure) if line.get_color() == style.GREY]
    for line, tail, (months, event) in zip(solid, grey, GROUPS.values(), strict=True):
        assert line.get_xdata()[-1] == tail.get_xdata()[0] == find_fifth_last(months)
        assert line.get_ydata()[-1] == tail.get_ydata()[0]
        assert tail.get_xdata()[-1] == min(108, max(months))
        assert tail.get_linewidth() < line.get_linewidth()
        months, event = np.asarray(months), np.asarray(event)
        for time, height in zip(tail.get_xdata(), tail.get_ydata(), strict=True):
            before, reached = (
                100 * multiply(months, event, months < time),
                100 * multiply(months, event, months <= time),
            )
            assert height == pytest.approx(reached) or height == pytest.approx(before)
    assert "Thin and grey where fewer than 5 are at risk." in inputs.all_text(figure)


def test_nothing_is_said_of_few_where_there_are_none():
    figure = draw(settings={**inputs.SETTINGS, "limit_months": 12})
    text = inputs.all_text(figure)
    last = max(max(months) for months, _ in GROUPS.values())
    assert "fewer than 5 are" not in text and style.GREY not in {
        x.get_color() for x in list_curves(figure)
    }
    assert f"The axis ends at 12 months, before the last follow-up at {last:.0f} months." in text
    assert "axis ends" not in inputs.all_text(draw(settings={**END, "limit_months": 120}))


def make_landmarks(months=(12, 36, 60)):
    rows = []
    for name, (time, event) in GROUPS.items():
        curve = inputs.brute_force_curve(time, event)
        for month in months:
            row = curve[curve["time"] <= month].iloc[-1]
            at = {
                "grouping": "g",
                "group": name,
                "time": float(month),
                "at_risk": sum(time >= month),
            }
            rows.append(at | {key: row[key] for key in ("survival", "lower", "upper")})
    return pd.DataFrame(rows)


def make_ratios(patients=(160, 60)):
    rows = pd.DataFrame({"grouping": "g", "level": ["one", "two"], "reference": "one"})
    return rows.assign(
        patients=patients, hazard_ratio=[1, 2.613], lower=[np.nan, 1.884], upper=[np.nan, 3.6]
    )


ENDPOINT = {**inputs.ENDPOINT, "landmarks_months": [12, 36, 60]}


def test_two_groups_have_their_hazard_ratio_and_survival_at_the_landmarks():
    figure = draw(endpoint=ENDPOINT, landmarks=make_landmarks(), ratios=make_ratios())
    text = inputs.all_text(figure)
    assert (
        "Hazard ratio (95% CI) 2.61 (1.88–3.60), Group two against Group one (Cox, unadjusted)"
        in text
    )
    assert "Log-rank p = 0.012" in text
    months = [int(month) for month in re.findall(r"At (\d+) months,", text)]
    assert len(months) >= 2 and months == [12, 36, 60][-len(months) :]  # the latest that fit
    for name, (time, event) in GROUPS.items():
        curve = inputs.brute_force_curve(time, event)
        for month in months:
            survival = 100 * curve.loc[curve["time"] <= month, "survival"].iloc[-1]
            enough = sum(time >= month) >= 5
            assert (f"{survival:.1f} (" in text) == enough, (name, month)
    assert sum(GROUPS["two"][0] >= 60) < 5  # so that one is left out


@pytest.mark.parametrize(
    "more",
    [
        {"ratios": make_ratios((160, 59))},  # not the same patients
        {"ratios": make_ratios()[:0]},
        {"ratios": make_ratios(), "settings": {**inputs.SETTINGS, "curve_numbers": False}},
        {"ratios": make_ratios(), "settings": {**MASKED, "privacy": {"small_cells": 61}}},
    ],
)
def test_no_hazard_ratio_that_is_not_of_these_groups(more):
    figure = draw(**{"endpoint": ENDPOINT, "landmarks": make_landmarks(), **more})
    assert "Hazard ratio" not in inputs.all_text(figure)


def test_the_risk_table_by_group_counts_the_patients():
    parts = ["at_risk", "censored", "events"]
    settings = {**inputs.SETTINGS, "risk_table": parts, "risk_table_by": "group"}
    figure = draw(settings=settings)
    page, axes = figure.axes
    wanted = []
    for months, event in GROUPS.values():
        ticks = axes.get_xticks()
        wanted.append([str(sum(months >= tick)) for tick in ticks])
        for kind in (0, 1):
            wanted.append([str(sum((months < tick) & (event == kind))) for tick in ticks])
    assert inputs.read_risk_table(page, axes) == wanted
    words = [text.get_text() for text in page.texts]
    order = [x for x in words if x.startswith(("Number", "Cumul"))]
    assert order == 2 * ["Number at risk", "Cumulative censored", "Cumulative events"]


SIX = inputs.six_long_groups()


@pytest.mark.parametrize("by", ["count", "group"])
@pytest.mark.parametrize("small", [None, 5])
def test_six_long_labels_stand_beside_their_lines(by, small):
    settings = {**inputs.ALL_ROWS, "risk_table_by": by, "privacy": {"small_cells": small}}
    figure = plot_kaplan_meier(**{**SIX, "settings": settings})
    if small:
        privacy.hide_figure(figure, small)
    assert inputs.find_overlaps(inputs.list_texts(figure)) == []
    axes = figure.axes[1]
    right = axes.transAxes.transform((1, 0))[0]
    beside = [text for text in figure.axes[0].texts if text.get_label() == privacy.NAME]
    beside = [text for text in beside if text.get_window_extent().x0 > right]
    words = " ".join(text.get_text() for text in beside)
    for label in SIX["grouping"]["group_labels"].values():
        assert label in words
    first = [x for x in beside if x.get_text().startswith("Extra")]
    tops = {x.get_color(): -x.get_window_extent().y1 for x in first}
    ends = {}
    for line in list_curves(figure):
        if line.get_color() != style.GREY:
            ends[style.text_colour(line.get_color())] = line
    values = {colour: line.get_ydata()[-1] for colour, line in ends.items()}
    assert len(tops) == len(values) == 6
    if small:  # the lines end where the leaders begin
        order = sorted(tops, key=tops.get)
        assert [values[x] for x in order] == sorted(values.values(), reverse=True)


def test_group_names_are_no_counts_to_be_hidden():
    names = {str(i): inputs.simulate(40, 0.02 + 0.01 * i, i) for i in range(6)}
    case = inputs.make_km(names, {name: name for name in names})
    figure = plot_kaplan_meier(**{**case, "settings": MASKED})
    privacy.hide_figure(figure, 6)
    labels = [x.get_text() for x in figure.axes[0].texts if x.get_label() == privacy.NAME]
    for name in names:
        assert labels.count(name) == 3  # in the key, below the curves, beside its line


def test_few_patients_have_no_curve_and_no_numbers_where_counts_are_hidden():
    groups = {"many": inputs.simulate(80, 0.02), "three": ([3.0, 20.0, 41.0], np.array([1, 0, 1]))}
    figure = draw(groups, MASKED)
    assert len(list_curves(figure)) == 1
    assert "withheld" in inputs.all_text(figure)


@pytest.mark.parametrize("seed", range(5))
def test_labels_are_moved_as_little_as_may_be(seed):
    random = np.random.default_rng(seed)
    wanted, heights = random.uniform(0, 3, 6), random.uniform(0.1, 0.5, 6)
    found = direct.place(wanted, heights, 0, 4)
    order = np.argsort(wanted)
    edges = [(found[i] - heights[i] / 2, found[i] + heights[i] / 2) for i in order]
    assert edges[0][0] >= -1e-9 and edges[-1][1] <= 4 + 1e-9
    assert all(b[0] >= a[1] - 1e-9 for a, b in itertools.pairwise(edges))
    for _ in range(2000):  # no other places without a touch are nearer
        other = found + random.normal(0, 0.1, 6)
        edges = [(other[i] - heights[i] / 2, other[i] + heights[i] / 2) for i in order]
        apart = all(b[0] >= a[1] for a, b in itertools.pairwise(edges))
        if apart and edges[0][0] >= 0 and edges[-1][1] <= 4:
            assert ((other - wanted) ** 2).sum() >= ((found - wanted) ** 2).sum() - 1e-9
