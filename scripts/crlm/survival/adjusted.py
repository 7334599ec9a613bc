"""Survival curves of two groups as if they were alike: weighted, averaged over strata, or predicted and averaged.

The curves of the cohort are of known libraries; those of its resamples, which are many, follow from arrays.
"""

import warnings

import numpy as np

from crlm.survival.discrimination import accumulate_hazard, maximise_counts
from crlm.survival.partial_likelihood import evaluate

CELLS = 10_000_000  # survivals of a patient at a time that are held at once
NODES = 100  # baseline hazards at which a mean survival is found in a resample


def estimate_weighted(months, event, weights, times):
    """Weighted Kaplan-Meier survival (times,) by lifelines, as R's `survfit(..., weights)`; carried on after the last time.

    months, event, weights (all above 0): arrays of n patients. Without limits, because Greenwood's formula takes weights for
    patients.
    """
    from lifelines import KaplanMeierFitter

    with np.errstate(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that weights which are no whole numbers have no variance
        fit = KaplanMeierFitter().fit(months, event, weights=weights, label="survival")
    curve = fit.survival_function_["survival"]
    survival = curve.to_numpy()[np.searchsorted(curve.index, times, side="right") - 1]
    # lifelines' own sum of the weights at risk at the end may differ from theirs by rounding, and leaves a part of them
    if event[months == months.max()].all():
        survival[times >= months.max()] = 0
    return survival


def read_steps(times, survival, horizons):
    """Survival and area under it until each horizon: two arrays (..., horizons).

    times: rising from 0; survival (..., times), right-continuous, carried on after the last time.
    """
    horizons = np.asarray(horizons, float)
    place = np.searchsorted(times, horizons, side="right") - 1
    widths = np.diff(np.minimum.outer(np.append(times, np.inf), horizons), axis=0)
    return survival[..., place], survival @ widths


def follow_weighted(patients, weights):
    """Weighted Kaplan-Meier survival (resamples, 1 + times) at 0 and all distinct times.

    patients: `discrimination.Sorted`; weights: (resamples, n), in the order of the data. NaN in a row without any weight; after the
    last one at risk survival is carried on.
    """
    weights = weights[:, patients.rows]
    starts = patients.starts[:-1]
    at_risk = np.cumsum(weights[:, ::-1], axis=1)[:, ::-1][:, starts]
    dying = np.add.reduceat(weights * patients.event, starts, axis=1)
    # what is left of a sum after rounding is nobody
    somebody = at_risk > 1e-12 * at_risk[:, :1]
    steps = np.where(somebody, 1 - dying / np.where(somebody, at_risk, 1), 1)
    survival = np.cumprod(steps.clip(0, 1), axis=1)
    survival = np.hstack([np.ones((len(weights), 1)), survival])
    survival[~(at_risk[:, 0] > 0)] = np.nan
    return survival


def separate_effect(prediction, name):
    """What a Cox model with a group of two levels says of everybody but for the group.

    prediction: `prediction.Prediction`; name: of the group's term. Returns the columns x (m, p) of the patients not set aside, the
    group's column and its two values (in the reference, in the other), or None if the model has no ratio of the group.
    """
    problem = prediction.estimate.problem
    owned = [each for each, (term, _) in enumerate(problem.owners) if term.name == name]
    if not owned:
        return None
    values = np.unique(problem.x[:, owned[0]])
    return problem.x, owned[0], (values[0], values[-1])


def standardise(prediction, name, times, weights):
    """Survival (2, times) if everybody were in the reference, and in the other group: the g-formula with a Cox model.

    weights (n,): whose mean it is, everybody's or (ATT) that of the other group. Baseline: Efron's, as R's `survfit.coxph`.
    Patients set aside, at a level without an event, are taken to survive in either group.
    """
    x, column, values = separate_effect(prediction, name)
    estimate = prediction.estimate
    at = evaluate(estimate.maximum.risk_sets, x, estimate.coef)
    deaths = np.concatenate([stratum.deaths for stratum in estimate.maximum.risk_sets])
    order = np.argsort(estimate.problem.months[deaths], kind="stable")
    hazard = np.append(0, np.cumsum(1 / at.totals[order]))
    place = np.searchsorted(estimate.problem.months[deaths][order], times, side="right")
    curves = []
    for value in values:
        risk = np.zeros(len(weights))
        shift = (value - x[:, column]) * estimate.coef[column]
        risk[~prediction.aside] = at.risk * np.exp(shift)
        parts = np.array_split(hazard[place], max(1, len(place) * len(risk) // CELLS))
        sums = [np.exp(-np.outer(part, risk)) @ weights for part in parts]
        curves.append(np.concatenate(sums) / weights.sum())
    return np.array(curves)


def restandardise(patients, prediction, name, times, counts, weights, threads=1):
    """`standardise` of the model of every row of counts, (resamples, 2, times); NaN where it has no maximum.

    patients: `Sorted` of those not set aside; counts and weights (resamples, n) of everybody.
    """
    x, column, values = separate_effect(prediction, name)
    kept = ~prediction.aside
    mine = counts[:, kept]
    coef = maximise_counts(patients, x, mine, prediction.estimate.coef, threads)
    linear = coef @ x.T
    hazard = accumulate_hazard(patients, mine, linear, times)
    found = np.full((len(counts), 2, len(times)), np.nan)
    shifts = np.array([value - x[:, column] for value in values])
    for place, row in enumerate(hazard):
        if not np.isfinite(row[-1]):
            continue
        drawn = weights[place] > 0
        risk = np.zeros((2, counts.shape[1]))
        risk[:, kept] = np.exp(linear[place] + shifts * coef[place, column])
        share = weights[place, drawn] / weights[place].sum()
        found[place] = average_survival(risk[:, drawn], share, row)
    return found


def average_survival(risk, share, hazard):
    """Mean (2, m) of exp(-risk hazard) over patients, risk (2, n), by their share (n,), at every hazard (m,), rising.

    It is a smooth function of the hazard alone: of more than NODES hazards it is found at NODES, evenly among them, and by
    straight lines between (off by 4e-4 months of a restricted mean of 46 among the breast cancers of the tests).
    """
    at = hazard
    if len(hazard) > NODES:
        at = hazard[np.linspace(0, len(hazard) - 1, NODES).round().astype(int)]
    mean = [np.exp(-np.outer(at, each)) @ share for each in risk]
    return np.array([np.interp(hazard, at, each) for each in mean])


def average_strata(curves, strata_weights):
    """Mean (resamples, times) of the curves of strata (strata, resamples, times) by their weights (strata, resamples).

    A stratum without weight counts nothing; one with weight but without a curve leaves none; so does a resample without weight.
    """
    total, empty = strata_weights.sum(axis=0), np.full(strata_weights.shape, np.nan)
    share = np.divide(strata_weights, total, out=empty, where=total > 0)
    filled = np.where(share[..., None] > 0, curves, 0)
    return (filled * share[..., None]).sum(axis=0)
