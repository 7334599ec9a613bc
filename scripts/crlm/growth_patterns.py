"""Histopathological growth patterns: from blocks to a patient's shares, and from shares to groups."""

import numpy as np
import pandas as pd

from crlm.conditions import bounds
from crlm.findings import build_finding, condense_findings

TOLERANCE = 1  # percentage points by which the shares of one interface may miss 100


def average_blocks(blocks, patterns):
    """Return each patient's mean share (%) per pattern: mean over blocks, then over lesions [@Ho19].

    `blocks` has patient_id, lesion and the columns named in `patterns`. A block without any share was not assessable and is left
    out. A share that is missing in a block that has others leaves the patient's mean of that pattern missing: leaving the block
    out could make a patient purely desmoplastic whose other growth was seen. Columns ``hgp_lesions`` and ``hgp_blocks`` count
    what was assessed; the index is patient_id.
    """
    assessed = blocks.dropna(subset=patterns, how="all")
    lesions = assessed.groupby(["patient_id", "lesion"], sort=False)
    shares = lesions[patterns].mean().groupby("patient_id", sort=False).mean()
    gaps = assessed[patterns].isna().groupby(assessed["patient_id"], sort=False).any()
    shares = shares.mask(gaps.reindex(shares.index))
    shares["hgp_lesions"] = lesions.size().groupby("patient_id", sort=False).size()
    shares["hgp_blocks"] = lesions.size().groupby("patient_id", sort=False).sum()
    return shares


def check_shares(table, patterns, labels):
    """Return findings for shares that do not add up to 100 (+/- 1), with the row and the patient.

    One pattern alone need not be 100. A row with some shares missing is an error when the known ones already exceed 100,
    otherwise a warning.
    """
    findings = []
    if len(patterns) < 2:
        return findings
    shares = table[patterns]
    total = shares.sum(axis=1)
    complete = shares.notna().all(axis=1)
    partial = shares.notna().any(axis=1) & ~complete
    names = ", ".join(labels)
    # Within the tolerance, 100 beside 1 would be purely desmoplastic although other growth was seen.
    beside = shares.eq(100).any(axis=1) & (total > 100)
    for row in table.index[complete & ((total - 100).abs() > TOLERANCE) | beside & complete]:
        hint = (
            " They look like fractions: write `unit: fraction`."
            if abs(total[row] - 1) < 0.02
            else ""
        )
        findings.append(
            build_finding(
                "error",
                "shares_not_100",
                f"the growth-pattern shares add up to {total[row]:g}, not 100.",
                f"Correct the percentages; map every pattern that was scored.{hint}",
                row=row,
                patient=table["patient_id"][row],
                column=names,
                value=" + ".join(f"{value:g}" for value in shares.loc[row]),
            )
        )
    for row in table.index[partial]:
        above = total[row] > 100 + TOLERANCE
        findings.append(
            build_finding(
                "error" if above else "warning",
                "shares_incomplete",
                "only some of the growth-pattern shares are filled in.",
                "Enter 0 for a pattern that was looked for and not seen; leave all blank when not assessable.",
                row=row,
                patient=table["patient_id"][row],
                column=names,
                value=" + ".join(f"{value:g}" for value in shares.loc[row].dropna()),
            )
        )
    return condense_findings(findings, int(shares.notna().any(axis=1).sum()))


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
    if level["operator"] == ">=":
        return lower >= level["value"], upper < level["value"]
    return lower > level["value"], upper <= level["value"]
