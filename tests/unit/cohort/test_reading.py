"""Every format gives the same cells; a file that is not what it says gives one finding."""

import datetime
import warnings

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from crlm.cohort.reading import read_table

ROWS = [("A1", 61, 3.5, "Süd", datetime.date(2012, 3, 4)), ("A2", None, 12.0, None, None)]
CELLS = [
    ["A1", 61, 3.5, "Süd", pd.Timestamp(2012, 3, 4)],
    ["A2", None, 12, None, None],
]
NAMES = ["ID", "Age", "Size", "Ort", "Date"]


def cells(table):
    return [list(row) for row in table.itertuples(index=False)]


def read(path, **settings):
    table, found = read_table(path, settings)
    assert not found, found
    return table


def rule(path, **settings):
    table, found = read_table(path, settings)
    assert table.empty and len(found) == 1 and found[0]["severity"] == "error", found
    assert found[0]["message"] and found[0]["remedy"]
    return found[0]["rule"]


@pytest.mark.parametrize(
    "sign, word", [(";", None), (",", None), ("\t", None), ("|", None), ("\t", "tab"), (":", ":")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_text_files(sign, word, encoding, tmp_path):
    lines = [
        ["ID", "Größe"],
        ["A1", "3.5"],
        ["", ""],
        ["A2", 'a "quoted" text' + sign + "\nin two lines"],
        ["A3", " "],
    ]
    text = "\r\n".join(
        sign.join('"' + cell.replace('"', '""') + '"' if '"' in cell else cell for cell in row)
        for row in lines
    )
    path = tmp_path / ("a.tsv" if sign == "\t" else "a.csv")
    path.write_bytes(text.encode(encoding))
    settings = {} if encoding.startswith("utf-8") else {"encoding": encoding}
    table = read(path, delimiter=word, **settings)
    assert list(table.columns) == ["ID", "Größe"]
    assert cells(table) == [
        ["A1", "3.5"],
        ["A2", 'a "quoted" text' + sign + "\nin two lines"],
        ["A3", None],
    ]
    assert list(table.index) == [2, 4, 5]


def test_a_ragged_row_is_named(tmp_path):
    (tmp_path / "a.csv").write_text("ID;A;B\n1;2;3\n2;3;4;5\n3;4\n")
    table, found = read_table(tmp_path / "a.csv", {})
    assert [(item["rule"], item["row"]) for item in found] == [("ragged_row", 3), ("ragged_row", 4)]
    words = [f"the row has {cells} cells, the header 3." for cells in (4, 2)]
    assert [item["message"] for item in found] == words
    assert len(table) == 3


def test_decimal_commas_in_a_comma_file_are_not_read_as_columns(tmp_path):
    (tmp_path / "a.csv").write_text("ID,Size\nA1,3,5\nA2,4,5\n")
    (item,) = read_table(tmp_path / "a.csv", {})[1]
    assert (item["rule"], item["row"]) == ("ragged_row", 1)
    assert item["message"] == "every row has 3 cells, the header 2."


@pytest.mark.parametrize(
    "text",
    [
        'ID;Note\nA1;"see letter\nA2;fine\nA3;fine\n',  # the quotation mark is never closed
        'ID;Note\nA1;"see letter\nA2;fine\nA3;"fine"\n',
    ],
)
def test_an_open_quotation_mark_does_not_swallow_patients(text, tmp_path):
    (tmp_path / "a.csv").write_text(text)
    assert rule(tmp_path / "a.csv") == "quotes"


def write_xlsx(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)


def test_excel_with_a_named_sheet_true_dates_and_a_blank_row(tmp_path):
    path = tmp_path / "a.xlsx"
    write_xlsx(path, {"Notes": [["x", "y"], [1, 2]], "Cohort": [NAMES, ROWS[0], [], ROWS[1]]})
    table = read(path, sheet="Cohort")
    assert cells(table) == CELLS and list(table.columns) == NAMES
    assert list(table.index) == [2, 4]
    first, found = read_table(path, {})
    assert list(first.columns) == ["x", "y"]
    assert [(item["severity"], item["rule"]) for item in found] == [("note", "sheets")]
    assert "'Cohort'" in found[0]["message"]
    assert rule(path, sheet="cohort") == "sheet"


def test_excel_keeps_codes_that_pandas_takes_for_missing(tmp_path):
    path = tmp_path / "a.xlsx"
    write_xlsx(
        path,
        {"S": [["ID", "A", "B", "C"], ["NA", "None", "nan", True], ["N/A", -999.0, 41000, False]]},
    )
    assert cells(read(path)) == [["NA", "None", "nan", "yes"], ["N/A", -999, 41000, "no"]]
    (tmp_path / "a.csv").write_text("ID;A\nNA;None\nnan;NULL\n")
    assert cells(read(tmp_path / "a.csv")) == [["NA", "None"], ["nan", "NULL"]]


@pytest.mark.parametrize("ending", ["xlsx", "csv"])
def test_a_column_that_stands_there_twice_keeps_its_name(ending, tmp_path):
    path = tmp_path / f"a.{ending}"
    if ending == "xlsx":
        write_xlsx(path, {"S": [["ID", "CEA", "CEA"], ["A", 1, 2]]})
    else:
        path.write_text("ID,CEA,CEA\nA,1,2\n")
    assert list(read(path).columns) == ["ID", "CEA", "CEA"]


def test_parquet_with_every_kind_of_missing(tmp_path):
    frame = pd.DataFrame(
        {
            "ID": ["A1", "A2"],
            "int": pd.array([61, pd.NA], dtype="Int64"),
            "float": [3.5, np.nan],
            "text": pd.array(["Süd", pd.NA], dtype="string"),
            "day": [pd.Timestamp(2012, 3, 4), pd.NaT],
            "zone": [pd.Timestamp("2012-03-04", tz="Europe/Oslo"), pd.NaT],
            "flag": pd.array([True, pd.NA], dtype="boolean"),
            "level": pd.Categorical(["a", None]),
        }
    )
    frame.to_parquet(tmp_path / "a.parquet")
    day = pd.Timestamp(2012, 3, 4)
    assert cells(read(tmp_path / "a.parquet")) == [
        ["A1", 61, 3.5, "Süd", day, day, "yes", "a"],
        ["A2", None, None, None, None, None, None, None],
    ]


def test_spss(tmp_path):
    frame = pd.DataFrame(ROWS, columns=NAMES)
    frame["Age"] = [61.0, -999.0]
    frame["Ort"] = ["Süd", ""]
    pyreadstat.write_sav(frame, str(tmp_path / "a.sav"), missing_ranges={"Age": [-999]})
    assert (
        cells(read(tmp_path / "a.sav")) == CELLS
    )  # a declared missing value is missing, dates are dates


def test_stata(tmp_path):
    frame = pd.DataFrame(ROWS, columns=NAMES)
    frame["Ort"] = ["Süd", ""]
    frame["Date"] = pd.to_datetime(frame["Date"])
    frame["Level"] = pd.Categorical(["low", "high"])
    frame.to_stata(tmp_path / "a.dta", write_index=False, version=118, convert_dates={"Date": "td"})
    found = cells(read(tmp_path / "a.dta"))
    assert [row[:5] for row in found] == CELLS
    assert all(isinstance(row[5], int) for row in found)  # the code, to be declared under values


def broken(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_a_file_that_is_not_what_its_ending_says(tmp_path):
    write_xlsx(tmp_path / "real.xlsx", {"S": [["ID", "A"], [1, 2]]})
    book = (tmp_path / "real.xlsx").read_bytes()
    html = b"\xef\xbb\xbf  <html><table><tr><td>ID</td></tr></table>"
    for name, content in {
        "a.xls": html,
        "b.csv": book,
        "c.xls": book,
        "d.xlsx": b"ID;A\n1;2\n",
        "e.csv": html,
        "f.sav": b"ID;A\n",
        "g.parquet": b"ID;A\n",
        "h.dta": b"n_mets;A\n1;2\n",
        "i.xlsx": b"\xd0\xcf\x11\xe0" + b"0" * 99,
        "j.csv": b"PAR1" + b"\x00" * 40,
        "k.csv": b"ID;A\n\x00\x01\x02",
    }.items():
        assert rule(broken(tmp_path, name, content)) == "wrong_ending", name
    _, found = read_table(tmp_path / "a.xls", {})
    assert "HTML" in found[0]["message"] and "a.xls" in found[0]["message"]
    assert rule(broken(tmp_path, "z.xlsx", book[:200])) == "damaged"
    assert rule(broken(tmp_path, "z.parquet", b"PAR1 and nothing")) == "damaged"


@pytest.mark.parametrize(
    "content", [b"", b" \n\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", b"ID;A\n", b"ID;A\n;\n ; \n"]
)
def test_no_rows(content, tmp_path):
    assert rule(broken(tmp_path, "a.csv", content)) == "no_rows"


def test_an_empty_sheet_has_no_rows(tmp_path):
    write_xlsx(tmp_path / "a.xlsx", {"S": [], "T": [["ID", "A"]]})
    assert rule(tmp_path / "a.xlsx") == "no_rows"
    assert rule(tmp_path / "a.xlsx", sheet="T") == "no_rows"


def test_encodings(tmp_path):
    path = broken(tmp_path, "a.csv", "ID;Ort\nA1;Nord\nA2;Süd\n".encode("cp1252"))
    _, found = read_table(path, {})
    assert (
        found[0]["rule"] == "encoding"
        and "line 3" in found[0]["message"]
        and "cp1252" in found[0]["remedy"]
    )
    assert cells(read(path, encoding="cp1252"))[1] == ["A2", "Süd"]
    assert rule(path, encoding="klingon") == "encoding"
    wide = broken(tmp_path, "b.csv", "ID;Ort\nA2;Süd\n".encode("utf-16"))
    _, found = read_table(wide, {})
    assert found[0]["rule"] == "encoding" and "utf-16" in found[0]["remedy"]
    assert cells(read(wide, encoding="UTF-16")) == [["A2", "Süd"]]


def test_one_column_only(tmp_path):
    assert rule(broken(tmp_path, "a.csv", b"ID Age\n1 2\n")) == "delimiter"


def test_no_warning_escapes(tmp_path):
    write_xlsx(tmp_path / "a.xlsx", {"S": [NAMES, *ROWS]})
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read(tmp_path / "a.xlsx")
