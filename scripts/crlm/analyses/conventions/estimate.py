"""The main estimates beside those that other conventions give in the same patients.

What this report prints is read from its tables; only the other value is computed here.
"""

import warnings

import numpy as np
import pandas as pd

from crlm.plan.models import UNIVARIABLE, choose_specs
from crlm.survival.cox import build_terms, list_fits, select_analysed
from crlm.survival.cox_estimate import build_problem, list_comparable
from crlm.survival.cox_maximum import PRECISE
from crlm.survival.hazards import transform_times
from crlm.survival.kaplan_meier import TOLERANCE, Z, select_patients
from crlm.survival.partial_likelihood import build_risk_sets, maximise

COLUMNS = ["endpoint", "quantity", "time", "model", "variable", "level", "convention", "printed"]
COLUMNS += ["estimate", "lower", "upper", "p_value"]


def compare_conventions(cohort, plan, results):
    """One row per endpoint, quantity and convention; the columns are COLUMNS.

    results: as `storage.read_results` gives them. `printed` marks the convention of this report. Of everybody: survival at the
    last landmark that follow-up reaches, with limits of three kinds, patients at risk then, and the median; of every model the
    first covariate with limits: its hazard ratio by two treatments of ties, and two tests of proportional hazards. An endpoint
    without patients has no row, and a model that cannot be estimated none.
    """
    rows = []
    for name in plan["endpoints"]:
        if f"{name}_entry" in cohort:
            continue
        tables = results["endpoints"][name]
        for compare in (compare_curve, compare_models):
            found = compare(cohort, name, plan, tables)
            rows += [{"endpoint": name, **row} for row in found]
    return pd.DataFrame(rows, columns=COLUMNS)


def compare_curve(cohort, endpoint, plan, tables):
    """Rows of survival, patients at risk and median of all patients, as dicts."""
    patients = select_patients(cohort, endpoint)
    if patients.empty:
        return
    months = patients[f"{endpoint}_months"].to_numpy(float)
    event = patients[f"{endpoint}_event"].to_numpy() == 1
    landmarks = tables["landmarks"]
    landmarks = landmarks[(landmarks["grouping"] == "overall") & landmarks["survival"].notna()]
    if len(landmarks):
        row = landmarks.iloc[-1]
        limits = {"log_log": (row["lower"], row["upper"])}
        limits |= estimate_limits(months, event, row["time"])
        for convention, (lower, upper) in limits.items():
            yield {
                "quantity": "survival",
                "time": row["time"],
                "convention": convention,
                "printed": convention == "log_log",
                "estimate": row["survival"],
                "lower": lower,
                "upper": upper,
            }
        after = row["at_risk"] - (event & (months == row["time"])).sum()
        for convention, number in (("before", row["at_risk"]), ("after", after)):
            yield {
                "quantity": "at_risk",
                "time": row["time"],
                "convention": convention,
                "printed": convention == "before",
                "estimate": number,
            }
    summary = tables["summary"]
    first = summary.loc[summary["grouping"] == "overall", "median"].iloc[0]
    for convention, median in (("first", first), ("middle", find_middle(months, event))):
        yield {
            "quantity": "median",
            "convention": convention,
            "printed": convention == "first",
            "estimate": median,
        }


def estimate_curve(months, event):
    """statsmodels' times of death, survival and its standard error (Greenwood), each (times,)."""
    from statsmodels.duration.survfunc import SurvfuncRight

    if not event.any():
        return np.zeros(0), np.zeros(0), np.zeros(0)
    with np.errstate(divide="ignore", invalid="ignore"):  # the error where everybody dies is 0 / 0
        curve = SurvfuncRight(months, event.astype(float))
    return curve.surv_times, curve.surv_prob, curve.surv_prob_se


def estimate_limits(months, event, time):
    """95% limits of survival at a time on the log and the plain scale, cut at 0 and 1 as R does: {kind: (lower, upper)}.

    Missing where survival is 0 or 1, as the log-log limits of this report are.
    """
    times, survival, error = estimate_curve(months, event)
    place = np.searchsorted(times, time, side="right") - 1
    if place < 0 or not TOLERANCE < survival[place] < 1:
        return dict.fromkeys(("log", "plain"), (np.nan, np.nan))
    s, width = survival[place], Z * error[place]
    return {
        "log": (s * np.exp(-width / s), min(s * np.exp(width / s), 1.0)),
        "plain": (max(s - width, 0.0), min(s + width, 1.0)),
    }


def find_middle(months, event):
    """The median as R prints it: the middle of the interval over which survival is one half, if it later falls."""
    times, survival, _ = estimate_curve(months, event)
    below = np.flatnonzero(survival <= 0.5 + TOLERANCE)
    if not len(below):
        return np.nan
    first = below[0]
    later = np.flatnonzero(survival < survival[first] - TOLERANCE)
    flat = abs(survival[first] - 0.5) < TOLERANCE and len(later)
    return (times[first] + times[later[0]]) / 2 if flat else times[first]


def compare_models(cohort, endpoint, plan, tables):
    """Rows of the first covariate of every model of several, or else of the first fit of one, as dicts.

    Robust limits and penalised fits have no counterpart here, infinite ratios none anywhere: such models have no row.
    """
    fits = list(list_fits(plan["models"]))
    several = [each for each in fits if each[0] != UNIVARIABLE]
    rows = [_compare_model(cohort, endpoint, plan, tables, *each) for each in several]
    if not any(rows):
        rows = [_compare_model(cohort, endpoint, plan, tables, *each) for each in fits[:1]]
    return [row for found in rows for row in found]


def _compare_model(cohort, endpoint, plan, tables, name, names, options):
    printed, tests = (tables[key] for key in ("cox", "ph"))
    printed = printed[(printed["model"] == name) & printed["variable"].isin(names)]
    splines = plan["models"][name].get("splines") or {}
    printed = printed[~printed["variable"].isin(splines)]
    printed = printed[printed["lower"].notna() & (printed["method"] == "efron")]
    if printed.empty or options["cluster"]:
        return []
    line = printed.iloc[0]
    chosen = choose_specs(plan["models"][name], names, plan["variables"])
    patients, _ = select_analysed(cohort, endpoint, chosen, **options)
    terms = build_terms(patients, endpoint, chosen)
    problem = build_problem(terms, patients, endpoint, options["strata"])
    labels, kept = list_comparable(problem)
    x = problem.x[:, kept]
    if not maximise(build_risk_sets(problem.months, problem.event, labels), x)[-1]:
        return []
    owners = [(problem.owners[column][0].name, problem.owners[column][1]) for column in kept]
    level = line["level"] if isinstance(line["level"], str) else None
    place = owners.index((line["variable"], level))
    ratio = estimate_breslow(problem.months, problem.event, x, labels)[:, place]
    ratio = np.exp(ratio / problem.scale[kept][place])
    test = tests[(tests["model"] == name) & (tests["term"] == line["variable"])].iloc[0]
    old = test_columns(problem.months, problem.event, x, labels)[:, place]
    about = {"model": name, "variable": line["variable"], "level": level}
    ties = {"quantity": "hazard_ratio", **about}
    limits = ("estimate", "lower", "upper")
    own = dict(zip(limits, line[["hazard_ratio", "lower", "upper"]], strict=True))
    hazards = {"quantity": "proportional_hazards", **about}
    score = {"estimate": test["statistic"], "p_value": test["p_value"]}
    scaled = dict(zip(("estimate", "p_value"), old, strict=True))
    return [
        {**ties, "convention": "efron", "printed": True, **own},
        {
            **ties,
            "convention": "breslow",
            "printed": False,
            **dict(zip(limits, ratio, strict=True)),
        },
        {**hazards, "convention": "score_test", "printed": True, **score},
        {**hazards, "convention": "scaled_residuals", "printed": False, **scaled},
    ]


def estimate_breslow(months, event, x, strata):
    """statsmodels' coefficients with Breslow's treatment of ties and their 95% limits, (3, p)."""
    from statsmodels.duration.hazard_regression import PHReg

    fit = PHReg(months, x, status=event, strata=strata, ties="breslow").fit(disp=0)
    return np.vstack([fit.params, fit.params - Z * fit.bse, fit.params + Z * fit.bse])


def test_columns(months, event, x, strata):
    """Statistic and p of the test of each column that R's `cox.zph` made before survival 3.0, (2, p), by lifelines."""
    from lifelines import CoxPHFitter
    from lifelines.statistics import proportional_hazard_test

    def transform(durations, events, _):
        # lifelines' own km is that at a time, R's that just before it
        found = transform_times(durations.to_numpy(), events.to_numpy(float))
        return pd.Series(found, durations.index)

    frame = pd.DataFrame(x, columns=[f"x{column}" for column in range(x.shape[1])])
    frame = frame.assign(months=months, event=event, stratum=strata)
    with warnings.catch_warnings(), np.errstate():
        warnings.simplefilter("ignore")  # that it converges our own Newton's method has shown
        fit = CoxPHFitter().fit(frame, "months", "event", strata=["stratum"], fit_options=PRECISE)
        found = proportional_hazard_test(fit, frame, time_transform=transform)
    return np.vstack([found.test_statistic, found.p_value])
