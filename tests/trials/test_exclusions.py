"""Who is left out: not known is said, operators for lists and gaps, and whoever is excluded counts nowhere."""

import pandas as pd
import pytest
from crlm.analyses.description.estimate import describe_cohort
from crlm.analyses.description.figure_flow import plot_flow
from crlm.analyses.description.tables import tabulate_attrition, tabulate_characteristics
from crlm.cohort.exclusions import leave_out
from crlm.cohort.findings import build_finding
from crlm.cohort.ingest import ingest_cohort
from crlm.cohort.reading import read_table
from crlm.plan.schema import PlanError
from crlm.survival.cox import fit_cox
from making import make_cohort, make_plan

PLAN = """
study: {title: Made up}
cohort:
  file: cohort.csv
  exclusions: {RULES}
columns: {patient_id: id, age: age, overall_time: time, died: dead, histology: type, stage: stage, hgp_desmoplastic: hgp}
variables:
  histology: {label: Histology, kind: categorical, levels: [adeno, mucinous, other], timing: baseline}
  stage: {label: Stage, kind: ordinal, levels: [low, middle, high], timing: baseline}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""


def plan_of(rules):
    return PLAN.replace("{RULES}", "{" + rules + "}")


def list_rows(count=24, **columns):
    every = {
        "id": [f"P{place:03}" for place in range(count)],
        "age": [40 + place for place in range(count)],
        "time": [5.5 + 2 * place for place in range(count)],
        "dead": [place // 2 % 2 for place in range(count)],
        "type": ["adeno", "mucinous"] * (count // 2),
        "stage": ["low", "middle", "high"] * (count // 3),
        "hgp": [10 * (place % 11) for place in range(count)],
        **columns,
    }
    return pd.DataFrame(every).to_dict("records")


def study(rules, rows, tmp_path):
    """The cohort, the steps, the findings and the plan, of which the rule of the ingest hands over these keys."""
    plan = make_plan(plan_of(rules))
    keys = ("cohort", "sources", "dictionary", "blocks", "derivations", "endpoints", "variables")
    keys += ("consistency", "groupings", "scores", "growth_patterns")
    plan = {key: plan[key] for key in keys}
    pd.DataFrame(rows).to_csv(tmp_path / "cohort.csv", index=False)
    raw, found = read_table(tmp_path / "cohort.csv", plan["cohort"])
    raw, _, plan, steps, left = leave_out(raw, None, plan)
    cohort, _, findings = ingest_cohort(raw, None, plan, [*found, *left])
    return cohort, steps.set_index("step"), findings, plan


def errors(findings):
    return findings[findings["severity"] == "error"].to_dict("records")


RULE = "r: {label: Left out, variable: VARIABLE, operator: OPERATOR, value: VALUE}"


@pytest.mark.parametrize(
    "variable, operator, value, wanted",
    [
        ("age", "'>'", 50, lambda row: row["age"] != "" and row["age"] > 50),
        ("age", "in", "[41, 45]", lambda row: row["age"] in (41, 45)),
        ("age", "not in", "[41, 45]", lambda row: row["age"] not in (41, 45, "")),
        ("histology", "in", "[mucinous]", lambda row: row["type"] == "mucinous"),
        ("histology", "not in", "[mucinous, other]", lambda row: row["type"] == "adeno"),
        ("stage", "'>='", "middle", lambda row: row["stage"] in ("middle", "high")),
        ("died", "'=='", "true", lambda row: row["dead"] == 1),
        ("hgp_desmoplastic", "missing", None, lambda row: row["hgp"] == ""),
        ("hgp_desmoplastic", "known", None, lambda row: row["hgp"] != ""),
    ],
)
def test_each_operator_is_a_recount_of_the_rows(variable, operator, value, wanted, tmp_path):
    rows = list_rows()
    for place, column in ((2, "age"), (3, "hgp"), (5, "type"), (7, "age"), (11, "stage")):
        rows[place][column] = ""
    rule = RULE.replace("VARIABLE", variable).replace("OPERATOR", operator)
    rule = rule.replace(", value: VALUE", "" if value is None else f", value: {value}")
    cohort, steps, findings, _ = study(rule, rows, tmp_path)
    stay = [row for row in rows if not wanted(row)]
    column = {"histology": "type", "died": "dead", "hgp_desmoplastic": "hgp"}.get(
        variable, variable
    )
    open_ = sum(row[column] == "" for row in stay) if value is not None else 0
    assert cohort["patient_id"].tolist() == [row["id"] for row in stay]
    assert steps.loc["r", ["excluded", "remaining", "unknown"]].tolist() == [
        24 - len(stay),
        len(stay),
        open_,
    ]
    told = findings[findings["rule"] == "exclusion_unknown"]
    assert len(told) == (open_ > 0) and not errors(findings)
    if open_:
        assert ("1 patient," if open_ == 1 else f"{open_} patients,") in told["message"].iloc[0]
        assert "operator: missing" in told["remedy"].iloc[0]


def test_not_known_is_said_in_flow_and_table(tmp_path):
    rows = list_rows(age=[90] * 3 + [""] * 12 + [50] * 9)
    _, steps, findings, _ = study(
        "old: {label: Old, variable: age, operator: '>', value: 80}", rows, tmp_path
    )
    steps = steps.reset_index()
    assert "12 patients" in findings.set_index("rule").loc["exclusion_unknown", "message"]
    texts = [item.get_text() for axes in plot_flow(steps, {}).axes for item in axes.texts]
    assert any("Old (n = 3; not known: 12, kept)" in text for text in texts)
    table = tabulate_attrition(steps, {})
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    assert ["Old", "3", "12", "21"] in cells and "Not known, kept" in [
        c.label for c in table.columns
    ]


def test_without_anybody_unknown_the_table_has_no_column_for_it(tmp_path):
    _, steps, findings, _ = study(
        "old: {label: Old, variable: age, operator: '>', value: 60}", list_rows(), tmp_path
    )
    assert len(tabulate_attrition(steps.reset_index(), {}).columns) == 3 and findings.empty


def test_who_is_unknown_and_left_out_by_a_further_rule_is_not_kept(tmp_path):
    rules = "old: {label: Old, variable: age, operator: '>', value: 60}, open: {label: Age open, variable: age, operator: missing}"
    rows = list_rows(age=["", 50] * 12)
    _, steps, findings, _ = study(rules, rows, tmp_path)
    assert steps["unknown"].tolist() == [0, 0, 0, 0] and steps.loc["open", "excluded"] == 12
    assert "exclusion_unknown" not in set(findings["rule"])


@pytest.mark.parametrize(
    "rule, problem",
    [
        ("{label: X, variable: age, operator: missing, value: 3}", "`missing` needs no value"),
        ("{label: X, variable: age, operator: '>'}", "the operator `>` needs a value"),
        (
            "{label: X, variable: age, operator: not in, value: 3}",
            "goes with the operator `in` or `not in`",
        ),
        (
            "{label: X, variable: age, operator: '==', value: [3]}",
            "goes with the operator `in` or `not in`",
        ),
        (
            "{label: X, variable: histology, operator: not in, value: [adneo]}",
            "'adneo' is not a level",
        ),
        ("{label: X, variable: age, operator: notin, value: [3]}", "not in"),
    ],
)
def test_a_rule_that_cannot_be_carried_out_is_refused(rule, problem):
    with pytest.raises(PlanError) as caught:
        make_plan(plan_of(f"r: {rule}"))
    assert any(problem in each for each in caught.value.problems), caught.value.problems


def test_two_levels_are_kept_without_declaring_the_others(tmp_path):
    """Thirty-three codes of a pan-cancer file, of which two are wanted."""
    codes = ["adeno", "mucinous", *(f"X{n}" for n in range(22))]
    rule = (
        "r: {label: Other tumours, variable: histology, operator: not in, value: [adeno, mucinous]}"
    )
    cohort, steps, findings, _ = study(rule, list_rows(type=codes), tmp_path)
    assert cohort["patient_id"].tolist() == ["P000", "P001"] and steps.loc["r", "excluded"] == 22
    assert not errors(findings)
    rule = "r: {label: Other tumours, variable: histology, operator: '!=', value: adeno}"
    cohort, steps, findings, _ = study(rule, list_rows(type=codes), tmp_path)
    assert len(cohort) == 1 and not errors(findings)


def test_undeclared_codes_that_are_left_out_are_named(tmp_path):
    codes = ["read", "coad"] * 6 + ["PRAD", "ESAD", "LUAD"] * 4
    rule = "r: {label: Others, variable: histology, operator: not in, value: [read, coad]}"
    text = PLAN.replace("[adeno, mucinous, other]", "[read, coad, other]")
    plan = make_plan(text.replace("{RULES}", "{" + rule + "}"))
    raw = pd.DataFrame(list_rows(type=codes)).astype(str).astype(object)
    kept, _, _, steps, found = leave_out(raw, None, plan)
    assert len(kept) == 12 and steps["excluded"].tolist() == [0, 12, 0]
    assert [item["rule"] for item in found] == ["undeclared_code_excluded"]
    assert all(f"{code} (4)" in found[0]["message"] for code in ("PRAD", "ESAD", "LUAD"))


@pytest.mark.parametrize("slip", ["adneo", "Adenoo", "aden0", "adenos"])
def test_a_misspelt_level_that_is_to_stay_is_an_error_and_not_another_tumour(slip, tmp_path):
    codes = ["adeno"] * 12 + [slip] * 2 + ["sarcoma"] * 10
    rule = (
        "r: {label: Other tumours, variable: histology, operator: not in, value: [adeno, mucinous]}"
    )
    _cohort, steps, findings, _ = study(rule, list_rows(type=codes), tmp_path)
    assert steps.loc["r", "excluded"] == 10
    found = errors(findings)
    assert {(item["rule"], item["value"]) for item in found} == {("unknown_level", slip)}
    assert [item["row"] for item in found] == [14, 15]


@pytest.mark.parametrize("cell", ["foreign", "-9", "1,5", "400", "<3"])
@pytest.mark.parametrize("many", [2, 20])
def test_what_is_wrong_in_the_excluded_only_stops_nothing(cell, many, tmp_path):
    types = ["other"] * many + ["adeno", "mucinous"] * ((24 - many) // 2)
    rows = list_rows(type=types)
    for row in rows[:many]:
        row["hgp"] = row["stage"] = cell
        row["time"] = ""
    rule = "r: {label: Not colorectal, variable: histology, operator: '==', value: other}"
    cohort, steps, findings, _plan = study(rule, rows, tmp_path)
    assert steps.loc["r", "excluded"] == many and len(cohort) == 24 - many
    assert not errors(findings)
    assert set(findings["rule"]) <= {"level_without_event"}, findings.to_dict("records")
    # the same in one patient who stays
    rows[-1]["stage"] = "foreign"
    assert [item["row"] for item in errors(study(rule, rows, tmp_path)[2])] == [25]


def test_a_patient_left_out_by_name_counts_nowhere(tmp_path):
    rows = list_rows()
    rows[4] |= {"time": "", "age": 999, "type": "?", "hgp": 150}
    rows[5] |= {"time": 0}
    rules = "no: {label: No consent, patients: [P004, P005]}, old: {label: Old, variable: age, operator: '>', value: 200}"
    cohort, steps, findings, _ = study(rules, rows, tmp_path)
    assert findings.empty, findings.to_dict("records")  # nor is a follow-up of 0 told
    assert steps["excluded"].tolist() == [0, 2, 0, 0]
    assert not {"P004", "P005"} & set(cohort["patient_id"])


def test_an_error_in_the_cell_that_decides_stops_the_run(tmp_path):
    rule = "old: {label: Old, variable: age, operator: '>', value: 90}"
    rows = list_rows()
    rows[6]["age"] = 512
    assert [(i["rule"], i["row"]) for i in errors(study(rule, rows, tmp_path)[2])] == [
        ("out_of_range", 8)
    ]
    rows[6]["age"] = "5l"
    assert [(i["rule"], i["row"]) for i in errors(study(rule, rows, tmp_path)[2])] == [
        ("not_a_number", 8)
    ]
    # a cell that cannot be read is not a gap
    rule = "open: {label: Age open, variable: age, operator: missing}"
    _cohort, steps, findings, _ = study(rule, rows, tmp_path)
    assert steps.loc["open", "excluded"] == 0
    assert [(i["rule"], i["row"]) for i in errors(findings)] == [("not_a_number", 8)]
    # a whole column in another unit would leave out everybody
    rule = "old: {label: Old, variable: age, operator: '>', value: 90}"
    assert errors(study(rule, list_rows(age=[700 + n for n in range(24)]), tmp_path)[2])


def test_one_of_two_rows_of_a_patient_may_be_left_out(tmp_path):
    rows = list_rows()
    rows[1]["id"] = "P000"
    rule = "second: {label: Second resection, variable: age, operator: '==', value: 41}"
    cohort, _, findings, _ = study(rule, rows, tmp_path)
    assert len(cohort) == 23 and not errors(findings)


def test_a_level_of_the_excluded_is_none_in_tables_and_forests(tmp_path):
    """By the rule itself (stage), and because all who had it are left out for another reason (histology)."""
    rows = list_rows(type=["other"] * 4 + ["adeno", "mucinous"] * 10)
    rules = (
        "young: {label: Young, variable: age, operator: '<', value: 44}, "
        "early: {label: Early, variable: stage, operator: '==', value: low}"
    )
    text = plan_of(rules) + "groupings: {stage: {variable: stage}}\n"
    cohort, plan, _findings = make_cohort(text, rows, tmp_path)
    assert plan["groupings"]["stage"]["groups"] == ["middle", "high"]
    variables = {name: plan["variables"][name] for name in ("histology", "stage")}
    table = describe_cohort(cohort, variables, plan["groupings"])
    found = table.groupby("variable")["level"].unique()
    assert list(found["histology"]) == ["adeno", "mucinous"]
    assert list(found["stage"]) == ["middle", "high"]
    shown = tabulate_characteristics(table, variables, "overall", plan["groupings"]["overall"])
    texts = {cell.text for row in shown.rows for cell in row.cells}
    assert not texts & {"other", "low"} and {"adeno", "high"} <= texts
    fit = fit_cox(cohort, "os", variables)
    assert set(fit.coefficients["level"]) == {"adeno", "mucinous", "middle", "high"}
    assert fit.coefficients.set_index("level").loc["high", "reference"] == "middle"


def test_a_level_that_nobody_ever_had_is_shown_as_before(tmp_path):
    cohort, _plan, _ = make_cohort(plan_of(""), list_rows(), tmp_path)
    assert list(cohort["histology"].cat.categories) == ["adeno", "mucinous", "other"]


def test_everybody_left_out_is_an_empty_cohort_and_its_steps(tmp_path):
    cohort, steps, _findings, _ = study(
        "all: {label: All, variable: age, operator: '>', value: 0}", list_rows(), tmp_path
    )
    assert cohort.empty and steps.loc["all", ["excluded", "remaining"]].tolist() == [24, 0]
    rules = "all: {label: All, variable: age, operator: '>', value: 0}, more: {label: M, variable: age, operator: missing}"
    cohort, steps, findings, _ = study(rules, list_rows(), tmp_path)
    assert cohort.empty and steps["excluded"].tolist() == [0, 24, 0, 0] and findings.empty


def test_blocks_of_the_excluded_count_nowhere(tmp_path):
    text = plan_of(
        "open: {label: Pattern open, variable: hgp_desmoplastic, operator: missing}, no: {label: No, patients: [P002]}"
    )
    text = text.replace(", hgp_desmoplastic: hgp}", "}") + (
        "growth_patterns: {blocks: {file: b.csv, columns: {patient_id: id, lesion: l, block: b, hgp_desmoplastic: d}}}\n"
    )
    plan = make_plan(text)
    rows = pd.DataFrame(list_rows())
    rows.to_csv(tmp_path / "cohort.csv", index=False)
    blocks = pd.DataFrame({"id": rows["id"][:12], "l": 1, "b": 1, "d": [50] * 12})
    blocks["d"] = blocks["d"].astype(object)
    blocks.loc[2, "d"] = "200"  # P002, left out by name
    blocks.to_csv(tmp_path / "b.csv", index=False)
    raw, _ = read_table(tmp_path / "cohort.csv", {})
    table, _ = read_table(tmp_path / "b.csv", {})
    raw, table, plan, steps, left = leave_out(raw, table, plan)
    cohort, typed, findings = ingest_cohort(raw, table, plan, left)
    assert steps["excluded"].tolist() == [0, 12, 1, 0] and len(cohort) == 11
    assert "P002" not in set(typed["patient_id"]) and not errors(findings)
    # what cannot be read is not missing: its patient is not left out for it
    blocks.loc[3, "d"] = "many"
    blocks.to_csv(tmp_path / "b.csv", index=False)
    table, _ = read_table(tmp_path / "b.csv", {})
    raw, _ = read_table(tmp_path / "cohort.csv", {})
    _, _, _, _, left = leave_out(raw, table, make_plan(text))
    assert any(item["rule"] == "not_a_number" and item["severity"] == "error" for item in left)


def make_read(row, column="age", severity="error"):
    return build_finding(
        severity, "error_cell", "Excel shows #N/A here.", "Correct it.", row=row, column=column
    )


def test_what_reading_found_in_the_rows_of_the_excluded_counts_nowhere():
    rows = list_rows(hgp=["", "", *range(22)])
    raw = pd.DataFrame(rows, index=range(2, 26)).astype(str).replace("", None).astype(object)
    rules = "open: {label: Open, variable: hgp_desmoplastic, operator: missing}, no: {label: No, patients: [P005]}"
    read = [make_read(2, "type"), make_read(7, "type"), make_read(9, "type"), make_read(7, "")]
    kept, _, _, steps, found = leave_out(raw, None, make_plan(plan_of(rules)), read=read)
    assert steps["excluded"].tolist() == [0, 2, 1, 0]
    assert found == read[2:]  # who stays, and a row that is no row of cells
    # an empty cell that was an error when read is not empty: it stays, with its error
    read = [make_read(3, "hgp")]
    kept, _, _, steps, found = leave_out(raw, None, make_plan(plan_of(rules)), read=read)
    assert steps["excluded"].tolist() == [0, 1, 1, 0] and found == read and 3 in kept.index


def test_a_level_that_left_with_the_excluded_may_still_be_asked_for(tmp_path):
    """Nobody has it; where the test goes by the order of the levels, the declared order counts."""
    text = """
study: {title: t}
cohort:
  file: cohort.csv
  exclusions:
    middle: {label: Middle, variable: pn_primary, operator: "==", value: N1}
    mutated: {label: Mutated, variable: nras, operator: "==", value: mutated}
    others: {label: Others, variable: hgp_label, operator: in, value: [desmoplastic, pushing]}
columns:
  {patient_id: id, pn_primary: pn, nras: nras, hgp_label: hgp, overall_time: months, died: died, disease_free_interval: interval,
   size_max_cm: size, cea_ng_ml: cea}
variables:
  above: {label: Above, from: pn_primary, operator: ">", value: N1}
  known_nras: {label: Known, from: nras, operator: in, value: [mutated, wild_type]}
  any_mutated: {label: Any, any_of: [{variable: nras, operator: "==", value: mutated}]}
scores: {compute: [fong], proxies: {fong: {number: {variable: pn_primary, operator: "<=", value: N1}}}}
endpoints: {os: {label: OS, events: {death: {duration: overall_time, flag: died}}, censoring: {last: {duration: overall_time}}}}
"""
    rows = [
        {"id": f"p{n}", "pn": pn, "nras": nras, "hgp": hgp, "months": 20 + n, "died": n % 2}
        | {"interval": 24, "size": 2, "cea": 5}
        for n, (pn, nras, hgp) in enumerate(
            [
                ("N0", "wild_type", "replacement"),
                ("N2", "wild_type", "portal"),
                ("", "wild_type", "replacement"),
                ("N1", "wild_type", "portal"),
                ("N2", "mutated", "portal"),
                ("N2", "wild_type", "pushing"),
            ]
        )
    ]
    cohort, _, findings = make_cohort(text, rows, tmp_path, ["fong"])
    assert not (findings["severity"] == "error").any()
    assert cohort["patient_id"].tolist() == ["p0", "p1", "p2"]
    assert cohort["pn_primary"].cat.categories.tolist() == ["N0", "N2"]
    for name in ("node_positive", "above"):
        assert cohort[name].astype(object).where(cohort[name].notna(), None).tolist() == [
            "no",
            "yes",
            None,
        ]
    assert cohort["known_nras"].tolist() == ["yes"] * 3
    assert cohort["any_mutated"].tolist() == ["no"] * 3
    assert cohort["hgp_desmoplastic"].tolist() == [0, 0, 0]
    # points of the node and of the number, whose proxy is N0 or N1
    assert cohort["fong"].tolist()[:2] == [1, 1]
    assert cohort[["fong_lower", "fong_upper"]].iloc[2].tolist() == [0, 2]
