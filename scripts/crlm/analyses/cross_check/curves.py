"""Second computations of survival and cumulative incidence."""

import warnings

import numpy as np

from crlm.survival.kaplan_meier import TOLERANCE, iterate_groups

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
        for what, status in [("median", event), ("follow_up", ~event)]:
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


def estimate_again(months, event):
    """scikit-survival's times and survival, lower, upper (3, times); limits missing at 0 and 1."""
    # Here and below, because the report reads a constant of this analysis and computes nothing
    from sksurv.nonparametric import kaplan_meier_estimator

    times, survival, limits = kaplan_meier_estimator(event, months, conf_type="log-log")
    inside = (survival > 0) & (survival < 1)
    return times, np.vstack([survival, np.where(inside, limits, np.nan)])


def find_half(times, curve):
    """First time a curve is at or below one half, the convention of `kaplan_meier.find_median`."""
    below = curve <= 0.5 + TOLERANCE
    return times[np.argmax(below)] if below.any() else np.nan


def read_at(times, curve, time, before):
    place = np.searchsorted(times, time, side="right") - 1
    return curve[place] if place >= 0 else before


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


def estimate_incidence_again(months, status, code):
    """lifelines' times and incidence of one cause; it wants untied times."""
    from lifelines import AalenJohansenFitter

    with np.errstate(), warnings.catch_warnings():
        warnings.simplefilter("error")
        fitter = AalenJohansenFitter(calculate_variance=False).fit(months, status, code)
    found = fitter.cumulative_density_
    return found.index.to_numpy(), found.iloc[:, 0].to_numpy()


def recount_incidence(months, status, code):
    """Times and incidence of one cause: the survivors of all causes, share by share."""
    times, places, counts = np.unique(months, return_inverse=True, return_counts=True)
    at_risk = counts[::-1].cumsum()[::-1]
    own, every = (np.bincount(places, status == code), np.bincount(places, status > 0))
    alive, total, found = 1.0, 0.0, []
    for risk, of_cause, of_all in zip(at_risk, own, every, strict=True):
        total += alive * of_cause / risk
        alive *= 1 - of_all / risk
        found.append(total)
    return times, np.array(found)
