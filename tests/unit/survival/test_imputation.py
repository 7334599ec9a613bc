"""Multiple imputation: what must never change, what may be imputed, and whether it finds the truth."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.missing_components.diagnostics import diagnose
from crlm.survival import imputation
from crlm.survival.imputation import impute, replace_values
from crlm.survival.kaplan_meier import estimate_cumulative_hazard
from crlm.survival.partial_likelihood import build_risk_sets, maximise
from hypothesis import given, settings
from hypothesis import strategies as st

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


def test_roles_and_methods():
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


def test_variables_are_visited_from_the_fewest_gaps_to_the_most(monkeypatch):
    visited = []
    for name in ("_draw_numbers", "_draw_levels"):
        draw = getattr(imputation, name)

        def note(random, variable, *arguments, draw=draw):
            visited.append(variable.name)
            draw(random, variable, *arguments)

        monkeypatch.setattr(imputation, name, note)
    cohort = draw_cohort(80, 3)
    cohort["age"] = 50.0 + np.arange(80)
    missing = run(cohort, iterations=4).missing.drop(columns="age").sum()
    assert missing.nunique() == 5
    assert visited == 2 * 4 * list(missing.sort_values().index)


def test_nothing_missing():
    cohort = draw_cohort(30, 4, missing=0)
    imputed = run(cohort)
    for table in imputed.tables:
        pd.testing.assert_frame_equal(table, cohort[list(table)])
    assert set(imputed.methods.values()) == {"none"}
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
    np.testing.assert_allclose(estimate_cumulative_hazard(months, event), expected)


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
    assert f"outcome and the {recorded // 3 - 2} most strongly correlated" in imputed.notes["cea"]


def test_few_patients_outside_the_commonest_level():
    cohort = draw_cohort(200, 22)
    recorded = cohort["node"].dropna().index
    cohort.loc[recorded, "node"] = "no"
    cohort.loc[recorded[:12], "node"] = "yes"
    text = "few recorded values: imputed from the outcome{} only"
    imputed = run(cohort)
    some = text.format(" and the 2 most strongly correlated predictors")
    assert imputed.notes == {"node": some}
    assert_sound(cohort, imputed)
    cohort.loc[recorded[5:], "node"] = "no"
    assert run(cohort).notes == {"node": text.format("")}


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
