"""Scores: thresholds from a table of its own, and bounds against every completion of what is missing."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from crlm.scores.engine import compute_score, compute_scores, spread_scores, summarise_scores

YES_NO = ("no", "yes")
LEVELS = {
    "node_positive": YES_NO,
    "extrahepatic_disease": YES_NO,
    "margin_positive": YES_NO,
    "bilobar": YES_NO,
    "differentiation": ("well", "moderate", "poor"),
    "pt_primary": ("T1", "T2", "T3", "T4"),
}
# Points by hand from shared/reference/scores.md: value -> points, at each threshold and just beside it.
EPS = 1e-6
AT = {
    "fong": {
        "node_positive": {"no": 0, "yes": 1},
        "disease_free_interval": {0: 1, 12 - EPS: 1, 12: 0, 12 + EPS: 0, 200: 0},
        "n_crlm": {1: 0, 2: 1, 9: 1},
        "size_max_cm": {5 - EPS: 0, 5: 0, 5 + EPS: 1},
        "cea_ng_ml": {200 - EPS: 0, 200: 0, 200 + EPS: 1},
    },
    "basingstoke_postoperative": {
        "node_positive": {"no": 0, "yes": 2},
        "differentiation": {"well": 0, "moderate": 2, "poor": 4},
        "cea_ng_ml": {0: 0, 6 - EPS: 0, 6: 1, 60: 1, 60 + EPS: 3},
        "size_max_cm": {5 - EPS: 0, 5: 2, 10: 2, 10 + EPS: 7},
        "margin_positive": {"no": 0, "yes": 11},
        "extrahepatic_disease": {"no": 0, "yes": 4},
    },
    "basingstoke_preoperative": {
        "node_positive": {"no": 0, "yes": 2},
        "differentiation": {"well": 0, "moderate": 2, "poor": 4},
        "cea_ng_ml": {6 - EPS: 0, 6: 1, 60: 1, 60 + EPS: 3},
        "n_crlm": {1: 0, 3: 0, 4: 4},
        "size_max_cm": {5 - EPS: 0, 5: 2, 10: 2, 10 + EPS: 8},
        "extrahepatic_disease": {"no": 0, "yes": 4},
    },
    "nordlinger_7": {
        "age": {60 - EPS: 0, 60: 1, 61: 1},
        "pt_primary": {"T1": 0, "T2": 0, "T3": 0, "T4": 1},
        "node_positive": {"no": 0, "yes": 1},
        "disease_free_interval": {0: 1, 24 - EPS: 1, 24: 0},
        "n_crlm": {3: 0, 4: 1},
        "size_max_cm": {5 - EPS: 0, 5: 1},
        "margin_mm": {0: 1, 10 - EPS: 1, 10: 0},
    },
    "iwatsuki": {
        "n_crlm": {2: 0, 3: 1},
        "size_max_cm": {8: 0, 8 + EPS: 1},
        "disease_free_interval": {0: 1, 30: 1, 30 + EPS: 0},
        "bilobar": {"no": 0, "yes": 1},
    },
}
AT["nordlinger_6"] = {
    name: points for name, points in AT["nordlinger_7"].items() if name != "margin_mm"
}
BASE = {"iwatsuki": 1}
LETHAL = {"iwatsuki": ("margin_positive", "extrahepatic_disease")}
GROUPS = {
    "fong": {(0, 2): "low", (3, 5): "high"},
    "nordlinger_7": {(0, 2): "low", (3, 4): "intermediate", (5, 7): "high"},
    "nordlinger_6": {(0, 2): "low", (3, 4): "intermediate", (5, 6): "high"},
    "iwatsuki": {(grade, grade): f"grade_{grade}" for grade in range(1, 7)},
    "basingstoke_postoperative": {},
    "basingstoke_preoperative": {},
}
NAMES = sorted(AT)


def prepared(shipped, name, **others):
    score = {
        "base": 0,
        "overrides": [],
        "proxies": {},
        "status": "computable",
        "reason": None,
        "missing_inputs": [],
        "note": None,
    }
    return {**score, **shipped["scores"][name], **others}


def cohort_of(patients):
    table = pd.DataFrame(patients)
    for name, levels in LEVELS.items():
        if name in table:
            table[name] = pd.Categorical(table[name], levels, ordered=len(levels) > 2)
    for name in set(table) - set(LEVELS):
        table[name] = table[name].astype(float)
    table.insert(0, "patient_id", [f"P{i}" for i in range(len(table))])
    return table


def inputs(name):
    return [*AT[name], *LETHAL.get(name, ())]


def options(name, variable):
    return AT[name].get(variable) or dict.fromkeys(YES_NO, 0)


def by_hand(name, patient):
    if any(patient[variable] == "yes" for variable in LETHAL.get(name, ())):
        return 6
    return BASE.get(name, 0) + sum(
        points[patient[variable]] for variable, points in AT[name].items()
    )


def group_by_hand(name, value):
    return next(
        (group for (low, high), group in GROUPS[name].items() if low <= value <= high), None
    )


def test_every_score_of_the_registry_is_tested(shipped):
    assert set(shipped["scores"]) >= set(AT)
    for name in AT:  # the others: test_registry.py
        components = shipped["scores"][name]["components"].values()
        used = {component["variable"] for component in components}
        assert used == set(AT[name])


@pytest.mark.parametrize("name", NAMES)
def test_each_threshold_at_and_beside_it(name, shipped):
    """One component varies over its thresholds, the others stay at their first value."""
    first = {variable: next(iter(options(name, variable))) for variable in inputs(name)}
    patients = [
        {**first, variable: value} for variable in inputs(name) for value in options(name, variable)
    ]
    table = compute_score(cohort_of(patients), prepared(shipped, name))
    for place, patient in enumerate(patients):
        row = table.iloc[place]
        wanted = by_hand(name, patient)
        assert (row["value"], row["lower"], row["upper"]) == (wanted, wanted, wanted), patient
        assert row["group"] == group_by_hand(name, wanted)
        assert row["missing"] == ""


@pytest.mark.parametrize("name", NAMES)
def test_the_whole_range_is_reached(name, shipped):
    low, high = shipped["scores"][name]["range"]
    best = {
        v: min(options(name, v), key=lambda x, v=v: AT[name].get(v, {}).get(x, x == "yes"))
        for v in inputs(name)
    }
    worst = {
        v: max(options(name, v), key=lambda x, v=v: AT[name].get(v, {}).get(x, x == "yes"))
        for v in inputs(name)
    }
    table = compute_score(cohort_of([best, worst]), prepared(shipped, name))
    assert table["value"].tolist() == [low, high]


@pytest.mark.parametrize("name", NAMES)
def test_bounds_are_those_of_all_completions(name, shipped):
    rng = np.random.default_rng(5)
    variables = inputs(name)
    full = [
        {v: list(options(name, v))[rng.integers(len(options(name, v)))] for v in variables}
        for _ in range(150)
    ]
    holes = [
        {v: None if rng.random() < 0.3 else value for v, value in patient.items()}
        for patient in full
    ]
    table = compute_score(cohort_of(holes), prepared(shipped, name))
    determined = 0
    for place, patient in enumerate(holes):
        gaps = [v for v in variables if patient[v] is None]
        # one value per distinct number of points suffices
        choices = [
            {points: value for value, points in options(name, v).items()}
            for v in gaps
            if v in AT[name]
        ]
        choices += [dict(enumerate(YES_NO)) for v in gaps if v not in AT[name]]
        keys = [v for v in gaps if v in AT[name]] + [v for v in gaps if v not in AT[name]]
        values = {
            by_hand(name, {**patient, **dict(zip(keys, combination, strict=True))})
            for combination in itertools.product(*(choice.values() for choice in choices))
        }
        row = table.iloc[place]
        assert (row["lower"], row["upper"]) == (min(values), max(values)), patient
        groups = {group_by_hand(name, value) for value in values}
        if len(values) == 1:
            assert row["value"] == min(values) and row["missing"] == ""
        else:
            assert math.isnan(row["value"]) and row["missing"]
        if GROUPS[name]:
            assert row["group"] == (groups.pop() if len(groups) == 1 else None), (patient, values)
            determined += row["group"] is not None
        else:
            assert row["group"] is None
    assert determined > 10 or not GROUPS[name]


def test_a_missing_component_is_never_zero(shipped):
    patient = {
        "node_positive": "no",
        "disease_free_interval": 20,
        "n_crlm": 1,
        "size_max_cm": 3,
        "cea_ng_ml": None,
    }
    row = compute_score(cohort_of([patient]), prepared(shipped, "fong")).iloc[0]
    assert math.isnan(row["value"]) and (row["lower"], row["upper"], row["group"]) == (0, 1, "low")
    assert row["missing"] == "CEA > 200 ng/mL"


def test_iwatsuki_grade_6_comes_first(shipped):
    clear = {"n_crlm": 1, "size_max_cm": 2, "disease_free_interval": 50, "bilobar": "no"}
    patients = [
        {**clear, "margin_positive": margin, "extrahepatic_disease": extra}
        for margin in ("yes", "no", None)
        for extra in ("yes", "no", None)
    ]
    patients.append({"margin_positive": "yes"})  # nothing else is known, and nothing else matters
    table = compute_score(cohort_of(patients), prepared(shipped, "iwatsuki"))
    spans = list(zip(table["lower"], table["upper"], strict=True))
    assert spans == [(6, 6), (6, 6), (6, 6), (6, 6), (1, 1), (1, 6), (6, 6), (1, 6), (1, 6), (6, 6)]
    assert table["group"].tolist() == ["grade_6"] * 4 + [
        "grade_1",
        None,
        "grade_6",
        None,
        None,
        "grade_6",
    ]


def test_limits_of_the_assay_are_bounds(shipped):
    patient = {"node_positive": "no", "disease_free_interval": 20, "n_crlm": 1, "size_max_cm": 3}
    cohort = cohort_of([{**patient, "cea_ng_ml": value} for value in (100, 200, 0.25, 1000)])
    cohort["cea_ng_ml_lower"] = [np.nextafter(100, 200), np.nextafter(200, 300), 0, np.nan]
    cohort["cea_ng_ml_upper"] = [200000, 200000, np.nextafter(0.5, 0), np.nan]
    table = compute_score(cohort, prepared(shipped, "fong"))
    assert list(zip(table["lower"], table["upper"], strict=True)) == [
        (0, 1),
        (1, 1),
        (0, 0),
        (1, 1),
    ]
    assert math.isnan(table["value"][0]) and table["missing"][0] == "CEA > 200 ng/mL"


def test_a_proxy_stands_in_for_one_component(shipped):
    proxies = {"number": {"variable": "multiple", "operator": "==", "value": "yes"}}
    score = prepared(shipped, "fong", proxies=proxies)
    patient = {
        "node_positive": "no",
        "disease_free_interval": 20,
        "size_max_cm": 3,
        "cea_ng_ml": 10,
    }
    cohort = cohort_of([patient] * 3)
    cohort["multiple"] = pd.Categorical(["yes", "no", None], YES_NO)
    table = compute_score(cohort, score)
    assert list(zip(table["lower"], table["upper"], strict=True)) == [(1, 1), (0, 0), (0, 1)]


def test_tables_of_scores(shipped, plan_of, base):
    base["scores"] = {
        "compute": ["fong", "iwatsuki", "nordlinger_7"],
        "proxies": {
            "fong": {"interval": {"variable": "synchronous", "operator": "==", "value": True}}
        },
    }
    plan = plan_of(base)
    fong = plan["scores"]["fong"]
    assert fong["status"] == "computable" and "proxy: Synchronous metastases" in fong["note"]
    assert fong["proxies"]["interval"]["value"] == "yes"  # YAML's bare yes
    assert plan["scores"]["nordlinger_7"]["status"] == "not computable"
    assert (
        plan["scores"]["iwatsuki"]["reason"]
        == "missing: Interval from primary to metastases, Bilobar metastases, Positive margin (R1, 0 mm)"
    )
    cohort = cohort_of(
        [
            {"node_positive": "yes", "n_crlm": 2, "size_max_cm": 6, "cea_ng_ml": value}
            for value in (300, None)
        ]
    )
    cohort["synchronous"] = pd.Categorical(["yes", None], YES_NO)
    table = compute_scores(cohort, plan["scores"])
    assert table["score"].unique().tolist() == ["fong"]
    assert (
        table["value"].tolist()[0] == 5
        and table["lower"].tolist()[1] == 3
        and table["upper"].tolist()[1] == 5
    )
    status = summarise_scores(table, plan["scores"], plan["labels"]).set_index("score")
    assert status.loc["fong", ["patients", "determinate", "determinate_group"]].tolist() == [
        2,
        1,
        2,
    ]
    assert (
        status.loc["fong", "proxies"]
        == "Synchronous metastases for Disease-free interval < 12 months"
    )
    assert status.loc["nordlinger_7", "missing_inputs"].split("; ")[-1] == "Resection margin"
    wide = spread_scores(table, plan["scores"], ["P1", "P0", "P9"])
    assert wide["fong"].tolist()[1] == 5 and wide["fong"].isna().tolist() == [True, False, True]
    assert wide["fong_lower"].isna().tolist() == [
        False,
        True,
        True,
    ]  # bounds only where the value is open
    assert (
        wide["fong_group"].astype(object).tolist()[:2] == ["high", "high"]
        and wide["fong_group"].isna().iloc[2]
    )
    groups = wide["fong_group"].dtype
    assert groups.ordered and list(groups.categories) == list(plan["scores"]["fong"]["groups"])


def test_unverified_points_need_permission(plan_of, base):
    base["columns"] |= {"differentiation": "G"}
    wanted = plan_of(base)["scores"]["basingstoke_preoperative"]
    assert wanted["status"] == "not allowed" and "allow_unverified" in wanted["reason"]
    base["scores"] = {"allow_unverified": ["basingstoke_preoperative"]}
    plan = plan_of(base)
    allowed = plan["scores"]["basingstoke_preoperative"]
    assert allowed["status"] == "computable" and allowed["note"] == "unverified points"
    assert plan["variables"]["basingstoke_preoperative"]["note"] == "unverified points"
    assert plan["variables"]["basingstoke_preoperative"]["evidence"] == "unverified"


@pytest.mark.parametrize(
    ("per_unit", "rounding", "ends", "wanted"),
    [
        (-2, None, (1, 3), (-6, -2)),  # the higher the number, the fewer the points
        (-2, None, (-np.inf, 3), (-6, np.inf)),
        (-2, None, (2, 2), (-4, -4)),
        (0.5, None, (1, 3), (0.5, 1.5)),
        (1, "whole", (2.5, 4.5), (3, 5)),  # halves go up, not to the even neighbour
        (1, "whole", (-2.5, -0.5), (-2, 0)),
        (-1, "whole", (0.5, 1.5), (-1, 0)),
        (1, "whole", (2.49, 2.51), (2, 3)),
        (1, "whole", (2.6, 3.4), (3, 3)),  # bounds that round to one value determine it
    ],
)
def test_bounds_of_points_per_unit_and_of_their_rounding(per_unit, rounding, ends, wanted):
    component = {"label": "N", "variable": "x", "per_unit": per_unit}
    score = {
        "base": 0,
        "components": {"n": component},
        "overrides": [],
        "proxies": {},
        "groups": {},
    }
    score |= {"rounding": rounding}
    known = ends[0] == ends[1]
    cohort = pd.DataFrame(
        {
            "x": [ends[0] if known else np.nan],
            "x_lower": [np.nan if known else ends[0]],
            "x_upper": [np.nan if known else ends[1]],
        }
    )
    row = compute_score(cohort, score).iloc[0]
    assert (row["lower"], row["upper"]) == wanted
    assert row["value"] == wanted[0] if wanted[0] == wanted[1] else np.isnan(row["value"])
    assert row["missing"] == ("" if wanted[0] == wanted[1] else "N")


def test_bounds_of_a_score_with_protective_points_and_a_low_override():
    """Points below `otherwise`, negative points and an override below the sum: no shipped score has them, the engine allows them."""
    score = {
        "base": 2,
        "components": {
            "a": {
                "label": "A",
                "variable": "n_crlm",
                "otherwise": 3,
                "points": [
                    {"operator": ">", "threshold": 5, "points": -1},
                    {"operator": ">", "threshold": 2, "points": 1},
                ],
            },
            "b": {
                "label": "B",
                "variable": "bilobar",
                "points": [{"operator": "==", "threshold": "yes", "points": -2}],
            },
        },
        "overrides": [
            {
                "label": "O",
                "value": -9,
                "any": [{"variable": "margin_positive", "operator": "==", "threshold": "yes"}],
            }
        ],
        "proxies": {},
        "groups": {"low": {"from": -99, "to": 1}, "high": {"from": 2, "to": 99}},
    }
    numbers, flags = (1, 4, 9), YES_NO

    def value(number, bilobar, margin):
        if margin == "yes":
            return -9
        return 2 + (-1 if number > 5 else 1 if number > 2 else 3) + (-2 if bilobar == "yes" else 0)

    patients = list(itertools.product((*numbers, None), (*flags, None), (*flags, None)))
    names = ("n_crlm", "bilobar", "margin_positive")
    table = compute_score(cohort_of([dict(zip(names, p, strict=True)) for p in patients]), score)
    for place, patient in enumerate(patients):
        choices = [
            all_of if item is None else (item,)
            for item, all_of in zip(patient, (numbers, flags, flags), strict=True)
        ]
        possible = {value(*completion) for completion in itertools.product(*choices)}
        row = table.iloc[place]
        assert (row["lower"], row["upper"]) == (min(possible), max(possible)), patient
        sides = {"low" if item <= 1 else "high" for item in possible}
        assert row["group"] == (sides.pop() if len(sides) == 1 else None), patient
