"""Who was left out and why, step by step."""

import pandas as pd

COLUMNS = ["step", "label", "endpoint", "excluded", "remaining", "unknown"]


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
    """Return the steps from the analysed patients to each endpoint, one per reason for being left out.

    Columns step, label, endpoint, excluded, remaining and unknown (patients in whom the reason is not known, kept: 0).
    """
    steps = []
    for name, endpoint in endpoints.items():
        remaining = len(cohort)
        out = cohort.loc[cohort[f"{name}_event"].isna(), f"{name}_reason"]
        for reason, count in out.value_counts(sort=False).items():
            remaining -= count
            label = reason.removeprefix("excluded: ").capitalize()
            steps.append((f"{name}_left_out", label, name, count, remaining, 0))
        steps.append((name, endpoint["label"], name, 0, remaining, 0))
    return pd.DataFrame(steps, columns=COLUMNS)
