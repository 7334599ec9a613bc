"""Second computations of the log-rank family."""

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from crlm.survival.kaplan_meier import select_patients
from crlm.survival.second import RECOUNT, compare_again
from crlm.survival.tests import STRATIFIED, number_strata

AGAIN = {  # test: who computed it, who computes it again
    "log-rank": ("lifelines", "scikit-survival"),
    "pairwise": ("lifelines", "scikit-survival"),
    "trend": ("scikit-survival", "score test"),
    STRATIFIED: ("statsmodels", "score test"),
}


def check_tests(cohort, endpoint, plan, tables):
    """p-values of the log-rank tests of every grouping, with their degrees of freedom therefore; Holm's of the pairs.

    Those of Holm are by statsmodels; again by our own steps down the second p-values.
    """
    pairs = {}
    for row in tables["tests"].to_dict("records"):
        spec = plan["groupings"][row["grouping"]]
        patients = select_patients(cohort, endpoint, spec["landmark_months"])
        groups = [row["group"], row["versus"]] if row["test"] == "pairwise" else spec["groups"]
        place = pd.Index(groups).get_indexer(patients[f"grouping_{row['grouping']}"].astype(object))
        strata = number_strata(patients, spec["strata"]) if row["test"] == STRATIFIED else None
        used = (place >= 0) & (True if strata is None else strata.notna().to_numpy())
        months = patients[f"{endpoint}_months"].to_numpy(float)[used]
        event = (patients[f"{endpoint}_event"].to_numpy() == 1)[used]
        place = place[used]
        by, again = AGAIN[row["test"]]
        if again == "scikit-survival":
            second = compare_again(months, event, place)
        else:
            strata = np.zeros(len(place)) if strata is None else strata.to_numpy()[used]
            trend = row["test"] == "trend"
            scores = np.arange(1.0, len(groups) + 1)[None] if trend else np.eye(len(groups))
            second = score_test(months, event, place, strata, scores)
        pair = f": {groups[0]} vs {groups[1]}" if row["test"] == "pairwise" else ""
        where = f"{row['grouping']}{pair}"
        yield where, f"p ({row['test']})", row["p_value"], by, second, again
        if pair:
            pairs.setdefault(row["grouping"], []).append((where, row["p_adjusted"], second))
    for found in pairs.values():
        wheres, adjusted, second = zip(*found, strict=True)
        for where, value, again in zip(wheres, adjusted, step_down(second), strict=True):
            yield where, "p (pairwise, Holm)", value, "statsmodels", again, RECOUNT


def step_down(p_values):
    """Holm's adjusted p-values, in the order given; missing ones stay missing and are not counted.

    The smallest of m counts m times, the next m - 1 times; none is below one before it, none above 1.
    """
    adjusted, largest = [np.nan] * len(p_values), 0.0
    known = sorted((p, place) for place, p in enumerate(p_values) if not np.isnan(p))
    for left, (p, place) in zip(range(len(known), 0, -1), known, strict=True):
        largest = max(largest, min(left * p, 1.0))
        adjusted[place] = largest
    return adjusted


def score_test(months, event, place, strata, contrasts):
    """p of the score test of a Cox model of `contrasts` (c, k) of k groups, a baseline hazard per stratum.

    With the exact likelihood for ties its score is observed - expected deaths of each group and its
    information their hypergeometric covariance, here summed time by time. Degrees of freedom: the
    rank of the information.
    """
    groups = contrasts.shape[1]
    score, information = np.zeros(groups), np.zeros((groups, groups))
    for stratum in np.unique(strata):
        inside = strata == stratum
        order = np.argsort(months[inside], kind="stable")
        time, died, of = months[inside][order], event[inside][order], place[inside][order]
        members = np.eye(groups)[of]
        at_risk = np.vstack([members[::-1].cumsum(axis=0)[::-1], np.zeros(groups)])
        for moment in np.unique(time[died]):
            first, last = np.searchsorted(time, [moment, np.nextafter(moment, np.inf)])
            deaths, total = died[first:last].sum(), at_risk[first].sum()
            share = at_risk[first] / total
            score += members[first:last][died[first:last]].sum(axis=0) - deaths * share
            spread = deaths * (total - deaths) / max(total - 1, 1)
            information += spread * (np.diag(share) - np.outer(share, share))
    score, information = contrasts @ score, contrasts @ information @ contrasts.T
    df = np.linalg.matrix_rank(information, tol=1e-9 * max(information.trace(), 1), hermitian=True)
    if not df:
        return np.nan
    inverse = np.linalg.pinv(information, rcond=1e-9, hermitian=True)
    return chdtrc(df, score @ inverse @ score)
