"""What is written is read again."""

import csv

import numpy as np
import pandas as pd
import pytest
from crlm.job.storage import read_results, read_table, write_table


def test_texts_that_look_like_something_else_stay(tmp_path):
    table = pd.DataFrame(
        {
            "patient_id": ["007", "1e5", "NA", "None"],
            "group": ["1", "nan", "null", None],
            "level": ["none", "NA", "N/A", "yes"],
            "number": [0.1 + 0.2, 1 / 3, np.nan, 1e-300],
            "text": ['a "quoted", text', "two\nlines", "ümlaut", "=1+1"],
        }
    )
    write_table(table, tmp_path / "a.csv")
    again = read_table(tmp_path / "a.csv")
    pd.testing.assert_frame_equal(again, table, check_exact=True)
    assert b"\r" not in (tmp_path / "a.csv").read_bytes()


def test_named_columns_are_texts(tmp_path):
    write_table(pd.DataFrame({"value": ["1", "2.50"]}), tmp_path / "a.csv")
    assert read_table(tmp_path / "a.csv", text=["value"])["value"].tolist() == ["1", "2.50"]


FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "-risk", "'=quoted", "''-x"]
PLAIN = ["-0.5", "+1e3", "-inf", "-", "5 = 5", "'quoted'", "≥5", "a-b", "–"]


@pytest.mark.parametrize("column", ["label", "group"])
def test_no_text_is_a_formula_to_excel_and_all_are_read_as_they_were(tmp_path, column):
    table = pd.DataFrame({column: FORMULAS + PLAIN, "estimate": -0.5})
    write_table(table, tmp_path / "a.csv")
    with open(tmp_path / "a.csv", newline="") as file:
        cells = [row[0] for row in csv.reader(file)][1:]
    assert cells == [f"'{text}" for text in FORMULAS] + PLAIN
    again = read_table(tmp_path / "a.csv")
    assert again[column].tolist() == table[column].tolist()
    assert again["estimate"].tolist() == table["estimate"].tolist()


def test_results_of_several_endpoints_are_each_its_own(tmp_path):
    """Files stand in the order of the endpoints; what is no table is not read."""
    files = {"table1": str(tmp_path / "table1.csv"), "page": str(tmp_path / "page.html")}
    write_table(pd.DataFrame({"number": [9]}), files["table1"])
    for name in ("curves", "summary"):
        files[name] = [str(tmp_path / f"{each}_{name}.csv") for each in ("zeta", "alpha")]
    for value, path in enumerate([*files["curves"], *files["summary"]]):
        write_table(pd.DataFrame({"number": [value]}), path)
    files["figures"] = [str(tmp_path / "a.svg"), str(tmp_path / "b.svg")]
    found = read_results(files, ["zeta", "alpha"])
    assert found["table1"]["number"].tolist() == [9] and set(found) == {"table1", "endpoints"}
    numbers = {
        endpoint: {name: table["number"].tolist() for name, table in tables.items()}
        for endpoint, tables in found["endpoints"].items()
    }
    assert numbers == {
        "zeta": {"curves": [0], "summary": [2]},
        "alpha": {"curves": [1], "summary": [3]},
    }
