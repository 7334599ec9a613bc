"""Completeness of follow-up: the observed share of the time for which patients could have been followed."""

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import chi2

from crlm.cohort.endpoints import HORIZON
from crlm.cohort.event_times import lock_months
from crlm.survival.kaplan_meier import Z, iterate_groups, read_entry

COMPLETENESS = [
    *("grouping", "group", "patients", "observed_months", "potential_months"),
    *("completeness", "lower", "upper", "p_value", "note"),
]


def estimate_completeness(cohort, name, endpoint, groupings, lock):
    """Clark's C of every group, one row each, with the columns of COMPLETENESS.

    C: observed over potential person-months, up to the day `lock`; whoever had the event, or another that ends the time, was
    followed completely [@Clark2002]. Limits: of a ratio of two sums over patients (delta method), on the logit scale. p_value:
    test that the groups of the grouping are followed equally well, see `compare_groups`; the same in all its rows. No rows
    when there is no lock, or time does not count from a date. A missing number has its reason in `note`.
    """
    if not lock or not endpoint["origin"]:
        return pd.DataFrame(columns=COMPLETENESS)
    # the lock as the last month that each patient could have reached
    last = lock_months(cohort, endpoint, lock).to_numpy(float)
    cohort = cohort.assign(**{"last month": np.fmin(last, endpoint["horizon_months"] or np.inf)})
    parts = {}
    for grouping, group, patients in iterate_groups(cohort, name, groupings, delayed=True):
        late = groupings[grouping].get("landmark_months") or 0
        times = measure_times(patients, name, endpoint, late)
        parts.setdefault(grouping, {})[group] = times
    rows = []
    for grouping, groups in parts.items():
        p_value = compare_groups(list(groups.values()))
        for group, times in groups.items():
            row = {"grouping": grouping, "group": group, **describe_group(*times)}
            rows.append(row | {"p_value": p_value})
    return pd.DataFrame(rows, columns=COMPLETENESS)


def measure_times(patients, name, endpoint, landmark):
    """Observed and potential months of each patient, two arrays (n,); both from the landmark or the entry on."""
    observed = patients[f"{name}_months"].to_numpy(float)
    reason = patients[f"{name}_reason"]
    ended = (patients[f"{name}_event"] == 1) | reason.isin([*endpoint["competing"], HORIZON])
    # nobody is observed for longer than possible: a contact after the lock is what was possible
    until_lock = np.maximum(patients["last month"] - landmark, observed)
    potential = np.where(ended, observed, until_lock)
    entry = read_entry(patients, name)
    return (observed, potential) if entry is None else (observed - entry, potential - entry)


def describe_group(observed, potential):
    """Clark's C of one group with its limits, as a dict."""
    sums = float(observed.sum()), float(potential.sum())
    row = {"patients": len(observed), "observed_months": sums[0], "potential_months": sums[1]}
    if not len(observed):
        return row | {"note": "no patients"}
    share = sums[0] / sums[1]
    row["completeness"] = min(share, 1.0)
    lost = potential - observed
    if not lost.any():
        return row | {"note": "everybody was followed completely"}
    if len(observed) == 1:
        return row | {"note": "one patient"}
    left = observed - share * potential
    error = np.sqrt(len(left) / (len(left) - 1) * (left**2).sum()) / sums[1]
    half = Z * error / (share * (1 - share))
    return row | {"lower": expit(logit(share) - half), "upper": expit(logit(share) + half)}


def compare_groups(groups):
    """p-value of the same completeness in all groups, missing where there are not two or nothing was lost.

    groups: (observed, potential) of each. Under one common C a patient's observed minus C times potential months have mean 0 in
    every group; the statistic is their sum of squares between the groups over their variance, of k - 1 degrees of freedom as in
    a permutation test of means (Kruskal and Wallis', without ranks).
    """
    groups = [times for times in groups if len(times[0])]
    if len(groups) < 2:
        return np.nan
    share = sum(times[0].sum() for times in groups) / sum(times[1].sum() for times in groups)
    left = [observed - share * potential for observed, potential in groups]
    everybody = np.concatenate(left)
    total = (everybody**2).sum()
    if not sum((potential - observed).any() for observed, potential in groups) or total == 0:
        return np.nan
    between = sum(len(each) * each.mean() ** 2 for each in left)
    return chi2.sf((len(everybody) - 1) * between / total, len(groups) - 1)
