"""How often each kind of recurrence comes, with death without recurrence competing."""

import numpy as np
import pandas as pd
from scipy.special import ndtr

from crlm.analyses.recurrence.patients import list_causes, split_groups
from crlm.analyses.recurrence.plan import ENDED, UNKNOWN
from crlm.survival.cox import fit_cox
from crlm.survival.fine_gray import fit_fine_gray
from crlm.survival.gray import test_gray
from crlm.survival.incidence import estimate_cumulative_incidence
from crlm.survival.kaplan_meier import (
    Z,
    concatenate,
    count_times,
    estimate_curve,
    fit_scikit_survival,
)
from crlm.survival.tests import adjust_holm

KEYS = ["classification", "grouping", "group", "cause"]
INCIDENCE = [*KEYS, "time", "incidence", "lower", "upper", "naive", "at_risk"]
AT = [
    *(*KEYS, "horizon", "patients", "events", "at_risk"),
    *("incidence", "lower", "upper", "naive", "excess", "note"),
]
GRAY = [
    *("classification", "grouping", "cause", "patients", "events"),
    *("statistic", "df", "p_value", "p_adjusted", "note"),
]
RATIOS = [
    *(*KEYS, "reference", "model", "patients", "events"),
    *("hazard_ratio", "lower", "upper", "p_value", "note"),
]
MODELS = {
    "cause_specific": "Cause-specific hazard ratio",
    "subdistribution": "Subdistribution hazard ratio",
}
ONE_GROUP = "events of this kind in fewer than two groups"
NO_EVENT = "no event of this kind in the group"


def iterate_causes(patients, spec, groupings):
    """Yield (classification, its causes, grouping, its spec, {group: patients}); spec: one endpoint of the plan's `recurrence`."""
    for name, each in spec["classifications"].items():
        for grouping, settings, groups in split_groups(patients, groupings):
            yield name, list_causes(each), grouping, settings, groups


def estimate_incidence(patients, spec, groupings):
    """Curves of every classification, group and cause with INCIDENCE; `naive`: one minus Kaplan-Meier, the others censored."""
    tables = [pd.DataFrame(columns=INCIDENCE)]
    for name, causes, grouping, _, groups in iterate_causes(patients, spec, groupings):
        for group, members in groups.items():
            if not len(members):
                continue
            months, cause = members["months"].to_numpy(), members[f"cause_{name}"].to_numpy()
            table = estimate_cumulative_incidence(months, cause, list(causes))
            naive = [1 - _fit_alone(months, cause == each) for each in causes]
            at_risk = np.append(len(months), count_times(months)[1])
            table = table.assign(naive=np.concatenate(naive), at_risk=np.tile(at_risk, len(causes)))
            labels = {"classification": name, "grouping": grouping, "group": group}
            tables.append(table.assign(**labels)[INCIDENCE])
    return concatenate(tables)


def _fit_alone(months, event):
    return estimate_curve(months, event, fit_scikit_survival)["survival"].to_numpy()


def read_incidence(incidence, patients, spec, groupings, horizons):
    """Incidence at the months of the plan with AT; excess: by how much the naive estimate is too high."""
    rows = []
    curves = dict(tuple(incidence.groupby(KEYS, sort=False))) if len(incidence) else {}
    for name, causes, grouping, _, groups in iterate_causes(patients, spec, groupings):
        for group, members in groups.items():
            for cause in causes:
                own = members["months"][(members[f"cause_{name}"] == cause).to_numpy(bool)]
                curve = curves.get((name, grouping, group, cause))
                for horizon in horizons:
                    key = dict(zip(KEYS, (name, grouping, group, cause), strict=True))
                    counts = {"patients": len(members), "events": int((own <= horizon).sum())}
                    rows.append(key | {"horizon": horizon, **counts, **_read_at(curve, horizon)})
    return pd.DataFrame(rows, columns=AT)


def _read_at(curve, horizon):
    if curve is None:
        return {"at_risk": 0, "note": "no patients"}
    time = curve["time"].to_numpy(float)
    at_risk = np.append(curve["at_risk"].to_numpy(int), 0)[np.searchsorted(time, horizon)]
    if horizon > time[-1]:
        return {"at_risk": 0, "note": f"follow-up ends at {time[-1]:.2f} months"}
    row = curve.iloc[np.searchsorted(time, horizon, side="right") - 1]
    found = {key: row[key] for key in ("incidence", "lower", "upper", "naive")}
    return {"at_risk": int(at_risk), **found, "excess": row["naive"] - row["incidence"]}


def compare_incidence(patients, spec, groupings):
    """Gray's test of every cause between the groups, with GRAY; Holm's adjustment over the causes of a classification."""
    tables = [pd.DataFrame(columns=GRAY)]
    for name, causes, grouping, settings, groups in iterate_causes(patients, spec, groupings):
        if len(groups) < 2:
            continue
        rows = []
        for cause in list_compared(name, causes):
            months, status, owner = read_status(groups, f"cause_{name}", cause)
            found = test_gray(months, status, owner, settings["groups"])
            row = {"classification": name, "grouping": grouping, "cause": cause}
            row |= {"patients": len(months), "events": int((status == 1).sum())}
            row |= dict(zip(("statistic", "df", "p_value"), found, strict=True))
            rows.append(row | ({"note": "nothing to compare"} if np.isnan(found[2]) else {}))
        table = pd.DataFrame(rows, columns=GRAY)
        tables.append(table.assign(p_adjusted=adjust_holm(table["p_value"].astype(float))))
    return concatenate(tables)


def list_compared(name, causes):
    """The causes of a classification that groups are compared in.

    A recurrence of which the class is not known competes with the others, but is no class of its own; the end without
    recurrence is the same in every classification, and is compared in that of any recurrence.
    """
    return [cause for cause in causes if cause != UNKNOWN and (name == "any" or cause != ENDED)]


def read_status(groups, column, cause):
    """Months, status (0, 1 for the cause, 2 for another) and group of the patients of all groups."""
    members = pd.concat(list(groups.values()))
    owner = np.repeat(list(groups), [len(each) for each in groups.values()])
    found = members[column]
    status = np.select([(found == cause).to_numpy(bool), found.notna().to_numpy()], [1, 2], 0)
    return members["months"].to_numpy(float), status, owner


def estimate_ratios(patients, spec, groupings):
    """Hazard ratios of every cause against the reference group, with RATIOS.

    model: `cause_specific` (Cox, the other causes censored) and `subdistribution` (Fine and Gray). The reference is the first
    group with an event of the cause; events are those of the cause.
    """
    tables = [pd.DataFrame(columns=RATIOS)]
    for name, causes, grouping, settings, groups in iterate_causes(patients, spec, groupings):
        if len(groups) < 2:
            continue
        for cause in list_compared(name, causes):
            months, status, owner = read_status(groups, f"cause_{name}", cause)
            arguments = months, status, owner, settings["groups"]
            for model, fit in (("cause_specific", fit_cause), ("subdistribution", fit_incidence)):
                table = fit(*arguments)
                labels = {"classification": name, "grouping": grouping, "cause": cause}
                tables.append(table.assign(**labels, model=model)[RATIOS])
    return concatenate(tables)


def fit_cause(months, status, owner, groups):
    """Cause-specific Cox model (Efron): one row per group with the columns of RATIOS from `group` on."""
    frame = pd.DataFrame(
        {"cause_months": months, "cause_event": (status == 1) * 1.0, "group": owner}
    )
    fit = fit_cox(frame, "cause", {"group": {"kind": "categorical", "levels": groups}})
    table = fit.coefficients.set_index("level").reindex(groups).rename_axis("group").reset_index()
    absent = table["patients"].isna()
    notes = table["note"].astype(object).mask(absent, "no patients")
    why = "not estimable" if table["events"].gt(0).sum() > 1 else ONE_GROUP
    table["note"] = notes.where(notes.notna() | table["hazard_ratio"].notna(), why)
    counts = {
        name: table[name].astype(float).fillna(0).astype(int) for name in ("patients", "events")
    }
    return table.assign(**counts)[[name for name in RATIOS if name in table]]


def fit_incidence(months, status, owner, groups):
    """Fine and Gray's model of the groups: rows as `fit_cause` gives them. A group without an event of the cause has no ratio."""
    counts = {group: int((status[owner == group] == 1).sum()) for group in groups}
    able = [group for group in groups if counts[group]]
    rows = [
        {"group": group, "patients": int((owner == group).sum()), "events": counts[group]}
        for group in groups
    ]
    table = pd.DataFrame(rows).assign(reference=able[0] if able else None)
    notes = np.where(table["patients"] > 0, NO_EVENT, "no patients")
    table["note"] = [
        None if counts[group] else why for group, why in zip(groups, notes, strict=True)
    ]
    table["hazard_ratio"] = np.where(table["group"] == table["reference"], 1.0, np.nan)
    numbers = ("lower", "upper", "p_value")
    table = table.assign(**dict.fromkeys(numbers, np.nan))
    if len(able) < 2:
        table.loc[table["note"].isna() & table["hazard_ratio"].isna(), "note"] = ONE_GROUP
        return table
    x = np.equal.outer(owner, able[1:]).astype(float)
    fit = fit_fine_gray(months, status, x, np.isin(owner, able))
    for place, group in enumerate(able[1:]):
        row = table.index[table["group"] == group][0]
        if fit is None:
            table.loc[row, "note"] = "the model has no finite solution"
            continue
        coef, error = fit.coef[place], np.sqrt(fit.variance[place, place])
        table.loc[row, "hazard_ratio"] = np.exp(coef)
        if not error > 0:
            table.loc[row, "note"] = "all events at one time: no limits"
            continue
        table.loc[row, ["lower", "upper"]] = np.exp([coef - Z * error, coef + Z * error])
        table.loc[row, "p_value"] = 2 * ndtr(-abs(coef) / error)
    return table
