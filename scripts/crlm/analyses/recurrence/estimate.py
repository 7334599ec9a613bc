"""All tables of the recurrences of one cohort."""

from functools import partial

import numpy as np
import pandas as pd
from scipy import stats

from crlm.analyses.recurrence.after import AFTER, estimate_after
from crlm.analyses.recurrence.incidence import (
    AT,
    GRAY,
    INCIDENCE,
    RATIOS,
    compare_incidence,
    estimate_incidence,
    estimate_ratios,
    iterate_causes,
    read_incidence,
)
from crlm.analyses.recurrence.patients import RECURRED, read_patients, split_groups
from crlm.analyses.recurrence.plan import ENDED, UNKNOWN
from crlm.analyses.recurrence.timing import (
    TESTS,
    TIMING,
    WINDOWS,
    compare_windows,
    count_timing,
)
from crlm.survival.kaplan_meier import Z, concatenate
from crlm.survival.smoothed_hazard import smooth_hazard

ODDS = [
    *("classification", "grouping", "group", "cause", "reference", "patients", "events", "share"),
    *("odds_ratio", "lower", "upper", "p_value", "note"),
]
HAZARD = ["grouping", "group", "time", "hazard", "lower", "upper", "at_risk", "note"]
PARTIAL = "the window of smoothing is not full"
LEAST = 10  # ASSUME as muhaz: the hazard is shown as long as so many are at risk
STEP = 0.5  # months between two points of the smoothed hazard
TABLES = {
    "timing": TIMING,
    "windows": WINDOWS,
    "incidence": INCIDENCE,
    "incidence_at": AT,
    "gray": GRAY,
    "ratios": RATIOS,
    "odds": ODDS,
    "after": AFTER,
    "hazard": HAZARD,
    "tests": TESTS,
}


def describe_recurrence(cohort, settings):
    """The tables of every endpoint of the plan's `recurrence`: {name: table with `endpoint` and the columns of TABLES}."""
    found = {name: [pd.DataFrame(columns=["endpoint", *TABLES[name]])] for name in TABLES}
    for endpoint, spec in settings["endpoints"].items():
        patients = read_patients(cohort, endpoint, spec)
        for name, table in describe_endpoint(patients, spec, settings).items():
            found[name].append(table.assign(endpoint=endpoint)[["endpoint", *TABLES[name]]])
    return {name: concatenate(tables) for name, tables in found.items()}


def describe_endpoint(patients, spec, settings):
    """The tables of one endpoint; patients: as `read_patients` returns them."""
    groupings, bounds = settings["groupings"], settings["timing_months"]
    timing, timing_tests = count_timing(patients, groupings, bounds)
    windows, window_tests = compare_windows(patients, groupings, settings["windows_months"])
    after, after_tests = estimate_after(
        patients, spec, groupings, bounds, settings["landmark_months"]
    )
    incidence = estimate_incidence(patients, spec, groupings)
    read = partial(read_incidence, incidence, patients, spec, groupings)
    return {
        "timing": timing,
        "windows": windows,
        "incidence": incidence,
        "incidence_at": read(spec["horizons_months"]),
        "gray": compare_incidence(patients, spec, groupings),
        "ratios": estimate_ratios(patients, spec, groupings),
        "odds": estimate_odds(patients, spec, groupings),
        "after": after,
        "hazard": estimate_hazards(patients, groupings, settings["bandwidth_months"]),
        "tests": concatenate([timing_tests, window_tests, after_tests]),
    }


def estimate_odds(patients, spec, groupings):
    """Odds of each class among the recurrences of known class, against the reference group: rows with ODDS.

    Woolf's limits of the odds ratio (those of a logistic model), p by Fisher's exact test; patients: recurrences of known class
    in the group, events: of this class.
    """
    rows = []
    for name, causes, grouping, settings, groups in iterate_causes(patients, spec, groupings):
        kinds = [cause for cause in causes if cause not in (ENDED, UNKNOWN)]
        if len(kinds) < 2:
            continue
        counts = {
            group: members.loc[members[f"cause_{name}"].isin(kinds), f"cause_{name}"].value_counts()
            for group, members in groups.items()
        }
        reference = settings["reference"]
        for group in groups:
            for cause in kinds:
                with_it = [int(counts[each].get(cause, 0)) for each in (group, reference)]
                total = [int(counts[each].sum()) for each in (group, reference)]
                row = {"classification": name, "grouping": grouping, "group": group, "cause": cause}
                row |= {"reference": reference, "patients": total[0], "events": with_it[0]}
                row |= {"share": with_it[0] / total[0]} if total[0] else {"note": "no recurrence"}
                if group != reference:
                    row |= _compare_odds(with_it, total)
                rows.append(row)
    return pd.DataFrame(rows, columns=ODDS)


def _compare_odds(with_it, total):
    table = np.array([with_it, np.subtract(total, with_it)], float).T
    if not min(total):
        return {"note": "no recurrence in one of the groups"}
    row = {"p_value": stats.fisher_exact(table.astype(int)).pvalue}
    if not table.min():
        return row | {"note": "a count of 0: no odds ratio"}
    log = np.log(table[0, 0] * table[1, 1] / (table[0, 1] * table[1, 0]))
    error = np.sqrt((1 / table).sum())
    values = np.exp([log, log - Z * error, log + Z * error])
    return row | dict(zip(("odds_ratio", "lower", "upper"), values, strict=True))


def estimate_hazards(patients, groupings, bandwidth):
    """Smoothed cause-specific hazard of recurrence per month, every STEP months, as long as LEAST are at risk: rows with HAZARD.

    Within one bandwidth of that end, where half of the window would lie beyond it, there is a number at risk and no hazard: by
    the boundary kernel it rests on a handful of patients, and soars or falls to 0.
    """
    tables = [pd.DataFrame(columns=HAZARD)]
    for name, _, groups in split_groups(patients, groupings):
        for group, members in groups.items():
            months = members["months"].to_numpy(float)
            event = (members["status"] == RECURRED).to_numpy()
            last = np.sort(months)[-LEAST] if len(months) >= LEAST else 0.0
            if note := find_obstacle(months, event, last, bandwidth):
                table = pd.DataFrame({"note": [note]})
            else:
                at = np.arange(0, last + 1e-9, STEP)
                table = smooth_hazard(months, event, at, bandwidth, last)
                late = at > last - bandwidth + 1e-9
                table.loc[late, ["hazard", "lower", "upper"]] = np.nan
                table["note"] = np.where(late, PARTIAL, None)
            table = table.assign(grouping=name, group=group)
            tables.append(table.reindex(columns=HAZARD))
    return concatenate(tables)


def find_obstacle(months, event, last, bandwidth):
    """Why there is no smoothed hazard, or None."""
    if not event.any():
        return "no recurrence"
    if len(months) < LEAST:
        return f"fewer than {LEAST} patients"
    if last < 2 * bandwidth:
        return f"fewer than {LEAST} patients followed for two bandwidths ({2 * bandwidth:g} months)"
    return None
