"""The libraries of the field called as the analyses call them, for `measure_libraries.py` and its test.

Each function takes plain arrays and returns numbers; what is peculiar to a library stands here once, with the reason.
"""

import warnings

import numpy as np
import pandas as pd
from firthmodels import FirthCoxPH
from lifelines import CoxPHFitter, KaplanMeierFitter, NelsonAalenFitter
from lifelines.exceptions import ConvergenceWarning
from lifelines.statistics import multivariate_logrank_test, proportional_hazard_test
from patsy import dmatrix
from scipy.special import ndtri
from scipy.stats import chi2
from sksurv import compare, metrics, nonparametric
from sksurv.util import Surv
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.duration.survfunc import CumIncidenceRight, survdiff

TOLERANCE = np.sqrt(np.finfo(float).eps)  # R's, for equal times and for one half
# lifelines stops at 1e-7; its `precision` also bounds the Newton decrement, the square of a step
PRECISE = {"precision": 1e-18, "r_precision": 1e-16}


def merge_near_ties(months):
    """Times with those that differ by floating-point error only made equal, as R's `aeqSurv`.

    Neighbours among the distinct times are tied when they differ by at most 1.5e-8, or by 1.5e-8 of the mean distinct
    time; a chain of them becomes its first.
    """
    months = np.asarray(months, float)
    times = np.unique(months)
    steps = np.diff(times)
    tied = (steps <= TOLERANCE) | (steps / np.abs(times).mean() <= TOLERANCE)
    firsts = times[np.append(True, ~tied)]
    return firsts[np.searchsorted(firsts, months, side="right") - 1]


def curve(months, event):
    """lifelines' Kaplan-Meier: time, survival, lower, upper (log-log); limits missing where survival is 0 or 1."""
    with np.errstate():  # the fit switches numpy's warnings off for the whole process
        fitter = KaplanMeierFitter().fit(
            months, event, label="survival", ci_labels=("lower", "upper")
        )
    table = fitter.survival_function_.join(fitter.confidence_interval_)
    inside = table["survival"].between(0, 1, inclusive="neither")
    table.loc[~inside, ["lower", "upper"]] = np.nan
    return table.rename_axis("time").reset_index()


def curve_again(months, event):
    """scikit-survival's Kaplan-Meier: times, survival, limits (2, times)."""
    return nonparametric.kaplan_meier_estimator(event == 1, months, conf_type="log-log")


def half_time(times, values):
    """R's median: the first time below one half, or the middle of a flat at one half that ends below it."""
    kept = values < 0.5 + TOLERANCE
    times, values = times[kept], values[kept]
    if not len(times):
        return np.nan
    lower = values < values[0]
    if abs(values[0] - 0.5) < TOLERANCE and lower.any():
        return (times[0] + times[np.argmax(lower)]) / 2
    return times[0]


def medians(months, event):
    """Median with its limits."""
    table = curve(months, event)
    return [
        half_time(table["time"].to_numpy(), table[each].to_numpy())
        for each in ("survival", "lower", "upper")
    ]


def cumulative_hazard(months, event):
    """Nelson-Aalen sums of d / n; lifelines' default is another estimate at ties."""
    with np.errstate():
        return (
            NelsonAalenFitter(nelson_aalen_smoothing=False)
            .fit(months, event)
            .cumulative_hazard_.iloc[:, 0]
        )


def log_rank(months, event, group):
    return multivariate_logrank_test(months, group, event).test_statistic


def log_rank_again(months, event, group):
    return compare.compare_survival(outcome(months, event), group)[0]


def trend(months, event, codes):
    """Tarone's test of the scores 1, 2, ... from scikit-survival's observed, expected and covariance."""
    _, _, table, covariance = compare.compare_survival(
        outcome(months, event), codes, return_stats=True
    )
    scores = np.arange(len(table))
    return (scores @ table["statistic"]) ** 2 / (scores @ covariance @ scores)


def stratified_log_rank(months, event, group, strata):
    """Statistic and p; statsmodels' own p is one minus the distribution function, 0 below 1e-16."""
    statistic = survdiff(months, event, group, strata=strata)[0]
    return statistic, chi2.sf(statistic, len(np.unique(group)) - 1)


def incidence(months, status):
    """statsmodels' Aalen-Johansen: times, incidence and error (causes, times)."""
    with np.errstate(
        divide="ignore", invalid="ignore"
    ):  # everybody has had an event at the last time
        found = CumIncidenceRight(months, status)
    return found.times, np.array(found.cinc), np.array(found.cinc_se)


def incidence_again(months, status):
    """scikit-survival's incidence and limits of each cause."""
    _, found, limits = nonparametric.cumulative_incidence_competing_risks(
        status, months, conf_type="log-log"
    )
    return found[1:], limits[1:]


def log_log_limits(probability, error):
    inside = (probability > 0) & (probability < 1)
    p = np.where(inside, probability, np.nan)
    width = ndtri(0.975) * error / (p * -np.log(p))
    return p ** np.exp(width), p ** np.exp(-width)


def cox(x, months, event, strata=None, cluster=None, options=PRECISE):
    """lifelines' Cox model (Efron); x: DataFrame of numbers. Its warnings of separation are expected here."""
    frame = x.assign(months=months, event=event)
    columns = {}
    for key, values in {"strata": strata, "cluster_col": cluster}.items():
        if values is not None:
            frame[key] = np.asarray(values, str)  # a categorical column warns of pandas' future
            columns[key] = key
    with warnings.catch_warnings(), np.errstate():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return CoxPHFitter().fit(frame, "months", "event", fit_options=options, **columns)


def cox_again(x, months, event, strata=None, ties="efron"):
    """statsmodels' Cox model."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # an infinite coefficient "failed to converge"
        return PHReg(
            np.asarray(months), x.to_numpy(float), np.asarray(event), strata=strata, ties=ties
        ).fit(disp=0)


def proportional_hazards(fit, x, months, event):
    with np.errstate():
        found = proportional_hazard_test(
            fit, x.assign(months=months, event=event), time_transform="km"
        )
    return dict(zip(found.name, found.test_statistic, strict=True))


def firth(x, months, event):
    """Coefficients and the p of each by its likelihood ratio; a gradient below 1e-6 it does not always reach."""
    model = FirthCoxPH(backend="numpy", max_iter=200, max_halfstep=30, gtol=1e-6, xtol=1e-6)
    model.fit(x.to_numpy(float), (event == 1, np.asarray(months, float)))
    return model.coef_, model.lrt().lrt_pvalues_


def outcome(months, event):
    return Surv.from_arrays(np.asarray(event) == 1, np.asarray(months, float))


def moved_outcome(months, event):
    """The outcome with the censored a moment later.

    Weights by the censoring are G(t-) at a death at t: whoever is censored at t was still seen at the deaths of t.
    scikit-survival takes G(t), which is the same once the censored of t stand at the next floating-point number.
    """
    months, event = np.asarray(months, float), np.asarray(event) == 1
    return Surv.from_arrays(event, np.where(event, months, np.nextafter(months, np.inf)))


def beyond(times):
    """Times moved beyond the moved censorings of the same time, so that these are before the horizon."""
    return np.nextafter(np.nextafter(np.asarray(times, float), np.inf), np.inf)


def harrell_c(observed, score):
    return metrics.concordance_index_censored(observed["event"], observed["time"], score)[0]


def uno_c(observed, score, tau=None):
    return metrics.concordance_index_ipcw(observed, observed, score, tau=tau)[0]


def auc(observed, score, horizons):
    return metrics.cumulative_dynamic_auc(observed, observed, score, horizons)[0]


def brier(observed, survival, horizons):
    return metrics.brier_score(observed, observed, survival, horizons)[1]


def integrated_brier(observed, survival, horizons):
    return metrics.integrated_brier_score(observed, observed, survival, horizons)


def natural_spline(values, knots):
    """patsy's `cr` with the given knots: as many columns as knots, the first left out because a Cox model has no constant."""
    settings = {
        "x": np.asarray(values, float),
        "inner": list(knots[1:-1]),
        "lower": knots[0],
        "upper": knots[-1],
    }
    # the values beyond the outer knots continue as straight lines
    columns = np.asarray(
        dmatrix("cr(x, knots=inner, lower_bound=lower, upper_bound=upper) - 1", settings)
    )
    return pd.DataFrame(columns[:, 1:] - columns[:, 1:].mean(axis=0)), columns[:, 1:].mean(axis=0)
