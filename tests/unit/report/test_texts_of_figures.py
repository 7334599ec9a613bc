"""What a figure shows is said with the numbers of the tables, recounted here, and with no more than the test behind them."""

import importlib
import io

import numpy as np
import pandas as pd
import pytest
from crlm.display import findings
from crlm.report import build
from display_inputs import make_plan, make_results
from printed_inputs import make_study, say, say_p, say_ratio, scatter

TWO = {
    "label": "Tier",
    "groups": ["low", "high"],
    "group_labels": {"low": "Low", "high": "High"},
    "ordered": False,
    "landmark_months": None,
}
PLAN = {
    "endpoints": {"alpha": {"label": "Life"}},
    "groupings": {"overall": {"groups": ["all"], "group_labels": {"all": "All"}}, "tiers": TWO},
    "output": {"privacy": {"small_cells": None}},
    "variables": {
        "flag": {"label": "Flag", "level_labels": {"no": "No", "yes": "Yes"}, "kind": "binary"},
        "weight": {"label": "Weight", "kind": "continuous", "unit": "kg", "per": 5},
    },
    "models": {"adjusted": {"label": "Adjusted"}},
}


def table(text):
    """A result table of words in rows, `-` where a cell is empty."""
    return pd.read_csv(io.StringIO(text), sep=r"\s+", na_values=["-"], keep_default_na=False)


def tell(analysis, plan, results):
    """{figure: sentence} of one analysis; the same where another endpoint stands before, of which nothing is known."""
    module = importlib.import_module(f"crlm.analyses.{analysis}.answers")
    plan, endpoints = {**PLAN, **plan}, results.get("endpoints", {})
    found = {each.figure: each.text for each in module.describe_figures(plan, results)}
    nothing = {name: rows.head(0) for name, rows in endpoints.get("alpha", {}).items()}
    plan = {**plan, "endpoints": {"first": {"label": "Other"}, **plan["endpoints"]}}
    results = {**results, "endpoints": {"first": nothing, **endpoints}}
    assert found == {each.figure: each.text for each in module.describe_figures(plan, results)}
    return found


def say_share(row, names):
    first, low, high = (say(100 * row[name]) for name in names)
    return f"{first}% ({low}–{high})"


def say_three(row, names, digits=1):
    first, low, high = (say(row[name], digits) for name in names)
    join = " to " if "\N{MINUS SIGN}" in low + high else "–"
    return f"{first} ({low}{join}{high})"


def test_restricted_means_are_those_of_the_last_horizon_known_in_every_group():
    rows = scatter(
        table(
            """grouping group horizon patients events rmst lower upper difference difference_lower difference_upper p_value
            tiers low 12 90 9 11.1 11 11.2 - - - -
            tiers high 12 80 19 10.1 10 10.2 -1 -2 -0.5 0.2
            tiers low 36 90 29 30.1 30 30.2 - - - -
            tiers high 36 80 39 25.1 25 25.2 -5 -6 -4 0.3
            tiers low 60 90 30 50 49 51 - - - -
            tiers high 60 80 40 - - - - - - -"""
        )
    )
    settings = {"groupings": {"tiers": TWO}, "horizons_months": {"alpha": [12, 36, 60]}}
    results = {"endpoints": {"alpha": {"restricted_mean": rows}}}
    words = tell("restricted_mean", {"restricted_mean": settings}, results)[
        "restricted_mean_alpha_tiers"
    ]
    at = rows[rows["horizon"] == 36].set_index("group")
    for group in ("low", "high"):
        assert (
            f"{say_three(at.loc[group], ('rmst', 'lower', 'upper'))} months with {group.capitalize()}"
            in words
        )
    assert "within 36 months" in words and f"p = {at.loc['high', 'p_value']:.3f}" in words
    assert (
        say_three(at.loc["high"], ("difference", "difference_lower", "difference_upper")) in words
    )
    assert "better" not in words and "longer" not in words


def test_of_more_than_four_groups_the_extremes_are_told_and_that_they_are():
    parts = [(value, f"{value} x") for value in (3, 1, np.nan, 5, 2, 4)]
    words = findings.join_parts(parts)
    assert (
        words
        == "from 1 x to 5 x (the lowest and the highest of 5 groups, which lie apart by chance too)"
    )
    assert findings.join_parts(parts[:3]) == "3 x and 1 x"


def test_conditional_survival_is_told_against_that_from_the_start():
    rows = scatter(
        table(
            """endpoint grouping group given given_months further_months patients events at_risk survival lower upper
            alpha tiers low alpha 0 24 90 9 70 0.9 0.8 0.95
            alpha tiers high alpha 0 24 90 9 70 0.7 0.6 0.75
            alpha tiers low alpha 12 24 80 9 60 0.92 0.8 0.95
            alpha tiers high alpha 12 24 70 9 50 0.72 0.6 0.75
            alpha tiers low alpha 24 24 60 9 40 0.94 0.8 0.95
            alpha tiers high alpha 24 24 50 9 4 0.74 0.6 0.75
            alpha tiers low beta 24 24 50 9 44 0.5 0.4 0.6
            alpha tiers high beta 24 24 50 9 44 0.5 0.4 0.6"""
        )
    )
    rows["at_risk"] = [70, 70, 60, 50, 40, 4, 44, 44]
    rows["given_months"], rows["further_months"] = [0, 0, 12, 12, 24, 24, 24, 24], 24
    settings = {"groupings": {"tiers": TWO}, "endpoints": {"alpha": ["alpha", "beta"]}}
    found = tell(
        "conditional_survival", {"conditional_survival": settings}, {"conditional_survival": rows}
    )
    words = found["conditional_survival_alpha_tiers"]
    names = ("survival", "lower", "upper")
    assert "still at risk after 12 months" in words and "for 24 further months" in words
    for now, start, group in ((2, 0, "Low"), (3, 1, "High")):
        told = f"{say_share(rows.loc[now], names)} against {say_share(rows.loc[start], names)} from the start with {group}"
        assert told in words


def test_a_cured_share_is_told_with_how_its_follow_up_is_judged():
    rows = pd.DataFrame(
        {
            "endpoint": "alpha", "grouping": "tiers", "group": ["low", "high"], "patients": [50, 40], "cured": [0.31, 0.12],
            "lower": [0.2, 0.05], "upper": [0.4, 0.2], "follow_up": ["long enough", "may be too short"],
        }
    )  # fmt: skip
    tests = pd.DataFrame({"endpoint": ["alpha"], "grouping": ["tiers"], "p_value": [0.0123]})
    plan = {"cure": {"endpoints": ["alpha"], "groupings": {"tiers": TWO}}}
    words = tell("cure", plan, {"cure": rows, "cure_tests": tests})["cure_alpha_tiers"]
    assert "31.0% (20.0–40.0) with Low (follow-up long enough)" in words
    assert (
        "12.0% (5.0–20.0) with High (follow-up may be too short)" in words and "p = 0.012" in words
    )
    nothing = rows.assign(cured=np.nan)
    assert not tell("cure", plan, {"cure": nothing, "cure_tests": tests})


def test_states_add_up_at_the_last_month_with_enough_observed():
    shares = pd.DataFrame(
        [
            ("overall", "all", state, time, 100, risk, share, share - 0.05, share + 0.05)
            for time, rows in {
                12: (("well", 60, 0.7), ("ill", 10, 0.2), ("gone", 0, 0.1), ("free", 60, 0.7)),
                24: (("well", 4, 0.5), ("ill", 0, 0.3), ("gone", 0, 0.2), ("free", 4, 0.5)),
            }.items()
            for state, risk, share in rows
        ],
        columns=[
            "grouping",
            "group",
            "state",
            "time",
            "patients",
            "at_risk",
            "probability",
            "lower",
            "upper",
        ],
    )
    paths = table(
        "step from_group to_group patients\none well ill 40\none well gone 50\ntwo ill (later) 12"
    )
    states = {name: {"label": name.capitalize()} for name in ("well", "ill", "gone")}
    settings = {
        "history": {"states": states},
        "groupings": {"overall": PLAN["groupings"]["overall"]},
    }
    found = tell(
        "disease_states",
        {"disease_states": settings},
        {"states_shares": shares, "states_pathways": paths},
    )
    words = found["disease_states_overall"]
    assert (
        words
        == "Shares of the patients in each state at 12 months: 70.0% (65.0–75.0) well, 20.0% (15.0–25.0) ill and 10.0% (5.0–15.0) gone."
    )
    assert found["disease_states_pathways"] == (
        "The widest band of every step: one, 50 patients from well to gone; two, 12 patients from ill to later."
    )


def test_recurrence_is_told_by_kind_and_its_hazard_where_it_is_highest():
    causes = {"liver": "Liver only", "recurrence": "Recurrence"}
    kinds = {
        "any": {"causes": {}, "ended": "Death"},
        "site": {"causes": causes, "ended": "Death without"},
    }
    settings = {"endpoints": {"alpha": {"classifications": kinds}}, "groupings": {"tiers": TWO}}
    at = table(
        """endpoint classification grouping group cause horizon patients events at_risk incidence lower upper
        alpha site tiers low liver 12 80 9 50 0.2 0.1 0.3
        alpha site tiers high liver 12 70 9 40 0.4 0.3 0.5
        alpha any tiers low liver 12 70 9 40 0.9 0.8 0.95
        alpha site tiers low liver 36 80 9 50 0.3 0.2 0.4
        alpha site tiers high liver 36 70 9 4 0.6 0.5 0.7"""
    )
    gray = table(
        """endpoint classification grouping cause p_value
        alpha site tiers liver 0.0312
        alpha any tiers liver 0.9"""
    )
    hazard = table(
        """endpoint grouping group time hazard lower upper at_risk
        alpha tiers low 1 0.01 0.005 0.02 90
        alpha tiers low 2 0.03 0.02 0.04 80
        alpha tiers high 4 0.05 0.04 0.07 60
        alpha tiers high 5 0.09 0.01 0.2 4"""
    )
    results = {"recurrence_incidence_at": at, "recurrence_gray": gray, "recurrence_hazard": hazard}
    found = tell("recurrence", {"recurrence": settings}, results)
    assert found["recurrence_incidence_alpha_tiers"] == (
        "Life: cumulative incidence within 12 months: Liver only, 20.0% (10.0–30.0) with Low and 40.0% (30.0–50.0) with High "
        "(Gray's test, p = 0.031)."
    )
    assert found["recurrence_hazard_alpha_tiers"] == (
        "Life: the hazard of recurrence was highest at month 2 (36.0 (24.0–48.0) per 100 person-years) with Low and at month 4 "
        "(60.0 (48.0–84.0) per 100 person-years) with High."
    )


def test_survival_after_a_treatment_is_an_association():
    survival = table(
        """grouping group time survival lower upper at_risk
        treatment no 12 0.5 0.4 0.6 40
        treatment yes 12 0.8 0.6 0.9 14
        treatment no 36 0.2 0.1 0.3 20
        treatment yes 36 0.6 0.4 0.7 4"""
    )
    tests = table("grouping test p_value\ntreatment log-rank 0.00004\nscore log-rank 0.9")
    plan = {"repeat_resection": {"landmark_months": 3}}
    results = {"repeat_resection_survival": survival, "repeat_resection_tests": tests}
    (words,) = tell("repeat_resection", plan, results).values()
    assert "Survival at 12 months after the landmark, 3 months after the recurrence" in words
    assert (
        "50.0% (40.0–60.0) of those not treated by then and 80.0% (60.0–90.0) of those treated by the landmark"
        in words
    )
    assert "p < 0.001" in words and words.endswith("Who is treated was chosen: an association.")


def test_adjusted_differences_are_told_by_every_method_and_balance_by_its_largest():
    rows = table(
        """comparison method measure horizon patients difference difference_lower difference_upper
        drug unadjusted survival 12 80 -0.1 -0.2 0.0
        drug unadjusted survival 36 80 -0.11 -0.23 0.014
        drug weighted survival 36 80 0.05 -0.02 0.12
        drug weighted rmst 36 80 9 8 10"""
    )
    balance = table(
        """comparison covariate level difference weighted_difference
        drug weight - -0.4 0.02
        drug flag yes 0.3 -0.12"""
    )
    spec = {
        "label": "Drug",
        "groups": ["no", "yes"],
        "group_labels": {"no": "Without", "yes": "With"},
    }
    settings = {"comparisons": {"drug": spec}, "horizons_months": {"alpha": {"drug": {}}}}
    results = {
        "endpoints": {"alpha": {"adjusted_curves": rows, "adjusted_curves_balance": balance}}
    }
    found = tell("adjusted_curves", {"adjusted_curves": settings}, results)
    words = found["adjusted_curves_alpha_drug"]
    assert (
        "survival at 36 months, With minus Without in percentage points: −11.0 (−23.0 to 1.4) unadjusted; 5.0 (−2.0 to 12.0) weighted"
        in words
    )
    assert "There is no test" in words
    assert found["adjusted_balance_alpha_drug"] == (
        "Standardised differences of the covariates: before weighting 2 of 2 lie at 0.1 or beyond, the largest −0.40 (Weight); "
        "after it 1 of 2 lie at 0.1 or beyond, the largest −0.12 (Flag: Yes)."
    )


def test_windows_and_panels_are_told_by_their_smallest_p():
    violations = table("model variable p_value note\nadjusted weight 0.003 -\nadjusted flag 0.04 -")
    windows = scatter(
        table(
            """model variable level reference from_months to_months patients events hazard_ratio lower upper
            adjusted weight - - 0 12 90 20 1.5 1.2 1.9
            adjusted weight - - 12 - 60 20 0.9 0.7 1.2
            adjusted flag yes no 0 12 90 20 3 2 4"""
        )
    )
    windows[["from_months", "to_months"]] = [[0, 12], [12, np.nan], [0, 12]]
    result = {"nonproportional_violations": violations, "nonproportional_windows": windows}
    (words,) = tell(
        "nonproportional", {"nonproportional": {"level": 0.05}}, {"endpoints": {"alpha": result}}
    ).values()
    assert (
        "2 tests of proportional hazards are small, the smallest that of Weight (Adjusted), p = 0.003"
        in words
    )
    assert (
        f"{say_ratio(windows.loc[0])}, per 5 kg from month 0 to 12; {say_ratio(windows.loc[1])}, per 5 kg from month 12 on"
        in words
    )
    panel = table(
        """model variable patients lr_p_value q_value
        univariable weight 90 0.001 0.01
        univariable flag 90 0.03 0.05
        univariable flag 90 0.03 0.05
        adjusted flag 90 0.2 0.4"""
    )
    settings = {"endpoints": ["alpha"], "false_discovery_rate": 0.05}
    (words,) = tell(
        "panel", {"panel": settings}, {"endpoints": {"alpha": {"panel": panel}}}
    ).values()
    assert (
        "alone, 2 of 2 markers at a false-discovery rate of at most 0.05, the smallest p that of Weight, p = 0.001"
        in words
    )
    assert "adjusted, 0 of 1 marker" in words and "p = 0.200" in words


def test_published_pattern_hazards_stand_beside_those_here():
    rows = table(
        """hazard_ratio lower upper patients published published_lower published_upper source evidence
        0.56 0.44 0.71 90 0.59 0.54 0.64 Wang read
        0.90 0.44 1.71 90 1.59 0.54 3.64 Roe recalled"""
    )
    contrast = {"level": "a", "reference": "b", "level_labels": {"a": "Pure", "b": "Mixed"}}
    plan = {"pattern_hazards": {"alpha": [contrast, contrast]}}
    (words,) = tell(
        "pattern_hazards", plan, {"endpoints": {"alpha": {"pattern_hazards": rows}}}
    ).values()
    assert (
        "0.56 (0.44–0.71) here and 0.59 (0.54–0.64) published (Wang; read in the source)" in words
    )
    assert (
        "0.90 (0.44–1.71) here and 1.59 (0.54–3.64) published (Roe; recalled, not read again)"
        in words
    )


@pytest.fixture(scope="module")
def study():
    plan, results, _ = make_study()
    return plan, results, build.find_findings(plan, results)


def test_figures_of_an_endpoint_are_told_with_its_own_numbers(study):
    """As when it is the only endpoint, whichever stands before it."""
    plan, results, alone = study
    own = make_results(plan)["endpoints"]["alpha"]
    other = {name: scatter(rows, 1) for name, rows in own.items()}
    endpoints = dict.fromkeys(("first", "alpha"), plan["endpoints"]["alpha"])
    tables = {"first": other, "alpha": results["endpoints"]["alpha"]}
    found = build.find_findings({**plan, "endpoints": endpoints}, {**results, "endpoints": tables})
    mine = [name for name in alone if "_alpha_" in name]
    assert [found[name] for name in mine] == [alone[name] for name in mine]
    others = [found.get(name.replace("alpha", "first")) for name in mine]
    assert sum(each is not None for each in others) > 15
    assert not any(found[name] == each for name, each in zip(mine, others, strict=True))


def test_interactions_and_tests_of_hazards_are_counted(study):
    _plan, results, found = study
    ph = results["endpoints"]["alpha"]["ph"]
    terms = ph[(ph["model"] == "adjusted") & (ph["term"] != "GLOBAL") & ph["p_value"].notna()]
    words = found["proportional_hazards_alpha_adjusted"]
    assert (
        f"{(terms['p_value'] < 0.05).sum()} of {len(terms)} tests of proportional hazards" in words
    )
    assert f"p = {say_p(terms['p_value'].min())}" in words
    rows = results["endpoints"]["alpha"]["subgroups"]
    whole = rows[rows["within"] == "overall"].iloc[0]
    words = found["subgroups_alpha_tier_effect"]
    assert f"hazard ratio {say_ratio(whole)}, per 5 kg in all patients" in words
    tested = rows.drop_duplicates("within")["interaction_p_value"].dropna()
    assert len(tested) == 1 and f"p = {say_p(tested.iloc[0])}" in words
    assert ("not below 0.05" in words) == (tested.iloc[0] >= 0.05)


def test_prediction_is_told_from_its_tables(study):
    _plan, results, found = study
    result = results["endpoints"]["alpha"]
    published = result["calibration"].query("source != 'fitted' and ratio.notna()")
    last = published[published["horizon"] == published["horizon"].max()].iloc[0]
    names = ("ratio", "ratio_lower", "ratio_upper")
    assert f"{say_three(last, names, 2)} by Sum score" in found["performance_alpha_calibration"]
    decision = result["decision"]
    everybody = decision[decision["source"] == "treat_all"].set_index("threshold")
    at = everybody["net_benefit"].abs().idxmin()
    names = ("net_benefit", "lower", "upper")
    words = found["performance_alpha_decision"]
    assert (
        f"risk of {100 * at:g}% on" in words
        and f"{say_three(everybody.loc[at], names, 3)} of treating all" in words
    )
    best = decision[(decision["threshold"] == at) & decision["predictor"].eq("sum")].iloc[0]
    assert f"{say_three(best, names, 3)} by Sum score" in words and "which flatters it" in words
    pairs = result["differences"].query("metric == 'harrell_c'")
    words = found["performance_alpha_differences"]
    clear = int((pairs["p_adjusted"] < 0.05).sum())
    assert (
        f"{clear} of {len(pairs)} pair" in words
        and f"p = {say_p(pairs['p_adjusted'].min())}" in words
    )
    added = result["added_value"].query("addition == 'flag'").set_index("measure")
    words = found["added_value_alpha_flag"]
    assert f"p = {say_p(added.loc['lr_test', 'p_value'])}" in words
    assert (
        say_three(added.loc["harrell_c"], ("corrected", "corrected_lower", "corrected_upper"), 3)
        in words
    )


def test_cuts_lesions_and_missing_components_are_told_from_their_tables(study):
    _plan, results, found = study
    result = results["endpoints"]["alpha"]
    best = result["maxstat"].query("variable == 'weight' and analysis == 'unstratified'").iloc[0]
    words = found["cutoffs_alpha_weight"]
    assert (
        f"of {best['cuts']:g} cuts" in words
        and f"{say(best['cut'])} kg separates best, p = {say_p(best['p_corrected'])}" in words
    )
    pairs = results["discordance_concordance"]
    for row in pairs[pairs["level"].isna() & pairs["percent"].notna()].to_dict("records"):
        assert say_three(row, ("percent", "lower", "upper")) in found["discordance_cohort"]
    rows = (
        result["missing_components"]
        .query("score == 'sum' and measure == 'hazard_ratio'")
        .set_index("analysis")
    )
    told = [
        say_three(rows.loc[each], ("estimate", "lower", "upper"), 2)
        for each in ("determinate", "imputed")
    ]
    assert f"Sum score, {' and '.join(told)}" in found["missing_components_alpha_comparison"]
    smd = result["imputation"].query("missing > 0")["smd"].dropna()
    assert (
        f"by {say(smd.loc[smd.abs().idxmax()], 2)} standard"
        in found["missing_components_alpha_imputation"]
    )


def test_groups_of_so_few_that_the_plan_hides_them_are_not_told():
    plan = make_plan()
    results = make_results(plan)
    flow = results["endpoints"]["alpha"]["added_value"]
    flow.loc[flow["addition"] == "flag", "patients"] = 7
    assert "added_value_alpha_flag" in build.find_findings(plan, results)
    plan["output"]["privacy"]["small_cells"] = 8
    assert "added_value_alpha_flag" not in build.find_findings(plan, results)


def test_a_combined_figure_is_told_by_its_parts(study):
    plan, results, found = study
    parts = ["kaplan_meier_alpha_overall", "forest_alpha_adjusted", "not_there"]
    plan = {**plan, "output": {**plan["output"], "panels": {"one": parts}}}
    words = build.find_findings(plan, results)["combined_one"]
    assert words == f"(A) {found[parts[0]]} (B) {found[parts[1]]}"


def test_nobody_and_nothing_is_told_without_a_word_of_nan():
    plan = make_plan()
    results = make_results(plan)
    results["endpoints"]["alpha"] = {
        name: rows if name in ("summary", "landmarks", "tests") else rows.head(0)
        for name, rows in results["endpoints"]["alpha"].items()
    }
    found = build.find_findings(plan, results)
    assert found and not any("nan" in words.split() for words in found.values())
    assert "forest_alpha_adjusted" not in found and "performance_alpha_ranking" not in found
