"""Which line of a file is the header, and which lines are no patients: comments, units, totals."""

import itertools
import re
from collections import Counter

import pandas as pd

from crlm.cohort.cell_types import plain_cell
from crlm.cohort.findings import build_finding
from crlm.cohort.unreadable import UnreadableError
from crlm.plan.text import fold_name, write_yaml
from crlm.plan.variables import NUMBER_KINDS, as_code

LOOKED_AT = 30  # lines among which the header is looked for
SHOWN = 5
WORDS = """total totals subtotal gesamt gesamtsumme zwischensumme summe sum mean median average mittelwert mittel durchschnitt
totale totaal media moyenne somme gemiddelde"""
TOTALS = set(WORDS.split())
SHORT_TOTALS = {"n", "sd", "std", "se", "count", "anzahl", "min", "max", "minimum", "maximum"}
VALUE = re.compile(r"\s*([<>≤≥]=?)?\s*[+-]?[\d.,]+\s*%?|.*\d+[./-]\d+.*|.*\d{4}.*")


def list_comments(settings):
    """Return the texts with which a comment begins; of one declared text, or a list, or none."""
    signs = settings.get("comment") or []
    return tuple(map(str, [signs] if isinstance(signs, str) else signs))


def list_columns(settings):
    """Return the names of the columns that the plan maps, as they are compared; none when `settings` has no columns."""
    if settings.get("decoded"):  # headings of REDCap become names by its dictionary only
        return set()
    specs = (settings.get("columns") or {}).values()
    return {fold_name(spec["column"]) for spec in specs if "column" in spec}


def list_header_lines(settings):
    """Return the declared lines of the header, none, one or two."""
    lines = settings.get("header_row") or []
    return [lines] if isinstance(lines, int) else list(lines)


def prepare_rows(rows, settings):
    """Return the lines that are neither empty nor a comment nor to be skipped; two lines of a header are one, the lower."""
    signs, skipped = list_comments(settings), settings.get("skip_rows") or []
    kept = {}
    for number, row in rows.items():
        first = next((str(cell).strip() for cell in row if plain_cell(cell) is not None), "")
        if first and not (signs and first.startswith(signs)) and number not in skipped:
            kept[number] = row
    lines = list_header_lines(settings)
    if len(lines) == 2 and set(lines) <= set(kept):
        kept[lines[1]] = _join_names(kept.pop(lines[0]), kept[lines[1]])
    return kept


def _join_names(upper, lower):
    """The names of two lines: the lower one, or the upper where that is empty; both where the lower one stands there twice."""
    width = max(len(upper), len(lower))
    upper, lower = (
        ["" if plain_cell(cell) is None else fold_name(plain_cell(cell)) for cell in row]
        + [""] * (width - len(row))
        for row in (upper, lower)
    )
    groups = list(upper)
    for place in range(1, width):
        groups[place] = (
            upper[place] or groups[place - 1]
        )  # a heading stands over the first of its columns
    return [
        f"{group} {name}".strip() if name and lower.count(name) > 1 else name or above
        for group, above, name in zip(groups, upper, lower, strict=True)
    ]


def match_header(rows, settings):
    """Return how many of the plan's columns the line, or the two lines, have that have most of them, and its line numbers."""
    wanted = list_columns(settings)
    first = [*rows.items()][:LOOKED_AT]
    found = {(number,): row for number, row in first}
    for (above, upper), (number, lower) in itertools.pairwise(first):
        found[above, number] = _join_names(upper, lower)
    counts = {
        lines: len(wanted & {fold_name(plain_cell(cell) or "") for cell in row})
        for lines, row in found.items()
    }
    best = max(counts, key=counts.get, default=())
    return (counts[best], best) if best and counts[best] else (0, ())


def find_header(name, rows, settings):
    """Return the number of the header's line: the declared one, or the first.

    Raises UnreadableError with the first lines and the key to write when the plan's columns stand in another line or in none.
    """
    if not rows:
        raise UnreadableError(
            "no_rows", f"{name} has no rows.", "Export the cohort again; one row per patient."
        )
    declared, wanted = list_header_lines(settings), list_columns(settings)
    line = declared[-1] if declared else min(rows)
    if line not in rows:
        raise UnreadableError(
            "header",
            f"{name} has nothing in line {line}, where the header is declared. {_show(rows)}",
            "Correct `header_row`, the number of the line with the names of the columns.",
        )
    count, best = match_header(rows, settings)
    here = len(wanted & {fold_name(plain_cell(cell) or "") for cell in rows[line]})
    if count > here:
        raise UnreadableError(
            "header",
            f"{name}: line {line} is taken for the header and has {here} of the {len(wanted)} columns of the plan; "
            f"{_name_lines(best)} {count}. {_show(rows, best[-1])}",
            f"Write {_propose(rows, best)} in the plan, beside `file:`; what stands above is then not read.",
        )
    if len(wanted) > 1 and not here:
        raise UnreadableError(
            "header",
            f"{name}: the header, line {line}, has none of the {len(wanted)} columns of the plan. {_show(rows)}",
            "Write the names under `columns:` as they stand in the file. Where the header is another line, write "
            "`header_row: 3` (its number) beside `file:`; where the lines are cut at the wrong sign, `delimiter`.",
        )
    return line


def _name_lines(lines):
    return f"line {lines[0]} has" if len(lines) == 1 else f"lines {lines[0]} and {lines[1]} have"


def _propose(rows, best):
    """The key that makes lines the header: a sign that begins every line above, or their numbers."""
    above = [str(row[0]).strip() for number, row in rows.items() if number < best[0] and row]
    sign = re.match(r"[#%!/*]", above[0]) if above else None
    if sign and len(best) == 1 and all(text.startswith(sign[0]) for text in above):
        return f'`comment: "{sign[0]}"`'
    return f"`header_row: {best[0] if len(best) == 1 else list(best)}`"


def _show(rows, least=0):
    """The first lines as a reader of the message sees them."""
    shown = []
    for number, row in rows.items():
        if len(shown) >= SHOWN and number > least:
            break
        cells = ["" if plain_cell(cell) is None else fold_name(plain_cell(cell)) for cell in row]
        text = " | ".join(cell if len(cell) < 25 else cell[:22] + "..." for cell in cells[:8])
        shown.append(f"line {number}: {text.rstrip(' |')}{' ...' if len(cells) > 8 else ''}")
    return f"The file begins: {'; '.join(shown[:SHOWN] + shown[SHOWN:][-1:])}."


def build_table(rows, line):
    """Return the table below the header: columns named as in the file, index the number of the line, plain cells."""
    width = max(map(len, rows.values()))
    header = [
        fold_name("" if plain_cell(cell) is None else plain_cell(cell)) for cell in rows[line]
    ]
    header += [""] * (width - len(header))
    body = {
        number: [plain_cell(cell) for cell in row] + [None] * (width - len(row))
        for number, row in rows.items()
        if number > line
    }
    table = pd.DataFrame.from_dict(body, orient="index", columns=range(width), dtype=object)
    table.columns = header
    return table


def drop_strange_rows(table, settings):
    """Return the table without rows of units and totals below the header, and an error for each: they are no patients."""
    columns = settings.get("columns") or {}
    findings = []
    units = _find_units(table, columns, settings)
    totals = _find_totals(table, columns)
    for row, words in units.items():
        findings.append(
            build_finding(
                "error",
                "unit_row",
                f"the row below the header has words where all others have numbers or dates ({', '.join(words[:4])}): "
                "it is no patient.",
                f"Write `skip_rows: [{row}]` in the plan, beside `file:`.",
                row=row,
            )
        )
    for row, word in totals.items():
        findings.append(
            build_finding(
                "error",
                "total_row",
                f"the row begins with '{word}' and is no patient.",
                _skip_total(row, word),
                row=row,
                value=word,
            )
        )
    others = _find_notes(table.drop(index=[*units, *totals]), columns)
    for row, (rule, word, message) in others.items():
        findings.append(
            build_finding(
                "error",
                rule,
                message,
                f"Write `skip_rows: [{row}]` in the plan, beside `file:`.",
                row=row,
                value=word,
            )
        )
    return table.drop(index=[*units, *totals, *others]), findings


def _skip_total(row, word):
    first = word.split()[0].strip(":=.")
    if first.casefold() in SHORT_TOTALS:  # identifiers may begin with it
        return f"Write `skip_rows: [{row}]` in the plan, beside `file:`."
    return f"Write `comment: {write_yaml(first)}` in the plan, beside `file:`; rows that begin with the word are then not read."


def _find_units(table, columns, settings):
    """The first row with its words, when it has words in most of the numbers and dates and the next row has not."""
    names = [
        spec["column"]
        for spec in columns.values()
        if spec.get("kind") in (*NUMBER_KINDS, "duration", "date")
        and (table.columns == spec["column"]).sum() == 1
    ]
    if len(table) < 2 or len(names) < 2:
        return {}
    missing = {as_code(code) for code in settings.get("missing", [])}

    def words(row):
        given = [cell for cell in table.loc[row, names] if cell is not None]
        found = [cell for cell in given if isinstance(cell, str) and not VALUE.fullmatch(cell)]
        found = [cell for cell in found if as_code(cell) not in missing | {"na", "n/a", "nan"}]
        return found, len(given)

    first, second = table.index[:2]
    (found, given), (others, _) = words(first), words(second)
    strange = len(found) > 1 and len(found) > given / 2 and not others
    return {first: found} if strange else {}


def _find_totals(table, columns):
    """Rows whose identifier, or first entry where that is empty, is a word for a total; none where identifiers are words."""
    column = (columns.get("patient_id") or {}).get("column")
    if (table.columns == column).sum() != 1:
        return {}
    ids = table[column]
    given = [str(each) for each in ids if each is not None]
    if not given or sum(bool(re.search(r"\d", each)) for each in given) <= len(given) / 2:
        return {}
    found = {}
    for row, cell in ids.items():
        if cell is None:
            cell = next((each for each in table.loc[row] if each is not None), None)
        if isinstance(cell, str):
            words = re.split(r"[\W_]+", cell.casefold().strip(" :=."))
            whole = len(words) == 1 and words[0] in SHORT_TOTALS
            if words[0] in TOTALS or whole:
                found[row] = cell
    return found


def _find_notes(table, columns):
    """Rows that repeat the header, and rows with a sentence in place of an identifier and nothing in the other mapped columns."""
    names = [spec["column"] for spec in columns.values()]
    names = [name for name in dict.fromkeys(names) if (table.columns == name).sum() == 1]
    key = (columns.get("patient_id") or {}).get("column")
    found = {}
    if key not in names or len(names) < 2:
        return found
    ids = [str(each) for each in table[key] if each is not None]
    numbered = sum(bool(re.search(r"\d", each)) for each in ids) > 0.9 * len(ids)
    shapes = Counter(map(_shape, ids))
    for row, cells in zip(table.index, table[names].to_numpy(), strict=True):
        first = cells[names.index(key)]
        if sum(cell == name for cell, name in zip(cells, names, strict=True)) > len(names) / 2:
            found[row] = "repeated_header", first, "the row repeats the header and is no patient."
        elif isinstance(first, str) and sum(cell is not None for cell in cells) == 1:
            if len(first.split()) > 2:
                found[row] = "note_row", first, "the row holds a sentence only and is no patient."
            elif numbered and not re.search(r"\d", first):
                message = "the row holds a heading only, where all others have a number, and is no patient."
                found[row] = "note_row", first, message
            elif shapes[_shape(first)] == 1 and max(shapes.values()) > 0.9 * len(ids):
                message = "the row holds one entry only, which is written unlike all identifiers, and is no patient."
                found[row] = "note_row", first, message
    return found


def _shape(text):
    """How an identifier is written: HH101 is a9, 12/2015 is 9/9."""
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "a", str(text)))
