"""Restricted means, their differences and ratios against R: survRM2's formula, equal to the `rmean` of survfit."""

import json
from pathlib import Path

import numpy as np
import pytest
from crlm.analyses.restricted_mean.estimate import estimate_restricted_means
from reference_data import build_cohorts

GOLDEN = json.loads((Path(__file__).parent / "conventions.json").read_text())["restricted_mean"]
COHORTS = build_cohorts()
DIFFERENCE = {  # the column here: the name there
    "difference": "difference",
    "difference_lower": "lower",
    "difference_upper": "upper",
    "p_value": "p",
    "ratio": "ratio",
    "ratio_lower": "ratio_lower",
    "ratio_upper": "ratio_upper",
    "ratio_p_value": "ratio_p",
}


@pytest.mark.parametrize("name", GOLDEN)
def test_means_differences_and_ratios_equal_r(name):
    expected = GOLDEN[name]
    cohort, variable = COHORTS[name.split("_")[0]], name.split("_")[1]
    groups = expected["groups"]
    cohort = cohort.assign(grouping_g=cohort[variable].astype(object))
    found = estimate_restricted_means(
        cohort, "death", {"g": {"groups": groups, "reference": groups[0]}}, [expected["tau"]]
    ).set_index("group")
    assert list(found.index) == groups
    means = {"rmst": "mean", "se": "se", "lower": "lower", "upper": "upper"}
    for column, key in means.items():
        np.testing.assert_allclose(found[column].astype(float), expected[key], rtol=1e-8)
    assert found.loc[groups[0], list(DIFFERENCE)].isna().all()
    for other in expected["against_first"]:
        row = found.loc[other["group"], list(DIFFERENCE)].astype(float)
        np.testing.assert_allclose(row, [other[key] for key in DIFFERENCE.values()], rtol=1e-8)
