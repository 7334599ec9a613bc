"""Two groups compared as they are and adjusted in three ways: curves, balance of the covariates, overlap of the groups."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crlm.analyses.adjusted_curves.refit import refit_measures
from crlm.survival import adjusted, propensity
from crlm.survival.cox_design import build_term, select_complete
from crlm.survival.discrimination import resample_counts
from crlm.survival.horizons import COMPLETE
from crlm.survival.kaplan_meier import concatenate, select_patients
from crlm.survival.prediction import fit_prediction

METHODS = ("unadjusted", "stratified", "weighted", "standardised")
MEASURES = ("survival", "rmst")
ADJUSTED = [
    *("comparison", "method", "measure", "horizon", "group", "reference"),
    *("patients", "events", "missing", "estimate", "lower", "upper"),
    *("reference_estimate", "reference_lower", "reference_upper"),
    *("difference", "difference_lower", "difference_upper", "resamples", "note"),
]
CURVES = ["comparison", "method", "group", "time", "survival", "at_risk", "events", "censored"]
BALANCE = ["comparison", *propensity.BALANCE]
PERCENTILES = (5, 25, 50, 75, 95)
OVERLAP = [
    *("comparison", "group", "patients", "events", "effective_size", "largest_weight"),
    *(f"propensity_{each}" for each in PERCENTILES),
    *("extreme_percent", "note"),
]
TABLES = {"adjusted": ADJUSTED, "curves": CURVES, "balance": BALANCE, "overlap": OVERLAP}
# ASSUME conventions of when groups hardly overlap
EXTREME = 0.05  # a propensity within it of 0 or 1
LARGE = 10  # a stabilised weight
HALF = 0.5  # of a group's patients that its effective size is below


@dataclass
class Comparison:
    """Complete patients of two groups, and why nothing can be compared."""

    patients: pd.DataFrame
    months: np.ndarray
    event: np.ndarray
    second: np.ndarray  # mask of the group that is set against the reference
    terms: list  # of the covariates, for the propensity and the balance
    x: np.ndarray | None
    missing: int
    note: str | None

    @property
    def masks(self):
        """Of the reference and of the other group."""
        return ~self.second, self.second


def estimate_adjusted(cohort, endpoint, comparisons, horizons, resamples, seed):
    """All comparisons of one endpoint: the tables of TABLES by name.

    comparisons: {name: {column, groups: (reference, other), group_labels, landmark_months, covariates: {name: spec}, estimand,
    truncate_percent}}; horizons: {name: months, rising}, without the comparisons that are not asked for. Methods: `unadjusted`
    Kaplan-Meier; `stratified`, its mean over fifths of the propensity; `weighted` by the inverse of the propensity;
    `standardised`, predictions of a Cox model averaged. Measures: survival and restricted mean at each horizon, their difference
    as other minus reference, with percentile limits of resamples in each of which propensity, weights, fifths and Cox model are
    found anew. Nothing raises because of the data.
    """
    found = {name: [pd.DataFrame(columns=columns)] for name, columns in TABLES.items()}
    for name, spec in comparisons.items():
        if name not in horizons:
            continue
        compared = select_compared(cohort, endpoint, spec)
        tables = _compare(compared, endpoint, spec, horizons[name], resamples, seed)
        for key, table in tables.items():
            found[key].append(table.assign(comparison=name))
    return {name: concatenate(found[name])[columns] for name, columns in TABLES.items()}


def select_compared(cohort, endpoint, spec):
    """The complete patients of both groups: a Comparison."""
    patients = select_patients(cohort, endpoint, spec["landmark_months"])
    group = patients[spec["column"]].astype(object)
    known = group.isin(spec["groups"])
    complete = known & select_complete(patients, spec["covariates"])
    missing = int((known & ~complete).sum() + group.isna().sum())
    patients = patients[complete]
    months, event = (patients[f"{endpoint}_{part}"].to_numpy(float) for part in ("months", "event"))
    second = (patients[spec["column"]].astype(object) == spec["groups"][1]).to_numpy()
    note, terms, x = None, [], None
    if not len(patients):
        note = "no patient has all the values" if known.any() else "no patients"
    elif second.all() or not second.any():
        lacking = spec["group_labels"][spec["groups"][0 if second.all() else 1]]
        note = f"no patient with all the values in the group {lacking}"
    elif not event.any():
        note = "no events"
    if len(patients):
        terms = [build_term(patients, event, *each, True) for each in spec["covariates"].items()]
    if not note:
        x = propensity.build_columns(terms)
        if x.shape[1] > min(second.sum(), (~second).sum()):
            note = "more columns of covariates than patients in the smaller group"
    return Comparison(patients, months, event, second, terms, x, missing, note)


def _compare(compared, endpoint, spec, horizons, resamples, seed):
    times = np.append(0.0, np.unique(compared.months))
    score = weights = None
    curves, notes = {}, dict.fromkeys(METHODS, compared.note)
    if not compared.note:
        score = propensity.fit_propensity(compared.second, compared.x)
        why = _judge_propensity(score, compared)
        if not why:
            weights = propensity.weigh_patients(
                *(compared.second, score[None], np.ones((1, len(score)))),
                *(spec["estimand"], spec["truncate_percent"]),
            )[0]
        prediction, told = _fit_cox(compared, endpoint, spec)
        curves, notes = _draw(compared, spec, times, score, weights, prediction)
        notes["weighted"] = notes["weighted"] or why
        notes["stratified"] = notes["stratified"] or (why if score is None else None)
        notes["standardised"] = told
        counts = resample_counts(len(compared.months), resamples, seed)
        drawn = refit_measures(compared, spec, prediction, counts, horizons)
    rows = []
    for place, method in enumerate(METHODS):
        for number, measure in enumerate(MEASURES):
            for at, horizon in enumerate(horizons):
                row = {
                    "method": method,
                    "measure": measure,
                    "horizon": horizon,
                    "note": notes[method],
                }
                if method in curves:
                    values = [read(times, curve, horizon)[number] for curve in curves[method]]
                    late = _judge_horizon(compared, spec, score, curves[method], method, horizon)
                    row |= (
                        {"note": late}
                        if late
                        else _tell(values, drawn[:, place, :, number, at], notes[method])
                    )
                rows.append(row)
    counted = {
        "patients": len(compared.months),
        "events": int(compared.event.sum()),
        "missing": compared.missing,
        "reference": spec["groups"][0],
        "group": spec["groups"][1],
    }
    table = pd.DataFrame([row | counted for row in rows], columns=ADJUSTED[1:])
    return {
        "adjusted": table.astype({"horizon": float}),
        "curves": _tabulate_curves(compared, spec, times, curves),
        "balance": propensity.measure_balance(
            compared.terms, compared.second, weights, spec["estimand"]
        )
        if not compared.note
        else pd.DataFrame(columns=BALANCE[1:]),
        "overlap": _describe_overlap(compared, spec, score, weights),
    }


def read(times, curve, horizon):
    """(survival, restricted mean) of a curve at one horizon."""
    survival, area = adjusted.read_steps(times, curve, [horizon])
    return survival[0], area[0]


def _judge_propensity(score, compared):
    """Why patients cannot be weighted, or None."""
    if score is None:
        return "the logistic model of the propensity has no maximum"
    if not propensity.is_separated(score):
        return None
    alone = [
        f"{term.spec.get('label', term.name)}: {term.spec.get('level_labels', {}).get(level, level)}"
        for term in compared.terms
        for level in term.patients
        if level is not None
        and term.patients[level]
        and len(set(compared.second[(term.values == level).to_numpy()])) == 1
    ]
    words = "the covariates tell the groups apart, so that some patients have nobody to be compared with"
    return f"{words} ({'; '.join(alone)})" if alone else words


def _fit_cox(compared, endpoint, spec):
    """(Prediction with a ratio of the group, or None; note)."""
    column = spec["column"]
    own = {column: {"kind": "binary", "levels": list(spec["groups"]), "label": "group"}}
    prediction, note = fit_prediction(compared.patients, endpoint, own | spec["covariates"])
    if prediction is None:
        return None, f"Cox model: {note}"
    if adjusted.separate_effect(prediction, column) is None:
        return None, "Cox model: no hazard ratio of the groups can be estimated"
    if prediction.aside.any():
        aside = "patients at levels without an event are taken to survive"
        note = "; ".join(filter(None, [note, aside]))
    return prediction, note


def _draw(compared, spec, times, score, weights, prediction):
    """Curves {method: (2, times)} of the methods that have one, and {method: why not}."""
    people = [(compared.months[mask], compared.event[mask]) for mask in compared.masks]
    notes = dict.fromkeys(METHODS)
    curves = {
        "unadjusted": [
            adjusted.estimate_weighted(*each, np.ones(len(each[0])), times) for each in people
        ]
    }
    if score is not None:
        strata = propensity.cut_strata(score[None], np.ones((1, len(score))))[0]
        whom = compared.second if spec["estimand"] == "ATT" else np.ones(len(score), bool)
        sizes = np.bincount(strata[whom], minlength=propensity.STRATA)
        empty = [
            s
            for s in range(propensity.STRATA)
            if sizes[s] and len(set(compared.second[strata == s])) < 2
        ]
        if empty:
            notes["stratified"] = "a fifth of the propensity has patients of one group only"
        else:
            curves["stratified"] = [
                adjusted.average_strata(
                    np.array(
                        [
                            _follow(compared, mask & (strata == s), times)
                            for s in range(propensity.STRATA)
                        ]
                    ),
                    sizes[:, None].astype(float),
                )[0]
                for mask in compared.masks
            ]
    if weights is not None:
        curves["weighted"] = [
            adjusted.estimate_weighted(*each, weights[mask], times)
            for each, mask in zip(people, compared.masks, strict=True)
        ]
    if prediction is not None:
        whom = compared.second if spec["estimand"] == "ATT" else np.ones(len(compared.months))
        curves["standardised"] = adjusted.standardise(
            prediction, spec["column"], times, whom.astype(float)
        )
    return curves, notes


def _follow(compared, mask, times):
    """Kaplan-Meier survival (1, times) of some patients; without any of them nothing counts it."""
    if not mask.any():
        return np.full((1, len(times)), np.nan)
    return adjusted.estimate_weighted(
        compared.months[mask], compared.event[mask], np.ones(mask.sum()), times
    )[None]


def _judge_horizon(compared, spec, score, curves, method, horizon):
    """Why a method says nothing at a horizon, or None: nobody of a group, or of its part of a fifth, is followed until then."""
    labels = [spec["group_labels"][group] for group in spec["groups"]]
    for group, mask, curve in zip(labels, compared.masks, curves, strict=True):
        last = compared.months[mask].max()
        if horizon > last and curve[-1] > 0:
            return f"follow-up of the group {group} ends at {last:.1f} months"
        if method == "stratified":
            strata = propensity.cut_strata(score[None], np.ones((1, len(score))))[0]
            for stratum in np.unique(strata[mask]):
                mine = mask & (strata == stratum)
                end = compared.months[mine].max()
                if horizon > end and not compared.event[mine & (compared.months == end)].all():
                    return f"in a fifth of the propensity follow-up of the group {group} ends at {end:.1f} months"
    return None


def _tell(values, drawn, note):
    """Estimates and percentile limits of the reference, the other group and their difference; drawn: (resamples, 2)."""
    asked, drawn = len(drawn), drawn[np.isfinite(drawn).all(axis=1)]
    if len(drawn) < COMPLETE * asked:
        few = f"only {len(drawn)} of {asked} resamples could be used"
        note = "; ".join(filter(None, [note, few]))
    row = {"resamples": len(drawn), "note": note}
    parts = {
        "reference_": (values[0], drawn[:, 0]),
        "": (values[1], drawn[:, 1]),
        "difference_": (values[1] - values[0], drawn[:, 1] - drawn[:, 0]),
    }
    for name, (estimate, sample) in parts.items():
        row["difference" if name == "difference_" else f"{name}estimate"] = estimate
        if len(sample) > 1 and np.ptp(sample) > 0:
            row[f"{name}lower"], row[f"{name}upper"] = np.quantile(sample, [0.025, 0.975])
    return row


def _tabulate_curves(compared, spec, times, curves):
    tables = [pd.DataFrame(columns=CURVES[1:])]
    for method, both in curves.items():
        for group, mask, curve in zip(spec["groups"], compared.masks, both, strict=True):
            months, event = compared.months[mask], compared.event[mask]
            place = np.searchsorted(times, months)
            deaths = np.bincount(place, event, len(times)).astype(int)
            table = pd.DataFrame({"time": times, "survival": curve})
            table["at_risk"] = len(months) - np.searchsorted(np.sort(months), times)
            table["events"], table["censored"] = (
                deaths,
                np.bincount(place, minlength=len(times)) - deaths,
            )
            last = months.max()
            known = (times <= last) | (curve <= 0)
            tables.append(table[known].assign(method=method, group=group)[CURVES[1:]])
    return concatenate(tables)


def _describe_overlap(compared, spec, score, weights):
    """One row per group: its propensity, weights and effective size, and whether the groups hardly overlap."""
    rows = []
    for group, mask in zip(spec["groups"], compared.masks, strict=True):
        row = {
            "group": group,
            "patients": int(mask.sum()),
            "events": int(compared.event[mask].sum()),
        }
        row["note"] = compared.note
        if score is not None:
            mine, notes = score[mask], []
            names = [f"propensity_{each}" for each in PERCENTILES]
            row |= dict(zip(names, np.percentile(mine, PERCENTILES), strict=True))
            extreme = ((mine < EXTREME) | (mine > 1 - EXTREME)).mean()
            row["extreme_percent"] = 100 * extreme
            if extreme:
                notes.append(f"some have a propensity within {EXTREME:g} of 0 or 1")
            if weights is not None:
                row["effective_size"] = propensity.find_effective_size(weights[mask])
                row["largest_weight"] = weights[mask].max()
                if row["largest_weight"] > LARGE:
                    notes.append(f"a patient weighs {row['largest_weight']:.1f}")
                if row["effective_size"] < HALF * mask.sum():
                    notes.append("the effective size is below half of the group")
            row["note"] = (
                "; ".join(filter(None, [_judge_propensity(score, compared), *notes])) or None
            )
        rows.append(row)
    return pd.DataFrame(rows, columns=OVERLAP[1:])
