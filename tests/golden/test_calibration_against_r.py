"""Calibration and net benefit against R: survfit, coxph and the spline of Hmisc."""

import json
from pathlib import Path

import numpy as np
import pytest
from crlm.analyses.performance import calibration, decision
from crlm.survival import discrimination, net_benefit
from crlm.survival.predictors import Common, Predictor
from reference_data import build_cohorts

GOLDEN = json.loads((Path(__file__).parent / "calibration.json").read_text())
BREAST = build_cohorts()["breast"].assign(death_months=lambda data: np.ceil(data["death_months"]))
MONTHS, EVENT = BREAST["death_months"].to_numpy(), BREAST["death_event"].to_numpy()
HORIZONS = [12, 36, 60]
Z = {
    "spread": -2.2 + 0.03 * BREAST["size"] + 0.05 * BREAST["nodes"].clip(upper=10),
    "few": -1.4 + 0.4 * ((BREAST["grade"] == "III").astype(int) + (BREAST["nodes"] > 9)),
}
CASES = [(kind, horizon) for kind in Z for horizon in HORIZONS]


def survive(kind):
    """Predicted survival (n, horizons)."""
    return np.exp(-np.exp(Z[kind].to_numpy(float)[:, None] + np.log(np.array(HORIZONS) / 36)))


@pytest.fixture(scope="module")
def found():
    """The tables; the two resamples are the one of R twice, so that both limits are its values."""
    predictors = {kind: Predictor(0, survival=survive(kind)) for kind in Z}
    common = Common(
        predictors, MONTHS, EVENT, dict.fromkeys(HORIZONS), HORIZONS, np.array(HORIZONS, float)
    )
    with pytest.MonkeyPatch.context() as patch:
        for module in (calibration, decision):
            patch.setattr(module, "resample_counts", lambda *_: np.array([GOLDEN["counts"]] * 2))
        return calibration.assess_calibration(common, 2, 1), decision.assess_decisions(common, 2, 1)


def choose(table, kind, horizon):
    return table[(table["predictor"] == kind) & (table["horizon"] == horizon)]


@pytest.mark.parametrize(("kind", "horizon"), CASES)
def test_measures(found, kind, horizon):
    row = choose(found[0].calibration, kind, horizon).iloc[0]
    expected = GOLDEN["cohort"][kind][str(horizon)]
    for name in ("observed", "observed_lower", "observed_upper", "expected", "ratio"):
        assert row[name] == pytest.approx(expected[name], rel=1e-10), name
    for name in ("slope", "ici", "e50", "e90"):
        assert row[name] == pytest.approx(expected[name], rel=1e-6), name
    assert row["events"] == (EVENT[horizon >= MONTHS] == 1).sum()
    assert row["knots"] == (3 if kind == "spread" else 0)


@pytest.mark.parametrize(("kind", "horizon"), CASES)
def test_measures_of_a_resample(found, kind, horizon):
    row = choose(found[0].calibration, kind, horizon).iloc[0]
    expected = GOLDEN["resample"][kind][str(horizon)]
    for name, tolerance in (("ratio", 1e-10), ("slope", 1e-6)):
        assert row[f"{name}_upper"] == pytest.approx(expected[name], rel=tolerance)
        assert row[f"{name}_lower"] == pytest.approx(expected[name], rel=tolerance)


def test_distance_in_a_resample(found):
    row = choose(found[0].calibration, "few", 36).iloc[0]
    for name, expected in GOLDEN["line"].items():
        assert row[f"{name}_lower"] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("horizon", HORIZONS)
def test_smooth_curve(found, horizon):
    curve = choose(found[0].curves, "spread", horizon)
    curve = curve[curve["kind"] == "smooth"]
    expected = GOLDEN["cohort"]["spread"][str(horizon)]
    np.testing.assert_allclose(curve["predicted"], expected["grid"], rtol=1e-12)
    np.testing.assert_allclose(curve["observed"], expected["smooth"], rtol=1e-6)
    few = choose(found[0].curves, "few", horizon)
    assert not few["kind"].eq("smooth").any()


@pytest.mark.parametrize(("kind", "horizon"), CASES)
def test_groups(found, kind, horizon):
    groups = choose(found[0].curves, kind, horizon)
    groups = groups[groups["kind"] == "group"]
    expected = GOLDEN["cohort"][kind][str(horizon)]["groups"]
    assert len(groups) == len(expected) == (5 if kind == "spread" else 3)
    for name in ("predicted", "observed", "lower", "upper", "patients", "events"):
        np.testing.assert_allclose(groups[name], [each[name] for each in expected], rtol=1e-10)


@pytest.mark.parametrize(("kind", "horizon"), CASES)
def test_net_benefit(found, kind, horizon):
    expected = GOLDEN["cohort"][kind][str(horizon)]
    drawn = GOLDEN["resample"][kind][str(horizon)]
    thresholds, counts = expected["thresholds"], np.array([GOLDEN["counts"]])
    rows = choose(found[1], kind, horizon).set_index("threshold").loc[thresholds]
    np.testing.assert_allclose(rows["net_benefit"], expected["net_benefit"], atol=1e-12)
    everybody = found[1][(found[1]["source"] == "treat_all") & (found[1]["horizon"] == horizon)]
    everybody = everybody.set_index("threshold").loc[thresholds]
    np.testing.assert_allclose(everybody["net_benefit"], expected["treat_all"], atol=1e-12)
    risk = 1 - survive(kind)[:, HORIZONS.index(horizon)]
    for name, each in (("net_benefit", risk), ("treat_all", np.ones(len(risk)))):
        found_here = [
            net_benefit.resample_net_benefit(MONTHS, EVENT, each, horizon, threshold, counts)[0]
            for threshold in thresholds
        ]
        np.testing.assert_allclose(found_here, drawn[name], atol=1e-12)
    alone = net_benefit.treat_all(MONTHS, EVENT, horizon, thresholds)
    np.testing.assert_allclose(alone, expected["treat_all"], atol=1e-12)


@pytest.mark.parametrize("kind", Z)
def test_limits_stand_where_the_table_shows_them(found, kind):
    last = HORIZONS[-1]
    for horizon in HORIZONS:
        rows = choose(found[1], kind, horizon).set_index("threshold")
        shown = list(decision.TABULATED) if horizon == last else []
        assert rows.index[rows["lower"].notna()].tolist() == shown
        risk = 1 - survive(kind)[:, HORIZONS.index(horizon)]
        for threshold in shown:  # both resamples are R's
            drawn = net_benefit.resample_net_benefit(
                MONTHS, EVENT, risk, horizon, threshold, np.array([GOLDEN["counts"]])
            )
            assert rows.loc[threshold, "lower"] == rows.loc[threshold, "upper"] == drawn[0]


def test_the_same_fit_with_and_without_validation():
    patients = discrimination.sort_patients(MONTHS, EVENT)
    x = np.column_stack([Z["spread"], Z["few"]])
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    counts = discrimination.resample_counts(len(x), 5, 3)
    expected, _ = discrimination.fit_counts(patients, x, counts)
    np.testing.assert_array_equal(discrimination.maximise_counts(patients, x, counts), expected)
