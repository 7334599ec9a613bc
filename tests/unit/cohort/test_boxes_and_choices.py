"""Choices, headings and boxes of REDCap one by one: what is read, what stays, and the words on it."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.redcap import decode_export, list_boxes, name_columns, read_dictionary

ENTRIES = [
    ["id", "Record ID", "text", None, ""],
    [" sex ", " Sex ", "Radio", " 1, Male | 2, Female, or other | none | 9, Unknown", None],
    ["dead", "Died", "yesno", "7, never read", ""],
    ["open", "Open", "truefalse", np.nan, ""],
    ["site", "Site", "checkbox", "1, Lung | -9, Unknown", "[dead] = '0'"],
    ["twin", "Twin", "text", "1, no choice", ""],
    ["twin_2", "Twin", "text", "", ""],
]
LONG = ["Variable / Field Name", "Field Label", "Field Type", "Choices, Calculations, OR Slider Labels", "Branching Logic (Show field only if...)"]  # fmt: skip
SHORT = ["field_name", "field_label", "field_type", "select_choices_or_calculations", "branching_logic"]  # fmt: skip


@pytest.fixture
def fields():
    return read_dictionary(pd.DataFrame(ENTRIES, columns=LONG))[0]


@pytest.mark.parametrize("heads", [LONG, SHORT, [f" {each.upper()} " for each in LONG]])
def test_a_dictionary_in_every_spelling_of_its_headings(heads):
    found, findings = read_dictionary(pd.DataFrame(ENTRIES, columns=heads))
    assert findings == [] and list(found) == ["id", "sex", "dead", "open", "site", "twin", "twin_2"]
    assert found["sex"] == {
        "field": "sex", "label": "Sex", "type": "radio", "branching": "",
        "choices": {"1": "Male", "2": "Female, or other", "9": "Unknown"},
    }  # fmt: skip
    assert found["dead"]["choices"] == {"1": "Yes", "0": "No"}
    assert found["open"]["choices"] == {"1": "True", "0": "False"}
    assert found["site"]["choices"] == {"1": "Lung", "-9": "Unknown"}
    assert found["site"]["branching"] == "[dead] = '0'"
    assert found["id"]["choices"] == found["twin"]["choices"] == {}


def test_a_dictionary_of_two_columns_is_one():
    found, findings = read_dictionary(
        pd.DataFrame([["sex", "1, Male"]], columns=[LONG[0], LONG[3]])
    )
    assert found == {"sex": {"field": "sex", "label": "", "type": "", "choices": {}, "branching": ""}}  # fmt: skip
    assert findings == []


@pytest.mark.parametrize("gone", [0, 3])
def test_a_table_without_names_or_without_choices_is_no_dictionary(gone):
    table = pd.DataFrame(ENTRIES, columns=LONG).drop(columns=LONG[gone])
    found, (item,) = read_dictionary(table)
    assert found == {} and (item["severity"], item["rule"]) == ("error", "not_a_dictionary")
    assert item["message"] == (
        "cohort.redcap.dictionary is not a data dictionary of REDCap: it has no column 'Variable / Field Name' or no "
        "'Choices, Calculations, OR Slider Labels'."
    )
    assert item["remedy"] == "Download it under Project Setup, Data Dictionary."


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("sex", "sex"),
        ("Sex", "sex"),
        ("Twin", "Twin"),  # a label of two fields
        ("Weight", "Weight"),
        ("Site (choice=Lung)", "site___1"),
        ("Site (choice=Unknown)", "site___-9"),
        ("Site (choice=Brain)", "Site (choice=Brain)"),
        ("Weight (choice=Lung)", "Weight (choice=Lung)"),
        ("Event Name", "redcap_event_name"),
        ("Repeat Instrument", "redcap_repeat_instrument"),
    ],
)
def test_headings_of_an_export_with_labels(heading, name, fields):
    raw = pd.DataFrame(columns=[heading, "id"])
    assert name_columns(raw, fields) == [name, "id"]
    assert name_columns(raw, {}) == [heading, "id"]


def test_a_heading_that_is_a_field_is_not_the_label_of_another(fields):
    fields["twin"]["label"] = "sex"
    assert name_columns(pd.DataFrame(columns=["sex"]), fields) == ["sex"]


LEVELS = {"levels": ["female", "male"], "level_labels": {"female": "Woman", "male": "Man"}}


def spec(column="sex", **others):
    plain = {"values": {}, "missing": [], "levels": [], "level_labels": {}, "kind": "categorical"}
    return {**plain, "column": column, "label": "Sex of the patient", **others}


def decode(raw, fields, settings=(), **columns):
    table = pd.DataFrame(raw, dtype=object)
    table = table.set_axis(range(2, len(table) + 2))  # as the lines of a file
    table = table.where(table.notna(), None)
    columns = {"patient_id": {"column": "id"}, **columns}
    return decode_export(table, columns, dict(settings), fields)


@pytest.mark.parametrize(
    ("choices", "given", "values"),
    [
        ("1, Man | 2, WOMAN | 3, Other", {}, {"1": "male", "Man": "male", "2": "female", "WOMAN": "female"}),
        ("1, male | 2, Woman", {}, {"1": "male", "male": "male", "2": "female", "Woman": "female"}),
        ("1, x | 2, y", {"1.0": "male", "Y": "female"}, {"1.0": "male", "x": "male", "Y": "female", "2": "female"}),
        ("1, x | 2, y", {}, {}),
        ("1, Man | 2, x", {"2": "male"}, {"2": "male", "1": "male", "Man": "male", "x": "male"}),
    ],
)  # fmt: skip
def test_codes_and_labels_mean_the_level_of_one_of_them(choices, given, values, fields):
    table = pd.DataFrame([["sex", "Sex", "radio", choices, ""]], columns=LONG)
    fields = read_dictionary(table)[0]
    _, read, found = decode({"id": ["a"], "sex": ["1"]}, fields, sex=spec(**LEVELS, values=given))
    assert read["sex"]["values"] == values and found == []


def test_what_a_box_means_is_said_by_the_plan_alone(fields):
    fields["sex"] |= {"type": "checkbox", "choices": {"1": "Man", "2": "x"}}
    raw, given = {"id": ["a"], "sex": ["1"]}, {"2": "male"}
    _, read, _ = decode(raw, fields, sex=spec(**LEVELS, values=given))
    assert read["sex"]["values"] == {"2": "male", "x": "male"}


def test_a_contradiction_names_code_and_label(fields):
    raw, given = {"id": ["a"], "sex": ["1"]}, {"1": "female", "2": "male", "9": "male"}
    fields["sex"]["choices"] = {"1": "Man", "2": "Man", "9": "Unknown"}
    _, _, (item,) = decode(raw, fields, sex=spec(**LEVELS, values=given))
    assert item["message"] == "Sex of the patient: the plan says that 1 is 'female', the data dictionary 'Man'."  # fmt: skip
    assert (item["severity"], item["rule"]) == ("error", "contradicts_dictionary")
    assert (item["column"], item["value"], item["remedy"]) == ("sex", "1", "Correct `values:`.")
    fields["sex"]["type"] = "checkbox"
    assert decode(raw, fields, sex=spec(**LEVELS, values=given))[2] == []


@pytest.mark.parametrize(
    ("settings", "own"), [({"missing": ["unknown"]}, []), ({"missing": [9]}, []), ({}, ["9.0"]), ({}, ["Unknown"])]
)  # fmt: skip
def test_the_code_and_the_label_of_what_is_missing(settings, own, fields):
    _, read, _ = decode({"id": ["a"], "sex": ["9"]}, fields, settings, sex=spec(**LEVELS, missing=own))  # fmt: skip
    assert read["sex"]["missing"] == [*own, "9", "Unknown"]


@pytest.mark.parametrize(
    ("choices", "kind", "missing", "told"),
    [
        ({"1": "1", "2": "2-3", "3": "more"}, "continuous", [], ("2", "2-3")),
        ({"1": "1.0", "2": "2"}, "count", [], None),
        ({"1": "one"}, "date", [], None),
        ({"1": "1", "9": "Unknown"}, "count", ["9"], None),  # missing, and no number
        ({"1": "1", "9": "Unknown"}, "count", ["unknown"], None),
        ({"1": "1", "9": "Unknown"}, "count", [], ("9", "Unknown")),
    ],
)
def test_codes_of_choices_are_no_numbers(choices, kind, missing, told, fields):
    fields["sex"]["choices"] = choices
    _, _, found = decode({"id": ["a"], "sex": ["1"]}, fields, sex=spec(kind=kind, missing=missing))
    assert [(item["severity"], item["rule"], item["column"], item["value"]) for item in found] == (
        [("warning", "coded_number", "sex", told[0])] if told else []
    )
    if told:
        assert found[0]["message"] == (
            f"Sex of the patient: the data dictionary says that {told[0]} means '{told[1]}'; codes would be read as numbers."
        )
        assert found[0]["remedy"] == "Map the column to a variable with levels, or check that the codes are the numbers."  # fmt: skip


def test_a_question_that_was_not_asked_of_everybody(fields):
    fields["sex"]["branching"] = fields["id"]["branching"] = "[dead] = '1'"
    raw = {"id": ["a", None, "c"], "sex": ["1", None, None]}
    _, _, (item,) = decode(raw, fields, sex=spec(**LEVELS))
    assert item["message"] == (
        "Sex of the patient was asked only if [dead] = '1'; it is empty in 2 of 3 rows, which is unknown and not 'no'."
    )
    assert item["remedy"] == "Nothing to do, or declare what follows from the other question under `variables:`."  # fmt: skip
    assert (item["severity"], item["column"]) == ("note", "sex")
    assert decode({**raw, "sex": ["1", "2", "1"]}, fields, sex=spec(**LEVELS))[2] == []
    assert decode({"id": ["a"]}, fields, sex=spec(**LEVELS))[2] == []
    assert decode(raw, fields, weight=spec("weight", kind="continuous"))[2] == []


def test_what_is_set_by_the_plan_is_left_alone(fields):
    fields["sex"]["choices"] = {"1": "one"}
    read = decode({"id": ["a"], "sex": ["1"]}, fields, x={"fixed": 3, "column": "sex"})[1]
    assert read == {"patient_id": {"column": "id"}, "x": {"fixed": 3, "column": "sex"}}


BOXES = {"id": list("abcde"), "site___1": [1, 0, "Checked", 0, None], "site____9": ["0", 1, 0, "Unchecked", 0], "site___2": [0, 0, 1, 0, 0]}  # fmt: skip


def test_the_boxes_of_a_question():
    raw = pd.DataFrame(BOXES, dtype=object)
    assert list_boxes(raw) == {"site": {"1": "site___1", "-9": "site____9", "2": "site___2"}}
    assert list_boxes(raw.assign(site="x")) == {}  # the question stands there itself
    assert list_boxes(raw.assign(site___3=["12", *[0] * 4])) == {}  # no box
    double = pd.concat([raw, raw[["site___1"]]], axis=1)
    assert list_boxes(double)["site"] == {"-9": "site____9", "2": "site___2"}
    both = raw.assign(organ___1=1)
    assert list(list_boxes(both)) == ["site", "organ"] and list_boxes(both)["organ"] == {"1": "organ___1"}  # fmt: skip
    assert list_boxes(raw.assign(site___1=1, site____9=1, site___2=1))["site"]["2"] == "site___2"


def tick(values, raw=None, settings=(), column="site", **others):
    raw, read, found = decode(raw or BOXES, {}, settings, x=spec(column, kind="binary", values=values, **others))  # fmt: skip
    cells = raw[read["x"]["column"]]
    return cells.where(cells.notna(), None).tolist(), read["x"], found


def test_what_was_ticked():
    values = {"1": "yes", "2": "yes"}
    cells, read, (item,) = tick(values, missing=["-9"])
    assert cells == ["1", None, "1", None, None] and read["column"] == "site"
    assert item["message"] == "Sex of the patient: for 2 patients no box of site is ticked; the answer is unknown, not 'no'."  # fmt: skip
    assert item["remedy"] == "Nothing to do; if no tick means a level, say so: `none_ticked: no`."
    assert (item["severity"], item["rule"], item["column"]) == ("note", "nothing_ticked", "site")
    assert tick(values, settings={"missing": [-9]})[0] == cells
    assert tick({**values, "-9": "no"})[0] == ["1", "-9", "1", None, None]
    cells, read, found = tick(values, missing=["-9"], none_ticked="no")
    assert cells == ["1", None, "1", "nothing ticked", "nothing ticked"] and found == []
    assert read["values"]["nothing ticked"] == "no" and read["none_ticked"] is None


def test_a_patient_who_ticked_in_one_row_has_ticked():
    raw = {"id": ["a", "a", "b", "b", 1, "1"], "site___1": [1, 0, 0, 0, 0, 0]}
    assert "for 2 patients no box" in tick({"1": "yes"}, raw)[2][0]["message"]
    alone = {"site___1": [1, 0, 0], "other": [1, 1, 1]}
    assert "for 2 patients no box" in tick({"1": "yes"}, alone)[2][0]["message"]
    assert tick({"1": "yes"}, {"id": ["a", "a"], "site___1": [0, 1]})[2] == []


THREE = {"id": list("abcd"), "site___1": [1, 1, 1, 0], "site___2": [1, 1, 0, 1], "site___3": [0, 1, 1, 0]}  # fmt: skip


@pytest.mark.parametrize(
    ("values", "several", "cells"),
    [
        ({"1": "no", "2": "yes", "3": "no"}, "yes", ["2", "2", "1", "2"]),
        ({"1": "yes", "2": "yes", "3": "yes"}, None, ["1", "1", "1", "2"]),
        ({"1": "yes", "2": "yes", "3": "yes"}, "no", ["1", "1", "1", "2"]),
        ({"1": "no", "2": "yes", "3": "no", "1, 2": "yes", "1, 2, 3": "no"}, None, ["1, 2", "1, 2, 3", "1", "2"]),
    ],
)  # fmt: skip
def test_boxes_that_are_ticked_together(values, several, cells):
    made, _, found = tick(values, THREE, several=several)
    assert made == cells and found == []


@pytest.mark.parametrize("several", [None, "maybe"])
def test_boxes_that_contradict_one_another(several):
    made, _, found = tick({"1": "no", "2": "yes", "3": "no"}, THREE, several=several)
    assert made == [None, None, "1", "2"]
    assert [(item["severity"], item["rule"], item["row"], item["column"], item["value"]) for item in found] == [
        ("error", "several_boxes", 2, "site", "1, 2"), ("error", "several_boxes", 3, "site", "1, 2, 3"),
    ]  # fmt: skip
    assert found[0]["message"] == (
        "Sex of the patient: the boxes 1, 2 are ticked together and mean different levels (1 row)."
    )
    assert found[0]["remedy"] == (
        'Correct it, or say which level counts (`several: yes`), or declare the combination: `values: {"1, 2": ...}`.'
    )
    again = {name: [*cells, cells[0]] for name, cells in THREE.items()}
    (first, _) = tick({"1": "no", "2": "yes", "3": "no"}, again)[2]
    assert first["message"].endswith("(2 rows).") and first["row"] == 2


@pytest.mark.parametrize(
    ("values", "read", "rule"),
    [
        ({"1": "yes", "0": "no"}, {"1": "yes", "checked": "yes", "0": "no", "unchecked": "no"}, None),
        ({"Checked": "yes", "Unchecked": "no"}, {"1": "yes", "checked": "yes", "0": "no", "unchecked": "no"}, None),
        ({"0": "no"}, {"0": "no", "unchecked": "no"}, None),
        ({"1": "yes"}, {"1": "yes"}, "box_not_ticked"),
        ({}, {}, "box_not_ticked"),
    ],
)  # fmt: skip
def test_a_single_box(values, read, rule):
    cells, used, found = tick(values, column="site___1", missing=["-9"])
    assert used["values"] == read
    assert [item["rule"] for item in found] == [rule] * bool(rule) + ["nothing_ticked"]
    answered = [1, None, "Checked", None, None]  # where a box with a meaning was ticked
    assert cells == ([None] * 5 if rule else answered)
    if rule:
        assert found[0]["message"] == "Sex of the patient: site___1 is a check box; a box that is not ticked is not 'no'."  # fmt: skip
        assert found[0]["remedy"] == (
            "Map the question and say what each box means: `{column: site, values: {1: yes, 2: no}, missing: [99]}` (the codes of "
            "its boxes); or say it for this box: `values: {1: yes, 0: no}`."
        )
        assert (found[0]["severity"], found[0]["column"]) == ("error", "site___1")


def test_the_only_box_of_a_question_is_answered_when_it_is_not_ticked():
    raw = {"id": list("ab"), "site___1": [1, 0]}
    assert tick({"1": "yes", "0": "no"}, raw, column="site___1")[0] == [1, 0]
    other = {**raw, "site___2": [0, 1]}
    assert tick({"1": "yes", "0": "no"}, other, column="site___1")[0] == [1, 0]


def test_two_variables_of_one_question_each_have_a_column():
    one, two = spec("site", values={"1": "yes"}, kind="binary"), spec("site", values={"2": "yes"}, kind="binary")  # fmt: skip
    raw, read, _ = decode(BOXES, {}, x=one, y=two)
    assert [read[name]["column"] for name in "xy"] == ["site", "site (y)"]
    assert list(raw.columns) == [*BOXES, "site", "site (y)"]
