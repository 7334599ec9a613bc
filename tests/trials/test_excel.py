"""Workbooks as hospitals have them: what Excel shows, hides, swaps or does not store is read rightly or said."""

import base64
import datetime
import warnings
import zipfile
import zlib

import openpyxl
import pandas as pd
import pytest
import xlsxwriter
from crlm.cohort.reading import read_table
from making import ingest_file, make_plan

PLAN = """
study: {title: Made up}
cohort: {file: cohort.xlsx, date_format: "%d/%m/%Y"}
columns:
  patient_id: Pat
  age: Age
  resection_date: OP
  cea_ng_ml: CEA
  hgp_desmoplastic: DHGP
  synchronous: Sync
  death_date: Death
  last_contact_date: Seen
endpoints:
  os:
    label: Overall survival
    origin: resection_date
    events: {death: {date: death_date}}
    censoring: {last_contact: {date: last_contact_date}}
"""
HEADER = ["Pat", "Age", "OP", "CEA", "DHGP", "Sync", "Death", "Seen", "Remark"]

OLD_BOOK = r"""
c-rk)Pe@c@5dVE|-`hW>?rIuoAd8Td>A|{mvCT52Lt=R-B&fB0q`2<JvKQ-
+WqS;QPDK~N4qdD+{h^HN)FCkH5Cp+mbm|lpbWmS2^WNK5Q*faK<;~-pZ)U!k`R2_x-}k=VH`A5*@%wc%SOojv!@L!OzeuL2g<K{A8n-Ma-
9AXo@?cFtC`b$GH}ItVb%589*LwyU?&&WG1D~j!#5r`QQ)YA(;ef;tR~$o|(y8_|+@e;2T8XPl@EO6I1m6|ir-
Jv3<f`B{(#@+rOvk#L_BwTZLTjKgMcx=c6q^sC-HIB#;yS)~P1(8z+B1Xk<a!yX*UK;gTI((|WoDQU<2E(`BLpqO!!3zK9@SI_6ZmOGfgkRMe;
)PZt1DL^`LBiYz%ue6E#gx05Iu|K*EJm&g>_nS_2;k=Nu4XihjcQLqfPPBu#bX+>49`6JBxO%4>|g2iyZDC<&JpPB&FVgc*dk7qu1opB6(*rew
MoKbk-!*_ExIBVJ3Eq137CV3(lHy*@0z*69@}kDf=)&Z!~-
7+uI}kJ+V_F8I|vg{T15AZvYFI*n*5J3L`dd5{q4eFN@c$Le~kdroBLYV^57kbdHJ66&Y=$dG-jri)}BWcMzTXdh}6!?sIG>(UV;>=c^~*$Hvh
>sY#GMKVxWC&Fbb2hQ~3tSI&9$QE=^FXID^*II&yKr#6f^NjfMW@;%n7@PJk6Z2JSNkyRgDuWL1{{$;ajbDSMj;4~*!Hs>SGSKxHw^a5uPXE^h
yCFW5w4`*%)TjV{e&^M@2bl+u!X&($NNF%z$U|X@@fa6yy@*8#hYGTdn#<uqAHmNDe27C9*_yq%wcTKzl&%m@D^%t2*32)fdg{7*?0}nj#zyl9
FSbw1GOTFB2bh*>mcfEk~zs?-BdGBwMbqmLkrYB3k5Dy_meFh^X)z4-a%JrpIXyg80$Z(uy&tM4s630-<^-
FhNRs23HHjMncEmZ3K^QFZ3pXdJ#FDe+?
"""


def day(year, month, number):
    return datetime.datetime(year, month, number)


def list_patients(count=6):
    return [
        [
            f"P{place:02}",
            50 + place,
            day(2014, 1 + place, 20 - place),
            2.5 + place,
            100 - 10 * place,
            int(place < 3),
            day(2016, 1 + place, 25 - place) if place % 2 else None,
            day(2016 if place % 2 else 2018, 1 + place, 25 - place),
            "fine",
        ]
        for place in range(count)
    ]


def write_book(folder, patients, above=(), title="Cohort", change=None):
    """A workbook with one sheet; `change` gets the book and the sheet before they are saved."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in [*above, HEADER, *patients]:
        sheet.append(row)
    if change:
        change(book, sheet)
    book.save(folder / "cohort.xlsx")
    return folder / "cohort.xlsx"


def find(findings, rule):
    return findings[findings["rule"] == rule]


def list_rules(findings, severity="error"):
    return sorted(set(findings.loc[findings["severity"] == severity, "rule"]))


def test_a_plain_workbook_has_nothing_to_say(tmp_path):
    cohort, findings = ingest_file(PLAN, write_book(tmp_path, list_patients()))
    assert findings.empty, findings.to_string()
    assert cohort["cea_ng_ml"].tolist() == [2.5, 3.5, 4.5, 5.5, 6.5, 7.5]
    assert cohort["os_event"].sum() == 3


@pytest.mark.parametrize(
    "sign", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!"]
)
@pytest.mark.parametrize("column", ["Death", "CEA", "Sync", "DHGP", "Pat"])
def test_an_error_cell_is_never_a_missing_value(sign, column, tmp_path):
    patients = list_patients()
    patients[3][HEADER.index(column)] = sign
    _, findings = ingest_file(PLAN, write_book(tmp_path, patients))
    found = find(findings, "excel_error")
    assert found[["severity", "row", "column", "value"]].values.tolist() == [
        ["error", 5, column, sign]
    ]
    assert f"Excel shows {sign} here" in found["message"].iloc[0]


def test_an_error_cell_that_nobody_maps_or_that_is_declared_says_nothing(tmp_path):
    patients = list_patients()
    patients[1][8] = "#REF!"
    patients[1][6] = "#N/A"
    plan = PLAN.replace("cohort: {", "cohort: {missing: ['#N/A'], ")
    cohort, findings = ingest_file(plan, write_book(tmp_path, patients))
    assert list_rules(findings) == []
    assert cohort["os_event"].tolist() == [0, 0, 0, 1, 0, 1]


def test_many_error_cells_are_one_finding(tmp_path):
    patients = [[*row[:6], "#N/A", *row[7:]] for row in list_patients(11)]
    _, findings = ingest_file(PLAN, write_book(tmp_path, patients))
    assert find(findings, "excel_error")["row"].isna().tolist() == [True]
    assert "11 rows" in find(findings, "excel_error")["message"].iloc[0]


def test_a_formula_without_a_stored_value_is_an_error_and_one_with_an_empty_text_is_missing(
    tmp_path,
):
    patients = list_patients()
    patients[2][3] = "=B4/10"
    patients[4][3] = '=IF(B6>10,"",B6)'
    path = write_book(tmp_path, patients)
    parts = {name: zipfile.ZipFile(path).read(name) for name in zipfile.ZipFile(path).namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    parts[sheet] = parts[sheet].replace(b'<c r="D6"', b'<c r="D6" t="str"')  # as Excel stores ""
    with zipfile.ZipFile(path, "w") as book:
        for name, content in parts.items():
            book.writestr(name, content)
    cohort, findings = ingest_file(PLAN, path)
    found = find(findings, "formula_without_value")
    assert found[["severity", "row", "column", "value"]].values.tolist() == [
        ["error", 4, "CEA", "=B4/10"]
    ]
    assert cohort["cea_ng_ml"].isna().tolist() == [False, False, True, False, True, False]


@pytest.mark.parametrize("values, broken", [((0, 0), True), ((7, 0), False)])
def test_formulas_of_a_program_that_does_not_calculate(values, broken, tmp_path):
    """It stores 0 for each of them and asks Excel to calculate."""
    book = xlsxwriter.Workbook(tmp_path / "a.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["ID", "Age"])
    for row, value in enumerate(values, 1):
        sheet.write(row, 0, f"P{row}")
        sheet.write_formula(row, 1, f"=C{row}*2", None, value)
    book.close()
    table, _ = read_table(tmp_path / "a.xlsx", {})
    assert table["Age"].tolist() == (["=C1*2", "=C2*2"] if broken else list(values))


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_first_sheet_is_not_read(state, tmp_path):
    def hide(book, sheet):
        sheet.sheet_state = state
        new = book.create_sheet("Current")
        for row in [HEADER, *([*p[:1], 70, *p[2:]] for p in list_patients())]:
            new.append(row)
        book.active = 1

    path = write_book(tmp_path, list_patients(), title="Old", change=hide)
    cohort, findings = ingest_file(PLAN, path)
    assert set(cohort["age"]) == {70}
    note = find(findings, "sheets").iloc[0]
    assert note["severity"] == "note" and "'Old' (hidden)" in note["message"]
    cohort, findings = ingest_file(PLAN.replace("cohort: {", "cohort: {sheet: Old, "), path)
    assert cohort["age"].tolist() == [50, 51, 52, 53, 54, 55]
    assert "hidden" in find(findings, "sheets")["message"].iloc[0]


def test_of_several_sheets_it_is_said_which_was_read(tmp_path):
    def add(rows):
        def change(book, _):
            new = book.create_sheet("Second")
            for row in rows:
                new.append(row)

        return change

    path = write_book(tmp_path, list_patients(), change=add([["Code", "Meaning"], [1, "yes"]]))
    _, findings = ingest_file(PLAN, path)
    assert find(findings, "sheets")["severity"].tolist() == ["note"]
    path = write_book(tmp_path, list_patients(), change=add([HEADER, *list_patients()]))
    _, findings = ingest_file(PLAN, path)
    found = find(findings, "sheets").iloc[0]
    assert found["severity"] == "warning" and "'Cohort'" in found["message"]
    assert "'Second'" in found["message"] and "sheet:" in found["remedy"]


def test_a_cover_sheet_is_answered_with_the_sheet_that_has_the_columns(tmp_path):
    def cover(book, _):
        book.create_sheet("Read me", 0).append(["Cohort of the clinic"])

    _, findings = ingest_file(PLAN, write_book(tmp_path, list_patients(), change=cover))
    assert findings["rule"].tolist() == ["sheet"]
    assert "`sheet: Cohort`" in findings["remedy"].iloc[0]


def test_filtered_rows_are_read_and_counted(tmp_path):
    def narrow(_, sheet):
        sheet.auto_filter.ref = "A1:I7"
        for row in (3, 5):
            sheet.row_dimensions[row].hidden = True
        sheet.row_dimensions[40].hidden = True

    cohort, findings = ingest_file(PLAN, write_book(tmp_path, list_patients(), change=narrow))
    assert len(cohort) == 6
    found = find(findings, "hidden_rows").iloc[0]
    assert found["severity"] == "warning" and "2 of 6 rows" in found["message"]
    assert "(first in row 3)" in found["message"]


@pytest.mark.parametrize(
    "area, column", [("D3:D5", "CEA"), ("F2:G2", "Sync, Death"), ("A1:C1", None), ("I2:I4", None)]
)
def test_merged_cells_in_mapped_columns_hide_values(area, column, tmp_path):
    path = write_book(tmp_path, list_patients(), change=lambda _, sheet: sheet.merge_cells(area))
    if area == "A1:C1":
        path = write_book(
            tmp_path,
            list_patients(),
            above=[["Title"]],
            change=lambda _, sheet: sheet.merge_cells(area),
        )
    plan = PLAN if area != "A1:C1" else PLAN.replace("cohort: {", "cohort: {header_row: 2, ")
    found = find(ingest_file(plan, path)[1], "merged_cells")
    assert found["column"].tolist() == ([column] if column else [])
    if column:
        assert found["severity"].iloc[0] == "error" and found["row"].iloc[0] == int(area[1])


def show_as_percent(*rows, form="0%", column=5):
    def change(_, sheet):
        for row in rows:
            cell = sheet.cell(row, column)
            cell.value = cell.value / 100
            cell.number_format = form

    return change


@pytest.mark.parametrize("form", ["0%", "0.0%", "#,##0 %", "0%;[Red]-0%"])
def test_per_cent_cells_beside_plain_numbers_are_an_error(form, tmp_path):
    path = write_book(tmp_path, list_patients(), change=show_as_percent(2, 4, form=form))
    _, findings = ingest_file(PLAN, path)
    found = find(findings, "percent_mixed").iloc[0]
    assert found["severity"] == "error" and found["column"] == "DHGP"
    assert "shown as per cent: 2 (" in found["message"]
    assert "plain numbers: 4 (" in found["message"]


def test_a_column_of_per_cent_cells_is_read_as_shown(tmp_path):
    rows = [[*p[:4], 7 * place, *p[5:]] for place, p in enumerate(list_patients())]
    path = write_book(tmp_path, rows, change=show_as_percent(*range(2, 8)))
    for unit in ("", "unit: '%'", "unit: fraction"):
        plan = PLAN.replace(
            "hgp_desmoplastic: DHGP", f"hgp_desmoplastic: {{column: DHGP, {unit}}}"
        ).replace(", }", "}")
        cohort, findings = ingest_file(plan, path)
        assert cohort["hgp_desmoplastic"].tolist() == [0, 7, 14, 21, 28, 35]
        assert list_rules(findings, "note") == ["percent_cells"] and not list_rules(findings)


def test_a_written_per_cent_sign_among_per_cent_cells_is_one_of_them(tmp_path):
    patients = list_patients()
    patients[3][4] = "70 %"
    path = write_book(tmp_path, patients, change=show_as_percent(2, 3, 4, 6, 7))
    cohort, findings = ingest_file(PLAN, path)
    assert cohort["hgp_desmoplastic"].tolist() == [100, 90, 80, 70, 60, 50]
    assert not list_rules(findings)


def test_a_zero_without_a_format_is_zero_per_cent(tmp_path):
    path = write_book(
        tmp_path,
        [[*p[:4], 0 if place else 40, *p[5:]] for place, p in enumerate(list_patients())],
        change=show_as_percent(2),
    )
    cohort, findings = ingest_file(PLAN, path)
    assert cohort["hgp_desmoplastic"].tolist() == [40, 0, 0, 0, 0, 0] and not list_rules(findings)


def test_a_printed_per_cent_sign_is_no_per_cent_format_and_codes_stay_codes(tmp_path):
    def change(_, sheet):
        for row in range(2, 8):
            sheet.cell(row, 5).number_format = '0"%"'
            sheet.cell(row, 6).number_format = "0%"

    cohort, findings = ingest_file(PLAN, write_book(tmp_path, list_patients(), change=change))
    assert cohort["hgp_desmoplastic"].tolist() == [100, 90, 80, 70, 60, 50]
    assert cohort["synchronous"].tolist() == ["yes"] * 3 + ["no"] * 3 and findings.empty


def test_per_cent_cells_of_what_has_another_unit_are_refused(tmp_path):
    path = write_book(tmp_path, list_patients(), change=show_as_percent(*range(2, 8), column=4))
    found = find(ingest_file(PLAN, path)[1], "percent_unit")
    assert found["severity"].tolist() == ["error"] and "ng/mL" in found["message"].iloc[0]


@pytest.mark.parametrize("late", [False, True])
def test_serial_numbers_and_true_dates_count_from_the_workbooks_own_day(late, tmp_path):
    start = datetime.datetime(1904, 1, 1) if late else datetime.datetime(1899, 12, 30)
    patients = list_patients()
    for row in patients[::2]:
        row[2] = (row[2] - start).days + 0.5
        row[7] = (row[7] - start).days

    def change(book, _):
        if late:
            book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904

    path = write_book(tmp_path, patients, change=change)
    cohort, findings = ingest_file(PLAN.replace('"%d/%m/%Y"', "excel"), path)
    assert cohort["resection_date"].tolist() == [row[2] for row in list_patients()]
    assert cohort["last_contact_date"].tolist() == [row[7] for row in list_patients()]
    assert not list_rules(findings)
    assert cohort["cea_ng_ml"].tolist() == [2.5, 3.5, 4.5, 5.5, 6.5, 7.5]
    assert cohort["patient_id"].tolist() == [f"P{place:02}" for place in range(6)]


def swap_by_excel(when, day_first):
    """What an Excel of the other country makes of a written date: a true date with day and month swapped, or the text."""
    if when is None:
        return None
    if when.day <= 12:
        return datetime.datetime(when.year, when.day, when.month)
    return f"{when:%d/%m/%Y}" if day_first else f"{when:%m/%d/%Y}"


@pytest.mark.parametrize("day_first", [True, False])
def test_days_and_months_swapped_by_excel_are_recognised(day_first, tmp_path):
    patients = list_patients()
    for place, row in enumerate(patients):
        row[7] = day(2018, 3 + place, 3 + 4 * place)
        row[2], row[7] = (swap_by_excel(row[each], day_first) for each in (2, 7))
    form = '"%d/%m/%Y"' if day_first else '"%m/%d/%Y"'
    _, findings = ingest_file(PLAN.replace('"%d/%m/%Y"', form), write_book(tmp_path, patients))
    found = find(findings, "dates_swapped")
    assert found.loc[found["severity"] == "error", "column"].tolist() == ["Seen"]
    assert "swaps day and month" in found["message"].iloc[0]


def test_swapped_dates_are_recognised_although_somebody_typed_a_text(tmp_path):
    patients = list_patients(12)
    for place, row in enumerate(patients):
        row[7] = swap_by_excel(day(2018, 1 + place, 13 if place < 2 else 1 + place), True)
    patients[0][7] = "03/04/2018"
    _, findings = ingest_file(PLAN, write_book(tmp_path, patients))
    found = find(findings, "dates_swapped")
    assert "Seen" in set(found.loc[found["severity"] == "error", "column"])


def test_true_dates_beside_texts_without_the_signature_are_no_error(tmp_path):
    patients = list_patients()
    patients[0][7] = "03/04/2018"  # a day that Excel would have made a true date
    _, findings = ingest_file(PLAN, write_book(tmp_path, patients))
    assert find(findings, "dates_swapped").empty and not list_rules(findings)


def test_numbers_stored_as_text_are_read_with_the_declared_sign_and_said(tmp_path):
    patients = list_patients()
    patients[1][3] = "3,75"
    patients[4][3] = "12"
    plan = PLAN.replace("cohort: {", "cohort: {decimal: ',', ")
    cohort, findings = ingest_file(plan, write_book(tmp_path, patients))
    assert cohort["cea_ng_ml"].tolist() == [2.5, 3.75, 4.5, 5.5, 12, 7.5]
    found = find(findings, "number_as_text").iloc[0]
    assert found["severity"] == "note" and "2 numbers" in found["message"]


@pytest.mark.parametrize("number", [1e20, -3e15, 10**25])
def test_a_huge_number_is_a_finding_with_its_row(number, tmp_path):
    patients = list_patients()
    patients[1][3] = number
    _, findings = ingest_file(PLAN, write_book(tmp_path, patients))
    found = find(findings, "huge_number").iloc[0]
    assert (found["severity"], found["row"], found["column"]) == ("error", 3, "CEA")


def test_an_old_workbook_is_read_by_its_cells(tmp_path):
    """A file of xlwt: counts from 1904, a hidden first sheet, per cent cells, a hidden row, merged cells, an error cell."""
    path = tmp_path / "a.xls"
    path.write_bytes(zlib.decompress(base64.b85decode("".join(OLD_BOOK.split()))))
    table, found = read_table(path, {})
    assert [list(row) for row in table.itertuples(index=False)] == [
        ["A1", pd.Timestamp(2012, 3, 4), 60, 39510, "yes", "m"],
        ["A2", "#N/A", 100, 3.5, "no", None],
    ]
    assert (
        str(table["Share"].iloc[0]) == "60%"
        and type(table["Serial"].iloc[0]).__name__ == "Whole1904"
    )
    assert [item["rule"] for item in found] == ["sheets", "hidden_rows", "merged_cells"]


def test_no_warning_of_the_reader_escapes(tmp_path):
    path = write_book(tmp_path, list_patients())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plan = make_plan(PLAN)
        table, found = read_table(path, {**plan["cohort"], "columns": plan["columns"]})
    assert len(table) == 6 and not found and isinstance(table["OP"].iloc[0], pd.Timestamp)


def test_what_the_report_prints_about_a_column_holds_no_value_of_a_patient(tmp_path):
    """Notes and warnings without a row go into the report with their words."""
    patients = list_patients()
    patients[1][3] = "3.4567"
    patients[0][7], patients[2][7], patients[4][7] = day(2018, 4, 3), "23/03/2018", "27/05/2018"
    for row in patients[1::2]:
        row[7] = "23/08/2018"
    path = write_book(tmp_path, patients, change=show_as_percent(*range(2, 8)))
    _, findings = ingest_file(PLAN, path)
    printed = findings[findings["row"].isna() & (findings["severity"] != "error")]
    assert {"number_as_text", "percent_cells", "dates_swapped"} <= set(printed["rule"])
    words = " ".join(printed["message"])
    assert not any(each in words for each in ("3.4567", "23/03", "27/05", "100%", "2018"))
