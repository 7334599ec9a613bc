"""Compiled search for the completions of a score with the largest coefficient or concordance.

Patients stand in rising time, deaths before the censored of the same time. Everything is put as a
maximum; the caller turns the score round for the minimum. No change of a single value among its
`choices` improves what is returned.
"""

import numpy as np

from crlm.survival.compiled import njit

LIMIT = 15.0  # per standard deviation: beyond it the coefficient is infinite, as in cox_estimate
FLAT = 1e-4  # information of a standard error of 100, as in cox_estimate
GAIN = 1e-9  # of the score function, below which a change is none
ROUNDS = 500

inner = njit(cache=True, no_cpython_wrapper=True, no_cfunc_wrapper=True)


@inner
def sum_risk_sets(x, b, deaths, first, start, fraction, s0, s1, s2):
    """Efron's sums of exp(bx), x exp(bx) and x^2 exp(bx) for each death.

    deaths: row of each death; first: first row of its time; start: first death of its tied set;
    fraction: 0, 1/d .. (d-1)/d within a set of d.
    """
    n, total = len(x), len(deaths)
    t0 = t1 = t2 = 0.0
    row, end = n - 1, total
    while end > 0:
        begin = start[end - 1]
        while row >= first[begin]:
            weight = np.exp(b * x[row])
            t0 += weight
            t1 += x[row] * weight
            t2 += x[row] * x[row] * weight
            row -= 1
        d0 = d1 = d2 = 0.0
        for k in range(begin, end):
            value = x[deaths[k]]
            weight = np.exp(b * value)
            d0 += weight
            d1 += value * weight
            d2 += value * value * weight
        for k in range(begin, end):
            s0[k] = t0 - fraction[k] * d0
            s1[k] = t1 - fraction[k] * d1
            s2[k] = t2 - fraction[k] * d2
        end = begin


@inner
def solve(x, b, deaths, first, start, fraction, s0, s1, s2):
    """Root of the score function, which falls in b; leaves the sums there. At most +-LIMIT."""
    low, high = -LIMIT, LIMIT
    for _ in range(100):
        sum_risk_sets(x, b, deaths, first, start, fraction, s0, s1, s2)
        score = information = 0.0
        for k in range(len(deaths)):
            mean = s1[k] / s0[k]
            score += x[deaths[k]] - mean
            information += s2[k] / s0[k] - mean * mean
        if information < FLAT:
            if b == 0:
                return b  # the same value for all at risk
            if abs(b) > 5:
                return LIMIT if b > 0 else -LIMIT
        if score > 0:
            low = max(low, b)
        else:
            high = min(high, b)
        step = score / max(information, 1e-300)
        if abs(step) < 1e-12:
            return b
        following = b + step
        if following <= low or following >= high:
            following = (low + high) / 2
        if high - low < 1e-11:
            return b
        b = following
    return b


@njit(cache=True)
def raise_coefficient(x, open_rows, choices, offsets, event, upto, deaths, first, start, fraction):
    """Change x until no single change raises the Cox coefficient; returns it (LIMIT: infinite).

    The coefficient of x' exceeds b if, and only if, the score function of x' at b is above 0. So
    values are changed at a fixed b as long as that function rises, and b is solved for again.
    upto: number of deaths at whose time each row is still at risk.
    """
    total = len(deaths)
    s0, s1, s2 = np.empty(total), np.empty(total), np.empty(total)
    b = 0.0
    for _ in range(ROUNDS):
        b = solve(x, b, deaths, first, start, fraction, s0, s1, s2)
        if b > LIMIT - 1e-6:
            return LIMIT
        changed = False
        for place in range(len(open_rows)):
            row = open_rows[place]
            now, best, gain = x[row], x[row], GAIN
            weight = np.exp(b * now)
            last = upto[row]
            own = start[last - 1] if event[row] else last  # its tied set, of which it is a part
            for choice in range(offsets[place], offsets[place + 1]):
                value = choices[choice]
                if value == now:
                    continue
                other = np.exp(b * value)
                d0, d1 = other - weight, value * other - now * weight
                change = value - now if event[row] else 0.0
                for k in range(own):
                    change += s1[k] / s0[k] - (s1[k] + d1) / (s0[k] + d0)
                for k in range(own, last):
                    part = 1 - fraction[k]
                    change += s1[k] / s0[k] - (s1[k] + part * d1) / (s0[k] + part * d0)
                if change > gain:
                    gain, best = change, value
            if best != now:
                other = np.exp(b * best)
                for k in range(last):
                    part = 1.0 if k < own else 1 - fraction[k]
                    s0[k] += part * (other - weight)
                    s1[k] += part * (best * other - now * weight)
                x[row] = best
                changed = True
        if not changed:
            return b
    return b


@njit(cache=True)
def raise_concordance(x, open_rows, choices, offsets, event, before, deaths, later):
    """Change x until no single change raises Harrell's C; returns concordant minus discordant.

    before: number of deaths each row is later than; later: first row later than each row's time.
    """
    n = len(x)
    for _ in range(ROUNDS):
        changed = False
        for place in range(len(open_rows)):
            row = open_rows[place]
            now, best = x[row], x[row]
            most = count_won(x, row, now, event, before, deaths, later)
            for choice in range(offsets[place], offsets[place + 1]):
                won = count_won(x, row, choices[choice], event, before, deaths, later)
                if won > most:
                    most, best = won, choices[choice]
            if best != now:
                x[row] = best
                changed = True
        if not changed:
            break
    net = 0
    for row in range(n):
        if event[row]:
            for other in range(later[row], n):
                net += (x[row] > x[other]) - (x[row] < x[other])
    return net


@inner
def count_won(x, row, value, event, before, deaths, later):
    """Concordant minus discordant pairs of one patient if it had this value."""
    net = 0
    for k in range(before[row]):
        other = x[deaths[k]]
        net += (other > value) - (other < value)
    if event[row]:
        for j in range(later[row], len(x)):
            net += (value > x[j]) - (value < x[j])
    return net
