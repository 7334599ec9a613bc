"""Made-up inputs of the tables and the report: a small study with hostile labels, in the form of the result files."""

import io

import cutoff_inputs
import numpy as np
import pandas as pd
from crlm.analyses import order
from crlm.analyses.kaplan_meier.estimate import RATIOS
from crlm.job.storage import NAMES

NAN = np.nan
SOFTWARE = {  # as `versions.list_software` gives it
    "crlm-survival": ("0.1.0", "data, endpoints and scores"),
    "Python": ("3", "the language of all"),
    "lifelines": ("1.2", "Kaplan-Meier estimates and Cox models"),
    "numpy": ("4", "arrays"),
}
HOSTILE = "<b>Marker</b> & $x$"


def spec(label, kind="continuous", levels=(), **more):
    names = {"no": "No", "yes": "Yes"}
    return {
        "label": label,
        "kind": kind,
        "unit": None,
        "levels": list(levels),
        "level_labels": {level: names.get(level, level.capitalize()) for level in levels},
        "timing": "baseline",
        "per": 1,
        "transform": "none",
        "evidence": None,
        "note": None,
        **more,
    }


def grouping(label, groups, **more):
    labels = {group: group.capitalize() for group in groups}
    return {
        "label": label,
        "variables": [],
        "groups": list(groups),
        "group_labels": labels,
        "cuts": None,
        "ordered": False,
        "landmark_months": None,
        "note": None,
        **more,
    }


def side(name, variables):
    """A variable as one side of a comparison of groups."""
    keys = ("label", "levels", "level_labels")
    return {"name": name, "column": name, **{key: variables[name][key] for key in keys}}


def make_plan(synthetic=True, groupings=True, models=("univariable", "adjusted"), subgroups=True):
    """A plan; without groupings there is `overall` alone."""
    found = {"overall": grouping("All patients", ["all"])}
    if groupings:
        found["tiers"] = grouping(HOSTILE, ["low", "mid", "high"], ordered=True, note="a proxy")
    variables = {
        "weight": spec("Weight", unit="kg", per=5),
        "tier": spec(HOSTILE, "ordinal", ["low", "mid", "high"]),
        "flag": spec("Flag", "binary", ["no", "yes"]),
    }
    model = {"strata": [], "cluster": None, "separated": "drop", "landmark_months": None}
    known = {
        "univariable": {"label": "Univariable", "variables": ["weight", "tier", "flag"], **model},
        "adjusted": {"label": "Adjusted", "variables": ["weight", "tier"], **model},
    }
    return {
        **{name: {} for name in order.load("plan")},  # what is not named below is not asked for
        "main": {
            "grouping": "tiers" if groupings else None,
            "endpoint": "alpha",
            "endpoints": ["alpha"],
            "model": "adjusted" if "adjusted" in models else None,
        },
        "study": {
            "title": "Study of <things>",
            "description": "Made & up.",
            "citation": "Nobody 2001",
            "synthetic": synthetic,
        },
        "cohort": {"data_lock": None, "zero_time": "half_day", "missing_time": "error"},
        "sources": [{"rows": {"keep": "error"}}],
        "variables": variables,
        "labels": {"chart": "Score in the chart", "sum": "Score computed"},
        "description": {"variables": [], "made_of": {"tiers": ["weight"]}, "left_out": {}},
        "endpoints": {
            "alpha": {
                "label": "Alpha-free survival",
                "published_as": "alpha_free_survival",
                "abbreviation": "A/FS",
                "events": {"alpha_event": {}, "end": {}},
                "competing": {},
                "censoring": {"last_visit": {}},
                "origin": None,
                "horizon_months": None,
                "landmarks_months": [12, 60],
            }
        },
        "scores": {
            "sum": {
                "label": "Sum score",
                "citation": {"text": "Doe J. 1999", "doi": "10.1/a<b>c", "pmid": 1},
                "endpoint": "overall survival",
                "timing": "preoperative",
                "evidence": "recalled",
                "marks": ["recalled"],
                "status": "computable",
                "reason": None,
                "note": None,
                "proxies": {"node": {"variable": "flag", "operator": "==", "value": "yes"}},
                "components": {"node": {"label": "Node"}, "size": {"label": "Size"}},
                "missing_inputs": [],
                "groups": {
                    "low": {"label": "Low (0-1)", "from": 0, "to": 1, "evidence": "read"},
                    "high": {"label": "High (2)", "from": 2, "to": 2, "evidence": "read"},
                },
                "published": [
                    {
                        "endpoint": "overall survival",
                        "source": "Doe 1999",
                        "value": 1,
                        "patients": 10,
                        "survival": {"60": 40},
                        "median_months": 30,
                        "evidence": "recalled",
                    },
                    {
                        "endpoint": "overall survival",
                        "source": "Doe 1999",
                        "group": "low",
                        "survival": {"12": 90.5},
                        "evidence": "read",
                    },
                ],
            }
        },
        "agreement": {"chart": {"recorded": "chart", "computed": "sum"}},
        "pattern_hazards": {},
        "growth_patterns": {
            "rule": {
                "label": "Pattern",
                "source": "Doe 2000",
                "evidence": "read",
                "levels": {"a": {"label": "Pattern A"}, "b": {"label": "Pattern B"}},
            }
        },
        "groupings": found,
        "models": {name: known[name] for name in models},
        "subgroups": {
            "tier_effect": {
                "label": "Weight",
                "variable": "weight",
                "within": ["flag"],
                "adjust": [],
            }
        }
        if subgroups
        else {},
        "performance": {
            "sum": {"label": "Sum score", "kind": "score", "column": "sum"},
            "model_adjusted": {
                "label": "Model: Adjusted",
                "kind": "model",
                "variables": {"weight": {}},
            },
        }
        if subgroups
        else {},
        "cutoffs": {"weight": cutoff_inputs.CUTOFF} if subgroups else {},
        "discordance": cutoff_inputs.DISCORDANCE if subgroups else None,
        "missing_components": {
            "scores": {"sum": {"label": "Sum score"}, "stage": {"label": HOSTILE}},
            "derived": {},
            "targets": {
                "weight": spec("Weight", unit="kg", per=5),
                "tier": spec(HOSTILE, "ordinal", ["low", "mid", "high"]),
            },
            "auxiliary": {"flag": spec("Flag", "binary", ["no", "yes"])},
            "imputations": 20,
            "iterations": 10,
        }
        if subgroups
        else {},
        "derivations": {"tier": [{"variable": "weight", "operator": ">", "value": 1}]},
        "columns": {},
        "reclassification": {"tier_flag": [side("tier", variables), side("flag", variables)]}
        if subgroups
        else {},
        "added_value": {
            "base": {"label": "Sum score", "variables": {"sum": {}}},
            "additions": {
                "flag": {"label": HOSTILE, "variables": {"flag": {}}},
                "weight": {"label": "Weight", "variables": {"weight": {}}},
            },
            "risk_thresholds": None,
        }
        if subgroups
        else {},
        "scores_used": ["sum"],
        "published_curves": {
            "roe": {
                "label": f"{HOSTILE} of Roe [derived]",
                "source": "Roe R. 2011; <i>J</i>",
                "grouping": "overall",
                "endpoint": "alpha",
                "published_endpoint": "omega-free survival",
                "unit": "fraction",
                "strata": {},
                "total_events": {},
                "evidence": "derived",
            }
        },
        "manuscript": {"authors": [], "affiliations": [], "corresponding": "", "keywords": []},
        "resampling": {"resamples": 200, "seed": 7},
        "output": {
            "confidence_band": True,
            "risk_table": ["at_risk"],
            "panels": {},
            "width": "double",
            "widths": {},
            "privacy": {"small_cells": None},
        },
    }


PERFORMANCE = """
predictor metric horizon patients events missing estimate lower upper reference calibrated_in_cohort resamples note
sum harrell_c - 90 40 10 0.61234 0.55 0.67 0.5 False 200 -
sum brier 12 90 40 10 0.2 0.1 0.3 0.25 True 200 -
model_adjusted harrell_c - 90 40 4 - - - 0.5 True 0 few_events
model_adjusted brier 12 90 40 4 - - - 0.25 True 0 few_events
"""
OWN_PATIENTS = """
predictor of patients events common without without_less_complete harrell_c lower upper calibrated_in_cohort resamples note
sum 101 97 43 90 96 100 0.615 0.553 0.672 False 200 -
model_adjusted 101 94 41 90 98 99 - - - True 0 few
"""
DIFFERENCES = """
predictor versus metric horizon patients events estimate lower upper p_value p_adjusted
sum model_adjusted harrell_c - 90 40 -0.04321 -0.09 0.01 0.0312 0.0499
"""
OPTIMISM = """
predictor metric patients events parameters apparent optimism corrected
model_adjusted harrell_c 96 42 3 0.65 0.02 0.63
model_adjusted calibration_slope 96 42 3 1 0.1 0.9
"""
CALIBRATION = """
predictor horizon source patients events observed observed_lower observed_upper expected ratio ratio_lower ratio_upper slope slope_lower slope_upper ici ici_lower ici_upper e50 e50_lower e50_upper e90 e90_lower e90_upper knots calibrated_in_cohort resamples evidence note
sum 12 published 90 20 0.3 0.2 0.4 0.4 0.75 0.5 1.1 0.6 0.2 1.05 0.041 0.02 0.08 0.03 0.01 0.06 0.09 0.05 0.2 3 False 200 recalled -
sum 12 fitted 90 20 0.3 0.2 0.4 0.301 0.997 0.8 1.2 1 0.5 1.5 0.01 0.02 0.05 0.01 0.02 0.05 0.03 0.02 0.1 0 True 200 - -
sum 60 published 90 40 - - - - - - - - - - - - - - - - - - - - False 0 - lacks_a_value
sum 60 fitted 90 40 0.6 0.5 0.7 0.6 1 0.9 1.1 1 0.5 1.5 0.01 0.02 0.05 0.01 0.02 0.05 0.03 0.02 0.1 0 True 200 - -
model_adjusted 60 fitted 90 40 0.6 0.5 0.7 0.6 1 0.9 1.1 1 0.6 1.4 0.01 0.02 0.05 0.01 0.02 0.05 0.03 0.02 0.1 3 True 200 - -
"""
DECISION = """
predictor horizon source threshold net_benefit lower upper treated patients calibrated_in_cohort resamples evidence
- 60 treat_all 0.2 0.5 0.4 0.6 90 90 False 200 -
- 60 treat_all 0.4 0.3 0.2 0.4 90 90 False 200 -
- 60 treat_all 0.6 0 -0.2 0.2 90 90 False 200 -
- 60 treat_all 0.8 -1 -1.5 -0.5 90 90 False 200 -
sum 60 fitted 0.2 0.512 0.41 0.61 90 90 True 200 -
sum 60 fitted 0.4 0.35 0.25 0.45 60 90 True 200 -
sum 60 fitted 0.6 0.1 -0.05 0.2 20 90 True 200 -
sum 60 fitted 0.8 0 0 0 0 90 True 200 -
"""

MISSING_COMPONENTS = """
score analysis measure patients events missing estimate lower upper p_value imputations fmi note
sum determinate hazard_ratio 80 40 20 1.25 1.1 1.42 0.0006 - - -
sum all_lowest hazard_ratio 100 52 20 1.05 - - - - - -
sum all_highest hazard_ratio 100 52 20 1.61 - - - - - -
sum imputed hazard_ratio 100 52 20 1.23 1.09 1.38 0.0004 20 0.123 -
sum determinate harrell_c 80 40 20 0.6 0.55 0.65 0.0005 - - -
sum all_lowest harrell_c 100 52 20 0.51 - - - - - -
sum all_highest harrell_c 100 52 20 0.682 - - - - - -
sum imputed harrell_c 100 52 20 0.5912 0.54 0.64 0.001 20 0.1 -
stage determinate hazard_ratio 3 1 97 - - - - - - few_events
stage all_lowest hazard_ratio 100 52 97 - - - - - - no_bound
stage all_highest hazard_ratio 100 52 97 - - - - - - no_bound
stage imputed hazard_ratio 100 52 97 1.1 0.5 2.4 0.8 20 0.96 -
stage determinate harrell_c 3 1 97 - - - - - - few_events
stage all_lowest harrell_c 100 52 97 - - - - - - no_bound
stage all_highest harrell_c 100 52 97 - - - - - - no_bound
stage imputed harrell_c 100 52 97 0.52 0.4 0.63 0.7 20 0.9 -
"""
IMPUTATION = """
variable role method missing patients limits level statistic observed imputed imputed_lower imputed_upper smd from to note
weight target pmm 12 100 3 - mean 70.25 68 60 75 -0.21 - - limits_within
weight target pmm 12 100 3 - sd 10 9 5 12 - - - limits_within
weight target pmm 12 100 3 - q1 60 59 50 66 - - - limits_within
weight target pmm 12 100 3 - median 70 69 60 77 - - - limits_within
weight target pmm 12 100 3 - q3 80 79 70 85 - - - limits_within
tier target pmm 7 100 0 low share 0.4 0.5 0.1 0.9 0.2 - - -
tier target pmm 7 100 0 mid share 0.35 0.3 0 0.6 -0.1 - - -
tier target pmm 7 100 0 high share 0.25 0.2 0 0.5 -0.1 - - -
flag auxiliary none 0 100 0 no share 0.5 - - - - - - -
flag auxiliary none 0 100 0 yes share 0.5 - - - - - - -
weight target pmm 12 100 3 - bin 0.6 0.7 0.5 0.9 - 50 70 limits_within
weight target pmm 12 100 3 - bin 0.4 0.3 0.1 0.5 - 70 90 limits_within
"""
ADDED_VALUE = """
addition measure horizon patients events missing base extended difference lower upper corrected corrected_lower corrected_upper statistic df p_value resamples note
flag lr_test - 90 40 10 -200.5 -198 2.5 - - - - - 5 1 0.0253 - -
flag aic - 90 40 10 403 400 -3 - - - - - - - - - -
flag harrell_c - 90 40 10 0.6 0.65 0.05 -0.01 0.1 0.04 -0.02 0.09 - - - 200 -
flag brier 12 90 40 10 0.2 0.19 -0.01 -0.02 0.0002 -0.0004 -0.01 0.01 - - - 200 -
flag brier 60 90 40 10 - - - - - - - - - - - - too_short
weight lr_test - 90 4 10 - - - - - - - - - - - - few_events
weight aic - 90 4 10 - - - - - - - - - - - - few_events
weight harrell_c - 90 4 10 - - - - - - - - - - - - few_events
weight brier 12 90 4 10 - - - - - - - - - - - - few_events
weight brier 60 90 4 10 - - - - - - - - - - - - few_events
"""
RISK_GROUPS = """
addition horizon base_group extended_group base_from base_to extended_from extended_to patients events base_risk extended_risk observed lower upper note
flag 12 1 1 - 0.205 - 0.205 50 5 0.1 0.11 0.12 0.05 0.2 -
flag 12 1 2 - 0.205 0.205 - 4 2 0.15 0.3 - - - too_few
flag 12 1 - - 0.205 - - 54 7 0.1 0.12 0.13 0.06 0.22 -
flag 12 2 1 0.205 - - 0.205 0 0 - - - - - no_patients
flag 12 2 2 0.205 - 0.205 - 36 12 0.4 0.41 0.35 0.2 0.5 -
flag 12 2 - 0.205 - - - 36 12 0.4 0.41 0.35 0.2 0.5 -
flag 12 - 1 - - - 0.205 50 5 0.1 0.11 0.12 0.05 0.2 -
flag 12 - 2 - - 0.205 - 40 14 0.38 0.4 0.36 0.2 0.5 -
"""
MOVEMENT = """
addition horizon moved patients events expected_events expected_free share_of_events share_of_free note
flag 12 up 20 8 9.1 10.9 0.41 0.16 -
flag 12 same 66 10 11 55 0.5 0.8 -
flag 12 down 4 1 - - - - too_few
flag 12 net - - - - - - too_few
"""
GROUPS = """
comparison step from from_group to to_group patients events missing horizon survival lower upper note
tier_flag 1 tier low flag no 30 5 7 60 0.8 0.6 0.9 -
tier_flag 1 tier low flag yes 5 1 7 60 - - - too_few
tier_flag 1 tier low flag - 35 6 7 60 0.81 0.6 0.9 -
tier_flag 1 tier mid flag no 20 8 7 60 0.5 0.3 0.7 -
tier_flag 1 tier mid flag yes 15 9 7 60 0.3 0.1 0.5 -
tier_flag 1 tier mid flag - 35 17 7 60 0.4 0.2 0.6 -
tier_flag 1 tier high flag no 0 0 7 60 - - - no_patients
tier_flag 1 tier high flag yes 0 0 7 60 - - - no_patients
tier_flag 1 tier high flag - 0 0 7 60 - - - no_patients
tier_flag 1 tier - flag no 50 13 7 60 0.7 0.5 0.8 -
tier_flag 1 tier - flag yes 20 10 7 60 0.4 0.2 0.6 -
"""


CONVENTIONS = """
endpoint quantity time model variable level convention printed estimate lower upper p_value
alpha survival 12 - - - log_log True 0.8 0.7 0.9 -
alpha survival 12 - - - log False 0.8 0.71 0.91 -
alpha survival 12 - - - plain False 0.8 0.72 0.92 -
alpha at_risk 12 - - - before True 70 - - -
alpha at_risk 12 - - - after False 69 - - -
alpha median - - - - first True - - - -
alpha median - - - - middle False - - - -
alpha hazard_ratio - adjusted weight - efron True 1 0.8 1.2 -
alpha hazard_ratio - adjusted weight - breslow False 1.01 0.81 1.21 -
alpha proportional_hazards - adjusted weight - score_test True 1 - - 0.3
alpha proportional_hazards - adjusted weight - scaled_residuals False 4 - - 0.0455
alpha hazard_ratio - univariable tier mid efron True 1.65 1.1 2.4 -
alpha hazard_ratio - univariable tier mid breslow False 1.6 1.05 2.3 -
"""
RECONSTRUCTED_GROUPS = """
curve stratum group group_label patients events median published_patients published_events published_median hazard_ratio lower upper p_value readings largest_distance largest_at_risk note
roe arm all All_patients 100 60 30.04 210 99 22.2 0.8123 0.6 1.1 0.0312 55 0.0123 1 flat_near_50%
roe alone - - 0 0 - 40 30 - - - - - 12 0.004 0 no_counterpart
"""
RECONSTRUCTED_POINTS = """
curve stratum group group_label time survival lower upper at_risk published_survival published_lower published_upper published_at_risk difference
roe arm all All_patients 12 0.8 0.7 0.9 70 0.7 0.6 0.8 111 0.1
roe alone - - 12 - - - 0 0.5 0.4 0.6 20 -
"""


def reconstructed(text):
    """A table of the published curve, with the limits of the medians."""
    found = table(text)
    for key in ("median", "published_median"):
        if key in found:
            found[f"{key}_lower"], found[f"{key}_upper"] = found[key] - 5, np.nan
    return found


def table(text):
    """A table from lines of cells separated by blanks; `-` is missing."""
    names = dict.fromkeys(NAMES, str)
    return pd.read_csv(
        io.StringIO(text), sep=r"\s+", na_values=["-"], keep_default_na=False, dtype=names
    )


SUMMARY = """
grouping group patients events median median_lower median_upper follow_up_median follow_up_lower follow_up_upper missing
overall all 100 60 30.04 20 - 50 45 55 0
tiers low 40 10 - 40 - 50 45 - 7
tiers mid 33 25 20 10 30 50 - - 7
tiers high 20 20 0.2 0.1 0.3 - - - 7
"""
LANDMARKS = """
grouping group time survival lower upper at_risk
overall all 12 0.8 0.7 0.9 70
overall all 60 0.4 0.3 0.5 20
tiers low 12 0.95 0.9 0.99 38
tiers low 60 - - - 0
tiers mid 12 0.5 0.4 0.6 15
tiers mid 60 0.1 0.05 0.2 3
tiers high 12 0 - - 0
tiers high 60 0 - - 0
"""
TESTS = """
grouping test group versus statistic df p_value p_adjusted
tiers log-rank - - 20.5 2 0.00001 -
tiers trend - - 18 1 0.0234 -
tiers pairwise low mid 5 1 0.03 0.04
tiers pairwise low high 9 1 0.0001 0.0003
tiers pairwise mid high 1 1 0.4 0.4
"""
COX = """
model variable level reference patients events coef se hazard_ratio lower upper p_value factor_p_value per method note
univariable weight - - 100 60 0.1 0.1 1.105 0.9 1.3 0.2 0.21 5 efron -
univariable tier low low 40 10 0 - 1 - - - 0.0004 - efron -
univariable tier mid low 33 25 0.5 0.2 1.65 1.1 2.4 0.01 0.0004 - efron -
univariable tier high low 20 0 - - - - - - 0.0004 - efron no_event
univariable flag no no 50 30 0 - 1 - - - 0.5 - efron -
univariable flag yes no 50 30 0.1 0.2 1.1 0.7 1.6 0.52 0.5 - efron -
adjusted weight - - 90 50 0 0.1 1 0.8 1.2 0.99999 0.9 5 efron -
adjusted tier low low 40 10 0 - 1 - - - 0.002 - efron -
adjusted tier mid low 33 25 0.5 0.2 1.7 1.1 2.5 0.009 0.002 - efron -
adjusted tier high low 17 0 - - - - - - 0.002 - efron no_event
"""
MODELS = """
model variable patients events missing parameters events_per_parameter lr_p_value concordance aic strata cluster method note
univariable weight 100 60 0 1 60 0.21 0.55 500 - - efron -
univariable tier 80 60 7 1 60 0.0004 0.6 490 - - efron -
univariable flag 100 60 0 1 60 0.5 0.5 501 - - efron -
adjusted - 90 50 10 2 25 0.0011 0.61 480 - - efron set_aside
"""
PH = """
model term statistic df p_value
univariable weight 1.234 1 0.2
univariable tier 4 1 0.04
adjusted weight 1 1 0.3
adjusted tier 3 1 0.08
adjusted GLOBAL 4.5 2 0.1
"""
SUBGROUPS = """
analysis within group level reference patients events hazard_ratio lower upper p_value interaction_p_value note
tier_effect overall all - - 100 60 1.1 0.9 1.3 0.2 - -
tier_effect flag no - - 50 30 1.3 1 1.6 0.05 0.03 -
tier_effect flag yes - - 50 30 0.9 0.7 1.2 0.5 0.03 -
"""
INCIDENCE = """
grouping group cause time incidence lower upper
overall all alpha_event 0 0 - -
overall all alpha_event 10 0.2 0.1 0.3
overall all alpha_event 50 0.6 0.5 0.7
overall all end 0 0 - -
overall all end 50 0.1 0.05 0.2
"""
TABLE1 = """
grouping variable level group patients missing count percent mean sd median q1 q3 test p_value smd
overall weight - all 100 2 - - 70.25 10.04 70 60 80 - - -
overall tier low all 100 7 40 43.01 - - - - - - - -
overall tier mid all 100 7 33 35.48 - - - - - - - -
overall tier high all 100 7 20 21.51 - - - - - - - -
overall flag no all 100 0 50 50 - - - - - - - -
overall flag yes all 100 0 50 50 - - - - - - - -
tiers weight - all 93 0 - - 70.25 10.04 70 60 80 Kruskal-Wallis 0.0004 0.4
tiers weight - low 40 0 - - 70.25 10.04 70 60 80 Kruskal-Wallis 0.0004 0.4
tiers weight - mid 33 0 - - 70.25 10.04 70 60 80 Kruskal-Wallis 0.0004 0.4
tiers weight - high 20 0 - - - - - - - Kruskal-Wallis 0.0004 0.4
"""


def make_results(plan):
    """Result tables of the plan; rows of what the plan does not have are left out."""
    curves = pd.DataFrame(
        {
            "grouping": "overall",
            "group": "all",
            "time": [0.0, 10.0, 50.0],
            "survival": [1, 0.8, 0.3],
        }
    )
    cox, models, ph = (table(text) for text in (COX, MODELS, PH))
    subgroups, conventions = table(SUBGROUPS), table(CONVENTIONS)
    result = {
        "curves": curves,
        "summary": table(SUMMARY),
        "landmarks": table(LANDMARKS),
        "tests": table(TESTS),
        "ratios": pd.DataFrame(columns=RATIOS),
        "incidence": table(INCIDENCE),
        "cox": cox[cox["model"].isin(list(plan["models"]))],
        "models": models[models["model"].isin(list(plan["models"]))],
        "ph": ph[ph["model"].isin(list(plan["models"]))],
        "subgroups": subgroups if plan["subgroups"] else subgroups.head(0),
        "performance": table(PERFORMANCE),
        "differences": table(DIFFERENCES),
        "own_patients": table(OWN_PATIENTS),
        "optimism": table(OPTIMISM),
        **{name: table(rows) for name, rows in cutoff_inputs.ENDPOINT.items() if plan["cutoffs"]},
        "calibration": table(CALIBRATION),
        "decision": table(DECISION),
        "missing_components": table(MISSING_COMPONENTS),
        "imputation": table(IMPUTATION),
        "reclassification": table(GROUPS),
        "added_value": table(ADDED_VALUE),
        "added_value_reclassification": table(RISK_GROUPS),
        "movement": table(MOVEMENT),
    }
    for name in ("summary", "landmarks", "tests"):
        rows = result[name]
        result[name] = rows[rows["grouping"].isin(list(plan["groupings"]))].reset_index(drop=True)
    table1 = table(TABLE1)
    return {
        "attrition": pd.DataFrame(
            {
                "step": ["file", "early", "analysed", "alpha"],
                "label": ["Rows in the export", "Too <early>", "Patients analysed", "Alpha"],
                "endpoint": [None, None, None, "alpha"],
                "excluded": [0, 3, 0, 0],
                "remaining": [103, 100, 100, 100],
                "unknown": [0, 2, 0, 0],
            }
        ),
        "conventions": conventions[conventions["model"].isin([NAN, *plan["models"]])],
        "cross_check": pd.DataFrame(
            [
                (
                    "alpha",
                    "overall, all",
                    "median",
                    20.0,
                    "lifelines",
                    20.0,
                    "scikit-survival",
                    0.0,
                    None,
                )
            ],
            columns=[
                *("endpoint", "where", "what", "value", "by", "second_value", "second_by"),
                *("difference", "note"),
            ],
        ),
        "data_quality": pd.DataFrame(
            {
                "severity": ["note", "warning", "warning"],
                "row": [NAN, 4, 9],
                "patient_id": [None, "SECRET-1", "SECRET-2"],
                "column": ["Lab", "date", "date"],
                "value": [None, "0", "0"],
                "rule": ["censored_entry", "zero_time", "zero_time"],
                "message": ["3 entries are limits.", "SECRET-1 is odd", "SECRET-2 is odd"],
                "remedy": ["none"] * 3,
            }
        ),
        "table1": table1[table1["grouping"].isin(list(plan["groupings"]))],
        "missingness": pd.DataFrame(
            {"variable": ["weight"], "missing": [2], "percent": [2.0], "patients": [100]}
        ),
        "scores": pd.DataFrame(
            {
                "patient_id": ["a", "b", "c"],
                "score": "sum",
                "value": [1.0, NAN, 0.0],
                "group": ["low", "low", None],
            }
        ),
        "score_status": pd.DataFrame(
            {
                "score": ["sum"],
                "label": ["Sum score"],
                "status": ["computable"],
                "missing_inputs": [NAN],
                "proxies": ["Flag for the node"],
                "patients": [3],
                "determinate": [2],
                "evidence": ["recalled"],
                "note": [NAN],
            }
        ),
        "score_agreement": pd.DataFrame(
            {
                "comparison": "chart",
                "recorded": "chart",
                "computed": "sum",
                "recorded_value": [0.0, 0.0, 1.0],
                "computed_value": [0.0, 1.0, 1.0],
                "patients": [5, 2, 3],
            }
        ),
        "score_agreement_groups": pd.DataFrame(
            {
                "comparison": "chart",
                "recorded_group": ["low", "low", "high", "high"],
                "computed_group": ["low", "high", "low", "high"],
                "patients": [11, 4, 3, 7],
            }
        ),
        "score_agreement_components": pd.DataFrame(
            {
                "comparison": "chart",
                "component": ["Node", "Size", "no single component"],
                "computed_higher": [5, 4, 1],
                "computed_lower": [3, 2, 0],
                "only": [6, 7, 1],
            }
        ),
        "score_agreement_summary": pd.DataFrame(
            {
                "comparison": ["chart"],
                "recorded": ["chart"],
                "computed": ["sum"],
                "patients": [10],
                "agree": [8],
                "differ": [2],
                **{
                    f"kappa_{kind}{end}": [value]
                    for kind in ("linear", "quadratic")
                    for end, value in (("", 0.6), ("_lower", -0.1), ("_upper", 1.0))
                },
            }
        ),
        **{name: table(rows) for name, rows in cutoff_inputs.COHORT.items()},
        "growth_patterns": pd.DataFrame(
            {"patient_id": list("wxyz"), "rule": ["a", "a", "b", None]}
        ),
        "reconstructed_groups": reconstructed(RECONSTRUCTED_GROUPS),
        "reconstructed_points": reconstructed(RECONSTRUCTED_POINTS),
        "endpoints": {"alpha": result},
    }
