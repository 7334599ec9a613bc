"""Growth-pattern groups that the pathologist recorded: alone, with gaps that shares fill, and where the shares contradict."""

import copy

import numpy as np
import pandas as pd
import pytest
import yaml
from crlm.analyses.discordance import words as lesions
from crlm.analyses.growth_patterns import words
from crlm.cohort.ingest import ingest_cohort
from crlm.cohort.reading import read_table
from crlm.plan.schema import PlanError
from inside import run_study
from making import make_cohort, make_plan, read_sources, read_yaml
from statsmodels.duration.hazard_regression import PHReg
from test_always_a_report import SMALL, read_report, write_study

PLAN = yaml.safe_load("""
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: id, overall_time: time, died: dead}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
""")
PURE = {"column": "HGP", "values": {"dHGP": "desmoplastic", "non-dHGP": "non_desmoplastic"}}
SHARES = {"hgp_desmoplastic": "D", "hgp_replacement": "R", "hgp_pushing": "P"}
RULES = read_yaml("workflow/schemas/growth_patterns.yaml")


def config(columns, **others):
    made = copy.deepcopy(PLAN) | others
    made["columns"].update(columns)
    return yaml.safe_dump(made)


def rows_of(**columns):
    size = len(next(iter(columns.values())))
    base = {"id": [f"P{k}" for k in range(size)], "time": np.arange(1, size + 1)}
    return pd.DataFrame({**base, "dead": np.arange(size) % 2, **columns})


def plain(column):
    return [None if pd.isna(value) else value for value in column]


def tell(plan, findings):
    """The sentences of the methods on growth patterns."""
    return " ".join(words.tell_methods(plan, {"data_quality": findings})[0][1])


def test_a_recorded_group_alone_is_a_rule_without_shares(tmp_path):
    column = {**PURE, "missing": ["n. b."]}
    rows = rows_of(HGP=["dHGP", "non-dHGP", "DHGP", "", "n. b."])
    cohort, plan, findings = make_cohort(config({"hgp_pure": column}), rows, tmp_path)
    assert plain(cohort["hgp_pure"]) == [
        "desmoplastic",
        "non_desmoplastic",
        "desmoplastic",
        None,
        None,
    ]
    assert list(cohort.columns).count("hgp_pure") == 1
    assert list(plan["growth_patterns"]) == ["hgp_pure"]
    assert not any(name in plan["variables"] or name in cohort for name in SHARES)
    assert plan["cutoffs"] == {} and plan["discordance"] is None
    assert "error" not in set(findings["severity"])
    assert "The groups are those that were recorded, not computed from shares." in tell(
        plan, findings
    )


@pytest.mark.parametrize("name", list(RULES))
def test_every_rule_of_the_registry_may_be_recorded(name, tmp_path):
    """By its levels, or by codes for them with `other` for the last."""
    levels = list(RULES[name]["levels"])
    codes = {str(k): level for k, level in enumerate(levels[:-1])} | {"other": levels[-1]}
    coded = [str(k) for k in range(len(levels))]
    for column, cells in (("G", levels), ({"column": "G", "values": codes}, coded)):
        cohort, plan, _ = make_cohort(config({name: column}), rows_of(G=cells * 3), tmp_path)
        assert plain(cohort[name]) == levels * 3 and list(plan["growth_patterns"]) == [name]


def test_the_shares_fill_the_gaps_of_a_recorded_group(tmp_path):
    """P0, P1 as recorded; P2 and P3 by their shares; P4 has neither; P5 has a share that decides nothing of the others."""
    rows = rows_of(HGP=["dHGP", "non-dHGP", "", "", "", ""], D=[100, "", 100, 90, "", 0])
    rows = rows.assign(R=["", "", 0, 10, "", ""], P=["", "", 0, 0, "", ""])
    cohort, plan, findings = make_cohort(config({"hgp_pure": PURE, **SHARES}), rows, tmp_path)
    found = [
        "desmoplastic",
        "non_desmoplastic",
        "desmoplastic",
        "non_desmoplastic",
        None,
        "non_desmoplastic",
    ]
    assert plain(cohort["hgp_pure"]) == found
    assert plain(cohort["hgp_desmoplastic"]) == [100, None, 100, 90, None, 0]
    # P1 is below 100 %, and nobody says how far: no other rule has a group for it
    assert plain(cohort["hgp_predominant"]) == [
        "desmoplastic",
        None,
        "desmoplastic",
        "desmoplastic",
        None,
        None,
    ]
    notes = findings[findings["rule"] == "pattern_filled"]
    assert notes[["column", "value"]].to_numpy().tolist() == [["HGP", "3"]]
    assert "pattern_contradiction" not in set(findings["rule"])
    assert "where none was recorded, the shares decided (3 patients)" in tell(plan, findings)


def test_a_label_fills_the_gaps_of_a_recorded_group(tmp_path):
    rows = rows_of(HGP=["non-dHGP", "", ""], L=["", "desmoplastic", "pushing"])
    text = config({"hgp_pure": PURE, "hgp_label": "L"})
    cohort, _, _ = make_cohort(text, rows, tmp_path)
    assert plain(cohort["hgp_pure"]) == ["non_desmoplastic", "desmoplastic", "non_desmoplastic"]
    assert plain(cohort["hgp_desmoplastic"]) == [None, 100, 0]


def read_blocks(tmp_path):
    """P0 is recorded against its lesions, P1 is not recorded, P2 as its lesion, P3 has none."""
    slides = [("P0", 1, 100), ("P0", 2, 80), ("P1", 1, 100), ("P1", 2, 100), ("P2", 1, 30)]
    slides = pd.DataFrame(slides, columns=["id", "lesion", "D"])
    columns = {"patient_id": "id", "lesion": "lesion", "hgp_desmoplastic": "D"}
    growth = {"blocks": {"file": "slides.csv", "columns": columns}}
    plan = make_plan(config({"hgp_pure": PURE}, growth_patterns=growth))
    rows_of(HGP=["dHGP", "", "non-dHGP", ""]).to_csv(tmp_path / "cohort.csv", index=False)
    slides.to_csv(tmp_path / "slides.csv", index=False)
    raw, found = read_table(tmp_path / "cohort.csv", plan["cohort"])
    blocks, more = read_table(tmp_path / "slides.csv", plan["blocks"])
    return plan, ingest_cohort(raw, blocks, plan, found + more)


def test_the_blocks_fill_the_gaps_of_a_recorded_group(tmp_path):
    plan, (cohort, _, findings) = read_blocks(tmp_path)
    assert plain(cohort["hgp_desmoplastic"]) == [90, 100, 30, None]
    assert plain(cohort["hgp_pure"]) == ["desmoplastic", "desmoplastic", "non_desmoplastic", None]
    differing = findings[findings["rule"] == "pattern_contradiction"]
    assert differing[["row", "patient_id"]].to_numpy().tolist() == [[2, "P0"]]
    said = dict(lesions.list_not_done(plan))
    assert (
        "recorded for the patient"
        in said["Lesions of one patient: Growth pattern (pure desmoplastic)"]
    )


def test_a_group_of_a_joined_table_is_recorded_as_well(tmp_path):
    """The shares stand in the patients' own table, the group in that of the pathologist."""
    join = [{"file": "pathology.csv", "by": "nr", "columns": {"hgp_pure": PURE}}]
    text = config({"hgp_desmoplastic": "D"}, cohort={"file": "cohort.csv", "join": join})
    files = {
        "cohort.csv": rows_of(D=[100, 100, 30]),
        "pathology.csv": {"nr": ["P0", "P1"], "HGP": ["dHGP", "non-dHGP"]},
    }
    cohort, plan, findings = read_sources(text, tmp_path, files)
    assert plain(cohort["hgp_pure"]) == ["desmoplastic", "non_desmoplastic", "non_desmoplastic"]
    found = findings[findings["rule"] == "pattern_contradiction"]
    assert found[["patient_id", "column"]].to_numpy().tolist() == [["P1", "HGP"]]
    assert "the shares decided (1 patient)" in tell(plan, findings)


def test_a_recorded_group_that_the_shares_contradict_is_a_warning_and_counts(tmp_path):
    rows = rows_of(HGP=["dHGP", "dHGP", "non-dHGP", "non-dHGP"], D=[100, 95, 20, ""])
    text = config({"hgp_pure": PURE, "hgp_desmoplastic": "D"})
    cohort, _, findings = make_cohort(text, rows, tmp_path)
    assert plain(cohort["hgp_pure"]) == ["desmoplastic"] * 2 + ["non_desmoplastic"] * 2
    found = findings[findings["severity"] == "warning"]
    named = found[["row", "patient_id", "column", "value"]].to_numpy().tolist()
    assert named == [[3, "P1", "HGP", "desmoplastic"]]
    message = found["message"].iloc[0]
    assert (
        "is recorded as Pure desmoplastic, but the shares make it Any non-desmoplastic" in message
    )


def test_many_contradictions_are_one_finding(tmp_path):
    rows = rows_of(HGP=["dHGP"] * 8 + ["non-dHGP"] * 2, D=[50] * 8 + [100, 10])
    text = config({"hgp_pure": PURE, "hgp_desmoplastic": "D"})
    findings = make_cohort(text, rows, tmp_path)[2]
    found = findings[findings["rule"] == "pattern_contradiction"]
    assert len(found) == 1 and "9 of 10 entries" in found["message"].iloc[0]


def test_an_unknown_recorded_word_is_an_error_of_its_row(tmp_path):
    rows = rows_of(HGP=["dHGP", "ndHGP", "non-dHGP"])
    findings = make_cohort(config({"hgp_pure": PURE}), rows, tmp_path)[2]
    errors = findings[findings["severity"] == "error"]
    named = errors[["row", "patient_id", "column", "value"]].to_numpy().tolist()
    assert named == [[3, "P1", "HGP", "ndHGP"]]


def test_whom_the_recorded_group_excludes(tmp_path):
    """A group that the shares give excludes as a recorded one."""
    out = {
        "replacement": {
            "label": "Not pure",
            "variable": "hgp_pure",
            "operator": "==",
            "value": "non_desmoplastic",
        }
    }
    text = config(
        {"hgp_pure": PURE, "hgp_desmoplastic": "D"},
        cohort={"file": "cohort.csv", "exclusions": out},
    )
    rows = rows_of(HGP=["dHGP", "non-dHGP", "", "dHGP"], D=["", "", 40, 100])
    assert list(make_cohort(text, rows, tmp_path)[0]["patient_id"]) == ["P0", "P3"]


def test_a_share_that_cannot_be_read_is_no_missing_group(tmp_path):
    """Who has no group is left out, but not whose share would give one if its cell were mended."""
    out = {"open": {"label": "No group", "variable": "hgp_pure", "operator": "missing"}}
    text = config(
        {"hgp_pure": PURE, "hgp_desmoplastic": "D"},
        cohort={"file": "cohort.csv", "exclusions": out},
    )
    rows = rows_of(HGP=["dHGP", "", ""], D=["", "9o", ""])
    cohort, _, findings = make_cohort(text, rows, tmp_path)
    assert list(cohort["patient_id"]) == ["P0", "P1"]
    assert findings.loc[findings["severity"] == "error", "value"].tolist() == ["9o"]


def test_what_a_plan_may_not_say_of_a_recorded_group():
    with pytest.raises(PlanError, match="the rule is not among growth_patterns"):
        make_plan(config({"hgp_pure": PURE}, growth_patterns={"rules": ["hgp_vascular"]}))
    wrong = {"column": "HGP", "values": {"dHGP": "desmoplastic", "other": "non_desmoplastc"}}
    with pytest.raises(PlanError, match="'non_desmoplastc' is not a level of hgp_pure"):
        make_plan(config({"hgp_pure": wrong}))
    own = {"hgp_pure": {"label": "x", "kind": "binary", "timing": "pathology"}}
    with pytest.raises(PlanError, match="growth-pattern rule hgp_pure has a column of this name"):
        make_plan(config({}, variables=own))


STUDY = """
study: {title: Recorded}
cohort: {file: data/cohort.csv}
columns:
  patient_id: id
  overall_time: months
  died: dead
  hgp_pure: {column: HGP, values: {dHGP: desmoplastic, non-dHGP: non_desmoplastic}}
%s
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
groupings:
  growth_pattern: {variable: hgp_pure, label: Growth pattern}
models:
  univariable: {variables: [hgp_pure]}
"""


def make_patients():
    """Sixty patients: every third pure desmoplastic; the last six without a record, of whom four have a share."""
    random = np.random.default_rng(8)
    rows = []
    for i in range(60):
        pure = i % 3 == 0
        months = round(float(random.exponential(60 if pure else 30)), 1) + 1
        word = "" if i >= 54 else "dHGP" if pure else "non-dHGP"
        share = "" if i < 54 or i >= 58 else 100 if pure else 40
        dead = int(random.random() < 0.7)
        rows.append({"id": f"p{i}", "months": months, "dead": dead, "HGP": word, "D": share})
    return rows


@pytest.mark.parametrize("shares", [False, True])
def test_a_run_with_a_recorded_group_ends_with_a_report(shares, tmp_path):
    rows = make_patients()
    plan = STUDY % ("  hgp_desmoplastic: D" if shares else "")
    folder = write_study(tmp_path, plan + SMALL, rows)
    run_study(folder, "made")
    known = 58 if shares else 54
    results = folder / "results"
    groups = pd.read_csv(results / "private/growth_patterns.csv")
    assert list(groups.columns) == ["patient_id", "hgp_pure"]
    wanted = ["non_desmoplastic" if i % 3 else "desmoplastic" for i in range(known)]
    assert plain(groups["hgp_pure"]) == wanted + [None] * (60 - known)
    # the published hazard ratio stands beside the cohort's, which statsmodels gives as well
    hazards = pd.read_csv(results / "pattern_hazards/os.csv")
    table = pd.DataFrame(rows[:known])
    pure = np.array([[float(i % 3 == 0)] for i in range(known)])
    fit = PHReg(table["months"], pure, status=table["dead"], ties="efron").fit()
    assert hazards["published"].tolist() == [0.59] and hazards["patients"].tolist() == [known]
    assert hazards["hazard_ratio"][0] == pytest.approx(np.exp(fit.params[0]), rel=1e-6)
    curves = pd.read_csv(results / "kaplan_meier/os_summary.csv")
    curves = curves[curves["grouping"] == "growth_pattern"].set_index("group")["patients"]
    assert curves.to_dict() == {g: wanted.count(g) for g in ("desmoplastic", "non_desmoplastic")}
    report = read_report(folder)
    assert "The groups are those that were recorded, not computed from shares" in report
    assert ("the shares decided (4 patients)" in report) == shares
    assert (
        "cutoffs_os_hgp_desmoplastic.svg" in {p.name for p in (results / "figures").iterdir()}
    ) == shares


def test_a_run_with_blocks_beside_a_recorded_group(tmp_path):
    """Lesions make no group of a rule that is recorded, and here no other rule is left; the report is made all the same."""
    rows = make_patients()
    blocks = "growth_patterns: {blocks: {file: data/slides.csv, columns: %s}}\n"
    columns = "{patient_id: id, lesion: lesion, hgp_desmoplastic: D}"
    folder = write_study(tmp_path, STUDY % "" + blocks % columns + SMALL, rows)
    slides = [(f"p{i}", lesion, 100 if i % 3 == 0 else 40) for i in range(20) for lesion in (1, 2)]
    slides = pd.DataFrame(slides, columns=["id", "lesion", "D"])
    slides.to_csv(folder / "data/slides.csv", index=False)
    run_study(folder, "made")
    told = read_report(folder)
    assert "Lesions of one patient: Growth pattern (pure desmoplastic)" in told
    assert pd.read_csv(folder / "results/discordance/groups.csv").empty
    assert pd.read_csv(folder / "results/discordance/assessed.csv")["patients"].tolist() == [20]
