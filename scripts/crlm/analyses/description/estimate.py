"""Table 1 and what is missing."""

import itertools

import numpy as np
import pandas as pd

from crlm.cohort.conditions import list_levels
from crlm.survival.group_tests import compare_levels, compare_numbers

COLUMNS = ["grouping", "variable", "level", "group", "patients", "missing", "count", "percent"]
COLUMNS += ["mean", "sd", "median", "q1", "q3", "test", "p_value", "smd"]


def describe_cohort(cohort, variables, groupings):
    """Return Table 1 as a tidy table: one row per grouping, variable, level and group (``all`` is everybody).

    Percentages are of the patients whose value is known. Tests leave out the missing: Wilcoxon (two groups; normal approximation
    with continuity correction, R's `wilcox.test(exact = FALSE, correct = TRUE)`) or Kruskal-Wallis for numbers, Fisher's exact
    test for 2 x 2 tables with an expected count below 5, otherwise Pearson's chi-squared without continuity correction. `smd` is
    the largest absolute standardised difference between two groups. Neither is given of what the groups are made of (`made_of` of
    the grouping): that it differs between them is so by construction. What says the same as the groups (`left_out`) has no row.
    """
    rows = []
    for grouping, spec in groupings.items():
        group = cohort[f"grouping_{grouping}"]
        names = [name for name in spec["groups"] if group.eq(name).any()]
        for variable, kind in variables.items():
            if variable in spec.get("variables", ()) or variable in spec.get("left_out", ()):
                continue  # what makes the groups is not compared between them
            column = cohort[variable]
            levels = list_levels(column, kind["levels"])
            parts = {name: column[group.eq(name).to_numpy()] for name in names}
            compared = {"test": None, "p_value": None, "smd": None}
            if len(names) > 1 and variable not in spec.get("made_of", ()):
                compared = _compare(list(parts.values()), levels)
            if len(names) > 1:
                parts = {"all": column[group.notna().to_numpy()], **parts}
            for name, part in parts.items():
                for row in _describe(part, levels):
                    rows.append(
                        {
                            "grouping": grouping,
                            "variable": variable,
                            "group": name,
                            **row,
                            **compared,
                        }
                    )
    return pd.DataFrame(rows, columns=COLUMNS)


def count_missing(cohort, variables):
    """Return missing, per cent and patients per variable, and the patterns of missing values with their frequency."""
    absent = cohort[list(variables)].isna()
    table = pd.DataFrame({"variable": list(variables), "missing": absent.sum().to_numpy(int)})
    table["percent"] = 100 * table["missing"] / max(len(cohort), 1)
    table["patients"] = len(cohort)
    some = [name for name in variables if absent[name].any()]
    if not some:
        return table, pd.DataFrame({"patients": [len(cohort)]})
    patterns = absent[some].astype(int).value_counts(sort=False).rename("patients").reset_index()
    patterns = patterns.sort_values(["patients", *some], ascending=[False, *[True] * len(some)])
    return table, patterns.reset_index(drop=True)


def count_events(cohort, endpoints):
    """{endpoint: number of events}."""
    return {name: int(cohort[f"{name}_event"].sum()) for name in endpoints}


def _describe(part, levels):
    known = part.dropna()
    base = {"patients": len(part), "missing": len(part) - len(known), "level": None}
    if not levels:
        number = known.astype(float)
        if number.empty:
            return [base]
        q1, median, q3 = np.percentile(number, [25, 50, 75])
        spread = number.std(ddof=1) if len(number) > 1 else None
        return [{**base, "mean": number.mean(), "sd": spread, "median": median, "q1": q1, "q3": q3}]
    counts = known.value_counts().reindex(levels, fill_value=0)
    percent = 100 * counts / len(known) if len(known) else counts * np.nan
    return [
        {**base, "level": level, "count": int(counts[level]), "percent": percent[level]}
        for level in levels
    ]


def _compare(parts, levels):
    """Test and standardised difference between groups; empty when there is nothing to compare."""
    parts = [part.dropna() for part in parts]
    known = [part for part in parts if len(part)]
    result = {"test": None, "p_value": None, "smd": None}
    if len(known) < 2:
        return result
    pairs = list(itertools.combinations(known, 2))
    if not levels:
        test, p_value = compare_numbers(known)
        if test is None:
            return result
        smd = _largest(_number_difference(a.astype(float), b.astype(float)) for a, b in pairs)
        return {"test": test, "p_value": p_value, "smd": smd}
    counts = np.array([part.value_counts().reindex(levels, fill_value=0) for part in known])
    smd = _largest(_level_difference(a, b, levels) for a, b in pairs)
    test, p_value = compare_levels(counts)
    return {"test": test, "p_value": p_value, "smd": smd}


def _largest(differences):
    known = [value for value in differences if not np.isnan(value)]
    return max(known, default=None)


def _number_difference(a, b):
    spread = np.sqrt((a.var(ddof=1) + b.var(ddof=1)) / 2) if min(len(a), len(b)) > 1 else np.nan
    return abs(a.mean() - b.mean()) / spread if spread > 0 else np.nan


def _level_difference(a, b, levels):
    """Standardised difference of a categorical variable (Yang and Dalton 2012): Mahalanobis over all levels but one."""
    share = [
        part.value_counts(normalize=True).reindex(levels, fill_value=0).to_numpy()[1:]
        for part in (a, b)
    ]
    difference = share[0] - share[1]
    covariance = sum(np.diag(p) - np.outer(p, p) for p in share) / 2
    weighted = np.linalg.pinv(covariance) @ difference
    if not np.allclose(covariance @ weighted, difference, atol=1e-9):
        return (
            np.nan
        )  # all of one group and none of the other: the difference has no spread to be measured by
    return float(np.sqrt(max(difference @ weighted, 0)))
