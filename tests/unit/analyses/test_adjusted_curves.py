"""Adjusted curves: a confounded treatment recovered, resamples recounted, what cannot be said, the plan, tables and figures."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.adjusted_curves import estimate, words
from crlm.analyses.adjusted_curves.figure import plot_adjusted, plot_balance
from crlm.analyses.adjusted_curves.refit import refit_measures
from crlm.analyses.adjusted_curves.tables import (
    tabulate_adjusted,
    tabulate_balance,
    tabulate_overlap,
)
from crlm.display import privacy
from crlm.display.excel import write_workbook
from crlm.plan.schema import PlanError
from crlm.survival import adjusted, propensity
from known_truth import derive_standardised_survival, simulate_confounded_treatment

LONG = "A label with $x$ and <b> that is some sixty characters long, yes"
ENDPOINT = {"label": "Survival", "abbreviation": "S"}
NUMBER = {"kind": "continuous", "label": "Severity"}
STAGE = {"kind": "categorical", "levels": ["a", "b"], "label": "Stage", "level_labels": {}}


def make_spec(covariates=None, **others):
    return {
        "label": "Treatment",
        "column": "treated",
        "groups": ["no", "yes"],
        "group_labels": {"no": "None", "yes": LONG},
        "landmark_months": None,
        "covariates": covariates or {"severity": NUMBER},
        "estimand": "ATE",
        "truncate_percent": None,
        **others,
    }


def simulate(n, seed, effect=-0.5):
    """A treatment that the severe get more often; severity raises the hazard."""
    draw = np.random.default_rng(seed)
    severity = draw.normal(size=n)
    treated = draw.random(n) < 1 / (1 + np.exp(-1.2 * severity))
    months = draw.exponential(1 / (0.02 * np.exp(0.9 * severity + effect * treated)))
    end = draw.uniform(40, 120, n)
    return pd.DataFrame(
        {
            "x_months": np.minimum(months, end),
            "x_event": (months <= end).astype(float),
            "treated": np.where(treated, "yes", "no"),
            "severity": severity,
            "stage": np.where(draw.random(n) < 0.5, "a", "b"),
        }
    )


def compare(cohort, spec=None, horizons=(24,), resamples=20):
    return estimate.estimate_adjusted(
        *(cohort, "x", {"c": spec or make_spec()}, {"c": list(horizons)}), resamples, 1
    )


def read_truth(whom, horizon=24, effect=-0.5):
    """Difference of survival at the horizon if all these patients were treated and if none was."""
    hazard = 0.02 * np.exp(0.9 * whom)
    return (np.exp(-hazard * np.exp(effect) * horizon) - np.exp(-hazard * horizon)).mean()


@pytest.mark.parametrize("estimand", ["ATE", "ATT"])
def test_a_confounded_treatment_crude_wrong_adjusted_right(estimand):
    cohort = simulate(6000, 4)
    treated = cohort["treated"] == "yes"
    whom = cohort["severity"] if estimand == "ATE" else cohort.loc[treated, "severity"]
    truth = read_truth(whom.to_numpy())
    found = compare(cohort, make_spec(estimand=estimand))["adjusted"]
    rows = found[found["measure"] == "survival"].set_index("method")["difference"]
    assert truth > 0.06  # the treatment helps
    assert rows["unadjusted"] < -0.06  # and seems to harm
    assert rows["weighted"] == pytest.approx(truth, abs=0.03)
    assert rows["standardised"] == pytest.approx(truth, abs=0.03)
    # fifths leave a tenth of the bias
    assert rows["stratified"] == pytest.approx(truth, abs=0.2 * (truth - rows["unadjusted"]))


def test_the_limits_of_a_null_treatment_hold_zero_and_the_crude_ones_do_not():
    found = compare(simulate(1500, 2, effect=0.0), resamples=200)["adjusted"].set_index(
        ["method", "measure"]
    )
    for measure in estimate.MEASURES:
        assert found.loc[("unadjusted", measure), "difference_upper"] < 0
        for method in ("weighted", "standardised"):
            row = found.loc[(method, measure)]
            assert row["difference_lower"] < 0 < row["difference_upper"]
            assert row["resamples"] == 200


@pytest.mark.parametrize(
    "options", [{}, {"estimand": "ATT"}, {"truncate_percent": [5, 90]}], ids=str
)
def test_a_resample_is_the_analysis_of_the_patients_drawn(options):
    """Copies of patients by hand, analysed by the libraries, against the arrays."""
    cohort = simulate(400, 7).round({"x_months": 0})
    spec = make_spec({"severity": NUMBER, "stage": STAGE}, **options)
    compared = estimate.select_compared(cohort, "x", spec)
    prediction, _ = estimate._fit_cox(compared, "x", spec)
    counts = np.random.default_rng(1).multinomial(400, np.full(400, 1 / 400), size=2)
    horizons = [6, 15]
    drawn = refit_measures(compared, spec, prediction, counts, horizons)
    for row, mine in zip(counts, drawn, strict=True):
        copies = cohort.loc[np.repeat(cohort.index, row)].reset_index(drop=True)
        table = compare(copies, spec, horizons)["adjusted"]
        both = table[["reference_estimate", "estimate"]].to_numpy(float).reshape(4, 2, 2, 2)
        expected = np.moveaxis(both, 3, 1)
        assert np.isfinite(expected).all()
        np.testing.assert_allclose(mine[:3], expected[:3], rtol=1e-7)
        np.testing.assert_allclose(mine[3], expected[3], rtol=1e-3)  # by straight lines


def test_the_mean_survival_by_straight_lines_is_near_that_of_all_hazards():
    risk = np.exp(np.random.default_rng(3).normal(0, 1, (2, 400)))
    share, hazard = np.full(400, 1 / 400), np.linspace(0, 1.5, 700)
    exact = np.array([np.exp(-np.outer(hazard, each)) @ share for each in risk])
    np.testing.assert_allclose(adjusted.average_survival(risk, share, hazard), exact, atol=3e-4)
    few = hazard[:50]
    np.testing.assert_allclose(
        adjusted.average_survival(risk, share, few), exact[:, :50], rtol=1e-12
    )


def test_weights_of_four_patients_by_hand():
    second, score = np.array([True, True, False, False]), np.array([[0.8, 0.5, 0.5, 0.2]])
    ones = np.ones((1, 4))
    weights = propensity.weigh_patients(second, score, ones, "ATE")[0]
    np.testing.assert_allclose(weights, [0.625, 1, 1, 0.625])
    treated = propensity.weigh_patients(second, score, ones, "ATT")[0]
    np.testing.assert_allclose(treated, [1, 1, 1, 0.25])
    cut = propensity.weigh_patients(second, score, ones, "ATE", [0, 50])[0]
    np.testing.assert_allclose(cut, [0.625, 0.8125, 0.8125, 0.625])
    assert propensity.find_effective_size(np.array([1, 1, 0.5])) == pytest.approx(2.5**2 / 2.25)


def test_the_balance_of_a_number_and_a_level_by_hand():
    cohort = pd.DataFrame(
        {
            "x_months": [5.0, 6, 7, 8],
            "x_event": [1.0, 1, 1, 1],
            "treated": ["no", "no", "yes", "yes"],
            "severity": [1.0, 3, 4, 8],
            "stage": ["a", "b", "b", "b"],
        }
    )
    compared = estimate.select_compared(
        cohort, "x", make_spec({"severity": NUMBER, "stage": STAGE})
    )
    weights = np.array([3.0, 1, 1, 1])
    found = propensity.measure_balance(compared.terms, compared.second, weights, "ATE")
    number, level = found.iloc[0], found.iloc[1]
    assert number["difference"] == pytest.approx((6 - 2) / np.sqrt((2 + 8) / 2))
    assert number["weighted_difference"] == pytest.approx((6 - 1.5) / np.sqrt(5))
    assert level["difference"] == pytest.approx(0.5 / np.sqrt(0.25 / 2))
    assert level["weighted_reference_mean"] == pytest.approx(0.25)


def test_complete_patients_only_and_how_many_are_left_out():
    cohort = simulate(300, 1)
    cohort.loc[:9, "severity"] = np.nan
    cohort.loc[20:24, "treated"] = None
    table = compare(cohort)["adjusted"]
    assert table["patients"].unique().tolist() == [285]
    assert table["missing"].unique().tolist() == [15]


def test_from_a_landmark_only_later_time_counts():
    cohort = simulate(300, 1)
    found = compare(cohort, make_spec(landmark_months=6))["adjusted"]
    later = cohort[cohort["x_months"] > 6].assign(x_months=lambda table: table["x_months"] - 6)
    assert found["patients"].iloc[0] == len(later) < 300
    pd.testing.assert_frame_equal(found, compare(later)["adjusted"])


def why(cohort, method="weighted", spec=None, horizon=24):
    table = compare(cohort, spec, [horizon])["adjusted"]
    rows = table[table["method"] == method]
    assert rows["estimate"].isna().all()
    return rows["note"].iloc[0]


def test_nobody_one_group_no_event_and_too_few():
    cohort = simulate(300, 1)
    assert why(cohort.head(0)) == "no patients"
    assert why(cohort.assign(severity=np.nan)) == "no patient has all the values"
    assert (
        why(cohort[cohort["treated"] == "no"])
        == f"no patient with all the values in the group {LONG}"
    )
    assert why(cohort.assign(x_event=0.0), "unadjusted") == "no events"
    few = pd.concat([cohort[cohort["treated"] == "no"], cohort[cohort["treated"] == "yes"].head(1)])
    assert why(few) == "more columns of covariates than patients in the smaller group"
    entered = cohort.assign(x_entry=1.0)
    assert why(entered) == "no patients"  # nobody is credited with time before entry


def test_a_level_of_one_group_only_leaves_no_weights_but_is_named():
    cohort = simulate(300, 1)
    cohort.loc[cohort["treated"] == "yes", "stage"] = "b"
    spec = make_spec({"severity": NUMBER, "stage": STAGE})
    words_of = why(cohort, "weighted", spec)
    assert "nobody to be compared with (Stage: a)" in words_of
    found = compare(cohort, spec)
    assert found["balance"]["weighted_difference"].isna().all()
    assert found["overlap"]["note"].str.contains("Stage: a").all()
    crude = found["adjusted"].query("method == 'unadjusted'")
    assert crude["estimate"].notna().all()


def test_beyond_the_follow_up_of_a_group_nothing_is_known():
    cohort = simulate(300, 1)
    late = cohort["treated"] == "yes"
    cohort.loc[late & (cohort["x_months"] > 30), "x_event"] = 0.0
    cohort.loc[late, "x_months"] = cohort.loc[late, "x_months"].clip(upper=30)
    for method in estimate.METHODS:
        assert "ends at" in why(cohort, method, horizon=36)


def test_a_group_without_an_event_has_no_ratio_and_no_standardised_curve():
    cohort = simulate(300, 1)
    cohort.loc[cohort["treated"] == "yes", "x_event"] = 0.0
    assert "no hazard ratio of the groups" in why(cohort, "standardised")


def test_the_same_seed_the_same_limits():
    cohort = simulate(200, 3)
    first, second = (compare(cohort)["adjusted"] for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_a_hardly_overlapping_group_is_warned_of():
    cohort = simulate(600, 5)
    draw = np.random.default_rng(0)
    chance = 1 / (1 + np.exp(-4 * cohort["severity"]))
    cohort["treated"] = np.where(draw.random(600) < chance, "yes", "no")
    notes = compare(cohort)["overlap"]["note"]
    assert notes.str.contains("within 0.05 of 0 or 1").all()
    assert notes.str.contains("effective size is below half").any()


# The plan


@pytest.fixture
def asked(base):
    base["groupings"] = {
        "old": {"variable": "age", "cuts": [60]},
        "nodes": {"variable": "pn_primary"},
    }
    base["adjusted_curves"] = {"s": {"comparison": "synchronous", "covariates": ["age", "sex"]}}
    return base


def test_without_the_key_it_is_not_done(plan_of, base):
    plan = plan_of(base)
    assert plan["adjusted_curves"] == {}
    assert list(words.list_not_done(plan))
    assert words.tell_methods(plan, {}) == words.list_references(plan) == []


def test_what_the_plan_declares(plan_of, asked):
    asked["adjusted_curves"]["s"] |= {
        "against": "yes",
        "estimand": "ATT",
        "horizons_months": [30, 6],
    }
    plan = plan_of(asked)
    found = plan["adjusted_curves"]
    spec = found["comparisons"]["s"]
    assert spec["groups"] == ["yes", "no"]
    assert list(spec["covariates"]) == ["age", "sex"]
    assert found["horizons_months"]["os"] == {"s": [6, 30]}
    ((heading, paragraphs),) = words.tell_methods(plan, {})
    assert heading == "Adjusted curves"
    assert "(ATT); weights not truncated" in paragraphs[1]
    assert len(words.list_references(plan)) == 2


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"comparison": "synchronus"}, "is no grouping and no variable. Did you mean"),
        ({"comparison": "nodes"}, "nodes has 3 groups; curves are adjusted for two."),
        ({"comparison": "age"}, "age is continuous; needed is"),
        ({"covariates": ["synchronous"]}, "makes the groups and is a covariate"),
        ({"covariates": ["hgp_desmoplastic"]}, "becomes known after synchronous (baseline)"),
        ({"against": "maybe"}, "no group 'maybe'; there are no, yes."),
        ({"truncate_percent": [99, 1]}, "write the lower percentile first"),
    ],
)
def test_mistakes_are_named(plan_of, asked, change, problem):
    asked["adjusted_curves"]["s"] |= change
    with pytest.raises(PlanError) as error:
        plan_of(asked)
    assert any(problem in text for text in error.value.problems), error.value.problems


def test_an_endpoint_that_is_not_asked_for_has_no_row_and_says_so(plan_of, asked):
    asked["endpoints"]["other"] = {**asked["endpoints"]["os"], "label": "Other"}
    asked["adjusted_curves"]["s"] |= {"endpoints": ["os"]}
    plan = plan_of(asked)
    found = plan["adjusted_curves"]
    assert list(found["horizons_months"]["os"]) == ["s"] and not found["horizons_months"]["other"]
    tables = estimate.estimate_adjusted(None, "other", found["comparisons"], {}, 10, 1)
    assert all(table.empty for table in tables.values())
    spec = found["comparisons"]["s"]
    for drawn in (
        plot_adjusted(tables["curves"], tables["adjusted"], spec, ENDPOINT),
        plot_balance(tables["balance"], tables["overlap"], spec, ENDPOINT),
    ):
        texts = [each.get_text() for each in drawn.axes[0].texts]
        assert "The plan does not ask for this endpoint." in texts
    assert list(words.tabulate_endpoint(plan, {}, "other")) == []
    said = dict(words.list_not_done(plan))
    assert "Other: adjusted curves" in said and len(said) == len(plan["endpoints"]) - 1
    assert "only." in words.tell_methods(plan, {})[0][1][1]
    asked["adjusted_curves"]["s"] |= {"endpoints": ["so"]}
    with pytest.raises(PlanError, match="no endpoint 'so'"):
        plan_of(asked)


def test_a_treatment_of_the_follow_up_needs_a_landmark_and_no_covariate_is_of_it(plan_of, asked):
    asked["columns"]["adjuvant_chemotherapy"] = "Adj"
    asked["columns"]["repeat_resection"] = "Again"
    item = asked["adjusted_curves"]["s"]
    item |= {"comparison": "adjuvant_chemotherapy", "covariates": ["age", "repeat_resection"]}
    with pytest.raises(PlanError) as error:
        plan_of(asked)
    found = error.value.problems
    assert any("give landmark_months" in text for text in found)
    assert any("repeat_resection becomes known in follow-up" in text for text in found)
    item |= {"landmark_months": 3, "covariates": ["age"]}
    assert plan_of(asked)["adjusted_curves"]["comparisons"]["s"]["landmark_months"] == 3


# Tables and figures


@pytest.fixture(scope="module")
def results():
    """Ordinary, separated, three patients, no event."""
    spec = make_spec({"severity": NUMBER | {"label": LONG}, "stage": STAGE})
    cohort = simulate(200, 8)
    separated = cohort.copy()
    separated.loc[separated["treated"] == "yes", "stage"] = "b"
    cohorts = {
        "ordinary": cohort,
        "separated": separated,
        "three": cohort.head(3),
        "calm": cohort.assign(x_event=0.0),
        "nobody": cohort.head(0),
    }
    return spec, {name: compare(each, spec, (12, 36)) for name, each in cohorts.items()}


NAMES = ("ordinary", "separated", "three", "calm", "nobody")


@pytest.mark.parametrize("name", NAMES)
def test_tables_have_words_where_numbers_are_missing(results, name, tmp_path):
    spec, found = results
    found, settings = found[name], {"comparisons": {"c": spec}}
    variables = spec["covariates"]
    tables = [
        tabulate_adjusted(found["adjusted"], "x", ENDPOINT, settings),
        tabulate_overlap(found["overlap"], "x", ENDPOINT, settings),
        tabulate_balance(found["balance"], "x", ENDPOINT, settings, variables),
    ]
    texts = [cell.text for table in tables for row in table.rows for cell in row.cells]
    assert not any("nan" in text.lower() for text in texts)
    missing = found["adjusted"]["estimate"].isna()
    assert found["adjusted"].loc[missing, "note"].notna().all()
    study = {"title": "T", "description": "", "citation": "", "synthetic": False}
    tables = [replace(table, number=str(n)) for n, table in enumerate(tables)]
    write_workbook(tables, study, tmp_path / "t.xlsx")  # refuses NaN


@pytest.mark.parametrize("name", NAMES)
def test_figures_stay_on_their_page(results, name):
    spec, found = results
    found = found[name]
    for figure in (
        plot_adjusted(found["curves"], found["adjusted"], spec, ENDPOINT, synthetic=True),
        plot_balance(found["balance"], found["overlap"], spec, ENDPOINT, synthetic=True),
    ):
        figure.canvas.draw()
        for axes in figure.axes:
            for item in [*axes.texts, *(axes.get_xticklabels() if axes.axison else [])]:
                window = item.get_window_extent()
                if item.get_text():
                    assert window.x0 >= -1 and window.x1 <= figure.bbox.x1 + 1, item.get_text()
                    assert window.y0 >= -1 and window.y1 <= figure.bbox.y1 + 1, item.get_text()


def test_groups_differ_in_dashes_and_methods_in_width_or_marker(results):
    spec, found = results
    curves = found["ordinary"]["curves"]
    figure = plot_adjusted(curves, found["ordinary"]["adjusted"], spec, ENDPOINT)
    lines = [line for line in figure.axes[1].lines if not line.get_alpha()]
    marked = [line for line in lines if line.get_marker() == "o"]
    plain = [line for line in lines if line.get_linestyle() != "None"]
    dashes = {line.get_color(): {each._unscaled_dash_pattern for each in plain
              if each.get_color() == line.get_color()} for line in plain}  # fmt: skip
    assert len(dashes) == 2 and all(len(each) == 1 for each in dashes.values())
    assert len(set.union(*dashes.values())) == 2
    assert len(plain) == 6 and len({line.get_linewidth() for line in plain}) == 3
    for line, group in zip(marked, spec["groups"], strict=True):
        mine = curves[(curves["method"] == "standardised") & (curves["group"] == group)]
        for month, percent in zip(*line.get_data(), strict=True):
            value = mine.loc[mine["time"] <= month, "survival"].iloc[-1]
            assert percent == pytest.approx(100 * value)


def test_curves_with_few_at_risk_are_pale_and_the_notes_stand_below_all(results):
    spec, found = results
    found = found["ordinary"]
    late = found["curves"]["time"] > 20
    few = found["curves"].assign(at_risk=found["curves"]["at_risk"].where(~late, 3))
    figure = plot_adjusted(few, found["adjusted"], spec, ENDPOINT)
    figure.canvas.draw()
    texts = [each for each in figure.axes[0].texts if each.get_text()]
    lowest = max(texts, key=lambda each: each.get_position()[1])  # inches from the top
    assert any("Pale where fewer than 5" in each.get_text() for each in texts)
    assert lowest.get_position()[1] == texts[-1].get_position()[1]
    pale = [line for line in figure.axes[1].lines if line.get_alpha()]
    assert pale and all(min(line.get_xdata()) <= 21 <= max(line.get_xdata()) for line in pale)


def test_small_groups_are_hidden_in_what_may_leave(results):
    spec, found = results
    found = found["three"]
    table = tabulate_adjusted(found["adjusted"], "x", ENDPOINT, {"comparisons": {"c": spec}})
    counts = {row.cells[1].text for row in privacy.hide(table, 5).rows if row.indent}
    assert counts == {"<5"}
    overlap = tabulate_overlap(found["overlap"], "x", ENDPOINT, {"comparisons": {"c": spec}})
    assert {row.cells[1].text for row in privacy.hide(overlap, 5).rows if row.indent} <= {"<5", "0"}


def test_a_comparison_without_anything_stands_among_what_was_not_done(results, plan_of, asked):
    plan = plan_of(asked)
    table = results[1]["calm"]["adjusted"].assign(comparison="s")
    ((name, reason),) = words.list_empty(plan, {"adjusted_curves": table})
    assert name == f"adjusted curves, {plan['adjusted_curves']['comparisons']['s']['label']}"
    assert reason == "no events"


def test_the_exact_survival_of_a_cohort_of_known_truth_is_recovered():
    """Two confounders; crude differences have the wrong sign, weights and Cox model are within three standard errors."""
    cohort = simulate_confounded_treatment(3, 8000).rename(
        columns={"months": "x_months", "event": "x_event"}
    )
    cohort["treated"] = np.where(cohort["treatment"] == 1, "yes", "no")
    spec = make_spec({"severity": NUMBER, "severe": NUMBER})
    found = compare(cohort, spec, (12, 36))["adjusted"].query("measure == 'survival'")
    for row in found.itertuples():
        truth = [derive_standardised_survival(row.horizon, treated=each) for each in (False, True)]
        if row.method == "unadjusted":
            assert row.difference < 0 < truth[1] - truth[0]
        elif row.method != "stratified":
            assert row.reference_estimate == pytest.approx(truth[0], abs=0.025)
            assert row.estimate == pytest.approx(truth[1], abs=0.025)
            assert row.difference == pytest.approx(truth[1] - truth[0], abs=0.04)


@pytest.mark.parametrize(
    ("lost", "words"), [(0, None), (5, None), (6, "only 94 of 100 resamples could be used")]
)
def test_too_few_usable_resamples_are_told_beside_the_limits_of_the_others(lost, words):
    """Nineteen of twenty must be usable; limits are percentiles of the usable ones."""
    usable = np.linspace(0.4, 0.6, 100 - lost)
    drawn = np.full((100, 2), np.nan)
    drawn[lost:] = np.column_stack([usable, usable + 0.1])
    row = estimate._tell((0.5, 0.6), drawn, None)
    assert (row["resamples"], row["note"]) == (100 - lost, words)
    limits = np.quantile(usable + 0.1, [0.025, 0.975])
    np.testing.assert_allclose([row["lower"], row["upper"]], limits)
    assert row["difference"] == pytest.approx(0.1)
    if words:
        assert estimate._tell((0.5, 0.6), drawn, "late")["note"] == f"late; {words}"
