"""Conditional survival: recounted, under two conditions, from a landmark; what cannot be known; plan, table and figure."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.conditional_survival import words
from crlm.analyses.conditional_survival.estimate import estimate_conditional_survival
from crlm.analyses.conditional_survival.figure import plot_conditional_survival
from crlm.analyses.conditional_survival.tables import tabulate_conditional_survival
from crlm.display import privacy
from crlm.display.excel import write_workbook
from crlm.plan.schema import PlanError

LONG = "A label with $x$ and <b> that is some sixty characters long, yes"
SPECS = {
    "x": {"label": "Survival", "abbreviation": "S", "origin_label": "resection"},
    "y": {"label": "Recurrence-free survival", "abbreviation": "RFS", "origin_label": "resection"},
}


def make_group(labels, landmark=None, label="Group"):
    return {
        "label": label,
        "groups": list(labels),
        "group_labels": dict(labels),
        "landmark_months": landmark,
    }


def settings_of(labels, given=(6,), further=(12,), second=None, **more):
    return {
        "endpoints": {"x": ["x", second] if second else ["x"]},
        "groupings": {"g": make_group(labels, **more)},
        "given_months": list(given),
        "further_months": list(further),
    }


def draw_cohort(seed, size=120):
    """Deaths (x) and recurrences or deaths (y) in whole months, so that there are ties, with their own censoring."""
    draw = np.random.default_rng(seed)
    death, relapse = draw.integers(1, 80, size), draw.integers(1, 60, size)
    lost, lost_early = draw.integers(10, 90, size), draw.integers(5, 90, size)
    seen = np.minimum(lost, lost_early)
    first = np.minimum(death, relapse)
    return pd.DataFrame(
        {
            "x_months": np.minimum(death, lost).astype(float),
            "x_event": (death <= lost).astype(float),
            "y_months": np.minimum(first, seen).astype(float),
            "y_event": (first <= seen).astype(float),
            "grouping_g": np.where(np.arange(size) % 3 == 0, "a", "b"),
        }
    )


def recount(months, event, start, further):
    """S(start + further) / S(start) of the curve of everybody: the product over the deaths in between."""
    share = 1.0
    for time in np.unique(months[(event == 1) & (months > start) & (months <= start + further)]):
        share *= 1 - ((months == time) & (event == 1)).sum() / (months >= time).sum()
    return share


@pytest.mark.parametrize("seed", range(4))
def test_it_is_the_ratio_of_two_points_of_the_curve(seed):
    cohort = draw_cohort(seed)
    settings = settings_of({"a": "A", "b": "B"}, (6, 12, 30), (6, 12))
    found = estimate_conditional_survival(cohort, settings)
    assert len(found) == 2 * 4 * 2
    for row in found.itertuples():
        mine = cohort[cohort["grouping_g"] == row.group]
        months, event = mine["x_months"].to_numpy(), mine["x_event"].to_numpy()
        start, end = row.given_months, row.given_months + row.further_months
        wanted = recount(months, event, start, row.further_months)
        assert row.survival == pytest.approx(wanted, rel=1e-12)
        assert row.patients == (months > start).sum()
        assert row.at_risk == (months >= end).sum()
        assert row.events == ((months > start) & (months <= end) & (event == 1)).sum()


@pytest.mark.parametrize("seed", range(3))
def test_under_the_second_condition_patients_are_free_of_both(seed):
    """Whoever is lost for the second endpoint before the given month is not known to be free of it."""
    cohort = draw_cohort(seed)
    settings = settings_of({"a": "A", "b": "B"}, (6, 12), (12,), second="y")
    found = estimate_conditional_survival(cohort, settings).query("given == 'y'")
    assert sorted(set(found["given_months"])) == [6, 12]  # at 0 it would be the same as without
    for row in found.itertuples():
        free = (cohort["grouping_g"] == row.group) & (cohort["y_months"] > row.given_months)
        mine = cohort[free]
        assert row.patients == len(mine)
        wanted = recount(
            mine["x_months"].to_numpy(), mine["x_event"].to_numpy(), row.given_months, 12
        )
        assert row.survival == pytest.approx(wanted, rel=1e-12)


def test_a_patient_who_ends_on_the_day_is_not_at_risk_after_it():
    cohort = pd.DataFrame(
        {"x_months": [12.0, 12, 12.5, 30], "x_event": [1.0, 0, 1, 0], "grouping_g": "a"}
    )
    found = estimate_conditional_survival(cohort, settings_of({"a": "A"}, (12,), (12,)))
    row = found[found["given_months"] == 12].iloc[0]
    assert (row["patients"], row["survival"]) == (2, 0.5)


def test_from_a_landmark_months_count_from_there():
    cohort = draw_cohort(5)
    late = estimate_conditional_survival(
        cohort, settings_of({"a": "A"}, (6,), (12,), "y", landmark=4)
    )
    early = estimate_conditional_survival(cohort, settings_of({"a": "A"}, (10,), (12,), "y"))
    numbers = ["given", "patients", "events", "survival", "lower", "upper"]
    compared = [table[table["given_months"] > 0][numbers] for table in (late, early)]
    pd.testing.assert_frame_equal(*(table.reset_index(drop=True) for table in compared))


def test_what_cannot_be_known_has_its_reason():
    rows = {
        "calm": ([30, 40], [0, 0]),
        "short": ([8, 9], [1, 0]),
        "gone": ([8, 9], [1, 1]),
        "early": ([2, 3], [1, 1]),
    }
    cohort = pd.concat(
        pd.DataFrame({"x_months": m, "x_event": e, "grouping_g": g}, dtype=object)
        for g, (m, e) in rows.items()
    ).astype({"x_months": float, "x_event": float})
    labels = {name: name for name in [*rows, "empty"]}
    found = estimate_conditional_survival(cohort, settings_of(labels, (6,), (12,)))
    found = found[found["given_months"] == 6].set_index("group")
    assert found["note"].to_dict() == {
        "calm": "no event in this time",
        "short": "follow-up ends earlier",
        "gone": "nobody is left without an event",
        "early": "no patients",
        "empty": "no patients",
    }
    assert found["survival"].to_dict() == pytest.approx(
        {"calm": 1, "short": np.nan, "gone": 0, "early": np.nan, "empty": np.nan}, nan_ok=True
    )
    assert found[["lower", "upper"]].isna().all(axis=None)


# The plan


@pytest.fixture
def base(base):
    base["groupings"] = {"sex": {"variable": "sex"}}
    return base


def test_without_the_key_it_is_not_done(plan_of, base):
    plan = plan_of(base)
    assert plan["conditional_survival"] == {}
    assert len(list(words.list_not_done(plan))) == 1
    assert words.tell_methods(plan, {}) == words.list_references(plan) == []
    assert list(words.list_uses(plan)) == list(words.tabulate_endpoint(plan, {}, "os")) == []


def test_every_endpoint_and_grouping_by_default(plan_of, base):
    base["conditional_survival"] = {}
    found = plan_of(base)["conditional_survival"]
    assert found["endpoints"] == {"rfs": ["rfs"], "os": ["os"]}
    assert list(found["groupings"]) == ["overall", "sex"]
    assert (found["given_months"], found["further_months"]) == ([12, 24, 36, 60], [12, 36, 60])


def test_what_the_plan_names(plan_of, base):
    base["conditional_survival"] = {"given": "rfs", "given_months": [24, 6], "groupings": ["sex"]}
    plan = plan_of(base)
    found = plan["conditional_survival"]
    assert found["endpoints"] == {"rfs": ["rfs"], "os": ["os", "rfs"]}
    assert found["given_months"] == [6, 24]
    ((_, (text,)),) = words.tell_methods(plan, {})
    assert "after 6 and 24 months, for 12, 36 and 60 further months" in text
    assert text.count("free of the events of Recurrence-free survival") == 1


def test_mistakes_are_named_all_at_once(plan_of, base):
    base["conditional_survival"] = {"endpoints": ["oss"], "groupings": ["sexx"], "given": "rfss"}
    with pytest.raises(PlanError) as error:
        plan_of(base)
    found = error.value.problems
    assert "conditional_survival.endpoints: oss is no endpoint. Did you mean 'os'?" in found
    assert "conditional_survival.groupings: sexx is no grouping. Did you mean 'sex'?" in found
    assert "conditional_survival.given: rfss is no endpoint. Did you mean 'rfs'?" in found


def test_both_endpoints_count_from_one_day(plan_of, base):
    base["endpoints"]["rfs"]["entry"] = "recurrence_date"
    base["conditional_survival"] = {"given": "rfs"}
    with pytest.raises(PlanError, match=r"os and rfs differ in their delayed entry \(entry\)"):
        plan_of(base)


# The table and the figure


@pytest.fixture
def ugly():
    """Six groups with long labels: large, of three patients, without an event, too short, of nobody, and of one patient."""
    draw = np.random.default_rng(2)
    parts = {
        "first": (draw.exponential(40, 70).round(1) + 0.1, draw.integers(0, 2, 70)),
        "few": ([3, 14, 70], [1, 1, 0]),
        "calm": ([61, 70, 80, 90], [0, 0, 0, 0]),
        "short": ([3, 8, 13], [1, 0, 0]),
        "empty": ([], []),
        "one": ([30], [1]),
    }
    cohort = pd.concat(
        pd.DataFrame({"x_months": m, "x_event": e, "grouping_g": g}, dtype=object)
        for g, (m, e) in parts.items()
    ).astype({"x_months": float, "x_event": float})
    cohort = cohort.assign(y_months=cohort["x_months"] * 0.7, y_event=1.0).reset_index(drop=True)
    labels = {name: f"{LONG} {name}" for name in parts}
    settings = settings_of(labels, (12, 36, 60), (12, 36), second="y", label=LONG)
    return estimate_conditional_survival(cohort, settings), settings


def texts(figure):
    return [item.get_text() for item in figure.axes[0].texts if item.get_text()]


def assert_inside(figure):
    figure.canvas.draw()
    for axes in figure.axes:
        for item in [*axes.texts, *(axes.get_xticklabels() if axes.axison else [])]:
            if item.get_text():
                window = item.get_window_extent()
                assert window.x0 >= -1 and window.x1 <= figure.bbox.x1 + 1, item.get_text()
                assert window.y0 >= -1 and window.y1 <= figure.bbox.y1 + 1, item.get_text()


def test_the_table_says_what_is_not_known(ugly, tmp_path):
    found, settings = ugly
    table = tabulate_conditional_survival(found, "x", settings, SPECS)
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert [row[0] for row in rows[:4]] == [
        f"{LONG}: {LONG} first",
        "From resection",
        "Without event after 12 months",
        "Without event after 36 months",
    ]
    assert rows[5][0] == "Without event after 12 months, also without event of RFS"
    assert len(rows) == 6 * (1 + 4 + 3)
    calm = rows[2 * 8 :]
    assert calm[1][1:3] == ["4", "100.0\N{SUPERSCRIPT ONE}"]
    assert any("not estimable" in cell for row in rows for cell in row)
    assert sum(note.endswith("Follow-up ends earlier.") for note in table.notes) == 1
    study = {"title": "T", "description": "", "citation": "", "synthetic": False}
    write_workbook([replace(table, number="1")], study, tmp_path / "t.xlsx")  # refuses NaN


def test_the_table_keeps_the_estimates_whole():
    settings = settings_of({"a": "A", "b": "B"}, (12,), (12, 24))
    found = estimate_conditional_survival(draw_cohort(1), settings)
    table = tabulate_conditional_survival(found, "x", settings, SPECS)
    rows = [row for row in table.rows if row.kind == "body"]
    estimates = found[["survival", "lower", "upper"]].to_numpy()
    shown = [cell.values for row in rows for cell in row.cells[2:]]
    np.testing.assert_allclose(np.array(shown, float), 100 * estimates)
    assert [row.cells[1].values[0] for row in rows] == list(found["patients"][::2])


def test_small_counts_are_hidden_in_table_and_result(ugly):
    found, settings = ugly
    hidden = privacy.hide(tabulate_conditional_survival(found, "x", settings, SPECS), 5)
    for row in (row for row in hidden.rows if row.kind == "body"):
        if row.cells[1].text == "<5":
            assert not any(cell.values for cell in row.cells[2:])
    masked = privacy.mask(found, 5)
    few = found["patients"].between(1, 4)
    assert few.any() and (masked.loc[few, "patients"] == "<5").all()
    assert masked.loc[few, "survival"].isna().all()
    assert (masked["given_months"] == found["given_months"]).all()
    drawn = privacy.drop_few(found, 5, ["survival"])
    assert drawn.loc[few, "survival"].isna().all()
    pd.testing.assert_frame_equal(drawn[~few], found[~few])
    pd.testing.assert_frame_equal(privacy.drop_few(found, None, ["survival"]), found)


def test_the_figure_stays_on_its_page(ugly):
    found, settings = ugly
    figure = plot_conditional_survival(found, settings["groupings"]["g"], "x", SPECS, True)
    assert_inside(figure)
    shown = texts(figure)
    assert "synthetic data" in shown and shown.count("At risk then") == 4
    assert any(text.endswith("empty: 0 patients") for text in shown)
    panels = figure.axes[1:]
    assert len(panels) == 4
    drawn = [line.get_ydata() for line in panels[0].lines if line.get_marker() == "o"]
    wanted = found[(found["given"] == "x") & (found["further_months"] == 12)]
    first = wanted[wanted["group"] == "first"]["survival"]
    np.testing.assert_allclose(drawn[0], 100 * first)


def test_a_figure_of_nobody():
    settings = settings_of({"a": "A", "b": "B"}, (12,), (12,))
    cohort = draw_cohort(1).head(0)
    found = estimate_conditional_survival(cohort, settings)
    figure = plot_conditional_survival(found, settings["groupings"]["g"], "x", SPECS)
    assert_inside(figure)
    assert {"A: 0 patients", "B: 0 patients"} <= set(texts(figure))
