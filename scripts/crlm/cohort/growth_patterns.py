"""Histopathological growth patterns: from a patient's shares to groups, beside those that were recorded."""

import numpy as np
import pandas as pd

from crlm.cohort.conditions import bounds
from crlm.cohort.findings import build_finding, condense_findings
from crlm.plan.phrases import plural

FILLED = "pattern_filled"


def classify_patterns(cohort, rules):
    """Return one categorical column per rule, missing where the shares do not decide the group.

    The first level whose condition holds is the patient's; a level without a condition takes the rest. A rule that the plan marks
    ``recorded`` is a column of the cohort already, with its gaps filled by `fill_recorded`.
    """
    return pd.DataFrame(
        {
            name: pd.Categorical(cohort[name].astype(object), list(rule["levels"]))
            if rule.get("recorded")
            else _classify(cohort, rule["levels"])
            for name, rule in rules.items()
        },
        index=cohort.index,
    )


def fill_recorded(cohort, rules):
    """Return the cohort with the gaps of recorded groups filled where the shares decide, and what was found.

    rules: growth-pattern rules of the plan; of those marked ``recorded`` the column holds the groups of the pathologist. A recorded
    group counts; one that the shares contradict is a warning of its row. The note on the gaps (rule `FILLED`) has their
    number as its value.
    """
    findings = []
    for name, rule in rules.items():
        if not (rule.get("recorded") and rule["computable"]):
            continue
        recorded = cohort[name].astype(object)
        computed = pd.Series(_classify(cohort, rule["levels"]), cohort.index).astype(object)
        findings += _tell_differing(cohort, name, rule, recorded, computed)
        filled = recorded.isna() & computed.notna()
        if filled.any():
            message = f"{rule['label']}: {plural(int(filled.sum()), 'patient')} without a recorded group; the shares decide it."
            count = str(int(filled.sum()))
            findings.append(
                build_finding("note", FILLED, message, "Nothing to do.", column=name, value=count)
            )
        whole = pd.Categorical(recorded.where(~filled, computed), list(rule["levels"]))
        cohort = cohort.assign(**{name: whole})
    return cohort, findings


def _tell_differing(cohort, name, rule, recorded, computed):
    """Warnings on recorded groups that the shares contradict."""
    labels = {level: spec["label"] for level, spec in rule["levels"].items()}
    both = recorded.notna() & computed.notna()
    found = [
        build_finding(
            "warning",
            "pattern_contradiction",
            f"{rule['label']} is recorded as {labels[recorded[row]]}, but the shares make it {labels[computed[row]]}.",
            "Correct one of them; the recorded group is used.",
            row=row,
            patient=cohort["patient_id"][row],
            column=name,
            value=recorded[row],
        )
        for row in cohort.index[both & (recorded != computed)]
    ]
    return condense_findings(found, int(both.sum()))


def _classify(cohort, levels):
    group = np.full(len(cohort), None, dtype=object)
    is_open = np.ones(len(cohort), dtype=bool)
    for name, level in sorted(levels.items(), key=lambda item: "sum" not in item[1]):
        holds, fails = _assess_sum(cohort, level)
        group[is_open & holds] = name
        is_open &= (
            fails  # a patient whom this level neither takes nor refuses stays without a group
        )
    return pd.Categorical(group, categories=list(levels))


def _assess_sum(cohort, level):
    if "sum" not in level:
        everyone = np.ones(len(cohort), dtype=bool)
        return everyone, ~everyone
    pairs = [bounds(cohort, share) for share in level["sum"]]
    # A missing share lies between 0 and 100, and so does every sum of shares of one interface.
    lower = sum(np.maximum(low, 0) for low, _ in pairs)
    upper = np.minimum(sum(np.minimum(high, 100) for _, high in pairs), 100)
    upper = np.maximum(upper, lower)
    holds, fails = {
        ">=": (lower >= level["value"], upper < level["value"]),
        ">": (lower > level["value"], upper <= level["value"]),
        "<=": (upper <= level["value"], lower > level["value"]),
        "<": (upper < level["value"], lower >= level["value"]),
    }[level["operator"]]
    return holds, fails
