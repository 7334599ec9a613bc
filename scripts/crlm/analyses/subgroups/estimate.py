"""The effect of one variable in subgroups, and whether it differs between them."""

import numpy as np
import pandas as pd

from crlm.cohort.conditions import list_levels
from crlm.survival.cox import fit_cox
from crlm.survival.interaction import test_interaction
from crlm.survival.kaplan_meier import concatenate, select_patients

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
