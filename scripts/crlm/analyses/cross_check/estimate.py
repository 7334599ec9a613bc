"""The headline numbers beside those of a second implementation."""

import numpy as np
import pandas as pd

from crlm.analyses.cross_check.answers import LARGEST
from crlm.analyses.cross_check.concordance import check_performance
from crlm.analyses.cross_check.cox import check_cox, check_ratios
from crlm.analyses.cross_check.curves import check_curves, check_incidence
from crlm.analyses.cross_check.log_rank import check_tests

COLUMNS = ["endpoint", "where", "what", "value", "by", "second_value", "second_by"]
COLUMNS += ["difference", "note"]

# Each takes cohort, endpoint name, plan and the endpoint's result tables, and yields rows
# (where, what, value, by, second_value, second_by); a value is read from a table, not made again.
CHECKS = (check_curves, check_tests, check_incidence, check_cox, check_ratios, check_performance)


def check_results(cohort, plan, results, analyses=()):
    """Every headline number with its second computation; the columns are COLUMNS.

    results: as `storage.read_results` gives them; analyses: the `check_results` of others, each of which takes cohort, plan and
    results and yields (endpoint or None, *row). The difference is relative to the larger of the
    two; a note says where it exceeds `LARGEST` or only one of the two could be computed. A number
    that neither could compute (a median that is not reached) has no row.
    """
    rows = []
    for name in plan["endpoints"]:
        if f"{name}_entry" in cohort:  # neither implementation beside ours counts delayed entry
            continue
        for check in CHECKS:
            found = check(cohort, name, plan, results["endpoints"][name])
            rows += [(name, *row) for row in found]
    for check in analyses:
        rows += check(cohort, plan, results)
    table = pd.DataFrame(rows, columns=COLUMNS[:-2]).astype({"value": float, "second_value": float})
    table = table[table[["value", "second_value"]].notna().any(axis=1)].reset_index(drop=True)
    difference = compare(table["value"].to_numpy(), table["second_value"].to_numpy())
    alone = np.isnan(difference)
    note = np.where(difference > LARGEST, f"differs by more than {LARGEST:g}", None)
    note = np.where(alone, "only one of the two could be computed", note)
    return table.assign(difference=difference, note=note)


def compare(first, second):
    """Relative difference, (n,); missing where one of the two is."""
    larger = np.maximum(np.abs(first), np.abs(second))
    return np.where(first == second, 0.0, np.abs(first - second) / np.where(larger > 0, larger, 1))
