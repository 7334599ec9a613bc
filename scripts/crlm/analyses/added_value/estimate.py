"""What a variable adds to a base model: both fitted to the same patients, and fitted again in the same resamples."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from crlm.plan.phrases import plural
from crlm.survival.cox import fit_quickly
from crlm.survival.cox_design import EMPTY_LEVEL, build_term, find_set_aside, select_complete
from crlm.survival.discrimination import measure_refits, resample_counts, sort_patients
from crlm.survival.horizons import COMPLETE, MINIMUM_EVENTS, judge_horizon, space_times
from crlm.survival.kaplan_meier import concatenate, select_patients
from crlm.survival.net_benefit import net_benefit, treat_all
from crlm.survival.prediction import fit_prediction
from crlm.survival.risk_groups import (
    CELLS,
    MOVEMENT,
    count_movement,
    cross_risk_groups,
    find_bounds,
)

ADDED_VALUE = [
    *("addition", "measure", "horizon", "patients", "events", "missing"),
    *("base", "extended", "difference", "lower", "upper"),
    *("optimism", "corrected", "corrected_lower", "corrected_upper"),
    *("statistic", "df", "p_value", "resamples", "note"),
]

DECISION_CURVES = ["addition", "horizon", "threshold", "strategy", "net_benefit"]
THRESHOLDS = np.arange(1, 100) / 100
TABLES = {
    "added_value": ADDED_VALUE,
    "reclassification": CELLS,
    "movement": MOVEMENT,
    "decision_curves": DECISION_CURVES,
}


def assess_additions(
    cohort, endpoint, settings, horizons, resamples, seed, threads=1, minimum_events=MINIMUM_EVENTS
):
    """All additions to the base model: the tables of TABLES by name, each with `addition` first.

    settings: {base: {variables}, additions: {name: {variables}}, risk_thresholds}; variables:
    {name: spec}; horizons: months. Each addition has its own patients, those complete in it and
    the base. Reclassification, movement and decision curves are of the usable horizons: with
    `minimum_events` events before and as many patients beyond them.
    """
    found = {name: [pd.DataFrame(columns=columns)] for name, columns in TABLES.items()}
    for name, addition in settings["additions"].items():
        pair = fit_pair(
            cohort, endpoint, settings["base"]["variables"], addition["variables"], minimum_events
        )
        judged = {
            each: judge_horizon(pair.months, pair.event, each, minimum_events) for each in horizons
        }
        usable = [each for each, note in judged.items() if note is None and pair]
        measures = assess_measures(pair, judged, resamples, seed, threads)
        found["added_value"].append(measures.assign(addition=name))
        for horizon in usable:
            outcome = pair.months, pair.event
            risks = [1 - fit.survive([horizon])[:, 0] for fit in (pair.base, pair.extended)]
            bounds = find_bounds(risks[0], settings["risk_thresholds"])
            cells = cross_risk_groups(*outcome, *risks, horizon, bounds)
            found["reclassification"].append(cells.assign(addition=name))
            moved = count_movement(*outcome, *risks, horizon, bounds)
            found["movement"].append(moved.assign(addition=name))
            curves = draw_decision_curves(*outcome, *risks, horizon)
            found["decision_curves"].append(curves.assign(addition=name))
    return {name: concatenate(found[name])[columns] for name, columns in TABLES.items()}


def draw_decision_curves(months, event, base, extended, horizon):
    """Net benefit of treating by either model, of treating all and none, at every threshold of THRESHOLDS."""
    common = horizon, THRESHOLDS
    curves = {
        "base": net_benefit(months, event, base, *common),
        "extended": net_benefit(months, event, extended, *common),
        "all": treat_all(months, event, *common),
        "none": np.zeros(len(THRESHOLDS)),
    }
    tables = [
        pd.DataFrame({"threshold": THRESHOLDS, "strategy": name, "net_benefit": values})
        for name, values in curves.items()
    ]
    return pd.concat(tables, ignore_index=True).assign(horizon=horizon)


@dataclass
class Pair:
    """A base model and the same with an addition, in the same patients; no models where nothing can be said."""

    months: np.ndarray
    event: np.ndarray
    missing: int  # patients of the endpoint without a value in base or addition
    base: object = None  # Prediction
    extended: object = None
    note: str | None = None  # why there are no models, or what should be known of them
    whole: tuple = ()  # Estimates of both, with those who are set aside in the likelihood

    def __bool__(self):
        return self.extended is not None

    @property
    def tested(self):
        """The Estimates of which the likelihoods are compared: of everybody who is complete."""
        return self.whole or (self.base.estimate, self.extended.estimate)


def fit_pair(cohort, endpoint, base, addition, minimum_events=MINIMUM_EVENTS):
    """Both Cox models in the patients complete in base and addition: a Pair.

    base, addition: {name: spec}. Patients at a level without an event, of either model, are set
    aside for both, since their prediction has no finite place; they stay in the likelihoods, in the
    limit of that level, as in R's `anova` of two `coxph`. There are no models if that leaves nothing
    of a variable of the addition: what is then compared would not hold it. Nothing raises because of
    the data.
    """
    variables = base | addition
    patients = select_patients(cohort, endpoint)
    complete = select_complete(patients, variables)
    missing, patients = int((~complete).sum()), patients[complete]
    event = patients[f"{endpoint}_event"]
    terms = [build_term(patients, event, *each) for each in variables.items()]
    aside = find_set_aside(terms)
    separated = {term.name: _tell_separation(term) for term in terms if term.name in addition}
    everybody, patients = patients, patients[~aside]
    months, event = (patients[f"{endpoint}_{part}"].to_numpy(float) for part in ("months", "event"))
    pair = Pair(months, event, missing)
    if not complete.any():
        pair.note = "no patient has all the values" if len(complete) else "no patients"
    elif event.sum() < minimum_events:
        pair.note = f"{event.sum():.0f} events, fewer than {minimum_events}"
    if pair.note:
        return pair
    fits = [fit_prediction(patients, endpoint, each) for each in (base, variables)]
    owners = [] if fits[1][0] is None else fits[1][0].estimate.problem.owners
    kept = {term.name for term, _ in owners}
    lost = [words for name, words in separated.items() if words and name not in kept]
    if fits[0][0] is None:
        pair.note = f"base model: {fits[0][1]}"
    elif lost:
        pair.note = "; ".join(lost)
    elif fits[1][0] is None or not _is_nested(*(fit.estimate for fit, _ in fits)):
        pair.note = fits[1][1] or "nothing is added"
    else:
        pair.base, pair.extended = (fit for fit, _ in fits)
        notes = [_name_eventless(fits[1][1], terms)] if fits[1][1] else []
        if aside.any():
            notes.append(_set_aside(pair, everybody, endpoint, base, variables))
        pair.note = "; ".join(notes) or None
    return pair


def _name_eventless(note, terms):
    """A note on the model in which levels without an event are empty, with what is true of them."""
    for term in terms:
        for level in term.list_eventless():
            said = f"{term.name} ({level}): "
            note = note.replace(f"{said}{EMPTY_LEVEL}", f"{said}{term.notes[level]}")
    return note


def _set_aside(pair, everybody, endpoint, base, variables):
    """Give a pair its likelihoods of everybody, and return what is said of those whom the other measures leave out."""
    fits = [
        fit_quickly(everybody, endpoint, each, by_lifelines=True)[1] for each in (base, variables)
    ]
    count = plural(len(everybody) - len(pair.months), "patient")
    if not all(fits) or not _is_nested(*fits):
        return f"{count} at levels without an event set aside"
    pair.whole = tuple(fits)
    return f"{count} at levels without an event set aside but for the test and Akaike's criterion"


def _tell_separation(term):
    """Which levels of a variable have no event, or an empty text."""
    levels = [
        f"no event among {plural(term.patients[level], 'patient')} at the level {level}"
        for level in term.patients
        if level is not None and term.patients[level] and not term.events[level]
    ]
    words = f"{term.spec.get('label', term.name)}: {', '.join(levels)}"
    return f"{words}, so that what it adds cannot be estimated" if levels else ""


def _is_nested(base, extended):
    """Whether the extended model has every column of the base and at least one more."""
    owned = [{(term.name, level) for term, level in fit.problem.owners} for fit in (base, extended)]
    return owned[0] < owned[1]


def assess_measures(pair, horizons, resamples, seed, threads=1):
    """One row per measure of a Pair: the columns of ADDED_VALUE without `addition`.

    horizons: {months: why nothing can be said of it, or None}; tau: the last usable one, if any.
    Measures: lr_test (base and extended are log-likelihoods; the test of what is added), aic,
    harrell_c, uno_c (horizon: tau), brier at each horizon, integrated_brier from 0 to tau.
    `difference` is extended minus base, as both flatter themselves in the patients they were fitted to.

    Both models are fitted again in each resample, because the extended one can turn chance into a
    difference, which a bootstrap of fixed predictions does not see. Limits are the 2.5% and 97.5%
    percentiles of the refitted differences after their mean is moved to the estimate: a refitted
    difference is flattered twice, so that its raw percentiles lie too high. `optimism` is the mean
    of (difference in the resample - difference in the cohort) of the refitted models,
    `corrected` = difference - optimism, and its limits are moved likewise (location-shifted
    bootstrap [@Noma2021]); `make simulate` prints how often the limits of the difference of C are right.
    A resample in which either likelihood has no maximum is left out.
    There is no p-value of a difference of C: it has no usual distribution when nothing is added
    [@Demler2012]; the likelihood-ratio test is the test.
    """
    size = {"patients": len(pair.months), "events": int(pair.event.sum()), "missing": pair.missing}
    usable = [each for each, note in horizons.items() if note is None and pair]
    tau = max(usable, default=None)
    times = space_times(usable, pair.months)
    rows = [*_compare_likelihoods(pair)]
    found = _refit(pair, tau, times, resamples, seed, threads) if pair else None
    columns = [("harrell_c", None), ("uno_c", tau)]
    columns += [("brier", horizon) for horizon in horizons] + [("integrated_brier", tau)]
    for measure, horizon in columns:
        row = {"measure": measure, "horizon": horizon, "note": pair.note}
        if pair and horizons.get(horizon):
            row["note"] = horizons[horizon]
        elif pair:
            values = _choose(found, measure, horizon, times)
            row |= _compare(values) if values is not None else {"note": "no usable horizon"}
            if values is not None and row["resamples"] < COMPLETE * resamples:
                few = f"only {row['resamples']} of {resamples} resamples could be used"
                row["note"] = "; ".join(filter(None, [pair.note, few]))
        rows.append(row)
    return pd.DataFrame([size | row for row in rows], columns=ADDED_VALUE[1:]).astype(
        {"horizon": float}
    )


def _compare_likelihoods(pair):
    """The rows of the likelihood-ratio test and of Akaike's criterion."""
    test, aic = {"measure": "lr_test", "note": pair.note}, {"measure": "aic", "note": pair.note}
    if pair:
        fits = pair.tested
        df = len(fits[1].coef) - len(fits[0].coef)
        test |= dict(zip(("base", "extended"), (fit.log_likelihood for fit in fits), strict=True))
        test["difference"] = test["extended"] - test["base"]
        test |= {"statistic": 2 * test["difference"], "df": df}
        test["p_value"] = chdtrc(df, max(test["statistic"], 0))
        criteria = [2 * (len(fit.coef) - fit.log_likelihood) for fit in fits]
        aic |= {"base": criteria[0], "extended": criteria[1]}
        aic["difference"] = criteria[1] - criteria[0]
        counts = {
            "patients": len(fits[0].problem.event),
            "events": int(fits[0].problem.event.sum()),
        }
        test, aic = test | counts, aic | counts
    return test, aic


def _refit(pair, tau, times, resamples, seed, threads):
    """Measures of both models (2, 1 + resamples, 2, measures); the fits to the cohort come first."""
    counts = np.ones((resamples + 1, len(pair.months)), np.int32)
    counts[1:] = resample_counts(len(pair.months), resamples, seed)
    patients = sort_patients(pair.months, pair.event)
    limit = np.inf if tau is None else tau
    return np.array(
        [
            measure_refits(patients, fit.problem.x, counts, fit.coef, limit, times, threads)
            for fit in (pair.base.estimate, pair.extended.estimate)
        ]
    )


def _choose(found, measure, horizon, times):
    """One measure of both models, (2, 1 + resamples, 2), or None if it needs a horizon and there is none."""
    if measure == "harrell_c":
        return found[..., 0]
    if not len(times):
        return None
    if measure == "uno_c":
        return found[..., 1]
    brier = found[..., 2:]
    if measure == "brier":
        return brier[..., np.searchsorted(times, horizon)]
    return np.trapezoid(brier, times, axis=-1) / (times[-1] - times[0])


def _compare(values):
    """Estimates, limits and optimism of the difference; values (2, 1 + resamples, in the resample or in the cohort)."""
    base, extended = values[:, 0, 0]
    difference = extended - base
    drawn = values[1, 1:] - values[0, 1:]
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    row = {"base": base, "extended": extended, "difference": difference, "resamples": len(drawn)}
    if len(drawn) > 1:
        around = np.quantile(drawn[:, 0] - drawn[:, 0].mean(), [0.025, 0.975])
        optimism = (drawn[:, 0] - drawn[:, 1]).mean()
        row |= dict(zip(("lower", "upper"), difference + around, strict=True))
        row |= {"optimism": optimism, "corrected": difference - optimism}
        limits = difference - optimism + around
        row |= dict(zip(("corrected_lower", "corrected_upper"), limits, strict=True))
    return row
