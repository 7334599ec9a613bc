"""Every marker of a panel alone, adjusted, and what it adds, with the false-discovery rate."""

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from crlm.survival.concordance import concordance_influence
from crlm.survival.cox import fit_quickly
from crlm.survival.cox_design import is_numeric, prepare_values, select_complete
from crlm.survival.kaplan_meier import read_entry, select_patients
from crlm.survival.partial_likelihood import build_risk_sets, evaluate
from crlm.survival.tests import control_discoveries

PANEL = [
    *("model", "variable", "level", "reference", "patients", "events", "missing", "per"),
    *("hazard_ratio", "lower", "upper", "p_value"),
    *("lr_statistic", "lr_df", "lr_p_value", "q_value"),
    *("concordance_base", "concordance", "concordance_difference", "note"),
]
MODELS = ("univariable", "adjusted")


def estimate_panel(cohort, endpoint, settings, variables):
    """One row per model (`univariable`; `adjusted` where the plan adjusts), marker and level, with the columns of PANEL.

    settings: {markers, adjust, endpoints, per, landmark_months}; variables: {name: spec}. An endpoint that is not among those of
    the settings has no row. Cox models (Efron) of the patients in whom the
    marker, and in the adjusted model the adjustment, is known. per: `sd`: the hazard ratio of a number is per standard deviation
    (after its logarithm, if it has one) among those in whom it is known, `declared`: per its own step. The likelihood-ratio test
    is of the whole marker against the model without it, of the same patients; q_value: false-discovery rate (Benjamini and
    Hochberg) over the markers of the model. concordance: apparent Harrell's C of the model with and (base; 0.5 without
    adjustment) without the marker: of the patients it was fitted to, so too high by a little.
    """
    if endpoint not in settings["endpoints"]:
        return pd.DataFrame(columns=PANEL)
    patients = select_patients(cohort, endpoint, settings.get("landmark_months"), delayed=True)
    adjust = {name: variables[name] for name in settings["adjust"]}
    known = {}
    rows = []
    for model, others in zip(MODELS, ({}, adjust), strict=True):
        if model == "adjusted" and not adjust:
            continue
        for name in settings["markers"]:
            spec = scale(patients[name], variables[name], settings["per"])
            rows += [
                {"model": model} | row
                for row in fit_marker(patients, endpoint, name, spec, others, known)
            ]
    table = pd.DataFrame(rows, columns=PANEL)
    for model in MODELS:
        mine = table["model"] == model
        tests = table[mine].drop_duplicates("variable").set_index("variable")["lr_p_value"]
        found = dict(zip(tests.index, control_discoveries(tests), strict=True))
        table.loc[mine, "q_value"] = table.loc[mine, "variable"].map(found)
    return table


def scale(column, spec, per):
    """The spec with the standard deviation of its known values as its step, for a number that has one."""
    if per != "sd" or not is_numeric(spec):
        return spec
    spread = prepare_values(column, spec).std(ddof=1)
    return spec | {"per": (spec.get("per") or 1) * spread} if spread > 0 else spec


def fit_marker(patients, endpoint, name, spec, adjust, known):
    """Rows of one marker in one model; known: {adjustment and patients: base model}, filled as it goes."""
    chosen = adjust | {name: spec}
    mask = select_complete(patients, chosen)
    complete = patients[mask]
    coefficients, estimate = fit_quickly(complete, endpoint, chosen)
    key = tuple(adjust), np.packbits(mask).tobytes()
    if key not in known:
        known[key] = fit_base(complete, endpoint, adjust)
    test = {"missing": int((~mask).sum())}
    if estimate is not None:
        test |= compare(complete, endpoint, name, estimate, *known[key])
    mine = coefficients[coefficients["variable"] == name]
    mine = mine[~(mine["level"].notna() & (mine["level"] == mine["reference"]))]
    shown = mine[["variable", "level", "reference", "per", "hazard_ratio", "lower", "upper"]]
    shown = shown.assign(p_value=mine["p_value"], note=mine["note"])
    size = {"patients": len(complete), "events": int(complete[f"{endpoint}_event"].sum())}
    return [row | size | test for row in shown.to_dict("records")]


def fit_base(complete, endpoint, adjust):
    """(log-likelihood, columns, C) of the model without the marker; None and NaN for what is not known."""
    months, event = (complete[f"{endpoint}_{part}"].to_numpy(float) for part in ("months", "event"))
    entry = read_entry(complete, endpoint)
    if adjust:
        _, estimate = fit_quickly(complete, endpoint, adjust)
        if estimate is None:
            return None, 0, np.nan
        c = np.nan if entry is not None else concordance_influence(months, event, estimate.ranks)[0]
        return estimate.log_likelihood, len(estimate.coef), c
    sets = build_risk_sets(months, event, entry=entry)
    empty = np.empty((len(months), 0))
    null = evaluate(sets, empty, np.empty(0)).log_likelihood if sets else None
    return null, 0, np.nan if entry is not None else 0.5


def compare(complete, endpoint, name, estimate, log_likelihood, columns, base):
    """Likelihood ratio of a marker, and C with and without it (none with delayed entry), as a dict."""
    df = sum(term.name == name for term, _ in estimate.problem.owners)
    found = {"concordance_base": base}
    if log_likelihood is not None and df and df == len(estimate.coef) - columns:
        statistic = max(2 * (estimate.log_likelihood - log_likelihood), 0)
        found |= {"lr_statistic": statistic, "lr_df": df, "lr_p_value": chdtrc(df, statistic)}
    if df and not np.isnan(base):
        problem = estimate.problem
        c = concordance_influence(problem.months, problem.event, estimate.ranks)[0]
        found |= {"concordance": c, "concordance_difference": c - base}
    return found
