"""Exclusions, cuts and thresholds that no patient meets, exactly at each limit; and exclusions by what came later."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.plausibility import check_cuts, check_exclusions, check_thresholds
from crlm.plan.groupings import cut_names

SIZE = {"label": "Size", "column": "s", "unit": "cm", "plausible": [1, 10], "timing": "pathology"}
COHORT = pd.DataFrame({"size": [np.nan, 20.0, 30, 24]}, index=[2, 3, 4, 5])


def tell(found):
    return [
        (item["severity"], item["rule"], item["row"], item["column"], item["value"])
        for item in found
    ]


def check(operator, value, spec=SIZE, cohort=COHORT, variable="size"):
    rule = {"label": "Large", "variable": variable, "operator": operator, "value": value}
    return check_exclusions(cohort, {"large": rule}, {"size": spec})


@pytest.mark.parametrize(
    ("operator", "value", "told"),
    [
        (">", 30.5, True),
        (">", 30, False),  # within the column
        ("<", 20, False),
        ("<", 19.5, True),
        ("<", 10, False),  # plausible
        ("<", 1, False),
        ("<", 0.5, True),
        ("<", 10.5, True),
        (">", 15, False),  # everybody: the run ends with that
        ("in", [50], False),
        ("==", "none", False),
        ("known", None, False),
        ("missing", None, False),
    ],
)
def test_an_exclusion_that_nobody_meets(operator, value, told):
    cohort = COHORT if value != "none" else pd.DataFrame({"size": pd.Categorical(["none"])})
    found = check(operator, value, cohort=cohort)
    shown = f"{value:g}" if told else ""
    assert tell(found) == [("warning", "threshold_outside", None, "size", shown)] * told
    if told:
        assert found[0]["message"] == (
            f"Large (cohort.exclusions.large): it asks whether Size is {operator} {value:g} cm, but the column goes from 20 to "
            "30 cm, so that nobody is left out."
        )


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"plausible": None}, 0),
        ({"plausible": None, "range": [0, 15]}, 1),
        ({"plausible": None, "range": [0, 40]}, 0),
        ({"range": [0, 40]}, 1),  # what is plausible is narrower
        ({"unit": None}, 1),
    ],
)
def test_limits_of_an_exclusion(change, told):
    found = check(">", 35, SIZE | change)
    assert len(found) == told
    if "unit" in change:
        assert "is > 35, but the column goes from 20 to 30, so that" in found[0]["message"]


def test_an_exclusion_without_any_number_says_nothing():
    assert not check(">", 35, cohort=pd.DataFrame({"size": [np.nan, np.nan]}))
    assert not check(">", 35, cohort=pd.DataFrame({"age": [50.0]}))
    rules = {"consent": {"label": "No consent", "patients": ["P1"]}, "size": {"label": "L", "variable": "size"}}  # fmt: skip
    rules["size"] |= {"operator": ">", "value": 35}
    assert len(check_exclusions(COHORT, rules, {"size": SIZE})) == 1


@pytest.mark.parametrize(
    ("operator", "value", "rules"),
    [
        ("known", None, ["excluded_by_the_future"]),
        (">", None, []),
        (">", 5, ["excluded_by_the_future"]),
        (">", 35, ["excluded_by_the_future", "threshold_outside"]),
    ],
)
def test_an_exclusion_by_what_came_later(operator, value, rules):
    found = check(operator, value, SIZE | {"timing": "follow_up"})
    assert [item["rule"] for item in found] == rules
    for item in found[:1]:
        assert item["message"].startswith(
            "Large (cohort.exclusions.large): Size becomes known in follow-up, so that who stays was chosen by what happened later"
        )
        assert tell([item]) == [("warning", "excluded_by_the_future", None, "size", "")]


def test_further_exclusions_are_looked_at_as_well():
    none = {"label": "N", "variable": "other", "operator": ">", "value": 1}
    rule = {"label": "L", "variable": "size", "operator": ">", "value": 35}
    quiet = [
        rule | {"value": None},
        rule | {"value": [35], "operator": "in"},
        rule | {"value": 25},
        rule | {"value": 15},
    ]
    rules = {f"r{n}": each for n, each in enumerate([none, *quiet])}
    found = check_exclusions(COHORT, rules | {"last": rule}, {"size": SIZE})
    assert [item["message"][:24] for item in found] == ["L (cohort.exclusions.las"]


# --- cuts ----------------------------------------------------------------------------------------------------------------


def cut(cuts, groups=("below_5", "5_to_25", "from_25"), labels=("< 5", "5-25", "≥ 25")):
    return {
        "cuts": cuts,
        "variables": ["size"],
        "groups": list(groups),
        "group_labels": dict(zip(groups, labels, strict=True)),
    }


def test_a_group_that_a_cut_leaves_empty():
    (item,) = check_cuts(COHORT, {"g": cut([25, 5])}, {"size": SIZE})
    assert tell([item]) == [("warning", "empty_group", None, "size", "5, 25")]
    assert item["message"] == (
        "groupings.g: nobody is in the group < 5. Size goes from 20 to 30 cm; the plan cuts at 5, 25 cm."
    )
    (item,) = check_cuts(COHORT, {"g": cut([25, 5])}, {"size": SIZE | {"unit": None}})
    assert item["message"].endswith("Size goes from 20 to 30; the plan cuts at 5, 25.")


@pytest.mark.parametrize(
    ("cuts", "empty"),
    [
        ([20, 31], ["below_20", "from_31"]),  # a value at a cut belongs to the higher group
        ([20.5, 30], []),
        ([30], []),
        ([30.5], ["from_30.5"]),
        ([20], ["below_20"]),
        ([21, 22, 23], ["21_to_22", "22_to_23"]),
    ],
)
def test_groups_between_cuts(cuts, empty):
    names = cut_names(cuts)
    found = check_cuts(COHORT, {"g": cut(cuts, names, names)}, {"size": SIZE})
    assert [item["message"].split(". Size")[0] for item in found] == [
        f"groupings.g: nobody is in the group {name}" for name in empty
    ]
    # a group that is not shown is not told
    assert not check_cuts(
        COHORT, {"g": cut(cuts, [n for n in names if n not in empty], [n for n in names if n not in empty])}, {"size": SIZE}
    )  # fmt: skip


def test_groupings_without_cuts_or_numbers_are_passed_over():
    none = cut(None) | {"variables": ["size"]}
    other = cut([5, 25]) | {"variables": ["other"]}
    gone = cut([5, 25]) | {"variables": ["gone"]}
    cohort = COHORT.assign(gone=np.nan)
    groupings = {"a": none, "b": other, "c": gone, "last": cut([5, 25])}
    found = check_cuts(cohort, groupings, {"size": SIZE, "gone": SIZE})
    assert [item["message"].split(":")[0] for item in found] == ["groupings.last"]


# --- thresholds of scores ------------------------------------------------------------------------------------------------


def points(threshold, variable="size", operator=">"):
    return {"variable": variable, "points": [{"operator": operator, "threshold": threshold}]}


@pytest.mark.parametrize(
    ("threshold", "told"),
    [(0.9, True), (1, False), (10, False), (10.1, True), (19.9, True), (20, False), (30.1, True)],
)
def test_a_threshold_of_a_proxy_and_of_points(threshold, told):
    proxy = {"variable": "size", "operator": ">", "value": threshold}
    for score in (
        {"components": {"a": points(threshold)}},
        {"components": {"a": points(threshold)}, "proxies": {"a": proxy}},
        {"components": {"a": points(25)}, "proxies": {"a": proxy}},
        {"components": {"a": points("n_crlm"), "b": points([1]), "c": points(None), "d": points(threshold)}, "proxies": None},
        {"components": {"b": points(25, "other"), "c": points(99, "unknown"), "d": points(threshold)}},
        {"components": {"a": points(25), "b": points(5), "d": points(threshold)}},
        {"components": {"a": {"variable": ["size", "x"]}, "d": points(threshold)}},
    ):  # fmt: skip
        cohort = COHORT.assign(other=1.0)
        columns = {"size": SIZE, "other": SIZE | {"plausible": None}}
        found = check_thresholds(cohort, {"made": score}, columns)
        assert tell(found) == [("warning", "threshold_outside", None, "s", f"{threshold:g}")] * told
        if told:
            assert found[0]["message"] == (
                f"score made: it asks whether Size is > {threshold:g} cm, but the column goes from 20 to 30 cm, so that all "
                "patients have the same answer."
            )


def test_limits_of_a_threshold():
    score = {"made": {"components": {"a": points(35)}}}
    columns = {"size": SIZE | {"plausible": None, "range": [0, 15], "unit": None}}
    (item,) = check_thresholds(COHORT, score, columns)
    assert "is > 35, but the column goes from 20 to 30, so that" in item["message"]
    assert check_thresholds(COHORT, score, {"size": SIZE | {"range": [0, 40]}})
    assert not check_thresholds(COHORT, score, {"size": SIZE | {"plausible": None, "range": None}})
    assert not check_thresholds(COHORT * np.nan, score, {"size": SIZE})
    assert not check_thresholds(COHORT, score, {})


def test_one_finding_for_each_score_variable_and_threshold():
    parts = {"a": points(35), "b": points(40), "c": points(35)}
    scores = {"one": {"components": parts}, "two": {"components": {"a": points(35)}}}
    found = check_thresholds(COHORT, scores, {"size": SIZE})
    assert [(item["message"][:9], item["value"]) for item in found] == [
        ("score one", "35"), ("score one", "40"), ("score two", "35"),
    ]  # fmt: skip
