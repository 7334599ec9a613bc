"""Tests and strengths of association against R: fisher.test, chisq.test, wilcox.test, kruskal.test, cor.test."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.associations.estimate import correlate, estimate_associations, shift
from crlm.survival.group_tests import LEAST, compare_levels, compare_numbers

GOLDEN = json.loads((Path(__file__).parent / "associations.json").read_text())
DRAWS = {"resamples": 9999, "seed": 3}
TABLES, GROUPS, NUMBERS = (GOLDEN[part] for part in ("tables", "groups", "numbers"))


def make_cohort(counts):
    """A cohort with the variables `a` and `b` of these counts."""
    rows = [
        (f"a{row}", f"b{column}")
        for row, line in enumerate(counts)
        for column, count in enumerate(line)
        for _ in range(count)
    ]
    variables = {
        name: {"kind": "categorical", "levels": [f"{name}{place}" for place in range(number)]}
        for name, number in (("a", len(counts)), ("b", len(counts[0])))
    }
    return pd.DataFrame(rows, columns=["a", "b"]), variables


@pytest.mark.parametrize("name", TABLES)
def test_tables(name):
    expected = TABLES[name]
    cohort, variables = make_cohort(expected["counts"])
    plan = {"x": {"variable": "a", "with": ["b"], "made_of": []}}
    pairs, cells = estimate_associations(cohort, plan, variables, DRAWS)
    (row,) = pairs.to_dict("records")
    if expected["least"] >= LEAST:
        assert (row["test"], row["p_value"]) == (
            "Chi-squared",
            pytest.approx(expected["chi_squared"], rel=1e-10),
        )
    elif "odds_ratio" in expected:
        assert (row["test"], row["p_value"]) == (
            "Fisher",
            pytest.approx(expected["fisher"], rel=1e-7),
        )
    else:  # Monte Carlo: within three standard errors
        error = np.sqrt(expected["fisher"] * (1 - expected["fisher"]) / DRAWS["resamples"])
        assert row["test"] == "Fisher-Freeman-Halton"
        assert row["p_value"] == pytest.approx(expected["fisher"], abs=3 * error)
    if "odds_ratio" in expected:
        wanted = [float(value) for value in expected["odds_ratio"]]
        wanted = [value if np.isfinite(value) else np.nan for value in wanted]
        found = [row[key] for key in ("estimate", "lower", "upper")]
        np.testing.assert_allclose(np.array(found, float), wanted, rtol=1e-8)
    else:
        assert row["measure"] == "V"
        assert row["estimate"] == pytest.approx(expected["v"], rel=1e-12)
    assert cells["count"].tolist() == list(np.ravel(expected["counts"]))


def test_a_larger_table_without_draws_keeps_chi_squared():
    expected = TABLES["sparse"]
    assert compare_levels(expected["counts"]) == (
        "Chi-squared",
        pytest.approx(expected["chi_squared"], rel=1e-12),
    )


@pytest.mark.parametrize("name", GROUPS)
def test_shift(name):
    expected = GROUPS[name]
    first, second = (np.array(expected[key], float) for key in ("first", "second"))
    found = shift(first, second)
    assert found["estimate"] == pytest.approx(expected["shift"], abs=1e-12)
    assert found["lower"] == pytest.approx(expected["lower"], rel=1e-9, abs=1e-9)
    assert found["upper"] == pytest.approx(expected["upper"], rel=1e-9, abs=1e-9)
    assert compare_numbers([first, second]) == (
        "Wilcoxon",
        pytest.approx(expected["p"], rel=1e-10),
    )


@pytest.mark.parametrize("name", NUMBERS)
def test_rank_correlation(name):
    expected = NUMBERS[name]
    found = correlate(np.array(expected["first"]), np.array(expected["second"]))
    assert found["estimate"] == pytest.approx(expected["r"], rel=1e-12)
    assert found["p_value"] == pytest.approx(expected["p"], rel=1e-10)
    assert [found["lower"], found["upper"]] == pytest.approx(expected["limits"], rel=1e-10)


def test_three_groups():
    expected = GOLDEN["three"]
    assert compare_numbers(expected["groups"]) == (
        "Kruskal-Wallis",
        pytest.approx(expected["p"], rel=1e-12),
    )
