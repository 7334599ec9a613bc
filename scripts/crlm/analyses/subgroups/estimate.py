"""The effect of one variable in subgroups, and whether it differs between them."""

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from crlm.cohort.conditions import list_levels
from crlm.survival.cox import fit_cox
from crlm.survival.cox_design import find_redundant, is_numeric, prepare_values, select_complete
from crlm.survival.cox_maximum import find_maximum
from crlm.survival.kaplan_meier import concatenate, read_entry, select_patients
from crlm.survival.partial_likelihood import build_risk_sets
from crlm.survival.separation import list_at_risk

COLUMNS = [
    *("analysis", "within", "group", "level", "reference", "patients", "events"),
    *("hazard_ratio", "lower", "upper", "p_value", "interaction_p_value", "note"),
]


def fit_subgroups(cohort, endpoint, analyses, variables):
    """Hazard ratios of a variable in everybody and in each level of other variables.

    analyses: {name: {variable, within: [names], adjust: [names], landmark_months}}; variables:
    {name: spec}. One row per group and level other than the reference (one per group for a
    number), within=`overall`, group=`all` first. Patients and events are those of the group's fit.
    The interaction p-value is that of the likelihood ratio test of the products of the variable
    and `within`, beside both and the adjustment.
    """
    tables = [pd.DataFrame(columns=COLUMNS)]
    for name, spec in analyses.items():
        patients = select_patients(cohort, endpoint, spec.get("landmark_months"), delayed=True)
        effect, adjust = spec["variable"], spec.get("adjust") or []
        groups = [("overall", "all", patients, np.nan)]
        for within in spec["within"]:
            chosen = {each: variables[each] for each in (effect, within, *adjust)}
            p_value = test_interaction(patients, endpoint, chosen)
            for level in list_levels(patients[within], variables[within]["levels"]):
                groups.append((within, level, patients[patients[within] == level], p_value))
        for within, group, members, p_value in groups:
            # an adjustment for `within` is constant inside its levels
            names = [effect, *(each for each in adjust if each != within)]
            table = _fit_group(members, endpoint, {each: variables[each] for each in names})
            table = table.assign(
                analysis=name, within=within, group=group, interaction_p_value=p_value
            )
            tables.append(table[COLUMNS])
    return concatenate(tables)


def _fit_group(members, endpoint, variables):
    fit = fit_cox(members, endpoint, variables)
    effect = fit.coefficients["variable"] == next(iter(variables))
    shown = fit.coefficients[effect & ~(fit.coefficients["level"] == fit.coefficients["reference"])]
    return shown.assign(patients=fit.model["patients"][0], events=fit.model["events"][0])


def test_interaction(patients, endpoint, variables):
    """p-value of the interaction of the first two variables, given both and the others.

    Likelihood ratio on the complete cases. A cell without an event does no harm: the likelihood
    has a limit even where the hazard ratio has none. Missing when no product can be estimated, as
    where all events are at one level.
    """
    patients = patients[select_complete(patients, variables)]
    months, event = (patients[f"{endpoint}_{part}"].to_numpy(float) for part in ("months", "event"))
    entry = read_entry(patients, endpoint)
    if not event.any():
        return np.nan
    blocks = [_columns(patients[name], spec) for name, spec in variables.items()]
    first, second = blocks[:2]
    products = (first[:, :, None] * second[:, None, :]).reshape(len(patients), -1)
    x = np.hstack([*blocks, products])
    mains = x.shape[1] - products.shape[1]
    redundant = find_redundant(x[list_at_risk(build_risk_sets(months, event, entry=entry))])
    kept = [column for column in range(x.shape[1]) if column not in redundant]
    added = sum(column >= mains for column in kept)
    if not added:
        return np.nan
    x = x[:, kept]
    x = (x - x.mean(axis=0)) / x.std(axis=0)
    smaller = find_maximum(months, event, x[:, : len(kept) - added], entry=entry)
    if smaller is None or not _tells(x, added, smaller):
        return np.nan
    larger = find_maximum(months, event, x, entry=entry)
    if larger is None:
        return np.nan
    return chdtrc(added, max(2 * (larger.log_likelihood - smaller.log_likelihood), 0))


def _tells(x, added, smaller):
    """Whether a product still differs between patients who can be compared once the main effects are known."""
    rows = list_at_risk(smaller.risk_sets)
    strata = np.zeros(len(x), int)
    for number, stratum in enumerate(smaller.risk_sets):
        strata[stratum.rows] = number
    redundant = find_redundant(x[rows], strata[rows])
    return any(column not in redundant for column in range(x.shape[1] - added, x.shape[1]))


def _columns(column, spec):
    values = prepare_values(column, spec).to_numpy()
    if is_numeric(spec):
        return values.astype(float)[:, None]
    return np.equal.outer(values, spec["levels"][1:]).astype(float)
