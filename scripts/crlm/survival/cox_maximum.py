"""The maximum of Cox's likelihood (Efron): by lifelines, and of separated data in the limit."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crlm.survival.cox_design import find_redundant
from crlm.survival.partial_likelihood import (
    build_risk_sets,
    evaluate,
    maximise,
    sum_information,
)
from crlm.survival.separation import (
    NEAR,
    find_separating_direction,
    list_at_risk,
    rank_values,
    split_columns,
    split_strata,
)

# lifelines' defaults stop at 1e-7; its `precision` also bounds the Newton decrement, the square of a step
PRECISE = {"precision": 1e-18, "r_precision": 1e-16}
ROWS = 20_000  # with delayed entry; lifelines goes through all of them at every time, 4 s a step at 200,000
FLAT = 1e-10  # information per row below which a likelihood is flat
FAR = (
    10  # log hazard ratio between two patients that is looked at for a likelihood without a maximum
)


@dataclass(frozen=True)
class Maximum:
    """Supremum of a likelihood of columns x (n, p), and where it is reached."""

    coef: np.ndarray  # (p,); 0 for a column that nothing depends on any more
    variance: np.ndarray  # (p, p); 0 there
    finite: np.ndarray  # (p,), mask: the coefficient is finite and known
    kept: np.ndarray  # columns that carry the likelihood in the limit
    separating: np.ndarray  # (p,), mask: columns along which it rises for ever
    ranks: np.ndarray  # (n,) patients by rising linear predictor, also where that is infinite
    risk_sets: list  # those that count in the limit
    log_likelihood: float
    null: float  # at 0, of all patients


def find_maximum(months, event, x, strata=None, by_lifelines=True, entry=None):
    """Maximum over x (n, p), standardised, no column redundant among those at risk; or None.

    months, event: (n,); strata: (n,) integers; entry: (n,) months of delayed entry or None. Where the likelihood rises for ever
    along some columns (a level without events, a number that separates) it is that of the limit, in which those columns are
    strata. None when lifelines finds no maximum although nothing is separated, or without an event.

    by_lifelines=False leaves it at our own Newton, which lifelines otherwise begins at: for the smaller model of a
    likelihood-ratio test and for imputed data sets, which are many (a tenth of the time, equal to 1e-10). Or it is the function
    that fits, called as `fit_lifelines`. More than ROWS with delayed entry are always left to it.
    """
    strata = np.zeros(len(months), int) if strata is None else np.asarray(strata)
    by_lifelines = by_lifelines if lifelines_can(len(months), entry is not None) else False
    everybody = build_risk_sets(months, event, strata, entry)
    if not everybody:
        return None
    labels, directions, fit = strata, [], None
    while fit is None:
        labels, along = split_columns(months, event, x, labels, entry)
        directions += along
        risk_sets = build_risk_sets(months, event, labels, entry)
        at_risk = list_at_risk(risk_sets)
        redundant = find_redundant(x[at_risk], labels[at_risk])
        kept = np.array([each for each in range(x.shape[1]) if each not in redundant], int)
        data = months, event, x[:, kept], labels
        fit, doubtful = _fit(*data, risk_sets, at_risk, by_lifelines, entry)
        part = find_separating_direction(risk_sets, x[:, kept]) if doubtful else None
        if part is not None:
            fit, direction = None, np.zeros(x.shape[1])
            direction[kept] = part
            directions.append(direction)
            labels = split_strata(labels, rank_values(x @ direction))
        elif fit is None:
            return None
    coef, variance, log_likelihood = fit
    separating = np.any([each != 0 for each in [np.zeros(x.shape[1]), *directions]], axis=0)
    finite = ~separating
    for column, others in redundant.items():
        finite[[column, *others]] = False
    placed = np.zeros(x.shape[1])
    placed[kept] = coef
    spread = np.zeros((x.shape[1],) * 2)
    spread[np.ix_(kept, kept)] = variance
    ranks = rank_values(x @ placed, 1e-10)  # equal patients differ in the last bit of a product
    for direction in reversed(directions):
        single = np.count_nonzero(direction) == 1  # the values of one column stay apart as they are
        ranks = split_strata(rank_values(x @ direction, 0 if single else NEAR), ranks)
    return Maximum(
        coef=placed,
        variance=spread,
        finite=finite,
        kept=kept,
        separating=separating,
        ranks=ranks,
        risk_sets=risk_sets,
        log_likelihood=log_likelihood,
        null=evaluate(everybody, x[:, :0], np.empty(0)).log_likelihood,
    )


def lifelines_can(rows, delayed):
    """Whether lifelines fits a Cox model of so many rows in time, delayed: they have an entry; our own Newton does where not."""
    return not delayed or rows <= ROWS


def _fit(months, event, x, strata, risk_sets, at_risk, by_lifelines, entry=None):
    """((coef, variance, log-likelihood) or None, whether the likelihood may have no maximum)."""
    if not x.shape[1]:
        fit = np.empty(0), np.empty((0, 0)), evaluate(risk_sets, x, np.empty(0)).log_likelihood
        return fit, False
    coef, log_likelihood, *_ = maximise(risk_sets, x)
    if by_lifelines:
        started = None if entry is None else entry[at_risk]
        fitter = by_lifelines if callable(by_lifelines) else fit_lifelines
        fit = fitter(*(each[at_risk] for each in (months, event, x, strata)), coef, started)
        if fit is None:
            return None, True
        coef, variance, log_likelihood = fit
    at = evaluate(risk_sets, x, coef)
    information = sum_information(risk_sets, x, at)
    if not by_lifelines:
        variance = np.linalg.pinv(information, hermitian=True)
    fit = coef, variance, log_likelihood
    settled = np.abs(variance @ at.score).max() < 1e-6
    # of standardised columns; none is left when with delayed entry nobody who differs is ever at risk together
    known = np.linalg.matrix_rank(information, hermitian=True) == len(coef)
    known = known and np.linalg.eigvalsh(information)[0] > FLAT * len(x)
    far = (np.abs(coef) * np.ptp(x[at_risk], axis=0)).max() > FAR
    return (fit if settled and known else None), far or not (settled and known)


def fit_lifelines(months, event, x, strata, start, entry=None):
    """Coefficients (p,), variance (p, p) and log-likelihood by lifelines' CoxPHFitter, or None if it gives up.

    It begins at `start`, where our own Newton ends: two steps of its own instead of five or more, which saves half of its time.
    """
    from lifelines import CoxPHFitter  # half a second that only Cox models pay for
    from lifelines.exceptions import ConvergenceError

    names = [f"x{column}" for column in range(x.shape[1])]
    frame = pd.DataFrame(x, columns=names).assign(months=months, event=event)
    if len(set(strata)) > 1:
        frame["stratum"] = strata
    if entry is not None:
        frame["entry"] = entry
    # numpy's warnings stay as they were, which the fit switches off; its own are judged by the caller
    with warnings.catch_warnings(), np.errstate():
        warnings.simplefilter("ignore")
        try:
            fit = CoxPHFitter().fit(
                frame,
                "months",
                "event",
                strata=["stratum"] if "stratum" in frame else None,
                entry_col="entry" if entry is not None else None,
                fit_options=PRECISE,
                initial_point=start * frame[names].std().to_numpy(),
            )
        except (ConvergenceError, ValueError, np.linalg.LinAlgError):
            return None
    variance = fit.variance_matrix_.to_numpy()
    if not np.isfinite(variance).all():
        return None
    return fit.params_.to_numpy(), variance, float(fit.log_likelihood_)
