"""Identifiers: how they are simplified, and what is told of them, word by word, within a file, between files and in the plan."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort import identifiers
from crlm.cohort.identifiers import (  # fmt: skip
    check_identifiers,
    check_shared,
    check_twins,
    compare_tables,
    find_dates,
    find_listed,
    find_shift,
    identify,
)


def texts(*ids, start=2):
    return pd.Series(list(ids), range(start, start + len(ids)), dtype=object)


def tell(found):
    return [
        (item["severity"], item["rule"], item["row"], item["patient_id"], item["column"], item["value"], item["message"])
        for item in found
    ]  # fmt: skip


def test_identifiers_as_texts():
    assert identify(texts("P1", None, 7, "")).tolist() == ["P1", "", "7", ""]


@pytest.mark.parametrize(
    ("text", "simple", "bare"),
    [
        ("  P 01 ", "p01", "p1"),
        ("1 12", "1 12", "1 12"),
        ("1   12", "1 12", "1 12"),
        ("12.0", "12", "12"),
        ("12,00", "12", "12"),
        ("12.10", "12.10", "12.10"),
        ("A12.0", "a12.0", "a12.0"),
        ("P—1", "p-1", "p1"),
        ("1-2", "1-2", "1-2"),
        ("007", "007", "7"),
        ("1.01", "1.01", "1.01"),
        ("1,01", "1,01", "1,01"),
        ("000", "000", "0"),
        ("А1", "a1", "a1"),  # Cyrillic
        ("Α1", "a1", "a1"),  # Greek
        ("A_1/B 2.C", "a_1/b2.c", "a1b2c"),
        ("P\u200d1", "p1", "p1"),
        ("A / B", "a/b", "a/b"),
        (12, "12", "12"),
    ],
)
def test_a_simplified_identifier(text, simple, bare):
    assert identifiers.simplify(text) == simple
    assert identifiers.strip_zeros(text) == bare


def test_dates_in_place_of_identifiers():
    day = pd.Timestamp(2019, 5, 3)
    message = "the identifier is a date; a spreadsheet turns entries such as 05-19 into one."
    found = find_dates(texts("P1", day, "P2", None, "P3"), "ID")
    assert tell(found) == [("error", "date_as_identifier", 3, "", "ID", "2019-05-03", message)]
    assert found[0]["remedy"] == "Format the column as text and enter the identifier again."
    (item,) = find_dates(texts(*[day] * 5, "P1"), "ID")
    assert item["row"] is None and "5 of 6 entries" in item["message"]


# --- within a file -----------------------------------------------------------------------------------------------------------

NONE = ("error", "missing_identifier")
TWICE = ("error", "duplicate_identifier")


def test_every_fault_of_a_list_in_its_order():
    ids = texts("P1", "", "P1", "p1", "P01", "n/a", "P2", "P-2", "")
    ids = pd.concat([ids, texts(*(f"X{n}" for n in range(10, 40)), start=20)])
    like = "it differs from '{}' in row {} only by {}: are these one patient?"
    case, zeros = "case, spaces or the like", "zeros in front or a sign such as a hyphen"
    found = check_identifiers(ids, "ID")
    assert tell(found) == [
        (*NONE, 3, "", "ID", "", "the row has no patient identifier."),
        (*NONE, 10, "", "ID", "", "the row has no patient identifier."),
        (*NONE, 7, "n/a", "ID", "n/a", "'n/a' stands in place of a patient identifier."),
        (*TWICE, 4, "P1", "ID", "P1", "the patient already stands in row 2."),
        ("error", "similar_identifier", 5, "p1", "ID", "p1", like.format("P1", 2, case)),
        ("warning", "similar_identifier", 6, "P01", "ID", "P01", like.format("P1", 2, zeros)),
        ("warning", "similar_identifier", 9, "P-2", "ID", "P-2", like.format("P2", 8, zeros)),
    ]
    assert [item["remedy"] for item in found[1:5]] == [
        "Enter the identifier or delete the row.",
        "Enter the identifier or delete the row.",
        "Keep one row per patient (the first liver resection), correct the identifier, or say under `cohort: rows:` what several "
        "rows mean.",
        "If so, keep one of the two rows (the first liver resection). If not, give one an identifier that cannot be mistaken.",
    ]


def test_the_first_row_of_a_patient_is_named():
    found = check_identifiers(texts("A", "A", "a", "A", "a "), "ID")
    assert [(item["row"], item["message"][-30:]) for item in found] == [
        (3, "patient already stands in row 2."[-30:]),
        (5, "patient already stands in row 2."[-30:]),
        (4, "it differs from 'A' in row 2 only by case, spaces or the like: are these one patient?"[-30:]),
        (6, "it differs from 'A' in row 2 only by case, spaces or the like: are these one patient?"[-30:]),
    ]  # fmt: skip
    # one that is spelled alike is named before one that has other zeros
    (_, item) = check_identifiers(texts("P01", "P1", "p1"), "ID")
    assert "'P1' in row 3 only by case" in item["message"]
    many = check_identifiers(texts(*"ABCDEFG", *"abcdefg"), "ID")
    assert len(many) == 7  # half of them
    many = check_identifiers(texts(*"ABCDE", *"abcde", "a "), "ID")
    assert [item["row"] for item in many] == [None] and "6 of 11 entries" in many[0]["message"]


@pytest.mark.parametrize(
    ("ids", "told"),
    [
        (["none", *(f"P{n}" for n in range(10))], True),
        (["none", *(f"P{n}" for n in range(9)), "Q"], False),  # nine of ten others have a number
        (["none", *(f"P{n}" for n in range(10)), "Q"], True),
        (["NONE", *(f"P{n}" for n in range(10))], True),
        (["none", "", ""], False),
        (["none", "P1", ""], True),
        (["nobody", *(f"P{n}" for n in range(10))], False),
    ],
)
def test_a_word_for_missing_among_numbers(ids, told):
    found = check_identifiers(texts(*ids), "ID")
    words = [
        item for item in found if item["message"].endswith("in place of a patient identifier.")
    ]
    assert [item["row"] for item in words] == [2] * told
    found = check_identifiers(texts(*["none", *(f"P{n}" for n in range(40))], *["none"] * 2), "ID")
    assert [item["rule"] for item in found] == ["missing_identifier"] * 3  # and not one patient


@pytest.mark.parametrize(
    ("ids", "count"),
    [
        (["1.23E+11", "1,23e+8", "P3"], 2),
        (["1.23E+11", "P2", "P3"], 0),  # one is no column of them
        (["P9", "1E+5", "2E+5", "3E+123"], 3),
        (["1.23E-11", "1.24E-11", "12E+5", "13E+5", "P1E+5", "P2E+5"], 0),
    ],
)
def test_long_numbers_that_a_spreadsheet_has_shortened(ids, count):
    found = check_identifiers(texts(*ids), "ID")
    found = [item for item in found if item["rule"] == "identifier_rounded"]
    row = 3 if ids[0] == "P9" else 2
    message = (
        f"{count} of {len(ids)} identifiers are written like 1.23E+11: a spreadsheet has shortened long numbers, and their last "
        f"figures are lost (first in row {row})."
    )
    assert tell(found) == [("warning", "identifier_rounded", None, "", "ID", "", message)] * bool(count)  # fmt: skip
    for item in found:
        assert item["remedy"] == "Format the column as text, or as a number without decimals, and export again."  # fmt: skip


# --- between files -------------------------------------------------------------------------------------------------------------


def test_patients_of_two_files():
    one = texts("P1", "P1", "", "P02", "Q3", "R04", "S5").set_axis([f"{n} of a" for n in range(2, 9)])  # fmt: skip
    two = texts("P1", "p02", "Q03", "Z9", "", "z9", "R4").set_axis(
        [f"{n} of b" for n in range(2, 9)]
    )
    like = "it differs from '{}' in row {} only by {}: are these one patient?"
    found = check_shared([one, two], "ID")
    assert tell(found) == [
        (*TWICE, "2 of b", "P1", "ID", "P1", "the patient already stands in row 2 of a."),
        ("error", "similar_identifier", "3 of b", "p02", "ID", "p02", like.format("P02", "5 of a", "case, spaces or the like")),
        ("warning", "similar_identifier", "4 of b", "Q03", "ID", "Q03", like.format("Q3", "6 of a", "zeros in front or a sign such as a hyphen")),
        ("warning", "similar_identifier", "8 of b", "R4", "ID", "R4", like.format("R04", "7 of a", "zeros in front or a sign such as a hyphen")),
    ]  # fmt: skip
    assert found[0]["remedy"] == (
        "If it is one patient, keep one of the rows or say under `cohort: rows:` which is kept; if they are two, make the "
        "identifiers differ."
    )
    third = texts("z 9", "P1").set_axis(["2 of c", "3 of c"])
    found = check_shared([one, two, third], "ID")
    assert [item["row"] for item in found] == [
        "2 of b",
        "3 of c",
        "3 of b",
        "4 of b",
        "8 of b",
        "2 of c",
    ]
    assert any("'Z9' in row 5 of b" in item["message"] for item in found)


def test_two_files_that_share_most_patients_are_one_finding():
    ids = [f"P{n}" for n in range(12)]
    (item,) = check_shared([texts(*ids), texts(*ids[:6], *"ABCD", start=102)], "ID")[:1]
    assert item["row"] == 102  # 6 of the 12 of the longer
    (item,) = check_shared([texts(*ids), texts(*ids[:7], *"ABCD", start=102)], "ID")
    assert item["row"] is None and "7 of 12 entries" in item["message"]
    low = [each.lower() for each in ids]
    (item,) = check_shared([texts(*ids), texts(*low[:7], *"ABCD", start=102)], "ID")
    assert item["row"] is None and "7 of 12 entries" in item["message"]


# --- twins ----------------------------------------------------------------------------------------------------------------------

COLUMNS = {
    "patient_id": {"column": "ID", "label": "ID"},
    "op": {"label": "Op", "kind": "date", "timing": "operation"},
    "seen": {"label": "Seen", "kind": "date", "timing": "follow_up"},
    "age": {"label": "Age", "kind": "continuous", "timing": "baseline", "identity": True},
    "size": {"label": "Size", "kind": "continuous", "timing": "pathology"},
}


def cohort_of(size=40):
    count = np.arange(size)
    cohort = pd.DataFrame({"patient_id": [f"P{n}" for n in count]}, range(2, size + 2))
    cohort["op"] = pd.Timestamp(2012, 1, 1) + pd.to_timedelta(count * 3, "D")
    cohort["seen"] = pd.Timestamp(2016, 1, 1) + pd.to_timedelta(count * 5, "D")
    return cohort.assign(age=50.0 + count % 20, size=1 + count / 8)


def twin(cohort, row, of, *names):
    cohort.loc[row, list(names)] = cohort.loc[of, list(names)]
    return cohort


CHECK = (
    "Check whether one patient stands there under two identifiers; if so, keep one of the two rows."
)


def test_one_patient_under_two_identifiers():
    cohort = twin(cohort_of(), 9, 5, "op", "seen", "age")
    found = check_twins(cohort, COLUMNS)
    message = "Op, Seen, Age are all as in row 5 (patient P3)."
    assert tell(found) == [("warning", "twin_patient", 9, "P7", "ID", "P7", message)]
    assert found[0]["remedy"] == CHECK
    # as known by the resection, with another follow-up; told once where both are so
    cohort = twin(twin(cohort_of(), 9, 5, "op", "age", "size"), 20, 11, *list(COLUMNS)[1:])
    assert [(item["row"], item["message"]) for item in check_twins(cohort, COLUMNS)] == [
        (20, "Op, Seen, Age are all as in row 11 (patient P9)."),
        (9, "Op, Age, Size are all as in row 5 (patient P3)."),
    ]
    # three alike are all told with the first
    cohort = cohort_of(400).assign(age=np.arange(400.0))
    for row in (30, 9):
        cohort = twin(cohort, row, 5, "op", "seen", "age")
    found = check_twins(cohort, COLUMNS)
    assert [item["row"] for item in found] == [9, 30]
    assert all("row 5 (patient P3)" in item["message"] for item in found)


def test_a_gap_in_both_is_alike_and_not_named():
    cohort = twin(cohort_of(), 9, 5, "op", "age", "seen")
    cohort.loc[[5, 9], "age"] = np.nan
    assert check_twins(cohort, COLUMNS)[0]["message"].startswith("Op, Seen are all as in row 5")
    cohort.loc[9, "age"] = 51
    assert not check_twins(cohort, COLUMNS)


@pytest.mark.parametrize(
    ("count", "names"), [(6, "C0, C1, C2, C3, C4, C5"), (7, "C0, C1, C2, C3, C4, C5, C6"), (8, "C0, C1, C2, C3, C4, C5 and 2 others")]
)  # fmt: skip
def test_of_many_values_six_are_named(count, names):
    specs = {f"c{n}": {"label": f"C{n}", "kind": "duration", "timing": "x"} for n in range(count)}
    cohort = pd.DataFrame({name: np.arange(30.0) for name in specs}, range(2, 32))
    cohort = twin(cohort.assign(patient_id=[f"P{n}" for n in range(30)]), 9, 5, *specs)
    (item,) = check_twins(cohort, {"patient_id": COLUMNS["patient_id"]} | specs)
    assert item["message"] == f"{names} are all as in row 5 (patient P3)."


def test_one_value_or_one_patient_says_nothing():
    specs = {name: COLUMNS[name] for name in ("patient_id", "op")}
    assert not check_twins(twin(cohort_of(), 9, 5, "op"), specs)
    assert not check_twins(cohort_of(1), COLUMNS)
    assert not check_twins(cohort_of(0), COLUMNS)
    without = {"gone": {"label": "G", "kind": "date", "timing": "operation"}}
    found = check_twins(twin(cohort_of(), 9, 5, "op", "seen", "age"), COLUMNS | without)
    assert [item["row"] for item in found] == [9]


@pytest.mark.parametrize(("size", "told"), [(42, True), (41, False)])
def test_pairs_that_chance_gives_are_not_told(size, told):
    """Five have that age: 42*41/2 pairs, of which 1/41 * 1/41 * 4/41 are alike, are 0.04997; of 41 patients 0.0513."""
    cohort = twin(cohort_of(size), 9, 5, "op", "seen")
    cohort["age"] = np.arange(size) + 40.0
    cohort.loc[[5, 9, 20, 21, 22], "age"] = 30.0
    specs = {name: COLUMNS[name] for name in ("patient_id", "op", "seen", "age")}
    assert bool(check_twins(cohort, specs)) == told


# --- a further table -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ids", "known", "shift"),
    [
        (range(5), range(1, 6), -1),
        (range(4), range(1, 5), None),
        (range(11, 16), range(1, 6), 10),
        ([*range(5), ""], [*range(1, 6), ""], -1),
        ([*range(4), "x"], [*range(1, 5), "x"], None),
        ([5, 4, 3, 2, 1], range(5), 1),
    ],
)
def test_a_list_counted_from_another_number(ids, known, shift):
    ids, known = list(map(str, ids)), list(map(str, known))
    assert find_shift(ids, known) == shift
    if shift:
        (item,) = compare_tables(texts(*ids), known, "ID")
        how = f"less {-shift}" if shift < 0 else f"plus {shift}"
        message = f"the identifiers are those of the cohort {how}: they are probably numbers of rows, and each row meets another patient."
        assert tell([item]) == [("error", "shifted_identifier", None, "", "ID", "", message)]
        assert item["remedy"] == (
            "Write the patients' identifiers into this table; if they truly differ by that, correct the one patient that has no row."
        )
        assert identifiers.tell_shift(shift, "ID", "b.csv: ")["message"] == f"b.csv: {message}"


KNOWN = ["P1", "P2", "P3", ""]


def test_strangers_and_other_spellings_of_a_further_table():
    found = compare_tables(texts("P1", "", "Q9", "p2", "Q8", "Q9", "P03", "p2"), KNOWN, "ID")
    alike = f"in the cohort only when {identifiers.IGNORED} are ignored: 2 of 5 patients ('p2' here, 'P2' there)."
    stranger = "there is no such patient in the cohort."
    assert tell(found) == [
        ("error", "similar_identifier", None, "", "ID", "p2", alike),
        ("warning", "unknown_patient", 4, "Q9", "ID", "Q9", stranger),
        ("warning", "unknown_patient", 6, "Q8", "ID", "Q8", stranger),
    ]
    assert found[0]["remedy"] == (
        "Write the identifiers alike in both files; a spreadsheet keeps zeros in front when the column is formatted as text."
    )
    assert found[1]["remedy"] == "Check the identifier; the row is not used."
    assert not compare_tables(texts("P1", "P2", ""), KNOWN, "ID")


@pytest.mark.parametrize(
    ("known", "there"), [(KNOWN, " (the cohort has 'P1')"), (["", "P9", "P10"], " (the cohort has 'P10')"), ([""], "")]
)  # fmt: skip
def test_a_table_of_which_nobody_is_in_the_cohort(known, there):
    found = compare_tables(texts("Q2", "Q1", "Q2"), known, "ID")
    message = f"none of the 2 patients is in the cohort{there}."
    assert tell(found) == [("error", "no_patient_meets", None, "", "ID", "Q2", message)]
    assert found[0]["remedy"] == (
        "Check that both files have the same identifiers, and that `patient_id` names the right column in both."
    )


# --- patients whom the plan lists ------------------------------------------------------------------------------------------------

LEFT = "the plan leaves out patient '{}' (Consent), "
EACH = "List under exclusions every identifier that is to be left out, as it stands in the export."


@pytest.mark.parametrize(
    ("listed", "ids", "out", "message", "remedy"),
    [
        (["P1"], ["P1", "P2"], [2], None, None),
        ([12], ["12", "13"], [2], None, None),
        (["P1", "P2"], ["P1", "P3", "P2"], [2, 4], None, None),
        (["P1"], ["P1", "P2", "P1"], [2, 4], None, None),
        (["P9"], ["P1", "P2"], [], LEFT.format("P9") + "who is not in the export.", "Correct the identifier under exclusions, or take it out."),
        (["P1"], ["P1", "p1", "P 1"], [2], LEFT.format("P1") + "but 'p1', 'P 1' looks like the same patient and would stay.", EACH),
        (["P1"], ["P1", "P01"], [2], None, None),  # with other zeros it may be another
        (["p1"], ["P1", "P01"], [], LEFT.format("p1") + "who may be 'P1', 'P01'.", EACH),
    ],
)  # fmt: skip
def test_patients_whom_the_plan_lists(listed, ids, out, message, remedy):
    mask, found = find_listed(listed, texts(*ids), "Consent", "exclusions")
    assert mask.index[mask].tolist() == out and mask.dtype == bool
    wanted = [("error", "unknown_patient", None, "", "", str(listed[0]), message)]
    assert tell(found) == (wanted if message else [])
    assert [item["remedy"] for item in found] == [remedy] * len(found)


@pytest.mark.parametrize(
    ("listed", "ids", "row"),
    [("p2", ["P1", "P2"], 3), ("0012", ["11", "12", "12"], 3), ("P-1", ["X", "Y", "P1"], 4)],
)
def test_a_listed_patient_who_is_spelled_differently(listed, ids, row):
    """And the note does not name the patient: consent may be withdrawn."""
    mask, found = find_listed([listed], texts(*ids), "Consent", "exclusions")
    assert mask.tolist() == [each == ids[row - 2] for each in ids]
    message = f"Consent: a patient whom the plan lists is spelled differently here ({identifiers.IGNORED} are ignored) and is left out."  # fmt: skip
    assert tell(found) == [("note", "similar_identifier", row, "", "", "", message)]
    assert found[0]["remedy"] == "Nothing to do if this is the patient."
