"""Maximum-likelihood and penalised estimates of the Cox model of a set of terms."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtrc, ndtr

from crlm.survival.cox_design import drop_redundant, find_redundant, stack_columns
from crlm.survival.cox_maximum import Maximum, find_maximum
from crlm.survival.kaplan_meier import Z, read_entry
from crlm.survival.partial_likelihood import build_risk_sets, evaluate, score_residuals
from crlm.survival.separation import list_at_risk, rank_values, split_columns


@dataclass(frozen=True)
class Problem:
    """A likelihood to maximise over standardised columns."""

    months: np.ndarray
    event: np.ndarray
    strata: np.ndarray  # integers
    cluster: np.ndarray | None
    x: np.ndarray  # (n, p), centred and divided by `scale`
    scale: np.ndarray
    owners: list  # (term, level) of each column
    entry: np.ndarray | None = None  # months of delayed entry

    def columns_of(self, term):
        return [index for index, (owner, _) in enumerate(self.owners) if owner is term]

    def pairs(self):
        return zip(self.owners, self.scale, strict=True)


@dataclass(frozen=True)
class Estimate:
    """Its maximum. Everything is on the scale of the standardised columns, missing where it is infinite."""

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
    finite: np.ndarray  # (p,), mask: the coefficient is finite
    ranks: np.ndarray  # (n,), patients by rising linear predictor, also where that is infinite
    maximum: Maximum | None  # None for a penalised fit
    variance: np.ndarray | None = None  # (p, p), robust with clusters; None for a penalised fit


def build_problem(terms, patients, endpoint, strata=None, cluster=None):
    """The problem, or None with a note on every term if there are too few events."""
    labels = np.zeros(len(patients), int)
    if strata:
        labels = patients.groupby(strata, observed=True).ngroup().to_numpy()
    months = patients[f"{endpoint}_months"].to_numpy(float)
    event = patients[f"{endpoint}_event"].to_numpy(float)
    entry = read_entry(patients, endpoint)
    if event.any():
        drop_redundant(terms, list_at_risk(build_risk_sets(months, event, labels, entry)), labels)
    columns, owners = stack_columns(terms)
    known = sum(level not in term.list_eventless() for term, level in owners)
    if not owners or known > event.sum() or not event.any():
        for term in terms:
            term.drop(f"not estimable: {event.sum():.0f} events for {known} parameters")
        return None
    scale = columns.std(axis=0)
    return Problem(
        months=months,
        event=event,
        strata=labels,
        cluster=pd.factorize(patients[cluster])[0] if cluster else None,
        x=(columns - columns.mean(axis=0)) / scale,
        scale=scale,
        owners=owners,
        entry=entry,
    )


def list_comparable(problem):
    """Strata (n,) with the single columns that separate at their limit, and the columns that still vary within them."""
    entry = problem.entry
    labels, _ = split_columns(problem.months, problem.event, problem.x, problem.strata, entry)
    rows = list_at_risk(build_risk_sets(problem.months, problem.event, labels, entry))
    redundant = find_redundant(problem.x[rows], labels[rows])
    return labels, [column for column in range(problem.x.shape[1]) if column not in redundant]


def estimate_terms(problem, tested=True, by_lifelines=True):
    """Maximum of the likelihood: an Estimate, or None with a note on every term.

    Columns along which the likelihood rises for ever stay in it, in the limit; their own coefficients, which are infinite,
    are missing, with a note. tested: whether each term is tested as a whole, which costs a fit without it;
    by_lifelines: as `find_maximum`.
    """
    data = problem.months, problem.event, problem.x, problem.strata
    maximum = find_maximum(*data, by_lifelines, problem.entry)
    if maximum is None:
        for term, _ in problem.owners:
            term.drop("not estimable: no maximum of the likelihood was found")
        return None
    for column in np.flatnonzero(~maximum.finite):
        term, level = problem.owners[column]
        note = "not estimable: the likelihood has no maximum"
        if not maximum.separating[column]:
            note = (
                "not estimable: constant or collinear among the patients that can still be compared"
            )
        term.explain(note, [level])
    return _describe(problem, maximum, tested)


def _describe(problem, maximum, tested):
    """Wald limits, by Lin and Wei's variance with clusters (R: dfbetas summed by cluster)."""
    variance = maximum.variance
    if problem.cluster is not None:
        at = evaluate(maximum.risk_sets, problem.x, maximum.coef)
        influence = score_residuals(maximum.risk_sets, problem.x, at) @ variance
        influence = pd.DataFrame(influence).groupby(problem.cluster).sum().to_numpy()
        variance = influence.T @ influence
    error = np.sqrt(np.diag(variance))
    # Score residuals add up to zero over the clusters, so G clusters carry at most G - 1 parameters.
    enough = problem.cluster is None or len(set(problem.cluster)) > len(maximum.kept)
    known = np.where(enough & maximum.finite & (error > 1e-12), error, np.nan)
    for column in np.flatnonzero(maximum.finite & np.isnan(known)):
        term, level = problem.owners[column]
        term.explain("no robust variance: too few clusters", [level])
    coef = np.where(maximum.finite, maximum.coef, np.nan)

    def test(columns):
        if problem.cluster is not None:
            block = variance[np.ix_(columns, columns)]
            if np.isnan(known[columns]).any():
                return np.nan
            if np.linalg.matrix_rank(block, hermitian=True) < len(columns):
                return np.nan
            return coef[columns] @ np.linalg.solve(block, coef[columns])
        rest = np.delete(problem.x, columns, axis=1)
        data = problem.months, problem.event, rest, problem.strata
        without = find_maximum(*data, by_lifelines=False, entry=problem.entry)
        if without is None:
            return np.nan
        return 2 * (maximum.log_likelihood - without.log_likelihood)

    return Estimate(
        problem=problem,
        method="efron",
        coef=coef,
        error=known,
        lower=coef - Z * known,
        upper=coef + Z * known,
        p_values=2 * ndtr(-np.abs(coef / known)),
        factor_p_values=_test_terms(problem, test) if tested else {},
        log_likelihood=maximum.log_likelihood,
        null=maximum.null,
        finite=maximum.finite,
        ranks=maximum.ranks,
        maximum=maximum,
        variance=variance,
    )


def _test_terms(problem, test):
    found = {}
    for term, _ in problem.owners:
        columns = problem.columns_of(term)
        found[term.name] = chdtrc(len(columns), np.maximum(test(columns), 0))
    return found


def estimate_firth(problem):
    """Maximum of the penalised likelihood: an Estimate, or None if its search does not converge."""
    from crlm.survival import firth  # scikit-learn comes with it, and most models do not need it

    fit = firth.fit_firth(problem.months, problem.event, problem.x)
    if not fit:
        return None
    for (term, level), each in zip(problem.owners, fit.limits, strict=True):
        if np.isnan(each).any():
            term.explain("no profile limit found", [level])
    risk_sets = build_risk_sets(problem.months, problem.event)
    tests = {}
    for term, _ in problem.owners:
        columns = problem.columns_of(term)
        if len(columns) == 1:
            tests[term.name] = fit.p_values[columns[0]]
        else:
            statistic = firth.compare_without(risk_sets, problem.x, fit.coef, columns)
            tests[term.name] = chdtrc(len(columns), max(statistic, 0))
    return Estimate(
        problem=problem,
        method="firth",
        coef=fit.coef,
        error=fit.error,
        lower=fit.limits[:, 0],
        upper=fit.limits[:, 1],
        p_values=fit.p_values,
        factor_p_values=tests,
        log_likelihood=fit.log_likelihood,
        null=firth.penalised_log_likelihood(risk_sets, problem.x, np.zeros_like(fit.coef)),
        finite=np.ones(len(fit.coef), bool),
        ranks=rank_values(problem.x @ fit.coef, 1e-10),
        maximum=None,
    )
