"""Test of proportional hazards: the score test of R's `cox.zph` (survival >= 3.0)."""

import numpy as np
from scipy.special import chdtrc

from crlm.survival.kaplan_meier import count_times
from crlm.survival.partial_likelihood import (
    evaluate,
    schoenfeld_residuals,
    split_deaths,
    sum_information,
)


def transform_times(months, event, entry=None):
    """R's `km` transform: one minus the Kaplan-Meier estimate (of everybody) just before a time."""
    times, at_risk = count_times(months, entry)
    place = np.searchsorted(times, months)
    deaths = np.bincount(place, event, len(times))
    return 1 - np.concatenate([[1.0], np.cumprod(1 - deaths / np.maximum(at_risk, 1))])[place]


def test_proportional_hazards(risk_sets, months, event, x, coef, terms, entry=None):
    """Score test per term and overall: {term: (statistic, df, p)}, `GLOBAL` last.

    x (n, p) and the fitted coef (p,); `terms` maps a name to the columns of x it owns, all of them
    together are tested as GLOBAL; another column of x is only adjusted for. Tests the
    coefficients of x times the transformed time, given those of x [@GrambschTherneau1994].
    Missing when the events are at too few times to tell. x standardised.
    """
    at = evaluate(risk_sets, x, coef)
    time = transform_times(months, event, entry)
    weights = np.concatenate([time[stratum.deaths] for stratum in risk_sets])
    weights = weights - time[event == 1].mean()
    plain, mixed, squared = (
        sum_information(risk_sets, x, at, weights**power) for power in (0, 1, 2)
    )
    score = weights @ schoenfeld_residuals(risk_sets, x, at)
    # the score of x itself is 0 at the maximum, so only the Schur complement is needed
    tests = {}
    everything = [column for columns in terms.values() for column in columns]
    for term, columns in (terms | {"GLOBAL": everything}).items():
        cross = mixed[:, columns]
        variance = squared[np.ix_(columns, columns)] - cross.T @ np.linalg.solve(plain, cross)
        statistic = np.nan
        if np.linalg.matrix_rank(variance, tol=1e-10 * weights.var(), hermitian=True) == len(
            columns
        ):
            statistic = score[columns] @ np.linalg.solve(variance, score[columns])
        tests[term] = statistic, len(columns), chdtrc(len(columns), statistic)
    return tests


def scale_schoenfeld(risk_sets, months, x, coef):
    """Times of the deaths and coef + scaled Schoenfeld residual, shapes (deaths,), (deaths, p).

    R's `cox.zph(fit, terms = FALSE)$y`: a smooth of a column against time is the coefficient as
    it changes. Missing where the column does not vary in the death's stratum.
    """
    at = evaluate(risk_sets, x, coef)
    used = np.array(
        [len(each.deaths) * (np.ptp(x[each.rows], axis=0) > 0) for each in risk_sets],
        float,
    )
    counts = np.minimum(used[:, :, None], used[:, None, :]).sum(axis=0)
    variance = sum_information(risk_sets, x, at) / np.where(counts == 0, 1, counts)
    scaled = schoenfeld_residuals(risk_sets, x, at)
    for (_, deaths), active in zip(split_deaths(risk_sets), used > 0, strict=True):
        own = np.linalg.solve(variance[np.ix_(active, active)], scaled[deaths][:, active].T).T
        scaled[deaths] = np.nan
        scaled[deaths, active] = own
    times = np.concatenate([months[stratum.deaths] for stratum in risk_sets])
    return times, coef + scaled
