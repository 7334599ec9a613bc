"""Second computations of what stands in for one hazard ratio."""

import numpy as np

from crlm.plan.models import UNIVARIABLE, choose_specs
from crlm.survival.cox import select_analysed
from crlm.survival.cox_maximum import lifelines_can
from crlm.survival.kaplan_meier import select_patients
from crlm.survival.second import (
    LIFELINES,
    OWN,
    compare_means_again,
    integrate_again,
    list_means_again,
)
from crlm.survival.time_windows import estimate_windows, split_windows
from crlm.survival.weighted_log_rank import weigh_events


def check_results(cohort, plan, results):
    """Ratios per window, restricted means and weighted log-rank statistics; max-combo has no second computation."""
    for endpoint in plan["endpoints"]:
        tables = {
            name: results["endpoints"][endpoint][f"nonproportional_{name}"]
            for name in ("violations", "windows", "means", "tests")
        }
        found = [
            *check_windows(cohort, endpoint, plan, tables),
            *check_groups(cohort, endpoint, tables),
        ]
        for row in found:
            yield endpoint, *row


def check_windows(cohort, endpoint, plan, tables):
    """Hazard ratio in every window, by lifelines, again by our own likelihood; no row where that came first, of many rows."""
    shown = tables["violations"][tables["violations"]["note"].isna()]
    for row in shown.itertuples():
        model, name = plan["models"][row.model], row.variable
        names = [name] if row.model == UNIVARIABLE else model["variables"]
        fitted = choose_specs(model, names, plan["variables"])
        options = {key: model.get(key) for key in ("strata", "cluster", "landmark_months")}
        cuts = plan["nonproportional"]["windows_months"]
        patients, _ = select_analysed(cohort, endpoint, fitted, **options, delayed=True)
        if not lifelines_can(len(split_windows(patients, endpoint, cuts)[0]), True):
            continue
        again, _ = estimate_windows(cohort, endpoint, fitted, name, cuts, options, False)
        mine = tables["windows"]
        mine = mine[(mine["model"] == row.model) & (mine["variable"] == name)]
        for first, second in zip(mine.itertuples(), again.itertuples(), strict=True):
            if not np.isnan(first.hazard_ratio):
                level = first.level if isinstance(first.level, str) else ""
                what = f"hazard ratio from {first.from_months:g} months {level}".strip()
                values = first.hazard_ratio, LIFELINES, second.hazard_ratio, OWN
                yield f"{row.model}: {name}", what, *values


def check_groups(cohort, endpoint, tables):
    """Restricted means and their differences under scikit-survival's curve; lifelines' weighted statistics from our own sums."""
    means = tables["means"]
    means, found = means[means["rmst"].notna()], {}
    place = ["variable", "grouping", "landmark_months", "horizon"]
    for row, key in zip(means.itertuples(), _name_rows(means[place]), strict=True):
        months, event, _ = _read_groups(cohort, endpoint, row, [row.group])
        found[key, row.group] = integrate_again(months, event, row.horizon)
    for row, key in zip(means.itertuples(), _name_rows(means[place]), strict=True):
        reference = None if row.group == row.reference else found.get((key, row.reference))
        again = compare_means_again(found[key, row.group], reference)
        for each in list_means_again(row, again):
            yield f"{row.variable}: {row.group}", *each
    tests = tables["tests"]
    for row in tests[tests["statistic"].notna() & tests["rho"].notna()].itertuples():
        months, event, owner = _read_groups(cohort, endpoint, row, [row.reference, row.group])
        found = weigh_events(months, event, owner == row.group, [(row.rho, row.gamma)])
        second = float(found[0][0] / np.sqrt(found[1][0, 0]))
        where = f"{row.variable}: {row.group} vs {row.reference}"
        what = f"weighted log-rank ({row.rho:g}, {row.gamma:g})"
        yield where, what, row.statistic, LIFELINES, second, "own"


def _name_rows(table):
    """What each row stands for, as a tuple in which a missing part equals another."""
    return table.astype(object).where(table.notna(), None).itertuples(index=False, name=None)


def _read_groups(cohort, endpoint, row, groups):
    """Months, event and group of the patients of some groups, of a row of the tables."""
    landmark = None if np.isnan(row.landmark_months) else row.landmark_months
    patients = select_patients(cohort, endpoint, landmark)
    column = f"grouping_{row.grouping}" if isinstance(row.grouping, str) else row.variable
    owner = patients[column].astype(object)
    kept = owner.isin(groups)
    parts = [
        patients.loc[kept, f"{endpoint}_{part}"].to_numpy(float) for part in ("months", "event")
    ]
    return *parts, owner[kept].to_numpy()
