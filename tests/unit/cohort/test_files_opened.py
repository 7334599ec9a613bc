"""Files as they are opened: their signs, their delimiter and their lines; and in which words it is said what is wrong."""

import codecs

import numpy as np
import openpyxl
import pandas as pd
import pytest
from crlm.cohort.reading import read_table
from crlm.cohort.reading_text import fit_rows, read_lines
from crlm.cohort.unreadable import UnreadableError
from said_words import check_said

PLAN = {"columns": {name: {"column": name} for name in ("Nr", "Age", "CEA (ng)")}}


def list_cells(table):
    return [list(row) for row in table.itertuples(index=False)]


# --- what a file is ---------------------------------------------------------------------------------------------------------------

BOOK, OLD, PARQUET, SAV = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1", b"$FL2"
HTML = b"<html><table>"
ENDINGS = {
    "an unknown ending": ("a.pdf", b"%PDF"),
    "no ending": ("cohort", b"a;b"),
    "an empty file": ("a.csv", b" \r\n"),
    "an empty workbook": ("a.xlsx", b""),
    "a mark and nothing else": ("a.csv", codecs.BOM_UTF8),
    "a text as workbook": ("a.xlsx", b"a;b\n1;2\n"),
    "a page as workbook": ("a.XLS", b" \n<!DOCTYPE html>"),
    "a table of HTML": ("a.xls", codecs.BOM_UTF8 + b"<TABLE><tr>"),
    "an old workbook as new": ("a.xlsx", OLD),
    "a new workbook as old": ("a.xls", BOOK),
    "a Parquet file as SPSS": ("a.sav", PARQUET),
    "an SPSS file as Parquet": ("a.parquet", SAV),
    "another SPSS file as Stata": ("a.dta", b"$FL3"),
    "a packed file as text": ("a.csv", b"\x1f\x8b9"),
    "another packed file as text": ("a.tsv", b"BZh9"),
    "a third packed file as text": ("a.txt", b"\xfd7zXZ"),
    "a workbook as text": ("a.csv", BOOK),
    "a workbook as query": ("a.sql", BOOK),
    "a page as text": ("a.txt", HTML),
    "a binary file as text": ("a.csv", b"a;b\n" + b"x" * 4091 + b"\x00"),
    "a text of Windows": ("a.csv", "a;b\n1;2\n".encode("utf-16")),
    "another text of Windows": ("a.csv", codecs.BOM_UTF16_BE + "a;b\n1;2\n".encode("utf-16-be")),
    "a damaged old workbook": ("a.xls", OLD + b"x" * 40),
    "a damaged packed file": ("a.RDS", b"\x1f\x8b"),
    "no rows": ("a.csv", b"a;b\n;\n"),
}  # fmt: skip


@pytest.mark.parametrize("case", ENDINGS)
def test_words_on_what_a_file_is(case, tmp_path):
    name, content = ENDINGS[case]
    (tmp_path / name).write_bytes(content)
    table, found = read_table(tmp_path / name, {})
    assert table.empty
    if "damaged" in case:  # in the words of the reader
        assert [item["rule"] for item in found] == ["damaged"]
        assert found[0]["message"].startswith(f"{name} cannot be read (")
        assert found[0]["remedy"] == "Save the table again from its program."
    else:
        check_said("files", case, found)


@pytest.mark.parametrize(
    ("content", "settings"),
    [
        (b"a;b\n<html>;\x31\n", {}),
        (b"X\n;b\n<html>;1\n", {"header_row": 2, "delimiter": ";"}),  # how an RDS file may begin
        (b"dta;b\n<html>;1\n", {}),
        (b"a" + b" " * 199 + b";b\n<html>;1\n", {}),
        (b" " * 200 + b"<html>;b\n1;2\n", {}),
        ("a;b\n<html>;1\n".encode("utf-16"), {"encoding": "UTF-16"}),
        ("a;b\n<html>;1\n".encode("utf-16"), {"encoding": "utf-16-le"}),
        (codecs.BOM_UTF8 + b"a;b\n<html>;1\n", {"encoding": "utf-8"}),
        (b"a;b\n<html>;" + b"x" * 4096 + b"\x00\n", {}),
    ],
)
def test_texts_that_are_none_of_those(content, settings, tmp_path):
    (tmp_path / "a.csv").write_bytes(content)
    table, found = read_table(str(tmp_path / "a.csv"), settings)
    assert not found and len(table) == 1 and len(table.columns) == 2


@pytest.mark.parametrize("ending", ["csv", "TSV", "txt", "xlsx", "parquet", "dta", "sav"])
def test_a_file_of_every_ending(ending, tmp_path):
    table = pd.DataFrame({"Nr": ["A", "B", ""], " Age  of": [1.5, np.nan, np.nan], "w": [3, 4, np.nan]})  # fmt: skip
    path = tmp_path / f"a.{ending}"
    if ending == "xlsx":
        table.to_excel(path, index=False)
    elif ending == "parquet":
        table.to_parquet(path)
    elif ending == "dta":
        table.rename(columns={" Age  of": "x"}).to_stata(path, write_index=False)
    elif ending == "sav":
        import pyreadstat

        pyreadstat.write_sav(table.rename(columns={" Age  of": "x"}), str(path))
    else:
        table.to_csv(path, index=False, sep="\t" if ending == "TSV" else ";")
    read, found = read_table(path, {})
    assert not found and list(read.index) == [2, 3] and read.dtypes.eq(object).all()
    assert list(read.columns) == ["Nr", "x" if ending in ("dta", "sav") else "Age of", "w"]
    cells = [["A", 1.5, 3], ["B", None, 4]]
    if ending.lower() in ("csv", "tsv", "txt"):
        cells = [["A", "1.5", "3.0"], ["B", None, "4.0"]]
    assert list_cells(read) == cells


def test_what_is_found_in_one_file_is_all_told(tmp_path):
    """A ragged row and a total of a text; several sheets, a total and a hidden row of a workbook."""
    (tmp_path / "a.csv").write_text("Nr;Age\nP1;3\nP2;4;5\nTotal;7\n")
    found = read_table(tmp_path / "a.csv", PLAN | {"columns": {"patient_id": {"column": "Nr"}}})[1]
    assert [(item["rule"], item["row"]) for item in found] == [("ragged_row", 3), ("total_row", 4)]
    book = openpyxl.Workbook()
    for row in (["Nr", "Age"], ["P1", 3], ["P2", 4], ["Total", 7]):
        book.active.append(row)
    book.active.row_dimensions[3].hidden = book.active.row_dimensions[4].hidden = True
    book.create_sheet("Other")
    book.save(tmp_path / "a.xlsx")
    found = read_table(tmp_path / "a.xlsx", {"columns": {"patient_id": {"column": "Nr"}}})[1]
    assert [item["rule"] for item in found] == ["sheets", "total_row", "hidden_rows"]
    assert found[2]["message"].endswith(": 1 of 2 rows (first in row 3).")


# --- lines ------------------------------------------------------------------------------------------------------------------------


def split(text, settings=None, encoding="utf-8"):
    return read_lines("a.csv", text.encode(encoding), settings or {})


@pytest.mark.parametrize(
    ("text", "settings", "rows", "sign"),
    [
        ("a;b\n1;2\n", {}, {1: ["a", "b"], 2: ["1", "2"]}, ";"),
        ("a;b,c,d\n1;2\n", {}, {1: ["a;b", "c", "d"], 2: ["1;2"]}, ","),
        ("a;b,c\n1;2\n", {}, {1: ["a", "b,c"], 2: ["1", "2"]}, ";"),  # as many of both: the first
        ("title\na|b\n", {}, {1: ["title"], 2: ["a", "b"]}, "|"),
        ("a,b,c;Nr;Age\n", PLAN, {1: ["a,b,c", "Nr", "Age"]}, ";"),
        ("a,b,c,d;Nr;Aje\n", PLAN, {1: ["a", "b", "c", "d;Nr;Aje"]}, ","),  # one column only is no sign
        ('"Nr"\tx,y,z,v\t"CEA  (ng)"\n', PLAN, {1: ["Nr", "x,y,z,v", "CEA  (ng)"]}, "\t"),
        ("x,y,z\nNr;Age\n", PLAN, {1: ["x,y,z"], 2: ["Nr", "Age"]}, ";"),
        ("x,y,z\n\n1;2\n", {"header_row": 3}, {1: ["x,y,z"], 2: [], 3: ["1", "2"]}, ";"),
        ("x,y,z\n1;2\n3,4\n", {"header_row": [2, 3]}, {1: ["x,y,z"], 2: ["1", "2"], 3: ["3,4"]}, ";"),
        ("x,y;z\n1;2\n", {"header_row": 9}, {1: ["x,y", "z"], 2: ["1", "2"]}, ";"),
        ('#x,y\n "#z,\n1;2\n', {"comment": "#"}, {1: [], 2: [], 3: ["1", "2"]}, ";"),
        ("a,b;c\n1,2\n", {"delimiter": ";"}, {1: ["a,b", "c"], 2: ["1,2"]}, ";"),
        ("a,b\tc\n", {"delimiter": "tab"}, {1: ["a,b", "c"]}, "\t"),
        ("sep=,\na,b;c;d\n", {}, {2: ["a", "b;c;d"]}, ","),
        ("SEP=TAB\na\tb;c;d\n", {}, {2: ["a", "b;c;d"]}, "\t"),
        ("sep=,\na,b;c\n", {"delimiter": ";"}, {2: ["a,b", "c"]}, ";"),
        ('a;"b\n;c"\n1;2\n', {}, {1: ["a", "b\n;c"], 2: ["1", "2"]}, ";"),
        ('a;"b\r\n#c"\r\n#1;2\r\n3;4\r\n', {"comment": "#"}, {1: ["a", "b\r\n#c"], 2: [], 3: ["3", "4"]}, ";"),
        ('"a;b";c\n', {}, {1: ["a;b", "c"]}, ";"),
    ],
)  # fmt: skip
def test_lines_are_split(text, settings, rows, sign):
    assert split(text, settings) == (rows, sign)


@pytest.mark.parametrize(("above", "sign"), [(29, "|"), (30, ";")])
def test_the_sign_is_looked_for_in_thirty_lines(above, sign):
    lines = ["title"] * above + ["Nr|Age", "a;b"]
    assert split("\n".join([*lines, "x" + sign]), PLAN)[1] == sign if above == 29 else True
    with pytest.raises(UnreadableError) if above == 30 else np.errstate():
        assert split("\n".join(lines[:-1]), PLAN)[1] == sign


def test_marks_before_the_first_name_are_left_out():
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        settings = {"encoding": None if encoding == "utf-8-sig" else encoding}
        assert split("\ufeffa;b", settings, encoding)[0] == {1: ["a", "b"]}
    assert split("a;b\ufeff")[0] == {1: ["a", "b\ufeff"]}


SPLIT = {
    "one column": ("a\nb\n", {}),
    "a sign that is declared and not there": ("a,b\n", {"delimiter": ";"}),
    "a sign that gives the columns": ("Nr^Age\nP1^3\n", PLAN),
    "a sign that gives one column": ("Nr^x\nP1^3\n", PLAN),
    "single blanks": ("Nr Age\nP1 3\n", PLAN),
    "blanks, and two at the end": ("  Nr Age  \nP1 3\n", PLAN),
    "runs of blanks": ("Nr   Age\nP1   3\n", PLAN),
    "runs and single blanks": ("Nr Age  x\nP1   3\n", PLAN),
    "runs of blanks with one column": ("Nr   y\nP1   3\n", PLAN),
    "quoted names": ("'Nr'~'Age'\n", PLAN),
    "a sign below a title": ("Title of it\nNr:Age\n", PLAN),
    "a sign in the thirtieth line": ("t\n" * 29 + "Nr:Age\n", PLAN),
    "a sign in the next line": ("t\n" * 30 + "Nr:Age\n", PLAN),
    "two signs": ("Nr:Age Nr\nx", PLAN),
    "no such encoding": ("a;b\n", {"encoding": "klingon"}),
    "another encoding": ("a;b\nx;\u00fc\n", {"encoding": "ascii"}),
    "another encoding of the first line": ("a;\u00fc\nx;y\n", {"encoding": "ascii"}),
    "a quotation mark that stays open": ('a;b\n1;2\n3;"4\n', {}),
    "a sign behind a quotation mark": ('a;b\n1;"2"x\n', {}),
}  # fmt: skip


@pytest.mark.parametrize("case", SPLIT)
def test_words_on_lines_that_cannot_be_split(case):
    text, settings = SPLIT[case]
    with pytest.raises(UnreadableError) as told:
        split(text, settings)
    check_said("files", case, [told.value.finding])


# --- rows and their header ----------------------------------------------------------------------------------------------------------

HEAD = ["Nr", "Age"]
FIT = {
    "as wide as the header": ({3: HEAD, 4: ["1", "2"]}, ";", None),
    "lines above and empty ones": ({1: ["x", "y", "z"], 3: HEAD, 4: ["1", "2"], 5: [" ", ""], 6: []}, ";", None),
    "a sign at the end": ({3: HEAD, 4: ["1", "2", " "], 5: ["3", "4", ""], 6: ["", "", ""]}, ";", None),
    "row names": ({3: HEAD, 4: ["a", "1", ""], 5: ["b", "1", "4"]}, ";", {3: ["row names", *HEAD], 4: ["a", "1", ""], 5: ["b", "1", "4"]}),
    "row names of one row": ({3: HEAD, 4: ["a", "1", "2"]}, "\t", {3: ["row names", *HEAD], 4: ["a", "1", "2"]}),
    "row names twice": ({3: HEAD, 4: ["a", "1", "2"], 5: [" a ", "3", "4"]}, ";", None),
    "row names missing": ({3: HEAD, 4: ["a", "1", "2"], 5: [" ", "3", "4"]}, ";", None),
    "row names or decimal commas": ({3: HEAD, 4: ["a", "1", "2"], 5: ["b", "3", "4"]}, ",", None),
    "two cells more": ({3: HEAD, 4: ["a", "1", "2", "3"], 5: ["b", "3", "4", "5"]}, ",", None),
    "one cell fewer": ({3: HEAD, 4: ["a"], 5: ["b"]}, ";", None),
    "one row with more": ({3: HEAD, 4: ["a", "1", "2", "3"]}, ";", None),
    "rows with more and fewer": ({3: HEAD, 4: ["a", "1", "2", "3"], 5: ["b"]}, "|", None),
    "a row among others": ({3: HEAD, 4: ["1", "2"], 5: ["a", "1", "2", "3"], 6: ["a", "1", "2", "3"]}, ";", None),
    "no rows below": ({3: HEAD}, ";", None),
}  # fmt: skip


@pytest.mark.parametrize("case", FIT)
def test_rows_as_wide_as_the_header(case):
    rows, delimiter, answer = FIT[case]
    fitted, found = fit_rows(rows, 3, delimiter)
    if answer is None:
        kept = {n: row for n, row in rows.items() if n > 3 and any(cell.strip() for cell in row)}
        answer = {3: HEAD} | {n: [*row, ""][:2] for n, row in kept.items()}
    assert fitted == answer
    check_said("files", f"rows: {case}", found)


def test_a_table_without_columns_has_no_rows(tmp_path):
    pd.DataFrame(index=[0, 1]).to_parquet(tmp_path / "a.parquet")
    table, found = read_table(tmp_path / "a.parquet", {})
    assert table.empty and [item["rule"] for item in found] == ["no_rows"]
