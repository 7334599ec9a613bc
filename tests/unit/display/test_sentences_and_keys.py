"""Estimates, sentences on figures, keys and abbreviations from plain values: what each says, and what is missing."""

import math

import pandas as pd
import pytest
from crlm.display import abbreviations, cells, findings, hazard_ratios, keys, measures
from crlm.display.cells import Cell, Column, DisplayTable, Row
from display_inputs import make_plan

NAN = math.nan


# --- hazard ratios and measures --------------------------------------------------------------------


def make_row(**others):
    row = {"note": None, "level": "high", "reference": "low", "hazard_ratio": 1.5}
    return {**row, "lower": 1.0, "upper": 2.25, "p_value": 0.0123, **others}


def test_estimates_with_their_footnotes():
    footnotes = {}
    assert hazard_ratios.show_estimate(make_row(), footnotes) == [
        cells.ratio(1.5, 1, 2.25),
        cells.p_value(0.0123),
    ]
    made = hazard_ratios.show_estimate(make_row(level="low", note="few"), footnotes)
    assert made == [Cell("1 (reference)¹", (1, "reference"), ("0", "0"), reference=True), Cell()]
    made = hazard_ratios.show_estimate(make_row(hazard_ratio=NAN, note="none"), footnotes)
    assert made == [Cell("not estimable²"), Cell("–")]
    made = hazard_ratios.show_estimate(make_row(level=None, reference=None, note="few"), footnotes)
    assert made[0] == cells.ratio(1.5, 1, 2.25, "¹") and footnotes == {"few": 1, "none": 2}


def test_names_of_variables_and_contrasts():
    variables = {"age": {"label": "Age at operation"}}
    assert hazard_ratios.label_variable("age", variables) == "Age at operation"
    assert hazard_ratios.label_variable("n_nodes", variables) == "N nodes"
    table = pd.DataFrame({"level": ["68 against 54", None, "", "70 against 54", "68 against 54"]})
    assert hazard_ratios.find_contrasts(table, {"kind": "continuous"}) == [
        "68 against 54",
        "70 against 54",
    ]
    assert hazard_ratios.find_contrasts(table, {"kind": "count"}) == [
        "68 against 54",
        "70 against 54",
    ]
    assert (
        hazard_ratios.find_contrasts(table, {"kind": "binary"})
        == hazard_ratios.find_contrasts(table, {})
        == []
    )
    assert (
        hazard_ratios.label_contrast("68 against 54", {"unit": "years"})
        == "68 against 54 years, spline"
    )
    assert hazard_ratios.label_contrast("68 against 54", {"unit": None}) == "68 against 54, spline"


def test_measures():
    row = pd.Series({"lower": 0.2, "upper": 0.6})
    assert measures.show_observed(row, 0.5) == cells.percent(0.5, 0.2, 0.6)
    assert measures.show_observed(row, NAN) == Cell("–")
    table = pd.DataFrame({"patients": [0, 3, 4, 3], "note": ["nobody", "few", None, "short"]})
    assert measures.explain_few(table) == ["–: few or short."]
    assert measures.explain_few(table.head(1)) == []


def test_a_decision_curve_ends_where_it_falls_below_the_floor():
    x, y = measures.end_below([0.1, 0.2, 0.4], [0.3, 0.1, -0.3], -0.1)
    assert list(x) == pytest.approx([0.1, 0.2, 0.3]) and list(y) == pytest.approx([0.3, 0.1, -0.1])
    for floor in (-0.3, -1):
        x, y = measures.end_below([0.1, 0.2, 0.4], [0.3, 0.1, -0.3], floor)
        assert list(x) == [0.1, 0.2, 0.4] and list(y) == [0.3, 0.1, -0.3]
    x, y = measures.end_below([0.1, 0.2], [-0.3, 0.1], -0.1)
    assert len(x) == len(y) == 0


# --- sentences -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("small_cells", "least_patients", "least_at_risk"), [(None, 0, 5), (3, 3, 5), (8, 8, 8)]
)
def test_rows_of_enough_patients(small_cells, least_patients, least_at_risk):
    plan = {"output": {"privacy": {"small_cells": small_cells}}}
    table = pd.DataFrame({"x": [1.0] * 10, "patients": range(10), "at_risk": 99})
    assert list(findings.keep_known(table, "x", plan)["patients"]) == list(
        range(least_patients, 10)
    )
    table = pd.DataFrame({"x": [1.0] * 9 + [NAN], "at_risk": range(10)})
    assert list(findings.keep_known(table, "x", plan)["at_risk"]) == list(range(least_at_risk, 9))
    assert len(findings.keep_known(table[["x"]], "x", plan)) == 9


def test_rows_at_the_last_time_of_all_groups():
    table = pd.DataFrame({"t": [12, 12, 60, 60, 90], "group": ["a", "b", "a", "b", "a"]})
    assert list(findings.keep_last(table, "t", 2).index) == [2, 3]
    assert list(findings.keep_last(table, "t", 1).index) == [4]
    assert list(findings.keep_last(table, "t", 3).index) == [4]
    assert findings.keep_last(table.head(0), "t", 1).empty


def test_rows_that_compare_a_level_or_a_step():
    table = pd.DataFrame(
        {
            "hazard_ratio": [1.0, 1.5, NAN, 1.2, 1.3],
            "level": ["low", "high", "mid", None, "top"],
            "reference": ["low", "low", "low", None, "low"],
            "p_value": [NAN, 0.1, 0.2, 0.3, NAN],
        }
    )
    assert list(findings.keep_levels(table).index) == [1, 3]
    assert list(findings.keep_levels(table.drop(columns="p_value")).index) == [1, 3, 4]


def test_numbers_in_sentences():
    row = {"hazard_ratio": 1.406, "lower": 1.125, "upper": 1.754, "low": 0.25}
    assert findings.tell_ratio(row) == "1.41 (1.12–1.75)"
    assert findings.tell_ratio(row, ("upper", "low", "lower")) == "1.75 (0.25–1.12)"
    assert findings.tell_number(row, ("upper", "low", "lower")) == "1.8 (0.2–1.1)"
    assert findings.tell_number(row, ("upper", "low", "lower"), 3) == "1.754 (0.250–1.125)"
    assert (
        findings.tell_share({"a": 0.5, "b": 0.25, "c": 0.75}, ("a", "b", "c"))
        == "50.0% (25.0–75.0)"
    )
    assert findings.tell_share({"a": 0.5}, ("a",)) == "50.0%"


def test_of_many_the_extremes_are_told():
    parts = [(value, f"n{value}") for value in (3, 1, 4, 2)]
    assert findings.join_parts([*parts, (NAN, "none")]) == "n3, n1, n4 and n2"
    assert findings.join_parts([*parts, (5, "n5")]) == (
        "from n1 to n5 (the lowest and the highest of 5 groups, which lie apart by chance too)"
    )
    assert "of 5 scores, which" in findings.join_parts([*parts, (5, "n5")], "score")


def test_words_for_groups_levels_and_steps():
    plan = make_plan()
    assert findings.of_group(plan, "overall", "all") == ""
    assert findings.of_group(plan, "tiers", "low") == " with Low"
    spec = plan["variables"]["tier"]
    assert findings.name_level(spec, "mid") == "Mid" and findings.name_level({}, "mid") == "mid"
    assert findings.contrast({"level": "mid", "reference": "low"}, spec) == " of Mid against Low"
    assert (
        findings.contrast({"level": NAN, "reference": NAN}, plan["variables"]["weight"])
        == ", per 5 kg"
    )
    assert findings.contrast({"level": "mid", "reference": None}, spec) == ""


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ([0.04], "the one test for x has p below 0.05"),
        ([0.05], "the one test for x has p not below 0.05"),
        ([0.04, 0.2], "1 of 2 tests for x has p below 0.05, not adjusted for their number"),
        ([0.4, 0.2], "0 of 2 tests for x have p below 0.05, not adjusted for their number"),
        ([0.04, 0.02, 1], "2 of 3 tests for x have p below 0.05, not adjusted for their number"),
    ],
)
def test_small_p_values_are_counted(values, words):
    assert findings.count_clear(pd.Series(values), "for x") == words


def make_interactions():
    return pd.DataFrame(
        {
            "within": ["overall", "flag", "flag", "tier"],
            "level": NAN,
            "reference": NAN,
            "patients": [90, 40, 50, 90],
            "hazard_ratio": [1.5, 1.2, 1.9, 1.4],
            "lower": 1.0,
            "upper": 2.25,
            "interaction_p_value": [NAN, 0.2, 0.2, 0.0123],
        }
    )


def test_tests_for_interaction():
    plan, rows = make_plan(), make_interactions()
    whole = "hazard ratio 1.50 (1.00–2.25), per 5 kg in all patients"
    label = plan["variables"]["tier"]["label"]
    assert findings.tell_interactions(plan, rows, "weight") == (
        f"{whole}; 1 of 2 tests for interaction has p below 0.05, not adjusted for their number, the smallest that by {label}, p = 0.012."
    )
    assert findings.tell_interactions(plan, rows.head(3), "weight") == (
        f"{whole}; the one test for interaction has p not below 0.05, that by Flag, p = 0.200."
    )
    assert findings.tell_interactions(plan, rows.head(1), "weight") == f"{whole}."
    assert findings.tell_interactions(plan, rows.iloc[[1]], "weight").startswith(
        "the one test for interaction"
    )
    assert findings.tell_interactions(plan, rows.head(0), "weight") == ""


# --- keys ------------------------------------------------------------------------------------------


def test_names_of_numbers():
    assert keys.name_group("os", "median", "overall", "all") == "os_median_overall"
    assert keys.name_group("os", "5y", "fong", "low") == "os_5y_fong_low"
    assert [keys.name_time(months) for months in (60, 18, 12, 0, 6.5)] == [
        "5y",
        "18m",
        "1y",
        "0m",
        "6.5m",
    ]
    assert keys.name_term("os", "hr", "clinical", "sex", "male") == "os_hr_clinical_sex_male"
    assert keys.name_term("os", "hr", "clinical", "age", NAN) == "os_hr_clinical_age"
    assert keys.make_key("É tü", 3, "--", "X.") == "e_tu_3_x"


def test_a_ratio_and_its_parts_have_the_same_decimals():
    assert keys.tell_ratio((1.5, 1.0, 2.25)) == ("1.50 (1.00–2.25)", "1.50", "1.00", "2.25")
    assert keys.tell_ratio((150.0, 20.0, 800.0)) == (
        "150.00 (20.00–800.00)",
        "150.00",
        "20.00",
        "800.00",
    )
    assert keys.tell_ratio((150.0, 120.0, 800.0)) == ("150 (120–800)", "150", "120", "800")
    assert keys.tell_ratio((1.5, None, NAN)) == ("1.50", "1.50", "–", "–")


def test_numbers_of_cox_models():
    table = pd.DataFrame(
        [
            ("m", "tier", "low", "low", 1.0, NAN, NAN, NAN),
            ("m", "tier", "high", "low", 1.5, 1.0, 2.25, 0.0123),
            ("m", "tier", "mid", "low", NAN, NAN, NAN, NAN),
            ("m", "age", None, None, 1.2, 1.1, 1.3, 0.2),
        ],
        columns=[
            "model",
            "variable",
            "level",
            "reference",
            "hazard_ratio",
            "lower",
            "upper",
            "p_value",
        ],
    )
    found = list(keys.list_ratios(table, "cox", "os"))
    where = {"table": "cox", "endpoint": "os", "by": ("model", "variable", "level")}
    limits = ("hazard_ratio", "lower", "upper")
    assert found == [
        keys.Number("os_hr_m_tier_high", (1.5, 1.0, 2.25), ("1.50 (1.00–2.25)", "1.50", "1.00", "2.25"), columns=limits, place=1, **where),
        keys.Number("os_hr_p_m_tier_high", (0.0123,), ("p = 0.012",), columns=("p_value",), place=1, **where),
        keys.Number("os_hr_m_age", (1.2, 1.1, 1.3), ("1.20 (1.10–1.30)", "1.20", "1.10", "1.30"), columns=limits, place=3, **where),
        keys.Number("os_hr_p_m_age", (0.2,), ("p = 0.200",), columns=("p_value",), place=3, **where),
    ]  # fmt: skip


def test_marked_numbers():
    words = f"a {keys.mark('1', 'k')}{keys.mark('2', 'l')} b"
    assert keys.split(words) == [("a ", None), ("1", "k"), ("2", "l"), (" b", None)]
    assert (
        keys.strip(words) == "a 12 b" and keys.split("") == [] and keys.split("x") == [("x", None)]
    )


# --- abbreviations ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("CI", True),
        ("CIs", True),
        ("(CI)", True),
        ("95% CI", True),
        ("aCI", False),
        ("CIa", False),
        ("CI/x", False),
        ("x/CI", False),
        ("a-CI", False),
        ("CI-x", True),
        ("ci", False),
    ],
)
@pytest.mark.parametrize("place", ["title", "note", "cell", "label", "over"])
def test_an_abbreviation_is_found_wherever_it_stands_alone(words, found, place):
    texts = {"title": "", "note": "", "cell": "", "label": "", "over": "", place: words}
    table = DisplayTable(
        "t", texts["title"], (Column(texts["label"], texts["over"]),), (Row((Cell(texts["cell"]),)),), (texts["note"],)
    )  # fmt: skip
    known = {"CI": "confidence interval", "b": "b", "A": "a thing"}
    assert abbreviations.write_out(table, known) == ("CI, confidence interval." if found else "")


def test_abbreviations_stand_in_order_and_what_is_explained_is_left_out():
    table = DisplayTable("t", "HR, OS and aHR", (), (), ("OS is Overall Survival.", "NR NR"))
    known = {
        "NR": "not reached",
        "OS": "overall survival",
        "aHR": "adjusted",
        "HR": "hazard ratio",
        "NO": "x",
    }
    assert (
        abbreviations.write_out(table, known) == "aHR, adjusted; HR, hazard ratio; NR, not reached."
    )
