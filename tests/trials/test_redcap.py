"""Exports of REDCap: choices by the data dictionary, check boxes, events and repeats."""

import pandas as pd
import pytest
from making import read_sources

PLAN = """
study: {title: REDCap}
cohort: {file: c.csv, missing: [UNK, NASK], rows: fold}
columns:
  patient_id: record_id
  resection_date: op_date
  sex: {column: sex, values: {1: male, 2: female}}
  extrahepatic_disease: {column: ehd, values: {1: yes, 2: no}, missing: [99]}
  kras: {column: kras, values: {0: wild_type, 1: mutated}}
  last_contact_date: {column: fu_date, where: {redcap_event_name: followup_arm_1, redcap_repeat_instrument: ""}, take: last}
  died: {column: dead, where: {redcap_event_name: followup_arm_1}, take: last}
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: last_contact_date, flag: died}}
    censoring: {last_contact: {date: last_contact_date}}
"""
EXPORT = """record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,op_date,sex,ehd___1,ehd___2,ehd___99,kras,fu_date,dead
1,baseline_arm_1,,,2015-01-10,1,0,1,0,0,,
1,followup_arm_1,,,,,0,0,0,,2018-03-01,1
1,followup_arm_1,recurrence,1,,,0,0,0,,,
2,baseline_arm_1,,,2015-06-02,2,0,0,0,UNK,,
2,followup_arm_1,,,,,0,0,0,,2019-07-15,0
3,baseline_arm_1,,,2016-02-20,1,1,0,0,1,,
3,followup_arm_1,,,,,0,0,0,,2017-05-05,1
4,baseline_arm_1,,,2016-03-20,2,0,0,1,1,,
4,followup_arm_1,,,,,0,0,0,,2017-06-05,0
"""


def read_export(folder, plan=PLAN, export=EXPORT, dictionary=None):
    (folder / "c.csv").write_text(export, encoding="utf-8")
    if dictionary:
        (folder / "dictionary.csv").write_text(dictionary, encoding="utf-8")
        plan = plan.replace("file: c.csv,", "file: c.csv, redcap: {dictionary: dictionary.csv},")
    return read_sources(plan, folder, {})


def only(findings, rule):
    hits = findings[findings["rule"] == rule]
    assert len(hits) == 1, findings.to_dict("records")
    return hits.iloc[0]


def list_errors(findings):
    return findings[findings["severity"] == "error"].to_dict("records")


def list_values(cohort, name):
    values = cohort.set_index("patient_id")[name].astype(object)
    return values.where(values.notna(), "?").to_dict()


def test_events_and_repeats_are_one_row_per_patient(tmp_path):
    cohort, _, findings = read_export(tmp_path)
    assert not list_errors(findings), list_errors(findings)
    assert cohort["patient_id"].tolist() == ["1", "2", "3", "4"]
    assert list_values(cohort, "died") == {"1": "yes", "2": "no", "3": "yes", "4": "no"}
    assert list_values(cohort, "kras") == {
        "1": "wild_type",
        "2": "?",
        "3": "mutated",
        "4": "mutated",
    }
    days = [1146, 1504, 440, 442]  # counted with R's as.Date
    assert (cohort["os_months"] * 30.4375).round(6).tolist() == days
    assert cohort["os_event"].tolist() == [1, 0, 1, 0]


def test_nothing_ticked_is_unknown_and_so_is_the_box_for_unknown(tmp_path):
    cohort, _, findings = read_export(tmp_path)
    assert list_values(cohort, "extrahepatic_disease") == {
        "1": "no",
        "2": "?",
        "3": "yes",
        "4": "?",
    }
    item = only(findings, "nothing_ticked")
    assert item["severity"] == "note" and "for 1 patient no box" in item["message"]


@pytest.mark.parametrize("entry", ["ehd___1", "{column: ehd___1, values: {1: yes}}"])
def test_a_single_box_without_a_meaning_for_not_ticked_is_an_error(entry, tmp_path):
    plan = PLAN.replace("{column: ehd, values: {1: yes, 2: no}, missing: [99]}", entry)
    cohort, _, findings = read_export(tmp_path, plan)
    item = only(findings, "box_not_ticked")
    assert item["severity"] == "error" and item["column"] == "ehd___1"
    assert "column: ehd," in item["remedy"]
    assert cohort["extrahepatic_disease"].isna().all()


def test_a_single_box_counts_only_where_the_question_was_answered(tmp_path):
    entry = "{column: ehd___1, values: {1: yes, 0: no}, missing: [99]}"
    plan = PLAN.replace("{column: ehd, values: {1: yes, 2: no}, missing: [99]}", entry)
    cohort, _, findings = read_export(tmp_path, plan)
    assert not list_errors(findings)
    assert list_values(cohort, "extrahepatic_disease") == {
        "1": "no",
        "2": "?",
        "3": "yes",
        "4": "?",
    }


def test_no_tick_means_what_the_plan_says(tmp_path):
    entry = "missing: [99], none_ticked: no, where: {redcap_event_name: baseline_arm_1}}"
    cohort = read_export(tmp_path, PLAN.replace("missing: [99]}", entry))[0]
    assert list_values(cohort, "extrahepatic_disease") == {
        "1": "no",
        "2": "no",
        "3": "yes",
        "4": "?",
    }


SITES = """
study: {title: Boxes}
cohort: {file: c.csv, }
variables:
  lung: {label: Lung, kind: binary, timing: baseline}
  bone: {label: Bone, kind: binary, timing: baseline}
  anywhere: {label: Outside the liver, kind: binary, timing: baseline}
columns:
  patient_id: record_id
  overall_time: time
  died: dead
  lung: {column: site, values: {1: yes, 2: no, 0: no}, SEVERAL}
  bone: {column: site, values: {1: no, 2: yes, 0: no}, SEVERAL}
  anywhere: {column: site, values: {1: yes, 2: yes, 0: no}}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""


def write_boxes(ticks):
    """Patients with the ticks given; boxes 1 lung, 2 bone, 0 none."""
    rows = [
        {
            "record_id": n,
            "time": 10 + n,
            "dead": n % 2,
            **{f"site___{box}": int(box in each) for box in "120"},
        }
        for n, each in enumerate(ticks, 1)
    ]
    return pd.DataFrame(rows).to_csv(index=False)


def test_two_variables_of_one_question_with_several_ticks(tmp_path):
    plan = SITES.replace("SEVERAL", "several: yes")
    cohort, _, findings = read_export(tmp_path, plan, write_boxes(["1", "2", "12", "0", ""]))
    assert not list_errors(findings)
    assert list(list_values(cohort, "lung").values()) == ["yes", "no", "yes", "no", "?"]
    assert list(list_values(cohort, "bone").values()) == ["no", "yes", "yes", "no", "?"]
    assert list(list_values(cohort, "anywhere").values()) == ["yes", "yes", "yes", "no", "?"]


def test_ticks_that_contradict_one_another_are_an_error_unless_declared(tmp_path):
    plan = SITES.replace("SEVERAL", "several: yes")
    findings = read_export(tmp_path, plan, write_boxes(["1", "20", "12", "20", "20"]))[2]
    item = only(
        findings, "several_boxes"
    )  # bone and none: only `anywhere` has not said which counts
    assert (item["severity"], item["row"], item["value"]) == ("error", 3, "2, 0")
    words = "the boxes 2, 0 are ticked together and mean different levels (3 rows)."
    assert item["message"].endswith(words)
    plan = plan.replace("2: yes, 0: no}}", '2: yes, 0: no, "2, 0": yes}}')
    cohort, _, findings = read_export(tmp_path, plan, write_boxes(["1", "20", "12", "0"]))
    assert not list_errors(findings) and cohort["anywhere"].tolist() == ["yes", "yes", "yes", "no"]


DICTIONARY = """"Variable / Field Name","Form Name","Section Header","Field Type","Field Label","Choices, Calculations, OR Slider Labels","Field Note","Text Validation Type OR Show Slider Number","Branching Logic (Show field only if...)"
record_id,baseline,,text,Record ID,,,,
time,baseline,,text,Months,,,number,
dead,baseline,,yesno,Died,,,,
sex,baseline,,radio,Sex,"2, Male | 1, Female | 9, Unknown",,,
side,baseline,,dropdown,Side of the primary,"1, Rechts | 2, Links",,,
number,baseline,,dropdown,Number,"1, 1 | 2, 2-3 | 3, more",,,
site,baseline,,checkbox,Disease elsewhere,"1, Lung | 2, Bone, other | 0, None",,,
kras,baseline,,radio,KRAS,"0, Wild type | 1, Mutated",,,[tested] = '1'
"""
DECODED = """
study: {title: Decoded}
cohort: {file: c.csv, missing: [Unknown]}
variables: {elsewhere: {label: Outside the liver, kind: binary, timing: baseline}}
columns:
  patient_id: record_id
  overall_time: time
  died: dead
  sex: sex
  elsewhere: {column: site, values: {Lung: yes, "Bone, other": yes, None: no}}
  kras: {column: kras, values: {Wild type: wild_type, 1: mutated}}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""
RAW = """record_id,time,dead,sex,side,number,site___1,site___2,site___0,kras
1,10,1,2,1,1,1,0,0,0
2,20,0,1,2,2,0,0,1,
3,30,1,9,1,3,0,1,0,1
4,40,0,1,2,1,0,0,0,1
"""
LABELLED = """Record ID,Months,Died,Sex,Side of the primary,Number,Disease elsewhere (choice=Lung),"Disease elsewhere (choice=Bone, other)",Disease elsewhere (choice=None),KRAS
1,10,Yes,Male,Rechts,1,Checked,Unchecked,Unchecked,Wild type
2,20,No,Female,Links,2-3,Unchecked,Unchecked,Checked,
3,30,Yes,Unknown,Rechts,more,Unchecked,Checked,Unchecked,Mutated
4,40,No,Female,Links,1,Unchecked,Unchecked,Unchecked,Mutated
"""


@pytest.mark.parametrize("export", [RAW, LABELLED])
def test_raw_and_label_export_give_the_same_cohort(export, tmp_path):
    cohort, _, findings = read_export(tmp_path, DECODED, export, DICTIONARY)
    assert not list_errors(findings), list_errors(findings)
    assert list(list_values(cohort, "sex").values()) == ["male", "female", "?", "female"]
    assert cohort["died"].tolist() == ["yes", "no", "yes", "no"]
    assert list(list_values(cohort, "elsewhere").values()) == ["yes", "no", "yes", "?"]
    assert list(list_values(cohort, "kras").values()) == ["wild_type", "?", "mutated", "mutated"]
    words = only(findings, "branching_logic")["message"]
    assert "[tested] = '1'; it is empty in 1 of 4 rows" in words


def test_an_exclusion_reads_codes_by_the_dictionary(tmp_path):
    rule = 'exclusions: {men: {label: Men, variable: sex, operator: "==", value: male}}'
    plan = DECODED.replace("{file: c.csv,", f"{{file: c.csv, {rule},")
    cohort, _, findings = read_export(tmp_path, plan, RAW, DICTIONARY)
    assert not list_errors(findings), list_errors(findings)
    assert cohort["patient_id"].tolist() == ["2", "3", "4"]
    assert "not known" in only(findings, "exclusion_unknown")["message"]


def test_without_the_dictionary_codes_are_not_guessed(tmp_path):
    findings = read_export(tmp_path, DECODED, RAW)[2]
    assert "unknown_level" in set(findings["rule"])


def test_a_plan_that_contradicts_the_dictionary_is_an_error(tmp_path):
    plan = DECODED.replace("sex: sex", "sex: {column: sex, values: {1: male, 2: female}}")
    findings = read_export(tmp_path, plan, RAW, DICTIONARY)[2]
    hits = findings[findings["rule"] == "contradicts_dictionary"]
    assert hits["severity"].tolist() == ["error"] * 2 and set(hits["value"]) == {"1", "2"}


def test_codes_of_a_list_are_not_numbers(tmp_path):
    plan = DECODED.replace("  sex: sex\n", "  sex: sex\n  n_crlm: number\n")
    item = only(read_export(tmp_path, plan, RAW, DICTIONARY)[2], "coded_number")
    assert (item["severity"], item["column"]) == ("warning", "number") and "'2-3'" in item[
        "message"
    ]


def test_a_file_that_is_no_dictionary_is_an_error(tmp_path):
    item = only(read_export(tmp_path, DECODED, RAW, "a,b\n1,2\n")[2], "not_a_dictionary")
    assert item["severity"] == "error"


def test_a_column_with_the_sign_of_boxes_that_holds_other_things_is_read_as_it_is(tmp_path):
    plan = SITES.split("  lung: {column")[0].split("variables:")[0] + "columns: {patient_id: record_id, overall_time: time, died: dead, age: age___y}\nendpoints:" + SITES.split("endpoints:")[1]  # fmt: skip
    rows = [{"record_id": n, "time": 10 + n, "dead": n % 2, "age___y": 50 + n} for n in range(6)]
    cohort, _, findings = read_export(tmp_path, plan, pd.DataFrame(rows).to_csv(index=False))
    assert not list_errors(findings) and cohort["age"].tolist() == [50 + n for n in range(6)]
