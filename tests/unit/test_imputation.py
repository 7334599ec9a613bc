"""Multiple imputation: what must never change, what may be imputed, and whether it finds the truth."""

import numpy as np
import pandas as pd
import pytest
from crlm.imputation import cumulative_hazard, impute, replace_values
from crlm.imputation_diagnostics import diagnose
from crlm.imputation_models import (
    draw_classes,
    fit_multinomial,
    match_donors,
    predict_means,
    select_columns,
)
from crlm.partial_likelihood import build_risk_sets, maximise
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

SPECS = {
    "age": {"kind": "continuous", "levels": [], "transform": "none"},
    "cea": {"kind": "continuous", "levels": [], "transform": "log2"},
    "number": {"kind": "count", "levels": [], "transform": "none"},
    "node": {"kind": "binary", "levels": ["no", "yes"]},
    "grade": {"kind": "ordinal", "levels": ["1", "2", "3"]},
    "site": {"kind": "categorical", "levels": ["left", "right", "rectum"]},
}
TARGETS = {name: SPECS[name] for name in ("cea", "node", "site")}
AUXILIARY = {name: SPECS[name] for name in ("age", "number", "grade")}


def draw_cohort(n, seed, missing=0.25):
    """Patients whose variables hang together, some values missing at random."""
    random = np.random.default_rng(seed)
    latent = random.normal(size=n)
    cohort = pd.DataFrame(
        {
            "os_months": np.ceil(random.exponential(40 * np.exp(-0.6 * latent))),
            "os_event": (random.random(n) < 0.6).astype(float),
            "age": np.round(60 + 8 * random.normal(size=n)),
            "cea": np.round(np.exp(2 + latent + random.normal(size=n)), 1),
            "number": random.poisson(np.exp(0.5 * latent)) + 1.0,
            "node": np.where(latent + random.normal(size=n) > 0, "yes", "no"),
            "grade": np.digitize(latent + random.normal(size=n), [-0.7, 0.7]).astype(str),
            "site": np.array(SPECS["site"]["levels"])[random.integers(0, 3, n)],
        },
        index=[f"P{k}" for k in range(n)],
    )
    cohort["grade"] = cohort["grade"].map({"0": "1", "1": "2", "2": "3"})
    for name, spec in SPECS.items():
        if spec["levels"]:
            cohort[name] = pd.Categorical(cohort[name], categories=spec["levels"])
        cohort.loc[random.random(n) < missing, name] = np.nan
    return cohort


def run(cohort, targets=TARGETS, auxiliary=AUXILIARY, imputations=2, seed=5, iterations=3):
    return impute(cohort, "os", targets, auxiliary, imputations, seed, iterations)


def assert_sound(cohort, imputed):
    """Observed values as they were, imputed ones among them, nothing missing."""
    for table in imputed.tables:
        assert table.index.equals(imputed.missing.index)
        assert list(table) == list(imputed.methods)
        for name in table:
            column, missing = cohort[name].loc[table.index], imputed.missing[name]
            assert table[name].dtype == column.dtype
            assert table[name].notna().all()
            pd.testing.assert_series_equal(table[name][~missing], column[~missing])
            assert table[name][missing].isin(column.dropna().unique()).all()


# What holds for every cohort -----------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 40), st.integers(0, 2**32), st.sampled_from([0.05, 0.3, 0.8]))
def test_invariants(n, seed, missing):
    cohort = draw_cohort(n, seed, missing)
    before = cohort.copy(deep=True)
    imputed = run(cohort)
    pd.testing.assert_frame_equal(cohort, before)
    assert_sound(cohort, imputed)
    left_out = [name for name in SPECS if cohort[name].isna().all()]
    assert set(imputed.methods) == set(SPECS) - set(left_out)
    assert all("left out" in imputed.notes[name] for name in left_out)
    assert len(diagnose(cohort, imputed)["variable"].unique()) == len(imputed.methods)


def test_same_seed_same_result():
    cohort = draw_cohort(80, 1)
    once, again, other = run(cohort), run(cohort), run(cohort, seed=6)
    for first, second in zip(once.tables, again.tables, strict=True):
        pd.testing.assert_frame_equal(first, second)
    pd.testing.assert_frame_equal(once.trace, again.trace)
    assert not once.tables[0].equals(other.tables[0])
    assert not once.tables[0].equals(once.tables[1])


def test_an_imputation_does_not_depend_on_how_many_there_are():
    cohort = draw_cohort(80, 1)
    few, more = run(cohort, imputations=2), run(cohort, imputations=4)
    assert len(more.tables) == 4
    for first, second in zip(few.tables, more.tables, strict=False):
        pd.testing.assert_frame_equal(first, second)


def test_outcome_is_never_imputed():
    cohort = draw_cohort(60, 2)
    cohort.loc["P3", "os_months"] = np.nan
    cohort.loc["P7", "os_event"] = np.nan
    imputed = run(cohort)
    assert not {"os_months", "os_event"} & set(imputed.tables[0])
    assert list(imputed.missing.index) == [
        each for each in cohort.index if each not in ("P3", "P7")
    ]
    assert_sound(cohort, imputed)
    already = run(cohort.drop(index=["P3", "P7"]))
    pd.testing.assert_frame_equal(imputed.tables[1], already.tables[1])


def test_roles_methods_and_trace():
    cohort = draw_cohort(80, 3)
    cohort["age"] = 50.0 + np.arange(80)
    imputed = run(cohort, iterations=4)
    assert imputed.methods == {
        "cea": "pmm",
        "node": "logistic",
        "site": "multinomial",
        "age": "none",
        "number": "pmm",
        "grade": "pmm",
    }
    assert [name for name, role in imputed.roles.items() if role == "target"] == list(TARGETS)
    assert len(imputed.trace) == 2 * 4 * 5
    last = imputed.trace.query("imputation == 2 and iteration == 4").set_index("variable")
    table, missing = imputed.tables[1], imputed.missing
    assert last.loc["cea", "mean"] == pytest.approx(table["cea"][missing["cea"]].mean())
    assert last.loc["cea", "sd"] == pytest.approx(table["cea"][missing["cea"]].std())
    assert last.loc["node", "mean"] == pytest.approx(
        (table["node"][missing["node"]] == "yes").mean()
    )


def test_nothing_missing():
    cohort = draw_cohort(30, 4, missing=0)
    imputed = run(cohort)
    for table in imputed.tables:
        pd.testing.assert_frame_equal(table, cohort[list(table)])
    assert imputed.trace.empty and set(imputed.methods.values()) == {"none"}
    assert not imputed.notes


def test_levels_written_as_text():
    cohort = draw_cohort(60, 5)
    as_text = cohort.assign(
        **{name: cohort[name].astype(object) for name in ("node", "grade", "site")}
    )
    found, expected = run(as_text), run(cohort)
    assert found.tables[0]["site"].dtype == object
    for name in ("node", "grade", "site"):
        assert (found.tables[0][name] == expected.tables[0][name].astype(object)).all()


def test_plain_names_win_over_auxiliary_ones():
    cohort = draw_cohort(40, 6)
    both = run(cohort, auxiliary=AUXILIARY | {"cea": SPECS["cea"]})
    assert both.roles["cea"] == "target"
    pd.testing.assert_frame_equal(both.tables[0], run(cohort).tables[0])


def test_cumulative_hazard():
    months, event = [5, 2, 2, 9, 5, 2], [1, 1, 1, 0, 0, 0]
    first, second = 2 / 6, 2 / 6 + 1 / 3
    expected = [second, first, first, second, second, first]
    np.testing.assert_allclose(cumulative_hazard(months, event), expected)


# Awkward data --------------------------------------------------------------------------------


def test_collinear_and_constant_predictors():
    cohort = draw_cohort(90, 7)
    number = {"kind": "continuous", "levels": []}
    cohort["twice"] = 2 * cohort["age"] + 7
    cohort["same"] = 0.1
    cohort["copy"] = cohort["cea"]
    cohort["only"] = pd.Categorical(["no"] * 90, categories=["no", "yes"])
    more = {"twice": number, "same": number, "copy": SPECS["cea"], "only": SPECS["node"]}
    imputed = run(cohort, auxiliary=AUXILIARY | more)
    assert_sound(cohort, imputed)


def test_more_columns_than_patients():
    random = np.random.default_rng(1)
    cohort = draw_cohort(15, 8)
    more = {f"gene{k}": {"kind": "continuous", "levels": []} for k in range(40)}
    cohort = cohort.join(pd.DataFrame(random.normal(size=(15, 40)), cohort.index, list(more)))
    imputed = run(cohort, auxiliary=more)
    assert_sound(cohort, imputed)
    recorded = cohort["cea"].notna().sum()
    assert f"the {recorded // 3 - 2} most strongly correlated" in imputed.notes["cea"]


@pytest.mark.parametrize("event", [0.0, 1.0])
def test_all_or_nobody_has_the_event(event):
    cohort = draw_cohort(40, 9).assign(os_event=event)
    assert_sound(cohort, run(cohort))


def test_nobody_has_a_value():
    cohort = draw_cohort(40, 10).assign(cea=np.nan)
    imputed = run(cohort)
    assert "cea" not in imputed.tables[0] and "cea" not in imputed.methods
    assert imputed.notes["cea"] == "nobody has a value; left out of the imputation"
    assert "cea" not in set(diagnose(cohort, imputed)["variable"])
    pd.testing.assert_frame_equal(
        imputed.tables[0],
        run(cohort, {name: TARGETS[name] for name in ("node", "site")}).tables[0],
    )


@pytest.mark.parametrize("name", ["cea", "node", "grade", "site"])
def test_one_patient_has_a_value(name):
    cohort = draw_cohort(40, 11)
    cohort.loc[cohort.index[1:], name] = np.nan
    cohort.loc["P0", name] = {"cea": 7.3, "node": "yes", "grade": "2", "site": "rectum"}[name]
    imputed = run(cohort)
    assert (imputed.tables[1][name] == cohort.loc["P0", name]).all()
    assert "are the same" in imputed.notes[name]


def test_level_without_a_patient():
    cohort = draw_cohort(60, 12)
    cohort.loc[cohort["site"] == "right", "site"] = np.nan
    imputed = run(cohort, imputations=5)
    assert_sound(cohort, imputed)
    assert list(imputed.tables[0]["site"].cat.categories) == SPECS["site"]["levels"]


def test_a_patient_with_everything_missing():
    cohort = draw_cohort(200, 13, missing=0.02)
    cohort.loc[["P0", "P1"], list(SPECS)] = np.nan
    imputed = run(cohort)
    assert_sound(cohort, imputed)
    assert imputed.missing.loc["P0"].all()


def test_nobody_at_all():
    cohort = draw_cohort(5, 14).iloc[:0]
    imputed = run(cohort)
    assert len(imputed.tables) == 2 and imputed.tables[0].shape == (0, 0)
    assert len(imputed.notes) == len(SPECS)
    assert diagnose(cohort, imputed).empty


def test_zero_under_a_logarithm():
    cohort = draw_cohort(80, 15)
    cohort.loc[cohort.index[:10], "cea"] = 0.0
    imputed = run(cohort, imputations=5)
    assert_sound(cohort, imputed)
    assert any((table["cea"][imputed.missing["cea"]] == 0).any() for table in imputed.tables)
    nothing = cohort.assign(cea=cohort["cea"].where(cohort["cea"].isna(), 0.0))
    assert (run(nothing).tables[0]["cea"] == 0).all()


def test_logarithm_is_the_scale_of_the_regression():
    """A number under log2 is imputed like its logarithm without a transform."""
    cohort = draw_cohort(150, 16)
    logarithm = cohort.assign(cea=np.log2(cohort["cea"]))
    plain = TARGETS | {"cea": SPECS["age"]}
    found, expected = run(cohort), run(logarithm, plain)
    np.testing.assert_allclose(np.log2(found.tables[0]["cea"]), expected.tables[0]["cea"])
    assert not np.allclose(run(cohort, plain).tables[0]["cea"], found.tables[0]["cea"])


# Entries known to lie between limits -----------------------------------------------------------


def limit(cohort, rows, lower, upper, instead=np.nan):
    cohort = cohort.copy()
    if "cea_lower" not in cohort:
        cohort = cohort.assign(cea_lower=np.nan, cea_upper=np.nan)
    cohort.loc[rows, ["cea", "cea_lower", "cea_upper"]] = instead, lower, upper
    return cohort


def test_limits_are_kept():
    cohort = draw_cohort(120, 17)
    low, high = list(cohort.index[:15]), list(cohort.index[20:30])
    cohort = limit(limit(cohort, low, 0, 4.9, instead=2.45), high, 20, np.inf, instead=20)
    imputed = run(cohort, imputations=10)
    recorded = set(cohort["cea"].drop([*low, *high]).dropna())
    for table in imputed.tables:
        assert table.loc[low, "cea"].between(0, 4.9).all()
        assert (table.loc[high, "cea"] >= 20).all()
        assert set(table.loc[[*low, *high], "cea"]) <= recorded
        assert table["cea"].notna().all()
    assert imputed.missing.loc[[*low, *high], "cea"].all()
    assert imputed.tables[0].loc[high, "cea"].nunique() > 1
    assert imputed.notes["cea"] == "25 limits such as <0.5 are imputed within them"


@pytest.mark.parametrize(("instead", "expected"), [(np.nan, 1000.0), (1500.0, 1500.0)])
def test_limits_without_a_recorded_value_within(instead, expected):
    cohort = draw_cohort(60, 18)
    imputed = run(limit(cohort, ["P0", "P1"], 1000, np.inf, instead))
    assert (imputed.tables[1].loc[["P0", "P1"], "cea"] == expected).all()
    assert "2 of them have no recorded value within" in imputed.notes["cea"]


def test_nearest_limit():
    cohort = draw_cohort(60, 18)
    imputed = run(limit(cohort, ["P0"], 4000, 5000))
    assert imputed.tables[0].loc["P0", "cea"] == 4000
    cohort["cea"] += 100
    imputed = run(limit(cohort, ["P0"], 0.001, 0.002))
    assert imputed.tables[0].loc["P0", "cea"] == 0.002


def test_limits_that_say_nothing_or_everything():
    cohort = draw_cohort(60, 19)
    cohort.loc["P0", "cea"] = np.nan
    cohort.loc["P1", "cea"] = 3.3
    found = limit(limit(cohort, ["P0"], -np.inf, np.inf), ["P1"], 3.3, 3.3, instead=3.3)
    pd.testing.assert_frame_equal(run(found).tables[0], run(cohort).tables[0])


def test_limits_inform_those_who_miss_the_value():
    """Half the patients are above the highest recorded value, so half of the missing should be."""
    random = np.random.default_rng(20)
    n = 400
    cohort = pd.DataFrame(
        {"os_months": random.exponential(30, n), "os_event": 1.0, "cea": random.uniform(1, 10, n)}
    )
    cohort = limit(cohort, cohort["cea"] > 5.5, 5.5, np.inf)
    cohort.loc[:99, ["cea", "cea_lower", "cea_upper"]] = np.nan
    imputed = impute(cohort, "os", {"cea": SPECS["age"]}, {}, 20, 1)
    share = np.mean([(table["cea"][:100] >= 5.5).mean() for table in imputed.tables])
    assert share == pytest.approx((cohort.loc[100:, "cea_lower"] == 5.5).mean(), abs=0.1)


def test_replaced_values_lose_their_limits():
    cohort = limit(draw_cohort(40, 21), ["P0"], 0, 4.9, instead=2.45)
    cohort["fong_lower"] = 1.0
    table = run(cohort).tables[0]
    complete = replace_values(cohort, table)
    assert not {"cea_lower", "cea_upper"} & set(complete)
    assert (complete["fong_lower"] == 1).all() and (
        complete["os_months"] == cohort["os_months"]
    ).all()
    pd.testing.assert_frame_equal(complete[list(table)], table)
    assert "cea_lower" in cohort


# Parts against their definitions -----------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.integers(-20, 20), min_size=1, max_size=30),
    st.lists(st.integers(-25, 25), min_size=1, max_size=10),
    st.integers(0, 1000),
)
def test_donors_are_the_nearest(expected, predicted, seed):
    expected, predicted = np.array(expected, float), np.array(predicted, float)
    found = match_donors(np.random.default_rng(seed), expected, predicted)
    for place, value in zip(found, predicted, strict=True):
        distance = np.abs(expected - value)
        assert (distance < distance[place]).sum() < 5


def test_each_donor_is_drawn_equally_often():
    expected = np.array([0.0, 1, 2, 3, 3, 4, 9, 10])
    found = match_donors(np.random.default_rng(1), expected, np.full(20_000, 2.6))
    share = np.bincount(found, minlength=8) / 20_000
    np.testing.assert_allclose(share, [0, 0.2, 0.2, 0.2, 0.2, 0.2, 0, 0], atol=0.015)
    tied = np.concatenate(
        [match_donors(np.random.default_rng(k), np.zeros(12), np.zeros(3)) for k in range(2000)]
    )
    np.testing.assert_allclose(np.bincount(tied, minlength=12) / 6000, 1 / 12, atol=0.02)


def test_regression_of_the_donors_and_draw_of_the_others():
    """Least squares, and its posterior: normal-inverse-chi-squared, so a t distribution per row."""
    random = np.random.default_rng(3)
    x = random.normal(size=(40, 4)) * [1, 5, 0.1, 2] + [0, 3, 100, 0]
    fit = np.arange(30)
    y = x[fit] @ [1, 0.3, 4, 0] + 50 + random.normal(size=30)
    design = np.column_stack([np.ones(40), x])
    inverse = np.linalg.inv(design[fit].T @ design[fit])
    coef = inverse @ design[fit].T @ y
    sigma = np.sqrt(((y - design[fit] @ coef) ** 2).sum() / 25)
    found = [predict_means(random, x, y, fit) for _ in range(4000)]
    np.testing.assert_allclose(found[0][0], design @ coef, rtol=1e-7)
    drawn = np.array([predicted for _, predicted in found])
    spread = sigma * np.sqrt(np.einsum("ij,jk,ik->i", design, inverse, design))
    for row in (0, 31, 39):
        quantile = stats.kstest((drawn[:, row] - design[row] @ coef) / spread[row], stats.t(25).cdf)
        assert quantile.pvalue > 0.001
    covariance = sigma**2 * 25 / 23 * design @ inverse @ design.T
    sample = np.cov(drawn[:, 30:35].T)
    np.testing.assert_allclose(
        sample, covariance[30:35, 30:35], atol=0.15 * sample.diagonal().max()
    )


def test_columns_of_a_regression():
    random = np.random.default_rng(4)
    x = random.normal(size=(100, 6))
    x[:, 3] = 0.1
    x[:, 4] = x[:, 0] - 3 * x[:, 1]
    y = random.normal(size=(100, 1))
    chosen = select_columns(x, y, np.arange(100))
    assert chosen.shape == (100, 4)
    assert np.linalg.matrix_rank(chosen) == 4
    np.testing.assert_allclose(chosen.std(axis=0), 1)


def test_the_outcome_and_the_strongest_columns_stay():
    random = np.random.default_rng(5)
    x = random.normal(size=(15, 30))
    y = x[:, [17]] + x[:, [20]]
    chosen = select_columns(x, y, np.arange(15))
    assert chosen.shape == (15, 5)
    standardised = (x - x.mean(axis=0)) / x.std(axis=0)
    for column in (0, 1, 17, 20):
        assert np.isclose(chosen.T @ standardised[:, column] / 15, 1).any()


def test_multinomial_regression():
    """Against the maximum of its likelihood by a general optimiser, weights and all."""
    random = np.random.default_rng(6)
    design = np.column_stack([np.ones(120), random.normal(size=(120, 2))])
    classes, weights = random.integers(0, 3, 120), random.uniform(0.2, 2, 120)

    def loss(flat):
        linear = np.column_stack([np.zeros(120), design @ flat.reshape(2, 3).T])
        return -(
            weights * (linear[np.arange(120), classes] - np.log(np.exp(linear).sum(axis=1)))
        ).sum()

    best = optimize.minimize(loss, np.zeros(6), method="BFGS", options={"gtol": 1e-8}).x
    coef, factor = fit_multinomial(design, classes, weights, np.zeros((3, 2)))
    np.testing.assert_allclose(coef.T.ravel(), best, atol=1e-5)
    step, unit = 1e-3, np.eye(6)
    hessian = [
        [
            (
                loss(best + step * (a + b))
                - loss(best + step * (a - b))
                - loss(best - step * (a - b))
                + loss(best - step * (a + b))
            )
            / (4 * step**2)
            for b in unit
        ]
        for a in unit
    ]
    np.testing.assert_allclose(factor @ factor.T, hessian, atol=1e-3)
    elsewhere, _ = fit_multinomial(design, classes, weights, coef + random.normal(size=(3, 2)))
    np.testing.assert_allclose(elsewhere, coef, atol=1e-6)


def test_perfect_prediction_leaves_a_doubt():
    """All women have it and no man: a woman who misses it has it nearly always, not infallibly."""
    x = np.column_stack([np.repeat([0.0, 1.0], 50), np.tile(np.linspace(-1, 1, 50), 2)])
    x = np.vstack([x, np.column_stack([np.repeat([0.0, 1.0], 500), np.zeros(1000)])])
    fit, missing = np.arange(100), np.arange(100, 1100)
    random, shares = np.random.default_rng(7), []
    for _ in range(50):
        codes, _ = draw_classes(random, x, np.repeat([0, 1], 50), fit, missing)
        shares.append([codes[:500].mean(), codes[500:].mean()])
    low, high = np.mean(shares, axis=0)
    assert 0 < low < 0.1 and 0.9 < high < 1


def test_drawn_levels_follow_their_probabilities():
    """Without useful predictors: the shares of the recorded levels."""
    random = np.random.default_rng(8)
    classes = np.repeat([0, 1, 2], [60, 120, 220])
    x = random.normal(size=(2400, 2))
    drawn = [
        draw_classes(random, x, classes, np.arange(400), np.arange(400, 2400))[0] for _ in range(30)
    ]
    share = np.mean([np.bincount(each, minlength=3) / 2000 for each in drawn], axis=0)
    np.testing.assert_allclose(share, [0.15, 0.3, 0.55], atol=0.02)


def test_starting_value_only_saves_time():
    random = np.random.default_rng(9)
    x, classes = random.normal(size=(90, 3)), random.integers(0, 3, 70)
    fit, missing = np.arange(70), np.arange(70, 90)
    first, coef = draw_classes(np.random.default_rng(1), x, classes, fit, missing)
    again, _ = draw_classes(np.random.default_rng(1), x, classes, fit, missing, coef + 1)
    other, _ = draw_classes(np.random.default_rng(1), x, classes, fit, missing, np.zeros((9, 1)))
    assert (first == again).all() and (first == other).all()


# Does it find the truth? -------------------------------------------------------------------------


def log_hazard_ratio(table):
    x = table[["x"]].to_numpy()
    risk_sets = build_risk_sets(table["os_months"].to_numpy(), table["os_event"].to_numpy())
    return maximise(risk_sets, x - x.mean())[0][0]


@pytest.mark.parametrize(
    "measure",
    [log_hazard_ratio, lambda table: table["x"].mean()],
    ids=["hazard ratio", "mean"],
)
def test_missing_by_the_outcome(measure):
    """Those who have the value are selected by their outcome; imputation repairs most of that."""
    random = np.random.default_rng(10)
    n = 2000
    x = random.normal(size=n)
    death, censored = random.exponential(np.exp(-x)), random.exponential(2, n)
    truth = pd.DataFrame(
        {"os_months": np.minimum(death, censored), "os_event": (death <= censored) * 1.0}
    )
    truth = truth.assign(x=x, other=x + random.normal(size=n))
    early = (truth["os_event"] == 1) & (truth["os_months"] < 0.5)
    lost = random.random(n) < np.where(early, 0.8, 0.1)
    hidden = truth.assign(x=truth["x"].mask(lost))
    number = {"kind": "continuous", "levels": []}
    imputed = impute(hidden, "os", {"x": number}, {"other": number}, 10, 1)
    whole, complete = measure(truth), measure(truth[~lost])
    pooled = np.mean([measure(hidden.assign(x=table["x"])) for table in imputed.tables])
    assert abs(complete - whole) > 0.05
    assert abs(pooled - whole) < 0.35 * abs(complete - whole)
