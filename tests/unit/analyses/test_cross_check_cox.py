import numpy as np
import pandas as pd
import pytest
from crlm.analyses.cross_check import cox as cross_check
from crlm.analyses.cross_check.estimate import compare
from crlm.survival import cox

VARIABLES = {
    "age": {"kind": "continuous", "per": 10},
    "stage": {"kind": "ordinal", "levels": ["I", "II", "III"]},
}
MODELS = {
    "univariable": {"variables": ["age", "stage"]},
    "adjusted": {"variables": ["age", "stage"]},
    "within": {"variables": ["age", "stage"], "strata": ["centre"]},
    "clustered": {"variables": ["age"], "cluster": "surgeon"},
    "penalised": {"variables": ["stage"], "separated": "firth"},
}


PLAN = {"models": MODELS, "variables": VARIABLES}
COLUMNS = ["where", "what", "value", "by", "second_value", "second_by"]


def check(cohort, tables, plan=PLAN):
    results = {"cox": tables.coefficients, "models": tables.model}
    rows = cross_check.check_cox(cohort, "os", plan, results)
    found = pd.DataFrame(rows, columns=COLUMNS)
    return found.assign(difference=compare(found["value"], found["second_value"]))


@pytest.fixture
def cohort():
    random = np.random.default_rng(5)
    n = 120
    stage = random.choice(["I", "II", "III"], n)
    return pd.DataFrame(
        {
            "os_months": np.ceil(random.exponential(20, n)),
            "os_event": ((random.random(n) < 0.7) & (stage != "II")) * 1.0,
            "age": random.normal(60, 10, n),
            "stage": stage,
            "centre": random.choice(["a", "b"], n),
            "surgeon": random.integers(0, 40, n),
        }
    )


def test_everything_published_is_found_again(cohort):
    tables = cox.fit_models(cohort, "os", MODELS, VARIABLES)
    found = check(cohort, tables)
    assert (found["difference"] < 1e-9).all()
    assert not found.loc[found["where"] == "clustered: age", "what"].str.contains("limit").any()
    ratios = found.loc[found["what"] == "hazard ratio", "where"].tolist()
    both = ["age", "stage (III)"]
    names = ["univariable", "adjusted", "within"]
    assert ratios == [f"{name}: {each}" for name in names for each in both] + ["clustered: age"]
    assert (
        found["what"] == "C"
    ).sum() == 2  # age alone, and with clusters; the others are in a limit or in strata
    assert not found["where"].str.startswith("penalised").any()


def test_another_number_is_noticed(cohort):
    tables = cox.fit_models(cohort, "os", MODELS, VARIABLES)
    tables.coefficients.loc[tables.coefficients["model"] == "adjusted", "hazard_ratio"] *= 1.00001
    found = check(cohort, tables)
    wrong = found[found["difference"] > 1e-6]
    assert set(wrong["where"]) == {"adjusted: age", "adjusted: stage (III)"}
    assert wrong["difference"].to_numpy() == pytest.approx(1e-5, rel=1e-3)


NUMBERS = {  # what is told of each hazard ratio: its column
    "hazard ratio": "hazard_ratio",
    "standard error": "se",
    "lower limit of the hazard ratio": "lower",
    "upper limit of the hazard ratio": "upper",
    "p (hazard ratio)": "p_value",
}


@pytest.mark.parametrize("what", NUMBERS)
def test_each_number_of_a_ratio_is_held(cohort, what):
    tables = cox.fit_models(cohort, "os", MODELS, VARIABLES)
    adjusted = tables.coefficients["model"] == "adjusted"
    tables.coefficients.loc[adjusted, NUMBERS[what]] *= 1.00001
    found = check(cohort, tables)
    wrong = found[found["difference"] > 1e-6]
    assert wrong["where"].tolist() == ["adjusted: age", "adjusted: stage (III)"]
    assert set(wrong["what"]) == {what}


def test_limits_of_another_level_or_side_are_noticed(cohort):
    tables = cox.fit_models(cohort, "os", MODELS, VARIABLES)
    swapped = {"lower": "upper", "upper": "lower"}
    tables.coefficients[["lower", "upper"]] = tables.coefficients.rename(columns=swapped)[
        ["lower", "upper"]
    ]
    found = check(cohort, tables)
    limits = found["what"].str.contains("limit")
    assert limits.sum() == 12 and (limits == (found["difference"] > 1e-6)).all()
    tables = cox.fit_models(cohort, "os", MODELS, VARIABLES)
    narrow = np.exp(
        tables.coefficients["coef"] + 1.645 * tables.coefficients["se"]  # of 90 %
    )
    tables.coefficients["upper"] = narrow.where(tables.coefficients["upper"].notna())
    found = check(cohort, tables)
    assert (
        found["what"].eq("upper limit of the hazard ratio") == (found["difference"] > 1e-6)
    ).all()


def test_the_printed_contrast_of_a_spline_is_found_again(cohort):
    spline = {"knots": 4, "reference": None, "contrast": [50, 75]}
    models = {"curved": {"variables": ["age", "stage"], "splines": {"age": spline}}}
    tables = cox.fit_models(cohort, "os", models, VARIABLES)
    plan = {"models": models, "variables": VARIABLES}
    found = check(cohort, tables, plan)
    of_spline = found[found["where"] == "curved: age (75 against 50)"]
    assert of_spline["what"].tolist() == list(NUMBERS)
    assert (of_spline["difference"] < 1e-9).all() and (of_spline["value"] > 0).all()
    tables.coefficients.loc[tables.coefficients["variable"] == "age", "se"] *= 1.0001
    found = check(cohort, tables, plan)
    assert (
        found.loc[found["difference"] > 1e-6, "where"].tolist() == of_spline["where"].tolist()[:1]
    )


def test_no_models():
    tables = cox.fit_models(None, "os", {}, {})
    assert check(None, tables, {"models": {}, "variables": {}}).empty
