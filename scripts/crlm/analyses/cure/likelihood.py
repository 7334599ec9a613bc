"""The likelihood of the mixture cure model with one cured share in several groups, which lifelines' fitter does not know."""

import numpy as np
from scipy.special import expit, log_expit, log_ndtr

EXPONENTIAL = "exponential"
SETTLED = 1e-4  # of the gradient, at the maximum
PARTS = (0.3, 0.9)  # of the censored that are cured, where a search begins


def maximise(groups, distribution):
    """Highest log-likelihood with one cured share in all groups, each with times of its own: (height, share), NaN if not found.

    groups: [(months, event)], months above 0. The times of those not cured are as lifelines': Weibull, log-normal, log-logistic
    or exponential with log survival a function of z = (log t - location) / spread. By scipy from two starts, the higher wins.
    """
    from scipy.optimize import minimize

    best = np.nan, np.nan
    for part in PARTS:
        found = minimize(
            *(_evaluate, _start(groups, distribution, part)),
            args=(groups, distribution),
            jac=True,
            method="BFGS",
            options={"gtol": 1e-7, "maxiter": 500},
        )
        settled = np.abs(found.jac).max() < SETTLED
        if settled and not found.fun >= -best[0] + 1e-12:
            best = -float(found.fun), float(expit(found.x[0]))
    return best


def list_starts(months, event, distribution):
    """The points from which `maximise` goes, as lifelines has the parameters: share, scale or mean of log t, shape or spread."""
    starts = []
    for part in PARTS:
        share, *others = _start([(months, event)], distribution, part)
        is_normal = distribution == "log_normal"
        values = [others[0], np.exp(-others[1])] if is_normal else np.exp(others)
        starts.append(np.array([expit(share), *values]))
    return starts


def _start(groups, distribution, part):
    """Logit of the share, then for each group location and logarithm of the inverse spread."""
    event = np.concatenate([each for _, each in groups])
    share = np.clip(part * (1 - event.mean()), 0.01, 0.99)
    values = [np.log(share / (1 - share))]
    for months, died in groups:
        logs = np.log(months[died == 1])
        values.append(logs.mean() + 0.3)
        if distribution != EXPONENTIAL:
            values.append(-np.log(max(logs.std(), 0.1)))
    return np.array(values)


def _evaluate(values, groups, distribution):
    """Minus the log-likelihood and its gradient."""
    height, gradient = 0.0, np.zeros(len(values))
    size = 1 if distribution == EXPONENTIAL else 2
    cured, stays = log_expit(values[0]), log_expit(-values[0])  # logarithms of c and 1 - c
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for place, (months, event) in enumerate(groups):
            first = 1 + size * place
            location, inverse = values[first], values[first + 1] if size == 2 else 0.0
            died = event == 1
            z = (np.log(months) - location) * np.exp(inverse)
            (log_s, slope_s), (log_f, slope_f) = _describe(z, distribution)
            log_f = log_f + inverse - np.log(months)
            mixed = np.logaddexp(cured, stays + log_s)
            height += np.where(died, stays + log_f, mixed).sum()
            alive = np.exp(
                stays + log_s - mixed
            )  # of the censored: the probability of not being cured
            of_z = np.where(died, slope_f, alive * slope_s)
            gradient[0] += np.where(died, 0, 1 - alive).sum() - len(months) * np.exp(cured)
            gradient[first] -= of_z.sum() * np.exp(inverse)
            if size == 2:
                gradient[first + 1] += (of_z * z).sum() + died.sum()
    if not np.isfinite(height) or not np.isfinite(gradient).all():
        return np.inf, np.zeros(len(values))
    return -height, -gradient


def _describe(z, distribution):
    """Log survival and log density of z, each with its derivative."""
    if distribution in ("weibull", EXPONENTIAL):
        hazard = np.exp(z)
        return (-hazard, -hazard), (z - hazard, 1 - hazard)
    if distribution == "log_logistic":
        share = expit(z)
        return (log_expit(-z), -share), (z + 2 * log_expit(-z), 1 - 2 * share)
    log_s, log_f = log_ndtr(-z), -0.5 * z**2 - 0.5 * np.log(2 * np.pi)
    return (log_s, -np.exp(log_f - log_s)), (log_f, -z)
