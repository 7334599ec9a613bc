"""Spline terms of Cox models: their tests, their curve against a reference value, and the contrast that tables print."""

import numpy as np
import pandas as pd
from scipy.linalg import null_space
from scipy.special import chdtrc, ndtr

from crlm.survival.cox_design import SplineTerm, restore_numbers, scale_numbers
from crlm.survival.cox_maximum import find_maximum
from crlm.survival.kaplan_meier import Z
from crlm.survival.spline_basis import space_values, spline_basis

GRID = 101  # points of the curve
BINS = 30  # of the histogram below it
SHOWN = (0.02, 0.98)  # ASSUME the curve ends where few patients are left; quantiles of the values
QUARTILES = (0.25, 0.75)
PLAIN = 1e-8  # how far from a straight line the columns may be to hold one

TESTS = [
    *("model", "variable", "patients", "events", "knots", "reference_value", "method"),
    *("df", "statistic", "p_value", "nonlinear_df", "nonlinear_statistic", "nonlinear_p_value"),
    *("wald_statistic", "wald_p_value", "nonlinear_wald_statistic", "nonlinear_wald_p_value"),
    *("low_value", "high_value", "note"),
]
CURVES = [
    *("model", "variable", "kind", "value", "hazard_ratio", "lower", "upper"),
    *("from", "to", "patients"),
]


def list_splines(terms):
    return [term for term in terms if isinstance(term, SplineTerm)]


def describe_contrast(term, estimate):
    """The row of a spline term among hazard ratios, as a dict: the declared contrast, by default of the quartiles.

    level is `high against low`; p_value is Wald's test of this contrast.
    """
    low, high = _find_contrast(term)
    row = {"level": f"{high:.4g} against {low:.4g}", "reference": f"{low:.4g}"}
    if not len(term.values) or np.isnan([low, high]).any():
        return row | {"level": None, "reference": None}
    fitted = estimate and _read(term, estimate)
    if not fitted or low == high:
        note = term.notes.get(None) or (
            "not estimable" if low != high else "the two values of the contrast are the same"
        )
        return row | {"note": note}
    coef, error = (each[0] for each in _contrast(term, *fitted, [high], low))
    if np.isnan(error) and estimate.method == "firth":
        row["note"] = "no limits of a spline with Firth's penalty"
    lower, upper = coef - Z * error, coef + Z * error
    with np.errstate(over="ignore"):
        ratios = np.exp([coef, lower, upper])
    return row | {
        **dict(zip(("hazard_ratio", "lower", "upper"), ratios, strict=True)),
        "coef": coef,
        "se": error,
        "p_value": 2 * ndtr(-abs(coef / error)) if error > 0 else np.nan,
    }


def tabulate_splines(terms, estimate, model):
    """(tests, curves) of the spline terms of one fit, without the column `model`.

    estimate: an Estimate or None; model: {patients, events, method}. Tests: of the whole term and of its departure from a
    straight line, by the likelihood ratio (none with clusters or a penalty) and by Wald, as R's `rms::anova`. Curves: kind
    `curve`, the hazard ratio against the reference value with pointwise 95% limits between the 2nd and the 98th centile of
    the patients, and kind `bin`, how many patients stand between two values.
    """
    tests, curves = [], []
    for term in list_splines(terms):
        row = {
            "variable": term.name,
            "patients": model["patients"],
            "events": model["events"],
            "method": model["method"],
            "knots": "; ".join(f"{knot:.6g}" for knot in restore_numbers(term.knots, term.spec)),
            "note": term.notes.get(None),
        }
        if len(term.values):
            row["reference_value"] = _find_reference(term)
            row["low_value"], row["high_value"] = _find_contrast(term)
        fitted = estimate and _read(term, estimate)
        if fitted:
            row |= _test_term(term, estimate, *fitted)
            curves += _trace(term, *fitted)
        elif "not estimable" not in (row["note"] or ""):
            row["note"] = "; ".join(filter(None, [row["note"], "not estimable"]))
        tests.append(row)
    return pd.DataFrame(tests, columns=TESTS[1:]), pd.DataFrame(curves, columns=CURVES[1:])


def settle_spline(term):
    """The spec of a spline term with the knots, the reference and the contrast that these patients gave it."""
    settled = {
        "knots": restore_numbers(term.knots, term.spec).tolist(),
        "reference": float(_find_reference(term)),
        "contrast": [float(each) for each in _find_contrast(term)],
    }
    return term.spec | {"spline": settled}


def _find_contrast(term):
    """The two values that the printed hazard ratio compares, in the variable's own unit."""
    declared = term.spec["spline"]["contrast"]
    if declared or not len(term.values):
        return declared or (np.nan, np.nan)
    return tuple(restore_numbers(np.quantile(term.values, QUARTILES), term.spec))


def _find_reference(term):
    declared = term.spec["spline"]["reference"]
    return restore_numbers(np.median(term.values), term.spec) if declared is None else declared


def _read(term, estimate):
    """(places, coefficients, variance) of the term's columns on the scale of its basis; None if one is not finite."""
    places = estimate.problem.columns_of(term)
    if not places or not estimate.finite[places].all():
        return None
    scale = estimate.problem.scale[places]
    variance = np.full((len(places),) * 2, np.nan)
    if estimate.variance is not None and np.isfinite(estimate.error[places]).all():
        variance = estimate.variance[np.ix_(places, places)] / np.outer(scale, scale)
    return places, estimate.coef[places] / scale, variance


def weigh_contrast(term):
    """The weights of the term's columns in the contrast that is printed, (columns,)."""
    low, high = _find_contrast(term)
    return _weigh(term, [high], low)[0]


def _weigh(term, values, reference):
    """Differences of the term's columns between values (in the variable's unit) and a reference, (values, columns)."""
    kept = [level - 1 for level in term.levels]

    def place(numbers):
        return spline_basis(scale_numbers(numbers, term.spec), term.knots)[:, kept]

    return place(values) - place([reference])


def _contrast(term, places, coef, variance, values, reference):
    """Log hazard ratios of values (in the variable's unit) against a reference, and their standard errors."""
    contrast = _weigh(term, values, reference)
    squared = np.einsum("ij,jk,ik->i", contrast, variance, contrast)
    return contrast @ coef, np.sqrt(np.maximum(squared, 0))


def _test_term(term, estimate, places, coef, variance):
    """Tests of the whole term and of its non-linear part."""
    problem, size = estimate.problem, len(places)
    row = {"df": size, "p_value": estimate.factor_p_values.get(term.name, np.nan)}
    is_likelihood = estimate.method == "efron" and problem.cluster is None
    if is_likelihood:
        row["statistic"], row["p_value"] = _compare(estimate, _without(problem, places), size)
    if np.isfinite(variance).all():
        row["wald_statistic"] = statistic = float(coef @ np.linalg.solve(variance, coef))
        row["wald_p_value"] = chdtrc(size, statistic)
    values = term.values.to_numpy(float)
    basis = problem.x[:, places] * problem.scale[places]
    straight = np.linalg.lstsq(basis, values - values.mean(), rcond=None)[0]
    left = np.abs(values - values.mean() - basis @ straight).max()
    if size == 1 or left > PLAIN * max(np.ptp(values), 1e-300):
        words = "no test of non-linearity: the columns left are no more than a straight line, or hold none"
        return row | {"note": "; ".join(filter(None, [term.notes.get(None), words]))}
    row["nonlinear_df"] = size - 1
    if is_likelihood:
        line = (values - values.mean()) / values.std()
        smaller = np.column_stack([_without(problem, places), line])
        found = _compare(estimate, smaller, size - 1)
        row["nonlinear_statistic"], row["nonlinear_p_value"] = found
    if np.isfinite(variance).all():
        # a straight line has coefficients along `straight`: what is across it must be 0
        across = null_space(straight[None, :])
        bent = across.T @ coef
        statistic = float(bent @ np.linalg.solve(across.T @ variance @ across, bent))
        row["nonlinear_wald_statistic"] = statistic
        row["nonlinear_wald_p_value"] = chdtrc(size - 1, statistic)
        row.setdefault("nonlinear_p_value", row["nonlinear_wald_p_value"])
    return row


def _without(problem, places):
    return np.delete(problem.x, places, axis=1)


def _compare(estimate, smaller, df):
    """Likelihood-ratio statistic against the model of the columns `smaller`, and its p-value."""
    problem = estimate.problem
    data = problem.months, problem.event, smaller, problem.strata
    maximum = find_maximum(*data, by_lifelines=False, entry=problem.entry)
    if maximum is None:
        return np.nan, np.nan
    statistic = max(2 * (estimate.log_likelihood - maximum.log_likelihood), 0)
    return statistic, float(chdtrc(df, statistic))


def _trace(term, places, coef, variance):
    """Rows of the curve and of the histogram."""
    values = restore_numbers(term.values, term.spec)
    low, high = np.quantile(values, SHOWN)
    if low == high:
        return []
    grid = space_values(low, high, GRID, {"transform": term.spec.get("transform")})
    estimate, error = _contrast(term, places, coef, variance, grid, _find_reference(term))
    with np.errstate(over="ignore"):
        curve = np.exp([estimate, estimate - Z * error, estimate + Z * error])
    rows = [
        {"kind": "curve", "value": value}
        | dict(zip(("hazard_ratio", "lower", "upper"), point, strict=True))
        for value, point in zip(grid, curve.T, strict=True)
    ]
    edges = space_values(low, high, BINS + 1, {"transform": term.spec.get("transform")})
    counts = np.histogram(values, edges)[0]
    rows += [
        {"kind": "bin", "from": edges[place], "to": edges[place + 1], "patients": count}
        for place, count in enumerate(counts)
    ]
    return [{"variable": term.name, **row} for row in rows]
