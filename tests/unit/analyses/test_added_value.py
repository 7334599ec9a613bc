"""What is added to a base model: the same patients, refits against the expanded table, words instead of noise."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.added_value import estimate as added_value
from crlm.survival import discrimination, prediction
from crlm.survival.kaplan_meier import survival_at
from scipy.stats import chi2

POINTS = {"points": {"kind": "count"}}
MARKER = {"marker": {"kind": "continuous"}}
TYPE = {"type": {"kind": "categorical", "levels": ["a", "b", "c"]}}
HORIZONS = [6, 12]


def draw_cohort(seed=3, n=160, effect=0.8):
    random = np.random.default_rng(seed)
    points, marker = random.integers(0, 5, n).astype(float), random.normal(size=n)
    kind = random.choice(["a", "b"], n).astype(object)
    hazard = np.exp(0.4 * points + effect * marker)
    return pd.DataFrame(
        {
            "os_months": np.ceil(random.exponential(25 / hazard)) + 1,
            "os_event": (random.random(n) < 0.7).astype(float),
            "points": points,
            "marker": marker,
            "type": kind,
        }
    )


@pytest.fixture
def cohort():
    return draw_cohort()


def assess(cohort, addition, base=POINTS, resamples=80, horizons=HORIZONS, **options):
    settings = {
        "base": {"variables": base},
        "additions": {"new": {"variables": addition}},
        "risk_thresholds": None,
    }
    found = added_value.assess_additions(cohort, "os", settings, horizons, resamples, 1, **options)
    assert {name: list(table.columns) for name, table in found.items()} == added_value.TABLES
    return found


def measures(found):
    table = found["added_value"]
    return table.assign(horizon=table["horizon"].fillna(0)).set_index(["measure", "horizon"])


def test_rows(cohort):
    table = assess(cohort, MARKER)["added_value"]
    assert table["measure"].tolist() == [
        *("lr_test", "aic", "harrell_c", "uno_c", "brier", "brier", "integrated_brier")
    ]
    assert table["horizon"].fillna(0).tolist() == [0, 0, 0, 12, 6, 12, 12]
    assert table["note"].isna().all()
    np.testing.assert_allclose(table["difference"], table["extended"] - table["base"])
    drawn = table[2:]
    assert drawn["difference"].between(drawn["lower"], drawn["upper"]).all()
    np.testing.assert_allclose(drawn["corrected"], drawn["difference"] - drawn["optimism"])
    np.testing.assert_allclose(drawn["corrected_upper"], drawn["upper"] - drawn["optimism"])
    test = table.iloc[0]
    assert test["p_value"] == pytest.approx(chi2.sf(2 * test["difference"], 1))
    assert table.loc[1, "difference"] == pytest.approx(2 - 2 * test["difference"])


def test_refits_equal_those_of_the_expanded_table(cohort):
    """Every measure of a resample's model, in the resample and in the cohort, by functions that know no counts."""
    times = np.array([3.0, 6, 9, 12])
    counts = np.vstack([np.ones(len(cohort), int), discrimination.resample_counts(160, 3, 5)])
    fit, _ = prediction.fit_prediction(cohort, "os", POINTS | MARKER)
    problem = fit.estimate.problem
    patients = discrimination.sort_patients(problem.months, problem.event)
    found = discrimination.measure_refits(
        patients, problem.x, counts, fit.estimate.coef, 12, times, threads=2
    )
    for row, drawn in zip(found, counts, strict=True):
        copies = cohort.loc[np.repeat(cohort.index, drawn)]
        model, _ = prediction.fit_prediction(copies, "os", POINTS | MARKER)
        coef = model.estimate.coef / model.estimate.problem.scale
        linear = cohort[["points", "marker"]].to_numpy() @ coef
        for place, index in enumerate((np.repeat(np.arange(160), drawn), np.arange(160))):
            outcome = problem.months[index], problem.event[index]
            survival = predict(copies, linear[np.repeat(np.arange(160), drawn)], linear, times)
            expected = [
                discrimination.harrell_c(*outcome, linear[index]),
                discrimination.uno_c(*outcome, linear[index], 12),
                *discrimination.brier_score(*outcome, survival[index], times),
            ]
            np.testing.assert_allclose(row[place], expected, rtol=1e-6)


def predict(copies, linear, everybody, times):
    """Survival of everybody by Efron's baseline of the copies, death by death."""
    months, event = copies["os_months"].to_numpy(), copies["os_event"].to_numpy()
    risk, hazard = np.exp(linear), np.zeros(len(times))
    for time in np.unique(months[event == 1]):
        dying = (months == time) & (event == 1)
        for place in range(dying.sum()):
            left = risk[months >= time].sum() - place / dying.sum() * risk[dying].sum()
            hazard += (times >= time) / left
    return np.exp(-np.outer(np.exp(everybody), hazard))


def test_optimism_is_the_mean_of_the_refits(cohort):
    row = measures(assess(cohort, MARKER, resamples=50)).loc[("harrell_c", 0)]
    counts = discrimination.resample_counts(160, 50, 1)
    drawn = []
    for names in (POINTS, POINTS | MARKER):
        fit, _ = prediction.fit_prediction(cohort, "os", names)
        problem = fit.estimate.problem
        patients = discrimination.sort_patients(problem.months, problem.event)
        drawn.append(discrimination.fit_counts(patients, problem.x, counts, fit.estimate.coef)[1])
    gained = drawn[1][:, :2] - drawn[0][:, :2]
    assert row["optimism"] == pytest.approx((gained[:, 0] - gained[:, 1]).mean(), abs=1e-12)
    around = np.quantile(gained[:, 0] - gained[:, 0].mean(), [0.025, 0.975])
    np.testing.assert_allclose(row[["lower", "upper"]].astype(float), row["difference"] + around)


def test_the_same_patients_for_base_and_extended(cohort):
    cohort.loc[:19, "marker"] = np.nan
    cohort.loc[10:29, "points"] = np.nan
    cohort.loc[159, "os_months"] = np.nan
    table = measures(assess(cohort, MARKER))
    assert (table["patients"] == 129).all()
    assert (table["missing"] == 30).all()
    kept = cohort.iloc[30:159]
    assert (table["events"] == kept["os_event"].sum()).all()
    alone, _ = prediction.fit_prediction(kept, "os", POINTS)
    assert table.loc[("lr_test", 0), "base"] == alone.estimate.log_likelihood


def test_patients_at_a_level_without_an_event_stay_in_the_likelihoods_alone(cohort):
    cohort.loc[:4, ["type", "os_event"]] = ["c", 0.0]
    table = measures(assess(cohort, TYPE))
    tested = table.index.get_level_values(0).isin(["lr_test", "aic"])
    assert (table["patients"] == np.where(tested, 160, 155)).all()
    said = "5 patients at levels without an event set aside but for the test and Akaike's criterion"
    assert table["note"].str.contains(said).all()
    assert table.loc[("lr_test", 0), "df"] == 2  # as R counts them
    note = table.loc[("lr_test", 0), "note"]
    assert "type (c): not estimable: no event among 5 patients" in note
    assert "no patient at this level" not in note


def separate(cohort):
    """All events at one level of the type: without the other nothing is left of it."""
    return cohort.assign(type=np.where(cohort["os_event"] == 1, "b", "a"))


@pytest.mark.parametrize(
    ("change", "addition", "note"),
    [
        (lambda x: x.assign(marker=1.0), MARKER, "constant among the patients analysed"),
        (lambda x: x.assign(marker=2 * x["points"]), MARKER, "collinear with points"),
        (lambda x: x.assign(marker=np.nan), MARKER, "no patient has all the values"),
        (lambda x: x.assign(points=3.0), MARKER, "base model: points"),
        (lambda x: x.assign(os_event=0.0), MARKER, "0 events, fewer than 10"),
        (lambda x: x.head(12), MARKER, "events, fewer than 10"),
        (lambda x: x.assign(type="a"), TYPE, "no patient at this level"),
        (lambda x: x.head(0), MARKER, "no patients"),
        (lambda x: x, POINTS, "nothing is added"),
        (separate, TYPE, "type: no event among"),
        (separate, TYPE | MARKER, "so that what it adds cannot be estimated"),
    ],
)
def test_words_instead_of_noise(cohort, change, addition, note):
    found = assess(change(cohort), addition)
    table = found["added_value"]
    assert table["note"].str.contains(note, regex=False).all()
    numbers = ["base", "extended", "difference", "lower", "corrected", "statistic", "p_value"]
    assert table[numbers].isna().all(axis=None)
    assert len(table) == 7
    assert all(found[name].empty for name in ("reclassification", "movement", "decision_curves"))


def test_a_horizon_beyond_follow_up_has_a_note_and_no_curves(cohort):
    found = assess(cohort, MARKER, horizons=[12, 999])
    table = measures(found)
    assert "follow-up ends" in table.loc[("brier", 999), "note"]
    assert np.isfinite(table.loc[("brier", 12), "difference"])
    assert table.loc["uno_c"].index.tolist() == [12]
    assert set(found["decision_curves"]["horizon"]) == {12}
    none = assess(cohort, MARKER, horizons=[999])
    assert "follow-up ends" in measures(none).loc[("brier", 999), "note"]
    assert measures(none).loc[("integrated_brier", 0), "note"] == "no usable horizon"
    assert np.isfinite(measures(none).loc[("harrell_c", 0), "difference"])


def test_decision_curves_without_censoring_are_a_count(cohort):
    cohort["os_event"] = 1.0
    found = assess(cohort, MARKER)["decision_curves"]
    fit, _ = prediction.fit_prediction(cohort, "os", POINTS | MARKER)
    risk, dead = 1 - fit.survive([12])[:, 0], cohort["os_months"] <= 12
    mine = found[(found["horizon"] == 12) & (found["strategy"] == "extended")]
    for threshold, value in zip(mine["threshold"], mine["net_benefit"], strict=True):
        treated = risk >= threshold
        odds = threshold / (1 - threshold)
        expected = ((treated & dead).sum() - odds * (treated & ~dead).sum()) / 160
        assert value == pytest.approx(expected, abs=1e-12)
    assert set(found["strategy"]) == {"base", "extended", "all", "none"}
    assert (found.loc[found["strategy"] == "none", "net_benefit"] == 0).all()


def test_reclassification_is_of_the_models_compared(cohort):
    found = assess(cohort, MARKER)["reclassification"]
    whole = found[(found["horizon"] == 12) & found["base_group"].notna()]
    rows = whole[whole["extended_group"].isna()]
    assert rows["patients"].sum() == 160
    fit, _ = prediction.fit_prediction(cohort, "os", POINTS)
    risk = 1 - fit.survive([12])[:, 0]
    assert rows["base_risk"] @ rows["patients"] / 160 == pytest.approx(risk.mean())
    first = cohort[risk < rows["base_to"].iloc[0]]
    expected = 1 - survival_at(first["os_months"], first["os_event"], [12])["survival"].iloc[0]
    assert rows["observed"].iloc[0] == pytest.approx(expected)


def test_threads_and_repetition_change_nothing(cohort):
    first, second = (assess(cohort, MARKER, threads=threads) for threads in (1, 2))
    for name, table in first.items():
        pd.testing.assert_frame_equal(table, second[name], check_exact=True)


def test_brier_scores_are_those_at_the_horizon_itself(cohort):
    """The score of either model at exactly 6 and 12 months, by the function that knows of no grid."""
    found = measures(assess(cohort, MARKER, resamples=2))
    months, event = cohort["os_months"].to_numpy(), cohort["os_event"].to_numpy()
    for side, variables in (("base", POINTS), ("extended", POINTS | MARKER)):
        fit, _ = prediction.fit_prediction(cohort, "os", variables)
        for horizon in HORIZONS:
            expected = discrimination.brier_score(
                months, event, fit.survive([horizon]), np.array([float(horizon)])
            )[0]
            row = found.loc[("brier", horizon)]
            assert row[side] == pytest.approx(expected, rel=1e-9)
            early = discrimination.brier_score(
                months, event, fit.survive([horizon - 1]), np.array([horizon - 1.0])
            )[0]
            assert abs(early - expected) > 1e-4
