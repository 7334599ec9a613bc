"""Association of two columns: a table, a test, and how strong it is."""

import numpy as np
import pandas as pd
from scipy import stats

from crlm.analyses.associations.differences import select_differences
from crlm.cohort.conditions import list_levels
from crlm.survival.group_tests import compare_levels, compare_numbers, trim
from crlm.survival.kaplan_meier import Z
from crlm.survival.tests import adjust_holm

PAIRS = [
    *("analysis", "variable", "other", "patients", "missing_variable", "missing_other"),
    *("measure", "level", "group", "reference", "estimate", "lower", "upper"),
    *("test", "p_value", "p_adjusted", "note"),
]
CELLS = [
    *("analysis", "variable", "other", "group", "level"),
    *("count", "percent", "median", "q1", "q3"),
]


def estimate_associations(cohort, associations, variables, draws):
    """(pairs, cells) of every declared pair, with the columns of PAIRS and CELLS.

    associations: {name: {variable, with: [names], made_of: [names]}}; variables: {name: spec}; draws: {resamples, seed} of the
    larger exact tests. Patients are those in whom both are known. Two variables with levels: Fisher's exact test or Pearson's
    chi-squared (`compare_levels`), and of a 2 x 2 table the odds ratio. A number: Wilcoxon or Kruskal-Wallis between the levels
    and, of two, the Hodges-Lehmann shift. Two numbers: Spearman. p_adjusted: Holm over all pairs of the plan. The odds ratio is
    that of `level` of the other in `group` of the variable against `reference`, the shift that of the number in `group` of the
    one with levels against `reference`.

    cells: one row per level of either (group: of the variable, level: of the other): patients, per cent of the group, and the
    median and quartiles of a number; none of two numbers.
    """
    pairs, cells = [], []
    for name, item in associations.items():
        for other in item["with"]:
            names = {"analysis": name, "variable": item["variable"], "other": other}
            columns = [cohort[item["variable"]], cohort[other]]
            known = columns[0].notna() & columns[1].notna()
            row = names | {
                "patients": int(known.sum()),
                "missing_variable": int(columns[0].isna().sum()),
                "missing_other": int(columns[1].isna().sum()),
            }
            levels = [
                list_levels(column, variables[each]["levels"])
                for column, each in zip(columns, (item["variable"], other), strict=True)
            ]
            parts = [column[known] for column in columns]
            pairs.append(row | compare(parts, levels, draws, other in item["made_of"]))
            cells += [names | each for each in describe(parts, levels)]
    numbers = dict.fromkeys(("estimate", "lower", "upper", "p_value"), float)
    pairs = pd.DataFrame(pairs, columns=PAIRS).astype(numbers)
    pairs["p_adjusted"] = adjust_holm(pairs["p_value"])
    numbers = dict.fromkeys(("percent", "median", "q1", "q3"), float)
    return pairs, pd.DataFrame(cells, columns=CELLS).astype(numbers)


def compare(parts, levels, draws, made):
    """Test and strength of one pair as a dict; parts: two columns without missing values, levels: [] of a number."""
    if not len(parts[0]):
        return {"note": "nobody in whom both are known"}
    single = [not each and part.nunique() < 2 for part, each in zip(parts, levels, strict=True)]
    single += [part.nunique() < 2 for part, each in zip(parts, levels, strict=True) if each]
    if any(single):
        return {"note": "one of them is the same in all these patients"}
    if made:
        return {"note": "not tested: one of them is made of the other"}
    if not levels[0] and not levels[1]:
        return correlate(*(part.to_numpy(float) for part in parts))
    if levels[0] and levels[1]:
        counts = count_levels(parts, levels)
        test, p_value = compare_levels(counts, draws)
        found = {"test": test, "p_value": p_value} | measure_levels(trim(counts))
        if found["measure"] == "odds ratio":
            present = [
                [level for level in declared if part.eq(level).any()]
                for part, declared in zip(parts, levels, strict=True)
            ]
            (reference, group), (_, level) = present
            found |= {"level": level, "group": group, "reference": reference}
        return found
    column, grouped = parts if levels[1] else parts[::-1]
    groups = [level for level in levels[1] or levels[0] if grouped.eq(level).any()]
    numbers = [column[grouped.eq(level)].to_numpy(float) for level in groups]
    test, p_value = compare_numbers(numbers)
    found = {"test": test, "p_value": p_value}
    if len(numbers) > 2:
        return found
    return found | shift(*numbers) | {"group": groups[1], "reference": groups[0]}


def count_levels(parts, levels):
    """Patients by the levels of both, (levels of the first, levels of the second)."""
    table = pd.crosstab(parts[0].astype(object), parts[1].astype(object))
    return table.reindex(index=levels[0], columns=levels[1], fill_value=0).to_numpy()


def measure_levels(counts):
    """Odds ratio of a 2 x 2 table, otherwise Cramér's V, as a dict.

    The odds ratio is the conditional maximum likelihood estimate with its exact 95% limits, as R's `fisher.test` (a rougher
    search there): of the last column in the last row against the first.
    """
    if counts.shape != (2, 2):
        return {"measure": "V", "estimate": stats.contingency.association(counts)}
    found = stats.contingency.odds_ratio(counts)
    limits = found.confidence_interval(0.95)
    row = {"measure": "odds ratio", "estimate": float(found.statistic)}
    row |= {"lower": float(limits.low), "upper": float(limits.high)}
    if (counts == 0).any():
        row["note"] = "a cell of the table is empty: the odds ratio is 0 or infinite"
        row |= {key: None for key in ("estimate", "lower", "upper") if not 0 < row[key] < np.inf}
    return row


def shift(first, second):
    """Hodges-Lehmann shift of the second group against the first with its 95% limits, as a dict.

    The median of all differences between two patients; the limits are differences as well: those at which the normal
    approximation of the Wilcoxon test, with ties and continuity correction, turns significant, R's
    `wilcox.test(exact = FALSE, conf.int = TRUE)`. No kept library has them.
    """
    pairs, both = len(first) * len(second), len(first) + len(second)
    tied = sum((ties**3 - ties).sum() for ties in (_count_ties(first), _count_ties(second)))
    spread = np.sqrt(pairs / 12 * (both + 1 - tied / (both * (both - 1))))
    middle = select_differences(first, second, [(pairs - 1) // 2, pairs // 2])
    row = {"measure": "shift", "estimate": sum(middle) / 2}
    if not spread > 0:
        return row | {"note": "no limits: all values of a group are the same"}
    place = max(int(np.floor(pairs / 2 - 0.5 - Z * spread)), 0)
    lower, upper = select_differences(first, second, [place, pairs - 1 - place])
    return row | {"lower": lower, "upper": upper}


def _count_ties(values):
    return np.unique(values, return_counts=True)[1].astype(float)


def correlate(first, second):
    """Spearman's rank correlation, its p-value (t distribution, R's `cor.test(exact = FALSE)`) and limits, as a dict.

    Limits by Fisher's transformation with the variance (1 + r²/2) / (n - 3) of Bonett and Wright [@Bonett2000].
    """
    if len(first) < 3:
        return {"note": "fewer than three patients in whom both are known"}
    found = stats.spearmanr(first, second)
    r = float(np.clip(found.statistic, -1, 1))
    row = {"measure": "Spearman", "estimate": r, "test": "Spearman", "p_value": found.pvalue}
    if len(first) < 4 or abs(r) > 1 - 1e-12:
        return row | {"note": "no limits: fewer than four patients, or the same order in both"}
    error = np.sqrt((1 + r**2 / 2) / (len(first) - 3))
    lower, upper = np.tanh(np.arctanh(r) + np.array([-Z, Z]) * error)
    return row | {"lower": float(lower), "upper": float(upper)}


def describe(parts, levels):
    """The rows of the table of one pair: dicts of group, level, count, percent, median, q1, q3."""
    if levels[0] and levels[1]:
        counts = count_levels(parts, levels)
        for group, row in zip(levels[0], counts, strict=True):
            for level, count in zip(levels[1], row, strict=True):
                percent = 100 * count / row.sum() if row.sum() else None
                yield {"group": group, "level": level, "count": int(count), "percent": percent}
    elif levels[0] or levels[1]:
        key, place = ("group", 0) if levels[0] else ("level", 1)
        for level in levels[place]:
            numbers = parts[1 - place][parts[place].eq(level)].to_numpy(float)
            row = {key: level, "count": len(numbers)}
            if len(numbers):
                q1, median, q3 = np.percentile(numbers, [25, 50, 75])
                row |= {"median": median, "q1": q1, "q3": q3}
            yield row
