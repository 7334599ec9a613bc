"""Discrimination and accuracy of predictions of survival, in a cohort or in each of its resamples.

Definitions, also for ties:
- Harrell's C: R `survival::concordance`. Usable pairs are a death and somebody observed for longer,
  or censored at the same time; equal predictions count one half.
- Uno's C [@Uno2011]: the same pairs weighted by 1 / G(t-)^2 at the death, up to and including tau
  (R: `timewt = "n/G2"`, `ymax`). G is the Kaplan-Meier estimate of staying uncensored, deaths
  before the censored of the same time. scikit-survival takes G(t) and only times below tau, so it
  differs, and only does, when a death and a censoring share a time.
- AUC(t): deaths until t, weighted by 1 / G(t-) at their time, against everybody beyond t [@Uno2007].
- Brier score: squared error of the predicted survival, weighted by 1 / G(t-) for deaths until t
  and by 1 / G(t) beyond t [@Graf1999].
Predictions are risks: higher = worse.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from crlm.survival import resampling, resampling_refits

CHUNK = 100  # resamples whose predictions are held at once


@dataclass(frozen=True)
class Sorted:
    """Patients by rising time, deaths before the censored of the same time."""

    rows: np.ndarray  # index of each patient in the data
    times: np.ndarray  # distinct times
    starts: np.ndarray  # first place of each distinct time, then n
    group: np.ndarray  # number of the distinct time of each place
    event: np.ndarray  # bool per place

    def count_until(self, times):
        """Patients observed until (time <=) each of the given times."""
        return self.starts[np.searchsorted(self.times, times, side="right")]


@dataclass(frozen=True)
class Measures:
    """What `assess_counts` found; the first axis is the row of counts."""

    harrell_c: np.ndarray  # (resamples, predictors)
    uno_c: np.ndarray  # (resamples, predictors)
    auc: np.ndarray  # (resamples, predictors, horizons)
    brier: np.ndarray  # (resamples, probabilities, times)


def sort_patients(months, event):
    """Sort once for all resamples; months: times, event: 1/0, arrays of length n."""
    months, event = np.asarray(months, float), np.asarray(event) == 1
    rows = np.lexsort((~event, months))
    times, starts, group = np.unique(months[rows], return_index=True, return_inverse=True)
    return Sorted(rows, times, np.append(starts, len(rows)), group, event[rows])


def resample_counts(n, resamples, seed):
    """How often each of n patients is drawn in each bootstrap resample, shape (resamples, n).

    Row b is the same whatever the number of resamples.
    """
    random = np.random.default_rng(seed)
    counts = np.empty((resamples, n), np.int32)
    for row in counts:
        row[:] = np.bincount(random.integers(0, n, n), minlength=n)
    return counts


def assess_counts(
    patients, counts, scores, tau=np.inf, horizons=(), survival=(), times=(), threads=1
):
    """Measures of every predictor under every row of counts (resamples, n).

    patients: `Sorted`. scores: predictors by patients, in the order of the data. survival:
    predictions (probabilities, n, times) of surviving the `times`, which rise. The result does not
    depend on `threads`. NaN where a resample has no usable pair, case or control.
    """
    scores = np.asarray(scores, float).reshape(len(scores), len(patients.rows))[:, patients.rows]
    times = np.asarray(times, float)
    shape = len(survival), len(patients.rows), len(times)
    survival = np.asarray(survival, float).reshape(shape)
    survival = survival[:, patients.rows]
    ranks = [np.unique(each, return_inverse=True) for each in scores]
    alive = patients.times[patients.group][:, None] > times
    resamples, predictors = len(counts), len(scores)
    c = np.empty((resamples, predictors, 2))
    auc = np.empty((resamples, predictors, len(horizons)))
    brier = np.empty((resamples, len(survival), len(times)))
    shared = (
        patients.event,
        patients.starts,
        patients.group,
        np.array([places + 1 for _, places in ranks], int).reshape(scores.shape),
        np.array([len(values) for values, _ in ranks], int),
        int(np.searchsorted(patients.times, tau, side="right")),
        patients.count_until(np.asarray(horizons, float)),
        np.ascontiguousarray(np.where(alive, 1 - survival, survival) ** 2),
        np.searchsorted(times, patients.times, side="left"),
        patients.count_until(times),
    )
    _run(resampling.assess_all, shared, (_sort_counts(patients, counts), c, auc, brier), threads)
    return Measures(c[:, :, 0], c[:, :, 1], auc, brier)


def _sort_counts(patients, counts):
    return np.ascontiguousarray(np.asarray(counts, np.int32)[:, patients.rows])


def _run(function, shared, rows, threads):
    """Call a compiled function on slices of the arrays whose first axis is the resample."""
    ends = np.linspace(0, len(rows[0]), max(1, threads) + 1).astype(int)
    with ThreadPoolExecutor(max(1, threads)) as pool:
        jobs = [
            pool.submit(function, *shared, *(each[first:last] for each in rows))
            for first, last in pairwise(ends)
        ]
    for job in jobs:
        job.result()


def _assess_once(months, event, counts, *arguments, **options):
    counts = np.ones(len(months)) if counts is None else counts
    patients = sort_patients(months, event)
    return assess_counts(patients, np.asarray(counts)[None], *arguments, **options)


def harrell_c(months, event, score, counts=None):
    """Harrell's C of one score; counts: multiplicity of each patient, default 1."""
    return float(_assess_once(months, event, counts, [score]).harrell_c[0, 0])


def uno_c(months, event, score, tau=np.inf, counts=None):
    """Uno's C of one score among deaths until tau (months)."""
    return float(_assess_once(months, event, counts, [score], tau).uno_c[0, 0])


def auc_at(months, event, score, horizons, counts=None):
    """Cumulative/dynamic AUC of one score at each horizon (months)."""
    return _assess_once(months, event, counts, [score], horizons=horizons).auc[0, 0]


def brier_score(months, event, survival, times, counts=None):
    """Brier score of predicted survival (n, times) at rising times (months)."""
    found = _assess_once(months, event, counts, [], survival=[survival], times=times)
    return found.brier[0, 0]


def integrate_brier(brier, times):
    """Mean of the Brier score over the times, by the trapezoidal rule along the last axis."""
    return np.trapezoid(brier, times, axis=-1) / (times[-1] - times[0])


def fit_counts(patients, x, counts, start=None, threads=1):
    """Cox models of every row of counts and their validation in the whole cohort.

    patients: `Sorted`; x: (n, p), columns centred and scaled; counts: (resamples, n); start: where
    Newton's method begins. Returns coefficients (resamples, p) and an array (resamples, 3): C in
    the resample, C in the whole cohort, calibration slope there. NaN where there is no maximum.
    """
    columns = np.ascontiguousarray(np.asarray(x, float)[patients.rows].T)
    coef = np.zeros((len(counts), len(columns))) + (0 if start is None else start)
    found = np.full((len(counts), 3), np.nan)
    everybody = np.ones(len(patients.rows), np.int32)

    def validate(counts, coef, found):
        for first in range(0, len(counts), CHUNK):
            rows = slice(first, first + CHUNK)
            linear = np.empty(counts[rows].shape)
            resampling.maximise_all(
                *(columns, patients.event, patients.group, counts[rows], coef[rows], linear)
            )
            resampling.validate_all(
                *(patients.event, patients.starts, patients.group, everybody, counts[rows]),
                *(linear, np.argsort(linear, axis=1), found[rows]),
            )

    _run(validate, (), (_sort_counts(patients, counts), coef, found), threads)
    return coef, found


def maximise_counts(patients, x, counts, threads=1):
    """Coefficients (resamples, p) of the Cox model of x (n, p) under every row of counts.

    patients: `Sorted`; x: columns centred and scaled. NaN where there is no maximum. The validation
    of `fit_counts` is left out, which is most of its time.
    """
    columns = np.ascontiguousarray(np.asarray(x, float)[patients.rows].T)
    coef = np.zeros((len(counts), len(columns)))

    def maximise(counts, coef):
        for first in range(0, len(counts), CHUNK):
            rows = slice(first, first + CHUNK)
            linear = np.empty(counts[rows].shape)
            resampling.maximise_all(
                *(columns, patients.event, patients.group, counts[rows], coef[rows], linear)
            )

    _run(maximise, (), (_sort_counts(patients, counts), coef), threads)
    return coef


def measure_refits(patients, x, counts, start, tau, times, threads=1):
    """Cox models of every row of counts, as `fit_counts`, by Harrell's C, Uno's C and Brier scores.

    times: rising, of the Brier score, with Efron's baseline hazard of the model's own resample.
    Returns an array (resamples, 2, 2 + times): in the resample and in the whole cohort. NaN where
    there is no maximum.
    """
    columns = np.ascontiguousarray(np.asarray(x, float)[patients.rows].T)
    times = np.asarray(times, float)
    coef = np.zeros((len(counts), len(columns))) + start
    found = np.full((len(counts), 2, 2 + len(times)), np.nan)
    shared = (
        *(patients.event, patients.starts, patients.group),
        int(np.searchsorted(patients.times, tau, side="right")),
        np.searchsorted(times, patients.times, side="left"),
        patients.count_until(times),
        np.searchsorted(patients.times, times, side="right"),
        np.ones(len(patients.rows), np.int32),
    )

    def measure(counts, coef, found):
        for first in range(0, len(counts), CHUNK):
            rows = slice(first, first + CHUNK)
            linear = np.empty(counts[rows].shape)
            resampling.maximise_all(
                *(columns, patients.event, patients.group, counts[rows], coef[rows], linear)
            )
            order = np.argsort(linear, axis=1)
            resampling_refits.measure_all(*shared, counts[rows], linear, order, found[rows])

    _run(measure, (), (_sort_counts(patients, counts), coef, found), threads)
    return found
