"""Second computation of the panel's first markers."""

import numpy as np

from crlm.analyses.panel.estimate import scale
from crlm.survival.kaplan_meier import select_patients
from crlm.survival.second import LIFELINES, OWN, fit_again


def check_results(cohort, plan, results):
    """Hazard ratio of the marker with the smallest q of each model, by our own Newton, again by lifelines.

    Of one marker, since lifelines takes half a minute for a panel of 200.
    """
    panel, variables = plan["panel"], plan["variables"]
    landmark = panel.get("landmark_months")
    for endpoint in panel["endpoints"]:
        table = results["endpoints"][endpoint]["panel"]
        patients = select_patients(cohort, endpoint, landmark, delayed=True)
        for model, rows in table[table["q_value"].notna()].groupby("model", sort=False):
            name = rows.loc[rows["q_value"].idxmin(), "variable"]
            spec = scale(patients[name], variables[name], panel["per"])
            names = panel["adjust"] if model == "adjusted" else []
            chosen = {each: variables[each] for each in names} | {name: spec}
            found = fit_again(cohort, endpoint, chosen, True, landmark)
            if found is None:
                continue
            for row in rows[(rows["variable"] == name) & rows["hazard_ratio"].notna()].itertuples():
                level = row.level if isinstance(row.level, str) else ""
                second = found.get((name, level), np.nan)
                where = f"panel, {model}: {name} {level}".strip()
                yield endpoint, where, "hazard ratio", row.hazard_ratio, OWN, second, LIFELINES
