"""The patients of an endpoint of recurrence: when and how their time ended."""

from numbers import Number

import numpy as np
import pandas as pd

from crlm.analyses.recurrence.plan import ENDED, UNKNOWN
from crlm.survival.kaplan_meier import select_patients

CENSORED, RECURRED, ENDED_WITHOUT = 0, 1, 2
SCALE = 1200  # per month to per 100 person-years


def read_patients(cohort, endpoint, spec):
    """The cohort's rows with a known time: with the columns months, status (the constants above) and `cause_<classification>`.

    spec: one endpoint of the plan's `recurrence`. A cause is a class of the classification, ENDED for those who ended without
    recurrence, and missing where the patient was censored; a recurrence whose class is not known is UNKNOWN, never none.
    """
    patients = select_patients(cohort, endpoint)
    reason = patients[f"{endpoint}_reason"].astype(object)
    recurred = (patients[f"{endpoint}_event"] == 1) & reason.isin(spec["recurrence"])
    ended = reason.isin(spec["ended"]) & ~recurred
    found = {
        "months": patients[f"{endpoint}_months"].astype(float),
        "status": np.select([recurred, ended], [RECURRED, ENDED_WITHOUT], CENSORED),
    }
    for name, each in spec["classifications"].items():
        cause = pd.Series("recurrence", patients.index, dtype=object)
        if each["variable"]:
            value = patients[each["variable"]].astype(object)
            texts = value.map(lambda level: f"{level:g}" if isinstance(level, Number) else level)
            cause = texts.map(lambda level, each=each: each["levels"].get(level, UNKNOWN))
        found[f"cause_{name}"] = cause.astype(object).where(recurred, None).mask(ended, ENDED)
    return patients.assign(**found)


def split_groups(patients, groupings):
    """Yield (grouping, its spec, {group: patients}) of every grouping, the groups in declared order."""
    for name, spec in groupings.items():
        column = patients[f"grouping_{name}"].astype(object)
        yield name, spec, {group: patients[column == group] for group in spec["groups"]}


def list_causes(spec):
    """{cause: label} of a classification, the end without recurrence last."""
    return {**spec["causes"], ENDED: spec["ended"]}


def choose_classification(spec):
    """The classification that is drawn: the site where it is known, else the number of organs, else any recurrence."""
    return next(name for name in ("site", "organs", "any") if name in spec["classifications"])
