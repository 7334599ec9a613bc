"""R's files (written by R, tests/golden/make_r_files.R) and databases."""

import base64
import json
import sqlite3
import sys
from pathlib import Path

import pandas as pd
import pytest
from crlm.cohort.reading import read_table

FILES = json.loads((Path(__file__).parent / "r_files.json").read_text())
DAY = pd.Timestamp(2012, 3, 4)
SUMMER = pd.Timestamp(2012, 7, 1)
HALF = pd.Timedelta("30min")
NAMES = ["ID", "Age", "Size", "Day", "Level", "Flag", "Zone", "Wait", "Local"]
CELLS = [
    ["A1", 61, 3.5, DAY, "low", "yes", DAY + HALF, 63, DAY],
    ["A2", *[None] * 8],
    ["Süd", 70, 12, pd.Timestamp(1969, 12, 30), "high", "no", SUMMER + HALF, 366, SUMMER],
]


def unpack(name, folder):
    path = folder / name
    path.write_bytes(base64.b64decode(FILES[name]))
    return path


def cells(table):
    return [list(row) for row in table.itertuples(index=False)]


@pytest.mark.parametrize("name", ["frame.rds", "tibble.rds", "plain.rds", "one.rda"])
def test_files_of_r(name, tmp_path):
    table, found = read_table(unpack(name, tmp_path), {})
    assert not found and list(table.columns) == NAMES and list(table.index) == [2, 3, 4]
    assert cells(table) == CELLS


def test_of_several_data_frames_one_is_named(tmp_path):
    path = unpack("two.RData", tmp_path)
    assert cells(read_table(path, {"sheet": "cohort"})[0]) == CELLS
    for sheet in (None, "cohrt"):
        table, found = read_table(path, {"sheet": sheet})
        assert table.empty and found[0]["rule"] == "sheet"
        assert "cohort, other" in found[0]["remedy"]


def test_what_is_no_data_frame_or_no_file_of_r(tmp_path):
    assert read_table(unpack("vector.rds", tmp_path), {})[1][0]["rule"] == "no_rows"
    (tmp_path / "a.rds").write_bytes(base64.b64decode(FILES["frame.rds"])[:90])
    assert read_table(tmp_path / "a.rds", {})[1][0]["rule"] == "damaged"
    (tmp_path / "b.rds").write_text("ID,Age\n1,2\n")
    assert read_table(tmp_path / "b.rds", {})[1][0]["rule"] == "wrong_ending"
    (tmp_path / "c.csv").write_bytes(base64.b64decode(FILES["frame.rds"]))
    assert read_table(tmp_path / "c.csv", {})[1][0]["rule"] == "wrong_ending"


@pytest.fixture
def clinic(tmp_path, monkeypatch):
    """A database with three patients, its URL in CLINIC_DB, and a function that reads a query."""
    with sqlite3.connect(tmp_path / "geheim.db") as database:
        database.execute("create table patients (id text, age integer, cea real, op date)")
        rows = [("A1", 61, 3.5, "2012-03-04"), ("A2", None, 12.0, None), ("B1", 70, 1.0, None)]
        database.executemany("insert into patients values (?, ?, ?, ?)", rows)
    database.close()
    monkeypatch.setenv("CLINIC_DB", f"sqlite:///{tmp_path / 'geheim.db'}")

    def read(query, name="CLINIC_DB"):
        (tmp_path / "cohort.sql").write_text(query, encoding="utf-8")
        return read_table(tmp_path / "cohort.sql", {"connection": name})

    return read


QUERY = "-- the patients of centre A\nselect id, age, cea, op from patients where id like 'A%'\norder by id;\n"


def test_a_query_gives_its_rows_and_their_fingerprint(clinic, tmp_path):
    table, found = clinic(QUERY)
    assert list(table.columns) == ["id", "age", "cea", "op"] and list(table.index) == [2, 3]
    assert cells(table) == [["A1", 61, 3.5, "2012-03-04"], ["A2", None, 12, None]]
    assert [(item["severity"], item["rule"]) for item in found] == [("note", "query")]
    assert "2 rows" in found[0]["message"] and "CLINIC_DB" in found[0]["message"]
    assert clinic(QUERY)[1] == found
    with sqlite3.connect(tmp_path / "geheim.db") as database:
        database.execute("update patients set age = 62 where id = 'A1'")
    database.close()
    changed = clinic(QUERY)[1]
    assert "2 rows" in changed[0]["message"] and changed != found


@pytest.mark.parametrize(
    "query",
    [
        "",
        "-- nothing\n",
        "delete from patients",
        "update patients set age = 1",
        "select 1; delete from patients",
        "drop table patients",
    ],
)
def test_only_one_select_is_sent(query, clinic):
    table, found = clinic(query)
    assert table.empty and found[0]["severity"] == "error"
    assert len(clinic("with a as (select * from patients) select * from a")[0]) == 3


@pytest.mark.parametrize(
    "url",
    [
        None,
        "",
        "nonsense",
        "sqlite:////nowhere/geheim/x.db",
        "postgresql://anna:geheim@db.hospital/x",
        "mysql+none://anna:geheim@db.hospital/x",
    ],
)
def test_a_database_that_does_not_answer_is_named_by_its_variable_only(url, clinic, monkeypatch):
    monkeypatch.delenv("CLINIC_DB")
    if url is not None:
        monkeypatch.setenv("CLINIC_DB", url)
    table, found = clinic(QUERY)
    assert table.empty and found[0]["rule"] in ("connection", "query")
    said = json.dumps(found)
    assert "CLINIC_DB" in said and "geheim" not in said and "anna" not in said
    assert "hospital" not in said and "nowhere" not in said


def test_a_query_that_is_wrong_is_answered_in_the_databases_words(clinic):
    _, found = clinic("select nothing_of_the_kind from patients")
    assert "nothing_of_the_kind" in found[0]["message"] and "geheim" not in json.dumps(found)
    assert clinic(QUERY, None)[1][0]["rule"] == "connection"


@pytest.mark.parametrize(
    "url, words",
    [
        ("postgresql://u:geheim@h/d", "pip install psycopg2-binary"),
        ("hana://u:geheim@h/d", "postgresql+psycopg://"),
        ("jdbc:geheim//h", "sqlite:////data/clinic.db"),
    ],
)
def test_a_database_that_nobody_here_can_speak_to_is_told_what_to_install(
    url, words, tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "psycopg2", None)  # also where somebody has it
    monkeypatch.setenv("CLINIC", url)
    (tmp_path / "q.sql").write_text("select * from patients", encoding="utf-8")
    _, (item,) = read_table(tmp_path / "q.sql", {"connection": "CLINIC"})
    assert item["rule"] == "connection" and words in item["remedy"]
    assert "geheim" not in item["message"] + item["remedy"]
