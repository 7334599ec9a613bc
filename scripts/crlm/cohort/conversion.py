"""Give the cells of an export their type: numbers, levels, dates; what does not fit becomes a finding."""

import re

import numpy as np
import pandas as pd

from crlm.cohort.cells import (
    find_broken_cells,
    report_missing_words,
    review_cells,
    take_missing_words,
)
from crlm.cohort.codes import OTHER, tell_codes, tell_word
from crlm.cohort.dates import convert_date
from crlm.cohort.findings import build_finding, condense_findings
from crlm.cohort.floats import shorten_floats
from crlm.cohort.identifiers import check_identifiers, find_dates, identify
from crlm.cohort.written_units import check_header
from crlm.plan.phrases import plural
from crlm.plan.schema import nearest
from crlm.plan.text import write_yaml
from crlm.plan.unit_words import plain_unit
from crlm.plan.variables import BETWEEN, LEVEL_KINDS, NUMBER, as_code

DEFAULT_CODES = {"0": "no", "1": "yes", "false": "no", "true": "yes", "n": "no", "y": "yes"}
CENSORED = re.compile(r"([<>≤≥]=?)\s*(.+)")
WITH_UNIT = re.compile(r"([<>≤≥]=?)?\s*([+-]?\d[\d.,]*)\s*([^\W\d_].*)")
OR_MORE = re.compile(r"([^<>≤≥+]*\d)\s*\+")  # 10+ is ten or more
NEGATIVE_CODES = (-9, -99, -999, -9999, -99999)


def convert_table(raw, columns, settings, place="cohort"):
    """Return the typed table (``patient_id`` and one column per variable, index as in `raw`) and the findings.

    Entries such as ``<0.5`` give a number and the columns ``<variable>_lower`` and ``<variable>_upper``. A mapped column
    that the file does not have is a finding and gives a column of missing values. `place` is the plan's block of `settings`.
    """
    typed, findings, words = {}, [], {}
    present = {name: spec for name, spec in columns.items() if spec["column"] in raw}
    for name, spec in columns.items():
        if name not in present:
            known = [column for column in raw.columns if column]
            findings.append(
                build_finding(
                    "error",
                    "missing_column",
                    f"the file has no column '{spec['column']}' (mapped to {name}).",
                    f"Correct it under `columns:`.{_nearest_column(spec['column'], known)} If it stands in another file or sheet, "
                    "declare that under `cohort: join:`.",
                    column=spec["column"],
                )
            )
        elif list(raw.columns).count(spec["column"]) > 1:
            findings.append(
                build_finding(
                    "error",
                    "duplicate_column",
                    "the file has this column more than once.",
                    "Rename one of them.",
                    column=spec["column"],
                )
            )
            present.pop(name)
    ids = pd.Series("", raw.index, dtype=object)
    if "patient_id" in present:
        ids = identify(raw[columns["patient_id"]["column"]])
        findings += find_broken_cells(
            raw[columns["patient_id"]["column"]], columns["patient_id"]["column"]
        )
        findings += find_dates(
            raw[columns["patient_id"]["column"]], columns["patient_id"]["column"]
        )
        findings += check_identifiers(ids, columns["patient_id"]["column"])
    typed["patient_id"] = ids
    for name, spec in columns.items():
        if name == "patient_id":
            continue
        cells = (
            raw[spec["column"]]
            if name in present
            else pd.Series([None] * len(raw), raw.index, dtype=object)
        )
        decimal = spec["decimal"] or settings.get("decimal", ".")
        cells = drop_missing(cells, [*settings.get("missing", []), *spec["missing"]], decimal)
        spec = {**spec, "name": name, "decimal": decimal, "decimal_declared": spec["decimal"]}
        total = int(cells.notna().sum())
        cells, with_unit = _read_units(cells, spec)
        cells, reviewed = review_cells(cells, spec, settings)
        reviewed = with_unit + reviewed
        known = {as_code(level) for level in spec["levels"]} | set(as_level_codes(spec))
        cells, words[spec["column"]] = take_missing_words(cells, known)
        converted, found = _CONVERTERS[spec["kind"]](cells, spec, settings)
        findings += check_header(spec) if name in present else []
        found = reviewed + condense_findings(found, total)
        for item in found:
            item["patient_id"] = ids.get(item["row"], "")
        findings += found
        typed.update(converted)
    for item in report_missing_words(words, place):
        findings.append({**item, "patient_id": ids.get(item["row"], "")})
    return pd.DataFrame(typed, index=raw.index), findings


def scale(numbers, factor):
    """Return numbers in the unit of the analysis; 29 of 100 must not become 28.999999999999996 and miss a cut-off."""
    return numbers if factor == 1 else np.round(np.asarray(numbers, float) * factor, 10)


def _nearest_column(column, known):
    def plain(text):
        return re.sub(r"[\W_]+", "", str(text)).casefold()

    same = [name for name in known if plain(name) == plain(column)]
    return f" Did you mean '{same[0]}'?" if same else nearest(column, known)


def drop_missing(cells, codes, decimal):
    """Return the cells with None for the empty ones and for codes that mean missing."""
    codes = {as_code(code, decimal) for code in codes} | {""}
    empty = cells.isna()
    kept = [
        None if gone or as_code(cell, decimal) in codes else cell
        for cell, gone in zip(cells, empty, strict=True)
    ]
    return pd.Series(kept, cells.index, dtype=object)


def _problem(spec, row, cell, rule, message, remedy, severity="error"):
    value = f"{cell:%Y-%m-%d}" if isinstance(cell, pd.Timestamp) else cell
    return build_finding(
        severity, rule, message, remedy, row=row, column=spec["column"], value=value
    )


def _read_units(cells, spec):
    """Entries that say their unit (3,5 cm beside 35 mm) as numbers in the unit of the column, and a note."""
    words, factor = spec.get("unit_words") or {}, spec["factor"]
    if not words or spec["kind"] in LEVEL_KINDS or spec["unit"] == "%":
        return cells, []
    read = {}
    for row, cell in cells.items():
        found = WITH_UNIT.fullmatch(cell) if isinstance(cell, str) else None
        word = plain_unit(found[3].strip(". ")) if found else ""
        number = (
            parse_number(found[2], spec["decimal"]) if len(word) > 1 and word in words else None
        )
        if number is not None:
            value = float(f"{number * words[word] / factor:.12g}")
            read[row] = f"{found[1]}{value!r}".replace(".", spec["decimal"]) if found[1] else value
    if not read:
        return cells, []
    rows = plural(len(read), "row")
    text = f"{spec['label']}: in {rows} a unit is written behind the number, and the number is read in it."
    note = build_finding("note", "unit_in_cell", text, "Nothing to do.", column=spec["column"])
    kept = [read.get(row, cell) for row, cell in cells.items()]
    return pd.Series(kept, cells.index, dtype=object), [note]


def read_limit(text):
    """Return (sign, number as written) of an entry that is a limit, such as <0.5 or 10+ (ten or more); None for any other."""
    if found := CENSORED.fullmatch(text):
        return found[1], found[2].strip()
    found = OR_MORE.fullmatch(text)
    return (">=", found[1].strip()) if found else None


def parse_number(text, decimal):
    """Return the number in a text, or None; the decimal sign must be the declared one."""
    other = "," if decimal == "." else "."
    if other in text:
        return None
    plain = text.replace(",", ".")
    return float(plain) if NUMBER.fullmatch(plain) and np.isfinite(float(plain)) else None


def _convert_number(cells, spec, settings):
    decimal, name, factor, found = spec["decimal"], spec["name"], spec["factor"], []
    value = np.full(len(cells), np.nan)
    lower, upper = value.copy(), value.copy()
    for place, (row, cell) in enumerate(cells.items()):
        if cell is None:
            continue
        if isinstance(cell, int | float) and np.isfinite(cell):
            value[place] = cell
            continue
        censored = read_limit(cell) if isinstance(cell, str) else None
        text = censored[1] if censored else str(cell)
        number = parse_number(text, decimal) if isinstance(cell, str) else None
        if number is None:
            found.append(_not_a_number(spec, row, cell, decimal))
        elif not censored:
            value[place] = number
        elif not spec["censored"]:
            found.append(
                _problem(
                    spec,
                    row,
                    cell,
                    "censored_entry",
                    "the entry is a limit, not a number.",
                    "Declare `censored: half` or `censored: limit` for this column.",
                )
            )
        else:
            sign = censored[0]
            value[place], lower[place], upper[place] = _censor(
                sign, number, scale(number, factor), spec
            )
    limits = int((~np.isnan(lower)).sum())
    if limits:
        one = "1 entry is a limit such as <0.5"
        entries = one if limits == 1 else f"{limits} entries are limits such as <0.5"
        found.append(
            build_finding(
                "note",
                "censored_entry",
                f"{spec['label']}: {entries}; the number taken is "
                f"{'half the lower limit' if spec['censored'] == 'half' else 'the limit'}.",
                "Nothing to do; scores use the bounds.",
                column=spec["column"],
            )
        )
    found += _suspect_codes(value, spec)
    value = shorten_floats(value)
    # A duration has no cut-off to miss, and times made of dates are not rounded either
    value = value * factor if spec["kind"] == "duration" else scale(value, factor)
    columns = {name: pd.Series(value, cells.index)}
    if spec["censored"]:
        columns[f"{name}_lower"] = pd.Series(lower, cells.index)
        columns[f"{name}_upper"] = pd.Series(upper, cells.index)
    return columns, found


def _censor(sign, number, limit, spec):
    """The number taken for an entry beyond a limit (in the unit of the file), and its bounds (in that of the analysis)."""
    floor, ceiling = spec["range"] or (-np.inf, np.inf)
    if sign[0] in "<≤":
        top = limit if sign in ("<=", "≤") else np.nextafter(limit, -np.inf)
        return (number / 2 if spec["censored"] == "half" else number), floor, top
    bottom = limit if sign in (">=", "≥") else np.nextafter(limit, np.inf)
    return number, bottom, ceiling


def _not_a_number(spec, row, cell, decimal):
    text = str(cell)
    remedy = "Correct it, or list it under `missing:` if it means missing."
    if isinstance(cell, pd.Timestamp):
        remedy = "The spreadsheet turned the number into a date; format the column as number and enter it again."
    elif re.fullmatch(r"[+-]?\d+([.,' ]\d+)+", text):
        remedy = (
            f"The decimal sign is declared as '{decimal}'. If the other sign is the decimal sign, set `decimal` for this column; "
            "if a sign separates thousands, declare it as `thousands` for this column."
        )
    return _problem(spec, row, cell, "not_a_number", f"{spec['label']} should be a number.", remedy)


def _suspect_codes(numbers, spec):
    """Numbers that are usual codes for missing and were not declared."""
    found = []
    low, high = spec["range"] or (-np.inf, np.inf)
    for code in NEGATIVE_CODES:
        count = int((numbers == code).sum())
        outside = not low <= scale(code, spec["factor"]) <= high
        if not (count and (outside or low == -np.inf)):
            continue
        if not outside and _is_among(code, count, numbers):
            continue
        found.append(
            build_finding(
                "error",
                "undeclared_missing_code",
                f"{code} stands in {plural(count, 'row')} and is a usual code for missing.",
                f"If it means missing, list {code} under `missing:`.",
                column=spec["column"],
                value=code,
            )
        )
    return found


def _is_among(code, count, numbers):
    """Whether negative numbers lie on both sides of a code, and it stands there at most three times as often as one of them.

    So it is with days before an operation.
    """
    others = numbers[(numbers < 0) & ~np.isin(numbers, NEGATIVE_CODES)]
    if not (others < code).any() or not (others > code).any():
        return False
    return count <= 3 * np.unique(others, return_counts=True)[1].max()


def as_level_codes(spec):
    """Return {code: level}, codes as `as_code` writes them: the declared ones, or else the levels and their labels themselves."""
    codes = {as_code(code): level for code, level in spec["values"].items()}
    if not spec["values"]:
        if spec["kind"] == "binary":
            codes = dict(DEFAULT_CODES)
        codes.update({as_code(level): level for level in spec["levels"]})
        labels = [as_code(label) for label in spec["level_labels"].values()]
        for level, label in zip(spec["level_labels"], labels, strict=True):
            if labels.count(label) == 1:
                codes.setdefault(label, level)
    for word, cell in (("true", "yes"), ("false", "no")):  # a true cell of a spreadsheet reads yes
        if word in codes:
            codes.setdefault(cell, codes[word])
    return codes


def _convert_level(cells, spec, settings):
    codes = as_level_codes(spec)
    # Every other code is what `other` says, unless the column has that very word as a code of its own
    word, found, levels, several, others = as_code(OTHER), [], [], {}, {}
    given = {as_code(cell) for cell in cells if cell is not None}
    one_two = (
        spec["kind"] == "binary" and not spec["values"] and "2" in given and given <= {"1", "2"}
    )
    if one_two:
        found.append(
            build_finding(
                "error",
                "coded_1_2",
                f"{spec['label']} is coded 1 and 2, not 0 and 1.",
                "Say what the codes mean: `values: {1: no, 2: yes}` (or the other way round).",
                column=spec["column"],
                value="1, 2",
            )
        )
    rest = codes.get(word) if spec["values"] and word not in given else None
    for row, cell in cells.items():
        level = None if cell is None or one_two else codes.get(as_code(cell))
        if rest is not None and cell is not None and level is None:
            level = rest
            others[str(cell)] = others.get(str(cell), 0) + 1
        if isinstance(level, list):
            several.setdefault(str(cell), (level, []))[1].append(row)
        levels.append(None if isinstance(level, list) else level)
        if cell is not None and level is None and not one_two:
            accepted = list(spec["values"]) or (
                [*spec["levels"], "0", "1"] if spec["kind"] == "binary" else spec["levels"]
            )
            found.append(
                _problem(
                    spec,
                    row,
                    cell,
                    "unknown_level",
                    f"{spec['label']}: it is not declared what this entry means.",
                    f"Use one of {', '.join(accepted)}, add the code under `values:`, or list it under `missing:`."
                    f"{tell_word(spec, rest)}{_tell_mark(spec, cell, given)}"
                    f"{nearest(cell, accepted)}",
                )
            )
    column = pd.Categorical(levels, categories=spec["levels"], ordered=spec["kind"] == "ordinal")
    columns = {spec["name"]: pd.Series(column, cells.index)}
    if several:
        among = pd.Series(None, cells.index, dtype=object)
        for meant, rows in several.values():
            among[rows] = BETWEEN.join(meant)
        columns[f"{spec['name']}_among"] = among
    return columns, found + tell_codes(spec, several, others, rest)


def _tell_mark(spec, cell, given):
    """What to write where a yes/no column holds one mark and nothing else."""
    if spec["kind"] != "binary" or len(given) != 1:
        return ""
    code = write_yaml([str(cell)])[1:-1]
    return f" If a mark means yes and an empty cell no: `values: {{{code}: yes}}, none_ticked: no`."


_CONVERTERS = {
    "continuous": _convert_number,
    "count": _convert_number,
    "duration": _convert_number,
    "binary": _convert_level,
    "categorical": _convert_level,
    "ordinal": _convert_level,
    "date": convert_date,
}
