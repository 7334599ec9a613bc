"""Histopathological growth patterns: from blocks to a patient's shares, and from shares to groups."""

import numpy as np
import pandas as pd

from crlm.cohort.conditions import bounds


def classify_patterns(cohort, rules):
    """Return one categorical column per rule, missing where the shares do not decide the group.

    The first level whose condition holds is the patient's; a level without a condition takes the rest.
    """
    return pd.DataFrame(
        {name: _classify(cohort, rule["levels"]) for name, rule in rules.items()},
        index=cohort.index,
    )


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
