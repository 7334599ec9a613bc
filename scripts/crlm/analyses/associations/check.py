"""Second computation of associations."""

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln

from crlm.analyses.associations.estimate import count_levels
from crlm.cohort.conditions import list_levels
from crlm.survival.group_tests import trim
from crlm.survival.second import RECOUNT


def check_results(cohort, plan, results):
    """Chi-squared tests and V by statsmodels, odds ratios as a root of our own, rank correlations recounted.

    The other tests (Fisher, Wilcoxon, Kruskal-Wallis) and the Hodges-Lehmann shift have no second computation.
    """
    pairs = results["association_pairs"]
    for row in pairs[pairs["estimate"].notna()].itertuples():
        names = row.variable, row.other
        known = cohort[names[0]].notna() & cohort[names[1]].notna()
        parts = [cohort.loc[known, name] for name in names]
        levels = [
            list_levels(cohort[name], plan["variables"][name].get("levels")) for name in names
        ]
        where = f"{row.analysis}: {row.other}"
        for what, value, second, by in compare_again(row, parts, levels):
            yield None, where, what, value, "scipy", second, by


def compare_again(row, parts, levels):
    """(what, value, second value, by) of one pair."""
    if row.measure == "Spearman":
        ranks = [part.rank().to_numpy() for part in parts]
        yield "rank correlation", row.estimate, np.corrcoef(*ranks)[0, 1], RECOUNT
    if row.measure not in ("V", "odds ratio"):
        return
    counts = trim(count_levels(parts, levels))
    if row.measure == "odds ratio" and (counts > 0).all():
        yield "odds ratio", row.estimate, solve_odds_ratio(counts), RECOUNT
    found = _test_table(counts)
    if row.measure == "V":
        v = np.sqrt(found.statistic / counts.sum() / (min(counts.shape) - 1))
        yield "Cramér's V", row.estimate, v, "statsmodels"
    if row.test == "Chi-squared" and found.pvalue > 0:
        yield "p (chi-squared)", row.p_value, found.pvalue, "statsmodels"


def _test_table(counts):
    from statsmodels.stats.contingency_tables import Table

    return Table(counts, shift_zeros=False).test_nominal_association()


def solve_odds_ratio(counts):
    """Conditional maximum-likelihood odds ratio of a 2 x 2 table: the ratio under which the last cell is as expected."""
    row, column, total = counts[1].sum(), counts[:, 1].sum(), counts.sum()
    cell = np.arange(max(0, row + column - total), min(row, column) + 1)
    log = -sum(
        gammaln(each + 1) for each in (cell, row - cell, column - cell, total - row - column + cell)
    )

    def exceed(log_ratio):
        weight = log + cell * log_ratio
        weight = np.exp(weight - weight.max())
        return weight @ cell / weight.sum() - counts[1, 1]

    return float(np.exp(brentq(exceed, -50, 50, xtol=1e-12, rtol=1e-14)))
