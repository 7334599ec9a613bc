"""What the main text of the report is about, said or not."""

import pytest
from crlm.analyses.main.plan import resolve
from plan_inputs import make_study

NOTHING = {"grouping": None, "endpoint": None, "model": None}


def make(**parts):
    study = make_study(**parts)
    study.endpoints = {"a": {}, "b": {}, "c": {}, "d": {}}
    study.groupings = {
        "overall": {"groups": ["all"], "variables": []},
        "one": {"groups": ["x"], "variables": ["u"]},
        "two": {"groups": ["x", "y"], "variables": ["v"]},
    }
    study.models = {
        "univariable": {"variables": ["v"]},
        "first": {"variables": ["u"]},
        "second": {"variables": ["u", "v"]},
    }
    return study


def test_without_a_word_it_is_what_a_reader_would_take():
    study = make()
    found = resolve(NOTHING, study)
    assert found == {
        "grouping": "two",
        "endpoint": "a",
        "endpoints": ["a", "b", "c"],
        "model": "second",
    }
    assert not study.problems


def test_the_main_endpoint_comes_first_and_three_are_shown():
    found = resolve({**NOTHING, "endpoint": "d"}, make())
    assert found["endpoints"] == ["d", "a", "b"]


def test_a_plan_without_groups_and_models():
    study = make()
    study.groupings = {"overall": {"groups": ["all"], "variables": []}}
    study.models = {"univariable": {"variables": []}}
    found = resolve(NOTHING, study)
    assert found["grouping"] is None and found["model"] is None


@pytest.mark.parametrize(
    ("key", "name"),
    [("grouping", "one"), ("grouping", "tow"), ("endpoint", "e"), ("model", "univariable")],
)
def test_what_is_not_there_is_a_problem(key, name):
    study = make()
    resolve({**NOTHING, key: name}, study)
    assert len(study.problems) == 1 and f"main.{key}: {name}" in study.problems[0]
