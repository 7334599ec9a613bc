"""Second computation of restricted means."""

from crlm.survival.kaplan_meier import iterate_groups
from crlm.survival.second import compare_means_again, integrate_again, list_means_again


def check_results(cohort, plan, results):
    """Mean of every group until every horizon with its differences, by our own sums, again under scikit-survival's curve."""
    for endpoint in plan["endpoints"]:
        table = results["endpoints"][endpoint]["restricted_mean"]
        table = table[table["rmst"].notna()]
        groupings = plan["restricted_mean"]["groupings"]
        found = {}
        for name, group, patients in iterate_groups(cohort, endpoint, groupings):
            months, event = (
                patients[f"{endpoint}_{part}"].to_numpy(float) for part in ("months", "event")
            )
            mine = table[(table["grouping"] == name) & (table["group"] == group)]
            for horizon in mine["horizon"]:
                found[name, group, horizon] = integrate_again(months, event, horizon)
        for row in table.itertuples():
            reference = found.get((row.grouping, row.reference, row.horizon))
            again = compare_means_again(
                found[row.grouping, row.group, row.horizon],
                None if row.group == row.reference else reference,
            )
            for each in list_means_again(row, again):
                yield endpoint, f"{row.grouping}: {row.group}", *each
