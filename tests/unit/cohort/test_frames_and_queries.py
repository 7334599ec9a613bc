"""Typed files and databases: days and times of R, which data frame is read, which query is sent, and what is said of a failure."""

import base64
import json
import sqlite3
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import sqlalchemy
from crlm.cohort.reading import read_table
from crlm.cohort.reading_frames import FARTHEST, _count_from_1970, _make_days, _make_times
from said_words import check_said

FILES = json.loads((Path(__file__).parent / "r_files.json").read_text())
DAY = 86_400

# --- days and times of R ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "time"),
    [
        (0.0, "1970-01-01"),
        (-0.5, "1969-12-31 23:59:59"),
        (1.9, "1970-01-01 00:00:01"),
        (253_402_214_400.0, "9999-12-31"),
        (FARTHEST - 1.0, np.datetime64(FARTHEST - 1, "s")),
        (FARTHEST * 1.0, None),
        (-FARTHEST * 1.0, None),
        (np.nan, None),
        (np.inf, None),
    ],
)
def test_seconds_are_times_of_any_year(seconds, time):
    found = _count_from_1970(pd.Series([seconds, DAY]))
    assert found.dtype == "datetime64[s]"
    assert found.isna().tolist() == [time is None, False]
    assert time is None or found.to_numpy()[0] == np.datetime64(time)
    assert found.to_numpy()[1] == np.datetime64("1970-01-02")


def test_days_of_r():
    found = _make_days(np.array([15403.0, np.nan, -0.5, 2932896.0]), {})
    days = ["2012-03-04", None, "1969-12-31", "9999-12-31"]
    assert [None if pd.isna(each) else str(each.date()) for each in found] == days
    found = _make_days(np.ma.array([15403, 1], mask=[False, True]).filled(), {})
    assert str(found[0].date()) == "2012-03-04"
    assert len(_make_days(np.array([], dtype=float), {})) == 0


WINTER, SUMMER = 1_330_815_600, 1_341_093_600  # 2012-03-03 23:00 and 2012-06-30 22:00 in UTC


@pytest.mark.parametrize(
    ("seconds", "zone", "times"),
    [
        ([WINTER, SUMMER, np.nan], ["Europe/Berlin"], ["2012-03-04", "2012-07-01", None]),
        ([WINTER, SUMMER, np.nan], None, ["2012-03-04", "2012-07-01", None]),
        ([WINTER, SUMMER], "", ["2012-03-04", "2012-07-01"]),
        ([WINTER], None, ["2012-03-04"]),
        ([WINTER, SUMMER, 0], None, ["2012-03-03 23:00", "2012-06-30 22:00", "1970-01-01"]),
        ([WINTER, SUMMER], ["UTC", "x"], ["2012-03-03 23:00", "2012-06-30 22:00"]),
    ],
)
def test_times_of_r(seconds, zone, times):
    found = _make_times(
        np.array(seconds, dtype=float), {"tzone": zone} if zone is not None else None
    )
    expected = pd.to_datetime(pd.Series(times), format="mixed").astype("datetime64[s]")
    pd.testing.assert_series_equal(pd.Series(found).astype("datetime64[s]"), expected)
    assert zone or pd.Series(_make_times(np.array(seconds, dtype=float), {"other": 1})).equals(pd.Series(found))  # fmt: skip


RDATA = {
    "no data frame": ("vector.rds", {}),
    "several data frames": ("two.RData", {}),
    "no such data frame": ("two.RData", {"sheet": "cohrt"}),
    "no such data frame of one": ("one.rda", {"sheet": "cohrt"}),
}


@pytest.mark.parametrize("case", RDATA)
def test_words_on_files_of_r(case, tmp_path):
    name, settings = RDATA[case]
    (tmp_path / name).write_bytes(base64.b64decode(FILES[name]))
    table, found = read_table(tmp_path / name, settings)
    assert table.empty
    check_said("frames", case, found)


def test_a_single_data_frame_needs_no_name(tmp_path):
    for name, sheet in (("frame.rds", "x"), ("one.rda", None), ("one.rda", "cohort")):
        (tmp_path / name).write_bytes(base64.b64decode(FILES[name]))
        assert read_table(tmp_path / name, {"sheet": sheet})[0].shape == (3, 9)


def test_codes_of_stata_stay_codes(tmp_path):
    table = pd.DataFrame({"Level": pd.Categorical(["low", "high", "low"])})
    table.to_stata(tmp_path / "a.dta", write_index=False)
    assert read_table(tmp_path / "a.dta", {})[0]["Level"].tolist() == [1, 0, 1]


# --- databases ----------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def ask(tmp_path, monkeypatch):
    """Send a query to a database of three patients whose URL stands in CLINIC."""
    with sqlite3.connect(tmp_path / "clinic.db") as made:
        made.execute("create table patients (id text, age integer)")
        made.executemany(
            "insert into patients values (?, ?)", [("A1", 61), ("A2", None), ("B;1", 7)]
        )
    made.close()
    monkeypatch.setenv("CLINIC", f"sqlite:///{tmp_path / 'clinic.db'}")

    def send(query, name="CLINIC"):
        (tmp_path / "q.sql").write_text(query, encoding="utf-8")
        return read_table(tmp_path / "q.sql", {"connection": name} if name else {})

    return send


QUERY = "select id, age from patients"
ROWS = [["A1", 61], ["A2", None], ["B;1", 7]]


@pytest.mark.parametrize(
    "query",
    [
        QUERY,
        f"\ufeff{QUERY.upper()}",
        f" {QUERY} ;;\n",
        "-- a; b\n  -- c;\nSelect\nid, age from patients",
        f"WITH a AS ({QUERY}) select * from a",
        "select\tid, age from patients",
    ],
)
def test_what_is_sent(query, ask):
    table, found = ask(query)
    assert [list(row) for row in table.itertuples(index=False)] == ROWS
    assert [name.lower() for name in table.columns] == ["id", "age"]
    assert [item["rule"] for item in found] == ["query"]


@pytest.mark.parametrize(
    "query",
    ["selected id", "select 1; select 2", "select * from patients where id = 'B;1'", "--", "-- x\n;", "drop table patients", "x select", ";select 1"],
)  # fmt: skip
def test_what_is_not_sent(query, ask):
    table, found = ask(query)
    assert table.empty
    check_said("frames", "no select", found)


def test_words_on_rows_that_were_fetched(ask):
    first, again, fewer = ask(QUERY)[1], ask(f"{QUERY} ")[1], ask(f"{QUERY} where age > 7")[1]
    assert first == again != fewer
    check_said("frames", "rows", first)
    other = ask("select id as ID, age from patients")[1]
    assert other != first and len(first[0]["message"].rpartition(" ")[2]) == 17


def test_no_rows_are_an_error(ask):
    table, found = ask(f"{QUERY} where age > 99")
    assert table.empty and [item["rule"] for item in found] == ["no_rows"]


class ToldError(Exception):
    """An error of a driver, with the database's own words."""

    def __init__(self, words, orig=None):
        super().__init__(words)
        if orig:
            self.orig = orig


URL = "postgresql+psycopg://anna:geheim@db.clinic:5432/cohort"
FAILURES = {
    "words of the database": ToldError("x", "no such table: patient"),
    "words with the host": ToldError("x", "db.clinic does not answer"),
    "words with the name": ToldError("x", "user anna is not known"),
    "words with the password": ToldError("x", "geheim is wrong"),
    "words with the URL": ToldError("x", f"{URL} is wrong"),
    "no words": ToldError("geheim"),
    "a driver": ModuleNotFoundError("No module named 'psycopg'", name="psycopg"),
    "another driver": ModuleNotFoundError("No module named 'MySQLdb'", name="MySQLdb"),
    "a driver of its own name": ModuleNotFoundError("No module named 'oracledb'", name="oracledb"),
    "a part of a driver": ImportError("libpq is not there"),
    "a part of a driver with the host": ImportError("db.clinic is not there"),
    "no such kind": sqlalchemy.exc.NoSuchModuleError("x"),
    "no URL": sqlalchemy.exc.ArgumentError("x"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_words_on_a_database_that_fails(case, ask, monkeypatch):
    def fail(url):
        assert url == URL
        raise FAILURES[case]

    monkeypatch.setenv("CLINIC", URL)
    monkeypatch.setattr(sqlalchemy, "create_engine", fail)
    table, found = ask(QUERY)
    assert table.empty
    check_said("frames", case, found)
    said = json.dumps(found)
    assert not any(word in said for word in ("anna", "geheim", "db.clinic", "5432"))


def test_a_url_without_a_password(ask, monkeypatch):
    for url, orig, said in (
        ("sqlite:////data/clinic.db", "unable to open", "unable to open"),
        ("no url", "no url here", "ToldError"),
        ("no url", "words", "words"),
    ):
        monkeypatch.setenv("CLINIC", url)
        error = ToldError("x", orig)
        monkeypatch.setattr(sqlalchemy, "create_engine", lambda _, error=error: (_ for _ in ()).throw(error))  # fmt: skip
        assert f"did not answer q.sql ({said})." in ask(QUERY)[1][0]["message"]


@pytest.mark.parametrize(
    ("case", "name"), [("no variable", None), ("a variable that is not set", "CLINIC_OF_NOBODY")]
)
def test_words_on_a_database_that_nobody_named(case, name, ask, monkeypatch):
    monkeypatch.setenv("NONE", "x")
    check_said("frames", case, ask(QUERY, name)[1])
