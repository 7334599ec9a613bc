"""Survival after recurrence, counted from it, and early against late recurrence from a landmark; never from the resection."""

import numpy as np
import pandas as pd

from crlm.analyses.recurrence.patients import RECURRED, list_causes, split_groups
from crlm.analyses.recurrence.plan import ENDED, UNKNOWN
from crlm.analyses.recurrence.timing import TESTS, is_between, name_classes
from crlm.cohort.endpoints import merge_near_ties
from crlm.survival.kaplan_meier import (
    TOLERANCE,
    estimate_curve,
    find_median,
    fit_scikit_survival,
    survival_at,
)
from crlm.survival.tests import NOTHING, test_log_rank

MEDIAN = ["median", "median_lower", "median_upper"]
AFTER = [
    *("analysis", "grouping", "group", "patients", "events", "missing", *MEDIAN),
    *("time", "at_risk", "survival", "lower", "upper", "note"),
]
NONE_YET = "none_yet"
NO_CLASS = (UNKNOWN, NONE_YET)  # shown, but not compared with the others


def estimate_after(patients, spec, groupings, bounds, landmark):
    """Survival after recurrence and after the landmark: (rows with AFTER per group and month, tests with TESTS).

    analysis `after_timing`, `after_site`, `after_organs` (classes of the recurrences) and `after_group` (the plan's groupings)
    count from the recurrence. `landmark` counts from that month on, in those then alive of whom it is known whether recurrence
    had come: by class of its timing, and those without it. missing: patients of the analysis left out, as nothing is known of
    them after the recurrence, or of recurrence before the landmark. Tests: log-rank between the groups, without those of unknown
    class, and at the landmark between the classes of those with recurrence. Empty without an endpoint of death.
    """
    rows, tests = [], []
    if spec["death"]:
        parts = list_comparisons(patients, spec, groupings, bounds, landmark)
        for analysis, grouping, groups, missing in parts:
            label = {"analysis": analysis, "grouping": grouping}
            for group, members in groups.items():
                row = {**label, "group": group, "missing": missing}
                rows.extend(_describe(row, members, spec["death_months"]))
            if len(groups) > 1:
                without = () if analysis == "after_group" else NO_CLASS
                tests.append({**label, **_compare(groups, without)})
    return pd.DataFrame(rows, columns=AFTER), pd.DataFrame(tests, columns=TESTS)


def list_comparisons(patients, spec, groupings, bounds, landmark):
    """(analysis, grouping, {group: patients with `after` and `died`}, left out) of every comparison, the landmark last."""
    died = patients.assign(
        death_months=patients[f"{spec['death']}_months"].astype(float),
        died=patients[f"{spec['death']}_event"].astype(float),
    )
    yield from _list_after(died, spec, groupings, bounds)
    yield _split_at_landmark(died, bounds, landmark)


def _list_after(patients, spec, groupings, bounds):
    """(analysis, grouping, {group: patients with the months `after` recurrence}, left out) of every comparison."""
    recurred = patients[patients["status"] == RECURRED]
    # differences of days that are equal are not equal as differences of months
    since = (recurred["death_months"] - recurred["months"]).to_numpy(float)
    since = merge_near_ties(since, [0, *spec["death_months"]])
    # ASSUME a death on the day of recurrence is at 0; before it death's own follow-up had ended, as with a horizon
    used = recurred["died"].notna() & (since > -TOLERANCE)
    known = recurred.assign(after=np.maximum(since, 0))[used]
    missing = len(recurred) - len(known)
    for name, _, groups in split_groups(known, groupings):
        yield "after_group", name, groups, missing
    classes = name_classes(bounds).items()
    timing = {name: known[is_between(known["months"], *ends)] for name, ends in classes}
    yield "after_timing", "timing", timing, missing
    for name, each in spec["classifications"].items():
        causes = [cause for cause in list_causes(each) if cause != ENDED]
        if len(causes) > 1:
            groups = {cause: known[known[f"cause_{name}"] == cause] for cause in causes}
            yield f"after_{name}", name, groups, missing


def _split_at_landmark(patients, bounds, landmark):
    """The comparison at the landmark, as `_list_after` gives them."""
    after = patients["death_months"] - landmark
    alive = patients.assign(after=after)[patients["died"].notna() & (after > TOLERANCE)]
    free = alive["months"] - landmark > TOLERANCE
    early = ~free & (alive["status"] == RECURRED)
    groups = {
        name: alive[early & is_between(alive["months"], low, high)]
        for name, (low, high) in name_classes(bounds).items()
        if low < landmark
    }
    missing = int((~free & ~early).sum())
    return "landmark", "timing", {**groups, NONE_YET: alive[free]}, missing


def _describe(row, members, times):
    """One row per month: the median and survival then."""
    months, event = members["after"].to_numpy(float), members["died"].to_numpy(float)
    row = row | {"patients": len(members), "events": int(event.sum())}
    curve = estimate_curve(months, event, fit_scikit_survival)
    if len(members):
        columns = ("survival", "lower", "upper")
        row |= dict(zip(MEDIAN, (find_median(curve, each) for each in columns), strict=True))
    for point in survival_at(months, event, times).to_dict("records"):
        note = None if len(members) else "no patients"
        if len(members) and np.isnan(point["survival"]):
            note = f"follow-up ends at {months.max():.2f} months"
        yield row | point | {"note": note}


def _compare(groups, without):
    """Log-rank test between those of {group: patients} that have some, `without` a few, as the end of a row of TESTS."""
    found = {name: each for name, each in groups.items() if len(each) and name not in without}
    row = {"test": "Log-rank", "patients": sum(map(len, found.values()))}
    row["events"] = int(sum(each["died"].sum() for each in found.values()))
    test = NOTHING
    if len(found) > 1:
        table = pd.concat(list(found.values()))
        owner = np.repeat(list(found), [len(each) for each in found.values()])
        test = test_log_rank(table["after"], table["died"], owner, list(found))
    row |= dict(zip(("statistic", "df", "p_value"), test, strict=True))
    return row | ({"note": "nothing to compare"} if np.isnan(test[2]) else {})
