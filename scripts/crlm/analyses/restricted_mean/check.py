"""Second computation of restricted means."""

from crlm.survival.kaplan_meier import iterate_groups
from crlm.survival.second import integrate_again


def check_results(cohort, plan, results):
    """Area under the curve of every group until every horizon, by our own sum, again under scikit-survival's curve."""
    for endpoint in plan["endpoints"]:
        table = results["endpoints"][endpoint]["restricted_mean"]
        table = table[table["rmst"].notna()]
        groupings = plan["restricted_mean"]["groupings"]
        for name, group, patients in iterate_groups(cohort, endpoint, groupings):
            months, event = (
                patients[f"{endpoint}_{part}"].to_numpy(float) for part in ("months", "event")
            )
            mine = table[(table["grouping"] == name) & (table["group"] == group)]
            for row in mine.itertuples():
                what = f"restricted mean within {row.horizon:g} months"
                second = integrate_again(months, event, row.horizon)
                yield endpoint, f"{name}: {group}", what, row.rmst, "own", second, "scikit-survival"
