"""Where a group has no event its patients were once set aside: another n, another test, another C."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.subgroups import estimate as subgroups
from crlm.survival import cox

ARM = {"kind": "categorical", "levels": ["x", "y", "z"]}
VARIABLES = {
    "sex": {"kind": "binary", "levels": ["female", "male"]},
    "treated": {"kind": "binary", "levels": ["no", "yes"]},
}


@pytest.fixture
def arms():
    """Ten patients per arm; nobody of z has an event."""
    i = np.arange(30)
    event = (i % 3 < 2) & ((i * 7) % 5 > 0)
    return pd.DataFrame(
        {
            "os_months": 3.0 + (i * 7) % 36,
            "os_event": event * 1.0,
            "arm": np.take(["x", "y", "z"], i % 3),
        }
    )


@pytest.fixture
def halves():
    """Thirty treated patients with events, ten untreated without."""
    k = np.arange(40)
    return pd.DataFrame(
        {
            "os_months": 3.0 + (k * 7) % 37,
            "os_event": ((k < 30) & (k % 3 > 0)) * 1.0,
            "sex": np.where(k % 2 == 0, "female", "male"),
            "treated": np.where(k < 30, "yes", "no"),
        }
    )


def test_patients_stay_in_the_model(arms):
    """The likelihood ratio is twice the rise from nothing known to each arm's own hazard, of all thirty patients."""
    fit = cox.fit_cox(arms, "os", {"arm": ARM})
    model = fit.model.iloc[0]
    assert (model["patients"], model["lr_df"]) == (30, 2)
    table = fit.coefficients.set_index("level")
    assert (
        np.isnan(table.loc["z", "hazard_ratio"]) and "no event among 10" in table.loc["z", "note"]
    )
    assert table.loc["y", "lower"] < table.loc["y", "hazard_ratio"] < table.loc["y", "upper"]
    # against the model in which z has a hazard e-30 times that of x, by hand
    months, event = arms["os_months"].to_numpy(), arms["os_event"].to_numpy()
    linear = arms["arm"].map({"x": 0.0, "y": table.loc["y", "coef"], "z": -30.0}).to_numpy()
    rise = log_likelihood(months, event, linear) - log_likelihood(months, event, np.zeros(30))
    assert model["lr_statistic"] == pytest.approx(2 * rise, abs=1e-9)
    assert model["concordance"] == pytest.approx(
        count_concordance(months, event, linear), abs=1e-12
    )


def log_likelihood(months, event, linear):
    """Of distinct times, time by time."""
    dying = np.flatnonzero(event == 1)
    return sum(linear[i] - np.log(np.exp(linear[months >= months[i]]).sum()) for i in dying)


def count_concordance(months, event, linear):
    right = pairs = 0
    for i in np.flatnonzero(event == 1):
        later = linear[months > months[i]]
        pairs += len(later)
        right += (linear[i] > later).sum() + (linear[i] == later).sum() / 2
    return right / pairs


def test_a_subgroup_without_events_shows_all_its_patients(halves):
    plan = {"s": {"variable": "sex", "within": ["treated"]}}
    table = subgroups.fit_subgroups(halves, "os", plan, VARIABLES).set_index("group")
    assert table.loc["no", ["patients", "events"]].tolist() == [10, 0]
    assert table.loc["yes", "patients"] == 30 and table.loc["yes", "hazard_ratio"] > 0
    assert np.isnan(table.loc["no", "hazard_ratio"]) and "no event" in table.loc["no", "note"]
    assert table["interaction_p_value"].isna().all()


def test_a_number_that_separates_keeps_its_test():
    """Five deaths in order of the marker, nine who live with less: R has 6.430123e-07."""
    months = np.arange(1.0, 15)
    marker = [30, 29, 27, 26, 25, 6, 11, 16, 2, 7, 12, 17, 3, 8]
    cohort = pd.DataFrame({"os_months": months, "os_event": (months < 6) * 1.0, "marker": marker})
    fit = cox.fit_cox(cohort, "os", {"marker": {"kind": "continuous"}})
    assert fit.model["lr_p_value"][0] == pytest.approx(6.430123e-07, rel=1e-6)
    assert (fit.model["patients"][0], fit.model["concordance"][0]) == (14, 1)
    row = fit.coefficients.iloc[0]
    assert np.isnan(row["hazard_ratio"]) and "no maximum" in row["note"]
