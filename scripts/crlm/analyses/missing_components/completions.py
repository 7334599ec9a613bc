"""The lowest and highest result that the missing components of a score allow.

Every patient whose score is not determinate has several values that it may be. Among all
completions of the cohort those with the lowest and the highest hazard ratio and Harrell's C are
sought. There are too many to try: a search starts from several completions, changes one patient's
value at a time and ends where no single change helps. What it finds is attained, so the true
bounds are at least as wide; on cohorts small enough to try all completions it finds them.
"""

from dataclasses import dataclass

import numpy as np

from crlm.analyses.missing_components import completions_kernel as kernel
from crlm.survival.discrimination import sort_patients
from crlm.survival.kaplan_meier import count_times

RANDOM_STARTS = 4


@dataclass(frozen=True)
class Bounds:
    """Lowest and highest over the completions; NaN where nothing can be estimated."""

    hazard_ratio: tuple  # 0 or infinite where some completion has no finite one
    harrell_c: tuple


def find_bounds(months, event, values, seed):
    """Bounds of the hazard ratio per point (Cox, Efron, univariable) and of Harrell's C.

    months, event (1/0): arrays of length n; values: n rising arrays of the finite values that each
    patient may have, of one where the score is determinate. seed: of the random starts.
    """
    patients = sort_patients(months, event)
    places = _place(patients)
    values = [values[row] for row in patients.rows]
    ends = [
        _climb(patients, places, values, seed),
        _climb(patients, places, [-each[::-1] for each in values], seed),
    ]
    (top, most), (bottom, least) = ends
    pairs = places["pairs"]
    return Bounds(
        hazard_ratio=(float(np.exp(-bottom)), float(np.exp(top))),
        harrell_c=((1 - least / pairs) / 2, (1 + most / pairs) / 2) if pairs else (np.nan,) * 2,
    )


def _place(patients):
    """Where each row and each death stand in the order of time."""
    event, n = patients.event, len(patients.event)
    deaths = np.flatnonzero(event)
    first = patients.starts[patients.group]  # first row of each row's time
    times = patients.group[deaths]
    start = np.searchsorted(times, times, side="left")
    ties = np.searchsorted(times, times, side="right") - start
    upto = np.searchsorted(times, patients.group, side="right")
    before = np.where(event, np.searchsorted(times, patients.group, side="left"), upto)
    deaths_of_time = np.bincount(times, minlength=len(patients.times))
    later = first + deaths_of_time[patients.group]
    return {
        "deaths": deaths,
        "first": first[deaths],
        "start": start,
        "fraction": (np.arange(len(deaths)) - start) / ties,
        "upto": upto,
        "before": before,
        "later": later,
        "pairs": int((n - later[deaths]).sum()),
    }


def _climb(patients, places, values, seed):
    """Largest coefficient (per point) and largest net number of concordant pairs."""
    lower, upper = (np.array([each[end] for each in values], float) for end in (0, -1))
    open_rows = np.flatnonzero(lower < upper)
    ranges = [values[row] for row in open_rows]
    offsets = np.cumsum([0, *map(len, ranges)])
    choices = np.concatenate([*ranges, np.empty(0)])
    centre = np.concatenate([lower, upper]).mean()
    scale = np.concatenate([lower, upper]).std()
    if not scale or not len(places["deaths"]):
        return np.nan, np.nan

    def raise_coefficient(x):
        x = (x - centre) / scale
        found = kernel.raise_coefficient(
            *(x, open_rows, (choices - centre) / scale, offsets, patients.event),
            *(places[name] for name in ("upto", "deaths", "first", "start", "fraction")),
        )
        return found, _snap(x * scale + centre, lower, upper, open_rows, ranges)

    def raise_concordance(x):
        x = x.copy()
        found = kernel.raise_concordance(
            *(x, open_rows, choices, offsets, patients.event),
            *(places[name] for name in ("before", "deaths", "later")),
        )
        return found, x

    starts = list(_list_starts(patients, lower, upper, open_rows, ranges, seed))
    coefficients = [raise_coefficient(x) for x in starts]
    nets = [raise_concordance(x) for x in starts]
    # the best of one is a good start of the other
    best = max(coefficients, key=lambda found: found[0])
    nets.append(raise_concordance(best[1]))
    coefficients.append(raise_coefficient(max(nets, key=lambda found: found[0])[1]))
    top = max(found for found, _ in coefficients)
    most = max(found for found, _ in nets)
    infinite = abs(top) >= kernel.LIMIT
    return np.copysign(np.inf, top) if infinite else top / scale, most


def _snap(x, lower, upper, open_rows, ranges):
    """The values without the rounding of the scaling, on which ties depend."""
    found = lower.copy()
    for row, values in zip(open_rows, ranges, strict=True):
        found[row] = values[np.abs(values - x[row]).argmin()]
    return found


def _list_starts(patients, lower, upper, open_rows, ranges, seed):
    """Completions from which a high coefficient is near: early deaths high, long survivors low."""
    times, at_risk = count_times(patients.times[patients.group])
    hazard = np.cumsum(np.bincount(patients.group, patients.event, len(times)) / at_risk)
    residual = patients.event - hazard[patients.group]  # martingale residual of the null model
    yield lower
    yield upper
    yield np.where(patients.event, upper, lower)
    yield np.where(residual > 0, upper, lower)
    yield np.where(residual > np.median(residual), upper, lower)
    random = np.random.default_rng(seed)
    for _ in range(RANDOM_STARTS):
        x = lower.copy()
        for row, values in zip(open_rows, ranges, strict=True):
            x[row] = random.choice(values)
        yield x
