"""The second computations: equal to the first where both are right, and loud where one is not."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.cross_check import curves, estimate, log_rank, words
from crlm.analyses.kaplan_meier.estimate import fit_ratios
from crlm.survival import cox, incidence, kaplan_meier, tests

CAUSES = ["recurrence", "death"]
PLAN = {
    "endpoints": {"rfs": {"landmarks_months": [6.0, 24.0, 900.0], "competing": []}},
    "models": {"adjusted": {"variables": ["sex"]}},
    "performance": {},
    "variables": {"sex": {"kind": "binary", "levels": ["f", "m"]}},
    "groupings": {
        "overall": {"groups": ["all"], "ordered": False, "landmark_months": None, "strata": []},
        "risk": {"groups": list("lmhx"), "ordered": True, "landmark_months": 3, "strata": ["sex"]},
    },
}


@pytest.fixture(params=["tied", "untied"])
def cohort(request):
    random = np.random.default_rng(6)
    risk = np.repeat(list("lmh"), 40).astype(object)
    months = random.exponential(np.repeat([30, 20, 10], 40))
    reason = random.choice([*CAUSES, "last_contact"], 120)
    reason[months.argmax()] = "last_contact"
    risk[::17] = None
    return pd.DataFrame(
        {
            "rfs_months": np.ceil(months) if request.param == "tied" else months,
            "rfs_event": (reason != "last_contact").astype(float),
            "rfs_reason": reason,
            "sex": pd.Categorical(
                np.where(random.random(120) < 0.1, None, np.tile(["f", "m"], 60))
            ),
            "grouping_overall": "all",
            "grouping_risk": pd.Categorical(risk, list("lmhx")),
        }
    )


def make_tables(cohort):
    groupings, times = PLAN["groupings"], PLAN["endpoints"]["rfs"]["landmarks_months"]
    fits = cox.fit_models(cohort, "rfs", PLAN["models"], PLAN["variables"])
    return {
        "cox": fits.coefficients,
        "models": fits.model,
        **kaplan_meier.estimate_groups(cohort, "rfs", groupings, times),
        "tests": tests.compare_groups(cohort, "rfs", groupings),
        "ratios": fit_ratios(cohort, "rfs", {}),
        "incidence": incidence.estimate_incidences(cohort, "rfs", groupings, CAUSES),
    }


def check(cohort, tables):
    return estimate.check_results(cohort, PLAN, {"endpoints": {"rfs": tables}})


def test_the_second_computation_agrees(cohort):
    table = check(cohort, make_tables(cohort))
    assert list(table.columns) == estimate.COLUMNS
    assert table["note"].isna().all(), table[table["note"].notna()].to_dict("records")
    assert table["difference"].max() < 1e-9
    pairs = set(zip(table["by"], table["second_by"], strict=True))
    untied = cohort["rfs_months"].nunique() == len(cohort)
    assert pairs == {
        ("lifelines", "scikit-survival"),
        ("scikit-survival", "score test"),
        ("statsmodels", "score test"),
        ("lifelines", "own partial likelihood"),
        ("statsmodels", "recount"),
        *([("statsmodels", "lifelines")] if untied else []),
    }
    whats = set(table["what"])
    assert {"median", "median_lower", "follow_up_median", "survival at 6 months"} <= whats
    assert (table["what"] == "p (pairwise, Holm)").sum() == 3
    assert {"p (log-rank)", "p (trend)", "p (pairwise)", "p (log-rank-stratified)"} <= whats
    assert "incidence of death at 24 months" in whats
    assert not (
        (table["where"] == "overall: all") & (table["what"] == "survival at 900 months")
    ).any()
    assert "risk: l vs h" in set(table["where"]) and "risk: m" in set(table["where"])


def test_follow_up_is_checked_with_who_ended_in_another_way(cohort):
    plan = PLAN | {"endpoints": {"rfs": {"landmarks_months": [6.0], "competing": ["death"]}}}
    cohort["rfs_event"] = (cohort["rfs_reason"] == "recurrence").astype(float)
    tables = {}
    for competing in (["death"], []):
        found = kaplan_meier.estimate_groups(cohort, "rfs", plan["groupings"], [6], competing)
        tables[bool(competing)] = list(curves.check_curves(cohort, "rfs", plan, found))
    for right, checked in tables.items():
        wrong = {what for _, what, first, _, second, _ in checked if abs(first - second) > 1e-9}
        assert wrong == (set() if right else {f"follow_up_{end}" for end in ENDS})


ENDS = ("median", "lower", "upper")


@pytest.mark.parametrize(
    ("name", "column", "what"),
    [
        ("summary", "median", "median"),
        ("summary", "follow_up_upper", "follow_up_upper"),
        ("landmarks", "survival", "survival at 6 months"),
        ("landmarks", "lower", "lower at 6 months"),
        ("tests", "p_value", "p (log-rank)"),
        ("tests", "p_adjusted", "p (pairwise, Holm)"),
        ("incidence", "incidence", "incidence of recurrence at 24 months"),
    ],
)
@pytest.mark.parametrize("error", [1e-5, np.nan])
def test_a_wrong_first_value_is_named(cohort, name, column, what, error):
    tables = make_tables(cohort)
    wrong = tables[name].copy()
    wrong[column] = wrong[column] * (1 + error)
    table = check(cohort, tables | {name: wrong})
    found = table[table["what"] == what]
    assert found["note"].notna().any()
    told = words.tell(table)
    assert what in told and "Warning" in told


def test_a_group_that_is_never_at_risk_and_nothing_to_compare():
    months, event, place = (
        np.array([1.0, 2, 3, 4, 0.5]),
        np.array([1, 1, 0, 1, 0]) == 1,
        [0, 1, 0, 1, 2],
    )
    found = log_rank.compare_again(months, event, np.array(place))
    expected = tests.test_log_rank(months, event, place, [0, 1, 2])[2]
    assert found == pytest.approx(expected, rel=1e-10)
    strata, contrasts = np.zeros(5), np.eye(3)
    again = log_rank.score_test(months, event, np.array(place), strata, contrasts)
    assert again == pytest.approx(expected, rel=1e-10)
    for times, events in [([3.0, 3], [True, True]), ([1.0, 2], [False, False])]:
        pair = np.array(times), np.array(events), np.array([0, 1])
        assert np.isnan(log_rank.compare_again(*pair))
        assert np.isnan(log_rank.score_test(*pair, np.zeros(2), np.eye(2)))


def test_the_steps_of_holm_are_those_of_r():
    """R 4.2.2: p.adjust(c(0.01, NA, 0.04, 0.012, 0.9, 0.04, 0.6), "holm")."""
    found = log_rank.step_down([0.01, np.nan, 0.04, 0.012, 0.9, 0.04, 0.6])
    expected = [0.06, np.nan, 0.16, 0.06, 1.0, 0.16, 1.0]
    assert found == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert log_rank.step_down([]) == []


def test_raw_p_values_printed_as_adjusted_are_named(cohort):
    tables = make_tables(cohort)
    raw = tables["tests"].assign(
        p_adjusted=tables["tests"]["p_value"].where(tables["tests"]["test"] == "pairwise")
    )
    table = check(cohort, tables | {"tests": raw})
    named = table[table["note"].notna()]
    assert len(named) >= 2 and set(named["what"]) == {"p (pairwise, Holm)"}


def test_lifelines_is_not_asked_for_tied_times():
    with pytest.raises(Warning, match="Tied event times"):
        curves.estimate_incidence_again(np.array([1.0, 1, 2]), np.array([1, 2, 0]), 1)


def test_recount_by_hand():
    """Recurrence 1/4, then death 3/4 * 1/3 with one more lost, then recurrence of the last."""
    times, found = curves.recount_incidence(np.array([1, 2, 3, 4]), np.array([1, 2, 0, 1]), 1)
    assert times.tolist() == [1, 2, 3, 4]
    assert found.tolist() == pytest.approx([0.25, 0.25, 0.25, 0.75])


def test_difference_is_relative_to_the_larger():
    found = estimate.compare(
        np.array([0.0, 1, -2, 1, np.nan]), np.array([0.0, 2, 2, np.nan, np.nan])
    )
    np.testing.assert_allclose(found, [0, 0.5, 2, np.nan, np.nan])


def test_the_sentence(cohort):
    table = check(cohort, make_tables(cohort))
    told = words.tell(table)
    assert told.startswith(f"{len(table)} numbers of this report were computed twice")
    assert "largest relative difference is" in told and "Warning" not in told
    assert words.tell(table.iloc[:0]) == ""


def test_no_pair_to_compare_has_no_concordance(cohort):
    """All die on one day: a Cox model by Efron has an estimate, C has 0 of 0 pairs."""
    cohort = cohort.assign(rfs_months=24.0, rfs_event=1.0, rfs_reason="death")
    table = check(cohort, make_tables(cohort))
    assert "log-likelihood" in set(table["what"]) and "C" not in set(table["what"])
