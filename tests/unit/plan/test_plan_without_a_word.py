"""What a plan does not say: every value filled in is the one that the guide names, and each operator is read as it is written."""

import copy
import datetime

import pytest
import yaml
from crlm.plan.schema import PlanError

COMPARISONS = (">", ">=", "<", "<=")


def set_node(shipped, **point):
    shipped["scores"]["fong"]["components"]["node"]["points"][0].update(point)


@pytest.mark.parametrize("operator", COMPARISONS)
def test_levels_without_an_order_are_not_compared_in_a_score(plan_of, shipped, base, operator):
    set_node(shipped, operator=operator)
    with pytest.raises(PlanError) as caught:
        plan_of(base, scores=shipped["scores"])
    assert "node_positive is binary; its levels have no order." in " ".join(caught.value.problems)


@pytest.mark.parametrize("operator", COMPARISONS)
def test_levels_without_an_order_are_not_compared_in_an_exclusion(plan_of, base, operator):
    rule = {"label": "X", "variable": "sex", "operator": operator, "value": "male"}
    base["cohort"]["exclusions"] = {"x": rule}
    with pytest.raises(PlanError, match="sex is categorical; its levels have no order"):
        plan_of(base)


@pytest.mark.parametrize(("operator", "held"), [("in", ["yes"]), ("==", "yes")])
def test_a_level_of_a_score_stays_one_and_a_list_a_list(plan_of, shipped, base, operator, held):
    set_node(shipped, operator=operator, threshold=held)
    plan = plan_of(base, scores=shipped["scores"])
    found = plan["scores"]["fong"]["components"]["node"]["points"][0]
    assert found["threshold"] == held


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (datetime.date(2012, 3, 1), "2012-03-01"),
        ("2012-03-01", "2012-03-01"),
        ([datetime.date(2012, 3, 1), "2012-03-02"], ["2012-03-01", "2012-03-02"]),
    ],
)
def test_a_day_of_an_exclusion_is_compared_as_text(plan_of, base, value, held):
    operator = "in" if isinstance(value, list) else "<"
    rule = {"label": "X", "variable": "resection_date", "operator": operator, "value": value}
    base["cohort"]["exclusions"] = {"early": rule}
    assert plan_of(base)["cohort"]["exclusions"]["early"]["value"] == held


@pytest.mark.parametrize("end", ["", "_group", "_lower", "_upper"])
def test_a_name_that_a_score_takes_is_refused(plan_of, base, end):
    base["variables"] = {f"fong{end}": {"label": "X", "kind": "continuous", "timing": "baseline"}}
    base["columns"][f"fong{end}"] = "X"
    with pytest.raises(PlanError) as caught:
        plan_of(base)
    words = f"variables.fong{end}: the score fong has a column of this name; take another."
    assert words in caught.value.problems


@pytest.mark.parametrize("part", ["months", "event", "reason", "entry"])
def test_a_name_that_an_endpoint_takes_is_refused(plan_of, base, part):
    base["variables"] = {f"os_{part}": {"label": "X", "kind": "continuous", "timing": "baseline"}}
    base["columns"][f"os_{part}"] = "X"
    with pytest.raises(PlanError) as caught:
        plan_of(base)
    assert any(
        f"variables.os_{part}: the endpoint os has a column" in line
        for line in caught.value.problems
    )


@pytest.mark.parametrize(
    ("said", "held"), [({}, "1900-01-02"), ({"earliest": "1990-06-01"}, "1990-06-01")]
)
def test_the_first_possible_day_of_an_own_date_is_the_one_said(plan_of, base, said, held):
    base["variables"] = {"birth": {"label": "Birth", "kind": "date", "timing": "baseline", **said}}
    base["columns"]["birth"] = "Born"
    assert plan_of(base)["variables"]["birth"]["earliest"] == held


@pytest.mark.parametrize(
    ("label", "said", "held"),
    [
        ("Overall survival", {}, "Overall survival"),
        ("Time to recurrence", {}, "Free of recurrence"),
        ("Time until the first relapse", {}, "Free of first relapse"),
        ("Time to recurrence", {"survival_label": "Not yet recurred"}, "Not yet recurred"),
    ],
)
def test_the_axis_of_an_endpoint_names_a_share(plan_of, base, label, said, held):
    base["endpoints"]["os"] |= {"label": label, **said}
    assert plan_of(base)["endpoints"]["os"]["survival_label"] == held


def test_the_whole_cohort_is_a_grouping_like_any_other(plan_of, base):
    base["groupings"] = {"by_sex": {"label": "Sex", "variable": "sex"}}
    groupings = plan_of(base)["groupings"]
    assert list(groupings) == ["overall", "by_sex"]
    assert set(groupings["overall"]) <= set(groupings["by_sex"])
    assert groupings["overall"]["strata"] == groupings["by_sex"]["strata"] == []
    for key in ("strata_label", "landmark_months", "cuts"):
        assert groupings["overall"][key] is None is groupings["by_sex"][key]


def test_shares_of_a_label_are_counted_and_not_converted(plan_of, base):
    for name in ("hgp_desmoplastic", "hgp_replacement", "hgp_pushing"):
        del base["columns"][name]
    columns = {"patient_id": "ID", "lesion": "L", "hgp_label": "HGP"}
    base["growth_patterns"] = {"blocks": {"file": "data/blocks.csv", "columns": columns}}
    shares = {k: v for k, v in plan_of(base)["blocks"]["columns"].items() if k.startswith("hgp")}
    assert len(shares) >= 3
    for name, column in shares.items():
        assert (column["factor"], column["values"], column["column"]) == (1, {}, "HGP"), name


def test_a_cut_is_searched_where_the_guide_says(plan_of, base, shipped):
    """The schema's descriptions print the defaults: those that are filled in are these."""
    keys = shipped["schema"]["properties"]["cutoffs"]["additionalProperties"]["properties"]
    described = {
        key: keys[key]["description"].rpartition("(")[2]
        for key in ("search_percent", "minimum_events")
    }
    base["cutoffs"] = {"age": {}}
    found = plan_of(copy.deepcopy(base))["cutoffs"]["age"]
    for key, words in described.items():
        assert found[key] == yaml.safe_load(words.partition(")")[0].partition(";")[0]), key
    assert (found["search_percent"], found["minimum_events"]) == ([10, 90], 5)
