"""Which sheet, line, delimiter and encoding an export is read with; what cannot be read is said in words."""

import openpyxl
import pytest
from crlm.cohort.unreadable import UnreadableError
from crlm.proposal.opening import open_export, read_labels

LINES = ["PatNr;Geschlecht;Größe (mm)", "1;m;30", "2;w;45"]


def write(path, lines, encoding="utf-8"):
    path.write_bytes("\n".join(lines).encode(encoding))
    return path


def open_settings(path, vocabulary):
    table, settings, reasons, _, _ = open_export(path, vocabulary)
    assert set(reasons) <= set(settings)
    return table, settings


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", None), ("utf-8-sig", None), ("cp1252", "cp1252"), ("utf-16", "utf-16")],
)
def test_the_encoding(tmp_path, vocabulary, encoding, told):
    table, settings = open_settings(write(tmp_path / "a.csv", LINES, encoding), vocabulary)
    assert settings.get("encoding") == told and list(table.columns)[2] == "Größe (mm)"


@pytest.mark.parametrize(
    ("encoding", "header"),
    [("gb18030", "住院号,性别,年龄,手术日期"), ("cp932", "患者番号,性別,年齢,手術日")],
)
def test_encodings_of_the_east(tmp_path, vocabulary, encoding, header):
    lines = [header, "1,男,60,2015-01-01", "2,女,61,2015-02-01"]
    table, settings = open_settings(write(tmp_path / "a.csv", lines, encoding), vocabulary)
    assert settings["encoding"] == encoding and ",".join(table.columns) == header


@pytest.mark.parametrize("sign", [";", ",", "\t", "|"])
def test_the_delimiter(tmp_path, vocabulary, sign):
    lines = [line.replace(";", sign) for line in LINES]
    table, settings = open_settings(write(tmp_path / "a.csv", lines), vocabulary)
    assert table.shape == (2, 3) and settings["delimiter"] == ("tab" if sign == "\t" else sign)


def test_a_title_above_the_header(tmp_path, vocabulary):
    lines = ["Register Musterstadt; Stand 2023;", "", *LINES]
    table, settings = open_settings(write(tmp_path / "a.csv", lines), vocabulary)
    assert settings["header_row"] == 3 and table.shape == (2, 3)


def make_book(path, sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def test_the_sheet_with_most_known_names_and_a_header_of_two_lines(tmp_path, vocabulary):
    rows = [
        ["Register", None, None, None],
        ["PatNr", "Alter", "Primarius", None],
        [None, None, "pT", "pN"],
        [1, 60, "T2", "N0"],
        [2, 61, "T3", "N1"],
    ]
    path = make_book(tmp_path / "a.xlsx", {"Legende": [["Code", "Text"], [1, "ja"]], "Daten": rows})
    table, settings = open_settings(path, vocabulary)
    assert settings == {"sheet": "Daten", "header_row": [2, 3]}
    assert list(table.columns) == ["PatNr", "Alter", "pT", "pN"] and len(table) == 2


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.csv", b"", "is empty"),
        ("a.xlsx", b"PatNr;x\n1;2\n", "ends in .xlsx but is"),
        ("a.pdf", b"%PDF", "not read"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path, vocabulary, name, content, words):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnreadableError, match=words):
        open_export(tmp_path / name, vocabulary)


def test_labels_of_an_spss_file(tmp_path):
    import pandas as pd
    import pyreadstat

    path = tmp_path / "a.sav"
    table = pd.DataFrame({"V1": [1.0, 2.0], "V2": [0.0, 1.0]})
    pyreadstat.write_sav(
        table,
        str(path),
        column_labels=["Patient", "Vitalstatus"],
        variable_value_labels={"V2": {0: "lebt", 1: "tot"}},
    )
    labels, codes = read_labels(path)
    assert labels == {"V1": "Patient", "V2": "Vitalstatus"} and codes == {
        "V2": {0: "lebt", 1: "tot"}
    }
