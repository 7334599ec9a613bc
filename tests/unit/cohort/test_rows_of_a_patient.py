"""Which rows are read, which of a patient is kept or what of each is taken, and the words on it; each answer counted by hand."""

import numpy as np
import pandas as pd
import pytest
from crlm.cohort.rows import fold_rows, keep_rows, rank_rows, select_rows, tell_unread

NEVER = " If it never happened, nothing is to be done."


def cells(**columns):
    size = len(next(iter(columns.values())))
    return pd.DataFrame(columns, range(2, size + 2), dtype=object)


def said(findings):
    return [(item["severity"], item["rule"], item["column"], item["value"]) for item in findings]


def test_rows_are_chosen_by_every_column_and_an_empty_text_is_the_empty_cell():
    raw = cells(kind=["a", "b", None, "A"], side=["1", "1.0", "1", "2"])
    chosen, found = select_rows(raw, {"kind": ["a", ""], "side": ["1"]}, "date")
    assert chosen.tolist() == [True, False, True, False] and found == []
    assert select_rows(raw, {}, "date")[0].tolist() == [True] * 4


def test_a_column_that_is_not_there_hides_no_other_fault():
    raw = pd.concat([cells(kind=["a", "b"]), cells(twice=["a", "b"]), cells(twice=["a", "b"])], axis=1)  # fmt: skip
    where = {"nowhere": ["a"], "twice": ["a"], "kind": ["x y z"]}
    chosen, found = select_rows(raw, where, "date")
    assert said(found) == [
        ("error", "missing_column", "nowhere", ""),
        ("error", "missing_column", "twice", ""),
        ("warning", "no_such_row", "kind", "x y z"),
    ]
    assert found[0]["message"] == "the file has no column 'nowhere', which says from which rows 'date' is read."  # fmt: skip
    assert found[0]["remedy"] == "Correct it under `where`."
    assert found[2]["message"] == "no row has 'x y z' in column 'kind', so that 'date' is read from none."  # fmt: skip
    assert not chosen.any()


@pytest.mark.parametrize(
    ("entries", "code", "slip"),
    [
        (["dead", "alive"], "deat", True),  # three letters of four
        (["Tot", "alive"], "Tod", False),  # two of three
        (["1", "2"], "dead", True),  # a word among numbers
        (["1", "2"], "3", False),
        (["a", "b"], "3", True),  # a number among words
        (["1", "b"], "zzz", False),
        ([None, None], "dead", True),  # the column is empty
        ([None, "dead"], "deat", True),
        ([None, "1"], "word", True),
    ],
)
def test_an_entry_that_no_row_has_is_a_slip_or_never_happened(entries, code, slip):
    _, (item,) = select_rows(cells(kind=entries), {"kind": [code]}, "date")
    assert item["severity"] == ("error" if slip else "warning") and item["value"] == code
    assert item["remedy"].endswith(NEVER) != slip
    there = ", ".join(f"'{each}'" for each in entries if each)
    assert item["remedy"] == f"Correct it under `where`; the column has {there}." + NEVER * (not slip)  # fmt: skip


def test_of_the_entries_of_a_column_eight_are_named():
    raw = cells(kind=[f"kind {n}" for n in "abcdefghi"])
    _, (item,) = select_rows(raw, {"kind": ["nothing like it"]}, "date")
    assert "'kind h'" in item["remedy"] and "'kind i'" not in item["remedy"]


def spec(column="day", kind="date", **others):
    return {"column": column, "kind": kind, "label": "Day of death", **others}


KINDS = cells(kind=["death", "visit", "recurrence", "visit", None, "scan"], day=["1", "2", "3", "4", "5", None])  # fmt: skip
UNREAD = [("warning", "rows_unread", "kind", "")]


@pytest.mark.parametrize(
    ("specs", "told"),
    [
        ([spec(where={"kind": ["death"]})], False),
        ([spec(where={"kind": ["death"]}, contact=True)], True),
        ([spec(where={"kind": ["death"]}, terminal=True)], True),
        ([spec(kind="binary", where={"kind": ["death"]}, terminal=True)], False),
        ([spec(where={"kind": ["death"]}), spec(where={"kind": ["recurrence"]})], True),
        ([spec(kind="duration", where={"kind": [each]}) for each in ("death", "recurrence")], True),
        ([spec(where={"kind": ["death"]}), spec(where={"kind": ["death"]})], False),
        ([spec(kind="binary", where={"kind": [each]}) for each in ("death", "recurrence")], False),
        ([spec(where={"kind": ["death", "visit", "recurrence", ""]}, contact=True)], False),
        ([spec("gone", where={"kind": ["death"]}, contact=True)], False),
        ([spec(where={"gone": ["death"]}, contact=True)], False),
        ([spec()], False),
        ([spec(where=None), spec(where={"kind": ["death"]}, contact=True)], True),
    ],
)  # fmt: skip
def test_when_rows_of_other_kinds_are_told(specs, told):
    columns = {f"v{place}": each for place, each in enumerate(specs)}
    assert said(tell_unread(KINDS, columns)) == UNREAD * told


def test_the_rows_that_are_not_read_are_counted_by_kind():
    columns = {"a": spec(where={"kind": ["death"]}, contact=True)}
    (item,) = tell_unread(KINDS, columns)
    assert item["message"] == (
        f"'day' is not read where no `where` names the entry in 'kind', in 4 of {len(KINDS)} rows: 'visit' (2), 'recurrence' (1), "
        "empty (1) (first in row 3)."
    )
    assert item["remedy"] == (
        "If one of them means the same as an entry that is named, list both: `where: {column: [one, other]}`. If they are "
        "other things, nothing is to be done."
    )
    many = cells(kind=["death", *"abcdefghi"], day=["1"] * 10)
    assert tell_unread(many, columns)[0]["message"].count("(1)") == 8


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("recurrance", True),  # nine letters of ten
        ("recurranse", False),
        ("RECURRENCE", False),  # the same
        ("recurrence 2", False),
        ("recurrance 2", False),
    ],
)
def test_a_misspelt_kind_is_told_of_any_column(entry, told):
    raw = cells(other=["x", "y"], kind=["recurrence", entry], size=["1", "2"])
    columns = {
        "a": spec("size", "continuous", where={"other": ["x"]}),  # of which nothing is told
        "b": spec("size", "continuous", where={"kind": ["recurrence"]}),
    }
    assert said(tell_unread(raw, columns)) == UNREAD * told
    numbered = raw.assign(kind=["recurrence 1", "recurrence 2"])
    columns["b"]["where"] = {"kind": ["recurrence 1"]}
    assert tell_unread(numbered, columns) == []
    numbered["kind"] = ["recurrence 11", "recurrance 11"]
    columns["b"]["where"] = {"kind": ["recurrence 11"]}
    assert said(tell_unread(numbered, columns)) == UNREAD


DAY = pd.Timestamp("1970-01-03")


@pytest.mark.parametrize(
    ("entries", "form", "rank"),
    [
        (["3", 1, None], None, [3, 1, np.nan]),
        (["1970-01-03", "1970-02-01", None], None, [2, 31, np.nan]),
        (["03.01.1970", "02.01.1970", None], "%d.%m.%Y", [2, 1, np.nan]),
        ([DAY, "04.01.1970", None], "%d.%m.%Y", [2, 3, np.nan]),
        ([DAY, "1970-01-04", None], None, [2, 3, np.nan]),
        (["70-01-03", "1970-01-04", None], None, None),
        (["1", "1970-01-04", None], None, None),
        (["03.01.1970", "first", None], "%d.%m.%Y", None),
    ],
)
def test_rows_are_ordered_by_numbers_or_by_days_since_1970(entries, form, rank):
    found, findings = rank_rows(cells(visit=entries), "visit", form)
    assert found.dtype == float and list(found.index) == [2, 3, 4]
    np.testing.assert_array_equal(found, [0, 1, 2] if rank is None else rank)
    assert said(findings) == [("error", "no_order", "visit", "")] * (rank is None)
    if findings:
        assert findings[0]["message"] == "the rows cannot be ordered: the entries are neither all numbers nor all dates."  # fmt: skip
        assert findings[0]["remedy"] == "Set date_format, or order by another column."


def test_without_a_column_rows_are_in_the_order_of_the_file():
    raw = pd.concat([cells(a=[5, 4], b=[9, 8]), cells(b=[9, 8])], axis=1)
    rank, found = rank_rows(raw, None, None)
    assert (rank.dtype, rank.to_dict(), found) == (float, {2: 0, 3: 1}, [])
    for column in ("c", "b"):
        rank, (item,) = rank_rows(raw, column, None)
        assert rank.dtype == float and rank.to_dict() == {2: 0, 3: 1}
        assert (
            item["message"] == f"the file has no column '{column}', by which the rows are ordered."
        )
        assert (item["rule"], item["column"], item["remedy"]) == ("missing_column", column, "Correct it under `order_by`.")  # fmt: skip


def typed(**columns):
    table = pd.DataFrame(columns, range(2, len(columns["patient_id"]) + 2))
    return table, {name: {"column": name.upper(), "label": name.title(), "kind": "continuous"} for name in columns}  # fmt: skip


@pytest.mark.parametrize(
    ("keep", "rank", "rows"),
    [
        ("first", [2, 1, np.nan, 3, np.nan, np.nan], [3, 5, 6]),
        ("last", [2, 1, np.nan, 3, np.nan, np.nan], [2, 5, 7]),
        ("first", [1, 1, 0, 3, 3, 3], [4, 5, 6]),
        ("last", [1, 1, 0, 3, 3, 3], [3, 5, 7]),  # of two of one day the lower one
        ("complete", [0, 1, 2, 3, 4, 5], [4, 5, 6]),
    ],
)
def test_which_row_is_kept(keep, rank, rows):
    table, columns = typed(patient_id=["b", "b", "b", "a", "", ""], x=[1.0, 1, 1, 1, 1, 1], y=[np.nan, np.nan, 2, 1, 1, 1])  # fmt: skip
    if keep != "complete":
        table.loc[[6, 7], "patient_id"] = "c"
    else:
        rows = [4, 5, 6, 7]  # who has no identifier is nobody else
    rank = pd.Series(rank, table.index, dtype=float)
    kept, _ = keep_rows(table, rank, columns, keep)
    assert list(kept.index) == rows
    # rows of several files are in their order and not in that of the alphabet
    names = [f"{13 - row} of a.csv" for row in table.index]
    kept, _ = keep_rows(table.set_axis(names), rank.set_axis(names), columns, keep)
    assert list(kept.index) == [f"{13 - row} of a.csv" for row in rows]


def test_of_equally_complete_rows_the_first_by_the_order_is_kept():
    table, columns = typed(patient_id=list("aaab"), x=[1, np.nan, 1, 1], y=[2.0, 3, 4, 5])
    rank = pd.Series([3.0, 0, 2, 1], table.index)
    assert list(keep_rows(table, rank, columns, "complete")[0].index) == [4, 5]


def test_what_is_said_of_several_rows():
    ids = ["a", "a", "b", "b", "c", "c", "d", "d", "e"]
    table, columns = typed(
        patient_id=ids,
        x=[1.5, 2, 1, 3, 4, 4, np.nan, 7, 8],
        y=[1.0, 1, np.nan, 2, np.nan, np.nan, 5, 5, np.nan],
    )
    rank = pd.Series(range(9), table.index, dtype=float)
    rank[[5, 7]] = np.nan
    _, found = keep_rows(table, rank, columns, "first")
    assert [(item["severity"], item["rule"], item["column"], item["message"]) for item in found] == [
        ("note", "several_rows", "", "4 patients with several rows (a, b, c ...); the first row is kept."),
        ("warning", "no_order", "", "2 rows of patients with several, without an entry in the column that orders them (`order_by`; "
         "first in row 5): passed over."),
        ("warning", "rows_lost", "X", "the first row of 1 patient has nothing here, and another row has (patient d: 7 in row 9); "
         "it is not used."),
        ("warning", "rows_differ", "X", "the rows of 2 patients differ here (patient a: 1.5 in row 2, 2 in row 3); the first row is kept."),
        ("warning", "rows_lost", "Y", "the first row of 1 patient has nothing here, and another row has (patient b: 2 in row 5); "
         "it is not used."),
    ]  # fmt: skip
    assert [item["remedy"] for item in found] == [
        "Nothing to do, if that is what `rows` should mean.",
        "Enter it, or delete the rows.",
        "If it should be, `rows: fold` takes each variable from the row that has it, `complete` the row with most values.",
        "Check which row is right. One patient with two operations is right like this.",
        "If it should be, `rows: fold` takes each variable from the row that has it, `complete` the row with most values.",
    ]
    _, found = keep_rows(table, rank, columns, "complete")
    assert "no_order" not in {item["rule"] for item in found}
    rank = rank.fillna(99)
    assert "no_order" not in {item["rule"] for item in keep_rows(table, rank, columns, "last")[1]}
    alone = table.loc[[2, 4, 10]]
    assert keep_rows(alone, rank.loc[alone.index] * np.nan, columns, "last")[1] == []
    two, columns = typed(patient_id=["a", "a", "b", "b"], x=[np.nan, 7, np.nan, 8])
    lost = keep_rows(two, rank.loc[two.index], columns, "first")[1][1]
    assert lost["message"].startswith("the first row of 2 patients has nothing here, and another row has (patient a: 7 in")  # fmt: skip


def fold(table, columns, rank=None, chosen=None, **takes):
    for name, others in takes.items():
        columns[name] |= others
    rank = pd.Series(range(len(table)) if rank is None else rank, table.index, dtype=float)
    chosen = pd.DataFrame({}, table.index) if chosen is None else chosen
    return fold_rows(table, rank, chosen, columns)


@pytest.mark.parametrize(
    ("take", "values", "where"),
    [
        ("first", [5, 3, np.nan], {"a": 3, "b": 5}),
        ("last", [1, 2, np.nan], {"a": 4, "b": 7}),
        ("max", [9, 3, np.nan], {"a": 6, "b": 5}),
        ("min", [1, 2, np.nan], {"a": 4, "b": 7}),
    ],
)
def test_the_value_that_is_taken_its_bounds_and_where_it_stood(take, values, where):
    table, columns = typed(
        patient_id=["a", "a", "a", "b", "a", "b", "c"],
        x=[np.nan, 5, 1, 3, 9, 2, np.nan],
    )
    table["x_lower"], table["x_upper"] = table["x"] - 0.5, table["x"] + 0.5
    rank = [0, 1, 5, 2, 3, 4, 6]
    folded, origins, found = fold(table, columns, rank, x={"take": take})
    assert found == [] and list(folded.index) == [2, 5, 8]
    assert folded["patient_id"].tolist() == ["a", "b", "c"]
    np.testing.assert_array_equal(folded["x"], values)
    np.testing.assert_array_equal(folded["x_lower"], np.array(values) - 0.5)
    np.testing.assert_array_equal(folded["x_upper"], np.array(values) + 0.5)
    first = {"a": 2, "b": 5}
    assert origins == {(first[k], "X"): row for k, row in where.items() if row != first[k]}


@pytest.mark.parametrize("take", ["first", "last", "max", "min", "any"])
def test_of_equal_rows_and_of_equal_values_the_one_above_is_taken(take):
    """Of fifty, so that no sort keeps their order by chance; the last one is the one below."""
    kinds = pd.Categorical(["no"] * 50, ["no", "yes"], ordered=True)
    table, columns = typed(patient_id=["a", *["b"] * 50], x=["no", *kinds])
    table["x"] = pd.Categorical(table["x"], ["no", "yes"], ordered=True)
    table.loc[3, "x"] = None
    folded, origins, _ = fold(table, columns, [0] * 51, x={"take": take})
    assert folded["x"].tolist() == ["no", "no"]
    assert origins == {(3, "X"): 52 if take == "last" else 4}


def test_one_yes_means_that_it_happened():
    table, columns = typed(patient_id=["a", "a", "b", "b"], x=[None] * 4)
    table["x"] = pd.Categorical(["no", "yes", "no", None], ["no", "yes"])
    assert fold(table, columns, x={"take": "any"})[0]["x"].tolist() == ["yes", "no"]
    assert fold(table, columns, x={"take": "min"})[0]["x"].tolist() == ["no", "no"]


def test_rows_are_counted_and_whose_kind_of_row_is_not_there_has_none():
    table, columns = typed(patient_id=["a", "b", "b", "c", "d"], x=[1, 1, 1, np.nan, 1.0], y=[3.0] * 5)  # fmt: skip
    chosen = pd.DataFrame({"x": [True, False, True, True, False]}, table.index)
    takes = {"x": {"take": "count", "if_no_row": 0}, "y": {"take": "max", "if_no_row": 0}}
    folded, origins, _ = fold(table, columns, chosen=chosen, **takes)
    np.testing.assert_array_equal(folded["x"], [1, 2, np.nan, 0])
    assert folded["y"].tolist() == [3] * 4  # no `where`, so that no row of it can be missing
    assert list(folded.index) == [2, 3, 5, 6] and origins == {}


DAYS = ["2012-01-01", "2013-01-01", "2014-02-03", "2012-01-01", "2011-01-01", None]


@pytest.mark.parametrize(
    ("take", "patients", "words"),
    [
        ("last", ["a", "a", "a", "b", "b", "b"], "Seen: the last row of 1 patient does not have the latest date (patient b: 2011-01-01 "
         "is taken, 2012-01-01 stands in another row)."),
        ("first", ["a", "a", "a", "b", "b", "b"], "Seen: the first row of 1 patient does not have the earliest date (patient b: 2012-01-01 "
         "is taken, 2011-01-01 stands in another row)."),
        ("first", ["a", "c", "c", "b", "b", "b"], "Seen: the first row of 1 patient does not have the earliest date (patient b: 2012-01-01 "
         "is taken, 2011-01-01 stands in another row)."),
        ("last", ["a", "a", "a", "a", "a", "b"], "Seen: the last row of 1 patient does not have the latest date (patient a: 2011-01-01 "
         "is taken, 2014-02-03 stands in another row)."),
        ("last", ["b", "a", "a", "b", "b", "b"], "Seen: the last row of 1 patient does not have the latest date (patient b: 2011-01-01 "
         "is taken, 2012-01-01 stands in another row)."),
        ("max", ["a", "a", "a", "b", "b", "b"], None),
    ],
)  # fmt: skip
def test_the_last_row_has_not_the_latest_date(take, patients, words):
    table, columns = typed(patient_id=patients, seen=pd.to_datetime(DAYS))
    _, _, found = fold(table, columns, seen={"take": take, "kind": "date"})
    assert [item["message"] for item in found] == ([words] if words else [])
    if words:
        latest = take == "last"
        assert said(found) == [("warning", "rows_differ", "SEEN", "")]
        assert found[0]["remedy"] == (
            f"If the {'latest' if latest else 'earliest'} is meant, write `take: {'max' if latest else 'min'}`, or order the rows "
            "(`rows: order_by`)."
        )
    assert fold(table, columns, seen={"take": take, "kind": "continuous"})[2] == []


def test_two_last_rows_without_the_latest_date():
    days = pd.to_datetime(["2012-01-01", "2011-01-01"] * 2)
    table, columns = typed(patient_id=["b", "b", "a", "a"], seen=days)
    _, _, (item,) = fold(table, columns, seen={"take": "last", "kind": "date"})
    assert "row of 2 patients does not" in item["message"] and "(patient b:" in item["message"]


def test_nobody_comes_back_to_life():
    table, columns = typed(patient_id=["a", "a", "a", "b", "b", "c"], died=[None] * 6)
    table["died"] = pd.Categorical(["yes", "yes", "no", "no", "yes", None], ["no", "yes"])
    spec = {"take": "last", "kind": "binary", "terminal": True}
    _, _, found = fold(table, columns, died=spec)
    assert [(item["row"], item["patient_id"]) for item in found] == [(2, "a"), (3, "a")]
    assert found[1]["message"] == "Died: yes in row 3, and no in row 4, which is taken."
    assert found[1]["remedy"] == "Correct the row that is wrong, or write `take: any` if one yes means that it happened."  # fmt: skip
    assert said(found) == [("warning", "rows_differ", "DIED", "yes, no")] * 2
    for other in ({"terminal": False}, {"kind": "categorical", "terminal": True}, {"take": "any"}):
        assert fold(table, columns, died={**spec, **other})[2] == []


@pytest.mark.parametrize(
    ("ids", "row", "patient", "words"),
    [
        (["a", "b", "b", "b", "c", "a"], 3, "b", "the rows of 1 patient contradict one another in X (patient b: 1 in row 3, 2.5 in row 5)."),
        (["a", "b", "b", "b", "a", "c"], None, "", "the rows of 2 patients contradict one another in X (patient a: 7 in row 2, 8 in row 6)."),
        (["a", "b", "b", "c", "d", "e"], None, None, None),
    ],
)  # fmt: skip
def test_rows_that_contradict_one_another(ids, row, patient, words):
    table, columns = typed(patient_id=ids, x=[7, 1, 1, 2.5, 8, np.nan])
    _, _, found = fold(table, columns)
    assert [item["message"] for item in found] == ([words] if words else [])
    for item in found:
        assert (item["row"], item["patient_id"], item["column"]) == (row, patient, "X")
        assert item["remedy"] == (
            "Correct them, or say for this column which rows are meant (`where: {column: entry}`) or which value counts "
            "(`take: first`, last, max, min or any)."
        )


def test_levels_that_differ_are_told_by_their_names():
    table, columns = typed(patient_id=["a", "a"], x=["no", "yes"])
    assert "(patient a: no in row 2, yes in row 3)" in fold(table, columns)[2][0]["message"]
