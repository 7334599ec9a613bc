"""Restricted cubic splines in the Cox model."""

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from crlm.survival.cox_design import find_redundant
from crlm.survival.kaplan_meier import Z
from crlm.survival.partial_likelihood import build_risk_sets, evaluate, maximise, sum_information

# Harrell 2015, Regression Modeling Strategies, table 2.3
QUANTILES = {4: (0.05, 0.35, 0.65, 0.95), 3: (0.1, 0.5, 0.9)}


@dataclass(frozen=True)
class Fit:
    """Maximum of a likelihood over columns that are not standardised."""

    coef: np.ndarray
    variance: np.ndarray
    log_likelihood: float
    null: float


def place_knots(values):
    """Knots of a spline: (knots, note).

    Four at Harrell's quantiles; three if two of the four coincide or lie within a hundredth of the range, because the values
    pile up; and if they do so again, three at the same quantiles of the distinct values. No knots below three distinct values.
    """
    distinct = np.unique(values)
    if len(distinct) < 3:
        return np.empty(0), "fewer than three distinct values"
    for count, quantiles in QUANTILES.items():
        knots = np.quantile(values, quantiles)
        if np.diff(knots).min() > 0.01 * np.ptp(distinct):
            note = None if count == 4 else "values pile up: three knots instead of four"
            return knots, note
    knots = np.quantile(distinct, QUANTILES[3])
    return knots, "values pile up: three knots at quantiles of the distinct values"


def spline_basis(values, knots):
    """Columns (n, knots - 1) of the restricted cubic spline, the first the value itself (Harrell's scale, as R's `rcs`)."""
    values = np.asarray(values, float)
    columns = [values]
    if len(knots) > 2:
        last, before = knots[-1], knots[-2]
        for knot in knots[:-2]:
            column = np.maximum(values - knot, 0) ** 3
            column -= np.maximum(values - before, 0) ** 3 * (last - knot) / (last - before)
            column += np.maximum(values - last, 0) ** 3 * (before - knot) / (last - before)
            columns.append(column / (last - knots[0]) ** 2)
    return np.column_stack(columns)


def fit_columns(columns, months, event, strata):
    """Cox model (Efron, stratified) of columns (n, p): a Fit, or None when it has no finite maximum."""
    if event.sum() <= columns.shape[1] or find_redundant(columns, strata):
        return None
    scale = columns.std(axis=0)
    x = (columns - columns.mean(axis=0)) / scale
    risk_sets = build_risk_sets(months, event, strata)
    coef, log_likelihood, null, converged = maximise(risk_sets, x)
    information = sum_information(risk_sets, x, evaluate(risk_sets, x, coef))
    if not converged or np.linalg.matrix_rank(information, hermitian=True) < len(coef):
        return None
    variance = np.linalg.inv(information) / np.outer(scale, scale)
    if (np.abs(coef) > 50).any() or (np.diag(variance) <= 0).any():
        return None
    return Fit(coef / scale, variance, log_likelihood, null)


def trace_curve(fit, knots, grid, reference):
    """Log hazard ratio along the grid against the reference value, and its pointwise 95% limits: three arrays."""
    contrast = spline_basis(grid, knots) - spline_basis([reference], knots)
    estimate = contrast @ fit.coef
    error = np.sqrt(np.maximum(np.einsum("ij,jk,ik->i", contrast, fit.variance, contrast), 0))
    return estimate, estimate - Z * error, estimate + Z * error


def compare_likelihoods(larger, smaller, df):
    """Likelihood-ratio statistic and its p-value."""
    statistic = max(2 * (larger - smaller), 0)
    return statistic, float(chdtrc(df, statistic))
