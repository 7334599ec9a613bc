"""The cohort beside what was published for each stratum of a score: survival, medians, observed and expected events."""

import numpy as np
import pandas as pd
from scipy.special import chdtri

from crlm.scores.published_strata import (
    LEAST,
    ZERO,
    find_members,
    is_same_endpoint,
    list_strata,
    log_survival,
    state_mismatch,
    survive,
)
from crlm.survival.kaplan_meier import (
    concatenate,
    estimate_curve,
    select_patients,
    summarise_curve,
    survival_at,
)

STRATUM = ["score", "source", "kind", "stratum", "stratum_label", "published_endpoint"]
STRATUM += ["same_endpoint"]
POINTS = [*STRATUM, "time", "published", "published_patients", "evidence", "patients", "at_risk"]
POINTS += ["survival", "lower", "upper", "difference", "note"]
EXPECTED = [*STRATUM, "basis", "until", "patients", "observed", "expected", "ratio", "lower"]
EXPECTED += ["upper", "published_patients", "published_median", "median", "median_lower"]
EXPECTED += ["median_upper", "evidence", "note"]
CURVES = ["score", "kind", "stratum", "stratum_label", "curve", "evidence", "time", "survival"]
CURVES += ["lower", "upper", "at_risk", "events", "censored"]
# Where the strata of a score were published in several ways, what its totals are called
TOTALS = {
    "value": "All strata, by points",
    "group": "All strata, by groups",
    "band": "All strata, by ranges of points",
}


def compare_published(cohort, endpoint_name, endpoint, scores, derived=None):
    """Compare the cohort with the published strata of every computable score.

    cohort: one row per patient; endpoint: its spec in the plan; scores: the plan's scores; derived: the entries of
    published_curves.yaml by score. Only patients whose value (or group) is known enter. Returns a dict of three tables:
    `points`, one row per stratum and published time, survival 0-1 with log-log limits; `expected`, one row per stratum and
    one per series (kind `overall`) with observed and expected events up to `until` months, their ratio with exact Poisson
    limits, and medians; `curves`, what a figure draws: Kaplan-Meier (`here`) and `derived` curves.
    """
    patients = select_patients(cohort, endpoint_name)
    tables = {"points": [], "expected": [], "curves": []}
    for name, score in scores.items():
        if score["status"] == "computable":
            strata = list_strata(name, score, (derived or {}).get(name))
            strata = _prefer_endpoint(strata, endpoint)
            found = [
                _compare_stratum(patients, name, endpoint_name, endpoint, stratum)
                for stratum in strata
            ]
            for part in ("points", "curves"):
                tables[part] += [row for each in found for row in each[part]]
            tables["expected"] += _add_totals([each["expected"] for each in found], endpoint)
    curves = concatenate([pd.DataFrame(columns=CURVES), *_once(tables["curves"])])
    return {
        "points": pd.DataFrame(tables["points"], columns=POINTS),
        "expected": pd.DataFrame(tables["expected"], columns=EXPECTED),
        "curves": curves.reindex(columns=CURVES),
    }


def _prefer_endpoint(strata, endpoint):
    """The strata published for the plan's endpoint; all of them if there are none."""
    same = [stratum for stratum in strata if is_same_endpoint(stratum["endpoint"], endpoint)]
    return same or strata


def _compare_stratum(patients, name, endpoint_name, endpoint, stratum):
    """Rows of the three tables for one stratum."""
    mine = patients[find_members(patients, stratum)]
    months, event = (
        mine[f"{endpoint_name}_{part}"].to_numpy(float) for part in ("months", "event")
    )
    values = mine[name].to_numpy(float)
    common = {key: stratum[key] for key in ("score", "source", "kind", "stratum", "stratum_label")}
    common["published_endpoint"] = stratum["endpoint"]
    common["same_endpoint"] = is_same_endpoint(stratum["endpoint"], endpoint)
    notes = state_mismatch(stratum["endpoint"], endpoint)
    if len(mine) < LEAST:
        notes.append(f"fewer than {LEAST} patients" if len(mine) else "no patients")
    points = stratum["points"]
    if stratum["kind"] == "band" and len(mine):
        until = stratum["derived"]["until"]
        mean = survive(stratum["derived"], values, [until]).mean(axis=0)[0]
        points = [(float(until), mean, stratum["evidence"])]
    number = {"published_patients": stratum["patients"], "patients": len(mine)}
    here = survival_at(months, event, [point[0] for point in points])
    rows = [
        {
            **common,
            **number,
            "time": time,
            "published": share,
            "evidence": evidence,
            **{key: row[key] for key in ("at_risk", "survival", "lower", "upper")},
            "difference": row["survival"] - share,
            "note": "; ".join(notes),
        }
        for (time, share, evidence), row in zip(points, here.to_dict("records"), strict=True)
    ]
    counts, remark = count_expected(months, event, values, stratum)
    medians = summarise_curve(months, event)
    expected = {
        **common,
        **number,
        **counts,
        "published_median": stratum["median_months"],
        **{key: medians[key] for key in ("median", "median_lower", "median_upper")},
        "evidence": "; ".join(sorted({stratum["evidence"], *(point[2] for point in points)})),
        "note": "; ".join([*notes, *remark]),
    }
    return {
        "points": rows,
        "expected": expected,
        "curves": _list_curves(months, event, values, stratum),
    }


def count_expected(months, event, values, stratum):
    """Observed and expected events up to the last published time, as a dict, with remarks.

    Basis: the derived curve for a band; the published points joined piecewise exponentially; the published median alone.
    ASSUME: the hazard is constant between two published times. A published survival of 0 would ask for an infinite hazard,
    so the count ends at the last point above it.
    """
    points = [(time, share) for time, share, _ in stratum["points"] if share > 0]
    remarks = []
    if stratum["kind"] == "band":
        basis, until = "derived curve", float(stratum["derived"]["until"])
        times = np.minimum(months, until)
        hazard = -log_survival(stratum["derived"], values, times)
    else:
        basis = "survival"
        if len(points) < len(stratum["points"]):
            remarks.append(ZERO)
        if not stratum["points"] and stratum["median_months"]:
            basis, points = "median", [(float(stratum["median_months"]), 0.5)]
        until = points[-1][0] if points else np.nan
        hazard = accumulate_hazard(points, np.minimum(months, until)) if points else np.nan
    observed = float((event[months <= until] == 1).sum()) if until > 0 else np.nan
    expected = float(np.sum(hazard)) if until > 0 else np.nan
    counts = {"basis": basis, "until": until, "observed": observed, "expected": expected}
    limits = zip(("ratio", "lower", "upper"), rate(observed, expected), strict=True)
    return {**counts, **dict(limits)}, remarks


def accumulate_hazard(points, months):
    """Cumulative hazard of a curve that is exponential between its points [(months, survival > 0)], from 1 at time 0."""
    times, shares = np.array([(0.0, 1.0), *points]).T
    return np.interp(months, times, -np.log(shares))


def rate(observed, expected):
    """Observed / expected with exact Poisson 95% limits (Garwood); missing when nothing is expected."""
    if not expected > 0:
        return np.nan, np.nan, np.nan
    # chdtri takes the upper tail: quantiles of chi-square with 2 O and 2 (O + 1) degrees of freedom
    low = chdtri(2 * observed, 0.975) / 2 if observed else 0.0
    return observed / expected, low / expected, chdtri(2 * observed + 2, 0.025) / 2 / expected


def _add_totals(rows, endpoint):
    """The strata of each series followed by their sum; a series is one source, endpoint and kind of stratum."""
    series = {}
    for row in rows:
        key = (row["source"], row["published_endpoint"], row["kind"], row["basis"])
        series.setdefault(key, []).append(row)
    result, several = [], sum(len(strata) > 1 for strata in series.values()) > 1
    for strata in series.values():
        result += strata
        counted = [row for row in strata if row["until"] > 0]
        if len(strata) < 2 or not counted:
            continue
        observed, expected = (sum(row[key] for row in counted) for key in ("observed", "expected"))
        notes = state_mismatch(strata[0]["published_endpoint"], endpoint)
        left_out = sum(row["patients"] for row in strata) - sum(row["patients"] for row in counted)
        if left_out:
            notes.append(f"{left_out} patients of strata without a finite hazard are left out")
        until = {row["until"] for row in counted}
        result.append(
            {
                **strata[0],
                "kind": "overall",
                "stratum": "overall",
                "stratum_label": TOTALS.get(strata[0]["kind"], "All strata")
                if several
                else "All strata",
                "until": until.pop() if len(until) == 1 else np.nan,
                "patients": sum(row["patients"] for row in counted),
                "observed": observed,
                "expected": expected,
                **dict(zip(("ratio", "lower", "upper"), rate(observed, expected), strict=True)),
                **dict.fromkeys(("published_patients", "published_median"), np.nan),
                **dict.fromkeys(("median", "median_lower", "median_upper"), np.nan),
                "evidence": _join(row["evidence"] for row in counted),
                "note": "; ".join(notes),
            }
        )
    return result


def _join(texts):
    return "; ".join(sorted({part for text in texts for part in text.split("; ")}))


def _list_curves(months, event, values, stratum):
    """The Kaplan-Meier curve of enough patients, and the derived curve (of a band: the mean over its patients)."""
    name = {key: stratum[key] for key in ("score", "kind", "stratum", "stratum_label")}
    if len(months) < LEAST:
        return []
    curves = [estimate_curve(months, event).assign(**name, curve="here")]
    if stratum["derived"]:
        grid = np.arange(0, np.ceil(months.max()) + 1)
        shares = survive(stratum["derived"], values, grid).mean(axis=0)
        derived = pd.DataFrame({"time": grid, "survival": shares}).assign(**name, curve="derived")
        curves.append(derived.assign(evidence=stratum["derived"]["evidence"]))
    return curves


def _once(curves):
    """Curves without those of a stratum that another source published as well."""
    keys = ["score", "kind", "stratum", "curve"]
    found = {}
    for curve in curves:
        found.setdefault(tuple(curve[keys].iloc[0]), curve)
    return found.values()
