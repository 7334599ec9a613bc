"""Survival after recurrence, counted from it, and early against late recurrence from a landmark; never from the resection."""

import numpy as np
import pandas as pd

from crlm.analyses.recurrence.patients import RECURRED, list_causes, split_groups
from crlm.analyses.recurrence.plan import ENDED, UNKNOWN
from crlm.analyses.recurrence.timing import TESTS, is_between, name_classes
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
    *("analysis", "grouping", "group", "patients", "events", *MEDIAN),
    *("time", "at_risk", "survival", "lower", "upper", "note"),
]
NONE_YET = "none_yet"


def estimate_after(patients, spec, groupings, bounds, landmark):
    """Survival after recurrence and after the landmark: (rows with AFTER per group and month, tests with TESTS).

    analysis `after_timing`, `after_site`, `after_organs` (classes of the recurrences) and `after_group` (the plan's groupings)
    count from the recurrence. `landmark` counts from that month on, in those then alive of whom it is known whether recurrence
    had come: by class of its timing, and those without it. Tests: log-rank between the groups, without those of unknown class,
    and at the landmark between the classes of those with recurrence. Empty without an endpoint of death.
    """
    if not spec["death"]:
        return pd.DataFrame(columns=AFTER), pd.DataFrame(columns=TESTS)
    months, event = (
        patients[f"{spec['death']}_{part}"].astype(float) for part in ("months", "event")
    )
    recurred = patients["status"] == RECURRED
    since = months - patients["months"]
    # ASSUME a death on the day of recurrence is at 0; before it death's own follow-up had ended, as with a horizon
    used = recurred & event.notna() & (since > -TOLERANCE)
    known = patients[used].assign(after=since[used].clip(lower=0), died=event[used])
    lost = int(recurred.sum() - used.sum())
    why = f"{lost} with recurrence left out: not followed after it" if lost else None
    rows, tests = [], []

    def add(analysis, grouping, groups, table, compared=None, note=None):
        found = {group: table[member] for group, member in groups.items()}
        for place, (group, members) in enumerate(found.items()):
            row = {"analysis": analysis, "grouping": grouping, "group": group}
            rows.extend(_describe(row, members, spec["death_months"], None if place else note))
        compared = [group for group in compared or groups if len(found[group])]
        if len(groups) > 1:
            tests.append({"analysis": analysis, "grouping": grouping, **_compare(found, compared)})

    classes = name_classes(bounds)
    timing = {name: is_between(known["months"], *ends) for name, ends in classes.items()}
    for name, _, members in split_groups(known, groupings):
        groups = {group: known.index.isin(each.index) for group, each in members.items()}
        add("after_group", name, groups, known, note=why)
    add("after_timing", "timing", timing, known)
    for name, each in spec["classifications"].items():
        causes = [cause for cause in list_causes(each) if cause != ENDED]
        if len(causes) > 1:
            groups = {cause: known[f"cause_{name}"] == cause for cause in causes}
            add(
                f"after_{name}",
                name,
                groups,
                known,
                [cause for cause in causes if cause != UNKNOWN],
            )
    alive = event.notna() & (months - landmark > TOLERANCE)
    early = recurred & (patients["months"] - landmark <= TOLERANCE)
    free = patients["months"] - landmark > TOLERANCE
    there = patients[alive & (early | free)]
    there = there.assign(after=months[there.index] - landmark, died=event[there.index])
    lost = int(alive.sum() - len(there))
    why = f"{lost} alive then left out: not known whether recurrence had come" if lost else None
    groups = {
        name: early[there.index] & is_between(there["months"], low, min(high, landmark))
        for name, (low, high) in classes.items()
        if low < landmark
    }
    add("landmark", "timing", {**groups, NONE_YET: ~early[there.index]}, there, [*groups], why)
    return pd.DataFrame(rows, columns=AFTER), pd.DataFrame(tests, columns=TESTS)


def _describe(row, members, times, note):
    """One row per month: the median and survival then."""
    months, event = members["after"].to_numpy(float), members["died"].to_numpy(float)
    row = row | {"patients": len(members), "events": int(event.sum())}
    curve = estimate_curve(months, event, fit_scikit_survival)
    if len(members):
        columns = ("survival", "lower", "upper")
        row |= dict(zip(MEDIAN, (find_median(curve, each) for each in columns), strict=True))
    reasons = [note, None if len(members) else "no patients"]
    row["note"] = "; ".join(filter(None, reasons)) or None
    for point in survival_at(months, event, times).to_dict("records"):
        late = len(members) and np.isnan(point["survival"])
        reason = f"follow-up ends at {months.max():.2f} months" if late else None
        yield row | point | {"note": "; ".join(filter(None, [row["note"], reason])) or None}


def _compare(found, groups):
    """Log-rank test between `groups` of {group: patients}, as the end of a row of TESTS."""
    row = {"test": "Log-rank", "patients": sum(len(found[group]) for group in groups)}
    row["events"] = int(sum(found[group]["died"].sum() for group in groups))
    test = NOTHING
    if len(groups) > 1:
        table = pd.concat([found[group] for group in groups])
        owner = np.repeat(groups, [len(found[group]) for group in groups])
        test = test_log_rank(table["after"], table["died"], owner, groups)
    row |= dict(zip(("statistic", "df", "p_value"), test, strict=True))
    return row | ({"note": "nothing to compare"} if np.isnan(test[2]) else {})
