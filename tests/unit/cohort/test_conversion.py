"""Cells to numbers, levels and dates: codes, units, limits, formats."""

import sys

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.conditions import assess
from crlm.cohort.conversion import convert_table
from crlm.plan.variables import as_code

NUMBER = {
    "column": "X",
    "values": {},
    "factor": 1,
    "missing": [],
    "date_format": None,
    "decimal": None,
    "censored": None,
    "label": "X",
    "kind": "continuous",
    "unit": None,
    "levels": [],
    "level_labels": {},
    "range": None,
}


def convert(cells, settings=None, **spec):
    raw = pd.DataFrame({"ID": [f"P{i}" for i in range(len(cells))], "X": cells}, dtype=object)
    raw.index += 2
    columns = {"patient_id": {"column": "ID"}, "x": {**NUMBER, **spec}}
    return convert_table(raw, columns, settings or {})


def values(cells, settings=None, **spec):
    table, found = convert(cells, settings, **spec)
    assert not [item for item in found if item["severity"] == "error"], found
    return [None if pd.isna(value) else value for value in table["x"]]


@pytest.mark.parametrize("code", [-999, -999.0, "-999", "-999.0", " -999 "])
@pytest.mark.parametrize("cell", [-999, -999.0, "-999", "-999.0", "-999.00"])
def test_a_missing_code_in_any_spelling(code, cell):
    assert values([5, cell, 7], {"missing": [code]}) == [5, None, 7]
    assert values([5, cell, 7], missing=[str(code)]) == [5, None, 7]
    levels = {"kind": "binary", "levels": ["no", "yes"], "level_labels": {}}
    assert values([1, cell, 0], {"missing": [code]}, **levels) == ["yes", None, "no"]
    dates = values(["2012-01-01", cell], {"missing": [code]}, kind="date")
    assert dates == [pd.Timestamp(2012, 1, 1), None]


def test_missing_codes_with_a_decimal_comma():
    assert values(["5,5", "-999,0", "9,000"], {"missing": [-999], "decimal": ","}) == [5.5, None, 9]
    # with a decimal point, 9,000 is no number, and not the code 9 either
    _, found = convert(["1", "9,000"], {"missing": [9]})
    assert found[0]["rule"] == "not_a_number" and "thousands" in found[0]["remedy"]


def test_missing_text_and_dates():
    assert values(["k.A.", "K.A.", "NA", 3], missing=["k.a.", "NA"]) == [None, None, None, 3]
    day = pd.Timestamp(9999, 12, 31) if hasattr(pd.Timestamp, "as_unit") else None
    assert values([pd.Timestamp(2012, 1, 1), day], kind="date", missing=["9999-12-31"]) == [
        pd.Timestamp(2012, 1, 1),
        None,
    ]
    _, found = convert([day], kind="date")
    assert found[0]["rule"] == "impossible_date"


def test_an_undeclared_missing_code_is_never_a_value():
    _, found = convert([1.5, -99, 3, -99], range=[0, 10], factor=0.1)
    assert [item["rule"] for item in found] == ["undeclared_missing_code"]
    assert (
        found[0]["severity"] == "error"
        and "2 rows" in found[0]["message"]
        and found[0]["value"] == "-99"
    )
    _, found = convert([1.5, -9, 3], range=None)
    assert found[0]["severity"] == "error"


def test_numbers_as_text():
    assert values(["1.5", "-2", "+3", ".5", "1e3"]) == [1.5, -2, 3, 0.5, 1000]
    assert values(["1,5", "1"], {"decimal": ","}) == [1.5, 1]
    assert values(["1,5"], {"decimal": "."}, decimal=",") == [1.5]
    for text in (
        "1,5",
        "5 cm",
        "1 234",
        "1_000",
        "1.2.3",
        "0x10",
        "inf",
        "1e999",
        "--1",
        "yes",
    ):
        table, found = convert([text, 1])
        assert [(f["rule"], f["row"], f["value"], f["patient_id"]) for f in found] == [
            ("not_a_number", 2, text, "P0")
        ]
        assert np.isnan(table["x"].iloc[0])
    for text in ("nan", "<NA>"):
        table, found = convert([text, 1])
        assert [(f["rule"], f["value"]) for f in found] == [("undeclared_missing_word", text)]
        assert np.isnan(table["x"].iloc[0])
    assert convert([float("inf"), 1])[1][0]["rule"] == "not_a_number"
    assert "date" in convert([pd.Timestamp(2012, 3, 4)])[1][0]["remedy"]


def test_units_are_exact_at_cut_offs():
    for per_cent in range(101):
        assert values([per_cent / 100], factor=100) == [per_cent]
    for mm in range(1, 400):
        assert values([mm], factor=0.1) == [mm / 10]
    for months in range(12, 1200, 12):
        assert values([months], factor=1 / 12) == [months / 12]


def test_limits_give_bounds_in_the_unit_of_the_analysis():
    cells = ["<0.5", "≤ 2", "> 1000", ">=100", "7", None]
    table, found = convert(cells, censored="half", range=[0, 200000])
    assert table["x"].tolist()[:5] == [0.25, 1, 1000, 100, 7]
    lower, upper = table["x_lower"].tolist(), table["x_upper"].tolist()
    assert lower[:2] == [0, 0] and upper[2:4] == [200000, 200000]
    assert upper[0] == np.nextafter(0.5, 0) and upper[1] == 2
    assert lower[2] == np.nextafter(1000, 2000) and lower[3] == 100
    assert np.isnan(lower[4:]).all() and np.isnan(upper[4:]).all()
    assert [(item["severity"], item["rule"]) for item in found] == [("note", "censored_entry")]
    assert "4 entries" in found[0]["message"]
    assert convert(["<0,5"], {"decimal": ","}, censored="limit")[0]["x"].iloc[0] == 0.5
    table, _ = convert(["10+", "9 +", "+3"], censored="half", range=[0, 50])
    assert table["x"].tolist() == [10, 9, 3]
    assert table["x_lower"].tolist()[:2] == [10, 9] and table["x_upper"].tolist()[:2] == [50, 50]
    assert convert(["10+"])[1][0]["rule"] == "censored_entry"
    assert convert(["1++", "a+"], censored="half")[1][0]["rule"] == "not_a_number"
    table, _ = convert(["<50"], censored="half", factor=0.1, range=[0, 40])
    assert table.iloc[0][["x", "x_lower", "x_upper"]].tolist() == [2.5, 0, np.nextafter(5, 0)]


def test_limits_decide_only_what_they_decide():
    table, _ = convert(
        [">100", ">200", ">=200", "<200", "<=200", "<=201", "201"], censored="limit", range=[0, 1e6]
    )
    answers = assess(table, "x", ">", 200)
    assert [None if pd.isna(a) else bool(a) for a in answers] == [
        None,
        True,
        None,
        False,
        False,
        None,
        True,
    ]
    answers = assess(table, "x", "==", 201)
    assert [None if pd.isna(a) else bool(a) for a in answers] == [
        None,
        None,
        None,
        False,
        False,
        None,
        True,
    ]


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1 entry is a limit such"), (2, "2 entries are limits such")]
)
def test_one_limit_is_no_plural(number, said):
    found = convert(["<0.5"] * number + [3], censored="half")[1]
    assert said in found[0]["message"]


def test_a_limit_must_be_declared():
    table, found = convert(["<0.5", 3])
    assert (
        found[0]["rule"] == "censored_entry"
        and found[0]["severity"] == "error"
        and found[0]["row"] == 2
    )
    assert "censored: half" in found[0]["remedy"] and np.isnan(table["x"].iloc[0])
    assert convert(["<", 3], censored="half")[1][0]["rule"] == "not_a_number"
    assert convert(["<abc", 3], censored="half")[1][0]["rule"] == "not_a_number"


LEVELS = {
    "kind": "categorical",
    "levels": ["none", "NA", "1"],
    "level_labels": {"none": "Nothing", "NA": "Not asked", "1": "One"},
}


def test_levels_called_none_and_na():
    assert values(["none", "NA", 1, "1.0", "Nothing", "one", None], **LEVELS) == [
        "none",
        "NA",
        "1",
        "1",
        "none",
        "1",
        None,
    ]
    assert values([1, 2.0, "3"], values={"1": "none", "2": "NA", "3": "1"}, **LEVELS) == [
        "none",
        "NA",
        "1",
    ]
    _, found = convert(["none", 1], values={"1": "none"}, **LEVELS)
    assert [(item["rule"], item["value"]) for item in found] == [
        ("unknown_level", "none")
    ]  # the map is the whole truth


def test_a_label_never_overrules_a_level():
    spec = {"kind": "categorical", "levels": ["a", "b"], "level_labels": {"a": "b", "b": "a"}}
    assert values(["a", "b"], **spec) == ["a", "b"]
    same = {
        "kind": "categorical",
        "levels": ["a", "b"],
        "level_labels": {"a": "other", "b": "other"},
    }
    assert convert(["other", "a"], **same)[1][0]["rule"] == "unknown_level"


BINARY = {"kind": "binary", "levels": ["no", "yes"], "level_labels": {"no": "No", "yes": "Yes"}}


def test_binary_codes():
    cells = [0, 1, "0", "1", 1.0, "no", "YES", "n", "Y", "true", "False", None]
    answer = ["no", "yes", "no", "yes", "yes", "no", "yes", "no", "yes", "yes", "no", None]
    assert values(cells, **BINARY) == answer
    for cells in ([1, 2], [2, 2], ["1", "2", None]):
        table, found = convert(cells, **BINARY)
        assert [item["rule"] for item in found] == ["coded_1_2"] and table["x"].isna().all()
    assert values([1, 2], values={"1": "no", "2": "yes"}, **BINARY) == ["no", "yes"]
    assert values([1, 1], **BINARY) == ["yes", "yes"]
    for cells in ([0, 2], [1, 2, 9], ["ja"], ["+"], [0.5], [-1]):
        assert {item["rule"] for item in convert(cells, **BINARY)[1]} == {"unknown_level"}


def test_codes():
    assert as_code(1) == as_code(1.0) == as_code("1.0") == as_code(" 01 ") == "1"
    assert as_code("Ä") == as_code("ä")
    assert as_code("1,0") == "1,0" and as_code("1,0", ",") == "1"
    assert as_code(pd.Timestamp(1900, 1, 1)) == "1900-01-01"
    assert as_code("1e400") == "1e400"


def dates(cells, form=None, settings=None):
    return values(cells, settings, kind="date", date_format=form)


def test_dates():
    day = pd.Timestamp(2012, 3, 4)
    assert (
        dates(["2012-03-04", "2012-03-04 10:30:00", pd.Timestamp(2012, 3, 4, 23, 59)]) == [day] * 3
    )
    assert dates(["04.03.2012", "4.3.2012"], "%d.%m.%Y") == [day] * 2
    assert dates(["04Mar2012"], None, {"date_format": "%d%b%Y"}) == [day]
    assert dates(["04.03.12", "04.03.68"], "%d.%m.%y") == [day, pd.Timestamp(1968, 3, 4)]
    assert dates([20120304, "20120304"], "%Y%m%d") == [day] * 2
    assert dates([day], "%d.%m.%Y") == [day]


def test_excel_serial_dates():
    # 40972 is 2012-03-04 in Excel's calendar (1 is 1900-01-01; 60 is the day that never was)
    serial = 40972
    assert (
        dates([serial, float(serial) + 0.6, str(serial), "40972.5"], "excel")
        == [pd.Timestamp(2012, 3, 4)] * 4
    )
    for cell in ("04.03.2012", -5, 0, 400000, "x"):
        assert convert([cell], kind="date", date_format="excel")[1][0]["rule"] == "impossible_date"
    found = convert([serial], kind="date")[1][0]
    assert found["rule"] == "impossible_date" and "excel" in found["remedy"]


@pytest.mark.parametrize(
    "cell", ["31.02.2012", "2012-03-04", "04/03/2012", "4.3.12", "04.03.0012", "04.03.9999", 41000]
)
def test_impossible_dates(cell):
    table, found = convert(["04.03.2012", cell], kind="date", date_format="%d.%m.%Y")
    assert [(item["rule"], item["row"], item["value"]) for item in found] == [
        ("impossible_date", 3, str(cell))
    ]
    assert pd.isna(table["x"].iloc[1]) and table["x"].dtype == "datetime64[ns]"


def test_undeclared_text_dates_are_never_guessed():
    table, found = convert(["25.03.2012", "2012-03-04"], kind="date")
    assert [item["rule"] for item in found] == ["ambiguous_date"] and found[0][
        "value"
    ] == "25.03.2012"
    assert table["x"].tolist()[1] == pd.Timestamp(2012, 3, 4) and pd.isna(table["x"].iloc[0])
    assert "No common format" in found[0]["remedy"]
    _, found = convert(["25/03/2012", "01/02/2013"], kind="date")
    assert "%d/%m/%Y" in found[0]["remedy"] and "%m/%d/%Y" not in found[0]["remedy"]


def test_a_missing_column_is_missing_not_zero():
    raw = pd.DataFrame({"ID": ["A", "B"]}, index=[2, 3], dtype=object)
    for kind in ("continuous", "count", "binary", "date", "duration"):
        spec = {**NUMBER, "kind": kind, "levels": ["no", "yes"] if kind == "binary" else []}
        table, found = convert_table(raw, {"patient_id": {"column": "ID"}, "x": spec}, {})
        assert [item["rule"] for item in found] == ["missing_column"] and table["x"].isna().all()


def test_a_duration_is_not_rounded_and_another_number_is():
    """3 days are 3 / 30.4375 months to the last digit, as of dates; 29 of 100 must not miss a cut at 29."""
    cells, factor = [3.0, 100.0], 1 / 30.4375
    table, _ = convert(cells, kind="duration", factor=factor)
    assert table["x"].tolist() == [each * factor for each in cells]
    table, _ = convert([0.29], factor=100.0)
    assert table["x"].tolist() == [29.0]


def test_a_column_twice_is_not_used():
    raw = pd.DataFrame([["A", 1, 2]], columns=["ID", "X", "X"], index=[2], dtype=object)
    table, found = convert_table(raw, {"patient_id": {"column": "ID"}, "x": NUMBER}, {})
    assert [item["rule"] for item in found] == ["duplicate_column"] and table["x"].isna().all()


def test_identifiers():
    raw = pd.DataFrame(
        {"ID": [7, "7", None, 8], "X": [1, 2, 3, 4]}, index=[2, 3, 4, 5], dtype=object
    )
    table, found = convert_table(raw, {"patient_id": {"column": "ID"}, "x": NUMBER}, {})
    assert table["patient_id"].tolist() == ["7", "7", "", "8"]
    assert [(item["rule"], item["row"]) for item in found] == [
        ("missing_identifier", 4),
        ("duplicate_identifier", 3),
    ]


def build_export(size):
    """Cells of five numbers, five dates as declared and five that are not, and how they are read."""
    rng = np.random.default_rng(1)
    days = pd.Timestamp(2000, 1, 1) + pd.to_timedelta(rng.integers(0, 5000, size), unit="D")
    raw = pd.DataFrame({"ID": np.arange(size)}, dtype=object)
    columns = {"patient_id": {"column": "ID"}}
    for i in range(5):
        raw[f"n{i}"] = [str(value) for value in rng.normal(5, 1, size).round(2)]
        raw[f"d{i}"] = [f"{day:%d.%m.%Y}" for day in days]
        raw[f"w{i}"] = [f"{day:%d/%m/%Y}" for day in days]  # not in the declared format
        columns[f"n{i}"] = {**NUMBER, "column": f"n{i}"}
        columns[f"d{i}"] = {**NUMBER, "column": f"d{i}", "kind": "date", "date_format": "%d.%m.%Y"}
        columns[f"w{i}"] = {**NUMBER, "column": f"w{i}", "kind": "date", "date_format": "%d.%m.%Y"}
    return raw, columns


def count_calls(function, *arguments):
    """Return how many calls of Python and C functions it takes: work that no other program on the machine can change."""
    calls = 0

    def count(frame, event, argument):
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        function(*arguments)
    finally:
        sys.setprofile(None)
    return calls


def test_twice_the_rows_are_twice_the_work():
    fewer, more = (count_calls(convert_table, *build_export(size), {}) for size in (1000, 2000))
    assert 1.5 < more / fewer < 2.1
    assert more < 2000 * 15 * 150  # calls for each cell


def test_a_format_that_fits_nowhere_is_one_finding_a_column():
    _, found = convert_table(*build_export(2000), {})
    assert len(found) == 5 and all("2000 of 2000" in item["message"] for item in found)


def test_a_unit_within_a_cell_counts():
    words = {"cm": 1, "mm": 0.1}
    cells = ["3,5 cm", "35 mm", "<5 mm", 40, "4,2", None, "3 weeks", "2 x 3 cm"]
    spec = {"unit": "cm", "unit_words": words, "censored": "limit", "range": [0, 50]}
    table, found = convert(cells, {"decimal": ","}, **spec)
    assert table["x"].tolist()[:5] == [3.5, 3.5, 0.5, 40, 4.2]
    assert [item["rule"] for item in found if item["severity"] == "error"] == ["not_a_number"] * 2
    assert (
        "in 3 rows a unit is written"
        in next(i for i in found if i["rule"] == "unit_in_cell")["message"]
    )
    table, _ = convert(cells[:4], {"decimal": ","}, **{**spec, "factor": 0.1})  # a column in mm
    assert table["x"].tolist() == [3.5, 3.5, 0.5, 4]
    _, found = convert(["35 mm"], **{**spec, "unit_words": {}})
    assert [item["rule"] for item in found] == ["not_a_number"]
