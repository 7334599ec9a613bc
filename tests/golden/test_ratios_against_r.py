"""Hazard ratios of groups equal R's `coxph(Surv(time, event) ~ group)`, with delayed entry and from a landmark too: make_ratios.R."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.kaplan_meier.estimate import RATIOS, fit_ratios
from crlm.cohort.groupings import assign_groups
from crlm.survival.cox import fit_cox
from reference_data import build_cohorts

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "ratios.json").read_text(encoding="utf-8"))
CUTS = {"lung_age": 65, "veterans_score": 60, "breast_nodes": 4, "entry_size": 5}


def read_cohort(name):
    if name != "entry":
        return build_cohorts()[name]
    data = pd.DataFrame(json.loads((HERE / "entry.json").read_text(encoding="utf-8"))["data"])
    return data.rename(
        columns={"start": "death_entry", "stop": "death_months", "event": "death_event"}
    )


def cut_in_two(case):
    """(cohort, number, groups) of a case: the column of the grouping is made as that of a plan."""
    name, number = case.split("_")
    groups = [f"below_{CUTS[case]}", f"from_{CUTS[case]}"]
    spec = {"variables": [number], "cuts": [CUTS[case]], "groups": groups}
    cohort = read_cohort(name).assign(patient_id=lambda rows: [f"P{n}" for n in range(len(rows))])
    return cohort.join(assign_groups(cohort, {"halves": spec})), number, groups


@pytest.mark.parametrize("case", CUTS)
def test_a_number_cut_in_two(case):
    cohort, _, groups = cut_in_two(case)
    table = fit_ratios(cohort, "death", {"halves": {"groups": groups}})
    assert list(table.columns) == RATIOS and table["level"].tolist() == groups
    assert (table["reference"] == groups[0]).all() and (table["grouping"] == "halves").all()
    expected, row = GOLDEN[case], table.iloc[1]
    for name in ("coef", "se", "hazard_ratio", "lower", "upper", "p_value", "ph_p_value"):
        assert row[name] == pytest.approx(expected[name], rel=1e-8), name
    for name in ("patients", "events"):
        assert table[name].sum() == expected[name]


def test_groups_from_a_landmark():
    """Who has the event or is lost by then is in neither group."""
    cohort, _, groups = cut_in_two("lung_age")
    spec = {"groups": groups, "landmark_months": 180}
    table, expected = fit_ratios(cohort, "death", {"halves": spec}), GOLDEN["lung_age_landmark"]
    assert table["patients"].sum() == expected["patients"] < len(cohort)
    assert table["events"].sum() == expected["events"]
    for name in ("coef", "se", "hazard_ratio", "lower", "upper", "p_value", "ph_p_value"):
        assert table.iloc[1][name] == pytest.approx(expected[name], rel=1e-8), name


def test_three_groups():
    spec = {"variables": ["nodes"], "cuts": [2, 5], "groups": ["below_2", "2_to_5", "from_5"]}
    cohort = read_cohort("breast").assign(
        patient_id=lambda rows: [f"P{n}" for n in range(len(rows))]
    )
    cohort = cohort.join(assign_groups(cohort, {"thirds": spec}))
    table, expected = fit_ratios(cohort, "death", {"thirds": spec}), GOLDEN["breast_nodes_three"]
    assert table["level"].tolist() == spec["groups"]
    for name in ("hazard_ratio", "lower", "upper", "p_value"):
        assert table[name].tolist()[1:] == pytest.approx(expected[name], rel=1e-8), name
    assert table["ph_p_value"].tolist() == pytest.approx([expected["ph_p_value"]] * 3, rel=1e-8)


def test_one_group_has_no_ratio():
    cohort, _, groups = cut_in_two("lung_age")
    assert fit_ratios(cohort, "death", {"halves": {"groups": groups[:1]}}).empty


@pytest.mark.parametrize("case", CUTS)
def test_it_is_that_of_a_column_typed_by_hand(case):
    cohort, number, groups = cut_in_two(case)
    row = fit_ratios(cohort, "death", {"halves": {"groups": groups}}).iloc[1]
    typed = cohort.assign(high=np.where(cohort[number] >= CUTS[case], "yes", "no"))
    high = {"high": {"kind": "binary", "levels": ["no", "yes"]}}
    same = fit_cox(typed, "death", high).coefficients.iloc[1]
    for name in ("patients", "events", "hazard_ratio", "lower", "upper", "p_value"):
        assert row[name] == same[name], name
