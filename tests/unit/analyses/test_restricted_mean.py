"""Restricted mean survival time: the area recounted, what cannot be known, the plan, the table and the figure."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.restricted_mean import estimate, words
from crlm.analyses.restricted_mean.figure import plot_restricted_means
from crlm.analyses.restricted_mean.tables import tabulate_restricted_means
from crlm.display.excel import write_workbook
from crlm.plan.schema import PlanError
from crlm.survival.kaplan_meier import estimate_curve
from crlm.survival.mean_time import integrate_curve

LONG = "A label with $x$ and <b> that is some sixty characters long, yes"
ENDPOINT = {"label": "Survival", "abbreviation": "S"}


def make_cohort(**groups):
    """A cohort with the endpoint `x` and the grouping `g`, from {group: (months, events)}."""
    parts = [
        pd.DataFrame({"x_months": months, "x_event": events, "grouping_g": name}, dtype=object)
        for name, (months, events) in groups.items()
    ]
    return pd.concat(parts).astype({"x_months": float, "x_event": float}).reset_index(drop=True)


def estimate_groups(cohort, groups, horizons, **spec):
    settings = {"groups": list(groups), "reference": groups[0], **spec}
    return estimate.estimate_restricted_means(cohort, "x", {"g": settings}, horizons).set_index(
        ["group", "horizon"]
    )


def recount(months, event, horizon, steps=200_000):
    """Area under the product of the shares that survive each time, by the midpoints of many strips."""
    middles = (np.arange(steps) + 0.5) * horizon / steps
    area = np.zeros(steps)
    survival, times = 1.0, np.unique(months[event == 1])
    area[:] = 1.0
    for time in times:
        survival *= 1 - (event[months == time]).sum() / (months >= time).sum()
        area[middles >= time] = survival
    return area.mean() * horizon


@pytest.mark.parametrize("seed", range(5))
def test_the_mean_is_the_area_under_the_curve(seed):
    draw = np.random.default_rng(seed)
    months, event = draw.integers(1, 30, 40).astype(float), draw.integers(0, 2, 40).astype(float)
    months[0] = 40
    mean, _ = integrate_curve(estimate_curve(months, event), 25.5)
    assert mean == pytest.approx(recount(months, event, 25.5), abs=1e-3)


def test_without_censoring_it_is_the_mean_of_the_times_cut_off():
    """Then the variance is that of the mean of min(time, horizon), divided by n."""
    months = np.random.default_rng(3).exponential(20, 60)
    mean, variance = integrate_curve(estimate_curve(months, np.ones(60)), 18)
    cut = np.minimum(months, 18)
    assert mean == pytest.approx(cut.mean(), rel=1e-12)
    assert variance == pytest.approx(cut.var() / 60, rel=1e-12)


def test_three_patients_by_hand():
    cohort = make_cohort(a=([2, 4, 6], [1, 0, 1]), b=([1, 5, 9], [0, 1, 0]))
    found = estimate_groups(cohort, ["a", "b"], [5])
    row = found.loc[("a", 5)]
    assert row["rmst"] == pytest.approx(2 + 3 * 2 / 3)
    assert row["se"] == pytest.approx(np.sqrt(2**2 * 1 / (3 * 2)))  # area right of month 2: 2
    assert [row["patients"], row["events"]] == [3, 1]
    other = found.loc[("b", 5)]  # the death at month 5 takes nothing of the area until 5
    assert [other["rmst"], other["se"], other["events"]] == [5, 0, 1]
    assert other["note"] == "no event before the horizon"
    assert np.isnan(other["lower"])
    assert other["difference"] == pytest.approx(1)
    assert np.isnan(other["difference_upper"])


def test_beyond_the_last_follow_up_nothing_is_known_unless_all_had_the_event():
    """As in survRM2: a group allows a horizon up to its last time, or any when its curve has come down to 0."""
    cohort = make_cohort(
        censored=([3, 8, 10], [1, 1, 0]),
        tied=([3, 10, 10], [1, 1, 0]),
        dead=([3, 8, 8], [1, 1, 1]),
    )
    found = estimate_groups(cohort, ["dead", "censored", "tied"], [10, 10.5])
    assert found.xs(10, level="horizon")["rmst"].notna().all()
    late = found.xs(10.5, level="horizon")
    assert late["rmst"].notna().to_list() == [True, False, False]
    assert late.loc["dead", "rmst"] == pytest.approx((3 + 8 + 8) / 3)
    for group in ("censored", "tied"):
        assert late.loc[group, "note"] == "follow-up ends at 10.00 months"
        assert late.loc[group, ["difference", "ratio", "p_value"]].isna().all()


def test_four_patients_without_an_event_are_not_significantly_different_from_anybody():
    cohort = make_cohort(many=(np.arange(1, 41), [1] * 40), calm=([50] * 4, [0] * 4))
    row = estimate_groups(cohort, ["many", "calm"], [36]).loc[("calm", 36)]
    assert row["difference"] > 10
    assert row[["difference_lower", "ratio_lower", "p_value", "ratio_p_value"]].isna().all()


def test_a_reference_group_without_a_mean_leaves_no_difference():
    cohort = make_cohort(short=([1, 2], [1, 0]), long=([5, 20, 30], [1, 1, 0]))
    row = estimate_groups(cohort, ["short", "long"], [12]).loc[("long", 12)]
    assert row["rmst"] > 0
    assert np.isnan(row["difference"])
    assert row["note"] == "reference group: follow-up ends at 2.00 months"


def test_nobody_no_event_and_all_at_once():
    cohort = make_cohort(calm=([20, 30], [0, 0]), quiet=([25, 40], [0, 1]), once=([5, 5], [1, 1]))
    found = estimate_groups(cohort, ["calm", "quiet", "once", "empty"], [12]).xs(12, level=1)
    assert found.loc["calm", ["rmst", "se"]].to_list() == [12, 0]
    assert found.loc["quiet", ["difference", "ratio"]].to_list() == [0, 1]
    assert found.loc["quiet", ["difference_lower", "ratio_upper", "p_value"]].isna().all()
    assert found.loc["once", ["rmst", "difference"]].to_list() == [5, -7]
    assert np.isnan(found.loc["once", "p_value"])
    reference = "reference group: no event before the horizon"
    assert found.loc["quiet", "note"] == f"no event before the horizon; {reference}"
    assert found.loc["once", "note"] == f"all events at one time; {reference}"
    assert found.loc["empty", ["patients", "events", "note"]].to_list() == [0, 0, "no patients"]
    assert np.isnan(found.loc["empty", "rmst"])


def test_from_a_landmark_only_later_time_counts():
    cohort = make_cohort(a=([2, 8, 12, 20], [1, 1, 1, 0]), b=([9, 16, 30], [1, 0, 0]))
    row = estimate_groups(cohort, ["a", "b"], [10], landmark_months=6).loc[("a", 10)]
    assert row["patients"] == 3
    assert row["rmst"] == pytest.approx(2 + 4 * 2 / 3 + 4 * 1 / 3)


def test_the_reference_is_the_group_of_the_plan():
    cohort = make_cohort(a=([2, 8, 12], [1, 1, 0]), b=([9, 16, 30], [1, 0, 0]))
    found = estimate_groups(cohort, ["a", "b"], [10], reference="b")
    assert np.isnan(found.loc[("b", 10), "difference"])
    assert found.loc[("a", 10), "difference"] < 0


# The plan


@pytest.fixture
def base(base):
    base["groupings"] = {
        "old": {"variable": "age", "cuts": [60]},
        "sex": {"variable": "sex"},
        "few": {"variable": "sex", "groups": ["male"]},
    }
    return base


def test_without_the_key_it_is_not_done(plan_of, base):
    plan = plan_of(base)
    assert plan["restricted_mean"] == {}
    assert list(words.list_not_done(plan))
    assert words.tell_methods(plan, {}) == words.list_references(plan) == []


def test_every_grouping_at_the_landmarks_against_the_first_group(plan_of, base):
    base["endpoints"]["os"]["landmarks_months"] = [24, 12]
    base["restricted_mean"] = {}
    found = plan_of(base)["restricted_mean"]
    assert {name: spec["reference"] for name, spec in found["groupings"].items()} == {
        "old": "below_60",
        "sex": "female",
    }
    assert found["horizons_months"] == {"rfs": [12, 36, 60], "os": [12, 24]}


def test_what_the_plan_names(plan_of, base):
    base["restricted_mean"] = {
        "groupings": ["sex"],
        "horizons_months": [30],
        "against": {"sex": "male"},
    }
    plan = plan_of(base)
    found = plan["restricted_mean"]
    assert list(found["groupings"]) == ["sex"]
    assert found["groupings"]["sex"]["reference"] == "male"
    assert found["horizons_months"] == {"rfs": [30], "os": [30]}
    ((heading, paragraphs),) = words.tell_methods(plan, {})
    assert heading == "Restricted mean survival time"
    assert "Sex (against Male)" in paragraphs[0]
    assert len(words.list_references(plan)) == 2


def test_mistakes_are_named_all_at_once(plan_of, base):
    base["restricted_mean"] = {
        "groupings": ["sexx", "few", "overall", "old"],
        "against": {"sex": "male", "old": "young"},
    }
    with pytest.raises(PlanError) as error:
        plan_of(base)
    found = error.value.problems
    assert "restricted_mean.groupings: sexx is no grouping. Did you mean 'sex'?" in found
    assert "restricted_mean.groupings: few has one group." in found
    assert "restricted_mean.groupings: overall has one group." in found
    assert "restricted_mean.against: sex is not among the groupings compared." in found
    assert any("old has no group 'young'; there are below_60, from_60" in text for text in found)


def test_a_plan_without_groupings_has_nothing_to_compare(plan_of, base):
    base["groupings"], base["restricted_mean"] = {}, {}
    with pytest.raises(PlanError, match="no grouping of the plan has two groups"):
        plan_of(base)


# The table and the figure


def make_settings(groups, landmark_months=None, label="Group"):
    return {
        "label": label,
        "groups": list(groups),
        "group_labels": {group: f"Label of {group}" for group in groups},
        "landmark_months": landmark_months,
        "reference": groups[0],
    }


@pytest.fixture
def ugly():
    """Six groups with long labels: some of three patients, without an event, empty, too short."""
    draw = np.random.default_rng(1)
    cohort = make_cohort(
        first=(draw.exponential(30, 60).round(1) + 0.1, draw.integers(0, 2, 60)),
        few=([3, 14, 70], [1, 1, 0]),
        calm=([61, 70, 80, 90], [0, 0, 0, 0]),
        short=([3, 20, 30], [1, 0, 0]),
        last=(draw.exponential(60, 90).round(1) + 0.1, draw.integers(0, 2, 90)),
    )
    cohort.loc[0, ["x_months", "x_event"]] = [100, 0]
    groups = ["first", "few", "calm", "short", "empty", "last"]
    settings = make_settings(groups, label=LONG)
    settings["group_labels"] = {group: f"{LONG} {group}" for group in groups}
    found = estimate.estimate_restricted_means(cohort, "x", {"g": settings}, [12, 36, 60])
    return found, settings


def texts(figure):
    return [item.get_text() for item in figure.axes[0].texts if item.get_text()]


def assert_inside(figure):
    figure.canvas.draw()
    for axes in figure.axes:
        for item in [*axes.texts, *(axes.get_xticklabels() if axes.axison else [])]:
            window = item.get_window_extent()
            if item.get_text():
                assert window.x0 >= -1 and window.x1 <= figure.bbox.x1 + 1, item.get_text()
                assert window.y0 >= -1 and window.y1 <= figure.bbox.y1 + 1, item.get_text()


def test_table_says_what_is_not_estimable(ugly, tmp_path):
    means, settings = ugly
    settings = {"groupings": {"g": settings}, "horizons_months": {"x": [12, 36, 60]}}
    table = tabulate_restricted_means(means, "x", ENDPOINT, settings)
    shown = [[cell.text for cell in row.cells] for row in table.rows]
    assert [row[0] for row in shown if row[0].startswith(f"{LONG}:")] == [
        f"{LONG}: up to {months} months" for months in (12, 36, 60)
    ]
    late = {row[0].rsplit(" ", 1)[1]: row for row in shown[-6:]}
    assert late["first"][4] == late["first"][6] == "reference"
    assert late["calm"][3] == "60.0\N{SUPERSCRIPT ONE}"
    assert late["empty"][3].startswith("not estimable")
    assert late["short"][4:] == ["not estimable", "–", "not estimable", "–"]
    assert any(note.endswith("No event before the horizon.") for note in table.notes)
    assert any(note.endswith("Follow-up ends at 30.00 months.") for note in table.notes)
    study = {"title": "T", "description": "", "citation": "", "synthetic": False}
    write_workbook([replace(table, number="1")], study, tmp_path / "t.xlsx")  # refuses NaN


def test_table_prints_the_estimates_rounded_and_keeps_them():
    cohort = make_cohort(a=([2, 4, 6], [1, 0, 1]), b=([1, 5, 9], [1, 1, 0]))
    settings = make_settings(["a", "b"], landmark_months=1)
    means = estimate.estimate_restricted_means(
        cohort, "x", {"g": {**settings, "landmark_months": None}}, [5]
    )
    plan = {"groupings": {"g": settings}, "horizons_months": {"x": [5]}}
    table = tabulate_restricted_means(means, "x", ENDPOINT, plan)
    assert table.rows[0].cells[0].text == "Group: up to 5 months after the landmark at 1"
    assert [cell.text for cell in table.rows[1].cells[:4]] == [
        "Label of a",
        "3",
        "1",
        "4.0 (2.4–5.6)",
    ]
    row = means.iloc[1]
    assert table.rows[2].cells[4].values == tuple(
        row[["difference", "difference_lower", "difference_upper"]]
    )
    assert table.rows[2].cells[6].values[0] == row["ratio"]


def test_the_figure_stays_on_its_page(ugly):
    means, settings = ugly
    figure = plot_restricted_means(means, settings, ENDPOINT, synthetic=True)
    assert_inside(figure)
    found = texts(figure)
    assert "synthetic data" in found
    assert found.count("reference") == 3
    assert any("no event before the horizon" in text for text in found)
    assert sum(text.endswith("up to 12, 36 and 60 months: no patients.") for text in found) == 1
    known = means[means["difference"].notna()].sort_values("horizon", kind="stable")
    squares = [line for line in figure.axes[1].lines if line.get_marker() == "s"]
    assert [line.get_xdata()[0] for line in squares] == list(known["difference"])
    low, high = figure.axes[1].get_xlim()
    assert low <= known["difference_lower"].min() and known["difference_upper"].max() <= high


def test_a_figure_without_any_estimate():
    groups = ["a", "b"]
    cohort = make_cohort(a=([2], [0]), b=([3], [0]))
    settings = make_settings(groups)
    means = estimate.estimate_restricted_means(cohort, "x", {"g": settings}, [12])
    figure = plot_restricted_means(means, settings, ENDPOINT)
    assert_inside(figure)
    assert texts(figure).count("not estimable") == 3
