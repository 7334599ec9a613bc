"""What single patients and covariates that say the same do to a Cox model: dfbeta, and variance inflation."""

import numpy as np
import pandas as pd

from crlm.survival.cox_design import SplineTerm
from crlm.survival.partial_likelihood import evaluate, score_residuals
from crlm.survival.spline_terms import describe_contrast, weigh_contrast

INFLUENCE = [
    *("model", "variable", "level", "patients", "hazard_ratio"),
    *("largest_dfbetas", "hazard_ratio_without", "inflation", "inflation_df", "condition"),
]
INFLUENTIAL = ["model", "variable", "level", "patient_id", "dfbeta", "dfbetas"]
# ASSUME Belsley, Kuh and Welsch 1980: worth a look beyond 2 / sqrt(n)
LOOK = 2.0


def measure_influence(estimate, patients):
    """(INFLUENCE, INFLUENTIAL) of one fit as tables without `model`; no rows for a penalised fit or none.

    estimate: an Estimate; patients: the table it was fitted to. A row per finite coefficient, of a spline for the contrast that
    is printed. dfbeta: by how much the coefficient is larger because of one patient, to first order, as R's
    `residuals(type = "dfbeta")`; dfbetas: in standard errors. hazard_ratio_without: the ratio without the patient of the largest
    dfbetas. INFLUENTIAL: the patients beyond 2 / sqrt(n). inflation: the generalised variance inflation factor of the variable,
    of one column that of `rms::vif`; condition: the square root of the largest over the smallest eigenvalue of the
    coefficients' correlation, of all finite columns.
    """
    rows, people = [], []
    if estimate is not None and estimate.maximum and estimate.finite.any():
        inflation, condition = measure_collinearity(estimate)
        for name, level, dfbeta, coef, error in _list_coefficients(estimate):
            scaled = dfbeta / error
            top = int(np.abs(scaled).argmax())
            beyond = np.flatnonzero(np.abs(scaled) > LOOK / np.sqrt(len(scaled)))
            with np.errstate(over="ignore"):
                ratios = np.exp([coef, coef - dfbeta[top]])
            rows.append(
                {
                    "variable": name,
                    "level": level,
                    "patients": len(scaled),
                    "hazard_ratio": ratios[0],
                    "largest_dfbetas": scaled[top],
                    "hazard_ratio_without": ratios[1],
                    "inflation": inflation[name][0],
                    "inflation_df": inflation[name][1],
                    "condition": condition,
                }
            )
            order = beyond[np.argsort(-np.abs(scaled[beyond]), kind="stable")]
            people += [
                {"variable": name, "level": level}
                | {"patient_id": patients["patient_id"].iloc[place]}
                | {"dfbeta": dfbeta[place], "dfbetas": scaled[place]}
                for place in (order if "patient_id" in patients else [])
            ]
    return pd.DataFrame(rows, columns=INFLUENCE[1:]), pd.DataFrame(people, columns=INFLUENTIAL[1:])


def _list_coefficients(estimate):
    """(variable, level, dfbeta (n,), coefficient, standard error) of what is printed with a finite ratio."""
    problem, maximum = estimate.problem, estimate.maximum
    at = evaluate(maximum.risk_sets, problem.x, maximum.coef)
    moved = score_residuals(maximum.risk_sets, problem.x, at) @ maximum.variance / problem.scale
    variance = maximum.variance / np.outer(problem.scale, problem.scale)
    for term in dict.fromkeys(owner for owner, _ in problem.owners):
        places = [each for each in problem.columns_of(term) if estimate.finite[each]]
        if isinstance(term, SplineTerm):
            found = describe_contrast(term, estimate)
            if "coef" not in found:
                continue
            weights = weigh_contrast(term)
            error = np.sqrt(weights @ variance[np.ix_(places, places)] @ weights)
            if error > 0:
                yield term.name, found["level"], moved[:, places] @ weights, found["coef"], error
            continue
        for place in places:
            error = np.sqrt(variance[place, place])
            if error > 0:
                coef = estimate.coef[place] / problem.scale[place]
                yield term.name, problem.owners[place][1], moved[:, place], coef, error


def measure_collinearity(estimate):
    """({variable: (generalised variance inflation factor, columns)}, condition number) of the finite columns.

    Fox and Monette 1992, from the correlation of the coefficients, so that strata and censoring count as they do in the fit.
    """
    problem, kept = estimate.problem, np.flatnonzero(estimate.finite)
    variance = estimate.maximum.variance[np.ix_(kept, kept)]
    error = np.sqrt(np.diag(variance))
    correlation = variance / np.outer(error, error)
    values = np.linalg.eigvalsh(correlation)
    whole, found = np.linalg.slogdet(correlation)[1], {}
    for term in dict.fromkeys(owner for owner, _ in problem.owners):
        mine = np.isin(kept, problem.columns_of(term))
        if mine.any():
            parts = [np.linalg.slogdet(correlation[np.ix_(m, m)])[1] for m in (mine, ~mine)]
            found[term.name] = float(np.exp(sum(parts) - whole)), int(mine.sum())
    return found, float(np.sqrt(values[-1] / values[0]))
