"""Decision curves: net benefit of treating by predicted risk, over thresholds and horizons."""

import numpy as np
import pandas as pd

from crlm.scores.forecast import list_probabilities
from crlm.survival.discrimination import resample_counts
from crlm.survival.kaplan_meier import concatenate
from crlm.survival.net_benefit import TIE, net_benefit, resample_net_benefit

DECISION = [
    *("predictor", "horizon", "source", "threshold", "net_benefit", "lower", "upper"),
    *("treated", "patients", "calibrated_in_cohort", "resamples", "evidence"),
]
THRESHOLDS = np.arange(1, 100) / 100
TABULATED = (
    0.2,
    0.4,
    0.6,
    0.8,
)  # a coarse part of them, of no clinical meaning; with limits at the last horizon
TREAT_ALL = "treat_all"  # the source of the rows that name no predictor


def assess_decisions(common, resamples, seed):
    """Decision curves of all probabilities of a `predictors.predict_common`.

    One row per predictor, horizon, source and threshold (1% to 99%), and rows of treating all
    (no predictor, source `treat_all`); treating nobody is 0. `treated` of the `patients` are at or
    above the threshold. Limits are percentiles of the same bootstrap resamples as those of the
    performance, at the thresholds and the horizon of the table, and empty elsewhere. What has no
    probability has no row; calibration says why.
    """
    n = len(common.months)
    if not common.usable:
        return pd.DataFrame(columns=DECISION)
    counts = resample_counts(n, resamples, seed)
    curves = [(None, horizon, TREAT_ALL, np.ones(n), None) for horizon in common.usable]
    curves += [
        (each.predictor, each.horizon, each.source, 1 - each.survival, each.evidence)
        for each in list_probabilities(common)
        if each.survival is not None
    ]
    tables = []
    for predictor, horizon, source, risk, evidence in curves:
        table = pd.DataFrame(
            {
                "threshold": THRESHOLDS,
                "net_benefit": net_benefit(*common.outcome, risk, horizon, THRESHOLDS),
                "treated": (risk >= THRESHOLDS[:, None] - TIE).sum(axis=1),
            }
        )
        known = {"predictor": predictor, "horizon": horizon, "source": source}
        known |= {"evidence": evidence, "calibrated_in_cohort": source == "fitted"}
        table = table.assign(**known, patients=n, resamples=resamples)
        if horizon == common.usable[-1]:
            for threshold in TABULATED:
                drawn = resample_net_benefit(*common.outcome, risk, horizon, threshold, counts)
                limits = np.quantile(drawn, [0.025, 0.975])
                table.loc[table["threshold"] == threshold, ["lower", "upper"]] = limits
        tables.append(table.reindex(columns=DECISION))
    return concatenate(tables)
