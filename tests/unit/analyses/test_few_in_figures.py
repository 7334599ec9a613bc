"""Where small counts are hidden, figures draw nothing of fewer patients and say so; each drew it once."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.conditional_survival.figure import plot_conditional_survival
from crlm.analyses.disease_states import estimate as states
from crlm.analyses.disease_states.figure import plot_states
from crlm.analyses.kaplan_meier.figure import plot_kaplan_meier
from crlm.analyses.recurrence.figure_incidence import plot_patterns
from crlm.analyses.recurrence.incidence import estimate_incidence
from crlm.analyses.recurrence.patients import read_patients
from crlm.analyses.repeat_resection.figure import plot_landmark
from crlm.analyses.restricted_mean import estimate as means
from crlm.analyses.restricted_mean.figure import plot_restricted_means
from crlm.display import privacy
from crlm.survival.kaplan_meier import estimate_curve
from disease_state_inputs import draw
from disease_state_inputs import make_plan as plan_states
from display_inputs import grouping
from matplotlib.text import Text
from printed_inputs import fill
from recurrence_inputs import OUTPUT, SPEC, draw_cohort, make_settings
from repeat_inputs import SETTINGS
from test_drawn_courses import ENDPOINT
from test_figures import make_km
from test_restricted_mean import make_cohort as make_groups
from test_restricted_mean import make_settings as settle_means

LEAST = 5


def join(figure):
    words = [item.get_text() for item in figure.findobj(Text) if item.get_text()]
    return " ".join(" ".join(words).split())


@pytest.mark.parametrize("few", [3, 0])
def test_stacked_incidence(few):
    settings = make_settings()
    cohort = draw_cohort(60, ["low", "high"])
    small = cohort["grouping_tiers"].eq("low")
    cohort = cohort[~small | (small.cumsum() <= few)]
    spec = settings["endpoints"]["alpha"]
    patients = read_patients(cohort, "alpha", spec)
    found = estimate_incidence(patients, spec, settings["groupings"]).assign(endpoint="alpha")
    given = found, "alpha", "tiers", settings, SPEC
    drawn = {
        least: plot_patterns(*given, OUTPUT | {"privacy": {"small_cells": least}})
        for least in (None, LEAST)
    }
    for least, figure in drawn.items():
        assert len(figure.axes) - 1 == 1 + bool(few)
        empty = [axes for axes in figure.axes[1:] if not axes.lines]
        assert len(empty) == bool(few and least)
        assert ("fewer than 5 at risk" in join(figure)) is bool(empty)
    assert "Curves end where fewer than 5 are at risk." in join(drawn[LEAST])
    rows = found[found["grouping"].eq("tiers") & found["group"].eq("high")]
    last = rows.loc[rows["at_risk"] >= LEAST, "time"].max()
    ends = {line.get_xdata()[-1] for line in drawn[LEAST].axes[-1].lines}
    assert ends == {last} and last < rows["time"].max()


def test_no_group_of_an_incidence_has_enough():
    settings, cohort = make_settings(), draw_cohort(8, ["low", "high"])
    spec = settings["endpoints"]["alpha"]
    patients = read_patients(cohort, "alpha", spec)
    found = estimate_incidence(patients, spec, settings["groupings"]).assign(endpoint="alpha")
    output = OUTPUT | {"privacy": {"small_cells": 7}}
    figure = plot_patterns(found, "alpha", "tiers", settings, SPEC, output)
    assert "fewer than 7 patients at risk in every group" in join(figure)


def test_stacked_states():
    spells, cohort = draw(7, 80)
    plan = plan_states(("a", "b"), horizon=600.0)
    first = cohort.index[cohort["grouping_g"] == "a"][3:]
    cohort = cohort.drop(index=first)
    spells = spells[spells["patient_id"].isin(cohort["patient_id"])]
    curves = states.estimate_curves(spells, cohort, plan)
    rows = curves[curves["grouping"] == "g"]
    spec = plan["groupings"]["g"]
    plain, masked = (plot_states(rows, spec, plan, True, least) for least in (None, LEAST))
    assert len([axes for axes in plain.axes if axes.patches]) == 2
    (axes,) = [axes for axes in masked.axes if axes.patches]
    words = "fewer than 5 at risk"
    assert join(masked).count(words) == 1 and words not in join(plain)
    mine = spells.merge(cohort.loc[cohort["grouping_g"] == "b", ["patient_id"]])
    followed = mine.groupby("patient_id")["stop"].max().to_numpy()
    last = np.sort(followed)[-LEAST]  # five are observed until then
    ends = {patch.get_xy()[:, 0].max() for patch in axes.patches}
    assert list(ends) == pytest.approx([last]) and last < followed.max()
    assert "Curves end where fewer than 5 are at risk." in join(masked)


def test_survival_after_treatment_of_a_recurrence():
    months = np.arange(3.0, 27, 2)
    curves = pd.concat(
        [estimate_curve(months, [1, 0, 1] * 4).assign(group="no"),
         estimate_curve([4.0, 6.0, 9.0], [1, 0, 1]).assign(group="yes")]
    )  # fmt: skip
    summary = fill(
        [{"group": group} for group in ("no", "yes")], "median median_lower median_upper"
    )
    summary = summary.assign(patients=[12, 3], events=[8, 2])
    plain, masked = (
        plot_landmark(curves, summary, [], SETTINGS, True, least) for least in (None, LEAST)
    )
    assert "3 patients, 2 deaths; median" in join(plain) and "Thin and grey" in join(plain)
    assert ": fewer than 5 patients" in join(masked) and "3 patients" not in join(masked)
    assert "Curves end where fewer than 5 are at risk" in join(masked)
    last = {line.get_xdata().max() for line in masked.axes[1].lines}
    assert last == {months[-LEAST]}  # five are at risk of the fifth from the end
    nobody = curves[curves["group"] == "yes"]
    alone = summary.assign(patients=[0, 3])
    assert "fewer than 5 at risk" in join(plot_landmark(nobody, alone, [], SETTINGS, True, LEAST))


@pytest.mark.parametrize("reference", ["few", "many"])
def test_restricted_means_of_few(reference):
    months = np.arange(10.0, 50.0)
    cohort = make_groups(
        few=(months[:4], np.ones(4, int)), many=(months, np.ones(40, int)), more=(months + 3, [1] * 40)
    )  # fmt: skip
    order = [reference, *({"few", "many"} - {reference}), "more"]
    settings = settle_means(order)
    found = means.estimate_restricted_means(cohort, "x", {"g": settings}, [30])
    plain, masked = (
        plot_restricted_means(found, settings, ENDPOINT, True, least) for least in (None, LEAST)
    )
    assert "withheld" not in join(plain)
    # the mean of the few, and what is compared with it or with its group
    assert join(masked).count("withheld") == (3 if reference == "few" else 2)
    squares = [line for line in masked.axes[1].lines if line.get_marker() == "s"]
    assert len(squares) == (0 if reference == "few" else 1)
    privacy.hide_figure(masked, LEAST)
    # who is few follows from everybody and the two others
    assert all(words in join(masked) for words in ("<5/<5", "21/–", "–/40"))


def test_nothing_of_survival_is_drawn():
    case = make_km(
        {"a": ([3.0, 20.0, 41.0], np.array([1, 0, 1])), "b": ([5.0, 9.0], np.array([1, 1]))}
    )
    plain = plot_kaplan_meier(**case)
    case["settings"] = case["settings"] | {"privacy": {"small_cells": LEAST}}
    masked = plot_kaplan_meier(**case)
    assert "fewer than 5 at risk" in join(masked) and not masked.axes[1].lines
    assert len(plain.axes[1].lines) and "fewer than 5 at risk" not in join(plain)


def test_nothing_of_conditional_survival_is_drawn():
    rows = [
        {"group": group, "given": "x", "given_months": given, "further_months": further}
        for group in ("low", "high")
        for further in (12, 24)
        for given in (0, 12)
    ]
    found = fill(rows, "survival lower upper").assign(note=None, patients=[4, 3, 9, 3, 4, 2, 4, 3])
    tiers = grouping("Tier", ("low", "high"))
    plain, masked = (
        plot_conditional_survival(found, tiers, "x", {"x": ENDPOINT}, True, least)
        for least in (None, LEAST)
    )
    assert "fewer than 5 at risk" not in join(plain)
    assert join(masked).count("fewer than 5 at risk") == 1  # of one panel; the other has a point
    points = [
        y
        for axes in masked.axes[1:]
        for line in axes.lines
        if line.get_marker() == "o"
        for y in line.get_ydata()
        if np.isfinite(y)
    ]
    assert points == [100 * found["survival"].iloc[2]]
