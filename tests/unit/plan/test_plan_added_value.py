"""Which variables are tried on which base, and whose groups are set against each other."""

import pytest
from crlm.plan.schema import PlanError


@pytest.fixture
def base(base):
    """The small plan with the dates that the Fong score needs."""
    base["columns"] |= {"primary_date": "Primary", "metastases_date": "Metastases"}
    return base


def problems_of(plan_of, config):
    with pytest.raises(PlanError) as error:
        plan_of(config)
    return error.value.problems


def test_without_the_key_nothing_is_added(plan_of, base):
    assert plan_of(base)["added_value"] == {}


def test_one_by_one_and_all_together(plan_of, base):
    base["added_value"] = {"base": "fong", "adds": ["hgp_pure", "age"]}
    found = plan_of(base)["added_value"]
    assert list(found["base"]["variables"]) == ["fong"]
    assert list(found["additions"]) == ["hgp_pure", "age", "together"]
    assert list(found["additions"]["together"]["variables"]) == ["hgp_pure", "age"]
    labels = [addition["label"] for addition in found["additions"].values()]
    assert labels[2] == f"{labels[0]} + {labels[1]}"
    assert found["risk_thresholds"] is None


def test_a_column_of_the_users_own(plan_of, base):
    base["columns"]["new_marker"] = "NM"
    base["variables"] = {
        "new_marker": {
            "label": "New",
            "kind": "continuous",
            "timing": "pathology",
            "transform": "log2",
        }
    }
    base["added_value"] = {
        "base": ["fong", "age"],
        "adds": "new_marker",
        "risk_thresholds": [20, 40],
    }
    found = plan_of(base)["added_value"]
    assert list(found["additions"]) == ["new_marker"]
    assert found["additions"]["new_marker"]["variables"]["new_marker"]["transform"] == "log2"
    assert found["risk_thresholds"] == [20, 40]


def test_mistakes_are_named_all_at_once(plan_of, base):
    base["columns"]["relapse"] = "Rel"
    base["variables"] = {"relapse": {"label": "R", "kind": "binary", "timing": "follow_up"}}
    base["added_value"] = {"base": ["fongg", "age"], "adds": ["age", "relapse", "death_date"]}
    found = problems_of(plan_of, base)
    assert "added_value.base: no such variable 'fongg'. Did you mean 'fong'?" in found
    assert "added_value: age is in the base and added to it; keep one." in found
    assert any("relapse becomes known in follow-up" in text for text in found)
    assert any("death_date is date" in text for text in found)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"base": "fong"}, "the key 'adds' is missing"),
        ({"base": "fong", "add": "age"}, "Did you mean 'adds'?"),
        ({"base": "fong", "adds": []}, "added_value.adds"),
        ({"base": "fong", "adds": "age", "risk_thresholds": [0]}, "risk_thresholds"),
        (
            {"base": "fong", "adds": "age", "risk_thresholds": [0.3, 0.6]},
            "write per cent, such as 30",
        ),
        ({"base": "fong", "adds": "age", "risk_thresholds": [20, 100]}, "risk_thresholds"),
    ],
)
def test_the_form_is_checked(plan_of, base, settings, words):
    base["added_value"] = settings
    assert any(words in text for text in problems_of(plan_of, base))


def test_thresholds_rise_however_they_are_written(plan_of, base):
    base["added_value"] = {"base": "fong", "adds": "age", "risk_thresholds": [60, 30]}
    assert plan_of(base)["added_value"]["risk_thresholds"] == [30, 60]


def test_the_name_of_all_additions_is_taken(plan_of, base):
    base["columns"]["together"] = "T"
    base["variables"] = {"together": {"label": "T", "kind": "continuous", "timing": "baseline"}}
    base["added_value"] = {"base": "fong", "adds": ["together", "age"]}
    assert any("rename the variable" in text for text in problems_of(plan_of, base))


def sides(plan):
    return {
        name: [each["name"] for each in found] for name, found in plan["reclassification"].items()
    }


def test_without_the_key_the_groups_of_two_scores(plan_of, base):
    base["groupings"] = {
        "risk": {"variable": "fong_group"},
        "points": {"variable": "fong"},
        "pattern": {"variable": "hgp_pure"},
    }
    assert (
        sides(plan_of(base)) == {}
    )  # a growth pattern is no score, and both others are the same one
    base["columns"]["pt_primary"] = {"column": "T", "values": {1: "T1", 2: "T2", 3: "T3", 4: "T4"}}
    base["columns"]["margin_mm"] = "Margin"
    base["groupings"]["count"] = {"variable": "nordlinger_7", "cuts": [3, 5]}
    found = plan_of(base)
    assert sides(found) == {"fong_group_count": ["fong_group", "count"]}
    assert found["reclassification"]["fong_group_count"][1]["column"] == "grouping_count"
    assert found["reclassification"]["fong_group_count"][1]["levels"] == [
        "below_3",
        "3_to_5",
        "from_5",
    ]


def test_an_empty_list_asks_for_none_and_a_list_for_its_own(plan_of, base):
    base["groupings"] = {"old": {"variable": "age", "cuts": [60]}}
    base["performance"] = {"reclassification": []}
    assert plan_of(base)["reclassification"] == {}
    base["performance"] = {"reclassification": [["sex", "old", "hgp_pure"]]}
    assert sides(plan_of(base)) == {"sex_old_hgp_pure": ["sex", "old", "hgp_pure"]}


def test_mistakes_in_reclassification_are_named(plan_of, base):
    base["columns"]["relapse"] = "Rel"
    base["variables"] = {"relapse": {"label": "R", "kind": "binary", "timing": "follow_up"}}
    base["groupings"] = {
        "old": {"variable": "age", "cuts": [60]},
        "late": {"variable": "relapse", "landmark_months": 6},
    }
    base["performance"] = {
        "reclassification": [
            ["sex", "olt"],
            ["sex", "age"],
            ["late", "sex"],
            ["overall", "relapse"],
        ]
    }
    found = problems_of(plan_of, base)
    assert (
        "performance.reclassification: no such variable or grouping 'olt'. Did you mean 'old'?"
        in found
    )
    assert any("age is continuous" in text for text in found)
    assert sum("one group or a landmark" in text for text in found) == 2
    assert any("relapse becomes known in follow-up" in text for text in found)
