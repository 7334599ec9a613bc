"""Second computations of what follows a recurrence."""

import numpy as np

from crlm.analyses.repeat_resection.estimate import (
    AFTER,
    LANDMARK,
    NO,
    REASON,
    STATE,
    TREATED,
    TREATMENT,
    YES,
    list_frames,
    select_recurred,
)
from crlm.survival.kaplan_meier import select_patients
from crlm.survival.second import (
    LIFELINES,
    OWN,
    compare_again,
    estimate_again,
    fit_again,
    read_at,
)


def check_results(cohort, plan, results):
    """Limits of the shares by scipy, hazard ratios by our own likelihood, curves and log-rank test by scikit-survival."""
    settings = plan["repeat_resection"]
    endpoint = settings["endpoint"]
    recurred = select_recurred(cohort, settings, plan["endpoints"][endpoint])
    followed = recurred[recurred[REASON].isna()]
    frames = list_frames(followed, settings["landmark_months"])
    found = [
        *check_shares(results["repeat_resection_shares"]),
        *check_ratios(results["repeat_resection_hazard_ratios"], frames, settings),
        *check_landmark(results, frames[LANDMARK], settings["landmark_months"]),
    ]
    for row in found:
        yield endpoint, *row


def check_shares(shares):
    """Wilson's limits, by statsmodels, again by scipy."""
    from scipy.stats import binomtest

    for row in shares[shares["share"].notna()].itertuples():
        limits = binomtest(int(row.treated), int(row.patients)).proportion_ci(method="wilson")
        for end, value, second in zip(
            ("lower", "upper"), (row.lower, row.upper), limits, strict=True
        ):
            what = f"{end} limit of the share treated"
            yield f"{row.grouping}: {row.group}", what, value, "statsmodels", second, "scipy"


def check_ratios(ratios, frames, settings):
    """Hazard ratio of the treated in each analysis, crude and adjusted."""
    mine = ratios[(ratios["level"] == YES) & ratios["hazard_ratio"].notna()]
    for row in mine.itertuples():
        variables = {STATE: TREATED, **(settings["adjust"] if row.model == "adjusted" else {})}
        landmark = settings["landmark_months"] if row.analysis == LANDMARK else None
        found = fit_again(frames[row.analysis], AFTER, variables, landmark_months=landmark)
        if not found:
            continue
        where = f"treated, {row.analysis}, {row.model}"
        yield where, "hazard ratio", row.hazard_ratio, LIFELINES, found[STATE, YES], OWN


def check_landmark(results, frame, landmark):
    """Survival after the landmark, and the test, by lifelines, again by scikit-survival."""
    patients = select_patients(frame, AFTER, landmark)
    months, event = (patients[f"{AFTER}_{part}"].to_numpy(float) for part in ("months", "event"))
    state = patients[STATE].to_numpy()
    survival = results["repeat_resection_survival"]
    for row in survival[survival["survival"].notna()].itertuples():
        mine = state == row.group
        times, curves = estimate_again(months[mine], event[mine] == 1)
        second = read_at(times, curves[0], row.time, 1.0)
        where, what = f"treated at the landmark: {row.group}", f"survival at {row.time:g} months"
        yield where, what, row.survival, LIFELINES, second, "scikit-survival"
    tests = results["repeat_resection_tests"]
    tests = tests[(tests["grouping"] == TREATMENT) & (tests["test"] == "log-rank")]
    for p in tests["p_value"].dropna():
        place = np.array([NO, YES]).searchsorted(state.astype(str))
        second = compare_again(months, event == 1, place)
        yield "treated at the landmark", "p (log-rank)", p, LIFELINES, second, "scikit-survival"
