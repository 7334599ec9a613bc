"""Second computations of survival and cumulative incidence."""

import numpy as np

from crlm.survival.kaplan_meier import TOLERANCE, iterate_groups
from crlm.survival.second import (
    estimate_again,
    estimate_incidence_again,
    read_at,
    recount_incidence,
)

LIMITS = ("", "_lower", "_upper")


def check_curves(cohort, endpoint, plan, tables):
    """Medians, follow-up and survival at the landmarks, by lifelines, again by scikit-survival."""
    summary = tables["summary"].set_index(["grouping", "group"])
    landmarks = tables["landmarks"]  # without a row where the endpoint has no landmarks
    for name, group, patients in iterate_groups(cohort, endpoint, plan["groupings"]):
        if patients.empty:
            continue
        where = f"{name}: {group}"
        months = patients[f"{endpoint}_months"].to_numpy(float)
        event = patients[f"{endpoint}_event"].to_numpy() == 1
        competing = plan["endpoints"][endpoint]["competing"]
        lost = ~event & ~patients[f"{endpoint}_reason"].isin(competing).to_numpy()
        for what, status in [("median", event), ("follow_up", lost)]:
            first = "median" if what == "median" else "follow_up_median"
            columns = [first, f"{what}_lower", f"{what}_upper"]
            times, curves = estimate_again(months, status)
            for column, curve in zip(columns, curves, strict=True):
                value = summary.loc[(name, group), column]
                yield where, column, value, "lifelines", find_half(times, curve), "scikit-survival"
        times, curves = estimate_again(months, event)
        mine = (landmarks["grouping"] == name) & (landmarks["group"] == group)
        for row in landmarks[mine].to_dict("records"):
            for column, curve in zip(("survival", "lower", "upper"), curves, strict=True):
                second = read_at(times, curve, row["time"], 1.0 if column == "survival" else np.nan)
                if row["time"] > months.max() and curves[0][-1] > 0:
                    second = np.nan
                what = f"{column} at {row['time']:g} months"
                yield where, what, row[column], "lifelines", second, "scikit-survival"


def find_half(times, curve):
    """First time a curve is at or below one half, the convention of `kaplan_meier.find_median`."""
    below = curve <= 0.5 + TOLERANCE
    return times[np.argmax(below)] if below.any() else np.nan


def check_incidence(cohort, endpoint, plan, tables):
    """Cumulative incidence at the landmarks, by statsmodels, again by lifelines, or recounted where times are tied."""
    table = tables["incidence"]
    if table.empty:
        return
    causes = list(dict.fromkeys(table["cause"]))
    for name, group, patients in iterate_groups(cohort, endpoint, plan["groupings"]):
        mine = table[(table["grouping"] == name) & (table["group"] == group)]
        months = patients[f"{endpoint}_months"].to_numpy(float)
        status = [
            causes.index(each) + 1 if each in causes else 0
            for each in patients[f"{endpoint}_reason"]
        ]
        tied = len(np.unique(months)) < len(months)
        by = "recount" if tied else "lifelines"
        for code, cause in enumerate(causes, 1):
            rows = mine[mine["cause"] == cause]
            found = rows["time"].to_numpy(), rows["incidence"].to_numpy()
            for time in plan["endpoints"][endpoint]["landmarks_months"]:
                if patients.empty or time > months.max():
                    continue
                recount = recount_incidence if tied else estimate_incidence_again
                second = read_at(*recount(months, np.array(status), code), time, 0.0)
                what = f"incidence of {cause} at {time:g} months"
                yield (
                    f"{name}: {group}",
                    what,
                    read_at(*found, time, 0.0),
                    "statsmodels",
                    second,
                    by,
                )
