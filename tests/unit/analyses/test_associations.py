"""Associations: what is counted, what cannot be tested, the plan, the tables, and what stays in the hospital."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.associations import estimate, words
from crlm.analyses.associations.tables import tabulate_cells, tabulate_pairs
from crlm.display import privacy
from crlm.plan.schema import PlanError
from crlm.survival.group_tests import compare_levels
from scipy import stats

DRAWS = {"resamples": 999, "seed": 1}
VARIABLES = {
    "arm": {"label": "Arm", "kind": "categorical", "levels": ["a", "b", "c"], "level_labels": {}},
    "flag": {"label": "Flag", "kind": "binary", "levels": ["no", "yes"], "level_labels": {}},
    "late": {"label": "Late", "kind": "binary", "levels": ["no", "yes"], "level_labels": {}},
    "titre": {"label": "Titre", "kind": "continuous", "unit": "U/L", "levels": []},
    "dose": {"label": "Dose", "kind": "count", "levels": []},
}


def settings(variable, *others, made_of=(), late=()):
    item = {"label": VARIABLES[variable]["label"], "variable": variable, "with": list(others)}
    return {"x": item | {"made_of": list(made_of), "late": list(late)}}


def run(cohort, plan):
    pairs, cells = estimate.estimate_associations(cohort, plan, VARIABLES, DRAWS)
    return pairs.set_index("other"), cells


@pytest.fixture
def cohort():
    draw = np.random.default_rng(4)
    table = pd.DataFrame(
        {
            "arm": draw.choice(["a", "b", "c"], 90).astype(object),
            "flag": draw.choice(["no", "yes"], 90).astype(object),
            "late": draw.choice(["no", "yes"], 90).astype(object),
            "titre": draw.lognormal(3, 1, 90).round(1),
            "dose": draw.poisson(3, 90).astype(float),
        }
    )
    table.loc[:9, "flag"] = None
    table.loc[5:20, "titre"] = np.nan
    return table


def test_who_is_counted(cohort):
    pairs, cells = run(cohort, settings("flag", "arm", "titre", "dose"))
    assert pairs["patients"].tolist() == [80, 69, 80]
    assert pairs["missing_variable"].tolist() == [10, 10, 10]
    assert pairs["missing_other"].tolist() == [0, 16, 0]
    assert cells.groupby("other")["count"].sum().to_dict() == {"arm": 80, "dose": 80, "titre": 69}
    known = cohort.dropna(subset=["flag", "titre"])
    (row,) = cells.query("other == 'titre' and group == 'yes'").to_dict("records")
    mine = known.loc[known["flag"] == "yes", "titre"]
    assert [row["count"], row["median"]] == [len(mine), mine.median()]
    assert row["q1"] == mine.quantile(0.25)
    (row,) = cells.query("other == 'arm' and group == 'no' and level == 'b'").to_dict("records")
    no = cohort[cohort["flag"] == "no"]
    assert row["count"] == (no["arm"] == "b").sum()
    assert row["percent"] == pytest.approx(100 * row["count"] / len(no))


def test_holm_is_over_all_pairs_of_the_plan(cohort):
    plan = settings("flag", "late", "titre") | {"y": settings("dose", "titre")["x"]}
    pairs, _ = estimate.estimate_associations(cohort, plan, VARIABLES, DRAWS)
    p = np.sort(pairs["p_value"])
    stepped = np.maximum.accumulate(np.minimum(p * [3, 2, 1], 1))
    assert sorted(pairs["p_adjusted"]) == pytest.approx(stepped)


def test_a_shift_is_turned_by_turning_the_groups(cohort):
    found = estimate.shift(np.array([1.0, 2, 4]), np.array([3.0, 5, 9, 11]))
    other = estimate.shift(np.array([3.0, 5, 9, 11]), np.array([1.0, 2, 4]))
    assert (
        found["estimate"] == -other["estimate"] == 4.5
    )  # of 12 differences: 4 and 5 in the middle
    assert (found["lower"], found["upper"]) == (-other["upper"], -other["lower"])


def test_the_interval_of_the_shift_holds_the_truth_in_about_95_of_100_samples():
    draw, held = np.random.default_rng(2), 0
    for _ in range(400):
        row = estimate.shift(draw.exponential(2, 25), draw.exponential(2, 30) + 1)
        held += row["lower"] <= 1 <= row["upper"]
    assert 368 <= held <= 392


def test_what_cannot_be_said_is_said_in_words():
    table = pd.DataFrame({"flag": [None, "no"], "titre": [3.0, None], "dose": [1.0, 1.0]})
    table["late"], table["arm"] = ["no", "no"], ["a", "b"]
    pairs, _ = run(table.astype({"flag": object}), settings("titre", "flag", "late", "arm", "dose"))
    assert pairs.loc["flag", "note"] == "nobody in whom both are known"
    same = "one of them is the same in all these patients"
    assert pairs.loc[["late", "arm", "dose"], "note"].tolist() == [same] * 3
    assert pairs["p_value"].isna().all() and pairs["p_adjusted"].isna().all()
    shown = tabulate_pairs(pairs.reset_index(), settings("titre", "flag", "late"), VARIABLES)
    texts = [cell.text for row in shown.rows for cell in row.cells]
    assert "nan" not in " ".join(texts).lower()
    assert any("Nobody in whom both are known." in note for note in shown.notes)


def test_the_odds_ratio_and_the_shift_say_what_they_compare(cohort):
    """Both turned by hand: more of `yes` in `yes`, higher numbers in `c`."""
    flag = ["no"] * 30 + ["yes"] * 30
    late = ["no"] * 25 + ["yes"] * 5 + ["no"] * 10 + ["yes"] * 20
    arm = ["a"] * 20 + ["c"] * 40
    table = pd.DataFrame({"flag": flag, "late": late, "arm": arm, "dose": [1.0] * 20 + [4.0] * 40})
    pairs, _ = run(table, settings("flag", "late"))
    row = pairs.loc["late"]
    assert row["estimate"] > 1 and row[["level", "group", "reference"]].tolist() == [
        "yes",
        "yes",
        "no",
    ]
    for plan in (settings("arm", "dose"), settings("dose", "arm")):
        row = estimate.estimate_associations(table, plan, VARIABLES, DRAWS)[0].iloc[0]
        assert row["estimate"] == 3 and row[["group", "reference"]].tolist() == ["c", "a"]


def test_nobody_at_all(cohort):
    pairs, cells = run(cohort.head(0), settings("flag", "arm", "titre"))
    assert pairs["patients"].tolist() == [0, 0]
    table = tabulate_cells(cells, "x", settings("flag", "arm", "titre")["x"], VARIABLES)
    assert [cell.text for cell in table.rows[-1].cells[1:3]] == ["0", "0"]


def test_an_empty_cell_leaves_an_odds_ratio_with_one_limit():
    table = pd.DataFrame({"flag": ["no"] * 14 + ["yes"] * 11, "late": ["no"] * 20 + ["yes"] * 5})
    pairs, _ = run(table, settings("flag", "late"))
    row = pairs.loc["late"]
    assert pd.isna(row["estimate"]) and pd.isna(row["upper"]) and row["lower"] > 1
    shown = tabulate_pairs(pairs.reset_index(), settings("flag", "late"), VARIABLES)
    assert shown.rows[1].cells[5].text.startswith("OR ≥ 1.5")


def test_what_is_made_of_the_variable_is_not_tested(cohort):
    pairs, cells = run(cohort, settings("flag", "late", made_of=["late"]))
    assert pairs.loc["late", "note"] == "not tested: one of them is made of the other"
    assert len(cells) == 4


def test_random_pairs_are_rarely_significant():
    """Of 300 pairs that have nothing to do with one another about 15 have p below 0.05, of each kind."""
    draw, p = np.random.default_rng(8), []
    for _ in range(300):
        flag = pd.Series(draw.choice(["no", "yes"], 40))
        titre = pd.Series(draw.exponential(1, 40))
        p.append(estimate.compare([flag, titre], [["no", "yes"], []], DRAWS, False)["p_value"])
    assert 6 <= (np.array(p) < 0.05).sum() <= 24
    assert stats.kstest(p, "uniform").pvalue > 0.01


def test_the_tables_print_what_was_found(cohort):
    plan = settings("flag", "arm", "titre", "late", late=["late"])
    pairs, cells = run(cohort, plan)
    table = tabulate_pairs(pairs.reset_index(), plan, VARIABLES)
    assert [row.cells[0].text for row in table.rows] == [
        "Flag, and",
        "Arm",
        "Titre (U/L)",
        "Late",
    ]
    assert [row.cells[4].text for row in table.rows[1:]] == [
        "",
        "yes against no",
        "yes: yes against no",
    ]
    cell = table.rows[2].cells[5]
    assert cell.values == tuple(pairs.loc["titre", ["estimate", "lower", "upper"]])
    assert cell.text.startswith("shift ")
    assert "Known only in follow-up" in table.notes[-1] and table.notes[-1].endswith("Late.")
    inner = tabulate_cells(cells, "x", plan["x"], VARIABLES)
    assert [column.label for column in inner.columns] == ["", "no", "yes", "All"]
    counts = {row.cells[0].text: row.cells[3].values[0] for row in inner.rows if row.indent}
    known = cohort[cohort["flag"].notna()]
    assert counts["b"] == (known["arm"] == "b").sum()
    # a number: the levels of the others below one another
    plan = settings("titre", "arm", "dose")
    _, cells = run(cohort, plan)
    inner = tabulate_cells(cells, "x", plan["x"], VARIABLES)
    assert [row.cells[0].text for row in inner.rows] == ["Arm", "a", "b", "c"]


def test_small_counts_are_hidden_with_what_they_follow_from():
    flag = ["no"] * 40 + ["yes"] * 20
    arm = ["a"] * 37 + ["b"] * 3 + ["a"] * 10 + ["b"] * 10
    table = pd.DataFrame({"flag": flag, "arm": arm, "titre": [1.0] * 20 + [2.0] * 40})
    table.loc[3:59, "titre"] = np.nan
    plan = settings("flag", "arm", "titre")
    pairs, cells = run(table, plan)
    shown = privacy.hide(tabulate_cells(cells, "x", plan["x"], VARIABLES), 5)
    texts = [cell.text for row in shown.rows for cell in row.cells]
    assert "<5" in texts and not any(text.startswith("3 (") for text in texts)
    rows = {row.cells[0].text: [cell.text for cell in row.cells[1:3]] for row in shown.rows}
    assert rows["a"] == ["withheld", "withheld"] and rows["b"] == ["<5", "withheld"]
    assert rows["Titre (U/L), median [Q1–Q3]"][0] == "<5"
    masked = privacy.mask(cells, 5)
    assert masked["count"].map(str).tolist()[:2] == ["withheld", "<5"]
    assert masked.loc[masked["other"] == "titre", "median"].isna().all()
    masked = privacy.mask(pairs.reset_index(), 5).set_index("other")
    assert masked.loc["titre", "patients"] == "<5"


# The plan


def test_without_the_key_nothing_is_done(plan_of, base):
    plan = plan_of(base)
    assert plan["associations"] == {}
    assert len(list(words.list_not_done(plan))) == 1
    assert words.tell_methods(plan, {}) == [] and words.list_references(plan) == []
    assert list(words.list_uses(plan)) == [] and list(words.tabulate_study(plan, {})) == []


def test_what_the_plan_names(plan_of, base):
    base["associations"] = {"x": {"variable": "sex", "with": ["age"]}}
    item = plan_of(base)["associations"]["x"]
    assert item == {
        "variable": "sex",
        "with": ["age"],
        "label": "Sex",
        "made_of": [],
        "late": [],
    }


def test_mistakes_are_named_all_at_once(plan_of, base):
    base["associations"] = {
        "x": {"variable": "sex", "with": ["sex", "aeg"]},
        "y": {"variable": "resection_date", "with": ["age"]},
    }
    with pytest.raises(PlanError) as error:
        plan_of(base)
    found = " ".join(error.value.problems)
    assert "associations.x: sex stands there twice." in found
    assert "associations.x.with: no such variable 'aeg'. Did you mean 'age'?" in found
    assert "associations.y.variable: resection_date" in found


def test_a_small_table_by_random_tables_is_near_its_exact_p_value():
    """Of the three places of the one in the first row, probabilities 3/5, 1/5 and 1/5, two are as rare as this one."""
    name, p_value = compare_levels(
        np.array([[0, 1, 0], [3, 0, 1]]), {"resamples": 10_000, "seed": 1}
    )
    assert name == "Fisher-Freeman-Halton" and isinstance(p_value, float)
    assert abs(p_value - 0.4) < 4 * (0.24 / 10_000) ** 0.5
