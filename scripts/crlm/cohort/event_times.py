"""When a declared source of events or censoring happened."""

import numpy as np
import pandas as pd

from crlm.cohort.conditions import assess
from crlm.cohort.derivation import DAYS_PER_MONTH, months_between


def list_dated(source):
    """The variable of a source's time, or None for the data lock."""
    return source.get("date") or source.get("duration")


def source_months(cohort, endpoint, source, lock=None):
    """Return the months from the origin to a source per patient, missing where it did not happen or its time is missing.

    The data lock comes for everybody whose flag, if there is one, says yes.
    """
    if "data_lock" in source:
        time = lock_months(cohort, endpoint, lock)
    elif "date" in source:
        time = months_between(cohort[endpoint["origin"]], cohort[source["date"]])
    else:
        time = cohort[source["duration"]]
    return time.where(has_happened(cohort, source)) if "flag" in source else time


def has_happened(cohort, source):
    """Return per patient whether the flag of a source, or a flag that tells of its date, is recorded as yes."""
    flags = [source["flag"]] if "flag" in source else source.get("told_by", [])
    yes = [assess(cohort, flag, "==", "yes").fillna(False).to_numpy(bool) for flag in flags]
    return np.any(yes, axis=0) if yes else np.zeros(len(cohort), dtype=bool)


def lock_months(cohort, endpoint, lock):
    """Return the months from the origin to the data lock per patient."""
    return (pd.Timestamp(lock) - cohort[endpoint["origin"]]).dt.days / DAYS_PER_MONTH
