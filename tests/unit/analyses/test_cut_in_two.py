"""Hazard ratios of two groups where there is nothing to compare, as they are told, numbered and computed again."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.cross_check import estimate as cross_check
from crlm.analyses.kaplan_meier.answers import answer
from crlm.analyses.kaplan_meier.estimate import RATIOS, fit_ratios
from crlm.analyses.kaplan_meier.numbers import list_numbers
from crlm.analyses.kaplan_meier.tables import find_hazard_ratio
from crlm.analyses.kaplan_meier.words import tell_methods
from crlm.display import privacy
from crlm.job import storage
from crlm.survival import kaplan_meier, tests
from display_inputs import grouping, make_plan, make_results

GROUPS = ["below_3", "from_3"]
SPEC = {**grouping("Sum", GROUPS, variables=["sum"], cuts=[3]), "note": None}


def make_cohort(sizes=(40, 30), rates=(0.02, 0.06), seed=3):
    """Patients of two groups with exponential times, censored at 40 months; one more is in neither."""
    random = np.random.default_rng(seed)
    months = random.exponential(1 / np.repeat(rates, sizes)) + 0.1
    group = [*np.repeat(GROUPS, sizes), None]
    return pd.DataFrame(
        {
            "alpha_months": [*np.minimum(months, 40), 5],
            "alpha_event": [*(months < 40).astype(float), 1],
            "grouping_cut": pd.Categorical(group, GROUPS),
        }
    )


def fit(cohort, month=None):
    return fit_ratios(cohort, "alpha", {"cut": {"groups": GROUPS, "landmark_months": month}})


def find(cohort):
    patients = cohort["grouping_cut"].value_counts()
    return find_hazard_ratio(fit(cohort), patients[patients > 0].to_dict())


def test_the_ratio_is_that_of_the_patients_of_the_curves():
    row = find(make_cohort())
    assert row["level"] == "from_3" and row["reference"] == "below_3"
    assert row["hazard_ratio"] > 1 and row["patients"] == 30
    table = fit(make_cohort())
    assert find_hazard_ratio(table, {"below_3": 40, "from_3": 29}) is None
    assert find_hazard_ratio(table, {"below_3": 40}) is None
    assert find_hazard_ratio(table[:0], {"below_3": 40, "from_3": 30}) is None


def make_without_events(*groups):
    cohort = make_cohort()
    cohort.loc[cohort["grouping_cut"].isin(groups), "alpha_event"] = 0.0
    return cohort


@pytest.mark.parametrize(
    ("cohort", "note"),
    [
        (make_without_events("from_3"), "not estimable: no event among 30 patients"),
        (make_without_events("below_3"), "not estimable: no event among 40 patients; the reference is from_3"),
        (make_without_events(*GROUPS), "not estimable: no event among 30 patients"),
        (make_cohort((40, 0)), "no patient at this level"),
        (make_cohort((1, 0)), "no patient at this level"),
        (make_cohort().head(0), "no patient at this level"),
    ],
    ids=["no event", "no event in the reference", "no events", "one group", "one patient", "nobody"],
)  # fmt: skip
def test_nothing_to_compare_is_said(cohort, note):
    table = fit(cohort)
    assert table["level"].tolist() == GROUPS and note in table["note"].tolist()
    assert find(cohort) is None
    assert table["ph_p_value"].isna().all()


def test_nothing_is_asked_for():
    table = fit_ratios(make_cohort(), "alpha", {})
    assert list(table.columns) == RATIOS and table.empty


def tell(cohort, tmp_path, small_cells=None):
    """(plan, results, ratios, the first screen's sentences as Answers) of a cohort whose main comparison is a number cut in two."""
    plan = make_plan()
    plan["groupings"] = {"cut": SPEC}
    plan["main"] |= {"grouping": "cut", "endpoints": ["alpha"]}
    plan["output"]["privacy"] = {"small_cells": small_cells}
    results = make_results(plan)
    result = results["endpoints"]["alpha"]
    result |= kaplan_meier.estimate_groups(cohort, "alpha", plan["groupings"], [12])
    result |= {"tests": tests.compare_groups(cohort, "alpha", plan["groupings"])}
    storage.write_table(fit(cohort), tmp_path / "ratios.csv")
    result["ratios"] = storage.read_table(tmp_path / "ratios.csv")
    return plan, results, result["ratios"], list(answer(plan, results))


def test_the_first_screen_tells_the_ratio_with_its_key(tmp_path):
    plan, results, ratios, (told,) = tell(make_cohort(), tmp_path)
    row = ratios.iloc[1]
    said = f"{row['hazard_ratio']:.2f} ({row['lower']:.2f}–{row['upper']:.2f})"
    assert f"(hazard ratio {said} of From_3 against Below_3; log-rank test, p" in told.text
    assert "hazards are doubtful" not in told.text
    numbers = {each.key: each for each in list_numbers(plan, results)}
    key = dict(told.pieces)[said]
    assert key == "alpha_hr_univariable_grouping_cut_from_3"
    assert numbers[key].texts[0] == said and numbers[key].values[0] == row["hazard_ratio"]
    assert numbers[key.replace("_hr_", "_hr_p_")].values == (row["p_value"],)
    assert "alpha_hr_univariable_grouping_cut_below_3" not in numbers
    (_, (methods,)) = next(iter(tell_methods(plan, results)))
    assert "are those of a Cox model of the groups alone, unadjusted." in methods


def test_hazards_that_change_are_told_from_the_same_model(tmp_path):
    """The second group has its events first, then none."""
    cohort = make_cohort((60, 60), (0.02, 0.02))
    late = cohort["grouping_cut"] == "from_3"
    cohort.loc[late, "alpha_months"] = np.where(np.arange(60) % 2, 39, np.linspace(0.1, 4, 60))
    cohort.loc[late, "alpha_event"] = (cohort.loc[late, "alpha_months"] < 5).astype(float)
    _, _, ratios, (told,) = tell(cohort, tmp_path)
    assert ratios["ph_p_value"][1] < 0.001
    assert "Proportional hazards are doubtful (p < 0.001): the difference may change" in told.text


@pytest.mark.parametrize("small_cells", [None, 9])
def test_groups_of_few_have_no_ratio_in_words(tmp_path, small_cells):
    _, _, ratios, (told,) = tell(make_cohort((40, 7)), tmp_path, small_cells)
    assert ("hazard ratio" in told.text) == (small_cells is None)
    masked = privacy.mask(ratios, small_cells or 0)
    assert masked["hazard_ratio"].notna().tolist() == [True, small_cells is None]


@pytest.mark.parametrize("cohort", [make_without_events(*GROUPS), make_cohort((40, 0)), make_cohort().head(0)])  # fmt: skip
def test_nothing_to_compare_is_told_without_a_ratio(tmp_path, cohort):
    *_, told = tell(cohort, tmp_path)
    assert not any("hazard ratio" in each.text for each in told)


@pytest.mark.parametrize("month", [None, 6])
@pytest.mark.parametrize("error", [0, 1e-5])
def test_it_is_computed_again(error, month):
    cohort, groupings = make_cohort(), {"cut": {**SPEC, "landmark_months": month}}
    plan = {"endpoints": {"alpha": {}}, "groupings": groupings}
    table = fit(cohort, month).assign(hazard_ratio=lambda rows: rows["hazard_ratio"] * (1 + error))
    rows = cross_check.check_ratios(cohort, "alpha", plan, {"ratios": table})
    found = {what: (first, second) for _, what, first, _, second, _ in rows}
    limits = {f"{side} limit of the hazard ratio" for side in ("lower", "upper")}
    assert set(found) == {"hazard ratio", "standard error", "p (hazard ratio)", *limits}
    first, second = found["hazard ratio"]
    assert (first == pytest.approx(second, rel=1e-9)) == (not error)


@pytest.mark.parametrize("groups", [GROUPS, ["from_3"]])
def test_what_has_no_ratio_is_not_computed_again(groups):
    cohort = make_without_events(*groups)
    plan, results = {"groupings": {"cut": SPEC}}, {"ratios": fit(cohort)}
    assert list(cross_check.check_ratios(cohort, "alpha", plan, results)) == []
