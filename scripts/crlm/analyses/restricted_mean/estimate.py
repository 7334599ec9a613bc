"""Restricted mean survival time: the area under each group's Kaplan-Meier curve, and its difference and ratio."""

import pandas as pd

from crlm.survival.kaplan_meier import iterate_groups
from crlm.survival.mean_time import compare_means, describe_group

RESTRICTED_MEANS = [
    *("grouping", "group", "reference", "horizon", "patients", "events"),
    *("rmst", "se", "lower", "upper"),
    *("difference", "difference_lower", "difference_upper", "p_value"),
    *("ratio", "ratio_lower", "ratio_upper", "ratio_p_value", "note"),
]


def estimate_restricted_means(cohort, endpoint, groupings, horizons):
    """One row per grouping, group and horizon, with the columns of RESTRICTED_MEANS.

    groupings: {name: {groups, reference, landmark_months}}; horizons: months, from the landmark
    where there is one. Each group is set against the reference of its grouping, which has no
    difference. Events are those until the horizon; a missing number has its reason in `note`.
    """
    rows = []
    for name, spec in groupings.items():
        found = {
            group: {
                horizon: describe_group(
                    patients[f"{endpoint}_months"], patients[f"{endpoint}_event"], horizon
                )
                for horizon in horizons
            }
            for _, group, patients in iterate_groups(cohort, endpoint, {name: spec})
        }
        reference = spec["reference"]
        for group, means in found.items():
            for horizon, mine in means.items():
                row = {"grouping": name, "group": group, "reference": reference, **mine}
                if group != reference:
                    row |= compare_means(mine, found[reference][horizon])
                rows.append(row)
    return pd.DataFrame(rows, columns=RESTRICTED_MEANS)
