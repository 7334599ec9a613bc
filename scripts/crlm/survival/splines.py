"""The Cox model of a restricted cubic spline alone, with the basis of `spline_basis`."""

from dataclasses import dataclass

import numpy as np
import scipy  # which imports scipy.special when it is asked for: words and figures import this module too

from crlm.survival.cox_design import find_redundant
from crlm.survival.cox_maximum import find_maximum
from crlm.survival.kaplan_meier import Z
from crlm.survival.partial_likelihood import build_risk_sets
from crlm.survival.separation import list_at_risk
from crlm.survival.spline_basis import spline_basis

BASIS = 4  # columns of the spline of residuals, intercept included, as R's plot.cox.zph


@dataclass(frozen=True)
class Fit:
    """Maximum of a likelihood over columns that are not standardised."""

    coef: np.ndarray
    variance: np.ndarray
    log_likelihood: float
    null: float


def fit_columns(columns, months, event, strata):
    """Cox model (Efron, stratified) of columns (n, p): a Fit, or None when it has no finite maximum."""
    if event.sum() <= columns.shape[1]:
        return None
    rows = list_at_risk(build_risk_sets(months, event, strata))
    if find_redundant(columns[rows], strata[rows]):
        return None
    scale = columns.std(axis=0)
    found = find_maximum(months, event, (columns - columns.mean(axis=0)) / scale, strata)
    if found is None or not found.finite.all():
        return None
    variance = found.variance / np.outer(scale, scale)
    return Fit(found.coef / scale, variance, found.log_likelihood, found.null)


def trace_curve(fit, knots, grid, reference):
    """Log hazard ratio along the grid against the reference value, and its pointwise 95% limits: three arrays."""
    contrast = spline_basis(grid, knots) - spline_basis([reference], knots)
    estimate = contrast @ fit.coef
    error = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", contrast, fit.variance, contrast), 0))
    return estimate, estimate - Z * error, estimate + Z * error


def compare_likelihoods(larger, smaller, df):
    """Likelihood-ratio statistic and its p-value."""
    statistic = max(2 * (larger - smaller), 0)
    return statistic, float(scipy.special.chdtrc(df, statistic))


def smooth_residuals(time, residual, at):
    """Natural cubic spline of the residuals by least squares: (fit, standard error) at the times `at`, or None.

    None with too few distinct times for a curve. Knots at the quantiles of the times.
    """
    if len(np.unique(time)) < BASIS + 3:
        return None
    knots = np.unique(np.quantile(time, np.linspace(0, 1, BASIS)))
    basis = _natural_spline(time, knots)
    inverse = np.linalg.pinv(basis.T @ basis)
    coef = inverse @ basis.T @ residual
    variance = ((residual - basis @ coef) ** 2).sum() / (len(time) - basis.shape[1])
    at_basis = _natural_spline(at, knots)
    error = np.sqrt(variance * np.einsum("ij,jk,ik->i", at_basis, inverse, at_basis))
    return at_basis @ coef, error


def _natural_spline(x, knots):
    """Natural cubic spline with a constant (n, number of knots)."""
    return np.column_stack([np.ones(len(x)), spline_basis(x, knots)])
