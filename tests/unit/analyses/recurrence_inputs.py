"""Made-up cohorts and settings for the tests of recurrence."""

import numpy as np
import pandas as pd
from crlm.analyses.recurrence.plan import LABELS, NOT_KNOWN, ROLES, UNKNOWN

LONG = "A group whose label has sixty characters, so that it must wrap"
SPEC = {
    "label": "Time without the tumour",
    "abbreviation": "TWT",
    "time_label": "Months since the day",
}
OUTPUT = {
    "limit_months": None,
    "few_at_risk": "grey",
    "confidence_band": True,
    "risk_table": ["at_risk"],
    "formats": ["svg"],
}


def make_settings(groups=("low", "high"), **more):
    """The resolved settings of one endpoint `alpha` with site and organs, and a grouping of these groups."""
    roles = {kind: {role.upper(): role for role in ROLES[kind]} for kind in ROLES}
    classifications = {"any": {"label": LABELS["any"], "variable": None, "levels": {}}}
    classifications["any"]["causes"] = {"recurrence": "Recurrence"}
    for kind in ROLES:
        causes = {**ROLES[kind], UNKNOWN: NOT_KNOWN[kind]}
        levels = roles[kind]
        classifications[kind] = {
            "label": LABELS[kind],
            "variable": kind,
            "levels": levels,
            "causes": causes,
        }
    for each in classifications.values():
        each["ended"] = "Death without relapse"
    endpoint = {
        "recurrence": ["relapse"],
        "ended": ["exitus"],
        "classifications": classifications,
        "death": "omega",
        "death_label": "Life",
        "death_months": [12, 36],
        "horizons_months": [12, 36],
    }
    tiers = {
        "label": "Tier",
        "groups": list(groups),
        "group_labels": {
            group: LONG if group == "long" else group.capitalize() for group in groups
        },
        "reference": groups[0],
        "published": [],
    }
    everybody = {
        "label": "All patients",
        "groups": ["all"],
        "group_labels": {"all": "All patients"},
    }
    everybody |= {"reference": "all", "published": []}
    return {
        "endpoints": {"alpha": endpoint},
        "groupings": {"overall": everybody, "tiers": tiers},
        "timing_months": [6, 12, 24],
        "windows_months": [12, 24],
        "windows_note": "what they mean",
        "landmark_months": 12,
        "bandwidth_months": 6,
        **more,
    }


def make_cohort(rows):
    """A cohort of (months, reason, site, organs, months of omega, died, tier) per patient."""
    names = [
        "alpha_months",
        "alpha_reason",
        "site",
        "organs",
        "omega_months",
        "omega_event",
        "grouping_tiers",
    ]
    table = pd.DataFrame(rows, columns=names)
    table["alpha_event"] = table["alpha_reason"].isin(["relapse", "exitus"]).astype(float)
    numbers = ["alpha_months", "omega_months", "omega_event"]
    return table.astype(dict.fromkeys(numbers, float)).assign(
        grouping_overall="all", omega_reason="x"
    )


def draw_cohort(patients, groups, seed=1):
    """Patients with exponential times; a tenth of the sites is not known."""
    random = np.random.default_rng(seed)
    relapse, exitus = random.exponential(25, patients), random.exponential(60, patients)
    lost = random.uniform(6, 90, patients)
    months = np.minimum(np.minimum(relapse, exitus), lost)
    reason = np.select([months == relapse, months == exitus], ["relapse", "exitus"], "last_visit")
    known = (reason == "relapse") & (random.random(patients) < 0.9)
    site = np.where(
        known, random.choice(["LIVER_ONLY", "EXTRAHEPATIC_ONLY", "BOTH"], patients), None
    )
    organs = np.where(known, random.choice(["ONE", "SEVERAL"], patients), None)
    later = np.where(reason == "relapse", months + random.exponential(20, patients), months)
    died = np.where(reason == "last_visit", 0, np.where(reason == "exitus", 1, later < lost))
    tiers = random.choice(list(groups), patients)
    return make_cohort(list(zip(months, reason, site, organs, later, died, tiers, strict=True)))
