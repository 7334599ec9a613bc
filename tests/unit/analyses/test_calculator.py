"""Survival of the strata, recounted; the model as numbers; what the plan may ask for."""

import html
import json
import re

import numpy as np
import pandas as pd
import pytest
from analyses.test_calculator_engine import needs_browser, open_page, read_sources
from crlm.analyses.calculator import estimate
from crlm.plan.schema import PlanError
from crlm.survival.kaplan_meier import log_log_limits
from crlm.survival.prediction import fit_prediction

SCORES = {
    "risk": {"status": "computable", "groups": {"low": {}, "high": {}}},
    "absent": {"status": "not computable", "groups": {}},
}
ENDPOINTS = {"os": {"landmarks_months": [12, 60]}}


def draw_cohort(low=40, high=30, unknown=6, seed=3):
    random = np.random.default_rng(seed)
    count = low + high + unknown
    value = np.concatenate([np.tile([0, 1], low)[:low], np.tile([2, 3, 3], high)[:high]])
    group = np.repeat(["low", "high", None], [low, high, unknown])
    return pd.DataFrame(
        {
            "risk": np.append(value, np.full(unknown, np.nan)),
            "risk_group": pd.Categorical(group, ["low", "high"], ordered=True),
            "os_months": np.round(random.exponential(40, count), 1),
            "os_event": random.integers(0, 2, count),
        }
    )


def recount(patients, time):
    """The product-limit estimate and the number at risk, patient by patient."""
    survival = 1.0
    for when in sorted(set(patients["os_months"])):
        if when <= time:
            at_risk = (patients["os_months"] >= when).sum()
            dead = ((patients["os_months"] == when) & (patients["os_event"] == 1)).sum()
            survival *= 1 - dead / at_risk
    return survival, int((patients["os_months"] >= time).sum())


def test_survival_of_groups_and_values_is_that_of_their_patients():
    cohort = draw_cohort()
    table = estimate.estimate_strata(cohort, SCORES, ENDPOINTS)
    assert set(table["score"]) == {"risk"}
    strata = table.groupby(["kind", "stratum"], sort=False).size()
    assert list(strata.index) == [
        ("group", "low"),
        ("group", "high"),
        *(("value", str(value)) for value in range(4)),
    ]
    assert (strata == 2).all()
    checked = 0
    for row in table.itertuples():
        mine = cohort[
            cohort["risk_group"] == row.stratum
            if row.kind == "group"
            else cohort["risk"] == float(row.stratum)
        ]
        assert (row.patients, row.events) == (len(mine), mine["os_event"].sum())
        survival, at_risk = recount(mine, row.time)
        if at_risk < estimate.LEAST:
            assert np.isnan([row.survival, row.lower, row.upper, row.at_risk]).all()
            continue
        assert (row.survival, row.at_risk) == (pytest.approx(survival, rel=1e-12), at_risk)
        if 0 < survival < 1:
            assert row.lower < row.survival < row.upper
        checked += 1
    assert 6 < checked < len(table)


def test_few_patients_have_no_row_and_nobody_none_at_all():
    few = estimate.estimate_strata(draw_cohort(high=4), SCORES, ENDPOINTS)
    assert set(few["stratum"]) == {"low", "0", "1"}
    assert estimate.estimate_strata(draw_cohort().head(0), SCORES, ENDPOINTS).empty
    fractions = draw_cohort().assign(risk=lambda t: t["risk"] + 0.5)
    table = estimate.estimate_strata(fractions, SCORES, ENDPOINTS)
    assert set(table["kind"]) == {"group"}


def test_small_cells_hide_values_and_every_score_with_a_small_group():
    safe = estimate.estimate_strata(draw_cohort(), SCORES, ENDPOINTS, small_cells=6)
    assert set(safe["kind"]) == {"group"} and safe["patients"].min() >= 6
    for sizes in ({"high": 4}, {"unknown": 3}):  # the others and the whole would tell it
        cohort = draw_cohort(**sizes)
        assert estimate.estimate_strata(cohort, SCORES, ENDPOINTS, small_cells=5).empty
    known = draw_cohort(unknown=0)
    assert len(estimate.estimate_strata(known, SCORES, ENDPOINTS, small_cells=5))


SPECS = {
    "age": {"label": "Age", "kind": "continuous", "per": 10, "spline": {"knots": 4}},
    "marker": {"label": "Marker", "kind": "continuous", "transform": "log2"},
    "sex": {"label": "Sex", "kind": "binary", "levels": ["female", "male"]},
    "grade": {"label": "Grade", "kind": "ordinal", "levels": ["1", "2", "3"]},
}


def draw_model_cohort(count=400, seed=8):
    random = np.random.default_rng(seed)
    age = random.normal(62, 10, count).round(1)
    sex, grade = random.choice(["female", "male"], count), random.choice(["1", "2", "3"], count)
    linear = 0.002 * (age - 60) ** 2 + 0.4 * (sex == "male") + 0.3 * grade.astype(int)
    death, end = random.exponential(60 * np.exp(-linear)), random.uniform(10, 120, count)
    return pd.DataFrame(
        {
            "age": age,
            "marker": np.exp(random.normal(1, 1, count)).round(2),
            "sex": pd.Categorical(sex, ["female", "male"]),
            "grade": pd.Categorical(grade, ["1", "2", "3"], ordered=True),
            "os_months": np.minimum(death, end).round(1) + 0.1,
            "os_event": (death <= end).astype(int),
        }
    )


MODEL_HARNESS = """<!DOCTYPE html><meta charset="utf-8"><pre id="out">not run</pre>
<script>const say = String.raw;</script><script>%s</script><script>
const MODEL = %s, PATIENTS = %s;
const found = PATIENTS.map((patient) => {
  const { survival, limits, baseline } = predictSurvival(MODEL, patient);
  return { survival, limits, at_risk: baseline.at_risk };
});
document.getElementById("out").textContent = JSON.stringify(found);
</script>"""


def foretell(prediction, times):
    """Survival and its limits (patients, times) of those whom the model was fitted to, one by one."""
    problem, covariance = prediction.estimate.problem, prediction.estimate.variance
    survival = np.full((len(problem.x), len(times)), np.nan)
    error = survival.copy()
    for row, hazard, variance, means in prediction.list_baselines(times):
        mine = np.flatnonzero(problem.strata == problem.strata[row])
        risk = np.exp(problem.x[mine] @ prediction.estimate.coef)
        for place in range(len(times)):
            q = hazard[place] * problem.x[mine] - means[place]
            survival[mine, place] = np.exp(-risk * hazard[place])
            error[mine, place] = risk * np.sqrt(variance[place] + np.einsum("np,pq,nq->n", q, covariance, q))  # fmt: skip
    return survival, *log_log_limits(survival, survival * error)


@needs_browser
@pytest.mark.parametrize("strata", [[], ["centre"]])
def test_the_model_foretells_in_the_browser_what_it_foretells_in_python(root, tmp_path, strata):
    """10,000 random patients, the limits too."""
    cohort = draw_model_cohort(10_000).assign(centre=lambda table: table.index % 3)
    cohort["centre"] = cohort["centre"].map({0: "a", 1: "b", 2: "c"})
    model = estimate.describe_model(cohort, "os", SPECS, [12, 36, 60], strata)
    assert (model["patients"], model["note"], model["times"]) == (10_000, None, [12.0, 36.0, 60.0])
    assert len(model["baselines"]) == (3 if strata else 1)
    times = np.array([12.0, 36, 60])
    prediction, _ = fit_prediction(cohort, "os", SPECS, strata=strata)
    wanted, lower, upper = foretell(prediction, times)
    if not strata:
        np.testing.assert_allclose(wanted, prediction.survive(times), rtol=1e-9)
    columns = ["age", "marker", "sex", "grade", "centre"]
    patients = [
        {name: [value, value] if isinstance(value, float) else value for name, value in row.items()}
        for row in cohort[columns].astype(object).to_dict("records")
    ]
    engine = read_sources(root)["engine"]
    shown = open_page(MODEL_HARNESS % (engine, json.dumps(model), json.dumps(patients)), tmp_path)
    found = json.loads(html.unescape(re.search(r'<pre id="out">(.*?)</pre>', shown, re.S)[1]))
    survival = [each["survival"] for each in found]
    none = [None, None]  # where survival is 0 or 1
    limits = [[pair or none for pair in each["limits"]] for each in found]
    limits = np.array(limits, float)
    np.testing.assert_allclose(survival, wanted, rtol=1e-8)
    np.testing.assert_allclose(limits[:, :, 0], lower, rtol=1e-6)
    np.testing.assert_allclose(limits[:, :, 1], upper, rtol=1e-6)
    assert np.ptp(wanted[:, 1]) > 0.3 and np.isnan(limits).mean() < 0.1
    assert (np.isnan(lower) | (lower < wanted)).all()


def test_a_model_that_cannot_be_fitted_says_why():
    cohort = draw_model_cohort()
    assert "too few" in estimate.describe_model(cohort.head(4), "os", SPECS, [12])["note"]
    nobody = cohort.assign(os_event=0)
    assert "too few" in estimate.describe_model(nobody, "os", SPECS, [12])["note"]
    short = estimate.describe_model(cohort, "os", SPECS, [12, 600])
    (baseline,) = short["baselines"]
    assert short["times"] == baseline["times"] == [12.0]
    assert len(baseline["cumulative_hazard"]) == 1


def test_levels_without_an_event_have_no_number():
    cohort = draw_model_cohort()
    cohort.loc[cohort["grade"] == "3", "os_event"] = 0
    model = estimate.describe_model(cohort, "os", SPECS, [12])
    grade = next(term for term in model["terms"] if term["variable"] == "grade")
    assert set(grade["levels"]) == {"1", "2"} and "grade (3)" in model["note"]


def test_the_plan_names_what_is_shown(plan_of, base):
    models = {"models": {"plain": {"variables": ["age", "sex", "jsccr"]}}}
    assert plan_of(base)["calculator"]["model"] is None
    plan = plan_of(base | models | {"calculator": {"model": "plain", "endpoints": ["os"]}})
    calculator = plan["calculator"]
    assert calculator["endpoints"] == ["os"] and set(calculator["model"]["specs"]) == {
        "age",
        "sex",
        "jsccr",
    }
    variables = calculator["variables"]
    assert {"node_positive", "pn_primary", "n_positive_nodes", "sex"} <= set(variables)
    assert variables["tumour_burden_score"]["formula"]["of"] == ["size_max_cm", "n_crlm"]
    assert "jsccr" not in variables


def test_a_stratified_model_asks_for_the_stratum(plan_of, base):
    models = {"models": {"within": {"variables": ["age"], "strata": ["sex"]}}}
    calculator = plan_of(base | models | {"calculator": {"model": "within"}})["calculator"]
    assert calculator["model"]["strata"] == ["sex"] and "sex" in calculator["variables"]


def test_what_cannot_be_is_refused_in_words(plan_of, base):
    models = {"models": {"late": {"variables": ["age"], "landmark_months": 6}}}
    with pytest.raises(PlanError) as error:
        plan_of(base | models | {"calculator": {"model": "late", "endpoints": ["oss"]}})
    text = str(error.value)
    for words in ("late has a landmark", "no endpoint 'oss'"):
        assert words in text
    with pytest.raises(PlanError, match=r"no multivariable model 'lat'.*late"):
        plan_of(base | models | {"calculator": {"model": "lat"}})
