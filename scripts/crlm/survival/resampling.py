"""Compiled loops of the resampling: discrimination, Brier scores and Cox fits under multiplicities.

A resample is a vector of counts, how often each patient was drawn; every function gives exactly
what it would give on the expanded table of that many copies. Patients stand in rising time, deaths
before the censored of the same time, and are sorted once for all resamples. `starts` holds the
first row of each distinct time and then n; `group` the number of each row's time. The functions
return NaN, and never raise, where nothing can be estimated.
"""

import numpy as np

from crlm.survival.compiled import njit

TOLERANCE = 1e-7  # of Newton's last step, per standard deviation; the error left is its square
ITERATIONS = 25
PIVOT = 1e-10  # of the information, relative to its diagonal; below it a column is redundant
TIE = 1e-10  # linear predictors this close are those of identical patients

# Only the functions that run over resamples are called from Python, each with one signature, and
# without parallel=True: either costs seconds of compilation. Threads are the caller's.
inner = njit(cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


@inner
def weigh_censoring(event, starts, counts):
    """Kaplan-Meier estimate of staying uncensored, G(t-) and G(t), for each distinct time.

    Deaths come before the censored of the same time, as in R's `concordance` and scikit-survival.
    """
    times = len(starts) - 1
    before, after = np.empty(times), np.empty(times)
    at_risk, uncensored = 0, 1.0
    for row in range(len(counts)):
        at_risk += counts[row]
    for time in range(times):
        deaths = censored = 0
        for row in range(starts[time], starts[time + 1]):
            if event[row]:
                deaths += counts[row]
            else:
                censored += counts[row]
        before[time] = uncensored
        if censored:
            uncensored *= 1 - censored / (at_risk - deaths)
        after[time] = uncensored
        at_risk -= deaths + censored
    return before, after


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


@inner
def average_losses(losses, event, group, due, cuts, counts, before, after, found):
    """Brier score at each time, into `found`.

    losses: (n, times), the squared error of the predicted survival. due: per distinct observed
    time the number of evaluation times before it; until then a patient is known to be alive and
    weighs 1 / G(t), afterwards a death weighs 1 / G(t-) at its own time and a censored nothing.
    cuts: rows observed until each evaluation time.
    """
    times = losses.shape[1]
    alive, dead = np.zeros(times), np.zeros(times)
    patients = 0
    for row in range(len(losses)):
        count = counts[row]
        if not count:
            continue
        patients += count
        for time in range(due[group[row]]):
            alive[time] += count * losses[row, time]
        if event[row]:
            weight = count / before[group[row]]
            for time in range(due[group[row]], times):
                dead[time] += weight * losses[row, time]
    for time in range(times):
        uncensored = after[group[cuts[time] - 1]] if cuts[time] else 1.0
        if uncensored > 0:
            found[time] = (dead[time] + alive[time] / uncensored) / patients
        else:
            found[time] = np.nan  # the last patients were censored before


@inner
def assess(
    event, starts, group, ranks, levels, last, cuts, losses, due, ends, counts, c, auc, brier
):
    """All measures of all predictors in one resample, into c (p, 2), auc (p, h), brier (q, t)."""
    before, after = weigh_censoring(event, starts, counts)
    weights = np.zeros(len(before))
    for time in range(last):
        if before[time] > 0:  # otherwise nobody is left in this resample
            weights[time] = 1 / before[time] ** 2
    for predictor in range(len(ranks)):
        mine, size = ranks[predictor], levels[predictor]
        harrell, uno = count_pairs(event, starts, mine, size, counts, weights)
        c[predictor, 0], c[predictor, 1] = harrell, uno
        for horizon in range(len(cuts)):
            auc[predictor, horizon] = compare_cases(
                event, group, cuts[horizon], mine, size, counts, before
            )
    for predictor in range(len(losses)):
        average_losses(
            losses[predictor], event, group, due, ends, counts, before, after, brier[predictor]
        )


@njit(cache=True, nogil=True, no_cfunc_wrapper=True)
def assess_all(
    event, starts, group, ranks, levels, last, cuts, losses, due, ends, counts, c, auc, brier
):
    """`assess` for each row of counts (resamples, n); every output has a leading resample axis."""
    for resample in range(len(counts)):
        assess(
            event,
            starts,
            group,
            ranks,
            levels,
            last,
            cuts,
            losses,
            due,
            ends,
            counts[resample],
            c[resample],
            auc[resample],
            brier[resample],
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
def validate_all(event, starts, group, everybody, counts, linear, order, found):
    """What the model of each resample is worth, into found (resamples, 3).

    Its C in the resample, its C and its calibration slope among everybody (n ones). linear:
    predictions for all patients (resamples, n), NaN without a model; order: their rising order.
    """
    equal, ranks = np.ones(len(starts) - 1), np.empty(len(event), np.int64)
    for resample in range(len(counts)):
        if np.isnan(linear[resample, 0]):
            continue
        levels = rank_sorted(linear[resample], order[resample], ranks)
        training, _ = count_pairs(event, starts, ranks, levels, counts[resample], equal)
        test, _ = count_pairs(event, starts, ranks, levels, everybody, equal)
        found[resample, 0], found[resample, 1] = training, test
        if levels > 1:
            slope = np.ones(1)
            maximise(linear[resample : resample + 1], event, group, everybody, slope)
            found[resample, 2] = slope[0]
