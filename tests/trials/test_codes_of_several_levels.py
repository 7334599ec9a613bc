"""A code that covers several levels: unknown among these, decided where they agree; and a level for every other code."""

import itertools

import numpy as np
import pandas as pd
import pytest
import yaml
from crlm.plan.schema import PlanError
from crlm.scores.engine import compute_score
from crlm.survival.imputation import impute
from making import make_cohort, make_plan, read_yaml

PLAN = """
study: {title: Made up}
cohort: {file: cohort.csv}
columns: {patient_id: id, overall_time: time, died: dead, COLUMNS}
variables: {VARIABLES}
endpoints:
  os:
    label: Overall survival
    events: {death: {duration: overall_time, flag: died}}
    censoring: {last_contact: {duration: overall_time}}
"""
DEPTH = "pt_primary: {column: pT, values: {1: [T1, T2], 2: T3, 3: [T3, T4], 4: T4}}"


def plan_of(columns, variables="", more=""):
    return PLAN.replace("COLUMNS", columns).replace("VARIABLES", variables) + more


def rows_of(**columns):
    size = len(next(iter(columns.values())))
    base = {"id": [f"P{k}" for k in range(size)], "time": np.arange(1, size + 1)}
    return pd.DataFrame({**base, "dead": np.arange(size) % 2, **columns})


def plain(column):
    return [None if pd.isna(value) else value for value in column]


def test_the_level_is_missing_and_tests_are_decided_where_they_agree(tmp_path):
    own = (
        "deep: {label: Deep, from: pt_primary, operator: '>=', value: T3}, "
        "deepest: {label: Deepest, from: pt_primary, operator: '==', value: T4}, "
        "outer: {label: Outer, from: pt_primary, operator: in, value: [T1, T2, T4]}"
    )
    groups = "groupings: {depth: {variable: pt_primary}, deep: {variable: deep}}"
    rows = rows_of(pT=[1, 2, 3, 4, ""])
    cohort, _, findings = make_cohort(plan_of(DEPTH, own, groups), rows, tmp_path)
    assert plain(cohort["pt_primary"]) == [None, "T3", None, "T4", None]
    assert plain(cohort["grouping_depth"]) == [None, "T3", None, "T4", None]
    assert plain(cohort["grouping_deep"]) == ["no", "yes", "yes", "yes", None]
    assert plain(cohort["deepest"]) == ["no", "no", None, "yes", None]
    assert plain(cohort["outer"]) == ["yes", "no", None, "yes", None]
    told = findings[findings["rule"] == "several_levels"]
    assert told["severity"].tolist() == ["note"]
    assert "2 entries" in told["message"].iloc[0]
    assert "'1' (1) may be T1 or T2; '3' (1) may be T3 or T4" in told["message"].iloc[0]


def complete(cohort, score, name, levels):
    """The values of a score for every level in turn, by the score itself on a plainly recorded level."""
    return [
        compute_score(
            cohort.drop(columns=f"{name}_among").assign(
                **{name: pd.Categorical([level] * len(cohort), dtype=cohort[name].dtype)}
            ),
            score,
        )["value"].to_numpy()
        for level in levels
    ]


@pytest.mark.parametrize("pair", [*itertools.combinations(["T1", "T2", "T3", "T4"], 2)])
def test_a_score_lies_between_its_values_at_the_levels(pair, tmp_path):
    """Entries for T3 and T4 of their own, in either order: the bounds are those of the levels, not of `otherwise`."""
    names = ["T1", "T2", "T3", "T4"]
    between = names[names.index(pair[0]) : names.index(pair[1]) + 1]
    column = f"pt_primary: {{column: pT, values: {{1: [{', '.join(between)}], 2: T1}}}}"
    cohort, _, _ = make_cohort(plan_of(column), rows_of(pT=[1, 1, 2]), tmp_path)
    entries = [("T4", 5), ("T3", 2), ("T2", 3)]
    component = {
        "label": "Depth",
        "variable": "pt_primary",
        "otherwise": -4,
        "points": [{"operator": "==", "threshold": t, "points": p} for t, p in entries],
    }
    score = {
        "base": 1,
        "components": {"depth": component},
        "proxies": {},
        "overrides": [],
        "groups": {},
    }
    found = compute_score(cohort, score)
    values = complete(cohort, score, "pt_primary", between)
    assert found["lower"].tolist()[:2] == [min(v[0] for v in values)] * 2
    assert found["upper"].tolist()[:2] == [max(v[0] for v in values)] * 2
    assert found["value"][2] == -3 and found["missing"].tolist() == ["Depth", "Depth", ""]


def test_fong_of_a_code_for_n1_or_n2_is_known(tmp_path):
    """N1 and N2 give the same point of Fong's score, N0 and N1 do not."""
    column = "pn_primary: {column: pN, values: {a: [N1, N2], b: [N0, N1], c: N0}}, n_crlm: n"
    rows = rows_of(pN=["a", "b", "c"], n=[1, 1, 1])
    cohort, _, _ = make_cohort(plan_of(column), rows, tmp_path)
    assert plain(cohort["node_positive"]) == ["yes", None, "no"]
    fong = read_yaml("workflow/scores/fong.yaml")
    parts = {key: fong["components"][key] for key in ("node", "number")}
    score = {"base": 0, "components": parts, "proxies": {}, "overrides": [], "groups": {}}
    found = compute_score(cohort, score)
    assert found[["lower", "upper"]].to_numpy().tolist() == [[1, 1], [0, 1], [0, 0]]


def test_imputed_levels_are_among_those_of_the_code(tmp_path):
    random = np.random.default_rng(2)
    size = 120
    rows = rows_of(pT=random.integers(1, 6, size), site=random.choice(list("lrcx"), size))
    rows["time"] = random.exponential(20, size).round(2) + 0.1
    columns = (
        "pt_primary: {column: pT, values: {1: T1, 2: T2, 3: T3, 4: T4, 5: [T3, T4]}}, "
        "primary_site: {column: site, values: {l: left_colon, r: right_colon, c: rectum, x: [left_colon, rectum]}}"
    )
    cohort, plan, _ = make_cohort(plan_of(columns), rows, tmp_path)
    targets = {name: plan["variables"][name] for name in ("pt_primary", "primary_site")}
    depth, site = cohort["pt_primary"].isna(), cohort["primary_site"].isna()
    assert depth.sum() > 10 and site.sum() > 10
    seen = {"pt_primary": set(), "primary_site": set()}
    for table in impute(cohort, "os", targets, {}, 5, seed=1, iterations=3).tables:
        seen["pt_primary"] |= set(table.loc[depth, "pt_primary"])
        seen["primary_site"] |= set(table.loc[site, "primary_site"])
    assert seen == {"pt_primary": {"T3", "T4"}, "primary_site": {"left_colon", "rectum"}}


def test_every_other_code_is_one_level(tmp_path):
    column = "msi: {column: m, values: {MSI-H: unstable, other: stable}}"
    rows = rows_of(m=["MSI-H", "MSS", "MSI-L", "mss", "", "msi-h"])
    cohort, _, findings = make_cohort(plan_of(column), rows, tmp_path)
    assert plain(cohort["msi"]) == ["unstable", "stable", "stable", "stable", None, "unstable"]
    told = findings[findings["rule"] == "other_codes"]
    assert told["severity"].tolist() == ["note"]
    assert "3 entries" in told["message"].iloc[0]
    assert "'MSS' (1), 'MSI-L' (1), 'mss' (1)" in told["message"].iloc[0]


def test_every_other_code_may_be_one_of_several(tmp_path):
    column = "braf: {column: b, values: {0: wild_type, other: [v600e, other]}}"
    own = "mutant: {label: Mutant, from: braf, operator: '!=', value: wild_type}"
    cohort = make_cohort(plan_of(column, own), rows_of(b=[0, 1, 2, ""]), tmp_path)[0]
    assert plain(cohort["braf"]) == ["wild_type", None, None, None]
    assert plain(cohort["mutant"]) == ["no", "yes", "yes", None]


def test_a_column_with_the_word_other_still_refuses_unknown_codes(tmp_path):
    """Where `other` is a code of the column itself, a misspelt code is not taken for it."""
    column = "braf: {column: b, values: {wt: wild_type, V600E: v600e, other: other}}"
    cohort, _, findings = make_cohort(plan_of(column), rows_of(b=["wt", "Other", "V60E"]), tmp_path)
    assert plain(cohort["braf"]) == ["wild_type", "other", None]
    told = findings[findings["severity"] == "error"].iloc[0]
    assert told["rule"] == "unknown_level" and told["value"] == "V60E" and told["row"] == 4
    assert "`other` stands for every other code only where" in told["remedy"]


@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("pt_primary: {column: pT, values: {1: [T1, T5]}}", "'T5' is not a level of pt_primary"),
        ("pt_primary: {column: pT, values: {1: [T1, T4]}}", "are no neighbours"),
        ("n_crlm: {column: pT, values: {1: [T1, T4]}}", "only levels have codes"),
        ("size_max_cm: {column: pT, values: {other: 3}}", "only levels have codes"),
    ],
)
def test_what_a_code_cannot_cover(column, words):
    with pytest.raises(PlanError) as told:
        make_plan(plan_of(column))
    assert words in str(told.value)


def test_a_list_of_one_level_is_that_level(tmp_path):
    column = "pt_primary: {column: pT, values: {1: [T1], 2: [T2, T2], 3: T3}}"
    cohort, plan, _ = make_cohort(plan_of(column), rows_of(pT=[1, 2, 3]), tmp_path)
    assert plain(cohort["pt_primary"]) == ["T1", "T2", "T3"] and "pt_primary_among" not in cohort
    assert yaml.safe_load(yaml.safe_dump(plan["columns"])) == plan["columns"]
