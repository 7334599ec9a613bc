"""Observed against imputed values, by hand."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.missing_components.diagnostics import COLUMNS, diagnose
from crlm.survival.imputation import Imputed, impute

SPECS = {
    "cea": {"kind": "continuous", "transform": "log2"},
    "site": {"kind": "categorical", "levels": ["left", "right"]},
    "age": {"kind": "continuous"},
}
INDEX = list("abcdef")


def build_imputed(cohort, drawn, missing, names):
    tables = [cohort.assign(**each)[names] for each in drawn]
    missing = pd.DataFrame(missing, index=INDEX)[names]
    methods = {name: "pmm" if missing[name].any() else "none" for name in names}
    return Imputed(tables, methods, dict.fromkeys(names, "target"), missing, SPECS, {})


def build_cohort():
    site = pd.Categorical(
        ["left", "left", "right", "left", None, None], categories=["left", "right"]
    )
    return pd.DataFrame(
        {"cea": [1.0, 2, 4, 8, np.nan, 0.25], "site": site, "age": 60.0 + np.arange(6)}, index=INDEX
    )


def test_numbers():
    """The last entry is a limit: a number in the cohort, but not an observed one."""
    cohort = build_cohort()
    drawn = [{"cea": [1.0, 2, 4, 8, 4, 2]}, {"cea": [1.0, 2, 4, 8, 8, 4]}]
    imputed = build_imputed(cohort, drawn, {"cea": [False] * 4 + [True] * 2}, ["cea"])
    found = diagnose(cohort, imputed)
    assert list(found) == COLUMNS
    assert (found[["missing", "patients"]] == [2, 6]).all(axis=None)
    found = found.set_index("statistic")
    assert found["observed"].to_dict() == pytest.approx(
        {"mean": 3.75, "sd": np.std([1, 2, 4, 8], ddof=1), "q1": 1.75, "median": 3, "q3": 5}
    )
    assert found.loc["mean", ["imputed", "imputed_lower", "imputed_upper"]].tolist() == [4.5, 3, 6]
    assert found.loc["median", ["imputed", "imputed_lower", "imputed_upper"]].tolist() == [
        4.5,
        3,
        6,
    ]
    # binary logarithms: observed 0 1 2 3, imputed 2 1 and 3 2
    expected = np.mean([1.5 - 1.5, 2.5 - 1.5]) / np.std([0, 1, 2, 3], ddof=1)
    assert found.loc["mean", "smd"] == pytest.approx(expected)
    assert found["smd"].drop("mean").isna().all()


def test_levels():
    cohort = build_cohort()
    drawn = [
        {
            "site": pd.Categorical(
                ["left", "left", "right", "left", *pair], categories=["left", "right"]
            )
        }
        for pair in (["left", "right"], ["right", "right"])
    ]
    imputed = build_imputed(cohort, drawn, {"site": [False] * 4 + [True] * 2}, ["site"])
    found = diagnose(cohort, imputed).set_index("level")
    assert found["observed"].to_dict() == {"left": 0.75, "right": 0.25}
    columns = ["imputed", "imputed_lower", "imputed_upper"]
    assert found.loc["left", columns].tolist() == [0.25, 0, 0.5]
    assert found.loc["right", columns].tolist() == [0.75, 0.5, 1]
    assert found["smd"].to_dict() == pytest.approx(
        {"left": -0.5 / np.sqrt(0.75 * 0.25), "right": 0.5 / np.sqrt(0.75 * 0.25)}
    )


def test_nothing_imputed():
    cohort = build_cohort()
    found = diagnose(cohort, build_imputed(cohort, [{}, {}], {"age": [False] * 6}, ["age"]))
    assert found["observed"].notna().all()
    assert (found["method"] == "none").all()
    assert found[["imputed", "imputed_lower", "imputed_upper", "smd"]].isna().all(axis=None)


@pytest.mark.parametrize("values", [[5.0, np.nan, np.nan], [5.0, 5.0, np.nan]])
def test_no_spread(values):
    cohort = pd.DataFrame({"os_months": [3.0, 4, 5], "os_event": [1.0, 0, 1], "age": values})
    found = diagnose(cohort, impute(cohort, "os", {"age": SPECS["age"]}, {}, 3, 1)).set_index(
        "statistic"
    )
    assert found.loc["mean", "imputed"] == 5
    assert np.isnan(found.loc["mean", "smd"])


def test_only_patients_of_the_endpoint_count():
    cohort = pd.DataFrame(
        {"os_months": [3.0, 4, np.nan], "os_event": [1.0, 0, 1], "age": [50.0, np.nan, 90]}
    )
    found = diagnose(cohort, impute(cohort, "os", {}, {"age": SPECS["age"]}, 3, 1)).set_index(
        "statistic"
    )
    assert found.loc["mean", "observed"] == 50
    assert found.loc["mean", ["missing", "patients", "role"]].tolist() == [1, 2, "auxiliary"]
