"""Hazard ratios between two groups of growth patterns in the cohort, beside the published ones."""

import pandas as pd

from crlm.survival.cox import fit_cox

HAZARDS = [
    *(
        "rule",
        "level",
        "reference",
        "patients",
        "events",
        "hazard_ratio",
        "lower",
        "upper",
        "p_value",
    ),
    *("published", "published_lower", "published_upper", "source", "evidence", "note"),
]


def compare_hazards(cohort, endpoint, contrasts):
    """Return one row per contrast: the cohort's hazard ratio of `level` against `reference`, and the published one.

    contrasts: as `plan.resolve` makes them. The ratio is that of a univariable Cox model of the whole rule (Efron ties, Wald
    95% limits); patients and events are those of the two groups. Without an estimate the ratio is missing and `note` says why.
    """
    return pd.DataFrame(
        [_compare(cohort, endpoint, contrast) for contrast in contrasts], columns=HAZARDS
    )


def _compare(cohort, endpoint, contrast):
    level, reference = contrast["level"], contrast["reference"]
    levels = [reference, *(each for each in contrast["levels"] if each != reference)]
    fit = fit_cox(cohort, endpoint, {contrast["rule"]: {"kind": "categorical", "levels": levels}})
    rows = fit.coefficients.set_index("level")
    both = rows.loc[rows.index.intersection([level, reference])]
    row = {
        "rule": contrast["rule"],
        "level": level,
        "reference": reference,
        **{key: int(both[key].sum()) for key in ("patients", "events")},
        **dict(zip(("published_lower", "published_upper"), contrast["limits"], strict=True)),
        "published": contrast["hazard_ratio"],
        **{key: contrast[key] for key in ("source", "evidence")},
    }
    if len(both) < 2 or rows.loc[level, "reference"] != reference:
        return row | {"note": "one of the groups has no patient or no event"}
    found = rows.loc[level]
    numbers = {key: found[key] for key in ("hazard_ratio", "lower", "upper", "p_value")}
    return row | numbers | {"note": found["note"]}
