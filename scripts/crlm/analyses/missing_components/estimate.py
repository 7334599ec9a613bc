"""What missing components do to a score: three analyses side by side.

Determinate patients only; two fixed completions, every patient at the lower and every patient at
the upper bound of the score; multiple imputation of the components, after which the score is
computed anew (`imputation`, `pooling`). The score itself and the outcome are never imputed.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtr

from crlm.analyses.missing_components.diagnostics import COLUMNS as DIAGNOSTICS
from crlm.analyses.missing_components.diagnostics import diagnose
from crlm.plan.phrases import plural
from crlm.scores.engine import compute_score
from crlm.survival.completion import complete_patients
from crlm.survival.concordance import concordance_influence
from crlm.survival.cox_design import LEVEL_KINDS
from crlm.survival.horizons import MINIMUM_EVENTS
from crlm.survival.imputation import impute
from crlm.survival.kaplan_meier import Z, select_patients
from crlm.survival.pooling import pool, pool_logit
from crlm.survival.prediction import fit_prediction

MEASURES = ("hazard_ratio", "harrell_c")
COMPLETIONS = {"all_lowest": "lower", "all_highest": "upper"}  # of the bounds of the score
ANALYSES = ("determinate", *COMPLETIONS, "imputed")
ESTIMATES = ["score", "analysis", "measure", "patients", "events", "missing"]
ESTIMATES += ["estimate", "lower", "upper", "p_value", "imputations", "fmi", "note"]
ABOUT = ("variable", "role", "method", "missing", "patients", "limits")
IMPUTATION = [*dict.fromkeys([*ABOUT, *DIAGNOSTICS]), "from", "to", "note"]
BINS = 10


@dataclass(frozen=True)
class MissingComponents:
    """The tables of an endpoint."""

    estimates: pd.DataFrame  # one row per score, measure and analysis
    imputation: pd.DataFrame  # observed and imputed values; without rows if nothing is missing


@dataclass(frozen=True)
class Fit:
    """Hazard ratio per point (logarithm) and Harrell's C of one completed score."""

    coef: float = np.nan
    variance: float = np.nan
    c: float = np.nan
    c_variance: float = np.nan
    note: str | None = None


def assess_missing_components(cohort, endpoint, settings, seed, minimum_events=MINIMUM_EVENTS):
    """The three analyses of every score among the patients of the endpoint: MissingComponents.

    settings: {scores: {name: score of the plan with label}, targets, derived (variables
    that follow anew from imputed ones) and auxiliary: {variable: spec}, imputations, iterations}.
    Hazard ratio: per point, univariable Cox model with
    Efron's ties. Limits are 95%; those of C on the logit scale with the infinitesimal jackknife.
    Imputations are pooled by Rubin's rules, the logarithm of the hazard ratio with Barnard and
    Rubin's degrees of freedom for events - 1 of complete data, C on the logit scale. Neither of
    the rows all_lowest and all_highest need be the lowest or the highest that any completion
    gives. Nothing raises because of the data: an empty estimate has a note.
    """
    patients = select_patients(cohort, endpoint)
    computed = {name: compute_score(patients, score) for name, score in settings["scores"].items()}
    enough = patients[f"{endpoint}_event"].sum() >= minimum_events
    imputed = None
    if enough and any(table["value"].isna().any() for table in computed.values()):
        imputed = impute(
            *(cohort, endpoint, settings["targets"], settings["auxiliary"]),
            *(settings["imputations"], seed, settings["iterations"]),
        )
    tables = imputed.tables if imputed else []
    completed = [complete_patients(patients, table, settings["derived"]) for table in tables]
    rows = []
    for name, score in settings["scores"].items():
        values = [compute_score(table, score)["value"].to_numpy(float) for table in completed]
        found = _assess_score(patients, endpoint, computed[name], values, minimum_events)
        rows += [{"score": name, **row} for row in found]
    return MissingComponents(
        estimates=pd.DataFrame(rows, columns=ESTIMATES),
        imputation=_tabulate_imputation(cohort, imputed),
    )


def fit_points(months, event, points, by_lifelines=True):
    """Hazard ratio and C of known points (n,): a Fit, with a note where there is none."""
    table = pd.DataFrame({"points_months": months, "points_event": event, "points": points})
    found, note = fit_prediction(table, "points", {"points": {"kind": "count"}}, by_lifelines)
    c, influence = concordance_influence(months, event, points)
    c_variance = float((influence**2).sum())
    if found is None:
        return Fit(c=c, c_variance=c_variance, note=note.removeprefix("points: "))
    scale, error = found.estimate.problem.scale[0], found.estimate.error[0]
    return Fit(found.estimate.coef[0] / scale, (error / scale) ** 2, c, c_variance)


def _assess_score(patients, endpoint, table, values, minimum_events):
    """The rows of one score; values: the completed score of every imputation."""
    months = patients[f"{endpoint}_months"].to_numpy(float)
    event = patients[f"{endpoint}_event"].to_numpy(float)
    known = table["value"].notna().to_numpy()
    everybody = {"patients": len(known), "events": int(event.sum())}
    determinate = {"patients": int(known.sum()), "events": int(event[known].sum())}
    missing = int((~known).sum())
    results = {
        "determinate": _analyse(months[known], event[known], table["value"][known], minimum_events)
    }
    if not missing:
        nothing = _leave_out("nothing is missing: as the determinate patients")
        results |= dict.fromkeys(ANALYSES[1:], nothing)
    elif everybody["events"] < minimum_events:
        few = _leave_out(_tell_few(everybody["events"], minimum_events))
        results |= dict.fromkeys(ANALYSES[1:], few)
    else:
        results |= _complete(months, event, table, minimum_events)
        results["imputed"] = _pool(months, event, values)
    for measure in MEASURES:
        for analysis in ANALYSES:
            size = determinate if analysis == "determinate" else everybody
            row = {"analysis": analysis, "measure": measure, **size, "missing": missing}
            yield row | results[analysis][measure]


def _leave_out(note):
    return {measure: {"note": note} for measure in MEASURES}


def _tell_few(events, minimum):
    return f"{plural(events, 'event')}, fewer than {minimum}"


def _analyse(months, event, points, minimum_events):
    """Known points (n,) as a Series: rows by measure."""
    if event.sum() < minimum_events:
        return _leave_out(_tell_few(int(event.sum()), minimum_events))
    fit = fit_points(months, event, points.to_numpy(float))
    error = np.sqrt(fit.variance)
    ratio = {
        "estimate": np.exp(fit.coef),
        "lower": np.exp(fit.coef - Z * error),
        "upper": np.exp(fit.coef + Z * error),
        "p_value": 2 * ndtr(-np.abs(fit.coef / error)),
        "note": fit.note,
    }
    concordance = {"estimate": fit.c, "note": "no usable pair" if np.isnan(fit.c) else None}
    if 0 < fit.c < 1 and fit.c_variance > 0:
        middle, error = logit(fit.c), np.sqrt(fit.c_variance) / (fit.c * (1 - fit.c))
        concordance |= {
            "lower": expit(middle - Z * error),
            "upper": expit(middle + Z * error),
            "p_value": 2 * ndtr(-np.abs(middle / error)),
        }
    return {"hazard_ratio": ratio, "harrell_c": concordance}


def _complete(months, event, table, minimum_events):
    """Both completions: every score at its lower, and at its upper bound."""
    limited = np.isfinite(table[["lower", "upper"]]).all(axis=1)
    if not limited.all():
        open_ = int((~limited).sum())
        note = f"no bound: without the missing component the score has no limits ({plural(open_, 'patient')})"
        return dict.fromkeys(COMPLETIONS, _leave_out(note))
    return {
        name: _analyse(months, event, table[end], minimum_events)
        for name, end in COMPLETIONS.items()
    }


def _pool(months, event, values):
    """Rubin's rules over the completed scores."""
    if any(np.isnan(points).any() for points in values):
        unknown = int(max(np.isnan(points).sum() for points in values))
        stay = "1 patient stays" if unknown == 1 else f"{unknown} patients stay"
        note = f"{stay} without a score: a component is known of nobody"
        return _leave_out(note)
    fits = [fit_points(months, event, points, by_lifelines=False) for points in values]
    failed = [fit.note for fit in fits if np.isnan(fit.coef)]
    ratio = pool(
        [fit.coef for fit in fits], [fit.variance for fit in fits], max(event.sum() - 1, 1)
    )
    ratio |= {end: np.exp(ratio[end]) for end in ("estimate", "lower", "upper")}
    ratio["note"] = f"in {len(failed)} imputations {failed[0]}" if failed else None
    concordance = pool_logit([fit.c for fit in fits], [fit.c_variance for fit in fits])
    kept = ("estimate", "lower", "upper", "p_value", "fmi", "note")
    return {
        measure: {key: pooled.get(key) for key in kept} | {"imputations": len(fits)}
        for measure, pooled in zip(MEASURES, (ratio, concordance), strict=True)
    }


def _tabulate_imputation(cohort, imputed):
    """The diagnostics, followed by the shares of observed and imputed numbers in bins.

    An entry such as <0.5 is imputed within its limits and cannot look like those without; such
    entries are counted in `limits` and are not part of the comparison.
    """
    if not imputed:
        return pd.DataFrame(columns=IMPUTATION)
    rows, bins = [], []
    for name in imputed.methods:
        limited = _find_limited(cohort.loc[imputed.missing.index], name)
        mine = _narrow(imputed, name, imputed.missing.index[~limited])
        about = {"patients": len(imputed.missing), "limits": int(limited.sum())}
        found = [row | about for row in diagnose(cohort, mine).to_dict("records")]
        rows += found
        absent = mine.missing[name].to_numpy()
        if mine.specs[name]["kind"] not in LEVEL_KINDS and absent.any() and not absent.all():
            base = {key: found[0][key] for key in ABOUT}
            bins += [{**base, **row} for row in _count_bins(cohort, mine, name, absent)]
    found = pd.DataFrame([*rows, *bins], columns=IMPUTATION)
    return found.assign(note=found["variable"].map(imputed.notes))


def _find_limited(patients, name):
    """Mask of the entries that are known to lie between limits."""
    if f"{name}_lower" not in patients:
        return np.zeros(len(patients), bool)
    lower, upper = patients[[f"{name}_lower", f"{name}_upper"]].to_numpy(float).T
    return (lower < upper) & (np.isfinite(lower) | np.isfinite(upper))


def _narrow(imputed, name, patients):
    """One variable and some of the patients."""
    return replace(
        imputed,
        tables=[table.loc[patients, [name]] for table in imputed.tables],
        missing=imputed.missing.loc[patients, [name]],
        methods={name: imputed.methods[name]},
    )


def _count_bins(cohort, imputed, name, absent):
    """Shares of the observed and of the imputed values between limits, rows with statistic `bin`."""
    known = cohort[name].loc[imputed.missing.index][~absent].to_numpy(float)
    edges = find_edges(known, imputed.specs[name])
    observed = _share(known, edges)
    shares = np.array(
        [_share(each[name].to_numpy(float)[absent], edges) for each in imputed.tables]
    )
    for place in range(len(edges) - 1):
        yield {
            "statistic": "bin",
            "from": edges[place],
            "to": edges[place + 1],
            "observed": observed[place],
            "imputed": shares[:, place].mean(),
            "imputed_lower": shares[:, place].min(),
            "imputed_upper": shares[:, place].max(),
        }


def find_edges(values, spec):
    """Limits of at most ten bins in equal steps on the variable's scale, between whole numbers if all are.

    The first and the last bin also take what lies beyond the 2nd and the 98th percentile.
    """
    is_log = spec.get("transform") == "log2" and (values > 0).all()
    low, high = np.percentile(np.log2(values) if is_log else values, [2, 98])
    if not is_log and (values == np.floor(values)).all():
        low, values_inside = np.floor(low), np.ceil(high) - np.floor(low) + 1
        step = np.ceil(values_inside / BINS)
        return low - 0.5 + step * np.arange(np.ceil(values_inside / step) + 1)
    if low == high:
        low, high = low - 0.5, high + 0.5
    edges = np.linspace(low, high, BINS + 1)
    return 2**edges if is_log else edges


def _share(values, edges):
    inner = np.clip(values, edges[0], edges[-1])
    return np.histogram(inner, edges)[0] / max(len(values), 1)
