"""Where hazards are not proportional: windows recounted, crossing hazards found, what cannot be said, the plan, words and figure."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.nonproportional import estimate, words
from crlm.analyses.nonproportional.figure import choose_ratios, plot_windows
from crlm.analyses.nonproportional.tables import (
    tabulate_means,
    tabulate_tests,
    tabulate_windows,
)
from crlm.analyses.nonproportional.violations import find_violations, list_tests
from crlm.display.excel import write_workbook
from crlm.survival import weighted_log_rank as weighted
from crlm.survival.cox import fit_cox, fit_models
from crlm.survival.time_windows import estimate_windows, split_windows

LONG = "A label with $x$ and <b> that is some sixty characters long, yes"
ENDPOINT = {"label": "Survival", "abbreviation": "S"}
SIX = list("abcdef")
VARIABLES = {
    "arm": {"kind": "binary", "levels": ["no", "yes"], "label": LONG, "level_labels": {}},
    "dose": {"kind": "continuous", "label": "Dose"},
    "six": {"kind": "ordinal", "levels": SIX, "label": "Six", "level_labels": {"b": LONG}},
}
MODELS = {
    "univariable": {"label": "Univariable", "variables": ["arm", "dose", "six"]},
    "both": {"label": "Both", "variables": ["arm", "dose"], "strata": [], "cluster": None},
}
WEIGHTS = [[0, 0], [1, 0], [0, 1], [1, 1]]
SETTINGS = {
    "level": 0.05,
    "windows_months": [12],
    "horizons_months": {"x": [12, 36]},
    "weights": WEIGHTS,
    "at_most": 4,
    "groupings": {},
    "variables": ["arm", "six"],
}


def cross(n=800, seed=1, early=3.0, late=1 / 3):
    """Two arms whose hazards cross at month 12: `early` times as high until then, `late` times afterwards."""
    draw = np.random.default_rng(seed)
    arm = draw.random(n) < 0.5
    target = draw.exponential(1, n) / 0.03
    ratios = np.where(arm, early, 1), np.where(arm, late, 1)
    months = np.where(
        target / ratios[0] <= 12, target / ratios[0], 12 + (target - 12 * ratios[0]) / ratios[1]
    )
    end = draw.uniform(30, 90, n)
    return pd.DataFrame(
        {
            "x_months": np.minimum(months, end),
            "x_event": (months <= end).astype(float),
            "arm": np.where(arm, "yes", "no"),
            "dose": draw.normal(size=n),
            "six": draw.choice(SIX, n),
        }
    )


def assess(cohort, settings=SETTINGS, variables=VARIABLES, models=MODELS):
    ph = fit_models(cohort, "x", models, variables).proportional_hazards
    tables, residuals = estimate.assess_violations(
        *(cohort, "x", ph, settings, models, variables), 1
    )
    return ph, tables, residuals


# Windows of time


def test_rows_of_a_patient_in_every_window_by_hand():
    patients = pd.DataFrame(
        {"x_months": [0.0, 5, 12, 30], "x_event": [1.0, 0, 1, 1], "age": [1, 2, 3, 4]}
    )
    rows, window = split_windows(patients, "x", [12, 24])
    assert rows["age"].to_list() == [1, 2, 3, 4, 4, 4]
    assert window.tolist() == [0, 0, 0, 0, 1, 2]
    assert rows["x_entry"].to_list() == [-1, -1, -1, -1, 12, 24]
    assert rows["x_months"].to_list() == [0, 5, 12, 12, 24, 30]
    assert rows["x_event"].to_list() == [1, 0, 1, 0, 0, 1]  # at the cut: in the earlier window


def test_delayed_entry_begins_the_first_row():
    patients = pd.DataFrame({"x_months": [30.0, 20], "x_event": [1.0, 1], "x_entry": [14.0, 3]})
    rows, window = split_windows(patients, "x", [12])
    assert list(zip(rows["x_entry"], rows["x_months"], window, strict=True)) == [
        (3, 12, 0),
        (14, 30, 1),
        (12, 20, 1),
    ]


def test_alone_a_window_is_a_cox_model_of_the_patients_and_time_in_it():
    cohort = cross()
    table, _ = estimate_windows(cohort, "x", {"arm": VARIABLES["arm"]}, "arm", [12], {})
    early = cohort.assign(
        x_event=cohort["x_event"] * (cohort["x_months"] <= 12),
        x_months=cohort["x_months"].clip(upper=12),
    )
    late = cohort[cohort["x_months"] > 12]
    for row, mine in zip(table.itertuples(), (early, late), strict=True):
        fit = fit_cox(mine, "x", {"arm": VARIABLES["arm"]}).coefficients.iloc[1]
        assert row.hazard_ratio == pytest.approx(fit["hazard_ratio"], rel=1e-6)
        assert row.upper == pytest.approx(fit["upper"], rel=1e-6)
        assert row.events == mine.loc[mine["arm"] == "yes", "x_event"].sum()
        assert row.patients == (mine["arm"] == "yes").sum()


def test_crossing_hazards_are_recovered_and_proportional_ones_are_not_called_crossing():
    options = {"strata": [], "cluster": None, "landmark_months": None}
    variables = {name: VARIABLES[name] for name in ("arm", "dose")}
    table, test = estimate_windows(cross(4000), "x", variables, "arm", [12], options)
    assert table["hazard_ratio"].to_list() == pytest.approx([3, 1 / 3], rel=0.12)
    assert test[2] < 1e-10
    _, test = estimate_windows(cross(4000, early=2, late=2), "x", variables, "arm", [12], options)
    assert test[1] == 1
    assert test[2] > 0.05


def test_a_window_without_an_event_has_words():
    cohort = cross(100)
    late = cohort["x_months"] > 12
    cohort.loc[late & (cohort["arm"] == "yes"), "x_event"] = 0.0
    table, test = estimate_windows(cohort, "x", {"arm": VARIABLES["arm"]}, "arm", [12, 500], {})
    assert table["note"].to_list()[1:] == [
        "no event at this level in this window",
        "no patient is followed in this window",
    ]
    assert table["hazard_ratio"].notna().to_list() == [True, False, False]
    assert np.isnan(test[2])
    table, _ = estimate_windows(
        cohort.assign(x_event=0.0), "x", {"arm": VARIABLES["arm"]}, "arm", [12], {}
    )
    assert table["note"].notna().all()


def test_with_clusters_no_likelihood_tells_whether_windows_are_alike():
    cohort = cross(400).assign(ward=np.arange(400) // 4)
    options = {"cluster": "ward"}
    table, test = estimate_windows(cohort, "x", {"arm": VARIABLES["arm"]}, "arm", [12], options)
    assert table["p_value"].notna().all()
    assert np.isnan(test[2])


# Weighted log-rank tests


def test_weights_by_hand_on_six_patients():
    months, event = np.arange(1.0, 7), np.array([1, 1, 0, 1, 0, 1])
    second = np.array([0, 1, 0, 1, 0, 1]) == 1
    difference, covariance = weighted.weigh_events(months, event, second, WEIGHTS)
    # deaths at 1, 2, 4, 6; S before them 1, 5/6, 4/6, 4/9; shares of the second 3/6, 3/5, 2/3, 1
    parts = np.array([0 - 1 / 2, 1 - 3 / 5, 1 - 2 / 3, 0])
    early = np.array([1, 5 / 6, 2 / 3, 4 / 9])
    spread = np.array([1 / 4, 6 / 25, 2 / 9, 0])
    np.testing.assert_allclose(difference[:3], [parts.sum(), parts @ early, parts @ (1 - early)])
    np.testing.assert_allclose(covariance[0, 1], spread @ early)
    np.testing.assert_allclose(covariance[2, 3], spread @ ((1 - early) ** 2 * early))


def test_late_weights_see_a_late_difference_and_max_combo_is_the_largest():
    cohort = cross(600, early=1, late=0.4)
    data = cohort["x_months"], cohort["x_event"], cohort["arm"] == "yes"
    z, p_values = np.array(weighted.test_weighted(*data, WEIGHTS)).T
    assert abs(z[2]) > abs(z[0]) > abs(z[1])
    assert z[2] < 0  # fewer events than expected
    largest, p_value = weighted.test_largest(*data, WEIGHTS, 1)
    assert largest == pytest.approx(np.abs(z).max(), rel=1e-12)
    assert weighted.test_largest(*data, WEIGHTS, 1) == (largest, p_value)
    alone = weighted.test_largest(*data, WEIGHTS[:1], 1)
    assert alone == pytest.approx((abs(z[0]), p_values[0]), rel=1e-5)


@pytest.mark.parametrize(("seed", "near"), [(11, 0.003), (13, 0.03)])
def test_the_p_value_of_max_combo_is_that_of_permuted_arms(seed, near):
    """The share of 3,000 permutations whose largest statistic is as large: 0.001 and 0.32, but for chance."""
    draw = np.random.default_rng(5)
    cohort = cross(160, seed=seed, early=1, late=0.75)
    months, event = cohort["x_months"].to_numpy(), cohort["x_event"].to_numpy()
    second = (cohort["arm"] == "yes").to_numpy()
    largest, p_value = weighted.test_largest(months, event, second, WEIGHTS, 1)
    found = []
    for _ in range(3000):
        difference, covariance = weighted.weigh_events(
            months, event, draw.permutation(second), WEIGHTS
        )
        found.append(np.abs(difference / np.sqrt(np.diag(covariance))).max())
    assert (np.array(found) >= largest).mean() == pytest.approx(p_value, abs=near)


@pytest.mark.parametrize("event", [0.0, 1.0])
def test_nothing_to_compare_is_missing(event):
    """No event; or all at one time, which leaves nothing to chance."""
    months, second = np.full(4, 5.0), np.array([True, True, False, False])
    found = weighted.test_weighted(months, np.full(4, event), second, WEIGHTS)
    assert np.isnan(found).all()
    assert np.isnan(weighted.test_largest(months, np.full(4, event), second, WEIGHTS, 1)).all()


# The violations


def make_ph(*rows):
    table = pd.DataFrame(rows, columns=["model", "term", "p_value"])
    return table.assign(statistic=4.0, df=1)


def test_which_tests_are_looked_at_and_how_many_variables_are_shown():
    ph = make_ph(
        ("univariable", "arm", 0.03),
        ("univariable", "dose", 0.001),  # no grouping is made of it
        ("both", "dose", 0.02),
        ("both", "arm", 0.04),
        ("both", "six", np.nan),
        ("both", "GLOBAL", 0.001),
    )
    assert len(list_tests(ph, SETTINGS)) == 3
    found = find_violations(ph, SETTINGS | {"at_most": 1})
    assert list(zip(found["model"], found["variable"], strict=True)) == [
        ("both", "dose"),
        ("univariable", "arm"),
        ("both", "arm"),
    ]
    assert found["note"].notna().to_list() == [False, True, True]
    assert found["tests"].unique().tolist() == [3]
    assert find_violations(ph, SETTINGS | {"level": 0.01}).empty


def test_crossing_arms_open_the_section_with_everything():
    _, tables, residuals = assess(cross())
    found = tables["violations"]
    assert {"arm"} == set(found["variable"])
    assert set(found["model"]) == {"univariable", "both"}
    assert len(tables["windows"]) == 4
    assert set(residuals) == {("univariable", "arm"), ("both", "arm")}
    means, tests = tables["means"], tables["tests"]
    assert means["horizon"].to_list() == [12, 12, 36, 36]  # once, not once per model
    assert means["difference"].notna().to_list() == [False, True, False, True]
    assert tests["test"].to_list() == ["weighted log-rank"] * 4 + ["max-combo"]
    early, late = tests["statistic"].iloc[[1, 2]]
    assert early > 2 > late


def test_the_other_covariates_are_splines_where_the_model_says_so():
    spline = {"knots": 4, "reference": None, "contrast": None}
    models = {"both": MODELS["both"] | {"splines": {"dose": spline}}}
    ph = make_ph(("both", "arm", 0.01), ("both", "dose", 0.02))
    shared = cross(), "x", ph, SETTINGS, models, VARIABLES
    tables, residuals = estimate.assess_violations(*shared, 1)
    bent = VARIABLES | {"dose": VARIABLES["dose"] | {"spline": spline}}
    for name, specs in {"arm": bent, "dose": VARIABLES}.items():  # dose itself has one ratio
        fitted = {each: specs[each] for each in ("arm", "dose")}
        expected, _ = estimate_windows(cross(), "x", fitted, name, [12], {})
        found = tables["windows"][tables["windows"]["variable"] == name]
        assert found["hazard_ratio"].to_list() == expected["hazard_ratio"].to_list()
        assert len(residuals["both", name])


def test_a_number_is_not_cut_but_compared_in_the_groups_of_the_plan():
    cohort = cross()
    cohort["dose"] = (cohort["arm"] == "yes") + 0.01 * cohort["dose"]
    cohort["grouping_high"] = np.where(cohort["dose"] > 0.5, "high", "low")
    models = {"univariable": {"label": "U", "variables": ["dose"]}}
    settings = SETTINGS | {"variables": ["dose"]}
    _, tables, _ = assess(cohort, settings, models=models)
    assert len(tables["windows"]) == 2
    assert tables["means"].empty and tables["tests"].empty
    plan = {"nonproportional": settings, "variables": VARIABLES, "models": models}
    told = words.tell_violations(tables["violations"], tables["violations"], plan)
    assert "the plan makes none of Dose; a number is not cut for them" in told[-1]
    grouping = {
        "label": "Dose",
        "groups": ["low", "high"],
        "group_labels": {"low": "Low", "high": "High"},
    }
    settings = settings | {"groupings": {"dose": {"high": grouping}}}
    _, tables, _ = assess(cohort, settings, models=models)
    assert tables["tests"]["reference"].unique().tolist() == ["low"]
    table = tabulate_tests(tables["tests"], "x", ENDPOINT, settings, VARIABLES)
    assert table.rows[1].cells[0].text == "High against Low"


def test_when_no_test_is_small_words_say_so():
    ph, tables, _ = assess(cross(300, early=1, late=1), SETTINGS | {"level": 0.0001})
    plan = {"nonproportional": SETTINGS, "variables": VARIABLES, "models": MODELS}
    assert all(tables[name].empty for name in ("violations", "windows", "means", "tests"))
    (told,) = words.tell_violations(tables["violations"], list_tests(ph, SETTINGS), plan)
    assert told.startswith("None of the 4 tests of proportional hazards is below 0.05")
    (none,) = words.tell_violations(tables["violations"], ph.head(0), plan)
    assert "No test of proportional hazards could be made" in none


def test_hidden_variables_are_named_with_their_reason():
    ph = make_ph(("both", "dose", 0.001), ("both", "arm", 0.04))
    settings = SETTINGS | {"at_most": 1}
    plan = {"nonproportional": settings, "variables": VARIABLES, "models": MODELS}
    told = words.tell_violations(find_violations(ph, settings), list_tests(ph, settings), plan)
    assert "Below 0.05 are 2 of 2 tests" in told[0]
    assert "By chance alone about 0.1 would be" in told[0]
    assert told[1] == f"Not shown further, because 1 variable with a smaller p-value is: {LONG}."


# The plan


def test_without_the_key_it_is_not_done(plan_of, base):
    plan = plan_of(base)
    assert plan["nonproportional"] == {}
    assert list(words.list_not_done(plan))
    assert words.tell_methods(plan, {}) == words.list_references(plan) == []


def test_what_the_plan_asks_for(plan_of, base):
    base["groupings"] = {
        "old": {"variable": "age", "cuts": [60]},
        "both": {"variable": ["sex", "synchronous"]},
    }
    base["nonproportional"] = {"windows_months": [36, 6], "weights": [[1, 0], [0, 0]]}
    plan = plan_of(base)
    found = plan["nonproportional"]
    assert found["windows_months"] == [6, 36]
    assert found["weights"] == [[0, 0], [1, 0]]
    assert list(found["groupings"]) == found["variables"] == ["age"]
    ((_, paragraphs),) = words.tell_methods(plan, {})
    assert "cut at 6 and 36 months" in paragraphs[0]
    assert "(Log-rank and Early (1, 0))" in paragraphs[0]


# Tables and figure


@pytest.fixture(scope="module", params=["six", "three", "calm", "nobody", "late"])
def shown(request):
    """Every test is small: six levels with a long label; three patients; no events; nobody; all events at one time."""
    cohort = cross(300)
    cohorts = {
        "six": cohort,
        "three": cohort.head(3),
        "calm": cohort.assign(x_event=0.0),
        "nobody": cohort.head(0),
        "late": cohort.assign(x_months=40.0),
    }
    cohort = cohorts[request.param]
    names = [(model, term) for model, spec in MODELS.items() for term in spec["variables"]]
    ph = make_ph(*((*each, 0.01) for each in names))
    settings = SETTINGS | {"variables": ["arm", "dose", "six"]}
    tables, residuals = estimate.assess_violations(
        *(cohort, "x", ph, settings, MODELS, VARIABLES), 1
    )
    return settings, tables, residuals


def test_tables_have_words_where_numbers_are_missing(shown, tmp_path):
    settings, tables, _ = shown
    made = [
        tabulate_windows(
            *(tables["windows"], tables["violations"], "x", ENDPOINT, MODELS, VARIABLES)
        ),
        tabulate_means(tables["means"], "x", ENDPOINT, settings, VARIABLES),
        tabulate_tests(tables["tests"], "x", ENDPOINT, settings, VARIABLES),
    ]
    texts = [cell.text for table in made for row in table.rows for cell in row.cells]
    texts += [note for table in made for note in table.notes]
    assert not any("nan" in text.lower() for text in texts)
    for name, column in {"windows": "hazard_ratio", "means": "rmst", "tests": "p_value"}.items():
        missing = tables[name][column].isna()
        assert tables[name].loc[missing, "note"].notna().all()
    study = {"title": "T", "description": "", "citation": "", "synthetic": False}
    made = [replace(table, number=str(place)) for place, table in enumerate(made) if table]
    write_workbook(made, study, tmp_path / "t.xlsx")  # refuses NaN


def test_the_figure_stays_on_its_page(shown):
    _, tables, residuals = shown
    figure = plot_windows(
        *(tables["violations"], tables["windows"], residuals, MODELS, VARIABLES, ENDPOINT), True
    )
    figure.canvas.draw()
    for axes in figure.axes:
        for item in axes.texts:
            window = item.get_window_extent()
            assert window.x0 >= -1 and window.x1 <= figure.bbox.x1 + 1, item.get_text()
            assert window.y0 >= -1 and window.y1 <= figure.bbox.y1 + 1, item.get_text()


def test_no_residual_of_a_patient_is_drawn_where_small_counts_are_hidden():
    cohort = cross(300)
    ph = make_ph(("both", "arm", 0.01))
    settings = SETTINGS | {"variables": ["arm"]}
    shared = MODELS, VARIABLES
    tables, residuals = estimate.assess_violations(cohort, "x", ph, settings, *shared, 1)
    given = tables["violations"], tables["windows"], residuals, MODELS, VARIABLES, ENDPOINT
    for least in (None, 5):
        figure = plot_windows(*given, True, least)
        lines = figure.axes[1].lines
        assert any(line.get_marker() == "o" for line in lines) is not bool(least)
        # the ends of the curve are times of single events
        (curve,) = (line.get_xdata() for line in lines if len(line.get_xdata()) == 60)
        weeks = curve[[0, -1]] * 30.4375 / 7
        assert bool(np.allclose(weeks, weeks.round(), atol=1e-9)) is bool(least)
        words = " ".join(text.get_text() for text in figure.axes[0].texts)
        assert ("Points: coefficient" in words) is not bool(least)
        assert ("of single patients and not drawn" in words) is bool(least)


@pytest.mark.parametrize("ratio", [2, 3, 7, 15.9, 16, 30, 199, 200, 1000])
def test_ticks_are_round_ratios(ratio):
    ticks = choose_ratios(np.log(ratio))
    assert 3 <= len(ticks) <= 9 and 1 in ticks and max(ticks) <= ratio * (1 + 1e-9)
    assert min(ticks) >= 1 / ratio / (1 + 1e-9) and min(ticks) < 1 < max(ticks)
