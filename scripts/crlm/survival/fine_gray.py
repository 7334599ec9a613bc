"""Fine and Gray's model: ratios of the subdistribution hazard, which say how a covariate moves the cumulative incidence."""

from dataclasses import dataclass

import numpy as np

from crlm.survival.kaplan_meier import count_times

STEPS, SMALL = 50, 1e-11


@dataclass(frozen=True)
class FineGray:
    """Coefficients (p,), their covariance (p, p) by Fine and Gray's sandwich, and the information (p, p)."""

    coef: np.ndarray
    variance: np.ndarray
    information: np.ndarray


def fit_fine_gray(months, status, x, able=None):
    """Fit the model to covariates x (n, p): a FineGray, or None where the likelihood has no single finite maximum.

    status: 0 censored, 1 the cause of interest, 2 any other cause. As R's `cmprsk::crr` with one group of censoring: Breslow's
    ties, whoever had another event stays at risk with the weight G(t-) / G(own time -), G the reverse Kaplan-Meier estimate of
    everybody, and the covariance counts that G is estimated [@FineGray1999]. able (n,): False for patients whose hazard is 0, those
    of a level without an event, whose coefficient would run off for ever: they count in G alone, which is the limit.
    """
    months, status, x = np.asarray(months, float), np.asarray(status), np.asarray(x, float)
    if not (status == 1).any():
        return None
    order = np.argsort(months, kind="stable")
    able = np.ones(len(months)) if able is None else np.asarray(able, float)
    data = _prepare(months[order], status[order], x[order] - x.mean(axis=0), able[order])
    coef = np.zeros(x.shape[1])
    value, score, information = _evaluate(data, coef)
    for _ in range(STEPS):
        if np.linalg.matrix_rank(information, hermitian=True) < len(coef):
            return None
        step = np.linalg.solve(information, score)
        while True:
            moved = _evaluate(data, coef + step)
            if np.isfinite(moved[0]) and moved[0] >= value - 1e-9 * abs(value):
                break
            step = step / 2
        coef, (value, score, information) = coef + step, moved
        if np.abs(step).max() < SMALL * max(1, np.abs(coef).max()):
            break
    else:
        return None  # it runs off: something separates
    inverse = np.linalg.inv(information)
    residuals = score_residuals(data, coef)
    return FineGray(coef, inverse @ residuals.T @ residuals @ inverse, information)


def estimate_censoring(months, status):
    """Distinct times, at risk and censored at them, and G, the probability of no censoring just before each."""
    times, at_risk = count_times(months)
    place = np.searchsorted(times, months[status == 0])
    lost = np.bincount(place, minlength=len(times))
    free = np.cumprod(1 - lost / at_risk)
    return times, at_risk, lost, np.append(1, free[:-1])


def _prepare(months, status, x, able):
    """What does not depend on the coefficients; patients in order of time."""
    times, at_risk, lost, free = estimate_censoring(months, status)
    place = np.searchsorted(times, months)
    events = np.bincount(place[status == 1], minlength=len(times))
    return {
        "x": x,
        "able": able[:, None],
        "place": place,  # of each patient's time among the distinct ones
        "first": np.searchsorted(months, times),  # first patient of each time
        "own": status == 1,
        "other": np.where(status == 2, 1 / free[place], 0),
        "censored": status == 0,
        "events": events,
        "at_risk": at_risk,
        "lost": lost,
        "free": free,
    }


def _add(data, values):
    """Weighted sums of values (n, ...) over the risk set of every time, and those over its patients with another event."""
    pad = np.zeros((1, *values.shape[1:]))
    whole = np.vstack([np.cumsum(values[::-1], axis=0)[::-1], pad])[data["first"]]
    weighted = data["other"].reshape(-1, *[1] * (values.ndim - 1)) * values
    before = np.vstack([pad, np.cumsum(weighted, axis=0)])[data["first"]]
    return whole + data["free"].reshape(-1, *[1] * (values.ndim - 1)) * before, before


def _evaluate(data, coef):
    """Log likelihood, score (p,) and information (p, p)."""
    x, events = data["x"], data["events"]
    used = events > 0
    predictor = x @ coef
    with np.errstate(over="ignore", invalid="ignore"):
        risk = data["able"] * np.exp(predictor)[:, None]
        outer = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
        sums, _ = _add(data, np.hstack([risk, risk * x, risk * outer]))
        sums, count, size = sums[used], events[used], len(coef)
        mean = sums[:, 1 : size + 1] / sums[:, :1]
        value = predictor[data["own"]].sum() - count @ np.log(sums[:, 0])
        score = x[data["own"]].sum(axis=0) - count @ mean
        second = (count @ (sums[:, size + 1 :] / sums[:, :1])).reshape(size, size)
        information = second - (mean * count[:, None]).T @ mean
    return value, score, information


def score_residuals(data, coef):
    """What each patient adds to the score, with what he adds by way of G, (n, p): Fine and Gray's eta + psi."""
    x, events, place, free = (data[key] for key in ("x", "events", "place", "free"))
    risk = data["able"] * np.exp(x @ coef)[:, None]
    sums, others = _add(data, np.hstack([risk, risk * x]))
    used = events > 0
    mean = np.where(used[:, None], sums[:, 1:] / np.where(sums[:, :1] > 0, sums[:, :1], 1), 0)
    hazard = np.where(used, events / np.where(sums[:, 0] > 0, sums[:, 0], 1), 0)[:, None]

    def until(values):
        return np.cumsum(values, axis=0)[place]

    def after(values, inclusive=False):
        total = np.cumsum(values[::-1], axis=0)[::-1]
        return total if inclusive else np.vstack([total[1:], np.zeros((1, values.shape[1]))])

    weighted = free[:, None] * hazard
    later = data["other"][:, None]
    eta = np.where(data["own"][:, None], x - mean[place], 0)
    eta -= risk * (x * until(hazard) - until(hazard * mean))
    eta -= risk * later * (x * after(weighted)[place] - after(weighted * mean)[place])
    reach = others[:, 1:] * after(weighted, True) - others[:, :1] * after(weighted * mean, True)
    at_risk, lost = data["at_risk"][:, None], data["lost"][:, None]
    psi = np.where(data["censored"][:, None], (reach / at_risk)[place], 0)
    return eta + psi - until(reach * lost / at_risk**2)
