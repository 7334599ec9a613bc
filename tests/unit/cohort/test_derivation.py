"""What follows from other columns: only what they decide, and contradictions are told."""

import math

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.derivation import derive_variables, months_between

YES_NO = ["no", "yes"]


def derive(shipped, **columns):
    size = len(next(iter(columns.values())))
    variables = {
        name: {"levels": [], **spec} for name, spec in shipped["dictionary"]["variables"].items()
    }
    for spec in variables.values():
        spec["levels"] = YES_NO if spec["kind"] == "binary" else spec["levels"]
    made = {"patient_id": [f"P{i}" for i in range(size)]}
    for name, values in columns.items():
        spec = variables[name]
        if spec["levels"]:
            made[name] = pd.Categorical(values, spec["levels"], ordered=spec["kind"] == "ordinal")
        else:
            made[name] = (
                pd.to_datetime(values) if spec["kind"] == "date" else pd.array(values, dtype=float)
            )
    cohort = pd.DataFrame(made)
    rules = {name: spec["derive"] for name, spec in variables.items() if spec.get("derive")}
    wanted = {
        name: r for name, r in rules.items()
        if name in columns or any("when" not in x and {*x.get("months_between", [x.get("variable")])} <= set(columns) for x in r)
    }  # fmt: skip
    table, found = derive_variables(cohort, wanted, variables)
    return table, found


def plain(column):
    return [None if pd.isna(value) else value for value in column]


def test_node_positive(shipped):
    table, found = derive(
        shipped,
        pn_primary=["N0", "N1", "N2", None, None, None, "N0"],
        n_positive_nodes=[0, 2, np.nan, 3, 0, np.nan, 3],
    )
    assert plain(table["node_positive"]) == ["no", "yes", "yes", "yes", "no", None, "no"]
    # N0 with three positive nodes: the first rule is used, and the contradiction told
    assert [(item["rule"], item["patient_id"], item["severity"]) for item in found] == [
        ("contradiction", "P6", "warning")
    ]
    assert (
        "follows from pn_primary as no" in found[0]["message"]
        and "n_positive_nodes give yes" in found[0]["message"]
    )


def test_a_recorded_value_comes_first(shipped):
    table, found = derive(
        shipped, pn_primary=["N0", "N1", "N1"], node_positive=["yes", "yes", None]
    )
    assert plain(table["node_positive"]) == ["yes", "yes", "yes"]
    assert [item["rule"] for item in found] == ["contradiction", "derived"]
    assert found[0]["patient_id"] == "P0" and "recorded as yes" in found[0]["message"]


def test_margins(shipped):
    table, found = derive(
        shipped,
        margin_mm=[0, 0.1, 12, np.nan, np.nan, np.nan],
        margin_positive=[None, None, "no", "yes", "no", None],
    )
    assert plain(table["margin_positive"]) == ["yes", "no", "no", "yes", "no", None]
    assert plain(table["margin_mm"]) == [
        0,
        0.1,
        12,
        0,
        None,
        None,
    ]  # a negative margin has no width
    assert not [item for item in found if item["rule"] == "contradiction"]
    table, found = derive(shipped, margin_mm=[5], margin_positive=["yes"])
    assert table["margin_positive"].tolist() == ["yes"] and table["margin_mm"].tolist() == [5]
    assert "contradiction" in {item["rule"] for item in found}


def test_interval_from_dates_and_from_synchronous(shipped):
    table, found = derive(
        shipped,
        primary_date=["2010-01-01", "2010-01-01", None, "2010-06-01", "2010-01-01"],
        metastases_date=["2011-01-01", "2010-01-01", "2011-01-01", "2010-01-01", "2012-01-01"],
        synchronous=["no", "yes", "yes", "no", "yes"],
    )
    interval = table["disease_free_interval"].tolist()
    assert interval == pytest.approx([365 / 30.4375, 0, 0, 0, 0])
    # synchronous, yet two years between the dates: Fong's point depends on it
    assert [(item["rule"], item["patient_id"]) for item in found] == [
        ("reversed_dates", "P3"),
        ("contradiction", "P4"),
    ]
    assert "synchronous" in found[1]["message"] and "23.98" in found[1]["message"]


def test_an_interval_that_ends_before_it_begins_is_a_warning(shipped):
    table, found = derive(
        shipped,
        primary_date=["2010-01-01", "2010-03-01", "2010-03-01", "2010-03-01", None],
        metastases_date=["2011-01-01", "2010-02-27", "2010-03-01", None, "2010-01-01"],
    )
    assert table["disease_free_interval"].tolist()[1:3] == [0, 0]
    (item,) = found
    assert (item["severity"], item["rule"], item["row"]) == ("warning", "reversed_dates", 1)
    assert item["patient_id"] == "P1" and item["value"] == "2010-03-01, 2010-02-27"
    assert item["column"] == "primary_date, metastases_date"
    assert "(2010-02-27) lies before" in item["message"] and "(2010-03-01)" in item["message"]
    assert item["message"].endswith("follows as 0 months.") and "Correct the date" in item["remedy"]


def test_dates_that_are_all_reversed_are_one_warning(shipped):
    dates = {"primary_date": ["2010-03-01"] * 6, "metastases_date": ["2010-02-01"] * 6}
    (item,) = derive(shipped, **dates)[1]
    assert item["row"] is None and "6 of 6" in item["message"]


def test_a_missing_date_gives_no_interval(shipped):
    table, _ = derive(
        shipped,
        primary_date=["2010-01-01", None],
        metastases_date=[None, "2010-01-01"],
        synchronous=["no", None],
    )
    assert table["disease_free_interval"].isna().all()


def test_derived_values_are_no_inputs(shipped):
    """A margin of 0 that follows from `positive` must not come back as a recorded margin."""
    table, _ = derive(shipped, margin_positive=["yes", None], margin_mm=[np.nan, np.nan])
    assert plain(table["margin_mm"]) == [0, None] and plain(table["margin_positive"]) == [
        "yes",
        None,
    ]


def test_months():
    start, end = (
        pd.Series(pd.to_datetime(["2010-01-01", None])),
        pd.Series(pd.to_datetime(["2014-01-01", "2012-01-01"])),
    )
    got = months_between(start, end)
    assert got[0] == 1461 / 30.4375 == 48 and math.isnan(got[1])
