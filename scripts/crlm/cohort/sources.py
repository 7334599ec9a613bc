"""From the cells of one or several tables to one typed row per patient: select, convert, stack, fold, join."""

from typing import NamedTuple

import pandas as pd

from crlm.cohort.conversion import as_level_codes, convert_table, drop_missing
from crlm.cohort.findings import build_finding, condense_findings
from crlm.cohort.identifiers import check_shared, identify
from crlm.cohort.joins import join_table
from crlm.cohort.redcap import NOTHING, decode_export, read_dictionary
from crlm.cohort.rows import fold_rows, keep_rows, rank_rows, select_rows, tell_unread
from crlm.plan.phrases import plural
from crlm.plan.sources import merge_columns
from crlm.plan.variables import as_code

FEW = 0.1  # share of identifiers that may be written otherwise and be a slip
DOUBLED = (
    "Keep one row per patient in this table, or say which counts: `rows: first` (last, complete) beside its `by:`, or `take:` for "
    "its columns."
)


def name_rows(label, name):
    """The row in findings: the line of the file, with the file where there are several."""
    return f"{label} of {name}" if name else label


def name_findings(findings, name):
    """Return what reading one of several tables has found, with the name of the table; some messages name its file already."""
    named, file = [], name.split(", sheet ")[0]
    for item in findings:
        if item["row"] is not None:
            named.append({**item, "row": name_rows(item["row"], name)})
        elif file in item["message"]:  # or there is one table only, without a name
            named.append(item)
        else:
            named.append({**item, "message": f"{name}: {item['message']}"})
    return named


class Combined(NamedTuple):
    """The cohort, one typed row per patient, and what belongs to it.

    cohort : patient_id and one column per variable; index = row as findings name it
    columns : how each variable was read
    parts : of several tables, each as (its rows, how its columns were read, its name, its origins), to be checked by itself
    origins : where rows were folded, {(row in `cohort`, column): row where the value stands}
    findings : list
    """

    cohort: pd.DataFrame
    columns: dict
    parts: list
    origins: dict
    findings: list


def combine_tables(tables, specs, dictionary=None):
    """Return the cohort as Combined.

    Parameters
    ----------
    tables : cells of each table, index = line in the file
    specs : plan of each table (`sources` of the plan): the sources first, then the joined tables
    dictionary : cells of the data dictionary of REDCap, or None
    """
    fields, findings = ({}, []) if dictionary is None else read_dictionary(dictionary)
    typed = []
    for raw, spec in zip(tables, specs, strict=True):
        named = raw.set_axis([name_rows(row, spec["name"]) for row in raw.index])
        part, found = _type_table(named, spec, fields)
        findings += name_table(found, spec["name"])
        typed.append(part)
    sources = [part for part in typed if not part["joined"]]
    rule = specs[0]["rows"]
    cohort, origins, found = _bring_together(sources, rule)
    findings += found
    columns = merge_columns(sources)
    parts = [_keep(part, cohort, rule) for part in sources]
    for part, spec in zip(typed, specs, strict=True):
        if part["joined"]:
            rows, moved, found = _bring_together([part], spec["rows"])
            findings += name_table(found, spec["name"])
            keys, found = _find_keys(cohort, tables, specs, spec)
            findings += found
            cohort, found = join_table(cohort, keys, rows, part["columns"], spec["name"])
            findings += found
            own = {key: each for key, each in part["columns"].items() if key != "patient_id"}
            columns, origins = columns | own, origins | moved
            parts.append((rows, part["columns"], spec["name"], moved))
    dropped = set().union(*(part["rows"].index for part in typed))
    dropped -= set().union(*(rows.index for rows, *_ in parts))
    if "fold" not in {spec["rows"]["keep"] for spec in specs}:
        findings = [item for item in findings if item["row"] not in dropped]
    return Combined(cohort, columns, parts if len(specs) > 1 else [], origins, findings)


def list_filled(tables, specs, dictionary=None):
    """Return {variable: identifiers of the patients who have a cell that is not empty and not a code for missing}."""
    filled = {}
    for raw, columns, spec in _read_parts(tables, specs, dictionary):
        ids = _identify_rows(raw, columns)
        for name, each in columns.items():
            if name == "patient_id" or list(raw.columns).count(each["column"]) != 1:
                continue
            codes = [*spec.get("missing", []), *each["missing"]]
            decimal = each["decimal"] or spec.get("decimal", ".")
            there = drop_missing(raw[each["column"]], codes, decimal).notna()
            filled.setdefault(name, set()).update(ids[there])
    return filled


def drop_patients(tables, specs, dictionary, left, rest):
    """Return the cells of every table without the rows of the patients who `left` the cohort; `rest` are those who stay.

    left, rest : typed rows of the cohort, patient_id among them. Where every row is a patient the rows go, else all rows
    of the patients.
    """
    if left.empty:
        return list(tables)
    gone = set(left["patient_id"]) - set(rest["patient_id"])
    kept = []
    parts = _read_parts(tables, specs, dictionary)
    for raw, spec, (cells, columns, _) in zip(tables, specs, parts, strict=True):
        ids = _identify_rows(cells, columns)
        if "by" in spec and spec["to"] is not None:
            own = {
                each: _find_keys(rows, tables, specs, spec)[0]
                for each, rows in (("left", left), ("rest", rest))
            }
            out = ids.isin(set(own["left"]) - set(own["rest"]))
        elif "by" not in spec and spec["rows"]["keep"] == "error":
            out = pd.Series(cells.index.isin(left.index), cells.index)
        else:
            out = ids.isin(gone)
        kept.append(raw[~out.to_numpy()])
    return kept


def _read_parts(tables, specs, dictionary):
    """(cells, how its columns are read, plan) of each table, as it is converted."""
    fields = {} if dictionary is None else read_dictionary(dictionary)[0]
    for raw, spec in zip(tables, specs, strict=True):
        named = raw.set_axis([name_rows(row, spec["name"]) for row in raw.index])
        cells, columns, _ = decode_export(named, spec["columns"], spec, fields)
        cells, columns, _, _ = _select_cells(cells, columns, spec)
        yield cells, columns, spec


def _identify_rows(raw, columns):
    column = columns["patient_id"]["column"]
    one = list(raw.columns).count(column) == 1
    return identify(raw[column]) if one else pd.Series("", raw.index, dtype=object)


def _type_table(raw, spec, fields):
    """One table, row by row: typed, with the order of its rows and which of them each variable is read from."""
    raw, columns, findings = decode_export(raw, spec["columns"], spec, fields)
    raw, columns, chosen, found = _select_cells(raw, columns, spec)
    findings += found
    rows, found = convert_table(raw, columns, spec)
    if "by" in spec:
        found = [_say_by(item, columns["patient_id"]["column"]) for item in found]
    if spec["rows"]["keep"] != "error":
        found = [item for item in found if item["rule"] != "duplicate_identifier"]
    elif "by" in spec:  # which row counts may decide who is left out
        for item in found:
            if item["rule"] == "duplicate_identifier":
                item["rule"], item["remedy"] = "doubled_in_table", DOUBLED
    doubled = [item for item in found if item["rule"] == "duplicate_identifier"]
    findings += [item for item in found if item["rule"] != "duplicate_identifier"]
    findings += condense_findings(doubled, rows["patient_id"].nunique(), entries=len(rows))
    rank, found = rank_rows(raw, spec["rows"]["order_by"], spec.get("date_format"))
    part = {"rows": rows, "rank": rank, "chosen": chosen, "columns": columns}
    part |= {"name": spec["name"], "joined": "by" in spec}
    return part, findings + found


def _fill_empty(cells, chosen, spec):
    """Cells of a column of marks of which the plan says what an empty one means, how they are read, and a note on it."""
    from_other_rows = False if chosen is None else ~chosen
    empty = cells.isna() & ~pd.Series(from_other_rows, cells.index)
    spec = {
        **spec,
        "values": {**(spec["values"] or as_level_codes(spec)), NOTHING: spec["none_ticked"]},
    }
    if not empty.any():
        return cells, spec, []
    note = build_finding(
        "note",
        "empty_means",
        f"{spec['label']}: empty, and read as {spec['none_ticked']}, as the plan says (none_ticked): {int(empty.sum())} of "
        f"{len(cells)} cells.",
        "Nothing to do if nobody's answer is merely not known.",
        column=spec["column"],
    )
    return cells.astype(object).mask(empty, NOTHING), spec, [note]


def _say_by(item, column):
    """The column of the identifiers of a joined table stands under `by:`."""
    if (item["rule"], item["column"]) != ("missing_column", column):
        return item
    message = f"the table has no column '{column}' (`by:` under `cohort: join:`)."
    return {
        **item,
        "message": message,
        "remedy": item["remedy"].split(" If it stands")[0].replace("`columns:`", "`by:`"),
    }


def _select_cells(raw, columns, settings):
    """A column of its own for every variable that is read from some rows or some part of the cells only."""
    added, read, chosen, findings = {}, {}, {}, []
    for name, spec in columns.items():
        words, read[name] = spec["column"], spec
        if "fixed" in spec:
            fixed = spec["fixed"]
            fixed = pd.Timestamp(fixed) if spec["kind"] == "date" and fixed else fixed
            added[words] = [fixed] * len(raw)
            if fixed is None:
                findings.append(
                    build_finding(
                        "note",
                        "not_in_source",
                        f"{spec['label']} has no column in this table and is unknown in all its rows ({len(raw)}).",
                        "Nothing to do, or map it under the `columns:` of the source.",
                    )
                )
            continue
        if list(raw.columns).count(words) != 1:
            continue  # converting says so
        cells = raw[words]
        if "split" in spec:
            cells, found = _split(cells, spec)
            findings += found
            words = f"{words} (part {spec['part']})"
        if spec.get("where"):
            chosen[name], found = select_rows(raw, spec["where"], words)
            findings += found
            cells = cells.where(chosen[name], None)
            said = " and ".join(f"{key} {'/'.join(codes)}" for key, codes in spec["where"].items())
            words = f"{words} ({said})"
        if spec.get("none_ticked") is not None:
            cells, spec, found = _fill_empty(cells, chosen.get(name), spec)
            words = f"{words} (empty: {spec['none_ticked']})"
            findings += found
        if spec.get("take") == "count":
            codes = {as_code(code) for code in (*settings.get("missing", []), *spec["missing"])}
            cells = cells.map(
                lambda cell, codes=codes: None if cell is None or as_code(cell) in codes else 1
            )
            words = f"number of {words}"
        if words != spec["column"]:
            added[words] = cells.astype(object).to_list()
            read[name] = {**spec, "column": words}
    findings += tell_unread(raw, columns)
    table = pd.DataFrame(added, raw.index, dtype=object)
    table = table.astype(object).where(table.notna(), None)
    return pd.concat([raw, table], axis=1), read, pd.DataFrame(chosen, raw.index), findings


def split_keys(raw, spec):
    """Return the cells of the table of blocks with the parts of patient, lesion and block as columns, how it is read, findings.

    A slide `P12_L1_B2` names all three: `{column: slide, split: "_", part: 1}` and so on.
    """
    added, read, findings = {}, dict(spec["columns"]), []
    for name, entry in spec["columns"].items():
        if "split" in entry and list(raw.columns).count(entry["column"]) == 1:
            cells, found = _split(raw[entry["column"]], entry)
            words = f"{entry['column']} (part {entry['part']})"
            added[words], read[name] = cells.astype(object).to_list(), {"column": words}
            findings += found
    if not added:
        return raw, spec, []
    if wrong := [item for item in findings if item["severity"] == "error"]:
        findings = wrong  # of one slide all parts say the same
    table = pd.DataFrame(added, raw.index, dtype=object)
    return pd.concat([raw, table], axis=1), {**spec, "columns": read}, findings


def _split(cells, spec):
    sign, part = spec["split"], spec["part"]
    pieces = cells.map(lambda cell: [] if cell is None else str(cell).split(sign))
    kept = pieces.map(lambda each: each[part - 1].strip() if len(each) >= part else None)
    short = cells.index[kept.isna() & cells.notna()]
    if short.empty:
        return kept, _tell_parts(cells, pieces, spec)
    finding = build_finding(
        "error",
        "no_such_part",
        f"{plural(len(short), 'identifier')} without a part {part} when split at '{sign}'.",
        "Correct them, or `split` and `part` of patient_id.",
        row=short[0],
        column=spec["column"],
        value=cells[short[0]],
    )
    return kept, [finding]


def _tell_parts(cells, pieces, spec):
    """Warnings on the few identifiers that fall into more or fewer parts than nearly all others."""
    counts = pieces.map(len)[cells.notna()]
    usual = counts.mode()
    others = counts.index[counts != usual.iloc[0]] if len(usual) else []
    if not len(others) or len(others) > FEW * len(counts):
        return []
    return [
        build_finding(
            "warning",
            "other_parts",
            f"'{cells[row]}' falls into {plural(counts[row], 'part')} at '{spec['split']}', nearly all others "
            f"into {usual.iloc[0]}; part {spec['part']} is read as '{pieces[row][spec['part'] - 1].strip()}'.",
            "Write it like the others, if that is not what is meant.",
            row=row,
            column=spec["column"],
            value=cells[row],
        )
        for row in others
    ]


def _bring_together(parts, rule):
    """The rows of several typed tables as one table with one row per patient, where values stood, and the findings."""
    columns = merge_columns(parts)
    every = list(dict.fromkeys(name for part in parts for name in part["rows"]))
    rows = pd.concat([part["rows"].reindex(columns=every) for part in parts])
    rank = pd.concat([part["rank"] for part in parts])
    if rule["order_by"] is None:
        rank = pd.Series(range(len(rank)), rank.index, dtype=float)
    found = []
    if len(parts) > 1:
        ids = [part["rows"]["patient_id"] for part in parts]
        found = check_shared(ids, columns["patient_id"]["column"])
    if rule["keep"] == "error":
        return rows, {}, found
    found = [item for item in found if item["rule"] != "duplicate_identifier"]
    if rule["keep"] == "fold":
        chosen = pd.concat([part["chosen"] for part in parts]).astype("boolean").fillna(True)
        folded, origins, findings = fold_rows(rows, rank, chosen.astype(bool), columns)
        return folded, origins, found + findings
    kept, findings = keep_rows(rows, rank, columns, rule["keep"])
    return kept, {}, found + findings


def _find_keys(cohort, tables, specs, join):
    """The identifier of each patient in the joined table: that of the cohort, or a column of its file."""
    if join["to"] is None:
        return cohort["patient_id"], []
    keys = {}
    for raw, spec in zip(tables, specs, strict=True):
        if "by" not in spec and join["to"] in raw:
            named = (name_rows(row, spec["name"]) for row in raw.index)
            keys |= dict(zip(named, raw[join["to"]], strict=True))
    if not keys:
        finding = build_finding(
            "error",
            "missing_column",
            f"the cohort has no column '{join['to']}', by which {join['name']} is joined.",
            "Correct `to` under `cohort: join:`.",
            column=join["to"],
        )
        return cohort["patient_id"], [finding]
    texts = [keys.get(row) for row in cohort.index]
    return pd.Series(["" if cell is None else str(cell) for cell in texts], cohort.index), []


def _keep(part, kept, rule):
    """The rows of one source that count: of several those kept, or what they are when folded."""
    rows, moved = part["rows"].loc[part["rows"].index.isin(kept.index)], {}
    if rule["keep"] == "fold":
        rows, moved, _ = _bring_together([part], rule)
    return rows, part["columns"], part["name"], moved


def name_table(findings, name):
    """Return the findings; one on a whole column of one of several tables says which table it is."""
    return [
        {**item, "message": f"{name}: {item['message']}"} if name and item["row"] is None else item
        for item in findings
    ]
