"""Decision curves: net benefit of treating by predicted risk, over thresholds and horizons."""

import numpy as np
import pandas as pd

from crlm.scores.forecast import list_probabilities
from crlm.survival.discrimination import resample_counts
from crlm.survival.net_benefit import TIE, net_benefit, treat_all

DECISION = [
    *("predictor", "horizon", "source", "threshold", "net_benefit", "lower", "upper"),
    *("treated", "patients", "calibrated_in_cohort", "resamples", "evidence"),
]
THRESHOLDS = np.arange(1, 100) / 100
TREAT_ALL = "treat_all"  # the source of the rows that name no predictor


def assess_decisions(common, resamples, seed, threads=1):
    """Decision curves of all probabilities of a `performance.predict_common`.

    One row per predictor, horizon, source and threshold (1% to 99%), and rows of treating all
    (no predictor, source `treat_all`); treating nobody is 0. `treated` of the `patients` are at or
    above the threshold. Limits are pointwise percentiles of the same bootstrap resamples as those
    of the performance. What has no probability has no row; calibration says why.
    """
    n = len(common.months)
    if not common.usable:
        return pd.DataFrame(columns=DECISION)
    counts = np.ones((resamples + 1, n), np.int32)
    counts[1:] = resample_counts(n, resamples, seed)
    shared = THRESHOLDS, counts, threads
    tables = [
        _tabulate(
            treat_all(common.months, common.event, horizon, *shared),
            np.full(len(THRESHOLDS), n),
            predictor=None,
            horizon=horizon,
            source=TREAT_ALL,
            evidence=None,
            patients=n,
        )
        for horizon in common.usable
    ]
    for each in list_probabilities(common):
        if each.survival is None:
            continue
        risk = 1 - each.survival
        tables.append(
            _tabulate(
                net_benefit(common.months, common.event, risk, each.horizon, *shared),
                (risk >= THRESHOLDS[:, None] - TIE).sum(axis=1),
                predictor=each.predictor,
                horizon=each.horizon,
                source=each.source,
                evidence=each.evidence,
                patients=n,
            )
        )
    return pd.DataFrame([row for table in tables for row in table], columns=DECISION)


def _tabulate(sample, treated, **common):
    limits = np.quantile(sample[1:], [0.025, 0.975], axis=0)
    columns = (THRESHOLDS, sample[0], *limits, treated)
    names = ("threshold", "net_benefit", "lower", "upper", "treated")
    common |= {"resamples": len(sample) - 1, "calibrated_in_cohort": common["source"] == "fitted"}
    return [common | dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]
