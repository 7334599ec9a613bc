"""More sentences that tell a figure: each number recounted, no two of them the same."""

import copy

import pandas as pd
import pytest
from crlm.analyses import order
from crlm.analyses.cox.answers import _tell_splines
from crlm.report import build
from display_inputs import make_plan, make_results
from printed_inputs import fill, make_study, say_p
from test_report import render
from test_texts_of_figures import PLAN, say_share, say_three, table, tell

LIMITS = ("hazard_ratio", "lower", "upper")


@pytest.fixture
def study():
    """Plan and results in which no two numbers are the same, for the test alone."""
    plan, results, _ = copy.deepcopy(make_study())
    return plan, results


def find(plan, results, figure):
    return build.find_findings(plan, results)[figure]


def test_the_flow_tells_who_was_left_out_and_patients_and_events_of_every_endpoint(study):
    plan, results = study
    steps = results["attrition"]
    steps = steps[steps["endpoint"].isna()]
    early = steps[steps["step"] == "early"].iloc[0]
    whole = results["endpoints"]["alpha"]["summary"].query("grouping == 'overall'").iloc[0]
    assert whole["patients"] != whole["events"] and early["excluded"] != early["remaining"]
    assert find(plan, results, "flow_cohort") == (
        f"{steps['remaining'].iloc[-1]} patients analysed; {early['excluded']} patients left out: Too <early>; "
        f"Alpha-free survival, {whole['patients']:.0f} patients and {whole['events']:.0f} events."
    )


def test_the_flow_tells_every_endpoint_with_its_own_counts(study):
    plan, results = study
    alpha, tables = plan["endpoints"]["alpha"], results["endpoints"]["alpha"]
    plan["endpoints"] = {"alpha": alpha, "beta": {**alpha, "label": "Beta"}}
    summary = tables["summary"].assign(patients=903, events=417)
    results["endpoints"]["beta"] = {**tables, "summary": summary}
    words = find(plan, results, "flow_cohort")
    assert words.endswith("Beta, 903 patients and 417 events.") and words.count("903") == 1


def test_what_is_missing_most_is_told_by_its_share(study):
    plan, results = study
    names = ["flag", "weight", "tier", "whole", "most"]
    rows = {"variable": names, "missing": [31, 57, 12, 0, 74], "patients": 200, "centre": None}
    shown = pd.DataFrame(rows)
    results["missingness"] = shown.assign(percent=100 * shown["missing"] / shown["patients"])
    assert find(plan, results, "missingness_cohort") == (
        "4 of 5 variables have missing values, the most most (37.0%), Weight (28.5%) and Flag (15.5%)."
    )
    limits = " ".join(order.load("answers")["description"].list_limits(plan, results))
    assert "Weight (28%)" in limits and "(72%)" not in limits and "(6%)" not in limits


def test_a_cut_is_told_with_the_tests_of_its_spline(study):
    plan, results = study
    tests = results["endpoints"]["alpha"]["spline_tests"]
    row = tests.query("variable == 'weight' and analysis == 'unstratified'").iloc[0]
    told = f"as a number p = {say_p(row['p_overall'])}, departure of its spline from a straight line p = {say_p(row['p_nonlinear'])}."
    assert find(plan, results, "cutoffs_alpha_weight").endswith(told)


@pytest.mark.parametrize(("operator", "sign"), [(">=", "≥"), (">", ">")])
def test_a_cut_is_told_with_its_side(study, operator, sign):
    plan, results = study
    results["endpoints"]["alpha"]["maxstat"]["operator"] = operator
    assert f" cuts {sign} " in find(plan, results, "cutoffs_alpha_weight")


def test_the_widest_flow_between_two_scores(study):
    """Of the patients whose two groups are known; survival with its limits."""
    plan, results = study
    flows = results["endpoints"]["alpha"]["reclassification"]
    both = flows[flows["from_group"].notna() & flows["to_group"].notna()]
    widest = both.loc[both["patients"].idxmax()]
    sides = [each["label"] for each in plan["reclassification"]["tier_flag"]]
    assert (widest["from_group"], widest["to_group"]) == ("low", "no")
    assert find(plan, results, "performance_alpha_reclassification") == (
        f"Alpha-free survival: of {both['patients'].sum()} patients the widest flow is {widest['patients']} patients from "
        f"{sides[0]} Low to {sides[1]} No, survival {say_share(widest, ('survival', 'lower', 'upper'))} at 60 months."
    )


def test_a_published_curve_is_told_with_its_ratio_and_test(study):
    plan, results = study
    row = results["reconstructed_groups"].iloc[0]
    words = find(plan, results, "reconstructed_alpha_roe")
    assert f"{say_three(row, LIMITS, 2)}, log-rank test, p = {say_p(row['p_value'])}." in words


def test_growth_patterns_are_known_in_so_many_of_all(study):
    plan, results = study
    (found,) = order.load("answers")["growth_patterns"].answer(plan, results)
    assert found.text == "Pattern, known in 3 patients of 4: Pattern A 66.7% and Pattern B 33.3%."


def test_added_value_without_a_correction_is_told_as_it_is(study):
    plan, results = study
    rows = results["endpoints"]["alpha"]["added_value"]
    mine = (rows["addition"] == "flag") & (rows["measure"] == "harrell_c")
    rows.loc[mine, ["corrected", "corrected_lower", "corrected_upper"]] = None
    row = rows[mine].iloc[0]
    words = find(plan, results, "added_value_alpha_flag")
    told = say_three(row, ("difference", "lower", "upper"), 3)
    assert words.endswith(f"extended minus base {told}.") and "optimism" not in words


def test_a_month_before_the_median_follow_up_is_no_limit():
    plan = make_plan()
    plan["endpoints"]["alpha"]["landmarks_months"] = [12, 49, 51]
    (words,) = order.load("answers")["follow_up"].list_limits(plan, make_results(plan))
    assert words.startswith("Alpha-free survival: the median follow-up of 50.0 months is shorter")
    assert "reported at 51 months" in words


def test_interactions_are_told_by_the_smallest_p():
    rows = table(
        """analysis within variable level reference patients hazard_ratio lower upper p_value interaction_p_value
        one overall flag yes no 90 1.51 1.12 2.04 0.01 -
        one weight flag yes no 90 1.21 0.82 1.74 0.2 0.041
        one tier flag yes no 80 1.31 0.92 1.84 0.3 0.062
        two tier flag yes no 80 3.31 2.92 4.84 0.3 0.001"""
    )
    plan = {"interactions": {"one": {"label": "Flag by others", "variable": "flag"}}}
    (words,) = tell("interactions", plan, {"endpoints": {"alpha": {"interactions": rows}}}).values()
    assert words == (
        "Life, Flag by others: hazard ratio 1.51 (1.12–2.04) of Yes against No in all patients; 1 of 2 tests for interaction has "
        "p below 0.05, not adjusted for their number, the smallest that by Weight, p = 0.041."
    )


def test_other_methods_are_told_by_the_largest_difference():
    models = table("model method left_out\nadjusted cox 0.6\nadjusted forest 0.64")
    differences = table(
        """model method versus difference lower upper
        adjusted forest cox 0.041 0.012 0.073
        adjusted elastic_net cox 0.023 -0.014 0.052
        adjusted forest elastic_net 0.9 0.8 0.95"""
    )
    result = {"sensitivity_models": models, "sensitivity_differences": differences}
    settings = {"endpoints": ["alpha"], "models": {"adjusted": {"label": "Adjusted"}}}
    plan = {"sensitivity_models": {**settings, "against": None}}
    (words,) = tell("sensitivity_models", plan, {"endpoints": {"alpha": result}}).values()
    assert "plain Cox model was 0.041 (0.012 to 0.073), by " in words
    assert "Better in nearly all resamples: Random survival forest. That" in words


def test_counts_that_are_hidden_stand_nowhere_on_the_page():
    """The page as a whole is searched too: a sentence of an analysis may have a count that its table hides."""
    plan = make_plan()
    plan["output"]["privacy"]["small_cells"] = 5
    plan["study"]["description"] = "A tale of 3 patients and 61 events"
    page = render(plan, make_results(plan), {})
    assert "3 patients" not in page and "&lt;5 patients" in page


def test_a_spline_is_told_by_its_two_tests():
    terms = table(
        "model variable p_value nonlinear_p_value\nadjusted weight 0.031 0.412\nother weight 0.9 0.8"
    )
    words = _tell_splines({"variables": PLAN["variables"]}, {"spline_terms": terms}, "adjusted")
    assert words.endswith("p = 0.031, departure from a straight line p = 0.412")


def test_the_test_of_gray_is_that_of_its_event(study):
    plan, results = study
    result, causes = results["endpoints"]["alpha"], ("relapse", "death")
    result["landmarks"] = result["landmarks"].assign(at_risk=9, survival=0.5)
    groups = plan["groupings"]["tiers"]["groups"]
    rows = [{"cause": cause, "group": group, "time": 12} for cause in causes for group in groups]
    result["incidence"] = fill(rows, "incidence lower upper").assign(grouping="tiers")
    tests = fill([{"cause": cause, "grouping": "tiers"} for cause in causes], "p_value")
    result["incidence_tests"] = tests
    words = find(plan, results, "cumulative_incidence_alpha_tiers")
    for cause, p in zip(causes, tests["p_value"], strict=True):
        told = words.split(f"{cause}, ")[1].split("(Gray's test, ")[1]
        assert told.startswith(f"p = {say_p(p)})")
