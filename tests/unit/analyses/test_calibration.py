"""Calibration and decision curves: construction, what cannot be said, and the groups (numbers: tests/golden)."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.performance import calibration, decision
from crlm.analyses.performance import estimate as performance
from crlm.scores import forecast
from crlm.survival import discrimination
from crlm.survival.prediction import fit_prediction

NUMBER = {"kind": "continuous"}
PREDICTORS = {
    "points": {"kind": "score", "column": "points"},
    "type": {"kind": "level", "column": "type", "levels": ["a", "b", "c"], "ordered": False},
    "model": {"kind": "model", "variables": {"age": NUMBER, "points": NUMBER}},
}
HORIZONS = [6, 12]


def draw_cohort(n=200):
    random = np.random.default_rng(4)
    points = random.integers(0, 6, n).astype(float)
    hazard = np.exp(0.3 * points)
    return pd.DataFrame(
        {
            "os_months": np.ceil(random.exponential(25 / hazard)),
            "os_event": (random.random(n) < 0.7).astype(float),
            "points": points,
            "age": random.normal(60, 10, n),
            "type": random.choice(["a", "b", "c"], n),
        }
    )


def publish(shares, column="points", **more):
    """The predictor of a column with published survival: {value: {months: share}}."""
    table = {}
    for value, survival in shares.items():
        for month, share in survival.items():
            table.setdefault(float(month), {})[value] = (share, "recalled")
    series = [{"source": "Doe", "shares": table, "labels": {}}]
    return {"kind": "score", "column": column, "published": {"series": series, "note": None}}


def assess(cohort, predictors=PREDICTORS, horizons=HORIZONS, resamples=40, **options):
    common = performance.predict_common(cohort, "os", predictors, horizons, **options)
    found = calibration.assess_calibration(common, resamples, 1)
    curves = decision.assess_decisions(common, resamples, 1)
    assert list(found.calibration.columns) == calibration.CALIBRATION
    assert list(found.curves.columns) == calibration.CURVES
    assert list(curves.columns) == decision.DECISION
    return found, curves


def test_a_model_is_calibrated_where_it_was_fitted():
    found, curves = assess(draw_cohort())
    table = found.calibration
    assert table[["predictor", "horizon", "source"]].to_numpy().tolist() == [
        [name, horizon, "fitted"] for name in PREDICTORS for horizon in HORIZONS
    ]
    assert table["calibrated_in_cohort"].all()
    assert table["slope"].to_numpy() == pytest.approx(1, abs=1e-6)
    assert table["ratio"].to_numpy() == pytest.approx(1, abs=0.05)
    assert table["note"].isna().all() and (table["resamples"] == 40).all()
    for measure in ("ratio", "slope"):
        assert (table[f"{measure}_lower"] < table[measure]).all()
        assert (table[f"{measure}_upper"] > table[measure]).all()
    # horizons of a proportional-hazards model share the fit
    assert (table.groupby("predictor")["slope_lower"].nunique() == 1).all()
    assert curves.loc[curves["source"] == "fitted", "calibrated_in_cohort"].all()
    assert len(curves) == 2 * 99 * (len(PREDICTORS) + 1)


def test_too_high_a_published_risk_is_seen():
    """Published hazards twice as high: a ratio below 1, a slope near 1."""
    cohort = draw_cohort(2000).assign(os_event=1.0)
    shares = {
        value: {month: np.exp(-2 * month / 25 * np.exp(0.3 * value)) for month in HORIZONS}
        for value in range(6)
    }
    found, _ = assess(cohort, {"points": publish(shares)})
    rows = found.calibration[found.calibration["source"] == "published"]
    assert (rows["ratio_upper"] < 0.9).all()
    assert rows["slope"].to_numpy() == pytest.approx(1, abs=0.1)
    assert rows["evidence"].tolist() == ["recalled (Doe)"] * 2
    assert not rows["calibrated_in_cohort"].any()
    curve = found.curves[
        (found.curves["source"] == "published") & (found.curves["kind"] == "smooth")
    ]
    assert (curve["observed"] < curve["predicted"]).mean() > 0.9
    assert ((curve["lower"] <= curve["observed"]) & (curve["observed"] <= curve["upper"])).all()


def test_groups_and_histogram_count_everybody():
    found, _ = assess(draw_cohort())
    for _, curves in found.curves.groupby(["predictor", "horizon"]):
        for kind in ("group", "histogram"):
            assert curves.loc[curves["kind"] == kind, "patients"].sum() == 200
        groups = curves[curves["kind"] == "group"]
        assert groups["predicted"].is_monotonic_increasing
        assert groups["group"].tolist() == list(range(1, len(groups) + 1))
    sizes = found.curves[found.curves["kind"] == "group"].groupby("predictor")["group"].max()
    assert sizes.to_dict() == {"points": 6, "type": 3, "model": 5}
    assert set(found.curves.loc[found.curves["kind"] == "smooth", "predictor"]) == {
        "points",
        "model",
    }


def test_equal_risks_are_not_parted():
    risk = np.repeat(np.linspace(0.1, 0.9, 10), [1, 40, 1, 1, 1, 1, 1, 1, 1, 2])
    groups = calibration.split_groups(risk)
    assert len(set(zip(risk, groups, strict=True))) == 10
    assert groups.max() < 5


def test_a_group_of_few_is_listed_without_an_estimate():
    cohort = draw_cohort()
    cohort.loc[cohort["points"] == 5, "points"] = 4
    cohort.loc[:2, "points"] = 5
    found, _ = assess(cohort)
    groups = found.curves[(found.curves["kind"] == "group") & (found.curves["patients"] < 10)]
    assert len(groups) == 2
    assert (groups["patients"] == 3).all() and groups["observed"].isna().all()
    assert (groups["note"] == "fewer than 10 patients").all()


def test_certain_predictions_leave_the_curve_and_stay_in_the_ratio():
    cohort = draw_cohort()
    shares = {value: {6: 0.8 - 0.1 * value} for value in range(5)} | {5: {6: 0.0}}
    found, curves = assess(cohort, {"points": publish(shares)}, [6])
    row = found.calibration.iloc[0]
    certain = int((cohort["points"] == 5).sum())
    assert row["note"] == (
        f"{certain} patients with a prediction of 0 or 1 left out of slope and curve"
    )
    risk = 1 - cohort["points"].map(lambda value: shares[int(value)][6])
    assert row["expected"] == pytest.approx(risk.mean())
    rest, _ = assess(cohort[cohort["points"] < 5], {"points": publish(shares)}, [6])
    for name in ("slope", "ici", "e50", "e90"):
        assert row[name] == pytest.approx(rest.calibration.iloc[0][name], rel=1e-9)
    assert np.isfinite(row[["ici_lower", "e90_upper"]].astype(float)).all()
    mine = curves[(curves["source"] == "published") & (curves["threshold"] == 0.99)]
    assert mine["treated"].tolist() == [certain]


def test_the_same_published_figure_for_all_has_no_slope():
    shares = {value: {6: 0.7} for value in range(6)}
    found, _ = assess(draw_cohort(), {"points": publish(shares)}, [6])
    row = found.calibration.iloc[0]
    assert row["note"] == "one prediction for all: no slope"
    assert row["ratio"] > 0 and np.isnan(row["slope"]) and np.isnan(row["ici"])


def test_what_has_no_probability_says_why():
    shares = {value: {6: 0.7 - value / 10} for value in range(5)}
    predictors = {"points": publish(shares), "flat": {"kind": "score", "column": "flat"}}
    found, curves = assess(draw_cohort().assign(flat=1.0), predictors, [6, 500])
    notes = found.calibration.set_index(["predictor", "horizon", "source"])["note"]
    assert notes["points", 6, "published"] == (
        "no survival published at 6 months for 5 points (Doe)"
    )
    assert "follow-up ends at" in notes["points", 500, "published"]
    assert notes["flat", 6, "fitted"] == "the same for all patients"
    empty = found.calibration[found.calibration["note"].notna()]
    assert empty[["observed", "ratio", "slope", "ici"]].isna().all(axis=None)
    assert set(curves["source"]) == {"fitted", "treat_all"}
    assert set(curves["horizon"]) == {6}


def test_nothing_raises_because_of_the_data():
    for cohort in (draw_cohort(0), draw_cohort(3), draw_cohort().assign(os_event=0.0)):
        found, curves = assess(cohort)
        assert found.calibration["expected"].isna().all() and curves.empty
        assert found.calibration["note"].notna().all()
        assert found.curves.empty


def test_any_threads_give_the_same():
    common = performance.predict_common(draw_cohort(), "os", PREDICTORS, HORIZONS)
    one, two = (calibration.assess_calibration(common, 30, 1, threads) for threads in (1, 2))
    pd.testing.assert_frame_equal(one.calibration, two.calibration, check_exact=True)
    pd.testing.assert_frame_equal(one.curves, two.curves, check_exact=True)


def test_baseline_hazard_is_that_of_the_expanded_table():
    cohort = draw_cohort(60)
    counts = discrimination.resample_counts(60, 3, 2)
    linear = np.tile(0.3 * cohort["points"].to_numpy(), (3, 1))
    patients = discrimination.sort_patients(cohort["os_months"], cohort["os_event"])
    found = discrimination.accumulate_hazard(patients, counts, linear, [0.5, 6, 12, 1000])
    for row, hazard in zip(counts, found, strict=True):
        copies = cohort.loc[np.repeat(np.arange(60), row)]
        risk, months = np.exp(0.3 * copies["points"]), copies["os_months"]
        for horizon, value in zip([0.5, 6, 12, 1000], hazard, strict=True):
            expected = 0.0
            for time in months[copies["os_event"] == 1].unique():
                dying = risk[(months == time) & (copies["os_event"] == 1)]
                total = risk[months >= time].sum()
                terms = (total - k / len(dying) * dying.sum() for k in range(len(dying)))
                expected += sum(1 / term for term in terms) if time <= horizon else 0
            assert value == pytest.approx(expected, rel=1e-10)


def test_the_common_patients_are_those_of_the_performance():
    cohort = draw_cohort()
    cohort.loc[:9, "age"] = np.nan
    common = performance.predict_common(cohort, "os", PREDICTORS, HORIZONS)
    table = performance.assess_performance(cohort, "os", PREDICTORS, HORIZONS, 5, 1).performance
    assert len(common.months) == 190 == table["patients"].unique().item()
    fit, _ = fit_prediction(cohort.iloc[10:], "os", {"points": NUMBER})
    np.testing.assert_array_equal(common.survive("points", 12), fit.survive([12.0])[:, 0])
    each = forecast.list_probabilities(common)
    assert [(row.predictor, row.horizon) for row in each] == [
        (name, horizon) for name in PREDICTORS for horizon in HORIZONS
    ]
