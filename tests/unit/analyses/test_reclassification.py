"""Who changes group: recounts of patients, Kaplan-Meier per cell, few patients."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.reclassification import estimate as reclassification
from crlm.survival import risk_groups
from crlm.survival.kaplan_meier import survival_at

N = 200


@pytest.fixture
def drawn():
    """months, event, base risk, extended risk; nobody is censored before month 12 in the first half of the tests."""
    random = np.random.default_rng(8)
    base = random.uniform(0.05, 0.9, N)
    extended = np.clip(base + random.normal(0, 0.2, N), 0.01, 0.99)
    months = np.ceil(random.exponential(20 / (0.2 + extended)))
    return months, (random.random(N) < 0.8).astype(float), base, extended


def test_cells_are_counts_and_kaplan_meier(drawn):
    months, event, base, extended = drawn
    bounds = np.array([0.3, 0.6])
    table = risk_groups.cross_risk_groups(*drawn, 12, bounds)
    assert len(table) == 9 + 6
    for row in table.itertuples():
        inside = np.ones(N, bool)
        for risk, group in ((base, row.base_group), (extended, row.extended_group)):
            if not np.isnan(group):
                low, high = [0, 0.3, 0.6, 1][int(group) - 1 : int(group) + 1]
                inside &= (risk >= low) & (risk < high)
        assert row.patients == inside.sum()
        assert row.events == (inside & (event == 1) & (months <= 12)).sum()
        if inside.sum() < 10:
            assert np.isnan(row.observed)
            assert row.note == ("fewer than 10 patients" if inside.any() else "no patients")
            continue
        found = survival_at(months[inside], event[inside], [12]).iloc[0]
        if np.isnan(found["survival"]):
            assert "follow-up ends" in row.note
            continue
        expected = [1 - found["survival"], 1 - found["upper"], 1 - found["lower"]]
        np.testing.assert_allclose([row.observed, row.lower, row.upper], expected)
        np.testing.assert_allclose(
            [row.base_risk, row.extended_risk], [base[inside].mean(), extended[inside].mean()]
        )
    assert table.loc[table["base_group"].eq(1), "base_from"].isna().all()
    assert table.loc[table["base_group"].eq(2), ["base_from", "base_to"]].eq([0.3, 0.6]).all(None)


def test_movement_without_censoring_is_a_count(drawn):
    months, _, base, extended = drawn
    table = risk_groups.count_movement(
        months, np.ones(N), base, extended, 12, np.array([0.3, 0.6])
    ).set_index("moved")
    before, after = np.digitize(base, [0.3, 0.6]), np.digitize(extended, [0.3, 0.6])
    dead = months <= 12
    for name, moved in {
        "up": after > before,
        "same": after == before,
        "down": after < before,
    }.items():
        row = table.loc[name]
        assert row["patients"] == moved.sum()
        assert row["expected_events"] == pytest.approx((moved & dead).sum())
        assert row["share_of_events"] == pytest.approx((moved & dead).sum() / dead.sum())
        assert row["share_of_free"] == pytest.approx((moved & ~dead).sum() / (~dead).sum())
    up, down, net = (table.loc[name] for name in ("up", "down", "net"))
    assert net["share_of_events"] == pytest.approx(up["share_of_events"] - down["share_of_events"])
    assert net["share_of_free"] == pytest.approx(down["share_of_free"] - up["share_of_free"])


def test_movement_with_censoring_weighs_by_kaplan_meier(drawn):
    months, event, base, extended = drawn
    bounds = np.array([0.5])
    table = risk_groups.count_movement(*drawn, 12, bounds).set_index("moved")
    whole = survival_at(months, event, [12])["survival"].iloc[0]
    up = (base < 0.5) & (extended >= 0.5)
    risk = 1 - survival_at(months[up], event[up], [12])["survival"].iloc[0]
    assert table.loc["up", "expected_events"] == pytest.approx(up.sum() * risk)
    expected = up.mean() * risk / (1 - whole)
    assert table.loc["up", "share_of_events"] == pytest.approx(expected)


def test_few_movers_say_so_and_have_no_net():
    months, event = np.arange(1.0, 41), np.ones(40)
    base = np.repeat([0.2, 0.8], 20)
    extended = base.copy()
    extended[:3] = 0.9
    table = risk_groups.count_movement(months, event, base, extended, 12, np.array([0.5]))
    table = table.set_index("moved")
    assert table.loc["up", "patients"] == 3
    assert table.loc["up", "note"] == "fewer than 10 patients"
    assert np.isnan(table.loc["up", "expected_events"])
    assert np.isnan(table.loc["net", "share_of_events"])
    assert table.loc["down", "expected_events"] == 0


def test_tertiles_of_a_score_of_few_values_lie_between_them():
    risk = np.repeat([0.1, 0.2, 0.4, 0.5], [30, 40, 20, 10])
    bounds = risk_groups.find_bounds(risk)
    np.testing.assert_allclose(bounds, [0.15, 0.3])  # 30 and 70 % lie below
    assert np.bincount(risk_groups.cut_risk(risk, bounds)).tolist() == [30, 40, 30]
    # a score of which a third lies just above two values: 39, 156, 227, 158 patients (Fong in the demo)
    score = np.repeat([0.28, 0.33, 0.38, 0.44], [39, 156, 227, 158])
    sizes = np.bincount(risk_groups.cut_risk(score, risk_groups.find_bounds(score)))
    assert sizes.tolist() == [195, 227, 158]
    many = np.repeat([0.1, 0.2, 0.3], [10, 80, 10])
    assert np.bincount(risk_groups.cut_risk(many, risk_groups.find_bounds(many))).tolist() == [
        10,
        80,
        10,
    ]
    most = np.repeat([0.1, 0.2], [20, 80])
    np.testing.assert_allclose(risk_groups.find_bounds(most), [0.15])
    assert len(risk_groups.find_bounds(np.full(9, 0.3))) == 0
    smooth = np.linspace(0.01, 0.99, 99)
    sizes = np.bincount(risk_groups.cut_risk(smooth, risk_groups.find_bounds(smooth))).tolist()
    assert sizes == [33, 33, 33]


def test_thresholds_of_the_plan_belong_to_the_group_above():
    bounds = risk_groups.find_bounds(np.array([0.5]), [40, 20])
    assert bounds.tolist() == [0.2, 0.4]
    risk = np.array([0.1999, 0.2, 1 - 0.6, 0.41])
    assert risk_groups.cut_risk(risk, bounds).tolist() == [0, 1, 2, 2]


SIDES = {
    "first_second": [
        {"name": "first", "column": "first", "levels": ["low", "high"]},
        {"name": "second", "column": "grouping_second", "levels": ["1", "2", "3"]},
    ]
}


@pytest.fixture
def cohort(drawn):
    random = np.random.default_rng(2)
    cohort = pd.DataFrame(
        {
            "os_months": drawn[0],
            "os_event": drawn[1],
            "first": pd.Categorical(random.choice(["low", "high"], N), ["low", "high"]),
            "grouping_second": random.choice(["1", "2", None], N, p=[0.5, 0.4, 0.1]),
        }
    )
    cohort.loc[:4, "grouping_second"] = "3"
    cohort.loc[N - 1, "os_event"] = np.nan
    return cohort


def test_flows_are_a_cross_table_of_complete_patients(cohort):
    table = reclassification.cross_groups(cohort, "os", SIDES, [6, 12, 999])
    assert list(table.columns) == reclassification.FLOWS
    known = cohort.dropna()
    assert (table["missing"] == N - 1 - len(known)).all()
    assert (table["horizon"] == 12).all()
    cells = table.dropna(subset=["from_group", "to_group"])
    cross = pd.crosstab(known["first"], known["grouping_second"])
    for row in cells.itertuples():
        assert row.patients == cross.loc[row.from_group, row.to_group]
        inside = known[
            known["first"].eq(row.from_group) & known["grouping_second"].eq(row.to_group)
        ]
        if len(inside) < 10:
            assert row.note == "fewer than 10 patients"
            assert np.isnan(row.survival)
            continue
        expected = survival_at(inside["os_months"], inside["os_event"], [12])["survival"].iloc[0]
        np.testing.assert_allclose(row.survival, expected)
    assert (cells["note"] == "fewer than 10 patients").any()
    wholes = table[table["to_group"].isna()].set_index("from_group")["patients"]
    assert wholes.to_dict() == known["first"].value_counts().to_dict()
    assert table.loc[table["from_group"].isna(), "patients"].sum() == len(known)


def test_three_scores_are_compared_neighbour_by_neighbour(cohort):
    sides = [
        *SIDES["first_second"],
        {"name": "again", "column": "first", "levels": ["low", "high"]},
    ]
    table = reclassification.cross_groups(cohort, "os", {"three": sides}, [12])
    assert table.groupby("step")[["from", "to"]].first().to_numpy().tolist() == [
        ["first", "second"],
        ["second", "again"],
    ]


@pytest.mark.parametrize("size", [0, 8])
def test_no_horizon_no_survival(cohort, size):
    table = reclassification.cross_groups(cohort.head(size), "os", SIDES, [6, 12])
    assert table["survival"].isna().all()
    assert table["horizon"].isna().all()
    assert table["note"].isin(["no usable horizon", "no patients"]).all()
