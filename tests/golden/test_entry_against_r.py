"""Delayed entry equals R's `Surv(start, stop, event)`, ties and entries at the time of a death included: make_entry.R."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.subgroups.estimate import test_interaction as interact
from crlm.survival import cox_maximum, kaplan_meier, tests
from crlm.survival.cox import fit_cox

GOLDEN = json.loads((Path(__file__).parent / "entry.json").read_text(encoding="utf-8"))
GROUP = {"kind": "categorical", "levels": ["a", "b", "c"]}
SIZE = {"kind": "continuous"}
SPECS = {"group": GROUP, "size": SIZE}


@pytest.fixture
def cohort():
    data = pd.DataFrame(GOLDEN["data"])
    return pd.DataFrame(
        {
            "patient_id": [f"P{place}" for place in range(len(data))],
            "os_entry": data["start"].astype(float),
            "os_months": data["stop"].astype(float),
            "os_event": data["event"].astype(float),
            "group": pd.Categorical(data["group"]),
            "grouping_group": pd.Categorical(data["group"]),
            "grouping_overall": pd.Categorical(["all"] * len(data)),
            "size": data["size"],
            "stratum": data["stratum"].astype(str),
            "centre": data["centre"].astype(str),
        }
    )


def groupings(landmark=None, strata=(), ordered=True):
    common = {"landmark_months": landmark, "strata": list(strata), "ordered": ordered}
    return {
        "overall": {"groups": ["all"], **common},
        "group": {"groups": ["a", "b", "c"], **common},
    }


def test_the_data_have_what_may_go_wrong(cohort):
    """Late entries, tied deaths, and somebody who enters when another dies."""
    deaths = cohort.loc[cohort["os_event"] == 1, "os_months"]
    assert (cohort["os_entry"] > 0).sum() > 20 and deaths.duplicated().any()
    assert cohort["os_entry"].isin(deaths).any()


def pick(table, grouping="overall", group="all"):
    return table[(table["grouping"] == grouping) & (table["group"] == group)]


def compare(curve, expected):
    """At R's times; those of R's rows that are entries only are not in it."""
    found = curve.set_index("time").loc[[float(time) for time in expected["time"]]]
    for name in ("survival", "lower", "upper"):
        values = np.array([np.nan if v in ("NA", None) else v for v in expected[name]], float)
        inside = (values > 0) & (values < 1)
        assert inside.sum() > 3
        assert found[name].to_numpy()[inside] == pytest.approx(values[inside], rel=1e-10)
    assert found["at_risk"].tolist() == expected["at_risk"]
    assert found["events"].tolist() == expected["events"]


def test_curves_medians_and_landmarks(cohort):
    tables = kaplan_meier.estimate_groups(cohort, "os", groupings(), [5, 10, 20])
    compare(pick(tables["curves"]), GOLDEN["all"])
    for group, expected in GOLDEN["groups"].items():
        compare(pick(tables["curves"], "group", group), expected)
    landmarks = pick(tables["landmarks"])
    for name, expected in GOLDEN["landmarks"].items():
        assert landmarks[name].tolist() == pytest.approx(expected, rel=1e-10)
    summary = pick(tables["summary"]).iloc[0]
    assert summary["follow_up_median"] == GOLDEN["reverse_median"]
    below = np.array(GOLDEN["all"]["survival"]) <= 0.5
    assert summary["median"] == GOLDEN["all"]["time"][int(np.argmax(below))]


@pytest.mark.parametrize("case", ["gap", "alone"])
def test_nobody_under_observation_for_a_while(case):
    """A gap between those who left and those who enter, and a first patient who dies alone: survival stays 0, as in R."""
    data = pd.DataFrame(GOLDEN[case]["data"]).astype(float)
    curve = kaplan_meier.estimate_curve(data["stop"], data["event"], entry=data["start"].to_numpy())
    found = curve.set_index("time").loc[[float(time) for time in GOLDEN[case]["time"]]]
    assert found["survival"].tolist() == pytest.approx(GOLDEN[case]["survival"], rel=1e-12)
    assert found["at_risk"].tolist() == GOLDEN[case]["at_risk"]
    lower = np.array([np.nan if v in ("NA", None) else v for v in GOLDEN[case]["lower"]], float)
    inside = found["survival"].between(0, 1, "neither").to_numpy()
    assert found["lower"].to_numpy()[inside] == pytest.approx(lower[inside], rel=1e-10)
    assert found["lower"][~inside].isna().all()


def test_at_risk_is_a_count_of_those_entered_and_not_gone(cohort):
    table = kaplan_meier.estimate_groups(cohort, "os", groupings(), [3, 7.5, 12])
    found = pick(table["landmarks"])
    entry, months = cohort["os_entry"], cohort["os_months"]
    assert found["at_risk"].tolist() == [((entry < t) & (months >= t)).sum() for t in (3, 7.5, 12)]
    start = table["curves"].iloc[0]
    assert start["time"] == 0 and start["at_risk"] == (entry == 0).sum() < len(cohort)


def test_after_a_landmark_entries_count_from_it(cohort):
    curve = kaplan_meier.estimate_groups(cohort, "os", groupings(8), [5])["curves"]
    compare(curve[curve["grouping"] == "overall"], GOLDEN["after_landmark"])
    fit = fit_cox(cohort, "os", {"size": SIZE}, landmark_months=8)
    check(fit, GOLDEN["cox_after_landmark"])


def test_log_rank_is_the_score_test(cohort):
    table = tests.compare_groups(cohort, "os", groupings(strata=["stratum"]))
    found = table.set_index("test")
    assert found.loc["log-rank", "statistic"] == pytest.approx(GOLDEN["log_rank"], rel=1e-9)
    assert found.loc["log-rank", "df"] == 2
    stratified = found.loc[tests.STRATIFIED, "statistic"]
    assert stratified == pytest.approx(GOLDEN["log_rank_stratified"], rel=1e-9)
    assert found.loc["trend", "statistic"] == pytest.approx(GOLDEN["trend"], rel=1e-9)
    pairs = table[(table["group"] == "a") & (table["versus"] == "b")]
    assert pairs["statistic"].iloc[0] == pytest.approx(GOLDEN["log_rank_pair"], rel=1e-9)


def check(fit, expected):
    rows = fit.coefficients.dropna(subset=["se"])
    coef, se = (np.atleast_1d(expected[name]) for name in ("coef", "se"))
    assert rows["coef"].to_numpy() == pytest.approx(coef, rel=1e-7)
    assert rows["se"].to_numpy() == pytest.approx(se, rel=1e-7)
    null, full = expected["loglik"]
    assert fit.model["lr_statistic"][0] == pytest.approx(2 * (full - null), rel=1e-7)


def test_cox(cohort):
    fit = fit_cox(cohort, "os", SPECS)
    check(fit, GOLDEN["cox"])
    assert np.isnan(fit.model["concordance"][0]) and "no concordance" in fit.model["note"][0]
    found = fit.proportional_hazards.set_index("term")["statistic"]
    expected = dict(zip(GOLDEN["zph_terms"], GOLDEN["zph"], strict=True))
    assert found.to_dict() == pytest.approx(expected, rel=1e-6)
    check(fit_cox(cohort, "os", {"size": SIZE}), GOLDEN["single"])


def test_strata_and_clusters(cohort):
    check(fit_cox(cohort, "os", SPECS, strata=["stratum"]), GOLDEN["stratified"])
    rows = fit_cox(cohort, "os", SPECS, cluster="centre").coefficients.dropna(subset=["se"])
    assert rows["se"].tolist() == pytest.approx(GOLDEN["robust_se"], rel=1e-7)


def test_a_level_without_an_event(cohort):
    """The others' ratios are those of R at the limit of the likelihood."""
    cohort.loc[cohort["group"] == "b", "os_event"] = 0.0
    fit = fit_cox(cohort, "os", SPECS)
    rows = fit.coefficients.dropna(subset=["se"])
    assert rows["coef"].tolist() == pytest.approx(GOLDEN["limit"]["coef"], rel=1e-5)
    assert rows["se"].tolist() == pytest.approx(GOLDEN["limit"]["se"], rel=1e-5)
    null, full = GOLDEN["limit"]["loglik"]
    assert fit.model["lr_statistic"][0] == pytest.approx(2 * (full - null), rel=1e-5)


def test_interaction(cohort):
    assert interact(cohort, "os", SPECS) == pytest.approx(GOLDEN["interaction_p"], rel=1e-6)


def test_entry_matters(cohort):
    """Without the entries every number is another one."""
    plain = cohort.drop(columns="os_entry")
    with_entry, without = (
        kaplan_meier.estimate_groups(each, "os", groupings(), [10])["landmarks"]["survival"][0]
        for each in (cohort, plain)
    )
    assert abs(with_entry - without) > 0.02
    ratio = [fit_cox(each, "os", SPECS).coefficients["coef"][2] for each in (cohort, plain)]
    assert abs(ratio[0] - ratio[1]) > 0.001


def test_too_many_rows_for_lifelines_are_fitted_alike_and_say_so(cohort, monkeypatch):
    assert "lifelines" not in fit_cox(cohort, "os", SPECS).model["note"][0]
    monkeypatch.setattr(cox_maximum, "ROWS", len(cohort) - 1)
    monkeypatch.setattr(cox_maximum, "fit_lifelines", None)  # not called
    fit = fit_cox(cohort, "os", SPECS)
    check(fit, GOLDEN["cox"])
    assert "not by lifelines: more than" in fit.model["note"][0]
