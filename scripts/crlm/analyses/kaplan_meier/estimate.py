"""Hazard ratios of a number cut in two: Cox models of the groups alone, where the univariable model has the number uncut."""

from crlm.plan.models import UNIVARIABLE
from crlm.survival.cox import COEFFICIENTS, fit_models

RATIOS = ["grouping", *COEFFICIENTS, "ph_p_value"]
PREFIX = "grouping_"  # of the cohort's column of a grouping


def fit_ratios(cohort, endpoint, groupings):
    """Cox model of the groups of each grouping, of the patients of its curves: one row per grouping and group, columns RATIOS.

    groupings: {name: spec}, without landmarks. Rows are those of `cox.fit_models`, as of a variable of the univariable model; the
    reference is the first declared group that has an event. ph_p_value: of the test of proportional hazards of that model.
    """
    variables = name_variables(groupings)
    fits = fit_models(cohort, endpoint, {UNIVARIABLE: {"variables": list(variables)}}, variables)
    table, tests = fits.coefficients, fits.proportional_hazards
    found = {
        "grouping": table["variable"].str.removeprefix(PREFIX),
        "ph_p_value": table["variable"].map(tests.set_index("term")["p_value"]),
    }
    return table.assign(**found)[RATIOS]


def name_variables(groupings):
    """The columns of the groups as variables of a model, {name: spec}."""
    return {
        f"{PREFIX}{name}": {"kind": "categorical", "levels": spec["groups"]}
        for name, spec in groupings.items()
    }
