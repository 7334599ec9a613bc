"""Separated data: along which direction of the coefficients Cox's likelihood rises for ever, and what it is in the limit.

It does along d if, at every death, x d of whoever dies is the largest of the risk set. In the limit those with less have no
hazard beside those with more, so that the likelihood is that of patients stratified by their x d: exact, and finite again
(Bryson and Johnson 1981, Technometrics 23:381, on when it happens). A level without an event is the common case.
"""

import numpy as np

from crlm.survival.partial_likelihood import build_risk_sets, list_members

NEAR = 1e-6  # of a standardised direction: below it two patients have the same value


def list_at_risk(risk_sets):
    """Patients who are at risk at some death of their stratum, rising; nobody else enters the likelihood."""
    rows = [
        stratum.rows[: stratum.last.max() + 1]
        if stratum.joins is None
        else stratum.rows[stratum.joins < stratum.leaves]
        for stratum in risk_sets
    ]
    return np.sort(np.concatenate(rows)) if rows else np.empty(0, int)


def split_columns(months, event, x, strata, entry=None):
    """Strata (n,) divided by every column of x (n, p) that separates, and the directions (p,), in the order they were found."""
    directions = []
    while True:
        direction = find_separating_column(build_risk_sets(months, event, strata, entry), x)
        if direction is None:
            return strata, directions
        directions.append(direction)
        strata = split_strata(strata, rank_values(x @ direction, 0))


def find_separating_column(risk_sets, x):
    """Direction (p,) along one column of x (n, p), 1 or -1 there, or None: exact, by comparisons."""
    highest = lowest = np.ones(x.shape[1], bool)
    varies = np.zeros(x.shape[1], bool)
    for stratum in risk_sets:
        values, dying = x[stratum.rows], x[stratum.deaths]
        most, least = _find_extremes(stratum, values)
        highest = highest & (dying == most[stratum.tied]).all(axis=0)
        lowest = lowest & (dying == least[stratum.tied]).all(axis=0)
        varies |= (most > least).any(axis=0)
    for column in np.flatnonzero(varies & (highest | lowest)):
        direction = np.zeros(x.shape[1])
        direction[column] = 1 if highest[column] else -1
        return direction
    return None


def _find_extremes(stratum, values):
    """The largest and the smallest of the columns in every risk set."""
    if stratum.joins is None:
        return [each.accumulate(values)[stratum.last] for each in (np.maximum, np.minimum)]
    # a patient is at risk in the sets below some nodes, a set holds the patients of all nodes above it
    rows, nodes = stratum.spans.nonzero()
    above = stratum.holds.nonzero()[1].reshape(len(stratum.first), -1)
    found = []
    for each, least in ((np.maximum, -np.inf), (np.minimum, np.inf)):
        extremes = np.full((stratum.spans.shape[1], values.shape[1]), least)
        for column, own in zip(extremes.T, values.T, strict=True):
            each.at(column, nodes, own[rows])
        found.append(each.reduce(extremes[above], axis=1))
    return found


def find_separating_direction(risk_sets, x):
    """Direction (p,) along several columns of x (n, p), or None; x standardised.

    A linear programme: of all d in [-1, 1] with x d of the dying the largest at every death, the one whose x d stands out most.
    """
    below, equal = [], []
    for stratum in risk_sets:
        dead = x[stratum.rows[stratum.position[stratum.first]]]  # one who dies, per time
        if stratum.joins is None:  # risk sets hold the later ones, so that the next death is enough
            latest = np.searchsorted(stratum.last, np.arange(stratum.last[-1] + 1))
            below += [x[stratum.rows[: len(latest)]] - dead[latest], dead[:-1] - dead[1:]]
        else:
            members = list_members(stratum)
            below += [x[stratum.rows[m]] - each for m, each in zip(members, dead, strict=True)]
        equal.append(x[stratum.deaths] - dead[stratum.tied])
    below, equal = np.concatenate(below), np.concatenate(equal)
    equal = equal[np.abs(equal).max(axis=1) > 0]
    from scipy.optimize import linprog  # rarely needed, and half a second

    found = linprog(
        below.sum(axis=0),
        A_ub=below,
        b_ub=np.zeros(len(below)),
        A_eq=equal if len(equal) else None,
        b_eq=np.zeros(len(equal)) if len(equal) else None,
        bounds=(-1, 1),
    )
    if not found.success or (below @ found.x).min() > -1e-4:
        return None
    return np.where(np.abs(found.x) > NEAR, found.x, 0)


def rank_values(values, near=NEAR):
    """0, 1, .. per patient (n,) by rising value; values that differ by less than `near` are one."""
    order = np.argsort(values, kind="stable")
    ranks = np.empty(len(values), int)
    ranks[order] = np.cumsum(np.diff(values[order], prepend=values[order[:1]]) > near)
    return ranks


def split_strata(strata, ranks):
    """Strata (n,) divided by ranks: 0, 1, .."""
    return np.unique(strata * (ranks.max(initial=0) + 1) + ranks, return_inverse=True)[1]
