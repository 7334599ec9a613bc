"""One engine for every published score: points from components, with bounds where a component is missing.

A missing component is never zero: the value of a patient is known only when every completion of what is missing gives the
same, and the group only when both bounds lie in the same one.
"""

from functools import reduce
from operator import or_

import numpy as np
import pandas as pd

from crlm.cohort.conditions import assess, bounds
from crlm.plan.scores import list_variables
from crlm.plan.variables import BETWEEN

STATUS_COLUMNS = [
    "score",
    "kind",
    "label",
    "status",
    "missing_inputs",
    "proxies",
    "patients",
    "determinate",
]
STATUS_COLUMNS += ["determinate_group", "evidence", "timing", "note"]


def compute_score(cohort, score):
    """Return value, lower, upper, group and the missing components per patient (index as in `cohort`)."""
    lower = np.full(len(cohort), float(score["base"]))
    upper = lower.copy()
    missing = [[] for _ in range(len(cohort))]
    for name, component in score["components"].items():
        low, high = count_points(cohort, component, score["proxies"].get(name))
        lower, upper = lower + low, upper + high
        for place in np.flatnonzero(low != high):
            missing[place].append(component["label"])
    if score.get("rounding"):
        lower, upper = np.floor(lower + 0.5), np.floor(upper + 0.5)
    for override in score["overrides"]:
        answer = assess_any(cohort, override["any"])
        holds, may = answer.fillna(False).to_numpy(bool), answer.isna().to_numpy()
        value = override["value"]
        lower = np.where(holds, value, np.where(may, np.minimum(lower, value), lower))
        upper = np.where(holds, value, np.where(may, np.maximum(upper, value), upper))
        for place in np.flatnonzero(may):
            missing[place].append(override["label"])
    known = lower == upper
    return pd.DataFrame(
        {
            "value": np.where(known, lower, np.nan),
            "lower": lower,
            "upper": upper,
            "group": find_groups(lower, upper, score["groups"]),
            "missing": [
                "" if done else "; ".join(names) for done, names in zip(known, missing, strict=True)
            ],
        },
        index=cohort.index,
    )


def compute_scores(cohort, scores):
    """Return one row per patient and computable score: patient_id, score, value, lower, upper, group, missing."""
    tables = [
        compute_score(cohort, score).assign(patient_id=cohort["patient_id"], score=name)
        for name, score in scores.items()
        if score["status"] == "computable"
    ]
    columns = ["patient_id", "score", "value", "lower", "upper", "group", "missing"]
    return pd.concat(tables)[columns] if tables else pd.DataFrame(columns=columns)


def summarise_scores(table, scores, labels):
    """Return one row per score of the registry with its status; `labels` are the variables' labels."""
    rows = []
    for name, score in scores.items():
        mine = table[table["score"] == name]
        proxies = [
            f"{labels.get(rule['variable'], rule['variable'])} for {score['components'][key]['label']}"
            for key, rule in score["proxies"].items()
        ]
        rows.append(
            {
                "score": name,
                "kind": score.get("kind", "score"),
                "label": score["label"],
                "status": score["status"],
                "missing_inputs": "; ".join(labels.get(n, n) for n in score["missing_inputs"]),
                "proxies": "; ".join(proxies),
                "patients": len(mine),
                "determinate": int(mine["value"].notna().sum()),
                "determinate_group": int(mine["group"].notna().sum()) if score["groups"] else None,
                "evidence": score["evidence"],
                "timing": score["timing"],
                "note": _explain(score),
            }
        )
    return pd.DataFrame(rows, columns=STATUS_COLUMNS)


def spread_scores(table, scores, patients):
    """Return the scores beside each other: a column per value and an ordered categorical per group, index `patients`."""
    columns = {}
    for name, score in scores.items():
        if score["status"] != "computable":
            continue
        mine = table[table["score"] == name].set_index("patient_id").reindex(patients)
        columns[name] = mine["value"].astype(float)
        if score["groups"]:
            columns[f"{name}_group"] = pd.Series(
                pd.Categorical(mine["group"], list(score["groups"]), ordered=True), mine.index
            )
        for bound in ("lower", "upper"):
            columns[f"{name}_{bound}"] = mine[bound].where(mine["value"].isna()).astype(float)
    return pd.DataFrame(columns, index=patients)


def _explain(score):
    """Why a score is never or not yet computed, or else what its definition rests on."""
    if score["status"] in ("not implementable", "not allowed"):
        return score["reason"]
    return score["note"] or score["reason"]


def assess_any(cohort, tests):
    """Whether any of the tests holds: yes as soon as one does, no when all fail, NA otherwise."""
    return reduce(
        or_,
        (
            assess(cohort, t["variable"], t["operator"], t["threshold"], t.get("levels"))
            for t in tests
        ),
    )


def count_points(cohort, component, proxy):
    """Lowest and highest points that the component may give each patient; proxy: what stands in for it, or None.

    Each level that a code covers is tried.
    """
    tested = [proxy["variable"]] if proxy else list_variables(component)
    name = next((each for each in tested if f"{each}_among" in cohort), None)
    if name is None:
        return _bound_points(cohort, component, proxy)
    among, plain = cohort[f"{name}_among"], cohort.drop(columns=f"{name}_among")
    low, high = count_points(plain, component, proxy)
    for text in among[cohort[name].isna()].dropna().unique():
        rows = (among.eq(text) & cohort[name].isna()).to_numpy(bool)
        ends = [
            count_points(
                plain[rows].assign(**{name: _repeat(level, cohort[name], rows)}), component, proxy
            )
            for level in text.split(BETWEEN)
        ]
        low[rows] = np.min([least for least, _ in ends], axis=0)
        high[rows] = np.max([most for _, most in ends], axis=0)
    return low, high


def _repeat(level, column, rows):
    return pd.Categorical([level] * rows.sum(), dtype=column.dtype)


def _bound_points(cohort, component, proxy):
    if "per_unit" in component:
        ends = [component["per_unit"] * end for end in bounds(cohort, component["variable"])]
        return np.minimum(*ends), np.maximum(*ends)
    low = np.full(len(cohort), np.inf)
    high = np.full(len(cohort), -np.inf)
    for points, possible in _list_options(cohort, component, proxy):
        low = np.where(possible, np.minimum(low, points), low)
        high = np.where(possible, np.maximum(high, points), high)
    return low, high


def _list_options(cohort, component, proxy):
    """Every number of points of the component, with the mask of the patients who may have it."""
    entries = component["points"]
    if proxy:
        test = (proxy[key] for key in ("variable", "operator", "value"))
        answers = [assess(cohort, *test, proxy.get("levels"))]
    else:
        answers = [
            assess_any(cohort, entry.get("any") or [{**entry, "variable": component["variable"]}])
            for entry in entries
        ]
    is_open = np.ones(len(cohort), dtype=bool)
    for answer, points in zip(answers, [e["points"] for e in entries], strict=True):
        yield points, is_open & (answer.isna() | answer.fillna(False)).to_numpy(bool)
        is_open = is_open & ~answer.fillna(False).to_numpy(bool)
    yield component.get("otherwise", 0), is_open


def find_groups(lower, upper, groups):
    """The group in which both bounds of each patient lie, None where there is none."""
    group = np.full(len(lower), None, dtype=object)
    for name, span in groups.items():
        least, most = span.get("from", -np.inf), span.get("to", np.inf)
        group[(lower >= least) & (upper <= most)] = name
    return group
