"""The sentences of the first screen say what the tables say, and no more than the test behind them."""

import copy
import re

import pandas as pd
import pytest
from crlm.analyses import order
from crlm.analyses.kaplan_meier.answers import find_month
from crlm.report.build import list_key_numbers
from crlm.report.page import Page
from display_inputs import grouping, make_plan, make_results
from printed_inputs import fill, make_study, say, say_count, say_p, say_ratio
from test_report import render


def list_answers(plan, results):
    modules = order.load("answers")
    return {
        name: [each.text for each in module.answer(plan, results)]
        for name, module in modules.items()
        if hasattr(module, "answer")
    }


def list_limits(plan, results):
    modules = order.load("answers").values()
    return [
        text
        for each in modules
        if hasattr(each, "list_limits")
        for text in each.list_limits(plan, results)
    ]


def say_percent(row):
    first, low, high = (say(100 * row[key]) for key in ("survival", "lower", "upper"))
    return f"{first}% ({low}–{high})"


@pytest.fixture
def study():
    """Results in which no two numbers are the same; survival is known late in every group."""
    plan, results, _ = copy.deepcopy(make_study())
    return plan, results


def test_the_curves_are_told_where_every_group_has_five_at_risk(study):
    plan, results = study
    result = results["endpoints"]["alpha"]
    landmarks = result["landmarks"]
    mine = landmarks["grouping"] == "tiers"
    landmarks.loc[mine, ["survival", "lower", "upper"]] = [
        [0.91, 0.82, 0.97], [0.71, 0.62, 0.83], [0.81, 0.73, 0.94], [0.51, 0.44, 0.66], [0.33, 0.21, 0.47], [0.13, 0.05, 0.25],
    ]  # fmt: skip
    landmarks.loc[mine, "at_risk"] = [38, 17, 15, 9, 5, 4]
    (words,) = list_answers(plan, results)["kaplan_meier"]
    grouping = plan["groupings"]["tiers"]
    assert words.startswith(f"Compared: {grouping['label']}. At 12 months alpha-free survival was ")
    labels = grouping["group_labels"]
    there = landmarks[mine & (landmarks["time"] == 12)].set_index("group")
    for group in ("low", "mid", "high"):
        assert f"{say_percent(there.loc[group])} with {labels[group]}" in words
    raw = result["tests"].query("grouping == 'tiers' and test == 'log-rank'")["p_value"].iloc[0]
    assert (f"{raw:.3f}" in words) or ("p < 0.001" in words and raw < 0.001)
    landmarks.loc[mine & (landmarks["time"] == 60), "at_risk"] = 5
    (words,) = list_answers(plan, results)["kaplan_meier"]
    assert ". At 60 months alpha-free survival was " in words


def test_without_a_month_the_medians_are_told():
    plan = make_plan()
    (words,) = list_answers(plan, make_results(plan))["kaplan_meier"]
    assert "Median time" in words and "20.0 (10.0–30.0) months with Mid" in words
    assert "NR" in words and "p < 0.001" in words


@pytest.mark.parametrize("least", [1, 5, 9])
def test_the_month_by_brute_force(least):
    rows = [
        ("a", 12, 0.9, 30), ("b", 12, 0.8, 9), ("a", 36, 0.7, 20), ("b", 36, 0.4, 5), ("a", 60, 0.5, 8), ("b", 60, None, 3),
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=["group", "time", "survival", "at_risk"])
    wanted = [
        month
        for month in (12, 36, 60)
        if all(
            any(g == group and t == month and s is not None and n >= least for g, t, s, n in rows)
            for group in "ab"
        )
    ]
    assert find_month(table, ["a", "b"], least) == max(wanted)
    assert find_month(table.head(0), ["a", "b"]) is None


def test_few_events_and_hazards_that_change_are_said():
    plan = make_plan()
    results = make_results(plan)
    result = results["endpoints"]["alpha"]
    result["ratios"] = result["ratios"].reindex([0, 1]).assign(ph_p_value=[0.001, 0.04])
    result["ratios"]["grouping"] = ["flags", "tiers"]
    (words,) = list_answers(plan, results)["kaplan_meier"]
    assert "hazards are doubtful (p = 0.040)" in words and "Fewer than 10 events" not in words
    result["summary"].loc[lambda t: t["group"] == "low", "events"] = 9
    (words,) = list_answers(plan, results)["kaplan_meier"]
    assert "Fewer than 10 events with Low: uncertain." in words


def test_the_test_of_a_variable_says_nothing_of_groups_made_from_it():
    """The univariable model may be another one: of a number uncut, or of everybody and not of those left at a landmark."""
    plan = make_plan()
    plan["groupings"]["tiers"]["variables"] = ["tier"]
    (words,) = list_answers(plan, make_results(plan))["kaplan_meier"]
    assert "log-rank" in words and "hazards are doubtful" not in words


def test_the_adjusted_ratio_is_that_of_the_main_model():
    plan = make_plan()
    plan["groupings"]["tiers"]["variables"] = ["tier"]
    plan["models"]["adjusted"]["strata"] = ["flag"]
    results = make_results(plan)
    (words,) = list_answers(plan, results)["cox"]
    label = plan["variables"]["tier"]["label"]
    assert "adjusted for Weight, stratified by Flag (50 events in 90 patients)" in words
    assert "1.70 (1.10–2.50) of Mid against Low, p = 0.009" in words and "1.65" not in words
    assert (
        "per parameter" not in words and "hazards are doubtful" not in words and label not in words
    )
    results["endpoints"]["alpha"]["models"]["events_per_parameter"] = 9.4
    results["endpoints"]["alpha"]["ph"]["p_value"] = 0.049
    (words,) = list_answers(plan, results)["cox"]
    assert "Only 9.4 events per parameter" in words and "hazards are doubtful (p = 0.049)" in words


def test_the_best_score_is_not_called_better_without_its_test():
    plan = make_plan()
    plan["performance"] |= {"other": {"label": "Other score", "kind": "score", "column": "other"}}
    results = make_results(plan)
    result = results["endpoints"]["alpha"]
    keys = [
        "predictor",
        "metric",
        "estimate",
        "lower",
        "upper",
        "calibrated_in_cohort",
        "patients",
        "events",
    ]
    rows = [
        ("sum", "harrell_c", 0.61, 0.55, 0.67, False, 88, 44),
        ("other", "harrell_c", 0.66, 0.6, 0.72, False, 88, 44),
        ("model_adjusted", "harrell_c", 0.8, 0.7, 0.9, True, 88, 44),
        ("other", "uno_c", 0.99, 0.9, 1, False, 88, 44),
    ]
    result["performance"] = pd.DataFrame(rows, columns=keys)
    differences = [("sum", "other", "harrell_c", -0.05, -0.11, 0.01, 0.03, 0.2)]
    keys = ["predictor", "versus", "metric", "estimate", "lower", "upper", "p_value", "p_adjusted"]
    result["differences"] = pd.DataFrame(differences, columns=keys)
    (words,) = list_answers(plan, results)["performance"]
    assert "of 2 scores on the same 88 patients (44 events) Other score discriminated best" in words
    assert "(C 0.66 (0.60–0.72)); Sum score had 0.61 (0.55–0.67)" in words
    assert "difference 0.050 (−0.010 to 0.110), p = 0.200 adjusted" in words
    assert "not shown to be better" in words and "0.80" not in words
    result["differences"]["p_adjusted"] = 0.01
    (words,) = list_answers(plan, results)["performance"]
    assert "not shown" not in words


def test_follow_up_and_patients(study):
    plan, results = study
    whole = results["endpoints"]["alpha"]["summary"].query("grouping == 'overall'").iloc[0]
    (words,) = list_answers(plan, results)["follow_up"]
    assert (
        f"{say_count(whole['events'])} events in {say_count(whole['patients'])} patients" in words
    )
    follow_up = [say(whole[f"follow_up_{key}"]) for key in ("median", "lower", "upper")]
    assert f"median follow-up {follow_up[0]} ({follow_up[1]}–{follow_up[2]}) months" in words
    (words,) = list_answers(plan, results)["description"]
    flow = results["attrition"]
    flow = flow[flow["endpoint"].isna()]["remaining"]
    assert re.findall(r"\d+", words) == [say_count(flow.iloc[0]), say_count(flow.iloc[-1])]


def test_limits_name_what_is_wrong_once():
    plan = make_plan()
    results = make_results(plan)
    result = results["endpoints"]["alpha"]
    limits = " ".join(list_limits(plan, results))
    assert "Sum score" in limits and "2 warnings" in limits
    assert "events per parameter" not in limits and "left out" not in limits
    result["models"] = result["models"].astype({"events_per_parameter": float})
    result["models"].loc[
        lambda t: t["model"] == "adjusted", ["missing", "events_per_parameter"]
    ] = [40, 3.2]
    result["ph"].loc[lambda t: (t["model"] == "adjusted") & (t["term"] == "weight"), "p_value"] = (
        0.01
    )
    plan["endpoints"]["alpha"]["landmarks_months"] = [12, 60]
    limits = list_limits(plan, results)
    assert "Adjusted: 3.2 events per parameter." in limits
    assert "Adjusted: 31% of the patients are left out, since a value is missing." in limits
    assert "Adjusted: proportional hazards are doubtful for Weight (test below 0.05)." in limits
    assert any("50.0 months is shorter" in each and "60 months" in each for each in limits)


def test_answers_link_to_what_they_rest_on_and_come_first():
    plan = make_plan()
    page = render(plan, make_results(plan), {})
    start, results = page.index('id="answers"'), page.index('id="results"')
    assert start < results < page.index('id="limitations"') < page.index('id="supplement"')
    targets = set(re.findall(r'href="#([^"]+)"', page[start:results]))
    assert {"table-main_survival_alpha", "table-follow_up"} <= targets
    assert all(f'id="{target}"' in page for target in targets)


def test_what_stands_in_the_main_text_is_referred_to_in_the_supplement():
    page = Page({"study": {"synthetic": False}}, {}, {"a": "<svg/>", "b": "<svg/>"}, [], {})
    page.placed = {"a": "1"}
    page.start_supplement()
    (block,) = page.figure("a", "Title", "kind")
    assert block == {
        "kind": "reference",
        "text": "Figure 1",
        "target": "figure-1",
        "title": "Title",
    }


def test_a_group_of_four_is_no_headline():
    plan = make_plan()
    results = make_results(plan)
    results["endpoints"]["alpha"]["summary"].loc[lambda t: t["group"] == "high", "patients"] = 4
    (words,) = list_answers(plan, results)["kaplan_meier"]
    assert "months with High" not in words and "fewer than 5 patients (High)" in words


def make_six(study, ordered):
    """Six groups with survival at 60 months, and their medians."""
    plan, results = study
    groups = [f"g{place}" for place in range(6)]
    spec = plan["groupings"]["tiers"]
    spec |= {"groups": groups, "ordered": ordered, "variables": ["a", "b"], "note": None}
    spec["group_labels"] = {group: f"Group {group}" for group in groups}
    survival = [0.41, 0.62, 0.23, 0.57, 0.38, 0.49]
    result = results["endpoints"]["alpha"]
    shared = {"grouping": "tiers", "group": groups}
    result["landmarks"] = pd.DataFrame(
        {**shared, "time": 60.0, "survival": survival, "at_risk": 9}
    ).assign(lower=lambda t: t["survival"] - 0.1, upper=lambda t: t["survival"] + 0.1)
    summary = result["summary"].query("grouping == 'overall'")
    many = pd.DataFrame({**shared, "patients": 40, "events": 20, "median": range(10, 70, 10)})
    many["median_lower"], many["median_upper"] = many["median"] - 5, many["median"] + 5
    result["summary"] = pd.concat([summary, many], ignore_index=True)
    return plan, results, dict(zip(groups, survival, strict=True))


def test_many_groups_without_an_order_are_told_by_their_extremes(study):
    plan, results, survival = make_six(study, ordered=False)
    (words,) = list_answers(plan, results)["kaplan_meier"]
    low, high = min(survival, key=survival.get), max(survival, key=survival.get)
    named = re.findall(r"(\d+\.\d)% \([^)]*\) with Group (g\d)", words)
    assert named == [(say(100 * survival[each]), each) for each in (low, high)] != []
    assert "was from 23.0%" in words and "lowest and the highest of 6 groups" in words
    tests = results["endpoints"]["alpha"]["tests"].query("grouping == 'tiers'")
    raw = tests.loc[tests["test"] == "log-rank", "p_value"].iloc[0]
    assert "log-rank test, p" in words and (f"{raw:.3f}" in words or raw < 0.001)


def test_many_groups_with_an_order_are_told_by_the_first_and_the_last(study):
    plan, results, _ = make_six(study, ordered=True)
    (words,) = list_answers(plan, results)["kaplan_meier"]
    assert re.findall(r"with Group (g\d)", words) == ["g0", "g5"] and "first and the last" in words


def test_the_extremes_of_medians_count_one_that_is_not_reached_as_the_longest(study):
    plan, results, _ = make_six(study, ordered=False)
    result = results["endpoints"]["alpha"]
    result["landmarks"]["at_risk"] = 4
    ends = ["median", "median_lower", "median_upper"]
    result["summary"][ends] = result["summary"][ends].astype(float)
    result["summary"].loc[lambda t: t["group"] == "g3", ends] = float("nan")
    (words,) = list_answers(plan, results)["kaplan_meier"]
    assert re.findall(r"with Group (g\d)", words) == ["g0", "g3"]
    assert "from 10.0 (5.0–15.0) months with Group g0 to not reached with Group g3" in words


def test_survival_of_fewer_than_five_at_risk_is_no_headline_anywhere():
    plan = make_plan()
    results = make_results(plan)
    landmarks = results["endpoints"]["alpha"]["landmarks"]
    whole = landmarks["grouping"] == "overall"
    landmarks.loc[whole & (landmarks["time"] == 60), "at_risk"] = 4
    _, number = list_key_numbers(plan, results)
    assert "80.0% (70.0–90.0) at 12 months" in number["detail"]
    landmarks.loc[whole, "at_risk"] = 4
    _, number = list_key_numbers(plan, results)
    assert "months" not in number["detail"]


def test_the_incidence_told_is_that_of_the_last_event_until_the_month(study):
    """An event at the very month counts, one after it does not; the month is the last with five at risk."""
    plan, results = study
    result = results["endpoints"]["alpha"]
    whole = result["landmarks"]["grouping"] == "overall"
    result["landmarks"].loc[whole, "at_risk"] = [5, 4]
    result["landmarks"].loc[whole, "survival"] = [0.5, 0.4]
    rows = [(cause, time) for cause in ("relapse", "death") for time in (0, 6, 12, 18)]
    table = fill([{"cause": cause, "time": time} for cause, time in rows], "incidence lower upper")
    result["incidence"] = table.assign(grouping="overall", group="all")
    found = [
        each.text
        for each in order.load("answers")["kaplan_meier"].describe_figures(plan, results)
        if each.figure == "cumulative_incidence_alpha_overall"
    ]
    told = table[table["time"] == 12].rename(columns={"incidence": "survival"}).set_index("cause")
    parts = [f"{say_percent(told.loc[cause])} for {cause}" for cause in ("death", "relapse")]
    assert found == [
        f"Alpha-free survival: within 12 months the cumulative incidence was {' and '.join(parts)}."
    ]


def test_the_hazard_ratio_told_is_that_of_the_second_level_against_the_first(study):
    plan, results = study
    plan["groupings"] = {"flags": grouping("Flag", ["no", "yes"], variables=["flag"])}
    plan["main"]["grouping"] = "flags"
    result, groups = results["endpoints"]["alpha"], ("no", "yes")
    summary = [{"grouping": "flags", "group": group} for group in groups]
    numbers = "patients# events# median median_lower median_upper"
    result["summary"] = fill(summary, numbers).assign(missing=0)
    landmarks = fill([{**each, "time": 12} for each in summary], "at_risk# survival lower upper")
    result["landmarks"] = landmarks
    result["tests"] = fill([{"grouping": "flags", "test": "log-rank"}], "p_value")
    levels = [{"model": "univariable", "variable": "flag", "level": group} for group in groups]
    cox = fill(levels, "hazard_ratio lower upper p_value").assign(reference="no", grouping="flags")
    result["ratios"] = cox.assign(patients=result["summary"]["patients"], ph_p_value=0.5)
    (found,) = order.load("answers")["kaplan_meier"].answer(plan, results)
    ratio, p = say_ratio(cox.iloc[1]), say_p(result["tests"]["p_value"][0])
    assert f"(hazard ratio {ratio} of Yes against No; log-rank test, p = {p})" in found.text


def test_the_published_strata_of_another_endpoint_are_told_where_the_main_one_has_none():
    plan, results = make_published(main="beta")
    (words,) = list_answers(plan, results)["published"]
    assert (
        words.startswith("Life, events observed over those expected")
        and "0.50 (0.39–0.63)" in words
    )
    plan["main"]["endpoint"] = "alpha"
    assert list_answers(plan, results)["published"] == [words]
    results["endpoints"]["alpha"]["published_expected"]["ratio"] = None
    assert not list_answers(plan, results)["published"]


def make_published(main):
    """Two endpoints, of which `alpha` alone has a score published for it."""
    plan = make_plan()
    plan["main"] |= {"endpoint": main, "endpoints": []}
    spec = plan["endpoints"]["alpha"]
    plan["endpoints"] = {"beta": {**spec, "label": "Other"}, "alpha": {**spec, "label": "Life"}}
    columns = [
        *("score", "source", "kind", "published_endpoint", "same_endpoint", "patients", "until"),
        *("observed", "ratio", "lower", "upper", "evidence", "note"),
    ]
    row = (
        "sum",
        "Doe",
        "overall",
        "alpha-free survival",
        True,
        90,
        60,
        70,
        0.5,
        0.39,
        0.63,
        "read",
        None,
    )
    results = make_results(plan)
    one = results["endpoints"]["alpha"]
    found = pd.DataFrame([row], columns=columns)
    results["endpoints"] = {
        "beta": {**one, "published_expected": found.head(0)},
        "alpha": {**one, "published_expected": found},
    }
    return plan, results


@pytest.mark.parametrize(
    ("rows", "analysed", "said"),
    [
        (1, 1, "1 patient was analysed."),
        (2, 1, "Of 2 patients in the export, 1 was analysed."),
        (9, 7, "Of 9 patients in the export, 7 were analysed."),
        (7, 7, "7 patients were analysed."),
    ],
)
def test_how_many_were_analysed(rows, analysed, said):
    plan = make_plan()
    results = make_results(plan)
    steps = {
        "label": ["Rows", "Analysed"],
        "excluded": [0, rows - analysed],
        "remaining": [rows, analysed],
    }
    results["attrition"] = pd.DataFrame(steps).assign(endpoint=None)
    (found,) = list_answers(plan, results)["description"]
    assert found == said
