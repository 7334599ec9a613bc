"""Calibration of predicted survival: expected against observed events, slope and smooth curve.

All of Austin, Harrell and van Klaveren [@Austin2020]: the smooth curve is a Cox model whose only
covariate, as a restricted cubic spline, is the predicted log cumulative hazard log(-log S); ICI,
E50 and E90 are the mean, the median and the 90th percentile of |observed - predicted| over the
patients, the observed risk being that of the curve. The slope is the coefficient of the same
covariate as a line [@Crowson2016], over the whole follow-up.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crlm.scores.forecast import list_probabilities
from crlm.scores.published_strata import LEAST
from crlm.survival.discrimination import (
    accumulate_hazard,
    maximise_counts,
    resample_counts,
    sort_patients,
)
from crlm.survival.horizons import COMPLETE, summarise_sample
from crlm.survival.kaplan_meier import survival_at
from crlm.survival.net_benefit import estimate_incidence

MEASURES = ("ratio", "slope", "ici", "e50", "e90")
CALIBRATION = [
    *("predictor", "horizon", "source", "patients", "events"),
    *("observed", "observed_lower", "observed_upper", "expected"),
    *(f"{measure}{end}" for measure in MEASURES for end in ("", "_lower", "_upper")),
    *("knots", "calibrated_in_cohort", "resamples", "evidence", "note"),
]
CURVES = [
    *("predictor", "horizon", "source", "kind", "group", "predicted", "observed"),
    *("lower", "upper", "patients", "events", "note"),
]
KNOTS = (0.1, 0.5, 0.9)  # quantiles of the predictions; three knots as in the paper
LEVELS = 8  # with at most so many distinct predictions each is a group of its own
GROUPS = 5  # otherwise fifths of the patients by rising risk
DISTINCT = 4  # below so many distinct predictions the groups say all, and no curve is drawn
GRID = 41  # points of the curve, from the 1st to the 99th percentile of the predictions
BINS = 20  # of the histogram between 0 and 1


@dataclass(frozen=True)
class Calibration:
    """The tables of an endpoint."""

    calibration: pd.DataFrame
    curves: pd.DataFrame


@dataclass(frozen=True)
class Smooth:
    """Cox models of the spline in the patients (first row) and in every resample."""

    centre: float  # of the log cumulative hazard; the knots are relative to it
    knots: np.ndarray
    mean: np.ndarray  # of the columns of the basis
    scale: np.ndarray
    coef: np.ndarray  # (resamples, p)
    slope: np.ndarray  # (resamples,)
    hazard: np.ndarray  # (resamples, horizons)

    def observe(self, z, place):
        """Risk (resamples, len(z)) by the curve, at predicted log cumulative hazards z and a horizon."""
        x = (build_spline(z - self.centre, self.knots) - self.mean) / self.scale
        with np.errstate(over="ignore"):  # far beyond the predictions of a resample: a risk of 1
            return 1 - np.exp(-self.hazard[:, [place]] * np.exp(self.coef @ x.T))


def assess_calibration(common, resamples, seed, threads=1):
    """Calibration of all probabilities of a `predictors.predict_common`: a Calibration.

    One row per predictor, horizon and source (`published`; `derived`: a curve through published
    figures; `fitted`: a Cox model fitted in these very patients, so that its slope is 1 by
    construction, its ratio near 1 and its distances near 0). `events` are those until the horizon;
    observed: 1 - Kaplan-Meier with log-log limits; expected: mean predicted risk; limits of the
    measures are percentiles of bootstrap resamples of the patients, predictions unchanged. knots: 3
    for a spline, 0 for a line, which is what fewer distinct predictions than knots leave.
    Predictions of exactly 0 or 1 have no log cumulative hazard; their patients count in the ratio
    and in nothing else.

    curves: kind `smooth` (GRID points with percentile limits), `group` (fifths, or every distinct
    prediction when there are few; log-log limits; one of fewer than LEAST patients has no
    estimate) and `histogram` (patients per bin, `predicted` its middle).
    """
    n = len(common.months)
    counts = np.ones((resamples + 1, n), np.int32)
    if n:
        counts[1:] = resample_counts(n, resamples, seed)
    observed = {
        horizon: estimate_incidence(common.months, common.event, counts, horizon)
        for horizon in common.usable
    }
    fits, rows, curves = {}, [], []
    for each in list_probabilities(common):
        row = {
            **{key: getattr(each, key) for key in ("predictor", "horizon", "source", "evidence")},
            "patients": n,
            "events": int(common.event[common.months <= each.horizon].sum()),
            "resamples": 0,
            "note": each.note,
            "calibrated_in_cohort": each.source == "fitted",
        }
        if each.survival is not None:
            smooth, notes = _smooth(each.survival, common, counts, fits, threads)
            row |= _describe(each, common)
            row |= _summarise(_measure(each, counts, observed[each.horizon], smooth, common))
            row["knots"] = len(smooth.knots) if smooth else np.nan
            if row["resamples"] < COMPLETE * resamples:
                notes.append(f"only {row['resamples']} of {resamples} resamples could be used")
            row["note"] = "; ".join([each.note, *notes] if each.note else notes) or None
            name = {key: row[key] for key in ("predictor", "horizon", "source")}
            curves += [name | point for point in _list_curves(each, common, smooth)]
        rows.append(row)
    return Calibration(
        pd.DataFrame(rows, columns=CALIBRATION).astype({"horizon": float}),
        pd.DataFrame(curves, columns=CURVES).astype({"horizon": float, "group": "Int64"}),
    )


def _describe(each, common):
    """Observed and mean predicted risk."""
    curve = survival_at(common.months, common.event, [each.horizon]).iloc[0]
    return {
        "observed": 1 - curve["survival"],
        "observed_lower": 1 - curve["upper"],
        "observed_upper": 1 - curve["lower"],
        "expected": 1 - each.survival.mean(),
    }


def _summarise(samples):
    """Estimate and limits of every measure; the resamples usable for all of them."""
    row, usable = {}, []
    for measure, sample in samples.items():
        found = summarise_sample(sample)
        row[measure] = found["estimate"]
        row[f"{measure}_lower"], row[f"{measure}_upper"] = found["lower"], found["upper"]
        usable.append(found["resamples"])
    return row | {"resamples": min(usable)}


def log_hazard(survival):
    """log(-log S) of each probability; infinite at 0 and 1."""
    with np.errstate(divide="ignore"):
        return np.log(-np.log(survival))


def place_knots(z):
    """Three knots at quantiles of the predictions, none (a line) where two of them coincide."""
    knots = np.quantile(z, KNOTS)
    return knots if (np.diff(knots) > 1e-9).all() else knots[:0]


def build_spline(z, knots):
    """Basis (n, 1 or 2) of the restricted cubic spline, linear beyond the outer of the three knots.

    Harrell's truncated power basis, as R `rms::rcs`; without knots z alone.
    """
    if not len(knots):
        return z[:, None]
    cubes = np.maximum(z[:, None] - knots, 0) ** 3
    first, middle, last = knots
    bent = cubes[:, 0] - (cubes[:, 1] * (last - first) - cubes[:, 2] * (middle - first)) / (
        last - middle
    )
    return np.column_stack([z, bent / (last - first) ** 2])


def _smooth(survival, common, counts, fits, threads):
    """(Smooth or None, notes). Horizons of one proportional-hazards model share a fit in `fits`."""
    z = log_hazard(survival)
    inside, notes = np.isfinite(z), []
    if not inside.all():
        left = int((~inside).sum())
        notes.append(f"{left} patients with a prediction of 0 or 1 left out of slope and curve")
    if common.event[inside].sum() < 1 or np.ptp(z[inside]) < 1e-9:
        return None, [*notes, "one prediction for all: no slope"]
    centre = z[inside].mean()
    relative = z[inside] - centre
    key = np.round(relative, 9).tobytes()
    if key not in fits:
        fits[key] = _fit(relative, inside, common, counts, threads)
    smooth = Smooth(centre, **fits[key])
    if np.isnan(smooth.coef[0]).any():
        return None, [*notes, "no slope: the likelihood has no maximum"]
    return smooth, notes


def _fit(z, inside, common, counts, threads):
    """The fields of Smooth but the centre; z: predictions around it, of the patients `inside`."""
    patients = sort_patients(common.months[inside], common.event[inside])
    counts, knots = counts[:, inside], place_knots(z)
    basis = build_spline(z, knots)
    mean, scale = basis.mean(axis=0), basis.std(axis=0)
    x = (basis - mean) / scale
    coef = maximise_counts(patients, x, counts, threads=threads)
    line = coef if len(x.T) == 1 else maximise_counts(patients, x[:, :1], counts, threads=threads)
    return {
        "knots": knots,
        "mean": mean,
        "scale": scale,
        "coef": coef,
        "slope": line[:, 0] / scale[0],
        "hazard": accumulate_hazard(patients, counts, coef @ x.T, common.usable),
    }


def _measure(each, counts, observed, smooth, common):
    """The measures, each in the patients and then in every resample."""
    risk = 1 - each.survival
    with np.errstate(divide="ignore", invalid="ignore"):  # nobody expected to have an event
        samples = {"ratio": observed / (counts @ risk / len(risk))}
    if smooth is None:
        return samples
    z = log_hazard(each.survival)
    inside = np.isfinite(z)
    errors = np.full(counts.shape, np.nan)
    curve = smooth.observe(z[inside], common.usable.index(each.horizon))
    errors[:, inside] = np.abs(curve - risk[inside])
    errors = np.repeat(errors.ravel(), counts.ravel()).reshape(counts.shape)
    usable = np.isfinite(errors).any(axis=1)
    quantile = np.quantile if inside.all() else np.nanquantile
    found = np.full((3, len(counts)), np.nan)
    found[0, usable] = np.nanmean(errors[usable], axis=1)
    found[1:, usable] = quantile(errors[usable], [0.5, 0.9], axis=1)
    return samples | {"slope": smooth.slope, **dict(zip(MEASURES[2:], found, strict=True))}


def _list_curves(each, common, smooth):
    """Rows of the curve, the groups and the histogram of one set of probabilities."""
    risk = 1 - each.survival
    middles = (np.arange(BINS) + 0.5) / BINS
    bins = np.minimum((risk * BINS + 1e-9).astype(int), BINS - 1)
    for middle, number in zip(middles, np.bincount(bins, minlength=BINS), strict=True):
        if number:
            yield {"kind": "histogram", "predicted": middle, "patients": number}
    groups = split_groups(risk)
    for group in range(1, groups.max() + 1):
        mine = groups == group
        yield {"kind": "group", "group": group, "predicted": risk[mine].mean()} | _observe_group(
            common.months[mine], common.event[mine], each.horizon
        )
    if smooth is not None and len(np.unique(np.round(risk, 9))) >= DISTINCT:
        z = log_hazard(each.survival)
        ends = np.quantile(risk[np.isfinite(z)], [0.01, 0.99])
        grid = np.linspace(*ends, GRID)
        curve = smooth.observe(log_hazard(1 - grid), common.usable.index(each.horizon))
        drawn = curve[1:][np.isfinite(curve[1:]).all(axis=1)]
        limits = (
            np.quantile(drawn, [0.025, 0.975], axis=0) if len(drawn) > 1 else curve[:2] * np.nan
        )
        for predicted, observed, lower, upper in zip(grid, curve[0], *limits, strict=True):
            yield {"kind": "smooth", "predicted": predicted, "observed": observed} | {
                "lower": lower,
                "upper": upper,
            }


def split_groups(risk):
    """Number (1, 2, ...; rising risk) of the group of each patient; equal risks are not parted."""
    values, codes = np.unique(np.round(risk, 9), return_inverse=True)
    if len(values) > LEVELS:
        cuts = np.round(np.quantile(risk, np.arange(1, GROUPS) / GROUPS), 9)
        places = np.searchsorted(cuts, values[codes], side="left")
        codes = np.unique(places, return_inverse=True)[1]
    return codes + 1


def _observe_group(months, event, horizon):
    """Observed risk of a group, empty with a note where patients are too few or not observed so long."""
    row = {"patients": len(months), "events": int(event[months <= horizon].sum())}
    if len(months) < LEAST:
        return row | {"note": f"fewer than {LEAST} patients"}
    found = survival_at(months, event, [horizon]).iloc[0]
    if np.isnan(found["survival"]):
        return row | {"note": f"nobody observed until {horizon:g} months"}
    limits = {"lower": 1 - found["upper"], "upper": 1 - found["lower"]}
    return row | {"observed": 1 - found["survival"], **limits}
