"""How much a model fitted in the cohort flatters itself: Harrell's bootstrap."""

import numpy as np
import pandas as pd

from crlm.survival.cox_design import select_complete
from crlm.survival.discrimination import fit_counts, harrell_c, resample_counts, sort_patients
from crlm.survival.horizons import COMPLETE, MINIMUM_EVENTS
from crlm.survival.kaplan_meier import select_patients
from crlm.survival.prediction import fit_prediction

OPTIMISM = [
    *("metric", "patients", "events", "parameters", "apparent", "training", "test"),
    *("optimism", "corrected", "resamples", "note"),
]
METRICS = ("harrell_c", "calibration_slope")


def assess_optimism(
    cohort, endpoint, variables, specs, resamples, seed, threads=1, minimum_events=MINIMUM_EVENTS
):
    """Optimism-corrected C and calibration slope of a Cox model, as R `rms::validate` [@Harrell2015].

    variables: names of the model; specs: {name: spec}. The model is fitted again in each resample;
    training is its mean measure there, test its mean measure in the cohort, optimism their
    difference, corrected = apparent - optimism. The slope is the coefficient of the linear
    predictor as the only covariate, 1 where the model was fitted; of a model with one parameter its
    median over the resamples is taken. Resamples in which the
    likelihood has no maximum are left out, and `resamples` counts the others. One row per metric;
    empty with a note if there are fewer than `minimum_events` events or no estimate.
    """
    variables = {name: specs[name] for name in variables}
    patients = select_patients(cohort, endpoint)
    patients = patients[select_complete(patients, variables)]
    event = patients[f"{endpoint}_event"]
    row = {"patients": len(patients), "events": int(event.sum()), "resamples": 0}
    if row["events"] < minimum_events:
        return _tabulate({}, row | {"note": f"{row['events']} events, fewer than {minimum_events}"})
    prediction, note = fit_prediction(patients, endpoint, variables)
    if prediction is None:
        return _tabulate({}, row | {"note": note})

    problem = prediction.estimate.problem
    counts = resample_counts(len(problem.event), resamples, seed)
    _, found = fit_counts(
        sort_patients(problem.months, problem.event),
        *(problem.x, counts, prediction.estimate.coef, threads),
    )
    found = found[np.isfinite(found).all(axis=1)]
    notes = [note] if note else []
    if prediction.aside.any():
        notes.append(f"{prediction.aside.sum()} patients at levels without an event set aside")
    if len(found) < COMPLETE * resamples:
        notes.append(
            f"{resamples - len(found)} of {resamples} resamples without a maximum left out"
        )
    row |= {
        "patients": len(problem.event),
        "parameters": problem.x.shape[1],
        "resamples": len(found),
        "note": "; ".join(notes) or None,
    }
    apparent = harrell_c(problem.months, problem.event, prediction.linear[~prediction.aside])
    if not len(found):
        return _tabulate({"harrell_c": (apparent, *[np.nan] * 2)}, row)
    training, test, slope = found.mean(axis=0)
    if row["parameters"] == 1:  # then it is a ratio of two coefficients, which has no expectation
        slope = np.median(found[:, 2])
    return _tabulate(
        {"harrell_c": (apparent, training, test), "calibration_slope": (1.0, 1.0, slope)}, row
    )


def assess_models(cohort, endpoint, predictors, resamples, seed, threads=1):
    """`assess_optimism` of every predictor that is a model, with the column `predictor`."""
    tables = [
        assess_optimism(
            *(cohort, endpoint, list(spec["variables"]), spec["variables"]),
            *(resamples, seed, threads),
        ).assign(predictor=name)
        for name, spec in predictors.items()
        if spec["kind"] == "model"
    ]
    return pd.concat(tables) if tables else pd.DataFrame(columns=[*OPTIMISM, "predictor"])


def _tabulate(measures, row):
    rows = []
    for metric in METRICS:
        apparent, training, test = measures.get(metric, [np.nan] * 3)
        rows.append(
            {
                "metric": metric,
                "apparent": apparent,
                "training": training,
                "test": test,
                "optimism": training - test,
                "corrected": apparent - (training - test),
            }
            | row
        )
    return pd.DataFrame(rows, columns=OPTIMISM)
