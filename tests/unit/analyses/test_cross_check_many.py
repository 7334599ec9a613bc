"""Second computations of very many patients: by what does not go from pair to pair, and none by what was first."""

import numpy as np
import pandas as pd
import pytest
from crlm.analyses.cross_check import cox as cross_check
from crlm.analyses.nonproportional.check import check_windows
from crlm.survival import cox_maximum, second
from crlm.survival.time_dependent import split_at_start
from sksurv.metrics import concordance_index_censored

VARIABLES = {"age": {"kind": "continuous", "label": "Age", "per": 10}}


@pytest.fixture
def cohort():
    random = np.random.default_rng(5)
    months = np.ceil(random.exponential(20, 200))
    return pd.DataFrame(
        {
            "os_months": months,
            "os_event": (random.random(200) < 0.7) * 1.0,
            "age": random.normal(60, 10, 200).round(),
            "start": months * random.random(200) * np.where(random.random(200) < 0.5, 1, np.nan),
        }
    )


def test_c_of_many_patients_is_counted_by_the_kernel_and_the_same(cohort, monkeypatch):
    data = cohort["os_months"].to_numpy(), cohort["os_event"].to_numpy(), cohort["age"].to_numpy()
    few, by = cross_check._count_pairs(*data)
    assert by == "scikit-survival"
    monkeypatch.setattr(cross_check, "PAIRS", 199)
    monkeypatch.setattr("crlm.survival.discrimination.PAIRS", 199)
    many, by = cross_check._count_pairs(*data)
    assert by == "own kernel" and many == pytest.approx(few, rel=1e-12)
    assert few == concordance_index_censored(data[1] == 1, data[0], data[2])[0]


def test_survival_recounted_is_the_product_over_the_deaths(cohort):
    months, event = cohort["os_months"].to_numpy(), cohort["os_event"].to_numpy()
    expected = 1.0
    for time in np.unique(months[(event == 1) & (months > 6) & (months <= 24)]):
        expected *= 1 - ((months == time) & (event == 1)).sum() / (months >= time).sum()
    assert second.recount_survival(months, event, 24, 6) == pytest.approx(expected, rel=1e-14)


def check_all_windows(cohort):
    plan = {
        "models": {"main": {"variables": ["age"], "strata": [], "cluster": None}},
        "variables": VARIABLES,
        "nonproportional": {"windows_months": [12]},
    }
    windows = {"hazard_ratio": 1.0, "from_months": [0, 12], "level": np.nan}
    tables = {
        "violations": pd.DataFrame({"model": ["main"], "variable": ["age"], "note": [None]}),
        "windows": pd.DataFrame({"model": "main", "variable": "age", **windows}),
    }
    return list(check_windows(cohort, "os", plan, tables))


def test_what_our_own_newton_fitted_is_not_said_to_be_computed_twice(cohort, monkeypatch):
    intervals = split_at_start(cohort, "os", cohort["start"], "treated")
    treated = {"treated": {"kind": "binary", "levels": ["no", "yes"], "label": "Treated"}}
    assert len(check_all_windows(cohort)) == 2
    assert second.fit_again(intervals, "os", treated)
    monkeypatch.setattr(cox_maximum, "ROWS", 199)
    assert check_all_windows(cohort) == []
    assert second.fit_again(intervals, "os", treated) is None
    assert second.fit_again(cohort, "os", VARIABLES)  # without delayed entry lifelines came first
