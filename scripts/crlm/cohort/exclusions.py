"""Who is left out, before anything is said about the data: whoever is excluded counts nowhere."""

import difflib

import pandas as pd

from crlm.cohort.attrition import COLUMNS
from crlm.cohort.conditions import assess
from crlm.cohort.conversion import as_level_codes, drop_missing
from crlm.cohort.findings import build_finding
from crlm.cohort.identifiers import find_listed, identify
from crlm.cohort.ingest import in_file_words, type_cohort
from crlm.plan.exclusions import list_excluded_levels
from crlm.plan.variables import LEVEL_KINDS, as_code, list_inputs

SHOWN = 12  # undeclared codes named in a note
ALIKE = 0.8  # an undeclared code as near as this to a level that stays is a slip of the pen, not another level


def leave_out(raw, blocks, plan):
    """Return the cells of the patients who stay, their blocks, the plan without levels that left with the others, steps, findings.

    A test excludes only those for whom it is known to hold; of the others the steps (columns of `attrition.COLUMNS`) count in
    whom it is not known, and a warning says so. The findings are also the errors of cells that decide who is left out, and
    patients of the plan's lists who cannot be found.
    """
    rules = plan["cohort"]["exclusions"]
    steps = [("file", "Rows in the export", "", 0, len(raw), 0)]
    findings, unknown, levels = [], {}, {}
    rest, typed, out = raw, None, pd.Series(True, raw.index)
    ids = _identify(raw, plan["columns"])
    for name, rule in {} if raw.empty else rules.items():
        if "patients" in rule:
            place = f"cohort.exclusions.{name}"
            listed, found = find_listed(rule["patients"], ids, rule["label"], place)
            findings += found
            out = listed[rest.index]
        else:
            cells, foreign = _set_foreign_aside(rest, rule, plan)
            typed, _, found = type_cohort(cells, _keep_blocks(blocks, plan, ids, rest), plan)
            out, unknown[name] = _decide(typed, cells, foreign, rule, plan)
            findings += _tell_foreign(rest, foreign, rule, plan)
            findings += _list_decisive(
                in_file_words(found, plan["columns"]), typed, out, rule, plan
            )
            for variable in _list_level_columns(typed, plan):
                levels.setdefault(variable, set()).update(typed.loc[out, variable].dropna())
        rest = rest[~out]
        steps.append((name, rule["label"], "", int(out.sum()), len(rest), 0))
    steps.append(("analysed", "Patients analysed", "", 0, len(rest), 0))
    steps = pd.DataFrame(steps, columns=COLUMNS)
    for name, rows in unknown.items():
        rows = rows.intersection(rest.index)
        steps.loc[steps["step"] == name, "unknown"] = len(rows)
        findings += _tell_unknown(rows, rest, rules[name], plan)
    if not rules or raw.empty:
        return raw, blocks, plan, steps, findings
    return (
        rest,
        _keep_blocks(blocks, plan, ids, rest),
        _drop_levels(rest, levels, plan),
        steps,
        findings,
    )


def _identify(raw, columns):
    column = columns["patient_id"]["column"]
    one = list(raw.columns).count(column) == 1
    return identify(raw[column]) if one else pd.Series("", raw.index, dtype=object)


def _keep_blocks(blocks, plan, ids, rest):
    """The blocks without those of patients who are left out already."""
    if blocks is None or blocks.empty:
        return blocks
    column = plan["blocks"]["columns"]["patient_id"]["column"]
    if list(blocks.columns).count(column) != 1:
        return blocks
    gone = set(ids) - set(ids[rest.index])
    return blocks[~identify(blocks[column]).isin(gone)]


def _list_sources(variable, plan):
    """The mapped variables that a variable is read or derived from."""
    spec = plan["variables"].get(variable, {})
    inputs = [each for rule in plan["derivations"].get(variable, []) for each in list_inputs(rule)]
    inputs += (spec.get("formula") or {}).get("of", [])
    return list(dict.fromkeys([variable, *inputs]))


def _read_cells(raw, variable, plan):
    """The cells of a mapped variable, None where the cell means missing; None when it has no column."""
    spec = plan["columns"].get(variable)
    if spec is None or list(raw.columns).count(spec["column"]) != 1:
        return None
    settings = plan["cohort"]
    decimal = spec["decimal"] or settings.get("decimal", ".")
    codes = [*settings.get("missing", []), *spec["missing"]]
    return drop_missing(raw[spec["column"]], codes, decimal)


def _set_foreign_aside(raw, rule, plan):
    """Who is to stay is listed by level: an undeclared code is not among these. The cells without such codes, and whose they were.

    So nobody needs to declare thirty levels to keep two. A code that is nearly one that stays is left for a finding.
    """
    none = pd.Series(False, raw.index)
    spec = plan["columns"].get(rule["variable"], {})
    cells = _read_cells(raw, rule["variable"], plan)
    if (
        rule["operator"] not in ("not in", "!=")
        or spec.get("kind") not in LEVEL_KINDS
        or cells is None
    ):
        return raw, none
    codes = as_level_codes(spec)
    wanted = rule["value"] if isinstance(rule["value"], list) else [rule["value"]]
    stay = [code for code, level in codes.items() if level in wanted]
    texts = cells.map(as_code, na_action="ignore")
    foreign = texts.notna() & ~texts.isin(list(codes))
    near = [code for code in texts[foreign].unique() if _is_slip(code, stay)]
    foreign &= ~texts.isin(near)
    raw = raw.copy()
    raw[spec["column"]] = raw[spec["column"]].where(~foreign, None)
    return raw, foreign


def _is_slip(code, levels):
    """Whether a code is one of the levels with a slip of the pen; PRAD beside READ is another tumour."""
    swapped = any(sorted(code) == sorted(level) for level in levels)
    return swapped or bool(difflib.get_close_matches(code, levels, 1, ALIKE))


def _tell_foreign(raw, foreign, rule, plan):
    """A note on the undeclared codes that a rule leaves out, so that a slip among them can be seen."""
    if not foreign.any():
        return []
    column = plan["columns"][rule["variable"]]["column"]
    counts = raw.loc[foreign, column].astype(str).value_counts()
    named = ", ".join(f"{code} ({count})" for code, count in counts.head(SHOWN).items())
    more = f" and {len(counts) - SHOWN} others" if len(counts) > SHOWN else ""
    return [
        build_finding(
            "note",
            "undeclared_code_excluded",
            f"{rule['label']}: these codes are declared nowhere and are left out with the others: {named}{more}.",
            "Nothing to do if none of them is a level that stays, spelled differently.",
            column=column,
        )
    ]


def _decide(typed, raw, foreign, rule, plan):
    """Whom a rule leaves out (mask), and the rows in which it cannot be said."""
    answer = assess(typed, rule["variable"], rule["operator"], rule["value"])
    if rule["operator"] == "missing":  # a cell that cannot be read is not empty
        for source in _list_sources(rule["variable"], plan):
            cells = _read_cells(raw, source, plan)
            if cells is not None:
                answer &= ~(cells.notna() & typed[source].isna())
    answer = answer.mask(foreign, True)
    return answer.fillna(False).astype(bool), answer.index[answer.isna()]


def _list_decisive(found, typed, out, rule, plan):
    """Errors in what a rule tests, of those whom it leaves out or of the whole column: they may be left out by mistake."""
    tables = [plan["columns"], (plan["blocks"] or {}).get("columns", {})]
    tested = {
        columns[name]["column"]
        for columns in tables
        for name in _list_sources(rule["variable"], plan)
        if name in columns
    }
    gone = set(typed.loc[out, "patient_id"])
    return [
        item
        for item in found
        if item["severity"] == "error"
        and tested & set(item["column"].split(", "))
        and (item["row"] is None or item["patient_id"] in gone)
    ]


def _tell_unknown(rows, rest, rule, plan):
    if rows.empty:
        return []
    columns = [
        plan["columns"][n]["column"]
        for n in _list_sources(rule["variable"], plan)
        if n in plan["columns"]
    ]
    count = "1 patient" if len(rows) == 1 else f"{len(rows)} patients"
    label = plan["variables"][rule["variable"]]["label"]
    return [
        build_finding(
            "warning",
            "exclusion_unknown",
            f"{rule['label']}: not known in {count}, kept in the analysis ({label} has no value; first in row {rows[0]}).",
            "Enter it; or leave these patients out as well, by a further exclusion with "
            f"`variable: {rule['variable']}, operator: missing`.",
            column=", ".join(columns) or rule["variable"],
        )
    ]


def _list_level_columns(typed, plan):
    return [
        name
        for name, spec in plan["columns"].items()
        if spec.get("kind") in ("categorical", "ordinal") and name in typed
    ]


def _drop_levels(rest, levels, plan):
    """The plan without the levels that only excluded patients have: they are no levels of the cohort.

    A level that a rule excludes is gone even where nobody had it.
    """
    for rule in plan["cohort"]["exclusions"].values():
        spec = plan["columns"].get(rule.get("variable"), {})
        if spec.get("kind") in ("categorical", "ordinal"):
            out = list_excluded_levels(rule, spec["levels"])
            levels.setdefault(rule["variable"], set()).update(out)
    columns = dict(plan["columns"])
    for name, gone in levels.items():
        spec = columns[name]
        cells, codes = _read_cells(rest, name, plan), as_level_codes(spec)
        there = set() if cells is None else {codes.get(as_code(cell)) for cell in cells.dropna()}
        stay = [level for level in spec["levels"] if level in there or level not in gone]
        columns[name] = {**spec, "levels": stay or spec["levels"]}
    return {**plan, "columns": columns}
