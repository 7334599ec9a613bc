"""Predictors head to head: discrimination and accuracy on the same patients and resamples."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from crlm.survival.discrimination import (
    assess_counts,
    auc_at,
    brier_score,
    harrell_c,
    integrate_brier,
    resample_counts,
    sort_patients,
    uno_c,
)
from crlm.survival.horizons import (
    COMPLETE,
    MINIMUM_EVENTS,
    summarise_sample,
)
from crlm.survival.kaplan_meier import survival_at
from crlm.survival.predictors import predict_common

PERFORMANCE = [
    *("predictor", "metric", "horizon", "patients", "events", "missing"),
    *("estimate", "lower", "upper", "reference", "calibrated_in_cohort", "resamples", "note"),
]
DIFFERENCES = [
    *("predictor", "versus", "metric", "horizon", "patients", "events"),
    *("estimate", "lower", "upper", "p_value", "p_adjusted"),
    *("calibrated_in_cohort", "resamples", "note"),
]
NESTED = "one is part of the other: no p-value"


@dataclass(frozen=True)
class Performance:
    """The tables of an endpoint."""

    performance: pd.DataFrame
    differences: pd.DataFrame


def assess_performance(
    cohort,
    endpoint,
    predictors,
    horizons,
    resamples,
    seed,
    threads=1,
    minimum_events=MINIMUM_EVENTS,
):
    """Performance of every predictor and the difference of every pair: a Performance.

    predictors, horizons: as for `predictors.predict_common`. Brier scores are of the probabilities
    of a Cox model of the score or the levels fitted in the cohort; `brier_published` of those
    published for the same endpoint, where `published` (see `forecast.attach_published`) holds one
    for every value or level of these patients.
    `calibrated_in_cohort` is true for every number that rests on such a fit and hence flatters the
    predictor; the fit is not repeated in the resamples (see `optimism` for that).

    All are assessed in the same patients, those complete in every predictor that has any value,
    and in the same resamples. Metrics: harrell_c, uno_c (horizon: the last one
    with enough patients, its tau), auc and brier per horizon, integrated_brier from 0 to tau,
    brier_published per horizon for predictors of which anything was published.
    `reference` is the value of a predictor that knows nothing: 0.5, or the score of the
    Kaplan-Meier curve. Limits are 2.5% and 97.5% percentiles of the resamples. Differences are
    predictor minus versus; p-values compare the studentised difference with the resampled ones
    around their mean, p_adjusted with the largest of all pairs of the same metric and horizon.
    There is none where one of a pair is part of the other (a score, and a model with it).
    Nothing raises because of the data: where there are fewer than `minimum_events` events, or
    patients beyond a horizon, the estimate is empty and a note says why.
    """
    common = predict_common(cohort, endpoint, predictors, horizons, minimum_events)
    return assess_common(common, predictors, horizons, resamples, seed, threads)


def assess_common(common, predictors, horizons, resamples, seed, threads=1):
    """`assess_performance` of a Common that is at hand."""
    found, notes, usable = common.found, common.notes, common.usable
    size = {"patients": len(common.months), "events": int(common.event.sum())}
    values, reference = _assess(common, resamples, seed, threads)

    rows = {}
    limit = common.tau if usable else None
    for name, each in found.items():
        for metric, horizon in _list_metrics(horizons, limit, each):
            sample = values.get((metric, horizon), {}).get(name)
            row = summarise_sample(sample) | {
                **size,
                "predictor": name,
                "metric": metric,
                "horizon": horizon,
                "missing": each.missing,
                "reference": reference.get((metric, horizon), np.nan),
                "calibrated_in_cohort": _is_calibrated(each, metric),
            }
            row["note"] = each.note or notes.get(horizon) or _explain(row, each, metric, resamples)
            rows[metric, horizon, name] = row
    performance = pd.DataFrame(rows.values(), columns=PERFORMANCE).astype({"horizon": float})
    return Performance(performance, _compare(rows, values, predictors))


def _list_metrics(horizons, limit, predictor):
    yield "harrell_c", None
    yield "uno_c", limit
    yield from (("auc", horizon) for horizon in horizons)
    yield from (("brier", horizon) for horizon in horizons)
    yield "integrated_brier", limit
    if predictor.forecast:
        yield from (("brier_published", horizon) for horizon in horizons)


def _assess(common, resamples, seed, threads):
    """Values by (metric, horizon) and predictor, scikit-survival's estimate first and then the resamples.

    The second result is the value by (metric, horizon) of a predictor that knows nothing.
    """
    found, months, event = common.found, common.months, common.event
    horizons, times, tau = common.usable, common.times, common.tau
    ranked = [name for name, each in found.items() if each.note is None]
    if not ranked:
        return {}, {}
    rated = [name for name in ranked if found[name].survival is not None and len(times)]
    counts, patients = resample_counts(len(months), resamples, seed), sort_patients(months, event)
    drawn = assess_counts(
        patients,
        counts,
        [found[name].score for name in ranked],
        tau,
        horizons,
        [found[name].survival for name in rated],
        times,
        threads,
    )
    limit = tau if horizons else None
    values, reference = {}, {("harrell_c", None): 0.5, ("uno_c", limit): 0.5}

    def keep(metric, horizon, name, estimate, sample):
        values.setdefault((metric, horizon), {})[name] = np.append(estimate, sample)

    for place, name in enumerate(ranked):
        data = months, event, found[name].score
        keep("harrell_c", None, name, harrell_c(*data), drawn.harrell_c[:, place])
        keep("uno_c", limit, name, uno_c(*data, tau), drawn.uno_c[:, place])
        for at, (horizon, auc) in enumerate(zip(horizons, auc_at(*data, horizons), strict=True)):
            keep("auc", horizon, name, auc, drawn.auc[:, place, at])
            reference["auc", horizon] = 0.5
    places = np.searchsorted(times, horizons)
    for place, name in enumerate(rated):
        brier = brier_score(months, event, found[name].survival, times)
        for horizon, at in zip(horizons, places, strict=True):
            keep("brier", horizon, name, brier[at], drawn.brier[:, place, at])
        sample = integrate_brier(drawn.brier[:, place], times)
        keep("integrated_brier", tau, name, integrate_brier(brier, times), sample)
    if len(times):
        curve = survival_at(months, event, times)["survival"].to_numpy()
        ignorant = brier_score(months, event, np.tile(curve, (len(months), 1)), times)
        for horizon, at in zip(horizons, places, strict=True):
            reference["brier", horizon] = reference["brier_published", horizon] = ignorant[at]
        reference["integrated_brier", tau] = integrate_brier(ignorant, times)
    for horizon in horizons:
        shares = {
            name: found[name].forecast.survival[horizon][:, None]
            for name in ranked
            if found[name].forecast and horizon in found[name].forecast.survival
        }
        published = assess_counts(
            *(patients, counts, []), survival=list(shares.values()), times=[horizon]
        )
        for place, (name, share) in enumerate(shares.items()):
            brier = brier_score(months, event, share, [horizon])
            keep("brier_published", horizon, name, brier, published.brier[:, place, 0])
    return values, reference


def _is_calibrated(predictor, metric):
    return predictor.fitted if "brier" not in metric else metric != "brier_published"


def _explain(row, predictor, metric, resamples):
    """What should be known of an estimate, or why there is none where patients suffice."""
    if np.isnan(row["estimate"]):
        if metric == "brier_published":
            return predictor.forecast.notes.get(row["horizon"])
        if "brier" in metric and predictor.survival is None:
            return predictor.remark
        return "no horizon with enough patients" if "brier" in metric else "nothing to compare"
    notes = [predictor.remark] if predictor.remark and row["calibrated_in_cohort"] else []
    if metric == "brier_published":
        notes.append(predictor.forecast.describe(row["horizon"]))
    if row["resamples"] < COMPLETE * resamples:
        notes.append(f"only {row['resamples']} of {resamples} resamples could be used")
    return "; ".join(notes) or None


def _compare(performance, values, predictors):
    """Every pair of predictors, metric by metric; performance: rows by (metric, horizon, name)."""
    rows, pairs = [], list(combinations(predictors, 2))
    nested = {pair for pair in pairs if _is_nested(*(predictors[name] for name in pair))}
    for metric, horizon in dict.fromkeys(key[:2] for key in performance):
        sample = values.get((metric, horizon), {})
        known = [pair for pair in pairs if all(_is_known(sample, name) for name in pair)]
        differences = {pair: sample[pair[0]] - sample[pair[1]] for pair in known}
        tested = [pair for pair in known if pair not in nested]
        found = test_differences([differences[pair] for pair in tested])
        tests = dict(zip(tested, found, strict=True))
        for pair in pairs:
            if not all((metric, horizon, name) in performance for name in pair):
                continue  # of one of them nothing was published
            both = [performance[metric, horizon, name] for name in pair]
            p_value, p_adjusted = tests.get(pair, (np.nan, np.nan))
            notes = [f"{each['predictor']}: {each['note']}" for each in both if each["note"]]
            notes += [NESTED] if pair in nested else []
            rows.append(
                {
                    "predictor": pair[0],
                    "versus": pair[1],
                    **{key: both[0][key] for key in ("metric", "horizon", "patients", "events")},
                    **summarise_sample(differences.get(pair)),
                    "p_value": p_value,
                    "p_adjusted": p_adjusted,
                    "calibrated_in_cohort": any(each["calibrated_in_cohort"] for each in both),
                    "note": "; ".join(notes) or None,
                }
            )
    return pd.DataFrame(rows, columns=DIFFERENCES).astype({"horizon": float})


def _is_nested(first, second):
    """Whether one is part of the other: their difference has no usual distribution if the rest adds nothing."""
    one, other = (set(spec.get("variables") or [spec["column"]]) for spec in (first, second))
    return one < other or other < one


def _is_known(sample, name):
    return name in sample and np.isfinite(sample[name][0])


def test_differences(samples):
    """(p, adjusted p) of each difference, given as its estimate followed by its resamples.

    Each is studentised by the standard error over the resamples; p is the share of resamples at
    least as far from their mean, the adjusted p that of resamples in which any difference is
    (single-step max-type, which keeps the correlation of the pairs). The estimate counts as one of
    them, so neither is 0.
    """
    if not samples:
        return []
    table = np.array(samples)
    drawn = table[:, 1:][:, np.isfinite(table).all(axis=0)[1:]]
    if drawn.shape[1] < 2:
        return [(np.nan, np.nan)] * len(samples)
    error = drawn.std(axis=1, ddof=1)
    error = np.where(error > 1e-12, error, np.inf)  # the same predictor twice
    far = np.abs(drawn - drawn.mean(axis=1, keepdims=True)) / error[:, None]
    limit = np.abs(table[:, 0]) / error - 1e-12
    total = drawn.shape[1] + 1
    p_values = (1 + (far >= limit[:, None]).sum(axis=1)) / total
    adjusted = (1 + (far.max(axis=0) >= limit[:, None]).sum(axis=1)) / total
    return list(zip(p_values, adjusted, strict=True))
