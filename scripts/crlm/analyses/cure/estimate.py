"""Mixture cure model by lifelines: the cured share of each group, and whether follow-up is long enough to know it."""

import warnings

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import chi2

from crlm.analyses.cure.likelihood import list_starts
from crlm.survival.kaplan_meier import Z, iterate_groups

GROUP = ["endpoint", "grouping", "group"]
CURED = [
    *(*GROUP, "distribution", "patients", "events"),
    *("cured", "lower", "upper", "p_value", "log_likelihood"),
    *("followed_beyond", "late_events", "maller_zhou_p", "not_cured_at_end", "follow_up", "note"),
]
CURVES = [*GROUP, "patients", "time", "fitted"]
FITTERS = {
    "weibull": "WeibullFitter",
    "log_normal": "LogNormalFitter",
    "log_logistic": "LogLogisticFitter",
    "exponential": "ExponentialFitter",
}
LEAST = 10  # ASSUME fewer events than this say nothing about two shares and a distribution
SHORT = 0.05  # ASSUME of both rules of follow-up, as in the papers they come from
# At lifelines' own tolerance a parameter is off by 4e-6 of itself, and by more where the likelihood is flat
TIGHT = {"ftol": 1e-16, "gtol": 1e-10, "maxiter": 1000}
HIGHER = 1e-6  # of the log-likelihood: another maximum, not the same one found again
BOUND = 1e-6  # a cured share below it is 0; lifelines' bound is 1e-9


def estimate_cure(cohort, settings):
    """Return {"cured", "curves"}: a row per endpoint, grouping and group, and the fitted survival at every whole month.

    settings: the plan's. cured: share of patients who never have the event, with 95% limits on the logit scale (delta method);
    p_value: likelihood-ratio test against nobody being cured, half of a chi-square since that is the edge of the model
    [@Maller1996]; followed_beyond, late_events, maller_zhou_p: see `assess_plateau`; not_cured_at_end: share of those still free
    of the event at the end of follow-up whom the model takes as not cured; follow_up: `long enough`, or `may be too short` to
    tell the cured from the others. A missing number has its reason in `note`.
    """
    rows, curves = [], []
    for endpoint in settings["endpoints"]:
        for name, group, patients in iterate_groups(cohort, endpoint, settings["groupings"]):
            months = patients[f"{endpoint}_months"].to_numpy(float)
            event = patients[f"{endpoint}_event"].to_numpy(float)
            place = dict(zip(GROUP, (endpoint, name, group), strict=True))
            found, curve = describe_group(months, event, settings["distribution"])
            rows.append(place | found)
            curves += [{**place, "patients": len(months), **point} for point in curve]
    return {
        "cured": pd.DataFrame(rows, columns=CURED),
        "curves": pd.DataFrame(curves, columns=CURVES),
    }


def describe_group(months, event, distribution):
    """The cured share of one group and its follow-up as a dict, and the fitted curve as dicts with time and fitted."""
    row = {"distribution": distribution, "patients": len(months), "events": int(event.sum())}
    if not len(months):
        return row | {"note": "no patients"}, []
    row |= assess_plateau(months, event)
    if row["events"] < LEAST:
        return row | {"note": f"fewer than {LEAST} events"}, []
    if len(np.unique(months[event == 1])) == 1:
        return row | {"note": "all events at one time"}, []
    model = fit(months, event, distribution, cured=True)
    if model is None:
        return row | {"note": "the model did not converge"}, []
    row |= _describe_share(model, fit(months, event, distribution, cured=False))
    if row["cured"] > 0:
        survival = float(model.survival_function_at_times(months.max()).iloc[0])
        row["not_cured_at_end"] = 1 - row["cured"] / survival
        short = row["maller_zhou_p"] >= SHORT or row["not_cured_at_end"] >= SHORT
        row["follow_up"] = "may be too short" if short else "long enough"
    # at whole months, which tell nobody's own time
    times = np.arange(1, np.ceil(months.max()) + 1)
    fitted = np.append(1, model.survival_function_at_times(times).to_numpy())
    points = zip(np.append(0, times), fitted, strict=True)
    return row, [{"time": time, "fitted": share} for time, share in points]


def assess_plateau(months, event):
    """Who was followed beyond the last event, and the test of Maller and Zhou for sufficient follow-up, as a dict.

    late_events: events within as long before the last event as the longest follow-up goes beyond it. With q their share of the
    n patients, maller_zhou_p is (1 - q)^n, the p-value of follow-up being too short [@Maller1992]; 1 when nobody was followed
    beyond the last event. Without any event it is missing.
    """
    if not event.any():
        return {"followed_beyond": len(months)}
    last = months[event == 1].max()
    late = int(((event == 1) & (months > 2 * last - months.max())).sum())
    return {
        "followed_beyond": int((months > last).sum()),
        "late_events": late,
        "maller_zhou_p": (1 - late / len(months)) ** len(months),
    }


def fit(months, event, distribution, cured):
    """lifelines' model of the times, with or without a cured share; None when it does not converge.

    A likelihood with a cured share may have several maxima: lifelines' own start ended in a lower one in 1 of 480 simulated
    groups, and with 12 % of deaths on the day of the operation took 12 % for cured where the highest has 21 %.
    """
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about steps of its search; what it found is checked
        best = _search(months, event, distribution, cured)
        for start in list_starts(months, event, distribution) if cured else ():
            model = _search(months, event, distribution, cured, start)
            if model and (not best or model.log_likelihood_ > best.log_likelihood_ + HIGHER):
                best = model
    return best


def _search(months, event, distribution, cured, start=None):
    # Here, because a job that only selects patients need not wait for it (1.5 s)
    import lifelines
    from lifelines.exceptions import ConvergenceError

    for options in (TIGHT, {}):  # some searches end at its own tolerance only
        base = getattr(lifelines, FITTERS[distribution])()
        model = lifelines.MixtureCureFitter(base) if cured else base
        look = {"timeline": np.ones(1), "fit_options": options, "initial_point": start}
        try:
            return model.fit(months, event, **look)
        except (ConvergenceError, np.linalg.LinAlgError):
            continue
    return None


def _describe_share(model, without):
    """Cured share with limits and test, as a dict; without: the model in which nobody is cured, or None."""
    cured, likelihood = float(model.cured_fraction_), float(model.log_likelihood_)
    row = {"cured": cured, "log_likelihood": likelihood}
    if cured < BOUND:
        note = "the likelihood is highest when nobody is cured"
        return row | {"cured": 0.0, "p_value": 1.0, "note": note}
    notes = []
    if without is None:
        notes.append("no test: the model without cure did not converge")
    else:
        row["p_value"] = chi2.sf(max(2 * (likelihood - without.log_likelihood_), 0), 1) / 2
    variance = float(model.variance_matrix_.iloc[0, 0])
    if 0 < variance < np.inf:
        half = Z * np.sqrt(variance) / (cured * (1 - cured))
        row |= {"lower": expit(logit(cured) - half), "upper": expit(logit(cured) + half)}
    else:
        notes.append("no limits: the likelihood is too flat")
    return row | {"note": "; ".join(notes) or None}
