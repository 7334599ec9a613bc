"""Who is left out and why: one code excludes and counts."""

import pandas as pd

from crlm.cohort.conditions import assess

COLUMNS = ["step", "label", "endpoint", "excluded", "remaining"]


def exclude_patients(cohort, exclusions):
    """Return the cohort without the excluded patients, and the steps (step, label, endpoint, excluded, remaining).

    A test excludes only those for whom it is known to hold; a missing value excludes nobody. Patients who withdrew their consent
    are not in the cohort; how many they were stands in `cohort.attrs["withdrawn"]` ({exclusion: patients}).
    """
    withdrawn = cohort.attrs.get("withdrawn", {})
    remaining = len(cohort) + sum(withdrawn.values())
    steps = [("file", "Rows in the export", "", 0, remaining)]
    for name, rule in exclusions.items():
        if "patients" in rule:
            out = cohort["patient_id"].isin(rule["patients"])
        else:
            out = assess(cohort, rule["variable"], rule["operator"], rule["value"]).fillna(False)
        out = out.to_numpy(bool)
        cohort = cohort[~out]
        excluded = int(out.sum()) + withdrawn.get(name, 0)
        remaining -= excluded
        steps.append((name, rule["label"], "", excluded, remaining))
    steps.append(("analysed", "Patients analysed", "", 0, len(cohort)))
    return cohort, pd.DataFrame(steps, columns=COLUMNS)


def count_endpoints(cohort, endpoints):
    """Return the steps from the analysed patients to each endpoint, one per reason for being left out."""
    steps = []
    for name, endpoint in endpoints.items():
        remaining = len(cohort)
        out = cohort.loc[cohort[f"{name}_event"].isna(), f"{name}_reason"]
        for reason, count in out.value_counts(sort=False).items():
            remaining -= count
            steps.append(
                (
                    f"{name}_left_out",
                    reason.removeprefix("excluded: ").capitalize(),
                    name,
                    count,
                    remaining,
                )
            )
        steps.append((name, endpoint["label"], name, 0, remaining))
    return pd.DataFrame(steps, columns=COLUMNS)
