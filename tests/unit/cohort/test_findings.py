"""Findings: their order, the screen text, the workbook."""

import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from crlm.cohort.findings import (
    COLUMNS,
    COUNTED,
    build_finding,
    condense_findings,
    describe_errors,
    refuse,
    tabulate_findings,
    write_workbook,
)
from crlm.display import formats, language
from crlm.job.storage import read_table, write_table

GERMAN = Path(__file__).parents[3] / "workflow/languages/de.po"


@pytest.fixture(autouse=True)
def findings_are_sentences():
    """Those of this file are made up, and no sentences."""


def finding(row, column="A", rule="r", severity="error", value="v"):
    return build_finding(
        severity,
        rule,
        "is wrong.",
        "Correct it.",
        row=row,
        patient=f"P{row}",
        column=column,
        value=value,
    )


def test_errors_come_first_in_the_order_of_the_file():
    table = tabulate_findings(
        [
            finding(2, severity="note"),
            finding(3, severity="warning"),
            finding(4),
            finding(5, severity="note"),
            finding(6),
        ]
    )
    assert table["row"].tolist() == [4, 6, 3, 2, 5] and list(table.columns) == COLUMNS
    assert tabulate_findings([]).empty and describe_errors(tabulate_findings([])) is None
    assert describe_errors(tabulate_findings([finding(2, severity="warning")])) is None


def test_the_screen_text_names_place_fault_and_remedy():
    text = describe_errors(
        tabulate_findings(
            [finding(7, value="x"), build_finding("error", "q", "has no rows.", "Export it.")]
        )
    )
    assert text.splitlines() == [
        "The data have 2 errors; nothing was analysed.",
        "  1. row 7, patient P7, column A, value 'x': is wrong.",
        "     -> Correct it.",
        "  2. has no rows.",
        "     -> Export it.",
    ]
    assert "have 1 error;" in describe_errors(tabulate_findings([finding(7)]))


def test_ten_on_screen_and_none_buried():
    """300 errors of one column must not hide the one error of another."""
    many = [finding(row) for row in range(2, 302)] + [finding(5, column="B"), finding(6, rule="s")]
    lines = describe_errors(tabulate_findings(many)).splitlines()
    assert lines[0] == "The data have 302 errors; nothing was analysed."
    assert len(lines) == 1 + 2 * 10 + 1 and lines[-1].strip() == "... and 292 more."
    assert "column B" in lines[3] and "row 6" in lines[5] and "row 3," in lines[7]


def test_the_screen_text_survives_the_table_on_disk(tmp_path):
    table = tabulate_findings([finding(7), build_finding("error", "q", "NA", "None", value="NA")])
    write_table(table, tmp_path / "a.csv")
    again = read_table(tmp_path / "a.csv", text=["value"])
    assert describe_errors(
        again.fillna({"patient_id": "", "column": "", "value": ""})
    ) == describe_errors(table)


def test_rows_of_several_files_are_told_with_the_file(tmp_path):
    table = tabulate_findings([finding("7 of b.csv"), finding(None)])
    write_table(table, tmp_path / "a.csv")
    assert "1. row 7 of b.csv, " in describe_errors(table)
    said = refuse([str(tmp_path / "a.csv")])
    assert "1. row 7 of b.csv, " in said and "2. patient" in said
    write_workbook(table, tmp_path / "a.xlsx")
    assert pd.read_excel(tmp_path / "a.xlsx")["row"].tolist()[0] == "7 of b.csv"


@pytest.mark.parametrize(
    "bad, total, left",
    [(4, 5, 4), (5, 9, 1), (5, 10, 5), (6, 11, 1), (100, 200, 100), (101, 200, 1)],
)
def test_a_column_that_is_wrong_as_a_whole_is_one_finding(bad, total, left):
    kept = condense_findings([finding(row, value=str(row)) for row in range(2, 2 + bad)], total)
    assert len(kept) == left
    if left == 1:
        assert kept[0]["row"] is None and kept[0]["patient_id"] == "" and kept[0]["value"] == "2"
        assert (
            f"{bad} of {total} entries" in kept[0]["message"] and "row 2, '2'" in kept[0]["message"]
        )
        assert kept[0]["message"].startswith("is wrong.") and kept[0]["remedy"].startswith(
            "Correct it."
        )


def test_other_findings_stay():
    mixed = [finding(row) for row in range(2, 12)] + [
        finding(5, rule="s"),
        finding(5, column="B"),
        finding(None),
        finding(6, severity="warning"),
    ]
    kept = condense_findings(mixed, 10)
    assert [(item["rule"], item["column"], item["row"], item["severity"]) for item in kept] == [
        ("r", "A", None, "error"),
        ("s", "A", 5, "error"),
        ("r", "B", 5, "error"),
        ("r", "A", None, "error"),
        ("r", "A", 6, "warning"),
    ]


def test_the_workbook_has_texts_and_no_formulas(tmp_path):
    table = tabulate_findings(
        [finding(7, value="=1+1"), build_finding("error", "q", "+cmd", "@x", column="http://x")]
    )
    for name in ("a", "b"):
        write_workbook(table, tmp_path / f"{name}.xlsx")
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    assert [cell.value for cell in sheet[1]] == [name.replace("_", " ") for name in COLUMNS]
    cell = sheet.cell(2, COLUMNS.index("value") + 1)
    assert cell.value == "=1+1" and cell.data_type == "s"
    assert sheet.cell(2, COLUMNS.index("row") + 1).value == 7
    groups = sheet.column_dimensions.values()
    widths = {
        COLUMNS[n - 1]: g.width for g in groups for n in range(g.min, min(g.max, len(COLUMNS)) + 1)
    }
    assert {name for name, width in widths.items() if width > 60} == {"message", "remedy"}
    assert {name for name, width in widths.items() if 15 < width < 30} == {
        "column",
        "rule",
        "value",
    }
    write_workbook(tabulate_findings([]), tmp_path / "c.xlsx")


def test_findings_in_another_language_quote_the_file_as_it_is(tmp_path):
    """On the screen and in the workbook; the CSV, which programs read, stays English."""
    found = [
        build_finding("error", "not_a_number", "Age should be a number.", "Correct it, or list it under `missing:` if it means missing.",
                      row=3, patient="P7", column="Alter", value="6,125.5"),
        build_finding("warning", "unusual", "CEA is unusual (expected 1.5 to 90).", "Check it; it is used as it is.", row=4),
    ]  # fmt: skip
    table = tabulate_findings(found)
    write_table(table, tmp_path / "found.csv")
    formats.use({"language": "de", "own": ["Age", "CEA"], "verbatim": True}, [GERMAN])
    try:
        said = refuse([tmp_path / "found.csv"], language.say)
        write_workbook(table, tmp_path / "found.xlsx", language.say)
    finally:
        formats.use()
    assert "Die Daten haben 1 Fehler; es wurde nichts analysiert." in said
    assert "Zeile 3, Patient P7, Spalte Alter, Wert '6,125.5': Age sollte eine Zahl sein." in said
    assert "-> Berichtigen, oder unter `missing:` aufführen, wenn es fehlend bedeutet." in said
    sheet = openpyxl.load_workbook(tmp_path / "found.xlsx").active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert sheet.title == "Befunde" and cells[0][0] == "Schwere"
    assert cells[1][:6] == ["Fehler", 3, "P7", "Alter", "6,125.5", "not_a_number"]
    assert cells[2][6] == "CEA ist ungewöhnlich (erwartet 1.5 bis 90)."
    assert "Age should be a number." in (tmp_path / "found.csv").read_text()


def test_english_findings_are_what_they_were(tmp_path):
    table = tabulate_findings([finding(2), finding(3, severity="note")])
    write_table(table, tmp_path / "found.csv")
    assert refuse([tmp_path / "found.csv"], language.say) == refuse([tmp_path / "found.csv"])
    for name, how in (("one", {}), ("other", {"say": language.say})):
        write_workbook(table, tmp_path / name, **how)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


@pytest.mark.parametrize("rule", ["zero_time", "repeated_state", "other"])
def test_what_the_methods_count_stands_once_per_patient(rule):
    found = [
        build_finding("warning", rule, "m", "r", row=row, patient=f"P{row}", column="c")
        for row in range(2, 10)
    ]
    assert len(condense_findings(found, 8)) == (1 if rule == "other" else 8)


def test_whatever_the_words_count_by_its_rule_is_never_condensed():
    scripts = Path(__file__).parents[3] / "scripts/crlm"
    texts = [
        path.read_text("utf-8") for path in scripts.rglob("*.py") if path.parent.name != "cohort"
    ]
    rules = {rule for text in texts for rule in re.findall(r'findings\["rule"\] == "(\w+)"', text)}
    assert rules and rules <= set(COUNTED)
