"""Efron's partial likelihood of the Cox model and its residuals.

The published fit is lifelines' (`cox_maximum`). This kernel serves what lifelines lacks: the robust
variance, the proportional-hazards test, the null of everybody beside a model in the limit, a start
for its search, and the check that the score vanishes where it ended. Every sum over risk sets is
written as a weighted sum over patients, weight = the hazard they were exposed to, so one evaluation
costs O(n p^2) and nothing loops over times.
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Stratum:
    """Risk sets of one stratum; `rows` are patients by falling time, deaths by falling time."""

    rows: np.ndarray  # index of each patient in the data
    deaths: np.ndarray  # index of each death in the data
    position: np.ndarray  # place of each death within rows
    tied: np.ndarray  # number of the death's set of tied deaths
    fraction: np.ndarray  # 0, 1/d, .. (d-1)/d within a set of d tied deaths (Efron)
    first: np.ndarray  # first death of each set
    last: np.ndarray  # place within rows of the last patient at risk, per set
    # With delayed entry, else None: a row is at risk at the sets from `joins` to before `leaves`
    joins: np.ndarray | None = None
    leaves: np.ndarray | None = None
    spans: object = None  # sparse (rows, spans): the spans of sets that make up each row's
    holds: object = None  # sparse (sets, spans): the spans that hold each set

    def sum_at_risk(self, values):
        """Sum of the values (one row per patient, along rows) of those at risk at each set."""
        if self.spans is None:
            return np.cumsum(values, axis=0)[self.last]
        return self.holds @ (self.spans.T @ values)

    def expose(self, increments):
        """Sum of the increments (one per death) each patient was at risk for, along rows.

        A patient who dies in a set of ties carries only 1 - fraction of each of its increments.
        """
        sets = np.add.reduceat(increments, self.first)
        if self.spans is None:
            exposure = np.zeros((len(self.rows), *increments.shape[1:]))
            exposure[self.last] = sets
            exposure = np.cumsum(exposure[::-1], axis=0)[::-1]
        else:
            exposure = self.spans @ (self.holds.T @ sets)
        part = (increments.T * self.fraction).T
        exposure[self.position] -= np.add.reduceat(part, self.first)[self.tied]
        return exposure


@dataclass(frozen=True)
class Evaluation:
    """The likelihood at one coefficient vector; the arrays are per death, stratum after stratum."""

    log_likelihood: float
    score: np.ndarray
    risk: np.ndarray  # exp(x coef) per patient, up to a constant
    totals: np.ndarray  # Efron's sum of risk per death
    means: np.ndarray  # Efron's mean of x per death


def build_risk_sets(months, event, strata=None, entry=None):
    """Strata that contain events; months, event (1/0), strata (any labels), entry (months or None): arrays of length n."""
    labels = np.zeros(len(months), int) if strata is None else strata
    found = []
    for label in np.unique(labels):
        rows = np.flatnonzero(labels == label)
        rows = rows[np.argsort(-months[rows], kind="stable")]
        position = np.flatnonzero(event[rows] == 1)
        if not len(position):
            continue
        _, first, tied, counts = np.unique(
            -months[rows[position]],
            return_index=True,
            return_inverse=True,
            return_counts=True,
        )
        times = months[rows[position[first]]]
        found.append(
            Stratum(
                rows=rows,
                deaths=rows[position],
                position=position,
                tied=tied,
                fraction=(np.arange(len(position)) - first[tied]) / counts[tied],
                first=first,
                last=np.searchsorted(-months[rows], -times, side="right") - 1,
                **({} if entry is None else _delay(months[rows], entry[rows], times)),
            )
        )
    return found


def _delay(months, entry, times):
    """When each row is at risk, among the falling times: whoever enters at a death is not at risk of it, as in R.

    Sums over them are made of spans of 1, 2, 4, .. sets, so that nothing is subtracted: the sum of all less that of those who
    wait is zero or below where the hazards of those who wait are 1e16 times the others'.
    """
    joins = np.searchsorted(-times, -months, side="left")
    leaves = np.searchsorted(-times, -entry, side="left")
    spans, holds = _span_sets(joins, leaves, len(times))
    return {"joins": joins, "leaves": leaves, "spans": spans, "holds": holds}


def _span_sets(start, end, number):
    """Spans whose sum is each range [start, end) of `number` sets, and those that hold each set: two sparse tables.

    The spans are the nodes of a binary tree over the sets: node 1 all of them, node k the nodes 2k and 2k + 1. A range is at most
    two nodes of each size (de Berg and others 2008, Computational Geometry, section 10.3).
    """
    from scipy.sparse import csr_array  # which only delayed entry needs

    size = 1 << max(number - 1, 0).bit_length()
    left, right, rows, nodes = start + size, end + size, [], []
    while (within := left < right).any():
        for mine, node in (
            (within & (left % 2 == 1), left),
            (within & (right % 2 == 1), right - 1),
        ):
            rows.append(np.flatnonzero(mine))
            nodes.append(node[mine])
        left, right = (left + 1) // 2, right // 2
    rows, nodes = np.concatenate([*rows, []]).astype(int), np.concatenate([*nodes, []]).astype(int)
    spans = csr_array((np.ones(len(rows)), (rows, nodes)), shape=(len(start), 2 * size))
    leaf = np.arange(number) + size
    above = np.concatenate([leaf >> level for level in range(size.bit_length())])
    sets = np.tile(np.arange(number), size.bit_length())
    return spans, csr_array((np.ones(len(above)), (sets, above)), shape=(number, 2 * size))


def list_members(stratum):
    """Places within the rows of a stratum of those at risk at each set of tied deaths, as a list of arrays."""
    if stratum.joins is None:
        return [np.arange(last + 1) for last in stratum.last]
    return [
        np.flatnonzero((stratum.joins <= each) & (each < stratum.leaves))
        for each in range(len(stratum.first))
    ]


def evaluate(risk_sets, x, coef):
    """Log-likelihood, score and the means of x at every death; x is (n, p), coef (p,)."""
    linear = x @ coef
    linear = linear - linear.max(initial=0)
    risk = np.exp(linear)
    log_likelihood, score, totals, means = 0.0, np.zeros(x.shape[1]), [], []
    for stratum in risk_sets:
        weight = risk[stratum.rows]
        weighted = weight[:, None] * x[stratum.rows]
        total = _efron(stratum, weight[:, None])
        mean = _efron(stratum, weighted) / total
        log_likelihood += (linear[stratum.deaths] - np.log(total[:, 0])).sum()
        score += (x[stratum.deaths] - mean).sum(axis=0)
        totals.append(total[:, 0])
        means.append(mean)
    return Evaluation(log_likelihood, score, risk, np.concatenate(totals), np.concatenate(means))


def _efron(stratum, values):
    at_risk = stratum.sum_at_risk(values)[stratum.tied]
    dying = np.add.reduceat(values[stratum.position], stratum.first)[stratum.tied]
    return at_risk - stratum.fraction[:, None] * dying


def sum_information(risk_sets, x, at, weights=None):
    """Sum over deaths of weight times the variance of x in the risk set, shape (p, p).

    With no weights this is the information matrix. `weights` is one number per death.
    """
    weights = np.ones(len(at.totals)) if weights is None else weights
    information = -(at.means * weights[:, None]).T @ at.means
    for stratum, deaths in split_deaths(risk_sets):
        exposure = at.risk[stratum.rows] * stratum.expose(weights[deaths] / at.totals[deaths])
        information += (x[stratum.rows] * exposure[:, None]).T @ x[stratum.rows]
    return information


def split_deaths(risk_sets):
    """Each stratum with the slice of the deaths that are its own."""
    ends = np.cumsum([len(stratum.deaths) for stratum in risk_sets])
    return [
        (stratum, slice(end - len(stratum.deaths), end))
        for stratum, end in zip(risk_sets, ends, strict=True)
    ]


def score_residuals(risk_sets, x, at):
    """Score residual of every patient, shape (n, p); they sum to the score."""
    residuals = np.zeros(x.shape)
    for stratum, deaths in split_deaths(risk_sets):
        total, mean = at.totals[deaths], at.means[deaths]
        exposure = x[stratum.rows] * stratum.expose(1 / total)[:, None]
        exposure -= stratum.expose(mean / total[:, None])
        residuals[stratum.rows] = -at.risk[stratum.rows, None] * exposure
        residuals[stratum.deaths] += x[stratum.deaths] - average_ties(stratum, mean)
    return residuals


def schoenfeld_residuals(risk_sets, x, at):
    """Schoenfeld residual of every death: x minus its mean in the risk set, shape (deaths, p)."""
    return np.concatenate(
        [
            x[stratum.deaths] - average_ties(stratum, at.means[deaths])
            for stratum, deaths in split_deaths(risk_sets)
        ]
    )


def average_ties(stratum, means):
    """The same mean for all deaths of a tied set: the average of Efron's."""
    counts = np.bincount(stratum.tied)[:, None]
    return (np.add.reduceat(means, stratum.first) / counts)[stratum.tied]


def maximise(risk_sets, x, iterations=25, tolerance=1e-10):
    """Newton's maximum from 0: (coefficients, log-likelihood, null log-likelihood, converged).

    x should be centred and scaled. Not converged means that the last step was still larger than
    the tolerance, or that the information was singular: the likelihood rises for ever along some
    direction. Its log-likelihood is then within rounding of the supremum.
    """
    coef, converged = np.zeros(x.shape[1]), not x.shape[1]
    at = evaluate(risk_sets, x, coef)
    null = at.log_likelihood
    for _ in range(iterations if x.shape[1] else 0):
        try:
            step = np.linalg.solve(sum_information(risk_sets, x, at), at.score)
        except np.linalg.LinAlgError:
            break
        converged = np.abs(step).max() < tolerance
        step, at = _search(risk_sets, x, coef, step, at)
        coef = coef + step
        if converged or not step.any():
            break
    return coef, at.log_likelihood, null, converged


def _search(risk_sets, x, coef, step, at):
    """Halve the step until the likelihood does not fall; no step at all if it always does.

    A step after which the risks of two patients differ by a factor of 1e150 is too far as well:
    no float holds the sums, and no finite maximum lies there.
    """
    slack = 1e-12 * abs(at.log_likelihood)
    for _ in range(30):
        with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
            candidate = evaluate(risk_sets, x, coef + step)
        rises = candidate.log_likelihood >= at.log_likelihood - slack
        if rises and candidate.risk.min() > 1e-150:
            return step, candidate
        step = step / 2
    return np.zeros_like(step), at


def concordance(months, event, score, strata=None):
    """Harrell's C of a score (higher = worse) among usable pairs of the same stratum, as R's `concordance`.

    Usable = an event before the other's time, or at the same time as the other's censoring; a tied score counts one half.
    Equal scores must be equal to the last bit. Within strata C is lifelines', between them the mean weighted by the pairs.
    Missing without a usable pair.
    """
    from lifelines.utils import concordance_index

    labels = np.zeros(len(months), int) if strata is None else np.asarray(strata)
    agree = usable = 0.0
    for label in np.unique(labels):
        mine = labels == label
        pairs = count_pairs(months[mine], event[mine])
        if pairs:
            agree += pairs * concordance_index(months[mine], -score[mine], event[mine])
            usable += pairs
    return agree / usable if usable else np.nan


def count_pairs(months, event):
    """Usable pairs: for every death those observed for longer, or censored at its time."""
    dying = months[event == 1]
    longer = len(months) - np.searchsorted(np.sort(months), dying, side="right")
    censored = np.sort(months[event == 0])
    same = np.searchsorted(censored, dying, side="right") - np.searchsorted(censored, dying)
    return int((longer + same).sum())
