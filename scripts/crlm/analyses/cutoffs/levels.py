"""Numbers that cut-offs are examined of: their distribution in everybody and per level of the stratifying variable."""

import numpy as np
import pandas as pd
from scipy.special import stdtr, stdtrit

from crlm.survival.spline_basis import space_values

BINS = 20  # bars of the histogram
LEVELS = [
    *("variable", "by", "level", "patients", "missing", "mean", "sd", "median", "q1", "q3"),
    *("difference", "lower", "upper", "p_value"),
]
HISTOGRAM = ["variable", "level", "from", "to", "patients"]


def describe_cutoffs(cohort, numbers):
    """Two tables: each number per level of its `by` (LEVELS), and its histogram in everybody and per level (HISTOGRAM).

    The difference is that of the means from the first level's, with Welch's 95% limits.
    """
    rows, bars = [], []
    for name, number in numbers.items():
        groups = {"": cohort[name]}
        if number["by"]:
            labels = cohort[number["by"]]
            groups |= {level: cohort.loc[labels == level, name] for level in number["by_levels"]}
        known = cohort[name].dropna().to_numpy(float)
        known = known[known > 0] if number["spec"]["transform"] == "log2" else known
        edges = space_values(*_find_range(known), BINS + 1, number["spec"])
        first = None
        for level, column in groups.items():
            values = column.dropna().to_numpy(float)
            row = {"variable": name, "by": number["by"], "level": level}
            row |= {"patients": len(values), "missing": int(column.isna().sum())}
            if len(values):
                q1, median, q3 = np.quantile(values, [0.25, 0.5, 0.75])
                row |= {"mean": values.mean(), "median": median, "q1": q1, "q3": q3}
            if len(values) > 1:
                row["sd"] = values.std(ddof=1)
            if level and first is None:
                first = values
            elif level:
                row |= compare_means(values, first)
            rows.append(row)
            counts = np.histogram(values, edges)[0]
            bars += [
                {"variable": name, "level": level, "from": low, "to": high, "patients": count}
                for low, high, count in zip(edges[:-1], edges[1:], counts, strict=True)
            ]
    return pd.DataFrame(rows, columns=LEVELS), pd.DataFrame(bars, columns=HISTOGRAM)


def _find_range(values):
    low, high = (values.min(), values.max()) if len(values) else (1.0, 2.0)  # of nothing: any
    return (low, high) if high > low else (low / 2, low * 2) if low > 0 else (low - 0.5, low + 0.5)


def compare_means(values, others):
    """Difference of two means with Welch's 95% limits and p, as a dict; empty with fewer than two values on a side."""
    if min(len(values), len(others)) < 2:
        return {}
    parts = [each.var(ddof=1) / len(each) for each in (values, others)]
    difference = values.mean() - others.mean()
    error = np.sqrt(sum(parts))
    if error <= 0:
        return {"difference": difference}
    df = error**4 / sum(
        part**2 / (len(each) - 1) for part, each in zip(parts, (values, others), strict=True)
    )
    half = stdtrit(df, 0.975) * error
    p_value = 2 * stdtr(df, -abs(difference) / error)
    return {
        "difference": difference,
        "lower": difference - half,
        "upper": difference + half,
        "p_value": p_value,
    }
