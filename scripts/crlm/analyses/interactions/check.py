"""Second computation of interactions."""

import numpy as np

from crlm.analyses.interactions.estimate import describe_effects
from crlm.survival.cox_design import select_complete
from crlm.survival.interaction import compare_products
from crlm.survival.kaplan_meier import select_patients
from crlm.survival.second import LIFELINES, OWN


def check_results(cohort, plan, results):
    """Hazard ratios within levels, and their ratios, by our own likelihood; the smallest p by lifelines' maxima."""
    variables = plan["variables"]
    for endpoint in plan["endpoints"]:
        table = results["endpoints"][endpoint]["interactions"]
        for name, item in plan["interactions"].items():
            patients = select_patients(cohort, endpoint, item.get("landmark_months"), delayed=True)
            smallest = table.loc[table["analysis"] == name, "interaction_p_value"].min()
            for other in item["by"]:
                mine = table[(table["analysis"] == name) & (table["within"] == other)]
                names = dict.fromkeys([item["variable"], other, *item["adjust"]])
                specs = {each: variables[each] for each in names}
                complete = patients[select_complete(patients, specs)]
                where = f"{name} by {other}"
                for row in compare_again(mine, complete, endpoint, specs):
                    yield endpoint, where, *row
                if (mine["interaction_p_value"] == smallest).any():
                    again = compare_products(complete, endpoint, specs, by_lifelines=True)
                    yield endpoint, where, "p (interaction)", smallest, OWN, again[2], LIFELINES


def compare_again(mine, complete, endpoint, specs):
    """Rows of one interaction; mine: those of interactions/{endpoint}.csv."""
    if not mine["hazard_ratio"].notna().any():
        return
    found = {
        (row["group"], row["level"]): row
        for row in describe_effects(complete, endpoint, specs, by_lifelines=False)
    }
    for row in mine.itertuples():
        level = row.level if isinstance(row.level, str) else None
        again = found.get((row.group, level), {})
        for what in ("hazard_ratio", "ratio"):
            if not np.isnan(value := getattr(row, what)):
                words = {"hazard_ratio": "hazard ratio", "ratio": "ratio of hazard ratios"}[what]
                second = again.get(what, np.nan)
                yield f"{words}, {row.group}", value, LIFELINES, second, OWN
