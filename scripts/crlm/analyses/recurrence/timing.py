"""When recurrence comes: classes of timing, and its rate in the early and in the late window."""

from itertools import pairwise

import numpy as np
import pandas as pd
import scipy  # which imports scipy.stats, a second, when it is asked for

from crlm.analyses.recurrence.patients import RECURRED, split_groups
from crlm.survival.kaplan_meier import TOLERANCE
from crlm.survival.tests import NOTHING, test_log_rank

TIMING = [
    "grouping",
    "group",
    "level",
    "from",
    "to",
    "patients",
    "observed",
    "events",
    "share",
    "note",
]
WINDOWS = [
    *("grouping", "group", "level", "from", "to", "patients", "events", "person_years"),
    *("rate", "lower", "upper", "note"),
]
TESTS = [
    "analysis",
    "grouping",
    "level",
    "test",
    "statistic",
    "df",
    "p_value",
    "patients",
    "events",
    "note",
]
YEAR = 12  # months


def name_classes(bounds):
    """{name: (after, up to)} of the classes of timing, the last without an end."""
    edges = [0, *bounds, np.inf]
    pairs = pairwise(edges)
    return {
        f"{low:g}_to_{high:g}" if np.isfinite(high) else f"from_{low:g}": (low, high)
        for low, high in pairs
    }


def is_between(months, low, high):
    """Whether a time lies after `low` and not after `high`, but for rounding."""
    return (months - low > TOLERANCE) & (months - high <= TOLERANCE)


def count_timing(patients, groupings, bounds):
    """Recurrences by class of timing: (one row per grouping, group and class with TIMING, tests of the groupings with TESTS).

    patients: as `read_patients` returns them. events: recurrences in the class, observed: all of the group, share: the one of
    the other. The test (Pearson's chi-squared, Fisher's exact test for two by two with an expected count below 5) compares
    timing between groups among those who recurred.
    """
    rows, tests = [], []
    classes = name_classes(bounds)
    for name, _, groups in split_groups(patients, groupings):
        counts = []
        for group, members in groups.items():
            months = members.loc[members["status"] == RECURRED, "months"].to_numpy()
            found = [int(is_between(months, *ends).sum()) for ends in classes.values()]
            counts.append(found)
            for (level, (low, high)), events in zip(classes.items(), found, strict=True):
                row = {"grouping": name, "group": group, "level": level, "from": low}
                row |= {"to": high if np.isfinite(high) else np.nan, "patients": len(members)}
                row |= {"observed": len(months), "events": events}
                row |= {"share": events / len(months)} if len(months) else {"note": "no recurrence"}
                rows.append(row)
        if len(groups) > 1:
            row = {"analysis": "timing", "grouping": name, **test_table(np.array(counts))}
            members = sum(map(len, groups.values()))
            tests.append(row | {"patients": members, "events": int(np.sum(counts))})
    return pd.DataFrame(rows, columns=TIMING), pd.DataFrame(tests, columns=TESTS)


def test_table(counts):
    """Test of independence of a table of counts, empty rows and columns left out, as a dict with test, statistic, df, p_value."""
    counts = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    if min(counts.shape) < 2:
        return {"note": "recurrences of one group or class only"}
    expected = scipy.stats.contingency.expected_freq(counts)
    if counts.shape == (2, 2) and expected.min() < 5:
        return {"test": "Fisher", "p_value": scipy.stats.fisher_exact(counts).pvalue}
    found = scipy.stats.chi2_contingency(counts, correction=False)
    row = {"test": "Chi-squared", "statistic": found.statistic, "df": found.dof}
    row |= {"p_value": found.pvalue}
    return row | ({"note": "expected counts below 5"} if expected.min() < 5 else {})


def compare_windows(patients, groupings, bounds):
    """Rate of recurrence in the window up to the first bound and in that after the second: (rows with WINDOWS, tests with TESTS).

    patients: still at risk when the window begins; events per 100 person-years in it with exact Poisson limits; without
    recurrence the time ends with death. Test: log-rank between the groups within the window.
    """
    rows, tests = [], []
    windows = {"early": (0, bounds[0]), "late": (bounds[1], np.inf)}
    for name, spec, groups in split_groups(patients, groupings):
        for level, (low, high) in windows.items():
            inside = {group: _cut(members, low, high) for group, members in groups.items()}
            for group, (months, event) in inside.items():
                row = {"grouping": name, "group": group, "level": level, "from": low}
                row |= {"to": high if np.isfinite(high) else np.nan, "patients": len(months)}
                rows.append(row | estimate_rate(int(event.sum()), months.sum() / YEAR))
            if len(groups) > 1:
                months, event = (
                    np.concatenate(each) for each in zip(*inside.values(), strict=True)
                )
                owner = np.repeat(list(inside), [len(each) for each, _ in inside.values()])
                present = [group for group in spec["groups"] if len(inside[group][0])]
                found = test_log_rank(months, event, owner, present) if present else NOTHING
                row = {"analysis": "window", "grouping": name, "level": level, "test": "Log-rank"}
                row |= dict(zip(("statistic", "df", "p_value"), found, strict=True))
                row |= {"patients": len(months), "events": int(event.sum())}
                row |= {"note": "nothing to compare"} if np.isnan(found[2]) else {}
                tests.append(row)
    return pd.DataFrame(rows, columns=WINDOWS), pd.DataFrame(tests, columns=TESTS)


def _cut(members, low, high):
    """Months in the window and whether recurrence came in it, of those at risk after its beginning."""
    months = members["months"].to_numpy()
    at_risk = months - low > TOLERANCE
    event = (members["status"] == RECURRED).to_numpy() & is_between(months, low, high)
    return np.minimum(months, high)[at_risk] - low, event[at_risk]


def estimate_rate(events, years):
    """Events per 100 person-years with exact 95% Poisson limits, as a dict."""
    row = {"events": events, "person_years": years}
    if not years > 0:
        return row | {"note": "nobody at risk"}
    lower = scipy.stats.chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    upper = scipy.stats.chi2.ppf(0.975, 2 * events + 2) / 2
    rates = dict(zip(("rate", "lower", "upper"), (events, lower, upper), strict=True))
    return row | {key: 100 * value / years for key, value in rates.items()}
