"""Who is left out and why: one code excludes and counts."""

import pandas as pd

from crlm.cohort.conditions import assess

COLUMNS = ["step", "label", "endpoint", "excluded", "remaining"]


def exclude_patients(cohort, exclusions):
    """Return the cohort without the excluded patients, and the steps (step, label, endpoint, excluded, remaining).

    A test excludes only those for whom it is known to hold; a missing value excludes nobody.
    """
    steps = [("file", "Rows in the export", "", 0, len(cohort))]
    for name, rule in exclusions.items():
        if "patients" in rule:
            out = cohort["patient_id"].isin(rule["patients"])
        else:
            out = assess(cohort, rule["variable"], rule["operator"], rule["value"]).fillna(False)
        out = out.to_numpy(bool)
        cohort = cohort[~out]
        steps.append((name, rule["label"], "", int(out.sum()), len(cohort)))
    steps.append(("analysed", "Patients analysed", "", 0, len(cohort)))
    return cohort, pd.DataFrame(steps, columns=COLUMNS)


def tell_nobody(steps):
    """What to say when the steps of `exclude_patients` leave nobody, else None."""
    if steps["remaining"].iloc[-1]:
        return None
    took = steps[steps["excluded"] > 0]
    by = [
        f"{row.label} (cohort.exclusions.{row.step}) took {row.excluded} of {row.excluded + row.remaining}"
        for row in took.itertuples()
    ]
    return f"Nobody is left to be analysed: {'; '.join(by)}. Correct these exclusions in config/config.yaml."


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
