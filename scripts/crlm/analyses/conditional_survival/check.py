"""Second computation of conditional survival."""

import numpy as np

from crlm.survival.kaplan_meier import TOLERANCE, iterate_groups
from crlm.survival.second import RECOUNT, recount_survival


def check_results(cohort, plan, results):
    """Survival of those at risk, by scikit-survival of them alone, again from the times of everybody."""
    settings, table = plan["conditional_survival"], results["conditional_survival"]
    table = table[table["survival"].notna()]
    for endpoint in settings["endpoints"]:
        if f"{endpoint}_entry" in cohort:
            continue
        for name, group, patients in iterate_groups(cohort, endpoint, settings["groupings"]):
            keys = (table["endpoint"] == endpoint) & (table["grouping"] == name)
            landmark = settings["groupings"][name]["landmark_months"] or 0
            for row in table[keys & (table["group"] == group)].itertuples():
                kept = patients
                if row.given != endpoint:
                    free = patients[f"{row.given}_months"] - landmark - row.given_months > TOLERANCE
                    kept = patients[free & patients[f"{row.given}_event"].notna()]
                months, event = (
                    kept[f"{endpoint}_{part}"].to_numpy(float) for part in ("months", "event")
                )
                start = row.given_months if row.given_months else -np.inf
                until = row.given_months + row.further_months
                second = recount_survival(months, event, until, start)
                what = f"survival to {until:g} months given {row.given} at {row.given_months:g}"
                first = row.survival, "scikit-survival"
                yield endpoint, f"{name}: {group}", what, *first, second, RECOUNT
