"""Who is left out, before anything is said about the data: whoever is excluded counts nowhere."""

import difflib

import pandas as pd

from crlm.cohort.attrition import COLUMNS
from crlm.cohort.conditions import assess
from crlm.cohort.conversion import as_level_codes, drop_missing
from crlm.cohort.findings import build_finding
from crlm.cohort.identifiers import find_listed, identify, simplify
from crlm.cohort.ingest import in_file_words, type_cohort
from crlm.cohort.plausibility import check_exclusions
from crlm.cohort.sources import combine_tables, drop_patients, list_filled, name_rows
from crlm.plan import phrases
from crlm.plan.exclusions import list_excluded_levels
from crlm.plan.sources import merge_columns
from crlm.plan.variables import LEVEL_KINDS, as_code, list_inputs

DOUBTFUL = ("unlikely_value", "undeclared_missing_code")
SHOWN = 12  # undeclared codes named in a note
ALIKE = 0.8  # an undeclared code as near as this to a level that stays is a slip of the pen, not another level


def leave_out(raw, blocks, plan, dictionary=None, read=()):
    """Return the cells of the patients who stay, their blocks, the plan without levels that left with the others, steps, findings.

    `raw`, `blocks` and `dictionary` are as `ingest_cohort` takes them; `read` is what reading `raw` has found, and comes back among
    the findings without what stands in the rows of those who are left out. A test excludes only those for whom it is known to hold;
    of the others the steps (columns of `attrition.COLUMNS`) count in whom it is not known, and a warning says so. The findings are
    also the errors of cells that decide who is left out, and patients of the plan's lists who cannot be found.
    """
    rules = plan["cohort"]["exclusions"]
    plan = {**plan, "columns": merge_columns(plan["sources"])}
    tables = [raw] if isinstance(raw, pd.DataFrame) else raw
    if any(table.empty for table in tables):
        return raw, blocks, plan, _list_steps([], 0), list(read)
    if not rules:
        one = len(tables) == 1 and plan["sources"][0]["rows"]["keep"] == "error"
        count = len(
            tables[0] if one else combine_tables(tables, plan["sources"], dictionary).cohort
        )
        return raw, blocks, plan, _list_steps([], count), list(read)
    whole, *_ = type_cohort(tables, blocks, plan, dictionary)
    steps, findings, unknown, took = [], [], {}, {}
    rest = whole
    # Who withdrew consent leaves first, so that no other rule has anything to say of them
    for name, rule in sorted(rules.items(), key=lambda each: not each[1].get("withdrawn")):
        if "patients" in rule:
            place = f"cohort.exclusions.{name}"
            listed, found = find_listed(rule["patients"], whole["patient_id"], rule["label"], place)
            out, tested = listed[rest.index], set()
        elif rest.empty:
            found, out, tested = [], pd.Series(False, rest.index), set()
        else:
            stay, kept = _keep(tables, blocks, plan, dictionary, whole, rest)
            cells, foreign = _set_foreign_aside(stay, rule, plan)
            typed, _, seen, _ = type_cohort(cells, kept, plan, dictionary)
            out, unknown[name] = _decide(typed, cells, foreign, rule, plan, dictionary)
            tested = _list_tested(rule, plan)
            if rule["operator"] == "missing":  # nor is a cell empty in which reading met an error
                bad = [item["row"] for item in read if _is_error_in(item, tested)]
                out &= ~out.index.isin(bad)
            found = _list_decisive(seen, typed, out & (not rule.get("withdrawn")), tested)
            found += _tell_foreign(stay, foreign, rule, plan)
            out = out.reindex(rest.index, fill_value=False)
        findings += found
        took |= dict.fromkeys(rest.index[out], tested)
        rest = rest[~out]
        steps.append((name, rule["label"], int(out.sum())))
    findings += in_file_words(check_exclusions(whole, rules, plan["variables"]), plan["columns"])
    steps = _list_steps(sorted(steps, key=lambda step: list(rules).index(step[0])), len(whole))
    for name, rows in unknown.items():
        rows = rows.intersection(rest.index)
        steps.loc[steps["step"] == name, "unknown"] = len(rows)
        findings += _tell_unknown(rows, rules[name], plan)
    stay, kept = _keep(tables, blocks, plan, dictionary, whole, rest)
    gone = _name_all(tables, plan) - _name_all(stay, plan)
    took = {row: took.get(row, set()) for row in gone}
    stay = stay[0] if isinstance(raw, pd.DataFrame) else stay
    read = [
        item
        for item in read
        if item["row"] not in took or not item["column"] or _is_error_in(item, took[item["row"]])
    ]
    return stay, kept, _drop_levels(whole, rest, plan), steps, [*read, *findings]


def _list_steps(rules, count):
    """The steps from the rows of the file to the patients analysed, unknown still 0."""
    steps = [("file", "Rows in the export", "", 0, count, 0)]
    for name, label, out in rules:
        count -= out
        steps.append((name, label, "", out, count, 0))
    return pd.DataFrame(
        [*steps, ("analysed", "Patients analysed", "", 0, count, 0)], columns=COLUMNS
    )


def _keep(tables, blocks, plan, dictionary, whole, rest):
    """The cells of every table, and the blocks, without the patients who are left out already."""
    left = whole.drop(rest.index)
    stay = drop_patients(tables, plan["sources"], dictionary, left, rest)
    if blocks is None or blocks.empty:
        return stay, blocks
    column = plan["blocks"]["columns"]["patient_id"]["column"]
    if list(blocks.columns).count(column) != 1:
        return stay, blocks
    gone = set(map(simplify, left["patient_id"])) - set(map(simplify, rest["patient_id"]))
    return stay, blocks[~identify(blocks[column]).map(simplify).isin(gone)]


def _list_sources(variable, plan):
    """The mapped variables that a variable is read or derived from."""
    spec = plan["variables"].get(variable, {})
    inputs = [each for rule in plan["derivations"].get(variable, []) for each in list_inputs(rule)]
    inputs += (spec.get("formula") or {}).get("of", [])
    levels = plan["growth_patterns"].get(variable, {}).get("levels", {})
    inputs += [share for level in levels.values() for share in level.get("sum", [])]
    return list(dict.fromkeys([variable, *inputs]))


def _set_foreign_aside(tables, rule, plan):
    """Who is to stay is listed by level: an undeclared code is not among these. The cells without such codes, and whose they were.

    So nobody needs to declare thirty levels to keep two. A code that is nearly one that stays is left for a finding, and so is
    every code where several rows make a patient. Whose: {row as findings name it: code}.
    """
    foreign, aside = {}, []
    for raw, table in zip(tables, plan["sources"], strict=True):
        spec = table["columns"].get(rule["variable"], {})
        one = list(raw.columns).count(spec.get("column")) == 1 and table["rows"]["keep"] == "error"
        apart = {"where", "fixed", "take"} & {key for key in spec if spec[key]} or "by" in table
        negative = rule["operator"] in ("not in", "!=") and spec.get("kind") in LEVEL_KINDS
        if not negative or not one or apart:
            aside.append(raw)
            continue
        codes = as_level_codes(spec)
        wanted = rule["value"] if isinstance(rule["value"], list) else [rule["value"]]
        stay = [code for code, level in codes.items() if level in wanted]
        missing = [*table.get("missing", []), *spec["missing"]]
        cells = drop_missing(
            raw[spec["column"]], missing, spec["decimal"] or table.get("decimal", ".")
        )
        texts = cells.map(as_code, na_action="ignore")
        here = texts.notna() & ~texts.isin(list(codes))
        here &= ~texts.isin([code for code in texts[here].unique() if _is_slip(code, stay)])
        foreign |= {name_rows(row, table["name"]): cells[row] for row in raw.index[here]}
        aside.append(raw.assign(**{spec["column"]: raw[spec["column"]].where(~here, None)}))
    return aside, foreign


def _is_slip(code, levels):
    """Whether a code is one of the levels with a slip of the pen; PRAD beside READ is another tumour."""
    swapped = any(sorted(code) == sorted(level) for level in levels)
    return swapped or bool(difflib.get_close_matches(code, levels, 1, ALIKE))


def _tell_foreign(tables, foreign, rule, plan):
    """A note on the undeclared codes that a rule leaves out, so that a slip among them can be seen."""
    if not foreign:
        return []
    counts = pd.Series(foreign).astype(str).value_counts()
    named = ", ".join(f"{code} ({count})" for code, count in counts.head(SHOWN).items())
    more = len(counts) - SHOWN
    more = f" and {phrases.plural(more, 'other')}" if more > 0 else ""
    return [
        build_finding(
            "note",
            "undeclared_code_excluded",
            f"{rule['label']}: these codes are declared nowhere and are left out with the others: {named}{more}.",
            "Nothing to do if none of them is a level that stays, spelled differently.",
            column=plan["columns"][rule["variable"]]["column"],
        )
    ]


def _decide(typed, tables, foreign, rule, plan, dictionary):
    """Whom a rule leaves out (mask), and the rows in which it cannot be said."""
    answer = assess(typed, rule["variable"], rule["operator"], rule["value"])
    if rule["operator"] == "missing":  # a cell that cannot be read is not empty
        filled = list_filled(tables, plan["sources"], dictionary)
        for source in _list_sources(rule["variable"], plan):
            if source in typed and source in filled:
                answer &= ~(typed["patient_id"].isin(filled[source]) & typed[source].isna())
    answer = answer.mask(answer.index.isin(list(foreign)), True)
    return answer.fillna(False).astype(bool), answer.index[answer.isna()]


def _name_all(tables, plan):
    """Every row of the tables, as findings name it."""
    return {
        name_rows(row, spec["name"])
        for table, spec in zip(tables, plan["sources"], strict=True)
        for row in table.index
    }


def _list_tested(rule, plan):
    """The columns of the files that a rule tests."""
    tables = [table["columns"] for table in plan["sources"]]
    tables.append((plan["blocks"] or {}).get("columns", {}))
    names = _list_sources(rule["variable"], plan)
    return {each[name]["column"] for each in tables for name in names if name in each}


def _is_error_in(item, columns):
    return item["severity"] == "error" and bool(columns & set(item["column"].split(", ")))


def _list_decisive(found, typed, out, tested):
    """Errors in what a rule tests, of those whom it leaves out or of the whole column: they may be left out by mistake.

    So may those with a value that looks like a code for missing or is unlikely: a warning.
    """
    gone = set(typed.loc[out, "patient_id"])
    return [
        item
        for item in found
        if (
            _is_error_in(item, tested)
            or item["rule"] == "doubled_in_table"
            or (item["rule"] in DOUBTFUL and item["column"] in tested and gone)
        )
        and (item["row"] is None or item["patient_id"] in gone)
    ]


def _tell_unknown(rows, rule, plan):
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


def _drop_levels(whole, rest, plan):
    """The plan without the levels that only excluded patients have: they are no levels of the cohort.

    A level that a rule excludes is gone even where nobody had it.
    """
    stay = {}
    for name, spec in plan["columns"].items():
        if spec.get("kind") in ("categorical", "ordinal") and name in whole:
            there, gone = set(rest[name].dropna()), set(whole[name].drop(rest.index).dropna())
            for rule in plan["cohort"]["exclusions"].values():
                if rule.get("variable") == name:
                    gone.update(list_excluded_levels(rule, spec["levels"]))
            levels = [level for level in spec["levels"] if level in there or level not in gone]
            stay[name] = levels or spec["levels"]

    def cut(columns):
        return {
            n: {**spec, "levels": stay[n]} if n in stay else spec for n, spec in columns.items()
        }

    sources = [{**table, "columns": cut(table["columns"])} for table in plan["sources"]]
    return {**plan, "columns": cut(plan["columns"]), "sources": sources}
