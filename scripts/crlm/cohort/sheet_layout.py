"""What a sheet of a workbook shows or hides and its cells do not hold, among the rows and columns that are read."""

from crlm.cohort.findings import build_finding
from crlm.cohort.header import list_columns
from crlm.cohort.value_labels import compare_labels
from crlm.cohort.written_units import NUMBERS, check_formats


def check_layout(sheet, table, settings):
    """Return findings about what a sheet shows and its cells do not hold, among the rows and mapped columns of the table.

    Rows that a filter hides, merged cells, rows and cells struck through, values that nobody sees, units and scales of formats.
    """
    findings = _check_struck(sheet, table, settings)
    shown = {}
    for (row, place), text in sheet.shown.items():
        if row in table.index and place <= len(table.columns):
            shown.setdefault(table.columns[place - 1], {})[row] = text
    findings += check_formats(shown, settings.get("columns") or {})
    findings += _check_words(sheet, table, settings.get("columns") or {})
    findings += _check_unseen(sheet, table, settings)
    findings += _check_blank(sheet, table, settings)
    findings += _check_scaled(sheet, table, settings.get("columns") or {})
    hidden = [row for row in table.index if row in sheet.hidden_rows]
    if hidden:
        findings.append(
            build_finding(
                "warning",
                "hidden_rows",
                f"hidden in the sheet (by a filter or by hand), and read like all others: {len(hidden)} of {len(table)} rows "
                f"(first in row {hidden[0]}).",
                "If they are not meant to be analysed, leave these patients out by an exclusion of the plan.",
            )
        )
    wanted = list_columns(settings)
    for place, name in enumerate(table.columns, 1):
        if place in sheet.hidden_columns and name in wanted:
            text = "the column is hidden in the sheet; it is read like all others."
            remedy = "Look whether another column was meant to take its place."
            findings.append(build_finding("note", "hidden_column", text, remedy, column=name))
    for top, bottom, left, right in sheet.merged:
        rows = [row for row in table.index if top <= row <= bottom]
        names = [name for name in table.columns[left - 1 : right] if name in wanted or not wanted]
        # Cells merged over several columns of which one is mapped hide a value as well
        if rows and names and (len(rows) > 1 or right > left):
            findings.append(
                build_finding(
                    "error",
                    "merged_cells",
                    f"cells of rows {top} to {bottom} are merged: Excel keeps one value for all of them, and the others are empty.",
                    "Unmerge the cells and enter the value in each of them.",
                    row=rows[0],
                    column=", ".join(names),
                )
            )
    return findings


def _check_struck(sheet, table, settings):
    """Rows whose mapped cells are all struck through, and columns with further such cells: they are read like all others."""
    wanted = list_columns(settings)
    places = {
        place: name
        for place, name in enumerate(table.columns, 1)
        if name and (name in wanted or not wanted)
    }
    found = []
    struck = {(row, place) for row, place in sheet.struck if row in table.index and place in places}
    notes = sorted(
        place for place in sheet.commented if place[0] in table.index and place[1] in places
    )
    if notes:
        row, place = notes[0]
        text = f"1 cell has a comment in the sheet, which is not read (row {row}, {places[place]})."
        if len(notes) > 1:
            text = f"{len(notes)} cells have comments in the sheet, which are not read (first in row {row}, {places[place]})."
        remedy = "Look whether one says that a value is wrong."
        found.append(build_finding("note", "comments", text, remedy))
    if not struck:
        return found
    filled = {
        row: {place for place in places if table.loc[row].iloc[place - 1] is not None}
        for row in {row for row, _ in struck}
    }
    whole = sorted(row for row in filled if all((row, place) in struck for place in filled[row]))
    if whole:
        found.append(
            _struck(
                f"struck through in the sheet, and read like all others: {len(whole)} of {len(table)} rows "
                f"({_list_places(whole)}).",
                "If they are not meant to be analysed, delete the rows or leave these patients out by an exclusion of the plan.",
            )
        )
    for place, name in places.items():
        rows = sorted(row for row, each in struck if each == place and row not in whole)
        if rows:
            text = f"1 cell of the column is struck through ({_list_places(rows)}); it is read like all others."
            if len(rows) > 1:
                text = f"{len(rows)} cells of the column are struck through ({_list_places(rows)}); they are read like all others."
            found.append(
                _struck(
                    text,
                    "Enter what is right, or empty the cells.",
                    column=name,
                )
            )
    return found


def _list_marked(cells, table, settings):
    """The columns in use with some of these cells, (row, place of the column), and their rows."""
    wanted = list_columns(settings)
    for place, name in enumerate(table.columns, 1):
        rows = [row for row in table.index if (row, place) in cells]
        if rows and name and (not wanted or name in wanted):
            yield name, rows


def _check_unseen(sheet, table, settings):
    """Values that a reader of the sheet takes for empty cells: white on white, or hidden by the number format."""
    found = []
    for name, rows in _list_marked(sheet.unseen, table, settings):
        text = (
            f"{len(rows)} cells of the column have a value that the sheet does not show ({_list_places(rows)}): white on white, or "
            "hidden by the number format; they are read like all others."
        )
        if len(rows) == 1:
            text = (
                f"1 cell of the column has a value that the sheet does not show ({_list_places(rows)}): white on white, or "
                "hidden by the number format; it is read like all others."
            )
        remedy = "Make them visible in Excel (font colour, number format) and look whether they are meant; else empty the cells."
        found.append(build_finding("warning", "unseen_values", text, remedy, column=name))
    return found


def _check_blank(sheet, table, settings):
    """Texts of no length in an old workbook: what a formula leaves that gives none, or that was never calculated."""
    found = []
    for name, rows in _list_marked(sheet.blank, table, settings):
        text = (
            f"{len(rows)} cells of the column hold a text without any letter ({_list_places(rows)}), as a formula leaves it that "
            "gives nothing or that was never calculated; they are read as empty."
        )
        if len(rows) == 1:
            text = (
                f"1 cell of the column holds a text without any letter ({_list_places(rows)}), as a formula leaves it that "
                "gives nothing or that was never calculated; it is read as empty."
            )
        remedy = "Look in Excel whether the cells show a value; if so, save the workbook there, as .xlsx."
        found.append(build_finding("warning", "blank_text", text, remedy, column=name))
    return found


def _check_scaled(sheet, table, columns):
    """Numbers that a format divides by 1000 or more where it shows them; in some cells of a column only, two scales are mixed."""
    found = []
    for spec in columns.values():
        name = spec["column"]
        if spec.get("kind") not in NUMBERS or list(table.columns).count(name) != 1:
            continue
        place = list(table.columns).index(name) + 1
        numbers = {
            row: value
            for row, value in table[name].items()
            if isinstance(value, int | float) and value
        }
        scaled = {row: sheet.scaled[row, place] for row in numbers if (row, place) in sheet.scaled}
        if not scaled:
            continue
        row, divisor = next(iter(scaled.items()))
        mixed = len(scaled) < len(numbers) or len(set(scaled.values())) > 1
        found.append(
            build_finding(
                "error" if mixed else "warning",
                "scale_mixed" if mixed else "scaled_numbers",
                f"{spec['label']}: the number format in Excel divides {len(scaled)} of {len(numbers)} numbers by {divisor:,} "
                f"where it shows them (first in row {row}); they are read as they are stored.",
                "Give all cells of the column one number format, and look that the numbers are in one unit."
                if mixed
                else "If what Excel shows is meant, enter the numbers so; if what is stored is meant, nothing is to be done.",
                column=name,
            )
        )
    return found


def _check_words(sheet, table, columns):
    """Words that formats show instead of codes, 1 as yes, against what the plan says that the codes mean."""
    found = []
    for spec in columns.values():
        if spec.get("levels") and list(table.columns).count(spec["column"]) == 1:
            place = list(table.columns).index(spec["column"])
            rows = [row for row in table.index if (row, place + 1) in sheet.instead]
            labels = {table.loc[row].iloc[place]: sheet.instead[row, place + 1] for row in rows}
            found += compare_labels(labels, spec) if labels else []
    return found


def _struck(message, remedy, column=""):
    return build_finding("warning", "struck_through", message, remedy, column=column)


def _list_places(rows, shown=10):
    more = ", ..." if len(rows) > shown else ""
    return f"row{'s' if len(rows) > 1 else ''} {', '.join(map(str, rows[:shown]))}{more}"
