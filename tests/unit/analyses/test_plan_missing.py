"""Which scores are analysed for missing components, and what is imputed from what."""

import pytest
from crlm.analyses.missing_components import plan
from plan_inputs import make_study


def spec(label, kind="continuous", timing="baseline", **more):
    return {"label": label, "kind": kind, "timing": timing, "levels": [], **more}


def score(*variables, **more):
    components = {name: {"variable": name, "points": []} for name in variables}
    return {
        "status": "computable",
        "reason": None,
        "components": components,
        "proxies": {},
        "overrides": [],
        "groups": {},
        "base": 0,
        "published": ["not needed"],
        **more,
    }


ANALYSIS = {
    "size": spec("Size"),
    "number": spec("Number", "count"),
    "age": spec("Age"),
    "large": spec("Large", "binary", derive=[{"variable": "size", "operator": ">", "value": 5}]),
    "tiny": spec("Tiny", "binary", derive=[{"value": "yes", "when": {"variable": "size"}}]),
    "area": spec("Area", formula={"of": ["size", "age"]}, computed=True),
    "pattern": spec("Pattern", "categorical", "pathology"),
    "relapse": spec("Relapse", "binary", "follow_up"),
    "day": spec("Day", "date"),
    "points": spec("Points [recalled]", "count", score="points"),
    "points_group": spec("Group", "ordinal", score="points"),
    "other": spec("Other", "continuous", score="other"),
    "late": spec("Late", "count", "follow_up", score="late"),
    "single": spec("Single", "count", score="single"),
}
SCORES = {
    "points": score("size", "number", rounding="whole"),
    "other": score("area"),
    "late": score("relapse"),
    "single": score("size", kind="factor"),
    "gone": score("size", status="not computable", reason="missing: X"),
}
MODELS = {
    "univariable": {"variables": ["age", "other"]},
    "both": {"variables": ["points", "age", "pattern", "relapse", "single"]},
}
GROUPINGS = {"overall": {"variables": []}, "risk": {"variables": ["points_group"]}}


def resolve(groupings=GROUPINGS, models=MODELS, performance=None, registry=SCORES, **settings):
    study = make_study(ANALYSIS, scores=registry, groupings=groupings, models=models)
    study.found = {"performance": performance or {}}
    settings = {"scores": [], "auxiliary": [], "imputations": 20, "iterations": 10, **settings}
    return plan.resolve(settings, study), study.problems


def test_without_a_list_the_scores_in_use_but_no_single_factor():
    found, problems = resolve()
    assert problems == []
    assert list(found["scores"]) == ["points", "other"]
    assert found["scores"]["points"]["label"] == "Points [recalled]"
    assert "published" not in found["scores"]["points"]  # an edit of it must not impute again
    assert [found["imputations"], found["iterations"]] == [20, 10]


def test_a_score_that_only_the_comparison_names():
    found, _ = resolve({}, {}, {"points": {}})
    assert list(found["scores"]) == ["points"]


def test_inputs_are_imputed_and_covariates_known_by_pathology_help():
    found, _ = resolve()
    assert list(found["targets"]) == ["size", "number", "age"]  # those of a formula, not its name
    assert list(found["derived"]) == ["area"]
    assert list(found["auxiliary"]) == ["pattern"]  # neither a score nor what comes later
    found, _ = resolve(scores=["points"], auxiliary=["age"], models={})
    assert list(found["targets"]) == ["size", "number"]
    assert list(found["auxiliary"]) == ["age"]


def test_what_follows_from_an_imputed_variable_is_derived_again_and_not_drawn():
    scores = {"points": score("size", "large", "tiny")}
    found, _ = resolve(
        scores=["points"], registry=scores, models={"both": {"variables": ["large"]}}
    )
    assert list(found["targets"]) == ["size", "tiny"]  # a rule for some patients makes no variable
    assert list(found["derived"]) == ["large"]
    assert list(found["auxiliary"]) == []
    alone, _ = resolve(scores=["points"], registry={"points": score("large")}, models={})
    assert list(alone["targets"]) == ["large"]  # its source is not imputed


def test_a_proxy_is_imputed_in_place_of_its_component():
    proxied = score("size", "number", proxies={"size": {"variable": "pattern"}})
    proxied |= {"overrides": [{"any": [{"variable": "age"}]}]}
    kept = dict(SCORES)
    SCORES["points"] = proxied
    try:
        found, _ = resolve(scores=["points"])
    finally:
        SCORES.update(kept)
    assert list(found["targets"]) == ["pattern", "number", "age"]


def test_nothing_without_a_score():
    assert resolve({}, {"univariable": {"variables": ["age"]}}) == ({}, [])


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"scores": ["point"]}, "no score 'point'. Did you mean 'points'?"),
        ({"scores": ["gone"]}, "gone is not computable (missing: X)."),
        ({"scores": ["late"]}, "late becomes known in follow-up"),
        ({"auxiliary": ["relapse"]}, "relapse becomes known in follow-up"),
        ({"auxiliary": ["points"]}, "points is made of the components"),
        ({"auxiliary": ["nothing"]}, "missing_components.auxiliary: no such variable 'nothing'"),
        ({"auxiliary": ["day"]}, "missing_components.auxiliary: day"),
    ],
)
def test_mistakes_are_named(settings, words):
    _, problems = resolve(**settings)
    assert len(problems) == 1
    assert problems[0].startswith("missing_components.")
    assert words in problems[0]


def test_the_schema_refuses_a_single_imputation(plan_of):
    with pytest.raises(
        ValueError, match=r"missing_components\.imputations: 1 should be at least 2"
    ):
        plan_of(
            "study: {title: T}\ncohort: {file: a.csv}\ncolumns: {patient_id: A}\nendpoints: {}\n"
            "missing_components: {imputations: 1}"
        )
