"""Cox models and Harrell's C of many dichotomies of the same patients at once.

With one yes/no covariate the partial likelihood needs only the number of patients at risk and of deaths on either side at
each death, so that all dichotomies are fitted together by one Newton iteration on arrays.

Of its own because nothing else is as fast: 100 cuts of 1,000 patients take 0.1 s here and 10 to 35 s by lifelines; a number of
8,000 patients has thousands of cuts, a growth pattern 500 draws. Its values are those of R (golden) and of `fit_cox` (tests).
"""

from dataclasses import dataclass

import numpy as np

# dichotomies whose arrays are held at once, fewer where these have more than so many cells
CHUNK, CELLS = 200, 4_000_000
LARGEST = 15  # a coefficient beyond is what Newton's method leaves of an infinite one


@dataclass(frozen=True)
class Dichotomies:
    """One number per dichotomy; missing where the likelihood has no maximum."""

    coef: np.ndarray  # log hazard ratio of the patients within against those without
    error: np.ndarray
    log_likelihood: np.ndarray  # at the maximum or, without one, its limit within rounding
    harrell_c: np.ndarray  # of the fitted model, so the side with the higher hazard is the worse
    c_error: np.ndarray  # infinitesimal jackknife


def fit_dichotomies(risk_sets, months, event, within):
    """Cox models (Efron) of each column of `within` (n, dichotomies), a mask of patients: Dichotomies.

    risk_sets: of `partial_likelihood.build_risk_sets`; strata enter as there, pairs of the same stratum only count for C.
    """
    step = int(np.clip(CELLS // max(len(within), 1), 1, CHUNK))
    parts = [
        _fit_chunk(risk_sets, months, event, within[:, first : first + step].astype(float))
        for first in range(0, within.shape[1], step)
    ]
    if not parts:
        return Dichotomies(*[np.empty(0)] * 5)
    return Dichotomies(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def _fit_chunk(risk_sets, months, event, within):
    """The columns of `Dichotomies` for some dichotomies."""
    inside, outside, dying = [], [], np.zeros(within.shape[1])
    counts = []
    for stratum in risk_sets:
        at_risk = np.cumsum(within[stratum.rows], axis=0)[stratum.last]
        deaths = np.add.reduceat(within[stratum.deaths], stratum.first)
        number, total = stratum.last + 1, np.bincount(stratum.tied)
        counts.append((at_risk, deaths, number, total))
        part = stratum.fraction[:, None]  # Efron: tied deaths leave one after the other
        inside.append(at_risk[stratum.tied] - part * deaths[stratum.tied])
        others = (number[:, None] - at_risk)[stratum.tied]
        outside.append(others - part * (total[:, None] - deaths)[stratum.tied])
        dying += deaths.sum(axis=0)
    if not risk_sets:
        return [np.full(within.shape[1], np.nan)] * 5
    coef, information, converged = _maximise(np.concatenate(inside), np.concatenate(outside), dying)
    log_likelihood = dying * coef - np.log(
        np.concatenate(inside) * np.exp(coef) + np.concatenate(outside)
    ).sum(axis=0)
    fine = converged & (np.abs(coef) < LARGEST) & (information > 1e-8)
    error = 1 / np.sqrt(np.where(fine, information, np.nan))
    c, c_error = _assess_concordance(risk_sets, counts, months, event, within)
    c = np.where(coef < 0, 1 - c, c)
    known = np.where(fine, 1.0, np.nan)
    return coef * known, error, log_likelihood, c * known, c_error * known


def _maximise(inside, outside, dying):
    """Newton's maximum over the log hazard ratio: (coefficients, information, converged), one per column."""
    coef = np.zeros(len(dying))
    for _ in range(50):
        share = inside / (inside + outside * np.exp(-coef))
        information = (share * (1 - share)).sum(axis=0)
        score = dying - share.sum(axis=0)
        step = score / np.maximum(information, 1e-12)
        small = np.abs(step) < 1e-9
        # the likelihood is concave; a bounded step keeps the far tail from overshooting
        coef = np.clip(coef + np.clip(step, -1, 1), -2 * LARGEST, 2 * LARGEST)
        if small.all():
            break
    return coef, information, small


def _assess_concordance(risk_sets, counts, months, event, within):
    """C with `within` as the worse side, and its standard error by the infinitesimal jackknife (R's `concordance`)."""
    gain, usable = np.zeros(within.shape), np.zeros(len(within))
    for stratum, (at_risk, deaths, number, total) in zip(risk_sets, counts, strict=True):
        later_within = at_risk - deaths
        later = (number - total)[:, None]
        mine = within[stratum.deaths] == 1
        place = stratum.tied
        gain[stratum.deaths] += np.where(mine, (later - later_within)[place], -later_within[place])
        usable[stratum.deaths] += later[place, 0]
        # the other member of the pair: the one observed longer
        times = months[stratum.deaths[stratum.first]]
        rows = stratum.rows
        before = [np.searchsorted(-times, -months[rows], side) for side in ("right", "left")]
        start = np.where(event[rows] == 1, *before)
        earlier_within = _sum_from(deaths, start)
        earlier = _sum_from(total[:, None].astype(float), start)
        gain[rows] += np.where(within[rows] == 1, earlier_within - earlier, earlier_within)
        usable[rows] += earlier[:, 0]
    pairs = usable.sum() / 2
    if not pairs:
        return [np.full(within.shape[1], np.nan)] * 2
    balance = gain.sum(axis=0) / 2 / pairs
    influence = (gain - balance * usable[:, None]) / (2 * pairs)
    return (1 + balance) / 2, np.sqrt((influence**2).sum(axis=0))


def _sum_from(values, start):
    """Sums of the rows from `start` to the last."""
    sums = np.cumsum(values[::-1], axis=0)[::-1]
    return np.vstack([sums, np.zeros((1, values.shape[1]))])[start]
