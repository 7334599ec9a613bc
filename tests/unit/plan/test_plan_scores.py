"""Score files: what they cannot mean is a problem of the plan, not a wrong number."""

import pytest
import yaml
from crlm.plan.schema import PlanError, check_schema


def problems(plan_of, config):
    with pytest.raises(PlanError) as caught:
        plan_of(config)
    return caught.value.problems


def score_problems(plan_of, shipped, base, change):
    change(shipped["scores"]["fong"])
    return problems(plan_of, base)


def component(score, name="size"):
    return score["components"][name]


BAD_SCORES = {
    "unknown variable": (
        lambda s: component(s).update(variable="size_max"),
        "no such variable 'size_max'. Did you mean 'size_max_cm'?",
    ),
    "level that does not exist": (
        lambda s: component(s, "node")["points"][0].update(threshold="positive"),
        "'positive' is not a level of node_positive (no, yes)",
    ),
    "another unit": (
        lambda s: component(s).update(unit="mm"),
        "the threshold is in mm, but size_max_cm is analysed in cm",
    ),
    "text for a number": (
        lambda s: component(s)["points"][0].update(threshold="five"),
        "size_max_cm is a number; 'five' is not",
    ),
    "list without in": (
        lambda s: component(s)["points"][0].update(threshold=[5]),
        "a list of values goes with the operator `in`",
    ),
    "order of yes and no": (
        lambda s: component(s, "node")["points"][0].update(operator=">"),
        "its levels have no order",
    ),
    "date": (
        lambda s: component(s).update(variable="death_date"),
        "a score needs numbers or levels",
    ),
    "wrong range": (
        lambda s: s.update(range=[0, 6]),
        "the points give 0 to 5, the range is 0 to 6",
    ),
    "gap between groups": (
        lambda s: s["groups"]["low"].update(to=1),
        "the value 2 lies in 0 groups",
    ),
    "overlap of groups": (
        lambda s: s["groups"]["low"].update(to=3),
        "the value 3 lies in 2 groups (low, high)",
    ),
}

PLACE = "score fong (fong.yaml): published, entry 3 (Fong 1999, "
BAD_STRATA = {
    "rise": (
        {"survival": {12: 80, 36: 50, 60: 50.5}},
        "survival rises from 50 at 36 months to 50.5 at 60; look it up",
    ),
    "months as texts": (
        {"survival": {"60": 80, "12": 60}},
        "survival rises from 60 at 12 months to 80 at 60",
    ),
    "above 100": ({"survival": {12: 101}}, "survival at 12 months is 101; write per cent from 0"),
    "below 0": ({"survival": {12: -1}}, "survival at 12 months is -1; write per cent from 0"),
    "month in words": ({"survival": {"one year": 60}}, "survival is given at 'one year'"),
    "evidence without survival": (
        {"survival_evidence": {999: "read"}},
        "survival_evidence names 999 months, survival does not",
    ),
    "both": ({"group": "low"}, "give the group or the value, not both"),
}


@pytest.mark.parametrize("name", BAD_STRATA)
def test_published_survival_that_cannot_be_is_a_problem(name, plan_of, shipped, base):
    change, text = BAD_STRATA[name]
    shipped["scores"]["fong"]["published"][2].pop("survival_evidence")  # of the months changed
    found = score_problems(plan_of, shipped, base, lambda s: s["published"][2].update(change))
    assert len(found) == 1, found
    assert found[0].startswith(PLACE) and text in found[0], found


def test_published_strata_that_the_score_does_not_have_are_a_problem(plan_of, shipped, base):
    entry = {"endpoint": "overall survival", "source": "X", "evidence": "recalled"}
    extra = [{"value": 6}, {"value": -1}, {"group": "lo"}, {"value": 5}, {"group": "low"}, {}]
    found = score_problems(
        plan_of,
        shipped,
        base,
        lambda s: s.update(published=[{**entry, **more} for more in extra]),
    )
    assert found == [
        "score fong (fong.yaml): published, entry 1 (X, value 6): no patient can have 6 points; the range is 0 to 5.",
        "score fong (fong.yaml): published, entry 2 (X, value -1): no patient can have -1 points; the range is 0 to 5.",
        "score fong (fong.yaml): published, entry 3 (X, group lo): no group 'lo', of which survival is given; there are low, "
        "high. Did you mean 'low'?",
    ]


@pytest.mark.parametrize("name", BAD_SCORES)
def test_a_bad_score_file_is_a_problem(name, plan_of, shipped, base):
    change, text = BAD_SCORES[name]
    found = score_problems(plan_of, shipped, base, change)
    assert len(found) == 1 and "score fong" in found[0] and text in found[0], found


def test_a_bare_yes_in_a_score_file_is_the_level(plan_of, shipped, base):
    component(shipped["scores"]["fong"], "node")["points"][0]["threshold"] = True
    plan = plan_of(base)
    assert plan["scores"]["fong"]["components"]["node"]["points"][0]["threshold"] == "yes"


def test_fractional_points_make_a_continuous_score(plan_of, shipped, base):
    base["columns"]["disease_free_interval"] = "DFI"
    score = shipped["scores"]["fong"]
    component(score)["points"][0]["points"] = 1.5
    score |= {"range": [0, 5.5], "groups": {}, "published": []}
    made = plan_of(base)["variables"]["fong"]
    assert made["kind"] == "continuous" and "values" not in made


def test_a_score_of_the_study_needs_no_derivation_and_nothing_published(
    plan_of, shipped, base, root
):
    assert all({"derivation", "published"} <= set(score) for score in shipped["scores"].values())
    schema = yaml.safe_load(
        (root / "workflow/schemas/score.schema.yaml").read_text(encoding="utf-8")
    )
    own = {
        k: v for k, v in shipped["scores"]["fong"].items() if k not in ("derivation", "published")
    }
    assert check_schema(own, schema) == []
    shipped["scores"]["own"] = own
    assert plan_of(base)["scores"]["own"]["published"] == []


def test_malformed_score_files_have_problems(root, shipped):
    schema = yaml.safe_load(
        (root / "workflow/schemas/score.schema.yaml").read_text(encoding="utf-8")
    )
    for name, score in shipped["scores"].items():
        assert check_schema(score, schema) == [], name
        for key in schema["required"]:
            assert any(
                key in text
                for text in check_schema({k: v for k, v in score.items() if k != key}, schema)
            )
        for key in score:
            for value in (None, 5, "zzz", [], {"zzz": 1}):
                check_schema({**score, key: value}, schema)  # describes, never fails
    assert check_schema(None, schema)


def test_a_single_factor_or_score_that_is_not_computed_is_said_how_to_add(plan_of, base):
    base["groupings"] = {"cea": {"variable": "fong_factor_cea_group"}}
    assert problems(plan_of, base) == [
        "groupings.cea: fong_factor_cea_group belongs to the single factor fong_factor_cea, which is not computed; add "
        "fong_factor_cea under scores.compute."
    ]
    base["scores"] = {"compute": ["fong_factor_cea"]}
    plan = plan_of(base)
    assert plan["groupings"]["cea"]["variables"] == ["fong_factor_cea_group"]
    assert "konopke" in plan["scores"]  # a factor beside all scores
    base["scores"] = {"compute": ["konopke"]}
    base["models"] = {"x": {"variables": ["mcs"]}}
    found = problems(plan_of, base)
    assert found[1] == (
        "models.x.variables: mcs belongs to the score mcs, which is not computed; add mcs under scores.compute."
    )
    base["models"] = {"x": {"variables": ["konopke_grup"]}}
    assert "Did you mean 'konopke_group'?" in problems(plan_of, base)[1]
