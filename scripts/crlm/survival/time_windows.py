"""Hazard ratios that differ between windows of time: a Cox model of patients who are split at the windows' ends."""

from itertools import pairwise

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from crlm.survival.cox import select_analysed
from crlm.survival.cox_design import Term, build_term
from crlm.survival.cox_estimate import build_problem, estimate_terms
from crlm.survival.kaplan_meier import read_entry
from crlm.survival.spline_terms import settle_spline

WINDOWS = [
    *("level", "reference", "from_months", "to_months", "patients", "events"),
    *("hazard_ratio", "lower", "upper", "p_value", "note"),
]
BEFORE = -1.0  # a start before time 0: whoever has the event at time 0 is at risk of it


def split_windows(patients, endpoint, cuts):
    """Rows of each patient in each window they are at risk in, as R's `survSplit`: (rows, window of each row).

    cuts: months, rising; a window is open at its start and closed at its end, so that an event at a cut is in the window that
    ends there. The rows have the column `<endpoint>_entry` (delayed entry), and `<endpoint>_event` only in the last one.
    """
    months = patients[f"{endpoint}_months"].to_numpy(float)
    entry = read_entry(patients, endpoint)
    entry = np.full(len(months), BEFORE) if entry is None else entry
    parts = []
    for window, (start, end) in enumerate(list_windows(cuts)):
        begins, stops = np.maximum(entry, start if window else BEFORE), np.minimum(months, end)
        there = stops > begins
        part = {
            f"{endpoint}_entry": begins,
            f"{endpoint}_months": stops,
            f"{endpoint}_event": patients[f"{endpoint}_event"].to_numpy(float) * (months <= end),
        }
        parts.append(patients.assign(**part)[there].assign(**{"": window}))
    rows = pd.concat(parts, ignore_index=True)
    return rows.drop(columns=""), rows[""].to_numpy()


def list_windows(cuts):
    """(start, end) of every window: from 0 to the first cut, and on to no end."""
    edges = [0.0, *map(float, cuts), np.inf]
    return list(pairwise(edges))


def estimate_windows(cohort, endpoint, variables, name, cuts, options, by_lifelines=True):
    """Hazard ratio of one variable of a Cox model (Efron) in every window: (table, test).

    variables: {name: spec} of the model; cuts: months; options: {strata, cluster, landmark_months};
    by_lifelines: as `cox_maximum.find_maximum`. The other variables have one hazard ratio for all time, as in R's
    `coxph(Surv(start, stop, event) ~ others + x:strata(window))` of `survSplit`; their splines keep the knots of the patients, of
    whom the windows count some more than once. The variable itself is a straight line, since a spline has no single ratio.
    Returns the columns of WINDOWS, one row per level and window, and (statistic, df, p) of the likelihood-ratio test that the
    ratios are the same in all windows (missing with clusters, which the likelihood does not know, and where something has no
    maximum).
    """
    strata, cluster, landmark = (
        options.get(key) for key in ("strata", "cluster", "landmark_months")
    )
    patients, _ = select_analysed(
        cohort, endpoint, variables, strata, cluster, landmark, delayed=True
    )
    settled = _settle_splines(patients, patients[f"{endpoint}_event"], variables, name)
    rows, window = split_windows(patients, endpoint, cuts)
    event = rows[f"{endpoint}_event"]
    others = [build_term(rows, event, *each) for each in settled.items() if each[0] != name]
    whole = build_term(rows, event, name, settled[name])
    places = [(level, place) for level in whole.levels for place in range(len(list_windows(cuts)))]
    parts = [_take_window(whole, level, window == place, event) for level, place in places]
    problem = build_problem([*others, *parts], rows, endpoint, strata, cluster) if parts else None
    estimate = problem and estimate_terms(problem, tested=False, by_lifelines=by_lifelines)
    found = []
    for (level, place), term in zip(places, parts, strict=True):
        start, end = list_windows(cuts)[place]
        there = window == place
        mine = there if level is None else there & (whole.values == level).to_numpy()
        row = {
            "level": level,
            "reference": whole.reference,
            "from_months": start,
            "to_months": end if np.isfinite(end) else np.nan,
            "patients": int(mine.sum()),
            "events": int(event[mine].sum()),
            "note": term.notes.get(None),
        }
        column = problem.columns_of(term) if estimate else []
        if column and estimate.finite[column[0]]:
            row |= _describe(estimate, column[0])
        elif not row["note"]:
            row["note"] = "not estimable"
        found.append(row)
    table = pd.DataFrame(found, columns=WINDOWS)
    return table, _test_change(rows, endpoint, [*others, whole], estimate, strata, cluster)


def _settle_splines(patients, event, variables, name):
    """The specs with the knots that these patients give each spline; the variable of the windows without its own."""
    settled = {each: spec for each, spec in variables.items() if "spline" not in spec}
    for each, spec in variables.items():
        if each == name:
            settled[each] = {key: value for key, value in spec.items() if key != "spline"}
        elif each not in settled:
            settled[each] = settle_spline(build_term(patients, event, each, spec))
    return {each: settled[each] for each in variables}


def _take_window(whole, level, there, event):
    """The level (or number) of a variable within one window, 0 outside of it, as a term of its own."""
    values = whole.values if level is None else (whole.values == level)
    values = pd.Series(np.where(there, values.astype(float), 0.0))
    note = {}
    if not there.any():
        note = {None: "no patient is followed in this window"}
    elif not event[there].any():
        note = {None: "no event in this window"}
    elif level is not None and not event[there & (whole.values == level)].any():
        note = {None: "no event at this level in this window"}
    elif level is not None and not event[there & (whole.values == whole.reference)].any():
        note = {None: "no event at the reference in this window"}
    counts = {None: len(values)}, {None: int(event.sum())}
    return Term(whole.name, {}, values, *counts, reference=None, levels=[None], notes=note)


def _describe(estimate, column):
    scale = estimate.problem.scale[column]
    values = [each[column] / scale for each in (estimate.coef, estimate.lower, estimate.upper)]
    with np.errstate(over="ignore"):
        ratios = np.exp(values)
    names = ("hazard_ratio", "lower", "upper")
    return dict(zip(names, ratios, strict=True)) | {"p_value": estimate.p_values[column]}


def _test_change(rows, endpoint, terms, estimate, strata, cluster):
    """Likelihood-ratio test of windows against one ratio for all time, on the same rows."""
    nothing = np.nan, np.nan, np.nan
    if not estimate or cluster or not estimate.finite.all():
        return nothing
    problem = build_problem(terms, rows, endpoint, strata)
    constant = problem and estimate_terms(problem, tested=False, by_lifelines=False)
    if not constant or not constant.finite.all():
        return nothing
    df = len(estimate.coef) - len(constant.coef)
    if not df:
        return nothing
    statistic = 2 * (estimate.log_likelihood - constant.log_likelihood)
    return float(statistic), df, float(chdtrc(df, max(statistic, 0)))
