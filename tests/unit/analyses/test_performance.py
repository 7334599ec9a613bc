"""The tables of performance, differences and optimism."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.performance import estimate as performance
from crlm.analyses.performance import optimism
from crlm.scores import forecast
from crlm.survival import discrimination, prediction
from crlm.survival.cox import fit_cox
from hypothesis import given, settings
from hypothesis import strategies as st

NUMBER = {"kind": "continuous"}
STAGE = {"kind": "ordinal", "levels": ["I", "II", "III"]}
PREDICTORS = {
    "points": {"kind": "score", "column": "points"},
    "stage": {"kind": "level", "column": "stage", "levels": ["I", "II", "III"]},
    "type": {"kind": "level", "column": "type", "levels": ["a", "b", "c"], "ordered": False},
    "model": {"kind": "model", "variables": {"age": NUMBER, "stage": STAGE}},
}
HORIZONS = [6, 12]


def draw_cohort(seed):
    random = np.random.default_rng(seed)
    n = 150
    points = random.integers(0, 6, n).astype(float)
    stage = random.choice(["I", "II", "III"], n)
    kind = random.choice(["a", "b", "c"], n)
    hazard = np.exp(0.3 * points + 0.4 * (stage == "III") + 0.8 * (kind == "b"))
    return pd.DataFrame(
        {
            "os_months": np.ceil(random.exponential(25 / hazard)),
            "os_event": (random.random(n) < 0.7).astype(float),
            "points": points,
            "age": random.normal(60, 10, n),
            "stage": pd.Categorical(stage, STAGE["levels"], ordered=True),
            "type": pd.Categorical(kind, ["a", "b", "c"]),
        }
    )


@pytest.fixture
def cohort():
    return draw_cohort(3)


def assess(cohort, predictors=PREDICTORS, horizons=HORIZONS, resamples=60, **options):
    found = performance.assess_performance(
        cohort, "os", predictors, horizons, resamples, 1, **options
    )
    assert list(found.performance.columns) == performance.PERFORMANCE
    assert list(found.differences.columns) == performance.DIFFERENCES
    return found


def choose(table, **values):
    for column, value in values.items():
        table = table[table[column] == value]
    return table


def assert_empty(table, note):
    assert table[["estimate", "lower", "upper"]].isna().all(axis=None)
    assert (table["resamples"] == 0).all()
    assert table["note"].str.contains(note, regex=False).all()


def test_rows(cohort):
    found = assess(cohort)
    metrics = ["harrell_c", "uno_c", "auc", "auc", "brier", "brier", "integrated_brier"]
    assert found.performance["predictor"].tolist() == np.repeat(list(PREDICTORS), 7).tolist()
    assert found.performance["metric"].tolist() == metrics * 4
    assert choose(found.performance, metric="uno_c")["horizon"].unique().tolist() == [12]
    assert choose(found.performance, metric="harrell_c")["horizon"].isna().all()
    assert len(found.differences) == 6 * 7
    inside = found.performance
    assert inside["estimate"].between(inside["lower"], inside["upper"]).mean() > 0.9
    assert (inside["patients"] == 150).all()
    assert inside["note"].isna().all()


def test_values_are_those_of_the_measures(cohort):
    table = assess(cohort).performance
    data = cohort["os_months"], cohort["os_event"], cohort["points"]
    points = choose(table, predictor="points").set_index(["metric", "horizon"])["estimate"]
    assert points["harrell_c"].iloc[0] == discrimination.harrell_c(*data)
    assert points["uno_c", 12] == discrimination.uno_c(*data, 12)
    assert points["auc", 6] == discrimination.auc_at(*data, [6])[0]
    fit, _ = prediction.fit_prediction(cohort, "os", {"points": NUMBER})
    survival = fit.survive([6.0, 12])
    expected = discrimination.brier_score(*data[:2], survival, [6.0, 12])
    np.testing.assert_allclose(points["brier"], expected, rtol=0, atol=1e-14)
    model = choose(table, predictor="model", metric="harrell_c")["estimate"].iloc[0]
    fitted = fit_cox(cohort, "os", PREDICTORS["model"]["variables"]).model["concordance"].iloc[0]
    assert model == pytest.approx(fitted, abs=1e-12)


def test_resamples_are_shared_and_refitting_is_not_hidden(cohort):
    found = assess(cohort)
    table = found.performance.set_index(["metric", "predictor"])["calibrated_in_cohort"]
    assert table["harrell_c"].to_dict() == {
        "points": False,
        "stage": False,
        "type": True,
        "model": True,
    }
    assert table["brier"].all()
    again = assess(
        cohort[["os_months", "os_event", "points", "stage"]],
        {name: PREDICTORS[name] for name in ("points", "stage")},
    )
    columns = ["predictor", "metric", "horizon", "estimate", "lower", "upper"]
    first = choose(found.performance[found.performance["predictor"].isin(["points", "stage"])])
    pd.testing.assert_frame_equal(first[columns].reset_index(drop=True), again.performance[columns])


def test_reference_is_a_predictor_that_knows_nothing(cohort):
    table = assess(cohort).performance
    assert (
        table.loc[table["metric"].isin(["harrell_c", "uno_c", "auc"]), "reference"] == 0.5
    ).all()
    brier = choose(table, predictor="model", metric="brier")
    assert (brier["estimate"] < brier["reference"]).all()
    share = (cohort["os_months"] > 6).mean()  # near p (1 - p), as few are censored before 6 months
    assert brier["reference"].iloc[0] == pytest.approx(share * (1 - share), abs=0.03)


def test_patients_are_those_complete_in_every_predictor(cohort):
    cohort.loc[:9, "points"] = np.nan
    cohort.loc[5:14, "stage"] = np.nan
    cohort.loc[20, "os_event"] = np.nan
    table = assess(cohort).performance
    assert (table["patients"] == 150 - 15 - 1).all()
    assert table.groupby("predictor")["missing"].first().to_dict() == {
        "points": 10,
        "stage": 10,
        "model": 10,
        "type": 0,
    }


def publish(endpoint, **shares):
    """A score with one published stratum per value: {value: {months: per cent}}."""
    entries = [
        {"endpoint": endpoint, "source": "Doe", "value": int(value[1:]), "survival": survival}
        | {"evidence": "recalled"}
        for value, survival in shares.items()
    ]
    return {"points": {"groups": {}, "published": entries}}


SHARES = {f"p{value}": {6: 90 - 8 * value, 12: 60 - 6 * value} for value in range(6)}


def test_published_probabilities_stand_beside_the_fitted_ones(cohort):
    scores = publish("overall survival", **{**SHARES, "p5": {6: 50}})
    predictors = forecast.attach_published(
        PREDICTORS, scores, {"label": "Overall survival", "published_as": "overall_survival"}
    )
    plain, found = assess(cohort), assess(cohort, predictors)
    table = found.performance[found.performance["metric"] != "brier_published"]
    pd.testing.assert_frame_equal(table.reset_index(drop=True), plain.performance)
    rows = choose(found.performance, metric="brier_published")
    assert rows["predictor"].unique().tolist() == ["points"]
    assert not rows["calibrated_in_cohort"].any()
    survival = 0.9 - 0.08 * cohort["points"]
    data = cohort["os_months"], cohort["os_event"], survival.to_frame()
    row = choose(rows, horizon=6).iloc[0]
    assert row["estimate"] == pytest.approx(discrimination.brier_score(*data, [6.0])[0], abs=1e-14)
    assert row["lower"] < row["estimate"] < row["upper"]
    assert row["reference"] == choose(table, metric="brier", horizon=6)["reference"].iloc[0]
    assert row["note"] == "published: recalled (Doe)"
    assert_empty(choose(rows, horizon=12), "at 12 months for 5 points (Doe)")
    assert not found.differences["metric"].eq("brier_published").any()


def test_the_difference_of_two_published_scores(cohort):
    shares = {value: {6: each[6]} for value, each in SHARES.items()}
    scores = publish("overall survival", **shares)
    points = forecast.attach_published(
        PREDICTORS, scores, {"label": "Overall survival", "published_as": "overall_survival"}
    )["points"]
    worse = {f"p{value}": {6: 20 + 10 * value} for value in range(6)}
    turned = forecast.attach_published(
        PREDICTORS,
        publish("overall survival", **worse),
        {"label": "Overall survival", "published_as": "overall_survival"},
    )
    both = {"points": points, "turned": turned["points"], "stage": PREDICTORS["stage"]}
    found = assess(cohort, both)
    row = choose(found.differences, metric="brier_published", horizon=6)
    assert list(zip(row["predictor"], row["versus"], strict=True)) == [("points", "turned")]
    brier = choose(found.performance, metric="brier_published", horizon=6)["estimate"]
    assert row["estimate"].iloc[0] == pytest.approx(brier.iloc[0] - brier.iloc[1])
    assert row["estimate"].iloc[0] < 0
    assert not row["calibrated_in_cohort"].any()


def test_what_cannot_be_assessed_says_why(cohort):
    cohort = cohort.assign(flat=2.0, never=np.nan)
    predictors = {
        "points": PREDICTORS["points"],
        "flat": {"kind": "score", "column": "flat"},
        "never": {"kind": "score", "column": "never"},
        "level": {"kind": "level", "column": "flat", "levels": [2.0, 3.0]},
    }
    found = assess(cohort, predictors, [6, 500])
    for name, note in [
        ("flat", "the same for all"),
        ("never", "no patient"),
        ("level", "the same"),
    ]:
        assert_empty(choose(found.performance, predictor=name), note)
        assert_empty(choose(found.differences, predictor="points", versus=name), note)
    known = choose(found.performance, predictor="points")
    assert known["estimate"].notna().sum() == 5
    assert_empty(choose(known, horizon=500), "follow-up ends at")
    assert found.differences["p_value"].isna().all()


def test_too_few_events(cohort):
    rare = cohort.assign(os_event=(np.arange(150) < 4).astype(float))
    found = assess(rare)
    assert_empty(found.performance, "4 events, fewer than 10")
    assert_empty(found.differences, "4 events, fewer than 10")
    assert_empty(assess(cohort.iloc[:0]).performance, "no patient has a value")
    assert found.performance["note"].iloc[0] == "4 events, fewer than 10"


def test_too_few_patients_at_a_horizon(cohort):
    late = float(np.sort(cohort["os_months"])[-5])
    table = assess(cohort, horizons=[late]).performance
    assert_empty(choose(table, metric="auc"), "observed beyond")
    assert_empty(choose(table, metric="integrated_brier"), "no horizon with enough patients")
    assert choose(table, metric="uno_c")["estimate"].notna().all()  # without truncation
    assert choose(table, metric="uno_c")["horizon"].isna().all()
    assert_empty(choose(assess(cohort, horizons=[0.5]).performance, metric="auc"), "events until")


def test_a_level_without_an_event_has_the_lowest_risk(cohort):
    cohort.loc[cohort["type"] == "a", "os_event"] = 0.0
    fit, note = prediction.fit_prediction(
        cohort, "os", {"type": {"kind": "categorical", "levels": ["a", "b", "c"]}}
    )
    assert "no event" in note
    assert np.isneginf(fit.linear[cohort["type"] == "a"]).all()
    assert (fit.survive([12.0])[cohort["type"] == "a"] == 1).all()
    table = choose(assess(cohort).performance, predictor="type")
    assert table["estimate"].notna().all()
    assert table["note"].str.contains("no event").all()


def test_differences_are_antisymmetric_and_paired(cohort):
    pair = {name: PREDICTORS[name] for name in ("points", "stage")}
    turned = {name: PREDICTORS[name] for name in ("stage", "points")}
    first, second = assess(cohort, pair).differences, assess(cohort, turned).differences
    np.testing.assert_allclose(first["estimate"], -second["estimate"], atol=1e-15)
    np.testing.assert_allclose(first["lower"], -second["upper"], atol=1e-12)
    np.testing.assert_allclose(first["p_value"], second["p_value"])
    same = {"points": PREDICTORS["points"], "again": PREDICTORS["points"]}
    equal = assess(cohort, same).differences
    assert (equal[["estimate", "lower", "upper"]] == 0).all(axis=None)
    assert (equal[["p_value", "p_adjusted"]] == 1).all(axis=None)


def test_a_predictor_that_is_part_of_another_has_no_p_value(cohort):
    found = assess(cohort, {name: PREDICTORS[name] for name in PREDICTORS}).differences
    parts = {
        name: set(spec.get("variables") or [spec["column"]]) for name, spec in PREDICTORS.items()
    }
    nested = [
        parts[a] < parts[b] or parts[b] < parts[a]
        for a, b in found[["predictor", "versus"]].to_numpy()
    ]
    assert any(nested) and not all(nested)
    known = found[found["estimate"].notna()]
    mask = np.array(nested)[found["estimate"].notna()]
    assert known["p_value"].isna().tolist() == mask.tolist()
    assert known["note"][mask].str.contains("one is part of the other").all()


def test_adjusted_p_is_that_of_the_largest_difference():
    random = np.random.default_rng(2)
    samples = random.normal(size=(4, 501))
    samples[:, 0] = [0, 1, 2, 6]
    found = np.array(performance.test_differences(list(samples)))
    far = np.abs(samples[:, 1:] - samples[:, 1:].mean(axis=1)[:, None])
    far /= samples[:, 1:].std(axis=1, ddof=1)[:, None]
    limit = np.abs(samples[:, 0]) / samples[:, 1:].std(axis=1, ddof=1)
    expected = [(1 + (far.max(axis=0) >= each).sum()) / 501 for each in limit]
    np.testing.assert_allclose(found[:, 1], expected)
    assert (found[:, 1] >= found[:, 0]).all()
    assert found[3].tolist() == [1 / 501, 1 / 501]
    assert performance.test_differences([]) == []


def test_two_runs_and_any_threads_are_the_same(cohort):
    first, second = assess(cohort), assess(cohort, threads=2)
    pd.testing.assert_frame_equal(first.performance, second.performance, check_exact=True)
    pd.testing.assert_frame_equal(first.differences, second.differences, check_exact=True)


@settings(deadline=None, max_examples=5)
@given(st.integers(0, 1000))
def test_the_order_of_the_patients_changes_no_estimate(seed):
    cohort = draw_cohort(seed)
    shuffled = cohort.sample(frac=1, random_state=seed)
    first, second = assess(cohort, resamples=2), assess(shuffled, resamples=2)
    for name in ("performance", "differences"):
        np.testing.assert_allclose(
            getattr(first, name)["estimate"], getattr(second, name)["estimate"], rtol=0, atol=1e-9
        )


SPECS = {
    "age": NUMBER,
    "points": NUMBER,
    "stage": STAGE,
    "type": {"kind": "categorical", "levels": ["a", "b", "c"]},
}


def assess_optimism(cohort, names, resamples=40, **options):
    found = optimism.assess_optimism(cohort, "os", names, SPECS, resamples, 5, **options)
    assert list(found.columns) == optimism.OPTIMISM
    assert found["metric"].tolist() == ["harrell_c", "calibration_slope"]
    return found.set_index("metric")


def test_optimism(cohort):
    found = assess_optimism(cohort, ["age", "points", "stage"])
    fitted = fit_cox(cohort, "os", {name: SPECS[name] for name in ("age", "points", "stage")}).model
    c, slope = found.loc["harrell_c"], found.loc["calibration_slope"]
    assert c["apparent"] == pytest.approx(fitted["concordance"].iloc[0], abs=1e-12)
    assert c["corrected"] == c["apparent"] - c["optimism"]
    assert 0 < c["optimism"] < 0.05
    assert slope["apparent"] == slope["training"] == 1
    assert 0.7 < slope["corrected"] < 1
    assert (found["resamples"] == 40).all()
    assert (found["parameters"] == 4).all()
    pd.testing.assert_frame_equal(
        found, assess_optimism(cohort, ["age", "points", "stage"], threads=2)
    )


def test_the_slope_of_a_model_with_one_parameter_is_the_median(cohort):
    """Full coefficient over that of each resample: one resample near 0 decides a mean, and nothing of a median."""
    found = assess_optimism(cohort, ["age"], 41).loc["calibration_slope"]
    fit, _ = prediction.fit_prediction(cohort, "os", {"age": SPECS["age"]})
    problem, coef = fit.estimate.problem, fit.estimate.coef
    drawn = discrimination.maximise_counts(
        discrimination.sort_patients(problem.months, problem.event),
        *(problem.x, discrimination.resample_counts(150, 41, 5), coef),
    )
    ratios = coef[0] / drawn[:, 0]
    assert found["resamples"] == 41
    assert found["test"] == pytest.approx(np.median(ratios), rel=1e-6)
    assert abs(ratios.mean() / np.median(ratios) - 1) > 0.01
    assert found["corrected"] == pytest.approx(found["test"])


def test_optimism_without_enough(cohort):
    rare = cohort.assign(os_event=(np.arange(150) < 4).astype(float))
    found = assess_optimism(rare, ["age"])
    assert found[["apparent", "training", "test", "optimism", "corrected"]].isna().all(axis=None)
    assert (found["note"] == "4 events, fewer than 10").all()
    flat = assess_optimism(cohort.assign(age=60.0), ["age"])
    assert flat["note"].str.contains("constant").all()
    assert flat["corrected"].isna().all()


def test_optimism_tells_of_resamples_left_out(cohort):
    cohort["type"] = np.where(np.arange(150) < 2, "a", "b")
    cohort.loc[:1, "os_event"] = 1.0
    found = assess_optimism(cohort, ["points", "type"], 60)
    assert 30 < found["resamples"].iloc[0] < 60
    assert found["note"].str.contains("resamples without a maximum left out").all()


def test_optimism_sets_levels_without_an_event_aside(cohort):
    aside = cohort["type"] == "a"
    cohort.loc[aside, "os_event"] = 0.0
    found = assess_optimism(cohort, ["points", "type"])
    assert (
        found["note"]
        .str.contains(f"{aside.sum()} patients at levels without an event set aside")
        .all()
    )
    assert (found["patients"] == 150 - aside.sum()).all()
    assert (found["parameters"] == 2).all()


def test_nothing_to_assess(cohort):
    assert assess(cohort, {}).performance.empty
    table = assess(cohort, horizons=[]).performance
    assert choose(table, metric="harrell_c")["estimate"].notna().all()
    assert choose(table, metric="uno_c")["horizon"].isna().all()
    assert_empty(choose(table, metric="integrated_brier"), "no horizon with enough patients")
    without = assess(cohort, resamples=0)
    assert without.performance["estimate"].notna().all()
    assert without.differences[["lower", "upper", "p_value", "p_adjusted"]].isna().all(axis=None)
    half = np.arange(150) < 75
    apart = cohort.assign(points=cohort["points"].where(half), other=cohort["points"].where(~half))
    predictors = {each: {"kind": "score", "column": each} for each in ("points", "other")}
    assert_empty(assess(apart, predictors).performance, "0 events, fewer than 10")
