"""A panel of markers: few false discoveries, the true one, what cannot be estimated, the plan, the table, the volcano."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.panel import estimate, words
from crlm.analyses.panel.figure import choose_points, place_numbers, plot_panel
from crlm.analyses.panel.tables import tabulate_panel
from crlm.display import privacy
from crlm.plan.schema import PlanError
from crlm.survival.cox import fit_cox, fit_quickly
from scipy.special import chdtrc

LONG = "A label with $x$ and <b> that is some sixty characters long, yes"
ENDPOINT = {"label": "Survival", "abbreviation": "S"}
BASE = {"endpoints": ["x"], "per": "sd", "false_discovery_rate": 0.05, "landmark_months": None}


def make_panel(seed, markers=40, n=250, true=0.0, missing=0.0):
    """A cohort, the variables and the settings; marker 1 changes the log hazard by `true` per standard deviation."""
    draw = np.random.default_rng(seed)
    names = [f"m{place}" for place in range(markers)]
    x = draw.normal(0, 1, (n, markers))
    age = draw.normal(60, 8, n)
    months = draw.exponential(30 / np.exp(0.03 * (age - 60) + true * x[:, 1]))
    censored = draw.exponential(50, n)
    table = pd.DataFrame(x * 3, columns=names).mask(draw.random(x.shape) < missing)
    table = table.assign(
        age=age, x_months=np.minimum(months, censored), x_event=(months <= censored) * 1.0
    )
    variables = {
        name: {"label": f"Marker {name}", "kind": "continuous", "levels": []}
        for name in [*names, "age"]
    }
    return table, variables, BASE | {"markers": names, "adjust": ["age"]}


def test_a_null_panel_has_about_no_discoveries_and_a_true_marker_is_found():
    """At a rate of 5 % one null panel in twenty has any."""
    panels = false = found = 0
    for seed in range(10):
        table, variables, settings = make_panel(seed, 20)
        null = estimate.estimate_panel(table, "x", settings | {"adjust": []}, variables)
        panels, false = panels + 1, false + (null["q_value"] <= 0.05).any()
        assert null["lr_p_value"].min() > 1e-5
    for seed in range(3):
        table, variables, settings = make_panel(seed, 20, true=0.5)
        panel = estimate.estimate_panel(table, "x", settings, variables)
        discovered = panel[panel["q_value"] <= 0.05].groupby("model")["variable"].agg(set)
        found += all("m1" in discovered[model] for model in estimate.MODELS)
        row = panel.query("variable == 'm1' and model == 'adjusted'").iloc[0]
        assert row["lower"] < np.exp(0.5) < row["upper"]
        assert row["concordance_difference"] > 0.02
    assert found == 3
    assert false <= 3  # binomial (10, 0.05): more than 3 in 0.1 % of trials


def test_p_of_a_null_panel_is_uniform():
    table, variables, settings = make_panel(77, 120)
    p = estimate.estimate_panel(table, "x", settings | {"adjust": []}, variables)["lr_p_value"]
    assert 1 <= (p < 0.05).sum() <= 14  # binomial (120, 0.05)
    assert 0.4 < p.mean() < 0.6


def test_numbers_are_those_of_lifelines():
    table, variables, settings = make_panel(2, 3, true=0.4, missing=0.1)
    panel = estimate.estimate_panel(table, "x", settings, variables)
    for name in settings["markers"]:
        spread = table[name].std()
        specs = {"age": variables["age"], name: variables[name] | {"per": spread}}
        fit = fit_cox(table, "x", specs)
        wanted = fit.coefficients.iloc[1]
        row = panel.query("variable == @name and model == 'adjusted'").iloc[0]
        columns = ["hazard_ratio", "lower", "upper", "p_value"]
        np.testing.assert_allclose(
            row[columns].astype(float), wanted[columns].astype(float), rtol=1e-8
        )
        assert row["patients"] == fit.model["patients"][0] == table[name].notna().sum()
        assert row["per"] == pytest.approx(spread)
        known = table[table[name].notna()]
        without = fit_cox(known, "x", {"age": variables["age"]}).model.iloc[0]
        statistic = fit.model["lr_statistic"][0] - without["lr_statistic"]
        assert row["lr_statistic"] == pytest.approx(statistic, rel=1e-6)
        difference = fit.model["concordance"][0] - without["concordance"]
        assert row["concordance_difference"] == pytest.approx(difference, abs=1e-12)


def test_the_declared_step_is_kept():
    table, variables, settings = make_panel(3, 2)
    variables["m0"]["per"] = 5
    row = estimate.estimate_panel(table, "x", settings | {"per": "declared"}, variables).iloc[0]
    assert row["per"] == 5
    quick, _ = fit_quickly(table, "x", {"m0": variables["m0"]})
    assert row["hazard_ratio"] == quick["hazard_ratio"].iloc[0]


def add_levels(table, variables, settings):
    draw, table = np.random.default_rng(5), table.copy()
    table["grade"] = draw.choice(["a", "b", "c"], len(table)).astype(object)
    table["flag"] = draw.choice(["no", "yes"], len(table)).astype(object)
    table.loc[table["flag"].eq("yes") & (table.index > 12), "flag"] = "no"
    table.loc[table["flag"] == "yes", "x_event"] = 0.0
    table["flat"], table["gap"] = 2.0, np.nan
    words_of = {"level_labels": {"b": LONG}}
    variables["grade"] = {
        "label": LONG,
        "kind": "categorical",
        "levels": ["a", "b", "c"],
        **words_of,
    }
    variables["flag"] = {
        "label": "Flag",
        "kind": "binary",
        "levels": ["no", "yes"],
        "level_labels": {},
    }
    for name in ("flat", "gap"):
        variables[name] = {"label": name, "kind": "continuous", "levels": []}
    names = [*settings["markers"], "grade", "flag", "flat", "gap"]
    return table, variables, settings | {"markers": names}


def test_what_cannot_be_estimated_is_told_and_costs_no_rate():
    table, variables, settings = add_levels(*make_panel(4, 6))
    panel = estimate.estimate_panel(table, "x", settings, variables)
    alone = panel[panel["model"] == "univariable"].set_index("variable")
    assert alone.loc["grade", "lr_df"].tolist() == [2, 2]
    assert alone.loc["grade", "level"].tolist() == ["b", "c"]
    assert "no event" in alone.loc["flag", "note"] and np.isnan(alone.loc["flag", "hazard_ratio"])
    for name in ("flat", "gap"):
        assert np.isnan(alone.loc[name, "lr_p_value"]) and np.isnan(alone.loc[name, "q_value"])
        assert isinstance(alone.loc[name, "note"], str)
    tested = alone[~alone.index.duplicated()]["lr_p_value"].dropna().sort_values()
    ranks = tested * len(tested) / np.arange(1, len(tested) + 1)
    recount = ranks[::-1].cummin()[::-1].clip(upper=1)
    q = alone[~alone.index.duplicated()]["q_value"].dropna()
    assert q.sort_index().to_numpy(float) == pytest.approx(recount.sort_index().to_numpy())
    for none in (table.head(0), table.head(3), table.assign(x_event=0.0)):
        found = estimate.estimate_panel(none, "x", settings, variables)
        assert set(found["variable"]) == set(settings["markers"])
        assert found.loc[found["hazard_ratio"].isna(), "note"].notna().all()
        shown = tabulate_panel(found, "x", ENDPOINT, settings, variables)
        assert "nan" not in str([[cell.text for cell in row.cells] for row in shown.rows]).lower()
        plot_panel(found, settings, variables, ENDPOINT).canvas.draw()


def test_the_table_prints_what_was_found():
    table, variables, settings = add_levels(*make_panel(6, 3, true=0.5, missing=0.1))
    panel = estimate.estimate_panel(table, "x", settings, variables)
    shown = tabulate_panel(panel, "x", ENDPOINT, settings, variables)
    rows = {row.cells[0].text: row for row in shown.rows}
    assert list(rows)[:5] == [
        "Marker m0",
        "Marker m1",
        "Marker m2",
        LONG,
        "c",
    ]  # LONG twice: name and level
    alone = panel.query("variable == 'm1' and model == 'univariable'").iloc[0]
    adjusted = panel.query("variable == 'm1' and model == 'adjusted'").iloc[0]
    cells = rows["Marker m1"].cells
    ratio = ("hazard_ratio", "lower", "upper")
    assert [cells[1].values[0], cells[2].values[0]] == [alone["patients"], alone["events"]]
    assert cells[3].values == tuple(alone[list(ratio)])
    assert [cells[4].values[0], cells[5].values[0]] == [alone["lr_p_value"], alone["q_value"]]
    assert cells[8].values == tuple(adjusted[list(ratio)])
    assert [cells[9].values[0], cells[10].values[0]] == [
        adjusted["lr_p_value"],
        adjusted["q_value"],
    ]
    assert cells[11].values[0] == adjusted["lr_statistic"]
    assert cells[12].values[0] == adjusted["concordance_difference"]
    grade = panel.query("variable == 'grade' and model == 'univariable'").iloc[0]
    (head,) = [row for row in shown.rows if row.kind == "head"]
    assert [head.cells[4].values[0], head.cells[5].values[0]] == [
        grade["lr_p_value"],
        grade["q_value"],
    ]
    assert any("no event" in note for note in shown.notes)
    assert "7 markers" in shown.notes[0] and "Adjusted for Marker age" in shown.notes[0]
    hidden = privacy.hide(shown, 300)
    texts = {cell.text for row in hidden.rows[:3] for cell in row.cells[1:]}
    assert texts == {"<300", "withheld"}


def test_without_adjustment_there_is_one_model():
    table, variables, settings = make_panel(7, 2)
    panel = estimate.estimate_panel(table, "x", settings | {"adjust": []}, variables)
    assert set(panel["model"]) == {"univariable"} and (panel["concordance_base"] == 0.5).all()
    shown = tabulate_panel(panel, "x", ENDPOINT, settings | {"adjust": []}, variables)
    assert [column.label for column in shown.columns][-2:] == ["LR χ²", "C"]
    assert shown.rows[0].cells[-1].values[0] == panel["concordance"][0]


# The volcano


def draw_many(n=200, hits=14, seed=1):
    """Results of 200 markers, as the file has them."""
    draw = np.random.default_rng(seed)
    logs = draw.normal(0, 0.1, n)
    logs[:hits] += 0.4 * np.sign(draw.normal(size=hits))
    p = chdtrc(1, (logs / 0.085) ** 2)
    variables = {
        f"m{place}": {"label": LONG if place % 4 == 0 else f"miR-{place}", "kind": "continuous"}
        for place in range(n)
    }
    panel = pd.DataFrame({"model": "univariable", "variable": list(variables), "level": None})
    panel["hazard_ratio"], panel["lr_df"], panel["lr_p_value"] = np.exp(logs), 1, p
    panel["lower"], panel["upper"] = np.exp(logs - 0.17), np.exp(logs + 0.17)
    panel["q_value"] = estimate.control_discoveries(p)
    return panel, variables


def test_two_hundred_markers_and_only_the_smallest_have_a_number():
    panel, variables = draw_many()
    panel = pd.concat([panel, panel.assign(model="adjusted")])
    settings = BASE | {"adjust": ["age"]}
    figure = plot_panel(panel, settings, variables, ENDPOINT, synthetic=True)
    figure.canvas.draw()
    page, *volcanos = figure.axes
    texts = [item.get_text() for item in page.texts]
    assert any(text.startswith("1 ") for text in texts) and not any(
        text.startswith("9 ") for text in texts
    )
    assert sum(text.startswith("and ") and text.endswith("above the line.") for text in texts) == 2
    for item in page.texts:
        window = item.get_window_extent()
        assert not item.get_text() or (window.x0 >= -1 and window.x1 <= figure.bbox.x1 + 1), item
    for axes in volcanos:
        assert sum(len(each.get_offsets()) for each in axes.collections) == 200
        windows = [item.get_window_extent() for item in axes.texts]
        assert len(windows) == 8
        for place, window in enumerate(windows):
            assert not any(window.overlaps(other) for other in windows[place + 1 :])
            points = axes.transData.transform(
                np.vstack([e.get_offsets() for e in axes.collections])
            )
            assert not any(window.contains(*point) for point in points)


def test_numbers_of_a_crowd_keep_apart():
    crowd = np.random.default_rng(3).normal(1, 0.03, (60, 2))
    spots = np.array([spot for _, spot in place_numbers(crowd, 6)])
    for place, spot in enumerate(spots):
        apart = np.abs(spots[place + 1 :] - spot) > [0.14, 0.11]
        assert apart.any(axis=1).all()


def test_a_marker_of_levels_stands_at_the_level_farthest_from_one():
    panel, variables = draw_many(6, 0)
    levels = panel.head(2).assign(variable="g", level=["b", "c"], hazard_ratio=[0.5, 1.8], lr_df=2)
    variables["g"] = {
        "label": "G",
        "kind": "ordinal",
        "levels": ["a", "b", "c"],
        "level_labels": {},
    }
    points = choose_points(pd.concat([panel, levels.assign(lr_p_value=1e-5)]))
    first = points.iloc[0]
    assert [first["variable"], first["level"]] == ["g", "b"] and len(points) == 7


def test_without_a_discovery_or_an_estimate_there_are_words():
    panel, variables = draw_many(5, 0)
    quiet = panel.assign(q_value=0.8)
    shown = [t.get_text() for t in plot_panel(quiet, BASE, variables, ENDPOINT).axes[0].texts]
    assert "No marker at a false-discovery rate of 5 %." in shown
    none = panel.assign(hazard_ratio=np.nan, lr_p_value=np.nan)
    figure = plot_panel(none, BASE, variables, ENDPOINT)
    assert "No marker could be estimated." in [t.get_text() for t in figure.axes[0].texts]
    assert len(figure.axes) == 1  # the page alone: no panel without a point
    alone = panel.assign(q_value=0.8, model="adjusted")
    half = pd.concat([none.assign(model="univariable"), alone])
    figure = plot_panel(half, BASE, variables, ENDPOINT)
    shown = [t.get_text() for t in figure.axes[0].texts]
    assert "No marker could be estimated." in shown and len(figure.axes) == 2
    assert "−log10 p" in shown
    assert shown.count("Hazard ratio") == 1


# The plan


def test_an_endpoint_that_is_not_asked_for_has_no_row_and_says_so(plan_of, base):
    table, variables, settings = make_panel(1, 3, n=60)
    panel = estimate.estimate_panel(table, "x", settings | {"endpoints": ["y"]}, variables)
    assert panel.empty and list(panel) == estimate.PANEL
    figure = plot_panel(panel, BASE, variables, ENDPOINT)
    shown = [t.get_text() for t in figure.axes[0].texts]
    assert "The plan does not ask for this endpoint." in shown
    assert figure.get_size_inches()[1] < 0.7  # no room for a panel that is not there
    base["panel"] = {"markers": ["age"], "endpoints": ["os"]}
    base["endpoints"]["other"] = {**base["endpoints"]["os"], "label": "Other"}
    plan = plan_of(base)
    assert list(words.tabulate_endpoint(plan, {}, "other")) == []
    said = dict(words.list_not_done(plan))
    assert "other endpoints" in said["Other: panel of markers"]
    assert len(said) == len(plan["endpoints"]) - 1


def test_without_the_key_nothing_is_done(plan_of, base):
    plan = plan_of(base)
    assert plan["panel"] == {}
    assert len(list(words.list_not_done(plan))) == 1
    assert words.tell_methods(plan, {}) == [] and words.list_references(plan) == []
    assert list(words.list_uses(plan)) == [] and list(words.tabulate_endpoint(plan, {}, "os")) == []


def test_mistakes_are_named_all_at_once(plan_of, base):
    base["columns"]["ctdna_postoperative"] = "ctDNA"
    base["panel"] = {"markers": ["age", "sexx", "ctdna_postoperative"], "adjust": ["age"]}
    with pytest.raises(PlanError) as error:
        plan_of(base)
    found = " ".join(error.value.problems)
    assert "panel.markers: no such variable 'sexx'. Did you mean 'sex'?" in found
    assert "panel: age is a marker and adjusted for; keep one." in found
    assert "panel: ctdna_postoperative becomes known in follow-up" in found
    base["panel"] = {"markers": ["ctdna_postoperative"], "landmark_months": 3}
    plan = plan_of(base)
    assert plan["panel"]["per"] == "sd" and plan["panel"]["landmark_months"] == 3
    ((heading, paragraphs),) = words.tell_methods(plan, {})
    assert heading == "Panel of markers" and "1 marker was fitted" in paragraphs[0]
    base["panel"] = {"markers": ["age"], "endpoints": ["so"]}
    with pytest.raises(PlanError, match="no endpoint 'so'"):
        plan_of(base)
    base["panel"] = {"markers": [f"m{place}" for place in range(201)]}
    with pytest.raises(PlanError, match=r"panel\.markers"):
        plan_of(base)
