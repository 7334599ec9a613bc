"""Functions of several variables: values by hand, bounds at the ends of what is known."""

import math

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.derivation import derive_variables
from crlm.cohort.derived_variables import FUNCTIONS, MONOTONE, compute_numbers
from hypothesis import given, settings
from hypothesis import strategies as st

INF = math.inf
BURDEN = {"function": "tumour_burden_score", "of": ["size_max_cm", "n_crlm"]}
LABORATORY = {
    "function": "schindl_laboratory",
    "of": ["alkaline_phosphatase_u_l", "cea_ng_ml", "albumin_g_l"],
}


def numbers(formula, rows, **limits):
    table = pd.DataFrame(rows, columns=formula["of"], dtype=float)
    return compute_numbers(table.assign(**limits), formula)


def spec(**others):
    return {"label": "Burden", "kind": "continuous", "levels": [], "formula": BURDEN, **others}


def test_tumour_burden_by_hand():
    """3² + 4² = 5², 6² + 8² = 10²; one part alone is the least that the burden can be."""
    table = numbers(BURDEN, [(3, 4), (8, 6), (3, None), (None, 4), (None, None)])
    assert (
        table["value"].tolist()[:2] == [5, 10] and table["value"].isna().tolist()[2:] == [True] * 3
    )
    assert table["lower"].tolist() == [5, 10, 3, 4, 0]
    assert table["upper"].tolist() == [5, 10, INF, INF, INF]


def test_equal_burdens_are_one_number():
    """What is equal as whole squares of tenths is equal here, and nothing else."""
    grid = [(number, mm / 10) for number in range(1, 21) for mm in range(1, 151)]
    squares = [(10 * number) ** 2 + round(10 * size) ** 2 for number, size in grid]
    burdens = numbers(BURDEN, [(size, number) for number, size in grid])["value"]
    assert burdens.nunique() == len(set(squares))


def test_laboratory_part_by_hand():
    """6 ln 80 = 26.2922, 2 ln 10 = 4.6052; less 42 that is -11.1027. Albumin in g/L, natural logarithms."""
    table = numbers(LABORATORY, [(80, 10, 42), (1, 1, 40), (math.e, math.e, 8)])
    assert table["value"].tolist() == pytest.approx([-11.1027, -40, 0], abs=1e-4)
    assert (table["lower"] == table["value"]).all() and (table["upper"] == table["value"]).all()


@pytest.mark.parametrize("row", [(0, 10, 42), (80, 0, 42), (None, 10, 42), (80, None, 42)])
def test_a_logarithm_of_zero_says_nothing(row):
    table = numbers(LABORATORY, [row])
    assert table["value"].isna().all()
    assert table[["lower", "upper"]].to_numpy().tolist() == [[-INF, INF]]


def test_limits_of_the_assay_are_bounds():
    """CEA <0.5 is entered as 0.25; the bound is at 0.5, where 2 ln 0.5 = -1.3863."""
    table = numbers(LABORATORY, [(1, 0.25, 40)], cea_ng_ml_lower=[0.0], cea_ng_ml_upper=[0.5])
    assert table["upper"].iloc[0] == pytest.approx(-41.3863, abs=1e-4)
    assert table["lower"].iloc[0] == -INF
    assert table["value"].iloc[0] == pytest.approx(-42.7726, abs=1e-4)


def test_no_albumin_is_below_zero():
    """Without albumin the most is that of an albumin of 0: 26.2922 + 4.6052."""
    table = numbers(LABORATORY, [(80, 10, None)])
    assert table["upper"].iloc[0] == pytest.approx(30.8973, abs=1e-4)
    assert table["lower"].iloc[0] == -INF


@settings(deadline=None, derandomize=True)
@given(
    st.sampled_from([BURDEN, LABORATORY]),
    st.lists(st.floats(0.1, 100), min_size=3, max_size=3),
    st.sets(st.integers(0, 2)),
)
def test_bounds_hold_every_completion(formula, values, gaps):
    full = values[: len(formula["of"])]
    known = [None if place in gaps else value for place, value in enumerate(full)]
    value = numbers(formula, [full])["value"].iloc[0]
    table = numbers(formula, [known])
    assert table["lower"].iloc[0] <= value <= table["upper"].iloc[0]


@settings(deadline=None, derandomize=True)
@given(
    st.sampled_from(sorted(MONOTONE)),
    st.lists(st.floats(0.1, 100), min_size=3, max_size=3),
    st.integers(0, 2),
    st.floats(0.01, 50),
)
def test_functions_are_monotone_as_declared(name, values, place, step):
    entry = MONOTONE[name]
    values, place = values[: len(entry.rises)], place % len(entry.rises)
    moved = [value + step * (at == place) for at, value in enumerate(values)]
    before, after = entry.function(*values), entry.function(*moved)
    assert after >= before if entry.rises[place] else after <= before


def test_columns_of_a_formula():
    cohort = pd.DataFrame(
        {"patient_id": ["A", "B"], "size_max_cm": [3, np.nan], "n_crlm": [4.0, 4]}
    )
    table, found = derive_variables(cohort, {}, {"tumour_burden_score": spec()})
    assert table["tumour_burden_score"].iloc[0] == 5 and found == []
    limits = table[["tumour_burden_score_lower", "tumour_burden_score_upper"]]
    assert limits.iloc[1].tolist() == [4, INF] and limits.iloc[0].isna().all()
    whole, _ = derive_variables(cohort.iloc[:1], {}, {"tumour_burden_score": spec()})
    assert list(whole) == [*cohort, "tumour_burden_score"]  # no bounds where nothing is open


def test_a_recorded_value_comes_before_the_formula():
    cohort = pd.DataFrame(
        {
            "patient_id": ["A", "B", "C"],
            "size_max_cm": [3.0, 3, 3],
            "n_crlm": [4.0, 4, 4],
            "tumour_burden_score": [5.05, np.nan, 8],
        }
    )
    table, found = derive_variables(cohort, {}, {"tumour_burden_score": spec()})
    assert table["tumour_burden_score"].tolist() == [5.05, 5, 8]
    assert [(item["rule"], item["patient_id"]) for item in found] == [
        ("contradiction", "C"),
        ("derived", ""),
    ]


def test_a_formula_without_its_inputs_does_nothing():
    cohort = pd.DataFrame({"patient_id": ["A"], "size_max_cm": [3.0]})
    table, found = derive_variables(cohort, {}, {"tumour_burden_score": spec()})
    assert list(table) == list(cohort) and found == []


def test_formulas_of_the_dictionary_are_known(shipped):
    variables = shipped["dictionary"]["variables"]
    for name, item in variables.items():
        formula = item.get("formula")
        if formula:
            assert formula["function"] in FUNCTIONS, name
            assert all(
                source in variables and not variables[source].get("formula")
                for source in formula["of"]
            )
            if formula["function"] in MONOTONE:
                assert len(formula["of"]) == len(MONOTONE[formula["function"]].rises)
