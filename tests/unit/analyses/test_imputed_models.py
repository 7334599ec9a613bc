"""Models after multiple imputation: what is imputed, how it is pooled, and words where nothing can be."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.imputed_models import estimate, plan, tables
from crlm.survival.cox import fit_models
from crlm.survival.imputation import impute
from crlm.survival.pooling import pool
from plan_inputs import make_study

NUMBER = {"label": "Age", "kind": "continuous", "per": 10, "transform": "none", "levels": []}
LEVEL = {"label": "Node", "kind": "binary", "levels": ["no", "yes"], "level_labels": {}}
POINTS = {"label": "Points", "kind": "count", "score": "points", "levels": [], "transform": "none"}
VARIABLES = {"age": NUMBER, "node": LEVEL, "points": POINTS, "helper": NUMBER}
SCORE = {
    "label": "Points",
    "base": 0,
    "components": {
        "old": {
            "label": "Old",
            "variable": "age",
            "points": [{"operator": ">", "threshold": 60, "points": 1}],
        },
    },
    "proxies": {},
    "overrides": [],
    "groups": {},
}


def make(size=300, seed=1, gap=0.3):
    random = np.random.default_rng(seed)
    age = random.normal(60, 10, size)
    node = random.random(size) < 0.5
    hazard = np.exp(0.05 * (age - 60) + 0.8 * node) / 40
    months, lost = random.exponential(1 / hazard), random.uniform(10, 100, size)
    cohort = pd.DataFrame({"os_months": np.minimum(months, lost), "age": age})
    cohort["os_event"] = (months <= lost).astype(float)
    cohort["node"] = pd.Categorical(np.where(node, "yes", "no"), ["no", "yes"])
    # the more often the older: missing at random
    cohort.loc[random.random(size) < gap * (age > 55), "node"] = np.nan
    return cohort


def settle(cohort, names=("age", "node"), imputations=5, **more):
    model = {
        "label": "Both",
        "variables": {name: VARIABLES[name] for name in names},
        "strata": [],
        "cluster": None,
    }
    settings = {
        "models": {"both": model},
        "scores": {},
        "targets": {name: VARIABLES[name] for name in names},
        "derived": {},
        "auxiliary": {},
        "imputations": imputations,
        "iterations": 2,
        **more,
    }
    cox = fit_models(cohort, "os", {"both": {"variables": list(names)}}, VARIABLES).coefficients
    return settings, cox


def assess(cohort, **more):
    settings, cox = settle(cohort, **more)
    return estimate.assess_imputed_models(cohort, "os", settings, cox, 1), cox


def pick(table, analysis, variable, level=None):
    rows = table[(table["analysis"] == analysis) & (table["variable"] == variable)]
    return rows[rows["level"].isna() if level is None else rows["level"] == level].iloc[0]


def test_complete_cases_are_those_that_were_printed_and_everybody_is_imputed():
    cohort = make()
    table, cox = assess(cohort)
    complete = table[table["analysis"] == "complete"]
    assert complete["coef"].tolist() == cox["coef"].tolist()
    known = cohort["node"].notna()
    assert set(complete["patients"]) == {known.sum()}
    imputed = table[table["analysis"] == "imputed"]
    assert set(imputed["patients"]) == {len(cohort)}
    assert set(imputed["events"]) == {int(cohort["os_event"].sum())}
    assert pick(table, "imputed", "node", "yes")["missing"] == (~known).sum()
    assert pick(table, "imputed", "age")["missing"] == 0


def test_pooling_is_that_of_fits_by_lifelines():
    """A recount: every completed table by lifelines, and Rubin's rules over them."""
    from lifelines import CoxPHFitter

    cohort = make()
    settings, cox = settle(cohort)
    imputed = impute(cohort, "os", settings["targets"], {}, 5, 1, 2)
    coefs, variances = [], []
    for table in imputed.tables:
        data = cohort[["os_months", "os_event"]].assign(
            age=table["age"] / 10, node=(table["node"] == "yes").astype(float)
        )
        fit = CoxPHFitter().fit(data, "os_months", "os_event")
        coefs.append(fit.params_.to_numpy())
        variances.append(np.diag(fit.variance_matrix_))
    expected = pool(coefs, variances, cohort["os_event"].sum() - 2)
    table = estimate.assess_imputed_models(cohort, "os", settings, cox, 1)
    for place, key in enumerate([("age",), ("node", "yes")]):
        row = pick(table, "imputed", *key)
        assert row["coef"] == pytest.approx(expected["estimate"][place], rel=1e-5)
        assert row["se"] == pytest.approx(expected["se"][place], rel=1e-5)
        assert row["fmi"] == pytest.approx(expected["fmi"][place], rel=1e-4)


def test_information_is_gained_where_nothing_was_missing():
    table, _ = assess(make(600), imputations=10)
    age, node = (pick(table, "imputed", *key) for key in (("age",), ("node", "yes")))
    assert age["se"] < pick(table, "complete", "age")["se"]
    assert 0 <= age["fmi"] < node["fmi"] < 1
    assert node["lower"] < np.exp(0.8) < node["upper"]


def test_a_score_is_computed_anew_from_its_imputed_components():
    cohort = make()
    cohort.loc[::4, "age"] = np.nan
    cohort["points"] = (cohort["age"] > 60).astype(float).where(cohort["age"].notna())
    settings, cox = settle(cohort, ("points", "node"))
    settings |= {
        "scores": {"points": SCORE},
        "targets": {"age": NUMBER, "node": LEVEL},
    }
    for table in estimate.impute_patients(cohort, "os", settings, 1):
        assert table["age"].notna().all()
        assert table["points"].tolist() == (table["age"] > 60).astype(float).tolist()
    found = estimate.assess_imputed_models(cohort, "os", settings, cox, 1)
    assert pick(found, "imputed", "points")["patients"] == len(cohort)
    assert pick(found, "imputed", "points")["missing"] == cohort["points"].isna().sum()


@pytest.mark.parametrize(
    ("cohort", "words"),
    [
        (make(gap=0), "nothing is missing: as the complete cases"),
        (make(8), "events, fewer than"),
        (make().assign(os_event=0.0), "0 events, fewer than"),
        (make().head(0), "0 events, fewer than"),
        (make().assign(os_entry=0.0), "only from a later time"),
    ],
    ids=["nothing missing", "eight", "no event", "nobody", "delayed entry"],
)
def test_words_where_nothing_is_imputed(cohort, words):
    table, _ = assess(cohort)
    imputed = table[table["analysis"] == "imputed"]
    assert imputed["hazard_ratio"].isna().all() and len(imputed)
    assert imputed["note"].str.contains(words).all()


def test_a_level_that_comes_and_goes_is_not_estimable():
    single = [{("x", "b"): (0.5, 0.1)}, {}]
    fits = [(None, each, {}, {"x": "a"}) for each in single]
    row = estimate.pool_term(fits, "x", "b", "a", 50)
    assert row == {"note": "not estimable in 1 of 2 imputed data sets"}
    other = [(None, single[0], {}, {"x": each}) for each in ("a", "c")]
    assert "1 of 2" in estimate.pool_term(other, "x", "b", "a", 50)["note"]


def test_the_table_has_both_answers():
    table, _ = assess(make())
    settings, _ = settle(make())
    endpoint = {"label": "Survival", "abbreviation": "OS"}
    shown = tables.tabulate_imputed_models(table, "os", endpoint, settings, VARIABLES)
    assert [row.cells[0].text for row in shown.rows] == [
        *("Both", "Patients", "Events", "Age, per 10", "Node", "no", "yes")
    ]
    row = next(row for row in shown.rows if row.cells[0].text == "yes")
    assert row.cells[4].values[0] == pick(table, "imputed", "node", "yes")["hazard_ratio"]
    assert row.cells[6].values[0] == 100 * pick(table, "imputed", "node", "yes")["fmi"]


def resolve(settings, models=None):
    analysis = {
        "age": NUMBER | {"timing": "baseline"},
        "node": LEVEL | {"timing": "pathology"},
        "relapse": LEVEL | {"timing": "follow_up"},
    }
    model = {
        "label": "M",
        "variables": ["age", "node"],
        "strata": [],
        "cluster": None,
        "splines": {},
    }
    late = model | {"landmark_months": 6}
    models = {"main": model | {"landmark_months": None}, "late": late} if models is None else models
    study = make_study(analysis, models={"univariable": model, **models})
    defaults = {"models": None, "imputations": 20, "iterations": 10, "auxiliary": []}
    found = plan.resolve(None if settings is None else defaults | settings, study)
    return found, study.problems


def test_every_model_without_a_landmark_is_imputed():
    found, problems = resolve({})
    assert list(found["models"]) == ["main"] and problems == []
    assert list(found["targets"]) == ["age", "node"]
    assert resolve(None) == ({}, [])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"models": ["mian"]}, "no multivariable model 'mian'. Did you mean 'main'?"),
        ({"models": ["late"]}, "late has a landmark"),
        ({"auxiliary": ["relapse"]}, "relapse becomes known in follow-up"),
        ({"auxiliary": ["nothing"]}, "no such variable 'nothing'"),
    ],
)
def test_mistakes_of_the_plan_are_named(settings, words):
    _, problems = resolve(settings)
    assert len(problems) == 1 and words in problems[0]


def test_a_plan_without_a_model_is_told():
    _, problems = resolve({}, {})
    assert problems == [
        "imputed_models: no multivariable model of the plan starts without a landmark."
    ]
