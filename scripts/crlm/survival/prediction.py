"""Cox models as predictors: the linear predictor and the survival of every patient."""

from dataclasses import dataclass

import numpy as np

from crlm.survival.cox_design import build_term, find_set_aside
from crlm.survival.cox_estimate import Estimate, build_problem, estimate_terms
from crlm.survival.partial_likelihood import evaluate, split_deaths


@dataclass(frozen=True)
class Prediction:
    """A Cox model (Efron) and what it says of the patients it was fitted to."""

    estimate: Estimate  # of the patients not set aside
    linear: np.ndarray  # (n,); -inf at a level without an event, whose hazard has the limit 0
    aside: np.ndarray  # (n,), mask of those
    note: str | None

    def list_baselines(self, times):
        """Baseline of each stratum with an event, of one whose standardised columns are all 0, at the times.

        Yields (row of the problem that is in the stratum, hazard (times,), its variance (times,), means (times, p)): with x the
        columns of a patient and q = hazard x - means, his cumulative hazard is exp(x coef) hazard, and its standard error
        exp(x coef) sqrt(variance + q V q). Tsiatis' variance with Efron's ties, as R's `survfit.coxph`.
        """
        problem, risk_sets = self.estimate.problem, self.estimate.maximum.risk_sets
        at = evaluate(risk_sets, problem.x, self.estimate.coef)
        least = np.exp(
            -(problem.x @ self.estimate.coef).max(initial=0)
        )  # `totals` are in units of the highest risk
        for stratum, deaths in split_deaths(risk_sets):
            order = np.argsort(problem.months[stratum.deaths], kind="stable")
            place = np.searchsorted(problem.months[stratum.deaths][order], times, side="right")
            total, mean = at.totals[deaths][order], at.means[deaths][order]
            sums = np.cumsum(
                np.column_stack([1 / total, 1 / total**2, mean / total[:, None]]), axis=0
            )
            sums = np.vstack([np.zeros(sums.shape[1]), sums])[place]
            yield stratum.rows[0], least * sums[:, 0], least**2 * sums[:, 1], least * sums[:, 2:]

    def survive(self, times):
        """Predicted survival (n, times), with Efron's baseline as R's `survfit.coxph`."""
        problem = self.estimate.problem
        risk_sets = self.estimate.maximum.risk_sets
        at = evaluate(risk_sets, problem.x, self.estimate.coef)
        deaths = np.concatenate([stratum.deaths for stratum in risk_sets])
        order = np.argsort(problem.months[deaths], kind="stable")
        hazard = np.append(0, np.cumsum(1 / at.totals[order]))
        place = np.searchsorted(problem.months[deaths][order], times, side="right")
        risk = np.zeros(len(self.linear))
        risk[~self.aside] = at.risk
        return np.exp(-np.outer(risk, hazard[place]))


def fit_prediction(patients, endpoint, variables, by_lifelines=True, strata=None):
    """Cox model of complete patients: (Prediction or None, note or None).

    variables: {name: spec}; by_lifelines: as `cox_maximum.find_maximum`; strata: columns, each of whose combinations has a
    baseline of its own (`list_baselines`; `survive` is of models without strata). None, with the reason, if
    nothing can be estimated. Patients at a level without an event get the limit of their hazard, 0;
    a variable whose likelihood rises for ever in another way predicts nothing that can be used and
    is left out, with a note.
    """
    event = patients[f"{endpoint}_event"]
    terms = [build_term(patients, event, *each) for each in variables.items()]
    aside = find_set_aside(terms)
    for term in terms:
        term.values = term.values[~aside]
        eventless = term.list_eventless()
        term.levels = [level for level in term.levels if level not in eventless]
    estimate = _estimate_finite(terms, patients[~aside], endpoint, by_lifelines, strata)
    notes = [
        f"{term.name}{'' if level is None else f' ({level})'}: {note}"
        for term in terms
        for level, note in term.notes.items()
    ]
    note = "; ".join(notes) or None
    if estimate is None:
        return None, note or "nothing is estimable"
    linear = np.full(len(patients), -np.inf)
    linear[~aside] = np.round(estimate.problem.x @ estimate.coef, 10)  # equal for equal patients
    return Prediction(estimate, linear, aside, note), note


def _estimate_finite(terms, patients, endpoint, by_lifelines, strata):
    """Estimate of the terms without those that have an infinite coefficient, or None."""
    while problem := build_problem(terms, patients, endpoint, strata):
        estimate = estimate_terms(problem, tested=False, by_lifelines=by_lifelines)
        if estimate is None or estimate.finite.all():
            return estimate
        infinite = estimate.maximum.separating
        for column in np.flatnonzero(infinite if infinite.any() else ~estimate.finite):
            problem.owners[column][0].drop("not estimable: the likelihood has no maximum")
    return None
