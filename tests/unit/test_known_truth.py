"""The cohorts of known truth hold what they promise: rates recounted as events per month."""

import known_truth as truth
import numpy as np
import pytest

PATIENTS = 20000


def count_rate(table, kept):
    return table.loc[kept, "event"].sum() / table.loc[kept, "months"].sum()


def test_interaction():
    table = truth.simulate_interaction(1, PATIENTS)
    for chemotherapy, expected in ((0, 0.5), (1, 0.9)):
        within = table["chemotherapy"] == chemotherapy
        rates = [count_rate(table, within & (table["pattern"] == value)) for value in (0, 1)]
        assert rates[1] / rates[0] == pytest.approx(expected, rel=0.07)


def test_confounded_treatment_looks_harmful():
    table = truth.simulate_confounded_treatment(1, PATIENTS, ratio=0.7)
    rates = [count_rate(table, table["treatment"] == value) for value in (0, 1)]
    assert rates[1] / rates[0] > 1.1
    near = (table["severity"].abs() < 0.2) & (table["severe"] == 0)
    rates = [count_rate(table, near & (table["treatment"] == value)) for value in (0, 1)]
    assert rates[1] / rates[0] == pytest.approx(0.7, rel=0.15)


def test_standardised_survival_by_drawing():
    rng = np.random.default_rng(3)
    hazard = truth.BASE * np.exp(
        truth.SEVERITY * rng.standard_normal(400000) + truth.SEVERE * (rng.random(400000) < 0.4)
    )
    assert truth.derive_standardised_survival(60, 0.7, treated=True) == pytest.approx(
        np.exp(-0.7 * 60 * hazard).mean(), abs=0.002
    )
    assert truth.derive_standardised_survival(60, treated=False) == pytest.approx(
        np.exp(-60 * hazard).mean(), abs=0.002
    )


def test_cured():
    table = truth.simulate_cured(1, PATIENTS, cured=0.3)
    late = table["months"] > 120
    assert table.loc[late, "event"].sum() == 0
    assert table.groupby("group")["cured"].mean().tolist() == pytest.approx([0.3, 0.45], abs=0.02)


def test_late_treatment_without_effect_looks_good_when_time_is_credited():
    table = truth.simulate_late_treatment(1, PATIENTS, ratio=1.0)
    rates = [count_rate(table, table["treated"] == value) for value in (0, 1)]
    assert rates[1] / rates[0] < 0.5
    after = table[table["treated"] == 1]
    months = (after["months"] - after["treatment_months"]).sum()
    assert after["event"].sum() / months == pytest.approx(2 * truth.BASE, rel=0.05)


def test_states_by_drawing():
    table, _end = truth.simulate_states(1, PATIENTS, longest=1e6)
    state = np.zeros(PATIENTS, int)
    for row in table[table["months"] <= 24].itertuples():
        state[row.patient] = truth.STATES.index(row.state)
    # An end of follow-up after death is the death; before 24 months hardly any other end.
    assert np.bincount(state, minlength=4) / PATIENTS == pytest.approx(
        truth.derive_states(24), abs=0.012
    )
    assert truth.derive_states(24).sum() == pytest.approx(1, abs=1e-12)
