"""Growth patterns of blocks: a patient's shares from them, and what does not add up."""

import numpy as np
import pandas as pd

from crlm.cohort.conditions import assess
from crlm.cohort.findings import build_finding, condense_findings
from crlm.plan.phrases import plural

EXACT = 1e-6  # percentage points, for sums of decimals
TOLERANCE = 1  # percentage points by which the shares of one interface may miss 100


def average_blocks(blocks, patterns):
    """Return each patient's mean share (%) per pattern: mean over blocks, then over lesions [@Ho19].

    `blocks` has patient_id, lesion and the columns named in `patterns`. A block without any share was not assessable and is left
    out. A share that is missing in a block that has others leaves the patient's mean of that pattern missing: leaving the block
    out could make a patient purely desmoplastic whose other growth was seen. Columns ``hgp_lesions`` and ``hgp_blocks`` count
    what was assessed; the index is patient_id. Means are rounded to ten decimals, so that equal ones are one number and half of
    the interface lies at a cut of 50 and not above it.
    """
    assessed = blocks.dropna(subset=patterns, how="all")
    lesions = assessed.groupby(["patient_id", "lesion"], sort=False)
    shares = lesions[patterns].mean().groupby("patient_id", sort=False).mean().round(10)
    gaps = assessed[patterns].isna().groupby(assessed["patient_id"], sort=False).any()
    shares = shares.mask(gaps.reindex(shares.index))
    shares["hgp_lesions"] = lesions.size().groupby("patient_id", sort=False).size()
    shares["hgp_blocks"] = lesions.size().groupby("patient_id", sort=False).sum()
    return shares


def share_of(table, variable, level):
    """Return the share (%) of a pattern where the whole interface has one label: 100, 0, or missing where the label may be it."""
    answer = assess(table, variable, "==", level)
    share = np.where(answer.fillna(False).to_numpy(bool), 100.0, 0.0)
    return pd.Series(np.where(answer.isna().to_numpy(bool), np.nan, share), table.index)


def drop_empty_blocks(cells, table, patterns, keys):
    """Return the cells and the typed table without the rows that are no slide of a metastasis, and notes on what was dropped.

    cells: the table of blocks as it was read; keys: {lesion, block: column}. A row without lesion and without any share
    shows no metastasis, and is dropped; one of a lesion without any share had no interface to assess, and stays uncounted.
    """
    unseen = table[patterns].isna().all(axis=1)
    nowhere = unseen & cells[keys["lesion"]].isna()
    told = {
        "no_lesion": (nowhere, "rows with neither a lesion nor a growth pattern are left out"),
        "no_interface": (
            unseen & ~nowhere,
            "rows with a lesion but no growth pattern, in which no interface was assessed, are not counted",
        ),
    }
    notes = [
        build_finding(
            "note",
            rule,
            f"{words}: {int(rows.sum())} of {len(table)} rows (first in row {table.index[rows][0]}).",
            "Nothing to do, unless a pattern was seen that is missing here.",
            column=keys["lesion"],
        )
        for rule, (rows, words) in told.items()
        if rows.any()
    ]
    return cells[~nowhere], table[~nowhere], notes


def complete_shares(table, patterns, labels):
    """Return the typed table with 0 for every empty share beside shares (%) that add up to 100, and a note that says so.

    Nothing of the interface is left for it; beside any other sum an empty share stays unknown.
    """
    shares = table[patterns]
    whole = (shares.sum(axis=1) - 100).abs() < EXACT
    gaps = shares.isna().any(axis=1) & whole
    if not gaps.any():
        return table, []
    filled = shares.mask(shares.isna().mul(whole, axis=0), 0)
    note = build_finding(
        "note",
        "shares_completed",
        f"in {plural(int(gaps.sum()), 'row')} the growth-pattern shares add up to 100 and others are empty: these are read as 0.",
        "Nothing to do.",
        column=", ".join(labels),
    )
    return table.assign(**{name: filled[name] for name in patterns}), [note]


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
