"""The main estimates under other conventions: what cannot be known, which models, and the table."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.conventions import estimate, words
from crlm.analyses.conventions.tables import CONVENTIONS, tabulate_conventions
from crlm.survival import cox, kaplan_meier
from display_inputs import make_plan, make_results

VARIABLES = {
    "stage": {"kind": "ordinal", "levels": ["I", "II", "III"]},
    "age": {"kind": "continuous", "per": 10},
}
MODELS = {"main": {"variables": ["age", "stage"]}}


def make_cohort(months, event, **columns):
    table = pd.DataFrame({"os_months": months, "os_event": event}, dtype=float)
    return table.assign(grouping_overall="all", **columns)


@pytest.fixture
def cohort():
    random = np.random.default_rng(4)
    n = 90
    stage = random.choice(["I", "II", "III"], n)
    return make_cohort(
        np.ceil(random.exponential(20, n)),
        (random.random(n) < 0.7) & (stage != "II"),
        stage=stage,
        age=random.normal(60, 10, n),
        surgeon=random.integers(0, 40, n),
    )


def compare(cohort, models=MODELS, times=(12.0, 24.0, 900.0)):
    fits = cox.fit_models(cohort, "os", models, VARIABLES)
    tables = {
        **kaplan_meier.estimate_groups(cohort, "os", {"overall": {"groups": ["all"]}}, times),
        "cox": fits.coefficients,
        "ph": fits.proportional_hazards,
    }
    plan = {"endpoints": {"os": {}}, "models": models, "variables": VARIABLES}
    return estimate.compare_conventions(cohort, plan, {"endpoints": {"os": tables}})


def pick(table, quantity, convention):
    return table[(table["quantity"] == quantity) & (table["convention"] == convention)].iloc[0]


def test_every_convention_has_words_and_a_row(cohort):
    table = compare(cohort)
    assert list(table.columns) == estimate.COLUMNS
    assert set(table["convention"]) == set(CONVENTIONS)
    assert table.groupby("quantity")["printed"].sum().eq(1).all()
    assert (table.loc[table["quantity"] == "survival", "time"] == 24).all()  # 900 is not reached


def test_at_risk_before_and_after_the_events_of_the_landmark():
    table = compare(make_cohort([5, 12, 12, 12, 20], [1, 1, 1, 0, 1]), {}, [12.0])
    assert pick(table, "at_risk", "before")["estimate"] == 4
    assert pick(table, "at_risk", "after")["estimate"] == 2


@pytest.mark.parametrize(
    ("months", "event", "survival"),
    [([5, 13], [0, 0], 1), ([5, 13], [0, 1], 1), ([5, 6], [1, 1], 0), ([7], [1], 0)],
)
def test_no_limits_where_survival_is_one_or_zero(months, event, survival):
    table = compare(make_cohort(months, event, age=60.0, stage="I"), times=[12.0])
    for convention in ("log_log", "log", "plain"):
        row = pick(table, "survival", convention)
        assert row["estimate"] == survival
        assert row[["lower", "upper"]].isna().all()
    assert set(table["quantity"]) == {"survival", "at_risk", "median"}  # no model of two patients


def test_limits_are_cut_at_zero_and_one():
    table = compare(make_cohort([1, 2, 3, 4], [1, 0, 0, 0]), {}, [1.0])
    assert pick(table, "survival", "plain")["upper"] == 1
    table = compare(make_cohort([1, 2, 3, 4], [1, 1, 1, 0]), {}, [3.0])
    assert pick(table, "survival", "plain")["lower"] == 0


def test_nobody_and_no_landmark():
    nobody = make_cohort([np.nan], [np.nan], age=60.0, stage="I")
    assert compare(nobody).empty
    table = compare(make_cohort([1, 2, 3], [1, 1, 0]), {}, [12.0])
    assert set(table["quantity"]) == {"median"}
    assert tabulate_conventions(compare(nobody), {"endpoints": {}}).rows == ()


def test_a_level_without_events_is_at_its_limit_in_both_treatments_of_ties(cohort):
    """Its patients are in no comparison: the ratio of age is that of the others."""
    whole = compare(cohort)
    others = compare(cohort[cohort["stage"] != "II"])
    for convention in ("efron", "breslow"):
        found, expected = (pick(each, "hazard_ratio", convention) for each in (whole, others))
        values = found[["estimate", "lower", "upper"]].astype(float)
        assert values.to_numpy() == pytest.approx(
            expected[["estimate", "lower", "upper"]].astype(float).to_numpy(), rel=1e-8
        )
    ratio = pick(compare(cohort, {"main": {"variables": ["stage"]}}), "hazard_ratio", "breslow")
    assert ratio["level"] == "III"


def test_without_ties_both_treatments_agree(cohort):
    untied = cohort.assign(os_months=cohort["os_months"] + np.arange(len(cohort)) / 1000)
    table = compare(untied)
    one, other = (pick(table, "hazard_ratio", each) for each in ("efron", "breslow"))
    for key in ("estimate", "lower", "upper"):
        assert one[key] == pytest.approx(other[key], rel=1e-8)


def test_which_models_are_shown(cohort):
    alone = {"univariable": {"variables": ["stage", "age"]}}
    assert set(compare(cohort, alone)["variable"].dropna()) == {"stage"}
    both = {**alone, **MODELS, "second": {"variables": ["age"]}}
    assert set(compare(cohort, both)["model"].dropna()) == {"main", "second"}
    # no counterpart of robust errors or of Firth's penalty
    robust = {"clustered": {"variables": ["age"], "cluster": "surgeon"}}
    penalised = {"penalised": {"variables": ["stage"], "separated": "firth"}}
    assert compare(cohort, {**robust, **penalised})["model"].isna().all()
    assert set(compare(cohort, {**alone, **robust})["model"].dropna()) == {"univariable"}


def test_the_table_marks_what_is_printed():
    plan = make_plan()
    results = make_results(plan)
    (table,) = words.tabulate_last(plan, results)
    rows = [[cell.text for cell in row.cells] for row in table.rows]
    assert [row[0] for row in rows].count("Alpha-free survival") == 1
    assert len(rows) <= 10
    assert rows[1][1:4] == [
        "80.0 (70.0–90.0)",
        "log-log limits (SAS, Stata, lifelines)",
        "80.0 (71.0–91.0)",
    ]
    assert rows[1][4:] == ["log limits", "R"]
    assert rows[4][1] == rows[4][3] == "not reached"
    assert rows[5][:2] == ["Adjusted: Weight, per 5 kg: hazard ratio", "1.00 (0.80–1.20)"]
    assert rows[6][1] == "0.300" and rows[6][3] == "0.045"
