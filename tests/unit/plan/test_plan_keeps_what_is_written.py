"""What a plan says in so many words stands in the completed plan, at the same place."""

import copy

import pytest
import yaml
from crlm.plan.build import build_plan
from crlm.plan.reading import read_written
from crlm.plan.schema import PlanError

PLANS = ("config/config.yaml", "tests/study/config/config.yaml")
SCALARS = str | int | float


def list_leaves(value, path=()):
    if isinstance(value, dict):
        for key, each in value.items():
            yield from list_leaves(each, (*path, key))
    else:
        yield path, value


def find(tree, path):
    for key in path:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


@pytest.mark.parametrize("path", PLANS)
def test_a_word_or_number_of_a_plan_is_kept(path, root, shipped):
    """Units are those of the dictionary then, and what is short is written out, as lists are; a label has its mark of evidence."""
    for each in (root / "tests/study/config/scores").glob("*.yaml"):
        shipped["scores"][each.stem] = yaml.safe_load(each.read_text(encoding="utf-8"))
    published = (root / "tests/study/config/published").glob("*.csv")
    shipped["curve_files"] = sorted(each.stem for each in published)
    config = yaml.safe_load((root / path).read_text(encoding="utf-8"))
    written = copy.deepcopy(config)
    plan = build_plan(config, **shipped)
    kept = 0
    for place, value in list_leaves(written):
        found = find(plan, place)
        if found is None or (place[0] == "columns" and place[-1] == "unit"):
            continue
        if (
            isinstance(value, SCALARS)
            and not isinstance(value, bool)
            and isinstance(found, SCALARS)
        ):
            marked = place[-1] == "label" and str(found).startswith(f"{value} [")
            assert found == value or marked, place
            kept += 1
    assert kept > 100
    for place, value in list_leaves(written):
        if isinstance(value, list) and isinstance(found := find(plan, place), list):
            own = [str(each) for each in found]
            assert all(str(each) in own for each in value), place


def test_an_endpoint_is_abbreviated_as_it_says_or_else_by_its_name(plan_of, base):
    name, spec = next(iter(base["endpoints"].items()))
    assert plan_of(copy.deepcopy(base))["endpoints"][name]["abbreviation"] == name.upper()
    spec["abbreviation"] = "Life"
    assert plan_of(base)["endpoints"][name]["abbreviation"] == "Life"


def test_what_looks_like_a_number_or_a_day_and_is_none_is_told_as_such():
    for value, words in (("0x_", "an int"), ("2022-13-45", "a date")):
        with pytest.raises(PlanError) as error:
            read_written(f"study:\n  title: {value}\n")
        (problem,) = error.value.problems
        assert problem.startswith(f"line 2: '{value}' looks like {words} and is none; ")
