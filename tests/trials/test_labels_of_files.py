"""What an SPSS or Stata file says about its codes, in any language, against what the plan reads."""

import numpy as np
import pandas as pd
import pyreadstat
import pytest
import yaml
from making import check_file, make_plan

SIZE = 24
PLAN = """
study: {title: T}
cohort: {file: cohort.sav}
columns: {patient_id: id, age: age, overall_time: months, died: dead}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""


def find(tmp_path, ending, variable, column, labels, values=None):
    """The findings on one column of a file with labels: [[severity, rule]] of those that are about labels, and their words."""
    count = np.arange(SIZE)
    rows = pd.DataFrame(
        {
            "id": [f"P{place:02d}" for place in count],
            "age": 50.0 + count % 20,
            "months": 20.0 + 2 * count,
            "dead": count % 2,
            column: values if values is not None else count % 2,
        }
    )
    config = yaml.safe_load(PLAN)
    config["cohort"]["file"] = f"cohort.{ending}"
    config["columns"][variable] = column
    path = tmp_path / f"cohort.{ending}"
    writer = pyreadstat.write_sav if ending == "sav" else pyreadstat.write_dta
    writer(rows, str(path), variable_value_labels={column: labels})
    found = check_file(make_plan(yaml.safe_dump(config)), path)[1]
    rules = ["value_labels", "value_labels_contradict", "undeclared_missing_code"]
    hit = found[found["rule"].isin(rules)]
    assert hit["column"].isin([column]).all()
    return hit["severity"].tolist(), " ".join(hit["message"]), " ".join(hit["remedy"])


NAMES = [
    ("died", "lebt", "verstorben"),
    ("died", "vivo", "muerto"),
    ("died", "vivant", "décédé"),
    ("died", "生存", "死亡"),
    ("died", "AWD", "DOD"),
    ("node_positive", "N0", "N+"),
    ("node_positive", "négatif", "positif"),
    ("node_positive", "阴性", "阳性"),
    ("margin_positive", "frei", "befallen"),
    ("margin_positive", "clear", "involved"),
    ("recurred", "kein Rezidiv", "Rezidiv"),
    ("recurred", "rezidivfrei", "Rezidiv"),
    ("synchronous", "metachroon", "synchroon"),
    ("bilobar", "unilobär", "bilobär"),
    ("extrahepatic_disease", "liver only", "extrahepatic"),
]


@pytest.mark.parametrize("ending", ["sav", "dta"])
@pytest.mark.parametrize("variable, no, yes", NAMES)
def test_labels_in_the_words_of_the_field(ending, variable, no, yes, tmp_path):
    column = "dead" if variable == "died" else "code"
    assert find(tmp_path, ending, variable, column, {0: no, 1: yes})[0] == []
    severity, said, _ = find(tmp_path, ending, variable, column, {0: yes, 1: no})
    assert severity == ["error"] and f"1 is '{no}' in the file and yes in the plan" in said


TURNED = [
    ("FOLFOX", "keine", ["error"]),  # which is no in one word
    ("chemo", "no chemo", ["warning"]),
    ("chimiothérapie", "sans chimiothérapie", ["warning"]),
    ("化疗", "未化疗", ["warning"]),
    ("without", "chemo", ["note"]),  # as it is read
    ("no chemo", "none of these", ["note"]),  # both say no
    ("adjuvant", "neoadjuvant", ["note"]),
    ("A", "nodular", ["note"]),  # no word
]


@pytest.mark.parametrize("no, yes, severity", TURNED)
def test_words_for_yes_that_say_no(no, yes, severity, tmp_path):
    labels = {0: no, 1: yes}
    found = find(tmp_path, "sav", "preoperative_chemotherapy", "code", labels)
    assert found[0] == severity
    assert ("say no" in found[1]) == (severity == ["warning"])


WORDS = [
    ("died", {"1:DECEASED": "no", "0:LIVING": "yes"}, True),
    ("died", {"1:DECEASED": "yes", "0:LIVING": "no"}, False),
    ("recurred", {"1:Recurred/Progressed": "no", "0:DiseaseFree": "yes"}, True),
    ("preoperative_chemotherapy", {"FOLFOX": "no", "no chemo": "yes"}, True),
    ("preoperative_chemotherapy", {"FOLFOX": "yes", "no chemo": "no"}, False),
    ("preoperative_chemotherapy", {"FOLFOX": "yes", "FOLFIRI": "yes", "none": "no"}, False),
    (
        "preoperative_chemotherapy",
        {"ja": "no", "nein": "yes"},
        False,
    ),  # a column may ask the opposite
]


@pytest.mark.parametrize(("variable", "values", "told"), WORDS)
def test_codes_that_the_plan_turns_round(variable, values, told, tmp_path):
    column = "dead" if variable == "died" else "code"
    config = yaml.safe_load(PLAN)
    config["cohort"]["file"] = "cohort.csv"
    config["columns"][variable] = {"column": column, "values": values}
    codes, count = list(values), np.arange(SIZE)
    rows = {"id": count, "age": 50 + count % 20, "months": 20 + 2 * count, "dead": count % 2}
    rows[column] = [codes[place % len(codes)] for place in count]
    pd.DataFrame(rows).to_csv(tmp_path / "cohort.csv", index=False)
    found = check_file(make_plan(yaml.safe_dump(config)), tmp_path / "cohort.csv")[1]
    said = found[found["rule"] == "codes_contradict"]
    assert said["severity"].tolist() == ["warning"] * told
    assert not told or f"{codes[0]} as {values[codes[0]]}" in said["message"].iloc[0]


NUMBERS = [
    (55, "non dosé", True),
    (55, "ignorado", True),
    (55, "refused", True),
    (55, "keine Angabe", True),
    (55, "55 or more", True),
    (55, "> 55", True),
    (55, "55", False),
    (55, "55 years", False),
    (0, "keine", False),
    (0, "none", True),  # which is also a word for missing
    (0, "non dosé", True),
]


@pytest.mark.parametrize("code, label, told", NUMBERS)
def test_a_number_with_a_label_may_be_no_number(code, label, told, tmp_path):
    values = [float(code), *range(50, 73)]
    severity, said, remedy = find(tmp_path, "sav", "albumin_g_l", "lab", {code: label}, values)
    assert severity == (["warning"] if told else [])
    if told:
        assert f"{code} is '{label}'" in said and f"list {code} under `missing:`" in remedy.replace(
            "List", "list"
        )
