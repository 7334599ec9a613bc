"""Comparisons of survival between groups by known libraries: the log-rank family.

Each library is imported where it computes, because a job that needs one function need not wait for all three.
"""

from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
import scipy  # which imports scipy.special when it is asked for: words and figures import this module too

from crlm.survival.kaplan_meier import concatenate, read_entry, select_patients
from crlm.survival.partial_likelihood import build_risk_sets, evaluate, sum_information

STRATIFIED = "log-rank-stratified"
COLUMNS = [
    *("grouping", "test", "group", "versus"),
    *("statistic", "df", "p_value", "p_adjusted"),
]
NOTHING = np.nan, np.nan, np.nan


def find_comparable(months, event, group, groups, strata=None):
    """Who adds to a log-rank test: place in `groups`, stratum (-1: adds nothing), and df.

    A stratum adds something when patients of two groups are at risk at its first event and not all
    of them die then; in it a group adds something when it is at risk then (R's survdiff drops the
    others as well; the libraries stumble over them). df is 0 unless the strata link all groups.
    """
    months, event = np.asarray(months, float), np.asarray(event) == 1
    place = pd.Index(list(groups)).get_indexer(np.asarray(group))
    strata = np.zeros(len(months), int) if strata is None else pd.factorize(np.asarray(strata))[0]
    stratum, linked = np.full(len(months), -1), []
    for code in np.unique(strata[strata >= 0]):
        member = (strata == code) & (place >= 0)
        if not (member & event).any():
            continue
        first = months[member & event].min()
        at_risk = member & (months >= first)
        together = set(place[at_risk])
        if len(together) < 2 or (event & (months == first))[at_risk].all():
            continue
        stratum[member & np.isin(place, list(together))] = code
        linked = [each for each in linked if not each & together] + [
            together.union(*(each for each in linked if each & together))
        ]
    return place, stratum, len(linked[0]) - 1 if len(linked) == 1 else 0


def test_log_rank(months, event, group, groups, strata=None):
    """Log-rank test between `groups`: (statistic, df, p); patients in none of them are left out.

    By lifelines, with strata by statsmodels. A group that is never at risk at an event costs no
    degree of freedom (as R's survdiff). Everything is missing when there is nothing to compare.
    """
    place, stratum, df = find_comparable(months, event, group, groups, strata)
    if not df:
        return NOTHING
    used = stratum >= 0
    months, event = np.asarray(months, float)[used], np.asarray(event, float)[used]
    if strata is None:
        from lifelines.statistics import multivariate_logrank_test

        statistic = multivariate_logrank_test(months, place[used], event).test_statistic
    else:
        from statsmodels.duration.survfunc import survdiff

        statistic = survdiff(months, event, place[used], strata=stratum[used])[0]
    return float(statistic), df, scipy.special.chdtrc(df, statistic)


def test_trend(months, event, group, groups, strata=None):
    """Tarone's test for trend over `groups` in rising order: (statistic, df = 1, p).

    Scores are the positions 1..k in the declared order, so a declared group without patients
    leaves its gap. Statistic (w'(O-E))^2 / w'Vw, of scikit-survival's O - E and V, summed over
    strata.
    """
    from sksurv.compare import compare_survival
    from sksurv.util import Surv

    place, stratum, df = find_comparable(months, event, group, groups, strata)
    if not df:
        return NOTHING
    outcome = Surv.from_arrays(np.asarray(event) == 1, np.asarray(months, float))
    difference = variance = 0.0
    for code in np.unique(stratum[stratum >= 0]):
        rows = stratum == code
        _, _, table, covariance = compare_survival(outcome[rows], place[rows], return_stats=True)
        scores = table.index.to_numpy(float)
        difference += scores @ table["statistic"].to_numpy()
        variance += scores @ covariance @ scores
    statistic = difference**2 / variance
    return statistic, 1, scipy.special.chdtrc(1, statistic)


def test_score(months, event, x, entry, strata=None):
    """Score test of Cox's model (Efron) of the columns x (n, p) with delayed entry: (statistic, df, p).

    The log-rank test but for ties, as R's `coxph(Surv(start, stop, event) ~ group)`; no library has a log-rank test with entry.
    """
    risk_sets = build_risk_sets(months, event, strata, entry)
    if not risk_sets:
        return NOTHING
    at = evaluate(risk_sets, x, np.zeros(x.shape[1]))
    information = sum_information(risk_sets, x, at)
    df = int(np.linalg.matrix_rank(information, tol=1e-9 * len(x), hermitian=True))
    if not df:
        return NOTHING
    statistic = float(at.score @ np.linalg.pinv(information, rcond=1e-9, hermitian=True) @ at.score)
    return statistic, df, scipy.special.chdtrc(df, statistic)


def compare_delayed(months, event, group, groups, entry, strata=None, trend=False):
    """The score test between `groups`, or of their positions 1..k; patients in none of them are left out."""
    place = pd.Index(list(groups)).get_indexer(np.asarray(group))
    codes = np.zeros(len(place)) if strata is None else np.asarray(strata, float)
    used = (place >= 0) & ~np.isnan(codes)
    x = np.equal.outer(place[used], np.arange(1, len(groups))).astype(float)
    x = place[used, None].astype(float) if trend else x
    data = (np.asarray(each, float)[used] for each in (months, event))
    return test_score(*data, x, entry[used], codes[used])


def adjust_holm(p_values, method="holm"):
    """Holm's step-down adjustment by statsmodels; missing values stay missing and are not counted."""
    p_values = np.asarray(p_values, float)
    adjusted, known = np.full(len(p_values), np.nan), ~np.isnan(p_values)
    if known.any():
        from statsmodels.stats.multitest import multipletests

        adjusted[known] = multipletests(p_values[known], method=method)[1]
    return adjusted


def control_discoveries(p_values):
    """q-values: the false-discovery rate of Benjamini and Hochberg at which each would be a discovery, missing as above."""
    return adjust_holm(p_values, "fdr_bh")


def compare_groups(cohort, endpoint, groupings):
    """Tests of every grouping with at least two groups that have patients.

    Returns grouping, test, group, versus, statistic, df, p_value, p_adjusted: one `log-rank` row,
    with `strata` one `log-rank-stratified` row (of the patients whose strata are known), and with
    three or more groups also a `trend` row if the grouping is ordered and one `pairwise` row per
    pair, Holm-adjusted within the grouping. Patients in no group are left out. With delayed entry all of them are score tests.
    """
    tables = [pd.DataFrame(columns=COLUMNS)]
    for name, spec in groupings.items():
        patients = select_patients(cohort, endpoint, spec.get("landmark_months"), delayed=True)
        columns = [f"{endpoint}_months", f"{endpoint}_event", f"grouping_{name}"]
        strata = number_strata(patients, spec.get("strata"))
        entry = read_entry(patients, endpoint)
        table = _compare(*(patients[column] for column in columns), strata, spec, entry)
        table.insert(0, "grouping", name)
        tables.append(table)
    return concatenate(tables)


def number_strata(patients, names):
    """Stratum of each patient: a number per combination of the variables, missing where one is; None without variables."""
    if not names:
        return None
    codes = patients.groupby(names, observed=True, sort=False).ngroup()
    return codes.where(patients[names].notna().all(axis=1))


def _compare(months, event, group, strata, spec, entry=None):
    group = group.astype(object)
    log_rank, trend = test_log_rank, test_trend
    if entry is not None:
        log_rank = partial(compare_delayed, entry=entry)
        trend = partial(compare_delayed, entry=entry, trend=True)
    present = [name for name in spec["groups"] if (group == name).any()]
    rows = []
    if len(present) > 1:
        rows.append(("log-rank", None, None, *log_rank(months, event, group, present)))
    if len(present) > 1 and strata is not None:
        found = log_rank(months, event, group, present, strata=strata)
        rows.append((STRATIFIED, None, None, *found))
    if len(present) > 2 and spec["ordered"]:
        rows.append(("trend", None, None, *trend(months, event, group, spec["groups"])))
    if len(present) > 2:
        for pair in combinations(present, 2):
            rows.append(("pairwise", *pair, *log_rank(months, event, group, pair)))
    table = pd.DataFrame(rows, columns=COLUMNS[1:-1]).assign(p_adjusted=np.nan)
    pairs = table["test"] == "pairwise"
    table.loc[pairs, "p_adjusted"] = adjust_holm(table.loc[pairs, "p_value"])
    return table
