"""Second computation of the cure models."""

import numpy as np

from crlm.analyses.cure.likelihood import maximise
from crlm.survival.kaplan_meier import iterate_groups


def check_results(cohort, plan, results):
    """Height of every group's likelihood, by lifelines, again by our own; the share is known as well as the height is steep."""
    settings, table = plan["cure"], results["cure"]
    table = table[table["log_likelihood"].notna()].set_index(["endpoint", "grouping", "group"])
    for endpoint in settings["endpoints"]:
        for name, group, patients in iterate_groups(cohort, endpoint, settings["groupings"]):
            if (endpoint, name, group) not in table.index:
                continue
            data = [patients[f"{endpoint}_{part}"].to_numpy(float) for part in ("months", "event")]
            second = maximise([data], settings["distribution"])[0]
            value = table.loc[(endpoint, name, group), "log_likelihood"]
            if np.isfinite(second):
                where, what = f"{name}: {group}", "log-likelihood of the cure model"
                yield endpoint, where, what, value, "lifelines", second, "own likelihood"
