"""Labels that a file carries against what the plan says that its codes mean."""

import pandas as pd
import pyreadstat
import pytest
from crlm.cohort.value_labels import (
    check_value_labels,
    compare_labels,
    read_column_labels,
    read_value_labels,
)
from said_words import check_said

YES_NO = {
    "label": "Margin",
    "column": "R",
    "kind": "binary",
    "levels": ["no", "yes"],
    "level_labels": {"no": "No", "yes": "Yes"},
    "values": {},
    "words": {"no": ["R0", "clear"], "yes": ["R1", "not-clear"]},
}
STAGE = {
    "label": "Depth",
    "column": "pT",
    "kind": "ordinal",
    "levels": ["T1", "T2", "other_one"],
    "level_labels": {"T1": "Early", "T2": "Late", "other_one": "Something"},
    "values": {},
}
NUMBER = {
    "label": "CEA",
    "column": "cea",
    "kind": "continuous",
    "missing": ["-1"],
    "unit": "ng/mL",
    "factor": 1,
    "unit_words": {"ng ml": 1, "ng l": 0.001},
}

LABELS = {
    "as the plan says": ({0: "R0", 1: "Yes"}, YES_NO),
    "in another language": ({0.0: "nein", 1.0: "ja"}, YES_NO),
    "written otherwise": ({0: " Clear ", 1: "not_clear"}, YES_NO),
    "words of no level": ({0: "lebt", 1: "tot"}, YES_NO),
    "one word of no level": ({0: "R0", 1: "tot", 9: "unknown"}, YES_NO),
    "turned round": ({0: "R1", 1: "R0"}, YES_NO),
    "one turned round": ({0: "R0", 1: "none"}, YES_NO),
    "turned round, and a word of no level": ({0: "yes", 1: "perhaps"}, YES_NO),
    "turned round by the plan": ({1: "yes", 2: "no"}, {**YES_NO, "values": {"1": "no", "2": "yes"}}),
    "a code that the plan does not have": ({1: "yes", 3: "no"}, {**YES_NO, "values": {"1": "yes", "2": "no"}}),
    "a code of several levels": ({1: "T2", 2: "Late"}, {**STAGE, "values": {"1": ["T1", "T2"], "2": "T1"}}),
    "codes of yes and no are none of levels": ({0: "Late", 1: "Early"}, STAGE),
    "levels as codes": ({"T1": "Late", "T2": "late", "Other_One": "other-one"}, STAGE),
    "levels as codes with their labels": ({"T1": "Early", "T2": "T2", "other_one": "something"}, STAGE),
    "yes and no are no words of levels": ({"T1": "yes"}, STAGE),
    "no words of its own": ({0: "clear"}, {**YES_NO, "words": None}),
}  # fmt: skip


@pytest.mark.parametrize("case", LABELS)
def test_labels_of_codes(case):
    labels, spec = LABELS[case]
    check_said("labels", case, compare_labels(labels, spec))


# --- a file ---------------------------------------------------------------------------------------------------------------------


def write(folder, name="a.sav", columns=("cea", "R"), **labels):
    table = pd.DataFrame({each: [0.0, 1.0, 99.0, 98.0] for each in columns})
    if name.lower().endswith(".sav"):
        pyreadstat.write_sav(table, str(folder / name), **labels)
    else:
        pyreadstat.write_dta(table, str(folder / name), **labels)
    return folder / name


@pytest.mark.parametrize("name", ["a.sav", "a.SAV", "a.dta", "a.DTA"])
def test_labels_are_read(name, tmp_path):
    path = write(
        tmp_path, name, variable_value_labels={"R": {0: "R0", 1: "R1"}}, column_labels={"cea": "CEA"}
    )  # fmt: skip
    assert read_value_labels(path) == {"R": {0: "R0", 1: "R1"}}
    assert read_column_labels(path) == {"cea": "CEA"}


def test_what_cannot_be_read_has_no_labels(tmp_path):
    for name in ("a.csv", "b.sav", "c.dta"):
        (tmp_path / name).write_text("cea,R\n1,2\n")
        assert read_value_labels(tmp_path / name) == read_column_labels(tmp_path / name) == {}
        assert check_value_labels(tmp_path / name, {"x": NUMBER}) == []


COLUMNS = {
    "id": {"column": "Nr"},
    "x": NUMBER,
    "margin": {**YES_NO, "values": {"R1": "no", "0": "no", "1": "yes"}},
}
FILES = {
    "nothing": {},
    "a label with another unit": {"column_labels": {"cea": "CEA, ng/L", "R": "Margin"}},
    "a number that is missing": {"variable_value_labels": {"cea": {99: "unknown", 98: " Not Done ", -1: "NA", 1: "one"}}},
    "labels of codes": {"variable_value_labels": {"R": {0: "R1", 1: "R0"}}},
    "all of it": {"column_labels": {"cea": "ng/L"}, "variable_value_labels": {"cea": {99: "NA"}, "R": {1: "R0"}}},
}  # fmt: skip


@pytest.mark.parametrize("case", FILES)
def test_words_on_a_file(case, tmp_path):
    path = write(tmp_path, **FILES[case])
    check_said("labels", case, check_value_labels(path, COLUMNS, ["97"]))


@pytest.mark.parametrize(
    ("kind", "told"), [("continuous", 1), ("count", 1), ("duration", 1), ("date", 0), (None, 0)]
)
def test_numbers_only_are_told_missing(kind, told, tmp_path):
    path = write(tmp_path, variable_value_labels={"cea": {99: "unknown"}})
    for spec in (NUMBER, {**NUMBER, "column": "R"}):
        found = check_value_labels(path, {"x": {**spec, "kind": kind}})
        assert [item["value"] for item in found] == ["99"] * (told and spec is NUMBER)
    assert check_value_labels(path, {"x": {**NUMBER, "kind": kind}}, ["99.0"]) == []


@pytest.mark.parametrize(
    ("low", "high", "told"),
    [(99, 99, False), (98, 99, False), (99, 100, False), (90, 98, True), (100, 200, True)],
)
def test_numbers_that_the_file_takes_for_missing_itself(low, high, told, tmp_path):
    more = {"missing_ranges": {"cea": [{"lo": low, "hi": high}]}}
    path = write(tmp_path, variable_value_labels={"cea": {99: "unknown"}}, **more)
    assert len(check_value_labels(path, {"x": NUMBER})) == told
    other = write(tmp_path, "b.sav", variable_value_labels={"cea": {99: "unknown"}}, missing_ranges={"R": [99]})  # fmt: skip
    assert len(check_value_labels(other, {"x": NUMBER})) == 1


@pytest.mark.parametrize("code", [1.9e9, 2e9, -2.1e9])
def test_missing_values_of_stata_are_no_numbers(code, tmp_path):
    path = write(tmp_path, variable_value_labels={"cea": {code: "unknown"}})
    assert len(check_value_labels(path, {"x": NUMBER})) == (code == 1.9e9)


def test_texts_that_the_file_calls_missing_are_no_numbers(tmp_path):
    table = pd.DataFrame({"cea": ["a", "x"]})
    labels = {"cea": {"x": "unknown"}}
    pyreadstat.write_sav(table, str(tmp_path / "a.sav"), variable_value_labels=labels)
    assert check_value_labels(tmp_path / "a.sav", {"x": NUMBER}) == []


# --- codes of the plan ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "spec", "told"),
    [
        ({"R0": "yes", "R1": "no"}, YES_NO, "R0 as yes and R1 as no"),
        ({"R0": "yes", "R1": "yes"}, YES_NO, "R0 as yes"),
        ({"R0": "no", "R1": "yes"}, YES_NO, None),
        ({"ja": "no", "yes": "no", "No": "yes", "positive": "no"}, YES_NO, None),
        ({"R0": ["no", "yes"]}, YES_NO, None),
        ({"Late": "T1", "T1": "T2", "x": "T2"}, STAGE, "Late as T1 and T1 as T2"),
        ({"other one": "T1"}, STAGE, "other one as T1"),
        ({"m": "T1", "f": "T2"}, {**STAGE, "words": {"T2": ["m"]}}, None),
        ({"m": "T1", "f": "T2"}, {**STAGE, "words": {"T2": ["m"], "T1": ["f"]}}, "m as T1 and f as T2"),
        ({"mf": "T1"}, {**STAGE, "words": {"T2": ["mf"]}}, "mf as T1"),
        ({"m": "T1", "fx": "T2"}, {**STAGE, "words": {"T2": ["m"], "T1": ["fx"]}}, "m as T1 and fx as T2"),
        (None, YES_NO, None),
    ],
)  # fmt: skip
def test_words_that_the_plan_gives_other_levels(values, spec, told):
    found = check_value_labels("a.csv", {"x": {**spec, "values": values}})
    assert [item["rule"] for item in found] == ["codes_contradict"] * bool(told)
    assert not told or f": the plan reads {told}; the words" in found[0]["message"]
