"""Score files: what they cannot mean is a problem of the plan, not a wrong number."""

import pytest
import yaml
from crlm.schema import PlanError, check_schema


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
    score |= {"range": [0, 5.5], "groups": {}}
    made = plan_of(base)["variables"]["fong"]
    assert made["kind"] == "continuous" and "values" not in made


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
