"""Comparisons of survival between groups: the log-rank family."""

from itertools import combinations

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from crlm.survival.kaplan_meier import concatenate, select_patients

COLUMNS = [
    *("grouping", "test", "group", "versus"),
    *("statistic", "df", "p_value", "p_adjusted"),
]


def count_expected(months, event, group, groups, strata=None):
    """Observed and expected events per group and the covariance of their difference.

    Only members of `groups` count. Hypergeometric at each event time, summed over strata. Shapes (k,), (k,), (k, k).
    """
    months, event, group = (
        np.asarray(months, float),
        np.asarray(event) == 1,
        np.asarray(group),
    )
    strata = np.zeros(len(months)) if strata is None else np.asarray(strata)
    member = np.stack([group == name for name in groups], axis=1).astype(float)
    event = event & (member.sum(axis=1) > 0)
    observed, expected = event @ member, np.zeros(len(groups))
    covariance = np.zeros((len(groups), len(groups)))
    for stratum in pd.unique(strata):
        rows = np.flatnonzero(strata == stratum)
        rows = rows[np.argsort(-months[rows], kind="stable")]
        times, deaths = np.unique(months[rows][event[rows]], return_counts=True)
        last = np.searchsorted(-months[rows], -times, side="right") - 1
        at_risk = np.cumsum(member[rows], axis=0)[last]
        total = at_risk.sum(axis=1)
        share = at_risk / total[:, None]
        weight = deaths * (total - deaths) / np.maximum(total - 1, 1)
        expected += deaths @ share
        covariance += np.diag(weight @ share) - (share * weight[:, None]).T @ share
    return observed, expected, covariance


def test_log_rank(months, event, group, groups, strata=None):
    """Log-rank test between `groups`: (statistic, df, p); patients in none of them are left out.

    df is the rank of the covariance, so a group that is never at risk at an event costs none
    (as R's survdiff). Everything is missing when there is nothing to compare.
    """
    observed, expected, covariance = count_expected(months, event, group, groups, strata)
    df = np.linalg.matrix_rank(covariance, tol=1e-9 * max(covariance.trace(), 1), hermitian=True)
    if not df:
        return np.nan, np.nan, np.nan
    difference = observed - expected
    statistic = difference @ np.linalg.pinv(covariance, rcond=1e-9, hermitian=True) @ difference
    return statistic, int(df), chdtrc(df, statistic)


def test_trend(months, event, group, groups, strata=None):
    """Tarone's test for trend over `groups` in rising order: (statistic, df = 1, p).

    Scores are the positions 1..k in the declared order, so a declared group without patients
    leaves its gap. Statistic (w'(O-E))^2 / w'Vw.
    """
    observed, expected, covariance = count_expected(months, event, group, groups, strata)
    scores = np.arange(1.0, len(groups) + 1)
    variance = scores @ covariance @ scores
    if not variance > 1e-9:
        return np.nan, np.nan, np.nan
    statistic = (scores @ (observed - expected)) ** 2 / variance
    return statistic, 1, chdtrc(1, statistic)


def adjust_holm(p_values):
    """Holm's step-down adjustment; missing values stay missing and are not counted."""
    p_values = np.asarray(p_values, float)
    adjusted = np.full(len(p_values), np.nan)
    known = np.flatnonzero(~np.isnan(p_values))
    order = known[np.argsort(p_values[known], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1)
    return adjusted


def compare_groups(cohort, endpoint, groupings):
    """Tests of every grouping with at least two groups that have patients.

    Returns grouping, test, group, versus, statistic, df, p_value, p_adjusted: one `log-rank` row,
    and with three or more groups also a `trend` row if the grouping is ordered and one `pairwise`
    row per pair, Holm-adjusted within the grouping. Patients in no group are left out.
    """
    tables = [pd.DataFrame(columns=COLUMNS)]
    for name, spec in groupings.items():
        patients = select_patients(cohort, endpoint, spec.get("landmark_months"))
        columns = [f"{endpoint}_months", f"{endpoint}_event", f"grouping_{name}"]
        table = _compare(*(patients[column] for column in columns), spec)
        table.insert(0, "grouping", name)
        tables.append(table)
    return concatenate(tables)


def _compare(months, event, group, spec):
    group = group.astype(object)
    present = [name for name in spec["groups"] if (group == name).any()]
    rows = []
    if len(present) > 1:
        rows.append(("log-rank", None, None, *test_log_rank(months, event, group, present)))
    if len(present) > 2 and spec["ordered"]:
        rows.append(("trend", None, None, *test_trend(months, event, group, spec["groups"])))
    if len(present) > 2:
        for pair in combinations(present, 2):
            rows.append(("pairwise", *pair, *test_log_rank(months, event, group, pair)))
    table = pd.DataFrame(rows, columns=COLUMNS[1:-1]).assign(p_adjusted=np.nan)
    pairs = table["test"] == "pairwise"
    table.loc[pairs, "p_adjusted"] = adjust_holm(table.loc[pairs, "p_value"])
    return table
