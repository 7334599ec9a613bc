"""Rubin's rules: one estimate out of those of several imputations, as R's `mice::pool`."""

import numpy as np
from scipy.special import expit, fdtrc, logit, stdtr, stdtrit

COLUMNS = ["estimate", "se", "lower", "upper", "df", "statistic", "p_value"]
COLUMNS += ["between", "within", "total", "riv", "lambda_", "fmi"]


def pool(estimates, variances, complete_df=np.inf):
    """Pool estimates of m imputations, shape (m,) or (m, terms): dict of numbers or arrays.

    estimate with `se`, 95% limits and p-value by Student's t with `df` degrees of freedom
    (Barnard and Rubin 1999); `between` and `within` variance and their `total`; `riv`, the relative
    increase in variance by the missing values; `lambda_`, their share of the total; `fmi`, the
    fraction of missing information. complete_df: degrees of freedom of the complete data; `mice`
    takes events minus coefficients (at least 1) for a Cox model. Infinite gives Rubin's of 1987.
    Everything is NaN where an estimate is, or with fewer than two imputations.
    """
    estimates, variances = np.asarray(estimates, float), np.asarray(variances, float)
    m = len(estimates)
    if m < 2:
        nothing = np.full(estimates.shape[1:], np.nan)
        return {name: _plain(nothing) for name in COLUMNS}
    estimate, within = estimates.mean(axis=0), variances.mean(axis=0)
    between = estimates.var(axis=0, ddof=1)
    total = within + (1 + 1 / m) * between
    with np.errstate(divide="ignore", invalid="ignore"):
        riv = (1 + 1 / m) * between / within
        share = (1 + 1 / m) * between / total
        df = count_freedom(m, share, complete_df)
        se = np.sqrt(total)
        statistic = estimate / se
        fmi = np.where(np.isinf(riv), 1.0, (riv + 2 / (df + 3)) / (riv + 1))
    width = stdtrit(df, 0.975) * se
    p_value = 2 * stdtr(df, -np.abs(statistic))
    values = (estimate, se, estimate - width, estimate + width, df, statistic, p_value)
    values += (between, within, total, riv, share, fmi)
    return {name: _plain(value) for name, value in zip(COLUMNS, values, strict=True)}


def count_freedom(m, share, complete_df=np.inf):
    """Degrees of freedom of Barnard and Rubin (1999); share: of the missing in the variance.

    As in `mice` the share counts as at least 1e-4, so that the degrees of freedom stay finite.
    """
    share = np.maximum(share, 1e-4)
    infinite = (m - 1) / share**2
    if np.isinf(complete_df):
        return infinite
    observed = (complete_df + 1) / (complete_df + 3) * complete_df * (1 - share)
    return infinite * observed / (infinite + observed)


def pool_logit(estimates, variances, complete_df=np.inf):
    """Pool probabilities such as a C-index on the logit scale, on which they are nearer to normal.

    variances are those of the probabilities; by the delta method that of the logit is
    variance / (c (1 - c))^2. estimate, limits and se are back on the scale of the probability,
    everything else of `pool` is of the logit; p_value tests one half. NaN when one is 0 or 1.
    """
    estimates, variances = np.asarray(estimates, float), np.asarray(variances, float)
    inside = (estimates > 0) & (estimates < 1)
    estimates = np.where(inside, estimates, np.nan)
    found = pool(logit(estimates), variances / (estimates * (1 - estimates)) ** 2, complete_df)
    found |= {name: expit(found[name]) for name in ("estimate", "lower", "upper")}
    return found | {"se": found["se"] * found["estimate"] * (1 - found["estimate"])}


def pool_test(estimates, variances):
    """Whether several coefficients are all 0: (F statistic, df, second df, p-value), as D1 of R's `mitml` and `mice`.

    estimates (m, k), variances (m, k, k) of m imputations. The relative increase in variance is taken to be the same for all
    coefficients (Li, Raghunathan and Rubin 1991). NaN with fewer than two imputations.
    """
    estimates, variances = np.asarray(estimates, float), np.asarray(variances, float)
    m, size = estimates.shape
    if m < 2:
        return (np.nan,) * 4
    mean, within = estimates.mean(axis=0), variances.mean(axis=0)
    between = np.atleast_2d(np.cov(estimates, rowvar=False))
    increase = (1 + 1 / m) * np.trace(np.linalg.solve(within, between)) / size
    statistic = mean @ np.linalg.solve(within, mean) / (size * (1 + increase))
    freedom, increase = size * (m - 1), max(increase, 1e-8)
    if freedom > 4:
        second = 4 + (freedom - 4) * (1 + (1 - 2 / freedom) / increase) ** 2
    else:
        second = freedom * (1 + 1 / size) * (1 + 1 / increase) ** 2 / 2
    return float(statistic), size, float(second), float(fdtrc(size, second, statistic))


def _plain(value):
    return float(value) if np.ndim(value) == 0 else value
