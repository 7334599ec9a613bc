"""Declared interactions: the test, the effect of one variable at the levels of the other, and how far these differ."""

import numpy as np
import pandas as pd

from crlm.cohort.conditions import list_levels
from crlm.survival.cox import fit_quickly
from crlm.survival.cox_design import is_numeric, select_complete
from crlm.survival.interaction import compare_products, fit_within, select_rows
from crlm.survival.kaplan_meier import select_patients
from crlm.survival.tests import adjust_holm

INTERACTIONS = [
    *("analysis", "within", "group", "level", "reference", "patients", "events"),
    *("hazard_ratio", "lower", "upper", "p_value"),
    *("ratio", "ratio_lower", "ratio_upper", "ratio_p_value"),
    *("interaction_statistic", "df", "interaction_p_value", "interaction_p_adjusted", "note"),
]
QUARTILES = (25, 50, 75)  # ASSUME places of a number at which the effect of the other is shown


def estimate_interactions(cohort, endpoint, analyses, variables):
    """One row per analysis, other variable (`within`), level or value of it (`group`) and level of the variable.

    analyses: {name: {variable, by: [names], adjust: [names], landmark_months}}; variables: {name: spec}. First the effect in
    everybody (within `overall`, group `all`; with the adjustment, without the others). Then, in one Cox model of the variable,
    the other, their products and the adjustment: the hazard ratio at every level of the other (at the quartiles of a number),
    its ratio to that at the first level (of a number: per step), and the likelihood-ratio test of all products. Patients and
    events are those of the level; p_adjusted: Holm over the tests of the endpoint.
    """
    rows, tests = [], {}
    for name, item in analyses.items():
        patients = select_patients(cohort, endpoint, item.get("landmark_months"), delayed=True)
        effect = item["variable"]
        chosen = {each: variables[each] for each in (effect, *item["adjust"])}
        complete = patients[select_complete(patients, chosen)]
        table, _ = fit_quickly(complete, endpoint, chosen, by_lifelines=True)
        first = {"analysis": name, "within": "overall", "group": "all"}
        everybody = _count(complete, endpoint)
        rows += [first | _take(row) | everybody for row in select_rows(table, [effect])]
        for other in item["by"]:
            names = dict.fromkeys([effect, other, *item["adjust"]])
            specs = {each: variables[each] for each in names}
            complete = patients[select_complete(patients, specs)]
            tests[name, other] = compare_products(complete, endpoint, specs)
            rows += [
                {"analysis": name, "within": other} | row
                for row in describe_effects(complete, endpoint, specs)
            ]
    table = pd.DataFrame(rows, columns=INTERACTIONS)
    adjusted = dict(zip(tests, adjust_holm([test[2] for test in tests.values()]), strict=True))
    keys = list(zip(table["analysis"], table["within"], strict=True))
    for place, column in enumerate(("interaction_statistic", "df", "interaction_p_value")):
        table[column] = [tests[key][place] if key in tests else np.nan for key in keys]
    table["interaction_p_adjusted"] = [adjusted.get(key, np.nan) for key in keys]
    return table


def describe_effects(complete, endpoint, specs, by_lifelines=True):
    """Rows of the effect of the first variable at places of the second; specs: {variable, other, adjustment: spec}.

    by_lifelines: as `cox_maximum.find_maximum`.
    """
    other = list(specs)[1]
    by = specs[other]
    if is_numeric(by):
        places = choose_values(complete[other])
        counts = dict.fromkeys(places, _count(complete, endpoint))
    else:
        places = [
            level
            for level in list_levels(complete[other], by["levels"])
            if complete[other].eq(level).any()
        ]
        counts = {place: _count(complete[complete[other] == place], endpoint) for place in places}
    if not places:
        return
    effects, ratios = fit_within(complete, endpoint, specs, places, by_lifelines)
    for place in places:
        # of a number one ratio holds everywhere: it stands with the first value
        beside = ratios.get(None, []) if place == places[0] else []
        beside = ratios.get(place, beside)
        for number, row in enumerate(effects[place]):
            shown = {"group": f"at {place:g}" if is_numeric(by) else place}
            found = shown | _take(row) | counts[place]
            if number < len(beside):
                found |= {
                    key: beside[number][of]
                    for key, of in (
                        ("ratio", "hazard_ratio"),
                        ("ratio_lower", "lower"),
                        ("ratio_upper", "upper"),
                        ("ratio_p_value", "p_value"),
                    )
                }
            yield found


def choose_values(column):
    """The quartiles of a number, rounded to three figures, each once."""
    known = column.dropna().astype(float)
    if not len(known):
        return []
    values = np.percentile(known, QUARTILES)
    return list(dict.fromkeys(float(f"{value:.3g}") for value in values))


def _count(patients, endpoint):
    return {"patients": len(patients), "events": int(patients[f"{endpoint}_event"].sum())}


def _take(row):
    keys = ("level", "reference", "hazard_ratio", "lower", "upper", "p_value", "note")
    return {key: row[key] for key in keys}
