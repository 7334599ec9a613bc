"""The future liver remnant against the tumour burden, at the first and at the repeat resection."""

import numpy as np
import pandas as pd

from crlm.cohort.derived_variables import tumour_burden_score

ROLES = ("percent", "volume", "number", "size", "burden")
QUANTITIES = ["occasion", "group", "quantity", "patients", "middle", "low", "high"]
THRESHOLDS = ["occasion", "group", "threshold", "patients", "patients_below"]
THRESHOLDS += ["share", "lower", "upper", "pairs", "rho", "rho_p_value", "note"]
ALL = "all"


def list_remnants(cohort, occasions):
    """One row per patient and occasion with a known remnant: occasion, liver (level or None), and the ROLES as numbers.

    occasions: {occasion: {percent, volume, number, size, liver}} of variables, each but percent may be None. burden: Tumor
    Burden Score, the root of number² + size² (cm).
    """
    tables = [pd.DataFrame(columns=["occasion", "liver", *ROLES])]
    for occasion, roles in occasions.items():
        columns = {
            role: cohort[roles[role]].astype(float) if roles[role] else np.nan
            for role in ROLES
            if role != "burden"
        }
        table = pd.DataFrame(columns, index=cohort.index).assign(occasion=occasion)
        table["burden"] = tumour_burden_score(table["size"], table["number"])
        table["liver"] = cohort[roles["liver"]].astype(object) if roles["liver"] else None
        tables.append(table[table["percent"].notna()])
    return pd.concat([each.astype(object) for each in tables], ignore_index=True).astype(
        dict.fromkeys(ROLES, float)
    )


def describe_remnants(remnants, occasions, thresholds):
    """A dict of two tables with a row per occasion for everybody (group `all`) and for each level of the liver's health.

    remnants: as `list_remnants` gives them; thresholds: {level: {percent}}.

    Returns
    -------
    remnant : columns QUANTITIES, per quantity of ROLES the patients with a value, its median and quartiles
    remnant_thresholds : columns THRESHOLDS, patients with a known liver and those of them whose remnant (%) is below the threshold
        of their liver, with Wilson's 95% limits; rho: Spearman's correlation of the remnant and the burden, of `pairs` patients
    """
    quantities, compared = [], []
    for occasion, roles in occasions.items():
        mine = remnants[remnants["occasion"] == occasion]
        limit = mine["liver"].map({level: fact["percent"] for level, fact in thresholds.items()})
        for level in [ALL, *roles["levels"]]:
            chosen = mine["liver"].eq(level) | (level == ALL)
            row = {"occasion": occasion, "group": level}
            row["threshold"] = thresholds.get(level, {}).get("percent", np.nan)
            quantities += [row | each for each in _list_quantities(mine[chosen])]
            compared.append(row | _compare(mine[chosen], limit[chosen].astype(float)))
    return {
        "remnant": pd.DataFrame(quantities, columns=QUANTITIES),
        "remnant_thresholds": pd.DataFrame(compared, columns=THRESHOLDS),
    }


def _list_quantities(patients):
    for role in ROLES:
        known = patients[role].dropna()
        row = {"quantity": role, "patients": len(known)}
        if len(known):
            quartiles = known.quantile([0.25, 0.5, 0.75])
            row |= dict(zip(("low", "middle", "high"), quartiles, strict=True))
        yield row


def _compare(patients, limit):
    from scipy.stats import spearmanr
    from statsmodels.stats.proportion import proportion_confint

    notes, total = [], int(limit.notna().sum())
    below = int((patients["percent"] < limit).sum())
    row = {"patients": total, "patients_below": below}
    if total:
        low, high = proportion_confint(below, total, method="wilson")
        row |= {"share": below / total, "lower": low, "upper": high}
    if not len(patients):
        notes.append("nobody with a known remnant")
    elif total < len(patients):
        notes.append("no threshold where the health of the liver is not known or has none")
    pairs = patients[["percent", "burden"]].dropna()
    row["pairs"] = len(pairs)
    if len(pairs) > 2 and (pairs.nunique() > 1).all():
        rho, p_value = spearmanr(pairs["percent"], pairs["burden"])
        row |= {"rho": rho, "rho_p_value": p_value}
    elif len(patients):
        notes.append("too few different values for a correlation with the burden")
    return row | {"note": "; ".join(notes) or None}
