"""Cells drawn from what is kept, with numbers given in place of chance, and the files and the plan of a practice study to the letter."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort import practice_study
from crlm.cohort.practice_draw import (  # fmt: skip
    RUNNING,
    Column,
    Table,
    deal_patients,
    draw_numbers,
    draw_table,
    gather,
)
from crlm.cohort.practice_layout import Layout, close_table, open_table, split_kinds


class Chance:
    """Gives the numbers and the choices that it was told, and keeps the probabilities that it was asked for."""

    def __init__(self, numbers=0.5, choices=()):
        self.numbers, self.choices, self.asked = numbers, list(choices), []

    def random(self, size):
        return np.resize(np.array(self.numbers, float), size)

    def choice(self, count, size, p):
        self.asked.append((count, size, p.tolist()))
        return np.resize(self.choices.pop(0) if self.choices else [0], size)


def column(kind="numbers", numbers=(), **others):
    given = {"gaps": {}, "known": 10, "codes": {}, **others}
    return Column(kind, numbers=np.array(numbers, float), **given)


def draw(columns, days, chance, rows=None, **others):
    return draw_table(Table("id", rows or {1: 5}, columns, **others), days, chance)


DAYS = {"a": 0.0, "b": 365.0}


def test_numbers_lie_between_those_that_are_kept():
    kept = np.array([10.0, 20, 40])
    assert draw_numbers(kept, 5, Chance([0, 0.25, 0.5, 0.75, 1])).tolist() == [10, 15, 20, 30, 40]
    assert np.isnan(draw_numbers(np.zeros(0), 3, Chance())).tolist() == [True] * 3


def test_each_patient_stands_in_one_of_the_files_that_are_stacked():
    tables = [Table("id", {1: 5}, {}, patients=30), Table("id", {1: 5}, {}), Table("id", {1: 5}, {}, patients=10)]  # fmt: skip
    chance = Chance(choices=[[0, 1]])
    assert deal_patients(tables, DAYS, chance) == [{"a": 0}, DAYS, {"b": 365}]
    assert chance.asked == [(2, 2, [0.75, 0.25])]
    assert deal_patients(tables[1:2], DAYS, Chance()) == [DAYS]


def test_codes_and_gaps_by_their_frequency():
    kept = column("codes", gaps={None: 5, "-9": 5}, known=30, codes={"m": 20, (1, 0): 10})
    chance = Chance([0.7, 0.8], [[0], [1], [0, 1]])
    made = draw({"x": kept}, DAYS, chance, {2: 5})
    assert made["id"].tolist() == ["a", "a", "b", "b"] and made["x"].tolist() == [
        "m",
        "-9",
        "m",
        "-9",
    ]
    assert [each[2] for each in chance.asked] == [[1], [0.5, 0.5], [2 / 3, 1 / 3]]
    never = column("codes", gaps={"-9": 5}, known=10)
    assert draw({"x": never}, DAYS, Chance(0.1))["x"].tolist() == ["-9", "-9"]
    assert draw({"x": column("codes", known=0)}, DAYS, Chance(0))["x"].tolist() == [None, None]


@pytest.mark.parametrize(
    ("others", "cells"),
    [
        ({}, [12, 18]),
        ({"decimals": 1}, [12.5, 17.5]),
        ({"decimals": 1, "comma": True}, ["12,5", "17,5"]),
        ({"comma": True}, ["12", "18"]),
        ({"known": 5, "gaps": {"-9": 5}}, [12, "-9"]),
        ({"known": 0}, [None, None]),
    ],
)
def test_numbers_as_the_file_has_them(others, cells):
    made = draw({"x": column(numbers=[10, 20], **others)}, DAYS, Chance([0.25, 0.75]))["x"].tolist()
    assert made == cells and [type(each) for each in made] == [type(each) for each in cells]
    assert draw({"x": column(numbers=[])}, DAYS, Chance(0.2))["x"].tolist() == [None, None]


@pytest.mark.parametrize(("form", "first"), [("%d.%m.%Y", "11.01.1970"), (None, pd.Timestamp("1970-01-11"))])  # fmt: skip
def test_dates_of_a_patient_are_in_order_and_from_the_first_day(form, first):
    kept = column("dates", [10, 20], form=form)
    made = draw({"x": kept}, DAYS, Chance([0.9999, 0]), {2: 5})["x"].tolist()
    shown = [pd.Timestamp(each) if form is None else pd.to_datetime(each, format=form) for each in made]  # fmt: skip
    assert [(day - pd.Timestamp(0)).days for day in shown] == [10, 20, 375, 385] and made[
        0
    ] == first
    none = draw({"x": kept}, {"a": np.nan}, Chance([0]))["x"].iloc[0]
    assert none == first


@pytest.mark.parametrize(
    ("shares", "numbers", "cells"),
    [
        ((100, 100), (30, 70), [30, 70]),
        ((100, 100), (33, 67), [30, 70]),
        ((100, 100, 100), (1, 1, 1), [40, 30, 30]),
        ((1, 1), (0.5, 0.3), [0.65, 0.35]),
        ((100, 100), (0, 0), [100, 0]),
        ((100, 100), ((), 50), [0, 100]),
    ],
)
def test_shares_make_a_whole_in_steps_of_five(shares, numbers, cells):
    kept = {
        f"x{n}": column(numbers=np.atleast_1d(number), share=share, decimals=2, known=0)
        for n, (share, number) in enumerate(zip(shares, numbers, strict=True))
    }
    made = draw({"age": column(numbers=[7]), **kept}, DAYS, Chance(0.2))
    assert made["age"].tolist() == [7, 7]
    np.testing.assert_allclose(made[list(kept)].astype(float), [cells, cells])


def test_rows_of_several_kinds_stand_with_their_patient():
    base = {"x": column("codes", codes={"m": 5})}
    visit = Table("id", {2: 5}, {"n": RUNNING}, fixed={"kind": "visit"})
    table = Table("id", {1: 5}, base, fixed={"kind": "base"}, kinds=[visit])
    made = draw_table(table, {"z": 0.0, "a": 0.0}, Chance(0.1))
    assert made["id"].tolist() == ["z"] * 3 + ["a"] * 3 and list(made.index) == list(range(6))
    assert made["kind"].tolist() == ["base", "visit", "visit"] * 2
    assert made["n"].tolist() == [None, 1, 2] * 2 and made["x"].tolist() == ["m", None, None] * 2
    many = draw_table(table, {f"t{n}": 0.0 for n in range(30)}, Chance(0.1))
    assert many["kind"].tolist() == ["base", "visit", "visit"] * 30


def test_those_who_are_kept_have_their_new_names_in_order():
    drawn = [
        pd.DataFrame({"id": ["t1", "t2", "t1"], "x": [1, 2, 3]}),
        pd.DataFrame({"id": ["t3"], "x": [4]}),
    ]
    made = gather(drawn, Table("id", {}, {}), {"t3": "P0001", "t1": "P0002"})
    assert made.to_dict("list") == {"id": ["P0001", "P0002", "P0002"], "x": [4, 1, 3]}
    assert list(made.index) == [0, 1, 2]
    many = pd.DataFrame({"id": ["t1"] * 40, "x": range(40)})
    assert gather([many], Table("id", {}, {}), {"t1": "P"})["x"].tolist() == list(range(40))


def test_a_file_is_closed_as_it_was_laid_out():
    layout = Layout(
        headings={
            "slide": "Slide",
            "site___1": "Lung",
            "site___2": "Bone",
            "gone": "Gone",
            "n": "N",
        },
        boxes={"site (boxes)": ["site___1", "site___2"], "other (boxes)": ["o"]},
        parts={"slide": ("_", {1: "slide (part 1)", 3: "slide (part 3)"})},
    )
    drawn = pd.DataFrame(
        {"slide (part 1)": ["P1", "P2"], "slide (part 3)": [1, 2], "site (boxes)": [(1, 0), None], "n": [7, 8], "stray": 0}
    )  # fmt: skip
    made = close_table(drawn, layout)
    assert list(made.columns) == ["Slide", "Lung", "Bone", "N"]
    assert made["Slide"].tolist() == ["P1_1_1", "P2_1_2"] and made["N"].tolist() == [7, 8]
    assert made["Lung"].tolist() == [1, None] and made["Bone"].tolist() == [0, None]
    assert close_table(drawn, None) is drawn


def test_a_file_is_opened_by_kinds_boxes_and_parts():
    cells = pd.DataFrame(
        {"id": ["A/1", "A/1"], "kind": ["a", "b"], "visit": [1, 2], "day": [5, 6], "s___1": [1, 0], "s___2": [0, 0], "o___1": [1, 1]},
        [2, 3], dtype=object,
    )  # fmt: skip
    plain = {
        "missing": [],
        "values": {},
        "levels": [],
        "level_labels": {},
        "kind": "binary",
        "label": "L",
    }
    columns = {
        "patient_id": {"column": "id", "split": "/", "part": 2},
        "lung": {
            **plain,
            "column": "s___1",
            "values": {"1": "yes", "0": "no"},
            "where": {"kind": ["a"]},
        },
        "bone": {**plain, "column": "s", "values": {"2": "yes"}, "where": None},
        "day": {**plain, "column": "day", "kind": "count"},
    }
    made, read, layout = open_table(cells, {"columns": columns, "rows": {"order_by": "visit"}}, {})
    assert layout.kinds == ["kind"] and layout.counted == ["visit"]
    assert layout.boxes == {"s (boxes)": ["s___1", "s___2"]}
    assert layout.parts == {"id": ("/", {2: "id (part 2)"})}
    assert layout.headings == {name: name for name in cells.columns}
    assert made["s (boxes)"].tolist() == [(1, 0), (0, 0)] and made["id (part 2)"].tolist() == [
        "1",
        "1",
    ]
    assert {name: each["column"] for name, each in read["columns"].items()} == {
        "patient_id": "id (part 2)", "lung": "s (boxes)", "bone": "s (boxes)", "day": "day",
    }  # fmt: skip
    by_day = open_table(cells, {"columns": columns, "rows": {"order_by": "day"}}, {})[2]
    assert by_day.counted == []  # what is a variable is drawn as one
    table = open_table(cells, {"columns": {"patient_id": {"column": "id"}}}, {})[2]
    assert (table.kinds, table.counted, table.boxes, table.parts) == ([], [], {}, {})
    assert [(fixed, list(rows.index)) for fixed, rows in split_kinds(cells, layout)] == [({"kind": "a"}, [2]), ({"kind": "b"}, [3])]  # fmt: skip
    assert split_kinds(cells, Layout())[0][0] == {} and len(split_kinds(cells, Layout())) == 1


HEAD = "# SYNTHETIC: drawn at random, column by column. No row is a patient. Made by `make practice`.\n"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("study: {title: A}\n", "study: {synthetic: true, title: A}\n"),
        ("study:\n    title: A\n    group: B\n", "study:\n    synthetic: true\n    title: A\n    group: B\n"),
        ("study:\n  title: A\n  synthetic: no\n", "study:\n  title: A\n  synthetic: true\n"),
        ("study: {title: A, synthetic: no}\ncohort: {file: a.sav}\n", "study: {title: A, synthetic: true}\ncohort: {file: a.csv}\n"),
        ("study: {title: A}\ncohort:\n  sources:\n    - file: a.sav # mine\n    - {file: b.sav}\n",
         "study: {synthetic: true, title: A}\ncohort:\n  sources:\n    - file: a.csv # mine\n    - {file: b.sav}\n"),
        ("study: {title: A}\ncohort: {exclusions: {x: {patients: [S1, S2]}, y: {variable: age}}}\n",
         "study: {synthetic: true, title: A}\ncohort: {exclusions: {x: {patients: [P0001]}, y: {variable: age}}}\n"),
        ("study: {title: A}\ncohort:\n  exclusions:\n    x:\n      patients:\n        - S1\n        - S2\n",
         "study: {synthetic: true, title: A}\ncohort:\n  exclusions:\n    x:\n      patients:\n        \n        - P0001\n"),
        ("study: {title: A}\ncohort: {exclusions: null}\n", "study: {synthetic: true, title: A}\ncohort: {exclusions: null}\n"),
    ],
)  # fmt: skip
def test_the_plan_is_marked_to_the_letter(text, marked):
    assert practice_study.mark_plan(text, {"a.sav": "a.csv"}) == HEAD + marked


@pytest.mark.parametrize("text", ["cohort: {file: a}\n", "study: A\n", "study: {}\n", "study:\n"])
def test_a_plan_without_a_study_cannot_be_marked(text):
    with pytest.raises(
        ValueError, match=r"^The plan has no `study:` with a title, so that it cannot be marked\.$"
    ):
        practice_study.mark_plan(text, {})


@pytest.mark.parametrize(
    ("name", "file"),
    [("a.csv", "a.csv"), ("d/a.TSV", "d/a.TSV"), ("a.txt", "a.txt"), ("a.XLSX", "a.XLSX"), ("a.xls", "a.csv"), ("d/a.b.parquet", "d/a.b.csv")],
)  # fmt: skip
def test_formats_that_are_not_written_become_csv(name, file):
    assert practice_study.name_file(name) == file


SAID = "SYNTHETIC: drawn at random, column by column. No row is a patient."
TABLE = pd.DataFrame(
    {"ID": ["P1", "P2"], "Ö": [pd.Timestamp("2012-03-04"), None], "n": [1.5, 2]}, dtype=object
)


@pytest.mark.parametrize(
    ("name", "spec", "text"),
    [
        ("a.csv", {}, "ID,Ö,n\nP1,2012-03-04,1.5\nP2,,2\n"),
        ("a.tsv", {}, "ID\tÖ\tn\nP1\t2012-03-04\t1.5\nP2\t\t2\n"),
        ("a.TSV", {"delimiter": ";", "encoding": "latin-1"}, "ID;Ö;n\nP1;2012-03-04;1.5\nP2;;2\n"),
        ("a.TSV", {}, "ID\tÖ\tn\nP1\t2012-03-04\t1.5\nP2\t\t2\n"),
        ("a.csv", {"header_row": 2}, f'"{SAID}",,\nID,Ö,n\nP1,2012-03-04,1.5\nP2,,2\n'),
        ("a.csv", {"header_row": [2, 3]}, f'"{SAID}",,\nID,Ö,n\nP1,2012-03-04,1.5\nP2,,2\n'),
        ("a.csv", {"skip_rows": [3, 2]}, f'ID,Ö,n\n"{SAID}",,\n"{SAID}",,\nP1,2012-03-04,1.5\nP2,,2\n'),
        ("a.csv", {"skip_rows": [1, 3], "header_row": 2}, f'"{SAID}",,\nID,Ö,n\n"{SAID}",,\nP1,2012-03-04,1.5\nP2,,2\n'),
        ("a.csv", {"skip_rows": [2], "header_row": 2}, f'"{SAID}",,\nID,Ö,n\nP1,2012-03-04,1.5\nP2,,2\n'),
    ],
)  # fmt: skip
def test_text_files_to_the_letter(name, spec, text, tmp_path):
    path = tmp_path / "deep/er" / name
    practice_study.write_file([TABLE], path, [spec])
    assert path.read_bytes() == text.encode(spec.get("encoding", "utf-8"))
    practice_study.write_file([TABLE], path, [spec])  # again, into the same folder


def test_the_sheets_of_a_workbook_are_written_together(tmp_path):
    specs = [
        {"file": "b.XLSX", "sheet": "Lab"},
        {"file": "a.sav"},
        {"file": "b.XLSX", "sheet": None},
    ]
    tables = [TABLE, TABLE.head(1), TABLE.tail(1)]
    files = practice_study.write_files(tables, specs, tmp_path)
    assert files == {"b.XLSX": "b.XLSX", "a.sav": "a.csv"}
    book = pd.read_excel(tmp_path / "b.XLSX", sheet_name=None)
    assert {name: list(sheet["ID"]) for name, sheet in book.items()} == {
        "Lab": ["P1", "P2"],
        "Sheet1": ["P2"],
    }
    assert list(book["Lab"].columns) == ["ID", "Ö", "n"]
    assert (tmp_path / "a.csv").read_text(encoding="utf-8").count("\n") == 2
    with pytest.raises(ValueError):
        practice_study.write_file([TABLE] * 2, tmp_path / "c.xlsx", specs[:1])


def test_the_plan_stands_beside_the_files_that_it_needs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config").mkdir()
    (tmp_path / "config/words.csv").write_bytes(b"a;\xe4\n")
    for _ in range(2):
        practice_study.write_plan(
            "study: {title: Ä}\n", tmp_path / "out/here", ["config/words.csv"]
        )
    assert (tmp_path / "out/here/config/config.yaml").read_text(
        encoding="utf-8"
    ) == "study: {title: Ä}\n"
    assert (tmp_path / "out/here/config/words.csv").read_bytes() == b"a;\xe4\n"
