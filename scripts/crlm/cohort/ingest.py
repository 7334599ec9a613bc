"""From the cells of an export to a checked cohort with its endpoints, and everything that was found on the way."""

import numpy as np
import pandas as pd

from crlm.cohort.blocks import (
    average_blocks,
    check_shares,
    complete_shares,
    drop_empty_blocks,
    share_of,
)
from crlm.cohort.cells import find_broken_cells
from crlm.cohort.chronology import check_chronology
from crlm.cohort.consistency import check_consistency
from crlm.cohort.conversion import convert_table
from crlm.cohort.derivation import derive_variables
from crlm.cohort.endpoints import derive_endpoints
from crlm.cohort.filled_columns import check_filled
from crlm.cohort.findings import build_finding, condense_findings, tabulate_findings
from crlm.cohort.growth_patterns import fill_recorded
from crlm.cohort.identifiers import check_twins, compare_tables, strip_zeros
from crlm.cohort.lesion_numbers import check_numbers
from crlm.cohort.likely_times import check_follow_up, check_status
from crlm.cohort.plausibility import check_cuts, check_thresholds
from crlm.cohort.recorded_times import check_recorded_times
from crlm.cohort.rows import check_pairs
from crlm.cohort.sources import combine_tables, name_table
from crlm.cohort.validation import check_cohort, check_events

CONSEQUENCES = ("missing_time", "missing_status", "negative_time", "event_without_time")


def ingest_cohort(raw, blocks, plan, findings=(), dictionary=None):
    """Return the cohort (one row per patient, typed and derived, with endpoints), the typed blocks and the table of findings.

    Parameters
    ----------
    raw : table of cells, index = line in the file, or the list of them as in the plan's `sources`; `blocks` likewise or None
    plan : dict with sources, blocks, variables, derivations, endpoints, consistency, groupings, scores and cohort
    findings : what reading the files and leaving patients out (`exclusions.leave_out`) have found
    dictionary : cells of the data dictionary of REDCap, or None
    """
    findings = list(findings)
    tables = [raw] if isinstance(raw, pd.DataFrame) else raw
    # no columns: a file that could not be read; no rows: everybody in it is left out
    if any(not len(table.columns) for table in tables) or all(table.empty for table in tables):
        return _empty_cohort(plan), pd.DataFrame(), tabulate_findings(findings)
    cohort, typed, found, (columns, parts, origins) = type_cohort(tables, blocks, plan, dictionary)
    told = {_identity(item) for item in found}
    findings = [item for item in findings if _identity(item) not in told] + found

    def named(items):
        return in_file_words(items, columns, parts)

    cohort, found = derive_endpoints(cohort, plan["endpoints"], plan["cohort"])
    found = named(found)
    found += named(check_chronology(cohort, columns, plan["endpoints"]))
    found += named(check_follow_up(cohort, plan["endpoints"]))
    found += named(check_status(cohort, plan["endpoints"]))
    found += check_filled(cohort, columns)
    found += check_recorded_times(cohort, columns, plan["endpoints"])
    found += named(check_cuts(cohort, plan["groupings"], plan["variables"]))
    found += check_thresholds(cohort, plan["scores"], columns)
    found = _where_it_stood(found, origins)
    found = _without_consequences(found, findings)
    findings += condense_findings(found, len(cohort))
    if not any(item["severity"] == "error" for item in findings):
        findings += named(check_events(cohort, plan["endpoints"], plan["variables"]))
    return cohort.reset_index(drop=True), typed, tabulate_findings(findings)


def type_cohort(tables, blocks, plan, dictionary=None):
    """Return the cohort typed, checked and derived, the typed blocks, the findings, and how it was read.

    How it was read: the columns, parts and origins of `sources.Combined`.
    """
    cohort, columns, parts, origins, findings = combine_tables(tables, plan["sources"], dictionary)
    findings += check_pairs(cohort, columns, origins, plan["endpoints"]) if origins else []
    lost = {
        column
        for item in findings
        if item["row"] is None and item["severity"] == "error"
        for column in item["column"].split(", ")
    }
    findings += [
        item
        for item in _check_tables(cohort, columns, parts, origins, plan["cohort"])
        if item["rule"] != "empty_column" or item["column"] not in lost
    ]
    known = ("duplicate_patient", "similar_identifier")
    twins = {item["row"] for item in findings if item["rule"] in known}
    found = check_twins(cohort, columns)
    findings += [item for item in found if item["row"] not in twins]
    shares = [name for name, spec in columns.items() if spec.get("pattern")]
    if shares:
        labels = [columns[name]["column"] for name in shares]
        cohort, notes = complete_shares(cohort, shares, labels)
        findings += [*notes, *check_shares(cohort, shares, labels)]
    typed = pd.DataFrame()
    if plan["blocks"]:
        cohort, typed, found = _add_blocks(cohort, blocks, plan["blocks"])
        findings += found
    findings += check_consistency(
        cohort, columns, plan["consistency"], plan["endpoints"], plan["cohort"]
    )
    cohort, found = derive_variables(cohort, plan["derivations"], plan["variables"])
    cohort, filled = fill_recorded(cohort, plan["growth_patterns"])
    findings += in_file_words([*found, *filled], columns, parts)
    return cohort, typed, findings, (columns, parts, origins)


def convert_blocks(blocks, spec):
    """Return the typed table of blocks (patient_id, lesion, block and the share of each pattern in per cent) and the findings."""
    shares = {name: each for name, each in spec["columns"].items() if each.get("pattern")}
    if spec.get("label"):
        label = {"label": spec["label"]}
        table, findings = convert_table(blocks, label, spec, "growth_patterns: blocks")
        made = {name: share_of(table, "label", each["level"]) for name, each in shares.items()}
        table = table[["patient_id"]].assign(**made)
    else:
        table, findings = convert_table(blocks, shares, spec, "growth_patterns: blocks")
    for name, each in spec["columns"].items():
        if name not in shares and list(blocks.columns).count(each["column"]) == 1:
            cells = blocks[each["column"]]
            if name != "patient_id":
                findings += find_broken_cells(cells, each["column"])
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
    needed = [e["column"] for e in [*keys.values(), spec["columns"]["patient_id"]]]
    missing = [column for column in needed if column not in blocks]
    twice = [column for column in needed if list(blocks.columns).count(column) > 1]
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
    findings += [
        build_finding(
            "error",
            "duplicate_column",
            f"the table of blocks has the column '{column}' more than once.",
            "Rename one of them.",
            column=column,
        )
        for column in twice
    ]
    if missing or twice:
        return cohort.assign(**dict.fromkeys(patterns, np.nan)), table, findings
    columns_of = {name: entry["column"] for name, entry in keys.items()}
    blocks, table, notes = drop_empty_blocks(blocks, table, patterns, columns_of)
    findings += notes
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
    if not spec.get("label"):
        table, notes = complete_shares(table, patterns, labels)
        findings += [*notes, *check_shares(table, patterns, labels)]
    findings = [
        item for item in findings if item["rule"] not in ("duplicate_patient", "constant_covariate")
    ]
    column = spec["columns"]["patient_id"]["column"]
    known = [*cohort["patient_id"], *spec.get("left_out", [])]
    findings += condense_findings(compare_tables(ids, known, column), ids.nunique())
    findings += [*_check_spelling(table, keys), *check_numbers(table, keys)]
    if "block" in keys:
        named = ["patient_id", "lesion", "block"]
        again = table[named].duplicated()
        places = table[named].assign(row=table.index).groupby(named, dropna=False)["row"]
        first = places.transform("first")
        findings += [
            build_finding(
                "error",
                "duplicate_block",
                f"the block stands in the table more than once, first in row {first[row]}.",
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


def _check_spelling(table, keys):
    """Errors for lesions, or blocks of a lesion, of one patient that are spelled in two ways: they would count twice."""
    findings, within = [], ["patient_id"]
    for name, entry in keys.items():
        plain = table[name].map(strip_zeros)
        groups = [table[each] for each in within] + [plain]
        first = table[name].groupby(groups, sort=False).transform("first")
        found = [
            build_finding(
                "error",
                "similar_identifier",
                f"the {name} '{table[name][row]}' is '{first[row]}' in another row of the patient: are these one?",
                "Write it in one way in all rows.",
                row=row,
                patient=table["patient_id"][row],
                column=entry["column"],
                value=table[name][row],
            )
            for row in table.index[(first != table[name]) & (table[name] != "")]
        ]
        findings += condense_findings(found, len(table))
        within.append(name)
    return findings


_TEXT = {"missing": [], "values": {}}


def _identity(item):
    return item["severity"], item["rule"], item["column"], item["row"], item["patient_id"]


def _check_tables(cohort, columns, parts, origins, settings):
    """Findings on recorded values: of several tables each by itself, with its own rows, and what only all together show."""
    if not parts:
        return _where_it_stood(check_cohort(cohort, columns, settings), origins)
    findings, told = [], set()
    for rows, every, name, moved in parts:
        own = {key: spec for key, spec in every.items() if spec.get("fixed", "") is not None}
        words = {spec["column"]: columns[name]["column"] for name, spec in own.items()}
        found = _where_it_stood(check_cohort(rows, own, settings), moved)
        for item in name_table(found, name):
            if item["rule"] not in ("constant_covariate", "duplicate_patient"):
                findings.append(item)
                told.add(
                    (item["rule"], item["patient_id"], words.get(item["column"], item["column"]))
                )
    together = check_cohort(cohort, columns, settings)
    together = [
        item for item in together if item["row"] is None or item["rule"] == "duplicate_patient"
    ]
    return findings + [
        item for item in together if (item["rule"], item["patient_id"], item["column"]) not in told
    ]


def _where_it_stood(findings, origins):
    """The row of a folded value is the one where it stands."""
    return [
        {**item, "row": origins.get((item["row"], item["column"]), item["row"])}
        for item in findings
    ]


def in_file_words(findings, columns, parts=()):
    """Name the columns of the file instead of the variables of the plan; of several files, those of the row's file."""
    words = {name: spec["column"] for name, spec in columns.items()}
    own = [
        (set(rows.index), {n: spec["column"] for n, spec in each.items()})
        for rows, each, *_ in parts
    ]
    for item in findings:
        here = next((names for rows, names in own if item["row"] in rows), {})
        item["column"] = ", ".join(
            here.get(name, words.get(name, name)) for name in item["column"].split(", ")
        )
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


def _empty_cohort(plan):
    names = ["patient_id", *plan["variables"]]
    names += [
        f"{name}_{part}" for name in plan["endpoints"] for part in ("months", "event", "reason")
    ]
    return pd.DataFrame(columns=names)
