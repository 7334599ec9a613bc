"""Clark's completeness of follow-up: recounted patient by patient, its limits and test by resampling, what cannot be known, words."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.follow_up import words
from crlm.analyses.follow_up.answers import list_limits
from crlm.analyses.follow_up.estimate import (
    compare_groups,
    describe_group,
    estimate_completeness,
)
from crlm.analyses.follow_up.tables import tabulate_completeness
from crlm.display import privacy
from crlm.display.excel import write_workbook
from scipy.special import logit

DAYS = 30.4375
LOCK = "2020-12-31"
ENDPOINT = {
    "label": "Survival",
    "origin": "surgery",
    "competing": {"other": {}},
    "horizon_months": None,
}
GROUPS = {"g": {"label": "Group", "groups": ["a", "b"], "group_labels": {"a": "A", "b": "B"}}}


def make_cohort(days, ends, reasons, groups="a"):
    """Patients by the day of surgery before the lock, the day of the end after surgery, and why it ended."""
    start = pd.Timestamp(LOCK) - pd.to_timedelta(days, "D")
    reasons = np.asarray(reasons, object)
    return pd.DataFrame(
        {
            "surgery": start,
            "x_months": np.asarray(ends, float) / DAYS,
            "x_event": (reasons == "death").astype(float),
            "x_reason": reasons,
            "grouping_g": groups,
        }
    )


def draw_cohort(seed, size=200, lost=(0.3, 0.3)):
    """Some die, some are lost before the lock with the chance of their group."""
    draw = np.random.default_rng(seed)
    days = draw.integers(200, 2500, size)
    group = np.where(np.arange(size) % 2, "a", "b")
    death = draw.exponential(1500, size).astype(int) + 1
    leaves = draw.random(size) < np.where(group == "a", *lost)
    last = np.where(leaves, (days * draw.random(size)).astype(int) + 1, days)
    reason = np.where(death <= last, "death", "last_contact")
    return make_cohort(days, np.minimum(death, last), reason, group)


def recount(cohort):
    """Observed days over possible days, one patient after the other."""
    seen = possible = 0
    for row in cohort.itertuples():
        mine = row.x_months * DAYS
        seen += mine
        possible += mine if row.x_event else (pd.Timestamp(LOCK) - row.surgery).days
    return seen / possible


@pytest.mark.parametrize("seed", range(4))
def test_it_is_observed_over_possible_time(seed):
    cohort = draw_cohort(seed)
    found = estimate_completeness(cohort, "x", ENDPOINT, GROUPS, LOCK).set_index("group")
    for group in ("a", "b"):
        mine = cohort[cohort["grouping_g"] == group]
        assert found.loc[group, "completeness"] == pytest.approx(recount(mine), rel=1e-12)
        assert found.loc[group, "patients"] == len(mine)


def test_four_patients_by_hand():
    """A death, somebody followed to the lock, one lost half way, and one whose other event ends the time."""
    cohort = make_cohort(
        [1000, 800, 600, 900], [300, 800, 300, 100], ["death", "last", "last", "other"]
    )
    row = estimate_completeness(cohort, "x", ENDPOINT, GROUPS, LOCK).iloc[0]
    assert row["observed_months"] == pytest.approx(1500 / DAYS)
    assert row["potential_months"] == pytest.approx((300 + 800 + 600 + 100) / DAYS)
    assert row["completeness"] == pytest.approx(1500 / 1800)


def test_follow_up_need_not_go_beyond_the_horizon():
    horizon = 365.25 / DAYS
    cohort = make_cohort([1000, 1000], [365.25, 200], ["horizon", "last"])
    endpoint = {**ENDPOINT, "horizon_months": horizon}
    row = estimate_completeness(cohort, "x", endpoint, GROUPS, LOCK).iloc[0]
    assert row["completeness"] == pytest.approx((365.25 + 200) / (2 * 365.25))


def test_from_a_landmark_and_from_the_entry_only_later_time_counts():
    cohort = make_cohort([1000, 1000, 1000], [100, 500, 1000], ["death", "last", "last"])
    late = {"g": {**GROUPS["g"], "landmark_months": 200 / DAYS}}
    row = estimate_completeness(cohort, "x", ENDPOINT, late, LOCK).iloc[0]
    assert row["patients"] == 2
    assert row["completeness"] == pytest.approx((300 + 800) / 1600)
    entered = cohort.assign(x_entry=np.array([0, 400, 900]) / DAYS)
    row = estimate_completeness(entered, "x", ENDPOINT, GROUPS, LOCK).iloc[0]
    assert row["completeness"] == pytest.approx((100 + 100 + 100) / (100 + 600 + 100))


def test_a_contact_after_the_lock_was_possible():
    cohort = make_cohort([300, 300], [310, 150], ["last", "last"])
    row = estimate_completeness(cohort, "x", ENDPOINT, GROUPS, LOCK).iloc[0]
    assert row["completeness"] == pytest.approx(460 / 610)


def test_the_limits_are_those_of_a_bootstrap():
    cohort = draw_cohort(1, 400)
    observed = cohort["x_months"].to_numpy()
    possible = (pd.Timestamp(LOCK) - cohort["surgery"]).dt.days.to_numpy() / DAYS
    possible = np.where(cohort["x_event"] == 1, observed, possible)
    row = describe_group(observed, possible)
    draws = np.random.default_rng(5).integers(0, 400, (4000, 400))
    shares = logit(observed[draws].sum(axis=1) / possible[draws].sum(axis=1))
    middle = logit(row["completeness"])
    for end, sign in (("lower", -1), ("upper", 1)):
        wanted = middle + sign * 1.959964 * shares.std()
        assert logit(row[end]) == pytest.approx(wanted, abs=0.06 * shares.std() * 1.96)


def permute(groups, draws=4000):
    """p of the same statistic when the labels of the patients are dealt anew."""
    observed, possible = (np.concatenate(part) for part in zip(*groups, strict=True))
    left = observed - observed.sum() / possible.sum() * possible
    label = np.repeat(np.arange(len(groups)), [len(part[0]) for part in groups])

    def measure(order):
        return sum(
            left[order][label == each].sum() ** 2 / (label == each).sum() for each in set(label)
        )

    random = np.random.default_rng(3)
    real = measure(np.arange(len(left)))
    return np.mean([measure(random.permutation(len(left))) >= real for _ in range(draws)])


@pytest.mark.parametrize(("seed", "lost"), [(1, (0.3, 0.3)), (3, (0.2, 0.35)), (4, (0.25, 0.4))])
def test_the_test_is_that_of_permuted_patients(seed, lost):
    cohort = draw_cohort(seed, 200, lost)
    groups = []
    for name in ("a", "b"):
        mine = cohort[cohort["grouping_g"] == name]
        possible = (pd.Timestamp(LOCK) - mine["surgery"]).dt.days.to_numpy() / DAYS
        observed = mine["x_months"].to_numpy()
        groups.append((observed, np.where(mine["x_event"] == 1, observed, possible)))
    assert compare_groups(groups) == pytest.approx(permute(groups), abs=0.025)


def test_the_test_keeps_its_level_and_sees_a_difference():
    same = [p_of(draw_cohort(seed, 120)) for seed in range(300)]
    assert 0.02 <= np.mean(np.array(same) < 0.05) <= 0.085
    assert p_of(draw_cohort(1, 400, (0.05, 0.6))) < 1e-4


def p_of(cohort):
    return estimate_completeness(cohort, "x", ENDPOINT, GROUPS, LOCK)["p_value"].iloc[0]


def test_what_cannot_be_known_has_its_reason():
    whole = make_cohort([100, 200], [50, 200], ["death", "last"], ["a", "a"])
    found = estimate_completeness(whole, "x", ENDPOINT, GROUPS, LOCK).set_index("group")
    assert found["note"].to_dict() == {"a": "everybody was followed completely", "b": "no patients"}
    assert found.loc["a", "completeness"] == 1
    assert found["p_value"].isna().all() and found[["lower", "upper"]].isna().all(axis=None)
    lone = make_cohort([100, 300, 300], [50, 300, 20], ["last", "last", "last"], ["a", "b", "b"])
    found = estimate_completeness(lone, "x", ENDPOINT, GROUPS, LOCK).set_index("group")
    assert found.loc["a", ["completeness", "note"]].to_list() == [0.5, "one patient"]
    assert np.isfinite(found.loc["b", ["lower", "upper"]].astype(float)).all()
    for endpoint, lock in ((ENDPOINT, None), ({**ENDPOINT, "origin": None}, LOCK)):
        assert not len(estimate_completeness(lone, "x", endpoint, GROUPS, lock))


# The words and the table


def test_a_difference_is_a_warning(base, plan_of):
    base["groupings"] = {"sex": {"variable": "sex"}}
    plan = plan_of(base)
    table = estimate_completeness(draw_cohort(1, 400, (0.05, 0.6)), "x", ENDPOINT, GROUPS, LOCK)
    (text,) = words.warn(table, ENDPOINT, GROUPS)
    a, b = (100 * share for share in table["completeness"])
    assert f"differs by Group (A {a:.1f} % and B {b:.1f} %; p < 0.001)" in text
    summary = pd.DataFrame({"grouping": ["overall"], "follow_up_median": [60.0]})
    results = {"endpoints": {"x": {"summary": summary, "completeness": table}}}
    endpoint = {**ENDPOINT, "landmarks_months": [12]}
    small = {"cohort": {"data_lock": LOCK}, "endpoints": {"x": endpoint}, "groupings": GROUPS}
    assert list(list_limits({**small, "main": {"grouping": "g"}}, results)) == [text]
    assert list(list_limits({**small, "main": {"grouping": None}}, results)) == []
    assert list(words.warn(table.assign(p_value=0.2), ENDPOINT, GROUPS)) == []
    assert list(words.warn(table.assign(p_value=np.nan), ENDPOINT, GROUPS)) == []
    ((heading, (methods,)),) = words.tell_methods(plan, {})
    assert heading == "Completeness of follow-up" and "2020-12-31" in methods
    assert list(words.list_not_done(plan)) == [] and len(words.list_references(plan)) == 1


def test_without_a_closing_date_it_is_not_done(base, plan_of):
    del base["cohort"]["data_lock"]
    plan = plan_of(base)
    ((what, why),) = words.list_not_done(plan)
    assert what == "Completeness of follow-up" and "data_lock" in why
    assert words.tell_methods(plan, {}) == words.list_references(plan) == []
    plan["cohort"]["data_lock"] = LOCK
    plan["endpoints"]["os"]["origin"] = None
    assert [what for what, _ in words.list_not_done(plan)] == [
        "Overall survival: completeness of follow-up"
    ]


def test_the_table_prints_what_was_found_and_hides_small_counts(tmp_path):
    cohort = draw_cohort(2)
    few = cohort.assign(grouping_g=np.where(np.arange(len(cohort)) < 3, "a", "b"))
    for mine in (cohort, few):
        found = estimate_completeness(mine, "x", ENDPOINT, GROUPS, LOCK)
        table = tabulate_completeness({"x": found}, {"x": ENDPOINT}, GROUPS)
        assert table.rows[0].cells[0].text == "Survival: Group"
        assert table.rows[0].cells[5].values == (found["p_value"].iloc[0],)
        for row, wanted in zip(table.rows[1:], found.itertuples(), strict=True):
            assert row.cells[1].values == (wanted.patients,)
            assert row.cells[2].values == (wanted.observed_months,)
            limits = (wanted.completeness, wanted.lower, wanted.upper)
            shown = np.array(row.cells[4].values, float)
            np.testing.assert_allclose(shown, [100 * each for each in limits])
        study = {"title": "T", "description": "", "citation": "", "synthetic": False}
        write_workbook([replace(table, number="1")], study, tmp_path / "t.xlsx")
    hidden = privacy.hide(table, 5)
    assert [cell.text for cell in hidden.rows[1].cells[1:5]] == ["<5", *[privacy.WITHHELD] * 3]
