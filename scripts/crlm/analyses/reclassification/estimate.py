"""Who changes group: between the risk groups of two models, or between the groups of two scores."""

from itertools import pairwise

import numpy as np
import pandas as pd

from crlm.survival.cox_design import select_complete
from crlm.survival.horizons import MINIMUM_EVENTS, judge_horizon
from crlm.survival.kaplan_meier import select_patients
from crlm.survival.risk_groups import _list_cells, observe_survival

FLOWS = [
    *("comparison", "step", "from", "from_group", "to", "to_group"),
    *("patients", "events", "missing", "horizon", "survival", "lower", "upper", "note"),
]


def cross_groups(cohort, endpoint, comparisons, horizons, minimum_events=MINIMUM_EVENTS):
    """Flows between the groups of scores, in the patients who have a group in each: the columns of FLOWS.

    comparisons: {name: [{name, column, levels}, ..]}, at least two each, neighbours are compared
    (step 1, 2, ..). A row without a to_group is a whole group of `from`, and the other way round.
    horizon: the last of `horizons` (months) with `minimum_events` events before and as many
    patients beyond it; survival: Kaplan-Meier there, empty with fewer than FEW patients.
    """
    rows = []
    for comparison, sides in comparisons.items():
        specs = {
            side["column"]: {"kind": "categorical", "levels": side["levels"]} for side in sides
        }
        patients = select_patients(cohort, endpoint)
        complete = select_complete(patients, specs)
        missing, patients = int((~complete).sum()), patients[complete]
        months, event = (
            patients[f"{endpoint}_{part}"].to_numpy(float) for part in ("months", "event")
        )
        usable = [
            each for each in horizons if not judge_horizon(months, event, each, minimum_events)
        ]
        horizon = max(usable, default=None)
        groups = {name: patients[name].astype(object).to_numpy() for name in specs}
        for step, (here, there) in enumerate(pairwise(sides), 1):
            for group, other in _list_cells(here["levels"], there["levels"]):
                inside = np.ones(len(patients), bool)
                if group is not None:
                    inside &= groups[here["column"]] == group
                if other is not None:
                    inside &= groups[there["column"]] == other
                limit = np.inf if horizon is None else horizon
                found = observe_survival(months[inside], event[inside], limit)
                if horizon is None and found["patients"]:
                    found["note"] = "no usable horizon"
                rows.append(
                    {
                        "comparison": comparison,
                        "step": step,
                        "from": here["name"],
                        "from_group": group,
                        "to": there["name"],
                        "to_group": other,
                        "missing": missing,
                        "horizon": horizon,
                        **found,
                    }
                )
    return pd.DataFrame(rows, columns=FLOWS).astype({"horizon": float})
