"""How far scikit-survival's discrimination and accuracy are from R, with and without ties: worst relative differences."""

import json
from pathlib import Path

import libraries
import numpy as np
from library_errors import COHORTS, differ, times_events

DISCRIMINATION = json.loads((Path(__file__).parent / "discrimination.json").read_text())
UNTIED, TIED = ["untied"], ["days", "months", "lung", "recidivism"]


def predictions(name):
    """Months, event, the two predictors and the predicted survival of a case of discrimination.json."""
    source, column = {"lung": ("lung", "score"), "recidivism": ("recidivism", "prior")}.get(
        name, ("breast", "nodes")
    )
    cohort = COHORTS[source].dropna(subset=["age", column])
    months, event = times_events(cohort)
    if name == "months":
        months = np.ceil(months)
    if name == "untied":
        months = cohort["death_months"].rank(method="first").to_numpy() / 10
    case = DISCRIMINATION[name]
    linear = case["coef"][0] * cohort[column].to_numpy(float) + case["coef"][1] * cohort[
        "age"
    ].to_numpy(float)
    survival = np.array(case["baseline"]) ** np.exp(linear)[:, None]
    return months, event, {"linear": linear, "score": cohort[column].to_numpy(float)}, survival


def measure_discrimination(what, names, moved):
    """scikit-survival on the outcome as it is, or with the censored a moment later."""
    worst = 0
    for name in names:
        case = DISCRIMINATION[name]
        months, event, predictors, survival = predictions(name)
        observed = (libraries.moved_outcome if moved else libraries.outcome)(months, event)
        tau, horizons = case["tau"], case["horizons"]
        if moved:
            tau, horizons = libraries.beyond(tau), libraries.beyond(horizons)
        for predictor, score in predictors.items():
            found, expected = np.nan, case["concordance"][predictor].get(what)
            try:
                if what == "harrell":
                    found = libraries.harrell_c(observed, score)
                elif what == "uno":
                    found = libraries.uno_c(observed, score)
                elif what == "uno_until":
                    found = libraries.uno_c(observed, score, tau)
                elif what == "auc":
                    found, expected = (
                        libraries.auc(observed, score, horizons),
                        case["auc"][predictor],
                    )
                else:
                    found, expected = libraries.brier(observed, survival, horizons), case["brier"]
            except ValueError as error:
                assert "censoring survival function is zero" in str(error)
                return np.inf
            worst = max(worst, differ(found, expected))
    return worst
