"""Agreement between a score recorded in the export and the same score computed."""

import numpy as np
import pandas as pd

CROSS_COLUMNS = [
    "comparison",
    "recorded",
    "computed",
    "recorded_value",
    "computed_value",
    "patients",
]


def cross_scores(cohort, agreement):
    """Return the cross table of each comparison: patients per pair of recorded and computed value."""
    tables = [
        _count(cohort, pair).assign(
            comparison=name, recorded=pair["recorded"], computed=pair["computed"]
        )
        for name, pair in agreement.items()
    ]
    return pd.concat(tables)[CROSS_COLUMNS] if tables else pd.DataFrame(columns=CROSS_COLUMNS)


def assess_agreement(cohort, agreement):
    """Return one row per comparison: patients with both values, how many differ, and Cohen's weighted kappa.

    Linear and quadratic weights with 95 % limits (asymptotic, Fleiss, Cohen and Everitt 1969), by the distance of the values;
    empty when fewer than two values occur.
    """
    if agreement:
        from statsmodels.stats.inter_rater import cohens_kappa  # a second that other plans save

    rows = []
    for name, pair in agreement.items():
        counts = _count(cohort, pair)
        total = int(counts["patients"].sum())
        same = counts["recorded_value"] == counts["computed_value"]
        row = {
            "comparison": name,
            "recorded": pair["recorded"],
            "computed": pair["computed"],
            "patients": total,
            "agree": int(counts.loc[same, "patients"].sum()),
            "differ": int(counts.loc[~same, "patients"].sum()),
        }
        values = sorted({*counts["recorded_value"], *counts["computed_value"]})
        for weights in ("linear", "quadratic"):
            kappa = lower = upper = None
            if len(values) > 1:
                square = counts.pivot_table(
                    index="recorded_value",
                    columns="computed_value",
                    values="patients",
                    fill_value=0,
                ).reindex(index=values, columns=values, fill_value=0)
                with np.errstate(divide="ignore", invalid="ignore"):  # no variance, no limits
                    result = cohens_kappa(
                        square.to_numpy(float), weights=[float(v) for v in values], wt=weights
                    )
                kappa, lower, upper = result.kappa, result.kappa_low, result.kappa_upp
            row |= {
                f"kappa_{weights}": kappa,
                f"kappa_{weights}_lower": lower,
                f"kappa_{weights}_upper": upper,
            }
        rows.append(row)
    columns = ["comparison", "recorded", "computed", "patients", "agree", "differ"]
    columns += [
        f"kappa_{w}{end}" for w in ("linear", "quadratic") for end in ("", "_lower", "_upper")
    ]
    return pd.DataFrame(rows, columns=columns)


def _count(cohort, pair):
    both = cohort[[pair["recorded"], pair["computed"]]].dropna()
    counts = (
        both.groupby([pair["recorded"], pair["computed"]]).size().rename("patients").reset_index()
    )
    return counts.set_axis(["recorded_value", "computed_value", "patients"], axis=1)
