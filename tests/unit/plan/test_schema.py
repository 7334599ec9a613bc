"""What is wrong with a plan, in words."""

import pytest
from crlm.plan.schema import PlanError, check_schema, cut_faults, fill_defaults, nearest


def problems(shipped, base, **changes):
    return check_schema({**base, **changes}, shipped["schema"])


def test_the_nearest_word():
    assert nearest("synchronus", ["synchronous", "sex"]) == " Did you mean 'synchronous'?"
    assert nearest("zzz", ["synchronous", "sex"]) == ""
    assert nearest("OS", ["os", "rfs"]) == " Did you mean 'os'?"
    assert nearest("Fong_Risk", ["fong_points", "fong_risk"]) == " Did you mean 'fong_risk'?"


def test_a_good_plan_has_no_problem(shipped, base):
    base["cohort"]["data_lock"] = "2020-12-31"
    assert check_schema(base, shipped["schema"]) == []


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"colums": {}}, ["no key 'colums'", "Did you mean 'columns'?"]),
        ({"study": {"label": "T"}}, ["no key 'label'. Known", "study: the key 'title' is missing"]),
        ({"study": {"title": 5}}, ["study.title: 5 should be a text."]),
        ({"groupings": None}, ["groupings: nothing stands behind the colon", "take the key out"]),
        ({"groupings": {"overall": {"variable": "age"}}}, ["'overall' is not allowed"]),
        ({"groupings": {"OS": {"variable": "age"}}}, ["'OS' does not have the form", "lower case"]),
        (
            {"cohort": {"file": "a.csv", "zero_time": "halfday"}},
            ["'halfday' is not one of half_day, exclude", "Did you mean 'half_day'?"],
        ),
        (
            {"cohort": {"file": "a.csv", "data_lock": "31.12.2020"}},
            ["'31.12.2020' does not have the form", "yyyy-mm-dd"],
        ),
        (
            {"cohort": {"file": "a.csv", "delimiter": "\\t"}},
            ["does not have the form", "the word tab"],
        ),
        ({"output": {"formats": ["jpg"]}}, ["output.formats.0: 'jpg' is not one of svg, pdf, png"]),
        ({"columns": {"age": "Age"}}, ["columns: the key 'patient_id' is missing."]),
        (
            {"columns": {"Patient_Id": "Nr", "age": "Age"}},
            ["the key 'patient_id' is missing; is it 'Patient_Id' that stands there?"],
        ),
        (
            {"columns": {"patientid": "Nr"}},
            ["the key 'patient_id' is missing; is it 'patientid' that stands there?"],
        ),
        (
            {"cohort": {"file": "a.csv", "missing": [float("nan")]}},
            ["cohort.missing.0: nan is not a number"],
        ),
        (
            {"groupings": {"g": {"variable": "age", "cuts": [5, 5]}}},
            ["groupings.g.cuts: 5 stands there twice; keep one."],
        ),
        (
            {"added_value": {"base": "a", "adds": "b", "risk_thresholds": [0, 130]}},
            [
                "added_value.risk_thresholds.0: 0 should be above 0.",
                "added_value.risk_thresholds.1: 130 should be below 100.",
            ],
        ),
        ({"groupings": {"g": {"variable": []}}}, ["groupings.g.variable"]),
    ],
)
def test_problems_in_words(changes, words, shipped, base):
    text = "\n".join(problems(shipped, base, **changes))
    for word in words:
        assert word in text, text


def test_endpoint_sources(shipped, base):
    base["endpoints"]["os"]["events"]["death"] = {"flag": "died"}
    assert "endpoints.os.events.death: give date or duration." in problems(shipped, base)
    base["endpoints"]["os"]["events"]["death"] = {"date": "a", "duration": "b"}
    assert any("more than one of the alternatives" in text for text in problems(shipped, base))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"study": {"titel": "T"}}, "study: there is no key 'titel'. Did you mean 'title'?"),
        ({"cohort": {"fil": "a.csv"}}, "cohort: there is no key 'fil'. Did you mean 'file'?"),
        (
            {"groupings": {"g": {"variabel": "age"}}},
            "groupings.g: there is no key 'variabel'. Did you mean 'variable'?",
        ),
    ],
)
def test_a_misspelt_key_that_must_be_there_is_told_once(shipped, base, changes, said):
    base["cohort"]["data_lock"] = "2020-12-31"
    assert problems(shipped, base, **changes) == [said]


def test_a_misspelt_key_of_the_whole_plan_and_of_a_source_are_told_once(shipped, base):
    base["cohort"]["data_lock"] = "2020-12-31"
    base["endpoints"]["os"]["events"]["death"] = {"dat": "a"}
    base["column"] = base.pop("columns")
    assert problems(shipped, base) == [
        "the plan: there is no key 'column'. Did you mean 'columns'?",
        "endpoints.os.events.death: there is no key 'dat'. Did you mean 'date'?",
    ]


def test_what_is_missing_beside_a_misspelt_key_is_told(shipped, base):
    base["cohort"]["data_lock"] = "2020-12-31"
    found = problems(shipped, base, added_value={"bas": "fong", "zzz": 3})
    assert found[0].endswith("there is no key 'bas'. Did you mean 'base'?")
    assert found[1].startswith("added_value: there is no key 'zzz'. Known keys: ")
    assert found[2:] == ["added_value: the key 'adds' is missing."]


def test_a_misspelt_origin_of_an_endpoint_by_dates_is_told_once(base, plan_of):
    """That it must be there is no rule of the schema."""
    base["endpoints"]["os"]["orign"] = base["endpoints"]["os"].pop("origin")
    said = "endpoints.os: there is no key 'orign'. Did you mean 'origin'?"
    with pytest.raises(PlanError) as caught:
        plan_of(base)
    assert caught.value.problems == [said]
    del base["endpoints"]["rfs"]["origin"]  # that of another endpoint is told
    with pytest.raises(PlanError) as caught:
        plan_of(base)
    assert caught.value.problems[0] == said and len(caught.value.problems) == 2


def test_two_missing_keys_are_said_once_each(shipped, base):
    base["cohort"]["data_lock"] = "2020-12-31"
    assert problems(shipped, base, added_value={}) == [
        "added_value: the key 'base' is missing.",
        "added_value: the key 'adds' is missing.",
    ]


def test_all_problems_at_once(shipped, base):
    base |= {"modells": {}, "outptu": {}, "study": {}}
    base["cohort"]["fille"] = "x"
    text = problems(shipped, base)
    assert len([line for line in text if "there is no key" in line or "is missing" in line]) == 4
    error = PlanError(text)
    assert (
        error.problems == text and f"{len(text)} problems:" in str(error) and "  1. " in str(error)
    )


def test_defaults_are_filled_and_the_users_words_kept(shipped):
    config = {"cohort": {"file": "a.csv", "missing": [5]}, "models": {"m": {"variables": ["a"]}}}
    filled = fill_defaults(config, shipped["schema"])
    assert filled["cohort"]["missing"] == [5] and filled["cohort"]["zero_time"] == "half_day"
    assert filled["models"]["m"]["separated"] == "drop"
    assert "scores" in filled and filled["output"]["formats"] == ["svg", "pdf", "png"]
    assert config["cohort"] == {"file": "a.csv", "missing": [5]}  # untouched
    filled["cohort"]["missing"].append(6)
    assert fill_defaults({"cohort": {}}, shipped["schema"])["cohort"]["missing"] == []


def test_nothing_is_not_listed_among_the_words_to_choose_from():
    schema = {"properties": {"a": {"enum": ["overall", "relapse", None]}}}
    assert check_schema({"a": "overal"}, schema) == [
        "a: 'overal' is not one of overall, relapse. Did you mean 'overall'?"
    ]
    assert check_schema({"a": None}, schema) == []


@pytest.mark.parametrize(
    ("changes", "gone"),
    [
        ({"groupings": {"g": {"variable": 3, "cuts": "x"}, "h": {"variable": "age"}}}, ["g"]),
        (
            {"groupings": {"OS": {"variable": "age"}}, "models": {"m": {"variables": 4}}},
            ["OS", "m"],
        ),
        ({"study": {"title": "T", "titel": "T"}, "nonsense": {}}, ["titel", "nonsense"]),
    ],
)
def test_what_is_left_of_a_faulty_plan_is_right_as_a_whole(shipped, base, changes, gone):
    base["cohort"]["data_lock"] = "2020-12-31"
    _, rest, cut = cut_faults({**base, **changes}, shipped["schema"])
    assert check_schema(rest, shipped["schema"]) == []
    kept = {place: rest[place] for place in base if place not in changes}
    assert kept == {place: base[place] for place in base if place not in changes}
    assert {place[-1] for place in cut} >= set(gone) - {"g", "m"}
    assert not set(gone) & {
        *rest,
        *rest["study"],
        *rest.get("groupings", {}),
        *rest.get("models", {}),
    }


def test_without_a_part_that_must_be_there_nothing_is_left(shipped, base):
    base["cohort"]["data_lock"] = "2020-12-31"
    assert cut_faults({**base, "study": None}, shipped["schema"])[1:] == (None, [("study",), ()])
