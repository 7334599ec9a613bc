import numpy as np
import pandas as pd
import pytest
from crlm.plan.models import name_alone
from crlm.survival import cox, firth
from crlm.survival.partial_likelihood import build_risk_sets
from lifelines import CoxPHFitter
from scipy.optimize import brentq, minimize
from scipy.special import chdtrc, chdtri

NUMBER = {"kind": "continuous"}
STAGE = {"kind": "ordinal", "levels": ["I", "II", "III", "IV"]}
NO_YES = {"kind": "binary", "levels": ["no", "yes"]}


@pytest.fixture
def cohort():
    random = np.random.default_rng(11)
    n = 200
    age = random.normal(60, 10, n)
    stage = random.choice(["I", "II", "III"], n)
    hazard = np.exp(0.03 * (age - 60) + 0.5 * (stage == "III"))
    return pd.DataFrame(
        {
            "os_months": np.ceil(random.exponential(20 / hazard)),
            "os_event": (random.random(n) < 0.7).astype(float),
            "age": age,
            "marker": random.lognormal(3, 1, n),
            "stage": pd.Categorical(stage, STAGE["levels"], ordered=True),
            "node": random.choice(["no", "yes"], n),
            "centre": random.choice(["a", "b", "c"], n),
        }
    )


def row(fit, variable, level=None):
    table = fit.coefficients
    chosen = table["variable"] == variable
    return table[
        chosen & (table["level"].isna() if level is None else table["level"] == level)
    ].iloc[0]


def assert_empty(line, note):
    assert line[["coef", "se", "hazard_ratio", "lower", "upper", "p_value"]].isna().all()
    assert note in line["note"]


def test_columns_and_rows(cohort):
    fit = cox.fit_cox(cohort, "os", {"age": NUMBER | {"per": 10}, "stage": STAGE})
    assert list(fit.coefficients.columns) == cox.COEFFICIENTS[1:]
    assert list(fit.model.columns) == cox.MODELS[1:]
    assert fit.coefficients["level"].tolist() == [None, "I", "II", "III", "IV"]
    assert row(fit, "stage", "I")[["coef", "hazard_ratio"]].tolist() == [0, 1]
    assert np.isnan(row(fit, "stage", "I")["se"])
    assert row(fit, "age")["patients"] == 200 and row(fit, "age")["per"] == 10
    stages = fit.coefficients[fit.coefficients["variable"] == "stage"]
    assert stages["patients"].sum() == 200
    assert stages["events"].sum() == cohort["os_event"].sum()
    assert stages["factor_p_value"].nunique() == 1
    assert fit.model["events_per_parameter"][0] == cohort["os_event"].sum() / 3


def test_absent_level_keeps_a_row(cohort):
    fit = cox.fit_cox(cohort, "os", {"stage": STAGE})
    assert_empty(row(fit, "stage", "IV"), "no patient at this level")
    assert row(fit, "stage", "IV")["patients"] == 0


def test_absent_reference_is_replaced(cohort):
    levels = {"levels": ["IV", "I", "II", "III"]}
    fit = cox.fit_cox(cohort, "os", {"stage": STAGE | levels})
    assert set(fit.coefficients["reference"]) == {"I"}
    plain = cox.fit_cox(cohort, "os", {"stage": STAGE})
    assert row(fit, "stage", "III")["coef"] == row(plain, "stage", "III")["coef"]


def test_per_and_logarithm_scale_the_hazard_ratio(cohort):
    one = row(cox.fit_cox(cohort, "os", {"age": NUMBER}), "age")
    ten = row(cox.fit_cox(cohort, "os", {"age": NUMBER | {"per": 10}}), "age")
    assert ten["coef"] == pytest.approx(10 * one["coef"])
    assert ten["p_value"] == pytest.approx(one["p_value"])
    doubling = cox.fit_cox(cohort, "os", {"marker": NUMBER | {"transform": "log2"}})
    by_hand = cox.fit_cox(cohort.assign(marker=np.log2(cohort["marker"])), "os", {"marker": NUMBER})
    assert row(doubling, "marker")["coef"] == pytest.approx(row(by_hand, "marker")["coef"])


def test_a_number_without_a_logarithm_is_missing(cohort):
    cohort.loc[:4, "marker"] = 0
    fit = cox.fit_cox(cohort, "os", {"marker": NUMBER | {"transform": "log2"}})
    assert fit.model[["patients", "missing"]].iloc[0].tolist() == [195, 5]


def test_missing_values_endpoint_and_landmark(cohort):
    cohort.loc[:9, "age"] = np.nan
    cohort.loc[10:14, "os_event"] = np.nan
    fit = cox.fit_cox(cohort, "os", {"age": NUMBER}, landmark_months=3)
    late = cohort[(cohort["os_months"] > 3) & cohort["os_event"].notna()]
    assert fit.model["missing"][0] == late["age"].isna().sum()
    assert fit.model["patients"][0] == late["age"].notna().sum()
    assert fit.model["landmark_months"][0] == 3
    shifted = late.assign(os_months=late["os_months"] - 3)
    assert (
        row(fit, "age")["coef"] == row(cox.fit_cox(shifted, "os", {"age": NUMBER}), "age")["coef"]
    )


@pytest.fixture
def separated(cohort):
    """Nobody at stage II has an event."""
    return cohort.assign(os_event=cohort["os_event"].where(cohort["stage"] != "II", 0))


def test_level_without_event_stays_in_the_likelihood(separated):
    fit = cox.fit_cox(separated, "os", {"age": NUMBER, "stage": STAGE})
    count = (separated["stage"] == "II").sum()
    assert_empty(row(fit, "stage", "II"), f"not estimable: no event among {count} patients")
    assert row(fit, "stage", "II")["patients"] == count
    assert fit.model["patients"][0] == 200 and fit.model["lr_df"][0] == 3
    note = "in the likelihood without a finite hazard ratio: stage (II)"
    assert note in fit.model["note"][0]
    rest = cox.fit_cox(separated[separated["stage"] != "II"], "os", {"age": NUMBER, "stage": STAGE})
    assert row(fit, "age")["coef"] == pytest.approx(row(rest, "age")["coef"], rel=1e-10)
    assert fit.model["lr_statistic"][0] > rest.model["lr_statistic"][0] + 10


def test_the_limit_of_the_likelihood_is_that_of_a_very_small_hazard(separated):
    """With the level's coefficient fixed at -30 the others are those of the model without it."""
    fit = cox.fit_cox(separated, "os", {"age": NUMBER, "stage": STAGE})
    x = np.column_stack([separated["age"] - 60, separated["stage"] == "III"]).astype(float)
    offset = np.where(separated["stage"] == "II", -30.0, 0)
    months, event = separated["os_months"].to_numpy(), separated["os_event"].to_numpy()
    found = minimize(lambda coef: -brute_force(months, event, x @ coef + offset), [0, 0], tol=1e-10)
    expected = [row(fit, "age")["coef"], row(fit, "stage", "III")["coef"]]
    assert found.x == pytest.approx(expected, abs=1e-4)


def test_reference_without_event_passes_to_the_next_level(cohort):
    cohort["os_event"] = cohort["os_event"].where(cohort["stage"] != "I", 0)
    fit = cox.fit_cox(cohort, "os", {"stage": STAGE})
    assert_empty(row(fit, "stage", "I"), "the reference is II")
    assert row(fit, "stage", "II")["hazard_ratio"] == 1
    assert row(fit, "stage", "III")["reference"] == "II"
    assert 0 < row(fit, "stage", "III")["hazard_ratio"] < 10


def brute_force(months, event, linear):
    """Efron's log-likelihood, time by time."""
    total = 0.0
    for time in np.unique(months[event == 1]):
        dead = (months == time) & (event == 1)
        at_risk, dying = np.exp(linear[months >= time]).sum(), np.exp(linear[dead]).sum()
        steps = np.arange(dead.sum()) / dead.sum()
        total += linear[dead].sum() - np.log(at_risk - steps * dying).sum()
    return total


def brute_force_firth(months, event, x, coef):
    """Breslow's log-likelihood plus half the log determinant of its information."""
    linear, total, information = x @ coef, 0.0, np.zeros((x.shape[1],) * 2)
    for index in np.flatnonzero(event == 1):
        at_risk = months >= months[index]
        weight = np.exp(linear[at_risk])
        total += linear[index] - np.log(weight.sum())
        information += np.cov(x[at_risk].T, aweights=weight, ddof=0)
    return total + np.linalg.slogdet(np.atleast_2d(information))[1] / 2


def test_firth_is_the_maximum_of_the_penalised_likelihood(separated):
    data = separated.head(60)
    fit = cox.fit_cox(data, "os", {"age": NUMBER, "stage": STAGE}, separated="firth")
    assert set(fit.coefficients["method"]) == {"firth"}
    assert fit.model["patients"][0] == 60 and np.isnan(fit.model["aic"][0])
    assert not len(fit.proportional_hazards)
    x = np.column_stack([data["age"] - 60, data["stage"] == "II", data["stage"] == "III"])
    x = x.astype(float) * [0.1, 1, 1]
    months, event = data["os_months"].to_numpy(), data["os_event"].to_numpy()

    def fall(coef):
        return -brute_force_firth(months, event, x, coef)

    best = minimize(fall, np.zeros(3), method="BFGS", options={"gtol": 1e-8, "eps": 1e-7})
    lines = [row(fit, "age"), row(fit, "stage", "II"), row(fit, "stage", "III")]
    coef = np.array([line["coef"] for line in lines]) * [10, 1, 1]
    assert coef == pytest.approx(best.x, abs=2e-5)
    assert fall(coef) <= best.fun + 1e-9

    def fixed(column, value):
        """Least fall with one coefficient fixed."""
        free = [each for each in range(3) if each not in np.atleast_1d(column)]
        full = np.zeros(3)

        def inner(values):
            full[free], full[column] = values, value
            return fall(full)

        return minimize(inner, coef[free], method="BFGS", options={"gtol": 1e-8}).fun

    def chi2(column):
        return 2 * (fixed(column, 0) - best.fun)

    assert lines[1]["p_value"] == pytest.approx(chdtrc(1, chi2(1)), rel=1e-5)
    assert lines[1]["factor_p_value"] == pytest.approx(chdtrc(2, chi2([1, 2])), rel=1e-5)
    quantile = chdtri(1, 0.05)
    upper = brentq(lambda b: 2 * (fixed(1, b) - best.fun) - quantile, coef[1], coef[1] + 9)
    assert np.log(lines[1]["upper"]) == pytest.approx(upper, rel=1e-4)


def test_firth_is_not_used_without_separation(cohort):
    plain = cox.fit_cox(cohort, "os", {"stage": STAGE})
    asked = cox.fit_cox(cohort, "os", {"stage": STAGE}, separated="firth")
    pd.testing.assert_frame_equal(plain.coefficients, asked.coefficients)


def test_firth_with_strata_falls_back(separated):
    fit = cox.fit_cox(separated, "os", {"stage": STAGE}, strata=["centre"], separated="firth")
    assert fit.model["method"][0] == "efron"
    assert "no Firth penalty" in fit.model["note"][0]


def test_penalised_likelihood_matches_the_package(separated):
    from firthmodels import FirthCoxPH

    x = np.column_stack([separated["age"] / 10 - 6, separated["stage"] == "II"]).astype(float)
    months, event = separated["os_months"].to_numpy(), separated["os_event"].to_numpy()
    model = FirthCoxPH(backend="numpy").fit(x, (event == 1, months))
    found = firth.penalised_log_likelihood(build_risk_sets(months, event), x, model.coef_)
    assert found == pytest.approx(model.loglik_, rel=1e-10)


def test_monotone_number_is_named_and_has_a_test(cohort):
    """Whoever dies has the largest value of all still at risk: beside it nothing is left for the age to tell."""
    cohort["rank"] = np.where(cohort["os_event"] == 1, 1000 - cohort["os_months"], -1e3)
    fit = cox.fit_cox(cohort, "os", {"age": NUMBER, "rank": NUMBER})
    assert_empty(row(fit, "rank"), "not estimable: the likelihood has no maximum")
    assert row(fit, "rank")["factor_p_value"] < 1e-20
    assert fit.model["concordance"][0] == 1


def test_level_that_dies_first_is_named_or_penalised(cohort):
    cohort["os_months"] += 5
    cohort.loc[:3, ["os_months", "os_event"]] = [[1, 1], [2, 1], [3, 1], [4, 1]]
    cohort["frail"] = np.where(cohort.index < 4, "yes", "no")
    fit = cox.fit_cox(cohort, "os", {"frail": NO_YES, "age": NUMBER})
    assert_empty(row(fit, "frail", "yes"), "not estimable: the likelihood has no maximum")
    assert row(fit, "frail", "yes")[["patients", "events"]].tolist() == [4, 4]
    penalised = cox.fit_cox(cohort, "os", {"frail": NO_YES, "age": NUMBER}, separated="firth")
    assert penalised.model["method"][0] == "firth"
    frail = row(penalised, "frail", "yes")
    assert 1 < frail["lower"] < frail["hazard_ratio"] < frail["upper"]


def test_one_cluster_has_no_variance(cohort):
    fit = cox.fit_cox(cohort.assign(centre="a"), "os", {"age": NUMBER}, cluster="centre")
    age = row(fit, "age")
    assert np.isfinite(age["coef"]) and "too few clusters" in age["note"]
    assert age[["se", "p_value", "factor_p_value"]].isna().all()


def test_collinear_and_constant_are_named(cohort):
    cohort["twice"], cohort["same"] = 2 * cohort["age"] + 1, 7.0
    names = dict.fromkeys(["age", "twice", "same"], NUMBER)
    fit = cox.fit_cox(cohort, "os", names)
    assert_empty(row(fit, "twice"), "not estimable: collinear with age")
    assert_empty(row(fit, "same"), "not estimable: constant")
    assert row(fit, "age")["coef"] == row(cox.fit_cox(cohort, "os", {"age": NUMBER}), "age")["coef"]
    assert fit.model["parameters"][0] == 1


def test_variable_constant_within_strata_is_named(cohort):
    cohort["site"] = np.where(cohort["centre"] == "a", "yes", "no")
    fit = cox.fit_cox(cohort, "os", {"site": NO_YES, "age": NUMBER}, strata=["centre"])
    assert_empty(row(fit, "site", "yes"), "not estimable: constant")


def test_no_events(cohort):
    fit = cox.fit_cox(cohort.assign(os_event=0.0), "os", {"age": NUMBER, "node": NO_YES})
    assert_empty(row(fit, "age"), "not estimable: 0 events")
    assert_empty(row(fit, "node", "yes"), "not estimable: no event among")
    assert fit.model["parameters"][0] == 0 and "nothing is estimable" in fit.model["note"][0]
    assert not len(fit.proportional_hazards) and not len(fit.schoenfeld)


def test_fewer_events_than_parameters(cohort):
    event = np.zeros(200)
    event[[3, 77]] = 1
    names = dict.fromkeys(["age", "marker", "height"], NUMBER)
    cohort = cohort.assign(os_event=event, height=np.arange(200.0) ** 2)
    fit = cox.fit_cox(cohort, "os", names)
    assert_empty(row(fit, "age"), "not estimable: 2 events for 3 parameters")


@pytest.mark.parametrize("count", [0, 1, 3])
def test_few_patients(cohort, count):
    fit = cox.fit_cox(cohort.head(count), "os", {"age": NUMBER, "stage": STAGE})
    assert len(fit.coefficients) == 5
    assert fit.model["patients"][0] <= count


def test_all_missing(cohort):
    fit = cox.fit_cox(cohort.assign(age=np.nan), "os", {"age": NUMBER, "stage": STAGE})
    assert fit.model[["patients", "missing"]].iloc[0].tolist() == [0, 200]
    assert fit.coefficients["se"].isna().all()


def test_all_at_one_time(cohort):
    fit = cox.fit_cox(cohort.assign(os_months=5.0), "os", {"age": NUMBER})
    assert np.isfinite(row(fit, "age")["coef"])
    assert np.isnan(fit.proportional_hazards["statistic"]).all()


def test_cluster_of_one_patient_each_is_the_robust_variance(cohort):
    cohort["patient"] = [f"p{index}" for index in range(200)]
    fit = cox.fit_cox(cohort, "os", {"age": NUMBER, "stage": STAGE}, cluster="patient")
    plain = cox.fit_cox(cohort, "os", {"age": NUMBER, "stage": STAGE})
    assert row(fit, "age")["coef"] == row(plain, "age")["coef"]
    assert row(fit, "age")["se"] != row(plain, "age")["se"]
    assert row(fit, "age")["factor_p_value"] == pytest.approx(row(fit, "age")["p_value"])
    assert "ignores the clusters" in fit.model["note"][0]


def test_models_together(cohort):
    models = {
        "univariable": {"variables": ["age", "stage"]},
        "adjusted": {"variables": ["age", "stage"], "strata": ["centre"], "landmark_months": 1},
        "nothing": {"variables": ["empty"], "separated": "firth"},
    }
    cohort["empty"] = np.nan
    variables = {"age": NUMBER, "stage": STAGE, "empty": NUMBER}
    tables = cox.fit_models(cohort, "os", models, variables)
    assert list(tables.coefficients.columns) == cox.COEFFICIENTS
    assert list(tables.model.columns) == cox.MODELS
    assert tables.model["variable"].tolist() == ["age", "stage", None, None]
    assert tables.model["strata"].tolist() == [None, None, "centre", None]
    assert tables.proportional_hazards["term"].tolist() == [
        "age",
        "stage",
        "age",
        "stage",
        "GLOBAL",
    ]
    assert set(tables.schoenfeld["model"]) == {"adjusted"}
    assert set(tables.schoenfeld["term"]) == {"age", "stage: II", "stage: III"}


def test_beside_a_landmark_model_stands_each_variable_alone_in_its_patients(cohort):
    """By lifelines on the rows picked by hand."""
    cohort.loc[::7, "age"] = np.nan
    cohort.loc[3::11, "node"] = None
    names = ["age", "node", "marker"]
    spline = {"age": {"knots": 3, "reference": None, "contrast": None}}
    models = {
        "univariable": {"variables": names},
        "late": {"variables": names, "strata": ["centre"], "landmark_months": 6, "splines": spline},
    }
    variables = {"age": NUMBER, "node": NO_YES, "marker": NUMBER}
    found = cox.fit_models(cohort, "os", models, variables).coefficients
    alone = found[found["model"] == name_alone("late")]
    kept = cohort[(cohort["os_months"] > 6) & cohort["age"].notna() & cohort["node"].notna()]
    whole = found[(found["model"] == "late") & (found["variable"] == "marker")].iloc[0]
    assert whole["patients"] == len(kept) < len(cohort)
    by_hand = pd.DataFrame({"time": kept["os_months"] - 6, "event": kept["os_event"]})
    numbers = {"age": kept["age"], "node": kept["node"] == "yes", "marker": kept["marker"]}
    for name, values in numbers.items():
        mine = alone[(alone["variable"] == name) & alone["p_value"].notna()].iloc[0]
        data = by_hand.assign(x=values.astype(float))
        fit = CoxPHFitter().fit(data, "time", "event", fit_options={"precision": 1e-10})
        there = fit.summary.loc["x"]
        # its Newton stops where the step is small beside the error, not beside the coefficient
        assert abs(mine["coef"] - there["coef"]) < 1e-5 * there["se(coef)"]
        shifted = kept.assign(os_months=kept["os_months"] - 6)
        same = row(
            cox.fit_cox(shifted, "os", {name: variables[name]}),
            name,
            mine["level"] if name == "node" else None,
        )
        close = same[["coef", "se", "p_value"]]
        np.testing.assert_allclose(
            mine[["coef", "se", "p_value"]].astype(float), close.astype(float), rtol=1e-9
        )
    assert alone.groupby("variable")["patients"].sum().to_dict() == dict.fromkeys(names, len(kept))
    everybody = found[(found["model"] == "univariable") & (found["variable"] == "marker")]
    assert everybody["patients"].iloc[0] == len(cohort)
    assert set(found["model"]) == {"univariable", "late", name_alone("late")}


def test_a_landmark_that_nobody_lives_beyond_leaves_words(cohort):
    models = {"late": {"variables": ["age"], "landmark_months": 1e4}}
    found = cox.fit_models(cohort, "os", models, {"age": NUMBER}).coefficients
    alone = found[found["model"] == name_alone("late")]
    assert alone["patients"].tolist() == [0] and alone["hazard_ratio"].isna().all()


def test_no_models():
    tables = cox.fit_models(None, "os", {}, {})
    assert list(tables.model.columns) == cox.MODELS and not len(tables.coefficients)


def test_agrees_with_lifelines(cohort):
    from lifelines import CoxPHFitter

    cohort["third"] = (cohort["stage"] == "III").astype(float)
    data = cohort[["os_months", "os_event", "age", "third"]]
    model = CoxPHFitter().fit(
        data, "os_months", "os_event", fit_options={"precision": 1e-12, "r_precision": 0}
    )
    fit = cox.fit_cox(cohort, "os", {"age": NUMBER, "third": NUMBER})
    assert fit.coefficients["coef"].to_numpy() == pytest.approx(model.params_, rel=1e-9)
    assert fit.coefficients["se"].to_numpy() == pytest.approx(model.standard_errors_, rel=1e-9)
    assert fit.model["concordance"][0] == pytest.approx(model.concordance_index_)
