"""What is told of exclusions, word by word: steps in the order of the plan, who is not known, foreign codes, errors that decide, levels."""

import pandas as pd
import pytest
from crlm.cohort.attrition import COLUMNS
from crlm.cohort.exclusions import leave_out
from crlm.cohort.findings import build_finding
from making import make_plan

PLAN = """
study: {title: Made up}
cohort: {file: cohort.csv, exclusions: {RULES}}
columns:
  patient_id: id
  age: AGE
  overall_time: time
  died: dead
  histology: type
  stage: stage
  pn_primary: pn
  n_positive_nodes: nodes
  consent: consent
variables:
  histology: {label: Histology, kind: categorical, levels: [adeno, mucinous, other], timing: baseline}
  stage: {label: Stage, kind: ordinal, levels: [low, middle, high], timing: baseline}
  consent: {label: Consent, kind: binary, timing: baseline}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""


def plan_of(rules, text=PLAN):
    return make_plan(text.replace("{RULES}", "{" + rules + "}"))


def cells(count=8, **columns):
    """Cells as they are read: texts, None for an empty one; the first patient stands in row 2."""
    table = {"id": [f"P{n}" for n in range(count)], "AGE": [str(50 + n) for n in range(count)]}
    table |= {"time": [str(10 + n) for n in range(count)], "dead": ["0", "1"] * (count // 2)}
    table |= {"type": ["adeno", "mucinous"] * (count // 2), "stage": ["low", "high"] * (count // 2)}
    table |= {"pn": ["N0", "N1"] * (count // 2), "nodes": ["0", "2"] * (count // 2), "consent": ["1"] * count}  # fmt: skip
    return pd.DataFrame(table | columns, index=range(2, count + 2), dtype=object)


def run(rules, raw, text=PLAN, blocks=None, read=()):
    return leave_out(raw, blocks, plan_of(rules, text), read=read)


def tell(found):
    return [
        (item["severity"], item["rule"], item["row"], item["patient_id"], item["column"], item["value"], item["message"])
        for item in found
    ]  # fmt: skip


def met(severity, row, column):
    """What reading the file may have found."""
    item = build_finding(
        "error", "error_cell", "Excel shows #N/A.", "Correct it.", row=2, column="c"
    )
    return item | {"severity": severity, "row": row, "column": column}


OLD = "old: {label: Old, variable: age, operator: '>', value: 55}"
NO = "no: {label: No consent, patients: [P7, P0]}"


@pytest.mark.parametrize("rules", ["", OLD])
def test_no_rule_and_nobody_in_the_file(rules):
    read = [met("error", 2, "AGE")]
    raw = cells(8 if not rules else 0)
    kept, blocks, plan, steps, found = run(rules, raw, read=read)
    assert kept is raw and blocks is None and found == read and "age" in plan["columns"]
    count = len(raw)
    assert steps.to_numpy().tolist() == [
        ["file", "Rows in the export", "", 0, count, 0],
        ["analysed", "Patients analysed", "", 0, count, 0],
    ]
    assert list(steps.columns) == COLUMNS


def test_rows_that_make_one_patient_count_once():
    """Where no rule leaves out anybody; each row counts where a row is a patient."""
    raw = cells(id=["P0", "P0", "P1", "P2", "P3", "P4", "P5", "P6"])
    text = PLAN.replace("cohort: {file: cohort.csv,", "cohort: {file: cohort.csv, rows: first,")
    for way, count in ((PLAN, 8), (text, 7)):
        steps = run("", raw, way)[3]
        assert steps["remaining"].tolist() == [count, count]


def test_steps_stand_in_the_order_of_the_plan_and_consent_comes_first():
    withdrawn = (
        "gone: {label: Withdrawn, withdrawn: true, variable: consent, operator: '==', value: false}"
    )
    raw = cells(consent=["1"] * 5 + ["0", "0", "1"])
    kept, _, _, steps, found = run(f"{OLD}, {NO}, {withdrawn}", raw)
    assert steps.to_numpy().tolist() == [
        ["file", "Rows in the export", "", 0, 8, 0],
        ["old", "Old", "", 1, 7, 0],  # P7; P6 has withdrawn
        ["no", "No consent", "", 1, 6, 0],  # P0; P7 was too old
        ["gone", "Withdrawn", "", 2, 4, 0],
        ["analysed", "Patients analysed", "", 0, 4, 0],
    ]
    assert kept["id"].tolist() == ["P1", "P2", "P3", "P4"] and kept.index.tolist() == [3, 4, 5, 6]
    assert not found


@pytest.mark.parametrize(
    ("rule", "change", "message", "remedy", "column"),
    [
        (
            OLD, {"AGE": ["50", None, "52", "53", "54", "55", "56", "57"]},
            "Old: not known in 1 patient, kept in the analysis (Age at resection has no value; first in row 3).", "age", "AGE",
        ),
        (
            OLD, {"AGE": [None, "50", "52", None, "54", "55", "56", "57"]},
            "Old: not known in 2 patients, kept in the analysis (Age at resection has no value; first in row 2).", "age", "AGE",
        ),
        (
            "n: {label: Positive, variable: node_positive, operator: '==', value: true}",
            {"pn": ["N0", None] * 4, "nodes": ["0", None] * 4},
            "Positive: not known in 4 patients, kept in the analysis (Node-positive primary has no value; first in row 3).", "node_positive", "pn, nodes",
        ),
        (
            "t: {label: Burden, variable: tumour_burden_score, operator: '>', value: 100}",
            {"AGE": ["50", None] * 4, "nodes": ["3", "4"] * 4},
            "Burden: not known in 4 patients, kept in the analysis (Tumor Burden Score [secondary] has no value; first in row 3).", "tumour_burden_score", "AGE, nodes",
        ),
    ],
)  # fmt: skip
def test_in_whom_it_is_not_known(rule, change, message, remedy, column):
    text = (
        PLAN
        if "t:" not in rule[:2]
        else PLAN.replace("age: AGE", "size_max_cm: AGE").replace("n_positive_nodes", "n_crlm")
    )
    _, _, _, steps, found = run(rule, cells(**change), text)
    found = [item for item in found if item["rule"] == "exclusion_unknown"]
    assert tell(found) == [("warning", "exclusion_unknown", None, "", column, "", message)]
    assert found[0]["remedy"] == (
        "Enter it; or leave these patients out as well, by a further exclusion with "
        f"`variable: {remedy}, operator: missing`."
    )
    count = 1 if "1 patient," in message else int(message.split("in ")[1].split()[0])
    assert steps["unknown"].tolist() == [0, count, 0]


def test_who_is_left_out_by_another_rule_is_not_unknown():
    raw = cells(AGE=[None, "51", None, "53", "54", "55", "56", "57"])
    for rules in (f"{OLD}, {NO}", f"{NO}, {OLD}"):
        _, _, _, steps, found = run(rules, raw)
        assert steps.set_index("step")["unknown"].to_dict() == {"file": 0, "old": 1, "no": 0, "analysed": 0}  # fmt: skip
        assert [item["message"][-16:] for item in found] == ["first in row 4)."]


# --- codes that are declared nowhere -----------------------------------------------------------------------------------------

OTHERS = "r: {label: Others, variable: histology, operator: not in, value: [adeno, mucinous]}"


def test_foreign_codes_are_named_with_their_counts():
    codes = ["adeno", "mucinous", "PRAD", "LUAD", "PRAD", None, "other", "adeno"]
    kept, _, plan, steps, found = run(OTHERS, cells(type=codes))
    message = "Others: these codes are declared nowhere and are left out with the others: PRAD (2), LUAD (1)."
    foreign = [item for item in found if item["rule"] == "undeclared_code_excluded"]
    assert tell(foreign) == [("note", "undeclared_code_excluded", None, "", "type", "", message)]
    assert foreign[0]["remedy"] == (
        "Nothing to do if none of them is a level that stays, spelled differently."
    )
    assert kept["id"].tolist() == ["P0", "P1", "P5", "P7"]  # P5: not known
    assert steps["excluded"].tolist() == [0, 4, 0] and steps["unknown"].tolist() == [0, 1, 0]
    assert plan["columns"]["histology"]["levels"] == ["adeno", "mucinous"]
    assert plan["sources"][0]["columns"]["histology"]["levels"] == ["adeno", "mucinous"]


@pytest.mark.parametrize(("number", "more"), [(12, ""), (13, " and 1 other"), (15, " and 3 others")])  # fmt: skip
def test_of_many_foreign_codes_twelve_are_named(number, more):
    codes = [f"{'QVXZWK'[n % 6]}{n}" for n in range(number)]
    raw = cells(20, type=[*codes, *["adeno"] * (20 - number)])
    (item,) = [each for each in run(OTHERS, raw)[-1] if each["rule"] == "undeclared_code_excluded"]
    assert item["message"].endswith(f"{', '.join(f'{code} (1)' for code in codes[:12])}{more}.")


@pytest.mark.parametrize(
    ("rule", "code", "gone"),
    [
        (OTHERS, "PRAD", True),
        ("r: {label: O, variable: histology, operator: '!=', value: adeno}", "PRAD", True),
        ("r: {label: O, variable: histology, operator: '==', value: other}", "PRAD", False),
        ("r: {label: O, variable: histology, operator: in, value: [other]}", "PRAD", False),
        (OTHERS, "adneo", False),  # two letters exchanged
        (OTHERS, "edano", False),
        (OTHERS, "adeni", False),  # a slip of the pen
        (OTHERS, "adi", True),
        (OTHERS, "othre", True),  # of a level that does not stay
    ],
)
def test_which_codes_are_foreign(rule, code, gone):
    """A code that is nearly a level that stays is left for the finding of an undeclared code."""
    kept = run(rule, cells(type=["adeno"] * 7 + [code]))[0]
    assert ("P7" not in set(kept["id"])) == gone


@pytest.mark.parametrize(
    "change",
    [
        ("histology: type", "histology: {column: type, where: {AGE: 57}, take: last}"),
        ("histology: type", "histology: {column: type, where: {AGE: 57}}"),
        ("cohort: {file: cohort.csv,", "cohort: {file: cohort.csv, rows: first,"),
    ],
)
def test_where_a_cell_is_no_code_or_rows_make_a_patient_nobody_is_foreign(change):
    kept = run(OTHERS, cells(type=["adeno"] * 7 + ["PRAD"]), PLAN.replace(*change))[0]
    assert "P7" in set(kept["id"])


def test_codes_for_missing_are_not_foreign():
    columns = {"type": ["adeno"] * 6 + ["-9", "?"]}
    for text in (
        PLAN.replace("histology: type", "histology: {column: type, missing: [-9, '?']}"),
        PLAN.replace("cohort: {file", "cohort: {missing: [-9, '?'], file"),
    ):
        kept, _, _, steps, found = run(OTHERS, cells(**columns), text)
        assert len(kept) == 8 and steps["unknown"].tolist() == [0, 2, 0]
        assert [item["rule"] for item in found] == ["exclusion_unknown"]


def test_declared_codes_are_levels():
    text = PLAN.replace("histology: type", "histology: {column: type, values: {1: adeno, 2: mucinous, 3: other}}")  # fmt: skip
    kept, _, _, _, found = run(OTHERS, cells(type=["1", "2", "3", "4", "1", "2", "1", "2"]), text)
    assert kept["id"].tolist() == ["P0", "P1", "P4", "P5", "P6", "P7"]
    assert [item["message"][-7:] for item in found] == [" 4 (1)."]


# --- errors that decide ------------------------------------------------------------------------------------------------------


def test_errors_of_what_a_rule_tests():
    """Of those whom it leaves out, or of the whole column; what stands in other columns of theirs is told nowhere."""
    ages = ["50", "51", "x", "53", "512", "55", "56", "57"]
    kept, _, _, _, found = run(OLD, cells(AGE=ages, pn=["N7"] * 8))
    assert [(item["severity"], item["rule"], item["row"]) for item in found] == [
        ("error", "out_of_range", 6), ("warning", "exclusion_unknown", None),
    ]  # fmt: skip
    assert kept["id"].tolist() == ["P0", "P1", "P2", "P3", "P5"]
    # nor is anything told of who withdrew consent
    withdrawn = OLD.replace("label: Old", "label: Old, withdrawn: true")
    found = run(withdrawn, cells(AGE=["512", *ages[1:4], "54", "55", "56", "57"]))[-1]
    assert [item["rule"] for item in found] == ["exclusion_unknown"]


def test_a_value_that_may_be_a_code_leaves_out_with_a_warning():
    ages = ["50", "51", "52", "53", "54", "55", "50", "106"]
    found = run(OLD, cells(AGE=ages))[-1]
    assert [(item["rule"], item["row"]) for item in found] == [("unlikely_value", 9)]
    young = OLD.replace("'>', value: 55", "'<', value: 51")
    assert not run(young, cells(AGE=ages))[-1]  # who stays is told of later
    other = "s: {label: S, variable: stage, operator: '==', value: high}"
    assert not run(other, cells(AGE=ages))[-1]


def test_a_cell_that_could_not_be_read_is_not_empty():
    missing = "m: {label: Age missing, variable: age, operator: missing}"
    ages = [None, "51", "x", "53", "54", "55", "56", None]
    kept, _, _, steps, found = run(missing, cells(AGE=ages))
    assert kept["id"].tolist() == ["P1", "P2", "P3", "P4", "P5", "P6"]
    assert steps["excluded"].tolist() == [0, 2, 0] and not found
    # nor one in which reading met an error; a warning, or an error in another column, does not keep it
    parts = [("error", 2, "AGE"), ("warning", 9, "AGE")]
    read = [met(*each) for each in parts]
    kept, *_, found = run(missing, cells(AGE=ages), read=read)
    assert kept["id"].tolist() == ["P0", "P1", "P2", "P3", "P4", "P5", "P6"] and found == read[:1]
    read[0]["column"] = "type"
    kept, *_, found = run(missing, cells(AGE=ages), read=read)
    assert kept["id"].tolist() == ["P1", "P2", "P3", "P4", "P5", "P6"] and found == []
    # a derived variable is missing where none of its sources can be read
    derived = "m: {label: M, variable: node_positive, operator: missing}"
    raw = cells(pn=[None, "N0", "x", None, "N0", "N1", "N0", "N1"], nodes=[None] * 8)
    assert run(derived, raw)[0]["id"].tolist() == ["P1", "P2", "P4", "P5", "P6", "P7"]


def test_what_reading_found():
    """Of who stays, of a whole file, of no column, and errors in the cells that decided."""
    parts = [
        ("error", 9, "AGE"), ("warning", 9, "AGE"), ("error", 9, "type"), ("error", 3, "type"), ("error", 9, ""),
        ("error", None, "type"), ("error", 9, "type, AGE"), ("error", 77, "type"), ("error", 2, "AGE"),
    ]  # fmt: skip
    read = [met(*each) for each in parts]
    old = "old: {label: Old, variable: age, operator: '>', value: 56}"
    one = "no: {label: No consent, patients: [P0]}"
    found = run(f"{old}, {one}", cells(), read=read)[-1]
    assert [parts[read.index(item)] for item in found] == [parts[n] for n in (0, 3, 4, 5, 6, 7)]


# --- levels ---------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "types", "levels"),
    [
        (OLD, ["adeno"] * 6 + ["other", "mucinous"], ["adeno"]),
        (OLD, ["adeno"] * 5 + ["other", "other", "adeno"], ["adeno", "mucinous", "other"]),
        (OLD, ["adeno"] * 8, ["adeno", "mucinous", "other"]),  # a level that nobody had stays
        ("r: {label: R, variable: histology, operator: '==', value: other}", ["adeno"] * 8, ["adeno", "mucinous"]),
        ("r: {label: R, variable: histology, operator: in, value: [adeno, mucinous, other]}", ["adeno"] * 8, ["adeno", "mucinous", "other"]),
    ],
)  # fmt: skip
def test_levels_that_left_with_the_excluded(rule, types, levels):
    plan = run(rule, cells(type=types))[2]
    assert plan["columns"]["histology"]["levels"] == levels
    assert plan["sources"][0]["columns"]["histology"]["levels"] == levels
    assert plan["columns"]["consent"]["levels"] == ["no", "yes"]
    assert plan["columns"]["age"] == plan_of(rule)["columns"]["age"]


def test_when_everybody_has_left():
    all_of = "a: {label: All, variable: age, operator: '>', value: 1}"
    more = "m: {label: More, variable: stage, operator: '==', value: high}"
    kept, _, _, steps, found = run(f"{all_of}, {more}, {NO}", cells(AGE=["50"] * 7 + [None]))
    assert kept["id"].tolist() == [] or steps["remaining"].tolist()[-1] == len(kept)
    assert steps["excluded"].tolist() == [0, 7, 1, 0, 0]
    assert not found


# --- several tables, and blocks ---------------------------------------------------------------------------------------------------


def test_rows_of_several_tables():
    text = PLAN.replace("cohort: {file: cohort.csv,", "cohort: {sources: [{file: a.csv}, {file: b.csv}],")  # fmt: skip
    one = cells(type=[*["adeno"] * 5, "LUAD", "adeno", "adeno"])
    two = cells(id=[f"Q{n}" for n in range(8)], AGE=[None, *["50"] * 6, "512"], type=["PRAD"] * 2 + ["adeno"] * 6)  # fmt: skip
    kept, _, _, steps, found = run(f"{OLD}, {OTHERS}", [one, two], text)
    assert [table["id"].tolist() for table in kept] == [
        [f"P{n}" for n in range(5)], [f"Q{n}" for n in range(2, 7)],
    ]  # fmt: skip
    assert steps["excluded"].tolist() == [0, 3, 3, 0] and steps["remaining"].tolist()[0] == 16
    rules = [(item["rule"], item["row"]) for item in found]
    assert ("out_of_range", "9 of b.csv") in rules and ("undeclared_code_excluded", None) in rules
    assert any(item["message"].endswith("others: PRAD (2), LUAD (1).") for item in found)


def test_codes_of_a_joined_table_are_not_set_aside():
    """A row of it may be of several patients, or of none: its undeclared code is an error in its place."""
    join = "cohort: {file: cohort.csv, join: [{file: b.csv, by: id, columns: {histology: type}}],"
    text = PLAN.replace("cohort: {file: cohort.csv,", join).replace("  histology: type\n", "")
    raw = cells(type=["adeno"] * 6 + ["other", "PRAD"])
    kept, _, _, steps, found = run(OTHERS, [raw.drop(columns="type"), raw[["id", "type"]]], text)
    assert [table["id"].tolist() for table in kept] == [["P0", "P1", "P2", "P3", "P4", "P5", "P7"]] * 2  # fmt: skip
    assert steps["unknown"].tolist() == [0, 1, 0]
    assert "undeclared_code_excluded" not in [item["rule"] for item in found]


BLOCKS = "growth_patterns: {blocks: {file: b.csv, columns: {patient_id: who, lesion: l, block: b, hgp_desmoplastic: d}}}\n"


def test_blocks_of_who_is_left_out_go_too():
    blocks = pd.DataFrame({"who": ["P0", "p7", "P 6", "P3", "P9"], "l": "1", "b": "1", "d": "50"}, dtype=object)  # fmt: skip
    kept = run(OLD, cells(), PLAN + BLOCKS, blocks)[1]
    assert kept["who"].tolist() == ["P0", "P3", "P9"]
    twice = pd.concat([blocks, blocks[["who"]]], axis=1)
    assert run(OLD, cells(), PLAN + BLOCKS, twice)[1] is twice
    other = blocks.rename(columns={"who": "wer"})
    assert run(OLD, cells(), PLAN + BLOCKS, other)[1] is other
    empty = blocks.iloc[:0]
    assert run(OLD, cells(), PLAN + BLOCKS, empty)[1] is empty
    # a second row of a patient who stays keeps the blocks
    raw = cells(id=["P0", "P1", "P2", "P3", "P4", "P5", "P3", "P7"])
    assert run(OLD, raw, PLAN + BLOCKS, blocks)[1]["who"].tolist() == ["P0", "P 6", "P3", "P9"]
