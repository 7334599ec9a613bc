"""The group of each patient in each grouping of the plan."""

import numpy as np
import pandas as pd

from crlm.cohort.conditions import cut_levels
from crlm.plan.groupings import SEPARATOR, cut_names


def assign_groups(cohort, groupings):
    """Return one categorical column ``grouping_<name>`` per grouping; missing where a patient's group is not known."""
    columns = {}
    for name, spec in groupings.items():
        parts = [_levels(cohort, variable, spec["cuts"]) for variable in spec["variables"]]
        if not parts:
            group = pd.Series(spec["groups"][0], cohort.index, dtype=object)
        else:
            known = np.logical_and.reduce([part.notna() for part in parts])
            joined = parts[0].astype(object)
            for part in parts[1:]:
                joined = joined.str.cat(part.astype(object), sep=SEPARATOR)
            group = joined.where(known, None)
        columns[f"grouping_{name}"] = pd.Categorical(
            group.where(group.isin(spec["groups"]), None), categories=spec["groups"]
        )
    return pd.DataFrame(columns, index=cohort.index)


def _levels(cohort, variable, cuts):
    """The level of one variable as text; a number is cut, or taken as it is when it is whole."""
    column = cohort[variable]
    if isinstance(column.dtype, pd.CategoricalDtype):
        return column.astype(object)
    if not cuts:
        return column.map(lambda value: str(int(value)), na_action="ignore").astype(object)
    return cut_levels(cohort, variable, cuts, cut_names(cuts))
