"""Conditional survival equals R's survfit of those at risk, and models without cure equal survreg: make_conditional.R."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.conditional_survival.estimate import estimate_conditional_survival
from crlm.analyses.cure.estimate import FITTERS, fit
from reference_data import build_cohorts

HERE = Path(__file__).parent
GOLDEN = json.loads((HERE / "conditional.json").read_text(encoding="utf-8"))
ENTRY = json.loads((HERE / "entry.json").read_text(encoding="utf-8"))["data"]
COHORTS = build_cohorts()
NUMBERS = ["survival", "lower", "upper", "at_risk", "events"]


def estimate(cohort, expected):
    settings = {
        "endpoints": {"death": ["death"]},
        "groupings": {"overall": {"groups": ["all"], "landmark_months": None}},
        "given_months": [part["given"] for part in expected if part["given"]],
        "further_months": GOLDEN["further"],
    }
    cohort = cohort.assign(grouping_overall="all")
    return estimate_conditional_survival(cohort, settings).set_index("given_months")


def compare(found, expected, numbers=NUMBERS):
    for part in expected:
        mine = found.loc[part["given"]].set_index("further_months")
        assert (mine["patients"] == part["patients"]).all()
        times = np.atleast_1d(part["time"])
        for name in numbers:
            want = [np.nan if x == "NA" else float(x) for x in np.atleast_1d(part[name])]
            np.testing.assert_allclose(mine.loc[times, name].astype(float), want, rtol=1e-9)
        beyond = mine.drop(
            times
        )  # R says nothing beyond the follow-up; where nobody is left it is 0
        assert (beyond["survival"].isna() | (beyond["survival"] == 0)).all()
        assert (beyond["at_risk"] == 0).all()


@pytest.mark.parametrize("name", GOLDEN["conditional"])
def test_conditional_survival_equals_r(name):
    expected = GOLDEN["conditional"][name]
    compare(estimate(COHORTS[name], expected), expected)


def test_with_delayed_entry_it_equals_r():
    data = pd.DataFrame(ENTRY)
    cohort = pd.DataFrame(
        {"death_entry": data["start"], "death_months": data["stop"], "death_event": data["event"]},
        dtype=float,
    )
    found = estimate(cohort, GOLDEN["delayed"])
    # R's number at risk between two times of its curve is that of the next event, with those who enter before it
    compare(found, GOLDEN["delayed"], [name for name in NUMBERS if name != "at_risk"])
    for row in found.itertuples():
        time = row.Index + row.further_months
        assert row.at_risk == ((data["start"] < time) & (data["stop"] >= time)).sum()


@pytest.mark.parametrize("distribution", FITTERS)
@pytest.mark.parametrize("name", GOLDEN["plain"])
def test_the_model_without_cure_equals_survreg(name, distribution):
    cohort = COHORTS[name]
    months, event = (cohort[f"death_{part}"].to_numpy(float) for part in ("months", "event"))
    model = fit(months, event, distribution, cured=False)
    assert model.log_likelihood_ == pytest.approx(GOLDEN["plain"][name][distribution], rel=1e-9)
