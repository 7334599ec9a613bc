"""The compiled kernel of the resampling: pairs, Cox fits and baseline hazards under multiplicities.

A resample is a vector of counts, how often each patient was drawn; every function gives exactly
what it would give on the expanded table of that many copies. Patients stand in rising time, deaths
before the censored of the same time, and are sorted once for all resamples. `starts` holds the
first row of each distinct time and then n; `group` the number of each row's time. The functions
return NaN, and never raise, where nothing can be estimated.

Compiled, because each resample has predictions of its own: no array holds them all at once. Pairs
as a product of matrices (weights times pairs) are as fast at 200 patients, 2.6 times as slow at
1,000 and 9 times at 5,000, since they grow with the square. Whatever is a sum is left to numpy.
"""

import numpy as np
from numba import config, njit
from numba.core.caching import UserWideCacheLocator


class KernelCacheLocator(UserWideCacheLocator):
    """The library may lie in a new folder in every run (Snakemake's copies); numba would compile it again in each of them.

    The folder of the source is left out of the key. The content of the source stays in it, so that an edit compiles anew.
    """

    @classmethod
    def get_suitable_cache_subpath(cls, py_file):
        return "crlm-survival"


config.CACHE_LOCATOR_CLASSES = f"{__name__}.{KernelCacheLocator.__name__}"

TOLERANCE = 1e-7  # of Newton's last step, per standard deviation; the error left is its square
ITERATIONS = 25
PIVOT = 1e-10  # of the information, relative to its diagonal; below it a column is redundant
TIE = 1e-10  # linear predictors this close are those of identical patients

# Only the functions that run over resamples are called from Python, each with one signature, and
# without parallel=True: either costs seconds of compilation. Threads are the caller's.
inner = njit(cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


@inner
def count_pairs(event, starts, ranks, levels, counts, weights):
    """Harrell's C and the same with `weights` (one per distinct time), as R's `concordance`.

    Usable pairs: a death and somebody observed for longer, or censored at the same time; a tied
    rank counts one half. ranks: 1..levels. A Fenwick tree over the ranks makes it O(n log n).
    """
    tree = np.zeros(levels + 1, np.int64)
    mass = np.zeros(levels + 1, np.int64)
    above, agree, usable = 0, 0.0, 0.0
    weighted_agree, weighted_usable = 0.0, 0.0
    for time in range(len(starts) - 2, -1, -1):
        first, last = starts[time], starts[time + 1]
        middle = first
        while middle < last and event[middle]:
            middle += 1
        for row in range(middle, last):
            if counts[row]:
                _plant(tree, mass, ranks[row], counts[row])
                above += counts[row]
        won = pairs = 0.0
        for row in range(first, middle):
            if counts[row]:
                lower, node = 0, ranks[row] - 1
                while node > 0:
                    lower += tree[node]
                    node -= node & -node
                won += counts[row] * (lower + 0.5 * mass[ranks[row]])
                pairs += counts[row] * float(above)
        agree += won
        usable += pairs
        weighted_agree += weights[time] * won
        weighted_usable += weights[time] * pairs
        for row in range(first, middle):
            if counts[row]:
                _plant(tree, mass, ranks[row], counts[row])
                above += counts[row]
    harrell = agree / usable if usable > 0 else np.nan
    return harrell, weighted_agree / weighted_usable if weighted_usable > 0 else np.nan


@inner
def _plant(tree, mass, rank, count):
    mass[rank] += count
    while rank < len(tree):
        tree[rank] += count
        rank += rank & -rank


@inner
def compare_cases(event, group, cut, ranks, levels, counts, before):
    """Cumulative/dynamic AUC: deaths in the rows before `cut` against everybody from it on.

    A death weighs 1 / G(t-) at its own time; a tied rank counts one half.
    """
    cases, controls = np.zeros(levels + 1), np.zeros(levels + 1)
    for row in range(cut):
        if event[row] and counts[row]:
            cases[ranks[row]] += counts[row] / before[group[row]]
    for row in range(cut, len(ranks)):
        controls[ranks[row]] += counts[row]
    agree = all_cases = lower = 0.0
    for rank in range(1, levels + 1):
        agree += cases[rank] * (lower + 0.5 * controls[rank])
        lower += controls[rank]
        all_cases += cases[rank]
    return agree / (all_cases * lower) if all_cases * lower > 0 else np.nan


@njit(cache=True, nogil=True, no_cfunc_wrapper=True)
def assess_all(event, starts, group, ranks, levels, cuts, counts, before, weights, c, auc):
    """Pairs of fixed predictors in each resample, into c (resamples, p, 2) and auc (resamples, p, h).

    ranks: (p, n); levels: highest rank of each; cuts: rows observed until each horizon; before:
    G(t-) at each distinct time and weights: Uno's, both (resamples, times).
    """
    for resample in range(len(counts)):
        mine = counts[resample]
        for place in range(len(ranks)):
            rank, size = ranks[place], levels[place]
            both = count_pairs(event, starts, rank, size, mine, weights[resample])
            c[resample, place, 0], c[resample, place, 1] = both
            for horizon in range(len(cuts)):
                auc[resample, place, horizon] = compare_cases(
                    event, group, cuts[horizon], rank, size, mine, before[resample]
                )


@njit(
    cache=True,
    no_cpython_wrapper=True,
    no_cfunc_wrapper=True,
    fastmath={"reassoc", "contract", "nsz"},
)
def _dot(left, right):
    total = 0.0
    for place in range(len(left)):
        total += left[place] * right[place]
    return total


@inner
def _evaluate(x, count, dies, group, coef, weight, means, score):
    """Efron's log-likelihood at coef; patients in falling time.

    Also its score, the mean of x at every death (copies of one patient are tied deaths), and
    each patient's weight in the information: risk times the hazard it was exposed to.
    """
    parameters, rows = x.shape
    linear = np.zeros(rows)
    for column in range(parameters):
        for row in range(rows):
            linear[row] += coef[column] * x[column, row]
    top = -np.inf
    for row in range(rows):
        top = max(top, linear[row])
    risk = np.empty(rows)
    for row in range(rows):
        risk[row] = count[row] * np.exp(linear[row] - top)
    hazard, tied = np.zeros(rows), np.zeros(rows)  # of a time, at its first row
    total, sums = 0.0, np.zeros(parameters)
    dying_sums = np.empty(parameters)
    for column in range(parameters):
        score[column] = 0
    likelihood, death, first = 0.0, 0, 0
    while first < rows:
        dying, deaths, last = 0.0, 0, first
        for column in range(parameters):
            dying_sums[column] = 0
        while last < rows and group[last] == group[first]:
            total += risk[last]
            for column in range(parameters):
                sums[column] += risk[last] * x[column, last]
            if dies[last]:
                deaths += count[last]
                dying += risk[last]
                likelihood += count[last] * (linear[last] - top)
                for column in range(parameters):
                    dying_sums[column] += risk[last] * x[column, last]
                    score[column] += count[last] * x[column, last]
            last += 1
        for place in range(deaths):
            fraction = place / deaths
            left = total - fraction * dying
            if left <= 0:  # all risks at this time underflow: a step far too long
                return -np.inf
            likelihood -= np.log(left)
            hazard[first] += 1 / left
            tied[first] += fraction / left
            for column in range(parameters):
                mean = (sums[column] - fraction * dying_sums[column]) / left
                means[column, death] = mean
                score[column] -= mean
            death += 1
        first = last
    exposed, last = 0.0, rows
    while last > 0:
        first = last - 1
        while first > 0 and group[first - 1] == group[last - 1]:
            first -= 1
        exposed += hazard[first]
        for row in range(first, last):
            weight[row] = risk[row] * (exposed - tied[first] if dies[row] else exposed)
        last = first
    return likelihood


@inner
def _step(x, weight, means, score, step):
    """Newton's step; False if the information is singular, as its Cholesky factor tells."""
    parameters = len(score)
    factor, weighted = np.empty((parameters, parameters)), np.empty(len(weight))
    for row in range(parameters):
        for place in range(len(weight)):
            weighted[place] = weight[place] * x[row, place]
        for column in range(row, parameters):
            entry = _dot(weighted, x[column]) - _dot(means[row], means[column])
            factor[column, row] = entry
    for column in range(parameters):
        diagonal = factor[column, column]
        pivot = diagonal - _dot(factor[column, :column], factor[column, :column])
        if not pivot > PIVOT * diagonal:
            return False
        factor[column, column] = np.sqrt(pivot)
        for row in range(column + 1, parameters):
            inner = _dot(factor[row, :column], factor[column, :column])
            factor[row, column] = (factor[row, column] - inner) / factor[column, column]
    for row in range(parameters):
        step[row] = (score[row] - _dot(factor[row, :row], step[:row])) / factor[row, row]
    for row in range(parameters - 1, -1, -1):
        for below in range(row + 1, parameters):
            step[row] -= factor[below, row] * step[below]
        step[row] /= factor[row, row]
    return True


@inner
def maximise(x, event, group, counts, coef):
    """Cox coefficients (Efron) under counts, into coef, whose values are where Newton starts.

    x: (p, n), columns centred and scaled. False, with NaN in coef, if there is no maximum: no
    death, a redundant column, or a likelihood that rises for ever.
    """
    parameters, rows, deaths = len(x), 0, 0
    for row in range(len(counts)):
        if counts[row]:
            rows += 1
            deaths += counts[row] * event[row]
    count, when = np.empty(rows, np.int64), np.empty(rows, np.int64)
    dies, chosen = np.empty(rows, np.bool_), np.empty((parameters, rows))
    place = rows  # falling time
    for row in range(len(counts)):
        if counts[row]:
            place -= 1
            count[place], when[place], dies[place] = counts[row], group[row], event[row]
            for column in range(parameters):
                chosen[column, place] = x[column, row]
    weight, score, step = np.empty(rows), np.empty(parameters), np.empty(parameters)
    means = np.empty((parameters, deaths))
    found = False
    if deaths:
        height = _evaluate(chosen, count, dies, when, coef, weight, means, score)
        for _ in range(ITERATIONS):
            if height == -np.inf or not _step(chosen, weight, means, score, step):
                break
            found = True
            for column in range(parameters):
                found &= abs(step[column]) < TOLERANCE
                coef[column] += step[column]
            if found:
                break
            candidate = _evaluate(chosen, count, dies, when, coef, weight, means, score)
            for _ in range(ITERATIONS):
                if candidate >= height - 1e-10 * abs(height):
                    break
                for column in range(parameters):
                    step[column] /= 2
                    coef[column] -= step[column]
                candidate = _evaluate(chosen, count, dies, when, coef, weight, means, score)
            height = candidate
    if not found:
        coef[:] = np.nan
    return found


@njit(cache=True, nogil=True, no_cfunc_wrapper=True)
def maximise_all(x, event, group, counts, coef, linear):
    """`maximise` for each row of counts (resamples, n) and coef (resamples, p).

    Also the linear predictor of all patients, into linear (resamples, n). Not by BLAS, whose last
    digits depend on the number of rows.
    """
    for resample in range(len(counts)):
        maximise(x, event, group, counts[resample], coef[resample])
        for row in range(len(group)):
            linear[resample, row] = 0
        for column in range(len(x)):
            for row in range(len(group)):
                linear[resample, row] += coef[resample, column] * x[column, row]


@inner
def rank_sorted(linear, order, ranks):
    """Dense ranks 1.. of predictions in rising order, ties within TIE; the number of ranks."""
    rank = 1
    for place in range(len(order)):
        if place and linear[order[place]] - linear[order[place - 1]] > TIE:
            rank += 1
        ranks[order[place]] = rank
    return rank


@njit(cache=True, nogil=True, no_cfunc_wrapper=True)
def validate_all(event, starts, group, everybody, whole, counts, weights, linear, order, c, slopes):
    """C of each resample's model, into c (resamples, 2, 2), and its slope into slopes (resamples or 0).

    c: in the resample and among everybody (n ones), each as Harrell's and Uno's, by weights
    (resamples, times) and whole (times). linear: predictions for all patients (resamples, n), NaN
    without a model; order: their rising order. slopes: of calibration, among everybody.
    """
    ranks = np.empty(len(event), np.int64)
    for resample in range(len(counts)):
        if np.isnan(linear[resample, 0]):
            continue
        levels = rank_sorted(linear[resample], order[resample], ranks)
        into = c[resample]
        into[0, 0], into[0, 1] = count_pairs(
            event, starts, ranks, levels, counts[resample], weights[resample]
        )
        into[1, 0], into[1, 1] = count_pairs(event, starts, ranks, levels, everybody, whole)
        if len(slopes) and levels > 1:
            slope = np.ones(1)
            maximise(linear[resample : resample + 1], event, group, everybody, slope)
            slopes[resample] = slope[0]


@njit(cache=True, nogil=True, no_cfunc_wrapper=True)
def cumulate_all(event, starts, counts, linear, hazard):
    """Efron's cumulative baseline hazard at each distinct time, into hazard (resamples, times).

    linear: (resamples, n), NaN without a model; copies of a patient are tied deaths.
    """
    for resample in range(len(counts)):
        total, mine = 0.0, hazard[resample]
        for time in range(len(mine) - 1, -1, -1):
            dying, deaths = 0.0, 0
            for row in range(starts[time], starts[time + 1]):
                risk = counts[resample, row] * np.exp(linear[resample, row])
                total += risk
                if event[row]:
                    dying += risk
                    deaths += counts[resample, row]
            mine[time] = 0.0
            for place in range(deaths):
                mine[time] += 1 / (total - place / deaths * dying)
        for time in range(1, len(mine)):
            mine[time] += mine[time - 1]


@njit(cache=True, nogil=True, no_cfunc_wrapper=True)
def average_all(event, group, due, linear, met, counts, before, whole, losses):
    """Squared errors of each resample's model, into losses (resamples, 2, 2, times), summed.

    Axes: in the resample and among everybody; of patients known to be alive, and of deaths, which
    weigh 1 / G(t-), before (resamples, distinct times) and whole. met: the baseline hazard until
    each evaluation time (resamples, times); due: per distinct time how many of these are before it.
    """
    for resample in range(len(counts)):
        living, died = losses[resample, :, 0], losses[resample, :, 1]
        for row in range(len(event)):
            risk, time = np.exp(linear[resample, row]), group[row]
            count = float(counts[resample, row])
            for place in range(due[time]):
                loss = (1 - np.exp(-risk * met[resample, place])) ** 2
                living[0, place] += count * loss
                living[1, place] += loss
            if event[row]:
                mine = count / before[resample, time] if count else 0.0
                for place in range(due[time], met.shape[1]):
                    loss = np.exp(-2 * risk * met[resample, place])
                    died[0, place] += mine * loss
                    died[1, place] += loss / whole[time]
