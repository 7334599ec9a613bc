"""Which predictors a plan compares head to head."""

import pytest
from crlm.analyses.performance import plan
from plan_inputs import make_study

ANALYSIS = {
    "points": {
        "label": "Points",
        "kind": "count",
        "levels": [],
        "score": "points",
        "marks": [],
        "timing": "baseline",
    },
    "points_group": {
        "label": "Group",
        "kind": "ordinal",
        "levels": ["low", "high"],
        "score": "points",
        "marks": [],
        "timing": "baseline",
    },
    "formula": {
        "label": "Formula",
        "kind": "continuous",
        "levels": [],
        "score": "formula",
        "marks": [],
        "timing": "baseline",
    },
    "repeat": {
        "label": "Repeat",
        "kind": "count",
        "levels": [],
        "score": "repeat",
        "marks": [],
        "timing": "follow_up",
    },
    "pattern": {
        "label": "Pattern",
        "kind": "categorical",
        "levels": ["a", "b"],
        "marks": ["recalled"],
        "timing": "pathology",
    },
    "age": {"label": "Age", "kind": "continuous", "levels": []},
}
GROUPINGS = {"overall": {"variables": []}, "by_group": {"variables": ["points_group"]}}
MODELS = {
    "univariable": {
        "variables": ["age", "points"],
        "landmark_months": None,
        "strata": [],
        "label": "U",
    },
    "both": {
        "variables": ["points", "pattern"],
        "landmark_months": None,
        "strata": [],
        "label": "Both",
    },
    "late": {"variables": ["age"], "landmark_months": 3, "strata": [], "label": "Late"},
}


def resolve(predictors=(), models=()):
    study = make_study(ANALYSIS, groupings=GROUPINGS, models=MODELS)
    settings = {"predictors": list(predictors), "models": list(models)}
    return plan.resolve(settings, study), study.problems


def test_without_a_list_what_groupings_and_models_name():
    found, problems = resolve()
    assert problems == []
    assert list(found) == ["points_group", "points", "pattern", "model_both"]
    assert found["points"] == {"label": "Points", "kind": "score", "column": "points"}
    assert found["points_group"]["ordered"] is True
    assert found["pattern"]["ordered"] is False
    assert list(found["model_both"]["variables"]) == ["points", "pattern"]


def test_a_number_that_is_not_a_score_is_fitted_in_the_cohort():
    found, _ = resolve(["age"])
    assert found["age"] == {"label": "Age", "kind": "model", "variables": {"age": ANALYSIS["age"]}}


def test_all_stands_for_every_score_and_rule_known_at_resection():
    found, problems = resolve(["all"])
    assert problems == []
    assert list(found) == ["points", "points_group", "formula", "pattern", "model_both"]
    assert found["formula"]["kind"] == "score"  # its direction is the score's, not the cohort's


@pytest.mark.parametrize(
    ("published", "kept"),
    [
        ([], "points"),
        ([{"value": 1}, {"group": "low"}], "points"),
        ([{"group": "low"}], "points_group"),
    ],
)
def test_groups_of_one_value_each_say_what_the_points_say(published, kept):
    groups = {"low": {"from": 0, "to": 0}, "high": {"from": 1, "to": 1}}
    scores = {"points": {"groups": groups, "published": published}}
    study = make_study(ANALYSIS, groupings=GROUPINGS, models=MODELS, scores=scores)
    found = plan.resolve({"predictors": ["all"], "models": []}, study)
    assert [name for name in found if name.startswith("points")] == [kept]
    found = plan.resolve({"predictors": ["points", "points_group"], "models": []}, study)
    assert {"points", "points_group"} <= set(found)  # the plan names both
    groups["high"]["to"] = 2
    found = plan.resolve({"predictors": ["all"], "models": []}, study)
    assert {"points", "points_group"} <= set(found)


def test_others_stand_beside_all_and_nothing_stands_twice():
    made = ["points", "points_group", "formula", "pattern", "model_both"]
    found, problems = resolve(["all", "age", "points"])
    assert problems == []
    assert list(found) == [*made[:-1], "age", "model_both"]
    assert list(resolve(["age", "all"])[0]) == ["age", *made]


def test_a_recorded_score_counts_as_it_is():
    """Its direction is known: fitted in the cohort, a score that is worse than chance would have a C above one half."""
    pairs = {"crs": {"recorded": "age", "computed": "points"}}
    study = make_study(ANALYSIS, groupings=GROUPINGS, models=MODELS, recorded=pairs)
    found = plan.resolve({"predictors": ["all", "age"], "models": []}, study)
    wanted = {"label": "Age", "kind": "score", "column": "age", "recorded": True}
    assert found["age"] == wanted and "recorded" not in found["points"]


def test_mistakes_are_named():
    _, problems = resolve(["nothing"], ["univariable", "unknown"])
    assert problems == [
        "performance.predictors: no such variable 'nothing'.",
        "performance.models: no multivariable model 'univariable'.",
        "performance.models: no multivariable model 'unknown'.",
    ]


def test_a_stratified_model_is_said_to_be_compared_without_its_strata():
    both = {**MODELS["both"], "strata": ["age"]}
    study = make_study(ANALYSIS, groupings=GROUPINGS, models={"both": both})
    found = plan.resolve({"predictors": [], "models": []}, study)
    assert found["model_both"]["label"] == "Model: Both, without its strata"
