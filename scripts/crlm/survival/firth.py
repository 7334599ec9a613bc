"""Cox regression with Firth's penalty, for data in which a hazard ratio has no maximum."""

import warnings
from dataclasses import dataclass, replace

import numpy as np
from firthmodels import FirthCoxPH
from scipy.optimize import minimize

from crlm.survival.partial_likelihood import evaluate, sum_information


@dataclass(frozen=True)
class Penalised:
    """Maximum of the penalised likelihood of p columns."""

    coef: np.ndarray
    error: np.ndarray  # Wald standard errors
    limits: (
        np.ndarray
    )  # (p, 2), 95% profile penalised likelihood; missing where the search does not converge
    p_values: np.ndarray  # penalised likelihood-ratio test of each column
    log_likelihood: float


def fit_firth(months, event, x):
    """Penalised estimates of x (n, p), centred and scaled, ties as Breslow; None if the search does not converge.

    [@HeinzeSchemper2001]
    """
    # its default of five step halvings gives up close to the maximum of a nearly flat likelihood
    model = FirthCoxPH(backend="numpy", max_iter=200, max_halfstep=30, gtol=1e-6, xtol=1e-6)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whatever they announce is read off the result below
        try:
            model.fit(x, (event == 1, months))
            if not model.converged_ or not np.isfinite(model.bse_).all():
                return None
            p_values = model.lrt().lrt_pvalues_
        except np.linalg.LinAlgError:
            return None
        limits = [_search_limits(model, column) for column in range(x.shape[1])]
    return Penalised(model.coef_, model.bse_, np.array(limits), p_values, float(model.loglik_))


def _search_limits(model, column):
    try:
        return model.conf_int(method="pl", features=[column], max_iter=200, tol=1e-8)[column]
    except np.linalg.LinAlgError:
        return np.full(2, np.nan)


def penalised_log_likelihood(risk_sets, x, coef):
    """Breslow's partial log-likelihood plus half the log determinant of its information."""
    breslow = [replace(each, fraction=np.zeros_like(each.fraction)) for each in risk_sets]
    at = evaluate(breslow, x, coef)
    return at.log_likelihood + np.linalg.slogdet(sum_information(breslow, x, at))[1] / 2


def compare_without(risk_sets, x, coef, columns):
    """Likelihood-ratio statistic of `columns` being 0; the penalty keeps all columns."""
    free = [column for column in range(x.shape[1]) if column not in columns]

    def fall(values):
        trial = np.zeros(x.shape[1])
        trial[free] = values
        return -penalised_log_likelihood(risk_sets, x, trial)

    constrained = minimize(fall, coef[free], tol=1e-9).fun if free else fall([])
    return 2 * (penalised_log_likelihood(risk_sets, x, coef) + constrained)
