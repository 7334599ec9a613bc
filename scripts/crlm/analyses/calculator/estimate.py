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


def describe_model(cohort, endpoint, specs, times, strata=(), small_cells=None):
    """Return the Cox model as plain numbers, or why there is none: {patients, events, note, terms, ...} or {note}.

    Parameters
    ----------
    specs : {variable: spec} of the model; times : months; strata : columns, each of whose combinations has a baseline of its own
    small_cells : as `estimate_strata`

    A term has `variable`, `label` and either `levels` ({level: coefficient}) or `per`, `transform` and `coef` or a spline {knots,
    values, curvature} of the transformed number; `columns` says what it brings to the limits. `strata`: the names; `baselines`:
    per stratum its `levels`, `times` and of one whose linear predictor is `centre` the `cumulative_hazard`, with `variance` and
    `means` for the limits (`Prediction.list_baselines`), `at_risk`, and `patients` and `events` where they may be told. Missing
    times are those with fewer than `LEAST` of the stratum at risk, missing strata those with fewer patients or without an event.
    """
    from crlm.survival.prediction import fit_prediction

    least, strata = max(LEAST, small_cells or 0), list(strata)
    patients = select_patients(cohort, endpoint)
    patients = patients[select_complete(patients, specs, strata)] if specs else patients
    if len(patients) < LEAST or not patients[f"{endpoint}_event"].sum():
        return {"note": "too few patients or events with all variables of the model"}
    prediction, note = fit_prediction(patients, endpoint, specs, strata=strata)
    if prediction is None:
        return {"note": note}
    problem, found = prediction.estimate.problem, {}
    coefs = prediction.estimate.coef / problem.scale  # of the columns as they are
    for (term, level), coef in zip(problem.owners, coefs, strict=True):
        found.setdefault(term.name, (term, {}))[1][level] = float(coef)
    columns = [term.columns()[:, term.levels.index(level)] for term, level in problem.owners]
    middle = np.array([column.mean() for column in columns])
    terms = [
        _describe_term(name, spec, *found.get(name, (None, {}))) for name, spec in specs.items()
    ]
    months = patients[f"{endpoint}_months"].to_numpy(float)
    reached = [float(time) for time in times if (months >= time).sum() >= least]
    used = patients[~prediction.aside]
    return {
        "patients": len(patients),
        "events": int(patients[f"{endpoint}_event"].sum()),
        "note": note,
        "centre": float(coefs @ middle),
        "terms": [term for term in terms if term],
        "columns": [
            {"variable": term.name, "level": level, "middle": float(each), "scale": float(scale)}
            for (term, level), each, scale in zip(
                problem.owners, middle, problem.scale, strict=True
            )
        ],
        "covariance": prediction.estimate.variance.tolist(),
        "times": reached,
        "strata": strata,
        "baselines": _list_baselines(
            prediction, used, endpoint, strata, reached, least, small_cells
        ),
    }


def _list_baselines(prediction, patients, endpoint, strata, times, least, small_cells):
    """The baseline of every stratum that may be shown; patients: those whom the model was fitted to."""
    own = prediction.estimate.problem.strata
    sizes = np.bincount(own)
    events = np.bincount(own, patients[f"{endpoint}_event"])
    # counts of all strata but one would tell the one that is hidden
    counts = np.concatenate([sizes, *([events, sizes - events] if small_cells else [])])
    told = not ((counts > 0) & (counts < least)).any()
    months, found = patients[f"{endpoint}_months"].to_numpy(float), []
    for row, hazard, variance, means in prediction.list_baselines(np.array(times, float)):
        label = own[row]
        if sizes[label] < least:
            continue
        at_risk = [int(((months >= time) & (own == label)).sum()) for time in times]
        shown = [place for place, number in enumerate(at_risk) if number >= least]
        found.append(
            {
                "levels": [str(patients[name].iloc[row]) for name in strata],
                "times": [times[place] for place in shown],
                "cumulative_hazard": hazard[shown].tolist(),
                "variance": variance[shown].tolist(),
                "means": means[shown].tolist(),
                "at_risk": [at_risk[place] if told or not strata else None for place in shown],
                "patients": int(sizes[label]) if told else None,
                "events": int(events[label]) if told else None,
            }
        )
    return found


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
    bends = {level: _bend(term.knots, level) for level in term.levels}
    return {**base, **scale, "spline": {**spline, "curvature": curvature.tolist(), "bends": bends}}


def _bend(knots, level):
    """Second derivatives at the knots of one column of a spline, which is 1 at its own knot and 0 at the others."""
    from scipy.interpolate import CubicSpline

    curvature = np.array(CubicSpline(knots, np.eye(len(knots))[level], bc_type="natural")(knots, 2))
    curvature[[0, -1]] = 0.0
    return curvature.tolist()
