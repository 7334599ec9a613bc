"""The analysis cohort: patients with their scores, growth patterns and groupings; and how it is written and read."""

import pandas as pd

from crlm.cohort.groupings import assign_groups
from crlm.scores.engine import spread_scores


def build_cohort(patients, scores, growth_patterns, plan):
    """Return the patients with a column per score, score group, growth-pattern rule and grouping."""
    beside = spread_scores(scores, plan["scores"], patients["patient_id"]).reset_index(drop=True)
    patterns = (
        growth_patterns.set_index("patient_id")
        .reindex(patients["patient_id"])
        .reset_index(drop=True)
    )
    for name, rule in plan["growth_patterns"].items():
        patterns[name] = pd.Categorical(patterns[name], categories=list(rule["levels"]))
    others = patients.drop(columns=[name for name in patterns if name in patients])  # as recorded
    cohort = pd.concat([others.reset_index(drop=True), beside, patterns], axis=1)
    return pd.concat([cohort, assign_groups(cohort, plan["groupings"])], axis=1)
