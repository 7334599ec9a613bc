"""Discrimination and accuracy of predictions of survival, in a cohort or in each of its resamples.

Definitions, also for ties:
- Harrell's C: R `survival::concordance`. Usable pairs are a death and somebody observed for longer,
  or censored at the same time; equal predictions count one half.
- Uno's C [@Uno2011]: the same pairs weighted by 1 / G(t-)^2 at the death, up to and including tau
  (R: `timewt = "n/G2"`, `ymax`). G is the Kaplan-Meier estimate of staying uncensored, deaths
  before the censored of the same time.
- AUC(t): deaths until t, weighted by 1 / G(t-) at their time, against everybody beyond t [@Uno2007].
- Brier score: squared error of the predicted survival, weighted by 1 / G(t-) for deaths until t
  and by 1 / G(t) beyond t [@Graf1999].
Predictions are risks: higher = worse. The estimates are scikit-survival's; those of resamples are
counted by `resampling`, and equal it (tested to 1e-12). scikit-survival is imported where it computes: most jobs that need
this module do not need it, and wait two seconds for it.
"""

import functools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

CHUNK = 100  # resamples looked at together, fewer where
CELLS = 4_000_000  # numbers would have to be held at once
PAIRS = (
    5_000  # patients; scikit-survival compares them pair by pair: 0.3 s at 5,000, 80 s at 80,000
)


@functools.cache
def _kernel():
    """The compiled functions; numba takes a third of a second, which most jobs that need this module do not need either."""
    from crlm.survival import resampling

    return resampling


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
    n, times = len(patients.rows), np.asarray(times, float)
    scores = np.asarray(scores, float).reshape(len(scores), n)[:, patients.rows]
    survival = np.asarray(survival, float).reshape(len(survival), n, len(times))
    survival = survival[:, patients.rows]
    ranked = [np.unique(each, return_inverse=True) for each in scores]
    shared = (
        *(patients.event, patients.starts, patients.group),
        np.array([places + 1 for _, places in ranked], int).reshape(scores.shape),
        np.array([len(values) for values, _ in ranked], int),
        patients.count_until(np.asarray(horizons, float)),
    )

    def assess(counts):
        before, after = _weigh_censoring(patients, counts)
        c = np.empty((len(counts), len(scores), 2))
        auc = np.empty((len(counts), len(scores), len(horizons)))
        weights = _weigh_pairs(patients, before, tau)
        _kernel().assess_all(*shared, counts, before, weights, c, auc)
        brier = _average_losses(patients, counts, before, after, survival, times)
        return c[..., 0], c[..., 1], auc, brier

    return Measures(*map_chunks(assess, patients, counts, threads, n))


def map_chunks(function, patients, counts, threads, size):
    """The arrays that the function returns for some rows of counts in the order of time, for all of them.

    size: numbers per row that it holds. The chunks do not depend on the threads.
    """
    step = int(np.clip(CELLS // max(size, 1), 1, CHUNK))
    counts = np.asarray(counts)
    parts = [counts[first : first + step] for first in range(0, max(len(counts), 1), step)]
    with ThreadPoolExecutor(max(1, threads)) as pool:
        found = pool.map(
            lambda part: function(np.ascontiguousarray(part[:, patients.rows], np.int32)), parts
        )
        return tuple(np.concatenate(each) for each in zip(*found, strict=True))


def tally_times(patients, counts):
    """Deaths, censored and patients at risk at each distinct time, each (rows, times); counts (rows, n) in the order of time."""
    first = patients.starts[:-1]
    leaving = np.add.reduceat(counts, first, axis=1)
    deaths = np.add.reduceat(counts * patients.event, first, axis=1)
    at_risk = counts.sum(axis=1)[:, None] - np.cumsum(leaving, axis=1) + leaving
    return deaths, leaving - deaths, at_risk


def _weigh_censoring(patients, counts):
    """Kaplan-Meier estimate of staying uncensored, G(t-) and G(t), each (resamples, distinct times)."""
    deaths, censored, at_risk = tally_times(patients, counts)
    left = np.where(censored, at_risk - deaths, 1)
    after = np.cumprod(1 - censored / left, axis=1)
    before = np.hstack([np.ones((len(counts), 1)), after[:, :-1]])
    return before, after


def _weigh_pairs(patients, before, tau):
    """Uno's weights 1 / G(t-)^2 until tau, 0 beyond and where nobody is left."""
    known = (before > 0) & (patients.times <= tau)
    return np.where(known, 1 / np.where(known, before, 1) ** 2, 0.0)


def _average_losses(patients, counts, before, after, survival, times):
    """Brier scores (resamples, probabilities, times); survival: (probabilities, n, times), patients in the order of time."""
    found = np.empty((len(counts), len(survival), len(times)))
    alive = patients.times[patients.group][:, None] > times
    died = ~alive & patients.event[:, None]
    uncensored = before[:, patients.group]
    weights = counts / np.where(uncensored > 0, uncensored, 1)
    copies = counts.astype(float)
    for place, each in enumerate(survival):
        losses = copies @ np.where(alive, 1 - each, 0) ** 2, weights @ np.where(died, each, 0) ** 2
        found[:, place] = _weigh_losses(patients, *losses, after, times)
    return found / counts.sum(axis=1)[:, None, None]


def _weigh_losses(patients, living, died, after, times):
    """Sums of squared errors (resamples, times), of those alive by G(t); NaN where it is 0."""
    place = np.searchsorted(patients.times, times, side="right")
    uncensored = np.hstack([np.ones((len(after), 1)), after])[:, place]
    known = uncensored > 0  # otherwise the last patients were censored before
    return np.where(known, died + living / np.where(known, uncensored, 1), np.nan)


def _move_censored(months, event):
    """The outcome for scikit-survival, and a function that moves a time beyond it.

    There who is censored on day t was not seen after the deaths of day t; R lets them, so here they
    leave a moment later, which makes the two equal.
    """
    from sksurv.util import Surv

    months, event = np.asarray(months, float), np.asarray(event) == 1
    outcome = Surv.from_arrays(event, np.where(event, months, np.nextafter(months, np.inf)))
    return outcome, lambda time: np.nextafter(np.nextafter(time, np.inf), np.inf)


def _count_pairs(months, event, score, tau=np.inf):
    """Harrell's and Uno's C by the kernel."""
    found = assess_counts(
        sort_patients(months, event), np.ones((1, len(months)), int), [score], tau
    )
    return float(found.harrell_c[0, 0]), float(found.uno_c[0, 0])


def harrell_c(months, event, score):
    """Harrell's C of one score by scikit-survival; by the kernel, which sorts, of more than PAIRS patients."""
    from sksurv.metrics import concordance_index_censored

    if len(months) > PAIRS:
        return _count_pairs(months, event, score)[0]
    outcome, _ = _move_censored(months, event)
    if not _has_pairs(outcome):
        return np.nan
    ranks = np.unique(score, return_inverse=True)[1]
    return float(concordance_index_censored(outcome["event"], outcome["time"], ranks)[0])


def uno_c(months, event, score, tau=np.inf):
    """Uno's C of one score among deaths until tau (months), computed as `harrell_c`."""
    from sksurv.metrics import concordance_index_ipcw

    if len(months) > PAIRS:
        return _count_pairs(months, event, score, tau)[1]
    outcome, beyond = _move_censored(months, event)
    if not _has_pairs(outcome, tau):
        return np.nan
    ranks = np.unique(score, return_inverse=True)[1]
    return float(concordance_index_ipcw(outcome, outcome, ranks, beyond(tau))[0])


def _has_pairs(outcome, tau=np.inf):
    """Whether anybody was observed for longer than somebody who died until tau."""
    deaths = outcome["time"][outcome["event"]]
    return bool(len(deaths)) and deaths.min() <= tau and deaths.min() < outcome["time"].max()


def auc_at(months, event, score, horizons):
    """Cumulative/dynamic AUC of one score at each horizon (months) by scikit-survival; NaN without case or control."""
    from sksurv.metrics import cumulative_dynamic_auc

    months, event = np.asarray(months, float), np.asarray(event) == 1
    outcome, beyond = _move_censored(months, event)
    ranks = np.unique(score, return_inverse=True)[1]
    found = np.full(len(horizons), np.nan)
    for place, horizon in enumerate(horizons):
        if (event & (months <= horizon)).any() and (months > horizon).any():
            found[place] = cumulative_dynamic_auc(outcome, outcome, ranks, beyond(horizon))[0][0]
    return found


def brier_score(months, event, survival, times):
    """Brier score of predicted survival (n, times) at rising times (months) by scikit-survival.

    NaN from the last time on. Before the first nobody is censored or dead: the mean (1 - S)^2.
    """
    from sksurv.metrics import brier_score as average_losses

    months, times, survival = (np.asarray(each, float) for each in (months, times, survival))
    outcome, beyond = _move_censored(months, event)
    found = np.where(times < months.min(), ((1 - survival) ** 2).mean(axis=0), np.nan)
    inside = (times >= months.min()) & (times < months.max())
    if inside.any():
        found[inside] = average_losses(
            outcome, outcome, survival[:, inside], beyond(times[inside])
        )[1]
    return found


def integrate_brier(brier, times):
    """Mean of the Brier score over the times, by the trapezoidal rule along the last axis."""
    return np.trapezoid(brier, times, axis=-1) / (times[-1] - times[0])


def _refit(patients, x, counts, start):
    """Coefficients and linear predictors of everybody, for some rows of counts."""
    coef = np.zeros((len(counts), len(x))) + start
    linear = np.empty(counts.shape)
    _kernel().maximise_all(x, patients.event, patients.group, counts, coef, linear)
    return coef, linear


def _take_columns(patients, x):
    return np.ascontiguousarray(np.asarray(x, float)[patients.rows].T)


def maximise_counts(patients, x, counts, start=0.0, threads=1):
    """Coefficients (resamples, p) of the Cox model of x (n, p) under every row of counts.

    patients: `Sorted`; x: columns centred and scaled; start: where Newton's method begins. NaN
    where there is no maximum.
    """
    columns = _take_columns(patients, x)
    return map_chunks(
        lambda rows: _refit(patients, columns, rows, start)[:1],
        *(patients, counts, threads, len(columns.T)),
    )[0]


def fit_counts(patients, x, counts, start=0.0, threads=1):
    """Cox models as of `maximise_counts` and their validation in the whole cohort.

    Returns coefficients (resamples, p) and an array (resamples, 3): Harrell's C in the resample and
    in the whole cohort, calibration slope there. NaN where there is no maximum.
    """
    columns = _take_columns(patients, x)

    def validate(counts):
        coef, linear = _refit(patients, columns, counts, start)
        slopes = np.full(len(counts), np.nan)
        c = _validate(patients, counts, linear, np.inf, slopes)[0]
        return coef, np.column_stack([c[:, :, 0], slopes])

    return map_chunks(validate, patients, counts, threads, len(columns.T))


def _validate(patients, counts, linear, tau, slopes):
    """C (resamples, 2, 2) as `resampling.validate_all`, and G(t-), G(t) of the resamples and of everybody."""
    everybody = np.ones(len(patients.rows), np.int32)
    censoring = [_weigh_censoring(patients, each) for each in (counts, everybody[None])]
    weights, whole = (_weigh_pairs(patients, before, tau) for before, _ in censoring)
    c = np.full((len(counts), 2, 2), np.nan)
    _kernel().validate_all(
        *(patients.event, patients.starts, patients.group, everybody, whole[0]),
        *(counts, weights, linear, np.argsort(linear, axis=1), c, slopes),
    )
    return c, censoring


def measure_refits(patients, x, counts, start, tau, times, threads=1):
    """Cox models of every row of counts, as `fit_counts`, by Harrell's C, Uno's C and Brier scores.

    times: rising, of the Brier score, with Efron's baseline hazard of the model's own resample.
    Returns an array (resamples, 2, 2 + times): in the resample and in the whole cohort. NaN where
    there is no maximum.
    """
    columns, times = _take_columns(patients, x), np.asarray(times, float)

    def measure(counts):
        _, linear = _refit(patients, columns, counts, start)
        c, censoring = _validate(patients, counts, linear, tau, np.empty(0))
        hazard = _cumulate(patients, counts, linear, times)
        losses = np.zeros((len(counts), 2, 2, len(times)))
        due = np.searchsorted(times, patients.times, side="left")
        (before, after), (whole, at_last) = censoring
        _kernel().average_all(
            *(patients.event, patients.group, due, linear, hazard, counts),
            *(before, whole[0], losses),
        )
        brier = [
            _weigh_losses(patients, *losses[:, place].swapaxes(0, 1), each, times) / counts.shape[1]
            for place, each in enumerate((after, at_last))
        ]
        return (np.concatenate([c, np.stack(brier, axis=1)], axis=2),)

    return map_chunks(measure, patients, counts, threads, len(columns.T))[0]


def _cumulate(patients, counts, linear, times):
    """Cumulative baseline hazard (resamples, times); counts and linear in the order of time."""
    hazard = np.empty((len(counts), len(patients.times)))
    linear = np.ascontiguousarray(linear)
    _kernel().cumulate_all(patients.event, patients.starts, counts, linear, hazard)
    hazard = np.hstack([np.zeros((len(counts), 1)), hazard])
    # contiguous, or the kernel is compiled once more for the order that the index leaves
    return np.ascontiguousarray(hazard[:, np.searchsorted(patients.times, times, side="right")])


def accumulate_hazard(patients, counts, linear, horizons):
    """Cumulative baseline hazard (resamples, horizons) of a patient whose linear predictor is 0.

    patients: `Sorted`; counts: multiplicities, linear: predictors of the model of each resample,
    both (resamples, n) in the order of the data; horizons: months. Efron's estimate, as R's
    `survfit.coxph` of a fit with Efron ties.
    """
    counts = np.ascontiguousarray(np.asarray(counts, np.int32)[:, patients.rows])
    return _cumulate(patients, counts, np.asarray(linear, float)[:, patients.rows], horizons)
