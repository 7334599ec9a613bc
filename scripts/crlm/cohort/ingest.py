"""From the cells of an export to a checked cohort with its endpoints, and everything that was found on the way."""

import numpy as np
import pandas as pd

from crlm.cohort.attrition import exclude_patients
from crlm.cohort.blocks import average_blocks, check_shares
from crlm.cohort.chronology import check_chronology
from crlm.cohort.consistency import check_consistency
from crlm.cohort.conversion import convert_table
from crlm.cohort.derivation import derive_variables
from crlm.cohort.endpoints import derive_endpoints
from crlm.cohort.findings import build_finding, condense_findings, tabulate_findings
from crlm.cohort.plausibility import check_cuts, check_follow_up, check_thresholds
from crlm.cohort.validation import check_cohort, check_events

CONSEQUENCES = ("missing_time", "missing_status", "negative_time", "event_without_time")


def ingest_cohort(raw, blocks, plan, findings=()):
    """Return the cohort (one row per patient, typed and derived, with endpoints), the typed blocks and the table of findings.

    Parameters
    ----------
    raw : table of cells, index = line in the file; `blocks` likewise or None
    plan : dict with columns, blocks, variables, derivations, endpoints and cohort
    findings : what reading the files has found
    """
    findings = list(findings)
    if raw.empty:
        return _empty_cohort(plan), pd.DataFrame(), tabulate_findings(findings)
    cohort, found = convert_table(raw, plan["columns"], plan["cohort"])
    findings += found
    lost = {
        item["column"] for item in findings if item["row"] is None and item["severity"] == "error"
    }
    findings += [
        item
        for item in check_cohort(cohort, plan["columns"], plan["cohort"])
        if item["rule"] != "empty_column" or item["column"] not in lost
    ]
    shares = [name for name, spec in plan["columns"].items() if spec.get("pattern")]
    if shares:
        labels = [plan["columns"][name]["column"] for name in shares]
        findings += check_shares(cohort, shares, labels)
    typed = pd.DataFrame()
    if plan["blocks"]:
        cohort, typed, found = _add_blocks(cohort, blocks, plan["blocks"])
        findings += found
    findings += check_consistency(
        cohort, plan["columns"], plan["consistency"], plan["endpoints"], plan["cohort"]
    )
    cohort, found = derive_variables(cohort, plan["derivations"], plan["variables"])
    findings += found
    cohort, found = derive_endpoints(cohort, plan["endpoints"], plan["cohort"])
    found += check_chronology(cohort, plan["columns"], plan["endpoints"])
    found += check_follow_up(cohort, plan["endpoints"])
    found += check_cuts(cohort, plan["groupings"], plan["variables"])
    found += check_thresholds(cohort, plan["scores"], plan["columns"])
    found = _without_consequences(_in_file_words(found, plan["columns"]), findings)
    findings += condense_findings(found, len(cohort))
    findings = _in_file_words(findings, plan["columns"])
    exclusions = plan["cohort"]["exclusions"]
    findings += _check_excluded(cohort, exclusions)
    findings = _pardon_excluded(findings, cohort, exclusions, plan["columns"])
    if not any(item["severity"] == "error" for item in findings):
        found = check_events(cohort, plan["endpoints"], plan["variables"])
        findings += _in_file_words(found, plan["columns"])
    return cohort.reset_index(drop=True), typed, tabulate_findings(findings)


def convert_blocks(blocks, spec):
    """Return the typed table of blocks (patient_id, lesion, block and the share of each pattern in per cent) and the findings."""
    shares = {name: each for name, each in spec["columns"].items() if each.get("pattern")}
    table, findings = convert_table(blocks, shares, spec)
    for name, each in spec["columns"].items():
        if name not in shares and each["column"] in blocks:
            cells = blocks[each["column"]]
            table[name] = cells.map(lambda cell: "" if cell is None else str(cell))
    return table, findings


def _add_blocks(cohort, blocks, spec):
    """The cohort with the patient's mean share of each pattern from the table of blocks, this as typed, and the findings."""
    patterns = [name for name in spec["columns"] if spec["columns"][name].get("pattern")]
    if blocks is None or blocks.empty:
        return cohort.assign(**dict.fromkeys(patterns, np.nan)), pd.DataFrame(), []
    keys = {
        name: {**_TEXT, "column": entry["column"], "label": name}
        for name, entry in spec["columns"].items()
        if name in ("lesion", "block")
    }
    missing = [
        e["column"]
        for e in [*keys.values(), spec["columns"]["patient_id"]]
        if e["column"] not in blocks
    ]
    columns = {name: spec["columns"][name] for name in patterns}
    table, findings = convert_blocks(blocks, spec)
    findings += [
        build_finding(
            "error",
            "missing_column",
            f"the table of blocks has no column '{column}'.",
            "Correct it under growth_patterns.blocks.columns.",
            column=column,
        )
        for column in missing
    ]
    if missing:
        return cohort.assign(**dict.fromkeys(patterns, np.nan)), table, findings
    ids = table["patient_id"]
    findings += [
        build_finding(
            "error",
            "missing_identifier",
            f"the row has no {name.replace('_id', '')}.",
            "Enter it or delete the row.",
            row=row,
            column=entry["column"],
        )
        for name, entry in {"patient_id": spec["columns"]["patient_id"], **keys}.items()
        for row in blocks.index[blocks[entry["column"]].isna()]
    ]
    for item in findings:
        item["patient_id"] = "" if item["row"] is None else ids.get(item["row"], "")
    findings += check_cohort(table, columns, {})
    labels = [spec["columns"][name]["column"] for name in patterns]
    findings += check_shares(table, patterns, labels)
    findings = [
        item for item in findings if item["rule"] not in ("duplicate_patient", "constant_covariate")
    ]
    strangers = sorted(set(ids) - set(cohort["patient_id"]) - {""})
    for patient in strangers:
        findings.append(
            build_finding(
                "warning",
                "unknown_patient",
                "the table of blocks has a patient who is not in the cohort.",
                "Check the identifier; the blocks are not used.",
                row=ids.index[ids == patient][0],
                patient=patient,
                column=spec["columns"]["patient_id"]["column"],
                value=patient,
            )
        )
    if "block" in keys:
        again = table[["patient_id", "lesion", "block"]].duplicated()
        findings += [
            build_finding(
                "error",
                "duplicate_block",
                "the block stands in the table more than once.",
                "Keep one row per block.",
                row=row,
                patient=table["patient_id"][row],
                column=keys["block"]["column"],
                value=table["block"][row],
            )
            for row in table.index[again]
        ]
    for item in findings:
        item["message"] = f"Table of blocks: {item['message']}"
    shares = average_blocks(table, patterns).reindex(cohort["patient_id"])
    shares.index = cohort.index
    cohort = cohort.drop(columns=[name for name in shares if name in cohort])
    return pd.concat([cohort, shares], axis=1), table, findings


_TEXT = {"missing": [], "values": {}}


def _in_file_words(findings, columns):
    """Name the columns of the file instead of the variables of the plan."""
    words = {name: spec["column"] for name, spec in columns.items()}
    for item in findings:
        item["column"] = ", ".join(words.get(name, name) for name in item["column"].split(", "))
    return findings


def _without_consequences(found, earlier):
    """Leave out a missing or negative time whose cause, an unreadable cell or column, is reported already."""
    causes = {(item["column"], item["row"]) for item in earlier if item["severity"] == "error"}

    def is_consequence(item):
        return item["rule"] in CONSEQUENCES and any(
            (column, row) in causes
            for column in item["column"].split(", ")
            for row in (item["row"], None)
        )

    return [item for item in found if not is_consequence(item)]


def _check_excluded(cohort, exclusions):
    """A patient who is to be left out and is not there was probably mistyped, and would be analysed."""
    known = set(cohort["patient_id"])
    return [
        build_finding(
            "error",
            "unknown_patient",
            f"the plan leaves out patient '{patient}' ({rule['label']}), who is not in the export.",
            f"Correct the identifier under cohort.exclusions.{name}, or take it out.",
            value=patient,
        )
        for name, rule in exclusions.items()
        for patient in rule.get("patients", [])
        if patient not in known
    ]


def _pardon_excluded(findings, cohort, exclusions, columns):
    """Errors of single patients whom the plan leaves out become warnings, unless the error decides who is left out."""
    exclusions = {
        name: rule
        for name, rule in exclusions.items()
        if "patients" in rule or rule["variable"] in columns
    }
    kept, _ = exclude_patients(cohort, exclusions)
    out = set(cohort["patient_id"]) - set(kept["patient_id"]) - {""}
    tested = {
        columns[rule["variable"]]["column"] for rule in exclusions.values() if "variable" in rule
    }
    return [
        {
            **item,
            "severity": "warning",
            "message": f"{item['message']} The plan leaves the patient out.",
        }
        if item["severity"] == "error"
        and item["patient_id"] in out
        and not tested & set(item["column"].split(", "))
        else item
        for item in findings
    ]


def _empty_cohort(plan):
    names = ["patient_id", *plan["variables"]]
    names += [
        f"{name}_{part}" for name in plan["endpoints"] for part in ("months", "event", "reason")
    ]
    return pd.DataFrame(columns=names)
