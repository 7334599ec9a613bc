"""Two things with one label, which no figure tells apart, are refused with both names, all at once."""

import pytest
from crlm.plan.alike import check_labels
from crlm.plan.schema import PlanError

BINARY = {"kind": "binary", "levels": ["no", "yes"], "level_labels": {"no": "No", "yes": "Yes"}}


def find(endpoints=None, groupings=None, variables=None):
    problems = []
    check_labels(endpoints or {}, groupings or {}, variables or {}, problems)
    return problems


def test_endpoints_groups_and_levels_at_once():
    found = find(
        {"a": {"label": "Survival"}, "b": {"label": " survival "}, "c": {"label": "Recurrence"}},
        {"g": {"label": "G", "group_labels": {"x": "Low", "y": "High", "z": "low"}}},
        {
            "u": {**BINARY, "label": "Age", "level_labels": {"no": "Under 60", "yes": "under  60"}},
            "v": {**BINARY, "label": "AGE"},
        },
    )
    starts = [text.split(" have one label")[0] for text in found]
    assert starts == [
        "endpoints: 'a' and 'b'",
        "groupings.g: 'x' and 'z'",
        "variables.u: 'no' and 'yes'",
    ]
    assert "'Survival', so that no figure or table tells them apart" in found[0]
    assert "(`label`)" in found[0] and "(`group_labels`)" in found[1]
    assert "(`level_labels`)" in found[2]


def test_what_may_be_alike():
    alike = {"group_labels": {"x": "Low", "y": "High"}, "label": "Age"}
    date = {"kind": "date", "levels": [], "level_labels": {}, "label": "Repeat resection"}
    variables = {
        "u": {**BINARY, "label": "Repeat resection"},
        "v": {**BINARY, "label": "Repeat resection"},
    }
    assert find({}, {"g": alike, "h": alike}, {**variables, "w": date}) == []


def test_a_level_without_a_label_is_its_own():
    spec = {"kind": "categorical", "levels": ["a", "b"], "level_labels": {"b": "A"}, "label": "U"}
    assert len(find({}, {}, {"u": spec})) == 1


def test_a_plan_with_two_endpoints_of_one_label_is_refused(plan_of, base):
    for spec in base["endpoints"].values():
        spec["label"] = "Survival"
    with pytest.raises(PlanError, match="have one label, 'Survival'"):
        plan_of(base)
