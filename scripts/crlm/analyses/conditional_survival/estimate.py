"""Conditional survival: the Kaplan-Meier curve of those at risk after so many months, from there on."""

import numpy as np
import pandas as pd

from crlm.survival.kaplan_meier import (
    TOLERANCE,
    iterate_groups,
    read_entry,
    select_patients,
    survival_at,
)

CONDITIONAL = [
    *("endpoint", "grouping", "group", "given", "given_months", "further_months"),
    *("patients", "events", "at_risk", "survival", "lower", "upper", "note"),
]


def estimate_conditional_survival(cohort, settings):
    """One row per endpoint, grouping, group, condition, given and further months, with the columns of CONDITIONAL.

    settings: the plan's. given: the endpoint of which patients are free after the given months, besides `endpoint` itself;
    where it is that one there are rows at 0 given months too, which are ordinary survival. In a grouping with a landmark all
    months count from there. patients: those at risk after the given months, in delayed entry also those who enter later;
    events: within the further months; at_risk: at their end. Survival is S(given + further) / S(given) [@Hieke2015]; its limits
    are log-log with Greenwood's variance summed from the given months. A missing number has its reason in `note`.
    """
    rows = [
        {"endpoint": endpoint, "grouping": name, "group": group, **row}
        for endpoint, conditions in settings["endpoints"].items()
        for name, group, patients in iterate_groups(
            cohort, endpoint, settings["groupings"], delayed=True
        )
        for row in _follow_group(
            patients, conditions, settings, settings["groupings"][name]["landmark_months"] or 0
        )
    ]
    return pd.DataFrame(rows, columns=CONDITIONAL)


def _follow_group(patients, conditions, settings, landmark):
    """The rows of one group of one endpoint, the first of the conditions, under all of them."""
    endpoint = conditions[0]
    for given in conditions:
        for months in [*([0] if given == endpoint else []), *settings["given_months"]]:
            kept = select_free(patients, endpoint, given, months, landmark)
            for row in describe_group(kept, endpoint, settings["further_months"]):
                yield {"given": given, "given_months": months, **row}


def select_free(patients, endpoint, given, months, landmark):
    """The patients observed beyond the given months without either event, their time counted from there.

    The months of `endpoint` count from the landmark already, those of another endpoint from its origin.
    Whoever is not followed that long for the other endpoint is not known to be free of it, and is left out.
    """
    if given != endpoint:
        free = patients[f"{given}_months"] - (landmark + months) > TOLERANCE
        patients = patients[free & patients[f"{given}_event"].notna()]
    return select_patients(patients, endpoint, months or None, delayed=True)


def describe_group(patients, endpoint, further):
    """Survival after each of the further months, as dicts; times of the patients count from the given months."""
    months = patients[f"{endpoint}_months"].to_numpy(float)
    event = patients[f"{endpoint}_event"].to_numpy(float)
    found = survival_at(months, event, further, read_entry(patients, endpoint))
    for row in found.to_dict("records"):
        within = int(event[months <= row["time"]].sum())
        yield {
            "further_months": row["time"],
            "patients": len(months),
            "events": within,
            **{key: row[key] for key in ("at_risk", "survival", "lower", "upper")},
            "note": _explain(row, months),
        }


def _explain(row, months):
    """Why a number is missing, None where none is."""
    if not len(months):
        return "no patients"
    if np.isnan(row["survival"]):
        return "follow-up ends earlier"
    if np.isnan(row["lower"]):
        return (
            "no event in this time" if row["survival"] == 1 else "nobody is left without an event"
        )
    return None
