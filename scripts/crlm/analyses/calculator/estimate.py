"""Survival of the strata of every score in this cohort, and the plan's model as numbers that a page can use."""

import numpy as np
import pandas as pd

from crlm.survival.cox_design import is_numeric, select_complete
from crlm.survival.kaplan_meier import read_entry, select_patients, survival_at

LEAST = 5  # patients of a stratum, and at risk at a time, below which nothing is given
STRATA = ["score", "kind", "stratum", "endpoint", "patients", "events"]
STRATA += ["time", "survival", "lower", "upper", "at_risk"]


def estimate_strata(cohort, scores, endpoints, small_cells=None):
    """Return the Kaplan-Meier survival of the groups and whole values of every computable score, one row per time.

    cohort: as `results/private/cohort.parquet`; scores: {name: score} of the plan; endpoints: {name: spec}. Survival in
    0-1, months; survival and limits are missing where fewer than `LEAST` (or `small_cells`) are at risk. A stratum of fewer
    patients has no rows. With `small_cells` there are no strata of single values, whose numbers are small and add up to those
    of a group, and none of a score that has a small group at all, since the others would tell its number.
    """
    least, found = max(LEAST, small_cells or 0), [pd.DataFrame(columns=STRATA)]
    for name, score in scores.items():
        if score["status"] != "computable":
            continue
        for endpoint, spec in endpoints.items():
            patients = select_patients(cohort, endpoint, delayed=True)
            strata = _list_strata(patients, name, score)
            sizes = [int(members.sum()) for _, _, members in strata]
            if small_cells:
                strata = [each for each in strata if each[0] == "group"]
                sizes = [int(members.sum()) for _, _, members in strata]
                sizes.append(len(patients) - sum(sizes))
                if any(0 < size < least for size in sizes):
                    continue
            for kind, stratum, members in strata:
                if members.sum() >= least:
                    rows = _estimate(patients[members], endpoint, spec["landmarks_months"], least)
                    rows = rows.assign(score=name, kind=kind, stratum=stratum, endpoint=endpoint)
                    found.append(rows[STRATA])
    return pd.concat(found[1:], ignore_index=True) if len(found) > 1 else found[0]


def _list_strata(patients, name, score):
    """(kind, stratum, mask) of every group, and of every whole value that somebody has."""
    groups = [
        ("group", group, (patients[f"{name}_group"] == group).to_numpy(bool))
        for group in score["groups"]
    ]
    values = patients[name].to_numpy(float)
    whole = sorted(value for value in set(values[np.isfinite(values)]) if value == int(value))
    if np.isfinite(values).sum() != np.isin(values, whole).sum():
        whole = []  # a score of fractions has no strata of values
    return groups + [("value", f"{value:g}", values == value) for value in whole]


def _estimate(patients, endpoint, times, least):
    months, event = patients[f"{endpoint}_months"], patients[f"{endpoint}_event"]
    rows = survival_at(months, event, times, read_entry(patients, endpoint))
    few = rows["at_risk"] < least
    rows[["survival", "lower", "upper"]] = rows[["survival", "lower", "upper"]].where(~few)
    return rows.assign(
        at_risk=rows["at_risk"].where(~few), patients=len(patients), events=int(event.sum())
    )


def describe_model(cohort, endpoint, specs, times):
    """Return the Cox model as plain numbers, or why there is none: {patients, events, centre, terms, cumulative_hazard} or {note}.

    A term has `variable`, `label` and either `levels` ({level: coefficient}) or `per`, `transform` and `coef` or a spline {knots,
    values, curvature} of the transformed number. cumulative_hazard: per time, of a patient whose linear predictor is `centre`;
    missing times are those after the last event or with fewer than `LEAST` at risk. Efron's baseline, as R's `survfit.coxph`.
    """
    from crlm.survival.prediction import fit_prediction

    patients = select_patients(cohort, endpoint)
    patients = patients[select_complete(patients, specs)] if specs else patients
    if len(patients) < LEAST or not patients[f"{endpoint}_event"].sum():
        return {"note": "too few patients or events with all variables of the model"}
    prediction, note = fit_prediction(patients, endpoint, specs)
    if prediction is None:
        return {"note": note}
    problem = prediction.estimate.problem
    owners, coefs = (
        problem.owners,
        prediction.estimate.coef / problem.scale,
    )  # of the columns as they are
    found = {}
    for (term, level), coef in zip(owners, coefs, strict=True):
        found.setdefault(term.name, (term, {}))[1][level] = float(coef)
    linear = sum(  # of the patients not set aside
        coef * term.columns()[:, term.levels.index(level)]
        for (term, level), coef in zip(owners, coefs, strict=True)
    )
    centre = float(np.mean(linear))
    terms = [
        _describe_term(name, spec, *found.get(name, (None, {}))) for name, spec in specs.items()
    ]
    months = patients[f"{endpoint}_months"].to_numpy(float)
    reached = [float(time) for time in times if (months >= time).sum() >= LEAST]
    return {
        "patients": len(patients),
        "events": int(patients[f"{endpoint}_event"].sum()),
        "note": note,
        "centre": centre,
        "terms": [term for term in terms if term],
        "times": reached,
        "cumulative_hazard": _read_baseline(prediction, reached, centre - linear[0]),
    }


def _read_baseline(prediction, times, distance):
    """Cumulative hazard at `times` of one whose linear predictor lies `distance` above that of the first patient."""
    place = int(np.flatnonzero(~prediction.aside)[0])
    survival = prediction.survive(np.array(times, float))[place]
    return (-np.log(survival) * np.exp(distance)).tolist()


def _describe_term(name, spec, term, coefs):
    """A term of the page; None for a variable without any estimate, which the note of the model names."""
    if term is None:
        return None
    base = {"variable": name, "label": spec["label"]}
    if not is_numeric(spec):
        known = {term.reference: 0.0, **coefs}
        labels = spec.get("level_labels") or {}
        return {**base, "levels": known, "level_labels": labels}
    scale = {"per": spec.get("per") or 1, "transform": spec.get("transform") or "none"}
    if "spline" not in spec or len(term.knots) < 3:
        return {**base, **scale, "coef": next(iter(coefs.values()))}
    from scipy.interpolate import CubicSpline

    # patsy's columns are the values at the knots, of which the first is left out
    values = [0.0, *(coefs.get(level, 0.0) for level in range(1, len(term.knots)))]
    curve = CubicSpline(term.knots, values, bc_type="natural")
    curvature = np.array(curve(term.knots, 2), float)
    curvature[[0, -1]] = 0.0
    spline = {"knots": list(map(float, term.knots)), "values": values}
    return {**base, **scale, "spline": {**spline, "curvature": curvature.tolist()}}
