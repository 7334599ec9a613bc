"""Variables that the plan derives from others by declaration; what the data do not decide is missing.

The plan names the function and its inputs: ``formula: {function: cut, of: [size_max_cm], cuts: [5], names: [below_5, from_5]}``.
"""

from functools import reduce
from operator import and_, or_

import pandas as pd

from crlm.cohort.conditions import assess, cut_levels
from crlm.cohort.findings import build_finding, condense_findings

DAYS = {"days": 1, "weeks": 7, "months": 30.4375, "years": 365.25}
ENOUGH = 10  # patients of whom one answer says that a threshold is not met, or always
LIMITS = ("lower", "upper", "among")  # columns that tell more of a missing value, see conditions


def compute_declared(cohort, name, spec):
    """Return the columns of a declared variable: ``name`` and, of the first known of several, what limits it."""
    formula = spec["formula"]
    function = formula["function"]
    if function == "first_of":
        return _find_first(cohort, name, formula["of"])
    if function == "cut":
        column = cut_levels(cohort, formula["of"][0], formula["cuts"], formula["names"])
    elif function == "between":
        start, end = (cohort[source] for source in formula["of"])
        # ASSUME mean lengths: a month of 30.4375 days, a year of 365.25
        column = (end - start).dt.days / DAYS[formula["unit"]]
    else:
        column = _join_tests(cohort, formula)
    return pd.DataFrame({name: column}, index=cohort.index)


def check_declared(cohort, column, spec, variables):
    """Return the findings on a declared variable: reversed dates, numbers outside its range, levels that nobody has."""
    formula, found = spec["formula"], []
    sources = " and ".join(variables[source]["label"] for source in formula["of"])
    if formula["function"] == "between":
        found += _check_numbers(cohort, column, spec, sources, -1e-9, float("inf"), "warning")
    if spec.get("range") and not spec["levels"]:
        found += _check_numbers(cohort, column, spec, sources, *spec["range"], "error")
    found = condense_findings(found, int(column.notna().sum()))
    if column.isna().all():
        found.append(_tell_whole(spec, f"it has no value at all; it is made of {sources}", formula))
    elif formula["function"] == "cut":
        empty = [level for level in spec["levels"] if not column.eq(level).any()]
        if empty:
            label = spec["level_labels"][empty[0]]
            found.append(_tell_whole(spec, f"nobody has the level '{label}'", formula))
    elif formula.get("tests") and column.nunique() == 1 and column.count() >= ENOUGH:
        label = spec["level_labels"][column.dropna().iloc[0]]
        found.append(_tell_whole(spec, f"everybody of whom it is known has '{label}'", formula))
    return found


def _check_numbers(cohort, column, spec, sources, low, high, severity):
    reverse = severity == "warning"
    wrong = (column < low) | (column > high)
    unit = f" {spec['unit']}" if spec["unit"] else ""
    for row in cohort.index[wrong]:
        yield build_finding(
            severity,
            "reversed_dates" if reverse else "out_of_range",
            f"{spec['label']} follows as {column[row]:.4g}{unit}"
            + (": the second date lies before the first." if reverse else _outside(spec, unit)),
            f"Correct {sources}" + ("; if both are right, nothing is to be done." * reverse or "."),
            row=row,
            patient=cohort["patient_id"][row],
            column=", ".join(spec["formula"]["of"]),
            value=f"{column[row]:.4g}{unit}",
        )


def _outside(spec, unit):
    return f", outside {spec['range'][0]:g} to {spec['range'][1]:g}{unit}."


def _tell_whole(spec, message, formula):
    return build_finding(
        "warning",
        "empty_level",
        f"{spec['label']}: {message}.",
        "Check its declaration under `variables:` (cuts in the unit of the analysis) and the columns that it is made of.",
        column=", ".join(formula["of"]),
    )


def _join_tests(cohort, formula):
    """yes, no or None: pandas' or and and know that an unknown answer is not a no."""
    answers = [
        assess(cohort, t["variable"], t["operator"], t.get("value"), t.get("levels"))
        for t in formula["tests"]
    ]
    together = reduce(or_ if formula["function"] == "any_of" else and_, answers)
    words = together.map({True: "yes", False: "no"}).astype(object)
    return words.where(together.notna(), None)


def _find_first(cohort, name, sources):
    """The first known value with its limits; where none is known, the first limits."""
    value = cohort[sources[0]].astype(object)
    place = pd.Series(0, cohort.index).where(value.notna())
    for number, source in enumerate(sources[1:], 1):
        more = place.isna() & cohort[source].notna()
        value, place = value.where(~more, cohort[source].astype(object)), place.where(~more, number)
    columns = {name: value}
    for end in LIMITS:
        limit = pd.Series(None, cohort.index, dtype=object)
        for number, source in enumerate(sources):
            if f"{source}_{end}" in cohort:
                mine = cohort[f"{source}_{end}"].astype(object)
                limit = limit.where(~((place == number) | (place.isna() & limit.isna())), mine)
        if limit.notna().any():
            columns[f"{name}_{end}"] = limit if end == "among" else limit.astype(float)
    return pd.DataFrame(columns, index=cohort.index)
