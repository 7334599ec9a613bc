"""Do groups differ in a number or a level: the tests of Table 1 and of declared pairs, by scipy."""

import numpy as np
from scipy import stats

LEAST = 5  # ASSUME below this expected count Pearson's chi-squared is not trusted (Cochran's rule)
NOTHING = None, None


def compare_numbers(parts):
    """(name of the test, p) of a number between groups; parts: one array of known values per group.

    Wilcoxon (two groups; normal approximation with continuity correction, R's `wilcox.test(exact = FALSE)`) or
    Kruskal-Wallis. (None, None) with fewer than two groups or two values.
    """
    known = [np.asarray(part, float) for part in parts if len(part)]
    if len(known) < 2 or len(np.unique(np.concatenate(known))) < 2:
        return NOTHING
    if len(known) == 2:
        return "Wilcoxon", stats.mannwhitneyu(*known, method="asymptotic").pvalue
    return "Kruskal-Wallis", stats.kruskal(*known).pvalue


def compare_levels(counts, draws=None):
    """(name of the test, p) of a table of counts (groups, levels); rows and columns without anybody are left out before.

    Fisher's exact test for 2 x 2 tables with an expected count below 5, otherwise Pearson's chi-squared without continuity
    correction. draws: {resamples, seed}: then larger tables with such a count have the test of Fisher, Freeman and Halton, by
    that many random tables of the same margins. (None, None) with fewer than two rows or columns.
    """
    counts = trim(counts)
    if min(counts.shape) < 2:
        return NOTHING
    if stats.contingency.expected_freq(counts).min() >= LEAST:
        return "Chi-squared", stats.chi2_contingency(counts, correction=False).pvalue
    if counts.shape == (2, 2):
        return "Fisher", stats.fisher_exact(counts).pvalue
    if draws is None:
        return "Chi-squared", stats.chi2_contingency(counts, correction=False).pvalue
    rng = np.random.default_rng(draws["seed"])
    method = stats.MonteCarloMethod(n_resamples=draws["resamples"], rng=rng)
    p_value = stats.fisher_exact(counts, method=method).pvalue
    return "Fisher-Freeman-Halton", np.asarray(
        p_value
    ).item()  # of few tables scipy gives an array of one


def trim(counts):
    """A table of counts without its empty rows and columns."""
    counts = np.asarray(counts, int)
    return counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
