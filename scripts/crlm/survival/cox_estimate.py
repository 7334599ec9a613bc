"""Maximum-likelihood and penalised estimates of the Cox model of a set of terms."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtr

from crlm.survival.cox_design import drop_redundant, stack_columns
from crlm.survival.kaplan_meier import Z
from crlm.survival.partial_likelihood import (
    build_risk_sets,
    evaluate,
    maximise,
    score_residuals,
    sum_information,
)


@dataclass(frozen=True)
class Problem:
    """A likelihood to maximise over standardised columns."""

    months: np.ndarray
    event: np.ndarray
    cluster: np.ndarray | None
    risk_sets: list
    x: np.ndarray  # (n, p), centred and divided by `scale`
    scale: np.ndarray
    owners: list  # (term, level) of each column

    def columns_of(self, term):
        return [index for index, (owner, _) in enumerate(self.owners) if owner is term]

    def pairs(self):
        return zip(self.owners, self.scale, strict=True)


@dataclass(frozen=True)
class Estimate:
    """Its maximum. Everything is on the scale of the standardised columns."""

    problem: Problem
    method: str
    coef: np.ndarray
    error: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    p_values: np.ndarray
    factor_p_values: dict  # term name: p-value of all its columns together
    log_likelihood: float
    null: float  # log-likelihood at 0


def _build_problem(terms, patients, endpoint, strata, cluster):
    """The problem, or None with a note on every term if there are too few events."""
    labels = patients.groupby(strata, observed=True).ngroup().to_numpy() if strata else None
    drop_redundant(terms, labels)
    columns, owners = stack_columns(terms)
    months = patients[f"{endpoint}_months"].to_numpy(float)
    event = patients[f"{endpoint}_event"].to_numpy(float)
    if not owners or len(owners) > event.sum():
        for term in terms:
            term.drop(f"not estimable: {event.sum():.0f} events for {len(owners)} parameters")
        return None
    scale = columns.std(axis=0)
    return Problem(
        months=months,
        event=event,
        cluster=pd.factorize(patients[cluster])[0] if cluster else None,
        risk_sets=build_risk_sets(months, event, labels),
        x=(columns - columns.mean(axis=0)) / scale,
        scale=scale,
        owners=owners,
    )


def estimate_dropping(terms, patients, endpoint, strata=None, cluster=None):
    """Maximum of the likelihood: (Estimate or None, whether a variable had to be left out).

    A variable along which the likelihood rises for ever is dropped with a note, and the rest
    fitted again.
    """
    left_out = False
    while problem := _build_problem(terms, patients, endpoint, strata, cluster):
        coef, _, null, converged = maximise(problem.risk_sets, problem.x)
        at = evaluate(problem.risk_sets, problem.x, coef)
        variance = _invert(sum_information(problem.risk_sets, problem.x, at))
        column = _find_diverging(problem, coef, variance, converged)
        if column is None:
            return _describe(problem, coef, variance, at, null), left_out
        left_out = True
        problem.owners[column][0].drop("not estimable: the likelihood has no maximum")
    return None, left_out


def _invert(information):
    try:
        return np.linalg.inv(information)
    except np.linalg.LinAlgError:
        return np.full_like(information, np.inf)


def _find_diverging(problem, coef, variance, converged):
    """The column that drives the likelihood up for ever, or None.

    A coefficient beyond 15 or a standard error beyond 100, per level or per standard deviation
    of a number, is what Newton's method leaves of an infinite one; so is an information matrix
    that is singular but for rounding.
    """
    unit = np.array([1 if level is None else scale for (_, level), scale in problem.pairs()])
    size, variance = np.abs(coef) / unit, np.diag(variance) / unit**2
    if converged and (size <= 15).all() and ((variance > 0) & (variance < 100**2)).all():
        return None
    return int(np.argmax(size))


def _describe(problem, coef, variance, at, null):
    """Wald limits, by Lin and Wei's variance with clusters (R: dfbetas summed by cluster)."""
    if problem.cluster is not None:
        influence = score_residuals(problem.risk_sets, problem.x, at) @ variance
        influence = pd.DataFrame(influence).groupby(problem.cluster).sum().to_numpy()
        variance = influence.T @ influence
    error = np.sqrt(np.diag(variance))
    # Score residuals add up to zero over the clusters, so G clusters carry at most G - 1 parameters.
    enough = problem.cluster is None or len(set(problem.cluster)) > len(coef)
    known = np.where(enough & (error > 1e-12), error, np.nan)
    for (term, level), each in zip(problem.owners, known, strict=True):
        if np.isnan(each):
            term.notes[level] = "no robust variance: too few clusters"

    def test(columns):
        if problem.cluster is not None:
            block = variance[np.ix_(columns, columns)]
            singular = np.linalg.matrix_rank(block, hermitian=True) < len(columns)
            if singular or np.isnan(known[columns]).any():
                return np.nan
            return coef[columns] @ np.linalg.solve(block, coef[columns])
        rest = np.delete(problem.x, columns, axis=1)
        return 2 * (at.log_likelihood - maximise(problem.risk_sets, rest)[1])

    return Estimate(
        problem=problem,
        method="efron",
        coef=coef,
        error=known,
        lower=coef - Z * known,
        upper=coef + Z * known,
        p_values=2 * ndtr(-np.abs(coef / known)),
        factor_p_values=_test_terms(problem, test),
        log_likelihood=at.log_likelihood,
        null=null,
    )


def _test_terms(problem, test):
    found = {}
    for term, _ in problem.owners:
        columns = problem.columns_of(term)
        found[term.name] = chdtrc(len(columns), np.maximum(test(columns), 0))
    return found


def estimate_firth(terms, patients, endpoint):
    """Maximum of the penalised likelihood: an Estimate, or None if its search does not converge."""
    from crlm.survival import firth  # scikit-learn comes with it, and most models do not need it

    problem = _build_problem(terms, patients, endpoint, None, None)
    fit = problem and firth.fit_firth(problem.months, problem.event, problem.x)
    if not fit:
        return None
    coef, error, limits = fit
    for (term, level), each in zip(problem.owners, limits, strict=True):
        if np.isnan(each).any():
            term.notes[level] = "no profile limit found"

    def test(columns):
        return firth.compare_without(problem.risk_sets, problem.x, coef, columns)

    each = [max(test([column]), 0) for column in range(len(coef))]
    return Estimate(
        problem=problem,
        method="firth",
        coef=coef,
        error=error,
        lower=limits[:, 0],
        upper=limits[:, 1],
        p_values=chdtrc(1, each),
        factor_p_values=_test_terms(problem, test),
        log_likelihood=firth.penalised_log_likelihood(problem.risk_sets, problem.x, coef),
        null=firth.penalised_log_likelihood(problem.risk_sets, problem.x, np.zeros_like(coef)),
    )
