"""Every estimate and test of the library against R, on the data sets the libraries bundle."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.subgroups import estimate as subgroups
from crlm.survival import cox, incidence, kaplan_meier, tests
from reference_data import VARIABLES, build_cohorts

GOLDEN = json.loads((Path(__file__).parent / "golden.json").read_text())
COHORTS = build_cohorts()
CURVES = {
    "lung": COHORTS["lung"],
    "flies": COHORTS["flies"],
    "breast": COHORTS["breast"],
    "breast_grade_1": COHORTS["breast"].query("grade == 'I'"),
    "breast_landmark": kaplan_meier.select_patients(COHORTS["breast"], "death", 24),
}
MODELS = {
    "breast": ("breast", ["age", "nodes", "grade", "hormone"], {}),
    "breast_strata": ("breast", ["age", "size", "grade"], {"strata": ["menopause"]}),
    "recidivism": ("recidivism", ["age", "prior", "aid", "race"], {}),
    "lung": ("lung", ["age", "sex", "ecog"], {}),
    "lung_cluster": ("lung", ["age", "sex", "ecog"], {"cluster": "institution"}),
    "recidivism_cluster": (
        *("recidivism", ["prior", "aid"]),
        {"strata": ["race"], "cluster": "age"},
    ),
    "veterans": ("veterans", ["score", "treatment", "cell"], {}),
    "veterans_strata": ("veterans", ["score", "treatment", "fit"], {"strata": ["cell"]}),
}


def close(found, expected, relative=1e-8):
    """Both missing in the same places and equal to the relative tolerance elsewhere."""
    found, expected = np.asarray(found, float), np.asarray(expected, float)
    np.testing.assert_allclose(found, expected, rtol=relative, atol=1e-12)


def fit(name):
    cohort, names, options = MODELS[name]
    return cox.fit_cox(
        COHORTS[cohort], "death", {each: VARIABLES[each] for each in names}, **options
    )


def estimated(table):
    return table[table["se"].notna()]


@pytest.mark.parametrize("name", CURVES)
def test_curve(name):
    expected = GOLDEN["kaplan_meier"][name]
    curve = kaplan_meier.estimate_curve(CURVES[name]["death_months"], CURVES[name]["death_event"])
    assert tuple(curve.iloc[0][["time", "survival", "events"]]) == (0, 1, 0)
    assert curve["at_risk"][0] == len(CURVES[name])
    for column in kaplan_meier.CURVE:
        close(curve[column][1:], expected[column])


@pytest.mark.parametrize("name", CURVES)
def test_medians(name):
    summary = kaplan_meier.summarise_curve(
        CURVES[name]["death_months"], CURVES[name]["death_event"]
    )
    found = list(summary.values())
    close(found[2:5], GOLDEN["kaplan_meier"][name]["median"])
    close(found[5:], GOLDEN["kaplan_meier"][name]["follow_up"])


def test_who_ended_in_another_way_was_not_lost():
    """Length of follow-up with competing events: R's survfit, and its prodlim with reverse = TRUE."""
    expected, breast = GOLDEN["follow_up_of_causes"], COHORTS["breast"]
    dead, old = breast["death_event"] == 1, breast["age"] >= 55
    cohort = pd.DataFrame(
        {
            "x_months": breast["death_months"],
            "x_event": (dead & ~old).astype(float),
            "x_reason": np.select([dead & old, dead], ["death", "disease"], "last_contact"),
            "grouping_overall": "all",
        }
    )
    everybody = {"overall": {"groups": ["all"]}}
    summary = kaplan_meier.estimate_groups(cohort, "x", everybody, [], ["death"])["summary"]
    found = summary[["follow_up_median", "follow_up_lower", "follow_up_upper"]].to_numpy()[0]
    close(found, expected["median"])
    close(found[0], expected["prodlim"])
    naive = kaplan_meier.estimate_groups(cohort, "x", everybody, [])["summary"]
    assert naive["follow_up_median"][0] < found[0]


@pytest.mark.parametrize("name", CURVES)
def test_landmarks(name):
    expected = pd.DataFrame(GOLDEN["kaplan_meier"][name]["landmarks"])
    found = kaplan_meier.survival_at(
        *(CURVES[name]["death_months"], CURVES[name]["death_event"], expected["time"])
    )
    close(found, expected[found.columns])


@pytest.mark.parametrize(
    ("name", "cohort", "group", "strata"),
    [
        ("lung_sex", "lung", "sex", None),
        ("breast_grade", "breast", "grade", None),
        ("veterans_cell", "veterans", "cell", None),
        ("recidivism_aid", "recidivism", "aid", None),
        ("breast_grade_by_menopause", "breast", "grade", "menopause"),
        ("veterans_treatment_by_cell", "veterans", "treatment", "cell"),
    ],
)
def test_log_rank(name, cohort, group, strata):
    cohort = COHORTS[cohort]
    strata = None if strata is None else cohort[strata]
    found = tests.test_log_rank(
        cohort["death_months"],
        cohort["death_event"],
        cohort[group],
        VARIABLES[group]["levels"],
        strata,
    )
    close(found, list(GOLDEN["log_rank"][name].values()))


@pytest.mark.parametrize(
    ("name", "cohort", "group", "strata"),
    [
        ("breast_grade", "breast", "grade", None),
        ("veterans_cell", "veterans", "cell", None),
        ("breast_grade_by_menopause", "breast", "grade", "menopause"),
    ],
)
def test_trend(name, cohort, group, strata):
    cohort = COHORTS[cohort]
    strata = None if strata is None else cohort[strata]
    found = tests.test_trend(
        cohort["death_months"],
        cohort["death_event"],
        cohort[group],
        VARIABLES[group]["levels"],
        strata,
    )
    close(found, list(GOLDEN["trend"][name].values()))


def test_holm():
    close(tests.adjust_holm([0.01, 0.04, np.nan, 0.03, 0.005, 0.5]), GOLDEN["holm"])


@pytest.mark.parametrize("name", [name for name in MODELS if "cluster" not in name])
def test_cox_coefficients(name):
    expected, found = GOLDEN["cox"][name], estimated(fit(name).coefficients)
    assert len(found) == len(expected["columns"])
    for column, key in [("coef", "coef"), ("se", "se"), ("lower", "lower"), ("upper", "upper")]:
        close(found[column], np.ravel(expected[key]))
    close(found["p_value"], np.ravel(expected["p"]))


@pytest.mark.parametrize("name", [name for name in MODELS if "cluster" in name])
def test_cox_robust_variance(name):
    expected, found = GOLDEN["cox"][name]["robust"], estimated(fit(name).coefficients)
    for column, key in [("coef", "coef"), ("se", "se"), ("lower", "lower"), ("p_value", "p")]:
        close(found[column], expected[key])


@pytest.mark.parametrize("name", [name for name in MODELS if "cluster" not in name])
def test_cox_likelihood_ratio_of_each_variable(name):
    coefficients = fit(name).coefficients
    found = coefficients.groupby("variable", sort=False)["factor_p_value"].first()
    close(found, GOLDEN["cox"][name]["factor_p"])


@pytest.mark.parametrize("name", MODELS)
def test_cox_model(name):
    expected, found = GOLDEN["cox"][name], fit(name).model.iloc[0]
    assert (found["patients"], found["events"]) == (expected["patients"], expected["events"])
    assert found["patients"] + found["missing"] == len(COHORTS[MODELS[name][0]])
    close(found["lr_statistic"], expected["lr"])
    close(found["aic"], expected["aic"])
    close(found["concordance"], expected["concordance"])


@pytest.mark.parametrize("name", MODELS)
def test_proportional_hazards(name):
    expected, found = GOLDEN["cox"][name], fit(name).proportional_hazards
    assert found["term"].iloc[-1] == expected["terms"][-1] == "GLOBAL"
    close(found["statistic"], expected["chisq"])
    close(found["df"], expected["df"])
    close(found["p_value"], expected["zph_p"])


@pytest.mark.parametrize("name", MODELS)
def test_schoenfeld_residuals(name):
    expected, found = GOLDEN["cox"][name], fit(name).schoenfeld
    columns = [table["residual"] for _, table in found.groupby("term", sort=False)]
    times = next(iter(found.groupby("term", sort=False)))[1]["time"]
    found = np.column_stack([times, *columns])
    expected = np.column_stack([expected["residual_time"], np.array(expected["residuals"], float)])
    close(_sorted(found), _sorted(expected))


def _sorted(rows):
    """Tied deaths stand in any order in either table."""
    return rows[np.lexsort(np.nan_to_num(np.round(rows[:, ::-1], 6)).T)]


@pytest.mark.parametrize(
    ("name", "names"),
    [("breast", ["hormone", "grade", "age"]), ("breast_number", ["nodes", "grade"])],
)
def test_interaction(name, names):
    variables = {each: VARIABLES[each] for each in names}
    found = subgroups.test_interaction(COHORTS["breast"], "death", variables)
    close(found, GOLDEN["interaction"][name])


@pytest.mark.parametrize(("column", "cause"), [(0, "disease"), (1, "death")])
def test_cumulative_incidence(column, cause):
    expected, cohort = GOLDEN["incidence"]["graft"], COHORTS["graft"]
    table = incidence.estimate_cumulative_incidence(
        cohort["death_months"], cohort["cause"], ["disease", "death"]
    )
    table = table[table["cause"] == cause].iloc[1:]
    for name, key in [("time", "time"), ("incidence", "incidence"), ("standard_error", "se")]:
        wanted = np.array(expected[key], float)
        close(table[name], wanted if name == "time" else wanted[:, column])
    for limit in ("lower", "upper"):
        close(table[limit], np.array(expected[limit], float)[:, column])
    close(table["incidence"], np.array(expected["cmprsk"], float)[:, column])
