"""Groups: levels, cuts, crossings, and nobody in a group that is not known."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.groupings import assign_groups
from crlm.plan.groupings import cut_names


def spec(variables, groups, cuts=None):
    return {"variables": variables, "groups": groups, "cuts": cuts}


def groups_of(cohort, entry):
    got = assign_groups(cohort, {"g": entry})["grouping_g"]
    assert got.cat.categories.tolist() == entry["groups"]
    return [None if pd.isna(value) else value for value in got]


def test_overall():
    assert groups_of(pd.DataFrame({"x": [1.0, np.nan]}), spec([], ["all"])) == ["all", "all"]


def test_a_value_at_a_cut_belongs_to_the_higher_group():
    cohort = pd.DataFrame({"x": [4.999999, 5, 5.000001, 10, 9.99, -3, np.nan, 1e9]})
    names = cut_names([10, 5])
    assert names == ["below_5", "5_to_10", "from_10"]
    assert groups_of(cohort, spec(["x"], names, [10, 5])) == [
        "below_5", "5_to_10", "5_to_10", "from_10", "5_to_10", "below_5", None, "from_10",
    ]  # fmt: skip


def test_bounds_give_a_group_only_when_they_agree():
    cohort = pd.DataFrame(
        {
            "x": [np.nan, np.nan, np.nan, 7, 0.25],
            "x_lower": [0, 3, 5, np.nan, 0],
            "x_upper": [4, 5, 9, np.nan, np.nextafter(0.5, 0)],
        }
    )
    assert groups_of(cohort, spec(["x"], cut_names([5]), [5])) == [
        "below_5",
        None,
        "from_5",
        "from_5",
        "below_5",
    ]
    cohort = pd.DataFrame(
        {"x": [2.5], "x_lower": [0.0], "x_upper": [np.nextafter(5, 0)]}
    )  # an entry <5
    assert groups_of(cohort, spec(["x"], cut_names([5]), [5])) == ["below_5"]
    assert groups_of(cohort, spec(["x"], cut_names([3]), [3])) == [None]


def test_crossed_groups():
    rng = np.random.default_rng(3)
    a, b = rng.choice(["p", "q", None], 200), rng.choice(["1", "2", "3", None], 200)
    cohort = pd.DataFrame(
        {"a": pd.Categorical(a, ["q", "p"]), "b": pd.Categorical(b, ["1", "2", "3"])}
    )
    names = [f"{x}__{y}" for x in "qp" for y in "123"]
    wanted = [None if x is None or y is None else f"{x}__{y}" for x, y in zip(a, b, strict=True)]
    assert groups_of(cohort, spec(["a", "b"], names)) == wanted
    shown = names[:2]
    assert groups_of(cohort, spec(["a", "b"], shown)) == [
        group if group in shown else None for group in wanted
    ]


def test_points_of_a_score_are_groups():
    cohort = pd.DataFrame({"s": [0.0, 3, np.nan]})
    assert groups_of(cohort, spec(["s"], ["0", "1", "2", "3"])) == ["0", "3", None]


def test_from_the_plan(plan_of, base, ingest, rows):
    base["groupings"] = {
        "points": {"variable": "n_crlm", "cuts": [2, 4]},
        "crossed": {"variable": ["synchronous", "sex"], "group_labels": {"no__male": "Men"}},
        "some": {"variable": "pn_primary", "groups": ["N2", "N0"]},
        "flag": {"variable": "synchronous", "groups": [False, True]},
    }
    plan = plan_of(base)
    assert plan["groupings"]["points"]["group_labels"] == {
        "below_2": "< 2",
        "2_to_4": "2-3",
        "from_4": "≥ 4",
    }
    assert plan["groupings"]["points"]["ordered"] and not plan["groupings"]["crossed"]["ordered"]
    assert plan["groupings"]["crossed"]["group_labels"]["no__male"] == "Men"
    assert plan["groupings"]["flag"]["groups"] == ["no", "yes"]
    cohort, _ = ingest(base, rows)
    got = assign_groups(cohort, plan["groupings"])
    assert got["grouping_points"].tolist() == [
        "below_2" if row["Number"] < 2 else "2_to_4" if row["Number"] < 4 else "from_4"
        for row in rows
    ]
    assert got["grouping_some"].tolist()[:2] == ["N0", np.nan] or pd.isna(got["grouping_some"][1])
    assert got["grouping_crossed"][0] == "no__male"


@pytest.mark.parametrize("cuts", [[1], [1, 2.5], [0, 0.1]])
def test_cut_names_are_distinct(cuts):
    assert len(set(cut_names(cuts))) == len(cuts) + 1
