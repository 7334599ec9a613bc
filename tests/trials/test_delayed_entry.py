"""Delayed entry from the plan to the tables: who enters late counts late, or not at all, and no analysis forgets it."""

import importlib
import inspect
import pkgutil

import crlm.analyses
import crlm.survival
import numpy as np
import pandas as pd
import pytest
import yaml
from crlm.analyses.conventions.estimate import compare_conventions
from crlm.analyses.cross_check.estimate import check_results
from crlm.analyses.cutoffs.estimate import assess_cutoffs
from crlm.plan.schema import PlanError
from crlm.survival import incidence, kaplan_meier, tests
from crlm.survival.cox import fit_models
from crlm.survival.cox_maximum import find_maximum
from making import make_cohort, make_plan
from scipy.optimize import minimize_scalar

DATED = """
study: {title: Made up}
cohort: {file: cohort.csv, missing_time: MISSING}
columns: {patient_id: id, primary_date: diagnosis, referral: referred, death_date: death, last_contact_date: seen, bilobar: b, n_crlm: n}
variables: {referral: {label: Referral, kind: date, timing: baseline}}
endpoints:
  os:
    label: Overall survival
    origin: primary_date
    entry: referral
    events: {death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
  plain:
    label: Survival without entry
    origin: primary_date
    events: {death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
groupings: {bilobar: {variable: bilobar}}
models: {both: {variables: [bilobar, n_crlm]}}
"""


def date(days):
    return (pd.Timestamp(2012, 1, 1) + pd.to_timedelta(days, "D")).strftime("%Y-%m-%d")


def rows_of(days, dead, entry):
    return pd.DataFrame(
        {
            "id": [f"P{k}" for k in range(len(days))],
            "diagnosis": "2012-01-01",
            "referred": ["" if pd.isna(day) else date(day) for day in entry],
            "death": [date(day) if died else "" for day, died in zip(days, dead, strict=True)],
            "seen": [date(day) for day in days],
            "b": np.arange(len(days)) % 2,
            "n": np.arange(len(days)) % 5 + 1,
        }
    )


def plan_of(missing="error"):
    return DATED.replace("MISSING", missing)


def draw(size=80):
    random = np.random.default_rng(8)
    days = random.integers(100, 2000, size)
    entry = np.maximum(random.integers(-300, 600, size), -200)
    return rows_of(days, random.integers(0, 2, size), np.minimum(entry, days - 20))


def test_entry_before_the_origin_counts_from_it_and_after_the_end_not_at_all(tmp_path):
    days, dead = [300, 400, 500, 600, 700, 800], [1, 1, 0, 1, 1, 0]
    rows = rows_of(days, dead, [-50, 0, 100, 600, 701, 350])
    cohort, _, findings = make_cohort(plan_of(), rows, tmp_path)
    entry = cohort["os_entry"].tolist()
    assert entry[:3] == [0, 0, 100 / 30.4375] and np.isnan(entry[3:5]).all()
    assert entry[5] == 350 / 30.4375
    assert cohort["os_event"].isna().tolist() == [False] * 3 + [True, True, False]
    assert cohort["os_reason"][3] == "excluded: entered after the end"
    assert cohort["plain_event"].notna().all() and "plain_entry" not in cohort
    late = findings[findings["rule"] == "late_entry"]
    assert late["severity"].tolist() == ["warning"] * 2 and late["patient_id"].tolist() == [
        "P3",
        "P4",
    ]


@pytest.mark.parametrize(("missing", "severity"), [("error", "error"), ("exclude", "warning")])
def test_an_unknown_entry(missing, severity, tmp_path):
    rows = rows_of([300, 400], [1, 1], [np.nan, 10])
    cohort, _, findings = make_cohort(plan_of(missing), rows, tmp_path)
    told = findings[findings["rule"] == "missing_entry"]
    assert told[["severity", "patient_id"]].to_numpy().tolist() == [[severity, "P0"]]
    assert cohort["os_event"].isna().tolist() == [True, False]


def test_an_entry_on_the_day_of_a_death_is_not_at_risk_of_it(tmp_path):
    """P1 enters on the day P0 dies: of two at risk one dies, S = 1/2, and not 2/3."""
    rows = rows_of([300, 900, 900], [1, 0, 0], [0, 300, 0])
    cohort, plan, _ = make_cohort(plan_of(), rows, tmp_path)
    table = kaplan_meier.estimate_groups(cohort, "os", plan["groupings"], [12])["landmarks"]
    assert table["survival"][0] == pytest.approx(0.5)


def test_everybody_there_from_the_origin_changes_nothing(tmp_path):
    """An entry of 0 for all gives the curves, medians and hazard ratios without one; the test but for ties."""
    rows = draw()
    rows["referred"] = "2011-12-24"
    cohort, plan, _ = make_cohort(plan_of(), rows, tmp_path)
    found = {
        name: kaplan_meier.estimate_groups(cohort, name, plan["groupings"], [12, 36])
        for name in ("os", "plain")
    }
    for part in ("curves", "summary", "landmarks"):
        first, second = found["os"][part], found["plain"][part]
        pd.testing.assert_frame_equal(first, second, rtol=1e-10)
    fits = [fit_models(cohort, name, plan["models"], plan["variables"]) for name in ("os", "plain")]
    ratios = [fit.coefficients["hazard_ratio"].to_numpy(float) for fit in fits]
    assert ratios[0] == pytest.approx(ratios[1], rel=1e-8, nan_ok=True)
    p_values = [
        tests.compare_groups(cohort, name, plan["groupings"])["p_value"][0]
        for name in ("os", "plain")
    ]
    assert p_values[0] == pytest.approx(p_values[1], rel=0.05)


def test_what_cannot_count_entries_gives_no_number(tmp_path):
    """Every other estimate finds nobody in the endpoint with entry, and the same patients in the one without."""
    cohort, plan, _ = make_cohort(plan_of(), draw(), tmp_path)
    groupings = plan["groupings"]
    assert len(kaplan_meier.select_patients(cohort, "plain")) == len(cohort)
    assert kaplan_meier.select_patients(cohort, "os").empty
    number = {
        "spec": plan["variables"]["n_crlm"],
        "by": None,
        "by_levels": [],
        "search_percent": [10, 90],
        "minimum_events": 5,
        "reference": None,
        "cuts": [],
    }
    estimates = {
        "incidence": lambda name: incidence.estimate_incidences(
            cohort, name, groupings, ["a", "b"]
        ),
        "cutoffs": lambda name: assess_cutoffs(cohort, name, {"n_crlm": number}, 100, 1)["cutoffs"][
            ["hazard_ratio"]
        ].dropna(),
    }
    for what, estimate in estimates.items():
        assert len(estimate("plain")) > 0, what
        assert len(estimate("os")) == 0, what


def test_not_done_is_said(tmp_path):
    words = importlib.import_module("crlm.analyses.kaplan_meier.words")
    told = dict(words.list_not_done(make_plan(plan_of())))
    assert list(told) == [
        "Overall survival: all but Kaplan-Meier, conditional survival, comparison of groups, and Cox models with "
        "subgroups, interactions, markers and windows of time"
    ]
    sentences = " ".join(told.values())
    assert "delayed entry" in sentences and "restricted means" in sentences


def test_second_computations_leave_the_endpoint_out(tmp_path):
    cohort, plan, _ = make_cohort(plan_of(), draw(), tmp_path)
    only = {**plan, "endpoints": {"os": plan["endpoints"]["os"]}}
    assert check_results(cohort, only, {"endpoints": {"os": {}}}).empty
    assert compare_conventions(cohort, only, {"endpoints": {"os": {}}}).empty


def test_nobody_reads_the_months_but_by_the_selection():
    """Whoever says `delayed` also reads the entries: no module counts everybody from the origin by mistake."""
    modules = [
        importlib.import_module(each.name)
        for package in (crlm.survival, crlm.analyses)
        for each in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if "figure" not in each.name
    ]
    # take patients, and read their entry; the last hands them to the first
    fits = ("crlm.survival.cox", "crlm.survival.interaction", "crlm.survival.second")
    texts = {module.__name__: inspect.getsource(module) for module in modules}
    assert "read_entry(" in texts[fits[1]] and "fit_quickly(patients, endpoint," in texts[fits[2]]
    for name, text in texts.items():
        if "delayed=True" in text:
            handed = any(f"from {each} import" in text for each in fits[1:])
            assert "read_entry" in text or handed or name in fits, name


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("bilobar", "bilobar is binary; needed is date or duration"),
        ("referal", "no such variable 'referal'"),
    ],
)
def test_an_entry_that_is_no_time_is_refused(entry, words):
    config = yaml.safe_load(plan_of())
    config["endpoints"]["os"]["entry"] = entry
    with pytest.raises(PlanError, match=words):
        make_plan(yaml.safe_dump(config))


def test_a_date_of_entry_needs_an_origin():
    config = yaml.safe_load(plan_of())
    config["columns"] |= {"overall_time": "t", "died": "d"}
    config["endpoints"]["os"] = {
        "label": "Overall survival",
        "entry": "referral",
        "events": {"death": {"duration": "overall_time", "flag": "died"}},
        "censoring": {"last": {"duration": "overall_time"}},
    }
    with pytest.raises(PlanError, match="give origin"):
        make_plan(yaml.safe_dump(config))


def brute_likelihood(coef, months, event, x, entry):
    """Cox's log-likelihood without ties, death by death over those who had entered and were not gone."""
    total = 0.0
    for place in np.flatnonzero(event):
        at_risk = (entry < months[place]) & (months >= months[place])
        total += x[place] * coef - np.log(np.exp(x[at_risk] * coef).sum())
    return total


def test_a_number_that_separates_only_because_of_the_entries():
    """At each death who dies has the most of those who had entered, so that the likelihood rises for ever; without entry not."""
    months = np.array([3.0, 6, 9, 12, 15, 18])
    entry = np.array([0.0, 0, 7, 7, 13, 13])
    x = np.array([2.0, 1, 4, 3, 6, 5]) / 10
    event = np.array([1.0, 0, 1, 0, 1, 0])
    columns = (x - x.mean())[:, None] / x.std()
    found = find_maximum(months, event, columns, entry=entry)
    assert not found.finite[0]
    assert found.log_likelihood == pytest.approx(
        brute_likelihood(500, months, event, x, entry), abs=1e-6
    )
    assert found.null == pytest.approx(brute_likelihood(0, months, event, x, entry), rel=1e-12)
    plain = find_maximum(months, event, columns)
    assert plain.finite[0]


@pytest.mark.parametrize("seed", range(5))
def test_the_maximum_is_that_of_the_likelihood_summed_death_by_death(seed):
    random = np.random.default_rng(seed)
    entry = random.uniform(0, 10, 40) * (random.random(40) < 0.7)
    months, event = entry + random.exponential(8, 40) + 0.1, (random.random(40) < 0.7).astype(float)
    x = random.normal(size=40)
    found = find_maximum(months, event, ((x - x.mean()) / x.std())[:, None], entry=entry)
    coef = found.coef[0] / x.std()
    best = minimize_scalar(lambda c: -brute_likelihood(c, months, event, x, entry), bracket=(-1, 1))
    assert coef == pytest.approx(best.x, abs=1e-5)
    assert found.log_likelihood == pytest.approx(-best.fun, rel=1e-9)
