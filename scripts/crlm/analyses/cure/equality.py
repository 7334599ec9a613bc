"""Is the cured share the same in all groups? A likelihood-ratio test between mixture cure models."""

import pandas as pd
from scipy.special import chdtrc

from crlm.analyses.cure.likelihood import maximise
from crlm.survival.kaplan_meier import iterate_groups

TESTS = ["endpoint", "grouping", "groups", "patients", "events"]
TESTS += ["cured", "statistic", "df", "p_value", "note"]
NOBODY = 1e-6  # a share below it is 0


def compare_shares(cohort, settings, cured):
    """One row per endpoint and grouping of several groups, with the columns of TESTS.

    settings: the plan's; cured: the rows of `estimate.estimate_cure`, whose groups with a share are compared. Each group has times
    of its own under either hypothesis; cured: the share if it is one for all. Missing numbers have their reason in `note`.
    """
    known = cured[cured["cured"].notna()].set_index(["endpoint", "grouping", "group"]).index
    rows = []
    for endpoint in settings["endpoints"]:
        for name, spec in settings["groupings"].items():
            if len(spec["groups"]) < 2:
                continue
            parts = [
                [patients[f"{endpoint}_{part}"].to_numpy(float) for part in ("months", "event")]
                for _, group, patients in iterate_groups(cohort, endpoint, {name: spec})
                if (endpoint, name, group) in known
            ]
            row = {"endpoint": endpoint, "grouping": name, "groups": len(parts)}
            row |= {"patients": sum(len(months) for months, _ in parts)}
            row |= {"events": int(sum(event.sum() for _, event in parts))}
            rows.append(row | _compare(parts, settings["distribution"]))
    return pd.DataFrame(rows, columns=TESTS)


def _compare(parts, distribution):
    if len(parts) < 2:
        return {"note": "fewer than two groups have a cured share"}
    alone = [maximise([each], distribution) for each in parts]
    together, share = maximise(parts, distribution)
    statistic = 2 * (sum(height for height, _ in alone) - together)
    if not statistic > -1e-6:
        return {"note": "the models did not converge"}
    df, statistic = len(parts) - 1, max(float(statistic), 0.0)
    row = {"statistic": statistic, "df": df, "p_value": float(chdtrc(df, statistic))}
    notes = []
    if share < NOBODY:
        share, notes = 0.0, ["the likelihood of one share is highest when nobody is cured"]
    elif min(each for _, each in alone) < NOBODY:
        notes = ["in a group nobody is found cured: the p-value is a rough guide"]
    return row | {"cured": share, "note": "; ".join(notes) or None}
