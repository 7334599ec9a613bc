"""Cells that are not what they seem, looked at before a column gets its type."""

import re

import numpy as np
import pandas as pd

from crlm.cohort.cell_types import Percent
from crlm.cohort.findings import build_finding
from crlm.plan.text import write_yaml
from crlm.plan.variables import LEVEL_KINDS, NUMBER, NUMBER_KINDS, as_code

EXCEL_ERROR = re.compile(r"#(N/A|N/D|NV|N/F|#+|GETTING_DATA|BUSY!|[¡¿]?[A-ZÀ-ÖØ-Þ/0_]+[!?])")
WORDS = """na n/a n.a. n.a na. #na nan null nil . .. - -- --- '-- '- ? ?? unk unk. unknown unbekannt unspecified missing fehlt
fehlend none <na> nat nd n.d. n.d n/d nr n.r. nk n.b. n.b k.a. k.a ka [unknown]"""
MISSING_WORDS = {*WORDS.split(), "not available", "not reported", "not known", "not recorded"}
MISSING_WORDS |= {"not applicable", "not done", "keine angabe", "[not available]"}
MISSING_WORDS |= {"[not applicable]", "[not evaluated]", "[not reported]"}
MISSING_WORDS |= {
    "nicht bekannt",
    "nicht erhoben",
    "nicht durchgeführt",
    "keine angaben",
    "entfällt",
    "leer",
    "ni",
}
MISSING_WORDS |= {"inconnu", "inconnue", "non connu", "non renseigné", "non disponible", "onbekend"}
MISSING_WORDS |= {
    "desconocido",
    "desconocida",
    "no consta",
    "sin dato",
    "sin datos",
    "non noto",
    "ignoto",
}
MISSING_WORDS |= {
    "desconhecido",
    "não informado",
    "sconosciuto",
    "ukendt",
    "okänd",
    "ukjent",
    "不明",
    "未知",
    "不详",
}
CERTAIN = 8  # such dates that betray it even beside other texts; 0.4 ** 8 by chance
BROKEN = re.compile(rf"{EXCEL_ERROR.pattern}$|=.")
BROKEN_SHOWN = 10
DAY_AND_MONTH = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}")
MIXED_LEAST = (
    3  # true dates with day <= 12 from which a column with texts betrays a swap; 0.4 ** 3 by chance
)
SEPARATORS = {".": r"\.", ",": ",", "'": "['\u2019]", " ": " "}
SIGN = r"(?:[<>≤≥]=?\s*)?[+-]?"


def find_broken_cells(cells, column):
    """Return a finding for each cell that holds an error of Excel or a formula in place of a value; one for more than ten."""
    findings = []
    for row, cell in cells.items():
        if not isinstance(cell, str) or cell[0] not in "#=":
            continue
        if EXCEL_ERROR.fullmatch(cell):
            rule, message = "excel_error", f"Excel shows {cell} here, not a value."
            remedy = f"Correct the formula in Excel, or list '{cell}' under `missing:` if it means missing."
        elif cell.startswith("=") and len(cell) > 1:
            rule, message = (
                "formula_without_value",
                "the cell holds a formula, and the file not its value.",
            )
            remedy = "Open the file in Excel, let it calculate, save it; or enter the value."
        else:
            continue
        findings.append(
            build_finding("error", rule, message, remedy, row=row, column=column, value=cell)
        )
    rows = [item["row"] for item in findings]
    if len(rows) <= BROKEN_SHOWN:
        return findings
    more = f" The same holds for {len(rows)} rows of the column: {', '.join(map(str, rows[:BROKEN_SHOWN]))}, ..."
    return [{**findings[0], "row": None, "message": findings[0]["message"] + more}]


def review_cells(cells, spec, settings):
    """Return the cells as they are meant and the findings: errors of Excel, per cent, thousands, numbers as text, swapped dates.

    `cells` are those of one mapped column without codes for missing; what cannot be read is taken out, so that it is said once.
    """
    findings = find_broken_cells(cells, spec["column"])
    if findings:
        broken = cells.map(lambda cell: isinstance(cell, str) and bool(BROKEN.match(cell)))
        cells = cells.mask(broken, None)
    cells, found = _read_percent(cells, spec)
    findings += found
    if spec["kind"] == "date":
        return cells, findings + _find_swapped(cells, spec)
    if spec["kind"] in (*NUMBER_KINDS, "duration"):
        cells, found = _read_thousands(cells, spec, settings)
        findings += found
        findings += _find_numbers_as_text(cells, spec)
        findings += _find_huge(cells, spec)
        cells = _blank(cells, [item["row"] for item in findings if item["rule"] == "huge_number"])
    return cells, findings


def _blank(cells, rows):
    return cells.mask(cells.index.isin(rows), None) if rows else cells


def _finding(severity, rule, spec, message, remedy, **where):
    return build_finding(
        severity, rule, f"{spec['label']}: {message}", remedy, column=spec["column"], **where
    )


def _read_percent(cells, spec):
    """Numbers that a spreadsheet shows as per cent, or texts such as 60 %, in the unit of the file."""
    native = any(isinstance(cell, Percent) for cell in cells)
    if spec["unit"] == "%":
        cells = pd.Series([_read_sign(cell, spec) for cell in cells], cells.index, dtype=object)
    if not native:
        return _drop_signs(cells, spec), []
    if spec["kind"] == "date":
        return cells, []
    shown = cells.map(lambda cell: isinstance(cell, Percent))
    if spec["kind"] in LEVEL_KINDS:  # codes that happen to be shown as per cent
        codes = cells.map(
            lambda cell: float(f"{cell / 100:.10g}") if isinstance(cell, Percent) else cell
        )
        return codes.astype(object), []
    plain = cells[~shown & cells.map(lambda cell: cell is not None and as_code(cell) != "0")]
    first = cells[shown].index[0]
    if len(plain):
        text = (
            f"shown as per cent: {shown.sum()} (row {first}: Excel shows {cells[first]} and stores "
            f"{float(cells[first]) / 100:g}); plain numbers: {len(plain)} (row {plain.index[0]}: {plain.iloc[0]})."
        )
        remedy = "Give all cells of the column one format in Excel, and look that 60 % is not 60 in one row and 0.6 in another."
        return cells.map(lambda cell: None), [
            _finding("error", "percent_mixed", spec, text, remedy)
        ]
    if spec["unit"] != "%":
        text = f"Excel shows the cells as per cent (row {first}: {cells[first]}), but the unit is {spec['unit'] or 'not declared'}."
        remedy = 'Format the column as number in Excel; or, for a variable of your own, declare `unit: "%"` under `variables:`.'
        return cells.map(lambda cell: None), [_finding("error", "percent_unit", spec, text, remedy)]
    # The report prints notes about a column: no patient's value in them
    note = "Excel shows the cells as per cent; they are read as shown, 60 % as 60."
    return _drop_signs(cells, spec), [
        _finding("note", "percent_cells", spec, note, "Nothing to do.")
    ]


def _drop_signs(cells, spec):
    read = [
        float(f"{cell / spec['factor']:.12g}") if isinstance(cell, Percent) else cell
        for cell in cells
    ]
    return pd.Series(read, cells.index, dtype=object)


def _read_sign(cell, spec):
    """The number of a text such as 60 %; anything else as it is."""
    text = cell[:-1].strip() if isinstance(cell, str) and cell.endswith("%") else ""
    if not _is_number(text, spec["decimal"]):
        return cell
    return Percent(text.replace(",", "."))


def _read_thousands(cells, spec, settings):
    """Texts without the declared sign between thousands, or an error where a decimal sign looks like such a sign."""
    decimal = spec["decimal"]
    sign = spec.get("thousands") or settings.get("thousands")
    if sign:
        mark = SEPARATORS[sign]
        grouped = re.compile(rf"{SIGN}\d{{1,3}}({mark}\d{{3}})+({re.escape(decimal)}\d+)?")
        read = [
            re.sub(mark, "", cell) if isinstance(cell, str) and grouped.fullmatch(cell) else cell
            for cell in cells
        ]
        return pd.Series(read, cells.index, dtype=object), []
    if spec.get("decimal_declared"):
        return cells, []
    grouped = re.compile(rf"{SIGN}[1-9]\d{{0,2}}{re.escape(decimal)}\d{{3}}")
    marked = {row: cell for row, cell in cells.items() if isinstance(cell, str) and decimal in cell}
    others = [cell for row, cell in cells.items() if cell is not None and row not in marked]
    if not marked or not all(map(grouped.fullmatch, marked.values())):
        return cells, []
    if not all(re.fullmatch(rf"{SIGN}\d{{1,3}}", str(cell)) for cell in others):
        return cells, []  # a fraction or 1250 without a sign beside them
    if not others and not all(cell.endswith("000") for cell in marked.values()):
        return cells, []  # three decimals in every entry, as programs write them
    numbers = [float(re.sub(r"[^\d]", "", cell)) * spec["factor"] for cell in marked.values()]
    if max(numbers) > (spec["range"] or (0, np.inf))[1]:
        return cells, []  # impossible as thousands
    row, cell = next(iter(marked.items()))
    whole = cell.replace(decimal, "")
    return cells.map(lambda cell: None), [
        _finding(
            "error",
            "thousands",
            spec,
            f"'{cell}' (row {row}) may be {cell.replace(',', '.')} or {whole}: all {len(marked)} entries with '{decimal}' have "
            "exactly three digits after it, and all others are whole numbers below 1000.",
            f"If '{decimal}' separates thousands, declare `thousands: \"{decimal}\"` for this column, with "
            f'`decimal: "{"," if decimal == "." else "."}"`; if it is the decimal sign, `decimal: "{decimal}"`.',
            value=cell,
        )
    ]


def _find_numbers_as_text(cells, spec):
    """A spreadsheet's column of numbers in which some are texts: they are read, and it is said."""
    texts = [
        row
        for row, cell in cells.items()
        if isinstance(cell, str) and _is_number(cell, spec["decimal"])
    ]
    numbers = cells.map(lambda cell: isinstance(cell, int | float)).sum()
    if not texts or not numbers:
        return []
    sign = f"'{spec['decimal']}' as the decimal sign"
    text = f"{len(texts)} numbers are stored as text (first in row {texts[0]}); they are read with {sign}."
    if len(texts) == 1:
        text = f"1 number is stored as text (row {texts[0]}); it is read with {sign}."
    remedy = "Nothing to do if the sign is right; else set `decimal`."
    value = cells[texts[0]]
    return [_finding("note", "number_as_text", spec, text, remedy, value=value)]


def _is_number(text, decimal):
    plain = text.replace(decimal, ".") if decimal in text or "." not in text else ""
    return bool(NUMBER.fullmatch(plain)) and np.isfinite(float(plain))


def _find_huge(cells, spec):
    return [
        _finding(
            "error",
            "huge_number",
            spec,
            "no measurement is as large as this number.",
            "Correct it, or list it under `missing:` if it means missing.",
            row=row,
            value=f"{cell:g}",
        )
        for row, cell in cells.items()
        if isinstance(cell, int | float) and 1e15 <= abs(cell) < np.inf
    ]


def _find_swapped(cells, spec):
    """Dates of which a spreadsheet swapped day and month where it could: those whose day could be a month differ from the others.

    In the workbook the swapped ones are true dates and the others texts; in a text file saved from it the swapped ones are written
    without leading zeros (9/4/2014) and the others with them (17/01/2013).
    """
    true = [cell for cell in cells if isinstance(cell, pd.Timestamp)]
    texts = {
        row: found
        for row, cell in cells.items()
        if isinstance(cell, str) and (found := DAY_AND_MONTH.match(cell))
    }
    sure = {row: found for row, found in texts.items() if max(map(int, found.groups())) > 12}
    unsure = {row: found for row, found in texts.items() if row not in sure}
    months = bool(true) and all(cell.day <= 12 for cell in true)
    if months and sure and (not unsure or len(true) >= CERTAIN):
        row, certain = next(iter(sure)), len(true) >= MIXED_LEAST
        text = (
            f"true dates, with days of 12 or less only: {len(true)}; texts, with a day above 12: {len(sure)} (first in row "
            f"{row})."
        )
    elif _is_padded(sure) is True and _is_padded(unsure) is False:
        row, other, certain = next(iter(sure)), next(iter(unsure)), True
        text = (
            f"without leading zeros, with a day of 12 or less: {len(unsure)} (first in row {other}); with them, with a day above "
            f"12: {len(sure)} (first in row {row})."
        )
    else:
        return []
    text += " So it is when Excel opens dates of another country: it swaps day and month where it can, and leaves the others."
    remedy = "Export again to a file that Excel has not opened, or import the column as text, and declare `date_format`."
    severity = "error" if certain else "warning"
    return [_finding(severity, "dates_swapped", spec, text, remedy, value=cells[row])]


def _is_padded(dates):
    """Whether days and months below 10 are written with a zero: yes, no, or None where it is not one of the two in all of three."""
    small = [part for found in dates.values() for part in found.groups() if int(part) < 10]
    padded = {part.startswith("0") for part in small}
    return padded.pop() if len(small) >= MIXED_LEAST and len(padded) == 1 else None


def take_missing_words(cells, known):
    """Return the cells without words that usually mean missing and are no code of the column, and these words by row."""
    words = {
        row: cell
        for row, cell in cells.items()
        if isinstance(cell, str) and cell.casefold() in MISSING_WORDS and as_code(cell) not in known
    }
    if "+" in set(cells):  # beside a plus, a minus means negative
        words = {row: word for row, word in words.items() if word != "-"}
    return _blank(cells, list(words)), words


def report_missing_words(words, place):
    """Return one error per undeclared word for missing that names all its columns; `words` is column -> row -> word."""
    kinds = {}
    for column, rows in words.items():
        for row, word in rows.items():
            kinds.setdefault(as_code(word), []).append((column, row, word))
    findings = []
    for found in kinds.values():
        columns = list(dict.fromkeys(column for column, _, _ in found))
        column, row, word = found[0]
        code = write_yaml([word])
        many = f"{len(columns)} columns" if len(columns) > 1 else "the column"
        where = (
            "" if len(found) == 1 else f" ({len(found)} entries, first in row {row} of {column})"
        )
        findings.append(
            build_finding(
                "error",
                "undeclared_missing_word",
                f"'{word}' stands in {many}{where}, and it is not declared what it means.",
                f"If it means missing, write `missing: {code}` under `{place}:`"
                + ("" if len(columns) > 1 else ", or for this column")
                + "; if it is a level, add it under `values:`.",
                row=row if len(found) == 1 else None,
                column=", ".join(columns),
                value=word,
            )
        )
    return findings
