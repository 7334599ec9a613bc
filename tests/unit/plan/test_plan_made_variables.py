"""What a plan declares itself: kinds of a cut, where it is shown, which growth-pattern rules the shares allow, dates of events."""

import pytest
from crlm.plan.patterns import resolve_patterns
from crlm.plan.schema import PlanError
from crlm.plan.scores import list_marks, mark_label


def declare(base, **more):
    base["variables"] = {"cut": {"label": "Cut", "from": "age", "cuts": [50, 60], **more}}
    return base


@pytest.mark.parametrize("kind", ["ordinal", "categorical"])
def test_a_number_cut_twice_has_levels_with_or_without_an_order(plan_of, base, kind):
    assert plan_of(declare(base, kind=kind))["variables"]["cut"]["kind"] == kind


def test_a_number_cut_twice_is_neither_binary_nor_a_number(plan_of, base):
    for kind in ("binary", "count"):
        with pytest.raises(PlanError):
            plan_of(declare(base, kind=kind))
    one = declare(base, kind="binary", cuts=[50])
    assert plan_of(one)["variables"]["cut"]["levels"] == ["no", "yes"]


def test_what_a_plan_declares_is_shown_though_nothing_else_names_it(plan_of, base):
    """Which a formula of the dictionary is not."""
    plan = plan_of(declare(base))
    for shown in (plan["description"]["variables"], plan["models"]["univariable"]["variables"]):
        assert "cut" in shown and "tumour_burden_score" not in shown
    assert "tumour_burden_score" in plan["variables"]


def test_a_rule_needs_every_share_that_it_adds_up():
    shares = {"d": {}, "r": {}}

    def rule(*sums):
        levels = {f"level{place}": {"sum": list(sum_)} for place, sum_ in enumerate(sums)}
        return {"label": "R", "evidence": "read", "levels": {**levels, "rest": {}}}

    rules = {"one": rule("d"), "two": rule("dr"), "lacks": rule("d", "p"), "half": rule("dp")}
    problems = []
    assert list(resolve_patterns([], rules, shares, problems)) == ["one", "two"]
    assert list(resolve_patterns(["two", "lacks"], rules, shares, problems)) == ["two"]
    assert problems == []
    resolve_patterns(["onn"], rules, shares, problems)
    assert problems == ["growth_patterns.rules: no rule 'onn'. Did you mean 'one'?"]


def test_a_table_of_events_calls_its_columns_by_name(plan_of, base):
    base["disease_states"] = {
        "origin": "resection_date",
        "last_contact": "last_contact_date",
        "states": {"free": {"free": True}, "back": {}, "dead": {"final": True}},
        "dates": {"dead": ["death_date"]},
        "events": {
            "file": "data/events.csv",
            "columns": {"patient_id": "ID", "date": "D", "event": "E"},
            "states": {"R": "back", "S": None},
        },
    }
    columns = plan_of(base)["disease_states"]["history"]["events"]["columns"]
    assert columns["date"]["label"] == "Date of the event" and columns["date"]["column"] == "D"
    assert columns["event"]["label"] == "Event" and columns["event"]["column"] == "E"


@pytest.mark.parametrize(("key", "value"), [("cuts", [5]), ("operator", ">"), ("value", 5)])
def test_half_a_declaration_is_refused(plan_of, base, key, value):
    made = {"label": "Made", "kind": "ordinal", "timing": "baseline", "levels": ["a", "b"]}
    base["variables"] = {"made": {**made, key: value}}
    with pytest.raises(PlanError) as error:
        plan_of(base)
    assert any(each.startswith("variables.made") for each in error.value.problems)


def test_a_variable_that_says_no_more_has_the_plain_settings(plan_of, base):
    base["columns"]["marker"] = "M"
    base["variables"] = {"marker": {"label": "M", "kind": "continuous", "timing": "baseline"}}
    spec = plan_of(base)["variables"]["marker"]
    assert (spec["per"], spec["unit"], spec["transform"]) == (1, None, "none")


def test_a_variable_that_does_not_say_when_it_is_known_is_a_problem_of_its_own(plan_of, base):
    """And no traceback of what is made of it."""
    base["columns"]["marker"] = "M"
    base["variables"] = {
        "marker": {"label": "M", "kind": "continuous"},
        "high": {"label": "High", "from": "marker", "cuts": [5]},
    }
    with pytest.raises(PlanError) as error:
        plan_of(base)
    assert error.value.problems == [
        "variables.marker: the key 'timing' is missing (it is not a dictionary variable)."
    ]


def test_a_declaration_that_is_not_understood_lacks_no_kind_and_no_stage(plan_of, base):
    """What it says is wrong; that it says too little would follow from that."""
    base["variables"] = {"odd": {"label": "Odd", "from": "age", "between": ["age", "sex"]}}
    with pytest.raises(PlanError) as error:
        plan_of(base)
    assert error.value.problems[0].startswith("variables.odd: a derived variable is declared")
    assert not [each for each in error.value.problems if "is missing" in each]


@pytest.mark.parametrize("key", ["range", "plausible", "plausible_median"])
@pytest.mark.parametrize(("ends", "refused"), [([5, 5], True), ([6, 5], True), ([4, 5], False)])
def test_the_first_number_of_a_range_is_the_lower_one(plan_of, base, key, ends, refused):
    base["columns"]["marker"] = "M"
    marker = {"label": "M", "kind": "continuous", "timing": "baseline", key: ends}
    base["variables"] = {"marker": marker}
    words = f"variables.marker.{key}: the first number must be the lower one."
    try:
        problems = plan_of(base) and []
    except PlanError as error:
        problems = error.problems
    assert (words in problems) is refused


def test_a_variable_of_little_evidence_takes_its_mark_into_its_label_and_its_groups(plan_of, base):
    cut = {"variable": "tumour_burden_score", "cuts": [3, 9]}
    base["groupings"] = {"burden": {"label": "Burden", **cut}, "unnamed": cut}
    plan = plan_of(base)
    made = plan["variables"]["tumour_burden_score"]
    assert made["marks"] == list_marks("secondary") != []
    assert made["label"] == mark_label("Tumor Burden Score", made["marks"])
    labels = [plan["groupings"][name]["label"] for name in ("burden", "unnamed")]
    assert labels == ["Burden [secondary]", "Tumor Burden Score [secondary]"]


def test_the_first_known_of_several_codes_is_printed_as_the_first_variable_says(plan_of, base):
    own = {"label": "S", "kind": "categorical", "levels": ["l", "r"], "timing": "baseline"}
    base["columns"] |= {"ct": "CT", "mr": "MR"}
    base["variables"] = {
        "ct": own | {"label": "Side, CT", "level_labels": {"l": "Left", "r": "Right"}},
        "mr": own | {"label": "Side, MR"},
        "side": {"label": "Side", "first_of": ["ct", "mr"]},
        "named": {"label": "Named", "first_of": ["ct", "mr"], "level_labels": {"l": "L", "r": "R"}},
    }
    made = plan_of(base)["variables"]
    assert made["side"]["levels"] == ["l", "r"]
    assert made["side"]["level_labels"] == {"l": "Left", "r": "Right"}
    assert made["named"]["level_labels"] == {"l": "L", "r": "R"}


def test_the_dictionary_of_redcap_is_a_file_that_can_be_read(plan_of, base):
    base["cohort"]["redcap"] = {"dictionary": "data/dictionary.doc"}
    with pytest.raises(PlanError) as caught:
        plan_of(base)
    assert any(
        "data/dictionary.doc: the ending is none of" in each for each in caught.value.problems
    )


def test_a_date_of_the_dictionary_ends_a_life_only_where_the_dictionary_says_so(plan_of, base):
    """Also among the events of overall survival, where a date of the study's own is taken for a death."""
    base["columns"] |= {"recurrence_date": "R", "gone": "G"}
    base["variables"] = {"gone": {"label": "Gone", "kind": "date", "timing": "follow_up"}}
    base["endpoints"]["os"]["events"] |= {
        "recurrence": {"date": "recurrence_date"},
        "gone": {"date": "gone"},
    }
    events = plan_of(base)["endpoints"]["os"]["events"]
    said = {name: spec["terminal"] for name, spec in events.items()}
    assert said == {"death": True, "recurrence": False, "gone": True}


def test_what_a_table_of_blocks_may_have_is_named(plan_of, base):
    columns = {"patient_id": "I", "lesion": "L", "age": "D"}
    base["growth_patterns"] = {"blocks": {"file": "b.csv", "columns": columns}}
    with pytest.raises(PlanError) as caught:
        plan_of(base)
    said = next(each for each in caught.value.problems if "columns.age" in each)
    for known in ("patient_id", "lesion", "block", "hgp_desmoplastic", "hgp_label"):
        assert known in said
    assert "n_crlm" not in said
