"""Cumulative incidence by group: lines, tests and numbers at risk read back from the figure and recounted."""

import re

import numpy as np
import pandas as pd
import pytest
import test_figures as inputs
from crlm.analyses.kaplan_meier.figure_incidence_groups import plot_incidence_groups
from crlm.analyses.kaplan_meier.plan import resolve
from crlm.display import privacy, style
from crlm.survival import incidence, kaplan_meier
from crlm.survival.gray import test_gray as compare

CAUSES = ["relapse", "other_death"]
ENDPOINT = {"label": "Free of disease"}
LONG = [inputs.LONG.format(place) for place in range(6)]


def simulate(sizes, hazards, seed=3):
    """Patients with the time and cause of the first event, in as many groups as there are sizes."""
    random, tables = np.random.default_rng(seed), []
    for place, (size, hazard) in enumerate(zip(sizes, hazards, strict=True)):
        time = random.exponential(1 / hazard, size) if hazard else np.full(size, 999.0)
        last = random.uniform(6, 110, size)
        cause = np.where(random.uniform(size=size) < 0.75, *CAUSES)
        cause = np.where(time <= last, cause, None)
        months = np.minimum(time, last).round(1)
        event = (time <= last).astype(int)
        table = {"e_months": months, "e_event": event, "e_reason": cause}
        tables.append(pd.DataFrame(table).assign(grouping_g=f"g{place}"))
    return pd.concat(tables, ignore_index=True)


def draw(cohort, groups, labels=None, **settings):
    names = [f"g{place}" for place in range(groups)]
    labels = labels or [f"Group {name}" for name in names]
    grouping = {
        "label": "Risk",
        "groups": names,
        "group_labels": dict(zip(names, labels, strict=False)),
        "landmark_months": None,
        "note": None,
    }
    tables = [
        incidence.estimate_incidences(cohort, "e", {"g": grouping}, CAUSES),
        kaplan_meier.estimate_groups(cohort, "e", {"g": grouping}, [12])["curves"],
        incidence.compare_incidences(cohort, "e", {"g": grouping}, CAUSES),
    ]
    output = {**inputs.SETTINGS, **settings}
    return tables, plot_incidence_groups(*tables, grouping, ENDPOINT, output, True)


def count_incidence(group, cause, month):
    """Aalen-Johansen by hand: the sum over the times of survival before them times events over those at risk."""
    survival, total = 1.0, 0.0
    for time in sorted(group["e_months"].unique()):
        if time > month:
            break
        at_risk = (group["e_months"] >= time).sum()
        now = group[(group["e_months"] == time) & (group["e_event"] == 1)]
        total += survival * (now["e_reason"] == cause).sum() / at_risk
        survival *= 1 - len(now) / at_risk
    return total


def test_lines_and_numbers_at_risk_are_those_of_the_patients():
    cohort = simulate((60, 45), (0.02, 0.05))
    _, figure = draw(cohort, 2)
    for axes, cause in zip(figure.axes[1:], CAUSES, strict=True):
        lines = [line for line in axes.lines if line.get_color() != style.GREY]
        for line, name in zip(lines, ("g0", "g1"), strict=True):
            group = cohort[cohort["grouping_g"] == name]
            x, y = line.get_data()
            for month in (12, 24.5, 40):
                shown = y[np.flatnonzero(x <= month)[-1]]
                assert shown == pytest.approx(100 * count_incidence(group, cause, month))
            assert x[-1] == min(sorted(group["e_months"])[-5], axes.get_xlim()[1])
    panel = figure.axes[1]
    wanted = [
        [str((cohort.loc[cohort["grouping_g"] == name, "e_months"] >= tick).sum()) for tick in panel.get_xticks()]
        for name in ("g0", "g1")
    ]  # fmt: skip
    centre = figure.axes[0].transData.inverted().transform(panel.transAxes.transform((1.03, 0)))
    found = {}
    for text in figure.axes[0].texts:
        if text.get_label().startswith(privacy.PART) and text.get_position()[0] < centre[0]:
            found.setdefault(round(text.get_position()[1], 3), []).append(text.get_text())
    assert [found[place] for place in sorted(found)] == wanted


def test_the_thin_line_where_few_are_at_risk_goes_on_where_the_line_ends():
    cohort = simulate((60, 45), (0.02, 0.05))
    _, figure = draw(cohort, 2)
    for axes, cause in zip(figure.axes[1:], CAUSES, strict=True):
        lines = [line for line in axes.lines if line.get_color() != style.GREY]
        thin = [line for line in axes.lines if line.get_color() == style.GREY]
        for line, rest, name in zip(lines, thin, ("g0", "g1"), strict=True):
            group = cohort[cohort["grouping_g"] == name]
            (x, y), end = rest.get_data(), line.get_xydata()[-1]
            assert (x[0], y[0]) == tuple(end)
            for month in {*group["e_months"][group["e_months"].between(x[0], x[-1])], x[-1]}:
                shown = y[np.flatnonzero(x <= month)[-1]]
                assert shown == pytest.approx(100 * count_incidence(group, cause, month))


def test_estimator_and_test_are_named_on_the_figure():
    cohort = simulate((60, 60), (0.02, 0.09))
    (_, _, tests), figure = draw(cohort, 2)
    text = inputs.all_text(figure)
    assert "cumulative incidence by Risk (Aalen-Johansen)" in text
    for cause, row in zip(CAUSES, tests.itertuples(), strict=True):
        status = [(1 if each == cause else 2) if each else 0 for each in cohort["e_reason"]]
        found = compare(cohort["e_months"], status, cohort["grouping_g"], ["g0", "g1"])
        assert (row.statistic, row.df, row.p_value) == pytest.approx(found)
        assert (row.patients, row.events) == (120, status.count(1))
        assert f"Gray's test {style.state_p(found[2])}".replace(style.NBSP, " ") in text
    assert tests["p_value"].min() < 0.01 < tests["p_value"].max()


@pytest.mark.parametrize(
    ("sizes", "hazards", "words"),
    [
        ((30, 40), (0, 0), "Gray's test: no event, or patients in fewer than two groups"),
        ((3, 0, 40), (0.05, 0.05, 0.03), "Not drawn, too few patients: Group g1."),
        ((40, 0), (0.05, 0.05), "Gray's test: no event, or patients in fewer than two groups"),
    ],
)
def test_few_patients_and_no_events_are_said(sizes, hazards, words):
    _, figure = draw(simulate(sizes, hazards), len(sizes))
    assert words in inputs.all_text(figure)
    assert inputs.find_overlaps(inputs.list_texts(figure)) == []


def test_nobody_is_said():
    _, figure = draw(simulate((0, 0), (0.1, 0.1)), 2)
    assert "No patient of these groups has a known time." in inputs.all_text(figure)


@pytest.mark.parametrize("small", [None, 5])
def test_six_groups_with_long_labels(small):
    cohort = simulate((60, 50, 80, 40, 30, 4), (0.02, 0.03, 0.01, 0.05, 0.02, 0.06))
    _, figure = draw(cohort, 6, LONG, privacy={"small_cells": small})
    if small:
        privacy.hide_figure(figure, small)
    assert figure.get_size_inches()[1] * 25.4 <= 230
    assert inputs.find_overlaps(inputs.list_texts(figure)) == []
    drawn = 5 if small else 6  # no curve of four patients where counts are hidden
    for axes in figure.axes[1:]:
        colours = {line.get_color() for line in axes.lines} - {style.GREY}
        assert len(colours) == drawn
    texts = list_first_counts(figure)
    hidden = ["60", "50", "80", "40", "–", "<5"]  # the next smallest would tell the four
    assert texts == (hidden if small else ["60", "50", "80", "40", "30", "4"])


def list_first_counts(figure):
    """The numbers at risk at month 0, in the order of panels and groups."""
    labels = [(str(x.get_label()), x.get_text()) for x in figure.axes[0].texts]
    return [text for label, text in labels if re.search(r"at_risk of panel \d at 0$", label)]


def test_panels_with_the_same_groups_hide_the_same_counts():
    _, figure = draw(simulate((60, 50, 3), (0.02, 0.03, 0.1)), 3)
    privacy.hide_figure(figure, 5)
    assert list_first_counts(figure) == 2 * ["60", "–", "<5"]


class Study:
    def __init__(self):
        groups = {"overall": ["all"], "g": ["a", "b"], "h": ["a", "b", "c"]}
        self.groupings = {name: {"groups": each} for name, each in groups.items()}
        self.found, self.problems = {"main": {"grouping": "h"}}, []


@pytest.mark.parametrize(
    ("names", "wanted", "problem"),
    [
        (None, ["h"], ""),
        ([], [], ""),
        (["g", "h"], ["g", "h"], ""),
        (["overall"], [], "overall has one group"),
        (["gg"], [], "gg is no grouping"),
    ],
)
def test_which_groupings_are_drawn(names, wanted, problem):
    study = Study()
    found = resolve({"incidence_groupings": names}, study)
    assert found == {"incidence": wanted}
    assert problem in " ".join(study.problems) and bool(study.problems) == bool(problem)
