"""Do imputed values look like the observed ones? One tidy table."""

import numpy as np
import pandas as pd

from crlm.survival.cox_design import LEVEL_KINDS

COLUMNS = ["variable", "role", "method", "missing", "patients", "level", "statistic", "observed"]
COLUMNS += ["imputed", "imputed_lower", "imputed_upper", "smd"]
STATISTICS = ("mean", "sd", "q1", "median", "q3")


def diagnose(cohort, imputed):
    """Compare observed and imputed values: one row per variable and statistic, or level.

    cohort: as given to `impute`. missing: entries imputed, among `patients`. Numbers: mean, sd,
    quartiles; levels: the share of each (statistic `share`). observed: of those with a value;
    imputed: of the imputed entries alone, mean over the imputations, with the lowest and the
    highest of them; missing where nothing was imputed. smd: standardised difference, imputed minus
    observed, mean over the imputations: of a level's share, and in the row `mean` of a number, by
    the observed standard deviation on the scale of its transform.
    """
    rows = []
    for name, method in imputed.methods.items():
        absent = imputed.missing[name].to_numpy()
        spec, column = imputed.specs[name], cohort[name].loc[imputed.missing.index]
        known = column[~absent]
        drawn = [table[name][absent] for table in imputed.tables] if absent.any() else []
        base = {"variable": name, "role": imputed.roles[name], "method": method}
        base |= {"missing": int(absent.sum()), "patients": len(absent)}
        describe = _compare_levels if spec["kind"] in LEVEL_KINDS else _compare_numbers
        rows += [{**base, **row} for row in describe(known, drawn, spec)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _compare_levels(known, drawn, spec):
    levels = list(known.cat.categories) if hasattr(known, "cat") else spec["levels"]
    observed = _count_shares(known, levels)
    shares = np.array([_count_shares(each, levels) for each in drawn]).reshape(-1, len(levels))
    spread = np.sqrt(observed * (1 - observed))
    with np.errstate(divide="ignore", invalid="ignore"):
        smd = np.where(spread > 0, (shares - observed) / spread, np.nan)
    for place, level in enumerate(levels):
        row = {"level": level, "statistic": "share", "observed": observed[place]}
        yield row | _summarise(shares[:, place]) | {"smd": _average(smd[:, place])}


def _count_shares(column, levels):
    return np.array([(column == level).mean() for level in levels])


def _compare_numbers(known, drawn, spec):
    observed = _describe_numbers(known)
    found = np.array([_describe_numbers(each) for each in drawn]).reshape(-1, len(STATISTICS))
    on_scale = _transform(known, spec)
    spread = on_scale.std(ddof=1) if len(on_scale) > 1 else 0
    differences = [
        (_transform(each, spec).mean() - on_scale.mean()) / spread if spread > 0 else np.nan
        for each in drawn
    ]
    for place, statistic in enumerate(STATISTICS):
        row = {"level": None, "statistic": statistic, "observed": observed[place]}
        smd = _average(differences) if statistic == "mean" else np.nan
        yield row | _summarise(found[:, place]) | {"smd": smd}


def _describe_numbers(column):
    values = column.to_numpy(float)
    spread = values.std(ddof=1) if len(values) > 1 else np.nan
    q1, median, q3 = np.percentile(values, [25, 50, 75])
    return values.mean(), spread, q1, median, q3


def _transform(column, spec):
    values = column.to_numpy(float)
    return np.log2(values[values > 0]) if spec.get("transform") == "log2" else values


def _average(values):
    return float(np.mean(values)) if len(values) else np.nan


def _summarise(values):
    names = ("imputed", "imputed_lower", "imputed_upper")
    if not len(values):
        return dict.fromkeys(names, np.nan)
    return dict(zip(names, (np.mean(values), np.min(values), np.max(values)), strict=True))
