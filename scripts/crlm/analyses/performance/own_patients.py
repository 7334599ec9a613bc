"""What each predictor costs the common set of patients, and its discrimination in all of its own patients."""

import numpy as np
import pandas as pd

from crlm.analyses.performance.estimate import assess_performance
from crlm.analyses.performance.plan import list_parts
from crlm.survival.kaplan_meier import select_patients
from crlm.survival.predictors import find_known

OWN = [
    *("predictor", "of", "patients", "events", "common", "without", "without_less_complete"),
    *("harrell_c", "lower", "upper", "calibrated_in_cohort", "resamples", "note"),
]


def assess_own_patients(cohort, endpoint, predictors, resamples, seed, threads=1):
    """One row per predictor: the patients in whom it is known, what it costs, and Harrell's C in them.

    cohort, predictors: as for `predictors.predict_common`. `of`: patients of the endpoint; `patients`, `events`: those in whom
    the predictor is known; `common`: patients known to all predictors that have any value; `without`: the common set if the
    predictor and whatever is made of it are left out; `without_less_complete`: if those known in no more patients are left out
    too, with whatever is made of them, because two that lack the same patients cost nothing singly. Where nothing to compare would
    be left, it is not. Limits are those of `estimate.assess_performance`, by resamples of these patients.
    """
    patients = select_patients(cohort, endpoint)
    event = patients[f"{endpoint}_event"].to_numpy(float)
    known = find_known(patients, predictors)
    found = [name for name in predictors if known[name].any()]
    rows = []
    for name, spec in predictors.items():
        left = [other for other in found if not _contains(predictors[other], spec)] or found
        less = [other for other in found if known[other].sum() <= known[name].sum()]
        fuller = [
            other
            for other in left
            if not any(_contains(predictors[other], predictors[each]) for each in less)
        ]
        fuller = fuller if len(fuller) > 1 else left  # one alone is compared with nothing
        measured = assess_performance(
            cohort, endpoint, {name: spec}, [], resamples, seed, threads
        ).performance
        c = measured[measured["metric"] == "harrell_c"].iloc[0]
        rows.append(
            {
                **{key: c[key] for key in OWN if key in c},
                "of": len(patients),
                "patients": int(known[name].sum()),
                "events": int(event[known[name]].sum()),
                "common": _count_common(known, found),
                "without": _count_common(known, left),
                "without_less_complete": _count_common(known, fuller),
                "harrell_c": c["estimate"],
            }
        )
    return pd.DataFrame(rows, columns=OWN)


def _contains(spec, other):
    """Whether a predictor falls with another one: the same score as points or groups, or a model with it."""
    return list_parts(other) <= list_parts(spec)


def _count_common(known, names):
    """Patients known to all of the predictors; none without a predictor."""
    return int(np.logical_and.reduce([known[name] for name in names]).sum()) if names else 0
