"""Findings about the data: what is wrong, where, and what to do."""

import re

import pandas as pd

from crlm.job.storage import read_table

COLUMNS = ["severity", "row", "patient_id", "column", "value", "rule", "message", "remedy"]
SAID = ("severity", "message", "remedy")  # words of this software, not of the file
COUNTED = ("zero_time", "repeated_state")  # the methods say in how many patients
ORDER = {"error": 0, "warning": 1, "note": 2}


def build_finding(severity, rule, message, remedy, *, row=None, patient="", column="", value=""):
    """Return one finding. `row` is the line in the file (the header is line 1), empty for a whole column.

    Of several files it is a text, such as ``12 of b.xlsx``.
    """
    return {
        "severity": severity,
        "row": row,
        "patient_id": patient,
        "column": column,
        "value": "" if value is None else str(value),
        "rule": rule,
        "message": message,
        "remedy": remedy,
    }


def condense_findings(findings, total, least=5, entries=None):
    """Return the findings with one for the whole column in place of many rows.

    When more than half of the `total` entries of a column (and at least `least`) break the same rule, the column is read
    wrongly: one finding then gives the count, the first row and the first value. `entries`: how many there are, where that is not
    the `total`.
    """
    rows = {}
    for item in findings:
        if item["row"] is not None and item["rule"] not in COUNTED:
            rows.setdefault(_kind(item), []).append(item)
    many = {kind: same for kind, same in rows.items() if len(same) >= max(least, total / 2 + 0.5)}
    condensed = []
    for item in findings:
        same = many.get(_kind(item)) if item["row"] is not None else None
        if same and item is same[0]:
            where = f"in row {item['row']}" + (f", '{item['value']}'" if item["value"] else "")
            condensed.append(
                {
                    **item,
                    "row": None,
                    "patient_id": "",
                    "message": f"{item['message']} The same holds for {len(same)} of {entries or total} entries of the column "
                    f"(first {where}).",
                    "remedy": f"{item['remedy']} With so many entries, look first at how the column is declared in the plan.",
                }
            )
        elif not same:
            condensed.append(item)
    return condensed


# Findings about a whole column or table whose words name patients, or values of theirs
NAMING = (
    *("rows_differ", "rows_lost", "several_rows", "twin_patient", "duplicate_patient"),
    *("not_in_joined_table", "unknown_patient", "similar_identifier"),
)
CONDENSED = re.compile(r"The same holds for (\d+ of \d+ entries) of the column \(first ")


def say_in_report(rule, message):
    """Return the words of a finding about a whole column as they may leave the hospital: no patient and no value of one."""
    condensed = CONDENSED.search(message)
    if condensed:
        return f"The same holds for {condensed[1]} of the column."
    return "" if rule in NAMING else message


def _kind(item):
    return item["severity"], item["rule"], item["column"]


def tabulate_findings(findings):
    """Return the findings as a table, errors first, in the order of the file."""
    table = pd.DataFrame(findings, columns=COLUMNS)
    several = table["row"].map(lambda row: isinstance(row, str)).any()
    table["row"] = table["row"].astype("string" if several else "Int64")
    order = table["severity"].map(ORDER)
    return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def add_findings(table, findings):
    """Return the table of findings with further ones, in the same order of severity; an error of a value is told once."""
    if not findings:
        return table
    errors = table[table["severity"] == "error"]
    told = set(zip(errors["patient_id"], errors["column"], errors["value"], strict=True))
    new = [
        item
        for item in findings
        if not item["value"] or (item["patient_id"], item["column"], item["value"]) not in told
    ]
    return tabulate_findings([*table.to_dict("records"), *new])


def describe_errors(table, first=10, say=str):
    """Return the screen text of a run that cannot go on, or None without errors.

    The first error of each rule and column comes before further ones of the same kind, so that none is buried. say: gives a
    sentence in another language.
    """
    errors = table[table["severity"] == "error"]
    if errors.empty:
        return None
    again = errors.duplicated(["rule", "column"]).to_numpy()
    shown = pd.concat([errors[~again], errors[again]]).head(first)
    count = "1 error" if len(errors) == 1 else f"{len(errors)} errors"
    lines = [say(f"The data have {count}; nothing was analysed.")]
    for number, item in enumerate(shown.itertuples(), 1):
        where = ", ".join(
            text
            for text in (
                f"{say('row')} {_say_row(item.row)}" if pd.notna(item.row) else "",
                f"{say('patient')} {item.patient_id}" if item.patient_id else "",
                f"{say('column')} {item.column}" if item.column else "",
                f"{say('value')} '{item.value}'" if item.value else "",
            )
            if text
        )
        lines.append(f"{number:>3}. {where + ': ' if where else ''}{say(item.message)}")
        lines.append(f"     -> {say(item.remedy)}")
    if len(errors) > first:
        lines.append("     " + say(f"... and {len(errors) - first} more."))
    return "\n".join(lines)


def _say_row(row):
    return row if isinstance(row, str) else int(row)


def refuse(files, say=str):
    """Return what to say when tables of findings (CSV files) hold an error, or None: nothing is analysed then. say: see
    `describe_errors`."""
    tables = [read_table(file, text=["value", "column", "row"]) for file in files]
    found = pd.concat(tables).fillna({"patient_id": "", "column": "", "value": ""})
    errors = describe_errors(found, say=say)
    if errors is None:
        return None
    others = "".join(f", {file}" for file in files[1:])
    return f"\n{errors}\n{say('All findings')}: {files[0]} {say('and')} .xlsx{others}\n"


def write_workbook(table, path, say=str):
    """Write the findings as a spreadsheet with one row per finding and a filter; texts are written as texts, never as formulas.

    say: see `describe_errors`.
    """
    import datetime

    import xlsxwriter

    widths = {"message": 70, "remedy": 70, "column": 24, "value": 16, "rule": 24}
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": datetime.datetime(2000, 1, 1)})  # same input, same bytes
    sheet = book.add_worksheet(say("Findings"))
    head = book.add_format({"bold": True, "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for place, name in enumerate(COLUMNS):
        sheet.write_string(0, place, say(name.replace("_", " ")), head)
        sheet.set_column(place, place, widths.get(name, 12), wrap)
        for line, value in enumerate(table[name], 1):
            if name == "row" and pd.notna(value) and not isinstance(value, str):
                sheet.write_number(line, place, int(value))
            elif pd.notna(value):
                words = say(str(value)) if name in SAID else str(value)
                sheet.write_string(line, place, words)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(table), 1), len(COLUMNS) - 1)
    book.close()
