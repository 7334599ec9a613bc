"""Recorded values: every rule, one fault at a time in a clean export: where it is, what it is, what to do."""

import pytest

ERROR, WARNING = "error", "warning"


# name: (column, row of the file, entry), severity, rule, column of the finding, value, words of message, words of remedy
CASES = {
    "above the range": (
        ("Age", 4, 512),
        ERROR,
        "out_of_range",
        "Age",
        "512 years",
        "0 to 120",
        "missing",
    ),
    "below the range": (
        ("Number", 4, -1),
        ERROR,
        "out_of_range",
        "Number",
        "-1",
        "0 to 200",
        "Correct",
    ),
    "unusual": (
        ("Age", 4, 104),
        WARNING,
        "unlikely_value",
        "Age",
        "104 years",
        "unusual",
        "used as it is",
    ),
    "unknown level": (("Sex", 4, "x"), ERROR, "unknown_level", "Sex", "x", "declared", "m, w"),
    "text in a number": (
        ("Age", 4, "sixty"),
        ERROR,
        "not_a_number",
        "Age",
        "sixty",
        "number",
        "missing",
    ),
    "wrong decimal sign": (
        ("Size", 4, "3,5"),
        ERROR,
        "not_a_number",
        "Size",
        "3,5",
        "number",
        "decimal",
    ),
    "broken count": (("Number", 4, 1.5), ERROR, "not_a_count", "Number", "1.5", "count", "whole"),
    "impossible date": (
        ("Surgery", 4, "2012-02-30"),
        ERROR,
        "ambiguous_date",
        "Surgery",
        "2012-02-30",
        "",
        "date_format",
    ),
    "date after the lock": (
        ("Contact", 3, "2021-01-01"),
        ERROR,
        "impossible_date",
        "Contact",
        "2021-01-01",
        "2020-12-31",
        "data_lock",
    ),
    "ancient date": (
        ("Surgery", 3, "1913-05-01"),
        ERROR,
        "impossible_date",
        "Surgery",
        "1913-05-01",
        "1950",
        "Correct",
    ),
    "event before origin": (
        ("Recurrence", 5, "2012-01-01"),
        ERROR,
        "negative_time",
        "Surgery, Recurrence, Death, Contact",
        None,
        "before the time origin",
        "Correct",
    ),
    "flag other than 0 and 1": (
        ("Sync", 4, 3),
        ERROR,
        "unknown_level",
        "Sync",
        "3",
        "declared",
        "values",
    ),
    "negative code": (
        ("Size", 4, -999),
        ERROR,
        "undeclared_missing_code",
        "Size",
        "-999",
        "usual code",
        "missing",
    ),
    "zero on a log scale": (
        ("CEA", 4, 0),
        ERROR,
        "not_positive",
        "CEA",
        "0 ng/mL",
        "doubling",
        "<0.5",
    ),
    "share above 100": (("D", 3, 140), ERROR, "out_of_range", "D", "140 %", "0 to 100", "Correct"),
    "no identifier": (("ID", 4, ""), ERROR, "missing_identifier", "ID", "", "no patient", "Enter"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_fault_gives_its_finding(name, base, rows, ingest):
    (column, row, entry), severity, rule, where, value, message, remedy = CASES[name]
    rows[row - 2][column] = entry
    _, found = ingest(base, rows)
    hit = found[found["rule"] == rule]
    assert len(hit) == 1, found.to_dict("records")
    item = hit.iloc[0]
    assert item["severity"] == severity
    assert item["column"] == where
    assert message in item["message"] and remedy in item["remedy"]
    if value is not None:
        assert item["value"] == value
    if rule not in ("ambiguous_date", "undeclared_missing_code"):  # these speak of the column
        assert item["row"] == row
        assert item["patient_id"] == ("" if name == "no identifier" else f"P{row - 2:02}")


def only(found, rule):
    hit = found[found["rule"] == rule]
    assert len(hit) == 1, found.to_dict("records")
    return hit.iloc[0]


@pytest.mark.parametrize("d, bad", [(98.9, True), (99, False), (101, False), (101.1, True)])
def test_shares_add_up_to_100_within_one(d, bad, base, rows, ingest):
    rows[1] |= {"D": d - 50, "R": 30, "P": 20}
    _, found = ingest(base, rows)
    assert bool(len(found)) == bad
    if bad:
        item = only(found, "shares_not_100")
        assert (item["row"], item["patient_id"], item["column"]) == (3, "P01", "D, R, P")
        assert "%" not in item["value"] and item["value"].count("+") == 2


def test_partly_filled_shares(base, rows, ingest):
    rows[1] |= {"D": 60, "R": "", "P": 20}
    rows[2] |= {"D": 90, "R": "", "P": 20}
    _, found = ingest(base, rows)
    assert found["rule"].tolist() == ["shares_incomplete"] * 2
    assert found["severity"].tolist() == ["error", "warning"] and found["row"].tolist() == [4, 3]


def test_fractions_taken_for_per_cent(base, rows, ingest):
    for row in rows:
        row |= {name: row[name] / 100 for name in "DRP"}
    _, found = ingest(base, rows)
    assert (found["severity"] == "error").any()
    assert set(found[found["rule"] == "unit_suspect"]["column"]) == {"D", "R", "P"}
    assert all("unit: fraction" in remedy for remedy in found["remedy"])
    for name in ("hgp_desmoplastic", "hgp_replacement", "hgp_pushing"):
        base["columns"][name] = {"column": base["columns"][name], "unit": "fraction"}
    cohort, found = ingest(base, rows)
    assert found.empty
    assert cohort["hgp_desmoplastic"].tolist()[:4] == [100, 59, 58, 57]  # exactly


def test_one_pattern_alone_need_not_be_100(base, rows, ingest):
    del base["columns"]["hgp_replacement"], base["columns"]["hgp_pushing"]
    assert ingest(base, rows)[1].empty


def test_millimetres_in_a_centimetre_column(base, rows, ingest):
    for row in rows:
        row["Size"] *= 10
    item = only(ingest(base, rows)[1], "unit_suspect")
    assert item["severity"] == "error" and "unit: mm" in item["remedy"].replace("`", "")
    base["columns"]["size_max_cm"] = {"column": "Size", "unit": "mm"}
    cohort, found = ingest(base, rows)
    assert found.empty and cohort["size_max_cm"].tolist() == [2.5 + i / 4 for i in range(12)]


@pytest.mark.parametrize(
    ("alive", "said"), [((2,), "the only patient with"), ((2, 3), "none of the 2 patients with")]
)
def test_one_patient_without_an_event_is_no_plural(alive, said, base, rows, ingest):
    for i, row in enumerate(rows):
        row["Sync"] = int(i in alive)
    base["models"] = {"univariable": {"variables": ["synchronous", "age"]}}
    found = ingest(base, rows)[1]
    level = only(found[found["message"].str.startswith("Overall")], "level_without_event")
    assert said in level["message"]


def test_constant_covariate_and_level_without_event(base, rows, ingest):
    for i, row in enumerate(rows):
        row["EHD"] = 0
        row["Sync"] = int(i in (2, 3))  # both alive
    base["models"] = {"univariable": {"variables": ["synchronous", "age"]}}
    _, found = ingest(base, rows)
    constant = only(found, "constant_covariate")
    assert (constant["column"], constant["value"], constant["severity"]) == ("EHD", "no", "warning")
    level = only(found[found["message"].str.startswith("Overall")], "level_without_event")
    assert (level["column"], level["value"]) == ("Sync", "yes") and "2 patients" in level["message"]


def test_duplicate_patients_and_identifiers(base, rows, ingest):
    rows.append({**rows[3], "ID": "P99"})
    rows.append({**rows[5], "Age": 77})
    _, found = ingest(base, rows)
    twin = only(found, "duplicate_patient")
    assert (twin["row"], twin["patient_id"], twin["severity"]) == (14, "P99", "warning")
    assert "P03" in twin["message"]
    double = only(found, "duplicate_identifier")
    assert (double["row"], double["value"], double["severity"]) == (15, "P05", "error")
    assert "row 7" in double["message"]


def test_all_faults_are_reported_in_one_run(base, rows, ingest):
    for name in (
        "above the range",
        "unknown level",
        "text in a number",
        "broken count",
        "zero on a log scale",
    ):
        (column, _, entry), *_ = CASES[name]
        rows[len(name) % 11][column] = entry
    rows[11] |= {"D": 50, "R": 20, "P": 10, "Recurrence": "2011-01-01"}
    base["columns"]["bilobar"] = "Bilob"
    rules = set(ingest(base, rows)[1]["rule"])
    assert rules >= {
        "unknown_level",
        "not_a_number",
        "not_a_count",
        "not_positive",
        "shares_not_100",
        "negative_time",
        "missing_column",
    }


def test_twenty_thousand_twins_are_one_finding(base, rows, ingest):
    """Every patient entered twice: told once, in seconds (each twin used to be looked up in the whole table)."""
    import time

    many = [{**row, "ID": f"{row['ID']}-{i}"} for i in range(600) for row in rows]
    start = time.perf_counter()
    _, found = ingest(base, many)
    assert time.perf_counter() - start < 30  # 4 s when written
    twins = found[found["rule"] == "duplicate_patient"]
    assert len(twins) == 1 and "7188 of 7200" in twins["message"].iloc[0]


def test_a_date_in_the_future_without_a_data_lock(base, rows, ingest):
    """A year of two digits read in the wrong century lies in the future."""
    del base["cohort"]["data_lock"]
    assert ingest(base, rows)[1].empty
    rows[2]["Contact"] = "2068-06-03"
    item = only(ingest(base, rows)[1], "impossible_date")
    assert (
        item["severity"] == "error"
        and "in the future" in item["message"]
        and "century" in item["remedy"]
    )


CENTURY = " Years of two digits may be read in the wrong century."


@pytest.mark.parametrize(
    ("column", "day", "where", "remedy"),
    [
        ("Contact", "2020-12-31", None, None),
        (
            "Contact",
            "2021-01-01",
            "after 2020-12-31",
            "Correct the date (or cohort.data_lock, or set cohort.after_data_lock to censor)."
            + CENTURY,
        ),
        (
            "Surgery",
            "2021-01-01",
            "after 2020-12-31",
            "Correct the date (or cohort.data_lock), or leave the patient out under cohort.exclusions."
            + CENTURY,
        ),
        (
            "Surgery",
            "1949-12-31",
            "before 1950",
            "Correct the date; if it is right, write `earliest:` for the variable.",
        ),
        ("Surgery", "1950-01-01", None, None),
    ],
)
def test_what_to_do_about_an_impossible_date(column, day, where, remedy, base, rows, ingest):
    """Follow-up after the lock can be cut off there, an operation after it cannot."""
    rows[1][column] = day
    found = ingest(base, rows)[1]
    found = found[found["rule"] == "impossible_date"]
    if where is None:
        assert found.empty
    else:
        (item,) = found.to_dict("records")
        assert item["message"].endswith(f" lies {where}.") and item["remedy"] == remedy
        assert (item["row"], item["column"], item["value"]) == (3, column, day)


def test_the_median_of_a_column_in_another_unit(base, rows, ingest):
    for row in rows:
        row["Size"] = 0.1 + row["Size"] / 100  # metres, or nonsense
    item = only(ingest(base, rows)[1], "unit_suspect")
    assert "below" in item["message"] and "0.8 to 9 cm" in item["message"]
