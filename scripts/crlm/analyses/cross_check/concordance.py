"""Second computations of discrimination and accuracy."""

import numpy as np

from crlm.survival.discrimination import PAIRS, assess_counts, integrate_brier, sort_patients
from crlm.survival.predictors import predict_common

METRICS = {
    "harrell_c": "Harrell's C",
    "uno_c": "Uno's C",
    "auc": "AUC",
    "brier": "Brier score",
    "integrated_brier": "integrated Brier score",
}


def check_performance(cohort, endpoint, plan, tables):
    """Both C, AUC and Brier scores of every predictor, by scikit-survival, again by the compiled kernel.

    Of more than PAIRS patients C is the kernel's and has no row.
    """
    if not plan["performance"]:
        return
    horizons = plan["endpoints"][endpoint]["landmarks_months"]
    common = predict_common(cohort, endpoint, plan["performance"], horizons)
    second = count_again(common)
    table = tables["performance"].astype({"horizon": float})
    for row in table.to_dict("records"):
        key = row["predictor"], row["metric"], -1 if np.isnan(row["horizon"]) else row["horizon"]
        by_pairs = row["metric"] in ("harrell_c", "uno_c")
        if key not in second or (by_pairs and len(common.months) > PAIRS):
            continue
        at = "" if key[2] == -1 else f" at {key[2]:g} months"
        what = f"{METRICS[row['metric']]}{at}"
        yield row["predictor"], what, row["estimate"], "scikit-survival", second[key], "own kernel"


def count_again(common):
    """Every measure by the kernel, by (predictor, metric, horizon in months or -1)."""
    ranked = [name for name, each in common.found.items() if each.note is None]
    if not ranked:
        return {}
    rated = [name for name in ranked if common.found[name].survival is not None]
    rated = rated if len(common.times) else []
    found = assess_counts(
        sort_patients(*common.outcome),
        np.ones((1, len(common.months)), int),
        [common.found[name].score for name in ranked],
        common.tau,
        common.usable,
        [common.found[name].survival for name in rated],
        common.times,
    )
    limit = common.tau if common.usable else -1
    values = {}
    for place, name in enumerate(ranked):
        values[name, "harrell_c", -1] = found.harrell_c[0, place]
        values[name, "uno_c", limit] = found.uno_c[0, place]
        for at, horizon in enumerate(common.usable):
            values[name, "auc", horizon] = found.auc[0, place, at]
    for place, name in enumerate(rated):
        for horizon in common.usable:
            at = np.searchsorted(common.times, horizon)
            values[name, "brier", horizon] = found.brier[0, place, at]
        integrated = integrate_brier(found.brier[0, place], common.times)
        values[name, "integrated_brier", common.tau] = integrated
    return {key: float(value) for key, value in values.items()}
