"""Interactions: the truth is found, what cannot be estimated is said, the plan, the table and the forest."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.cox.figure_subgroups import plot_subgroups
from crlm.analyses.interactions import estimate, words
from crlm.analyses.interactions.tables import tabulate_interactions
from crlm.display import formats, privacy
from crlm.plan.schema import PlanError
from crlm.survival import interaction
from crlm.survival.cox import fit_cox
from known_truth import simulate_interaction

LONG = "A label with $x$ and <b> that is some sixty characters long, yes"
ENDPOINT = {"label": "Survival", "abbreviation": "S"}
VARIABLES = {
    "drug": {"label": "Drug", "kind": "binary", "levels": ["no", "yes"], "level_labels": {"yes": "Given"}},
    "stage": {"label": LONG, "kind": "ordinal", "levels": ["I", "II", "III"], "level_labels": {"I": LONG}},
    "dose": {"label": "Dose", "kind": "continuous", "per": 10, "unit": "mg", "levels": []},
    "age": {"label": "Age", "kind": "continuous", "levels": []},
}  # fmt: skip
ITEM = {"label": "Drug", "variable": "drug", "by": ["stage"], "adjust": [], "landmark_months": None}


def make_cohort(seed, n=400, product=0.0):
    """Stage II turns the effect of the drug by exp(product)."""
    draw = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "drug": draw.choice(["no", "yes"], n).astype(object),
            "stage": draw.choice(["I", "II"], n).astype(object),
            "dose": draw.normal(50, 15, n),
            "age": draw.normal(60, 8, n),
        }
    )
    given = table["drug"] == "yes"
    linear = -0.5 * given + 0.3 * (table["stage"] == "II")
    linear += product * (given & (table["stage"] == "II"))
    months = draw.exponential(30 / np.exp(linear))
    censored = draw.exponential(60, n)
    return table.assign(
        x_months=np.minimum(months, censored), x_event=(months <= censored).astype(float)
    )


def run(cohort, **changes):
    return estimate.estimate_interactions(cohort, "x", {"a": ITEM | changes}, VARIABLES)


def test_the_effects_are_those_of_one_model_and_their_ratio_is_the_product():
    rows = run(make_cohort(1, product=0.9)).query("within == 'stage'")
    assert rows["group"].tolist() == ["I", "II"]
    assert rows["ratio"].isna().tolist() == [True, False]
    assert rows["ratio"].iloc[1] == pytest.approx(
        rows["hazard_ratio"].iloc[1] / rows["hazard_ratio"].iloc[0], rel=1e-7
    )
    first = run(make_cohort(1, product=0.9)).iloc[0]
    assert [first["within"], first["group"], first["patients"]] == ["overall", "all", 400]
    alone = fit_cox(make_cohort(1, product=0.9), "x", {"drug": VARIABLES["drug"]}).coefficients
    assert first["hazard_ratio"] == alone["hazard_ratio"].iloc[1]


def test_a_true_interaction_is_recovered():
    rows = run(make_cohort(3, 4000, product=0.9)).query("group == 'II'").iloc[0]
    assert rows["ratio_lower"] < np.exp(0.9) < rows["ratio_upper"]
    assert rows["ratio"] == pytest.approx(np.exp(0.9), rel=0.2)
    assert rows["interaction_p_value"] < 1e-6


def test_the_truth_of_the_simulator_is_recovered():
    """A pattern with the hazard ratio 0.5 without chemotherapy and 0.9 with it."""
    table = simulate_interaction(11, 3000)
    table = table.rename(columns={"months": "x_months", "event": "x_event"})
    names = ["pattern", "chemotherapy"]
    table[names] = table[names].replace({0: "no", 1: "yes"}).astype(object)
    specs = {name: {"kind": "binary", "levels": ["no", "yes"]} for name in names}
    plan = {"a": {"variable": "pattern", "by": ["chemotherapy"], "adjust": []}}
    rows = estimate.estimate_interactions(table, "x", plan, specs).set_index("group")
    for group, truth in (("no", 0.5), ("yes", 0.9)):
        assert rows.loc[group, "lower"] < truth < rows.loc[group, "upper"]
        assert rows.loc[group, "hazard_ratio"] == pytest.approx(truth, rel=0.15)
    assert rows.loc["yes", "ratio_lower"] < 1.8 < rows.loc["yes", "ratio_upper"]
    assert rows.loc["yes", "interaction_p_value"] < 1e-4


def test_without_interaction_one_in_twenty_is_significant():
    """Of 1000 such cohorts 6.2% were: a likelihood ratio of 80 events is a little bold."""
    specs = {name: VARIABLES[name] for name in ("drug", "stage")}
    p = [interaction.compare_products(make_cohort(seed, 120), "x", specs)[2] for seed in range(200)]
    assert 3 <= sum(value < 0.05 for value in p) <= 21  # binomial, 99.9%
    assert 0.4 < np.mean(p) < 0.6


def test_a_number_is_shown_at_its_quartiles():
    cohort = make_cohort(5)
    rows = run(cohort, by=["dose"]).query("within == 'dose'")
    quartiles = cohort["dose"].quantile([0.25, 0.5, 0.75])
    assert rows["group"].tolist() == [f"at {float(f'{value:.3g}'):g}" for value in quartiles]
    assert rows["ratio"].notna().tolist() == [True, False, False]
    logs = np.log(rows["hazard_ratio"].to_numpy(float))
    steps = np.diff([float(group.removeprefix("at ")) for group in rows["group"]]) / 10
    assert np.diff(logs) == pytest.approx(steps * np.log(rows["ratio"].iloc[0]), rel=1e-5)
    rows = run(cohort, variable="dose", by=["age"]).query("within == 'age'")
    assert rows["level"].isna().all() and rows["hazard_ratio"].notna().all()


def test_patients_are_those_in_whom_all_is_known():
    cohort = make_cohort(6)
    cohort.loc[:49, "stage"] = None
    cohort.loc[40:59, "age"] = np.nan
    rows = run(cohort, adjust=["age"])
    assert rows.query("within == 'overall'")["patients"].tolist() == [380]
    assert rows.query("within == 'stage'")["patients"].sum() == 340
    known = cohort[60:]
    counts = known.groupby("stage")["x_event"].sum()
    assert rows.query("within == 'stage'")["events"].tolist() == counts.tolist()


def test_from_a_landmark_only_later_time_counts():
    cohort = make_cohort(7)
    rows = run(cohort, landmark_months=12)
    assert rows["patients"].iloc[0] == (cohort["x_months"] > 12).sum()


def test_levels_without_events_nobody_and_one_level_are_told():
    cohort = make_cohort(8, 60)
    quiet = (cohort["stage"] == "II") & (cohort["drug"] == "yes")
    cohort.loc[quiet, "x_event"] = 0
    row = run(cohort).query("group == 'II'").iloc[0]
    assert np.isnan(row["hazard_ratio"]) and np.isnan(row["ratio"])
    assert "no event" in row["note"] and row["interaction_p_value"] < 0.05
    alone = run(cohort.assign(stage="I")).query("within == 'stage'")
    assert alone["group"].tolist() == ["I"] and alone["interaction_p_value"].isna().all()
    for none in (cohort.assign(x_event=0.0), cohort.head(0), cohort.head(3)):
        for other in ("stage", "dose"):
            table = run(none, by=[other])
            assert table["interaction_p_value"].isna().all()
            assert table.loc[table["hazard_ratio"].isna(), "note"].notna().all()


def ugly():
    cohort = make_cohort(9, 90)
    cohort.loc[:3, "stage"] = "III"
    cohort.loc[:3, "x_event"] = [0.0, 1, 0, 0]
    item = ITEM | {"label": LONG, "by": ["stage", "dose"], "adjust": ["age"]}
    return estimate.estimate_interactions(cohort, "x", {"a": item}, VARIABLES), {"a": item}


def test_the_table_prints_what_was_found():
    found, settings = ugly()
    table = tabulate_interactions(found, "x", ENDPOINT, settings, VARIABLES)
    texts = [[cell.text for cell in row.cells] for row in table.rows]
    assert "nan" not in str(texts).lower()
    assert texts[0][0] == LONG and texts[2][0] == f"{LONG}, by {LONG}"
    assert texts[1][0] == "All patients"
    assert [row[0] for row in texts[3:6]] == [LONG, "II", "III"]
    assert texts[7][0].startswith("at ") and texts[7][0].endswith(" mg")
    assert table.rows[4].cells[5].values[0] == found.iloc[2]["ratio"]
    assert table.rows[2].cells[6].values[0] == found.iloc[1]["interaction_p_value"]
    assert table.rows[2].cells[7].values[0] == found.iloc[1]["interaction_p_adjusted"]
    assert any("2 interactions tested" in note for note in table.notes)
    assert f"{LONG}: against no; adjusted for Age." in table.notes
    hidden = privacy.hide(table, 5)
    assert [cell.text for cell in hidden.rows[5].cells[1:4]] == ["<5", "<5", "not estimable¹"]


def test_the_forest_shows_every_level_and_the_test():
    found, settings = ugly()
    figure = plot_subgroups(found, settings["a"], VARIABLES, ENDPOINT, synthetic=True)
    figure.canvas.draw()
    texts = [item.get_text() for axes in figure.axes for item in axes.texts]
    assert [texts.count(words) for words in ("p for", "interaction")] == [1, 1]
    tests = {formats.format_p(each) for each in found["interaction_p_value"].dropna()}
    assert tests <= set(texts)
    alone = {formats.format_p(each) for each in found["p_value"].dropna()} - tests
    assert alone and not alone & set(texts)  # none is tested within a subgroup
    for axes in figure.axes:
        for item in axes.texts:
            window = item.get_window_extent()
            assert not item.get_text() or (window.x0 >= -1 and window.x1 <= figure.bbox.x1 + 1)


# The plan


def test_without_the_key_nothing_is_done(plan_of, base):
    plan = plan_of(base)
    assert plan["interactions"] == {}
    assert len(list(words.list_not_done(plan))) == 1
    assert words.tell_methods(plan, {}) == [] and list(words.list_uses(plan)) == []
    assert list(words.tabulate_endpoint(plan, {}, "os")) == []


def test_mistakes_are_named_all_at_once(plan_of, base):
    base["columns"]["adjuvant_chemotherapy"] = "Adj"
    base["interactions"] = {
        "a": {"variable": "sex", "by": ["sex"]},
        "b": {"variable": "sexx", "by": ["age"]},
        "c": {"variable": "sex", "by": ["adjuvant_chemotherapy"]},
    }
    with pytest.raises(PlanError) as error:
        plan_of(base)
    found = " ".join(error.value.problems)
    assert "interactions.a: sex stands there twice." in found
    assert "interactions.b.variable: no such variable 'sexx'. Did you mean 'sex'?" in found
    assert "interactions.c: adjuvant_chemotherapy becomes known in follow-up" in found
    base["interactions"] = {
        "c": {"variable": "sex", "by": ["adjuvant_chemotherapy"], "landmark_months": 3}
    }
    plan = plan_of(base)
    assert plan["interactions"]["c"]["label"] == "Sex"
    ((heading, paragraphs),) = words.tell_methods(plan, {})
    assert heading == "Interactions" and "Sex and Adjuvant chemotherapy" in paragraphs[0]
