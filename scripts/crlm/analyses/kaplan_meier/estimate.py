"""Hazard ratios of the groups of a grouping: a Cox model of the groups alone."""

import pandas as pd

from crlm.plan.models import UNIVARIABLE
from crlm.survival.cox import COEFFICIENTS, fit_models
from crlm.survival.kaplan_meier import concatenate

RATIOS = ["grouping", *COEFFICIENTS, "ph_p_value"]
PREFIX = "grouping_"  # of the cohort's column of a grouping


def fit_ratios(cohort, endpoint, groupings):
    """Cox model of the groups of each grouping alone, of the patients of its curves: a row per grouping and group, columns RATIOS.

    groupings: {name: spec}; one of a single group is passed over. From its landmark where a grouping has one, else from the start;
    unadjusted and, as the log-rank test beside it, without strata. Rows are those of `cox.fit_models`, as of a variable of the
    univariable model; the reference is the first declared group that has an event. ph_p_value: of the test of proportional hazards
    of that model.
    """
    tables = [pd.DataFrame(columns=RATIOS)]
    for name, spec in groupings.items():
        if len(spec["groups"]) < 2:
            continue
        variables = name_variable(name, spec)
        model = {"variables": list(variables), "landmark_months": spec.get("landmark_months")}
        fits = fit_models(cohort, endpoint, {UNIVARIABLE: model}, variables)
        table, tests = fits.coefficients, fits.proportional_hazards
        p_values = table["variable"].map(tests.set_index("term")["p_value"])
        tables.append(table.assign(grouping=name, ph_p_value=p_values)[RATIOS])
    return concatenate(tables)


def name_variable(name, spec):
    """The column of the groups as the variable of a model, {column: spec}."""
    return {f"{PREFIX}{name}": {"kind": "categorical", "levels": spec["groups"]}}
