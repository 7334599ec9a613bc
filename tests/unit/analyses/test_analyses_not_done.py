"""Analyses of which nothing came stand among those not done, each with its reason; those with a result do not."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.adjusted_curves import words as adjusted_curves
from crlm.analyses.cox import words as cox
from crlm.analyses.imputed_models import words as imputed_models
from crlm.analyses.kaplan_meier import words as kaplan_meier
from crlm.analyses.nonproportional import words as nonproportional
from crlm.analyses.sensitivity_models import words as sensitivity_models

MODELS = {"first": {"label": "First"}, "second": {"label": "Second"}, "third": {"label": "Third"}}


def of_curves(**patients):
    grouping = {"landmark_months": 0}
    plan = {
        "groupings": {
            "sex": {"label": "Sex", **grouping},
            "stage": {"label": "Stage", **grouping},
            "treated": {"label": "Treatment", "landmark_months": 4.5},
        }
    }
    summary = pd.DataFrame({"grouping": list(patients), "patients": list(patients.values())})
    return list(kaplan_meier.list_empty(plan, {"summary": summary}))


def test_each_grouping_without_patients_is_named_and_a_landmark_is_said():
    assert of_curves(overall=9, sex=9, stage=0, treated=0) == [
        ("groups of Stage", "no patient has a known value"),
        (
            "groups of Treatment",
            "no patient has a known value among those observed beyond 4.5 months",
        ),
    ]
    assert of_curves(overall=9, sex=9, stage=3, treated=2) == []


def test_where_nobody_is_followed_nothing_else_is_said():
    assert of_curves(overall=0, sex=0) == [
        ("every analysis", "nobody has a follow-up time for this endpoint")
    ]


def test_a_model_without_any_estimable_coefficient():
    models = {name: {"label": name.title(), "variables": ["age"]} for name in ("a", "b", "c", "d")}
    models["d"]["variables"] = []  # the plan has none
    result = {
        "cox": pd.DataFrame(
            {"model": ["a", "a", "b", "b"], "p_value": [np.nan, 0.2, np.nan, np.nan]}
        ),
        "models": pd.DataFrame(
            {"model": ["a", "b", "b", "c"], "patients": [9, 1, 7, 1], "events": [4, 1, 0, 0]}
        ),
    }
    assert list(cox.list_empty({"models": models}, result)) == [
        ("hazard ratios, B", "nothing is estimable in 7 patients with 1 event"),
        ("hazard ratios, C", "nothing is estimable in 1 patient with 0 events"),
    ]


def test_no_small_test_of_proportional_hazards():
    none = {"nonproportional_violations": pd.DataFrame({"p_value": []})}
    some = {"nonproportional_violations": pd.DataFrame({"p_value": [0.01]})}
    plan = {"nonproportional": {"level": 0.05}}
    assert list(nonproportional.list_empty(plan, none)) == [
        ("hazard ratios by window of time", "no test of proportional hazards is below 0.05")
    ]
    assert not list(nonproportional.list_empty(plan, some))
    assert not list(nonproportional.list_empty({"nonproportional": {}}, none))


@pytest.mark.parametrize(
    ("analysis", "key", "number", "name"),
    [
        (imputed_models, "imputed_models", "p_value", imputed_models.NAME),
        (sensitivity_models, "sensitivity_models", "left_out", sensitivity_models.NAME),
    ],
)
def test_models_of_which_no_number_came_give_their_notes_once(analysis, key, number, name):
    rows = [
        *(("first", np.nan, "too few events"), ("first", np.nan, "collinear")),
        *(("first", np.nan, "too few events"), ("second", 0.5, None), ("second", np.nan, "odd")),
        ("third", np.nan, None),
    ]
    table = pd.DataFrame(rows, columns=["model", number, "note"]).assign(analysis="imputed")
    table = pd.concat([table, table.assign(analysis="complete").fillna({number: 0.1})])
    if key == "sensitivity_models":
        table = table[table["analysis"] == "imputed"]
    plan = {key: {"models": MODELS}}
    assert list(analysis.list_empty(plan, {key: table})) == [
        (f"{name}: First", "too few events and collinear"),
        (f"{name}: Third", "not estimable"),
    ]
    assert not list(analysis.list_empty(plan, {key: table.head(0)}))
    assert not list(analysis.list_empty({key: {}}, {key: table}))


def test_an_adjusted_comparison_without_an_estimate_gives_its_note():
    specs = {"a": {"label": "A against B"}, "b": {"label": "C against D"}, "c": {"label": "E"}}
    table = pd.DataFrame(
        {
            "comparison": ["a", "a", "b", "b"],
            "estimate": [np.nan, np.nan, np.nan, 0.5],
            "note": ["no patient in A", "other", "late", None],
        }
    )
    plan = {"adjusted_curves": {"comparisons": specs}}
    assert list(adjusted_curves.list_empty(plan, {"adjusted_curves": table})) == [
        ("adjusted curves, A against B", "no patient in A")
    ]
    assert not list(adjusted_curves.list_empty({"adjusted_curves": {}}, {}))
