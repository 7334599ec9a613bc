"""Second computations of single analyses: they agree on made-up cohorts, and a wrong first number is noticed."""

import io
from importlib import import_module

import numpy as np
import pandas as pd
import pytest
import repeat_inputs
from crlm.analyses import order
from crlm.analyses.adjusted_curves.estimate import estimate_adjusted
from crlm.analyses.associations.check import solve_odds_ratio
from crlm.analyses.associations.estimate import estimate_associations
from crlm.analyses.conditional_survival.estimate import estimate_conditional_survival
from crlm.analyses.cross_check.estimate import COLUMNS, check_results
from crlm.analyses.interactions.estimate import estimate_interactions
from crlm.analyses.nonproportional.estimate import assess_violations
from crlm.analyses.panel.estimate import estimate_panel
from crlm.analyses.recurrence.estimate import describe_recurrence
from crlm.analyses.repeat_resection.estimate import estimate_repeat_resection
from crlm.analyses.restricted_mean.estimate import estimate_restricted_means
from crlm.job import storage
from crlm.survival.cox import fit_models
from crlm.survival.second import MEANS
from recurrence_inputs import make_settings
from scipy import stats

VARIABLES = {
    "drug": {"kind": "binary", "levels": ["no", "yes"], "label": "Drug"},
    "stage": {"kind": "ordinal", "levels": ["I", "II", "III"], "label": "Stage"},
    "dose": {"kind": "continuous", "per": 10, "label": "Dose", "levels": []},
    "age": {"kind": "continuous", "label": "Age", "levels": []},
}
MODELS = {
    "univariable": {"variables": ["drug", "dose"]},
    "both": {"variables": ["drug", "dose"], "strata": ["stage"]},
}
TIERS = {"groups": ["low", "high"], "reference": "low", "landmark_months": None}
LATE = TIERS | {"landmark_months": 3}


def make_cohort(n, seed=4):
    """Whole months, so that times are tied; every kind of column that the analyses below need."""
    draw = np.random.default_rng(seed)
    tier = draw.choice(["low", "high"], n)
    life = np.ceil(draw.exponential(np.where(tier == "low", 50, 30), n))
    seen = np.ceil(draw.uniform(6, 100, n))
    relapse = np.ceil(draw.exponential(25, n))
    end = np.minimum(life, seen)
    recurred = relapse < end
    months = np.where(recurred, relapse, end)
    wait = np.where(recurred & (draw.random(n) < 0.5), relapse + draw.integers(0, 9, n), np.nan)
    died = life <= seen
    flags = {"came_back": recurred, "resected": np.isfinite(wait)}
    return pd.DataFrame(
        {
            "alpha_months": months,
            "alpha_event": (recurred | died) * 1.0,
            "alpha_reason": np.select([recurred, died], ["relapse", "exitus"], "lost"),
            "omega_months": end,
            "omega_event": died * 1.0,
            "site": draw.choice(["LIVER_ONLY", "EXTRAHEPATIC_ONLY", "BOTH"], n),
            "organs": draw.choice(["SINGLE", "SEVERAL"], n),
            "came": np.where(recurred, relapse, np.nan),
            "begun": wait,
            **{
                name: pd.Categorical(np.where(each, "yes", "no"), ["no", "yes"])
                for name, each in flags.items()
            },
            "grouping_overall": "all",
            "grouping_tiers": pd.Categorical(tier, ["low", "high"]),
            "grouping_late": pd.Categorical(tier, ["low", "high"]),
            "drug": draw.choice(["no", "yes"], n).astype(object),
            "stage": draw.choice(["I", "II", "III"], n).astype(object),
            "dose": draw.normal(50, 20, n),
            "age": draw.normal(60, 9, n),
        }
    )


def as_read(table):
    """A result as it is read from its file."""
    file = io.StringIO()
    storage.write_table(table, file)
    file.seek(0)
    return storage.read_table(file)


def make_plan():
    comparison = {
        "column": "drug",
        "groups": ["no", "yes"],
        "group_labels": {"no": "No", "yes": "Yes"},
        "landmark_months": None,
        "covariates": {"age": VARIABLES["age"], "stage": VARIABLES["stage"]},
        "estimand": "ATT",
        "truncate_percent": [1, 99],
    }
    item = {"variable": "drug", "by": ["stage", "dose"], "adjust": ["age"], "landmark_months": 2}
    markers = {
        "endpoints": ["omega"],
        "markers": ["dose", "stage"],
        "adjust": ["age"],
        "per": "sd",
        "landmark_months": 2,
    }
    return {
        "endpoints": {"omega": {"origin": None, "landmarks_months": [12]}},
        "variables": VARIABLES,
        "models": MODELS,
        "restricted_mean": {"groupings": {"tiers": TIERS, "late": LATE}},
        "conditional_survival": {
            "endpoints": {"omega": ["omega", "alpha"]},
            "groupings": {"tiers": TIERS, "late": LATE},
            "given_months": [6, 12],
            "further_months": [12, 24],
        },
        "recurrence": make_settings(),
        "repeat_resection": {
            **repeat_inputs.SETTINGS,
            "endpoint": "omega",
            "recurrence": {"duration": "came", "flag": "came_back"},
            "adjust": {"age": VARIABLES["age"]},
        },
        "interactions": {"a": item},
        "panel": markers,
        "adjusted_curves": {
            "comparisons": {"c": comparison},
            "horizons_months": {"omega": {"c": [12, 24]}},
        },
        "associations": {
            "drug": {"variable": "drug", "with": ["site", "came_back"], "made_of": []},
            "age": {"variable": "age", "with": ["dose"], "made_of": []},
        },
        "nonproportional": {
            "level": 1.0,
            "windows_months": [12],
            "horizons_months": {"omega": [12]},
            "weights": [[0, 0], [0, 1]],
            "at_most": 9,
            "groupings": {},
            "variables": ["drug"],
        },
    }


def run(cohort, plan):
    """The results of all analyses, as `storage.read_results` gives them."""
    omega, repeat = {}, plan["repeat_resection"]
    tiers = plan["restricted_mean"]["groupings"]
    omega["restricted_mean"] = estimate_restricted_means(cohort, "omega", tiers, [12, 24])
    omega["interactions"] = estimate_interactions(cohort, "omega", plan["interactions"], VARIABLES)
    omega["panel"] = estimate_panel(cohort, "omega", plan["panel"], VARIABLES)
    curves = plan["adjusted_curves"]
    omega["adjusted_curves"] = estimate_adjusted(
        *(cohort, "omega", curves["comparisons"], curves["horizons_months"]["omega"], 3, 1)
    )["adjusted"]
    ph = fit_models(cohort, "omega", MODELS, VARIABLES).proportional_hazards
    found, _ = assess_violations(
        *(cohort, "omega", ph, plan["nonproportional"], MODELS, VARIABLES, 1)
    )
    omega |= {f"nonproportional_{name}": table for name, table in found.items()}
    results = {
        "conditional_survival": estimate_conditional_survival(cohort, plan["conditional_survival"])
    }
    recurrence = describe_recurrence(cohort, plan["recurrence"])
    results |= {f"recurrence_{name}": table for name, table in recurrence.items()}
    treated = estimate_repeat_resection(
        cohort, repeat, plan["endpoints"]["omega"], repeat_inputs.RESAMPLING
    )
    results |= {f"repeat_resection_{name}": table for name, table in treated.items()}
    levels = {name: {"levels": ["no", "yes"]} for name in ("drug", "came_back")}
    levels |= {"site": {"levels": ["LIVER_ONLY", "EXTRAHEPATIC_ONLY", "BOTH"]}}
    levels |= {"age": {"levels": []}, "dose": {"levels": []}}
    plan["variables"] = levels | VARIABLES
    pairs, _ = estimate_associations(
        cohort, plan["associations"], levels, {"resamples": 50, "seed": 1}
    )
    results["association_pairs"] = pairs
    results = {name: as_read(table) for name, table in results.items()}
    return results | {"endpoints": {"omega": {n: as_read(t) for n, t in omega.items()}}}


CHECKS = {name: module.check_results for name, module in order.load("check").items()}
COHORT, PLAN = make_cohort(260), make_plan()


@pytest.fixture(scope="module")
def results():
    return run(COHORT, PLAN)


def check(name, results, cohort=COHORT, plan=PLAN):
    """The rows of one analysis, with their differences."""
    rows = CHECKS[name](cohort, plan, results)
    found = pd.DataFrame(list(rows), columns=COLUMNS[:-2])
    found = found.astype({"value": float, "second_value": float})
    larger = np.maximum(found["value"].abs(), found["second_value"].abs())
    return found.assign(difference=(found["value"] - found["second_value"]).abs() / larger)


NONPROPORTIONAL = ["rmst", "lower", "upper", "difference", "difference_lower", "difference_upper"]
NONPROPORTIONAL += ["p_value"]  # columns of its restricted means
EXPECTED = {  # analysis: what is among its second numbers
    "associations": {"odds ratio", "Cramér's V", "rank correlation", "p (chi-squared)"},
    "restricted_mean": {each.format(12) for each in MEANS.values()},
    "recurrence": {
        "incidence of liver_only at 12 months",
        "naive incidence of liver_only at 12 months",
        "hazard ratio of both (cause_specific)",
        "hazard ratio of both (subdistribution)",
        "odds ratio of both",
        "lower limit of the rate, early",
        "survival at 12 months",
    },
    "conditional_survival": {
        "survival to 18 months given alpha at 6",
        "survival to 24 months given omega at 12",
    },
    "repeat_resection": {"hazard ratio", "p (log-rank)", "lower limit of the share treated"},
    "nonproportional": {
        "hazard ratio from 12 months yes",
        *(MEANS[each].format(12) for each in NONPROPORTIONAL),
        "weighted log-rank (0, 1)",
    },
    "adjusted_curves": {f"rmst at 24 months, {each}" for each in ("weighted", "stratified")},
    "interactions": {"hazard ratio, II", "ratio of hazard ratios, II", "p (interaction)"},
    "panel": {"hazard ratio"},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_the_second_computation_agrees(results, name):
    found = check(name, results)
    assert EXPECTED[name] <= set(found["what"]), sorted(set(found["what"]))
    assert found["difference"].max() < 1e-8
    assert found["second_value"].notna().all()


def test_every_analysis_with_a_check_is_here():
    assert set(CHECKS) == {*EXPECTED, "cure"}  # that of cure: test_equal_cure.py


PLACES = {  # analysis: tables and columns in which an error must be noticed
    "associations": [("association_pairs", "estimate")],
    "restricted_mean": [("omega", "restricted_mean", column) for column in MEANS],
    "recurrence": [
        ("recurrence_incidence_at", "incidence"),
        ("recurrence_incidence_at", "naive"),
        ("recurrence_ratios", "hazard_ratio"),
        ("recurrence_odds", "lower"),
        ("recurrence_windows", "upper"),
        ("recurrence_after", "survival"),
    ],
    "conditional_survival": [("conditional_survival", "survival")],
    "repeat_resection": [
        ("repeat_resection_hazard_ratios", "hazard_ratio"),
        ("repeat_resection_shares", "upper"),
        ("repeat_resection_survival", "survival"),
    ],
    "nonproportional": [
        ("omega", "nonproportional_windows", "hazard_ratio"),
        *(("omega", "nonproportional_means", column) for column in NONPROPORTIONAL),
        ("omega", "nonproportional_tests", "statistic"),
    ],
    "adjusted_curves": [("omega", "adjusted_curves", "estimate")],
    "interactions": [
        ("omega", "interactions", "hazard_ratio"),
        ("omega", "interactions", "interaction_p_value"),
    ],
    "panel": [("omega", "panel", "hazard_ratio")],
}


@pytest.mark.parametrize(
    ("name", "place"), [(name, place) for name, places in PLACES.items() for place in places]
)
def test_a_wrong_first_number_is_noticed(results, name, place):
    *where, column = place
    wrong = {**results, "endpoints": {"omega": dict(results["endpoints"]["omega"])}}
    tables = wrong["endpoints"]["omega"] if where[0] == "omega" else wrong
    tables[where[-1]] = tables[where[-1]].assign(
        **{column: tables[where[-1]][column].astype(float) * (1 + 1e-4)}
    )
    found = check(name, wrong)
    noticed = found["difference"] > 1e-6
    # hazard ratios of the subdistribution are moved back by a step of Newton, not left where they are
    assert noticed.any() and found.loc[noticed, "difference"].max() < 1e-2


@pytest.mark.parametrize("size", [0, 1, 4])
def test_hardly_anybody(size):
    cohort, plan = make_cohort(max(size, 1)).head(size), make_plan()
    found = run(cohort, plan)
    for name in CHECKS:
        if name in EXPECTED:
            assert not (check(name, found, cohort, plan)["difference"] > 1e-6).any()


def test_the_odds_ratio_is_that_of_scipy():
    for seed in range(5):
        counts = np.random.default_rng(seed).integers(1, 30, (2, 2))
        expected = stats.contingency.odds_ratio(counts).statistic
        assert solve_odds_ratio(counts) == pytest.approx(expected, rel=1e-9)


def test_rows_of_an_analysis_are_added(results):
    module = import_module("crlm.analyses.associations.check")
    plan = PLAN | {"endpoints": {}}
    table = check_results(COHORT, plan, {**results, "endpoints": {}}, [module.check_results])
    assert len(table) >= 4 and table["endpoint"].isna().all() and table["note"].isna().all()
