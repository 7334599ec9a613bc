"""What holds for every score: bounds hold every completion, the order of patients is nothing, a point more is no lower group."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_registry import EXAMPLES, NEVER, compute, registry
from test_scores import AT

__all__ = ["registry"]
# Values for the properties: every variable that a score reads, on both sides of the thresholds.
VALUES = {
    "age": [59, 60, 61],
    "n_crlm": [1, 2, 3, 4, 5, 8],
    "n_crlm_repeat": [3, 4],
    "size_max_cm": [1.0, 4.9, 5.0, 6.0, 8.0, 10.0, 11.0],
    "disease_free_interval": [0, 11, 12, 24, 30, 31],
    "cea_ng_ml": [1, 6, 20, 60, 61, 200, 201],
    "ca199_u_ml": [50, 100, 101],
    "crp_mg_l": [3, 10, 11],
    "neutrophil_lymphocyte_ratio": [2, 5, 6],
    "albumin_g_l": [25, 42, 50],
    "alkaline_phosphatase_u_l": [40, 80, 900],
    "margin_mm": [0, 4, 5, 10],
    "tumour_viability": [0, 30, 31],
}


def inputs(registry, name):
    """The recorded variables that a score needs, and the values that a property tries."""
    scores, dictionary = registry
    used = [v for c in scores[name]["components"].values() for v in np.atleast_1d(c["variable"])]
    used += [test["variable"] for item in scores[name].get("overrides", []) for test in item["any"]]
    found = []
    for variable in used:
        formula = dictionary[variable].get("formula")
        found += formula["of"] if formula else [variable]
    return {
        v: VALUES.get(v) or dictionary[v].get("levels") or ["no", "yes"]
        for v in dict.fromkeys(map(str, found))
    }


ALL = sorted({*EXAMPLES, *AT} - NEVER)
QUICK = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


@pytest.mark.parametrize("name", ALL)
@QUICK
@given(data=st.data())
def test_bounds_hold_every_completion(name, registry, data):
    choices = inputs(registry, name)
    full = data.draw(
        st.lists(
            st.fixed_dictionaries({v: st.sampled_from(values) for v, values in choices.items()}),
            min_size=1,
            max_size=8,
        )
    )
    holes = data.draw(
        st.lists(st.sets(st.sampled_from(list(choices))), min_size=len(full), max_size=len(full))
    )
    known = [
        {v: None if v in gaps else value for v, value in p.items()}
        for p, gaps in zip(full, holes, strict=True)
    ]
    before, after = compute(registry, name, known), compute(registry, name, full)
    assert after["value"].notna().all()
    assert (before["lower"] <= after["value"]).all() and (after["value"] <= before["upper"]).all()
    told = before["group"].notna()
    assert (before["group"][told] == after["group"][told]).all()
    told = before["value"].notna()
    assert (before["value"][told] == after["value"][told]).all()


@pytest.mark.parametrize("name", ALL)
@QUICK
@given(data=st.data())
def test_order_of_the_patients_is_nothing(name, registry, data):
    choices = inputs(registry, name)
    patient = st.fixed_dictionaries(
        {v: st.sampled_from([None, *values]) for v, values in choices.items()}
    )
    patients = data.draw(st.lists(patient, min_size=2, max_size=8))
    order = data.draw(st.permutations(range(len(patients))))
    straight = compute(registry, name, patients).iloc[list(order)].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        straight, compute(registry, name, [patients[place] for place in order])
    )


@pytest.mark.parametrize("name", ALL)
@QUICK
@given(data=st.data())
def test_a_point_more_never_lowers_the_group(name, registry, data):
    """Two patients who differ in one input: who has more points is in no lower group."""
    choices, groups = inputs(registry, name), list(registry[0][name]["groups"])
    patient = data.draw(
        st.fixed_dictionaries({v: st.sampled_from(values) for v, values in choices.items()})
    )
    variable = data.draw(st.sampled_from(list(choices)))
    table = compute(registry, name, [{**patient, variable: value} for value in choices[variable]])
    ranked = table.sort_values("value", kind="stable")
    places = [groups.index(group) for group in ranked["group"]] if groups else []
    assert places == sorted(places)
