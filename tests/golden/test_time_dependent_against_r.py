"""A treatment that begins during follow-up against R: `tmerge` makes the intervals, `coxph(Surv(start, stop, event))` fits: make_time_dependent.R."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.repeat_resection.estimate import estimate_repeat_resection
from crlm.survival import cox_maximum
from crlm.survival.cox import fit_cox
from crlm.survival.time_dependent import fit_lifelines, fit_time_dependent, split_at_start
from lifelines import CoxTimeVaryingFitter

GOLDEN = json.loads((Path(__file__).parent / "time_dependent.json").read_text(encoding="utf-8"))
TREATED = {"kind": "binary", "levels": ["no", "yes"]}
MORE = {"size": {"kind": "continuous"}, "group": {"kind": "categorical", "levels": ["a", "b"]}}


@pytest.fixture
def patients():
    data = pd.DataFrame(GOLDEN["data"])
    return data.assign(os_months=data["time"].astype(float), os_event=data["dead"].astype(float))


@pytest.fixture
def intervals(patients):
    return split_at_start(patients, "os", patients["treatment"], "treated")


def test_the_data_have_what_may_go_wrong(patients):
    """Tied deaths, treatment on the first day, and a treatment at the time of another's death."""
    deaths = patients.loc[patients["os_event"] == 1, "os_months"]
    assert deaths.duplicated().any() and (patients["treatment"] == 0).any()
    assert patients["treatment"].isin(deaths).any()


def test_the_intervals_are_those_of_tmerge(intervals):
    expected = pd.DataFrame(GOLDEN["intervals"])
    assert intervals["id"].tolist() == expected["id"].tolist()
    for mine, other in {"os_entry": "tstart", "os_months": "tstop", "os_event": "event"}.items():
        assert intervals[mine].tolist() == expected[other].tolist()
    assert (intervals["treated"] == "yes").tolist() == (expected["treated"] == 1).tolist()


def check(fit, expected):
    rows = fit.coefficients.dropna(subset=["se"])
    for name in ("coef", "se"):
        assert rows[name].to_numpy() == pytest.approx(np.atleast_1d(expected[name]), rel=1e-9)
    null, full = expected["loglik"]
    assert fit.model["lr_statistic"][0] == pytest.approx(2 * (full - null), rel=1e-7)
    assert fit.model["events"][0] == expected["events"]


def test_the_time_dependent_model(intervals):
    check(fit_time_dependent(intervals, "os", {"treated": TREATED}), GOLDEN["time_dependent"])
    fit = fit_time_dependent(intervals, "os", {"treated": TREATED, **MORE})
    check(fit, GOLDEN["time_dependent_adjusted"])


def test_the_naive_model_is_the_wrong_one_that_r_gives(patients):
    ever = np.where(patients["treatment"].notna(), "yes", "no")
    fit = fit_cox(patients.assign(treated=ever), "os", {"treated": TREATED})
    check(fit, GOLDEN["naive"])
    assert GOLDEN["naive"]["coef"] < GOLDEN["time_dependent"]["coef"] - 1


def test_lifelines_needs_tighter_options(intervals):
    """At its defaults the coefficient is off by 1e-4 of itself, with ours by 1e-13."""
    frame = intervals[["os_entry", "os_months", "os_event"]].copy()
    frame["treated"] = (intervals["treated"] == "yes").astype(float)
    loose = CoxTimeVaryingFitter().fit(frame, "os_event", "os_entry", "os_months")
    expected = GOLDEN["time_dependent"]["coef"]
    assert loose.params_["treated"] == pytest.approx(expected, rel=1e-2)
    assert loose.params_["treated"] != pytest.approx(expected, rel=1e-5)
    columns = (frame[name].to_numpy() for name in ("os_months", "os_event"))
    tight = fit_lifelines(
        *columns,
        frame[["treated"]].to_numpy(),
        np.zeros(len(frame)),
        np.zeros(1),
        frame["os_entry"].to_numpy(),
    )
    assert tight[0][0] == pytest.approx(expected, rel=1e-11)
    assert np.sqrt(tight[1][0, 0]) == pytest.approx(GOLDEN["time_dependent"]["se"], rel=1e-11)


def test_a_row_that_is_alone_in_its_stratum(intervals):
    """lifelines' CoxTimeVaryingFitter ends with an error there; with strata it equals its CoxPHFitter with entries."""
    x = np.column_stack([intervals["treated"] == "yes", intervals["size"]]).astype(float)
    strata = (intervals["group"] == "b").to_numpy(int)
    strata[5] = 2
    columns = (intervals[name].to_numpy(float) for name in ("os_months", "os_event"))
    data = (*columns, x, strata, np.zeros(2), intervals["os_entry"].to_numpy(float))
    found, expected = fit_lifelines(*data), cox_maximum.fit_lifelines(*data)
    for mine, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(mine, other, rtol=1e-9)


@pytest.fixture
def tables(patients):
    """The analysis of repeat resection, of a cohort whose recurrences came some time after its origin."""
    gap = np.arange(len(patients)) % 7 + 0.5
    yes_no = {"categories": ["no", "yes"]}
    cohort = patients.assign(
        os_months=patients["time"] + gap,
        came=gap,
        begun=patients["treatment"] + gap,
        recurred=pd.Categorical(["yes"] * len(patients), **yes_no),
        resected=pd.Categorical(np.where(patients["treatment"].isna(), "no", "yes"), **yes_no),
        group=pd.Categorical(patients["group"]),
    )
    settings = {
        "endpoint": "os",
        "recurrence": {"duration": "came", "flag": "recurred"},
        "treatment": {"duration": "begun", "flag": "resected"},
        "landmark_months": 3,
        "times_months": [6, 12],
        "adjust": MORE,
        "groupings": {},
        "score": None,
    }
    return estimate_repeat_resection(
        cohort, settings, {"origin": None}, {"resamples": 20, "seed": 1}
    )


@pytest.mark.parametrize("analysis", ["landmark", "time_dependent", "naive"])
@pytest.mark.parametrize("model", ["crude", "adjusted"])
def test_the_hazard_ratios_of_the_analysis(tables, analysis, model):
    """Also of differences of months, which rounding has untied."""
    name = analysis if model == "crude" else f"{analysis}_adjusted"
    rows = tables["hazard_ratios"].set_index(["analysis", "model", "level"])
    row, expected = rows.loc[(analysis, model, "yes")], GOLDEN[name]
    for column in ("coef", "se"):
        assert row[column] == pytest.approx(np.atleast_1d(expected[column])[0], rel=1e-8)


def test_survival_after_the_landmark(tables):
    expected = GOLDEN["landmark_survival"]
    for name in ("survival", "lower", "upper"):
        assert tables["survival"][name].tolist() == pytest.approx(expected[name], rel=1e-10)
    assert tables["survival"]["at_risk"].tolist() == expected["at_risk"]
    statistic = tables["tests"]["statistic"][0]
    assert statistic == pytest.approx(GOLDEN["landmark_log_rank"], rel=1e-10)


def test_the_share_with_limits_and_the_wait(tables):
    row = tables["shares"].iloc[0]
    assert row[["share", "lower", "upper"]].tolist() == pytest.approx(GOLDEN["share"], rel=1e-10)
    waited = row[["months_median", "months_low", "months_high"]].tolist()
    assert waited == pytest.approx(GOLDEN["waiting"], rel=1e-10)
